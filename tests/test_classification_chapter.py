"""Numbers that the classification chapter types: plain arithmetic, or words for numbers of its notebook."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import optimize

from lossutils import bce, bce_with_logits, cross_entropy, softmax

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "book/classification.md").read_text(encoding="utf-8")
KINDS = torch.float16, torch.bfloat16, torch.float32, torch.float64


def number(text):
    text = text.strip("$*.").replace("−", "-").replace(",", "")
    digits, power = re.fullmatch(r"(.*?)(?:\\cdot)?(?:10\^\{(.*)\})?", text).groups()
    return float(f"{digits or 1}e{power or 0}")


def typed(pattern):
    """The numbers that the page types in the one place that looks like the pattern."""
    found = re.findall(pattern, PAGE)
    assert len(found) == 1, f"{len(found)} places like {pattern}"
    return [number(g) for g in (found[0] if isinstance(found[0], tuple) else found)]


def row(start):
    """The numbers in the cells of the one table row that starts with the pattern."""
    (cells,) = re.findall(rf"(?m)^\| {start} \|(.*)\|$", PAGE)
    return [number(cell.strip()) for cell in cells.split("|")]


NOTEBOOK = json.loads((ROOT / "notebooks/classification.ipynb").read_text(encoding="utf-8"))
OUTPUTS = {cell["id"]: cell.get("outputs", []) for cell in NOTEBOOK["cells"]}


def printed(cell):
    return "".join("".join(output.get("text", "")) for output in OUTPUTS[cell])


def glued(key):
    """The number that the notebook hands to the page under this key."""
    named = [o for outputs in OUTPUTS.values() for o in outputs if "scrapbook" in o.get("metadata", {})]
    (output,) = [o for o in named if o["metadata"]["scrapbook"]["name"] == key]
    return float("".join(output["data"]["application/papermill.record/text/plain"]).strip("'%"))


def minimizer(loss):
    """The factor on the logits, 1/T, with the smallest loss."""
    return optimize.minimize_scalar(loss, bounds=(0.01, 10), method="bounded", options={"xatol": 1e-8}).x


def test_penalties():
    p = np.array(row("probability of the truth"))
    assert row(r"loss, \$-\\log p\$") == np.round(-np.log(p), 3).tolist()
    assert row(r"slope by \$p\$, \$-1/p\$") == np.round(-1 / p, 2).tolist()
    assert row(r"slope by \$z\$, \$p - 1\$") == np.round(p - 1, 3).tolist()
    assert round(np.log(0.01) / np.log(0.4)) == 5


def test_probabilities_in_each_type():
    one = [torch.tensor(1.0, dtype=kind) for kind in KINDS]
    assert row("spacing below 1") == [float(f"{torch.finfo(kind).eps / 2:.0e}") for kind in KINDS]
    below = [bool(x - torch.tensor(1e-7, dtype=x.dtype) < 1) for x in one]
    assert below == [False, False, True, True]
    assert row(r"\$10\^\{-8\}\$ is") == [
        float(f"{torch.tensor(1e-8, dtype=kind).item():.0e}") for kind in KINDS
    ]
    half = torch.tensor(1e-4, dtype=torch.float16)  # log(p + ε) is log p again
    assert torch.log(half + torch.tensor(1e-8, dtype=torch.float16)) == torch.log(half)
    assert typed(r"In float64 it happens above ([\d.]+)\.") == [round(np.log(np.finfo(float).max), 2)]
    assert torch.tensor([88.0, 89.0]).exp().isinf().tolist() == [False, True]
    low = torch.sigmoid(torch.tensor(-80.0)).item()
    assert typed(r"sigma\(-80\) = (2\\cdot10\^\{-35\})") == [float(f"{low:.0e}")]
    assert typed(r"the truth is \$(4.1\\cdot10\^\{-8\})") == [float(f"{np.log1p(np.exp(-17)):.1e}")]


def test_fading_gradient():
    """torch divides by at least 1e-12, so its gradient fades before p is 0."""
    slopes = []
    for z in typed(r"it is −1 at a logit of (\S+), and \S+ at (\S+)\.\)"):
        tensor = torch.tensor([z], requires_grad=True)
        F.binary_cross_entropy(torch.sigmoid(tensor), torch.ones(1)).backward()
        slopes.append(round(tensor.grad.item(), 4))
    assert slopes == [-1, *typed(r"it is −1 at a logit of \S+, and (\S+) at")]


def test_clipped_loss():
    for z in (16, 17, 30):
        tensor = torch.tensor(float(z), dtype=torch.float64, requires_grad=True)
        value = -torch.log(1 - torch.sigmoid(tensor).clamp(1e-7, 1 - 1e-7))
        value.backward()
        at = np.array([float(z)])
        ours = bce_with_logits(at, np.zeros(1)), bce_with_logits.grad(at, np.zeros(1))[0]
        assert row(z) == [round(float(x), 1) for x in (value.detach(), tensor.grad, *ours)]


def test_mistakes_that_run():
    p = torch.tensor([[0.7, 0.2, 0.1]])
    numbers = typed(r"0\.7 for the true class, .* costs ([\d.]+) instead of ([\d.]+) \|")
    assert numbers == [round(x.item(), 3) for x in (F.cross_entropy(p, torch.tensor([0])), -p[0, 0].log())]
    assert typed(r"the log forgotten \| (\S+) for the same row") == [-0.7]
    right, wrong = map(float, re.findall(r"(?:by hand|log forgotten): ([\d.-]+)", printed("kl-div")))
    assert typed(r"without it (\S+) instead of (\S+) in the") == [round(wrong, 3), round(right, 3)]
    assert typed(r"answers 0\.5 to ([\d.]+): .* Least loss ([\d.]+) for target 1, ([\d.]+) for") == [
        round(1 / (1 + np.exp(-1)), 3),
        *np.round(np.log1p(np.exp([-1, 0])), 3),
    ]
    high = torch.tensor([3.0])
    assert torch.isnan(-(1 * high.log() + 0 * (1 - high).log())) and -high.log() < 0


def test_pulls_of_the_squared_error():
    p = 1 / (1 + np.exp(10))
    assert typed(r"at a logit of −10 it is ([\d.]+) where") == [round(2 * (1 - p) ** 2 * p, 6)]
    K = 1000
    p, y = np.full(K, 1 / K), np.eye(K)[0]
    pull = (np.diag(p) - np.outer(p, p))[0] @ (2 * (p - y))
    assert pull == pytest.approx(-2 * (K - 1) / K**2)
    assert typed(r"for \$K = 1000\$ is (\d+) times less than cross-entropy") == [round((p - y)[0] / pull)]


def test_smoothing_table():
    for K, epsilon in [(4, 0.1), (10, 0.1), (1000, 0.1), (10, 0.01)]:
        high, low = 1 - epsilon + epsilon / K, epsilon / K
        floor = -high * np.log(high) - (K - 1) * low * np.log(low)
        assert row(rf"{K} \| {epsilon}") == [round(high, 4), round(np.log(high / low), 2), round(floor, 3)]


def test_numbers_of_the_noise_section():
    assert typed(r"\$q = 0\.7\$ pulls (\d+) times less") == [round(1000**0.7)]
    odds = (3 / 7) ** (1 / 0.3)
    assert typed(r"and \$q = 0\.7\$ it answers ([\d.]+)\.") == [round(odds / (1 + odds), 3)]
    slopes = dict(re.findall(r"(?m)^ *(5|20)\.0 +(\S+)", printed("distillation-gradient")))
    assert typed(r"from ([\d.]+) at \$T = 5\$ to ([\d.]+) at") == [
        round(float(slopes["5"]), 3),
        round(float(slopes["20"]), 4),
    ]


def test_words_for_numbers_of_the_notebook():
    assert glued("noise-share") == 40
    # Neither the first loss nor its distance from log K tells two softmaxes from one; the floor does.
    first = [abs(glued(f"{name}-start") - np.log(10)) for name in ("once", "twice")]
    assert first[1] < first[0]
    assert glued("once-loss") < np.log(1 + 9 / np.e) < glued("twice-loss")
    assert re.search(r"softmax twice .* 0\.0 to 0\.5, sums of rows 1\.0 to 1\.0", printed("softmax-twice"))
    assert re.search(r"lower in 8 of 8 nets, higher in 8 of 8 models", printed("smoothing-and-calibration"))
    assert typed(r"of which (\d+) % have two or more flags and (\d+) % none\)") == [
        round(float(x))
        for x in re.findall(r"([\d.]+)% have two or more, ([\d.]+)% none", printed("films-two-ways"))[0]
    ]
    assert glued("softmax-half-many") == glued("softmax-tuned-none") == 0
    assert glued("sigmoid-half-precision") > 0.7


def test_calibration_problem():
    cases, confidence = np.array(row("cases")), np.array(row("mean confidence"))
    share = np.array(row("share that was right"))
    assert cases.sum() * 0.01 * np.average(abs(confidence - share), weights=cases) == pytest.approx(0.13)
    assert typed(r"accuracy, \$([\d.]+) - ([\d.]+)\$") == [
        round(np.average(x, weights=cases), 2) for x in (confidence, share)
    ]
    logit = np.log(confidence / (1 - confidence))
    best = 1 / minimizer(
        lambda b: np.average(bce_with_logits(b * logit, share, reduction="none"), weights=cases)
    )
    assert typed(r"so \$T > 1\$ \(([\d.]+), if all cases") == [round(best, 2)]
    *p, T = typed(
        r"on the others: \(([\d.]+), ([\d.]+), ([\d.]+)\) where .*, and its best \$T\$ is ([\d.]+)\."
    )
    z, truth = np.log([p]), np.array([[0.5, 0.5, 0.0]])
    assert sum(p) == pytest.approx(1) and p[0] > truth[0, 0]  # overconfident
    assert round(1 / minimizer(lambda b: float(cross_entropy(b * z, truth))), 2) == T < 1
    hits = np.random.default_rng(0).binomial(cases.astype(int), confidence, size=(20_000, 4))
    error = (abs(hits - cases * confidence).sum(axis=1) / 100).mean()
    assert typed(r"with these confidences would have an ECE of about ([\d.]+) on") == [round(error, 2)]


def test_numbers_of_the_other_problems():
    assert typed(r"caps the loss at ([\d.]+)\. .* gaps above ([\d.]+):") == [
        round(-np.log(1e-12), 1),
        round(-np.log(np.finfo(float).eps / 2), 1),
    ]
    assert typed(r"for yes and ([\d.]+) for no, their mean ([\d.]+)") == [
        round(np.log(2), 3),
        round((np.log1p(np.exp(-1)) + np.log(2)) / 2, 3),
    ]
    p, y = torch.ones(100), (torch.arange(100) >= 3).float()
    assert typed(r"3 % of 100 is ([\d.]+)\.") == [F.binary_cross_entropy(p, y).item()]
    z = np.log(np.full((1, 1000), 0.001))
    assert softmax(z).max() == pytest.approx(0.001) and cross_entropy(z, np.array([0])) == pytest.approx(
        np.log(1000)
    )
    five = np.full(5, 0.2)  # all that a perfect softmax can give five labels
    assert not (five > 0.2).any() and (np.nextafter(five, 1) > 0.2).all()
    flags = np.append(np.ones(4), np.zeros(96))
    assert typed(r"the entropy of \(0\.04, 0\.96\), ([\d.]+),") == [
        round(float(bce(np.full(100, 0.04), flags)), 3)
    ]


def test_numbers_of_the_first_reading():
    assert typed(r"\$-\\log ([\d.]+) = ([\d.]+)\$, and") == [0.999, round(-np.log(0.999), 3)]
    assert typed(r"= ([\d.]+)\$, and the loss has a floor") == [round(np.e / (np.e + 9), 3)]
    assert typed(r"(\d)\.5 times at 0\.001") == [7] and round(np.log(0.001) / np.log(0.4), 1) == 7.5
    *powers, total = typed(r"takes the exponentials, ([\d.]+), ([\d.]+) and ([\d.]+), and .* sum, ([\d.]+)\.")
    assert powers == np.exp([2, 1, 0]).round(3).tolist() and total == round(np.exp([2, 1, 0]).sum(), 3)
    p = softmax(np.array([2.0, 1.0, 0.0])).round(3)
    assert typed(r"That gives ([\d.]+), ([\d.]+) and ([\d.]+):") == p.tolist()
    assert typed(r"\$-\\log 0\.665 = ([\d.]+)\$") == [
        round(float(cross_entropy(np.array([[2.0, 1.0, 0.0]]), np.array([0]))), 3)
    ]
    assert typed(r"pays \$\\log K\$, ([\d.]+) for ten") == [round(np.log(10), 3)]
    p = 1 / (1 + np.exp(2))
    assert typed(r"Then \$p = ([\d.]+)\$, and .* = p - 1 = (\S+)\$ is left") == [round(p, 2), round(p - 1, 2)]
    assert typed(r"the target 1 a logit of −20 costs (\d+), one of −40 costs (\d+)") == [
        round(float(bce_with_logits(np.array([z]), np.ones(1))), 6) for z in (-20.0, -40.0)
    ]
    assert typed(r"are \$\\frac\{p\}\{1-p\}\$, (\d) to 1 for \$p = 0\.8\$") == [round(0.8 / 0.2)]
    pulls = [2 * (1 - p) ** 2 * p for p in (0.34, 0.01)]
    numbers = typed(
        r"At 0\.34 it has the size ([\d.]+), at 0\.01 only ([\d.]+)\. Cross-entropy: ([\d.]+) and ([\d.]+)"
    )
    assert numbers == [round(x, 3) for x in (*pulls, 1 - 0.34, 1 - 0.01)]
    high, low, gap = typed(
        r"is ([\d.]+) and nine times ([\d.]+)\. .*\\log\\frac\{0\.91\}\{0\.01\} = ([\d.]+)\$:"
    )
    assert (high, low, gap) == (0.91, 0.01, round(np.log(91), 2)) and high + 9 * low == pytest.approx(1)
    assert typed(r"0\.2 \\cdot 0\.15 \+ 0\.8 \\cdot 0\.05 = ([\d.]+)\$") == [
        round(0.2 * 0.15 + 0.8 * 0.05, 2)
    ]
    assert 0.8 - 13 / 20 == pytest.approx(0.15) and 20 / (20 + 80) == 0.2
    assert typed(r"0\.65 \\cdot 0\.35/20\} = ([\d.]+)\$") == [round(np.sqrt(0.65 * 0.35 / 20), 2)]
    assert typed(r"says one half pays ([\d.]+)\.\n\n") == [round(np.log(2), 3)]
    assert "About half of the films have exactly one" in PAGE and 45 < glued("one-share") < 55


def test_networks_become_sure_and_not_right():
    sure, right = ([glued(f"over-{n}-{what}") for n in (20, 100, 400)] for what in ("conf", "acc"))
    assert sure == sorted(sure) and right == sorted(right, reverse=True)
    assert glued("noisy-ce-last") < glued("noisy-gce-last") < glued("noisy-gce-best")
