"""The labelled equations of book/classification.md (how to write an entry: test_equations.py)."""

from mpmath import mp

from equations import Random, equation


def bce(p, y):
    """Minus the logarithm of the probability of y: p where y is 1, 1 − p where it is 0."""
    return -mp.log(p**y * (1 - p) ** (1 - y))


BCE = {r"\ell(p, y)": bce, r"\sigma(z)": r"\frac{\exp(z)}{1 + \exp(z)}", "y": (0, 1)}
# K = n = 5 classes: logits z_k and u_k, a softmax p_k, a target y_k that sums to 1.
SOFTMAX = {
    "K": 5, "z_k": (-2, 2), "u_k": (-2, 2), "p_k": r"\frac{1}{\sum_{i=1}^K \exp(z_i - z_k)}",
    "y_k": r"\frac{\exp(u_k)}{\sum_{i=1}^K \exp(u_i)}", "k": range(1, 6), "j": range(1, 6),
}  # fmt: skip
CROSS_ENTROPY = {**SOFTMAX, r"\ell(z, y)": r"\sum_{i=1}^K y_i \log \sum_{t=1}^K \exp(z_t - z_i)"}
# A student z, a teacher v, both softened by T.
SOFTENED = {
    **SOFTMAX, "T": (0.5, 4), "v_k": (-2, 2),
    r"\bar z": r"\frac1K \sum_{i=1}^K z_i", r"\bar v": r"\frac1K \sum_{i=1}^K v_i",
    "p_k": r"\frac{\exp(z_k / T)}{\sum_{i=1}^K \exp(z_i / T)}",
    "r_k": r"\frac{\exp(v_k / T)}{\sum_{i=1}^K \exp(v_i / T)}",
}  # fmt: skip

equation("eq-softmax-twice")
equation("eq-bernoulli", {"y": range(0, 2)})
equation("eq-bce", {r"\ell(p, y)": bce, "y": (0, 1)})
equation("eq-bce-slope-p", BCE)
equation("eq-sigmoid", {r"\sigma(z)": r"\frac{\exp(z)}{1 + \exp(z)}"})
equation("eq-bce-slope-logit", {**BCE, "p": r"\frac{\exp(z)}{1 + \exp(z)}"})
equation("eq-bce-curvature", {**BCE, "p": r"\frac{\exp(z)}{1 + \exp(z)}"})
equation("eq-softplus-bounds", {"m": (-4, 4)}, points=[{"m": 0}], equivalent=[r"\le \max(1", r"\log 3"])
equation("eq-softmax", SOFTMAX)
equation("eq-cross-entropy", CROSS_ENTROPY)
equation("eq-softmax-jacobian", SOFTMAX)
equation("eq-cross-entropy-gradient", CROSS_ENTROPY)
equation("eq-cross-entropy-chain", SOFTMAX)
equation("eq-two-classes", {"z_0": (-3, 3), "z_1": (-3, 3), r"\sigma(z)": r"\frac{\exp(z)}{1 + \exp(z)}"})
equation("eq-cross-entropy-curvature", SOFTMAX, points=[{"u_k": [1, 1, 1, 1, 1]}])
equation("eq-cross-entropy-kl", SOFTMAX)
equation("eq-proper", {r"\pi": (0.15, 0.85)})
equation("eq-brier", {r"\pi": 0.25, "Y": Random([0, 1], [0.75, 0.25])})
equation("eq-log-sum-exp", {**SOFTMAX, "M": r"\max(z_1, z_2, z_3, z_4, z_5)"})
equation("eq-softplus")
equation("eq-brier-pull")
equation(
    "eq-smoothing-gap",
    {
        "K": 5, "t": 2, "k": 4, r"\varepsilon": (0.05, 0.5), "z_k": r"\log p_k + \mu",
        "p_k": r"(1 - \varepsilon) \mathbf 1[k = t] + \varepsilon / K",
    },
)  # fmt: skip
equation("eq-distillation", SOFTENED)
equation("eq-distillation-limit", SOFTENED)
equation("eq-gce", {r"\ell_q(p, q)": lambda p, q: mp.quad(lambda u: u ** (q - 1), [p, 1])})
equation("eq-gce-gradient", {**SOFTMAX, "t": 2, "y_k": [0, 1, 0, 0, 0]}, equivalent=[r"\frac{2 - p_t^q}"])
equation("eq-mae-noise", {"K": (2, 9), r"\rho": (0, 0.9), "t": 2, "p_k": (0, 1)})
GCE_RISK = r"\pi \frac{1 - c^q}{q} + (1 - \pi) \frac{1 - (1 - c)^q}{q}"
equation(
    "eq-gce-odds",
    {r"\pi": (0.2, 0.8), "q": (0.1, 0.6), "c": (0.001, 0.999), "p": rf"\arg\min_c \left({GCE_RISK}\right)"},
)
equation("eq-multi-label", {"K": 5, "p_k": (0.1, 0.9), "y_k": [0, 1, 1, 0, 1]})
equation("eq-bce-gradient-exercise", {r"\sigma(z)": r"\frac{1}{1 + \exp(-z)}"})
equation("eq-gaussian-kl", {
    "a": (-1, 1), "b": (-1, 1), "s": (0.5, 1.5), "t": (0.5, 1.5),
    "f(x)": r"\frac{1}{\sqrt{2\pi} s} \exp(-\frac{(x - a)^2}{2 s^2})",
    "g(x)": r"\frac{1}{\sqrt{2\pi} t} \exp(-\frac{(x - b)^2}{2 t^2})",
})  # fmt: skip
