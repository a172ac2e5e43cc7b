"""Facts on classifiers that answers of the bank rest on and no chapter proves, each computed in two ways."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, logit

DOUBLE = {"dtype": torch.float64}


def test_two_logits_move_their_difference_twice_as_far_and_half_the_penalty_holds_it():
    one, two = torch.zeros(1, **DOUBLE, requires_grad=True), torch.zeros(1, 2, **DOUBLE, requires_grad=True)
    (by_one,) = torch.autograd.grad(F.binary_cross_entropy_with_logits(one, torch.ones(1, **DOUBLE)), one)
    (by_two,) = torch.autograd.grad(F.cross_entropy(two, torch.tensor([1])), two)
    assert float(by_two[0, 1] - by_two[0, 0]) == pytest.approx(2 * float(by_one[0]))
    # the cheapest way to write a difference of weights d as a - b, with the penalty |a|^2 + |b|^2
    d = 1.7
    cheapest = minimize_scalar(lambda b: (d + b) ** 2 + b**2).fun
    assert cheapest == pytest.approx(d**2 / 2)


def test_three_ones_undivided_pull_with_three_p_minus_y_and_rest_at_one_third():
    z = torch.tensor([[0.3, -1.0, 2.0, 0.5]], **DOUBLE, requires_grad=True)
    y = torch.tensor([[1.0, 1.0, 0.0, 1.0]], **DOUBLE)
    (slope,) = torch.autograd.grad(F.cross_entropy(z, y), z)
    np.testing.assert_allclose(slope, 3 * z.detach().softmax(-1) - y, rtol=1e-12)
    target = y.numpy()[0]

    def loss(z):
        return 3 * np.logaddexp.reduce(z) - target @ z

    shares = F.softmax(torch.tensor(minimize(loss, np.zeros(4)).x), -1).numpy()
    np.testing.assert_allclose(shares[[0, 1, 3]], 1 / 3, atol=1e-3)


def test_smoothed_answers_are_undone_by_a_line():
    epsilon, classes, true = 0.1, 4, np.array([0.6, 0.3, 0.1, 0.0])
    mixed = torch.tensor((1 - epsilon) * np.eye(classes) + epsilon / classes)
    logits = torch.zeros(classes, **DOUBLE, requires_grad=True)
    answer = torch.tensor(true @ mixed.numpy()).log()  # the claim; its gradient must be 0
    logits.data += answer
    loss = sum(
        share * F.cross_entropy(logits, torch.tensor(k), label_smoothing=epsilon)
        for k, share in enumerate(true)
    )
    (slope,) = torch.autograd.grad(loss, logits)
    np.testing.assert_allclose(slope, 0, atol=1e-12)
    np.testing.assert_allclose((answer.exp().numpy() - epsilon / classes) / (1 - epsilon), true, atol=1e-12)


def test_answers_that_are_sent_through_the_rates_of_the_flips_are_the_true_ones():
    true, to_b = 0.8, 1 / 3  # the probability of A; a third of A is labeled B, never the other way round
    seen = true * (1 - to_b)

    def loss(z):
        p = expit(z) * (1 - to_b)
        return -seen * np.log(p) - (1 - seen) * np.log(1 - p)

    assert expit(minimize_scalar(loss, bounds=(-5, 5), method="bounded").x) == pytest.approx(true, abs=1e-4)
    plain = minimize_scalar(
        lambda z: seen * np.logaddexp(0, -z) + (1 - seen) * np.logaddexp(0, z),
        bounds=(-5, 5),
        method="bounded",
    )
    assert expit(plain.x) == pytest.approx(seen, abs=1e-4)


def test_overlooked_positives_scale_the_probability_and_with_it_the_line():
    share, overlooked, line = np.linspace(0.001, 0.9, 50), 1 / 3, 1 / 51
    rng = np.random.default_rng(0)
    n = 400_000
    positive = rng.random((n, 1)) < share[[10, 40]]
    labeled = positive & (rng.random((n, 1)) > overlooked)
    np.testing.assert_allclose(labeled.mean(0), share[[10, 40]] * (1 - overlooked), rtol=0.02)
    seen = share * (1 - overlooked)
    assert ((seen > line * (1 - overlooked)) == (share > line)).all()


@pytest.mark.parametrize("preferred", [0.6, 0.99])
def test_the_difference_that_logistic_and_hinge_ask_of_a_preference(preferred):
    grid = np.linspace(-6, 6, 120_001)
    logistic = preferred * np.logaddexp(0, -grid) + (1 - preferred) * np.logaddexp(0, grid)
    hinge = preferred * np.maximum(0, 1 - grid) + (1 - preferred) * np.maximum(0, 1 + grid)
    assert grid[logistic.argmin()] == pytest.approx(logit(preferred), abs=1e-4)
    assert grid[hinge.argmin()] == pytest.approx(1, abs=1e-4)


def test_a_gap_over_lambda_bounds_the_squared_distance_of_penalized_weights():
    # one example at x = 1 and its mirror image: the best weight is on the kink, or inside of the margin
    for penalty, best in ((0.25, 1.0), (1.0, 0.5)):
        w = np.linspace(-3, 3, 601)
        objective = np.maximum(0, 1 - w) + penalty * w**2
        gap = objective - objective.min()
        assert w[objective.argmin()] == pytest.approx(best, abs=1e-9)
        assert (penalty * (w - best) ** 2 <= gap + 1e-12).all()
        near = np.abs(w - best) < 0.15
        assert not (
            np.abs(w - best)[near] <= gap[near] + 1e-12
        ).all()  # the distance itself is not bounded by it
