"""What the built site needs beyond the theme: light pages that ask no other host, anchors for notebook cells.

- Every page links one style sheet and one script, bundled after the build from what the theme and the
  extensions register. Rules for classes that no page uses are left out, and so is the theme's icon script.
- Every cell of a notebook gets its cell id as an anchor, so that claims can point to it.
- Solutions and admonitions of class `dropdown` become <details>: they open without a script.
"""

import hashlib
import html
import json
import re
import shutil
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator
from sphinx_design.dropdown import dropdown_main, dropdown_title
from sphinx_exercise.nodes import solution_node

BOOK = Path(__file__).parents[1]
TEMML = BOOK / "_ext" / "temml"

# The theme's sheets go into a cascade layer, so that the course's own sheet wins whatever their specificity.
THEME_STYLES = [
    "basic.css",
    "styles/pydata-sphinx-theme.css",
    "styles/sphinx-book-theme.css",
    "pygments.css",
    "sphinx-design.min.css",
    "copybutton.css",
    "Temml-STIX2.css",
]
SCRIPTS = [
    "documentation_options.js",
    "doctools.js",
    "clipboard.min.js",
    "copybutton.js",
    "design-tabs.js",
    "scripts/pydata-sphinx-theme.js",
    "scripts/sphinx-book-theme.js",
    "course.js",
]
# Names that no page has until a script sets them.
SET_BY_SCRIPTS = """
    active context copybtn course-scroll dialog empty hide highlight-link highlighted mark noprint
    o-tooltip--left pst-sidebar-hidden scrolled search search-results search-summary show success
""".split()
# What search.html loads by itself stays beside the two bundles.
KEPT = {
    "site.css",
    "site.js",
    "searchtools.js",
    "language_data.js",
    "favicon.svg",
    "STIXTwoMath.woff2",
    "OFL.txt",
}


# --- Assets ---------------------------------------------------------------------------------------------


def note_assets(app, config):
    """Build the pages again when a style sheet, a script, a template, or an extension has changed."""
    files = (p for name in ("_ext", "_static", "_templates") for p in (BOOK / name).rglob("*") if p.is_file())
    parts = [p.read_bytes() for p in sorted(files) if p.suffix != ".pyc"]
    config.course_assets = hashlib.sha256(b"".join(parts)).hexdigest()


def use_bundles(app, pagename, templatename, context, doctree):
    if "css_files" not in context:
        return
    context["css_files"] = ["_static/site.css"]
    context["script_files"] = []  # _templates/static/webpack-macros.html links site.js
    context["page_summary"] = summary(doctree) or app.config.html_title
    chapter = pagename.rpartition("/")[2]
    notebook = f"notebooks/{chapter}"
    context["notebook"] = notebook if notebook in app.env.found_docs else None
    toctree = context["generate_toctree_html"]
    context["generate_toctree_html"] = lambda *args, **options: str(toctree(*args, **options)).replace(
        "<summary>", '<summary aria-label="Show or hide the pages below">'
    )


def summary(doctree):
    """The first sentences of a page, for search engines and link previews."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        if isinstance(paragraph.parent, nodes.section):
            text = " ".join(paragraph.astext().split())
            return text if len(text) <= 160 else text[:157].rsplit(" ", 1)[0] + " ..."
    return ""


def bundle(app, exception):
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    if not (static / SCRIPTS[0]).exists():
        return  # no page was out of date, and the bundles of the last build stand
    for name in ("STIXTwoMath.woff2", "OFL.txt", "Temml-STIX2.css"):
        shutil.copy(TEMML / name, static)

    script = "\n".join((static / name).read_text("utf-8") for name in SCRIPTS)
    # The theme measures every box of the page when it has loaded; course.js does it when they come into view.
    script = script.replace('"complete"===document.readyState?I():window.addEventListener("load",I)', "0")
    script = re.sub(r"^//# sourceMappingURL=.*$", "", script, flags=re.M)
    (static / "site.js").write_text(script, "utf-8")

    words = set(SET_BY_SCRIPTS)
    colors = re.findall(r"\.highlight \.(\w+)\s*(\{[^}]*\})", (static / "pygments.css").read_text("utf-8"))
    plain = {rule for name, rule in colors if name == "w"}  # white space has the color of plain text
    styled = {name for name, rule in colors if rule not in plain}
    for page in out.rglob("*.html"):
        squeeze(page, styled)
        words.update(re.findall(r"<([a-z][\w-]*)", page.read_text("utf-8")))
        for names in re.findall(r"\b(?:class|id)=[\"']([^\"']*)", page.read_text("utf-8")):
            words.update(names.split())
    words = {word for word in words if not word.startswith("fa-")}  # course.css draws the icons itself
    theme = "".join((static / name).read_text("utf-8") for name in THEME_STYLES)
    theme = theme.replace('@charset "UTF-8";', "").replace("@font-face{", "@font-face{font-display:swap;")
    theme = re.sub(r"background-image: url\(\w+\.png\);?", "", theme)
    course = (static / "course.css").read_text("utf-8")
    theme = write([("@layer strong, theme", None), ("@layer theme", list(prune(parse(theme), words)))])
    (static / "site.css").write_text(drop_unused_variables(theme + write(parse(course)), script), "utf-8")

    for path in static.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def redirect_root(app, exception):
    """The site's first page is in a folder; send there who opens index.html."""
    root = app.config.master_doc
    if not exception and app.builder.name == "html":
        (Path(app.outdir) / "index.html").write_text(
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f"<title>{html.escape(app.config.html_title)}</title>"
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<link rel="icon" href="data:,">'
            f'<meta http-equiv="refresh" content="0; url={root}.html"></head>\n'
            f"<body><main><h1>{html.escape(app.config.html_title)}</h1>"
            f'<p><a href="{root}.html">Start here</a></p></main></body></html>\n',
            "utf-8",
        )


def squeeze(page, styled):
    """Leave out what changes nothing: Pygments' marks on tokens without a color, white space in figures.

    Together they make up half of a notebook's page.
    """
    text = page.read_text("utf-8")
    smaller = re.sub(r'<svg[^>]*class="course-figure".*?</svg>', squeeze_figure, text, flags=re.S)
    smaller = re.sub(
        r'<span class="(\w{1,3})">([^<]*)</span>',
        lambda span: span[0 if span[1] in styled else 2],
        smaller,
    )
    smaller = re.sub(r"\n\s+</pre>", "\n</pre>", smaller)
    if smaller != text:
        page.write_text(smaller, "utf-8")


def squeeze_figure(found):
    figure = re.sub(r"\s+", " ", found[0]).replace("> <", "><")
    figure = re.sub(r'(?<= style=")[^"]*', lambda style: re.sub(r"(?<=[;:]) ", "", style[0]), figure)
    fonts = re.search(r"font-family:'DejaVu Sans'[^;\"]*;", figure)
    if fonts:  # once for the whole figure
        figure = figure.replace(fonts[0], "").replace(' style="', f' style="{fonts[0]}', 1)
    figure = re.sub(r' transform="rotate\(-0 [^)]*\)"', "", figure)
    # A tenth of a unit is less than a quarter of a pixel.
    path = r"(?<=\bd=\")[^\"]*"
    return re.sub(path, lambda d: re.sub(r"(\d\.\d)\d+|(?<=[A-Za-z]) | $", r"\1", d[0]), figure)


# --- A style sheet without the rules that no page uses ----------------------------------------------------

TOKEN = re.compile(
    r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|url\([^)\"']*\)|[{};]|[^{};\"'/u]+|.", re.S
)


def parse(css):
    """A list of (prelude, body); the body of `@import x;` is None, that of `@media` a list, else text."""
    tokens = (token for token in TOKEN.findall(css) if not token.startswith("/*"))
    return parse_rules(tokens)


def parse_rules(tokens):
    rules, prelude = [], ""
    for token in tokens:
        if token == "{":
            prelude = prelude.strip()
            if re.match(r"@(media|supports|layer|container)\b", prelude):
                rules.append((prelude, parse_rules(tokens)))
            else:
                rules.append((prelude, parse_block(tokens)))
            prelude = ""
        elif token == "}":
            break
        elif token == ";":
            rules.append((prelude.strip(), None))
            prelude = ""
        else:
            prelude += token
    return rules


def parse_block(tokens):
    depth, text = 0, ""
    for token in tokens:
        depth += (token == "{") - (token == "}")
        if depth < 0:
            break
        text += token
    return text.strip()


def prune(rules, words):
    for prelude, body in rules:
        if isinstance(body, list):
            inner = list(prune(body, words))
            if inner:
                yield prelude, inner
        elif prelude.startswith("@font-face"):
            if "STIX" in body:
                yield prelude, body
        elif prelude.startswith("@"):
            if not prelude.startswith("@import"):
                yield prelude, body
        else:
            used = [part for part in split_selectors(prelude) if is_used(part, words)]
            if used:
                yield ",".join(used), body


def split_selectors(prelude):
    parts, depth = [""], 0
    for char in prelude:
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [" ".join(part.split()) for part in parts]


def is_used(selector, words):
    """Whether each element, class, and id that the selector asks for occurs on some page."""
    plain = re.sub(r"\[[^\]]*\]", "", selector)
    while "(" in plain:  # what stands in :not(), :is(), :where() may be absent
        plain, count = re.subn(r"\([^()]*\)", "", plain)
        if not count:
            return True
    names = re.findall(r"[.#]((?:\\.|[\w-])+)", plain)
    elements = re.findall(r"(?:^|[\s>+~])([a-z][\w-]*)", plain)
    return all(name.replace("\\", "") in words for name in names + elements)


def write(rules):
    text = ""
    for prelude, body in rules:
        if body is None:
            text += f"{prelude};\n"
        elif isinstance(body, list):
            text += f"{prelude}{{\n{write(body)}}}\n"
        elif body:
            body = re.sub(r"(?<=[;:,])\s+", "", body)
            text += f"{prelude}{{{body}}}\n"
    return text


def drop_unused_variables(css, script):
    previous = None
    while css != previous:
        previous = css
        used = set(re.findall(r"(?:var\(\s*|[\"'`])(--[\w-]+)", css + script))
        css = re.sub(
            r"([{;]\s*)(--[\w-]+)\s*:(?:\"[^\"]*\"|[^;}\"])*(?=[;}])",
            lambda found, used=used: found[0 if found[2] in used or found[2].startswith("--fig-") else 1],
            css,
        )
        css = re.sub(r"(?<=[{;])\s*;+", "", css)
    return css


# --- Notebook cells -------------------------------------------------------------------------------------


def anchor_markdown_cells(app, docname, source):
    """Put an anchor before each Markdown cell; MyST-NB keeps nothing else to find the cell by."""
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and "id" in cell:
            text = "".join(cell["source"])
            cell["source"] = f'<span class="cell-anchor" id="{cell["id"]}"></span>\n\n{text}'
    source[0] = json.dumps(notebook)


def anchor_code_cells(app, doctree):
    """Give each code cell its id; where a heading already has that id, the heading is the anchor."""
    path = app.env.doc2path(app.env.docname)
    if not path.endswith(".ipynb"):
        return
    cells = json.loads(Path(path).read_text("utf-8"))["cells"]
    taken = {name for node in doctree.findall(nodes.Element) for name in node.get("ids", ())}
    for node in list(doctree.findall(nodes.raw)):
        found = re.search(r'class="cell-anchor" id="([^"]*)"', node.astext())
        if found and found[1] in taken:
            node.parent.remove(node)
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code":
            name = cells[node["cell_index"]].get("id")
            if name and name not in taken:
                node["ids"].append(name)


# --- Solutions ------------------------------------------------------------------------------------------


class FoldDropdowns(SphinxPostTransform):
    """Turn solutions and admonitions of class `dropdown` into <details>."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for section in self.document.findall(nodes.section):
            # sphinx-proof and sphinx-exercise give the body of every statement the same id.
            if section.parent is not self.document and section.get("ids", [""])[0].endswith("-content"):
                section["ids"].clear()
        for node in list(self.document.findall(lambda n: isinstance(n, nodes.Admonition))):
            if "dropdown" not in node.get("classes", ()):
                continue
            title, *body = node.children
            kind = "solution" if isinstance(node, solution_node) else "admonition"
            classes = [name for name in node["classes"] if name not in ("dropdown", kind)]
            # A link in a <summary> would be a control within a control.
            text = nodes.inline("", title.astext(), classes=["sd-summary-text"])
            summary = dropdown_title("", "", text, classes=["sd-summary-title", "sd-card-header"])
            content = nodes.container("", *body, classes=["sd-summary-content", "sd-card-body"])
            node.replace_self(
                dropdown_main(
                    "",
                    summary,
                    content,
                    ids=node["ids"],
                    classes=["sd-sphinx-override", "sd-dropdown", "sd-card", kind, *classes],
                )
            )


# --- Reference ------------------------------------------------------------------------------------------


def keep_bars(app, what, name, obj, options, lines):
    """In a docstring |e| is an absolute value; reStructuredText would look for a substitution."""
    literal = None
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if literal is not None and line.strip() and indent <= literal:
            literal = None
        if literal is None and not line.lstrip().startswith((">>>", "...")):
            parts = re.split(r"(`[^`]*`)", line)
            lines[number] = "".join(p if p.startswith("`") else p.replace("|", r"\|") for p in parts)
        if line.endswith("::"):
            literal = indent


# --- Bibliography ---------------------------------------------------------------------------------------


def visit_citation(self, node):
    """As docutils does, without its roles: they announce a list whose children are not list items."""
    start = len(self.body)
    HTML5Translator.visit_citation(self, node)
    self.body[start:] = [re.sub(r' role="[\w-]+"', "", part) for part in self.body[start:]]


def depart_citation(self, node):
    HTML5Translator.depart_citation(self, node)


def setup(app):
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    # Jupyter Book sets it for sphinx_comments, which this site does without.
    app.add_config_value("comments_config", {}, "")
    app.add_config_value("course_assets", "", "html")
    app.connect("config-inited", note_assets)
    app.add_post_transform(FoldDropdowns)
    app.connect("autodoc-process-docstring", keep_bars, priority=900)
    app.connect("source-read", anchor_markdown_cells)
    app.connect("doctree-read", anchor_code_cells)
    app.connect("html-page-context", use_bundles, priority=900)
    # Before sphinx-external-toc writes its own index.html; after the theme has written its style sheets.
    app.connect("build-finished", redirect_root, priority=100)
    app.connect("build-finished", bundle, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
