"""What lossutils.core guarantees beyond the contract that every loss is held to."""

import numpy as np
import pytest
import torch

import lossutils


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])
def test_a_mean_is_finite_where_its_float32_sum_is_not(convert):
    """Ten squares of 1e38 add up to more than float32 holds; their mean is 1e38."""
    pred, target = np.full(10, 1e19, dtype=np.float32), np.zeros(10, dtype=np.float32)
    pred, target = convert(pred), convert(target)
    assert float(lossutils.mse(pred, target)) == pytest.approx(1e38, rel=1e-6)


def test_overflow_is_the_right_answer_without_a_warning():
    """Warnings are errors in this test run: an overflow inside a formula is not reported twice."""
    pred, target = np.array([1e200, np.inf, -np.inf]), np.zeros(3)
    assert lossutils.mse(pred, target, reduction="none").tolist() == [np.inf] * 3
    assert lossutils.huber(pred, target, reduction="none").tolist() == [1e200, np.inf, np.inf]
    assert lossutils.mae.grad(pred, target, reduction="sum").tolist() == [1, 1, -1]


@pytest.mark.parametrize("kind", [float, np.float32, np.float64, int])
def test_a_parameter_does_not_change_the_dtype(kind):
    pred, target = np.float32([3, 1]), np.float32([0, 0])
    assert lossutils.huber(pred, target, delta=kind(2)).dtype == np.float32
    assert lossutils.huber.grad(pred, target, delta=kind(2)).dtype == np.float32


@pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor])
def test_a_single_number_out_of_range_is_named(convert):
    with pytest.raises(ValueError, match=r"pred must lie in \[0, 1\], got 2$"):
        lossutils.bce(convert(2.0), convert(1.0))
