"""Numbers that the imbalance chapter types: arithmetic on its small examples, and what its drawings say."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from lossutils import bce_with_logits, dice, focal, jaccard, sigmoid

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "book"))
from drawings import imbalance as drawn  # noqa: E402
from drawings import measured  # noqa: E402

PAGE = (ROOT / "book/imbalance.md").read_text(encoding="utf-8")


def typed(pattern):
    """The numbers that the page types in the one place that looks like the pattern."""
    found = re.findall(pattern, PAGE)
    assert len(found) == 1, f"{len(found)} places like {pattern}"
    return [float(g.replace(",", "")) for g in (found[0] if isinstance(found[0], tuple) else found)]


def logit(p):
    return np.array([np.log(p / (1 - p))])


def pulls(p, positives, negatives):
    z = logit(p)
    up, down = (bce_with_logits.grad(z, np.full(1, y), reduction="sum")[0] for y in (1.0, 0.0))
    return negatives * down, positives * up


def test_the_table_of_a_thousand_posts():
    caught, missed = typed(r"\| 5 violations \| (\d+) caught \| (\d+) missed \|")
    alarms, left = typed(r"\| 995 fine posts \| (\d+) false alarms \| (\d+) \|")
    assert caught + missed == 5 and alarms + left == 995 and missed * 50 + alarms == 117 and 5 * 50 == 250
    assert typed(r"\{1000\}\$, ([\d.]+) %") == [round((caught + left) / 10, 1)] < [99.5]
    assert typed(r"a \*recall\* of (\d+) %") == [100 * caught / 5]
    flags, precision = typed(r"3 of its (\d+) flags are right, a \*precision\* of (\d+) %")
    assert flags == caught + alarms and precision == 100 * caught / flags


def test_the_pulls_of_a_hundred_card_holders():
    down, up = typed(r"the 97 pull with ([\d.]+) in all and the 3 with −([\d.]+)\.")
    assert pulls(0.5, 3, 97) == pytest.approx((down, -up))
    (both,) = typed(r"both are ([\d.]+) in size")
    assert pulls(0.03, 3, 97) == pytest.approx((both, -both))


def test_leaving_and_flagging_at_three_percent():
    leave, flag = typed(r"\\cdot 50 = ([\d.]+)\$ on average, flagging it \$0\.97 \\cdot 1 = ([\d.]+)\$")
    assert (leave, flag) == pytest.approx((0.03 * 50, 0.97)) and 0.03 > 1 / 51


def test_a_weight_of_nine_on_one_in_ten():
    assert sigmoid(logit(1 / 10) + np.log(9)) == pytest.approx(1 / 2)


def test_from_half_and_half_to_one_in_twenty():
    (said,) = typed(r"It says ([\d.]+), odds of 4")
    (probability,) = typed(r"the probability is ([\d.]+)\.\n\nIn general, let both")
    odds = said / (1 - said) / 19
    assert round(odds / (1 + odds), 2) == probability


def test_who_makes_the_loss_of_a_detector():
    easy, objects = typed(r"0\.010\$, together (\d+)\. The 100 objects, at \$p = 0\.1\$, cost (\d+)\.")
    one = np.ones(1)
    assert round(99_000 * float(bce_with_logits(logit(0.99), one))) == easy
    assert round(100 * float(bce_with_logits(logit(0.1), one))) == objects
    (kept,) = typed(r"a ten-thousandth of its loss, an object at 0\.1 keeps (\d+) %")
    ratio = [float(focal(logit(p), one) / bce_with_logits(logit(p), one)) for p in (0.99, 0.1, 0.9, 0.3)]
    assert ratio == pytest.approx([1e-4, kept / 100, 0.01, 0.49])
    (others,) = typed(r"those at 0\.6 keep (\d+) %")
    assert float(focal(logit(0.6), one) / bce_with_logits(logit(0.6), one)) == pytest.approx(others / 100)


def test_a_larger_pull_of_a_smaller_loss():
    (size,) = typed(r"0\.1 \\cdot 2\.303\) = ([\d.]+)\$")
    assert -float(focal.grad(logit(0.1), np.ones(1), gamma=1)[0]) == pytest.approx(size, abs=5e-4)


def test_dice_of_six_pixels():
    size, hits, marked = len(drawn.TRUTH), len(drawn.TRUTH & drawn.MARKED), len(drawn.MARKED)
    assert (size, hits, marked) == (6, 4, 6)
    mask = np.array([[1.0] * marked + [0.0] * (size - hits)])
    truth = np.array([[1.0] * hits + [0.0] * (marked - hits) + [1.0] * (size - hits)])
    (two,) = typed(r"\\frac\{2 \\cdot 4\}\{6 \+ 6\} = ([\d.]+)\$")
    (union,) = typed(r"\\frac48 = ([\d.]+)\$")
    assert round(1 - float(dice(mask, truth, smooth=0)), 2) == two
    assert 1 - float(jaccard(mask, truth, smooth=0)) == pytest.approx(union)
    (more,) = typed(r"\\frac\{2 \\cdot 4\.5\}\{7 \+ 6\} = ([\d.]+)\$")
    assert round(2 * 4.5 / 13, 2) == more > two


def test_always_the_same_of_ten_classes():
    accuracy, recall = typed(r'"Always class 0" has an accuracy of (\d+) % and .*? of (\d+) %')
    assert (accuracy, recall) == (
        measured("imbalance", "ten-always-accuracy"),
        measured("imbalance", "ten-always-recall"),
    )


def test_the_hills_say_what_the_notebook_measured():
    """The drawings compute what the notebook glued: the exact model at three lines."""
    for line, name in [(1 / 2, "half"), (1 / 51, "cost"), (0.005, "even")]:
        recall = drawn.NORMAL.cdf(drawn.SHIFT - drawn.score_at(line))
        assert round(100 * recall) == measured("imbalance", f"post-{name}-recall")
    assert drawn.score_at(0.005) == pytest.approx(1)
    times, score = typed(r"has to be (\d+) times as high as the left: only from a score of ([\d.]+) on")
    assert round(drawn.score_at(1 / 2), 2) == score
    assert np.exp(-((drawn.score_at(1 / 2) - drawn.SHIFT) ** 2) / 2 + drawn.score_at(1 / 2) ** 2 / 2) == (
        pytest.approx(times)
    )


def test_average_precision_is_that_of_the_four_trainings():
    """In the answer each data set has one number, `Caravan` two."""
    for data, many in [("default", 1), ("credit", 1), ("caravan", 2)]:
        assert len({measured("imbalance", f"{data}-{key}-ap") for key, _ in drawn.TRAININGS}) == many


def test_unweighted_has_the_lowest_log_loss():
    """And the others come near it once undone: within a twentieth."""
    for data in ("default", "credit", "caravan"):
        plain = measured("imbalance", f"{data}-unweighted-ll")
        for key in ("weighted", "focal", "resampled"):
            assert measured("imbalance", f"{data}-{key}-ll") > plain
            assert measured("imbalance", f"{data}-{key}-llu") < 1.05 * plain
