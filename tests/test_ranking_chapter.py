"""The numbers that the chapter on ranking computes on a napkin."""

import re
from pathlib import Path

import numpy as np
import pytest

from lossutils import listmle, ndcg, pairwise_hinge, ranknet, softmax

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
