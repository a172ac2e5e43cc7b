"""From the arguments of a call to flat arrays, checked, without the examples of weight 0."""

import inspect
import math
from dataclasses import dataclass
from typing import Any

import array_api_compat
from array_api_compat import array_namespace

from ..numerics import is_torch, kind, library, xp, zeros
from .rules import PerClass, check_array

REDUCTIONS = ("mean", "sum", "none")


@dataclass(slots=True)
class Call:
    """What is left of the arguments: one kept example after the other."""

    loss: Any
    arrays: tuple  # the predictions, then what is known
    along: dict  # what goes with the examples: weight, mask, a parameter with a number for each element
    fixed: dict  # the parameters that are the same for all examples
    reduction: str
    shape: tuple  # of the unreduced loss
    keep: Any = None  # None, or which examples have a weight above 0

    @property
    def count(self):
        return self.arrays[0].shape[0]

    @property
    def inner(self):
        """What an example of the prediction has beyond it: () or the classes."""
        return tuple(self.arrays[0].shape[1:])

    def tensors(self):
        """All tensors of a call, in an order that `with_tensors` knows."""
        return *self.arrays, *self.along.values(), *(x for x in self.fixed.values() if is_torch(x))

    def with_tensors(self, tensors):
        rest = iter(tensors)
        arrays = tuple(next(rest) for _ in self.arrays)
        along = {key: next(rest) for key in self.along}
        fixed = {key: next(rest) if is_torch(x) or x is TENSOR else x for key, x in self.fixed.items()}
        return Call(self.loss, arrays, along, fixed, self.reduction, self.shape)

    def without_tensors(self):
        """What a graph may hold besides what it saves."""
        fixed = {key: TENSOR if is_torch(x) else x for key, x in self.fixed.items()}
        none = (None,) * len(self.arrays)
        return Call(self.loss, none, dict.fromkeys(self.along), fixed, self.reduction, self.shape)

    def restore(self, flat):
        """Results of the kept examples in the caller's shape, 0 where the weight is 0."""
        if self.keep is not None:
            kept, flat = flat, zeros(flat, (math.prod(self.shape), *flat.shape[1:]))
            flat[xp.reshape(self.keep, (-1,))] = kept
        shape = (*self.shape, *flat.shape[1:])
        return flat if flat.shape == shape else xp.reshape(flat, shape)


TENSOR = object()  # the place of a tensor among the parameters


class Signature:
    """Binds arguments: as `inspect.Signature.bind` does, in a tenth of the time."""

    def __init__(self, formula):
        keyword = inspect.Parameter.KEYWORD_ONLY
        extra = [
            inspect.Parameter(name, keyword, default=default)
            for name, default in (("weight", None), ("reduction", "mean"))
        ]
        signature = inspect.signature(formula)
        self.full = signature.replace(parameters=[*signature.parameters.values(), *extra])
        parameters = self.full.parameters.values()
        self.arrays = [p.name for p in parameters if p.kind is not keyword]
        self.defaults = {p.name: p.default for p in parameters if p.kind is keyword}
        empty = inspect.Parameter.empty
        given = [name if x is empty else f"{name}=defaults[{name!r}]" for name, x in self.defaults.items()]
        arrays, named = ", ".join(self.arrays), ", ".join(f"{name!r}: {name}" for name in self.defaults)
        source = f"lambda {arrays}, *, {', '.join(given)}: (({arrays},), {{{named}}})"
        self.quick = eval(source, {"defaults": self.defaults})  # the names in our own source, nothing else

    def bind(self, name, args, kwargs):
        """The arrays in order, and a dict of everything else."""
        try:
            return self.quick(*args, **kwargs)
        except TypeError:
            pass
        try:
            self.full.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{name}() {error}; its arguments are {self.full}") from None
        raise AssertionError("the two ways to bind differ")


def prepare(loss, name, args, kwargs):
    given, parameters = loss.signature.bind(name, args, kwargs)
    weight, reduction = parameters.pop("weight"), parameters.pop("reduction")
    if reduction not in REDUCTIONS:
        raise ValueError(f'reduction must be "mean", "sum" or "none", got {reduction!r}')
    named = dict(zip(loss.signature.arrays, given, strict=True))
    shape = shape_of_loss(loss, named, weight, parameters)
    along = {}
    mask = parameters.pop("mask", None)
    if mask is not None:
        along["mask"] = mask = checked_mask(mask, given[0])
        given = tuple(xp.where(mask, array, xp.zeros_like(array)) for array in given)
    if reduction == "mean" and math.prod(shape) == 0:
        first, pred = loss.signature.arrays[0], given[0]
        raise ValueError(
            f"the mean over an empty batch is not defined: {first} has shape {tuple(pred.shape)}"
        )
    keep = None
    if weight is not None:
        along["weight"] = weight
        keep = kept(weight, shape, loss.coupled)

    for key, value in parameters.items():
        if key in loss.rules and (value is not None or loss.signature.defaults[key] is not None):
            parameters[key] = loss.rules[key].check(key, value, given[0])
    if shape == tuple(given[0].shape):
        for key in [key for key in parameters if isinstance(loss.rules.get(key), PerClass)]:
            if getattr(parameters[key], "ndim", 0):
                along[key] = one_for_each_element(key, parameters.pop(key), shape)

    arrays = tuple(flattened(array, shape, keep) for array in given)
    for key, flat, whole in zip(named, arrays, given, strict=True):
        rule = loss.rules.get(key)
        if rule is not None:
            rule = rule(*given, **parameters) if inspect.isfunction(rule) else rule
            check_array(rule, key, flat, whole, keep)
    along = {key: flattened(value, shape, keep) for key, value in along.items()}
    return Call(loss, arrays, along, parameters, reduction, shape, keep)


SEEN = {}  # what was right: kinds and shapes of the arrays of a call, and the shape of the unreduced loss


def shape_of_loss(loss, named, weight, parameters):
    """That the arrays fit together depends on their kinds and shapes alone: it is decided once for each."""
    values = *named.values(), weight, *parameters.values()
    key = loss, *[(type(x), x.dtype, x.shape, x.device) if hasattr(x, "device") else type(x) for x in values]
    shape = SEEN.get(key)
    if shape is None:
        check_kinds(named, weight, parameters, loss.predictions)
        shape = loss.shape(**named)
        if len(SEEN) >= 1000:
            SEEN.clear()
        SEEN[key] = shape  # another thread may have cleared them meanwhile
    return shape


def flattened(array, shape, keep):
    """One axis in the place of those of the unreduced loss, without the examples that do not count."""
    if len(shape) != 1:
        array = xp.reshape(array, (math.prod(shape), *array.shape[len(shape) :]))
    return array if keep is None else array[xp.reshape(keep, (-1,))]


def is_array(value):
    return library(value) == "torch" or (library(value) == "NumPy" and value.ndim > 0)


def check_kinds(named, weight, parameters, predictions):
    """Arrays of one library on one device, real, and predictions that are floats."""
    given = named if weight is None else {**named, "weight": weight}
    arrays = {key: value for key, value in parameters.items() if value is not None and is_array(value)}
    given = {**given, **arrays} if arrays else given
    libraries = {key: library(array) for key, array in given.items()}
    for key, array in given.items():
        if libraries[key] is None:
            raise TypeError(f"{key} must be a NumPy array or a torch tensor, got {type(array).__name__}")
    check_same(libraries)
    if next(iter(libraries.values())) == "torch":
        check_same({key: array.device for key, array in given.items()})
    for name, pred in list(named.items())[:predictions]:
        if kind(pred) != "float":
            raise TypeError(f"{name} must be floating point, got {pred.dtype}; convert it first")
    for key, array in given.items():
        if kind(array) == "complex":
            raise TypeError(f"{key} must be real, got {array.dtype}")


def check_same(what):
    if len(set(what.values())) > 1:
        got = ", ".join(f"{key} {value}" for key, value in what.items())
        raise TypeError(f"the arrays must be of one library and on one device, got {got}")


def checked_mask(mask, scores):
    """A mask as it is given, or one that is true everywhere."""
    namespace = array_namespace(scores)
    if mask is None:
        return namespace.ones(scores.shape, dtype=namespace.bool, device=array_api_compat.device(scores))
    if not is_array(mask) or not namespace.isdtype(mask.dtype, "bool"):
        got = getattr(mask, "dtype", type(mask).__name__)
        raise TypeError(f"mask must be an array of bools, true where an element counts, got {got}")
    if tuple(mask.shape) != tuple(scores.shape):
        raise ValueError(f"mask has shape {tuple(mask.shape)}, the scores have shape {tuple(scores.shape)}")
    return mask


def kept(weight, shape, coupled):
    """None if every example counts, else the mask of those with a weight above 0."""
    if tuple(weight.shape) != shape:
        raise ValueError(f"weight has shape {tuple(weight.shape)}, the unreduced loss has shape {shape}")
    try:
        if not bool(((weight >= 0) & (weight < math.inf)).all()):
            raise ValueError("weight must be finite and at least 0 everywhere")
        keep = weight > 0
        return None if bool(keep.all()) else keep
    except RuntimeError:  # under vmap and on the meta device there are no values to look at
        if coupled and weight.device.type != "meta":
            raise NotImplementedError(
                "under vmap a weight cannot take examples out of a batch: select them before the call"
            ) from None
        return None


def one_for_each_element(key, value, shape):
    if tuple(value.shape) != shape[-1:]:
        raise ValueError(
            f"{key} has shape {tuple(value.shape)}: it must be a number or an array of shape {shape[-1:]}, "
            "one number for each place along the last axis of pred"
        )
    return xp.broadcast_to(value, shape)
