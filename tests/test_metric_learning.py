"""The contract of losses of several predictions and of losses over a batch, and what is theirs alone.

The contract of losses of one prediction is in test_contract.py. Here each loss is written a second time in
mpmath, and a third time as the plain torch formula that holds all pairs.
"""

import inspect
import pickle
import tracemalloc
from dataclasses import dataclass, field
from itertools import product

import mpmath as mp
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from references import ends

import lossutils
from lossutils import (
    batch_hard_triplet,
    contrastive,
    cosine_embedding,
    info_nce,
    metric_learning,
    mine_triplets,
    nt_xent,
    triplet,
)
from lossutils.engine.evaluate import BLOCK
from lossutils.engine.prepare import REDUCTIONS

LABELS = [0, 1, 0, 2, 1, 0, 1, 3]  # 2 and 3 stand alone


# In mpmath: one number for each row


def distance(a, b):
    return mp.sqrt(mp.fsum((x - y) ** 2 for x, y in zip(a, b, strict=True)))


def cos(a, b):
    lengths = distance(a, [0] * len(a)) * distance(b, [0] * len(b))
    return mp.fdot(a, b) / lengths if lengths else mp.mpf(0)


def exact_contrastive(x1, x2, same, margin):
    for a, b, s in zip(x1, x2, same, strict=True):
        d = distance(a, b)
        yield d**2 if s else max(0, margin - d) ** 2


def exact_triplet(anchor, near, far, margin):
    for a, p, n in zip(anchor, near, far, strict=True):
        yield max(0, distance(a, p) - distance(a, n) + margin)


def exact_cosine_embedding(x1, x2, target, margin):
    for a, b, y in zip(x1, x2, target, strict=True):
        yield 1 - cos(a, b) if y == 1 else max(0, cos(a, b) - margin)


def exact_batch_hard(x, labels, margin):
    for i, a in enumerate(x):
        near = [distance(a, b) for j, b in enumerate(x) if labels[j] == labels[i] and j != i]
        far = [distance(a, b) for j, b in enumerate(x) if labels[j] != labels[i]]
        yield max(mp.mpf(0), max(near) - min(far) + margin) if near and far else mp.mpf(0)


def exact_info_nce(query, key, temperature):
    for i, q in enumerate(query):
        scores = [cos(q, k) / temperature for k in key]
        yield mp.log(mp.fsum(map(mp.exp, scores))) - scores[i]


def exact_nt_xent(z1, z2, temperature):
    views, n = [*z1, *z2], len(z1)

    def of_view(i):
        scores = [cos(views[i], z) / temperature for z in views]
        others = mp.fsum(mp.exp(s) for k, s in enumerate(scores) if k != i)
        return mp.log(others) - scores[(i + n) % (2 * n)]

    for i in range(n):
        yield (of_view(i) + of_view(i + n)) / 2


# In torch, with all pairs at once


def plain_cosine(a, b):
    return (F.normalize(a, dim=-1) * F.normalize(b, dim=-1)).sum(-1)  # that of torch adds 1e-12


def plain_nt_xent(z1, z2, temperature):
    views, n = F.normalize(torch.cat([z1, z2])), len(z1)
    scores = views @ views.T / temperature - torch.diag(torch.full((2 * n,), torch.inf, dtype=z1.dtype))
    target = torch.arange(2 * n).roll(n)
    return F.cross_entropy(scores, target, reduction="none").reshape(2, n).mean(0)


def plain_batch_hard(x, labels, margin):
    distances = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")
    same = labels[:, None] == labels
    near = torch.where(same, distances, -torch.inf).amax(1)
    far = torch.where(same, torch.inf, distances).amin(1)
    counts = (same.sum(1) > 1) & (~same).any(1)
    return torch.where(counts, F.relu(near - torch.where(counts, far, near) + margin), 0 * near)


PLAIN = {
    "contrastive": lambda x1, x2, same, margin: torch.where(
        same == 1, (x1 - x2).square().sum(-1), F.relu(margin - (x1 - x2).norm(dim=-1)).square()
    ),
    "triplet": lambda a, p, n, margin: F.triplet_margin_loss(a, p, n, margin=margin, eps=0, reduction="none"),
    "cosine_embedding": lambda x1, x2, y, margin: F.relu(
        torch.where(y == 1, 1 - plain_cosine(x1, x2), plain_cosine(x1, x2) - margin)
    ),
    "batch_hard_triplet": plain_batch_hard,
    "info_nce": lambda q, k, temperature: F.cross_entropy(
        F.normalize(q) @ F.normalize(k).T / temperature, torch.arange(len(q)), reduction="none"
    ),
    "nt_xent": plain_nt_xent,
}


@dataclass(frozen=True)
class Case:
    exact: object
    predictions: int
    known: object = lambda rng, n: ()
    parameters: dict = field(default_factory=dict)
    coupled: bool = False

    def draw(self, n=8, dimensions=3, seed=0):
        rng = np.random.default_rng(seed)
        predictions = [rng.normal(size=(n, dimensions)) for _ in range(self.predictions)]
        return [*predictions, *self.known(rng, n)]


def labels(rng, n):
    return (np.resize(LABELS, n),)


CASES = {
    "contrastive": Case(
        exact_contrastive, 2, lambda rng, n: (rng.integers(2, size=n),), {"margin": [1.0, 4.0]}
    ),
    "triplet": Case(exact_triplet, 3, parameters={"margin": [1.0, 0.1]}),
    "cosine_embedding": Case(
        exact_cosine_embedding, 2, lambda rng, n: (rng.choice([-1, 1], size=n),), {"margin": [0.0, -0.5]}
    ),
    "batch_hard_triplet": Case(exact_batch_hard, 1, labels, {"margin": [1.0, 0.1]}, coupled=True),
    "info_nce": Case(exact_info_nce, 2, parameters={"temperature": [0.1, 1.0]}, coupled=True),
    "nt_xent": Case(exact_nt_xent, 2, parameters={"temperature": [0.5, 0.05]}, coupled=True),
}
SETTINGS = [
    pytest.param(name, dict(zip(case.parameters, values, strict=True)), id=f"{name}-{values}")
    for name, case in CASES.items()
    for values in product(*case.parameters.values())
]
each_setting = pytest.mark.parametrize(("name", "options"), SETTINGS)
each_loss = pytest.mark.parametrize("name", CASES)
each_coupled = pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.coupled])
numpy_and_torch = pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])


def loss_of(name):
    return getattr(lossutils, name)


def gradients(name, *arrays, **options):
    """As a tuple, also of a single prediction."""
    slopes = loss_of(name).grad(*arrays, **options)
    return slopes if isinstance(slopes, tuple) else (slopes,)


def cast(arrays, dtype):
    return [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays]


def exact(array):
    return [[mp.mpf(float(x)) for x in row] for row in array] if array.ndim == 2 else array.tolist()


def exact_losses(name, arrays, options):
    options = {key: mp.mpf(value) for key, value in options.items()}
    with mp.workdps(60):
        return list(CASES[name].exact(*map(exact, arrays), **options))


def counted(name, arrays):
    """How many rows a mean counts."""
    if name != "batch_hard_triplet":
        return len(arrays[0])
    known = arrays[1].tolist()
    return sum(1 < known.count(label) < len(known) for label in known)


# The numbers


@each_setting
@pytest.mark.parametrize("dimensions", [3, 1])
@pytest.mark.parametrize(("dtype", "relative"), [(np.float64, 2e-13), (np.float32, 1e-4)])
def test_value_against_mpmath(name, options, dimensions, dtype, relative):
    arrays = cast(CASES[name].draw(dimensions=dimensions), dtype)
    expected = exact_losses(name, arrays, options)
    got = loss_of(name)(*arrays, reduction="none", **options)
    np.testing.assert_allclose(got, np.array(expected, dtype=float), rtol=relative, atol=relative / 10)
    mean = loss_of(name)(*arrays, **options)
    np.testing.assert_allclose(mean, float(mp.fsum(expected) / counted(name, arrays)), rtol=relative)
    total = loss_of(name)(*arrays, reduction="sum", **options)
    np.testing.assert_allclose(total, float(mp.fsum(expected)), rtol=relative)


@each_setting
@pytest.mark.parametrize("dimensions", [3, 1])
@mp.workdps(100)
def test_gradient_against_mpmath(name, options, dimensions):
    case = CASES[name]
    arrays = case.draw(n=6, dimensions=dimensions)
    step = mp.mpf(10) ** -60
    rows = [exact(a) for a in arrays]
    parameters = {key: mp.mpf(value) for key, value in options.items()}
    for position, slope in enumerate(gradients(name, *arrays, reduction="sum", **options)):
        for i, j in np.ndindex(slope.shape):
            x = rows[position][i][j]
            rows[position][i][j] = x + step
            up = mp.fsum(case.exact(*rows, **parameters))
            rows[position][i][j] = x - step
            down = mp.fsum(case.exact(*rows, **parameters))
            rows[position][i][j] = x
            assert abs(slope[i, j] - (up - down) / (2 * step)) < 1e-12


@each_setting
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
def test_backward_is_the_derived_gradient_and_that_of_the_plain_formula(name, options, reduction, weighted):
    case = CASES[name]
    arrays = [torch.as_tensor(a) for a in case.draw()]
    predictions = [a.requires_grad_() for a in arrays[: case.predictions]]
    weight = torch.linspace(0.1, 2, 8, dtype=torch.float64) if weighted else None
    upstream = torch.linspace(-1, 2, 8, dtype=torch.float64) if reduction == "none" else torch.tensor(0.7)
    value = loss_of(name)(*arrays, weight=weight, reduction=reduction, **options)
    got = torch.autograd.grad(value, predictions, upstream.to(value.dtype))

    each = PLAIN[name](*arrays, **options)
    each = each if weight is None else weight * each
    counts = torch.ones(8, dtype=torch.float64) if weight is None else weight
    if name == "batch_hard_triplet":
        counts = counts[torch.tensor([label < 2 for label in LABELS])]
    plain = {"none": each, "sum": each.sum(), "mean": each.sum() / counts.sum()}[reduction]
    torch.testing.assert_close(value, plain, rtol=1e-9, atol=1e-12)  # the plain one loses digits near 0
    expected = torch.autograd.grad(plain, predictions, upstream.to(plain.dtype))
    torch.testing.assert_close(got, expected, rtol=1e-10, atol=1e-12)
    if reduction != "none":
        arrays = [a.detach() for a in arrays]
        derived = gradients(name, *arrays, weight=weight, reduction=reduction, **options)
        torch.testing.assert_close(got, tuple(0.7 * slope for slope in derived), rtol=1e-6, atol=1e-12)


@each_setting
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_first_and_second_derivative_by_gradcheck(name, options, reduction):
    case = CASES[name]
    arrays = [torch.as_tensor(a) for a in case.draw(n=5)]
    weight = torch.tensor([1.0, 0.0, 2.0, 0.5, 3.0], dtype=torch.float64)
    known = arrays[case.predictions :]

    def call(*predictions):
        return loss_of(name)(*predictions, *known, weight=weight, reduction=reduction, **options)

    predictions = tuple(a.requires_grad_() for a in arrays[: case.predictions])
    assert torch.autograd.gradcheck(call, predictions)
    assert torch.autograd.gradgradcheck(call, predictions)


@each_setting
def test_a_weight_that_learns_gets_the_loss_of_its_example(name, options):
    arrays = [torch.as_tensor(a) for a in CASES[name].draw()]
    weight = torch.ones(8, dtype=torch.float64, requires_grad=True)
    loss_of(name)(*arrays, weight=weight, reduction="sum", **options).backward()
    torch.testing.assert_close(weight.grad, loss_of(name)(*arrays, reduction="none", **options))


@each_setting
def test_numpy_equals_torch(name, options):
    arrays = CASES[name].draw(n=20)
    tensors = [torch.as_tensor(a) for a in arrays]
    for reduction in REDUCTIONS:
        ours = loss_of(name)(*arrays, reduction=reduction, **options)
        theirs = loss_of(name)(*tensors, reduction=reduction, **options)
        np.testing.assert_allclose(theirs.numpy(), ours, rtol=1e-12, atol=1e-15)
        for a, b in zip(
            gradients(name, *arrays, reduction=reduction, **options),
            gradients(name, *tensors, reduction=reduction, **options),
            strict=True,
        ):
            np.testing.assert_allclose(b.numpy(), a, rtol=1e-11, atol=1e-15)


@each_loss
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_calculated_in_float32(name, dtype):
    arrays = [torch.as_tensor(a) for a in CASES[name].draw(n=20)]
    half = [a.to(dtype) if a.is_floating_point() else a for a in arrays]
    wide = [a.float() if a.is_floating_point() else a for a in half]
    for reduction in REDUCTIONS:
        got = loss_of(name)(*half, reduction=reduction)
        assert got.dtype == dtype
        torch.testing.assert_close(got, loss_of(name)(*wide, reduction=reduction).to(dtype), rtol=0, atol=0)
    for got, expected in zip(gradients(name, *half), gradients(name, *wide), strict=True):
        torch.testing.assert_close(got, expected.to(dtype), rtol=0, atol=0)


# The kind of what comes back


@each_loss
@numpy_and_torch
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_shape_and_dtype_are_kept(name, convert, dtype):
    case = CASES[name]
    arrays = [convert(a) for a in cast(case.draw(n=5), dtype)]
    assert tuple(loss_of(name)(*arrays).shape) == ()
    assert tuple(loss_of(name)(*arrays, reduction="none").shape) == (5,)
    slopes = gradients(name, *arrays)
    assert [tuple(s.shape) for s in slopes] == [(5, 3)] * case.predictions
    assert {loss_of(name)(*arrays).dtype, *(s.dtype for s in slopes)} == {arrays[0].dtype}


@each_loss
def test_device_is_kept(name):
    """`meta` tensors have no values, so nothing may be read back on the way."""
    arrays = [torch.as_tensor(a).to("meta") for a in CASES[name].draw()]
    for reduction in REDUCTIONS:
        assert loss_of(name)(*arrays, reduction=reduction).device.type == "meta"
        assert {s.device.type for s in gradients(name, *arrays, reduction=reduction)} == {"meta"}


@each_loss
def test_inputs_stay_as_they_are(name):
    arrays = CASES[name].draw()
    weight = np.linspace(0, 1, 8)
    for array in (*arrays, weight):
        array.flags.writeable = False
    loss_of(name)(*arrays, weight=weight)
    gradients(name, *arrays, weight=weight)


@pytest.mark.parametrize("name", ["contrastive", "triplet", "cosine_embedding"])
def test_more_axes_are_more_examples(name):
    case = CASES[name]
    arrays = case.draw(n=12)
    deep = [a.reshape(3, 4, *a.shape[1:]) for a in arrays]
    each = loss_of(name)(*arrays, reduction="none")
    np.testing.assert_array_equal(loss_of(name)(*deep, reduction="none"), each.reshape(3, 4))
    for a, b in zip(gradients(name, *arrays), gradients(name, *deep), strict=True):
        np.testing.assert_array_equal(b, a.reshape(3, 4, 3))
    single = [np.asarray(a[0]) for a in arrays]
    assert loss_of(name)(*single) == each[0] and gradients(name, *single)[0].shape == (3,)
    assert loss_of(name)(*(a[:, :0] for a in deep), reduction="sum") == 0


# Weights, order, NaN


@each_loss
@numpy_and_torch
def test_weight_zero_takes_the_row_out_with_whatever_stands_there(name, convert):
    case = CASES[name]
    arrays = case.draw()
    weight = np.array([1.0, 0, 2, 0.5, 0, 3, 1, 1])
    kept = weight > 0
    spoiled = [a.copy() for a in arrays]
    for a in spoiled[: case.predictions]:
        a[1], a[4] = np.nan, 1e300
    for a in spoiled[case.predictions :]:
        a[1], a[4] = -100, -100
    given, rest = [convert(a) for a in spoiled], [a[kept] for a in arrays]
    for reduction in REDUCTIONS:
        got = np.asarray(loss_of(name)(*given, weight=convert(weight), reduction=reduction))
        expected = loss_of(name)(*rest, weight=weight[kept], reduction=reduction)
        np.testing.assert_allclose(got[kept] if got.ndim else got, expected, rtol=1e-13)
        for slope, wanted in zip(
            gradients(name, *given, weight=convert(weight), reduction=reduction),
            gradients(name, *rest, weight=weight[kept], reduction=reduction),
            strict=True,
        ):
            slope = np.asarray(slope)
            assert (slope[~kept] == 0).all()
            np.testing.assert_allclose(slope[kept], wanted, rtol=1e-12, atol=1e-15)


@each_loss
@numpy_and_torch
def test_all_weights_zero_and_empty_batches(name, convert):
    arrays = [convert(a) for a in CASES[name].draw()]
    weight = convert(np.zeros(8))
    assert float(loss_of(name)(*arrays, weight=weight)) == 0
    assert all((np.asarray(s) == 0).all() for s in gradients(name, *arrays, weight=weight))
    empty = [a[:0] for a in arrays]
    assert float(loss_of(name)(*empty, reduction="sum")) == 0
    assert tuple(loss_of(name)(*empty, reduction="none").shape) == (0,)
    assert all(tuple(s.shape) == (0, 3) for s in gradients(name, *empty, reduction="sum"))
    with pytest.raises(
        ValueError, match=r"the mean over an empty batch is not defined: \w+ has shape \(0, 3"
    ):
        loss_of(name)(*empty)


@each_loss
@given(seed=st.integers(0, 10_000), size=st.integers(2, 9), data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_batch_in_another_order_has_the_same_losses(name, seed, size, data):
    arrays = CASES[name].draw(n=size, seed=seed)
    order = np.array(data.draw(st.permutations(range(size))))
    moved = [a[order] for a in arrays]
    each = loss_of(name)(*arrays, reduction="none")
    np.testing.assert_allclose(loss_of(name)(*moved, reduction="none"), each[order], rtol=1e-11, atol=1e-14)
    for a, b in zip(gradients(name, *arrays), gradients(name, *moved), strict=True):
        np.testing.assert_allclose(b, a[order], rtol=1e-9, atol=1e-13)


@each_loss
@numpy_and_torch
def test_a_nan_embedding_is_a_nan_loss_and_never_a_finite_one(name, convert):
    case = CASES[name]
    for position, row in product(range(case.predictions), range(8)):
        arrays = case.draw()
        arrays[position][row, 1] = np.nan
        arrays = [convert(a) for a in arrays]
        if name == "batch_hard_triplet" and LABELS[row] > 1:  # no anchor, but a negative of all others
            assert np.isnan(np.asarray(loss_of(name)(*arrays, reduction="none"))).all()
        assert np.isnan(float(loss_of(name)(*arrays)))
        assert any(np.isnan(np.asarray(s)).any() for s in gradients(name, *arrays))


# The extremes


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_equal_embeddings_have_a_finite_gradient(dtype):
    x, y = np.ones((4, 3), dtype=dtype), np.array([0, 0, 1, 1])
    each = {
        "contrastive": (contrastive, (x, x, y), [1, 1, 0, 0]),
        "triplet": (triplet, (x, x, x), [1, 1, 1, 1]),
        "cosine_embedding": (cosine_embedding, (x, x, 2 * y - 1), [1, 1, 0, 0]),
        "batch_hard_triplet": (batch_hard_triplet, (x, y), [1, 1, 1, 1]),
        "info_nce": (info_nce, (x, x), [np.log(4)] * 4),
        "nt_xent": (nt_xent, (x, x), [np.log(7)] * 4),
    }
    assert set(each) == set(CASES)
    for name, (loss, arrays, expected) in each.items():
        np.testing.assert_allclose(loss(*arrays, reduction="none"), expected, rtol=1e-6, err_msg=name)
        for slope in gradients(name, *arrays):
            np.testing.assert_allclose(slope, 0, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", ["cosine_embedding", "info_nce", "nt_xent"])
@pytest.mark.parametrize("size", [1e-30, 1e-8, 1e15, 1e30])
def test_the_length_of_an_embedding_does_not_matter(name, size):
    arrays = cast(CASES[name].draw(), np.float32)
    scaled = [a * np.float32(size) if a.dtype.kind == "f" else a for a in arrays]
    np.testing.assert_allclose(
        loss_of(name)(*scaled, reduction="none"), loss_of(name)(*arrays, reduction="none"), rtol=1e-5
    )
    for a, b in zip(gradients(name, *arrays), gradients(name, *scaled), strict=True):
        np.testing.assert_allclose(b.astype(float) * size, a, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_distances_of_any_size(size):
    """The square of 1e30 is beyond float32; the distance is not."""
    x = np.array([[3, 4]], dtype=np.float32) * np.float32(size)
    zero = np.zeros_like(x)
    np.testing.assert_allclose(triplet(x, zero, x, margin=1e-30), 5 * size + 1e-30, rtol=1e-6)
    slope, _, _ = triplet.grad(x, zero, x, margin=1e-30)
    np.testing.assert_allclose(slope, [[0.6, 0.8]], rtol=1e-6)


@pytest.mark.parametrize("name", ["cosine_embedding", "info_nce", "nt_xent"])
def test_an_embedding_of_zeros_has_the_cosine_zero(name):
    arrays = CASES[name].draw()
    for a in arrays[:2]:
        a[0] = 0
    expected = np.array(exact_losses(name, arrays, {k: v[0] for k, v in CASES[name].parameters.items()}))
    options = {k: v[0] for k, v in CASES[name].parameters.items()}
    got = loss_of(name)(*arrays, reduction="none", **options)
    np.testing.assert_allclose(got, expected.astype(float), rtol=1e-12)
    for slope in gradients(name, *arrays, **options):
        assert (slope[0] == 0).all() and np.isfinite(slope).all()


@numpy_and_torch
@pytest.mark.parametrize("loss", [info_nce, nt_xent])
def test_temperature_of_a_hundredth_with_the_hardest_pairs(loss, convert):
    """The positive at cosine −1, a negative at 1: the true value is 200, and the gradient is alive."""
    q = convert(np.array([[1, 0], [-1, 0], [0.6, 0.8]], dtype=np.float32))
    k = convert(np.array([[-1, 0], [1, 0], [0.8, -0.6]], dtype=np.float32))
    each = np.asarray(loss(q, k, temperature=0.01, reduction="none"))
    np.testing.assert_allclose(each[:2], 200, rtol=1e-5)
    moved = np.array([[0.8, 0.6], [-0.6, 0.8], [0.6, 0.8]])
    slopes = loss.grad(convert(moved), convert(np.asarray(k, dtype=float)), temperature=0.01, reduction="sum")
    for slope in slopes:
        assert np.isfinite(np.asarray(slope)).all() and (abs(np.asarray(slope)).max(1) > 1).all()


@pytest.mark.parametrize("angle", [1e-2, 1e-4, 1e-6])
def test_cosine_of_nearly_parallel_embeddings(angle):
    """1 − cos is angle² / 2: lost below 1e-3 in float32 if it is calculated as a difference."""
    x1 = np.array([[1.0, 0.0]], dtype=np.float32)
    x2 = np.array([[np.cos(angle), np.sin(angle)]], dtype=np.float32)
    with mp.workdps(60):
        true = 1 - cos(*exact(np.concatenate([x1, x2])))
    np.testing.assert_allclose(cosine_embedding(x1, x2, np.array([1])), float(true), rtol=1e-5)
    slope, _ = cosine_embedding.grad(x1, x2, np.array([1]))
    np.testing.assert_allclose(slope[0, 1], -np.sin(angle), rtol=1e-5)


def test_a_tiny_loss_keeps_its_digits():
    """One negative at a cosine of −1: the loss is log(1 + exp(−2 / τ)), 2e-9 for τ = 0.1."""
    x = np.array([[1.0, 0.0], [-1.0, 0.0]], dtype=np.float32)
    true = np.log1p(np.exp(-20.0))
    np.testing.assert_allclose(info_nce(x, x, temperature=0.1), true, rtol=1e-5)
    plain = F.cross_entropy(torch.tensor(x @ x.T / np.float32(0.1)), torch.arange(2))
    assert float(plain) == 0


def test_no_positive_or_no_negative_in_the_batch():
    x = np.random.default_rng(0).normal(size=(5, 3))
    for known in ([0] * 5, range(5)):
        known = np.array(known)
        assert batch_hard_triplet(x, known) == 0
        assert (batch_hard_triplet.grad(x, known) == 0).all()
        assert [len(a) for a in mine_triplets(x, known, kind="all")] == [0, 0, 0]
    some = np.array([0, 0, 1, 2, 3])  # 1, 2 and 3 are negatives, no anchors
    each = batch_hard_triplet(x, some, reduction="none", margin=10)
    assert (each[2:] == 0).all() and (each[:2] > 0).all()
    np.testing.assert_allclose(batch_hard_triplet(x, some, margin=10), each[:2].mean())
    assert (batch_hard_triplet(x, some.astype(bool), reduction="none") >= 0).all()
    for loss in (info_nce, nt_xent):
        assert loss(x[:1], x[1:2]) == 0
        assert all((slope == 0).all() for slope in loss.grad(x[:1], x[1:2]))


def test_a_common_offset_does_not_change_the_hardest_triplet():
    """Squared distances of float32 numbers around 1000 lose all digits below 0.1."""
    rng = np.random.default_rng(0)
    x = rng.integers(-8, 9, size=(60, 4)).astype(np.float32) / 8 + rng.integers(0, 2, size=(60, 1)) / 64
    known = rng.integers(0, 6, size=60)
    expected = np.array(exact_losses("batch_hard_triplet", [x, known], {"margin": 0.5}), dtype=float)
    for offset in (0, 1000):
        got = batch_hard_triplet((x + offset).astype(np.float32), known, margin=0.5, reduction="none")
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


# What is known in closed form


@given(n=st.integers(2, 12), temperature=st.floats(0.05, 2))
@settings(max_examples=25, deadline=None)
def test_info_nce_starts_at_log_n_and_ends_on_the_simplex(n, temperature):
    """All alike: log N. On a regular simplex: log(1 + (N − 1) exp(−N / ((N − 1) τ))), which nothing beats."""
    same = np.ones((n, 2))
    np.testing.assert_allclose(info_nce(same, same, temperature=temperature), np.log(n), rtol=1e-12)
    simplex = np.eye(n) - 1 / n
    floor = np.log1p((n - 1) * np.exp(-n / (n - 1) / temperature))
    np.testing.assert_allclose(info_nce(simplex, simplex, temperature=temperature), floor, rtol=1e-9)
    x = np.random.default_rng(n).normal(size=(n, n))
    assert info_nce(x, x, temperature=temperature) >= floor * (1 - 1e-12)


@given(seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_the_gradient_of_a_triplet_is_one_long_however_wrong_it_is(seed):
    anchor, near, far = np.random.default_rng(seed).normal(size=(3, 5, 4)) * 10
    slopes = triplet.grad(anchor, near, far, margin=100, reduction="sum")
    for slope in slopes[1:]:
        np.testing.assert_allclose(np.linalg.norm(slope, axis=1), 1)
    np.testing.assert_allclose(sum(slopes), 0, atol=1e-12)
    assert (np.linalg.norm(slopes[0], axis=1) <= 2).all()


@pytest.mark.parametrize("name", ["cosine_embedding", "info_nce", "nt_xent"])
def test_the_gradient_of_a_cosine_is_perpendicular_to_its_embedding(name):
    arrays = CASES[name].draw()
    for x, slope in zip(arrays, gradients(name, *arrays), strict=False):
        np.testing.assert_allclose(np.sum(x * slope, axis=1), 0, atol=1e-14)


def test_triplet_of_torch_moves_each_difference_by_1e_6():
    a, p, n = torch.randn(3, 6, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    ours = triplet(a, p, n)
    torch.testing.assert_close(F.triplet_margin_loss(a, p, n), ours, rtol=1e-5, atol=0)
    torch.testing.assert_close(F.triplet_margin_loss(a, p, n, eps=0), ours, rtol=1e-14, atol=0)


# Block by block


@each_coupled
@numpy_and_torch
def test_blocks_leave_no_trace(name, convert, monkeypatch):
    arrays = [convert(a) for a in CASES[name].draw(n=23)]
    weight = convert(np.linspace(0.1, 2, 23))
    whole = loss_of(name)(*arrays, weight=weight, reduction="none"), gradients(name, *arrays, weight=weight)
    for name_of_size, size in (("PAIRS", 100), ("TABLE", 100), ("ROWS", 1)):
        monkeypatch.setattr(metric_learning, name_of_size, size)
    parts = loss_of(name)(*arrays, weight=weight, reduction="none"), gradients(name, *arrays, weight=weight)
    np.testing.assert_allclose(np.asarray(parts[0]), np.asarray(whole[0]), rtol=1e-13)
    for a, b in zip(whole[1], parts[1], strict=True):
        np.testing.assert_allclose(np.asarray(b), np.asarray(a), rtol=1e-11, atol=1e-15)


@each_loss
def test_beyond_one_block_it_is_the_plain_formula(name, monkeypatch):
    """Value, gradient and backward for NumPy and torch; a coupled loss still sees its whole batch."""
    for name_of_size, size in (("PAIRS", 2**14), ("TABLE", 2**14), ("ROWS", 64)):
        monkeypatch.setattr(metric_learning, name_of_size, size)
    case, rng = CASES[name], np.random.default_rng(1)
    rows, dimensions = (259, 2029) if case.coupled else (-(-(2 * BLOCK + 3) // 3), 3)
    assert rows * dimensions >= 2 * BLOCK + 3
    arrays = case.draw(rows, dimensions)
    options = {key: values[0] for key, values in case.parameters.items()}
    for weight in (None, rng.uniform(size=rows) * (rng.uniform(size=rows) < 0.9)):
        given = options if weight is None else {**options, "weight": weight}
        kept = np.ones(rows, dtype=bool) if weight is None else weight > 0
        some = [torch.tensor(a[kept]) for a in arrays]
        predictions = [a.requires_grad_() for a in some[: case.predictions]]
        w = torch.ones(rows) if weight is None else torch.tensor(weight)
        each = w[kept] * PLAIN[name](*some, **options)
        above = torch.as_tensor(rng.uniform(-1, 2, size=rows))
        slopes = torch.autograd.grad(each.sum(), predictions, retain_graph=True)
        arrived = torch.autograd.grad(each, predictions, above[kept])

        def same(got, truth, what, kept=kept):
            got, truth = np.asarray(got), truth.detach().numpy()
            tiny = 1e-12 * abs(truth).max()
            what = f"{what} of {name}, weighted: {not kept.all()}"
            np.testing.assert_allclose(got[kept], truth, rtol=1e-9, atol=tiny, err_msg=what)
            assert (got[~kept] == 0).all(), what

        same(loss_of(name)(*arrays, reduction="none", **given), each, "value")
        for got, slope in zip(gradients(name, *arrays, reduction="sum", **given), slopes, strict=True):
            same(got, slope, "gradient")
        tensors = [torch.tensor(a, requires_grad=i < case.predictions) for i, a in enumerate(arrays)]
        given = given if weight is None else {**given, "weight": torch.tensor(weight)}
        value = loss_of(name)(*tensors, reduction="none", **given)
        same(value.detach(), each, "value for torch")
        value.backward(above)
        for tensor, slope in zip(tensors, arrived, strict=False):
            same(tensor.grad, slope, "backward")
        mean = float(each.detach().sum() / w.sum())  # every row of these batches has a triplet
        np.testing.assert_allclose(loss_of(name)(*tensors, **given).item(), mean, rtol=1e-10)


@each_coupled
def test_memory_grows_with_n_not_with_its_square(name):
    """One matrix of all pairs of 3000 would take 36 MB, or 144 MB for two views."""
    arrays = cast(CASES[name].draw(n=3000, dimensions=16), np.float32)
    tracemalloc.start()
    gradients(name, *arrays)
    loss_of(name)(*arrays)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12e6


# torch's ways


@each_loss
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own use of it
def test_function_transforms_of_torch(name):
    case = CASES[name]
    arrays = [torch.as_tensor(a).reshape(3, 4, *a.shape[1:]) for a in case.draw(n=12)]
    loss, count = loss_of(name), case.predictions
    rows = torch.func.vmap(torch.func.grad(loss, argnums=tuple(range(count))))(*arrays)
    for slope, *each in zip(zip(*rows, strict=True), *arrays, strict=True):
        torch.testing.assert_close(slope, gradients(name, *each))

    x, *rest = (a[0] for a in arrays)
    direction = torch.linspace(-1, 1, x.numel(), dtype=x.dtype).reshape(x.shape)
    value, along = torch.func.jvp(lambda x: loss(x, *rest), (x,), (direction,))
    torch.testing.assert_close(value, loss(x, *rest))
    torch.testing.assert_close(along, (gradients(name, x, *rest)[0] * direction).sum())
    torch.testing.assert_close(
        torch.func.hessian(lambda x: loss(x, *rest))(x),
        torch.autograd.functional.hessian(lambda x: loss(x, *rest), x),
    )


@pytest.mark.parametrize("loss", [info_nce, nt_xent])
def test_a_temperature_that_learns(loss):
    q, k = torch.randn(2, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    temperature = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda q, t: loss(q, k, temperature=t), (q.requires_grad_(), temperature))
    value = loss(q, k, temperature=temperature)
    torch.testing.assert_close(value, loss(q, k, temperature=0.3))
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="temperature must be positive and finite, got"):
            loss(q, k, temperature=torch.tensor(bad))


# Triplets to train on


def brute_force(x, known, margin):
    found = {"easy": set(), "semi-hard": set(), "hard": set()}
    n = len(x)
    for a, p, q in product(range(n), repeat=3):
        if a != p and known[a] == known[p] and known[a] != known[q]:
            near, far = np.linalg.norm(x[a] - x[p]), np.linalg.norm(x[a] - x[q])
            kind = "hard" if far <= near else "easy" if far >= near + margin else "semi-hard"
            found[kind].add((a, p, q))
    return found


def as_list(places):
    return list(zip(*(np.asarray(a).tolist() for a in places), strict=True))


@numpy_and_torch
@given(seed=st.integers(0, 10_000), margin=st.floats(0.1, 3))
@settings(max_examples=25, deadline=None)
def test_mined_triplets_against_three_loops(convert, seed, margin):
    rng = np.random.default_rng(seed)
    x, known = rng.normal(size=(9, 2)), rng.integers(0, 3, size=9)
    expected = brute_force(x, known, margin)
    for kind, triplets in expected.items():
        mined = as_list(mine_triplets(convert(x), convert(known), margin=margin, kind=kind))
        assert mined == sorted(triplets), kind
    everything = as_list(mine_triplets(convert(x), convert(known), margin=margin, kind="all"))
    assert everything == sorted(set().union(*expected.values()))


def test_the_kinds_are_the_regimes_of_the_loss():
    rng = np.random.default_rng(0)
    x, known = rng.normal(size=(30, 2)), rng.integers(0, 4, size=30)
    for kind, low, high in (("easy", 0, 0), ("semi-hard", 1e-12, 1), ("hard", 1, np.inf)):
        a, p, n = mine_triplets(x, known, kind=kind)
        each = triplet(x[a], x[p], x[n], reduction="none")
        assert len(each) and (each >= low).all() and (each <= high).all()


def test_mining_in_blocks_and_with_nan(monkeypatch):
    rng = np.random.default_rng(0)
    x, known = rng.normal(size=(12, 2)), rng.integers(0, 3, size=12)
    whole = as_list(mine_triplets(x, known))
    monkeypatch.setattr(metric_learning, "PAIRS", 30)
    assert as_list(mine_triplets(x, known)) == whole
    x[3] = np.nan
    assert {t for t in as_list(mine_triplets(x, known, kind="all")) if 3 in t} <= set(
        as_list(mine_triplets(x, known, kind="hard"))
    )
    tensor = torch.tensor(x, requires_grad=True)
    assert not mine_triplets(tensor, torch.tensor(known))[0].requires_grad


# Bad input


x0, labels0 = np.zeros((3, 2)), np.zeros(3, dtype=int)


@pytest.mark.parametrize(
    ("function", "arguments", "keywords", "error", "message"),
    [
        (
            contrastive,
            (x0, x0[:2], labels0),
            {},
            ValueError,
            r"x1 has shape \(3, 2\) and x2 has shape \(2, 2\)",
        ),
        (contrastive, (x0, x0, labels0[:, None]), {}, ValueError, r"same must have shape \(3,\), nothing is"),
        (contrastive, (x0, x0, labels0 - 1), {}, ValueError, r"same must be 0 or 1, got -1 at index \(0,\)"),
        (contrastive, (x0, x0, labels0 + 0.5), {}, ValueError, "same must be 0 or 1, got 0.5"),
        (contrastive, (x0, x0.astype(int), labels0), {}, TypeError, "x2 must be floating point, got int64"),
        (
            contrastive,
            (x0, x0, labels0),
            {"margin": 0},
            ValueError,
            "margin must be positive and finite, got 0",
        ),
        (contrastive, (x0, x0), {}, TypeError, "missing a required argument: 'same'"),
        (triplet, (x0, x0, x0[:, :1]), {}, ValueError, r"anchor has shape \(3, 2\) and negative has"),
        (triplet, (x0, torch.zeros(3, 2), x0), {}, TypeError, "anchor NumPy, positive torch, negative NumPy"),
        (triplet, (x0, x0, x0), {"margin": "1"}, TypeError, "margin must be a number, got str"),
        (
            triplet,
            (np.zeros(()),) * 3,
            {},
            ValueError,
            r"anchor must have its vectors along the last axis, got",
        ),
        (cosine_embedding, (x0, x0, labels0), {}, ValueError, "target must be −1 or 1, got 0"),
        (cosine_embedding, (x0, x0, labels0 + 1), {"margin": 2}, ValueError, r"margin must lie in \[-1, 1\]"),
        (info_nce, (x0, x0[:2]), {}, ValueError, r"query has shape \(3, 2\) and key has shape \(2, 2\)"),
        (
            info_nce,
            (x0[0], x0[0]),
            {},
            ValueError,
            r"query must be a batch of vectors \(N, D\), got shape \(2,",
        ),
        (
            info_nce,
            (x0, x0),
            {"temperature": 0},
            ValueError,
            "temperature must be positive and finite, got 0",
        ),
        (
            info_nce,
            (x0, x0),
            {"weight": np.ones(2)},
            ValueError,
            r"weight has shape \(2,\), the unreduced loss",
        ),
        (nt_xent, (x0, x0), {"temperature": None}, TypeError, "temperature must be a number, got NoneType"),
        (nt_xent, (x0, x0), {"reduction": "avg"}, ValueError, "reduction must be .* got 'avg'"),
        (
            nt_xent,
            (x0, x0),
            {"temperature": torch.ones(2)},
            TypeError,
            "one library|temperature must be a number",
        ),
        (batch_hard_triplet, (x0, labels0[:2]), {}, ValueError, r"labels must have shape \(3,\)"),
        (batch_hard_triplet, (x0, labels0 + 0.5), {}, TypeError, "labels must be whole numbers, got float64"),
        (mine_triplets, (x0, labels0 + 0.5), {}, TypeError, "labels must be whole numbers, got float64"),
        (mine_triplets, (x0, labels0), {"kind": "soft"}, ValueError, "kind must be .* got 'soft'"),
        (
            mine_triplets,
            (x0, labels0),
            {"margin": -1},
            ValueError,
            "margin must be positive and finite, got -1",
        ),
        (mine_triplets, (x0.astype(int), labels0), {}, TypeError, "embeddings must be floating point"),
        (
            mine_triplets,
            (None, labels0),
            {},
            TypeError,
            "embeddings must be a NumPy array or a torch tensor",
        ),
    ],
)
def test_bad_input_is_named(function, arguments, keywords, error, message):
    for call in (function, getattr(function, "grad", function)):
        with pytest.raises(error, match=message):
            call(*arguments, **keywords)


RANGES = {"margin": "(0, inf)", "temperature": "(0, inf)"}


@pytest.mark.parametrize("name", [*CASES, "mine_triplets"])
def test_both_ends_of_every_range(name):
    loss, arrays = loss_of(name), CASES[name if name in CASES else "batch_hard_triplet"].draw()
    key = "temperature" if "nce" in name or "xent" in name else "margin"
    interval = "[-1, 1]" if name == "cosine_embedding" else RANGES[key]
    for function in {loss, getattr(loss, "grad", loss)}:
        for number, is_allowed in ends(interval):
            if is_allowed:
                function(*arrays, **{key: number})
            else:
                with pytest.raises(ValueError, match=f"^{key} must .* got"):
                    function(*arrays, **{key: number})
        if key == "temperature":  # one that may learn is looked at as well
            for number, is_allowed in ends(interval):
                tensors = [torch.tensor(a) for a in arrays]
                learns = {key: torch.tensor(number, dtype=torch.float64, requires_grad=True)}
                if is_allowed:
                    function(*tensors, **learns)
                else:
                    with pytest.raises(ValueError, match=f"^{key} must .* got"):
                        function(*tensors, **learns)


@each_loss
def test_embeddings_without_axes_or_without_numbers(name):
    case = CASES[name]
    for array in (np.zeros(()), np.zeros((3, 0))):
        for convert in (np.asarray, torch.tensor):
            known = [convert(np.ones(3, dtype=int))] * (len(case.draw()) - case.predictions)
            batch = case.coupled and not array.ndim
            what = "be a batch of vectors" if batch else "have its vectors along the last axis"
            for function in (loss_of(name), loss_of(name).grad):
                with pytest.raises(ValueError, match=f"must {what}.* got shape"):
                    function(*[convert(array)] * case.predictions, *known)


@each_loss
def test_a_bad_pair_beside_embeddings_that_learn_is_named_without_a_warning(name):
    case = CASES[name]
    arrays = [torch.tensor(a, requires_grad=i < case.predictions) for i, a in enumerate(case.draw())]
    known = {"contrastive": ("same", 2, "0 or 1"), "cosine_embedding": ("target", 2, "−1 or 1")}
    if name in known:
        key, number, what = known[name]
        arrays[-1] = arrays[-1].double()
        arrays[-1][3] = number
        arrays[-1].requires_grad_()
        with pytest.raises(ValueError, match=rf"^{key} must be {what}, got 2 at index \(3,\)"):
            loss_of(name)(*arrays)
    weight = torch.full((8,), -1.0, requires_grad=True)
    with pytest.raises(ValueError, match=r"^weight must be finite and at least 0"):
        loss_of(name)(*arrays, weight=weight)


@each_loss
def test_is_a_plain_function(name):
    loss = loss_of(name)
    assert list(inspect.signature(loss).parameters)[-2:] == ["weight", "reduction"]
    assert inspect.signature(loss.grad) == inspect.signature(loss)
    assert pickle.loads(pickle.dumps(loss)) is loss and pickle.loads(pickle.dumps(loss.grad)) is loss.grad
    arrays = CASES[name].draw()
    assert loss(**dict(zip(inspect.signature(loss).parameters, arrays, strict=False))) == loss(*arrays)
    for part in ("::", "grad", "Parameters", "Returns", "Raises", "PyTorch", "Source:", ">>>", "Convention"):
        assert part in loss.__doc__


# Where a formula changes branch


@pytest.mark.parametrize("loss", [info_nce, nt_xent])
def test_ties_have_their_slope_and_curvature(loss):
    """Positive and negatives equally similar; also beside a temperature that learns."""
    q, k = torch.ones(2, 3, dtype=torch.float64), torch.eye(3, dtype=torch.float64)[:2]
    near = q + 1e-7 * torch.tensor([[1.0, -2, 3], [2, 1, -1]], dtype=torch.float64)

    def hessian(q):
        return torch.autograd.functional.hessian(lambda q: loss(q, k, temperature=1.0), q)

    torch.testing.assert_close(hessian(q), hessian(near), rtol=1e-4, atol=1e-6)
    q.requires_grad_()
    temperature = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    loss(q, k, temperature=temperature).backward()
    torch.testing.assert_close(q.grad, loss.grad(q.detach(), k, temperature=0.5)[0])


@pytest.mark.parametrize("loss", [info_nce, nt_xent])
def test_an_embedding_of_zeros_beside_a_temperature_that_learns(loss):
    q = torch.eye(3, dtype=torch.float64)
    q[0] = 0
    q.requires_grad_()
    temperature = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    loss(q, torch.eye(3, dtype=torch.float64), temperature=temperature).backward()
    assert (q.grad[0] == 0).all()


@pytest.mark.parametrize("size", [1e-30, 1e-20, 1e18])
def test_the_hardest_triplet_at_any_scale(size):
    """Squares of 1e-30 are 0 in float32, those of 1e20 infinite."""
    x, known = np.random.default_rng(0).normal(size=(12, 3)), np.arange(12) // 3
    expected = batch_hard_triplet(x, known, margin=1.0, reduction="none") * size
    small = (x * size).astype(np.float32)
    got = batch_hard_triplet(small, known, margin=size, reduction="none")
    np.testing.assert_allclose(got, expected, rtol=1e-4)
    assert as_list(mine_triplets(small, known, margin=size)) == as_list(mine_triplets(x, known))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16, torch.int32])
def test_labels_of_any_whole_kind(dtype):
    x, known = CASES["batch_hard_triplet"].draw()
    x, known = torch.as_tensor(x), torch.as_tensor(known)
    torch.testing.assert_close(batch_hard_triplet(x, known.to(dtype)), batch_hard_triplet(x, known))


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
@each_coupled
def test_a_weight_under_vmap_is_refused(name):
    arrays = [torch.as_tensor(a)[None] for a in CASES[name].draw()]
    weight = torch.ones(1, 8, dtype=torch.float64)
    with pytest.raises(NotImplementedError, match="under vmap a weight cannot take examples out"):
        torch.func.vmap(lambda w, *arrays: loss_of(name)(*arrays, weight=w))(weight, *arrays)
