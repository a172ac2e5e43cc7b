"""The problems of the margin chapter."""

import numpy as np

import lossutils

from .engine import gradient_mistakes, loss_mistakes, problem, quarters


def signs(rng, n):
    """n drawn targets, −1 or 1."""
    return rng.randint(2, size=n) * 2.0 - 1


# Hinge

HINGE_EDGES = [
    ("a positive that is right and safe", [2.5], [1.0]),
    ("a positive inside the margin", [0.25], [1.0]),
    ("a negative that is right and safe", [-3.5], [-1.0]),
    ("a negative on the wrong side", [1.5], [-1.0]),
    ("two examples", [0.5, 3.0], [1.0, -1.0]),
    ("at the kink", [1.0], [1.0]),
]


def _draw(rng, n):
    return quarters(rng, n), signs(rng, n)


def _hinge(pred, target, reduction="none"):
    return lossutils.hinge(pred, target, reduction=reduction)


@problem("hinge", edges=HINGE_EDGES, draw=_draw)
def hinge(pred, target):
    return lossutils.hinge(pred, target)


loss_mistakes(hinge, _hinge)


hinge.mistake(
    "no margin",
    "max(0, −y s), the loss of the perceptron: it is content with the right side.",
    "What does a positive with the score 0.25 pay in your function?",
    lambda pred, target: np.mean(np.maximum(0, -target * pred)),
)
hinge.mistake(
    "not cut off",
    "1 − y s without the maximum: whoever is far on the right side is paid for it.",
    "What is the loss of a positive with the score 100?",
    lambda pred, target: np.mean(1 - target * pred),
)
hinge.mistake(
    "target left out",
    "max(0, 1 − s): every example is treated as a positive.",
    "Where does your function use the target?",
    lambda pred, target: np.mean(np.maximum(0, 1 - pred)),
)
hinge.mistake(
    "sides swapped",
    "max(0, 1 + y s): right and wrong are swapped.",
    "Should a positive with the score 3 pay more or less than one with −3?",
    lambda pred, target: np.mean(np.maximum(0, 1 + target * pred)),
)


@hinge.mistake("squared", "the squared hinge.", "What does a violation of 2 cost?")
def _(pred, target):
    return lossutils.squared_hinge(pred, target)


hinge.mistake(
    "mistakes counted",
    "the share of examples on the wrong side, which has no slope.",
    "What does your function say when a score moves a little?",
    lambda pred, target: np.mean(target * pred < 0),
)
hinge.mistake(
    "distance to the target",
    "|y − s|: a score beyond the target is punished too.",
    "A positive has the score 3. Is there anything left to improve?",
    lambda pred, target: np.mean(abs(target - pred)),
)
hinge.mistake(
    "maximum after the mean",
    "the maximum with 0 taken of the mean: safe examples pay for violations.",
    "Which comes first, the maximum or the mean?",
    lambda pred, target: np.maximum(0, np.mean(1 - target * pred)),
)


# Its subgradient


def _between(pred, target):
    slope, kink = lossutils.hinge.grad(pred, target), (target * pred == 1) / len(pred)
    return slope - kink * (target > 0), slope + kink * (target < 0)


@problem(
    "hinge_gradient",
    edges=[*HINGE_EDGES, ("both sides at the kink", [1.0, -1.0, 0.0], [1.0, -1.0, 1.0])],
    draw=_draw,
    accept=_between,
)
def hinge_gradient(pred, target):
    return lossutils.hinge.grad(pred, target)


def _slope(pred, target):
    return lossutils.hinge.grad(pred, target, reduction="sum")


gradient_mistakes(hinge_gradient, _slope, _hinge)


hinge_gradient.mistake(
    "never silent",
    "−y for every example: those beyond the margin pull as well.",
    "What is the slope of a loss that is 0 on both sides of a score?",
    lambda pred, target: -target / len(pred),
)
hinge_gradient.mistake(
    "kink at 0",
    "a slope only on the wrong side: those inside the margin are left alone.",
    "At which margin does the loss become 0?",
    lambda pred, target: -target * (target * pred < 0) / len(pred),
)
hinge_gradient.mistake(
    "inside out",
    "a slope where the loss is 0 and none where it is not.",
    "Which examples still have something to gain?",
    lambda pred, target: -target * (target * pred > 1) / len(pred),
)
hinge_gradient.mistake(
    "target left out",
    "−1 inside the margin, for negatives too.",
    "Which way should the score of a negative move?",
    lambda pred, target: -1.0 * (target * pred < 1) / len(pred),
)
hinge_gradient.mistake(
    "squared",
    "the slope of the squared hinge.",
    "Does the hinge pull harder on a larger violation?",
    lambda pred, target: lossutils.squared_hinge.grad(pred, target),
)


hinge_gradient.mistake(
    "over the active ones",
    "the mean over the examples inside the margin, not over all.",
    "Move one prediction of a batch of ten by 0.1. How much of that does the mean see?",
    lambda pred, target: -target * (target * pred < 1) / np.maximum(np.sum(target * pred < 1), 1),
)


# The geometric margin

PLANE = [[3.0, 1.0], [0.0, -2.0], [2.0, 5.0]]


@problem(
    "geometric_margin",
    edges=[
        ("one point", [[3.0, 1.0]], [1.0], [3.0, 4.0], -1.0),
        ("one point on the wrong side", [[1.0, 0.5]], [-1.0], [3.0, 4.0], 2.0),
        ("three points", PLANE, [1.0, -1.0, 1.0], [3.0, 4.0], -1.0),
        ("the same plane, ten times the weights", PLANE, [1.0, -1.0, 1.0], [30.0, 40.0], -10.0),
    ],
    draw=lambda rng, n: (
        quarters(rng, 2 * n).reshape(n, 2),
        signs(rng, n),
        np.array([1.5, -2.0]) + rng.randint(3),
        rng.randint(-3, 4) / 2 + 0.25,
    ),
)
def geometric_margin(x, y, w, b):
    return np.min(y * (x @ w + b)) / np.linalg.norm(w)


geometric_margin.mistake(
    "functional",
    "the functional margin: it is not divided by the length of w.",
    "Ten times w and b are the same plane. What does your function say to that?",
    lambda x, y, w, b: np.min(y * (x @ w + b)),
)
geometric_margin.mistake(
    "squared length",
    "a division by w · w instead of the length of w.",
    "Ten times w and b are the same plane. What does your function say to that?",
    lambda x, y, w, b: np.min(y * (x @ w + b)) / (w @ w),
)
geometric_margin.mistake(
    "bias in the length",
    "a length to which the bias was added.",
    "Which numbers say into which direction the plane faces?",
    lambda x, y, w, b: np.min(y * (x @ w + b)) / np.linalg.norm(np.append(w, b)),
)
geometric_margin.mistake(
    "distance without side",
    "the distance to the plane, whichever side the point is on.",
    "What should a point on the wrong side give?",
    lambda x, y, w, b: np.min(abs(x @ w + b)) / np.linalg.norm(w),
)
geometric_margin.mistake(
    "mean",
    "the mean of the margins instead of the smallest.",
    "Which point comes closest to the plane?",
    lambda x, y, w, b: np.mean(y * (x @ w + b)) / np.linalg.norm(w),
)
geometric_margin.mistake(
    "no bias",
    "a plane through the origin: b is missing.",
    "What is the score of the point 0?",
    lambda x, y, w, b: np.min(y * (x @ w)) / np.linalg.norm(w),
)
geometric_margin.mistake(
    "whole street",
    "twice the margin: the street from one side to the other.",
    "How far is the nearest point from the plane itself?",
    lambda x, y, w, b: 2 * np.min(y * (x @ w + b)) / np.linalg.norm(w),
)
geometric_margin.mistake(
    "one over the length",
    "1/|w|, which is the margin only if the nearest point has the score ±1.",
    "Does your result depend on the points?",
    lambda x, y, w, b: 1 / np.linalg.norm(w),
)


# The gradient of the soft-margin objective


def _soft(x, y, w, penalty):
    return -((y * (x @ w) < 1) * y) @ x / len(y) + 2 * penalty * w


def _soft_between(x, y, w, penalty):
    kink = -((y * (x @ w) == 1) * y)[:, None] * x / len(y)
    slope = _soft(x, y, w, penalty)
    return slope + np.minimum(kink, 0).sum(axis=0), slope + np.maximum(kink, 0).sum(axis=0)


@problem(
    "soft_margin_gradient",
    edges=[
        ("one point beyond the margin", [[1.5, 0.5]], [1.0], [2.0, 1.0], 0.25),
        ("one point inside", [[1.0, 0.75]], [1.0], [0.5, -1.0], 0.25),
        ("one point on the wrong side", [[3.0, 0.5]], [-1.0], [0.5, -1.0], 0.1),
        ("no penalty", [[1.0, 0.75], [0.5, 2.0]], [1.0, 1.0], [0.5, -1.0], 0.0),
        ("at the kink", [[1.0, 0.0], [0.0, 0.5]], [1.0, 1.0], [1.0, 0.5], 0.25),
    ],
    draw=lambda rng, n: (
        quarters(rng, 3 * n, -1.5, 1.5).reshape(n, 3),
        signs(rng, n),
        quarters(rng, 3),
        rng.randint(1, 5) / 8,
    ),
    accept=_soft_between,
)
def soft_margin_gradient(x, y, w, penalty):
    return _soft(x, y, w, penalty)


soft_margin_gradient.mistake(
    "penalty without 2",
    "λ w as the derivative of λ |w|².",
    "What is the derivative of λ w² for a single weight?",
    lambda x, y, w, penalty: _soft(x, y, w, penalty / 2),
)
soft_margin_gradient.mistake(
    "no penalty",
    "the hinge part alone.",
    "The term that makes the margin large is missing. Which one is it?",
    lambda x, y, w, penalty: _soft(x, y, w, 0),
)
soft_margin_gradient.mistake(
    "sum for mean",
    "the sum over the examples instead of the mean.",
    "How does your result change when every example stands there twice?",
    lambda x, y, w, penalty: len(y) * _soft(x, y, w, 0) + 2 * penalty * w,
)
soft_margin_gradient.mistake(
    "penalty divided",
    "a penalty that is divided by n like the losses.",
    "Is the penalty inside the mean or outside?",
    lambda x, y, w, penalty: _soft(x, y, w, penalty / len(y)),
)
soft_margin_gradient.mistake(
    "only the misclassified",
    "a sum over the points on the wrong side; those inside the margin are missing.",
    "At which margin does a point stop pulling?",
    lambda x, y, w, penalty: -((y * (x @ w) < 0) * y) @ x / len(y) + 2 * penalty * w,
)
soft_margin_gradient.mistake(
    "every example",
    "a sum over all points, those beyond the margin too.",
    "What is the slope of a loss that is 0?",
    lambda x, y, w, penalty: -y @ x / len(y) + 2 * penalty * w,
)
soft_margin_gradient.mistake(
    "violations pull apart",
    "the right pull of the data with the wrong sign.",
    "A positive lies inside the margin. Does w turn towards it when you step against your gradient?",
    lambda x, y, w, penalty: -_soft(x, y, w, 0) + 2 * penalty * w,
)
soft_margin_gradient.mistake(
    "targets left out",
    "a pull in which every example is a positive: y is missing.",
    "Which way does a negative pull?",
    lambda x, y, w, penalty: -(y * (x @ w) < 1).astype(float) @ x / len(y) + 2 * penalty * w,
)


# Many classes


def _violations(scores, target):
    rows = np.arange(len(target))
    lack = np.maximum(0, 1 + scores - scores[rows, target][:, None])
    lack[rows, target] = 0
    return lack


@problem(
    "multiclass_hinge",
    edges=[
        ("one example, won by a margin", [[3.0, 0.5, 1.0]], np.array([0])),
        ("one example, won narrowly", [[2.0, 1.5, -1.0]], np.array([0])),
        ("one example, lost to two", [[0.5, 1.0, 2.5, -2.0]], np.array([0])),
        ("all scores equal", [[1.0, 1.0, 1.0]], np.array([2])),
        ("two examples", [[2.0, 1.5, -1.0], [0.0, -0.5, 3.0]], np.array([0, 1])),
    ],
    draw=lambda rng, n: (quarters(rng, 4 * n).reshape(n, 4), rng.randint(4, size=n)),
)
def multiclass_hinge(scores, target):
    return lossutils.multiclass_hinge(scores, target)


multiclass_hinge.mistake(
    "target not left out",
    "a sum over all K classes: the target against itself adds 1 for every example.",
    "What does an example cost that is won by a margin of 2?",
    lambda scores, target: np.mean(_violations(scores, target).sum(axis=1) + 1) / scores.shape[1],
)
multiclass_hinge.mistake(
    "K minus 1",
    "a division by the K − 1 wrong classes. It is sensible, but PyTorch divides by K.",
    "By which number does `F.multi_margin_loss` divide?",
    lambda scores, target: np.mean(_violations(scores, target).sum(axis=1)) / (scores.shape[1] - 1),
)
multiclass_hinge.mistake(
    "not divided by K",
    "the sum over the wrong classes, not divided by K.",
    "By which number does `F.multi_margin_loss` divide?",
    lambda scores, target: np.mean(_violations(scores, target).sum(axis=1)),
)
multiclass_hinge.mistake(
    "largest violation",
    "the largest violation alone, the version of Crammer and Singer.",
    "Two wrong classes come too close. Do both count?",
    lambda scores, target: np.mean(_violations(scores, target).max(axis=1)),
)
multiclass_hinge.mistake(
    "sum for mean",
    "a sum over the batch instead of the mean.",
    "Should a batch that is twice as long have twice the loss?",
    lambda scores, target: _violations(scores, target).sum() / scores.shape[1],
)


@multiclass_hinge.mistake(
    "no margin",
    "max(0, s_j − s_t): content when the right class is in front by a hair.",
    "What do three equal scores cost?",
)
def _(scores, target):
    rows = np.arange(len(target))
    return np.mean(np.maximum(0, scores - scores[rows, target][:, None]))


@multiclass_hinge.mistake(
    "sides swapped",
    "the right class in the place of the wrong ones.",
    "Should a larger score of the right class make the loss larger or smaller?",
)
def _(scores, target):
    rows = np.arange(len(target))
    lack = np.maximum(0, 1 - scores + scores[rows, target][:, None])
    lack[rows, target] = 0
    return np.mean(lack)


# The dual


@problem(
    "svm_dual",
    edges=[
        ("nobody pulls", [0.0, 0.0], [[1.0, 2.0], [3.0, -1.0]], [1.0, -1.0], 0.5),
        ("one point", [1.0], [[1.5, 2.0]], [1.0], 0.25),
        ("two points", [1.0, 0.5], [[1.5, 2.0], [-1.0, 0.5]], [1.0, -1.0], 0.25),
        ("a weak penalty", [0.5, 0.5], [[1.5, 2.0], [-1.0, 0.5]], [1.0, -1.0], 0.01),
    ],
    draw=lambda rng, n: (
        rng.randint(5, size=n) / 4,
        quarters(rng, 3 * n).reshape(n, 3),
        signs(rng, n),
        rng.randint(1, 5) / 8,
    ),
)
def svm_dual(a, x, y, penalty):
    pull = (a * y) @ x / len(y)
    return np.mean(a) - pull @ pull / (4 * penalty)


@svm_dual.mistake(
    "plus",
    "the two terms added.",
    "The dual value must stay below the objective. Which sign has the square?",
)
def _(a, x, y, penalty):
    pull = (a * y) @ x / len(y)
    return np.mean(a) + pull @ pull / (4 * penalty)


@svm_dual.mistake(
    "half for a quarter",
    "a division by 2λ instead of 4λ.",
    "Put the best w back into λ |w|² − w · v. How much is left?",
)
def _(a, x, y, penalty):
    pull = (a * y) @ x / len(y)
    return np.mean(a) - pull @ pull / (2 * penalty)


@svm_dual.mistake(
    "targets left out",
    "a sum of a x without the targets.",
    "In which direction does a negative pull?",
)
def _(a, x, y, penalty):
    pull = a @ x / len(y)
    return np.mean(a) - pull @ pull / (4 * penalty)


@svm_dual.mistake(
    "sum for mean",
    "sums over the examples in place of the means.",
    "The objective holds the mean of the hinge losses. Where does the 1/n go?",
)
def _(a, x, y, penalty):
    pull = (a * y) @ x
    return np.sum(a) - pull @ pull / (4 * penalty)


@svm_dual.mistake(
    "n once",
    "a square that is divided by n instead of n².",
    "The sum is squared. What happens to its 1/n?",
)
def _(a, x, y, penalty):
    pull = (a * y) @ x
    return np.mean(a) - pull @ pull / (4 * penalty * len(y))


svm_dual.mistake(
    "length not squared",
    "the length of the sum instead of its square.",
    "Which power of w stands in the penalty?",
    lambda a, x, y, penalty: np.mean(a) - np.linalg.norm((a * y) @ x / len(y)) / (4 * penalty),
)
