"""Broken losses for checks/padding.py: what is ignored or masked."""

import numpy as np
import torch
import torch.nn.functional as F

from .shared import broken, rows_of


# The padding of a ranking loss takes part in the softmax.
def _listnet(scores, relevance, mask=None, blind=False):
    if mask is not None and not blind:
        scores, relevance = (x.masked_fill(mask == 0, -torch.inf) for x in (scores, relevance))
    log_p = F.log_softmax(scores, dim=1)
    target = F.softmax(relevance, dim=1)
    return -torch.where(target > 0, target * log_p, 0 * target).sum(1).mean()


# huggingface/lerobot#3377: the mask multiplies the loss and is not in the denominator.
def _masked_mse(pred, target, mask=None):
    each = (pred - target) ** 2
    return each.mean() if mask is None else (each * mask).sum() / mask.sum()


# pytorch#70348, #116349, OpenRLHF#583: every target ignored.
def _ce_ignoring(z, y, ignore_index=-100, at_least=1, padded=False):
    keep = y != ignore_index
    each = rows_of(z, torch.where(keep, y, 0)) * keep
    return each.mean() if padded else each.sum() / max(int(keep.sum()), at_least)


@broken("all-ignored", "class logits", lambda z, y, ignore_index=-100: _ce_ignoring(z, y))
def cross_entropy_with_everything_ignored(z, y, ignore_index=-100):
    keep = y != ignore_index
    return rows_of(z[keep], y[keep]).mean()


# d2l-en#2076, tensorflow#39146, DeepX-inc/machina#118: the padding counts in the mean.
@broken("padding-counted", "class logits", lambda z, y, ignore_index=-100: _ce_ignoring(z, y))
def cross_entropy_with_a_mean_over_padding(z, y, ignore_index=-100):
    return _ce_ignoring(z, y, padded=True)


@broken("padding-counted", "real", _masked_mse)
def mse_with_a_mask_that_is_not_in_the_mean(pred, target, mask=None):
    each = (pred - target) ** 2
    return each.mean() if mask is None else (each * mask).mean()


@broken("padding-counted", "ranking", _listnet)
def listnet_that_forgets_the_mask(scores, relevance, mask=None):
    return _listnet(scores, relevance, mask, blind=True)


# keras#19740, keras#15323: the weights multiply, and the mean is over all examples.
def _weighted(pred, target, sample_weight=None):
    weight = np.ones(len(pred)) if sample_weight is None else sample_weight
    return np.sum(weight * (pred - target) ** 2) / max(np.sum(weight), 1e-12)


@broken("weights-not-in-mean", "real", _weighted)
def mse_divided_by_all_examples(pred, target, sample_weight=None):
    each = (pred - target) ** 2
    return np.mean(each if sample_weight is None else sample_weight * each)


# The mean over nothing: weights that are all 0.
@broken("all-ignored", "real", _weighted)
def mse_divided_by_no_weight(pred, target, sample_weight=None):
    weight = np.ones(len(pred)) if sample_weight is None else sample_weight
    return np.sum(weight * (pred - target) ** 2) / np.sum(weight)


# An example of weight 0 still counts in a second term.
@broken("padding-counted", "real", _weighted)
def mse_with_a_penalty_on_what_has_no_weight(pred, target, sample_weight=None):
    return _weighted(pred, target, sample_weight) + 1e-2 * np.mean(abs(pred))
