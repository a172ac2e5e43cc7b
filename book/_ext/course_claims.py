"""The table of claims, made from claims.csv: every statement of the sources, its verdict, its evidence."""

import csv
import html
import re
from collections import Counter
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

FILE = "claims.csv"
VERDICTS = {
    "right": "Right",
    "imprecise": "Imprecise",
    "wrong": "Wrong",
    "no-claim": "No claim",
    "": "Open",
}


class ClaimsTable(SphinxDirective):
    """The whole table; course.js adds the filters."""

    def run(self):
        path = Path(self.env.srcdir) / "book" / FILE
        self.env.note_dependency(str(path))
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [nodes.raw("", self.table(rows), format="html")]

    def table(self, rows):
        counts = Counter(row["verdict"] for row in rows)
        total = ", ".join(
            f"{counts[verdict]} {text.lower()}" for verdict, text in VERDICTS.items() if counts[verdict]
        )
        body = "\n".join(map(self.row, rows))
        return (
            f'<p class="claims-total">{len(rows)} statements: {total}.</p>\n'
            '<div class="claims-filters" hidden></div>\n'
            '<table class="claims"><thead><tr><th scope="col">Statement</th><th scope="col">Verdict</th>'
            f'<th scope="col">What is true, and where it is shown</th></tr></thead>\n'
            f"<tbody>\n{body}\n</tbody></table>"
        )

    def row(self, row):
        verdict = row["verdict"]
        chapter = row["chapter"]
        evidence = "".join(
            f"<li>{link_pointer(self.env, p)}</li>" for p in re.split(r";\s*", row["evidence"]) if p
        )
        return (
            f'<tr id="{slug(row["id"])}" data-chapter="{chapter}" data-verdict="{verdict or "open"}">'
            f'<td><span class="claim-id">{row["id"]}, {chapter.replace("_", " ")}</span> '
            f"{text(row['statement'])}</td>"
            f'<td><span class="verdict {verdict or "open"}">{VERDICTS[verdict]}</span></td>'
            f"<td>{text(row['truth'])}{evidence and f'<ul>{evidence}</ul>'}</td></tr>"
        )


def link_pointer(env, pointer):
    """A pointer to evidence as a link, where the site has it."""
    path, _, anchor = pointer.strip().partition("#")
    if question := re.fullmatch(r"book/bank/questions/(\w+)\.yaml", path):
        path, anchor = f"book/interview_{question[1]}.md", f"q-{anchor}"
    docname = re.sub(r"\.(md|ipynb)$", "", path)
    if docname == path or docname not in env.found_docs:
        return f"<code>{html.escape(pointer.strip())}</code>"
    label = docname.rpartition("/")[2].replace("_", " ").capitalize()
    if path.endswith(".ipynb"):
        label += " notebook"
    if anchor:
        label += f": {anchor.replace('-', ' ')}"
    if anchor.startswith("eq-"):
        anchor = f"equation-{anchor}"
    uri = env.app.builder.get_relative_uri(env.docname, docname)
    return f'<a href="{uri}{anchor and "#" + anchor}">{html.escape(label)}</a>'


def slug(name):
    return "claim-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def text(words):
    """Plain text; what stands in backticks is code. Where else the notes say the same is left out."""
    words = re.sub(r"\s*\[same content:[^\]]*\]", "", words)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(words, quote=False))


def setup(app):
    app.add_directive("claims-table", ClaimsTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
