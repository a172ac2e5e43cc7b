"""Loss functions with their derived gradients, for NumPy arrays and torch tensors."""

from . import classification, custom, imbalance, margin, metric_learning, ranking, regression
from .classification import *
from .custom import *
from .debugging import check_loss
from .imbalance import *
from .margin import *
from .metric_learning import *
from .ranking import *
from .regression import *

cce_with_logits = classification.cross_entropy  # the name by the rule of `bce` and `bce_with_logits`

_families = (classification, custom, imbalance, margin, metric_learning, ranking, regression)
__all__ = sorted(["check_loss", *(name for family in _families for name in family.__all__)])
