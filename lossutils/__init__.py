"""Loss functions with their derived gradients, for NumPy arrays and torch tensors."""

import importlib

from . import classification, custom, imbalance, margin, metric_learning, ranking, regression
from .classification import *
from .custom import *
from .imbalance import *
from .margin import *
from .metric_learning import *
from .ranking import *
from .regression import *

__version__ = "0.1.0"  # the one place: pyproject.toml reads it here

cce_with_logits = classification.cross_entropy  # the name by the rule of `bce` and `bce_with_logits`

_families = (classification, custom, imbalance, margin, metric_learning, ranking, regression)
__all__ = sorted(["check_loss", *(name for family in _families for name in family.__all__)])


def __getattr__(name):
    """What a training job does without is loaded when it is asked for."""
    if name == "check_loss":
        return importlib.import_module(".debugging", __name__).check_loss
    if name in ("debugging", "nn"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
