"""Numbers that the debugging chapter types: arithmetic, or words for numbers of its notebook."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from lossutils import bce_with_logits, cross_entropy, mae, mse, softmax

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "book"))
import drawings.debugging  # noqa: E402

PAGE = (ROOT / "book/debugging.md").read_text(encoding="utf-8")
NOTEBOOK = json.loads((ROOT / "notebooks/debugging.ipynb").read_text(encoding="utf-8"))
OUTPUTS = {cell["id"]: cell.get("outputs", []) for cell in NOTEBOOK["cells"]}


def typed(pattern):
    """The numbers that the page types in the one place that looks like the pattern."""
    found = re.findall(pattern, PAGE)
    assert len(found) == 1, f"{len(found)} places like {pattern}"
    groups = found[0] if isinstance(found[0], tuple) else found
    return [float(g.replace("−", "-").replace(",", "")) for g in groups]


def glued(key):
    """The text that the notebook hands to the page under this key."""
    named = [o for outputs in OUTPUTS.values() for o in outputs if "scrapbook" in o.get("metadata", {})]
    (output,) = [o for o in named if o["metadata"]["scrapbook"]["name"] == key]
    return "".join(output["data"]["application/papermill.record/text/plain"]).strip("'")


def number(key):
    return float(glued(key).replace("−", "-").replace(",", "").strip("%"))


def printed(cell):
    return "".join("".join(output.get("text", "")) for output in OUTPUTS[cell])


def test_the_price_of_the_clip():
    price = -np.log(1e-7)
    assert typed(r"10\^\{-7\} = ([\d.]+)\$ and 0") == [round(price, 3)]
    assert round(212 / 569 * price, 3) == number("nan-clip-loss")
    assert typed(r"(\d+) of the (\d+) tumors are malignant\. Multiply your first answer by (\d+)/(\d+)") == [
        *(212, 569, 212, 569)
    ]
    share = round(100 * 212 / 569, 1)
    assert share == number("nan-clip-dead") == pytest.approx(100 - number("nan-clip-accuracy"))
    # the reader who multiplies what is printed gets the number that is printed
    assert typed(r"\{212\}\{569\} \\cdot 16\.118 = ([\d.]+)\$ is the loss") == [number("nan-clip-loss")]
    assert round(212 / 569 * round(price, 3), 3) == number("nan-clip-loss")
    assert typed(r"loss is ([\d.]+) at the start and NaN after one step") == [round(np.log(2), 3)]


def test_the_clip_stops_the_pull():
    z = torch.tensor([-20.0], dtype=torch.float64, requires_grad=True)
    (-torch.log(torch.sigmoid(z).clamp(min=1e-7))).backward()
    assert z.grad.item() == 0 == number("clip-at-minus20")
    assert bce_with_logits.grad(np.array([-20.0]), np.ones(1))[0] == pytest.approx(-1)
    assert number("plus-at-minus20") == round(-1 / (1 + 1e-7 * np.exp(20)), 3)  # −σ(z)/(σ(z) + 1e-7)


def test_a_right_answer_is_rounded():
    sure = typed(r"as here: from \$z = (\d+)\$ on, \$1 \+ .exp\(-z\)\$ is rounded to 1")[0]
    one = 1 + np.exp(-np.array([sure - 1, sure], np.float32))
    assert one.dtype == np.float32 and (one == 1).tolist() == [False, True]
    assert number("nan-right") > 0 == number("nan-wrong") and number("nan-largest-logit") > sure  # "as here"
    z = torch.tensor([-200.0, sure - 1, sure], requires_grad=True)
    p = torch.sigmoid(z)
    assert p.tolist()[0] == 0 and (p == 1).tolist() == [False, False, True]
    (-torch.log(p[:1])).sum().backward()  # the factors are -infinity and 0
    assert torch.isnan(z.grad[0])


def test_words_for_the_ratings():
    start, who, what = number("rank-start"), number("rank-who-mse"), number("rank-what-mse")
    assert 1 / 7 < 1 - who / start < 1 / 5  # "by a sixth"
    gap, error = map(float, glued("rank-gap").split(" ± "))
    assert gap == pytest.approx(what - who, abs=0.0011) and 0 < gap < 2 * error  # "no higher", not "lower"
    assert number("rank-who-ndcg") == pytest.approx(number("rank-chance"), abs=0.01)
    assert number("rank-who-shuffled") == number("rank-who-ndcg")
    assert number("few-rises") == 8
    assert number("rank-what-shuffled") == pytest.approx(number("rank-chance"), abs=0.01)


def test_words_for_the_oscillations():
    assert number("osc-common") >= 90
    fewest, most = map(int, glued("osc-alike-102").split(" to "))  # of ten orders
    assert 0 < fewest <= most and glued("osc-alike-051") == "none"
    # paired: "raise the lowest R²"; nine or ten of ten draws have a p below 0.03
    assert min(number(f"osc-helps-{remedy}") for remedy in ("half", "huber", "clip")) >= 9
    assert typed(r"1\.02 times that the factor is (\S+):") == [round(1 - 1.02 * 2, 2)]
    assert number("osc-ratio") == pytest.approx(1.04, abs=0.001)
    assert min(number("osc-peak"), number("osc-peak-half")) > 9 * number("osc-peak-clean")
    # eight starts: what learns, what diverges, what stays
    lowest, highest = map(float, glued("scale-half-77").split(" to "))  # "half the step" of the table
    assert 0.1 < lowest < highest and glued("scale-sgd-77") == "nan"
    assert min(float(glued(f"scale-{run}").split(" to ")[0]) for run in ("sgd-1", "adam-1", "adam-77")) > 0.2
    assert number("scale-adam-7700") < 0.05


def test_words_for_the_customers():
    assert number("major-dead-loss") == number("major-entropy")
    assert number("major-dead-auc") == 0.5
    assert max(number(f"major-{run}-half") for run in ("dead", "zero", "odds")) <= 1
    assert number("major-weighted-auc") == number("major-zero-auc")
    assert 0.9 < number("major-alike") < 1  # "nearly the same ranking"
    # features of other rows: the training loss is below the entropy all the same, other customers tell
    low, high = map(float, glued("major-blind").split(" to "))
    assert max(0.5 - low, high - 0.5) < 2 * number("major-blind-error")
    assert number("major-zero-auc") > 0.5 + 5 * number("major-blind-error")
    assert max(map(float, glued("major-blind-loss").split(" to "))) < number("major-entropy")
    assert min(map(float, glued("major-blind-test").split(" to "))) > number("major-equal-test")
    assert number("major-zero-test") < number("major-equal-test")


def test_the_numbers_at_which_a_loss_stops():
    assert number("twice-floor") == round(np.log(1 + 9 / np.e), 3)
    assert typed(r"([\d.]+) for three classes\. \(b\)") == [round(np.log(1 + 2 / np.e), 3)]
    floor = np.log1p(np.exp([-1.0, 0.0]))  # a sure 1 comes as sigmoid(1), a sure 0 as sigmoid(0)
    assert typed(r"cost ([\d.]+) for the target 1 and ([\d.]+) for the target 0") == floor.round(3).tolist()
    z = np.zeros((1, 10))
    z[0, 3] = 10
    p = softmax(z)[0]
    jacobian = np.diag(p) - np.outer(p, p)
    assert number("twice-pull") == round(abs(jacobian @ (softmax(p) - np.eye(10)[0]))[0], 6)


def test_the_first_loss_does_not_detect_a_second_softmax():
    floor = np.log(1 + 9 / np.e)
    z = np.random.default_rng(0).normal(scale=np.logspace(-3, 3, 400)[:, None], size=(400, 10))
    twice = cross_entropy(softmax(z), np.arange(400) % 10, reduction="none")
    assert floor - 1e-12 < twice.min() and twice.max() < floor + 1 + 1e-12  # whatever the network says
    assert abs(number("a-softmax-twice-start") - np.log(10)) < abs(number("a-sound-start") - np.log(10))
    assert glued("q-softmax-twice-start") == glued("q-sound-start") == "✓"
    row = next(line for line in PAGE.splitlines() if line.startswith("| the first loss is not what chance"))
    assert "Not a second softmax: it starts at" in row and "probabilities taken" not in row
    row = next(line for line in PAGE.splitlines() if line.startswith("| it stops at a number with a name"))
    assert "numbers in [0, 1] that add up to 1" in row  # what the loss is given: the bug, and the healthy run
    given = {"bug": softmax(z), "healthy": z}
    named = {k: (a >= 0).all() and np.allclose(a.sum(axis=1), 1) for k, a in given.items()}
    assert named == {"bug": True, "healthy": False}


def test_words_for_the_embeddings():
    assert number("emb-farthest-loss") == 0 and number("emb-hardest-loss") == pytest.approx(1, abs=0.02)
    assert number("emb-one-point") >= 7 and number("emb-starts") == 8
    assert (
        4 <= number("emb-small-one-point") < number("emb-one-point")
    )  # "is no cure", and does not always fail
    assert number("emb-hardest-spread") < 0.2 < number("emb-first-spread") < number("emb-farthest-spread")
    # a stall is told from a run that is done by the recall, which is that of the start
    assert (
        abs(number("emb-farthest-recall") - number("emb-start"))
        <= 3
        < 20
        < number("emb-nearest-recall") - number("emb-start")
    )
    assert number("emb-nearest-loss") < 0.1 and number("emb-nearest-easy") > 85


@pytest.mark.parametrize("last", [0.0, 1.0])
def test_a_last_layer_that_starts_at_zero_hides_the_layers_before_it_once(last):
    draw = torch.Generator().manual_seed(0)
    first = torch.randn(4, 8, generator=draw).requires_grad_()
    second = (last * torch.randn(8, 3, generator=draw)).requires_grad_()
    x, y = torch.randn(16, 4, generator=draw), torch.arange(16) % 3
    silent = []
    for _ in range(2):
        first.grad = second.grad = None
        torch.nn.functional.cross_entropy(torch.relu(x @ first) @ second, y).backward()
        silent.append(bool((first.grad == 0).all()))
        with torch.no_grad():
            second -= 0.1 * second.grad
    assert silent == [last == 0, False]


def test_words_for_the_matrix():
    scripts = dict.fromkeys(re.findall(r"::q-([\w-]+?)-(?:shape|start|parameters|gradient|halves)`", PAGE))
    assert len(scripts) == 9
    questions = ["shape", "start", "parameters", "gradient", "halves", "overfit", "held-out"]
    finds = {q: {s for s in scripts if glued(f"q-{s}-{q}") == "✗"} for q in questions}
    assert not any("sound" in found for found in finds.values())
    assert set.union(*finds.values()) == set(scripts) - {"sound"}
    alone = {
        q
        for q in questions
        for s in finds[q]
        if not any(s in found for other, found in finds.items() if other != q)
    }
    assert alone == {"start", "overfit", "held-out"}
    assert "each of three (start, overfit, held out) finds a bug that no other finds" in PAGE
    assert finds["overfit"] >= {"softmax-twice"} and finds["held-out"] >= {"labels-in-another-order"}
    marks = {glued(f"q-{s}-{q}") for s in scripts for q in questions}
    assert marks == {"✓", "✗"} and "Every answer is that of all eight starts" in PAGE
    good = set(scripts) - {"sound"} - finds["held-out"]
    assert good == {"mean-over-NC", "softmax-twice", "weights-broadcast"}
    assert "three of the eight pass the last question" in PAGE
    assert number("a-softmax-twice-overfit") >= number("twice-floor")
    assert number("healthy-high") - np.log(10) > 0.3 and 0 < number("healthy-accused") < 8
    layers = {q for q in questions if "hidden-layer-detached" in finds[q]}
    assert layers == {"parameters", "gradient", "overfit", "held-out"}


def test_which_values_see_a_wrong_divergence():
    """For equal distributions, others, and a one-hot target with an even answer."""
    y, even, one_hot = np.array([0.7, 0.3]), np.array([0.5, 0.5]), np.array([1.0, 0.0])

    def kl(a, b):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.sum(np.where(a > 0, a * np.log(a / b), 0))

    def no_log(p, y):
        return np.sum(np.where(y > 0, y * (np.log(np.where(y > 0, y, 1)) - p), 0))

    assert (kl(y, y), kl(one_hot, even)) == (0, np.log(2)) and kl(y, even) > 0
    assert kl(y, y) == 0 < kl(even, y) and kl(even, one_hot) == np.inf  # swapped
    assert no_log(y, y) < 0 and no_log(even, one_hot) < 0
    table = printed("kl-arguments")
    assert re.search(r"F\.kl_div\(log y, p\) +0\.000 +[\d.]+ +inf", table)
    assert re.search(r"F\.kl_div\(log p, y\) +0\.000 +[\d.]+ +2\.303", table)


def test_words_for_the_lists():
    assert typed(r"64 users with up to ([\d,]+) ratings") == [
        float(re.findall(r"64 lists of \d+ to (\d+) ratings", printed("padding"))[0])
    ]


def test_half_precision():
    tiny = torch.finfo(torch.float16)
    assert f"{tiny.smallest_normal * tiny.eps:.0e}" == "6e-08"
    halves = np.array([2.0**-25, 1.01 * 2.0**-25]).astype(np.float16)
    assert halves[0] == 0 < halves[1]
    assert tiny.max == typed(r"a float16 ends at ([\d,]+)\)")[0] < 65536


def test_the_shown_reports_are_those_of_the_notebook():
    shown = re.findall(r"(?s)```text\n(.*?)\n```", PAGE)
    assert len(shown) == 2
    assert printed("broken-focal").startswith(shown[0]) and printed("repaired-focal").startswith(shown[1])
    assert number("focal-findings") == printed("broken-focal").count("\n  do  ")


def test_the_code_on_the_page_is_that_of_the_notebook():
    practice = json.loads((ROOT / "notebooks/debugging-practice.ipynb").read_text(encoding="utf-8"))
    cells = "\n".join("".join(cell["source"]) for cell in NOTEBOOK["cells"] + practice["cells"])
    for name in ("my_focal", "my_repaired_focal", *re.findall(r"def (repair(?:ed)?_\w+)", PAGE)):
        (code,) = re.findall(rf"(?s)```python\n(def {name}\(.*?)\n```", PAGE)
        lines = [re.sub(r"\s+#.*", "", line) for line in code.splitlines()]
        assert all(line.strip() in cells for line in lines[1:]), name


def test_numbers_of_the_problems():
    assert typed(r"from about \$z = (\d+)\$ on") == [37]
    assert 1 / (1 + np.exp(-np.array([36.0, 37.0]))) == pytest.approx([1, 1])
    assert (1 / (1 + np.exp(-np.array([36.0, 37.0]))) == 1).tolist() == [False, True]
    with np.errstate(over="ignore"):
        assert (1 / (1 + np.exp(np.array([709.0, 710.0]))) == 0).tolist() == [False, True]
    x = np.random.default_rng(0).normal(size=(50, 2))
    x, y = x - x.mean(axis=0), x @ [1, 2] - (x @ [1, 2]).mean()
    w = np.ones(2)
    for _ in range(300):
        w -= 0.2 * x.T @ (x @ w[:, None] - y).mean(axis=1) / 50
    assert np.allclose(w, 0) and ((x @ w[:, None] - y) ** 2).mean() == pytest.approx(y.var())
    assert typed(r"\(a\) (\d+) times as much\. \(b\)") == [25]
    angles = np.degrees(np.arctan2([30, 1], [0.5, 0.5]))
    assert (
        typed(r"From ([\d.]+)° to ([\d.]+)°: by ([\d.]+)°")
        == np.round([*angles, angles[0] - angles[1]], 1).tolist()
    )
    entropy = -(0.02 * np.log(0.02) + 0.98 * np.log(0.98))
    assert typed(r"with \$p = 0\.02\$ it is the entropy, ([\d.]+)\.") == [round(entropy, 3)]


def test_the_numbers_on_the_napkin():
    assert typed(r"target 1 and \$p = ([\d.]+)\$\. .*?= (-\d+)\$, that of .*?= ([\d.]+)\$\.") == [
        0.2,
        -5,
        0.16,
    ]
    assert typed(r"multiplies them: \$(-\d) \\cdot ([\d.]+) = (\S+)\$") == pytest.approx(
        [-1 / 0.2, 0.2 * 0.8, -0.8]
    )
    assert bce_with_logits.grad(np.log([0.2 / 0.8]), np.ones(1))[0] == pytest.approx(-0.8)
    first, second, square, level, mean, rest = typed(
        r"errors (\d) and (\d), with the mean square (\d)\. Of this, \$2\^2 = (\d)\$ is the level, "
        r"(\d) too high on average\. The rest, (\d),"
    )
    assert np.mean([first**2, second**2]) == square == level + rest
    assert np.mean([first, second]) == mean == level**0.5 and np.var([first, second]) == rest
    curvature, step, same, end = typed(
        r"With \$L = (\d)\$ and \$.eta = ([\d.]+)\$ a step .* at \$1 - ([\d.]+) = (\S+)\$"
    )
    assert step == same and end == pytest.approx(1 - step * curvature)
    near, far = 0.6**2 + 0.8**2, 1.2**2  # the triplet that is drawn
    assert typed(r"Above: (\d) − ([\d.]+) \+ 1 = ([\d.]+)\.") == pytest.approx([near, far, near - far + 1])
    numbers = np.array([1.0, 2, 3])
    assert typed(r"against their targets: ([\d.]+) instead of 0") == [
        round(mse(np.repeat(numbers, 3), np.tile(numbers, 3)), 2)
    ]
    share, floor = typed(
        r"no class has more than \$.{,40}\$, ([\d.]+), so the loss never falls below ([\d.]+)\."
    )
    assert [share, floor] == [round(np.e / (np.e + 2), 3), round(np.log(1 + 2 / np.e), 3)]
    assert softmax(softmax(np.array([[9.0, 0, 0]])))[0, 0] == pytest.approx(share, abs=0.001)


def test_the_lists_that_are_drawn():
    lists = drawings.debugging.LISTS
    filled, places = sum(lists), max(lists) * len(lists)
    assert typed(r"all (\d+) places instead of the (\d+) that are filled, the loss is ([\d.]+) of") == [
        *(places, filled, filled / places)
    ]
    few, many = sum(lists[:2]), sum(lists[2:])
    assert typed(r"counts (\d+)/(\d+) = (\d+) times as much") == [many, few, (1 / few) / (1 / many)]


def test_the_path_leads_to_each_bug():
    """Five of the questions, in the order of the picture: where does each script leave it?"""
    words = {question: accused for question, _, accused in drawings.debugging.PATH}
    left = {}
    for script, name in drawings.debugging.SCRIPTS.items():
        no = {question for question in drawings.debugging.QUESTIONS if glued(f"q-{script}-{question}") == "✗"}
        if no & {"shape", "start"}:
            left[name] = words["shape" if "shape" in no else "start"]
        elif "overfit" in no:
            left[name] = words["gradient"] if no & {"parameters", "gradient"} else drawings.debugging.STOPS
        else:
            left[name] = words["held-out"] if "held-out" in no else None
    said = {
        "sound": None,
        "softmax twice": "softmax twice",
        "mean over N·C": "mean over N·C",
        "weights broadcast": "weights",
        "hidden layer detached": "detached",
        "labels in another order": "labels",
        "start 30 × too large": "start too large",
        "no zero_grad": "no zero_grad",
        "pixels divided twice": "tiny inputs",
    }
    assert left.keys() == said.keys()
    assert all(left[name] is None if word is None else word in left[name] for name, word in said.items())


def test_the_six_curves_do_what_is_said_of_them():
    x, _ = drawings.debugging.sample()
    bound = 2 / np.linalg.eigvalsh(2 * x.T @ x / len(x)).max()
    sound, ended, floor = (
        drawings.debugging.falls(),
        drawings.debugging.plain_formula(),
        drawings.debugging.softmax_twice(),
    )
    assert (np.diff(sound) < 0).all()
    last = np.isfinite(ended).sum()
    assert 5 < last < 20 and (np.diff(ended[:last]) < 0).all() and np.isnan(ended[last:]).all()
    assert floor[0] == pytest.approx(np.log(10)) and np.log(1 + 9 / np.e) < floor[-1] < 1.5
    grown = drawings.debugging.descend(mse, 1.01 * bound)
    assert (np.diff(grown[10:]) > 0).all() and grown[-1] > 5 * grown[0]
    assert drawings.debugging.descend(mse, 0.99 * bound)[-1] < grown[0]
    spiked = drawings.debugging.descend(mse, 0.05, outliers=3, batch=32)
    assert (spiked[10:] > 2).sum() > 5 and np.median(spiked[10:]) < 0.5
    assert drawings.debugging.descend(mse, 0.05, batch=32)[10:].max() < 1
    band = drawings.debugging.descend(mae, 2.0)
    assert np.ptp(band[-20:]) > 0.05 and np.ptp(drawings.debugging.descend(mae, 0.5)[-20:]) < 0.01


def test_what_the_drawings_read_is_what_is_glued():
    assert drawings.debugging.span("osc-out") == [-0.54, 0.37] and glued("osc-out") == "−0.54 to 0.37"
