"""What is stored in a notebook is what its cells give today, and nothing hides a cell from the checks.

`pytest --nbval` runs the cells and compares what they print, and with notebooks/conftest.py what they draw.
It passes what was never executed or is marked to be skipped: that is looked for here, and the checks are
tried on a small notebook.
"""

import copy
import importlib.util
import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from lossutils.practice import PROBLEMS

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# (notebook, cell id, marker): why. A skipped cell proves nothing, so a new line here needs a good reason.
ALLOWED_MARKERS = {}
MARKERS = re.compile(
    r"NBVAL_\w+|PYTEST_VALIDATE_IGNORE_OUTPUT|^\s*%%\w+|^\s*[%!].*|get_ipython|simplefilter|filterwarnings"
    r"|catch_warnings|doctest:\s*\+\w+",
    re.M,
)
TAGS = {"hide-input", "hide-output", "hide-cell", "remove-input", "remove-cell"}  # how it looks, no more


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"notebooks/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


run, comparison = load("run"), load("conftest")
differences = comparison.differences


def read(path):
    return nbformat.read(path, as_version=4)


def defects(notebook, name):
    """What is wrong with the stored form of a notebook, in words."""
    found, ids, count = [], set(), 0
    if notebook != run.normalize(copy.deepcopy(notebook)):
        found.append("metadata that `make notebooks` would remove")
    for cell in notebook.cells:
        at = f"cell {cell.id}"
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", cell.id) or re.fullmatch(r"[0-9a-f]{8}", cell.id):
            found.append(f"{at}: an id that says nothing")
        if cell.id in ids:
            found.append(f"{at}: the id stands twice")
        ids.add(cell.id)
        if cell.cell_type != "code":
            continue
        count += 1
        if cell.execution_count != count:
            found.append(f"{at}: execution count {cell.execution_count}, not {count}")
        for marker in [m.strip() for m in MARKERS.findall(cell.source)]:
            if (name, cell.id, marker) not in ALLOWED_MARKERS:
                found.append(f"{at}: {marker} is not on the list")
        for tag in set(cell.metadata.get("tags", [])) - TAGS:
            found.append(f"{at}: the tag {tag} is not on the list")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"{at}: stores an error")
            if output.get("name") == "stderr":
                found.append(f"{at}: stores a warning: {output.text}")
            if any(mime.startswith(("image/", "application/vnd")) for mime in output.get("data", {})):
                found.append(f"{at}: an image that is not drawn by lossutils.figures.show")
            if output.get("execution_count", count) != count:
                found.append(f"{at}: an output of another execution")
    return found


def figures(notebook):
    return [svg for cell in notebook.cells for svg in comparison.figures(cell.get("outputs", []))]


def test_there_are_notebooks():
    assert {path.stem for path in NOTEBOOKS} >= {"foundations", "regression"}


def test_the_list_of_markers_is_used():
    assert all((ROOT / "notebooks" / name).exists() for name, _, _ in ALLOWED_MARKERS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_form(path):
    assert defects(read(path), path.name) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_figure_has_a_description(path):
    for svg in figures(read(path)):
        assert re.search(r'aria-label="[^"]{20,}"', svg[: svg.index(">")])


# The guards themselves, on a small notebook: each has to notice what it is there for.

CELLS = {
    "imports": "import numpy as np\nfrom lossutils.figures import new_figure, show",
    "curve": 'figure, axes = new_figure()\naxes.plot([0, 1, 2], [0, 1, 4], label="MSE")\naxes.legend()\n'
    'show(figure, "fig-curve", "A parabola from 0 at 0 to 4 at 2.")',
    "numbers": "print(round(0.740, 3))",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("notebooks") / "sample.ipynb"
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    run.run(path)
    return path


def test_a_good_notebook_passes_and_a_second_run_changes_nothing(sample):
    before = sample.read_bytes()
    assert defects(read(sample), sample.name) == []
    run.run(sample)
    assert sample.read_bytes() == before


def broken(cell="numbers", **changes):
    def change(notebook):
        target = next(c for c in notebook.cells if c.id == cell)
        target.update(nbformat.from_dict(changes))

    return change


def set_metadata(notebook):
    notebook.metadata.language_info.version = "3.11.7"


WARNING = [{"output_type": "stream", "name": "stderr", "text": "UserWarning: ..."}]
ERROR = [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]
IMAGE = [{"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}, "metadata": {}}]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (broken(execution_count=None), "execution count"),
        (broken(execution_count=7), "execution count"),
        (broken(source="# NBVAL_SKIP\nprint(1)"), "NBVAL_SKIP"),
        (broken(source="#NBVAL_IGNORE_OUTPUT"), "NBVAL_IGNORE_OUTPUT"),
        (broken(source="# PYTEST_VALIDATE_IGNORE_OUTPUT"), "PYTEST_VALIDATE"),
        (broken(source="%%capture\nprint(1)"), "%%capture"),
        (broken(source='warnings.filterwarnings("ignore")'), "filterwarnings"),
        (broken(metadata={"tags": ["nbval-skip"]}), "nbval-skip"),
        (broken(metadata={"tags": ["raises-exception"]}), "raises-exception"),
        (broken(metadata={"tags": ["skip-execution"]}), "skip-execution"),
        (broken(metadata={"execution": {"iopub.status.busy": "2026-01-01"}}), "metadata"),
        (broken(outputs=WARNING), "warning"),
        (broken(outputs=ERROR), "error"),
        (broken(outputs=IMAGE), "image"),
        (broken(id="d34db33f"), "id"),
        (broken(id="curve"), "twice"),
        (set_metadata, "metadata"),
    ],
)
def test_defects_are_noticed(sample, change, word):
    notebook = read(sample)
    change(notebook)
    assert any(word in defect for defect in defects(notebook, sample.name))


CHANGES = [
    ("[0, 1, 4]", "[0, 1, 3.9]"),
    ('label="MSE"', 'label="MAE"'),
    ("axes.legend()", ""),
    ("axes.plot([0, 1, 2], [0, 1, 4]", "axes.plot([0, 2], [0, 4]"),
    ("axes.plot(", 'axes.plot([0, 1, 2], [0, 1, 4], color="red"); axes.plot('),
    ("A parabola", "A line"),
]


def test_a_figure_that_its_cell_no_longer_draws_is_noticed(sample):
    before, *_ = figures(read(sample))
    changed = [CELLS["curve"].replace(old, new) for old, new in CHANGES]
    assert CELLS["curve"] not in changed
    sources = [CELLS["imports"], *changed]
    cells = [nbformat.v4.new_code_cell(source, id=f"change-{k}") for k, source in enumerate(sources)]
    drawn = figures(run.execute(nbformat.v4.new_notebook(cells=cells), sample.parent))
    assert len(drawn) == len(CHANGES)
    assert all(differences(before, after) for after in drawn)


def test_noise_in_the_last_digit_of_a_figure_is_not_a_difference(sample):
    svg, *_ = figures(read(sample))
    shifted = comparison.NUMBER.sub(lambda n: f"{float(n[0]) + 0.02:.2f}" if "." in n[0] else n[0], svg)
    shifted = re.sub(r"\b[mp][0-9a-f]{10}\b", lambda m: m[0][::-1], shifted)
    assert shifted != svg
    assert differences(svg, shifted) == []
    assert differences(svg, svg.replace("MSE", "MAE"))
    line = re.search(r"L (\d+)\.\d+ ", svg)
    assert differences(svg, svg.replace(line[0], f"L {int(line[1]) + 1} "))


UNDER_NOISE = {  # what a last digit changes, and what it does not
    "imports": "import numpy as np\nimport torch",
    "steady": "w = np.random.default_rng(0).normal(size=(2, 2))\nprint((w @ w).round(6), w.argmax())",
    "whole": "print(np.random.default_rng(0).permutation(5), np.eye(2, dtype=int) @ [1, 2])",
    "chaos": "x = np.random.default_rng(0).random()\nfor _ in range(200):\n    x *= 3.9 * (1 - x)\nprint(x)",
    "product": "print((np.full((2, 2), 0.7) @ np.full((2, 2), 0.3))[0, 0])",
    "torch-draw": "print(torch.randn(3, generator=torch.Generator().manual_seed(0)).double().sum().item())",
    "torch-layer": "torch.manual_seed(0)\nprint(torch.nn.Linear(3, 2).weight.double().sum().item())",
}


def test_outputs_that_a_last_digit_changes_are_listed(tmp_path):
    path = tmp_path / "sample.ipynb"
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in UNDER_NOISE.items()]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    run.run(path)
    for file in ("noise.py", "reproduce.py", "conftest.py"):
        shutil.copy(ROOT / "notebooks" / file, tmp_path)
    command = [sys.executable, tmp_path / "reproduce.py", "--only"]
    under = {
        name: subprocess.run([*command, name], capture_output=True, text=True)
        for name in ("noise 1", "one thread")
    }
    listed = {name: re.findall(r"^  ([a-z-]+)$", done.stdout, re.M) for name, done in under.items()}
    expected = {"noise 1": ["chaos", "product", "torch-draw", "torch-layer"], "one thread": []}
    assert listed == expected, under
    assert [done.returncode for done in under.values()] == [1, 0]


def test_nbval_notices_a_changed_digit(sample, tmp_path, pytester):
    """In a printed number, in the description of a figure, and in its lines."""
    line = re.search(r"L (\d+)\.\d+ ", figures(read(sample))[0])
    changes = [(2, "0.74", "0.75"), (1, "to 4 at", "to 5 at"), (1, line[0], f"L {int(line[1]) + 1} ")]
    for number, (cell, old, new) in enumerate(changes):
        notebook = read(sample)
        stored = json.dumps(notebook.cells[cell].outputs)
        assert old in stored
        notebook.cells[cell].outputs = nbformat.from_dict(json.loads(stored.replace(old, new)))
        nbformat.write(notebook, tmp_path / f"changed{number}.ipynb")
    for file in (sample, ROOT / "notebooks/conftest.py"):
        shutil.copy(file, tmp_path)
    options = ["--nbval", f"--nbval-sanitize-with={ROOT / 'tests/nbval.cfg'}"]
    result = pytester.runpytest_subprocess(*options, tmp_path)
    result.assert_outcomes(passed=3 + 3 * 2, failed=3)


# The practice notebooks


practice = load("practice")


@pytest.mark.parametrize("page", practice.EXERCISES)
def test_a_practice_notebook_has_the_problems_of_its_page(page):
    stored = read(ROOT / f"notebooks/{page}-practice.ipynb")
    made = practice.make(page, {cell.id: cell for cell in stored.cells if cell.cell_type == "code"})
    assert [(cell.id, cell.source) for cell in stored.cells] == [
        (cell.id, cell.source) for cell in made.cells
    ], "run `make notebooks`"
    labels = [label for _, label, _, _, _ in practice.problems(page)]
    assert list(practice.EXERCISES[page]) == [label for label in labels if label in practice.EXERCISES[page]]
    words = "".join(cell.source for cell in stored.cells if cell.cell_type == "markdown")
    assert re.findall(r"\{[a-z:]+\}`|\]\((?!\.\./book/|[a-z_-]+\.ipynb|https?:)", words) == []


@pytest.mark.parametrize("page", practice.EXERCISES)
def test_a_solution_passes_and_a_stub_does_not(page):
    for cell in read(ROOT / f"notebooks/{page}-practice.ipynb").cells:
        kind = cell.id.partition("-")[0]
        if cell.cell_type == "code" and kind in ("try", "solution"):
            said = cell.outputs[0]["data"]["text/plain"]
            assert said.startswith("✓ " if kind == "solution" else "✗ "), cell.id


@pytest.mark.parametrize("page", practice.EXERCISES)
def test_page_stub_and_check_agree_in_names_and_arguments(page):
    asked = dict.fromkeys(name for names in practice.EXERCISES[page].values() for name in names)
    words = "".join(f"{text}\n{solution}" for *_, text, solution in practice.problems(page))
    cells = {cell.id: cell.source for cell in read(ROOT / f"notebooks/{page}-practice.ipynb").cells}
    for name in asked:
        wanted = str(inspect.signature(PROBLEMS[name].solution)).replace("e-0", "e-")
        written = re.findall(rf"\b(?:my|repair|repaired|solution)_{name}(\([^()]*\))(?=:|`| *$)", words, re.M)
        stub = re.findall(rf"def \w+?_{name}(\([^()]*\)):", cells[f"try-{name.replace('_', '-')}"])
        solution = re.findall(rf"def \w+?_{name}(\([^()]*\)):", cells[f"solution-{name.replace('_', '-')}"])
        assert {*written, *stub, *solution} == {wanted}, name
        assert written, f"the page does not say how {name} is called"
