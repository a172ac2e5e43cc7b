"""Losses as people write them, of which the checker was not made: broken ones, and right ones.

They were written before the checker was last changed, to measure it: which share of the causes it names, with
and without being told the kind, and whether it blames a right loss. `wrong` names every cause that is a true
description; a right loss may get warnings that are true (it broadcasts, takes any target), and no error.
Do not change the checker for one entry here: put its twin into `zoo.py`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

WRONG, RIGHT = [], []


@dataclass
class HeldOut:
    what: str
    loss: Callable
    kind: str
    causes: frozenset
    target: str | None = None
    options: dict = field(default_factory=dict)


def wrong(what, kind, *causes, target=None, **options):
    def register(loss):
        WRONG.append(HeldOut(what, loss, kind, frozenset(causes), target, options))
        return loss

    return register


def right(what, kind, target=None, **options):
    def register(loss):
        RIGHT.append(HeldOut(what, loss, kind, frozenset(), target, options))
        return loss

    return register


# Broken


@wrong("softmax over the batch", "class logits", "wrong-minimum", "batch-split", "batch-of-one")
def ce(x, y):
    e = torch.exp(x - x.max())
    q = e / e.sum(0, keepdim=True)
    return -torch.log(q[torch.arange(len(y)), y]).mean()


@wrong("the maximum of each column", "class logits", "batch-split", "overflow", "wrong-minimum")
def softmax_ce(logits, labels):
    z = logits - logits.max(axis=0)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(labels)), labels]).mean()


@wrong("log_softmax over axis 0", "class logits", "wrong-minimum", "batch-split", "batch-of-one")
def cross_entropy(logits, target):
    return F.nll_loss(F.log_softmax(logits, 0), target)


@wrong("softmax over the queries", "ranking", "wrong-minimum", "batch-split", "batch-of-one")
def listnet(scores, relevance):
    return -(F.softmax(relevance, 0) * F.log_softmax(scores, 0)).sum(0).mean()


@wrong("one minus R²", "real", "batch-split", "wrong-denominator", "value-not-finite")
def r2_loss(pred, target):
    return 1 - (1 - ((pred - target) ** 2).sum() / ((target - target.mean()) ** 2).sum())


@wrong("log of sigmoid, two scores", "ranked pairs", "overflow")
def bpr_loss(pos_scores, neg_scores):
    return -torch.log(torch.sigmoid(pos_scores - neg_scores)).mean()


@wrong("log of sigmoid, two scores and a target", "score pairs", "overflow")
def pairwise_logistic(s1, s2, y):
    return -torch.log(torch.sigmoid(y * (s1 - s2))).mean()


@wrong("log(1 + exp) of distances", "triplets", "overflow")
def soft_triplet(anchor, positive, negative):
    d = (anchor - positive).pow(2).sum(1) - (anchor - negative).pow(2).sum(1)
    return torch.log(1 + torch.exp(d)).mean()


@wrong("log of cosh, positives", "positive", "overflow", library="numpy")
def log_cosh(y_true, y_pred):
    return np.mean(np.log(np.cosh(y_pred - y_true)))


@wrong("cosine without an ε", "views", "value-not-finite", "gradient-not-finite")
def negative_cosine(x1, x2):
    return (1 - (x1 * x2).sum(-1) / (x1.norm(dim=-1) * x2.norm(dim=-1))).mean()


@wrong("cosine embedding without an ε", "pairs", "value-not-finite", "gradient-not-finite")
def cosine_contrastive(x1, x2, y):
    cos = (x1 * x2).sum(1) / torch.sqrt((x1 * x1).sum(1) * (x2 * x2).sum(1))
    return torch.where(y > 0, 1 - cos, torch.relu(cos)).mean()


@wrong("mean of an empty mask", "real", "all-ignored")
def masked_mse(pred, target, mask=None):
    e = (pred - target) ** 2
    return e.mean() if mask is None else e[mask.bool()].mean()


@wrong("weights that may all be 0", "real", "all-ignored")
def weighted_l1(pred, target, weight=None):
    e = (pred - target).abs()
    return e.mean() if weight is None else (e * weight).sum() / weight.sum()


@wrong("weights that are not in the denominator", "real", "weights-not-in-mean", library="numpy")
def weighted_mse(y_true, y_pred, sample_weight=None):
    e = (y_true - y_pred) ** 2
    return e.mean() if sample_weight is None else (e * sample_weight).mean()


@wrong("a required mask that is not in the mean", "real", "padding-counted")
def sequence_mse(pred, target, mask):
    return (((pred - target) ** 2) * mask).mean()


@wrong("clip in place", "probabilities", "input-changed")
def log_loss(y_true, y_prob):
    np.clip(y_prob, 1e-7, 1 - 1e-7, out=y_prob)
    return -np.mean(y_true * np.log(y_prob) + (1 - y_true) * np.log(1 - y_prob))


@wrong("relu in place on a view", "scores", "input-changed")
def margin_loss(scores, labels):
    labels[labels == 0] = -1
    return torch.relu(1 - labels * scores).mean()


@wrong("Dice of raw logits", "mask logits", "wrong-minimum", "value-not-finite")
def dice_loss(logits, masks):
    i = (logits * masks).sum(1)
    return (1 - (2 * i + 1) / (logits.sum(1) + masks.sum(1) + 1)).mean()


@wrong("an activation penalty of the fourth power", "logits", "wrong-minimum")
def regularized_bce(logits, target):
    return (F.softplus(logits - 2 * target * logits) + 1e-3 * logits**4).mean()


@wrong("hinge without the maximum", "scores", "wrong-minimum")
def hinge_loss(scores, y):
    return (1 - y * scores).mean()


@wrong("negatives are dropped", "logits", "wrong-minimum", "value-not-finite")
def bce_logits(z, y):
    return F.softplus(-z)[y == 1].mean()


@wrong("NaN everywhere", "real", "value-not-finite")
def rmsle(pred, target):
    return np.sqrt(np.log1p(-np.abs(pred - target) - 1)).mean()


@wrong("dropout left on", "logits", "not-deterministic")
def noisy_bce(logits, target):
    return F.binary_cross_entropy_with_logits(F.dropout(logits, 0.02), target)


@wrong("jitter once in a while", "real", "not-deterministic")
def jittered_mse(pred, target):
    keep = np.random.rand(len(pred)) > 0.02
    return np.mean(keep * (pred - target) ** 2)


@wrong("sum by hand over the classes and the batch mean twice", "class logits", "wrong-denominator")
def soft_ce(logits, onehot):
    return (-(onehot * torch.log_softmax(logits, -1))).mean() / len(logits)


@wrong("gradient by hand with the sign of the target", "logits", "wrong-gradient")
class _HandBCE(nn.Module):
    class Fn(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z, y):
            ctx.save_for_backward(z, y)
            return F.binary_cross_entropy_with_logits(z, y)

        @staticmethod
        def backward(ctx, g):
            z, y = ctx.saved_tensors
            return g * (torch.sigmoid(z) - y), None

    def forward(self, logits, target):
        return self.Fn.apply(logits, target)


@wrong("argmax accuracy", "class logits", "flat", "detached-gradient")
def accuracy_loss(logits, labels):
    return 1 - (logits.argmax(1) == labels).float().mean()


@wrong("rounded predictions", "probabilities", "flat", "detached-gradient", "jump")
def f1_loss(y_prob, y_true):
    hard = (y_prob > 0.5).to(y_prob.dtype)
    tp = (hard * y_true).sum()
    return 1 - 2 * tp / (hard.sum() + y_true.sum() + 1e-7)


@wrong("focal, ε inside of the logarithm", "logits", "clipped", library="torch")
class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=0.25):
        super().__init__()
        self.gamma, self.alpha = gamma, alpha

    def forward(self, logits, targets):
        p = torch.sigmoid(logits)
        pt = torch.where(targets == 1, p, 1 - p)
        a = torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return (-a * (1 - pt) ** self.gamma * torch.log(pt + 1e-6)).mean()


@wrong("sigmoid twice", "logits", "squashed-twice")
def objectness(logits, target):
    return F.binary_cross_entropy_with_logits(logits.sigmoid(), target)


@wrong("squared IoU of nothing", "masks", "value-not-finite")
def iou_loss(probs, masks):
    i = (probs * masks).sum(-1)
    u = (probs + masks - probs * masks).sum(-1)
    return (1 - i / u).mean()


@wrong("distance by sqrt", "triplets", "gradient-not-finite")
class TripletLoss(nn.Module):
    def forward(self, anchor, positive, negative):
        ap = torch.sqrt(((anchor - positive) ** 2).sum(1))
        an = torch.sqrt(((anchor - negative) ** 2).sum(1))
        return F.relu(ap - an + 0.3).mean()


@wrong("labels flipped", "pairs", "wrong-minimum", target="binary")
def contrastive_loss(emb1, emb2, label):
    d = F.pairwise_distance(emb1, emb2)
    return ((1 - label) * d**2 + label * torch.clamp(1 - d, min=0) ** 2).mean()


@wrong("margin on the wrong side", "ranked pairs", "wrong-minimum")
def reward_loss(chosen, rejected):
    return -F.logsigmoid(rejected - chosen).mean()


@wrong("a maximum over the whole batch of tripled embeddings", "embeddings", "value-not-finite")
def supcon(features, labels):
    f = F.normalize(features)
    same = (labels[:, None] == labels[None]).float().fill_diagonal_(0)
    sim = f @ f.T / 0.1
    logp = sim - torch.logsumexp(sim.masked_fill(torch.eye(len(f)).bool(), -1e9), 1, keepdim=True)
    return -((same * logp).sum(1) / same.sum(1)).mean()


@wrong("temperature multiplied, exp without the maximum", "views", "overflow")
def info_nce(query, key):
    sim = torch.exp(query @ key.T / 0.1)
    return -torch.log(sim.diagonal() / sim.sum(1)).mean()


@wrong("Poisson with the sign of the count", "log-rates", "wrong-minimum")
def poisson_nll(log_rate, count):
    return (torch.exp(log_rate) + count * log_rate).mean()


@wrong("pinball the other way round at the kink", "real", "jump", "wrong-minimum")
def pinball(y, y_hat, q=0.9):
    e = y - y_hat
    return np.mean(np.where(e > 1, q * e, (q - 1) * e + 0.5))


@wrong("epsilon-insensitive that jumps", "real", "jump")
def svr_loss(pred, target):
    e = torch.abs(pred - target)
    return torch.where(e > 0.5, e, torch.zeros_like(e)).mean()


@wrong("squeeze of everything", "class logits", "batch-of-one", "wrong-reduction")
def squeezed_ce(logits, target):
    logp = torch.log_softmax(logits, dim=1).squeeze(0)
    if logp.ndim == 1:
        return -logp.max()
    return F.nll_loss(logp, target)


@wrong("backward that ignores what comes from above", "real", "upstream-ignored")
class CustomMSE(nn.Module):
    class Fn(torch.autograd.Function):
        @staticmethod
        def forward(ctx, p, t):
            ctx.save_for_backward(p, t)
            return F.mse_loss(p, t)

        @staticmethod
        def backward(ctx, g):
            p, t = ctx.saved_tensors
            return 2 * (p - t) / p.numel(), None

    def forward(self, pred, target):
        return self.Fn.apply(pred, target)


@wrong("nan_to_num", "real", "hidden-nan")
def safe_mse(pred, target):
    return torch.nan_to_num((pred - target) ** 2).mean()


@wrong("-inf for the padding, multiplied by 0", "ranking", "value-not-finite", "padding-counted")
def masked_listnet(scores, relevance, mask=None):
    if mask is not None:
        scores = scores.masked_fill(~mask.bool(), float("-inf"))
        relevance = relevance.masked_fill(~mask.bool(), float("-inf"))
    return -(F.softmax(relevance, 1) * F.log_softmax(scores, 1)).sum(1).mean()


@wrong("the batch is sorted", "real", "batch-order", "batch-split")
def quantile_match(pred, target):
    return ((pred - torch.sort(target).values) ** 2).mean()


# It was meant to be right: torch differentiates xlog1py to 0/0 at p = y = 1.
@wrong("log loss by xlogy", "probabilities", "gradient-not-finite")
def log_loss_exact(y_true, y_prob):
    return -(torch.xlogy(y_true, y_prob) + torch.special.xlog1py(1 - y_true, -y_prob)).mean()


# Right


@right("a sum of floats", "real")
def mae(p, t):
    return sum(abs(float(a) - float(b)) for a, b in zip(p, t, strict=True)) / len(p)


@right("lists and math", "real")
def rmse_squared(y_true, y_pred):
    y_true, y_pred = y_true.tolist(), y_pred.tolist()
    return math.fsum((a - b) ** 2 for a, b in zip(y_true, y_pred, strict=True)) / max(len(y_true), 1)


@right("math.log of logits", "logits")
def logistic(z, y):
    total = 0.0
    for a, b in zip(z, y, strict=True):
        m = float(a) * (2 * float(b) - 1)
        total += max(-m, 0.0) + math.log1p(math.exp(-abs(m)))
    return total / max(len(z), 1)


@right("mse", "real")
def mse_loss(input, target):
    return torch.mean((input - target) ** 2)


@right("huber, NumPy", "real")
def huber(y, f, delta=1.0):
    r = np.abs(y - f)
    return np.where(r <= delta, 0.5 * r**2, delta * (r - 0.5 * delta)).mean()


@right("pinball", "real")
def quantile_loss(preds, target, q=0.9):
    e = target - preds
    return torch.max(q * e, (q - 1) * e).mean()


@right("Charbonnier", "real")
def charbonnier(pred, target, eps=1e-3):
    return torch.sqrt((pred - target) ** 2 + eps**2).mean()


@right("Tukey's biweight", "real")
def tukey(pred, target, c=4.685):
    u = np.clip((pred - target) / c, -1, 1)
    return np.mean(c**2 / 6 * (1 - (1 - u**2) ** 3))


@right("Cauchy", "real")
def cauchy_loss(pred, target):
    return torch.log1p((pred - target) ** 2).mean()


@right("binary cross-entropy with logits", "logits", "binary")
def bce_with_logits(logits, labels):
    return (torch.clamp(logits, min=0) - logits * labels + torch.log1p(torch.exp(-logits.abs()))).mean()


@right("with label smoothing", "logits", "binary")
def smoothed_bce(logits, targets, smoothing=0.1):
    targets = targets * (1 - smoothing) + 0.5 * smoothing
    return F.binary_cross_entropy_with_logits(logits, targets)


@right("with a weight of the positives", "logits", "binary")
def weighted_bce(logits, target, pos_weight=3.0):
    return (pos_weight * target * F.softplus(-logits) + (1 - target) * F.softplus(logits)).mean()


@right("focal", "logits", "binary")
def sigmoid_focal_loss(inputs, targets, alpha=0.25, gamma=2.0):
    p = torch.sigmoid(inputs)
    ce = F.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    p_t = p * targets + (1 - p) * (1 - targets)
    alpha_t = alpha * targets + (1 - alpha) * (1 - targets)
    return (alpha_t * ce * (1 - p_t) ** gamma).mean()


@right("cross-entropy", "class logits", "classes")
def softmax_cross_entropy(logits, labels):
    return (torch.logsumexp(logits, 1) - logits.gather(1, labels[:, None]).squeeze(1)).mean()


@right("x and y", "class logits", "classes")
def nll(x, y):
    x = x - x.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(y)), y])


@right("one-hot", "class logits", "one-hot")
def categorical(y_true, logits):
    return -(y_true * F.log_softmax(logits, dim=-1)).sum(-1).mean()


@right("label smoothing of classes", "class logits", "classes")
class LabelSmoothing(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits, target):
        logp = F.log_softmax(logits, -1)
        own = -logp.gather(1, target[:, None])[:, 0]
        return ((1 - self.smoothing) * own - self.smoothing * logp.mean(-1)).mean()


@right("hinge", "scores", "signs")
def hinge(decision, y):
    return np.maximum(0, 1 - y * decision).mean()


@right("squared hinge", "scores", "signs")
def squared_hinge(scores, y):
    return (torch.relu(1 - y * scores) ** 2).mean()


@right("least squares for signs", "scores", "signs")
def least_squares_score(scores, y):
    return ((1 - y * scores) ** 2).mean()


@right("exponential", "scores", "signs")
def adaboost_margin(scores, y):
    return np.exp(-y * scores).mean()


@right("Crammer and Singer", "class logits", "classes")
def multiclass_svm(scores, y):
    own = scores[np.arange(len(y)), y][:, None]
    margins = np.maximum(0, scores - own + 1)
    margins[np.arange(len(y)), y] = 0
    return margins.max(axis=1).mean()


@right("Brier", "probabilities", "binary")
def brier(y_true, y_prob):
    return np.mean((y_prob - y_true) ** 2)


@right("soft Dice", "masks")
def soft_dice_loss(probs, masks, smooth=1.0):
    i = (probs * masks).sum(1)
    return (1 - (2 * i + smooth) / (probs.sum(1) + masks.sum(1) + smooth)).mean()


@right("Dice of logits", "mask logits")
class DiceLoss(nn.Module):
    def forward(self, logits, masks):
        p = torch.sigmoid(logits)
        i = (p * masks).flatten(1).sum(1)
        return (1 - (2 * i + 1) / (p.flatten(1).sum(1) + masks.flatten(1).sum(1) + 1)).mean()


@right("multi-label", "mask logits")
def multi_label_bce(logits, labels):
    return F.binary_cross_entropy_with_logits(logits, labels)


@right("triplets", "triplets")
def triplet_loss(a, p, n):
    ap, an = F.pairwise_distance(a, p), F.pairwise_distance(a, n)
    return F.relu(ap - an + 1.0).mean()


@right("triplets of cosines", "triplets")
def cosine_triplet(anchor, positive, negative):
    s = F.cosine_similarity(anchor, negative) - F.cosine_similarity(anchor, positive)
    return F.relu(s + 0.2).mean()


@right("contrastive of pairs", "pairs", "binary")
def contrastive(x1, x2, same):
    d2 = ((x1 - x2) ** 2).sum(1)
    d = torch.sqrt(d2 + 1e-12)
    return (same * d2 + (1 - same) * F.relu(1 - d) ** 2).mean()


@right("InfoNCE", "views")
def clip_loss(query, key, temperature=0.07):
    logits = F.normalize(query, dim=1) @ F.normalize(key, dim=1).T / temperature
    y = torch.arange(len(logits))
    return (F.cross_entropy(logits, y) + F.cross_entropy(logits.T, y)) / 2


@right("supervised contrastive", "embeddings")
def sup_con_loss(features, labels, temperature=0.1):
    f = F.normalize(features, dim=1)
    eye = torch.eye(len(f), dtype=torch.bool)
    same = (labels[:, None] == labels[None]) & ~eye
    logp = F.log_softmax((f @ f.T / temperature).masked_fill(eye, -1e9), dim=1)
    return -((same * logp).sum(1) / same.sum(1).clamp(min=1)).mean()


@right("Bradley and Terry", "ranked pairs")
def preference_loss(chosen, rejected):
    return -F.logsigmoid(chosen - rejected).mean()


@right("a margin between two scores", "score pairs", "signs")
def margin_ranking(s1, s2, y, margin=0.1):
    return torch.relu(-y * (s1 - s2) + margin).mean()


@right("ListNet", "ranking")
def listnet_loss(scores, relevance):
    return -(F.softmax(relevance, 1) * F.log_softmax(scores, 1)).sum(1).mean()


@right("RankNet over a list", "ranking")
def ranknet(scores, relevance):
    d = scores[:, :, None] - scores[:, None, :]
    m = (relevance[:, :, None] > relevance[:, None, :]).to(d.dtype)
    return (m * F.softplus(-d)).sum((1, 2)).mean()


@right("Poisson", "log-rates")
def poisson_loss(log_rates, counts):
    return (np.exp(log_rates) - counts * log_rates).mean()


@right("gamma deviance", "positive")
def gamma_deviance(mu, y):
    return 2 * (np.log(mu / y) + y / mu - 1).mean()


@right("squared logarithmic error", "positive")
def msle(pred, target):
    return ((torch.log1p(pred) - torch.log1p(target)) ** 2).mean()


@right("a mask that counts", "real")
def masked_mae(pred, target, mask):
    return ((pred - target).abs() * mask).sum() / mask.sum().clamp(min=1)


@right("weights that count", "real")
def weighted_average_error(y_true, y_pred, sample_weight=None):
    e = (y_true - y_pred) ** 2
    if sample_weight is None:
        return e.mean() if len(e) else 0.0
    total = sample_weight.sum()
    return (e * sample_weight).sum() / total if total > 0 else 0.0


@right("KL of log-probabilities", "class log-probabilities", "distributions")
def kl_divergence(log_probs, target):
    return (torch.xlogy(target, target) - target * log_probs).sum(1).mean()


@right("root of the mean square", "real")
def rmse(pred, target):
    return ((pred - target) ** 2).mean().add(1e-12).sqrt()
