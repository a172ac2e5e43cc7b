"""What the imbalance chapter promises of its losses: any γ ≥ 0, any finite logit, empty masks, zero weights.

The contract that all losses share is in test_contract.py; here stand closed forms and the extremes.
"""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from mpmath import mp, mpf
from scipy.optimize import brentq

import lossutils
from lossutils import bce_with_logits, cross_entropy, dice, focal, jaccard, sigmoid, softmax_focal, tversky

GAMMAS = [0.0, 0.1, 0.5, 1.0, 2.0, 5.0]
LOGITS = [-1e4, -1000.0, -100.0, -20.0, -1.0, 0.0, 1e-3, 1.0, 17.0, 20.0, 40.0, 100.0, 700.0, 1e4]


def exact_focal(z, y, gamma):
    """Value and derivative with 60 digits; z counts as given."""
    with mp.workdps(60):
        m = mpf(float(z)) * (1 if y else -1)
        log_p, log_rest = -mp.log1p(mp.exp(-m)), -mp.log1p(mp.exp(m))
        fading = mp.exp(mpf(gamma) * log_rest)
        slope = -fading * (mp.exp(log_rest) - mpf(gamma) * mp.exp(log_p) * log_p)
        return -fading * log_p, slope * (1 if y else -1)


@pytest.mark.parametrize("dtype, ulps", [(np.float64, 1e-13), (np.float32, 1e-5)])
@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_focal_is_finite_and_right_at_any_logit(gamma, y, dtype, ulps):
    logits = np.array(LOGITS, dtype)
    target = np.full_like(logits, y)
    value = focal(logits, target, gamma=gamma, reduction="none")
    slope = focal.grad(logits, target, gamma=gamma, reduction="sum")
    assert value.dtype == slope.dtype == dtype
    assert np.isfinite(value).all() and np.isfinite(slope).all()
    tiny = np.finfo(dtype).smallest_normal
    for z, got, got_slope in zip(logits, value, slope, strict=True):
        right, right_slope = exact_focal(z, y, gamma)
        room = ulps * max(
            1, abs(float(z)) * gamma / 100
        )  # exp of γ z: an ulp of its argument counts |γ z| times
        for mine, exact in [(float(got), right), (float(got_slope), right_slope)]:
            assert abs(mine - exact) <= room * abs(exact) + tiny


def test_focal_in_float32_at_minus_20():
    """A negative at −20: 1 − p as it stands is 0 in float32, which would be wrong by 100 %."""
    logits, target = np.array([-20.0], np.float32), np.zeros(1, np.float32)
    right, right_slope = exact_focal(-20, 0, 2)
    assert focal(logits, target) == pytest.approx(float(right), rel=1e-5)
    assert focal.grad(logits, target)[0] == pytest.approx(float(right_slope), rel=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0, 2.0])
def test_focal_backward_in_torch_is_finite(gamma):
    torch = pytest.importorskip("torch")
    z = torch.tensor([-1e4, -20.0, 0.0, 20.0, 1e4], requires_grad=True)
    focal(z, torch.ones(5), gamma=gamma, reduction="sum").backward()
    assert torch.isfinite(z.grad).all() and z.grad[0] == -1


def test_gamma_0_is_cross_entropy():
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=20) * 3, rng.integers(2, size=20) * 1.0
    np.testing.assert_allclose(focal(z, y, gamma=0), bce_with_logits(z, y), rtol=1e-14)
    rows, classes = rng.normal(size=(20, 4)), rng.integers(4, size=20)
    np.testing.assert_allclose(
        softmax_focal(rows, classes, gamma=0), cross_entropy(rows, classes), rtol=1e-13
    )


def test_focal_lies_below_cross_entropy_and_its_pull_does_not():
    z, one = np.linspace(-8, 8, 321), np.ones(321)
    for gamma in (0.5, 1.0, 2.0, 5.0):
        assert (
            focal(z, one, gamma=gamma, reduction="none") < bce_with_logits(z, one, reduction="none")
        ).all()
        pull = -focal.grad(z, one, gamma=gamma, reduction="sum")
        assert pull.max() > 1 and (np.diff(pull) > 0).any() and (np.diff(pull) < 0).any()  # not convex


@pytest.mark.parametrize("gamma, crossing", [(0.5, 0.421), (1.0, 1 / math.e), (2.0, 0.298), (5.0, 0.197)])
def test_where_the_pull_of_focal_exceeds_that_of_cross_entropy(gamma, crossing):
    def excess(z):
        z, one = np.array([z]), np.ones(1)
        return float((bce_with_logits.grad(z, one) - focal.grad(z, one, gamma=gamma))[0])

    assert sigmoid(np.array(brentq(excess, -8.0, 3.0))) == pytest.approx(crossing, abs=5e-4)
    assert excess(-8.0) > 0 > excess(3.0)


def test_the_table_of_factors():
    for p, gamma, factor in [
        (0.9, 2, 0.01),
        (0.5, 2, 0.25),
        (0.3, 2, 0.49),
        (0.1, 5, 0.59049),
        (0.99, 0.5, 0.1),
    ]:
        z, one = np.array([math.log(p / (1 - p))]), np.ones(1)
        assert focal(z, one, gamma=gamma) / bce_with_logits(z, one) == pytest.approx(factor)


def test_alpha_weighs_positives_and_negatives():
    z = np.array([0.3, 0.3])
    each = focal(z, np.array([1.0, 0.0]), reduction="none")
    weighed = focal(z, np.array([1.0, 0.0]), alpha=0.25, reduction="none")
    np.testing.assert_allclose(weighed, [0.25 * each[0], 0.75 * each[1]])


@pytest.mark.parametrize("share, answer", [(0.005, 0.123), (0.03, 0.215), (0.5, 0.5), (0.9, 0.694)])
def test_focal_is_not_proper(share, answer):
    """The minimizer of the expected loss with γ = 2, and the map that takes it back."""

    def slope(z):
        z = np.array([z])
        return float((share * focal.grad(z, np.ones(1)) + (1 - share) * focal.grad(z, np.zeros(1)))[0])

    p = float(sigmoid(np.array(brentq(slope, -9, 9))))
    assert p == pytest.approx(answer, abs=5e-4)
    pull = lambda p: (1 - p) ** 2 * (1 - p - 2 * p * math.log(p))  # noqa: E731
    assert pull(1 - p) / (pull(p) + pull(1 - p)) == pytest.approx(share, rel=1e-6)


def test_a_wrong_label_pulls_harder_under_focal():
    z = np.array([math.log(19)])  # p = 0.95
    for gamma, ratio in [(0, 19), (2, 3060)]:
        wrong, right = (abs(focal.grad(z, np.full(1, y), gamma=gamma)[0]) for y in (0.0, 1.0))
        assert wrong / right == pytest.approx(ratio, rel=1e-3)


def test_words_for_the_runs_with_wrong_labels():
    """Each start has a draw of its own; what the page says of focal and of the bounded loss."""
    notebook = Path(__file__).parents[1] / "notebooks/imbalance.ipynb"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    (cell,) = [c for c in cells if c["id"] == "focal-noise"]
    out = "".join("".join(output.get("text", "")) for output in cell["outputs"]).replace("−", "-")
    starts, fewest, most = map(
        int, re.search(r"(\d+) starts; wrong labels of 900: (\d+) to (\d+)", out).groups()
    )
    assert starts >= 8 and fewest < 900 * 0.2 < most
    pair = r"(\S+) ± (\S+)"
    found = re.findall(rf"start by start, in points: at its best {pair}, at the end {pair}", out)
    two, five, bounded = ([float(x) for x in row] for row in found)
    assert abs(two[0]) < 2 and abs(two[2]) < 2  # "little changes"
    assert five[0] < -3 * five[1] and five[2] > 3 * five[3]  # "the end looks better and the best is worse"
    assert abs(bounded[0]) < 2 * bounded[1] and bounded[2] > 5 * bounded[3]  # "no difference", "ahead by far"
    learned = {key: float(x) for key, x in re.findall(r"(?m)^(\S.*?) +200 +\S+ +(\S+)", out)}
    assert learned["generalized"] < learned["cross-entropy"] - 0.2


def test_weight_moves_the_best_logit_by_its_logarithm():
    y, weight = np.array([1.0, 0.0, 0.0, 0.0]), 7.0
    for options in ({"pos_weight": weight}, {"weight": np.array([weight, 1, 1, 1])}):
        best = brentq(lambda c, o=options: bce_with_logits.grad(np.full(4, c), y, **o).sum(), -9, 9)
        assert best == pytest.approx(math.log(1 / 3) + math.log(weight))
    repeated = np.array([1.0] * 7 + [0.0] * 3)
    best = brentq(lambda c: bce_with_logits.grad(np.full(10, c), repeated).sum(), -9, 9)
    assert best == pytest.approx(math.log(1 / 3) + math.log(weight))


def test_dense_detection_weights_and_focal_remove_different_things():
    """99,000 easy negatives, 900 others, 100 objects: the shares that the chapter shows."""
    n, p = np.array([99_000, 900, 100]), np.array([0.99, 0.6, 0.1])
    plain = -n * np.log(p)
    weighted = plain * [1, 1, 999]
    faded = plain * (1 - p) ** 2
    assert plain[0] / plain.sum() == pytest.approx(0.59, abs=0.005)
    assert weighted[0] / weighted.sum() < 0.005 and weighted[0] / weighted[1] == plain[0] / plain[1]
    assert faded[0] / faded.sum() < 0.001 and faded[1] / faded.sum() > 0.25


@pytest.mark.parametrize("function", [cross_entropy, softmax_focal])
def test_class_weights_of_zero_are_defined(function):
    logits, target = np.array([[2.0, 1.0, -1.0], [0.0, 0.5, 3.0]]), np.array([0, 2])
    weights = np.array([0.0, 1.0, 2.0])
    assert function(logits, target, class_weight=weights) == pytest.approx(function(logits[1:], target[1:]))
    assert function(logits[:1], target[:1], class_weight=weights) == 0
    assert (function.grad(logits[:1], target[:1], class_weight=weights) == 0).all()
    assert function(logits, target, class_weight=np.zeros(3)) == 0


def test_pos_weight_of_zero_is_defined():
    z, y = np.array([-1e4, 2.0]), np.array([1.0, 0.0])
    assert bce_with_logits(z, y, pos_weight=0.0) == pytest.approx(math.log1p(math.exp(2)) / 2)
    assert bce_with_logits.grad(z, y, pos_weight=0.0)[0] == 0


@pytest.mark.parametrize("overlap", [dice, jaccard, tversky])
def test_overlap_of_half_precision_images_is_finite(overlap):
    pred, target = np.full((2, 512, 512), 0.5, np.float16), np.ones((2, 512, 512), np.float16)
    value = overlap(pred, target)
    assert value.dtype == np.float16
    right = {dice: 1 / 3, jaccard: 1 / 2, tversky: 1 / 3}[overlap]
    assert float(value) == pytest.approx(right, abs=1e-3)
    assert np.isfinite(overlap.grad(pred, target)).all()


def test_overlap_losses_of_sets():
    a, b = np.array([[1.0, 1, 1, 0, 0, 0]]), np.array([[0.0, 1, 1, 1, 1, 0]])
    assert dice(a, b, smooth=0) == pytest.approx(1 - 2 * 2 / 7)
    assert jaccard(a, b, smooth=0) == pytest.approx(1 - 2 / 5)
    assert tversky(a, b, alpha=0.3, beta=0.7, smooth=0) == pytest.approx(1 - 2 / (2 + 0.3 + 1.4))
    j = 1 - jaccard(a, b, smooth=0)
    assert 1 - dice(a, b, smooth=0) == pytest.approx(2 * j / (1 + j))
    assert tversky(a, b, smooth=0.5) == pytest.approx(dice(a, b, smooth=1))


def test_empty_masks():
    pred, nothing = np.array([[0.5, 0.25, 0.0]]), np.zeros((1, 3))
    for overlap in (dice, jaccard, tversky):
        assert overlap(nothing, nothing, smooth=0) == overlap(nothing, nothing) == 0
        assert overlap(pred, nothing, smooth=0) == 1 and (overlap.grad(pred, nothing, smooth=0) == 0).all()
        assert (overlap.grad(pred, nothing) > 0).all()
        assert 0.9999 < overlap(pred / 2, nothing) < overlap(pred, nothing) < 1


@pytest.mark.parametrize(("overlap", "right"), [(dice, 1 / 2), (jaccard, 2 / 3), (tversky, 1 / 2)])
def test_the_default_of_smooth_does_not_change_a_loss(overlap, right):
    """One pixel of two found, and one too many: the Jaccard index is 1/3, with smooth 1 it would be 1/2."""
    pred, target = np.array([[1.0, 0.0, 1.0, 0.0]]), np.array([[1, 1, 0, 0]])
    for convert in (np.asarray, torch.tensor):
        for dtype in ("float32", "float64"):
            found = overlap(convert(pred.astype(dtype)), convert(target))
            assert float(found) == pytest.approx(right, rel=1e-5)
    assert jaccard(pred, target, smooth=1.0) == pytest.approx(1 / 2)


def test_the_gradient_of_dice_has_two_values():
    rng = np.random.default_rng(0)
    pred, target = rng.random((1, 50)), rng.integers(2, size=(1, 50)) * 1.0
    slopes, loss = dice.grad(pred, target, smooth=0), float(dice(pred, target, smooth=0))
    size = pred.sum() + target.sum()
    np.testing.assert_allclose(slopes[target == 1], -(1 + loss) / size)
    np.testing.assert_allclose(slopes[target == 0], (1 - loss) / size)


def test_the_mask_of_best_dice_is_cut_at_half_of_it():
    """Independent pixels, all masks of a kind tried: marking a further pixel pays where its p exceeds D/2."""
    p = np.sort(np.random.default_rng(1).beta(0.3, 1, 4000))[::-1]
    scores = 2 * np.cumsum(p) / (np.arange(1, 4001) + p.sum())
    best = scores.argmax()
    assert p[best] >= scores[best] / 2 >= p[best + 1]


def test_with_squared_sizes_the_slope_of_dice_depends_on_the_pixel():
    """The loss of Milletari et al., which the page sets apart from ours: as many values as pixels."""
    torch = pytest.importorskip("torch")
    p = torch.tensor([0.9, 0.6, 0.3, 0.1, 0.2], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([1.0, 1, 1, 0, 0], dtype=torch.float64)
    (1 - 2 * (p * y).sum() / ((p**2).sum() + (y**2).sum())).backward()
    np.testing.assert_allclose(p.grad, [-0.115, -0.232, -0.348, 0.039, 0.078], atol=6e-4)
    ours = dice.grad(p.detach().numpy()[None], y.numpy()[None], smooth=0).round(9)
    assert len(np.unique(ours)) == 2


def test_soft_dice_is_monotone_in_each_pixel():
    """A ratio of two linear functions rises or falls all the way, so the best value of a pixel is 0 or 1."""
    rng, places = np.random.default_rng(3), np.linspace(0, 1, 21)
    for _ in range(50):
        p, y = rng.random((21, 6)), np.tile(rng.integers(2, size=6) * 1.0, (21, 1))
        p[:] = p[0]
        p[:, 2] = places
        steps = np.diff(dice(p, y, smooth=rng.choice([0.0, 1.0]), reduction="none"))
        assert (steps >= -1e-12).all() or (steps <= 1e-12).all()


@pytest.mark.parametrize("gamma", np.geomspace(0.2, 30, 10))
def test_there_is_one_crossing_and_one_largest_pull_for_every_gamma(gamma):
    """Below one p focal pulls more than cross-entropy, above it less; the pull rises, then falls."""
    z, one = np.linspace(-30, 15, 4001), np.ones(4001)
    pull = -focal.grad(z, one, gamma=gamma, reduction="sum")
    more = pull > -bce_with_logits.grad(z, one, reduction="sum")
    assert more[z > -12][0] and not more[-1]
    assert np.count_nonzero(np.diff(more[z > -12].astype(int))) == 1
    rising = np.diff(pull[z > -12]) > 0
    assert rising[0] and np.count_nonzero(np.diff(rising.astype(int))) == 1


def test_the_arithmetic_in_the_prose():
    """Numbers that stand on the page without a notebook."""
    rate = 0.005
    assert (1 - rate) / rate == pytest.approx(199)  # balanced weights, the line at 0.005
    assert math.log(rate / (1 - rate)) == pytest.approx(-5.29, abs=0.005)
    wrongly = rate * (1 - rate)  # a share f = 0.5 % of the fine posts flagged
    assert wrongly / (rate + wrongly) == pytest.approx(0.5, abs=0.005)
    assert 999 / 1000 == 0.999 and 0.25 / 0.75 == pytest.approx(
        1 / 3
    )  # α as the inverse frequency; its weight
    assert 25 * (20 / 500) == pytest.approx(1) and 20 / 520 == pytest.approx(0.038, abs=5e-4)


def test_what_the_page_says_of_pytorch_and_scikit_learn():
    torch = pytest.importorskip("torch")
    from sklearn.utils.class_weight import compute_class_weight

    functional = torch.nn.functional
    z, y = torch.tensor([0.3, -1.0, 2.0]), torch.tensor([1.0, 1.0, 0.0])
    plain, heavy = (
        functional.binary_cross_entropy_with_logits(z, y, pos_weight=torch.tensor(w)) for w in (1.0, 30.0)
    )
    assert heavy > 10 * plain  # pos_weight does not enter the denominator
    logits, target = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.tensor([1, 1])
    plain, heavy = (
        functional.cross_entropy(logits, target, weight=torch.tensor([1.0, w])) for w in (1.0, 30.0)
    )
    torch.testing.assert_close(plain, heavy)  # class_weight does
    assert torch.isnan(functional.cross_entropy(logits, target, weight=torch.tensor([1.0, 0.0])))
    assert cross_entropy(logits, target, class_weight=torch.tensor([1.0, 0.0])) == 0
    labels = np.array([0] * 9 + [1] * 2 + [2])
    theirs = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(theirs, len(labels) / (3 * np.bincount(labels)))


def test_the_correction_for_a_share_finds_the_share():
    """ex-prior-shift (c): guess, correct, take the mean, repeat; exact densities, a production set of 3 %."""
    x = np.linspace(-8, 10, 4001)
    density = lambda m: np.exp(-((x - m) ** 2) / 2)  # noqa: E731
    mix = lambda share: share * density(2) + (1 - share) * density(0)  # noqa: E731
    p = 0.3 * density(2) / mix(0.3)  # of a model trained where 30 % are ill
    there = mix(0.03) / mix(0.03).sum()
    guess = 0.5
    for _ in range(2000):
        odds = p / (1 - p) * guess / (1 - guess) * 0.7 / 0.3
        guess = float((odds / (1 + odds)) @ there)
    assert guess == pytest.approx(0.03, rel=1e-3)


def test_losses_of_this_chapter_are_public():
    assert {"focal", "softmax_focal", "dice", "jaccard", "tversky"} <= set(lossutils.__all__)
