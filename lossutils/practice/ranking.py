"""The problems of the ranking chapter: one query at a time, scores (n,) and relevances (n,)."""

import numpy as np

import lossutils

from .engine import problem


def _draw(rng, n):
    """Scores that all differ, and relevances of which at least one is not 0."""
    relevance = rng.randint(0, 4, n) * 1.0
    relevance[rng.randint(n)] = 1 + rng.randint(3)
    return (rng.permutation(25)[:n] - 12) / 4, relevance


EDGES = [
    ("a right order", [1.75, 0.5, -1.0], [2.0, 1.0, 0.0]),
    ("a wrong order", [0.5, 1.25, -0.25], [0.0, 2.0, 1.0]),
    ("two of one level", [0.5, 0.25, -0.25, 1.5], [1.0, 0.0, 1.0, 0.0]),
    ("a level that is skipped", [0.25, 1.5, -0.5], [3.0, 0.0, 1.0]),
]


# NDCG


def _dcg(relevance, order):
    return np.sum((2 ** relevance[order] - 1) / np.log2(2 + np.arange(len(order))))


def _by(numbers):
    return np.argsort(-numbers, kind="stable")


def _discounts(n):
    return 1 / np.log2(2 + np.arange(n))


def _shared(scores, discount):
    """What each document gets of the discounts of the places: tied ones the mean."""
    ranked = np.sort(scores)[::-1]
    return np.array([np.mean(discount[ranked == score]) for score in scores])


def _normalized(scores, relevance, gain, discount):
    return gain @ _shared(scores, discount) / (np.sort(gain)[::-1] @ discount)


def _in_order(relevance, order):
    return _dcg(relevance, order) / _dcg(relevance, _by(relevance))


@problem(
    "ndcg",
    edges=[
        ("one document", [0.5], [2.0]),
        *EDGES,
        ("all scores equal", [0.5, 0.5, 0.5], [0.0, 2.0, 1.0]),
        ("a tie at the top", [-0.5, 1.25, 1.25], [2.0, 3.0, 1.0]),
        ("a tie at the end", [0.25, 2.0, 0.25, 0.25], [2.0, 0.0, 0.0, 3.0]),
        ("two ties", [0.75, -1.0, 0.75, -1.0, 0.0], [0.0, 3.0, 1.0, 2.0, 1.0]),
    ],
    draw=_draw,
)
def ndcg(scores, relevance):
    return lossutils.ndcg(scores, relevance)


ndcg.mistake(
    "ties in the order of the file",
    "a sort alone: of tied documents the first in the file gets the better place.",
    "Give all documents the same score and reverse the file. Should your answer change?",
    lambda scores, relevance: _in_order(relevance, _by(scores)),
)
ndcg.mistake(
    "ties against the order of the file",
    "a sort from the smallest up, read backwards: of tied documents the last in the file comes first.",
    "Give all documents the same score and reverse the file. Should your answer change?",
    lambda scores, relevance: _in_order(relevance, np.argsort(scores, kind="stable")[::-1]),
)
ndcg.mistake(
    "ties to the most relevant",
    "the more relevant of two tied documents first, as when pairs of score and relevance are sorted.",
    "What do you get for equal scores everywhere? Has that model earned it?",
    lambda scores, relevance: _in_order(relevance, np.lexsort((relevance, scores))[::-1]),
)


@ndcg.mistake(
    "ties at their best place",
    "the discount of their best place for all tied documents.",
    "Add up the discounts that you give out, and those of the places. Are the sums equal?",
)
def _(scores, relevance):
    place = np.sum(scores[None, :] > scores[:, None], axis=1)
    return (2**relevance - 1) @ _discounts(len(scores))[place] / _dcg(relevance, _by(relevance))


@ndcg.mistake(
    "ties at their mean place",
    "the discount of the mean place, where the mean of the discounts is asked for.",
    "The places 1 and 2 have the discounts 1 and 0.631. What is their mean, and what does place 1.5 have?",
)
def _(scores, relevance):
    place = _shared(scores, 1.0 + np.arange(len(scores)))
    return (2**relevance - 1) @ (1 / np.log2(1 + place)) / _dcg(relevance, _by(relevance))


ndcg.mistake(
    "not normalized",
    "the DCG, not divided by the best one.",
    "What should a perfect order of any query get?",
    lambda scores, relevance: (2**relevance - 1) @ _shared(scores, _discounts(len(scores))),
)
ndcg.mistake(
    "linear gains",
    "the relevance itself as the gain, where 2^r − 1 is asked for.",
    "How many documents of relevance 1 are worth one of relevance 3?",
    lambda scores, relevance: lossutils.ndcg(scores, relevance, gain="linear"),
)
ndcg.mistake(
    "smallest first",
    "the order from the smallest score to the largest.",
    "Which end of the list does argsort start at?",
    lambda scores, relevance: lossutils.ndcg(-scores, relevance),
)
ndcg.mistake(
    "one over the place",
    "a discount of 1 / place, without the logarithm.",
    "What is the third place worth? It should be a half.",
    lambda scores, relevance: _normalized(
        scores, relevance, 2**relevance - 1, 1 / (1.0 + np.arange(len(scores)))
    ),
)
ndcg.mistake(
    "one place late",
    "a discount of 1 / log2(2 + place): the first place is not worth 1.",
    "Does your first place have the number 0 or 1?",
    lambda scores, relevance: _normalized(
        scores, relevance, 2**relevance - 1, 1 / np.log2(3 + np.arange(len(scores)))
    ),
)
ndcg.mistake(
    "no discount",
    "a sum over all places that count alike.",
    "Does the order matter to your function?",
    lambda scores, relevance: 1.0,
)


# Pairs

WITHOUT_ORDER = [
    ("one document", [0.5], [2.0]),
    ("no order", [1.5, 0.25], [1.0, 1.0]),
    ("nothing relevant", [1.5, 0.25, -1.0], [0.0, 0.0, 0.0]),
    ("equal scores", [0.25, 0.25, 0.25], [0.0, 2.0, 1.0]),
    ("a gap of 2000", [2000.0, 0.0, 0.5], [0.0, 1.0, 2.0]),
    *EDGES,
]


def _pairs(relevance):
    return relevance[:, None] > relevance[None, :]


def _gaps(scores):
    return scores[:, None] - scores[None, :]


def _mean(table, relevance):
    count = _pairs(relevance).sum()
    return np.sum(table * _pairs(relevance)) / max(count, 1)


@problem(
    "pairwise_hinge",
    edges=WITHOUT_ORDER,
    draw=_draw,
)
def pairwise_hinge(scores, relevance):
    return lossutils.pairwise_hinge(scores, relevance)


pairwise_hinge.mistake(
    "sum for mean",
    "the sum over the pairs instead of the mean.",
    "Should a longer list have a larger loss?",
    lambda scores, relevance: np.sum(np.maximum(0, 1 - _gaps(scores)) * _pairs(relevance)),
)


@pairwise_hinge.mistake(
    "ties are pairs",
    "documents of the same relevance compared with each other, and with themselves.",
    "Which of two equally relevant documents should lead?",
)
def _(scores, relevance):
    pairs = relevance[:, None] >= relevance[None, :]
    return np.sum(np.maximum(0, 1 - _gaps(scores)) * pairs) / pairs.sum()


pairwise_hinge.mistake(
    "no margin",
    "max(0, −(s_i − s_j)): content with a lead of a hair.",
    "What do equal scores cost?",
    lambda scores, relevance: _mean(np.maximum(0, -_gaps(scores)), relevance),
)
pairwise_hinge.mistake(
    "sides swapped",
    "the less relevant document in the place of the more relevant one.",
    "Which of the two scores should be larger for a loss of 0?",
    lambda scores, relevance: _mean(np.maximum(0, 1 + _gaps(scores)), relevance),
)
pairwise_hinge.mistake(
    "divided by all pairs",
    "a division by n² instead of the number of pairs that are compared.",
    "How many of the n² pairs have a more and a less relevant document?",
    lambda scores, relevance: np.mean(np.maximum(0, 1 - _gaps(scores)) * _pairs(relevance)),
)
pairwise_hinge.mistake(
    "margin of the relevances",
    "a margin of r_i − r_j: a wish, but not the one asked for.",
    "By how much should the better of any two lead?",
    lambda scores, relevance: _mean(np.maximum(0, _gaps(relevance) - _gaps(scores)), relevance),
)


# RankNet's gradient


def _from_gaps(table):
    return table.sum(axis=1) - table.sum(axis=0)


def _pulls(scores, relevance):
    return _pairs(relevance) / (1 + np.exp(_gaps(scores)))


@problem(
    "ranknet_gradient",
    edges=WITHOUT_ORDER,
    draw=_draw,
)
def ranknet_gradient(scores, relevance):
    return lossutils.ranknet.grad(scores, relevance)


ranknet_gradient.mistake(
    "flipped sign",
    "the right size with the wrong sign.",
    "Should the score of the best document rise or fall when you step against your gradient?",
    lambda scores, relevance: -lossutils.ranknet.grad(scores, relevance),
)
ranknet_gradient.mistake(
    "not divided by the pairs",
    "the gradient of the sum over the pairs.",
    "The loss is a mean over the pairs. What does that do to its gradient?",
    lambda scores, relevance: _from_gaps(-_pulls(scores, relevance)),
)
ranknet_gradient.mistake(
    "winners only",
    "the pull on the more relevant document of each pair; the other one does not move.",
    "What is the derivative of s_i − s_j by s_j?",
    lambda scores, relevance: -_pulls(scores, relevance).sum(axis=1) / max(_pairs(relevance).sum(), 1),
)


@ranknet_gradient.mistake(
    "the wrong sigmoid",
    "σ(s_i − s_j): pairs that are right pull most.",
    "How hard should a pair pull that is right by a gap of 10?",
)
def _(scores, relevance):
    pulls = _pairs(relevance) / (1 + np.exp(-_gaps(scores)))
    return _from_gaps(-pulls) / max(_pairs(relevance).sum(), 1)


ranknet_gradient.mistake(
    "full pull",
    "a pull of 1 from every pair, settled or not.",
    "Does the pull of a pair fade as it gets right?",
    lambda scores, relevance: _from_gaps(-1.0 * _pairs(relevance)) / max(_pairs(relevance).sum(), 1),
)
ranknet_gradient.mistake(
    "divided by n",
    "a division by the number of documents.",
    "Over what is the mean taken, documents or pairs?",
    lambda scores, relevance: _from_gaps(-_pulls(scores, relevance)) / len(scores),
)


# ListMLE


def _draw_levels(rng, n):
    """All relevances differ."""
    return (rng.permutation(25)[:n] - 12) / 4, rng.permutation(n) * 1.0


def _steps(sorted_scores, largest=None):
    """log Σ exp − s of each step, from the best document on."""
    out = []
    for k in range(len(sorted_scores)):
        rest = sorted_scores[k:]
        out.append(np.log(np.sum(np.exp(rest - rest.max()))) + rest.max() - rest[0])
    return np.array(out)


@problem(
    "listmle",
    edges=[
        ("one document", [0.5], [2.0]),
        ("two documents", [0.5, -0.75], [0.0, 1.0]),
        ("a right order", [1.75, 0.5, -1.0], [2.0, 1.0, 0.0]),
        ("a wrong order", [0.5, 1.25, -0.25, 2.0], [3.0, 0.0, 1.0, 2.0]),
        ("a gap of 60", [60.0, 0.0, 0.5], [2.0, 1.0, 0.0]),
        ("a gap of 2000", [2000.0, 0.0, 0.5], [0.0, 1.0, 2.0]),
        ("a lead of 2000", [2000.0, 0.0, 0.5], [2.0, 1.0, 0.0]),
    ],
    draw=_draw_levels,
)
def listmle(scores, relevance):
    return lossutils.listmle(scores, relevance)


listmle.mistake(
    "first step only",
    "minus the log-probability that the best document comes first; the others may stand in any order.",
    "Who is drawn second, and from which documents?",
    lambda scores, relevance: _steps(scores[_by(relevance)])[0],
)
listmle.mistake(
    "order of the file",
    "the likelihood of the order in which the documents are given.",
    "Where does your function use the relevances?",
    lambda scores, relevance: np.sum(_steps(scores)),
)
listmle.mistake(
    "worst first",
    "the likelihood of the reversed order.",
    "Which document should be drawn first?",
    lambda scores, relevance: np.sum(_steps(scores[_by(-relevance)])),
)


@listmle.mistake(
    "everybody in every step",
    "a softmax over all documents in each step: nobody leaves the urn.",
    "Against whom does the last document compete?",
)
def _(scores, relevance):
    rest = scores - scores.max()
    return np.sum(np.log(np.sum(np.exp(rest))) - rest)


@listmle.mistake(
    "one largest score for all",
    "exponentials of s − max(s), whose later sums vanish beside an ε.",
    "Which is the largest score among those that are left in a step?",
)
def _(scores, relevance):
    s = scores[_by(relevance)]
    s = s - s.max()
    return np.sum(np.log(np.cumsum(np.exp(s)[::-1])[::-1] + 1e-10) - s)


@listmle.mistake(
    "one largest score, no ε",
    "exponentials of s − max(s): right for a lead of 60, but at 2000 the later sums round to 0.",
    "What is left of the others once the leader is drawn, if all are measured from it?",
)
def _(scores, relevance):
    s = scores[_by(relevance)]
    s = s - s.max()
    return np.sum(np.log(np.cumsum(np.exp(s)[::-1])[::-1]) - s)


@listmle.mistake(
    "exponentials too large",
    "exp(s) of the scores as they are: right for small ones, inf for large ones.",
    "What is exp(2000) on a computer?",
)
def _(scores, relevance):
    s = scores[_by(relevance)]
    return np.sum(np.log(np.cumsum(np.exp(s)[::-1])[::-1]) - s)


listmle.mistake(
    "mean",
    "a mean over the documents; a log-likelihood is a sum.",
    "What is the log of a product?",
    lambda scores, relevance: np.mean(_steps(scores[_by(relevance)])),
)


listmle.mistake(
    "ListNet",
    "the cross-entropy of the two softmaxes: that is ListNet.",
    "Your answer draws one document. How many draws make an order?",
    lambda scores, relevance: np.sum(
        np.exp(relevance - np.max(relevance))
        / np.sum(np.exp(relevance - np.max(relevance)))
        * (np.log(np.sum(np.exp(scores - np.max(scores)))) + np.max(scores) - scores)
    ),
)
listmle.mistake(
    "RankNet",
    "a loss for each pair: that is RankNet.",
    "Which documents compete in the second step? All that are left, at once.",
    lambda scores, relevance: np.sum(
        (relevance[:, None] > relevance) * np.logaddexp(0, scores - scores[:, None])
    ),
)


# What NDCG changes when two documents change places


def _draw_two(rng, n):
    scores, relevance = _draw(rng, n)
    i, j = rng.permutation(n)[[0, -1]]
    return scores, relevance, int(i), int(j)


def _parts(scores, relevance, i, j):
    place = np.empty(len(scores))
    place[_by(scores)] = np.arange(len(scores))
    gain, discount = 2**relevance - 1, 1 / np.log2(2 + place)
    return gain[i] - gain[j], discount[i] - discount[j], _dcg(relevance, _by(relevance))


@problem(
    "delta_ndcg",
    edges=[
        ("one document", [0.5], [2.0], 0, 0),
        ("neighbors", [1.75, 0.5, -1.0], [2.0, 1.0, 0.0], 0, 1),
        ("first and last", [1.75, 0.5, -1.0], [0.0, 1.0, 3.0], 2, 0),
        ("equally relevant", [1.75, 0.5, -1.0], [1.0, 1.0, 0.0], 0, 1),
        ("the order of the scores is another", [0.5, 1.25, -0.25, 2.0], [3.0, 0.0, 1.0, 2.0], 0, 2),
    ],
    draw=_draw_two,
)
def delta_ndcg(scores, relevance, i, j):
    gains, discounts, best = _parts(scores, relevance, i, j)
    return abs(gains * discounts) / best


@delta_ndcg.mistake("not normalized", "the change of DCG.", "By what is DCG divided to give NDCG?")
def _(scores, relevance, i, j):
    gains, discounts, _ = _parts(scores, relevance, i, j)
    return abs(gains * discounts)


@delta_ndcg.mistake(
    "linear gains",
    "the difference of the relevances as the difference of the gains.",
    "What is a document of relevance 3 worth?",
)
def _(scores, relevance, i, j):
    _, discounts, _ = _parts(scores, relevance, i, j)
    best = np.sum(relevance[_by(relevance)] / np.log2(2 + np.arange(len(scores))))
    return abs((relevance[i] - relevance[j]) * discounts) / best


@delta_ndcg.mistake("signed", "a change with a sign.", "Is a weight asked for, or a direction?")
def _(scores, relevance, i, j):
    gains, discounts, best = _parts(scores, relevance, i, j)
    return gains * discounts / best


@delta_ndcg.mistake(
    "places of the file",
    "the places in which the documents are given, not those the scores give them.",
    "At which place does document 0 stand when the list is sorted by score?",
)
def _(scores, relevance, i, j):
    gains, _, best = _parts(scores, relevance, i, j)
    return abs(gains * (1 / np.log2(2 + i) - 1 / np.log2(2 + j))) / best


@delta_ndcg.mistake(
    "discounts left out",
    "the difference of the gains alone: every pair of two levels counts alike.",
    "Does it matter whether the two stand at places 1 and 2 or at 99 and 100?",
)
def _(scores, relevance, i, j):
    gains, _, best = _parts(scores, relevance, i, j)
    return abs(gains) / best


@delta_ndcg.mistake(
    "gains left out",
    "the difference of the discounts alone.",
    "What does it change if two equally relevant documents change places?",
)
def _(scores, relevance, i, j):
    _, discounts, best = _parts(scores, relevance, i, j)
    return abs(discounts) / best
