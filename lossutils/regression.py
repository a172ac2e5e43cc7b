"""Losses for a number: squared, absolute, Huber, log-cosh and quantile.

All are functions of the error e = pred − target, and all take a `pred` and a `target` of the same shape.
If the target is in dollars, `mae` and `quantile` are in dollars, `mse` and `huber` in dollars², `delta` is
in dollars, and `log_cosh` wants the error divided by a scale first, because cosh of a dollar has no meaning.
"""

from .cards import NUMBER, REAL, Card
from .engine.rules import between_0_and_1, positive
from .loss import loss
from .numerics import LOG_2, sign, xp

__all__ = ["huber", "log_cosh", "mae", "mse", "quantile"]


@loss()
def mse(pred, target):
    """Mean squared error; the constant that minimizes it is the mean.

    With e = pred − target::

        loss = e²
        grad = 2 e

    {parameters}

    {returns}

    {raises}

    Notes
    -----
    Convention: no factor ½, so the gradient is 2e. Texts that write ½e² have half of both.
    PyTorch: `F.mse_loss`. Keras: `MeanSquaredError`. optax: `squared_error` (`l2_loss` is half of it).
    scikit-learn: `mean_squared_error(y_true, y_pred)`, the target first.
    Source: Legendre (1805), Gauss (1809).

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([1.0, 0.9, 1.1]), np.array([2.0, 1.0, 0.0])
    >>> float(mse(pred, target).round(3))
    0.74
    >>> mse.grad(pred, target, reduction="sum").round(3)
    array([-2. , -0.2,  2.2])
    """
    error = pred - target
    yield error**2
    yield 2 * error


@loss()
def mae(pred, target):
    """Mean absolute error; a constant minimizes it exactly when it is a median.

    With e = pred − target::

        loss = |e|
        grad = sign(e)

    {parameters}

    {returns}

    {raises}

    Notes
    -----
    Convention: at e = 0 every slope between −1 and 1 is a subgradient; `mae.grad` is the smallest in size, 0.
    PyTorch: `F.l1_loss`. Keras: `MeanAbsoluteError`. optax: none.
    scikit-learn: `mean_absolute_error(y_true, y_pred)`, the target first.
    Source: Boscovich (1757), Bononiensi Commentarii 4; Laplace (1774).

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([1.0, 3.0, 5.0]), np.array([2.0, 3.0, 1.0])
    >>> mae(pred, target, reduction="none")
    array([1., 0., 4.])
    >>> mae.grad(pred, target, reduction="sum")
    array([-1.,  0.,  1.])
    """
    error = pred - target
    yield abs(error)
    yield sign(error)


@loss(delta=positive)
def huber(pred, target, *, delta=1.0):
    """Huber's loss: half the square of a small error, linear in a large one.

    With c the error e clipped to [−delta, delta]::

        loss = c (e − c/2)     = e²/2                        if |e| ≤ delta
                               = delta (|e| − delta/2)       otherwise
        grad = c

    {parameters}
    delta : float, default 1.0
        Where the square turns into the line, in the units of the target; positive and finite.

    {returns}

    {raises}

    Notes
    -----
    Convention: delta is the slope far out. As delta grows the loss becomes half of `mse`; as it shrinks the
    loss goes to 0, and loss / delta to `mae`. Smooth L1 with its parameter beta is huber(delta=beta) / beta.
    The first derivative is continuous, at |e| = delta too; the second jumps there from 1 to 0.
    PyTorch: `F.huber_loss`, and `F.smooth_l1_loss`, divided by beta. Keras: `Huber`. optax: `huber_loss`.
    scikit-learn's `HuberRegressor` counts its `epsilon` in units of a scale that it estimates.
    Source: Huber (1964), doi:10.1214/aoms/1177703732.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([0.5, 3.0]), np.array([0.0, 0.0])
    >>> huber(pred, target, delta=1.0, reduction="none")
    array([0.125, 2.5  ])
    >>> huber.grad(pred, target, delta=1.0, reduction="sum")
    array([0.5, 1. ])
    """
    error = pred - target
    clipped = xp.clip(error, -delta, delta)
    yield clipped * (error - 0.5 * clipped)
    yield clipped


@loss()
def log_cosh(pred, target):
    """Logarithm of the hyperbolic cosine of the error: a Huber loss without a corner in its slope.

    With e = pred − target::

        loss = log cosh(e)     ≈ e²/2 for small e, |e| − log 2 for large
        grad = tanh(e)

    {parameters}

    {returns}

    {raises}

    Notes
    -----
    The scale is built in: the error is large when it exceeds about 1, so divide target and prediction by the
    size of an ordinary error first. Near 0, log cosh(e) is computed as log1p(2 sinh²(e/2)), far out as
    |e| + log1p(exp(−2|e|)) − log 2: the first overflows far out, the second cancels near 0.
    PyTorch: none. Keras: `LogCosh`. optax: `log_cosh`; both use the second form everywhere.
    Source: Green (1990), doi:10.1109/42.52985.

    Examples
    --------
    >>> import numpy as np
    >>> target = np.zeros(3)
    >>> log_cosh(np.array([1e-4, 1.0, 1000.0]), target, reduction="none").round(9)
    array([5.00000000e-09, 4.33780830e-01, 9.99306853e+02])
    >>> log_cosh.grad(np.array([1e-4, 1.0, 1000.0]), target, reduction="sum").round(4)
    array([1.000e-04, 7.616e-01, 1.000e+00])
    """
    error = pred - target
    size = abs(error)
    near = xp.log1p(2 * xp.sinh(xp.clip(size, 0, 1) / 2) ** 2)
    far = size + xp.log1p(xp.exp(-2 * size)) - LOG_2
    yield xp.where(size < 1, near, far)
    yield xp.tanh(error)


@loss(q=between_0_and_1)
def quantile(pred, target, *, q=0.5):
    """Quantile (pinball) loss: a constant minimizes it exactly when it is a q-quantile.

    With e = pred − target::

        loss = (1 − q) e   if e ≥ 0   (predicted too much)
             = −q e        if e < 0   (predicted too little)
        grad = 1 − q       if e > 0,   −q if e < 0,   0 at e = 0

    {parameters}
    q : float, default 0.5
        The level of the quantile, one number strictly between 0 and 1. With q = 0.9 a prediction that is too
        low costs nine times one that is too high by as much.

    {returns}

    {raises}

    Notes
    -----
    Convention: at q = 0.5 the loss is half of `mae`. At e = 0 every slope between −q and 1 − q is a
    subgradient; `quantile.grad` is the smallest of them in size, 0.
    PyTorch, Keras, optax: none. scikit-learn: `mean_pinball_loss(y_true, y_pred, alpha=q)`, the target first.
    Source: Koenker and Bassett (1978), doi:10.2307/1913643.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([3.0, 1.0]), np.array([2.0, 2.0])
    >>> quantile(pred, target, q=0.9, reduction="none").round(6)
    array([0.1, 0.9])
    >>> quantile.grad(pred, target, q=0.9, reduction="sum").round(6)
    array([ 0.1, -0.9])
    """
    error = pred - target
    yield xp.maximum((1 - q) * error, -q * error)
    side = sign(error)
    yield (1 - q) * xp.maximum(side, 0) + q * xp.minimum(side, 0)


# In short

CARDS = {
    "mse": Card(
        task=NUMBER,
        formula=r"e^2",
        aims="mean",
        gradient="grows with the error, without end",
        outliers="one wild target can decide the fit",
        use="You want the mean: sums, budgets, expected values. The targets are checked.",
        not_for="Targets that may be wrong; a heavy tail whose mean nobody asks for.",
        red_flag="“MSE is what one uses for regression.” Nobody has asked which number is wanted.",
        output=REAL,
        torch="F.mse_loss(pred, target)",
        sklearn="mean_squared_error(target, pred)",
        optax="optax.squared_error(pred, target).mean()",
        keras="keras.losses.MeanSquaredError()(target, pred)",
        note="optax's `l2_loss` is half of it.",
    ),
    "mae": Card(
        task=NUMBER,
        formula=r"\lvert e\rvert",
        aims="median",
        gradient="±1, whatever the error; steps have to shrink",
        outliers="pull no harder than the others",
        use="You want the median, or a dollar of error counts a dollar wherever it falls.",
        not_for="Totals of skewed targets: medians do not add up to them.",
        red_flag="“MAE is MSE, but robust, so better.” It estimates another number.",
        output=REAL,
        torch="F.l1_loss(pred, target)",
        sklearn="mean_absolute_error(target, pred)",
        keras="keras.losses.MeanAbsoluteError()(target, pred)",
    ),
    "huber": Card(
        task=NUMBER,
        formula=r"\begin{cases} \frac12 e^2 & \text{if } \lvert e\rvert \le \delta \\"
        r" \delta (\lvert e\rvert - \frac12 \delta) & \text{otherwise} \end{cases}",
        aims="near the mean for a large δ, near the median for a small one",
        gradient="the error, capped at ±δ",
        outliers="pull with δ at most",
        use="Symmetric noise with some wild targets, and a smooth loss is wanted.",
        not_for="Skewed targets whose mean you need; a δ that nobody chose.",
        red_flag="“I take Huber”, with no δ and no unit. For prices in dollars, δ = 1 is as good as MAE.",
        output=REAL,
        torch="F.huber_loss(pred, target, delta=delta)",
        optax="optax.huber_loss(pred, target, delta=delta).mean()",
        keras="keras.losses.Huber(delta=delta)(target, pred)",
        note="PyTorch's `F.smooth_l1_loss(beta=δ)` is this divided by δ. scikit-learn's `HuberRegressor`"
        " counts its `epsilon` in units of a scale that it estimates.",
    ),
    "log_cosh": Card(
        task=NUMBER,
        formula=r"\log\cosh e",
        aims="near the mean if errors are far below 1, near the median if far above",
        gradient="tanh of the error",
        outliers="pull with 1 at most",
        use="As Huber, where a solver wants a second derivative that is continuous.",
        not_for="Errors in their own unit: divide by an ordinary error first.",
        red_flag="“It has no parameter to choose.” The scale is built in: far above 1 it is MAE.",
        output=REAL,
        torch="e = pred - target; (F.softplus(2 * e) - e - math.log(2)).mean()",
        optax="optax.log_cosh(pred, target).mean()",
        keras="keras.losses.LogCosh()(target, pred)",
        note="The three formulas lose all digits of a small error in float32; `lossutils` does not.",
    ),
    "quantile": Card(
        task=NUMBER,
        formula=r"\max((1 - q) e, -q e)",
        aims="q-quantile",
        gradient="1 − q above the target, −q below",
        outliers="pull no harder than the others",
        use="Too little and too much cost differently, or an interval is wanted.",
        not_for="One level read as the prediction; levels fitted one by one may cross.",
        red_flag="“The 90 % quantile holds for nine in ten of any group.” A fit sees to it over all;"
        " count in each.",
        output=REAL,
        torch="e = pred - target; torch.maximum((1 - q) * e, -q * e).mean()",
        sklearn="mean_pinball_loss(target, pred, alpha=q)",
        note="The order counts: with target and prediction swapped, q becomes 1 − q.",
    ),
}
