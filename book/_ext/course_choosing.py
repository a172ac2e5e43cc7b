"""The page on choosing a loss, made from lossutils.catalog: the tree, the tables, the cheat sheet.

`{choosing} tree` is a nested list: the style sheet draws it as a tree where there is room, and a screen
reader walks it as a list. The tables are HTML whose cells carry the name of their column, for phones; the
formulas go through the parser of the page. The numbers in a table are computed here, by the losses.
What is long is folded by what the model puts out; the folds are open in the page, and a phone closes them.
"""

import html
import inspect
import re
from pathlib import Path

import numpy as np
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import lossutils
from lossutils import catalog
from lossutils.catalog import CARDS, CONVENTIONS, TREE, Leaf

LIBRARIES = {"torch": "PyTorch", "sklearn": "scikit-learn", "optax": "optax", "keras": "Keras"}
# What a loss is told in the tables of pulls; other parameters have their defaults.
OPTIONS = {"quantile": {"q": 0.9}, "cost_sensitive_bce": {"false_negative_cost": 10.0}}


class Choosing(SphinxDirective):
    required_arguments = 1

    def run(self):
        for path in (
            catalog.__file__,
            __file__,
            Path(self.env.srcdir) / "_toc.yml",
        ):  # a new chapter: a new link
            self.env.note_dependency(str(path))
        return getattr(self, self.arguments[0])()

    # --- The tree

    def tree(self):
        links = nodes.bullet_list(bullet="-")
        for task in TREE.answers:
            link = nodes.reference("", task, refid=anchor(task), internal=True)
            links += nodes.list_item("", nodes.paragraph("", "", link))
        root = nodes.container("", nodes.paragraph("", TREE.text, classes=["question"]), links)
        root["classes"] = ["tree-root"]
        return [root, *(node for branch in TREE.answers.items() for node in self.branch(*branch))]

    def branch(self, task, question):
        tree = nodes.container("", *self.following(question), classes=["tree"])
        return fold(task, [tree], anchor(task))

    def following(self, node):
        if isinstance(node, Leaf):
            return [self.leaf(node)]
        question = nodes.paragraph("", node.text, classes=["question"])
        answers = nodes.bullet_list(bullet="-")
        for answer, following in node.answers.items():
            item = nodes.list_item("", nodes.paragraph("", answer, classes=["answer"]))
            item += nodes.container("", *self.following(following), classes=["then"])
            answers += item
        return [question, answers]

    def leaf(self, leaf):
        box = nodes.container(classes=["leaf"])
        output = leaf.output or CARDS[leaf.loss].output
        lines = [f"**{self.linked(leaf.loss)}** after {output}", "", f"`{leaf.call}`"]
        self.parse([*lines, "", leaf.mind], box)
        return box

    # --- The tables

    def numbers(self):
        errors = (0.1, 1.0, 10.0)
        header = ["Loss", "Content with", *(f"Pull at {e:g}" for e in errors), "A wild target"]
        return [self.pulls(catalog.NUMBER, header, errors)]

    def decisions(self):
        scores = (-4.0, 0.0, 4.0)
        header = ["Loss", "Content with", *(f"Pull at {signed(z)}" for z in scores), "A wrong label"]
        return [self.pulls(catalog.YES_NO, header, scores)]

    def classes(self):
        scores = (-4.0, 0.0, 4.0)
        header = ["Loss", "Content with", *(f"Pull at {signed(z)}" for z in scores), "A wrong label"]
        return [self.pulls(catalog.CLASS, header, scores)]

    def pulls(self, task, header, places):
        rows = []
        for name, card in CARDS.items():
            if card.task == task:
                slopes = [shown(slope) for slope in pull(name, places)]
                rows.append([self.linked(name), words(card.aims), *slopes, words(card.outliers)])
        return table(header, rows, "choosing pulls")

    def others(self):
        header = ["Loss", "Content with", "Gradient", "A wild or wrong target"]
        tasks = (catalog.LABELS, catalog.DISTRIBUTION, catalog.EMBEDDING, catalog.ORDER)
        return self.folded(header, "choosing", lambda card: [card.aims, card.gradient, card.outliers], tasks)

    def folded(self, header, names, cells, tasks=tuple(TREE.answers)):
        """A table for each output: a row begins with the loss and goes on with its cells."""
        found = []
        for task in tasks:
            rows = [
                [self.linked(name), *map(words, cells(card))]
                for name, card in CARDS.items()
                if card.task == task
            ]
            found += fold(task, [table(header, rows, names)])
        return found

    def formulas(self):
        lines = ["| loss | of one example |", "| --- | --- |"]
        lines += [f"| {self.linked(name)} | ${card.formula}$ |" for name, card in CARDS.items()]
        box = nodes.container(classes=["formulas"])
        self.parse(lines, box)
        return [box]

    def cheatsheet(self):
        header = ["Loss", "Use it when", "Not for", "Red flag"]
        return self.folded(
            header, "choosing cheat-sheet", lambda card: [card.use, card.not_for, card.red_flag]
        )

    def conventions(self):
        header = ["", "lossutils", "PyTorch", "optax", "Keras", "scikit-learn"]
        rows = [[words(cell) for cell in row] for row in CONVENTIONS]
        return [table(header, rows, "choosing conventions")]

    def libraries(self):
        found = []
        for task in TREE.answers:
            rows = []
            for name, card in CARDS.items():
                if card.task == task:
                    given = {title: getattr(card, library) for library, title in LIBRARIES.items()}
                    lines = [
                        f"<dt>{title}</dt><dd>{statements(line)}</dd>"
                        for title, line in {"lossutils": call(name), **given}.items()
                        if line
                    ]
                    note = f"<p>{words(card.note)}</p>" if card.note else ""
                    rows.append([self.linked(name), f"<dl>{''.join(lines)}</dl>{note}"])
            found += fold(task, [table(["Loss", "The same number elsewhere"], rows, "choosing libraries")])
        return found

    # --- Small tools

    def parse(self, lines, node):
        self.state.nested_parse(StringList(lines, self.env.docname), 0, node)

    def chapter(self, name):
        """The page of a loss: that of its chapter, or the reference as long as there is none."""
        page = f"book/{getattr(lossutils, name).__module__.rpartition('.')[2]}"
        return (page, "") if page in self.env.found_docs else ("book/api", f"#lossutils.{name}")

    def linked(self, name):
        page, place = self.chapter(name)
        uri = self.env.app.builder.get_relative_uri(self.env.docname, page)
        return f'<a href="{uri}{place}"><code>{name.replace("_", "_<wbr>")}</code></a>'


def pull(name, places):
    """The gradient by the score: at an error, at the score of a yes, at the lead of the right class."""
    loss, options = getattr(lossutils, name), OPTIONS.get(name, {})
    task, score = CARDS[name].task, np.array(places)
    if task == catalog.NUMBER:
        return loss.grad(score, np.zeros_like(score), reduction="sum", **options)
    if name == "ordinal":  # the higher of two classes
        return loss.grad(score, np.ones(len(score), dtype=int), thresholds=[0.0], reduction="sum")
    if task == catalog.CLASS:
        logits = np.stack([np.zeros_like(score), score], axis=1)
        right = np.ones(len(score), dtype=int)
        if name in ("cce", "generalized_cross_entropy"):
            p = lossutils.softmax(logits)
            slopes = loss.grad(p, right, reduction="sum")[:, 1]
            return slopes * p[:, 1] * p[:, 0]
        return loss.grad(logits, right, reduction="sum")[:, 1]
    if name == "bce":
        p = lossutils.sigmoid(score)
        return loss.grad(p, np.ones_like(p), reduction="sum") * p * (1 - p)
    return loss.grad(score, np.ones_like(score), reduction="sum", **options)


def shown(slope):
    """Two digits, a real minus sign, no exponent."""
    text = np.format_float_positional(slope, precision=2, fractional=False, trim="-")
    if abs(slope) < 0.0005:
        text = "0" if slope == 0 else "-0.000…"
    return "0" if float(slope) == 0 else text.replace("-", "−")


def signed(number):
    return f"{number:+g}".replace("-", "−").replace("+0", "0")


def anchor(task):
    return "choose-" + task.replace(" ", "-").lower()


def words(text):
    """Of Markdown: code, strong, and a sentence in quotation marks, which somebody says."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    return re.sub("“[^”]*”", r'<span class="said">\g<0></span>', text)


def call(name):
    """How the loss is called here, with the names that the lines of the other libraries have."""
    parameters = inspect.signature(getattr(lossutils, name)).parameters.values()
    arguments = [
        x.name if x.kind is not x.KEYWORD_ONLY else f"{x.name}={x.name}"
        for x in parameters
        if x.name not in ("weight", "reduction", "mask")
    ]
    return f"{name}({', '.join(arguments)})"


def statements(code):
    """Each on a line of its own."""
    lines = html.escape(code, quote=False).split("; ")
    return "".join(f"<code>{line}</code>" for line in lines)


def fold(title, children, name=""):
    """A part that can be closed. It is open without a script, which closes it on a phone."""
    place = f' id="{name}"' if name else ""
    start = f'<details class="fold"{place} open><summary>{title[0].upper() + title[1:]}</summary>'
    return [nodes.raw("", start, format="html"), *children, nodes.raw("", "</details>", format="html")]


def table(header, rows, names):
    """With the roles written out: on a phone the style sheet takes the layout of a table away."""
    head = "".join(f'<th scope="col" role="columnheader">{html.escape(title)}</th>' for title in header)
    body = "\n".join(
        '<tr role="row">'
        + f'<th scope="row" role="rowheader">{row[0]}</th>'
        + "".join(
            f'<td role="cell" data-label="{html.escape(title)}">{cell}</td>'
            for title, cell in zip(header[1:], row[1:], strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return nodes.raw(
        "",
        f'<table class="{names}" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}\n</tbody></table>',
        format="html",
    )


def setup(app):
    app.add_directive("choosing", Choosing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
