"""The drawings of *A loss of your own*: a function returns a figure and what a screen reader says of it."""

import numpy as np
from matplotlib.patches import Rectangle

from drawings import measured
from lossutils import (
    bce_with_logits,
    confidence_bce,
    cost_sensitive_bce,
    dice,
    jaccard,
    ordinal,
    quantile,
    sigmoid,
)
from lossutils.figures import COLORS, new_figure

PARCELS = np.array([20.0, 25, 30, 40, 60])  # minutes


def bill(promise, minutes, reduction="sum"):
    """A minute late costs 3, a minute early 1."""
    return 4 * quantile(np.full_like(minutes, promise), minutes, q=0.75, reduction=reduction)


def late():
    error = np.linspace(-20, 20, 401)
    zero = np.zeros_like(error)
    cost = 4 * quantile(error, zero, q=0.75, reduction="none")
    pull = 4 * quantile.grad(error, zero, q=0.75, reduction="sum")
    figure, (top, bottom) = new_figure(2, 1, height=4.4, sharex=True)
    for axes, values in ((top, cost), (bottom, pull)):
        axes.plot(error[error < 0], values[error < 0], color=COLORS[1])
        axes.plot(error[error > 0], values[error > 0], "--", color=COLORS[0])
    top.text(-9, 44, "too late:\n3 a minute", color=COLORS[1], va="center")
    top.text(9, 34, "too early:\n1 a minute", color=COLORS[0], va="center")
    top.set(ylabel="cost")
    bottom.text(-10, -2.4, "pull −3: a step\nmoves the promise up", color=COLORS[1], ha="center", va="bottom")
    bottom.text(10, 0.6, "pull 1: a step\nmoves it down", color=COLORS[0], ha="center", va="top")
    bottom.set(
        ylabel="pull", xlabel="promise minus delivery, in minutes", ylim=(-3.5, 1.8), yticks=[-3, 0, 1]
    )
    alt = (
        "Top: the cost of one parcel against the promise minus the delivery. It falls to 0 at a promise "
        "that is "
        f"kept to the minute: {cost[0]:.0f} for 20 minutes too late, {cost[-1]:.0f} for 20 minutes too "
        "early. "
        f"Bottom: its slope, the pull, {pull[0]:.0f} for every late parcel and {pull[-1]:.0f} for every "
        "early one."
    )
    return figure, alt


def promise():
    grid = np.linspace(18, 64, 93)
    costs = np.array([float(bill(place, PARCELS)) for place in grid])
    best, mean = grid[costs.argmin()], PARCELS.mean()
    at_best, at_mean = float(bill(best, PARCELS)), float(bill(mean, PARCELS))
    figure, axes = new_figure(height=3.4)
    axes.plot(grid, costs, color=COLORS[0])
    axes.plot(mean, at_mean, "s", color=COLORS[1], markersize=9)
    axes.plot(best, at_best, "o", color=COLORS[2], markersize=10)
    axes.text(
        mean - 1, at_mean - 8, f"mean {mean:.0f}:\ncosts {at_mean:.0f}", color=COLORS[1], ha="right", va="top"
    )
    axes.text(best + 2, at_best - 6, f"best {best:.0f}: costs {at_best:.0f}", color=COLORS[2], va="top")
    axes.plot(PARCELS, np.full(5, 56.0), "|", color=COLORS[5], markersize=16, markeredgewidth=3)
    axes.text(50, 66, "the five parcels", color=COLORS[5], ha="center", va="bottom")
    axes.set(xlabel="promise for all five, in minutes", ylabel="cost of the five parcels", ylim=(50, 240))
    alt = (
        f"The cost of five parcels that took {', '.join(f'{x:.0f}' for x in PARCELS)} minutes, against "
        "the promise: "
        f"a chain of straight pieces that is lowest at {best:.0f}, with {at_best:.0f}. At the mean, "
        f"{mean:.0f}, it is {at_mean:.0f}."
    )
    return figure, alt


SCORES, ILL = np.array([-4.0, -1, 0.5, 2]), np.array([0.0, 1, 0, 1])


def stairs():
    shift = np.linspace(-4, 7, 1101)
    flagged = SCORES + shift[:, None] > 0
    cost = (np.where(ILL == 1, 10 * ~flagged, flagged)).sum(axis=1).astype(float)
    smooth = np.array(
        [float(cost_sensitive_bce(SCORES + c, ILL, false_negative_cost=10, reduction="sum")) for c in shift]
    )
    lowest = shift[smooth.argmin()]
    figure, axes = new_figure(height=3.4)
    flat = cost.copy()
    flat[1:][np.diff(cost) != 0] = np.nan
    axes.plot(shift, flat, color=COLORS[1], linewidth=3)
    axes.plot(shift[::20], smooth[::20], "--", color=COLORS[0])
    axes.plot(lowest, smooth.min(), "o", color=COLORS[0], markersize=9)
    axes.text(4.0, 2.4, f"lowest at {lowest:.1f}", color=COLORS[0], ha="right")
    axes.text(0.3, 25, "surrogate: has a slope", color=COLORS[0])
    axes.text(1.6, 16, "cost of the decisions:\nflat between its jumps", color=COLORS[1])
    axes.annotate("", (0.2, 11.4), (1.5, 16.4), arrowprops={"arrowstyle": "-", "color": COLORS[1]})
    axes.set(xlabel="shift $c$ that is added to all four scores", ylabel="cost, or loss", ylim=(-1, 30))
    alt = (
        "Against a shift of four scores: the cost of the decisions, a staircase with the values "
        f"{', '.join(f'{x:.0f}' for x in cost[np.r_[True, np.diff(cost) != 0]])} from left to right, "
        f"and a smooth curve that falls to {smooth.min():.1f} at a shift of {lowest:.1f}, where the "
        "staircase is lowest, and rises slowly."
    )
    return figure, alt


def bars(rows, height, label, most, digits=0):
    """Bars with their names and numbers, the first one on top; a row is (name, number, color)."""
    figure, axes = new_figure(height=height)
    names, numbers, colors = zip(*rows, strict=True)
    places = np.arange(len(rows))[::-1]
    axes.barh(places, numbers, color=colors, height=0.6, alpha=0.85)
    for place, number in zip(places, numbers, strict=True):
        axes.text(number + most / 60, place, f"{number:.{digits}f}", va="center")
    axes.set(yticks=places, yticklabels=names, xlabel=label, xlim=(0, most))
    axes.grid(visible=False, axis="y")
    return figure, axes


def meeting():
    cost = {
        key: measured("custom", f"cost-{key}")
        for key in ("plain-half", "plain-line", "weighted-half", "weighted-line")
    }
    everybody, nobody = (measured("custom", f"cost-{key}-half") for key in ("everybody", "nobody"))
    rows = [
        ("plain, line ½", cost["plain-half"], COLORS[1]),
        ("plain, line 1/11", cost["plain-line"], COLORS[0]),
        ("weight 10, line ½", cost["weighted-half"], COLORS[0]),
        ("weight 10, line 1/11", cost["weighted-line"], COLORS[1]),
        ("flag everybody", everybody, COLORS[5]),
    ]
    figure, _ = bars(rows, 2.9, "cost per 100 women", 170)
    alt = (
        "Bars of the cost per 100 women. Plain training with the line at one half "
        f"{cost['plain-half']:g}, at 1/11 {cost['plain-line']:g}; "
        f"weight 10 with the line at one half {cost['weighted-half']:g}, at 1/11 {cost['weighted-line']:g}; "
        f"flagging everybody {everybody:g}. (Nobody: {nobody:g}.)"
    )
    return figure, alt


def odds():
    share = np.linspace(0.001, 0.999, 999)
    said = sigmoid(np.log(share / (1 - share)) + np.log(10))
    figure, axes = new_figure(height=3.6)
    axes.plot(share[::6], said[::6], color=COLORS[0])
    axes.plot([0, 1], [0, 1], ":", color=COLORS[5])
    axes.plot([1 / 11, 1 / 11], [0, 0.5], "--", color=COLORS[1], linewidth=1.5)
    axes.plot([0, 1 / 11], [0.5, 0.5], "--", color=COLORS[1], linewidth=1.5)
    axes.plot(1 / 11, 0.5, "o", color=COLORS[1], markersize=9)
    axes.annotate(
        "1 in 11 is ill,\nthe model says ½",
        (0.11, 0.47),
        (0.55, 0.2),
        color=COLORS[1],
        va="center",
        arrowprops={"arrowstyle": "-", "color": COLORS[1]},
    )
    axes.text(0.36, 0.73, "weight 10", color=COLORS[0])
    axes.text(0.72, 0.6, "no weight", color=COLORS[5])
    axes.set(xlabel="true probability π", ylabel="best answer", xlim=(0, 1), ylim=(0, 1.03))
    alt = (
        "The best answer against the true probability. Without a weight it is the diagonal. With weight "
        "10 it lies far above: "
        f"1/11 is answered by one half, one half by {said[499]:.2f}."
    )
    return figure, alt


def slices():
    score, a, b = 0.5, -1.0, 1.0
    chance = np.exp(-ordinal(np.full(3, score), np.arange(3), thresholds=[a, b], reduction="none"))
    pull = float(ordinal.grad(np.array([score]), np.array([1]), thresholds=[a, b])[0])
    x = np.linspace(-5, 6, 111)
    hill = sigmoid(x - score) * sigmoid(score - x)
    figure, axes = new_figure(height=3.2)
    for low, high, color in [(-5, a, COLORS[1]), (a, b, COLORS[0]), (b, 6, COLORS[2])]:
        inside = (x >= low - 1e-9) & (x <= high + 1e-9)
        axes.fill_between(x[inside], hill[inside], color=color, alpha=0.35, linewidth=0)
    axes.plot(x, hill, color=COLORS[5])
    for place, name in ((a, "$b_1$"), (b, "$b_2$")):
        axes.axvline(place, 0, 0.8, color=COLORS[5], linestyle="--", linewidth=1.5)
        axes.text(place, 0.283, name, ha="center")
    for place, height, name in [
        (-3.4, 0.11, f"low\n{chance[0]:.2f}"),
        (0.0, 0.09, f"middle\n{chance[1]:.2f}"),
        (3.5, 0.14, f"high\n{chance[2]:.2f}"),
    ]:
        axes.text(place, height, name, ha="center", va="center")
    axes.annotate(
        "",
        (-0.65, 0.262),
        (score, 0.262),
        arrowprops={"arrowstyle": "-|>", "color": COLORS[0], "linewidth": 2},
    )
    axes.text(1.5, 0.235, "step, for a rating\nin the middle class", color=COLORS[0], va="center")
    axes.plot(score, 0, "^", color=COLORS[0], markersize=10, clip_on=False)
    axes.set(
        xlabel="score and thresholds (triangle: the score $z$)",
        ylabel="density",
        ylim=(0, 0.31),
        yticks=[0, 0.1, 0.2],
    )
    axes.grid(visible=False)
    alt = (
        f"A hill around the score {score:g}, cut by the thresholds {a:g} and {b:g}. The slices have the "
        "areas "
        f"{chance[0]:.2f} for the low class, {chance[1]:.2f} for the middle, {chance[2]:.2f} for the "
        "high one. "
        f"For a middle rating the pull is {pull:.2f}, and an arrow shows the step: down, to the left."
    )
    return figure, alt


def hits():
    hit = {
        key: measured("custom", f"{key}-hit")
        for key in ("squared", "absolute", "absolute-whole", "link-median", "link-mode")
    }
    rows = [
        ("squared error", hit["squared"], COLORS[5]),
        ("absolute error", hit["absolute"], COLORS[5]),
        ("the same,\nto whole stars", hit["absolute-whole"], COLORS[0]),
        ("cumulative link:\nmedian", hit["link-median"], COLORS[1]),
        ("cumulative link:\nlikeliest class", hit["link-mode"], COLORS[1]),
    ]
    figure, _ = bars(rows, 3.3, "ratings hit, in percent", 40, digits=1)
    alt = (
        f"Bars of the share of ratings hit, in percent: squared error {hit['squared']:g}, absolute error "
        f"{hit['absolute']:.1f}, "
        f"the same rounded to whole stars {hit['absolute-whole']:g}, median of the cumulative link "
        f"{hit['link-median']:g}, "
        f"its likeliest class {hit['link-mode']:g}."
    )
    return figure, alt


def bills():
    cost = {
        key: measured("custom", f"x-{key}")
        for key in (
            "nobody-half",
            "all-half",
            "plain-half",
            "plain-line",
            "weight-half",
            "weight-line",
            "both-half",
        )
    }
    line = f"1/{1 + measured('custom', 'x-price'):g}"
    rows = [
        ("no weight, line ½", cost["plain-half"], COLORS[1]),
        (f"no weight, line {line}", cost["plain-line"], COLORS[0]),
        ("weight, line ½", cost["weight-half"], COLORS[0]),
        (f"weight, line {line}", cost["weight-line"], COLORS[1]),
        ("balance × weight, line ½", cost["both-half"], COLORS[1]),
        ("flag everybody", cost["all-half"], COLORS[5]),
        ("flag nobody", cost["nobody-half"], COLORS[5]),
    ]
    figure, _ = bars(rows, 3.5, "bill per 100 tests", 205)
    alt = (
        "Bars of the bill per 100 tests: " + ", ".join(f"{name} {number:g}" for name, number, _ in rows) + "."
    )
    return figure, alt


def moved():
    shares = np.array([0.01, 0.08, 0.2])
    true = np.log(shares / (1 - shares))
    weighted = true + np.log(20)
    rows = [
        ("the truth", true),
        ("weight 20", weighted),
        ("then divided by 3", weighted / 3),
        ("or minus log 20", weighted - np.log(20)),
    ]
    figure, axes = new_figure(height=3.0)
    axes.axvline(0, 0, 0.9, color=COLORS[5], linestyle="--", linewidth=1.5)
    for row, (_, places) in enumerate(rows):
        axes.plot([-5.2, 2.4], [-row, -row], color=COLORS[5], alpha=0.4, linewidth=1)
        for place, mark, color in zip(places, "os^", (COLORS[2], COLORS[1], COLORS[0]), strict=True):
            axes.plot(place, -row, mark, color=color, markersize=9)
    for place, share, color in zip(true, shares, (COLORS[2], COLORS[1], COLORS[0]), strict=True):
        axes.text(place, 0.28, f"{share:g}", color=color, ha="center")
    axes.text(0, 0.28, "line ½", color=COLORS[5], ha="center")
    axes.set(
        yticks=[0, -1, -2, -3],
        yticklabels=[name for name, _ in rows],
        xlabel="logit",
        ylim=(-3.5, 0.75),
        xlim=(-5.3, 2.5),
    )
    axes.grid(visible=False)
    alt = (
        "Three images on a line of logits, with the true probabilities 0.01, 0.08 and 0.2, all below "
        "one half. Weight 20 moves all three by "
        f"{np.log(20):.1f} to the right: to {', '.join(f'{x:.2f}' for x in weighted)}, so that two are "
        "above one half. "
        f"Divided by 3 they are at {', '.join(f'{x:.2f}' for x in weighted / 3)}: no image has changed "
        "its side. "
        "Minus log 20 they are back at the truth."
    )
    return figure, alt


def dead():
    z = np.linspace(-30, 10, 401)
    yes = np.ones_like(z)
    plain = cost_sensitive_bce.grad(z, yes, false_negative_cost=10, reduction="sum")
    term = confidence_bce.grad(z, yes, beta=-0.1, reduction="sum") - bce_with_logits.grad(
        z, yes, reduction="sum"
    )
    edge = np.log((1 - 1e-7) / 1e-7)
    hasty = np.where(abs(z) < edge, plain + term, 0)
    figure, axes = new_figure(height=3.2)
    axes.plot(z, hasty, color=COLORS[1], linewidth=3.5)
    axes.plot(z, plain, "--", color=COLORS[0])
    axes.text(-29.5, -0.8, "clipped:\nslope 0", color=COLORS[1], va="top")
    axes.text(-29.5, -9.6, "from the logit:\nslope −10", color=COLORS[0], va="bottom")
    axes.set(xlabel="logit of a positive", ylabel="slope of the loss", ylim=(-11, 1))
    alt = (
        "The slope of two losses of a positive against its logit from −30 to 10. Computed from the "
        "logit it is −10 for all very negative logits "
        f"and rises to 0 around 0. The clipped loss has the same slope down to −{edge:.1f}; farther left "
        "it is 0."
    )
    return figure, alt


def masks():
    truth, said = np.zeros((4, 5)), np.zeros((4, 5))
    truth[1:3, 2:4] = 1
    said[1, 1:4] = said[2, 0:3] = 1
    both = int((truth * said).sum())
    figure, axes = new_figure(height=2.4)
    for row in range(4):
        for column in range(5):
            box = {"width": 1, "height": 1, "xy": (column, 3 - row)}
            axes.add_patch(Rectangle(**box, facecolor="none", edgecolor=COLORS[5], alpha=0.5))
            if said[row, column]:
                axes.add_patch(Rectangle(**box, facecolor=COLORS[0], alpha=0.4))
            if truth[row, column]:
                axes.add_patch(
                    Rectangle(**box, facecolor="none", edgecolor=COLORS[1], hatch="//", linewidth=0)
                )
            if truth[row, column] and said[row, column]:
                axes.text(column + 0.5, 3.5 - row, "both", ha="center", va="center", fontweight="bold")
    axes.plot([2, 4, 4, 2, 2], [1, 1, 3, 3, 1], color=COLORS[1], linewidth=3)
    axes.text(5.2, 3.1, f"filled: predicted, {said.sum():.0f}", color=COLORS[0], va="center")
    axes.text(5.2, 2.4, f"hatched: true, {truth.sum():.0f}", color=COLORS[1], va="center")
    axes.text(5.2, 1.7, f"both: {both}", va="center")
    row = said.reshape(1, -1), truth.reshape(1, -1)
    overlap, union = (1 - float(loss(*row, smooth=0)) for loss in (dice, jaccard))
    axes.text(5.2, 0.9, f"Dice {overlap:.2f}\nJaccard {union:.2f}", va="center")
    axes.set(xlim=(-0.1, 9.2), ylim=(-0.1, 4.1), aspect="equal")
    axes.axis("off")
    alt = (
        f"A grid of 20 pixels. A mask of {truth.sum():.0f} pixels is true, {said.sum():.0f} pixels are "
        f"predicted, {both} pixels are both. "
        f"Dice is {overlap:.2f}, Jaccard {union:.2f}."
    )
    return figure, alt
