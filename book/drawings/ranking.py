"""The drawings of *Ranking*."""

import numpy as np

from lossutils import ndcg, pairwise_hinge, ranknet
from lossutils.figures import COLORS, new_figure

GAINS = {"A": 3, "B": 1, "C": 0}
DISCOUNTS = 1 / np.log2(2 + np.arange(3))


def places():
    figure, axes = new_figure(height=3.2)
    worth = []
    for row, order in enumerate(["A B C", "B A C", "C A B"]):
        left = 0.0
        for place, name in enumerate(order.split()):
            width = GAINS[name] * DISCOUNTS[place]
            if width:
                color = {"A": COLORS[0], "B": COLORS[1]}[name]
                axes.barh(row, width, left=left, color=color, alpha=0.35, edgecolor=color, height=0.75)
                axes.text(left + width / 2, row, f"{name}\n{width:.3g}", ha="center", va="center")
            left += width
        worth.append(left)
        axes.text(left + 0.1, row, f"= {left:.3f}", va="center")
    axes.set(yticks=range(3), yticklabels=["A B C", "B A C", "C A B"], xlim=(0, 4.5))
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set(xlabel="gain × discount, added up over the list", ylabel="order")
    best, swapped, last = worth
    alt = (
        f"Bars of what each document adds. Order A B C: A 3 and B 0.631, together {best:.3f}. B A C: "
        f"{swapped:.3f}. C A B: C adds nothing at the first place, together {last:.3f}."
    )
    return figure, alt


def staircase():
    moved = np.linspace(-1, 3, 801)
    relevance = np.array([[2, 1, 0]])
    scores = [np.array([[1.5, s, 0.5]]) for s in moved]
    figure, (top, bottom) = new_figure(2, 1, height=4.2, sharex=True)
    quality = np.array([ndcg(s, relevance)[0] for s in scores])
    for low, high in [(-1, 0.5), (0.5, 1.5), (1.5, 3)]:
        inside = (moved > low) & (moved < high)
        top.plot(moved[inside], quality[inside], color=COLORS[0])
    top.set(ylabel="NDCG", ylim=(0.7, 1.05))
    bottom.plot(moved, [float(ranknet(s, relevance)) for s in scores], color=COLORS[1])
    bottom.set(xlabel="score of B; that of A is 1.5, that of C is 0.5", ylabel="RankNet loss")
    levels = [float(ndcg(np.array([[1.5, s, 0.5]]), relevance)[0]) for s in (0.0, 1.0, 2.0)]
    alt = (
        f"NDCG against the score of B is flat: {levels[0]:.3f} below 0.5, {levels[1]:.3f} from 0.5 to 1.5, "
        f"{levels[2]:.3f} above. The RankNet loss falls and then rises, without a jump."
    )
    return figure, alt


def pairs():
    gap = np.linspace(-4, 4, 401)
    scores, relevance = np.stack([gap, 0 * gap], axis=1), np.tile([1, 0], (len(gap), 1))
    figure, (top, bottom) = new_figure(2, 1, height=4.4, sharex=True)
    for loss, name, color, dash in [
        (pairwise_hinge, "pairwise hinge", COLORS[0], "--"),
        (ranknet, "RankNet", COLORS[1], "-"),
    ]:
        top.plot(gap, loss(scores, relevance, reduction="none"), dash, color=color, label=name)
        slope = loss.grad(scores, relevance, reduction="sum")[:, 0]
        bottom.plot(gap, slope, dash, color=color)
    top.set_ylabel("loss")
    top.legend()
    bottom.set(xlabel="gap d, positive if the pair is in the right order", ylabel="slope by d")
    far = float(ranknet.grad(np.array([[4.0, 0.0]]), np.array([[1, 0]]), reduction="sum")[0, 0])
    alt = (
        "Top: the hinge falls with slope -1 to 0 at a gap of 1, RankNet falls smoothly and never reaches 0. "
        "Bottom: the slope of the hinge jumps from -1 to 0 at a gap of 1, that of RankNet rises smoothly "
        f"from almost -1 to {far:.3f} at a gap of 4."
    )
    return figure, alt
