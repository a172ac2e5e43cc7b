"""The walk over the arrays of a call: value and slope of one block after the other, and the reduction.

A formula yields the values of its examples and then, if it is asked again, their derivatives: what both have
in common is calculated once. The temporaries of a block stay in the cache.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np

from ..numerics import (
    at_precision,
    copied,
    exact,
    float64_of,
    is_torch,
    kind,
    per_example,
    torch_records,
    xp,
    zeros,
)

BLOCK = 2**18  # elements evaluated at a time; in NumPy half of it, as each thread has a block


def evaluate(call, slopes=False, upstream=None):
    """The loss, and the derivatives of the reduced loss by the predictions: a tuple, None if not asked for.

    `upstream` is the gradient that arrives from above, a factor of the derivatives: a number, or with "none"
    one number for each example.
    """
    if is_torch(call.arrays[0]):
        with exact(call.arrays[0]):
            return evaluated(call, slopes, upstream)
    with np.errstate(all="ignore"):  # a branch that `where` does not take may overflow, and so may a sum
        return evaluated(call, slopes, upstream)


def evaluated(call, slopes, upstream):
    dtype, divisor, blocks = call.arrays[0].dtype, denominator(call), slices(call)
    if blocks is None:
        out, found = one_block(call, None, divisor, slopes, upstream)
        if slopes:
            found = tuple(xp.astype(slope, dtype, copy=False) for slope in found)
        out = out if call.reduction == "none" else total(out)
    else:
        out, found = walk(call, blocks, divisor, slopes, upstream)
    if call.reduction == "mean":
        out = out / divisor
    return xp.astype(out, dtype, copy=False), found


def walk(call, blocks, divisor, slopes, upstream):
    pred = call.arrays[0]
    each = zeros(pred, call.examples) if call.reduction == "none" else None
    found = tuple(like(array) for array in call.arrays[: call.loss.predictions]) if slopes else None

    def visit(block):
        values, _ = one_block(call, block, divisor, slopes, upstream, found)
        if each is None:  # torch adds up a block in steps: off by a unit or so
            return values.sum().double() if is_torch(values) and not values.is_mps else total(values)
        each[block] = values

    if is_torch(pred) or threads() == 1:
        totals = [visit(block) for block in blocks]
    else:
        totals = list(pool().map(np.errstate(all="ignore")(visit), blocks))
    return sum(totals) if each is None else each, found  # in the order of the blocks, whichever came first


def one_block(call, block, divisor, slopes, upstream, found=None):
    """The values of a block, and its derivatives, written to `found` where that is given."""
    pred, whole = call.arrays[0], block is None
    arrays = call.arrays if whole else [x[block] for x in call.arrays]
    arrays = [x if is_index(x, pred) else at_precision(x, pred) for x in arrays]
    along = call.along if whole else {key: x[block] for key, x in call.along.items()}
    along = {key: x if key == "mask" else at_precision(x, pred) for key, x in along.items()}
    weight = along.pop("weight", None)
    factor = weight
    if upstream is not None:
        arrived = upstream if whole or call.reduction != "none" else upstream[block]
        factor = arrived if weight is None else arrived * weight
    formula, parts = call.loss.formula(*arrays, **call.fixed, **along), None
    if call.loss.coupled:
        next(formula)
        ones = xp.ones_like(arrays[0][:, 0]) / divisor
        values = formula.send(None if not slopes else ones if factor is None else factor * ones)
    else:
        values = next(formula)
    values = values if weight is None else weight * values
    if slopes:
        parts = next(formula)
        parts = parts if call.loss.predictions > 1 else (parts,)
        if not call.loss.coupled:
            outs = (None,) * len(parts) if found is None else (out[block] for out in found)
            parts = [scaled(x, factor, divisor, out) for x, out in zip(parts, outs, strict=True)]
    formula.close()
    return values, parts


def scaled(slope, factor, divisor, out):
    """slope · factor / divisor."""
    if factor is not None:
        slope = slope * per_example(factor, slope)
    if out is None:
        if divisor is not ONE:
            return slope / divisor
        return copied(slope) if factor is None else slope  # a formula may yield what it was given
    if divisor is ONE:
        out[...] = slope
    elif is_torch(slope):
        xp.divide(slope, divisor, out=out)
    else:
        np.divide(slope, divisor, out=out, casting="same_kind")


ONE = 1.0


def denominator(call):
    """What a mean divides by: the number of examples, or the sum of what they count; 1 where that is 0."""
    if call.reduction != "mean":
        return ONE
    weight = call.along.get("weight")
    count = None
    if call.loss.denominator is not None:
        parameters = {key: x for key, x in call.along.items() if key != "weight"}
        count = call.loss.denominator(*call.arrays, **call.fixed, **parameters)
    if count is None and weight is None:
        return float(call.count or 1)
    if count is None or weight is None:
        count = weight if count is None else count
    else:
        count = at_precision(weight, call.arrays[0]) * count
    count = total(count)
    return count + (count == 0)


def total(values):
    """The sum, in float64 where the device has it."""
    if is_torch(values) and values.is_mps:
        return values.sum()
    return values.sum(dtype=float64_of(values))


def is_index(array, pred):
    """Class indices stay whole numbers; everything else is calculated in the precision of pred."""
    return array.ndim < pred.ndim and kind(array) == "whole"


def slices(call):
    """The blocks; None for one piece: small arrays, batches, accelerators, what torch records."""
    pred, inner = call.arrays[0], math.prod(call.inner)
    per_example = inner * inner if call.loss.pairwise else inner
    if call.count * per_example <= BLOCK or call.loss.coupled:
        return None
    if is_torch(pred) and (pred.device.type != "cpu" or torch_records(*call.tensors())):
        return None
    step = max(1, (BLOCK if is_torch(pred) else BLOCK // 2) // per_example)
    *outer, last = call.examples
    if not outer:
        return cuts(last, step)
    if last <= step:
        return cuts(*outer, step // last)
    return [(one, part) for one in cuts(*outer, 1) for part in cuts(last, step)]


def cuts(count, step):
    return [slice(start, start + step) for start in range(0, count, step)]


def like(array):
    """Room for numbers, in the order in which the array has its own."""
    return xp.empty_like(array)


def threads():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def pool():
    """Threads for the blocks of NumPy, which lets go of the interpreter while it calculates."""
    return ThreadPoolExecutor(threads(), thread_name_prefix="lossutils")
