"""The labelled equations of book/metric_learning.md (how to write an entry: test_equations.py)."""

import random

from mpmath import exp, fdot, log, mpf, sqrt

from equations import equation, pinned

LOG_SUM = r"\log \sum_{j=1}^N \exp(s_j) - s_t"

equation(
    "eq-contrastive",
    {
        r"\ell(d, y, m)": lambda d, y, m: d * d if y == 1 else (m - d) ** 2 if d < m else mpf(0),
        "d": (0.1, 3),
        "m": (0.5, 2),
        "y": range(2),
    },
)
equation(
    "eq-contrastive-slope",
    {
        r"\ell": r"y d d + (1 - y) \max(0, m - d) \max(0, m - d)",
        "d": (0.1, 3),
        "m": (0.5, 2),
        "y": range(2),
    },
)
equation("eq-contrastive-best", {"d": (0, 4), "m": (0.5, 3), r"\pi": (0.1, 0.9)})
equation("eq-unit-distance", {"u": range(-1, 2, 2), "v": range(-1, 2, 2)})
equation(
    "eq-triplet",
    {
        r"\ell": r"\frac12 (d_p - d_n + m + |d_p - d_n + m|)",
        "d_p": (0, 2),
        "d_n": (0, 2),
        "m": (0.1, 1),
    },
)
equation(
    "eq-squared-triplet",
    {"x_a": (-2, 2), "x_p": (-2, 2), "x_n": (-2, 2), "m": (0.1, 1)},
    equivalent=[r"x_n)^2 - m"],  # a constant
)
equation(
    "eq-triplet-scale",
    {
        r"\ell": r"\max(0, d_p - d_n + m)",
        r"\alpha": (0.5, 2),
        "d_p": (1, 2),
        "d_n": (0, 1),
        "m": (0.1, 1),
    },
    equivalent=[r"\alpha d_n - m"],  # a constant
)
equation("eq-info-nce", {r"\ell": LOG_SUM, "s_k": (-3, 3), "N": 5, "t": 2})
equation(
    "eq-info-nce-slope",
    {
        r"\ell": LOG_SUM,
        "s_k": (-3, 3),
        "p_k": r"\exp(s_k) / \left(\sum_{j=1}^N \exp(s_j)\right)",
        "k": range(1, 6),
        "N": 5,
        "t": 2,
    },
)
equation(
    "eq-share",
    {
        "c_k": (-1, 1),
        r"\tau": (0.1, 1),
        "p_k": r"\exp(c_k / \tau) / \left(\sum_{j=1}^n \exp(c_j / \tau)\right)",
        "k": range(1, 6),
        "t": 2,
    },
)
equation(
    "eq-info-nce-floor",
    {
        r"\ell": r"\log \sum_{j=1}^N \exp(c_j / \tau) - c_t / \tau",
        "c_k": (-1, 1),
        r"\tau": (0.1, 2),
        "N": 5,
        "t": 2,
    },
    points=[{"c_k": [-1, 1, -1, -1, -1]}],
)


def batch_loss(queries, keys, tau):
    """The mean of InfoNCE over a batch."""
    losses = []
    for i, query in enumerate(queries):
        scores = [fdot(query, key) / tau for key in keys]
        losses.append(log(sum(exp(s - scores[i]) for s in scores)))
    return sum(losses) / len(losses)


def unit(vector):
    length = sqrt(fdot(vector, vector))
    return [x / length for x in vector]


@pinned(
    "eq-info-nce-simplex",
    r"\frac1N \sum_{i=1}^N \ell_i \ge \log \left(1 + (N - 1) \exp\left(-\frac{N}{(N - 1) \tau}\right)\right)",
    why="vectors",
)
def _():
    rng = random.Random(0)
    for n in (2, 3, 5):
        simplex = [unit([mpf(i == j) - mpf(1) / n for j in range(n)]) for i in range(n)]
        for tau in (mpf("0.1"), mpf("0.5"), mpf(2)):
            floor = log(1 + (n - 1) * exp(-n / ((n - 1) * tau)))
            yield batch_loss(simplex, simplex, tau), floor
            for dimension in (1, 2, 3) * 3:
                drawn = [unit([mpf(rng.gauss(0, 1)) for _ in range(dimension)]) for _ in range(2 * n)]
                assert batch_loss(drawn[:n], drawn[n:], tau) >= floor
                assert batch_loss(drawn[:n], drawn[:n], tau) >= floor - mpf("1e-30")


@pinned(
    "eq-mutual-information",
    r"I \ge \log N - \mathbb E[\ell]",
    why="an expectation over batches",
)
def _():
    """A batch of two pairs of bits, all four equally likely or not, for several similarities."""
    for agree in (mpf("0.5"), mpf("0.8"), mpf(1)):
        p = {(x, y): (agree if x == y else 1 - agree) / 2 for x in (0, 1) for y in (0, 1)}
        information = sum(w * log(4 * w) for w in p.values() if w)
        for scale in (mpf(0), mpf("0.5"), log(4), mpf(50)):
            loss = sum(
                w * v * log(1 + exp(scale * ((x == other) - (x == y))))
                for (x, y), w in p.items()
                for (_, other), v in p.items()
            )
            assert information >= log(2) - loss - mpf("1e-30") and log(2) - loss <= log(2)
            if agree == mpf("0.5") and scale == 0:
                yield log(2) - loss, information  # nothing to know, and nothing claimed
            if agree == 1 and scale == 50:
                yield (
                    loss,
                    log(2) / 2 + log(1 + exp(-scale)) / 2,
                )  # the other key is the same bit every second time


equation(
    "eq-temperature-limits",
    {
        r"\ell": r"\log \sum_{j=1}^N \exp(c_j / \tau) - c_t / \tau",
        "c_k": (-1, 1),
        r"\bar c": r"\frac1N \sum_{j=1}^N c_j",
        r"\tau": (0.1, 2),
        "N": 5,
        "t": 2,
    },
)
equation(
    "eq-false-negatives",  # the first false negative is the j-th
    {
        r"\phi": r"\sum_{j=1}^{N - 1} \frac1K \left(1 - \frac1K\right)^{j - 1}",
        "N": range(2, 9),
        "K": range(2, 9),
    },
)
