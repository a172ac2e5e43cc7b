"""The drawings of *Margins*: each function returns a figure and what a screen reader says of it."""

import numpy as np

from drawings import measured
from lossutils import bce_with_logits, hinge
from lossutils.figures import COLORS, new_figure

# A street: w and b of the line with the largest margin, and the points that it is drawn for.
W, B = np.array([0.3, 0.4]), -2.0
POSITIVE = np.array([[2, 6], [6, 3], [4, 6], [5, 5], [6.5, 5], [7.5, 3.5], [7, 6]])
NEGATIVE = np.array([[2, 1], [0.7, 1.1], [1, 0.4], [2.6, 0.2], [0.4, 2], [3.4, -0.5]])
# Three more points for the napkin: name, place, class.
NEW = [("A", (4, 5), 1), ("B", (5, 2), 1), ("C", (4, 4), -1)]
AREA = (-0.4, 8.2), (-1.2, 6.8)


def score(x):
    return np.asarray(x) @ W + B


def street_of(axes, *, edges=True):
    """The line, and the two edges of the margin, as far as the axes reach."""
    across = np.array(AREA[0])
    for level, style in [(0, "-"), (1, "--"), (-1, "--")] if edges else [(0, "-")]:
        axes.plot(
            across, (level - B - W[0] * across) / W[1], style, color=COLORS[5], lw=2.2 if level == 0 else 1.4
        )
    axes.fill_between(
        across,
        (-1 - B - W[0] * across) / W[1],
        (1 - B - W[0] * across) / W[1],
        color=COLORS[5],
        alpha=0.13,
        lw=0,
    )
    axes.set(xlim=AREA[0], ylim=AREA[1], xlabel="$x_1$", ylabel="$x_2$", aspect="equal")


def cloud(axes, points, y, **options):
    marker, color = ("o", COLORS[0]) if y > 0 else ("s", COLORS[1])
    axes.plot(*np.transpose(points), marker, color=color, ms=7, zorder=3, **options)


def street():
    figure, axes = new_figure(height=4.1)
    street_of(axes)
    cloud(axes, POSITIVE, 1)
    cloud(axes, NEGATIVE, -1)
    both = np.concatenate([POSITIVE, NEGATIVE])
    held = both[np.isclose(abs(score(both)), 1)]
    axes.plot(*held.T, "o", ms=16, mfc="none", mec=COLORS[5], mew=1.8, zorder=4)
    width = 2 / np.linalg.norm(W)
    foot = np.array([2.0, 1.0])
    top = foot + width * W / np.linalg.norm(W)
    axes.annotate("", top, foot, arrowprops=dict(arrowstyle="<->", color=COLORS[5], lw=1.4, shrinkA=9))
    axes.text(3.85, 3.05, f"{width:g} wide", va="center")
    axes.text(7.05, 4.35, "class +1", color=COLORS[0], ha="center")
    axes.text(0.95, -0.55, "class −1", color=COLORS[1], ha="center")
    axes.text(6.1, 0.75, "the line")
    alt = (
        f"{len(POSITIVE)} round points of class +1 at the upper right, {len(NEGATIVE)} square points "
        "of class −1 at "
        "the lower left, and a falling line between them. Parallel to it, at a distance of "
        f"{width / 2:g} on each "
        f"side, run two dashed edges. The street between them, {width:g} wide, is empty. {len(held)} "
        "points stand "
        "on the edges and are ringed: two round ones and a square one."
    )
    return figure, alt


def napkin():
    figure, axes = new_figure(height=4.1)
    street_of(axes)
    said = []
    for name, place, y in NEW:
        m = y * float(score(place))
        loss = float(hinge(np.array([score(place)]), np.array([float(y)])))
        cloud(axes, [place], y)
        if loss:  # the step that hinge asks for: across the street to the edge of the own class
            edge = np.array(place) + y * loss / np.linalg.norm(W) * W / np.linalg.norm(W)
            axes.annotate("", edge, place, arrowprops=dict(arrowstyle="->", color=COLORS[4], lw=2, shrinkA=6))
        text = f"{name}: $m$ = {m:g}".replace("-", "−") + f"\nloss {loss:g}"
        right, up = {"A": (0.28, 0.4), "B": (0.3, -0.45), "C": (-0.35, 0.1)}[name]
        axes.text(place[0] + right, place[1] + up, text, va="center", ha="left" if right > 0 else "right")
        said.append(f"{name} has the margin {m:g} and the loss {loss:g}")
    axes.text(6.9, 4.3, "side of +1", color=COLORS[0], ha="center")
    axes.text(1.0, 0.2, "side of −1", color=COLORS[1], ha="center")
    alt = (
        "The same street with three new points: "
        + "; ".join(said)
        + ". A, of class +1, lies beyond its edge. B, of "
        "class +1, lies inside the street, and a short arrow leads to the edge of its class. C is of "
        "class −1 and lies "
        "on the side of +1; a long arrow leads across the line to the other edge."
    )
    return figure, alt


def starts():
    runs = [f"run{k}" for k in range(6)]
    length = np.array([measured("margin", f"{run}-length") for run in runs])
    margin = np.array([measured("margin", f"{run}-margin") for run in runs])
    best = [measured("margin", f"hard-{name}") for name in ("length", "margin")]
    figure, axes = new_figure(height=3.3)
    across = np.linspace(6, 9, 200)
    axes.plot(across, 1 / across, color=COLORS[5], lw=1.4)
    axes.text(6.95, 0.1455, "1 / length")
    axes.plot(length, margin, "o", color=COLORS[0], ms=8)
    axes.plot(*best, "D", color=COLORS[1], ms=9)
    axes.text(best[0] + 0.12, best[1] + 0.0005, "largest margin", color=COLORS[1], va="center")
    axes.text(7.6, 0.1235, "the six runs", color=COLORS[0], ha="right")
    axes.set(xlabel="length of the weights", ylabel="margin (distance)", xlim=(6, 8.8), ylim=(0.11, 0.165))
    alt = (
        f"The margin against the length of the weights. Six runs with lengths from {length.min():g} to "
        f"{length.max():g} and margins from {margin.max():g} down to {margin.min():g} lie on the "
        "curve 1 / length. The "
        f"largest margin, {best[1]:g}, lies on it too, at a length of {best[0]:g}. All seven have a "
        "loss of 0."
    )
    return figure, alt


def penalties():
    names = {1.0: "at1", 0.1: "at01", 0.01: "at001", 0.001: "at0001", 0.0001: "at00001"}
    half, support = (
        np.array([measured("margin", f"{name}-{what}") for name in names.values()])
        for what in ("half", "support")
    )
    figure, (top, bottom) = new_figure(2, 1, height=4.4, sharex=True)
    top.semilogx(list(names), half, "o-", color=COLORS[0])
    bottom.semilogx(list(names), support, "s--", color=COLORS[1])
    for axes, values, form in [(top, half, ".2f"), (bottom, support, ".0f")]:
        for place, value in zip(names, values, strict=True):
            side = dict(ha="left", xytext=(0, 8)) if place == 0.0001 else dict(ha="right", xytext=(-5, 4))
            axes.annotate(f"{value:{form}}", (place, value), textcoords="offset points", **side)
        axes.set_ylim(0, 1.18 * values.max())
    top.set_ylabel(r"half the street, $1/|w|$")
    bottom.set(ylabel="support vectors", xlabel=r"strength of the penalty, $\lambda$")
    alt = (
        "Two curves against the penalty, from 0.0001 to 1. Half the width of the street grows from "
        f"{half[-1]:g} to {half[0]:g}, and the number of support vectors among the 569 tumors from "
        f"{support[-1]:g} to "
        f"{support[0]:g}."
    )
    return figure, alt


def pulls():
    m = np.linspace(-3, 3, 601)
    one, yes = np.ones_like(m), np.ones(1)
    figure, (top, bottom) = new_figure(2, 1, height=4.8, sharex=True)
    for loss, name, color, dash in [
        (hinge, "hinge", COLORS[0], "-"),
        (bce_with_logits, "cross-entropy", COLORS[1], "--"),
    ]:
        slope = loss.grad(m, one, reduction="sum")
        top.plot(m, loss(m, one, reduction="none"), dash, color=color, label=name)
        if loss is hinge:  # a jump, not a steep line
            slope[np.searchsorted(m, 1.0 - 1e-9)] = np.nan
        bottom.plot(m, slope, dash, color=color)
    top.legend(loc="upper right")
    top.set_ylabel("loss")
    bottom.set(ylabel="pull on the score", xlabel="margin $m$ of an example of class +1")
    for axes in (top, bottom):
        axes.axvline(1, color=COLORS[5], lw=1, ls=":")
    bottom.text(0.93, -0.18, "edge", ha="right", va="center")
    at = [float(bce_with_logits.grad(np.array([x]), yes, reduction="sum")[0]) for x in (-3.0, 1.0, 3.0)]
    alt = (
        "Top: the losses against the margin. Hinge falls in a straight line, from 4 at −3 to 0 at 1, "
        "and stays 0. "
        "Cross-entropy falls in a curve and stays above 0. Bottom: the pulls. Hinge pulls with −1 up "
        "to the margin 1, "
        f"then with 0. The pull of cross-entropy fades: {at[0]:.2f} at −3, {at[1]:.2f} at 1, "
        f"{at[2]:.2f} at 3."
    )
    return figure, alt


def holders():
    rows = [("beyond the margin", "beyond-the-margin"), ("on the margin", "on-the-margin")]
    rows += [("inside, right side", "inside"), ("wrong side", "wrong-side")]
    figure, axes = new_figure(height=2.7)
    said = []
    for place, (name, key) in enumerate(rows):
        count, used = (measured("margin", f"sv-{key}{end}") for end in ("", "-used"))
        axes.barh(
            place,
            count,
            color=COLORS[0] if used else "none",
            edgecolor=COLORS[0],
            hatch=None if used else "///",
            alpha=1 if used else 0.6,
        )
        axes.text(count + 8, place, f"{count:g}, {'all hold it' if used else 'none holds it'}", va="center")
        said.append(f"{count:g} {name}, of which {used:g} hold the boundary")
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.invert_yaxis()
    axes.set(xlabel="tumors", xlim=(0, 1050))
    axes.set_xticks([0, 200, 400])
    axes.grid(axis="y", visible=False)
    return figure, "Bars of how many of the 569 tumors lie where: " + "; ".join(said) + "."


def kink():
    s = np.linspace(-0.6, 2.6, 321)
    figure, axes = new_figure(height=3.1)
    axes.plot(s, hinge(s, np.ones_like(s), reduction="none"), color=COLORS[0], lw=3)
    for slope, dash in [(-0.5, "--"), (-0.2, "-.")]:
        axes.plot(s, slope * (s - 1), dash, color=COLORS[1], lw=1.6)
    axes.plot(1, 0, "o", color=COLORS[5], ms=8, zorder=4)
    axes.text(2.65, -0.8, "slope −0.5", color=COLORS[1], va="center")
    axes.text(2.65, -0.32, "slope −0.2", color=COLORS[1], va="center")
    axes.text(0.05, 1.08, "hinge", color=COLORS[0])
    axes.set(xlabel="score $s$ of an example of class +1", ylabel="loss", xlim=(-0.7, 3.7), ylim=(-1.0, 1.7))
    alt = (
        "Hinge loss against the score: it falls with the slope −1 to 0 at the score 1, and is flat "
        "from there on. Two "
        "dashed lines with the slopes −0.5 and −0.2 pass through the corner and lie nowhere above the loss."
    )
    return figure, alt


def expected():
    s = np.linspace(-2, 2, 401)
    figure, axes = new_figure(height=3.2)
    said = []
    for share, color, dash in [(0.9, COLORS[0], "-"), (0.7, COLORS[2], "--"), (0.51, COLORS[1], "-.")]:
        yes, no = (hinge(s, side * np.ones_like(s), reduction="none") for side in (1, -1))
        risk = share * yes + (1 - share) * no
        axes.plot(s, risk, dash, color=color, label=rf"$\pi$ = {share:g}")
        axes.plot(s[risk.argmin()], risk.min(), "o", color=color, ms=8)
        said.append(f"{risk.min():.2g} for the probability {share:g}")
    axes.set(xlabel="score $s$", ylabel="expected hinge loss", ylim=(0, 2.95))
    axes.legend(loc="upper right")
    alt = (
        "The expected hinge loss against the score for three probabilities of class +1. All three "
        "lines have their "
        "corner and lowest point, marked by a dot, at the score 1: " + ", ".join(said) + "."
    )
    return figure, alt


def rivals():
    scores = np.array([2.0, 1.5, 0.0])
    wanted = scores[0] - 1
    figure, axes = new_figure(height=3.2)
    for k, value in enumerate(scores):
        axes.bar(k, value, width=0.5, color=COLORS[0] if k == 0 else COLORS[5], alpha=1 if k == 0 else 0.55)
    axes.plot([-0.4, 2.7], [wanted, wanted], "--", color=COLORS[1])
    axes.text(2.7, wanted + 0.06, "true score − 1", color=COLORS[1], ha="right", va="bottom")
    axes.annotate("", (1, wanted), (1, scores[1]), arrowprops=dict(arrowstyle="<->", color=COLORS[1], lw=2))
    axes.text(
        1.32,
        (wanted + scores[1]) / 2 + 0.12,
        f"{scores[1] - wanted:g} too much",
        color=COLORS[1],
        va="center",
    )
    axes.text(2, 0.06, "no loss", ha="center")
    axes.set_xticks(range(3), ["true class", "rival", "rival"])
    axes.set(ylabel="score", xlim=(-0.5, 2.75), ylim=(0, 2.3))
    axes.grid(axis="x", visible=False)
    alt = (
        f"Bars of three scores: {scores[0]:g} for the true class, {scores[1]:g} and {scores[2]:g} for "
        "two rivals. A "
        f"dashed line at {wanted:g}, one below the true score. The first rival is "
        f"{scores[1] - wanted:g} above it, the "
        "second below it."
    )
    return figure, alt
