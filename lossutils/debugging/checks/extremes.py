"""Values and gradients at the edges of what may come, and far out."""

import numpy as np

from ..trial import Skip, check, is_probability, near, one_line, show, shown_number


@check(
    "finite where the truth is: equal inputs, exact 0 and 1, empty positives",
    "value-not-finite",
    "gradient-not-finite",
)
def edges(t):
    if t.kind.edges is None:
        raise Skip(f"no edges are known for {t.kind_name}")
    tried = 0
    for what, batch, may_be_infinite in t.kind.edges(t.target, t.size):
        for dtype in ("float64", "float32"):
            outcome = t.subject.value(batch, dtype)
            if outcome.error is not None:
                continue
            tried += 1
            where = f"{what}: {t.show(batch)}" + (" (float32)" if dtype == "float32" else "")
            value = outcome.value
            if np.isnan(value).any() or (np.isinf(value).any() and not may_be_infinite):
                number = value.sum() if value.ndim else value
                yield t.finding(
                    "value-not-finite", f"The value is {show(number)} for {what}.", where, number, "finite"
                )
                break
            if t.slope_error is not None:
                continue
            slope = t.subject.gradient(batch, dtype)
            if slope.error is not None:
                continue
            bad = [
                g for g in slope.gradient if np.isnan(g).any() or (np.isinf(g).any() and not may_be_infinite)
            ]
            if bad:
                yield t.finding(
                    "gradient-not-finite", f"The gradient is not finite for {what}.", where, bad[0], "finite"
                )
                break
    if not tried:
        raise Skip("the loss refused all of them")


NEAR = [float(x) for x in range(1, 41)]
FAR = [60.0, 88.0, 100.0, 1e3, 1e4]
SOME = [1.0, 5.0, 10.0, 17.0, 20.0, 30.0, 40.0, 60.0, 88.0, 100.0, 1e3, 1e4]


def _tails_of(t):
    if t.kind.tails is None:
        raise Skip(f"{t.kind_name} have no extremes beyond the edges")
    return t.kind.tails(t.target, t.size)


@check(
    "values and gradients far out: logits up to ±10000, probabilities down to 0",
    "squashed-twice",
    "overflow",
    "clipped",
    "gradient-not-finite",
    "dead-gradient",
    "wrong-gradient",
    "value-not-finite",
    "wrong-minimum",
)
def tails(t):
    limits, found = {}, []
    for what, side, at in _tails_of(t):
        found += (_probability_tail if is_probability(t) else _tail)(t, what, side, at, limits)
    yield from found
    if not any(finding.cause in ("overflow", "wrong-minimum") for finding in found):
        yield from _right_side(t)
    if (
        not found
        and t.kind_name in ("logits", "class logits", "mask logits")
        and {"wrong", "right"} <= set(limits)
    ):
        (right, flat_right), (wrong, flat_wrong) = limits["right"], limits["wrong"]
        if flat_right and flat_wrong and 0.01 * wrong < right < 0.9 * wrong:
            yield t.finding(
                "squashed-twice",
                "The most confident right answer still has a loss, and the most confident wrong one "
                "a bounded one: sigmoid or softmax is applied to what has been through it already.",
                "pred = 1000 on the right side",
                right,
                "nearly 0",
            )


def _right_side(t):
    """A right answer that is ever more certain costs less than a wrong one, and has a least cost."""
    costs = {}
    for what, side, at in _tails_of(t):
        if side in ("right", "wrong") and t.subject.value(at(1.0)).error is None:
            for x in (10.0, 100.0, 1e4):
                costs.setdefault(side, []).append((t.total(at(x)), what, x, at(x)))
    for cost, what, x, batch in costs.get("right", []):
        if cost < -50 and x == 1e4:
            yield t.finding(
                "wrong-minimum",
                "The loss of a right answer falls without end: no training can come to rest.",
                _where(t, what, x, batch),
                cost,
                "a least value, usually 0",
                "Stop at 0, as max(0, ...) does, or take the logarithm of a probability.",
            )
            return
    if t.kind_name not in ("logits", "class logits", "mask logits") or "wrong" not in costs:
        return
    for x in (100.0, 1e4):
        right = max((c for c in costs.get("right", []) if c[2] == x), key=lambda c: c[0], default=None)
        wrong = max(c[0] for c in costs["wrong"] if c[2] == x)
        start = t.total(right[3]) if right else 0.0
        near_right = max(c[0] for c in costs["right"] if c[2] == 10.0) if right else 0.0
        if right and np.isfinite(wrong) and start > max(0.5 * wrong, 1.5 * near_right, 1.0):
            yield t.finding(
                "wrong-minimum",
                "A right answer costs the more the more certain it is, as much as a wrong one.",
                _where(t, right[1], x, right[3]),
                start,
                f"far less than the wrong answer, {shown_number(wrong)}",
                "Put sigmoid or softmax before what expects probabilities; keep penalties on logits small.",
            )
            return


def _tail(t, what, side, at, limits):
    near_values = [t.total(at(x)) for x in NEAR]
    far_values = [t.total(at(x)) for x in FAR]
    if t.subject.value(at(1.0)).error is not None:
        raise Skip(f"the loss refused them: {one_line(t.subject.value(at(1.0)).error)}")
    values = dict(zip(NEAR + FAR, near_values + far_values, strict=True))
    if np.isnan(near_values[0]):
        yield t.finding(
            "value-not-finite",
            "One ordinary example alone gives NaN, a batch does not: this is a mean over nothing.",
            _where(t, what, 1.0, at(1.0)),
            near_values[0],
            "finite",
            "Divide by max(count, 1), or take the mean over all examples.",
        )
        return
    if near(values[100.0], values[1e3], 1e-9) and np.isfinite(values[1e3]):
        limits[side] = values[1e3], True
    else:
        limits.setdefault(side, (values[1e3], False))
    trusted = _trusted(values)
    exponential = values[20.0] > 1e3 * max(values[10.0], 1e-3) and values[30.0] > 1e3 * values[20.0]
    for x, value in values.items():
        if t.subject.value(at(x)).error is not None:
            raise Skip(f"the loss refused them: {one_line(t.subject.value(at(x)).error)}")
        if not np.isfinite(value) and all(np.isfinite(values[y]) for y in (1e3, 1e4)):
            yield t.finding(
                "value-not-finite",
                f"The value is {show(value)} at one place and finite further out: a division by 0.",
                _where(t, what, x, at(x)),
                value,
                "finite",
                "Look at the denominator: no prediction may make it 0 or negative.",
            )
            return
        if np.isnan(value) or (np.isinf(value) and not exponential):
            yield t.finding(
                "overflow",
                f"The value is {show(value)} far out, where it should be finite.",
                _where(t, what, x, at(x)),
                value,
                _extrapolated(values, x),
            )
            return
    if side == "wrong":
        x = _first_stop(near_values)
        if x is None:
            steps = values[40.0] - values[39.0], values[39.0] - values[38.0]
            if steps[0] > 1e-3 and near(*steps, 1e-3):
                x = next(
                    (x for x in FAR if not near(values[x], values[40.0] + (x - 40) * steps[0], 0.01)), None
                )
        if x is not None:
            far = max(x, 100.0)
            yield t.finding(
                "clipped",
                f"The value stops growing at t = {x:g}: the most wrong examples teach nothing.",
                _where(t, what, far, at(far)),
                values[far],
                _extrapolated({k: v for k, v in values.items() if k < x - 2}, far),
            )
            return
    if t.slope_error is None and not t.coarse:
        yield from _tail_slopes(t, what, at, trusted)


def _where(t, what, x, batch):
    return f"{what}, at t = {x:g}: {t.show(batch)}"


def _trusted(values):
    return [x for x in SOME if np.isfinite(values.get(x, np.nan))]


def _extrapolated(values, x):
    """What a tail that is straight so far comes to at x, in words."""
    known = sorted(k for k, v in values.items() if np.isfinite(v) and k < x)
    if len(known) < 3:
        return "finite"
    a, b, c = known[-3:]
    slope, before = ((values[c] - values[b]) / (c - b), (values[b] - values[a]) / (b - a))
    if near(slope, before, 0.05, 1e-6):
        return f"about {shown_number(values[c] + slope * (x - c), 4)}"
    return "finite"


def _first_stop(values):
    """Where a value that grows stops: from one step to the next, or after a straight stretch; else None.

    A loss that is bounded by design bends from the start.
    """
    steps = np.diff(values)
    straight = None
    for i in range(2, len(steps)):
        largest = np.abs(steps[:i]).max()
        if largest > 1e-6 and abs(steps[i]) < 1e-6 * largest and steps[i - 2] > 0.05 * largest:
            return NEAR[i]
        if steps[i] > 1e-3 and i >= 4 and near(steps[i - 3 : i], steps[i], 0.02):
            straight = steps[i]
        if i >= 4 and steps[i] > 1e-3 and (np.diff(steps[i - 3 : i + 1]) >= -0.02 * steps[i]).all():
            straight = steps[i]  # a stretch that bends upwards, as of a focal loss
        if straight is not None and steps[i] < 0.01 * straight:
            return NEAR[i]
    return None


def _tail_slopes(t, what, at, points):
    for x in points:
        h = 1e-3
        direction = [b - a for a, b in zip(at(x), at(x + 1), strict=True)][: t.kind.preds]
        result = t.subject.gradient(at(x))
        if result.error is not None:
            return
        if not all(np.isfinite(g).all() for g in result.gradient):
            yield t.finding(
                "gradient-not-finite",
                "The gradient is not finite far out.",
                _where(t, what, x, at(x)),
                result.gradient[0],
                "finite",
            )
            return
        if not _is_straight(at) or not any(np.any(d) for d in direction):
            continue
        slope = sum(float((g * d).sum()) for g, d in zip(result.gradient, direction, strict=True))
        here, after, before = t.total(at(x)), t.total(at(x + h)), t.total(at(x - h))
        one_sided = (after - here) / h, (here - before) / h
        low, high = min(one_sided), max(one_sided)
        slack = 1e-6 + 1e-2 * max(abs(low), abs(high)) + 1e-15 * abs(here) / h
        if np.isfinite(low + high) and not low - slack <= slope <= high + slack:
            dead = abs(slope) < 1e-3 * max(abs(low), abs(high))
            yield t.finding(
                "dead-gradient" if dead else "wrong-gradient",
                "The gradient is 0 far out, where the value still changes."
                if dead
                else "The gradient is not the derivative far out.",
                _where(t, what, x, at(x)) + "; slope along t",
                slope,
                (low + high) / 2,
            )
            return


def _is_straight(at):
    return all(near(b - a, c - b, 1e-9) for a, b, c in zip(at(1.0), at(2.0), at(3.0), strict=True))


def _probability_tail(t, what, side, at, limits):
    exponents = [float(x) for x in range(1, 16)]
    values = {x: t.total(at(x)) for x in [*exponents, 30.0, 100.0, 300.0, 400.0]}
    if np.isnan(values[1.0]):
        raise Skip("the loss refused them")
    if side == "right":
        return
    for x, value in values.items():
        if np.isnan(value) or (np.isinf(value) and x < 300):
            yield t.finding(
                "overflow",
                f"The value is {show(value)} for a small probability.",
                _where(t, what, x, at(x)),
                value,
                "finite",
            )
            return
    step, before = values[4.0] - values[3.0], values[3.0] - values[2.0]
    if not (step > 1e-3 and near(step, before, 0.05)):
        x = _first_stop([values[x] for x in exponents])
        if x is None:
            return
    else:
        ahead = [x for x in values if x > 4 and x < 400]
        x = next((x for x in ahead if not near(values[x], values[4.0] + (x - 4) * step, 0.02)), None)
        if x is None and np.isfinite(values[400.0]):
            x = 400.0
    if x is not None:
        yield t.finding(
            "clipped",
            "The value stops growing as the probability of the right answer goes to 0: it is clipped, or an "
            "ε stands inside the logarithm.",
            _where(t, what, x, at(x)),
            values[x],
            "inf" if x == 400 else values[4.0] + (x - 4) * step,
        )
        return
    if t.kind_name != "probabilities" or t.slope_error is not None or t.coarse:
        return
    for x in (3.0, 5.0, 7.0, 9.0, 12.0, 15.0):
        p, y = (float(a[0]) for a in at(x))
        h = p / 100
        got = t.subject.gradient(at(x))
        expected = (
            t.total([np.array([p + h]), np.array([y])]) - t.total([np.array([p - h]), np.array([y])])
        ) / (2 * h)
        if got.error is None and not near(got.gradient[0][0], expected, 0.01):
            dead = abs(got.gradient[0][0]) < 1e-3 * abs(expected)
            yield t.finding(
                "dead-gradient" if dead else "wrong-gradient",
                "The gradient is not the derivative at a small probability.",
                _where(t, what, x, at(x)),
                got.gradient[0][0],
                expected,
            )
            return
