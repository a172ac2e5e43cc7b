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
from .regression import huber, log_cosh, mae, mse, quantile

__all__ = [
    "bce",
    "bce_with_logits",
    "cce",
    "cross_entropy",
    "generalized_cross_entropy",
    "huber",
    "kl_divergence",
    "log_cosh",
    "log_sigmoid",
    "log_softmax",
    "mae",
    "mse",
    "quantile",
    "sigmoid",
    "softmax",
]
