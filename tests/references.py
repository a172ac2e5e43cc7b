"""What every loss is, written a second time in mpmath: one line a loss, for one example.

The contract test (test_contract.py) finds each public loss by itself and fails on one that has no line here.
`Case(value, parameters, domain)`: `value(pred, target, **parameters)` on mpmath numbers, or on lists of them
where an example has K classes; for each parameter the values to try; the predictions and targets to try.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

import mpmath as mp
import numpy as np

mp.mp.dps = 250
PRECISIONS = (120, 250, 1000, 4000)  # digits to calculate with, until two agree


# Where a loss is defined: `grid(dtype)` has the extremes, `draw(rng, shape)` ordinary examples.


@dataclass(frozen=True)
class Domain:
    grid: Callable
    draw: Callable
    bad: Callable = lambda pred, target: []  # more bad input: (what, pred, target, error, message)
    low: float | None = None  # the ends of what pred may be
    high: float | None = None
    unit: float = 1  # the scale on which the loss bends
    discrete: bool = False  # a target has no neighbors
    cancels: bool = False  # a derivative is a sum of terms of both signs and of size 1
    one_axis: bool = False  # an example is a row of any form, examples stand along the first axis alone


def real_grid(dtype):
    """Errors from the smallest to the largest, of both signs, around 0 and around another target."""
    largest = float(np.finfo(dtype).max)
    sizes = [
        0,
        1e-30,
        1e-8,
        1e-4,
        0.01,
        0.25,
        0.999,
        1,
        1.001,
        2.5,
        17,
        40,
        88,
        100,
        710,
        1e4,
        1e15,
        largest / 4,
    ]
    if dtype == np.float64:
        sizes += [1e-300, 1e-160, 1e154, 1e200]
    pairs = [(sign * size, target) for size in sizes for sign in (1, -1) for target in (0.0, 1.0, -3.7)]
    return np.array(pairs, dtype=dtype).T


def logits_grid(dtype):
    sizes = [0, 1e-30, 1e-8, 1e-4, 0.5, 1, 5, 16, 17, 20, 40, 80, 87, 100, 1e3, 1e4, 1e30]
    return np.array([(s * z, y) for z in sizes for s in (1, -1) for y in (0, 1, 0.25)], dtype=dtype).T


def probability_grid(dtype):
    near_1 = 1 - np.finfo(dtype).eps
    numbers = [0, 1e-40, 1e-30, 1e-8, 0.01, 0.3, 0.5, 0.75, 0.99, near_1, 1]
    return np.array([(p, y) for p in numbers for y in (0, 1, 0.2)], dtype=dtype).T


def labels_grid(dtype):
    """Each logit with each of four classes."""
    pred = np.unique(logits_grid(dtype)[0])
    return np.repeat(pred, 4), np.tile(np.arange(4), len(pred))


def class_logits_grid(dtype):
    gaps = [0, 1e-8, 0.5, 3, 16, 17, 20, 40, 80, 100, 1e3, 1e4]
    rows = [(gap, 0, -gap / 4, -2 * gap) for gap in gaps] + [(-gap, gap, 0, gap) for gap in gaps]
    rows += [(1e4, 1e4 + gap, -1e4, 0) for gap in gaps]
    pred = np.array(rows, dtype=dtype)
    return np.repeat(pred, 4, axis=0), np.tile(np.arange(4), len(pred))


def class_probability_grid(dtype):
    rows = [
        (1, 0, 0, 0),
        (0.25, 0.25, 0.25, 0.25),
        (0.7, 0.2, 0.1, 0),
        (0.5, 0.5, 1e-30, 1e-8),
        (1, 1e-20, 1e-8, 0),
    ]
    pred = np.array(rows, dtype=dtype)
    return np.repeat(pred, 4, axis=0), np.tile(np.arange(4), len(pred))


def scores_grid(dtype):
    pred, _ = real_grid(dtype)
    pred = pred[::3]
    return np.concatenate([pred, pred]), np.repeat(np.array([1, -1], dtype=dtype), len(pred))


def class_scores_grid(dtype):
    rows = [(0, 0, 0, 0), (1, 0, -1, 0.25), (5, 4.75, 4, -1e4), (1e15, 0, -3, 1e-8), (0.5, 1.5, 0.75, 2)]
    pred = np.array(rows, dtype=dtype)
    return np.repeat(pred, 4, axis=0), np.tile(np.arange(4), len(pred))


def masks_grid(dtype):
    masks = [(0, 0, 0, 0), (1, 1, 1, 1), (1, 0, 0, 1), (0, 1, 0.25, 0)]
    preds = [*masks, (0.5, 0.5, 0.5, 0.5), (1e-30, 1e-8, 0.01, 0.99), (1, 1e-8, 0, 0.5)]
    return tuple(np.array(rows, dtype=dtype) for rows in zip(*product(preds, masks), strict=True))


def ranking_grid(dtype):
    """Gaps of every size, in every order; no gap is exactly a margin, where a hinge bends."""
    gaps = [1e-8, 0.625, 3, 16, 20, 40, 60, 80, 100, 1e3, 1e4]
    rows = [(gap, 0, -gap / 4, -2 * gap) for gap in gaps] + [(-gap, gap, 0.125, 2 * gap) for gap in gaps]
    rows += [(1e4, 1e4 + gap, -1e4, 0) for gap in gaps[1:]]
    levels = [(0, 1, 2, 3), (3, 0, 2, 0), (1, 0, 1, 0), (0, 0, 0, 4), (2, 2, 2, 2)]
    return tuple(np.array(part, dtype=dtype) for part in zip(*product(rows, levels), strict=True))


def ranking_grid_with_ties(dtype):
    """Scores that are equal as well."""
    scores, relevance = ranking_grid(dtype)
    rows = [(0, 0, 0, 0), (1.5, 0, 1.5, 0), (-2.25, 40, 40, 40)]
    levels = relevance[:5]
    tied = [np.repeat(np.array(rows, dtype=dtype), 5, axis=0), np.tile(levels, (3, 1))]
    return np.concatenate([scores, tied[0]]), np.concatenate([relevance, tied[1]])


def draw_real(rng, shape, classes=4):
    return rng.normal(size=shape) * 2, rng.normal(size=shape)


def draw_logits(rng, shape, classes=4):
    return rng.normal(size=shape) * 2, rng.uniform(size=shape).round(1)


def draw_probabilities(rng, shape, classes=4):
    return rng.uniform(0.05, 0.95, size=shape), rng.uniform(size=shape).round(1)


def draw_class_logits(rng, shape, classes=4):
    return rng.normal(size=(*shape, classes)) * 2, rng.integers(classes, size=shape)


def draw_class_probabilities(rng, shape, classes=4):
    """In multiples of 1/64, so that rows add up to 1 in half precision too."""
    odds = np.arange(1, classes + 1) / np.arange(1, classes + 1).sum()
    pred = (rng.multinomial(64 - classes, odds, size=shape) + 1) / 64
    return pred, rng.integers(classes, size=shape)


def draw_scores(rng, shape, classes=4):
    return rng.normal(size=shape) * 2, rng.choice([-1.0, 1.0], size=shape)


def draw_labels(rng, shape, classes=4):
    return rng.normal(size=shape) * 2, rng.integers(4, size=shape)


def draw_ranking(rng, shape, classes=4):
    relevance = np.broadcast_to(np.resize([0.5, 0.5, 1.0, 2.0], classes), (*shape, classes))
    return rng.normal(size=(*shape, classes)) * 2, rng.permuted(relevance, axis=-1)


def draw_masks(rng, shape, classes=4):
    return tuple(rng.uniform(0.05, 0.95, size=(2, *shape, classes)))


def bad_sign(pred, target):
    yield "target 0", pred, abs(target) * 0, ValueError, r"target must be −1 or 1, got 0 at index \(0,\)"


def bad_index(pred, target):
    yield from (bad for bad in bad_classes(pred, target) if bad[0] != "sum")
    yield "distribution", pred, pred, ValueError, r"target must hold class indices \(3,\)"


def bad_masks(pred, target):
    yield "one axis", pred[0], target[0], ValueError, r"pred must be \(N, ...\).* got shape \(4,\)"
    yield "logits", pred * 9, target, ValueError, r"pred must lie in \[0, 1\]"
    yield "target 255", pred, target * 255 + 255, ValueError, r"target must lie in \[0, 1\], got"


def bad_target(pred, target):
    yield "target 2", pred, target + 2, ValueError, r"target must lie in \[0, 1\], got 2.* at index \(0,\)"


def bad_probabilities(pred, target):
    yield (
        "pred 1.5",
        pred * 0 + 1.5,
        target,
        ValueError,
        r"pred must lie in \[0, 1\], got 1.5 at index \(0,\)",
    )
    yield from bad_target(pred, target)


def bad_classes(pred, target):
    for index in (-1, -100, 4):
        wrong = np.array([0, index, 0])
        yield f"class {index}", pred, wrong, ValueError, rf"class from 0 to 3, got {index} at index \(1,\)"
    yield "float class", pred, target * 1.0, TypeError, "must be class indices, whole numbers, got float64"
    yield (
        "shape",
        pred,
        target[:2],
        ValueError,
        r"target must hold class indices \(3,\) or distributions \(3, 4\)",
    )
    yield "sum", pred, np.full((3, 4), 0.3), ValueError, "target must be a distribution.* got 0.3 at index"


def bad_lists(pred, target):
    yield "negative", pred, target - 1, ValueError, "relevance must be finite and at least 0, got -0.5 at"
    yield "no list", pred[:, 0], target[0, 0], ValueError, r"scores has shape \(3,\) and relevance has shape"
    yield "no document", pred[:, :0], target[:, :0], ValueError, "scores must have its list along the last"


def bad_labels(pred, target):
    for index in (-1, 4):
        wrong = np.array([0, index, 0])
        yield f"class {index}", pred, wrong, ValueError, rf"class from 0 to 3, got {index} at index \(1,\)"
    yield "float class", pred, target * 1.0, TypeError, "must be class indices, whole numbers, got float64"


def bad_class_probabilities(pred, target):
    yield from bad_classes(pred, target)
    yield "logits", pred * 10 - 3, target, ValueError, "pred must be a distribution, in"


POSITIVE, AT_LEAST_0, UNIT = "(0, inf)", "[0, inf)", "[0, 1]"


def ends(interval):
    """(number, is it allowed) at each end of an interval like "[0, 1)", and one float inside and outside."""
    low, high = (float(x) for x in interval[1:-1].split(","))
    for end, is_in, outwards in ((low, interval[0] == "[", -np.inf), (high, interval[-1] == "]", np.inf)):
        yield end, is_in
        yield float(np.nextafter(end, -outwards)), True
        if np.isfinite(end):
            yield float(np.nextafter(end, outwards)), False


REAL = Domain(real_grid, draw_real, unit=1e-300)
LOGITS = Domain(logits_grid, draw_logits, bad_target)
PROBABILITIES = Domain(probability_grid, draw_probabilities, bad_probabilities, low=0, high=1)
SCORES = Domain(scores_grid, draw_scores, bad_sign, discrete=True)
CLASS_SCORES = Domain(class_scores_grid, draw_class_logits, bad_index)
INDEX_LOGITS = Domain(class_logits_grid, draw_class_logits, bad_index)
LABELS = Domain(labels_grid, draw_labels, bad_labels)
MASKS = Domain(masks_grid, draw_masks, bad_masks, one_axis=True)
CLASS_LOGITS = Domain(class_logits_grid, draw_class_logits, bad_classes)
RANKING = Domain(ranking_grid, draw_ranking, bad_lists, discrete=True, cancels=True)
TIED_RANKING = Domain(ranking_grid_with_ties, draw_ranking, bad_lists, discrete=True, cancels=True)
LISTS = Domain(ranking_grid_with_ties, draw_ranking, bad_lists, cancels=True)
CLASS_PROBABILITIES = Domain(class_probability_grid, draw_class_probabilities, bad_class_probabilities, low=0)


@dataclass(frozen=True)
class Case:
    value: Callable
    parameters: dict = field(default_factory=dict)
    domain: Domain = REAL
    rows: dict = field(default_factory=dict)  # parameters that are rows of numbers and have no default
    ranges: dict = field(default_factory=dict)  # of each parameter, and of each array that has one

    def settings(self):
        """Every combination of the parameter values, as keyword arguments."""
        values = {**self.parameters, **self.rows}
        return [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())]


def y_log(y, p):
    return mp.mpf(0) if y == 0 else y * mp.log(p) if p > 0 else -mp.inf


def softplus(z):
    return mp.log1p(mp.exp(z)) if z < 300 else z


def minus_log_softmax(z, k):
    """log Σ exp(z_j) − z_k, over what is not below the last digit that counts."""
    return mp.log1p(mp.fsum(mp.exp(x - z[k]) for j, x in enumerate(z) if j != k and x - z[k] > -30000))


def smoothed(target, classes, label_smoothing):
    epsilon = mp.mpf(label_smoothing)
    return [(1 - epsilon) * (k == target) + epsilon / classes for k in range(classes)]


def binary_entropy(z):
    return sigmoid(z) * softplus(-z) + sigmoid(-z) * softplus(z)


def cumulative_link(z, k, thresholds):
    """Minus the log of a difference of two sigmoids, on the side on which both are small."""
    below, above = [-mp.inf, *map(mp.mpf, thresholds), mp.inf][k : k + 2]
    if below == -mp.inf:
        return softplus(z - above)
    if above == mp.inf:
        return softplus(below - z)
    if abs(z) > 30_000:  # exp(z) against exp(z) + 1 is no difference
        return max(z - above, below - z) - mp.log(-mp.expm1(below - above))
    low, high = (below - z, above - z) if z > 0 else (z - above, z - below)
    return -mp.log(sigmoid(high) - sigmoid(low))


def sigmoid(z):
    return mp.mpf(0) if z < -30000 else 1 / (1 + mp.exp(-z))


def focal(z, y, gamma, alpha=None):
    """With 0^0 = 1; a sigmoid of exp(-30000) is written as 0."""
    fading = [
        sigmoid(-z) ** mp.mpf(gamma) * y * softplus(-z),
        sigmoid(z) ** mp.mpf(gamma) * (1 - y) * softplus(z),
    ]
    return mp.fdot([1, 1] if alpha is None else [mp.mpf(alpha), 1 - mp.mpf(alpha)], fading)


def overlap(p, y, alpha, beta, smooth):
    hit = mp.fdot(p, y)
    false = alpha * mp.fsum(a * (1 - b) for a, b in zip(p, y, strict=True))
    missed = beta * mp.fsum((1 - a) * b for a, b in zip(p, y, strict=True))
    return 1 - (hit + smooth) / (hit + false + missed + smooth)


def pairs(relevance):
    places = range(len(relevance))
    return [(i, j) for i in places for j in places if relevance[i] > relevance[j]]


def mean_over_pairs(relevance, value):
    return mp.fsum(value(i, j) for i, j in pairs(relevance)) / max(len(pairs(relevance)), 1)


def shares(z):
    return [mp.exp(-minus_log_softmax(z, k)) for k in range(len(z))]


def plackett_luce(s, r):
    """Each document against those below it."""
    below = [[s[i], *(x for x, level in zip(s, r, strict=True) if level < r[i])] for i in range(len(s))]
    return mp.fsum(minus_log_softmax(row, 0) for row in below)


def lambdarank(s, r):
    """In the order of scores that are all different."""
    place = [sum(other >= x for other in s) for x in s]
    gain, discount = [2**x - 1 for x in r], [1 / mp.log(1 + p, 2) for p in place]
    best = mp.fsum(g / mp.log(2 + p, 2) for p, g in enumerate(sorted(gain, reverse=True)))
    return mp.fsum(
        (gain[i] - gain[j]) * abs(discount[i] - discount[j]) / best * softplus(s[j] - s[i])
        for i, j in pairs(r)
    )


REFERENCES = {
    "mse": Case(lambda p, t: (p - t) ** 2),
    "mae": Case(lambda p, t: abs(p - t)),
    "huber": Case(
        lambda p, t, delta: (
            (p - t) ** 2 / 2 if abs(p - t) <= delta else delta * (abs(p - t) - mp.mpf(delta) / 2)
        ),
        {"delta": [1.0, 0.01, 1e3]},
        ranges={"delta": POSITIVE},
    ),
    "log_cosh": Case(  # from cosh² = 1 / (1 − tanh²); beyond 80 what is left out is exp(-160)
        lambda p, t: -mp.log1p(-(mp.tanh(p - t) ** 2)) / 2 if abs(p - t) < 80 else abs(p - t) - mp.log(2),
    ),
    "quantile": Case(
        lambda p, t, q: max((1 - mp.mpf(q)) * (p - t), mp.mpf(q) * (t - p)),
        {"q": [0.5, 0.1, 0.999]},
        ranges={"q": "(0, 1)"},
    ),
    "bce": Case(
        lambda p, y: -y_log(y, p) - y_log(1 - y, 1 - p),
        domain=PROBABILITIES,
        ranges={"pred": UNIT, "target": UNIT},
    ),
    "bce_with_logits": Case(
        lambda z, y, pos_weight=1: pos_weight * y * softplus(-z) + (1 - y) * softplus(z),
        {"pos_weight": [1.0, 7.5]},
        LOGITS,
        ranges={"target": UNIT, "pos_weight": AT_LEAST_0},
    ),
    "cce": Case(lambda p, k: -y_log(1, p[k]), domain=CLASS_PROBABILITIES),
    "cross_entropy": Case(
        lambda z, k, label_smoothing=0: mp.fdot(
            smoothed(k, len(z), label_smoothing), [minus_log_softmax(z, j) for j in range(len(z))]
        ),
        {"label_smoothing": [0.0, 0.1]},
        CLASS_LOGITS,
        ranges={"label_smoothing": "[0, 1)", "class_weight": AT_LEAST_0},
    ),
    "kl_divergence": Case(lambda p, k: -y_log(1, p[k]), domain=CLASS_PROBABILITIES),
    "generalized_cross_entropy": Case(
        lambda p, k, q: (1 - p[k] ** mp.mpf(q)) / mp.mpf(q),
        {"q": [0.7, 1.0, 0.01]},
        CLASS_PROBABILITIES,
        ranges={"q": "(0, 1]"},
    ),
    "hinge": Case(lambda s, y: max(mp.mpf(0), 1 - y * s), domain=SCORES),
    "squared_hinge": Case(lambda s, y: max(mp.mpf(0), 1 - y * s) ** 2, domain=SCORES),
    "multiclass_hinge": Case(
        lambda s, k, p, margin: (
            mp.fsum(max(0, margin - s[k] + x) ** p for j, x in enumerate(s) if j != k) / len(s)
        ),
        {"p": [1, 2], "margin": [1.0, 0.25]},
        CLASS_SCORES,
        ranges={"margin": POSITIVE, "class_weight": AT_LEAST_0},
    ),
    "focal": Case(
        focal,
        {"gamma": [2.0, 0.0, 0.5, 5.0], "alpha": [None, 0.25]},
        LOGITS,
        ranges={"target": UNIT, "alpha": UNIT, "gamma": AT_LEAST_0},
    ),
    "softmax_focal": Case(
        lambda z, k, gamma: focal(-mp.log(mp.expm1(minus_log_softmax(z, k))), 1, gamma),
        {"gamma": [2.0, 0.0, 0.5]},
        INDEX_LOGITS,
        ranges={"gamma": AT_LEAST_0, "class_weight": AT_LEAST_0},
    ),
    "cost_sensitive_bce": Case(
        lambda z, y, false_negative_cost, false_positive_cost=1: (
            false_negative_cost * y * softplus(-z) + false_positive_cost * (1 - y) * softplus(z)
        ),
        {"false_negative_cost": [1.0, 10.0], "false_positive_cost": [1.0, 0.25]},
        LOGITS,
        ranges={"target": UNIT, "false_negative_cost": POSITIVE, "false_positive_cost": POSITIVE},
    ),
    "confidence_bce": Case(
        lambda z, y, beta: y * softplus(-z) + (1 - y) * softplus(z) - mp.mpf(beta) * binary_entropy(z),
        {"beta": [0.1, 4.0, -0.5]},
        LOGITS,
        ranges={"target": UNIT, "beta": "(-1, inf)"},
    ),
    "power": Case(
        lambda p_, t, p: abs(p_ - t) ** mp.mpf(p), {"p": [1.5, 1.0, 2.0, 3.0]}, ranges={"p": "[1, inf)"}
    ),
    "ordinal": Case(
        cumulative_link,
        domain=LABELS,
        rows={"thresholds": [(-1.0, 0.5, 2.0), (-40.0, 0.0, 2.0**-10)]},
    ),
    "pairwise_hinge": Case(
        lambda s, r, margin: mean_over_pairs(r, lambda i, j: max(mp.mpf(0), margin - (s[i] - s[j]))),
        {"margin": [1.0, 0.25]},
        TIED_RANKING,
        ranges={"relevance": AT_LEAST_0, "margin": POSITIVE},
    ),
    "ranknet": Case(
        lambda s, r: mean_over_pairs(r, lambda i, j: softplus(s[j] - s[i])),
        domain=TIED_RANKING,
        ranges={"relevance": AT_LEAST_0},
    ),
    "listnet": Case(
        lambda s, r: mp.fdot(shares(r), [minus_log_softmax(s, k) for k in range(len(s))]),
        domain=LISTS,
        ranges={"relevance": AT_LEAST_0},
    ),
    "listmle": Case(plackett_luce, domain=TIED_RANKING, ranges={"relevance": AT_LEAST_0}),
    "lambdarank": Case(lambdarank, domain=RANKING, ranges={"relevance": AT_LEAST_0}),
    "dice": Case(
        lambda p, y, smooth: overlap(p, y, 0.5, 0.5, mp.mpf(smooth) / 2),
        {"smooth": [1.0, 0.5]},
        MASKS,
        ranges={"pred": UNIT, "target": UNIT, "smooth": AT_LEAST_0},
    ),
    "jaccard": Case(
        lambda p, y, smooth: overlap(p, y, 1, 1, smooth),
        {"smooth": [1.0, 0.5]},
        MASKS,
        ranges={"pred": UNIT, "target": UNIT, "smooth": AT_LEAST_0},
    ),
    "tversky": Case(
        lambda p, y, alpha, beta, smooth: overlap(p, y, mp.mpf(alpha), mp.mpf(beta), mp.mpf(smooth)),
        {"alpha": [0.5, 0.3], "beta": [0.7], "smooth": [1.0]},
        MASKS,
        ranges={"pred": UNIT, "target": UNIT, "alpha": AT_LEAST_0, "beta": AT_LEAST_0, "smooth": AT_LEAST_0},
    ),
}


def settled(compute, what=""):
    """What two precisions agree on. A result of 0 may be all digits cancelled: it takes 1000 to believe."""
    found = []
    for digits in PRECISIONS:
        with mp.workdps(digits):
            found.append(compute())
        enough = found[-1] != 0 or digits >= 1000
        if len(found) > 1 and enough and _agree(*found[-2:]):
            return found[-1]
    with mp.workdps(20):
        shown = ", ".join(f"{mp.nstr(x, 8)} with {n}" for x, n in zip(found, PRECISIONS, strict=True))
    raise ArithmeticError(f"no two precisions agree on the reference of {what}: {shown} digits")


def _agree(a, b):
    if mp.isnan(a) or mp.isnan(b):
        return mp.isnan(a) and mp.isnan(b)
    return a == b or abs(a - b) <= mp.mpf(10) ** -25 * abs(b)


def true_value(case, pred, target, options):
    return settled(lambda: case.value(exact(pred), exact(target), **options), _call(pred, target, options))


def derivative(case, pred, target, options):
    """The derivative with respect to pred, a list of K for K classes; at a kink the smallest subgradient."""
    row, what = exact(pred), "the derivative at " + _call(pred, target, options)
    if np.ndim(pred) == 0:
        return settled(
            lambda: _slope(case, row, lambda p: case.value(p, exact(target), **options), target), what
        )

    def along(k):
        return lambda p: case.value([*row[:k], p, *row[k + 1 :]], exact(target), **options)

    return [settled(lambda k=k: _slope(case, row[k], along(k), target), what) for k in range(len(row))]


def _call(pred, target, options):
    return f"({np.asarray(pred).tolist()}, {np.asarray(target).tolist()}, {options})"


def exact(number):
    """mpmath's form of a float, an index (which stays one) or a row."""
    if np.ndim(number):
        return [exact(x) for x in number]
    return int(number) if isinstance(number, (int, np.integer)) else mp.mpf(float(number))


def _slope(case, pred, value, target):
    step = mp.mpf(10) ** -60 * max(abs(pred), abs(mp.mpf(float(np.max(target)))), mp.mpf(case.domain.unit))
    here = value(pred)
    if pred == case.domain.low:
        return _slope_at_the_end(lambda step: (value(pred + step) - here) / step, step)
    if pred == case.domain.high:
        return _slope_at_the_end(lambda step: (here - value(pred - step)) / step, step)
    left, right = (here - value(pred - step)) / step, (value(pred + step) - here) / step
    if mp.isnan(left):  # inf − inf: another class has made the loss infinite
        return mp.mpf(0)
    if abs(left - right) <= mp.mpf(10) ** -12 * max(abs(left), abs(right)):
        return (left + right) / 2
    return mp.mpf(0) if left <= 0 <= right else min(left, right, key=abs)


def _slope_at_the_end(difference, step):
    """From one side; infinite if it still grows as the step shrinks, 0 for inf − inf."""
    near, nearer = difference(step), difference(step / 1000)
    if mp.isnan(near):
        return mp.mpf(0)
    return near if abs(nearer) <= 2 * abs(near) else mp.sign(near) * mp.inf


def size_of_the_terms(pred, target, options):
    """0, or 1 where the gradient is a difference p − y with 0 < y < 1, whose last digits cancel."""
    if "thresholds" in options:  # a difference of sigmoids
        edges = [-mp.inf, *map(mp.mpf, options["thresholds"]), mp.inf]
        terms = (edges[target] - mp.mpf(float(pred)), mp.mpf(float(pred)) - edges[target + 1])
        return float(max(sigmoid(x) for x in terms if x > -mp.inf))
    soft = 0 < options.get("label_smoothing", 0) or np.any((0 < target) & (target < 1))
    return np.full(np.shape(pred), float(soft))


def digits_at_stake(pred, options):
    """What rounding a logit does to exp(−γ z): γ z times the relative error of z."""
    factor = (1 + options["gamma"]) * np.max(abs(pred)) / 8 if "gamma" in options else 0.0
    return np.full(np.shape(pred), 1 + factor)
