"""Every practice problem, found by itself: the solution passes, the stub fails, each usual mistake is named.

A new problem needs an entry in SOLUTIONS (written here a second time, without lossutils) and in GUISES (one
of its mistakes in other words, with the name it should get).
"""

import functools
import inspect
import itertools
import math
import re
import statistics
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import lossutils
from lossutils import practice
from lossutils.practice import PROBLEMS, check

SOLUTIONS, GUISES = {}, []


def solves(function):
    SOLUTIONS[function.__name__] = function
    return function


def guise(name, mistake):
    """The decorated function makes the stored `mistake`, in its own words."""

    def keep(function):
        GUISES.append(pytest.param(name, function, mistake, id=f"{name}: {mistake}"))
        return function

    return keep


# Foundations


@solves
def finite_difference(function, x, h=1e-5):
    out = []
    for i in range(x.size):
        right, left = x.ravel().tolist(), x.ravel().tolist()
        right[i], left[i] = right[i] + h, left[i] - h
        right, left = np.reshape(right, x.shape), np.reshape(left, x.shape)
        out.append((function(right) - function(left)) / (2 * h))
    return np.reshape(out, x.shape)


@guise("finite_difference", "forward")
def _(function, x, h=1e-5):
    here, out = function(x), []
    for i in range(len(x)):
        moved = list(x)
        moved[i] += h
        out.append((function(moved) - here) / h)
    return out


@guise("finite_difference", "not put back")
def _(function, x, h=1e-5):
    out = np.empty(len(x))
    for i in range(x.size):
        x[i] = x[i] + h
        f1 = function(x)
        x[i] = x[i] - 2 * h
        f2 = function(x)
        out[i] = (f1 - f2) / h / 2
    return out


@guise("finite_difference", "no brackets")
def _(function, x, h=1e-5):
    return np.array([(function(x + e) - function(x - e)) / 2 * h for e in h * np.eye(x.size)])


@guise("finite_difference", "second point is x")
def _(function, x, h=1e-5):
    out = np.zeros(len(x))
    for k in range(len(x)):
        x[k] += h
        above = function(x)
        x[k] -= h
        out[k] = (above - function(x)) / (2 * h)
    return out


@guise("finite_difference", "same point twice")
def _(function, x, h=1e-5):
    out = np.zeros(len(x))
    for k in range(len(x)):
        up = down = x
        up[k] += h
        down[k] -= h
        out[k] = (function(up) - function(down)) / (2 * h)
    return out


@guise("finite_difference", "step not reset")
def _(function, x, h=1e-5):
    step, out = np.zeros(len(x)), []
    for k in range(len(x)):
        step[k] = h
        out.append((function(x + step) - function(x - step)) / (2 * h))
    return out


@guise("finite_difference", "whole numbers")
def _(function, x, h=1e-5):
    out = np.zeros_like(x)
    for k in range(len(x)):
        step = np.zeros_like(x)
        step[k] = h
        out[k] = (function(x + step) - function(x - step)) / (2 * h)
    return out


@guise("finite_difference", "rows")
def _(function, x, h=1e-5):
    out = np.zeros(x.shape)
    for k in range(len(x)):
        step = np.zeros(x.shape)
        step[k] = h
        out[k] = (function(x + step) - function(x - step)) / (2 * h)
    return out


@solves
def l2_step(w, gradient, lr, penalty):
    return np.array([a - lr * g - lr * 2 * penalty * a for a, g in zip(w, gradient, strict=True)])


@guise("l2_step", "decay without lr")
def _(w, gradient, lr, penalty):
    return w * (1 - 2 * penalty) - gradient * lr


@guise("l2_step", "decay after the step")
def _(w, gradient, lr, penalty):
    w = w - lr * gradient
    return w - 2 * lr * penalty * w


@guise("l2_step", "only the step, unsigned")
def _(w, gradient, lr, penalty):
    return lr * gradient + lr * penalty * 2 * w


@guise("l2_step", "sum as the gradient")
def _(w, gradient, lr, penalty):
    return [a - lr * (g + penalty * (w @ w)) for a, g in zip(w, gradient, strict=True)]


@solves
def combine_means(means, sizes):
    return float(np.repeat(means, sizes).mean())


@guise("combine_means", "mean of means")
def _(means, sizes):
    return sum(means) / len(sizes)


@guise("combine_means", "divided by batches")
def _(means, sizes):
    return np.mean([m * s for m, s in zip(means, sizes, strict=True)])


# Regression losses


@solves
def mse(pred, target):
    return sum((p - t) ** 2 for p, t in zip(pred, target, strict=True)) / len(pred)


@guise("mse", "sum for mean")
def _(pred, target):
    return (pred - target) @ (pred - target)


@guise("mse", "every pair")
def _(pred, target):
    return np.mean((pred.reshape(-1, 1) - target) ** 2)


@guise("mse", "return inside the loop")
def _(pred, target):
    total = 0
    for p, t in zip(pred, target, strict=True):
        total += (p - t) ** 2
        return total / len(pred)


@solves
def mae(pred, target):
    return statistics.fmean(math.fabs(a - b) for a, b in zip(pred, target, strict=True))


@guise("mae", "root of the mean square")
def _(pred, target):
    return np.linalg.norm(pred - target) / len(pred) ** 0.5


@guise("mae", "absolute value of the mean")
def _(pred, target):
    return abs(pred.mean() - target.mean())


@solves
def huber(pred, target, delta=1.0):
    total = 0.0
    for p, t in zip(pred, target, strict=True):
        size = abs(p - t)
        total += 0.5 * size * size if size <= delta else delta * size - 0.5 * delta**2
    return total / len(pred)


@guise("huber", "no half")
def _(pred, target, delta):
    out = 0
    for e in pred - target:
        out += e * e if abs(e) <= delta else delta * abs(e) - 0.5 * delta**2
    return out / len(pred)


@guise("huber", "delta squared")
def _(pred, target, delta):
    e = np.abs(target - pred)
    big = e > delta
    return np.mean(0.5 * e**2 * ~big + big * (delta**2 * e - delta**3 / 2))


@guise("huber", "ignores delta")
def _(pred, target, delta=1.0):
    return huber(pred, target)


@guise("huber", "offset ½")
def _(pred, target, delta):
    e = np.abs(pred - target)
    return np.mean(np.where(e <= delta, 0.5 * e**2, delta * e - 0.5 * delta))


@solves
def quantile(pred, target, q=0.5):
    return (
        sum(q * (t - p) if t > p else (1 - q) * (p - t) for p, t in zip(pred, target, strict=True))
        / pred.size
    )


@guise("quantile", "q swapped")
def _(pred, target, q=0.5):
    e = pred - target
    return np.mean(np.maximum(q * e, (q - 1) * e))


@guise("quantile", "negative below")
def _(pred, target, q=0.5):
    return np.mean([(1 - q) * e if e > 0 else q * e for e in pred - target])


@solves
def mse_gradient(pred, target):
    return np.array([2 / len(pred) * (p - t) for p, t in zip(pred, target, strict=True)])


@guise("mse_gradient", "flipped sign")
def _(pred, target):
    return 2 * (target - pred) / pred.size


@guise("mse_gradient", "half")
def _(pred, target):
    return [(p - t) / len(pred) for p, t in zip(pred, target, strict=True)]


@guise("mse_gradient", "summed")
def _(pred, target):
    return (2 * (pred - target)).sum()


@solves
def mae_gradient(pred, target):
    return ((pred > target).astype(float) - (pred < target)) / len(pred)


@guise("mae_gradient", "not divided by n")
def _(pred, target):
    return np.where(pred >= target, 1, -1)


@guise("mae_gradient", "NaN at zero error")
def _(pred, target):
    return abs(pred - target) / (pred - target) / len(pred)


@solves
def huber_gradient(pred, target, delta=1.0):
    e = pred - target
    return np.where(e > delta, delta, np.where(e < -delta, -delta, e)) / len(e)


@guise("huber_gradient", "not clipped")
def _(pred, target, delta=1.0):
    return np.subtract(pred, target) / np.size(pred)


@guise("huber_gradient", "no sign beyond delta")
def _(pred, target, delta=1.0):
    return [(e if abs(e) <= delta else delta) / len(pred) for e in pred - target]


@guise("huber_gradient", "size beyond delta")
def _(pred, target, delta=1.0):
    return [(e if abs(e) <= delta else delta * abs(e)) / len(pred) for e in pred - target]


@solves
def quantile_gradient(pred, target, q=0.5):
    return np.select([pred > target, pred < target], [1 - q, -q], 0.0) / len(pred)


@guise("quantile_gradient", "q swapped")
def _(pred, target, q=0.5):
    return np.where(pred >= target, q, q - 1) / len(pred)


@guise("quantile_gradient", "swapped and flipped")
def _(pred, target, q=0.5):
    return np.where(target - pred > 0, 1 - q, -q) / len(pred)


# Constants and batches


@solves
def mae_minimizer(values, weights):
    def objective(c):
        return sum(w * abs(c - v) for v, w in zip(values, weights, strict=True))

    return min(values, key=objective)


@guise("mae_minimizer", "weights ignored")
def _(values, weights):
    return statistics.median(values)


@guise("mae_minimizer", "not sorted")
def _(values, weights):
    running = 0
    for value, weight in zip(values, weights, strict=True):
        running += weight
        if running >= sum(weights) / 2:
            return value


@guise("mae_minimizer", "weights cut off")
def _(values, weights):
    return statistics.median(v for v, w in zip(values, weights, strict=True) for _ in range(int(w)))


@solves
def squared_relative_minimizer(values):
    weights = [float(v) ** -2 for v in values]
    return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)


@guise("squared_relative_minimizer", "squares too large")
def _(values):
    return sum(1 / v for v in values) / (1 / (values * values)).sum()


@guise("squared_relative_minimizer", "harmonic mean")
def _(values):
    return statistics.harmonic_mean(values)


@guise("squared_relative_minimizer", "upside down")
def _(values):
    return sum(v**-2 for v in values) / sum(v**-1 for v in values)


@solves
def rmse_of_batches(rmse, sizes):
    return np.sqrt(np.mean(np.repeat(rmse, sizes) ** 2))


@guise("rmse_of_batches", "weighted mean of roots")
def _(rmse, sizes):
    return np.repeat(rmse, sizes).mean()


# Classification


def naive_sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z > -700 else math.exp(z)


@solves
def bce_with_logits(logits, target):
    return np.mean(np.maximum(logits, 0) - target * logits + np.log1p(np.exp(-np.abs(logits))))


@guise("bce_with_logits", "0 times log 0")
def _(logits, target):
    p = 1 / (1 + np.exp(-logits))
    return np.sum(-target * np.log(p) - (1 - target) * np.log(1 - p)) / len(target)


@guise("bce_with_logits", "sigmoid, then log")
def _(logits, target):
    p = 1 / (1 + np.exp(-logits))
    return -np.mean([np.log(a) if y else np.log(1 - a) for a, y in zip(p, target, strict=True)])


@guise("bce_with_logits", "softplus overflows")
def _(logits, target):
    return np.mean(np.where(target == 1, np.log(1 + np.exp(logits)) - logits, np.log(1 + np.exp(logits))))


@solves
def bce_with_logits_gradient(logits, target):
    return np.array([(naive_sigmoid(z) - y) / len(logits) for z, y in zip(logits, target, strict=True)])


@guise("bce_with_logits_gradient", "by the probability")
def _(logits, target):
    p = 1 / (1 + np.exp(-logits))
    return (-target / p + (1 - target) / (1 - p)) / len(p)


@guise("bce_with_logits_gradient", "squared error")
def _(logits, target):
    p = 1 / (1 + np.exp(-logits))
    return (p - target) * (p - p**2) / p.size


@solves
def cross_entropy(logits, target):
    top = logits.max(axis=1)
    lse = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return np.mean(lse - logits[np.arange(len(target)), target])


@guise("cross_entropy", "overflow")
def _(logits, target):
    p = np.exp(logits) / np.exp(logits).sum(axis=1)[:, None]
    return -np.log(p[range(len(p)), target]).mean()


@guise("cross_entropy", "log of the softmax")
def _(logits, target):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return sum(-np.log(row[t] / row.sum()) for row, t in zip(e, target, strict=True)) / len(target)


@guise("cross_entropy", "wrong axis")
def _(logits, target):
    z = logits - logits.max(axis=0)
    return -np.mean((z - np.log(np.exp(z).sum(axis=0)))[np.arange(len(z)), target])


@guise("cross_entropy", "one maximum for the batch")
def _(logits, target):
    e = np.exp(logits - np.max(logits))
    return np.mean(np.log(e.sum(axis=1)) - (logits - np.max(logits))[np.arange(len(e)), target])


@guise("cross_entropy", "shift not put back")
def _(logits, target):
    lse = np.log(np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1))
    return np.mean(lse - np.take_along_axis(logits, target[:, None], 1)[:, 0])


@solves
def cross_entropy_gradient(logits, target):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(p)), target] -= 1
    return p / len(p)


@guise("cross_entropy_gradient", "right class only")
def _(logits, target):
    out = np.zeros_like(logits)
    for i, t in enumerate(target):
        out[i, t] = (1 / np.exp(logits[i] - logits[i, t]).sum() - 1) / len(target)
    return out


@guise("cross_entropy_gradient", "overflow")
def _(logits, target):
    e = np.exp(logits)
    return (e / e.sum(1)[:, None] - np.eye(logits.shape[1])[target]) / len(e)


@solves
def smooth_labels(target, classes, epsilon=0.1):
    rows = np.full((len(target), classes), epsilon / classes)
    rows[np.arange(len(target)), target] += 1 - epsilon
    return rows


@guise("smooth_labels", "epsilon taken off, 1/K of it given back to the others")
def _(target, classes, epsilon=0.1):
    return [[1 - epsilon if k == t else epsilon / classes for k in range(classes)] for t in target]


@guise("smooth_labels", "shared by the others")
def _(target, classes, epsilon=0.1):
    rows = np.eye(classes)[target]
    return rows * (1 - epsilon) + (1 - rows) * epsilon / (classes - 1)


@solves
def kl_divergence(pred, target):
    return np.mean(
        [
            sum(y * math.log(y / p) for p, y in zip(*rows, strict=True) if y > 0)
            for rows in zip(pred, target, strict=True)
        ]
    )


@guise("kl_divergence", "arguments swapped")
def _(pred, target):
    return np.mean(
        [sum(p * np.log(p / y) for p, y in zip(*r, strict=True) if p) for r in zip(pred, target, strict=True)]
    )


@guise("kl_divergence", "cross-entropy")
def _(pred, target):
    return -np.mean([y[y > 0] @ np.log(p[y > 0]) for p, y in zip(pred, target, strict=True)])


@guise("kl_divergence", "0 log 0")
def _(pred, target):
    return (target * (np.log(target) - np.log(pred))).sum() / len(pred)


@solves
def gaussian_kl(mean_p, sd_p, mean_q, sd_q):
    ratio = (sd_p / sd_q) ** 2
    return 0.5 * (ratio - 1 - np.log(ratio) + ((mean_q - mean_p) / sd_q) ** 2)


@guise("gaussian_kl", "arguments swapped")
def _(mean_p, sd_p, mean_q, sd_q):
    return gaussian_kl(mean_q, sd_q, mean_p, sd_p)


@guise("gaussian_kl", "standard deviation for variance")
def _(mean_p, sd_p, mean_q, sd_q):
    return 0.5 * np.log(sd_q / sd_p) + (sd_p + (mean_p - mean_q) ** 2) / (2 * sd_q) - 0.5


@solves
def expected_calibration_error(confidence, correct, bins=10):
    groups = {}
    for c, y in zip(confidence, correct, strict=True):
        groups.setdefault(min(int(c * bins), bins - 1), []).append(c - y)
    return sum(abs(sum(gaps)) for gaps in groups.values()) / len(confidence)


@guise("expected_calibration_error", "one bin")
def _(confidence, correct, bins=10):
    return abs(sum(confidence - correct)) / len(correct)


@guise("expected_calibration_error", "confidence 1 dropped")
def _(confidence, correct, bins=10):
    total, edges = 0, np.linspace(0, 1, bins + 1)
    for low, high in itertools.pairwise(edges):
        inside = (confidence >= low) & (confidence < high)
        if inside.any():
            total += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    return total


@guise("expected_calibration_error", "bins weighted equally")
def _(confidence, correct, bins=10):
    groups = {}
    for c, y in zip(confidence, correct, strict=True):
        groups.setdefault(min(int(c * bins), bins - 1), []).append(c - y)
    return np.mean([abs(np.mean(gaps)) for gaps in groups.values()])


@solves
def multi_label_loss(logits, target):
    return bce_with_logits(logits.ravel(), target.ravel())


@guise("multi_label_loss", "softmax")
def _(logits, target):
    z = logits - logits.max(axis=1, keepdims=True)
    return (target * (np.log(np.exp(z).sum(axis=1, keepdims=True)) - z)).sum() / len(z)


@guise("multi_label_loss", "sum over the labels")
def _(logits, target):
    return sum(bce_with_logits(z, y) for z, y in zip(logits.T, target.T, strict=True))


# Margins


@solves
def hinge(pred, target):
    return sum(max(0.0, 1 - y * s) for s, y in zip(pred, target, strict=True)) / len(pred)


@guise("hinge", "no margin")
def _(pred, target):
    return sum(-y * s if y * s < 0 else 0 for s, y in zip(pred, target, strict=True)) / len(pred)


@guise("hinge", "target left out")
def _(pred, target):
    return np.mean(np.where(pred < 1, 1 - pred, 0))


@solves
def hinge_gradient(pred, target):
    return np.array([-y / len(pred) if y * s < 1 else 0 for s, y in zip(pred, target, strict=True)])


@guise("hinge_gradient", "never silent")
def _(pred, target):
    return np.where(target > 0, -1, 1) / pred.size


@guise("hinge_gradient", "not divided by n")
def _(pred, target):
    return np.where(pred * target <= 1, -target, 0.0)


@solves
def geometric_margin(x, y, w, b):
    length = math.sqrt(sum(v * v for v in w))
    return min(
        t * (sum(v * u for v, u in zip(w, row, strict=True)) + b) / length
        for row, t in zip(x, y, strict=True)
    )


@guise("geometric_margin", "functional")
def _(x, y, w, b):
    return min(t * (row @ w + b) for row, t in zip(x, y, strict=True))


@guise("geometric_margin", "bias in the length")
def _(x, y, w, b):
    return (y * (b + x @ w)).min() / (w @ w + b * b) ** 0.5


@solves
def soft_margin_gradient(x, y, w, penalty):
    slope = 2 * penalty * w
    for row, t in zip(x, y, strict=True):
        if t * (row @ w) < 1:
            slope = slope - t * row / len(y)
    return slope


@guise("soft_margin_gradient", "penalty without 2")
def _(x, y, w, penalty):
    inside = y * (x @ w) < 1
    return penalty * w - (y[inside, None] * x[inside]).sum(axis=0) / len(y)


@guise("soft_margin_gradient", "every example")
def _(x, y, w, penalty):
    return 2 * penalty * w - np.mean(y[:, None] * x, axis=0)


@solves
def multiclass_hinge(scores, target):
    total = 0.0
    for row, t in zip(scores, target, strict=True):
        total += sum(max(0, 1 - row[t] + s) for j, s in enumerate(row) if j != t) / len(row)
    return total / len(scores)


@guise("multiclass_hinge", "target not left out")
def _(scores, target):
    right = np.take_along_axis(scores, target[:, None], 1)
    return np.maximum(0, 1 - right + scores).mean()


@guise("multiclass_hinge", "largest violation")
def _(scores, target):
    others = np.where(np.eye(scores.shape[1])[target] == 1, -np.inf, scores)
    return np.mean(np.maximum(0, 1 + others.max(axis=1) - scores[np.arange(len(target)), target]))


@solves
def svm_dual(a, x, y, penalty):
    n, gram = len(a), x @ x.T
    square = sum(a[i] * a[j] * y[i] * y[j] * gram[i, j] for i in range(n) for j in range(n))
    return sum(a) / n - square / (4 * penalty * n**2)


@guise("svm_dual", "half for a quarter")
def _(a, x, y, penalty):
    v = (a * y @ x) / len(a)
    return a.mean() - v @ v / penalty / 2


@guise("svm_dual", "targets left out")
def _(a, x, y, penalty):
    return a.mean() - np.sum(np.mean(a[:, None] * x, axis=0) ** 2) / (4 * penalty)


# Imbalance


def _true_class(z, y):
    """log p and log(1 − p) of the true class, p = σ(±z)."""
    m = z if y == 1 else -z
    return -np.logaddexp(0, -m), -np.logaddexp(0, m)


@solves
def focal(logits, target, alpha=0.25, gamma=2.0):
    total = 0.0
    for z, y in zip(logits, target, strict=True):
        log_p, log_rest = _true_class(z, y)
        total -= (alpha if y == 1 else 1 - alpha) * math.exp(gamma * log_rest) * log_p
    return total / len(logits)


@guise("focal", "alpha for both")
def _(logits, target, alpha, gamma):
    return alpha * (focal(logits, target, 1.0, gamma) + focal(logits, target, 0.0, gamma))


@guise("focal", "gamma ignored")
def _(logits, target, alpha, gamma):
    weight = target * alpha + (1 - target) * (1 - alpha)
    return np.mean(weight * (np.logaddexp(0, logits) - target * logits))


@guise("focal", "sigmoid, then log")
def _(logits, target, alpha, gamma):
    p = 1 / (1 + np.exp(-np.where(target > 0, logits, -logits)))
    return -np.mean(np.where(target > 0, alpha, 1 - alpha) * np.log(p) * (1 - p) ** gamma)


@solves
def focal_gradient(logits, target, gamma=2.0):
    out = []
    for z, y in zip(logits, target, strict=True):
        log_p, log_rest = _true_class(z, y)
        pull = math.exp(gamma * log_rest) * (math.exp(log_rest) - gamma * math.exp(log_p) * log_p)
        out.append((-pull if y == 1 else pull) / len(logits))
    return np.array(out)


@guise("focal_gradient", "factor taken as constant")
def _(logits, target, gamma):
    p = 1 / (1 + np.exp(-logits))
    return (p - target) * abs(p - target) ** gamma / logits.size


@guise("focal_gradient", "gamma ignored")
def _(logits, target, gamma):
    return (1 / (1 + np.exp(-logits)) - target) / logits.size


@solves
def soft_dice(pred, target, smooth=1.0):
    losses = []
    for p, y in zip(pred.astype(np.float32), target.astype(np.float32), strict=True):
        wrong = np.sum(p * (1 - y)) + np.sum((1 - p) * y)
        total = p.sum() + y.sum() + smooth
        losses.append(wrong / total if total else 0.0)
    return np.mean(losses)


@guise("soft_dice", "coefficient")
def _(pred, target, smooth):
    found = [(2 * p @ y + smooth, p.sum() + y.sum() + smooth) for p, y in zip(pred, target, strict=True)]
    return np.mean([both / sizes if sizes else 1.0 for both, sizes in found])


@guise("soft_dice", "half precision")
def _(pred, target, smooth):
    wrong, sizes = abs(pred - target).sum(axis=1), pred.sum(axis=1) + target.sum(axis=1)
    return np.mean(wrong / np.where(sizes + smooth, sizes + smooth, 1))


@guise("soft_dice", "all images as one")
def _(pred, target, smooth):
    total = pred.sum() + target.sum() + smooth
    return abs(pred - target).sum() / total if total else 0.0


@solves
def cost_threshold(false_alarm, miss):
    return np.array([1 / (1 + m / a) if a else 0.0 for a, m in zip(false_alarm, miss, strict=True)])


@guise("cost_threshold", "costs swapped")
def _(false_alarm, miss):
    return 1 - false_alarm / (miss + false_alarm)


@guise("cost_threshold", "one half")
def _(false_alarm, miss):
    return np.full(len(miss), 0.5)


@guise("cost_threshold", "a sign")
def _(false_alarm, miss):
    ratio = miss / false_alarm
    return 1 / (ratio - 1)


@solves
def undo_weight(p, weight=10.0):
    return np.array([1 / (1 + weight * (1 - a) / a) if a else 0.0 for a in p])


@guise("undo_weight", "the wrong way")
def _(p, weight):
    return 1 - (1 - p) / (1 - p + weight * p)


@guise("undo_weight", "divided")
def _(p, weight):
    return p * (1 / weight)


@guise("undo_weight", "a logit")
def _(p, weight):
    return np.log(p / ((1 - p) * weight))


@solves
def prior_shift(p, old=0.03, new=0.01):
    factor = new * (1 - old) / (old * (1 - new))
    return np.array([a * factor / (1 - a + a * factor) for a in p])


@guise("prior_shift", "the wrong way")
def _(p, old, new):
    return prior_shift(p, new, old)


@guise("prior_shift", "ratio of the shares")
def _(p, old, new):
    return np.array(p) / old * new


@guise("prior_shift", "the old share left in")
def _(p, old, new):
    return np.array([new * a / (1 - a - new + 2 * new * a) for a in p])


@guise("prior_shift", "negatives only")
def _(p, old, new):
    rest = (1 - p) / (1 - old) * (1 - new)
    return np.array([a / (a + b) for a, b in zip(p, rest, strict=True)])


# Debugging


@solves
def nan_bce(logits, target):
    return np.mean(np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))


@guise("nan_bce", "clipped")
def _(logits, target):
    p = np.where(logits > 0, 1 / (1 + np.exp(-abs(logits))), 1 - 1 / (1 + np.exp(-abs(logits))))
    p = np.minimum(np.maximum(p, 1e-7), 1 - 1e-7)
    return -np.where(target == 1, np.log(p), np.log1p(-p)).mean()


@guise("nan_bce", "logits clipped")
def _(logits, target):
    z = np.maximum(np.minimum(logits, 30), -30)
    return np.mean(np.logaddexp(0, z) - target * z)


@solves
def column_step(x, y, w, lr):
    gradient = np.zeros(len(w))
    for row, goal in zip(x, y, strict=True):
        gradient += 2 * (row @ w - goal) * row
    return w - lr * gradient / len(y)


@guise("column_step", "as found")
def _(x, y, w, lr):
    error = (x @ w)[:, None] - y[None, :]
    return w - lr * np.einsum("ij,ik->k", 2 * error, x) / error.size


@guise("column_step", "factor 2 left out")
def _(x, y, w, lr):
    pull = np.zeros(len(w))
    for row, goal in zip(x, y, strict=True):
        pull += (row @ w - goal) * row
    return w - lr * pull / len(y)


@solves
def softmax_once(logits, target):
    shifted = logits - logits.max(axis=1)[:, None]
    return np.mean(
        [math.log(np.exp(row).sum()) - row[right] for row, right in zip(shifted, target, strict=True)]
    )


@guise("softmax_once", "as found")
def _(logits, target):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(p).sum(axis=1)) - p[np.arange(len(p)), target])


@guise("softmax_once", "epsilon added")
def _(logits, target):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return statistics.fmean(-math.log(row[k] + 1e-7) for row, k in zip(p, target, strict=True))


@solves
def masked_loss(pred, target, mask):
    terms = [(p - t) ** 2 for p, t, m in zip(pred.flat, target.flat, mask.flat, strict=True) if m]
    return statistics.fmean(terms) if terms else 0.0


@guise("masked_loss", "divided by all places")
def _(pred, target, mask):
    terms = [(p - t) ** 2 if m else 0 for p, t, m in zip(pred.flat, target.flat, mask.flat, strict=True)]
    return sum(terms) / len(terms)


@guise("masked_loss", "multiplied by the mask")
def _(pred, target, mask):
    error = pred - target
    return (error * mask * error).sum() / np.maximum(1, mask.sum())


@solves
def accumulate(x, y, w, sizes):
    error = x @ w - y
    return np.array([2 * np.mean(error * column) for column in x.T])


@guise("accumulate", "as found")
def _(x, y, w, sizes):
    out, at = 0, 0
    for size in sizes:
        a, b = x[at : at + size], y[at : at + size]
        out, at = out + 2 * (a @ w - b) @ a / size / len(sizes), at + size
    return out


@guise("accumulate", "first part only")
def _(x, y, w, sizes):
    for size in sizes:
        part, goal = x[:size], y[:size]
        return 2 * part.T @ (part @ w - goal) / size


@solves
def clip_by_norm(gradient, max_norm):
    length = math.sqrt(sum(g * g for g in gradient))
    return gradient * max_norm / length if length > max_norm else gradient.copy()


@guise("clip_by_norm", "as found")
def _(gradient, max_norm):
    return np.array([min(max(g, -max_norm), max_norm) for g in gradient])


@guise("clip_by_norm", "to length 1")
def _(gradient, max_norm):
    length = math.hypot(*gradient)
    return gradient / length if length > max_norm else 1 * gradient


@solves
def start_bias(y):
    share = (np.count_nonzero(y) + 1) / (len(y) + 2)
    return math.log(share) - math.log(1 - share)


@guise("start_bias", "log of the share")
def _(y):
    return math.log(1 + sum(y)) - math.log(2 + len(y))


@solves
def semi_hard_distance(near, far):
    out = []
    for limit, row in zip(near, far, strict=True):
        beyond = [d for d in row if d > limit]
        out.append(min(beyond) if beyond else max(row))
    return np.array(out)


@guise("semi_hard_distance", "as found")
def _(near, far):
    return [min(row) for row in far]


@guise("semi_hard_distance", "hardest where none is beyond")
def _(near, far):
    return [min([d for d in row if d > limit] or [min(row)]) for limit, row in zip(near, far, strict=True)]


@solves
def kl_of_logits(logits, target):
    total = 0.0
    for z, y in zip(logits, target, strict=True):
        log_p = z - max(z) - math.log(sum(math.exp(v - max(z)) for v in z))
        total += sum(share * (math.log(share) - lp) for share, lp in zip(y, log_p, strict=True) if share > 0)
    return total / len(logits)


@guise("kl_of_logits", "mean over all places")
def _(logits, target):
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return np.sum(target * (np.log(np.where(target > 0, target, 1)) - log_p)) / z.size


@solves
def loss_scaling(gradient, scale):
    low = [np.float16(min(scale * g, 1e6)) for g in gradient]
    if any(math.isinf(v) for v in low):
        return 0 * gradient
    return np.array([float(v) / scale for v in low])


@guise("loss_scaling", "as found")
def _(gradient, scale):
    return [float(np.float16(g)) for g in gradient]


@solves
def first_layer(x, y, w1, w2):
    out = np.zeros(w1.shape)
    for row, goal in zip(x, y, strict=True):
        hidden = [max(0.0, v) for v in row @ w1]
        error = sum(h * v for h, v in zip(hidden, w2, strict=True)) - goal
        for k, h in enumerate(hidden):
            out[:, k] += 2 * error * w2[k] * (h > 0) * row / len(x)
    return out


@guise("first_layer", "units that are off")
def _(x, y, w1, w2):
    error = np.maximum(x @ w1, 0) @ w2 - y
    return np.einsum("i,ij,k->jk", 2 * error / len(y), x, w2)


@guise("first_layer", "transposed")
def _(x, y, w1, w2):
    return first_layer(x, y, w1, w2).T


# Metric learning


@solves
def contrastive(x1, x2, same, margin=1.0):
    total = 0.0
    for one, other, flag in zip(x1, x2, same, strict=True):
        d = math.dist(one, other)
        total += d * d if flag else max(0.0, margin - d) ** 2
    return total / len(same)


@guise("contrastive", "labels swapped")
def _(x1, x2, same, margin=1.0):
    d = np.hypot(*(x1 - x2).T)
    return np.mean((1 - same) * d**2 + same * np.clip(margin - d, 0, None) ** 2)


@solves
def semi_hard_mask(distances, labels, margin=1.0):
    n = len(labels)
    out = np.zeros((n, n, n))
    for i, j, k in itertools.product(range(n), repeat=3):
        if i != j and labels[i] == labels[j] != labels[k]:
            out[i, j, k] = 0 < distances[i, k] - distances[i, j] < margin
    return out


@guise("semi_hard_mask", "hard ones too")
def _(distances, labels, margin=1.0):
    n = len(labels)
    out = np.zeros((n, n, n))
    for i, j, k in itertools.product(range(n), repeat=3):
        if i != j and labels[i] == labels[j] != labels[k]:
            out[i, j, k] = distances[i, j] - distances[i, k] + margin > 0
    return out


def cosine(a, b):
    return float(np.dot(a, b)) / math.sqrt(float(np.dot(a, a)) * float(np.dot(b, b)))


@solves
def info_nce(query, key, temperature=0.1):
    losses = []
    for i, one in enumerate(query):
        gaps = [(cosine(one, other) - cosine(one, key[i])) / temperature for other in key]
        losses.append(max(gaps) + math.log(sum(math.exp(gap - max(gaps)) for gap in gaps)))
    return sum(losses) / len(losses)


@guise("info_nce", "positive left out of the sum")
def _(query, key, temperature=0.1):
    losses = []
    for i, one in enumerate(query):
        gaps = [(cosine(one, k) - cosine(one, key[i])) / temperature for j, k in enumerate(key) if j != i]
        top = max(gaps, default=0.0)
        rest = sum(math.exp(gap - top) for gap in gaps)
        losses.append(top + math.log(rest) if rest else -math.inf)
    return sum(losses) / len(losses)


@solves
def negative_shares(cosines, temperature=0.1):
    return np.array([1 / sum(np.exp((cosines - c) / temperature)) for c in cosines])


@guise("negative_shares", "far ones first")
def _(cosines, temperature=0.1):
    return np.array([1 / sum(np.exp((c - cosines) / temperature)) for c in cosines])


@guise("negative_shares", "divided by the temperature again")
def _(cosines, temperature=0.1):
    return [share / temperature for share in negative_shares(cosines, temperature)]


@solves
def false_negatives(batch, classes):
    return np.array(
        [1 - math.prod([1 - 1 / int(k)] * (int(n) - 1)) for n, k in zip(batch, classes, strict=True)]
    )


@guise("false_negatives", "the query counted")
def _(batch, classes):
    return 1 - ((classes - 1) / classes) ** batch


@guise("false_negatives", "exactly one")
def _(batch, classes):
    others = batch - 1.0
    return others * (1 / classes) * (1 - 1 / classes) ** (others - 1)


@guise("false_negatives", "any pair of the batch")
def _(batch, classes):
    out = []
    for n, k in zip(batch.tolist(), classes.tolist(), strict=True):
        apart = 1.0
        for taken in range(n):
            apart *= max(0, k - taken) / k
        out.append(1 - apart)
    return out


@solves
def pair_memory(examples, bytes_each=4, views=1.0):
    rows = examples * views
    return rows * rows * bytes_each


@guise("pair_memory", "views not squared")
def _(examples, bytes_each=4, views=1.0):
    return examples * examples * bytes_each * views


@guise("pair_memory", "diagonal left out")
def _(examples, bytes_each=4, views=1.0):
    rows = examples * views
    return (rows**2 - rows) * bytes_each


@solves
def effective_dimension(embeddings):
    centered = embeddings - sum(embeddings) / len(embeddings)
    scatter = centered.T @ centered
    return np.trace(scatter) ** 2 / np.sum(scatter**2) if np.ptp(embeddings, axis=0).any() else 0.0


@guise("effective_dimension", "rounding for a line")
def _(embeddings):
    scatter = np.cov(embeddings.T, bias=True)
    return np.trace(scatter) ** 2 / np.sum(scatter**2) if scatter.any() else 0.0


@guise("effective_dimension", "coordinates")
def _(embeddings):
    variances = np.std(embeddings, axis=0) ** 2
    return sum(variances) ** 2 / sum(variances**2) if any(variances) else 0.0


# Choosing


@solves
def quantile_level(too_little, too_much):
    odds = too_little / too_much
    return odds / (1 + odds)


@guise("quantile_level", "sides swapped")
def _(too_little, too_much):
    return 1 / (1 + too_little / too_much)


@guise("quantile_level", "ratio of the costs")
def _(too_little, too_much):
    return np.exp(np.log(too_little) - np.log(too_much))


@guise("quantile_level", "always the median")
def _(too_little, too_much):
    return np.full(len(too_much), 0.5)


@guise("quantile_level", "too much costs 1")
def _(too_little, too_much):
    return too_little / (too_little + 1)


@guise("quantile_level", "the larger cost")
def _(too_little, too_much):
    pairs = zip(too_little.tolist(), too_much.tolist(), strict=True)
    return [max(pair) / sum(pair) for pair in pairs]


@solves
def saving(logits, weight, false_alarm, miss):
    odds = np.exp(logits) / weight  # the true ones
    return (odds * miss - false_alarm) / (1 + odds)


@guise("saving", "weight left in")
def _(logits, weight, false_alarm, miss):
    odds = np.exp(logits)
    return (odds * miss - false_alarm) / (1 + odds)


@guise("saving", "weight counted twice")
def _(logits, weight, false_alarm, miss):
    odds = np.exp(logits) * weight
    return [(o * miss - false_alarm) / (1 + o) for o in odds]


@guise("saving", "divided the logit")
def _(logits, weight, false_alarm, miss):
    p = 1 / (1 + np.exp(-logits / weight))
    return p * (miss + false_alarm) - false_alarm


@guise("saving", "costs swapped")
def _(logits, weight, false_alarm, miss):
    p = 1 / (1 + weight * np.exp(-logits))
    return p * false_alarm - (1 - p) * miss


@guise("saving", "false alarms are free")
def _(logits, weight, false_alarm, miss):
    return miss / (1 + weight * np.exp(-logits))


@guise("saving", "the cost of acting")
def _(logits, weight, false_alarm, miss):
    p = 1 / (1 + weight * np.exp(-logits))
    return (1 - p) * false_alarm - p * miss


# Ranking


def stand(numbers):
    """Places from 1 on, the largest number first."""
    return [1 + sum(other > x for other in numbers) for x in numbers]


@solves
def ndcg(scores, relevance):
    """Ties by lot: the mean over all orders in which no document stands above one with a higher score."""

    def total(order):
        return sum((2**r - 1) / math.log2(1 + k) for k, r in enumerate(order, 1))

    orders = [
        [r for _, r in order]
        for order in itertools.permutations(zip(scores.tolist(), relevance.tolist(), strict=True))
        if all(a >= b for (a, _), (b, _) in itertools.pairwise(order))
    ]
    return statistics.fmean(map(total, orders)) / total(sorted(relevance, reverse=True))


@guise("ndcg", "ties in the order of the file")
def _(scores, relevance):
    def dcg(order):
        return np.sum((2 ** relevance[order] - 1) / np.log2(2 + np.arange(len(order))))

    return dcg(np.argsort(-scores)) / dcg(np.argsort(-relevance))


@guise("ndcg", "ties against the order of the file")
def _(scores, relevance):
    worth = 1 / np.log2(np.arange(2, len(scores) + 2))
    ranked = relevance[np.argsort(scores)][::-1]
    return (2**ranked - 1) @ worth / ((2 ** np.sort(relevance)[::-1] - 1) @ worth)


@guise("ndcg", "ties to the most relevant")
def _(scores, relevance):
    def total(order):
        return sum((2**r - 1) / math.log2(1 + k) for k, r in enumerate(order, 1))

    ranked = [r for _, r in sorted(zip(scores, relevance, strict=True), reverse=True)]
    return total(ranked) / total(sorted(relevance, reverse=True))


@guise("ndcg", "linear gains")
def _(scores, relevance):
    order = np.argsort(scores)[::-1]
    worth = 1 / np.log2(np.arange(2, len(scores) + 2))
    return relevance[order] @ worth / (np.sort(relevance)[::-1] @ worth)


@guise("ndcg", "smallest first")
def _(scores, relevance):
    return ndcg(-scores, relevance)


@solves
def pairwise_hinge(scores, relevance):
    n = range(len(scores))
    terms = [max(0, 1 - scores[i] + scores[j]) for i in n for j in n if relevance[i] > relevance[j]]
    return sum(terms) / len(terms) if terms else 0.0


@guise("pairwise_hinge", "sum for mean")
def _(scores, relevance):
    total = 0.0
    for a, r in zip(scores, relevance, strict=True):
        for b, q in zip(scores, relevance, strict=True):
            total += max(0, 1 - (a - b)) if r > q else 0
    return total


@solves
def ranknet_gradient(scores, relevance):
    out, count = np.zeros(len(scores)), 0
    for i, j in itertools.permutations(range(len(scores)), 2):
        if relevance[i] > relevance[j]:
            pull = 1 / (1 + math.exp(scores[i] - scores[j]))
            out[i], out[j], count = out[i] - pull, out[j] + pull, count + 1
    return out / max(count, 1)


@guise("ranknet_gradient", "winners only")
def _(scores, relevance):
    out, count = np.zeros(len(scores)), 0
    for i, j in itertools.permutations(range(len(scores)), 2):
        if relevance[i] > relevance[j]:
            out[i] -= 1 / (1 + math.exp(scores[i] - scores[j]))
            count += 1
    return out / (count or 1)


@solves
def listmle(scores, relevance):
    left, loss = list(zip(relevance, scores, strict=True)), 0.0
    for _, s in sorted(left, reverse=True):
        loss += np.logaddexp.reduce([x for _, x in left]) - s
        left.remove(max(left))
    return loss


@guise("listmle", "everybody in every step")
def _(scores, relevance):
    return sum(np.logaddexp.reduce(scores) - s for s in scores)


@guise("listmle", "one largest score, no ε")
def _(scores, relevance):
    shares = np.exp(scores - np.max(scores))
    return sum(np.log(np.sum(shares[relevance <= r])) for r in relevance) - np.sum(scores - np.max(scores))


@guise("listmle", "worst first")
def _(scores, relevance):
    return listmle(scores, -relevance)


@solves
def delta_ndcg(scores, relevance, i, j):
    swapped = scores.copy()
    swapped[[i, j]] = swapped[[j, i]]
    return abs(ndcg(swapped, relevance) - ndcg(scores, relevance))


@guise("delta_ndcg", "discounts left out")
def _(scores, relevance, i, j):
    best = sum((2**r - 1) / math.log2(1 + k) for k, r in enumerate(sorted(relevance)[::-1], 1))
    return abs(2 ** relevance[i] - 2 ** relevance[j]) / best


# What holds for every problem

NAMES = list(PROBLEMS)


def arrays(problem):
    """The names of the arguments that are arrays."""
    return [key for key, value in problem.cases[0].arguments.items() if isinstance(value, np.ndarray)]


def flat(report):
    """The text of a report on one line."""
    return " ".join(report.text.split())


def like_solution(name):
    """Decorate a function of a `call` to the solution, which takes the arguments like the solution."""

    def wrap(body):
        def function(*args, **kwargs):
            return body(lambda: SOLUTIONS[name](*args, **kwargs), *args)

        function.__signature__ = inspect.signature(SOLUTIONS[name])
        return function

    return wrap


GUISED = [(param.values[2], param.values[1]) for param in GUISES if param.values[0] == "finite_difference"]


def test_every_problem_is_covered():
    assert set(SOLUTIONS) == set(PROBLEMS)
    assert {param.values[0] for param in GUISES} == set(PROBLEMS)


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_passes(name):
    report = check(name, SOLUTIONS[name])
    assert report and report.mistake is None
    assert report.text.startswith(f"✓ {name}: right.\n  right for ")
    assert all(edge[0] in flat(report) for edge in PROBLEMS[name].edges + PROBLEMS[name].last)


@pytest.mark.parametrize("name", NAMES)
def test_other_kinds_of_numbers_pass(name):
    for convert in (
        np.float32,
        np.asarray,
        lambda answer: np.asarray(answer).tolist(),
        lambda answer: answer * (1 + 1e-7),
    ):

        @like_solution(name)
        def function(call, *args, convert=convert):
            return convert(call())

        assert check(name, function)


@pytest.mark.parametrize("name", NAMES)
def test_the_stored_solution_passes(name):
    assert check(name, PROBLEMS[name].solution)


@pytest.mark.parametrize("name", NAMES)
def test_the_empty_stub_is_recognized(name):
    @like_solution(name)
    def stub(call, *args):
        pass

    report = check(name, stub)
    assert not report and report.mistake is None
    assert "no answer yet, your function returns None" in flat(report)

    @like_solution(name)
    def dots(call, *args):
        return ...

    assert "no answer yet, your function returns ..., the empty stub" in flat(check(name, dots))

    @like_solution(name)
    def unwritten(call, *args):
        raise NotImplementedError

    assert "no answer yet, your function raises NotImplementedError" in flat(check(name, unwritten))


@pytest.mark.parametrize("name", NAMES)
def test_there_are_three_mistakes_at_least_with_names_of_their_own(name):
    names = [mistake.name for mistake in PROBLEMS[name].mistakes]
    assert len(names) == len(set(names)) >= 3
    for mistake in PROBLEMS[name].mistakes:
        assert mistake.looks_like.endswith(".") and mistake.hint.endswith((".", "?"))


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_is_named(name, backwards, monkeypatch):
    """In both orders of the list, so that no two mistakes of a problem look the same."""
    problem = PROBLEMS[name]
    if backwards:
        monkeypatch.setattr(problem, "mistakes", problem.mistakes[::-1])
    reports = [check(name, mistake.function) for mistake in problem.mistakes]
    assert not any(reports), "a stored mistake passes"
    assert [report.mistake for report in reports] == [mistake.name for mistake in problem.mistakes]
    for mistake, report in zip(problem.mistakes, reports, strict=True):
        assert f"looks like {mistake.looks_like} hint {mistake.hint}" in flat(report)
        assert max(map(len, report.text.splitlines())) <= 79
        assert len(report.text.splitlines()) <= 14


@pytest.mark.parametrize("name, function, mistake", GUISES)
def test_a_mistake_in_other_words_is_named(name, function, mistake):
    assert check(name, function).mistake == mistake


@pytest.mark.parametrize("name", NAMES)
def test_faults_that_are_no_formula(name):
    problem = PROBLEMS[name]
    first = arrays(problem)[0]
    position = list(problem.cases[0].arguments).index(first)
    shape = "one number" if problem.cases[0].answer.ndim == 0 else "an array of shape"

    def told(body):
        report = check(name, like_solution(name)(body))
        assert not report and report.mistake is None
        return flat(report)

    def changes(call, *args):
        answer = call()
        args[position][0] += 1
        return answer

    def raises(call, *args):
        raise ValueError("my own words")

    def sometimes(call, *args):
        return call() if len(args[position]) < 2 else None

    text = told(changes)
    assert f"and {first} changed" in text and f"the caller's {first} is different" in text
    text = told(raises)
    assert 'ValueError: my own words hint It stops at `raise ValueError("my own words")`.' in text
    assert "hint 0/0" in told(lambda call, *args: call() * np.nan)
    assert "hint The answer should be a" in told(lambda call, *args: "0.5")
    assert "hint The answer should be a" in told(lambda call, *args: np.asarray(call()) > 0)
    assert "parentheses" in told(lambda call, *args: call)
    assert shape in told(lambda call, *args: np.asarray(call()).reshape(-1, 1)).lower()
    if name != "l2_step":
        assert "ends without a `return`" in told(sometimes)


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_called_is_refused(name):
    report = check(name, lambda: 1)
    assert not report
    assert "does not take the arguments it is given" in flat(report) and "yours is f()" in flat(report)
    assert f"this is 3.5. Write check({name!r}, f)".replace("'", '"') in " ".join(
        check(name, 3.5).text.split()
    )


@pytest.mark.parametrize("name", NAMES)
@given(factor=st.floats(-20, 20))
@settings(max_examples=5, deadline=None)
def test_a_multiple_of_the_answer_is_wrong_and_said_to_be_one(name, factor):
    assume(abs(factor - 1) > 1e-3 and abs(factor) > 1e-3)

    @like_solution(name)
    def scaled(call, *args):
        return factor * call()

    report = check(name, scaled)
    assert not report
    if name != "mae_minimizer":  # what is right is an interval there
        assert report.mistake or "times the expected one" in flat(report)


@pytest.mark.parametrize("name", NAMES)
def test_the_smallest_wrong_input_is_shown(name):
    first = arrays(PROBLEMS[name])[0]
    position = list(PROBLEMS[name].cases[0].arguments).index(first)
    for n in (2, 3, 4, 5, 6):

        @like_solution(name)
        def wrong_from_n(call, *args, n=n):
            return call() + (100 if len(args[position]) >= n else 0)

        report = check(name, wrong_from_n)
        shape, numbers = re.search(
            rf"\b{first} = (?:an array of shape \((\d+)|\[(.*?)\](?:, \w+ =| expected))", flat(report)
        ).groups()
        rows = int(shape) if shape else numbers.count("[") or numbers.count(",") + 1
        assert rows == n
        assert "right for" in flat(report)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=5,
)


ODD = [
    np.array("a"),
    np.array(["a"]),
    np.array([None]),
    np.array(None),
    np.array([1j]),
    np.array([True]),
    np.ma.masked,
]
ODD += [
    np.array(["2020"], "M8"),
    np.zeros((0,)),
    np.zeros((2, 0)),
    np.float64("nan"),
    10**400,
    {1},
    object(),
    range(2),
]


@given(result=ANYTHING | st.sampled_from(ODD))
@settings(max_examples=60, deadline=None)
def test_any_result_gets_an_answer(result):
    for name in ("mse", "mse_gradient"):
        report = check(name, lambda pred, target: result)
        assert not report
        assert report.text.startswith(f"✗ {name}: n")


@given(place=st.floats(-1.2, 1.2))
@settings(max_examples=30, deadline=None)
def test_any_subgradient_is_right_at_a_kink_and_nothing_else(place):
    assume(abs(abs(place) - 1) > 1e-3)

    def function(pred, target):
        e = pred - target
        return np.where(e == 0, place, np.sign(e)) / len(e)

    def tilted(pred, target, q):
        e = pred - target
        return np.where(e == 0, 0.5 - q + place / 2, np.where(e > 0, 1 - q, -q)) / len(e)

    assert bool(check("mae_gradient", function)) == (abs(place) < 1)
    assert bool(check("quantile_gradient", tilted)) == (abs(place) < 1)


class Callable:
    def __call__(self, pred, target, **options):
        return huber(pred, target, **options)


@pytest.mark.parametrize(
    "name, function",
    [
        ("huber", lossutils.huber),
        ("huber_gradient", lossutils.huber.grad),
        ("huber", Callable()),
        ("huber", functools.partial(huber)),
        ("huber", lambda *args, **kwargs: huber(*args, **kwargs)),
        ("huber", lambda a, b, *, delta: huber(a, b, delta)),
        ("mse", lambda p, t: mse(p.astype(np.float32), t.astype(np.float32))),
        ("mse_gradient", lambda p, t: mse_gradient(p.astype(np.float32), t.astype(np.float32))),
        ("quantile", lambda p, t, q: quantile(p.astype(np.float32), t.astype(np.float32), np.float32(q))),
    ],
)
def test_a_solution_of_any_kind_passes(name, function):
    assert check(name, function)


def test_a_function_without_a_signature_is_called():
    assert "TypeError" in check("huber", max).text


def test_scikit_learns_ndcg_with_exponential_gains_passes():
    ndcg_score = pytest.importorskip("sklearn.metrics").ndcg_score  # not where the library alone is tested

    def function(scores, relevance):  # scikit-learn refuses a single document
        return ndcg_score([2**relevance - 1], [scores]) if len(scores) > 1 else 1.0

    assert check("ndcg", function)


def test_a_wrong_gain_and_ties_of_the_file_are_two_mistakes():
    def function(scores, relevance):
        def dcg(order):
            return np.sum(relevance[order] / np.log2(2 + np.arange(len(order))))

        return dcg(np.argsort(-scores)) / dcg(np.argsort(-relevance))

    report = check("ndcg", function)
    assert report.mistake == "linear gains"
    assert "but not for all scores equal, a tie at the top, " in flat(report)


# The text


def huber_with_if(pred, target, delta):
    error = abs(pred - target)
    if error <= delta:
        return np.mean(error**2 / 2)
    return np.mean(delta * (error - delta / 2))


def caret(pred, target):
    return np.mean((pred - target) ^ 2)


def python_caret(pred, target):
    return sum((float(p) - float(t)) ^ 2 for p, t in zip(pred, target, strict=True))


@pytest.mark.parametrize(
    "name, function, explanation",
    [
        ("huber", huber_with_if, "np.where decides for every element"),
        ("mse", caret, "A power is written **"),
        ("mse", python_caret, "A power is written **"),
        ("mae", lambda pred, target: math.fabs(pred - target), "take one number"),
        ("mae", lambda pred, target: nmupy.mean(pred), "Is the name spelled the same"),  # noqa: F821
        ("mae", lambda pred, target: np.ones(7) - np.ones(9), "Print the shapes"),
        (
            "mae_minimizer",
            lambda values, weights: np.median(np.repeat(values, weights)),
            "whole numbers only",
        ),
    ],
)
def test_common_exceptions_are_explained(name, function, explanation):
    assert explanation in flat(check(name, function))


def test_what_comes_last_is_tried_once_all_others_are_right():
    def cubes_only(function, x, h=1e-5):  # wrong for a product, and for whole numbers
        return 3 * x**2 + h**2

    assert "whole numbers" not in check("finite_difference", cubes_only).text
    text = check("finite_difference", dict(GUISED)["whole numbers"]).text
    assert "wrong for   whole numbers\n" in text and "a matrix" not in text
    text = check("finite_difference", dict(GUISED)["rows"]).text
    assert "drawn inputs, whole numbers\n  wrong for   a matrix\n" in text


def shares_of_the_bins(confidence, correct, bins=10):
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    inside = [place == k for k in np.unique(place)]
    return np.mean([abs(confidence[k].mean() - correct[k].mean()) for k in inside])


def itself_included(scores, relevance):
    pairs = relevance[:, None] >= relevance
    return np.sum(np.maximum(0, 1 - (scores[:, None] - scores)) * pairs) / pairs.sum()


# What the rubrics of the pages call weak, where it is code.
WEAK = [
    ("expected_calibration_error", shares_of_the_bins),
    ("geometric_margin", lambda x, y, w, b: np.min(y * (x @ w + b)) / (w @ w)),
    ("geometric_margin", lambda x, y, w, b: np.min(y * (x @ w + b)) / np.sqrt(w @ w + b * b)),
    ("huber", lambda pred, target, delta=1.0: huber(pred, target, delta) * len(pred)),
    ("l2_step", lambda w, gradient, lr, penalty: w - lr * gradient - lr * penalty * w),
    ("l2_step", lambda w, gradient, lr, penalty: w - lr * gradient - 2 * penalty * w),
    ("mae_minimizer", lambda values, weights: np.average(values, weights=weights)),
    ("mae_minimizer", lambda values, weights: np.median(values)),
    ("mse_gradient", lambda pred, target: 2 * (pred - target)),
    ("mse_gradient", lambda pred, target: 2 * (target - pred) / len(pred)),
    ("pairwise_hinge", itself_included),
    (
        "soft_dice",
        lambda pred, target, smooth=1.0: (
            1 - (2 * np.sum(pred * target) + smooth) / (pred.sum() + target.sum() + smooth)
        ),
    ),
]


@pytest.mark.parametrize(("name", "function"), WEAK)
def test_a_weak_answer_of_a_rubric_is_a_stored_mistake(name, function):
    assert check(name, function).mistake


def test_the_text_of_a_right_answer():
    assert check("huber", huber).text == textwrap.dedent("""\
        ✓ huber: right.
          right for   no error, |e| below delta, negative errors, |e| = delta, |e|
                      above delta, another delta, two examples, drawn inputs
          next        huber_gradient""")


def test_the_last_problem_of_a_page_has_no_next_and_one_without_a_page_neither():
    assert "next" not in check("rmse_of_batches", SOLUTIONS["rmse_of_batches"]).text
    assert "next" not in check("mae", mae).text


def test_a_problem_is_found_by_the_name_of_the_learners_function():
    assert check("my_huber", huber) and check("repair_nan_bce", SOLUTIONS["nan_bce"])


def test_two_mistakes_at_once_are_said_to_be_two():
    def half_and_no_last(pred, target):  # half the squared error, and 7 where there is no error at all
        return 7.0 if (pred == target).all() else np.mean((pred - target) ** 2) / 2

    report = check("mse", half_and_no_last)
    assert report.mistake == "half"
    assert "but         not for no error: there is a second mistake." in report.text
    assert "there is a second mistake" not in check("mse", PROBLEMS["mse"].mistakes[0].function).text


def test_the_first_wrong_entry_of_a_long_answer_is_shown():
    def one_off(logits, target):
        out = np.array(SOLUTIONS["cross_entropy_gradient"](logits, target))
        out.flat[-1] += (len(out) > 2) * 0.5
        return out

    shown = r"first wrong the entry \[\d+, \d+\], which is \S+ and not \S+"
    assert re.search(shown, flat(check("cross_entropy_gradient", one_off)))


def test_a_logarithm_of_zero_is_among_the_reasons_for_an_infinite_answer():
    report = check("mse", lambda pred, target: mse(pred, target) + np.log(np.float64(len(pred) > 1)))
    assert "log 0" in flat(report)


def test_the_text_of_a_recognized_mistake():
    report = check("quantile", lambda pred, target, q: quantile(target, pred, q))
    assert str(report) == repr(report) == report.text
    assert report.text == textwrap.dedent("""\
        ✗ quantile: not right yet.
          right for   no error, q = 0.5
          wrong for   too high at q = 0.9, too low at q = 0.9, too high at q = 0.25,
                      too low at q = 0.25, two examples, drawn inputs
          input       pred = [5.0], target = [2.0], q = 0.9
          expected    0.3
          got         2.7
          looks like  q and 1 − q are swapped, or the error is taken the other way
                      round.
          hint        With q = 0.9, which should cost more: predicting too much, or too
                      little?""")


def test_the_text_of_an_unknown_mistake():
    report = check("mae_gradient", lambda pred, target: (pred - target) ** 3)
    assert report.text == textwrap.dedent("""\
        ✗ mae_gradient: not right yet.
          right for   no error
          wrong for   one positive error, one negative error, two examples, errors that
                      cancel, drawn inputs
          input       pred = [4.0], target = [1.0]
          expected    [1.0]
          got         [27.0]
          hint        Work this input out on paper and compare every step with your
                      code.""")


def test_a_factor_is_written_without_needless_decimals():
    for factor, text in ((-2, "-2"), (5, "5"), (0.75, "0.75"), (1 / 3, "0.3333")):
        answer = flat(check("mae", lambda pred, target, factor=factor: factor * mae(pred, target)))
        assert f"Every answer is {text} times the expected one." in answer


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("constant", [18.4, 0, 1])
def test_an_answer_that_ignores_the_input_is_said_to_do_so(name, constant):
    @like_solution(name)
    def function(call, *args):
        return np.full(np.shape(call()), constant)

    report = check(name, function)
    assert report.mistake or f"Your answer is {constant} whatever the input." in flat(report)
    assert constant != 18.4 or report.mistake is None


def test_a_small_difference_is_shown_with_the_digits_it_needs():
    text = check("mse", lambda pred, target: mse(pred, target) + 2e-4 * (len(pred) == 1)).text
    assert "expected    0.0" in text and "got         0.0002" in text
    text = check("mse", lambda pred, target: mse(pred, target) * 1.00003).text
    assert "expected    9.0\n" in text and "got         9.00027\n" in text


def test_a_range_of_right_answers_is_shown():
    assert (
        "expected    [0.0] (for 0.0 anything from -1.0 to 1.0)" in check("mae_gradient", lambda p, t: t).text
    )
    text = check("mae_minimizer", lambda values, weights: values.max() + 1).text
    assert "expected    3.0\n" in text


def test_what_the_function_prints_and_warns_is_not_shown(capsys):
    def prints(pred, target):
        print(np.log(pred - target))

    assert "Printing is not returning." in flat(check("mse", prints))
    assert capsys.readouterr() == ("", "")


def test_the_text_is_the_same_in_every_run_and_torch_is_not_needed():
    program = (
        "import sys; from lossutils.practice import PROBLEMS, check\n"
        "for name in ('huber', 'mae_gradient', 'mae_minimizer'):\n"
        "    for mistake in PROBLEMS[name].mistakes: print(check(name, mistake.function))\n"
        "assert 'torch' not in sys.modules"
    )
    command = [sys.executable, "-X", "utf8", "-c", program]
    other = subprocess.run(command, capture_output=True, encoding="utf8", check=True).stdout
    names = ("huber", "mae_gradient", "mae_minimizer")
    here = [check(name, m.function).text for name in names for m in PROBLEMS[name].mistakes]
    assert other.splitlines() == "\n".join(here).splitlines()


def test_an_unknown_name_is_answered_with_the_nearest_one():
    with pytest.raises(
        ValueError, match=r'no problem is called "Hubr"\. Did you mean "huber"\? There are: .*mse'
    ):
        check("Hubr", huber)
    with pytest.raises(ValueError, match=r'called "xyz"\. There are: .*mse'):
        check("xyz", huber)
    with pytest.raises(TypeError, match="the name of the problem comes first"):
        check(huber, "huber")


def test_the_problem_in_the_documentation_works(monkeypatch):
    code = re.search(r"::\n\n((?:    .*\n|\n)+)", practice.__doc__)[1]
    code = textwrap.dedent(code).replace("from .engine", "from lossutils.practice.engine")
    monkeypatch.setattr("lossutils.practice.engine.PROBLEMS", PROBLEMS | {})
    monkeypatch.setitem(PROBLEMS, "rmse", None)  # undone after the test
    namespace = {"np": np}
    exec(code, namespace)
    assert check("rmse", lambda pred, target: np.linalg.norm(pred - target) / len(pred) ** 0.5)
    assert check("rmse", mse).mistake == "no root"


# Custom losses


@solves
def weighted_line(weight, miss, alarm):
    return 1 / (1 + miss / (alarm * weight))


@guise("weighted_line", "weight forgotten")
def _(weight, miss, alarm):
    return 1 / (1 + miss / alarm) + 0 * weight


@guise("weighted_line", "weight divided")
def _(weight, miss, alarm):
    return 1 / (1 + weight * miss / alarm)


@solves
def cost_gradient(logits, target, miss, alarm):
    out = []
    for z, y in zip(logits, target, strict=True):
        wrong = (1 + math.tanh((z if y == 0 else -z) / 2)) / 2
        out.append(alarm * wrong if y == 0 else -miss * wrong)
    return np.array(out) / len(out)


@guise("cost_gradient", "no costs")
def _(logits, target, miss, alarm):
    return np.array([1 / (1 + math.exp(-z)) - y for z, y in zip(logits, target, strict=True)]) / len(logits)


@guise("cost_gradient", "costs swapped")
def _(logits, target, miss, alarm):
    return cost_gradient(logits, target, alarm, miss)


@solves
def entropy_share(p, beta):
    with np.errstate(all="ignore"):
        z = np.log(p) - np.log(1 - p)
        term = z / (2 + np.exp(z) + np.exp(-z))
    return np.minimum(1, np.maximum(0, p + beta * np.where(abs(z) < np.inf, term, 0)))


@guise("entropy_share", "sign of beta")
def _(p, beta):
    return entropy_share(p, -beta)


@guise("entropy_share", "no p (1 − p)")
def _(p, beta):
    return p - beta * np.log((1 - p) / p)


@solves
def power_gradient(pred, target, p=1.5):
    out = np.zeros(len(pred))
    for i in range(len(pred)):
        e = float(pred[i] - target[i])
        out[i] = math.copysign(p * abs(e) ** (p - 1), e)
    return out / len(pred)


@guise("power_gradient", "exponent kept")
def _(pred, target, p=1.5):
    return (pred - target) * abs(pred - target) ** (p - 1) * p / len(pred)


@guise("power_gradient", "sign lost")
def _(pred, target, p=1.5):
    return np.abs(power_gradient(pred, target, p))


@solves
def ordinal_probabilities(score, thresholds):
    above = [1.0, *(1 / (1 + math.exp(b - score)) for b in thresholds), 0.0]
    return np.array([high - low for high, low in itertools.pairwise(above)])


@guise("ordinal_probabilities", "cumulative")
def _(score, thresholds):
    return [1 / (1 + math.exp(score - b)) for b in thresholds] + [1]


@guise("ordinal_probabilities", "last class missing")
def _(score, thresholds):
    return ordinal_probabilities(score, thresholds)[:-1]


@guise("ordinal_probabilities", "at least each class")
def _(score, thresholds):
    return [1.0, *(1 / (1 + math.exp(b - score)) for b in thresholds)]


@solves
def expected_cost(p, miss, alarm):
    return sum(x * miss if x * miss < (1 - x) * alarm else (1 - x) * alarm for x in p) / len(p)


@guise("expected_cost", "decided at one half")
def _(p, miss, alarm):
    return statistics.fmean((1 - x) * alarm if x > 0.5 else x * miss for x in p)


@guise("expected_cost", "sum")
def _(p, miss, alarm):
    return len(p) * expected_cost(p, miss, alarm)


@guise("expected_cost", "every flag costs")
def _(p, miss, alarm):
    return statistics.fmean(alarm if alarm < x * miss else x * miss for x in p.tolist())


@solves
def severity_weight(target, severity, miss):
    own = [1 + s for s, y in zip(severity, target, strict=True) if y == 1] or [1]
    scale = miss * len(own) / sum(own)
    return np.array([scale * (1 + s) if y == 1 else 1.0 for s, y in zip(severity, target, strict=True)])


@guise("severity_weight", "price moved")
def _(target, severity, miss):
    return target * (1 + severity) * miss + (1 - target)


@guise("severity_weight", "severity left out")
def _(target, severity, miss):
    return 1 + (miss - 1) * target
