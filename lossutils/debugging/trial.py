"""What the checks share: a loss and what it is fed with, a finding, and how arrays are compared and shown."""

import functools
from dataclasses import dataclass

import numpy as np

from .calls import Subject
from .causes import CAUSES
from .inputs import BATCH, Kind


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
    def splits(self):
        """Whether two parts of the batch, put together by their sizes, give what the batch gives."""
        if self.kind.coupled or self.layout not in ("none", "mean", "sum"):
            return False
        if self.layout == "none":
            return True
        parts = [[a[:2] for a in self.batch], [a[2:] for a in self.batch]]
        n = len(self.batch[0])
        sizes = (2 / n, (n - 2) / n) if self.layout == "mean" else (1, 1)
        together = sum(s * self.total(part) for s, part in zip(sizes, parts, strict=True))
        return near(together, self.base.total, 1e-6)

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
        severity, usual, _ = CAUSES[cause]
        given = given if isinstance(given, str) else self.show(given)
        got, expected = (x if isinstance(x, str) else show(x) for x in (got, expected))
        return Finding(cause, severity, what, given, got, expected, advice or usual)

    def total(self, batch, dtype="float64"):
        return self.subject.value(batch, dtype).total

    def totals(self, batches):
        """What each costs; where one alone has no finite loss, what it costs beside the ordinary batch."""
        values = [self.total(batch) for batch in batches]
        if np.isfinite(values).all() or self.kind.coupled or not np.isfinite(self.base.value).all():
            return values
        if any(a.shape[1:] != b.shape[1:] for a, b in zip(batches[0], self.batch, strict=True)):
            return values
        return [
            self.total([np.concatenate(pair) for pair in zip(self.batch, b, strict=True)]) for b in batches
        ]

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


def check(name, *causes):
    """The function under it yields findings of these causes; `name` says what is right if it yields none."""

    def mark(function):
        function.name, function.causes = name, causes
        return function

    return mark


def is_probability(t):
    return t.kind.high == 1
