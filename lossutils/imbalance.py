"""Losses for rare classes: focal losses, which fade out easy examples, and overlap losses, which score a set.

The focal losses take logits. The overlap losses (`dice`, `jaccard`, `tversky`) take probabilities of any
shape (N, ...) and give one loss for all that an example has: the pixels of an image, the labels of a
text.
"""

import math

from array_api_compat import array_namespace

from .cards import CLASS, LABELS, LOGIT, LOGITS, MASK, YES_NO, Card
from .classification import by_class, what_classes_count
from .engine.rules import at_least_0, class_target, class_weights, probability
from .engine.shapes import first_axis, index_shape
from .loss import loss
from .numerics import at_class, column, of_true_class, softplus_and_sigmoid, whole, with_class, xp

__all__ = ["dice", "focal", "jaccard", "softmax_focal", "tversky"]

# Focal losses


@loss(target=probability, alpha=probability, gamma=at_least_0)
def focal(logits, target, *, alpha=None, gamma=2.0):
    """Focal loss: cross-entropy, times a factor that fades as the right answer becomes probable.

    With p the probability of the true class, σ(z) or σ(−z), and z = logits::

        loss = −a (1 − p)^gamma log p
        grad = ∓a (1 − p)^gamma (1 − p − gamma p log p)     − for target 1, + for target 0

    Parameters
    ----------
    logits : array of floats, any shape
        NumPy array or torch tensor. A NaN in it is a NaN in the result.
    target : array of the shape of logits
        0 or 1. In between, the two losses are mixed in that proportion.
    alpha : float in [0, 1], optional
        a is alpha for target 1 and 1 − alpha for target 0; 1 for both if it is None.
    gamma : float, default 2.0
        At least 0. With 0 the loss is cross-entropy. With 2, an example at p = 0.9 counts a hundredth.

    {returns}

    {raises}

    Notes
    -----
    Convention: alpha is the weight of the *positive* class. With the usual alpha = 0.25 a rare positive
    class is weighted down, because gamma already turns the easy negatives down. Value and gradient are
    right for every finite logit and every gamma, gamma < 1 at ±1e4 included.
    PyTorch: `torchvision.ops.sigmoid_focal_loss` (alpha=0.25 by default, reduction "none"). Keras:
    `BinaryFocalCrossentropy()`, the target first. optax: `sigmoid_focal_loss`.
    Source: Lin et al. (2017), arXiv:1708.02002.

    Examples
    --------
    >>> import numpy as np
    >>> logits, target = np.array([0.0, 3.0, -3.0]), np.array([1.0, 1.0, 1.0])
    >>> focal(logits, target, reduction="none").round(5)
    array([1.73290e-01, 1.10000e-04, 2.76628e+00])
    >>> focal.grad(logits, target, reduction="sum").round(5)
    array([-2.98290e-01, -3.10000e-04, -1.12675e+00])
    """
    counts = (None, None) if alpha is None else (alpha, 1 - alpha)
    return of_true_class(lambda x: fading_surprise(x, gamma), logits, target, *counts)


def fading_surprise(x, gamma):
    """−(1 − p)^gamma log p and its derivative, with x the logit of the wrong class."""
    surprise, rest = softplus_and_sigmoid(x)  # −log p and 1 − p
    if gamma >= 1:
        fading = rest**gamma
    else:  # the power of what is below the smallest float is not: log(1 − p) is x
        is_tiny = rest <= array_namespace(x).finfo(x.dtype).smallest_normal
        power = xp.where(is_tiny, xp.ones_like(rest), rest) ** gamma  # with a derivative everywhere
        fading = xp.where(is_tiny, xp.exp(gamma * xp.where(is_tiny, x, xp.zeros_like(x))), power)
    yield fading * surprise
    yield fading * (rest + gamma * xp.exp(-surprise) * surprise)


@loss(
    shape=index_shape,
    denominator=what_classes_count,
    target=class_target,
    gamma=at_least_0,
    class_weight=class_weights,
)
def softmax_focal(logits, target, *, gamma=2.0, class_weight=None):
    """Focal loss over K classes: `cross_entropy`, times (1 − p_t)^gamma.

    With p = softmax(z), z = logits, t = target, w = class_weight::

        loss = −w_t (1 − p_t)^gamma log p_t
        grad_t = −w_t (1 − p_t)^gamma (1 − p_t − gamma p_t log p_t)
        grad_j = −grad_t p_j / (1 − p_t)   for j ≠ t

    Parameters
    ----------
    logits : array of floats (..., K)
        NumPy array or torch tensor, the K classes along `axis`. A NaN in it is a NaN in the result.
    target : array of whole numbers (...)
        A class from 0 to K − 1 for each example.
    gamma : float, default 2.0
        At least 0. With 0 the loss is cross-entropy.
    class_weight : array (K,), optional
        What each class counts; at least 0. A mean divides by the sum of the weights of the targets.
    {axis}
    {ignored}

    {returns}

    {raises}

    Notes
    -----
    It is the binary focal loss of one logit, d = z_t − log Σ_{j≠t} exp(z_j), because p_t = σ(d).
    PyTorch, optax: none. Keras: `CategoricalFocalCrossentropy()`, the target first, alpha = 0.25 for all
    classes.
    Source: Lin et al. (2017), arXiv:1708.02002.

    Examples
    --------
    >>> import numpy as np
    >>> logits, target = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 40.0]]), np.array([0, 2])
    >>> softmax_focal(logits, target, reduction="none")
    array([4.56777990e-02, 6.13411846e-52])
    >>> softmax_focal.grad(logits[:1], target[:1]).round(4)
    array([[-0.0983,  0.0719,  0.0264]])
    """
    return by_class(fading_surprise_of_class(logits, target, gamma), logits, target, class_weight)


def fading_surprise_of_class(z, target, gamma):
    """As `fading_surprise`, of one logit: x = log Σ_{j≠t} exp(z_j) − z_t, because 1 − p_t = σ(x)."""
    if z.shape[-1] < 2:
        raise ValueError(f"softmax_focal needs at least two classes, got {z.shape[-1]}")
    t = column(whole(target))
    others = with_class(z + 0, t, -math.inf)
    largest = xp.max(others, axis=-1, keepdims=True)
    exponentials = xp.exp(others - largest)
    total = xp.sum(exponentials, axis=-1, keepdims=True)
    two_classes = fading_surprise((largest + xp.log(total)) - at_class(z, t), gamma)
    yield next(two_classes)[..., 0]
    slope = next(two_classes)
    yield with_class(slope * (exponentials / total), t, -slope)


# Overlap losses


@loss(shape=first_axis, pred=probability, target=probability, smooth=at_least_0)
def dice(pred, target, *, smooth=1e-5):
    """Soft Dice loss: 1 minus twice the overlap over the sum of the two sizes.

    With p = pred, y = target, and sums over an example::

        loss = 1 − (2 Σ p y + smooth) / (Σ p + Σ y + smooth)
        grad = ((1 − 2 y) − loss) / (Σ p + Σ y + smooth)

    {overlap parameters}
    {smooth}

    {returns}

    {raises}

    Notes
    -----
    Convention: one loss an example, then the mean; "batch Dice", over all pixels of a batch, is the call with
    `pred.reshape(1, -1)`. The sizes enter as they are; Milletari et al. square them. The slope of an empty
    target is smooth / (Σ p + smooth)²: next to 0 while something is predicted, 1 / smooth where nothing is.
    Calculated as (Σ p (1 − y) + Σ (1 − p) y) / (...), which keeps its digits where the overlap is good.
    PyTorch: none. Keras: `Dice()`, the target first, over the whole batch unless `axis` says more. MONAI:
    `DiceLoss`, smooth 1e-5. optax: `losses.binary_dice_loss`, of logits, whose smooth counts twice.
    Source: Dice (1945), doi:10.2307/1932409; as a loss: Milletari et al. (2016), arXiv:1606.04797.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([[1.0, 0.5, 0.0], [0.0, 0.0, 0.0]]), np.array([[1, 1, 0], [0, 0, 0]])
    >>> dice(pred, target, reduction="none").round(4)
    array([0.1429, 0.    ])
    >>> dice.grad(pred[:1], target[:1]).round(4)
    array([[-0.3265, -0.3265,  0.2449]])
    """
    return overlap(pred, target, 1, 1, 2, smooth)


@loss(shape=first_axis, pred=probability, target=probability, smooth=at_least_0)
def jaccard(pred, target, *, smooth=1e-5):
    """Soft Jaccard loss: 1 minus the intersection over the union.

    With p = pred, y = target::

        loss = 1 − (Σ p y + smooth) / (Σ p + Σ y − Σ p y + smooth)
        grad = ((1 − 2 y) − (1 − y) loss) / (Σ p + Σ y − Σ p y + smooth)

    {overlap parameters}
    {smooth}

    {returns}

    {raises}

    Notes
    -----
    With J = 1 − loss and D the Dice coefficient of the same masks without smoothing, D = 2 J / (1 + J):
    the two order the predictions of one image alike, and average differently over several.
    PyTorch, Keras, optax: none. segmentation-models-pytorch: `JaccardLoss`.
    Source: Jaccard (1912), doi:10.1111/j.1469-8137.1912.tb05611.x; as a loss: Rahman and Wang (2016),
    doi:10.1007/978-3-319-50835-1_22.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([[1.0, 0.5, 0.0]]), np.array([[1, 1, 0]])
    >>> jaccard(pred, target, smooth=0, reduction="none")
    array([0.25])
    """
    return overlap(pred, target, 1, 1, 1, smooth)


@loss(
    shape=first_axis,
    pred=probability,
    target=probability,
    alpha=at_least_0,
    beta=at_least_0,
    smooth=at_least_0,
)
def tversky(pred, target, *, alpha=0.5, beta=0.5, smooth=1e-5):
    """Tversky loss: an overlap that counts false positives and false negatives differently.

    With p = pred, y = target::

        loss = 1 − (TP + smooth) / (TP + alpha FP + beta FN + smooth)
        grad = ((1 − loss) (alpha (1 − y) − beta y) − loss y) / (TP + alpha FP + beta FN + smooth)
        TP = Σ p y,  FP = Σ p (1 − y),  FN = Σ (1 − p) y

    {overlap parameters}
    alpha, beta : float, default 0.5
        What a false positive and a false negative count; at least 0. beta > alpha asks for recall.
    {smooth}

    {returns}

    {raises}

    Notes
    -----
    alpha = beta = 1 is `jaccard`; alpha = beta = ½ is `dice` with twice the smooth. Convention of the
    paper: alpha for false positives. Some libraries swap the two.
    PyTorch: none. optax: `losses.dice_loss` with alpha and beta, of logits, for each class. Keras:
    `Tversky()`, the target first, over the whole batch unless `axis` says more; in 3.15 its alpha multiplies
    the false negatives, against its own documentation.
    Source: Tversky (1977), doi:10.1037/0033-295X.84.4.327; as a loss: Salehi et al. (2017), arXiv:1706.05721.

    Examples
    --------
    >>> import numpy as np
    >>> pred, target = np.array([[1.0, 0.5, 0.0]]), np.array([[1, 1, 0]])
    >>> tversky(pred, target, alpha=0.3, beta=0.7, smooth=0, reduction="none").round(4)
    array([0.1892])
    """
    return overlap(pred, target, alpha, beta, 1, smooth)


def overlap(pred, target, alpha, beta, gain, smooth):
    """missed / (hit + missed), and its derivative (missed' hit − missed hit') / (hit + missed)².

    With hit = gain TP + smooth and missed = alpha FP + beta FN; 0 for 0 / 0.
    """
    axes = tuple(range(1, pred.ndim))

    def total(x):
        return xp.sum(x, axis=axes, keepdims=True)

    negative = 1 - target
    missed = alpha * total(pred * negative) + beta * total((1 - pred) * target)
    hit = gain * total(pred * target) + smooth
    both = hit + missed + (hit + missed == 0)
    hit, missed = hit / both, missed / both
    yield xp.reshape(missed, (-1,))
    yield (alpha * hit / both) * negative - ((beta * hit + gain * missed) / both) * target


# In short

CARDS = {
    "focal": Card(
        task=YES_NO,
        formula=r"-a (1 - p)^\gamma \log p",
        aims="odds less extreme than the true ones; with alpha, than these times alpha / (1 − alpha)",
        gradient="fades as the right answer becomes probable",
        outliers="stands out among easy ones, and pulls more than the rest",
        use="A few positives among very many trivial negatives that drown them in plain training.",
        not_for="Wrong labels; rarity alone; probabilities, unless calibrated afterwards.",
        red_flag="“Focal is class weighting.” γ looks at difficulty, not at the class; that is α.",
        output=LOGIT,
        torch='ce = F.binary_cross_entropy_with_logits(logits, target, reduction="none");'
        " a = torch.where(target == 1, alpha, 1 - alpha); (a * (1 - torch.exp(-ce)) ** gamma * ce).mean()",
        optax="optax.sigmoid_focal_loss(logits, target, alpha=alpha, gamma=gamma).mean()",
        keras="keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=alpha, gamma=gamma,"
        " from_logits=True)(target, logits)",
        note="torchvision's `sigmoid_focal_loss` has alpha = 0.25 and no reduction by default; Keras ignores"
        " alpha unless `apply_class_balancing=True`. Here alpha is off by default.",
    ),
    "softmax_focal": Card(
        task=CLASS,
        formula=r"-(1 - p_t)^\gamma \log p_t",
        aims="the classes in order; a share above ½ is answered too low, the largest of many may be too high",
        gradient="fades as the right class becomes probable",
        outliers="stands out among easy ones",
        use="Very many easy examples drown a few hard ones, and that has been measured.",
        not_for="Wrong labels; rarity alone; probabilities, unless calibrated afterwards.",
        red_flag="“It is for rare classes.” It turns down easy examples, of whatever class.",
        output=LOGITS,
        torch='ce = F.cross_entropy(logits, target, reduction="none");'
        " w = class_weight[target]; (w * (1 - torch.exp(-ce)) ** gamma * ce).sum() / w.sum()",
        optax="ce = optax.softmax_cross_entropy_with_integer_labels(logits, target);"
        " ((1 - jnp.exp(-ce)) ** gamma * ce).mean()",
        keras="keras.losses.CategoricalFocalCrossentropy(alpha=1, gamma=gamma, from_logits=True)"
        "(jax.nn.one_hot(target, logits.shape[1]), logits)",
        note="Keras multiplies by alpha = 0.25 by default, and takes one-hot targets.",
    ),
    "dice": Card(
        task=LABELS,
        formula=r"1 - \frac{2 \sum_{j=1}^K p_j y_j + s}{\sum_{j=1}^K p_j + \sum_{j=1}^K y_j + s}",
        aims="a set, not probabilities: outputs near 0 and 1",
        gradient="depends on the whole mask; weak for a large object",
        outliers="a wrong pixel of a small object counts much",
        use="The metric is Dice or F1 of each mask, and nearly every mask has an object.",
        not_for="Probabilities; many empty masks: on those, a few stray pixels cost nearly everything.",
        red_flag="“Dice cures imbalance.” It changes the aim, and the probabilities are lost.",
        output=MASK,
        torch="1 - ((2 * (pred * target).sum(1) + smooth) / (pred.sum(1) + target.sum(1) + smooth)).mean()",
        optax="logits = jnp.log(pred / (1 - pred));"
        " optax.losses.binary_dice_loss(logits, target, smooth=smooth / 2).mean()",
        note="One loss an image, then the mean. Keras' `Dice()` takes the whole batch as one image unless it"
        " is given an `axis`, and adds 1e-7 below only: two empty masks cost 1.",
    ),
    "jaccard": Card(
        task=LABELS,
        formula=r"1 - \frac{\sum_{j=1}^K p_j y_j + s}"
        r"{\sum_{j=1}^K p_j + \sum_{j=1}^K y_j - \sum_{j=1}^K p_j y_j + s}",
        aims="a set, not probabilities: outputs near 0 and 1",
        gradient="depends on the whole mask",
        outliers="a wrong pixel of a small object counts much",
        use="The metric is intersection over union, and nearly every mask has an object.",
        not_for="Probabilities; many empty masks, as for Dice.",
        red_flag="“The metric is IoU, so Dice is wrong.” On one image both order masks alike.",
        output=MASK,
        torch="hit = (pred * target).sum(1);"
        " 1 - ((hit + smooth) / (pred.sum(1) + target.sum(1) - hit + smooth)).mean()",
    ),
    "tversky": Card(
        task=LABELS,
        formula=r"1 - \frac{\sum_{j=1}^K p_j y_j + s}"
        r"{\sum_{j=1}^K p_j y_j + \alpha \sum_{j=1}^K p_j (1 - y_j) + \beta \sum_{j=1}^K (1 - p_j) y_j + s}",
        aims="a set, larger for β > α",
        gradient="as Dice, with the two mistakes weighted",
        outliers="a wrong pixel of a small object counts much",
        use="Overlap counts, and a missed pixel is worse than a false one, or the reverse.",
        not_for="Probabilities; costs that are known for each pixel.",
        red_flag="“α is for the misses.” In the paper it is for the false alarms; libraries differ.",
        output=MASK,
        torch="hit = (pred * target).sum(1); false = (pred * (1 - target)).sum(1);"
        " missed = ((1 - pred) * target).sum(1);"
        " 1 - ((hit + smooth) / (hit + alpha * false + beta * missed + smooth)).mean()",
        optax="logits = jnp.log(pred / (1 - pred)); optax.losses.dice_loss(logits[..., None],"
        " target[..., None], alpha=alpha, beta=beta, smooth=smooth).mean()",
        note="Keras' `Tversky()` takes the whole batch as one image unless it is given an `axis`, and in 3.15"
        " its alpha multiplies the misses, against its own documentation.",
    ),
}
