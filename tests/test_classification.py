"""What lossutils.classification guarantees beyond the contract, and statements of the chapter, computed.

Torch is the second opinion where it is right; where it is not, mpmath is, and the difference is shown.
"""

from contextlib import nullcontext

import mpmath as mp
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from references import exact, minus_log_softmax, softplus, y_log
from scipy import optimize, special, stats
from sklearn import metrics

from lossutils import (
    bce,
    bce_with_logits,
    cce,
    cross_entropy,
    generalized_cross_entropy,
    huber,
    kl_divergence,
    mae,
    mse,
)
from lossutils.classification import log_sigmoid, log_softmax, sigmoid, softmax

REDUCTIONS = ["mean", "sum", "none"]
each_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def draw(n=20, k=4, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, k)) * 2, rng.integers(k, size=n), rng.dirichlet([1.0] * k, size=n)


def against_torch(ours, theirs, pred, target, reduction, **options):
    """Value and gradient of our loss and of torch's, on the same numbers."""
    value = ours(pred, target, reduction=reduction, **options)
    slope = ours.grad(pred, target, reduction=reduction, **options)
    tensor = torch.tensor(pred, requires_grad=True)
    expected = theirs(tensor)
    expected.sum().backward()
    np.testing.assert_allclose(value, expected.detach(), rtol=1e-12)
    np.testing.assert_allclose(slope, tensor.grad, rtol=1e-10, atol=1e-14)


def close_to(value, truth, dtype, ulps=4):
    """Within a few units in the last place; below the smallest normal number within one of those."""
    limits = np.finfo(dtype)
    assert value.dtype == dtype
    allowed = ulps * float(limits.eps) * abs(truth) + float(limits.smallest_normal)
    assert abs(exact(value) - truth) <= allowed, (value, truth)


def grad_of(function, at):
    tensor = torch.tensor(at, requires_grad=True)
    function(tensor).backward()
    return tensor.grad.numpy()


# From logits to probabilities

Z = [0, 1e-30, 1e-8, 0.5, 1, 5, 16.7, 17, 20, 36, 37, 40, 80, 87, 88, 89, 100, 104, 500, 700, 1e3, 1e4, 1e30]


@each_dtype
@pytest.mark.parametrize("sign", [1, -1])
def test_sigmoid_and_its_logarithm_against_mpmath(dtype, sign):
    z = sign * np.array(Z, dtype=dtype)
    for one, p, log_p in zip(z, sigmoid(z), log_sigmoid(z), strict=True):
        x = exact(one)
        close_to(p, mp.exp(-softplus(-x)) if x > -30000 else mp.mpf(0), dtype)
        close_to(log_p, -softplus(-x) if x > -30000 else x, dtype)


@each_dtype
def test_softmax_and_its_logarithm_against_mpmath(dtype):
    rows = [(0, -gap, -2 * gap, 0.5) for gap in Z[:-1]] + [(1e4, 1e4, -1e4, 9990), (-1e4, -1e4, -1e4, -1e4)]
    for row in np.array(rows, dtype=dtype):
        z = exact(row)
        for k in range(4):
            truth = -minus_log_softmax(z, k)
            close_to(log_softmax(row)[k], truth, dtype)
            close_to(softmax(row)[k], mp.exp(truth), dtype)


@each_dtype
def test_probabilities_of_the_other_kind_of_arrays_and_shapes(dtype):
    z = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(dtype) * 5
    for ours, theirs in [(softmax, special.softmax), (log_softmax, special.log_softmax)]:
        np.testing.assert_allclose(ours(z), theirs(z, axis=-1), rtol=1e-5)
        np.testing.assert_allclose(ours(torch.tensor(z)).numpy(), ours(z), rtol=1e-6)
    for ours, theirs in [(sigmoid, special.expit), (log_sigmoid, special.log_expit)]:
        np.testing.assert_allclose(ours(z), theirs(z), rtol=1e-5)
        np.testing.assert_allclose(ours(torch.tensor(z)).numpy(), ours(z), rtol=1e-6)


def test_softmax_with_a_masked_class():
    z = np.array([[1.0, -np.inf, 0.0]])
    np.testing.assert_allclose(softmax(z), [[1 / (1 + np.exp(-1)), 0, 1 / (1 + np.exp(1))]])
    np.testing.assert_array_equal(log_softmax(z)[0, 1], -np.inf)


logits = st.lists(st.floats(-50, 50), min_size=2, max_size=6).map(np.array)


@given(z=logits, shift=st.floats(-1e3, 1e3))
@settings(max_examples=50, deadline=None)
def test_a_shift_of_all_logits_changes_nothing(z, shift):
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-9)
    np.testing.assert_allclose(log_softmax(z + shift), log_softmax(z), rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(softmax(z).sum(), 1, rtol=1e-14)


# Equal to torch where torch is right


@each_reduction
def test_bce_is_that_of_torch(reduction):
    p = np.random.default_rng(1).uniform(0.01, 0.99, size=(5, 3))
    for y in (np.round(p[::-1]), p[::-1].copy()):
        against_torch(
            bce,
            lambda t, y=y: F.binary_cross_entropy(t, torch.tensor(y), reduction=reduction),
            p,
            y,
            reduction,
        )


@each_reduction
@pytest.mark.parametrize("pos_weight", [None, 3.0, 0.0, np.array([0.5, 1.0, 4.0, 0.0])])
@pytest.mark.parametrize("soft", [False, True])
def test_bce_with_logits_is_that_of_torch(reduction, pos_weight, soft):
    z, _, rows = draw()
    y = rows if soft else (rows > 0.25).astype(float)
    weight = None if pos_weight is None else torch.as_tensor(pos_weight)

    def theirs(tensor):
        options = {"pos_weight": weight, "reduction": reduction}
        return F.binary_cross_entropy_with_logits(tensor, torch.tensor(y), **options)

    against_torch(bce_with_logits, theirs, z, y, reduction, pos_weight=pos_weight)


def test_pos_weight_for_each_class_with_weights_blocks_and_backward():
    """One number for each place along the last axis, wherever an element ends up on the way."""
    rng = np.random.default_rng(0)
    z, y, weight = (
        rng.normal(size=(60_000, 3)),
        rng.integers(2, size=(60_000, 3)),
        rng.integers(3, size=(60_000, 3)),
    )
    pos_weight = np.array([0.5, 2.0, 7.0])
    options = {"weight": weight * 1.0, "pos_weight": pos_weight}
    columns = [
        bce_with_logits(
            z[:, k], y[:, k], weight=weight[:, k] * 1.0, pos_weight=pos_weight[k], reduction="sum"
        )
        for k in range(3)
    ]
    np.testing.assert_allclose(bce_with_logits(z, y, reduction="sum", **options), sum(columns), rtol=1e-12)
    slope = bce_with_logits.grad(z, y, reduction="sum", **options)
    expected = weight * ((1 - y) * sigmoid(z) - pos_weight * y * sigmoid(-z))
    np.testing.assert_allclose(slope, expected, rtol=1e-12)
    tensor, weights = torch.tensor(z[:100], requires_grad=True), torch.tensor(pos_weight, requires_grad=True)
    bce_with_logits(tensor, torch.tensor(y[:100]), pos_weight=weights, reduction="sum").backward()
    assert torch.isfinite(weights.grad).all() and weights.grad.shape == (3,)
    rows, flags, fixed = tensor.detach(), torch.tensor(y[:100]), weights.detach()
    slopes = torch.func.vmap(torch.func.grad(lambda p, t: bce_with_logits(p, t, pos_weight=fixed)))(
        rows, flags
    )
    single = bce_with_logits.grad(z[:100], y[:100], pos_weight=pos_weight, reduction="sum")
    np.testing.assert_allclose(slopes * 3, single, rtol=1e-12)
    with pytest.raises(ValueError, match=r"pos_weight has shape \(2,\): it must be .* of shape \(3,\)"):
        bce_with_logits(z, y, pos_weight=pos_weight[:2])
    with pytest.raises(ValueError, match="pos_weight must be finite and at least 0, got -1 at index"):
        bce_with_logits(z, y, pos_weight=-2 * pos_weight)


@each_reduction
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 0.75])
@pytest.mark.parametrize("class_weight", [None, np.array([0.5, 1.0, 4.0, 0.0])])
@pytest.mark.parametrize("soft", [False, True])
def test_cross_entropy_is_that_of_torch(reduction, label_smoothing, class_weight, soft):
    z, index, rows = draw()
    target = rows if soft else index

    def theirs(tensor):
        weight = None if class_weight is None else torch.tensor(class_weight)
        options = {"weight": weight, "label_smoothing": label_smoothing}
        value = F.cross_entropy(tensor, torch.tensor(target), reduction=reduction, **options)
        if (
            soft and class_weight is not None and reduction == "mean"
        ):  # torch divides by N, whatever the weights
            value = value * len(z) / (class_weight * rows).sum()
        return value

    options = {"label_smoothing": label_smoothing, "class_weight": class_weight}
    against_torch(cross_entropy, theirs, z, target, reduction, **options)


def test_a_one_hot_target_and_its_index_have_one_loss():
    """Not so in torch: its mean over distributions divides by N, the one over indices by the weights."""
    z, index, _ = draw()
    rows, weight = np.eye(4)[index], np.array([0.5, 1.0, 4.0, 2.0])
    for options in ({}, {"class_weight": weight}, {"class_weight": weight, "label_smoothing": 0.2}):
        for function in (cross_entropy, cross_entropy.grad):
            np.testing.assert_allclose(
                function(z, rows, **options), function(z, index, **options), rtol=1e-13
            )
    tensors = torch.tensor(z), torch.tensor(weight)
    by_index = F.cross_entropy(tensors[0], torch.tensor(index), weight=tensors[1])
    by_row = F.cross_entropy(tensors[0], torch.tensor(rows), weight=tensors[1])
    assert abs(by_row / by_index - weight[index].mean()) < 1e-12


@each_reduction
def test_class_weight_and_weight_multiply(reduction):
    z, index, _ = draw()
    weight, class_weight = np.linspace(0, 2, 20), np.array([0.5, 1.0, 4.0, 2.0])
    got = cross_entropy(z, index, weight=weight, class_weight=class_weight, reduction=reduction)
    each = weight * class_weight[index] * -log_softmax(z)[np.arange(20), index]
    expected = each if reduction == "none" else each.sum()
    if reduction == "mean":
        expected = expected / (weight * class_weight[index]).sum()
    np.testing.assert_allclose(got, expected, rtol=1e-13)


def test_class_weight_over_many_blocks():
    rng = np.random.default_rng(0)
    z, index, class_weight = (
        rng.normal(size=(80_000, 4)),
        rng.integers(4, size=80_000),
        np.array([1.0, 0, 3, 7]),
    )
    each = class_weight[index] * cross_entropy(z, index, reduction="none")
    got = cross_entropy(z, index, class_weight=class_weight)
    np.testing.assert_allclose(got, each.sum() / class_weight[index].sum(), rtol=1e-12)
    slope = cross_entropy.grad(z, index, class_weight=class_weight, reduction="sum")
    expected = class_weight[index][:, None] * (softmax(z) - np.eye(4)[index])
    np.testing.assert_allclose(slope, expected, rtol=1e-10, atol=1e-15)


def test_cce_is_nll_loss_and_cross_entropy_is_cce_of_softmax():
    z, index, rows = draw()
    p = softmax(z)
    expected = F.nll_loss(torch.tensor(p).log(), torch.tensor(index))
    np.testing.assert_allclose(cce(p, index), expected, rtol=1e-13)
    for target in (index, rows):
        np.testing.assert_allclose(cross_entropy(z, target), cce(p, target), rtol=1e-12)


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4), (2, 3, 5, 4), (0, 4)])
def test_classes_lie_along_the_last_axis_whatever_comes_before(shape):
    rng = np.random.default_rng(0)
    z, target = rng.normal(size=shape), rng.integers(4, size=shape[:-1])
    value = cross_entropy(z, target, reduction="none")
    assert value.shape == shape[:-1] and cross_entropy.grad(z, target, reduction="sum").shape == shape
    flat = cross_entropy(z.reshape(-1, 4), target.reshape(-1), reduction="none")
    np.testing.assert_array_equal(value.reshape(-1), flat)
    if len(shape) == 4:  # an image: torch has the classes second
        theirs = F.cross_entropy(torch.tensor(z).movedim(-1, 1), torch.tensor(target), reduction="none")
        np.testing.assert_allclose(value, theirs, rtol=1e-12)


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.int64])
def test_class_indices_of_any_whole_type(kind):
    z, index, _ = draw()
    expected = cross_entropy(z, index)
    assert cross_entropy(z, index.astype(kind)) == expected
    got = cross_entropy(torch.tensor(z), torch.tensor(index.astype(kind)))
    np.testing.assert_allclose(got, expected, rtol=1e-13)


# Right where torch is not


@pytest.mark.parametrize("gap", [17, 20, 40, 60, 80])
def test_a_float32_gap_of_two_logits_keeps_its_relative_accuracy(gap):
    z, target = np.array([[gap, 0]], dtype=np.float32), np.array([0])
    truth = mp.log1p(mp.exp(-mp.mpf(gap)))
    close_to(cross_entropy(z, target), truth, np.float32)
    slope = cross_entropy.grad(z, target)[0]
    close_to(slope[1], mp.exp(-softplus(mp.mpf(gap))), np.float32)
    assert slope[0] == -slope[1]
    assert F.cross_entropy(torch.tensor(z), torch.tensor(target)) == 0  # torch has lost all of it
    close_to(bce_with_logits(np.float32([gap]), np.float32([1])), truth, np.float32)


def test_probabilities_of_0_and_1_have_the_true_limit():
    p, y = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])
    np.testing.assert_array_equal(bce(p, y, reduction="none"), [0, 0, np.inf, np.inf])
    np.testing.assert_array_equal(bce.grad(p, y, reduction="sum"), [1, -1, -np.inf, np.inf])
    tensor = torch.tensor(p, requires_grad=True)
    capped = F.binary_cross_entropy(tensor, torch.tensor(y), reduction="none")
    assert capped.tolist() == [0, 0, 100, 100]
    capped.sum().backward()
    assert tensor.grad.abs().max() == pytest.approx(1e12, rel=1e-3)
    rows = np.array([[1.0, 0.0], [1.0, 0.0]])
    np.testing.assert_array_equal(cce(rows, np.array([0, 1]), reduction="none"), [0, np.inf])
    np.testing.assert_array_equal(
        kl_divergence(rows, np.array([[1, 0], [0.5, 0.5]]), reduction="none"), [0, np.inf]
    )
    np.testing.assert_array_equal(
        generalized_cross_entropy(rows, np.array([0, 1]), q=0.5, reduction="none"), [0, 2]
    )


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor])
def test_a_binary_target_of_2_is_an_error_that_names_it(convert):
    z, y = convert(np.array([[0.0, 1.0], [3.0, -1.0]])), convert(np.array([[0.0, 1.0], [1.0, 2.0]]))
    for function in (bce_with_logits, bce_with_logits.grad):
        with pytest.raises(ValueError, match=r"target must lie in \[0, 1\], got 2 at index \(1, 1\)"):
            function(z, y)
    with pytest.raises(ValueError, match=r"target must lie in \[0, 1\], got 2 at index \(1, 1\)"):
        bce(z * 0 + 0.5, y)
    assert (
        F.binary_cross_entropy_with_logits(torch.tensor(3.0), torch.tensor(2.0)) < 0
    )  # torch: a negative loss


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor])
@pytest.mark.parametrize("index", [-1, -100, 4])
def test_a_class_that_does_not_exist_is_an_error_that_names_it(convert, index):
    z, target = draw(6)[:2]
    target = target.reshape(2, 3)
    target[1, 0] = index
    for function in (cross_entropy, cross_entropy.grad):
        with pytest.raises(ValueError, match=rf"class from 0 to 3, got {index} at index \(1, 0\)"):
            function(convert(z.reshape(2, 3, 4)), convert(target))


@pytest.mark.parametrize("unknown", [-1, -100, 4])
def test_an_invalid_label_of_weight_zero_is_dropped(unknown):
    z, target, _ = draw(6)
    weight = np.array([1.0, 0, 2, 1, 0, 1])
    target[[1, 4]] = unknown
    keep = weight > 0
    expected = cross_entropy(z[keep], target[keep], weight=weight[keep], label_smoothing=0.1)
    assert cross_entropy(z, target, weight=weight, label_smoothing=0.1) == expected
    slope = cross_entropy.grad(z, target, weight=weight, label_smoothing=0.1)
    assert (slope[~keep] == 0).all() and (slope[keep] != 0).all()
    if unknown == -100:  # what torch's ignore_index does by default
        ones = (weight > 0).astype(float)
        theirs = F.cross_entropy(torch.tensor(z), torch.tensor(target))
        np.testing.assert_allclose(cross_entropy(z, target, weight=ones), theirs, rtol=1e-12)


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor])
@each_reduction
def test_all_weights_zero_is_0_with_zero_gradients(convert, reduction):
    z, index, rows = draw()
    zero = convert(np.zeros(4))
    for target in (convert(index), convert(rows)):
        for options in ({"class_weight": zero}, {"weight": convert(np.zeros(20))}):
            assert (cross_entropy(convert(z), target, reduction=reduction, **options) == 0).all()
            assert (cross_entropy.grad(convert(z), target, reduction=reduction, **options) == 0).all()
    tensor, class_weight = torch.tensor(z, requires_grad=True), torch.zeros(4, dtype=torch.float64)
    cross_entropy(tensor, torch.tensor(index), class_weight=class_weight).backward()
    assert (tensor.grad == 0).all()
    assert F.cross_entropy(torch.tensor(z), torch.tensor(index), weight=class_weight).isnan()


@each_dtype
def test_a_logit_of_minus_infinity_masks_its_class(dtype):
    z = np.array([[2.0, -np.inf, 0.0], [-np.inf, -np.inf, 5.0]], dtype=dtype)
    target = np.array([2, 2])
    each = cross_entropy(z, target, reduction="none")
    np.testing.assert_allclose(each, [np.log1p(np.exp(2)), 0], rtol=1e-6)
    slope = cross_entropy.grad(z, target, reduction="sum")
    p = 1 / (1 + np.exp(-2))
    np.testing.assert_allclose(slope, [[p, 0, -p], [0, 0, 0]], rtol=1e-6)
    tensor = torch.tensor(z, requires_grad=True)
    cross_entropy(tensor, torch.tensor(target), reduction="sum").backward()
    np.testing.assert_array_equal(tensor.grad, slope)
    rows = np.array([[0.25, 0, 0.75], [0, 0, 1]])
    np.testing.assert_allclose(cross_entropy.grad(z, rows)[0], [(p - 0.25) / 2, 0, (0.25 - p) / 2], rtol=1e-6)
    assert cross_entropy(z, np.array([1, 2])) == np.inf


@each_dtype
def test_soft_targets_against_mpmath(dtype):
    rng = np.random.default_rng(3)
    rows = np.concatenate([rng.dirichlet([0.3] * 5, size=10), np.eye(5)[:2], np.full((1, 5), 0.2)]).astype(
        dtype
    )
    z = (rng.normal(size=rows.shape) * np.logspace(-2, 3, len(rows))[:, None]).astype(dtype)
    p = rng.dirichlet([1] * 5, size=len(rows)).astype(dtype)
    got = {f: f(a, rows, reduction="none") for f, a in ((cross_entropy, z), (cce, p), (kl_divergence, p))}
    for i, (y, logit, prob) in enumerate(zip(map(exact, rows), map(exact, z), map(exact, p), strict=True)):
        close_to(got[cross_entropy][i], mp.fdot(y, [minus_log_softmax(logit, k) for k in range(5)]), dtype, 8)
        close_to(got[cce][i], -mp.fsum(y_log(a, b) for a, b in zip(y, prob, strict=True)), dtype, 8)
        kl = mp.fsum(y_log(a, a) - y_log(a, b) for a, b in zip(y, prob, strict=True))
        close_to(got[kl_divergence][i], kl, dtype, 16)


# Kullback and Leibler


def test_kl_against_scipy_and_torch():
    p, y = draw(seed=4)[2], draw(seed=5)[2]
    y[0], p[1], y[1] = [0.5, 0.5, 0, 0], [0.25, 0.25, 0.5, 0], [0.75, 0, 0.25, 0]
    expected = special.rel_entr(y, p).sum(axis=-1)
    np.testing.assert_allclose(kl_divergence(p, y, reduction="none"), expected, rtol=1e-12)
    p, y = draw(seed=4)[2], draw(seed=5)[2]
    theirs = F.kl_div(torch.tensor(p).log(), torch.tensor(y), reduction="batchmean")
    np.testing.assert_allclose(kl_divergence(p, y), theirs, rtol=1e-12)


def test_torch_kl_div_mean_divides_by_the_classes_too():
    _, _, y = draw()
    p = y[::-1].copy()
    with pytest.warns(
        UserWarning, match="divides the total loss by both the batch size and the support size"
    ):
        theirs = F.kl_div(torch.tensor(p).log(), torch.tensor(y), reduction="mean")
    np.testing.assert_allclose(theirs * 4, kl_divergence(p, y), rtol=1e-12)


distributions = st.lists(st.floats(1e-6, 1), min_size=3, max_size=3).map(lambda x: np.array(x) / sum(x))


@given(y=distributions, p=distributions)
@settings(max_examples=100, deadline=None)
def test_kl_is_at_least_0_and_0_for_the_same(y, p):
    assert kl_divergence(y, y) == 0
    assert kl_divergence(p, y) > -1e-15


@given(y=distributions, p=distributions)
@settings(max_examples=100, deadline=None)
def test_cross_entropy_is_entropy_plus_kl(y, p):
    entropy = cce(y, y)
    np.testing.assert_allclose(cce(p, y), entropy + kl_divergence(p, y), rtol=1e-12)
    np.testing.assert_array_equal(cce.grad(p, y), kl_divergence.grad(p, y))  # the entropy has no gradient


# Generalized cross-entropy


def test_generalized_cross_entropy_between_its_limits():
    p, index = softmax(draw()[0]), draw()[1]
    each = cce(p, index, reduction="none")
    for q in (1e-3, 1e-6, 1e-12):
        np.testing.assert_allclose(
            generalized_cross_entropy(p, index, q=q, reduction="none"), each, rtol=10 * q
        )
    np.testing.assert_allclose(
        generalized_cross_entropy.grad(p, index, q=1e-12), cce.grad(p, index), rtol=1e-10
    )
    half_absolute = abs(p - np.eye(4)[index]).sum(axis=-1) / 2
    np.testing.assert_allclose(
        generalized_cross_entropy(p, index, q=1.0, reduction="none"), half_absolute, rtol=1e-12
    )
    formula = (1 - p[np.arange(20), index] ** 0.7) / 0.7
    np.testing.assert_allclose(generalized_cross_entropy(p, index, reduction="none"), formula, rtol=1e-12)


# Gradients


@given(z=logits, data=st.data())
@settings(max_examples=50, deadline=None)
def test_the_gradient_of_a_row_sums_to_0_and_is_p_minus_y(z, data):
    target = np.array(data.draw(st.integers(0, len(z) - 1)))
    epsilon = data.draw(st.sampled_from([0.0, 0.1, 0.9]))
    slope = cross_entropy.grad(z, target, label_smoothing=epsilon)
    assert abs(slope.sum()) < 1e-15 * len(z)
    y = (1 - epsilon) * np.eye(len(z))[target] + epsilon / len(z)
    np.testing.assert_allclose(slope, softmax(z) - y, atol=1e-15)
    assert abs(slope).max() <= 1 and np.linalg.norm(slope) <= np.sqrt(2) + 1e-12


# Statements about these losses, computed


def minimizer(loss, low=1e-9, high=1 - 1e-9):
    """The p in [0, 1] with the smallest expected loss."""
    return optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-10}).x


def test_bce_is_the_negative_log_likelihood_of_a_bernoulli_distribution():
    p, y = np.array([0.2, 0.2, 0.9]), np.array([0.0, 1.0, 1.0])
    likelihood = p**y * (1 - p) ** (1 - y)
    np.testing.assert_allclose(bce(p, y, reduction="none"), -np.log(likelihood), rtol=1e-14)
    np.testing.assert_allclose(bce(p, y, reduction="sum"), -stats.bernoulli.logpmf(y, p).sum(), rtol=1e-14)
    np.testing.assert_allclose(bce(p, y), -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(), rtol=1e-14)
    assert cce(np.array([[0.7, 0.2, 0.1]]), np.array([1])) == -np.log(0.2)
    assert abs(-stats.multinomial.logpmf([0, 1, 0], 1, [0.7, 0.2, 0.1]) + np.log(0.2)) < 1e-12


def test_the_two_forms_of_the_gradient_in_p():
    p, y = np.array([0.01, 0.3, 0.99]), np.array([1.0, 0.25, 0.0])
    slope = bce.grad(p, y, reduction="sum")
    np.testing.assert_allclose(slope, -y / p + (1 - y) / (1 - p), rtol=1e-13)
    np.testing.assert_allclose(slope, (p - y) / (p * (1 - p)), rtol=1e-13)
    np.testing.assert_allclose(slope[[0, 2]], [-100, 100], rtol=1e-13)


def test_the_logit_is_the_log_odds_and_its_gradient_p_minus_y():
    p, y = np.array([0.01, 0.3, 0.99]), np.array([1.0, 0.25, 0.0])
    z = np.log(p / (1 - p))
    np.testing.assert_allclose(sigmoid(z), p, rtol=1e-13)
    slope = bce_with_logits.grad(z, y, reduction="sum")
    np.testing.assert_allclose(slope, p - y, rtol=1e-12)
    np.testing.assert_allclose(slope, [-0.99, 0.05, 0.99], rtol=1e-12)


def test_the_push_of_a_confident_mistake_grows_to_1_in_the_logit():
    z = np.array([2.0, 0.0, -2.0, -5.0, -100.0])
    push = -bce_with_logits.grad(z, np.ones(5), reduction="sum")
    assert (np.diff(push) > 0).all() and push[-1] == 1
    assert push.round(3).tolist() == [0.119, 0.5, 0.881, 0.993, 1.0]


def test_what_a_confident_mistake_costs_is_logarithmic_in_p_and_linear_in_the_logit():
    p = np.array([0.4, 0.01, 0.005, 0.0025])
    cost = bce(p, np.ones(4), reduction="none")
    assert cost[:2].round(3).tolist() == [0.916, 4.605] and (cost[1] / cost[0]).round(2) == 5.03
    np.testing.assert_allclose(np.diff(cost[1:]), np.log(2))  # half the p: not twice the cost, but 0.693 more
    z = np.array([-20.0, -40.0, -80.0])
    np.testing.assert_allclose(bce_with_logits(z, np.ones(3), reduction="none"), -z, rtol=1e-8)


def test_an_outlier_on_its_own_side_costs_nothing():
    """Against the squared error of a linear output, which pulls a point that is too right back."""
    z = np.array([10.0, -10.0])
    cost = bce_with_logits(z, np.ones(2), reduction="none")
    assert f"{cost[0]:.1e}" == "4.5e-05" and cost[1].round(4) == 10
    assert abs(bce_with_logits.grad(z, np.ones(2), reduction="sum")).max() < 1
    assert mse(z, np.ones(2), reduction="none").tolist() == [81, 121]


def test_the_squared_error_of_a_confident_mistake_is_at_most_1():
    p = np.array([0.5, 0.01, 1e-6])
    assert ((1 - p) ** 2).round(3).tolist() == [0.25, 0.98, 1.0]
    assert bce(p, np.ones(3), reduction="none").round(3).tolist() == [0.693, 4.605, 13.816]


def test_where_the_gradient_of_the_squared_error_dies():
    """In p it is largest where p is most wrong; through the sigmoid it is multiplied with p (1 − p)."""

    def in_the_logit(z):
        p = sigmoid(z)
        return mse.grad(p, np.ones_like(p), reduction="sum") * p * (1 - p)

    assert mse.grad(np.array([0.0]), np.ones(1)) == -2
    z = np.array([0.0, -2.0, -5.0, -10.0])
    slope = in_the_logit(z)
    assert slope.round(4).tolist() == [-0.25, -0.185, -0.0132, -0.0001] and f"{slope[3]:.1e}" == "-9.1e-05"
    assert bce_with_logits.grad(z, np.ones(4), reduction="sum").round(4).tolist() == [
        -0.5,
        -0.8808,
        -0.9933,
        -1.0,
    ]
    z = np.linspace(-5, 5, 100_001)
    steepest = np.argmin(in_the_logit(z))
    assert abs(sigmoid(z)[steepest] - 1 / 3) < 1e-4 and abs(in_the_logit(z)[steepest] + 8 / 27) < 1e-8
    assert mse.grad(np.array([-10.0]), np.ones(1)) == -22  # a linear output: nothing is flat


@pytest.mark.parametrize("chance", [0.01, 0.3, 0.8])
def test_both_cross_entropy_and_brier_are_least_at_the_true_probability_and_mae_is_not(chance):
    def expected(loss):
        return lambda p: (
            chance * loss(np.array([p]), np.ones(1)) + (1 - chance) * loss(np.array([p]), np.zeros(1))
        )

    assert abs(minimizer(expected(bce)) - chance) < 1e-6
    assert abs(minimizer(expected(mse)) - chance) < 1e-6
    assert abs(minimizer(expected(mae)) - round(chance)) < 1e-6


@pytest.mark.parametrize(("loss", "optimum"), [("ce", 0.6), ("gce", 0.794), ("huber", 0.6), ("mae", 1.0)])
def test_where_flipped_labels_move_the_optimum(loss, optimum):
    """Two classes, the true one certain, 40 % of its labels flipped; Huber with its default delta."""
    each = {
        "ce": lambda p, k: cce(p, k),
        "gce": lambda p, k: generalized_cross_entropy(p, k, q=0.7),
        "huber": lambda p, k: huber(p[0], np.eye(2)[k[0]], reduction="sum"),
        "mae": lambda p, k: mae(p[0], np.eye(2)[k[0]], reduction="sum"),
    }[loss]

    def expected(p):
        row = np.array([[p, 1 - p]])
        return 0.6 * each(row, np.array([0])) + 0.4 * each(row, np.array([1]))

    assert abs(minimizer(expected) - optimum) < 1e-3
    if loss == "gce":
        odds = 1.5 ** (1 / 0.3)
        assert abs(odds / (1 + odds) - optimum) < 1e-3


def test_two_classes_of_softmax_are_one_sigmoid():
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(10, 2)) * 3, rng.integers(2, size=10)
    np.testing.assert_allclose(
        cross_entropy(z, y), bce_with_logits(z[:, 1] - z[:, 0], y.astype(float)), rtol=1e-12
    )
    p = softmax(z)
    np.testing.assert_allclose(cce(p, y), bce(p[:, 1], y.astype(float)), rtol=1e-12)


def test_a_softmax_over_one_output_is_1_and_learns_nothing():
    z, y = np.array([[-3.0], [5.0]]), np.array([0, 0])
    assert (softmax(z) == 1).all() and cross_entropy(z, y) == 0 and (cross_entropy.grad(z, y) == 0).all()


def test_probabilities_given_to_cross_entropy_are_taken_for_logits():
    p, y = torch.tensor([[0.9, 0.1]]), torch.tensor([0])
    assert F.cross_entropy(p, y).item() == pytest.approx(0.371, abs=5e-4)
    assert F.nll_loss(p.log(), y).item() == pytest.approx(0.105, abs=5e-4)
    floor = F.cross_entropy(torch.eye(10)[:1], y).item()  # a certain and right answer
    assert floor == pytest.approx(np.log1p(9 / np.e)) == pytest.approx(1.461, abs=5e-4)
    with pytest.raises(RuntimeError, match="between 0 and 1"):
        F.binary_cross_entropy(torch.tensor([2.0]), torch.tensor([1.0]))


def test_a_sigmoid_before_a_loss_that_has_one():
    """It answers at least 0.5: yes to all, and with 4 of 100 labels true the mean cannot get below 0.678."""
    handed = torch.linspace(0, 1, 101, dtype=torch.float64)  # what a sigmoid layer can hand over
    assert (torch.sigmoid(handed) >= 0.5).all()
    least = [
        F.binary_cross_entropy_with_logits(handed, y * torch.ones_like(handed), reduction="none").min()
        for y in (1, 0)
    ]
    assert [round(x.item(), 3) for x in least] == [0.313, 0.693]
    assert round(0.04 * least[0].item() + 0.96 * least[1].item(), 3) == 0.678


def test_log_loss_is_cross_entropy_for_any_number_of_classes():
    p, y = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.4, 0.3]]), np.array([0, 2, 1])
    assert metrics.log_loss(y, p) == pytest.approx(cce(p, y))
    assert cce(p[:1], y[:1]).round(3) == 0.357
    two = np.array([0.7, 0.2])
    assert metrics.log_loss([1, 0], two) == pytest.approx(bce(two, np.array([1.0, 0.0])))


def test_log_softmax_and_nll_survive_logits_of_ten_thousand():
    z, y = torch.tensor([[1e4, 0.0, -1e4]]), torch.tensor([1])
    assert F.nll_loss(F.log_softmax(z, dim=-1), y) == F.cross_entropy(z, y) == 1e4
    assert F.nll_loss(F.softmax(z, dim=-1).log(), y) == np.inf
    assert cross_entropy(z, y) == 1e4


def test_where_the_sigmoid_of_float32_is_1():
    z = np.float32([16, 17])
    p = sigmoid(z)
    assert p[0] < 1 and p[1] == 1
    assert bce(p, np.zeros(2, dtype=np.float32), reduction="none")[1] == np.inf
    np.testing.assert_allclose(bce_with_logits(z, np.zeros(2), reduction="none"), [16, 17], rtol=1e-6)


def test_what_a_clip_costs():
    """The loss stops, its gradient is 0 exactly where the model is wrong, and in float16 1 − 1e-7 is 1."""
    epsilon = 1e-7

    def clipped(p, y):
        p = p.clip(epsilon, 1 - epsilon)
        return -(y * p.log() + (1 - y) * (1 - p).log())

    zero, one = torch.tensor(0.0), torch.tensor(1.0)
    assert clipped(zero, one).item() == pytest.approx(16.118, abs=5e-4)
    assert clipped(one, zero).item() == pytest.approx(15.942, abs=5e-4)
    assert grad_of(lambda p: clipped(p, 1.0), 1e-8) == 0
    assert bce.grad(np.array([1e-8]), np.ones(1)) == pytest.approx(-1e8)
    with np.errstate(all="ignore"):
        half = np.clip(np.float16([1, 0]), np.float16(epsilon), np.float16(1 - epsilon))
        assert half[0] == 1
        assert np.isnan(np.float16(0) * np.log(np.float16(1) - half[0]))


def test_the_snippets_of_the_notes():
    """Clipped, they are right to 1e-6 inside, capped at 16.1 outside, and take the class −1 for the last."""
    rng = np.random.default_rng(0)
    rows, index = softmax(rng.normal(size=(8, 4))), rng.integers(4, size=8)
    p, y = rows[:, 0], np.round(rng.uniform(size=8))

    def binary(y, p):
        p = np.clip(p, 1e-7, 1 - 1e-7)
        return np.mean(-(y * np.log(p)) - (1 - y) * np.log(1 - p))

    def one_hot(y, p):
        return np.mean(-(y * np.log(np.clip(p, 1e-7, 1 - 1e-7))).sum(axis=-1))

    def sparse(y, p):
        return np.mean(-np.log(np.clip(p, 1e-7, 1 - 1e-7))[np.arange(len(y)), y])

    np.testing.assert_allclose(binary(y, p), bce(p, y), rtol=1e-6)
    np.testing.assert_allclose(one_hot(np.eye(4)[index], rows), cce(rows, index), rtol=1e-6)
    np.testing.assert_allclose(sparse(index, rows), cce(rows, index), rtol=1e-6)
    wrong = np.array([[1.0, 0.0]])
    for capped in (binary(1.0, np.zeros(1)), one_hot(np.eye(2)[1:], wrong), sparse(np.array([1]), wrong)):
        assert capped == pytest.approx(16.118, abs=5e-4)
    assert cce(wrong, np.array([1])) == np.inf
    assert sparse(np.array([-1]), rows[:1]) == -np.log(rows[0, -1])


def test_the_snippets_for_regression_agree_only_for_equal_shapes():
    pred, target = np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.0, 5.0])
    assert np.mean((target - pred) ** 2) == mse(pred, target)
    assert np.mean(abs(target - pred)) == mae(pred, target)
    assert np.mean((pred - pred[:, None]) ** 2) == pytest.approx(4 / 3)  # where it should be 0
    assert np.mean(abs(pred - pred[:, None])) == pytest.approx(8 / 9)


def test_a_product_of_likelihoods_underflows_and_the_sum_of_logarithms_does_not():
    p = np.full(2000, 0.5)
    assert np.prod(p) == 0 and np.prod(p[:1074]) > 0
    np.testing.assert_allclose(bce(p, np.ones(2000), reduction="sum"), 2000 * np.log(2))


def test_relu_as_the_output_of_bce():
    """Above 1 there is no loss; at 0 it is infinite for a positive and has no gradient."""
    with pytest.raises(ValueError, match=r"pred must lie in \[0, 1\], got 2.5 at index"):
        bce(np.maximum(np.array([2.5]), 0), np.zeros(1))
    assert bce(np.maximum(np.array([-2.0]), 0), np.ones(1)) == np.inf
    assert grad_of(lambda z: F.binary_cross_entropy(torch.relu(z), torch.tensor(1.0)), -2.0) == 0
    assert grad_of(lambda z: F.binary_cross_entropy_with_logits(z, torch.tensor(1.0)), -2.0) < -0.88


# Label smoothing


def test_the_smoothed_target_of_the_notes_sums_to_0_975():
    notes = np.array([[0.025, 0.025, 0.9, 0.025]])
    assert notes.sum() == pytest.approx(0.975)
    z = np.array([[0.3, -1.0, 2.0, 0.0]])
    with pytest.raises(ValueError, match="target must be a distribution"):
        cross_entropy(z, notes)
    right = np.array([[0.025, 0.025, 0.925, 0.025]])
    smoothed = cross_entropy(z, np.array([2]), label_smoothing=0.1)
    np.testing.assert_allclose(cross_entropy(z, right), smoothed, rtol=1e-14)


@pytest.mark.parametrize(
    ("classes", "gap", "floor"), [(4, 3.611, 0.349), (10, 4.511, 0.500), (2, 2.944, 0.199)]
)
def test_the_optimum_gap_and_the_floor_of_label_smoothing(classes, gap, floor):
    epsilon = 0.1
    high, low = 1 - epsilon + epsilon / classes, epsilon / classes
    assert np.log(high / low).round(3) == gap
    z = np.zeros((1, classes))
    z[0, 0] = np.log(high / low)
    assert cross_entropy(z, np.array([0]), label_smoothing=epsilon).round(3) == floor
    assert abs(cross_entropy.grad(z, np.array([0]), label_smoothing=epsilon)).max() < 1e-15
    assert (-high * np.log(high) - (classes - 1) * low * np.log(low)).round(3) == floor
    assert (
        cross_entropy(2 * z, np.array([0]), label_smoothing=epsilon) > floor + 0.09
    )  # more confidence costs


@pytest.mark.parametrize(("chance", "learned"), [(0.99, 0.941), (0.7, 0.68), (0.5, 0.5)])
def test_label_smoothing_makes_a_calibrated_model_underconfident(chance, learned):
    def expected(p):
        z = np.array([[0.0, np.log(p / (1 - p))]] * 2)
        weight = np.array([1 - chance, chance])
        return cross_entropy(z, np.array([0, 1]), label_smoothing=0.1, weight=weight)

    assert abs(minimizer(expected) - learned) < 1e-6
    assert learned == pytest.approx(0.9 * chance + 0.05)


# What KL is and is not


def test_kl_is_not_symmetric_and_no_distance():
    a, b, c = np.array([0.5, 0.5]), np.array([0.25, 0.75]), np.array([0.1, 0.9])
    there, back = kl_divergence(b, a), kl_divergence(a, b)
    assert [there.round(3), back.round(3)] == [0.144, 0.131]
    detour = kl_divergence(b, a) + kl_divergence(c, b)  # KL(a ‖ b) + KL(b ‖ c)
    direct = kl_divergence(c, a)
    assert [detour.round(3), direct.round(3)] == [0.236, 0.511]


def test_extra_bits_are_nats_divided_by_the_logarithm_of_2():
    p, q = np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.25, 0.5])
    bits = (p * -np.log2(q)).sum() - (p * -np.log2(p)).sum()
    assert bits == 0.25 and kl_divergence(q, p).round(4) == 0.1733
    assert kl_divergence(q, p) / np.log(2) == pytest.approx(bits)


def test_a_small_q_costs_only_where_p_is_not_small():
    q = np.array([1e-9, 1 - 1e-9])
    cost = [kl_divergence(q, np.array([p, 1 - p])) for p in (0.0, 1e-9, 1e-6, 0.1)]
    assert [f"{x:.1e}" for x in cost] == ["1.0e-09", "0.0e+00", "5.9e-06", "1.7e+00"]


def gaussian_kl(mean_p, sd_p, mean_q, sd_q):
    return np.log(sd_q / sd_p) + (sd_p**2 + (mean_p - mean_q) ** 2) / (2 * sd_q**2) - 0.5


def test_the_kl_term_of_a_vae_has_the_encoder_first():
    """Its argument that is averaged over is the prediction: the other order is another number."""
    encoder, prior = (1.0, 0.5), (0.0, 1.0)
    assert gaussian_kl(*encoder, *prior).round(3) == 0.818
    assert gaussian_kl(*prior, *encoder).round(3) == 2.807
    x = np.linspace(-12, 12, 200_001)
    p, q = (stats.norm(*parameters).logpdf(x) for parameters in (encoder, prior))
    np.testing.assert_allclose(np.trapezoid(np.exp(p) * (p - q), x), gaussian_kl(*encoder, *prior), rtol=1e-6)
    assert gaussian_kl(0.0, 1.0, *prior) == 0  # least where the code says nothing about the input


def test_the_mean_is_the_best_reconstruction_of_gray_under_both_losses():
    gray = np.array([0.1, 0.2, 0.9])
    for loss in (bce, mse):
        best = minimizer(lambda p, loss=loss: loss(np.full(3, p), gray))
        assert best == pytest.approx(0.4, abs=1e-6)
    assert bce(gray, gray).round(3) == 0.384  # not 0: the entropy of the targets remains


def test_distillation_gradients_need_the_square_of_the_temperature():
    student, teacher = draw(6, 4, seed=1)[0], draw(6, 4, seed=2)[0]
    for temperature in (10.0, 100.0):
        y = softmax(teacher / temperature)
        slope = cross_entropy.grad(student / temperature, y) / temperature  # of the student's logits
        scaled = temperature**2 * slope
        gap = (student - student.mean(-1, keepdims=True)) - (teacher - teacher.mean(-1, keepdims=True))
        np.testing.assert_allclose(scaled, gap / 4 / 6, atol=1.5 / temperature)


# Many classes, many labels


def test_the_loss_of_1000_equal_logits_and_the_memory_of_many():
    assert cross_entropy(np.zeros((1, 1000)), np.array([3])).round(3) == 6.908
    assert 8192 * 128_000 * 4 == pytest.approx(
        4.2e9, rel=2e-3
    )  # bytes of float32 logits, and as much for grad


def test_averaged_over_a_batch_one_example_may_get_worse():
    before, after = np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([[0.9, 0.1], [0.4, 0.6]])
    y = np.array([0, 0])
    assert [cce(before, y).round(3), cce(after, y).round(3)] == [0.693, 0.511]
    assert np.exp(-cce(after, y)) == pytest.approx(np.sqrt(0.9 * 0.4))  # the geometric mean of p_t


def test_curvature_in_the_logits_is_never_negative_and_separable_data_have_no_minimum():
    z = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(lambda z: cross_entropy(z, torch.tensor(0)), z).numpy()
    p = softmax(z.numpy())
    np.testing.assert_allclose(hessian, np.diag(p) - np.outer(p, p), atol=1e-12)
    assert np.linalg.eigvalsh(hessian).min() > -1e-12
    x, y = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0.0, 0, 1, 1])
    loss = [bce_with_logits(w * x, y) for w in (1, 10, 100, 500)]
    assert (np.diff(loss) < 0).all() and 0 < loss[-1] < 1e-200


def test_raising_one_logit_lowers_all_others_and_raising_one_probability_need_not():
    z = np.array([0.5, -1.0, 2.0, 0.0])
    moved = softmax(z + np.array([0, 0, 0.1, 0])) - softmax(z)
    assert moved[2] > 0 and (np.delete(moved, 2) < 0).all()
    before, after = softmax(np.log([0.2, 0.3, 0.5])), softmax(np.log([0.3, 0.4, 0.3]))
    assert (after[:2] > before[:2]).all()


@pytest.mark.parametrize("labels", [1, 3, 5])
def test_the_optimum_of_softmax_for_several_labels_is_one_kth_each(labels):
    """Sum 1 leaves room for 1/k each; what it rules out is two above a half."""
    target = np.zeros((1, 100))
    target[0, :labels] = 1 / labels
    z = np.where(target > 0, 0.0, -50.0)
    np.testing.assert_allclose(softmax(z), target, atol=1e-15)
    assert abs(cross_entropy.grad(z, target)).max() < 1e-15
    assert (softmax(z) > 0.5).sum() == (labels == 1)
    y = (target > 0).astype(float)
    assert (sigmoid(np.where(y == 1, 50.0, -50.0)) > 0.5).sum() == labels  # independent sigmoids reach all


def test_the_loss_of_a_label_ignores_the_other_logits_but_not_shared_weights():
    y = torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64)
    z = torch.tensor([0.3, -1.0, 2.0], dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(lambda z: bce_with_logits(z, y, reduction="sum"), z).numpy()
    p = sigmoid(z.numpy())
    np.testing.assert_allclose(hessian, np.diag(p * (1 - p)), atol=1e-12)
    shared = torch.tensor([1.0, -0.5, 2.0], dtype=torch.float64)  # one weight h behind all three logits
    by_h = torch.autograd.functional.hessian(
        lambda h: bce_with_logits(h * shared, y, reduction="sum"), torch.tensor(0.3, dtype=torch.float64)
    )
    assert by_h > 0


def test_the_sigmoid_is_not_the_only_function_into_0_1():
    """Another one, the normal distribution function, has a gradient that is not p − y."""
    z = np.array([-1.0, 0.5, 2.0])
    p = stats.norm.cdf(z)
    assert ((p > 0) & (p < 1)).all()
    slope = bce.grad(p, np.ones(3), reduction="sum") * stats.norm.pdf(z)
    assert abs(slope - (p - 1)).min() > 0.03


def test_a_model_that_fits_random_labels_is_sure_and_wrong():
    """Random labels, more weights than examples: all are fitted, and the confidence means nothing."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 60)), rng.integers(2, size=30).astype(float)
    w = np.zeros(60)
    for _ in range(300):
        w -= x.T @ bce_with_logits.grad(x @ w, y)
    fresh, truth = rng.normal(size=(4000, 60)), rng.integers(2, size=4000)
    p = sigmoid(fresh @ w)
    confidence, right = np.maximum(p, 1 - p).mean(), ((p > 0.5) == truth).mean()
    assert bce_with_logits(x @ w, y) < 0.01 and confidence > 0.85 and abs(right - 0.5) < 0.03


def test_the_documented_example_of_keras_is_cce_of_probabilities_for_each_example():
    """sparse_categorical_crossentropy with its default from_logits=False: 0.0513 and 2.303, not reduced."""
    p, y = np.array([[0.05, 0.95, 0.0], [0.1, 0.8, 0.1]]), np.array([1, 2])
    assert cce(p, y, reduction="none").round(4).tolist() == [0.0513, 2.3026]
    assert cross_entropy(p, y, reduction="none").round(2).tolist() == [0.58, 1.39]  # probabilities as logits


@pytest.mark.parametrize(
    ("dtype", "within", "beyond"), [("float32", 1.0009, 1.002), ("float16", 1.015, 1.03)]
)
def test_how_exactly_a_row_of_probabilities_has_to_add_up(dtype, within, beyond):
    """Half precision rounds each of the K numbers: its rows may be off by 0.02, others by 0.001."""
    row = np.array([[0.25, 0.25, 0.25, 0.25]], dtype=dtype)
    for total, right in ((within, True), (2 - within, True), (beyond, False), (2 - beyond, False)):
        rows = (row * total).astype(dtype)
        for pred, target in ((rows, np.array([0])), (torch.tensor(rows), torch.tensor([0]))):
            with nullcontext() if right else pytest.raises(ValueError, match="pred must be a distribution"):
                cce(pred, target)
