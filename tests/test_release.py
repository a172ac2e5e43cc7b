"""What is released: one version everywhere, all packages, a source distribution that can be tested."""

import ast
import json
import re
import runpy
import shutil
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

import lossutils

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def imported(tree):
    """The first names of the modules that are imported, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


def test_the_version_is_the_same_everywhere():
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "lossutils.__version__"}
    assert re.search(r"^version: (.+)$", read("CITATION.cff"), re.M)[1] == lossutils.__version__
    assert re.search(r"^## (\S+)", read("CHANGELOG.md"), re.M)[1] == lossutils.__version__


def test_every_package_is_released_with_its_types():
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in ROOT.glob("lossutils/**/__init__.py")}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == found
    assert PROJECT["tool"]["setuptools"]["package-data"] == {"lossutils": ["py.typed", "*.pyi"]}


def of_the_source_distribution():
    listed = re.findall(r"tests/\S+\.py", read("MANIFEST.in"))
    return {*listed, *(f"tests/equations/{path.name}" for path in ROOT.glob("tests/equations/*.py"))}


def test_the_tests_of_the_source_distribution_import_nothing_that_is_not_in_it():
    files = of_the_source_distribution()
    assert "recursive-include tests/equations *.py" in read("MANIFEST.in") and len(files) > 10
    there = {Path(name).stem for name in files} | {"equations"}
    beyond = {"scipy", "sklearn", "playwright", "nbformat", "pandas", "matplotlib", "yaml", "bs4"}
    for name in files:
        found = set(imported(ast.parse(read(name))))
        missing = {x for x in found if (ROOT / "tests" / f"{x}.py").exists()} - there
        assert missing == set(), name
        assert found & beyond <= ({"playwright"} if name == "tests/conftest.py" else set()), name


def test_the_extra_for_the_notebooks_has_all_that_they_import():
    called = {"sklearn": "scikit-learn", "myst_nb": "myst-nb"}
    found = set()
    for path in ROOT.glob("notebooks/*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                code = "".join(line for line in cell["source"] if not line.lstrip().startswith(("%", "!")))
                found.update(imported(ast.parse(code)))
    found -= {*sys.stdlib_module_names, "lossutils", "numpy"}
    extra = {re.match(r"[\w-]+", one)[0] for one in PROJECT["project"]["optional-dependencies"]["notebooks"]}
    assert {called.get(name, name) for name in found} <= extra and len(found) > 4


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("", None),
        ("repository-code: https://example.org/a/b", "https://example.org/a/b"),
        ('repository-code: "https://example.org/a/b/"', "https://example.org/a/b"),
        ('repository-code: ""', None),
    ],
)
def test_the_links_of_the_package_are_made_of_the_one_address(line, address, tmp_path, monkeypatch):
    shutil.copy(ROOT / "setup.py", tmp_path)
    (tmp_path / "CITATION.cff").write_text(f"title: one\n{line}\nversion: 1.0\n", encoding="utf-8")
    said = []
    fake = SimpleNamespace(setup=lambda project_urls: said.append(project_urls))
    monkeypatch.setitem(sys.modules, "setuptools", fake)
    runpy.run_path(str(tmp_path / "setup.py"))
    links = {"Repository": address, "Changelog": f"{address}/blob/main/CHANGELOG.md"} if address else {}
    assert said == [links]
