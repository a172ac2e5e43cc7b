"""Statements of the regression chapter that are plain arithmetic or belong to no cell of its notebook."""

import importlib
import inspect
import json
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import norm
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor
from sklearn.linear_model import HuberRegressor, SGDRegressor

from lossutils import huber, log_cosh, mae, mse, quantile

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "book/regression.md").read_text(encoding="utf-8")


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


def typed(pattern):
    """The numbers that the page types in the one place that looks like the pattern."""
    found = re.findall(pattern, PAGE)
    assert len(found) == 1, f"{len(found)} places like {pattern}"
    groups = found[0] if isinstance(found[0], tuple) else found
    return [float(re.sub(r"[,{}]", "", g.replace("−", "-"))) for g in groups]


def glued():
    """Key and number of every text that the notebook hands to the page."""
    cells = json.loads((ROOT / "notebooks/regression.ipynb").read_text(encoding="utf-8"))["cells"]
    outputs = [o for cell in cells for o in cell.get("outputs", []) if "scrapbook" in o.get("metadata", {})]
    for output in outputs:
        text = "".join(output["data"].get("application/papermill.record/text/plain", ""))
        number = re.search(r"[−-]?\d[\d,]*\.?\d*", text)
        if number:
            key = output["metadata"]["scrapbook"]["name"]
            yield key, float(number[0].replace(",", "").replace("−", "-"))


GLUED = dict(glued())


def balance(loss, target, step=0.5, **parameters):
    """The constants, on a grid, with the least loss."""
    grid = np.arange(min(target), max(target) + step, step)
    values = np.array([loss(np.full(len(target), c), target, **parameters) for c in grid])
    return grid[values <= values.min() * (1 + 1e-12)]


def test_two_digits_swapped():
    """Nine houses: the dearest pulls Huber with its cap before and after, and is the 0.9 quantile."""
    dearest, typed_as = typed(r"types the dearest house as (\d+) instead of (\d+)\.")[::-1]
    street = np.array([120.0, 140, 150, 165, 180, 200, 230, 280, dearest])
    swapped = np.append(street[:-1], typed_as)
    assert typed(r"Nine houses .*, for (\d+) to (\d+) thousand") == [street[0], dearest]
    assert (np.mean(street), np.mean(swapped)) == pytest.approx((206.1, 266.1), abs=0.05)
    assert np.median(street) == np.median(swapped) == 180
    (cap,) = typed(r"up to a cap, here (\d+)\.")
    before, after = (balance(huber, y, 1 / 6, delta=cap) for y in (street, swapped))
    assert before == pytest.approx([185.83], abs=0.01) and after == pytest.approx(before)
    assert dearest - before[0] > cap
    assert [balance(quantile, y, q=0.9).tolist() for y in (street, swapped)] == [[dearest], [typed_as]]
    assert pull(quantile, -1.0, q=0.9) / pull(quantile, 1.0, q=0.9) == pytest.approx(-9)


def test_three_houses_on_a_napkin():
    houses = np.array(typed(r"three houses, at (\d+), (\d+) and (\d+)\."))
    mean, median = np.mean(houses), np.median(houses)
    assert typed(r"squared error (\d+) \+ (\d+) on the left balance (\d+)") == [*abs(houses - mean)]
    assert balance(mae, houses).tolist() == [median] == [houses[1]]  # "stands on the answer"
    cap, one_left, other_left, distance, right = typed(
        r"cap of (\d+) has (\d+) \+ (\d+) on the left\. .* distance is (\d+), and the pull (\d+)\."
    )
    (c,) = balance(huber, houses, delta=cap)
    assert [one_left, other_left, distance] == [*abs(houses - c)] and right == cap == one_left + other_left


def test_huber_is_the_area_under_its_pull():
    delta, error = typed(r"Cap it at \$\\delta = (\d)\$\. How large is the loss at an error of (\d)\?")
    triangle, width, rectangle, both = typed(
        r"\\cdot 2\^2 = (\d)\$, and a rectangle, \$2 \\cdot (\d) = (\d)\$\. Together they are (\d)\."
    )
    assert (triangle, width, rectangle) == (delta**2 / 2, error - delta, delta * (error - delta))
    assert both == triangle + rectangle == one(huber, error, delta=delta)


def test_ten_days_of_demand():
    demand = np.array([12.0, 14, 15, 17, 18, 20, 21, 23, 26, 31])
    best = balance(quantile, demand, q=0.9)
    assert typed(r"Any order between (\d+) and (\d+) balances") == [best[0], best[-1]]
    assert 9 * pull(quantile, 1.0, q=0.9) == pytest.approx(-pull(quantile, -1.0, q=0.9)) == 0.9
    assert typed(r"loses (\d) for every item that it has too few, (\d) for") == [9, 1]


def test_slopes_of_the_four_targets():
    y = np.array(typed(r"Four targets, (\d), (\d), (\d) and (\d),"))
    slopes = [mae.grad(np.full(4, c), y, reduction="sum").sum() for c in (0.5, 1.5, 4.0, 7.5, 9.5)]
    assert slopes == [-4, -2, 0, 2, 4]


def test_the_geometric_mean_of_two_prices():
    low, high, geometric, mean = typed(
        r"prices of (\d) and (\d+) that is (\d+), while the mean is ([\d.]+)\."
    )
    assert geometric == pytest.approx(np.sqrt(low * high)) and mean == (low + high) / 2


def test_slopes_of_the_line_before_the_accidents():
    slopes = [GLUED[f"slope-{name}"] for name in ("mae", "huber", "mse")]
    assert typed(r"MSE, Huber and MAE give (\d+) to (\d+)\.") == [round(min(slopes)), round(max(slopes))]


def test_one_against_ten_on_the_page():
    for name, loss, parameters in [
        ("MSE", mse, {}),
        ("MAE", mae, {}),
        ("Huber, δ = 1", huber, {"delta": 1.0}),
    ]:
        of_loss = one(loss, 10.0, **parameters), 10 * one(loss, 1.0, **parameters)
        of_pull = pull(loss, 10.0, **parameters), 10 * pull(loss, 1.0, **parameters)
        shares = [round(100 * a / (a + b)) for a, b in (of_loss, of_pull)]
        row = typed(rf"\| {name} \| ([\d.]+) : (\d+) \| (\d+) % \| (\d+) : (\d+) \| (\d+) % \|")
        assert row == [*of_loss, shares[0], *of_pull, shares[1]]


def test_weighted_median_on_the_page():
    values, weights = np.array([2.0, 3.0, 7.0, 10.0]), np.array([1.0, 2.0, 1.0, 5.0])
    problem = typed(r"\$1\|c - (\d+)\| \+ 2\|c - (\d+)\| \+ 1\|c - (\d+)\| \+ 5\|c - (\d+)\|\$")
    assert problem == values.tolist()
    cost = [(weights * abs(c - values)).sum() for c in (10.0, 7.0, 3.0)]
    assert typed(r"\+ 3 = (\d+)\$; at 7 it is (\d+), at 3 it is (\d+)") == cost
    pulls = -9 + 2 * np.cumsum(weights)
    assert typed(
        r"After 2 it is (\S+), after 3 it is (\S+), after 7 it is (\S+), after 10 it is \+(\d+)"
    ) == [*pulls]
    assert typed(r"[Tt]he weighted mean (\d\.\d)") == [round(np.average(values, weights=weights), 1)]


def test_steps_of_mae_and_of_huber_on_one_example():
    path = 3.7 - 0.5 * np.arange(9)
    steps, left, other = typed(
        r"After (\d+) steps the error is ([\d.]+); from then on .* and (−[\d.]+), a band"
    )
    assert int(np.argmax(abs(path) < 0.5)) == steps
    assert path[int(steps)] == pytest.approx(left)
    assert left - 0.5 == pytest.approx(other)
    for delta in (0.01, 0.2, 1.0):  # any delta, also one below half the step
        error = 3.7
        for _ in range(1000):
            error -= 0.5 * pull(huber, error, delta=delta)
        assert abs(error) < 1e-12


def test_a_newton_step_may_lead_to_where_there_is_none():
    once, often, start, end = 0.0, 10.0, *typed(r"nineteen times, it goes from (\d+) to (\d+)\.")
    y = np.array([once] + 19 * [often])

    def newton(c):
        return c - np.clip(c - y, -1, 1).sum() / (abs(c - y) <= 1).sum()

    assert newton(start) == end and not (abs(end - y) <= 1).any()

    def mean(c):
        return huber(np.full(20, c), y)

    c, values = end, [mean(end)]
    for _ in range(100):  # reweighted least squares, from there
        weight = np.minimum(1, 1 / np.maximum(abs(c - y), 1e-300))
        c = weight @ y / weight.sum()
        values.append(mean(c))
    assert np.max(np.diff(values)) < 1e-12 and c == pytest.approx(10 - 1 / 19)


def test_huber_with_a_step_beyond_2_jumps_for_ever():
    for eta, settles in ((1.9, True), (2.1, False), (5.0, False)):
        error = 10.05
        for _ in range(1000):
            error -= eta * pull(huber, error, delta=1.0)
        assert (abs(error) < 1e-9) == settles
        assert settles or abs(error) < eta  # it does not run away either


def test_one_smearing_factor_for_groups_that_scatter_differently():
    quiet, loud, smearing, high, low = typed(
        r"With \$\\sigma = ([\d.]+)\$ in one half of the data and ([\d.]+) in the other, the smearing factor "
        r"([\d.]+) is (\d+) % too large for the one half and (\d+) % too small"
    )
    residual = norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    factors = [np.mean(np.exp(sigma * residual)) for sigma in (quiet, loud)]
    common = np.mean(factors)
    assert round(common, 2) == smearing
    assert [round(100 * (common / f - 1)) for f in factors] == [high, -low]


def test_curves_of_the_fixed_step():
    start, step, factor, low, high, slower = typed(
        r"Error ([\d.]+) at the start, learning rate ([\d.]+)\. MSE: a factor of ([\d.]+) .* between "
        r"(−[\d.]+) and ([\d.]+), Huber with a factor of ([\d.]+)\."
    )
    assert factor == pytest.approx(1 - 2 * step)
    assert slower == pytest.approx(1 - step)
    assert start - step * 50 == pytest.approx(high)
    assert high - step == pytest.approx(low)


def test_mae_takes_a_thousand_times_as_many_steps_in_dollars():
    def steps(error, near):
        count = 0
        while abs(error) >= near:
            error -= 10.0 * pull(mae, error)
            count += 1
        return count

    assert steps(180_796.0, 1000.0) / steps(180.796, 1.0) == pytest.approx(1000, rel=0.01)


def test_cosh_overflows_where_the_page_says():
    (limit,) = typed(r"overflows in float64 for \$\|e\| > ([\d.]+)\$")
    assert np.isfinite(np.cosh(limit - 0.1))
    with np.errstate(over="ignore"):
        assert np.isinf(np.cosh(limit))


def test_efficiencies_on_the_page():
    assert typed(r"frac\{2\}\{\\pi\} \\approx ([\d.]+),") == [round(2 / np.pi, 3)]
    assert typed(r"median of (\d+) examples is as exact as the mean of (\d+)") == [1000, round(2000 / np.pi)]
    assert typed(r"with Gaussian noise MAE needs (\d+) % more data") == [round(100 * (np.pi / 2 - 1))]
    assert typed(r"\\pi/2 = ([\d.]+)\$ times the data") == [round(np.pi / 2, 2)]
    ratio = 5.95 * 4 * 0.955**2 / (2 * np.pi)
    assert typed(r"the mean needs ([\d.]+) times as many readings") == [round(ratio, 2)]


def test_log_errors_on_the_page():
    numbers = typed(
        r"1 % too high is ([\d.]+), 50 % too high ([\d.]+), 50 % too low (\S+), with a square ([\d.]+) times"
    )
    up, down = np.log(1.5), np.log(0.5)
    assert numbers == [0.00995, round(up, 3), round(down, 3), round(down**2 / up**2, 1)]


def test_arithmetic_of_the_luxury_houses_on_the_page():
    assert typed(r"with \\\$4\.5 million, that is \\\$([\d,]+),") == [round(50 / 10_050 * 4_500_000, -2)]
    assert typed(r"50 of 10,050 houses are ([\d.]+) %") == [round(100 * 50 / 10_050, 4)]
    assert typed(r"The luxury houses have (\d+) % of the loss and (\d+) % of the pull") == [
        round(100 * 450 / 475),
        round(100 * 1.5 / 6.5),
    ]


def test_words_for_numbers_of_the_notebook():
    """Third, fivefold, within 5 %: what the page says in words about numbers that it glues."""
    assert round(1 - GLUED["ames-relative-squared"] / GLUED["ames-mean"], 2) == 0.33
    for name, most in (("mse", 5), ("huber", 0.2), ("mae", 0.2)):  # "the other two hardly"
        assert abs(GLUED[f"slope-{name}-cents"] - GLUED[f"slope-{name}"]) < most
    factor, added = typed(r"a factor of (\d+) only adds ([\d.]+)\.\n")
    assert round(np.log(factor), 1) == added
    assert {round(100 * GLUED[f"slope-{name}-cm"]) for name in ("mse", "huber", "mae")} == {4, 5, 6}
    clean = {name: GLUED[f"cmp-{name}-clean-mae"] for name in ("mse", "huber", "log-cosh", "mae")}
    assert max(clean.values()) < 1.05 * min(clean.values())
    assert round(GLUED["cmp-mse-spoiled-mae"] / clean["mse"]) == 3
    assert all(GLUED[f"cmp-{name}-spoiled-mae"] < 1.02 * clean[name] for name in ("huber", "mae"))
    assert GLUED["pair-mae-mse"] == pytest.approx(clean["mse"] - clean["mae"], abs=2)
    assert round(GLUED["eff-huber-mixed"]) == 5
    assert GLUED["lever"] > GLUED["levers"] > GLUED["lever-ten"]


def test_words_for_the_luxury_experiment():
    def column(what):
        return {
            k[3 : -len(what) - 1]: v
            for k, v in GLUED.items()
            if k.startswith("p1-") and k.endswith(f"-{what}")
        }

    regular, luxury = column("regular"), column("luxury")
    *rest, split, before, last = sorted(regular, key=regular.get)
    assert (rest[0], split) == ("log-price-mse", "two-models-by-a-rule-mse")
    assert (before, last) == ("huber-1000k", "mse")
    assert max(regular[name] for name in rest) < 1.25 * regular[rest[0]]
    two = luxury.pop("two-models-by-a-rule-mse")
    assert two == pytest.approx(luxury["50-houses-dropped-mse"] / 2, rel=0.05)
    assert GLUED["lux-floor"] < two < 1.2 * GLUED["lux-floor"]
    low, high = typed(r"other errors are \\\$([\d.]+) to ([\d.]+) million")
    assert (low, high) == (round(min(luxury.values()), 1), round(max(luxury.values()), 1))
    assert (
        regular["two-models-by-a-rule-mse"]
        > regular["prices-capped-at-p99-mse"]
        > regular["50-houses-dropped-mse"]
    )


def test_no_model_predicts_a_price_that_its_features_do_not_explain():
    """The floor of the luxury houses: their median, here among 100,000 evenly spread log-uniform prices."""
    price = np.exp(np.log(2e6) + (np.arange(100_000) + 0.5) / 100_000 * np.log(5))
    floor = min(np.mean(abs(price - c)) for c in np.linspace(4e6, 5e6, 101))
    assert GLUED["lux-floor"] == round(floor / 1e6, 2)


def test_symmetric_noise_without_a_single_peak_has_no_single_center():
    """Half the noise at −1, half at 1: the median is anything between, Huber with a small δ as well."""
    noise = np.array([-1.0, 1.0])
    for c in (-0.5, 0.0, 0.5):
        assert mae.grad(np.full(2, c), noise).sum() == huber.grad(np.full(2, c), noise, delta=0.1).sum() == 0


def test_unsigned_integers_in_torch():
    one, two = torch.tensor([1], dtype=torch.uint8), torch.tensor([2], dtype=torch.uint8)
    for reduction in ("none", "sum"):
        assert F.l1_loss(one, two, reduction=reduction).item() == 255
    for loss, reduction in ((F.l1_loss, "mean"), *((F.mse_loss, r) for r in ("none", "sum", "mean"))):
        with pytest.raises((RuntimeError, NotImplementedError)):
            loss(one, two, reduction=reduction)


def test_optax_and_keras_do_what_the_page_says():
    """Where they are installed: optax 0.2.8 and Keras 3.15.1 were."""
    if find_spec("optax"):
        optax = importlib.import_module("optax")
        column, flat = np.ones((3, 1), "f"), np.ones(3, "f")
        for loss in (optax.squared_error, optax.l2_loss):
            with pytest.raises(ValueError, match="Shape mismatch"):
                loss(column, flat)
        assert optax.huber_loss(column, flat).shape == optax.log_cosh(column, flat).shape == (3, 3)
        assert float(optax.l2_loss(3.0, 0.0)) == 4.5 and float(optax.squared_error(3.0, 0.0)) == 9
        assert inspect.signature(optax.huber_loss).parameters["delta"].default == 1.0
        assert not [name for name in dir(optax) if re.search("absolute|mae|quantile|pinball", name)]
    if find_spec("keras"):
        losses = importlib.import_module("keras").losses
        assert inspect.signature(losses.Huber).parameters["delta"].default == 1.0
        assert not [name for name in dir(losses) if re.search("quantile|pinball", name.lower())]
        target, pred = np.float32([1, 2]), np.float32([4, 2])  # the target first
        assert float(losses.MeanSquaredError()(target, pred)) == 4.5
        assert float(losses.LogCosh()(np.zeros(1, "f"), np.ones(1, "f"))) == pytest.approx(0.43378, abs=1e-5)


def test_names_and_defaults_of_the_libraries():
    assert inspect.signature(F.huber_loss).parameters["delta"].default == 1.0
    assert typed(r"`HuberRegressor` counts `epsilon=([\d.]+)`") == [HuberRegressor().epsilon]
    y = torch.tensor([1.0, 2.0, 6.0])
    with pytest.warns(UserWarning, match="broadcast"):
        value = F.mse_loss(y[:, None], y)
    assert float(value) == pytest.approx(2 * float(y.var(correction=0)))
