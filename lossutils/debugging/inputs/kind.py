"""What a kind of prediction is, how arrays become images, and small helpers of the rooms beside this one.

Softmax and one-hot rows are written here once more on purpose: the checker trusts no library.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

BATCH = 6


@dataclass(frozen=True)
class Kind:
    """A kind of prediction, and everything that can be fed to a loss that takes it."""

    takes: str
    targets: tuple  # the kinds of target, the usual one first; empty for none
    draw: Callable  # (rng, n, target, size): a batch
    better: Callable  # (target, size): (what, batches from the worst to the best answer)
    tails: Callable | None = None  # (target, size): (what, side, t -> a batch that is further out as t grows)
    edges: Callable | None = None  # (target, size): (what, batch, whether the truth may be infinite)
    preds: int = 1
    size: int | None = None  # None: an example is one number
    coupled: bool = False  # the examples of a batch are compared with each other
    by_name: bool = False  # never guessed: too many losses that are broken look like one of this kind
    low: float | None = None  # the ends of what a prediction may be
    high: float | None = None


@dataclass(frozen=True)
class Images:
    """How arrays get the axes of an example: (N, K) is (N, K, 1, 1), a pixel each; for masks (N, P) is
    (N, 1, 1, P); for tokens (N, K) is (N, 1, K), and (N,) is (N, 1)."""

    axes: int  # how many more than the arrays have
    masks: bool = False
    tokens: bool = False

    def __call__(self, array):
        more = (1,) * self.axes
        if self.masks or self.tokens:
            return array.reshape(array.shape[:1] + more + array.shape[1:])
        return array.reshape(array.shape + more)

    def one(self, array):
        """All examples in one image, (N, K) is (1, K, N, 1), (N,) is (1, N, 1); or in two texts."""
        if self.tokens:
            return array.reshape((1,) * (self.axes - 1) + (2, len(array) // 2) + array.shape[1:])
        image = np.moveaxis(array, 0, -1)[None]
        return image.reshape(image.shape + (1,) * (self.axes - 1))


def one(*numbers):
    return [np.array([number], dtype=np.float64) for number in numbers]


def arrays(*lists):
    return [np.asarray(x) if np.asarray(x).dtype.kind == "i" else np.asarray(x, float) for x in lists]


def one_hot(labels, size):
    return np.eye(size)[np.asarray(labels)]


def softmax(rows):
    rows = np.exp(rows - rows.max(axis=-1, keepdims=True))
    return rows / rows.sum(axis=-1, keepdims=True)


def log_softmax(rows):
    rows = rows - rows.max(axis=-1, keepdims=True)
    return rows - np.log(np.exp(rows).sum(axis=-1, keepdims=True))


def shown(number):
    return f"{number:g}".replace("-", "−")


def shown_t(sign):
    return "t" if sign > 0 else "−t"


def two(target):
    return (1.0, -1.0) if target == "signs" else (1.0, 0.0)


def two_balanced(rng, n, target):
    yes, no = two(target)
    return rng.permutation(np.where(np.arange(n) % 2 == 0, yes, no))


def power(t):
    return 10.0**-t if t <= 300 else 0.0
