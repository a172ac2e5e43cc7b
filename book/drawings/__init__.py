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


def measured(chapter, name):
    """The first number in what the notebook of a chapter has glued as `name`: of "+8.8 ± 0.5", 8.8."""
    text = str(ast.literal_eval(_glued(chapter)[name])).replace("−", "-").replace(",", "")
    return float(re.search(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?", text)[0])
