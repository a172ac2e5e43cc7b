"""check_loss names what is wrong with a zoo of broken losses, and finds nothing in losses that are right."""

import dataclasses
import functools
import inspect
import json
import math
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics
import torch
import torch.nn.functional as F
from zoo import ZOO, held_out_later, held_out_third  # noqa: F401
from zoo.held_out import RIGHT, WRONG

import lossutils
from lossutils.__main__ import main
from lossutils.debugging import CAUSES, KINDS, check_loss
from lossutils.debugging.checks import CHECKS

LOSSES = [
    name
    for name in lossutils.__all__
    if "reduction" in inspect.signature(getattr(lossutils, name)).parameters
]
NEEDED = {"ordinal": {"thresholds": np.array([-1.0, 0.2, 1.5])}}  # parameters without a default


def causes(report):
    return {finding.cause for finding in report.findings}


# The zoo


def check_entry(entry, loss, grad):
    return check_loss(loss, entry.pred, entry.target, grad=grad, **entry.options)


@pytest.mark.parametrize("entry", ZOO, ids=lambda entry: entry.name)
def test_the_zoo(entry):
    report = check_entry(entry, entry.loss, entry.grad)
    assert entry.cause in causes(report), report
    found = next(finding for finding in report.findings if finding.cause == entry.cause)
    assert all(dataclasses.asdict(found).values()) and found.severity == CAUSES[entry.cause][0]


@pytest.mark.parametrize("entry", ZOO, ids=lambda entry: entry.name)
def test_the_repaired_twin(entry):
    report = check_entry(entry, entry.fixed, entry.fixed_grad)
    assert entry.cause not in causes(report), report


def test_the_zoo_is_large_and_knows_every_cause():
    assert len({entry.name for entry in ZOO}) == len(ZOO) >= 40
    assert {entry.cause for entry in ZOO} == set(CAUSES)


@pytest.fixture(autouse=True)
def a_check_names_only_the_causes_that_it_declares(monkeypatch):
    def held(function):
        @functools.wraps(function)
        def checked(trial):
            for finding in function(trial):
                assert finding.cause in function.causes, (function.name, finding.cause)
                yield finding

        return checked

    monkeypatch.setattr(lossutils.debugging.checks, "CHECKS", [held(check) for check in CHECKS])


def test_every_cause_is_looked_for():
    assert {cause for check in CHECKS for cause in check.causes} == set(CAUSES)
    assert len({check.name for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_says_how_bad_it_is_what_to_do_and_who_reported_it(cause):
    severity, advice, reports = CAUSES[cause]
    assert severity in ("error", "warning") and advice.endswith((".", "?")) and reports


# Losses that the checker was not made on


def named(entry, *kind):
    """The causes that are named, for the kind or for one of those that it may be."""
    report = check_loss(entry.loss, *kind, **entry.options)
    return causes(report).union(*(causes(other) for other in report.otherwise)), report


def test_held_out_losses_are_enough():
    assert len(WRONG) >= 40 and len(RIGHT) >= 40
    assert {cause for entry in WRONG for cause in entry.causes} <= set(CAUSES)


@pytest.mark.parametrize("told", [True, False], ids=["with-kind", "without"])
@pytest.mark.parametrize("entry", WRONG, ids=lambda entry: entry.what)
def test_a_held_out_broken_loss(entry, told):
    found, report = named(entry, *((entry.kind, entry.target) if told else ()))
    assert found & entry.causes, report
    if told and "error" in {CAUSES[cause].severity for cause in found & entry.causes}:
        assert not report.ok, report
    assert causes(report) & entry.causes or report.guessed, "a tick for another kind"


@pytest.mark.parametrize("told", [True, False], ids=["with-kind", "without"])
@pytest.mark.parametrize("entry", RIGHT, ids=lambda entry: entry.what)
def test_a_held_out_right_loss(entry, told):
    _, report = named(entry, *((entry.kind, entry.target) if told else ()))
    assert report.ok, report


# Losses that are right


@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize("name", LOSSES)
def test_nothing_is_found_in_this_library(name, library):
    report = check_loss(getattr(lossutils, name), library=library, **NEEDED.get(name, {}))
    assert not report.findings, report


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("huber", {"delta": 0.3}),
        ("quantile", {"q": 0.9}),
        ("cross_entropy", {"label_smoothing": 0.1}),
        ("focal", {"gamma": 0.5, "alpha": 0.25}),
        ("dice", {"smooth": 0.0}),
        ("info_nce", {"temperature": 0.01}),
        ("generalized_cross_entropy", {"q": 0.3}),
    ],
)
def test_nothing_is_found_with_other_parameters(name, options):
    report = check_loss(getattr(lossutils, name), **options)
    assert not report.findings, report


# Other libraries: what is found is true, and shown to be so by hand in the tests below

EMPTY = "empty-batch"
OF_TORCH = {
    "mse_loss": {"broadcast", EMPTY, "all-ignored"},
    "l1_loss": {"broadcast", EMPTY, "integer-wrap", "all-ignored"},
    "huber_loss": {"broadcast", EMPTY, "weights-not-in-mean"},
    "smooth_l1_loss": {"broadcast", EMPTY},
    "binary_cross_entropy": {"clipped", EMPTY, "weights-not-in-mean"},
    "binary_cross_entropy_with_logits": {
        "lost-digits",
        "half-precision",
        "target-range",
        EMPTY,
        "weights-not-in-mean",
    },
    "cross_entropy": {"lost-digits", "half-precision", "all-ignored", EMPTY},
    "nll_loss": {"all-ignored", EMPTY},
    "kl_div": {"wrong-denominator", "target-range", EMPTY},
    "soft_margin_loss": {"overflow", "half-precision", "target-range", EMPTY},
    "multi_margin_loss": {"hidden-nan"},
    "hinge_embedding_loss": {"broadcast", "target-range", EMPTY},
    "cosine_embedding_loss": {"target-range", EMPTY},
    "margin_ranking_loss": {"target-range", EMPTY},
    "triplet_margin_loss": {EMPTY},
    "triplet_margin_with_distance_loss": {EMPTY},
    "poisson_nll_loss": {"broadcast", EMPTY},
}


@pytest.mark.parametrize("name", OF_TORCH)
def test_of_torch(name):
    """No kind is named: it is found by trying."""
    report = check_loss(getattr(F, name))
    assert causes(report) == OF_TORCH[name], report


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
def test_what_is_found_in_torch_is_true():
    def t(*numbers, dtype=torch.float32):
        return torch.tensor(numbers, dtype=dtype)

    assert F.mse_loss(t(0, 1)[:, None], t(0, 1)) == 0.5  # broadcast: the truth is 0
    assert math.isnan(F.mse_loss(t(), t()))
    nothing, half = torch.zeros(2), t(1, 0)
    assert math.isnan(F.mse_loss(t(0, 1), t(1, 1), weight=nothing))
    assert math.isnan(F.l1_loss(t(0, 1), t(1, 1), weight=nothing))
    assert F.huber_loss(t(0, 5), t(1, 1), weight=half) == 0.25  # the truth of the one that counts is 0.5
    assert F.binary_cross_entropy(t(0.5, 0.1), t(1, 1), half).item() == pytest.approx(math.log(2) / 2)
    assert F.binary_cross_entropy_with_logits(t(0, 3), t(1, 1), half).item() == pytest.approx(math.log(2) / 2)
    p = t(0.0).requires_grad_()
    F.binary_cross_entropy(p, t(1.0)).backward()
    assert F.binary_cross_entropy(p, t(1.0)) == 100 and p.grad < -9e11  # the truth is inf
    assert F.binary_cross_entropy_with_logits(t(0.5), t(2.0)) < 0
    right = math.log1p(math.exp(-15))
    assert F.binary_cross_entropy_with_logits(t(-15.0), t(0.0)) == 0 < right
    assert F.binary_cross_entropy_with_logits(t(15.0), t(1.0)).item() == pytest.approx(right, 1e-6)
    assert F.cross_entropy(t(17.0, 0.0)[None], t(0, dtype=torch.long)) == 0
    assert math.isnan(F.cross_entropy(torch.zeros(2, 3), t(-100, -100, dtype=torch.long)))
    one = torch.tensor([[0.25, 0.75]])
    wanted = (one * (one / 0.5).log()).sum()
    torch.testing.assert_close(F.kl_div(torch.full((1, 2), 0.5).log(), one), wanted / 2)
    assert F.soft_margin_loss(t(-1000.0, dtype=torch.float64), t(1.0)) == math.inf  # the truth is 1000
    assert F.soft_margin_loss(t(3.0), t(0.0)).item() == pytest.approx(math.log(2))  # whatever the score
    nan = torch.full((1, 3), torch.nan)
    assert F.multi_margin_loss(nan, t(0, dtype=torch.long)) == 0
    assert F.hinge_embedding_loss(t(0.3), t(0.0)).isfinite()
    assert F.cosine_embedding_loss(torch.ones(1, 2), torch.ones(1, 2), t(0.0)) == 0
    assert F.margin_ranking_loss(t(1.0), t(0.0), t(0.0)) == 0


def test_integers_wrap_in_torch():
    one, two = torch.tensor([1], dtype=torch.uint8), torch.tensor([2], dtype=torch.uint8)
    assert F.l1_loss(one, two, reduction="none") == 255


OF_SCIKIT_LEARN = {
    "mean_squared_error": (None, set()),
    "mean_absolute_error": (None, set()),
    "mean_pinball_loss": (None, set()),
    "mean_squared_log_error": (None, set()),
    "mean_absolute_percentage_error": (None, set()),
    "mean_gamma_deviance": (None, set()),
    "root_mean_squared_error": (None, {"batch-split", "half-precision"}),
    "max_error": (None, {"batch-split", "integer-wrap"}),
    "log_loss": ("class probabilities", {"clipped", "lost-digits"}),
    "hinge_loss": ("scores", {"wrong-minimum"}),
}


@pytest.mark.parametrize("name", OF_SCIKIT_LEARN)
def test_of_scikit_learn(name):
    pred, expected = OF_SCIKIT_LEARN[name]
    report = check_loss(getattr(sklearn.metrics, name), pred)
    assert causes(report) == expected, report


def test_what_is_found_in_scikit_learn_is_true():
    m = sklearn.metrics
    assert m.log_loss([1], [[1.0, 0.0]], labels=[0, 1]) == pytest.approx(-math.log(np.finfo(float).eps))
    assert m.hinge_loss([1], [2.0]) == 3  # one class in the batch is taken for the negative one
    assert m.hinge_loss([1], [2.0], labels=[-1, 1]) == 3  # also if it is told the classes
    assert m.hinge_loss([-1, 1], [-2.0, 2.0]) == 0
    assert m.max_error(np.array([1], dtype=np.uint8), np.array([2], dtype=np.uint8)) == 255
    assert m.root_mean_squared_error(np.array([0.0, 3.0]), np.zeros(2)) == pytest.approx(math.sqrt(4.5))


# Kinks, modules, conventions


def test_a_kink_is_no_error_and_a_wrong_subgradient_is():
    def mae(pred, target):
        return np.mean(abs(pred - target))

    at_the_kink = np.array([1.0, 2.0, 0.0]), np.array([1.0, 0.5, 0.0])
    for at_0, expected in ((0.0, True), (0.7, True), (-1.0, True), (1.5, False)):

        def grad(pred, target, at_0=at_0):
            error = pred - target
            return np.where(error == 0, at_0, np.sign(error)) / len(pred)

        assert ("wrong-gradient" not in causes(check_loss(mae, *at_the_kink, grad=grad))) is expected


@pytest.mark.parametrize(
    "loss", [torch.nn.MSELoss, torch.nn.MSELoss(), torch.nn.MSELoss(reduction="sum")], ids=repr
)
def test_modules(loss):
    report = check_loss(loss)
    assert causes(report) - {EMPTY} == {"broadcast"}, report
    assert report.name == "MSELoss" and report.taken_as[0][1].startswith("real")


def test_value_and_gradient_together():
    def both(pred, target):
        return np.mean((pred - target) ** 2), 2 * (pred - target)

    report = check_loss(both)
    assert "wrong-gradient" in causes(report) and "1/N is missing" in report.findings[0].what


def test_the_target_may_come_first():
    def squared_error(y_true, y_pred):
        return (y_pred - y_true) ** 2

    report = check_loss(squared_error, grad=lambda y_true, y_pred: 2 * (y_pred - y_true))
    assert causes(report) == {"broadcast"} and "the target comes first" in report.taken_as[0][1]


def test_options_are_handed_over():
    assert "gradient-not-finite" not in causes(check_loss(ZOO_FOCAL, gamma=2.0))
    assert "gradient-not-finite" in causes(check_loss(ZOO_FOCAL, gamma=0.5))
    weight = np.array([0.5, 1.0, 2.0, 4.0])
    report = check_loss(F.cross_entropy, "class logits", "classes", weight=weight)
    assert "batch-split" in causes(report)  # torch divides by the weights of the targets, and says so


ZOO_FOCAL = next(entry.loss for entry in ZOO if entry.name == "focal_with_gamma_below_1")


@pytest.mark.parametrize("as_tensors", [False, True])
def test_an_example_says_what_the_loss_takes(as_tensors):
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(5, 3)), rng.integers(3, size=5)
    examples = {
        "class logits": (lossutils.cross_entropy, logits, labels),
        "class probabilities": (lossutils.cce, lossutils.softmax(logits), labels),
        "probabilities": (lossutils.bce, rng.uniform(size=5), np.array([1.0, 0, 1, 0, 0])),
        "scores": (lossutils.hinge, rng.normal(size=5), np.array([1.0, -1, 1, -1, 1])),
        "real": (lossutils.huber, rng.normal(size=5), rng.normal(size=5)),
        "ordinal": (
            lambda z, y: lossutils.ordinal(z, y, thresholds=[-1.0, 1.0]),
            rng.normal(size=5),
            np.array([0, 1, 2, 1, 0]),
        ),
    }
    for kind, (loss, pred, target) in examples.items():
        if as_tensors:
            pred, target = torch.as_tensor(pred), torch.as_tensor(target)
        report = check_loss(loss, pred, target)
        assert report.taken_as[0][1].startswith(kind + ":"), report
        assert ("torch" in report.taken_as[1][1]) is as_tensors
        assert not causes(report) - {"dtype-changed"}, report
    triple = tuple(rng.normal(size=(4, 2)) for _ in range(3))
    assert check_loss(lossutils.triplet, triple, strict=True)


def pixels(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(4, 3, 5, 6)), rng.integers(3, size=(4, 5, 6))


def test_images_of_classes():
    def mixed_up(pred, target):  # (N, K, H, W) is not (N·H·W, K) read in another shape
        return F.cross_entropy(pred.reshape(-1, pred.shape[1]), target.ravel())

    def moved(pred, target):
        return F.cross_entropy(pred.movedim(1, -1).reshape(-1, pred.shape[1]), target.ravel())

    pred, target = map(torch.as_tensor, pixels())
    found = {loss: causes(check_loss(loss, pred, target)) for loss in (F.cross_entropy, mixed_up, moved)}
    assert "batch-order" in found[mixed_up]
    assert found[moved] == found[mixed_up] - {"batch-order"} <= {"lost-digits", "half-precision", EMPTY}
    assert found[F.cross_entropy] - {"all-ignored"} <= found[moved]


@pytest.mark.parametrize("shape", [(4, 1, 5, 6), (4, 5, 6), (4, 1, 2, 5, 6)])
def test_images_of_masks(shape):
    mask = torch.as_tensor(np.random.default_rng(0).random(shape) < 0.5).double()
    logits = torch.as_tensor(np.random.default_rng(1).normal(size=shape))
    axes = tuple(range(1, len(shape)))

    def dice(pred, target):
        assert pred.ndim == len(shape)
        both = (pred * target).sum(axes)
        return 1 - (2 * both + 1) / (pred.sum(axes) + target.sum(axes) + 1)

    def clipped(pred, target):
        assert pred.ndim == len(shape)
        p = torch.sigmoid(pred).clamp(1e-7, 1 - 1e-7)
        return F.binary_cross_entropy(p, target)

    assert "clipped" in causes(check_loss(clipped, logits, mask))
    report = check_loss(dice, torch.sigmoid(logits), mask)
    assert report.taken_as[0][1].startswith("masks:") and report.taken_as[0][1].endswith("as images")
    assert causes(report) <= {"half-precision", "target-range", "prediction-range"}, report


def test_a_ratio_over_the_batch_is_no_error():
    def batch_dice(pred, target):
        return 1 - (2 * (pred * target).sum() + 1) / (pred.sum() + target.sum() + 1)

    report = check_loss(batch_dice, "masks")
    assert "batch-split" in causes(report) and {f.severity for f in report.findings} == {"warning"}


def test_weights_in_float32():
    weight = torch.tensor([0.5, 1.0, 2.0, 4.0])

    class Weighted(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("weight", weight.clone())

        def forward(self, logits, target):
            return F.cross_entropy(logits, target, self.weight, reduction="sum") / len(logits)

    module = Weighted()
    for loss in (module, Weighted):
        assert causes(check_loss(loss, "class logits")) == {"lost-digits", "half-precision", EMPTY}
    assert module.weight.dtype == torch.float32

    def closure(logits, target):
        return F.cross_entropy(logits, target, weight, reduction="sum") / len(logits)

    report = check_loss(closure, "class logits", "classes")
    assert causes(report) == {EMPTY} and "it refuses float64" in report.taken_as[1][1]


def test_a_guess_is_said_to_be_one():
    def gaussian(pred, target):  # a mean and a log-variance: no kind of the checker
        return (pred[:, 1] + (target - pred[:, 0]) ** 2 * torch.exp(-pred[:, 1])).mean()

    assert "a guess" in check_loss(gaussian).taken_as[0][1]


# The report


def test_the_report_for_a_person_and_for_a_program():
    report = check_loss(F.soft_margin_loss)
    assert not report and report.findings[0].severity == "error"
    text = str(report)
    assert text == str(check_loss(F.soft_margin_loss)), "the same on every run"
    assert text.startswith("✗ soft_margin_loss: 1 error, 3 warnings.\n  taken as   scores")
    assert max(map(len, text.splitlines())) <= 100
    positions = [text.index(f.what.split(",")[0][:40]) for f in report.findings]
    assert positions == sorted(positions)
    for label in ("  input      ", "  got        ", "  expected   ", "  do         "):
        assert text.count(label) == len(report.findings)
    assert "  passed     " in text and "  not tried  " in text
    table = report._repr_html_()
    assert table.count("<tr>") == 1 + len(report.findings)
    right = check_loss(lossutils.mse)
    assert right and str(right).startswith("✓ mse: nothing found.") and "<table>" not in right._repr_html_()
    assert set(right.passed).isdisjoint(what for what, _ in right.skipped)


def test_html_is_escaped():
    def loss(pred, target):
        return np.mean((pred - target) ** 2)

    loss.__name__ = "<script>"
    assert "<script>" not in check_loss(loss)._repr_html_()


def test_what_a_loss_prints_is_not_shown(capsys):
    def loud(pred, target):
        print("here")
        return np.mean((pred - target) ** 2)

    check_loss(loud, "real")
    assert capsys.readouterr() == ("", "")


# A guess of the kind


def softmax_over_the_batch(x, y):
    e = torch.exp(x - x.max())
    return -torch.log((e / e.sum(0, keepdim=True))[torch.arange(len(y)), y]).mean()


def test_kinds_that_compare_the_batch_are_not_guessed():
    """As embeddings with labels this looks right; as class logits, which it is meant for, it is not."""
    report = check_loss(softmax_over_the_batch)
    assert report.kind == "class logits" and "wrong-minimum" in causes(report)
    assert "wrong-minimum" not in causes(check_loss(softmax_over_the_batch, "embeddings"))


def test_names_go_before_behavior():
    def listnet(scores, relevance):
        return -(F.softmax(relevance, 0) * F.log_softmax(scores, 0)).sum(0).mean()

    report = check_loss(listnet)
    assert report.kind == "ranking" and not report.guessed and report.errors, report
    assert "(by its names; if it is something else" in report.taken_as[0][1]


def test_a_guess_gets_no_tick_and_says_what_if():
    def loss(a, b):
        if a.shape != b.shape or not len(a):
            raise ValueError("shapes")
        return ((a - b) ** 2).mean()

    report = check_loss(loss, library="torch")
    assert report.guessed and report.ok and str(report).startswith("? loss: ")
    assert "if these are real (a guess: name the kind)" in report.verdict
    assert report.otherwise and all(other.kind != "real" for other in report.otherwise)
    assert all(f"if these are {other.kind}: " in " ".join(str(report).split()) for other in report.otherwise)
    assert "If these are " in report._repr_html_()
    assert not check_loss(loss, library="torch", strict=True).ok
    assert check_loss(loss, "real", library="torch", strict=True).ok
    assert str(check_loss(loss, "real", library="torch")).startswith("✓ loss: nothing found.\n")


def test_a_loss_that_is_nan_everywhere_is_reported():
    report = check_loss(lambda pred, target: (pred - target).mean() * np.nan)
    assert "value-not-finite" in causes(report) and not report.ok


@pytest.mark.parametrize("convert", [float, lambda x: x.tolist()], ids=["float", "tolist"])
def test_a_loss_in_plain_python_is_no_broken_torch_loss(convert):
    def mae(p, t):
        return math.fsum(abs(convert(a) - convert(b)) for a, b in zip(p, t, strict=True)) / len(p)

    for kind in ("real", None):
        report = check_loss(mae, kind)
        assert "detached-gradient" not in causes(report) and report.ok, report
        assert report.taken_as[1][1].startswith("NumPy")
    assert "detached-gradient" in causes(check_loss(mae, "real", library="torch"))


def test_an_option_makes_no_triplets():
    def loss(pred, target, epoch):
        return ((pred - target) ** 2).mean() * (1 + 0 * epoch)

    with pytest.raises(ValueError, match=r"epoch looks like an option: check_loss\(\.\.\., epoch=\.\.\.\)"):
        check_loss(loss)
    assert check_loss(loss, "real", epoch=1).ok


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (lambda x: (x, {"mse": x}), r"a tuple of \(Tensor, dict\).*my_loss\(\*arrays\)\[0\]"),
        (lambda x: {"loss": x, "n": 3}, r"a dict with 'loss', 'n'.*my_loss\(\*arrays\)\['loss'\]"),
    ],
    ids=["tuple", "dict"],
)
def test_more_than_a_loss_gets_a_hint(returned, said):
    with pytest.raises(ValueError, match=said):
        check_loss(lambda p, t: returned(((p - t) ** 2).mean()), "real", library="torch")


@pytest.mark.parametrize("rate", [0.02, 0.1])
def test_rare_randomness_is_found(rate):
    assert "not-deterministic" in causes(check_loss(lambda p, t: F.mse_loss(F.dropout(p, rate), t), "real"))


def test_what_draws_random_numbers_and_does_not_use_them_is_left_alone():
    def loss(pred, target):
        torch.rand(3), np.random.rand(), random.random()
        return ((pred - target) ** 2).mean()

    assert check_loss(loss, "real").ok


def test_a_change_of_an_unusual_batch_is_found():
    def loss(p, y):
        np.clip(p, 1e-300, 1 - 1e-16, out=p)  # leaves all but 0 and 1 as they are
        return -np.mean(y * np.log(p) + (1 - y) * np.log1p(-p))

    report = check_loss(loss, "probabilities", library="numpy")
    finding = next(f for f in report.findings if f.cause == "input-changed")
    assert "[0" in finding.input or "[1" in finding.input


def test_a_mean_of_nothing_is_called_one():
    report = check_loss(lambda z, y: F.softplus(-z)[y == 1].mean(), "logits", "binary")
    assert "overflow" not in causes(report)
    finding = next(f for f in report.findings if f.cause == "value-not-finite")
    assert "a mean over nothing" in finding.what and "max(count, 1)" in finding.advice


def test_label_smoothing_and_weights_are_no_wrong_minimum():
    for smoothing in (0.05, 0.2):
        assert check_loss(F.cross_entropy, "class logits", "classes", label_smoothing=smoothing).ok


# Shapes


def test_language_models():
    rng = np.random.default_rng(0)
    logits, labels = (
        torch.as_tensor(rng.normal(size=(4, 5, 3))),
        torch.as_tensor(rng.integers(3, size=(4, 5))),
    )

    def right(pred, target):
        assert pred.ndim == 3 and target.ndim == 2
        return F.cross_entropy(pred.flatten(0, 1), target.flatten())

    def wrong(pred, target):
        return F.cross_entropy(pred.transpose(0, 1).flatten(0, 1), target.flatten())

    report = check_loss(right, logits, labels)
    assert report.ok and report.kind == "class logits" and "lost-digits" in causes(report), report
    assert not check_loss(wrong, logits, labels).ok


@pytest.mark.parametrize("shape", [(5, 1), (5, 4)])
def test_tables_of_numbers(shape):
    rng = np.random.default_rng(0)
    pred, target = rng.normal(size=shape), rng.normal(size=shape)

    def mse(pred, target):
        assert pred.ndim == 2
        return np.mean((pred - target) ** 2)

    report = check_loss(mse, pred, target, library="numpy")
    assert report.kind == "real" and report.ok, report
    flipped = check_loss(lambda p, t: -mse(p, t), pred, target, library="numpy")
    assert "wrong-minimum" in causes(flipped)


# What fails, and what is expected


def broadcasting(pred, target):
    return ((pred - target) ** 2).mean()


def test_errors_fail_and_warnings_do_not():
    report = check_loss(broadcasting, "real")
    assert causes(report) == {"broadcast", EMPTY} and report.ok and report
    assert report.verdict == "no error, 2 warnings. Warnings do not fail; strict=True counts them."
    strict = check_loss(broadcasting, "real", strict=True)
    assert not strict.ok and not strict and "Strict: warnings fail." in str(strict)
    wrong = check_loss(lambda p, t: -broadcasting(p, t), "real")
    assert not wrong.ok and str(wrong).startswith("✗") and wrong.errors[0].cause == "wrong-minimum"


def test_a_finding_is_ignored_for_a_reason():
    ignore = {"broadcast": "the loader fixes the shapes", EMPTY: "no batch is empty"}
    report = check_loss(broadcasting, "real", strict=True, ignore=ignore)
    assert report.ok and not report.findings and "✓" in str(report)
    assert "broadcast (warning): the loader fixes the shapes" in " ".join(str(report).split())
    assert "the loader fixes the shapes" in report._repr_html_()
    for wrong, message in (
        ({"broadcasts": "a word"}, "ignore names no cause 'broadcasts'; there are: wrong-gradient"),
        ({"broadcast": " "}, "must say why, in words"),
        ({"broadcast": True}, "must say why, in words, got True"),
    ):
        with pytest.raises(ValueError, match=message):
            check_loss(broadcasting, "real", ignore=wrong)


def test_the_report_as_json():
    report = check_loss(broadcasting, "real", ignore={"broadcast": "why"})
    read = json.loads(report.as_json())
    assert (read["name"], read["kind"], read["ok"], read["strict"]) == ("broadcasting", "real", True, False)
    assert [f["cause"] for f in read["findings"]] == [EMPTY]
    assert read["ignored"][0]["cause"] == "broadcast" and read["ignored"][0]["reason"] == "why"
    assert read["file"].endswith("test_debugging.py")
    assert inspect.getsourcelines(broadcasting)[1] == read["line"]


def test_annotations_stand_at_the_loss():
    lines = check_loss(broadcasting, "real").as_annotations().splitlines()
    assert len(lines) == 3
    line = inspect.getsourcelines(broadcasting)[1]
    start = f"::warning file=tests/test_debugging.py,line={line},title=broadcasting%3A broadcast::Shapes"
    assert lines[0].startswith(start) or not Path("tests/test_debugging.py").exists()
    assert "%0Ainput: " in lines[0] and lines[-1].startswith("broadcasting: no error, 2 warnings")
    assert check_loss(np.hypot, "real").as_annotations().splitlines()[0].startswith("::")


def test_the_fixture_of_pytest(pytester):
    pytester.makepyfile(
        """
        import numpy as np

        def right(pred, target):
            return np.mean((pred - target) ** 2)

        def test_right(check_loss):
            assert check_loss(right, "real", library="numpy").ok

        def test_wrong(check_loss):
            check_loss(lambda p, t: -right(p, t), "real", library="numpy")

        def test_strict(check_loss):
            check_loss(right, "real", library="numpy", strict=True)
        """
    )
    # without the entry point, which an installed lossutils has
    result = pytester.runpytest("-p", "no:lossutils", "-p", "lossutils.debugging.plugin")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*error * wrong-minimum *The loss does not fall*", "*warning * broadcast *"])


# What cannot be used


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3.0,), TypeError, r"a loss is needed, a function of \(pred, target\), this is a float"),
        ((lossutils.mse, "logit"), ValueError, "no kind of prediction is called 'logit'; there are: real, "),
        ((lossutils.mse, "real", "two"), ValueError, "no kind of target is called 'two'"),
        ((lossutils.mse, "real", "signs"), ValueError, "real go with a target of real, not 'signs'"),
        ((lossutils.mse, "real", np.ones(3)), ValueError, "needs an example of a prediction"),
        ((lossutils.mse, np.ones(2), np.ones(2)), ValueError, "at least 3 examples, got shape"),
        (
            (lossutils.mse, np.ones((3, 2, 2, 2)), np.ones(3)),
            ValueError,
            "no kind of loss takes arrays of the",
        ),
        ((lossutils.mse, np.array(["a", "b", "c"]), np.ones(3)), ValueError, "arrays or tensors of numbers"),
        ((lambda: 1,), ValueError, "cannot be tried: it took none of the inputs"),
        ((lambda p, t: None,), ValueError, "returned a NoneType, not a number"),
        (
            (lambda p, t: 1 / 0,),
            ValueError,
            r"ZeroDivisionError(.|\n)*A loss takes a prediction and a target",
        ),
        ((lossutils.bce, "real"), ValueError, "pred must lie in"),
        ((lossutils.hinge, "scores", "binary"), ValueError, "target must be −1 or 1"),
    ],
)
def test_what_cannot_be_used_is_said(arguments, error, message):
    with pytest.raises(error, match=message):
        check_loss(*arguments)


def test_wrong_keywords_are_said():
    with pytest.raises(TypeError, match="grad must be a function"):
        check_loss(lossutils.mse, grad=1)
    with pytest.raises(ValueError, match='library must be "numpy" or "torch"'):
        check_loss(lossutils.mse, library="jax")


def test_every_kind_is_named_in_the_docstring():
    assert all(f'"{name}"' in check_loss.__doc__ for name in KINDS)


# The shell


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "their_losses.py").write_text(
        "import numpy as np\n"
        "def right(pred, target):\n"
        "    if pred.shape != target.shape or not len(pred):\n"
        "        raise ValueError('shapes')\n"
        "    return np.mean((pred - target) ** 2)\n"
        "def wrong(logits, target, scale=1.0):\n"
        "    return -scale * np.mean((logits - target) ** 2)\n"
        "def loose(pred, target):\n"
        "    return np.mean((pred - target) ** 2)\n"
        "class Group:\n"
        "    inner = staticmethod(right)\n"
        "number = 3\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return "their_losses"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["right", "--library", "numpy", "--pred", "real"], 0, "✓ right: nothing found."),
        (["right", "--library", "numpy"], 0, "? right: nothing found, if these are real"),
        (["Group.inner", "--pred", "real"], 0, "✓ right"),
        (["wrong"], 1, "wrong-minimum"),
        (["wrong", "--pred", "logits", "--target", "binary", "--option", "scale=2.0"], 1, "with scale=2.0"),
        (["number"], 2, "a loss is needed"),
        (["missing"], 2, "has no missing"),
        (["right", "--pred", "nothing"], 2, "no kind of prediction"),
        (["right", "--option", "scale"], 2, "--option takes NAME=VALUE"),
        (["loose", "--pred", "real", "--library", "numpy"], 0, "Warnings do not fail"),
        (["loose", "--pred", "real", "--library", "numpy", "--strict"], 1, "Strict: warnings fail"),
        (["loose", "--pred", "real", "--json"], 0, '"cause": "broadcast"'),
        (["wrong", "--pred", "real", "--github"], 1, "title=wrong%3A wrong-minimum::"),
        (
            [
                *"loose --pred real --library numpy --strict --ignore empty-batch=never".split(),
                "--ignore",
                "broadcast=shapes are fixed",
            ],
            0,
            "shapes are fixed",
        ),
        (["right", "--ignore", "broadcast"], 2, "--ignore takes CAUSE=REASON"),
        (["right", "--ignore", "no-such=why"], 2, "names no cause"),
    ],
)
def test_the_shell_command(module, capsys, arguments, status, said):
    assert main(["check", f"{module}:{arguments[0]}", *arguments[1:]]) == status
    out, err = capsys.readouterr()
    assert said in (err if status == 2 else out)
    assert (out == "") is (status == 2)


@pytest.mark.parametrize("place", ["their_losses", "no_such_module:right", ":right"])
def test_the_shell_command_says_where_a_loss_is_not(place, capsys):
    assert main(["check", place]) == 2
    assert "package.module:function" in capsys.readouterr().err or "no_such_module" in place


def test_from_a_shell():
    command = [sys.executable, "-m", "lossutils", "check"]
    assert subprocess.run([*command, "lossutils:mse"], capture_output=True, check=False).returncode == 0
    assert subprocess.run([*command], capture_output=True, check=False).returncode == 2


def test_torch_is_not_imported_for_numpy():
    code = (
        "import sys, lossutils, lossutils.debugging as d; d.check_loss(lossutils.mse);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
