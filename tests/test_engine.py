"""What the engine promises of every loss besides the contract: graphs, threads, memory, copies."""

import copy
import gc
import inspect
import pickle
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from references import REFERENCES

import lossutils
from lossutils.engine import evaluate
from lossutils.loss import Loss

LOSSES = {name: loss for name, loss in vars(lossutils).items() if isinstance(loss, Loss)}
each_loss = pytest.mark.parametrize("name", LOSSES)
REDUCTIONS = ("mean", "sum", "none")


def arguments(name, rows=6, dimension=4):
    """Drawn arrays in float64 in the order of the signature, and what the loss cannot do without."""
    rng = np.random.default_rng(0)
    if name in REFERENCES:
        required = {key: np.asarray(values[0]) for key, values in REFERENCES[name].rows.items()}
        return REFERENCES[name].domain.draw(rng, (rows,)), required
    x = rng.normal(size=(3, rows, dimension))
    labels = np.arange(rows) % 3
    return {
        "contrastive": (x[0], x[1], labels % 2),
        "triplet": tuple(x),
        "cosine_embedding": (x[0], x[1], labels % 2 * 2.0 - 1),
        "batch_hard_triplet": (x[0], labels),
        "info_nce": (x[0], x[1]),
        "nt_xent": (x[0], x[1]),
    }[name], {}


def tensors(name, **more):
    arrays, required = arguments(name, **more)
    arrays = [torch.as_tensor(x) for x in arrays]
    for pred in arrays[: LOSSES[name].predictions]:
        pred.requires_grad_()
    return arrays, {key: torch.as_tensor(x) for key, x in required.items()}


def value_and_gradients(call, arrays, predictions):
    value = call(*arrays)
    upstream = torch.linspace(0.5, 2.0, max(value.numel(), 1), dtype=value.dtype).reshape(value.shape)
    return value, *torch.autograd.grad(value, arrays[:predictions], upstream)


def options(name):
    """Settings that go through a graph in different ways: numbers, weights, arrays of a parameter, masks."""
    arrays, required = tensors(name)
    shape = LOSSES[name](*arrays, reduction="none", **required).shape
    yield from ({"reduction": reduction, **required} for reduction in REDUCTIONS)
    yield {"weight": torch.linspace(0.0, 2.0, shape.numel(), dtype=torch.float64).reshape(shape), **required}
    parameters = inspect.signature(LOSSES[name]).parameters
    if "class_weight" in parameters:
        yield {"class_weight": torch.linspace(0.5, 2.0, arrays[0].shape[-1], dtype=torch.float64), **required}
    if "mask" in parameters:
        yield {"mask": torch.arange(arrays[0].numel()).reshape(arrays[0].shape) % 3 != 1, **required}
    if "pos_weight" in parameters:
        yield {"pos_weight": 3.0, **required}


@each_loss
def test_a_compiled_graph_without_breaks_gives_the_same(name):
    torch._dynamo.reset()
    for setting in options(name):
        arrays, _ = tensors(name)

        def call(*arrays, setting=setting):
            return LOSSES[name](*arrays, **setting)

        expected = value_and_gradients(call, arrays, LOSSES[name].predictions)
        compiled = torch.compile(call, fullgraph=True, backend="aot_eager")
        found = value_and_gradients(compiled, arrays, LOSSES[name].predictions)
        for a, b in zip(found, expected, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-15)


def test_a_compiled_graph_checks_its_arguments_when_it_runs():
    torch._dynamo.reset()
    compiled = torch.compile(lossutils.bce, fullgraph=True, backend="aot_eager")
    pred, target = torch.tensor([0.5, 0.9]), torch.tensor([1.0, 0.0])
    torch.testing.assert_close(compiled(pred, target), lossutils.bce(pred, target))
    with pytest.raises(ValueError, match=r"pred must lie in \[0, 1\], got 1.5 at index \(1,\)"):
        compiled(torch.tensor([0.5, 1.5]), target)
    with pytest.raises(Exception, match="no gradient for weight"):
        compiled(pred.requires_grad_(), target, weight=torch.ones(2, requires_grad=True))


@each_loss
def test_a_model_with_a_loss_can_be_exported(name):
    arrays, required = tensors(name)

    class Model(torch.nn.Module):
        def forward(self, *arrays):
            return LOSSES[name](*arrays, **required)

    arrays = tuple(x.detach() for x in arrays)
    exported = torch.export.export(Model(), arrays).module()
    torch.testing.assert_close(exported(*arrays), Model()(*arrays))


@each_loss
@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
def test_eight_threads_at_once_get_what_one_gets_alone(name, convert):
    arrays, required = arguments(name, rows=50)
    arrays, required = [convert(x) for x in arrays], {key: convert(x) for key, x in required.items()}

    def call(_):
        value, slopes = LOSSES[name].value_and_grad(*arrays, **required)
        return [np.asarray(x) for x in (value, *(slopes if isinstance(slopes, tuple) else (slopes,)))]

    alone = call(None)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(call, range(32)):
            for a, b in zip(found, alone, strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["huber", "bce_with_logits", "focal", "cross_entropy", "multiclass_hinge"])
def test_the_bits_do_not_depend_on_the_number_of_threads(name, monkeypatch):
    arrays, _ = arguments(name, rows=60_000 if "class" in name or name == "cross_entropy" else 300_000)
    found = []
    for count in (1, 2, 5):
        monkeypatch.setattr(evaluate, "threads", lambda count=count: count)
        with ThreadPoolExecutor(count) as pool:
            monkeypatch.setattr(evaluate, "pool", lambda pool=pool: pool)
            found.append(LOSSES[name].value_and_grad(*arrays))
    for value, slope in found[1:]:
        assert value == found[0][0]
        np.testing.assert_array_equal(slope, found[0][1])


@each_loss
def test_value_and_grad_is_value_and_grad(name):
    arrays, required = arguments(name)
    for reduction in REDUCTIONS:
        value, slopes = LOSSES[name].value_and_grad(*arrays, reduction=reduction, **required)
        np.testing.assert_array_equal(value, LOSSES[name](*arrays, reduction=reduction, **required))
        expected = LOSSES[name].grad(*arrays, reduction=reduction, **required)
        assert isinstance(slopes, tuple) == (LOSSES[name].predictions > 1)
        for a, b in zip(np.atleast_1d(slopes), np.atleast_1d(expected), strict=True):
            np.testing.assert_array_equal(a, b)


@each_loss
def test_copies_and_pickles_are_the_loss_itself(name):
    loss = LOSSES[name]
    for function in (loss, loss.grad, loss.value_and_grad):
        assert pickle.loads(pickle.dumps(function)) is function
        assert copy.deepcopy(function) is function

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.loss = loss

    assert copy.deepcopy(Model()).loss is loss


def test_after_backward_the_graph_holds_no_logits():
    """40 steps of total = total + loss, as people log them: the nodes stay, no array does."""
    total, kept = 0.0, []
    target = torch.arange(64) % 10
    for step in range(40):
        leaf = torch.full((64, 10), float(step), requires_grad=True)
        logits = leaf * 2
        loss = lossutils.cross_entropy(logits, target)
        loss.backward()
        kept.append(weakref.ref(logits))
        total = total + loss
    del leaf, logits, loss
    gc.collect()
    assert sum(one() is not None for one in kept) == 0
    assert total.requires_grad


def test_a_parameter_changed_before_backward_is_noticed():
    logits, target = torch.zeros(4, 3, requires_grad=True), torch.tensor([0, 1, 2, 0])
    class_weight = torch.tensor([1.0, 2.0, 3.0])
    loss = lossutils.cross_entropy(logits, target, class_weight=class_weight)
    class_weight.mul_(100)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_a_second_backward_through_a_kept_graph():
    pred, target = torch.tensor([0.5, 3.0], requires_grad=True), torch.zeros(2)
    loss = lossutils.huber(pred, target)
    for upstream in (1.0, 3.0, 1.0):
        (slope,) = torch.autograd.grad(loss, pred, torch.tensor(upstream), retain_graph=True)
        torch.testing.assert_close(slope, upstream * torch.tensor([0.25, 0.5]))


@pytest.mark.parametrize("name", ["mse", "huber", "bce_with_logits", "focal", "cross_entropy"])
def test_a_walk_holds_little_beyond_its_inputs_and_its_gradient(name):
    arrays, _ = arguments(name, rows=1_000_000)
    arrays = [x.astype(np.float32) if x.dtype == np.float64 else x for x in arrays]
    LOSSES[name].value_and_grad(*(x[:10] for x in arrays))
    tracemalloc.start()
    _, slope = LOSSES[name].value_and_grad(*arrays)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    inputs = sum(x.nbytes for x in arrays)
    threads = evaluate.threads()
    assert most + inputs <= 1.2 * (inputs + slope.nbytes) + threads * 24 * 4 * evaluate.BLOCK


@pytest.mark.parametrize("name", ["info_nce", "nt_xent", "batch_hard_triplet", "cross_entropy", "mse"])
def test_autocast_does_not_round_what_is_float32(name):
    arrays, _ = tensors(name, rows=40)
    arrays = [x.detach().float().requires_grad_() if x.dtype == torch.float64 else x for x in arrays]
    expected = LOSSES[name](*arrays)
    gradient = torch.autograd.grad(expected, arrays[0])
    with torch.autocast("cpu", torch.bfloat16):
        found = LOSSES[name](*arrays)
        assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
    torch.testing.assert_close(torch.autograd.grad(found, arrays[0]), gradient, rtol=0, atol=0)
