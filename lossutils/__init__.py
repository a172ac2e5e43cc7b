"""Loss functions with their derived gradients, for NumPy arrays and torch tensors."""

from .regression import huber, log_cosh, mae, mse, quantile

__all__ = ["huber", "log_cosh", "mae", "mse", "quantile"]
