"""What should be refused, or come out as NaN."""

import numpy as np

from ..calls import DEFAULT, Outcome, _caught, _to_numpy, to_library
from ..inputs import shown
from ..trial import Skip, check, near, show, shown_number


@check("shapes that differ are refused", "broadcast")
def broadcast(t):
    if (
        t.kind_name in ("triplets", "views", "embeddings", "masks", "mask logits", "ranking")
        or not t.kind.targets
    ):
        raise Skip(f"for {t.kind_name} there is no such trap")
    batch = t.draw()
    expected = t.subject.value(batch)
    last = len(batch) - 1
    variants = []
    if batch[last].ndim == 1:
        variants.append((last, [*batch[:last], batch[last][:, None]]))
    if batch[0].ndim == 1:
        variants.append((0, [batch[0][:, None], *batch[1:]]))
    if not variants:
        raise Skip("the targets have the shape of the predictions")
    for _, mixed in variants:
        outcome = t.subject.value(mixed)
        if outcome.error is not None or np.isnan(outcome.value).all():
            continue
        if outcome.value.size != expected.value.size or not near(
            outcome.value.ravel(), expected.value.ravel(), 1e-6
        ):
            shapes = " and ".join(f"{n} {a.shape}" for n, a in zip(t.names, mixed, strict=False))
            size = outcome.value.size
            got = outcome.total if size == 1 else f"an array of shape {outcome.value.shape}"
            yield t.finding(
                "broadcast",
                "Shapes that differ are broadcast: every prediction meets every target.",
                shapes,
                got,
                f"an error, or {show(expected.value)}",
            )
            return


@check("a target out of its range is refused", "target-range")
def target_range(t):
    values = {
        "binary": (2.0, -1.0),
        "signs": (0.0, 2.0),
        "classes": (-1, t.size),
        "one-hot": (3.0, -1.0),
        "distributions": (3.0, -1.0),
        "relevance": (-3.0,),
    }.get(t.target)
    if values is None or t.kind.coupled or t.target == "relevance":
        raise Skip("every target is allowed")
    for bad in values:
        batch = [a.copy() for a in t.draw()]
        batch[-1][(1, *(0,) * (batch[-1].ndim - 1))] = bad
        outcome = t.subject.value(batch)
        if outcome.error is None and np.isfinite(outcome.total):
            yield t.finding(
                "target-range",
                f"A target of {shown(bad)} passes in silence.",
                t.show(batch),
                outcome.total,
                "an error",
            )
            return


@check("a prediction out of its range is refused", "prediction-range")
def prediction_range(t):
    if t.kind.high is None:
        raise Skip("every number is allowed")
    for bad in (1.5, -0.5):
        batch = [a.copy() for a in t.draw()]
        batch[0][(1, *(0,) * (batch[0].ndim - 1))] = bad
        outcome = t.subject.value(batch)
        if outcome.error is None and np.isfinite(outcome.total):
            yield t.finding(
                "prediction-range",
                f"A probability of {shown(bad)} passes in silence.",
                batch,
                outcome.total,
                "an error",
            )
            return


@check("an empty batch has no NaN", "empty-batch")
def empty(t):
    outcome = t.subject.value([a[:0] for a in t.draw()])
    if outcome.error is not None:
        return
    value = outcome.value
    wrong_shape = value.ndim > 0 and t.layout in ("mean", "sum") and value.size != 1
    if np.isnan(value).any() or wrong_shape:
        yield t.finding(
            "empty-batch",
            "An empty batch gives NaN, which then is in every weight."
            if not wrong_shape
            else "An empty batch gives an array where a number is expected.",
            f"arrays of shape {t.draw()[0][:0].shape}",
            value if value.ndim == 0 else f"an array of shape {value.shape}",
            "an error, or 0",
        )


@check("a NaN comes out as NaN", "hidden-nan")
def hidden_nan(t):
    arrays = list(range(t.kind.preds)) + ([1] if t.kind_name == "real" else [])
    for i in arrays:
        batch = [a.copy() for a in t.draw()]
        batch[i][1] = np.nan
        outcome = t.subject.value(batch)
        if outcome.error is None and not np.isnan(outcome.value).any():
            slope = t.subject.gradient(batch) if t.slope_error is None else Outcome(error=LookupError())
            more = ""
            if slope.error is None:
                bad = sum(int(np.isnan(g).sum()) for g in slope.gradient)
                more = f", with {bad} NaN in the gradient" if bad else ""
            yield t.finding(
                "hidden-nan",
                "A NaN goes in and a finite number comes out: a broken network looks healthy.",
                f"{t.names[i]}[1] = nan in an ordinary batch",
                f"{shown_number(outcome.total)}{more}",
                "nan",
            )
            return


@check("integers do not wrap around", "integer-wrap")
def integers(t):
    if t.kind_name != "real":
        raise Skip("predictions of this kind are not integers")
    pred, target = np.array([1, 2, 3, 0]), np.array([2, 1, 0, 5])
    given = [to_library(a.astype(np.uint8), t.subject.library) for a in (pred, target)]
    reductions = [DEFAULT, *(["none"] if t.subject.takes_reduction else [])]
    for reduction in reductions:
        wide = t.subject.value([pred.astype(float), target.astype(float)], reduction=reduction)
        result = _caught(lambda r=reduction: _to_numpy(t.subject._call(given, r, {})).astype(float))
        if isinstance(result, Exception) or wide.error is not None or near(result, wide.value, 1e-3):
            continue
        yield t.finding(
            "integer-wrap",
            "Integers wrap around: 1 − 2 is 255 in uint8.",
            f"pred = {show(pred)}, target = {show(target)} in uint8",
            result,
            wide.value,
        )
        return
