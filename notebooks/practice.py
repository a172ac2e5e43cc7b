"""Writes the practice notebooks from the problems of the pages; `make notebooks` does it first.

`NAME-practice.ipynb` has every problem of `book/NAME.md`, in the order of the page: what is asked, for each
function that is asked for a stub with its `check` and the solution, folded, and the page's solution, folded.
The words are those of the page, made readable without Sphinx. The code cells, `try-...` and `solution-...`,
are written by hand in the notebook and kept; `lossutils/practice/exercises.py` says whose they are.
"""

import ast
import json
import re
import sys
from pathlib import Path

import nbformat

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from lossutils.practice.exercises import EXERCISES  # noqa: E402

SETUP = "import numpy as np\n\nfrom lossutils.practice import check"
HEAD = """# {title}: practice

The problems of the [chapter](../book/{page}.md), which also has three hints and a rubric for each. Write
your function into the cell below a problem, run the cell, read what `check` says. Solutions are folded away.

To run this notebook: Python 3.11 or newer, and in the folder of the course `pip install ".[notebooks]"`."""


def problems(page):
    """(title, label, chips, text, solution) of each exercise of a page, in order."""
    text = (ROOT / f"book/{page}.md").read_text("utf-8")
    for found in re.finditer(r"^(`{3,})\{exercise\} *([^\n]*)\n:label: (\S+)\n(.*?)^\1$", text, re.M | re.S):
        _, title, label, body = found.groups()
        chips = re.findall(r"\[(\w+)\]\{\.chip[^}]*\}", body)
        asked = re.sub(r"^.*\{\.chip.*\n", "", body, flags=re.M)
        solution = re.search(
            rf"^(`{{3,}})\{{solution\}} {label}\n(?::[^\n]*\n)*(.*?)^\1$", text[found.end() :], re.M | re.S
        )
        yield title, label, chips, asked.strip(), solution[2].strip()


def readable(text, page):
    """What a notebook shows of MyST: roles become links, and their numbers and names words."""
    code = re.compile(r"^(`{3,}).*?^\1$", re.M | re.S)
    kept = []

    def keep(found):
        kept.append(found[0])
        return f"\0{len(kept) - 1}\0"

    text = code.sub(keep, text)
    text = re.sub(r"\{glue:text\}`([^`]*)::([\w-]+)(?::[^`]*)?`", lambda m: glued(m[1], m[2]), text)
    text = re.sub(r" ?\{cite(?::\w+)?\}`[^`]*`", "", text)
    text = re.sub(r"\{(eq|ref|prf:ref|numref)\}`([^`<]*<)?([\w-]+)>?`", lambda m: link(m[3], page), text)
    text = re.sub(r"\{doc\}`([^`<]+)<([^`>]+)>`", r"[\1](\2.md)", text)
    text = re.sub(r"\]\(([a-z_]+\.md)", r"](../book/\1", text)
    text = re.sub(r"\]\(\.\./notebooks/", "](", text)
    text = re.sub(r"\]\(#?([a-z0-9][\w-]*)\)", lambda m: f"]({place(m[1], page)})", text)
    text = re.sub(r"\$\$ \([\w-]+\)", "$$", text)
    return re.sub(r"\0(\d+)\0", lambda m: kept[int(m[1])], text)


def glued(path, key):
    cells = json.loads((ROOT / "book" / path).resolve().read_text("utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    for output in outputs:
        if output.get("metadata", {}).get("scrapbook", {}).get("name") == key:
            text = ast.literal_eval(output["data"]["application/papermill.record/text/plain"])
            return str(text).replace("$", r"\$")
    raise SystemExit(f"{path} glues no {key}")


def place(label, page):
    """The address of a label: its page, and the target that stands at it or last before it."""
    for path in [ROOT / f"book/{page}.md", *sorted((ROOT / "book").glob("*.md"))]:
        text = path.read_text("utf-8")
        found = re.search(rf"^\({label}\)=$|^:label: {label}$|\$\$ \({label}\)", text, re.M)
        if found:
            if found[0].startswith("$$"):
                label = re.findall(r"^\(([\w-]+)\)=$", text[: found.start()], re.M)[-1]
            return f"../book/{path.name}#{label}"
    raise SystemExit(f"book/{page}.md refers to {label}, which no page has")


def link(label, page):
    """A reference without a text of its own."""
    kind = {"eq": "this equation", "ex": "this problem", "thm": "this theorem", "fig": "this figure"}
    return f"[{kind.get(label.partition('-')[0], 'this section')}]({place(label, page)})"


def title(page):
    return re.search(r"^# (.*)$", (ROOT / f"book/{page}.md").read_text("utf-8"), re.M)[1]


def stub_cells(page, name, code):
    """The two cells of a function that is asked for, or stubs of them where there are none yet."""
    for kind in ("try", "solution"):
        cell_id = f"{kind}-{name.replace('_', '-')}"
        if cell_id not in code:
            raise SystemExit(f"notebooks/{page}-practice.ipynb needs a code cell {cell_id}")
        yield code[cell_id]


def make(page, code):
    """The notebook of a page's problems; `code` are its code cells, by id."""
    cells = [
        nbformat.v4.new_markdown_cell(HEAD.format(title=title(page), page=page), id="start"),
        code.get("setup") or nbformat.v4.new_code_cell(SETUP, id="setup"),
    ]
    for number, (name, label, chips, asked, solution) in enumerate(problems(page), 1):
        head = f"## {number}. {name}\n\n*{', '.join(chips)}* · [on the page](../book/{page}.md#{label})"
        cells.append(nbformat.v4.new_markdown_cell(f"{head}\n\n{readable(asked, page)}", id=label))
        for problem in EXERCISES[page].get(label, []):
            cells += stub_cells(page, problem, code)
        fold = f"<details><summary>Solution</summary>\n\n{readable(solution, page)}\n\n</details>"
        cells.append(nbformat.v4.new_markdown_cell(fold, id=f"answer-{label}"))
    return nbformat.v4.new_notebook(cells=cells)


def write(page):
    path = HERE / f"{page}-practice.ipynb"
    old = nbformat.read(path, as_version=4)
    new = make(page, {cell.id: cell for cell in old.cells if cell.cell_type == "code"})
    new.metadata = old.metadata
    nbformat.write(new, path)


if __name__ == "__main__":
    for page in sys.argv[1:] or EXERCISES:
        write(page)
