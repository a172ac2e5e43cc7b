"""Losses for an order: of the documents of a query, those that are more relevant should have higher scores.

`scores` and `relevance` are (..., D): D documents along the last axis, one list a query, and the loss is one
number a query (...). Lists of different length are padded and get a `mask`. Documents of the same relevance
are not compared with each other, except by `listnet`. `pairwise_hinge`, `ranknet` and `lambdarank` look at
two documents at a time, `listnet` and `listmle` at a list. `ndcg` is the metric.
"""

import math
from numbers import Integral

import numpy as np
from array_api_compat import array_namespace, device

from .cards import ORDER, Card
from .engine.prepare import check_kinds, checked_mask, from_lists, is_array
from .engine.rules import at_least_0, first_broken, not_minus_infinity, positive
from .engine.shapes import lists
from .engine.texts import with_shared_text
from .loss import loss
from .numerics import (
    add_exponentials,
    at_precision,
    column,
    concat_last,
    exponentials_of,
    is_torch,
    running_max,
    running_sum,
    sign,
    softmax,
    softplus_and_sigmoid,
    whole,
    xp,
    zero_times,
)

__all__ = ["lambdarank", "listmle", "listnet", "ndcg", "pairwise_hinge", "ranknet"]

GAINS = ("exponential", "linear")


# Pairs: in a table document i is in the rows, j in the columns

TABLE = 2**16  # pairs looked at a time: they stay in the cache


def gaps(x, i, j):
    """x_i − x_j, a table, for the documents of two slices."""
    return xp.expand_dims(x[..., i], axis=-1) - xp.expand_dims(x[..., j], axis=-2)


def in_order(relevance, mask):
    """The places of the documents, the least relevant first, and their relevance; padding is last, as NaN."""
    levels = relevance if mask is None else xp.where(mask, relevance, np.nan)
    order = xp.argsort(levels, axis=-1)
    return order, xp.take_along_axis(levels, order, axis=-1)


def over_pairs(price, scores, relevance, documents, weigh=None):
    """Σ w_ij price(s_i − s_j) over the pairs in which i is more relevant than j, and its derivative.

    `documents` is what `in_order` returns; `price(gap)` yields both for one pair; `weigh(i, j, gap)` is w of
    the documents in two slices, in order.
    """
    order, levels = documents
    s = xp.take_along_axis(scores, order, axis=-1)
    lost = xp.sum(0 * scores + 0 * relevance, axis=-1)  # NaN if there is one
    value, slope = lost, 0 * s + lost[..., None]
    count = longest(levels)
    step = max(1, TABLE // max(math.prod(s.shape[:-1]) * count, 1))
    for start in range(0, count, step):  # below the diagonal j is not less relevant
        i, j = slice(start, start + step), slice(0, min(start + step, count))
        gap, is_pair = gaps(s, i, j), gaps(levels, i, j) > 0
        values, slopes = price(gap)
        if weigh is not None:
            weight = weigh(i, j, gap)
            values, slopes = zero_times(weight, values), weight * slopes
        values, slopes = (xp.where(is_pair, x, xp.zeros_like(gap)) for x in (values, slopes))
        value = value + xp.sum(values, axis=(-2, -1))
        slope[..., i] += xp.sum(slopes, axis=-1)
        slope[..., j] -= xp.sum(slopes, axis=-2)
    yield value
    yield xp.take_along_axis(slope, xp.argsort(order, axis=-1), axis=-1)


def longest(levels):
    """How many documents the longest list has, without its padding."""
    try:
        return int((levels == levels).any(0).sum())
    except RuntimeError:  # under vmap there are no values to look at
        return levels.shape[-1]


def mean_over_pairs(price, scores, relevance, mask):
    """As `over_pairs`, divided by the number of pairs."""
    order, levels = in_order(relevance, mask)
    less_relevant = xp.where(levels == levels, ties(levels)[0], 0)
    count = xp.maximum(xp.astype(xp.sum(less_relevant, axis=-1), scores.dtype), 1)
    total = over_pairs(price, scores, relevance, (order, levels))
    yield next(total) / count
    yield next(total) / count[..., None]


def has_pairs(scores, relevance, *, mask=None, **parameters):
    """Are not all documents of the query equally relevant?"""
    low, high = relevance, relevance
    if mask is not None:
        low, high = (xp.where(mask, relevance, end) for end in (np.inf, -np.inf))
    return xp.astype(xp.max(high, axis=-1) > xp.min(low, axis=-1), scores.dtype)


@loss(
    shape=lists,
    pairwise=True,
    denominator=has_pairs,
    scores=not_minus_infinity,
    relevance=at_least_0,
    margin=positive,
)
def pairwise_hinge(scores, relevance, *, mask=None, margin=1.0):
    """Hinge loss of pairs: the more relevant of two documents should lead by a margin.

    With s = scores, over the P ordered pairs (i, j) in which i is more relevant than j::

        loss = 1/P Σ_(i, j) max(0, margin − (s_i − s_j))
        grad = 1/P Σ_(i, j) ∓1 where s_i − s_j < margin, − for s_i, + for s_j

    {list parameters}
    {mask}
    margin : float, default 1.0
        Positive, in the unit of the scores.

    {returns}

    {raises}

    Notes
    -----
    Convention: the mean over the pairs of a query, so that a long list counts like a short one; with P as
    `weight` all pairs of all queries count alike. A query whose documents are all equally relevant has no
    pair: its loss and gradient are 0, and a mean does not count it (0 if none counts). Convention: a pair
    exactly at the margin has the slope 0.
    PyTorch: `F.margin_ranking_loss(s_i, s_j, ones, margin=1)`, whose default margin is 0. Keras: none (Keras
    RS: `PairwiseHingeLoss`, a sum over the pairs divided by the number of documents). optax: none.
    Source: Herbrich, Graepel and Obermayer (2000); Joachims (2002), doi:10.1145/775047.775067.

    Examples
    --------
    >>> import numpy as np
    >>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
    >>> round(float(pairwise_hinge(scores, relevance)), 4)
    0.6667
    >>> pairwise_hinge.grad(scores, relevance).round(4)
    array([[-0.3333,  0.6667, -0.3333]])
    """
    return mean_over_pairs(lambda gap: missing_lead(gap, margin), scores, relevance, mask)


def missing_lead(gap, margin):
    """max(0, margin − gap) and its derivative."""
    missing = xp.maximum(margin - gap, 0)
    yield missing
    yield -sign(missing)


@loss(shape=lists, pairwise=True, denominator=has_pairs, scores=not_minus_infinity, relevance=at_least_0)
def ranknet(scores, relevance, *, mask=None):
    """RankNet: the logistic loss of pairs, cross-entropy of "i belongs before j" with the logit s_i − s_j.

    With s = scores, over the P ordered pairs (i, j) in which i is more relevant than j::

        loss = 1/P Σ_(i, j) log(1 + exp(−(s_i − s_j)))
        grad = 1/P Σ_(i, j) ∓σ(−(s_i − s_j)), − for s_i, + for s_j

    {list parameters}
    {mask}

    {returns}

    {raises}

    Notes
    -----
    Convention: the mean over the pairs of a query, where Burges et al. take the sum (P as `weight`, and
    `reduction="sum"`); equally relevant documents are no pair, where they train them towards equal scores. A
    query without a pair has loss and gradient 0, and a mean does not count it (0 if none counts). A
    temperature (their σ) is a factor on the scores.
    PyTorch: `F.softplus(-(s_i - s_j))`. Keras: none (Keras RS: `PairwiseLogisticLoss`, a sum over the pairs
    divided by the number of documents). optax: none. XGBoost: `rank:pairwise`.
    Source: Burges et al. (2005), doi:10.1145/1102351.1102363.

    Examples
    --------
    >>> import numpy as np
    >>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
    >>> round(float(ranknet(scores, relevance)), 4)
    0.5871
    >>> ranknet.grad(scores, relevance).round(4)
    array([[-0.2155,  0.3333, -0.1178]])
    """
    return mean_over_pairs(wrong_order, scores, relevance, mask)


def wrong_order(gap):
    """log(1 + exp(−gap)) and its derivative."""
    surprise, slope = softplus_and_sigmoid(-gap)
    yield surprise
    yield -slope


# Lists


def has_documents(scores, relevance, *, mask=None):
    return None if mask is None else xp.astype(xp.any(mask, axis=-1), scores.dtype)


@loss(shape=lists, denominator=has_documents, scores=not_minus_infinity, relevance=at_least_0)
def listnet(scores, relevance, *, mask=None):
    """ListNet: cross-entropy between the shares that the relevances and the scores give to each document.

    With s = scores, y = softmax(relevance), p = softmax(s) over the documents of the query::

        loss = −Σ_i y_i log p_i
        grad_i = p_i − y_i

    {list parameters}
    {mask}

    {returns}

    {raises}

    Notes
    -----
    p_i is the probability that document i comes first if documents are drawn one after the other in
    proportion to exp(s) (the top-one probability). The smallest loss is the entropy of y, not 0, where
    the scores are the relevances plus a constant. If all documents are equally relevant, y is uniform
    and the loss asks for equal scores: such a query counts; leave it out with a `weight` of 0. A query
    whose mask is false throughout has loss and gradient 0 and is not counted.
    PyTorch: `F.cross_entropy(scores, relevance.softmax(-1))`. Keras: none. optax: `ranking_softmax_loss` has
    the relevances themselves in the place of y.
    Source: Cao et al. (2007), doi:10.1145/1273496.1273513.

    Examples
    --------
    >>> import numpy as np
    >>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
    >>> round(float(listnet(scores, relevance)), 4)
    0.97
    >>> listnet.grad(scores, relevance).round(4)
    array([[-0.1588,  0.2172, -0.0584]])
    """
    given = checked_mask(mask, scores)
    some = xp.any(given, axis=-1)
    mask, some = given | ~some[..., None], xp.astype(some, scores.dtype)  # a query without documents counts 0
    target = softmax(xp.where(mask, relevance, -np.inf))
    shifted, exponentials, others = exponentials_of(xp.where(mask, scores, -np.inf))
    log_share = xp.where(mask, shifted - xp.log1p(others), xp.zeros_like(scores))
    yield some * xp.sum(target * -log_share, axis=-1)
    yield some[..., None] * (exponentials / (1 + others) - target)


@loss(shape=lists, denominator=has_pairs, scores=not_minus_infinity, relevance=at_least_0)
def listmle(scores, relevance, *, mask=None):
    """ListMLE: minus the log-likelihood of the right order, in which one document after the other is drawn.

    With s = scores, and L_i the documents that are less relevant than i::

        loss = −Σ_i log(exp(s_i) / (exp(s_i) + Σ_(j in L_i) exp(s_j)))
        grad_k = Σ_(i above k) p_ik − (1 − p_kk)

    where p_ik is the share of document k among i and L_i, and "above" means more relevant.

    {list parameters}
    {mask}

    {returns}

    {raises}

    Notes
    -----
    Convention: equally relevant documents do not compete with each other, so the loss does not depend on
    the order in which they stand. If all relevances differ this is the model of Plackett and Luce; if only
    documents of the lowest relevance are tied it is the likelihood of the partial order; if others are, each
    is drawn by itself against what lies below it. A query whose documents are all equally relevant has loss
    and gradient 0, and a mean does not count it (0 if none counts). The sum grows with the list: divide by
    its length with `weight` if long lists should not count more.
    PyTorch, Keras, optax: none. `allRank` sorts, shuffles ties, subtracts the largest score of the whole
    list and adds an ε of 1e-10, which decides at a gap of 60. Keras RS 0.4: `ListMLELoss`, the
    same, with ties in the order in which they stand.
    Source: Xia et al. (2008), doi:10.1145/1390156.1390306; Plackett (1975), doi:10.2307/2346567.

    Examples
    --------
    >>> import numpy as np
    >>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
    >>> round(float(listmle(scores, relevance)), 4)
    1.6543
    >>> listmle.grad(scores, relevance).round(4)
    array([[-0.4935,  0.9297, -0.4361]])
    """
    counts, lost = xp.ones_like(scores), 0 * xp.sum(relevance, axis=-1)  # NaN if there is one
    if mask is not None:  # padding: less relevant than all others, and it adds nothing
        relevance, counts = xp.where(mask, relevance, -np.inf), xp.astype(mask, scores.dtype)
    order = xp.argsort(relevance, axis=-1)
    relevance, s, counts = (xp.take_along_axis(x, order, axis=-1) for x in (relevance, scores, counts))
    first, after = ties(relevance)
    exponentials = xp.where(counts == 0, -np.inf, s), counts  # pairs (m, c) that stand for c exp(m)
    lower = taken(running_sum(*exponentials), first, before=True)
    last = (lower[1] == 0) | (counts == 0)  # nothing is less relevant
    excess = xp.where(last, 0 * s, lower[0] - s) + xp.log(xp.where(last, xp.ones_like(s), lower[1]))
    surprise, rest = (xp.where(last, 0 * s, x) for x in softplus_and_sigmoid(excess))
    yield xp.sum(surprise, axis=-1) + lost
    m, c = add_exponentials(lower, exponentials)  # what each is drawn from
    m, c = xp.where(counts == 0, 0 * s, m), xp.where(counts == 0, xp.ones_like(s), c)
    backwards = (xp.flip(x, axis=-1) for x in (-m, 1 / c))
    higher = taken([xp.flip(x, axis=-1) for x in running_sum(*backwards)], after, before=False)
    slope = xp.exp(s + higher[0]) * higher[1] - rest
    yield xp.take_along_axis(counts * slope, xp.argsort(order, axis=-1), axis=-1) + lost[..., None]


def ties(keys):
    """For sorted keys, where the tie of each begins, and where it is over."""
    places, last = place_numbers(keys), keys.shape[-1] - 1
    differs = keys[..., 1:] != keys[..., :-1]
    zero, no = xp.zeros_like(keys[..., :1]), xp.zeros_like(places[1:])
    first = concat_last([zero, running_max(xp.where(differs, places[1:], no))])
    after = running_max(xp.where(xp.flip(differs, axis=-1), places[1:], no))
    after = last + 1 - xp.flip(concat_last([zero, after]), axis=-1)
    return whole(first), whole(after)


def taken(pair, place, before):
    """Running sums just before a place, or from it on; 0 exp(−∞) where nothing is added up."""
    ends = [xp.full_like(x[..., :1], end) for x, end in zip(pair, (-np.inf, 0.0), strict=True)]
    padded = [concat_last([e, x] if before else [x, e]) for e, x in zip(ends, pair, strict=True)]
    return [xp.take_along_axis(x, place, axis=-1) for x in padded]


# Ranks, and what depends on them


def discounts(scores, mask):
    """What a document's place is worth, 1 / log2(1 + place), and the difference of two places of its tie.

    Documents with equal scores share their places: each gets the mean of their discounts, which is the
    expectation if the tie is broken by lot; the difference is the expectation of its size.
    """
    keys = xp.where(mask, -scores, np.inf)
    order = xp.argsort(keys, axis=-1)
    first, after = ties(xp.take_along_axis(keys, order, axis=-1))
    size, step = (xp.astype(x, scores.dtype) for x in (after - first, whole(place_numbers(scores)) - first))
    worth = worth_of_places(scores) + 0 * step
    mean = sum_of_tie(worth, first) / size
    within = sum_of_tie((size - 1 - 2 * step) * worth, first) / xp.maximum(size * (size - 1) / 2, 1)
    back = xp.argsort(order, axis=-1)
    return tuple(xp.take_along_axis(x, back, axis=-1) for x in (mean, within))


def sum_of_tie(x, first):
    """For each place the sum of x over the places whose tie begins at the same one."""
    sums = xp.zeros_like(x)
    if is_torch(x):
        sums = sums.scatter_add(-1, first, x)
    else:
        np.add.at(sums.reshape(-1, x.shape[-1]), (np.arange(x.size // x.shape[-1])[:, None], first), x)
    return xp.take_along_axis(sums, first, axis=-1)


def place_numbers(scores):
    """0, 1, 2, ..."""
    return array_namespace(scores).arange(scores.shape[-1], dtype=scores.dtype, device=device(scores))


def worth_of_places(scores, k=None):
    places = place_numbers(scores)
    worth = 1 / xp.log2(places + 2)
    return worth if k is None else xp.where(places < k, worth, xp.zeros_like(worth))


def gains_of(relevance, gain):
    """2^r − 1, divided by the largest 2^r of the list so that nothing overflows; or r."""
    if gain == "linear":
        return relevance
    largest = xp.max(relevance, axis=-1, keepdims=True)
    return xp.exp2(relevance - largest) * -xp.expm1(-math.log(2) * relevance)


def best_dcg(gains, k=None):
    return xp.sum(xp.sort(gains, axis=-1, descending=True) * worth_of_places(gains, k), axis=-1)


@loss(shape=lists, pairwise=True, denominator=has_pairs, scores=not_minus_infinity, relevance=at_least_0)
def lambdarank(scores, relevance, *, mask=None):
    """LambdaRank: RankNet in which a pair counts what NDCG would change if the two changed places.

    With s = scores, G_i = 2^relevance_i − 1, D_i = 1 / log2(1 + rank of i) in the order of the scores, and
    N the best possible Σ_i G_i D_i, over the ordered pairs (i, j) in which i is more relevant than j::

        Δ_ij = |G_i − G_j| |D_i − D_j| / N
        loss = Σ_(i, j) Δ_ij log(1 + exp(−(s_i − s_j)))
        grad = Σ_(i, j) ∓Δ_ij σ(−(s_i − s_j)), − for s_i, + for s_j, with Δ held fixed

    {list parameters}
    {mask}

    {returns}

    {raises}

    Notes
    -----
    The gradient, the lambdas, is what LambdaRank is. As a field over all scores it is the gradient of no
    continuous function: Δ jumps where two scores change places. Between such places the ranks are constant,
    and it is the gradient of the value returned here; that value jumps, so watch NDCG and not this number.
    Convention: documents with equal scores have their Δ averaged over the orders in which the tie can be
    broken, so that equal scores have a gradient and the order of the documents does not matter. Sum over the
    pairs; all places count, none is cut off. A query whose documents are all equally relevant has loss
    and gradient 0, and a mean does not count it (0 if none counts).
    PyTorch, Keras, optax: none. LightGBM: `objective="lambdarank"`; XGBoost: `rank:ndcg`; both rescale
    the lambdas and cut the list off.
    Source: Burges, Ragno and Le (2006), NIPS; Burges (2010), MSR-TR-2010-82.

    Examples
    --------
    >>> import numpy as np
    >>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
    >>> round(float(lambdarank(scores, relevance)), 4)
    0.266
    >>> lambdarank.grad(scores, relevance).round(4)
    array([[-0.1892,  0.1376,  0.0516]])
    """
    given, (order, levels) = checked_mask(mask, scores), in_order(relevance, mask)
    gains = gains_of(relevance, "exponential")
    ideal = best_dcg(gains)[..., None]
    gains = gains / xp.where(ideal == 0, xp.ones_like(ideal), ideal)
    gains, worth, within = (xp.take_along_axis(x, order, axis=-1) for x in (gains, *discounts(scores, given)))

    def ndcg_change(i, j, gap):
        """Δ of documents i and j; for equal scores, whose places are drawn by lot, its expectation."""
        return gaps(gains, i, j) * xp.where(gap == 0, column(within[..., i]), abs(gaps(worth, i, j)))

    return over_pairs(wrong_order, scores, relevance, (order, levels), ndcg_change)


def ndcg(scores, relevance, *, k=None, gain="exponential", mask=None):
    """Normalized discounted cumulative gain: what the order of the scores is worth, from 0 to 1 for the best.

    With the documents in the order of their scores, and relevance r at place 1, 2, ...::

        DCG@k = Σ_(place ≤ k) gain(r) / log2(1 + place)
        NDCG@k = DCG@k / DCG@k in the order of the relevances

    A metric: it has no gradient, because moving a score a little seldom changes the order.

    {list parameters}
    k : whole number of at least 1, optional
        How many places count; None for all.
    gain : "exponential" or "linear", default "exponential"
        2^r − 1, as in web search, or r.
    {mask}

    Returns
    -------
    array (...)
        One number a query, of the library, dtype and device of `scores`; no gradient goes through it. NaN
        where nothing is relevant, because every order is then as good as another: take `np.nanmean` to leave
        these queries out. Libraries give such a query 0 (scikit-learn) or 1 (LightGBM, XGBoost).

    Raises
    ------
    TypeError, ValueError
        As the losses; for k that is no whole number of at least 1, a gain of another name.

    Notes
    -----
    Convention: documents with equal scores share their places and get the mean of their discounts, as in
    scikit-learn, so a model that gives everything the same score is not paid for the order in the file.
    scikit-learn: `ndcg_score(relevance, scores, k=k)`, the relevance first, gain linear.
    Source: Järvelin and Kekäläinen (2002), doi:10.1145/582415.582418; exponential gains:
    Burges et al. (2005).

    Examples
    --------
    >>> import numpy as np
    >>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
    >>> ndcg(scores, relevance).round(4), ndcg(scores, relevance, gain="linear").round(4)
    (array([0.9639]), array([0.9502]))
    """
    given = from_lists({"scores": scores, "relevance": relevance, "mask": mask})
    scores, relevance, mask = given.values()
    check_kinds({key: x for key, x in given.items() if key != "mask" or is_array(x)}, None, {}, 1)
    lists(scores=scores, relevance=relevance)
    if gain not in GAINS:
        raise ValueError(f'gain must be "exponential" or "linear", got {gain!r}')
    if k is not None and (not isinstance(k, Integral) or isinstance(k, bool)):
        raise TypeError(f"k must be a whole number, got {type(k).__name__}")
    if k is not None and k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    mask = checked_mask(mask, scores)
    dtype = scores.dtype
    relevance, scores = (
        at_precision(xp.where(mask, x, xp.zeros_like(x)), scores) for x in (relevance, scores)
    )
    first_broken(at_least_0, "relevance", relevance)
    with np.errstate(all="ignore"):  # 0 / 0 where nothing is relevant
        gains = gains_of(relevance, gain)
        values = dcg(gains, scores, mask, k) / best_dcg(gains, k)
    return xp.astype(values, dtype)


def dcg(gains, scores, mask, k):
    """By sorting, so that lists may be long; at each place stands the mean gain of its tie."""
    keys = xp.where(mask, -scores, np.inf)
    order = xp.argsort(keys, axis=-1)
    keys, gains = (xp.take_along_axis(x, order, axis=-1) for x in (keys, gains))
    first, after = ties(keys)
    total = concat_last([xp.zeros_like(gains[..., :1]), xp.cumulative_sum(gains, axis=-1)])
    low, high = (xp.take_along_axis(total, x, axis=-1) for x in (first, after))
    values = xp.sum((high - low) / (after - first) * worth_of_places(gains, k), axis=-1)
    return xp.where(xp.any(keys != keys, axis=-1), np.nan, values)


ndcg.__doc__ = with_shared_text(ndcg.__doc__)


# In short

CARDS = {
    "pairwise_hinge": Card(
        task=ORDER,
        formula=r"\frac1P \sum_{i=1}^n \sum_{j : y_j < y_i} \max(0, m - (s_i - s_j))",
        aims="every pair in order, by a margin",
        gradient="1/P for each pair within the margin, 0 beyond",
        outliers="a pair in the wrong order pulls like any other",
        use="Pairs that are settled should stop pulling, as in a linear or kernel ranker.",
        not_for="Scores that are read as numbers; the top of a long list.",
        red_flag="“The margin is a detail.” With PyTorch's default, 0, equal scores are a minimum.",
        output="one linear unit an item, a score, `(Q, D)`",
        torch="lead = scores[:, :, None] - scores[:, None, :];"
        " pair = relevance[:, :, None] > relevance[:, None, :];"
        " ((pair * F.relu(margin - lead)).sum((1, 2)) / pair.sum((1, 2))).mean()",
        note="PyTorch's `F.margin_ranking_loss(s_i, s_j, 1, margin=1)` takes the pairs one by one.",
    ),
    "ranknet": Card(
        task=ORDER,
        formula=r"\frac1P \sum_{i=1}^n \sum_{j : y_j < y_i} \log(1 + \exp(s_j - s_i))",
        aims="differences of scores that are log-odds of “i before j”",
        gradient="the probability of the wrong order",
        outliers="a pair in the wrong order costs without end, and pulls with 1/P at most",
        use="What you have is preferences: this one rather than that one.",
        not_for="A metric that looks at the top only.",
        red_flag="“It is optimal for NDCG.” A pair at the bottom counts like one at the top.",
        output="one linear unit an item, a score, `(Q, D)`",
        torch="lead = scores[:, :, None] - scores[:, None, :];"
        " pair = relevance[:, :, None] > relevance[:, None, :];"
        " ((pair * F.softplus(-lead)).sum((1, 2)) / pair.sum((1, 2))).mean()",
        note="A mean over the pairs of a query, where others take the sum.",
    ),
    "listnet": Card(
        task=ORDER,
        formula=r"-\sum_{i=1}^n \frac{\exp(y_i)}{\sum_{k=1}^n \exp(y_k)}"
        r" \log \frac{\exp(s_i)}{\sum_{j=1}^n \exp(s_j)}",
        aims="scores equal to the relevances, up to a constant",
        gradient="share by the scores minus share by the relevances",
        outliers="a grade too high attracts the whole list",
        use="Graded lists, and exp of a grade is the share of attention that an item deserves.",
        not_for="Grades on an arbitrary scale: doubled, they are another target.",
        red_flag="“It only sees the order.” It sees the size of the grades.",
        output="one linear unit an item, a score, `(Q, D)`",
        torch="F.cross_entropy(scores, relevance.softmax(1))",
        optax="optax.losses.ranking_softmax_loss(scores, jax.nn.softmax(relevance))",
        note="optax's `ranking_softmax_loss` takes the relevances themselves where y has its softmax.",
    ),
    "listmle": Card(
        task=ORDER,
        formula=r"-\sum_{i=1}^n \log \frac{\exp(s_i)}{\exp(s_i) + \sum_{j : y_j < y_i} \exp(s_j)}",
        aims="scores for which drawing item by item gives the true order",
        gradient="of each place: share of the items still there",
        outliers="one item at the wrong end costs at every place",
        use="The whole order is known, not only who is first.",
        not_for="Many ties; lists whose bottom is noise.",
        red_flag="“Ties do not matter.” Many versions then depend on how the list is stored.",
        output="one linear unit an item, a score, `(Q, D)`",
        torch="n = scores.shape[1]; left = relevance[:, None, :] < relevance[:, :, None];"
        " left = left | torch.eye(n, dtype=torch.bool);"
        " (scores[:, None, :].where(left, -torch.inf).logsumexp(2) - scores).sum(1).mean()",
    ),
    "lambdarank": Card(
        task=ORDER,
        formula=r"\frac1M \sum_{i=1}^n \sum_{j : y_j < y_i} (2^{y_i} - 2^{y_j})"
        r" \lvert D_i - D_j\rvert \log(1 + \exp(s_j - s_i))",
        aims="pairs in order, those first whose swap would change NDCG most",
        gradient="that of RankNet, times the change of NDCG if the two are swapped",
        outliers="a grade too high counts twice: in the gain and in the order",
        use="Graded lists judged by NDCG, and the top is what users see.",
        not_for="A value to be watched: it changes when the order does.",
        red_flag="“It is the gradient of NDCG.” That is 0 or undefined; this one is no continuous loss's.",
        output="one linear unit an item, a score, `(Q, D)`",
        torch="lead = scores[:, :, None] - scores[:, None, :];"
        " place = scores.argsort(1, descending=True).argsort(1); d = 1 / torch.log2(place + 2);"
        " g = 2**relevance - 1; best = 1 / torch.log2(torch.arange(scores.shape[1]) + 2);"
        " ideal = (g.sort(1, descending=True).values * best).sum(1);"
        " swap = (g[:, :, None] - g[:, None, :]).clamp(min=0) * (d[:, :, None] - d[:, None, :]).abs();"
        " ((swap * F.softplus(-lead)).sum((1, 2)) / ideal).mean()",
        note="The metric itself is `ndcg` here and `ndcg_score` in scikit-learn, whose gain is linear.",
    ),
}
