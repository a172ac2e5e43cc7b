"""The stub of the package says to editors and type checkers what the library says when it runs."""

import ast
import inspect

import pytest
import stub

import lossutils
from lossutils.loss import Loss

TREE = ast.parse(stub.STUB.read_text("utf-8"))
LOSSES = [name for name in lossutils.__all__ if isinstance(getattr(lossutils, name), Loss)]


def test_it_is_the_one_that_is_made():
    assert stub.STUB.read_text("utf-8") == stub.text(), "run `make stub`"
    assert stub.STUB.with_name("py.typed").exists()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("method", ["__call__", "grad", "value_and_grad"])
def test_a_method_takes_what_the_loss_takes(name, method):
    (one,) = (node for node in TREE.body if isinstance(node, ast.ClassDef) and node.name == f"_{name}")
    (found,) = (node for node in one.body if node.name == method)
    arguments = found.args
    names = [x.arg for x in (*arguments.args, *arguments.kwonlyargs)]
    assert names == ["self", *inspect.signature(getattr(lossutils, name)).parameters]
    assert (
        ast.get_docstring(found).splitlines()[0]
        == (
            getattr(lossutils, name) if method == "__call__" else getattr(getattr(lossutils, name), method)
        ).__doc__.splitlines()[0]
    )


def test_the_names_are_those_of_the_package():
    made = {node.name for node in TREE.body if isinstance(node, ast.FunctionDef)}
    made |= {node.target.id for node in TREE.body if isinstance(node, ast.AnnAssign)}
    assert made == set(lossutils.__all__)
    assert lossutils.cce_with_logits is lossutils.cross_entropy
