"""The ```pycon blocks of the pages and of the README print what they show (docstrings: --doctest-modules)."""

import doctest
from pathlib import Path

import pytest
from test_equations import markdown

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "book").glob("*.md")])


def fences(text, first=0):
    """(language, content, line) of every fence of a page, those inside directives as well."""
    for token in markdown(text):
        if token.type in ("fence", "colon_fence"):
            line = first + token.map[0] + 1
            yield token.info.strip(), token.content, line
            if token.info.startswith("{"):
                yield from fences(token.content, line)


def failures(text, name):
    """What fails when the blocks of a page are run one after the other, in words."""
    names, report = {}, []
    for language, content, line in fences(text):
        if language == "pycon":
            test = doctest.DocTestParser().get_doctest(content, names, name, name, line)
            test.globs = names  # the next block goes on from here
            doctest.DocTestRunner(verbose=False).run(test, out=report.append, clear_globs=False)
    return "".join(report)


def overlooked(text):
    """Examples that would not run."""
    skipped = ["+SKIP"] if "+SKIP" in text else []
    return skipped + [
        content
        for language, content, _ in fences(text)
        if ">>>" in content and language != "pycon" and not language.startswith("{")
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_examples_of_a_page(path):
    text = path.read_text("utf-8")
    assert failures(text, path.name) == ""
    assert overlooked(text) == []


def test_no_docstring_example_is_skipped():
    files = (ROOT / "lossutils").glob("*.py")
    assert [path.name for path in files if "+SKIP" in path.read_text("utf-8")] == []


GOOD = (
    "Text\n\n```pycon\n>>> a = 2\n>>> a + 1\n3\n```\n\n:::{admonition} Title\n```pycon\n>>> a\n2\n```\n:::\n"
)


def test_the_guards_notice():
    assert failures(GOOD, "page") == "" and overlooked(GOOD) == []
    assert "line 5" in failures(GOOD.replace("\n3\n", "\n4\n"), "page")
    assert "line 11" in failures(GOOD.replace("\n2\n", "\n1\n"), "page")
    assert overlooked(GOOD.replace("pycon", "python", 1))
    assert overlooked(GOOD.replace(">>> a\n", ">>> a  # doctest: +SKIP\n"))
