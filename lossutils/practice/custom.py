"""The problems of the chapter on custom losses."""

import numpy as np

import lossutils

from .engine import gradient_mistakes, problem, quarters

# The line of a weighted model


@problem(
    "weighted_line",
    edges=[
        ("no weight", [1.0], 10.0, 1.0),
        ("a weight that holds the costs already", [10.0], 10.0, 1.0),
        ("a weight that has nothing to do with the costs", [3.0], 10.0, 1.0),
        ("an alarm that costs more than a miss, two weights", [2.0, 0.5], 1.0, 4.0),
    ],
    draw=lambda rng, n: (rng.randint(3, 50, size=n) / 2.0, rng.randint(2, 40) / 2.0, rng.randint(1, 7) / 4.0),
)
def weighted_line(weight, miss, alarm):
    t = alarm / (alarm + miss)
    return weight * t / (weight * t + 1 - t)


weighted_line.mistake(
    "weight forgotten",
    "the line for an honest probability, A / (A + C).",
    "Is σ(z) of a weighted model the share of positives?",
    lambda weight, miss, alarm: np.full(len(weight), alarm / (alarm + miss)),
)
weighted_line.mistake(
    "always one half",
    "one half, whatever the weight.",
    "For which weight alone is one half the line?",
    lambda weight, miss, alarm: np.full(len(weight), 0.5),
)
weighted_line.mistake(
    "weight divided",
    "the line moved the wrong way: odds divided by the weight.",
    "Are the answers of a model with a weight above 1 higher or lower than the shares?",
    lambda weight, miss, alarm: alarm / (alarm + weight * miss),
)
weighted_line.mistake(
    "costs swapped",
    "miss and alarm in each other's place.",
    "If a miss is dear, should the line be high or low?",
    lambda weight, miss, alarm: weight * miss / (weight * miss + alarm),
)
weighted_line.mistake(
    "probability times weight",
    "the weight multiplied to the line itself instead of to its odds.",
    "Can your line exceed 1?",
    lambda weight, miss, alarm: weight * alarm / (alarm + miss),
)
weighted_line.mistake(
    "ratio of the costs",
    "a ratio of costs, A / C, which is the line in odds.",
    "From p, what are the odds?",
    lambda weight, miss, alarm: weight * alarm / miss,
)


# The gradient of the cost-sensitive loss


@problem(
    "cost_gradient",
    edges=[
        ("a positive at one half", [0.0], [1.0], 10.0, 1.0),
        ("a negative at one half", [0.0], [0.0], 10.0, 1.0),
        ("a positive that is missed", [-3.0], [1.0], 10.0, 0.5),
        ("two examples", [1.5, -0.5], [0.0, 1.0], 4.0, 0.25),
    ],
    draw=lambda rng, n: (
        quarters(rng, n),
        rng.randint(2, size=n) * 1.0,
        rng.randint(3, 20) / 2.0,
        rng.randint(1, 8) / 4.0,
    ),
    last=[("wrong by 800", [800.0, -800.0], [0.0, 1.0], 10.0, 1.0)],
)
def cost_gradient(logits, target, miss, alarm):
    return lossutils.cost_sensitive_bce.grad(
        logits, target, false_negative_cost=miss, false_positive_cost=alarm
    )


def _cost_slope(logits, target, miss, alarm):
    p = lossutils.sigmoid(logits)
    return alarm * (1 - target) * p - miss * target * (1 - p)


cost_gradient.mistake(
    "no costs",
    "the gradient without the costs.",
    "Where do 10 and 1 enter your function?",
    lambda logits, target, miss, alarm: (lossutils.sigmoid(logits) - target) / len(logits),
)
cost_gradient.mistake(
    "sum",
    "the gradient of the sum, not of the mean.",
    "What do twice as many equal examples give?",
    lambda logits, target, miss, alarm: _cost_slope(logits, target, miss, alarm),
)
cost_gradient.mistake(
    "sign flipped",
    "the gradient with the opposite sign.",
    "Should the logit of a positive rise or fall?",
    lambda logits, target, miss, alarm: -_cost_slope(logits, target, miss, alarm) / len(logits),
)
cost_gradient.mistake(
    "costs swapped",
    "miss and alarm in each other's place.",
    "Which of the two costs belongs to a positive?",
    lambda logits, target, miss, alarm: _cost_slope(logits, target, alarm, miss) / len(logits),
)
cost_gradient.mistake(
    "divided by the costs",
    "a mean that divides by the sum of the costs of the examples.",
    "By what does a mean over the examples divide?",
    lambda logits, target, miss, alarm: (
        _cost_slope(logits, target, miss, alarm) / np.sum(miss * target + alarm * (1 - target))
    ),
)


@cost_gradient.mistake(
    "cost in the target",
    "σ(z) − C y: the costs multiplied to the target.",
    "What is your slope for a positive with a very large logit?",
)
def _(logits, target, miss, alarm):
    p = lossutils.sigmoid(logits)
    return (np.where(target == 1, p - miss, alarm * p)) / len(logits)


@cost_gradient.mistake(
    "overflow",
    "right for ordinary logits. exp(800) is infinite, and ∞/∞ is NaN.",
    "Which of exp(z) / (1 + exp(z)) and 1 / (1 + exp(−z)) has a limit at both ends that NumPy finds?",
)
def _(logits, target, miss, alarm):
    with np.errstate(all="ignore"):
        p = np.exp(logits) / (1 + np.exp(logits))
    return (alarm * (1 - target) * p - miss * target * (1 - p)) / len(logits)


# Back from the entropy term


def _share(p, beta):
    inside = np.where((p > 0) & (p < 1), p, 0.5)  # at 0 and 1 the term tends to 0
    return p + beta * inside * (1 - inside) * np.log(inside / (1 - inside))


@problem(
    "entropy_share",
    edges=[
        ("one half", [0.5], 0.5),
        ("a penalty on confidence", [0.75], 0.5),
        ("a reward", [0.75], -0.5),
        ("no term", [0.875], 0.0),
        ("below one half", [0.25, 0.125], -0.25),
        ("a sure prediction", [0.0, 1.0], 0.5),
    ],
    draw=lambda rng, n: (rng.randint(5, 28, size=n) / 32.0, rng.randint(-3, 4) / 4.0 + 0.125),
    last=[("surer than a certain positive may be", [0.9375, 0.0625], 0.5)],
)
def entropy_share(p, beta):
    return np.clip(_share(p, beta), 0, 1)


entropy_share.mistake(
    "beyond every best answer",
    "right for every p that is the best answer for some share. Beyond, your share is below 0 or above 1.",
    "With beta = 0.5 a certain positive is answered by 0.902. What does your function give for 0.95?",
    lambda p, beta: _share(p, beta),
)


@entropy_share.mistake(
    "0 times infinity",
    "right inside, NaN at 0 and 1, where a sigmoid in float32 ends up from a logit of about 17 on.",
    "What does p (1 − p) times the logit tend to as p goes to 1, and what does NumPy make of 0 · ∞?",
)
def _(p, beta):
    with np.errstate(all="ignore"):
        return p + beta * p * (1 - p) * np.log(p / (1 - p))


entropy_share.mistake(
    "sign of beta",
    "the term with the opposite sign.",
    "A penalty on confidence: is the true share nearer to one half than p, or farther?",
    lambda p, beta: _share(p, -beta),
)
entropy_share.mistake(
    "no p (1 − p)",
    "the slope of the entropy by p, not by the logit.",
    "By what is the loss differentiated, by p or by z? Which factor lies between them?",
    lambda p, beta: p + beta * np.log(p / (1 - p)),
)
entropy_share.mistake(
    "entropy itself",
    "p plus the entropy, not its slope.",
    "What is zero at the minimum, the loss or its slope?",
    lambda p, beta: p - beta * (p * np.log(p) + (1 - p) * np.log(1 - p)),
)
entropy_share.mistake(
    "log p",
    "log p where the logit belongs.",
    "What should your function give at one half?",
    lambda p, beta: p + beta * p * (1 - p) * np.log(p),
)
entropy_share.mistake(
    "nothing undone",
    "p itself, as if the loss were proper.",
    "Where is the slope of the expected loss 0?",
    lambda p, beta: p,
)


# The gradient of a power


@problem(
    "power_gradient",
    edges=[
        ("predicted too high", [3.0], [-1.0], 1.5),
        ("predicted too low", [-1.0], [1.25], 1.5),
        ("no error", [2.0], [2.0], 1.5),
        ("a cube", [1.5], [0.0], 3.0),
        ("two examples", [1.0, 4.0], [2.5, 0.25], 2.5),
    ],
    draw=lambda rng, n: (quarters(rng, n), quarters(rng, n), rng.randint(5, 12) / 4.0),
)
def power_gradient(pred, target, p=1.5):
    return lossutils.power.grad(pred, target, p=p)


def _power_slope(pred, target, p=1.5):
    return lossutils.power.grad(pred, target, p=p, reduction="sum")


def _power(pred, target, p=1.5, reduction="none"):
    return lossutils.power(pred, target, p=p, reduction=reduction)


gradient_mistakes(power_gradient, _power_slope, _power)


power_gradient.mistake(
    "factor p left out",
    "|e|^(p − 1) sign(e), without p.",
    "What is the derivative of e³?",
    lambda pred, target, p=1.5: abs(pred - target) ** (p - 1) * np.sign(pred - target) / len(pred),
)
power_gradient.mistake(
    "exponent kept",
    "p |e|^p sign(e): the exponent was not lowered.",
    "What is the derivative of e²?",
    lambda pred, target, p=1.5: p * abs(pred - target) ** p * np.sign(pred - target) / len(pred),
)


# Probabilities from a score and thresholds


@problem(
    "ordinal_probabilities",
    edges=[
        ("two classes", 0.5, [0.0]),
        ("three classes", 0.25, [-1.0, 1.5]),
        ("a score beyond all thresholds", 3.0, [-1.0, 0.0, 0.5]),
        ("a score below all thresholds", -2.5, [-1.0, 0.0, 0.5]),
    ],
    draw=lambda rng, n: (
        float(quarters(rng, 1)[0]),
        np.cumsum(rng.randint(1, 5, size=n + 1)) / 4.0 - 1.5,
    ),
)
def ordinal_probabilities(score, thresholds):
    up_to = lossutils.sigmoid(thresholds - score)
    return np.diff(np.concatenate([[0.0], up_to, [1.0]]))


ordinal_probabilities.mistake(
    "cumulative",
    "the probabilities of at most each class, not of each class.",
    "What do your numbers add up to?",
    lambda score, thresholds: np.append(lossutils.sigmoid(thresholds - score), 1.0),
)


@ordinal_probabilities.mistake(
    "turned around",
    "a high score for the low classes: the sign of threshold minus score.",
    "The score is far above all thresholds. Which class is the likeliest?",
)
def _(score, thresholds):
    up_to = lossutils.sigmoid(thresholds + score)
    return np.diff(np.concatenate([[0.0], up_to, [1.0]]))


ordinal_probabilities.mistake(
    "last class missing",
    "K − 1 numbers: the class above the last threshold is missing.",
    "How many classes do two thresholds cut?",
    lambda score, thresholds: np.diff(np.concatenate([[0.0], lossutils.sigmoid(thresholds - score)])),
)


@ordinal_probabilities.mistake(
    "classes reversed",
    "the classes in reverse order.",
    "Which class lies below the first threshold, and where does it stand in your result?",
)
def _(score, thresholds):
    up_to = lossutils.sigmoid(thresholds - score)
    return np.diff(np.concatenate([[0.0], up_to, [1.0]]))[::-1]


ordinal_probabilities.mistake(
    "a softmax",
    "a softmax over score minus threshold, which knows no order.",
    "Where do you use that class 2 lies between 1 and 3?",
    lambda score, thresholds: lossutils.softmax(np.append(score - thresholds, 0.0)),
)


ordinal_probabilities.mistake(
    "first class missing",
    "K − 1 numbers: the class below the first threshold is missing.",
    "How many classes do two thresholds cut?",
    lambda score, thresholds: np.diff(np.append(lossutils.sigmoid(thresholds - score), 1.0)),
)
ordinal_probabilities.mistake(
    "at least each class",
    "the probabilities of at least each class, not of each class.",
    "What do your numbers add up to?",
    lambda score, thresholds: np.append(1.0, lossutils.sigmoid(score - thresholds)),
)
ordinal_probabilities.mistake(
    "score left out",
    "differences of σ(threshold): the score is not used.",
    "Should a patient with a higher score have the same probabilities?",
    lambda score, thresholds: np.diff(np.concatenate([[0.0], lossutils.sigmoid(thresholds), [1.0]])),
)


@ordinal_probabilities.mistake(
    "divided by their sum",
    "cumulative probabilities that were divided by their sum.",
    "Is the last class always the likeliest? From P(at most 2) and P(at most 1), what is P(2)?",
)
def _(score, thresholds):
    up_to = np.append(lossutils.sigmoid(thresholds - score), 1.0)
    return up_to / np.sum(up_to)


# The cost of the best decision


@problem(
    "expected_cost",
    edges=[
        ("a sure negative", [0.0], 10.0, 1.0),
        ("on the line", [1 / 11], 10.0, 1.0),
        ("below one half and above the line", [0.25], 10.0, 1.0),
        ("three patients", [0.03125, 0.25, 0.875], 4.0, 0.5),
    ],
    draw=lambda rng, n: (
        rng.randint(0, 33, size=n) / 32.0,
        rng.randint(3, 20) / 1.0,
        rng.randint(1, 5) / 2.0,
    ),
)
def expected_cost(p, miss, alarm):
    return np.mean(np.minimum(p * miss, (1 - p) * alarm))


expected_cost.mistake(
    "decided at one half",
    "the cost of deciding at one half.",
    "Is it dearer to flag or to leave a patient at 25 % if a miss costs ten times an alarm?",
    lambda p, miss, alarm: np.mean(np.where(p > 0.5, (1 - p) * alarm, p * miss)),
)
expected_cost.mistake(
    "costs swapped",
    "miss and alarm in each other's place.",
    "Who is left: with which probability does that cost a miss?",
    lambda p, miss, alarm: np.mean(np.minimum(p * alarm, (1 - p) * miss)),
)


@expected_cost.mistake("sum", "the sum over the patients.", "What do twice as many equal patients give?")
def _(p, miss, alarm):
    return np.sum(np.minimum(p * miss, (1 - p) * alarm))


@expected_cost.mistake("worst", "the cost of the worse decision.", "Which of the two would you choose?")
def _(p, miss, alarm):
    return np.mean(np.maximum(p * miss, (1 - p) * alarm))


expected_cost.mistake(
    "nobody flagged",
    "the cost of flagging nobody.",
    "What does a patient at 100 % cost if flagged?",
    lambda p, miss, alarm: np.mean(p * miss),
)


expected_cost.mistake(
    "everybody flagged",
    "the cost of flagging everybody.",
    "What does a patient at 0 % cost if left alone?",
    lambda p, miss, alarm: np.mean((1 - p) * alarm),
)
expected_cost.mistake(
    "both costs",
    "the cost of a miss and of an alarm for the same patient.",
    "Can a patient be flagged and left alone?",
    lambda p, miss, alarm: np.mean(p * miss + (1 - p) * alarm),
)
expected_cost.mistake(
    "every flag costs",
    "the cost of an alarm for everybody who is flagged, also for those who are ill.",
    "With which probability is a flag an alarm for nothing?",
    lambda p, miss, alarm: np.mean(np.minimum(p * miss, alarm)),
)
expected_cost.mistake(
    "odds for a probability",
    "decisions at p = alarm / miss: that is the line for the odds.",
    "If both cost the same, above which probability do you flag?",
    lambda p, miss, alarm: np.mean(np.where(p > alarm / miss, (1 - p) * alarm, p * miss)),
)


# A weight that carries the severity and keeps the price


@problem(
    "severity_weight",
    edges=[
        ("one positive", [1.0], [0.5], 20.0),
        ("one of each", [1.0, 0.0], [0.5, 0.0], 20.0),
        ("two positives", [1.0, 1.0, 0.0], [0.25, 0.75, 0.0], 20.0),
        ("a negative with a number beside it", [1.0, 1.0, 0.0], [0.5, 1.0, 0.75], 10.0),
        ("all of one severity", [1.0, 0.0, 1.0], [0.5, 0.0, 0.5], 10.0),
    ],
    draw=lambda rng, n: (
        np.append(rng.randint(2, size=n), [1, 1, 0]) * 1.0,
        np.append(rng.randint(0, 9, size=n) / 8.0, [0.25, 0.875, 0.5]),
        rng.randint(4, 40) / 2.0,
    ),
    last=[("a batch without a positive", [0.0, 0.0], [0.0, 0.5], 20.0)],
)
def severity_weight(target, severity, miss):
    positive = target == 1
    if not positive.any():
        return np.ones(len(target))
    return np.where(positive, miss * (1 + severity) / np.mean(1 + severity[positive]), 1.0)


@severity_weight.mistake(
    "no positive",
    "right where there is a positive. Without one the mean is 0/0, and NaN · 0 is NaN.",
    "What is the weight of a negative in a batch of negatives alone?",
)
def _(target, severity, miss):
    with np.errstate(all="ignore"):
        scale = miss * np.sum(target) / np.sum(target * (1 + severity))
    return target * scale * (1 + severity) + (1 - target)


severity_weight.mistake(
    "price moved",
    "miss (1 + s) as it stands: its mean over the positives is above the price that was agreed.",
    "What is the mean weight of your positives?",
    lambda target, severity, miss: np.where(target == 1, miss * (1 + severity), 1.0),
)
severity_weight.mistake(
    "severity left out",
    "the price alone.",
    "Do two positives of different severity get the same weight?",
    lambda target, severity, miss: np.where(target == 1, miss, 1.0),
)
severity_weight.mistake(
    "mean over all",
    "a mean of 1 + s over all examples, negatives included.",
    "Over whom should the mean weight be the price?",
    lambda target, severity, miss: np.where(target == 1, miss * (1 + severity) / np.mean(1 + severity), 1.0),
)


@severity_weight.mistake(
    "negatives too",
    "a weight on the negatives that depends on the severity.",
    "What does a false alarm cost?",
)
def _(target, severity, miss):
    scale = miss / np.mean(1 + severity[target == 1])
    return np.where(target == 1, scale * (1 + severity), 1 + severity)


@severity_weight.mistake(
    "severity alone",
    "a weight in proportion to s: the mildest case may be missed for nothing.",
    "What does a positive of severity 0 count in your function?",
)
def _(target, severity, miss):
    positive = target == 1
    mean = np.mean(severity[positive])
    return np.where(positive, miss * severity / (mean + (mean == 0)), 1.0)
