"""The labelled equations of book/foundations.md (how to write an entry: test_equations.py)."""

from mpmath import mp
from references import REFERENCES

from equations import Random, equation

SQUARE = {r"\ell(\hat y, y)": REFERENCES["mse"].value}
# A model with one parameter, ŷ = θx, and its risk.
RISK = {r"\hat R": r"\frac1n \sum_{j=1}^n (\theta x_j - y_j)^2"}
MODEL = {**SQUARE, **RISK, r"\hat y_i": r"\theta x_i"}
SIGMOID = {"p": r"\frac{1}{1 + \exp(-z)}"}
# Curvature K, never more than L: where K = L, the step makes exactly the promised descent.
CURVED = {"f(w)": r"\frac{K}{2} w^2", "K": (0.2, 0.9), "L": (1, 2), r"\eta": (0.1, 0.5)}

equation("eq-empirical-risk", {**MODEL, r"\hat R(\theta)": RISK[r"\hat R"]})
PENALTY = r"\lambda (w_1^2 + w_2^2 + w_3^2 + w_4^2 + w_5^2)"
equation(
    "eq-objective", {"w_i": (-2, 2), r"\hat R(\theta)": r"\theta^2", r"J(\theta)": r"\theta^2 + " + PENALTY}
)
equation("eq-chain-rule", {r"\hat R": r"\frac1n \sum_{j=1}^n e_j^2", r"\hat y_i": r"\exp(\theta x_i)"})
equation("eq-surrogate-bound", points=[{"p": 0.5}], equivalent=[r"\tfrac13]"])
equation("eq-gaussian-nll", {r"p(y, \hat y, \sigma)": mp.npdf})
equation("eq-hinge-normalizer", {"u": (-3, 3)})
equation("eq-mean-minimizes", {"Y": Random([1, 2, 5], [0.25, 0.25, 0.5]), r"\mu": 3.25})
# Tight where u and v are on the same side of the kink.
equation("eq-convex", {"f(x)": r"\max(x, 2x)", "u": (-3, 3), "v": (-3, 3), r"\alpha": (0, 1)},
         points=[{"u": 3, "v": 1, r"\alpha": 0.25}, {"u": -3, "v": -1, r"\alpha": 0.75}])  # fmt: skip
equation("eq-step-quadratic", {"f(w)": r"\frac{L}{2} w^2", "L": (0.5, 2)})
equation("eq-descent", CURVED, points=[{"K": 2, "L": 2, r"\eta": eta, "w": 0.5} for eta in (0.1, 0.6, 1.8)])
equation("eq-brier-gradient", SIGMOID)
equation("eq-bce-gradient", SIGMOID)
equation("eq-weight-decay", {"g": (-2, 2)})
equation("eq-sum-gradient", MODEL)
equation("eq-unequal-batches", {"n_1": 3, "n_2": 2, r"\hat R": r"\frac15 \sum_{i=1}^5 e_i^2",
                                r"\hat R_1": r"\frac13 (e_1^2 + e_2^2 + e_3^2)",
                                r"\hat R_2": r"\frac12 (e_4^2 + e_5^2)"})  # fmt: skip
equation("eq-units")
