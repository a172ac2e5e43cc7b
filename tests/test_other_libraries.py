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

import ast
import functools
import importlib
import inspect
import json
import math
import operator
import os
import re
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn import linear_model, metrics, svm
from sklearn.utils.class_weight import compute_class_weight

import lossutils
from lossutils import catalog

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
    text = re.sub(r'" *\n *"', "", text).replace('\\"', '"')
    return " ".join(words.split()) in " ".join(text.split())


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
@says("cards", "**N × N**, with a warning for numbers; cross-entropy: error")
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
@says("cards", "PyTorch's `F.smooth_l1_loss(beta=δ)` is this divided by δ.")
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
    absent = "quantile pinball cosh squared_hinge dice jaccard iou tversky focal contrastive infonce"
    for part in [*absent.split(), "ntxent", "listnet", "listmle", "lambda", "ndcg", "ordinal", "generalized"]:
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
@says("cards", "PyTorch has the classes on axis 1, the others on the last.")
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
@says("cards", "With `pos_weight`, PyTorch and `lossutils` divide by the number of elements, not by")
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


@says("debugging.md#silent-half", "multiply the loss, in float32 (a float16 ends at 65,504)")
def test_a_scale_of_65536_needs_a_loss_in_float32():
    for kind, finite in ((torch.float16, False), (torch.float32, True)):
        x = t(math.log(10), dtype=kind, grad=True)  # the first loss of ten classes
        loss = 65536 * x.sum()
        loss.backward()
        assert torch.isfinite(loss).item() is torch.isfinite(x.grad).all().item() is finite


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
@says("cards", 'PyTorch\\\'s `reduction="mean"` divides by N K.')
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


@says("engine/texts.py", "under autocast it is returned in float32, as by torch's own losses")
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
@says("cards", "PyTorch's `F.hinge_embedding_loss` is something else.")
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
@says("cards", "PyTorch adds 1e-6 to each difference.")
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
@says("cards", "with target and prediction swapped, q becomes 1 − q")
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


@says("cards", "in `SGDRegressor`: **½ e²**")
def test_half_the_square_in_sgdregressor():
    model = linear_model.SGDRegressor(alpha=0.0, fit_intercept=False, learning_rate="constant", eta0=0.1)
    assert model.partial_fit([[1.0]], [1.0]).coef_ == pytest.approx(0.1)  # e² would step by 0.2


@says("regression.md#regression-names", "`HuberRegressor` counts `epsilon=1.35` in units of an estimated σ")
@says("regression.py", "scikit-learn's `HuberRegressor` counts its `epsilon` in units of a scale that it")
@says("cards", "scikit-learn's `HuberRegressor` counts its `epsilon` in units of a scale that it")
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
@says("cards", "it is scikit-learn's `class_weight={0: A, 1: C}`")
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


@says("cards", "scikit-learn at the rounding error of its type")
@says("debugging.md#check-your-own-loss", "`sklearn.metrics.log_loss` | *clipped*")
def test_the_clip_of_log_loss():
    for kind in (np.float32, np.float64):
        loss = metrics.log_loss([1], np.array([[1.0, 0.0]], dtype=kind), labels=[0, 1])
        assert loss == pytest.approx(-math.log(np.finfo(kind).eps), rel=1e-6)


@says("cards", "Give scikit-learn the `labels`: a batch may lack a class.")
@says("cards", "label; list all in `labels`")
def test_a_batch_that_lacks_a_class():
    p = np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    with pytest.raises(ValueError, match="labels"):
        metrics.log_loss([0, 2], p)
    assert metrics.log_loss([0, 2], p, labels=[0, 1, 2]) == pytest.approx(math.log(2))


@says("cards", "the weights in `cross_entropy`; N for `pos_weight`")
def test_weighted_means_of_scikit_learn():
    y, f, w = np.array([1.0, 2]), np.array([2.0, 5]), np.array([3.0, 1])
    assert metrics.mean_squared_error(y, f, sample_weight=w) == (3 * 1 + 1 * 9) / 4


@says("cards", "any two labels")
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
@says("cards", "It is the default of scikit-learn's `LinearSVC`.")
def test_many_classes_of_the_machines_of_scikit_learn():
    assert svm.LinearSVC().loss == "squared_hinge" and linear_model.SGDClassifier().loss == "hinge"
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)), np.arange(40) % 4
    for model in (svm.LinearSVC(), linear_model.SGDClassifier()):
        assert model.fit(x, y).coef_.shape == (4, 3)  # one against the rest: a row of weights a class
    assert svm.SVC(kernel="linear").fit(x, y).coef_.shape == (6, 3)  # one against one: a row a pair


@says("cards", "optax's `multiclass_hinge_loss` and scikit-learn's `hinge_loss` take the largest")
def test_the_multiclass_hinge_of_scikit_learn():
    scores = np.array([[0.5, 0.2, 0.4], [0.0, -3, -1]])
    assert metrics.hinge_loss([0, 0], scores, labels=[0, 1, 2]) == pytest.approx((0.9 + 0) / 2)


@says("ranking.md#ndcg", "scikit-learn says 0, LightGBM and XGBoost say 1")
@says("ranking.md#ndcg", "`lossutils.ndcg` and scikit-learn let tied documents share their discounts")
@says("ranking.md#ranking-names", "`ndcg_score(relevance, scores, k=10)`, linear gains")
@says("ranking.py", "Libraries give such a query 0 (scikit-learn) or 1 (LightGBM, XGBoost).")
@says("cards", "The metric itself is `ndcg` here and `ndcg_score` in scikit-learn, whose gain is")
def test_ndcg_of_scikit_learn():
    assert metrics.ndcg_score([[0, 0, 0]], [[3.0, 2, 1]]) == 0
    mixed = metrics.ndcg_score([[0, 0, 0], [2, 0, 1]], [[3.0, 2, 1], [3.0, 1, 2]])
    assert mixed == 0.5  # "averaged into your number"
    orders = [metrics.ndcg_score([[2, 1, 0]], [s]) for s in ([3.0, 2, 1], [2.0, 3, 1], [3.0, 1, 2])]
    tie = metrics.ndcg_score([[2, 1, 0]], [[3.0, 3, 1]])
    assert min(orders) < tie < max(orders)
    gains, discounts = np.array([2.0, 1, 0]), 1 / np.log2([2, 3, 4])
    assert tie == pytest.approx((1.5 * discounts[:2].sum()) / (gains @ discounts))


@says("ranking.md#ranking-names", "`label_ranking_loss` is a metric, the share of pairs in the wrong order")
def test_the_ranking_loss_of_scikit_learn():
    scores, relevance = np.array([[0.2, 0.3, 0.5, 0.1]]), np.array([[1, 0, 1, 0]])
    assert metrics.label_ranking_loss(relevance, scores) == 1 / 4  # one of the four pairs
    with pytest.raises(ValueError, match="not supported"):
        metrics.label_ranking_loss([[2, 0, 1]], [[0.2, 0.3, 0.5]])


@says("classification.py", "SciPy: `rel_entr(y, p)`.")
@says("cards", "SciPy: `rel_entr(target, pred)`.")
def test_rel_entr():
    from scipy.special import rel_entr

    y, p = np.array([[0.9, 0.1, 0.0]]), np.array([[0.5, 0.2, 0.3]])
    assert rel_entr(y, p).sum() == pytest.approx(lossutils.kl_divergence(p, y))


# --- optax and Keras ----------------------------------------------------------------------------------------


@pytest.fixture
def optax():
    return library("optax")


@pytest.fixture
def keras():
    library("jax")
    return library("keras")


def a(*numbers):
    """An array of jax, which optax and Keras take here."""
    return library("jax").numpy.array(numbers)


@says("regression.md#regression-names", "optax `squared_error` (its `l2_loss` is **half** of it)")
@says("regression.py", "optax: `squared_error` (`l2_loss` is half of it).")
@says("cards", "e²; `l2_loss`: **½ e²**")
def test_half_the_square_in_optax(optax):
    assert optax.squared_error(a(3.0)) == 9 and optax.l2_loss(a(3.0)) == 4.5


@says("regression.md#regression-names", "all with `delta=1.0`")
@says("regression.md#regression-traps", "The default δ of PyTorch, Keras and optax is 1")
def test_the_default_delta(optax, keras):
    assert default(F.huber_loss, "delta") == default(torch.nn.HuberLoss, "delta") == 1
    assert default(optax.huber_loss, "delta") == default(keras.losses.Huber, "delta") == 1


@says("regression.md#regression-names", "optax has none")
@says("regression.md#regression-names", "the others have none")
@says("custom.py", "Keras: `class_weight` in `fit`. optax: none.")
def test_names_that_optax_and_keras_do_not_have(optax, keras):
    """What is behind "optax: none" and "Keras: none" in the docstrings and in the tables."""
    of_optax = " ".join([*dir(optax), *dir(optax.losses)]).lower()
    absent = (
        "absolute quantile pinball squared_hinge softmax_focal jaccard tversky contrastive listnet listmle"
    )
    for part in [
        *absent.split(),
        "lambda_rank",
        "ndcg",
        "ordinal",
        "generalized_cross",
        "info_nce",
        "pairwise",
    ]:
        assert part not in of_optax, part
    of_keras = " ".join(dir(keras.losses)).lower()
    for part in "quantile pinball jaccard contrastive triplet ntxent infonce rank list ordinal".split():
        assert part not in of_keras, part
    assert "class_weight" in inspect.signature(keras.Model.fit).parameters


@says("regression.md#regression-names", "Here, in PyTorch and in optax the prediction comes first; in Keras")
def test_who_comes_first_in_optax_and_keras(optax, keras):
    first = {f: next(iter(inspect.signature(f).parameters)) for f in (optax.squared_error, optax.huber_loss)}
    assert set(first.values()) == {"predictions"}
    names = [n for n in vars(keras.losses) if n.islower() and n not in ("deserialize", "get", "serialize")]
    names = [n for n in names if not n.startswith("_")]
    first = {next(iter(inspect.signature(getattr(keras.losses, n)).parameters)) for n in names}
    assert len(names) > 15 and first <= {"y_true", "ref_labels"}


@says("regression.md#regression-traps", "`lossutils` refuses, and so does optax's `squared_error`; its")
@says("debugging.md#check-your-own-loss", "`huber_loss`, `log_cosh`, `hinge_loss` and the sigmoid losses")
@says("cards", "**N × N**, in most; `squared_error`: error")
def test_a_column_against_a_row_in_optax(optax):
    column, row = a([0.2], [0.6], [0.1]), a(0.0, 1.0, 1.0)
    for refuses in (optax.squared_error, optax.l2_loss):
        with pytest.raises(ValueError, match=r"[Ss]hape"):
            refuses(column, row)
    for name in "huber_loss log_cosh hinge_loss sigmoid_binary_cross_entropy sigmoid_focal_loss".split():
        assert getattr(optax, name)(column, row).shape == (3, 3), name


@says("cards", "squeezed, in most")
def test_a_column_against_a_row_in_keras(keras):
    column, row = a([0.2], [0.6]), a(0.0, 1.0)
    for name in "MeanSquaredError MeanAbsoluteError Huber LogCosh BinaryCrossentropy Hinge".split():
        loss = getattr(keras.losses, name)()
        assert float(loss(row, column)) == pytest.approx(float(loss(row[:, None], column)), rel=1e-6), name


@says("debugging.md#check-your-own-loss", "takes the label −1 for the last class")
def test_the_label_minus_1_in_optax(optax):
    def loss(label):
        return float(optax.softmax_cross_entropy_with_integer_labels(a([1.0, 2.0, 5.0]), a(label))[0])

    assert loss(-1) == loss(2) and math.isnan(loss(3))


@says("foundations.md#pairing", "optax one loss per example")
@says("cards", "mean; functions in small letters: the mean of each row")
@says("cards", "**one number an example**")
def test_what_optax_and_keras_return(optax, keras):
    ones, zeros = np.ones((3, 4)), np.zeros((3, 4))
    assert optax.squared_error(ones, zeros).shape == (3, 4)
    assert optax.softmax_cross_entropy(ones, zeros).shape == (3,)
    assert keras.losses.MeanSquaredError()(ones, zeros).shape == ()
    assert keras.losses.mean_squared_error(ones, zeros).shape == (3,)
    assert keras.losses.mean_squared_error(ones[0], zeros[0]).shape == ()


@says("foundations.md#pairing", "In Keras, logits need `from_logits=True`; without it they are taken for")
@says("cards", "**probabilities**, unless `from_logits=True`")
def test_what_keras_takes(keras):
    z, y = a([0.3], [-2.0]), a([1.0], [0.0])
    p = 1 / (1 + np.exp(-np.asarray(z)))
    of_logits = float(keras.losses.BinaryCrossentropy(from_logits=True)(y, z))
    assert float(keras.losses.BinaryCrossentropy()(y, p)) == pytest.approx(of_logits, rel=1e-5)
    for kind in "Binary BinaryFocal Categorical CategoricalFocal SparseCategorical".split():
        assert default(getattr(keras.losses, f"{kind}Crossentropy"), "from_logits") is False


@says("cards", "Keras clips p at 1e-7")
@says("classification.py", "Keras: `BinaryCrossentropy()` (p clipped to 1e-7).")
@says("classification.py", "Keras: `CategoricalCrossentropy()`, which rescales and clips p.")
@says("debugging.md#bug-nan", r"Keras clips probabilities at its `epsilon`, $10^{-7}$.")
def test_where_keras_clips(keras):
    limit = -math.log(1e-7)
    assert keras.config.epsilon() == 1e-7
    assert float(keras.losses.BinaryCrossentropy()(a(1.0), a(0.0))) == pytest.approx(limit, rel=1e-6)
    categorical = keras.losses.CategoricalCrossentropy()
    assert float(categorical(a([1.0, 0]), a([0.0, 1]))) == pytest.approx(limit, rel=1e-6)
    assert float(categorical(a([1.0, 0]), a([2.0, 6]))) == pytest.approx(math.log(4), rel=1e-6)


@says("regression.py", "Keras: `LogCosh`. optax: `log_cosh`; both use the second form everywhere.")
@says("cards", "The three formulas lose all digits of a small error in float32")
def test_log_cosh_of_a_small_error(optax, keras):
    small, zero = np.array([1e-4], dtype=np.float32), np.zeros(1, dtype=np.float32)
    names = {"F": F, "math": math, "pred": torch.tensor(small), "target": torch.tensor(zero)}
    assert eval("(F.softplus(2 * (pred - target)) - (pred - target) - math.log(2)).item()", names) != (
        pytest.approx(5e-9, rel=0.5)
    )
    before = keras.config.floatx()
    keras.config.set_floatx("float32")
    assert float(keras.losses.LogCosh(dtype="float32")(zero, small)) == 0
    keras.config.set_floatx(before)
    assert optax.log_cosh(small, zero)[0] == 0
    assert lossutils.log_cosh(small, zero) == pytest.approx(5e-9)


@says("cards", "divide by the sum of those of the targets, Keras by N.")
@says("cards", "**N**")
def test_weighted_means_of_keras(keras):
    weight = a(1.0, 0, 0, 0)
    assert float(keras.losses.MeanSquaredError()(np.zeros((4, 1)), np.ones((4, 1)), weight)) == 0.25
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    value = float(loss(np.zeros(4, dtype=int), np.zeros((4, 2)), sample_weight=weight))
    assert value == pytest.approx(math.log(2) / 4, rel=1e-6)


@says("margin.md#hinge-when", "0 becomes −1")
@says("margin.md#targets-of-zero-and-one", "Keras turns 0 into −1")
@says("margin.py", "which turns 0 and 1 into −1 and 1")
@says("cards", "Keras and scikit-learn read 0 as −1, optax and the line of PyTorch compute with the 0.")
@says("cards", "0 or 1; hinge: also −1 or 1")
def test_what_hinge_reads_in_a_0_in_keras_and_optax(optax, keras):
    scores = a(0.5, 0.5)
    for loss in (keras.losses.Hinge(), keras.losses.SquaredHinge()):
        assert float(loss(a(0.0, 1.0), scores)) == float(loss(a(-1.0, 1.0), scores))
    assert optax.hinge_loss(scores, a(0.0, 1.0)).tolist() == [1, 0.5]
    assert optax.hinge_loss(scores, a(-1.0, 1.0)).tolist() == [1.5, 0.5]


@says("margin.md#hinge-when", "(largest violation, but a negative score of a wrong class counts as 0)")
@says("margin.md#hinge-when", "`multiclass_hinge_loss` (largest violation)")
@says("margin.md#many-classes", "take the largest violation instead of the sum, as optax's")
@says("margin.py", "optax: `multiclass_hinge_loss` (Crammer and Singer). Keras: `CategoricalHinge()`, that")
def test_the_multiclass_hinges_of_optax_and_keras(optax, keras):
    for scores, largest, clipped in [
        ([0.5, 0.2, 0.4], 0.9, 0.9),
        ([-2.0, -3.0, -4.0], 0.0, 3.0),
        ([2.0, -3.0, -4.0], 0.0, 0.0),
    ]:
        of_optax = float(optax.losses.multiclass_hinge_loss(a(scores), a(0))[0])
        assert of_optax == pytest.approx(largest, abs=1e-6)
        of_keras = float(keras.losses.CategoricalHinge()(a([1.0, 0, 0]), a(scores)))
        assert of_keras == pytest.approx(clipped, abs=1e-6)


@says("imbalance.md#imbalance-when", r"`BinaryFocalCrossentropy` ($\alpha$ is off unless")
@says("cards", "Keras ignores alpha unless `apply_class_balancing=True`.")
@says("cards", "Keras multiplies by alpha = 0.25 by default, and takes one-hot targets.")
@says("imbalance.py", "`CategoricalFocalCrossentropy()`, the target first, alpha = 0.25 for all classes")
def test_the_alpha_of_keras(keras):
    y, p = a([1.0], [0.0]), a([0.3], [0.6])
    one, other = (float(keras.losses.BinaryFocalCrossentropy(alpha=x)(y, p)) for x in (0.25, 0.9))
    assert one == other
    balanced = keras.losses.BinaryFocalCrossentropy(alpha=0.9, apply_class_balancing=True)
    assert float(balanced(y, p)) != one
    for labels, row in (([1.0, 0], [0.3, 0.7]), ([0.0, 1], [0.7, 0.3])):
        loss = float(keras.losses.CategoricalFocalCrossentropy()(a(labels), a(row)))
        assert loss == pytest.approx(0.25 * 0.7**2 * -math.log(0.3), rel=1e-5)


@says("cards", "Keras' `Dice()` takes the whole batch as one image unless it is given an `axis`")
@says("cards", "in 3.15 its alpha multiplies the misses, against its own documentation.")
@says("imbalance.py", "in 3.15 its alpha multiplies the false negatives, against its own documentation")
def test_the_overlaps_of_keras(keras):
    y, p = np.array([[1.0, 1, 0, 0], [0, 0, 0, 1]]), np.array([[0.5, 0.9, 0.1, 0], [0, 0.2, 0.2, 0.6]])
    whole = float(lossutils.dice(p.reshape(1, -1), y.reshape(1, -1), smooth=1e-7))
    assert float(keras.losses.Dice()(y, p)) == pytest.approx(whole, abs=1e-6)
    assert float(keras.losses.Dice()(0 * y, 0 * p)) == 1  # ours: 0
    each = lossutils.dice(p, y, smooth=1e-7, reduction="none")
    assert np.asarray(keras.losses.Dice(axis=1, reduction="none")(y, p)) == pytest.approx(each, abs=1e-6)
    swapped = float(lossutils.tversky(p.reshape(1, -1), y.reshape(1, -1), alpha=0.1, beta=0.9, smooth=0))
    assert float(keras.losses.Tversky(alpha=0.9, beta=0.1)(y, p)) == pytest.approx(swapped, abs=1e-6)
    documented = inspect.getdoc(keras.losses.Tversky)
    assert re.search(r"alpha: [^\n]*false positives", documented)


@says("imbalance.py", "optax: `losses.binary_dice_loss`, of logits, whose smooth counts twice.")
@says("imbalance.py", "optax: `losses.dice_loss` with alpha and beta, of logits, for each class.")
def test_the_overlaps_of_optax(optax):
    z = np.array([[0.3, 2.0, -1.0, 0.1], [-1.0, 0.4, 0.2, -2.0]])
    y = np.array([[1.0, 1, 0, 0], [0, 0, 0, 1]])
    p = 1 / (1 + np.exp(-z))
    each = optax.losses.binary_dice_loss(a(*z.tolist()), y, smooth=0.5)
    assert np.asarray(each) == pytest.approx(lossutils.dice(p, y, smooth=1.0, reduction="none"), rel=1e-5)
    settings = {"alpha": 0.3, "beta": 0.6, "smooth": 0.5}
    each = optax.losses.dice_loss(a(*z.tolist())[..., None], y[..., None], **settings)
    assert np.asarray(each) == pytest.approx(lossutils.tversky(p, y, **settings, reduction="none"), rel=1e-5)


@says("classification.py", "Keras: `CategoricalGeneralizedCrossEntropy(q=0.5)` by default, the target first.")
@says("custom.md#survey", "`lossutils.generalized_cross_entropy`, Keras `CategoricalGeneralizedCrossEntropy`")
def test_the_generalized_cross_entropy_of_keras(keras):
    loss = keras.losses.CategoricalGeneralizedCrossEntropy
    p, labels = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]]), np.array([0, 2])
    assert default(loss, "q") == 0.5
    ours = lossutils.generalized_cross_entropy(p, labels, q=0.7)
    assert float(loss(q=0.7)(labels, p)) == pytest.approx(float(ours), rel=1e-5)


@says("cards", "Keras' `CosineSimilarity` is −c, optax's `cosine_distance` 1 − c.")
@says("custom.md#survey", "optax `cosine_distance`, Keras `CosineSimilarity` (minus the similarity)")
@says("metric_learning.py", "Keras: `CosineSimilarity`, −c. optax: `cosine_distance`, 1 − c.")
def test_cosines_of_optax_and_keras(optax, keras):
    x, y = a([1.0, 0]), a([3.0, 4])
    assert float(keras.losses.CosineSimilarity()(x, y)) == pytest.approx(-0.6, rel=1e-6)
    assert float(optax.cosine_distance(x, y)[0]) == pytest.approx(0.4, rel=1e-6)


@says("metric_learning.md#label-conventions", "optax `ntxent` | class labels | class labels | other")
@says("metric_learning.py", "optax: `ntxent` takes labels.")
def test_other_positives_of_ntxent(optax):
    x = np.random.default_rng(0).normal(size=(5, 3))
    labels = np.array([0, 0, 0, 1, 1])
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    e = np.exp(unit @ unit.T / 0.5)
    same = labels[:, None] == labels
    pairs = [(i, j) for i in range(5) for j in range(5) if i != j and same[i, j]]
    expected = np.mean([-math.log(e[i, j] / (e[i, j] + e[i][~same[i]].sum())) for i, j in pairs])
    assert float(optax.losses.ntxent(a(*x.tolist()), labels, 0.5)) == pytest.approx(expected, rel=1e-5)


@says("cards", "optax's `ranking_softmax_loss` takes the relevances themselves where y has its softmax.")
@says("ranking.md#ranking-names", "`ranking_softmax_loss`, the relevances in the place of $y$")
@says("ranking.py", "optax: `ranking_softmax_loss` has the relevances themselves in the place of y.")
def test_the_ranking_softmax_of_optax(optax):
    s, r = np.array([0.3, 1.0, -1.0]), np.array([2.0, 0.0, 1.0])
    expected = -r @ (s - np.log(np.exp(s).sum()))
    assert float(optax.losses.ranking_softmax_loss(a(*s), a(*r))) == pytest.approx(expected, rel=1e-5)


@says("cards", "logits; **logarithms** in `kl_divergence`")
@says("cards", "PyTorch and optax take log-probabilities")
@says("classification.py", "Keras: `KLDivergence()`, the target first. optax: `kl_divergence(log_p, y)`.")
def test_kl_of_optax_and_keras(optax, keras):
    p, y = np.array([[0.5, 0.5]]), np.array([[0.9, 0.1]])
    ours = pytest.approx(float(lossutils.kl_divergence(p, y)), rel=1e-5)
    assert float(optax.kl_divergence(np.log(p), y)[0]) == ours
    assert float(keras.losses.KLDivergence()(y, p)) == ours


@says("custom.md#survey", "`F.ctc_loss`, optax `ctc_loss`, Keras `CTC`")
def test_ctc_of_optax_and_keras(optax, keras):
    logits = np.zeros((1, 4, 3))
    # "ab" in four frames of three equally likely letters: the number of paths over 3⁴
    frames = torch.zeros(4, 1, 3).log_softmax(2)
    of_torch = F.ctc_loss(frames, torch.tensor([[1, 2]]), (4,), (2,), reduction="sum")
    expected = pytest.approx(of_torch.item(), rel=1e-4)
    assert optax.ctc_loss(logits, np.zeros((1, 4)), np.array([[1, 2]]), np.zeros((1, 2)))[0] == expected
    assert float(keras.losses.CTC()(np.array([[1, 2]]), logits)) == expected


@says("regression.md#regression-traps", "that of Keras on JAX is −1/n")
def test_the_slope_of_mae_at_0_in_keras(keras):
    jax = library("jax")
    if keras.backend.backend() != "jax":
        pytest.skip("Keras runs on another backend here")
    slope = jax.grad(lambda f: keras.losses.MeanAbsoluteError()(a(0.0, 0.0, 0.0), f))(a(0.0, 0.0, 0.0))
    assert np.asarray(slope) == pytest.approx(np.full(3, -1 / 3))


@says("choosing.md#sol-ported", "Huber has the same value, because it depends on $|e|$")
def test_huber_of_keras_swapped(keras):
    y, f = a(1.0, 5.0), a(2.0, 2.0)
    assert float(keras.losses.Huber()(y, f)) == float(keras.losses.Huber()(f, y))


# --- Others -------------------------------------------------------------------------------------------------


@says("imbalance.md#imbalance-when", r"`ops.sigmoid_focal_loss` ($\alpha = 0.25$ and no reduction by")
@says("imbalance.py", '`torchvision.ops.sigmoid_focal_loss` (alpha=0.25 by default, reduction "none")')
@says("cards", "torchvision's `sigmoid_focal_loss` has alpha = 0.25 and no reduction by default")
def test_the_focal_loss_of_torchvision():
    focal = library("torchvision").ops.sigmoid_focal_loss
    assert [default(focal, name) for name in ("alpha", "gamma", "reduction")] == [0.25, 2, "none"]
    z, y = t(0.3, -2.0, 1.0), t(1, 1, 0)
    ours = lossutils.focal(z, y, alpha=0.25, reduction="none")
    torch.testing.assert_close(focal(z, y), ours)


@says("imbalance.py", "MONAI: `DiceLoss`, smooth 1e-5.")
@says("imbalance.md#empty-masks", "as in MONAI: it decides what")
def test_the_dice_of_monai():
    loss = library("monai.losses").DiceLoss
    assert default(loss, "smooth_nr") == default(loss, "smooth_dr") == 1e-5
    p, y = torch.rand(2, 1, 3, 4, dtype=torch.float64), torch.randint(2, (2, 1, 3, 4)).double()
    ours = lossutils.dice(p.reshape(2, -1), y.reshape(2, -1), smooth=1e-5)
    torch.testing.assert_close(loss()(p, y), ours)


@says("metric_learning.md#label-conventions", "normalizes; contrastive terms not squared, and averaged over")
@says("metric_learning.py", "pytorch-metric-learning's `ContrastiveLoss` does not square the terms.")
def test_contrastive_of_pytorch_metric_learning():
    losses = library("pytorch_metric_learning.losses")
    x = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([0, 0, 1, 1, 2, 2])
    unit = F.normalize(x)
    d, same = torch.cdist(unit, unit), labels[:, None] == labels
    near, far = d[same & ~torch.eye(6, dtype=torch.bool)], (1 - d[~same]).clamp(min=0)
    assert (far == 0).any()
    torch.testing.assert_close(losses.ContrastiveLoss()(x, labels), near.mean() + far[far > 0].mean())


@says("metric_learning.py", 'its "all" leaves out the easy ones')
@says("metric_learning.py", "pytorch-metric-learning: `BatchHardMiner` and `TripletMarginLoss`.")
def test_miners_of_pytorch_metric_learning():
    miners = library("pytorch_metric_learning.miners")
    x = F.normalize(torch.randn(8, 3, generator=torch.Generator().manual_seed(1)))
    labels = torch.tensor([0, 0, 0, 1, 1, 2, 2, 2])

    def theirs(kind):
        found = miners.TripletMarginMiner(margin=0.5, type_of_triplets=kind)(x, labels)
        return set(zip(*(i.tolist() for i in found), strict=True))

    def ours(kind):
        found = lossutils.mine_triplets(x, labels, margin=0.5, kind=kind)
        return set(zip(*(i.tolist() for i in found), strict=True))

    for kind in ("hard", "semi-hard", "easy"):
        assert theirs(kind.replace("-", "")) == ours(kind)
    assert theirs("all") == ours("all") - ours("easy") != ours("all")
    losses = library("pytorch_metric_learning.losses")
    hardest = miners.BatchHardMiner()(x, labels)
    mean = library("pytorch_metric_learning.reducers").MeanReducer()
    loss = losses.TripletMarginLoss(margin=2.5, reducer=mean)
    ours = lossutils.batch_hard_triplet(x, labels, margin=2.5)
    torch.testing.assert_close(loss(x, labels, hardest), ours)


@says("metric_learning.py", "pytorch-metric-learning: `NTXentLoss`.")
def test_ntxent_of_pytorch_metric_learning():
    losses = library("pytorch_metric_learning.losses")
    z = torch.randn(2, 4, 3, dtype=torch.float64)
    theirs = losses.NTXentLoss(temperature=0.5)(torch.cat([*z]), torch.arange(4).repeat(2))
    torch.testing.assert_close(theirs, lossutils.nt_xent(*z, temperature=0.5))


@says("cards", "R's `polr` and statsmodels' `OrderedModel(distr=\"logit\")` fit the same model.")
@says("custom.py", 'Python: `statsmodels` `OrderedModel(distr="logit")`.')
def test_orderedmodel_of_statsmodels():
    model = library("statsmodels.miscmodels.ordinal_model").OrderedModel
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 1))
    y = np.digitize(x[:, 0] + rng.logistic(size=200), [-1, 1])
    fitted = model(y, x, distr="logit").fit(disp=0, method="bfgs")
    thresholds = fitted.model.transform_threshold_params(fitted.params[-2:])[1:-1]
    ours = lossutils.ordinal(x[:, 0] * fitted.params[0], y, thresholds=thresholds, reduction="sum")
    assert fitted.llf == pytest.approx(-ours)


QUERIES, GRADES = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 3
SCORES, RELEVANCE = np.array([[0.2, 0.9, 0.4]]), np.array([[3, 0, 1]])


@says("ranking.md#ndcg", "LightGBM and XGBoost say 1")
@says("ranking.md#ranking-names", "| LightGBM, XGBoost | `lambdarank`, `rank:ndcg`, `rank:pairwise` |")
@says("ranking.md#ranking-names", "`ndcg@10`, exponential gains")
@says("ranking.py", 'LightGBM: `objective="lambdarank"`; XGBoost: `rank:ndcg`; both rescale the lambdas and')
def test_ranking_of_lightgbm():
    lightgbm = library("lightgbm")

    def evaluated(labels, objective="lambdarank", group=(20, 20), **settings):
        found, settings = {}, {"verbose": -1, "min_data_in_leaf": 1, **settings}
        data = lightgbm.Dataset(QUERIES, GRADES, group=[20, 20])
        seen = lightgbm.Dataset(QUERIES[: len(labels)], labels, group=list(group), reference=data)
        settings |= {"objective": objective, "metric": "ndcg", "eval_at": [10], "num_threads": 1}
        model = lightgbm.train(
            settings, data, 1, valid_sets=[seen], callbacks=[lightgbm.record_evaluation(found)]
        )
        return model, found["valid_0"]["ndcg@10"][0]

    assert evaluated(np.zeros(40))[1] == 1  # nothing is relevant
    model, value = evaluated(GRADES)
    scores = model.predict(QUERIES).reshape(2, 20)
    assert value == pytest.approx(lossutils.ndcg(scores, GRADES.reshape(2, 20), k=10).mean(), abs=0.2)
    text = model.model_to_string()
    assert "[lambdarank_truncation_level: 30]" in text and "[lambdarank_norm: 1]" in text
    evaluated(GRADES, objective="rank_xendcg")


@says("ranking.md#ndcg", "LightGBM and XGBoost say 1")
@says("ranking.md#no-loss", "it is called LambdaMART; XGBoost ranks with it unless told otherwise")
@says("ranking.py", "XGBoost: `rank:pairwise`.")
def test_ranking_of_xgboost():
    xgboost = library("xgboost")
    assert xgboost.XGBRanker().objective == "rank:ndcg"

    def matrix(scores, relevance):
        settings = {"label": relevance.ravel(), "base_margin": scores.ravel()}
        data = xgboost.DMatrix(np.zeros((scores.size, 1)), **settings)
        data.set_group([scores.shape[1]] * len(scores))
        return data

    for objective in ("rank:ndcg", "rank:pairwise"):
        data = matrix(SCORES, RELEVANCE)
        model = xgboost.Booster({"objective": objective, "eval_metric": "ndcg@10", "nthread": 1}, [data])
        assert float(model.eval(data).split(":")[-1]) == pytest.approx(lossutils.ndcg(SCORES, RELEVANCE)[0])
        assert float(model.eval(matrix(SCORES, 0 * RELEVANCE)).split(":")[-1]) == 1  # nothing is relevant
        settings = json.loads(model.save_config())["learner"]["objective"]["lambdarank_param"]
        assert settings["lambdarank_pair_method"] == "topk" and settings["lambdarank_normalization"] == "1"
        assert settings["ndcg_exp_gain"] == "1"


@says("ranking.md#ranking-names", "the sum over the pairs by the number of documents, padding counted")
@says("ranking.py", "`PairwiseHingeLoss`, a sum over the pairs divided by the number of documents")
@says("ranking.py", "`PairwiseLogisticLoss`, a sum over the pairs divided by the number of documents")
def test_pairs_of_keras_rs(keras):
    losses = library("keras_rs").losses
    s, r = np.array([[0.2, 0.9, 0.4, 0.0], [1.0, -1.0, 0.3, 0.5]]), np.array([[3.0, 2, 1, 0], [0, 1, 1, 2]])
    pairs = np.array([6, 5])
    for theirs, ours in [
        (losses.PairwiseHingeLoss(), lossutils.pairwise_hinge),
        (losses.PairwiseLogisticLoss(), lossutils.ranknet),
    ]:
        expected = (ours(s, r, reduction="none") * pairs).sum() / s.size
        assert float(theirs(r, s)) == pytest.approx(expected, rel=1e-5)
        padded = np.pad(r, ((0, 0), (0, 4)), constant_values=-1.0), np.pad(s, ((0, 0), (0, 4)))
        assert float(theirs(*padded)) == pytest.approx(expected / 2, rel=1e-5)


@says("ranking.md#gap-of-sixty", "(allRank, Keras RS) subtract the largest score of the list from all scores")
@says("ranking.md#ranking-names", "`ListMLELoss` (0.4; [the trap](gap-of-sixty), ties by the order in the")
@says("ranking.py", "Keras RS 0.4: `ListMLELoss`, the same, with ties in the order in which they stand")
def test_listmle_of_keras_rs(keras):
    loss = library("keras_rs").losses.ListMLELoss()
    r, s, gap = np.array([[2.0, 0, 1]]), np.array([[2.0, 1.5, 1.0]]), np.array([[60.0, 0.5, 0.0]])
    assert float(loss(r, s)) == pytest.approx(lossutils.listmle(s, r), rel=1e-5)
    assert float(loss(r, gap)) == pytest.approx(60 + 59.5 + 2 * math.log(1e-10), rel=1e-5)  # the ε decides
    assert lossutils.listmle(gap, r) < 1
    tied = np.array([[1.0, 1, 0]])
    assert float(loss(tied, np.array([[0.3, 0.1, 0]]))) != float(loss(tied, np.array([[0.1, 0.3, 0]])))


@says("ranking.md#ranking-names", "`NDCG`, exponential gains")
def test_ndcg_of_keras_rs(keras):
    metric = library("keras_rs").metrics.NDCG(k=10)
    metric.update_state(RELEVANCE.astype(float), SCORES)
    assert float(metric.result()) == pytest.approx(lossutils.ndcg(SCORES, RELEVANCE)[0], rel=1e-5)


@pytest.mark.parametrize(("place", "words"), SENTENCES)
def test_the_sentence_stands(place, words):
    path, _, anchor = place.partition("#")
    folder = "book" if path.endswith(".md") else "lossutils"
    paths = [ROOT / folder / path] if path != "cards" else sorted((ROOT / folder).glob("*.py"))
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    unchanged = stands(text, anchor, words)
    assert unchanged, "the sentence has changed: read the test that executes it again"


# --- The guard: names ---------------------------------------------------------------------------------------

MODULES = {
    r"PyTorch|\btorch\b": "torch torch.nn torch.nn.functional torch.optim torch.nn.utils",
    r"scikit-learn": "sklearn.metrics sklearn.linear_model sklearn.svm",
    r"NumPy": "numpy",
    r"SciPy": "scipy.special",
    r"\b[Oo]ptax": "optax optax.losses",
    r"Keras(?! RS)": "keras.losses keras.config",
    r"Keras RS": "keras_rs.losses keras_rs.metrics",
    r"pytorch-metric-learning": "pytorch_metric_learning.losses pytorch_metric_learning.miners",
    r"MONAI": "monai.losses",
    r"torchvision": "torchvision.ops",
    r"segmentation-models-pytorch": "segmentation_models_pytorch.losses",
    r"statsmodels": "statsmodels.miscmodels.ordinal_model",
}
SHORT = {
    "F": "torch.nn.functional",
    "nn": "torch.nn",
    "np": "numpy",
    "ops": "torchvision.ops",
    "losses": "optax.losses",
}
ROOTS = "torch|torchvision|optax|keras|sklearn|scipy|" + "|".join(SHORT)
NAMED_ONLY = {
    "JaccardLoss": "a place, and nothing of what it does",
    "Sparse": "the beginning of a name",
}


def sentences():
    """(place, text): lines of the pages, paragraphs of the docstrings, notes and conventions of the cards."""
    for path in sorted((ROOT / "book").glob("*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.name, line
    for path in sorted((ROOT / "lossutils").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
                for paragraph in re.split(r"\n\s*\n", ast.get_docstring(node) or ""):
                    yield path.name, " ".join(paragraph.split())
    for name, card in catalog.CARDS.items():
        yield f"card {name}", card.note
    for row in catalog.CONVENTIONS:
        for label, cell in zip(("PyTorch", "optax", "Keras", "scikit-learn"), row[2:], strict=True):
            yield f"row {row[0]}", f"{label}: {cell}"


def names(text):
    """The names of functions and classes of other libraries in a text: dotted, or beside the library's."""
    beside = any(re.search(words, text) for words in MODULES)
    for code in re.findall(r"(?<!\})`([^`]+)`", text):
        yield from re.findall(rf"(?<!lossutils\.)\b(?:{ROOTS})(?:\.\w+)+", code)
        bare = re.fullmatch(r"([A-Z]+[a-z]\w*|[a-z]\w*_\w+)(?:\(.*\))?", code)
        if beside and bare and not bare[1].startswith("my_"):
            yield bare[1]


def exists(name, text):
    """Whether an installed library has the name; None if it may be that of one which is not installed."""
    missing = False
    if "." in name:
        first, _, rest = name.partition(".")
        full = f"{SHORT.get(first, first)}.{rest}"
        places = [(full.rpartition(".")[0], full.rpartition(".")[2]), (full, "__name__")]
        places += [(f"{full.rsplit('.', 2)[0]}", ".".join(full.rsplit(".", 2)[1:]))]
    else:
        modules = " ".join(m for words, m in MODULES.items() if re.search(words, text))
        places = [(module, name) for module in modules.split()]
    for module, attribute in places:
        try:
            if operator.attrgetter(attribute)(importlib.import_module(module)):
                return True
        except AttributeError:
            continue
        except ImportError:
            missing |= find_spec(module.partition(".")[0]) is None
    return None if missing else False


@functools.cache
def own():
    """Names of this library: what its modules define, and what its functions take."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "lossutils").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    named = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return named | {node.arg for node in nodes if isinstance(node, ast.arg)} | set(vars(lossutils))


@functools.cache
def executed():
    """The code of the tests, without the sentences quoted in it, of the notebooks' cells and of the cards."""
    code = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("*.py"))]
    code = [re.sub(r"^@says\(.*$|^ +\(\".*$", "", text, flags=re.M) for text in code]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    fields = ("torch", "sklearn", "optax", "keras")
    lines = [getattr(card, field) for card in catalog.CARDS.values() for field in fields]
    return "\n".join([*code, *filter(None, lines)])


def defects(text):
    """Names in a text that no library has, or that nothing executes."""
    found = []
    for name in names(text):
        last = name.rpartition(".")[2]
        if name in own():
            continue
        keyword = re.search(rf"\b{last}=", executed())
        if last not in NAMED_ONLY and exists(name, text) is False and not keyword:
            found.append(f"no library has {name}")
        elif last not in NAMED_ONLY and not re.search(rf"\b{last}\b", executed()):
            found.append(f"neither a test nor a notebook executes {name}")
    return found


def test_every_name_exists_and_is_executed():
    assert [f"{place}: {defect}" for place, text in sentences() for defect in defects(text)] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("`F.hubr_loss` is half the square.", "no library has F.hubr_loss"),
        ("`torch.optim.SGDW` shrinks weights.", "no library has torch.optim.SGDW"),
        ("PyTorch `HuberLos` and SciPy `rel_entr`.", "no library has HuberLos"),
        ("scikit-learn's `mean_pinball(alpha=q)`.", "no library has mean_pinball"),
        ("`F.fractional_max_pool2d` is not a loss.", "executes F.fractional_max_pool2d"),
        ("scikit-learn's `TheilSenRegressor`.", "executes TheilSenRegressor"),
        ("Keras `BinaryCrosentropy`.", "BinaryCrosentropy"),
    ],
)
def test_a_wrong_name_is_noticed(text, words):
    assert words in " ".join(defects(text))


def test_what_is_no_name_of_a_library_is_left_alone():
    assert (
        defects("PyTorch adds `weight_decay * w`; `my_loss(pred)` {cite}`li_2020`; `reduction='mean'`.") == []
    )
