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

from .engine.prepare import check_kinds, checked_mask, is_array
from .engine.rules import at_least_0, first_broken, positive
from .engine.shapes import lists
from .engine.texts import with_shared_text
from .loss import loss
from .numerics import (
    add_exponentials,
    at_precision,
    concat_last,
    exponentials_of,
    running_max,
    running_sum,
    sign,
    softmax,
    softplus_and_sigmoid,
    whole,
    xp,
    zero_times,
)

GAINS = ("exponential", "linear")


# Pairs: the first axis of a table is document i, the second document j


def differences(x):
    return xp.expand_dims(x, axis=-1) - xp.expand_dims(x, axis=-2)


def pairs_of(relevance, mask):
    """1 where document i is more relevant than j and both count, otherwise 0; NaN stays NaN."""
    more_relevant = xp.maximum(sign(differences(relevance)), 0)
    mask = checked_mask(mask, relevance)
    both = xp.expand_dims(mask, axis=-1) & xp.expand_dims(mask, axis=-2)
    return xp.where(both, more_relevant, xp.zeros_like(more_relevant))


def sum_of_table(table):
    return xp.sum(table, axis=(-2, -1))


def mean_over_pairs(relevance, mask):
    """What each pair counts: 1 / the number of pairs."""
    pairs = pairs_of(relevance, mask)
    return pairs / xp.maximum(sum_of_table(pairs), 1)[..., None, None]


def slope_of_documents(slope_of_gaps):
    """From the derivative by each gap s_i − s_j to the derivative by each score."""
    return xp.sum(slope_of_gaps, axis=-1) - xp.sum(slope_of_gaps, axis=-2)


def has_pairs(scores, relevance, *, mask=None, **parameters):
    """Are not all documents of the query equally relevant?"""
    low, high = relevance, relevance
    if mask is not None:
        low, high = (xp.where(mask, relevance, end) for end in (np.inf, -np.inf))
    return xp.astype(xp.max(high, axis=-1) > xp.min(low, axis=-1), scores.dtype)


@loss(shape=lists, pairwise=True, denominator=has_pairs, relevance=at_least_0, margin=positive)
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
    pairs, missing = mean_over_pairs(relevance, mask), margin - differences(scores)
    yield sum_of_table(zero_times(pairs, xp.maximum(missing, 0)))
    yield slope_of_documents(-pairs * xp.maximum(sign(missing), 0))


@loss(shape=lists, pairwise=True, denominator=has_pairs, relevance=at_least_0)
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
    pairs = mean_over_pairs(relevance, mask)
    surprise, slope = softplus_and_sigmoid(-differences(scores))
    yield sum_of_table(zero_times(pairs, surprise))
    yield slope_of_documents(-pairs * slope)


# Lists


def has_documents(scores, relevance, *, mask=None):
    return None if mask is None else xp.astype(xp.any(mask, axis=-1), scores.dtype)


@loss(shape=lists, denominator=has_documents, relevance=at_least_0)
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


@loss(shape=lists, denominator=has_pairs, relevance=at_least_0)
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
    PyTorch, Keras, optax: none. `allRank` sorts, shuffles ties, and subtracts the largest score of the
    whole list: its exponentials round to 0 where a list spans a gap of 60. Keras RS 0.4: `ListMLELoss`, the
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
    gaps, seen = differences(scores), xp.expand_dims(mask, axis=-2)
    first = xp.sum(xp.astype((gaps < 0) & seen, scores.dtype), axis=-1, keepdims=True)
    size = xp.sum(xp.astype((gaps == 0) & seen, scores.dtype), axis=-1, keepdims=True)
    step = place_numbers(scores) - first  # a table: document, place
    worth = worth_of_places(scores)
    shared = xp.where((step >= 0) & (step < size), worth, xp.zeros_like(step))
    mean = xp.sum(shared, axis=-1) / size[..., 0]
    within = xp.sum((size - 1 - 2 * step) * shared, axis=-1) / xp.maximum(size * (size - 1) / 2, 1)[..., 0]
    return tuple(xp.where(mask, x, xp.zeros_like(x)) for x in (mean, within))


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


def ndcg_changes(scores, relevance, mask):
    """How much NDCG changes when documents i and j change places."""
    gains, (mean, within) = gains_of(relevance, "exponential"), discounts(scores, mask)
    ideal = best_dcg(gains)[..., None, None]
    apart = xp.where(differences(scores) == 0, xp.expand_dims(within, axis=-1), abs(differences(mean)))
    return abs(differences(gains)) * apart / xp.where(ideal == 0, xp.ones_like(ideal), ideal)


@loss(shape=lists, pairwise=True, denominator=has_pairs, relevance=at_least_0)
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
    mask = checked_mask(mask, scores)
    weights = pairs_of(relevance, mask) * ndcg_changes(scores, relevance, mask)
    surprise, slope = softplus_and_sigmoid(-differences(scores))
    yield sum_of_table(zero_times(weights, surprise))
    yield slope_of_documents(-weights * slope)


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
    given = {"scores": scores, "relevance": relevance, "mask": mask}
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
