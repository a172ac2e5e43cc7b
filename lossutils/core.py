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
its `.grad`. A loss of several predictions returns a tuple of derivatives. One that is `coupled`, where each
example is compared with the rest of the batch, sees the whole batch at once: its formula returns the values
and what the derivative can use again, and the derivative takes that and what arrives from above, a number
an example. A call goes through four steps, in this order in the file:

1. `_prepare` checks the arguments, flattens the arrays and drops the examples of weight 0;
2. `_value` and `_gradient` evaluate the formulas block by block and reduce;
3. `_Prepared.restore` puts results per example back into the caller's shape;
4. for torch, `lossutils._torch` makes the derived gradient the backward pass.
"""

import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import array_api_compat
import numpy as np
from array_api_compat import array_namespace, is_numpy_array, is_torch_array

REDUCTIONS = ("mean", "sum", "none")
BLOCK = 2**17  # elements evaluated at a time: the temporaries of a formula then stay in the cache


class _Namespace:
    """`xp.log1p(a)` is NumPy's or torch's `log1p`, whichever library the first array belongs to."""

    def __init__(self):
        self.of_type = {}

    def __getattr__(self, name):
        def call(*arguments, **keywords):
            array = next(a for a in arguments if hasattr(a, "dtype"))
            if type(array) not in self.of_type:
                self.of_type[type(array)] = array_namespace(array)
            return getattr(self.of_type[type(array)], name)(*arguments, **keywords)

        return call


xp = _Namespace()


def sign(x):
    """−1, 0 or 1, and NaN for NaN: torch.sign says 0 there, and the array API's wrapper fails under vmap."""
    ones = xp.astype(x > 0, x.dtype) - xp.astype(x < 0, x.dtype)
    return xp.where(x == x, ones, x)


def magnitude(x):
    """|x|, with the slope 1 at 0: what is smooth in x stays so when torch differentiates through it."""
    return xp.where(x >= 0, x, -x)


# What the docstring of every loss says in the same words, in place of {parameters}, {returns} and {raises}.
SHARED_TEXT = {
    "parameters": """\
Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.""",
    "class parameters": """\
Parameters
----------
pred : array of floats (..., K)
    NumPy array or torch tensor, the K classes along the last axis. A NaN in it is a NaN in the result.
target : array of whole numbers (...) or of floats (..., K)
    A class from 0 to K − 1 for each example, or a distribution over the classes. Of the library and on the
    device of `pred`.""",
    "overlap parameters": """\
Parameters
----------
pred : array of floats (N, ...)
    NumPy array or torch tensor of probabilities. A NaN in it is a NaN in the result.
target : array of the shape of pred
    0 or 1, or shares in between.""",
    "list parameters": """\
Parameters
----------
scores : array of floats (..., D)
    NumPy array or torch tensor: one score for each of the D documents of a query. A NaN in it is a NaN in the
    result.
relevance : array of the shape of scores
    How relevant each document is, finite and at least 0; a larger number is more relevant. Of the library
    and on the device of `scores`.""",
    "mask": """\
mask : array of bools of the shape of scores, optional
    False for padding: such a document has no rank, no loss and the gradient 0, whatever stands there.""",
    "returns": """\
weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half: under autocast pass `pred.float()`, which torch's own losses
    do by themselves. `.grad` takes the same arguments and returns the derivative of the reduced loss
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


@dataclass(frozen=True)
class Rule:
    """What an argument may be. `broken` is true of the numbers that are not allowed; NaN is never asked."""

    text: str
    broken: Callable
    one_per_class: bool = False  # a parameter that may be an array along the last axis of pred
    may_learn: bool = False  # a parameter that may be a tensor without axes
    row: bool = False  # a parameter that is a row of numbers, the same for all examples

    def check_number(self, name, value):
        if not isinstance(value, Real) or isinstance(value, bool):
            what = "a number or an array, one number a class" if self.one_per_class else "a number"
            raise TypeError(f"{name} must be {what}, got {type(value).__name__}")
        if value != value or self.broken(value):
            raise ValueError(f"{name} {self.text}, got {value}")
        return float(value)

    def check_row(self, name, row):
        """An array, or a tuple of the numbers of a list, which becomes an array where it is used."""
        if isinstance(row, (list, tuple)) and all(isinstance(x, Real) for x in row):
            row = tuple(float(x) for x in row)
        elif not _is_array(row):
            raise TypeError(f"{name} must be a row of numbers, got {type(row).__name__}")
        array = np.asarray(row) if isinstance(row, tuple) else row
        if array.ndim != 1 or array.shape[0] == 0:
            raise ValueError(f"{name} must be a row of at least one number, got shape {tuple(array.shape)}")
        return row

    def check_array(self, name, array, keep):
        """Name the first offender among the examples that count."""
        wrong = self.broken(array)
        if keep is not None:
            wrong = wrong & xp.reshape(keep, (*keep.shape, *(1,) * (wrong.ndim - keep.ndim)))
        try:
            any_wrong = bool(xp.any(wrong))
        except RuntimeError:  # under vmap and on the meta device there are no values to look at
            return
        if any_wrong:
            index = tuple(int(axis[0]) for axis in xp.nonzero(wrong)) if wrong.ndim else ()
            place = f" at index {index}" if index else ""
            raise ValueError(f"{name} {self.text}, got {array[index].item():.6g}{place}")


positive = Rule("must be positive and finite", lambda x: (x <= 0) | (x == math.inf))
zero_or_one = Rule("must be 0 or 1", lambda x: (x != 0) & (x != 1))
between_0_and_1 = Rule("must lie strictly between 0 and 1", lambda x: (x <= 0) | (x >= 1))
probability = Rule("must lie in [0, 1]", lambda x: (x < 0) | (x > 1))
distribution = Rule(
    "must be a distribution, in [0, 1] and with sum 1 along the last axis",
    lambda x: (x < 0) | (x > 1) | (abs(xp.sum(x, axis=-1, keepdims=True) - 1) > _rounding_of_a_sum(x)),
)
at_least_0 = Rule("must be finite and at least 0", lambda x: (x < 0) | (x == math.inf))
class_weights = replace(at_least_0, one_per_class=True)
increasing = Rule("must be finite and increase", lambda x: _not_above_the_one_before(x), row=True)


def _not_above_the_one_before(row):
    """Also true of infinity and NaN."""
    namespace = array_namespace(row)
    not_above = namespace.concat([row[:1] != row[:1], ~(row[1:] > row[:-1])])
    return not_above | (abs(row) == math.inf)


def _rounding_of_a_sum(x):
    namespace = array_namespace(x)
    half = namespace.isdtype(x.dtype, "real floating") and namespace.finfo(x.dtype).bits < 32
    return 0.02 if half else 0.001


def class_target(pred, target, **parameters):
    """The rule for a target over the classes of the prediction: indices or distributions."""
    classes = pred.shape[-1]
    if target.ndim == pred.ndim:
        return distribution
    return Rule(f"must be a class from 0 to {classes - 1}", lambda x: (x < 0) | (x >= classes))


def class_index(pred, target, *, thresholds, **parameters):
    """The rule for an ordered class: one class more than there are thresholds."""
    classes = len(thresholds) + 1
    return Rule(f"must be a class from 0 to {classes - 1}", lambda x: (x < 0) | (x >= classes))


def same_shape(**arrays):
    """Example by example: the unreduced loss has the shape of the arrays."""
    (name, array), *others = arrays.items()
    for other_name, other in others:
        if other.shape != array.shape:
            raise ValueError(
                f"{name} has shape {tuple(array.shape)} and {other_name} has shape {tuple(other.shape)}: "
                "they must be equal, nothing is broadcast"
            )
    return tuple(array.shape)


def class_shape(**arrays):
    """An example has K classes along the last axis of the prediction: the loss has the axes before it."""
    (name, pred), (_, target) = arrays.items()
    shape = tuple(pred.shape)
    if pred.ndim == 0 or shape[-1] == 0:
        raise ValueError(f"{name} must have the classes along its last axis, got shape {shape}")
    if tuple(target.shape) == shape[:-1]:
        if not array_namespace(target).isdtype(target.dtype, "integral"):
            raise TypeError(
                f"target of shape {shape[:-1]} must be class indices, whole numbers, got {target.dtype}"
            )
    elif tuple(target.shape) != shape:
        raise ValueError(
            f"{name} has shape {shape} and target has shape {tuple(target.shape)}: target must hold "
            f"class indices {shape[:-1]} or distributions {shape}, nothing is broadcast"
        )
    return shape[:-1]


def index_shape(**arrays):
    """As `class_shape`, for class indices alone."""
    (name, pred), (_, target) = arrays.items()
    shape = class_shape(**arrays)
    if target.ndim == pred.ndim:
        raise ValueError(
            f"{name} has shape {tuple(pred.shape)} and target has shape {tuple(target.shape)}: "
            f"target must hold class indices {shape}"
        )
    return shape


def label_shape(**arrays):
    """As `same_shape`, for a target of class indices."""
    shape = same_shape(**arrays)
    name, target = list(arrays.items())[-1]
    if not array_namespace(target).isdtype(target.dtype, "integral"):
        raise TypeError(f"{name} must be class indices, whole numbers, got {target.dtype}")
    return shape


def first_axis(**arrays):
    """One loss for all that an example has: arrays of one shape (N, ...), the unreduced loss (N,)."""
    shape = same_shape(**arrays)
    if len(shape) < 2:
        name = next(iter(arrays))
        raise ValueError(f"{name} must be (N, ...), an example along the first axis, got shape {shape}")
    return shape[:1]


def vectors(**arrays):
    """Vectors along the last axis: embeddings (..., D), what is known of them (...), and the loss (...)."""
    (name, first), *others = arrays.items()
    if first.ndim == 0 or first.shape[-1] == 0:
        raise ValueError(f"{name} must have its vectors along the last axis, got shape {tuple(first.shape)}")
    for other_name, other in others:
        known = other_name in ("same", "target", "labels")
        expected = tuple(first.shape[:-1] if known else first.shape)
        if tuple(other.shape) != expected:
            raise ValueError(
                f"{name} has shape {tuple(first.shape)} and {other_name} has shape {tuple(other.shape)}: "
                f"{other_name} must have shape {expected}, nothing is broadcast"
            )
    return tuple(first.shape[:-1])


def batch_of_vectors(**arrays):
    """As `vectors`, for one batch (N, D)."""
    (name, first), *_ = arrays.items()
    if first.ndim != 2:
        raise ValueError(f"{name} must be a batch of vectors (N, D), got shape {tuple(first.shape)}")
    labels = arrays.get("labels")
    if labels is not None and not array_namespace(first).isdtype(labels.dtype, ("bool", "integral")):
        raise TypeError(f"labels must be whole numbers, got {labels.dtype}")
    return vectors(**arrays)


def lists(**arrays):
    """A list along the last axis: scores and relevances (..., D), and the loss (...)."""
    shape = same_shape(**arrays)
    if not shape or shape[-1] == 0:
        name = next(iter(arrays))
        raise ValueError(f"{name} must have its list along the last axis, got shape {shape}")
    return shape[:-1]


def loss(*, shape=same_shape, predictions=1, coupled=False, pairwise=False, **rules):
    """Make a formula a loss.

    `rules` says for each argument what it may be; `shape(pred=..., target=...)` checks that the arrays fit
    together and returns the shape of the unreduced loss: that of `pred`, or its first axes. The first
    `predictions` arguments are what the derivative is taken of; `coupled` losses see the whole batch;
    `pairwise` ones compare all elements of an example with each other. A formula with a parameter `mask` gets
    it as an array of bools, with zeros in the arrays where it is false; None if every element counts.
    """

    def decorate(formula):
        signature = _add_weight_and_reduction(inspect.signature(formula))
        spec = _Spec(formula, signature, shape, rules, predictions, coupled, pairwise)

        @functools.wraps(formula)
        def value(*args, **kwargs):
            call = _prepare(spec, formula.__name__, args, kwargs)
            if is_torch_array(call.arrays[0]):
                from ._torch import differentiable_value

                return call.restore(differentiable_value(call))
            return call.restore(_value(call)[0])

        def grad(*args, **kwargs):
            call = _prepare(spec, f"{formula.__name__}.grad", args, kwargs)
            slopes = tuple(call.restore(slope, per_example=True) for slope in _gradient(call))
            return slopes if predictions > 1 else slopes[0]

        def gradient(derivative):
            spec.derivative = derivative
            value.grad = grad
            return derivative

        def denominator(function):
            spec.denominator = function
            return function

        value.__doc__ = _with_shared_text(formula.__doc__)
        grad.__name__ = "grad"
        grad.__qualname__ = f"{formula.__qualname__}.grad"
        grad.__module__ = formula.__module__
        names = ", ".join(f"`{name}`" for name in list(signature.parameters)[:predictions])
        what = (
            f"with respect to {names}, of its shape" if predictions == 1 else f"by each of {names}: a tuple"
        )
        grad.__doc__ = f"Derivative of the reduced `{formula.__name__}` with respect {what}."
        value.__signature__ = grad.__signature__ = spec.signature
        value.gradient, value.denominator = gradient, denominator
        return value

    return decorate


@dataclass
class _Spec:
    """What a loss is made of."""

    formula: Callable
    signature: inspect.Signature
    shape: Callable
    rules: dict
    predictions: int
    coupled: bool
    pairwise: bool
    derivative: Callable | None = None
    denominator: Callable | None = None  # what an example counts in a mean, where that is not 1


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
    spec: _Spec
    arrays: list  # the predictions, then what is known: the kept examples, one after the other
    weight: Any  # None, or one number a kept example
    parameters: dict
    reduction: str
    shape: tuple  # of the unreduced loss
    inner: tuple  # what an example of pred has beyond it: () or the classes
    keep: Any = None  # None, or which examples have a weight above 0
    mask: Any = None  # None, or which places of each kept example count

    @property
    def dtype(self):
        return self.arrays[0].dtype

    def restore(self, flat, per_example=False):
        """Results of the kept examples in the caller's shape, 0 where the weight is 0."""
        if not per_example and self.reduction != "none":
            return flat
        if self.keep is not None:
            kept = flat
            flat = _zeros(kept, (self.keep.shape[0], *kept.shape[1:]))
            flat[self.keep] = kept
        return xp.reshape(flat, (*self.shape, *flat.shape[1:]))


def _prepare(spec, name, args, kwargs):
    try:
        bound = spec.signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{name}() {error}; its arguments are {spec.signature}") from None
    bound.apply_defaults()
    parameters = dict(bound.kwargs)
    weight, reduction = parameters.pop("weight"), parameters.pop("reduction")
    if reduction not in REDUCTIONS:
        raise ValueError(f'reduction must be "mean", "sum" or "none", got {reduction!r}')

    arrays = dict(zip(spec.signature.parameters, bound.args, strict=False))
    given = {**arrays, "weight": weight}
    given |= {key: value for key, value in parameters.items() if _is_array(value)}
    _check_kind({key: value for key, value in given.items() if value is not None}, spec.predictions)
    name, pred = next(iter(arrays.items()))
    shape = spec.shape(**arrays)
    mask = None
    if parameters.get("mask") is not None:
        mask = _checked_mask(parameters.pop("mask"), pred)
        arrays = {key: xp.where(mask, array, xp.zeros_like(array)) for key, array in arrays.items()}
    if math.prod(shape) == 0 and reduction == "mean":
        raise ValueError(f"the mean over an empty batch is not defined: {name} has shape {tuple(pred.shape)}")
    keep = None if weight is None else _kept(weight, shape, spec.coupled)

    for key, rule in spec.rules.items():
        rule = rule if isinstance(rule, Rule) else rule(*arrays.values(), **parameters)
        if key in arrays:
            rule.check_array(key, arrays[key], keep)
        elif rule.row:
            parameters[key] = rule.check_row(key, parameters[key])
            rule.check_array(key, _at_precision(parameters[key], pred), None)
        elif (rule.one_per_class and _is_array(parameters[key])) or (
            rule.may_learn and _has_no_axes(parameters[key])
        ):
            number = replace(rule, broken=lambda x, rule=rule: rule.broken(x) | (x != x))
            number.check_array(key, parameters[key], None)
        elif parameters[key] is not None or spec.signature.parameters[key].default is not None:
            parameters[key] = rule.check_number(key, parameters[key])

    if shape == tuple(pred.shape):
        for key, value in parameters.items():
            if key in spec.rules and not spec.rules[key].row:
                _check_last_axis(key, value, shape)

    flat = [xp.reshape(array, (math.prod(shape), *array.shape[len(shape) :])) for array in arrays.values()]
    if weight is not None:
        weight = xp.reshape(weight, (-1,))
    if keep is not None:
        keep = xp.reshape(keep, (-1,))
        flat, weight = [array[keep] for array in flat], weight[keep]
    inner = pred.shape[len(shape) :]
    if mask is not None:
        mask = xp.reshape(mask, (math.prod(shape), *inner))
        mask = mask if keep is None else mask[keep]
    return _Prepared(spec, flat, weight, parameters, reduction, shape, inner, keep, mask)


def _checked_mask(mask, pred):
    namespace = array_namespace(pred)
    if mask is None:
        return namespace.ones(pred.shape, dtype=namespace.bool, device=array_api_compat.device(pred))
    if not _is_array(mask) or not namespace.isdtype(mask.dtype, "bool"):
        kind = getattr(mask, "dtype", type(mask).__name__)
        raise TypeError(f"mask must be an array of bools, true where an element counts, got {kind}")
    if tuple(mask.shape) != tuple(pred.shape):
        raise ValueError(f"mask has shape {tuple(mask.shape)}, the scores have shape {tuple(pred.shape)}")
    return mask


def _is_array(value):
    return is_torch_array(value) or (is_numpy_array(value) and value.ndim > 0)


def _has_no_axes(value):
    return is_torch_array(value) and value.ndim == 0


def _has_axes(value):
    return _is_array(value) and value.ndim > 0


def _check_last_axis(key, value, shape):
    if _has_axes(value) and tuple(value.shape) != shape[-1:]:
        raise ValueError(
            f"{key} has shape {tuple(value.shape)}: it must be a number or an array of shape {shape[-1:]}, "
            "one number for each place along the last axis of pred"
        )


def _check_kind(given, predictions):
    """Arrays of one library on one device, real, and predictions that are floats."""
    for key, array in given.items():
        if not (is_numpy_array(array) or is_torch_array(array)):
            raise TypeError(f"{key} must be a NumPy array or a torch tensor, got {type(array).__name__}")
    libraries = {key: "torch" if is_torch_array(array) else "NumPy" for key, array in given.items()}
    devices = {key: str(array_api_compat.device(array)) for key, array in given.items()}
    for what in (libraries, devices):
        if len(set(what.values())) > 1:
            raise TypeError(
                "the arrays must be of one library and on one device, got "
                + ", ".join(f"{key} {value}" for key, value in what.items())
            )
    isdtype = array_namespace(next(iter(given.values()))).isdtype
    for name, pred in list(given.items())[:predictions]:
        if not isdtype(pred.dtype, "real floating"):
            raise TypeError(f"{name} must be floating point, got {pred.dtype}; convert it first")
    for key, array in given.items():
        if isdtype(array.dtype, "complex floating"):
            raise TypeError(f"{key} must be real, got {array.dtype}")


def _kept(weight, shape, coupled):
    """None if every example counts, else the mask of those with a weight above 0."""
    if tuple(weight.shape) != shape:
        raise ValueError(f"weight has shape {tuple(weight.shape)}, the unreduced loss has shape {shape}")
    try:
        if not bool(xp.all((weight >= 0) & (weight < math.inf))):
            raise ValueError("weight must be finite and at least 0 everywhere")
        keep = weight > 0
        return None if bool(xp.all(keep)) else keep
    except RuntimeError:  # under vmap and on the meta device there are no values to look at
        if coupled and weight.device.type != "meta":
            raise NotImplementedError(
                "under vmap a weight cannot take examples out of a batch: select them before the call"
            ) from None
        return None


# 2. Evaluation


def _blocks(call, whole):
    """A block at a time of the arrays, weights and parameters, in the precision that is computed in."""
    size = max(call.arrays[0].shape[0], 1)
    elements = math.prod(call.inner) ** (2 if call.spec.pairwise else 1)
    step = size if whole else max(1, BLOCK // elements)
    fixed = {key: _at_precision(value, call.arrays[0]) for key, value in call.parameters.items()}
    varying = {key: value for key, value in fixed.items() if _has_axes(value) and not call.inner}
    varying = {key: value for key, value in varying.items() if not call.spec.rules[key].row}
    varying = {key: _for_each_element(value, call) for key, value in varying.items()}
    for start in range(0, size, step):
        block = slice(start, start + step)
        weight = None if call.weight is None else _at_precision(call.weight[block], call.arrays[0])
        parameters = fixed | {key: value[block] for key, value in varying.items()}
        if call.mask is not None:
            parameters["mask"] = call.mask[block]
        yield block, [_computable(array[block], call) for array in call.arrays], weight, parameters


def _for_each_element(value, call):
    """From one number for each place along the last axis to one for each element that is kept."""
    value = xp.reshape(xp.broadcast_to(value, call.shape), (-1,))
    return value if call.keep is None else value[call.keep]


def _computable(array, call):
    """Class indices stay whole numbers, everything else is calculated in the precision of pred."""
    indices = array.ndim < call.arrays[0].ndim and array_namespace(array).isdtype(array.dtype, "integral")
    return array if indices else _at_precision(array, call.arrays[0])


def _at_precision(value, pred):
    """In the precision of pred, half precision in float32."""
    if not (_is_array(value) or isinstance(value, tuple)):
        return value
    namespace = array_namespace(pred)
    dtype = namespace.float32 if namespace.finfo(pred.dtype).bits < 32 else pred.dtype
    if isinstance(value, tuple):
        return namespace.asarray(value, dtype=dtype, device=array_api_compat.device(pred))
    return xp.astype(value, dtype, copy=False)


def _in_one_block(call):
    """Small arrays, accelerators, calculations that torch records and coupled batches: in one piece."""
    pred = call.arrays[0]
    elements = math.prod(pred.shape) * (math.prod(call.inner) if call.spec.pairwise else 1)
    if elements <= BLOCK or call.spec.coupled:
        return True
    if is_numpy_array(pred):
        return False
    import torch

    return pred.device.type != "cpu" or torch.is_grad_enabled()


def _total(values):
    """The sum, in float64 where the device has it."""
    on_mps = is_torch_array(values) and values.device.type == "mps"
    return xp.sum(values, dtype=None if on_mps else array_namespace(values).float64)


def _denominator(call):
    """What a mean divides by: the number of examples, or the sum of what they count; 1 where that is 0."""
    if call.reduction != "mean":
        return 1
    total = 0.0
    if call.spec.denominator is not None:
        for _, arrays, weight, parameters in _blocks(call, _in_one_block(call)):
            count = call.spec.denominator(*arrays, **parameters)
            total = total + _total(count if weight is None else weight * count)
    elif call.weight is not None:
        total = _total(call.weight)
    else:
        total = math.prod(call.shape)
    return total + (total == 0)


def _value(call):
    """The loss, and what the formula of a coupled one leaves to its derivative."""
    with np.errstate(all="ignore"):  # a branch that `where` does not take may overflow
        out, total, whole, state = None, 0.0, _in_one_block(call), ()
        for block, arrays, weight, parameters in _blocks(call, whole):
            values = call.spec.formula(*arrays, **parameters)
            if call.spec.coupled:
                values, *state = values
            if weight is not None:
                values = weight * values
            if call.reduction == "none":
                out = _collect(out, block, values, call, whole)
            else:
                total = total + _total(values)
        if call.reduction != "none":
            out = xp.astype(total / _denominator(call), call.dtype)
        return out, *state


def _gradient(call, upstream=None, state=None):
    """The derivatives of the reduced loss, times the gradient that arrives from `upstream`."""
    with np.errstate(all="ignore"):
        whole, denominator = _in_one_block(call), _denominator(call)
        out = [None] * call.spec.predictions
        for block, arrays, weight, parameters in _blocks(call, whole):
            factor = weight
            if upstream is not None:
                arrived = upstream[block] if call.reduction == "none" else upstream
                factor = arrived if weight is None else arrived * weight
            if call.spec.coupled:
                if state is None:
                    _, *state = call.spec.formula(*arrays, **parameters)
                ones = xp.ones_like(arrays[0][:, 0]) / denominator
                factor = ones if factor is None else factor * ones
                slopes = call.spec.derivative(*arrays, factor, *state, **parameters)
            else:
                slopes = call.spec.derivative(*arrays, **parameters)
            slopes = slopes if call.spec.predictions > 1 else (slopes,)
            if not call.spec.coupled:
                slopes = [_scaled(slope, factor, denominator) for slope in slopes]
            out = [_collect(o, block, slope, call, whole) for o, slope in zip(out, slopes, strict=True)]
        return tuple(out)


def _scaled(slope, factor, denominator):
    if factor is not None:
        slope = slope * (_per_example(factor, slope) if factor.ndim else factor)
    return slope / denominator


def _per_example(factor, slope):
    """One number an example, to be multiplied with all that the example has."""
    return xp.reshape(factor, (-1, *(1,) * (slope.ndim - 1)))


def _collect(out, block, values, call, whole):
    if whole:
        return xp.astype(values, call.dtype, copy=False)
    if out is None:
        out = _zeros(values, (call.arrays[0].shape[0], *values.shape[1:]), dtype=call.dtype)
    out[block] = values
    return out


def _zeros(array, shape, dtype=None):
    namespace = array_namespace(array)
    return namespace.zeros(shape, dtype=dtype or array.dtype, device=array_api_compat.device(array))
