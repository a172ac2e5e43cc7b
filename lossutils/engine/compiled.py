"""For torch.compile and torch.export: a loss as one operator, which runs the walk when it is called.

Imported while torch traces the first call of a loss. A graph then holds the operator, and the checks happen
when the graph runs, on real numbers.
"""

import torch

from ..loss import LOSSES

ARGUMENTS = "str name, Tensor[] tensors, str[] keys, float[] numbers, str[] number_keys, str reduction"


def arguments(tensors, keys, numbers, number_keys, reduction):
    """The arguments of a call by name; a key that stands more than once is a row of numbers."""
    rows = {key: [n for k, n in zip(number_keys, numbers, strict=True) if k == key] for key in number_keys}
    values = {key.rstrip("*"): row if key.endswith("*") else row[0] for key, row in rows.items()}
    return dict(zip(keys, tensors, strict=True)) | values | {"reduction": reduction}


def _value_and_slopes(name, tensors, keys, numbers, number_keys, reduction):
    loss = LOSSES[name]
    given = arguments(tensors, keys, numbers, number_keys, reduction)
    if by_upstream(loss, reduction):
        return [loss(**given)]
    value, slopes = loss.value_and_grad(**given)
    return [value, *([x.clone() for x in slopes] if loss.predictions > 1 else [slopes])]  # no view of another


def by_upstream(loss, reduction):
    """Is the slope known only when the gradient from above is? Then it is calculated in the backward pass."""
    return loss.coupled and reduction == "none"


value_and_slopes = torch.library.custom_op(
    "lossutils::value_and_slopes", _value_and_slopes, mutates_args=(), schema=f"({ARGUMENTS}) -> Tensor[]"
)


@value_and_slopes.register_fake
def _(name, tensors, keys, numbers, number_keys, reduction):
    loss, given = LOSSES[name], dict(zip(keys, tensors, strict=True))
    shape = loss.shape(**{key: given[key] for key in loss.signature.arrays})
    pred = given[loss.signature.arrays[0]]
    value = pred.new_empty(shape if reduction == "none" else ())
    if by_upstream(loss, reduction):
        return [value]
    return [value, *(torch.empty_like(given[key]) for key in loss.signature.arrays[: loss.predictions])]


def _slopes(name, tensors, keys, numbers, number_keys, reduction, upstream):
    loss, given = LOSSES[name], arguments(tensors, keys, numbers, number_keys, reduction)
    predictions = loss.signature.arrays[: loss.predictions]
    given |= {key: given[key].detach().requires_grad_() for key in predictions}
    with torch.enable_grad():
        found = torch.autograd.grad(loss(**given), [given[key] for key in predictions], upstream)
    return [slope.clone() for slope in found]  # no view of another


slopes = torch.library.custom_op(
    "lossutils::slopes", _slopes, mutates_args=(), schema=f"({ARGUMENTS}, Tensor upstream) -> Tensor[]"
)


@slopes.register_fake
def _(name, tensors, keys, numbers, number_keys, reduction, upstream):
    given = dict(zip(keys, tensors, strict=True))
    return [torch.empty_like(given[key]) for key in LOSSES[name].signature.arrays[: LOSSES[name].predictions]]


def setup_context(ctx, inputs, output):
    name, tensors, *ctx.others = inputs
    ctx.loss, ctx.count = LOSSES[name], len(tensors)
    late = by_upstream(ctx.loss, ctx.others[-1])
    ctx.save_for_backward(*(tensors if late else output[1:]))


def backward(ctx, upstream):
    upstream, loss, reduction = upstream[0], ctx.loss, ctx.others[-1]
    saved, found = ctx.saved_tensors, None
    if by_upstream(loss, reduction):
        found = slopes(loss.path, list(saved), *ctx.others, upstream)
    else:
        found = [
            slope * upstream.reshape(*upstream.shape, *(1,) * (slope.ndim - upstream.ndim)) for slope in saved
        ]
    others = [None] * (ctx.count - loss.predictions)
    return None, [*found, *others], *([] if x == [] else None for x in ctx.others)


value_and_slopes.register_autograd(backward, setup_context=setup_context)


def traced(loss, args, kwargs):
    """A call of a loss in a graph that torch is about to make."""
    given, parameters = loss.signature.bind(loss.__name__, args, kwargs)
    reduction = parameters.pop("reduction")
    keys, tensors = list(loss.signature.arrays), list(given)
    numbers, number_keys = [], []
    for key, value in parameters.items():
        if isinstance(value, torch.Tensor):
            keys.append(key)
            tensors.append(value)
        elif isinstance(value, (list, tuple)):
            numbers.extend(float(x) for x in value)
            number_keys.extend([f"{key}*"] * len(value))
        elif value is not None:
            numbers.append(float(value))
            number_keys.append(key)
    for key, tensor in list(zip(keys, tensors, strict=True))[loss.predictions :]:
        if torch.is_grad_enabled() and tensor.requires_grad:
            raise NotImplementedError(f"under torch.compile there is no gradient for {key}: call it outside")
    return value_and_slopes(loss.path, tensors, keys, numbers, number_keys, reduction)[0]
