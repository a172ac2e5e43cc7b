"""Margin losses: hinge and squared hinge for two classes, the multiclass hinge for K.

They take scores, not probabilities, and stop asking once the right side is won by a margin: beyond it value
and gradient are exactly 0. None of them is a negative log-likelihood, so their scores are not logits.
"""

from .cards import CLASS, SCORE, YES_NO, Card
from .classification import by_class
from .engine.rules import OneOf, class_target, class_weights, plus_or_minus_1, positive
from .engine.shapes import index_shape
from .loss import loss
from .numerics import at_class, column, sign, whole, with_class, xp

__all__ = ["hinge", "multiclass_hinge", "squared_hinge"]


@loss(target=plus_or_minus_1)
def hinge(pred, target):
    """Hinge loss of a score: what is missing to a margin of 1.

    With s = pred and y = target (−1 or 1)::

        loss = max(0, 1 − y s)
        grad = −y if y s < 1, else 0

    {parameters}

    {returns}

    {raises}

    Notes
    -----
    Targets are −1 and 1, not 0 and 1. Convention: at y s = 1 every slope between −y and 0 is a subgradient;
    `hinge.grad` is the smallest of them, 0.
    PyTorch: none for two classes (`F.hinge_embedding_loss` is something else). Keras: `Hinge()`, the
    target first, which turns 0 and 1 into −1 and 1. optax: `hinge_loss`. scikit-learn:
    `hinge_loss(y_true, decision)`.
    Source: Cortes and Vapnik (1995), doi:10.1007/BF00994018.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([2.0, 0.3, -0.5]), np.array([1.0, 1.0, 1.0])
    >>> hinge(pred, target, reduction="none")
    array([0. , 0.7, 1.5])
    >>> hinge.grad(pred, target, reduction="sum")
    array([-0., -1., -1.])
    """
    missing = xp.maximum(1 - target * pred, 0)
    yield missing
    yield -target * sign(missing)


@loss(target=plus_or_minus_1)
def squared_hinge(pred, target):
    """Square of the hinge loss: small violations cost little, large ones much, and the slope has no jump.

    With s = pred and y = target (−1 or 1)::

        loss = max(0, 1 − y s)²
        grad = −2 y max(0, 1 − y s)

    {parameters}

    {returns}

    {raises}

    Notes
    -----
    Targets are −1 and 1, not 0 and 1. The first derivative is continuous, at y s = 1 too; the second
    jumps there from 2 to 0.
    PyTorch: none. Keras: `SquaredHinge()`, the target first. optax: none. scikit-learn: the default of
    `LinearSVC`.
    Source: Lee and Mangasarian (2001), doi:10.1023/A:1011215321374.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([2.0, 0.5, -0.5]), np.array([1.0, 1.0, 1.0])
    >>> squared_hinge(pred, target, reduction="none")
    array([0.  , 0.25, 2.25])
    >>> squared_hinge.grad(pred, target, reduction="sum")
    array([-0., -1., -3.])
    """
    missing = xp.maximum(1 - target * pred, 0)
    yield missing**2
    yield -2 * target * missing


@loss(shape=index_shape, target=class_target, p=OneOf(1, 2), margin=positive, class_weight=class_weights)
def multiclass_hinge(pred, target, *, p=1, margin=1.0, class_weight=None):
    """Multiclass hinge loss: what each wrong class lacks to a margin below the right one, averaged over K.

    With s = pred, t = target, w = class_weight::

        loss = w_t / K · Σ_{j≠t} max(0, margin − s_t + s_j)^p
        grad_j = w_t / K · p max(0, margin − s_t + s_j)^(p − 1)   where that is positive (j ≠ t)
        grad_t = −Σ_{j≠t} grad_j

    Parameters
    ----------
    pred : array of floats (..., K)
        NumPy array or torch tensor of scores, the K classes along `axis`.
    target : array of whole numbers (...)
        A class from 0 to K − 1 for each example.
    p : 1 or 2, default 1
        The power of a violation.
    margin : float, default 1.0
        Positive and finite, in the units of the scores.
    class_weight : array (K,), optional
        What an example counts according to its class; at least 0. It does not enter the denominator of a
        mean.
    {axis}
    {ignored}

    {returns}

    {raises}

    Notes
    -----
    Convention: PyTorch's `F.multi_margin_loss`, value by value: the sum over the wrong classes is divided
    by K, not by K − 1, and class weights do not enter the denominator of the mean. Crammer and Singer
    take the largest violation instead of the sum. At a kink the gradient is the smallest subgradient.
    optax: `multiclass_hinge_loss` (Crammer and Singer). Keras: `CategoricalHinge()`, that of Crammer and
    Singer too, except that a negative score of a wrong class counts as 0.
    Source: Weston and Watkins (1999), ESANN.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([[2.0, 1.5, -1.0], [0.0, 3.0, 0.0]]), np.array([0, 1])
    >>> multiclass_hinge(pred, target, reduction="none").round(4)
    array([0.1667, 0.    ])
    >>> multiclass_hinge.grad(pred, target, reduction="sum").round(4)
    array([[-0.3333,  0.3333,  0.    ],
           [ 0.    , -0.    ,  0.    ]])
    """
    return by_class(missing_margins(pred, target, p, margin), pred, target, class_weight)


def missing_margins(s, target, p, margin):
    """1/K Σ_{j≠t} max(0, margin − s_t + s_j)^p and its derivative, with t = target."""
    classes = s.shape[-1]
    t = column(whole(target))
    own = at_class(s, t)
    violation = xp.maximum(s + (margin - own), 0)
    violation = with_class(violation, t, 0 * own)  # no competitor of itself; NaN stays
    yield xp.sum(violation**p, axis=-1) / classes
    slope = (sign(violation) if p == 1 else 2 * violation) / classes
    yield with_class(slope, t, -xp.sum(slope, axis=-1, keepdims=True))


# In short

CARDS = {
    "hinge": Card(
        task=YES_NO,
        formula=r"\max(0, 1 - y s)",
        aims="the likelier side, ±1",
        gradient="−y inside the margin, 0 beyond",
        outliers="costs without end, and pulls with 1",
        use="Linear and kernel machines with a penalty, where the decision is all that counts.",
        not_for="Probabilities; costs that are decided later.",
        red_flag="“A sigmoid makes a probability of it.” Its best score is a side, not a degree.",
        output=SCORE,
        torch="F.relu(1 - target * pred).mean()",
        sklearn="hinge_loss(target, pred)",
        optax="optax.hinge_loss(pred, target).mean()",
        keras="keras.losses.Hinge()(target, pred)",
        note="Targets are −1 and 1. Keras and scikit-learn read 0 as −1, optax and the line of PyTorch"
        " compute with the 0. PyTorch's `F.hinge_embedding_loss` is something else.",
    ),
    "squared_hinge": Card(
        task=YES_NO,
        formula=r"\max(0, 1 - y s)^2",
        aims="2π − 1, for a probability π of yes",
        gradient="grows with the violation, 0 beyond the margin",
        outliers="pulls the harder, the farther off",
        use="As hinge, for a solver that wants a slope without jumps.",
        not_for="Many wrong labels.",
        red_flag="“Hinge made smooth, and as robust.” Its pull has no cap.",
        output=SCORE,
        torch="F.relu(1 - target * pred).square().mean()",
        keras="keras.losses.SquaredHinge()(target, pred)",
        note="Targets are −1 and 1. It is the default of scikit-learn's `LinearSVC`.",
    ),
    "multiclass_hinge": Card(
        task=CLASS,
        formula=r"\frac1K \left(\sum_{j=1}^K \max(0, m - s_t + s_j)^r - m^r\right)",
        aims="the likeliest class, if one has more than half",
        gradient="1/K for each class within the margin (p = 1), 0 beyond",
        outliers="costs without end; for p = 1 it pulls with 1 at most",
        use="Only the decision counts, in a linear or kernel machine, and one class is usually clear.",
        not_for="Probabilities; classes without a clear winner.",
        red_flag="“All multiclass hinges are one.” Sum or largest violation: the winner may differ.",
        output="K linear units, scores, `(N, K)`",
        torch="F.multi_margin_loss(pred, target, p=p, margin=margin, weight=class_weight)",
        note="optax's `multiclass_hinge_loss` and scikit-learn's `hinge_loss` take the largest violation.",
    ),
}
