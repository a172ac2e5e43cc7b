"""What the engine promises of every loss besides the contract: graphs, threads, memory, copies."""

import copy
import gc
import inspect
import io
import os
import pickle
import subprocess
import sys
import threading
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from references import REFERENCES

import lossutils
from lossutils.engine import compiled as operators
from lossutils.engine import evaluate
from lossutils.loss import Loss, loss
from lossutils.numerics import xp

LOSSES = {
    name: loss for name, loss in vars(lossutils).items() if isinstance(loss, Loss) and name == loss.__name__
}
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


def everything(name):
    """A call of the loss in each setting and its slopes, and a run of it with a backward pass through all."""
    function, settings = LOSSES[name], list(options(name))

    def call(*arrays):
        both = function.value_and_grad(*arrays, **settings[0])
        slopes = function.grad(*arrays, **settings[2])
        return [function(*arrays, **setting) for setting in settings], both, slopes

    def run(call):
        arrays, _ = tensors(name)
        rng, (values, both, slopes) = np.random.default_rng(1), call(*arrays)
        total = sum((torch.as_tensor(rng.uniform(0.5, 2.0, value.shape)) * value).sum() for value in values)
        return values, both, slopes, torch.autograd.grad(total, arrays[: function.predictions])

    return call, run


@each_loss
def test_a_compiled_graph_without_breaks_gives_the_same(name):
    torch._dynamo.reset()
    call, run = everything(name)
    found = run(torch.compile(call, fullgraph=True, backend="aot_eager"))
    torch.testing.assert_close(found, run(call), rtol=1e-12, atol=1e-14)


INDUCTOR = """
import torch
import lossutils

torch.manual_seed(0)
pred = torch.randn(4, 6, dtype=torch.float64).T  # no row after the other in memory
for name, target in (("mse", 0 * pred), ("cross_entropy", torch.arange(6) % 4), ("info_nce", pred.cos())):

    def call(pred):
        return (3 * getattr(lossutils, name)(2 * pred, target, reduction="none")).sum()

    def run(call):
        leaf = pred.clone().requires_grad_()
        value = call(leaf)
        return value, torch.autograd.grad(value, leaf)

    torch.testing.assert_close(run(torch.compile(call, fullgraph=True)), run(call), rtol=1e-12, atol=1e-14)
    print(name)
"""


def test_a_graph_of_inductor_gives_the_same(tmp_path):
    """In its own process: what torch 2.4 compiles flushes the smallest numbers to 0 once it is loaded."""
    env = os.environ | {"TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}  # nothing of an older run
    run = subprocess.run([sys.executable, "-c", INDUCTOR], env=env, capture_output=True, text=True)
    assert run.stdout.split() == ["mse", "cross_entropy", "info_nce"], run.stderr


@each_loss
def test_the_operator_is_what_its_fake_says(name, monkeypatch):
    called = []
    monkeypatch.setattr(operators, "value_and_slopes", lambda *given: called.append(given))
    arrays, required = tensors(name)
    arrays = [x.detach().T.contiguous().T if x.ndim == 2 else x.detach() for x in arrays]
    for reduction in REDUCTIONS:
        operators.traced(LOSSES[name], arrays, {"reduction": reduction, **required}, slopes=True)
    monkeypatch.undo()
    for given in called:
        torch.library.opcheck(
            operators.value_and_slopes, given, test_utils=("test_schema", "test_faketensor")
        )


LEARNING = {
    "bce": (torch.tensor([0.2, 0.9]), torch.tensor([0.3, 1.0]), {"weight": torch.tensor([1.0, 2.0])}),
    "info_nce": (
        torch.tensor([[1.0, 0.0], [0.5, 1.0]]),
        torch.tensor([[0.8, 0.3], [0.0, 2.0]]),
        {"temperature": torch.tensor(0.3)},
    ),
    "ordinal": (torch.tensor([0.2, 0.9]), torch.tensor([0, 2]), {"thresholds": torch.tensor([-1.0, 1.0])}),
}


@pytest.mark.parametrize("name", LEARNING)
def test_what_learns_has_its_gradient_in_a_graph(name):
    torch._dynamo.reset()
    *arrays, parameters = LEARNING[name]

    def run(call):
        leaves = [x.clone() for x in (*arrays, *parameters.values())]
        leaves = [x.requires_grad_() if x.is_floating_point() else x for x in leaves]
        value = call(*leaves)
        return value, torch.autograd.grad(2 * value, [x for x in leaves if x.requires_grad])

    def call(pred, target, parameter):
        return LOSSES[name](pred, target, **dict.fromkeys(parameters, parameter))

    compiled = torch.compile(call, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(run(compiled), run(call))


def test_a_compiled_graph_checks_its_arguments_when_it_runs():
    torch._dynamo.reset()
    compiled = torch.compile(lossutils.bce, fullgraph=True, backend="aot_eager")
    pred, target = torch.tensor([0.5, 0.9]), torch.tensor([1.0, 0.0])
    torch.testing.assert_close(compiled(pred, target), lossutils.bce(pred, target))
    with pytest.raises(ValueError, match=r"pred must lie in \[0, 1\], got 1.5 at index \(1,\)"):
        compiled(torch.tensor([0.5, 1.5]), target)
    huber = torch.compile(lossutils.huber, fullgraph=True, backend="aot_eager")
    with pytest.raises(ValueError, match="delta must be positive and finite, got -1"):
        huber(pred, target, delta=-1.0)
    for delta in (True, None):
        with pytest.raises(Exception, match="delta must be a number, got"):
            huber(pred, target, delta=delta)
    with pytest.raises(Exception, match="pred must be a torch tensor"):
        huber(pred.numpy(), target)
    per_example = torch.func.vmap(torch.func.grad(lossutils.huber))
    with pytest.raises(Exception, match=r"a compiled loss is not for torch\.func"):
        torch.compile(per_example, fullgraph=True, backend="aot_eager")(pred, target)


def test_a_number_that_changes_and_a_batch_that_grows_go_through_one_graph():
    torch._dynamo.reset()

    def call(pred, target, delta):
        return lossutils.huber(pred, target, delta=delta)

    compiled = torch.compile(call, fullgraph=True, backend="aot_eager", dynamic=True)
    for n, delta in ((2, 1.0), (5, 0.5), (7, 0.25)):
        pred, target = torch.linspace(-2, 2, n), torch.zeros(n)
        torch.testing.assert_close(compiled(pred, target, delta), call(pred, target, delta))


def test_a_graph_without_gradients_calculates_no_slopes():
    torch._dynamo.reset()

    @loss()
    def values_alone(pred, target):
        yield abs(pred - target)
        raise AssertionError("the slopes were calculated")

    compiled = torch.compile(lambda p, t: values_alone(p, t), fullgraph=True, backend="aot_eager")
    pred, target = torch.tensor([1.0, -2.0]), torch.zeros(2)
    assert compiled(pred, target) == 1.5
    with torch.no_grad():
        assert compiled(pred.requires_grad_(), target) == 1.5
    with pytest.raises(AssertionError, match="the slopes were calculated"):
        compiled(pred, target)


def test_two_losses_of_one_name_keep_apart_in_graphs():
    torch._dynamo.reset()

    def times(factor):
        @loss()
        def scaled(pred, target):
            yield factor * (pred - target)
            yield factor * xp.ones_like(pred)

        return scaled

    one, five = times(1.0), times(5.0)
    both = torch.compile(lambda p, t: (one(p, t), five(p, t)), fullgraph=True, backend="aot_eager")
    assert both(torch.ones(2), torch.zeros(2)) == (1.0, 5.0)


class Squares(torch.nn.Module):
    """A model with a loss."""

    def __init__(self):
        super().__init__()
        self.loss = lossutils.mse

    def forward(self, pred, target):
        return self.loss(pred, target)


@pytest.mark.filterwarnings("ignore:At pre-dispatch tracing")  # torch 2.4: how its export works
@pytest.mark.parametrize("way", ["eager", "aot_eager", "export"])
def test_a_second_derivative_of_a_graph_is_right_or_an_error(way):
    torch._dynamo.reset()
    pred, target = torch.tensor([1.0, 3.0], requires_grad=True), torch.zeros(2)
    if way == "export":
        call = torch.export.export(Squares(), (pred.detach(), target)).module()
    else:
        call = torch.compile(Squares(), fullgraph=True, backend=way)
    total = call(pred, target) + (pred**3).sum()  # something else that has a second derivative
    (slope,) = torch.autograd.grad(total, pred, create_graph=True)
    if way == "aot_eager":
        with pytest.raises(RuntimeError, match="does not currently support double backward"):
            torch.autograd.grad(slope.sum(), pred)
    else:
        (second,) = torch.autograd.grad(slope.sum(), pred)
        torch.testing.assert_close(second, 1 + 6 * pred.detach())


@pytest.mark.filterwarnings("ignore:At pre-dispatch tracing")  # torch 2.4: how its export works
@each_loss
def test_a_model_with_a_loss_can_be_exported(name):
    arrays, required = tensors(name)
    required = {key: x.tolist() for key, x in required.items()}  # a constant of the program

    class Model(torch.nn.Module):
        def forward(self, *arrays):
            return LOSSES[name](*arrays, **required)

    def run(call):
        value = call(*arrays)
        return value, torch.autograd.grad(value, arrays[: LOSSES[name].predictions])

    exported = torch.export.export(Model(), tuple(x.detach() for x in arrays)).module()
    torch.testing.assert_close(run(exported), run(Model()))


@pytest.mark.filterwarnings("ignore:At pre-dispatch tracing")  # torch 2.4: how its export works
def test_an_exported_model_runs_in_another_process(tmp_path):
    file = tmp_path / "squares.pt2"
    pred, target = torch.tensor([1.0, 3.0, 0.0]), torch.zeros(3)
    batch = {0: torch.export.Dim("batch", min=2)}
    torch.export.save(torch.export.export(Squares(), (pred, target), dynamic_shapes=(batch, batch)), file)
    program = (
        "import torch, lossutils.engine.compiled\n"
        f"call = torch.export.load({str(file)!r}).module()\n"
        "print(call(torch.tensor([1.0, 3.0]), torch.zeros(2)).item())"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.split() == ["5.0"], run.stderr


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


@each_loss
def test_the_bits_do_not_depend_on_the_number_of_threads(name, monkeypatch):
    arrays, required = arguments(name, rows=500)
    monkeypatch.setattr(evaluate, "BLOCK", 256)
    found, busy = [], set()
    formula = LOSSES[name].formula

    def noticed(*given, **parameters):
        busy.add(threading.get_ident())
        return formula(*given, **parameters)

    monkeypatch.setattr(LOSSES[name], "formula", noticed)
    for count in (1, 2, 5):
        monkeypatch.setattr(evaluate, "threads", lambda count=count: count)
        with ThreadPoolExecutor(count) as pool:
            monkeypatch.setattr(evaluate, "pool", lambda pool=pool: pool)
            for reduction in REDUCTIONS:
                value, slopes = LOSSES[name].value_and_grad(*arrays, reduction=reduction, **required)
                found.append((value, *(slopes if isinstance(slopes, tuple) else (slopes,))))
    assert len(busy) > 1 or LOSSES[name].coupled
    for place, results in enumerate(found):
        for a, b in zip(results, found[place % len(REDUCTIONS)], strict=True):
            np.testing.assert_array_equal(a, b)


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


def test_copies_and_pickles_of_a_model_hold_the_same_loss():
    file = io.BytesIO()
    torch.save(Squares(), file)
    file.seek(0)
    copies = (
        copy.deepcopy(Squares()),
        pickle.loads(pickle.dumps(Squares())),
        torch.load(file, weights_only=False),
    )
    for model in copies:
        assert model.loss is lossutils.mse
        assert model(torch.ones(2), torch.zeros(2)) == 1


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


@each_loss
def test_what_changes_before_backward_is_noticed_or_changes_nothing(name):
    """Every tensor of a call, one at a time: torch's error, or the gradient of the forward pass."""
    noticed, learned = 0, {"temperature": torch.tensor(0.5)}
    for setting in options(name):
        setting |= {key: x for key, x in learned.items() if key in inspect.signature(LOSSES[name]).parameters}
        expected = None
        count = len(tensors(name)[0])
        for changed in [None, *range(count), *(key for key, x in setting.items() if torch.is_tensor(x))]:
            arrays, _ = tensors(name)
            given = {key: x.clone() if torch.is_tensor(x) else x for key, x in setting.items()}
            leaves = arrays[: LOSSES[name].predictions]
            between = [x * 1 for x in leaves] + arrays[len(leaves) :]
            value = LOSSES[name](*between, **given).sum()
            if changed is not None:
                with torch.no_grad():
                    tensor = between[changed] if isinstance(changed, int) else given[changed]
                    tensor.logical_not_() if tensor.dtype == torch.bool else tensor.mul_(3)
            try:
                found = torch.autograd.grad(value, leaves)
            except RuntimeError as error:
                assert "modified by an inplace operation" in str(error)
                noticed += 1
                continue
            expected = expected or found
            torch.testing.assert_close(found, expected, rtol=0, atol=0)
    assert noticed


@loss()
def product(pred, target):
    yield pred * target
    yield target  # the caller's own


@loss()
def exponential(pred, target):
    value = xp.exp(pred)
    yield value
    yield value  # twice the same


@pytest.mark.parametrize("function", [product, exponential])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_what_a_formula_yields_again_is_not_written_to(function, reduction):
    pred, target = torch.tensor([0.5, 2.0], requires_grad=True), torch.tensor([3.0, 4.0])
    value = function(pred, target, reduction=reduction)
    before = value.detach().clone()
    (7 * value).sum().backward()
    torch.testing.assert_close(target, torch.tensor([3.0, 4.0]), rtol=0, atol=0)
    torch.testing.assert_close(value.detach(), before, rtol=0, atol=0)
    arrays = [x.detach().numpy() for x in (pred, target)]
    slope = function.grad(*arrays, reduction=reduction)
    assert not any(np.shares_memory(slope, x) for x in arrays)
    torch.testing.assert_close(pred.grad, 7 * torch.from_numpy(slope))


def test_a_second_backward_through_a_kept_graph():
    pred, target = torch.tensor([0.5, 3.0], requires_grad=True), torch.zeros(2)
    loss = lossutils.huber(pred, target)
    for upstream in (1.0, 3.0, 1.0):
        (slope,) = torch.autograd.grad(loss, pred, torch.tensor(upstream), retain_graph=True)
        torch.testing.assert_close(slope, upstream * torch.tensor([0.25, 0.5]))


@pytest.mark.parametrize("name", [name for name in LOSSES if not LOSSES[name].coupled])
def test_a_walk_holds_little_beyond_its_inputs_and_its_gradient(name, monkeypatch):
    arrays, required = arguments(name, rows=1000)
    arrays = [np.concatenate([x] * 250) for x in arrays]  # 250,000 examples, and blocks as much smaller
    arrays = [x.astype(np.float32) if x.dtype == np.float64 else x for x in arrays]
    monkeypatch.setattr(evaluate, "BLOCK", 2**13)
    monkeypatch.setattr(evaluate, "threads", lambda: 2)
    with ThreadPoolExecutor(2) as pool:
        monkeypatch.setattr(evaluate, "pool", lambda: pool)
        LOSSES[name].value_and_grad(*(x[:10] for x in arrays), **required)
        tracemalloc.start()
        _, slopes = LOSSES[name].value_and_grad(*arrays, **required)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    inputs = sum(x.nbytes for x in arrays)
    output = sum(x.nbytes for x in (slopes if isinstance(slopes, tuple) else (slopes,)))
    assert most + inputs <= 1.2 * (inputs + output)


@pytest.mark.parametrize("name", ["mse", "bce_with_logits", "focal"])
def test_the_same_for_ten_million_with_the_blocks_of_a_call(name, monkeypatch):
    monkeypatch.setattr(evaluate, "threads", lambda: 2)
    arrays = [np.tile(x.astype(np.float32), 10_000) for x in arguments(name, rows=1000)[0]]
    with ThreadPoolExecutor(2) as pool:
        monkeypatch.setattr(evaluate, "pool", lambda: pool)
        tracemalloc.start()
        _, slope = LOSSES[name].value_and_grad(*arrays)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    inputs = sum(x.nbytes for x in arrays)
    assert most + inputs <= 1.2 * (inputs + slope.nbytes)


@pytest.mark.parametrize("name", ["info_nce", "nt_xent", "batch_hard_triplet", "cross_entropy", "mse"])
def test_autocast_does_not_round_what_is_float32(name):
    arrays, _ = tensors(name, rows=40)
    arrays = [x.detach().float().requires_grad_() if x.dtype == torch.float64 else x for x in arrays]
    expected = LOSSES[name](*arrays)
    gradient = torch.autograd.grad(expected, arrays[0])
    with torch.autocast("cpu", torch.bfloat16):
        found = LOSSES[name](*arrays)
        assert found.dtype == torch.float32
        (inside,) = torch.autograd.grad(found, arrays[0], retain_graph=True)
    torch.testing.assert_close(inside, gradient[0], rtol=0, atol=0)
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
    torch.testing.assert_close(torch.autograd.grad(found, arrays[0]), gradient, rtol=0, atol=0)
