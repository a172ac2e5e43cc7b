"""The custom losses beyond the contract, and statements of their chapter that are plain arithmetic."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from scipy.stats import norm

from lossutils import (
    bce_with_logits,
    confidence_bce,
    cost_sensitive_bce,
    cross_entropy,
    dice,
    focal,
    generalized_cross_entropy,
    hinge,
    huber,
    mae,
    mse,
    ordinal,
    power,
    quantile,
    sigmoid,
)
from lossutils.debugging import check_loss

PAGE = (Path(__file__).parents[1] / "book/custom.md").read_text(encoding="utf-8")
NOTEBOOK = nbformat.read(Path(__file__).parents[1] / "notebooks/custom.ipynb", as_version=4)
PRINTED = {
    cell.id: "".join(output.get("text", "") for output in cell.outputs)
    for cell in NOTEBOOK.cells
    if cell.cell_type == "code"
}
GRID = np.linspace(-12, 12, 24001)


def best_answer(loss, share, **options):
    """σ(z) at the smallest expected loss where a share of the examples is positive."""
    yes, no = np.ones_like(GRID), np.zeros_like(GRID)
    risk = share * loss(GRID, yes, reduction="none", **options)
    risk = risk + (1 - share) * loss(GRID, no, reduction="none", **options)
    return sigmoid(GRID[[risk.argmin()]])[0]


# The first reading, by hand


def typed(words):
    """The numbers in these words of the page; each `#` stands for one."""
    pattern = re.escape(words).replace(r"\#", r"([−\d.]+\d|\d)")
    found = re.search(pattern, PAGE)
    assert found, words
    return [float(number.replace("−", "-")) for number in found.groups()]


def test_the_parcels():
    minutes = np.array([20.0, 25, 30, 40, 60])

    def cost(promise):
        return float(4 * quantile(np.full(5, float(promise)), minutes, q=0.75, reduction="sum"))

    def pulls(promise):
        return 4 * quantile.grad(np.full(5, float(promise)), minutes, q=0.75, reduction="sum")

    assert typed("Five parcels take #, #, #, # and # minutes") == minutes.tolist()
    mean, early, late = typed(
        "Start with the mean, #. Three parcels are early, with the pull # each, two are late, with # each"
    )
    assert (mean, early, late) == (minutes.mean(), pulls(35)[0], pulls(35)[-1])
    assert (np.sum(pulls(35) == early), np.sum(pulls(35) == late)) == (3, 2)
    assert typed("The sum is 3 − 6 = #, so go up") == [pulls(35).sum()]
    assert typed("four are early and one is late: 4 − 3 = #, so go down") == [pulls(50).sum()]
    best = min(range(20, 61), key=cost)
    assert typed("The answer is #.") == [best]
    assert typed("falls from # at the mean to #") == [cost(35.0), cost(best)]
    assert typed("the pulls add up to #, and their mean is #") == [
        pulls(35).sum(),
        pytest.approx(pulls(35).mean()),
    ]
    many = np.sort(np.random.default_rng(0).gamma(4, 10, 9999))
    chosen = min(many, key=lambda c: float(quantile(np.full_like(many, c), many, q=0.75)))
    assert np.mean(many > chosen) == pytest.approx(1 / 4, abs=1e-3)


def test_the_staircase_is_lowest_where_its_surrogate_is():
    scores, ill = np.array([-4.0, -1, 0.5, 2]), np.array([0.0, 1, 0, 1])
    assert typed("the scores #, #, # and #. The second and the fourth are ill") == scores.tolist()
    shifts = np.linspace(-6, 8, 1401) + 1e-6
    flagged = scores + shifts[:, None] > 0
    cost = np.where(ill == 1, 10 * ~flagged, flagged).sum(axis=1)
    smooth = [float(cost_sensitive_bce(scores + c, ill, false_negative_cost=10)) for c in shifts]
    assert cost[np.argmin(smooth)] == cost.min() == 1


def test_eleven_women_and_a_weight_of_10():
    ill = np.arange(11) == 0

    def pull(p, weight):
        z = np.full(11, np.log(p / (1 - p)))
        return cost_sensitive_bce.grad(z, ill * 1.0, false_negative_cost=weight, reduction="sum").sum()

    assert pull(1 / 11, 1.0) == pytest.approx(0) and pull(0.5, 10.0) == pytest.approx(0)
    assert typed("ten false alarms, #. Flagging none costs one missed case, #.") == [10 * 1, 1 * 10]


def test_a_rating_in_the_middle_class():
    z, middle = np.array([0.5]), np.array([1])
    place = typed("Score #, thresholds # and #.")
    assert place == [0.5, -1, 1]
    chance = np.exp(-ordinal(np.full(3, 0.5), np.arange(3), thresholds=place[1:], reduction="none"))
    slope = ordinal.grad(z, middle, thresholds=place[1:])[0]
    area, loss = typed(r"the loss is $-\log # = #$")
    assert (area, loss) == (round(chance[1], 2), round(float(-np.log(chance[1])), 2))
    assert typed("that below it, # − # = #") == [round(x, 2) for x in (chance[2], chance[0], slope)]
    assert slope == pytest.approx(chance[2] - chance[0])
    # "toward the middle of its slice": the score is inside already, and the pull is 0 halfway
    assert place[1] < place[0] < place[2] and slope > 0
    assert ordinal.grad(np.array([sum(place[1:]) / 2]), middle, thresholds=place[1:])[0] == pytest.approx(0)


def test_two_images():
    miss = typed("Not flagging costs # · # · # = #, flagging #: flag. At 0.03 it is # against #: do not")
    assert miss == pytest.approx([0.05, 20, 1.5, 0.05 * 20 * 1.5, 0.95, 0.03 * 20 * 1.5, 0.97])
    assert miss[3] > miss[4] and miss[5] < miss[6]


def test_the_line_of_the_virus_tests():
    glued = {
        output.metadata.scrapbook.name: output.data.get("application/papermill.record/text/plain", "")
        for cell in NOTEBOOK.cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }
    price, line = (float(glued[name].strip("'")) for name in ("x-price", "x-line"))
    assert typed(r"so the line is $\frac1{#}$") == [1 + price]
    assert line == round(1 / (1 + price), 3)


def test_predictions_of_another_shape_meet_every_target():
    assert bce_with_logits(
        torch.zeros(3, 1).expand(3, 3), torch.ones(3).expand(3, 3), reduction="none"
    ).shape == (3, 3)
    assert (torch.zeros(3, 1) - torch.ones(3)).shape == (3, 3)
    with pytest.raises(ValueError, match="shape"):
        bce_with_logits(torch.zeros(3, 1), torch.ones(3))


# Costs


def test_costs_are_a_positive_weight_times_the_price_of_an_alarm():
    z, y = np.linspace(-5, 5, 11), np.arange(11) % 2 * 1.0
    ours = cost_sensitive_bce(z, y, false_negative_cost=6, false_positive_cost=1.5)
    assert ours == pytest.approx(1.5 * bce_with_logits(z, y, pos_weight=4.0))


@pytest.mark.parametrize(("share", "answer"), [(1 / 11, 0.5), (0.05, 10 / 29), (0.5, 10 / 11)])
def test_a_cost_multiplies_the_odds(share, answer):
    assert best_answer(cost_sensitive_bce, share, false_negative_cost=10.0) == pytest.approx(answer, abs=2e-4)


def test_weight_and_line_together_count_the_costs_twice():
    """A weight of 10 and a line at 1/11 flag above a true 1/101."""
    for share, flagged in [(1 / 102, False), (1 / 100, True)]:
        answer = 10 * share / (10 * share + 1 - share)
        assert (answer > 1 / 11) is flagged


# The entropy term


@pytest.mark.parametrize("beta", [0.5, 0.1, -0.1, -0.5, -0.9])
@pytest.mark.parametrize("share", [0.02, 1 / 11, 0.4, 0.5, 0.9])
def test_the_answer_leads_back_to_the_share(beta, share):
    p = best_answer(confidence_bce, share, beta=beta)
    assert p + beta * p * (1 - p) * np.log(p / (1 - p)) == pytest.approx(share, abs=2e-3)
    if share not in (0.5,):
        assert bool(abs(p - 0.5) < abs(share - 0.5)) is (beta > 0)


def test_beta_of_minus_1_is_refused_and_beyond_it_one_half_is_a_maximum():
    with pytest.raises(ValueError, match="beta must be above −1 and finite, got -1"):
        confidence_bce(np.zeros(1), np.ones(1), beta=-1)

    def risk(z, strength):
        p = sigmoid(np.array([z]))[0]
        entropy = -p * np.log(p) - (1 - p) * np.log(1 - p)
        return -0.5 * np.log(p) - 0.5 * np.log(1 - p) + strength * entropy

    assert risk(0.5, 0.9) > risk(0, 0.9)
    assert risk(0.5, 1.2) < risk(0, 1.2)


def test_a_certain_positive_stops_where_beta_p_z_is_1():
    z = 2.2188  # for beta = 0.5
    slope = confidence_bce.grad(np.array([z]), np.ones(1), beta=0.5)
    assert abs(slope[0]) < 1e-4
    assert 0.5 * sigmoid(np.array([z]))[0] * z == pytest.approx(1, abs=1e-3)


def test_beyond_the_answer_to_a_certain_positive_the_share_would_exceed_1():
    p = np.array([0.9018, 0.902, 0.95, 1 - 1e-6])
    share = p + 0.5 * p * (1 - p) * np.log(p / (1 - p))
    assert (share <= 1).tolist() == [True, False, False, False]
    p = np.linspace(0.001, 0.999, 999)  # a reward: every p is a best answer
    for beta in (-0.1, -0.5, -0.99):
        share = p + beta * p * (1 - p) * np.log(p / (1 - p))
        assert 0 < share.min() and share.max() < 1 and (np.diff(share) > 0).all()


def test_the_entropy_term_changes_no_decision_at_one_half_up_to_20_over_11():
    def slope(z, strength, share=1 / 11):
        z = np.array([z])
        yes, no = np.ones(1), np.zeros(1)
        weighted = share * cost_sensitive_bce.grad(z, yes, false_negative_cost=10.0)
        weighted = weighted + (1 - share) * bce_with_logits.grad(z, no)
        p = sigmoid(z)
        return (weighted - strength * z * p * (1 - p))[0]

    for strength in (0.0, 0.5, 1.7):
        assert slope(0.0, strength) == pytest.approx(0)
        assert slope(0.01, strength) > 0  # a minimum
    assert slope(0.01, 1.9) < 0


# Powers


def test_what_an_error_of_four_stars_counts():
    four, one, zero = np.array([4.0]), np.array([1.0]), np.zeros(1)
    ratios = [float(power(four, zero, p=p) / power(one, zero, p=p)) for p in (1, 1.5, 2)]
    assert ratios == [4, 8, 16]
    assert float(power(one, zero, p=2)) ** 3 == 1  # "1 to 2, cubed" is 1


def test_power_is_mae_at_1_and_mse_at_2_and_its_best_constant_lies_between():
    stars, grid = np.array([1.0, 1, 1, 5]), np.linspace(1, 5, 4001)
    assert power(stars, stars + 2, p=1) == mae(stars, stars + 2)
    assert power(stars, stars + 2, p=2) == mse(stars, stars + 2)
    best = [grid[np.argmin([power(np.full(4, c), stars, p=p) for c in grid])] for p in (1, 1.5, 2)]
    assert best == pytest.approx([1, 1.4, 2])


def test_a_center_need_not_lie_between_mean_and_median():
    numbers, grid = np.array([-3.0, 0, 0, 1, 2]), np.linspace(-1, 1, 2001)
    assert np.mean(numbers) == np.median(numbers) == 0

    def center(loss, **options):
        return grid[np.argmin([loss(np.full(5, c), numbers, **options) for c in grid])]

    assert center(power, p=1.5) == pytest.approx(0.085, abs=1e-3)
    assert center(huber, delta=1.0) == pytest.approx(1 / 3, abs=1e-3)
    assert "for the numbers −3, 0, 0, 1, 2 both are 0, and it is 0.085" in PAGE


def test_power_below_1_is_refused_and_why():
    with pytest.raises(ValueError, match=r"p must be finite and at least 1, got 0\.5"):
        power(np.zeros(1), np.zeros(1), p=0.5)
    e = torch.tensor([1e-12], dtype=torch.float64, requires_grad=True)
    e.abs().pow(0.5).sum().backward()
    assert e.grad[0] == pytest.approx(0.5e6)


# Ordered classes


def test_one_threshold_is_cross_entropy():
    z, y = np.linspace(-5, 5, 11), np.arange(11) % 2
    ours = ordinal(z, y, thresholds=[0.5], reduction="none")
    np.testing.assert_allclose(ours, bce_with_logits(z - 0.5, y * 1.0, reduction="none"))


def test_probabilities_add_up_to_1_and_only_differences_count():
    z, thresholds = np.full(4, 0.3), np.array([-1.0, 0.25, 2.0])
    each = ordinal(z, np.arange(4), thresholds=thresholds, reduction="none")
    assert np.exp(-each).sum() == pytest.approx(1)
    moved = ordinal(z + 5, np.arange(4), thresholds=thresholds + 5, reduction="none")
    np.testing.assert_allclose(moved, each)


def test_far_from_the_class_the_loss_is_right_and_the_pull_full():
    z, y = np.array([-800.0, 800.0, 60.0]), np.array([1, 1, 0])
    loss = ordinal(z, y, thresholds=[-1.0, 1.0], reduction="none")
    width = -np.log(1 - np.exp(-2.0))
    np.testing.assert_allclose(loss, [799 + width, 799 + width, 61])
    slopes = ordinal.grad(z, y, thresholds=[-1.0, 1.0], reduction="sum")
    np.testing.assert_allclose(slopes, [-1, 1, 1])


def test_thresholds_that_learn_get_the_right_gradient():
    z = torch.tensor([0.3, -2.0, 50.0, 1.0, -40.0], dtype=torch.float64, requires_grad=True)
    thresholds = torch.tensor([-1.0, 0.5, 2.0], dtype=torch.float64, requires_grad=True)
    target, weight = torch.tensor([0, 1, 2, 3, 2]), torch.tensor([1.0, 2, 0, 0.5, 1], dtype=torch.float64)

    def call(z, thresholds):
        return ordinal(z, target, thresholds=thresholds, weight=weight)

    assert torch.autograd.gradcheck(call, (z, thresholds))
    assert torch.autograd.gradgradcheck(call, (z, thresholds))
    got = torch.autograd.grad(call(z, thresholds), z)[0]
    torch.testing.assert_close(
        got, ordinal.grad(z.detach(), target, thresholds=thresholds.detach(), weight=weight)
    )


def test_thresholds_of_any_kind_mean_the_same():
    z, y = np.array([0.3, -2.0]), np.array([1, 2])
    expected = ordinal(z, y, thresholds=[-1.0, 2.0])
    for thresholds in ((-1, 2), np.array([-1.0, 2.0]), np.array([-1, 2]), np.array([-1, 2], np.float32)):
        assert ordinal(z, y, thresholds=thresholds) == expected
    tensors = torch.tensor(z), torch.tensor(y)
    assert ordinal(*tensors, thresholds=torch.tensor([-1, 2])) == expected
    assert ordinal(tensors[0].half(), tensors[1], thresholds=[-1.0, 2.0]).dtype == torch.float16


def test_one_row_of_thresholds_serves_logits_of_any_shape():
    z, y = np.zeros((2, 3)), np.array([[0, 1, 2], [2, 1, 0]])
    assert ordinal(z, y, thresholds=[-1.0, 2.0], reduction="none").shape == (2, 3)
    with pytest.raises(ValueError, match=r"class from 0 to 2, got 3 at index \(1, 0\)"):
        ordinal(z, y + np.array([[0], [1]]), thresholds=[-1.0, 2.0])


def test_two_thresholds_that_meet_are_resisted():
    losses = [float(ordinal(np.zeros(1), np.ones(1, int), thresholds=[0.0, gap])) for gap in (1, 1e-3, 1e-9)]
    assert losses == sorted(losses)
    assert losses[-1] == pytest.approx(2 * np.log(2) - np.log(1e-9), rel=1e-6)


def test_two_thresholds_between_which_nobody_is_come_together():
    """What the other examples lose falls with the gap: nothing holds the thresholds apart."""
    z, others = np.linspace(-2, 2, 9), np.array([0, 2] * 5)[:9]
    gaps = (2, 1, 1e-3, 1e-9)
    losses = [float(ordinal(z, others, thresholds=[-gap / 2, gap / 2])) for gap in gaps]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(float(bce_with_logits(z, others / 2)))  # one threshold is left


# X-rays


def test_weights_of_the_xray_problem():
    assert 20 * 5 / (20 * 5 + 95) == pytest.approx(0.513, abs=5e-4)
    assert best_answer(bce_with_logits, 0.05, pos_weight=20.0) == pytest.approx(0.513, abs=5e-4)
    s = np.arange(1, 11)
    tenth, scaled = 20 * (1 + s / 10), 20 * (1 + (s - 1) / 9)
    assert tenth[[0, -1]] == pytest.approx([22, 40])
    assert scaled[[0, -1]] == pytest.approx([20, 40])
    assert tenth.mean() == pytest.approx(31)
    assert 1 / 381 == pytest.approx(0.0026, abs=5e-5)
    assert (0.95 * 100, 0.05 * 20 * 100) == (95, 100)  # the bills of flagging everybody and nobody


def test_whom_balance_times_costs_flags_where_the_pictures_tell_much():
    apart = 2**0.5 * norm.ppf(0.95)  # AUC 0.95: positives N(d, 1), negatives N(0, 1)
    ratio = (0.95 / 0.05) / (19 * 20 * 1.5)  # of the densities, at the line
    place = (np.log(ratio) + apart**2 / 2) / apart
    flagged = 0.95 * norm.sf(place) + 0.05 * norm.sf(place - apart)
    assert (
        f"an AUC of 0.95 (two Gaussians of equal spread) it is still {flagged:.0%}".replace("%", " %") in PAGE
    )


def test_temperature_cannot_undo_a_weight():
    z = np.log(20 / 19)  # the weighted answer to a true 5 %
    assert all(sigmoid(np.array([z / T]))[0] > 0.5 for T in (0.1, 1, 10, 1e6))
    assert sigmoid(np.array([z - np.log(20)]))[0] == pytest.approx(0.05)


def test_recall_alone_is_won_by_flagging_everybody():
    severity, flagged = np.array([0.1, 0.5, 1.0]), np.ones(3)
    assert (severity * flagged).sum() / severity.sum() == 1


def test_a_model_of_half_and_half_in_a_world_of_95_to_5():
    """Where only the shares differ: the shift, or weights that are the ratios of the shares."""
    assert sigmoid(np.array([0 - np.log(19)]))[0] == pytest.approx(0.05)
    weights = {"false_negative_cost": 0.05 / 0.5, "false_positive_cost": 0.95 / 0.5}
    assert best_answer(cost_sensitive_bce, 0.5, **weights) == pytest.approx(0.05, abs=2e-4)


# Half-true tables


def test_cross_entropy_asks_for_the_probability_not_for_the_mode():
    assert best_answer(bce_with_logits, 0.6) == pytest.approx(0.6, abs=1e-3)


def test_focal_pulls_harder_on_a_mistake_and_is_not_proper():
    z, one = np.array([np.log(0.05 / 0.95)]), np.ones(1)
    assert focal.grad(z, one)[0] / bce_with_logits.grad(z, one)[0] == pytest.approx(1.19, abs=5e-3)
    assert best_answer(focal, 0.03) == pytest.approx(0.22, abs=5e-3)
    assert {"1.19", "0.22"} <= set(re.findall(r"\d\.\d+", PAGE))


def test_squared_error_of_a_probability_is_proper_and_its_pull_dies():
    p = np.linspace(0, 1, 1001)
    risk = 0.05 * (1 - p) ** 2 + 0.95 * p**2
    assert p[risk.argmin()] == pytest.approx(0.05)
    for z, size in [(-4.0, 0.036), (-10.0, 1e-4)]:
        q = sigmoid(np.array([z]))[0]
        assert 2 * (1 - q) * q * (1 - q) <= size
        assert abs(bce_with_logits.grad(np.array([z]), np.ones(1))[0]) > 0.98


def test_costs_choose_the_quantile_under_gaussian_noise():
    assert norm.ppf(0.9) == pytest.approx(1.28, abs=5e-3)
    y = norm.ppf((np.arange(2000) + 0.5) / 2000)
    grid = np.linspace(-1, 2, 301)
    best = grid[np.argmin([quantile(np.full_like(y, c), y, q=0.9) for c in grid])]
    assert best == pytest.approx(1.28, abs=0.011)


def test_pulls_on_a_far_outlier():
    """Squared: grows. Absolute, Huber, cross-entropy, hinge, focal: bounded; their losses are not."""
    far, zero, one = np.array([1e3]), np.zeros(1), np.ones(1)
    assert mse.grad(far, zero)[0] == 2000
    assert mae.grad(far, zero)[0] == huber.grad(far, zero)[0] == 1
    assert bce_with_logits.grad(-far, one)[0] == hinge.grad(-far, one)[0] == -1
    assert focal.grad(-far, one)[0] == pytest.approx(-1)
    for loss in (mae, bce_with_logits, focal):
        args = (far, zero) if loss is mae else (-far, one)
        assert loss(*args) == pytest.approx(1000)


def test_bounded_slopes_at_the_output_are_not_bounded_at_the_weights():
    x = 1000.0
    assert x * huber.grad(np.array([50.0]), np.zeros(1), delta=1.0)[0] == 1000


def test_near_the_optimum_the_slope_depends_on_the_loss():
    small, zero = np.array([1e-3]), np.zeros(1)
    assert mse.grad(small, zero)[0] == pytest.approx(2e-3)
    assert huber.grad(small, zero)[0] == pytest.approx(1e-3)
    assert mae.grad(small, zero)[0] == 1
    sure = np.array([8.0])
    assert abs(bce_with_logits.grad(sure, np.ones(1))[0]) < 4e-4
    assert abs(focal.grad(sure, np.ones(1))[0]) < 1e-9
    assert hinge.grad(sure, np.ones(1))[0] == 0


def test_a_fixed_step_decides_between_mse_and_mae():
    def after(grad, step, start=1.0, steps=50):
        w = np.array([start])
        for _ in range(steps):
            w = w - step * grad(w, np.zeros(1))
        return abs(w[0])

    assert after(mse.grad, 0.3) < 1e-15
    assert after(mse.grad, 1.1) > 1000
    assert after(mae.grad, 0.3) == pytest.approx(0.2)  # it hops between 0.1 and -0.2
    assert after(huber.grad, 0.3) < 1e-6
    assert after(huber.grad, 0.3, start=1000.0) == pytest.approx(985)


def test_losses_that_are_no_likelihoods():
    """exp(−loss), summed over the classes, is the same for every answer only for a likelihood."""

    def total(loss, z, no=0.0, **options):
        z = np.array([z])
        return float(np.exp(-loss(z, np.ones(1), **options)) + np.exp(-loss(z, np.full(1, no), **options)))

    assert total(bce_with_logits, 0.0) == pytest.approx(total(bce_with_logits, 3.0))
    assert total(focal, 0.0) != pytest.approx(total(focal, 3.0), abs=0.05)
    assert total(hinge, 0.0, no=-1.0) != pytest.approx(total(hinge, 1.0, no=-1.0), abs=0.05)
    even, sure = np.array([[0.5, 0.5]] * 2), np.array([[1.0, 0.0]] * 2)
    sums = [np.exp(-generalized_cross_entropy(p, np.arange(2), reduction="none")).sum() for p in (even, sure)]
    assert abs(sums[0] - sums[1]) > 0.05
    masks, pixel = np.array([[0.0], [1.0]]), np.array([[0.5], [0.9]])
    sums = [np.exp(-dice(np.tile(p, (2, 1)), masks, reduction="none")).sum() for p in pixel]
    assert abs(sums[0] - sums[1]) > 0.05


def test_cross_entropy_over_bins_is_regression():
    """Twenty bins of a Gaussian: the best constant logits give its mean within a bin."""
    y = np.random.default_rng(0).normal(loc=1.3, size=4000)
    edges = np.linspace(-3, 6, 19)
    label = np.digitize(y, edges)
    shares = np.bincount(label, minlength=20) / len(y)
    logits = np.log(np.maximum(shares, 1e-9))
    assert cross_entropy(np.tile(logits, (len(y), 1)), label) < np.log(20)
    centers = np.concatenate([[-3.25], (edges[1:] + edges[:-1]) / 2, [6.25]])
    assert shares @ centers == pytest.approx(1.3, abs=0.1)


def test_a_wasserstein_critic_without_a_bound_has_no_largest_value():
    real, made = np.array([0.0, 1.0]), np.array([4.0, 5.0])
    gaps = [abs(np.mean(c * real) - np.mean(c * made)) for c in (1, 10, 100)]
    assert gaps == pytest.approx([4, 40, 400])


def test_softmax_temperature_changes_no_decision():
    z = np.random.default_rng(0).normal(size=(50, 4))
    assert (z.argmax(axis=1) == (z / 7).argmax(axis=1)).all()


def test_the_clip_of_the_hasty_loss_ends_at_16_1():
    assert np.log((1 - 1e-7) / 1e-7) == pytest.approx(16.1, abs=0.05)
    assert "16.1" in PAGE


def test_the_check_of_a_loss_does_not_look_at_its_scale():
    def in_dollars(pred, target):
        return 80_000**2 * ((pred - target) ** 2).mean()

    of_one, of_dollars = (
        {finding.cause for finding in check_loss(loss, "real", library="torch").findings}
        for loss in (torch.nn.functional.mse_loss, in_dollars)
    )
    assert of_dollars - of_one <= {
        "half-precision"
    }  # where it is too large for float16, not for its neighbors
    assert "it does not do the scale, which only you can compare with its neighbors" in PAGE


def test_cosine_alone_is_content_with_a_collapse():
    same = torch.ones(6, 4)
    loss = torch.nn.functional.cosine_embedding_loss(same, same, torch.ones(6))
    assert float(loss) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("words", "cell", "output"),
    [
        ("is 0.693 both times", "survey-wasserstein", "shifted by 8: Jensen-Shannon 0.693, Wasserstein 8.0"),
        ("$W$ is 4 and 8", "survey-wasserstein", "shifted by 4: Jensen-Shannon 0.693, Wasserstein 4.0"),
        ("with 0.01, the second with 0.99", "survey-gan", "[-0.99 -0.5  -0.1 ]"),
        ("mean squared error 1.0, has a distance of 0", "survey-perceptual", "pixels:   1.0   features: 0.0"),
        ("0.16 at length 5, 0.0016 at 500", "survey-rest", "length 500: 0.4, length of the slope 0.0016"),
        ("at $p = 0.0001$: 0.0016 instead of 0.9999", "survey-rest", "-0.0016]  cross-entropy: [-0.001"),
        ("with means over each, 0.5 to 1", "survey-vae", "with both as means 0.5 : 1"),
        ("costs infinity", "survey-ctc", "(a blank must lie between): inf"),
        ("a slope of exactly 0. `cost_sensitive_bce` has −10", "dead-zones", "[-10. -10. -10. -10.  -5."),
        ("Nearly all of that gain is a decision rule", "ratings", "mode minus absolute whole: 0.0021"),
        ("which is nothing: with 2,000 ratings", "ratings", "power 1.5 minus absolute: -0.0001 ± 0.0005"),
        (
            "Gaussian prices of \\$180,000",
            "scale",
            "mse of dollars           root mean square pull    3.864e+05",
        ),
        ("Here that does not show", "calibration", "-0.48, standard deviation over the splits 1.70"),
        ("finds the clip", "check-loss", "worst first: clipped"),
        ("neither finds anything", "entropy-on-data", "by 0.4 on average, standard deviation 1.5"),
        ("neither finds anything", "entropy-on-data", "by 0.3 on average, standard deviation 1.8"),
        ("number above 1; cut it to 1", "entropy-on-data", "  3.5% of the answers are beyond every best"),
        ("decisions at one half", "entropy-on-data", "0.5% of the decisions at 1/2 are others"),
        ("nowhere the likeliest rating", "learned-thresholds", "['0.5', '1', '2', '3', '4', '5']"),
        ("up to $\\lambda \\approx 1.8$", "entropy-and-weight", "lambda = 1.7: shares 0.05, 1/11, 0.15"),
    ],
)
def test_what_the_page_says_is_what_the_notebook_prints(words, cell, output):
    assert words in PAGE
    assert output in PRINTED[cell]
