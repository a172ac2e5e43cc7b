"""Makes a formula a loss.

A loss is written as one formula, which yields the value of each example and then its derivative::

    @loss(delta=positive)
    def huber(pred, target, *, delta=1.0):
        error = pred - target
        clipped = xp.clip(error, -delta, delta)
        yield clipped * (error - 0.5 * clipped)
        yield clipped

`loss` adds `weight` and `reduction`, `.grad` and `.value_and_grad`; what it needs for that is in `engine`.
"""

import sys
from functools import cache

from .engine.evaluate import evaluate
from .engine.prepare import Signature, prepare
from .engine.shapes import OVER_CLASSES, same_shape
from .engine.texts import with_shared_text
from .numerics import is_torch

LOSSES = {}  # by module and name, for compiled graphs


class Loss:
    """A loss function: `huber(...)`, `huber.grad(...)` and, from one walk, `huber.value_and_grad(...)`."""

    def __init__(self, formula, shape, predictions, coupled, pairwise, denominator, rules):
        self.formula, self.signature, self.rules = formula, Signature(formula, shape), rules
        self.shape, self.predictions, self.denominator = shape, predictions, denominator
        self.coupled, self.pairwise, self.over_classes = coupled, pairwise, shape in OVER_CLASSES
        self.__name__ = self.__qualname__ = formula.__name__
        self.__module__, self.__doc__ = formula.__module__, with_shared_text(formula.__doc__)
        self.__signature__ = self.signature.full
        # The values of the examples, by the bare formula
        self.__wrapped__ = lambda *args, **kwargs: next(x for x in formula(*args, **kwargs) if x is not None)
        names = ", ".join(f"`{name}`" for name in self.signature.arrays[:predictions])
        one, several = f"with respect to {names}, of its shape", f"by each of {names}: a tuple"
        doc = f"Derivative of the reduced `{self.__name__}` {one if predictions == 1 else several}."
        self.path = f"{self.__module__}.{self.__name__}"
        if self.path in LOSSES:  # a second one of this name: a compiled graph knows them apart
            self.path += f" {len(LOSSES)}"
        LOSSES[self.path] = self
        self.grad = self._method("grad", self._grad, doc)
        both = f"The reduced `{self.__name__}` and its derivative, from one walk over the data."
        self.value_and_grad = self._method("value_and_grad", self._value_and_grad, both)

    def __call__(self, *args, **kwargs):
        if compiling():
            return traced()(self, args, kwargs)[0]
        call = prepare(self, self.__name__, args, kwargs)
        value = differentiable()(call) if is_torch(call.arrays[0]) else evaluate(call)[0]
        return call.restore(value) if call.reduction == "none" else value

    def _value_and_grad(self, *args, **kwargs):
        if compiling():
            value, *slopes = traced()(self, args, kwargs, slopes=True)
            return value, tuple(slopes) if self.predictions > 1 else slopes[0]
        call = prepare(self, f"{self.__name__}.value_and_grad", args, kwargs)
        value, slopes = evaluate(call, slopes=True)
        slopes = tuple(map(call.restore, slopes))
        value = call.restore(value) if call.reduction == "none" else value
        return value, slopes if self.predictions > 1 else slopes[0]

    def _grad(self, *args, **kwargs):
        if compiling():
            return self._value_and_grad(*args, **kwargs)[1]
        call = prepare(self, f"{self.__name__}.grad", args, kwargs)
        _, slopes = evaluate(call, slopes=True)
        slopes = tuple(map(call.restore, slopes))
        return slopes if self.predictions > 1 else slopes[0]

    def _method(self, name, function, doc):
        def method(*args, **kwargs):
            return function(*args, **kwargs)

        method.__name__, method.__qualname__ = name, f"{self.__name__}.{name}"
        method.__module__, method.__doc__, method.__signature__ = self.__module__, doc, self.__signature__
        return method

    def __repr__(self):
        return f"<loss {self.__module__}.{self.__name__}{self.__signature__}>"

    def __reduce__(self):
        return self.__name__  # pickled by its name, as a function is

    def __get__(self, instance, owner=None):
        return self  # help() then shows it as it shows a function


def compiling():
    torch = sys.modules.get("torch")
    return torch is not None and torch.compiler.is_compiling()


def traced():
    from .engine.compiled import traced  # imports torch, and registers its operators

    return traced


@cache
def differentiable():
    from .engine.autograd import differentiable  # imports torch

    return differentiable


def loss(*, shape=same_shape, predictions=1, coupled=False, pairwise=False, denominator=None, **rules):
    """Make a formula a loss.

    `rules` says for each argument what it may be; `shape(pred=..., target=...)` checks that the arrays fit
    together and returns the shape of the unreduced loss: that of `pred`, or its first axes. The first
    `predictions` arguments are what the derivative is taken of, a tuple where there are several.
    `denominator` is what an example counts in a mean, where that is not 1. A formula with a parameter `mask`
    gets it as an array of bools, with zeros in the arrays where it is false; None if every element counts.
    `pairwise` losses compare all elements of an example with each other. One that is `coupled` compares the
    examples of a batch: it sees all of them and is first sent a factor for each, None for the values alone.
    """

    def decorate(formula):
        return Loss(formula, shape, predictions, coupled, pairwise, denominator, rules)

    return decorate
