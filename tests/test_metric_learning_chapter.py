"""Numbers and statements of the metric learning chapter that do not come from its notebook."""

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lossutils import (
    batch_hard_triplet,
    contrastive,
    cosine_embedding,
    cross_entropy,
    info_nce,
    mine_triplets,
    nt_xent,
    triplet,
)
from lossutils.practice.metric_learning import effective_dimension

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "book"))
from drawings import measured  # noqa: E402

PAGE = (ROOT / "book/metric_learning.md").read_text(encoding="utf-8")
NOTEBOOK = json.loads((ROOT / "notebooks/metric_learning.ipynb").read_text(encoding="utf-8"))


def printed(cell):
    (found,) = [c for c in NOTEBOOK["cells"] if c["id"] == cell]
    return "".join("".join(output.get("text", "")) for output in found["outputs"])


def rows(start):
    """The cells of the table rows whose first cell is `start`, as text."""
    return [
        [cell.strip() for cell in found.split("|")]
        for found in re.findall(rf"(?m)^\| {re.escape(start)} \|(.*)\|$", PAGE)
    ]


def along(*numbers):
    """Points on a line, one a row."""
    return np.array(numbers)[:, None]


def test_pairs_rest_at_one_minus_pi_margins():
    d = np.linspace(0, 2, 2001)
    for pi in (0.1, 0.3, 0.9):
        for margin in (0.5, 1.5):
            both = [
                contrastive(0 * d[:, None], d[:, None], np.full(2001, y), margin=margin, reduction="none")
                for y in (1, 0)
            ]
            risk = pi * both[0] + (1 - pi) * both[1]
            assert abs(d[risk.argmin()] - (1 - pi) * margin) < 1.1e-3


def test_a_pair_and_a_triplet_on_a_napkin():
    here, there = along(0.0), along(0.6)
    costs = {same: contrastive(here, there, np.array([same])) for same in (1, 0)}
    slopes = [contrastive.grad(here, there, np.array([same]))[1].item() for same in (1, 0)]
    assert costs == pytest.approx({1: 0.36, 0: 0.16}) and slopes == pytest.approx([1.2, -0.8])
    assert "costs $0.6^2 = 0.36$" in PAGE and "costs $0.4^2 = 0.16$" in PAGE and "1.2 or −0.8" in PAGE
    assert contrastive.grad(there, here, np.array([1]))[0].item() == pytest.approx(1.2)
    assert "For the points 0.6 and 0 on a line and one class, the first gets the gradient 1.2" in PAGE

    points = np.zeros((1, 2)), np.array([[0.6, 0.8]]), np.array([[-1.2, 0.0]])
    assert triplet(*points, margin=0.5) == pytest.approx(0.3)
    assert "positive at $(0.6, 0.8)$ have the distance 1" in PAGE and "The missing 0.3 is its loss" in PAGE
    hard = [triplet(along(0.0), along(a), along(-0.5 * a), margin=0.5) for a in (1.0, 0.5, 0.0)]
    assert hard == pytest.approx([1, 0.75, 0.5])
    assert "costs 1. Halve everything, and it costs 0.75. At one point it costs 0.5" in PAGE


def test_a_row_of_the_table_on_a_napkin():
    scores = np.array([[2.0, 1, 0, -1]])
    slopes = cross_entropy.grad(scores, np.array([0]))[0]
    assert [f"{x:.2f}" for x in slopes] == ["-0.36", "0.24", "0.09", "0.03"]
    assert f"{1 + slopes[0]:.2f}" == "0.64" and f"{cross_entropy(scores, np.array([0])):.2f}" == "0.44"
    assert "0.64, 0.24, 0.09, 0.03" in PAGE and "−0.36, 0.24, 0.09, 0.03" in PAGE and "0.64 = 0.44$" in PAGE


def test_a_cosine_and_its_distance():
    u, v = np.array([1.0, 0.0]), np.array([0.5, 0.75**0.5])
    assert u @ v == 0.5 and np.linalg.norm(u - v) == pytest.approx(1)
    assert "A cosine of 0.5 is a distance of 1" in PAGE


def test_what_is_best_in_the_figures():
    """Sentences about the temperatures and the classes that stand beside a figure and name no number."""
    recall = {
        key: measured("metric_learning", f"tau-{key}-recall") for key in "002 005 01 02 05 10 50".split()
    }
    assert max(recall, key=recall.get) == "02" and "The best is near 0.2" in PAGE
    kinds = "contrastive cosine triplet infonce".split()
    for task, most in (("digits", 0.03), ("oils", 0.03)):
        found = [measured("metric_learning", f"{task}-{kind}") for kind in kinds]
        assert max(found) - min(found) < most
    unseen = [measured("metric_learning", f"digits-unseen-{kind}") for kind in kinds]
    assert max(unseen) < measured("metric_learning", "digits-unseen-raw") - 0.2


def test_contrastive_has_a_scale_and_no_place():
    rng = np.random.default_rng(0)
    x1, x2 = rng.normal(size=(2, 6, 3)) / 3
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    same = np.array([1, 0, 1, 0, 0, 1])
    value = contrastive(x1, x2, same)
    assert np.isclose(contrastive(x1 @ turn + 5, x2 @ turn + 5, same), value)
    assert not np.isclose(contrastive(2 * x1, 2 * x2, same), value)


def test_the_regimes():
    positive, margin = 1.0, 0.5
    for negative, low, high in [
        (0.4, margin, np.inf),
        (1.0, margin, margin),
        (1.2, 0, margin),
        (1.5, 0, 0),
        (3.0, 0, 0),
    ]:
        value = triplet(along(0.0), along(positive), along(-negative), margin=margin)
        assert low <= value <= high
    assert 0 < triplet(along(0.0), along(1.0), along(-1.2), margin=margin) < margin


@pytest.mark.parametrize("start", ["1", "10", "0.01"])
def test_length_of_the_gradient_of_a_triplet(start):
    """The table of the page, Euclidean by the library and squared by torch."""
    ((negative, euclidean, lengths, squared, others),) = [r for r in rows(start) if "," in r[2]]
    p, n = float(start), float(negative)
    points = [np.zeros((1, 2)), np.array([[p, 0.0]]), np.array([[0.0, n]])]
    assert triplet(*points, margin=0.2) == pytest.approx(float(euclidean), abs=1e-9)
    slopes = [np.linalg.norm(s) for s in triplet.grad(*points, margin=0.2)[1:]]
    assert slopes == pytest.approx([float(x) for x in lengths.split(",")])
    a, b, c = (torch.tensor(x, requires_grad=True) for x in points)
    loss = ((a - b) ** 2).sum() - ((a - c) ** 2).sum() + 0.2
    loss.backward()
    assert float(loss.detach()) == pytest.approx(float(squared), abs=1e-9)
    assert [float(x.grad.norm()) for x in (b, c)] == pytest.approx([float(x) for x in others.split(",")])


@pytest.mark.parametrize("angle", [0.1, 1.5, 3.0])
def test_what_normalizing_lets_through(angle):
    """Of a unit vector the part along the sphere, √(1 − d²/4), divided by the length before."""
    v = torch.tensor([3 * np.cos(angle), 3 * np.sin(angle)], requires_grad=True, dtype=torch.float64)
    d = torch.linalg.vector_norm(
        v / torch.linalg.vector_norm(v) - torch.tensor([1.0, 0.0], dtype=torch.float64)
    )
    d.backward()
    assert float(v.grad.norm()) == pytest.approx((1 - float(d.detach()) ** 2 / 4) ** 0.5 / 3)


def test_a_step_of_info_nce_goes_to_the_own_key_and_away_from_the_mean():
    rng = np.random.default_rng(0)
    key = rng.normal(size=(5, 4))
    key /= np.linalg.norm(key, axis=1, keepdims=True)
    q = torch.tensor(key[2] + 0.3, dtype=torch.float64, requires_grad=True)
    scores = torch.tensor(key) @ q / 0.2
    F.cross_entropy(scores[None], torch.tensor([2])).backward()
    p = torch.softmax(scores.detach(), 0).numpy()
    assert q.grad.numpy() == pytest.approx((p @ key - key[2]) / 0.2)


def test_shuffled_keys_start_above_log_n():
    """Equal cosines are log N exactly; cosines that differ by chance are more."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(256, 16)) + 1.0  # one common direction, like a fresh network
    other = rng.normal(size=(256, 16)) + 1.0
    assert info_nce(z, other, temperature=0.1) > np.log(256) + 0.5
    assert info_nce(np.ones((256, 16)), np.ones((256, 16)), temperature=0.1) == pytest.approx(np.log(256))


def test_slope_by_the_scale_is_the_loss_minus_the_margin():
    rng = np.random.default_rng(1)
    z, labels, h = rng.normal(size=(12, 3)), np.repeat(np.arange(4), 3), 1e-6
    for kind, sign in (("hard", 1), ("semi-hard", -1)):
        places = mine_triplets(z, labels, margin=1.0, kind=kind)
        value, up, down = (triplet(*(s * z[p] for p in places), margin=1.0) for s in (1, 1 + h, 1 - h))
        assert (up - down) / (2 * h) == pytest.approx(value - 1.0, abs=1e-5)
        assert sign * (value - 1.0) > 0


def test_values_at_one_point():
    """The table of the page, and what the trap box says of miners."""
    point, labels = np.ones((12, 4)) / 2, np.repeat(np.arange(4), 3)
    i, j = np.triu_indices(12, 1)
    same = (labels[i] == labels[j]) * 1
    assert contrastive(point[i], point[j], same, margin=0.7) == pytest.approx((1 - same.mean()) * 0.49)
    assert batch_hard_triplet(point, labels, margin=0.3) == pytest.approx(0.3)
    for temperature in (0.01, 0.5):
        assert info_nce(point, point, temperature=temperature) == pytest.approx(np.log(12))
        assert nt_xent(point, point, temperature=temperature) == pytest.approx(np.log(23))


def test_the_cosine_of_one_class_alone_collapses():
    """1 − c without pairs of two classes: one point is the best there is, of any length."""
    point, one = np.ones((5, 3)), np.ones(5, dtype=int)
    assert cosine_embedding(point, 7 * point, one) == pytest.approx(0)
    assert cosine_embedding(point, point, -one, margin=0.0) == pytest.approx(1)


def test_values_of_the_start_and_of_the_floor():
    assert (
        f"{np.log(64):.2f}" == "4.16" and f"{np.log(4096):.2f}" == "8.32" and f"{np.log(256):.3f}" == "5.545"
    )
    floor = [np.log1p(63 * np.exp(-64 / 63 / t)) for t in (0.5, 0.1)]
    assert f"{floor[0]:.2f}" == "2.23" and f"{floor[1]:.4f}" == "0.0024"
    assert "it is 2.23, more than half" in PAGE and "it is 0.0024" in PAGE
    assert floor[0] > np.log(64) / 2
    triangle = np.exp(2j * np.pi * np.arange(3) / 3)
    assert (triangle[0] * triangle[1:].conj()).real == pytest.approx([-0.5, -0.5])
    assert "the best three make a triangle, −0.5" in PAGE


@pytest.mark.parametrize("start", ["0.02", "0.05", "0.1", "0.5", "1"])
def test_shares_of_the_push(start):
    (numbers,) = [r for r in rows(start) if len(r) == 5 and "," not in r[2]]
    t, cosines = float(start), np.array([0.9, 0.7, 0.5, *[0.0] * 60])
    torch_scores = torch.tensor(np.append(0.8, cosines) / t, requires_grad=True)
    F.cross_entropy(torch_scores[None], torch.tensor([0])).backward()
    push = torch_scores.grad.numpy()[1:]
    share = push / push.sum()
    assert [f"{x:.3f}" for x in (*share[:3], share[3:].sum(), push.sum())] == numbers


def test_factors_of_the_temperature():
    assert f"{np.exp(0.2 / 0.05):.0f}" == "55" and f"{np.exp(0.2 / 0.5):.1f}" == "1.5"
    assert [f"{np.exp(0.4 / t):.{d}f}" for t, d in ((0.5, 1), (0.1, 0), (0.05, 0))] == ["2.2", "55", "2981"]
    assert f"{0.4 / np.log(3):.2f}" == "0.36"


def test_cold_and_hot_info_nce():
    """Cold: the hardest negative, without a margin. Hot: an even push."""
    rng = np.random.default_rng(0)
    query, key = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in rng.normal(size=(2, 6, 4)))
    c = query @ key.T
    cold = 1e-4 * info_nce(query, key, temperature=1e-4, reduction="none")
    assert cold == pytest.approx(c.max(axis=1) - np.diag(c), abs=1e-3)
    hot = 1e4 * (info_nce(query, key, temperature=1e4, reduction="none") - np.log(6))
    assert hot == pytest.approx(c.mean(axis=1) - np.diag(c), abs=1e-3)


def test_the_positive_is_in_the_sum():
    """Without it a loss can be negative; with it never."""
    query = torch.eye(3, dtype=torch.float64)
    scores = query @ query.T / 0.1
    without = torch.logsumexp(scores.masked_fill(torch.eye(3, dtype=torch.bool), -torch.inf), 1) - 10
    assert without.max() < 0 <= info_nce(query, query)
    assert info_nce(query, query) == pytest.approx(float(F.cross_entropy(scores, torch.arange(3))))


def test_conventions_of_torch():
    rng = np.random.default_rng(0)
    x1, x2, x3 = (torch.tensor(x) for x in rng.normal(size=(3, 5, 4)))
    target = torch.tensor([1.0, -1, 1, -1, -1])
    expected = F.cosine_embedding_loss(x1, x2, target, margin=0.1)
    assert float(cosine_embedding(x1, x2, target, margin=0.1)) == pytest.approx(float(expected))
    expected = F.triplet_margin_loss(x1, x2, x3, eps=0)
    assert float(triplet(x1, x2, x3)) == pytest.approx(float(expected))
    with pytest.raises(ValueError):
        contrastive(x1, x2, target)


def test_what_torch_adds_and_what_it_leaves_out():
    """The table of conventions: torch.nn's distance is not squared and has 1e-6 added."""
    loss = torch.nn.TripletMarginLoss()
    assert (loss.margin, loss.p, loss.eps) == (1.0, 2.0, 1e-6)
    points = [torch.tensor([[x]], dtype=torch.float64) for x in (0.0, 3.0, 1.0)]
    assert float(loss(*points)) == pytest.approx(3 - 1 + 1, abs=1e-5)
    label = torch.tensor([1.0, -1.0])
    a, b = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    each = torch.nn.CosineEmbeddingLoss(margin=0.25, reduction="none")(a, b, label)
    assert each.tolist() == pytest.approx([1.0, 0.75])


if find_spec("optax"):

    def test_optax_leaves_the_other_positives_out_of_the_sum():
        import optax

        z, labels = np.random.default_rng(0).normal(size=(6, 4)), np.array([0, 0, 0, 1, 1, 2])
        u = z / np.linalg.norm(z, axis=1, keepdims=True)
        s, same = u @ u.T / 0.5, labels[:, None] == labels
        pairs = [(i, j) for i in range(6) for j in range(6) if same[i, j] and i != j]
        each = [np.log(np.exp(s[i, j]) + np.exp(s[i][~same[i]]).sum()) - s[i, j] for i, j in pairs]
        assert float(optax.losses.ntxent(z, labels, 0.5)) == pytest.approx(np.mean(each), rel=1e-5)


if find_spec("pytorch_metric_learning"):

    def test_pytorch_metric_learning_normalizes_and_averages_what_is_above_0():
        from pytorch_metric_learning.losses import ContrastiveLoss

        z, labels = np.random.default_rng(0).normal(size=(6, 3)), np.array([0, 0, 0, 1, 1, 2])
        u = z / np.linalg.norm(z, axis=1, keepdims=True)
        d, same = np.linalg.norm(u[:, None] - u, axis=2), labels[:, None] == labels
        positive, negative = d[same & ~np.eye(6, dtype=bool)], np.maximum(0, 1 - d[~same])
        expected = sum(x[x > 0].mean() for x in (positive, negative))
        assert float(ContrastiveLoss()(torch.tensor(z), torch.tensor(labels))) == pytest.approx(expected)


def test_false_negatives():
    def at_least_one(n, k):
        return 1 - (1 - 1 / k) ** (n - 1)

    assert [f"{at_least_one(n, 1000):.0%}" for n in (64, 256, 4096)] == ["6%", "23%", "98%"]
    assert round(4095 / 1000) == 4
    assert f"{511 / 5000:.2f}" == "0.10" and at_least_one(3466, 5000) < 0.5 < at_least_one(3467, 5000)


def test_memory_of_a_batch():
    megabytes = [rows**2 * 4 / 1e6 for rows in (4096, 2 * 4096, 32768)]
    assert [f"{m:.0f}" for m in megabytes] == ["67", "268", "4295"]
    largest = int((24e9 / 16) ** 0.5 / 2)
    assert largest == 19364 and f"N = {largest}" in PAGE
    assert f"{4096 * 128 * 4 / 1e6:.0f}" == "2"


def test_mining_by_hand():
    x, labels = along(0.0, 1.0, 1.5, 3.0), np.array([0, 0, 1, 1])
    counts = [len(mine_triplets(x, labels, kind=kind)[0]) for kind in ("all", "hard", "semi-hard", "easy")]
    assert counts == [8, 3, 2, 3]
    assert batch_hard_triplet(x, labels, reduction="none").tolist() == [0.5, 1.5, 2.0, 0.5]


def test_forces_of_a_pair():
    x1, x2 = np.array([[0.0, 0.0]]), np.array([[0.3, 0.4]])
    for same, slope in ((1, [-0.6, -0.8]), (0, [0.6, 0.8])):
        assert contrastive(x1, x2, np.array([same])) == pytest.approx(0.25)
        assert contrastive.grad(x1, x2, np.array([same]))[0][0] == pytest.approx(slope)


def test_words_for_numbers_of_the_notebook():
    """What the page says of the runs without quoting a number."""
    out = printed("mining")
    collapsed = [float(x) for x in re.findall(r"largest spread of the ten ([\d.]+)", out)]
    assert len(collapsed) == 2 and max(collapsed) < 0.1  # "all ten seeds collapse"
    (kept,) = re.findall(r"smallest spread of the ten ([\d.]+)", out)
    assert float(kept) > 0.5  # semi-hard: none does
    found = dict(re.findall(r"(?m)^ +(0%|20%) +semi-hard +([\d.]+)", out))
    assert float(found["20%"]) > 0.9
    ends = re.findall(r"(?m)^ +20% +(?:hardest negative|batch-hard) +(?:[\d.]+ +){4}([\d.]+)", out)
    assert len(ends) == 2 and min(map(float, ends)) > 0.2  # "their mean loss ends above m"
    recalls = [float(x) for x in re.findall(r"run [A-D]: loss [\d.]+, recall@1 ([\d.]+)", printed("opening"))]
    losses = [float(x) for x in re.findall(r"run [A-D]: loss ([\d.]+)", printed("opening"))]
    assert np.argmax(losses) == np.argmax(recalls) == 3
    assert np.argmin(losses) == 1 and sorted(recalls)[-2] != recalls[1]


def test_unseen_digits_are_worse_than_raw_and_untrained():
    rows = dict(re.findall(r"(?m)^(digits|digits_unseen) +(features.*)$", printed("compare")))
    trained = {key: [float(x) for x in re.findall(r" ([\d.]+), ", row)] for key, row in rows.items()}
    assert len(trained["digits"]) == len(trained["digits_unseen"]) == 4
    line = rows["digits_unseen"]
    raw, untrained = (float(re.search(rf"{word} ([\d.]+)", line)[1]) for word in ("features", "untrained"))
    assert max(trained["digits_unseen"]) < untrained + 0.05 and untrained < raw - 0.1
    apart = max(trained["digits"]) - min(trained["digits"])
    assert f"the losses differed by {apart:.2f} on known digits" in PAGE
    leads = re.findall(r"− untrained, seed by seed: (.*)", printed("compare"))[1]
    leads = {kind: float(x.replace("−", "-")) for kind, x in re.findall(r"(\w+) ([+−][\d.]+) ±", leads)}
    assert max(leads, key=leads.get) == "InfoNCE" and min(leads, key=leads.get) == "contrastive"
    apart = re.findall(r"InfoNCE − contrastive, seed by seed: ([+−][\d.]+) ± ([\d.]+)", printed("compare"))[1]
    lead, error = (float(x.replace("−", "-")) for x in apart)
    assert lead == pytest.approx(leads["InfoNCE"] - leads["contrastive"], abs=2e-3) and lead > 5 * error


def test_which_direction_punishes_a_hub():
    """A query near to all keys costs nothing from query to key, and most keys do not find their query."""
    out = printed("hub")
    found = re.findall(r"key ([\d.]+), (\d) of 6 found; from key to query ([\d.]+), (\d) of 6", out)
    assert found == [("0.000", "6", "2.149", "1"), ("2.149", "1", "0.000", "6")]
    assert np.log1p(np.exp(0.05 / 0.02)) * 5 / 6 == pytest.approx(2.149, abs=5e-4)


def test_the_pictures_help_at_equal_steps_and_the_negatives_do_not():
    out = printed("batch-size").replace("−", "-")
    pair = r"(\S+) ± (\d\.\d+)"
    found = re.search(
        rf"as many pictures {pair}, as many steps {pair}\n.*"
        rf"64 - 16 pictures, 30 negatives {pair}; 126 - 30 negatives, 64 pictures {pair}",
        out,
    )
    pictures, steps, more_pictures, more_negatives = np.array(found.groups(), dtype=float).reshape(4, 2)
    assert abs(pictures[0]) < 2 * pictures[1] and steps[0] > 4 * steps[1]
    assert more_pictures[0] > 4 * more_pictures[1] and abs(more_negatives[0]) < 2 * more_negatives[1]
    assert steps[0] == pytest.approx(more_pictures[0] + more_negatives[0], abs=2e-3)  # the same runs


def effective_dimensions():
    """The three solutions of the collapsed embedding: of the page, of the notebook, of the checker."""
    (page,) = re.findall(r"(?s)```python\n(def my_effective_dimension.*?)```", PAGE)
    practice = json.loads((ROOT / "notebooks/metric_learning-practice.ipynb").read_text(encoding="utf-8"))
    (cell,) = [c for c in practice["cells"] if c["id"] == "solution-effective-dimension"]
    names = {"np": np, "check": lambda name, function: None}
    for code in (page, "".join(cell["source"])):
        exec(code, names)
    return (
        names["my_effective_dimension"],
        names["solution_effective_dimension"],
        effective_dimension.solution,
    )


@pytest.mark.parametrize("dimension", effective_dimensions(), ids=["page", "notebook", "checker"])
def test_a_point_is_no_line(dimension):
    """What a solution of the collapsed embedding does with copies and with a small flat cloud."""
    rng = np.random.default_rng(0)
    for dtype in (np.float64, np.float32):
        for rows in (1, 3, 10, 64, 300):
            for scale in (1e-6, 1.0, 1e6):
                point = np.tile((scale * rng.normal(size=5)).astype(dtype), (rows, 1))
                assert dimension(point) == 0
        line = np.array([[1.0, 1], [1.001, 1], [1.002, 1]], dtype=dtype)
        assert dimension(line) == pytest.approx(1)
        for rows in (10, 64, 300):  # rank 2 of 8, far from the origin for its size
            flat = rng.normal(size=(rows, 2)) @ rng.normal(size=(2, 8))
            flat = (1 + 1e-5 * flat).astype(dtype)
            centered = flat.astype(np.longdouble) - flat.astype(np.longdouble).mean(axis=0)
            scatter = centered.T @ centered
            exact = float(np.trace(scatter) ** 2 / np.sum(scatter**2))
            assert 1 < exact < 2.1 and dimension(flat) == pytest.approx(exact, rel=1e-6)
    assert dimension(np.array([[0, 0], [1, 1], [2, 2]])) == pytest.approx(1)  # whole numbers
