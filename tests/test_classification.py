"""What lossutils.classification guarantees beyond the contract, and statements of the chapter, computed.

Torch is the second opinion where it is right; where it is not, mpmath is, and the difference is shown.
"""

import mpmath as mp
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from references import exact, minus_log_softmax, softplus, y_log
from scipy import special

from lossutils import (
    bce,
    bce_with_logits,
    cce,
    cross_entropy,
    generalized_cross_entropy,
    kl_divergence,
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
