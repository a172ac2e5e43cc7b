"""The drawings of *Classification*: each function returns a figure and what a screen reader says of it."""

import numpy as np
from matplotlib.patches import Rectangle

from drawings import arrow, measured
from lossutils import bce, bce_with_logits, cross_entropy, sigmoid, softmax
from lossutils.figures import COLORS, new_figure

BLUE, RED, GREEN, _, _, GRAY = COLORS
LOGITS = np.array([2.0, 1.0, 0.0])
GENRES = ["Action", "Animation", "Comedy", "Drama", "Docum.", "Romance", "Short"]


def loss_of(p):
    """−log p, as `bce` has it for the target 1."""
    return bce(np.atleast_1d(p).astype(float), np.ones(np.size(p)), reduction="none")


def digits(number, form=".3f"):
    return f"{number:{form}}".replace("-", "−")


def signed(number):
    return digits(number, "+.3f")


def sheet(*shape, **options):
    """`new_figure` without tick marks: the grid shows where a number belongs."""
    figure, axes = new_figure(*shape, **options)
    for each in np.atleast_1d(axes).flat:
        each.tick_params(left=False, bottom=False)
    return figure, axes


def plain(axes):
    """No grid and no frame: for bars that carry their numbers."""
    axes.grid(False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)


def softmax_twice():
    given = np.eye(10)[3]
    made = softmax(given)
    figure, (top, bottom) = sheet(2, height=3.6, sharex=True, sharey=True)
    for axes, values, title, place in [
        (top, given, "the best it can be given", (3.7, 0.9)),
        (bottom, made, "what it makes of it", (3, made[3] + 0.12)),
    ]:
        axes.bar(range(10), values, color=[BLUE if k == 3 else GRAY for k in range(10)])
        axes.set_title(title, fontsize=12, loc="right")
        axes.grid(False, axis="x")
        axes.text(*place, digits(values[3], ".3g"), color=BLUE, ha="center", va="center")
        axes.set(ylim=(0, 1.05), yticks=[0, 0.5, 1])
    bottom.text(6.5, made[0] + 0.12, f"{digits(made[0])} each", ha="center", va="center")
    bottom.set(xticks=range(10), xlabel="class (the right one is 3)")
    figure.supylabel("probability", fontsize=12)
    alt = (
        "Two bar charts over ten classes. Top, the input: 1 for the right class and 0 for the nine others. "
        f"Bottom, its softmax: {made[3]:.3f} for the right class and {made[0]:.3f} for each other."
    )
    return figure, alt


def chances():
    p = np.array([0.9, 0.4])
    price = loss_of(p)
    figure, (square, bar) = sheet(1, 2, height=2.8, gridspec_kw={"width_ratios": [1, 1]})
    square.add_patch(Rectangle((0, 0), 1, 1, facecolor="none", edgecolor=GRAY))
    square.add_patch(Rectangle((0, 0), *p, facecolor=BLUE, alpha=0.3))
    square.add_patch(Rectangle((0, 0), *p, facecolor="none", edgecolor=BLUE, lw=2))
    square.text(p[0] / 2, p[1] / 2, f"0.9 · 0.4 = {p.prod():.2f}", ha="center", va="center", fontsize=11)
    square.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal", xticks=[0, 0.9], yticks=[0, 0.4])
    square.set_title("chances multiply", fontsize=12)
    bar.bar([0], price[0], color=BLUE, width=0.6)
    bar.bar([0], price[1], bottom=price[0], color=RED, width=0.6)
    for at, name in [
        (price[0] / 2, f"{digits(price[0])} for 0.9"),
        (price[0] + price[1] / 2, f"{digits(price[1])} for 0.4"),
    ]:
        bar.text(0.4, at, name, va="center", fontsize=11)
    bar.text(0.4, price.sum(), f"sum {digits(price.sum())}", va="bottom", fontsize=11)
    bar.set(xlim=(-0.4, 1.7), ylim=(0, 1.2), xticks=[])
    bar.set_title("prices add", fontsize=12)
    for axes in (square, bar):
        plain(axes)
    bar.set(yticks=[])
    alt = (
        f"Left: a square of side 1, and in it a rectangle of 0.9 by 0.4 with the area {p.prod():.2f}. "
        "Right: two "
        f"bars on top of each other, {price[0]:.3f} for 0.9 and {price[1]:.3f} for 0.4, together "
        f"{price.sum():.3f}."
    )
    return figure, alt


def price():
    p = np.array([0.9, 0.4, 0.1, 0.01, 0.001])
    cost = loss_of(p)
    line = np.geomspace(0.0006, 1, 60)
    figure, axes = sheet(height=3.6)
    axes.plot(line, loss_of(line), color=BLUE)
    axes.plot(p, cost, "o", color=RED)
    for one, value in zip(p, cost, strict=True):
        axes.annotate(
            f"{digits(one, 'g')} costs {digits(value)}", (one, value), (0, 12) if one == 0.9 else (8, 4),
            textcoords="offset points", fontsize=11, ha="center" if one == 0.9 else "left", va="bottom",
        )  # fmt: skip
    axes.set(xlim=(-0.02, 1), ylim=(0, 7.7), xlabel="probability p of what happened", ylabel="price, −log p")
    said = ", ".join(f"{value:.3f} at {one:g}" for one, value in zip(p, cost, strict=True))
    return figure, f"The curve of minus log p falls from high up near 0 to 0 at 1. Its height is {said}."


def sigmoid_and_gap():
    z, at = np.linspace(-6, 6, 41), np.array([-4.0, -2.0, 0.0, 2.0])
    p, cost = sigmoid(at), bce_with_logits(at, np.ones(4), reduction="none")
    figure, (top, bottom) = sheet(2, height=4.8, sharex=True)
    top.plot(z, sigmoid(z), color=BLUE)
    top.axhline(1, color=GREEN, ls="--")
    top.text(6, 1.03, "target 1", color=GREEN, ha="right", va="bottom", fontsize=11)
    for one, height in zip(at, p, strict=True):
        arrow(top, (one, height), (one, 1), RED)
        top.text(
            one - 0.15,
            min((height + 1) / 2, 0.9),
            f"{1 - height:.2f}",
            color=RED,
            ha="right",
            va="center",
            fontsize=11,
        )
    top.set(ylim=(0, 1.2), yticks=[0, 0.5, 1], ylabel="p, the sigmoid of z")
    bottom.plot(z, bce_with_logits(z, np.ones_like(z), reduction="none"), color=BLUE)
    bottom.plot(at, cost, "o", color=RED)
    for one, slope, value in zip(at, p - 1, cost, strict=True):
        bottom.annotate(
            f"slope {digits(slope, '.2f')}",
            (one, value),
            (7, 3),
            textcoords="offset points",
            color=RED,
            fontsize=11,
        )
    bottom.set(ylim=(0, 6.3), xlabel="logit z", ylabel="loss, target 1")
    gaps = ", ".join(f"{1 - height:.2f} at {one:g}" for one, height in zip(at, p, strict=True))
    alt = (
        "Top: the sigmoid rises from 0 to 1 as the logit goes from −6 to 6, through one half at 0. "
        "Arrows lead from "
        f"the curve up to the target 1; their lengths are {gaps}. Bottom: the loss for target 1 falls, "
        "almost in a "
        "straight line up to a logit of −2, then flatter. Its slope at each of these logits is minus "
        "the length of the arrow above."
    )
    return figure, alt


def thirty_of_a_hundred():
    p, share = np.linspace(0.001, 0.999, 999), 0.3
    curves = [
        ("cross-entropy", share * loss_of(p) + (1 - share) * loss_of(1 - p), "-", BLUE),
        ("absolute error", share * (1 - p) + (1 - share) * p, ":", GREEN),
        ("squared error", share * (1 - p) ** 2 + (1 - share) * p**2, "--", RED),
    ]
    figure, axes = sheet(height=3.3)
    best = {}
    for name, loss, style, color in curves:
        least = loss.argmin()
        best[name] = p[least]
        axes.plot(p[::24], loss[::24], style, color=color)
        axes.plot(p[least], loss[least], "o", color=color, clip_on=False)
        place = {"cross-entropy": (0.18, 0.9), "absolute error": (0.62, 0.36), "squared error": (0.97, 0.27)}[
            name
        ]
        axes.text(*place, name, color=color, fontsize=11, ha="left" if name == "cross-entropy" else "right")
    axes.axvline(share, color=GRAY, lw=1, alpha=0.6)
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.2),
        xticks=[0, 0.3, 0.5, 1],
        xlabel="the one probability p given to all films",
        ylabel="mean loss",
    )
    alt = (
        "Mean loss of 100 films, 30 of them dramas, against the one probability given to all. "
        f"Cross-entropy and squared error are lowest at {best['cross-entropy']:.2f} and "
        f"{best['squared error']:.2f}, "
        "the absolute error is a straight line that is lowest at 0."
    )
    return figure, alt


def clipped():
    z = np.array([10, 15, 15.9, 16.1, 16.118, 16.2, 20, 30])
    zero = np.zeros_like(z)
    kept = bce_with_logits(z, zero, reduction="none")
    flat = bce(np.clip(sigmoid(z), 1e-7, 1 - 1e-7), zero, reduction="none")
    figure, axes = sheet(height=3.0)
    axes.plot(z, kept, color=BLUE)
    axes.plot(z, flat, "--", color=RED)
    axes.text(23, 26, "given logits:\nslope 1", color=BLUE, ha="right", va="center", fontsize=11)
    axes.text(
        30,
        flat[-1] - 0.8,
        f"clipped at 10⁻⁷: {flat[-1]:.1f}, slope 0",
        color=RED,
        ha="right",
        va="top",
        fontsize=11,
    )
    axes.set(xlabel="logit z (the target is 0, so all are wrong)", ylabel="loss", ylim=(9, 31))
    alt = (
        "Loss for the target 0 against logits from 10 to 30. Given logits it rises along a straight "
        "line to "
        f"{kept[-1]:.1f}. With the probability clipped at 1e-7 it follows to {flat[-1]:.1f} and stays "
        "there, flat."
    )
    return figure, alt


def smoothed_gap():
    classes, epsilon = 10, 0.1
    gap = np.linspace(0, 12, 1201)
    logits = np.zeros((gap.size, classes))
    logits[:, 0] = gap
    target = np.zeros(gap.size, dtype=int)
    hard = cross_entropy(logits, target, reduction="none")
    soft = cross_entropy(logits, target, label_smoothing=epsilon, reduction="none")
    least = soft.argmin()
    figure, axes = sheet(height=3.0)
    axes.plot(gap[::25], soft[::25], color=BLUE)
    axes.plot(gap[::25], hard[::25], "--", color=RED)
    axes.plot(gap[least], soft[least], "o", color=BLUE)
    axes.text(
        gap[least],
        soft[least] + 0.1,
        f"least {digits(soft[least])}\nat gap {gap[least]:.2f}",
        color=BLUE,
        ha="center",
        va="bottom",
        fontsize=11,
    )
    axes.text(12, soft[-1] + 0.12, "smoothed", color=BLUE, ha="right", va="bottom", fontsize=11)
    axes.text(12, 0.08, "one-hot: no minimum", color=RED, ha="right", va="bottom", fontsize=11)
    axes.set(
        xlabel="gap between the true logit and the nine others", ylabel="loss", ylim=(0, 2.4), xlim=(0, 12.2)
    )
    alt = (
        "Loss against the gap between the true logit and the nine others. With the one-hot target it "
        "falls toward 0 "
        f"for ever. With smoothed labels, epsilon 0.1, it is lowest, {soft[least]:.3f}, at a gap of "
        f"{gap[least]:.2f} and rises to {soft[-1]:.2f} at 12."
    )
    return figure, alt


def one_bin():
    says, films, dramas = 0.8, 20, 13
    share = dramas / films
    figure, axes = sheet(height=3.6)
    axes.plot([0, 1], [0, 1], ":", color=GRAY)
    axes.text(0.42, 0.46, "calibrated", color=GRAY, rotation=37, ha="center", va="bottom", fontsize=11)
    axes.plot(says, share, "o", color=BLUE, markersize=9)
    axes.plot([says, says], [share, says], color=RED)
    axes.text(says + 0.02, (share + says) / 2, f"gap {says - share:.2f}", color=RED, va="center", fontsize=11)
    axes.text(
        says,
        share - 0.04,
        f"{dramas} of {films} = {share:.2f}",
        color=BLUE,
        ha="center",
        va="top",
        fontsize=11,
    )
    for k in range(films):
        x, y = 0.04 + 0.042 * (k % 10), 0.93 - 0.075 * (k // 10)
        axes.plot(x, y, "s", markersize=8, color=BLUE, fillstyle="full" if k < dramas else "none")
    axes.text(0.02, 0.77, f"{films} films at p = {says},\nfilled: {dramas} dramas", fontsize=11, va="top")
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="mean predicted probability", ylabel="share of dramas")
    alt = (
        "Twenty squares, 13 of them filled, stand for 20 films that were given 0.8, 13 of which are "
        "dramas. As one point of a plot of "
        f"share against probability it lies at ({says}, {share:.2f}), a gap of {says - share:.2f} below "
        "the diagonal."
    )
    return figure, alt


def sure_and_not_right():
    steps = [20, 100, 400]
    right, sure, loss = (
        [measured("classification", f"over-{n}-{what}") for n in steps] for what in ("acc", "conf", "test")
    )
    figure, axes = sheet(height=3.2)
    for x, (low, high, cost) in enumerate(zip(right, sure, loss, strict=True)):
        axes.plot([x, x], [low, high], color=GRAY, lw=1)
        axes.text(x + 0.06, (low + high) / 2, f"test loss {cost:g}", va="center", fontsize=11)
        axes.text(x, low - 1.5, f"{low:g} %", color=BLUE, ha="center", va="top", fontsize=11)
        axes.text(x, high + 1.5, f"{high:g} %", color=RED, ha="center", va="bottom", fontsize=11)
    axes.plot(range(3), sure, "s--", color=RED, label="how sure: mean confidence")
    axes.plot(range(3), right, "o-", color=BLUE, label="how often right: accuracy")
    axes.legend(loc="upper left", fontsize=11)
    axes.set(
        xlim=(-0.25, 2.65), ylim=(50, 120), yticks=[50, 60, 70, 80, 90, 100], xticks=range(3),
        xticklabels=[f"{n} steps" for n in steps], ylabel="percent",
    )  # fmt: skip
    said = "; ".join(
        f"after {n} steps {a:g} % sure, {b:g} % right, test loss {c:g}"
        for n, a, b, c in zip(steps, sure, right, loss, strict=True)
    )
    return figure, f"Mean confidence and accuracy of the networks on test films: {said}."


def temperatures():
    heat = [0.5, 1, 2]
    rows = [softmax(LOGITS / T) for T in heat]
    figure, panels = sheet(1, 3, height=2.6, sharey=True)
    for axes, T, p in zip(panels, heat, rows, strict=True):
        axes.bar(range(3), p, color=[BLUE, RED, GREEN], width=0.7)
        for k in range(3):
            axes.text(k, p[k] + 0.02, f"{p[k]:.2f}", ha="center", fontsize=11)
        axes.set_title(f"T = {T:g}", fontsize=12)
        axes.grid(False, axis="x")
        axes.set(xticks=range(3), xticklabels=["2", "1", "0"], ylim=(0, 1.05), yticks=[0, 0.5, 1])
    panels[1].set_xlabel("logit")
    panels[0].set_ylabel("probability")
    said = "; ".join(
        f"T = {T:g}: " + ", ".join(f"{x:.2f}" for x in p) for T, p in zip(heat, rows, strict=True)
    )
    return (
        figure,
        f"Softmax of the logits 2, 1 and 0, divided by three temperatures. {said}. The order stays.",
    )


def three_labels():
    flags = np.array([0, 0, 1, 0, 0, 1, 1])
    figure, (top, bottom) = sheet(2, height=4.2, sharex=True, sharey=True)
    for axes, p, name in [
        (top, flags / flags.sum(), "softmax at its best"),
        (bottom, flags, "sigmoids at their best"),
    ]:
        axes.bar(range(7), p, color=BLUE, alpha=0.45, width=0.6)
        axes.axhline(0.5, color=RED, ls="--")
        axes.set_title(name, fontsize=12, loc="left")
        axes.grid(False, axis="x")
        for k in np.flatnonzero(flags):
            axes.text(
                k, 0.17 if p[k] < 1 else 0.75, "⅓" if p[k] < 1 else "1", ha="center", va="center", fontsize=12
            )
        axes.set(ylim=(0, 1.18), yticks=[0, 0.5, 1], ylabel="probability")
    top.text(0.5, 0.53, "threshold", color=RED, ha="center", va="bottom", fontsize=11)
    bottom.set(xticks=range(7))
    bottom.set_xticklabels(GENRES, rotation=40, ha="right", rotation_mode="anchor", fontsize=11)
    alt = (
        "Two bar charts over seven genres for a film that is Comedy, Romance and Short. Softmax at its "
        "best gives each of the three one third, "
        "below the threshold of one half. Sigmoids at their best give each of them 1."
    )
    return figure, alt


def how_many_labels():
    rows = [("the films", None)]
    rows += [("softmax, p > 0.5", "softmax-half"), ("softmax, largest p", "softmax-top")]
    rows += [(f"softmax, p > {measured('classification', 'at-soft'):g}*", "softmax-tuned")]
    rows += [("sigmoids, p > 0.5", "sigmoid-half")]
    rows += [(f"sigmoids, p > {measured('classification', 'at-sig'):g}*", "sigmoid-tuned")]
    figure, axes = sheet(height=3.6)
    said = []
    for at, (name, key) in zip(range(5, -1, -1), rows, strict=True):
        none, many = (
            measured("classification", f"{key}-{what}" if key else f"{what}-share")
            for what in ("none", "many")
        )
        parts = [none, 100 - none - many, many]
        left = 0
        for part, color, alpha, hatch in zip(
            parts, [GRAY, BLUE, RED], [0.35, 0.45, 0.5], ["", "", "//"], strict=True
        ):
            axes.barh(
                at, part, left=left, color=color, alpha=alpha, height=0.66, hatch=hatch, edgecolor=color
            )
            if part > 5:
                axes.text(left + part / 2, at, f"{part:.0f}", ha="center", va="center", fontsize=11)
            left += part
        said.append(f"{name}: {parts[0]:.0f}, {parts[1]:.0f}, {parts[2]:.0f}")
    for x, name in [(11, "none"), (46, "one"), (87, "two or more")]:
        axes.text(x, 5.45, name, ha="center", va="bottom", fontsize=11)
    axes.set(
        yticks=range(6),
        yticklabels=[name for name, _ in rows][::-1],
        xlim=(0, 100),
        ylim=(-0.5, 6.2),
        xlabel="percent of films",
    )
    axes.grid(False)
    return figure, "Percent of films said to have no label, one, and two or more. " + "; ".join(said) + "."
