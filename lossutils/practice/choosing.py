"""The problems of the page on choosing a loss."""

import numpy as np

from lossutils.classification import sigmoid

from .engine import problem, quarters

# The level of a quantile from two costs


@problem(
    "quantile_level",
    edges=[
        ("equal costs", [1.0], [1.0]),
        ("too little is dear", [4.0], [1.0]),
        ("too much is dear", [1.0], [3.0]),
        ("costs below 1", [0.25], [0.5]),
        ("two products", [9.0, 2.0], [1.0, 3.0]),
    ],
    draw=lambda rng, n: (quarters(rng, n, 0.25, 9), quarters(rng, n, 0.25, 9)),
)
def quantile_level(too_little, too_much):
    return too_little / (too_little + too_much)


quantile_level.mistake(
    "sides swapped",
    "the share of the other cost: what is dear is then done more often.",
    "If too little costs nine times as much, should the prediction be high or low?",
    lambda too_little, too_much: too_much / (too_little + too_much),
)
quantile_level.mistake(
    "ratio of the costs",
    "the ratio of the costs, which may exceed 1. A level is a share.",
    "What is your level for equal costs?",
    lambda too_little, too_much: too_little / too_much,
)
quantile_level.mistake(
    "always the median",
    "one half whatever the costs.",
    "Where does your function use the costs?",
    lambda too_little, too_much: 0.5 + 0 * too_little,
)
quantile_level.mistake(
    "too much costs 1",
    "the level for a cost of too much of 1, whatever it is.",
    "Double both costs. Should the level change?",
    lambda too_little, too_much: too_little / (too_little + 1),
)


quantile_level.mistake(
    "too little costs 1",
    "the level for a cost of too little of 1, whatever it is.",
    "Double both costs. Should the level change?",
    lambda too_little, too_much: 1 / (1 + too_much),
)
quantile_level.mistake(
    "difference of the costs",
    "the difference of the costs over their sum: 0 for equal costs, negative where too much is dear.",
    "Which quantile is it for equal costs?",
    lambda too_little, too_much: (too_little - too_much) / (too_little + too_much),
)
quantile_level.mistake(
    "the larger cost",
    "the share of the larger cost: never below one half.",
    "Too much costs three times as much as too little. On which side of the median is your level?",
    lambda too_little, too_much: np.maximum(too_little, too_much) / (too_little + too_much),
)
quantile_level.mistake(
    "one level for all",
    "the level of the costs of all products added up.",
    "Two products have costs of their own. How many levels are there?",
    lambda too_little, too_much: np.sum(too_little) / np.sum(too_little + too_much),
)


# What acting saves, from a logit, a training weight and two costs


def _saving(logits, false_alarm, miss):
    p = sigmoid(logits)
    return p * miss - (1 - p) * false_alarm


@problem(
    "saving",
    edges=[
        ("a logit of 0", [0.0], 1.0, 1.0, 9.0),
        ("a false alarm is dear", [0.5, -1.25], 1.0, 5.0, 1.0),
        ("a weight, equal costs", [0.5, 3.0], 10.0, 1.0, 1.0),
        ("a weight that is the ratio of the costs", [-3.0, -0.5, 0.5], 10.0, 1.0, 10.0),
        ("both, and different", [-2.5, -0.25, 2.5], 10.0, 2.0, 100.0),
    ],
    draw=lambda rng, n: (quarters(rng, n), rng.choice([1.0, 4.0, 20.0]), rng.choice([1.0, 2.0]), 9.0),
)
def saving(logits, weight, false_alarm, miss):
    return _saving(logits - np.log(weight), false_alarm, miss)


saving.mistake(
    "weight left in",
    "the expected costs at the weighted probability: the training weight is still in the logit.",
    "What has the weight done to the odds? Which number takes it back?",
    lambda logits, weight, false_alarm, miss: _saving(logits, false_alarm, miss),
)
saving.mistake(
    "weight counted twice",
    "the weight put on the logit once more, instead of taken off.",
    "Trained with a weight of 10, are the logits too high or too low?",
    lambda logits, weight, false_alarm, miss: _saving(logits + np.log(weight), false_alarm, miss),
)
saving.mistake(
    "divided the logit",
    "the logit divided by the weight, where its logarithm has to be taken off.",
    "A weight multiplies the odds. What does that do to their logarithm?",
    lambda logits, weight, false_alarm, miss: _saving(logits / weight, false_alarm, miss),
)
saving.mistake(
    "costs swapped",
    "the two costs swapped.",
    "Whom does it cost a false alarm if you act: those who are positive, or the others?",
    lambda logits, weight, false_alarm, miss: _saving(logits - np.log(weight), miss, false_alarm),
)
saving.mistake(
    "false alarms are free",
    "p times the cost of a miss alone: you would always act.",
    "What does it cost to act where the answer is no?",
    lambda logits, weight, false_alarm, miss: sigmoid(logits - np.log(weight)) * miss,
)
saving.mistake(
    "the cost of acting",
    "what acting costs, not what it saves: the sign is turned around.",
    "You are sure that it is a yes. Is the saving positive?",
    lambda logits, weight, false_alarm, miss: -_saving(logits - np.log(weight), false_alarm, miss),
)
