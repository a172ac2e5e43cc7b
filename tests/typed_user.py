"""A user's file, which the type checker reads and nobody runs. What it must reject is marked with its words.

tests/test_stub.py compares them with what mypy says.
"""

from typing import Literal, assert_type

import numpy as np
import torch

import lossutils
from lossutils import nn
from lossutils.nn import InfoNCE, Ordinal

pred, target = np.zeros(3), np.ones(3)
logits, classes = torch.zeros(3, 4), torch.tensor([0, 1, 2])


def right() -> None:
    # NumPy in, NumPy out
    assert_type(lossutils.huber(pred, target, delta=2), np.ndarray)
    assert_type(lossutils.huber.grad(pred, target, weight=pred, reduction="sum"), np.ndarray)
    assert_type(lossutils.mse.value_and_grad(pred, target), tuple[np.ndarray, np.ndarray])
    assert_type(lossutils.softmax(pred), np.ndarray)
    places = lossutils.mine_triplets(pred, target, kind="hard")
    assert_type(places, tuple[np.ndarray, np.ndarray, np.ndarray])
    assert_type(float(lossutils.focal(pred, target, alpha=None, gamma=np.float32(2.0))), float)

    # torch in, torch out
    assert_type(lossutils.cross_entropy(logits, classes, class_weight=torch.ones(4)), torch.Tensor)
    assert_type(lossutils.cce_with_logits(logits, classes, label_smoothing=0.1), torch.Tensor)
    assert_type(lossutils.info_nce.grad(logits, logits, temperature=0.1), tuple[torch.Tensor, torch.Tensor])
    lossutils.info_nce(logits, logits, temperature=torch.tensor(0.1))
    lossutils.ordinal(logits[0], classes, thresholds=[-1.0, 0.0])
    lossutils.ordinal(logits[0], classes, thresholds=torch.zeros(2))

    # Modules
    huber = nn.Huber(delta=2.0, reduction="none")
    assert_type(huber(logits, logits, weight=logits), torch.Tensor)
    assert_type(huber.reduction, Literal["mean", "sum", "none"])
    torch.nn.ModuleList([InfoNCE(temperature=0.07, learn_temperature=True)])
    list(Ordinal(thresholds=(0.0, 1.0), learn_thresholds=True).parameters())
    nn.CrossEntropy(class_weight=torch.ones(4)).to("cpu")

    # Checking
    report = lossutils.check_loss(lossutils.huber, "real", delta=2.0)
    assert_type(report, lossutils.debugging.Report)
    assert_type(lossutils.__version__, str)


def wrong() -> None:
    lossutils.huber(pred, target, detla=1.0)  # wrong: Unexpected keyword argument "detla"
    lossutils.huber(pred, target, delta="1")  # wrong: Argument "delta" to "__call__" of "_huber"
    lossutils.huber(pred, target, reduction="avg")  # wrong: expected "Literal['mean', 'sum', 'none']"
    lossutils.huber(pred)  # wrong: Missing positional argument "target"
    lossutils.huber(pred, logits)  # wrong: Value of type variable "Array"
    lossutils.huber([1.0], [2.0])  # wrong: Value of type variable "Array"
    lossutils.huber.grad(pred, target, margin=1.0)  # wrong: Unexpected keyword argument "margin"
    lossutils.ordinal(logits, classes)  # wrong: Missing named argument "thresholds"
    lossutils.ndcg(pred, target, gain="squared")  # wrong: Argument "gain" to "ndcg" has incompatible
    lossutils.hubr(pred, target)  # wrong: Module has no attribute "hubr"
    nn.Huber(detla=1.0)  # wrong: Unexpected keyword argument "detla" for "Huber"
    nn.Huber(2.0)  # wrong: Too many positional arguments for "Huber"
    nn.Huber(reduction="avg")  # wrong: Argument "reduction" to "Huber" has incompatible
    nn.Huber()(pred, target)  # wrong: expected "Tensor"
    nn.Huber()(logits, logits, delta=1.0)  # wrong: Unexpected keyword argument "delta"
    nn.HuberLoss()  # wrong: Module has no attribute "HuberLoss"
