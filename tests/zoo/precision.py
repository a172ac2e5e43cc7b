"""Broken losses for checks/precision.py: lost digits, float16, dtypes."""

import numpy as np
import torch
import torch.nn.functional as F

from .shared import broken, dice, torch_mse


# torch.nn.functional.binary_cross_entropy_with_logits at logit −15 and target 0 in float32: 0.
@broken("lost-digits", "logits", lambda z, y: F.softplus(z - 2 * y * z).mean())
def bce_as_the_difference_of_two_large_numbers(z, y):
    return (F.softplus(z) - y * z).mean()


# The same, by 1 + exp(−z) instead of log1p.
@broken("lost-digits", "logits", lambda z, y: F.softplus(z - 2 * y * z).mean())
def bce_with_log_of_1_plus_a_small_number(z, y):
    wrong = z - 2 * y * z
    return (torch.relu(wrong) + torch.log(1 + torch.exp(-wrong.abs()))).mean()


# Measured in optax and Keras: log-cosh at 1e-4 is 0 in float32.
@broken(
    "lost-digits",
    "real",
    lambda p, t: _log_cosh(p - t).mean(),
)
def log_cosh_by_logaddexp(pred, target):
    error = pred - target
    return (torch.logaddexp(error, -error) - np.log(2)).mean()


def _log_cosh(e):
    return torch.where(
        e.abs() < 1,
        torch.log1p(2 * torch.sinh(e.clamp(-1, 1) / 2) ** 2),
        e.abs() + F.softplus(-2 * e.abs()) - np.log(2),
    )


# segmentation_models.pytorch#463, ultralytics#24554: the sums of a mask overflow in float16.
@broken(
    "half-precision",
    "masks",
    lambda p, t: dice(
        p.float() if p.dtype == torch.float16 else p,
        t.to(torch.float32 if p.dtype == torch.float16 else p.dtype),
        1.0,
    ).to(p.dtype),
)
def dice_in_half_precision(pred, target):
    return dice(pred, target, 1.0)


# A mean as sum / N, the sum in float16.
@broken("half-precision", "real", lambda p, t: ((p - t) ** 2).mean())
def mse_with_an_accumulator_in_half(pred, target):
    return ((pred - target) ** 2).sum() / len(pred)


# A constant of float64 in NumPy turns float32 into float64.
@broken(
    "dtype-changed",
    "real",
    lambda p, t: (p - t) ** 2 / 2,
    library="numpy",
)
def squared_error_times_a_float64(pred, target):
    return (pred - target) ** 2 * np.float64(0.5)


# Everything is taken to float32, whatever came.
@broken("dtype-changed", "real", torch_mse)
def mse_in_float32_always(pred, target):
    return ((pred.float() - target.float()) ** 2).mean()
