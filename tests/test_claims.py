"""book/claims.csv: every statement of a finished chapter has a verdict, and every pointer leads somewhere."""

import ast
import csv
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import yaml
from test_doctests import fences
from test_equations import labelled, markdown

ROOT = Path(__file__).parents[1]
CLAIMS = ROOT / "book/claims.csv"
COLUMNS = ["id", "chapter", "source", "kind", "statement", "verdict", "truth", "evidence"]
VERDICTS = {"right", "wrong", "imprecise", "no-claim"}
# How many statements the sources make on each finished chapter.
ROWS = {
    "foundations": 91,
    "regression": 91,
    "classification": 101,
    "margin": 23,
    "imbalance": 29,
    "metric_learning": 27,
    "ranking": 16,
    "custom": 94,
    "debugging": 10,
    "practice": 90,
}


def rows():
    with CLAIMS.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def slug(heading):
    """The anchor of a heading as GitHub and MyST make it."""
    text = re.sub(r"[`*_]|\{[^}]*\}", "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"^\(([\w-]+)\)=\s*$", text, re.M)
    options = [
        o for _, content, _ in fences(text) for o in re.findall(r"^:(?:label|name):\s*(\S+)", content, re.M)
    ]
    tokens = markdown(text)
    headings = [b.content for a, b in pairwise(tokens) if a.type == "heading_open"]
    return {*targets, *options, *(label for label, _ in labelled(text)), *map(slug, headings)}


def cells(notebook):
    return {cell.id for cell in nbformat.read(notebook, as_version=4).cells}


def names_of_tests(module):
    """test_name and Class::test_name of every test in a file."""

    def collect(body, prefix=""):
        for node in body:
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                yield from collect(node.body, f"{node.name}::")
            elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield prefix + node.name

    return set(collect(ast.parse(module.read_text(encoding="utf-8")).body))


def questions(file):
    return {entry["id"] for entry in yaml.safe_load(file.read_text("utf-8"))}


PLACES = [
    (r"(book/[\w/]+\.md)#([\w-]+)", anchors),
    (r"(notebooks/\w+\.ipynb)#([\w-]+)", cells),
    (r"(book/bank/questions/\w+\.yaml)#([\w-]+)", questions),
    (r"(tests/test_\w+\.py)::([\w:]+)(?:\[[^\]]+\])?", names_of_tests),
]


def leads_nowhere(pointer):
    """Why a pointer leads nowhere, None if it does lead somewhere."""
    for pattern, names in PLACES:
        if match := re.fullmatch(pattern, pointer):
            path = ROOT / match[1]
            if not path.exists():
                return f"{pointer}: no such file"
            if path not in KNOWN:
                KNOWN[path] = names(path)
            return None if match[2] in KNOWN[path] else f"{pointer}: nothing of that name in the file"
    return f"{pointer!r} is no pointer"


KNOWN = {}


def defects(claims):
    """What is wrong with the rows, in words."""
    found = [
        f"{name}: the id stands {n} times" for name, n in Counter(r["id"] for r in claims).items() if n > 1
    ]
    for row in claims:
        problems = []
        if row.get(None) or None in row.values():
            problems.append("more or fewer fields than columns")
        elif not all(row[key].strip() for key in ("id", "source", "kind", "statement")):
            problems.append("an empty field")
        elif row["chapter"] not in ROWS:
            problems.append(f"no finished chapter is called {row['chapter']!r}")
        elif row["verdict"] not in VERDICTS:
            problems.append(f"{row['verdict']!r} is no verdict")
        else:
            if row["verdict"] in ("wrong", "imprecise") and not row["truth"].strip():
                problems.append(f"{row['verdict']}, but what is true?")
            pointers = [p.strip() for p in row["evidence"].split(";") if p.strip()]
            problems += filter(None, map(leads_nowhere, pointers)) if pointers else ["no evidence"]
        found += [f"{row['id']}: {problem}" for problem in problems]
    return found


def test_columns():
    with CLAIMS.open(newline="", encoding="utf-8") as file:
        assert next(csv.reader(file)) == COLUMNS


def test_every_row_is_judged_and_every_pointer_leads_somewhere():
    assert defects(rows()) == []


def test_every_statement_of_a_finished_chapter_is_there():
    assert Counter(row["chapter"] for row in rows()) == ROWS


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"evidence": ""}, "no evidence"),
        ({"evidence": "book/absent.md#top"}, "no such file"),
        (
            {"evidence": "tests/test_claims.py::test_columns; tests/test_claims.py::test_absent"},
            "nothing of that",
        ),
        ({"evidence": "book/index.md#absent-anchor"}, "nothing of that name"),
        ({"evidence": "see the book"}, "no pointer"),
        ({"verdict": "correct"}, "no verdict"),
        ({"verdict": "wrong"}, "what is true"),
        ({"verdict": "imprecise", "truth": " "}, "what is true"),
        ({"chapter": "margins"}, "no finished chapter"),
        ({"statement": ""}, "empty field"),
        ({"evidence": None}, "fields"),
        ({None: ["one more"]}, "fields"),
    ],
)
def test_defects_are_noticed(change, word):
    good = dict.fromkeys(COLUMNS, "x") | {"chapter": "regression", "verdict": "right", "truth": ""}
    good["evidence"] = "tests/test_claims.py::test_columns"
    assert defects([good]) == []
    assert word in " ".join(defects([good | change]))
    assert "2 times" in " ".join(defects([good, good]))


def test_every_kind_of_pointer_is_followed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "(a-target)=\n## Why `mean`, not sum?\n\n$$ a = b $$ (eq-a)\n\n```{exercise} A\n:label: ex-a\n```\n"
        ":::{figure} a.svg\n:name: fig-a\n:::\n"
    )
    assert anchors(page) == {"a-target", "why-mean-not-sum", "eq-a", "ex-a", "fig-a"}
    module = tmp_path / "test_a.py"
    module.write_text("def test_a(): pass\ndef helper(): pass\nclass TestB:\n    def test_c(self): pass\n")
    assert names_of_tests(module) == {"test_a", "TestB::test_c"}
    notebook = tmp_path / "a.ipynb"
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("a", id="a-cell")]), notebook
    )
    assert cells(notebook) == {"a-cell"}
