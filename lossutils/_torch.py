"""The derived gradient as torch's backward pass. Imported when the first tensor arrives."""

from dataclasses import replace

import torch

from .core import _gradient, _value


def differentiable_value(call):
    parameters = [value for value in call.parameters.values() if isinstance(value, torch.Tensor)]
    if any(tensor.requires_grad for tensor in parameters) and torch.is_grad_enabled():
        return _value(call)  # a parameter wants a gradient: torch differentiates the formula
    pred, *others = call.arrays
    return _Value.apply(pred, call, *others, *([] if call.weight is None else [call.weight]))


class _Value(torch.autograd.Function):
    """Forward: the loss. Backward: upstream times `loss.grad`, written in differentiable operations."""

    generate_vmap_rule = True

    @staticmethod
    def forward(pred, call, *others):
        return _value(_with_arrays(call, pred, others))

    @staticmethod
    def setup_context(ctx, inputs, output):
        pred, ctx.call, *others = inputs
        ctx.save_for_backward(pred, *others)
        ctx.save_for_forward(pred, *others)

    @staticmethod
    def backward(ctx, upstream):
        pred, *others = ctx.saved_tensors
        call = _with_arrays(ctx.call, pred, others)
        gradient = _gradient(call, upstream) if ctx.needs_input_grad[0] else None
        return gradient, None, *_gradients_of_others(call, others, upstream, ctx.needs_input_grad[2:])

    @staticmethod
    def jvp(ctx, direction, _, *other_directions):
        """Forward mode, which torch.func.hessian goes through: the slope along a direction."""
        if any(
            other is not None and bool(other.any()) for other in other_directions
        ):  # torch.func passes zeros
            raise NotImplementedError("forward mode is for the prediction alone, not for target or weight")
        pred, *others = ctx.saved_tensors
        slope = _gradient(_with_arrays(ctx.call, pred, others)) * direction
        if ctx.call.reduction != "none":
            return slope.sum()
        return slope.reshape(*slope.shape[:1], -1).sum(-1)


def _gradients_of_others(call, others, upstream, needed):
    """For a target or weight that learns, torch differentiates the formula; None for the others."""
    learning = [other for other, need in zip(others, needed, strict=True) if need]
    if not learning:
        return [None] * len(others)
    create_graph = torch.is_grad_enabled()
    with torch.enable_grad():
        found = iter(torch.autograd.grad(_value(call), learning, upstream, create_graph=create_graph))
    return [next(found) if need else None for need in needed]


def _with_arrays(call, pred, others):
    weight = others[-1] if call.weight is not None else None
    targets = others[:-1] if call.weight is not None else others
    return replace(call, arrays=[pred, *targets], weight=weight)
