"""The labelled equations of book/debugging.md (how to write an entry: test_equations.py)."""

from equations import equation

MEAN_ERROR = {r"\bar e": r"\frac1n \sum_{j=1}^n e_j", "e_i": (-3, 3)}

equation("eq-debug-chain")
equation("eq-clip-slope", {r"\varepsilon": (0.2, 0.6), "p": (0.1, 0.9)})
equation("eq-list-split", MEAN_ERROR)
equation("eq-list-shift", MEAN_ERROR)
equation("eq-overshoot", {"L": (0.5, 3)})
equation("eq-bias-pull", {r"\sigma(b)": r"\frac{\exp(b)}{1 + \exp(b)}"})
equation(
    "eq-triplet-pull",
    {"a": (-3, 3), "u": (-3, 3), "v": (-3, 3), "M": (0.5, 2)},
    equivalent=["^2 - M"],  # the margin has no slope
)
equation("eq-cast", {"y_j": (-3, 3), r"\bar y": r"\frac1n \sum_{k=1}^n y_k"})
equation("eq-kl-no-log", {"K": 5, "k": range(1, 6), "y_k": (0.1, 0.9), "p_k": (0.1, 0.9)})
equation("eq-padding", {r"\ell_i": (0, 3), "m_i": [1, 0, 1, 1, 0]})
equation("eq-chance", {"K": (2, 20)})
