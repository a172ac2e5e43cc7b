"""The numbers that the chapter on ranking computes on a napkin."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from lossutils import lambdarank, listmle, ndcg, pairwise_hinge, ranknet, softmax

PAGE = " ".join((Path(__file__).parents[1] / "book/ranking.md").read_text("utf-8").split())
SECOND = 1 / np.log2(3)


def typed(sentence):
    """The numbers in brackets of a sentence of the page."""
    found = re.search(sentence, PAGE)
    assert found, f"the page no longer says: {sentence}"
    return [float(number.rstrip(".")) for number in found.groups()]


def test_two_orders_of_two_expected_gains():
    assert typed(r"= ([\d.]+)\$\. The other way round: .*? = ([\d.]+)\$") == pytest.approx(
        [3 + SECOND, 1 + 3 * SECOND], abs=5e-4
    )


def test_the_softmax_of_the_relevances():
    shares = typed(r"become ([\d.]+), ([\d.]+), ([\d.]+): so much of")
    assert shares == pytest.approx(softmax(np.array([2.0, 1.0, 0.0])).tolist(), abs=5e-4)


def test_what_an_exchange_is_worth():
    first, second = typed(r"3 \\cdot 0\.369 = ([\d.]+)\$.*? \$2 \\cdot 0\.131 = ([\d.]+)\$")
    order = np.array([[2.0, 1.0, 3.0]]), np.array([[2, 1, 0]])  # C A B
    best = 3 + SECOND
    for exchanged, typed_number in [([[3.0, 1.0, 2.0]], first), ([[1.0, 2.0, 3.0]], second)]:
        change = abs(ndcg(np.array(exchanged), order[1])[0] - ndcg(*order)[0]) * best
        assert typed_number == pytest.approx(change, abs=1e-3)


def test_the_order_of_three_equal_scores():
    assert "the probability $\\frac13 \\cdot \\frac12 \\cdot 1 = \\frac16$" in PAGE
    loss = listmle(np.zeros((1, 3)), np.array([[2, 1, 0]]), reduction="sum")
    assert np.exp(-loss) == pytest.approx(1 / 6)


def test_a_gap_of_four_tenths():
    (cost,) = typed(r"A gap of 0\.4 costs ([\d.]+); a lead of 3 costs nothing")
    pair = np.array([[1, 0]])
    assert cost == pytest.approx(float(pairwise_hinge(np.array([[0.4, 0.0]]), pair)))
    assert float(pairwise_hinge(np.array([[3.0, 0.0]]), pair)) == 0
    assert float(ranknet(np.array([[3.0, 0.0]]), pair)) > 0


def test_the_slope_of_the_hinge():
    (slope,) = typed(r"Its slope is −([\d.]+) up to there and, by convention, 0 from there on")
    gaps = np.array([[0.999, 0.0], [1.0, 0.0], [3.0, 0.0]])
    found = pairwise_hinge.grad(gaps, np.tile([1, 0], (3, 1)), reduction="sum")[:, 0]
    assert found.tolist() == [-slope, 0, 0]


def test_the_last_document_is_pulled_up_and_pushed_down():
    up, down = typed(r"RankNet pulls it up \(−([\d.]+)\); LambdaRank pushes it \*down\* \(([\d.]+)\)")
    scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
    assert ranknet.grad(scores, relevance)[0, 2] == pytest.approx(-up, abs=5e-4)
    assert lambdarank.grad(scores, relevance)[0, 2] == pytest.approx(down, abs=5e-4)


def around_a_rectangle(relevance, steps=2000):
    """The lambdas added up: the last score rises from -1 to 1, the first from 0 to 2, and both fall again."""
    between = [0.4] * (len(relevance) - 2)
    corners = np.array([[a, *between, b] for a, b in [(0, -1), (0, 1), (2, 1), (2, -1), (0, -1)]])
    middle = (np.arange(steps)[:, None] + 0.5) / steps
    total = 0.0
    for a, b in itertools.pairwise(corners):
        slopes = lambdarank.grad(a + middle * (b - a), np.tile(relevance, (steps, 1)), reduction="sum")
        total += float((slopes @ (b - a)).mean())
    return total


def test_two_documents_have_a_loss_and_three_have_none():
    assert "**From three documents on, the lambdas are not the gradient" in PAGE
    assert around_a_rectangle([1, 0]) == pytest.approx(0, abs=1e-6)
    for relevance in [[2, 1, 0], [1, 0, 0], [1, 1, 0]]:
        assert abs(around_a_rectangle(relevance)) > 0.01


def test_the_gradient_of_a_draw_is_that_of_a_softmax():
    assert "so its gradient is again $p - y$, now with $y = 1$ for $i$" in PAGE
    scores, relevance = np.array([0.4, 1.5, -0.7, 0.1]), np.array([2, 0, 1, 0])
    total = np.zeros(4)
    for i in range(4):
        rivals = np.flatnonzero((relevance < relevance[i]) | (np.arange(4) == i))
        total[rivals] += softmax(scores[rivals])
        total[i] -= 1
    assert listmle.grad(scores[None], relevance[None], reduction="sum")[0] == pytest.approx(total)
