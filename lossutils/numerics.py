"""Functions that the losses stand on, right to a few units in the last place wherever the mathematics is.

`xp.log1p(a)` is NumPy's or torch's `log1p`, whichever library the first array belongs to; the others are
written with it, or take a kernel of torch where that one is right. Torch can differentiate all of them.
"""

import math
import sys
from contextlib import nullcontext

import array_api_compat
import numpy as np
from array_api_compat import array_namespace, device

_LIBRARY, _KIND = {}, {}
OTHER_ARITHMETIC = np.ma.MaskedArray, np.matrix  # subclasses of NumPy's array that calculate differently


def library(x):
    """ "torch", "NumPy" or None."""
    if type(x) not in _LIBRARY:
        of_torch, of_numpy = array_api_compat.is_torch_array(x), array_api_compat.is_numpy_array(x)
        of_numpy = of_numpy and not isinstance(x, OTHER_ARITHMETIC)
        _LIBRARY[type(x)] = "torch" if of_torch else "NumPy" if of_numpy else None
    return _LIBRARY[type(x)]


def is_torch(x):
    return (_LIBRARY.get(type(x)) or library(x)) == "torch"


def kind(x):
    """Of the numbers of an array: "float", "whole", "complex" or "bool"."""
    if x.dtype not in _KIND:
        isdtype = array_namespace(x).isdtype
        kinds = {"float": "real floating", "whole": "integral", "complex": "complex floating", "bool": "bool"}
        _KIND[x.dtype] = next((name for name, of in kinds.items() if isdtype(x.dtype, of)), "other")
    return _KIND[x.dtype]


class _Namespace:
    """The functions of the library that the first array among the arguments belongs to."""

    def __getattr__(self, name):
        of_type = {}

        def call(*arguments, **keywords):
            first = type(arguments[0])
            if first not in of_type:
                array = next(a for a in arguments if hasattr(a, "dtype"))
                if type(array) is not first:  # a number came first
                    return function_of(array, name)(*arguments, **keywords)
                of_type[first] = function_of(array, name)
            return of_type[first](*arguments, **keywords)

        setattr(self, name, call)
        return call


def function_of(array, name):
    """Where torch itself does what the array API asks for, its own function, without a wrapper."""
    if is_torch(array) and name in OF_TORCH:
        return OF_TORCH[name](_torch())
    return getattr(array_namespace(array), name)


def _torch():
    return sys.modules["torch"]


def _of_two(torch, name, limit):
    def of_two(a, b):
        return getattr(torch, name)(a, b) if is_torch(b) else torch.clamp(a, **{limit: b})

    return of_two


SAME = "abs clip divide exp exp2 expm1 full_like log log1p log2 ones_like reshape sinh sqrt tanh where"
OF_TORCH = {name: lambda torch, name=name: getattr(torch, name) for name in [*SAME.split(), "zeros_like"]}
OF_TORCH |= {
    "argsort": lambda torch: lambda x, axis: torch.argsort(x, axis),
    "max": lambda torch: lambda x, axis, keepdims=False: torch.amax(x, axis, keepdims),
    "maximum": lambda torch: _of_two(torch, "maximum", "min"),
    "minimum": lambda torch: _of_two(torch, "minimum", "max"),
    "astype": lambda torch: lambda x, dtype, copy=True: x.to(dtype),
    "expand_dims": lambda torch: lambda x, axis: x.unsqueeze(axis),
    "sum": lambda torch: (
        lambda x, axis=None, keepdims=False: x.sum() if axis is None else x.sum(axis, keepdim=keepdims)
    ),
}

xp = _Namespace()


def zeros(like, shape, dtype=None):
    return array_namespace(like).zeros(shape, dtype=dtype or like.dtype, device=device(like))


def float64_of(x):
    """The dtype of the library of x."""
    return _torch().float64 if is_torch(x) else np.float64


def copied(x):
    return x.clone() if is_torch(x) else x.copy()


def per_example(factor, slope):
    """One number an example, to be multiplied with all that the example has."""
    if factor.ndim == 0:
        return factor
    return xp.reshape(factor, (*factor.shape, *(1,) * (slope.ndim - factor.ndim)))


def concat(arrays):
    return array_namespace(arrays[0]).concat(arrays)


def concat_last(arrays):
    """Joined along the last axis."""
    return array_namespace(arrays[0]).concat(arrays, axis=-1)


def sign(x):
    """−1, 0 or 1, and NaN for NaN: torch.sign says 0 there, and the array API's wrapper fails under vmap."""
    if is_torch(x):
        return _torch().where(x == x, _torch().sign(x), x)
    return np.sign(x)


def positive_part(x):
    """max(0, x), with the slope 0 at 0."""
    return xp.where(x <= 0, 0 * x, x) if is_torch(x) else np.maximum(x, 0)


def zero_times(y, x):
    """y x, and 0 where y is 0, even if x is infinite: 0 log 0 = 0. NaN stays NaN."""
    return xp.where((y == 0) & (x == x), xp.zeros_like(x), y * x)


# Two classes


def softplus_and_sigmoid(x):
    """log(1 + exp(x)) and its derivative σ(x), from one exponential."""
    if is_torch(x):
        # beyond its threshold softplus answers x: at 80 that is right in every precision
        return _torch().nn.functional.softplus(x, threshold=80), _torch().sigmoid(x)
    small = np.exp(-abs(x))
    return np.maximum(x, 0) + np.log1p(small), np.where(x >= 0, 1, small) / (1 + small)


def sigmoid(logits):
    """1 / (1 + exp(−z)), without overflow.

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid(np.array([-1000.0, 0.0, 2.0])).round(4)
    array([0.    , 0.5   , 0.8808])
    """
    if is_torch(logits):
        return _torch().sigmoid(logits)
    small = np.exp(-abs(logits))
    return np.where(logits >= 0, np.ones_like(small), small) / (1 + small)


def log_sigmoid(logits):
    """log sigmoid(z) = −log(1 + exp(−z)), right where the sigmoid rounds to 0 or to 1.

    Examples
    --------
    >>> import numpy as np
    >>> log_sigmoid(np.array([-1000.0, 0.0, 40.0]))
    array([-1.00000000e+03, -6.93147181e-01, -4.24835426e-18])
    """
    if is_torch(logits):
        return _torch().nn.functional.logsigmoid(logits)
    return np.minimum(logits, 0) - np.log1p(np.exp(-abs(logits)))


def in_between(target, rest):
    """Is a target neither 0 nor 1? rest is 1 − target. Yes where torch must not look: vmap, what learns."""
    if not is_torch(target):
        return np.any(target * rest)
    torch = _torch()
    if target.is_meta or torch._C._are_functorch_transforms_active() or torch_records(target):
        return True
    return torch.dot(target.reshape(-1), rest.reshape(-1)).item() != 0  # of probabilities: nothing cancels


def of_true_class(side, logits, target, positive=None, negative=None):
    """The loss of a yes-or-no question and its derivative by the logit.

    `side(x)` yields both as functions of the logit of the wrong class, which is −z for target 1 and z for
    target 0. A target in between mixes the two in that proportion. `positive` and `negative` are what the
    classes count.
    """
    of_yes, of_no = target, 1 - target
    if not in_between(of_yes, of_no):
        away, count = of_no - of_yes, None
        if positive is not None:
            count = positive * of_yes + negative * of_no
        one = side(away * logits)
        yield next(one) if count is None else count * next(one)
        yield away * next(one) if count is None else count * away * next(one)
    else:
        yes, no = side(-logits), side(logits)
        if positive is not None:
            of_yes, of_no = positive * of_yes, negative * of_no
        yield zero_times(of_yes, next(yes)) + zero_times(of_no, next(no))
        yield of_no * next(no) - of_yes * next(yes)


# K classes, along the last axis


def softmax(logits):
    """exp(z_k) / Σ_j exp(z_j) along the last axis.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.array([[2.0, 1.0, 0.0], [1000.0, 1000.0, -1000.0]])).round(4)
    array([[0.6652, 0.2447, 0.09  ],
           [0.5   , 0.5   , 0.    ]])
    """
    _, exponentials, others = exponentials_of(logits)
    return exponentials / (1 + others)


def log_softmax(logits):
    """z_k − log Σ_j exp(z_j) along the last axis, right where the softmax rounds to 0 or to 1.

    Examples
    --------
    >>> import numpy as np
    >>> log_softmax(np.array([[0.0, -40.0]]))
    array([[-4.24835426e-18, -4.00000000e+01]])
    """
    shifted, _, others = exponentials_of(logits)
    return shifted - xp.log1p(others)


def exponentials_of(logits):
    """z − z_max, its exponentials, and their sum without a largest, which is 1: its log1p loses no digit."""
    if is_torch(logits):
        largest, place = logits.max(-1, keepdim=True)  # where several are: of one of them
        shifted = logits - largest
        exponentials = _torch().exp(shifted)
        if logits.shape[-1] < 100 or torch_records(exponentials):
            return shifted, exponentials, exponentials.scatter(-1, place, 0.0).sum(-1, keepdim=True)
        one = exponentials.gather(-1, place)
        others = exponentials.scatter_(-1, place, 0.0).sum(-1, keepdim=True)
        exponentials.scatter_(-1, place, one)
    else:
        place = np.argmax(logits, axis=-1, keepdims=True)
        shifted = logits - np.take_along_axis(logits, place, axis=-1)
        exponentials = np.exp(shifted)
        one = np.take_along_axis(exponentials, place, axis=-1)
        np.put_along_axis(exponentials, place, 0, axis=-1)
        others = np.sum(exponentials, axis=-1, keepdims=True)
        np.put_along_axis(exponentials, place, one, axis=-1)
    return shifted, exponentials, others


def exact(tensor):
    """A context without autocast, which would round the products of matrices."""
    return _torch().autocast(tensor.device.type, enabled=False) if autocast(tensor) else nullcontext()


def autocast(tensor):
    """Is torch's autocast on for what is done to a tensor?"""
    device = tensor.device.type
    return device != "meta" and _torch().is_autocast_enabled(device)


def behind_vmap(tensor):
    """The numbers of a tensor that vmap has wrapped, the axis it maps over first: to look at, not to use."""
    functorch = _torch()._C._functorch
    while functorch.is_functorch_wrapped_tensor(tensor):
        axis = functorch.maybe_get_bdim(tensor)
        tensor = functorch.get_unwrapped(tensor)
        tensor = tensor if axis < 0 else tensor.movedim(axis, 0)
    return tensor


def torch_records(*tensors):
    """Does torch record what is done to them, or transform it? Then nothing may be written in place."""
    torch = _torch()
    if torch._C._are_functorch_transforms_active():
        return True
    return torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)


def whole(index):
    """Indices in the dtype that arrays are indexed with."""
    return index.long() if is_torch(index) else index.astype(np.intp, copy=False)


def at_class(x, place):
    """x_t of each row, as a column, for the class t at the place: `column(whole(target))`."""
    return x.gather(-1, place) if is_torch(x) else np.take_along_axis(x, place, axis=-1)


def with_class(x, place, values):
    """x with x_t of each row replaced, by a number or a column. x itself is not to be used any more."""
    if is_torch(x):
        recorded = torch_records(x) or (is_torch(values) and torch_records(values))
        return x.scatter(-1, place, values) if recorded else x.scatter_(-1, place, values)
    np.put_along_axis(x, place, values, axis=-1)
    return x


def one_hot(indices, like):
    """1 at the index of each row and 0 elsewhere, in the shape and dtype of `like`."""
    classes = array_namespace(like).arange(like.shape[-1], device=device(like))
    return xp.astype(xp.expand_dims(indices, axis=-1) == classes, like.dtype)


# Running sums along the last axis


def add_exponentials(one, other):
    """exp(m) s for two pairs (m, s), as such a pair: m is the larger of the two, exactly."""
    (m1, s1), (m2, s2) = one, other
    m = xp.maximum(m1, m2)
    finite = xp.where(m == -math.inf, xp.zeros_like(m), m)
    return m, s1 * xp.exp(m1 - finite) + s2 * xp.exp(m2 - finite)


def running_sum(m, s):
    """Σ_{j ≤ k} exp(m_j) s_j for each place k, as such pairs: none overflows."""
    step = 1
    while step < m.shape[-1]:
        before = concat_last([xp.full_like(m[..., :step], -math.inf), m[..., :-step]])
        m, s = add_exponentials((m, s), (before, concat_last([xp.zeros_like(s[..., :step]), s[..., :-step]])))
        step *= 2
    return m, s


def running_max(x):
    return x.cummax(-1).values if is_torch(x) else np.maximum.accumulate(x, axis=-1)


# Vectors, along the last axis


def column(x):
    return xp.expand_dims(x, axis=-1)


def length_and_direction(x):
    """|x| and x / |x| along the last axis, without overflow; a vector of zeros has the direction 0."""
    scale = xp.max(abs(x), axis=-1, keepdims=True)
    zero = scale == 0
    x = x / xp.where(zero, xp.ones_like(scale), scale)
    squares = xp.sum(x * x, axis=-1, keepdims=True)
    root = xp.sqrt(xp.where(zero, xp.ones_like(squares), squares))
    return (scale * root)[..., 0], xp.where(zero, xp.zeros_like(x), x / root)


def over_length(x, length):
    """x / length, and 0 for a length of 0."""
    length = column(length)
    zero = length == 0
    return xp.where(zero, xp.zeros_like(x), x / xp.where(zero, xp.ones_like(length), length))


def log_1_minus_exp(x):
    """log(1 − exp(x)) for x < 0, right near 0 and far from it."""
    is_near, border = x > -0.7, -0.7 * xp.ones_like(x)
    near, far = xp.where(is_near, x, border), xp.where(is_near, border, x)
    return xp.where(is_near, xp.log(-xp.expm1(near)), xp.log1p(-xp.exp(far)))


def at_precision(value, pred):
    """A number stays; an array, or a row of numbers, in the precision of pred, half precision in float32."""
    if not (isinstance(value, tuple) or getattr(value, "ndim", 0) or is_torch(value)):
        return value
    dtype = computed_in(pred)
    if isinstance(value, tuple):
        return array_namespace(pred).asarray(value, dtype=dtype, device=array_api_compat.device(pred))
    return value if value.dtype == dtype else xp.astype(value, dtype)


_COMPUTED_IN = {}


def computed_in(pred):
    """The dtype that is calculated in."""
    if pred.dtype not in _COMPUTED_IN:
        namespace = array_namespace(pred)
        half = namespace.finfo(pred.dtype).bits < 32
        _COMPUTED_IN[pred.dtype] = namespace.float32 if half else pred.dtype
    return _COMPUTED_IN[pred.dtype]


LOG_2 = math.log(2)
