"""The derived gradient as torch's backward pass. Imported when the first tensor arrives."""

from dataclasses import replace

import torch

from .core import _gradient, _value


def differentiable_value(formula, derivative, call):
    pred, *others = call.arrays
    if call.weight is not None:
        others.append(call.weight)
    if any(array.requires_grad for array in others) and torch.is_grad_enabled():
        return _value(formula, call)  # target or weight want a gradient too: torch differentiates the formula
    return _Value.apply(pred, formula, derivative, call, *others)


class _Value(torch.autograd.Function):
    """Forward: the loss. Backward: upstream times `loss.grad`, written in differentiable operations."""

    generate_vmap_rule = True

    @staticmethod
    def forward(pred, formula, derivative, call, *others):
        return _value(formula, _with_arrays(call, pred, others))

    @staticmethod
    def setup_context(ctx, inputs, output):
        pred, _, ctx.derivative, ctx.call, *others = inputs
        ctx.save_for_backward(pred, *others)

    @staticmethod
    def backward(ctx, upstream):
        pred, *others = ctx.saved_tensors
        gradient = _gradient(ctx.derivative, _with_arrays(ctx.call, pred, others), upstream)
        return gradient, None, None, None, *(None for _ in others)


def _with_arrays(call, pred, others):
    weight = others[-1] if call.weight is not None else None
    targets = others[:-1] if call.weight is not None else others
    return replace(call, arrays=[pred, *targets], weight=weight)
