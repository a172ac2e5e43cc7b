"""What every loss is, written a second time in mpmath: one line a loss, for one example.

The contract test (test_contract.py) finds each public loss by itself and fails on one that has no line here.
`Case(value, parameters...)`: `value(pred, target, **parameters)` on mpmath numbers; for each parameter the
values to try. `domain` says which predictions and targets the loss takes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

import mpmath as mp
import numpy as np

mp.mp.dps = 150  # so that one-sided differences over 1e-60 still have 50 right digits


@dataclass(frozen=True)
class Domain:
    """Where a loss is defined: `grid(dtype)` with the extremes, `draw(rng, shape)` without kinks on it."""

    grid: Callable
    draw: Callable


def real_pairs(dtype):
    """Errors from the smallest to the largest, of both signs, around 0 and around another target."""
    largest = float(np.finfo(dtype).max)
    sizes = [
        0,
        1e-30,
        1e-8,
        1e-4,
        0.01,
        0.25,
        0.999,
        1,
        1.001,
        2.5,
        17,
        40,
        88,
        100,
        710,
        1e4,
        1e15,
        largest / 4,
    ]
    if dtype == np.float64:
        sizes += [1e-300, 1e-160, 1e154, 1e200]
    pairs = [(sign * size, target) for size in sizes for sign in (1, -1) for target in (0.0, 1.0, -3.7)]
    return np.array(pairs, dtype=dtype).T


REAL = Domain(
    grid=real_pairs,
    draw=lambda rng, shape: (rng.normal(size=shape) * 2, rng.normal(size=shape)),
)


@dataclass(frozen=True)
class Case:
    value: Callable
    parameters: dict = field(default_factory=dict)
    domain: Domain = REAL

    def settings(self):
        """Every combination of the parameter values, as keyword arguments."""
        return [
            dict(zip(self.parameters, values, strict=True)) for values in product(*self.parameters.values())
        ]


REFERENCES = {
    "mse": Case(lambda p, t: (p - t) ** 2),
    "mae": Case(lambda p, t: abs(p - t)),
    "huber": Case(
        lambda p, t, delta: (
            (p - t) ** 2 / 2 if abs(p - t) <= delta else delta * (abs(p - t) - mp.mpf(delta) / 2)
        ),
        {"delta": [1.0, 0.01, 1e3]},
    ),
    "log_cosh": Case(  # from cosh² = 1 / (1 − tanh²); beyond 80 what is left out is exp(-160)
        lambda p, t: -mp.log1p(-(mp.tanh(p - t) ** 2)) / 2 if abs(p - t) < 80 else abs(p - t) - mp.log(2),
    ),
    "quantile": Case(
        lambda p, t, q: max((1 - mp.mpf(q)) * (p - t), mp.mpf(q) * (t - p)), {"q": [0.5, 0.1, 0.999]}
    ),
}


def slopes(value, pred, target, settings):
    """The derivatives from the left and from the right with respect to pred."""
    pred, target = mp.mpf(float(pred)), mp.mpf(float(target))
    step = mp.mpf(10) ** -60 * max(abs(pred), abs(target), mp.mpf(10) ** -300)
    here = value(pred, target, **settings)
    return (
        (here - value(pred - step, target, **settings)) / step,
        (value(pred + step, target, **settings) - here) / step,
    )


def smallest_subgradient(left, right):
    """At a kink the subgradient that is smallest in size, elsewhere the derivative."""
    if abs(left - right) <= mp.mpf(10) ** -12 * max(abs(left), abs(right)):
        return (left + right) / 2
    return mp.mpf(0) if left <= 0 <= right else min(left, right, key=abs)
