"""Terms that explain themselves: the first time that a chapter uses a word of `book/glossary.yaml`.

The word is then a link to its entry on *Notation*, whose sentence shows where it is pointed at. A word that
the page itself sets in italics or bold at that place is being defined there, and stays as it is.
"""

import functools
import html
import re
from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

GLOSSARY = Path(__file__).parents[1] / "glossary.yaml"
HOME = "book/notation"
# Where a word is no running text, or is a link already.
ELSEWHERE = (
    nodes.title,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.reference,
    nodes.raw,
    nodes.table,
)


@functools.cache
def terms():
    """{term: (the pattern of its forms, what it means)}"""
    entries = yaml.safe_load(GLOSSARY.read_text("utf-8"))
    return {entry["term"]: (pattern(entry), entry["means"]) for entry in entries}


def pattern(entry):
    return re.compile(rf"(?<![\w-])(?:{entry.get('forms', entry['term'] + 's?')})\b", re.I)


def anchor(term):
    return "term-" + term.lower().replace(" ", "-")


class Glossary(SphinxDirective):
    """All terms with their meanings."""

    def run(self):
        self.env.note_dependency(str(GLOSSARY))
        found = nodes.definition_list()
        for term, (_, means) in terms().items():
            name = nodes.term("", term, ids=[anchor(term)])
            text = nodes.definition()
            self.state.nested_parse(StringList([means], self.env.docname), 0, text)
            found += nodes.definition_list_item("", name, text)
        return [found]


class ExplainTerms(SphinxPostTransform):
    default_priority = 850  # before folds become <details>
    formats = ("html",)

    def run(self, **kwargs):
        page = self.env.docname
        if (
            not page.startswith("book/")
            or f"notebooks/{page.rpartition('/')[2]}-practice" not in self.env.found_docs
        ):
            return
        left = dict(terms())
        for text in list(self.document.findall(nodes.Text)):
            if is_running(text):
                self.explain(text, left)

    def explain(self, text, left):
        found = [
            (m.start(), -len(m[0]), term, m[0]) for term, (p, _) in left.items() if (m := p.search(text))
        ]
        parts, end = [], 0
        for start, _, term, word in sorted(found):
            means = left.pop(term)[1]
            if start < end or isinstance(text.parent, nodes.emphasis | nodes.strong):
                continue  # part of a longer term, or defined here
            link = (
                f'<a class="term" href="notation.html#{anchor(term)}" data-says="{html.escape(means)}">'
                f"{html.escape(word)}</a>"
            )
            parts += [nodes.Text(text[end:start]), nodes.raw("", link, format="html")]
            end = start + len(word)
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def is_running(text):
    """Whether the text is prose in sight: not code, table, link, fold, problem or an answer to choose."""
    node = text.parent
    while node is not None:
        if isinstance(node, ELSEWHERE) or "exercise" in node.get("classes", ()):
            return False
        folded = {"sd-dropdown", "dropdown", "sd-summary-content"} & set(node.get("classes", ()))
        if folded or node.get("type") == "dropdown" or "solution" in node.get("classes", ()):
            return False
        if isinstance(node, nodes.enumerated_list) and "quick" in node.parent["classes"]:
            return False  # its items become buttons, which hold no links
        node = node.parent
    return True


def setup(app):
    app.add_directive("terms", Glossary)
    app.add_post_transform(ExplainTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
