"""Statements of the regression chapter that are plain arithmetic or belong to no cell of its notebook."""

import inspect

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor
from sklearn.linear_model import SGDRegressor

from lossutils import huber, log_cosh, mae, mse, quantile


def one(loss, error, **parameters):
    return float(loss(np.array([error]), np.zeros(1), **parameters))


def pull(loss, error, **parameters):
    return float(loss.grad(np.array([error]), np.zeros(1), **parameters)[0])


def test_huber_has_one_slope_at_delta():
    for delta in (0.5, 1.0, 200_000.0):
        below, above = (pull(huber, delta * (1 + side), delta=delta) for side in (-1e-12, 1e-12))
        assert below == pytest.approx(above, rel=1e-11)
        assert pull(huber, delta, delta=delta) == delta


def test_huber_pulls_half_as_hard_as_mse_inside_delta():
    assert pull(huber, 0.3, delta=1.0) == 0.3
    assert pull(mse, 0.3) == 0.6


def test_huber_limits():
    assert one(huber, 7.0, delta=1e9) == one(mse, 7.0) / 2
    assert one(huber, 7.0, delta=1e-9) < 1e-8
    assert one(huber, 7.0, delta=1e-9) / 1e-9 == pytest.approx(one(mae, 7.0))


def test_mae_has_gradient_0_at_0_and_constant_size_elsewhere():
    errors = np.array([0.0, 1e-9, -5.0, 1e9])
    assert mae.grad(errors, np.zeros(4)).tolist() == [0, 0.25, -0.25, 0.25]


def test_pull_of_mae_on_a_parameter_contains_the_feature():
    x, y = np.array([1.0, 1000.0]), np.array([0.0, 0.0])
    assert (x * mae.grad(2 * x, y, reduction="sum")).tolist() == [1, 1000]


def test_one_error_of_ten_against_ten_of_one():
    for loss, parameters, of_loss, of_pull in [
        (mse, {}, (100, 10), (20, 20)),
        (mae, {}, (10, 10), (1, 10)),
        (huber, {"delta": 1.0}, (9.5, 5), (1, 10)),
    ]:
        assert (one(loss, 10.0, **parameters), 10 * one(loss, 1.0, **parameters)) == of_loss
        assert (pull(loss, 10.0, **parameters), 10 * pull(loss, 1.0, **parameters)) == of_pull


def test_an_error_shrinks_by_the_same_factor_whatever_its_size():
    for error in (1.0, 1000.0):
        assert (error - 0.2 * pull(mse, error)) / error == pytest.approx(0.6)


def test_weighted_least_squares_is_maximum_likelihood_under_unequal_noise():
    y, sigma = np.array([1.0, 2.0, 6.0]), np.array([1.0, 2.0, 0.5])
    best = np.average(y, weights=sigma**-2)
    likelihood = [norm.logpdf(y, c, sigma).sum() for c in (best - 1e-3, best, best + 1e-3, y.mean())]
    assert max(likelihood) == likelihood[1]


def test_arithmetic_of_the_luxury_houses():
    regular, luxury = 10_000 * 50_000**2, 50 * 3_000_000**2
    assert regular == 2.5e13
    assert luxury == 4.5e14
    assert luxury / regular == 18
    assert luxury / (10_000 * 100_000**2) == 4.5
    assert 100_000**2 == 1e10
    assert np.sqrt(100 * regular / 50) == pytest.approx(7.07e6, rel=1e-3)
    assert 50 * 3_000_000 / (10_000 * 50_000) == 0.3
    assert round(50 * 3_000_000 / (10_000 * 50_000 + 50 * 3_000_000), 2) == 0.23


def test_an_average_error_squared_is_not_an_average_squared_error():
    errors = np.array([0.0, 100_000.0])  # an average of 50,000
    assert np.mean(errors**2) == 2 * np.mean(errors) ** 2


def test_the_99th_percentile_lies_among_the_regular_houses():
    houses = np.append(np.linspace(100_000, 500_000, 10_000), np.linspace(2e6, 10e6, 50))
    cap = np.quantile(houses, 0.99)
    assert cap < 500_000
    assert (houses[:10_000] > cap).sum() == 51
    assert round(10_000 / 10_050, 3) == 0.995


def test_regular_houses_that_fit_exactly_do_not_pull_under_any_smooth_loss():
    for loss in (mse, huber, log_cosh):
        assert pull(loss, 0.0) == 0 != pull(loss, 3e6)


def test_log_errors_of_fifty_percent():
    for price in (500_000.0, 5_000_000.0):
        up, down = np.log(1.5 * price) - np.log(price), np.log(0.5 * price) - np.log(price)
        assert up**2 == pytest.approx(0.164, abs=5e-4)
        assert down**2 == pytest.approx(0.480, abs=5e-4)
    assert np.log(1.01) == pytest.approx(0.00995, abs=5e-6)


def test_scale_factor_of_the_mad_and_efficiency_of_huber():
    assert round(1 / norm.ppf(0.75), 4) == 1.4826
    k = 1.345
    squared_pull = 2 * (k * k * norm.sf(k) + norm.cdf(k) - 0.5 - k * norm.pdf(k))
    assert round((2 * norm.cdf(k) - 1) ** 2 / squared_pull, 3) == 0.95


def test_quantile_of_the_newspaper_stand():
    assert 1.20 / (1.20 + 0.40) == pytest.approx(0.75)
    cost = 0.40, 1.20
    assert [one(quantile, e, q=0.75) * 1.6 for e in (1.0, -1.0)] == pytest.approx(cost)


def test_rmse_of_the_two_batches():
    assert round(np.sqrt((90 * 10**2 + 10 * 50**2) / 100), 1) == 18.4
    assert (90 * 10 + 10 * 50) / 100 == 14


@pytest.mark.parametrize("model", [SGDRegressor, GradientBoostingRegressor, HistGradientBoostingRegressor])
def test_the_default_of_scikit_learn_is_squared_error(model):
    assert inspect.signature(model).parameters["loss"].default == "squared_error"
