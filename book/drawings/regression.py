"""The drawings of *Regression*: each function returns a figure and what a screen reader says of it."""

import numpy as np

from drawings import arrow, measured
from lossutils import huber, mae, mse, quantile
from lossutils.figures import COLORS, new_figure

BLUE, RED, GREEN, PURPLE, OCHRE, GRAY = COLORS
STREET = np.array([120.0, 140, 150, 165, 180, 200, 230, 280, 390])
SWAPPED = np.append(STREET[:-1], 930.0)
FOUR = [
    ("mean", mse, {}, BLUE, "o"),
    ("median", mae, {}, RED, "s"),
    ("Huber, cap 50", huber, {"delta": 50.0}, GREEN, "D"),
    ("0.9 quantile", quantile, {"q": 0.9}, PURPLE, "^"),
]
DEMAND = np.array([12.0, 14, 15, 17, 18, 20, 21, 23, 26, 31])


def best_constant(loss, target, **parameters):
    """The lowest constant at which the sum of the pulls is no longer negative."""
    low, high = target.min(), target.max()
    for _ in range(60):
        middle = (low + high) / 2
        pulls = loss.grad(np.full(target.shape, middle), target, reduction="sum", **parameters)
        low, high = (middle, high) if pulls.sum() < -1e-9 else (low, middle)
    return high


def balance():
    houses = np.array([100.0, 200.0, 600.0])
    rows = [
        ("squared error", mse, {}, BLUE, 0.5),
        ("absolute error", mae, {}, RED, 1.0),
        ("Huber, cap 150", huber, {"delta": 150.0}, GREEN, 1.0),
    ]
    figure, axes = new_figure(3, 1, height=4.6, sharex=True)
    said = []
    for panel, (name, loss, parameters, color, factor) in zip(axes, rows, strict=True):
        c = best_constant(loss, houses, **parameters)
        pulls = factor * loss.grad(np.full(3, c), houses, reduction="sum", **parameters)
        long = 60.0 if loss is mae else 1.0  # the pulls of the absolute error have no length in dollars
        panel.plot(houses, np.zeros(3), "o", color=GRAY, ms=8)
        panel.plot([c, c], [-0.35, 2.9], color=color)
        panel.text(c + 6, 2.75, f"{c:.0f}", color=color, ha="left", va="center", fontweight="bold")
        for height, pull in zip((1.9, 1.0, 1.9), pulls, strict=True):
            if abs(pull) > 1e-6:
                arrow(panel, (c, height), (c - long * pull, height), color)
                end = c - long * pull
                panel.text(
                    end + (8 if pull < 0 else -8), height, f"{abs(pull):.0f}",
                    ha="left" if pull < 0 else "right", va="center", fontsize=11,
                )  # fmt: skip
        panel.set_title(name, loc="right", fontsize=12, color=color)
        panel.set(xlim=(30, 660), ylim=(-0.6, 3.2), yticks=[])
        panel.spines["left"].set_visible(False)
        panel.grid(visible=False)
        below, above = (abs(pulls[side]) for side in (pulls > 1e-6, pulls < -1e-6))
        said.append(
            f"{name} {c:.0f}, with {' and '.join(f'{p:.0f}' for p in below)} to the left and "
            f"{' and '.join(f'{p:.0f}' for p in above)} to the right"
        )
    axes[2].set(xlabel="price (thousand dollars)", xticks=[100, 200, 300, 400, 500, 600])
    alt = (
        "Three houses at 100, 200 and 600, three times, with arrows that start at the answer: "
        f"{'; '.join(said)}."
    )
    return figure, alt


def cents():
    rows = [
        ("squared", "mse", BLUE),
        ("0.9 quantile", "quantile-9", PURPLE),
        ("Huber", "huber", GREEN),
        ("log-cosh", "log-cosh", OCHRE),
        ("absolute", "mae", RED),
    ]
    figure, axes = new_figure(height=2.7)
    moved = [measured("regression", f"{key}-moved") for _, key, _ in rows]
    place = np.arange(len(rows))[::-1]
    axes.barh(place, moved, color=[color for *_, color in rows], height=0.6)
    for at, value in zip(place, moved, strict=True):
        axes.text(value + 90, at, f"\\${value:,.0f}", va="center", fontsize=11)
    axes.set_yticks(place, [name for name, *_ in rows])
    axes.grid(visible=False)
    axes.set(
        xlim=(0, 8600), xlabel="how far the best constant moves (dollars)", xticks=[0, 2000, 4000, 6000, 8000]
    )
    said = ", ".join(f"{name} {value:,.0f}" for (name, *_), value in zip(rows, moved, strict=True))
    return figure, f"Bars of how far the best constant moves, in dollars: {said}."


def counted():
    y = np.array([1.0, 2.0, 6.0, 9.0])
    corners = np.array([0.0, *y, 10.0])
    total = np.array([mae(np.full(4, c), y, reduction="sum") for c in corners])
    figure, axes = new_figure(height=3.2)
    axes.grid(visible=False)
    axes.plot(corners, total, color=RED)
    axes.plot(corners[2:4], total[2:4], color=RED, lw=6, alpha=0.35, solid_capstyle="round")
    axes.plot(y, np.full(4, 0.6), "o", color=GRAY, clip_on=False)
    axes.text(4, 0.8, "targets", fontsize=11, va="center", ha="center")
    middles, slopes = (corners[1:] + corners[:-1]) / 2, np.diff(total) / np.diff(corners)
    for x, slope, value in zip(middles, slopes, (total[1:] + total[:-1]) / 2, strict=True):
        axes.text(
            x + 0.35 * np.sign(-slope),
            value + 1.3,
            f"{slope:+.0f}".replace("-", "−").replace("+0", "0"),
            ha="center",
            va="center",
        )
    axes.text(4, total[2] - 1.4, "every median", ha="center", va="center", fontsize=11)
    axes.set(xlim=(-0.2, 10.2), ylim=(0, 23.5), xlabel="constant c", ylabel="sum of |c − target|")
    axes.set_xticks([0, 1, 2, 4, 6, 8, 9, 10])
    alt = (
        "The sum of the absolute errors of the targets 1, 2, 6 and 9 against the constant c: straight pieces "
        f"with the slopes {', '.join(f'{s:.0f}' for s in slopes)}, flat at {total[2]:.0f} from 2 to 6."
    )
    return figure, alt


def shop():
    q, order = 0.9, 28.0
    pull = quantile.grad(np.full(DEMAND.shape, order), DEMAND, q=q, reduction="sum")
    figure, (top, bottom) = new_figure(2, 1, height=3.3, gridspec_kw={"height_ratios": [1.25, 1]})
    below = DEMAND < order
    top.plot(DEMAND[below], np.zeros(below.sum()), "o", color=GRAY, ms=8)
    top.plot(DEMAND[~below], np.zeros((~below).sum()), "s", color=PURPLE, ms=8)
    top.axvspan(26, 31, color=PURPLE, alpha=0.15, lw=0)
    top.plot([order, order], [-0.5, 0.75], color=PURPLE)
    top.text(order - 0.3, 0.95, f"order {order:.0f}", color=PURPLE, ha="center", va="center")
    top.set(xlim=(10.5, 32.5), ylim=(-0.6, 1.3), yticks=[], xticks=[12, 16, 20, 26, 31])
    top.set_xlabel("demand of ten days (items)")
    at = 0.0
    for one in pull[below]:
        bottom.barh([0], [-0.085], left=[-at - 0.0075], color=GRAY, height=0.5)
        at += one
    bottom.barh([0], [-pull[~below].sum()], color=PURPLE, height=0.5)
    bottom.text(
        -at / 2, 0.5, f"{below.sum()} days, {pull[0]:.1f} each: down", ha="center", va="center", fontsize=11
    )
    bottom.text(at / 2, 0.5, f"1 day, {-pull[-1]:.1f}: up", ha="center", va="center", fontsize=11)
    bottom.plot([0, 0], [-0.4, 0.75], color=GRAY, lw=1)
    bottom.set(xlim=(-1, 1), ylim=(-0.4, 0.8), yticks=[], xticks=[])
    for axes in (top, bottom):
        axes.grid(visible=False)
        axes.spines["left"].set_visible(False)
    bottom.spines["bottom"].set_visible(False)
    alt = (
        f"The demand of ten days, from {DEMAND[0]:.0f} to {DEMAND[-1]:.0f} items, and an order of "
        f"{order:.0f}. Below, two bars of equal length: {below.sum()} days with a pull of {pull[0]:.1f} "
        f"move the order down, one day with {-pull[-1]:.1f} moves it up."
    )
    return figure, alt


def insurance():
    rows = [("Gaussian", "gaussian"), ("Laplace", "laplace"), ("Gaussian,\n5 % wild", "mixed")]
    figure, axes = new_figure(height=2.9)
    said = []
    for at, (name, key) in zip((2, 1, 0), rows, strict=True):
        values = [measured("regression", f"eff-{loss}-{key}") for loss in ("median", "huber")]
        axes.plot(values, [at, at], color=GRAY, lw=1)
        for value, color, marker, label in zip(values, (RED, GREEN), "sD", ("median", "Huber"), strict=True):
            axes.plot([value], [at], marker, color=color, ms=8, label=label if at == 2 else None)
            lower = value == min(values)
            above = lower and 1 < value < 2  # to its left the text would stand on the line of the mean
            axes.text(
                value + (0 if above else -0.12 if lower else 0.12), at + 0.28 * above, f"{value:.2f}",
                color=color, ha="center" if above else "right" if lower else "left", va="center", fontsize=11,
            )  # fmt: skip
        said.append(f"{name} median {values[0]:.2f}, Huber {values[1]:.2f}".replace("\n", " "))
    axes.plot([1, 1], [-0.5, 2.35], ":", color=BLUE)
    axes.text(1, 2.42, "the mean", color=BLUE, ha="center", va="bottom", fontsize=11)
    axes.legend(loc="upper right", fontsize=11)
    axes.set_yticks([2, 1, 0], [name for name, _ in rows])
    axes.grid(visible=False)
    axes.set(xlim=(0, 5.7), ylim=(-0.5, 2.8), xlabel="worth of the data, relative to the mean")
    return figure, f"How much the data are worth, relative to the mean: {'; '.join(said)}."


def fixed_step():
    start, rate = 10.05, 0.2
    figure, axes = new_figure(height=3.6)
    said = []
    for loss, name, color, dash in [
        (mse, "squared", BLUE, "-"),
        (mae, "absolute", RED, "--"),
        (huber, "Huber, cap 1", GREEN, "-."),
    ]:
        path = [start]
        for _ in range(70):
            path.append(path[-1] - rate * float(loss.grad(np.array([path[-1]]), np.zeros(1))[0]))
        size = np.abs(path)
        steps = np.arange(71)
        shown = steps if loss is not mse else steps[:29:28]  # on this scale a straight line
        axes.plot(shown, size[shown], dash, color=color, label=name)
        said.append(f"{name} {size[20]:.2g} after 20 steps and {size[70]:.1g} after 70")
    axes.set_yscale("log")
    axes.minorticks_off()
    axes.set(ylim=(1e-4, 30), yticks=[1e-4, 1e-3, 1e-2, 0.1, 1, 10], xticks=[0, 20, 40, 60])
    # `themed` rounds to two digits what has a dot and three behind it
    axes.set_yticklabels([t.replace(".", ".\N{WORD JOINER}") for t in "0.0001 0.001 0.01 0.1 1 10".split()])
    axes.set(xlabel="step", ylabel="size of the error")
    axes.legend(loc="lower right", fontsize=11, bbox_to_anchor=(1, 0.05))
    return figure, f"The size of the error on a logarithmic axis: {'; '.join(said)}."


def spoiled():
    rows = [
        ("squared", "mse", BLUE),
        ("Huber", "huber", GREEN),
        ("log-cosh", "log-cosh", OCHRE),
        ("absolute", "mae", RED),
        ("squared, log price", "mse-log", GRAY),
    ]
    figure, axes = new_figure(height=3.0)
    said = []
    for at, (name, key, color) in zip(range(4, -1, -1), rows, strict=True):
        clean, after = (
            measured("regression", f"cmp-{key}-{data}-mae") / 1000 for data in ("clean", "spoiled")
        )
        axes.plot([clean, after], [at, at], color=color, alpha=0.5)
        axes.plot([clean], [at], "o", color=color, mfc="none", ms=9)
        axes.plot([after], [at], "o", color=color, ms=6)
        text = f"{clean:.1f} → {after:.1f}"
        if after > 60:
            axes.text((clean + after) / 2, at + 0.28, text, ha="center", va="center", fontsize=11)
        else:
            axes.text(after + 2.5, at, text, va="center", fontsize=11)
        said.append(f"{name} {clean:.1f} clean and {after:.1f} spoiled")
    axes.set_yticks(range(4, -1, -1), [name for name, *_ in rows])
    axes.grid(visible=False)
    axes.set(xlim=(15, 82), ylim=(-0.5, 4.6), xlabel="test MAE (thousand dollars)")
    return figure, f"The mean absolute error on test houses in thousand dollars: {'; '.join(said)}."
