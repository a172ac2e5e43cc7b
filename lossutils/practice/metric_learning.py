"""The problems of the metric learning chapter."""

import numpy as np

import lossutils

from .engine import problem, quarters

# The contrastive loss of pairs

PAIR_EDGES = [
    ("one class, apart", [[0.0, 0.0]], [[0.75, 1.0]], [1.0], 1.0),
    ("one class, one point", [[0.5, 0.5]], [[0.5, 0.5]], [1.0], 1.0),
    ("two classes within the margin", [[0.0, 0.0]], [[0.3, 0.4]], [0.0], 2.0),
    ("two classes beyond the margin", [[0.0, 0.0]], [[3.0, 4.0]], [0.0], 1.0),
    ("two classes, one point", [[0.5, 0.5]], [[0.5, 0.5]], [0.0], 1.5),
    ("two pairs", [[0.0, 0.0], [1.0, 0.0]], [[0.75, 1.0], [1.0, 0.25]], [1.0, 0.0], 1.5),
]


def _draw_pairs(rng, n):
    x1, x2 = (quarters(rng, 2 * n, -1, 1).reshape(n, 2) for _ in range(2))
    return x1, x2, rng.randint(2, size=n) * 1.0, rng.choice([0.5, 1.5, 2.5])


@problem("contrastive", edges=PAIR_EDGES, draw=_draw_pairs)
def contrastive(x1, x2, same, margin=1.0):
    return lossutils.contrastive(x1, x2, same, margin=margin)


def _apart(x1, x2):
    return np.sqrt(np.sum((x1 - x2) ** 2, axis=1))


contrastive.mistake(
    "labels swapped",
    "a pair of one class pushed apart: Y = 1 means two classes in the paper of 2006, one class here.",
    "What does your function say for two equal points of one class?",
    lambda x1, x2, same, margin=1.0: lossutils.contrastive(x1, x2, 1 - same, margin=margin),
)


@contrastive.mistake(
    "margin minus square",
    "margin − d² for two classes: the difference belongs inside the square.",
    "At d = 0 and margin 2, should two classes cost 2 or 4?",
)
def _(x1, x2, same, margin=1.0):
    d = _apart(x1, x2)
    return np.mean(np.where(same == 1, d**2, np.maximum(0, margin - d**2)))


@contrastive.mistake(
    "not clipped",
    "(margin − d)² beyond the margin too: it pulls two classes back to the distance margin.",
    "Two classes are five margins apart. What should that cost?",
)
def _(x1, x2, same, margin=1.0):
    d = _apart(x1, x2)
    return np.mean(np.where(same == 1, d**2, (margin - d) ** 2))


@contrastive.mistake(
    "not squared",
    "d and max(0, margin − d) without their squares.",
    "How fast should the pull on a pair fade as it comes together?",
)
def _(x1, x2, same, margin=1.0):
    d = _apart(x1, x2)
    return np.mean(np.where(same == 1, d, np.maximum(0, margin - d)))


contrastive.mistake(
    "halved",
    "half of it: the ½ of the paper, which is not in the formula of this problem.",
    "What should a pair of one class cost at a distance of 1?",
    lambda x1, x2, same, margin=1.0: lossutils.contrastive(x1, x2, same, margin=margin) / 2,
)
contrastive.mistake(
    "sum for mean",
    "a sum over the batch instead of the mean.",
    "Should a batch that is twice as long have twice the loss?",
    lambda x1, x2, same, margin=1.0: lossutils.contrastive(x1, x2, same, margin=margin, reduction="sum"),
)


# Which triplets, from distances


LINE = abs(np.subtract.outer([0.0, 1.0, 1.5, 3.0], [0.0, 1.0, 1.5, 3.0]))
MASK_EDGES = [
    ("four points on a line", LINE, np.array([0, 0, 1, 1]), 1.0),
    ("a small margin", LINE, np.array([0, 0, 1, 1]), 0.25),
    ("one embedding", LINE[:1, :1], np.array([0]), 1.0),
    ("no positive", LINE[:2, :2], np.array([0, 1]), 1.0),
    ("no negative", LINE[:2, :2], np.array([0, 0]), 1.0),
    ("a tie", abs(np.subtract.outer([0.0, 1.0, -1.0], [0.0, 1.0, -1.0])), np.array([0, 0, 1]), 0.5),
    (
        "exactly at the margin",
        abs(np.subtract.outer([0.0, 1.0, -1.5], [0.0, 1.0, -1.5])),
        np.array([0, 0, 1]),
        0.5,
    ),
]


def _draw_table(rng, n):
    points = quarters(rng, n + 2)
    return abs(np.subtract.outer(points, points)), rng.randint(2, size=n + 2), rng.choice([0.5, 1.25])


def _masks(labels):
    """Of anchor i, positive j, negative k: is it a triplet?"""
    same = labels[:, None] == labels
    positive = same & ~np.eye(len(labels), dtype=bool)
    return positive[:, :, None] & ~same[:, None, :]


@problem("semi_hard_mask", edges=MASK_EDGES, draw=_draw_table)
def semi_hard_mask(distances, labels, margin=1.0):
    p, n = distances[:, :, None], distances[:, None, :]
    return (_masks(labels) & (p < n) & (n < p + margin)).astype(int)


@semi_hard_mask.mistake(
    "the anchor as its own positive",
    "triplets whose positive is the anchor itself: their distance of 0 teaches nothing.",
    "What stands on the diagonal of labels[:, None] == labels?",
)
def _(distances, labels, margin=1.0):
    same = labels[:, None] == labels
    p, n = distances[:, :, None], distances[:, None, :]
    return (same[:, :, None] & ~same[:, None, :] & (p < n) & (n < p + margin)).astype(int)


@semi_hard_mask.mistake(
    "hard ones too",
    "every triplet with a loss: those with the negative nearer than the positive are hard, not semi-hard.",
    "Semi-hard has two bounds on the distance of the negative. Which one is missing?",
)
def _(distances, labels, margin=1.0):
    p, n = distances[:, :, None], distances[:, None, :]
    return (_masks(labels) & (n < p + margin)).astype(int)


@semi_hard_mask.mistake(
    "easy ones too",
    "every triplet in order: those beyond the margin have no loss.",
    "What is the loss of a triplet whose negative is 100 margins away?",
)
def _(distances, labels, margin=1.0):
    p, n = distances[:, :, None], distances[:, None, :]
    return (_masks(labels) & (p < n)).astype(int)


@semi_hard_mask.mistake(
    "hard",
    "the hard triplets: the negative nearer than the positive.",
    "Which of the two should be nearer to the anchor in a semi-hard triplet?",
)
def _(distances, labels, margin=1.0):
    p, n = distances[:, :, None], distances[:, None, :]
    return (_masks(labels) & (n <= p)).astype(int)


@semi_hard_mask.mistake(
    "axes swapped",
    "the negative on the second axis and the positive on the third.",
    "In your answer at [i, j, k], is j or k of the class of i?",
)
def _(distances, labels, margin=1.0):
    p, n = distances[:, :, None], distances[:, None, :]
    return (_masks(labels) & (p < n) & (n < p + margin)).astype(int).transpose(0, 2, 1)


@semi_hard_mask.mistake(
    "any label",
    "the distances compared without the labels: any j and k.",
    "Where does your function use the labels?",
)
def _(distances, labels, margin=1.0):
    p, n = distances[:, :, None], distances[:, None, :]
    return ((p < n) & (n < p + margin)).astype(int)


# InfoNCE

NCE_EDGES = [
    ("two orthogonal pairs", [[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]], 1.0),
    ("other lengths", [[2.0, 0.0], [0.0, 0.5]], [[3.0, 4.0], [0.0, 1.0]], 1.0),
    ("a batch of one", [[1.0, 2.0]], [[2.0, 1.0]], 0.5),
    ("all keys alike", [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]], 0.5),
    ("wrong way round, temperature 0.001", [[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]], 0.001),
    ("three pairs", [[1.0, 0.5], [0.0, 1.0], [-1.0, 0.25]], [[1.0, 0.0], [0.5, 1.0], [-1.0, -1.0]], 0.25),
]


def _draw_keys(rng, n):
    odd = rng.randint(-6, 6, (2, n, 3)) / 4 + 0.125  # never a row of zeros
    return odd[0], odd[1], rng.choice([0.25, 2.0])


@problem("info_nce", edges=NCE_EDGES, draw=_draw_keys)
def info_nce(query, key, temperature=0.1):
    return lossutils.info_nce(query, key, temperature=temperature)


def _unit(x):
    return x / np.sqrt(np.sum(x**2, axis=1, keepdims=True))


def _log_sum(scores):
    top = scores.max(axis=1, keepdims=True)
    return (top + np.log(np.sum(np.exp(scores - top), axis=1, keepdims=True)))[:, 0]


def _nce(scores):
    return np.mean(_log_sum(scores) - np.diag(scores))


@info_nce.mistake(
    "not normalized",
    "dot products of the vectors as they come: the cosine needs unit vectors.",
    "What does doubling the first query do to your result?",
)
def _(query, key, temperature=0.1):
    scores = query @ key.T / temperature
    return np.mean(_log_sum(scores) - np.diag(scores))


@info_nce.mistake(
    "overflow",
    "exp of a similarity as it is: at a small temperature it overflows.",
    "What can you subtract from a row of similarities without changing its softmax?",
)
def _(query, key, temperature=0.1):
    scores = np.exp(_unit(query) @ _unit(key).T / temperature)
    return np.mean(-np.log(np.diag(scores) / scores.sum(axis=1)))


@info_nce.mistake(
    "multiplied by the temperature",
    "cosines times the temperature: they are divided by it.",
    "Should a small temperature make the softmax sharper or flatter?",
)
def _(query, key, temperature=0.1):
    scores = _unit(query) @ _unit(key).T * temperature
    return np.mean(_log_sum(scores) - np.diag(scores))


info_nce.mistake(
    "temperature ignored",
    "the loss at temperature 1 whatever the temperature.",
    "What does your function return at temperatures 1 and 0.1?",
    lambda query, key, temperature=0.1: lossutils.info_nce(query, key, temperature=1.0),
)
info_nce.mistake(
    "queries compete",
    "a softmax over the queries of each key: the sum should go over the keys of each query.",
    "Which axis of query @ key.T does your sum run along?",
    lambda query, key, temperature=0.1: lossutils.info_nce(key, query, temperature=temperature),
)


@info_nce.mistake(
    "both directions",
    "the mean of both directions: this problem asks for that of the queries.",
    "How many softmaxes does your function take over each similarity?",
)
def _(query, key, temperature=0.1):
    both = (query, key), (key, query)
    return sum(lossutils.info_nce(a, b, temperature=temperature) for a, b in both) / 2


@info_nce.mistake(
    "positive left out of the sum",
    "a denominator with the negatives only: the loss can become negative.",
    "What is the loss of a batch of one?",
)
def _(query, key, temperature=0.1):
    scores = _unit(query) @ _unit(key).T / temperature
    others = np.where(np.eye(len(scores), dtype=bool), -np.inf, scores)
    return np.mean(_log_sum(others) - np.diag(scores))


info_nce.mistake(
    "sum for mean",
    "a sum over the batch instead of the mean.",
    "Should a batch that is twice as long have twice the loss?",
    lambda query, key, temperature=0.1: lossutils.info_nce(
        query, key, temperature=temperature, reduction="sum"
    ),
)


info_nce.mistake(
    "distances",
    "minus the distances where the cosines are asked for.",
    "What is the score of two vectors of one direction and different lengths?",
    lambda query, key, temperature=0.1: _nce(
        -np.sqrt(np.sum((query[:, None] - key[None]) ** 2, axis=2)) / temperature
    ),
)
info_nce.mistake(
    "root of the temperature",
    "divided by the root of the temperature.",
    "By how much does halving the temperature change a score?",
    lambda query, key, temperature=0.1: _nce(_unit(query) @ _unit(key).T / np.sqrt(temperature)),
)
info_nce.mistake(
    "queries with queries",
    "the queries compared with the queries: the keys are not used.",
    "What changes in your result if the keys change?",
    lambda query, key, temperature=0.1: _nce(_unit(query) @ _unit(query).T / temperature),
)


# Who gets the push


@problem(
    "negative_shares",
    edges=[
        ("two alike", [0.5, 0.5], 0.25),
        ("a near and a far one", [0.75, 0.25], 0.5),
        ("one negative", [0.25], 0.1),
        ("a temperature of 0.001", [1.0, 0.5, -1.0], 0.001),
        ("three", [0.5, 0.25, -0.5], 1.0),
    ],
    draw=lambda rng, n: (quarters(rng, n, -1, 1), rng.choice([0.125, 0.75])),
)
def negative_shares(cosines, temperature=0.1):
    weights = np.exp((cosines - cosines.max()) / temperature)
    return weights / weights.sum()


@negative_shares.mistake(
    "overflow",
    "exp of a cosine over a small temperature as it is: it overflows.",
    "What can you subtract from all cosines without changing the shares?",
)
def _(cosines, temperature=0.1):
    weights = np.exp(cosines / temperature)
    return weights / weights.sum()


@negative_shares.mistake(
    "multiplied by the temperature",
    "cosines times the temperature: they are divided by it.",
    "At which temperature should the nearest negative get nearly everything?",
)
def _(cosines, temperature=0.1):
    weights = np.exp((cosines - cosines.max()) * temperature)
    return weights / weights.sum()


negative_shares.mistake(
    "temperature ignored",
    "the shares at temperature 1.",
    "Where does your function use the temperature?",
    lambda cosines, temperature=0.1: negative_shares.solution(cosines, 1.0),
)


@negative_shares.mistake(
    "with the positive",
    "shares that do not add up to 1, as if a positive of cosine 1 were in the sum.",
    "The problem asks how the push is divided among the negatives. What is the sum of your shares?",
)
def _(cosines, temperature=0.1):
    weights = np.exp((cosines - 1) / temperature)
    return weights / (weights.sum() + 1)


negative_shares.mistake(
    "far ones first",
    "the largest share for the farthest negative.",
    "Which negative does the loss have to push away, the similar or the different one?",
    lambda cosines, temperature=0.1: negative_shares.solution(-cosines, temperature),
)


negative_shares.mistake(
    "no exponential",
    "cosines divided by their sum.",
    "Which share does your function give to a negative with a cosine below 0?",
    lambda cosines, temperature=0.1: cosines / np.sum(cosines),
)
negative_shares.mistake(
    "not divided",
    "exponentials that are not divided by their sum.",
    "What do your shares add up to?",
    lambda cosines, temperature=0.1: np.exp((cosines - cosines.max()) / temperature),
)
negative_shares.mistake(
    "divided by the temperature again",
    "the pull on the cosines, which has a factor of 1/temperature, instead of the shares.",
    "What do your shares add up to?",
    lambda cosines, temperature=0.1: negative_shares.solution(cosines, temperature) / temperature,
)
negative_shares.mistake(
    "the nearest gets all",
    "the whole push for the nearest negative.",
    "Two negatives are equally near. What does each get?",
    lambda cosines, temperature=0.1: 1.0 * (np.arange(len(cosines)) == np.argmax(cosines)),
)


# False negatives


@problem(
    "false_negatives",
    edges=[
        ("two classes", np.array([2]), np.array([2])),
        ("no other row", np.array([1]), np.array([10])),
        ("ten classes, 64 rows", np.array([64]), np.array([10])),
        ("a thousand classes", np.array([256]), np.array([1000])),
        ("one class", np.array([5]), np.array([1])),
    ],
    draw=lambda rng, n: (rng.randint(2, 40, n), rng.randint(2, 200, n)),
)
def false_negatives(batch, classes):
    return 1 - (1 - 1 / classes) ** (batch - 1)


false_negatives.mistake(
    "the query counted",
    "the query's own key among the candidates: it is its positive.",
    "How many negatives does one query have in a batch of N?",
    lambda batch, classes: 1 - (1 - 1 / classes) ** batch,
)
false_negatives.mistake(
    "expected number",
    "the expected number of false negatives: it can exceed 1.",
    "What is your answer for a batch of 64 and 10 classes? Can a probability be that?",
    lambda batch, classes: (batch - 1) / classes,
)
false_negatives.mistake(
    "none",
    "the probability that there is none.",
    "Should a larger batch raise or lower your answer?",
    lambda batch, classes: (1 - 1 / classes) ** (batch - 1),
)
false_negatives.mistake(
    "all",
    "the probability that all others are of the query's class.",
    'Is one false negative enough for "at least one"?',
    lambda batch, classes: (1 / classes) ** (batch - 1),
)


false_negatives.mistake(
    "one negative",
    "the probability that one given negative is false.",
    "Should a larger batch raise your answer?",
    lambda batch, classes: 1 / classes + 0 * batch,
)
false_negatives.mistake(
    "exactly one",
    "the probability of exactly one false negative.",
    'Does "meets a false negative" exclude two of them?',
    lambda batch, classes: (batch - 1) / classes * (1 - 1 / classes) ** (batch - 2.0),
)


@false_negatives.mistake(
    "any pair of the batch",
    "the probability that any two rows of the batch are of one class, as in the birthday problem.",
    "Of whose class has the negative to be: that of this query, or that of any row?",
)
def _(batch, classes):
    return np.array([1 - np.prod(1 - np.arange(n) / k) for n, k in zip(batch, classes, strict=True)])


false_negatives.mistake(
    "rounded to an exponential",
    "1 − exp(−(N − 1)/C): close for many classes, and not the probability.",
    "What does your function give for two rows of two classes, and what is it by counting?",
    lambda batch, classes: 1 - np.exp(-(batch - 1) / classes),
)


# The memory of a batch


@problem(
    "pair_memory",
    edges=[
        ("one pair", np.array([1]), 4, 1.0),
        ("ten", np.array([10]), 4, 1.0),
        ("two views", np.array([10]), 4, 2.0),
        ("half precision", np.array([100]), 2, 1.0),
        ("4096, two views", np.array([4096]), 4, 2.0),
    ],
    draw=lambda rng, n: (rng.randint(3, 60, n), int(rng.choice([2, 8])), float(rng.choice([1, 2]))),
)
def pair_memory(examples, bytes_each=4, views=1.0):
    return (views * examples) ** 2 * bytes_each


pair_memory.mistake(
    "views not squared",
    "the views as a factor: two views double the rows and the columns.",
    "With two views of 10 examples, how many rows has the table, and how many columns?",
    lambda examples, bytes_each=4, views=1.0: views * examples**2 * bytes_each,
)
pair_memory.mistake(
    "numbers, not bytes",
    "the number of pairs: each takes some bytes.",
    "How many bytes is one number in float32?",
    lambda examples, bytes_each=4, views=1.0: (views * examples) ** 2,
)


@pair_memory.mistake(
    "half the table",
    "each pair once: the table that torch makes holds both (i, j) and (j, i), and the diagonal.",
    "What is the shape of z @ z.T?",
)
def _(examples, bytes_each=4, views=1.0):
    rows = views * examples
    return rows * (rows - 1) / 2 * bytes_each


pair_memory.mistake(
    "grows with N",
    "a memory that doubles when the batch doubles.",
    "What happens to a table if both its sides double?",
    lambda examples, bytes_each=4, views=1.0: views * examples * bytes_each,
)


pair_memory.mistake(
    "views left out",
    "a table of the examples, not of their views.",
    "With two views of 10 examples, how many rows has the table?",
    lambda examples, bytes_each=4, views=1.0: 1.0 * examples**2 * bytes_each,
)
pair_memory.mistake(
    "bits",
    "bits where bytes are asked for.",
    "How many bytes is one number in float32?",
    lambda examples, bytes_each=4, views=1.0: 8 * (views * examples) ** 2 * bytes_each,
)
pair_memory.mistake(
    "diagonal left out",
    "the table without its diagonal: it is left out of the loss, not of the memory.",
    "What is the shape of z @ z.T?",
    lambda examples, bytes_each=4, views=1.0: views * examples * (views * examples - 1) * bytes_each,
)
pair_memory.mistake(
    "bytes squared",
    "the square of the bytes of one row of similarities.",
    "How many numbers are in the table? How many bytes has each?",
    lambda examples, bytes_each=4, views=1.0: (views * examples * bytes_each) ** 2,
)


# A collapsed embedding


def _dimension(values):
    total = np.sum(values)
    return total**2 / np.sum(values**2) if total > 0 else 0.0


@problem(
    "effective_dimension",
    edges=[
        ("one embedding", [[0.5, -1.0]]),
        ("a line", [[-1.0, 0.0], [1.0, 0.0]]),
        ("a square", [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]),
        ("one point", [[0.5, 0.5], [0.5, 0.5]]),
        ("one point whose mean is rounded", np.full((10, 3), 0.7)),
        ("a short line", [[0.5, 0.5], [0.5 + 2.0**-12, 0.5], [0.5, 0.5]]),
        ("a line off the origin", [[1.0, 3.0], [2.0, 4.0], [3.0, 5.0]]),
        ("an uneven cloud", [[3.0, 0.0, 1.0], [-3.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, -1.0, 1.0]]),
    ],
    draw=lambda rng, n: (quarters(rng, 3 * n).reshape(n, 3),),
)
def effective_dimension(embeddings):
    embeddings = np.asarray(embeddings, dtype=float)  # the rounding of float32 would hide a small cloud
    variances = np.linalg.svd(embeddings - embeddings.mean(axis=0), compute_uv=False) ** 2
    rounding = len(embeddings) * np.finfo(float).eps * np.linalg.norm(embeddings)
    return _dimension(variances) if variances.sum() > rounding**2 else 0.0


effective_dimension.mistake(
    "not centered",
    "a cloud that is not centered: its distance from the origin counts as a direction.",
    "What should the answer be for embeddings that are all the same point?",
    lambda embeddings: _dimension(np.linalg.eigvalsh(embeddings.T @ embeddings)),
)


@effective_dimension.mistake(
    "0/0",
    "0/0 where all embeddings are one point.",
    "How many directions does a single point fill?",
)
def _(embeddings):
    centered = embeddings - embeddings.mean(axis=0)
    variances = np.linalg.eigvalsh(centered.T @ centered)
    return np.float64(variances.sum()) ** 2 / np.sum(variances**2)


@effective_dimension.mistake(
    "rounding for a line",
    "a single point reported as a line: its mean is off by a rounding, and that is all the spread there is.",
    "What is embeddings - embeddings.mean(axis=0) for ten copies of 0.7? It is not 0.",
)
def _(embeddings):
    centered = embeddings - embeddings.mean(axis=0)
    return _dimension(np.linalg.svd(centered, compute_uv=False) ** 2)


effective_dimension.mistake(
    "coordinates",
    "the variances of the coordinates: a slanted line varies in both and still has one direction.",
    "Turn your cloud by 45 degrees. Should the answer change?",
    lambda embeddings: _dimension(embeddings.var(axis=0)),
)


@effective_dimension.mistake(
    "standard deviations",
    "singular values where variances belong: their squares.",
    "Which of the two adds up to the mean squared distance from the center?",
)
def _(embeddings):
    centered = embeddings - embeddings.mean(axis=0)
    return _dimension(np.linalg.svd(centered, compute_uv=False))


@effective_dimension.mistake(
    "upside down",
    "the reciprocal: between 0 and 1.",
    "What should two directions of equal variance give?",
)
def _(embeddings):
    value = effective_dimension.solution(embeddings)
    return np.float64(1) / value
