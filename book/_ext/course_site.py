"""What the built site needs beyond the theme: light pages that ask no other host, anchors for notebook cells.

- Every page carries the rules of the theme's and the course's style sheets that it uses, so that nothing
  stands between its text and the screen, and links one script, bundled after the build from what the theme
  and the extensions register. The theme's icon script is left out.
- What the search shows of a page, its sections and their text, is a script, so that it opens from a file too.
- Every cell of a notebook gets its cell id as an anchor, so that claims can point to it.
- Solutions and admonitions of class `dropdown` become <details>: they open without a script.
"""

import functools
import hashlib
import html
import json
import re
import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path

import tinycss2
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.errors import ExtensionError
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
    active context copybtn course-scroll dialog empty guess hide highlight-link highlighted laid-out mark
    choices noprint o-tooltip--left pst-sidebar-hidden right scrolled search search-results search-summary
    show success quick-says told wrong asked ring explore-ask explore-handle explore-result explore-row
    explore-says
""".split()
# Pseudo-elements of inputs that no page has.
NO_INPUTS = re.compile(r"::(-webkit-(date|color|inner-spin)|file-selector|-moz-focus)")
# What search.html loads by itself stays beside the bundle.
KEPT = {
    "site.js",
    "search.js",
    "sections",
    "searchtools.js",
    "language_data.js",
    "favicon.svg",
    "STIXTwoMath.woff2",
    "OFL.txt",
    "bank",
    "fsrs.js",
    "room.js",
}


# --- Assets ---------------------------------------------------------------------------------------------


def note_assets(app, config):
    """Build the pages again when a style sheet, a script, or a template has changed, read them again when an
    extension has."""
    config.course_assets = digest("_static", "_templates")
    config.course_extensions = digest("_ext")


def digest(*folders):
    files = (
        p for folder in folders for p in (BOOK / folder).rglob("*") if p.is_file() and p.suffix != ".pyc"
    )
    return hashlib.sha256(b"".join(p.read_bytes() for p in sorted(files))).hexdigest()


def use_bundles(app, pagename, templatename, context, doctree):
    if "css_files" not in context or app.builder.name != "html":
        return
    context["css_files"] = []  # `bundle` puts the rules into the page
    context["script_files"] = []  # _templates/static/webpack-macros.html links site.js
    context["page_summary"] = summary(doctree) or app.config.html_title
    if pagename.startswith("notebooks/"):
        widen(context)
    chapter = pagename.rpartition("/")[2]
    notebook = f"notebooks/{chapter}"
    context["notebook"] = notebook if notebook in app.env.found_docs else None
    toctree = context["generate_toctree_html"]
    context["generate_toctree_html"] = lambda *args, **options: without_notebooks(toctree(*args, **options))


def widen(context):
    """Code takes the place of the contents, which a notebook has folded at its head."""
    context["meta"] = {**(context.get("meta") or {}), "html_theme.sidebar_secondary.remove": "true"}
    sections = BeautifulSoup(context["toc"], "html.parser").select_one("li > ul")
    if sections:
        fold = f'<details class="contents"><summary>Contents</summary>{sections}</details>'
        context["body"] = replace(context["body"], "</h1>", f"</h1>\n{fold}", "a notebook")


def without_notebooks(sidebar):
    """The list of chapters. Their notebooks, one level below, are reached from the head of the chapter."""
    tree = BeautifulSoup(str(sidebar), "html.parser")
    chapters = tree.select("li.has-children")
    need(chapters, "the theme's sidebar", "'li.has-children'")
    for chapter in chapters:
        chapter["class"].remove("has-children")
        for below in chapter.select("details, ul"):
            below.extract()
    return str(tree)


def summary(doctree):
    """The first sentences of a page, for search engines and link previews."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        if isinstance(paragraph.parent, nodes.section):
            words = [node for node in paragraph.findall(nodes.Text) if not isinstance(node.parent, nodes.raw)]
            text = " ".join("".join(words).split())
            return text if len(text) <= 160 else text[:157].rsplit(" ", 1)[0] + " ..."
    return ""


def need(found, where, what):
    """Fail the build where the theme no longer has what this module changes in it."""
    if not found:
        raise ExtensionError(
            f"course_site: {where} has no {what} any more, so a change that the site needs would be lost; "
            "look for what took its place, and mend book/_ext/course_site.py"
        )


def replace(text, place, new, where):
    need(place in text, where, repr(place))
    return text.replace(place, new)


def bundle(app, exception):
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    if not (static / SCRIPTS[0]).exists():
        return  # no page was out of date, and the bundles of the last build stand
    for name in ("STIXTwoMath.woff2", "OFL.txt", "Temml-STIX2.css"):
        shutil.copy(TEMML / name, static)

    script = join_scripts({name: (static / name).read_text("utf-8") for name in SCRIPTS})
    (static / "site.js").write_text(script, "utf-8")
    search = (static / "searchtools.js").read_text("utf-8")
    search = replace(search, "const _displayItem =", "const _displayItemOfSphinx =", "searchtools.js")
    (static / "searchtools.js").write_text(search, "utf-8")  # search.js shows a result

    styled = styled_tokens((static / "pygments.css").read_text("utf-8"))
    theme = [rule for name in THEME_STYLES for rule in parse((static / name).read_text("utf-8"), name)]
    course = parse((static / "course.css").read_text("utf-8"), "course.css")
    theme = adapt(theme)
    (static / "sections").mkdir(exist_ok=True)
    for page in out.rglob("*.html"):
        if static in page.parents or page == out / "index.html":  # redirect_root wrote it
            continue
        squeeze(page, styled)
        text = page.read_text("utf-8")
        name = page.relative_to(out)
        for place in ("_static/site.js", '<meta name="description"'):
            need(place in text, f"{name}, made by the theme's templates,", repr(place))
        if page.name != "search.html":
            address = name.with_suffix("").as_posix()
            told = json.dumps(sections(text, name), ensure_ascii=False)
            told = f"Sections.tell({json.dumps(address)}, {told})"
            (static / "sections" / f"{address.replace('/', '-')}.js").write_text(told, "utf-8")
        if STYLE not in text:  # a page of the last build has its rules
            style = style_of(text, theme, course, script, "../" * (len(name.parts) - 1))
            need("</title>" in text, str(name), "'</title>'")
            page.write_text(text.replace("</title>", f"</title>{STYLE}{style}</style>", 1), "utf-8")

    for path in static.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


STYLE = '<style id="site">'
OURS = "".join((BOOK / "_static" / name).read_text("utf-8") for name in ("course.js", "search.js"))


class Names:
    """What the elements of a page are called, by tag, id and classes, and what scripts may call them."""

    def __init__(self, page):
        scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
        self.free = {*SET_BY_SCRIPTS, *re.findall(r"[\w-]+", " ".join([OURS, *scripts]))}
        self.elements = {self.names(tag) for tag in set(re.findall(r"<[a-z][^<>]*>", page))}
        self.has = functools.cache(self.has)

    @staticmethod
    def names(tag):
        names = [re.match(r"<([\w-]+)", tag)[1]]
        for value in re.findall(r"\s(?:class|id)=[\"']([^\"']*)", tag):
            names += value.split()
        return frozenset(names)

    def has(self, names):
        asked = names - self.free
        return not asked or any(asked <= element for element in self.elements)


def style_of(page, theme, course, script, home):
    """The rules of the theme and of the course that a page uses, now or when a script has changed it."""
    without_icons = Names(re.sub(r"\bfa-[\w-]+", "", page))  # course.css draws them itself
    theme, course = used(theme, without_icons), used(course, Names(page))
    rules = [("@layer strong,theme", None), ("@layer theme", theme), *course]
    style = write(drop_unused_variables(without_idle_keyframes(rules), script))
    return replace(style, 'url("./', f'url("{home}_static/', "the style sheet of Temml")


def sections(page, name):
    """What the search shows of a page: [its title, [[the names of a section, its heading, its text], ...]]"""
    article = re.search(r"<article.*?</article>", page, re.S)
    need(article, str(name), "<article>")
    unseen = r'<(script|style|svg|button)\b.*?</\1>|<a class="headerlink.*?</a>'
    text = re.sub(unseen, " ", article[0], flags=re.S)
    found = []
    for part in re.split(r"(?=<section\b)", text)[1:]:
        tag, names = re.match(r'(<section\b[^>]*>)((?:\s*<span id="[^"]*"></span>)*)', part).groups()
        heading, told, rest = part.partition("</h")
        names = re.findall(r' id="([^"]*)"', tag + names)
        if told and names:
            found.append([names, plain(heading), plain(rest.partition(">")[2])])
        elif found:  # the body of a statement
            found[-1][2] += " " + plain(part)
    title = found[0][1] if found else ""
    return [title, found]


def plain(markup):
    """The text of some HTML; what stands in a block of its own is a word of its own."""
    blocks = "p|li|td|th|tr|div|dt|dd|pre|summary|details|figcaption|h[1-6]|br"
    text = re.sub(rf"</?(?:{blocks})\b[^>]*>", " ", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())


def join_scripts(scripts):
    """The scripts, by name, as one."""
    theme = "scripts/pydata-sphinx-theme.js"
    # The theme measures every box of the page when it has loaded; course.js does it when they come into view.
    start = '"complete"===document.readyState?I():window.addEventListener("load",I)'
    scripts = {**scripts, theme: replace(scripts[theme], start, "0", theme)}
    # Without comments and indentation.
    scripts["course.js"] = re.sub(r"\n\s*(//.*)?(?=\n)|\n\s+", "\n", scripts["course.js"])
    for name in (theme, "scripts/sphinx-book-theme.js"):
        scripts[name], count = re.subn(r"^//# sourceMappingURL=.*$", "", scripts[name], flags=re.M)
        need(count, name, "comment `//# sourceMappingURL=...`")
    return "\n".join(scripts.values())


def styled_tokens(css):
    """Pygments' classes whose color is not that of plain text, which white space has, in light or in dark.

    {class: the first one that looks the same in both}
    """
    colors = [
        (name, write(body))
        for prelude, body in parse(css, "pygments.css")
        for name in re.findall(r"\.highlight \.(\w+)", prelude)
    ]
    plain = {body for name, body in colors if name == "w"}
    need(plain, "pygments.css", "color of white space, `.highlight .w`")
    styled = {name for name, body in colors if body not in plain}
    need(styled, "pygments.css", "color of a token, `.highlight .NAME`")
    looks = {name: tuple(body for other, body in colors if other == name) for name in sorted(styled)}
    return {name: next(other for other in looks if looks[other] == looks[name]) for name in looks}


def redirect_root(app, exception):
    """The site's first page is in a folder; send there who opens index.html."""
    root = app.config.master_doc
    if not exception and app.builder.name == "html":
        (Path(app.outdir) / "index.html").write_text(
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f"<title>{html.escape(app.config.html_title)}</title>"
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="description" content="{html.escape(app.config.html_title)}">'
            f'<link rel="icon" href="data:,">'
            f'<meta http-equiv="refresh" content="0; url={root}.html"></head>\n'
            f"<body><main><h1>{html.escape(app.config.html_title)}</h1>"
            f'<p><a href="{root}.html">Start here</a></p></main></body></html>\n',
            "utf-8",
        )


def squeeze(page, styled):
    """Leave out what changes nothing: Pygments' marks on tokens without a color of their own, white space.

    Together they make up half of a notebook's page.
    """
    text = page.read_text("utf-8")
    smaller = fit_outputs(squeeze_figures(text))
    # The theme's arrow of a fold, which course.css draws itself.
    smaller = re.sub(r'<span class="sd-summary-state-marker.*?</svg></span>', "", smaller, flags=re.S)
    smaller = re.sub(
        r'<span class="(\w{1,3})">([^<]*)</span>',
        lambda span: f'<span class="{styled[span[1]]}">{span[2]}</span>' if span[1] in styled else span[2],
        smaller,
    )
    # Names that no rule of the site asks for, and what MathML takes for granted.
    smaller = re.sub(r'<span class="pasted-text">([^<]*)</span>', r"\1", smaller)
    smaller = smaller.replace('<p class="sd-card-text">', "<p>").replace(' fence="true"', "")
    smaller = smaller.replace("sd-sphinx-override sd-dropdown sd-card sd-mb-3", "sd-dropdown")
    smaller = smaller.replace('class="docutils literal notranslate"', 'class="literal"')
    smaller = re.sub(r' docutils(?: container)?(?=">)|(?<=#") title="Link to this \w+"', "", smaller)
    smaller = re.sub(r'<mo form="(?:prefix|postfix)"(?=[^<>]*>[()\[\]{}]<)', "<mo", smaller)
    mark = re.compile(r'<span class="(\w{1,3})">([^<]*)</span>([ \n]*)<span class="\1">')
    while mark.search(smaller):  # two marks of one color, one after the other, are one
        smaller = mark.sub(r'<span class="\1">\2\3', smaller)
    smaller = re.sub(r"\n\s+</pre>", "\n</pre>", smaller)
    if smaller != text:
        page.write_text(smaller, "utf-8")


def fit_outputs(page):
    """Outputs whose lines are longer than a notebook's column on a desk are set smaller, or wrapped."""

    def fit(found):
        lines = html.unescape(re.sub(r"<[^>]*>", "", found[2])).splitlines()
        longest = max(map(len, lines), default=0)
        classes = ' class="wide wrap"' if longest > 134 else ' class="wide"' if longest > 111 else ""
        return f"{found[1]}<pre{classes}>{found[2]}</pre>"

    output = r'(<div class="output[^"]*">\s*<div class="highlight">)<pre>(.*?)</pre>'
    return re.sub(output, fit, page, flags=re.S)


FIGURE = re.compile(r'<svg[^>]*class="course-figure".*?</svg>', re.S)


def squeeze_figures(page):
    """The page with smaller figures: short names, and looks that occur often as classes of the page."""
    page = FIGURE.sub(squeeze_figure, page)
    figures = "".join(FIGURE.findall(page))
    names = dict.fromkeys(re.findall(r' id="([mpCh][\w-]*)"', figures))
    short = {name: f"f{number:x}" for number, name in enumerate(names)}
    looks = Counter(re.findall(r' style="([^"]*)"', re.sub(r"<svg[^>]*>", "", figures)))
    classes = {look: f"k{number:x}" for number, (look, count) in enumerate(looks.most_common()) if count > 2}

    def shorten_names(found):
        figure = re.sub(r'(?<= id=")[\w-]*', lambda name: short.get(name[0], name[0]), found[0])
        figure = re.sub(r"(?<=[\"(]#)[\w-]*", lambda name: short.get(name[0], name[0]), figure)
        start, end = figure.split(">", 1)
        return start + ">" + re.sub(r' style="([^"]*)"', look_as_class, end)

    def look_as_class(found):
        return f' class="{classes[found[1]]}"' if found[1] in classes else found[0]

    page = FIGURE.sub(shorten_names, page)
    if classes:
        rules = "".join(f".{name}{{{look}}}" for look, name in classes.items())
        page = replace(page, "</head>", f"<style>{rules}</style></head>", "a page")
    return page


def without_bare_groups(figure):
    """Without the groups that have no attribute, or nothing in them, and so do nothing."""
    figure = re.sub(r"<g(?: [^<>]*)?/>", "", figure)
    kept, open_groups = [], []
    for part in re.split(r"(<g>|<g [^>]*>|</g>)", figure):
        if part.startswith("<g"):
            open_groups.append(part != "<g>")
        if part == "<g>" or (part == "</g>" and not open_groups.pop()):
            continue
        kept.append(part)
    return "".join(kept)


def squeeze_figure(found):
    figure = re.sub(r"\s+", " ", found[0]).replace("> <", "><")
    figure = re.sub(r'(?<= style=")[^"]*', lambda style: re.sub(r"(?<=[;:]) ", "", style[0]), figure)
    fonts = re.search(r"font-family:'DejaVu Sans'[^;\"]*;", figure)
    if fonts:  # once for the whole figure
        figure = figure.replace(fonts[0], "").replace(' style="', f' style="{fonts[0]}', 1)
    figure = re.sub(r' transform="rotate\(-0 [^)]*\)"', "", figure)
    figure = without_bare_groups(figure).replace(" xlink:href=", " href=")
    figure = figure.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    # A tenth of a unit is less than a quarter of a pixel.
    figure = re.sub(
        r'( [xy]="-?\d+)\.(?:0\d*|(\d)\d*)"', lambda n: f'{n[1]}{"." + n[2] if n[2] else ""}"', figure
    )
    path = r"(?<=\bd=\")[^\"]*"
    return re.sub(path, lambda d: shorten_path(re.sub(r"(\d\.\d)\d+|(?<=[A-Za-z]) | $", r"\1", d[0])), figure)


def shorten_path(d):
    """Without the letters L that SVG takes for granted after a point, and without .0."""
    kept, before = [], ""
    for command in re.findall(r"[A-Za-z][^A-Za-z]*", re.sub(r"\.0(?!\d)", "", d)):
        kept.append(command[1:] if command[0] == "L" and before in ("M", "L") else command)
        before = command[0]
    return "".join(kept)


# --- A style sheet without the rules that no page uses ----------------------------------------------------
#
# A style sheet is a list of declarations (tinycss2's) and of rules: (prelude, body). The body of `@import x;`
# is None, any other a list again.

GROUPS = {"media", "supports", "layer", "container"}  # what stands in them are rules for elements


def parse(css, name):
    """The style sheet called `name`."""
    tokens = tinycss2.parse_component_value_list(css, skip_comments=True)
    refuse_errors(walk(tokens), name)
    return list(parse_nodes(tinycss2.parse_stylesheet(tokens), name))


def walk(tokens):
    """The tokens, and those between their brackets."""
    for token in tokens:
        yield token
        yield from walk(getattr(token, "arguments", None) or getattr(token, "content", None) or ())


def refuse_errors(nodes, name):
    for node in nodes:
        if node.type == "error":
            raise ExtensionError(f"{name}, line {node.source_line}: {node.message}")


def parse_nodes(nodes, name):
    refuse_errors(nodes, name)
    for node in nodes:
        if node.type == "declaration":
            node.value = shorten(node.value) or node.value  # an empty variable keeps its space
            yield node
        elif node.type == "at-rule":
            prelude = f"@{node.at_keyword} {tinycss2.serialize(shorten(node.prelude))}".strip()
            body = parse_body(node, name)
            if body != []:
                yield prelude, body
        elif node.type == "qualified-rule":
            selectors = [shorten(selector) for selector in split_selectors(node.prelude)]
            body = parse_body(node, name)
            if body:
                yield ",".join(map(tinycss2.serialize, selectors)), body


def parse_body(node, name):
    if node.content is None:
        return None
    return list(parse_nodes(tinycss2.parse_blocks_contents(node.content), name))


def used(rules, page):
    """The rules without the selectors that ask for elements which the page has not."""
    kept = []
    for rule in rules:
        if not isinstance(rule, tuple) or rule[1] is None:
            kept.append(rule)
            continue
        prelude, body = rule
        if not prelude.startswith("@"):
            prelude = ",".join(text for text, tokens in selectors(prelude) if is_used(tokens, page))
        elif prelude[1:].split()[0] not in GROUPS:
            kept.append(rule)
            continue
        body = prelude and used(body, page)
        if body:
            kept.append((prelude, body))
    return kept


@functools.cache
def selectors(prelude):
    """The selectors of a rule: [(text, tokens)]."""
    parts = split_selectors(tinycss2.parse_component_value_list(prelude))
    return [(tinycss2.serialize(tokens), tokens) for tokens in parts]


def without_idle_keyframes(rules):
    """Without the animations that no rule asks for."""
    asked = {
        token.value
        for item in declarations(rules)
        if item.name.startswith("animation")
        for token in item.value
        if token.type == "ident"
    }
    return [
        (prelude, without_idle_keyframes(body) if prelude.startswith("@layer") and body else body)
        for prelude, body in rules
        if not prelude.startswith("@keyframes") or prelude.split()[1] in asked
    ]


def shorten(tokens):
    """Without the white space that means nothing."""
    kept = []
    for token in tokens:
        if token.type == "whitespace":
            if kept and kept[-1] not in (",", ":") and kept[-1].type != "whitespace":
                token.value = " "
                kept.append(token)
            continue
        if token == "," and kept and kept[-1].type == "whitespace":
            kept.pop()
        for name in ("arguments", "content"):  # of functions, of brackets
            if hasattr(token, name):
                setattr(token, name, shorten(getattr(token, name)))
        kept.append(token)
    if kept and kept[-1].type == "whitespace":
        kept.pop()
    return kept


def split_selectors(prelude):
    parts = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def is_used(selector, page):
    """Whether for each part of the selector, such as `p.note`, some element of the page has all these names.

    What stands in brackets or in :not(), :is(), :where() may be absent.
    """
    parts = [set()]
    for before, token in pairwise([None, *selector]):
        if token.type == "whitespace" or token in (">", "+", "~"):
            parts.append(set())
        elif token.type in ("ident", "hash") and before != ":":
            parts[-1].add(token.value)
    return all(map(page.has, map(frozenset, parts))) and not NO_INPUTS.search(tinycss2.serialize(selector))


def adapt(rules):
    """The theme's rules without what the site does not have: other fonts, other sheets, pictures.

    Text in the one font that stays is shown before the font is there.
    """
    fonts, pictures, adapted = 0, 0, []
    for prelude, body in rules:
        if prelude.startswith(("@import", "@charset")):
            continue
        if prelude == "@font-face":
            if "STIX" not in write(body):
                continue
            fonts += 1
            body = [*body, tinycss2.parse_one_declaration("font-display:swap")]
        elif body and not prelude.startswith("@"):
            kept = [item for item in body if not is_picture(item)]
            pictures += len(body) - len(kept)
            body = kept
        adapted.append((prelude, body))
    need(fonts, "the style sheet of Temml", "a @font-face of STIX")
    need(pictures, "Sphinx's basic.css", "background-image: url(....png)")
    return adapted


def is_picture(item):
    return getattr(item, "name", None) == "background-image" and any(
        token.type == "url" and token.value.endswith(".png") for token in item.value
    )


def write(items):
    text = ""
    for item in items:
        if not isinstance(item, tuple):
            text += f"{item.serialize()};"
        elif item[1] is None:
            text += f"{item[0]};\n"
        else:
            body = write(item[1]).rstrip(";\n")
            text += f"{item[0]}{{{body}}}\n"
    return text


def drop_unused_variables(rules, script):
    by_script = set(re.findall(r"(?:var\(\s*|[\"'`])(--[\w-]+)", script))
    previous = None
    while rules != previous:  # what is left out may have been the last to use another one
        previous = rules
        tokens = walk(token for item in declarations(rules) for token in item.value)
        calls = (token for token in tokens if token.type == "function" and token.lower_name == "var")
        rules = without(rules, by_script.union(call.arguments[0].value for call in calls))
    return rules


def declarations(rules):
    for item in rules:
        if not isinstance(item, tuple):
            yield item
        elif item[1]:
            yield from declarations(item[1])


def without(rules, used):
    kept = []
    for item in rules:
        if isinstance(item, tuple):
            body = item[1] and without(item[1], used)
            if body != []:
                kept.append((item[0], body))
        elif not item.name.startswith("--") or item.name in used or item.name.startswith("--fig-"):
            kept.append(item)
    return kept


# --- Notebook cells -------------------------------------------------------------------------------------


def anchor_markdown_cells(app, docname, source):
    """Put an anchor before each Markdown cell; MyST-NB keeps nothing else to find the cell by."""
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and "id" in cell:
            # JupyterLab wants the file of a place in a chapter, MyST its label.
            place = r"\[([^]]*)\]\(\.\./book/\w+\.md#([\w-]+)\)"
            text = re.sub(place, r"{ref}`\1 <\2>`", "".join(cell["source"]))
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
    app.add_config_value("course_extensions", "", "env")
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
