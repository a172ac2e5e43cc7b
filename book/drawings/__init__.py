"""What the pages draw, a module a chapter. A function returns a figure, and what a screen reader says of it.

A curve comes from `lossutils`, a measured number from what the chapter's notebook has stored.
"""

import ast
import functools
import json
import re
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@functools.cache
def _glued(chapter):
    cells = json.loads((NOTEBOOKS / f"{chapter}.ipynb").read_text("utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return {
        output["metadata"]["scrapbook"]["name"]: output["data"].get("application/papermill.record/text/plain")
        for output in outputs
        if "scrapbook" in output.get("metadata", {})
    }


def glued(chapter, name):
    """What the notebook of a chapter has glued as `name`, as text."""
    return str(ast.literal_eval(_glued(chapter)[name]))


def measured(chapter, name):
    """The first number in it: of "+8.8 ± 0.5", 8.8."""
    text = glued(chapter, name).replace("−", "-").replace(",", "")
    return float(re.search(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?", text)[0])


def arrow(axes, start, end, color, **look):
    look = {"arrowstyle": "-|>", "mutation_scale": 14, "linewidth": 2, "shrinkA": 0, "shrinkB": 0, **look}
    axes.annotate("", end, start, arrowprops={"color": color, **look})


def bare(axes):
    """Neither ticks nor grid nor frame: for what is drawn and not plotted."""
    axes.grid(visible=False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
