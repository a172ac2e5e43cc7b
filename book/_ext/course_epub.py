"""The course as an EPUB (`make epub`): Sphinx's own builder, its pages as XML that an e-reader accepts.

Sphinx writes HTML into its pages where extensions hand it HTML. Here each page becomes XHTML: without
scripts, links to `.xhtml`, MathML and SVG in their namespaces. The book then says which pages hold which, as
EPUB 3 asks, and its zip has fixed dates, so that the same course gives the same file.
"""

import os
import re
import shutil
import zipfile
from pathlib import Path

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

KINDS = {"epub": "EPUB", "pdf": "PDF", "apkg": "Anki deck"}
STYLE = Path(__file__).parent / "epub" / "epub.css"
NAMESPACES = {"math": "http://www.w3.org/1998/Math/MathML", "svg": "http://www.w3.org/2000/svg"}
# SVG's names with capitals, which a parser of HTML would write small.
CAPITALS = ("viewBox", "clipPath", "preserveAspectRatio", "clipPathUnits", "patternUnits", "markerUnits")
# What only a script or a mouse makes use of.
FOR_SCRIPTS = "script, button, .try-it, .claims-filters, a.headerlink, .copybtn, .quick > input"


def xhtml(body):
    """The body of a page as XHTML."""
    tree = BeautifulSoup(body, "html.parser")
    for element in tree.select(FOR_SCRIPTS):
        element.extract()
    for name, namespace in NAMESPACES.items():
        for element in tree.select(name):
            element["xmlns"] = namespace
            if name == "svg":
                element["xmlns:xlink"] = "http://www.w3.org/1999/xlink"
    for link in tree.select("a[href]"):
        if not re.match(r"[a-z]+:", link["href"]):
            link["href"] = re.sub(r"\.html(?=#|$)", ".xhtml", link["href"])
        link["href"] = link["href"].replace("<", "%3C").replace(">", "%3E")
    for element in tree.select("summary :is(p, div, ol, ul, li)"):
        element.attrs = {"class": "line"}
        element.name = "span"
    for name, kind in (("hidden", "[hidden]"), ("scriptlevel", "math :not(mstyle)[scriptlevel]")):
        for element in tree.select(kind):
            del element[name]
    text = tree.decode(formatter="minimal")
    for name in CAPITALS:
        text = re.sub(rf"(?<=[<\s/]){name.lower()}(?=[\s=>])", name, text)
    return text


def size(file):
    found = file.stat().st_size
    return f"{found / 1e6:.0f} MB" if found >= 1e6 else f"{found / 1e3:.0f} kB"


class Books(SphinxDirective):
    """Links to the EPUB, the PDF and the deck of cards, those that have been made; else how to make them."""

    def run(self):
        made = [file for file in (self.made / f"loss-functions.{kind}" for kind in KINDS) if file.exists()]
        self.env.note_dependency(str(self.made))
        if not made:
            text = (
                "`make epub` and `make pdf` make one file of the course, for an e-reader and for paper; "
                "`make anki` makes a deck of its cards for Anki."
            )
            return self.parse_text_to_nodes(text)
        links = ", ".join(
            f'<a href="../{file.name}">{KINDS[file.suffix[1:]]}</a> ({size(file)})' for file in made
        )
        return [nodes.raw("", f"<p>The course to take along: {links}.</p>", format="html")]

    @property
    def made(self):
        return Path(self.env.srcdir) / "_build" / "books"


def copy_books(app, exception):
    if not exception and app.builder.name == "html":
        for kind in KINDS:
            for file in (Path(app.srcdir) / "_build" / "books").glob(f"*.{kind}"):
                shutil.copy(file, app.outdir)


def make_xhtml(app, pagename, templatename, context, doctree):
    if app.builder.name == "epub" and "body" in context:
        context["body"] = xhtml(context["body"])
        names = ("pygments.css", "epub.css")
        context["css_files"] = [
            sheet for sheet in context["css_files"] if str(sheet.filename).endswith(names)
        ]
        context["epub_style"] = STYLE.read_text("utf-8")


def name_contents(package, pages):
    """The list of files, `package`: each page with what it holds, and all in the order of the contents."""

    def item(found):
        text = pages.get(found[1], "")
        held = [name for name, tag in (("mathml", "math"), ("svg", "svg")) if f"<{tag} " in text]
        return f'{found[0]} properties="{" ".join(held)}"' if held else found[0]

    package = re.sub(r'<item id="[^"]*" href="[^"]*\.js"[^>]*/>\s*', "", package)
    package = re.sub(
        r'<item id="[^"]*" href="([^"]*\.xhtml)" media-type="[^"]*"(?! properties)', item, package
    )
    names = {href: name for name, href in re.findall(r'<item id="([^"]*)" href="([^"]*\.xhtml)"', package)}
    links = re.findall(r'<a href="([^"#]*)', pages["nav.xhtml"])
    order = dict.fromkeys(os.path.normpath(link).replace(os.sep, "/") for link in links)
    spine = "".join(f'<itemref idref="{names[page]}" />' for page in order)
    return re.sub(r"(<spine[^>]*>).*?(?=</spine>)", rf"\1{spine}", package, flags=re.S)


def write_book(app, exception):
    """The zip once more: with the properties of its pages, without scripts, with fixed dates."""
    if exception or app.builder.name != "epub":
        return
    book = Path(app.outdir) / f"{app.config.epub_basename}.epub"
    with zipfile.ZipFile(book) as made:
        files = {name: made.read(name) for name in made.namelist() if not name.endswith(".js")}
    pages = {name: text.decode() for name, text in files.items() if name.endswith(".xhtml")}
    files["content.opf"] = name_contents(files["content.opf"].decode(), pages).encode()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as again:
        for name in ["mimetype", *sorted(files.keys() - {"mimetype"})]:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            again.writestr(entry, files[name])


def setup(app):
    app.add_directive("books", Books)
    app.connect("build-finished", copy_books)
    app.connect("html-page-context", make_xhtml, priority=990)  # the last one
    app.connect("build-finished", write_book)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
