"""What an argument may be. A rule is data: it says its own text, and finds the first that breaks it."""

import math
from dataclasses import dataclass
from numbers import Real

import numpy as np
from array_api_compat import array_namespace

from ..numerics import at_precision, behind_vmap, float64_of, is_torch, whole, xp


@dataclass(frozen=True)
class Interval:
    """Numbers from `low` to `high`; `ends` says which of the two are allowed: "[]", "[)", "(]" or "()"."""

    low: float
    high: float
    ends: str = "[]"

    @property
    def text(self):
        low, high = (f"{x:g}".replace("-", "−") for x in (self.low, self.high))
        above = "positive" if self.low == 0 else f"above {low}"
        if self.high == math.inf:
            if self.ends[0] == "[":
                return f"must be finite and at least {low}"
            return f"must be {above} and finite"
        return {
            "[]": f"must lie in [{self.low:g}, {self.high:g}]",
            "()": f"must lie strictly between {low} and {high}",
            "[)": f"must be at least {low} and below {high}",
            "(]": f"must be {above} and at most {high}",
        }[self.ends]

    def broken(self, x):
        """True of the numbers that are not allowed; NaN is none of them."""
        below = x < self.low if self.ends[0] == "[" else x <= self.low
        return below | (x > self.high if self.ends[1] == "]" else x >= self.high)

    def check(self, name, value, pred):
        return check_number(self, name, value)

    def holds(self, array):
        """A quick answer for a whole array; False also if a NaN hides it."""
        low, high = extremes(array)
        return low == low and not self.broken(low) and not self.broken(high)


@dataclass(frozen=True)
class OneOf:
    """One of two numbers."""

    first: float
    second: float

    @property
    def text(self):
        return f"must be {self.first} or {self.second}".replace("-", "−")

    def broken(self, x):
        return (x != self.first) & (x != self.second) & (x == x)

    def check(self, name, value, pred):
        return check_number(self, name, value)

    def holds(self, array):
        return not bool((self.broken(array)).any())


@dataclass(frozen=True)
class Distribution:
    """Rows of probabilities, along the last axis."""

    text = "must be a distribution, in [0, 1] and with sum 1 over the classes"

    def broken(self, x):
        return (x < 0) | (x > 1) | self.sum_broken(x)

    @staticmethod
    def sum_broken(x):
        return abs(xp.sum(x, axis=-1, keepdims=True) - 1) > _rounding_of_a_sum(x)

    def holds(self, array):
        low, high = extremes(array)
        return low >= 0 and high <= 1 and not bool(self.sum_broken(array).any())


def _rounding_of_a_sum(x):
    namespace = array_namespace(x)
    half = namespace.isdtype(x.dtype, "real floating") and namespace.finfo(x.dtype).bits < 32
    return 0.02 if half else 0.001


@dataclass(frozen=True)
class ClassIndex:
    """A class from 0 to K − 1."""

    classes: int

    @property
    def text(self):
        return f"must be a class from 0 to {self.classes - 1}"

    def broken(self, x):
        x = whole(x) if hasattr(x, "dtype") else x  # 300 is no number of an 8-bit integer
        return (x < 0) | (x >= self.classes)

    @staticmethod
    def hint(label):
        return f"; pass ignore_index={label} to leave such labels out" if label in NO_CLASS else ""

    def holds(self, array):
        return not any(map(self.broken, extremes(array)))


NO_CLASS = (-100, -1, 255)  # what tokenizers and segmentation masks write where there is no class


@dataclass(frozen=True)
class NotMinusInfinity:
    """Scores: a NaN or an overflow shows in the result, padding does not."""

    text = "must not be −inf; padding is what `mask` is for, an array that is false there"

    def broken(self, x):
        return x == -math.inf

    def holds(self, array):
        return not bool(self.broken(array).any())


@dataclass(frozen=True)
class PerClass:
    """A parameter that is a number, or an array of numbers along the last axis of the prediction."""

    each: Interval

    def check(self, name, value, pred):
        if isinstance(value, (list, tuple)):
            value = at_precision(_row(name, value), pred)
        if not _has_axes(value):
            return check_number(self.each, name, value, "a number or an array, one number a class")
        check_all(self.each, name, value)
        return at_precision(value, pred)


@dataclass(frozen=True)
class Learned:
    """A parameter that is a number, or a tensor without axes, which may require a gradient."""

    each: Interval

    def check(self, name, value, pred):
        if _has_axes(value):
            raise ValueError(f"{name} must be one number, got an array of shape {tuple(value.shape)}")
        if not is_torch(value):
            return check_number(self.each, name, value)
        check_all(self.each, name, value)
        return at_precision(value, pred)


@dataclass(frozen=True)
class Increasing:
    """A row of increasing numbers, the same for all examples."""

    text = "must be finite and increase"

    def check(self, name, value, pred):
        if isinstance(value, (list, tuple)):
            value = _row(name, value)
        elif not _has_axes(value):
            raise TypeError(f"{name} must be a row of numbers, got {type(value).__name__}")
        shape = np.shape(value) if isinstance(value, tuple) else tuple(value.shape)
        if len(shape) != 1 or shape[0] == 0:
            raise ValueError(f"{name} must be a row of at least one number, got shape {shape}")
        value = at_precision(value, pred)
        first_broken(self, name, value)
        return value

    def broken(self, row):
        """Also true of infinity and NaN."""
        namespace = array_namespace(row)
        not_above = namespace.concat([row[:1] != row[:1], ~(row[1:] > row[:-1])])
        return not_above | (abs(row) == math.inf)


positive = Interval(0, math.inf, "()")
at_least_0 = Interval(0, math.inf, "[)")
probability = Interval(0, 1)
between_0_and_1 = Interval(0, 1, "()")
zero_or_one = OneOf(0, 1)
plus_or_minus_1 = OneOf(-1, 1)
distribution = Distribution()
class_weights = PerClass(at_least_0)
not_minus_infinity = NotMinusInfinity()
increasing = Increasing()


def class_target(pred, target, **parameters):
    """The rule for a target over the classes of the prediction: indices or distributions."""
    return distribution if target.ndim == pred.ndim else ClassIndex(pred.shape[-1])


def class_index(pred, target, *, thresholds, **parameters):
    """The rule for an ordered class: one class more than there are thresholds."""
    return ClassIndex(len(thresholds) + 1)


def _row(name, value):
    """A list of numbers as a tuple of floats."""
    for x in value:
        if not isinstance(x, Real) or isinstance(x, bool):
            raise TypeError(f"{name} must be a row of numbers, got one with {type(x).__name__}")
    return tuple(float(x) for x in value)


def check_number(rule, name, value, what="a number"):
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be {what}, got {type(value).__name__}")
    if value != value or rule.broken(value):
        raise ValueError(f"{name} {rule.text}, got {value}")
    return float(value)


def check_all(rule, name, array):
    """As `check_number`, for every number of a parameter: NaN is not allowed either."""

    class NumbersOnly:
        text = rule.text

        @staticmethod
        def broken(x):
            return rule.broken(x) | (x != x)

    first_broken(NumbersOnly, name, array)


def check_array(rule, name, array, given, keep, axis=-1):
    """An array of the examples that count; the message names the place in the array that was given.

    Under vmap all the arrays that it maps over are looked at, and the place in them begins with its axis.
    """
    array, given = (behind_vmap(x) if is_torch(x) else x for x in (array, given))
    try:
        if 0 not in array.shape and not rule.holds(array.detach() if is_torch(array) else array):
            first_broken(rule, name, given, keep, axis)
    except RuntimeError:  # on the meta device there are no values to look at
        return


def first_broken(rule, name, array, keep=None, axis=-1):
    """Name the first offender among the examples that count, in an array whose last axis was this one."""
    if is_torch(array):
        array = behind_vmap(array).detach()
    wrong = rule.broken(array)
    if keep is not None:
        wrong = wrong & xp.reshape(keep, (*keep.shape, *(1,) * (wrong.ndim - keep.ndim)))
    try:
        any_wrong = bool(wrong.any())
    except RuntimeError:  # on the meta device there are no values to look at
        return
    if any_wrong:
        index = tuple(int(axis[0]) for axis in array_namespace(wrong).nonzero(wrong)) if wrong.ndim else ()
        number = array[index]
        if axis != -1:
            index, place = index[:-1], index[-1]
            index = (*index[: axis + 1], place, *index[axis + 1 :])
        place = f" at index {index}" if index else ""
        hint = rule.hint(number.item()) if isinstance(rule, ClassIndex) else ""
        raise ValueError(f"{name} {rule.text}, got {shortest(number)}{place}{hint}")


def shortest(number):
    """As few digits as tell it from its neighbors: 1.0000001 in float32 is not 1."""
    value = number.item()
    if not isinstance(value, float):
        return f"{value:d}"
    if is_torch(number):
        number = np.float64(value) if number.dtype == float64_of(number) else np.float32(value)
    return str(number).removesuffix(".0")


def extremes(array):
    """The smallest and the largest number, NaN if there is one."""
    if not is_torch(array):
        return array.min(), array.max()
    if not array.is_floating_point():
        array = array.long()
    low, high = array.aminmax()
    return low.item(), high.item()


def _has_axes(value):
    return getattr(value, "ndim", 0) > 0 and not isinstance(value, np.generic)
