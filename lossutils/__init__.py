"""Loss functions with their derived gradients, for NumPy arrays and torch tensors."""

from .classification import (
    bce,
    bce_with_logits,
    cce,
    cross_entropy,
    generalized_cross_entropy,
    kl_divergence,
    log_sigmoid,
    log_softmax,
    sigmoid,
    softmax,
)
from .custom import confidence_bce, cost_sensitive_bce, ordinal, power
from .imbalance import dice, focal, jaccard, softmax_focal, tversky
from .margin import hinge, multiclass_hinge, squared_hinge
from .regression import huber, log_cosh, mae, mse, quantile

__all__ = [
    "bce",
    "bce_with_logits",
    "cce",
    "confidence_bce",
    "cost_sensitive_bce",
    "cross_entropy",
    "dice",
    "focal",
    "generalized_cross_entropy",
    "hinge",
    "huber",
    "jaccard",
    "kl_divergence",
    "log_cosh",
    "log_sigmoid",
    "log_softmax",
    "mae",
    "mse",
    "multiclass_hinge",
    "ordinal",
    "power",
    "quantile",
    "sigmoid",
    "softmax",
    "softmax_focal",
    "squared_hinge",
    "tversky",
]
