"""Broken losses for checks/batches.py: reductions and batches."""

import numpy as np
import torch
import torch.nn.functional as F

from .shared import broken, mean_square, rows_of, torch_bce, torch_mse


def reduced(each, reduction, count=None):
    if reduction == "none":
        return each
    if reduction == "sum":
        return each.sum()
    if reduction == "mean":
        return each.sum() / (count or each.numel())
    raise ValueError(reduction)


# pytorch#6622, szagoruyko/attention-transfer#30, facebookresearch/deit#61: the mean of KL over N·K.
@broken(
    "wrong-denominator",
    "class log-probabilities",
    lambda q, t, reduction="mean": reduced((torch.xlogy(t, t) - t * q).sum(1), reduction),
    target="distributions",
)
def kl_with_a_mean_over_all_numbers(log_pred, target, reduction="mean"):
    return reduced(torch.xlogy(target, target) - target * log_pred, reduction)


# HikariTJU/LD#74: .mean(1), then a mean over the batch.
@broken("wrong-denominator", "class logits", lambda z, y: rows_of(z, y).mean())
def cross_entropy_over_n_times_k(z, y):
    return -(F.one_hot(y, z.shape[1]) * F.log_softmax(z, dim=1)).mean()


# bbdamodaran in bhanML/Co-teaching#4: the loss is normalized twice.
@broken("wrong-denominator", "real", torch_mse)
def mse_divided_twice(pred, target):
    return ((pred - target) ** 2).mean() / len(pred)


# The mean that divides by N − 1, as a variance does.
@broken("wrong-denominator", "real", mean_square)
def mse_with_n_minus_1(pred, target):
    return np.sum((pred - target) ** 2) / (len(pred) - 1)


# linkedin/Liger-Kernel#435: reduction="none" returns a single number.
@broken("wrong-reduction", "class logits", lambda z, y, reduction="mean": reduced(rows_of(z, y), reduction))
def cross_entropy_with_none_that_sums(z, y, reduction="mean"):
    each = rows_of(z, y)
    return each.mean() if reduction == "mean" else each.sum()


# The names exchanged.
@broken("wrong-reduction", "real", lambda p, t, reduction="mean": reduced((p - t) ** 2, reduction))
def squared_error_with_mean_that_sums(pred, target, reduction="mean"):
    each = (pred - target) ** 2
    return {"none": each, "mean": each.sum(), "sum": each.mean()}[reduction]


# Called a mean, is a sum.
@broken("wrong-reduction", "real", mean_square)
def mean_squared_error_that_sums(pred, target):
    return np.sum((pred - target) ** 2)


# Any word passes: a misspelled reduction is a silent "none".
@broken("unknown-reduction", "real", lambda p, t, reduction="mean": reduced((p - t) ** 2, reduction))
def squared_error_with_any_reduction(pred, target, reduction="mean"):
    each = (pred - target) ** 2
    return each.mean() if reduction == "mean" else each.sum() if reduction == "sum" else each


# Weights by the place in the batch, where weights by example were meant.
@broken("batch-order", "real", torch_mse)
def mse_weighted_by_position(pred, target):
    weight = torch.linspace(0.5, 1.5, len(pred), dtype=pred.dtype)
    return (weight * (pred - target) ** 2).mean()


# A running mean in the loss (a baseline kept between calls).
class _Centered:
    def __init__(self):
        self.mean = 0.0

    def __call__(self, pred, target):
        self.mean = 0.9 * self.mean + 0.1 * float(((pred - target) ** 2).mean().detach())
        return ((pred - target) ** 2).mean() - self.mean


@broken("not-deterministic", "real", torch_mse)
def mse_with_a_running_baseline(pred, target):
    return _CENTERED(pred, target)


_CENTERED = _Centered()


# Noise inside of the loss (label noise, dropout left on).
@broken("not-deterministic", "logits", torch_bce)
def bce_with_random_label_smoothing(z, y):
    noise = 0.1 * torch.rand(len(y), dtype=y.dtype)
    return torch_bce(z, y * (1 - noise) + noise / 2)


# torchtune#1875, transformers#34191: means over micro-batches are not the mean over the batch.
@broken("batch-split", "real", torch_mse)
def mse_scaled_by_the_largest_error(pred, target):
    error = (pred - target) ** 2
    return (error / error.max().detach().clamp(min=1e-3)).mean() * 2


# A loss that is weighted by the class frequencies in the batch.
def _balanced(z, y):
    return torch.where(y > 0, 1 / y.mean().clamp(min=1e-3), 1 / (1 - y.mean()).clamp(min=1e-3))


@broken("batch-split", "logits", torch_bce)
def bce_balanced_within_the_batch(z, y):
    return (_balanced(z, y) * (F.softplus(z) - y * z)).mean() / 2


# tacotron2#303, layumi/Person_reID_baseline_pytorch#77: squeeze() takes the batch of one as well.
@broken("batch-of-one", "class logits", lambda z, y: rows_of(z, y).mean())
def cross_entropy_with_squeeze(z, y):
    log_p = F.log_softmax(z, dim=-1).squeeze()
    y = y.squeeze()
    return -log_p.gather(-1, y[..., None]).mean() if log_p.ndim > 1 else -log_p.mean()


# A loss that returns the matrix of all pairs.
@broken("wrong-shape", "real", torch_mse)
def squared_error_of_all_pairs(pred, target):
    return (pred[:, None] - target[None]) ** 2
