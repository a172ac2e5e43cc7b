"""Scores of documents and their relevances."""

import numpy as np


def ranking_draw(rng, n, target, size):
    relevance = np.stack([rng.permutation(np.arange(size) % 4) for _ in range(n)])
    return [rng.normal(size=(n, size)), relevance.astype(float)]


def _relevance(size):
    return (np.arange(size) % 4).astype(float)[None]


def ranking_better(target, size):
    y = _relevance(size)
    yield (
        "scores from the opposite of the relevance to the relevance",
        [[a * y, y] for a in (-1.0, 0.05, 1.0)],
    )


def ranking_tails(target, size):
    y = _relevance(size)
    order = np.linspace(0, 1, size)[None]
    by_rank = order[:, np.argsort(np.argsort(y[0], kind="stable"))]
    yield "scores t apart, in the opposite order", "wrong", lambda t: [-t * (size - 1) * by_rank, y]
    yield "scores t apart, in the right order", "right", lambda t: [t * (size - 1) * by_rank, y]


def ranking_edges(target, size):
    y = _relevance(size)
    x = np.cos(np.arange(size, dtype=float))[None]
    yield "all relevances 0", [x, 0 * y], False
    yield "all relevances equal", [x, 0 * y + 2], False
    yield "all scores equal", [0 * x, y], False
    yield "one document", [x[:, :1], y[:, :1] + 1], False
