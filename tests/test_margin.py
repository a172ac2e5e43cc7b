"""Statements of the margin chapter that are plain arithmetic or belong to no cell of its notebook."""

import inspect
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import linprog
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.svm import SVC, LinearSVC

from lossutils import bce_with_logits, hinge, multiclass_hinge, squared_hinge

BOOK = Path(__file__).parents[1] / "book"
sys.path.insert(0, str(BOOK))
from drawings import margin as street  # noqa: E402

PAGE = (BOOK / "margin.md").read_text(encoding="utf-8")
SIGNED = PAGE.replace("−", "-")


def expected(loss, shares, scores):
    """The expected loss of each score where a share of the examples is positive."""
    yes, no = (side * np.ones_like(scores) for side in (1, -1))
    return shares * loss(scores, yes, reduction="none") + (1 - shares) * loss(scores, no, reduction="none")


@pytest.mark.parametrize("share", [0.03, 0.3, 0.49, 0.51, 0.8, 0.99])
def test_the_best_hinge_score_is_the_side_and_its_risk_twice_the_unavoidable_error(share):
    scores = np.linspace(-3, 3, 6001)
    risk = expected(hinge, share, scores)
    assert scores[risk.argmin()] == pytest.approx(np.sign(share - 0.5))
    assert risk.min() == pytest.approx(2 * min(share, 1 - share))


@pytest.mark.parametrize("share", [0.03, 0.3, 0.49, 0.51, 0.8, 0.99])
def test_lost_hinge_bounds_lost_errors_at_every_score(share):
    scores = np.linspace(-3, 3, 600)  # 0 is not among them
    lost_hinge = expected(hinge, share, scores) - 2 * min(share, 1 - share)
    lost_errors = np.where(np.sign(scores) == np.sign(share - 0.5), 0, abs(2 * share - 1))
    assert (lost_errors <= lost_hinge + 1e-12).all()


def test_three_upper_bounds_of_the_errors_and_one_that_is_none():
    margins = np.linspace(-5, 5, 1001)
    one, wrong = np.ones_like(margins), margins <= 0
    for loss, factor in [(hinge, 1), (squared_hinge, 1), (bce_with_logits, 1 / np.log(2))]:
        assert (factor * loss(margins, one, reduction="none") >= wrong).all()
    assert bce_with_logits(np.zeros(1), np.ones(1)) == pytest.approx(0.693, abs=5e-4)


def test_weights_move_the_switch_of_hinge_to_the_ratio_of_the_costs():
    scores = np.linspace(-3, 3, 601)
    for share, best in [(0.09, -1), (0.11, 1)]:
        yes, no = np.ones_like(scores), -np.ones_like(scores)
        risk = 9 * share * hinge(scores, yes, reduction="none")
        risk = risk + (1 - share) * hinge(scores, no, reduction="none")
        assert scores[risk.argmin()] == pytest.approx(best)


def multiclass_risk(scores, shares, combine):
    rows = [[max(0.0, 1 - scores[t] + s) for j, s in enumerate(scores) if j != t] for t in range(3)]
    return sum(share * combine(row) for share, row in zip(shares, rows, strict=True))


def best_of_the_sum(shares):
    """The scores with the smallest expected sum of violations, as a linear program; the last score is 0."""
    pairs = [(t, j) for t in range(3) for j in range(3) if j != t]
    above = np.zeros((6, 9))
    for row, (t, j) in enumerate(pairs):
        above[row, [t, j]] += [-1, 1]
        above[row, 3 + row] = -1
    cost = np.concatenate([np.zeros(3), [shares[t] for t, _ in pairs]])
    bounds = [(None, None)] * 2 + [(0, 0)] + [(0, None)] * 6
    return linprog(cost, above, -np.ones(6), bounds=bounds)


def test_the_largest_violation_does_not_decide_without_a_majority():
    shares = (0.4, 0.3, 0.3)
    for c in (0.0, 0.25, 0.5, 1.0):
        assert multiclass_risk((c, 0.0, 0.0), shares, max) == pytest.approx(1 + 0.2 * c)
    draws = np.random.default_rng(0).normal(size=(2000, 3))
    assert min(multiclass_risk(s, shares, max) for s in draws) >= 1
    assert multiclass_risk((1.0, 0.0, 0.0), (0.6, 0.2, 0.2), max) < 1


def test_the_sum_of_violations_may_tie_the_likeliest_class_with_another():
    found = best_of_the_sum((0.4, 0.35, 0.25))
    assert found.status == 0
    tie = min(multiclass_risk((c, c, 0.0), (0.4, 0.35, 0.25), sum) for c in (0.0, 0.5, 1.0))
    assert found.fun == pytest.approx(tie)
    apart = [multiclass_risk((1 + d, 1.0, 0.0), (0.4, 0.35, 0.25), sum) for d in (0.25, 0.5, 1.0)]
    assert min(apart) > tie


def test_the_default_of_linearsvc_is_the_squared_hinge():
    assert inspect.signature(LinearSVC).parameters["loss"].default == "squared_hinge"


def test_how_scikit_learn_goes_from_two_classes_to_many():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(80, 3)) + 3 * np.repeat(np.eye(4, 3), 20, axis=0), np.repeat(np.arange(4), 20)
    assert SVC(kernel="linear").fit(x, y).coef_.shape == (6, 3)  # one plane for each of the six pairs
    assert SGDClassifier(random_state=0).fit(x, y).coef_.shape == (4, 3)
    rest = LinearSVC(loss="hinge", tol=1e-8, max_iter=100_000, random_state=0)
    scores = rest.fit(x, y).decision_function(x)
    for k in range(4):  # each class against the rest is a problem of its own
        assert rest.fit(x, y == k).decision_function(x) == pytest.approx(scores[:, k], abs=1e-4)
    joint = LinearSVC(multi_class="crammer_singer", random_state=0, tol=1e-8, max_iter=100_000).fit(x, y)
    bias = np.concatenate([joint.coef_, joint.intercept_[:, None]], axis=1)

    def objective(w):
        scores = np.c_[x, np.ones(80)] @ w.T
        lack = 1 + scores - scores[np.arange(80), y][:, None]
        lack[np.arange(80), y] = 0
        return (w**2).sum() / 2 + lack.max(axis=1).sum()

    moved = [objective(bias + 0.01 * rng.normal(size=bias.shape)) for _ in range(200)]
    assert objective(bias) < min(moved)  # the largest violation of each example, all classes at once


def test_the_default_margins_of_torch():
    assert F.margin_ranking_loss(torch.tensor([1.0]), torch.tensor([0.5]), torch.ones(1)) == 0
    assert F.multi_margin_loss(torch.zeros(1, 10), torch.tensor([3])).item() == pytest.approx(0.9)


def test_a_fixed_step_settles_where_the_minimum_is_no_kink_and_only_there():
    """max(0, 1 − w) + λ w²: for λ = 1 the minimum ½ is inside the margin, for λ = ¼ it is the kink at 1."""
    ends = {}
    for penalty in (1.0, 0.25):
        w, path = 0.0, []
        for _ in range(400):
            w -= 0.1 * float(-(w < 1) + 2 * penalty * w)
            path.append(w)
        ends[penalty] = np.array(path[-20:])
    assert np.ptp(ends[1.0]) < 1e-12 and ends[1.0][-1] == pytest.approx(0.5)
    assert np.ptp(ends[0.25]) > 0.04


def test_no_answer_at_the_kink_makes_a_fixed_step_settle_there():
    """max(0, 1 − w) + w² / 4: the minimum is the kink, and −0.5 the element that makes its gradient 0."""
    assert -0.5 + 2 * 0.25 * 1 == 0
    for answer in (0.0, -0.5, -1.0):
        w, path = 0.0, []
        for _ in range(400):
            slope = answer if w == 1 else -float(w < 1)
            w -= 0.1 * (slope + 2 * 0.25 * w)
            path.append(w)
        assert 1 not in path and np.ptp(path[-20:]) > 0.04
        w = 0.0
        for k in range(1, 5001):
            w -= ((answer if w == 1 else -float(w < 1)) + 2 * 0.25 * w) / (2 * 0.25 * (k + 1))
        assert w == pytest.approx(1, abs=1e-3)  # steps that shrink


def test_a_point_on_the_margin_may_have_any_coefficient_one_too():
    """max(0, 1 − w) + λ w² has its minimum at w = 1 for every λ up to ½, with a = 2 λ."""
    grid = np.linspace(0, 2, 2001)
    for penalty in (0.0625, 0.25, 0.5):
        best = grid[(np.maximum(0, 1 - grid) + penalty * grid**2).argmin()]
        assert best == pytest.approx(1)  # on the margin
        assert 0 < 2 * penalty * best <= 1
    assert 2 * 0.5 * best == pytest.approx(1)


def test_a_gap_bounds_the_objective_and_not_the_weights():
    def objective(w):
        return max(0, 1 - w) + 0.25 * w**2  # the mean of two equal losses

    dual = 0.5 - 0.5**2 / (4 * 0.25)
    gap = objective(0.9) - dual
    assert gap == pytest.approx(0.0525) and objective(0.9) - objective(1) <= gap + 1e-12
    assert 1 - 0.9 > gap


def test_the_first_150_of_the_list_have_another_share_of_malignant_tumors():
    malignant = load_breast_cancer().target == 0
    assert malignant[:150].mean() > 1 / 2 and malignant[150:].mean() < 1 / 3


def test_no_factor_for_each_class_makes_hinge_a_noise_model():
    for c in (0.1, 1.0, 5.0):
        near, far = np.exp(-c * hinge(np.array([1.0, -1.0]), np.ones(2), reduction="none"))
        # factors f for +1 and g for −1: f near + g far = f far + g near, so (f − g)(near − far) = 0
        assert near - far > 0.1


def test_a_square_of_the_dot_product_is_a_dot_product_of_products():
    def products(v):
        return np.array([v[0] ** 2, np.sqrt(2) * v[0] * v[1], v[1] ** 2])

    for a, b in np.random.default_rng(0).normal(size=(20, 2, 2)):
        assert products(a) @ products(b) == pytest.approx((a @ b) ** 2)


def test_a_point_on_the_margin_without_loss_holds_the_boundary():
    x, y = np.array([[1.0], [-1.0], [3.0]]), np.array([1.0, -1.0, 1.0])
    machine = SVC(kernel="linear", C=1e6).fit(x, y)
    assert machine.support_.tolist() in ([0, 1], [1, 0])
    assert hinge(machine.decision_function(x), y) == pytest.approx(0, abs=1e-6)
    without = SVC(kernel="linear", C=1e6).fit(x[1:], y[1:])
    assert -without.intercept_[0] / without.coef_[0, 0] == pytest.approx(1, abs=1e-3)


def test_multiplying_the_weights_changes_the_loss_of_hinge_and_not_the_decision():
    scores, y = np.array([0.2, -0.1, 0.4]), np.array([1.0, -1.0, 1.0])
    assert [round(hinge(f * scores, y), 3) for f in (1, 10, 100)] == [0.767, 0.0, 0.0]
    assert (np.sign(scores) == y).all()


def test_gradient_descent_on_the_logistic_loss_counts_the_bias_in_the_length():
    """Two points: the largest margin is half their distance, and the weights do not turn to it."""
    x1, y = np.array([[3.0, 0.0, 1.0], [1.0, 1.5, 1.0]]), np.array([1.0, -1.0])
    w = np.zeros(3)
    for _ in range(10_000):
        slope = bce_with_logits.grad(x1 @ w, (y + 1) / 2)
        w -= 0.05 * slope @ x1 / abs(slope).mean()  # the slopes fade: steps that grow as they do
    shortest = np.linalg.pinv(x1 * y[:, None]) @ np.ones(2)  # of all with both functional margins 1
    direction = w / np.linalg.norm(w)
    assert direction == pytest.approx(shortest / np.linalg.norm(shortest), abs=0.01)
    margin = (y * (x1 @ w)).min() / np.linalg.norm(w[:2])
    assert margin == pytest.approx(1.123, abs=0.01)
    assert np.linalg.norm(x1[0] - x1[1]) / 2 == 1.25


@pytest.mark.parametrize("side", [1, -1])
def test_platt_scaling_turns_the_order_where_the_positives_have_the_lower_mean(side):
    rng = np.random.default_rng(0)
    positive = np.arange(200) % 2 * 1.0
    scores = rng.normal(size=200) + 0.5 * side * positive
    a = LogisticRegression(C=np.inf).fit(scores[:, None], positive).coef_[0, 0]
    assert np.sign(a) == np.sign(scores[positive == 1].mean() - scores[positive == 0].mean()) == side


def test_a_negative_with_a_high_score_is_pushed_down_with_1():
    score, negative = np.array([2.44]), -np.ones(1)
    assert hinge(score, negative) == pytest.approx(3.44)
    assert [hinge.grad(s, negative).item() for s in (score, np.array([-0.99]))] == [1, 1]


def test_gan_generator_has_a_slope_where_a_hinge_would_have_none():
    fake = np.array([2.0])  # the discriminator takes it for real
    assert hinge.grad(fake, np.ones(1)).tolist() == [0]
    assert hinge.grad(fake, -np.ones(1)).tolist() == [1]


def test_hinge_bounds_the_pull_and_not_the_loss():
    scores = np.array([-1e6])
    assert hinge(scores, np.ones(1)) == 1e6 + 1
    assert hinge.grad(scores, np.ones(1)).tolist() == [-1]


def held(x, y):
    """w, b and the support vectors of the widest street."""
    machine = SVC(kernel="linear", C=1e6, tol=1e-8).fit(x, y)
    return machine.coef_[0], machine.intercept_[0], sorted(machine.support_)


def test_the_street_at_the_start_is_the_widest_and_three_points_hold_it():
    x = np.concatenate([street.POSITIVE, street.NEGATIVE])
    y = np.repeat([1.0, -1.0], [len(street.POSITIVE), len(street.NEGATIVE)])
    w, b, support = held(x, y)
    assert w == pytest.approx(street.W, abs=1e-5) and b == pytest.approx(street.B, abs=1e-5)
    ringed = [x[i].tolist() for i in support]
    assert ringed == [[2, 6], [6, 3], [2, 1]] and len(x) - 3 == 10
    assert 0.05 * x[support[0]] + 0.075 * x[support[1]] - 0.125 * x[support[2]] == pytest.approx(street.W)
    assert "$0.05 \\cdot (2, 6)$ $+\\; 0.075 \\cdot (6, 3)$ $-\\; 0.125 \\cdot (2, 1)$ $= (0.3, 0.4)$" in PAGE
    assert 0.05 + 0.075 == pytest.approx(0.125) and "as $0.05 + 0.075 = 0.125$ above" in PAGE
    for i in range(len(x)):  # delete one
        shorter, _, _ = held(np.delete(x, i, axis=0), np.delete(y, i))
        if i in support:
            assert np.linalg.norm(shorter) < 0.49
        else:
            assert shorter == pytest.approx(street.W, abs=1e-5)


def test_the_three_points_on_the_napkin():
    x = np.array([place for _, place, _ in street.NEW])
    y = np.array([y for _, _, y in street.NEW], dtype=float)
    scores = x @ street.W + street.B
    number = r"(-?[\d.]+)"
    found = re.findall(
        rf"(?m)^\| [ABC]&nbsp;\((\d),&nbsp;(\d)\)(?: \| [+]?{number}){{1}} \| {number}", SIGNED
    )
    assert np.array(found, dtype=float) == pytest.approx(np.c_[x, y, scores])
    ends = re.findall(rf"(?m)^\| [ABC]&nbsp;.* \| {number} \| {number} \|$", SIGNED)
    lack = hinge(scores, y, reduction="none")
    assert np.array(ends, dtype=float) == pytest.approx(np.c_[y * scores, lack])
    length = np.linalg.norm(street.W)
    assert length == 0.5 and scores[1] / length == pytest.approx(0.6)
    assert street.W @ [4, -3] == pytest.approx(0) and "A step along the line, like $(4, -3)$" in PAGE
    unit = street.W / length
    assert unit == pytest.approx([0.6, 0.8]) and "$w/|w| = (0.6, 0.8)$" in PAGE
    assert street.W @ unit == pytest.approx(0.5) and "$0.3 \\cdot 0.6 + 0.4 \\cdot 0.8 = 0.5$" in PAGE
    assert hinge(scores, y) == pytest.approx(0.833, abs=5e-4) and "= 0.833$" in PAGE
    assert 0.1 * length**2 == pytest.approx(0.025) and "together 0.858" in PAGE
    assert hinge(scores, y) + 0.025 == pytest.approx(0.858, abs=5e-4)
    assert hinge.grad(scores, y) @ x == pytest.approx([-0.33, 0.67], abs=5e-3) and "(-0.33, 0.67)" in PAGE
    assert 2 * 0.1 * street.W == pytest.approx([0.06, 0.08]) and "= (0.06, 0.08)" in PAGE


def test_three_scores_of_which_one_comes_too_close():
    assert multiclass_hinge(np.array([[2.0, 1.5, 0.0]]), np.array([0])) == pytest.approx(0.167, abs=5e-4)
    assert "$0.5/3 = 0.167$" in PAGE


def test_the_plane_with_the_largest_margin_makes_neither_the_fewest_mistakes_nor_the_most():
    low, best, high = (street.measured("margin", name) for name in ("wrong-low", "hard-wrong", "wrong-high"))
    assert low < best < high and "neither fewest nor most" in PAGE
