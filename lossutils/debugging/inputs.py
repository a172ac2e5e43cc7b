"""What `check_loss` feeds to a loss: ordinary batches, tails, edges and better answers for each kind.

Arrays are float64, class indices int64; the predictions come first, the targets after them. `size` is the
length of what an example holds: K classes, P pixels, D documents or the dimension of an embedding.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

BATCH = 6


@dataclass(frozen=True)
class Kind:
    """A kind of prediction, and everything that can be fed to a loss that takes it."""

    takes: str
    targets: tuple  # the kinds of target, the usual one first; empty for none
    draw: Callable  # (rng, n, target, size): a batch
    better: Callable  # (target, size): (what, batches from the worst to the best answer)
    tails: Callable | None = None  # (target, size): (what, side, t -> a batch that is further out as t grows)
    edges: Callable | None = None  # (target, size): (what, batch, whether the truth may be infinite)
    preds: int = 1
    size: int | None = None  # None: an example is one number
    coupled: bool = False  # the examples of a batch are compared with each other
    low: float | None = None  # the ends of what a prediction may be
    high: float | None = None


@dataclass(frozen=True)
class Images:
    """How arrays become images: (N, K) is (N, K, 1, 1), a pixel each; for masks (N, P) is (N, 1, 1, P)."""

    axes: int  # how many more than the arrays have
    masks: bool = False

    def __call__(self, array):
        more = (1,) * self.axes
        return array.reshape(array.shape[:1] + more + array.shape[1:] if self.masks else array.shape + more)

    def one(self, array):
        """All examples as the pixels of one image: (N, K) is (1, K, N, 1), (N,) is (1, N, 1)."""
        image = np.moveaxis(array, 0, -1)[None]
        return image.reshape(image.shape + (1,) * (self.axes - 1))


def one(*numbers):
    return [np.array([number], dtype=np.float64) for number in numbers]


def arrays(*lists):
    return [np.asarray(x) if np.asarray(x).dtype.kind == "i" else np.asarray(x, float) for x in lists]


def one_hot(labels, size):
    return np.eye(size)[np.asarray(labels)]


def softmax(rows):
    rows = np.exp(rows - rows.max(axis=-1, keepdims=True))
    return rows / rows.sum(axis=-1, keepdims=True)


def log_softmax(rows):
    rows = rows - rows.max(axis=-1, keepdims=True)
    return rows - np.log(np.exp(rows).sum(axis=-1, keepdims=True))


def shown(number):
    return f"{number:g}".replace("-", "−")


def shown_t(sign):
    return "t" if sign > 0 else "−t"


# Real numbers


def _real_draw(rng, n, target, size):
    return [rng.normal(size=n) * 2, rng.normal(size=n)]


def _real_better(target, size):
    for y in (-2.0, 0.5, 3.0):
        for sign, side in ((1, "above"), (-1, "below")):
            yield (
                f"pred goes to the target {shown(y)} from {side}",
                [one(y + sign * e, y) for e in (10, 1, 0.1, 0)],
            )


def _real_tails(target, size):
    for sign in (1, -1):
        yield f"pred = {shown_t(sign)}, target = 0", "wrong", lambda t, s=sign: one(s * t, 0.0)


def _real_edges(target, size):
    yield "pred equal to target", arrays([1.0, -2.0, 0.25], [1.0, -2.0, 0.25]), False
    yield "pred and target 0", arrays([0.0, 0.0], [0.0, 0.0]), False


def _positive_draw(rng, n, target, size):
    return [np.exp(rng.normal(size=n)), np.exp(rng.normal(size=n))]


def _positive_better(target, size):
    for y in (0.5, 3.0):
        yield f"pred falls to the target {y}", [one(y * f, y) for f in (10, 2, 1.1, 1)]
        yield f"pred rises to the target {y}", [one(y * f, y) for f in (0.1, 0.5, 0.9, 1)]


def _positive_edges(target, size):
    yield "pred equal to target", arrays([1.0, 2.0, 0.25], [1.0, 2.0, 0.25]), False


def _rates_draw(rng, n, target, size):
    return [rng.normal(size=n), rng.poisson(2.0, size=n).astype(float)]


def _rates_better(target, size):
    for y in (1.0, 4.0):
        yield (
            f"pred goes to the logarithm of the target {y:g}",
            [one(np.log(y) + e, y) for e in (2, 1, 0.1, 0)],
        )
        yield (
            f"pred goes to the logarithm of the target {y:g}",
            [one(np.log(y) - e, y) for e in (2, 1, 0.1, 0)],
        )


# One number for one of two answers: logits, scores, distances, probabilities


def _two(target):
    return (1.0, -1.0) if target == "signs" else (1.0, 0.0)


def _two_balanced(rng, n, target):
    yes, no = _two(target)
    return rng.permutation(np.where(np.arange(n) % 2 == 0, yes, no))


def _logits_draw(rng, n, target, size):
    return [rng.normal(size=n) * 2, _two_balanced(rng, n, target)]


def _logits_better(target, size):
    yes, no = _two(target)
    yield f"target {yes:g}, pred from −2 to 1", [one(z, yes) for z in (-2, 0, 1)]
    yield f"target {shown(no)}, pred from 2 to −1", [one(z, no) for z in (2, 0, -1)]


def _logits_tails(target, size):
    for y, sign in zip(_two(target), (1, -1), strict=True):
        yield (
            f"pred = {shown_t(-sign)}, target = {shown(y)}",
            "wrong",
            lambda t, y=y, sign=sign: one(-sign * t, y),
        )
        yield (
            f"pred = {shown_t(sign)}, target = {shown(y)}",
            "right",
            lambda t, y=y, sign=sign: one(sign * t, y),
        )


def _logits_edges(target, size):
    yes, no = _two(target)
    yield "pred = 0", arrays([0.0, 0.0], [yes, no]), False


def _distances_draw(rng, n, target, size):
    return [rng.uniform(0.1, 2.5, size=n), _two_balanced(rng, n, target)]


def _distances_better(target, size):
    yes, no = _two(target)
    yield f"target {yes:g}, pred from 2 to 0.1", [one(z, yes) for z in (2, 1, 0.1)]
    yield f"target {shown(no)}, pred from 0.1 to 2", [one(z, no) for z in (0.1, 0.5, 2)]


def _probabilities_draw(rng, n, target, size):
    return [rng.uniform(0.05, 0.95, size=n), _two_balanced(rng, n, target)]


def _probabilities_better(target, size):
    yield "target 1, pred from 0.1 to 0.9", [one(p, 1.0) for p in (0.1, 0.5, 0.9)]
    yield "target 0, pred from 0.9 to 0.1", [one(p, 0.0) for p in (0.9, 0.5, 0.1)]


def _probabilities_tails(target, size):
    """Here t counts powers of 10."""
    yield "pred = 10^−t, target = 1", "wrong", lambda t: one(_power(t), 1.0)
    yield "pred = 10^−t, target = 0", "right", lambda t: one(_power(t), 0.0)
    yield "pred = 1 − 10^−t, target = 1", "right", lambda t: one(1 - _power(t), 1.0)


def _power(t):
    return 10.0**-t if t <= 300 else 0.0


def _probabilities_edges(target, size):
    yield "pred = target = 1", one(1.0, 1.0), False
    yield "pred = target = 0", one(0.0, 0.0), False
    yield "pred = 0, target = 1", one(0.0, 1.0), True
    yield "pred = 1, target = 0", one(1.0, 0.0), True


# K classes


def _class_target(rng, n, target, size):
    labels = rng.permutation(np.arange(n) % size)
    if target == "classes":
        return labels.astype(np.int64)
    if target == "one-hot":
        return one_hot(labels, size)
    return rng.dirichlet([2.0] * size, size=n)


def _label(k, target, size):
    return np.array([k], dtype=np.int64) if target == "classes" else one_hot([k], size)


def _class_logits_draw(rng, n, target, size):
    return [rng.normal(size=(n, size)) * 1.5, _class_target(rng, n, target, size)]


def _class_logits_better(target, size):
    for k in range(size):
        yield (
            f"the logit of the target class {k} from −2 to 1, the others 0",
            [[z * one_hot([k], size), _label(k, target, size)] for z in (-2.0, 0.0, 1.0)],
        )
    if target == "distributions":
        yield from _to_target(lambda logits: logits, size)


def _class_logits_tails(target, size):
    y = _label(1, target, size)
    yield (
        "logit t for another class than the target, the others 0",
        "wrong",
        lambda t: [t * one_hot([0], size), y],
    )
    yield "logit −t for the target class, the others 0", "wrong", lambda t: [-t * one_hot([1], size), y]
    yield "logit t for the target class, the others 0", "right", lambda t: [t * one_hot([1], size), y]


def _class_logits_edges(target, size):
    y = np.concatenate([_label(0, target, size), _label(size - 1, target, size)])
    yield "all logits equal", [np.zeros((2, size)), y], False
    yield (
        "all logits near 10000",
        [1e4 + np.outer([1, 2], np.arange(size, dtype=float)), y],
        False,
    )
    yield (
        "all logits near −10000",
        [-1e4 + np.outer([1, 2], np.arange(size, dtype=float)), y],
        False,
    )


def _class_probabilities_draw(rng, n, target, size):
    return [rng.dirichlet([3.0] * size, size=n) * 0.8 + 0.2 / size, _class_target(rng, n, target, size)]


def _mostly(k, p, size):
    row = np.full((1, size), (1 - p) / (size - 1))
    row[0, k] = p
    return row


def _class_probabilities_better(target, size):
    for k in range(size):
        y = _label(k, target, size)
        yield (
            f"probability of the target class {k} from 0.1 to 0.8",
            [[_mostly(k, p, size), y] for p in (0.1, 0.4, 0.8)],
        )
    if target == "distributions":
        yield from _to_target(softmax, size)


def _to_target(form, size):
    y = softmax(np.arange(size, dtype=float)[None])
    logits = np.log(y)
    yield (
        "pred from too flat a distribution to the target",
        [[form(a * logits), y] for a in (-1.0, 0.0, 0.8, 1.0)],
    )
    yield "pred from too sharp a distribution to the target", [[form(a * logits), y] for a in (4.0, 2.0, 1.0)]


def _class_probabilities_tails(target, size):
    y = _label(1, target, size)
    yield "probability 10^−t of the target class", "wrong", lambda t: [_mostly(1, _power(t), size), y]


def _class_probabilities_edges(target, size):
    rows = one_hot([0, size - 1], size)
    y = np.array([0, size - 1], dtype=np.int64) if target == "classes" else rows
    yield "probability 1 for the target class", [rows, y], False
    yield "probability 0 for the target class", [rows[::-1].copy(), y], True


def _class_log_draw(rng, n, target, size):
    pred, y = _class_logits_draw(rng, n, target, size)
    return [log_softmax(pred), y]


def _class_log_better(target, size):
    for what, batches in _class_logits_better(target, size):
        yield what, [[log_softmax(pred), y] for pred, y in batches]


def _class_log_tails(target, size):
    for what, side, at in _class_logits_tails(target, size):
        if side == "wrong":
            yield "log-softmax of: " + what, side, lambda t, at=at: [log_softmax(at(t)[0]), at(t)[1]]


# Masks


def _masks_draw(rng, n, target, size):
    y = rng.permuted(np.tile((np.arange(size) % 2 == 0).astype(float), (n, 1)), axis=1)
    return [rng.uniform(0.05, 0.95, size=(n, size)), y]


def _mask(size):
    return (np.arange(size) % 3 == 0).astype(float)[None]


def _masks_better(target, size):
    y = _mask(size)
    yield (
        "pred from the opposite of the mask to nearly the mask",
        [[a * y + (1 - a) * (1 - y), y] for a in (0.1, 0.5, 0.9)],
    )


def _masks_edges(target, size):
    y, none, every = _mask(size), np.zeros((1, size)), np.ones((1, size))
    yield "an empty target and an empty pred", [none, none], False
    yield "an empty target and pred = 0.5", [none + 0.5, none], False
    yield "a full target and a full pred", [every, every], False
    yield "a perfect mask", [y, y], False
    yield "the opposite of the mask", [1 - y, y], True


def _mask_logits_draw(rng, n, target, size):
    pred, y = _masks_draw(rng, n, target, size)
    return [np.log(pred / (1 - pred)), y]


def _mask_logits_better(target, size):
    y = _mask(size)
    yield (
        "logits from −2 to 2 inside the mask, the opposite outside",
        [[z * (2 * y - 1), y] for z in (-2.0, 0.0, 2.0)],
    )


def _mask_logits_tails(target, size):
    y = _mask(size)
    yield "logits of size t, all wrong", "wrong", lambda t: [t * (1 - 2 * y), y]
    yield "logits of size t, all right", "right", lambda t: [t * (2 * y - 1), y]


def _mask_logits_edges(target, size):
    y, none = _mask(size), np.zeros((1, size))
    for z in (100.0, 1e4):
        yield f"logits {shown(-z)} and an empty target", [none - z, none], False
        yield f"logits ±{shown(z)}, all right", [z * (2 * y - 1), y], False
        yield f"logits ±{shown(z)}, all wrong", [z * (1 - 2 * y), y], False
    yield "logits 0 and an empty target", [none, none], False


# Ordered classes


def _ordinal_draw(rng, n, target, size):
    return [rng.normal(size=n), rng.permutation(np.arange(n) % size).astype(np.int64)]


def _ordinal_better(target, size):
    first, last = np.array([0]), np.array([size - 1])
    yield "class 0, pred falls", [[np.array([z]), first] for z in (2.0, 0.0, -2.0)]
    yield f"class {size - 1}, pred rises", [[np.array([z]), last] for z in (-2.0, 0.0, 2.0)]


def _ordinal_tails(target, size):
    first, last = np.array([0]), np.array([size - 1])
    yield "pred = t, class 0", "wrong", lambda t: [np.array([t]), first]
    yield f"pred = −t, class {size - 1}", "wrong", lambda t: [np.array([-t]), last]
    yield "pred = −t, class 0", "right", lambda t: [np.array([-t]), first]


def _ordinal_edges(target, size):
    yield "pred = 0", [np.zeros(size), np.arange(size)], False


# Embeddings


def _circle(angle, size):
    """A unit vector at that angle from the first axis."""
    row = np.zeros((1, size))
    row[0, 0], row[0, 1] = np.cos(angle), np.sin(angle)
    return row


def _vectors(rng, n, size):
    """Away from the kinks at distance 1 and at equal distances, as well as drawn numbers are."""
    return rng.normal(size=(n, size)) * 0.6


def _pairs_draw(rng, n, target, size):
    return [_vectors(rng, n, size), _vectors(rng, n, size), _two_balanced(rng, n, target)]


def _pair(angle, y, size):
    return [_circle(0, size), _circle(angle, size), np.array([y])]


def _pairs_better(target, size):
    yes, no = _two(target)
    yield (
        f"a pair of one class (target {yes:g}) comes closer",
        [_pair(a, yes, size) for a in (2.0, 0.5, 0.1)],
    )
    yield (
        f"a pair of two classes (target {shown(no)}) moves apart",
        [_pair(a, no, size) for a in (0.1, 0.5, 2.0)],
    )


def _pairs_edges(target, size):
    for y in _two(target):
        yield f"equal embeddings, target {shown(y)}", _pair(0.0, y, size), False
        yield f"embeddings 0.0001 apart, target {shown(y)}", _pair(1e-4, y, size), False


def _score_pairs_draw(rng, n, target, size):
    return [rng.normal(size=n), rng.normal(size=n), _two_balanced(rng, n, target)]


def _score_pairs_better(target, size):
    yes, no = _two(target)
    yield f"target {yes:g}, the first score rises", [one(s, 0.0, yes) for s in (-1.0, -0.5, 1.0)]
    yield f"target {shown(no)}, the first score falls", [one(s, 0.0, no) for s in (1.0, 0.5, -1.0)]


def _triplets_draw(rng, n, target, size):
    return [_vectors(rng, n, size) for _ in range(3)]


def _triplets_better(target, size):
    yield (
        "the positive comes closer and the negative moves away",
        [
            [_circle(0, size), _circle(p, size), _circle(-n, size)]
            for p, n in ((1.5, 0.1), (0.8, 0.8), (0.1, 2.0))
        ],
    )


def _triplets_edges(target, size):
    a, b = _circle(0, size), _circle(1, size)
    yield "anchor, positive and negative equal", [a, a.copy(), a.copy()], False
    yield "anchor equal to positive", [a, a.copy(), b], False
    yield "anchor equal to negative", [a, b, a.copy()], False


def _views_draw(rng, n, target, size):
    return [_vectors(rng, n, size), _vectors(rng, n, size)]


def _spread(n, size):
    """n fixed directions, no two alike."""
    rows = np.cos(np.outer(np.arange(1, n + 1), np.arange(1, size + 1)) * 1.3)
    return rows / np.sqrt((rows**2).sum(axis=1, keepdims=True))


def _views_better(target, size):
    x = _spread(4, size)
    yield (
        "the second view turns from another example's first to its own",
        [[x, (1 - a) * np.roll(x, 1, axis=0) + a * x] for a in (0.0, 0.5, 1.0)],
    )


def _views_edges(target, size):
    x = _spread(4, size)
    yield "the two views of each example equal", [x, x.copy()], False
    yield "all embeddings equal", [np.repeat(x[:1], 4, axis=0), np.repeat(x[:1], 4, axis=0)], False
    yield "each view opposite to its partner", [x, -x], False


def _views_tails(target, size):
    x = _spread(4, size)
    yield "embeddings of length t, the partner opposite", "wrong", lambda t: [t * x, -t * x]
    yield "embeddings of length t, the partner equal", "right", lambda t: [t * x, t * x]


def _embeddings_draw(rng, n, target, size):
    return [_vectors(rng, n, size), (np.arange(n) % max(n // 2, 1)).astype(np.int64)]


def _embeddings_better(target, size):
    labels = np.array([0, 0, 1, 1, 2, 2])
    centers, wobble = _spread(3, size), 0.05 * _spread(6, size)
    wrong = centers[[0, 1, 2, 0, 1, 2]] + wobble
    right = centers[labels] + wobble
    yield (
        "clusters across the labels become clusters of the labels",
        [[wrong, labels], [(wrong + right) / 2, labels], [right, labels]],
    )


def _embeddings_edges(target, size):
    x, labels = _spread(4, size), np.array([0, 0, 1, 1])
    yield "all labels different (no positive in the batch)", [x, np.arange(4)], False
    yield "all labels the same (no negative in the batch)", [x, np.zeros(4, dtype=np.int64)], False
    yield "all embeddings equal", [np.repeat(x[:1], 4, axis=0), labels], False
    yield "the positives equal", [x[[0, 0, 1, 1]], labels], False


# Ranking


def _ranking_draw(rng, n, target, size):
    relevance = np.stack([rng.permutation(np.arange(size) % 4) for _ in range(n)])
    return [rng.normal(size=(n, size)), relevance.astype(float)]


def _relevance(size):
    return (np.arange(size) % 4).astype(float)[None]


def _ranking_better(target, size):
    y = _relevance(size)
    yield (
        "scores from the opposite of the relevance to the relevance",
        [[a * y, y] for a in (-1.0, 0.05, 1.0)],
    )


def _ranking_tails(target, size):
    y = _relevance(size)
    order = np.linspace(0, 1, size)[None]
    by_rank = order[:, np.argsort(np.argsort(y[0], kind="stable"))]
    yield "scores t apart, in the opposite order", "wrong", lambda t: [-t * (size - 1) * by_rank, y]
    yield "scores t apart, in the right order", "right", lambda t: [t * (size - 1) * by_rank, y]


def _ranking_edges(target, size):
    y = _relevance(size)
    x = np.cos(np.arange(size, dtype=float))[None]
    yield "all relevances 0", [x, 0 * y], False
    yield "all relevances equal", [x, 0 * y + 2], False
    yield "all scores equal", [0 * x, y], False
    yield "one document", [x[:, :1], y[:, :1] + 1], False


KINDS = {
    "real": Kind(
        "numbers (N,), and a target of the same shape",
        ("real",),
        _real_draw,
        _real_better,
        _real_tails,
        _real_edges,
    ),
    "logits": Kind(
        "logits (N,), and 0 or 1 (N,)",
        ("binary", "signs"),
        _logits_draw,
        _logits_better,
        _logits_tails,
        _logits_edges,
    ),
    "probabilities": Kind(
        "probabilities (N,), and 0 or 1 (N,)",
        ("binary",),
        _probabilities_draw,
        _probabilities_better,
        _probabilities_tails,
        _probabilities_edges,
        low=0,
        high=1,
    ),
    "scores": Kind(
        "scores (N,), and −1 or 1 (N,)",
        ("signs", "binary"),
        _logits_draw,
        _logits_better,
        _logits_tails,
        _logits_edges,
    ),
    "class logits": Kind(
        "logits (N, K), and class indices (N,) or distributions (N, K)",
        ("classes", "one-hot", "distributions"),
        _class_logits_draw,
        _class_logits_better,
        _class_logits_tails,
        _class_logits_edges,
        size=4,
    ),
    "class probabilities": Kind(
        "probabilities (N, K), and class indices (N,) or distributions (N, K)",
        ("classes", "one-hot", "distributions"),
        _class_probabilities_draw,
        _class_probabilities_better,
        _class_probabilities_tails,
        _class_probabilities_edges,
        size=4,
        low=0,
        high=1,
    ),
    "class log-probabilities": Kind(
        "logarithms of probabilities (N, K), and class indices (N,) or distributions (N, K)",
        ("classes", "one-hot", "distributions"),
        _class_log_draw,
        _class_log_better,
        _class_log_tails,
        size=4,
    ),
    "masks": Kind(
        "probabilities (N, P), P pixels or labels an example, and 0 or 1 (N, P)",
        ("binary",),
        _masks_draw,
        _masks_better,
        None,
        _masks_edges,
        size=5,
        low=0,
        high=1,
    ),
    "mask logits": Kind(
        "logits (N, P), P pixels or labels an example, and 0 or 1 (N, P)",
        ("binary",),
        _mask_logits_draw,
        _mask_logits_better,
        _mask_logits_tails,
        _mask_logits_edges,
        size=5,
    ),
    "pairs": Kind(
        "embeddings (N, E) and (N, E), and for each pair 1 for one class, 0 or −1 for two",
        ("binary", "signs"),
        _pairs_draw,
        _pairs_better,
        None,
        _pairs_edges,
        preds=2,
        size=3,
    ),
    "triplets": Kind(
        "embeddings of anchors, positives and negatives, each (N, E)",
        (),
        _triplets_draw,
        _triplets_better,
        None,
        _triplets_edges,
        preds=3,
        size=3,
    ),
    "views": Kind(
        "two views (N, E) of the same N examples",
        (),
        _views_draw,
        _views_better,
        _views_tails,
        _views_edges,
        preds=2,
        size=3,
        coupled=True,
    ),
    "embeddings": Kind(
        "embeddings (N, E), and labels (N,)",
        ("classes",),
        _embeddings_draw,
        _embeddings_better,
        None,
        _embeddings_edges,
        size=3,
        coupled=True,
    ),
    "ranking": Kind(
        "scores (Q, D) of D documents for each of Q queries, and relevances (Q, D)",
        ("relevance",),
        _ranking_draw,
        _ranking_better,
        _ranking_tails,
        _ranking_edges,
        size=5,
    ),
    "ordinal": Kind(
        "a score (N,), and ordered classes 0, 1, ... (N,); 4 classes unless an example has more or fewer",
        ("classes",),
        _ordinal_draw,
        _ordinal_better,
        _ordinal_tails,
        _ordinal_edges,
        size=4,
    ),
    "positive": Kind(
        "numbers above 0 (N,), and a target of the same kind",
        ("positive",),
        _positive_draw,
        _positive_better,
        None,
        _positive_edges,
        low=0,
    ),
    "log-rates": Kind("logarithms of rates (N,), and counts (N,)", ("counts",), _rates_draw, _rates_better),
    "distances": Kind(
        "distances (N,), and 1 for one class, −1 or 0 for two",
        ("signs", "binary"),
        _distances_draw,
        _distances_better,
        low=0,
    ),
    "score pairs": Kind(
        "scores (N,) and (N,), and 1 where the first should be higher, −1 or 0 where the second",
        ("signs", "binary"),
        _score_pairs_draw,
        _score_pairs_better,
        preds=2,
    ),
}
