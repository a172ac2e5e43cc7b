"""The labelled equations of book/foundations.md (how to write an entry: test_equations.py)."""

from mpmath import mp, mpf

from equations import Random, equation, pinned


def normal(y, mean, sigma):
    return mp.npdf(y, mean, sigma)


def sigmoid(z):
    return 1 / (1 + mp.exp(-z))


equation(
    "eq-empirical-risk",
    {
        r"\ell(\hat y, y)": lambda pred, target: mp.cosh(pred - target),
        r"\hat y_i": [1, 2, 3, 4, 5],
        "y_i": [1, 1, 1, 1, 1],
        r"\hat R(\theta)": lambda theta: (1 + mp.cosh(1) + mp.cosh(2) + mp.cosh(3) + mp.cosh(4)) / 5,
    },
)
equation(
    "eq-objective",
    {
        r"\hat R(\theta)": lambda theta: mpf(7),
        "w_j": [1, -2, 3, 0, 1],
        r"J(\theta, \lambda)": lambda theta, penalty: 7 + 15 * penalty,
    },
)
equation(
    "eq-surrogate-bound",
    {"p": (0.01, 0.99)},
    points=[{"p": 0.5}],
    equivalent=[r"\tfrac13"],  # weaker, and true
)
equation("eq-gaussian-nll", {r"p(y \mid \hat y, \sigma)": normal})
equation("eq-hinge-normalizer", {"u": (0.01, 0.99)})
equation("eq-mean-minimizes", {"Y": Random([1, 2, 5], [0.2, 0.3, 0.5]), r"\mu": 3.3})
equation(
    "eq-convex",
    {"f(x)": lambda x: mp.exp(x) - 3, "u": (-3, 3), "v": (-3, 3), r"\alpha": (0, 1)},
    points=[{r"\alpha": 0}, {r"\alpha": 1}],
)
equation("eq-step-quadratic", {"f(x)": r"\frac L2 x^2", "L": (0.5, 3)})
equation("eq-descent", {"f(x)": r"100 \log\cosh x", "L": 100, "w": (-0.3, 0.3), r"\eta": (0.005, 0.04)})
equation("eq-brier-gradient", {"p": r"\frac{1}{1 + \exp(-z)}", "y": range(2)})
equation("eq-bce-gradient", {"p": r"\frac{1}{1 + \exp(-z)}", "y": range(2)})
equation("eq-weight-decay", {"g": (-3, 3)})
equation(
    "eq-sum-gradient",
    {
        r"\ell(\hat y, y)": lambda pred, target: (pred - target) ** 2,
        r"\hat y_i": r"\theta x_i",
        r"\hat R": r"\frac1n \sum_{j=1}^n (\theta x_j - y_j)^2",
    },
)
equation(
    "eq-unequal-batches",
    {
        "n_1": 2,
        "n_2": 3,
        r"\hat R_1": "\\frac{y_1 + y_2}{2}",
        r"\hat R_2": "\\frac{y_3 + y_4 + y_5}{3}",
        r"\hat R": r"\bar y",
    },
)
equation("eq-units")


@pinned(
    "eq-chain-rule",
    r"\frac{\partial \hat R}{\partial \theta} = \sum_{i=1}^n \frac{\partial \hat R}{\partial \hat y_i} "
    r"\frac{\partial \hat y_i}{\partial \theta}",
    why="the risk is differentiated by the parameter and by the predictions that depend on it",
)
def _():
    x, y, theta = [mpf(1), mpf(-2), mpf(3)], [mpf(0), mpf(1), mpf(5)], mpf("0.7")

    def predictions(theta):
        return [mp.sin(theta * v) for v in x]

    def risk(pred):
        return mp.fsum((a - b) ** 4 for a, b in zip(pred, y, strict=True)) / 3

    def along(i, value):
        pred = predictions(theta)
        pred[i] = value
        return risk(pred)

    slopes = [mp.diff(lambda v, i=i: along(i, v), predictions(theta)[i]) for i in range(3)]
    moves = [mp.diff(lambda t, i=i: predictions(t)[i], theta) for i in range(3)]
    yield mp.diff(lambda t: risk(predictions(t)), theta), mp.fdot(slopes, moves)
