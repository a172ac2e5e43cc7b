"""The minimum is where the target is, and the way there has no jump."""

import itertools

import numpy as np

from ..trial import Skip, check, shown_number


@check("the loss falls as the answer gets better", "wrong-minimum")
def minimum(t):
    tried = 0
    for what, batches in t.kind.better(t.target, t.size):
        if any(t.subject.value(batch).error is not None for batch in batches):
            continue
        values = t.totals(batches)
        if not np.all(np.isfinite(values)):
            continue
        tried += 1
        slack = 1e-9 * max(1.0, *map(abs, values))
        if any(b > a + slack for a, b in itertools.pairwise(values)) or values[0] <= values[-1] + slack:
            yield t.finding(
                "wrong-minimum",
                "The loss does not fall as the answer gets better.",
                what,
                " → ".join(shown_number(v, 4) for v in values),
                "falling numbers",
                _minimum_advice(t, values),
            )
            return
    if not tried:
        raise Skip("the loss refused the examples")


def _minimum_advice(t, values):
    if all(b >= a for a, b in itertools.pairwise(values)) and values[0] < values[-1]:
        return "It rises instead: look at the sign, the order of the arguments, and what label 1 means here."
    return None


@check("no jump on the way to a better answer", "jump")
def jump(t):
    t.uncoupled()
    if t.coarse or t.kind_name == "ranking":
        raise Skip("ranks jump" if t.kind_name == "ranking" else "it calculates in less than float64")
    tried = 0
    for what, batches in t.kind.better(t.target, t.size):
        for worse, better in itertools.pairwise(batches):

            def at(share, worse=worse, better=better):
                preds = [(1 - share) * a + share * b for a, b in zip(worse, better, strict=True)]
                return [*preds[: t.kind.preds], *better[t.kind.preds :]]

            grid = np.linspace(0, 1, 17)
            values = np.array([t.total(at(share)) for share in grid])
            if not np.isfinite(values).all():
                continue
            tried += 1
            bends = np.abs(np.diff(values, 2))
            if bends.max() <= 0.02 * np.ptp(values):
                continue
            for i in (bends.argmax(), bends.argmax() + 1):  # on one side of the largest bend, or on the other
                low, high = _narrowed(lambda share, at=at: t.total(at(share)), grid[i], grid[i + 1])
                gap = t.total(at(high)) - t.total(at(low))
                if abs(gap) > 1e-3 * np.ptp(values) + 1e-6:
                    yield t.finding(
                        "jump",
                        "The value jumps, and no gradient shows it.",
                        f"{what}; at {t.show(at(low))}, and a little further",
                        f"{shown_number(t.total(at(low)))} and {shown_number(t.total(at(high)))}",
                        "equal values",
                    )
                    return
    if not tried:
        raise Skip("the loss refused the examples")


def _narrowed(function, low, high):
    """The interval halved, towards the larger change, until it holds next to nothing."""
    for _ in range(45):
        middle = (low + high) / 2
        left, right = function(middle) - function(low), function(high) - function(middle)
        low, high = (low, middle) if abs(left) > abs(right) else (middle, high)
    return low, high
