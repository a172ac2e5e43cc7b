"""Losses for a class: binary and categorical cross-entropy, of probabilities and of logits, and relatives.

Binary losses go element by element: `pred` and `target` have the same shape. The losses over K classes have
them along the last axis, or along `axis`: `pred` is (..., K), `target` holds class indices (...) or a
distribution (..., K), and the unreduced loss is (...). The functions they stand on, `sigmoid`, `log_sigmoid`,
`softmax` and `log_softmax`, are right to a few units in the last place for any finite logit: they are in
`numerics`.
"""

from .cards import CLASS, DISTRIBUTION, LOGIT, LOGITS, YES_NO, Card
from .engine.rules import Interval, class_target, class_weights, distribution, probability
from .engine.shapes import class_shape
from .loss import loss
from .numerics import (
    at_class,
    column,
    exponentials_of,
    in_between,
    log_sigmoid,
    log_softmax,
    of_true_class,
    one_hot,
    sigmoid,
    softmax,
    softplus_and_sigmoid,
    whole,
    with_class,
    xp,
    zero_times,
)

__all__ = [
    "bce",
    "bce_with_logits",
    "cce",
    "cross_entropy",
    "generalized_cross_entropy",
    "kl_divergence",
    "log_sigmoid",
    "log_softmax",
    "sigmoid",
    "softmax",
]

# Two classes


@loss(pred=probability, target=probability)
def bce(pred, target):
    """Binary cross-entropy of probabilities: the negative log-likelihood of a Bernoulli distribution.

    With p = pred, y = target::

        loss = −y log p − (1 − y) log(1 − p)
        grad = (1 − y) / (1 − p) − y / p              = (p − y) / (p (1 − p))

    {parameters}

    {returns}

    {raises}

    Notes
    -----
    Probabilities in [0, 1] and targets in [0, 1]. Convention: 0 log 0 = 0, and a p of exactly 0 or 1
    gives the limit: 0 where it is right, infinity where it is wrong, not a clipped number. If the model
    ends in a sigmoid, hand its logit to `bce_with_logits` instead.
    PyTorch: `F.binary_cross_entropy` (log clipped at −100). Keras: `BinaryCrossentropy()` (p clipped to
    1e-7). optax: none. scikit-learn: `log_loss(y_true, y_pred)`, the target first.
    Source: Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([0.9, 0.9, 0.0]), np.array([1.0, 0.0, 0.0])
    >>> bce(pred, target, reduction="none").round(4)
    array([0.1054, 2.3026, 0.    ])
    >>> bce.grad(pred, target, reduction="sum").round(4)
    array([-1.1111, 10.    ,  1.    ])
    """
    if in_between(target, 1 - target):
        yield zero_times(target, -xp.log(pred)) + zero_times(1 - target, -xp.log1p(-pred))
        yes, no = asked_for(target, pred), asked_for(1 - target, 1 - pred)
        yield (1 - target) / no - target / yes
    else:
        yield 0 - xp.where(target == 1, xp.log(pred), xp.log1p(-pred))  # 0, not −0
        yield 1 / xp.where(target == 1, -pred, 1 - pred)


@loss(target=probability, pos_weight=class_weights)
def bce_with_logits(pred, target, *, pos_weight=None):
    """Binary cross-entropy of logits: `bce` after a sigmoid, without the rounding of the sigmoid.

    With z = pred, y = target, w = pos_weight::

        loss = w y log(1 + exp(−z)) + (1 − y) log(1 + exp(z))
        grad = (1 − y) σ(z) − w y σ(−z)                                = σ(z) − y  for w = 1

    {parameters}
    pos_weight : float, or array (K,) for a `pred` of shape (..., K), optional
        What a positive counts against a negative; at least 0. It does not enter the denominator of the mean.

    {returns}

    {raises}

    Notes
    -----
    Targets in [0, 1], soft ones included. A logit of ±1e4 has its true loss, and a confidently wrong one
    a gradient of size 1. PyTorch: `F.binary_cross_entropy_with_logits`, whose mean divides by the number
    of elements whatever the `weight`, and which takes a target of 2 and returns a negative loss.
    Keras: `BinaryCrossentropy(from_logits=True)`. optax: `sigmoid_binary_cross_entropy`.
    Source: Cox (1958), doi:10.1111/j.2517-6161.1958.tb00292.x.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([0.0, 3.0, -1e4]), np.array([1.0, 0.0, 1.0])
    >>> bce_with_logits(pred, target, reduction="none").round(4)
    array([6.9310e-01, 3.0486e+00, 1.0000e+04])
    >>> bce_with_logits.grad(pred, target, reduction="sum").round(4)
    array([-0.5   ,  0.9526, -1.    ])
    """
    return of_true_class(surprise, pred, target, pos_weight, 1)


def surprise(x):
    """−log p and its derivative, with x the logit of the wrong class: log(1 + exp(x)) and σ(x)."""
    yield from softplus_and_sigmoid(x)


# K classes


def distribution_of(target, pred, label_smoothing):
    """The target as one distribution a row: (1 − ε) y + ε / K."""
    rows = one_hot(target, pred) if target.ndim < pred.ndim else target
    return rows if label_smoothing == 0 else (1 - label_smoothing) * rows + label_smoothing / pred.shape[-1]


def weigh_classes(rows, class_weight):
    return rows if class_weight is None else one_weight_a_class(class_weight, rows.shape[-1]) * rows


def one_weight_a_class(class_weight, classes):
    if tuple(getattr(class_weight, "shape", ())) != (classes,):
        raise ValueError(f"class_weight must be an array of shape ({classes},), one number a class")
    return class_weight


def by_class(formula, pred, target, class_weight):
    """A formula in which each example counts what its class does."""
    if class_weight is None:
        yield from formula
    else:
        count = what_classes_count(pred, target, class_weight=class_weight)
        yield count * next(formula)
        yield column(count) * next(formula)


def what_classes_count(pred, target, *, class_weight=None, **parameters):
    """What each example counts in a mean; None for 1."""
    if class_weight is None:
        return None
    if target.ndim == pred.ndim:
        return xp.sum(weigh_classes(target, class_weight), axis=-1)
    weights = one_weight_a_class(class_weight, pred.shape[-1])
    return at_class(xp.broadcast_to(weights, pred.shape), column(whole(target)))[..., 0]


@loss(shape=class_shape, pred=distribution, target=class_target)
def cce(pred, target):
    """Categorical cross-entropy of probabilities: minus the log-probability of the target.

    With p = pred, y = target::

        loss = −Σ_k y_k log p_k          = −log p_t for a class index t
        grad_k = −y_k / p_k

    {class parameters}
    {axis}
    {ignored}

    {returns}

    {raises}

    Notes
    -----
    Rows of `pred` lie in [0, 1] and sum to 1; the gradient treats the K probabilities as free.
    Convention: 0 log 0 = 0; a p of 0 where y is positive costs infinity, not a clipped number. If the
    model ends in a softmax, hand its logits to `cross_entropy` instead.
    PyTorch: `F.nll_loss(p.log(), t)`. Keras: `CategoricalCrossentropy()`, which rescales and clips p.
    optax: none. scikit-learn: `log_loss(y_true, y_pred)`, the target first.
    Source: Shannon (1948), doi:10.1002/j.1538-7305.1948.tb01338.x; Good (1952).

    Examples
    --------
    >>> import numpy as np
    >>> pred = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0]])
    >>> cce(pred, np.array([0, 1]), reduction="none").round(4)
    array([0.3567, 0.    ])
    >>> cce.grad(pred, np.array([0, 1]), reduction="sum").round(4)
    array([[-1.4286,  0.    ,  0.    ],
           [ 0.    , -1.    ,  0.    ]])
    """
    return of_shares(minus_log, pred, target)


def of_shares(price, pred, target):
    """Σ_k y_k price(p_k) and its derivative: where the target is a class, the price of its probability."""
    if target.ndim < pred.ndim:
        t, nothing = column(whole(target)), 0 * pred  # NaN where pred is
        own = price(at_class(pred, t))
        yield next(own)[..., 0] + xp.sum(nothing, axis=-1)
        yield with_class(nothing, t, next(own))
    else:
        each = price(asked_for(target, pred))
        yield xp.sum(target * next(each), axis=-1)
        yield target * next(each)


def asked_for(target, p):
    """The probabilities, 1 in the place of those whose target is 0: a p of 0 costs nothing there, and has a
    second derivative."""
    return xp.where((target == 0) & (p == p), xp.ones_like(p), p)


def minus_log(p):
    """−log p and its derivative."""
    yield -xp.log(p)
    yield -1 / p


@loss(
    shape=class_shape,
    denominator=what_classes_count,
    target=class_target,
    label_smoothing=Interval(0, 1, "[)"),
    class_weight=class_weights,
)
def cross_entropy(pred, target, *, label_smoothing=0.0, class_weight=None):
    """Cross-entropy of logits: `cce` after a softmax, without the rounding of the softmax.

    With z = pred, y = (1 − ε) target + ε / K, w = class_weight::

        loss = −Σ_k w_k y_k log softmax(z)_k
        grad_j = softmax(z)_j Σ_k w_k y_k − w_j y_j   = softmax(z)_j − y_j for w = 1

    {class parameters}
    label_smoothing : float, default 0.0
        ε: the share of the target that is spread over all K classes; at least 0 and below 1.
    class_weight : array (K,), optional
        What each class counts; at least 0. A mean divides by the sum of w_t over the examples (for a
        distribution as target: of Σ_k w_k target_k), with or without smoothing; 0 / 0 is 0.
    {axis}
    {ignored}

    {returns}

    {raises}

    Notes
    -----
    Also as `cce_with_logits`. Where the target has the largest logit the loss is log1p of what the others
    add, so a logit gap of 40 costs 4e-18 in float32 too.
    PyTorch: `F.cross_entropy`, with three differences. Its classes are second, which is `axis=1` here;
    forgotten, it is an error unless K = H = W. Its `weight` is `class_weight` here, and a `weight` here is
    one number an example: where N = K nothing tells the two apart. It leaves out labels of −100 unless told
    otherwise, which is `ignore_index=-100` here. With distributions as targets its mean divides by N whatever
    the class weights.
    Keras: `SparseCategoricalCrossentropy(from_logits=True)`. optax: `softmax_cross_entropy`.
    Source: Bridle (1990), doi:10.1007/978-3-642-76153-9_28; label smoothing: Szegedy et al. (2016),
    doi:10.1109/CVPR.2016.308.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 40.0]]), np.array([0, 2])
    >>> cross_entropy(pred, target, reduction="none")
    array([4.07605964e-01, 8.49670851e-18])
    >>> cross_entropy.grad(pred, target, reduction="sum").round(4)
    array([[-0.3348,  0.2447,  0.09  ],
           [ 0.    ,  0.    , -0.    ]])
    """
    if target.ndim < pred.ndim and label_smoothing == 0:
        return by_class(surprise_of_class(pred, target), pred, target, class_weight)
    return surprise_of_rows(pred, weigh_classes(distribution_of(target, pred, label_smoothing), class_weight))


def surprise_of_class(z, target):
    """−log p_t and p_k − [k = t], for p = softmax(z) and t = target."""
    t = column(whole(target))
    shifted, exponentials, others = exponentials_of(z)
    own, total = at_class(shifted, t), 1 + others
    yield (xp.log1p(others) - own)[..., 0]
    # p_t − 1 from what the other classes have, right where p_t rounds to 1:
    yield with_class(exponentials / total, t, (xp.expm1(own) - others) / total)


def surprise_of_rows(z, y):
    """−Σ_k y_k log p_k and its derivative, for p = softmax(z)."""
    shifted, exponentials, others = exponentials_of(z)
    yield xp.sum(zero_times(y, xp.log1p(others) - shifted), axis=-1)
    p = exponentials / (1 + others)
    rest = ((1 - exponentials) + others) / (1 + others)
    yield (xp.sum(y, axis=-1, keepdims=True) - y) * p - y * rest


@loss(shape=class_shape, pred=distribution, target=class_target)
def kl_divergence(pred, target):
    """Kullback-Leibler divergence KL(target ‖ pred) of probabilities, summed over the last axis.

    With p = pred, y = target::

        loss = Σ_k y_k log(y_k / p_k)
        grad_k = −y_k / p_k                    as for `cce`: the entropy of the target has no gradient

    {class parameters}
    {axis}
    {ignored}

    {returns}

    {raises}

    Notes
    -----
    Convention: the prediction comes first, as everywhere here, and the target is the distribution that
    the average is taken over. 0 log 0 = 0; a p of 0 where y is positive costs infinity.
    PyTorch: `F.kl_div(p.log(), y, reduction="batchmean")`: log-probabilities first; its "mean" divides by
    all elements.
    Keras: `KLDivergence()`, the target first. optax: `kl_divergence(log_p, y)`. SciPy: `rel_entr(y, p)`.
    Source: Kullback and Leibler (1951), doi:10.1214/aoms/1177729694.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([[0.5, 0.5]]), np.array([[0.9, 0.1]])
    >>> float(kl_divergence(pred, target).round(4))
    0.3681
    >>> kl_divergence.grad(pred, target)
    array([[-1.8, -0.2]])
    """
    if target.ndim < pred.ndim:
        yield from of_shares(minus_log, pred, target)
    else:
        yield xp.sum(zero_times(target, xp.log(target)) + zero_times(target, -xp.log(pred)), axis=-1)
        yield target * (-1 / asked_for(target, pred))


@loss(shape=class_shape, pred=distribution, target=class_target, q=Interval(0, 1, "(]"))
def generalized_cross_entropy(pred, target, *, q=0.7):
    """Between cross-entropy (q → 0) and the absolute error (q = 1): bounded, for labels that may be wrong.

    With p = pred, y = target::

        loss = Σ_k y_k (1 − p_k^q) / q
        grad_k = −y_k p_k^(q − 1)

    {class parameters}
    q : float, default 0.7
        Above 0 and at most 1. A loss is at most 1/q. With q = 1 it is 1 − p_t, half the absolute error to a
        one-hot target.
    {axis}
    {ignored}

    {returns}

    {raises}

    Notes
    -----
    Rows of `pred` lie in [0, 1] and sum to 1.
    (1 − p^q) / q is calculated as −expm1(q log p) / q, which keeps its digits where p is close to 1.
    PyTorch, optax: none. Keras: `CategoricalGeneralizedCrossEntropy(q=0.5)` by default, the target first.
    Source: Zhang and Sabuncu (2018), arXiv:1805.07836.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0]]), np.array([0, 0])
    >>> generalized_cross_entropy(pred, target, q=0.5, reduction="none").round(4)
    array([0.3267, 2.    ])
    >>> generalized_cross_entropy.grad(pred[:1], target[:1], q=0.5).round(4)
    array([[-1.1952,  0.    ,  0.    ]])
    """
    return of_shares(lambda p: missing_power(p, q), pred, target)


def missing_power(p, q):
    """(1 − p^q) / q and its derivative."""
    yield -xp.expm1(q * xp.log(p)) / q
    yield -(p ** (q - 1))


# In short

CARDS = {
    "bce_with_logits": Card(
        task=YES_NO,
        formula=r"w y \log(1 + \exp(-z)) + (1 - y) \log(1 + \exp(z))",
        aims="log-odds of yes (w = 1)",
        gradient="probability minus target; 1 at most (w = 1)",
        outliers="costs without end, and pulls with 1 at most",
        use="Probabilities are wanted, or costs may change. Also for each of several labels.",
        not_for="One of K exclusive classes.",
        red_flag="“First a sigmoid, then this.” It is in it; with two, no example costs less than 0.313.",
        output=LOGIT,
        torch="F.binary_cross_entropy_with_logits(pred, target, pos_weight=torch.tensor(pos_weight))",
        sklearn="log_loss(target, expit(pred))",
        optax="optax.sigmoid_binary_cross_entropy(pred, target).mean()",
        keras="keras.losses.BinaryCrossentropy(from_logits=True)(target, pred)",
        note="With `pos_weight`, PyTorch and `lossutils` divide by the number of elements, not by weights.",
    ),
    "bce": Card(
        task=YES_NO,
        formula=r"-y \log p - (1 - y) \log(1 - p)",
        aims="probability of yes",
        gradient="−1/p for a yes, 1/(1 − p) for a no: without end",
        outliers="costs without end; pulls without end on p, with 1 at most through a sigmoid",
        use="Probabilities come from elsewhere, and no logit can be had.",
        not_for="Training through a sigmoid: hand over the logit.",
        red_flag="“Clip p to 1e-7, and it is stable.” A confident mistake then has no gradient.",
        output="a sigmoid, a probability, `(N,)`",
        torch="F.binary_cross_entropy(pred, target)",
        sklearn="log_loss(target, pred)",
        keras="keras.losses.BinaryCrossentropy()(target, pred)",
        note="A mistake with p = 0 or 1 costs infinity here. PyTorch stops at 100, Keras clips p at 1e-7,"
        " scikit-learn at the rounding error of its type.",
    ),
    "cross_entropy": Card(
        task=CLASS,
        formula=r"-\log \frac{\exp(z_t)}{\sum_{j=1}^K \exp(z_j)}",
        aims="logarithms of the class probabilities, up to a constant",
        gradient="probabilities minus target; at most 1 in each logit",
        outliers="costs without end, and pulls with 1 at most",
        use="Exclusive classes: the default. Rare ones too; targets may be distributions.",
        not_for="Several labels an example; classes with an order; many wrong labels.",
        red_flag="“Softmax, also for several labels.” Softmax makes them compete for a sum of 1.",
        output=LOGITS,
        torch="F.cross_entropy(pred, target, weight=class_weight, label_smoothing=label_smoothing)",
        sklearn="log_loss(target, softmax(pred, axis=1), labels=range(pred.shape[1]))",
        optax="optax.softmax_cross_entropy_with_integer_labels(pred, target).mean()",
        keras="keras.losses.SparseCategoricalCrossentropy(from_logits=True)(target, pred)",
        note="PyTorch has the classes on axis 1, the others on the last. With class weights, PyTorch and"
        " `lossutils` divide by the sum of those of the targets, Keras by N.",
    ),
    "cce": Card(
        task=CLASS,
        formula=r"-\log p_t",
        aims="the class probabilities",
        gradient="−1/p of the target: without end",
        outliers="costs without end; pulls without end on p, with 1 at most through a softmax",
        use="Probabilities come from elsewhere, and no logits can be had.",
        not_for="Training through a softmax: hand over the logits.",
        red_flag="“log(softmax(z)) is the same.” At a gap of 110 in float32 it is infinite.",
        output="a softmax, probabilities, `(N, K)`",
        torch="F.nll_loss(pred.log(), target)",
        sklearn="log_loss(target, pred, labels=range(pred.shape[1]))",
        keras="keras.losses.SparseCategoricalCrossentropy()(target, pred)",
        note="Give scikit-learn the `labels`: a batch may lack a class.",
    ),
    "generalized_cross_entropy": Card(
        task=CLASS,
        formula=r"\frac{1 - p_t^q}{q}",
        aims="the likeliest class, with a probability that is too sure",
        gradient="by the logits: that of cross-entropy, times a factor that is small for what looks wrong",
        outliers="costs at most 1/q, and loses its pull",
        use="Many labels are wrong, nothing filters them, and the class is all you need.",
        not_for="Probabilities; a thousand classes from a cold start.",
        red_flag="“Robust, so better.” It gives up on hard examples as well.",
        output="a softmax, probabilities, `(N, K)`",
        torch="((1 - pred[torch.arange(len(pred)), target] ** q) / q).mean()",
        keras="keras.losses.CategoricalGeneralizedCrossEntropy(q=q)(target, pred)",
        note="Keras has q = 0.5 by default.",
    ),
    "kl_divergence": Card(
        task=DISTRIBUTION,
        formula=r"\sum_{j=1}^K y_j \log \frac{y_j}{p_j}",
        aims="the target",
        gradient="that of cross-entropy: the entropy of the target has none",
        outliers="a probability near 0 where the target is not costs without end",
        use="The target is a distribution, and 0 should mean that it is reached.",
        not_for="A symmetric distance between two samples.",
        red_flag="“KL is a distance, the order does not matter.” The other order is another loss.",
        output="a softmax, probabilities, `(N, K)`",
        torch='F.kl_div(pred.log(), target, reduction="batchmean")',
        optax="optax.kl_divergence(jnp.log(pred), target).mean()",
        keras="keras.losses.KLDivergence()(target, pred)",
        note='PyTorch and optax take log-probabilities; PyTorch\'s `reduction="mean"` divides by N K.'
        " SciPy: `rel_entr(target, pred)`.",
    ),
}
