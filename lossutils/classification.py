"""Losses for a class: binary and categorical cross-entropy, of probabilities and of logits, and relatives.

Binary losses go element by element: `pred` and `target` have the same shape. The losses over K classes have
them along the last axis: `pred` is (..., K), `target` holds class indices (...) or a distribution (...,
K), and the unreduced loss is (...). The functions they stand on, `sigmoid`, `log_sigmoid`, `softmax` and
`log_softmax`, are right to a few units in the last place for any finite logit.
"""

from array_api_compat import array_namespace, device

from .core import (
    Rule,
    class_shape,
    class_target,
    class_weights,
    distribution,
    loss,
    magnitude,
    probability,
    xp,
)

smoothing = Rule("must be at least 0 and below 1", lambda x: (x < 0) | (x >= 1))
up_to_1 = Rule("must be positive and at most 1", lambda x: (x <= 0) | (x > 1))


# From logits to probabilities


def sigmoid(logits):
    """1 / (1 + exp(−z)), without overflow.

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0, 2.0])).round(4)
    array([0.    , 0.5   , 0.8808])
    """
    small = xp.exp(-magnitude(logits))
    return xp.where(logits >= 0, xp.ones_like(small), small) / (1 + small)


def log_sigmoid(logits):
    """log sigmoid(z) = −log(1 + exp(−z)), right where the sigmoid rounds to 0 or to 1.

    Examples
    --------
    >>> import numpy as np
    >>> log_sigmoid(np.array([-1000.0, 0.0, 40.0]))
    array([-1.00000000e+03, -6.93147181e-01, -4.24835426e-18])
    """
    not_positive = xp.where(logits >= 0, xp.zeros_like(logits), logits)
    return not_positive - xp.log1p(xp.exp(-magnitude(logits)))


def softmax(logits):
    """exp(z_k) / Σ_j exp(z_j) along the last axis.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.array([[2.0, 1.0, 0.0], [1000.0, 1000.0, -1000.0]])).round(4)
    array([[0.6652, 0.2447, 0.09  ],
           [0.5   , 0.5   , 0.    ]])
    """
    exponentials, others = _exponentials(logits)
    return exponentials / (1 + others)


def log_softmax(logits):
    """z_k − log Σ_j exp(z_j) along the last axis, right where the softmax rounds to 0 or to 1.

    Examples
    --------
    >>> import numpy as np
    >>> log_softmax(np.array([[0.0, -40.0]]))
    array([[-4.24835426e-18, -4.00000000e+01]])
    """
    _, others = _exponentials(logits)
    return logits - xp.max(logits, axis=-1, keepdims=True) - xp.log1p(others)


def _exponentials(logits):
    """exp(z − z_max), and their sum without one of the largest, which is 1: log1p then loses no digit."""
    shifted = logits - xp.max(logits, axis=-1, keepdims=True)
    exponentials, largest = xp.exp(shifted), xp.astype(shifted == 0, logits.dtype)
    others = exponentials * (1 - largest)
    ties = xp.sum(largest, axis=-1, keepdims=True) - 1
    return exponentials, xp.sum(others, axis=-1, keepdims=True) + ties


def _softmax_and_rest(logits):
    """p_k and 1 − p_k, the second also right where p_k rounds to 1."""
    exponentials, others = _exponentials(logits)
    rest = (1 - exponentials) + others  # for the largest, exactly what the others have
    return exponentials / (1 + others), rest / (1 + others)


def one_hot(indices, like):
    """1 at the index of each row and 0 elsewhere, in the shape and dtype of `like`."""
    classes = array_namespace(like).arange(like.shape[-1], device=device(like))
    return xp.astype(xp.expand_dims(indices, axis=-1) == classes, like.dtype)


def _distribution(target, pred, label_smoothing=0.0):
    """The target as one distribution a row: (1 − ε) y + ε / K."""
    rows = one_hot(target, pred) if target.ndim < pred.ndim else target
    return rows if label_smoothing == 0 else (1 - label_smoothing) * rows + label_smoothing / pred.shape[-1]


def _times(y, x):
    """y x, and 0 where y is 0, even if x is infinite: 0 log 0 = 0. NaN stays NaN."""
    return xp.where((y == 0) & (x == x), xp.zeros_like(x), y * x)


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
    return _times(target, -xp.log(pred)) + _times(1 - target, -xp.log1p(-pred))


@bce.gradient
def _(pred, target):
    return _times(1 - target, 1 / (1 - pred)) - _times(target, 1 / pred)


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
    positive = _times(target, -log_sigmoid(pred))
    if pos_weight is not None:
        positive = pos_weight * positive
    return positive + _times(1 - target, -log_sigmoid(-pred))


@bce_with_logits.gradient
def _(pred, target, *, pos_weight=None):
    positive = target * sigmoid(-pred)
    if pos_weight is not None:
        positive = pos_weight * positive
    return (1 - target) * sigmoid(pred) - positive


# K classes


@loss(shape=class_shape, pred=distribution, target=class_target)
def cce(pred, target):
    """Categorical cross-entropy of probabilities: minus the log-probability of the target.

    With p = pred, y = target::

        loss = −Σ_k y_k log p_k          = −log p_t for a class index t
        grad_k = −y_k / p_k

    {class parameters}

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
    return xp.sum(_times(_distribution(target, pred), -xp.log(pred)), axis=-1)


@cce.gradient
def _(pred, target):
    return _times(_distribution(target, pred), -1 / pred)


@loss(shape=class_shape, target=class_target, label_smoothing=smoothing, class_weight=class_weights)
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

    {returns}

    {raises}

    Notes
    -----
    PyTorch has the classes second: (N, K, H, W) there is `movedim(1, -1)` here; forgotten, it is an error
    unless K = H = W. `ignore_index=-100` there is `weight=target != -100` here: an index out of range is
    an error unless its weight is 0. Where the target has the largest logit the loss is log1p of what
    the others add, so a logit gap of 40 costs 4e-18 in float32 too.
    PyTorch: `F.cross_entropy`; with distributions as targets its mean divides by N whatever the class
    weights.
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
    weighted = weigh_classes(_distribution(target, pred, label_smoothing), class_weight)
    return xp.sum(_times(weighted, -log_softmax(pred)), axis=-1)


@cross_entropy.gradient
def _(pred, target, *, label_smoothing=0.0, class_weight=None):
    weighted = weigh_classes(_distribution(target, pred, label_smoothing), class_weight)
    probability, rest = _softmax_and_rest(pred)
    return (xp.sum(weighted, axis=-1, keepdims=True) - weighted) * probability - weighted * rest


@cross_entropy.denominator
def _(pred, target, *, label_smoothing=0.0, class_weight=None):
    return xp.sum(weigh_classes(_distribution(target, pred), class_weight), axis=-1)


def weigh_classes(rows, class_weight):
    if class_weight is None:
        return rows
    if tuple(getattr(class_weight, "shape", ())) != (rows.shape[-1],):
        raise ValueError(f"class_weight must be an array of shape ({rows.shape[-1]},), one number a class")
    return class_weight * rows


@loss(shape=class_shape, pred=distribution, target=class_target)
def kl_divergence(pred, target):
    """Kullback-Leibler divergence KL(target ‖ pred) of probabilities, summed over the last axis.

    With p = pred, y = target::

        loss = Σ_k y_k log(y_k / p_k)
        grad_k = −y_k / p_k                    as for `cce`: the entropy of the target has no gradient

    {class parameters}

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
    rows = _distribution(target, pred)
    return xp.sum(_times(rows, xp.log(rows)) + _times(rows, -xp.log(pred)), axis=-1)


@kl_divergence.gradient
def _(pred, target):
    return _times(_distribution(target, pred), -1 / pred)


@loss(shape=class_shape, pred=distribution, target=class_target, q=up_to_1)
def generalized_cross_entropy(pred, target, *, q=0.7):
    """Between cross-entropy (q → 0) and the absolute error (q = 1): bounded, for labels that may be wrong.

    With p = pred, y = target::

        loss = Σ_k y_k (1 − p_k^q) / q
        grad_k = −y_k p_k^(q − 1)

    {class parameters}
    q : float, default 0.7
        Above 0 and at most 1. A loss is at most 1/q. With q = 1 it is 1 − p_t, half the absolute error to a
        one-hot target.

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
    rows = _distribution(target, pred)
    return xp.sum(_times(rows, -xp.expm1(q * xp.log(pred)) / q), axis=-1)


@generalized_cross_entropy.gradient
def _(pred, target, *, q=0.7):
    return _times(_distribution(target, pred), -(pred ** (q - 1)))
