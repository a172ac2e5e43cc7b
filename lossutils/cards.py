"""What a card says: a loss in short. Each family of losses has its own at the end of its module."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A loss in short. `formula` is that of one example, in LaTeX; None is what a library does not have."""

    task: str
    formula: str
    aims: str  # the prediction it is content with
    gradient: str
    outliers: str  # what a wild or a wrong target does
    use: str
    not_for: str
    red_flag: str  # the answer that gives a candidate away, and why
    output: str  # the last layer, and what comes out of it
    torch: str
    sklearn: str | None = None
    optax: str | None = None
    keras: str | None = None
    note: str = ""  # where the conventions differ


NUMBER, YES_NO, CLASS = "a number", "yes or no", "one of K classes"
LABELS, DISTRIBUTION = "any of K labels", "a distribution over K classes"
EMBEDDING, ORDER = "an embedding", "an order"

REAL = "one linear unit, `(N,)`"
LOGIT = "one linear unit, a logit, `(N,)`"
LOGITS = "K linear units, logits, `(N, K)`"
SCORE = "one linear unit, a score, `(N,)`"
MASK = "a sigmoid for each place, probabilities, `(N, ...)`"
VECTOR = "D linear units, `(N, D)`"
