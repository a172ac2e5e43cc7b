"""Every sentence of the course about another library, executed.

A test stands for a sentence: `says` names the page and its anchor (or the file) and words of it, so that
whoever changes the sentence is led here, and whoever reads it finds the code. What chapter tests,
`test_choosing.py` (every line of code of the cards), `test_debugging.py` (what `check_loss` finds in PyTorch
and scikit-learn) and the notebooks already execute is not repeated. PyTorch, scikit-learn, SciPy and NumPy
are those of requirements.txt. The others are not required: their tests run where they are installed, and in
the weekly run:

    pip install -r tests/other_libraries.txt
    OTHER_LIBRARIES=required pytest tests/test_other_libraries.py tests/test_choosing.py
"""

import importlib
import inspect
import math
import os
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn import linear_model, metrics, svm
from sklearn.utils.class_weight import compute_class_weight

import lossutils

ROOT = Path(__file__).parents[1]
SENTENCES = []


def says(place, words):
    """The test below executes the sentence of this page and anchor, or of this file, with these words."""

    def mark(test):
        SENTENCES.append(pytest.param(place, words, id=f"{test.__name__}-{place}"))
        return test

    return mark


def stands(text, anchor, words):
    """Do the words stand in the text, after the anchor? Line breaks, the quotes of code and numbers aside."""
    if anchor:
        found = re.search(rf"\({anchor}\)=|:(?:label|name): {anchor}\b", text)
        text = text[found.end() :] if found else ""
    return " ".join(words.split()) in " ".join(re.sub(r'" *\n *"', "", text).split())


def test_a_changed_sentence_is_noticed():
    page = '(first)=\nOne\nsays `two`.\n\n(second)=\n"A note"\n   " in two parts."\n'
    assert stands(page, "first", "says `two`.") and stands(page, "", "One says")
    assert stands(page, "second", "note in two parts")
    assert not stands(page, "first", "says `three`.") and not stands(page, "second", "One says")
    assert not stands(page, "third", "One says")


def library(name):
    """A library that the course does not require."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    if os.environ.get("OTHER_LIBRARIES") == "required":
        return importlib.import_module(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason=f"{name} is no requirement; the weekly run has it")


def t(*numbers, dtype=torch.float64, grad=False):
    return torch.tensor(numbers, dtype=dtype, requires_grad=grad)


def default(function, parameter):
    return inspect.signature(function).parameters[parameter].default


def gradient(function, *numbers, **keywords):
    x = t(*numbers, grad=True, **keywords)
    function(x).sum().backward()
    return x.grad.tolist()


# --- NumPy and PyTorch: numbers -----------------------------------------------------------------------------


@says("regression.md#regression-traps", "NumPy and (with a warning) PyTorch subtract every target from every")
@says("catalog.py", "**N × N**, with a warning for numbers; cross-entropy: error")
def test_a_column_against_a_row_in_torch():
    column, row = torch.rand(3, 1), torch.rand(3)
    assert (column.numpy() - row.numpy()).shape == (3, 3)
    for loss in (F.mse_loss, F.l1_loss, F.huber_loss, F.smooth_l1_loss):
        with pytest.warns(UserWarning, match="broadcast"):
            assert loss(column, row, reduction="none").shape == (3, 3)
    for loss in (F.binary_cross_entropy, F.binary_cross_entropy_with_logits):
        with pytest.raises(ValueError, match=r"[Tt]arget size"):
            loss(column, row)
    assert F.hinge_embedding_loss(column, row.sign(), reduction="none").shape == (3, 3)  # and no warning


@says("regression.md#regression-traps", "an error of 300 has the square 90,000, beyond the largest number")
def test_the_square_of_300_in_float16():
    assert torch.finfo(torch.float16).max == np.finfo(np.float16).max == 65504
    assert F.mse_loss(t(300, dtype=torch.float16), t(0, dtype=torch.float16)) == math.inf
    with np.errstate(over="ignore"):
        assert np.float16(300) ** 2 == np.inf


@says("regression.md#absolute-error", "The one of smallest size is 0, which `mae.grad` and PyTorch return.")
@says("regression.md#regression-traps", "the gradient that PyTorch returns is 0")
def test_the_slope_of_mae_at_0():
    assert gradient(lambda x: F.l1_loss(x, t(0)), 0) == [0]


@says("regression.md#huber-loss", r"PyTorch's `smooth_l1_loss` with its parameter $\beta$ is")
@says("regression.py", "Smooth L1 with its parameter beta is huber(delta=beta) / beta.")
@says("catalog.py", "PyTorch's `F.smooth_l1_loss(beta=δ)` is this divided by δ.")
def test_smooth_l1_is_huber_divided_by_beta():
    x = t(-3, -0.2, 0, 0.7, 5)
    for beta in (0.3, 1.0, 2.0):
        ours = lossutils.huber(x, 0 * x, delta=beta) / beta
        assert F.smooth_l1_loss(x, 0 * x, beta=beta).item() == pytest.approx(ours.item(), rel=1e-14)
    assert F.smooth_l1_loss(x, 0 * x, beta=1e9) < 1e-7  # "goes to 0 for β → ∞"
    assert F.smooth_l1_loss(x, 0 * x, beta=1e-9).item() == pytest.approx(F.l1_loss(x, 0 * x).item())


@says("regression.md#regression-names", "the others have none")
@says("regression.py", "PyTorch, Keras, optax: none. scikit-learn: `mean_pinball_loss(y_true, y_pred,")
def test_names_that_torch_does_not_have():
    """What is behind "PyTorch: none" in the docstrings."""
    names = " ".join(
        x for x in [*dir(F), *dir(torch.nn)] if re.search("loss|entropy|div|hinge", x, re.I)
    ).lower()
    absent = (
        "quantile pinball cosh squared_hinge dice jaccard iou tversky focal contrastive infonce ntxent listnet"
    )
    for part in [*absent.split(), "listmle", "lambda", "ndcg", "ordinal", "generalized"]:
        assert part not in names, part
    of_classes = "multi_margin multilabel_margin multilabel_soft_margin soft_margin"
    of_others = "hinge_embedding margin_ranking triplet_margin triplet_margin_with_distance"
    found = {name for name in dir(F) if re.search("hinge|margin", name)}
    known = {f"{name}_loss" for name in f"{of_classes} {of_others}".split()}
    assert found == known  # no hinge of two classes among them


@says("custom.py", "whose second derivative at 0 is NaN for 1 < p < 2, and 0 instead of 2 for p = 2")
def test_the_second_derivative_of_a_power_in_torch():
    second = {}
    for p in (1.5, 1.9, 2.0, 3.0):
        e = t(0.0, grad=True)
        (slope,) = torch.autograd.grad(e.abs().pow(p).sum(), e, create_graph=True)
        (second[p],) = torch.autograd.grad(slope.sum(), e)
    assert second[1.5].isnan() and second[1.9].isnan()
    assert second[2.0] == 0 and second[3.0] == 0  # right for 3, wrong for 2


@says("notation.md#parameters-of-losses", "torch's `.var()` divides by $n - 1$")
def test_the_variance_of_torch_and_of_numpy():
    assert torch.arange(4.0).var() == pytest.approx(5 / 3) and np.arange(4.0).var() == 5 / 4


@says("notation.md#losses-and-risks", r"$\text{MSE} = \frac1n \sum_i e_i^2$, as in torch")
@says("notation.md#losses-and-risks", '`reduction="mean"`, the default')
@says("foundations.md#def-loss", "torch calls the mean over a batch a loss")
@says("foundations.md#pairing", "torch and Keras return the mean over the batch")
def test_torch_takes_the_mean():
    assert F.mse_loss(t(1, 3), t(0, 0)) == 5
    assert F.binary_cross_entropy_with_logits(t(0, 0), t(0, 1)) == pytest.approx(math.log(2))
    losses = [getattr(F, name) for name in dir(F) if re.search(r"_loss$|entropy|^kl_div$", name)]
    losses = [f for f in losses if "reduction" in inspect.signature(f).parameters]
    assert len(losses) > 15 and {default(f, "reduction") for f in losses} == {"mean"}


# --- PyTorch: optimizers ------------------------------------------------------------------------------------


def step(optimizer, slope, decay, lr=0.01):
    """Where a weight of 1 is after one step."""
    w = torch.nn.Parameter(t(1.0))
    w.grad = t(slope)
    optimizer([w], lr=lr, weight_decay=decay).step()
    return w.item()


@says("foundations.md#l2-penalty", "torch's `weight_decay` adds `weight_decay * w` to the gradient")
@says("foundations.md#ex-l2-step", "torch, which adds `weight_decay * w` to $g$")
@says("notation.md#losses-and-risks", "`weight_decay = 2 * penalty` in torch's `SGD`")
@says("foundations.md#fig-adamw", "`weight_decay=0.01` is an L2 penalty in `torch.optim.SGD` and `Adam` (of")
def test_weight_decay_is_in_the_gradient_of_sgd_and_adam():
    assert step(torch.optim.SGD, 10.0, 0.5) == pytest.approx(1 - 0.01 * (10 + 0.5))
    assert step(torch.optim.Adam, 10.0, 0.5) == pytest.approx(step(torch.optim.Adam, 10.5, 0.0), abs=1e-9)
    assert step(torch.optim.Adam, -0.1, 0.5) == pytest.approx(0.99)  # it turns the sign: "unless" of the page
    assert step(torch.optim.Adam, -0.1, 0.0) == pytest.approx(1.01)


@says("foundations.md#l2-penalty", "| 0.1 | 0.99 | 0.989 |")
@says("foundations.md#l2-penalty", "| 1 | 0.99 | 0.98 |")
@says("foundations.md#sol-adamw", "both at 0.99 for every `weight_decay`). AdamW takes the decay out (0.9899")
@says("foundations.md#sol-adamw", "torch multiplies the decay by η")
@says("notation.md", "`weight_decay` of AdamW")
def test_weight_decay_is_apart_in_adamw():
    for decay in (0.0, 0.01, 0.1, 1.0):
        assert step(torch.optim.Adam, 10.0, decay) == pytest.approx(0.99, abs=1e-9)
        assert step(torch.optim.AdamW, 10.0, decay) == pytest.approx(1 - 0.01 * decay - 0.01, abs=1e-9)
        assert step(torch.optim.AdamW, 0.0, decay, lr=0.1) == pytest.approx(1 - 0.1 * decay)


@says("foundations.md#ex-mean-or-sum", "clipping (`clip_grad_norm_`)")
def test_clipping_shortens_the_whole_gradient():
    w = torch.nn.Parameter(t(0.0, 0.0))
    w.grad = t(3000, 4000)
    torch.nn.utils.clip_grad_norm_([w], 1000)
    assert w.grad.tolist() == pytest.approx([600, 800])


# --- PyTorch: classes ---------------------------------------------------------------------------------------


@says("classification.md#multi-label", r"(PyTorch accepts the row of ones undivided. The gradient is then")
def test_a_target_of_several_ones():
    z, y = torch.randn(1, 5, dtype=torch.float64), t(1, 1, 0, 1, 0)[None]
    slope = torch.tensor(gradient(lambda x: F.cross_entropy(x[None], y), *z[0].tolist()))
    torch.testing.assert_close(slope.double(), 3 * z.softmax(1)[0] - y[0])


@says("classification.py", "forgotten, it is an error unless K = H = W")
@says("classification.md#classification-table", "PyTorch has the classes second, `(N, K, H, W)`")
@says("catalog.py", "PyTorch has the classes on axis 1, the others on the last.")
def test_the_classes_of_torch_come_second():
    labels = torch.zeros(2, 4, 5, dtype=torch.long)
    assert F.cross_entropy(torch.zeros(2, 3, 4, 5), labels).item() == pytest.approx(math.log(3))
    with pytest.raises(RuntimeError, match="size mismatch"):
        F.cross_entropy(torch.zeros(2, 4, 5, 3), labels)
    last = torch.zeros(2, 3, 3, 3)
    last[..., 0] = 9  # sure and right, but for the axis
    assert F.cross_entropy(last, torch.zeros(2, 3, 3, dtype=torch.long)) > 1


@says("classification.md#classification-table", "PyTorch's mean for multi-label divides by $N K$")
@says("debugging.md#silent-reduction", '`reduction="mean"` divides by $10 N$')
@says("classification.py", "whose mean divides by the number of elements whatever the `weight`")
@says("imbalance.md#imbalance-when", "`pos_weight` does not enter the denominator of the mean and")
@says("catalog.py", "With `pos_weight`, PyTorch and `lossutils` divide by the number of elements, not by")
def test_what_the_mean_of_torch_divides_by():
    z, y = torch.zeros(4, 10, dtype=torch.float64), torch.ones(4, 10, dtype=torch.float64)
    assert F.binary_cross_entropy_with_logits(z, y) == pytest.approx(math.log(2))
    assert F.binary_cross_entropy_with_logits(z, y, weight=3 * y) == pytest.approx(3 * math.log(2))
    assert F.binary_cross_entropy_with_logits(z, y, pos_weight=t(30)) == pytest.approx(30 * math.log(2))
    weight = t(30, 1)
    assert F.cross_entropy(
        torch.zeros(4, 2, dtype=torch.float64), torch.tensor([0, 0, 0, 1]), weight
    ).item() == (pytest.approx(math.log(2)))


@says("imbalance.md#imbalance-when", r"a batch of that class alone is $\frac00$, NaN in PyTorch")
def test_a_class_of_weight_0():
    assert F.cross_entropy(torch.zeros(2, 3), torch.tensor([1, 1]), weight=torch.tensor([1.0, 0, 1])).isnan()


@says("classification.md#silent-mistakes", "an error if one lies outside [0, 1], otherwise silently wrong")
@says("classification.md#silent-mistakes", "Above 1 PyTorch stops")
@says("classification.py", "which takes a target of 2 and returns a negative loss")
def test_probabilities_and_targets_out_of_range():
    for outside in (1.5, -0.5):
        with pytest.raises(RuntimeError, match="between 0 and 1"):
            F.binary_cross_entropy(t(outside), t(1))
    assert F.binary_cross_entropy(t(0.5), t(1)) > 0  # a logit of 0.5, taken for a probability
    assert F.binary_cross_entropy_with_logits(t(3), t(2)) < 0


@says("classification.md#sigmoid-saturation", "has an infinite loss in float32 (PyTorch says 100) where the")
def test_a_wrong_logit_of_20():
    p = torch.sigmoid(t(20, dtype=torch.float32))
    assert -torch.log(1 - p) == math.inf and F.binary_cross_entropy(p, 0 * p) == 100
    assert F.binary_cross_entropy_with_logits(t(20), t(0)) == pytest.approx(20)


@says("classification.md#sigmoid-saturation", r"$\sigma(-80) = 2\cdot10^{-35}$ in float32")
def test_the_sigmoid_has_room_towards_0():
    assert f"{torch.sigmoid(t(-80, dtype=torch.float32)).item():.0e}" == "2e-35"


@says("debugging.md#bug-nan", "`torch.log(0)` is −inf, and `F.nll_loss` of it is inf.")
def test_the_logarithm_of_0():
    assert torch.log(t(0)) == -math.inf
    assert F.nll_loss(t(0, 1)[None].log(), torch.tensor([0])) == math.inf


@says("debugging.md#bug-nan", r"has the right value at $p = 0$ and the gradient NaN")
@says("debugging.md#bug-nan", "the gradient at 0 is then 0. `torch.special.xlogy(p, p)` has the right value")
def test_where_and_xlogy_at_0():
    def naive(p):
        return torch.where(p > 0, p * torch.log(p), 0)

    def safe(p):
        return torch.where(p > 0, p * torch.log(torch.where(p > 0, p, 1)), 0)

    def xlogy(p):
        return torch.special.xlogy(p, p)

    assert [f(t(0)).item() for f in (naive, safe, xlogy)] == [0, 0, 0]
    slopes = [gradient(f, 0)[0] for f in (naive, safe, xlogy)]
    assert math.isnan(slopes[0]) and slopes[1] == 0 and math.isnan(slopes[2])


@says("debugging.md#silent-detached", "`.detach()`, `.item()`, `.detach().numpy()`, `torch.tensor(x)`,")
def test_where_the_graph_ends():
    x = t(1, grad=True)
    with pytest.raises(RuntimeError, match="numpy"):  # without .detach() torch notices
        x.numpy()
    with pytest.warns(UserWarning, match="copy construct"):
        assert not torch.tensor(x).requires_grad
    with torch.no_grad():
        assert not (2 * x).requires_grad
    assert not x.detach().requires_grad and isinstance(x.item(), float)


@says("debugging.md#check-your-own-loss", "the default of `kl_div`, for which PyTorch warns")
@says("debugging.md#ex-kl-of-logits", 'What does PyTorch\'s default `reduction="mean"` divide by?')
@says("catalog.py", 'PyTorch\\\'s `reduction="mean"` divides by N K.')
@says("custom.md#survey", 'its "mean" divides by $K$ as well')
def test_the_mean_of_kl_div():
    p, y = torch.full((2, 4), 0.25).log(), torch.tensor([[0.7, 0.1, 0.1, 0.1]] * 2)
    with pytest.warns(UserWarning, match="batchmean"):
        mean = F.kl_div(p, y)
    torch.testing.assert_close(F.kl_div(p, y, reduction="batchmean"), 4 * mean)


@says("custom.md#survey", "costs infinity; drop such pairs (in PyTorch `zero_infinity=True`)")
def test_a_text_that_needs_more_frames():
    frames = torch.zeros(3, 1, 2).log_softmax(2)
    arguments = torch.tensor([[1, 1]]), torch.tensor([2]), torch.tensor([2])
    assert F.ctc_loss(frames[:2], *arguments) == math.inf  # "aa" in two frames
    assert F.ctc_loss(frames[:2], *arguments, zero_infinity=True) == 0
    assert F.ctc_loss(frames, arguments[0], torch.tensor([3]), arguments[2]).isfinite()


@says("core.py", "under autocast pass `pred.float()`, which torch's own losses do by themselves")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_losses_of_torch_under_autocast(dtype):
    x = torch.rand(4, dtype=dtype)
    with torch.autocast("cpu", dtype=dtype):
        for loss in (F.mse_loss, F.l1_loss, F.huber_loss, F.binary_cross_entropy_with_logits):
            assert loss(x, x).dtype == torch.float32
        assert F.cross_entropy(x[None], torch.tensor([1])).dtype == torch.float32
        assert F.multi_margin_loss(x[None], torch.tensor([1])).dtype == torch.float32
        assert F.triplet_margin_loss(x[None], x[None], x[None]).dtype == torch.float32


# --- PyTorch: margins, embeddings, orders -------------------------------------------------------------------


@says("margin.md#hinge-kink", "| `torch.maximum(1 - s, zeros)` | −0.5 |")
@says("margin.md#hinge-kink", "| `torch.clamp(1 - s, min=0)` | −1 |")
@says("margin.md#hinge-kink", "| `torch.relu(1 - s)`, `lossutils.hinge` | 0 |")
def test_the_slope_at_the_kink():
    assert gradient(lambda s: torch.relu(1 - s), 1) == [0]
    assert gradient(lambda s: torch.maximum(1 - s, t(0)), 1) == [-0.5]
    assert gradient(lambda s: torch.clamp(1 - s, min=0), 1) == [-1]


@says("margin.md#many-classes", "`multiclass_hinge` follows PyTorch's `multi_margin_loss`")
@says("margin.py", "the sum over the wrong classes is divided by K, not by K − 1, and class weights do not")
def test_the_multiclass_hinge_of_torch():
    z, labels = torch.randn(5, 4, dtype=torch.float64), torch.tensor([0, 3, 1, 2, 2])
    rows = zip(z, labels, strict=True)
    by_hand = [sum(max(0, 1 - row[k] + row[j]) for j in range(4) if j != k) / 4 for row, k in rows]
    assert F.multi_margin_loss(z, labels).item() == pytest.approx(sum(by_hand).item() / 5)
    weight = t(1, 2, 3, 4)
    weighted = sum(w * x for w, x in zip(weight[labels], by_hand, strict=True))
    assert F.multi_margin_loss(z, labels, weight=weight).item() == pytest.approx(weighted.item() / 5)


@says("margin.md#hinge-when", "it takes a distance, and gives it back as the loss for a similar pair")
@says("catalog.py", "PyTorch's `F.hinge_embedding_loss` is something else.")
@says("margin.py", "PyTorch: none for two classes (`F.hinge_embedding_loss` is something else).")
def test_hinge_embedding_is_something_else():
    distances, pairs = t(0.3, 2.0, 0.3, 2.0), t(1, 1, -1, -1)
    assert F.hinge_embedding_loss(distances, pairs, reduction="none").tolist() == [0.3, 2.0, 0.7, 0.0]


@says("margin.md#margins-today", "in PyTorch `F.margin_ranking_loss` with `margin=1` (its default is 0)")
@says("ranking.md#ranking-names", "`F.margin_ranking_loss(s_i, s_j, ones, margin=1)`, whose default margin")
@says("ranking.py", "`F.margin_ranking_loss(s_i, s_j, ones, margin=1)`, whose default margin is 0.")
def test_margin_ranking():
    assert default(F.margin_ranking_loss, "margin") == 0
    high, low = t(0.2, 3, -1), t(0.0, 1, 0)
    hinge = lossutils.hinge(high - low, torch.ones(3, dtype=torch.float64))
    torch.testing.assert_close(F.margin_ranking_loss(high, low, t(1), margin=1), hinge)


@says("metric_learning.md#triplet-gradient", "PyTorch's `TripletMarginLoss` takes the distance")
@says("metric_learning.md#label-conventions", "distance, not squared, 1e-6 added")
@says("catalog.py", "PyTorch adds 1e-6 to each difference.")
@says("metric_learning.py", "which adds 1e-6 to each coordinate of the difference")
def test_the_triplet_of_torch():
    a, p, n = t(0, 0)[None], t(3, 4)[None], t(0, 1)[None]
    assert torch.nn.TripletMarginLoss()(a, p, n).item() == pytest.approx(5 - 1 + 1, abs=1e-5)  # squares: 25
    at_one_point = F.triplet_margin_loss(a, a, a).item()
    assert at_one_point == 1 and F.triplet_margin_loss(a, a, n, margin=1).item() != 0
    shifted = (p - a - 1e-6).norm() - (n - a - 1e-6).norm() + 1
    assert F.triplet_margin_loss(a, p, n).item() == pytest.approx(shifted.item(), rel=1e-14)


@says("metric_learning.md#label-conventions", "PyTorch `CosineEmbeddingLoss`, `lossutils.cosine_embedding` |")
@says("metric_learning.py", "Convention: target is ±1 as in PyTorch")
def test_the_cosine_embedding_of_torch():
    x, y = t(1, 0)[None], t(3, 4)[None]
    loss = torch.nn.CosineEmbeddingLoss(margin=0.5)
    assert loss(x, y, t(1)).item() == pytest.approx(0.4) and loss(x, y, t(-1)).item() == pytest.approx(0.1)


# --- scikit-learn and SciPy ---------------------------------------------------------------------------------


@says("regression.md#regression-names", "in Keras and scikit-learn the **target** does")
@says("catalog.py", "with target and prediction swapped, q becomes 1 − q")
@says("regression.md#regression-names", "For `quantile` and R² the order matters: swapped, $q$ becomes $1 -")
def test_the_target_comes_first_in_scikit_learn():
    for (
        name
    ) in "mean_squared_error mean_absolute_error mean_pinball_loss log_loss hinge_loss r2_score".split():
        assert next(iter(inspect.signature(getattr(metrics, name)).parameters)) == "y_true"
    y, f = np.array([1.0, 5, 2]), np.array([2.0, 3, 2])
    swapped = metrics.mean_pinball_loss(f, y, alpha=0.1)
    assert metrics.mean_pinball_loss(y, f, alpha=0.9) == pytest.approx(swapped)
    assert metrics.r2_score(y, f) != metrics.r2_score(f, y)


@says("catalog.py", "in `SGDRegressor`: **½ e²**")
def test_half_the_square_in_sgdregressor():
    model = linear_model.SGDRegressor(alpha=0.0, fit_intercept=False, learning_rate="constant", eta0=0.1)
    assert model.partial_fit([[1.0]], [1.0]).coef_ == pytest.approx(0.1)  # e² would step by 0.2


@says("regression.md#regression-names", "`HuberRegressor` counts `epsilon=1.35` in units of an estimated σ")
@says("regression.py", "scikit-learn's `HuberRegressor` counts its `epsilon` in units of a scale that it")
@says("catalog.py", "scikit-learn's `HuberRegressor` counts its `epsilon` in units of a scale that it")
def test_the_unit_of_huberregressor():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 1))
    y = x[:, 0] + rng.standard_t(2, size=200)
    one, thousand = (linear_model.HuberRegressor(alpha=0, tol=1e-9).fit(x, k * y) for k in (1, 1000))
    assert one.epsilon == 1.35
    assert thousand.coef_ / 1000 == pytest.approx(one.coef_, rel=1e-3)
    assert thousand.scale_ / 1000 == pytest.approx(one.scale_, rel=1e-3)


@says("regression.md#regression-names", "`mean_pinball_loss(alpha=q)` and `QuantileRegressor`")
def test_quantileregressor():
    y = np.arange(11.0)
    fitted = linear_model.QuantileRegressor(quantile=0.85, alpha=0).fit(np.zeros((11, 1)), y)
    assert fitted.intercept_ == pytest.approx(9)  # the eleven values have it at the tenth


@says("choosing.md#leaving-the-tree", "`F.poisson_nll_loss` in PyTorch, `PoissonRegressor` in scikit-learn")
def test_likelihoods_of_counts_and_amounts():
    log_rate, count = t(0.3, 1.2), t(1, 4)
    ours = (log_rate.exp() - count * log_rate).mean()
    torch.testing.assert_close(F.poisson_nll_loss(log_rate, count), ours)
    y = np.array([1.0, 2, 6])
    for model in (linear_model.PoissonRegressor(alpha=0), linear_model.GammaRegressor(alpha=0)):
        assert model.fit(np.zeros((3, 1)), y).predict([[0.0]]) == pytest.approx(3)


@says("foundations.md#fig-mean-sum", r"scikit-learn's `Ridge` uses the sum, so `alpha` is $n\lambda$")
def test_the_penalty_of_ridge():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    w = np.linalg.solve(x.T @ x / 30 + 0.7 * np.eye(2), x.T @ y / 30)  # mean of the squares + 0.7 |w|²
    assert linear_model.Ridge(alpha=30 * 0.7, fit_intercept=False).fit(x, y).coef_ == pytest.approx(w)


@says("imbalance.md#imbalance-when", r'`class_weight="balanced"`, $n / (K n_k)$')
@says("catalog.py", "it is scikit-learn's `class_weight={0: A, 1: C}`")
@says("custom.py", "scikit-learn: `class_weight={0: A, 1: C}`.")
def test_class_weights_of_scikit_learn():
    y = np.array([0, 0, 0, 0, 1, 2, 2])
    balanced = compute_class_weight("balanced", classes=np.arange(3), y=y)
    assert balanced == pytest.approx(7 / (3 * np.array([4, 1, 2])))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2))
    y = (x[:, 0] + rng.normal(size=60) > 0).astype(float)
    model = linear_model.LogisticRegression(
        C=1e9, tol=1e-10, max_iter=10_000, class_weight={0: 2, 1: 10}
    ).fit(x, y)
    slopes = lossutils.cost_sensitive_bce.grad(
        model.decision_function(x), y, false_negative_cost=10, false_positive_cost=2
    )
    assert np.column_stack([x, np.ones(60)]).T @ slopes == pytest.approx(0, abs=1e-4)


@says("catalog.py", "scikit-learn at the rounding error of its type")
@says("debugging.md#check-your-own-loss", "`sklearn.metrics.log_loss` | *clipped*")
def test_the_clip_of_log_loss():
    for kind in (np.float32, np.float64):
        loss = metrics.log_loss([1], np.array([[1.0, 0.0]], dtype=kind), labels=[0, 1])
        assert loss == pytest.approx(-math.log(np.finfo(kind).eps), rel=1e-6)


@says("catalog.py", "Give scikit-learn the `labels`: a batch may lack a class.")
@says("catalog.py", "label; list all in `labels`")
def test_a_batch_that_lacks_a_class():
    p = np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    with pytest.raises(ValueError, match="labels"):
        metrics.log_loss([0, 2], p)
    assert metrics.log_loss([0, 2], p, labels=[0, 1, 2]) == pytest.approx(math.log(2))


@says("catalog.py", "the weights in `cross_entropy`; N for `pos_weight`")
def test_weighted_means_of_scikit_learn():
    y, f, w = np.array([1.0, 2]), np.array([2.0, 5]), np.array([3.0, 1])
    assert metrics.mean_squared_error(y, f, sample_weight=w) == (3 * 1 + 1 * 9) / 4


@says("catalog.py", "any two labels")
def test_labels_of_scikit_learn():
    assert metrics.log_loss(["no", "yes"], [0.2, 0.8]) == pytest.approx(-math.log(0.8))


@says("margin.md#descent", "It also penalizes the bias, so give the data a constant feature")
@says("margin.md#descent", '`sklearn.svm.LinearSVC(loss="hinge")` solves the same problem by another route.')
def test_linearsvc_penalizes_the_bias():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, 2)) + 1
    y = np.where(x[:, 0] + rng.normal(size=60) > 1, 1.0, -1.0)
    settings = {"loss": "hinge", "C": 0.5, "tol": 1e-8, "max_iter": 10**6, "random_state": 0}
    own, constant = svm.LinearSVC(**settings).fit(x, y), np.column_stack([x, np.ones(60)])
    given = svm.LinearSVC(fit_intercept=False, **settings).fit(constant, y)
    assert np.append(own.coef_, own.intercept_) == pytest.approx(given.coef_[0], abs=1e-3)

    def objective(w):
        return w @ w / 2 + 0.5 * np.maximum(0, 1 - y * (constant @ w)).sum()

    best = objective(given.coef_[0])
    assert all(objective(given.coef_[0] + 0.02 * rng.normal(size=3)) > best for _ in range(50))


@says("margin.md#hinge-when", '| scikit-learn | `LinearSVC(loss="hinge")`, `SVC`, `SGDClassifier` |')
@says("margin.py", "scikit-learn: the default of `LinearSVC`.")
@says("margin.md#hinge-when", "squared hinge, the default of `LinearSVC`")
@says("catalog.py", "It is the default of scikit-learn's `LinearSVC`.")
def test_many_classes_of_the_machines_of_scikit_learn():
    assert svm.LinearSVC().loss == "squared_hinge" and linear_model.SGDClassifier().loss == "hinge"
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)), np.arange(40) % 4
    for model in (svm.LinearSVC(), linear_model.SGDClassifier()):
        assert model.fit(x, y).coef_.shape == (4, 3)  # one against the rest: a row of weights a class
    assert svm.SVC(kernel="linear").fit(x, y).coef_.shape == (6, 3)  # one against one: a row a pair


@says("catalog.py", "optax's `multiclass_hinge_loss` and scikit-learn's `hinge_loss` take the largest")
def test_the_multiclass_hinge_of_scikit_learn():
    scores = np.array([[0.5, 0.2, 0.4], [0.0, -3, -1]])
    assert metrics.hinge_loss([0, 0], scores, labels=[0, 1, 2]) == pytest.approx((0.9 + 0) / 2)


@says("ranking.md#ndcg", "scikit-learn says 0, LightGBM and XGBoost say 1")
@says("ranking.md#ndcg", "`lossutils.ndcg` and scikit-learn let tied documents share their discounts")
@says("ranking.md#ranking-names", "`ndcg_score(relevance, scores, k=10)`, linear gains")
@says("ranking.py", "Libraries give such a query 0 (scikit-learn) or 1 (LightGBM, XGBoost).")
@says("catalog.py", "The metric itself is `ndcg` here and `ndcg_score` in scikit-learn, whose gain is")
def test_ndcg_of_scikit_learn():
    assert metrics.ndcg_score([[0, 0, 0]], [[3.0, 2, 1]]) == 0
    mixed = metrics.ndcg_score([[0, 0, 0], [2, 0, 1]], [[3.0, 2, 1], [3.0, 1, 2]])
    assert mixed == 0.5  # "averaged into your number"
    orders = [metrics.ndcg_score([[2, 1, 0]], [s]) for s in ([3.0, 2, 1], [2.0, 3, 1], [3.0, 1, 2])]
    tie = metrics.ndcg_score([[2, 1, 0]], [[3.0, 3, 1]])
    assert min(orders) < tie < max(orders)
    gains, discounts = np.array([2.0, 1, 0]), 1 / np.log2([2, 3, 4])
    assert tie == pytest.approx((1.5 * discounts[:2].sum()) / (gains @ discounts))


@says("classification.py", "SciPy: `rel_entr(y, p)`.")
@says("catalog.py", "SciPy: `rel_entr(target, pred)`.")
def test_rel_entr():
    from scipy.special import rel_entr

    y, p = np.array([[0.9, 0.1, 0.0]]), np.array([[0.5, 0.2, 0.3]])
    assert rel_entr(y, p).sum() == pytest.approx(lossutils.kl_divergence(p, y))


@pytest.mark.parametrize(("place", "words"), SENTENCES)
def test_the_sentence_stands(place, words):
    path, _, anchor = place.partition("#")
    folder = "book" if path.endswith(".md") else "lossutils"
    text = (ROOT / folder / path).read_text(encoding="utf-8")
    unchanged = stands(text, anchor, words)
    assert unchanged, "the sentence has changed: read the test that executes it again"
