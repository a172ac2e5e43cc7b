"""A checker for anyone's loss: what is wrong with it, on which input, why, and what to do."""

import html
import textwrap
from dataclasses import dataclass, field


def check_loss(loss, pred=None, target=None, *, grad=None, library=None, **options):
    """Try a loss on ordinary, extreme and wrong inputs, and say what is wrong with it."""
    raise NotImplementedError


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `cause` is a key of `CAUSES` and stays the same from release to release."""

    cause: str
    severity: str  # "error": a wrong answer to a valid input; "warning": see `check_loss`
    what: str  # one sentence
    input: str
    got: str
    expected: str
    advice: str


@dataclass(frozen=True, repr=False)
class Report:
    """What `check_loss` answers: text for a person, `findings` for a program; true when nothing was found."""

    name: str
    taken_as: str
    findings: list[Finding] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)  # (what, why)

    def __bool__(self):
        return not self.findings
