"""Broken losses, each broken in one real way, with the cause that `check_loss` has to name.

`@broken(cause, pred, fixed, ...)` registers the function under it; `fixed` is the same loss without that
bug, and must not be given that cause. The comment over a loss says where its bug was reported. NumPy losses
carry their gradient as `grad` where the bug is in it; the others are for tensors.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

ZOO = []


@dataclass
class Broken:
    name: str
    cause: str
    pred: str
    loss: Callable
    fixed: Any
    target: str | None = None
    grad: Callable | None = None
    fixed_grad: Callable | None = None
    options: dict = field(default_factory=dict)


def broken(cause, pred, fixed=None, *, target=None, grad=None, fixed_grad=None, **options):
    def register(loss):
        ZOO.append(Broken(loss.__name__, cause, pred, loss, fixed, target, grad, fixed_grad, options))
        return loss

    return register


def expit(z):
    return 1 / (1 + np.exp(-z))


def softplus(z):
    return np.logaddexp(0, z)


def stable_bce(z, y):
    return np.mean(softplus(z) - y * z)


def stable_bce_grad(z, y):
    return (np.exp(-softplus(-z)) - y) / len(z)


def mean_square(pred, target):
    return np.mean((pred - target) ** 2)


def mean_square_grad(pred, target):
    return 2 * (pred - target) / len(pred)


def torch_mse(pred, target):
    return ((pred - target) ** 2).mean()


def torch_bce(z, y):
    return (F.softplus(z) - y * z).mean()


def rows_of(z, y):
    return torch.logsumexp(z, -1) - z.gather(-1, y[:, None])[:, 0]


# 0/0 for an empty target and an empty prediction: what `smooth` is for.
def dice(pred, target, smooth):
    return (1 - (2 * (pred * target).sum(1) + smooth) / (pred.sum(1) + target.sum(1) + smooth)).mean()


def ranking_likelihood(scores, relevance, eps):
    target = F.softmax(relevance, dim=1)
    log_p = F.log_softmax(scores, dim=1) if eps == 0 else (F.softmax(scores, dim=1) + eps).log()
    return -(target * log_p).sum(1).mean()


# keras#16935, VinhLoiIT/signet-pytorch#2: the labels of the contrastive loss the other way round.
def contrastive(x1, x2, same):
    d = torch.linalg.vector_norm(x1 - x2, dim=1)
    return (same * d**2 + (1 - same) * torch.relu(1 - d) ** 2).mean()
