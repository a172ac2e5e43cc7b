"""Numbers that a page types into prose about an experiment are those of its notebook.

What a notebook measures comes to the page by `glue`; chapter tests compare most of the rest (`typed(...)`).
Here is what falls between: how many seeds, starts or splits an experiment has, and percentages. Each has to
stand in the code of the notebook, in what it prints, in an example of the page, or be captured by a pattern
of a test.
"""

import ast
import functools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from test_equations import PAGES, markdown
from test_text import SILENT, directives

ROOT = Path(__file__).parents[1]
CHAPTERS = [name for name in PAGES if (ROOT / "notebooks" / name.replace(".md", ".ipynb")).exists()]
CHAPTERS = [name for name in CHAPTERS if name.endswith(".md")]
WORDS = "two three four five six seven eight nine ten eleven twelve".split()
NUMBERS = dict(zip(WORDS, range(2, 13), strict=True)) | {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
MANY = "|".join([r"\d[\d,]*", *NUMBERS])
REPEATS = re.compile(
    rf"(?<![\w.,])({MANY}) (?:(?:other|more|different|random) )?(seeds|starts|splits|draws)\b", re.I
)
PERCENT = re.compile(r"(?<![\w.,\\^{])([−+-]?\d[\d,]*(?:\.\d+)?)(?= ?%)")
# What is no setting of an experiment.
OTHER = {"ranking.md": ["two draws"]}
# Percentages of plain arithmetic: (page, the words around it, value).
ARITHMETIC = [
    ("custom.md", r"divided by 3 it is 0\.083, a true ([\d.]+) %", 100 * (0.25 / 3) / (1 + 0.25 / 3)),
    ("margin.md", r"one is free\. (\d+) % and", 100 * 4 / (0.6 + 0.8 + 4)),
    ("margin.md", r"one is free\. \d+ % and (\d+) %", 100 * 4**2 / (0.6**2 + 0.8**2 + 4**2)),
]


def prose(text):
    """The prose of a page as it is written, with its roles; without problems and code."""
    for info, body, _ in [("", text, {}), *directives(text)]:
        for token in [] if re.match(SILENT, info) or info.startswith("{exercise") else markdown(body):
            if token.type == "inline":
                yield token.content


def quiet(paragraph):
    """The same length, with what is glued, code or mathematics blanked."""
    return re.sub(r"\{[\w:]+\}`[^`]*`|`[^`]*`|\$[^$]*\$", lambda m: " " * len(m[0]), paragraph)


def numbers(text):
    found = re.findall(r"(?<![\w.])\d[\d_,]*\.?\d*(?:e-?\d+)?", text)
    return {float(x.replace("_", "").replace(",", "")) for x in found}


@functools.cache
def notebook(name):
    """The code of a chapter's notebook, and all that it prints or glues."""
    cells = json.loads((ROOT / "notebooks" / name.replace(".md", ".ipynb")).read_text(encoding="utf-8"))[
        "cells"
    ]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    kinds = ("text/plain", "application/papermill.record/text/plain")
    data = [o.get("data", {}).get(kind, "") for o in outputs for kind in kinds]
    return code, "\n".join("".join(x) for x in [*(o.get("text", "") for o in outputs), *data])


@functools.cache
def patterns():
    """The strings of the tests: some are patterns that capture a typed number."""
    found = set()
    for path in (ROOT / "tests").glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "(" in node.value:
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [v.value if isinstance(v, ast.Constant) else ".{0,80}?" for v in node.values]
                found.add("".join(parts))
    captures = [pattern for pattern in found if re.search(r"\((?!\?)[^)]*\\[dSw.]|\(\[", pattern)]
    # not those for whatever looks like a number
    return [pattern for pattern in captures if len(re.findall(r"(?<!\\)[a-z|%:]", pattern)) > 3]


@functools.cache
def captured(text):
    """The places of a page that a pattern of a test captures."""
    places = set()
    for pattern in patterns():
        try:
            matches = list(re.finditer(pattern, text))
        except re.error:
            continue
        for match in matches if len(matches) < 5 else []:
            groups = [group for group in range(1, match.re.groups + 1) if len(match[group] or "") < 20]
            places.update(place for group in groups for place in range(*match.span(group)))
    return places


def repeats(text, code):
    """How many seeds, starts, ... a page says that its notebook does not have."""
    found = []
    for paragraph in prose(text):
        for match in REPEATS.finditer(quiet(paragraph)):
            n = NUMBERS.get(match[1].lower()) or int(match[1].replace(",", ""))
            listed = r"in \(" + ", ".join([r"\d+"] * n) + r"\):"
            named = rf"(?i:seed|start|split|draw|half|halves|repeat|trial)\w*\s*=\s*(?:range\()?{n}\b"
            called = rf"(?i:seed|start|split|draw)\w*\(.*\b{n}\)"
            if not re.search(
                rf"range\((?:\d+, ?)?(?:{n}|{n:_})\b|{named}|{called}|{listed}|size=\(?{n}\b", code
            ):
                found.append(match[0])
    return found


def percentages(text, known):
    """Percentages of a page that stand neither in its notebook nor in a test."""
    examples = "\n".join(re.findall(r"^>>> .*(?:\n(?!\n|>>> ).*)*", text, re.M))
    known, found = known | numbers(examples), []
    for paragraph in prose(text):
        starts = [
            m.start() for m in re.finditer(re.escape(paragraph), text)
        ]  # the cells of a table look alike
        for match in PERCENT.finditer(quiet(paragraph)):
            value = abs(float(match[1].replace(",", "").replace("−", "-")))
            forms = {value, *(round(x, 6) for x in (value / 100, 1 - value / 100, 1 + value / 100))}
            places = {start + match.start(1) for start in starts}
            if not forms & known and not places & captured(text):
                found.append(paragraph[max(0, match.start() - 40) : match.end() + 2])
    return found


@pytest.mark.parametrize("page", CHAPTERS)
def test_seeds_starts_and_splits(page):
    code, _ = notebook(page)
    assert [words for words in repeats(PAGES[page], code) if words not in OTHER.get(page, [])] == []


@pytest.mark.parametrize("page", CHAPTERS)
def test_percentages(page):
    assert percentages(PAGES[page], set().union(*map(numbers, notebook(page)))) == []


@pytest.mark.parametrize(("page", "words", "value"), ARITHMETIC)
def test_percentages_of_plain_arithmetic(page, words, value):
    (number,) = re.findall(words, PAGES[page])
    digits = len(number.partition(".")[2])
    assert float(number) == np.round(value, digits)


def test_the_guards_notice():
    page = "The mean of 3 starts, of eight seeds and of 20 random splits: {glue:text}`a.ipynb::b`.\n"
    code = "for seed in range(8): ...\nstarts = 3\nfor split in range(20): ..."
    assert repeats(page, code) == []
    assert repeats(page, code.replace("8", "2")) == ["eight seeds"]
    assert repeats(page, code.replace("3", "5")) == ["3 starts"]
    assert repeats("From two other starts.", "for seed in (1, 2):") == []
    page = "It falls by 12 %, $x = 7$ %, {glue:text}`a.ipynb::b` and `9` %.\n"
    assert percentages(page, {12.0}) == percentages(page, {0.88}) == []
    assert percentages(page, {13.0}) == ["It falls by 12 %"]
