"""Statements of the margin chapter that are plain arithmetic or belong to no cell of its notebook."""

import inspect

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.svm import SVC, LinearSVC

from lossutils import bce_with_logits, hinge, squared_hinge


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


def test_gan_generator_has_a_slope_where_a_hinge_would_have_none():
    fake = np.array([2.0])  # the discriminator takes it for real
    assert hinge.grad(fake, np.ones(1)).tolist() == [0]
    assert hinge.grad(fake, -np.ones(1)).tolist() == [1]


def test_hinge_bounds_the_pull_and_not_the_loss():
    scores = np.array([-1e6])
    assert hinge(scores, np.ones(1)) == 1e6 + 1
    assert hinge.grad(scores, np.ones(1)).tolist() == [-1]
