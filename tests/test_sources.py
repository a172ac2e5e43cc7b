"""Every citation has its entry in book/references.bib, and every entry is cited."""

import ast
import functools
import re
import unicodedata
from pathlib import Path

import pytest
from test_equations import PAGES
from test_text import paragraphs

ROOT = Path(__file__).parents[1]
BIB = (ROOT / "book/references.bib").read_text(encoding="utf-8")
# Names, the year in brackets, and perhaps where: Cox (1958), Burges et al. (2005), Elkan (2001), IJCAI.
BY_NAME = re.compile(
    r"([A-Z][\w\-]+(?:,? (?:[A-Z][\w\-]+|and|et al\.))*) "
    r"\((1[5-9]\d\d|20\d\d)\)(, (?:doi:|arXiv:|[A-Z][\w-]+\b(?! \()))?"
)


def plain(text):
    r"""Without accents and braces, those of TeX too: J{\"a}rvelin is jarvelin."""
    text = unicodedata.normalize("NFKD", re.sub(r"\\\W|[{}]", "", text))
    return "".join(c for c in text if not unicodedata.combining(c)).lower()


@functools.cache
def entries(bib):
    """{key: (authors, year)}"""
    found = {}
    for key, body in re.findall(r"^@\w+\{(\w+),\n(.*?)^\}", bib, re.M | re.S):
        fields = dict(re.findall(r"^ *(\w+) *= *\{(.*)\},?$", body, re.M))
        found[key] = plain(fields.get("author", fields.get("editor", ""))), fields.get("year")
    return found


def cited(text):
    return {
        key.strip() for keys in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text) for key in keys.split(",")
    }


def unknown(text, bib):
    """Names with a year that are no author and year of an entry, and say nothing of where else to look."""
    known = entries(bib).values()
    found = []
    for names, year, where in BY_NAME.findall(text):
        authors = " ".join(author for author, of in known if of == year)
        if not where and not any(plain(name) in authors for name in re.findall(r"[A-Z][\w\-]+", names)):
            found.append(f"{names} ({year})")
    return found


def docstrings():
    for path in sorted((ROOT / "lossutils").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
                yield path.name, " ".join((ast.get_docstring(node) or "").split())


def test_every_citation_is_an_entry_and_every_entry_is_cited():
    keys = set().union(*map(cited, PAGES.values()))
    assert keys - set(entries(BIB)) == set(), "cited, and not in the bibliography"
    assert set(entries(BIB)) - keys == set(), "in the bibliography, and cited nowhere"


def test_every_entry_is_whole():
    assert len(entries(BIB)) == len(re.findall(r"^@", BIB, re.M))
    assert [key for key, (authors, year) in entries(BIB).items() if not (authors and year)] == []


@pytest.mark.parametrize("page", PAGES)
def test_names_with_a_year_on_a_page(page):
    assert [x for paragraph in paragraphs(PAGES[page]) for x in unknown(paragraph, BIB)] == []


def test_names_with_a_year_in_a_docstring():
    assert [f"{place}: {x}" for place, text in docstrings() for x in unknown(text, BIB)] == []


def test_the_guards_notice():
    bib = '@article{jarvelin2002,\n  author = {J{\\"a}rvelin, Kalervo},\n  year = {2002},\n}\n'
    assert entries(bib) == {"jarvelin2002": ("jarvelin, kalervo", "2002")}
    assert unknown("Järvelin and Kekäläinen (2002) measure it.", bib) == []
    assert unknown("Järvelin and Kekäläinen (2003) measure it.", bib) == ["Järvelin and Kekäläinen (2003)"]
    assert unknown("As Hand (2009) says, and Box et al. (1957).", bib) == [
        "As Hand (2009)",
        "Box et al. (1957)",
    ]
    assert unknown("Hand (2009), doi:10.1007/s10994-009-5119-5; Elkan (2001), IJCAI.", bib) == []
    assert unknown("Hand (2009), who; Box (1957), Cox (1958).", bib) == [
        "Hand (2009)",
        "Box (1957)",
        "Cox (1958)",
    ]
    assert cited("{cite}`a2001, b2002` and {cite:p}`c2003`") == {"a2001", "b2002", "c2003"}
