"""A module is the function with its settings kept, and a torch module as any other."""

import copy
import inspect
import io
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest
import test_metric_learning
import torch
from references import REFERENCES
from test_engine import LOSSES, options, tensors

import lossutils
from lossutils import nn

ALL = {name: nn.MODULES[nn.name_of(function)] for name, function in LOSSES.items()}
each_loss = pytest.mark.parametrize("name", ALL)
NAMES = {
    "batch_hard_triplet": "BatchHardTriplet",
    "bce_with_logits": "BCEWithLogits",
    "info_nce": "InfoNCE",
    "kl_divergence": "KLDivergence",
    "lambdarank": "LambdaRank",
    "listmle": "ListMLE",
    "mse": "MSE",
    "nt_xent": "NTXent",
    "power": "Power",
}


def every_setting(name):
    """Settings of the references, and arrays that go with the call."""
    if name in REFERENCES:
        yield from REFERENCES[name].settings()
    else:
        parameters = test_metric_learning.CASES[name].parameters
        yield from ({key: value} for key, values in parameters.items() for value in values)
    yield from options(name)


def split(name, given):
    arrays = {key: value for key, value in given.items() if key in ("weight", "mask")}
    return arrays, {key: value for key, value in given.items() if key not in arrays}


def gradients(value, arrays, name):
    factor = torch.linspace(0.5, 2.0, value.numel(), dtype=value.dtype).reshape(value.shape)
    return torch.autograd.grad((factor * value).sum(), arrays[: LOSSES[name].predictions])


def test_there_is_one_for_each_loss():
    assert len(nn.__all__) == len(LOSSES) > 30 and set(nn.__all__) <= set(dir(nn))
    assert {name: ALL[name].__name__ for name in NAMES} == NAMES
    for name, module in ALL.items():
        assert getattr(nn, module.__name__) is module and issubclass(module, torch.nn.Module)
        assert module.__doc__ == getattr(lossutils, name).__doc__
    with pytest.raises(AttributeError, match=r"'lossutils\.nn' has no attribute 'HuberLoss'"):
        _ = nn.HuberLoss


@each_loss
def test_value_and_gradient_are_those_of_the_function(name):
    for given in every_setting(name):
        arrays, settings = split(name, given)
        inputs, _ = tensors(name)
        found = ALL[name](**settings)(*inputs, **arrays)
        expected = LOSSES[name](*inputs, **given)
        torch.testing.assert_close(found, expected, rtol=0, atol=0)
        got, slopes = gradients(found, inputs, name), gradients(expected, inputs, name)
        torch.testing.assert_close(got, slopes, rtol=0, atol=0)


PRED, TARGET = torch.tensor([0.5, -3.0, 1.5]), torch.tensor([0.0, 1.0, 1.0])
SCORES, CLASSES = torch.tensor([[0.5, -3.0, 1.5], [2.0, 0.0, 1.0]]), torch.tensor([2, 1])
SHARES = torch.tensor([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("ours", "theirs", "arrays"),
    [
        (nn.Huber(delta=2.0), torch.nn.HuberLoss(delta=2.0), (PRED, TARGET)),
        (nn.MSE(reduction="none"), torch.nn.MSELoss(reduction="none"), (PRED, TARGET)),
        (nn.BCEWithLogits(pos_weight=SHARES), torch.nn.BCEWithLogitsLoss(pos_weight=SHARES), (PRED, TARGET)),
        (
            nn.CrossEntropy(class_weight=SHARES, label_smoothing=0.1),
            torch.nn.CrossEntropyLoss(weight=SHARES, label_smoothing=0.1),
            (SCORES, CLASSES),
        ),
        (
            nn.MulticlassHinge(p=2, margin=0.5),
            torch.nn.MultiMarginLoss(p=2, margin=0.5),
            (SCORES, CLASSES),
        ),
    ],
    ids=lambda x: type(x).__name__,
)
def test_in_the_place_of_the_module_of_torch(ours, theirs, arrays):
    (pred, target), found = arrays, []
    for module in (ours, theirs):
        leaf = pred.clone().requires_grad_()
        value = module(leaf, target)
        found.append((value, *torch.autograd.grad(value.sum(), leaf)))
    torch.testing.assert_close(*found)


@each_loss
def test_the_signatures_are_those_of_the_function_in_two_parts(name):
    function, module = LOSSES[name], ALL[name]
    constructor = inspect.signature(module).parameters
    call = inspect.signature(module.forward).parameters
    both = [x for x in [*call, *constructor] if x != "self" and not x.startswith("learn_")]
    assert sorted(both) == sorted(inspect.signature(function).parameters)
    for key, parameter in constructor.items():
        if not key.startswith("learn_"):
            assert parameter == inspect.signature(function).parameters[key]
    assert list(call)[: len(function.signature.arrays) + 1] == ["self", *function.signature.arrays]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Huber(detla=1.0), TypeError, r"Huber\(\) got an unexpected .* 'detla'; .* delta=1\.0"),
        (
            lambda: nn.Huber(2.0),
            TypeError,
            r"Huber\(\) too many positional arguments; its arg",
        ),
        (lambda: nn.Huber(delta=-1.0), ValueError, r"delta must be positive and finite, got -1\.0"),
        (lambda: nn.Huber(reduction="avg"), ValueError, r'"mean", "sum" or "none", got \'avg\''),
        (lambda: nn.Ordinal(), TypeError, r"Ordinal\(\) missing a required argument: 'thresholds'"),
        (lambda: nn.Ordinal(thresholds=[1.0, 0.0]), ValueError, "thresholds must be finite and increase"),
        (
            lambda: nn.CrossEntropy(class_weight=np.ones(3)),
            TypeError,
            "class_weight must be a torch tensor, got a NumPy array",
        ),
        (
            lambda: nn.CrossEntropy(class_weight=torch.tensor([1.0, -2.0])),
            ValueError,
            r"class_weight must be finite and at least 0, got -2 at index \(1,\)",
        ),
        (
            lambda: nn.InfoNCE(temperature=torch.nn.Parameter(torch.tensor(0.1)), learn_temperature=True),
            TypeError,
            "makes a parameter of its own: temperature must be a number or a tensor",
        ),
        (lambda: nn.InfoNCE(temperature=0.0, learn_temperature=True), ValueError, "temperature .* got 0"),
        (lambda: nn.Huber()(PRED, TARGET, delta=2.0), TypeError, "multiple values .* 'delta'"),
        (lambda: nn.Huber()(PRED), TypeError, r"huber\(\) missing a required argument: 'target'"),
    ],
)
def test_bad_input_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


# Settings that are tensors


def test_a_tensor_is_a_buffer():
    module = nn.CrossEntropy(class_weight=SHARES)
    assert dict(module.named_buffers()).keys() == {"class_weight"} and not list(module.parameters())
    assert module.to("meta").class_weight.device.type == "meta"
    assert nn.CrossEntropy(class_weight=SHARES).double().class_weight.dtype == torch.float64


def test_a_parameter_is_trained_as_it_is():
    temperature = torch.nn.Parameter(torch.tensor(0.5))
    module = nn.NTXent(temperature=temperature)
    assert [*module.parameters()] == [temperature]
    module(SCORES, SCORES.flip(0)).backward()
    views, steps = (SCORES.double(), SCORES.flip(0).double()), (0.5 + 1e-4, 0.5 - 1e-4)
    up, down = (lossutils.nt_xent(*views, temperature=t) for t in steps)
    torch.testing.assert_close(temperature.grad.double(), (up - down) / 2e-4, rtol=1e-4, atol=0)


@pytest.mark.parametrize("module", [nn.InfoNCE, nn.NTXent])
def test_a_temperature_is_learned_as_its_logarithm(module):
    loss = module(temperature=0.25, learn_temperature=True)
    ((name, parameter),) = loss.named_parameters()
    assert name == "log_temperature" and parameter.item() == pytest.approx(math.log(0.25))
    assert loss.settings()["temperature"].item() == pytest.approx(0.25)
    fixed = module(temperature=torch.nn.Parameter(torch.tensor(0.25)))
    views = SCORES, SCORES.flip(0) + 0.5
    loss(*views).backward()
    fixed(*views).backward()
    torch.testing.assert_close(parameter.grad, 0.25 * fixed.temperature.grad)  # dT / d log T = T
    torch.optim.SGD(loss.parameters(), lr=1e3).step()
    assert loss.settings()["temperature"] > 0


THRESHOLDS = (-1.0, 0.5, 0.75)


def test_thresholds_are_learned_in_order():
    loss = nn.Ordinal(thresholds=THRESHOLDS, learn_thresholds=True)
    ((name, parameter),) = loss.named_parameters()
    expected = torch.tensor([-1.0, math.log(1.5), math.log(0.25)])
    assert name == "first_and_log_gaps_of_thresholds"
    torch.testing.assert_close(parameter.data, expected)
    torch.testing.assert_close(loss.settings()["thresholds"].data, torch.tensor(THRESHOLDS))
    fixed = nn.Ordinal(thresholds=torch.nn.Parameter(torch.tensor(THRESHOLDS)))
    logits, classes = torch.tensor([0.1, -2.0, 0.6, 3.0]), torch.tensor([0, 1, 2, 3])
    torch.testing.assert_close(loss(logits, classes), fixed(logits, classes))
    loss(logits, classes).backward()
    fixed(logits, classes).backward()
    g = fixed.thresholds.grad  # a threshold moves all that are above it
    torch.testing.assert_close(parameter.grad, torch.stack([g.sum(), 1.5 * g[1:].sum(), 0.25 * g[2]]))
    torch.optim.SGD(loss.parameters(), lr=3.0).step()
    assert (loss.settings()["thresholds"].diff() > 0).all()
    alone = nn.Ordinal(thresholds=[0.5], learn_thresholds=True)
    torch.testing.assert_close(alone.settings()["thresholds"].data, torch.tensor([0.5]))


def test_they_find_the_cut_points_of_the_data():
    """Where nothing is known of an example, the best thresholds are the log-odds of the shares."""
    classes = torch.tensor([0] * 10 + [1] * 20 + [2] * 70)
    loss = nn.Ordinal(thresholds=[0.0, 1.0], learn_thresholds=True)
    optimizer = torch.optim.LBFGS(loss.parameters(), max_iter=100)

    def step():
        optimizer.zero_grad()
        value = loss(torch.zeros(100), classes)
        value.backward()
        return value

    optimizer.step(step)
    best = torch.tensor([0.1, 0.3]).logit()
    torch.testing.assert_close(loss.settings()["thresholds"].data, best, rtol=1e-3, atol=1e-3)


# A torch module as any other

KEPT = {
    "number": (lambda: nn.Huber(delta=2.0), (PRED, TARGET)),
    "buffer": (lambda: nn.CrossEntropy(class_weight=SHARES), (SCORES, CLASSES)),
    "log-temperature": (lambda: nn.InfoNCE(temperature=0.25, learn_temperature=True), (SCORES, SCORES + 1)),
    "thresholds": (
        lambda: nn.Ordinal(thresholds=THRESHOLDS, learn_thresholds=True),
        (PRED, torch.tensor([0, 3, 1])),
    ),
}


@pytest.mark.parametrize("key", KEPT)
@pytest.mark.parametrize("how", ["pickle", "deepcopy", "save", "state_dict"])
def test_a_copy_is_the_same_loss(key, how):
    make, arrays = KEPT[key]
    module = make()
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.mul_(1.25)  # no longer what the constructor made
    if how == "pickle":
        other = pickle.loads(pickle.dumps(module))
    elif how == "deepcopy":
        other = copy.deepcopy(module)
    elif how == "save":
        file = io.BytesIO()
        torch.save(module, file)
        file.seek(0)
        other = torch.load(file, weights_only=False)
    else:
        other = make()
        other.load_state_dict(module.state_dict())
    assert type(other) is type(module) and repr(other) == repr(module)
    assert other(*arrays) == module(*arrays)
    for a, b in zip(other.parameters(), module.parameters(), strict=True):
        assert a is not b and torch.equal(a, b)


def test_its_text_shows_the_settings():
    assert repr(nn.Huber(delta=2.0)) == "Huber(delta=2.0, reduction='mean')"
    shown = repr(torch.nn.ModuleList([KEPT["buffer"][0](), KEPT["log-temperature"][0]()]))
    assert "class_weight=tensor of shape (3,), " in shown
    assert "(1): InfoNCE(temperature=learned" in shown


@pytest.mark.parametrize("key", KEPT)
def test_compiled_and_exported_it_gives_the_same(key):
    torch._dynamo.reset()
    make, (pred, *others) = KEPT[key]
    found = []
    for wrap in (lambda m: m, lambda m: torch.compile(m, fullgraph=True, backend="aot_eager")):
        module, leaf = make(), pred.clone().requires_grad_()
        value = wrap(module)(leaf, *others)
        found.append((value, torch.autograd.grad(value, [leaf, *module.parameters()])))
    torch.testing.assert_close(*found)
    exported = torch.export.export(make(), (pred, *others)).module()
    torch.testing.assert_close(exported(pred, *others), found[0][0])


def test_a_setting_may_change_between_two_calls():
    module = nn.Huber(delta=1.0)
    module.delta = 2.0
    assert module(PRED, TARGET) == lossutils.huber(PRED, TARGET, delta=2.0)


# What is loaded when


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_importing_lossutils_loads_what_training_needs_and_nothing_else():
    found = run(
        "import sys, lossutils\n"
        "print([x for x in sys.modules if x.split('.')[0] in ('torch', 'matplotlib', 'pandas', 'scipy')])\n"
        "print(sorted({x.split('.')[1] for x in sys.modules if x.startswith('lossutils.')}))\n"
        "print('debugging' in dir(lossutils), 'check_loss' in dir(lossutils))\n"
        "print(lossutils.check_loss.__module__, lossutils.debugging.__name__, 'torch' in sys.modules)\n"
        "print(lossutils.nn.Huber().delta, 'torch' in sys.modules)\n"
    )
    families = ["classification", "custom", "imbalance", "margin", "metric_learning", "ranking", "regression"]
    assert found.stdout.splitlines() == [
        "[]",
        str(sorted([*families, "cards", "engine", "loss", "numerics"])),
        "False True",
        "lossutils.debugging lossutils.debugging False",
        "1.0 True",
    ], found.stderr
    with pytest.raises(AttributeError, match="module 'lossutils' has no attribute 'hubr'"):
        _ = lossutils.hubr
