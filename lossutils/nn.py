"""Each loss as a `torch.nn.Module`: `lossutils.nn.Huber(delta=2.0)(pred, target)`.

The classes are made from the signatures of the functions. What is a number or an option goes to the
constructor; the arrays of a call (`pred`, `target`, `weight`, `mask`) go to the module. Value and gradient
are those of the function.

A setting that is a tensor becomes a buffer: it moves with `.to(device)` and is part of `state_dict`. One that
is an `nn.Parameter` is trained as it is. A temperature must stay positive, and thresholds must stay in order:
`InfoNCE(learn_temperature=True)` trains the logarithm of its temperature, and `Ordinal(thresholds=...,
learn_thresholds=True)` the first threshold and the logarithms of the gaps. `settings()` says what they are.

>>> import torch
>>> from lossutils.nn import Huber, InfoNCE
>>> Huber(delta=2.0)(torch.tensor([0.0, 5.0]), torch.tensor([1.0, 0.0]))
tensor(4.2500)
>>> loss = InfoNCE(temperature=0.5, learn_temperature=True)
>>> loss
InfoNCE(temperature=learned, reduction='mean')
>>> {name: round(parameter.item(), 4) for name, parameter in loss.named_parameters()}
{'log_temperature': -0.6931}
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

import lossutils

from .engine.prepare import REDUCTIONS
from .engine.rules import Increasing, Learned
from .loss import Loss

OF_THE_CALL = ("weight", "mask")  # the arrays among the keywords

# Words of names that are more than their first letter in capitals
WORDS = {
    "bce": "BCE",
    "cce": "CCE",
    "kl": "KL",
    "lambdarank": "LambdaRank",
    "listmle": "ListMLE",
    "listnet": "ListNet",
    "mae": "MAE",
    "mse": "MSE",
    "nce": "NCE",
    "nt": "NT",
    "ranknet": "RankNet",
}


@dataclass(frozen=True)
class Free:
    """Numbers that may be anything, in place of those that may not: what an optimizer can walk on."""

    name: str
    of: Callable
    back: Callable


def _row_to_gaps(row):
    return torch.cat([row[:1], row.diff().log()])


def _gaps_to_row(free):
    return torch.cat([free[:1], free[1:].exp()]).cumsum(0)


FREE = {
    Learned: Free("log_{}", torch.log, torch.exp),
    Increasing: Free("first_and_log_gaps_of_{}", _row_to_gaps, _gaps_to_row),
}


class LossModule(torch.nn.Module):
    """What the modules share: `function` is the loss, `signature` that of the constructor."""

    def __init__(self, *args, **given):
        super().__init__()
        name = type(self).__name__
        try:
            bound = self.signature.bind(*args, **given)
        except TypeError as error:
            raise TypeError(f"{name}() {error}; its arguments are {self.signature}") from None
        bound.apply_defaults()
        self.learned = [key for key in self.free if bound.arguments.pop(f"learn_{key}")]
        for key, value in bound.arguments.items():
            self._check(key, value)
            if key in self.learned:
                if isinstance(value, torch.nn.Parameter):
                    raise TypeError(
                        f"learn_{key}=True makes a parameter of its own: {key} must be a number or a tensor"
                    )
                start = torch.as_tensor(value, dtype=getattr(value, "dtype", torch.get_default_dtype()))
                free = self.free[key]
                self.register_parameter(
                    free.name.format(key), torch.nn.Parameter(free.of(start.detach().clone()))
                )
            elif isinstance(value, torch.Tensor) and not isinstance(value, torch.nn.Parameter):
                self.register_buffer(key, value)
            else:
                setattr(self, key, value)

    def _check(self, key, value):
        """As the function would at the first call."""
        function = self.function
        if key == "reduction" and value not in REDUCTIONS:
            raise ValueError(f'reduction must be "mean", "sum" or "none", got {value!r}')
        if isinstance(value, np.ndarray):
            raise TypeError(f"{key} must be a torch tensor, got a NumPy array")
        if key in function.rules and (value is not None or function.signature.defaults[key] is not None):
            function.rules[key].check(key, value, torch.empty(0, dtype=torch.float64))

    def settings(self):
        """The settings as the function takes them, a learned one as it is now."""
        return {key: self._setting(key) for key in self.of_constructor}

    def _setting(self, key):
        if key in self.learned:
            free = self.free[key]
            return free.back(getattr(self, free.name.format(key)))
        return getattr(self, key)

    def forward(self, *arrays, **of_the_call):
        return self.function(*arrays, **of_the_call, **self.settings())

    def extra_repr(self):
        def shown(key):
            if key in self.learned:
                return "learned"
            value = getattr(self, key)
            return f"tensor of shape {tuple(value.shape)}" if isinstance(value, torch.Tensor) else repr(value)

        return ", ".join(f"{key}={shown(key)}" for key in self.of_constructor)


def name_of(function):
    """`bce_with_logits` is `BCEWithLogits`."""
    return "".join(WORDS.get(word, word.capitalize()) for word in function.__name__.split("_"))


def parts(function):
    """The parameters of the constructor, and those of a call."""
    constructor, call = [], []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in (*function.signature.arrays, *OF_THE_CALL):
            call.append(parameter)
            continue
        constructor.append(parameter)
        if type(function.rules.get(parameter.name)) in FREE:
            constructor.append(parameter.replace(name=f"learn_{parameter.name}", default=False))
    return constructor, call


def module_of(function):
    """The class of a loss."""
    constructor, call = parts(function)
    myself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)

    def __init__(self, *args, **settings):
        LossModule.__init__(self, *args, **settings)

    def forward(self, *arrays, **of_the_call):
        return LossModule.forward(self, *arrays, **of_the_call)

    __init__.__signature__ = inspect.Signature([myself, *constructor])
    forward.__signature__ = inspect.Signature([myself, *call])
    forward.__doc__ = f"`{function.__name__}` with these settings."
    rules = {key: type(function.rules.get(key)) for key in function.signature.defaults}
    body = {
        "__doc__": function.__doc__,
        "__module__": __name__,
        "__init__": __init__,
        "forward": forward,
        "function": function,
        "signature": inspect.Signature(constructor),
        "of_constructor": [p.name for p in constructor if p.name in function.signature.defaults],
        "free": {key: FREE[rule] for key, rule in rules.items() if rule in FREE},
    }
    return type(name_of(function), (LossModule,), body)


LOSSES = [x for x in map(vars(lossutils).get, lossutils.__all__) if isinstance(x, Loss)]
MODULES = {name_of(function): module_of(function) for function in LOSSES}
__all__ = sorted(MODULES)


def __getattr__(name):
    if name in MODULES:
        return MODULES[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
