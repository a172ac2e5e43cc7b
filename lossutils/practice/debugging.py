"""The problems of the debugging chapter: training scripts that run and are wrong.

The first mistake of each problem is the script as it was found; the others are repairs that look plausible.
"""

import numpy as np

import lossutils

from .engine import problem, quarters

# 1. NaN


def _plain(logits, target):
    p = 1 / (1 + np.exp(-logits))
    return p, -(target * np.log(p) + (1 - target) * np.log(1 - p))


@problem(
    "nan_bce",
    edges=[
        ("moderate logits", [0.5, -1.25], [1.0, 0.0]),
        ("surely right", [800.0], [1.0]),
        ("surely wrong, target 1", [-800.0], [1.0]),
        ("surely wrong, target 0", [800.0], [0.0]),
        ("wrong by 20", [20.0], [0.0]),
        ("wrong by 40", [40.0], [0.0]),
    ],
    draw=lambda rng, n: (quarters(rng, n), rng.randint(2, size=n) * 1.0),
)
def nan_bce(logits, target):
    return lossutils.bce_with_logits(logits, target)


nan_bce.mistake(
    "as found",
    "the script as it was: log(0) is −inf, and 0 · (−inf) is NaN.",
    "Write log p and log(1 − p) as functions of the logit, on paper first.",
    lambda logits, target: np.mean(_plain(logits, target)[1]),
)


@nan_bce.mistake(
    "clipped",
    "p clipped at 1e-7: no NaN, but beyond a logit of 16 the loss is flat and its gradient 0.",
    "Which pull does an example get that is wrong by 800?",
)
def _(logits, target):
    p = np.clip(_plain(logits, target)[0], 1e-7, 1 - 1e-7)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@nan_bce.mistake(
    "epsilon added",
    "1e-7 added inside the logarithms: the loss ends at 16.1, and a perfect answer is paid for.",
    "Which pull does an example get that is wrong by 800?",
)
def _(logits, target):
    p = _plain(logits, target)[0]
    return -np.mean(target * np.log(p + 1e-7) + (1 - target) * np.log(1 - p + 1e-7))


@nan_bce.mistake(
    "logarithm clamped",
    "logarithms clamped at −100, as in F.binary_cross_entropy.",
    "What should a logit of 40 cost that is wrong, and what does it cost here?",
)
def _(logits, target):
    p = _plain(logits, target)[0]
    return -np.mean(target * np.maximum(np.log(p), -100) + (1 - target) * np.maximum(np.log(1 - p), -100))


nan_bce.mistake(
    "thrown away",
    "what is not finite set to 0: the worst examples cost nothing.",
    "Which examples have an infinite loss? Are they the ones to leave out?",
    lambda logits, target: np.mean(np.nan_to_num(_plain(logits, target)[1], nan=0.0, posinf=0.0)),
)
nan_bce.mistake(
    "logits clipped",
    "logits clipped to ±30: the loss is flat beyond.",
    "What does a wrong logit of 800 cost, and what does one of 30?",
    lambda logits, target: lossutils.bce_with_logits(np.clip(logits, -30, 30), target),
)
nan_bce.mistake(
    "one side",
    "log(1 + exp(−z)) + (1 − y) z: right for large logits, and exp overflows for small ones.",
    "What is exp(800)? Which of the two signs of z is safe?",
    lambda logits, target: np.mean(np.log1p(np.exp(-logits)) + (1 - target) * logits),
)


# 2. A column against a row


def _step(x, w, lr, error):
    return w - lr * 2 * x.T @ error / len(x)


def _regression(rng, n):
    return quarters(rng, 2 * n).reshape(n, 2), quarters(rng, n), quarters(rng, 2, -1, 1), 0.125


@problem(
    "column_step",
    edges=[
        ("one example", [[1.0, 0.5]], [2.0], [0.5, -1.0], 0.25),
        ("two examples", [[1.0, 0.5], [-0.5, 2.0]], [2.0, -1.0], [0.5, -1.0], 0.25),
        ("a perfect fit", [[1.0, 0.0], [0.0, 1.0]], [0.5, -1.0], [0.5, -1.0], 0.25),
    ],
    draw=_regression,
)
def column_step(x, y, w, lr):
    return _step(x, w, lr, x @ w - y)


@column_step.mistake(
    "as found",
    "the script as it was: (n, 1) minus (n,) is a table of n² errors, every prediction against every target.",
    "Print the shape of the error. Which two shapes meet there?",
)
def _(x, y, w, lr):
    pred = x @ w.reshape(-1, 1)
    return _step(x, w, lr, (pred - y).mean(axis=1))


@column_step.mistake(
    "averaged over the other axis",
    "the table of n² errors, averaged over the predictions: every example gets mean(pred) − y.",
    "You repaired the shape of the result. What is the shape of the error?",
)
def _(x, y, w, lr):
    pred = x @ w.reshape(-1, 1)
    return _step(x, w, lr, (pred - y).mean(axis=0))


@column_step.mistake(
    "first row",
    "the first row of the table: the first prediction against all targets.",
    "The shape fits now. Which prediction belongs to which target?",
)
def _(x, y, w, lr):
    pred = x @ w.reshape(-1, 1)
    return _step(x, w, lr, (pred - y).ravel()[: len(y)])


column_step.mistake(
    "uphill",
    "a step against the error with the wrong sign.",
    "Is the loss lower after your step?",
    lambda x, y, w, lr: _step(x, w, -lr, x @ w - y),
)
column_step.mistake(
    "summed",
    "the gradient of the sum: the step grows with the number of examples.",
    "Should a batch in which every example stands twice take twice the step?",
    lambda x, y, w, lr: _step(x, w, lr * len(x), x @ w - y),
)


column_step.mistake(
    "factor 2 left out",
    "half a step: the derivative of the square has a factor of 2.",
    "What is the derivative of e²?",
    lambda x, y, w, lr: _step(x, w, lr / 2, x @ w - y),
)
column_step.mistake(
    "divided twice",
    "a step that is divided by n twice.",
    "Where do you divide by n, and which function has done so already?",
    lambda x, y, w, lr: _step(x, w, lr / len(x), x @ w - y),
)
column_step.mistake(
    "only the gradient",
    "the gradient: the step itself is missing.",
    "Your function should return new weights. Where are the old ones?",
    lambda x, y, w, lr: 2 * x.T @ (x @ w - y) / len(x),
)


# 3. Softmax twice


@problem(
    "softmax_once",
    edges=[
        ("equal logits", [[1.0, 1.0, 1.0]], np.array([0])),
        ("right and sure", [[12.0, 0.0, 0.0]], np.array([0])),
        ("wrong and sure", [[0.0, 12.0, 0.0]], np.array([0])),
        ("large logits", [[800.0, 0.0, 0.5]], np.array([1])),
        ("two examples", [[2.0, 0.0, 1.0], [0.5, 0.0, -1.0]], np.array([0, 2])),
    ],
    draw=lambda rng, n: (quarters(rng, 3 * n).reshape(n, 3), rng.randint(3, size=n)),
)
def softmax_once(logits, target):
    return lossutils.cross_entropy(logits, target)


softmax_once.mistake(
    "as found",
    "the script as it was: the loss applies a softmax to what is a softmax already.",
    "What does an answer cost that is right and sure? Which of the two softmaxes is one too many?",
    lambda logits, target: lossutils.cross_entropy(lossutils.softmax(logits), target),
)
softmax_once.mistake(
    "no logarithm",
    "−p of the true class: a softmax is gone, and the logarithm too.",
    "Which loss has an untrained model with three classes?",
    lambda logits, target: -np.mean(lossutils.softmax(logits)[np.arange(len(target)), target]),
)


@softmax_once.mistake(
    "overflow",
    "log of a softmax in two steps: exp(800) overflows.",
    "What is left if you subtract the largest logit first?",
)
def _(logits, target):
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(target)), target]))


softmax_once.mistake(
    "over the batch",
    "a softmax along the wrong axis: the examples compete instead of the classes.",
    "What should the probabilities of one example add up to?",
    lambda logits, target: -np.mean(lossutils.log_softmax(logits.T).T[np.arange(len(target)), target]),
)
softmax_once.mistake(
    "divided by the classes",
    "a mean over N·K places where N examples were asked for.",
    "Which loss has an untrained model with three classes?",
    lambda logits, target: lossutils.cross_entropy(logits, target) / logits.shape[1],
)


softmax_once.mistake(
    "no softmax at all",
    "minus the logit of the true class: both softmaxes are gone.",
    "Add 5 to all logits of an example. Should its loss change?",
    lambda logits, target: -np.mean(logits[np.arange(len(target)), target]),
)


@softmax_once.mistake(
    "epsilon added",
    "1e-7 added inside the logarithm: the loss ends at 16.1, and its gradient with it.",
    "What should an answer cost that is wrong by 800?",
)
def _(logits, target):
    p = lossutils.softmax(logits)[np.arange(len(target)), target]
    return -np.mean(np.log(p + 1e-7))


softmax_once.mistake(
    "a sigmoid",
    "a sigmoid of the true class's logit: the other classes do not matter.",
    "What changes in your loss if the logit of a wrong class rises?",
    lambda logits, target: np.mean(np.logaddexp(0, -logits[np.arange(len(target)), target])),
)
softmax_once.mistake(
    "sum for mean",
    "a sum over the batch instead of the mean.",
    "Should a batch that is twice as long have twice the loss?",
    lambda logits, target: lossutils.cross_entropy(logits, target, reduction="sum"),
)


# 4. A mean over padding

HOLE = [[1.0, 2.0], [3.0, np.inf]]


@problem(
    "masked_loss",
    edges=[
        ("no padding", [[1.0, 2.5]], [[2.0, 1.0]], [[1.0, 1.0]]),
        ("one padded place", [[1.0, 2.5]], [[2.5, 0.0]], [[1.0, 0.0]]),
        (
            "rows of unequal length",
            [[1.0, 2.5], [3.0, 1.0]],
            [[2.0, 1.0], [0.5, 0.0]],
            [[1.0, 1.0], [1.0, 0.0]],
        ),
        ("infinity in a padded place", HOLE, [[2.0, 1.5], [0.5, 0.0]], [[1.0, 1.0], [1.0, 0.0]]),
        ("nothing but padding", [[1.0, 2.0]], [[0.0, 0.0]], [[0.0, 0.0]]),
    ],
    draw=lambda rng, n: (
        quarters(rng, 3 * n).reshape(n, 3),
        quarters(rng, 3 * n).reshape(n, 3),
        (np.arange(3) < rng.randint(1, 4, size=n)[:, None]) * 1.0,
    ),
)
def masked_loss(pred, target, mask):
    square = np.where(mask > 0, (pred - target) ** 2, 0)
    return square.sum() / max(mask.sum(), 1)


masked_loss.mistake(
    "as found",
    "the script as it was: padded places count like any other.",
    "Which of the places has anybody measured?",
    lambda pred, target, mask: np.mean((pred - target) ** 2),
)
masked_loss.mistake(
    "divided by all places",
    "masked errors, divided by the number of all places: more padding, smaller loss.",
    "How many terms has your sum?",
    lambda pred, target, mask: np.mean(np.where(mask > 0, (pred - target) ** 2, 0)),
)


@masked_loss.mistake(
    "mean of the rows",
    "the mean of the means of the rows: a place in a short row counts more. One may want that; it is not"
    " the mean over the places.",
    "How much does a place in a row of one count, compared with one in a row of three?",
)
def _(pred, target, mask):
    square = np.where(mask > 0, (pred - target) ** 2, 0)
    return np.mean(square.sum(axis=1) / np.maximum(mask.sum(axis=1), 1))


masked_loss.mistake(
    "divided by the rows",
    "the sum of the errors divided by the number of rows.",
    "Should a list of 100 places cost 100 times one of a single place?",
    lambda pred, target, mask: np.where(mask > 0, (pred - target) ** 2, 0).sum() / len(pred),
)
masked_loss.mistake(
    "multiplied by the mask",
    "errors multiplied by the mask: 0 times infinity is NaN.",
    "What is in a padded place must not matter. Does it, if it is inf?",
    lambda pred, target, mask: np.sum(mask * (pred - target) ** 2) / max(mask.sum(), 1),
)
masked_loss.mistake(
    "empty batch",
    "a division by the number of places, which may be 0.",
    "What does a batch cost that holds nothing but padding?",
    lambda pred, target, mask: np.where(mask > 0, (pred - target) ** 2, 0).sum() / np.float64(mask.sum()),
)


# 5. Gradient accumulation


def _parts(x, y, w, sizes):
    """The summed gradient of each part, and its size."""
    ends = np.cumsum(sizes)
    for size, end in zip(sizes, ends, strict=True):
        rows = slice(end - size, end)
        yield 2 * x[rows].T @ (x[rows] @ w - y[rows]), size


def _in_parts(rng, n):
    first = rng.randint(1, n) if n > 1 else 1
    return *_regression(rng, n)[:3], np.array([first, n - first] if n > 1 else [1])


PLACES = [[1.0, 0.5], [-0.5, 2.0], [0.25, 1.0]]


@problem(
    "accumulate",
    edges=[
        ("one example", [[1.0, 0.5]], [2.0], [0.5, -1.0], np.array([1])),
        ("one part", [[1.0, 0.5], [-0.5, 2.0]], [2.0, -1.0], [0.5, -1.0], np.array([2])),
        ("two equal parts", [[1.0, 0.5], [-0.5, 2.0]], [2.0, -1.0], [0.5, -1.0], np.array([1, 1])),
        ("two and one", PLACES, [2.0, -1.0, 0.5], [0.5, -1.0], np.array([2, 1])),
    ],
    draw=_in_parts,
)
def accumulate(x, y, w, sizes):
    return sum(gradient for gradient, _ in _parts(x, y, w, sizes)) / len(y)


accumulate.mistake(
    "as found",
    "the script as it was: the mean of the means, so that an example in a small part counts more.",
    "Two parts, of 2 examples and of 1: how much does each example count?",
    lambda x, y, w, sizes: np.mean([gradient / size for gradient, size in _parts(x, y, w, sizes)], axis=0),
)
accumulate.mistake(
    "not divided",
    "the means of the parts added up: twice as many parts, twice the step.",
    "What does your function give for one batch in two equal parts?",
    lambda x, y, w, sizes: sum(gradient / size for gradient, size in _parts(x, y, w, sizes)),
)
accumulate.mistake(
    "sums divided by the parts",
    "sums of gradients divided by the number of parts.",
    "How many examples are in your sum?",
    lambda x, y, w, sizes: sum(gradient for gradient, _ in _parts(x, y, w, sizes)) / len(sizes),
)


@accumulate.mistake(
    "last part only",
    "the gradient of the last part: each part starts from zero again.",
    "Where does the gradient of the first part go?",
)
def _(x, y, w, sizes):
    *_, (gradient, size) = _parts(x, y, w, sizes)
    return gradient / size


accumulate.mistake(
    "summed",
    "the gradient of the sum over all examples.",
    "What is the loss, a sum or a mean?",
    lambda x, y, w, sizes: sum(gradient for gradient, _ in _parts(x, y, w, sizes)),
)


accumulate.mistake(
    "parts taken for full",
    "a division by what the batch would have if every part were as large as the largest.",
    "Your last part has fewer examples. How many are there in all?",
    lambda x, y, w, sizes: sum(g for g, _ in _parts(x, y, w, sizes)) / (len(sizes) * max(sizes)),
)


@accumulate.mistake(
    "first part only",
    "the gradient of the first part: the loop ends in its first round.",
    "How many rounds does your loop make before it meets `return`?",
)
def _(x, y, w, sizes):
    gradient, size = next(_parts(x, y, w, sizes))
    return gradient / size


accumulate.mistake(
    "factor 2 left out",
    "half the gradient: the derivative of the square has a factor of 2.",
    "What is the derivative of e²?",
    lambda x, y, w, sizes: sum(gradient for gradient, _ in _parts(x, y, w, sizes)) / 2 / len(y),
)


# 6. Clipping a gradient


@problem(
    "clip_by_norm",
    edges=[
        ("one weight", [3.0], 1.0),
        ("a short gradient", [0.25, -0.5], 1.0),
        ("a long gradient", [3.0, -4.0], 1.0),
        ("one long entry", [0.5, 30.0, -0.25], 2.0),
        ("zero", [0.0, 0.0], 1.0),
    ],
    draw=lambda rng, n: (quarters(rng, n), 1.25),
)
def clip_by_norm(gradient, max_norm):
    return gradient * (max_norm / max(np.linalg.norm(gradient), max_norm))


clip_by_norm.mistake(
    "as found",
    "the script as it was: each entry is clipped, which turns the gradient.",
    "Is your result a multiple of the gradient?",
    lambda gradient, max_norm: np.clip(gradient, -max_norm, max_norm),
)
clip_by_norm.mistake(
    "always scaled",
    "a gradient of the length max_norm, also where it was shorter: steps never shrink.",
    "What should happen to a gradient that is short enough?",
    lambda gradient, max_norm: gradient * max_norm / np.linalg.norm(gradient),
)
clip_by_norm.mistake(
    "squared length",
    "a division by the squared length.",
    "How long is your result for (3, −4) and max_norm 1?",
    lambda gradient, max_norm: gradient * (max_norm / max(gradient @ gradient, max_norm)),
)
clip_by_norm.mistake(
    "largest entry",
    "a gradient whose largest entry is max_norm.",
    "How long is your result for (3, −4) and max_norm 1?",
    lambda gradient, max_norm: gradient * (max_norm / max(abs(gradient).max(), max_norm)),
)
clip_by_norm.mistake(
    "dropped",
    "long gradients set to 0: the worst batches teach nothing.",
    "Which direction should the step have after clipping?",
    lambda gradient, max_norm: gradient * (np.linalg.norm(gradient) <= max_norm),
)


clip_by_norm.mistake(
    "sum of the entries",
    "the sum of the absolute entries taken for the length.",
    "How long is your result for (3, −4) and max_norm 1?",
    lambda gradient, max_norm: gradient * (max_norm / max(abs(gradient).sum(), max_norm)),
)
clip_by_norm.mistake(
    "root mean square",
    "the root of the mean square taken for the length: the more weights, the less is clipped.",
    "How long is your result for (3, −4) and max_norm 1?",
    lambda gradient, max_norm: (
        gradient * (max_norm / max(np.linalg.norm(gradient) / len(gradient) ** 0.5, max_norm))
    ),
)
clip_by_norm.mistake(
    "to length 1",
    "long gradients shortened to the length 1, whatever max_norm is.",
    "How long is your result for (30, −40) and max_norm 2?",
    lambda gradient, max_norm: (
        gradient / (np.linalg.norm(gradient) if np.linalg.norm(gradient) > max_norm else 1.0)
    ),
)
clip_by_norm.mistake(
    "short ones stretched",
    "short gradients stretched to max_norm, long ones left as they are.",
    "Which of the two is dangerous, a long step or a short one?",
    lambda gradient, max_norm: gradient * (max_norm / min(np.linalg.norm(gradient), max_norm)),
)


# 7. Where the bias starts


@problem(
    "start_bias",
    edges=[
        ("one example", [1.0]),
        ("one in four", [0.0, 1.0, 0.0, 0.0]),
        ("one half", [0.0, 1.0]),
        ("no positive", [0.0, 0.0, 0.0]),
        ("all positive", [1.0, 1.0]),
    ],
    draw=lambda rng, n: (rng.randint(2, size=n) * 1.0,),
)
def start_bias(y):
    return np.log((np.sum(y) + 1) / (np.sum(1 - y) + 1))


start_bias.mistake(
    "as found",
    "the script as it was: the bias starts at 0, the probability at one half.",
    "At which probability should a model start that knows nothing but the shares?",
    lambda y: 0.0 * np.sum(y),
)
start_bias.mistake(
    "probability",
    "the share itself. The bias is a logit.",
    "What does the sigmoid make of your number?",
    lambda y: (np.sum(y) + 1) / (len(y) + 2),
)
start_bias.mistake(
    "log of the share",
    "the logarithm of the share, which is the bias of a softmax.",
    "What does the sigmoid make of your number? For one half it should be 0.",
    lambda y: np.log((np.sum(y) + 1) / (len(y) + 2)),
)
start_bias.mistake(
    "sign",
    "the log-odds of the negatives.",
    "Positives are rare. Should the first logits be above or below 0?",
    lambda y: np.log((np.sum(1 - y) + 1) / (np.sum(y) + 1)),
)
start_bias.mistake(
    "nothing added",
    "log-odds of the counts as they are: infinite where a class is missing.",
    "What is the logarithm of 0/3? The problem says what to add.",
    lambda y: np.log(np.sum(y) / np.sum(1 - y)),
)
start_bias.mistake(
    "one added to one side",
    "1 added to the positives only.",
    "For one half the bias should be 0. Is it?",
    lambda y: np.log((np.sum(y) + 1) / np.maximum(np.sum(1 - y), 1e-12)),
)


# 8. Which negatives


@problem(
    "semi_hard_distance",
    edges=[
        ("two beyond the positive", [1.0], [[0.5, 2.0, 1.5]]),
        ("all beyond", [0.25], [[0.5, 2.0, 1.5]]),
        ("none beyond", [3.0], [[0.5, 2.0, 1.5]]),
        ("exactly as far", [1.5], [[0.5, 1.5, 2.25]]),
    ],
    draw=lambda rng, n: (quarters(rng, n, 0.5, 2), quarters(rng, 3 * n, 0.25, 3).reshape(n, 3)),
)
def semi_hard_distance(near, far):
    nearest = np.where(far > near[:, None], far, np.inf).min(axis=1)
    return np.where(np.isinf(nearest), far.max(axis=1), nearest)


semi_hard_distance.mistake(
    "as found",
    "the script as it was: the hardest negative, also one nearer than the positive. This one collapses.",
    "Which negatives are farther away than the positive?",
    lambda near, far: far.min(axis=1),
)
semi_hard_distance.mistake(
    "farthest",
    "the farthest negative, the easiest triplet: this one stalls.",
    "Which loss does your triplet have after ten steps?",
    lambda near, far: far.max(axis=1),
)


@semi_hard_distance.mistake(
    "first beyond",
    "the first negative beyond the positive, not the nearest of them.",
    "There are two beyond the positive. Which of them teaches more?",
)
def _(near, far):
    first = np.argmax(far > near[:, None], axis=1)
    return np.where((far > near[:, None]).any(axis=1), far[np.arange(len(near)), first], far.max(axis=1))


@semi_hard_distance.mistake(
    "hardest where none is beyond",
    "the nearest beyond the positive, and the hardest negative where no negative is beyond the positive.",
    "What is asked for where no negative is beyond the positive?",
)
def _(near, far):
    nearest = np.where(far > near[:, None], far, np.inf).min(axis=1)
    return np.where(np.isinf(nearest), far.min(axis=1), nearest)


semi_hard_distance.mistake(
    "infinite",
    "the nearest beyond the positive, and infinity where no negative is beyond the positive.",
    "Which number does a loss make of an infinite distance?",
    lambda near, far: np.where(far > near[:, None], far, np.inf).min(axis=1),
)


@semi_hard_distance.mistake(
    "as far counts as beyond",
    "a negative that is exactly as far as the positive taken for one beyond it.",
    "Beyond means farther. What do you do with a tie?",
)
def _(near, far):
    nearest = np.where(far >= near[:, None], far, np.inf).min(axis=1)
    return np.where(np.isinf(nearest), far.max(axis=1), nearest)


# 9. KL's arguments


def _shares(rng, n):
    """n drawn rows of three quarters of a whole, zeros among them."""
    cuts = np.sort(rng.randint(0, 5, size=(n, 2)), axis=1)
    return np.diff(np.column_stack([np.zeros(n), cuts, np.full(n, 4)]), axis=1) / 4


def _terms(a, log_a, log_b):
    with np.errstate(all="ignore"):
        return np.where(a > 0, a * (log_a - log_b), 0)


def _log(a):
    with np.errstate(all="ignore"):
        return np.log(a)


@problem(
    "kl_of_logits",
    edges=[
        ("equal", [[0.0, 0.0]], [[0.5, 0.5]]),
        ("soft targets", [[1.0, 0.0, -0.5]], [[0.5, 0.25, 0.25]]),
        ("a target of 0", [[1.0, 0.0, -0.5]], [[0.75, 0.25, 0.0]]),
        ("two examples", [[1.0, 0.0], [-1.0, 0.5]], [[0.75, 0.25], [0.25, 0.75]]),
        ("sure and right", [[800.0, 0.0]], [[1.0, 0.0]]),
        ("sure, soft targets", [[0.0, 800.0]], [[0.75, 0.25]]),
    ],
    draw=lambda rng, n: (quarters(rng, 3 * n).reshape(n, 3), _shares(rng, n)),
)
def kl_of_logits(logits, target):
    return _terms(target, _log(target), lossutils.log_softmax(logits)).sum(axis=1).mean()


kl_of_logits.mistake(
    "as found",
    "the script as it was: probabilities where their logarithms belong. It has no minimum in the middle.",
    "Which of its two arguments does F.kl_div want as a logarithm?",
    lambda logits, target: _terms(target, _log(target), lossutils.softmax(logits)).sum(axis=1).mean(),
)


@kl_of_logits.mistake(
    "swapped",
    "KL(model ‖ target), the other way round: infinite where a target is 0.",
    "Over which distribution is the average taken?",
)
def _(logits, target):
    p = lossutils.softmax(logits)
    return (p * (np.log(p) - _log(target))).sum(axis=1).mean()


kl_of_logits.mistake(
    "mean over all places",
    "a mean over N·K places: K times too small. In PyTorch the reduction for this is batchmean.",
    "By how many numbers did you divide, and how many examples are there?",
    lambda logits, target: _terms(target, _log(target), lossutils.log_softmax(logits)).mean(),
)
kl_of_logits.mistake(
    "sum over the batch",
    "a sum over the examples.",
    "Should a batch that is twice as long have twice the loss?",
    lambda logits, target: _terms(target, _log(target), lossutils.log_softmax(logits)).sum(),
)
kl_of_logits.mistake(
    "cross-entropy",
    "the cross-entropy: the same gradient, but its value is not 0 where model and target agree.",
    "What does your function give for equal distributions?",
    lambda logits, target: -(target * lossutils.log_softmax(logits)).sum(axis=1).mean(),
)
kl_of_logits.mistake(
    "zero times log zero",
    "y log y without the limit: NaN for a target of 0.",
    "What is y log y at y = 0, and what does NumPy say?",
    lambda logits, target: (target * (_log(target) - lossutils.log_softmax(logits))).sum(axis=1).mean(),
)


@kl_of_logits.mistake(
    "logarithm of the softmax",
    "the logarithm of a softmax: at 800 the small probabilities are 0, and it is infinite or NaN.",
    "Subtract the largest logit first. What is the logarithm of the quotient, written out?",
)
def _(logits, target):
    zero = target == 0
    return (target * (_log(np.where(zero, 1, target)) - _log(lossutils.softmax(logits)))).sum(axis=1).mean()


# 10. Loss scaling in half precision


def _half(values):
    with np.errstate(all="ignore"):
        return np.asarray(values).astype(np.float16)


@problem(
    "loss_scaling",
    edges=[
        ("one weight", [0.375], 16.0),
        ("a gradient of ordinary size", [0.5, -0.25], 1024.0),
        ("a gradient below float16", [2.0**-26, -3 * 2.0**-26], 1024.0),
        ("a scale that is too large", [0.5, 200.0], 1024.0),
        ("a small scale", [2.0**-20, -0.25], 4.0),
    ],
    draw=lambda rng, n: (rng.randint(-12, 13, size=n) * 2.0**-26, 65536.0),
)
def loss_scaling(gradient, scale):
    scaled = _half(scale * gradient)
    return scaled.astype(float) / scale if np.isfinite(scaled).all() else np.zeros_like(gradient)


loss_scaling.mistake(
    "as found",
    "the script as it was: what is smaller than 3e-8 becomes 0 in float16.",
    "Multiply by the scale before the conversion, divide after it.",
    lambda gradient, scale: _half(gradient).astype(float),
)


@loss_scaling.mistake(
    "not unscaled",
    "the scaled gradient: the step is as many times too long as the scale says.",
    "What did the scale do to the length of the step?",
)
def _(gradient, scale):
    scaled = _half(scale * gradient)
    return scaled.astype(float) if np.isfinite(scaled).all() else np.zeros_like(gradient)


@loss_scaling.mistake(
    "unscaled in float16",
    "a division while still in float16: what the scale had saved is lost again.",
    "In which type does the division take place?",
)
def _(gradient, scale):
    scaled = _half(scale * gradient)
    with np.errstate(all="ignore"):
        back = (scaled.astype(np.float32) / np.float32(scale)).astype(np.float16).astype(float)
    return back if np.isfinite(scaled).all() else np.zeros_like(gradient)


loss_scaling.mistake(
    "infinity let through",
    "a step with an infinite gradient: after it all weights are infinite or NaN.",
    "What should happen to a batch whose scaled gradient overflows?",
    lambda gradient, scale: _half(scale * gradient).astype(float) / scale,
)
loss_scaling.mistake(
    "overflow cut off",
    "overflowing entries set to the largest float16: the gradient is turned, and nobody is told.",
    "What should happen to a batch whose scaled gradient overflows?",
    lambda gradient, scale: _half(np.clip(scale * gradient, -65504, 65504)).astype(float) / scale,
)


@loss_scaling.mistake(
    "only the infinite entry dropped",
    "a step in which the overflowing entries are 0 and the others are taken.",
    "Is the direction of what is left still that of the gradient?",
)
def _(gradient, scale):
    scaled = _half(scale * gradient).astype(float)
    return np.where(np.isfinite(scaled), scaled, 0) / scale


# 11. A layer that gets no gradient


def _hidden(x, y, w1, w2):
    before = x @ w1
    error = np.maximum(before, 0) @ w2 - y
    return before, 2 * error / len(y)


def _network(rng, n):
    return quarters(rng, 2 * n).reshape(n, 2) + 0.1, quarters(rng, n), FIRST + quarters(rng, 1), SECOND


FIRST, SECOND = np.array([[1.0, -0.5], [0.5, 1.0]]), np.array([1.5, -2.0])


@problem(
    "first_layer",
    edges=[
        ("one example, both units on", [[1.0, 2.0]], [0.5], FIRST, SECOND),
        ("one unit off", [[2.0, -0.5]], [0.5], FIRST, SECOND),
        ("two examples", [[1.0, 2.0], [-1.5, 0.25]], [0.5, 1.0], FIRST, SECOND),
    ],
    draw=_network,
)
def first_layer(x, y, w1, w2):
    before, pull = _hidden(x, y, w1, w2)
    return x.T @ (pull[:, None] * w2 * (before > 0))


first_layer.mistake(
    "as found",
    "the script as it was: the hidden layer is detached, so the first weights get nothing.",
    "How does the loss change when a weight of the first layer moves?",
    lambda x, y, w1, w2: np.zeros_like(w1),
)


@first_layer.mistake(
    "units that are off",
    "a gradient that passes through units that are off: the slope of the ReLU is missing.",
    "What is the slope of max(0, a) for a negative a?",
)
def _(x, y, w1, w2):
    before, pull = _hidden(x, y, w1, w2)
    return x.T @ (pull[:, None] * w2 * np.ones_like(before))


@first_layer.mistake(
    "second weights left out",
    "a gradient that arrives without the weights of the second layer.",
    "By what is a hidden unit multiplied on its way to the answer?",
)
def _(x, y, w1, w2):
    before, pull = _hidden(x, y, w1, w2)
    return x.T @ (pull[:, None] * (before > 0))


@first_layer.mistake(
    "not divided",
    "the gradient of the sum over the batch.",
    "The loss is a mean. Where is its 1/n?",
)
def _(x, y, w1, w2):
    before, pull = _hidden(x, y, w1, w2)
    return x.T @ (len(y) * pull[:, None] * w2 * (before > 0))


@first_layer.mistake(
    "activation for its slope",
    "the value of the ReLU where its slope belongs.",
    "What is the slope of max(0, a) for a = 3?",
)
def _(x, y, w1, w2):
    before, pull = _hidden(x, y, w1, w2)
    return x.T @ (pull[:, None] * w2 * np.maximum(before, 0))


@first_layer.mistake(
    "transposed",
    "the transpose of the gradient: with as many inputs as units its shape fits.",
    "Which entry of your result belongs to the weight from input 1 to unit 2?",
)
def _(x, y, w1, w2):
    before, pull = _hidden(x, y, w1, w2)
    return (x.T @ (pull[:, None] * w2 * (before > 0))).T


@first_layer.mistake(
    "flipped sign",
    "the right size with the wrong sign: the direction downhill.",
    "If an answer is too high and grows, does the loss grow or fall?",
)
def _(x, y, w1, w2):
    before, pull = _hidden(x, y, w1, w2)
    return -x.T @ (pull[:, None] * w2 * (before > 0))


@first_layer.mistake(
    "factor 2 left out",
    "half the gradient: the derivative of the square has a factor of 2.",
    "What is the derivative of e²?",
)
def _(x, y, w1, w2):
    before, pull = _hidden(x, y, w1, w2)
    return x.T @ (pull[:, None] / 2 * w2 * (before > 0))
