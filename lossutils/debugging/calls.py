"""How `check_loss` calls a loss: one way for NumPy and torch, functions and modules, all sorts of gradients.

Everything goes in and comes back as float64 NumPy arrays; whatever the loss raises comes back as `error`.
"""

import contextlib
import copy
import importlib.util
import inspect
import io
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

DEFAULT = "as it is"  # the reduction of a loss that is not told any
TARGET_NAMES = ("target", "targets", "label", "labels", "y", "y_true", "true", "truth", "gt", "ground_truth")
PRED_NAMES = ("pred", "preds", "y_pred", "prediction", "predictions", "input", "output", "outputs", "y_hat")
PRED_NAMES += ("y_prob", "y_probs", "y_logits", "logit", "prob", "log_probs", "x", "z", "mu", "p", "f")
PRED_NAMES += ("logits", "probs", "proba", "probabilities", "scores", "pred_decision", "y_score", "y_proba")


MASKS = ("mask", "masks", "valid", "keep", "padding_mask", "pad_mask", "loss_mask", "attention_mask")
WEIGHTS = ("weight", "weights", "sample_weight", "sample_weights", "w")


@dataclass
class Outcome:
    """What came of a call."""

    value: np.ndarray | None = None
    dtype: str = ""
    gradient: list | None = None
    gradient_dtypes: list = field(default_factory=list)
    changed: bool = False
    tensor: bool = False  # a torch tensor came back
    error: Exception | None = None

    @property
    def total(self):
        """The sum of what came back, NaN where nothing did."""
        return float(self.value.sum()) if self.error is None else np.nan


@dataclass
class Subject:
    """A loss, and how it is to be called."""

    loss: Any
    name: str
    preds: int
    library: str  # "numpy" or "torch"
    options: dict
    grad: Callable | None = None
    target_first: bool = False
    finest: str = "float64"  # "float32" for a loss that refuses float64
    images: Callable | None = None  # array -> array with the axes of an image, where the loss takes images
    mask_dtype: str = "bool"
    changed_on: list | None = None  # the first batch that a call has changed
    _modules: dict = field(default_factory=dict)

    @property
    def needed(self):
        """Masks and weights that a call must give; where nothing is said, all ones."""
        named = [*self.signature.parameters.values()][2:]
        named = [p.name for p in named if p.default is p.empty and p.name not in self.options]
        return [name for name in named if name in (*MASKS, *WEIGHTS)]

    @property
    def signature(self):
        return signature_of_call(self.loss)

    def has(self, parameter):
        """Whether a call takes it, or what makes the loss, where the loss is a class."""
        made = inspect.signature(self.loss).parameters if inspect.isclass(self.loss) else ()
        return parameter in self.signature.parameters or parameter in made

    @property
    def takes_reduction(self):
        return self.has("reduction") or hasattr(self.loss, "reduction")

    @property
    def gradient_source(self):
        if self.grad is not None:
            return "the function given as grad"
        if self.library == "numpy" and callable(getattr(self.loss, "grad", None)):
            return f"{self.name}.grad"
        return "autograd" if self.library == "torch" else None

    # Calls

    def value(self, batch, dtype="float64", reduction=DEFAULT, **more):
        given = self._convert(batch, dtype)
        before = [_to_numpy(array).copy() for array in given]
        result = _caught(lambda: self._call(given, reduction, more))
        if isinstance(result, Exception):
            return Outcome(error=result)
        value, _ = _split(result, batch)
        if _is_bundle(value):
            return Outcome(error=ReturnedError(_how_to_unpack(value)))
        try:
            number = _to_numpy(value)
        except Exception as error:
            return Outcome(error=error)
        if number.dtype.kind not in "iufb":
            kind = type(value).__name__
            return Outcome(error=TypeError(f"it returned a {kind}, not a number or an array of numbers"))
        after = [_to_numpy(array) for array in given]
        changed = any(not np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=True))
        if changed and self.changed_on is None:
            self.changed_on = [np.array(array) for array in batch]
        number = self._unfold(number.astype(np.float64), batch[0])
        return Outcome(number, _dtype(value), changed=changed, tensor=_is_torch(value))

    def gradient(self, batch, dtype="float64", reduction=DEFAULT, upstream=None, **more):
        """The derivative of the sum of what the loss returns, each number times its share of `upstream`."""
        given = self._convert(batch, dtype)
        if self.library == "torch" and self.grad is None:
            result = _caught(lambda: self._autograd(given, reduction, upstream, more))
        elif self.gradient_source:
            function = self.grad or self.loss.grad
            result = _caught(lambda: self._call(given, reduction, more, function))
        else:
            result = _caught(lambda: self._call(given, reduction, more))
            if not isinstance(result, Exception):
                result = _split(result, batch)[1]
        if result is None:
            return Outcome(error=LookupError("no gradient"))
        if isinstance(result, Exception):
            return Outcome(error=result)
        result = result if isinstance(result, tuple | list) else (result,)
        try:
            gradients = [_to_numpy(g) for g in result]
        except Exception as error:
            return Outcome(error=error)
        types = [_dtype(g) for g in result]
        gradients = [g.astype(np.float64) for g in gradients]
        gradients = [self._unfold(g, a) for g, a in zip(gradients, batch, strict=False)]
        return Outcome(gradient=gradients, gradient_dtypes=types)

    def _call(self, given, reduction, more, function=None):
        keywords = {key: self._option(value, given[0]) for key, value in (self.options | more).items()}
        keywords = {name: self._ones(name, given) for name in self.needed} | keywords
        function = self._in_precision(self.loss if function is None else function, given[0])
        if reduction != DEFAULT:
            if hasattr(function, "reduction") and not inspect.isclass(function):
                function = copy.copy(function)  # a module that carries its reduction
                function.reduction = reduction
            else:
                keywords = keywords | {"reduction": reduction}
        if inspect.isclass(function):
            made = {k: v for k, v in keywords.items() if k not in self.signature.parameters}
            keywords = {k: v for k, v in keywords.items() if k not in made}
            function = self._in_precision(function(**made), given[0])
        preds, targets = given[: self.preds], given[self.preds :]
        return function(*([*targets, *preds] if self.target_first else given), **keywords)

    def _ones(self, name, given):
        """A mask or weights that leave nothing out, for the numbers of the last array or the examples."""
        shape = tuple(given[-1].shape if name in MASKS else given[0].shape[:1])
        dtype = self.mask_dtype if name in MASKS else _dtype(given[0])
        return to_library(np.ones(shape), self.library, dtype)

    def _in_precision(self, function, pred):
        """A module that holds floats, such as weights of classes, follows the prediction."""
        if self.library != "torch" or inspect.isclass(function) or not hasattr(function, "buffers"):
            return function
        held = [*function.parameters(), *function.buffers()]
        if all(a.dtype == pred.dtype for a in held if a.is_floating_point()):
            return function
        if function is not self.loss:
            return function.to(pred.dtype)
        if pred.dtype not in self._modules:
            self._modules[pred.dtype] = copy.deepcopy(function).to(pred.dtype)
        return self._modules[pred.dtype]

    def _option(self, value, pred):
        """An array among the options follows the prediction: its library, and its precision."""
        if not hasattr(value, "dtype") or not getattr(value, "ndim", 0):
            return value
        array = _to_numpy(value)
        return to_library(array, self.library, _dtype(pred) if array.dtype.kind == "f" else None)

    def _autograd(self, given, reduction, upstream, more):
        import torch

        preds = [tensor.requires_grad_() for tensor in given[: self.preds]]
        value = self._call([*preds, *given[self.preds :]], reduction, more)
        value, returned = _split(value, given)
        if returned is not None:
            return returned
        if not (isinstance(value, torch.Tensor) and value.requires_grad):
            return DetachedError("no gradient arrives: the value has no grad_fn")
        if upstream is None:
            upstream = np.ones(tuple(value.shape))
        upstream = torch.as_tensor(upstream, dtype=value.dtype).reshape(value.shape)
        found = torch.autograd.grad(value, preds, upstream, allow_unused=True)
        return tuple(torch.zeros_like(p) if g is None else g for g, p in zip(found, preds, strict=True))

    def curvature(self, batch, direction):
        """The derivative of gradient · direction by double backward."""
        import torch

        given = self._convert(batch, "float64")

        def run():
            preds = [tensor.requires_grad_() for tensor in given[: self.preds]]
            value = self._call([*preds, *given[self.preds :]], DEFAULT, {})
            slopes = torch.autograd.grad(value.sum(), preds, create_graph=True)
            along = sum(
                (g * torch.as_tensor(d).reshape(g.shape)).sum()
                for g, d in zip(slopes, direction, strict=True)
            )
            if not along.requires_grad:
                return tuple(torch.zeros_like(p) for p in preds)
            found = torch.autograd.grad(along, preds, allow_unused=True)
            return tuple(torch.zeros_like(p) if g is None else g for g, p in zip(found, preds, strict=True))

        result = _caught(run)
        if isinstance(result, Exception):
            return result
        return [self._unfold(_to_numpy(g), a) for g, a in zip(result, batch, strict=False)]

    def _unfold(self, array, like):
        """What comes back for images, in the shape of the examples."""
        if self.images is None or not array.ndim:
            return array
        shapes = [shape for shape in (like.shape, like.shape[:1]) if np.prod(shape) == array.size]
        return array.reshape(shapes[0]) if shapes else array

    def _convert(self, batch, dtype):
        dtype = self.finest if dtype == "float64" else dtype
        batch = [array if self.images is None else self.images(array) for array in batch]
        return [
            to_library(array, self.library, dtype if i < self.preds or array.dtype.kind == "f" else None)
            for i, array in enumerate(batch)
        ]


class ReturnedError(Exception):
    """What came back is not a loss alone; the text says what to do."""


class DetachedError(Exception):
    """The value does not remember what it was made of."""


def to_library(array, library, dtype=None):
    if library == "numpy":
        return np.array(array, dtype=dtype)
    import torch

    tensor = torch.as_tensor(np.array(array))
    return tensor if dtype is None else tensor.to(getattr(torch, dtype))


def _is_torch(value):
    return type(value).__module__.partition(".")[0] == "torch"


def _is_bundle(value):
    """A loss with more around it, (loss, dict) or {"loss": ...}; a list of numbers is no such thing."""
    if isinstance(value, tuple | list):
        return not all(isinstance(x, int | float | np.number | np.ndarray) for x in value)
    return isinstance(value, dict)


def _how_to_unpack(value):
    kinds = ", ".join(type(x).__name__ for x in (value.values() if isinstance(value, dict) else value))
    if isinstance(value, dict):
        key = "loss" if "loss" in value else next(iter(value), "loss")
        what, part = f"a dict with {', '.join(map(repr, value))}", f"[{key!r}]"
    else:
        what, part = f"a {type(value).__name__} of ({kinds})", "[0]"
    alone = f"check_loss(lambda *arrays: my_loss(*arrays){part}, pred=...)"
    return f"it returned {what}; check the loss alone: {alone}"


def _to_numpy(value):
    if _is_torch(value):
        return (value.double() if value.is_floating_point() else value).numpy(force=True)
    return np.asarray(value)


def _dtype(value):
    return str(getattr(value, "dtype", type(value).__name__)).removeprefix("torch.")


def _split(result, batch):
    """(value, gradient) where a loss returns both."""
    if isinstance(result, tuple | list) and len(result) == 2 and np.shape(result[1]) == np.shape(batch[0]):
        if np.shape(result[0]) != np.shape(batch[0]):
            return result
    return result, None


def _caught(function):
    """What it returns, or the exception it raises; what it prints and warns is dropped."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            return function()
        except Exception as error:
            return error


@contextlib.contextmanager
def one_thread():
    """Small calls only wait for a second thread: on a busy machine they then take a hundred times as long."""
    torch = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch else 1
    try:
        if torch:
            torch.set_num_threads(1)
        yield
    finally:
        if torch:
            torch.set_num_threads(threads)


def signature_of_call(loss):
    """What is passed together with the arrays; of a class, to what it makes."""
    try:
        if inspect.isclass(loss):
            signature = inspect.signature(getattr(loss, "forward", loss.__call__))
            return signature.replace(parameters=list(signature.parameters.values())[1:])
        return inspect.signature(loss)
    except (TypeError, ValueError):  # some functions written in C have none
        return inspect.Signature([inspect.Parameter("arguments", inspect.Parameter.VAR_POSITIONAL)])


def is_target_first(loss):
    """`loss(y_true, y_pred)`, as in Keras and scikit-learn, by the names of the arguments."""
    names = [name.lower() for name in signature_of_call(loss).parameters]
    return len(names) > 1 and names[0] in TARGET_NAMES and names[1] in PRED_NAMES


def libraries_to_try(loss, grad):
    """A gradient that is given in NumPy is tried there; else torch first where it is in use already."""
    home = (getattr(loss, "__module__", None) or type(loss).__module__).partition(".")[0]
    if home == "torch" or (hasattr(loss, "parameters") and hasattr(loss, "forward")):
        return ["torch"]
    if importlib.util.find_spec("torch") is None:
        return ["numpy"]
    if grad is not None or callable(getattr(loss, "grad", None)) or "torch" not in sys.modules:
        return ["numpy", "torch"]
    return ["torch", "numpy"]


def place(loss):
    """The file and the line in which a loss is written, ("", 0) if they are not known."""
    made = loss if inspect.isroutine(loss) or inspect.isclass(loss) else type(loss)
    made = getattr(loss, "func", made)  # of functools.partial
    try:
        path = Path(inspect.getsourcefile(inspect.unwrap(made)))
        line = inspect.getsourcelines(inspect.unwrap(made))[1]
    except (TypeError, OSError, ValueError):
        return "", 0
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix(), line
