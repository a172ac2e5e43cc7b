"""The course as one tagged PDF with bookmarks, printed by the browser from the built site.

    python book/pdf.py _build/html _build/loss-functions.pdf

All pages of the sidebar become one document, so that a link to another page leads there within the PDF.
Folds are open; notebooks are left to the screen.
"""

import re
import shutil
import sys
from pathlib import Path

from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

FOOT = (
    '<div style="width: 100%; font: 8px sans-serif; text-align: center; color: #555">'
    '<span class="pageNumber"></span></div>'
)
# What a reader of paper has no use for.
FOR_SCREENS = "script, button, input, .headerlink, .try-it, .course-left-off, .claims-filters"


def pages(site):
    """The pages in the order of the sidebar, the first one first."""
    first = site / "book" / "index.html"
    tree = BeautifulSoup(first.read_text("utf-8"), "html.parser")
    links = [link["href"] for link in tree.select("nav.bd-links a[href]")]
    return [first, *(first.parent / link for link in links if re.fullmatch(r"\w+\.html", link))]


def name_of(page):
    return page.stem.replace("_", "-")


def target(link, page, names):
    """Where a link of a page leads in the whole document."""
    path, _, anchor = link.partition("#")
    name = name_of(Path(path)) if path else name_of(page)
    if re.match(r"[a-z]+:", link) or (path and (name not in names or "/" in path)):
        return link
    return f"#{name}--{anchor}" if anchor else f"#{name}"


def part(page, names):
    """A page as a part of the document: its article, with names that no other page has."""
    tree = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    article = tree.select_one("article.bd-article")
    for element in article.select(FOR_SCREENS):
        element.extract()
    for fold in article.select("details"):
        fold["open"] = ""
    own = name_of(page)
    for element in article.select("[id]"):
        element["id"] = f"{own}--{element['id']}"
    for element in article.select("[href]"):
        element["href"] = target(element["href"], page, names)
    text = re.sub(r"url\(#([\w-]+)\)", rf"url(#{own}--\1)", str(article))
    looks = "".join(style.get_text() for style in tree.select("head style"))
    return f'<style>#{own} {{ {looks} }}</style><div id="{own}" class="printed-page">{text}</div>'


def document(site):
    """The whole course as one page of the site."""
    found = pages(site)
    names = {name_of(page) for page in found}
    parts = "\n".join(part(page, names) for page in found)
    return (
        '<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        "<title>Loss functions, executed</title>"
        '<link rel="stylesheet" href="../_static/site.css">'
        "<style>.printed-page { break-before: page } section { content-visibility: visible }</style>"
        f"</head><body>{parts}</body></html>"
    )


def write(site, target):
    browsers = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, browsers)), None)
    page = site / "book" / "all-pages.html"
    page.write_text(document(site), "utf-8")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
            tab = browser.new_page(color_scheme="light")
            tab.set_default_timeout(600_000)
            tab.goto(page.resolve().as_uri())
            tab.pdf(
                path=target,
                format="A4",
                scale=0.75,
                tagged=True,
                outline=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=FOOT,
                margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"},
            )
            browser.close()
    finally:
        page.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
