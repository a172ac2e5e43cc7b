"""What `check_loss` answers."""

import html
import textwrap
from dataclasses import dataclass, field

from .trial import Finding


@dataclass(frozen=True, repr=False)
class Report:
    """What `check_loss` answers: text for a person, `findings` for a program; true when nothing was found."""

    name: str
    taken_as: list[tuple[str, str]]
    findings: list[Finding] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)  # (what, why)

    def __bool__(self):
        return not self.findings

    def __repr__(self):
        lines = [f"{'✓' if self else '✗'} {self.name}: {self.verdict}"]
        lines += _rows(self.taken_as)
        for finding in self.findings:
            lines += ["", _wrapped(f"{finding.severity:<8}  {finding.cause}", finding.what)]
            rows = [("input", finding.input), ("got", finding.got), ("expected", finding.expected)]
            lines += _rows([*rows, ("do", finding.advice)])
        lines += [""] if self.findings else []
        lines += _rows([("passed", "; ".join(self.passed) or "nothing")])
        lines += _rows([("not tried", f"{what}: {why}") for what, why in self.skipped])
        return "\n".join(lines)

    @property
    def verdict(self):
        if self:
            return "nothing found."
        counts = [(word, sum(f.severity == word for f in self.findings)) for word in ("error", "warning")]
        return ", ".join(f"{n} {word}{'s' if n > 1 else ''}" for word, n in counts if n) + "."

    def _repr_html_(self):
        head = ("", "cause", "what", "input", "got", "expected", "what to do")
        rows = [(f.severity, f.cause, f.what, f.input, f.got, f.expected, f.advice) for f in self.findings]
        table = "".join(f"<th>{x}</th>" for x in head)
        table = f"<thead><tr>{table}</tr></thead><tbody>" + "".join(map(_html_row, rows)) + "</tbody>"
        about = "; ".join(f"{label}: {text}" for label, text in self.taken_as)
        tried = f"Passed: {'; '.join(self.passed) or 'nothing'}."
        untried = "".join(f"<li>{html.escape(f'{what}: {why}')}</li>" for what, why in self.skipped)
        return (
            f"<p><strong>{html.escape(self.name)}: {self.verdict}</strong> {html.escape(about)}</p>"
            + (f"<table>{table}</table>" if rows else "")
            + f"<p>{html.escape(tried)}</p>"
            + (f"<p>Not tried:</p><ul>{untried}</ul>" if untried else "")
        )


def _html_row(cells):
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"


def _rows(pairs):
    return [_wrapped(f"  {label:<9}", text) for label, text in pairs]


def _wrapped(label, text):
    return textwrap.fill(
        f"{label}  {text}", 100, subsequent_indent=" " * 13, break_long_words=False, break_on_hyphens=False
    )
