"""The problems of the regression chapter."""

import numpy as np

import lossutils

from .engine import gradient_mistakes, loss_mistakes, problem, quarters

SHARED_EDGES = [
    ("no error", [2.0], [2.0]),
    ("one positive error", [4.0], [1.0]),
    ("one negative error", [1.0], [4.0]),
    ("two examples", [1.0, 5.0], [2.0, 2.0]),
    ("errors that cancel", [1.0, 3.0], [2.0, 2.0]),
]


def _draw(rng, n):
    return quarters(rng, n), quarters(rng, n)


# Mean squared error


@problem("mse", edges=SHARED_EDGES, draw=_draw)
def mse(pred, target):
    return lossutils.mse(pred, target)


def _squares(pred, target):
    return (pred - target) ** 2


loss_mistakes(mse, _squares)


mse.mistake(
    "half",
    "a factor of ½ that this course, like PyTorch, leaves out.",
    "What is the mean of the squares of a single error of 3?",
    lambda pred, target: np.mean((pred - target) ** 2) / 2,
)
mse.mistake(
    "root",
    "a square root at the end: that is the RMSE.",
    "If the errors are in dollars, which unit should the result have?",
    lambda pred, target: np.sqrt(np.mean((pred - target) ** 2)),
)
mse.mistake(
    "absolute error",
    "the mean of the absolute errors, the MAE.",
    "Should an error of 4 count twice or four times as much as an error of 2?",
    lambda pred, target: np.mean(np.abs(pred - target)),
)
mse.mistake(
    "square of the mean",
    "the square of the mean error: averaged first, squared after.",
    "Two errors of −1 and 1: what remains of them when you average first?",
    lambda pred, target: np.mean(pred - target) ** 2,
)
mse.mistake(
    "not squared",
    "the mean error, not squared.",
    "What do errors of −1 and 1 add up to, and is that a good prediction?",
    lambda pred, target: np.mean(pred - target),
)
mse.mistake(
    "doubled",
    "the error times 2 where its square belongs.",
    "Which operator raises to a power in Python?",
    lambda pred, target: np.mean((pred - target) * 2),
)
mse.mistake(
    "positive errors only",
    "only predictions that are too high count.",
    "What does your function say to a prediction of 1 for a target of 4?",
    lambda pred, target: np.mean(np.maximum(pred - target, 0) ** 2),
)


# Mean absolute error


@problem("mae", edges=SHARED_EDGES, draw=_draw)
def mae(pred, target):
    return lossutils.mae(pred, target)


def _absolutes(pred, target):
    return np.abs(pred - target)


loss_mistakes(mae, _absolutes)


mae.mistake(
    "no absolute value",
    "the mean error: the absolute value is missing.",
    "What do errors of −1 and 1 add up to, and is that a good prediction?",
    lambda pred, target: np.mean(pred - target),
)
mae.mistake(
    "other way round",
    "target minus prediction, without the absolute value.",
    "Does it matter for the loss whether a prediction is 3 too high or 3 too low?",
    lambda pred, target: np.mean(target - pred),
)
mae.mistake(
    "absolute value of the mean",
    "the absolute value of the mean error: averaged first, made positive after.",
    "Two errors of −1 and 1: what remains of them when you average first?",
    lambda pred, target: np.abs(np.mean(pred - target)),
)
mae.mistake(
    "squared",
    "the mean of the squares, the MSE.",
    "If the errors are in dollars, which unit should the result have?",
    lambda pred, target: np.mean((pred - target) ** 2),
)
mae.mistake(
    "root of the mean square",
    "the root of the mean square, the RMSE.",
    "For one example the two are the same. Which step comes before the mean, which after?",
    lambda pred, target: np.sqrt(np.mean((pred - target) ** 2)),
)
mae.mistake(
    "half",
    "a factor of ½ too much.",
    "What is the absolute value of a single error of 3?",
    lambda pred, target: np.mean(np.abs(pred - target)) / 2,
)
mae.mistake(
    "positive errors only",
    "only predictions that are too high count.",
    "What does your function say to a prediction of 1 for a target of 4?",
    lambda pred, target: np.mean(np.maximum(pred - target, 0)),
)
mae.mistake(
    "difference of sizes",
    "the difference of the absolute values, |pred| − |target|.",
    "What do you get for a prediction of −3 and a target of 3?",
    lambda pred, target: np.mean(np.abs(pred) - np.abs(target)),
)


# Huber's loss

DELTA_EDGES = [
    ("no error", [2.0], [2.0], 1.0),
    ("|e| below delta", [2.5], [2.0], 1.0),
    ("negative errors", [1.5], [2.0], 1.0),
    ("|e| = delta", [3.0], [2.0], 1.0),
    ("|e| above delta", [5.0], [2.0], 1.0),
    ("negative errors", [2.0], [5.0], 1.0),
    ("another delta", [3.0], [2.0], 2.0),
    ("another delta", [6.0], [1.0], 2.0),
    ("two examples", [2.5, 5.0], [2.0, 2.0], 1.0),
]


def _draw_with_delta(rng, n):
    return quarters(rng, n), quarters(rng, n), (0.5, 1.0, 1.5, 3.0)[n % 4]


@problem("huber", edges=DELTA_EDGES, draw=_draw_with_delta)
def huber(pred, target, delta=1.0):
    return lossutils.huber(pred, target, delta=delta)


def _huber(pred, target, delta):
    return lossutils.huber(pred, target, delta=delta, reduction="none")


loss_mistakes(huber, _huber)


def _two_branches(pred, target, delta, near, far):
    """The mean of `near` of a small error's size and `far` of a large one's."""
    size = np.abs(pred - target)
    return np.mean(np.where(size <= delta, near(size), far(size)))


huber.mistake(
    "no half",
    "the square of a small error is not halved.",
    "At |e| = delta both branches have to give the same value. Do yours?",
    lambda pred, target, delta: _two_branches(
        pred, target, delta, lambda e: e**2, lambda e: delta * (e - delta / 2)
    ),
)
huber.mistake(
    "jump: offset not halved",
    "delta² where ½ delta² belongs in the linear branch, so the loss jumps down at delta.",
    "Compute both branches at |e| = delta. What has to be subtracted so that they meet?",
    lambda pred, target, delta: _two_branches(
        pred, target, delta, lambda e: e**2 / 2, lambda e: delta * e - delta**2
    ),
)
huber.mistake(
    "jump: no offset",
    "delta · |e| in the linear branch, with nothing subtracted, so the loss jumps up at delta.",
    "Compute both branches at |e| = delta. What has to be subtracted so that they meet?",
    lambda pred, target, delta: _two_branches(pred, target, delta, lambda e: e**2 / 2, lambda e: delta * e),
)
huber.mistake(
    "delta squared",
    "the slope of the linear branch is delta² instead of delta.",
    "What is the slope of e²/2 where the branches meet, at |e| = delta?",
    lambda pred, target, delta: _two_branches(
        pred, target, delta, lambda e: e**2 / 2, lambda e: delta**2 * (e - delta / 2)
    ),
)
huber.mistake(
    "slope 1",
    "the slope of the linear branch is 1 whatever delta is.",
    "What is the slope of e²/2 where the branches meet, at |e| = delta?",
    lambda pred, target, delta: _two_branches(
        pred, target, delta, lambda e: e**2 / 2, lambda e: e - delta / 2
    ),
)
huber.mistake(
    "offset ½",
    "½ · delta is subtracted in the linear branch, which fits delta = 1 alone.",
    "½ makes the branches meet at delta = 1. What does it take for delta = 2?",
    lambda pred, target, delta: _two_branches(
        pred, target, delta, lambda e: e**2 / 2, lambda e: delta * (e - 0.5)
    ),
)
huber.mistake(
    "smooth L1",
    "everything is divided by delta: that is smooth L1.",
    "Far out the slope of Huber's loss is delta. What is yours?",
    lambda pred, target, delta: lossutils.huber(pred, target, delta=delta) / delta,
)
huber.mistake(
    "ignores delta",
    "delta = 1 whatever the caller asks for.",
    "Where in your formula does the argument delta appear?",
    lambda pred, target, delta: lossutils.huber(pred, target, delta=1.0),
)
huber.mistake(
    "branches swapped",
    "the two branches are swapped: linear near 0, quadratic far out.",
    "Which errors should count less than their square: the small or the large ones?",
    lambda pred, target, delta: _two_branches(
        pred, target, delta, lambda e: delta * (e - delta / 2), lambda e: e**2 / 2
    ),
)


@huber.mistake(
    "sign of the error in the condition",
    "e instead of |e| is compared with delta, so every negative error is squared.",
    "Which branch does an error of −100 take?",
)
def _(pred, target, delta):
    e = pred - target
    return np.mean(np.where(e <= delta, e**2 / 2, delta * (np.abs(e) - delta / 2)))


@huber.mistake(
    "sign of the error in the line",
    "e instead of |e| in the linear branch, so a large negative error is rewarded.",
    "What is your loss at an error of −100?",
)
def _(pred, target, delta):
    e = pred - target
    return np.mean(np.where(np.abs(e) <= delta, e**2 / 2, delta * (e - delta / 2)))


huber.mistake(
    "all quadratic",
    "the quadratic branch everywhere.",
    "What should an outlier of 100 cost more than one of 99?",
    lambda pred, target, delta: np.mean((pred - target) ** 2) / 2,
)
huber.mistake(
    "all linear",
    "the linear branch everywhere.",
    "What does your function give for a perfect prediction?",
    lambda pred, target, delta: np.mean(delta * (np.abs(pred - target) - delta / 2)),
)
huber.mistake(
    "flat far out",
    "a loss that stays constant beyond delta.",
    "Should an error of 100 be worse than an error of 10?",
    lambda pred, target, delta: _two_branches(
        pred, target, delta, lambda e: e**2 / 2, lambda e: delta**2 / 2
    ),
)


@huber.mistake(
    "one branch for the batch",
    "one branch for the whole batch: as soon as one error exceeds delta, all count as large.",
    "Each example has an error of its own. How often does your code choose a branch?",
)
def _(pred, target, delta):
    size = np.abs(pred - target)
    return np.mean(size**2 / 2 if np.all(size <= delta) else delta * (size - delta / 2))


huber.mistake(
    "pseudo-Huber",
    "the smooth relative, δ²·(√(1 + (e/δ)²) − 1).",
    "What should an error of delta cost exactly?",
    lambda pred, target, delta: np.mean(delta**2 * (np.sqrt(1 + ((pred - target) / delta) ** 2) - 1)),
)
huber.mistake(
    "threshold on the square",
    "the square of the error is compared with delta, not its size.",
    "At which error do the branches meet for delta = 2?",
    lambda pred, target, delta: np.mean(
        np.where(
            (pred - target) ** 2 <= delta,
            (pred - target) ** 2 / 2,
            delta * (np.abs(pred - target) - delta / 2),
        )
    ),
)


# Quantile loss

Q_EDGES = [
    ("no error", [2.0], [2.0], 0.5),
    ("q = 0.5", [5.0], [2.0], 0.5),
    ("too high at q = 0.9", [5.0], [2.0], 0.9),
    ("too low at q = 0.9", [2.0], [5.0], 0.9),
    ("too high at q = 0.25", [5.0], [2.0], 0.25),
    ("too low at q = 0.25", [2.0], [5.0], 0.25),
    ("two examples", [1.0, 5.0], [2.0, 2.0], 0.9),
]


def _draw_with_q(rng, n):
    return quarters(rng, n), quarters(rng, n), (0.1, 0.5, 0.75, 0.9)[n % 4]


@problem("quantile", edges=Q_EDGES, draw=_draw_with_q)
def quantile(pred, target, q=0.5):
    return lossutils.quantile(pred, target, q=q)


def _pinball(pred, target, q):
    return lossutils.quantile(pred, target, q=q, reduction="none")


loss_mistakes(quantile, _pinball)


quantile.mistake(
    "q swapped",
    "q and 1 − q are swapped, or the error is taken the other way round.",
    "With q = 0.9, which should cost more: predicting too much, or too little?",
    lambda pred, target, q: lossutils.quantile(pred, target, q=1 - q),
)
quantile.mistake(
    "ignores q",
    "q = 0.5 whatever the caller asks for.",
    "Where in your formula does the argument q appear?",
    lambda pred, target, q: lossutils.quantile(pred, target, q=0.5),
)
quantile.mistake(
    "doubled",
    "twice the loss, so that the median would give the MAE.",
    "With q = 0.5, what does an error of 1 cost by the definition?",
    lambda pred, target, q: 2 * lossutils.quantile(pred, target, q=q),
)
quantile.mistake(
    "q on both sides",
    "both directions are weighted with q.",
    "If too high and too low cost the same, which quantile comes out, whatever q is?",
    lambda pred, target, q: np.mean(q * np.abs(pred - target)),
)
quantile.mistake(
    "1 − q on both sides",
    "both directions are weighted with 1 − q.",
    "If too high and too low cost the same, which quantile comes out, whatever q is?",
    lambda pred, target, q: np.mean((1 - q) * np.abs(pred - target)),
)


@quantile.mistake(
    "negative below",
    "a prediction that is too low gets a negative loss: its minus sign is missing.",
    "A loss is at least 0. What is the sign of e when the prediction is too low?",
)
def _(pred, target, q):
    e = pred - target
    return np.mean(np.where(e >= 0, (1 - q) * e, q * e))


@quantile.mistake(
    "minimum",
    "the smaller of the two lines instead of the larger one.",
    "A loss is at least 0. Which of the two lines is, on either side?",
)
def _(pred, target, q):
    e = pred - target
    return np.mean(np.minimum((1 - q) * e, -q * e))


quantile.mistake(
    "too low is free",
    "a prediction that is too low costs nothing.",
    "Which constant would minimize your loss on the targets 1, 2, 3?",
    lambda pred, target, q: np.mean((1 - q) * np.maximum(pred - target, 0)),
)
quantile.mistake(
    "too high is free",
    "a prediction that is too high costs nothing.",
    "Which constant would minimize your loss on the targets 1, 2, 3?",
    lambda pred, target, q: np.mean(q * np.maximum(target - pred, 0)),
)


@quantile.mistake(
    "squared",
    "squared errors with the weights of the quantile: that is the expectile loss.",
    "How much more does an error of 4 cost than an error of 2?",
)
def _(pred, target, q):
    e = pred - target
    return np.mean(np.where(e >= 0, 1 - q, q) * e**2)


# Gradients


@problem("mse_gradient", edges=SHARED_EDGES, draw=_draw)
def mse_gradient(pred, target):
    return lossutils.mse.grad(pred, target)


gradient_mistakes(mse_gradient, lambda pred, target: 2 * (pred - target), lossutils.mse)


mse_gradient.mistake(
    "half",
    "a factor of 2 is missing: this is the derivative of ½ e².",
    "What does the exponent do when you differentiate e²?",
    lambda pred, target: (pred - target) / len(pred),
)
mse_gradient.mistake(
    "half, not divided by n",
    "the error alone: the factor 2 and the division by n are missing.",
    "Start with one example, e². Then ask what the mean over n does to its derivative.",
    lambda pred, target: pred - target,
)
mse_gradient.mistake(
    "sign of the error",
    "the sign of the error only: that is the gradient of the MAE.",
    "Should an error of 4 pull as hard as an error of 1?",
    lambda pred, target: np.sign(pred - target) / len(pred),
)
mse_gradient.mistake(
    "still squared",
    "the factor 2 is there, but the error is still squared.",
    "What is the exponent of the derivative of e²?",
    lambda pred, target: 2 * (pred - target) ** 2 / len(pred),
)
mse_gradient.mistake(
    "mean error",
    "the mean error in place of each example's own.",
    "Two errors of −1 and 1: should their predictions stay where they are?",
    lambda pred, target: np.full(pred.shape, 2 * np.mean(pred - target) / len(pred)),
)


def _mae_subgradients(pred, target):
    e = pred - target
    return np.where(e > 0, 1, -1) / len(e), np.where(e < 0, -1, 1) / len(e)


@problem("mae_gradient", edges=SHARED_EDGES, draw=_draw, accept=_mae_subgradients)
def mae_gradient(pred, target):
    return lossutils.mae.grad(pred, target)


gradient_mistakes(mae_gradient, lambda pred, target: np.sign(pred - target), lossutils.mae)


@mae_gradient.mistake(
    "NaN at zero error",
    "e / |e|, which is 0/0 for a perfect prediction.",
    "Which function gives the sign of a number without dividing by it?",
)
def _(pred, target):
    e = pred - target
    return e / np.abs(e) / len(e)


mae_gradient.mistake(
    "error itself",
    "the error instead of its sign.",
    "Draw |e|. Is it twice as steep at an error of 4 as at an error of 2?",
    lambda pred, target: (pred - target) / len(pred),
)
mae_gradient.mistake(
    "gradient of the square",
    "the gradient of the MSE.",
    "Draw |e|. Is it twice as steep at an error of 4 as at an error of 2?",
    lambda pred, target: 2 * (pred - target) / len(pred),
)
mae_gradient.mistake(
    "nothing below",
    "the gradient is 0 where the prediction is too low.",
    "A prediction of 1 for a target of 4: which way should it move?",
    lambda pred, target: np.where(pred > target, 1.0, 0.0) / len(pred),
)
mae_gradient.mistake(
    "sign of the mean error",
    "one sign for the whole batch.",
    "One prediction is too high, one too low: should both move the same way?",
    lambda pred, target: np.full(pred.shape, np.sign(np.mean(pred - target)) / len(pred)),
)
mae_gradient.mistake(
    "half",
    "a factor of ½ too much.",
    "Draw |e|. How steep is it at an error of 3?",
    lambda pred, target: np.sign(pred - target) / 2 / len(pred),
)


@problem("huber_gradient", edges=DELTA_EDGES, draw=_draw_with_delta)
def huber_gradient(pred, target, delta=1.0):
    return lossutils.huber.grad(pred, target, delta=delta)


gradient_mistakes(
    huber_gradient, lambda pred, target, delta: np.clip(pred - target, -delta, delta), lossutils.huber
)
huber_gradient.mistake(
    "not clipped",
    "the error itself everywhere: nothing limits the pull of an outlier.",
    "How steep is the linear branch, and does that depend on e?",
    lambda pred, target, delta: (pred - target) / len(pred),
)
huber_gradient.mistake(
    "sign everywhere",
    "delta times the sign of the error everywhere, for small errors too.",
    "How steep is e²/2 at e = 0.01?",
    lambda pred, target, delta: delta * np.sign(pred - target) / len(pred),
)


@huber_gradient.mistake(
    "slope 1",
    "a slope of ±1 beyond delta, whatever delta is.",
    "The gradient is continuous. What is it right before |e| = delta?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, e, np.sign(e)) / len(e)


@huber_gradient.mistake(
    "no sign beyond delta",
    "+delta beyond delta, for large negative errors too.",
    "A prediction is 100 too low: which way should it move?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, e, delta) / len(e)


huber_gradient.mistake(
    "clipped above only",
    "large positive errors are limited, large negative ones are not.",
    "What is your gradient at an error of −100?",
    lambda pred, target, delta: np.minimum(pred - target, delta) / len(pred),
)


@huber_gradient.mistake(
    "size beyond delta",
    "delta · |e| beyond delta: the height of a line, not its slope.",
    "How much steeper is a straight line at e = 100 than at e = 10?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, e, delta * np.abs(e)) / len(e)


@huber_gradient.mistake(
    "zero beyond delta",
    "the gradient is 0 beyond delta: outliers are ignored altogether.",
    "The loss still grows beyond delta. How fast?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, e, 0) / len(e)


@huber_gradient.mistake(
    "doubled near zero",
    "2e for small errors: the derivative of e² without the ½.",
    "The gradient is continuous. Do both branches give the same at |e| = delta?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, 2 * e, delta * np.sign(e)) / len(e)


@huber_gradient.mistake(
    "delta squared",
    "a slope of ±delta² beyond delta.",
    "The gradient is continuous. What is it right before |e| = delta?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, e, delta**2 * np.sign(e)) / len(e)


huber_gradient.mistake(
    "smooth L1",
    "everything is divided by delta: that is the gradient of smooth L1.",
    "Far out the slope of Huber's loss is delta. What is yours?",
    lambda pred, target, delta: np.clip((pred - target) / delta, -1, 1) / len(pred),
)
huber_gradient.mistake(
    "ignores delta",
    "delta = 1 whatever the caller asks for.",
    "Where in your formula does the argument delta appear?",
    lambda pred, target, delta: np.clip(pred - target, -1, 1) / len(pred),
)


def _quantile_subgradients(pred, target, q):
    e = pred - target
    return np.where(e > 0, 1 - q, -q) / len(e), np.where(e < 0, -q, 1 - q) / len(e)


@problem("quantile_gradient", edges=Q_EDGES, draw=_draw_with_q, accept=_quantile_subgradients)
def quantile_gradient(pred, target, q=0.5):
    return lossutils.quantile.grad(pred, target, q=q)


def _quantile_slope(pred, target, q):
    return lossutils.quantile.grad(pred, target, q=q, reduction="sum")


gradient_mistakes(quantile_gradient, _quantile_slope, lossutils.quantile)


quantile_gradient.mistake(
    "q swapped",
    "q and 1 − q are swapped.",
    "With q = 0.9, which prediction should be pulled harder: one too high, or one too low?",
    lambda pred, target, q: _quantile_slope(pred, target, 1 - q) / len(pred),
)
quantile_gradient.mistake(
    "swapped and flipped",
    "the error is taken the other way round, target minus prediction.",
    "A prediction is too high and grows: does the loss grow or fall?",
    lambda pred, target, q: -_quantile_slope(pred, target, 1 - q) / len(pred),
)
quantile_gradient.mistake(
    "ignores q",
    "q = 0.5 whatever the caller asks for.",
    "Where in your formula does the argument q appear?",
    lambda pred, target, q: _quantile_slope(pred, target, 0.5) / len(pred),
)
quantile_gradient.mistake(
    "sign of the error",
    "the sign of the error only: that is the gradient of the MAE.",
    "Which slope does each side of the kink have, and where is q in it?",
    lambda pred, target, q: np.sign(pred - target) / len(pred),
)
quantile_gradient.mistake(
    "q on both sides",
    "q on both sides of the kink.",
    "How steep is the loss above the target, how steep below?",
    lambda pred, target, q: q * np.sign(pred - target) / len(pred),
)
quantile_gradient.mistake(
    "nothing below",
    "the gradient is 0 where the prediction is too low.",
    "A prediction of 2 for a target of 5: which way should it move?",
    lambda pred, target, q: (1 - q) * (pred > target) / len(pred),
)
quantile_gradient.mistake(
    "nothing above",
    "the gradient is 0 where the prediction is too high.",
    "A prediction of 5 for a target of 2: which way should it move?",
    lambda pred, target, q: -q * (pred < target) / len(pred),
)


# Constants that minimize a loss


def _weighted_medians(values, weights):
    """The lowest and the highest constant that minimizes the weighted absolute error."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    low, high = (np.searchsorted(total, total[-1] / 2, side=side) for side in ("left", "right"))
    return values[order[low]], values[order[high]]


@problem(
    "mae_minimizer",
    edges=[
        ("one value", [3.0], [2.0]),
        ("two equal weights", [1.0, 4.0], [1.0, 1.0]),
        ("equal weights", [1.0, 2.0, 10.0], [1.0, 1.0, 1.0]),
        ("one heavy value", [1.0, 2.0, 10.0], [1.0, 1.0, 5.0]),
        ("values out of order", [10.0, 1.0, 4.0, 2.0], [1.0, 4.0, 1.0, 1.0]),
    ],
    draw=lambda rng, n: (quarters(rng, n), rng.randint(2, 13, n) / 2),
    accept=_weighted_medians,
)
def mae_minimizer(values, weights):
    return np.mean(_weighted_medians(values, weights))


mae_minimizer.mistake(
    "weights ignored",
    "the plain median: the weights are ignored.",
    "If one value carries most of the weight, where should the constant be?",
    lambda values, weights: np.median(values),
)
mae_minimizer.mistake(
    "weighted mean",
    "the weighted mean, which minimizes the weighted squared error.",
    "Move the largest value ten times as far out. Should the constant follow?",
    lambda values, weights: np.average(values, weights=weights),
)
mae_minimizer.mistake(
    "mean",
    "the plain mean of the values.",
    "Move the largest value ten times as far out. Should the constant follow?",
    lambda values, weights: np.mean(values),
)
mae_minimizer.mistake(
    "not sorted",
    "half of the weight is counted off before the values are sorted.",
    "Shuffle the values together with their weights. Should the result change?",
    lambda values, weights: values[np.searchsorted(np.cumsum(weights), weights.sum() / 2)],
)
mae_minimizer.mistake(
    "weights not sorted",
    "the values are sorted, but their weights stay in the old order.",
    "After sorting, which weight belongs to the smallest value?",
    lambda values, weights: np.sort(values)[np.searchsorted(np.cumsum(weights), weights.sum() / 2)],
)


@mae_minimizer.mistake(
    "half the number",
    "half the number of values instead of half of the weight.",
    "The minimizer has as much weight below as above. What is half of that?",
)
def _(values, weights):
    order = np.argsort(values)
    return values[order][np.searchsorted(np.cumsum(weights[order]), len(values) / 2)]


mae_minimizer.mistake(
    "weights cut off",
    "the weights are cut off to whole numbers.",
    "How much does a weight of 2.5 count in your function, and how much one of 2?",
    lambda values, weights: np.median(np.repeat(values, weights.astype(int))),
)
mae_minimizer.mistake(
    "heaviest value",
    "the value with the largest weight.",
    "Weights of 5, 4 and 4 on the values 1, 9 and 10: is 1 a good constant?",
    lambda values, weights: values[np.argmax(weights)],
)


@problem(
    "squared_relative_minimizer",
    edges=[
        ("one value", [4.0]),
        ("equal values", [2.0, 2.0]),
        ("two values", [1.0, 4.0]),
        ("one large value", [1.0, 2.0, 20.0]),
    ],
    draw=lambda rng, n: (quarters(rng, n, 0.5, 6.0),),
    last=[("whole dollars in 32 bits", np.array([200_000, 100_000], dtype=np.int32))],
)
def squared_relative_minimizer(values):
    inverse = 1 / values
    return np.sum(inverse) / np.sum(inverse**2)


squared_relative_minimizer.mistake(
    "squares too large",
    "squares that do not fit into 32 bits.",
    "What is np.array([200_000], dtype=np.int32)**2, and what could you square instead?",
    lambda values: np.sum(1 / values) / np.sum(1 / values**2),
)
squared_relative_minimizer.mistake(
    "mean",
    "the mean, which minimizes the squared error in dollars, not in percent.",
    "Which of the values 1 and 10 is missed by more, in percent, when you predict 5.5?",
    lambda values: np.mean(values),
)
squared_relative_minimizer.mistake(
    "harmonic mean",
    "the harmonic mean, with the weights 1/value.",
    "The error is divided by the value and then squared. Which weight does that give e²?",
    lambda values: len(values) / np.sum(1 / values),
)
squared_relative_minimizer.mistake(
    "geometric mean",
    "the geometric mean, which minimizes the squared error of the logarithms.",
    "Set the derivative by c to zero. Does a logarithm appear in it?",
    lambda values: np.exp(np.mean(np.log(values))),
)
squared_relative_minimizer.mistake(
    "upside down",
    "the right two sums, divided the wrong way round.",
    "If the values are dollars, which unit does your result have?",
    lambda values: np.sum(1 / values**2) / np.sum(1 / values),
)
squared_relative_minimizer.mistake(
    "median",
    "the median, which minimizes the absolute error.",
    "Is the derivative of a square a sign or a difference?",
    lambda values: np.median(values),
)
squared_relative_minimizer.mistake(
    "relative to the constant",
    "the minimizer of the error relative to c, not to the value.",
    "What does the task divide the error by: the prediction or the value?",
    lambda values: np.sum(values**2) / np.sum(values),
)


@squared_relative_minimizer.mistake(
    "the smallest loss",
    "the smallest value that the loss takes, not the c where it takes it.",
    "The minimum is asked for as a place. In which unit is your result?",
)
def _(values):
    c = np.sum(1 / values) / np.sum(1 / values**2)
    return np.mean(((c - values) / values) ** 2)


# The RMSE over batches of unequal size


@problem(
    "rmse_of_batches",
    edges=[
        ("one batch", [3.0], np.array([4])),
        ("equal batches", [2.0, 2.0], np.array([8, 8])),
        ("equal sizes", [1.0, 7.0], np.array([8, 8])),
        ("unequal sizes", [1.0, 3.0], np.array([10, 30])),
    ],
    draw=lambda rng, n: (quarters(rng, n, 0.25), rng.randint(1, 9, n)),
)
def rmse_of_batches(rmse, sizes):
    return np.sqrt(np.sum(sizes * rmse**2) / np.sum(sizes))


rmse_of_batches.mistake(
    "mean of roots",
    "the plain mean of the RMSEs.",
    "A root of a mean is not a mean of roots. Which quantity can be averaged?",
    lambda rmse, sizes: np.mean(rmse),
)
rmse_of_batches.mistake(
    "weighted mean of roots",
    "the mean of the RMSEs, weighted with the sizes.",
    "The weights are right. Which quantity can be averaged: the RMSE or its square?",
    lambda rmse, sizes: np.average(rmse, weights=sizes),
)
rmse_of_batches.mistake(
    "sizes ignored",
    "the squares are averaged as if all batches had the same size.",
    "How much does one example of a batch of 10 count, how much one of a batch of 30?",
    lambda rmse, sizes: np.sqrt(np.mean(rmse**2)),
)
rmse_of_batches.mistake(
    "no root",
    "the square root is missing: that is the MSE of the whole.",
    "If the errors are in dollars, which unit should the result have?",
    lambda rmse, sizes: np.sum(sizes * rmse**2) / np.sum(sizes),
)
rmse_of_batches.mistake(
    "not squared",
    "the root of the mean RMSE: nothing was squared.",
    "What do you have to do to an RMSE to get the mean of its squares back?",
    lambda rmse, sizes: np.sqrt(np.sum(sizes * rmse) / np.sum(sizes)),
)
rmse_of_batches.mistake(
    "not divided",
    "the root of the sum of all squares, not of their mean.",
    "How many examples are there altogether?",
    lambda rmse, sizes: np.sqrt(np.sum(sizes * rmse**2)),
)
rmse_of_batches.mistake(
    "divided by batches",
    "the sum of all squares, divided by the number of batches.",
    "How many examples are there altogether?",
    lambda rmse, sizes: np.sqrt(np.sum(sizes * rmse**2) / len(rmse)),
)
