"""The labelled equations of book/margin.md (how to write an entry: test_equations.py)."""

from mpmath import mpf
from references import REFERENCES

from equations import equation, pinned

SIDES = [1, -1, 1, 1, -1]
SIDE = range(-1, 2, 2)

equation("eq-hinge", {r"\ell(s, y)": REFERENCES["hinge"].value, "s": (-3, 3), "y": SIDE})
equation("eq-geometric-margin", {r"\gamma": r"y \operatorname{sign}(w) (x + b / w)", "y": SIDE})
equation(
    "eq-margin-length",  # in one dimension: the distance of the boundary from the point with the score 1
    {r"\gamma": "|x + b / w|", "b": "1 - w x"},
)
equation("eq-margin-scale", {"M": (0.5, 3), "m": (-3, 3)})
equation(
    "eq-soft-margin",
    {
        "y_i": SIDES,
        "J": r"\lambda w w + \frac1n \sum_{i : y_i (w x_i + b) < 1} (1 - y_i (w x_i + b))",
    },
)
equation("eq-c-and-lambda", {"C": (0.5, 3), "h_i": (0, 2), r"\lambda": r"1 / (C (n + n))"})


@pinned(
    "eq-hinge-subdifferential",
    r"\partial \max(0, 1 - s) = \begin{cases} \{-1\} & \text{if } s < 1 \\ [-1, 0] & \text{if } s = 1 \\"
    r" \{0\} & \text{if } s > 1 \end{cases}",
    why="a set",
)
def _():
    def hinge(s):
        return max(mpf(0), 1 - s)

    def quotient(s, h):
        return (hinge(s + h) - hinge(s)) / h

    h = mpf("1e-9")
    yield quotient(mpf("0.5"), h), -1
    yield quotient(mpf(1), -h), -1  # the ends of the interval
    yield quotient(mpf(1), h), 0
    yield quotient(mpf(2), h), 0


equation("eq-hinge-max", {"m": (-3, 3), "a": (0, 1)})
equation(
    "eq-svm-dual",
    {"w": (-8, 8), "y_i": SIDES, "a_i": (0, 1), "x_i": (-2, 2), r"\lambda": (0.5, 2)},
    equivalent=[r"a_i (1 + y_i w x_i)"],  # w and −w are both tried
)


@pinned(
    "eq-support",
    r"\begin{gathered} 2 \lambda w = \frac1n \sum_{i=1}^n a_i y_i x_i \\ \text{with} \quad"
    r" \begin{cases} a_i = 1 & \text{if } m_i < 1 \\ 0 \le a_i \le 1 & \text{if } m_i = 1"
    r" \\ a_i = 0 & \text{if } m_i > 1 \end{cases} \end{gathered}",
    why="conditions on an optimum",
)
def _():
    """One feature, points at 1, 1/2 and 4 of the class +1: the optimum for three penalties."""
    x = [mpf(1), mpf("0.5"), mpf(4)]

    def slope(penalty, w, side):
        active = sum(v for v in x if v * (w + side) < 1)
        return 2 * penalty * w - active / 3

    tiny = mpf("1e-12")
    # λ = 1: w = 1/4 has the margins 1/4, 1/8, 1: the third is on the margin with a = 0
    # λ = 1/8: w = 1 has the margins 1, 1/2, 4: the first is on the margin, the second inside
    for penalty, w, a in [(mpf(1), mpf("0.25"), (1, 1, 0)), (mpf("0.125"), mpf(1), (mpf("0.25"), 1, 0))]:
        yield 2 * penalty * w, sum(c * v for c, v in zip(a, x, strict=True)) / 3
        assert slope(penalty, w, -tiny) < 0 < slope(penalty, w, tiny) + tiny  # w is the minimum
        for c, v in zip(a, x, strict=True):
            assert c == 1 if v * w < 1 else (0 <= c <= 1 if v * w == 1 else c == 0)


equation("eq-hinge-risk", {r"\pi": (0.1, 0.9), "s": (-1, 1)})
equation("eq-no-density", {"c": (0.1, 3)})
equation("eq-squared-hinge-best", {r"\pi": (0.1, 0.9), "s": (-2, 2)})
equation(
    "eq-multiclass-hinge",
    {
        "K": 5,
        "t": 2,
        "s_k": (-2, 2),
        r"\ell": r"\frac1K \left(\sum_{k=1}^K \max(0, 1 - s_t + s_k) - 1\right)",
    },
)
