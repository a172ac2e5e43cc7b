"""What `check_loss` looks for. Each check is a function of a `Trial` and yields findings."""

import dataclasses
import functools
import itertools
import math
import re
from dataclasses import dataclass

import numpy as np

from .calls import DEFAULT, DetachedError, Outcome, Subject, _caught, _to_numpy, to_library
from .inputs import BATCH, Kind, one_hot, shown

# What can be wrong: the cause, how bad it is, and what to do. "error" is a wrong answer to a valid input.
CAUSES = {
    "wrong-gradient": ("error", "Derive the gradient again, or let autograd do it; look for detach()."),
    "detached-gradient": ("error", "Stay with tensors: no .item(), .numpy(), .detach(), round or argmax."),
    "jump": ("error", "Let the pieces meet: compare their values where one takes over from the other."),
    "flat": ("error", "Replace the threshold, argmax or rounding by something that has a slope."),
    "gradient-not-finite": (
        "error",
        "Guard the input of sqrt, log, power or the division (`where` inside, not outside).",
    ),
    "dead-gradient": ("error", "Take logits and use log-sigmoid or log-softmax; do not clip."),
    "value-not-finite": ("error", "Say what 0/0 and 0·log 0 are: usually 0 (xlogy, a guarded division)."),
    "overflow": ("error", "Use the stable form: log-sum-exp, softplus, logaddexp, |x| + log1p(exp(−2|x|))."),
    "clipped": (
        "error",
        "Take logits and use log-sigmoid or log-softmax instead of clipping or adding an ε.",
    ),
    "squashed-twice": ("error", "Apply sigmoid or softmax once: give this loss what it says it takes."),
    "wrong-minimum": ("error", "Look at the sign, the order of the arguments and the label convention."),
    "wrong-reduction": ("error", 'Make "mean" the mean and "sum" the sum of what "none" returns.'),
    "wrong-denominator": ("error", "Divide by the number of examples, and by nothing else."),
    "wrong-shape": ("error", "Return one number, or one number an example."),
    "batch-order": ("error", "Compare each prediction with its own target; look for sort, roll and shuffle."),
    "batch-of-one": ("error", "Name the axis in squeeze() and in sums; do not squeeze the batch away."),
    "input-changed": ("error", "Work on a copy: no in-place operation on an argument."),
    "not-deterministic": ("error", "Remove the randomness or the state that is kept between calls."),
    "upstream-ignored": ("error", "Multiply by grad_output in backward, example by example."),
    "padding-counted": ("error", "Divide by the number of examples that count, and leave out the others."),
    "second-derivative": (
        "warning",
        "Write backward in differentiable operations, or mark it once_differentiable.",
    ),
    "batch-split": ("warning", "Return the mean over examples, or say that batches cannot be put together."),
    "lost-digits": ("warning", "Use log1p, expm1 and log-sum-exp without the largest term; avoid 1 − p."),
    "half-precision": ("warning", "Calculate in float32 and convert the result."),
    "dtype-changed": ("warning", "Keep the precision of the prediction: no float64 constants, no float()."),
    "broadcast": ("warning", "Raise an error where the shapes differ."),
    "target-range": ("warning", "Raise an error that names the value."),
    "prediction-range": ("warning", "Raise an error that names the value."),
    "unknown-reduction": ("warning", "Raise an error for a reduction that you do not know."),
    "empty-batch": ("warning", "Raise an error, or return 0 and say so."),
    "all-ignored": ("warning", "Return 0 where nothing counts, or raise an error."),
    "hidden-nan": (
        "warning",
        "Let a NaN through: no nan_to_num, nanmean, fmax, no comparison that hides it.",
    ),
    "integer-wrap": ("warning", "Refuse integers, or convert them to floats first."),
}
CHECKS = []  # (name, function)


class Skip(Exception):
    """This check cannot be done here."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, once for each cause.

    `cause` is one of `lossutils.debugging.CAUSES`; `severity` is "error" (a wrong answer to a valid input)
    or "warning" (an invalid input passes in silence, digits are lost, or a surprise for who uses it). The
    rest is text: what is wrong, on which `input`, what was `got` and `expected`, and what to do.
    """

    cause: str
    severity: str
    what: str
    input: str
    got: str
    expected: str
    advice: str


@dataclass
class Trial:
    """A loss and what it is fed with."""

    subject: Subject
    kind: Kind
    kind_name: str
    target: str | None
    size: int | None
    example: list | None = None

    def draw(self, n=BATCH, seed=0):
        return self.kind.draw(np.random.default_rng(seed), n, self.target, self.size)

    @functools.cached_property
    def batch(self):
        return self.example or self.draw()

    @functools.cached_property
    def base(self):
        return self.subject.value(self.batch)

    @functools.cached_property
    def coarse(self):
        """Whether float64 comes back as less, as in JAX by default: then differences need room."""
        return self.base.dtype in ("float32", "float16", "bfloat16")

    @property
    def slack(self):
        return 1e-4 if self.coarse else 1e-8

    @functools.cached_property
    def layout(self):
        """ "none", "mean" or "sum", told from a batch that is given twice; "other" for none of them."""
        shape, n = self.base.value.shape, len(self.batch[0])
        if shape and shape[0] == n and n > 1 and shape in (self.batch[0].shape, self.batch[0].shape[:1]):
            return "none"
        if self.base.value.size != 1:
            return "shape"
        twice = self.subject.value([np.concatenate([a, a]) for a in self.batch])
        if self.kind.coupled or twice.error is not None or not np.isfinite(twice.total):
            return "coupled"
        if near(twice.total, self.base.total, self.slack):
            return "mean"
        return "sum" if near(twice.total, 2 * self.base.total, self.slack) else "other"

    @functools.cached_property
    def names(self):
        named = [p for p in self.subject.signature.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        named = [p.name for p in named[: len(self.batch)]]
        if len(named) < len(self.batch):
            targets = len(self.batch) - self.kind.preds
            preds = ["pred"] if self.kind.preds == 1 else [f"x{i + 1}" for i in range(self.kind.preds)]
            return preds + ["target"] * targets
        if self.subject.target_first:
            named = [*named[len(self.batch) - self.kind.preds :], *named[: len(self.batch) - self.kind.preds]]
        return named

    def show(self, batch):
        return ", ".join(f"{name} = {show(a)}" for name, a in zip(self.names, batch, strict=False))

    def finding(self, cause, what, given, got, expected, advice=None):
        severity, usual = CAUSES[cause]
        given = given if isinstance(given, str) else self.show(given)
        got, expected = (x if isinstance(x, str) else show(x) for x in (got, expected))
        return Finding(cause, severity, what, given, got, expected, advice or usual)

    def total(self, batch, dtype="float64"):
        return self.subject.value(batch, dtype).total

    def scalar(self):
        """Skip where the loss is not a number for the batch."""
        if self.layout not in ("mean", "sum"):
            raise Skip("it returns no mean and no sum over the batch")

    def uncoupled(self):
        if self.kind.coupled:
            raise Skip("the examples of a batch are compared with each other")

    @functools.cached_property
    def slope_error(self):
        """What keeps this loss from having a gradient: None, or the exception."""
        return self.subject.gradient(self.batch).error

    def needs_gradient(self):
        if isinstance(self.slope_error, LookupError):
            raise Skip("it has no gradient: give grad=..., a .grad attribute, or a loss that takes tensors")
        if self.slope_error is not None:
            raise Skip(f"its gradient fails: {one_line(self.slope_error)}")

    def needs_autograd(self):
        if self.subject.gradient_source != "autograd":
            raise Skip("it is for losses that torch differentiates")
        self.needs_gradient()


def near(a, b, relative=1e-7, absolute=1e-12):
    a, b = np.asarray(a), np.asarray(b)
    close = np.abs(a - b) <= absolute + relative * np.maximum(np.abs(a), np.abs(b))
    return bool(np.all((a == b) | (close & np.isfinite(a) & np.isfinite(b))))


def one_line(error):
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= 100 else text[:96] + " ..."


def show(value, digits=5):
    array = np.asarray(value)
    if array.ndim == 0:
        return shown_number(array.item(), digits)
    if array.ndim > 2 or array.size > 24 or array.size == 0:
        return f"an array of shape {array.shape}"
    digits = digits if array.size <= 12 else 3
    return "[" + ", ".join(show(x, digits) for x in array) + "]"


def shown_number(number, digits=5):
    text = f"{number:.{digits}g}"
    return ("0" if text == "-0" else text).replace("-", "−")


def check(name):
    def register(function):
        CHECKS.append((name, function))
        return function

    return register


def run_checks(trial):
    """(findings, passed, skipped): a cause is reported once, where it was found first."""
    findings, passed, skipped = {}, [], []
    stop = None
    for name, function in CHECKS:
        if stop:
            skipped.append((name, stop))
            continue
        found = []
        try:
            for finding in function(trial):
                found.append(finding)
        except Skip as why:
            if not found:
                skipped.append((name, str(why)))
                continue
        if not found:
            passed.append(name)
        for finding in found:
            findings.setdefault(finding.cause, finding)
        if not np.isfinite(trial.base.value).all():
            stop = "the value of an ordinary batch is not finite"
        if "not-deterministic" in findings:
            stop = "the same call gives different values"
    order = list(CAUSES)
    return sorted(findings.values(), key=lambda f: (f.severity, order.index(f.cause))), passed, skipped


# 1. The gradient


@check("finite on an ordinary batch")
def check_ordinary(t):
    if not np.isfinite(t.base.value).all():
        yield t.finding(
            "value-not-finite",
            "The value of an ordinary batch is not finite.",
            t.batch,
            t.base.total,
            "finite",
        )


@check("the same call gives the same value and leaves its inputs alone")
def check_pure(t):
    outcomes = [t.subject.value(t.batch) for _ in range(3)]
    if any(o.changed for o in (t.base, *outcomes)):
        yield t.finding(
            "input-changed", "The call changes its arguments.", t.batch, "other numbers", "the same numbers"
        )
    values = [t.base, *outcomes]
    if any(o.error is None and not np.array_equal(o.value, t.base.value) for o in values):
        got = " and ".join(dict.fromkeys(shown_number(o.total) for o in values if o.error is None))
        yield t.finding(
            "not-deterministic", "The same call gives different values.", t.batch, got, "one value"
        )


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


@check("the gradient is the derivative")
def check_gradient(t):
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


@check("the second derivative is that of the value")
def check_second_derivative(t):
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


@check("an upstream gradient is honored")
def check_upstream(t):
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


# 2. Values at the edges and far out


@check("finite where the truth is: equal inputs, exact 0 and 1, empty positives")
def check_edges(t):
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


def tails(t):
    if t.kind.tails is None:
        raise Skip(f"{t.kind_name} have no extremes beyond the edges")
    return t.kind.tails(t.target, t.size)


def _is_probability(t):
    return t.kind.high == 1


@check("values and gradients far out: logits up to ±10000, probabilities down to 0")
def check_tails(t):
    limits, found = {}, []
    for what, side, at in tails(t):
        found += (_probability_tail if _is_probability(t) else _tail)(t, what, side, at, limits)
    yield from found
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


def _tail(t, what, side, at, limits):
    near_values = [t.total(at(x)) for x in NEAR]
    far_values = [t.total(at(x)) for x in FAR]
    if t.subject.value(at(1.0)).error is not None:
        raise Skip(f"the loss refused them: {one_line(t.subject.value(at(1.0)).error)}")
    values = dict(zip(NEAR + FAR, near_values + far_values, strict=True))
    if near(values[100.0], values[1e3], 1e-9) and np.isfinite(values[1e3]):
        limits[side] = values[1e3], True
    else:
        limits.setdefault(side, (values[1e3], False))
    trusted = _trusted(values)
    exponential = values[20.0] > 1e3 * max(values[10.0], 1e-3) and values[30.0] > 1e3 * values[20.0]
    for x, value in values.items():
        if t.subject.value(at(x)).error is not None:
            raise Skip(f"the loss refused them: {one_line(t.subject.value(at(x)).error)}")
        if np.isnan(value) or (np.isinf(value) and not exponential):
            yield t.finding(
                "overflow",
                f"The value is {show(value)} far out, where it should be finite.",
                _where(t, what, x, at(x)),
                value,
                _extrapolated(values, x),
            )
            return
    if side == "wrong" and t.kind_name != "real":
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
        if not _is_straight(at):
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


# 3. Precision


def rounded(batch, dtype, preds):
    """What the arrays are once they are in that precision."""
    if dtype == "float16":
        return [a.astype(np.float16).astype(float) if a.dtype.kind == "f" else a for a in batch]
    return [a.astype(np.float32).astype(float) if a.dtype.kind == "f" else a for a in batch]


def _precision(t, dtype, points, tolerance):
    limits = np.finfo(dtype)
    batches = [("an ordinary batch", t.batch)]
    if t.kind.tails is not None:
        for what, _, at in t.kind.tails(t.target, t.size):
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


@check("float32 gives what float64 gives")
def check_single(t):
    texts = {
        "overflow": "In float32 the value is not finite, in float64 it is.",
        "lost-digits": "In float32 few digits are right, or none.",
        "gradient-not-finite": "In float32 the gradient is not finite, in float64 it is.",
        "dead-gradient": "In float32 the gradient is 0, in float64 it is not.",
    }
    if t.subject.finest != "float64":
        raise Skip("it takes no float64")
    points = [1.0, 5.0, 10.0, 20.0, 30.0] if _is_probability(t) else SOME
    for cause, where, got, expected in _precision(t, "float32", points, 1e-3):
        yield t.finding(cause, texts[cause], where, got, expected)


@check("float16 gives what float64 gives, large batches included")
def check_half(t):
    advice = CAUSES["half-precision"][1]
    points = [1.0, 2.0] if _is_probability(t) else [1.0, 5.0, 8.0, 10.0, 20.0, 100.0, 1e3]
    for cause, where, got, expected in _precision(t, "float16", points, 0.05):
        what = "digits are lost" if cause == "lost-digits" else "the result is not what float64 gives"
        yield t.finding("half-precision", f"In float16 {what}.", where, got, expected, advice)
        return
    batch = rounded(t.draw(), "float16", t.kind.preds)
    if t.kind_name in ("masks", "mask logits"):
        large = [np.tile(a[:1], (1, 20000)) for a in batch]
    elif batch[0].ndim == 1 and not t.kind.coupled and t.layout == "mean":
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


@check("the dtype is kept")
def check_dtype(t):
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


# 4. The minimum


@check("the loss falls as the answer gets better")
def check_minimum(t):
    tried = 0
    for what, batches in t.kind.better(t.target, t.size):
        outcomes = [t.subject.value(batch) for batch in batches]
        if any(outcome.error is not None for outcome in outcomes):
            continue
        values = [outcome.total for outcome in outcomes]
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


@check("no jump on the way to a better answer")
def check_jump(t):
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


# 5. Reductions and batches


@check('"mean", "sum" and "none" fit together')
def check_reductions(t):
    if t.layout == "shape":
        yield t.finding(
            "wrong-shape",
            "The value is neither a number nor one number an example.",
            t.batch,
            f"shape {t.base.value.shape}",
            f"() or {t.batch[0].shape[:1]}",
        )
        return
    if t.layout == "other":
        twice = t.total([np.concatenate([a, a]) for a in t.batch])
        yield t.finding(
            "batch-split" if t.kind_name in ("masks", "mask logits") else "wrong-denominator",
            "One ratio for the whole batch, no mean over its examples: the batch given"
            if t.kind_name in ("masks", "mask logits")
            else "The batch given twice has neither the same value (a mean) nor twice the value (a sum).",
            t.batch,
            f"{shown_number(t.base.total)}, and {shown_number(twice)} for the batch twice",
            f"{shown_number(t.base.total)} or {shown_number(2 * t.base.total)}",
        )
    name = getattr(t.subject.loss, "__name__", "")
    if re.search(r"^(mean|average)_|(^|_)(mse|mae|msle)(_|$)|_mean$", name) and t.layout == "sum":
        yield t.finding(
            "wrong-reduction",
            "By its name it is a mean, and it grows with the batch like a sum.",
            t.batch,
            t.base.total,
            t.base.total / len(t.batch[0]),
        )
    elif re.search(r"^(sum|total)_|_sum$", name) and t.layout == "mean":
        yield t.finding(
            "wrong-reduction",
            "By its name it is a sum, and it is a mean.",
            t.batch,
            t.base.total,
            t.base.total * len(t.batch[0]),
        )
    yield from _divided_by_classes(t)
    if not t.subject.takes_reduction:
        raise Skip("it has no reduction argument")
    none, mean, total = (t.subject.value(t.batch, reduction=r) for r in ("none", "mean", "sum"))
    if none.error is not None or (t.kind.coupled and none.value.ndim == 0):
        raise Skip('it has no reduction "none"')
    n, shape = len(t.batch[0]), none.value.shape
    if shape not in (t.batch[0].shape, t.batch[0].shape[:1]):
        yield t.finding(
            "wrong-reduction",
            'What reduction="none" returns does not have the shape of the examples.',
            t.batch,
            f"shape {shape}",
            f"shape {t.batch[0].shape[:1]}",
        )
        return
    for word, outcome, expected in (
        ("mean", mean, none.value.mean()),
        ("sum", total, none.value.sum()),
    ):
        if outcome.error is None and not (
            outcome.value.size == 1 and near(outcome.total, expected, 100 * t.slack)
        ):
            yield t.finding(
                "wrong-reduction",
                f'"{word}" is not the {word} of "none"{_factor(t, outcome.total, expected)}.',
                t.batch,
                outcome.value,
                expected,
            )
            return
    if t.kind_name.startswith("class") and none.value.ndim == 2 and mean.error is None:
        yield t.finding(
            "wrong-denominator",
            f"A mean over N·K numbers: the loss of an example is divided by its {t.size} classes.",
            t.batch,
            mean.total,
            none.value.sum() / n,
            'Sum over the classes, then take the mean over the examples ("batchmean" in PyTorch).',
        )


def _factor(t, got, expected):
    for factor, text in ((t.size, "the number of classes"), (len(t.batch[0]), "the number of examples")):
        if factor and factor > 1:
            if near(got * factor, expected, 1e-6):
                return f": it is divided once more by {text}"
            if near(got, expected * factor, 1e-6):
                return f": it is {text} times that"
    return ""


def _divided_by_classes(t):
    """Equal logits cost log K, one number that tells a mean over N·K."""
    if t.kind_name not in ("class logits", "class probabilities") or t.target == "distributions":
        return
    k = t.size
    pred = np.zeros((k, k)) if t.kind_name == "class logits" else np.full((k, k), 1 / k)
    labels = np.arange(k)
    value = t.subject.value([pred, labels if t.target == "classes" else one_hot(labels, k)])
    for share, text in ((k, f"{k} classes"), (k * k, f"{k} classes and the batch")):
        scale = {"mean": 1.0, "sum": float(k)}.get(t.layout, math.nan)
        if value.error is None and near(value.total, scale * math.log(k) / share, 1e-6):
            yield t.finding(
                "wrong-denominator",
                f"The mean is over N·K numbers: each loss is divided by the {text}.",
                f"{k} equal logits in each of {k} rows",
                value.total,
                scale * math.log(k),
                "Sum over the classes, then take the mean over the examples.",
            )
            return


@check("an unknown reduction is refused")
def check_unknown_reduction(t):
    if not t.subject.takes_reduction:
        raise Skip("it has no reduction argument")
    outcome = t.subject.value(t.batch, reduction="avg")
    if outcome.error is None:
        yield t.finding(
            "unknown-reduction",
            "An unknown reduction returns a number.",
            'reduction="avg"',
            outcome.value if outcome.value.ndim == 0 else f"an array of shape {outcome.value.shape}",
            "an error",
        )


@check("the order of the batch does not matter")
def check_order(t):
    n = len(t.batch[0])
    if n < 2:
        raise Skip("the batch has one example")
    order = np.roll(np.arange(n)[::-1], 1)
    outcome = t.subject.value([a[order] for a in t.batch])
    if outcome.error is not None:
        raise Skip(one_line(outcome.error))
    expected = t.base.value[order] if t.layout == "none" else t.base.value
    if not near(outcome.value, expected, t.slack):
        yield t.finding(
            "batch-order",
            "The same examples in another order have another loss.",
            t.show(t.batch) + f"; order {show(order)}",
            outcome.value,
            expected,
        )
    if t.subject.images is not None and t.layout != "none":
        yield from _mixed_pixels(t)


def _mixed_pixels(t):
    """Pixels, those of the prediction and those of the target alike, in another order."""
    images, batch = t.subject.images, t.draw()
    one = dataclasses.replace(t.subject, images=images.one)
    subject, axis = (t.subject, 1) if images.masks else (one, 0)
    order = np.roll(np.arange(batch[0].shape[axis])[::-1], 1)
    before, after = (subject.value(b) for b in (batch, [np.take(a, order, axis) for a in batch]))
    if before.error is None and after.error is None and not near(before.total, after.total, t.slack):
        yield t.finding(
            "batch-order",
            "The same pixels in another order have another loss: a reshape mixes axes, or neighbors count.",
            f"an image of {len(order)} pixels, and the same in another order",
            after.total,
            before.total,
            "Move the axis of the classes to the end before reshape: pred.movedim(1, -1).reshape(-1, K).",
        )


@check("the batch can be split")
def check_split(t):
    t.uncoupled()
    if t.layout not in ("none", "mean", "sum"):
        raise Skip("it is neither a mean nor a sum over examples")
    batch = t.draw()
    whole = t.subject.value(batch)
    if whole.error is not None:
        raise Skip(one_line(whole.error))
    n = len(batch[0])
    failed = {}
    for cut in (2, 3, 4, 1):
        parts = [[a[:cut] for a in batch], [a[cut:] for a in batch]]
        outcomes = [t.subject.value(part) for part in parts]
        if any(o.error is not None for o in outcomes):
            failed[cut] = one_line(next(o.error for o in outcomes if o.error is not None))
            continue
        if t.layout == "none":
            pieces = [np.atleast_1d(o.value) for o in outcomes]
            fits = np.concatenate(pieces).shape == whole.value.shape and near(
                np.concatenate(pieces), whole.value, t.slack
            )
            got = np.concatenate(pieces) if pieces[0].ndim == 1 else pieces[0]
        else:
            sizes = (cut, n - cut) if t.layout == "mean" else (1, 1)
            got = sum(s * o.total for s, o in zip(sizes, outcomes, strict=True)) / (
                n if t.layout == "mean" else 1
            )
            fits = near(got, whole.total, t.slack)
        if not fits:
            failed[cut] = got
    middle = next((c for c in (2, 3, 4) if c in failed and not isinstance(failed[c], str)), None)
    if middle is not None:
        yield t.finding(
            "batch-split",
            "The batch in two parts, put together by their sizes, has another loss than the batch: a "
            "loss depends on its neighbors (a weight, a root or a maximum over the batch).",
            t.show(batch) + f"; {middle} examples and the rest",
            failed[middle],
            whole.value,
        )
    elif 1 in failed and not {2, 3, 4} & set(failed):
        yield t.finding(
            "batch-of-one",
            "A batch of one example is treated differently.",
            t.show([a[:1] for a in batch]) + "; and the rest",
            failed[1],
            whole.value,
        )


# 6. What should be refused


@check("shapes that differ are refused")
def check_broadcast(t):
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


@check("a target out of its range is refused")
def check_target_range(t):
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


@check("a prediction out of its range is refused")
def check_prediction_range(t):
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


@check("an empty batch has no NaN")
def check_empty(t):
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


@check("a NaN comes out as NaN")
def check_hidden_nan(t):
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


@check("integers do not wrap around")
def check_integers(t):
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


@check("what is ignored or masked does not count")
def check_padding(t):
    if t.subject.has("ignore_index") and t.target == "classes":
        yield from _ignored(t)
    elif t.subject.has("mask") and "mask" not in t.subject.options and not t.kind.coupled:
        yield from _masked(t)
    else:
        raise Skip("it has no ignore_index and no mask")


def _ignored(t):
    parameter = t.subject.signature.parameters.get("ignore_index")
    default = parameter.default if parameter is not None else getattr(t.subject.loss, "ignore_index", -100)
    index = t.subject.options.get("ignore_index", default if isinstance(default, int) else -100)
    pred, labels = t.draw()
    some = labels.copy()
    some[[1, 4]] = index
    kept = some != index
    got, expected = t.subject.value([pred, some]), t.subject.value([pred[kept], labels[kept]])
    if got.error is None and expected.error is None and t.layout in ("mean", "sum"):
        if not near(got.total, expected.total, 1e-6):
            yield t.finding(
                "padding-counted",
                "Ignored examples count in the mean.",
                f"{show(some)} as target, {index} is ignored",
                got.total,
                expected.total,
            )
    nothing = t.subject.value([pred, np.full_like(labels, index)])
    if nothing.error is None and not np.isfinite(nothing.total):
        yield t.finding(
            "all-ignored",
            "A batch in which everything is ignored gives NaN.",
            f"every target {index}",
            nothing.total,
            "0, or an error",
        )


def _masked(t):
    batch = t.draw()
    if t.kind_name == "ranking":
        wide = [
            np.concatenate([a, np.full((len(a), 2), fill)], axis=1)
            for a, fill in zip(batch, (9.0, 3.0), strict=True)
        ]
        mask = np.concatenate([np.ones(batch[0].shape, bool), np.zeros((len(batch[0]), 2), bool)], axis=1)
        expected = t.subject.value(batch)
    else:
        wide = batch
        mask = np.ones(batch[0].shape if t.base.value.shape == batch[0].shape else len(batch[0]), bool)
        mask[[1, 4]] = False
        expected = t.subject.value([a[mask] if mask.ndim == 1 else a[mask[:, 0]] for a in batch])
    outcomes = []
    for kind in (bool, float):
        given = to_library(mask.astype(kind), t.subject.library)
        outcomes.append(t.subject.value(wide, mask=given))
    works = [o for o in outcomes if o.error is None]
    if not works or expected.error is not None or t.layout not in ("mean", "sum"):
        raise Skip("the mask that was tried (1 for what counts) was refused")
    flipped = t.subject.value(wide, mask=to_library(~mask, t.subject.library))
    if not any(near(o.total, expected.total, 1e-6) for o in (*works, flipped)):
        yield t.finding(
            "padding-counted",
            "What is masked out counts in the value or in the mean.",
            "an ordinary batch, with mask 0 for two places",
            works[0].total,
            expected.total,
        )
