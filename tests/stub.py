"""Writes lossutils/__init__.pyi and nn.pyi, from which editors and checkers know the signatures: `make stub`.

A loss is an object: what it may be called with stands in its formula, `weight` and `reduction` are added.
Editors that only read the code would show `(*args, **kwargs)`, and docstrings with `{parameters}` where the
text stands that all losses share. They show the string below a name where it is looked at and where it is
called: the docstring stands there, once. The modules of `nn` have its first line.
"""

import inspect
import re
from pathlib import Path

import lossutils
import lossutils.nn
from lossutils.engine.rules import Increasing, Interval, Learned, OneOf, PerClass
from lossutils.loss import Loss
from lossutils.metric_learning import KINDS
from lossutils.ranking import GAINS

STUB = Path(lossutils.__file__).with_name("__init__.pyi")
STUB_OF_MODULES = STUB.with_name("nn.pyi")
HEAD = """\
# Made by `make stub` from the signatures and docstrings.
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import numpy as np
import torch

from . import debugging as debugging
from . import nn as nn
from .debugging import Report

Array = TypeVar("Array", np.ndarray, torch.Tensor)
Number = float | np.floating[Any] | np.integer[Any]
Reduction = Literal["mean", "sum", "none"]

__version__: str
"""
HEAD_OF_MODULES = """\
# Made by `make stub` from the signatures.
from collections.abc import Sequence
from typing import Any

import torch

from . import Number, Reduction

class LossModule(torch.nn.Module):
    def settings(self) -> dict[str, Any]: ...
"""

BY_RULE = {
    Interval: "Number",
    OneOf: "Number",
    PerClass: "Number | Sequence[float] | Array",
    Learned: "Number | torch.Tensor",
    Increasing: "Sequence[float] | Array",
}
BY_NAME = {  # arguments of the functions that are no losses
    "gain": f"Literal{list(GAINS)}".replace("'", '"'),
    "kind": f"Literal{list(KINDS)}".replace("'", '"'),
    "k": "int | None",
    "library": 'Literal["numpy", "torch"] | None',
    "loss": "Callable[..., Any]",
    "grad": "Callable[..., Any] | None",
    "logits": "Array",
    "embeddings": "Array",
    "labels": "Array",
    "scores": "Array",
    "relevance": "Array",
    "mask": "Array | None",
    "margin": "Number",
}
RETURNS = {"check_loss": "Report", "mine_triplets": "tuple[Array, Array, Array]"}


def kind_of(parameter, loss):
    """The type of a parameter: arrays are of one library; a setting has a rule, or a default that tells."""
    name, default = parameter.name, parameter.default
    if name in (*loss.signature.arrays, *lossutils.nn.OF_THE_CALL):
        kind = "Array"
    elif name == "reduction":
        kind = "Reduction"
    elif name in ("axis", "ignore_index"):
        kind = "int"
    elif type(loss.rules.get(name)) in BY_RULE:
        kind = BY_RULE[type(loss.rules[name])]
    else:
        kind = type(default).__name__ if isinstance(default, (bool, int, str)) else "Number"
    return f"{kind} | None" if default is None else kind


def signature(parameters, kind_of):
    """`self` and the parameters with their types, which `kind_of` knows."""
    signs, keywords = ["self"], False
    for parameter in parameters:
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not keywords:
            signs, keywords = [*signs, "*"], True
        default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default!r}"
        stars = "**" if parameter.kind is inspect.Parameter.VAR_KEYWORD else ""
        signs.append(f"{stars}{parameter.name}: {kind_of(parameter)}{default}")
    return f"({', '.join(signs)})"


def of_loss(name, loss):
    """A class with one object, so that the three methods have their own signatures."""
    slopes = "Array" if loss.predictions == 1 else f"tuple[{', '.join(['Array'] * loss.predictions)}]"
    methods = ("__call__", "Array"), ("grad", slopes), ("value_and_grad", f"tuple[Array, {slopes}]")
    given = signature(inspect.signature(loss).parameters.values(), lambda x: kind_of(x, loss))
    lines = [f"class _{name}:"]
    for method, returns in methods:
        lines.append(f"    def {method}{given} -> {returns}:" + (" ..." if method == "__call__" else ""))
        if method != "__call__":
            lines.append(f'        """{getattr(loss, method).__doc__}"""')
    return "\n".join([*lines, "", f"{name}: _{name}", f'r"""{loss.__doc__}"""'])


def of_function(name, function):
    """Its docstring an editor finds in the code."""
    parameters = inspect.signature(function).parameters.values()
    given = signature(parameters, lambda x: BY_NAME.get(x.name, "Any")).replace("self, ", "", 1)
    return f"def {name}{given} -> {RETURNS.get(name, 'Array')}: ..."


def of_module(name, loss):
    def kind(parameter):
        if parameter.name.startswith("learn_"):
            return "bool"
        kinds = re.sub(r"\bArray\b", "torch.Tensor", kind_of(parameter, loss))
        return " | ".join(dict.fromkeys(kinds.split(" | ")))

    constructor, call = lossutils.nn.parts(loss)
    names = {parameter.name for parameter in constructor}
    kept = [x for x in constructor if "bool" != kind(x) and f"learn_{x.name}" not in names]
    doc = f"{loss.__doc__.splitlines()[0]} As a module; see `lossutils.{loss.__name__}`."
    return "\n".join(
        [
            f"class {name}(LossModule):",
            f'    r"""{doc}"""',
            *(f"    {parameter.name}: {kind(parameter)}" for parameter in kept),
            f'    def __init__{signature(constructor, kind)} -> None:\n        r"""{doc}"""',
            f"    def forward{signature(call, kind)} -> torch.Tensor: ...",
            f"    def __call__{signature(call, kind)} -> torch.Tensor: ...",
        ]
    )


def text():
    parts = [HEAD]
    for name in lossutils.__all__:
        thing = getattr(lossutils, name)
        parts.append(of_loss(name, thing) if isinstance(thing, Loss) else of_function(name, thing))
    return "\n\n".join([*parts, "cce_with_logits = cross_entropy"]) + "\n"


def text_of_modules():
    modules = lossutils.nn.MODULES
    return (
        "\n\n".join([HEAD_OF_MODULES, *(of_module(name, modules[name].function) for name in sorted(modules))])
        + "\n"
    )


if __name__ == "__main__":
    STUB.write_text(text(), encoding="utf-8")
    STUB_OF_MODULES.write_text(text_of_modules(), encoding="utf-8")
    STUB.with_name("py.typed").touch()
