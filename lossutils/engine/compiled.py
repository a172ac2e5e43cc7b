"""For torch.compile and torch.export: a loss as one operator, which runs the walk when it is called.

Imported while torch traces the first call of a loss. A graph then holds the operator, and the checks happen
when the graph runs, on real numbers. A program from `torch.export.save` needs this module imported where it
is loaded.
"""

import torch

from ..loss import LOSSES
from ..numerics import per_example
from .prepare import whole_number

WHOLE = "axis", "ignore_index"
ARGUMENTS = "str name, Tensor[] tensors, str[] keys, float[] numbers, str[] number_keys, str reduction"


def operator(name, more):
    schema = f"({ARGUMENTS}, {more}) -> Tensor[]"
    return torch.library.custom_op(f"lossutils::{name}", mutates_args=(), schema=schema)


def arguments(tensors, keys, numbers, number_keys, reduction):
    """The arguments of a call by name; a key that ends in a star is a row of numbers."""
    rows = {key: [n for k, n in zip(number_keys, numbers, strict=True) if k == key] for key in number_keys}
    values = {key.rstrip("*"): row if key.endswith("*") else row[0] for key, row in rows.items()}
    values |= {key: int(values[key]) for key in WHOLE if key in values}
    return dict(zip(keys, tensors, strict=True)) | values | {"reduction": reduction}


def own(result, tensor):
    """As the fake kernels say: in the dtype of the tensor, a row after the other, no view of another."""
    result = result.to(tensor.dtype).contiguous()
    return result if result.untyped_storage().nbytes() == result.nbytes else result.clone()


# The value, and its slopes where they are wanted


@operator("value_and_slopes", "bool wanted")
def value_and_slopes(name, tensors, keys, numbers, number_keys, reduction, wanted):
    loss, given = LOSSES[name], arguments(tensors, keys, numbers, number_keys, reduction)
    if not wanted:
        with torch.no_grad():
            return [own(loss(**given), tensors[0])]
    value, slopes = loss.value_and_grad(**given)
    slopes = slopes if loss.predictions > 1 else (slopes,)
    return [own(value, tensors[0]), *map(own, slopes, tensors)]


@value_and_slopes.register_fake
def _(name, tensors, keys, numbers, number_keys, reduction, wanted):
    loss, pred = LOSSES[name], tensors[0]
    axis = {"axis": int(numbers[number_keys.index("axis")])} if loss.over_classes else {}
    shape = loss.shape(**axis, **dict(zip(loss.signature.arrays, tensors, strict=False)))
    value = pred.new_empty(shape if reduction == "none" else ())
    return [value, *(x.new_empty(x.shape) for x in (tensors[: loss.predictions] if wanted else ()))]


def remember(ctx, inputs, output):
    _, tensors, *ctx.others = inputs
    ctx.name, ctx.count = inputs[0], len(tensors)
    ctx.save_for_backward(*tensors, *output[1:])


def backward(ctx, upstream):
    saved, upstream = list(ctx.saved_tensors), upstream[0]
    tensors, slopes = saved[: ctx.count], saved[ctx.count :]
    places = [place for place, needed in enumerate(ctx.needs_input_grad[1]) if needed]
    call = ctx.name, tensors, *ctx.others[:-1]
    if torch.is_grad_enabled():
        found = derived(*call, places, upstream, create_graph=True)
    elif slopes and max(places) < len(slopes):
        factor = once(upstream, tensors[: len(slopes)])
        found = [slopes[place] * per_example(factor, slopes[place]) for place in places]
    else:
        found = gradients(*call, places, upstream)
    by_place = dict(zip(places, found, strict=True))
    others = [[] if x == [] else None for x in ctx.others]
    return None, [by_place.get(place) for place in range(ctx.count)], *others


value_and_slopes.register_autograd(backward, setup_context=remember)


# The gradients by what the slopes are not known of in the forward pass


def recording():
    """Inside of an operator torch records nothing, unless it is told to."""
    key = torch._C.DispatchKey
    hidden = torch._C._dispatch_tls_local_exclude_set()
    for one in (key.AutogradFunctionality, key.AutogradOther, key.AutogradNestedTensor):
        hidden = hidden.remove(one)
    return torch._C._ForceDispatchKeyGuard(torch._C._dispatch_tls_local_include_set(), hidden)


def derived(name, tensors, keys, numbers, number_keys, reduction, places, upstream, create_graph=False):
    """As without a compiler: the gradients by the tensors at these places, which can be derived again."""
    with torch.enable_grad():
        value = LOSSES[name](**arguments(tensors, keys, numbers, number_keys, reduction))
        by = [tensors[place] for place in places]
        return torch.autograd.grad(value, by, upstream, create_graph=create_graph)


@operator("gradients", "int[] places, Tensor upstream")
def gradients(name, tensors, keys, numbers, number_keys, reduction, places, upstream):
    tensors = [x.detach() for x in tensors]
    by = [tensors[place].requires_grad_() for place in places]
    with recording():
        found = derived(name, tensors, keys, numbers, number_keys, reduction, places, upstream)
    return [own(gradient, tensor) for gradient, tensor in zip(found, by, strict=True)]


@gradients.register_fake
def _(name, tensors, keys, numbers, number_keys, reduction, places, upstream):
    return [tensors[place].new_empty(tensors[place].shape) for place in places]


@torch.library.custom_op(
    "lossutils::once", mutates_args=(), schema="(Tensor upstream, Tensor[] predictions) -> Tensor"
)
def once(upstream, predictions):
    """The gradient from above. A compiled backward pass then depends on the predictions, as the slopes do
    in secret: torch says that it cannot derive it a second time, and does not answer 0."""
    return upstream.clone()


@once.register_fake
def _(upstream, predictions):
    return torch.empty_like(upstream)


# A call in a graph that torch is about to make


@torch.compiler.assume_constant_result
def transformed():
    return torch._C._are_functorch_transforms_active()


def traced(loss, args, kwargs, slopes=False):
    """[the value, and where they are asked for its slopes]"""
    if transformed():
        raise NotImplementedError("a compiled loss is not for torch.func: leave torch.compile out")
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
        elif isinstance(value, bool) or (value is None and loss.signature.defaults[key] is not None):
            raise TypeError(f"{key} must be a number, got {type(value).__name__}")
        elif value is not None:
            value = whole_number(key, value) if key in WHOLE else value
            numbers.append(float(value))
            number_keys.append(key)
    for key, tensor in zip(keys, tensors, strict=True):
        if not isinstance(tensor, torch.Tensor):
            raise TypeError(f"under torch.compile {key} must be a torch tensor")
    if torch.is_autocast_enabled(tensors[0].device.type):
        halves = (torch.float16, torch.bfloat16)
        tensors = [
            x.float() if place < loss.predictions and x.dtype in halves else x
            for place, x in enumerate(tensors)
        ]
    wanted = slopes
    if torch.is_grad_enabled() and not slopes:
        learn = [place for place, tensor in enumerate(tensors) if tensor.requires_grad]
        # With "none" a batch is not yet known to be weighted by what arrives from above.
        late = loss.coupled and reduction == "none"
        wanted = len(learn) > 0 and learn[-1] < loss.predictions and not late
    return value_and_slopes(loss.path, tensors, keys, numbers, number_keys, reduction, wanted)
