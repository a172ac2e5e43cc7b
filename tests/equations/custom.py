"""The labelled equations of book/custom.md (how to write an entry: test_equations.py)."""

import itertools

from mpmath import mp, mpf
from references import REFERENCES

from equations import equation, pinned

SIGMOID = {r"\sigma(z)": r"\frac{\exp(z)}{1 + \exp(z)}"}
SHARE = {r"\pi": (0.15, 0.85)}
COSTS = {"C": (0.5, 9), "A": (0.5, 3)}


def cost(z, y, C, A):
    return REFERENCES["cost_sensitive_bce"].value(z, y, C, A)


COST = {**SIGMOID, **COSTS, "y": (0, 1), r"\ell(z, y, C, A)": cost}

LATE = {r"\ell(\hat y, y)": lambda a, b: 4 * REFERENCES["quantile"].value(a, b, mpf(3) / 4)}
equation("eq-late", LATE, points=[{r"\hat y": 1, "y": 1}])
equation("eq-cost-bce", COST)
equation("eq-cost-odds", {**SIGMOID, **SHARE, **COSTS, "z": (-6, 6)})
equation("eq-cost-gradient", COST)
ENTROPY = {r"H(p)": lambda p: -mp.log(p**p * (1 - p) ** (1 - p))}
equation("eq-entropy-slope", {**SIGMOID, **ENTROPY})
CROSS_ENTROPY = r"\pi \log(1 + \exp(-c)) + (1 - \pi) \log(1 + \exp(c))"
MINUS_ENTROPY = r"\frac{\log(1 + \exp(-c))}{1 + \exp(-c)} + \frac{\log(1 + \exp(c))}{1 + \exp(c)}"
equation(
    "eq-confidence-best",
    {
        **SHARE, r"\beta": (-0.8, 0.8), "c": (-12, 12),
        "z": rf"\arg\min_c ({CROSS_ENTROPY} - \beta ({MINUS_ENTROPY}))",
        "p": r"\frac{1}{1 + \exp(-z)}",
    },
)  # fmt: skip
equation("eq-confidence-turn", {r"\beta": (-2, 2)})
equation(
    "eq-power",
    {r"\ell(\hat y, y, r)": lambda a, b, r: REFERENCES["power"].value(a, b, r), "r": (1, 3)},
    points=[{"r": 1}],
)
equation("eq-proportional-odds", {**SIGMOID, "b_k": (-2, 2), "k": range(1, 6)})
BETWEEN = {**SIGMOID, "a": (-3, -0.5), "b": (-0.4, 2)}
LINK = {r"\ell(z, a, b)": lambda z, a, b: REFERENCES["ordinal"].value(z, 1, thresholds=(a, b))}
equation("eq-ordinal-product", BETWEEN)
equation("eq-ordinal", {**BETWEEN, **LINK})
equation("eq-ordinal-gradient", {**BETWEEN, **LINK})
equation("eq-power-gradient", {r"\ell(\hat y, y, r)": r"|\hat y - y|^r", "r": (1.1, 3)})


@pinned(
    "eq-severity-rule",
    r"\pi\, C (1 + \bar s) > A (1 - \pi)",
    why="a rule for a decision",
)
def _():
    """The best of two decisions, from the expected cost over three severities."""
    C, A, severities = mpf(20), mpf(1), [mpf("0.1"), mpf("0.5"), mpf(1)]
    mean = sum(severities) / 3
    for share in (mpf("0.01"), mpf("0.03"), mpf("0.05")):
        leave = share * sum(C * (1 + s) for s in severities) / 3
        flag = A * (1 - share)
        yield mpf(leave > flag), mpf(share * C * (1 + mean) > A * (1 - share))


equation(
    "eq-severity-odds",
    {
        **SHARE, **COSTS, r"\bar s": (0, 1), "c": (-6, 6), "u": (-6, 6),
        "p": r"\frac{1}{1 + \exp(-\arg\min_u (\pi C \log(1 + \exp(-u)) + \pi C \bar s \log(1 + \exp(-u))"
        r" + A (1 - \pi) \log(1 + \exp(u))))}",
    },
)  # fmt: skip

# The cards; n = 5 pixels, K = 5 classes.
PIXELS = {"p_i": (0.05, 0.95), "y_i": (0, 1), "s": (0.1, 2)}


WRONG, BOTH = r"\sum_{t=1}^n (p_t + y_t - 2 p_t y_t)", r"\sum_{t=1}^n p_t y_t"

equation("eq-card-dice", {**PIXELS, r"\ell(p, y)": rf"\frac{{{WRONG}}}{{{WRONG} + 2 {BOTH} + s}}"})
equation("eq-card-jaccard", {**PIXELS, r"\ell(p, y)": rf"\frac{{{WRONG}}}{{{WRONG} + {BOTH} + s}}"})


@pinned(
    "eq-ctc",
    r"\ell = -\log \sum_{a : B(a) = y} \prod_{t=1}^T p_t(a_t)",
    why="a sum over paths",
)
def _():
    """Against the recursion of Graves et al., for three letters in six frames."""
    p = [[mpf(1 + (3 * t + k * k) % 5) for k in range(3)] for t in range(6)]
    p = [[x / sum(row) for x in row] for row in p]
    for text in ([1, 2], [1, 1], [2, 1, 2]):
        paths = [
            path
            for path in itertools.product(range(3), repeat=6)
            if [k for k, _ in itertools.groupby(path) if k] == text
        ]
        brute = -mp.log(sum(mp.fprod(p[t][k] for t, k in enumerate(path)) for path in paths))
        padded = [0, *itertools.chain(*((k, 0) for k in text))]
        alpha = [p[0][padded[0]], p[0][padded[1]]] + [mpf(0)] * (len(padded) - 2)
        for t in range(1, 6):
            alpha = [
                p[t][k]
                * (
                    alpha[s]
                    + (alpha[s - 1] if s else 0)
                    + (alpha[s - 2] if s > 1 and k and k != padded[s - 2] else 0)
                )
                for s, k in enumerate(padded)
            ]
        yield brute, -mp.log(alpha[-1] + alpha[-2])


@pinned(
    "eq-perceptual",
    r"\ell(\hat y, y) = \frac1n \sum_{i=1}^n (\phi_i(\hat y) - \phi_i(y))^2",
    why="features of a network",
)
def _():
    """With the identity as network it is the squared error; with a linear one, that of the projections."""
    a, b = [mpf(1), mpf(4)], [mpf(3), mpf(-1)]
    yield ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / 2, mpf(29) / 2
    yield (sum(a) - sum(b)) ** 2, mpf(9)


equation(
    "eq-wasserstein",
    {
        "F(x)": r"\frac{1}{1 + \exp(-x)}", "G(x)": r"\frac{1}{1 + \exp(\mu - x)}", "W": r"|\mu|",
        r"\mu": (0.5, 2),
    },
)  # fmt: skip
equation("eq-gan-slopes", {r"\sigma(d)": r"\frac{\exp(d)}{1 + \exp(d)}", "d": (-3, 3)})
equation(
    "eq-vae-kl",
    {
        r"\mu": (-1, 1), r"\sigma": (0.5, 1.5),
        "f(x)": r"\frac{1}{\sqrt{2\pi} \sigma} \exp(-\frac{(x - \mu)^2}{2 \sigma^2})",
        "g(x)": r"\frac{1}{\sqrt{2\pi}} \exp(-\frac{x^2}{2})",
    },
)  # fmt: skip
equation(
    "eq-card-distillation",
    {
        "K": 5, "T": (0.5, 4), "z_k": (-2, 2), "v_k": (-2, 2),
        "p_k": r"\frac{\exp(z_k / T)}{\sum_{i=1}^K \exp(z_i / T)}",
        "r_k": r"\frac{\exp(v_k / T)}{\sum_{i=1}^K \exp(v_i / T)}",
        r"\ell": r"T^2 \left(\sum_{k=1}^K r_k (v_k - z_k) / T - \log \sum_{i=1}^K \exp(v_i / T)"
        r" + \log \sum_{i=1}^K \exp(z_i / T)\right)",
    },
)  # fmt: skip
equation("eq-card-gce", {r"\ell(p, q)": lambda p, q: mp.quad(lambda u: u ** (q - 1), [p, 1])})
equation("eq-card-quantile", {r"\ell(\hat y, y, q)": lambda a, b, q: REFERENCES["quantile"].value(a, b, q)})
SPHERE = r"x_t / \sqrt{\sum_{k=1}^n x_k^2} - y_t / \sqrt{\sum_{k=1}^n y_k^2}"
equation("eq-card-cosine", {r"\ell(x, y)": rf"\frac12 \sum_{{t=1}}^n ({SPHERE})^2"})
