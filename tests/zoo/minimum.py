"""Broken losses for checks/minimum.py: a minimum in the wrong place, and jumps."""

import numpy as np
import torch
import torch.nn.functional as F

from .shared import broken, contrastive, ranking_likelihood, rows_of, torch_bce, torch_mse


# A score that is to be maximized used as a loss.
@broken("wrong-minimum", "real", torch_mse)
def likelihood_to_be_maximized(pred, target):
    return -((pred - target) ** 2).mean()


@broken("wrong-minimum", "pairs", contrastive)
def contrastive_with_labels_the_other_way_round(x1, x2, same):
    return contrastive(x1, x2, 1 - same)


# The positive and the negative distance exchanged.
@broken("wrong-minimum", "triplets", lambda a, p, n: F.triplet_margin_loss(a, p, n))
def triplet_with_positive_and_negative_exchanged(a, p, n):
    return F.triplet_margin_loss(a, n, p)


# pytorch#51716: probabilities given to kl_div, which wants their logarithms.
@broken(
    "wrong-minimum",
    "class probabilities",
    lambda p, t: (torch.xlogy(t, t) - torch.xlogy(t, p)).sum(1).mean(),
    target="distributions",
)
def kl_div_of_probabilities(pred, target):
    return F.kl_div(pred, target, reduction="batchmean")


# carpedm20/NTM-tensorflow#17: the target where the logits belong.
@broken("wrong-minimum", "logits", torch_bce, target="binary")
def bce_with_the_arguments_exchanged(z, y):
    return F.binary_cross_entropy_with_logits(y, z)


# A margin loss given 0 and 1: the negatives teach nothing.
@broken("wrong-minimum", "scores", lambda s, y: torch.relu(1 - (2 * y - 1) * s).mean(), target="binary")
def hinge_for_targets_0_and_1(s, y):
    return torch.relu(1 - y * s).mean()


# An index off by one: labels counted from 1.
@broken("wrong-minimum", "class logits", lambda z, y: rows_of(z, y).mean())
def cross_entropy_off_by_one(z, y):
    return rows_of(z, (y + 1) % z.shape[1]).mean()


# Errors that cancel: the absolute value outside of the mean, or missing.
@broken("wrong-minimum", "real", lambda p, t: (p - t).abs().mean())
def mean_error_without_abs(pred, target):
    return (pred - target).mean()


# A ranking loss whose sign is that of a metric.
@broken("wrong-minimum", "ranking", lambda s, r: ranking_likelihood(s, r, 0.0))
def ranking_likelihood_without_the_minus(scores, relevance):
    return (F.softmax(relevance, dim=1) * F.log_softmax(scores, dim=1)).sum(1).mean()


# InfoNCE with the similarity of the pairs in the wrong place: the rows are compared with a shifted batch.
@broken(
    "wrong-minimum",
    "views",
    lambda q, k: F.cross_entropy(F.normalize(q) @ F.normalize(k).T / 0.1, torch.arange(len(q))),
)
def info_nce_with_a_shifted_positive(query, key):
    logits = F.normalize(query) @ F.normalize(key).T / 0.1
    return F.cross_entropy(logits, (torch.arange(len(query)) + 1) % len(query))


# The line beyond delta without - delta / 2.
@broken("jump", "real", lambda p, t: np.mean(np.where(abs(p - t) <= 1, (p - t) ** 2 / 2, abs(p - t) - 0.5)))
def huber_whose_pieces_do_not_meet(pred, target):
    error = abs(pred - target)
    return np.mean(np.where(error <= 1, error**2 / 2, error))


# The wing loss of face landmarks without its constant.
@broken(
    "jump",
    "real",
    lambda p, t: torch.where(
        (p - t).abs() < 5, 5 * torch.log1p((p - t).abs()), (p - t).abs() + 3.958797346140275
    ),
)
def wing_loss_without_its_constant(pred, target):
    error = (pred - target).abs()
    return torch.where(error < 5, 5 * torch.log1p(error), error)
