"""How a function is tried, and what is said about it. The package's docstring says how to add a problem."""

import contextlib
import difflib
import inspect
import io
import re
import textwrap
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from .exercises import EXERCISES

RELATIVE, ABSOLUTE = 1e-5, 1e-9  # a result in float32 is right
DRAWN_SIZES = (1, 2, 3, 4, 5, 6) * 2
PROBLEMS: dict[str, "Problem"] = {}


def check(name, function):
    """Try `function` on the inputs of a practice problem and say what is right, wrong, and likely the reason.

    ::

        right        every answer lies within 1e-5 (relative) of the specification, no argument is changed
        looks like   every answer is that of one stored mistake

    Parameters
    ----------
    name : str
        The problem: a key of `lossutils.practice.PROBLEMS`. The name of your function, `my_huber`, will do.
    function : callable
        Your solution, not called yet. It gets float64 arrays of the shape (n,), or (n, K) for K
        classes; class indices are whole numbers.

    Returns
    -------
    Report
        Shows itself as text; true in an `if` or an `assert` when all is right. `.mistake` is the name of the
        recognized mistake, or None.

    Raises
    ------
    TypeError
        For a name that is not a string.
    ValueError
        For a name that no problem has.

    Notes
    -----
    Convention: at a kink every subgradient is accepted. Inputs and text are the same on every run. What your
    function raises is caught and shown; what it prints and warns is not.
    PyTorch, Keras, optax: none.
    Source: the specification of a problem is the loss of the same name in `lossutils`.

    Examples
    --------
    >>> import numpy as np
    >>> def my_mse(pred, target):
    ...     return np.sum((pred - target) ** 2)
    >>> check("mse", my_mse)
    ✗ mse: not right yet.
      right for   no error, one positive error, one negative error
      wrong for   two examples, errors that cancel, drawn inputs
      input       pred = [1.0, 5.0], target = [2.0, 2.0]
      expected    5.0
      got         10.0
      looks like  a sum over the batch instead of the mean.
      hint        Should a batch that is twice as long have twice the loss?
    """
    if not isinstance(name, str):
        raise TypeError('the name of the problem comes first: check("mse", my_mse)')
    name = name if name in PROBLEMS else re.sub("^(my|repair)_", "", name)
    if name not in PROBLEMS:
        near = difflib.get_close_matches(name.lower(), PROBLEMS, n=1, cutoff=0.4)
        question = f' Did you mean "{near[0]}"?' if near else ""
        raise ValueError(f'no problem is called "{name}".{question} There are: {", ".join(sorted(PROBLEMS))}')
    return _examine(PROBLEMS[name], function)


@dataclass(frozen=True, repr=False)
class Report:
    """What `check` answers: text to read, true when all is right."""

    text: str
    right: bool
    mistake: str | None = None

    def __bool__(self):
        return self.right

    def __repr__(self):
        return self.text


# 1. Problems


@dataclass
class Mistake:
    name: str
    looks_like: str
    hint: str
    function: Callable


@dataclass
class Problem:
    name: str
    solution: Callable
    edges: list
    draw: Callable
    accept: Callable | None = None
    last: list = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, name, looks_like, hint, function=None):
        """Store a function as a usual mistake of this problem; without one, the function under it (`@`)."""

        def store(function):
            self.mistakes.append(Mistake(name, looks_like, hint, function))
            return function

        return store if function is None else store(function)

    @cached_property
    def parameters(self):
        return inspect.signature(self.solution).parameters.values()

    @cached_property
    def cases(self):
        """The inputs with their right answers, the smallest first."""
        rng = np.random.RandomState(0)  # its stream is the same in every version of NumPy
        inputs = [*self.edges, *(("drawn inputs", *self.draw(rng, n)) for n in DRAWN_SIZES)]
        return sorted(self.with_answers(inputs), key=lambda case: case.size)

    @cached_property
    def last_cases(self):
        """What is tried once all others are right, one after the other."""
        return self.with_answers(self.last)

    def with_answers(self, inputs):
        cases = []
        for label, *values in inputs:
            values = [np.array(v, dtype=float) if isinstance(v, list) else v for v in values]
            arguments = dict(zip([p.name for p in self.parameters], values, strict=True))
            answer = self.call(self.solution, arguments)
            low, high = self.accept(**arguments) if self.accept else (answer, answer)
            cases.append(Case(label, arguments, *(np.asarray(v, dtype=float) for v in (answer, low, high))))
        return cases

    def split(self, arguments):
        """Parameters with a default are passed by name."""
        by_name = {p.name for p in self.parameters if p.default is not p.empty}
        return (
            [value for key, value in arguments.items() if key not in by_name],
            {key: value for key, value in arguments.items() if key in by_name},
        )

    def call(self, function, arguments):
        positional, by_name = self.split(arguments)
        return function(*positional, **by_name)


@dataclass
class Case:
    label: str
    arguments: dict
    answer: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def size(self):
        return sum(np.size(value) for value in self.arguments.values())

    @property
    def kink(self):
        return self.low < self.high


def problem(name, *, edges, draw, accept=None, last=()):
    """Register the decorated solution as a practice problem."""

    def register(solution):
        PROBLEMS[name] = Problem(name, solution, edges, draw, accept, list(last))
        return PROBLEMS[name]

    return register


def quarters(rng, n, low=-3.0, high=3.0):
    """n drawn multiples of ¼ from `low` to `high`."""
    return rng.randint(round(4 * low), round(4 * high) + 1, n) / 4


# 2. Trying a function


@dataclass
class Outcome:
    """What came of one call: "right", or in which way it is not."""

    fault: str
    value: Any = None
    changed: list = field(default_factory=list)
    printed: str = ""


def _try(problem, function, case):
    arguments = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in case.arguments.items()}
    printed = io.StringIO()
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(printed):
        warnings.simplefilter("ignore")
        try:
            value = problem.call(function, arguments)
        except Exception as error:
            return Outcome("raises", error)
    changed = [k for k, v in case.arguments.items() if not _unchanged(v, arguments[k])]
    if value is None:
        return Outcome("none", value, changed, printed.getvalue())
    try:
        array = np.asarray(value)
    except Exception:  # a ragged list, a tensor that wants its gradient, ...
        return Outcome("type", value, changed)
    if array.dtype.kind not in "iuf":
        return Outcome("type", value, changed)
    array = array.astype(float)
    if array.shape != case.answer.shape:
        return Outcome("shape", array, changed)
    if changed:
        return Outcome("changed", array, changed)
    if not np.isfinite(array).all() and np.isfinite(case.answer).all():
        return Outcome("not finite", array, changed)
    return Outcome("right" if _within(array, case.low, case.high) else "value", array, changed)


def _unchanged(before, after):
    """Putting a number back may leave a rounding error."""
    return not isinstance(before, np.ndarray) or np.allclose(before, after, rtol=1e-12, atol=1e-12)


def _within(value, low, high):
    slack = ABSOLUTE + RELATIVE * np.maximum(abs(low), abs(high))
    return bool(np.all((low - slack <= value) & (value <= high + slack)))


def _agrees(outcome, mistaken, case):
    """Whether a function and a stored mistake give the same; at a kink both are free."""
    if isinstance(outcome.value, ZeroDivisionError):  # Python's answer where NumPy's is nan
        return mistaken.fault == "not finite"
    if {outcome.fault, mistaken.fault} & {"raises", "none", "type"}:
        return False
    mine, stored = outcome.value, mistaken.value
    if mine.shape != stored.shape or outcome.changed != mistaken.changed:
        return False
    if not np.array_equal(np.isfinite(mine), np.isfinite(stored)):
        return False
    compared = np.isfinite(stored)
    if mine.shape == case.kink.shape:
        compared = compared & ~case.kink
    return _within(mine[compared], stored[compared], stored[compared])


def _recognize(problem, cases, outcomes):
    """(the stored mistake that gives the same, the named inputs for which it does not), or (None, [])."""
    pairs = list(zip(cases, outcomes, strict=True))[::-1]  # the largest input tells most apart
    for mistake in problem.mistakes:
        if all(_agrees(outcome, _try(problem, mistake.function, case), case) for case, outcome in pairs):
            return mistake, []
    # Two at once: one that shows on ordinary inputs, and another one on some that have a name.
    drawn = [(case, outcome) for case, outcome in pairs if case.label == "drawn inputs"]
    if any(outcome.fault == "value" for _, outcome in drawn):
        for mistake in problem.mistakes:
            if all(_agrees(outcome, _try(problem, mistake.function, case), case) for case, outcome in drawn):
                named = [pair for pair in pairs[::-1] if pair[0].label != "drawn inputs"]
                apart = [c.label for c, o in named if not _agrees(o, _try(problem, mistake.function, c), c)]
                return mistake, list(dict.fromkeys(apart))
    return None, []


def _next(problem):
    """The problem that follows on the page."""
    for exercises in EXERCISES.values():
        names = [name for problems in exercises.values() for name in problems]
        if problem.name in names[:-1]:
            return names[names.index(problem.name) + 1]
    return None


def _first_wrong(case, outcome):
    slack = ABSOLUTE + RELATIVE * np.maximum(abs(case.low), abs(case.high))
    wrong = ~((case.low - slack <= outcome.value) & (outcome.value <= case.high + slack))
    place = tuple(int(k) for k in np.argwhere(wrong)[0])
    answer, got = _show(case.answer[place]), _show(outcome.value[place])
    return f"the entry [{', '.join(map(str, place))}], which is {got} and not {answer}"


# 3. The answer


def _examine(problem, function):
    refusal = _refusal(problem, function)
    if refusal is not None:
        return refusal
    cases, outcomes = list(problem.cases), [_try(problem, function, case) for case in problem.cases]
    for case in problem.last_cases:
        if all(outcome.fault == "right" for outcome in outcomes):
            cases.append(case)
            outcomes.append(_try(problem, function, case))
    if all(outcome.fault == "none" for outcome in outcomes):
        printed = any(outcome.printed for outcome in outcomes)
        advice = "Printing is not returning." if printed else "Write its body and end it with `return`."
        return _report(problem, f"no answer yet, your function returns None. {advice}")
    if all(outcome.value is ... for outcome in outcomes):
        return _report(
            problem, "no answer yet, your function returns ..., the empty stub. Write your formula there."
        )
    if all(outcome.fault == "raises" and _unwritten(outcome) for outcome in outcomes):
        return _report(problem, "no answer yet, your function raises NotImplementedError.")
    tried_last = [case.label for case in cases[len(problem.cases) :]]
    labels = dict.fromkeys([edge[0] for edge in problem.edges] + ["drawn inputs"] + tried_last)
    failed = [
        (case, outcome) for case, outcome in zip(cases, outcomes, strict=True) if outcome.fault != "right"
    ]
    wrong = {case.label for case, _ in failed}
    right = [label for label in labels if label not in wrong]
    if not failed:
        rows = [
            ("right for", ", ".join(right)),
            *([("next", following)] if (following := _next(problem)) else []),
        ]
        return _report(problem, "right.", rows, right=True)

    rows = [("right for", ", ".join(right))] if right else []
    rows.append(("wrong for", ", ".join(x for x in labels if x in wrong) if right else "every input tried"))
    case, outcome = failed[0]
    rows.append(("input", ", ".join(f"{key} = {_show(value)}" for key, value in case.arguments.items())))
    expected, got = _compared(case, outcome)
    rows += [("expected", expected), ("got", got)]
    if outcome.fault == "value" and case.answer.size > 4:
        rows.append(("first wrong", _first_wrong(case, outcome)))
    mistake, apart = _recognize(problem, cases, outcomes)
    if mistake:
        rows.append(("looks like", mistake.looks_like))
        if apart:
            rows.append(("but", f"not for {', '.join(apart)}: there is a second mistake."))
        rows.append(("hint", mistake.hint))
    else:
        hint = (
            _factor(cases, outcomes) or _constant(outcomes) or HINTS[outcome.fault](case, outcome, function)
        )
        rows.append(("hint", hint))
    return _report(problem, "not right yet.", rows, mistake=mistake.name if mistake else None)


def _refusal(problem, function):
    """The report on what cannot be called at all."""
    parameters = [p.name if p.default is p.empty else f"{p.name}={p.default}" for p in problem.parameters]
    if not callable(function):
        return _report(
            problem,
            f'a function is needed, this is {_show(function)}. Write check("{problem.name}", f), not f(...).',
        )
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C have none
        return None
    positional, by_name = problem.split(problem.cases[0].arguments)
    try:
        signature.bind(*positional, **by_name)
    except TypeError:
        name = _name(function)
        return _report(
            problem,
            "your function does not take the arguments it is given.",
            [("called as", f"{name}({', '.join(parameters)})"), ("yours is", f"{name}{signature}")],
        )
    return None


def _report(problem, verdict, rows=(), *, right=False, mistake=None):
    lines = [f"{'✓' if right else '✗'} {problem.name}: {verdict}"]
    for label, text in rows:
        lines.append(f"  {label:<10}  {text}")
    wrapped = [
        textwrap.fill(
            line,
            79,
            subsequent_indent=" " * 14 if i else "  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for i, line in enumerate(lines)
    ]
    return Report("\n".join(wrapped), right, mistake)


def _compared(case, outcome):
    """What was expected and what came instead, with as many digits as it takes to see the difference."""
    value = outcome.value
    if outcome.fault == "value":
        expected = got = ""
        for digits in range(6, 18):
            expected, got = _show(case.answer, digits), _show(value, digits)
            if expected != got:
                break
    else:
        expected = _show(case.answer)
        if outcome.fault == "raises":
            got = " ".join(f"{type(value).__name__}: {value}".split())
            got = textwrap.shorten(got, 150, placeholder=" ...")
        else:
            got = _show(value)
        if outcome.fault == "changed":
            got += f", and {' and '.join(outcome.changed)} changed"
    if case.kink.any():
        one, low, high = (_show(array[case.kink][0]) for array in (case.answer, case.low, case.high))
        expected += f" ({f'for {one}' if case.answer.ndim else 'or'} anything from {low} to {high})"
    return expected, got


def _show(value, digits=6):
    if isinstance(value, np.ndarray | list | tuple | float | int | np.number) and not isinstance(value, bool):
        try:
            array = np.asarray(value)
        except ValueError:
            return f"a ragged {type(value).__name__}"
        if array.dtype.kind not in "iuf":
            return f"an array of {array.dtype}" if array.ndim else textwrap.shorten(str(value), 40)
        if array.ndim > 2 or array.size > 12:
            return f"an array of shape {array.shape}"
        if array.ndim == 2:
            return f"[{', '.join(_show(row, digits) for row in array)}]"
        if array.dtype.kind == "f":
            numbers = [repr(float(f"{number:.{digits}g}") + 0.0) for number in array.ravel()]
        else:
            numbers = [str(number) for number in array.ravel()]
        return f"[{', '.join(numbers)}]" if array.ndim else numbers[0]
    if value is ...:
        return "..."
    if value is None or isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, str):
        return textwrap.shorten(repr(value), 40, placeholder="...")
    if callable(value):
        return getattr(value, "shown", f"the function {_name(value)}")
    return f"a {type(value).__name__}"


def _name(function):
    name = getattr(function, "__name__", "f")
    return "f" if name == "<lambda>" else name


def _unwritten(outcome):
    return isinstance(outcome.value, NotImplementedError)


def _factor(cases, outcomes):
    """A wrong answer that no mistake explains may still be a multiple of the right one."""
    if {outcome.fault for outcome in outcomes} - {"right", "value"}:
        return None
    free = np.concatenate([~case.kink.ravel() for case in cases])
    expected = np.concatenate([case.answer.ravel() for case in cases])[free]
    got = np.concatenate([outcome.value.ravel() for outcome in outcomes])[free]
    factor = got @ expected / (expected @ expected)
    if factor and _within(got, factor * expected, factor * expected):
        return f"Every answer is {factor:.4g} times the expected one. Where could that factor come from?"
    return None


def _constant(outcomes):
    """A wrong answer that does not depend on the input."""
    if {outcome.fault for outcome in outcomes} - {"right", "value"}:
        return None
    got = np.concatenate([outcome.value.ravel() for outcome in outcomes])
    if np.ptp(got) == 0:
        return f"Your answer is {got[0]:.6g} whatever the input. Which line makes use of the arguments?"
    return None


# Pieces of what Python and NumPy say, and what it means for a beginner.
EXPLANATIONS = {
    "bitwise_xor": "A power is written **; in Python ^ works on bits.",
    "for ^": "A power is written **; in Python ^ works on bits.",
    "truth value of an array": "`if` decides once for the whole array; np.where decides for every element.",
    "to Python scalars": "Functions from `math` and `float` take one number; NumPy's take the whole array.",
    "according to the rule 'safe'": "This step takes whole numbers only. What should it do with 2.5?",
    "not defined": "Is the name spelled the same everywhere, and imported?",
    "read-only": "Make a new array instead of writing into an argument.",
    "could not be broadcast together": "Print the shapes of the arrays that meet in this line.",
}


def _raised_hint(case, outcome, function):
    code = getattr(inspect.unwrap(function), "__code__", None)
    frames = traceback.extract_tb(outcome.value.__traceback__)
    lines = [frame.line for frame in frames if code and frame.filename == code.co_filename and frame.line]
    where = f"It stops at `{lines[-1]}`. " if lines else ""
    why = [text for piece, text in EXPLANATIONS.items() if piece in str(outcome.value)]
    return where + (why[0] if why else "Call your function with this input and read the whole traceback.")


def _shape_hint(case, outcome, function):
    shape, wanted = outcome.value.shape, case.answer.shape
    if wanted == ():
        return "One number is asked for, for the whole input. Which step should have made it one?"
    if shape == ():
        return (
            f"An array of shape {wanted} is asked for, a derivative for each prediction; yours is one number."
        )
    return f"An array of shape {wanted} is asked for; yours has the shape {shape}."


def _type_hint(case, outcome, function):
    wanted = "an array of numbers" if case.answer.shape else "a number"
    if callable(outcome.value):
        return f"The answer should be {wanted}. Did you leave out the parentheses of a call?"
    return f"The answer should be {wanted}. Of which type is yours, and in which line does it become that?"


def _changed_hint(case, outcome, function):
    right = "The answer is right, but" if _within(outcome.value, case.low, case.high) else "After the call"
    return (
        f"{right} the caller's {outcome.changed[0]} is different now. "
        "Which line writes into it (`+=`, `-=`, `[...] =`)?"
    )


HINTS = {
    "raises": _raised_hint,
    "none": lambda *_: "For this input your function ends without a `return`.",
    "type": _type_hint,
    "shape": _shape_hint,
    "changed": _changed_hint,
    "not finite": lambda *_: (
        "0/0, log 0, inf − inf and overflow end like this. Which of your steps can do it here?"
    ),
    "value": lambda *_: "Work this input out on paper and compare every step with your code.",
}


# 4. The mistakes that all means, and all gradients of means, have in common


def loss_mistakes(problem, each):
    """Add the usual mistakes of a mean; `each` gives the loss of every example."""

    problem.mistake(
        "sum for mean",
        "a sum over the batch instead of the mean.",
        "Should a batch that is twice as long have twice the loss?",
        lambda pred, target, **parameters: np.sum(each(pred, target, **parameters)),
    )

    problem.mistake(
        "not reduced",
        "the loss of every example, not yet averaged.",
        "Training follows one number. Which one describes the whole batch?",
        lambda pred, target, **parameters: each(pred, target, **parameters),
    )

    problem.mistake(
        "divided twice",
        "a mean that is divided by the number of examples once more.",
        "Where do you divide by n, and which function has done so already?",
        lambda pred, target, **parameters: np.mean(each(pred, target, **parameters)) / len(pred),
    )

    problem.mistake(
        "first example only",
        "the loss of the first example only.",
        "How far does your loop get? Look at the indentation of `return`.",
        lambda pred, target, **parameters: each(pred, target, **parameters)[0],
    )

    problem.mistake(
        "return inside the loop",
        "the loss of the first example, divided by n: the loop ends in its first round.",
        "How many rounds does your loop make before it meets `return`?",
        lambda pred, target, **parameters: each(pred, target, **parameters)[0] / len(pred),
    )

    @problem.mistake(
        "every pair",
        "every prediction compared with every target: n² errors instead of n.",
        "Print the shape of your errors. (n, 1) against (n,) gives a table.",
    )
    def _(pred, target, **parameters):
        rows, columns = np.broadcast_arrays(pred[:, None], target[None, :])
        return np.mean(each(rows, columns, **parameters))

    problem.mistake(
        "negated",
        "the right size with the wrong sign.",
        "Should a better prediction make the result smaller or larger?",
        lambda pred, target, **parameters: -np.mean(each(pred, target, **parameters)),
    )


def gradient_mistakes(problem, each, loss):
    """Add the usual mistakes of a gradient; `each` gives the slope of every example, `loss` the loss."""

    problem.mistake(
        "not divided by n",
        "the gradient of the sum: the division by n is missing.",
        "The loss is a mean. If you move one prediction, how much of that does the mean see?",
        lambda pred, target, **parameters: each(pred, target, **parameters),
    )

    problem.mistake(
        "divided twice",
        "a gradient that is divided by n twice.",
        "Where do you divide by n, and which function has done so already?",
        lambda pred, target, **parameters: each(pred, target, **parameters) / len(pred) ** 2,
    )

    problem.mistake(
        "flipped sign",
        "the right size with the wrong sign: the direction downhill, or the derivative by the target.",
        "If a prediction is too high and grows, does the loss grow or fall?",
        lambda pred, target, **parameters: -each(pred, target, **parameters) / len(pred),
    )

    problem.mistake(
        "sign lost",
        "the size of the gradient without its sign.",
        "How does a prediction learn whether it was too high or too low?",
        lambda pred, target, **parameters: np.abs(each(pred, target, **parameters)) / len(pred),
    )

    problem.mistake(
        "averaged",
        "one number: the derivatives of all examples averaged.",
        "Each prediction can move by itself. How many derivatives are there?",
        lambda pred, target, **parameters: np.mean(each(pred, target, **parameters)),
    )

    problem.mistake(
        "summed",
        "one number: the derivatives of all examples added up.",
        "Each prediction can move by itself. How many derivatives are there?",
        lambda pred, target, **parameters: np.sum(each(pred, target, **parameters)),
    )

    problem.mistake(
        "the loss",
        "the loss itself, not its gradient.",
        "How much does the loss change when one prediction moves a little?",
        lambda pred, target, **parameters: loss(pred, target, **parameters),
    )

    problem.mistake(
        "loss of each example",
        "the loss of every example, divided by n, not its derivative.",
        "You have the terms of the mean. What is the derivative of each by its prediction?",
        lambda pred, target, **parameters: loss(pred, target, **parameters, reduction="none") / len(pred),
    )
