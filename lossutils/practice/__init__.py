"""Practice that answers back: `check("huber", my_huber)` says what is right, what is wrong, and why.

The function is called with hand-picked and with drawn inputs. The result is compared with the specification,
and with the usual mistakes that are stored for the problem. Whoever agrees with one of them on every input is
told so, with a hint that leaves the work to do.

Adding a problem
----------------
A problem is a solution, its inputs and its usual mistakes; everything else follows from them. It stands in
the file of its chapter in this folder (a new file is imported at the end of this one)::

    from .engine import problem, quarters

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

    rmse.mistake(
        "no root",
        "the square root is missing.",
        "In which unit is your result?",
        lambda pred, target: np.mean((pred - target) ** 2),
    )

1. The signature of the solution says how the learner's function is called: parameters without a default by
   position, parameters with one by name. Use the functions of `lossutils` where it has them.
2. `edges` are the inputs worth a name: what the learner reads as "right for ..., wrong for ...", then the
   arguments. Lists become float64 arrays; arrays, numbers and functions stay what they are. Make them small:
   the smallest input that fails is shown. Avoid numbers at which mistakes coincide (an error of 2, whose
   square is its double).
3. `draw(rng, n)` returns the arguments of a drawn input of n examples; `quarters` draws multiples of ¼,
   which are short to read and exact in float32 too.
4. Where several answers are right, `accept` takes the arguments and returns the lowest and the highest one.
   At a kink that is the range of subgradients: a MAE gradient may give anything from −1/n to 1/n where the
   error is 0.
5. `last` are inputs that a formula can be right without, such as whole numbers: each is tried once all
   before it are right, so that a mistake in the formula is named first.
6. Store at least three mistakes, about eight that learners make: a name, what it looks like (it follows the
   words "looks like"), a hint that does not give the solution away, and the function; one that takes more
   than an expression stands under `@rmse.mistake(name, looks, hint)`. `loss_mistakes` and
   `gradient_mistakes` add those that every mean and every gradient of a mean have in common.
7. Write the solution a second time in `tests/test_practice.py`, and one of the mistakes in other words.
   The test finds the problem by itself, and is red when a mistake passes, when two of them cannot be told
   apart, or when the empty stub is not recognized.

Results may be Python numbers, lists or arrays, in float32 or better: they are right within 1e-5, relatively.
"""

from . import (
    choosing,
    classification,
    custom,
    debugging,
    foundations,
    imbalance,
    margin,
    metric_learning,
    ranking,
    regression,
)
from .engine import PROBLEMS, Report, check

__all__ = [
    "PROBLEMS",
    "Report",
    "check",
    "choosing",
    "classification",
    "custom",
    "debugging",
    "foundations",
    "imbalance",
    "margin",
    "metric_learning",
    "ranking",
    "regression",
]
