"""The stubs of the package say to editors and type checkers what the library says when it runs."""

import ast
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import stub

import lossutils
from lossutils import nn
from lossutils.loss import Loss

TREE = ast.parse(stub.STUB.read_text(encoding="utf-8"))
MODULES = ast.parse(stub.STUB_OF_MODULES.read_text(encoding="utf-8"))
LOSSES = [name for name in lossutils.__all__ if isinstance(getattr(lossutils, name), Loss)]
USER = Path(__file__).with_name("typed_user.py")


def test_they_are_those_that_are_made():
    assert stub.STUB.read_text(encoding="utf-8") == stub.text(), "run `make stub`"
    assert stub.STUB_OF_MODULES.read_text(encoding="utf-8") == stub.text_of_modules(), "run `make stub`"
    assert stub.STUB.with_name("py.typed").exists()


def method_of(tree, owner, name):
    (one,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == owner)
    (found,) = (node for node in one.body if isinstance(node, ast.FunctionDef) and node.name == name)
    return found


def names_of(method):
    return [x.arg for x in (*method.args.args, *method.args.kwonlyargs)]


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("method", ["__call__", "grad", "value_and_grad"])
def test_a_method_takes_what_the_loss_takes(name, method):
    loss, found = getattr(lossutils, name), method_of(TREE, f"_{name}", method)
    assert names_of(found) == ["self", *inspect.signature(loss).parameters]
    if method != "__call__":
        assert ast.get_docstring(found) == getattr(loss, method).__doc__


@pytest.mark.parametrize("name", nn.__all__)
def test_a_module_takes_what_its_class_takes(name):
    module = getattr(nn, name)
    assert names_of(method_of(MODULES, name, "__init__")) == ["self", *inspect.signature(module).parameters]
    for method in ("forward", "__call__"):
        assert names_of(method_of(MODULES, name, method)) == [*inspect.signature(module.forward).parameters]


def test_the_docstring_stands_below_the_name():
    """Where pyright shows it for the name and in a call; in the code its shared parts are not filled in."""
    found = {}
    for node, after in zip(TREE.body, TREE.body[1:], strict=False):
        if isinstance(node, ast.AnnAssign) and node.target.id in LOSSES:
            found[node.target.id] = after.value.value
    assert found == {name: getattr(lossutils, name).__doc__ for name in LOSSES}
    assert "{" not in "".join(re.findall(r"^\{\w+\}$", "\n".join(found.values()), re.M))


def test_the_names_are_those_of_the_package():
    made = {node.name for node in TREE.body if isinstance(node, ast.FunctionDef)}
    made |= {node.target.id for node in TREE.body if isinstance(node, ast.AnnAssign)}
    assert made == {*lossutils.__all__, "__version__"}
    assert lossutils.cce_with_logits is lossutils.cross_entropy
    classes = {node.name for node in MODULES.body if isinstance(node, ast.ClassDef)}
    assert classes == {*nn.__all__, "LossModule"}


def test_a_type_checker_takes_right_calls_and_names_what_is_wrong():
    home = str(Path(lossutils.__file__).parents[1])
    files = map(str, (USER, stub.STUB, stub.STUB_OF_MODULES))
    options = "--strict", "--follow-imports=silent", "--no-error-summary"
    command = [sys.executable, "-m", "mypy", *options, *files]
    env = os.environ | {"PYTHONPATH": home}  # where mypy takes a package that says py.typed
    run = subprocess.run(command, env=env, capture_output=True, text=True, cwd=USER.parents[1], check=False)
    said = re.findall(r"^(.+?):(\d+): error: (.*)$", run.stdout, re.M)
    assert {Path(file).name for file, _, _ in said} == {USER.name}, run.stdout + run.stderr
    wrong = {}
    for number, line in enumerate(USER.read_text(encoding="utf-8").splitlines(), 1):
        if " # wrong: " in line:
            wrong[number] = line.split(" # wrong: ")[1]
    found = {int(number): text for _, number, text in said}
    assert found.keys() == wrong.keys(), run.stdout
    assert {n: text for n, text in found.items() if wrong[n] not in text} == {}
