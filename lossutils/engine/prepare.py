"""From the arguments of a call to flat arrays, checked, without the examples of weight 0."""

import inspect
import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import array_api_compat
import numpy as np
from array_api_compat import array_namespace

from ..numerics import autocast, behind_vmap, is_torch, kind, library, whole, xp, zeros
from .rules import PerClass, check_array
from .shapes import OVER_CLASSES, WITH_LABELS

NUMBERS = Real, np.ndarray, np.bool
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
    keep: Any = None  # None, or which examples count
    axis: int = -1  # of the classes in what was given
    lead: int = 1  # axes before what an example has; 2 where the classes lay between them

    @property
    def examples(self):
        return tuple(self.arrays[0].shape[: self.lead])

    @property
    def count(self):
        return math.prod(self.examples)

    @property
    def inner(self):
        """What an example of the prediction has beyond it: () or the classes."""
        return tuple(self.arrays[0].shape[self.lead :])

    def tensors(self):
        """All tensors of a call, in an order that `with_tensors` knows."""
        return *self.arrays, *self.along.values(), *(x for x in self.fixed.values() if is_torch(x))

    def with_tensors(self, tensors):
        rest = iter(tensors)
        arrays = tuple(next(rest) for _ in self.arrays)
        along = {key: next(rest) for key in self.along}
        fixed = {key: next(rest) if is_torch(x) or x is TENSOR else x for key, x in self.fixed.items()}
        return Call(self.loss, arrays, along, fixed, self.reduction, self.shape, lead=self.lead)

    def without_tensors(self):
        """What a graph may hold besides what it saves."""
        fixed = {key: TENSOR if is_torch(x) else x for key, x in self.fixed.items()}
        none = (None,) * len(self.arrays)
        along = dict.fromkeys(self.along)
        return Call(self.loss, none, along, fixed, self.reduction, self.shape, lead=self.lead)

    def restore(self, flat):
        """Results of the kept examples in the caller's shape, 0 for the others."""
        inner = tuple(flat.shape[self.lead :])
        if self.keep is not None:
            kept, flat = flat, zeros(flat, (*self.shape, *inner))
            flat[self.keep] = kept
        shape = (*self.shape, *inner)
        flat = flat if flat.shape == shape else xp.reshape(flat, shape)
        return xp.moveaxis(flat, -1, self.axis) if inner and self.axis != -1 else flat


TENSOR = object()  # the place of a tensor among the parameters


class Signature:
    """Binds arguments: as `inspect.Signature.bind` does, in a tenth of the time."""

    def __init__(self, formula, shape):
        keyword = inspect.Parameter.KEYWORD_ONLY
        added = {"axis": -1} if shape in OVER_CLASSES else {}
        added |= {"ignore_index": None} if shape in WITH_LABELS else {}
        added |= {"weight": None, "reduction": "mean"}
        extra = [inspect.Parameter(name, keyword, default=default) for name, default in added.items()]
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
    axis = whole_number("axis", parameters.pop("axis", -1))
    given = as_autocast_does(given, loss.predictions)
    shape = shape_of_loss(loss, given, weight, parameters, axis)
    if shape is None:
        given, weight = of_lists(loss, given, weight, parameters)
        shape = shape_of_loss(loss, given, weight, parameters, axis)
    if axis != -1:
        axis = axis % given[0].ndim - given[0].ndim
        given = tuple(xp.moveaxis(x, axis, -1) if x.ndim > len(shape) else x for x in given)
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
    counts = None if weight is None else checked_weight(weight, shape, loss, given[0])
    ignored = parameters.pop("ignore_index", None)
    if ignored is not None:
        labeled = not_ignored(given, whole_number("ignore_index", ignored), shape)
        counts = labeled if counts is None else counts & labeled
    keep = None
    if counts is not None:
        keep, weight, given = kept(counts, weight, given, loss)
    if weight is not None:
        along["weight"] = weight

    for key, value in parameters.items():
        if key in loss.rules and (value is not None or loss.signature.defaults[key] is not None):
            parameters[key] = loss.rules[key].check(key, value, given[0])
    if shape == tuple(given[0].shape):
        for key in [key for key in parameters if isinstance(loss.rules.get(key), PerClass)]:
            if getattr(parameters[key], "ndim", 0):
                along[key] = one_for_each_element(key, parameters.pop(key), shape)

    lead = (math.prod(shape),)
    if axis != -1 and keep is None:  # the axes before the classes and those behind: without a copy
        lead = math.prod(shape[: axis + 1]), math.prod(shape[axis + 1 :])
    arrays = tuple(flattened(array, shape, lead, keep) for array in given)
    for key, flat, array in zip(loss.signature.arrays, arrays, given, strict=True):
        rule = loss.rules.get(key)
        if rule is not None:
            rule = rule(*given, **parameters) if inspect.isfunction(rule) else rule
            check_array(rule, key, flat, array, keep, axis if array.ndim > len(shape) else -1)
    along = {key: flattened(value, shape, lead, keep) for key, value in along.items()}
    return Call(loss, arrays, along, parameters, reduction, shape, keep, axis, len(lead))


SEEN = {}  # what was right: kinds and shapes of the arrays of a call, and the shape of the unreduced loss


def shape_of_loss(loss, given, weight, parameters, axis):
    """That the arrays fit together depends on their kinds and shapes alone: it is decided once for each.

    None if there are lists or numbers in the place of arrays.
    """
    values = *given, weight, *parameters.values()
    kinds = [(type(x), x.dtype, x.shape, x.device) if hasattr(x, "device") else type(x) for x in values]
    key = loss, axis, *kinds
    shape = SEEN.get(key)
    if shape is None:
        if any(map(is_plain, (*given, weight, parameters.get("mask")))):
            return None
        named = dict(zip(loss.signature.arrays, given, strict=True))
        check_kinds(named, weight, parameters, loss.predictions)
        shape = loss.shape(**named, axis=axis) if loss.over_classes else loss.shape(**named)
        if len(SEEN) >= 1000:
            SEEN.clear()
        SEEN[key] = shape  # another thread may have cleared them meanwhile
    return shape


def whole_number(name, value):
    if type(value) is int:
        return value
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, got {type(value).__name__}")
    return int(value)


def as_autocast_does(given, predictions):
    """Half precision in float32 where autocast is on, as torch's own losses."""
    if not is_torch(given[0]) or given[0].dtype.itemsize > 2 or not autocast(given[0]):
        return given
    return tuple(
        x.float() if place < predictions and is_torch(x) and x.is_floating_point() else x
        for place, x in enumerate(given)
    )


def is_plain(value):
    """A list or a number, as Python has them."""
    return isinstance(value, (list, tuple, Real)) and not hasattr(value, "dtype")


def of_lists(loss, given, weight, parameters):
    names = [*loss.signature.arrays, "weight", "mask"]
    named = dict(zip(names, (*given, weight, parameters.get("mask")), strict=True))
    named = from_lists(named, loss.predictions)
    if named["mask"] is not None:
        parameters["mask"] = named["mask"]
    return tuple(named[name] for name in loss.signature.arrays), named["weight"]


def from_lists(named, predictions=1):
    """Arrays by name, those of NumPy in the place of lists. Beside tensors a list is an error: what dtype and
    device it should have is not said."""
    tensors = [name for name, x in named.items() if is_torch(x)]
    for place, (name, x) in enumerate(named.items()):
        if not is_plain(x):
            continue
        if tensors:
            raise TypeError(f"{name} must be a torch tensor, as {tensors[0]} is, got {type(x).__name__}")
        if not all_numbers(x):
            raise TypeError(f"{name} must hold numbers, got a {type(x).__name__} with {strange(x)}")
        try:  # whole numbers as predictions are floats as well: a list has no dtype
            named[name] = np.asarray(x, dtype=np.float64 if place < predictions else None)
        except ValueError as error:
            raise ValueError(f"{name} must have rows of one length: {error}") from None
    return named


def all_numbers(x):
    """Is every entry of nested lists a number? A list of tensors would lose its gradient."""
    return all(map(all_numbers, x)) if isinstance(x, (list, tuple)) else isinstance(x, NUMBERS)


def strange(x):
    """The type of the first that is none."""
    while isinstance(x, (list, tuple)):
        x = next(y for y in x if not all_numbers(y))
    return type(x).__name__


def flattened(array, shape, lead, keep):
    """With the axes `lead` in the place of those of the unreduced loss, or only the examples that count."""
    if keep is not None:
        return array[keep]
    return array if shape == lead else xp.reshape(array, (*lead, *array.shape[len(shape) :]))


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
            raise TypeError(f"{key} must be a NumPy array or a torch tensor, got {other(key, array)}")
    check_same(libraries)
    if next(iter(libraries.values())) == "torch":
        check_same({key: array.device for key, array in given.items()})
    for name, pred in list(named.items())[:predictions]:
        if kind(pred) != "float":
            raise TypeError(f"{name} must be floating point, got {pred.dtype}; convert it first")
    for key, array in given.items():
        if kind(array) == "complex":
            raise TypeError(f"{key} must be real, got {array.dtype}")
        if kind(array) == "other":
            raise TypeError(f"{key} must be numbers, got {array.dtype}")


def other(name, value):
    """What it is, and what makes an array of it."""
    kind_of = type(value).__name__
    if isinstance(value, np.ma.MaskedArray):
        return f"{kind_of}: pass {name}.data, and what counts as weight=~np.ma.getmaskarray({name})"
    return f"{kind_of}: pass np.asarray({name})" if hasattr(value, "__array__") else kind_of


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


def checked_weight(weight, shape, loss, pred):
    """Which examples have a weight above 0."""
    if tuple(weight.shape) != shape:
        by_class = "class_weight" in loss.signature.defaults and tuple(weight.shape) == pred.shape[-1:]
        raise ValueError(
            f"weight has shape {tuple(weight.shape)}, the unreduced loss has shape {shape}"
            + "; one number a class is class_weight" * by_class
        )
    known = behind_vmap(weight) if is_torch(weight) else weight
    if known_all((known >= 0) & (known < math.inf)) is False:
        raise ValueError("weight must be finite and at least 0 everywhere")
    return weight > 0


def not_ignored(given, ignore_index, shape):
    """Which examples have a label that is not to be ignored."""
    target = given[-1]
    if target.ndim > len(shape):
        raise ValueError("ignore_index is for class indices, and target holds distributions: use weight")
    return whole(target) != ignore_index


def known_all(bools):
    """None under vmap and on the meta device, where there are no values to look at."""
    try:
        return bool(bools.all())
    except RuntimeError:
        return None


def kept(counts, weight, given, loss):
    """Which examples are kept, None for all; and weight and arrays if it cannot be known: a factor of 0."""
    every = known_all(counts)
    if every is not None:
        return None if every else counts, weight, given
    pred = given[0]
    if loss.coupled and pred.device.type != "meta":
        raise NotImplementedError(
            "under vmap a weight cannot take examples out of a batch: select them before the call"
        )
    if weight is None:
        weight = xp.astype(counts, pred.dtype)
    else:
        weight = xp.where(counts, weight, xp.zeros_like(weight))
    if loss.shape in WITH_LABELS and kind(given[-1]) == "whole":  # what does not count may be no class
        given = *given[:-1], xp.where(counts, given[-1], xp.zeros_like(given[-1]))
    return None, weight, given


def one_for_each_element(key, value, shape):
    if tuple(value.shape) != shape[-1:]:
        raise ValueError(
            f"{key} has shape {tuple(value.shape)}: it must be a number or an array of shape {shape[-1:]}, "
            "one number for each place along the last axis of pred"
        )
    return xp.broadcast_to(value, shape)
