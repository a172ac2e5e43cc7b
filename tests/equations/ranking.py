"""The labelled equations of book/ranking.md (how to write an entry: test_equations.py)."""

import random

from mpmath import mp, mpf
from references import REFERENCES, pairs, plackett_luce, shares, sigmoid, softplus

from equations import equation, pinned

RELEVANCE = [2, 0, 1, 0, 3]
SCORES = [mpf("0.4"), mpf("1.5"), mpf("-0.7"), mpf("0.1"), mpf("0.9")]


def discounts(scores):
    return [1 / mp.log(1 + sum(other >= x for other in scores), 2) for x in scores]


def slope(function, scores, k):
    return mp.diff(lambda x: function([*scores[:k], x, *scores[k + 1 :]]), scores[k])


equation(
    "eq-dcg",
    {"V": r"\sum_{j=1}^n D_j g_j", "g_i": [3, 0, 1, 0, 7], "D_i": [1, 0.63, 0.5, 0.43, 0.39]},
)
equation("eq-ndcg-by-hand", equivalent=[r"1 \cdot 0.632"])
equation("eq-swap", {r"\mu_i": [3, 0.5, 1, 0, 7], "D_i": [1, 0.63, 0.5, 0.43, 0.39], "i": 2, "j": 5})


@pinned(
    "eq-dcg-regret",
    r"V^* - V \le \sqrt{2 \sum_{k=1}^n D_k^2} \sqrt{\sum_{i=1}^n (s_i - \mu_i)^2}",
    why="the discounts are those of two orders",
)
def _():
    rng = random.Random(0)
    for _ in range(200):
        mu = [mpf(rng.choice([0, 1, 3])) for _ in range(5)]
        s = [m + mpf(rng.gauss(0, 1)) for m in mu]
        worth = [1 / mp.log(2 + k, 2) for k in range(5)]
        lost = mp.fdot(sorted(mu, reverse=True), worth) - mp.fdot(mu, discounts(s))
        errors = mp.fsum((a - b) ** 2 for a, b in zip(s, mu, strict=True))
        bound = mp.sqrt(2 * mp.fsum(w**2 for w in worth)) * mp.sqrt(errors)
        assert 0 <= lost <= bound
    yield (
        mp.fdot([3, 0], discounts([mpf(1), mpf(0)])) - mp.fdot([3, 0], discounts([mpf(0), mpf(1)])),
        (3 - 3 / mp.log(3, 2)),
    )


equation(
    "eq-pair-hinge",
    {
        r"\ell(d)": lambda d: REFERENCES["pairwise_hinge"].value([d, 0], [1, 0], 1),
        "d": (-3, 3),
    },
)
equation("eq-ranknet", {r"\sigma(x)": r"1 / (1 + \exp(-x))", "d": (-3, 3)})
equation("eq-ranknet-slope", {r"\sigma(x)": r"1 / (1 + \exp(-x))", "d": (-3, 3)})


@pinned(
    "eq-listnet-gradient",
    r"\frac{\partial}{\partial s_i} \left(-\sum_{j=1}^n y_j \log p_j\right) = p_i - y_i",
    why="p depends on all scores",
)
def _():
    y = shares([mpf(r) for r in RELEVANCE])
    p = shares(SCORES)
    for i in range(5):
        yield slope(lambda s: REFERENCES["listnet"].value(s, RELEVANCE), SCORES, i), p[i] - y[i]


@pinned(
    "eq-listmle",
    r"\ell = \sum_{i=1}^n \log\left(1 + \sum_{j : r_j < r_i} \exp(s_j - s_i)\right)",
    why="a sum over what another index selects",
)
def _():
    def displayed(s, r):
        n = range(len(s))
        return mp.fsum(mp.log(1 + mp.fsum(mp.exp(s[j] - s[i]) for j in n if r[j] < r[i])) for i in n)

    yield displayed(SCORES, RELEVANCE), plackett_luce(SCORES, RELEVANCE)
    e = [mp.exp(s) for s in SCORES[:3]]  # relevances 2, 0, 1: the order is 1, 3, 2
    product = e[0] / (e[0] + e[2] + e[1]) * e[2] / (e[2] + e[1])
    yield displayed(SCORES[:3], RELEVANCE[:3]), -mp.log(product)


def delta(i, j):
    """The change of NDCG itself, by exchanging two scores."""
    gain = [mpf(2) ** r - 1 for r in RELEVANCE]
    swapped = list(SCORES)
    swapped[i], swapped[j] = swapped[j], swapped[i]
    best = mp.fdot(gain, discounts([mpf(r) - mpf(k) / 100 for k, r in enumerate(RELEVANCE)]))
    return abs(mp.fdot(gain, discounts(SCORES)) - mp.fdot(gain, discounts(swapped))) / best


@pinned(
    "eq-delta-ndcg",
    r"\Delta_{ij} = \frac{|g_i - g_j| |D_i - D_j|}{V^*}",
    why="the discounts are those of places",
)
def _():
    gain, discount = [mpf(2) ** r - 1 for r in RELEVANCE], discounts(SCORES)
    best = mp.fsum(g / mp.log(2 + k, 2) for k, g in enumerate(sorted(gain, reverse=True)))
    for i, j in pairs(RELEVANCE):
        yield abs(gain[i] - gain[j]) * abs(discount[i] - discount[j]) / best, delta(i, j)


@pinned(
    "eq-lambda",
    r"\begin{aligned} \lambda_i = {} & -\sum_{j : r_j < r_i} \Delta_{ij} \sigma(s_j - s_i) \\"
    r" & + \sum_{j : r_j > r_i} \Delta_{ij} \sigma(s_i - s_j) \end{aligned}",
    why="sums over what another index selects",
)
def _():
    s, r = SCORES, RELEVANCE
    for i in range(5):
        displayed = -mp.fsum(delta(i, j) * sigmoid(s[j] - s[i]) for j in range(5) if r[j] < r[i])
        displayed += mp.fsum(delta(i, j) * sigmoid(s[i] - s[j]) for j in range(5) if r[j] > r[i])
        yield displayed, slope(lambda x: REFERENCES["lambdarank"].value(x, r), s, i)
        frozen = {pair: delta(*pair) for pair in pairs(r)}
        value = slope(lambda x, d=frozen: mp.fsum(d[i, j] * softplus(x[j] - x[i]) for i, j in pairs(r)), s, i)
        yield displayed, value
