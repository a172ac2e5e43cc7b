"""What the engine guarantees beyond the contract that every loss is held to."""

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


SMOOTH = {
    "bce_with_logits": {},
    "focal": {},
    "cost_sensitive_bce": {},
    "confidence_bce": {},
    "cross_entropy": {},
    "softmax_focal": {},
    "ranknet": {},
    "listnet": {},
    "listmle": {},
    "mse": {},
    "log_cosh": {},
    "power": {"p": 2.0},
}


@pytest.mark.parametrize("name", SMOOTH)
def test_the_second_derivative_is_right_at_0_and_at_ties(name):
    """Where a formula goes through |z|, a maximum or a branch: compared with points nearby."""
    target = torch.tensor([[0.0, 1.0, 1.0]], dtype=torch.float64)
    if name in ("cross_entropy", "softmax_focal"):
        target = torch.tensor([1])
    z = target.clone() if name in ("mse", "log_cosh", "power") else torch.zeros(1, 3, dtype=torch.float64)
    near = z + 1e-7 * torch.tensor([[1.0, -2.0, 3.0]], dtype=torch.float64)
    loss = getattr(lossutils, name)

    def hessian(z):
        return torch.autograd.functional.hessian(lambda z: loss(z, target, **SMOOTH[name]), z)

    assert hessian(near).abs().max() > 0.01
    torch.testing.assert_close(hessian(z), hessian(near), rtol=1e-4, atol=1e-6)


def test_the_second_derivative_of_ordinal_and_its_thresholds_at_their_borders():
    z, target = torch.zeros(3, dtype=torch.float64), torch.tensor([0, 1, 2])

    def hessian(z):
        return torch.autograd.functional.hessian(
            lambda z: lossutils.ordinal(z, target, thresholds=[0.0, 0.7]), z
        )

    torch.testing.assert_close(hessian(z), hessian(z + 1e-7), rtol=1e-4, atol=1e-6)
    slopes = []
    for second in (0.7, 0.7 + 1e-7):
        thresholds = torch.tensor([0.0, second], dtype=torch.float64, requires_grad=True)
        lossutils.ordinal(z, target, thresholds=thresholds).backward()
        slopes.append(thresholds.grad)
    torch.testing.assert_close(*slopes, rtol=1e-5, atol=0)
    with pytest.raises(ValueError, match="thresholds must be finite and increase"):
        lossutils.ordinal(z.float(), target, thresholds=[0.0, 1e-60, 1.0][:2])
