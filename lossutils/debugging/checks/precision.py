"""What is left in float32 and float16, and which dtype comes back."""

import numpy as np

from ..causes import CAUSES
from ..trial import Skip, check, is_probability, near
from .extremes import SOME


def rounded(batch, dtype, preds):
    """What the arrays are once they are in that precision."""
    if dtype == "float16":
        return [a.astype(np.float16).astype(float) if a.dtype.kind == "f" else a for a in batch]
    return [a.astype(np.float32).astype(float) if a.dtype.kind == "f" else a for a in batch]


def _precision(t, dtype, points, tolerance):
    limits = np.finfo(dtype)
    batches = [("an ordinary batch", t.batch)]
    if t.kind.tails is not None:
        for what, side, at in t.kind.tails(t.target, t.size):
            if side == "far" and t.kind.size and dtype == "float16":
                continue  # the cosine of parallel vectors is rounding there
            small = (1e-4, 1e-3, 1e-2) if t.kind_name == "real" else ()
            batches += [(f"{what}, at t = {x:g}", at(x)) for x in (*small, *points)]
    tried = 0
    for what, batch in batches:
        batch = rounded(batch, dtype, t.kind.preds)
        if not all(np.isfinite(a).all() for a in batch):
            continue
        truth, single = t.subject.value(batch), t.subject.value(batch, dtype)
        if truth.error is not None or single.error is not None or not np.isfinite(truth.total):
            continue
        tried += 1
        expected, got = truth.total, single.total
        where = f"{what}: {t.show(batch)} in {dtype}"
        if abs(expected) < float(limits.max) and not np.isfinite(got):
            yield "overflow", where, got, expected
            return
        if abs(expected) < float(limits.max) and not near(
            got, expected, tolerance, max(1e-12, 20 * float(limits.tiny))
        ):
            yield "lost-digits", where, got, expected
            return
        if t.slope_error is not None:
            continue
        slope, exact = t.subject.gradient(batch, dtype), t.subject.gradient(batch)
        if slope.error is not None or exact.error is not None:
            continue
        for g, e in zip(slope.gradient, exact.gradient, strict=True):
            if not np.isfinite(e).all() or np.abs(e).max(initial=0) > float(limits.max):
                continue
            if not np.isfinite(g).all():
                yield "gradient-not-finite", where, g, e
                return
            if not near(g, e, 0, 10 * tolerance * np.abs(e).max(initial=0) + 1e-6):
                yield "dead-gradient" if not g.any() else "lost-digits", where + " (gradient)", g, e
                return
    if not tried:
        raise Skip(f"the loss does not take {dtype}")


SINGLE = {
    "overflow": "In float32 the value is not finite, in float64 it is.",
    "lost-digits": "In float32 few digits are right, or none.",
    "gradient-not-finite": "In float32 the gradient is not finite, in float64 it is.",
    "dead-gradient": "In float32 the gradient is 0, in float64 it is not.",
}


@check("float32 gives what float64 gives", *SINGLE)
def single(t):
    if t.subject.finest != "float64":
        raise Skip("it takes no float64")
    points = [1.0, 5.0, 10.0, 20.0, 30.0] if is_probability(t) else SOME
    for cause, where, got, expected in _precision(t, "float32", points, 1e-3):
        yield t.finding(cause, SINGLE[cause], where, got, expected)


@check("float16 gives what float64 gives, large batches included", "half-precision")
def half(t):
    advice = CAUSES["half-precision"][1]
    points = [1.0, 2.0] if is_probability(t) else [1.0, 5.0, 8.0, 10.0, 20.0, 100.0, 1e3]
    for cause, where, got, expected in _precision(t, "float16", points, 0.05):
        what = "digits are lost" if cause == "lost-digits" else "the result is not what float64 gives"
        yield t.finding("half-precision", f"In float16 {what}.", where, got, expected, advice)
        return
    batch = rounded(t.draw(), "float16", t.kind.preds)
    if t.kind_name in ("masks", "mask logits"):
        large = [np.tile(a[:1], (1, 20000)) for a in batch]
    elif batch[0].ndim == 1 and not t.kind.coupled and t.layout == "mean" and t.splits:
        large = [np.tile(a, 20000) for a in batch]
    else:
        return
    truth, half = t.subject.value(large), t.subject.value(large, "float16")
    if truth.error is None and half.error is None and truth.value.size == 1 and np.isfinite(truth.total):
        if not near(half.total, truth.total, 0.05, 1e-3):
            yield t.finding(
                "half-precision",
                "In float16 a large sum overflows or stalls.",
                f"{large[0].size} numbers, the ordinary batch repeated, in float16",
                half.total,
                truth.total,
                advice,
            )


@check("the dtype is kept", "dtype-changed")
def dtype(t):
    tried = []
    for dtype in dict.fromkeys((t.subject.finest, "float32", "float16")):
        outcome = t.subject.value(t.batch, dtype)
        if outcome.error is not None:
            continue
        tried.append(dtype)
        types = [("value", outcome.dtype, outcome.value.ndim)]
        if t.slope_error is None:
            slope = t.subject.gradient(t.batch, dtype)
            types += [("gradient", d, 1) for d in slope.gradient_dtypes]
        for what, got, ndim in types:
            fine = [dtype] + (["float32"] if dtype == "float16" else [])
            if not ndim and t.subject.library == "numpy":
                fine += ["float", "float32", "float64"] if dtype != "float64" else ["float"]
            if not ndim and got in ("float", "int"):
                continue
            if got not in fine:
                yield t.finding(
                    "dtype-changed",
                    f"The {what} of a {dtype} prediction is {got}.",
                    f"an ordinary batch in {dtype}",
                    got,
                    dtype,
                )
                return
