"""A checker for anyone's loss: what is wrong with it, on which input, why, and what to do.

`check_loss` is the whole of it. Its rooms: `choose.py` finds out what a loss takes, `inputs/` has what is fed
to it, `calls.py` the call, `trial.py` both together, `checks/` what is looked for, with a table of all
checks, `causes.py` the table of what can be wrong, `report.py` the answer, `shell.py` the shell command,
`plugin.py` the fixture for pytest.
"""

import dataclasses
import importlib.util

import numpy as np

from .calls import one_thread, place
from .causes import CAUSES
from .checks import run_checks
from .choose import asked_for, choose, taken_as
from .inputs import KINDS
from .report import Report
from .trial import Finding

__all__ = ["CAUSES", "KINDS", "Finding", "Report", "check_loss"]


def check_loss(
    loss, pred=None, target=None, *, grad=None, library=None, strict=False, ignore=None, **options
):
    """Try a loss on ordinary, extreme and wrong inputs, and say what is wrong with it and what to do.

    ::

        error      a wrong answer to a valid input
        warning    an invalid input passes in silence, digits are lost, or a surprise for who uses the loss

    It looks for a gradient that is not the derivative; a value or gradient that is NaN, infinite, clipped or
    dead where the truth is not; silent broadcasting; reductions that do not fit their names; a value that
    jumps, or depends on the order or the split of the batch; targets out of range, empty batches, hidden
    NaN; changed inputs and dtypes; an upstream gradient that is ignored; a wrong second derivative; and a
    minimum that is not where the target is. A kink is no finding if the gradient is a subgradient there.

    Parameters
    ----------
    loss : callable
        Takes a prediction and a target (or the arrays of one of the kinds below), NumPy arrays or torch
        tensors; returns a number, or one number an example. A class is called without arguments first.
        Targets may come first if the arguments are named so: `loss(y_true, y_pred)`.
    pred : str, array or tuple of arrays, optional
        What the loss takes: the name of a kind, a key of `lossutils.debugging.KINDS` ("real", "logits",
        "probabilities", "scores", "class logits", "class probabilities", "class log-probabilities", "masks",
        "mask logits", "pairs", "triplets", "views", "embeddings", "ranking", "ordinal", "positive",
        "log-rates", "distances", "score pairs", "ranked pairs"), or one valid example: also images,
        (N, K, H, W) with classes (N, H, W), (N, 1, H, W) with masks of that shape, tokens, (N, T, K) with
        classes (N, T), and tables, (N, 1) or (N, D) with targets of that shape. Without it it is guessed,
        from the names of the loss and its arguments, then from its values; the report says so, and what it
        finds if it is another.
    target : str or array, optional
        The kind of target ("real", "binary" for 0 and 1, "signs" for −1 and 1, "classes", "one-hot",
        "distributions", ...) or an example of it. By default the usual one of the kind of prediction.
    grad : callable, optional
        The gradient with respect to the prediction, with the arguments of `loss`. By default `loss.grad`,
        what `loss` returns beside its value, or autograd.
    library : "numpy" or "torch", optional
        What to call the loss with. By default what it takes.
    strict : bool
        Whether warnings fail as errors do, and a guess of the kind does.
    ignore : dict, optional
        Findings that are expected, by their cause, with the reason: `{"broadcast": "shapes are checked by
        the caller"}`. They do not fail, and the report shows them.
    **options
        Handed to the loss: `check_loss(focal, gamma=0.5)`; arrays in the dtype of the prediction.

    Returns
    -------
    Report
        Shows itself as text, in a notebook as a table. `.ok`, its truth, says that there is no error, with
        `strict` nothing at all: `assert check_loss(my_loss, "logits")` is a test. `.findings` is a list of
        `Finding(cause, severity, what, input, got, expected, advice)`, the worst first; `.passed` and
        `.skipped` say what else was tried, and what could not be; `.as_json()` and `.as_annotations()` are
        for programs and for GitHub.

    Raises
    ------
    TypeError
        For a loss that cannot be called.
    ValueError
        For an unknown kind, and for a loss that takes none of the inputs that were tried.

    Notes
    -----
    No formula is known to it: the truth is what differences of the value, float64, the tail of the loss
    and the better of two answers say. So a loss that is wrong everywhere in a consistent way (a missing ½)
    passes. A loss that is cut off by design, or no mean over examples, is found too: read the sentence, then
    judge. Inputs and text are the same on every run. What the loss prints and warns is not shown.
    From the shell: `python -m lossutils check package.module:function`, exit status 0 where `.ok` is true, 1
    where it is false, 2 for a loss that cannot be tried. In pytest the fixture `check_loss` is this function
    and fails with the report.
    PyTorch: `torch.autograd.gradcheck` does the first of the checks.
    Source: the table of causes in the chapter on debugging.

    Examples
    --------
    >>> import numpy as np
    >>> def my_bce(logits, target):
    ...     p = 1 / (1 + np.exp(-logits))
    ...     return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))
    >>> report = check_loss(my_bce, "logits")
    >>> [finding.cause for finding in report.findings]
    ['overflow', 'half-precision', 'broadcast', 'target-range', 'empty-batch']
    >>> print(report.findings[0].input)
    pred = −t, target = 1, at t = 1000: logits = [−1000], target = [1]
    """
    if not callable(loss):
        raise TypeError(
            f"a loss is needed, a function of (pred, target), this is a {type(loss).__name__}; "
            "write check_loss(my_loss), not check_loss(my_loss(...))"
        )
    if grad is not None and not callable(grad):
        raise TypeError(
            f"grad must be a function with the arguments of the loss, this is a {type(grad).__name__}"
        )
    if library not in (None, "numpy", "torch"):
        raise ValueError(f'library must be "numpy" or "torch", got {library!r}')
    if library == "torch" and importlib.util.find_spec("torch") is None:
        raise ValueError('library="torch" needs torch, which is not installed')
    ignore = {} if ignore is None else dict(ignore)
    for cause, reason in ignore.items():
        if cause not in CAUSES:
            raise ValueError(f"ignore names no cause {cause!r}; there are: {', '.join(CAUSES)}")
        if not (isinstance(reason, str) and reason.strip()):
            raise ValueError(f"ignore[{cause!r}] must say why, in words, got {reason!r}")
    kinds, example, images = asked_for(pred, target)
    with np.errstate(all="ignore"), one_thread():
        trial, why, others = choose(loss, kinds, example, images, grad, library, options)
        report = _report(trial, why, strict, ignore)
        otherwise = [_report(other, "told", strict, ignore) for other in others]
    return dataclasses.replace(report, otherwise=otherwise)


def _report(trial, why, strict, ignore):
    findings, passed, skipped = run_checks(trial)
    if why == "tried" and any(finding.cause == "wrong-minimum" for finding in findings):
        why = "a guess"
    return Report(
        trial.subject.name,
        taken_as(trial, why),
        [finding for finding in findings if finding.cause not in ignore],
        passed,
        skipped,
        [(finding, ignore[finding.cause]) for finding in findings if finding.cause in ignore],
        kind=trial.kind_name,
        guessed=why in ("tried", "a guess"),
        strict=strict,
        place=place(trial.subject.loss),
    )
