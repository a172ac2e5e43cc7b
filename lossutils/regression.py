"""Losses for a number: squared, absolute, Huber, log-cosh and quantile.

All are functions of the error e = pred − target. `pred` and `target` have the same shape, and so has the
unreduced loss. The units: if the target is in dollars, `mse` is in dollars², `mae` and `quantile` in dollars,
`huber` in dollars² with `delta` in dollars, and `log_cosh` expects an error without a unit.
"""

from .core import between_0_and_1, loss, positive, xp


@loss()
def mse(pred, target):
    """Mean squared error.

    ::

        loss = (pred − target)²
        grad = 2 (pred − target)
    """
    return (pred - target) ** 2


@mse.gradient
def _(pred, target):
    return 2 * (pred - target)


@loss()
def mae(pred, target):
    """Mean absolute error."""
    return abs(pred - target)


@mae.gradient
def _(pred, target):
    return xp.sign(pred - target)


@loss(delta=positive)
def huber(pred, target, *, delta=1.0):
    """Huber's loss."""
    error = abs(pred - target)
    return xp.where(error <= delta, 0.5 * error**2, delta * (error - 0.5 * delta))


@huber.gradient
def _(pred, target, *, delta=1.0):
    return xp.clip(pred - target, -delta, delta)


@loss()
def log_cosh(pred, target):
    """Logarithm of the hyperbolic cosine of the error."""
    error = abs(pred - target)
    near = xp.log1p(2 * xp.sinh(error / 2) ** 2)
    far = error + xp.log1p(xp.exp(-2 * error)) - 0.6931471805599453
    return xp.where(error < 1, near, far)


@log_cosh.gradient
def _(pred, target):
    return xp.tanh(pred - target)


@loss(q=between_0_and_1)
def quantile(pred, target, *, q=0.5):
    """Quantile (pinball) loss."""
    error = pred - target
    return xp.maximum((1 - q) * error, -q * error)


@quantile.gradient
def _(pred, target, *, q=0.5):
    sign = xp.sign(pred - target)
    return (1 - q) * xp.maximum(sign, 0) + q * xp.minimum(sign, 0)
