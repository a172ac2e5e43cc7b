"""The problems of the classification chapter."""

import numpy as np

import lossutils
from lossutils.classification import log_softmax, one_hot, sigmoid, softmax

from .engine import gradient_mistakes, loss_mistakes, problem, quarters

# Binary cross-entropy of logits

BINARY_EDGES = [
    ("a logit of 0", [0.0], [1.0]),
    ("a small logit", [0.5], [1.0]),
    ("one positive", [2.0], [1.0]),
    ("one negative", [2.0], [0.0]),
    ("two examples", [1.0, -2.0], [1.0, 1.0]),
    ("a logit of 1000 for a positive", [1000.0], [1.0]),
    ("a logit of 1000 for a negative", [1000.0], [0.0]),
    ("a logit of −1000 for a positive", [-1000.0], [1.0]),
]


def _binary_loss(logits, target):
    return lossutils.bce_with_logits(logits, target, reduction="none")


@problem(
    "bce_with_logits",
    edges=BINARY_EDGES,
    draw=lambda rng, n: (quarters(rng, n), rng.randint(2, size=n) * 1.0),
)
def bce_with_logits(logits, target):
    return lossutils.bce_with_logits(logits, target)


loss_mistakes(bce_with_logits, _binary_loss)


@bce_with_logits.mistake(
    "0 times log 0",
    "y log p + (1 − y) log(1 − p) with a p that has become exactly 0 or 1: 0 · log 0 is NaN.",
    "Write the loss of a positive without p: log(1 + exp(−z)). Which z make it overflow?",
)
def _(logits, target):
    p = sigmoid(logits)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@bce_with_logits.mistake(
    "sigmoid, then log",
    "the logarithm of a p that has become exactly 0: infinite where the logit is far off.",
    "Write the loss of a positive without p: log(1 + exp(−z)). Which z make it overflow?",
)
def _(logits, target):
    p = sigmoid(logits)
    return -np.mean(np.log(np.where(target == 1, p, 1 - p)))


bce_with_logits.mistake(
    "softplus overflows",
    "log(1 + exp(z)) with a z of 1000: exp overflows.",
    "For a large z, log(1 + exp(z)) = z + log(1 + exp(−z)). How can one line serve both signs?",
    lambda logits, target: np.mean(np.log(1 + np.exp(logits)) - target * logits),
)


@bce_with_logits.mistake(
    "clipped",
    "a p that is clipped to 1e-7: no example can cost more than 16.1.",
    "What is the loss of a positive with the logit −1000, on paper?",
)
def _(logits, target):
    p = np.clip(sigmoid(logits), 1e-7, 1 - 1e-7)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


bce_with_logits.mistake(
    "positives only",
    "only the positives: the term with 1 − y is missing.",
    "What does your function say to a negative with a logit of 2?",
    lambda logits, target: np.mean(target * _binary_loss(logits, np.ones_like(target))),
)
bce_with_logits.mistake(
    "logits as probabilities",
    "logits that are taken for probabilities.",
    "A logit of 2 is not a probability of 2. Which function leads from one to the other?",
    lambda logits, target: -np.mean(target * np.log(logits) + (1 - target) * np.log(1 - logits)),
)
bce_with_logits.mistake(
    "sigmoid twice",
    "a sigmoid that is applied twice.",
    "Which of your steps expects a logit, and does it get one?",
    lambda logits, target: np.mean(_binary_loss(sigmoid(logits), target)),
)
bce_with_logits.mistake(
    "log2",
    "logarithms to the base 2: bits where nats are asked for.",
    "What is the loss at a logit of 0? It should be log 2 = 0.693.",
    lambda logits, target: np.mean(_binary_loss(logits, target)) / np.log(2),
)
bce_with_logits.mistake(
    "targets swapped",
    "the loss for the other class: y and 1 − y are swapped.",
    "Should a positive with a logit of 2 cost more or less than one with a logit of −2?",
    lambda logits, target: np.mean(_binary_loss(logits, 1 - target)),
)
bce_with_logits.mistake(
    "squared error",
    "the squared error of the probabilities.",
    "Where in your formula is a logarithm?",
    lambda logits, target: np.mean((sigmoid(logits) - target) ** 2),
)


bce_with_logits.mistake(
    "targets as signs",
    "log(1 + exp(−y·z)) with targets of 0 and 1: it is made for −1 and 1.",
    "What does y·z become for a negative, and what does that cost?",
    lambda logits, target: np.mean(np.logaddexp(0, -target * logits)),
)
bce_with_logits.mistake(
    "absolute value left out",
    "max(z, 0) − z·y + log(1 + exp(z)): the stable form without its |z|.",
    "Put z = 2 and y = 0 into your line and into log(1 + exp(z)). Which sign must stand in the exponent?",
    lambda logits, target: np.mean(np.maximum(logits, 0) - logits * target + np.log1p(np.exp(logits))),
)
bce_with_logits.mistake(
    "log of p + 1e-12",
    "an ε inside the logarithm: no example can cost more than 27.6.",
    "What is the loss of a positive with the logit −1000, on paper?",
    lambda logits, target: (
        -np.mean(
            target * np.log(sigmoid(logits) + 1e-12) + (1 - target) * np.log(1 - sigmoid(logits) + 1e-12)
        )
    ),
)


# Its gradient


@problem(
    "bce_with_logits_gradient",
    edges=[*BINARY_EDGES, ("a soft target", [0.5], [0.25])],
    draw=lambda rng, n: (quarters(rng, n), rng.randint(5, size=n) / 4),
)
def bce_with_logits_gradient(logits, target):
    return lossutils.bce_with_logits.grad(logits, target)


gradient_mistakes(
    bce_with_logits_gradient,
    lambda z, y: sigmoid(z) - y,
    lambda z, y, **k: lossutils.bce_with_logits(z, y, **k),
)


@bce_with_logits_gradient.mistake(
    "squared error",
    "(p − y) p (1 − p) / n, the gradient of half the squared error.",
    "By which factor does dℓ/dp of cross-entropy differ from p − y, and does it cancel p (1 − p)?",
)
def _(logits, target):
    p = sigmoid(logits)
    return (p - target) * p * (1 - p) / len(logits)


@bce_with_logits_gradient.mistake(
    "squared error, doubled",
    "2 (p − y) p (1 − p) / n, the gradient of the squared error.",
    "By which factor does dℓ/dp of cross-entropy differ from p − y, and does it cancel p (1 − p)?",
)
def _(logits, target):
    p = sigmoid(logits)
    return 2 * (p - target) * p * (1 - p) / len(logits)


@bce_with_logits_gradient.mistake(
    "by the probability",
    "the derivative by the probability p, not by the logit.",
    "One factor of the chain rule is missing. What is dp/dz of the sigmoid?",
)
def _(logits, target):
    p = sigmoid(logits)
    return (p - target) / (p * (1 - p)) / len(logits)


bce_with_logits_gradient.mistake(
    "logits as probabilities",
    "logit minus target: the sigmoid is missing.",
    "Can the gradient of one example be larger than 1?",
    lambda logits, target: (logits - target) / len(logits),
)
bce_with_logits_gradient.mistake(
    "sign only",
    "the sign of the error without its size.",
    "Should a p of 0.6 and a p of 0.99 be pushed equally hard away from a target of 0?",
    lambda logits, target: np.sign(sigmoid(logits) - target) / len(logits),
)
bce_with_logits_gradient.mistake(
    "overflow",
    "exp(z) / (1 + exp(z)) with a z of 1000: infinity over infinity.",
    "Divide both by exp(z). What is left, and can it still overflow to NaN?",
    lambda logits, target: (np.exp(logits) / (1 + np.exp(logits)) - target) / len(logits),
)


# Cross-entropy over classes

CLASS_EDGES = [
    ("equal logits", [[0.0, 0.0, 0.0]], np.array([0])),
    ("one example", [[2.0, 1.0, -0.5]], np.array([0])),
    ("another class", [[2.0, 1.0, -0.5]], np.array([2])),
    ("two examples", [[1.0, -1.0, 0.5], [0.0, 2.0, -0.5]], np.array([2, 1])),
    ("four classes", [[0.5, -1.0, 1.5, 0.0]], np.array([1])),
    ("logits around 1000", [[1000.0, 999.0, 998.5]], np.array([1])),
    ("logits around −1000", [[-1000.0, -999.0, -998.5]], np.array([1])),
    ("a gap of 1000", [[1000.0, 0.0, 1.0]], np.array([1])),
    ("rows 1000 apart", [[1000.0, 999.0, 998.5], [0.0, 1.0, -0.5]], np.array([1, 2])),
]


def _draw_classes(rng, n):
    return quarters(rng, (n, 3)), rng.randint(3, size=n)


def _class_losses(logits, target):
    return lossutils.cross_entropy(logits, target, reduction="none")


def _of_target(rows, target):
    return rows[np.arange(len(target)), target]


@problem("cross_entropy", edges=CLASS_EDGES, draw=_draw_classes)
def cross_entropy(logits, target):
    return lossutils.cross_entropy(logits, target)


cross_entropy.mistake(
    "overflow",
    "exp of the logits as they are: at 1000 it overflows.",
    "Softmax does not change when the same number is subtracted from all logits of a row. Which one helps?",
    lambda logits, target: np.mean(np.log(np.exp(logits).sum(axis=1)) - _of_target(logits, target)),
)


@cross_entropy.mistake(
    "one maximum for the batch",
    "the maximum of the whole batch subtracted, not that of each row: far rows underflow to log 0.",
    "Which numbers meet in one sum of exponentials? Print the shape of your maximum.",
)
def _(logits, target):
    z = logits - logits.max()
    return np.mean(np.log(np.exp(z).sum(axis=1)) - _of_target(z, target))


cross_entropy.mistake(
    "log of the softmax",
    "the logarithm of a probability that has become 0: infinite at a gap of 1000.",
    "What is the logarithm of exp(z) / sum, before you calculate the quotient?",
    lambda logits, target: -np.mean(np.log(_of_target(softmax(logits), target))),
)
cross_entropy.mistake(
    "log of p + 1e-12",
    "log(p + 1e-12): no example can cost more than 27.6.",
    "What is the loss of a class that is 1000 behind, on paper?",
    lambda logits, target: -np.mean(np.log(_of_target(softmax(logits), target) + 1e-12)),
)
cross_entropy.mistake(
    "clipped",
    "a p that is clipped to 1e-7: no example can cost more than 16.1.",
    "What is the loss of a class that is 1000 behind, on paper?",
    lambda logits, target: -np.mean(np.log(np.clip(_of_target(softmax(logits), target), 1e-7, 1 - 1e-7))),
)
cross_entropy.mistake(
    "shift not put back",
    "a log-sum-exp of shifted logits against a logit that is not shifted.",
    "You subtracted the maximum inside the exponentials. Where does it come back?",
    lambda logits, target: np.mean(_class_losses(logits, target) - logits.max(axis=1)),
)
cross_entropy.mistake(
    "wrong axis",
    "a softmax over the examples instead of the classes.",
    "Which probabilities should add up to 1: those of a row, or those of a column?",
    lambda logits, target: -np.mean(_of_target(log_softmax(logits.T).T, target)),
)


@cross_entropy.mistake(
    "maximum of each class",
    "the maximum of every column subtracted: each class is shifted by a number of its own.",
    "The same number has to go from all logits of an example. Along which axis do they lie?",
)
def _(logits, target):
    z = logits - logits.max(axis=0)
    return np.mean(np.log(np.exp(z).sum(axis=1)) - _of_target(z, target))


@cross_entropy.mistake(
    "every row with every target",
    "the columns of all targets taken from every row, as z[:, target] does.",
    "Which shape has z[:, target], and how many logits do you need of each row?",
)
def _(logits, target):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[:, target])


cross_entropy.mistake(
    "softmax twice",
    "a softmax that is applied twice.",
    "Which of your steps expects logits, and does it get them?",
    lambda logits, target: np.mean(_class_losses(softmax(logits), target)),
)
cross_entropy.mistake(
    "sum for mean",
    "a sum over the batch instead of the mean.",
    "Should a batch that is twice as long have twice the loss?",
    lambda logits, target: np.sum(_class_losses(logits, target)),
)
cross_entropy.mistake(
    "not reduced",
    "the loss of every example, not yet averaged.",
    "Training follows one number. Which one describes the whole batch?",
    lambda logits, target: _class_losses(logits, target),
)
cross_entropy.mistake(
    "divided by the classes too",
    "a division by n · K instead of n.",
    "How many terms of the sum over classes are not 0 when the target is one class?",
    lambda logits, target: np.sum(_class_losses(logits, target)) / logits.size,
)
cross_entropy.mistake(
    "negated",
    "the mean of log p: the minus is missing.",
    "Should a better prediction make the result smaller or larger?",
    lambda logits, target: -np.mean(_class_losses(logits, target)),
)
cross_entropy.mistake(
    "log2",
    "logarithms to the base 2: bits where nats are asked for.",
    "What is the loss of three equal logits? It should be log 3 = 1.099.",
    lambda logits, target: np.mean(_class_losses(logits, target)) / np.log(2),
)
cross_entropy.mistake(
    "no logarithm",
    "1 − p instead of −log p.",
    "Can a single example cost more than 1?",
    lambda logits, target: np.mean(1 - _of_target(softmax(logits), target)),
)
cross_entropy.mistake(
    "the predicted class",
    "the loss of the class with the largest logit, whatever the target is.",
    "In which line does your function look at the target?",
    lambda logits, target: np.mean(_class_losses(logits, logits.argmax(axis=1))),
)


cross_entropy.mistake(
    "a sum of sigmoids",
    "a binary cross-entropy for each class: the classes do not compete.",
    "Does a higher logit of another class lower your probability of the right one?",
    lambda logits, target: np.mean(np.sum(_binary_loss(logits, np.eye(logits.shape[1])[target]), axis=1)),
)
cross_entropy.mistake(
    "target left out of the sum",
    "the target class is missing from the sum of the exponentials.",
    "Can your loss be negative? A probability has every class in its denominator.",
    lambda logits, target: np.mean(
        np.log(np.sum(np.exp(logits) * (1 - np.eye(logits.shape[1])[target]), axis=1))
        - _of_target(logits, target)
    ),
)
cross_entropy.mistake(
    "counted from 1",
    "the class before the target: labels that are taken to start at 1.",
    "Which column does the label 0 pick?",
    lambda logits, target: -np.mean(log_softmax(logits)[np.arange(len(target)), target - 1]),
)


# Its gradient


@problem("cross_entropy_gradient", edges=CLASS_EDGES, draw=_draw_classes)
def cross_entropy_gradient(logits, target):
    return lossutils.cross_entropy.grad(logits, target)


def _p_minus_y(logits, target):
    return softmax(logits) - one_hot(target, logits)


cross_entropy_gradient.mistake(
    "not divided by n",
    "the gradient of the sum: the division by n is missing.",
    "The loss is a mean. If you move one logit, how much of that does the mean see?",
    lambda logits, target: _p_minus_y(logits, target),
)
cross_entropy_gradient.mistake(
    "divided by the classes too",
    "a division by n · K instead of n.",
    "The loss is a mean over which of the two axes?",
    lambda logits, target: _p_minus_y(logits, target) / logits.size,
)
cross_entropy_gradient.mistake(
    "flipped sign",
    "target minus probability: the direction downhill.",
    "If the logit of the right class grows, does the loss grow or fall?",
    lambda logits, target: -_p_minus_y(logits, target) / len(logits),
)
cross_entropy_gradient.mistake(
    "right class only",
    "p − 1 for the right class and 0 for all others.",
    "If the logit of a wrong class grows, what happens to the probability of the right one?",
    lambda logits, target: _p_minus_y(logits, target) * one_hot(target, logits) / len(logits),
)
cross_entropy_gradient.mistake(
    "probabilities only",
    "the probabilities divided by n: the target is missing.",
    "What do the derivatives of one row add up to?",
    lambda logits, target: softmax(logits) / len(logits),
)


@cross_entropy_gradient.mistake(
    "by the probability",
    "−y/p, the derivative by the probabilities, not by the logits.",
    "One factor of the chain rule is missing: the Jacobian of the softmax. What does it make of −y/p?",
)
def _(logits, target):
    rows = one_hot(target, logits)
    return np.where(rows == 1, -1 / softmax(logits), 0) / len(logits)


cross_entropy_gradient.mistake(
    "times p (1 − p)",
    "(p − y) p (1 − p) / n, as for a squared error behind sigmoids.",
    "Which part of the chain rule does the 1/p of the logarithm cancel?",
    lambda logits, target: _p_minus_y(logits, target) * softmax(logits) * (1 - softmax(logits)) / len(logits),
)


@cross_entropy_gradient.mistake(
    "overflow",
    "exp of the logits as they are: at 1000 it overflows.",
    "Softmax does not change when the same number is subtracted from all logits of a row. Which one helps?",
)
def _(logits, target):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return (p - one_hot(target, logits)) / len(logits)


@cross_entropy_gradient.mistake(
    "one maximum for the batch",
    "the maximum of the whole batch subtracted, not that of each row: far rows become 0/0.",
    "Which numbers meet in one sum of exponentials? Print the shape of your maximum.",
)
def _(logits, target):
    exponentials = np.exp(logits - logits.max())
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    return (p - one_hot(target, logits)) / len(logits)


cross_entropy_gradient.mistake(
    "wrong axis",
    "a softmax over the examples instead of the classes.",
    "Which probabilities should add up to 1: those of a row, or those of a column?",
    lambda logits, target: (softmax(logits.T).T - one_hot(target, logits)) / len(logits),
)
cross_entropy_gradient.mistake(
    "averaged",
    "one row: the derivatives of all examples averaged.",
    "Each logit can move by itself. How many derivatives are there?",
    lambda logits, target: _p_minus_y(logits, target).mean(axis=0),
)
cross_entropy_gradient.mistake(
    "the loss",
    "the loss itself, not its gradient.",
    "How much does the loss change when one logit moves a little?",
    lambda logits, target: np.mean(_class_losses(logits, target)),
)


cross_entropy_gradient.mistake(
    "logits minus the target",
    "z − y in the place of p − y.",
    "What do the derivatives of one row add up to, if you add 5 to all its logits?",
    lambda logits, target: (logits - np.eye(logits.shape[1])[target]) / len(logits),
)


# Label smoothing


@problem(
    "smooth_labels",
    edges=[
        ("two classes", np.array([0]), 2, 0.1),
        ("four classes", np.array([2]), 4, 0.1),
        ("no smoothing", np.array([1]), 3, 0.0),
        ("another epsilon", np.array([1]), 4, 0.4),
        ("two examples", np.array([3, 0]), 5, 0.2),
    ],
    draw=lambda rng, n: (rng.randint(3, size=n), 3 + n % 3, (0.1, 0.3)[n % 2]),
)
def smooth_labels(target, classes, epsilon=0.1):
    return (1 - epsilon) * np.eye(classes)[target] + epsilon / classes


def _smoothed(target, classes, right, others):
    return np.where(np.eye(classes)[target] == 1, right, others)


smooth_labels.mistake(
    "epsilon taken off, 1/K of it given back to the others",
    "1 − epsilon for the right class and epsilon / K for each other: the row does not sum to 1.",
    "The uniform part goes to all K classes. Which one did not get its share?",
    lambda target, classes, epsilon: _smoothed(target, classes, 1 - epsilon, epsilon / classes),
)
smooth_labels.mistake(
    "shared by the others",
    "epsilon shared by the K − 1 wrong classes: rows that sum to 1, but another convention.",
    "The mixture is with the uniform distribution. What does that one give to the right class?",
    lambda target, classes, epsilon: _smoothed(target, classes, 1 - epsilon, epsilon / (classes - 1)),
)
smooth_labels.mistake(
    "one-hot",
    "the one-hot rows, not smoothed.",
    "Where in your formula does epsilon appear?",
    lambda target, classes, epsilon: np.eye(classes)[target],
)
smooth_labels.mistake(
    "no uniform part",
    "(1 − epsilon) times the one-hot rows: what is taken off is given to no class.",
    "What does a row of a distribution add up to?",
    lambda target, classes, epsilon: (1 - epsilon) * np.eye(classes)[target],
)
smooth_labels.mistake(
    "added only",
    "the one-hot rows plus epsilon / K: nothing is taken off, the row sums to 1 + epsilon.",
    "If epsilon is given to the uniform part, how much is left for the one-hot row?",
    lambda target, classes, epsilon: np.eye(classes)[target] + epsilon / classes,
)
smooth_labels.mistake(
    "epsilon not divided",
    "epsilon for every class: the division by K is missing.",
    "How much does the uniform distribution give to one of K classes?",
    lambda target, classes, epsilon: (1 - epsilon) * np.eye(classes)[target] + epsilon,
)
smooth_labels.mistake(
    "ignores epsilon",
    "epsilon = 0.1 whatever the caller asks for.",
    "Where in your formula does the argument epsilon appear?",
    lambda target, classes, epsilon: smooth_labels.solution(target, classes, 0.1),
)
smooth_labels.mistake(
    "clipped",
    "one-hot rows that are clipped to [epsilon / K, 1 − epsilon / K].",
    "What does a row of a distribution add up to?",
    lambda target, classes, epsilon: np.clip(
        np.eye(classes)[target], epsilon / classes, 1 - epsilon / classes
    ),
)


# Kullback-Leibler divergence


@problem(
    "kl_divergence",
    edges=[
        ("equal rows", [[0.5, 0.25, 0.25]], [[0.5, 0.25, 0.25]]),
        ("one example", [[0.5, 0.25, 0.25]], [[0.75, 0.125, 0.125]]),
        ("two classes", [[0.5, 0.5]], [[0.875, 0.125]]),
        ("a target with zeros", [[0.5, 0.25, 0.25]], [[0.0, 0.75, 0.25]]),
        ("a prediction with a zero where the target has one", [[0.5, 0.0, 0.5]], [[0.25, 0.0, 0.75]]),
        ("two examples", [[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]], [[0.25, 0.25, 0.5], [0.5, 0.25, 0.25]]),
    ],
    draw=lambda rng, n: (_eighths(rng, n), _eighths(rng, n)),
)
def kl_divergence(pred, target):
    return lossutils.kl_divergence(pred, target)


def _eighths(rng, n):
    """n drawn distributions of three classes, in multiples of 1/8, none of them 0."""
    return (1 + rng.multinomial(5, [0.2, 0.3, 0.5], size=n)) / 8


def _kl(pred, target):
    return lossutils.kl_divergence(pred, target, reduction="none")


kl_divergence.mistake(
    "arguments swapped",
    "the mean of KL(pred ‖ target): the two are swapped.",
    "Over which of the two distributions is the average of the logarithm taken?",
    lambda pred, target: np.mean(_kl(target, pred)),
)
kl_divergence.mistake(
    "cross-entropy",
    "the cross-entropy: the entropy of the target is not subtracted.",
    "What should the divergence of a distribution from itself be?",
    lambda pred, target: np.mean(_kl(pred, target)) + _entropy(target),
)


def _entropy(rows):
    return -np.mean(np.sum(rows * np.log(np.where(rows > 0, rows, 1)), axis=1))


kl_divergence.mistake(
    "entropy added",
    "the cross-entropy plus the entropy of the target: a sign is wrong.",
    "What should the divergence of a distribution from itself be?",
    lambda pred, target: np.mean(_kl(pred, target)) + 2 * _entropy(target),
)
kl_divergence.mistake(
    "mean over all elements",
    'a division by n · K instead of n, as torch\'s reduction="mean" does.',
    "The divergence of a row is a sum over its classes. What is then averaged?",
    lambda pred, target: np.mean(_kl(pred, target)) / pred.shape[1],
)
kl_divergence.mistake(
    "0 log 0",
    "0 · log 0 = NaN where the target is 0.",
    "What is the limit of y log y for y → 0? Where could np.where take care of it?",
    lambda pred, target: np.mean(np.sum(target * np.log(target / pred), axis=1)),
)
kl_divergence.mistake(
    "not weighted",
    "the sum of log(target / pred), not weighted with the target.",
    "How often does each class occur, if the target is right?",
    lambda pred, target: np.mean(np.sum(np.log(target / pred), axis=1)),
)
kl_divergence.mistake(
    "symmetric",
    "the mean of both directions.",
    "Is KL(target ‖ pred) the same as KL(pred ‖ target)? Only one of them is asked for.",
    lambda pred, target: np.mean(_kl(pred, target) + _kl(target, pred)) / 2,
)
kl_divergence.mistake(
    "sum for mean",
    "a sum over the batch instead of the mean.",
    "Should a batch that is twice as long have twice the loss?",
    lambda pred, target: np.sum(_kl(pred, target)),
)
kl_divergence.mistake(
    "not reduced",
    "the divergence of every example, not yet averaged.",
    "Training follows one number. Which one describes the whole batch?",
    lambda pred, target: _kl(pred, target),
)
kl_divergence.mistake(
    "negated",
    "the right size with the wrong sign.",
    "The divergence is never negative. Which of the two belongs into the numerator?",
    lambda pred, target: -np.mean(_kl(pred, target)),
)
kl_divergence.mistake(
    "log2",
    "logarithms to the base 2: bits where nats are asked for.",
    "By which factor do log2 and the natural logarithm differ?",
    lambda pred, target: np.mean(_kl(pred, target)) / np.log(2),
)


kl_divergence.mistake(
    "weighted with the prediction",
    "the logarithm of target / pred, weighted with pred: minus the divergence the other way round.",
    "Over which of the two distributions is the mean taken? Can your result be negative?",
    lambda pred, target: np.mean(
        np.sum(pred * (np.log(np.maximum(target, 1e-300)) - np.log(np.maximum(pred, 1e-300))), axis=1)
    ),
)


# The KL divergence of two Gaussians


@problem(
    "gaussian_kl",
    edges=[
        ("equal Gaussians", [1.0], [0.5], [1.0], [0.5]),
        ("another mean", [2.0], [1.0], [0.5], [1.0]),
        ("a mean below", [-1.5], [1.0], [0.5], [1.0]),
        ("a narrower p", [0.0], [0.5], [0.0], [1.5]),
        ("a wider p", [0.0], [2.0], [0.0], [0.75]),
        ("against the standard normal", [1.0], [0.5], [0.0], [1.0]),
        ("two pairs", [1.0, -2.0], [0.5, 1.5], [0.25, 1.0], [2.0, 0.75]),
    ],
    draw=lambda rng, n: (*_gaussians(rng, n), *_gaussians(rng, n)),
)
def gaussian_kl(mean_p, sd_p, mean_q, sd_q):
    return _gaussian_kl(mean_p - mean_q, sd_p, sd_q)


def _gaussians(rng, n):
    return quarters(rng, n), quarters(rng, n, 0.5, 2.5)


def _gaussian_kl(gap, sd_p, sd_q):
    return np.log(sd_q / sd_p) + (sd_p**2 + gap**2) / (2 * sd_q**2) - 0.5


gaussian_kl.mistake(
    "arguments swapped",
    "KL(q ‖ p): the two Gaussians are swapped.",
    "Which of the two draws the x over which log p − log q is averaged?",
    lambda mean_p, sd_p, mean_q, sd_q: _gaussian_kl(mean_p - mean_q, sd_q, sd_p),
)
gaussian_kl.mistake(
    "no half",
    "the −½ at the end is missing.",
    "What should come out for two equal Gaussians?",
    lambda mean_p, sd_p, mean_q, sd_q: gaussian_kl.solution(mean_p, sd_p, mean_q, sd_q) + 0.5,
)
gaussian_kl.mistake(
    "variance of p forgotten",
    "only the difference of the means in the numerator: the variance of p is missing.",
    "What is the mean of (x − mean_q)² when x is drawn from p and both means are equal?",
    lambda mean_p, sd_p, mean_q, sd_q: np.log(sd_q / sd_p) + (mean_p - mean_q) ** 2 / (2 * sd_q**2) - 0.5,
)
gaussian_kl.mistake(
    "against the standard normal only",
    "the formula for a q with mean 0 and standard deviation 1, whatever q is.",
    "Where do mean_q and sd_q appear in your function?",
    lambda mean_p, sd_p, mean_q, sd_q: _gaussian_kl(mean_p, sd_p, 1),
)
gaussian_kl.mistake(
    "variance of p below",
    "the variance of p in the denominator.",
    "Both squares come from log q. Whose variance stands there?",
    lambda mean_p, sd_p, mean_q, sd_q: (
        np.log(sd_q / sd_p) + (sd_p**2 + (mean_p - mean_q) ** 2) / (2 * sd_p**2) - 0.5
    ),
)
gaussian_kl.mistake(
    "logarithm upside down",
    "log(sd_p / sd_q) instead of log(sd_q / sd_p).",
    "For equal means and a wide q, should the divergence be above or below 0?",
    lambda mean_p, sd_p, mean_q, sd_q: (
        gaussian_kl.solution(mean_p, sd_p, mean_q, sd_q) - 2 * np.log(sd_q / sd_p)
    ),
)
gaussian_kl.mistake(
    "standard deviation for variance",
    "standard deviations where variances belong.",
    "Is sd a standard deviation or a variance? Which of the two does a Gaussian divide by?",
    lambda mean_p, sd_p, mean_q, sd_q: _gaussian_kl(mean_p - mean_q, sd_p**0.5, sd_q**0.5),
)
gaussian_kl.mistake(
    "logarithm of the variances",
    "log of the ratio of the variances without the ½ in front: twice the logarithm.",
    "How do log σ² and log σ differ?",
    lambda mean_p, sd_p, mean_q, sd_q: gaussian_kl.solution(mean_p, sd_p, mean_q, sd_q) + np.log(sd_q / sd_p),
)
gaussian_kl.mistake(
    "difference not squared",
    "the difference of the means is not squared.",
    "Should it matter which of the two means is the larger one?",
    lambda mean_p, sd_p, mean_q, sd_q: (
        np.log(sd_q / sd_p) + (sd_p**2 + mean_p - mean_q) / (2 * sd_q**2) - 0.5
    ),
)
gaussian_kl.mistake(
    "no 2 below",
    "sd_q² instead of 2 sd_q² in the denominator.",
    "Where is the ½ of the exponent of a Gaussian?",
    lambda mean_p, sd_p, mean_q, sd_q: (
        np.log(sd_q / sd_p) + (sd_p**2 + (mean_p - mean_q) ** 2) / sd_q**2 - 0.5
    ),
)
gaussian_kl.mistake(
    "averaged",
    "one number: the mean over all pairs.",
    "Each pair of Gaussians has a divergence of its own. How many are there?",
    lambda mean_p, sd_p, mean_q, sd_q: np.mean(gaussian_kl.solution(mean_p, sd_p, mean_q, sd_q)),
)


# Expected calibration error


@problem(
    "expected_calibration_error",
    edges=[
        ("one right answer", [0.825], [1.0], 10),
        ("one wrong answer", [0.825], [0.0], 10),
        ("a confidence of 1", [1.0], [0.0], 10),
        ("two in one bin", [0.825, 0.875], [1.0, 0.0], 10),
        ("gaps that cancel", [0.625, 0.875], [1.0, 0.0], 10),
        ("bins of different sizes", [0.625, 0.875, 0.825], [1.0, 0.0, 1.0], 10),
        ("two bins", [0.525, 0.975, 0.775], [1.0, 0.0, 1.0], 2),
    ],
    draw=lambda rng, n: (
        (2 * rng.randint(6, 20, n) + 1) / 40,
        rng.randint(2, size=n) * 1.0,
        (10, 5, 4)[n % 3],
    ),
)
def expected_calibration_error(confidence, correct, bins=10):
    share, accuracy, mean, _ = _bins(confidence, correct, bins)
    return np.sum(share * abs(accuracy - mean))


def _bins(confidence, correct, bins):
    """Of every bin that is not empty: its share, its accuracy, its mean confidence, its middle."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    members = [place == b for b in np.unique(place)]
    accuracy, mean = (np.array([x[m].mean() for m in members]) for x in (correct, confidence))
    return np.array([m.mean() for m in members]), accuracy, mean, (np.unique(place) + 0.5) / bins


@expected_calibration_error.mistake(
    "bins weighted equally",
    "the plain mean over the bins that are not empty.",
    "Should a bin with one example count as much as a bin with a thousand?",
)
def _(confidence, correct, bins):
    _, accuracy, mean, _ = _bins(confidence, correct, bins)
    return np.mean(abs(accuracy - mean))


@expected_calibration_error.mistake(
    "divided by the number of bins",
    "the sum of the gaps divided by the number of bins, empty ones included.",
    "What part of the examples does each bin hold?",
)
def _(confidence, correct, bins):
    _, accuracy, mean, _ = _bins(confidence, correct, bins)
    return np.sum(abs(accuracy - mean)) / bins


@expected_calibration_error.mistake(
    "not weighted",
    "the sum of the gaps, not weighted.",
    "What part of the examples does each bin hold?",
)
def _(confidence, correct, bins):
    _, accuracy, mean, _ = _bins(confidence, correct, bins)
    return np.sum(abs(accuracy - mean))


expected_calibration_error.mistake(
    "one bin",
    "mean confidence against accuracy over everything, as with one bin.",
    "Too sure in one bin and too unsure in another: may the two cancel?",
    lambda confidence, correct, bins: abs(np.mean(confidence) - np.mean(correct)),
)
expected_calibration_error.mistake(
    "signed gaps",
    "gaps accuracy − confidence with their signs, which cancel.",
    "Too sure in one bin and too unsure in another: may the two cancel?",
    lambda confidence, correct, bins: np.mean(correct) - np.mean(confidence),
)
expected_calibration_error.mistake(
    "signed gaps, the other way",
    "gaps confidence − accuracy with their signs, which cancel.",
    "Too sure in one bin and too unsure in another: may the two cancel?",
    lambda confidence, correct, bins: np.mean(confidence) - np.mean(correct),
)


@expected_calibration_error.mistake(
    "middle of the bin",
    "the middle of the bin in place of the mean confidence in it.",
    "All confidences of a bin may lie at its upper end. What do they claim on average?",
)
def _(confidence, correct, bins):
    share, accuracy, _, middle = _bins(confidence, correct, bins)
    return np.sum(share * abs(accuracy - middle))


@expected_calibration_error.mistake(
    "largest gap",
    "the largest gap, the maximum calibration error.",
    "How much should a bin with one example decide?",
)
def _(confidence, correct, bins):
    _, accuracy, mean, _ = _bins(confidence, correct, bins)
    return np.max(abs(accuracy - mean))


@expected_calibration_error.mistake(
    "confidence 1 dropped",
    "a confidence of exactly 1 falls into no bin.",
    "Into which bin does your rule put 1.0?",
)
def _(confidence, correct, bins):
    below = confidence < 1
    if not below.any():
        return 0.0
    return below.mean() * expected_calibration_error.solution(confidence[below], correct[below], bins)


@expected_calibration_error.mistake(
    "squared gaps",
    "squared gaps instead of absolute ones.",
    "A gap of 10 percentage points in every bin: what should the error be?",
)
def _(confidence, correct, bins):
    share, accuracy, mean, _ = _bins(confidence, correct, bins)
    return np.sum(share * (accuracy - mean) ** 2)


expected_calibration_error.mistake(
    "example by example",
    "the gap of each example to its own 0 or 1, as if every example had its own bin.",
    "A coin that is said to be heads with 0.5 is well calibrated. What does your function say?",
    lambda confidence, correct, bins: np.mean(abs(correct - confidence)),
)
expected_calibration_error.mistake(
    "ignores bins",
    "10 bins whatever the caller asks for.",
    "Where in your function does the argument bins appear?",
    lambda confidence, correct, bins: expected_calibration_error.solution(confidence, correct, 10),
)


# Several labels at once


@problem(
    "multi_label_loss",
    edges=[
        ("one label", [[2.0, -1.0, 0.5]], [[1.0, 0.0, 0.0]]),
        ("two labels", [[2.0, -1.0, 0.5]], [[1.0, 0.0, 1.0]]),
        ("no label", [[2.0, -1.0, 0.5]], [[0.0, 0.0, 0.0]]),
        ("all labels", [[2.0, -1.0]], [[1.0, 1.0]]),
        ("two examples", [[1.0, -0.5, 2.0], [0.0, -2.0, 1.5]], [[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        ("logits of ±1000", [[1000.0, -1000.0, 0.0]], [[1.0, 1.0, 0.0]]),
    ],
    draw=lambda rng, n: (quarters(rng, (n, 3)), rng.randint(2, size=(n, 3)) * 1.0),
)
def multi_label_loss(logits, target):
    return lossutils.bce_with_logits(logits, target)


multi_label_loss.mistake(
    "softmax",
    "the cross-entropy of a softmax, with the flags as they are.",
    "Can two labels of one example both have a probability above a half?",
    lambda logits, target: -np.mean(np.sum(target * log_softmax(logits), axis=1)),
)


@multi_label_loss.mistake(
    "softmax that overflows",
    "the cross-entropy of a softmax, with the flags as they are; and exp(1000) overflows in it.",
    "Can two labels of one example both have a probability above a half?",
)
def _(logits, target):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.mean(np.sum(target * np.log(p), axis=1))


@multi_label_loss.mistake(
    "softmax, flags normalized",
    "the cross-entropy of a softmax, with the flags of a row divided by their number.",
    "Where is the smallest loss of an example with three labels: which probability do they get?",
)
def _(logits, target):
    rows = target / np.maximum(target.sum(axis=1, keepdims=True), 1)
    return -np.mean(np.sum(rows * log_softmax(logits), axis=1))


multi_label_loss.mistake(
    "sum over the labels",
    "the sum over the labels, averaged over the examples only.",
    "Over how many numbers is the mean asked for?",
    lambda logits, target: np.mean(np.sum(_binary_loss(logits, target), axis=1)),
)
multi_label_loss.mistake(
    "sum for mean",
    "the sum over all labels and examples.",
    "Should a batch that is twice as long have twice the loss?",
    lambda logits, target: np.sum(_binary_loss(logits, target)),
)
multi_label_loss.mistake(
    "not reduced",
    "the loss of every label, not yet averaged.",
    "Training follows one number. Which one describes the whole batch?",
    lambda logits, target: _binary_loss(logits, target),
)
multi_label_loss.mistake(
    "one number an example",
    "the mean over the labels of each example, not yet averaged over the examples.",
    "Training follows one number. Which one describes the whole batch?",
    lambda logits, target: np.mean(_binary_loss(logits, target), axis=1),
)


@multi_label_loss.mistake(
    "sigmoid, then log",
    "an overflow: exp(1000), or the logarithm of a p that has become exactly 0 or 1.",
    "Write the loss of a positive without p: log(1 + exp(−z)). Which z make it overflow?",
)
def _(logits, target):
    p = sigmoid(logits)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@multi_label_loss.mistake(
    "clipped",
    "a p that is clipped to 1e-7: no label can cost more than 16.1.",
    "What is the loss of a label with the logit −1000, on paper?",
)
def _(logits, target):
    p = np.clip(sigmoid(logits), 1e-7, 1 - 1e-7)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


multi_label_loss.mistake(
    "positives only",
    "only the labels that are set: the term with 1 − y is missing.",
    "What does your function say to a model that sets every label?",
    lambda logits, target: np.mean(target * _binary_loss(logits, np.ones_like(target))),
)
multi_label_loss.mistake(
    "negated",
    "the right size with the wrong sign.",
    "Should a better prediction make the result smaller or larger?",
    lambda logits, target: -np.mean(_binary_loss(logits, target)),
)
