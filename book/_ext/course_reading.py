"""A first reading: what is drawn, what is asked, what is folded, how long it takes.

- `{draw} regression.pulls` shows what the function `pulls` of `book/drawings/regression.py` draws.
- `{quick} huber-cap` asks a question of `book/questions/PAGE.yaml`, which course.js checks at once.
- A fold whose title begins with the name of a reader, "Proof: ...", carries it as a mark.
- The head of a chapter says how many minutes it takes, and so does each problem; both are computed.
"""

import functools
import importlib
import json
import re
import sys
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node

from lossutils.figures import themed
from lossutils.practice.exercises import EXERCISES

BOOK = Path(__file__).parents[1]
sys.path.insert(0, str(BOOK))  # book/drawings is a package
READERS = ("Proof", "On a computer", "Measured", "For experts")
KINDS = ("words", "cells", "columns", "code", "formula", "equation", "figure", "question")
WORDS_A_MINUTE, CELLS_A_MINUTE, SECONDS_A_FORMULA = 200, 150, 5
# To think, to try and to write, beside the minutes that the problem itself is read in.
MINUTES = {"easy": 5, "medium": 12, "hard": 25}


# --- Drawings -------------------------------------------------------------------------------------------


class Draw(SphinxDirective):
    """A figure that code draws when the page is built; what follows is its caption."""

    required_arguments = 1
    has_content = True

    def run(self):
        module, _, function = self.arguments[0].partition(".")
        for file in (BOOK / "drawings" / f"{module}.py", BOOK.parent / "notebooks" / f"{module}.ipynb"):
            self.env.note_dependency(str(file))
        name = f"{module}-{function}".replace("_", "-")
        svg = themed(*getattr(importlib.import_module(f"drawings.{module}"), function)(), name)
        figure = nodes.figure("", nodes.raw("", svg, format="html"))
        text = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, text)
        figure += nodes.caption("", "", *text[0].children)
        figure += [nodes.legend("", *text[1:])] if len(text) > 1 else []
        self.options["name"] = f"fig-{name}"
        self.set_source_info(figure)
        self.add_name(figure)
        return [figure]


# --- Quick questions ------------------------------------------------------------------------------------


@functools.cache
def questions(page):
    """{id: question} of a page. tests/test_reading.py says what a question has, and holds it to that."""
    found = yaml.safe_load((BOOK / "questions" / f"{page}.yaml").read_text("utf-8"))
    for question in found:  # by the alphabet, so that the order of the choices says nothing
        question.get("choices", []).sort(key=lambda choice: str(choice["text"]).casefold())
    return {question["id"]: question for question in found}


def tolerance(question):
    """How far an answer may be from the number: one percent, unless the question says otherwise."""
    return question.get("tolerance", abs(question["answer"]) / 100 or 1e-9)


def written(number):
    return f"{number:g}".replace("-", "−")


class Quick(SphinxDirective):
    required_arguments = 1

    def run(self):
        page = self.env.docname.rpartition("/")[2]
        self.env.note_dependency(str(BOOK / "questions" / f"{page}.yaml"))
        try:
            question = questions(page)[self.arguments[0]]
        except (KeyError, OSError):
            message = f"book/questions/{page}.yaml has no question {self.arguments[0]!r}"
            raise ExtensionError(message) from None
        ask = [question["ask"], ""]
        if "choices" in question:
            ask += [f"1. {choice['text']}" for choice in question["choices"]]
            right = [choice.get("right", False) for choice in question["choices"]]
            data = {"right": right.index(True)}
            says = [f"- **{choice['text']}** {choice['says']}" for choice in question["choices"]]
        else:
            wrong = question["wrong"]
            data = {
                "answer": question["answer"],
                "tolerance": tolerance(question),
                "wrong": [[one["value"], tolerance({**one, "answer": one["value"]})] for one in wrong],
            }
            says = [f"- **{written(question['answer'])}** {question['right']}"]
            says += [f"- **{written(one['value'])}** {one['says']}" for one in wrong]
            says += [f"- **Another number?** {question['else']}"]
        answer = nodes.admonition("", nodes.title("", "The answer"), classes=["dropdown", "said"])
        self.state.nested_parse(StringList(says, self.env.docname), 0, answer)
        box = nodes.container("", nodes.paragraph("", "Quick question", classes=["quick-title"]))
        self.state.nested_parse(StringList(ask, self.env.docname), 0, box)
        text = json.dumps(data).replace("<", "\\u003c")
        box += nodes.raw("", f'<script type="application/json">{text}</script>', format="html")
        box += answer
        box["classes"], box["ids"] = ["quick"], [f"quick-{question['id']}"]
        return [box]


# --- The way to the practice notebook -------------------------------------------------------------------


class TryIt(SphinxTransform):
    """Under each problem, the place where the reader writes and checks an answer."""

    default_priority = 300

    def apply(self):
        page = self.env.docname.rpartition("/")[2]
        for problem in self.document.findall(
            lambda n: isinstance(n, exercise_node | exercise_enumerable_node)
        ):
            label = problem["label"]
            checks = " ".join(
                f'<code>check("{name}")</code>' for name in EXERCISES.get(page, {}).get(label, [])
            )
            link = f'<a href="../notebooks/{page}-practice.html#{label}">Try it</a>'
            problem += nodes.raw("", f'<p class="try-it">{link} {checks}</p>', format="html")


# --- What is in sight, and how long it takes ------------------------------------------------------------


def before_practice(tree):
    """Take the problems of a chapter, and what stands behind them, out of it."""
    for section in tree.find_all("section", id=re.compile("^practice")):
        for after in section.find_next_siblings("section"):
            after.extract()
        section.extract()


def fold_titles(html):
    """The titles of the folds of a chapter that are no answers, up to its problems."""
    tree = BeautifulSoup(html, "html.parser")
    before_practice(tree)
    article = tree.find("article") or tree
    folds = (fold for fold in article.find_all("details") if not is_answer(fold))
    return [fold.summary.get_text(" ", strip=True) for fold in folds]


def is_answer(fold):
    return bool({"answer", "said"} & set(fold.get("class", ())))


def in_sight(html, folds=False):
    """What a first reading of a chapter meets, in order: ("words", how many), ("formula", 1), ...

    Folds are closed, but for the answers, which every reader opens, unless all `folds` are asked for. What
    code, tables and figures say are no words, and neither are the questions between the sections: such a
    question counts as one, and so does a box that asks for a guess.
    """
    tree = BeautifulSoup(html, "html.parser")
    before_practice(tree)
    for element in tree.select("script, style, nav, .headerlink, .eqno, .course-minutes, .again"):
        if "eqno" in element.get("class", ()):
            element.parent["numbered"] = "yes"
        element.extract()
    for fold in tree.find_all("details"):
        if not folds and not is_answer(fold):
            fold.extract()
    yield from parts(tree.find("article") or tree)


def parts(element):
    for child in element.children:
        if isinstance(child, str):
            yield "words", len(re.findall(r"\w[\w'’.,-]*", child))
            continue
        names = child.get("class", ())
        if "quick" in names:
            yield "question", 1
        elif "explore" in names:  # a figure that asks
            yield "figure", 1
            yield "question", 1
        elif child.name == "svg":
            yield "figure", 1
        elif child.name == "table":
            yield "cells", len(child.get_text(" ").split())
            yield "columns", max(len(row.find_all(["th", "td"])) for row in child.find_all("tr"))
        elif child.name == "pre":
            yield "code", len(child.get_text().splitlines())
        elif "tex" in names:
            yield "formula", 1
            if child.get("numbered"):
                yield "equation", 1
        else:
            if "predict" in names:
                yield "question", 1
            yield from parts(child)


def counts(seen):
    found = dict.fromkeys(KINDS, 0)
    for kind, count in seen:
        found[kind] = max(found[kind], count) if kind == "columns" else found[kind] + count
    return found


def gaps(seen, kind):
    """How many words pass before the first of a kind, between two of them, and after the last."""
    found = [0]
    for what, count in seen:
        if what == "words":
            found[-1] += count
        elif what == kind:
            found.append(0)
    return found


def minutes(count):
    reading = count["words"] / WORDS_A_MINUTE + count["cells"] / CELLS_A_MINUTE
    return reading + count["formula"] * SECONDS_A_FORMULA / 60


# --- What is added to a page ----------------------------------------------------------------------------


def mark_readers(html):
    """The first words of a fold's title, where they name its reader, as a mark."""
    names = "|".join(READERS)
    pattern = rf'(<span class="sd-summary-text">)({names}): '
    return re.sub(pattern, r'\1<b class="reader">\2</b> ', html)


def problems(html):
    """[(minutes, whether it is a core problem)] of the problems of a page."""
    found = []
    for problem in BeautifulSoup(html, "html.parser").select("div.exercise"):
        chip = next((level for level in MINUTES if problem.select_one(f".chip.{level}")), None)
        if chip is None:
            raise ExtensionError(f"the problem {problem.get('id')} has no chip: easy, medium or hard")
        time = MINUTES[chip] + minutes(counts(parts(problem)))
        found.append((time, problem.select_one(".chip.core") is not None))
    return found


def time_problems(html):
    """(the page with the minutes of each problem on its chip, their sum)"""
    spent = [time for time, _ in problems(html)]
    chips = re.compile(r'(<span class="chip (?:easy|medium|hard)">)(\w+)</span>')
    left = iter(spent)
    return chips.sub(lambda m: f"{m[1]}{m[2]} · {round(next(left))} min</span>", html, count=len(spent)), sum(
        spent
    )


def add_times(app, pagename, templatename, context, doctree):
    body = context.get("body")
    if not body or not pagename.startswith("book/"):
        return
    body = mark_readers(body)
    if 'class="exercise' in body or "exercise admonition" in body:
        body, problems = time_problems(body)
        first = minutes(counts(in_sight(body)))
        line = (
            f"First reading {rounded(first)} minutes, the problems {rounded(problems)}. {ways(app, pagename)}"
        )
        body = body.replace("</h1>", f'</h1>\n<p class="course-minutes">{line}</p>', 1)
    context["body"] = body


def ways(app, pagename):
    """Links to the notebooks of a chapter."""
    name = pagename.rpartition("/")[2]
    notebooks = {f"notebooks/{name}": "Experiments", f"notebooks/{name}-practice": "Practice notebook"}
    return " · ".join(
        f'<a href="../{path}.html">{text}</a>'
        for path, text in notebooks.items()
        if path in app.env.found_docs
    )


def time_routes(app, exception):
    """Write into the front page how long each way through the course takes: `{hours}` in index.md."""
    front = Path(app.outdir) / "book/index.html"
    if exception or app.builder.name != "html" or not front.exists():
        return
    pages = [(front.parent / f"{page}.html").read_text("utf-8") for page in EXERCISES]
    first = sum(minutes(counts(in_sight(page))) for page in pages)
    core = sum(time for page in pages for time, is_core in problems(page) if is_core)
    everything = sum(minutes(counts(in_sight(page, folds=True))) for page in pages)
    work = sum(time for page in pages for time, _ in problems(page))
    times = {"first": first, "core": first + core, "all": everything + work}
    text = re.sub(
        r'(<span class="hours" data-of="(\w+)">)[^<]*',
        lambda m: m[1] + hours(times[m[2]]),
        front.read_text("utf-8"),
    )
    front.write_text(text, "utf-8")


def hours(time):
    return f"{round(time / 60)} hours"


class Hours(SphinxRole):
    def run(self):
        return [nodes.raw("", f'<span class="hours" data-of="{self.text}"></span>', format="html")], []


def rounded(time):
    return 5 * round(time / 5)


def setup(app):
    app.add_directive("draw", Draw)
    app.add_directive("quick", Quick)
    app.add_transform(TryIt)
    app.add_role("hours", Hours())
    app.connect("html-page-context", add_times, priority=800)
    app.connect("build-finished", time_routes, priority=500)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
