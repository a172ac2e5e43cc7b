"""Losses for embeddings: vectors along the last axis that are near for what belongs together.

`contrastive`, `triplet` and `cosine_embedding` compare the vectors of one row and nothing else. The others
compare each row with the whole batch (N, D): `batch_hard_triplet`, `info_nce` and `nt_xent` go through the N²
pairs block by block and never hold them all. A loss of several predictions has a tuple as its gradient.
"""

import math

import numpy as np
from array_api_compat import array_namespace, device, is_torch_array

from .cards import EMBEDDING, VECTOR, Card
from .engine.prepare import check_kinds, from_lists
from .engine.rules import Interval, Learned, check_number, plus_or_minus_1, positive, zero_or_one
from .engine.shapes import batch_of_vectors, vectors
from .loss import loss
from .numerics import (
    at_precision,
    column,
    concat,
    length_and_direction,
    over_length,
    positive_part,
    softplus_and_sigmoid,
    torch_records,
    xp,
)

__all__ = [
    "batch_hard_triplet",
    "contrastive",
    "cosine_embedding",
    "info_nce",
    "mine_triplets",
    "nt_xent",
    "triplet",
]

PAIRS = 2**18  # numbers looked at a time: they stay in the cache
TABLE, ROWS = 2**20, 256  # what a product of matrices yields at a time, and of how many rows at least
KINDS = ("easy", "semi-hard", "hard", "all")

# Pairs and triplets


@loss(shape=vectors, predictions=2, same=zero_or_one, margin=positive)
def contrastive(x1, x2, same, *, margin=1.0):
    """Contrastive loss of pairs: pulls a pair of one class together, pushes two classes a margin apart.

    With d = |x1 − x2|::

        loss = d²                    same = 1
               max(0, margin − d)²   same = 0
        grad = ±2 (x1 − x2)                          same = 1, + for x1, − for x2
               ∓2 max(0, margin − d) (x1 − x2) / d   same = 0

    Parameters
    ----------
    x1, x2 : arrays of floats (..., D)
        The two embeddings of each pair. NumPy arrays or torch tensors. A NaN in them is a NaN in the result.
    same : array (...)
        1 where both are of one class, 0 where they are not.
    margin : float, default 1.0
        Positive, in the unit of the embeddings: two classes farther apart than this have no loss.

    {returns}

    {raises}

    Notes
    -----
    Convention: 1 is a pair of one class; in Hadsell et al., who also halve both terms, it is a pair of two.
    `.grad` returns the pair (for x1, for x2). Where two classes share one point there is no direction to
    push in: the gradient is 0, and only noise gets them apart.
    PyTorch, Keras, optax: none; pytorch-metric-learning's `ContrastiveLoss` does not square the terms.
    Source: Hadsell, Chopra and LeCun (2006), doi:10.1109/CVPR.2006.100.

    Examples
    --------
    >>> import numpy as np
    >>> x1, x2 = np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([[0.3, 0.4], [0.3, 0.4]])
    >>> contrastive(x1, x2, np.array([1, 0]), reduction="none").round(4)
    array([0.25, 0.25])
    >>> for_x1, for_x2 = contrastive.grad(x1, x2, np.array([1, 0]), reduction="sum")
    >>> for_x1.round(4)
    array([[-0.6, -0.8],
           [ 0.6,  0.8]])
    """
    d, direction = length_and_direction(x1 - x2)
    gap = positive_part(margin - d)
    yield xp.where(same == 1, d * d, gap * gap)
    slope = xp.where(column(same) == 1, 2 * (x1 - x2), -2 * column(gap) * direction)
    yield slope, -slope


@loss(shape=vectors, predictions=3, margin=positive)
def triplet(anchor, positive, negative, *, margin=1.0):
    """Triplet loss: the positive must be nearer to the anchor than the negative is, by a margin.

    With d(a, b) = |a − b| and u(a, b) = (a − b) / d(a, b)::

        loss = max(0, d(anchor, positive) − d(anchor, negative) + margin)
        grad = u(anchor, positive) − u(anchor, negative)   for the anchor, where the loss is positive
               −u(anchor, positive)                        for the positive
               u(anchor, negative)                         for the negative

    Parameters
    ----------
    anchor, positive, negative : arrays of floats (..., D)
        Embeddings; the positive is of the anchor's class. NumPy arrays or torch tensors. A NaN in them is a
        NaN in the result.
    margin : float, default 1.0
        Positive, in the unit of the embeddings.

    {returns}

    {raises}

    Notes
    -----
    Convention: Euclidean distance; Schroff et al. square it. `.grad` returns a tuple of three. The length of
    a gradient does not tell how wrong the triplet is: it is 1 for positive and negative. Where two embeddings
    are equal u is 0, the smallest of the subgradients of |a − b|.
    PyTorch: `F.triplet_margin_loss(anchor, positive, negative)`, which adds 1e-6 to each coordinate of the
    difference. Keras: none. optax: `triplet_margin_loss`.
    Source: Schroff, Kalenichenko and Philbin (2015), arXiv:1503.03832; Weinberger and Saul (2009).

    Examples
    --------
    >>> import numpy as np
    >>> anchor, positive, negative = np.array([[0.0, 0.0]]), np.array([[0.6, 0.8]]), np.array([[1.5, 0.0]])
    >>> round(float(triplet(anchor, positive, negative)), 4)
    0.5
    >>> [slope.round(4).tolist() for slope in triplet.grad(anchor, positive, negative)]
    [[[0.4, -0.8]], [[0.6, 0.8]], [[-1.0, 0.0]]]
    """
    to_positive, from_positive = length_and_direction(anchor - positive)
    to_negative, from_negative = length_and_direction(anchor - negative)
    missing = to_positive - to_negative + margin
    yield positive_part(missing)
    satisfied = column(missing <= 0)
    from_positive = xp.where(satisfied, xp.zeros_like(from_positive), from_positive)
    from_negative = xp.where(satisfied, xp.zeros_like(from_negative), from_negative)
    yield from_positive - from_negative, -from_positive, from_negative


def cosine_distance(u1, u2):
    """1 − u1 · u2 of directions, without the cancellation where they are close; 1 for a direction 0."""
    zeros = xp.astype(xp.all(u1 == 0, axis=-1), u1.dtype) + xp.astype(xp.all(u2 == 0, axis=-1), u1.dtype)
    return 0.5 * (xp.sum((u1 - u2) ** 2, axis=-1) + zeros)


@loss(shape=vectors, predictions=2, target=plus_or_minus_1, margin=Interval(-1, 1))
def cosine_embedding(x1, x2, target, *, margin=0.0):
    """Cosine embedding loss: the angle between two embeddings, whatever their lengths.

    With u = x / |x| and c = u1 · u2, the cosine::

        loss = 1 − c                target = 1
               max(0, c − margin)   target = −1
        grad = ∓(u2 − c u1) / |x1|  for x1; u1 and u2 change places for x2

    Parameters
    ----------
    x1, x2 : arrays of floats (..., D)
        The two embeddings of each pair. NumPy arrays or torch tensors. A NaN in them is a NaN in the result.
    target : array (...)
        1 for a pair that belongs together, −1 for one that does not.
    margin : float in [-1, 1], default 0.0
        The cosine up to which a pair that does not belong together has no loss.

    {returns}

    {raises}

    Notes
    -----
    Convention: target is ±1 as in PyTorch, where `contrastive` takes 1 and 0. `.grad` returns the pair (for
    x1, for x2). The gradient is perpendicular to its embedding and falls with the embedding's length. A
    vector of zeros has the cosine 0 with everything, and gradient 0.
    PyTorch: `F.cosine_embedding_loss(x1, x2, target, margin)`. Keras: `CosineSimilarity`, −c. optax:
    `cosine_distance`, 1 − c.
    Source: the loss as PyTorch defines it; Chopra, Hadsell and LeCun (2005), doi:10.1109/CVPR.2005.202, for
    learning a similarity.

    Examples
    --------
    >>> import numpy as np
    >>> x1, x2 = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[3.0, 4.0], [3.0, 4.0]])
    >>> cosine_embedding(x1, x2, np.array([1, -1]), reduction="none").round(4)
    array([0.4, 0.6])
    >>> cosine_embedding.grad(x1, x2, np.array([1, -1]), reduction="sum")[0].round(4)
    array([[-0. , -0.8],
           [ 0. ,  0.8]])
    """
    (length1, u1), (length2, u2) = length_and_direction(x1), length_and_direction(x2)
    distance = cosine_distance(u1, u2)
    similar = (1 - margin) - distance  # c − margin
    yield xp.where(target == 1, distance, positive_part(similar))
    apart = xp.where(similar <= 0, xp.zeros_like(distance), xp.ones_like(distance))
    sign = column(xp.where(target == 1, -xp.ones_like(distance), apart))
    across1 = (u2 - u1) + column(distance) * u1  # u2 − c u1
    across2 = (u1 - u2) + column(distance) * u2
    yield sign * over_length(across1, length1), sign * over_length(across2, length2)


# Triplets of a batch


def mine_triplets(embeddings, labels, *, margin=1.0, kind="semi-hard"):
    """The triplets of a batch that are worth training on.

    With the distances p = |anchor − positive| and n = |anchor − negative|::

        "hard"       n ≤ p               the negative is nearer: loss ≥ margin
        "semi-hard"  p < n < p + margin  in order, but within the margin
        "easy"       n ≥ p + margin      no loss, no gradient
        "all"        every one of these

    Parameters
    ----------
    embeddings : array of floats (N, D)
        NumPy array or torch tensor.
    labels : array of whole numbers (N,)
        The class of each embedding.
    margin : float, default 1.0
        That of the triplet loss.
    kind : "easy", "semi-hard", "hard" or "all", default "semi-hard"

    Returns
    -------
    anchor, positive, negative : arrays of whole numbers (T,)
        The places in the batch of the T triplets, sorted. T may be 0, and `triplet` then asks for
        `reduction="sum"`. An embedding with a NaN makes its triplets hard, so that the loss shows it.

    Raises
    ------
    TypeError, ValueError
        As a loss: for embeddings that are not floats (N, D), labels of another shape, a margin that is not
        positive, an unknown kind.

    Notes
    -----
    Convention: Schroff et al. call a triplet semi-hard that is in order but within the margin. A batch of N
    has up to N³ / 4 triplets: for hundreds of embeddings, not for thousands. Nothing here has a gradient.
    PyTorch, Keras, optax: none; pytorch-metric-learning's `TripletMarginMiner` with `type_of_triplets`, where
    its "all" leaves out the easy ones.
    Source: Schroff, Kalenichenko and Philbin (2015), arXiv:1503.03832.

    Examples
    --------
    >>> import numpy as np
    >>> embeddings, labels = np.array([[0.0], [1.0], [1.5], [3.0]]), np.array([0, 0, 1, 1])
    >>> anchor, positive, negative = mine_triplets(embeddings, labels, kind="semi-hard")
    >>> list(zip(anchor.tolist(), positive.tolist(), negative.tolist()))
    [(0, 1, 2), (3, 2, 1)]
    """
    if kind not in KINDS:
        raise ValueError(f'kind must be "easy", "semi-hard", "hard" or "all", got {kind!r}')
    given = from_lists({"embeddings": embeddings, "labels": labels})
    embeddings, labels = given.values()
    check_kinds(given, None, {}, 1)
    batch_of_vectors(embeddings=embeddings, labels=labels)
    margin = check_number(positive, "margin", margin)
    embeddings = at_precision(embeddings, embeddings)
    if is_torch_array(embeddings):
        embeddings = embeddings.detach()
    found = []
    for rows in slices(embeddings, wide=embeddings.shape[0]):
        to_positive, to_negative = (xp.expand_dims(distances(embeddings, rows), axis=a) for a in (2, 1))
        same = column(labels[rows]) == labels
        itself = places(embeddings, rows)[:, None] == places(embeddings)
        chosen = (same & ~itself)[:, :, None] & ~same[:, None, :]
        hard, easy = ~(to_negative > to_positive), to_negative >= to_positive + margin
        if kind != "all":
            chosen = chosen & {"hard": hard, "easy": easy, "semi-hard": ~hard & ~easy}[kind]
        anchor, *others = xp.nonzero(chosen)
        found.append((anchor + rows.start, *others))
    if not found:
        found = [(places(embeddings),) * 3]
    return tuple(concat(parts) for parts in zip(*found, strict=True))


def places(like, rows=slice(None)):
    """0, 1, 2, ... for each row of an array."""
    return array_namespace(like).arange(like.shape[0], device=device(like))[rows]


def slices(x, least=1, wide=None):
    """Blocks of the rows of x, or of a table with `wide` columns, so that each has at most PAIRS numbers."""
    step = max(least, PAIRS // max(wide or x.shape[1], 1))
    return [slice(start, min(start + step, x.shape[0])) for start in range(0, x.shape[0], step)]


def distances(x, rows):
    """The distances of some rows from all rows, by differences: exact also where they are small."""
    return length_and_direction(x[rows][:, None, :] - x)[0]


def has_triplet(labels):
    """Is there another one of the same class, and one of another class?"""
    labels = xp.astype(labels, array_namespace(labels).int64)
    ordered = xp.sort(labels)
    of_class = xp.searchsorted(ordered, labels, side="right") - xp.searchsorted(ordered, labels)
    return (of_class > 1) & (of_class < labels.shape[0])


def anchors_with_triplet(embeddings, labels, **parameters):
    return xp.astype(has_triplet(labels), embeddings.dtype)


@loss(shape=batch_of_vectors, coupled=True, denominator=anchors_with_triplet, margin=positive)
def batch_hard_triplet(embeddings, labels, *, margin=1.0):
    """Triplet loss of each embedding with its farthest positive and its nearest negative in the batch.

    With p the farthest embedding of the class of a, and n the nearest one of another class::

        loss_a = max(0, |a − p| − |a − n| + margin)
        grad   as that of `triplet`, added up over the triplets an embedding is in

    Parameters
    ----------
    embeddings : array of floats (N, D)
        NumPy array or torch tensor. A NaN in it is a NaN in the loss of every anchor.
    labels : array of whole numbers (N,)
        The class of each embedding.
    margin : float, default 1.0
        Positive, in the unit of the embeddings.

    {returns}

    {raises}

    Notes
    -----
    Convention: an embedding without a positive or without a negative has no triplet: its loss is 0 and a mean
    does not count it; if none has one the loss is 0. A weight of 0 takes an embedding out of the batch, as
    anchor and as neighbor. Which neighbor is farthest or nearest is decided to the precision of a squared
    distance, the distance itself is then exact. Pairs are compared block by block: memory grows with N, not
    with N².
    PyTorch, Keras, optax: none; pytorch-metric-learning: `BatchHardMiner` and `TripletMarginLoss`.
    Source: Hermans, Beyer and Leibe (2017), arXiv:1703.07737.

    Examples
    --------
    >>> import numpy as np
    >>> embeddings, labels = np.array([[0.0], [1.0], [1.5], [3.0]]), np.array([0, 0, 1, 1])
    >>> batch_hard_triplet(embeddings, labels, reduction="none")
    array([0.5, 1.5, 2. , 0.5])
    >>> batch_hard_triplet.grad(embeddings, labels, reduction="sum").ravel()
    array([-1.,  5., -5.,  1.])
    """
    factor = yield
    farthest, nearest = hardest(embeddings, labels)
    triplets = triplet.formula(embeddings, embeddings[farthest], embeddings[nearest], margin=margin)
    values, has_one = next(triplets), has_triplet(labels)
    lost = 0 * xp.sum(embeddings)  # NaN if there is one anywhere
    yield xp.where(has_one, values, xp.zeros_like(values)) + lost
    factor = xp.where(has_one, factor, xp.zeros_like(factor))
    slopes = [column(factor) * slope for slope in next(triplets)]
    yield sum_by_place(embeddings, (places(embeddings), farthest, nearest), slopes) + lost


def hardest(x, labels):
    """For each embedding the place of the farthest of its class and of the nearest of the others."""
    x = x - xp.sum(x, axis=0) / max(x.shape[0], 1)  # what all have in common would cost digits
    x = x / (xp.sum(abs(x)) + (xp.sum(abs(x)) == 0))  # and squares would overflow
    squares = xp.sum(x * x, axis=-1)
    farthest, nearest = (xp.zeros_like(squares, dtype=array_namespace(x).int64) for _ in range(2))
    for rows in slices(x, wide=x.shape[0]):
        distances = squares - (2 * x[rows]) @ x.T  # squared, but for what the row itself contributes
        same = column(labels[rows]) == labels
        farthest[rows] = xp.argmax(xp.where(same, distances, -math.inf), axis=-1)
        nearest[rows] = xp.argmin(xp.where(same, math.inf, distances), axis=-1)
    return farthest, nearest


def sum_by_place(like, places, slopes):
    """Each row of the slopes added to its place in an array of zeros."""
    total = xp.zeros_like(like)
    for place, slope in zip(places, slopes, strict=True):
        if is_torch_array(total):
            total = total.index_add(0, place, slope)
        else:
            np.add.at(total, place, slope)
    return total


# One positive against all others of the batch


@loss(shape=batch_of_vectors, predictions=2, coupled=True, temperature=Learned(positive))
def info_nce(query, key, *, temperature=0.1):
    """InfoNCE: each query has to find its own key among all keys of the batch.

    With the cosines c_ij of query i and key j, and s_ij = c_ij / temperature::

        loss_i = −log(exp(s_ii) / Σ_j exp(s_ij))
        grad     by s_ij: p_ij − [i = j], with p_ij the softmax of row i; then through the cosine

    Parameters
    ----------
    query, key : arrays of floats (N, D)
        Row i of `key` is the positive of row i of `query`, the other rows are its negatives. Their length
        does not matter. NumPy arrays or torch tensors. A NaN in a key is a NaN in every loss, a NaN in a
        query in its own.
    temperature : float, default 0.1
        Positive. A torch tensor without axes may learn; its gradient then takes the memory of all N² pairs.

    {returns}

    {raises}

    Notes
    -----
    Convention: the sum has the positive in it, so that the loss is a cross-entropy over N keys: log N where
    all keys are alike, and never below log(1 + (N − 1) exp(−2 / temperature)). `.grad` returns the pair (for
    query, for key). A weight of 0 takes a row out of both. Both directions, as in CLIP:
    `(info_nce(a, b) + info_nce(b, a)) / 2`. A row of zeros has the cosine 0 with everything, and gradient 0.
    Pairs are compared block by block: memory grows with N, not with N².
    PyTorch: `F.cross_entropy(normalize(query) @ normalize(key).T / temperature, arange(N))`. Keras: none.
    optax: none.
    Source: van den Oord, Li and Vinyals (2018), arXiv:1807.03748; Radford et al. (2021), arXiv:2103.00020.

    Examples
    --------
    >>> import numpy as np
    >>> query = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> info_nce(query, query, temperature=1.0, reduction="none").round(4)
    array([0.3133, 0.3133])
    >>> info_nce(query, query[::-1], temperature=0.01, reduction="none").round(4)
    array([100., 100.])
    >>> for_query, for_key = info_nce.grad(query, query[::-1], temperature=1.0)
    >>> for_query.round(4)
    array([[ 0.    , -0.3655],
           [-0.3655,  0.    ]])
    """
    factor = yield
    (query_length, query), (key_length, key) = of_each_row(query), of_each_row(key)
    values, for_query, for_key = contrast(query, key, temperature, (0,), factor)
    yield values
    yield (
        through_direction(for_query, query, temperature * query_length),
        through_direction(for_key, key, temperature * key_length),
    )


@loss(shape=batch_of_vectors, predictions=2, coupled=True, temperature=Learned(positive))
def nt_xent(z1, z2, *, temperature=0.5):
    """NT-Xent, the loss of SimCLR: of 2N views, each has to find the other view of its example.

    With the cosines c_ij of all 2N rows of z1 and z2, s_ij = c_ij / temperature, j(i) the other view of i::

        l_i  = −log(exp(s_ij(i)) / Σ_{k ≠ i} exp(s_ik))
        loss = (l_i + l_j(i)) / 2                        one number for each of the N examples
        grad   by s_ik: ½ (p_ik − [k = j(i)]), with p_ik the softmax over k ≠ i; then through the cosine

    Parameters
    ----------
    z1, z2 : arrays of floats (N, D)
        Two views: row i of both is one example. Their length does not matter. NumPy arrays or torch tensors.
        A NaN in them is a NaN in every loss.
    temperature : float, default 0.5
        Positive. A torch tensor without axes may learn; its gradient then takes the memory of all pairs.

    {returns}

    {raises}

    Notes
    -----
    Convention: each view has 2N − 2 negatives, the views of the other examples on both sides, and is not
    compared with itself. The mean over N examples is the paper's mean over 2N views; the sum is half of a sum
    over views. A batch of one has no negatives: its loss is 0. `.grad` returns the pair (for z1, for z2). A
    weight of 0 takes an example out of the batch. A row of zeros has the cosine 0 with everything, and
    gradient 0. Pairs are compared block by block: memory grows with N, not with N².
    PyTorch, Keras: none. optax: `ntxent` takes labels. pytorch-metric-learning: `NTXentLoss`.
    Source: Chen et al. (2020), arXiv:2002.05709.

    Examples
    --------
    >>> import numpy as np
    >>> z1, z2 = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> round(float(nt_xent(z1, z2, temperature=1.0)), 4)  # log(e + 2) − 1
    0.5514
    >>> nt_xent.grad(z1, z2, temperature=1.0)[0].round(4)
    array([[0.    , 0.2119],
           [0.2119, 0.    ]])
    """
    factor = yield
    length, views = of_each_row(concat([z1, z2]))
    examples = z1.shape[0]
    of_each = None if factor is None else 0.5 * concat([factor, factor])
    values, for_query, for_key = contrast(views, views, temperature, (0, examples), of_each)
    yield 0.5 * (values[:examples] + values[examples:])
    slopes = through_direction(for_query + for_key, views, temperature * length)
    yield slopes[:examples], slopes[examples:]


def of_each_row(x):
    """As `length_and_direction`, for a batch, block by block."""
    length, direction = xp.zeros_like(x[:, 0]), xp.zeros_like(x)
    for rows in slices(x):
        length[rows], direction[rows] = length_and_direction(x[rows])
    return length, direction


def contrast(query, key, temperature, left_out, factor):
    """The loss of each query, log(1 + Σ exp(s_ij − s_i)) over the negatives j, and its slopes by all rows.

    s_i is the similarity of the positive, which stands as many rows behind the query as the last of
    `left_out` says; what stands at these distances is no negative. That is the softmax cross-entropy, right
    also where it is close to 0. The slopes are those of the sum of factor_i loss_i.
    """
    positive_key = xp.roll(key, -left_out[-1], axis=0)
    positive = xp.sum(query * positive_key, axis=-1) / temperature
    values, missing = xp.zeros_like(positive), xp.zeros_like(positive)
    if factor is not None:
        like = column(factor * positive) * query  # of its shape, with its axis under vmap
        for_query, for_key = xp.zeros_like(like), xp.zeros_like(like)
    for rows in slices(key, least=max(ROWS, TABLE // max(key.shape[0], 1)), wide=key.shape[0]):
        similarity = (query[rows] / temperature) @ key.T
        for distance in left_out:
            similarity[places(similarity), (places(key, rows) + distance) % key.shape[0]] = -math.inf
        exponentials, largest, total = exponentials_of_rows(similarity)
        excess = largest + xp.log(total) - positive[rows]
        values[rows], missing[rows] = softplus_and_sigmoid(excess)  # the second is 1 − p_i
        if factor is not None:
            share = factor[rows] * missing[rows] / xp.where(total == 0, xp.ones_like(total), total)
            for_query[rows] = column(share) * (exponentials @ key)
            for_key += exponentials.T @ (column(share) * query[rows])
        del similarity, exponentials  # before the next ones are made
    if factor is None:
        return values, None, None
    push = column(factor * missing)
    for_query -= push * positive_key
    for_key -= xp.roll(push * query, left_out[-1], axis=0)
    return values, for_query, for_key


def exponentials_of_rows(x):
    """exp(x − the largest of the row), the largest and the sum. x itself is not to be used any more."""
    out = xp.zeros_like(x) if is_torch_array(x) and torch_records(x) else x
    largest, total = xp.zeros_like(x[:, 0]), xp.zeros_like(x[:, 0])
    for rows in slices(x):
        largest[rows] = xp.max(x[rows], axis=-1)
        top = xp.where(largest[rows] == -math.inf, 0 * total[rows], largest[rows])  # a row without negatives
        out[rows] = xp.exp(x[rows] - column(top))
        total[rows] = xp.sum(out[rows], axis=-1)
    return out, largest, total


def through_direction(slope, direction, length):
    """From the slope by x / |x| to the slope by x, block by block."""
    out = xp.zeros_like(slope)
    for rows in slices(slope):
        along = xp.sum(slope[rows] * direction[rows], axis=-1, keepdims=True) * direction[rows]
        out[rows] = over_length(slope[rows] - along, length[rows])
    return out


# In short

CARDS = {
    "contrastive": Card(
        task=EMBEDDING,
        formula=r"y d^2 + (1 - y) \max(0, m - d)^2",
        aims="pairs of one class in one place, others a margin apart",
        gradient="pulls with the distance, pushes with what is missing to the margin",
        outliers="a pair wrongly called alike pulls the harder, the farther apart",
        use="All you have is pairs, alike or not.",
        not_for="Classes with a spread worth keeping: it pulls each to a point.",
        red_flag="“Random pairs will do.” Soon most unlike pairs are a margin apart, with no gradient.",
        output=VECTOR,
        torch="d = F.pairwise_distance(x1, x2, eps=0);"
        " (same * d**2 + (1 - same) * F.relu(margin - d) ** 2).mean()",
        note="In the paper 1 is a pair of two classes, and both terms are halved.",
    ),
    "cosine_embedding": Card(
        task=EMBEDDING,
        formula=r"\begin{cases} 1 - c & \text{if } y = 1 \\ \max(0, c - m) & \text{if } y = -1 \end{cases}",
        aims="alike pairs at the angle 0, others at the margin or beyond",
        gradient="turns the embedding; falls with its length",
        outliers="a pair costs 2 at most",
        use="Pairs, where the angle is what the search will use.",
        not_for="Embeddings whose length means something.",
        red_flag="“The length shows how sure it is.” The loss does not see the length.",
        output=VECTOR,
        torch="F.cosine_embedding_loss(x1, x2, target, margin=margin)",
        note="Targets are −1 and 1. Keras' `CosineSimilarity` is −c, optax's `cosine_distance` 1 − c.",
    ),
    "triplet": Card(
        task=EMBEDDING,
        formula=r"\max(0, d_+ - d_- + m)",
        aims="each positive nearer than each negative, by a margin",
        gradient="of length 1 on positive and negative, or 0",
        outliers="a wrong triplet pulls like a right one",
        use="“This is nearer than that” is what you know, and only the order of distances counts.",
        not_for="Triplets drawn at random, once the easy ones are learned.",
        red_flag="“Any negative will do.” An easy one has no gradient at all.",
        output=VECTOR,
        torch="F.triplet_margin_loss(anchor, positive, negative, margin=margin, eps=0)",
        optax="optax.losses.triplet_margin_loss(anchor, positive, negative, margin=margin, eps=0).mean()",
        note="In the paper the distances are squared. PyTorch adds 1e-6 to each difference.",
    ),
    "batch_hard_triplet": Card(
        task=EMBEDDING,
        formula=r"\max(0, d_+ - d_- + m)",
        aims="the farthest of the same class nearer than the nearest of another, by a margin",
        gradient="through one positive and one negative an anchor",
        outliers="is soon the hardest example of many anchors",
        use="Classes are known, and a batch holds several examples of each.",
        not_for="Wrong labels; batches with one example a class.",
        red_flag="“The hardest negative is the best.” It can collapse the map, and may be a wrong label.",
        output=VECTOR,
        torch="d, same = torch.cdist(embeddings, embeddings), labels[:, None] == labels;"
        " F.relu((d * same).amax(1) - d.where(~same, torch.inf).amin(1) + margin).mean()",
        note="An anchor without a positive or without a negative does not count in the mean here.",
    ),
    "info_nce": Card(
        task=EMBEDDING,
        formula=r"-\log \frac{\exp(c_i / T)}{\sum_{j=1}^K \exp(c_j / T)}",
        aims="each query nearest to its own key",
        gradient="probabilities minus target: the nearest wrong keys are pushed most",
        outliers="a duplicate among the negatives is pushed away",
        use="Pairs that belong together, such as image and caption; the batch is the negatives.",
        not_for="Batches full of duplicates; values that are compared between sizes of the batch.",
        red_flag="“InfoNCE is the contrastive loss.” It is cross-entropy over the batch, without a margin.",
        output=VECTOR,
        torch="s = F.normalize(query) @ F.normalize(key).T / temperature;"
        " F.cross_entropy(s, torch.arange(len(s)))",
        optax="unit = lambda x: x / jnp.linalg.norm(x, axis=1, keepdims=True);"
        " optax.softmax_cross_entropy_with_integer_labels(unit(query) @ unit(key).T / temperature,"
        " jnp.arange(len(query))).mean()",
        note="CLIP takes the mean of both directions, and learns the temperature.",
    ),
    "nt_xent": Card(
        task=EMBEDDING,
        formula=r"-\log \frac{\exp(c_i / T)}{\sum_{j=1}^K \exp(c_j / T)}",
        aims="each view nearest to the other view of its example",
        gradient="probabilities minus target: the nearest wrong views are pushed most",
        outliers="a duplicate among the negatives is pushed away",
        use="Two views of each example from one encoder, and no labels.",
        not_for="Labels that are there to be used; values that are compared between sizes of the batch.",
        red_flag="“A larger batch is only faster.” It has more negatives: another loss.",
        output=VECTOR,
        torch="z = F.normalize(torch.cat([z1, z2])); s = (z @ z.T / temperature).fill_diagonal_(-torch.inf);"
        " F.cross_entropy(s, torch.arange(len(z)).roll(len(z1)))",
        optax="optax.losses.ntxent(jnp.concatenate([z1, z2]), jnp.tile(jnp.arange(len(z1)), 2), temperature)",
        note="The sum has the other view in it, and not the view itself.",
    ),
}
