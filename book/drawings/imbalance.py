"""The drawings of *Imbalance*."""

from statistics import NormalDist

import numpy as np
from matplotlib.patches import Rectangle

from drawings import measured
from lossutils import bce_with_logits, focal, sigmoid
from lossutils.figures import COLORS, new_figure

NORMAL = NormalDist()
RATE, SHIFT = 0.005, 2.0  # violations, and how far their hill stands to the right
SCORES = np.linspace(-3.2, 5.4, 173)
BLUE, RED, GREEN, PURPLE, OCHRE, GRAY = COLORS
LEADER = {"arrowstyle": "-", "color": GRAY}


def score_at(p):
    """The score at which the exact probability of a violation is p."""
    return (np.log(p / (1 - p)) - np.log(RATE / (1 - RATE))) / SHIFT + SHIFT / 2


def _hills(lines):
    """Two hills, one above the other, each of area 1, with what lies on which side of the last line."""
    figure, hills = new_figure(2, 1, height=4.0, sharex=True)
    for axes, mean, color, name in [
        (hills[0], 0, BLUE, "fine posts, 995 of 1,000"),
        (hills[1], SHIFT, RED, "violations, 5 of 1,000"),
    ]:
        axes.plot(SCORES, np.exp(-((SCORES - mean) ** 2) / 2), color=color)
        axes.set(yticks=[], ylim=(0, 1.42), xlim=(-3.2, 5.4))
        axes.set_title(name, loc="left", fontsize=12)
        axes.spines["left"].set_visible(False)
        for line in lines:
            axes.axvline(line, color=GRAY, linestyle="--", linewidth=1.5)
    hills[1].set_xlabel("score x of a post")
    return figure, *hills


def _under(axes, mean, low, high, **look):
    x = np.linspace(low, high, 80)
    axes.fill_between(x, np.exp(-((x - mean) ** 2) / 2), linewidth=0, **look)


def two_hills():
    line = 1.0
    figure, top, bottom = _hills([line])
    _under(top, 0, line, 5.4, color=BLUE, alpha=0.45)
    _under(bottom, SHIFT, -3.2, line, facecolor="none", edgecolor=RED, hatch="////")
    _under(bottom, SHIFT, line, 5.4, color=RED, alpha=0.45)
    alarms, caught = 1 - NORMAL.cdf(line), NORMAL.cdf(SHIFT - line)
    top.annotate(
        f"false alarms: {alarms:.0%}\nof the fine posts", (1.4, 0.15), (2.0, 0.5), va="bottom",
        arrowprops=LEADER,
    )  # fmt: skip
    bottom.annotate(
        f"missed:\n{1 - caught:.0%}", (0.6, 0.2), (-0.9, 0.55), va="bottom", ha="center",
        arrowprops=LEADER,
    )  # fmt: skip
    bottom.text(2.2, 0.35, f"caught:\n{caught:.0%}", ha="center", va="center")
    top.text(line + 0.1, 1.4, "flagged →", va="top")
    alt = (
        "Two bell curves over the score of a post, that of the fine posts around 0, that of the violations "
        f"around {SHIFT:g}, and a line at {line:g}. To the right of the line lie {caught:.0%} of the "
        f"violations, which are caught, and {alarms:.0%} of the fine posts, false alarms. To its left "
        f"{1 - caught:.0%} of the violations are missed."
    )
    return figure, alt


def two_lines():
    half, costs = score_at(1 / 2), score_at(1 / 51)
    figure, top, bottom = _hills([costs, half])
    caught = [NORMAL.cdf(SHIFT - line) for line in (half, costs)]
    alarms = [1 - NORMAL.cdf(line) for line in (half, costs)]
    _under(top, 0, costs, 5.4, color=BLUE, alpha=0.45)
    _under(bottom, SHIFT, -3.2, costs, facecolor="none", edgecolor=RED, hatch="////")
    _under(bottom, SHIFT, costs, half, color=RED, alpha=0.25)
    _under(bottom, SHIFT, half, 5.4, color=RED, alpha=0.7)
    for line, name in [(costs, "p = 1/51"), (half, "p = 1/2")]:
        top.text(line + 0.08, 1.4, name, va="top")
    top.annotate(
        f"false alarms\n{alarms[1]:.1%}", (1.95, 0.08), (2.65, 0.3), va="bottom", ha="center",
        arrowprops=LEADER,
    )  # fmt: skip
    bottom.text(0.0, 0.95, f"missed by both\n{1 - caught[1]:.0%}", ha="center", va="center")
    bottom.text(2.4, 0.34, f"caught\nby 1/51\n{caught[1]:.0%}", ha="center", va="center")
    bottom.annotate(
        f"by 1/2\n{caught[0]:.0%}", (3.95, 0.08), (4.55, 0.4), va="bottom", ha="center",
        arrowprops=LEADER,
    )  # fmt: skip
    alt = (
        f"The same two bell curves with two lines. The one for a probability of one half stands at a score "
        f"of {half:.2f}, far right: {caught[0]:.0%} of the violations lie beyond it. The one for 1/51 stands "
        f"at {costs:.2f}: {caught[1]:.0%} of the violations and {alarms[1]:.1%} of the fine posts do so."
    )
    return figure, alt


def tug():
    z = np.linspace(-6, -2, 81)
    down = 97 * bce_with_logits.grad(z, np.zeros_like(z), reduction="sum")
    up = -3 * bce_with_logits.grad(z, np.ones_like(z), reduction="sum")
    best = np.log(3 / 97)
    figure, axes = new_figure(height=3.0)
    axes.plot(z, down, color=BLUE)
    axes.plot(z, up, "--", color=RED)
    axes.plot([best], [3 * 97 / 100], "o", color=GRAY)
    axes.text(-2.75, 6.9, "97 without\na default", color=BLUE, ha="right", va="center")
    axes.text(-4.6, 3.15, "3 with a default", color=RED, ha="center", va="bottom")
    axes.annotate(
        f"balance: p = 0.03,\nc = −{-best:.2f}", (best, 2.75), (-3.4, 1.0), va="center",
        arrowprops=LEADER,
    )  # fmt: skip
    axes.set(xlabel="logit c, the same for everyone", ylabel="pulls, added up", ylim=(0, 9))
    alt = (
        "The summed sizes of the pulls against the common logit. Those of the 97 customers without a default "
        "rise from nearly 0, those of the 3 with a default fall slowly from 3. They are equal, "
        f"{3 * 97 / 100:.2f} each, at a logit of {best:.2f}, where the probability is 0.03."
    )
    return figure, alt


def two_costs():
    p, miss = np.linspace(0, 0.06, 121), 50
    line = 1 / (1 + miss)
    figure, axes = new_figure(height=2.9)
    axes.plot(100 * p, miss * p, color=RED)
    axes.plot(100 * p, 1 - p, "--", color=BLUE)
    axes.axvline(100 * line, color=GRAY, linestyle=":", linewidth=1.5)
    axes.text(4.5, 2.55, "leave it: 50p", color=RED, ha="right")
    axes.text(5.9, 1.05, "flag it: 1 − p", color=BLUE, ha="right")
    axes.text(100 * line + 0.1, 0.1, "t = 1/51, about 2 %")
    axes.set(xlabel="probability p of a violation, in %", ylabel="expected cost", ylim=(0, 3.1), xlim=(0, 6))
    alt = (
        "Expected cost against the probability of a violation. Leaving the post costs 50 p and rises "
        f"steeply, flagging it costs 1 − p, almost 1 all along. They cross at {line:.4f}, 1 in 51."
    )
    return figure, alt


def weight_shift():
    weight, before = 9.0, np.array([0.01, 0.1, 0.5])
    z = np.log(before / (1 - before))
    after = sigmoid(z + np.log(weight))
    figure, axes = new_figure(height=2.7)
    axes.axvline(0, color=GRAY, linestyle="--", linewidth=1.5)
    axes.text(0.1, 1.55, "p = 1/2", va="center")
    for row, place, p, color, marker in [(1, z, before, BLUE, "o"), (0, z + np.log(weight), after, RED, "s")]:
        axes.plot(place, np.full(3, row), marker, color=color, markersize=8)
        for x, one in zip(place, p, strict=True):
            above = row == 1
            axes.text(
                x - 0.12, row + (0.14 if above else -0.14), f"{one:.2g}", ha="right",
                va="bottom" if above else "top",
            )  # fmt: skip
    for x in z:
        axes.annotate("", (x + np.log(weight), 0.1), (x, 0.9), arrowprops={"arrowstyle": "->", "color": GRAY})
    axes.set(yticks=[1, 0], yticklabels=["weight 1", "weight 9"], ylim=(-0.6, 1.8), xlim=(-5.9, 3.2))
    axes.set_xlabel("logit; beside each point its probability")
    axes.grid(axis="y", visible=False)
    pairs = ", ".join(f"{b:g} becomes {a:.2g}" for b, a in zip(before, after, strict=True))
    alt = (
        f"Three points on the axis of logits. With weight 9 each moves right by log 9, "
        f"{np.log(weight):.2f}: {pairs}."
    )
    return figure, alt


def focal_factor():
    p = np.linspace(0.001, 0.999, 200)
    z, one = np.log(p / (1 - p)), np.ones_like(p)
    figure, axes = new_figure(height=3.1)
    for gamma, color, dash, at, side in [
        (0, GRAY, ":", (0.8, 1.03), "bottom"),
        (0.5, BLUE, "-", (0.77, 0.5), "bottom"),
        (1, GREEN, "-.", (0.56, 0.46), "bottom"),
        (2, RED, "--", (0.42, 0.36), "bottom"),
        (5, PURPLE, "-", (0.13, 0.42), "top"),
    ]:
        factor = focal(z, one, gamma=gamma, reduction="none") / bce_with_logits(z, one, reduction="none")
        axes.plot(p, factor, dash, color=color)
        axes.text(*at, f"γ = {gamma:g}", color=color, ha="left" if side == "bottom" else "right", va=side)
    axes.plot([0.3, 0.9], [0.49, 0.01], "o", color=RED)
    axes.set(
        xlabel="p, probability of the true class", ylabel="factor on the loss", ylim=(0, 1.14), xlim=(0, 1)
    )
    alt = (
        "The factor against the probability of the true class, for γ = 0, 0.5, 1, 2 and 5. It falls from 1 "
        "to 0, the steeper at first the larger γ is. With γ = 2 it is 0.49 at 0.3 and 0.01 at 0.9; "
        "with γ = 0 it is 1 everywhere."
    )
    return figure, alt


SETS = [("default", "Default"), ("caravan", "Caravan"), ("credit", "Credit")]
TRAININGS = [
    ("unweighted", "unweighted"),
    ("weighted", "balanced weights"),
    ("focal", "focal, γ = 2"),
    ("resampled", "resampled"),
]


def _dots(marks, xlabel, height=4.6):
    """For each data set and training the measured numbers as marks in a row: (key, name, marker, color)."""
    figure, panels = new_figure(3, 1, height=height, sharex=True)
    says = []
    for axes, (data, title) in zip(panels, SETS, strict=True):
        for row, (training, name) in enumerate(TRAININGS):
            values = {key: measured("imbalance", f"{data}-{training}-{key}") for key, *_ in marks}
            axes.plot(
                [min(values.values()), max(values.values())], [row, row], color=GRAY, alpha=0.4, linewidth=1
            )
            for place, (key, label, marker, color, fill) in enumerate(marks):
                apart = 0.22 * (place - 1) if len(marks) > 2 else 0
                size = 9 if fill == "none" else 6
                axes.plot(
                    values[key], row + apart, marker, color=color, fillstyle=fill, markersize=size,
                    linestyle="none", label=label if row == 0 and data == "default" else None,
                )  # fmt: skip
            numbers = ", ".join(f"{label} {values[key]:g}" for key, label, *_ in marks)
            says.append(f"{title}, {name}: {numbers}")
        axes.set(yticks=range(4), yticklabels=[name for _, name in TRAININGS], ylim=(3.6, -0.6))
        axes.set_title(title, loc="left", fontsize=12)
    panels[-1].set_xlabel(xlabel)
    figure.legend(loc="outside upper center", ncols=3, handletextpad=0.3, columnspacing=1.2)
    return figure, panels, "; ".join(says) + "."


def probabilities():
    marks = [("ll", "as trained", "s", RED, "full"), ("llu", "undone", "o", BLUE, "none")]
    figure, panels, says = _dots(marks, "log-loss on new cases")
    panels[-1].set_xlim(0, 0.6)
    return figure, "Log-loss of four trainings on three data sets. " + says


def decisions():
    marks = [
        ("ch", "at 1/2", "^", OCHRE, "full"),
        ("ct", "at t, as trained", "s", RED, "full"),
        ("cu", "at t, undone", "o", BLUE, "none"),
    ]
    figure, panels, says = _dots(marks, "cost of 100 cases", height=5.2)
    panels[-1].set_xlim(0, 100)
    return figure, "Cost of 100 cases on three data sets, for three ways to decide. " + says


def ten_classes():
    rows = [
        ("always", "always class 0"),
        ("plain", "cross-entropy"),
        ("focal", "focal, γ = 2"),
        ("moved", "minus log of\nthe share"),
        ("weights", "weights 1/share"),
    ]
    figure, axes = new_figure(height=3.2)
    says = []
    for row, (key, name) in enumerate(rows):
        accuracy, recall = (measured("imbalance", f"ten-{key}-{what}") for what in ("accuracy", "recall"))
        axes.plot([recall, accuracy], [row, row], color=GRAY, alpha=0.5, linewidth=1)
        axes.plot(accuracy, row, "s", color=RED, markersize=6, label=None if row else "accuracy")
        axes.plot(
            recall,
            row,
            "o",
            color=BLUE,
            fillstyle="none",
            markersize=10,
            label=None if row else "mean recall",
        )
        says.append(f"{name.replace(chr(10), ' ')}: accuracy {accuracy:g} %, mean recall {recall:g} %")
    axes.set(
        yticks=range(5), yticklabels=[name for _, name in rows], ylim=(4.5, -0.5), xlim=(0, 100), xlabel="%"
    )
    figure.legend(loc="outside upper center", ncols=2, handletextpad=0.3)
    return figure, "; ".join(says) + "."


TRUTH = {(row, column) for row in (1, 2, 3) for column in (1, 2)}
MARKED = {(row, column) for row in (2, 3) for column in (1, 2)} | {(2, 3), (3, 3)}


def two_sets():
    figure, axes = new_figure(height=2.6)
    for cell in [(row, column) for row in range(5) for column in range(6)]:
        row, column = cell
        axes.add_patch(
            Rectangle((column, row), 1, 1, facecolor="none", edgecolor=GRAY, alpha=0.4, linewidth=0.8)
        )
        if cell in TRUTH:
            axes.add_patch(Rectangle((column, row), 1, 1, facecolor=RED, alpha=0.35, linewidth=0))
        if cell in MARKED:
            axes.add_patch(
                Rectangle((column, row), 1, 1, facecolor="none", edgecolor=BLUE, hatch="////", linewidth=1.5)
            )
    axes.set(xlim=(-0.1, 11.2), ylim=(5.1, -0.1), aspect="equal")
    axes.axis("off")
    hits = len(TRUTH & MARKED)
    for row, look, text in [
        (0.6, {"facecolor": RED, "alpha": 0.35}, f"object: {len(TRUTH)} pixels"),
        (2.1, {"facecolor": "none", "edgecolor": BLUE, "hatch": "////"}, f"marked: {len(MARKED)} pixels"),
    ]:
        axes.add_patch(Rectangle((6.8, row), 0.8, 0.8, **look))
        axes.text(7.9, row + 0.4, text, va="center")
    axes.text(6.8, 4.0, f"both: {hits} pixels", va="center")
    alt = (
        f"A grid of 30 pixels. {len(TRUTH)} belong to the object, {len(MARKED)} are marked, {hits} are both."
    )
    return figure, alt


def segmentation():
    rows = [
        ("bce", "cross-entropy"),
        ("weighted", "balanced weights"),
        ("focal", "focal, γ = 2"),
        ("dice", "Dice"),
        ("jaccard", "Jaccard"),
        ("tversky", "Tversky, 0.3 and 0.7"),
    ]
    figure, axes = new_figure(height=3.2)
    says = []
    for row, (key, name) in enumerate(rows):
        half, tuned = (measured("imbalance", f"seg-{key}-{what}") for what in ("half", "tuned"))
        axes.plot([half, tuned], [row, row], color=GRAY, alpha=0.5, linewidth=1)
        axes.plot(half, row, "s", color=RED, markersize=6, label=None if row else "at 1/2")
        axes.plot(
            tuned,
            row,
            "o",
            color=BLUE,
            fillstyle="none",
            markersize=10,
            label=None if row else "at its best threshold",
        )
        says.append(f"{name}: {half:g} at one half, {tuned:g} at its best threshold")
    axes.set(
        yticks=range(6),
        yticklabels=[name for _, name in rows],
        ylim=(5.5, -0.5),
        xlim=(0.38, 0.6),
        xlabel="Dice",
    )
    figure.legend(loc="outside upper center", ncols=2, handletextpad=0.3)
    return figure, "Dice by training loss. " + "; ".join(says) + "."
