"""A third zoo, written when the checker was done, and measured once: all 16 broken losses were named, with
the kind and without; of 20 right ones none was blamed with the kind, and one without (insensitive to small
errors: its name says now what it takes)."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .held_out import right, wrong


@right("RMSE", "real")
def rmse(y_true, y_pred):
    return torch.sqrt(F.mse_loss(y_pred, y_true) + 1e-12)


@right("log cosh by softplus", "real")
def logcosh(pred, target):
    e = pred - target
    return (e + F.softplus(-2.0 * e) - math.log(2.0)).mean()


@right("smooth l1 of torch", "real")
def smooth_l1(input, target):
    return F.smooth_l1_loss(input, target, beta=0.5)


@right("epsilon-insensitive", "real")
def eps_insensitive(y_pred, y_true):
    return np.maximum(np.abs(y_pred - y_true) - 0.1, 0).mean()


@right("expectile", "real")
def expectile(pred, target):
    e = target - pred
    return (torch.where(e > 0, 0.8, 0.2) * e**2).mean()


@right("MSE as a module", "real")
class MyMSE(nn.Module):
    def forward(self, output, label):
        return ((output - label) ** 2).mean()


@right("BCE with logits by hand", "logits")
def stable_bce(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


@right("focal, stable", "logits")
def sigmoid_focal(logits, labels):
    ce = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    p = torch.sigmoid(logits)
    pt = p * labels + (1 - p) * (1 - labels)
    return (ce * (1 - pt) ** 2).mean()


@right("Brier of probabilities", "probabilities")
def brier(prob, outcome):
    return ((prob - outcome) ** 2).mean()


@right("logistic with signs", "scores")
def logistic(scores, y):
    return F.softplus(-y * scores).mean()


@right("exponential-free squared hinge", "scores")
def sq_hinge(pred, y):
    return (np.clip(1 - pred * y, 0, None) ** 2).mean()


@right("cross-entropy by logsumexp", "class logits")
def xent(logits, y):
    return (torch.logsumexp(logits, 1) - logits.gather(1, y[:, None]).squeeze(1)).mean()


@right("label smoothing of torch", "class logits")
def smoothed(logits, target):
    return F.cross_entropy(logits, target, label_smoothing=0.1)


@right("multi-margin of torch", "class logits")
def mm(output, target):
    return F.multi_margin_loss(output, target)


@right("NLL of log-probabilities", "class log-probabilities")
def nll(logp, y):
    return F.nll_loss(logp, y)


@right("Dice of probabilities", "masks")
def dice_loss(pred, mask):
    dims = tuple(range(1, pred.ndim))
    inter = (pred * mask).sum(dims)
    return (1 - (2 * inter + 1) / (pred.sum(dims) + mask.sum(dims) + 1)).mean()


@right("triplet of torch", "triplets")
def trip(anchor, positive, negative):
    return F.triplet_margin_loss(anchor, positive, negative, margin=0.5)


@right("BPR", "ranked pairs")
def bpr(pos, neg):
    return -F.logsigmoid(pos - neg).mean()


@right("NT-Xent in one function", "views")
def ntxent(z1, z2):
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    n = len(z1)
    s = z @ z.T / 0.5
    s = s.masked_fill(torch.eye(2 * n, dtype=torch.bool), float("-inf"))
    y = torch.arange(2 * n).roll(n)
    return F.cross_entropy(s, y)


@right("Poisson of log-rates", "log-rates")
def poisson(log_rate, count):
    return (torch.exp(log_rate) - count * log_rate).mean()


@wrong(
    "sigmoid twice",
    "logits",
    "squashed-twice",
    "clipped",
    "flat",
    "dead-gradient",
    "overflow",
    "wrong-minimum",
)
def bce_twice(logits, y):
    return F.binary_cross_entropy_with_logits(torch.sigmoid(logits), y)


@wrong(
    "softmax before cross-entropy", "class logits", "squashed-twice", "flat", "dead-gradient", "wrong-minimum"
)
def ce_twice(logits, y):
    return F.cross_entropy(F.softmax(logits, dim=1), y)


@wrong("log of sigmoid", "logits", "overflow", "value-not-finite", "gradient-not-finite", "clipped")
def naive(logits, y):
    p = torch.sigmoid(logits)
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()


@wrong("argmax inside", "class logits", "flat", "detached-gradient", "wrong-gradient", "dead-gradient")
def err(logits, y):
    return (logits.argmax(1) != y).float().mean()


@wrong("numpy inside torch", "real", "detached-gradient")
def np_inside(pred, target):
    return torch.tensor(np.mean((pred.detach().numpy() - target.numpy()) ** 2))


@wrong("sum of squares", "real", "wrong-reduction")
def mean_squared_error(pred, target):
    return ((pred - target) ** 2).sum()


@wrong("signed error", "real", "wrong-minimum", "flat")
def signed(pred, target):
    return (pred - target).mean()


@wrong("target changed", "class logits", "input-changed")
def changes(logits, y):
    y += 0
    logits -= logits.max(1, keepdims=True)
    return (np.log(np.exp(logits).sum(1)) - logits[np.arange(len(y)), y]).mean()


@wrong("cosine without eps", "pairs", "value-not-finite", "gradient-not-finite")
def cos_pairs(a, b, y):
    c = (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1))
    return torch.where(y > 0, 1 - c, F.relu(c)).mean()


@wrong("dropout in the loss", "real", "not-deterministic")
def noisy(pred, target):
    return (F.dropout((pred - target) ** 2, 0.2)).mean()


@wrong("hinge with 0 and 1", "scores", "wrong-minimum", "target-range", "flat", "dead-gradient")
def hinge01(scores, y):
    return F.relu(1 - scores * (y + 1) / 2).mean()


@wrong("log of counts", "log-rates", "wrong-minimum", "overflow", "value-not-finite")
def poisson_wrong(log_rate, count):
    return (log_rate - count * torch.log(log_rate)).mean()


@wrong("float16 accumulate", "real", "lost-digits", "half-precision", "dtype-changed")
def half_sum(pred, target):
    return ((pred - target).half() ** 2).mean().float()


@wrong("batch mean subtracted", "real", "batch-split", "wrong-minimum", "batch-of-one")
def centered(pred, target):
    e = pred - target
    return ((e - e.mean()) ** 2).mean()


@wrong("exp without max", "class logits", "overflow", "value-not-finite", "gradient-not-finite")
def lse_naive(logits, y):
    return (np.log(np.exp(logits).sum(1)) - logits[np.arange(len(y)), y]).mean()


@wrong("wrong denominators", "class logits", "wrong-denominator", "wrong-reduction")
def div_by_all(logits, y):
    return F.cross_entropy(logits, y, reduction="sum") / logits.numel()
