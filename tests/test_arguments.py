"""What may be handed to a loss besides two clean arrays: axes, labels that stand for none, lists, autocast.

What each loss makes of clean arrays is in test_contract.py; here the same call is written in another way, or
what is wrong with it has to be named.
"""

import inspect
import tracemalloc
from itertools import product

import mpmath as mp
import numpy as np
import pytest
import torch
import torch._dynamo.testing
import torch.nn.functional as F
from references import REFERENCES

import lossutils
from lossutils.engine import evaluate
from lossutils.engine.prepare import REDUCTIONS
from lossutils.loss import Loss

LOSSES = {name: x for name, x in vars(lossutils).items() if isinstance(x, Loss) and name == x.__name__}
PARAMETERS = {name: inspect.signature(loss).parameters for name, loss in LOSSES.items()}
CLASSES = [name for name in LOSSES if "axis" in PARAMETERS[name]]
LABELS = [name for name in LOSSES if "ignore_index" in PARAMETERS[name]]
PROBABILITIES = ("cce", "generalized_cross_entropy", "kl_divergence")
each_of_classes = pytest.mark.parametrize("name", CLASSES)
each_with_labels = pytest.mark.parametrize("name", LABELS)
numpy_and_torch = pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])


def draw(name, shape, axis=-1, dtype=np.float64):
    """Predictions of this shape with the classes along this axis, and a class for each example."""
    rng = np.random.default_rng(0)
    pred = 3 * rng.normal(size=shape).astype(dtype)
    if name in PROBABILITIES:
        pred = np.exp(pred) / np.exp(pred).sum(axis, keepdims=True)
    if name == "ordinal":
        return pred, rng.integers(4, size=shape)
    return pred, rng.integers(shape[axis], size=np.delete(shape, axis))


def distributions(name, target, classes):
    """The target as a distribution too, where the loss takes one: the classes last."""
    yield target
    if name not in ("softmax_focal", "multiclass_hinge", "ordinal"):
        yield np.random.default_rng(1).dirichlet([0.5] * classes, size=target.shape)


def settings(name, shape, classes):
    """Settings in which classes and examples count differently."""
    rng = np.random.default_rng(2)
    required = {"thresholds": [-1.0, 0.5, 2.0]} if name == "ordinal" else {}
    yield required
    yield {"weight": rng.uniform(size=shape) * (rng.uniform(size=shape) < 0.7), **required}
    if "class_weight" in PARAMETERS[name]:
        yield {"class_weight": np.linspace(0.5, 2, classes)}
    if "label_smoothing" in PARAMETERS[name]:
        yield {"label_smoothing": 0.1, "class_weight": np.linspace(0.5, 2, classes)}


def with_gradient(name, pred, target, convert, **options):
    """Value and gradient as NumPy arrays: `value_and_grad`, and for torch that of backward."""
    options = {key: convert(x) if isinstance(x, np.ndarray) else x for key, x in options.items()}
    pred, target = convert(pred), convert(target)
    if convert is np.asarray:
        return LOSSES[name].value_and_grad(pred, target, **options)
    pred.requires_grad_()
    value = LOSSES[name](pred, target, **options)
    (slope,) = torch.autograd.grad(value.sum(), pred)
    derived = LOSSES[name].grad(pred.detach(), target, **options)
    torch.testing.assert_close(derived, slope, rtol=1e-12, atol=1e-15)
    return value.detach().numpy(), slope.numpy()


# The axis of the classes


def test_losses_over_classes_have_an_axis():
    assert set(CLASSES) == {*PROBABILITIES, "cross_entropy", "multiclass_hinge", "softmax_focal"}
    assert set(LABELS) == {*CLASSES, "ordinal"}


@each_of_classes
@numpy_and_torch
@pytest.mark.parametrize(
    ("shape", "axis"),
    [((2, 4, 2, 3), 1), ((2, 3, 4, 2), -2), ((4, 3, 2), 0), ((3, 4), 1)],
)
@pytest.mark.parametrize("block", [None, 1, 23])
def test_classes_along_any_axis(name, convert, shape, axis, block, monkeypatch):
    """As with the classes last, and the gradient has the shape of the prediction."""
    monkeypatch.setattr(evaluate, "BLOCK", block or evaluate.BLOCK)
    pred, target = draw(name, shape, axis)
    classes, last = shape[axis], np.moveaxis(pred, axis, -1)
    for known in distributions(name, target, classes):
        moved = np.moveaxis(known, -1, axis) if known.ndim == pred.ndim else known
        for options, reduction in product(settings(name, target.shape, classes), REDUCTIONS):
            options |= {"reduction": reduction}
            value, slope = with_gradient(name, last, known, np.asarray, **options)
            got, got_slope = with_gradient(name, pred, moved, convert, axis=axis, **options)
            np.testing.assert_allclose(got, value, rtol=1e-12)
            assert got_slope.shape == shape
            np.testing.assert_allclose(np.moveaxis(got_slope, axis, -1), slope, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_axis_1_is_the_cross_entropy_of_torch(dimensions):
    shape = (2, 3, 4, 5, 6)[: 2 + dimensions]
    pred, target = map(torch.as_tensor, draw("cross_entropy", shape, 1))
    target.view(-1)[::3] = -100
    weight = torch.tensor([0.5, 1.0, 3.0], dtype=torch.float64)
    pred.requires_grad_()
    for reduction, smoothing in product(REDUCTIONS, (0.0, 0.2)):
        ours = lossutils.cross_entropy(
            pred,
            target,
            axis=1,
            ignore_index=-100,
            class_weight=weight,
            label_smoothing=smoothing,
            reduction=reduction,
        )
        theirs = F.cross_entropy(pred, target, weight=weight, label_smoothing=smoothing, reduction=reduction)
        torch.testing.assert_close(ours, theirs)
        slopes = [torch.autograd.grad(x.sum(), pred, retain_graph=True)[0] for x in (ours, theirs)]
        torch.testing.assert_close(*slopes)


@each_of_classes
def test_the_second_derivative_along_axis_1(name):
    pred, target = map(torch.as_tensor, draw(name, (2, 3, 2), 1))
    target[0, 0] = -100

    def call(pred):
        return LOSSES[name](pred, target, axis=1, ignore_index=-100)

    assert torch.autograd.gradcheck(call, pred.requires_grad_(), eps=1e-7)
    last = torch.autograd.functional.hessian(
        lambda p: LOSSES[name](p, target, ignore_index=-100), pred.detach().movedim(1, -1)
    )
    found = torch.autograd.functional.hessian(call, pred.detach())
    torch.testing.assert_close(found.movedim(1, 2).movedim(-2, -1), last)


@each_of_classes
def test_an_axis_in_the_middle_is_not_copied(name, monkeypatch):
    """What is held beyond the inputs and the gradient is blocks."""
    pred, target = draw(name, (4, 8, 64, 64), 1, np.float32)
    monkeypatch.setattr(evaluate, "BLOCK", 2**10)
    monkeypatch.setattr(evaluate, "threads", lambda: 1)
    LOSSES[name].value_and_grad(pred[:1], target[:1], axis=1)
    tracemalloc.start()
    _, slope = LOSSES[name].value_and_grad(pred, target, axis=1)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert slope.nbytes <= most <= 1.4 * slope.nbytes
    assert slope.flags.c_contiguous


@each_of_classes
@numpy_and_torch
def test_a_wrong_axis_is_named(name, convert):
    pred, target = map(convert, draw(name, (2, 3, 4, 5), 1))
    with pytest.raises(ValueError, match=r"nothing is broadcast; with the classes along axis 1: axis=1$"):
        LOSSES[name](pred, target)
    for axis in (4, -5):
        with pytest.raises(ValueError, match=rf"^axis must be an axis of \w+, from -4 to 3, got {axis}$"):
            LOSSES[name](pred, target, axis=axis)
    for axis in (True, 1.0, "1", None, [1]):
        with pytest.raises(TypeError, match=f"^axis must be a whole number, got {type(axis).__name__}$"):
            LOSSES[name](pred, target, axis=axis)
    assert LOSSES[name](pred, target, axis=np.int64(1)) == LOSSES[name](pred, target, axis=1)
    alike, labels = map(convert, draw(name, (3, 3, 3)))  # any axis fits: it is the last
    LOSSES[name](alike, labels)


def test_the_place_of_a_bad_number_is_that_of_the_caller():
    rows, target = np.full((2, 3, 4), 1 / 3), np.zeros((2, 4), dtype=int)
    rows[1, :, 3] = [-0.5, 0.5, 1]  # the sum is 1
    for function, arrays, name in (
        (lossutils.cce, (rows, target), "pred"),
        (lossutils.cross_entropy, (0 * rows, rows), "target"),
    ):
        message = rf"{name} must be a distribution, .*, got -0.5 at index \(1, 0, 3\)"
        for convert, weight in product(
            (np.asarray, torch.as_tensor), (None, np.eye(2, 4) + np.arange(2)[:, None])
        ):
            weight = None if weight is None else convert(weight)
            with pytest.raises(ValueError, match=message):
                function(*map(convert, arrays), axis=1, weight=weight)


# Labels that stand for no class


@each_with_labels
@numpy_and_torch
@pytest.mark.parametrize("ignored", [-100, 255, 2])
def test_an_ignored_label_is_a_weight_of_0(name, convert, ignored):
    """Whatever its prediction is; 2 is a class as well."""
    pred, target = draw(name, (12,) if name == "ordinal" else (12, 4))
    target[::5] = ignored
    spoiled = pred.copy()
    spoiled[target == ignored] = np.nan
    for options, reduction in product(settings(name, (12,), 4), REDUCTIONS):
        weight = np.where(target == ignored, 0.0, options.get("weight", 1.0))
        given = {**options, "weight": weight, "reduction": reduction}
        value, slope = with_gradient(name, pred, np.clip(target, 0, 3), np.asarray, **given)
        given = {**options, "ignore_index": ignored, "reduction": reduction}
        got, got_slope = with_gradient(name, spoiled, target, convert, **given)
        np.testing.assert_allclose(got, value, rtol=1e-12)
        np.testing.assert_allclose(got_slope, slope, rtol=1e-11, atol=1e-16)


@each_with_labels
@numpy_and_torch
def test_where_all_are_ignored_the_loss_is_0(name, convert):
    pred, target = draw(name, (3,) if name == "ordinal" else (3, 4))
    options = next(settings(name, (3,), 4))
    for reduction in REDUCTIONS:
        given = {**options, "ignore_index": -100, "reduction": reduction}
        value, slope = with_gradient(name, pred, 0 * target - 100, convert, **given)
        assert not value.any() and not slope.any() and slope.shape == pred.shape


@each_with_labels
@numpy_and_torch
def test_a_label_that_is_no_class_is_told_what_to_do(name, convert):
    pred, target = draw(name, (3,) if name == "ordinal" else (3, 4))
    options = next(settings(name, (3,), 4))
    for label in (-100, -1, 255):
        target[1] = label
        message = (
            rf"^target must be a class from 0 to 3, got {label} at index \(1,\); pass ignore_index={label} "
        )
        with pytest.raises(ValueError, match=message):
            LOSSES[name](convert(pred), convert(target), **options)
    target[1] = 7
    with pytest.raises(ValueError, match=r"got 7 at index \(1,\)$"):
        LOSSES[name](convert(pred), convert(target), ignore_index=-100, **options)
    for index in (True, 1.5, "255", [255]):
        with pytest.raises(
            TypeError, match=f"ignore_index must be a whole number, got {type(index).__name__}"
        ):
            LOSSES[name](convert(pred), convert(target), ignore_index=index, **options)


def test_a_distribution_has_no_label_to_ignore():
    rows = np.full((2, 4), 0.25)
    with pytest.raises(ValueError, match="ignore_index is for class indices, and target holds distributions"):
        lossutils.cross_entropy(np.zeros((2, 4)), rows, ignore_index=-100)


SMALL = ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


@pytest.mark.parametrize("dtype", SMALL)
@numpy_and_torch
@each_with_labels
def test_labels_of_every_whole_dtype(name, convert, dtype):
    """As many classes as the dtype has numbers, more of them, and fewer; −100 is none of an unsigned one."""
    labels = [3, 0, 120]
    for classes in (127, 256, 300):
        rng = np.random.default_rng(0)
        if name == "ordinal":
            pred, options = rng.normal(size=3), {"thresholds": np.arange(classes - 1.0) - 100}
        else:
            pred, options = rng.dirichlet([1.0] * classes, size=3), {}
        options = {key: convert(x) for key, x in options.items()}
        expected = LOSSES[name](convert(pred), convert(np.array(labels)), **options)
        given = convert(np.array(labels, dtype=dtype))
        assert LOSSES[name](convert(pred), given, **options) == expected
        assert LOSSES[name](convert(pred), given, ignore_index=-100, **options) == expected
        assert LOSSES[name](convert(pred), given, ignore_index=-136, **options) == expected  # 120 − 256
        if classes == 127:
            wrong = convert(np.array([3, 0, 127], dtype=dtype))
            with pytest.raises(ValueError, match=r"class from 0 to 126, got 127 at index \(2,\)$"):
                LOSSES[name](convert(pred), wrong, **options)
    if not dtype.startswith("u"):
        options = {} if name != "ordinal" else options
        pred = convert(np.full((3, 200), 1 / 200)) if name != "ordinal" else convert(pred)
        with pytest.raises(ValueError, match=r", got -5 at index \(2,\)$"):
            LOSSES[name](pred, convert(np.array([120, 0, -5], dtype=dtype)), **options)


# Under vmap


@pytest.mark.parametrize(
    ("name", "pred", "target", "message"),
    [
        ("cross_entropy", [[0.0, 0, 0]] * 2, [2, 7], r"class from 0 to 2, got 7 at index \(1,\)"),
        (
            "softmax_focal",
            [[0.0, 0, 0]] * 2,
            [-1, 2],
            r"class from 0 to 2, got -1 at index \(0,\); pass ignore",
        ),
        ("cce", [[0.5, 0.25, 0.25], [0.5, 0.5, 0.5]], [0, 1], r"distribution, .*, got 0.5 at index \(1, 0\)"),
        ("bce", [0.5, 1.25], [0.0, 1.0], r"pred must lie in \[0, 1\], got 1.25 at index \(1,\)"),
        ("hinge", [0.5, 1.0], [1.0, 2.0], r"target must be −1 or 1, got 2 at index \(1,\)"),
        ("listnet", [[0.0, 1.0]] * 2, [[0.0, 1.0], [-1.0, 0.0]], r"at least 0, got -1 at index \(1, 0\)"),
    ],
)
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own use of it
def test_what_is_out_of_range_is_an_error_under_vmap_too(name, pred, target, message):
    pred, target = torch.tensor(pred), torch.tensor(target)
    for transform in (LOSSES[name], torch.func.grad(LOSSES[name])):
        with pytest.raises(ValueError, match=message):
            torch.func.vmap(transform)(pred, target)
    with pytest.raises(ValueError, match=message.replace(r"\(", r"\(0, ").replace(r",\)", r"\)")):
        torch.func.vmap(torch.func.vmap(LOSSES[name]))(pred[None], target[None])
    behind = torch.func.vmap(LOSSES[name], in_dims=-1)
    with pytest.raises(ValueError, match=message):
        behind(pred.movedim(0, -1), target.movedim(0, -1))


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own use of it
def test_a_parameter_out_of_range_is_an_error_under_vmap_too():
    logits, labels = torch.zeros(2, 3), torch.tensor([0, 2])

    def call(class_weight):
        return lossutils.cross_entropy(logits, labels, class_weight=class_weight)

    with pytest.raises(
        ValueError, match=r"class_weight must be finite and at least 0, got -1 at index \(1, 2\)"
    ):
        torch.func.vmap(call)(torch.tensor([[1.0, 1, 1], [1, 1, -1]]))


@each_with_labels
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own use of it
def test_ignored_labels_and_weights_of_0_under_vmap(name):
    pred, target = map(torch.as_tensor, draw(name, (2, 6) if name == "ordinal" else (2, 6, 4)))
    target[0, 1] = target[1, 3] = -100
    options = next(settings(name, (6,), 4))
    weight = torch.ones(2, 6, dtype=torch.float64)
    weight[target == -100] = 0

    def ignoring(pred, target):
        return LOSSES[name](pred, target, ignore_index=-100, **options)

    def weighted(pred, target, weight):
        return LOSSES[name](pred, target, weight=weight, **options)

    expected = torch.stack([torch.func.grad(ignoring)(*row) for row in zip(pred, target, strict=True)])
    torch.testing.assert_close(torch.func.vmap(torch.func.grad(ignoring))(pred, target), expected)
    torch.testing.assert_close(torch.func.vmap(torch.func.grad(weighted))(pred, target, weight), expected)
    with pytest.raises(ValueError, match="weight must be finite and at least 0"):
        torch.func.vmap(weighted)(pred, target, -weight)


# Lists, numbers, and what is no array of NumPy


@pytest.mark.parametrize("name", [name for name in LOSSES if LOSSES[name].predictions == 1])
def test_lists_are_arrays_of_numpy(name):
    """Where no tensor is among the arguments nothing can be misread."""
    if name in REFERENCES:
        pred, target = REFERENCES[name].domain.draw(np.random.default_rng(0), (3,))
        options = {key: x[0] for key, x in REFERENCES[name].rows.items()}
    else:
        pred, target, options = np.arange(12.0).reshape(4, 3) ** 2, np.array([0, 1, 0, 1]), {}
    for function in (LOSSES[name], LOSSES[name].grad):
        expected = function(pred, target, **options)
        found = function(pred.tolist(), target.tolist(), **options)
        assert type(found) is type(expected) and found.dtype == np.float64
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(function(pred, target.tolist(), **options), expected)


def test_whole_numbers_in_a_list_are_predictions():
    assert lossutils.mse([1, 2], [1, 4]) == 2
    assert lossutils.mse((1, 2), np.array([1, 4]), weight=[3, 1]) == 1
    assert lossutils.mse(3, 1) == 4
    assert lossutils.mse.grad([1, 2], [1, 4]).tolist() == [0, -2]
    assert lossutils.listnet([[1, 2, 9]], [[0, 1, 2]], mask=[[True, True, False]]) == lossutils.listnet(
        [[1, 2]], [[0, 1]]
    )
    assert lossutils.ndcg([[1, 2, 3]], [[0, 1, 2]]).tolist() == [1]
    assert [x.tolist() for x in lossutils.mine_triplets([[0], [1], [5]], [0, 0, 1], kind="easy")] == [
        [0, 1],
        [1, 0],
        [2, 2],
    ]
    single = np.ones(2, np.float32)
    assert lossutils.mse(single, [1, 4]).dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((torch.ones(2), [1.0, 2.0]), {}, TypeError, "^target must be a torch tensor, as pred is, got list$"),
        (([1.0, 2.0], torch.ones(2)), {}, TypeError, "^pred must be a torch tensor, as target is, got list$"),
        ((torch.ones(2), 1.0), {}, TypeError, "^target must be a torch tensor, as pred is, got float$"),
        (
            ([torch.ones(()), 1.0], [1.0, 2.0]),
            {},
            TypeError,
            "^pred must hold numbers, got a list with Tensor$",
        ),
        (([1.0, "2"], [1.0, 2.0]), {}, TypeError, "^pred must hold numbers, got a list with str$"),
        (([1.0, None], [1.0, 2.0]), {}, TypeError, "^pred must hold numbers, got a list with NoneType$"),
        (([[1.0], [1.0, 2.0]], [1.0, 2.0]), {}, ValueError, "^pred must have rows of one length: "),
        ((np.ones(2), 1.0), {}, ValueError, r"^pred has shape \(2,\) and target has shape \(\)"),
        ((np.ones(2), np.ones(2)), {"weight": 2.0}, ValueError, r"^weight has shape \(\), the unreduced"),
        ((np.ones(2), np.array(["1", "2"])), {}, TypeError, "^target must be numbers, got <U1$"),
        ((np.ones(2), {1, 2}), {}, TypeError, "^target must be a NumPy array or a torch tensor, got set$"),
    ],
)
def test_what_could_be_misread_is_an_error(arguments, options, error, message):
    for function in (lossutils.mse, lossutils.mse.grad):
        with pytest.raises(error, match=message):
            function(*arguments, **options)


def test_arrays_that_calculate_differently_are_refused_by_name():
    """A masked array would lose its mask, a matrix multiplies."""
    x, masked = np.ones(2), np.ma.array([1.0, 5.0], mask=[False, True])
    for arrays, options, name in (
        ((masked, x), {}, "pred"),
        ((x, masked), {}, "target"),
        ((x, x), 1, "weight"),
    ):
        with pytest.raises(
            TypeError, match=f"^{name} must .* got MaskedArray: pass {name}.data, and what counts"
        ):
            lossutils.mse(*arrays, **(options and {"weight": masked}))
    matrix = np.ones((1, 2)).view(np.matrix)
    with pytest.raises(TypeError, match=r"^pred must be .*, got matrix: pass np.asarray\(pred\)$"):
        lossutils.mse(matrix, matrix)
    what_counts = ~np.ma.getmaskarray(masked)
    assert lossutils.mse(masked.data, 0 * x, weight=what_counts) == 1


def test_a_memory_map_is_an_array(tmp_path):
    stored = np.memmap(tmp_path / "pred", dtype=np.float64, mode="w+", shape=(2,))
    stored[:] = 3
    assert lossutils.mse(stored, np.ones(2)) == 4


@numpy_and_torch
@each_of_classes
def test_class_weights_as_a_list_and_what_is_none(name, convert):
    if "class_weight" not in PARAMETERS[name]:
        return
    pred, target = map(convert, draw(name, (5, 3)))
    expected = LOSSES[name](pred, target, class_weight=convert(np.array([1.0, 2.0, 3.0])))
    assert LOSSES[name](pred, target, class_weight=[1, 2.0, 3]) == expected
    with pytest.raises(
        ValueError, match=r"^class_weight must be an array of shape \(3,\), one number a class"
    ):
        LOSSES[name](pred, target, class_weight=2.0)
    with pytest.raises(
        ValueError, match=r"^class_weight must be finite and at least 0, got -1 at index \(1,\)$"
    ):
        LOSSES[name](pred, target, class_weight=[1, -1, 3])
    with pytest.raises(TypeError, match=r"^class_weight must be a row of numbers, got one with str$"):
        LOSSES[name](pred, target, class_weight=["1", 2, 3])
    with pytest.raises(ValueError, match=r"^weight has shape \(3,\), .* one number a class is class_weight$"):
        LOSSES[name](pred, target, weight=convert(np.ones(3)))


# Messages


@numpy_and_torch
def test_a_number_is_written_so_that_it_is_out_of_range(convert):
    for dtype, text in (
        (np.float32, r"1\.0000001"),
        (np.float64, r"1\.0000000000000002"),
        (np.float16, r"1\.00"),
    ):
        above = np.array([np.nextafter(dtype(1), dtype(2))])
        with pytest.raises(ValueError, match=rf"^pred must lie in \[0, 1\], got {text}\d* at index \(0,\)$"):
            lossutils.bce(convert(above), convert(above))


@numpy_and_torch
def test_bools_are_no_signs(convert):
    with pytest.raises(ValueError, match=r"^target must be −1 or 1, got 0 at index \(1,\)$"):
        lossutils.hinge(convert(np.zeros(2)), convert(np.array([True, False])))


@pytest.mark.parametrize("name", ["info_nce", "nt_xent"])
def test_a_temperature_is_one_number(name):
    x = torch.eye(3)
    for temperature in (torch.nn.Parameter(torch.ones(1)), torch.ones(1, 1)):
        shape = tuple(temperature.shape)
        with pytest.raises(ValueError) as error:
            LOSSES[name](x, x, temperature=temperature)
        assert str(error.value) == f"temperature must be one number, got an array of shape {shape}"


@pytest.mark.parametrize("name", [name for name in LOSSES if "mask" in PARAMETERS[name]])
@numpy_and_torch
def test_a_score_of_minus_infinity_is_padding_without_a_mask(name, convert):
    scores, relevance = np.array([[1.0, 2.0, -np.inf]]), np.array([[1.0, 2.0, 0.0]])
    for function in (LOSSES[name], LOSSES[name].grad):
        with pytest.raises(ValueError, match=r"^scores must not be −inf; padding is what `mask`.* \(0, 2\)$"):
            function(convert(scores), convert(relevance))
    mask = convert(scores > -np.inf)
    found = LOSSES[name](convert(scores), convert(relevance), mask=mask)
    assert found == LOSSES[name](convert(scores[:, :2]), convert(relevance[:, :2]))


@pytest.mark.parametrize("name", LOSSES)
def test_what_help_says_of_a_gradient(name):
    loss, several = LOSSES[name], LOSSES[name].predictions > 1
    predictions = list(PARAMETERS[name])[: loss.predictions]
    ending = f"by each of {', '.join(f'`{x}`' for x in predictions)}: a tuple."
    if not several:
        ending = f"with respect to `{predictions[0]}`, of its shape."
    assert loss.grad.__doc__ == f"Derivative of the reduced `{name}` {ending}"
    assert [x for x in dir(loss) if x.startswith("grad")] == ["grad"]


# Second derivatives


def second_derivative(function, at):
    with mp.workdps(60):
        return float(mp.diff(function, mp.mpf(at), 2))


@pytest.mark.parametrize("gamma", [0.5, 0.1, 0.999])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_curvature_of_focal_losses_where_a_sigmoid_is_0(gamma, dtype):
    """From logits that are ordinary to those of which float64 has no sigmoid, on both sides."""
    reference = REFERENCES["focal"].value
    for z, y in product((-3000.0, -746.0, -110.0, -20.0, 0.5, 20.0, 88.0, 110.0, 746.0, 3000.0), (0.0, 1.0)):
        logits = torch.tensor([z], dtype=dtype, requires_grad=True)
        expected = second_derivative(lambda x, y=y: reference(x, y, gamma), z) if abs(z) < 2000 else 0.0
        value = lossutils.focal(logits, torch.tensor([y]), gamma=gamma)
        (slope,) = torch.autograd.grad(value, logits, create_graph=True)
        (found,) = torch.autograd.grad(slope, logits)
        limits = torch.finfo(dtype)
        rounding = (
            limits.eps if (z < 0) == (y == 1) else limits.smallest_normal
        )  # beside a slope of 1, or of 0
        close = {"rel": 2e-3 if dtype == torch.float32 else 1e-10, "abs": rounding}
        assert found.item() == pytest.approx(expected, **close), (z, y)
        row = torch.tensor([[z, 0.0]], dtype=dtype, requires_grad=True)
        value = lossutils.softmax_focal(row, torch.tensor([1 - int(y)]), gamma=gamma)
        (slope,) = torch.autograd.grad(value, row, create_graph=True)
        (found,) = torch.autograd.grad(slope[0, 0], row)
        assert found[0, 0].item() == pytest.approx(expected, **close), (z, y)


def test_the_curvature_of_probabilities_that_are_0():
    """−log(1 − p) has the second derivative 1 at p = 0, and what is not asked for has none."""
    p = torch.tensor([0.0, 1.0, 0.5, 0.0], dtype=torch.float64, requires_grad=True)
    for target in ([0.0, 1.0, 0.25, 0.0], [0.0, 1.0, 1.0, 0.0]):
        value = lossutils.bce(p, torch.tensor(target), reduction="sum")
        (slope,) = torch.autograd.grad(value, p, create_graph=True)
        (second,) = torch.autograd.grad(slope.sum(), p)
        torch.testing.assert_close(second, torch.tensor([1.0, 1.0, 4.0, 1.0], dtype=torch.float64))
    rows = torch.tensor([[0.0, 0.5, 0.5]], dtype=torch.float64, requires_grad=True)
    target = torch.tensor([[0.0, 0.5, 0.5]], dtype=torch.float64)
    for name, curvature in (("cce", 2.0), ("kl_divergence", 2.0), ("generalized_cross_entropy", None)):
        value = LOSSES[name](rows, target)
        (slope,) = torch.autograd.grad(value, rows, create_graph=True)
        (second,) = torch.autograd.grad(slope.sum(), rows)
        curvature = curvature or 0.5 * 0.3 * 0.5 ** (0.7 - 2)  # y (1 − q) p^(q − 2)
        torch.testing.assert_close(second, torch.tensor([[0.0, curvature, curvature]], dtype=torch.float64))


# Autocast, other devices, other compilers


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", LOSSES)
def test_under_autocast_half_precision_is_answered_in_float32(name, dtype):
    """The value that `pred.float()` has, and the gradient in the dtype of the prediction."""
    if name in REFERENCES:
        pred, target = REFERENCES[name].domain.draw(np.random.default_rng(0), (6,))
        arrays = [torch.as_tensor(pred).to(dtype), torch.as_tensor(target)]
        options = {key: list(x[0]) for key, x in REFERENCES[name].rows.items()}
    else:
        x = torch.randn(3, 6, 4, generator=torch.Generator().manual_seed(0)).to(dtype)
        count, options = LOSSES[name].predictions, {}
        known = {"contrastive": torch.arange(6) % 2, "batch_hard_triplet": torch.arange(6) % 3}
        known["cosine_embedding"] = 2 * known["contrastive"] - 1
        arrays = [*x[:count], *([known[name]] if name in known else [])]
    count = LOSSES[name].predictions
    expected = LOSSES[name](*(x.float() if x.dtype == dtype else x for x in arrays), **options)
    leaves = [x.requires_grad_() for x in arrays[:count]]
    with torch.autocast("cpu", dtype):
        found = LOSSES[name](*arrays, **options)
        value, _ = LOSSES[name].value_and_grad(*arrays, **options)
    assert found.dtype == value.dtype == torch.float32
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
    assert all(x.dtype == dtype for x in torch.autograd.grad(found, leaves))
    assert LOSSES[name](*arrays, **options).dtype == dtype


@each_with_labels
def test_a_device_without_values_keeps_its_own(name):
    """`meta` stands for a GPU: nothing may be read back on the way."""
    pred, target = draw(name, (2, 3, 4) if name == "ordinal" else (2, 5, 3, 4), 1)
    pred, target = (torch.as_tensor(x).to("meta") for x in (pred, target))
    options = {"thresholds": [0.0, 1.0]} if name == "ordinal" else {"axis": 1}
    if "class_weight" in PARAMETERS[name]:
        options["class_weight"] = torch.ones(5, device="meta")
    weight = torch.ones(target.shape, device="meta")
    for reduction, more in product(REDUCTIONS, ({}, {"ignore_index": -100}, {"weight": weight})):
        pred = pred.detach().requires_grad_()
        value = LOSSES[name](pred, target, reduction=reduction, **options, **more)
        value.sum().backward()
        assert pred.grad.device.type == value.device.type == "meta" and pred.grad.shape == pred.shape


def test_all_losses_go_into_one_graph_once():
    """No loss is compiled again because of another one: dynamo gives up after eight times."""
    torch._dynamo.reset()
    counter = torch._dynamo.testing.CompileCounter()
    pred, target = torch.randn(6, generator=torch.Generator().manual_seed(0)), torch.zeros(6)
    names = ["mse", "mae", "huber", "log_cosh", "quantile", "power", "focal", "bce_with_logits"]
    names += ["confidence_bce", "cost_sensitive_bce"]

    def step(pred, target):
        return [LOSSES[name](pred, target) for name in names]

    compiled = torch.compile(step, fullgraph=True, backend=counter)
    for _ in range(3):
        torch.testing.assert_close(compiled(pred, target), step(pred, target))
    assert counter.frame_count == 1


@pytest.mark.parametrize(
    "options", [{"axis": 1, "ignore_index": -100}, {"axis": -2, "class_weight": [1, 2, 3]}]
)
def test_axis_and_ignore_index_in_a_compiled_graph(options):
    torch._dynamo.reset()
    pred, target = map(torch.as_tensor, draw("cross_entropy", (2, 3, 4), 1))
    target[0, 0] = -100 if "ignore_index" in options else 1
    pred.requires_grad_()

    def call(pred):
        return 2 * lossutils.cross_entropy(pred, target, **options)

    compiled = torch.compile(call, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(pred), call(pred))
    slopes = [torch.autograd.grad(f(pred), pred)[0] for f in (compiled, call)]
    torch.testing.assert_close(*slopes)


@pytest.mark.filterwarnings("ignore")  # torch warns of both, and of what a trace fixes
def test_torchscript_refuses_a_loss_and_a_trace_has_it():
    """It would compile the bare formula, without the mean."""
    with pytest.raises(Exception, match=r"(?s)variable number of arguments|__call__"):
        torch.jit.script(lossutils.mse)
    pred, target = torch.tensor([1.0, 2.0]), torch.zeros(2)
    assert torch.jit.trace(lossutils.mse, (pred, target))(pred, target) == 2.5
