"""A first reading: short enough, with a picture and a question in time; and every question is right."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import reading
import yaml
from bs4 import BeautifulSoup

import lossutils

ROOT = Path(__file__).parents[1]
NAMES = {"np": np, "math": math} | {name: getattr(lossutils, name) for name in lossutils.__all__}
QUESTIONS = [
    (file.stem, question)
    for file in sorted((ROOT / "book/questions").glob("*.yaml"))
    for question in yaml.safe_load(file.read_text("utf-8"))
]
each_question = pytest.mark.parametrize(
    "page, question", QUESTIONS, ids=[f"{page}-{question['id']}" for page, question in QUESTIONS]
)
KEYS = {
    "choice": {"id", "ask", "choices", "holds", "see"},
    "number": {"id", "ask", "answer", "value", "tolerance", "right", "wrong", "else"},
}


def value(expression):
    return eval(expression, dict(NAMES))  # the expressions stand in the project's own files


@pytest.mark.parametrize("chapter", reading.CHAPTERS)
def test_a_first_reading_is_short_and_seen(chapter):
    assert reading.faults(chapter) == []


@each_question
def test_a_question_is_complete(page, question):
    kind = "choice" if "choices" in question else "number"
    assert set(question) <= KEYS[kind]
    if kind == "choice":
        assert 2 <= len(question["choices"]) <= 4
        assert [choice.get("right", False) for choice in question["choices"]].count(True) == 1
        assert all(choice["text"] and choice["says"] for choice in question["choices"])
        assert question.get("holds") or question.get("see"), "nothing shows that the right choice is right"
    else:
        assert question["right"] and question["else"] and len(question["wrong"]) >= 2
        assert all(one["says"] for one in question["wrong"])


@each_question
def test_a_question_is_right(page, question):
    for expression in question.get("holds", []):
        assert value(expression), expression
    if "answer" in question:
        width = reading.reading.tolerance(question)
        assert value(question["value"]) == pytest.approx(question["answer"], abs=width)
        places = [question["answer"], *(one["value"] for one in question["wrong"])]
        for one in question["wrong"]:
            if "is" in one:
                assert value(one["is"]) == pytest.approx(one["value"], rel=0.01)
            others = [place for place in places if place is not one["value"]]
            assert all(abs(one["value"] - place) > width for place in others), one["value"]
    if "see" in question:
        path, _, anchor = question["see"].partition("#")
        page = (ROOT / "_build/html" / path).read_text("utf-8")
        assert f'id="{anchor}"' in page, question["see"]


def test_every_question_is_asked_once_and_every_drawing_is_shown_once():
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "book").glob("*.md"))
    asked = re.findall(r"^`{3,}\{quick\} (\S+)", text, re.M)
    assert sorted(asked) == sorted(question["id"] for _, question in QUESTIONS)
    drawn = re.findall(r"^`{3,}\{draw\} (\S+)", text, re.M)
    defined = [
        f"{file.stem}.{name}"
        for file in sorted((ROOT / "book/drawings").glob("*.py"))
        for name in re.findall(r"^def ([a-z]\w*)\(\):", file.read_text("utf-8"), re.M)
    ]
    assert sorted(drawn) == sorted(defined)


GLOSSARY = yaml.safe_load((ROOT / "book/glossary.yaml").read_text("utf-8"))


def test_the_glossary_is_in_order_and_short():
    terms = [entry["term"] for entry in GLOSSARY]
    assert terms == sorted(set(terms), key=str.lower)
    assert [entry["term"] for entry in GLOSSARY if len(entry["means"].split()) > 26] == []
    page = BeautifulSoup(reading.page("notation"), "html.parser")
    assert [term for term in terms if not page.find(id=f"term-{term.lower().replace(' ', '-')}")] == []


@pytest.mark.parametrize("chapter", reading.CHAPTERS)
def test_a_term_is_explained_where_a_chapter_first_uses_it(chapter):
    tree = BeautifulSoup(reading.page(chapter), "html.parser").find("article")
    reading.reading.before_practice(tree)
    for element in tree.select("script, style, pre, code, table, svg, math, h1, h2, h3, details, .quick"):
        element.extract()
    for element in tree.select("a:not(.term), .admonition-title, .course-minutes"):
        element.extract()
    for entry in GLOSSARY:
        form = re.compile(rf"(?<![\w-])(?:{entry.get('forms', entry['term'] + 's?')})\b", re.I)
        first = tree.find(string=form)
        if first is not None:
            place = first.parent.name  # a link is to this term, or to a longer one that it is a part of
            assert place in ("a", "em", "strong"), f"{entry['term']}: {first[:80]}"


def test_what_is_in_sight_is_counted():
    html = """<article><section id="a"><h1>Two words</h1><p>one <span class="tex">x</span> two
    <span class="tex tex-display">y<span class="eqno">(1)</span></span></p>
    <details><summary>Proof: long</summary><p>a b c d e</p></details>
    <details class="answer"><summary>The answer</summary><p>three four</p></details>
    <div class="quick"><p>not a word</p></div><table><tr><td>7 8</td></tr></table><svg><text>no</text></svg>
    <figure class="explore"><svg></svg><figcaption>no</figcaption></figure>
    <section id="practice-more"><p>no</p></section><section id="after"><p>no</p></section>
    </section></article>"""
    seen = list(reading.reading.in_sight(html))
    assert reading.reading.counts(seen) == dict(
        words=8, cells=2, columns=1, code=0, formula=2, equation=1, figure=2, question=2
    )
    assert reading.reading.gaps(seen, "question") == [8, 0, 0]
    assert reading.reading.fold_titles(html) == ["Proof: long"]
