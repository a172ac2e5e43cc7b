"""The contract of design and docs, for every public loss: found here by itself, held to all of it.

A loss is a public function of `lossutils` that takes `reduction`. Its only input to this file is its line in
references.py. Losses of several predictions and of a whole batch have theirs in test_metric_learning.py, and
the contract with it.
"""

import inspect
import pickle
import re
import subprocess
import sys
from itertools import chain, product

import mpmath as mp
import numpy as np
import pytest
import test_metric_learning
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from references import (
    AT_LEAST_0,
    REFERENCES,
    SCORES,
    Case,
    bad_class_probabilities,
    bad_classes,
    derivative,
    digits_at_stake,
    ends,
    size_of_the_terms,
    true_value,
)

import lossutils
from lossutils.engine import evaluate
from lossutils.engine.evaluate import BLOCK
from lossutils.engine.prepare import REDUCTIONS


def complete(name, function):
    """With the first rows of its reference where they are left out, for a loss that cannot do without."""
    rows = REFERENCES[name].rows if name in REFERENCES else {}
    if not rows:
        return function
    first = {key: values[0] for key, values in rows.items()}

    def call(*args, **kwargs):
        return function(*args, **{**first, **kwargs})

    call.__dict__.update(
        vars(function), grad=lambda *args, **kwargs: function.grad(*args, **{**first, **kwargs})
    )
    call.grad.__signature__ = call.__signature__
    call.__doc__ = function.__doc__
    return call


LOSSES = {
    name: complete(name, function)
    for name in lossutils.__all__
    if "reduction" in inspect.signature(function := getattr(lossutils, name)).parameters
    and name not in test_metric_learning.CASES
}
NUMPY_DTYPES = [np.float64, np.float32]
HALF = [torch.float16, torch.bfloat16]
CASES = [
    pytest.param(name, options, id="-".join([name, *(f"{key}={value}" for key, value in options.items())]))
    for name in LOSSES
    if name in REFERENCES
    for options in REFERENCES[name].settings()
]

each_loss = pytest.mark.parametrize("name", LOSSES)
each_case = pytest.mark.parametrize(("name", "options"), CASES)


def draw(name, shape=(40,), seed=0):
    """Predictions and targets for an unreduced loss of that shape; class indices stay whole numbers."""
    pred, target = REFERENCES[name].domain.draw(np.random.default_rng(seed), fit(name, shape))
    return np.asarray(pred, dtype=np.float64), np.asarray(target)


def fit(name, shape):
    """The shape, with all its axes in one for a loss that gives one number an example of any form."""
    return (int(np.prod(shape)),) if REFERENCES[name].domain.one_axis else shape


def first(name):
    """What the prediction is called: pred, logits, ..."""
    return next(iter(inspect.signature(LOSSES[name]).parameters))


def second(name):
    """What the target is called: target, relevance, ..."""
    return list(inspect.signature(LOSSES[name]).parameters)[1]


def cast(array, dtype):
    """To another precision; class indices stay what they are."""
    if isinstance(array, torch.Tensor):
        return array.to(dtype) if array.is_floating_point() else array
    return array.astype(dtype) if array.dtype.kind == "f" else array


def numpy_and_torch(function):
    return pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])(function)


def per_example(factor, slope):
    """One factor an example, against a gradient that may have K classes more."""
    return factor.reshape((*factor.shape, *(1,) * (slope.ndim - factor.ndim)))


def assert_ulps(got, expected, calls, ulps=8, terms=0.0, stake=1.0):
    """Equal to so many units in the last place, below the smallest normal number to one such number.

    `calls` says what was called, an entry each; `terms` is the size of the terms where the truth is their
    difference, `stake` what rounding an input does.
    """
    got = np.asarray(got)
    limits = np.finfo(got.dtype)
    terms, stake = (np.broadcast_to(x, got.shape).ravel() for x in (terms, stake))
    wrong = []
    for call, value, truth, size, factor in zip(calls, got.ravel(), expected, terms, stake, strict=True):
        units = ulps * float(limits.eps) * factor * max(abs(truth), size)
        allowed = units + float(limits.smallest_normal)
        if abs(truth) > float(limits.max):
            good = np.isinf(value) and (value > 0) == (truth > 0)
        else:
            good = abs(float(value) - truth) <= allowed
        if not good:
            off = float(abs(float(value) - truth))
            wrong.append(
                f"{call} is {float(value)!r}, and should be {mp.nstr(truth, 17)}: "
                f"off by {off:.3g}, allowed {float(allowed):.3g}"
            )
    if wrong:
        raise AssertionError("\n".join([f"{len(wrong)} of {got.size} are wrong:", *wrong[:5]]))


def calls_of(name, pred, target, options):
    """How the call of each number of the result would be written; for K classes one of each."""
    options = "".join(f", {key}={value}" for key, value in options.items())
    for p, t in zip(pred, target, strict=True):
        text = f"{name}({p.tolist()}, {t.tolist()}{options}) in {pred.dtype}"
        yield from [text] if p.ndim == 0 else [f"{text}, class {k}," for k in range(len(p))]


# The names


def test_the_losses_are_found():
    assert {"mse", "mae", "huber", "log_cosh", "quantile"} <= set(LOSSES)


@each_loss
def test_has_a_reference(name):
    assert name in REFERENCES, f"write the mpmath reference of {name} in tests/references.py"


def test_no_reference_without_a_loss():
    assert set(REFERENCES) <= set(LOSSES)


# The numbers


@each_case
@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_value_against_mpmath(name, options, dtype):
    case = REFERENCES[name]
    pred, target = case.domain.grid(dtype)
    got = LOSSES[name](pred, target, reduction="none", **options)
    expected = [true_value(case, p, t, options) for p, t in zip(pred, target, strict=True)]
    stake = [np.max(digits_at_stake(p, options)) for p in pred]
    calls = list(calls_of(name, pred, target, options))[:: 1 if pred.ndim == 1 else pred.shape[-1]]
    assert_ulps(got, expected, [call.split(", class")[0] for call in calls], stake=stake)


@each_case
@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_gradient_against_mpmath(name, options, dtype):
    case = REFERENCES[name]
    pred, target = case.domain.grid(dtype)
    got = LOSSES[name].grad(pred, target, reduction="sum", **options)
    expected = [derivative(case, p, t, options) for p, t in zip(pred, target, strict=True)]
    expected = expected if pred.ndim == 1 else chain.from_iterable(expected)
    terms = [
        case.domain.cancels + size_of_the_terms(p, t, options) for p, t in zip(pred, target, strict=True)
    ]
    stake = [digits_at_stake(p, options) for p in pred]
    calls = calls_of(f"{name}.grad", pred, target, options)
    assert_ulps(got, expected, calls, terms=terms, stake=np.array(stake))


def test_the_oracle_adds_digits_until_two_precisions_agree():
    """With a scale of its own: at 1e-300 the terms of the difference agree in 600 digits."""
    charbonnier = Case(lambda p, t: mp.sqrt((p - t) ** 2 + 1) - 1)
    for error in (1e-300, 1e-160, 1e-30, 1.0, 1e200):
        slope = derivative(charbonnier, np.float64(error), np.float64(0), {})
        assert float(slope) == pytest.approx(error / np.hypot(error, 1), rel=1e-15, abs=0)
    half = true_value(charbonnier, np.float64(1e-150), np.float64(0), {})
    assert float(half) == pytest.approx(0.5e-300, rel=1e-15, abs=0)
    noisy = Case(lambda p, t: p + mp.rand())
    with pytest.raises(
        ArithmeticError, match=r"no two precisions agree on the reference of \(1.0, 0.0, {}\)"
    ):
        true_value(noisy, np.float64(1), np.float64(0), {})


def test_a_red_contract_names_the_call_and_the_allowed_error():
    pred, target = np.array([0.5, 3.0]), np.zeros(2)
    truth = [mp.mpf("0.125"), mp.mpf("2.5")]
    calls = list(calls_of("huber", pred, target, {"delta": 1.0}))
    assert_ulps(lossutils.huber(pred, target, reduction="none"), truth, calls)
    with pytest.raises(AssertionError) as error:
        assert_ulps(np.array([0.125, 2.6]), truth, calls)
    message = str(error.value)
    assert "1 of 2 are wrong:\nhuber(3.0, 0.0, delta=1.0) in float64 is" in message
    assert "2.6" in message and "should be 2.5: off by 0.1, allowed 4.44e-15" in message
    rows = list(calls_of("cce.grad", np.array([[0.5, 0.5]]), np.array([1]), {}))
    assert rows == [f"cce.grad([0.5, 0.5], 1) in float64, class {k}," for k in (0, 1)]


@each_case
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_gradient_against_finite_differences(name, options, reduction):
    pred, target = draw(name, (7,))
    loss, step = LOSSES[name], 1e-6
    expected = np.empty_like(pred)
    for index in np.ndindex(pred.shape):
        moved = np.zeros_like(pred)
        moved[index] = step
        up = loss(pred + moved, target, reduction=reduction, **options)
        down = loss(pred - moved, target, reduction=reduction, **options)
        expected[index] = np.sum(up - down) / (2 * step)
    got = loss.grad(pred, target, reduction=reduction, **options)
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-8)


@each_case
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
def test_backward_is_the_derived_gradient_and_that_of_autograd(name, options, reduction, weighted):
    """Also under an upstream gradient that differs from example to example."""
    shape = fit(name, (4, 3))
    pred, target = map(torch.as_tensor, draw(name, shape))
    weight = torch.linspace(0.1, 2, 12, dtype=pred.dtype).reshape(shape) if weighted else None
    upstream = torch.linspace(-1, 2, 12).reshape(shape) if reduction == "none" else torch.tensor(0.7)
    pred.requires_grad_()
    loss = LOSSES[name]
    value = loss(pred, target, weight=weight, reduction=reduction, **options)
    (got,) = torch.autograd.grad(value, pred, upstream.to(value.dtype))

    flat = (a.reshape(12, *a.shape[len(shape) :]) for a in (pred, target))
    given = {key: torch.tensor(x) if isinstance(x, tuple) else x for key, x in options.items()}
    plain = loss.__wrapped__(*flat, **given).reshape(shape)  # the formula, differentiated by torch itself
    plain = plain if weight is None else plain * weight
    if reduction == "sum":
        plain = plain.sum()
    elif reduction == "mean":
        plain = plain.sum() / (12 if weight is None else weight.sum())
    (autograd,) = torch.autograd.grad(plain, pred, upstream.to(plain.dtype))
    torch.testing.assert_close(got, autograd, rtol=1e-12, atol=1e-14)

    derived = loss.grad(pred.detach(), target, weight=weight, reduction=reduction, **options)
    torch.testing.assert_close(got, derived * per_example(upstream, derived), rtol=1e-12, atol=1e-14)


@each_case
def test_first_and_second_derivative_by_gradcheck(name, options):
    pred, target = map(torch.as_tensor, draw(name, (5,)))
    weight = torch.tensor([1.0, 0.0, 2.0, 0.5, 3.0], dtype=pred.dtype)
    pred.requires_grad_()
    for reduction in REDUCTIONS:

        def call(pred, reduction=reduction):
            return LOSSES[name](pred, target, weight=weight, reduction=reduction, **options)

        assert torch.autograd.gradcheck(call, pred)
        assert torch.autograd.gradgradcheck(call, pred)


@each_case
def test_target_and_weight_have_gradients_too(name, options):
    pred, target = map(torch.as_tensor, draw(name, (5,)))
    weight = torch.tensor([1.0, 0.1, 2.0, 0.5, 3.0], dtype=pred.dtype)
    for tensor in (pred, target, weight):
        discrete = tensor is target and REFERENCES[name].domain.discrete
        tensor.requires_grad_(tensor.is_floating_point() and not discrete)

    def call(pred, target, weight):
        return LOSSES[name](pred, target, weight=weight, **options)

    assert torch.autograd.gradcheck(call, (pred, target, weight))
    assert torch.autograd.gradgradcheck(call, (pred, target, weight))


@each_case
def test_the_derived_gradient_also_beside_a_weight_that_learns(name, options):
    """On the whole grid: no NaN from a branch that `where` discards, the same choice at every kink."""
    case = REFERENCES[name]
    pred, target = map(torch.as_tensor, case.domain.grid(np.float64))
    weight = torch.ones(len(target), dtype=pred.dtype, requires_grad=True)
    LOSSES[name](pred.requires_grad_(), target, weight=weight, reduction="sum", **options).backward()
    expected = LOSSES[name].grad(pred.detach(), target, reduction="sum", **options)
    torch.testing.assert_close(pred.grad, expected, rtol=0, atol=0)
    each = LOSSES[name](pred.detach(), target, reduction="none", **options)
    torch.testing.assert_close(weight.grad, each, rtol=1e-12, atol=0)


@each_case
def test_numpy_equals_torch(name, options):
    pred, target = draw(name, (6, 5))
    for function in (LOSSES[name], LOSSES[name].grad):
        for reduction in REDUCTIONS:
            ours = function(pred, target, reduction=reduction, **options)
            theirs = function(torch.tensor(pred), torch.tensor(target), reduction=reduction, **options)
            np.testing.assert_allclose(theirs.numpy(), ours, rtol=1e-12, atol=0)


@each_case
def test_half_precision_is_calculated_in_float32(name, options):
    """Half-precision inputs give the float32 result, rounded once; a mean of many does not overflow."""
    pred, target = (cast(torch.as_tensor(a), torch.float32) for a in draw(name, (70_000,)))
    for dtype in HALF:
        half = cast(pred, dtype), cast(target, dtype)
        for function in (LOSSES[name], LOSSES[name].grad):
            for reduction in ("mean", "none"):
                got = function(*half, reduction=reduction, **options)
                wide = function(*(cast(a, torch.float32) for a in half), reduction=reduction, **options)
                assert got.dtype == dtype
                torch.testing.assert_close(got, wide.to(dtype), rtol=0, atol=0)
    small = cast(pred.numpy(), np.float16), cast(target.numpy(), np.float16)
    got = LOSSES[name](*small, **options)
    assert got.dtype == np.float16
    assert got == LOSSES[name](*(cast(a, np.float32) for a in small), **options).astype(np.float16)


# The kind of what comes back


@each_loss
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (2, 0)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_shape_and_dtype_are_kept(name, shape, dtype):
    shape = fit(name, shape)
    pred, target = (cast(a, dtype) for a in draw(name, shape))
    for make in (np.asarray, torch.as_tensor):
        arrays = make(pred), make(target)
        for reduction in ("sum", "none"):
            value = LOSSES[name](*arrays, reduction=reduction)
            grad = LOSSES[name].grad(*arrays, reduction=reduction)
            assert tuple(value.shape) == (shape if reduction == "none" else ())
            assert tuple(grad.shape) == pred.shape
            assert value.dtype == grad.dtype == arrays[0].dtype


@each_loss
def test_device_is_kept(name):
    """`meta` tensors have a device and no values, so nothing may be read back on the way."""
    pred, target = (torch.as_tensor(a).to("meta") for a in draw(name, (3, 2)))
    for reduction in REDUCTIONS:
        assert LOSSES[name](pred, target, reduction=reduction).device.type == "meta"
        assert LOSSES[name].grad(pred, target, reduction=reduction).device.type == "meta"


@each_loss
def test_target_takes_the_precision_of_pred(name):
    pred, target = draw(name)
    single = pred.astype(np.float32)
    assert LOSSES[name](single, target).dtype == np.float32
    assert LOSSES[name].grad(torch.as_tensor(single), torch.as_tensor(target)).dtype == torch.float32


@each_loss
@numpy_and_torch
def test_whole_numbers_as_a_target_are_calculated_in_the_precision_of_pred(name, convert):
    """Not in float64, which NumPy makes of float32 and int64: to the last bit."""
    pred, target = draw(name)
    if target.dtype.kind != "f":  # whole numbers are the rule here
        return
    pred, whole = pred.astype(np.float32), np.ceil(target).astype(int)
    for function in (LOSSES[name], LOSSES[name].grad):
        got = function(convert(pred), convert(whole), reduction="none")
        expected = function(convert(pred), convert(whole.astype(np.float32)), reduction="none")
        np.testing.assert_array_equal(got, expected)


@each_loss
def test_inputs_stay_as_they_are(name):
    pred, target = draw(name)
    weight = np.linspace(0, 1, len(target))
    copies = pred.copy(), target.copy(), weight.copy()
    for array in (pred, target, weight):
        array.flags.writeable = False
    LOSSES[name](pred, target, weight=weight)
    LOSSES[name].grad(pred, target, weight=weight)
    for array, copy in zip((pred, target, weight), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@each_loss
def test_a_target_changed_before_backward_is_noticed(name):
    pred, target = map(torch.as_tensor, draw(name))
    value = LOSSES[name](pred.requires_grad_(), target)
    target *= 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        value.backward()


@each_loss
@numpy_and_torch
def test_nan_in_is_nan_out(name, convert):
    arrays = draw(name, (5,))
    for position, array in enumerate(arrays):
        if array.dtype.kind != "f":
            continue
        spoiled = array.copy()
        spoiled[(2, *(1,) * (array.ndim - 1))] = np.nan
        given = [convert(spoiled if i == position else a) for i, a in enumerate(arrays)]
        assert np.isnan(float(LOSSES[name](*given)))
        is_nan = np.isnan(np.asarray(LOSSES[name].grad(*given))).reshape(5, -1)
        assert is_nan.any(axis=1).tolist() == [False, False, True, False, False]


@each_loss
def test_non_contiguous_arrays(name):
    pred, target = draw(name, (6, 5))
    for convert in (np.asarray, torch.as_tensor):
        views = [convert(a).swapaxes(0, 1)[::2] for a in (pred, target)]
        copies = [convert(a.swapaxes(0, 1)[::2].copy()) for a in (pred, target)]
        for function in (LOSSES[name], LOSSES[name].grad):
            np.testing.assert_allclose(
                function(*views, reduction="none"), function(*copies, reduction="none"), rtol=1e-13
            )


# Weights and reductions


@each_case
def test_reductions_and_weights_mean_what_they_say(name, options):
    pred, target = draw(name)
    weight = np.random.default_rng(1).uniform(0.1, 3, size=40)
    loss = LOSSES[name]
    each = loss(pred, target, reduction="none", **options)
    slope = loss.grad(pred, target, reduction="none", **options)
    close = {"rtol": 1e-13}
    np.testing.assert_allclose(loss(pred, target, **options), each.sum() / each.size, **close)
    np.testing.assert_allclose(loss(pred, target, reduction="sum", **options), each.sum(), **close)
    np.testing.assert_allclose(loss.grad(pred, target, **options), slope / each.size, **close)
    np.testing.assert_allclose(loss.grad(pred, target, reduction="sum", **options), slope, **close)
    for reduction, scale in (("none", 1), ("sum", 1), ("mean", 1 / weight.sum())):
        value = loss(pred, target, weight=weight, reduction=reduction, **options)
        expected = weight * each if reduction == "none" else (weight * each).sum() * scale
        np.testing.assert_allclose(value, expected, **close)
        grad = loss.grad(pred, target, weight=weight, reduction=reduction, **options)
        np.testing.assert_allclose(grad, per_example(weight, slope) * slope * scale, **close)


@each_loss
@numpy_and_torch
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_weight_zero_is_ignored_with_whatever_stands_there(name, convert, reduction):
    pred, target = draw(name, (6,))
    weight = np.array([1.0, 0, 2, 0.5, 0, 3])
    kept = weight > 0
    spoiled, unknown = pred.copy(), target.copy()
    spoiled[[1, 4]] = [np.nan, 1000] if pred.ndim == 1 else [[np.nan], [1000]]  # NaN, and out of any range
    unknown[~kept] = np.nan if target.dtype.kind == "f" else -100
    for function in (LOSSES[name], LOSSES[name].grad):
        got = np.asarray(
            function(convert(spoiled), convert(unknown), weight=convert(weight), reduction=reduction)
        )
        expected = function(pred[kept], target[kept], weight=weight[kept], reduction=reduction)
        if got.ndim:
            assert (got[~kept] == 0).all()
            got = got[kept]
        np.testing.assert_allclose(got, expected, rtol=1e-14)


@each_loss
def test_weight_zero_is_ignored_by_backward(name):
    pred, target = draw(name, (6,))
    weight = torch.tensor([1.0, 0, 2, 0.5, 0, 3], dtype=torch.float64)
    is_float = target.dtype.kind == "f"
    pred[1], target[4] = np.nan, np.nan if is_float else -100
    for learned_target in {False, is_float}:
        p = torch.tensor(pred, requires_grad=True)
        t = torch.tensor(target, requires_grad=learned_target)
        LOSSES[name](p, t, weight=weight).backward()
        for tensor in (p, t) if learned_target else (p,):
            assert (tensor.grad[[1, 4]] == 0).all() and torch.isfinite(tensor.grad).all()


@each_loss
@numpy_and_torch
def test_all_weights_zero_is_zero(name, convert):
    pred, target = map(convert, draw(name, (3,)))
    weight = convert(np.zeros(3))
    assert float(LOSSES[name](pred, target, weight=weight)) == 0
    assert (LOSSES[name].grad(pred, target, weight=weight) == 0).all()


@each_loss
def test_sum_over_an_empty_batch_is_zero(name):
    pred, target = draw(name, (0,))
    assert LOSSES[name](pred, target, reduction="sum") == 0
    assert LOSSES[name](pred, target, reduction="none").shape == (0,)
    assert LOSSES[name].grad(pred, target, reduction="sum").shape == pred.shape


@each_loss
@given(seed=st.integers(0, 10_000), size=st.integers(2, 30), data=st.data())
@settings(max_examples=20, deadline=None)
def test_order_and_split_of_the_batch_do_not_matter(name, seed, size, data):
    pred, target = draw(name, (size,), seed)
    weight = np.random.default_rng(seed).uniform(size=size)
    order = np.array(data.draw(st.permutations(range(size))))
    cut = data.draw(st.integers(1, size - 1))
    loss = LOSSES[name]
    whole = loss(pred, target, weight=weight)
    np.testing.assert_allclose(loss(pred[order], target[order], weight=weight[order]), whole, rtol=1e-12)
    np.testing.assert_allclose(
        loss.grad(pred[order], target[order], weight=weight[order]),
        loss.grad(pred, target, weight=weight)[order],
        rtol=1e-12,
    )
    parts = [slice(0, cut), slice(cut, size)]
    sums = [loss(pred[part], target[part], weight=weight[part], reduction="sum") for part in parts]
    np.testing.assert_allclose(sum(sums) / weight.sum(), whole, rtol=1e-12)


# Beyond one block: whatever walks over large arrays in pieces must leave no trace


ARRAYS = ("pos_weight", "class_weight", "mask", "thresholds")  # parameters that are arrays
VARIANTS = [
    pytest.param(name, kind, id=f"{name}-{kind}")
    for name in LOSSES
    if name in REFERENCES
    for kind in ["plain", *(key for key in ARRAYS if key in inspect.signature(LOSSES[name]).parameters)]
    + ["distribution"] * (REFERENCES[name].domain.bad in (bad_classes, bad_class_probabilities))
]
each_variant = pytest.mark.parametrize(("name", "kind"), VARIANTS)


def draw_variant(name, kind, rows, classes=3, seed=0):
    """(rows, classes) predictions, their targets, and an array for the parameter that `kind` names."""
    rng = np.random.default_rng(seed)
    domain = REFERENCES[name].domain
    has_classes = domain.draw(rng, (1,))[0].ndim > 1
    pred, target = domain.draw(rng, (rows,) if has_classes else (rows, classes), classes)
    if second(name) == "relevance":
        target[::5] = 1  # nothing to order: a mean does not count such a query
    if kind == "distribution":
        target = rng.dirichlet([0.5] * classes, size=rows)
    options = {}
    if kind in ("pos_weight", "class_weight"):
        options = {kind: np.linspace(0.25, 3, classes)}
    if kind == "thresholds":
        options = {kind: np.array([-1.0, 0.5, 2.0])}
    if kind == "mask":
        options = {kind: rng.uniform(size=(rows, classes)) < 0.7}
        options[kind][3] = False
        pred, target = pred.copy(), target * 1.0
        pred[~options[kind]] = np.nan  # whatever stands there
        target[~options[kind]] = np.nan
    return pred, target, options


def counted(name, target, options):
    """What each example adds to the denominator of a mean."""
    mask, class_weight = options.get("mask"), options.get("class_weight")
    if second(name) == "relevance":
        mask = torch.ones_like(target, dtype=torch.bool) if mask is None else mask
        if name == "listnet":
            return mask.any(-1).double()
        low, high = torch.where(mask, target, torch.inf).amin(-1), torch.where(mask, target, -1).amax(-1)
        return (low < high).double()
    if class_weight is not None and name != "multiclass_hinge":
        return (class_weight * target).sum(-1) if target.is_floating_point() else class_weight[target]
    return None


def assert_as_the_plain_formula(name, pred, target, options, weights):
    """Value, gradient, backward, of NumPy and torch, are those of the formula on everything at once."""
    loss, rng, rows = LOSSES[name], np.random.default_rng(1), REFERENCES[name].rows
    tensors = {key: torch.as_tensor(value) for key, value in options.items()}
    tensors = {**{key: torch.tensor(x[0], dtype=torch.float64) for key, x in rows.items()}, **tensors}
    p, t = torch.tensor(pred), torch.tensor(target)
    if "mask" in tensors:
        p, t = (torch.where(tensors["mask"], x, 0) for x in (p, t))
    p.requires_grad_()
    each = loss.__wrapped__(p, t, **tensors)
    counts = counted(name, t, tensors)
    counts = torch.ones_like(each) if counts is None else counts
    upstream = torch.as_tensor(rng.uniform(-1, 2, size=each.shape))
    share = torch.tensor(0.7, dtype=torch.float64)

    for weight in weights(each.shape):
        w = torch.ones_like(each) if weight is None else torch.as_tensor(weight)
        given = options if weight is None else {**options, "weight": weight}
        total, denominator = (w * each).sum(), (w * counts).sum()
        (slope,) = torch.autograd.grad(total, p, retain_graph=True)
        (arrived,) = torch.autograd.grad(w * each, p, upstream, retain_graph=True)
        expected = {  # value, gradient, what arrives from above, backward
            "none": (w * each, slope, upstream, arrived),
            "mean": (total / denominator, slope / denominator, share, 0.7 * slope / denominator),
        }

        def same(got, truth, what, given=given):
            got, truth = np.asarray(got), truth.detach().numpy()
            tiny = 1e-14 * abs(truth).max()  # where it is a difference of others
            what = f"{what} of {name}, given {sorted(given)}"
            np.testing.assert_allclose(got, truth, rtol=1e-11, atol=tiny, err_msg=what)

        for reduction, (value, slope, above, backward) in expected.items():
            keywords = {**given, "reduction": reduction}
            same(loss(pred, target, **keywords), value, f"{reduction}: value")
            same(loss.grad(pred, target, **keywords), slope, f"{reduction}: gradient")
            keywords = {key: torch.as_tensor(x) for key, x in given.items()} | {"reduction": reduction}
            learns = torch.tensor(pred, requires_grad=True)
            got = loss(learns, torch.as_tensor(target), **keywords)
            same(got.detach(), value, f"{reduction}: value for torch")
            got.backward(above)
            same(learns.grad, backward, f"{reduction}: backward")
        with torch.no_grad():
            same(loss.grad(learns, torch.as_tensor(target), **keywords), slope, "mean: gradient for torch")


def some_weights(shape):
    return [np.random.default_rng(2).uniform(0.1, 3, size=shape)]


@each_variant
def test_beyond_one_block_it_is_the_plain_formula(name, kind):
    rows = -(-(2 * BLOCK + 3) // 3)
    pred, target, options = draw_variant(name, kind, rows)
    assert pred.size >= 2 * BLOCK + 3
    assert_as_the_plain_formula(name, pred, target, options, weights=some_weights)


@each_variant
@pytest.mark.parametrize("block", [1, 7, 10_000])
def test_in_blocks_of_any_size_it_is_the_plain_formula(name, kind, block, monkeypatch):
    def weights(shape):
        rng = np.random.default_rng(2)
        return (
            None,
            rng.uniform(0.1, 3, size=shape),
            rng.uniform(size=shape) * (rng.uniform(size=shape) < 0.7),
        )

    monkeypatch.setattr(evaluate, "BLOCK", block)
    assert_as_the_plain_formula(name, *draw_variant(name, kind, 11), weights)


# Bad input


def bad_inputs(name):
    """What is wrong, the arguments, the error and its message."""
    case, p0, t0 = REFERENCES[name], first(name), second(name)
    pred, target = draw(name, (3,))
    p, t = torch.as_tensor(pred), torch.as_tensor(target)
    empty = f"the mean over an empty batch is not defined: {p0} has shape"
    yield (
        "no broadcast",
        (pred, target[:, None]),
        {},
        ValueError,
        p0 + rf" has shape \(3.*{t0} has shape \(3, 1",
    )
    yield "empty", (pred[:0], target[:0]), {}, ValueError, empty + r" \(0"
    yield "empty tensor", (p[:0], t[:0]), {}, ValueError, empty + r" \(0"
    yield "integers", (pred.astype(int), target), {}, TypeError, f"{p0} must be floating point, got int64"
    yield "bytes", (p.to(torch.uint8), t), {}, TypeError, f"{p0} must be floating point, got torch.uint8"
    yield "complex", (pred, target + 0j), {}, TypeError, f"{t0} must be real, got complex128"
    yield "text", (["1"] * 3, target), {}, TypeError, f"{p0} must hold numbers, got a list with str"
    beside = f"{p0} must be a torch tensor, as {t0} is, got list"
    yield "a list beside a tensor", (pred.tolist(), t), {}, TypeError, beside
    masked = f"{t0} must be a NumPy array or a torch tensor, got MaskedArray: pass {t0}.data"
    yield "masked array", (pred, np.ma.array(target)), {}, TypeError, masked
    yield "libraries", (p, target), {}, TypeError, f"of one library .* got {p0} torch, {t0} NumPy"
    yield "devices", (p, t.to("meta")), {}, TypeError, f"{p0} cpu, {t0} meta"
    yield "reduction", (pred, target), {"reduction": "avg"}, ValueError, "reduction must be .* got 'avg'"
    weight_shape = r"weight has shape \(1,\), the unreduced loss has shape \(3,\)"
    yield "weight shape", (pred, target), {"weight": np.ones(1)}, ValueError, weight_shape
    for weight in (-1.0, np.nan, np.inf):
        given = {"weight": np.full(3, weight)}
        yield f"weight {weight}", (pred, target), given, ValueError, "weight must be finite and at least 0"
    yield "missing", (pred,), {}, TypeError, rf"{name}\(\) missing a required argument: '{t0}'"
    yield "unknown", (pred, target), {"gama": 2}, TypeError, rf"{name}\(\) got an unexpected .* 'gama'"
    yield "positional", (pred, target, 1.0), {}, TypeError, rf"{name}\(\) too many positional arguments"
    for key in case.parameters:
        for value in (-1.0, np.nan, np.inf):
            yield f"{key}={value}", (pred, target), {key: value}, ValueError, f"{key} must .* got {value}"
        for value in ("1", True, *[[1.0]] * (key not in ARRAYS)):
            yield f"{key}={value}", (pred, target), {key: value}, TypeError, f"{key} must be a number"
        if inspect.signature(LOSSES[name]).parameters[key].default is not None:
            yield (
                f"{key}=None",
                (pred, target),
                {key: None},
                TypeError,
                f"{key} must be a number, got NoneType",
            )
    for key in case.rows:
        for row in ([1.0, 0.0], [0.0, 0.0], [0.0, np.nan], [np.inf], np.array([0.0, -np.inf])):
            yield f"{key}={row}", (pred, target), {key: row}, ValueError, f"{key} must be finite and increase"
        for value in (1.0, "1", ["1"], None):
            yield f"{key}={value}", (pred, target), {key: value}, TypeError, f"{key} must be a row of numbers"
        for shape in ((0,), (3, 1)):
            given = {key: np.zeros(shape)}
            yield f"{key} of shape {shape}", (pred, target), given, ValueError, f"{key} must be a row of at"
        yield (
            f"{key} of torch",
            (pred, target),
            {key: torch.ones(3)},
            TypeError,
            f"NumPy, {key} torch|{key} torch",
        )
    for what, bad_pred, bad_target, error, message in case.domain.bad(pred, target):
        yield what, (bad_pred, bad_target), {}, error, message


@pytest.mark.parametrize(
    ("name", "arguments", "keywords", "error", "message"),
    [
        pytest.param(name, *rest, id=f"{name}-{what}")
        for name in LOSSES
        if name in REFERENCES
        for what, *rest in bad_inputs(name)
    ],
)
def test_bad_input_is_named(name, arguments, keywords, error, message):
    message = message.replace(rf"{name}\(", r"\(")
    for function in (LOSSES[name], LOSSES[name].grad):
        with pytest.raises(error, match=message):
            function(*arguments, **keywords)
    if not all(type(x) is np.ndarray for x in (*arguments, *keywords.values())):
        return
    # In torch too, where the prediction wants a gradient: the error comes alone, not after a warning.
    arguments, keywords = (
        [torch.tensor(x) for x in arguments],
        {k: torch.tensor(x) for k, x in keywords.items()},
    )
    for argument in arguments:
        argument.requires_grad_(argument.is_floating_point())
    message = re.sub(r"(int64|float64|complex128)$", r"torch.\1", message)
    for function in (LOSSES[name], LOSSES[name].grad):
        with pytest.raises(error, match=message):
            function(*arguments, **keywords)


def allowed_or_not(name):
    """(argument, number, is it allowed) at both ends of every range."""
    case = REFERENCES[name]
    for key, interval in case.ranges.items():
        for number, is_allowed in ends(interval):
            yield key, number, is_allowed
    for number, is_allowed in ends(AT_LEAST_0):
        yield "weight", number, is_allowed


@each_loss
def test_every_parameter_has_a_range(name):
    parameters = list(inspect.signature(LOSSES[name]).parameters)[2:]
    without = {"mask", "thresholds", "reduction", "weight", *["p"] * (name == "multiclass_hinge")}
    without |= {"axis", "ignore_index"}  # test_arguments.py has these
    assert set(parameters) - without <= set(REFERENCES[name].ranges), "write its range in tests/references.py"


@pytest.mark.parametrize(
    ("name", "key", "number", "is_allowed"),
    [
        pytest.param(name, key, number, is_allowed, id=f"{name}-{key}={number}")
        for name in LOSSES
        if name in REFERENCES
        for key, number, is_allowed in allowed_or_not(name)
    ],
)
def test_both_ends_of_every_range(name, key, number, is_allowed):
    pred, target = draw(name, (3,))
    arrays = {first(name): pred, second(name): target * 1.0 if target.dtype.kind == "f" else target}
    given = [{key: number}]
    if key in arrays:
        arrays[key] = arrays[key].copy()
        arrays[key].flat[1] = number
        given = [{}]
    elif key in ARRAYS or key == "weight":
        row = np.ones(3 if key in ("weight", "pos_weight") else 4)
        row[1] = number
        given = [{key: row}, *[{key: number}] * (key == "pos_weight")]
    for options in given:
        for function, convert in product((LOSSES[name], LOSSES[name].grad), (np.asarray, torch.tensor)):
            values = {k: convert(x) if np.ndim(x) else x for k, x in {**arrays, **options}.items()}
            if is_allowed:
                function(**values)
            else:
                with pytest.raises(ValueError, match=f"^{key} must"):
                    function(**values)


@pytest.mark.parametrize("p", [0, 3, 1.5, *(np.nextafter(end, way) for end in (1, 2) for way in (0, 3))])
def test_the_power_of_the_multiclass_hinge_is_one_or_two(p):
    for function in (lossutils.multiclass_hinge, lossutils.multiclass_hinge.grad):
        with pytest.raises(ValueError, match=r"^p must be 1 or 2, got"):
            function(*draw("multiclass_hinge", (3,)), p=p)


@pytest.mark.parametrize("name", [n for n in LOSSES if n in REFERENCES and REFERENCES[n].domain is SCORES])
@pytest.mark.parametrize("end", [-1, 1])
def test_a_sign_is_exactly_one(name, end):
    pred, target = draw(name, (3,))
    for outwards in (-2, 2):
        target[1] = np.nextafter(end, outwards)
        with pytest.raises(ValueError, match=r"^target must be −1 or 1, got -?(0\.9+|1\.0+2) at index"):
            LOSSES[name](pred, target)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_a_distribution_adds_up_to_one_within_its_rounding(dtype):
    """To a thousandth, in half precision to a fiftieth; and each share lies in [0, 1]."""
    slack = 0.02 if dtype == np.float16 else 0.001
    index = np.array([0, 0])
    for off in (-1.1, -0.9, 0.9, 1.1):
        row = np.array([[0.25, 0.25, 0.25, 0.25 + slack * off], [1, 0, 0, 0]], dtype=dtype)
        calls = [(lossutils.cce, (row, index)), (lossutils.cross_entropy, (row, row))]
        calls += [(function, tuple(map(torch.tensor, arrays))) for function, arrays in calls]
        for function, arrays in calls:
            if abs(off) < 1:
                function(*arrays)
            else:
                with pytest.raises(ValueError, match=r"must be a distribution, in .* at index"):
                    function(*arrays)
    for number in (np.nextafter(dtype(0), dtype(-1)), np.nextafter(dtype(1), dtype(2))):
        row = np.array([[number, 0, 0, 1 - number]], dtype=dtype)
        with pytest.raises(ValueError, match="pred must be a distribution"):
            lossutils.cce(row, index[:1])


def test_thresholds_are_above_the_one_before():
    pred, target = np.zeros(3), np.array([0, 1, 2])
    lossutils.ordinal(pred, target, thresholds=[1.0, np.nextafter(1, 2)])
    for row in ([1.0, 1.0], [1.0, np.nextafter(1, 0)], [0.0, np.inf], [-np.inf, 0.0], [np.nan, 1.0]):
        for thresholds in (row, np.array(row)):
            with pytest.raises(ValueError, match="thresholds must be finite and increase, got"):
                lossutils.ordinal(pred, target, thresholds=thresholds)


# Axes


@each_variant
def test_more_axes_are_more_examples(name, kind):
    """(2, 3, 4, 6) for (24, 6); for one number an example of any form, (24, 2, 3)."""
    pred, target, options = draw_variant(name, kind, 24, classes=6)
    lead, last = ((24,), (2, 3)) if REFERENCES[name].domain.one_axis else ((2, 3, 4), (6,))
    shapes = {x.shape: (*lead, *last) if x.ndim > 1 else lead for x in (pred, target)}
    deep = [x.reshape(shapes[x.shape]) for x in (pred, target)]
    each = LOSSES[name](pred, target, reduction="none", **options)
    weight = np.random.default_rng(2).uniform(size=each.shape)
    weight.flat[5] = 0
    shape = deep[0].shape if each.ndim > 1 else lead
    deep_options = {k: x.reshape(deep[0].shape) if k == "mask" else x for k, x in options.items()}
    for w, v in ((None, None), (weight, weight.reshape(shape))):
        for reduction in REDUCTIONS:
            keywords = {"weight": w, "reduction": reduction, **options}
            value, slope = (f(pred, target, **keywords) for f in (LOSSES[name], LOSSES[name].grad))
            keywords = {"weight": v, "reduction": reduction, **deep_options}
            for convert in (np.asarray, torch.tensor):
                arrays = [convert(x) for x in deep]
                given = {k: convert(x) if np.ndim(x) else x for k, x in keywords.items()}
                got, got_slope = (np.asarray(f(*arrays, **given)) for f in (LOSSES[name], LOSSES[name].grad))
                close = {"rtol": 1e-12, "atol": 1e-15}
                np.testing.assert_allclose(
                    got, value.reshape(shape) if reduction == "none" else value, **close
                )
                np.testing.assert_allclose(got_slope, slope.reshape(deep[0].shape), **close)


@each_loss
def test_predictions_without_axes_or_without_classes(name):
    domain, p0 = REFERENCES[name].domain, first(name)
    pred, target = draw(name, (3,))
    number, index = np.array(0.5), np.array(0)
    if pred.ndim == 1:  # a number is one example, no number is none
        target = target.dtype.type(1)
        each = LOSSES[name](number, np.asarray(target), reduction="none")
        assert each.shape == () and np.isfinite(each)
        assert LOSSES[name](np.zeros((3, 0)), np.zeros((3, 0), dtype=target.dtype), reduction="sum") == 0
        return
    if domain.one_axis:  # an example without pixels has nothing wrong
        empty = np.zeros((3, 0))
        assert LOSSES[name](empty, empty).tolist() == 0 and LOSSES[name].grad(empty, empty).shape == (3, 0)
        given, message = [(number, number)], rf"{p0} must be \(N, ...\)"
    elif second(name) == "relevance":
        given = [(number, number), (np.zeros((3, 0)), np.zeros((3, 0)))]
        message = f"{p0} must have its list along the last axis"
    else:
        given = [(number, index), (np.zeros((3, 0)), np.zeros(3, dtype=int))]
        message = f"{p0} must have the classes along its last axis"
    for arrays in given:
        for function, convert in product((LOSSES[name], LOSSES[name].grad), (np.asarray, torch.tensor)):
            shape = re.escape(str(arrays[0].shape))
            with pytest.raises(ValueError, match=rf"^{message}.* got shape {shape}$"):
                function(*map(convert, arrays))


@pytest.mark.parametrize(
    "function", [lossutils.softmax, lossutils.log_softmax], ids=["softmax", "log_softmax"]
)
def test_softmax_goes_along_the_last_axis(function):
    logits = np.random.default_rng(0).normal(size=(2, 3, 4, 5)) * 9
    logits[0, 0, 0] = 7  # all alike
    rows = np.array([function(row) for row in logits.reshape(-1, 5)]).reshape(logits.shape)
    np.testing.assert_array_equal(function(logits), rows)
    np.testing.assert_allclose(function(torch.tensor(logits)), rows, rtol=1e-13)


# As good as a plain function


@each_loss
def test_is_a_plain_function(name):
    loss = getattr(lossutils, name)
    parameters = inspect.signature(loss).parameters
    assert list(parameters)[-2:] == ["weight", "reduction"]
    assert inspect.signature(loss.grad) == inspect.signature(loss)
    assert pickle.loads(pickle.dumps(loss)) is loss
    assert pickle.loads(pickle.dumps(loss.grad)) is loss.grad
    assert loss.__name__ == name and loss.__module__.startswith("lossutils.")
    pred, target = draw(name)
    assert LOSSES[name](**{second(name): target, first(name): pred}) == LOSSES[name](pred, target)


@each_loss
def test_docstring_has_its_parts(name):
    doc = LOSSES[name].__doc__
    for part in (
        "::",
        "grad",
        "Parameters",
        "Returns",
        "Raises",
        "PyTorch",
        "Source:",
        ">>>",
        "weight",
        "reduction",
    ):
        assert part in doc, f"the docstring of {name} lacks {part}"
    assert not re.search(r"\{[a-z ]+\}", doc), "a placeholder of the shared text is left"


@each_loss
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own use of it
def test_function_transforms_of_torch(name):
    pred, target = map(torch.as_tensor, draw(name, (4, 3)))
    loss = LOSSES[name]
    pred, target = (a.reshape(4, 3, *a.shape[len(fit(name, (4, 3))) :]) for a in (pred, target))
    slopes_of_rows = torch.func.vmap(torch.func.grad(loss))(pred, target)
    expected = torch.stack([loss.grad(p, t) for p, t in zip(pred, target, strict=True)])
    torch.testing.assert_close(slopes_of_rows, expected)

    x, y = pred.reshape(12, *pred.shape[2:]), target.reshape(12, *target.shape[2:])
    direction = torch.randn(x.shape, generator=torch.Generator().manual_seed(0), dtype=x.dtype)
    for reduction in REDUCTIONS:

        def call(x, reduction=reduction):
            return loss(x, y, reduction=reduction)

        value, slope = torch.func.jvp(call, (x,), (direction,))
        expected = (loss.grad(x, y, reduction=reduction) * direction).reshape(12, -1).sum(-1)
        torch.testing.assert_close(value, call(x))
        torch.testing.assert_close(slope, expected if reduction == "none" else expected.sum())
    if y.is_floating_point():
        with pytest.raises(NotImplementedError, match="forward mode is for the prediction alone"):
            torch.func.jvp(lambda y: loss(x, y), (y,), (torch.ones_like(y),))
    torch.testing.assert_close(
        torch.func.hessian(lambda x: loss(x, y))(x),
        torch.autograd.functional.hessian(lambda x: loss(x, y), x),
    )


@each_loss
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own use of it
def test_a_weight_under_vmap_is_a_factor(name):
    pred, target = map(torch.as_tensor, draw(name, (12,)))
    pred, target = (a.reshape(3, 4, *a.shape[1:]) for a in (pred, target))
    weight = torch.linspace(0.1, 2, 12, dtype=torch.float64).reshape(3, 4)

    def call(p, t, w):
        return LOSSES[name](p, t, weight=w)

    for transform in (call, torch.func.grad(call), torch.func.grad(call, argnums=2)):
        got = torch.func.vmap(transform)(pred, target, weight)
        rows = [transform(*row) for row in zip(pred, target, weight, strict=True)]
        torch.testing.assert_close(got, torch.stack(rows))


def test_importing_lossutils_leaves_torch_alone():
    code = (
        "import sys, numpy, lossutils, lossutils.practice; lossutils.mse(numpy.ones(2), numpy.ones(2));"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
