"""The drawings of *Foundations*: each function returns a figure and what a screen reader says of it."""

from itertools import pairwise

import numpy as np

from drawings import measured
from lossutils import bce, bce_with_logits, hinge, huber, mae, mse, sigmoid
from lossutils.figures import COLORS, new_figure

BUS = np.array([2.0, 3.0, 7.0])  # minutes waited
TOSSES = np.array([1.0, 1.0, 0.0])  # heads, heads, tails


def bus_risk(theta, loss=mse):
    return float(loss(np.full(3, float(theta)), BUS))


def descent(eta, steps, theta=0.0):
    """Where gradient descent on the bus stands before each step, and after the last."""
    path = [theta]
    for _ in range(steps):
        path.append(path[-1] - eta * mse.grad(np.full(3, path[-1]), BUS).sum())
    return np.array(path)


def signed(number):
    return f"{number:g}".replace("-", "−")


def bars():
    theta = 5.0
    squares = mse(np.full(3, theta), BUS, reduction="none")
    figure, axes = new_figure(height=3.0)
    axes.bar(range(3), squares, 0.55, color=COLORS[0], alpha=0.75)
    for k, (square, y) in enumerate(zip(squares, BUS, strict=True)):
        error = theta - y
        base = f"({signed(error)})²" if error < 0 else f"{error:g}²"
        axes.text(k, square + 0.15, f"{base} = {square:g}", ha="center", va="bottom")
    mean = squares.mean()
    axes.axhline(mean, ls="--", color=COLORS[1])
    axes.text(2.42, mean + 0.12, f"mean {mean:.2f}", color=COLORS[1], ha="right", va="bottom")
    axes.set_xticks(range(3), [f"{y:g} minutes" for y in BUS])
    axes.set(xlabel="target: how long you waited", ylabel="squared error", xlim=(-0.45, 2.45), ylim=(0, 10.4))
    axes.grid(axis="x", visible=False)
    alt = (
        "Three bars, one for each morning: the squared errors of the prediction 5 for the targets 2, 3 and 7 "
        f"are {squares[0]:g}, {squares[1]:g} and {squares[2]:g}. A dashed line marks their mean, {mean:.2f}."
    )
    return figure, alt


def valley():
    theta = np.linspace(-0.8, 8.8, 97)
    path = descent(0.25, 3)
    figure, axes = new_figure(height=3.6)
    axes.plot(theta, [bus_risk(t) for t in theta], color=COLORS[0])
    slope = mse.grad(np.zeros(3), BUS).sum()
    touch = np.array([-0.8, 1.5])
    axes.plot(touch, bus_risk(0) + slope * touch, "--", color=COLORS[5])
    axes.text(1.05, 10.6, f"slope {signed(slope)}", color=COLORS[5], ha="right", va="center")
    for a, b in pairwise(path):
        axes.annotate(
            "",
            (b, bus_risk(b)),
            (a, bus_risk(a)),
            arrowprops=dict(arrowstyle="->", color=COLORS[1], lw=2, shrinkA=3, shrinkB=4),
        )
    axes.plot(path, [bus_risk(t) for t in path], "o", color=COLORS[1], ms=6, zorder=3)
    axes.text(0.35, bus_risk(0) + 0.6, "start", color=COLORS[1])
    axes.text(1.55, 13.6, "step 1", color=COLORS[1])
    axes.plot(5, bus_risk(5), "s", color=COLORS[0], ms=7, zorder=3)
    axes.text(5.35, bus_risk(5) - 0.2, "θ = 5", va="center", color=COLORS[0])
    axes.plot(4, bus_risk(4), "D", color=COLORS[0], ms=7, zorder=3)
    axes.text(4, bus_risk(4) - 1.2, "lowest: θ = 4", va="top", ha="center", color=COLORS[0])
    axes.set(
        xlabel="θ, the prediction in minutes", ylabel="mean squared error", ylim=(0, 27), xlim=(-0.8, 8.8)
    )
    alt = (
        "A curve shaped like a valley: the mean squared error against the prediction. At 5, a square, it is "
        f"{bus_risk(5):.2f}; it is lowest at 4, a diamond, with {bus_risk(4):.2f}. At the start, 0, it is "
        f"{bus_risk(0):.2f}, and a dashed line touches the curve with the slope {slope:g}. Arrows lead down "
        f"the curve in three steps, from 0 to {path[1]:g}, {path[2]:g} and {path[3]:g}."
    )
    return figure, alt


def bank():
    names, count = ("A", "B"), lambda what: np.array([measured("foundations", f"{m}-{what}") for m in "ab"])
    errors, misread, clerk = count("errors"), 50 * count("misread"), count("clerk")
    figure, (top, bottom) = new_figure(2, 1, height=3.5)
    top.barh(names, errors, 0.6, color=COLORS[5], alpha=0.8)
    bottom.barh(names, misread, 0.6, color=COLORS[1], alpha=0.8)
    bottom.barh(names, clerk, 0.6, left=misread, color=COLORS[0], alpha=0.8)
    for k in range(2):
        top.text(errors[k] + 1, k, f"{errors[k]:.0f}", va="center")
        bottom.text(misread[k] + clerk[k] + 15, k, f"{misread[k] + clerk[k]:.0f}", va="center")
    bottom.text(misread[0] / 2, -0.36, "misread by the machine", color=COLORS[1], ha="center", va="bottom")
    bottom.text(misread[0] + clerk[0] / 2, -0.36, "clerk", color=COLORS[0], ha="center", va="bottom")
    for axes, label, right in (
        (top, "errors on 1397 digits", 108),
        (bottom, "cost, in readings of the clerk", 1560),
    ):
        axes.set(xlabel=label, xlim=(0, right), ylim=(1.45, -0.75 if axes is bottom else -0.5))
        axes.grid(axis="y", visible=False)
    alt = (
        f"Above, the errors: {errors[0]:.0f} of model A and {errors[1]:.0f} of model B, two bars of "
        f"nearly the same length. Below, the cost. A: {misread[0]:.0f} for digits misread by the machine and "
        f"{clerk[0]:.0f} for the clerk. B: {misread[1]:.0f} and {clerk[1]:.0f}, together about half as much."
    )
    return figure, alt


def tosses():
    p = np.linspace(0.02, 0.98, 97)
    best = TOSSES.mean()
    risk = {value: float(bce(np.full(3, value), TOSSES)) for value in (0.5, best)}
    chance = {value: value**2 * (1 - value) for value in (0.5, best)}
    figure, (top, bottom) = new_figure(2, 1, height=4.6, sharex=True)
    top.plot(p, p**2 * (1 - p), color=COLORS[0])
    bottom.plot(p, [float(bce(np.full(3, v), TOSSES)) for v in p], color=COLORS[1])
    for axes, at, color, lift, digits in ((top, chance, COLORS[0], 9, 3), (bottom, risk, COLORS[1], -18, 2)):
        axes.axvline(best, ls=":", color=COLORS[5])
        for value, marker, side in ((0.5, "s", "right"), (best, "o", "left")):
            axes.plot(value, at[value], marker, color=color, ms=7)
            axes.annotate(
                f"{at[value]:.{digits}f}",
                (value, at[value]),
                (-4 if side == "right" else 4, lift),
                ha=side,
                color=color,
                textcoords="offset points",
            )
    top.set(ylabel="likelihood", ylim=(0, 0.19))
    bottom.set(ylabel="mean loss", ylim=(0.3, 1.9), xlabel="p, the probability of heads")
    alt = (
        "Two curves over the probability of heads. Above, the likelihood of heads, heads, tails: "
        f"{chance[0.5]:.3f} at one half, and highest at two thirds, {chance[best]:.3f}. Below, the mean "
        f"of the three losses: {risk[0.5]:.2f} at one half, and lowest at two thirds, {risk[best]:.2f}."
    )
    return figure, alt


def chords():
    figure, (top, bottom) = new_figure(2, 1, height=4.6)
    theta, z = np.linspace(0, 8, 81), np.linspace(-7, 5, 121)
    one = np.ones(1)

    def behind_sigmoid(logit):
        return float(mse(sigmoid(np.full(1, float(logit))), one))

    top.plot(theta, [bus_risk(t) for t in theta], color=COLORS[0])
    bottom.plot(z, [behind_sigmoid(v) for v in z], color=COLORS[1])
    for axes, f, ends in ((top, bus_risk, (1.0, 7.5)), (bottom, behind_sigmoid, (-6.0, 0.5))):
        axes.plot(ends, [f(v) for v in ends], "o--", color=COLORS[5], ms=6)
    top.text(3.7, 17.2, "chord above the graph", ha="center", color=COLORS[5])
    bottom.text(-5.0, 0.36, "chord below\nthe graph", ha="center", va="center", color=COLORS[5])
    top.set(xlabel="θ", ylabel="loss of the bus", ylim=(0, 22))
    bottom.set(xlabel="logit z, target 1", ylabel="$(p - 1)^2$", ylim=(0, 1.1))
    alt = (
        "Above, the mean squared error of the bus: a valley, and a dashed chord between two of its points "
        "runs above it. Below, the squared error of a probability against the logit, for the target 1: flat "
        "at 1 on the left, then falling to 0. The chord from -6 to 0.5 runs below the graph: at -3 the graph "
        f"is at {behind_sigmoid(-3):.2f}."
    )
    return figure, alt


def steps():
    rates = {0.25: ("-", "o"), 0.9: ("--", "s"), 1.1: (":", "^")}
    figure, axes = new_figure(height=3.4)
    axes.axhline(4, color=COLORS[5], lw=1.2)
    ends = {}
    for (eta, (dash, marker)), color in zip(rates.items(), (COLORS[0], COLORS[2], COLORS[1]), strict=True):
        path = descent(eta, 6)
        ends[eta] = path[-1]
        axes.plot(path, dash + marker, color=color, ms=6)
    for eta, color, lift in ((0.25, COLORS[0], 0.9), (0.9, COLORS[2], -1.0), (1.1, COLORS[1], 0)):
        axes.text(6.2, ends[eta] + lift, f"η = {eta:g}", color=color, va="center")
    axes.set_yticks(range(-8, 16, 4))
    axes.set(xlabel="step", ylabel="θ, in minutes", xlim=(-0.2, 7.6))
    axes.set_xticks(range(7))
    alt = (
        "Three runs of gradient descent from 0, over six steps. With a learning rate of 0.25 the prediction "
        f"approaches 4 from below and is at {ends[0.25]:.2f}. With 0.9 it hops from side to side, each time "
        f"closer. With 1.1 each hop is wider than the last, and it ends at {ends[1.1]:.0f}."
    )
    return figure, alt


def pulls():
    error = np.concatenate([np.linspace(-4, -1e-9, 21), np.linspace(1e-9, 4, 21)])  # both sides of the step
    m = np.concatenate([np.linspace(-8, 1 - 1e-9, 61), np.linspace(1 + 1e-9, 4, 21)])
    zero, one = np.zeros_like(error), np.ones_like(m)
    p = sigmoid(m)
    brier = mse.grad(p, one, reduction="sum") * p * (1 - p)  # through the sigmoid
    figure, (top, bottom) = new_figure(2, 1, height=5.2)
    top.plot(error, mse.grad(error, zero, reduction="sum"), color=COLORS[0], label="squared")
    top.plot(error, mae.grad(error, zero, reduction="sum"), "--", color=COLORS[1], label="absolute")
    top.plot(error, huber.grad(error, zero, reduction="sum"), ":", color=COLORS[2], lw=3, label="Huber")
    bottom.plot(m, bce_with_logits.grad(m, one, reduction="sum"), color=COLORS[0], label="cross-entropy")
    bottom.plot(m, hinge.grad(m, one, reduction="sum"), "--", color=COLORS[1], label="hinge")
    bottom.plot(m, brier, ":", color=COLORS[2], lw=3, label="Brier")
    top.set(xlabel="error, prediction minus target", ylabel="pull", ylim=(-8.5, 8.5))
    bottom.set(xlabel="margin: logit, if the target is 1", ylabel="pull", ylim=(-1.15, 0.75))
    top.legend(loc="upper left")
    bottom.legend(loc="upper left", ncols=3, columnspacing=0.9, handlelength=1.5, handletextpad=0.4)
    at = {x: float(np.interp(x, m, brier)) for x in (-8, -1)}
    alt = (
        "Above, pulls against the error: a straight line up to 8 at an error of 4 for the squared error, a "
        "step from -1 to 1 for the absolute error, for Huber a line capped at -1 and 1. Below, pulls against "
        "the margin: cross-entropy is near -1 on the left and fades to 0 on the right, hinge is -1 up to a "
        f"margin of 1 and then 0, Brier is near 0 on both sides, {at[-1]:.2f} at -1 and {at[-8]:.4f} at -8."
    )
    return figure, alt
