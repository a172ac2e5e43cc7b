"""The built site, page by page: `make book` first. New pages are found by themselves.

The files are read for what can be read off them (links, assets, alternative texts, formulas); each page is
then opened once in a browser, on a phone and on a desktop, in light and in dark.
"""

import functools
import importlib.util
import json
import os
import re
import threading
import unicodedata
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from sphinx.errors import ExtensionError

import lossutils
from lossutils.catalog import paths

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
CHAPTERS = sorted(p.stem for p in (ROOT / "notebooks").glob("*.ipynb") if not p.stem.endswith("-practice"))
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
LIMIT = 600_000  # bytes of a page with all it loads

each_page = pytest.mark.parametrize("page", PAGES)


def test_the_site_is_built():
    assert len(PAGES) > 5, f"no site in {SITE}: run `make book` first"


# --- What can be read off the files ---------------------------------------------------------------------


class Page(HTMLParser):
    """The ids, links, assets, images, style text, and visible text of a page."""

    EMPTY = frozenset("area base br col embed hr img input link meta source track wbr".split())
    SILENT = frozenset(("script", "style", "pre", "code", "annotation"))

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.assets, self.unnamed, self.classes = set(), [], [], [], set()
        self.style, self.text, self.open, self.svg = "", "", [], None
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        self.classes.update((attrs.get("class") or "").split())
        self.style += attrs.get("style") or ""
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        elif tag == "link" and attrs.get("rel") not in ("canonical", "next", "prev", "search", "index"):
            self.assets.append(attrs["href"])
        for name in ("src", "srcset", "poster", "data"):
            if attrs.get(name):
                self.assets.append(attrs[name])
        if tag == "img" and not (attrs.get("alt") or "").strip():
            self.unnamed.append(attrs.get("src"))
        if tag == "svg" and attrs.get("aria-hidden") != "true":
            self.svg = attrs
        if tag == "title" and self.svg is not None:
            self.svg["title"] = True
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        if tag == "svg" and self.svg is not None:
            named = self.svg.keys() & {"aria-label", "aria-labelledby", "title"}
            if self.svg.get("role") != "img" or not named:
                self.unnamed.append(f"svg {self.svg}")
            self.svg = None

    def handle_data(self, data):
        if "style" in self.open:
            self.style += data
        if not self.SILENT & set(self.open):
            self.text += data


@functools.cache
def read(page):
    return Page(SITE / page)


def is_foreign(url):
    return bool(urlsplit(url).netloc)


def urls_in(css):
    return re.findall(r"url\(\s*[\"']?([^\"')]+)", css) + re.findall(r"@import\s+[\"']([^\"']+)", css)


@each_page
def test_assets_are_in_the_site(page):
    assets = read(page).assets + urls_in(read(page).style)
    assert [url for url in assets if is_foreign(url)] == []


@each_page
def test_nothing_stands_between_a_page_and_the_screen(page):
    """Its style is in it, with what that asks for; no sheet is linked, and a script outside it waits."""
    text = (SITE / page).read_text("utf-8")
    urls = [url for url in urls_in(read(page).style) if not url.startswith(("data:", "#"))]
    assert [url for url in urls if not ((SITE / page).parent / url).exists()] == []
    assert re.findall(r'<link[^>]*rel="stylesheet"[^>]*>', text) == []
    assert [script for script in re.findall(r"<script[^>]*src=[^>]*>", text) if " defer " not in script] == []


@each_page
def test_a_page_says_what_it_is_about(page):
    found = re.findall(r'<meta name="description" content="([^"]*)">', (SITE / page).read_text("utf-8"))
    assert len(found) == 1 and len(found[0]) > 5 and "&lt;" not in found[0]


@each_page
def test_links_lead_somewhere(page):
    broken = []
    for link in read(page).links:
        if urlsplit(link).scheme:
            continue
        address, anchor = map(unquote, urldefrag(link))
        target = Path(os.path.normpath((SITE / page).parent / address)) if address else SITE / page
        if not target.is_file():
            broken.append(link)
        elif anchor and target.suffix == ".html" and anchor not in read(target.relative_to(SITE)).ids:
            broken.append(link)
    assert broken == []


@each_page
def test_images_have_a_text(page):
    assert read(page).unnamed == []


@each_page
def test_formulas_and_roles_are_rendered(page):
    assert "temml-error" not in read(page).classes
    left = re.findall(r".{0,30}(?:\$\$|\\[(\[]|\\[a-zA-Z]+\{|\{[a-z:]+\}`).{0,30}", read(page).text)
    assert left == []


@functools.cache
def extension(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "book" / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_formula_that_is_not_tex_is_an_error_and_the_renderer_ends():
    renderer = extension("course_math").Renderer()
    assert "<mfrac>" in renderer.ask(r"\frac12", True)["mathml"]
    assert "error" in renderer.ask(r"\frac{1", True)
    assert "error" in renderer.ask(r"\nosuchmacro", False)
    process = renderer.process
    renderer.close()
    assert process.poll() == 0


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_notebook_can_be_downloaded_and_its_cells_linked(chapter):
    download = f"../_sources/notebooks/{chapter}.ipynb"
    for page in (f"notebooks/{chapter}.html", f"book/{chapter}.html"):
        assert download in read(page).links
    source = ROOT / "notebooks" / f"{chapter}.ipynb"
    assert (SITE / "book" / download).read_bytes() == source.read_bytes()
    cells = {cell["id"] for cell in json.loads(source.read_text("utf-8"))["cells"]}
    assert cells - read(f"notebooks/{chapter}.html").ids == set()


def test_the_reference_has_every_public_name():
    assert {f"lossutils.{name}" for name in lossutils.__all__} - read("book/api.html").ids == set()


def test_the_leaves_of_the_tree_lead_to_their_chapters():
    leaf = r'<div class="leaf[^"]*">.*?href="(\w+)\.html[^"]*"><code>(.*?)</code>'
    found = re.findall(leaf, (SITE / "book/choosing.html").read_text("utf-8"), re.S)
    expected = []
    for _, end in paths():
        chapter = getattr(lossutils, end.loss).__module__.rpartition(".")[2]
        page = chapter if f"book/{chapter}.html" in PAGES else "api"
        expected.append((page, end.loss.replace("_", "_<wbr>")))
    assert found == expected


def write_site(out, lacks=""):
    """What the theme writes, reduced to the places that course_site changes, without one of them."""
    site = extension("course_site")
    static = out / "_static"
    (static / "scripts").mkdir(parents=True)
    (static / "styles").mkdir()
    files = {
        **dict.fromkeys([*site.SCRIPTS, *site.THEME_STYLES, "course.css"], ""),
        "scripts/pydata-sphinx-theme.js": (
            'f(),"complete"===document.readyState?I():window.addEventListener("load",I);\n'
            "//# sourceMappingURL=pydata-sphinx-theme.js.map"
        ),
        "scripts/sphinx-book-theme.js": "g();\n//# sourceMappingURL=sphinx-book-theme.js.map",
        "basic.css": "main { background-image: url(file.png); color: red }",
        "pygments.css": ".highlight .w { color: black } .highlight .k { color: blue }",
        "searchtools.js": "const _displayItem = () => {};",
        "../page.html": (
            '<title>A page</title><script src="_static/site.js"></script>'
            '<meta name="description" content="A page"><main><article>'
            '<section class="x" id="one"><span id="two"></span>'
            '<h1>A &amp; <code>b</code><a class="headerlink" href="#one">#</a></h1><p>text</p><p>more</p>'
            '<section id="three"><h2>C</h2><div>low</div></section></section></article></main>'
        ),
    }
    for name, text in files.items():
        (static / name).write_text(text.replace(lacks, "") if lacks else text, "utf-8")
    return SimpleNamespace(builder=SimpleNamespace(name="html"), outdir=out)


def test_a_smaller_figure_shows_the_same():
    look = "fill: none; stroke: currentColor"
    path = "M 1.00 2.04 L 3.06 4 L {} 6"
    lines = [f'<g><path d="{path.format(x)}" style="{look}"/></g>' for x in range(3)]
    figure = (
        '<svg class="course-figure" style="width: 100%"><g clip-path="url(#p0)"><defs><path id="ma"/></defs>'
        f'<use xlink:href="#ma" x="1.5"/><g />{"".join(lines)}<g><text>0.025</text></g></g></svg>'
    )
    page = extension("course_site").squeeze_figures(f"<head></head><p>L 1.00</p>{figure * 2}")
    assert page.count('<path d="M1 2 3 4 2 6" class="k0"/>') == 2
    assert "<style>.k0{fill:none;stroke:currentColor}</style></head><p>L 1.00</p>" in page
    assert page.count("<g") == page.count("</g>") == 2 and page.count("0.025") == 2
    assert page.count('id="f0"') == page.count('href="#f0"') == 2


@pytest.mark.parametrize(
    ("longest", "classes"),
    [(111, ""), (112, ' class="wide"'), (134, ' class="wide"'), (135, ' class="wide wrap"')],
)
def test_a_wide_output_is_smaller_and_a_very_wide_one_goes_on_below(longest, classes):
    output = '<div class="output stream highlight-myst-ansi"><div class="highlight">{}{}\n</pre></div></div>'
    text = "<span>&lt;a</span>".ljust(longest + 16, "x")
    page = output.format("<pre>", text) + f"<pre>{text}</pre>"
    expected = output.format(f"<pre{classes}>", text) + f"<pre>{text}</pre>"
    assert extension("course_site").fit_outputs(page) == expected


def test_a_theme_that_has_every_place_is_bundled(tmp_path):
    extension("course_site").bundle(write_site(tmp_path), None)
    script = (tmp_path / "_static/site.js").read_text("utf-8")
    assert "f(),0;" in script and "load" not in script and "sourceMapping" not in script
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "main{color:red}" in page and "font-display:swap" in page
    assert 'url("_static/STIXTwoMath.woff2")' in page
    told = (tmp_path / "_static/sections/page.js").read_text("utf-8")
    sections = [[["one", "two"], "A & b", "text more"], [["three"], "C", "low"]]
    assert told == f'Sections.tell("page", {json.dumps(["A & b", sections])})'
    assert "_displayItem =" not in (tmp_path / "_static/searchtools.js").read_text("utf-8")


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("pydata-sphinx-theme.js", '"complete"===document.readyState?I():window.addEventListener("load",I)'),
        ("pydata-sphinx-theme.js", "//# sourceMappingURL=pydata"),
        ("sphinx-book-theme.js", "//# sourceMappingURL=sphinx"),
        ("basic.css", "background-image: url(file.png);"),
        ("pygments.css", ".highlight .w { color: black }"),
        ("pygments.css", ".highlight .k { color: blue }"),
        ("searchtools.js", "const _displayItem ="),
        ("page.html", "</title>"),
        ("page.html", "<article>"),
        ("page.html", "_static/site.js"),
        ("page.html", '<meta name="description" content="A page">'),
    ],
)
def test_a_theme_that_lacks_a_place_fails_the_build(where, place, tmp_path):
    with pytest.raises(ExtensionError, match=f"{re.escape(where)}.* has no .*mend book/_ext/course_site.py"):
        extension("course_site").bundle(write_site(tmp_path, lacks=place), None)


def test_a_sidebar_without_folds_fails_the_build():
    app = SimpleNamespace(
        builder=SimpleNamespace(name="html"),
        config=SimpleNamespace(html_title="Course"),
        env=SimpleNamespace(found_docs={"page"}),
    )
    folds = (
        '<li class="has-children"><a>Page</a><details><summary></summary><ul><li></li></ul></details></li>'
    )
    for fold, fails in [(folds, False), ("<li></li>", True)]:
        context = {"css_files": [], "generate_toctree_html": lambda kind, fold=fold: fold}
        extension("course_site").use_bundles(app, "page", "page.html", context, None)
        if fails:
            with pytest.raises(ExtensionError, match=r"sidebar has no 'li\.has-children'"):
                context["generate_toctree_html"]("sidebar")
        else:
            assert context["generate_toctree_html"]("sidebar") == '<li class=""><a>Page</a></li>'


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        (".used, .unused { color : red ; }", ".used{color:red}"),
        (".used:not(.unused, p) > p::before{}", ""),
        (".used:is(.unused, p) > p:hover{top:0}", ".used:is(.unused,p) > p:hover{top:0}"),
        ('.used[title="a, .b {"] /* } */ p{top:0}', '.used[title="a, .b {"] p{top:0}'),
        (".a\\/b,#id,#unseen,q{top:0}", ".a\\/b,#id{top:0}"),
        (".xa.xb,.xa .xb,.xa.used{top:0}", ".xa .xb{top:0}"),
        ("p.highlighted,b::file-selector-button{top:0}", "p.highlighted{top:0}"),
        (
            'p{content:";}, \\"";top:calc( 1px + 2px )!important}',
            'p{content:";}, \\"";top:calc(1px + 2px)!important}',
        ),
        ("p{background:url(data:x;y,{})}", "p{background:url(data:x;y,{})}"),
        ('@media (width > 1px){.unused{top:0}}@import "x";', '@import "x";'),
        ("@keyframes k{from{top:0}50%{top:1px}}", "@keyframes k{from{top:0}\n50%{top:1px}}"),
        ("p{top:0;.unused{top:0}&:hover{top:1px}left:0}", "p{top:0;&:hover{top:1px}\nleft:0}"),
        ("p{--empty: ;top:var( --empty , 0 )}", "p{--empty: ;top:var(--empty,0)}"),
    ],
)
def test_a_style_sheet_keeps_the_rules_that_pages_use(css, expected):
    site = extension("course_site")
    page = site.Names('<p class="used a/b" id="id"><b class="xa"><i class="xb"></i></b></p>')
    assert site.write(site.used(site.parse(css, "x.css"), page)).rstrip("\n") == expected


@pytest.mark.parametrize(
    "mistake", ["p { top 0 }", "p { top: 0) }", "p { content: 'a\n'}", "p", "} p { top: 0 }"]
)
def test_a_style_sheet_with_a_mistake_is_an_error(mistake):
    with pytest.raises(ExtensionError, match=r"x\.css, line 2"):
        extension("course_site").parse(f"p {{ top: 0 }}\n{mistake}", "x.css")


def test_variables_that_nothing_uses_are_left_out():
    site = extension("course_site")
    css = "p{--a:0;--b:var(--a);--c:0;--d:var(--c);--by-script:1;--fig-1:red;top:var(--d)}q{--a:1}"
    left = site.drop_unused_variables(site.parse(css, "x.css"), "style.getPropertyValue('--by-script')")
    assert site.write(left) == "p{--c:0;--d:var(--c);--by-script:1;--fig-1:red;top:var(--d)}\n"


# --- What a browser sees ----------------------------------------------------------------------------------


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def address():
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE)) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def watch(tab, home):
    """Collect the files that a tab loads and what goes wrong in it."""
    seen = {"foreign": [], "errors": [], "files": set()}

    def on_request(request):
        if request.url.startswith(home):
            seen["files"].add(unquote(urlsplit(request.url.removeprefix(home)).path))
        elif not request.url.startswith("data:"):
            seen["foreign"].append(request.url)

    tab.on("request", on_request)
    tab.on("requestfailed", lambda request: seen["errors"].append(f"failed: {request.url}"))
    # A missing file shows on the console as an error.
    tab.on("pageerror", lambda error: seen["errors"].append(str(error)))
    tab.on("console", lambda message: message.type == "error" and seen["errors"].append(message.text))
    return seen


def settle(tab):
    """Open every fold and lay out every section; wait for the fonts and until scripts have seen the sizes."""
    tab.evaluate(
        """async () => {
            document.querySelectorAll("details").forEach((fold) => (fold.open = true));
            for (const section of document.querySelectorAll("article section"))
                section.style.contentVisibility = "visible";
            await document.fonts.ready;
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            document.getAnimations().forEach((animation) => animation.finish());
        }"""
    )


def violations(tab, *rules):
    """What axe calls serious, by all its rules or by those given.

    Formulas have the color of the text around them, and code that shows no new kind of token tells nothing
    new; axe takes half a minute for them on a long page.
    """
    tab.evaluate(
        """() => {
            const seen = new Set();
            for (const code of document.querySelectorAll("pre")) {
                const kinds = [...code.querySelectorAll("span")].map((span) => span.className);
                code.toggleAttribute("data-nothing-new", seen.size && kinds.every((kind) => seen.has(kind)));
                kinds.forEach((kind) => seen.add(kind));
            }
        }"""
    )
    options = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    context = {"exclude": [["math"], ["pre[data-nothing-new]"]]}
    found = Axe().run(tab, context, options).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html'][:150]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.fixture(scope="session")
def visit(browser, address):
    """What was seen of a page, which is opened once."""

    @functools.cache
    def visit(page):
        tab = browser.new_page(viewport=PHONE, color_scheme="light")
        seen = watch(tab, address)
        tab.goto(f"{address}/{page}")
        tab.wait_for_selector("main h1", state="attached", timeout=10_000)
        settle(tab)
        width = tab.evaluate("document.documentElement.scrollWidth")
        light = violations(tab)
        tab.set_viewport_size(DESKTOP)
        tab.emulate_media(color_scheme="dark")
        settle(tab)
        assert tab.evaluate("document.documentElement.dataset.theme ?? 'dark'") == "dark"
        dark = violations(tab, "color-contrast")
        tab.close()
        return {**seen, "width": width, "light": light, "dark": dark}

    return visit


@each_page
def test_no_request_leaves_the_host(page, visit):
    assert visit(page)["foreign"] == []


@each_page
def test_nothing_fails(page, visit):
    assert visit(page)["errors"] == []


@each_page
def test_a_phone_does_not_scroll_sideways(page, visit):
    assert visit(page)["width"] <= PHONE["width"]


@each_page
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page, theme, visit):
    assert visit(page)[theme] == []


@each_page
def test_weight(page, visit):
    files = visit(page)["files"]
    assert f"/{page}" in files
    assert sum((SITE / name[1:]).stat().st_size for name in files) < LIMIT


@pytest.mark.parametrize(
    "page", ["index.html", "book/claims.html", *(f"book/{name}.html" for name in CHAPTERS)]
)
def test_from_a_memory_stick(page, browser):
    tab = browser.new_page(viewport=PHONE)
    seen = watch(tab, SITE.as_uri())
    tab.goto(f"{SITE.as_uri()}/{page}")
    tab.wait_for_selector("main h1", state="attached", timeout=10_000)
    tab.evaluate("document.fonts.ready.then(() => true)")
    tab.close()
    assert seen["foreign"] + seen["errors"] == []


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_search(scheme, browser, address):
    home = address if scheme == "http" else SITE.as_uri()
    tab = browser.new_page(viewport=DESKTOP)
    seen = watch(tab, home)
    tab.goto(f"{home}/book/index.html")
    tab.locator(".search-button-field").click()
    tab.locator("dialog input[name=q]").fill("loss")
    tab.keyboard.press("Enter")
    tab.locator("#search-results li a").first.wait_for()
    tab.wait_for_load_state("networkidle")
    tab.locator("#search-results li a").first.click()
    tab.wait_for_selector("main h1", state="attached", timeout=10_000)
    tab.close()
    assert seen["foreign"] + seen["errors"] == []


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_result_says_its_section_and_its_chapter_and_begins_to_tell(scheme, browser, address):
    home = address if scheme == "http" else SITE.as_uri()
    tab = browser.new_page(viewport=DESKTOP)
    seen = watch(tab, home)

    def result(query):
        tab.goto(f"{home}/search.html?q={query}")
        item = tab.locator("ul.search li", has=tab.locator("p.context")).first
        item.locator("p.context").wait_for()
        tab.wait_for_load_state("networkidle")
        return item

    found = result("smoothl1loss")  # a term of the index
    assert found.locator("a").inner_text() == "Huber: the pull is capped"
    assert found.locator(".search-place").inner_text().endswith("Regression")
    found.locator("a").click()
    tab.wait_for_url("**/book/regression.html#huber-loss")
    tab.wait_for_load_state("networkidle")
    section = tab.locator("section:has(> #huber-loss), section#huber-loss").text_content()
    lines = result("smoothl1loss").locator("p.context").inner_text()
    assert "".join(lines[:80].split()) in "".join(section.split()) and 150 < len(lines) < 250

    found = result("nine houses of one street")  # words of the text alone
    assert found.locator("a").inner_text() == "Two digits swapped"
    assert "Nine houses of one street" in found.locator("p.context").inner_text()
    found.locator("a").click()
    tab.wait_for_url("**/book/regression.html#two-digits-swapped")
    tab.wait_for_load_state("networkidle")
    tab.close()
    assert seen["foreign"] + seen["errors"] == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize(
    ("page", "place"), [("index", ".course-start"), ("claims", "table.claims"), ("regression", "h2")]
)
def test_the_first_screen_stays_where_it_is(page, place, size, browser, address):
    """While the script of the site is still on its way, and when it has run."""
    tab = browser.new_page(viewport=size)
    waiting = []
    tab.route("**/site.js", lambda route: waiting.append(route))
    tab.goto(f"{address}/book/{page}.html", wait_until="commit")
    tab.wait_for_selector("footer", state="attached")
    top = f"document.querySelector('article {place}').getBoundingClientRect().top"
    before = tab.evaluate(f"document.fonts.ready.then(() => {top})")
    waiting[0].continue_()
    tab.wait_for_load_state("load")
    assert abs(tab.evaluate(top) - before) < 2
    tab.close()


def test_the_theme_switch_is_remembered(browser, address):
    tab = browser.new_page(viewport=DESKTOP, color_scheme="light")
    tab.goto(f"{address}/book/index.html")
    theme = "document.documentElement.dataset.theme"
    assert tab.evaluate(theme) == "light"
    for _ in range(3):  # auto, dark, light
        if tab.evaluate(theme) == "light":
            tab.locator(".theme-switch-button").click()
    assert tab.evaluate(theme) == "dark"
    tab.goto(f"{address}/book/claims.html")
    assert tab.evaluate(theme) == "dark"
    tab.close()


def test_claims_can_be_filtered(browser, address):
    tab = browser.new_page(viewport=DESKTOP)
    tab.goto(f"{address}/book/claims.html")
    rows = tab.locator("table.claims tbody tr")
    verdict = rows.first.get_attribute("data-verdict")
    expected = tab.locator(f"table.claims tr[data-verdict={verdict}]").count()
    tab.get_by_label("Verdict").select_option(verdict)
    shown = tab.locator("table.claims tbody tr:not([hidden])")
    assert shown.count() == expected < rows.count()
    assert tab.get_by_role("status").inner_text().startswith(f"{expected} of ")
    tab.get_by_label("Text").fill("no statement says this")
    assert shown.count() == 0
    tab.close()


def test_claims_are_all_there_without_scripts(browser, address):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/book/claims.html")
    rows = tab.locator("table.claims tbody tr")
    assert rows.count() == tab.locator("table.claims tbody tr >> visible=true").count() > 0
    context.close()


@pytest.mark.parametrize("chapter", [*CHAPTERS, "choosing"])
def test_every_box_that_asks_has_an_answer_behind_it(chapter):
    """In turn: a box, then its answer."""
    places = re.findall(r'<div class="[^"]*\bpredict\b|<details class="[^"]*\banswer\b', read_text(chapter))
    assert len(places) >= 2
    assert ["<details" in place for place in places] == [False, True] * (len(places) // 2)


def read_text(chapter):
    return (SITE / f"book/{chapter}.html").read_text("utf-8")


def test_an_answer_opens_after_a_guess_and_both_stay(browser, address):
    context = browser.new_context(viewport=PHONE)
    tab = context.new_page()
    tab.goto(f"{address}/book/classification.html")
    box, answer = tab.locator(".predict").first, tab.locator("details.answer").first
    fields, button = box.get_by_role("textbox"), box.get_by_role("button")
    assert fields.count() == 2 and fields.first.bounding_box()["height"] >= 44
    assert answer.get_attribute("open") is None and button.is_disabled()
    fields.nth(0).fill("0.001")
    assert button.is_disabled()
    fields.nth(1).fill("all of it")
    fields.nth(1).press("Enter")
    assert answer.get_attribute("open") is not None
    assert "You wrote: 0.001 · all of it" in answer.inner_text()
    tab.reload()
    assert "You wrote: 0.001 · all of it" in answer.inner_text()
    assert tab.locator("details.answer[open]").count() == 1
    context.close()


def test_an_answer_can_be_read_without_a_script(browser, address):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/book/classification.html")
    answer = tab.locator("details.answer").first
    assert not answer.locator(".tex").first.is_visible()
    answer.locator("summary").click()
    assert answer.locator(".tex").first.is_visible()
    context.close()


def test_a_quick_question_is_answered_at_once_and_the_answer_stays(browser):
    context = browser.new_context(viewport=PHONE)
    tab = context.new_page()
    tab.goto((SITE / "book/regression.html").as_uri())
    choice, number = tab.locator("#quick-capped-pull"), tab.locator("#quick-huber-cap")
    says = choice.locator(".quick-says")
    choice.get_by_role("button", name="Squared error.").click()
    assert "a hundred times as large" in says.inner_text()
    assert choice.locator(".wrong").count() == 1 and choice.locator(".right").count() == 0
    choice.get_by_role("button", name="Huber, capped at 1.").click()
    assert "its pull is 1 at both." in says.inner_text() and choice.locator(".right").count() == 1

    field, says = number.get_by_role("textbox"), number.locator(".quick-says")
    assert field.bounding_box()["height"] >= 44
    for typed, answer in [
        ("", "Write a number"),
        ("two", "Write a number"),
        ("300", "That is the mean"),
        ("7", "Another number? Cap each distance"),
        ("600/3", "50 from the left, 50 from the right"),
    ]:
        field.fill(typed)
        field.press("Enter")
        assert answer in says.inner_text()
    tab.reload()
    assert "50 from the left, 50 from the right" in says.text_content() and field.input_value() == "600/3"
    assert "its pull is 1 at both." in choice.locator(".quick-says").text_content()
    context.close()


def test_a_quick_question_can_be_read_without_a_script(browser, address):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}/book/regression.html")
    box = tab.locator("#quick-capped-pull")
    assert "Squared error." in box.locator("ol > li").all_inner_texts()
    box.locator("summary").click()
    assert "its pull is 1 at both." in box.locator("details").inner_text()
    context.close()


def test_the_front_page_leads_to_where_the_reader_left_off(browser):
    context = browser.new_context(viewport=DESKTOP)
    tab = context.new_page()
    front = (SITE / "book/index.html").as_uri()
    tab.goto(front)
    assert tab.get_by_text("Go on with").count() == 0
    tab.goto((SITE / "book/regression.html").as_uri() + "#huber-loss")
    tab.wait_for_timeout(300)
    tab.goto(front)
    tab.get_by_role("link", name="Go on with Regression: Huber: the pull is capped").click()
    tab.wait_for_url("**/regression.html#*")
    assert "huber" in tab.url
    context.close()


def test_the_hours_of_the_front_page_are_in_order():
    hours = re.findall(
        r'class="hours" data-of="\w+">(\d+) hours<', (SITE / "book/index.html").read_text("utf-8")
    )
    assert len(hours) == 6 and hours[:3] == hours[3:]
    assert int(hours[0]) < int(hours[1]) < int(hours[2])


def test_the_first_screen_says_what_the_course_is(browser, address):
    tab = browser.new_page(viewport={"width": 1280, "height": 800})
    tab.goto(f"{address}/book/index.html")
    for place in (".hours", "figure.explore svg"):
        box = tab.locator(place).first.bounding_box()
        assert box["y"] + box["height"] < 800, place
    tab.close()


def test_a_term_says_what_it_means_where_it_is_touched(browser, address):
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    tab = context.new_page()
    tab.goto(f"{address}/book/classification.html")
    term = tab.locator("a.term").first
    shown = "(e) => getComputedStyle(e, '::after').display"
    assert term.evaluate(shown) == "none"
    term.tap()
    assert tab.url.endswith("classification.html") and term.evaluate(shown) == "block"
    assert tab.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    term.tap()
    tab.wait_for_url("**/notation.html#term-*")
    context.close()


CUT = """() => [...document.querySelectorAll(
        "article :is(pre, .output, .pst-scrollable-table-container, .tex-scroll)")]
    .filter((box) => box.scrollWidth > box.clientWidth + 1)
    .map((box) => box.textContent.trim().slice(0, 40))"""


def test_nothing_is_cut_on_a_desk(browser):
    """Neither code nor what it prints, tables, formulas."""
    tab = browser.new_page(viewport=DESKTOP)
    cut = {}
    for page in PAGES:
        tab.goto((SITE / page).as_uri(), wait_until="load")
        tab.wait_for_url("**.html")
        if page == "index.html":  # leads on
            continue
        tab.add_style_tag(content="article section { content-visibility: visible !important }")
        tab.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        if found := tab.evaluate(CUT):
            cut[page] = found
    tab.close()
    assert cut == {}


# Where a target stands once it has been gone to: its top in pixels, or null where it is as it should be.
LANDED = """(id) => {
    const target = document.getElementById(id), top = target.getBoundingClientRect().top;
    const root = document.scrollingElement, atEnd = root.scrollTop + innerHeight >= root.scrollHeight - 2;
    const isRight = target.getClientRects().length === 0 || (top >= -1 && (top <= innerHeight / 4 || atEnd));
    return isRight ? null : top;
}"""
EVERY_THIRD_ID = """async (landed) => {
    const wrong = {}, isThere = eval(landed);
    const targets = [...document.querySelectorAll("article [id]")].filter((one) => !one.closest("svg"));
    for (const target of targets.filter((_, number) => number % 3 === 0)) {
        location.hash = "#" + target.id;
        await new Promise((done) => setTimeout(done));
        await new Promise((done) => requestAnimationFrame(done));
        const top = isThere(target.id);
        if (top !== null) wrong[target.id] = top;
    }
    return wrong;
}"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("chapter", [*CHAPTERS, "choosing"])
def test_links_land(chapter, size, browser, address):
    """Cold, from a file and from a server, and from within the page: the target is in the first quarter."""
    for home in (address, SITE.as_uri()):
        for target in ("practice", "what-to-remember"):
            if f'id="{target}"' not in read_text(chapter):
                continue
            tab = browser.new_page(viewport=size)
            tab.goto(f"{home}/book/{chapter}.html#{target}", wait_until="load")
            tab.wait_for_timeout(300)
            assert tab.evaluate(LANDED, target) is None, (home, target)
            tab.close()
    if size == PHONE:
        tab = browser.new_page(viewport=size)
        tab.goto(f"{address}/book/{chapter}.html", wait_until="load")
        assert tab.evaluate(EVERY_THIRD_ID, LANDED) == {}
        tab.close()


# --- On paper ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chapter_on_paper_shows_all_and_no_heading_stands_alone(theme, browser, tmp_path):
    pypdf = pytest.importorskip("pypdf")
    tab = browser.new_page(viewport=DESKTOP, color_scheme=theme)
    tab.goto((SITE / "book/regression.html").as_uri())
    closed = tab.locator("article details:not([open])").count()
    tab.pdf(path=tmp_path / "chapter.pdf", format="A4")
    assert tab.locator("article details:not([open])").count() == closed > 50
    assert tab.evaluate("document.documentElement.dataset.theme") == theme
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "chapter.pdf").pages]
    assert len(pages) < 48

    def letters(text):  # a PDF has ligatures
        return re.sub("[^a-z]", "", unicodedata.normalize("NFKD", text.lower()))

    printed = letters("".join(pages))
    folds = tab.locator("article details > :is(div, ul) p:not(:has(math))").all_text_contents()
    assert len(folds) > 50
    assert [text for text in folds if letters(text)[:25] not in printed] == []
    headings = {letters(text) for text in tab.locator("article :is(h2, h3)").all_text_contents()}
    ends = [letters(page.rstrip().rpartition("\n")[2]) for page in pages]
    assert [end for end in ends if end and end in headings] == []
    tab.close()


# --- The search --------------------------------------------------------------------------------------------

# What readers type, whole or begun, in any case; where it should lead within the first two results.
QUERIES = {
    "BCEWithLogitsLoss": "classification#bernoulli",
    "CrossEntropyLoss": "classification#categorical",
    "SmoothL1Loss": "regression#huber-loss",
    "KLDivLoss": "classification#entropy",
    "MarginRankingLoss": "ranking#pairs",
    "sparse_categorical_crossentropy": "classification#categorical",
    "pinball": "regression#quantile-loss",
    "mean squared error": "regression#squared-error",
    "l1 loss": "regression#absolute-error",
    "log loss": "classification#bernoulli",
    "class imbalance": "imbalance#four-layers",
    "weight decay": "foundations#l2-penalty",
    "tripletmargin": "metric_learning#triplet-loss",
    "NT-Xent": "metric_learning#info-nce-loss",
    "iou loss": "imbalance#overlap",
    "loss is nan": "debugging#bug-nan",
    "label smoothing": "classification#label-smoothing",
    "ordinal regression": "custom#ratings",
    "lambdamart": "ranking#lambdarank",
    "Huber_Loss": "regression#huber-loss",
}


def index_terms():
    """{term: page#place} of the whole index, a few hundred."""
    terms = extension("course_index").TERMS
    return {
        term: f"{page}#{place}"
        for page, places in terms.items()
        for place, text in places.items()
        for term in text.split("; ")
    }


def test_the_search_finds_what_readers_type(browser):
    """Each term of the index and each query, from a file: the section is among the first two results."""
    tab = browser.new_page(viewport=DESKTOP)
    tab.goto(f"{SITE.as_uri()}/search.html?q=focal")
    tab.wait_for_selector("ul.search li")
    script = """(queries) => Object.fromEntries(queries.map((query) => {
        const [words, terms, excluded, highlight, objects] = Search._parseQuery(query);
        const found = Search._performSearch(query, terms, excluded, highlight, objects);
        return [query, found.reverse().slice(0, 2).map((result) => result[0] + result[2])];
    }))"""
    expected = index_terms() | QUERIES
    found = tab.evaluate(script, list(expected))
    wrong = {query: found[query] for query, place in expected.items() if f"book/{place}" not in found[query]}
    assert len(expected) > 250
    assert wrong == {}
    tab.close()
