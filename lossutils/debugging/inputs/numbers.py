"""Numbers: real, above 0, and logarithms of rates; and one number for one of two answers."""

import numpy as np

from .kind import arrays, one, power, shown, shown_t, two, two_balanced


def real_draw(rng, n, target, size):
    return [rng.normal(size=n) * 2, rng.normal(size=n)]


def real_better(target, size):
    for y in (-2.0, 0.5, 3.0):
        for sign, side in ((1, "above"), (-1, "below")):
            yield (
                f"pred goes to the target {shown(y)} from {side}",
                [one(y + sign * e, y) for e in (10, 1, 0.1, 0)],
            )


def real_tails(target, size):
    for sign in (1, -1):
        yield f"pred = {shown_t(sign)}, target = 0", "far", lambda t, s=sign: one(s * t, 0.0)


def real_edges(target, size):
    yield "pred equal to target", arrays([1.0, -2.0, 0.25], [1.0, -2.0, 0.25]), False
    yield "pred and target 0", arrays([0.0, 0.0], [0.0, 0.0]), False


def positive_draw(rng, n, target, size):
    return [np.exp(rng.normal(size=n)), np.exp(rng.normal(size=n))]


def positive_better(target, size):
    for y in (0.5, 3.0):
        yield f"pred falls to the target {y}", [one(y * f, y) for f in (10, 2, 1.1, 1)]
        yield f"pred rises to the target {y}", [one(y * f, y) for f in (0.1, 0.5, 0.9, 1)]


def positive_tails(target, size):
    yield "pred = t, target = 1", "above", lambda t: one(t, 1.0)
    yield "pred = 1/t, target = 1", "below", lambda t: one(1 / t, 1.0)
    yield "pred = 1, target = t", "below", lambda t: one(1.0, t)


def positive_edges(target, size):
    yield "pred equal to target", arrays([1.0, 2.0, 0.25], [1.0, 2.0, 0.25]), False


def rates_draw(rng, n, target, size):
    return [rng.normal(size=n), rng.poisson(2.0, size=n).astype(float)]


def rates_better(target, size):
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


def logits_draw(rng, n, target, size):
    return [rng.normal(size=n) * 2, two_balanced(rng, n, target)]


def logits_better(target, size):
    yes, no = two(target)
    yield f"target {yes:g}, pred from −2 to 1", [one(z, yes) for z in (-2, 0, 1)]
    yield f"target {shown(no)}, pred from 2 to −1", [one(z, no) for z in (2, 0, -1)]


def logits_tails(target, size):
    for y, sign in zip(two(target), (1, -1), strict=True):
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


def logits_edges(target, size):
    yes, no = two(target)
    yield "pred = 0", arrays([0.0, 0.0], [yes, no]), False


def distances_draw(rng, n, target, size):
    return [rng.uniform(0.1, 2.5, size=n), two_balanced(rng, n, target)]


def distances_better(target, size):
    yes, no = two(target)
    yield f"target {yes:g}, pred from 2 to 0.1", [one(z, yes) for z in (2, 1, 0.1)]
    yield f"target {shown(no)}, pred from 0.1 to 2", [one(z, no) for z in (0.1, 0.5, 2)]


def probabilities_draw(rng, n, target, size):
    return [rng.uniform(0.05, 0.95, size=n), two_balanced(rng, n, target)]


def probabilities_better(target, size):
    yield "target 1, pred from 0.1 to 0.9", [one(p, 1.0) for p in (0.1, 0.5, 0.9)]
    yield "target 0, pred from 0.9 to 0.1", [one(p, 0.0) for p in (0.9, 0.5, 0.1)]


def probabilities_tails(target, size):
    """Here t counts powers of 10."""
    yield "pred = 10^−t, target = 1", "wrong", lambda t: one(power(t), 1.0)
    yield "pred = 10^−t, target = 0", "right", lambda t: one(power(t), 0.0)
    yield "pred = 1 − 10^−t, target = 1", "right", lambda t: one(1 - power(t), 1.0)


def probabilities_edges(target, size):
    yield "pred = target = 1", one(1.0, 1.0), False
    yield "pred = target = 0", one(0.0, 0.0), False
    yield "pred = 0, target = 1", one(0.0, 1.0), True
    yield "pred = 1, target = 0", one(1.0, 0.0), True
