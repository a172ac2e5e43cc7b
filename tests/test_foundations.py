"""The numbers of the foundations chapter that neither a doctest nor glue puts on the page."""

import math
import re
from pathlib import Path

import mpmath
import nbformat
import numpy as np
import pytest
import torch
from scipy.optimize import brentq, lsq_linear
from sklearn.datasets import load_diabetes

from lossutils import bce_with_logits, huber, log_cosh, mae, mse
from lossutils.practice import check

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "book/foundations.md").read_text(encoding="utf-8")
CELLS = {
    cell.id: "".join(output.text for output in cell.get("outputs", []) if output.output_type == "stream")
    for cell in nbformat.read(ROOT / "notebooks/foundations.ipynb", as_version=4).cells
}


def table(header):
    """{first cell of a row: the others} of the table on the page whose header starts like that."""
    lines = PAGE[PAGE.index(f"\n| {header}") :].strip().partition("\n\n")[0].splitlines()[2:]
    rows = [[part.strip() for part in line.strip("| ").split(" | ")] for line in lines]
    return {row[0]: row[1:] for row in rows}


def printed(cell):
    """{name: the others} of the lines that a cell prints as a table."""
    lines = [re.split(r" {2,}", line) for line in CELLS[cell].splitlines()]
    return {line[0]: line[1:] for line in lines if line[0] and len(line) > 1}


def number(text):
    return float(text.replace("−", "-"))


def test_properties_are_those_measured():
    shown, measured = table("loss | convex"), printed("properties-table")
    assert shown.keys() == measured.keys()
    minimizers = dict(re.findall(r"'([^']+)': ([\d.]+)", CELLS["estimands"]))
    for name, row in shown.items():
        assert row[:4] == measured[name]
        if name != "0-1":
            assert number(re.search(r"\((\S+)\)", row[4])[1]) == number(minimizers[name])


def test_gradients_are_those_measured():
    shown, measured = table("loss | slope"), printed("gradient-table")
    assert shown.keys() == measured.keys() - {"0-1"}
    for name, row in shown.items():
        at = dict(zip(("-10", "-3", "-0.1", "0.1", "3", "10"), map(number, measured[name]), strict=True))
        assert [number(text) for text in row[1:]] == [at[e] for e in ("-10", "-0.1", "0.1", "10")]


def test_penalties_are_those_measured():
    for strength, row in table("λ |").items():
        training, test, errors = re.search(
            rf"^penalty {re.escape(strength)} +cross-entropy (\S+) training, (\S+) test; test errors (\d+)",
            CELLS["penalty-range"],
            re.M,
        ).groups()
        assert row == [training, test, errors]


def test_units_are_those_measured():
    shown = {
        name: [number(value.replace(" ", "")) for value in row] for name, row in table("200 steps").items()
    }
    found = {}
    for unit, loss, first, r2 in re.findall(
        r"^(\w+) +(\w+) +first gradient (\S+), R² after 200 steps (\S+)$", CELLS["units"], re.M
    ):
        found[unit, loss] = float(first), float(r2)
    adam = [float(r2) for r2 in re.findall(r"MSE with Adam, R² after 200 steps (\S+)", CELLS["units"])]
    for part, name in enumerate(("size of the first gradient", "$R^2$")):
        for loss in ("mse", "mae"):
            assert shown[f"{loss.upper()}, η = 0.1: {name}"] == [
                found[unit, loss][part] for unit in ("thousands", "dollars")
            ]
    assert shown["Huber, δ = 1, η = 0.1: $R^2$"] == [found[u, "huber"][1] for u in ("thousands", "dollars")]
    assert shown["MSE with Adam, η = 0.5: $R^2$"] == adam


def test_noise_models_are_those_measured():
    shown, measured = table("loss | noise model"), printed("classification-normalizers")
    for name, row in {
        "hinge": "hinge",
        "squared hinge": "squared hinge",
        "Brier": "Brier of a sigmoid",
    }.items():
        at_0, at_1 = re.search(r"(\S+) at score 0, (\S+) at score 1", shown[name][1]).groups()
        assert [at_0, at_1] == [f"{float(v):.3f}" for v in measured[row][:2]]
    assert shown["Huber, δ = 1"][1] == "2.924" and "2.9243   closed form: 2.9243" in CELLS["noise-models"]


SAID = [  # on the page, cell, what it prints
    ("Four errors fewer, and nearly twice the", "two-models", r"A +87\.0 .* 1309\.0\nB +91\.0 .* 673\.0\n"),
    ("$n$ times the step, here far beyond $2/L$", "smoothness", r"2/L = 0\.248\n"),  # and 442 × 0.05 is 22
    ("the MSE reaches 2860", "smoothness", r"0\.99 \* 2/L: MSE after 500 steps 2\.86e\+03"),
    ("is 2.75 everywhere from 2 to 5", "mae-flat-minimum", r"2\.0 2\.75\n.*\n.*\n5\.0 2\.75\n5\.1 2\.8\n"),
    ("the loss is 0.2, 2·10⁻⁵, 2·10⁻⁴⁴", "separable-no-minimizer", r"2\.0e-01\n.* 2\.3e-05\n.* 1\.9e-44\n"),
    ("reaches $w = 8.5$ after 10 000 steps", "separable-no-minimizer", r"step 10000  w = 8\.52"),
    ("(40.9, 0), (0, 40.9) and (−1000, 1040.9)", "collinear", r"\[40\.9  0\. \].*\n.*\n.*1040\.9\]  MSE 50"),
    ("after 20 steps $w = 38$", "step-size", r"eta 1\.1  w after 20 steps: 38\.3"),
    ("s5 20.0 against 18.0 and 16.6", "weight-decay-adam", r"bmi .* 18\.0 +20\.0\n[^$]*s5 .* 16\.6 +20"),
    ("reports 0.63 there instead of 0.80", "estimands", r"focal, γ = 2: as a probability 0\.63"),
    ("The first is −0.000091, the second −0.99995", "dead-gradient", r"-10\.0 .*-0\.99995 .*-0\.000091"),
    ("the validation digits choose as well", "penalty-range", r"on the validation digits: penalty 0\.0001"),
    ("by {glue:text}`../notebooks/foundations.ipynb::penalty-gain`, digit by digit) and not the errors",
     "penalty-range", r"lower by 0\.026 ± 0\.009, errors \+3 ± 4"),
    ("the notebook tries 401 of them", "any-scale",
     r"cross-entropy +smallest spread 0\.00\n.* 0\.36\n.* 0\.09\n.* 0\.03\n.* 0\.03\n"),
    ("they agree to 1e-9", "weight-decay-sgd", r"less than 1e-9: True\n.*: True"),
    ("turns near step 1000", "train-and-validation", r"lowest validation loss 0\.223 at step 1000"),
    ("| 0 | 0.99 | 0.99 |\n| 0.1 | 0.99 | 0.989 |\n| 1 | 0.99 | 0.98 |", "weight-decay-one-step",
     r"1\.0: Adam \+ L2 .*\[0\.99 0\.99\]\n.*1\.0: AdamW .*\[0\.98 0\.98\]"),
    ("with λ = 0.1 on the bias as well", "penalized-bias", r"penalty 0\.1: mean prediction 152\.1 with a"),
    ("instead of 2871", "last-batch", r"batches of 63, the last of 1: mean of means 2528, true mean 2871"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "cell", "output"), SAID, ids=[words[:30] for words, _, _ in SAID])
def test_what_the_page_says_is_what_the_notebook_prints(words, cell, output):
    assert words in PAGE
    assert re.search(output, CELLS[cell])


def test_loss_risk_objective_are_different_numbers():
    pred, target, w = np.array([3.0, 1.0]), np.zeros(2), 2.0
    loss, risk = mse(pred, target, reduction="none")[0], mse(pred, target)
    assert (loss, risk, risk + 0.05 * w**2) == (9, 5, 5.2)


def test_a_confident_right_answer_keeps_its_digits():
    """What logaddexp(0, z) − y z loses: at w = 100 two examples pay exp(−100), one on each side."""
    z, y = 100 * np.array([-2.0, -1.0, 1.0, 3.0]), np.array([0.0, 0.0, 1.0, 1.0])
    with mpmath.workdps(120):
        exact = mpmath.fsum(mpmath.log1p(mpmath.exp((1 - 2 * b) * a)) for a, b in zip(z, y, strict=True)) / 4
        assert bce_with_logits(z, y) == pytest.approx(float(exact), rel=1e-14)
    assert float(exact) == pytest.approx(1.86e-44, rel=1e-3)
    assert np.mean(np.logaddexp(0, z) - y * z) < 0.51 * float(exact)


def test_a_loss_with_a_term_left_out_still_has_a_noise_model():
    """PyTorch's Poisson loss leaves out log y!: the divisor is constant with the factor 1/y!, not without."""
    counts = torch.arange(60, dtype=torch.float64)
    plain, factored = [], []
    for rate in (0.2, 0.5, 0.8):
        loss = torch.nn.functional.poisson_nll_loss(
            torch.full_like(counts, rate), counts, log_input=False, eps=0, reduction="none"
        )
        plain.append(torch.exp(-loss).sum().item())
        factored.append(torch.exp(-loss - torch.lgamma(counts + 1)).sum().item())
    assert plain == pytest.approx([1.02, 1.21, 2.25], abs=5e-3)
    assert factored == pytest.approx([1, 1, 1])


def test_the_cosine_of_a_random_step():
    for dimensions in (31, 1000, 10_000):
        steps = np.random.default_rng(0).normal(size=(2000, dimensions))
        cosine = steps[:, 0] / np.linalg.norm(steps, axis=1)
        assert np.sqrt(np.mean(cosine**2)) == pytest.approx(1 / math.sqrt(dimensions), rel=0.05)


def test_the_solution_on_the_page_passes_the_checks():
    """All code of the solutions: for whole numbers and matrices, too."""
    names = {"np": np}
    for code in re.findall(r"~~~python\n(.*?)~~~", PAGE, re.S):
        exec(code, names)
    solutions = {name.removeprefix("my_"): f for name, f in names.items() if name.startswith("my_")}
    assert solutions.keys() == {"mse", "mse_gradient", "finite_difference", "combine_means", "l2_step"}
    for name, function in solutions.items():
        assert check(name, function)


def test_huber_and_log_cosh_need_not_lie_between_median_and_mean():
    numbers = re.search(
        r"the targets ([−\d, ]+) have the median 0 .* constant is (\S+) and that of log-cosh (\d\.\d+)", PAGE
    )
    targets = np.array([number(x) for x in numbers[1].split(",")])
    assert np.median(targets) == targets.mean() == 0
    for loss, shown in ((huber, numbers[2]), (log_cosh, numbers[3])):
        best = brentq(lambda c, loss=loss: loss.grad(np.full(5, c), targets).sum(), -3, 2)
        assert f"{best:.2f}" == shown


def test_adamw_is_on_its_way_to_the_box():
    """After 6000 steps "still on their way" to weights of at most 20; after 54,000 they are there."""
    x, y = load_diabetes(return_X_y=True)
    x, y = (x - x.mean(axis=0)) / x.std(axis=0), y - y.mean()
    box = lsq_linear(x, y, bounds=(-20, 20)).x
    curvature, pull, decay = 2 * x.T @ x / 442, 2 * x.T @ y / 442, 0.05
    away = []
    for steps in (6000, 54_000):
        w, m, v = np.zeros(10), np.zeros(10), np.zeros(10)
        for k in range(steps):
            eta, g = 0.3 * (1 - k / steps) ** 2, curvature @ w - pull
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            size = np.sqrt(v / (1 - 0.999 ** (k + 1))) + 1e-8
            w = (1 - eta * decay) * w - eta * m / (1 - 0.9 ** (k + 1)) / size
        away.append(abs(w - box).max())
    assert away[0] > 5 and away[1] < 0.1


def test_decay_moves_a_weight_without_gradient():
    w = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.AdamW([w], lr=0.01, weight_decay=0.1)
    w.grad = torch.zeros_like(w)
    optimizer.step()
    assert w.item() == pytest.approx(0.999, abs=1e-15)


def test_problems():
    pred, target = np.array([1.0, 0.9, 1.1]), np.array([2.0, 1.0, 0.0])
    assert mse(pred, target) == pytest.approx(0.74) and mae(pred, target) == pytest.approx(0.7333, abs=1e-4)
    means, sizes = np.array([1.0, 1.2, 4.0]), np.array([200, 200, 42])
    assert means @ sizes == pytest.approx(608) and 608 / 442 == pytest.approx(1.376, abs=5e-4)
    assert means.mean() == pytest.approx(2.067, abs=5e-4)
    assert 1 / (2 * math.e) == pytest.approx(0.184, abs=5e-4)
    assert 0.99995 / 0.000091 == pytest.approx(11_000, rel=0.01)
    assert math.factorial(5) * 2**5 == 3840


# --- What is worked out by hand in sight --------------------------------------------------------------------

BUS = np.array([2.0, 3.0, 7.0])


def test_the_bus():
    said = [
        (r"The \*\*error\*\* is prediction minus target: 3, 2 and −2", 5 - BUS, [3, 2, -2]),
        (r"the three squares, 17/3,", [mse(np.full(3, 5.0), BUS)], [17 / 3]),
        (r"The lowest point is at 4, the mean of the targets", [BUS.mean()], [4]),
        (r"never falls below 4\.67", [round(mse(np.full(3, 4.0), BUS), 2)], [4.67]),
        (r"In seconds, the same 4\.67 is 16 800", [mse(np.full(3, 240.0), 60 * BUS)], [16_800]),
        (r"error is 60 times larger, and the MSE 3600 times", [60**2], [3600]),
        (r"At 4 the pulls 4, 2 and −6 cancel", mse.grad(np.full(3, 4.0), BUS, reduction="sum"), [4, 2, -6]),
        (r"straight beyond, pulls with at most 1 here", huber.grad(np.array([4.0]), np.zeros(1)), [1]),
        (r"With \$\\eta = 0\.1\$ and \$\\lambda = 0\.05\$ the factor is 0\.99", [1 - 2 * 0.1 * 0.05], [0.99]),
        (r"With \$\\eta = 0\.25\$ the factor is 0\.5", [1 - 0.25 * 2], [0.5]),
        (r"With \$\\eta = 1\.1\$ it is −1\.2", [1 - 1.1 * 2], [-1.2]),
        (r"mean loss 2, a batch of 1 has 6\. The mean of the two means is 4", [np.mean([2, 6])], [4]),
        (r"\(3 \\cdot 2 \+ 1 \\cdot 6\)/4 = 3", [np.average([2, 6], weights=[3, 1])], [3]),
    ]
    for words, found, shown in said:
        assert re.search(words, PAGE), words
        assert np.asarray(found) == pytest.approx(shown)


def test_steps_by_hand():
    place = 0.0
    for theta, (errors, pulls, mean, step) in table(r"$\theta$ | errors").items():
        e, slopes = ([number(x) for x in cell.split(", ")] for cell in (errors, pulls))
        assert float(theta) == place and e == list(place - BUS)
        assert slopes == list(mse.grad(np.full(3, place), BUS, reduction="sum"))
        assert number(mean) == np.mean(slopes) and number(step) == -0.25 * np.mean(slopes)
        place += number(step)
    (went,) = re.findall(r"the distance to the bottom went from 4 to 2, to 1, to (0\.5)\.", PAGE)
    assert 4 - place == float(went)


def test_three_flips():
    half, best = re.search(r"= (0\.125)\$, with .* = (0\.148)\$", PAGE).groups()
    assert float(half) == 0.5**3 and float(best) == pytest.approx((2 / 3) ** 2 / 3, abs=5e-4)
    p = np.linspace(0.01, 0.99, 99)
    assert p[np.argmax(p**2 * (1 - p))] == pytest.approx(2 / 3, abs=0.01)


def test_prices_of_probabilities():
    costs = re.search(r"It is 0 for \$p = 1\$, (\S+) for \$p = \\frac12\$, (\S+) for \$p = 0\.001\$", PAGE)
    assert [f"{-math.log(0.5):.2f}", f"{-math.log(0.001):.1f}"] == list(costs.groups())
    low, high = re.search(
        r"have the mean loss (\S+), and one is missed\. .* it is (\S+), and none is", PAGE
    ).groups()
    for shown, p, missed in ((low, [0.99, 0.99, 0.45], 1), (high, [0.6, 0.6, 0.6], 0)):
        assert f"{-np.log(p).mean():.3f}" == shown and np.sum(np.array(p) < 0.5) == missed
