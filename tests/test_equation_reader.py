# ruff: noqa: E501
"""The reader of equations itself: true ones pass, every change of a sign or digit fails, doubtful text is refused."""

import pytest
from equations import Equation, Pinned, Random, Unreadable
from references import REFERENCES
from test_equations import labelled, survivors

HUBER = {r"\ell_\delta(\hat y, y, \delta)": lambda p, t, delta: REFERENCES["huber"].value(p, t, delta)}
SQUARE = {r"\ell(\hat y, y)": lambda p, t: (p - t) ** 2}
RISK = {r"\hat R": r"\frac1n \sum_{j=1}^n (\hat y_j - y_j)^2"}
COIN = {"Y": Random([1, 2, 5], [0.25, 0.25, 0.5])}

TRUE = [
    (r"\frac{\partial \ell}{\partial \hat y} = 2(\hat y - y) = 2e", SQUARE),
    (r"\frac{\partial^2}{\partial \hat y^2}\, \ell(\hat y, y) = 2", SQUARE),
    (r"\frac{\partial^2 \ell}{\partial \hat y\,\partial y} = -2.", SQUARE),
    (r"\frac{\partial \hat R}{\partial \hat{y}_i} = \frac{2}{n}(\hat{y}_{i} - y_i)", RISK),
    (r"\ell_\delta(\hat y, y) = \begin{cases} \frac12 e^2 & \text{if } |e| \le \delta, \\ "
     r"\delta\left(|e| - \tfrac12\delta\right) & \text{otherwise.} \end{cases}", HUBER),
    (r"\ell_\delta(\hat y, y) = \begin{cases} e^2/2, & \lvert e \rvert \leq \delta \\ "
     r"\delta |e| - \delta^2/2, & |e| > \delta \end{cases}", HUBER),
    (r"\lim_{\delta\to\infty} \ell_\delta(\hat y, y) = \tfrac12 e^2, \qquad "
     r"\lim_{\delta\to 0^+} \frac{\ell_\delta(\hat y, y)}{\delta} = |e|", HUBER),
    (r"\frac{d}{dc} \sum_{i=1}^n |y_i - c| = \#\{i : y_i < c\} - \#\{i : y_i > c\} = \sum_{i : y_i<c} 1 - \sum_{i: c<y_i} 1", {}),
    (r"\operatorname*{arg\,min}_{c} \frac1n \sum_{i=1}^n (y_i - c)^2 = \bar y", {}),
    (r"\arg\min_c \sum_{i=1}^n |y_i - c| = \operatorname{median}(y_1, \dots, y_n)", {}),
    (r"\min_c \sum_{i=1}^n (y_i - c)^2 = \sum_{i=1}^n y_i^2 - n \bar y^2", {}),
    (r"-\log p(y \mid \hat y) = \log\sigma + \frac12 \log 2\pi + \frac{(y-\hat y)^2}{2\sigma^2}",
     {r"p(y, \hat y, \sigma)": r"\frac{1}{\sigma\sqrt{2\pi}} \exp\left(-\frac{e^2}{2\sigma^2}\right)"}),
    (r"\begin{aligned} \frac{\partial}{\partial \hat y} \log\cosh e &= \frac{\sinh e}{\cosh e} \\ &= \tanh e, \\ "
     r"\frac{\partial}{\partial \hat y} \tanh e &= 1 - \tanh^2 e \end{aligned}", {}),
    (r"\begin{aligned} (a + b)^2 &= a^2 + 2ab \\ &\quad + b^2 \end{aligned}", {"a": (1, 2), "b": (1, 2)}),
    (r"1 - \frac{2}{\pi} \approx 0.363, \quad \frac2\pi \approx 63.7\%, \quad \mathrm{e}^{-10} \approx 4.54 \times 10^{-5}", {}),
    (r"\mathbb{E}[(Y - c)^2] = \operatorname{Var}(Y) + (\mathbb{E}[Y] - c)^2", COIN),
    (r"\frac{d}{dc} \mathbb E[|Y - c|] = P(Y < c) - P(Y > c)", COIN),
    (r"\frac{1}{\sqrt{2\pi}} \int_{-\infty}^{\infty} x^2 \exp\left(-\frac{x^2}{2}\right) dx = 1", {}),
    (r"\theta_{t+1} = \theta_t - \eta \nabla J(\theta_t)",
     {r"J(\theta)": lambda v: v**2, r"\theta_t": [1, "0.8", "0.64"], r"\eta": "0.1", "t": range(1, 3)}),
    (r"\ell'(e) = \operatorname{sign}(e) \quad \text{if } e \ne 0, \qquad \ell''(e) = 0 \quad \text{if } e > 0", {r"\ell(e)": abs}),
    (r"\ell_{2\delta}(2e) = 4\, \ell_\delta(e), \quad \frac{1}{\cosh(e)^2} = 1 - \tanh^2 e", {r"\ell_\delta(e, \delta)": lambda e, delta: REFERENCES["huber"].value(e, 0, delta)}),
    (r"\rho_q(u) = \max(q u, (q-1) u) = u\,(q - \mathbf{1}[u < 0])",
     {"u": (-2, 2), r"\rho_q(u, q)": lambda u, q: q * u if u > 0 else (q - 1) * u}),
    (r"\underbrace{\left|a\right||b|}_{\text{apart}} = |ab|, \quad ||a| - |b|| \le |a - b|, \quad \|a\|^2 = a^2",
     {"a": (1, 2), "b": (-2, -1)}),
    (r"\prod_{i=1}^{n} \exp(e_i) = \exp\Bigl(\sum_{i=1}^{n} e_i\Bigr), \quad \log_2 8 = 3, \quad \sqrt[3]{27} = 3", {}),
    (r"\mathbb{E}_{(X, Y) \sim P}[X Y] = \mathrm{E}_X[X] \cdot \operatorname{E}_{Y}[Y]", {"X": Random([1, 4]), **COIN}),
    (r"R^2 = 1 - \frac{\text{MSE}}{\mathrm{Var}(Y)}, \quad \text{RMSE} = \sqrt{\text{MSE}}",
     {"R^2": r"\frac{\mathrm{Var}(Y) - \text{MSE}}{\mathrm{Var}(Y)}", r"\text{MSE}": (1, 2), r"\text{RMSE}": r"\text{MSE}^{1/2}", **COIN}),
    (r"q \in (0, 1), \qquad 12{,}000 = 12 \cdot 10^3, \qquad c^* = c^\star", {"c^*": (1, 2)}),
]  # fmt: skip
# Changes that leave one of these true, and have to be known as such.
EQUIVALENT = [
    r"0^-}", r"\frac2n \sum_{i=1}^n (y_i - c)^2 = \bar y", r"(y_i + c)^2 = \sum", r"e \ne 1", r"e > 1", r"e < 0",
    r"||a| + |b||", r"\le |a + b|", r"(0, 2)",
]  # fmt: skip


@pytest.mark.parametrize(("latex", "symbols"), TRUE)
def test_true_equations_pass_and_their_mutants_fail(latex, symbols):
    entry = Equation(symbols, [], [])
    entry.check(latex)
    left = [mutant for mutant, _ in survivors(entry, latex)]
    assert [mutant for mutant in left if not any(e in mutant and e not in latex for e in EQUIVALENT)] == []


@pytest.mark.parametrize(
    "latex",
    [
        r"a = b",  # no such symbols
        r"\frac{\partial \ell}{\partial \hat y} = 2e",  # no function
        r"\log e(1 - e) = 1",  # how far does the logarithm reach?
        r"1/2c = 1/2c",  # one half of c, or 1 over 2c?
        r"\sigma(z) = \sigma z",  # a product, or a function?
        r"c 2 = 2c",
        r"\mathbb{E}[y] = c",  # nothing random
        r"e \approx y",  # to how many digits?
        r"\left. e^2 \right|_{e=0} = 0",
        r"y \sim \hat y",
        r"c = c, \quad y",  # a part that says nothing
        r"\sum_{i=1} y_i = 1",
        r"c^2^2 = c",
        r"\frac{d^2 e}{d \hat y} = 0",
        r"y_1 + \dots + y_n = \sum_{i=1}^n y_i",
        r"[c]_+ = c",
        r"F^{-1}(c) = c",
    ],
)
def test_doubtful_text_is_refused(latex):
    with pytest.raises(Unreadable):
        Equation({"F(x)": abs}, [], []).check(latex)


@pytest.mark.parametrize(
    ("latex", "symbols"),
    [
        (r"\frac{\partial \ell}{\partial \hat y} = 2(y - \hat y)", SQUARE),
        (r"\frac{\partial \ell}{\partial y} = 2(\hat y - y)", SQUARE),
        (r"\hat R = \frac1n \sum_{i=1}^n \hat y_i - y_i^2", RISK),
        (r"\frac2\pi \approx 0.636", {}),
        (r"y_{0} = y_{0}", {}),
        (r"c = c \quad \text{if } c > 5", {}),  # never the case
        (r"\mathbb{E}[Y^2] = (\mathbb{E}[Y])^2", COIN),
        (r"|c| = \begin{cases} c & c > 0 \\ -c & c < 1 \end{cases}", {}),  # two cases apply
        (r"|c| = \begin{cases} c & c > 0 \\ -c & c < -1 \end{cases}", {}),  # none does
    ],
)
def test_false_equations_fail(latex, symbols):
    with pytest.raises(AssertionError):
        Equation(symbols, [], []).check(latex)


def test_a_pinned_equation_fails_when_its_text_or_its_sides_change():
    entry = Pinned("a = b", lambda: [(1, 1), (2, 2)], "")
    entry.check("a  =\nb")
    with pytest.raises(AssertionError, match="text"):
        entry.check("a = -b")
    with pytest.raises(AssertionError, match="is not"):
        Pinned("a = b", lambda: [(1, 2)], "").check("a = b")
    with pytest.raises(AssertionError, match="no sides"):
        Pinned("a = b", lambda: [], "").check("a = b")


def test_labels_are_found_wherever_myst_finds_them():
    page = (
        "$$ a = 1 $$ (eq-one)\n\n$$\nb = 2\n$$ (eq-two)\n\n```{math}\n:label: eq-three\nc = 3\n```\n\n"
        ":::{admonition} Trap\n:class: trap\nText\n\n$$\nd = 4\n$$ (eq-four)\n\n````{dropdown} Hint 1\n"
        "$$ f = 5 $$ (eq-five)\n````\n:::\n\n- item\n\n  $$ g = 6 $$ (eq-six)\n\n"
        "```{code-block} latex\n$$ h = 7 $$ (eq-seven)\n```\n\n$$ no = label $$\n\n```python\n$$ x $$ (eq-x)\n```\n"
    )
    assert {label: latex.strip() for label, latex in labelled(page)} == {
        "eq-one": "a = 1", "eq-two": "b = 2", "eq-three": "c = 3", "eq-four": "d = 4", "eq-five": "f = 5",
        "eq-six": "g = 6",
    }  # fmt: skip
