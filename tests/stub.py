"""Writes lossutils/__init__.pyi, from which editors and type checkers know the signatures: `make stub`.

A loss is an object: what it may be called with stands in its formula, `weight` and `reduction` are added.
Editors that only read the code would show `(*args, **kwargs)`.
"""

import inspect
from pathlib import Path

import lossutils
from lossutils.loss import Loss

STUB = Path(lossutils.__file__).with_name("__init__.pyi")
HEAD = """\
# Made by `make stub` from the signatures and docstrings.
from collections.abc import Sequence
from typing import Literal, TypeVar

import numpy as np
import torch

Array = TypeVar("Array", np.ndarray, torch.Tensor)
Reduction = Literal["mean", "sum", "none"]
Numbers = float | np.ndarray | torch.Tensor | Sequence[float]
"""


def kind_of(parameter, loss):
    """The type of a parameter: arrays are of one library, every other one has a default that tells."""
    if parameter.name in (*loss.signature.arrays, "weight", "mask"):
        return "Array" if parameter.default is inspect.Parameter.empty else "Array | None"
    if parameter.name == "reduction":
        return "Reduction"
    kind = "int" if parameter.name in ("axis", "ignore_index") else "Numbers"
    return f"{kind} | None" if parameter.default is None else kind


def signature(loss, returns):
    signs, arrays = [], True
    for parameter in inspect.signature(loss).parameters.values():
        if arrays and parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            signs, arrays = [*signs, "*"], False
        default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default!r}"
        signs.append(f"{parameter.name}: {kind_of(parameter, loss)}{default}")
    return f"(self, {', '.join(signs)}) -> {returns}"


def of_loss(name, loss):
    """A class with one object, so that the three methods have their own signatures."""
    slopes = "Array" if loss.predictions == 1 else f"tuple[{', '.join(['Array'] * loss.predictions)}]"
    methods = ("__call__", "Array"), ("grad", slopes), ("value_and_grad", f"tuple[Array, {slopes}]")
    lines = [f"class _{name}:"]
    for method, returns in methods:
        doc = loss.__doc__ if method == "__call__" else getattr(loss, method).__doc__
        body = inspect.cleandoc(doc).replace("\n", "\n        ").replace("\n        \n", "\n\n")
        lines += [f"    def {method}{signature(loss, returns)}:", f'        r"""{body}"""']
    return "\n".join([*lines, "", f"{name}: _{name}"])


def of_function(name, function):
    """Its docstring an editor finds in the code."""
    return f"def {name}{inspect.signature(function)}: ..."


def text():
    parts = [HEAD]
    for name in lossutils.__all__:
        thing = getattr(lossutils, name)
        parts.append(of_loss(name, thing) if isinstance(thing, Loss) else of_function(name, thing))
    return "\n\n".join([*parts, "cce_with_logits = cross_entropy"]) + "\n"


if __name__ == "__main__":
    STUB.write_text(text())
    STUB.with_name("py.typed").touch()
