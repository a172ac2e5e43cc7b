"""Masks: P pixels or labels an example."""

import numpy as np

from .kind import shown


def masks_draw(rng, n, target, size):
    y = rng.permuted(np.tile((np.arange(size) % 2 == 0).astype(float), (n, 1)), axis=1)
    return [rng.uniform(0.05, 0.95, size=(n, size)), y]


def _mask(size):
    return (np.arange(size) % 3 == 0).astype(float)[None]


def masks_better(target, size):
    y = _mask(size)
    yield (
        "pred from the opposite of the mask to nearly the mask",
        [[a * y + (1 - a) * (1 - y), y] for a in (0.1, 0.5, 0.9)],
    )


def masks_edges(target, size):
    y, none, every = _mask(size), np.zeros((1, size)), np.ones((1, size))
    yield "an empty target and an empty pred", [none, none], False
    yield "an empty target and pred = 0.5", [none + 0.5, none], False
    yield "a full target and a full pred", [every, every], False
    yield "a perfect mask", [y, y], False
    yield "the opposite of the mask", [1 - y, y], True


def mask_logits_draw(rng, n, target, size):
    pred, y = masks_draw(rng, n, target, size)
    return [np.log(pred / (1 - pred)), y]


def mask_logits_better(target, size):
    y = _mask(size)
    yield (
        "logits from −2 to 2 inside the mask, the opposite outside",
        [[z * (2 * y - 1), y] for z in (-2.0, 0.0, 2.0)],
    )


def mask_logits_tails(target, size):
    y = _mask(size)
    yield "logits of size t, all wrong", "wrong", lambda t: [t * (1 - 2 * y), y]
    yield "logits of size t, all right", "right", lambda t: [t * (2 * y - 1), y]


def mask_logits_edges(target, size):
    y, none = _mask(size), np.zeros((1, size))
    for z in (100.0, 1e4):
        yield f"logits {shown(-z)} and an empty target", [none - z, none], False
        yield f"logits ±{shown(z)}, all right", [z * (2 * y - 1), y], False
        yield f"logits ±{shown(z)}, all wrong", [z * (1 - 2 * y), y], False
    yield "logits 0 and an empty target", [none, none], False
