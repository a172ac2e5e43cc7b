"""The derived gradient as torch's backward pass. Imported when the first tensor arrives."""

from dataclasses import replace

import torch

from .core import _gradient, _value


def differentiable_value(call):
    pred, *others = call.arrays
    if call.weight is not None:
        others.append(call.weight)
    parameters = [value for value in call.parameters.values() if isinstance(value, torch.Tensor)]
    if any(tensor.requires_grad for tensor in [*others, *parameters]) and torch.is_grad_enabled():
        return _value(call)  # something beside pred wants a gradient: torch differentiates the formula
    return _Value.apply(pred, call, *others)


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
        gradient = _gradient(_with_arrays(ctx.call, pred, others), upstream)
        return gradient, None, *(None for _ in others)

    @staticmethod
    def jvp(ctx, direction, *_):
        """Forward mode, which torch.func.hessian goes through: the slope along a direction."""
        pred, *others = ctx.saved_tensors
        slope = _gradient(_with_arrays(ctx.call, pred, others)) * direction
        if ctx.call.reduction != "none":
            return slope.sum()
        return slope.reshape(*slope.shape[:1], -1).sum(-1)


def _with_arrays(call, pred, others):
    weight = others[-1] if call.weight is not None else None
    targets = others[:-1] if call.weight is not None else others
    return replace(call, arrays=[pred, *targets], weight=weight)
