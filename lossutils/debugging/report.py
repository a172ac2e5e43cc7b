"""What `check_loss` answers: for a person, for a program, for a build."""

import html
import json
import textwrap
from dataclasses import asdict, dataclass, field

from .trial import Finding


@dataclass(frozen=True, repr=False)
class Report:
    """What `check_loss` answers: text for a person, `findings` for a program; true when nothing fails.

    `ok`, its truth, is false on an error; with `strict` on a warning and on a guess of the kind, too.
    `ignored` has the findings that were expected, with the reasons given for them; `otherwise` the reports
    for other kinds that the loss may be of, where the kind was guessed.
    """

    name: str
    taken_as: list[tuple[str, str]]
    findings: list[Finding] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)  # (what, why)
    ignored: list[tuple[Finding, str]] = field(default_factory=list)  # (finding, reason)
    kind: str = ""
    guessed: bool = False
    strict: bool = False
    otherwise: list = field(default_factory=list)
    place: tuple = ("", 0)  # the file and the line of the loss

    @property
    def errors(self):
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def ok(self):
        return not ((self.findings or self.guessed) if self.strict else self.errors)

    def __bool__(self):
        return self.ok

    def __repr__(self):
        mark = "✗" if not self.ok else "?" if self.guessed else "✓"
        lines = [f"{mark} {self.name}: {self.verdict}"]
        lines += _rows(self.taken_as)
        lines += _rows([("otherwise", f"if these are {r.kind}: {r._count}") for r in self.otherwise])
        for finding in self.findings:
            lines += ["", _wrapped(f"{finding.severity:<8}  {finding.cause}", finding.what)]
            rows = [("input", finding.input), ("got", finding.got), ("expected", finding.expected)]
            lines += _rows([*rows, ("do", finding.advice)])
        lines += [""] if self.findings else []
        lines += _rows([("ignored", f"{f.cause} ({f.severity}): {reason}") for f, reason in self.ignored])
        lines += _rows([("passed", "; ".join(self.passed) or "nothing")])
        lines += _rows([("not tried", f"{what}: {why}") for what, why in self.skipped])
        return "\n".join(lines)

    @property
    def verdict(self):
        guess = f", if these are {self.kind} (a guess: name the kind)" if self.guessed else ""
        text = f"{self._count}{guess}."
        if self.findings and not self.errors:
            text += (
                " Strict: warnings fail."
                if self.strict
                else " Warnings do not fail; strict=True counts them."
            )
        return text

    @property
    def _count(self):
        if not self.findings:
            return "nothing found"
        counts = [(word, sum(f.severity == word for f in self.findings)) for word in ("error", "warning")]
        text = ", ".join(f"{n} {word}{'s' if n > 1 else ''}" for word, n in counts if n)
        return text if self.errors else f"no error, {text}"

    def as_json(self):
        """One JSON object: name, kind, guessed, ok, strict, file, line, findings, ignored, otherwise, ..."""
        return json.dumps(self._as_dict(), indent=1, ensure_ascii=False)

    def _as_dict(self):
        return {
            "name": self.name,
            "kind": self.kind,
            "guessed": self.guessed,
            "ok": self.ok,
            "strict": self.strict,
            "file": self.place[0],
            "line": self.place[1],
            "taken_as": dict(self.taken_as),
            "findings": [asdict(finding) for finding in self.findings],
            "ignored": [asdict(finding) | {"reason": reason} for finding, reason in self.ignored],
            "passed": self.passed,
            "skipped": dict(self.skipped),
            "otherwise": [{"kind": r.kind, "causes": [f.cause for f in r.findings]} for r in self.otherwise],
        }

    def as_annotations(self):
        """A workflow command of GitHub for each finding, which shows it at the line of the loss."""
        file, line = self.place
        lines = []
        for f in self.findings:
            text = f"{f.what}\ninput: {f.input}\ngot: {f.got}\nexpected: {f.expected}\ndo: {f.advice}"
            where = [f"file={_escaped(file, True)}", f"line={line}"] if file else []
            title = _escaped(f"{self.name}: {f.cause}", True)
            lines.append(f"::{f.severity} {','.join([*where, f'title={title}'])}::{_escaped(text)}")
        return "\n".join([*lines, f"{self.name}: {self.verdict}"])

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
            + "".join(f"<p>If these are {r.kind}: {r._count}.</p>" for r in self.otherwise)
            + (f"<table>{table}</table>" if rows else "")
            + "".join(f"<p>Ignored: {f.cause}, {html.escape(reason)}.</p>" for f, reason in self.ignored)
            + f"<p>{html.escape(tried)}</p>"
            + (f"<p>Not tried:</p><ul>{untried}</ul>" if untried else "")
        )


def _escaped(text, in_property=False):
    """As GitHub asks for in a workflow command."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text


def _html_row(cells):
    return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"


def _rows(pairs):
    return [_wrapped(f"  {label:<9}", text) for label, text in pairs]


def _wrapped(label, text):
    return textwrap.fill(
        f"{label}  {text}", 100, subsequent_indent=" " * 13, break_long_words=False, break_on_hyphens=False
    )
