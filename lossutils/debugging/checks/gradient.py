"""The gradient: is it the derivative, also the second time, and does it take what comes from above?"""

import random
import sys

import numpy as np

from ..calls import DEFAULT, DetachedError
from ..trial import Skip, check, near, one_line, show, shown_number


@check("finite on an ordinary batch", "value-not-finite")
def ordinary(t):
    if not np.isfinite(t.base.value).all():
        yield t.finding(
            "value-not-finite",
            "The value of an ordinary batch is not finite.",
            t.batch,
            t.base.total,
            "finite",
        )


@check("the same call gives the same value and leaves its inputs alone", "input-changed", "not-deterministic")
def pure(t):
    batches = [t.batch] * 3
    if t.kind_name != "ordinal" and t.example is None:
        batches += [t.draw(n=200, seed=6)] * 4  # a rare dropout hits one of many
    before = _generators()
    first, last = {}, None
    for batch in batches:
        outcome = t.subject.value(batch)
        last = _differs(t, first.setdefault(id(batch), outcome), outcome, batch) or last
    drawn = before != _generators()
    for _ in range(60 if drawn and last is None else 0):  # random numbers that have changed nothing yet
        last = last or _differs(t, first[id(batches[-1])], t.subject.value(batches[-1]), batches[-1])
    last = last or _differs(t, t.base, first[id(t.batch)], t.batch)
    if last is not None:
        yield last
    if t.subject.changed_on is not None:
        yield changed(t)


def changed(t):
    """Also made at the end, for what only an unusual batch has had changed."""
    return t.finding(
        "input-changed",
        "The call changes its arguments.",
        t.subject.changed_on,
        "other numbers",
        "the same numbers",
    )


def _differs(t, first, second, batch):
    if (
        second.error is None
        and first.error is None
        and not np.array_equal(first.value, second.value, equal_nan=True)
    ):
        got = " and ".join(dict.fromkeys(shown_number(o.total, 9) for o in (first, second)))
        return t.finding(
            "not-deterministic", "The same call gives different values.", batch, got, "one value"
        )
    return None


def _generators():
    """The states of the random numbers that a loss may draw."""
    states = [random.getstate(), [str(x) for x in np.random.get_state()[2:]]]
    states.append(hash(np.random.get_state()[1].tobytes()))
    torch = sys.modules.get("torch")
    return [*states, hash(torch.get_rng_state().numpy().tobytes()) if torch else None]


def slopes(trial, batch, step=1e-4):
    """Lowest and highest slope that differences allow, for each prediction: equal but for rounding and kinks.

    The central difference is the derivative of a smooth loss; the two one-sided ones bound the
    subgradients at a kink.
    """
    fine = 1e-2 if trial.coarse else 1e-6
    step = 1e-2 if trial.coarse else step
    bounds = []
    middle = trial.total(batch)
    for i in range(trial.kind.preds):
        low, high = np.zeros(batch[i].shape), np.zeros(batch[i].shape)
        for index in np.ndindex(batch[i].shape):

            def at(h, i=i, index=index):
                moved = [a.copy() for a in batch]
                moved[i][index] += h
                return trial.total(moved)

            coarse = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
            right, left = (at(fine) - middle) / fine, (middle - at(-fine)) / fine
            if (
                not trial.coarse
                and near(right, left, 1e-4, 1e-4 * max(1.0, abs(middle)))
                and np.isfinite(coarse)
            ):
                right = left = coarse if near(coarse, (right + left) / 2, 1e-4, 1e-5) else right
            low[index], high[index] = min(left, right), max(left, right)
        bounds.append((low, high))
    return bounds


def disagreement(gradient, bounds, room=1):
    """The first place where a gradient lies outside the slopes: (prediction, index), or None."""
    for i, (g, (low, high)) in enumerate(zip(gradient, bounds, strict=True)):
        slack = room * (1e-5 + 2e-4 * np.maximum(np.abs(low), np.abs(high)))
        wrong = ~((low - slack <= g) & (g <= high + slack)) & np.isfinite(low + high)
        if wrong.any():
            return i, tuple(int(j) for j in np.argwhere(wrong)[0])
    return None


@check(
    "the gradient is the derivative",
    "detached-gradient",
    "flat",
    "wrong-gradient",
    "gradient-not-finite",
)
def gradient(t):
    error = t.slope_error
    if isinstance(error, DetachedError):
        bounds = slopes(t, t.batch)
        if any(np.any(high > 1e-9) or np.any(low < -1e-9) for low, high in bounds):
            yield t.finding(
                "detached-gradient",
                "No gradient arrives at the prediction.",
                t.batch,
                "no grad_fn",
                bounds[0][0],
            )
        else:
            yield t.finding(
                "flat", "The value is constant around the prediction.", t.batch, 0.0, "a slope to follow"
            )
        return
    t.needs_gradient()
    for batch in (t.batch, t.draw(seed=1), t.draw(n=3, seed=2)):
        result = t.subject.gradient(batch)
        if result.error is not None:
            raise Skip(f"its gradient fails: {one_line(result.error)}")
        if [g.shape for g in result.gradient] != [a.shape for a in batch[: t.kind.preds]]:
            yield t.finding(
                "wrong-gradient",
                "The gradient does not have the shape of the prediction.",
                batch,
                str([g.shape for g in result.gradient]),
                str([a.shape for a in batch[: t.kind.preds]]),
            )
            return
        if not all(np.isfinite(g).all() for g in result.gradient):
            yield t.finding(
                "gradient-not-finite",
                "The gradient of an ordinary batch is not finite.",
                batch,
                result.gradient[0],
                "finite",
            )
            return
        if all((g == 0).all() for g in result.gradient) and all(
            near(x, 0, 0, 1e-9) for b in slopes(t, batch) for x in b
        ):
            if all(near(t.total(t.draw(seed=s)), t.base.total) for s in (3, 4)) or not t.total(batch):
                return
            yield t.finding(
                "flat", "The value is constant around the prediction.", batch, 0.0, "a slope to follow"
            )
            return
        bounds = slopes(t, batch)
        where = disagreement(result.gradient, bounds, 100 if t.coarse else 1)
        if where is not None:
            i, index = where
            low, high = bounds[i]
            yield t.finding(
                "wrong-gradient",
                f"The gradient is not the derivative of the value{_likeness(result.gradient[i], low, high)}.",
                t.show(batch) + f"; derivative for {t.names[i]}[{', '.join(map(str, index))}]",
                result.gradient[i][index],
                (low[index] + high[index]) / 2,
            )
            return


def _likeness(gradient, low, high):
    """What a wrong gradient looks like, in words."""
    smooth = (np.abs(high - low) < 1e-3 * np.abs(high)) & (np.abs(high) > 1e-6)
    if smooth.any():
        ratio = gradient[smooth] / ((low + high) / 2)[smooth]
        if np.ptp(ratio) < 1e-3 * abs(ratio[0]) and ratio[0]:
            n = len(gradient)
            known = {-1.0: "its sign is flipped", float(n): f"1/N is missing (N = {n})"}
            known[1 / n] = f"1/N too many (N = {n})"
            for factor, text in known.items():
                if near(ratio[0], factor, 1e-3):
                    return f": {text}"
            return f": it is {shown_number(ratio[0], 4)} times that"
        if (ratio == 0).any():
            return ": it is 0 where the value has a slope"
    return ""


@check("the second derivative is that of the value", "second-derivative")
def second_derivative(t):
    t.needs_autograd()
    if t.coarse:
        raise Skip("it calculates in less than float64")
    rng = np.random.default_rng(5)
    direction = [rng.normal(size=a.shape) for a in t.batch[: t.kind.preds]]
    got = t.subject.curvature(t.batch, direction)
    if isinstance(got, Exception):
        raise Skip(f"it is refused: {one_line(got)}")
    step = 1e-5

    def slope(h):
        moved = [a + h * d for a, d in zip(t.batch, direction, strict=False)] + t.batch[t.kind.preds :]
        found = t.subject.gradient(moved)
        return None if found.error is not None else found.gradient

    before, here, after = slope(-step), slope(0.0), slope(step)
    if None in (before, here, after):
        raise Skip("the gradient fails nearby")
    for i, g in enumerate(got):
        left, right = (here[i] - before[i]) / step, (after[i] - here[i]) / step
        low, high = np.minimum(left, right), np.maximum(left, right)
        slack = 1e-4 + 1e-3 * max(np.abs(low).max(), np.abs(high).max())
        wrong = ~((low - slack <= g) & (g <= high + slack)) & np.isfinite(low + high)
        if wrong.any():
            index = tuple(np.argwhere(wrong)[0])
            yield t.finding(
                "second-derivative",
                "The second derivative (double backward) is not that of the value.",
                t.batch,
                float(g[index]),
                float((low[index] + high[index]) / 2),
            )
            return


@check("an upstream gradient is honored", "upstream-ignored")
def upstream(t):
    t.needs_autograd()
    reduction = "none" if t.subject.takes_reduction else DEFAULT
    value = t.subject.value(t.batch, reduction=reduction)
    plain = t.subject.gradient(t.batch, reduction=reduction)
    if value.error is not None or plain.error is not None:
        reduction, value, plain = DEFAULT, t.base, t.subject.gradient(t.batch)
    shape = value.value.shape
    if shape in (t.batch[0].shape, t.batch[0].shape[:1]) and shape and not t.kind.coupled:
        upstream = np.linspace(-1.0, 2.0, value.value.size).reshape(shape)
        if shape != t.batch[0].shape:
            factor = upstream.reshape(shape + (1,) * (t.batch[0].ndim - 1))
        else:
            factor = upstream
        expected = [g * factor for g in plain.gradient]
    else:
        upstream = np.full(shape, 3.0)
        expected = [3.0 * g for g in plain.gradient]
    got = t.subject.gradient(t.batch, reduction=reduction, upstream=upstream)
    if got.error is not None:
        raise Skip(one_line(got.error))
    if not all(near(g, e, 1e-6, 1e-9) for g, e in zip(got.gradient, expected, strict=True)):
        yield t.finding(
            "upstream-ignored",
            "The gradient does not scale with what arrives from above (a weight on the loss, a scaler).",
            t.show(t.batch) + f"; upstream {show(upstream)}",
            got.gradient[0],
            expected[0],
        )
