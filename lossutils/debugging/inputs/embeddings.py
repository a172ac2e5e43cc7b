"""Embeddings: pairs, triplets, views and labels; and pairs of scores."""

import numpy as np

from .kind import one, shown, shown_t, two, two_balanced


def _circle(angle, size):
    """A unit vector at that angle from the first axis."""
    row = np.zeros((1, size))
    row[0, 0], row[0, 1] = np.cos(angle), np.sin(angle)
    return row


def _vectors(rng, n, size):
    """Away from the kinks at distance 1 and at equal distances, as well as drawn numbers are."""
    return rng.normal(size=(n, size)) * 0.6


def pairs_draw(rng, n, target, size):
    return [_vectors(rng, n, size), _vectors(rng, n, size), two_balanced(rng, n, target)]


def _pair(angle, y, size):
    return [_circle(0, size), _circle(angle, size), np.array([y])]


def pairs_better(target, size):
    yes, no = two(target)
    yield (
        f"a pair of one class (target {yes:g}) comes closer",
        [_pair(a, yes, size) for a in (2.0, 0.5, 0.1)],
    )
    yield (
        f"a pair of two classes (target {shown(no)}) moves apart",
        [_pair(a, no, size) for a in (0.1, 0.5, 2.0)],
    )


def pairs_tails(target, size):
    yes, no = two(target)
    x = _circle(0, size)
    yield f"a pair 1.03 t apart, target {yes:g}", "far", lambda t: [x, (1 + 1.03 * t) * x, np.array([yes])]
    yield f"a pair 1.03 t apart, target {shown(no)}", "far", lambda t: [x, (1 + 1.03 * t) * x, np.array([no])]


def pairs_edges(target, size):
    for y in two(target):
        zero = [0 * _circle(0, size), _circle(0, size), np.array([y])]
        yield f"a vector of zeros, target {shown(y)}", zero, False
    for y in two(target):
        yield f"equal embeddings, target {shown(y)}", _pair(0.0, y, size), False
        yield f"embeddings 0.0001 apart, target {shown(y)}", _pair(1e-4, y, size), False


def score_pairs_draw(rng, n, target, size):
    return [rng.normal(size=n), rng.normal(size=n), two_balanced(rng, n, target)]


def score_pairs_better(target, size):
    yes, no = two(target)
    yield f"target {yes:g}, the first score rises", [one(s, 0.0, yes) for s in (-1.0, -0.5, 1.0)]
    yield f"target {shown(no)}, the first score falls", [one(s, 0.0, no) for s in (1.0, 0.5, -1.0)]


def score_pairs_tails(target, size):
    for y, sign in zip(two(target), (1.0, -1.0), strict=True):
        first = shown_t(-sign)
        yield f"scores {first} and 0, target {shown(y)}", "wrong", lambda t, y=y, s=sign: one(-s * t, 0.0, y)
        first = shown_t(sign)
        yield f"scores {first} and 0, target {shown(y)}", "right", lambda t, y=y, s=sign: one(s * t, 0.0, y)


def score_pairs_edges(target, size):
    for y in two(target):
        yield f"equal scores, target {shown(y)}", one(0.5, 0.5, y), False


def ranked_pairs_draw(rng, n, target, size):
    return [rng.normal(size=n), rng.normal(size=n)]


def ranked_pairs_better(target, size):
    yield "the first score rises", [one(s, 0.0) for s in (-1.0, -0.5, 1.0)]
    yield "the second score falls", [one(0.0, s) for s in (1.0, 0.5, -1.0)]


def ranked_pairs_tails(target, size):
    yield "scores −t and 0", "wrong", lambda t: one(-t, 0.0)
    yield "scores t and 0", "right", lambda t: one(t, 0.0)


def ranked_pairs_edges(target, size):
    yield "equal scores", one(0.5, 0.5), False


def triplets_draw(rng, n, target, size):
    return [_vectors(rng, n, size) for _ in range(3)]


def triplets_better(target, size):
    yield (
        "the positive comes closer and the negative moves away",
        [
            [_circle(0, size), _circle(p, size), _circle(-n, size)]
            for p, n in ((1.5, 0.1), (0.8, 0.8), (0.1, 2.0))
        ],
    )


def triplets_tails(target, size):
    x = _circle(0, size)
    yield "the positive 1.03 t away", "far", lambda t: [x, (1 + 1.03 * t) * x, -1.37 * x]
    yield "the negative 1.07 t away", "far", lambda t: [x, 1.53 * x, (1 + 1.07 * t) * x]


def triplets_edges(target, size):
    x, y = _circle(0, size), _circle(1, size)
    yield "the anchor a vector of zeros", [0 * x, x, y], False
    yield "the positive a vector of zeros", [x, 0 * x, y], False
    a, b = _circle(0, size), _circle(1, size)
    yield "anchor, positive and negative equal", [a, a.copy(), a.copy()], False
    yield "anchor equal to positive", [a, a.copy(), b], False
    yield "anchor equal to negative", [a, b, a.copy()], False


def views_draw(rng, n, target, size):
    return [_vectors(rng, n, size), _vectors(rng, n, size)]


def _spread(n, size):
    """n fixed directions, no two alike."""
    rows = np.cos(np.outer(np.arange(1, n + 1), np.arange(1, size + 1)) * 1.3)
    return rows / np.sqrt((rows**2).sum(axis=1, keepdims=True))


def views_better(target, size):
    x = _spread(4, size)
    yield (
        "the second view turns from another example's first to its own",
        [[x, (1 - a) * np.roll(x, 1, axis=0) + a * x] for a in (0.0, 0.5, 1.0)],
    )


def views_edges(target, size):
    x = _spread(4, size)
    yield "a vector of zeros", [x * np.array([[0.0], [1], [1], [1]]), x.copy()], False
    yield "the two views of each example equal", [x, x.copy()], False
    yield "all embeddings equal", [np.repeat(x[:1], 4, axis=0), np.repeat(x[:1], 4, axis=0)], False
    yield "each view opposite to its partner", [x, -x], False


def views_tails(target, size):
    x = _spread(4, size)
    yield "embeddings of length t, the partner opposite", "wrong", lambda t: [t * x, -t * x]
    yield "embeddings of length t, the partner equal", "right", lambda t: [t * x, t * x]


def embeddings_draw(rng, n, target, size):
    return [_vectors(rng, n, size), (np.arange(n) % max(n // 2, 1)).astype(np.int64)]


def embeddings_better(target, size):
    labels = np.array([0, 0, 1, 1, 2, 2])
    centers, wobble = _spread(3, size), 0.05 * _spread(6, size)
    wrong = centers[[0, 1, 2, 0, 1, 2]] + wobble
    right = centers[labels] + wobble
    yield (
        "clusters across the labels become clusters of the labels",
        [[wrong, labels], [(wrong + right) / 2, labels], [right, labels]],
    )


def embeddings_tails(target, size):
    x, labels = _spread(4, size), np.array([0, 0, 1, 1])
    yield "embeddings of length t", "far", lambda t: [t * x, labels]


def embeddings_edges(target, size):
    x, labels = _spread(4, size), np.array([0, 0, 1, 1])
    yield "a vector of zeros", [x * np.array([[0.0], [1], [1], [1]]), labels], False
    yield "all labels different (no positive in the batch)", [x, np.arange(4)], False
    yield "all labels the same (no negative in the batch)", [x, np.zeros(4, dtype=np.int64)], False
    yield "all embeddings equal", [np.repeat(x[:1], 4, axis=0), labels], False
    yield "the positives equal", [x[[0, 0, 1, 1]], labels], False
