"""The labelled equations of book/regression.md (how to write an entry: test_equations.py)."""

from equations import equation


def huber(e, delta):
    """From the pull: it grows as e up to delta and stays there; the loss is the area under it."""
    inside = min(abs(e), delta)
    return inside * inside / 2 + delta * (abs(e) - inside)


def quantile(e, q):
    return (1 - q) * e if e > 0 else -q * e


HUBER = {r"\ell_\delta(e, \delta)": huber}
QUANTILE = {r"\ell_q(e, q)": quantile}
POSITIVE = {"y_i": (0.5, 3), "c": (0.3, 3.5)}

equation("eq-gaussian-noise")
equation("eq-mse", {r"\hat R": r"\frac1n \sum_{j=1}^n e_j e_j"})
equation("eq-mse-gradient", {r"\hat R": r"\frac1n \sum_{j=1}^n (\hat y_j - y_j)^2"})
equation("eq-mse-mean")
equation("eq-laplace-noise")
equation("eq-mae", {r"\hat R": r"\frac1n \sum_{j=1}^n \max(e_j, -e_j)"})
equation("eq-mae-count")
equation("eq-huber", HUBER)
equation("eq-huber-gradient", HUBER)
equation("eq-huber-join")
equation("eq-huber-limits", HUBER)
equation("eq-huber-density", {r"\ell_k(x, k)": huber, "k": range(1, 4, 2)})
equation(
    "eq-huber-scale",
    HUBER | {r"\ell_{t\delta}(e, t, \delta)": lambda e, t, d: huber(e, t * d), "t": (0.5, 2)},
)
equation("eq-quantile", QUANTILE)
equation("eq-quantile-count", QUANTILE)
equation("eq-asymmetric-laplace", QUANTILE)
equation("eq-log-cosh-gradient")
equation("eq-log-cosh-curvature")
equation("eq-log-cosh-stable")
equation("eq-sech-density")
equation("eq-leverage", HUBER)
equation("eq-fixed-step")
equation("eq-efficiency")
equation("eq-retransformation")
equation("eq-r2", {"R": r"\sqrt{1 - \frac{\sum_{j=1}^n e_j e_j}{\sum_{j=1}^n y_j y_j - n \bar y \bar y}}"})
equation("eq-relative", POSITIVE)
