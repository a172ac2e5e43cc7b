"""K classes: logits, probabilities, their logarithms, and ordered classes."""

import numpy as np

from .kind import log_softmax, one_hot, power, softmax


def _class_target(rng, n, target, size):
    labels = rng.permutation(np.arange(n) % size)
    if target == "classes":
        return labels.astype(np.int64)
    if target == "one-hot":
        return one_hot(labels, size)
    return rng.dirichlet([2.0] * size, size=n)


def _label(k, target, size):
    return np.array([k], dtype=np.int64) if target == "classes" else one_hot([k], size)


def class_logits_draw(rng, n, target, size):
    return [rng.normal(size=(n, size)) * 1.5, _class_target(rng, n, target, size)]


def class_logits_better(target, size):
    for k in range(size):
        yield (
            f"the logit of the target class {k} from −2 to 1, the others 0",
            [[z * one_hot([k], size), _label(k, target, size)] for z in (-2.0, 0.0, 1.0)],
        )
    if target == "distributions":
        yield from _to_target(lambda logits: logits, size)


def class_logits_tails(target, size):
    y = _label(1, target, size)
    yield (
        "logit t for another class than the target, the others 0",
        "wrong",
        lambda t: [t * one_hot([0], size), y],
    )
    yield "logit −t for the target class, the others 0", "wrong", lambda t: [-t * one_hot([1], size), y]
    yield "logit t for the target class, the others 0", "right", lambda t: [t * one_hot([1], size), y]


def class_logits_edges(target, size):
    y = np.concatenate([_label(0, target, size), _label(size - 1, target, size)])
    yield "all logits equal", [np.zeros((2, size)), y], False
    yield (
        "all logits near 10000",
        [1e4 + np.outer([1, 2], np.arange(size, dtype=float)), y],
        False,
    )
    yield (
        "all logits near −10000",
        [-1e4 + np.outer([1, 2], np.arange(size, dtype=float)), y],
        False,
    )


def class_probabilities_draw(rng, n, target, size):
    return [rng.dirichlet([3.0] * size, size=n) * 0.8 + 0.2 / size, _class_target(rng, n, target, size)]


def _mostly(k, p, size):
    row = np.full((1, size), (1 - p) / (size - 1))
    row[0, k] = p
    return row


def class_probabilities_better(target, size):
    for k in range(size):
        y = _label(k, target, size)
        yield (
            f"probability of the target class {k} from 0.1 to 0.8",
            [[_mostly(k, p, size), y] for p in (0.1, 0.4, 0.8)],
        )
    if target == "distributions":
        yield from _to_target(softmax, size)


def _to_target(form, size):
    y = softmax(np.arange(size, dtype=float)[None])
    logits = np.log(y)
    yield (
        "pred from too flat a distribution to the target",
        [[form(a * logits), y] for a in (-1.0, 0.0, 0.8, 1.0)],
    )
    yield "pred from too sharp a distribution to the target", [[form(a * logits), y] for a in (4.0, 2.0, 1.0)]


def class_probabilities_tails(target, size):
    y = _label(1, target, size)
    yield "probability 10^−t of the target class", "wrong", lambda t: [_mostly(1, power(t), size), y]


def class_probabilities_edges(target, size):
    rows = one_hot([0, size - 1], size)
    y = np.array([0, size - 1], dtype=np.int64) if target == "classes" else rows
    yield "probability 1 for the target class", [rows, y], False
    yield "probability 0 for the target class", [rows[::-1].copy(), y], True


def class_log_draw(rng, n, target, size):
    pred, y = class_logits_draw(rng, n, target, size)
    return [log_softmax(pred), y]


def class_log_better(target, size):
    for what, batches in class_logits_better(target, size):
        yield what, [[log_softmax(pred), y] for pred, y in batches]


def class_log_tails(target, size):
    for what, side, at in class_logits_tails(target, size):
        if side == "wrong":
            yield "log-softmax of: " + what, side, lambda t, at=at: [log_softmax(at(t)[0]), at(t)[1]]


# Ordered classes


def ordinal_draw(rng, n, target, size):
    return [rng.normal(size=n), rng.permutation(np.arange(n) % size).astype(np.int64)]


def ordinal_better(target, size):
    first, last = np.array([0]), np.array([size - 1])
    yield "class 0, pred falls", [[np.array([z]), first] for z in (2.0, 0.0, -2.0)]
    yield f"class {size - 1}, pred rises", [[np.array([z]), last] for z in (-2.0, 0.0, 2.0)]


def ordinal_tails(target, size):
    first, last = np.array([0]), np.array([size - 1])
    yield "pred = t, class 0", "wrong", lambda t: [np.array([t]), first]
    yield f"pred = −t, class {size - 1}", "wrong", lambda t: [np.array([-t]), last]
    yield "pred = −t, class 0", "right", lambda t: [np.array([-t]), first]


def ordinal_edges(target, size):
    yield "pred = 0", [np.zeros(size), np.arange(size)], False
