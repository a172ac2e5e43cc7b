"""For torch: the derived slope as the backward pass. Imported when the first tensor arrives."""

import torch
from torch.autograd import forward_ad

from ..numerics import per_example
from .evaluate import evaluate


def differentiable(call):
    """The loss of a call, with its place in torch's graph."""
    tensors = call.tensors()
    if not torch._C._are_functorch_transforms_active() and forward_ad._current_level < 0:
        if not (torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)):
            return evaluate(call)[0]
        if not any(x.requires_grad for x in call.fixed.values() if isinstance(x, torch.Tensor)):
            return _Fused.apply(call, *tensors)
    elif not any(x.requires_grad for x in call.fixed.values() if isinstance(x, torch.Tensor)):
        return _Transformed.apply(call, *tensors)
    return evaluate(call)[0]  # a parameter wants a gradient: torch differentiates the formula


class _Fused(torch.autograd.Function):
    """Forward: value and slope in one walk. Backward: the slope times what arrives."""

    @staticmethod
    def forward(ctx, call, *tensors):
        ctx.call = call.without_tensors()
        ctx.save_for_backward(*tensors)
        ctx.set_materialize_grads(False)
        wanted = any(ctx.needs_input_grad[1 : 1 + call.loss.predictions])
        # With "none" a batch is not yet known to be weighted by what arrives from above.
        wanted = wanted and not (call.loss.coupled and call.reduction == "none")
        value, ctx.slopes = evaluate(call, slopes=wanted)
        return value

    @staticmethod
    def backward(ctx, upstream):
        if upstream is None:
            return (None,) * len(ctx.needs_input_grad)
        _ = ctx.saved_tensors  # raises, as torch does, if one of them was changed in place
        slopes, ctx.slopes = ctx.slopes, None
        needed, predictions = ctx.needs_input_grad[1:], ctx.call.loss.predictions
        if slopes is None or torch.is_grad_enabled() or any(needed[predictions:]):
            return None, *_derived(ctx, upstream, needed)
        if upstream.ndim or upstream.device.type != "cpu" or upstream.item() != 1:
            slopes = [slope.mul_(per_example(upstream, slope)) for slope in slopes]
        slopes = [slope if need else None for slope, need in zip(slopes, needed, strict=False)]
        return None, *slopes, *[None] * (len(needed) - predictions)


class _Transformed(torch.autograd.Function):
    """For `torch.func` and forward mode: what is needed is derived where it is needed, and again."""

    generate_vmap_rule = True

    @staticmethod
    def forward(call, *tensors):
        return evaluate(call.with_tensors(tensors))[0]

    @staticmethod
    def setup_context(ctx, inputs, output):
        call, *tensors = inputs
        ctx.call = call.without_tensors()
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)

    @staticmethod
    def backward(ctx, upstream):
        return None, *_derived(ctx, upstream, ctx.needs_input_grad[1:])

    @staticmethod
    def jvp(ctx, _, *directions):
        """Forward mode, which torch.func.hessian goes through: the slope along a direction."""
        call = ctx.call.with_tensors(ctx.saved_tensors)
        known = directions[call.loss.predictions :]
        if any(one is not None and bool(one.any()) for one in known):  # torch.func passes zeros
            raise NotImplementedError("forward mode is for the prediction alone, not for target or weight")
        if call.loss.coupled and call.reduction == "none":
            raise NotImplementedError('forward mode of a loss over the batch is for "mean" and "sum"')
        _, slopes = evaluate(call, slopes=True)
        along = sum(
            (slope * one).reshape(*slope.shape[:1], -1).sum(-1)
            for slope, one in zip(slopes, directions, strict=False)
            if one is not None
        )
        return along if call.reduction == "none" else along.sum()


def _derived(ctx, upstream, needed):
    """The gradients from the saved tensors, in differentiable operations.

    For a target or weight that learns, torch differentiates the formula.
    """
    call = ctx.call.with_tensors(ctx.saved_tensors)
    predictions = call.loss.predictions
    found = [None] * len(needed)
    if any(needed[:predictions]):
        _, slopes = evaluate(call, slopes=True, upstream=upstream)
        found[:predictions] = [slope if need else None for slope, need in zip(slopes, needed, strict=False)]
    learning = [place for place in range(predictions, len(needed)) if needed[place]]
    if learning:
        create_graph = torch.is_grad_enabled()
        with torch.enable_grad():
            value = evaluate(call)[0]
            tensors = [call.tensors()[place] for place in learning]
            gradients = torch.autograd.grad(value, tensors, upstream, create_graph=create_graph)
        for place, gradient in zip(learning, gradients, strict=True):
            found[place] = gradient
    return found
