"""The derived gradient as torch's backward pass. Imported when the first tensor arrives."""

from dataclasses import replace

import torch

from .core import _gradient, _value


def differentiable_value(call):
    parameters = [value for value in call.parameters.values() if isinstance(value, torch.Tensor)]
    if any(tensor.requires_grad for tensor in parameters) and torch.is_grad_enabled():
        return _value(call)[0]  # a parameter wants a gradient: torch differentiates the formula
    return _Value.apply(call, *call.arrays, *(x for x in (call.weight, call.mask) if x is not None))[0]


class _Value(torch.autograd.Function):
    """Forward: the loss. Backward: upstream times `loss.grad`, written in differentiable operations."""

    generate_vmap_rule = True

    @staticmethod
    def forward(call, *tensors):
        value, *state = _value(_with_arrays(call, tensors))
        return value, *(x.clone() if x is value else x for x in state)  # these have no gradient, value has

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.call, *tensors = inputs
        _, *state = output
        ctx.mark_non_differentiable(*state)
        ctx.save_for_backward(*tensors, *state)
        ctx.save_for_forward(*tensors, *state)

    @staticmethod
    def backward(ctx, upstream, *_):
        call, tensors, state = _restored(ctx)
        predictions = call.spec.predictions
        needed = ctx.needs_input_grad[1:]
        slopes = [None] * predictions
        if any(needed[:predictions]):
            # A second derivative also goes through what the forward pass has left.
            slopes = _gradient(call, upstream, None if torch.is_grad_enabled() else state)
        others = _gradients_of_others(call, tensors[predictions:], upstream, needed[predictions:])
        return None, *slopes, *others

    @staticmethod
    def jvp(ctx, _, *directions):
        """Forward mode, which torch.func.hessian goes through: the slope along a direction."""
        call, _, state = _restored(ctx)
        known = directions[call.spec.predictions :]
        if any(one is not None and bool(one.any()) for one in known):  # torch.func passes zeros
            raise NotImplementedError("forward mode is for the prediction alone, not for target or weight")
        if call.spec.coupled and call.reduction == "none":
            raise NotImplementedError('forward mode of a loss over the batch is for "mean" and "sum"')
        slopes = _gradient(call)
        along = sum(
            (slope * one).reshape(*slope.shape[:1], -1).sum(-1)
            for slope, one in zip(slopes, directions, strict=False)
            if one is not None
        )
        along = along if call.reduction == "none" else along.sum()
        return along, *[None] * len(state)


def _gradients_of_others(call, others, upstream, needed):
    """For a target or weight that learns, torch differentiates the formula; None for the others."""
    learning = [other for other, need in zip(others, needed, strict=True) if need]
    if not learning:
        return [None] * len(others)
    create_graph = torch.is_grad_enabled()
    with torch.enable_grad():
        value = _value(call)[0]
        found = iter(torch.autograd.grad(value, learning, upstream, create_graph=create_graph))
    return [next(found) if need else None for need in needed]


def _restored(ctx):
    """The call with its tensors, and what the forward pass has left for the derivative."""
    count = len(ctx.call.arrays) + (ctx.call.weight is not None) + (ctx.call.mask is not None)
    tensors, state = ctx.saved_tensors[:count], ctx.saved_tensors[count:]
    return _with_arrays(ctx.call, tensors), tensors, state


def _with_arrays(call, tensors):
    count = len(call.arrays)
    arrays, others = list(tensors[:count]), iter(tensors[count:])
    weight, mask = (None if x is None else next(others) for x in (call.weight, call.mask))
    return replace(call, arrays=arrays, weight=weight, mask=mask)
