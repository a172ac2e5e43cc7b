"""Runs the notebooks in place, or those named, and stores what they print: `make notebooks`.

A cell that fails or warns stops with its traceback, and the file stays as it was. What is written depends on
the cells alone: no timing, no machine, no version, so that a second run changes nothing.
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT = ("jupyter", "tags", "mystnb")  # of a cell's own metadata


def execute(notebook, folder=HERE):
    """Run every cell of the notebook object, in a kernel of its own."""
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=300,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return notebook


def normalize(notebook):
    """What the cells print, and nothing about the machine that ran them."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in KEPT if key in cell.metadata}
        cell.pop("attachments", None)
    return notebook


def run(path):
    notebook = execute(nbformat.read(path, as_version=4), path.parent)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise SystemExit(f"{path.name}, cell {cell.id} writes to stderr:\n{output.text}")
    nbformat.write(normalize(notebook), path)


if __name__ == "__main__":
    paths = [Path(name) for name in sys.argv[1:]] or sorted(HERE.glob("*.ipynb"))
    for path in paths:
        start = time.perf_counter()
        run(path)
        print(f"{path.name}: {time.perf_counter() - start:.1f} s", flush=True)
