"""Facts that answers of the bank rest on and no chapter proves, each computed in two ways."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, logit
from sklearn.datasets import load_digits

from lossutils import contrastive

DOUBLE = {"dtype": torch.float64}


def slopes(function, *inputs):
    """The gradients of a scalar function by each of its inputs, by autograd."""
    inputs = [torch.as_tensor(x, **DOUBLE).clone().requires_grad_() for x in inputs]
    return [slope.numpy() for slope in torch.autograd.grad(function(*inputs), inputs)]


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), **DOUBLE)


def test_a_mean_of_micro_batch_means_weighs_tokens_by_the_length_of_their_batch():
    logits, labels = drawn(1000, 5), torch.arange(1000) % 5
    parts = (slice(0, 100), slice(100, 1000))

    def of_means(z):
        return sum(F.cross_entropy(z[part], labels[part]) for part in parts) / 2

    def of_sums(z):
        return sum(F.cross_entropy(z[part], labels[part], reduction="sum") for part in parts) / 1000

    (right,) = slopes(lambda z: F.cross_entropy(z, labels), logits)
    (wrong,) = slopes(of_means, logits)
    (sums,) = slopes(of_sums, logits)
    np.testing.assert_allclose(sums, right, rtol=1e-12)
    np.testing.assert_allclose(wrong[:100] / right[:100], 5, rtol=1e-10)
    np.testing.assert_allclose(wrong[100:] / right[100:], 5 / 9, rtol=1e-10)


def test_shifting_labels_twice_asks_for_the_token_after_the_next():
    tokens = torch.arange(6)
    labels = F.pad(tokens[1:], (0, 1), value=-100)  # shifted by hand, then once more inside the model
    inside = F.pad(labels[1:], (0, 1), value=-100)
    assert (inside[:4] == tokens[:4] + 2).all() and (inside[4:] == -100).all()
    nothing = F.cross_entropy(drawn(2, 5), torch.full((2,), -100))
    assert nothing.isnan()  # a batch without a target: 0 / 0


def test_a_linear_cross_entropy_in_chunks_is_exact_also_for_chunks_that_do_not_divide():
    x, weight, labels = drawn(10, 3), drawn(7, 3, seed=1), torch.arange(10) % 7
    loss = F.cross_entropy(x @ weight.T, labels)
    by_x, by_weight = slopes(lambda x, w: F.cross_entropy(x @ w.T, labels), x, weight)
    total, to_x, to_weight = 0.0, torch.zeros_like(x), torch.zeros_like(weight)
    for start in range(0, 10, 4):  # 4, 4 and 2 rows: no more logits than these at a time
        rows = slice(start, start + 4)
        logits = x[rows] @ weight.T
        total += F.cross_entropy(logits, labels[rows], reduction="sum") / 10
        pull = (logits.softmax(-1) - F.one_hot(labels[rows], 7)) / 10
        to_x[rows] = pull @ weight
        to_weight += pull.T @ x[rows]
    assert total.item() == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(to_x, by_x, atol=1e-15)
    np.testing.assert_allclose(to_weight, by_weight, atol=1e-15)


def test_z_loss_holds_the_level_that_cross_entropy_leaves_free():
    z, label, c = drawn(1, 6), torch.tensor([2]), 1e-4
    (pull,) = slopes(lambda z: F.cross_entropy(z, label), z)
    assert abs(pull.sum()) < 1e-15
    assert F.cross_entropy(z + 50, label).item() == pytest.approx(F.cross_entropy(z, label).item())
    (level,) = slopes(lambda z: c * z.logsumexp(-1).square().sum(), z)
    expected = 2 * c * z.logsumexp(-1, keepdim=True) * z.softmax(-1)
    np.testing.assert_allclose(level, expected, rtol=1e-12)
    assert level.sum() == pytest.approx(2 * c * z.logsumexp(-1).item())


def gaussian(x, mean, deviation):
    return np.exp(-(((x - mean) / deviation) ** 2) / 2) / (deviation * math.sqrt(2 * math.pi))


def test_forward_kl_covers_two_hills_and_reverse_kl_takes_one():
    x = np.linspace(-25, 25, 20001)
    teacher = 0.5 * gaussian(x, -3, 1) + 0.5 * gaussian(x, 3, 1)

    def kl(p, q):
        return np.trapezoid(np.where(p > 0, p * np.log(np.maximum(p, 1e-300) / np.maximum(q, 1e-300)), 0), x)

    students = [(m, s) for m in np.arange(0, 4.01, 0.25) for s in np.arange(0.5, 4.01, 0.25)]
    students.append((0, math.sqrt(10)))  # the moments: variance 1 and 3 squared
    forward = min(students, key=lambda student: kl(teacher, gaussian(x, *student)))
    reverse = min(students, key=lambda student: kl(gaussian(x, *student), teacher))
    assert forward == (0, math.sqrt(10))
    assert reverse == (3, 1)
    assert kl(gaussian(x, 3, 1), teacher) == pytest.approx(math.log(2), abs=0.01)


def test_the_best_policy_under_a_kl_penalty_and_what_it_says_of_the_reward():
    rng = np.random.default_rng(0)
    reward, beta, reference = rng.normal(size=6), 0.3, rng.dirichlet(np.ones(6))
    z = np.sum(reference * np.exp(reward / beta))
    best = reference * np.exp(reward / beta) / z

    def worth(policy):
        return policy @ reward - beta * policy @ np.log(policy / reference)

    for policy in rng.dirichlet(np.ones(6), size=50):  # worse by exactly beta times KL from the best
        gap = beta * policy @ np.log(policy / best)
        assert worth(policy) == pytest.approx(beta * math.log(z) - gap, abs=1e-12) and gap > 0
    implied = beta * np.log(best / reference)
    np.testing.assert_allclose(implied + beta * math.log(z), reward)
    differences = np.subtract.outer(reward, reward)
    np.testing.assert_allclose(np.subtract.outer(implied, implied), differences, atol=1e-9)


def test_dpo_starts_at_log_2_and_its_pull_is_beta_times_sigmoid_of_minus_the_margin():
    beta, reference = 0.1, torch.tensor([-40.0, -35.0], **DOUBLE)

    def dpo(chosen, rejected):
        margin = beta * ((chosen - reference[0]) - (rejected - reference[1]))
        return -F.logsigmoid(margin)

    assert dpo(*reference).item() == pytest.approx(math.log(2), rel=1e-15)
    for chosen, rejected in [(-40.0, -35.0), (-30.0, -60.0), (-70.0, -20.0)]:
        margin = beta * ((chosen + 40) - (rejected + 35))
        weight = beta / (1 + math.exp(margin))
        by_chosen, by_rejected = slopes(dpo, chosen, rejected)
        assert by_chosen == pytest.approx(-weight) and by_rejected == pytest.approx(weight)


def test_dpo_can_lower_the_chosen_answer_too():
    features = torch.tensor([1.0, 2.0, 0.0], **DOUBLE)  # chosen, rejected, a third answer
    before, after = (F.log_softmax(theta * features, -1) for theta in (0.0, -1.0))
    (slope,) = slopes(
        lambda theta: (
            -F.logsigmoid(F.log_softmax(theta * features, -1) @ torch.tensor([1.0, -1, 0], **DOUBLE))
        ),
        0.0,
    )
    assert slope > 0  # a step goes to smaller theta
    assert after[0] - after[1] > before[0] - before[1]
    assert after[0] < before[0] and after[1] < before[1] and after[2] > before[2]
    np.testing.assert_allclose(after.exp(), [0.245, 0.090, 0.665], atol=5e-4)


def test_ipo_has_a_finite_best_margin_and_dpo_none():
    tau = 0.1
    margins = torch.linspace(-20, 20, 4001, **DOUBLE)
    assert margins[(margins - 1 / (2 * tau)).square().argmin()].item() == pytest.approx(5)
    assert (F.logsigmoid(margins).diff() > 0).all()


def test_the_policy_gradient_is_unbiased_with_any_baseline():
    logits, reward = drawn(5), drawn(5, seed=1)
    (truth,) = slopes(lambda z: -(z.softmax(-1) @ reward), logits)
    p = logits.softmax(-1)
    spread = []
    for baseline in (0.0, float(p @ reward), 10.0):
        samples = torch.stack(
            [-(reward[a] - baseline) * (F.one_hot(torch.tensor(a), 5) - p) for a in range(5)]
        )
        np.testing.assert_allclose(p @ samples, truth, atol=1e-15)
        spread.append(float(p @ (samples - p @ samples).square().sum(-1)))
    assert spread[1] < spread[0] < spread[2]


def test_where_the_clip_of_ppo_leaves_a_slope():
    def loss(ratio, advantage):
        return -torch.minimum(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage)

    cases = {(1.0, 1): -1, (1.5, 1): 0, (0.5, 1): -1, (1.5, -1): 1, (0.5, -1): 0, (math.exp(5), -1): 1}
    for (ratio, advantage), slope in cases.items():
        assert slopes(lambda r, a=advantage: loss(r, a), ratio)[0] == slope
    assert loss(torch.tensor(math.exp(5)), -1).item() == pytest.approx(148.4, abs=0.05)  # no bound
    # At ratio 1 the slope by the log-probability is that of REINFORCE.
    (slope,) = slopes(lambda log_p: loss((log_p + 2.0).exp(), 3.0), -2.0)
    assert slope == pytest.approx(-3.0)


def test_a_group_of_answers_has_loss_0_and_a_gradient():
    reward = torch.tensor([1.0, 0, 0, 0, 0, 0, 0, 0], **DOUBLE)
    advantage = (reward - reward.mean()) / reward.std(correction=0)
    np.testing.assert_allclose(advantage[:2], [math.sqrt(7), -1 / math.sqrt(7)])
    log_p = drawn(8)
    loss = -((log_p - log_p.detach()).exp() * advantage).mean()
    assert abs(loss.item()) < 1e-15
    (slope,) = slopes(lambda z: -((z - log_p).exp() * advantage).mean(), log_p)
    np.testing.assert_allclose(slope, -advantage / 8)


def test_weights_of_tokens_under_three_means():
    lengths = torch.tensor([2, 6])
    token = torch.cat([torch.full((n,), i) for i, n in enumerate(lengths)])
    losses = torch.zeros(8)

    def by_answer(x):
        return torch.stack([x[token == 0].mean(), x[token == 1].mean()]).mean()

    np.testing.assert_allclose(slopes(by_answer, losses)[0][[0, -1]], [1 / 4, 1 / 12])
    np.testing.assert_allclose(slopes(lambda x: x.sum() / lengths.sum(), losses)[0][[0, -1]], [1 / 8, 1 / 8])
    np.testing.assert_allclose(slopes(lambda x: x.sum() / (2 * 6), losses)[0][[0, -1]], [1 / 12, 1 / 12])


def test_three_estimators_of_kl_their_values_and_their_gradients():
    logits, reference = drawn(6), drawn(6, seed=1).log_softmax(-1)
    p = logits.softmax(-1)

    def estimates(z):
        gap = reference - z.log_softmax(-1)  # log of reference over policy
        return {"k1": -gap, "k2": gap.square() / 2, "k3": gap.expm1() - gap}

    values = estimates(logits)
    kl = float(p @ values["k1"])
    assert float(p @ values["k3"]) == pytest.approx(kl, rel=1e-12)
    assert abs(float(p @ values["k2"]) / kl - 1) > 0.01
    assert (values["k1"] < 0).any() and (values["k3"] >= 0).all()
    (reverse,) = slopes(
        lambda z: F.kl_div(reference, z.log_softmax(-1), log_target=True, reduction="sum"), logits
    )
    (forward,) = slopes(
        lambda z: F.kl_div(z.log_softmax(-1), reference, log_target=True, reduction="sum"), logits
    )
    # As a term of a loss on samples of the policy: no gradient goes through the sampling.
    asked = {name: slopes(lambda z, n=name: p @ estimates(z)[n], logits)[0] for name in values}
    np.testing.assert_allclose(asked["k1"], 0, atol=1e-15)
    np.testing.assert_allclose(asked["k2"], reverse, atol=1e-14)
    np.testing.assert_allclose(asked["k3"], forward, atol=1e-14)


def test_balance_of_experts():
    def balance(probability):
        used = F.one_hot(probability.argmax(-1), probability.shape[-1]).to(probability.dtype).mean(0)
        return probability.shape[-1] * (used * probability.mean(0)).sum()

    assert balance(torch.eye(4, **DOUBLE)).item() == pytest.approx(1)
    assert balance(torch.eye(4, **DOUBLE)[[0, 0, 0, 0]]).item() == pytest.approx(4)
    uneven = torch.tensor([[0.51, 0.49]] * 3 + [[0.0, 1.0]], **DOUBLE)
    assert balance(uneven).item() == pytest.approx(0.8825)  # below 1, and three of four tokens at one expert
    (slope,) = slopes(balance, uneven)
    np.testing.assert_allclose(slope, np.tile([2 * 0.75 / 4, 2 * 0.25 / 4], (4, 1)))  # by the use alone


def test_accumulated_info_nce_is_another_loss():
    a, b = F.normalize(drawn(8, 4), dim=-1), F.normalize(drawn(8, 4, seed=1), dim=-1)

    def info_nce(a, b):
        return F.cross_entropy(a @ b.T / 0.1, torch.arange(len(a)))

    whole = slopes(info_nce, a, b)[0]
    halves = slopes(lambda a, b: (info_nce(a[:4], b[:4]) + info_nce(a[4:], b[4:])) / 2, a, b)[0]
    assert np.abs(whole - halves).max() > 0.01
    # GradCache: the slopes by the embeddings of the whole batch, handed back part by part.
    encoder = drawn(4, 4, seed=2)
    (direct,) = slopes(lambda w: info_nce(a @ w, b), encoder)
    cached = slopes(lambda e: info_nce(e, b), a @ encoder)[0]
    np.testing.assert_allclose(
        sum(a[part].numpy().T @ cached[part] for part in (slice(4), slice(4, 8))), direct
    )


@pytest.mark.parametrize("alpha", [0.1, 0.6, 0.95])
def test_three_targets_of_a_denoiser_are_one_loss_with_three_weights(alpha):
    sigma = math.sqrt(1 - alpha**2)
    snr = alpha**2 / sigma**2
    x0, noise, guess = drawn(5), drawn(5, seed=1), drawn(5, seed=2)  # guess: x0 as the network says it
    x = alpha * x0 + sigma * noise
    v = alpha * noise - sigma * x0

    def of_noise(g):
        return ((x - alpha * g) / sigma - noise).square().mean()

    def of_v(g):
        return (alpha * (x - alpha * g) / sigma - sigma * g - v).square().mean()

    (pull,) = slopes(lambda g: (g - x0).square().mean(), guess)
    np.testing.assert_allclose(slopes(of_noise, guess)[0], snr * pull, rtol=1e-9)
    np.testing.assert_allclose(slopes(of_v, guess)[0], (snr + 1) * pull, rtol=1e-9)
    least = min(snr, 5.0)  # min-SNR: the same weight for all three, written for each
    np.testing.assert_allclose(slopes(lambda g: least / snr * of_noise(g), guess)[0], least * pull, rtol=1e-9)
    np.testing.assert_allclose(
        slopes(lambda g: least / (snr + 1) * of_v(g), guess)[0], least * pull, rtol=1e-9
    )


def test_the_loss_of_flow_matching_has_a_floor_and_the_gradient_of_the_mean_velocity():
    start, end = drawn(200_000), drawn(200_000, seed=1)
    middle, velocity = (start + end) / 2, end - start
    slope = (
        middle * velocity
    ).mean() / middle.square().mean()  # the best linear answer, best of all for Gaussians
    assert abs(slope.item()) < 0.02
    assert (velocity - slope * middle).square().mean().item() == pytest.approx(2, abs=0.02)
    # For a handful of pairs through one point: regress each velocity, or their mean.
    velocities = drawn(7, 2)
    (each,) = slopes(lambda u: (u - velocities).square().sum(-1).mean(), [0.3, -0.2])
    (mean,) = slopes(lambda u: (u - velocities.mean(0)).square().sum(), [0.3, -0.2])
    np.testing.assert_allclose(each, mean, atol=1e-14)


def test_a_gaussian_likelihood_lets_go_of_what_it_calls_noisy_and_has_no_floor():
    def nll(mean, log_variance):
        return (log_variance + 4.0 / log_variance.exp() * (mean / 2 - 1).square()) / 2  # target 2

    def slope_of_mean(variance):
        return slopes(nll, 0.0, math.log(variance))[0]

    assert slope_of_mean(1.0) == pytest.approx(-2) and slope_of_mean(100.0) == pytest.approx(-0.02)
    variances = torch.tensor([1.0, 4.0, 9.0], **DOUBLE)
    values = (variances.log() + 4 / variances) / 2
    assert values.argmin() == 1  # the best variance is the squared error
    exact = [nll(torch.tensor(2.0), torch.tensor(float(-k))).item() for k in (0, 10, 20)]
    assert exact == [0, -5, -10]  # a target that is met: as low as the variance is small


def test_torch_clamps_the_variance_and_hides_it_from_the_gradient():
    def at(variance):
        v = torch.tensor(variance, requires_grad=True, **DOUBLE)
        loss = F.gaussian_nll_loss(torch.tensor(0.0, **DOUBLE), torch.tensor(1.0, **DOUBLE), v)
        return loss.item(), torch.autograd.grad(loss, v)[0].item()

    assert at(1e-8) == at(1e-6)
    assert at(1e-8)[1] == pytest.approx(-5e11, rel=1e-4)  # and yet the value is constant there


def test_learned_weights_of_tasks_end_at_the_sum_of_logarithms():
    losses = torch.tensor([0.01, 4.0], **DOUBLE)
    s = torch.linspace(-8, 8, 16001, **DOUBLE)[:, None]  # the logarithm of the squared scale
    values = losses * (-s).exp() / 2 + s / 2
    np.testing.assert_allclose(values.min(0).values, (1 + losses.log()) / 2, atol=1e-6)
    weights = (-s[values.argmin(0), 0]).exp()
    np.testing.assert_allclose(weights, 1 / losses, rtol=1e-3)
    assert values.min(0).values[0] < 0


def boxes_iou(a, b):
    over = (torch.minimum(a[2:], b[2:]) - torch.maximum(a[:2], b[:2])).clamp(min=0).prod()
    union = (a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - over
    hull = (torch.maximum(a[2:], b[2:]) - torch.minimum(a[:2], b[:2])).prod()
    return over / union, (hull - union) / hull


def test_iou_of_boxes_that_do_not_meet_has_no_gradient_and_giou_has():
    guess, truth = [0.0, 0, 2, 2], torch.tensor([5.0, 0, 7, 2], **DOUBLE)
    (iou,) = slopes(lambda a: 1 - boxes_iou(a, truth)[0], guess)
    (giou,) = slopes(lambda a: 1 - boxes_iou(a, truth)[0] + boxes_iou(a, truth)[1], guess)
    assert (iou == 0).all()
    assert giou[2] < 0  # the right edge should move right
    overlap, gap = boxes_iou(torch.tensor(guess, **DOUBLE), truth)
    assert (1 - overlap + gap).item() == pytest.approx(10 / 7)


def test_quantiles_from_steps_that_are_positive_do_not_cross():
    raw = drawn(100, 3) * 10
    levels = torch.cat([raw[:, :1], F.softplus(raw[:, 1:])], -1).cumsum(-1)
    assert (levels.diff(dim=-1) >= 0).all() and (raw.diff(dim=-1) < 0).any()


def test_in_batch_negatives_learn_the_ratio_to_the_popularity():
    # Two queries, three items. The best scores of a softmax over items drawn by popularity, exactly.
    joint = torch.tensor([[0.5, 0.1, 0.05], [0.1, 0.2, 0.05]], **DOUBLE)
    query, item = joint.sum(1), joint.sum(0)
    score = torch.zeros(2, 3, **DOUBLE, requires_grad=True)
    optimizer = torch.optim.LBFGS([score], max_iter=200, tolerance_grad=1e-12, tolerance_change=1e-14)

    def closure():
        optimizer.zero_grad()
        others = torch.cartesian_prod(torch.arange(3), torch.arange(3))  # two negatives, each by popularity
        chance = item[others[:, 0]] * item[others[:, 1]]
        rows = torch.stack([torch.full((9,), k) for k in range(3)])  # the positive item
        keys = torch.stack([rows, others[:, 0].expand(3, 9), others[:, 1].expand(3, 9)], -1)
        loss = -(joint[:, :, None] * chance * score[:, keys].log_softmax(-1)[..., 0]).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    ratio = (joint / (query[:, None] * item)).log()
    found = score.detach()
    np.testing.assert_allclose(found - found[:, :1], ratio - ratio[:, :1], atol=1e-4)


def test_sorting_quantiles_never_raises_the_pinball_loss():
    rng = np.random.default_rng(0)
    guesses, target, levels = (
        rng.normal(size=(1000, 3)),
        rng.normal(size=(1000, 1)),
        np.array([0.1, 0.5, 0.9]),
    )

    def pinball(guesses):
        return np.maximum(levels * (target - guesses), (1 - levels) * (guesses - target)).sum(axis=1)

    gain = pinball(guesses) - pinball(np.sort(guesses, axis=1))
    assert gain.min() >= -1e-12 and gain.max() > 0.1


def test_log_of_sigmoid_in_two_steps():
    def value_and_slope(function, margin):
        x = torch.tensor(margin, requires_grad=True)
        loss = function(x)
        return loss.item(), torch.autograd.grad(loss, x)[0].item()

    value, slope = value_and_slope(lambda x: -x.sigmoid().log(), -110.0)
    assert value == math.inf and math.isnan(slope)
    assert value_and_slope(lambda x: -F.logsigmoid(x), -110.0) == (110, -1)
    value, slope = value_and_slope(lambda x: -(x.sigmoid() + 1e-8).log(), -110.0)
    assert value == pytest.approx(18.4, abs=0.05) and slope == 0
    log_p = torch.tensor(-1e-8)
    assert torch.log1p(-log_p.exp()).isneginf()
    assert torch.log(-torch.expm1(log_p)).item() == pytest.approx(math.log(1e-8), rel=1e-6)
    d = torch.tensor(1e-4)
    assert (d.exp() - d - 1).item() != pytest.approx(5e-9, rel=0.5)
    assert (d.double().expm1() - d.double()).item() == pytest.approx(5e-9, rel=1e-3)


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


def test_with_turned_labels_the_contrastive_loss_falls_and_recall_as_well():
    pixels, classes = load_digits(return_X_y=True)
    x = torch.tensor(pixels[:900] / 16, dtype=torch.float32)
    y = classes[:900]

    def recall(net):
        with torch.no_grad():
            distances = torch.cdist(net(x), net(x)).fill_diagonal_(np.inf)
        return np.mean(y[distances.argmin(1).numpy()] == y)

    def trained(turned):
        torch.manual_seed(0)
        rng = np.random.default_rng(0)
        net = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 4))
        steps = torch.optim.Adam(net.parameters(), lr=0.02)
        losses, before = [], recall(net)
        i, j = np.triu_indices(40, 1)
        for _ in range(60):
            batch = np.concatenate([rng.choice(np.flatnonzero(y == c), 4, replace=False) for c in range(10)])
            same = (y[batch][i] == y[batch][j]) != turned
            z = net(x[batch])
            loss = contrastive(z[i], z[j], torch.tensor(same, dtype=torch.float32), margin=1.0)
            steps.zero_grad()
            loss.backward()
            steps.step()
            losses.append(loss.item())
        return losses[0], np.mean(losses[-20:]), before, recall(net)

    first, last, before, after = trained(turned=False)
    assert last < first / 5 and after > 0.9 > before
    first, last, before, after = trained(turned=True)
    assert last < 0.9 * first and after < before / 2
