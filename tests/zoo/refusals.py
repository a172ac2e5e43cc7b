"""Broken losses for checks/refusals.py: what should be refused."""

import numpy as np
import torch
import torch.nn.functional as F

from .shared import broken, contrastive, rows_of, torch_bce, torch_mse


# pytorch#4938, #16045, #19699, tensorflow#37770, TALENT#92
@broken("broadcast", "real", lambda p, t: _same(p, t) or torch_mse(p, t))
def mse_that_broadcasts(pred, target):
    return ((pred - target) ** 2).mean()


def _same(p, t):
    if p.shape != t.shape:
        raise ValueError("shapes differ")


# Measured in Keras and optax: hinge on (N, 1) against (N,).
@broken("broadcast", "scores", lambda s, y: _same(s, y) or torch.relu(1 - y * s).mean())
def hinge_that_broadcasts(s, y):
    return torch.relu(1 - y * s).mean()


# pytorch#110865, #80208: the target 2 gives a negative loss.
def _bce_checked(z, y):
    if ((y < 0) | (y > 1)).any():
        raise ValueError("target")
    return torch_bce(z, y)


@broken("target-range", "logits", _bce_checked)
def bce_that_takes_any_target(z, y):
    return (F.softplus(z) - y * z).mean()


# Measured in optax: the label −1 is the last class, as in NumPy's indexing.
def _ce_numpy(z, y):
    if (y < 0).any():
        raise IndexError("label")
    return np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), y])


@broken("target-range", "class logits", _ce_numpy)
def cross_entropy_that_indexes_from_the_end(z, y):
    return np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), y])


# one_hot of jax and of comparisons: a label out of range is a row of zeros, and the loss 0.
@broken("target-range", "class logits", lambda z, y: rows_of(z, y).mean())
def cross_entropy_with_a_comparison_as_one_hot(z, y):
    rows = (y[:, None] == torch.arange(z.shape[1])).to(z.dtype)
    return -(rows * F.log_softmax(z, dim=1)).sum(1).mean()


# pytorch#87373 asked for the check on BCE; MSE on "probabilities" has none.
def _brier_checked(p, y):
    if ((p < 0) | (p > 1)).any():
        raise ValueError("probability")
    return ((p - y) ** 2).mean()


@broken("prediction-range", "probabilities", _brier_checked)
def brier_that_takes_logits(p, y):
    return ((p - y) ** 2).mean()


# pytorch#64572 made it NaN on purpose: the mean over nothing.
def _mse_or_0(pred, target):
    return ((pred - target) ** 2).mean() if len(pred) else pred.sum()


@broken("empty-batch", "real", _mse_or_0)
def mse_of_an_empty_batch(pred, target):
    return ((pred - target) ** 2).mean()


# Measured in pytorch-metric-learning 2.9: a NaN among the embeddings, a finite loss, NaN gradients.
@broken("hidden-nan", "pairs", contrastive)
def contrastive_with_nan_to_num(x1, x2, same):
    d = torch.linalg.vector_norm(x1 - x2, dim=1)
    return torch.nan_to_num(same * d**2 + (1 - same) * torch.relu(1 - d) ** 2).mean()


# nanmean, which is how a broken network looks healthy.
@broken("hidden-nan", "real", lambda p, t: np.mean(abs(p - t)))
def mae_with_nanmean(pred, target):
    return np.nanmean(abs(pred - target))


# torch's multi_margin_loss: the comparison margin > 0 is false for NaN.
@broken("hidden-nan", "scores", lambda s, y: torch.relu(1 - y * s).mean())
def hinge_with_where(s, y):
    margin = 1 - y * s
    return torch.where(margin > 0, margin, 0 * y).mean()


# torch.nn.functional.l1_loss on uint8, |1 − 2| = 255.
def _mae_of_floats(pred, target):
    if not pred.is_floating_point():
        raise TypeError("floats")
    return (pred - target).abs().mean()


@broken("integer-wrap", "real", _mae_of_floats)
def mae_of_bytes(pred, target):
    return (pred - target).abs().double().mean()
