"""The drawings of *Metric learning*: each function returns a figure and what a screen reader says of it."""

import numpy as np

from drawings import arrow, bare, measured
from lossutils import mine_triplets, triplet
from lossutils.figures import COLORS, TEXT, new_figure

MARKS = "os^D"


def row(*numbers):
    """One embedding, as a batch of one."""
    return np.array([numbers], dtype=float)


def plane(axes, *, x, y):
    """A plane without ticks, in which one unit is as long to the right as it is upward."""
    axes.set(xlim=x, ylim=y, aspect="equal")
    bare(axes)


# --- The door, pairs, triplets ------------------------------------------------------------------------------


def door():
    figure, axes = new_figure(height=3.4)
    rng = np.random.default_rng(3)
    middles = {"Ann": (0.6, 2.4), "Ben": (3.4, 2.9), "Cleo": (1.0, 0.3)}
    for (name, middle), mark, color in zip(middles.items(), MARKS, COLORS, strict=False):
        x, y = np.array(middle)[:, None] + rng.normal(size=(2, 4)) * 0.2
        axes.plot(x, y, mark, color=color, markersize=8)
        axes.annotate(name, (x.mean(), y.max()), (0, 9), textcoords="offset points", ha="center")
    known, new = np.array([3.5, 0.75]), np.array([3.85, 0.6])
    axes.plot(*known, "*", color=COLORS[3], markersize=16)
    axes.plot(*new, "*", color=COLORS[3], markersize=16, markerfacecolor="none", markeredgewidth=1.6)
    axes.annotate("Dora on Monday", known, (-12, 8), textcoords="offset points", ha="center")
    axes.annotate("Dora on Tuesday", new, (-12, -20), textcoords="offset points", ha="center")
    plane(axes, x=(-0.3, 4.8), y=(-0.5, 3.7))
    alt = (
        "A plane with three tight groups of four points, the photos of Ann, Ben and Cleo, on whom the door "
        "was trained. A filled star far from all groups is Dora's photo of Monday, an open star right beside "
        "it her photo of Tuesday."
    )
    return figure, alt


def pair():
    figure, panels = new_figure(1, 2, height=2.5)
    near, margin = (1.0, 0.54), 1.7
    for axes, title, color, sign in zip(panels, ("one class", "two classes"), COLORS, (1, -1), strict=False):
        ends = np.array([[0.0, 0.0], near])
        if sign < 0:
            turn = np.linspace(0, 2 * np.pi, 200)
            axes.plot(margin * np.cos(turn), margin * np.sin(turn), "--", color=COLORS[5], linewidth=1.3)
            axes.text(0, -margin - 0.1, "distance m", ha="center", va="top")
        axes.plot(*ends.T, ":", color=COLORS[5], linewidth=1.5)
        if sign > 0:
            ends = ends * 1.35 - (0.2, 0.1)
        step = 0.38 * (ends[1] - ends[0]) * sign
        for end, way in zip(ends, (1, -1), strict=True):
            arrow(axes, end, end + way * step, TEXT, linewidth=2.4, mutation_scale=17)
        for end, mark in zip(ends, "oo" if sign > 0 else "os", strict=True):
            axes.plot(*end, mark, color=color, markersize=10)
        axes.set_title(title)
        plane(axes, x=(-2, 2), y=(-2.25, 1.85))
    alt = (
        "Left: two round points of one class, with arrows along the line between them that point at each "
        "other. Right: a point and a square of two classes, with arrows away from each other; a dashed "
        "circle of radius m around the first marks where the push ends."
    )
    return figure, alt


ANCHOR, POSITIVE, MARGIN = row(0, 0), row(0.6, 0.8), 0.5
NEGATIVES = {"hard": row(-0.3, 0.4), "semi-hard": row(-1.2, 0), "easy": row(1.2, -1.6)}


def ring():
    figure, axes = new_figure(height=3.9)
    turn = np.linspace(0, 2 * np.pi, 300)
    for radius, dash, color in [(1, "-", COLORS[0]), (1 + MARGIN, "--", COLORS[5])]:
        axes.plot(radius * np.cos(turn), radius * np.sin(turn), dash, color=color)
    axes.plot(0, 0, "o", color=TEXT, markersize=10)
    axes.text(0.08, -0.08, "anchor", va="top")
    axes.plot(*POSITIVE[0], "s", color=COLORS[0], markersize=10)
    axes.plot([0.68, 1.28], [0.84, 1.1], color=TEXT, linewidth=0.8, alpha=0.5)
    axes.text(1.32, 1.12, "positive:\ndistance 1", va="center")
    axes.text(-1.12, 1.15, "1 + m", ha="right")
    says = []
    for (name, negative), color, (x, y, side) in zip(
        NEGATIVES.items(),
        (COLORS[1], COLORS[4], COLORS[2]),
        ((-0.33, 0.31, "center"), (-1.58, 0, "right"), (1.32, -1.6, "left")),
        strict=True,
    ):
        loss, far = float(triplet(ANCHOR, POSITIVE, negative, margin=MARGIN)), np.linalg.norm(negative)
        axes.plot(*negative[0], "^", color=color, markersize=11)
        breaks = ":\n" if name == "semi-hard" else ": "
        axes.text(x, y, f"{name}{breaks}loss {loss:g}", ha=side, va="top" if name == "hard" else "center")
        says.append(f"{name} at distance {far:.3g} with a loss of {loss:g}")
    plane(axes, x=(-2.4, 2.3), y=(-1.85, 1.6))
    alt = (
        "An anchor in the middle, the positive at distance 1 on a solid ring, a dashed ring at 1.5, which is "
        "the margin of 0.5 farther out. Three negatives: " + "; ".join(says) + "."
    )
    return figure, alt


def pushes():
    figure, axes = new_figure(height=2.9)
    lengths = []
    for negative in (0.1, 0.5, 0.9):
        points = row(0, 0), row(0, 1), row(negative, 0)
        lengths.append(float(np.linalg.norm(triplet.grad(*points, margin=MARGIN)[2])))
        squared = 2 * negative
        place = len(lengths)
        for height, length, color, dash in [
            (0.14, lengths[-1], COLORS[0], "-"),
            (-0.14, squared, COLORS[1], "--"),
        ]:
            y = -place + height
            axes.plot([negative, negative + length - 0.06], [y, y], dash, color=color)
            axes.plot(negative + length - 0.04, y, ">", color=color, markersize=8)
        axes.plot(negative, -place, "^", color=TEXT, markersize=9)
    axes.axvline(0, color=TEXT, linewidth=1, alpha=0.5)
    axes.text(0.05, -3.45, "anchor", va="center")
    axes.plot([], [], "-", color=COLORS[0], label="distance")
    axes.plot([], [], "--", color=COLORS[1], label="squared distance")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    axes.set(yticks=[], ylim=(-3.6, -0.5), xlim=(-0.08, 2.9), xlabel="distance from the anchor")
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    alt = (
        "Three negatives at the distances 0.1, 0.5 and 0.9 from the anchor, each with two arrows that lead "
        f"away from it. With the distance every arrow is {lengths[0]:g} long; with the squared distance they "
        "are 0.2, 1 and 1.8 long: shortest for the negative that is nearest."
    )
    assert lengths == [1.0] * 3
    return figure, alt


def scale():
    figure, axes = new_figure(height=3.0)
    alpha = np.linspace(0, 1.6, 161)
    ends = {}
    for name, color, dash in [("hard", COLORS[1], "-"), ("semi-hard", COLORS[2], "--")]:
        loss = [float(triplet(ANCHOR, a * POSITIVE, a * NEGATIVES[name], margin=MARGIN)) for a in alpha]
        axes.plot(alpha, loss, dash, color=color)
        now = float(triplet(ANCHOR, POSITIVE, NEGATIVES[name], margin=MARGIN))
        axes.plot(1, now, "o", color=color, markersize=9)
        way = -0.45 if name == "hard" else 0.45
        slope = (loss[110] - loss[90]) / 0.2
        lift = 0.09
        arrow(axes, (1, now + lift), (1 + way, now + way * slope + lift), color)
        ends[name] = now, slope
    axes.axhline(MARGIN, color=TEXT, linewidth=1, alpha=0.5, linestyle=":")
    axes.text(1.6, MARGIN + 0.02, "margin", ha="right", va="bottom")
    axes.text(0.62, 1.0, "hard: shrink", ha="right", va="bottom", color=COLORS[1])
    axes.text(1.05, 0.12, "semi-hard: grow", ha="right", va="bottom", color=COLORS[2])
    axes.set(xlabel="α: all embeddings multiplied by it", ylabel="loss", ylim=(0, 1.4), xlim=(0, 1.62))
    alt = (
        "The loss of two triplets against the factor α. Both lines begin at the margin, 0.5, at α = 0. The "
        f"hard one rises through {ends['hard'][0]:g} at α = 1, so a step leads down to the left, to one "
        f"point; the semi-hard one falls through {ends['semi-hard'][0]:g}, so a step leads to the right."
    )
    return figure, alt


# --- A cloud, and the ten seeds -----------------------------------------------------------------------------


def clouds(each):
    """{name: (points, labels)} of three classes."""
    rng = np.random.default_rng(5)
    labels = np.repeat(np.arange(3), each)
    turn = 2 * np.pi * labels / 3 + np.pi / 2
    middle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    noise = rng.normal(size=middle.shape)
    stray = middle + 0.13 * noise
    stray[4] = middle[15] + (0.3, 0.3)
    return {
        "collapse": (0.01 * noise, labels),
        "mixed": (0.5 * middle + 0.62 * noise, labels),
        "stall": (stray, labels),
        "sorted": (middle + 0.13 * noise, labels),
    }


def readings(points, labels, margin=0.2):
    """Spread, share of all triplets that have a loss, recall@1."""
    parts = [points[place] for place in mine_triplets(points, labels, margin=margin, kind="all")]
    active = np.mean(triplet(*parts, margin=margin, reduction="none") > 0)
    gaps = np.linalg.norm(points[:, None] - points, axis=2) + np.diag(np.full(len(points), np.inf))
    spread = np.linalg.norm(points - points.mean(axis=0), axis=1).mean()
    return spread, active, np.mean(labels[gaps.argmin(axis=1)] == labels)


def states():
    figure, panels = new_figure(2, 2, height=5.9)
    figure.get_layout_engine().set(hspace=0.08)
    says = []
    for axes, (name, (points, labels)) in zip(panels.flat, clouds(each=10).items(), strict=True):
        for k in range(3):
            axes.plot(*points[labels == k].T, MARKS[k], color=COLORS[k], markersize=6, alpha=0.8)
        if name == "stall":
            axes.plot(*points[4], "o", color=TEXT, markersize=15, markerfacecolor="none", markeredgewidth=1.2)
        spread, active, found = readings(points, labels)
        axes.set_title(name)
        plane(axes, x=(-1.75, 1.75), y=(-1.6, 1.75))
        lines = f"spread {spread:.2f}\nactive {active:.0%}\nrecall@1 {found:.2f}"
        axes.text(0.5, 0, lines, transform=axes.transAxes, ha="center", va="top", linespacing=1.3)
        says.append(f"{name}: spread {spread:.2f}, {active:.0%} of the triplets active, recall@1 {found:.2f}")
    alt = (
        "Four clouds of 30 points of three classes. Collapse is one spot, mixed is one wide cloud of all, "
        "stall has three tight groups with one point in a wrong group, sorted has three groups without one. "
        + "; ".join(says)
        + "."
    )
    return figure, alt


# --- One against the batch ----------------------------------------------------------------------------------

SCORES = np.array([[2, 1, 0, -1], [0, 3, 1, 1], [1, 0, 2, 0], [-1, 1, 0, 2]])


def grid(axes, rows, columns):
    """An empty table: cell (i, j) has its middle at (j, i), and the first row is at the top."""
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), aspect="equal")
    axes.set(xticks=range(columns), yticks=range(rows))
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.grid(False)
    for edge in range(rows + 1):
        axes.plot([-0.5, columns - 0.5], [edge - 0.5] * 2, color=TEXT, alpha=0.25, linewidth=1, clip_on=False)
    for edge in range(columns + 1):
        axes.plot([edge - 0.5] * 2, [-0.5, rows - 0.5], color=TEXT, alpha=0.25, linewidth=1, clip_on=False)


def cell(axes, i, j, color, *, alpha=0.22, edge=None):
    axes.fill_between([j - 0.5, j + 0.5], i - 0.5, i + 0.5, color=color, alpha=alpha, linewidth=0)
    if edge:
        sides = np.array([[-0.5, 0.5, 0.5, -0.5, -0.5], [-0.5, -0.5, 0.5, 0.5, -0.5]])
        axes.plot(j + sides[0] * 0.94, i + sides[1] * 0.94, edge, color=color, linewidth=2)


def table():
    figure, axes = new_figure(height=3.6)
    n = len(SCORES)
    grid(axes, n, n)
    for i in range(n):
        cell(axes, i, i, COLORS[0], edge="-")
        for j in range(n):
            text = f"{SCORES[i, j]}".replace("-", "−")
            axes.text(j, i, text, ha="center", va="center", weight="bold" if i == j else "normal")
    axes.set_xticks(range(n), [f"key {j + 1}" for j in range(n)])
    axes.set_yticks(range(n), [f"query {i + 1}" for i in range(n)])
    axes.set_xlim(-0.5, n + 1.35)
    arrow(axes, (n - 0.4, 0), (n + 0.1, 0), TEXT)
    p = np.exp(SCORES[0]) / np.exp(SCORES[0]).sum()
    axes.text(n + 0.2, 0, f"softmax\np₁ = {p[0]:.2f}", va="center")
    alt = (
        "A table of four queries and four keys. Each cell holds a similarity; the outlined cells on the "
        "diagonal are the pairs that belong together, all others are negatives. An arrow leads from the "
        f"first row, 2, 1, 0 and −1, to its softmax, which gives the own key {p[0]:.2f}."
    )
    return figure, alt


def span():
    figure, axes = new_figure(height=3.1)
    tau, n = np.linspace(0.05, 1.5, 291), 64
    floor = np.log1p((n - 1) * np.exp(-n / (n - 1) / tau))
    axes.fill_between(tau, floor, np.log(n), color=COLORS[0], alpha=0.13, linewidth=0)
    axes.axhline(np.log(n), color=COLORS[1], linestyle="--")
    axes.plot(tau, floor, color=COLORS[0])
    at = float(np.log1p((n - 1) * np.exp(-n / (n - 1) / 0.5)))
    axes.plot(0.5, at, "o", color=COLORS[0], markersize=8)
    axes.annotate(f"{at:.2f} at τ = 0.5", (0.5, at), (10, -12), textcoords="offset points")
    axes.text(1.5, np.log(n) + 0.1, "one point: log 64", ha="right", va="bottom")
    axes.text(1.5, 3.0, "the best there is", ha="right", va="top")
    axes.set(xlabel="temperature τ, 64 keys", ylabel="loss", ylim=(0, 5), xlim=(0, 1.52))
    alt = (
        f"The loss of one point is a dashed line at {np.log(n):.2f}, whatever the temperature. The least "
        f"loss of a batch of 64 is a curve that is near 0 at a temperature of 0.1, {at:.2f} at 0.5 and "
        f"{floor[190]:.2f} at 1."
    )
    return figure, alt


QUERY, OWN = 90, 50
OTHERS = (116, 142, 200, 265, 330)


def of_the_push(tau):
    """The share of the push that each of the five negatives of `circle` gets, by the slope of the loss."""

    def on_circle(degrees):
        turn = np.radians(np.atleast_1d(degrees))
        return np.stack([np.cos(turn), np.sin(turn)], axis=1)

    keys = on_circle([OWN, *OTHERS])
    scores = on_circle(QUERY) @ keys.T / tau
    p = np.exp(scores - scores.max())
    p = (p / p.sum())[0]
    return p[1:] / p[1:].sum(), keys


def circle():
    figure, panels = new_figure(1, 2, height=3.1)
    turn, says = np.linspace(0, 2 * np.pi, 300), []
    for axes, tau in zip(panels, (0.5, 0.05), strict=True):
        shares, keys = of_the_push(tau)
        axes.plot(np.cos(turn), np.sin(turn), color=TEXT, alpha=0.3, linewidth=1)
        for key, share in zip(keys[1:], shares, strict=True):
            axes.plot([key[0], 0], [key[1], 1], color=COLORS[1], linewidth=0.4 + 11 * share, alpha=0.75)
            axes.plot(*key, "s", color=COLORS[1], markersize=8)
            if share > 0.005:
                axes.text(*(1.3 * key), f"{share:.0%}", ha="center", va="center")
        axes.plot(*keys[0], "o", color=COLORS[0], markersize=9)
        axes.plot(0, 1, "*", color=TEXT, markersize=15)
        axes.text(0.05, 1.14, "query", ha="left", va="bottom")
        axes.text(*(1.14 * keys[0]), "own", ha="left", va="center")
        axes.set_title(f"τ = {tau:g}", pad=4)
        plane(axes, x=(-1.65, 1.65), y=(-1.5, 1.5))
        says.append(f"at τ = {tau:g} " + ", ".join(f"{s:.0%}" for s in shares))
    alt = (
        "A circle with a query at the top, its own key (round) near it, and five other keys (squares). The "
        "thickness of a line is the share of the push that a key gets, from the nearest to the farthest as "
        "they stand counterclockwise: " + "; ".join(says) + "."
    )
    return figure, alt


def shares():
    figure, axes = new_figure(height=3.0)
    taus, cosines = [1, 0.5, 0.1, 0.05, 0.02], np.array([0.9, 0.7, 0.5, *[0.0] * 60])
    parts = []
    for tau in taus:
        p = np.exp((cosines - 0.9) / tau)
        parts.append([*(p / p.sum())[:3], (p / p.sum())[3:].sum()])
    left, parts = np.zeros(len(taus)), np.array(parts)
    names = ["cosine 0.9", "0.7", "0.5", "sixty at 0"]
    for k, (name, hatch) in enumerate(zip(names, ("", "//", "--", "xx"), strict=True)):
        bars = axes.barh(range(len(taus)), parts[:, k], left=left, color=COLORS[(1, 4, 3, 5)[k]], alpha=0.75)
        for bar in bars:
            bar.set(hatch=hatch, edgecolor=TEXT, linewidth=0.5)
        bars.set_label(name)
        left += parts[:, k]
    axes.set_yticks(range(len(taus)), [f"{tau:g}" for tau in taus])
    axes.set(xlabel="share of the push", ylabel="temperature τ", xlim=(0, 1))
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.grid(False, axis="y")
    figure.legend(loc="outside upper center", ncols=4, frameon=False, handlelength=1.2, columnspacing=1)
    first, rest = (dict(zip(taus, parts[:, k], strict=True)) for k in (0, 3))
    alt = (
        "Bars of the push on the negatives for five temperatures. The one at cosine 0.9 gets "
        + ", ".join(f"{first[t]:.0%} at τ = {t:g}" for t in (0.02, 0.05, 0.1, 0.5, 1))
        + f". The sixty at cosine 0 get {rest[0.5]:.0%} at 0.5 and {rest[1]:.0%} at 1."
    )
    return figure, alt


def false_negatives():
    figure, axes = new_figure(height=3.6)
    names = "ABCADBEA"
    grid(axes, len(names), len(names))
    false = 0
    for i, one in enumerate(names):
        for j, other in enumerate(names):
            if i == j:
                cell(axes, i, j, COLORS[0], alpha=0.3)
            elif one == other:
                cell(axes, i, j, COLORS[1], alpha=0.12, edge="-")
                axes.text(j, i, "×", ha="center", va="center", color=COLORS[1], size=15)
                false += 1
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylabel("class of the query")
    axes.set_title("class of the key", size=12)
    alt = (
        f"A table of eight queries and eight keys of the classes {', '.join(names)}. The diagonal is filled. "
        f"{false} other cells carry a cross: their key has the class of the query, and is pushed away."
    )
    return figure, alt


# --- Which one, and when ------------------------------------------------------------------------------------


def compare():
    figure, axes = new_figure(height=3.7)
    tasks = {
        "digits": "digits",
        "digits-unseen": "digits,\nunseen",
        "oils": "oils",
        "oils-unseen": "oils,\nunseen",
    }
    kinds = [
        ("raw", "raw", "|", COLORS[5]),
        ("untrained", "untrained", "x", COLORS[5]),
        ("contrastive", "contrastive", "o", COLORS[0]),
        ("cosine", "cosine", "s", COLORS[1]),
        ("triplet", "triplet", "^", COLORS[2]),
        ("infonce", "InfoNCE", "D", COLORS[3]),
    ]
    found = {(t, k): measured("metric_learning", f"{t}-{k}") for t in tasks for k, *_ in kinds}
    for n, (kind, name, mark, color) in enumerate(kinds):
        height = -np.arange(len(tasks)) + 0.3 - 0.12 * n
        size = 13 if mark == "|" else 8
        axes.plot(
            [found[task, kind] for task in tasks],
            height,
            mark,
            color=color,
            label=name,
            markersize=size,
            mew=2,
        )
    axes.set_yticks(-np.arange(len(tasks)), list(tasks.values()))
    axes.set(xlabel="recall@1, mean of eight seeds", xlim=(0.65, 1.01))
    axes.grid(False, axis="y")
    for edge in (-0.5, -1.5, -2.5):
        axes.axhline(edge, color=TEXT, alpha=0.2, linewidth=1)
    figure.legend(loc="outside upper center", ncols=3, frameon=False, handlelength=1, columnspacing=1.2)
    rows = [
        f"{task.replace('-', ' ')}: "
        + ", ".join(f"{name} {found[task, kind]:.2f}" for kind, name, *_ in kinds)
        for task in tasks
    ]
    return figure, "Recall@1 of four tasks. " + "; ".join(rows) + "."
