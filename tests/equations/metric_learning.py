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


def cross_entropy(scores, target):
    """With a target that may be spread over several classes."""
    return log(sum(map(exp, scores))) - fdot(target, scores)


@pinned(
    "eq-supcon",
    r"\ell = -\frac1r \sum_{k \in P} \log \frac{\exp(s_k)}{\sum_{j=1}^N \exp(s_j)}",
    why="a sum over a set",
)
def _():
    scores, whole = [mpf(x) / 3 for x in (4, -2, 1, 0, 5)], mpf(0)
    for positives in ([0], [0, 2], [1, 3, 4]):
        r = len(positives)
        whole = sum(map(exp, scores))
        value = -sum(log(exp(scores[k]) / whole) for k in positives) / r
        yield value, cross_entropy(scores, [mpf(k in positives) / r for k in range(5)])
        assert value > log(r)
        far = [mpf(200 * (k in positives)) for k in range(5)]
        yield cross_entropy(far, [mpf(k in positives) / r for k in range(5)]), log(r)


@pinned(
    "eq-memory",
    r"\ell = \log \left(1 + \sum_{k=1}^B \exp(s_k - s)\right)",
    why="s is the own key, and no scale",
)
def _():
    own, stored = mpf("1.5"), [mpf(x) / 2 for x in (1, -3, 2, 0)]
    value = log(1 + sum(exp(s - own) for s in stored))
    yield value, cross_entropy([own, *stored], [1, 0, 0, 0, 0])


@pinned(
    "eq-sigmoid-pairs",
    r"\ell = \frac1N \sum_{i=1}^N \sum_{k=1}^N "
    r"\log\left(1 + \exp\left(-y_{ik} \left(\frac{c_{ik}}\tau + b\right)\right)\right)",
    why="a table",
)
def _():
    rng = random.Random(1)
    n, tau, b = 4, mpf("0.1"), mpf(-3)
    c = [[mpf(rng.uniform(-1, 1)) for _ in range(n)] for _ in range(n)]
    y = [[2 * (i == k) - 1 for k in range(n)] for i in range(n)]
    cells = [(i, k) for i in range(n) for k in range(n)]
    value = sum(log(1 + exp(-y[i][k] * (c[i][k] / tau + b))) for i, k in cells) / n
    p = {cell: 1 / (1 + exp(-(c[cell[0]][cell[1]] / tau + b))) for cell in cells}
    yield value, -sum(log(p[i, k] if i == k else 1 - p[i, k]) for i, k in cells) / n


def covariances(first, second):
    """Of each coordinate of one row of points with each of another, divided by n − 1."""
    n, d = len(first), len(first[0])
    means = [[sum(z[j] for z in points) / n for j in range(d)] for points in (first, second)]
    return [
        [
            sum((u[j] - means[0][j]) * (v[k] - means[1][k]) for u, v in zip(first, second, strict=True))
            / (n - 1)
            for k in range(d)
        ]
        for j in range(d)
    ]


def off_diagonal(table):
    return sum(x * x for j, row in enumerate(table) for k, x in enumerate(row) if j != k)


CLOUDS = {
    "point": [[mpf(0), mpf(0)]] * 4,
    "line": [[mpf(x), mpf(x)] for x in (-1, -1, 1, 1)],
    "square": [[mpf(x), mpf(y)] for x in (-1, 1) for y in (-1, 1)],
}


def of_one_view(c):
    d = len(c)
    narrow = sum(max(mpf(0), 1 - sqrt(c[j][j] + mpf("0.0001"))) for j in range(d))
    return 25 * narrow / d + off_diagonal(c) / d


@pinned(
    "eq-vicreg-cloud",
    r"f(C) = \frac{25}D \sum_{j=1}^D \max\left(0, 1 - \sqrt{C_{jj} + 0.0001}\right) "
    r"+ \frac1D \sum_{j \ne k} C_{jk}^2",
    why="a table",
)
def _():
    """By hand: a standard deviation of 0.01 in both coordinates; one covariance of 4/3, twice; nothing."""
    by_hand = {"point": 25 * (1 - mpf("0.01")), "line": (mpf(4) / 3) ** 2, "square": mpf(0)}
    for name, value in by_hand.items():
        yield of_one_view(covariances(CLOUDS[name], CLOUDS[name])), value


@pinned(
    "eq-vicreg",
    r"\ell = \frac{25}N \sum_{i=1}^N |z_i - z_i'|^2 + f(C) + f(C')",
    why="vectors",
)
def _():
    def vicreg(first, second):
        pairs = list(zip(first, second, strict=True))
        apart = sum((u[j] - v[j]) ** 2 for u, v in pairs for j in range(2))
        views = (of_one_view(covariances(view, view)) for view in (first, second))
        return 25 * apart / len(first) + sum(views)

    square = CLOUDS["square"]
    yield vicreg(square, [[x + mpf("0.2"), y] for x, y in square]), mpf(1)
    yield vicreg(CLOUDS["point"], CLOUDS["point"]), mpf("49.5")


@pinned(
    "eq-barlow",
    r"\ell = \sum_{j=1}^D (1 - R_{jj})^2 + 0.005 \sum_{j \ne k} R_{jk}^2",
    why="a table",
)
def _():
    def barlow(first, second):
        c, a, b = (covariances(*x) for x in ((first, second), (first, first), (second, second)))
        r = [[c[j][k] / sqrt(a[j][j] * b[k][k]) for k in range(2)] for j in range(2)]
        return sum((1 - r[j][j]) ** 2 for j in range(2)) + mpf("0.005") * off_diagonal(r)

    yield barlow(CLOUDS["line"], CLOUDS["line"]), mpf("0.01")
    yield barlow(CLOUDS["square"], CLOUDS["square"]), mpf(0)
    turned = [[-x, y] for x, y in CLOUDS["square"]]
    yield barlow(CLOUDS["square"], turned), mpf(4)


@pinned(
    "eq-hard-keys",
    r"\ell = -\log \frac{\exp(c_t / \tau)}"
    r"{\sum_{k=1}^N \left(\exp(c_k / \tau) + \exp(c_k^- / \tau)\right)}",
    why="a second row of cosines",
)
def _():
    tau, c, against = mpf("0.05"), [mpf(x) / 10 for x in (8, 1, -2)], [mpf(x) / 10 for x in (7, 0, 3)]
    whole = sum(exp(a / tau) + exp(b / tau) for a, b in zip(c, against, strict=True))
    scores = [x / tau for x in (*c, *against)]
    yield -log(exp(c[0] / tau) / whole), cross_entropy(scores, [1, 0, 0, 0, 0, 0])
