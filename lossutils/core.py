"""What every loss shares: checks, weights, the reduction, the walk over large arrays, torch's backward.

A loss is written as two plain formulas, the value of each example and its derivative::

    @loss(delta=positive)
    def huber(pred, target, *, delta=1.0):
        error = pred - target
        clipped = xp.clip(error, -delta, delta)
        return clipped * (error - 0.5 * clipped)

    @huber.gradient
    def _(pred, target, *, delta=1.0):
        return xp.clip(pred - target, -delta, delta)

`loss` turns the first into the public function, with `weight` and `reduction` added, and the second into
its `.grad`. A call goes through four steps, in this order in the file:

1. `_prepare` checks the arguments, flattens the arrays and drops the examples of weight 0;
2. `_value` and `_gradient` evaluate the formulas block by block and reduce;
3. `_Prepared.restore` puts results per example back into the caller's shape;
4. for torch, `lossutils._torch` makes the derived gradient the backward pass.
"""

import functools
import inspect
import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

import array_api_compat
import numpy as np
from array_api_compat import array_namespace, is_numpy_array, is_torch_array

REDUCTIONS = ("mean", "sum", "none")
BLOCK = 2**17  # elements evaluated at a time: the temporaries of a formula then stay in the cache


class _Namespace:
    """`xp.log1p(a)` is NumPy's or torch's `log1p`, whichever library `a` belongs to."""

    def __getattr__(self, name):
        def call(*arguments, **keywords):
            arrays = [a for a in arguments if is_numpy_array(a) or is_torch_array(a)]
            return getattr(array_namespace(*arrays), name)(*arguments, **keywords)

        return call


xp = _Namespace()


def sign(x):
    """−1, 0 or 1, and NaN for NaN: torch.sign says 0 there, and the array API's wrapper fails under vmap."""
    ones = xp.astype(x > 0, x.dtype) - xp.astype(x < 0, x.dtype)
    return xp.where(x == x, ones, x)


# What the docstring of every loss says in the same words, in place of {parameters}, {returns} and {raises}.
SHARED_TEXT = {
    "parameters": """\
Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.""",
    "returns": """\
weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0.
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32. `.grad` takes the same arguments and returns the derivative of the reduced loss
    with respect to `pred`, of its shape (for "none": of the sum).""",
    "raises": """\
Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, a parameter that is no number.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".""",
}


# Rules: what a parameter may be. Each is called with the argument's name and value.


def positive(name, value):
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}")


def between_0_and_1(name, value):
    if not 0 < value < 1:
        raise ValueError(f"{name} must lie strictly between 0 and 1, got {value}")


def loss(**rules):
    """Make a formula a loss; `rules` says for each parameter what it may be."""

    def decorate(formula):
        signature = _add_weight_and_reduction(inspect.signature(formula))

        @functools.wraps(formula)
        def value(*args, **kwargs):
            call = _prepare(formula.__name__, signature, rules, args, kwargs)
            if is_torch_array(call.arrays[0]):
                from ._torch import differentiable_value

                return call.restore(differentiable_value(formula, value.derivative, call))
            return call.restore(_value(formula, call))

        def grad(*args, **kwargs):
            call = _prepare(f"{formula.__name__}.grad", signature, rules, args, kwargs)
            return call.restore(_gradient(value.derivative, call), per_example=True)

        def gradient(derivative):
            value.derivative = derivative
            value.grad = grad
            return derivative

        value.__doc__ = _with_shared_text(formula.__doc__)
        grad.__name__ = "grad"
        grad.__qualname__ = f"{formula.__qualname__}.grad"
        grad.__module__ = formula.__module__
        grad.__doc__ = f"Derivative of the reduced `{formula.__name__}` with respect to `pred`, of its shape."
        value.__signature__ = grad.__signature__ = signature
        value.gradient = gradient
        return value

    return decorate


def _with_shared_text(doc):
    doc = inspect.cleandoc(doc or "")
    for name, text in SHARED_TEXT.items():
        doc = doc.replace(f"{{{name}}}", text)
    return doc


def _add_weight_and_reduction(signature):
    keyword = inspect.Parameter.KEYWORD_ONLY
    extra = [
        inspect.Parameter("weight", keyword, default=None),
        inspect.Parameter("reduction", keyword, default="mean"),
    ]
    return signature.replace(parameters=[*signature.parameters.values(), *extra])


# 1. From the caller's arguments to flat arrays without the ignored examples


@dataclass
class _Prepared:
    arrays: list  # pred, target: the kept examples, one after the other
    weight: Any  # None, or one number a kept example
    parameters: dict
    reduction: str
    shape: tuple  # of the unreduced loss
    dtype: Any  # of the result
    keep: Any = None  # None, or the mask of the examples with a weight above 0

    def restore(self, flat, per_example=None):
        """Results of the kept examples in the caller's shape, 0 where the weight is 0."""
        if per_example is None:
            per_example = self.reduction == "none"
        if not per_example:
            return flat
        if self.keep is not None:
            kept, namespace = flat, array_namespace(flat)
            flat = namespace.zeros(self.keep.shape, dtype=self.dtype, device=array_api_compat.device(flat))
            flat[self.keep] = kept
        return xp.reshape(flat, self.shape)


def _prepare(name, signature, rules, args, kwargs):
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{name}() {error}; its arguments are {signature}") from None
    bound.apply_defaults()
    weight, reduction = bound.kwargs["weight"], bound.kwargs["reduction"]
    parameters = {
        key: _parameter(name, key, value, rules.get(key))
        for key, value in bound.kwargs.items()
        if key not in ("weight", "reduction")
    }
    if reduction not in REDUCTIONS:
        raise ValueError(f'reduction must be "mean", "sum" or "none", got {reduction!r}')

    named = dict(zip(signature.parameters, bound.args, strict=False))
    if weight is not None:
        named["weight"] = weight
    _same_library(named)
    pred = named["pred"]
    namespace = array_namespace(pred)
    if not namespace.isdtype(pred.dtype, "real floating"):
        raise TypeError(f"pred must be floating point, got {pred.dtype}; convert it first")
    for key, array in named.items():
        if namespace.isdtype(array.dtype, "complex floating"):
            raise TypeError(f"{key} must be real, got {array.dtype}")
        if array.shape != pred.shape:
            raise ValueError(
                f"pred has shape {tuple(pred.shape)} and {key} has shape {tuple(array.shape)}: "
                "they must be equal, nothing is broadcast"
            )
    shape = tuple(pred.shape)
    if math.prod(shape) == 0 and reduction == "mean":
        raise ValueError(f"the mean over an empty batch is not defined: pred has shape {shape}")

    flat = {key: xp.reshape(array, (-1,)) for key, array in named.items()}
    weight, keep = flat.pop("weight", None), None
    if weight is not None:
        if not bool(xp.all((weight >= 0) & (weight < math.inf))):
            raise ValueError("weight must be finite and at least 0 everywhere")
        if not bool(xp.all(weight != 0)):
            keep = weight != 0
            flat = {key: array[keep] for key, array in flat.items()}
            weight = weight[keep]
    return _Prepared(list(flat.values()), weight, parameters, reduction, shape, pred.dtype, keep)


def _parameter(name, key, value, rule):
    if rule is None:
        return value
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{key} must be a number, got {type(value).__name__}")
    rule(key, value)
    return float(value)


def _same_library(named):
    for key, array in named.items():
        if not (is_numpy_array(array) or is_torch_array(array)):
            raise TypeError(f"{key} must be a NumPy array or a torch tensor, got {type(array).__name__}")
    libraries = {key: "torch" if is_torch_array(array) else "NumPy" for key, array in named.items()}
    devices = {key: str(array_api_compat.device(array)) for key, array in named.items()}
    for what in (libraries, devices):
        if len(set(what.values())) > 1:
            raise TypeError(
                "the arrays must be of one library and on one device, got "
                + ", ".join(f"{key} {value}" for key, value in what.items())
            )


# 2. Evaluation


def _blocks(call, whole):
    """The arrays and weights of a block at a time, in the precision that is computed in."""
    size = call.arrays[0].shape[0]
    step = max(size, 1) if whole else BLOCK
    compute = _compute_dtype(call.dtype, call.arrays[0])
    for start in range(0, max(size, 1), step):
        block = slice(start, start + step)
        arrays = [xp.astype(array[block], compute, copy=False) for array in call.arrays]
        weight = None if call.weight is None else xp.astype(call.weight[block], compute, copy=False)
        yield block, arrays, weight


def _compute_dtype(dtype, array):
    """Half precision computes in float32, everything else in its own precision."""
    namespace = array_namespace(array)
    return namespace.float32 if namespace.finfo(dtype).bits < 32 else dtype


def _one_block(array):
    """Small arrays, accelerators, and calculations that torch records are evaluated in one piece."""
    if array.shape[0] <= BLOCK:
        return True
    if is_numpy_array(array):
        return False
    import torch

    return array.device.type != "cpu" or torch.is_grad_enabled()


def _total(values):
    """The sum, in float64 where the device has it."""
    on_mps = is_torch_array(values) and values.device.type == "mps"
    return xp.sum(values, dtype=None if on_mps else array_namespace(values).float64)


def _denominator(call):
    """What a mean divides by: the number of examples, or the sum of their weights."""
    if call.reduction != "mean":
        return 1
    return math.prod(call.shape) if call.weight is None else _total(call.weight)


def _value(formula, call):
    with np.errstate(all="ignore"):  # a branch that `where` does not take may overflow
        out, total = None, 0.0
        whole = _one_block(call.arrays[0])
        for block, arrays, weight in _blocks(call, whole):
            values = formula(*arrays, **call.parameters)
            if weight is not None:
                values = weight * values
            if call.reduction == "none":
                out = _collect(out, block, values, call, whole)
            else:
                total = total + _total(values)
        if call.reduction == "none":
            return out
        nothing_kept = call.weight is not None and call.weight.shape[0] == 0
        return xp.astype(total if nothing_kept else total / _denominator(call), call.dtype)


def _gradient(derivative, call, upstream=None):
    """The derivative of the reduced loss, times the gradient that arrives from `upstream`."""
    with np.errstate(all="ignore"):
        out, denominator = None, _denominator(call)
        whole = _one_block(call.arrays[0])
        for block, arrays, weight in _blocks(call, whole):
            slope = derivative(*arrays, **call.parameters)
            if weight is not None:
                slope = weight * slope
            if call.reduction == "mean":
                slope = slope / denominator
            if upstream is not None:
                slope = slope * (upstream[block] if call.reduction == "none" else upstream)
            out = _collect(out, block, slope, call, whole)
        return out


def _collect(out, block, values, call, whole):
    if whole:
        return xp.astype(values, call.dtype, copy=False)
    if out is None:
        out = array_namespace(values).empty(
            call.arrays[0].shape, dtype=call.dtype, device=array_api_compat.device(values)
        )
    out[block] = values
    return out
