"""The EPUB and the PDF: what is made of the site's pages is XML, and every link within it leads somewhere."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.dom import minidom

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build/html"
sys.path[:0] = [str(ROOT / "book"), str(ROOT / "book/_ext")]

import course_epub  # noqa: E402
import pdf  # noqa: E402

PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.glob("*/*.html"))
PAGES = [page for page in PAGES if page.startswith(("book/", "notebooks/"))]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_becomes_xml(page):
    article = BeautifulSoup((SITE / page).read_text("utf-8"), "html.parser").select_one("article")
    text = course_epub.xhtml(str(article))
    tree = minidom.parseString(text)
    assert not tree.getElementsByTagName("script")
    for name, namespace in course_epub.NAMESPACES.items():
        assert {e.getAttribute("xmlns") for e in tree.getElementsByTagName(name)} <= {namespace}
    assert not [e for e in tree.getElementsByTagName("svg") if not e.hasAttribute("viewBox")]


def test_links_and_names():
    text = course_epub.xhtml("<summary><p>a</p><ol><li>b</li></ol></summary>")
    line = '<span class="line">'
    assert text == f"<summary>{line}a</span>{line}{line}b</span></span></summary>"
    text = course_epub.xhtml(
        '<p hidden>a<br><a href="b.html#c">b</a><a href="https://x.org/a.html">x</a>'
        '<svg viewbox="0 0 1 1"><clippath id="k"></clippath></svg></p><script>1 < 2</script>'
    )
    assert text == (
        '<p>a<br/><a href="b.xhtml#c">b</a><a href="https://x.org/a.html">x</a>'
        '<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"><clipPath id="k"></clipPath></svg></p>'
    )


def test_the_list_of_files_says_what_they_hold_and_in_which_order():
    package = (
        '<item id="1" href="b/a.xhtml" media-type="application/xhtml+xml" />'
        '<item id="2" href="b/c.xhtml" media-type="application/xhtml+xml" />'
        '<item id="3" href="s.js" media-type="text/javascript" />'
        '<spine toc="ncx"><itemref idref="9" /></spine>'
    )
    pages = {"b/a.xhtml": "<math xmlns><svg >", "b/c.xhtml": "<p>"}
    pages["nav.xhtml"] = '<a href="b/c.xhtml#x">c</a><a href="b/../b/a.xhtml">a</a><a href="b/c.xhtml">c</a>'
    made = course_epub.name_contents(package, pages)
    assert 'href="b/a.xhtml" media-type="application/xhtml+xml" properties="mathml svg" />' in made
    assert 'href="b/c.xhtml" media-type="application/xhtml+xml" />' in made and "s.js" not in made
    assert '<spine toc="ncx"><itemref idref="2" /><itemref idref="1" /></spine>' in made


def test_the_document_that_is_printed():
    found = pdf.pages(SITE)
    assert [page.stem for page in found][:3] == ["index", "notation", "foundations"]
    tree = BeautifulSoup(pdf.document(SITE), "html.parser")
    names = [element["id"] for element in tree.select("[id]")]
    inside = {link["href"][1:] for link in tree.select("a[href]") if link["href"].startswith("#")}
    assert inside - set(names) == set()
    assert len(inside) > 300
    assert not tree.select("details:not([open]), script")
    used = set(re.findall(r"url\(#([\w-]+)\)", "".join(map(str, tree.select("svg")))))
    assert used and used <= set(names)


def test_the_front_page_links_what_has_been_made(tmp_path):
    class Books(course_epub.Books):
        made = tmp_path
        env = SimpleNamespace(note_dependency=lambda path: None)

        def __init__(self):
            pass

    (tmp_path / "loss-functions.epub").write_bytes(bytes(3_400_000))
    (tmp_path / "loss-functions.apkg").write_bytes(bytes(195_400))
    text = Books().run()[0].astext()
    links = re.findall(r'<a href="../(\S+)">([^<]*)</a> \(([^)]*)\)', text)
    assert links == [
        ("loss-functions.epub", "EPUB", "3 MB"),
        ("loss-functions.apkg", "Anki deck", "195 kB"),
    ]
