"""Losses made for a purpose: costs, confidence, a power of the error, an order of classes.

`cost_sensitive_bce` and `confidence_bce` take the logit of a yes-or-no question, `power` a number, `ordinal`
one score, which thresholds cut into ordered classes.
"""

import math

from .cards import CLASS, LOGIT, NUMBER, REAL, YES_NO, Card
from .classification import surprise
from .engine.rules import Interval, class_index, increasing, positive, probability
from .engine.shapes import label_shape
from .loss import loss
from .numerics import (
    concat,
    log_1_minus_exp,
    of_true_class,
    sign,
    softplus_and_sigmoid,
    whole,
    xp,
    zero_times,
)

__all__ = ["confidence_bce", "cost_sensitive_bce", "ordinal", "power"]


@loss(target=probability, false_negative_cost=positive, false_positive_cost=positive)
def cost_sensitive_bce(logits, target, *, false_negative_cost=1.0, false_positive_cost=1.0):
    """Binary cross-entropy in which a missed positive and a false alarm count what they cost.

    With z = logits, y = target, C = false_negative_cost, A = false_positive_cost::

        loss = C y log(1 + exp(−z)) + A (1 − y) log(1 + exp(z))
        grad = A (1 − y) σ(z) − C y σ(−z)

    Parameters
    ----------
    logits : array of floats, any shape
        NumPy array or torch tensor. A NaN in it is a NaN in the result.
    target : array of the shape of logits
        0 or 1. In between, the two losses are mixed in that proportion.
    false_negative_cost : float, default 1.0
        What a missed positive costs; positive and finite.
    false_positive_cost : float, default 1.0
        What a false alarm costs, in the same unit; positive and finite.

    {returns}

    {raises}

    Notes
    -----
    The minimum for an example that is positive with probability π is at the odds C π / (A (1 − π)): σ(z) is
    no longer π. Act at σ(z) > 1/2, which is π > A / (A + C), or take the probability back by z − log(C / A).
    To weight and to move the threshold as well counts the costs twice.
    It is A times `bce_with_logits` with pos_weight = C / A.
    PyTorch: `F.binary_cross_entropy_with_logits` with `pos_weight`. Keras: `class_weight` in `fit`. optax:
    none. scikit-learn: `class_weight={0: A, 1: C}`.
    Source: Elkan (2001), IJCAI.

    Examples
    --------
    >>> import numpy as np
    >>> logits, target = np.array([0.0, 0.0, 3.0]), np.array([1.0, 0.0, 1.0])
    >>> cost_sensitive_bce(logits, target, false_negative_cost=10, reduction="none").round(4)
    array([6.9315, 0.6931, 0.4859])
    >>> cost_sensitive_bce.grad(logits, target, false_negative_cost=10, reduction="sum").round(4)
    array([-5.    ,  0.5   , -0.4743])
    """
    return of_true_class(surprise, logits, target, false_negative_cost, false_positive_cost)


@loss(target=probability, beta=Interval(-1, math.inf, "()"))
def confidence_bce(logits, target, *, beta=0.1):
    """Binary cross-entropy minus beta times the entropy of the prediction: confidence costs, or pays.

    With z = logits, y = target, p = σ(z), H = −p log p − (1 − p) log(1 − p)::

        loss = y log(1 + exp(−z)) + (1 − y) log(1 + exp(z)) − beta H
        grad = p − y + beta z p (1 − p)

    Parameters
    ----------
    logits : array of floats, any shape
        NumPy array or torch tensor. A NaN in it is a NaN in the result.
    target : array of the shape of logits
        0 or 1. In between, the two losses are mixed in that proportion.
    beta : float, default 0.1
        Positive: confidence is penalized. Negative: it is rewarded. Above −1 and finite.

    {returns}

    {raises}

    Notes
    -----
    The minimum for an example that is positive with probability π is where p + beta z p (1 − p) = π: nearer
    to 1/2 than π for beta > 0, farther for beta < 0. The same formula takes π back from p. Below beta = −1
    there are two minima for π near 1/2, and a range of p around 1/2 that is never given; such a beta is an
    error, and −1 too, where the curvature at 1/2 is 0. Convention: the sign is that of Pereyra et al.; a
    term "+ λ H" is beta = −λ. The loss may be negative.
    PyTorch, Keras, optax: none.
    Source: Pereyra et al. (2017), arXiv:1701.06548.

    Examples
    --------
    >>> import numpy as np
    >>> logits, target = np.array([0.0, 3.0, 3.0]), np.array([1.0, 1.0, 0.0])
    >>> confidence_bce(logits, target, beta=0.5, reduction="none").round(4)
    array([ 0.3466, -0.0468,  2.9532])
    >>> confidence_bce.grad(logits, target, beta=0.5, reduction="sum").round(4)
    array([-0.5   ,  0.0203,  1.0203])
    """
    (right, rest), (wrong, p) = softplus_and_sigmoid(-logits), softplus_and_sigmoid(logits)
    entropy = p * right + rest * wrong
    yield zero_times(target, right) + zero_times(1 - target, wrong) - beta * entropy
    yield (1 - target) * p - target * rest + beta * logits * p * rest


@loss(p=Interval(1, math.inf, "[)"))
def power(pred, target, *, p=1.5):
    """A power of the absolute error, between the absolute (p = 1) and the squared error (p = 2), or above.

    With e = pred − target::

        loss = |e|^p
        grad = p |e|^(p − 1) sign(e)

    {parameters}
    p : float, default 1.5
        Finite and at least 1.

    {returns}

    {raises}

    Notes
    -----
    For p > 1 the slope is 0 at e = 0 and grows with the error; the curvature p (p − 1) |e|^(p − 2) is
    infinite at 0 for 1 < p < 2 and 0 for p > 2. Convention: for p = 1 the gradient at 0 is the smallest
    subgradient, 0. Below 1 the loss would not be convex and its slope infinite at 0, so such a p is an
    error.
    PyTorch: `(pred - target).abs().pow(p)`, whose second derivative at 0 is NaN for 1 < p < 2, and 0 instead
    of 2 for p = 2. Keras, optax: none.
    Source: Forsythe (1972), Technometrics 14, 159–166.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([4.0, 2.0, 1.0]), np.array([0.0, 2.0, 2.0])
    >>> power(pred, target, reduction="none")
    array([8., 0., 1.])
    >>> power.grad(pred, target, reduction="sum")
    array([ 3. ,  0. , -1.5])
    """
    error = pred - target
    yield abs(error) ** p
    # 2 e has its curvature at 0, which the general form has not
    yield 2 * error if p == 2 else p * abs(error) ** (p - 1) * sign(error)


@loss(shape=label_shape, thresholds=increasing, target=class_index)
def ordinal(logits, target, *, thresholds):
    """Cumulative link loss: one score, cut into ordered classes by thresholds (proportional odds).

    With z = logits, k = target, and the thresholds b_1 < … < b_{K−1} between b_0 = −∞ and b_K = ∞::

        P(k) = σ(b_{k+1} − z) − σ(b_k − z)
        loss = −log P(k)
        grad = σ(z − b_{k+1}) − σ(b_k − z)

    Parameters
    ----------
    logits : array of floats, any shape
        NumPy array or torch tensor: one score an example, not one a class. NaN in is NaN out.
    target : array of whole numbers, of the shape of logits
        A class from 0 to K − 1 for each example.
    thresholds : K − 1 increasing numbers
        A list, or an array of the library of `logits`. A torch tensor that requires a gradient gets one.
    {ignored}

    {returns}

    {raises}

    Notes
    -----
    A score above b_k says "above class k − 1" with more than even odds; adding a number to the score and to
    all thresholds changes nothing, so leave out the bias of the score or hold one threshold.
    Calculated as −log σ(b_{k+1} − z) − log σ(z − b_k) − log(1 − exp(b_k − b_{k+1})), three terms of one sign,
    so nothing cancels. Thresholds that learn have to stay in order: learn the first, and the logarithms
    of the steps. With one threshold b it is `bce_with_logits(logits − b, target)`.
    PyTorch, Keras, optax: none. Python: `statsmodels` `OrderedModel(distr="logit")`. R: `MASS::polr`,
    `ordinal::clm`.
    Source: McCullagh (1980), doi:10.1111/j.2517-6161.1980.tb01109.x.

    Examples
    --------
    >>> import numpy as np
    >>> logits, target = np.array([0.0, 0.0, 3.0]), np.array([1, 2, 0])
    >>> ordinal(logits, target, thresholds=[-1.0, 1.0], reduction="none").round(4)
    array([0.7719, 1.3133, 4.0181])
    >>> ordinal.grad(logits, target, thresholds=[-1.0, 1.0], reduction="sum").round(4)
    array([ 0.    , -0.7311,  0.982 ])
    """
    end = float("inf") * xp.ones_like(thresholds[:1])
    edges, index = concat([-end, thresholds, end]), whole(target)
    below, above = edges[index], edges[index + 1]
    (over, too_high), (under, too_low) = (
        softplus_and_sigmoid(logits - above),
        softplus_and_sigmoid(below - logits),
    )
    yield over + under - log_1_minus_exp(below - above)
    yield too_high - too_low


# In short

CARDS = {
    "power": Card(
        task=NUMBER,
        formula=r"\lvert e\rvert^r",
        aims="median at p = 1, mean at p = 2, middle of the extremes as p grows",
        gradient="p times the error to the power p − 1",
        outliers="the larger p, the more they decide",
        use="The cost of an error is known to grow like a power of it.",
        not_for="p > 2 on data that nobody has checked.",
        red_flag="“p = 4, because large errors matter.” One wrong target can then outweigh the rest.",
        output=REAL,
        torch="(pred - target).abs().pow(p).mean()",
    ),
    "cost_sensitive_bce": Card(
        task=YES_NO,
        formula=r"C y \log(1 + \exp(-z)) + A (1 - y) \log(1 + \exp(z))",
        aims="log-odds of yes plus log(C/A)",
        gradient="C or A times that of cross-entropy",
        outliers="one of the dear class pulls with C",
        use="Costs are known and stay; the model is too simple, and a threshold did worse.",
        not_for="Probabilities, unless log(C/A) is taken off the logit.",
        red_flag="“Weight 10, and the threshold at 1/11.” That counts the costs twice.",
        output=LOGIT,
        torch="weight = torch.tensor(false_negative_cost / false_positive_cost); false_positive_cost"
        " * F.binary_cross_entropy_with_logits(logits, target, pos_weight=weight)",
        sklearn="cost = np.where(target == 1, false_negative_cost, false_positive_cost);"
        " log_loss(target, expit(logits), sample_weight=cost, normalize=False) / len(target)",
        optax="cost = jnp.where(target == 1, false_negative_cost, false_positive_cost);"
        " (cost * optax.sigmoid_binary_cross_entropy(logits, target)).mean()",
        keras="cost = jnp.where(target == 1, false_negative_cost, false_positive_cost);"
        " keras.losses.BinaryCrossentropy(from_logits=True)"
        "(target[:, None], logits[:, None], sample_weight=cost)",
        note="Where an estimator is fitted, it is scikit-learn's `class_weight={0: A, 1: C}`.",
    ),
    "confidence_bce": Card(
        task=YES_NO,
        formula=r"y \log(1 + \exp(-z)) + (1 - y) \log(1 + \exp(z)) + \beta (p \log p + (1 - p) \log(1 - p))",
        aims="a probability nearer to one half than the true one (β > 0)",
        gradient="that of cross-entropy, plus β z p (1 − p)",
        outliers="as cross-entropy, nearly: far out the added pull fades",
        use="A large network is too sure of itself, and you have measured that it helps.",
        not_for="A model that is calibrated: it will not be afterwards.",
        red_flag="“The entropy term calibrates.” It moves every probability, right ones too.",
        output=LOGIT,
        torch="p = torch.sigmoid(logits); F.binary_cross_entropy_with_logits(logits, target)"
        " - beta * F.binary_cross_entropy(p, p)",
        optax="p = jax.nn.sigmoid(logits); (optax.sigmoid_binary_cross_entropy(logits, target)"
        " - beta * optax.sigmoid_binary_cross_entropy(logits, p)).mean()",
    ),
    "ordinal": Card(
        task=CLASS,
        formula=r"-\log(\sigma(b_{k+1} - z) - \sigma(b_k - z))",
        aims="the probability of each class, as slices of one logistic curve",
        gradient="pushes the score into its slice; 1 at most",
        outliers="costs about its distance, and pulls with 1 at most",
        use="Classes in order, and steps between them that need not be equal.",
        not_for="Classes without an order; inputs that change the spread, not the place.",
        red_flag="“Thresholds at 1.5, 2.5, 3.5.” They are learned, and have to stay in order.",
        output="one linear unit, a score, `(N,)`; K − 1 thresholds that learn",
        torch="above = F.pad(torch.sigmoid(thresholds - logits[:, None]), (0, 1), value=1.0);"
        " F.nll_loss(above.diff(prepend=torch.zeros(len(logits), 1)).log(), target)",
        note="R's `polr` and statsmodels' `OrderedModel(distr=\"logit\")` fit the same model.",
    ),
}
