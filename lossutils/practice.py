"""Practice that answers back: `check("huber", my_huber)` says what is right, what is wrong, and why.

The function is called with hand-picked and with drawn inputs. The result is compared with the specification,
and with the usual mistakes that are stored for the problem. Whoever agrees with one of them on every input is
told so, with a hint that leaves the work to do.

Adding a problem
----------------
A problem is a solution, its inputs and its usual mistakes; everything else follows from them. At the end of
this file::

    @problem(
        "rmse",
        edges=[
            ("no error", [2.0], [2.0]),
            ("one example", [4.0], [1.0]),
            ("two examples", [1.0, 5.0], [2.0, 2.0]),
        ],
        draw=lambda rng, n: (quarters(rng, n), quarters(rng, n)),
    )
    def rmse(pred, target):
        return np.mean((pred - target) ** 2) ** 0.5

    @rmse.mistake("no root", "the square root is missing.", "In which unit is your result?")
    def _(pred, target):
        return np.mean((pred - target) ** 2)

1. The signature of the solution says how the learner's function is called: parameters without a default by
   position, parameters with one by name. Use the functions of `lossutils` where it has them.
2. `edges` are the inputs worth a name: what the learner reads as "right for ..., wrong for ...", then the
   arguments. Lists become float64 arrays. Make them small; the smallest input that fails is shown. Avoid
   numbers at which mistakes coincide (an error of 2, whose square is its double).
3. `draw(rng, n)` returns the arguments of a drawn input of n examples; `quarters` draws multiples of ¼,
   which are short to read and exact in float32 too.
4. At a kink any subgradient is right: `accept(*arguments)` returns the lowest and the highest valid answer.
   So a MAE gradient may give anything from −1/n to 1/n where the error is 0.
5. Store at least three mistakes: a name, what it looks like (it follows the words "looks like"), a hint
   that does not give the solution away, and the function. `loss_mistakes` and `gradient_mistakes` add
   those that every mean and every gradient of a mean have in common.
6. Write the solution a second time in `tests/test_practice.py`, and one of the mistakes in other words.
   The test finds the problem by itself, and is red when a mistake passes, when two of them cannot be told
   apart, or when the empty stub is not recognised.

Results may be Python numbers, lists or arrays of any precision: they count as right within 1e-5, relatively.
"""

import contextlib
import difflib
import inspect
import io
import textwrap
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from . import regression

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
        The problem: a key of `lossutils.practice.PROBLEMS`.
    function : callable
        Your solution, not called yet. It gets float64 arrays of the shape (n,).

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
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, name, looks_like, hint):
        """Store the decorated function as a usual mistake of this problem."""

        def store(function):
            self.mistakes.append(Mistake(name, looks_like, hint, function))
            return function

        return store

    @cached_property
    def parameters(self):
        return inspect.signature(self.solution).parameters.values()

    @cached_property
    def cases(self):
        """The inputs with their right answers, the smallest first."""
        rng = np.random.RandomState(0)  # its stream is the same in every version of NumPy
        inputs = [*self.edges, *(("drawn inputs", *self.draw(rng, n)) for n in DRAWN_SIZES)]
        cases = []
        for label, *values in inputs:
            values = [np.array(v, dtype=float) if isinstance(v, list | np.ndarray) else v for v in values]
            arguments = dict(zip([p.name for p in self.parameters], values, strict=True))
            answer = self.call(self.solution, arguments)
            low, high = self.accept(**arguments) if self.accept else (answer, answer)
            cases.append(Case(label, arguments, *(np.asarray(v, dtype=float) for v in (answer, low, high))))
        return sorted(cases, key=lambda case: case.size)

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


def problem(name, *, edges, draw, accept=None):
    """Register the decorated solution as a practice problem."""

    def register(solution):
        PROBLEMS[name] = Problem(name, solution, edges, draw, accept)
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
    if not isinstance(outcome.value, np.ndarray) or not isinstance(mistaken.value, np.ndarray):
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


def _recognize(problem, outcomes):
    for mistake in problem.mistakes:
        if all(
            _agrees(outcome, _try(problem, mistake.function, case), case)
            for case, outcome in zip(problem.cases, outcomes, strict=True)
        ):
            return mistake
    return None


# 3. The answer


def _examine(problem, function):
    refusal = _refusal(problem, function)
    if refusal is not None:
        return refusal
    outcomes = [_try(problem, function, case) for case in problem.cases]
    if all(outcome.fault == "none" for outcome in outcomes):
        printed = any(outcome.printed for outcome in outcomes)
        advice = "Printing is not returning." if printed else "Write its body and end it with `return`."
        return _report(problem, f"no answer yet, your function returns None. {advice}")
    if all(outcome.fault == "raises" and _unwritten(outcome) for outcome in outcomes):
        return _report(problem, "no answer yet, your function raises NotImplementedError.")
    labels = dict.fromkeys([edge[0] for edge in problem.edges] + ["drawn inputs"])
    failed = [
        (case, outcome)
        for case, outcome in zip(problem.cases, outcomes, strict=True)
        if outcome.fault != "right"
    ]
    wrong = {case.label for case, _ in failed}
    right = [label for label in labels if label not in wrong]
    if not failed:
        return _report(problem, "right.", [("right for", ", ".join(right))], right=True)

    rows = [("right for", ", ".join(right))] if right else []
    rows.append(("wrong for", ", ".join(x for x in labels if x in wrong) if right else "every input tried"))
    case, outcome = failed[0]
    rows.append(("input", ", ".join(f"{key} = {_show(value)}" for key, value in case.arguments.items())))
    expected, got = _compared(case, outcome)
    rows += [("expected", expected), ("got", got)]
    mistake = _recognize(problem, outcomes)
    if mistake:
        rows += [("looks like", mistake.looks_like), ("hint", mistake.hint)]
    else:
        hint = _factor(problem, outcomes) or HINTS[outcome.fault](case, outcome, function)
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
        low, high = (_show(bound[case.kink][0]) for bound in (case.low, case.high))
        expected += f" (at the kink, anything from {low} to {high})"
    return expected, got


def _show(value, digits=6):
    if isinstance(value, np.ndarray | list | tuple | float | int | np.number) and not isinstance(value, bool):
        try:
            array = np.asarray(value)
        except ValueError:
            return f"a ragged {type(value).__name__}"
        if array.dtype.kind not in "iuf":
            return f"an array of {array.dtype}" if array.ndim else str(value)
        if array.ndim > 1 or array.size > 12:
            return f"an array of shape {array.shape}"
        numbers = [repr(float(f"{number:.{digits}g}") + 0.0) for number in array.ravel()]
        return f"[{', '.join(numbers)}]" if array.ndim else numbers[0]
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


def _factor(problem, outcomes):
    """A wrong answer that no mistake explains may still be a multiple of the right one."""
    if {outcome.fault for outcome in outcomes} - {"right", "value"}:
        return None
    free = np.concatenate([~case.kink.ravel() for case in problem.cases])
    expected = np.concatenate([case.answer.ravel() for case in problem.cases])[free]
    got = np.concatenate([outcome.value.ravel() for outcome in outcomes])[free]
    factor = got @ expected / (expected @ expected)
    if factor and _within(got, factor * expected, factor * expected):
        return (
            f"Every answer is {_show(factor, 4)} times the expected one. Where could that factor come from?"
        )
    return None


# Pieces of what Python and NumPy say, and what it means for a beginner.
EXPLANATIONS = {
    "bitwise_xor": "A power is written **; in Python ^ works on bits.",
    "for ^": "A power is written **; in Python ^ works on bits.",
    "truth value of an array": "`if` decides once for the whole array; np.where decides for every element.",
    "to Python scalars": "Functions from `math` and `float` take one number; NumPy's take the whole array.",
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
        return f"An array of shape {wanted} is asked for, one derivative per example; yours is one number."
    return f"An array of shape {wanted} is asked for; yours has the shape {shape}."


def _type_hint(case, outcome, function):
    wanted = "an array of numbers" if case.answer.shape else "a number"
    if callable(outcome.value):
        return f"The answer should be {wanted}. Did you leave out the parentheses of a call?"
    return f"The answer should be {wanted}. Of which type is yours, and in which line does it become that?"


HINTS = {
    "raises": _raised_hint,
    "none": lambda *_: "For this input your function ends without a `return`.",
    "type": _type_hint,
    "shape": _shape_hint,
    "changed": lambda case, outcome, function: (
        f"The caller's {outcome.changed[0]} is different after the call. "
        "Which line writes into it (`+=`, `-=`, `[...] =`)?"
    ),
    "not finite": lambda *_: "0/0, inf − inf and overflow end like this. Which of your steps can do it here?",
    "value": lambda *_: "Work this input out on paper and compare every step with your code.",
}


# 4. The mistakes that all means, and all gradients of means, have in common


def loss_mistakes(problem, each):
    """Add the usual mistakes of a mean; `each` gives the loss of every example."""

    @problem.mistake(
        "sum for mean",
        "a sum over the batch instead of the mean.",
        "Should a batch that is twice as long have twice the loss?",
    )
    def _(pred, target, **parameters):
        return np.sum(each(pred, target, **parameters))

    @problem.mistake(
        "not reduced",
        "the loss of every example, not yet averaged.",
        "Training follows one number. Which one describes the whole batch?",
    )
    def _(pred, target, **parameters):
        return each(pred, target, **parameters)

    @problem.mistake(
        "divided twice",
        "a mean that is divided by the number of examples once more.",
        "Where do you divide by n, and which function has done so already?",
    )
    def _(pred, target, **parameters):
        return np.mean(each(pred, target, **parameters)) / len(pred)

    @problem.mistake(
        "n minus 1",
        "a division by n − 1, as for a sample variance.",
        "Nothing was estimated from these numbers. How many of them do you average?",
    )
    def _(pred, target, **parameters):
        return np.sum(each(pred, target, **parameters)) / np.float64(len(pred) - 1)

    @problem.mistake(
        "maximum",
        "the largest loss of the batch instead of the mean.",
        "Which examples does your result depend on?",
    )
    def _(pred, target, **parameters):
        return np.max(each(pred, target, **parameters))

    @problem.mistake(
        "median",
        "the median of the losses instead of their mean.",
        "If the worst example got worse still, would your result change?",
    )
    def _(pred, target, **parameters):
        return np.median(each(pred, target, **parameters))

    @problem.mistake(
        "first example only",
        "the loss of the first example only.",
        "How far does your loop get? Look at the indentation of `return`.",
    )
    def _(pred, target, **parameters):
        return each(pred, target, **parameters)[0]

    @problem.mistake(
        "every pair",
        "every prediction compared with every target: n² errors instead of n.",
        "Print the shape of your errors. (n, 1) against (n,) gives a table.",
    )
    def _(pred, target, **parameters):
        rows, columns = np.broadcast_arrays(pred[:, None], target[None, :])
        return np.mean(each(rows, columns, **parameters))

    @problem.mistake(
        "negated",
        "the right size with the wrong sign.",
        "Should a better prediction make the result smaller or larger?",
    )
    def _(pred, target, **parameters):
        return -np.mean(each(pred, target, **parameters))


def gradient_mistakes(problem, each, loss):
    """Add the usual mistakes of a gradient; `each` gives the slope of every example, `loss` the loss."""

    @problem.mistake(
        "not divided by n",
        "the gradient of the sum: the division by n is missing.",
        "The loss is a mean. If you move one prediction, how much of that does the mean see?",
    )
    def _(pred, target, **parameters):
        return each(pred, target, **parameters)

    @problem.mistake(
        "divided twice",
        "a gradient that is divided by n twice.",
        "Where do you divide by n, and which function has done so already?",
    )
    def _(pred, target, **parameters):
        return each(pred, target, **parameters) / len(pred) ** 2

    @problem.mistake(
        "flipped sign",
        "the right size with the wrong sign: the direction downhill, or the derivative by the target.",
        "If a prediction is too high and grows, does the loss grow or fall?",
    )
    def _(pred, target, **parameters):
        return -each(pred, target, **parameters) / len(pred)

    @problem.mistake(
        "sign lost",
        "the size of the gradient without its sign.",
        "How does a prediction learn whether it was too high or too low?",
    )
    def _(pred, target, **parameters):
        return np.abs(each(pred, target, **parameters)) / len(pred)

    @problem.mistake(
        "averaged",
        "one number: the derivatives of all examples averaged.",
        "Each prediction can move by itself. How many derivatives are there?",
    )
    def _(pred, target, **parameters):
        return np.mean(each(pred, target, **parameters))

    @problem.mistake(
        "the loss",
        "the loss itself, not its gradient.",
        "How much does the loss change when one prediction moves a little?",
    )
    def _(pred, target, **parameters):
        return loss(pred, target, **parameters)

    @problem.mistake(
        "loss of each example",
        "the loss of every example, divided by n, not its derivative.",
        "You have the terms of the mean. What is the derivative of each by its prediction?",
    )
    def _(pred, target, **parameters):
        return loss(pred, target, **parameters, reduction="none") / len(pred)


# 5. Regression

SHARED_EDGES = [
    ("no error", [2.0], [2.0]),
    ("one positive error", [4.0], [1.0]),
    ("one negative error", [1.0], [4.0]),
    ("two examples", [1.0, 5.0], [2.0, 2.0]),
    ("errors that cancel", [1.0, 3.0], [2.0, 2.0]),
]


def _draw(rng, n):
    return quarters(rng, n), quarters(rng, n)


# Mean squared error


@problem("mse", edges=SHARED_EDGES, draw=_draw)
def mse(pred, target):
    return regression.mse(pred, target)


def _squares(pred, target):
    return (pred - target) ** 2


loss_mistakes(mse, _squares)


@mse.mistake(
    "half",
    "a factor of ½ that this course, like PyTorch, leaves out.",
    "What is the mean of the squares of a single error of 3?",
)
def _(pred, target):
    return np.mean((pred - target) ** 2) / 2


@mse.mistake(
    "root",
    "a square root at the end: that is the RMSE.",
    "If the errors are in dollars, which unit should the result have?",
)
def _(pred, target):
    return np.sqrt(np.mean((pred - target) ** 2))


@mse.mistake(
    "absolute error",
    "the mean of the absolute errors, the MAE.",
    "Should an error of 4 count twice or four times as much as an error of 2?",
)
def _(pred, target):
    return np.mean(np.abs(pred - target))


@mse.mistake(
    "square of the mean",
    "the square of the mean error: averaged first, squared after.",
    "Two errors of −1 and 1: what remains of them when you average first?",
)
def _(pred, target):
    return np.mean(pred - target) ** 2


@mse.mistake(
    "not squared",
    "the mean error, not squared.",
    "What do errors of −1 and 1 add up to, and is that a good prediction?",
)
def _(pred, target):
    return np.mean(pred - target)


@mse.mistake(
    "doubled",
    "the error times 2 where its square belongs.",
    "Which operator raises to a power in Python?",
)
def _(pred, target):
    return np.mean((pred - target) * 2)


@mse.mistake(
    "difference of squares",
    "a difference of squares, not a square of differences.",
    "What do you get for a prediction of −3 and a target of 3?",
)
def _(pred, target):
    return np.mean(pred**2 - target**2)


@mse.mistake(
    "positive errors only",
    "only predictions that are too high count.",
    "What does your function say to a prediction of 1 for a target of 4?",
)
def _(pred, target):
    return np.mean(np.maximum(pred - target, 0) ** 2)


# Mean absolute error


@problem("mae", edges=SHARED_EDGES, draw=_draw)
def mae(pred, target):
    return regression.mae(pred, target)


def _absolutes(pred, target):
    return np.abs(pred - target)


loss_mistakes(mae, _absolutes)


@mae.mistake(
    "no absolute value",
    "the mean error: the absolute value is missing.",
    "What do errors of −1 and 1 add up to, and is that a good prediction?",
)
def _(pred, target):
    return np.mean(pred - target)


@mae.mistake(
    "other way round",
    "target minus prediction, without the absolute value.",
    "Does it matter for the loss whether a prediction is 3 too high or 3 too low?",
)
def _(pred, target):
    return np.mean(target - pred)


@mae.mistake(
    "absolute value of the mean",
    "the absolute value of the mean error: averaged first, made positive after.",
    "Two errors of −1 and 1: what remains of them when you average first?",
)
def _(pred, target):
    return np.abs(np.mean(pred - target))


@mae.mistake(
    "squared",
    "the mean of the squares, the MSE.",
    "If the errors are in dollars, which unit should the result have?",
)
def _(pred, target):
    return np.mean((pred - target) ** 2)


@mae.mistake(
    "root of the mean square",
    "the root of the mean square, the RMSE.",
    "For one example the two are the same. Which step comes before the mean, which after?",
)
def _(pred, target):
    return np.sqrt(np.mean((pred - target) ** 2))


@mae.mistake(
    "half",
    "a factor of ½ too much.",
    "What is the absolute value of a single error of 3?",
)
def _(pred, target):
    return np.mean(np.abs(pred - target)) / 2


@mae.mistake(
    "positive errors only",
    "only predictions that are too high count.",
    "What does your function say to a prediction of 1 for a target of 4?",
)
def _(pred, target):
    return np.mean(np.maximum(pred - target, 0))


@mae.mistake(
    "difference of sizes",
    "the difference of the absolute values, |pred| − |target|.",
    "What do you get for a prediction of −3 and a target of 3?",
)
def _(pred, target):
    return np.mean(np.abs(pred) - np.abs(target))


# Huber's loss

DELTA_EDGES = [
    ("no error", [2.0], [2.0], 1.0),
    ("|e| below delta", [2.5], [2.0], 1.0),
    ("negative errors", [1.5], [2.0], 1.0),
    ("|e| = delta", [3.0], [2.0], 1.0),
    ("|e| above delta", [5.0], [2.0], 1.0),
    ("negative errors", [2.0], [5.0], 1.0),
    ("another delta", [3.0], [2.0], 2.0),
    ("another delta", [6.0], [1.0], 2.0),
    ("two examples", [2.5, 5.0], [2.0, 2.0], 1.0),
]


def _draw_with_delta(rng, n):
    return quarters(rng, n), quarters(rng, n), (0.5, 1.0, 1.5, 3.0)[n % 4]


@problem("huber", edges=DELTA_EDGES, draw=_draw_with_delta)
def huber(pred, target, delta=1.0):
    return regression.huber(pred, target, delta=delta)


def _huber(pred, target, delta):
    return regression.huber(pred, target, delta=delta, reduction="none")


loss_mistakes(huber, _huber)


def _two_branches(pred, target, delta, near, far):
    """The mean of `near` of a small error's size and `far` of a large one's."""
    size = np.abs(pred - target)
    return np.mean(np.where(size <= delta, near(size), far(size)))


@huber.mistake(
    "no half",
    "the square of a small error is not halved.",
    "At |e| = delta both branches have to give the same value. Do yours?",
)
def _(pred, target, delta):
    return _two_branches(pred, target, delta, lambda e: e**2, lambda e: delta * (e - delta / 2))


@huber.mistake(
    "jump: offset not halved",
    "delta² where ½ delta² belongs in the linear branch, so the loss jumps down at delta.",
    "Compute both branches at |e| = delta. What has to be subtracted so that they meet?",
)
def _(pred, target, delta):
    return _two_branches(pred, target, delta, lambda e: e**2 / 2, lambda e: delta * e - delta**2)


@huber.mistake(
    "jump: no offset",
    "delta · |e| in the linear branch, with nothing subtracted, so the loss jumps up at delta.",
    "Compute both branches at |e| = delta. What has to be subtracted so that they meet?",
)
def _(pred, target, delta):
    return _two_branches(pred, target, delta, lambda e: e**2 / 2, lambda e: delta * e)


@huber.mistake(
    "delta squared",
    "the slope of the linear branch is delta² instead of delta.",
    "What is the slope of e²/2 where the branches meet, at |e| = delta?",
)
def _(pred, target, delta):
    return _two_branches(pred, target, delta, lambda e: e**2 / 2, lambda e: delta**2 * (e - delta / 2))


@huber.mistake(
    "slope 1",
    "the slope of the linear branch is 1 whatever delta is.",
    "What is the slope of e²/2 where the branches meet, at |e| = delta?",
)
def _(pred, target, delta):
    return _two_branches(pred, target, delta, lambda e: e**2 / 2, lambda e: e - delta / 2)


@huber.mistake(
    "offset ½",
    "½ is subtracted in the linear branch whatever delta is.",
    "½ makes the branches meet at delta = 1. What does it take for delta = 2?",
)
def _(pred, target, delta):
    return _two_branches(pred, target, delta, lambda e: e**2 / 2, lambda e: delta * (e - 0.5))


@huber.mistake(
    "smooth L1",
    "everything is divided by delta: that is smooth L1.",
    "Far out the slope of Huber's loss is delta. What is yours?",
)
def _(pred, target, delta):
    return regression.huber(pred, target, delta=delta) / delta


@huber.mistake(
    "ignores delta",
    "delta = 1 whatever the caller asks for.",
    "Where in your formula does the argument delta appear?",
)
def _(pred, target, delta):
    return regression.huber(pred, target, delta=1.0)


@huber.mistake(
    "branches swapped",
    "the two branches are swapped: linear near 0, quadratic far out.",
    "Which errors should count less than their square: the small or the large ones?",
)
def _(pred, target, delta):
    return _two_branches(pred, target, delta, lambda e: delta * (e - delta / 2), lambda e: e**2 / 2)


@huber.mistake(
    "sign of the error in the condition",
    "e instead of |e| is compared with delta, so every negative error is squared.",
    "Which branch does an error of −100 take?",
)
def _(pred, target, delta):
    e = pred - target
    return np.mean(np.where(e <= delta, e**2 / 2, delta * (np.abs(e) - delta / 2)))


@huber.mistake(
    "sign of the error in the line",
    "e instead of |e| in the linear branch, so a large negative error is rewarded.",
    "What is your loss at an error of −100?",
)
def _(pred, target, delta):
    e = pred - target
    return np.mean(np.where(np.abs(e) <= delta, e**2 / 2, delta * (e - delta / 2)))


@huber.mistake(
    "all quadratic",
    "the quadratic branch everywhere.",
    "What should an outlier of 100 cost more than one of 99?",
)
def _(pred, target, delta):
    return np.mean((pred - target) ** 2) / 2


@huber.mistake(
    "all linear",
    "the linear branch everywhere.",
    "What does your function give for a perfect prediction?",
)
def _(pred, target, delta):
    return np.mean(delta * (np.abs(pred - target) - delta / 2))


@huber.mistake(
    "flat far out",
    "a loss that stays constant beyond delta.",
    "Should an error of 100 be worse than an error of 10?",
)
def _(pred, target, delta):
    return _two_branches(pred, target, delta, lambda e: e**2 / 2, lambda e: delta**2 / 2)


@huber.mistake(
    "one branch for the batch",
    "one branch for the whole batch: as soon as one error exceeds delta, all count as large.",
    "Each example has an error of its own. How often does your code choose a branch?",
)
def _(pred, target, delta):
    size = np.abs(pred - target)
    return np.mean(size**2 / 2 if np.all(size <= delta) else delta * (size - delta / 2))


# Quantile loss

Q_EDGES = [
    ("no error", [2.0], [2.0], 0.5),
    ("the median", [5.0], [2.0], 0.5),
    ("too high, q = 0.9", [5.0], [2.0], 0.9),
    ("too low, q = 0.9", [2.0], [5.0], 0.9),
    ("too high, q = 0.25", [5.0], [2.0], 0.25),
    ("too low, q = 0.25", [2.0], [5.0], 0.25),
    ("two examples", [1.0, 5.0], [2.0, 2.0], 0.9),
]


def _draw_with_q(rng, n):
    return quarters(rng, n), quarters(rng, n), (0.1, 0.5, 0.75, 0.9)[n % 4]


@problem("quantile", edges=Q_EDGES, draw=_draw_with_q)
def quantile(pred, target, q=0.5):
    return regression.quantile(pred, target, q=q)


def _pinball(pred, target, q):
    return regression.quantile(pred, target, q=q, reduction="none")


loss_mistakes(quantile, _pinball)


@quantile.mistake(
    "q swapped",
    "q and 1 − q are swapped, or the error is taken the other way round.",
    "With q = 0.9, which should cost more: predicting too much, or too little?",
)
def _(pred, target, q):
    return regression.quantile(pred, target, q=1 - q)


@quantile.mistake(
    "ignores q",
    "q = 0.5 whatever the caller asks for.",
    "Where in your formula does the argument q appear?",
)
def _(pred, target, q):
    return regression.quantile(pred, target, q=0.5)


@quantile.mistake(
    "doubled",
    "twice the loss, so that the median would give the MAE.",
    "With q = 0.5, what does an error of 1 cost by the definition?",
)
def _(pred, target, q):
    return 2 * regression.quantile(pred, target, q=q)


@quantile.mistake(
    "q on both sides",
    "both directions are weighted with q.",
    "If too high and too low cost the same, which quantile comes out, whatever q is?",
)
def _(pred, target, q):
    return np.mean(q * np.abs(pred - target))


@quantile.mistake(
    "1 − q on both sides",
    "both directions are weighted with 1 − q.",
    "If too high and too low cost the same, which quantile comes out, whatever q is?",
)
def _(pred, target, q):
    return np.mean((1 - q) * np.abs(pred - target))


@quantile.mistake(
    "negative below",
    "a prediction that is too low gets a negative loss: its minus sign is missing.",
    "A loss is at least 0. What is the sign of e when the prediction is too low?",
)
def _(pred, target, q):
    e = pred - target
    return np.mean(np.where(e >= 0, (1 - q) * e, q * e))


@quantile.mistake(
    "minimum",
    "the smaller of the two lines instead of the larger one.",
    "A loss is at least 0. Which of the two lines is, on either side?",
)
def _(pred, target, q):
    e = pred - target
    return np.mean(np.minimum((1 - q) * e, -q * e))


@quantile.mistake(
    "too low is free",
    "a prediction that is too low costs nothing.",
    "Which constant would minimize your loss on the targets 1, 2, 3?",
)
def _(pred, target, q):
    return np.mean((1 - q) * np.maximum(pred - target, 0))


@quantile.mistake(
    "too high is free",
    "a prediction that is too high costs nothing.",
    "Which constant would minimize your loss on the targets 1, 2, 3?",
)
def _(pred, target, q):
    return np.mean(q * np.maximum(target - pred, 0))


@quantile.mistake(
    "squared",
    "squared errors with the weights of the quantile: that is the expectile loss.",
    "How much more does an error of 4 cost than an error of 2?",
)
def _(pred, target, q):
    e = pred - target
    return np.mean(np.where(e >= 0, 1 - q, q) * e**2)


# Gradients


@problem("mse_gradient", edges=SHARED_EDGES, draw=_draw)
def mse_gradient(pred, target):
    return regression.mse.grad(pred, target)


gradient_mistakes(mse_gradient, lambda pred, target: 2 * (pred - target), regression.mse)


@mse_gradient.mistake(
    "half",
    "a factor of 2 is missing: this is the derivative of ½ e².",
    "What does the exponent do when you differentiate e²?",
)
def _(pred, target):
    return (pred - target) / len(pred)


@mse_gradient.mistake(
    "half, not divided by n",
    "the error alone: the factor 2 and the division by n are missing.",
    "Start with one example, e². Then ask what the mean over n does to its derivative.",
)
def _(pred, target):
    return pred - target


@mse_gradient.mistake(
    "sign of the error",
    "the sign of the error only: that is the gradient of the MAE.",
    "Should an error of 4 pull as hard as an error of 1?",
)
def _(pred, target):
    return np.sign(pred - target) / len(pred)


@mse_gradient.mistake(
    "still squared",
    "the factor 2 is there, but the error is still squared.",
    "What is the exponent of the derivative of e²?",
)
def _(pred, target):
    return 2 * (pred - target) ** 2 / len(pred)


@mse_gradient.mistake(
    "mean error",
    "the mean error in place of each example's own.",
    "Two errors of −1 and 1: should their predictions stay where they are?",
)
def _(pred, target):
    return np.full(pred.shape, 2 * np.mean(pred - target) / len(pred))


def _mae_subgradients(pred, target):
    e = pred - target
    return np.where(e > 0, 1, -1) / len(e), np.where(e < 0, -1, 1) / len(e)


@problem("mae_gradient", edges=SHARED_EDGES, draw=_draw, accept=_mae_subgradients)
def mae_gradient(pred, target):
    return regression.mae.grad(pred, target)


gradient_mistakes(mae_gradient, lambda pred, target: np.sign(pred - target), regression.mae)


@mae_gradient.mistake(
    "NaN at zero error",
    "e / |e|, which is 0/0 for a perfect prediction.",
    "Which function gives the sign of a number without dividing by it?",
)
def _(pred, target):
    e = pred - target
    return e / np.abs(e) / len(e)


@mae_gradient.mistake(
    "error itself",
    "the error instead of its sign.",
    "Draw |e|. Is it twice as steep at an error of 4 as at an error of 2?",
)
def _(pred, target):
    return (pred - target) / len(pred)


@mae_gradient.mistake(
    "gradient of the square",
    "the gradient of the MSE.",
    "Draw |e|. Is it twice as steep at an error of 4 as at an error of 2?",
)
def _(pred, target):
    return 2 * (pred - target) / len(pred)


@mae_gradient.mistake(
    "nothing below",
    "the gradient is 0 where the prediction is too low.",
    "A prediction of 1 for a target of 4: which way should it move?",
)
def _(pred, target):
    return np.where(pred > target, 1.0, 0.0) / len(pred)


@mae_gradient.mistake(
    "sign of the mean error",
    "one sign for the whole batch.",
    "One prediction is too high, one too low: should both move the same way?",
)
def _(pred, target):
    return np.full(pred.shape, np.sign(np.mean(pred - target)) / len(pred))


@mae_gradient.mistake(
    "half",
    "a factor of ½ too much.",
    "Draw |e|. How steep is it at an error of 3?",
)
def _(pred, target):
    return np.sign(pred - target) / 2 / len(pred)


@problem("huber_gradient", edges=DELTA_EDGES, draw=_draw_with_delta)
def huber_gradient(pred, target, delta=1.0):
    return regression.huber.grad(pred, target, delta=delta)


gradient_mistakes(
    huber_gradient, lambda pred, target, delta: np.clip(pred - target, -delta, delta), regression.huber
)


@huber_gradient.mistake(
    "not clipped",
    "the error itself everywhere: nothing limits the pull of an outlier.",
    "How steep is the linear branch, and does that depend on e?",
)
def _(pred, target, delta):
    return (pred - target) / len(pred)


@huber_gradient.mistake(
    "sign everywhere",
    "delta times the sign of the error everywhere, for small errors too.",
    "How steep is e²/2 at e = 0.01?",
)
def _(pred, target, delta):
    return delta * np.sign(pred - target) / len(pred)


@huber_gradient.mistake(
    "slope 1",
    "a slope of ±1 beyond delta, whatever delta is.",
    "The gradient is continuous. What is it right before |e| = delta?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, e, np.sign(e)) / len(e)


@huber_gradient.mistake(
    "no sign beyond delta",
    "+delta beyond delta, for large negative errors too.",
    "A prediction is 100 too low: which way should it move?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, e, delta) / len(e)


@huber_gradient.mistake(
    "clipped above only",
    "large positive errors are limited, large negative ones are not.",
    "What is your gradient at an error of −100?",
)
def _(pred, target, delta):
    return np.minimum(pred - target, delta) / len(pred)


@huber_gradient.mistake(
    "zero beyond delta",
    "the gradient is 0 beyond delta: outliers are ignored altogether.",
    "The loss still grows beyond delta. How fast?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, e, 0) / len(e)


@huber_gradient.mistake(
    "doubled near zero",
    "2e for small errors: the derivative of e² without the ½.",
    "The gradient is continuous. Do both branches give the same at |e| = delta?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, 2 * e, delta * np.sign(e)) / len(e)


@huber_gradient.mistake(
    "delta squared",
    "a slope of ±delta² beyond delta.",
    "The gradient is continuous. What is it right before |e| = delta?",
)
def _(pred, target, delta):
    e = pred - target
    return np.where(np.abs(e) <= delta, e, delta**2 * np.sign(e)) / len(e)


@huber_gradient.mistake(
    "smooth L1",
    "everything is divided by delta: that is the gradient of smooth L1.",
    "Far out the slope of Huber's loss is delta. What is yours?",
)
def _(pred, target, delta):
    return np.clip((pred - target) / delta, -1, 1) / len(pred)


@huber_gradient.mistake(
    "ignores delta",
    "delta = 1 whatever the caller asks for.",
    "Where in your formula does the argument delta appear?",
)
def _(pred, target, delta):
    return np.clip(pred - target, -1, 1) / len(pred)


def _quantile_subgradients(pred, target, q):
    e = pred - target
    return np.where(e > 0, 1 - q, -q) / len(e), np.where(e < 0, -q, 1 - q) / len(e)


@problem("quantile_gradient", edges=Q_EDGES, draw=_draw_with_q, accept=_quantile_subgradients)
def quantile_gradient(pred, target, q=0.5):
    return regression.quantile.grad(pred, target, q=q)


def _quantile_slope(pred, target, q):
    return regression.quantile.grad(pred, target, q=q, reduction="sum")


gradient_mistakes(quantile_gradient, _quantile_slope, regression.quantile)


@quantile_gradient.mistake(
    "q swapped",
    "q and 1 − q are swapped.",
    "With q = 0.9, which prediction should be pulled harder: one too high, or one too low?",
)
def _(pred, target, q):
    return _quantile_slope(pred, target, 1 - q) / len(pred)


@quantile_gradient.mistake(
    "swapped and flipped",
    "the error is taken the other way round, target minus prediction.",
    "A prediction is too high and grows: does the loss grow or fall?",
)
def _(pred, target, q):
    return -_quantile_slope(pred, target, 1 - q) / len(pred)


@quantile_gradient.mistake(
    "ignores q",
    "q = 0.5 whatever the caller asks for.",
    "Where in your formula does the argument q appear?",
)
def _(pred, target, q):
    return _quantile_slope(pred, target, 0.5) / len(pred)


@quantile_gradient.mistake(
    "sign of the error",
    "the sign of the error only: that is the gradient of the MAE.",
    "Which slope does each side of the kink have, and where is q in it?",
)
def _(pred, target, q):
    return np.sign(pred - target) / len(pred)


@quantile_gradient.mistake(
    "q on both sides",
    "q on both sides of the kink.",
    "How steep is the loss above the target, how steep below?",
)
def _(pred, target, q):
    return q * np.sign(pred - target) / len(pred)


@quantile_gradient.mistake(
    "nothing below",
    "the gradient is 0 where the prediction is too low.",
    "A prediction of 2 for a target of 5: which way should it move?",
)
def _(pred, target, q):
    return (1 - q) * (pred > target) / len(pred)


@quantile_gradient.mistake(
    "nothing above",
    "the gradient is 0 where the prediction is too high.",
    "A prediction of 5 for a target of 2: which way should it move?",
)
def _(pred, target, q):
    return -q * (pred < target) / len(pred)
