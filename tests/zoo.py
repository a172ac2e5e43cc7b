"""Broken losses, each broken in one real way, with the cause that `check_loss` has to name.

`@broken(cause, pred, fixed, ...)` registers the function under it; `fixed` is the same loss without that
bug, and must not be given that cause. The comment over a loss says where its bug was reported. NumPy losses
carry their gradient as `grad` where the bug is in it; the others are for tensors.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

ZOO = []


@dataclass
class Broken:
    name: str
    cause: str
    pred: str
    loss: Callable
    fixed: Any
    target: str | None = None
    grad: Callable | None = None
    fixed_grad: Callable | None = None
    options: dict = field(default_factory=dict)


def broken(cause, pred, fixed=None, *, target=None, grad=None, fixed_grad=None, **options):
    def register(loss):
        ZOO.append(Broken(loss.__name__, cause, pred, loss, fixed, target, grad, fixed_grad, options))
        return loss

    return register


def expit(z):
    return 1 / (1 + np.exp(-z))


def softplus(z):
    return np.logaddexp(0, z)


def stable_bce(z, y):
    return np.mean(softplus(z) - y * z)


def stable_bce_grad(z, y):
    return (np.exp(-softplus(-z)) - y) / len(z)


def mean_square(pred, target):
    return np.mean((pred - target) ** 2)


def mean_square_grad(pred, target):
    return 2 * (pred - target) / len(pred)


def torch_mse(pred, target):
    return ((pred - target) ** 2).mean()


def torch_bce(z, y):
    return (F.softplus(z) - y * z).mean()


def rows_of(z, y):
    return torch.logsumexp(z, -1) - z.gather(-1, y[:, None])[:, 0]


# 1. Gradients by hand


# The usual slip of a backward pass by hand; tests/equations exists because of it.
@broken(
    "wrong-gradient",
    "real",
    mean_square,
    grad=lambda p, t: -2 * (p - t) / len(p),
    fixed_grad=mean_square_grad,
)
def mse_gradient_with_the_sign_flipped(pred, target):
    return np.mean((pred - target) ** 2)


# The factor 2 of the square lost, as where ½e² and e² are mixed: optax has both l2_loss and squared_error.
@broken(
    "wrong-gradient", "real", mean_square, grad=lambda p, t: (p - t) / len(p), fixed_grad=mean_square_grad
)
def mse_gradient_without_the_2(pred, target):
    return np.mean((pred - target) ** 2)


# aprender#2182: the gradient does not follow the reduction, 1/N too many or missing.
@broken("wrong-gradient", "real", mean_square, grad=lambda p, t: 2 * (p - t), fixed_grad=mean_square_grad)
def mse_gradient_of_the_sum(pred, target):
    return np.mean((pred - target) ** 2)


# davisking/dlib#2552: the value of the focal loss lacks the factor that its gradient has.
@broken(
    "wrong-gradient",
    "logits",
    stable_bce,
    grad=lambda z, y: (expit(z) - y) * np.abs(y - expit(z)) ** 2 / len(z),
    fixed_grad=stable_bce_grad,
)
def focal_gradient_beside_a_bce_value(z, y):
    return np.mean(softplus(z) - y * z)


# An error found in a course: a boundary slope with the wrong sign.
@broken(
    "wrong-gradient",
    "real",
    lambda p, t: np.mean(np.where(abs(p - t) <= 1, (p - t) ** 2 / 2, abs(p - t) - 0.5)),
    grad=lambda p, t: np.where(abs(p - t) <= 1, p - t, np.sign(t - p)) / len(p),
    fixed_grad=lambda p, t: np.clip(p - t, -1, 1) / len(p),
)
def huber_with_the_wrong_sign_outside(pred, target):
    error = pred - target
    return np.mean(np.where(abs(error) <= 1, error**2 / 2, abs(error) - 0.5))


# The softmax taken for elementwise: p (1 − p) and no cross terms, a classic of backward passes by hand.
def _elementwise_softmax_gradient(z, y):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.eye(z.shape[1])[y] * (1 - p) / len(z)


@broken(
    "wrong-gradient",
    "class logits",
    lambda z, y: np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y]),
    grad=_elementwise_softmax_gradient,
    fixed_grad=lambda z, y: (
        (np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) - np.eye(z.shape[1])[y]) / len(z)
    ),
)
def cross_entropy_gradient_for_the_target_alone(z, y):
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y])


# Atcold/torch-TripletEmbedding#6: the gradients of positive and negative mixed up.
def _triplet_squared(a, p, n):
    return np.maximum(0, ((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 1).mean()


def _triplet_grad(a, p, n, sign=1):
    active = (((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 1 > 0)[:, None] * 2 / len(a)
    return (n - p) * active, sign * (p - a) * active, sign * (a - n) * active


@broken(
    "wrong-gradient",
    "triplets",
    _triplet_squared,
    grad=lambda a, p, n: _triplet_grad(a, p, n, -1),
    fixed_grad=_triplet_grad,
)
def triplet_gradient_with_positive_and_negative_mixed_up(a, p, n):
    return np.maximum(0, ((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 1).mean()


# A weight taken out of the graph: detach() where the paper differentiates through the factor.
@broken(
    "wrong-gradient",
    "logits",
    lambda z, y: (torch.sigmoid(z - 2 * y * z) ** 2 * F.softplus(z - 2 * y * z)).mean(),
)
def focal_with_a_detached_factor(z, y):
    wrong = z - 2 * y * z
    return (torch.sigmoid(wrong).detach() ** 2 * F.softplus(wrong)).mean()


# The value rebuilt from a Python number: "element 0 of tensors does not require grad".
@broken("detached-gradient", "real", torch_mse)
def mse_through_item(pred, target):
    return torch.tensor(((pred - target) ** 2).mean().item(), dtype=pred.dtype)


# The same through NumPy, as in scikit-learn's metrics used as a loss.
@broken("detached-gradient", "logits", torch_bce)
def bce_through_numpy(z, y):
    z, y = z.detach().numpy(), y.numpy()
    return torch.tensor(np.mean(np.logaddexp(0, z) - y * z))


# The accuracy as a loss: argmax and thresholds have no slope.
@broken("flat", "logits", torch_bce)
def error_rate_as_a_loss(z, y):
    return ((z > 0) != (y > 0)).double().mean() + 0 * z.sum()


# 2. NaN, inf, dead, clipped


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


# 0/0 for an empty target and an empty prediction: what `smooth` is for.
def _dice(pred, target, smooth):
    return (1 - (2 * (pred * target).sum(1) + smooth) / (pred.sum(1) + target.sum(1) + smooth)).mean()


@broken("value-not-finite", "masks", lambda p, t: _dice(p, t, 1.0))
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
@broken("clipped", "ranking", lambda s, r: _ranking_likelihood(s, r, 0.0))
def softmax_ranking_with_an_epsilon(scores, relevance):
    return _ranking_likelihood(scores, relevance, 1e-10)


def _ranking_likelihood(scores, relevance, eps):
    target = F.softmax(relevance, dim=1)
    log_p = F.log_softmax(scores, dim=1) if eps == 0 else (F.softmax(scores, dim=1) + eps).log()
    return -(target * log_p).sum(1).mean()


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


# 3. Precision


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
    lambda p, t: _dice(
        p.float() if p.dtype == torch.float16 else p,
        t.to(torch.float32 if p.dtype == torch.float16 else p.dtype),
        1.0,
    ).to(p.dtype),
)
def dice_in_half_precision(pred, target):
    return _dice(pred, target, 1.0)


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


# 4. Minimum and conventions


# A score that is to be maximized used as a loss.
@broken("wrong-minimum", "real", torch_mse)
def likelihood_to_be_maximized(pred, target):
    return -((pred - target) ** 2).mean()


# keras#16935, VinhLoiIT/signet-pytorch#2: the labels of the contrastive loss the other way round.
def _contrastive(x1, x2, same):
    d = torch.linalg.vector_norm(x1 - x2, dim=1)
    return (same * d**2 + (1 - same) * torch.relu(1 - d) ** 2).mean()


@broken("wrong-minimum", "pairs", _contrastive)
def contrastive_with_labels_the_other_way_round(x1, x2, same):
    return _contrastive(x1, x2, 1 - same)


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
@broken("wrong-minimum", "ranking", lambda s, r: _ranking_likelihood(s, r, 0.0))
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


# 5. Reductions and batches


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


# 6. What should be refused


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


# huggingface/lerobot#3377: the mask multiplies the loss and is not in the denominator.
def _masked_mse(pred, target, mask=None):
    each = (pred - target) ** 2
    return each.mean() if mask is None else (each * mask).sum() / mask.sum()


@broken("padding-counted", "real", _masked_mse)
def mse_with_a_mask_that_is_not_in_the_mean(pred, target, mask=None):
    each = (pred - target) ** 2
    return each.mean() if mask is None else (each * mask).mean()


# The padding of a ranking loss takes part in the softmax.
def _listnet(scores, relevance, mask=None, blind=False):
    if mask is not None and not blind:
        scores, relevance = (x.masked_fill(mask == 0, -torch.inf) for x in (scores, relevance))
    log_p = F.log_softmax(scores, dim=1)
    target = F.softmax(relevance, dim=1)
    return -torch.where(target > 0, target * log_p, 0 * target).sum(1).mean()


@broken("padding-counted", "ranking", _listnet)
def listnet_that_forgets_the_mask(scores, relevance, mask=None):
    return _listnet(scores, relevance, mask, blind=True)


# Measured in pytorch-metric-learning 2.9: a NaN among the embeddings, a finite loss, NaN gradients.
@broken("hidden-nan", "pairs", _contrastive)
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


# 7. In place, upstream, curvature


# NVIDIA-NeMo/Automodel#3918: masked_fill_ on the labels of the caller.
@broken("input-changed", "class logits", lambda z, y: rows_of(z, y).mean())
def cross_entropy_that_fills_its_labels(z, y):
    y = y.view(-1).masked_fill_(y == 0, 1)
    return rows_of(z, y).mean()


# NumPy: -= on the argument, "to save memory".
@broken(
    "input-changed",
    "class logits",
    lambda z, y: np.mean(
        np.logaddexp.reduce(z - z.max(1, keepdims=True), axis=1)
        - (z - z.max(1, keepdims=True))[np.arange(len(z)), y]
    ),
)
def cross_entropy_that_shifts_its_logits(z, y):
    z -= z.max(axis=1, keepdims=True)
    return np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), y])


class _Squared(torch.autograd.Function):
    """Gradient in the forward pass; what arrives from above is honored, or not, or in its first number."""

    @staticmethod
    def forward(ctx, pred, target, upstream):
        ctx.save_for_backward(pred - target)
        ctx.upstream = upstream
        return (pred - target) ** 2

    @staticmethod
    def backward(ctx, grad_output):
        (error,) = ctx.saved_tensors
        if ctx.upstream == "ignored":
            return 2 * error, None, None
        if ctx.upstream == "first":
            return 2 * error * grad_output.reshape(-1)[0], None, None
        return 2 * error * grad_output, None, None


# Liger-Kernel#1298, #968: every gradient is multiplied by grad_output[0].
@broken("upstream-ignored", "real", lambda p, t: _Squared.apply(p, t, ""))
def squared_error_with_the_first_upstream(pred, target):
    return _Squared.apply(pred, target, "first")


# A loss scaler or a weight on the loss has no effect.
@broken("upstream-ignored", "real", lambda p, t: _Squared.apply(p, t, ""))
def squared_error_that_ignores_upstream(pred, target):
    return _Squared.apply(pred, target, "ignored")


class _Softplus(torch.autograd.Function):
    """The derivative is calculated in the forward pass, so it has no derivative itself."""

    @staticmethod
    def forward(ctx, z, exact):
        ctx.save_for_backward(z, torch.sigmoid(z))
        ctx.exact = exact
        return F.softplus(z)

    @staticmethod
    def backward(ctx, grad_output):
        z, slope = ctx.saved_tensors
        return grad_output * (torch.sigmoid(z) if ctx.exact else slope.detach()), None


# tensorflow#7403, #5876; pytorch#122198: the second derivative is silently 0.
@broken("second-derivative", "logits", lambda z, y: (_Softplus.apply(z, True) - y * z).mean())
def bce_with_a_slope_from_the_forward_pass(z, y):
    return (_Softplus.apply(z, False) - y * z).mean()


# A loss that returns the matrix of all pairs.
@broken("wrong-shape", "real", torch_mse)
def squared_error_of_all_pairs(pred, target):
    return (pred[:, None] - target[None]) ** 2
