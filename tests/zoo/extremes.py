"""Broken losses for checks/extremes.py: NaN, infinite, dead, clipped."""

import numpy as np
import torch
import torch.nn.functional as F

from .shared import (
    broken,
    dice,
    expit,
    ranking_likelihood,
    rows_of,
    softplus,
    stable_bce,
    stable_bce_grad,
    torch_bce,
    torch_mse,
)


# adambielski/siamese-triplet#18, tensorflow#30199, sentence-transformers#4033: sqrt at distance 0.
@broken(
    "gradient-not-finite",
    "triplets",
    lambda a, p, n: torch.relu(
        torch.linalg.vector_norm(a - p, dim=1) - torch.linalg.vector_norm(a - n, dim=1) + 1
    ).mean(),
)
def triplet_with_sqrt_of_0(a, p, n):
    near = ((a - p) ** 2).sum(1).sqrt()
    far = ((a - n) ** 2).sum(1).sqrt()
    return torch.relu(near - far + 1).mean()


# keras#1172, keras#6644: the root of the mean squared error has no slope at 0.
@broken("gradient-not-finite", "real", torch_mse)
def rmse_without_a_guard(pred, target):
    return ((pred - target) ** 2).mean().sqrt()


# kornia#918, optax#1267, keras-retinanet#706: (1 − p)^γ with γ < 1 at a confident right logit.
def _torch_focal(z, y, gamma=0.5):
    s = 2 * y - 1
    return (torch.exp(gamma * F.logsigmoid(-s * z)) * F.softplus(-s * z)).mean()


@broken("gradient-not-finite", "logits", _torch_focal)
def focal_with_gamma_below_1(z, y, gamma=0.5):
    p = torch.sigmoid(z)
    p_true = p * y + (1 - p) * (1 - y)
    return ((1 - p_true) ** gamma * F.softplus(z - 2 * y * z)).mean()


# The `where` trap of the JAX FAQ, as in optax#1786: the branch that is not taken is differentiated.
@broken("gradient-not-finite", "real", lambda p, t: torch.sqrt((p - t) ** 2 + 1).mean())
def sqrt_error_with_where_outside(pred, target):
    error = (pred - target).abs()
    return torch.where(error > 0, torch.sqrt(error) * error, 0 * error).mean()


@broken("value-not-finite", "masks", lambda p, t: dice(p, t, 1.0))
def dice_without_smoothing(pred, target):
    return (1 - 2 * (pred * target).sum(1) / (pred.sum(1) + target.sum(1))).mean()


# torchmetrics#1029, optax#473, TheAlgorithms/Python#12233: 0 · log 0.
@broken(
    "value-not-finite",
    "class probabilities",
    lambda p, t: (torch.xlogy(t, t) - torch.xlogy(t, p)).sum(1).mean(),
    target="one-hot",
)
def kl_with_0_log_0(pred, target):
    return (target * (target / pred).log()).sum(1).mean()


# The same in binary cross-entropy at p exactly 0 or 1.
@broken(
    "value-not-finite", "probabilities", lambda p, y: -(torch.xlogy(y, p) + torch.xlogy(1 - y, 1 - p)).mean()
)
def bce_with_0_log_0(p, y):
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


# pytorch-metric-learning#107, tensorflow/addons#2447: a mean over no active triplet.
@broken("value-not-finite", "triplets", lambda a, p, n: _triplet_active(a, p, n).clamp(min=0).mean())
def triplet_mean_over_the_active(a, p, n):
    loss = _triplet_active(a, p, n)
    return loss[loss > 0].mean()


def _triplet_active(a, p, n):
    return ((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 0.0


# tensorflow/addons#2447: divided by the number of positives, of which a batch may have none.
def _supervised_contrastive(x, labels, guard):
    same = (labels[:, None] == labels[None]) & ~torch.eye(len(x), dtype=torch.bool)
    logits = (x @ x.T).masked_fill(torch.eye(len(x), dtype=torch.bool), -1e9)
    each = -(F.log_softmax(logits, dim=1) * same).sum()
    return each / (same.sum().clamp(min=1) if guard else same.sum())


@broken("value-not-finite", "embeddings", lambda x, labels: _supervised_contrastive(x, labels, True))
def contrastive_divided_by_the_positives(x, labels):
    return _supervised_contrastive(x, labels, False)


# torchmetrics#3488, keras#8524, MLJBase#437: cosh overflows at 711 (89 in float32).
@broken("overflow", "real", lambda p, t: np.mean(np.logaddexp(p - t, t - p) - np.log(2)))
def log_cosh_that_overflows(pred, target):
    return np.mean(np.log(np.cosh(pred - target)))


# borgwang/tinynn#7, rushter/MLAlgorithms#30: log(1 + exp(z)).
@broken("overflow", "logits", torch_bce)
def bce_with_log_of_1_plus_exp(z, y):
    return (torch.log(1 + torch.exp(z)) - y * z).mean()


# An error found in a course, and uTensor#175: softmax without the maximum taken out.
@broken("overflow", "class logits", lambda z, y: rows_of(z, y).mean())
def cross_entropy_with_log_of_sum_of_exp(z, y):
    return (z.exp().sum(1).log() - z.gather(1, y[:, None])[:, 0]).mean()


# yatengLG/Focal-Loss-Pytorch#7: log of a softmax that has become 0.
@broken("overflow", "class logits", lambda z, y: rows_of(z, y).mean())
def cross_entropy_with_log_of_softmax(z, y):
    return -(F.softmax(z, dim=1).gather(1, y[:, None]).log()).mean()


# pytorch#1835 (mended in #2211): log of a sigmoid that has become 0; here 0 · inf for the other target.
@broken("overflow", "logits", torch_bce)
def bce_with_log_of_sigmoid(z, y):
    p = torch.sigmoid(z)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


# sentence-transformers#4019: soft margin by exp, here over pairs of scores (RankNet).
@broken("overflow", "ranking", lambda s, r: _ranknet(s, r, F.softplus))
def ranknet_with_exp(scores, relevance):
    return _ranknet(scores, relevance, lambda x: torch.log1p(torch.exp(x)))


def _ranknet(scores, relevance, cost):
    gap = scores[:, :, None] - scores[:, None, :]
    better = (relevance[:, :, None] > relevance[:, None, :]).to(scores.dtype)
    return torch.where(better > 0, cost(-gap * better), 0 * gap).sum((1, 2)).mean()


# Measured in Keras 3.16, binary focal: stuck at 15.94, gradient 0 beyond 17.
@broken("clipped", "logits", torch_bce)
def bce_with_a_clipped_sigmoid(z, y):
    p = torch.sigmoid(z).clamp(1e-7, 1 - 1e-7)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


# kornia#918 shows one, and proposes a second: an ε inside the logarithm.
@broken("clipped", "logits", torch_bce)
def bce_with_an_epsilon_in_the_log(z, y):
    p = torch.sigmoid(z)
    return -(y * (p + 1e-8).log() + (1 - y) * (1 - p + 1e-8).log()).mean()


# Logits clamped "for stability".
@broken("clipped", "class logits", lambda z, y: rows_of(z, y).mean())
def cross_entropy_of_clamped_logits(z, y):
    return rows_of(z.clamp(-10, 10), y).mean()


# torch.nn.functional.binary_cross_entropy stops at 100 (its documentation says so).
@broken("clipped", "probabilities", lambda p, y: -(torch.xlogy(y, p) + torch.xlogy(1 - y, 1 - p)).mean())
def bce_capped_at_100(p, y):
    return -(y * p.log().clamp(min=-100) + (1 - y) * (1 - p).log().clamp(min=-100)).mean()


# keras.losses.categorical_crossentropy clips at 1e-7.
@broken("clipped", "class probabilities", lambda p, y: -p.gather(1, y[:, None]).log().mean())
def cce_with_clipped_probabilities(p, y):
    return -(p.clamp(1e-7, 1).gather(1, y[:, None]).log()).mean()


# Measured in allRank's ListMLE: an ε inside the logarithm, 73.4 instead of 0.974 at gaps of 60.
@broken("clipped", "ranking", lambda s, r: ranking_likelihood(s, r, 0.0))
def softmax_ranking_with_an_epsilon(scores, relevance):
    return ranking_likelihood(scores, relevance, 1e-10)


# The gradient by hand is clipped, the value is not.
@broken(
    "dead-gradient",
    "logits",
    stable_bce,
    grad=lambda z, y: np.where(abs(z) > 20, 0, expit(z) - y) / len(z),
    fixed_grad=stable_bce_grad,
)
def bce_gradient_that_is_0_far_out(z, y):
    return np.mean(softplus(z) - y * z)


# tflearn#562, lightning-bolts#654, ariecattan/SciCo#2: softmax twice.
@broken("squashed-twice", "class logits", lambda z, y: F.cross_entropy(z, y))
def cross_entropy_of_softmax(z, y):
    return F.cross_entropy(F.softmax(z, dim=1), y)


# The same with one logit.
@broken("squashed-twice", "logits", torch_bce)
def bce_with_logits_of_sigmoid(z, y):
    return F.binary_cross_entropy_with_logits(torch.sigmoid(z), y)
