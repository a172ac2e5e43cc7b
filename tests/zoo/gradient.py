"""Broken losses for checks/gradient.py: gradients by hand, in place, upstream, curvature."""

import numpy as np
import torch
import torch.nn.functional as F

from .shared import (
    broken,
    expit,
    mean_square,
    mean_square_grad,
    rows_of,
    softplus,
    stable_bce,
    stable_bce_grad,
    torch_bce,
    torch_mse,
)


# The usual slip of a backward pass by hand; tests/equations exists because of it.
@broken(
    "wrong-gradient",
    "real",
    mean_square,
    grad=lambda p, t: -2 * (p - t) / len(p),
    fixed_grad=mean_square_grad,
)
def mse_gradient_with_the_sign_flipped(pred, target):
    return np.mean((pred - target) ** 2)


# The factor 2 of the square lost, as where ½e² and e² are mixed: optax has both l2_loss and squared_error.
@broken(
    "wrong-gradient", "real", mean_square, grad=lambda p, t: (p - t) / len(p), fixed_grad=mean_square_grad
)
def mse_gradient_without_the_2(pred, target):
    return np.mean((pred - target) ** 2)


# aprender#2182: the gradient does not follow the reduction, 1/N too many or missing.
@broken("wrong-gradient", "real", mean_square, grad=lambda p, t: 2 * (p - t), fixed_grad=mean_square_grad)
def mse_gradient_of_the_sum(pred, target):
    return np.mean((pred - target) ** 2)


# davisking/dlib#2552: the value of the focal loss lacks the factor that its gradient has.
@broken(
    "wrong-gradient",
    "logits",
    stable_bce,
    grad=lambda z, y: (expit(z) - y) * np.abs(y - expit(z)) ** 2 / len(z),
    fixed_grad=stable_bce_grad,
)
def focal_gradient_beside_a_bce_value(z, y):
    return np.mean(softplus(z) - y * z)


# An error found in a course: a boundary slope with the wrong sign.
@broken(
    "wrong-gradient",
    "real",
    lambda p, t: np.mean(np.where(abs(p - t) <= 1, (p - t) ** 2 / 2, abs(p - t) - 0.5)),
    grad=lambda p, t: np.where(abs(p - t) <= 1, p - t, np.sign(t - p)) / len(p),
    fixed_grad=lambda p, t: np.clip(p - t, -1, 1) / len(p),
)
def huber_with_the_wrong_sign_outside(pred, target):
    error = pred - target
    return np.mean(np.where(abs(error) <= 1, error**2 / 2, abs(error) - 0.5))


# The softmax taken for elementwise: p (1 − p) and no cross terms, a classic of backward passes by hand.
def _elementwise_softmax_gradient(z, y):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.eye(z.shape[1])[y] * (1 - p) / len(z)


@broken(
    "wrong-gradient",
    "class logits",
    lambda z, y: np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y]),
    grad=_elementwise_softmax_gradient,
    fixed_grad=lambda z, y: (
        (np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) - np.eye(z.shape[1])[y]) / len(z)
    ),
)
def cross_entropy_gradient_for_the_target_alone(z, y):
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), y])


# Atcold/torch-TripletEmbedding#6: the gradients of positive and negative mixed up.
def _triplet_squared(a, p, n):
    return np.maximum(0, ((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 1).mean()


def _triplet_grad(a, p, n, sign=1):
    active = (((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 1 > 0)[:, None] * 2 / len(a)
    return (n - p) * active, sign * (p - a) * active, sign * (a - n) * active


@broken(
    "wrong-gradient",
    "triplets",
    _triplet_squared,
    grad=lambda a, p, n: _triplet_grad(a, p, n, -1),
    fixed_grad=_triplet_grad,
)
def triplet_gradient_with_positive_and_negative_mixed_up(a, p, n):
    return np.maximum(0, ((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 1).mean()


# A weight taken out of the graph: detach() where the paper differentiates through the factor.
@broken(
    "wrong-gradient",
    "logits",
    lambda z, y: (torch.sigmoid(z - 2 * y * z) ** 2 * F.softplus(z - 2 * y * z)).mean(),
)
def focal_with_a_detached_factor(z, y):
    wrong = z - 2 * y * z
    return (torch.sigmoid(wrong).detach() ** 2 * F.softplus(wrong)).mean()


# The value rebuilt from a Python number: "element 0 of tensors does not require grad".
@broken("detached-gradient", "real", torch_mse)
def mse_through_item(pred, target):
    return torch.tensor(((pred - target) ** 2).mean().item(), dtype=pred.dtype)


# The same through NumPy, as in scikit-learn's metrics used as a loss.
@broken("detached-gradient", "logits", torch_bce)
def bce_through_numpy(z, y):
    z, y = z.detach().numpy(), y.numpy()
    return torch.tensor(np.mean(np.logaddexp(0, z) - y * z))


# The accuracy as a loss: argmax and thresholds have no slope.
@broken("flat", "logits", torch_bce)
def error_rate_as_a_loss(z, y):
    return ((z > 0) != (y > 0)).double().mean() + 0 * z.sum()


# NVIDIA-NeMo/Automodel#3918: masked_fill_ on the labels of the caller.
@broken("input-changed", "class logits", lambda z, y: rows_of(z, y).mean())
def cross_entropy_that_fills_its_labels(z, y):
    y = y.view(-1).masked_fill_(y == 0, 1)
    return rows_of(z, y).mean()


# NumPy: -= on the argument, "to save memory".
@broken(
    "input-changed",
    "class logits",
    lambda z, y: np.mean(
        np.logaddexp.reduce(z - z.max(1, keepdims=True), axis=1)
        - (z - z.max(1, keepdims=True))[np.arange(len(z)), y]
    ),
)
def cross_entropy_that_shifts_its_logits(z, y):
    z -= z.max(axis=1, keepdims=True)
    return np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(z)), y])


class _Squared(torch.autograd.Function):
    """Gradient in the forward pass; what arrives from above is honored, or not, or in its first number."""

    @staticmethod
    def forward(ctx, pred, target, upstream):
        ctx.save_for_backward(pred - target)
        ctx.upstream = upstream
        return (pred - target) ** 2

    @staticmethod
    def backward(ctx, grad_output):
        (error,) = ctx.saved_tensors
        if ctx.upstream == "ignored":
            return 2 * error, None, None
        if ctx.upstream == "first":
            return 2 * error * grad_output.reshape(-1)[0], None, None
        return 2 * error * grad_output, None, None


# Liger-Kernel#1298, #968: every gradient is multiplied by grad_output[0].
@broken("upstream-ignored", "real", lambda p, t: _Squared.apply(p, t, ""))
def squared_error_with_the_first_upstream(pred, target):
    return _Squared.apply(pred, target, "first")


# A loss scaler or a weight on the loss has no effect.
@broken("upstream-ignored", "real", lambda p, t: _Squared.apply(p, t, ""))
def squared_error_that_ignores_upstream(pred, target):
    return _Squared.apply(pred, target, "ignored")


class _Softplus(torch.autograd.Function):
    """The derivative is calculated in the forward pass, so it has no derivative itself."""

    @staticmethod
    def forward(ctx, z, exact):
        ctx.save_for_backward(z, torch.sigmoid(z))
        ctx.exact = exact
        return F.softplus(z)

    @staticmethod
    def backward(ctx, grad_output):
        z, slope = ctx.saved_tensors
        return grad_output * (torch.sigmoid(z) if ctx.exact else slope.detach()), None


# tensorflow#7403, #5876; pytorch#122198: the second derivative is silently 0.
@broken("second-derivative", "logits", lambda z, y: (_Softplus.apply(z, True) - y * z).mean())
def bce_with_a_slope_from_the_forward_pass(z, y):
    return (_Softplus.apply(z, False) - y * z).mean()
