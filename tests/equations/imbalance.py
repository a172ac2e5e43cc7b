"""The labelled equations of book/imbalance.md (how to write an entry: test_equations.py)."""

from mpmath import mp

from equations import equation

SIGMOID = {r"\sigma(z)": r"\frac{\exp(z)}{1 + \exp(z)}"}
SHARE = {r"\pi": (0.15, 0.85)}


def focal(p, gamma):
    """Cross-entropy, times the factor, both from the odds."""
    odds = p / (1 - p)
    return mp.log(1 + 1 / odds) * (1 + odds) ** -gamma


FOCAL = {r"\ell(p, \gamma)": focal, r"\gamma": (0.5, 3)}
RISK = r"\pi (1 - c)^\gamma (-\log c) + (1 - \pi) c^\gamma (-\log(1 - c))"

equation("eq-best-constant", {**SHARE, "c": (-3, 3)})
equation("eq-cost-threshold", {"A": (0.5, 3), "C": (0.5, 9), "t": r"\frac{1}{1 + C / A}"})
equation(
    "eq-weighted-odds",
    {
        **SHARE, "w": (0.5, 3), "c": (0.01, 0.99),
        "p": r"\arg\min_c \left(-w \pi \log c - (1 - \pi) \log(1 - c)\right)",
    },
)  # fmt: skip
equation("eq-undo-weight", {**SHARE, "w": (0.5, 20), "p": r"\frac{w \pi}{w \pi + (1 - \pi)}"})
equation(
    "eq-weighted-threshold",
    {"t": (0.05, 0.9), "w": (0.5, 20), "t_w": r"\frac{1}{1 + \exp(-\log w - \log t + \log(1 - t))}"},
)
# Densities f and g of the two classes at one point.
equation(
    "eq-prior-shift",
    {
        **SHARE, r"\tilde \pi": (0.1, 0.9), "f": (0.1, 2), "g": (0.1, 2),
        "p": r"\frac{\pi f}{\pi f + (1 - \pi) g}",
        r"\tilde p": r"\frac{\tilde \pi f}{\tilde \pi f + (1 - \tilde \pi) g}",
    },
)  # fmt: skip
equation("eq-focal", FOCAL)
equation("eq-focal-slope-p", FOCAL)
equation("eq-focal-gradient", {**FOCAL, **SIGMOID, "p": r"\frac{\exp(z)}{1 + \exp(z)}"})
equation("eq-focal-ratio", {r"\gamma": (0.5, 3)})
equation("eq-focal-ratio-one")
equation(
    "eq-focal-odds",
    {**SHARE, r"\gamma": (0.5, 3), "c": (0.001, 0.999), "p": rf"\arg\min_c \left({RISK}\right)"},
)
MODERATION = {
    r"\ell(p, y, c, q)": lambda p, y, c, q: -c * y * mp.log(p)
    + (1 - y) * mp.quad(lambda u: u ** (q - 1), [1 - p, 1]),
    "c": (1, 9), "y": (0, 1), **SIGMOID,
}  # fmt: skip
equation("eq-moderation-loss", MODERATION)
equation("eq-moderation-gradient", {**MODERATION, "p": r"\frac{\exp(z)}{1 + \exp(z)}"})
equation(
    "eq-moderation-odds",
    {
        **SHARE, "q": (0.1, 0.8), "c": (0.5, 2), "u": (0.001, 0.999),
        "p": r"\arg\min_u \left(-c \pi \log u + (1 - \pi) \frac{1 - (1 - u)^q}{q}\right)",
    },
)  # fmt: skip

# n = 5 pixels.
PIXELS = {"p_i": (0.05, 0.95), "y_i": (0, 1), "s": (0.1, 2), "j": range(1, 6)}


def soft_dice(p, y, s):
    both, sizes = sum(a * b for a, b in zip(p, y, strict=True)), sum(p) + sum(y)
    return (sizes - 2 * both) / (sizes + s)


equation("eq-dice-jaccard", {"I": (0.1, 3), "U": (3, 9), "J": r"\frac{I}{U}", "D": r"\frac{2 I}{U + I}"})
DICE = r"1 - \frac{2 \sum_{t=1}^n p_t y_t + s}{s + \sum_{t=1}^n (p_t + y_t)}"
equation("eq-soft-dice", {**PIXELS, r"\ell(p, y)": DICE})
equation("eq-dice-gradient", {**PIXELS, r"\ell(p, y)": DICE})
UNION = r"\sum_{t=1}^n (p_t + y_t - p_t y_t)"
equation(
    "eq-jaccard-gradient",
    {**PIXELS, "U": UNION, "L": rf"1 - \frac{{\sum_{{t=1}}^n p_t y_t}}{{{UNION}}}"},
    equivalent=[r"\left(2 - \frac"],
)
equation(
    "eq-dice-threshold",
    {"I": (0.5, 3), "A": (3, 9), "Y": (3, 9), **SHARE, "D": r"\frac{2 I}{A + Y}"},
)
