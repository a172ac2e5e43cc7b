r"""One description of every loss, and the tree that leads to one of them.

`CARDS["huber"]` says what a loss is for, what gives away somebody who does not know it, and what it is called
elsewhere; `TREE` asks what your model puts out and ends at a loss, its output layer and its call. The page
"Choosing a loss" is made from both, and its tests run every formula and every line of code that stands here.

>>> from lossutils.catalog import CARDS, paths
>>> print(CARDS["mae"].use)
You want the median, or a dollar of error counts a dollar wherever it falls.
>>> for answers, leaf in paths():
...     if "one of K classes" in answers and "they are in order, like stars" in answers:
...         print(leaf.call)
ordinal(logits, target, thresholds=thresholds)

In the code of the other libraries the names are those of the arguments here. What stands before the last
semicolon prepares, what stands after it is the loss, equal to that of `lossutils` with `reduction="mean"`.
`CONVENTIONS` says in which ways the libraries differ for many losses at once.
"""

from dataclasses import dataclass

from . import classification, custom, imbalance, margin, metric_learning, ranking, regression
from .cards import CLASS, DISTRIBUTION, EMBEDDING, LABELS, LOGITS, NUMBER, ORDER, YES_NO

__all__ = ["CARDS", "CLASS", "CONVENTIONS", "TREE", "Leaf", "Question", "paths"]

TASKS = (NUMBER, YES_NO, CLASS, LABELS, DISTRIBUTION, EMBEDDING, ORDER)
FAMILIES = (regression, classification, custom, imbalance, margin, metric_learning, ranking)
CARDS = {
    name: card for task in TASKS for f in FAMILIES for name, card in f.CARDS.items() if card.task == task
}


# A row: what is to be agreed upon, then what lossutils, PyTorch, optax, Keras and scikit-learn do.
CONVENTIONS = [
    ("comes first", "prediction", "prediction", "prediction", "**target**", "**target**"),
    (
        "returns",
        "mean",
        "mean",
        "**one number an example**",
        "mean; functions in small letters: the mean of each row",
        "mean",
    ),
    ("squared error", "e²", "e²", "e²; `l2_loss`: **½ e²**", "e²", "e²; in `SGDRegressor`: **½ e²**"),
    (
        "yes or no",
        "0 or 1; hinge: −1 or 1",
        "0 or 1, as floats",
        "0 or 1; hinge: −1 or 1",
        "0 or 1; hinge: also −1 or 1",
        "any two labels",
    ),
    (
        "one of K classes",
        "number or distribution",
        "number or distribution",
        "distribution; number in `_with_integer_labels`",
        "distribution; number in `Sparse`",
        "label; list all in `labels`",
    ),
    ("axis of the classes", "last", "**second**", "last", "last", "last"),
    (
        "takes",
        "logits; probabilities in `bce`, `cce`, `generalized_cross_entropy`, `kl_divergence`, overlaps",
        "logits in `cross_entropy` and `_with_logits`; probabilities in `binary_cross_entropy`;"
        " **logarithms** in `nll_loss`, `kl_div`",
        "logits; **logarithms** in `kl_divergence`",
        "**probabilities**, unless `from_logits=True`",
        "**probabilities**; scores in `hinge_loss`",
    ),
    (
        "`(N, 1)` against `(N,)`",
        "error",
        "**N × N**, with a warning for numbers; cross-entropy: error",
        "**N × N**, in most; `squared_error`: error",
        "squeezed, in most",
        "one column",
    ),
    (
        "weighted mean divides by",
        "the weights; N for `pos_weight` and costs",
        "the weights in `cross_entropy`; N for `pos_weight`",
        "–",
        "**N**",
        "the weights",
    ),
]


@dataclass(frozen=True)
class Leaf:
    """An end of the tree: a loss, its call, what to mind, and the output layer if it is not the usual one."""

    loss: str
    call: str
    mind: str = ""
    output: str | None = None


@dataclass(frozen=True)
class Question:
    text: str
    answers: dict


TREE = Question(
    "What does the model put out for one example?",
    {
        NUMBER: Question(
            "Examples that look alike have different targets. Which number do you want for them?",
            {
                "their mean: totals have to be right": Question(
                    "Can a target be wildly wrong?",
                    {
                        "no, or the data are checked": Leaf(
                            "mse",
                            "mse(pred, target)",
                            "A count, an amount or a share may have a [law of its own](leaving-the-tree).",
                        ),
                        "yes, and the other errors are skewed": Leaf(
                            "mse",
                            "mse(pred, target)",
                            "Repair or drop the wrong targets first: a loss that resists them aims at another"
                            " number than the mean.",
                        ),
                        "yes, and the other errors are symmetric": Leaf(
                            "huber",
                            "huber(pred, target, delta=1.345 * scale)",
                            "`scale` is the spread of ordinary errors.",
                        ),
                        "the same, and the solver uses second derivatives": Leaf(
                            "log_cosh",
                            "log_cosh(pred / scale, target / scale)",
                            "Without the scale it is MAE in any small unit.",
                        ),
                    },
                ),
                "their median: as often too high as too low": Leaf("mae", "mae(pred, target)"),
                "a high or low one: too little costs more than too much, or less": Leaf(
                    "quantile",
                    "quantile(pred, target, q=0.9)",
                    "q is the cost of a unit too little, divided by the sum of both costs.",
                ),
                "an interval that holds nine in ten": Leaf(
                    "quantile",
                    "quantile(low, target, q=0.05) + quantile(high, target, q=0.95)",
                    "Count on held-out data how many it holds, also in each group that matters.",
                    output="two linear units, `(N,)` each",
                ),
                "one for which errors cost like a power of their size": Leaf(
                    "power", "power(pred, target, p=1.5)", "p from 1, the median, to 2, the mean."
                ),
            },
        ),
        YES_NO: Question(
            "What will you do with the output?",
            {
                "use it as a probability, or decide by costs that may change": Question(
                    "What does the model give you?",
                    {
                        "a logit": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, target)",
                            "Rare positives change nothing here. Say yes above A / (A + C): a false alarm"
                            " costs A, a miss C.",
                        ),
                        "a probability, and no way to the logit": Leaf("bce", "bce(probability, target)"),
                        "a logit, and it is measured to be too sure": Leaf(
                            "confidence_bce",
                            "confidence_bce(logits, target, beta=0.1)",
                            "Try a temperature on held-out data first.",
                        ),
                    },
                ),
                "decide, at costs that are known and stay": Question(
                    "Does the plain loss do, with a threshold from the costs?",
                    {
                        "yes, or nobody has compared": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, target)",
                            "Say yes above A / (A + C): a false alarm costs A, a miss C.",
                        ),
                        "no: the model is too simple, and weights are cheaper on held-out data": Leaf(
                            "cost_sensitive_bce",
                            "cost_sensitive_bce(logits, target, false_negative_cost=10)",
                            "Then say yes above one half: the costs are in the weights.",
                        ),
                    },
                ),
                "find a few among very many that are trivially no": Question(
                    "Does the plain loss do, with a threshold chosen on held-out data?",
                    {
                        "yes, or nobody has compared": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, target)",
                            "Let the bias begin at the log-odds of a yes.",
                        ),
                        "no: the easy ones drown the rest": Leaf(
                            "focal",
                            "focal(logits, target, gamma=2.0)",
                            "Calibrate afterwards, if probabilities are wanted.",
                        ),
                    },
                ),
                "take its side, in a linear or kernel machine": Question(
                    "Does the solver need a slope without jumps?",
                    {
                        "no": Leaf(
                            "hinge", "hinge(score, sign)", "Targets −1 and 1, and a penalty on the weights."
                        ),
                        "yes": Leaf("squared_hinge", "squared_hinge(score, sign)", "Targets −1 and 1."),
                    },
                ),
                "decide, after labels of which many are wrong and cannot be repaired": Leaf(
                    "generalized_cross_entropy",
                    "generalized_cross_entropy(softmax(logits), target, q=0.7)",
                    "As one of two classes, of which 1 is yes. Where clean examples tell when to stop early,"
                    " the plain loss does as well. If all that is wrong is a share m of the yes"
                    " that was overlooked at random, the plain loss does: multiply its threshold by 1 − m.",
                    output="two linear units, logits, `(N, 2)`",
                ),
            },
        ),
        CLASS: Question(
            "What is special about the classes and their labels?",
            {
                "nothing, or some classes are rare": Leaf(
                    "cross_entropy",
                    "cross_entropy(logits, target)",
                    "Rare classes alone are no reason for weights.",
                ),
                "mistakes cost differently": Leaf(
                    "cross_entropy",
                    "cross_entropy(logits, target)",
                    "Then take the class that costs least on average, `(softmax(logits) @ cost).argmin(1)`."
                    " `cost` has a row for each true class.",
                ),
                "they are in order, like stars": Leaf(
                    "ordinal", "ordinal(logits, target, thresholds=thresholds)", "The thresholds learn too."
                ),
                "a rare class counts as much as a common one": Leaf(
                    "cross_entropy",
                    "cross_entropy(logits, target, class_weight=class_weight)",
                    "Or train without, and divide each probability by the share of its class: the aim is the"
                    " same.",
                ),
                "plain training is seen to drown in easy examples": Leaf(
                    "softmax_focal",
                    "softmax_focal(logits, target, gamma=2.0)",
                    "Calibrate afterwards, if probabilities are wanted.",
                ),
                "many labels are wrong, and cannot be repaired": Leaf(
                    "generalized_cross_entropy",
                    "generalized_cross_entropy(softmax(logits), target, q=0.7)",
                    "For the class, not for its probability. Where clean examples tell when to stop early,"
                    " the plain loss does as well.",
                ),
                "each place of an image has one, as in a segmentation": Question(
                    "What is judged?",
                    {
                        "each place, or the overlap, and nobody has compared": Leaf(
                            "cross_entropy",
                            "cross_entropy(logits, target)",
                            "The classes are on the last axis; for `(N, K, H, W)` write `axis=1`.",
                            output="K linear units a place, logits, `(N, ..., K)`",
                        ),
                        "the overlap of each class, and the plain loss is seen to do worse": Leaf(
                            "dice",
                            "sum(dice(softmax(logits)[..., k], target == k) for k in range(K)) / K",
                            "Leave out the background if the report does. Where a class may be missing from"
                            " an image, add `cross_entropy`.",
                            output="a softmax for each place, probabilities, `(N, ..., K)`",
                        ),
                    },
                ),
                "only the winner counts, in a linear or kernel machine": Leaf(
                    "multiclass_hinge",
                    "multiclass_hinge(scores, target)",
                    "One class should usually have more than half.",
                ),
                "the model hands out probabilities": Leaf("cce", "cce(probabilities, target)"),
            },
        ),
        LABELS: Question(
            "What is judged?",
            {
                "each label by itself": Question(
                    "How many positives does a label have?",
                    {
                        "enough to learn from": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, flags)",
                            "No softmax: labels do not exclude each other. Each has its own threshold.",
                            output=LOGITS,
                        ),
                        "few, and weights are seen to help": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, flags, pos_weight=pos_weight)",
                            "It moves each logit by log w: take that off, or count w into the threshold.",
                            output=LOGITS,
                        ),
                        "a handful, and plain training drowns in the rest": Leaf(
                            "focal",
                            "focal(logits, flags, gamma=2.0)",
                            "Calibrate afterwards, if probabilities are wanted.",
                            output=LOGITS,
                        ),
                    },
                ),
                "the overlap of all of them, as in a mask": Question(
                    "Does the plain loss of each place do, with a threshold chosen for the overlap?",
                    {
                        "yes, or nobody has compared": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, flags)",
                            "For Dice the threshold is about half the Dice that is reached.",
                            output=LOGITS,
                        ),
                        "no": Question(
                            "By which overlap?",
                            {
                                "Dice, which is F1": Leaf(
                                    "dice",
                                    "dice(probabilities, flags)",
                                    "Where masks may be empty, add `bce_with_logits`.",
                                ),
                                "intersection over union": Leaf("jaccard", "jaccard(probabilities, flags)"),
                                "one in which a miss is worse": Leaf(
                                    "tversky",
                                    "tversky(probabilities, flags, alpha=0.3, beta=0.7)",
                                    "beta is for the misses.",
                                ),
                            },
                        ),
                    },
                ),
            },
        ),
        DISTRIBUTION: Question(
            "What does the model end in?",
            {
                "logits": Leaf(
                    "cross_entropy",
                    "cross_entropy(logits, distribution)",
                    "Its smallest value is the entropy of the target, not 0.",
                ),
                "probabilities": Leaf(
                    "kl_divergence",
                    "kl_divergence(probabilities, distribution)",
                    "The prediction comes first.",
                ),
            },
        ),
        EMBEDDING: Question(
            "What do you know about the examples?",
            {
                "of two, whether they are alike": Question(
                    "What will the search compare?",
                    {
                        "distances": Leaf("contrastive", "contrastive(x1, x2, same, margin=1.0)"),
                        "angles": Leaf("cosine_embedding", "cosine_embedding(x1, x2, sign, margin=0.0)"),
                    },
                ),
                "of three, which two are nearer": Leaf(
                    "triplet",
                    "triplet(anchor, positive, negative, margin=1.0)",
                    "Leave out those in order by more than the margin: they have no gradient.",
                ),
                "the class of each": Question(
                    "Does the last hidden layer of a classifier do?",
                    {
                        "yes, or nobody has compared": Leaf(
                            "cross_entropy",
                            "cross_entropy(logits, labels)",
                            "Search among the vectors before the logits.",
                            output="D units, and on them K linear units, logits, `(N, K)`",
                        ),
                        "no": Leaf(
                            "triplet",
                            "triplet(*(embeddings[i] for i in mine_triplets(embeddings, labels, margin=0.2)),"
                            " margin=0.2)",
                            "A batch needs several of each class. These triplets are semi-hard.",
                        ),
                        "no, and every label is checked": Leaf(
                            "batch_hard_triplet",
                            "batch_hard_triplet(embeddings, labels, margin=0.2)",
                            "Compare with semi-hard triplets, and watch the spread: a loss that stays at the"
                            " margin is a collapse.",
                        ),
                    },
                ),
                "which two belong together, and no more": Question(
                    "Where do the two come from?",
                    {
                        "two encoders, like image and text": Leaf(
                            "info_nce",
                            "(info_nce(x1, x2, temperature=0.1) + info_nce(x2, x1, temperature=0.1)) / 2",
                        ),
                        "one encoder: two views of one example": Leaf(
                            "nt_xent", "nt_xent(x1, x2, temperature=0.5)"
                        ),
                    },
                ),
            },
        ),
        ORDER: Question(
            "What is known of the items of a list?",
            {
                "of some pairs, which one comes first": Question(
                    "Should a pair that is settled stop pulling?",
                    {
                        "no: the lead should mean a probability": Leaf(
                            "ranknet", "ranknet(scores, relevance)", "A pair alone is a list of two."
                        ),
                        "yes": Leaf("pairwise_hinge", "pairwise_hinge(scores, relevance, margin=1.0)"),
                    },
                ),
                "which one is right, as the one that was bought": Leaf(
                    "cross_entropy",
                    "cross_entropy(scores, bought)",
                    "The items are the classes, `bought` is the place of the right one. Padding has the score"
                    " −∞.",
                    output="one linear unit an item, a score, `(Q, D)`",
                ),
                "a grade for each": Question(
                    "What counts?",
                    {
                        "the number too, or nobody has compared": Leaf(
                            "mse",
                            "mse(scores, 2**relevance - 1)",
                            "Sort by it. Compare with a simple order such as popularity.",
                            output="one linear unit an item, a score, `(Q, D)`",
                        ),
                        "only the order, and the model is too simple for the numbers": Leaf(
                            "ranknet",
                            "ranknet(scores, relevance)",
                            "Compare with `mse` and a level for each query.",
                        ),
                        "the top of a long list": Leaf(
                            "lambdarank",
                            "lambdarank(scores, relevance)",
                            "Watch NDCG on held-out queries, not the loss. Compare with `mse` on the gains.",
                        ),
                        "a grade is a share of attention": Leaf(
                            "listnet", "listnet(scores, relevance)", "exp of a grade is what counts."
                        ),
                    },
                ),
                "the whole order": Leaf("listmle", "listmle(scores, relevance)"),
            },
        ),
    },
)


def paths(node=TREE, answers=()):
    """Every way through the tree: the answers that are given, and the leaf that they lead to."""
    if isinstance(node, Leaf):
        yield answers, node
    else:
        for answer, following in node.answers.items():
            yield from paths(following, (*answers, answer))
