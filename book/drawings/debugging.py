"""The drawings of *Debugging*: each function returns a figure and what a screen reader says of it."""

import re

import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle

from drawings import bare, glued, measured
from lossutils import bce_with_logits, cross_entropy, mae, mse, sigmoid, softmax, triplet
from lossutils.figures import COLORS, TEXT, new_figure

BLUE, RED, GREEN, PURPLE, OCHRE, GRAY = COLORS
QUESTIONS = ["shape", "start", "parameters", "gradient", "halves", "overfit", "held-out"]
SCRIPTS = {
    "sound": "sound",
    "softmax-twice": "softmax twice",
    "mean-over-NC": "mean over N·C",
    "weights-broadcast": "weights broadcast",
    "hidden-layer-detached": "hidden layer detached",
    "labels-in-another-order": "labels in another order",
    "start-30-times-too-large": "start 30 × too large",
    "no-zero-grad": "no zero_grad",
    "pixels-divided-twice": "pixels divided twice",
}


def span(name):
    """The two ends of "−0.54 to 0.37"."""
    return [float(x) for x in re.findall(r"-?\d+\.?\d*", glued("debugging", name).replace("−", "-"))]


# --- The clip -------------------------------------------------------------------------------------------


def clip():
    z = np.linspace(-24, 4, 113)
    p = sigmoid(z)
    floor = 1e-7
    at = np.argmin(abs(z - np.log(floor)))
    value = -np.log(np.maximum(p, floor))
    slope = np.where(p > floor, p - 1, 0.0)
    ones = np.ones_like(z)
    figure, (top, bottom) = new_figure(2, 1, height=4.6, sharex=True)
    top.plot(z, bce_with_logits(z, ones, reduction="none"), color=BLUE)
    top.plot(z, value, "--", color=RED)
    bottom.plot(z, bce_with_logits.grad(z, ones, reduction="sum"), color=BLUE)
    for part in (slice(0, at), slice(at + 1, None)):
        bottom.plot(z[part], slope[part], "--", color=RED)
    top.text(-20, 22.5, "from the logit", color=BLUE)
    top.text(-23.5, 12.4, "clipped: flat", color=RED)
    bottom.text(-23.5, -0.15, "clipped: nothing pulls", color=RED, va="top")
    bottom.text(-12.5, -0.86, "from the logit", color=BLUE)
    top.set(ylabel="loss", ylim=(-1, 26))
    bottom.set(xlabel="logit $z$ of an example with target 1", ylabel="pull on $z$", ylim=(-1.1, 0.1))
    alt = (
        "Top: the loss of an example with target 1 against its logit. From the logit it is a line that rises "
        f"to {value[0] + (-z[0] - value[0]):.0f} at a logit of {z[0]:.0f}; clipped it is flat at "
        f"{value[0]:.1f} from a logit of {np.log(floor):.1f} down. Bottom: the pull. From the logit it goes "
        "to -1; clipped it jumps from -1 to 0 where the loss becomes flat."
    )
    return figure, alt


# --- Six loss curves ------------------------------------------------------------------------------------


def sample(outliers=0):
    """Two features and a target for a linear model; the first targets may be typed with a zero too many."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 2)) * [1.0, 0.4]
    y = x @ [1.0, 0.5] + 0.5 * rng.normal(size=300)
    y[:outliers] = 9.0
    return x, y


def descend(loss, lr, steps=60, outliers=0, batch=None):
    """The loss of each step, as a training log has it."""
    x, y = sample(outliers)
    w, out, rng = np.zeros(2), [], np.random.default_rng(1)
    for _ in range(steps):
        rows = slice(None) if batch is None else rng.choice(len(y), batch, replace=False)
        out.append(float(loss(x[rows] @ w, y[rows])))
        w = w - lr * x[rows].T @ loss.grad(x[rows] @ w, y[rows])
    return np.array(out)


def two_classes(large=None):
    """Two clouds; the features of one example may be large."""
    x, y = sample()
    x, y = (x + 0.9 * np.where(y > 0, 1, -1)[:, None]).astype(np.float32), (y > 0).astype(np.float32)
    if large:
        x[np.argmax(y)] = large
    return x, y


def falls(steps=60):
    x, y = two_classes()
    w, out = np.zeros(2), []
    for _ in range(steps):
        out.append(float(bce_with_logits(x @ w, y)))
        w = w - 0.4 * x.T @ bce_with_logits.grad(x @ w, y)
    return np.array(out)


def plain_formula(steps=60):
    """Loss and gradient as the chain rule multiplies them, in float32."""
    x, y = two_classes(large=9)
    w, out, one = np.zeros(2, np.float32), [], np.float32(1)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            p = one / (one + np.exp(-(x @ w)))
            out.append(float(-(y * np.log(p) + (one - y) * np.log(one - p)).mean()))
            slope = ((one - y) / (one - p) - y / p) * p * (one - p)
            w = w - np.float32(0.4) * (x.T @ slope) / len(y)
    return np.array(out)


def softmax_twice(steps=60):
    z, right, out = np.zeros((1, 10)), np.array([3]), []
    for _ in range(steps):
        p = softmax(z)
        out.append(float(cross_entropy(p, right)))
        back = cross_entropy.grad(p, right)
        z = z - 1.5 * p * (back - (back * p).sum())
    return np.array(out)


def gallery():
    x, _ = sample()
    bound = 2 / np.linalg.eigvalsh(2 * x.T @ x / len(x)).max()
    runs = [
        ("falls, settles", "sound", falls(), BLUE),
        ("ends", "NaN", plain_formula(), RED),
        ("stops at a number", "softmax twice", softmax_twice(), PURPLE),
        ("grows and grows", "step too large", descend(mse, 1.01 * bound), RED),
        ("spikes", "outliers", descend(mse, 0.05, outliers=3, batch=32), OCHRE),
        ("a band stays", "pull does not fade", descend(mae, 2.0), PURPLE),
    ]
    figure, axes = new_figure(3, 2, height=6.0)
    for place, (title, cause, loss, color) in zip(axes.ravel(), runs, strict=True):
        place.plot(loss, color=color, linewidth=1.6)
        place.set_title(title, fontsize=12)
        finite = loss[np.isfinite(loss)]
        place.set_ylim(0, 1.3 * finite.max())
        place.set_xlim(-2, 62)
        place.locator_params(nbins=3)
        place.text(0.97, 0.9, cause, color=color, transform=place.transAxes, ha="right", va="top")
        if len(finite) < len(loss):
            place.plot(len(finite) - 1, finite[-1], "x", color=color, markersize=9, markeredgewidth=2.5)
    ten = np.log(1 + 9 / np.e)
    axes[1, 0].axhline(ten, color=GRAY, linestyle=":", linewidth=1.5)
    axes[1, 0].text(60, ten - 0.15, f"{ten:.2f}", color=GRAY, ha="right", va="top")
    for place in axes[2]:
        place.set_xlabel("step")
    for place in axes[:, 0]:
        place.set_ylabel("loss")
    ended, grown, spiked, band = (runs[k][2] for k in (1, 3, 4, 5))
    alt = (
        f"Six loss curves. Sound: falls from {runs[0][2][0]:.2f} and settles at {runs[0][2][-1]:.2f}. NaN: "
        f"falls, and ends after step {np.isfinite(ended).sum() - 1}. Softmax twice: falls from 2.30 to a "
        f"floor at {ten:.3f}. Step too large: grows from {grown[0]:.1f} to {grown[-1]:.1f}. Outliers: low, "
        f"with single spikes of up to {spiked.max():.1f}. A pull that does not fade: jumps between "
        f"{band[-20:].min():.2f} and {band[-20:].max():.2f} to the end."
    )
    return figure, alt


# --- The step -------------------------------------------------------------------------------------------


def steps():
    figure, axes = new_figure(1, 3, height=2.9, sharey=True)
    w = np.linspace(-1.5, 1.5, 31)
    told = []
    for place, times, color, seen in zip(
        axes, [0.5, 1.5, 2.1], [GREEN, BLUE, RED], ["walks", "jumps nearer", "jumps away"], strict=True
    ):
        path = (1 - times) ** np.arange(5)
        told.append(f"{times:g}/L: {', '.join(f'{x:.2f}' for x in path[:4])}")
        place.plot(w, w**2 / 2, color=GRAY, linewidth=1.5, alpha=0.6)
        place.plot(path, path**2 / 2, "o--", color=color, linewidth=1.3, markersize=5)
        place.plot(path[0], path[0] ** 2 / 2, "s", color=color, markersize=8)
        place.set_title(f"$\\eta$ = {times:g}/L", fontsize=12)
        place.set_xlabel(f"$w$: {seen}")
        place.set(xticks=[-1, 0, 1], xlim=(-1.6, 1.6))
    axes[0].set_ylabel("loss")
    alt = (
        "Three parabolas, each with four steps of gradient descent from w = 1. The values of w with a step "
        f"of {'; '.join(told)}. The first walks down one side, the second jumps from side to side and "
        "comes nearer, the third jumps from side to side and goes away."
    )
    return figure, alt


def halved():
    rows = [
        ("three typing\nerrors", "osc-out", "osc-out-half"),
        ("absolute\nerror", "osc-mae", "osc-mae-half"),
    ]
    figure, axes = new_figure(height=3.2)
    told = []
    lines = [("step 1.02\nof the bound", None, span("osc-half"))]
    lines += [(name, span(full), span(half)) for name, full, half in rows]
    for place, (name, full, half) in enumerate(lines):
        y = len(lines) - 1 - place
        if full is None:
            axes.text(-0.62, y + 0.16, "diverges", color=RED, va="center")
        else:
            axes.plot(full, [y + 0.16] * 2, "-o", color=RED, linewidth=4, markersize=7)
        axes.plot(half, [y - 0.16] * 2, "-s", color=BLUE, linewidth=4, markersize=7)
        text = "diverges" if full is None else f"from {full[0]} to {full[1]}"
        told.append(f"{name}: {text}, with half the step {half[0]} to {half[1]}".replace("\n", " "))
    axes.text(-0.62, 2.8, "● the step as it was", color=RED, va="center", fontsize=11)
    axes.text(0.05, 2.8, "■ half of it", color=BLUE, va="center", fontsize=11)
    axes.set(yticks=[2, 1, 0], yticklabels=[line[0] for line in lines], ylim=(-0.5, 3.05), xlim=(-0.65, 0.45))
    axes.set_xlabel("R² in steps 61 to 120, lowest to highest")
    axes.grid(visible=False, axis="y")
    alt = "Where R² lies in the last 60 of 120 steps. " + ". ".join(told) + "."
    return figure, alt


# --- The threshold --------------------------------------------------------------------------------------


def buyers():
    rows = [
        ("no gradient", "dead"),
        ("sound,\nstart at 0", "zero"),
        ("sound,\nat log-odds", "odds"),
        ("weighted", "weighted"),
    ]
    figure, (left, right) = new_figure(1, 2, height=3.4, sharey=True, width_ratios=[1, 1.5])
    told = []
    for place, (name, key) in enumerate(rows):
        y = len(rows) - 1 - place
        auc, half, low = (measured("debugging", f"major-{key}-{kind}") for kind in ("auc", "half", "low"))
        left.plot(auc, y, "o", color=PURPLE, markersize=10)
        right.barh(y + 0.19, half, height=0.34, color=RED)
        right.barh(y - 0.19, low, height=0.34, color=BLUE, hatch="//", edgecolor="white")
        right.text(half + 2, y + 0.19, f"{half:.0f}", va="center", color=RED, fontsize=11)
        right.text(low + 2, y - 0.19, f"{low:.0f}", va="center", color=BLUE, fontsize=11)
        told.append(
            f"{name}: AUC {auc}, {half:.0f} % at one half, {low:.0f} % at one sixteenth".replace("\n", " ")
        )
    right.text(30, 3.2, "line at ½", color=RED, va="center", fontsize=11)
    right.text(30, 2.8, "line at 1/16", color=BLUE, va="center", fontsize=11)
    left.set(yticks=range(4), yticklabels=[name for name, _ in rows][::-1], xlim=(0.42, 0.85))
    left.set(xticks=[0.5, 0.75], xlabel="AUC")
    right.set(xlim=(0, 118), xticks=[0, 50, 100], xlabel="buyers found, in %")
    for place in (left, right):
        place.grid(visible=False, axis="y")
        place.tick_params(left=False)
    alt = "Four models, their AUC and the share of the buyers that they find. " + "; ".join(told) + "."
    return figure, alt


# --- Embeddings -----------------------------------------------------------------------------------------


def states():
    figure, axes = new_figure(3, 1, height=5.2)
    cases = [
        ("a triplet that teaches", [0.0, 0.0], [0.6, 0.8], [1.2, 0.0]),
        ("collapse: all three are one point", [0.0, 0.1], [0.0, 0.1], [0.0, 0.1]),
        ("stall: the negative is far enough", [0.0, 0.0], [0.6, 0.8], [3.4, 0.2]),
    ]
    told = []
    for place, (title, a, u, v) in zip(axes, cases, strict=True):
        a, u, v = (np.array(point) for point in (a, u, v))
        near, far = ((a - u) ** 2).sum(), ((a - v) ** 2).sum()
        loss = max(0.0, near - far + 1)
        bare(place)
        place.set(xlim=(-1.3, 4.6), ylim=(-0.5, 1.25), aspect="equal")
        place.set_title(title, fontsize=12, loc="left")
        place.text(4.5, 0.95, f"loss {loss:.2f}".replace("1.00", "1, the margin"), ha="right", va="top")
        if near == far:
            place.plot(*a, "o", color=PURPLE, markersize=11)
            place.text(a[0] + 0.2, a[1], "anchor, positive, negative", va="center")
            place.text(4.5, 0.55, "no pull on any", ha="right", va="top", color=GRAY)
        else:
            for point, name, color, mark, dx in [
                (a, "anchor", TEXT, "o", -0.15),
                (u, "positive", GREEN, "^", 0.18),
                (v, "negative", RED, "s", 0.18),
            ]:
                place.plot(*point, mark, color=color, markersize=9)
                place.text(
                    point[0] + dx,
                    point[1] + (0.2 if dx > 0 else 0),
                    name,
                    color=color,
                    ha="left" if dx > 0 else "right",
                    va="center",
                )
            if loss:
                for point, slope, color in [
                    (a, 2 * (v - u), TEXT),
                    (u, 2 * (u - a), GREEN),
                    (v, 2 * (a - v), RED),
                ]:
                    end = point - 0.3 * slope
                    place.annotate(
                        "",
                        end,
                        point,
                        arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2, "shrinkA": 6},
                    )
            else:
                place.text(1.0, 0.4, "no pull on any", va="center", color=GRAY)
        told.append(f"{title}, loss {loss:.2f}")
    check = float(triplet(np.zeros((1, 2)), np.zeros((1, 2)), np.zeros((1, 2))))
    alt = (
        f"Three states of a triplet in a plane, margin {check:.0f}. {'. '.join(told)}. Only in the first "
        "have the points arrows, the way of the step: the positive moves toward the anchor, the negative "
        "away from it, the anchor away from the negative."
    )
    return figure, alt


# --- Silent bugs ----------------------------------------------------------------------------------------


def table():
    pred, y = np.array([1.0, 2, 3]), np.array([1.0, 2, 3])
    error = pred[:, None] - y
    figure, axes = new_figure(height=3.0)
    bare(axes)
    for i in range(3):
        axes.text(-0.2, 2.5 - i, f"prediction {pred[i]:.0f}", ha="right", va="center", color=BLUE)
        axes.text(i + 0.5, 3.15, f"{y[i]:.0f}", ha="center", color=RED)
        for j in range(3):
            own = i == j
            axes.add_patch(
                Rectangle(
                    (j, 2 - i),
                    1,
                    1,
                    facecolor=GREEN if own else TEXT,
                    alpha=0.35 if own else 0.05,
                    edgecolor=TEXT,
                )
            )
            axes.text(
                j + 0.5,
                2.5 - i,
                f"{error[i, j]:.0f}".replace("-", "−"),
                ha="center",
                va="center",
                fontsize=15,
            )
    axes.text(1.5, 3.6, "targets", ha="center", color=RED)
    axes.text(3.25, 2.05, "green: what\nyou meant", color=GREEN, va="center")
    axes.text(3.25, 0.9, f"mean square of\nall nine: {(error**2).mean():.2f}", va="center")
    axes.set(xlim=(-2.2, 5.4), ylim=(-0.1, 4.0), aspect="equal")
    alt = (
        "A table of three predictions 1, 2, 3 against three targets 1, 2, 3. Its nine cells hold prediction "
        "minus target. The diagonal, each prediction against its own target, is 0; the other cells are 1, "
        f"-1, 2 and -2. The mean square of the diagonal is 0, that of all nine cells {(error**2).mean():.2f}."
    )
    return figure, alt


def twice():
    z = np.array([[9.0, 0, 0]])
    once = softmax(z)
    again = softmax(once)
    figure, axes = new_figure(1, 2, height=2.9, sharey=True)
    told = []
    for place, p, title, color in zip(
        axes, (once, again), ("softmax", "softmax of softmax"), (BLUE, RED), strict=True
    ):
        place.bar(range(3), p[0], color=color, width=0.65)
        place.set_title(title, fontsize=12)
        place.set(xticks=range(3), xticklabels="123", xlabel="class", ylim=(0, 1.15))
        place.grid(visible=False, axis="x")
        for k, value in enumerate(p[0]):
            place.text(k, value + 0.03, f"{value:.2f}", ha="center")
        told.append(", ".join(f"{value:.2f}" for value in p[0]))
    axes[0].set_ylabel("probability")
    alt = f"Bars for the logits 9, 0, 0. Softmax: {told[0]}. Softmax of that: {told[1]}."
    return figure, alt


LISTS = [1, 3, 2, 10]


def lists():
    figure, axes = new_figure(height=2.1)
    bare(axes)
    wide = max(LISTS)
    for row, length in enumerate(LISTS):
        y = -row - (0.5 if row > 1 else 0)
        for place in range(wide):
            full = place < length
            axes.add_patch(
                Rectangle(
                    (place + 0.08, y + 0.1),
                    0.84,
                    0.8,
                    facecolor=BLUE if full else "none",
                    alpha=0.75 if full else 0.35,
                    edgecolor=BLUE if full else TEXT,
                    linestyle="-" if full else ":",
                )
            )
        axes.text(-0.25, y + 0.5, f"user {row + 1}", ha="right", va="center")
    for y, part in [(0, LISTS[:2]), (-2.5, LISTS[2:])]:
        axes.text(wide + 0.3, y, f"part of\n{sum(part)} ratings", va="center")
    filled, places = sum(LISTS), wide * len(LISTS)
    axes.text(0, -4.1, f"{filled} ratings in {places} places; dotted: padding", va="center")
    axes.set(xlim=(-2.0, wide + 3.9), ylim=(-4.5, 1.1), aspect="equal")
    alt = (
        f"A table of four users and {wide} places. The users have {', '.join(map(str, LISTS))} ratings, "
        f"{filled} of {places} places; the others are padding. The upper two rows are one part with "
        f"{sum(LISTS[:2])} ratings, the lower two one with {sum(LISTS[2:])}."
    )
    return figure, alt


# --- The questions --------------------------------------------------------------------------------------

# Question of the notebook, what the box asks, and whom a no accuses.
PATH = [
    ("shape", "One loss per\nexample?", "weights or targets broadcast:\n(N, N) instead of (N,)"),
    ("start", "First loss $\\log K$?", "$1/K$ of it: mean over N·C\nmany times: start too large"),
    ("overfit", "One batch\nby heart?", ""),
    (
        "gradient",
        "A gradient in each\nlayer, and right?",
        "0, None: detached or dead\nwrong: no zero_grad",
    ),
    ("held-out", "New examples\ngood?", "labels, features, overfitting"),
]
STOPS = "stops at a known number:\nsoftmax twice; tiny inputs"


def path():
    figure, axes = new_figure(height=6.0)
    bare(axes)

    def box(x, y, text, color, width=3.2):
        for face, alpha, edge in [(color, 0.16, "none"), ("none", 1, color)]:
            style = "round,pad=0.04,rounding_size=0.12"
            axes.add_patch(
                FancyBboxPatch(
                    (x, y - 0.48),
                    width,
                    0.96,
                    boxstyle=style,
                    facecolor=face,
                    alpha=alpha,
                    edgecolor=edge,
                    lw=1.5,
                )
            )
        axes.text(x + width / 2, y, text, ha="center", va="center", fontsize=11)

    def arrow(start, end, text="", dx=0.0, dy=0.0):
        axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": TEXT, "lw": 1.4})
        x, y = (np.array(start) + end) / 2 + [dx, dy]
        axes.text(x, y, text, ha="left" if dx else "center", va="center", fontsize=11)

    shape, start, overfit, gradient, held = PATH
    rows = {9.2: shape, 7.5: start, 5.8: overfit}
    for y, (_, ask, accused) in rows.items():
        box(0, y, ask, BLUE)
        arrow((3.25, y), (4.45, y), "no", dy=0.24)
        if accused:
            box(4.5, y, accused, RED, width=4.9)
    box(4.5, 5.8, gradient[1], BLUE, width=3.9)
    box(4.5, 4.1, gradient[2], RED, width=4.9)
    box(4.5, 2.5, STOPS, RED, width=4.9)
    box(0, 3.3, held[1], BLUE)
    box(4.5, 0.9, held[2], RED, width=4.9)
    box(0, 0.9, "start the long run", GREEN)
    for above, below in [(8.7, 8.05), (7.0, 6.35), (5.3, 3.85), (2.8, 1.45)]:
        arrow((1.6, above), (1.6, below), "yes", dx=0.15)
    arrow((6.4, 5.3), (6.4, 4.65), "no", dx=0.15)
    axes.plot([8.45, 9.75, 9.75], [5.8, 5.8, 2.5], color=TEXT, linewidth=1.4)
    arrow((9.75, 2.5), (9.42, 2.5))
    axes.text(8.6, 6.04, "yes", ha="left", va="center", fontsize=11)
    axes.plot([3.25, 3.85, 3.85], [3.3, 3.3, 0.9], color=TEXT, linewidth=1.4)
    arrow((3.85, 0.9), (4.45, 0.9))
    axes.text(3.35, 3.54, "no", ha="left", va="center", fontsize=11)
    axes.set(xlim=(-0.15, 9.9), ylim=(0.3, 9.8))
    alt = (
        "A path of five questions. First: is there one loss per example? If not, weights or targets are "
        "broadcast. Then: is the first loss log K? If it is one K-th of that, the mean is over N times C; "
        "if it is many times that, the start is too large. Then: can it learn one batch by heart? If it can: "
        "is it good on new examples? Then start the long run; if not, look at labels, features and "
        "overfitting. If it cannot learn the batch: has each layer a gradient, and is it right? "
        "If not, a layer is detached or dead, or zero_grad is missing; if so, the loss stops at a known "
        "number, as with softmax twice, or the inputs are tiny."
    )
    return figure, alt


def matrix():
    names = ["shape", "start", "param.", "grad.", "halves", "overfit", "held out"]
    figure, axes = new_figure(height=4.3)
    found = {}
    for row, (key, name) in enumerate(SCRIPTS.items()):
        for column, question in enumerate(QUESTIONS):
            if glued("debugging", f"q-{key}-{question}") == "✗":
                axes.plot(column, row, "X", color=RED, markersize=12)
                found.setdefault(name, []).append(names[column])
            else:
                axes.plot(column, row, ".", color=GRAY, markersize=5)
    axes.set(yticks=range(len(SCRIPTS)), yticklabels=SCRIPTS.values(), ylim=(len(SCRIPTS) - 0.5, -0.5))
    axes.set(xticks=range(7), xlim=(-0.5, 6.5))
    axes.set_xticklabels(names, rotation=40, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    alt = (
        "Nine scripts against seven questions; a cross where the question finds the bug. The sound script "
        "has none. " + ". ".join(f"{name}: {', '.join(which)}" for name, which in found.items()) + "."
    )
    return figure, alt
