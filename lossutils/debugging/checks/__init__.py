"""What is looked for: the table of checks, in the order in which they are made.

Each is a function of a `Trial` in one of the rooms beside this file. It says by `@check` what is right if it
finds nothing, and which causes it can name; what a cause means, what to do and who reported it stands in
`causes.py`, and a broken twin of it in the file of the same name in `tests/zoo`.
"""

import numpy as np

from ..causes import CAUSES
from ..trial import Skip
from . import batches, extremes, gradient, minimum, padding, precision, refusals

CHECKS = [
    gradient.ordinary,
    gradient.pure,
    gradient.gradient,
    gradient.second_derivative,
    gradient.upstream,
    extremes.edges,
    extremes.tails,
    precision.single,
    precision.half,
    precision.dtype,
    minimum.minimum,
    minimum.jump,
    batches.reductions,
    batches.unknown_reduction,
    batches.order,
    batches.split,
    refusals.broadcast,
    refusals.target_range,
    refusals.prediction_range,
    refusals.empty,
    refusals.hidden_nan,
    refusals.integers,
    padding.padding,
    padding.weights,
]


def run_checks(trial):
    """(findings, passed, skipped): a cause is reported once, where it was found first."""
    findings, passed, skipped = {}, [], []
    stop = None
    for function in CHECKS:
        if stop:
            skipped.append((function.name, stop))
            continue
        found = []
        try:
            for finding in function(trial):
                found.append(finding)
        except Skip as why:
            if not found:
                skipped.append((function.name, str(why)))
                continue
        if not found:
            passed.append(function.name)
        for finding in found:
            findings.setdefault(finding.cause, finding)
        if not np.isfinite(trial.base.value).all():
            stop = "the value of an ordinary batch is not finite"
        if "not-deterministic" in findings:
            stop = "the same call gives different values"
    if trial.subject.changed_on is not None:
        findings.setdefault("input-changed", gradient.changed(trial))
    order = list(CAUSES)
    return sorted(findings.values(), key=lambda f: (f.severity, order.index(f.cause))), passed, skipped
