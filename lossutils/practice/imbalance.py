"""The problems of the imbalance chapter."""

import numpy as np

import lossutils
from lossutils.classification import sigmoid

from .engine import gradient_mistakes, loss_mistakes, problem, quarters

# Focal loss

FOCAL_EDGES = [
    ("a logit of 0", [0.0], [1.0], 0.25, 2.0),
    ("an easy positive", [2.5], [1.0], 0.25, 2.0),
    ("an easy negative", [-2.5], [0.0], 0.25, 2.0),
    ("a hard positive", [-1.5], [1.0], 0.25, 2.0),
    ("two examples", [1.0, -2.0], [1.0, 1.0], 0.75, 2.0),
    ("γ = 0", [1.0, 0.5], [0.0, 1.0], 0.25, 0.0),
    ("γ = 0.5", [1.0, -0.5], [0.0, 1.0], 0.4, 0.5),
    ("a logit of 1e4 for a positive", [1e4], [1.0], 0.25, 0.5),
    ("a logit of 1e4 for a negative", [1e4], [0.0], 0.25, 2.0),
    ("a logit of −1e4 for a positive", [-1e4], [1.0], 0.25, 2.0),
    ("a logit of −1e4 for a negative", [-1e4], [0.0], 0.25, 0.5),
]


def _focal(logits, target, alpha=0.25, gamma=2.0):
    return lossutils.focal(logits, target, alpha=alpha, gamma=gamma, reduction="none")


def _draw_focal(rng, n):
    return quarters(rng, n), rng.randint(2, size=n) * 1.0, rng.choice([0.25, 0.75]), rng.choice([0.5, 3.0])


@problem("focal", edges=FOCAL_EDGES, draw=_draw_focal)
def focal(logits, target, alpha=0.25, gamma=2.0):
    return lossutils.focal(logits, target, alpha=alpha, gamma=gamma)


loss_mistakes(focal, _focal)


@focal.mistake(
    "sigmoid, then log",
    "the logarithm of a p that has become exactly 0 in floating point.",
    "Write log p of the true class without p: −log(1 + exp(−z)). Which function does not overflow there?",
)
def _(logits, target, alpha=0.25, gamma=2.0):
    p = np.where(target == 1, sigmoid(logits), sigmoid(-logits))
    weight = np.where(target == 1, alpha, 1 - alpha)
    return np.mean(-weight * (1 - p) ** gamma * np.log(p))


@focal.mistake(
    "clipped",
    "a p that is clipped to 1e-7: no example can cost more than 16.1.",
    "What is the loss of a positive with the logit −1e4, on paper?",
)
def _(logits, target, alpha=0.25, gamma=2.0):
    p = np.clip(np.where(target == 1, sigmoid(logits), sigmoid(-logits)), 1e-7, 1 - 1e-7)
    weight = np.where(target == 1, alpha, 1 - alpha)
    return np.mean(-weight * (1 - p) ** gamma * np.log(p))


@focal.mistake(
    "factor of p",
    "the factor p^γ where (1 − p)^γ belongs: it fades the hard examples.",
    "Which example should lose weight: one at p = 0.9 or one at p = 0.1?",
)
def _(logits, target, alpha=0.25, gamma=2.0):
    margin = np.where(target == 1, logits, -logits)
    weight = np.where(target == 1, alpha, 1 - alpha)
    return np.mean(weight * np.exp(-gamma * np.logaddexp(0, -margin)) * np.logaddexp(0, -margin))


focal.mistake(
    "alpha for both",
    "alpha for both classes: the negatives need 1 − alpha.",
    "What should a negative weigh when alpha is 0.25?",
    lambda logits, target, alpha=0.25, gamma=2.0: np.mean(
        alpha * lossutils.focal(logits, target, gamma=gamma, reduction="none")
    ),
)
focal.mistake(
    "alpha swapped",
    "alpha for the negatives: the convention gives it to the positives.",
    "With alpha = 0.25, should a positive weigh 0.25 or 0.75?",
    lambda logits, target, alpha=0.25, gamma=2.0: np.mean(_focal(logits, target, 1 - alpha, gamma)),
)
focal.mistake(
    "no alpha",
    "a focal loss without alpha.",
    "Which of your factors differs between positives and negatives?",
    lambda logits, target, alpha=0.25, gamma=2.0: np.mean(
        lossutils.focal(logits, target, gamma=gamma, reduction="none")
    ),
)
focal.mistake(
    "gamma ignored",
    "weighted cross-entropy: gamma has no effect.",
    "What does your function return at γ = 0 and at γ = 2?",
    lambda logits, target, alpha=0.25, gamma=2.0: np.mean(_focal(logits, target, alpha, 0.0)),
)


@focal.mistake(
    "p of the positive class",
    "the factor (1 − p)^γ with the p of the positive class for negatives too.",
    "An easy negative has a small σ(z). Should its factor be near 1?",
)
def _(logits, target, alpha=0.25, gamma=2.0):
    weight = np.where(target == 1, alpha, 1 - alpha)
    plain = lossutils.bce_with_logits(logits, target, reduction="none")
    return np.mean(weight * np.exp(-gamma * np.logaddexp(0, logits)) * plain)


focal.mistake(
    "divided by the positives",
    "a sum that is divided by the number of positives, as RetinaNet does.",
    "By what does a mean over the examples divide?",
    lambda logits, target, alpha=0.25, gamma=2.0: (
        np.sum(_focal(logits, target, alpha, gamma)) / np.maximum(np.sum(target), 1)
    ),
)
focal.mistake(
    "divided by the alphas",
    "a weighted mean: divided by the sum of the alphas.",
    "By what does a mean over the examples divide?",
    lambda logits, target, alpha=0.25, gamma=2.0: (
        np.sum(_focal(logits, target, alpha, gamma)) / np.sum(np.where(target == 1, alpha, 1 - alpha))
    ),
)
focal.mistake(
    "one minus the power",
    "1 − p^γ in the place of (1 − p)^γ.",
    "What is the factor of an example at p = ½ for γ = 2?",
    lambda logits, target, alpha=0.25, gamma=2.0: np.mean(
        np.where(target == 1, alpha, 1 - alpha)
        * (1 - sigmoid((2 * target - 1) * logits) ** gamma)
        * np.logaddexp(0, (1 - 2 * target) * logits)
    ),
)


# Its gradient


@problem(
    "focal_gradient",
    edges=[(label, z, y, gamma) for label, z, y, _, gamma in FOCAL_EDGES],
    draw=lambda rng, n: (quarters(rng, n), rng.randint(2, size=n) * 1.0, rng.choice([0.5, 3.0])),
)
def focal_gradient(logits, target, gamma=2.0):
    return lossutils.focal.grad(logits, target, gamma=gamma)


gradient_mistakes(
    focal_gradient,
    lambda z, y, gamma=2.0: lossutils.focal.grad(z, y, gamma=gamma, reduction="sum"),
    lambda z, y, gamma=2.0, **k: lossutils.focal(z, y, gamma=gamma, **k),
)


def _sides(logits, target):
    """+1 or −1, p and 1 − p of the true class, and its log p."""
    side = np.where(target == 1, 1.0, -1.0)
    return side, sigmoid(side * logits), sigmoid(-side * logits), -np.logaddexp(0, -side * logits)


@focal_gradient.mistake(
    "factor taken as constant",
    "the gradient of cross-entropy times (1 − p)^γ: the factor was not differentiated.",
    "(1 − p)^γ depends on the logit too. Which term does the product rule add?",
)
def _(logits, target, gamma=2.0):
    side, _, rest, _ = _sides(logits, target)
    return -side * rest ** (gamma + 1) / len(logits)


@focal_gradient.mistake(
    "wrong sign in the product rule",
    "the second term of the product rule with the wrong sign.",
    "When p grows, (1 − p)^γ and −log p both fall. Can their two terms have different signs?",
)
def _(logits, target, gamma=2.0):
    side, p, rest, log_p = _sides(logits, target)
    return -side * rest**gamma * (rest + gamma * p * log_p) / len(logits)


focal_gradient.mistake(
    "gamma ignored",
    "the gradient of cross-entropy: gamma has no effect.",
    "What does your function return at γ = 0 and at γ = 2?",
    lambda logits, target, gamma=2.0: (sigmoid(logits) - target) / len(logits),
)


@focal_gradient.mistake(
    "0 times infinity",
    "γ (1 − p)^(γ − 1): for γ < 1 it is infinite where 1 − p has become 0, and 0 · ∞ is NaN.",
    "dp/dz = p (1 − p) brings a factor 1 − p. Cancel it on paper before you write the code.",
)
def _(logits, target, gamma=2.0):
    side, p, rest, log_p = _sides(logits, target)
    by_p = gamma * rest ** (gamma - 1) * log_p - rest**gamma / p
    return side * by_p * p * rest / len(logits)


# Soft Dice

DICE_EDGES = [
    ("a good overlap", [[1.0, 0.5, 0.0]], [[1.0, 1.0, 0.0]], 1.0),
    ("no overlap", [[0.75, 0.25, 0.0]], [[0.0, 0.0, 1.0]], 1.0),
    ("an empty target", [[0.5, 0.25, 0.0]], [[0.0, 0.0, 0.0]], 1.0),
    ("an empty target, smooth = 0", [[0.5, 0.25, 0.0]], [[0.0, 0.0, 0.0]], 0.0),
    ("both empty", [[0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0]], 1.0),
    ("both empty, smooth = 0", [[0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0]], 0.0),
    ("two images", [[1.0, 0.5, 0.0, 0.25], [0.25, 0.0, 0.0, 0.0]], [[1.0, 1, 0, 1], [0, 0, 0, 1.0]], 0.5),
    (
        "a picture of 512 × 512 in float16",
        np.full((1, 512 * 512), 0.5, np.float16),
        np.ones((1, 512 * 512), np.float16),
        1.0,
    ),
]


def _draw_masks(rng, n):
    return rng.randint(1, 5, (n, 4)) / 4, rng.randint(2, size=(n, 4)) * 1.0, rng.choice([0.25, 2.0])


@problem("soft_dice", edges=DICE_EDGES, draw=_draw_masks)
def soft_dice(pred, target, smooth=1.0):
    return lossutils.dice(pred.astype(float), target.astype(float), smooth=smooth)


def _dice_parts(pred, target):
    return (pred * target).sum(axis=1), pred.sum(axis=1), target.sum(axis=1)


def _mean_dice(numerator, denominator):
    safe = np.where(denominator > 0, denominator, 1)
    return np.mean(np.where(denominator > 0, 1 - numerator / safe, 0))


def _in_its_own_type(pred, target, smooth):
    """Right but for half precision, as the mistakes below are."""
    both, one, other = _dice_parts(pred, target)
    return _mean_dice(2 * both + smooth, one + other + smooth)


soft_dice.mistake(
    "half precision",
    "sums in float16, whose largest number is 65,504: ∞/∞ = NaN for a large picture.",
    "Which type should the sums have, whatever the type of the picture?",
    lambda pred, target, smooth=1.0: _in_its_own_type(pred, target, smooth),
)


@soft_dice.mistake(
    "0/0",
    "0/0 = NaN where both masks are empty and smooth is 0.",
    "How far is an empty prediction from an empty target?",
)
def _(pred, target, smooth=1.0):
    both, one, other = _dice_parts(pred, target)
    return np.mean(1 - (2 * both + smooth) / (one + other + smooth))


@soft_dice.mistake(
    "no 2",
    "an overlap that is not counted twice: a perfect mask would cost ½.",
    "What does your function say when pred and target are the same?",
)
def _(pred, target, smooth=1.0):
    both, one, other = _dice_parts(pred, target)
    return _mean_dice(both + smooth, one + other + smooth)


soft_dice.mistake(
    "coefficient",
    "the Dice coefficient, not the loss: larger is better.",
    "What should the loss of a perfect mask be?",
    lambda pred, target, smooth=1.0: 1 - _in_its_own_type(pred, target, smooth),
)
soft_dice.mistake(
    "all images as one",
    "one overlap over all pixels of the batch instead of the mean over the images.",
    "Should a small object in the second image count as much as a large one in the first?",
    lambda pred, target, smooth=1.0: _in_its_own_type(pred.reshape(1, -1), target.reshape(1, -1), smooth),
)


@soft_dice.mistake(
    "smooth below only",
    "smooth in the denominator only: two empty masks would cost 1.",
    "What should an empty prediction cost if there is nothing to find?",
)
def _(pred, target, smooth=1.0):
    both, one, other = _dice_parts(pred, target)
    return _mean_dice(2 * both, one + other + smooth)


@soft_dice.mistake(
    "union",
    "the intersection over the union: that is Jaccard.",
    "Which sizes stand in the denominator of Dice, the union or the sum of both sets?",
)
def _(pred, target, smooth=1.0):
    both, one, other = _dice_parts(pred, target)
    return _mean_dice(both + smooth, one + other - both + smooth)


soft_dice.mistake(
    "rounded",
    "probabilities that are rounded to a mask first: its gradient is 0.",
    "How does your loss change when a probability goes from 0.6 to 0.7?",
    lambda pred, target, smooth=1.0: _in_its_own_type((pred > 0.5).astype(pred.dtype), target, smooth),
)
soft_dice.mistake(
    "sum for mean",
    "a sum over the images instead of the mean.",
    "Should a batch that is twice as long have twice the loss?",
    lambda pred, target, smooth=1.0: len(pred) * _in_its_own_type(pred, target, smooth),
)


soft_dice.mistake(
    "squares below",
    "Σp² + Σt² in the denominator, the form of V-Net.",
    "Which sums does the Dice coefficient of two sets divide by?",
    lambda pred, target, smooth=1.0: _mean_dice(
        2 * (pred * target).sum(axis=1, dtype=float) + smooth,
        (pred.astype(float) ** 2 + target.astype(float) ** 2).sum(axis=1) + smooth,
    ),
)
soft_dice.mistake(
    "smooth doubled above",
    "smooth inside the doubled bracket: it counts twice above and once below.",
    "What should a perfect mask cost?",
    lambda pred, target, smooth=1.0: _mean_dice(
        2 * ((pred * target).sum(axis=1, dtype=float) + smooth),
        (pred.astype(float) + target).sum(axis=1) + smooth,
    ),
)
soft_dice.mistake(
    "sums over the images",
    "sums over the images, one for each pixel: axis 0 where axis 1 is meant.",
    "How many Dice coefficients do you average, one for each image or one for each pixel?",
    lambda pred, target, smooth=1.0: _mean_dice(
        2 * (pred * target).sum(axis=0, dtype=float) + smooth,
        (pred.astype(float) + target).sum(axis=0) + smooth,
    ),
)


# The threshold from the costs


@problem(
    "cost_threshold",
    edges=[
        ("equal costs", [1.0], [1.0]),
        ("a dear miss", [1.0], [9.0]),
        ("a dear false alarm", [3.0], [0.5]),
        ("a free false alarm", [0.0], [4.0]),
        ("two cases", [1.0, 2.0], [4.0, 3.0]),
    ],
    draw=lambda rng, n: (rng.randint(1, 9, n) / 4, rng.randint(1, 40, n) / 4),
)
def cost_threshold(false_alarm, miss):
    return false_alarm / (false_alarm + miss)


cost_threshold.mistake(
    "costs swapped",
    "the share of the miss: a dear miss would raise the threshold.",
    "If a miss costs a hundred times more, do you flag at a lower or at a higher probability?",
    lambda false_alarm, miss: miss / (false_alarm + miss),
)
cost_threshold.mistake(
    "odds",
    "the ratio of the costs: that is the threshold of the odds, not of the probability.",
    "What is your threshold for equal costs?",
    lambda false_alarm, miss: false_alarm / miss,
)
cost_threshold.mistake(
    "one half",
    "one half whatever the costs.",
    "At p = 0.4, what does flagging cost on average, and what does leaving it?",
    lambda false_alarm, miss: 0.5 + 0 * miss,
)
cost_threshold.mistake(
    "plus one",
    "1 / (1 + cost of a miss): a false alarm is taken to cost 1.",
    "What happens to your threshold when both costs double?",
    lambda false_alarm, miss: 1 / (1 + miss),
)


cost_threshold.mistake(
    "a sign",
    "a division by the difference of the costs: a sign was lost on the way from the equation.",
    "Set p · miss = (1 − p) · false alarm, and gather p on one side. Which sign has its second term?",
    lambda false_alarm, miss: false_alarm / (miss - false_alarm),
)
cost_threshold.mistake(
    "a miss costs 1",
    "the threshold for a miss that costs 1.",
    "What happens to your threshold when both costs double?",
    lambda false_alarm, miss: false_alarm / (false_alarm + 1),
)
cost_threshold.mistake(
    "one for all",
    "a single threshold from the costs of all cases added up.",
    "Each case has its own two costs. How many thresholds are there?",
    lambda false_alarm, miss: np.sum(false_alarm) / np.sum(false_alarm + miss),
)
cost_threshold.mistake(
    "what is saved",
    "the difference of the costs as a share of their sum.",
    "What is your threshold for equal costs?",
    lambda false_alarm, miss: (miss - false_alarm) / (miss + false_alarm),
)


# What undoes a weight and a prior


@problem(
    "undo_weight",
    edges=[
        ("p = ½", [0.5], 9.0),
        ("a small p", [0.125], 4.0),
        ("certain", [0.0, 1.0], 4.0),
        ("a weight of 1", [0.25], 1.0),
        ("two examples", [0.75, 0.25], 3.0),
    ],
    draw=lambda rng, n: (rng.randint(1, 16, n) / 16, rng.choice([0.5, 5.0, 20.0])),
)
def undo_weight(p, weight=10.0):
    return p / (p + weight * (1 - p))


undo_weight.mistake(
    "the wrong way",
    "the weight applied once more instead of taken out.",
    "The weighted model says too much. Should your result be larger or smaller than p for a weight above 1?",
    lambda p, weight=10.0: weight * p / (weight * p + 1 - p),
)
undo_weight.mistake(
    "divided",
    "p / weight: the weight multiplies the odds, not the probability.",
    "What should become of p = 1?",
    lambda p, weight=10.0: p / weight,
)
undo_weight.mistake(
    "odds",
    "odds that were not turned back into a probability.",
    "Your result exceeds 1 for a large p. From the odds o, how do you get p?",
    lambda p, weight=10.0: p / ((1 - p) * weight),
)
undo_weight.mistake(
    "weight, not its log",
    "a logit that is moved by the weight instead of its logarithm.",
    "A weight of 1 should change nothing. What does yours do?",
    lambda p, weight=10.0: sigmoid(np.log(p) - np.log1p(-p) - weight),
)


undo_weight.mistake(
    "as it came",
    "the probability as the model says it: the weight is not used.",
    "Where does your function use the weight?",
    lambda p, weight=10.0: 1 * p,
)
undo_weight.mistake(
    "weight on the positives",
    "the weight in the denominator beside p instead of beside 1 − p.",
    "What should become of p = 1?",
    lambda p, weight=10.0: p / (weight * p + 1 - p),
)
undo_weight.mistake(
    "1 − p left out",
    "p / (p + weight): the weight has to be multiplied by 1 − p.",
    "What should become of p = 1?",
    lambda p, weight=10.0: p / (p + weight),
)
undo_weight.mistake(
    "a logit",
    "the right logit, not turned back into a probability.",
    "Which function turns a logit into a probability?",
    lambda p, weight=10.0: np.log(p) - np.log1p(-p) - np.log(weight),
)


@problem(
    "prior_shift",
    edges=[
        ("p = ½", [0.5], 0.25, 0.5),
        ("a rarer class", [0.5, 0.125], 0.25, 0.125),
        ("certain", [0.0, 1.0], 0.5, 0.25),
        ("the same share", [0.25], 0.5, 0.5),
        ("a commoner class", [0.75], 0.125, 0.25),
    ],
    draw=lambda rng, n: (rng.randint(1, 16, n) / 16, rng.choice([0.25, 0.5]), rng.choice([0.0625, 0.75])),
)
def prior_shift(p, old=0.03, new=0.01):
    yes, no = p * new / old, (1 - p) * (1 - new) / (1 - old)
    return yes / (yes + no)


@prior_shift.mistake(
    "the wrong way",
    "the correction turned round: from the new share to the old one.",
    "If the class becomes rarer, should p grow or fall?",
)
def _(p, old=0.03, new=0.01):
    yes, no = p * old / new, (1 - p) * (1 - old) / (1 - new)
    return yes / (yes + no)


prior_shift.mistake(
    "ratio of the shares",
    "p times new / old: a probability is scaled where the odds should be.",
    "What should become of p = 1?",
    lambda p, old=0.03, new=0.01: p * new / old,
)
prior_shift.mistake(
    "positives only",
    "the odds times new / old: the share of the negatives has changed too.",
    "By which factor do the negatives become more or less frequent?",
    lambda p, old=0.03, new=0.01: p * new / (p * new + (1 - p) * old),
)
prior_shift.mistake(
    "odds",
    "odds that were not turned back into a probability.",
    "Your result exceeds 1 for a large p. From the odds o, how do you get p?",
    lambda p, old=0.03, new=0.01: p / (1 - p) * new / (1 - new) * (1 - old) / old,
)


prior_shift.mistake(
    "as it came",
    "the probability as the model says it: the shares are not used.",
    "Where does your function use the two shares?",
    lambda p, old=0.03, new=0.01: 1 * p,
)
prior_shift.mistake(
    "negatives only",
    "the odds corrected for the negatives: the share of the positives has changed too.",
    "By which factor do the positives become more or less frequent?",
    lambda p, old=0.03, new=0.01: p / (p + (1 - p) * (1 - new) / (1 - old)),
)
prior_shift.mistake(
    "the old share left in",
    "p weighted with the new share, while the old one is still in it.",
    "What should your function do if both shares are equal?",
    lambda p, old=0.03, new=0.01: p * new / (p * new + (1 - p) * (1 - new)),
)
prior_shift.mistake(
    "moved by the difference",
    "the probability plus the difference of the shares.",
    "What should become of p = 0 and of p = 1?",
    lambda p, old=0.03, new=0.01: p + new - old,
)


@prior_shift.mistake(
    "a logit",
    "the right logit, not turned back into a probability.",
    "Which function turns a logit into a probability?",
)
def _(p, old=0.03, new=0.01):
    return np.log(p) - np.log1p(-p) + np.log(new / old) - np.log((1 - new) / (1 - old))
