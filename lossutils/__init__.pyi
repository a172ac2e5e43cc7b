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


class _batch_hard_triplet:
    def __call__(self, embeddings: Array, labels: Array, *, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, embeddings: Array, labels: Array, *, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `batch_hard_triplet` with respect to `embeddings`, of its shape."""
    def value_and_grad(self, embeddings: Array, labels: Array, *, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `batch_hard_triplet` and its derivative, from one walk over the data."""

batch_hard_triplet: _batch_hard_triplet
r"""Triplet loss of each embedding with its farthest positive and its nearest negative in the batch.

With p the farthest embedding of the class of a, and n the nearest one of another class::

    loss_a = max(0, |a − p| − |a − n| + margin)
    grad   as that of `triplet`, added up over the triplets an embedding is in

Parameters
----------
embeddings : array of floats (N, D)
    NumPy array or torch tensor. A NaN in it is a NaN in the loss of every anchor.
labels : array of whole numbers (N,)
    The class of each embedding.
margin : float, default 1.0
    Positive, in the unit of the embeddings.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: an embedding without a positive or without a negative has no triplet: its loss is 0 and a mean
does not count it; if none has one the loss is 0. A weight of 0 takes an embedding out of the batch, as
anchor and as neighbor. Which neighbor is farthest or nearest is decided to the precision of a squared
distance, the distance itself is then exact. Pairs are compared block by block: memory grows with N, not
with N².
PyTorch, Keras, optax: none; pytorch-metric-learning: `BatchHardMiner` and `TripletMarginLoss`.
Source: Hermans, Beyer and Leibe (2017), arXiv:1703.07737.

Examples
--------
>>> import numpy as np
>>> embeddings, labels = np.array([[0.0], [1.0], [1.5], [3.0]]), np.array([0, 0, 1, 1])
>>> batch_hard_triplet(embeddings, labels, reduction="none")
array([0.5, 1.5, 2. , 0.5])
>>> batch_hard_triplet.grad(embeddings, labels, reduction="sum").ravel()
array([-1.,  5., -5.,  1.])"""

class _bce:
    def __call__(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `bce` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `bce` and its derivative, from one walk over the data."""

bce: _bce
r"""Binary cross-entropy of probabilities: the negative log-likelihood of a Bernoulli distribution.

With p = pred, y = target::

    loss = −y log p − (1 − y) log(1 − p)
    grad = (1 − y) / (1 − p) − y / p              = (p − y) / (p (1 − p))

Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Probabilities in [0, 1] and targets in [0, 1]. Convention: 0 log 0 = 0, and a p of exactly 0 or 1
gives the limit: 0 where it is right, infinity where it is wrong, not a clipped number. If the model
ends in a sigmoid, hand its logit to `bce_with_logits` instead.
PyTorch: `F.binary_cross_entropy` (log clipped at −100). Keras: `BinaryCrossentropy()` (p clipped to
1e-7). optax: none. scikit-learn: `log_loss(y_true, y_pred)`, the target first.
Source: Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([0.9, 0.9, 0.0]), np.array([1.0, 0.0, 0.0])
>>> bce(pred, target, reduction="none").round(4)
array([0.1054, 2.3026, 0.    ])
>>> bce.grad(pred, target, reduction="sum").round(4)
array([-1.1111, 10.    ,  1.    ])"""

class _bce_with_logits:
    def __call__(self, pred: Array, target: Array, *, pos_weight: Number | Sequence[float] | Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, pos_weight: Number | Sequence[float] | Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `bce_with_logits` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, pos_weight: Number | Sequence[float] | Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `bce_with_logits` and its derivative, from one walk over the data."""

bce_with_logits: _bce_with_logits
r"""Binary cross-entropy of logits: `bce` after a sigmoid, without the rounding of the sigmoid.

With z = pred, y = target, w = pos_weight::

    loss = w y log(1 + exp(−z)) + (1 − y) log(1 + exp(z))
    grad = (1 − y) σ(z) − w y σ(−z)                                = σ(z) − y  for w = 1

Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.
pos_weight : float, or array (K,) for a `pred` of shape (..., K), optional
    What a positive counts against a negative; at least 0. It does not enter the denominator of the mean.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Targets in [0, 1], soft ones included. A logit of ±1e4 has its true loss, and a confidently wrong one
a gradient of size 1. PyTorch: `F.binary_cross_entropy_with_logits`, whose mean divides by the number
of elements whatever the `weight`, and which takes a target of 2 and returns a negative loss.
Keras: `BinaryCrossentropy(from_logits=True)`. optax: `sigmoid_binary_cross_entropy`.
Source: Cox (1958), doi:10.1111/j.2517-6161.1958.tb00292.x.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([0.0, 3.0, -1e4]), np.array([1.0, 0.0, 1.0])
>>> bce_with_logits(pred, target, reduction="none").round(4)
array([6.9310e-01, 3.0486e+00, 1.0000e+04])
>>> bce_with_logits.grad(pred, target, reduction="sum").round(4)
array([-0.5   ,  0.9526, -1.    ])"""

class _cce:
    def __call__(self, pred: Array, target: Array, *, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `cce` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `cce` and its derivative, from one walk over the data."""

cce: _cce
r"""Categorical cross-entropy of probabilities: minus the log-probability of the target.

With p = pred, y = target::

    loss = −Σ_k y_k log p_k          = −log p_t for a class index t
    grad_k = −y_k / p_k

Parameters
----------
pred : array of floats (..., K)
    NumPy array or torch tensor, the K classes along `axis`. A NaN in it is a NaN in the result.
target : array of whole numbers (...) or of floats (..., K)
    A class from 0 to K − 1 for each example, or a distribution over the classes. Of the library and on the
    device of `pred`.
axis : whole number, default -1
    The axis of the classes in `pred`, and in a target that holds distributions: 1 for images (N, K, H, W).
    Class indices and weights have the other axes.
ignore_index : whole number, optional
    A label that stands for no class, such as −100: it counts nothing, as with a weight of 0.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Rows of `pred` lie in [0, 1] and sum to 1; the gradient treats the K probabilities as free.
Convention: 0 log 0 = 0; a p of 0 where y is positive costs infinity, not a clipped number. If the
model ends in a softmax, hand its logits to `cross_entropy` instead.
PyTorch: `F.nll_loss(p.log(), t)`. Keras: `CategoricalCrossentropy()`, which rescales and clips p.
optax: none. scikit-learn: `log_loss(y_true, y_pred)`, the target first.
Source: Shannon (1948), doi:10.1002/j.1538-7305.1948.tb01338.x; Good (1952).

Examples
--------
>>> import numpy as np
>>> pred = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0]])
>>> cce(pred, np.array([0, 1]), reduction="none").round(4)
array([0.3567, 0.    ])
>>> cce.grad(pred, np.array([0, 1]), reduction="sum").round(4)
array([[-1.4286,  0.    ,  0.    ],
       [ 0.    , -1.    ,  0.    ]])"""

def check_loss(loss: Callable[..., Any], pred: Any = None, target: Any = None, *, grad: Callable[..., Any] | None = None, library: Literal["numpy", "torch"] | None = None, strict: Any = False, ignore: Any = None, **options: Any) -> Report: ...

class _confidence_bce:
    def __call__(self, logits: Array, target: Array, *, beta: Number = 0.1, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, logits: Array, target: Array, *, beta: Number = 0.1, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `confidence_bce` with respect to `logits`, of its shape."""
    def value_and_grad(self, logits: Array, target: Array, *, beta: Number = 0.1, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `confidence_bce` and its derivative, from one walk over the data."""

confidence_bce: _confidence_bce
r"""Binary cross-entropy minus beta times the entropy of the prediction: confidence costs, or pays.

With z = logits, y = target, p = σ(z), H = −p log p − (1 − p) log(1 − p)::

    loss = y log(1 + exp(−z)) + (1 − y) log(1 + exp(z)) − beta H
    grad = p − y + beta z p (1 − p)

Parameters
----------
logits : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result.
target : array of the shape of logits
    0 or 1. In between, the two losses are mixed in that proportion.
beta : float, default 0.1
    Positive: confidence is penalized. Negative: it is rewarded. Above −1 and finite.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
The minimum for an example that is positive with probability π is where p + beta z p (1 − p) = π: nearer
to 1/2 than π for beta > 0, farther for beta < 0. The same formula takes π back from p. Below beta = −1
there are two minima for π near 1/2, and a range of p around 1/2 that is never given; such a beta is an
error, and −1 too, where the curvature at 1/2 is 0. Convention: the sign is that of Pereyra et al.; a
term "+ λ H" is beta = −λ. The loss may be negative.
PyTorch, Keras, optax: none.
Source: Pereyra et al. (2017), arXiv:1701.06548.

Examples
--------
>>> import numpy as np
>>> logits, target = np.array([0.0, 3.0, 3.0]), np.array([1.0, 1.0, 0.0])
>>> confidence_bce(logits, target, beta=0.5, reduction="none").round(4)
array([ 0.3466, -0.0468,  2.9532])
>>> confidence_bce.grad(logits, target, beta=0.5, reduction="sum").round(4)
array([-0.5   ,  0.0203,  1.0203])"""

class _contrastive:
    def __call__(self, x1: Array, x2: Array, same: Array, *, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, x1: Array, x2: Array, same: Array, *, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """Derivative of the reduced `contrastive` by each of `x1`, `x2`: a tuple."""
    def value_and_grad(self, x1: Array, x2: Array, same: Array, *, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, tuple[Array, Array]]:
        """The reduced `contrastive` and its derivative, from one walk over the data."""

contrastive: _contrastive
r"""Contrastive loss of pairs: pulls a pair of one class together, pushes two classes a margin apart.

With d = |x1 − x2|::

    loss = d²                    same = 1
           max(0, margin − d)²   same = 0
    grad = ±2 (x1 − x2)                          same = 1, + for x1, − for x2
           ∓2 max(0, margin − d) (x1 − x2) / d   same = 0

Parameters
----------
x1, x2 : arrays of floats (..., D)
    The two embeddings of each pair. NumPy arrays or torch tensors. A NaN in them is a NaN in the result.
same : array (...)
    1 where both are of one class, 0 where they are not.
margin : float, default 1.0
    Positive, in the unit of the embeddings: two classes farther apart than this have no loss.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: 1 is a pair of one class; in Hadsell et al., who also halve both terms, it is a pair of two.
`.grad` returns the pair (for x1, for x2). Where two classes share one point there is no direction to
push in: the gradient is 0, and only noise gets them apart.
PyTorch, Keras, optax: none; pytorch-metric-learning's `ContrastiveLoss` does not square the terms.
Source: Hadsell, Chopra and LeCun (2006), doi:10.1109/CVPR.2006.100.

Examples
--------
>>> import numpy as np
>>> x1, x2 = np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([[0.3, 0.4], [0.3, 0.4]])
>>> contrastive(x1, x2, np.array([1, 0]), reduction="none").round(4)
array([0.25, 0.25])
>>> for_x1, for_x2 = contrastive.grad(x1, x2, np.array([1, 0]), reduction="sum")
>>> for_x1.round(4)
array([[-0.6, -0.8],
       [ 0.6,  0.8]])"""

class _cosine_embedding:
    def __call__(self, x1: Array, x2: Array, target: Array, *, margin: Number = 0.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, x1: Array, x2: Array, target: Array, *, margin: Number = 0.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """Derivative of the reduced `cosine_embedding` by each of `x1`, `x2`: a tuple."""
    def value_and_grad(self, x1: Array, x2: Array, target: Array, *, margin: Number = 0.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, tuple[Array, Array]]:
        """The reduced `cosine_embedding` and its derivative, from one walk over the data."""

cosine_embedding: _cosine_embedding
r"""Cosine embedding loss: the angle between two embeddings, whatever their lengths.

With u = x / |x| and c = u1 · u2, the cosine::

    loss = 1 − c                target = 1
           max(0, c − margin)   target = −1
    grad = ∓(u2 − c u1) / |x1|  for x1; u1 and u2 change places for x2

Parameters
----------
x1, x2 : arrays of floats (..., D)
    The two embeddings of each pair. NumPy arrays or torch tensors. A NaN in them is a NaN in the result.
target : array (...)
    1 for a pair that belongs together, −1 for one that does not.
margin : float in [-1, 1], default 0.0
    The cosine up to which a pair that does not belong together has no loss.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: target is ±1 as in PyTorch, where `contrastive` takes 1 and 0. `.grad` returns the pair (for
x1, for x2). The gradient is perpendicular to its embedding and falls with the embedding's length. A
vector of zeros has the cosine 0 with everything, and gradient 0.
PyTorch: `F.cosine_embedding_loss(x1, x2, target, margin)`. Keras: `CosineSimilarity`, −c. optax:
`cosine_distance`, 1 − c.
Source: the loss as PyTorch defines it; Chopra, Hadsell and LeCun (2005), doi:10.1109/CVPR.2005.202, for
learning a similarity.

Examples
--------
>>> import numpy as np
>>> x1, x2 = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[3.0, 4.0], [3.0, 4.0]])
>>> cosine_embedding(x1, x2, np.array([1, -1]), reduction="none").round(4)
array([0.4, 0.6])
>>> cosine_embedding.grad(x1, x2, np.array([1, -1]), reduction="sum")[0].round(4)
array([[-0. , -0.8],
       [ 0. ,  0.8]])"""

class _cost_sensitive_bce:
    def __call__(self, logits: Array, target: Array, *, false_negative_cost: Number = 1.0, false_positive_cost: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, logits: Array, target: Array, *, false_negative_cost: Number = 1.0, false_positive_cost: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `cost_sensitive_bce` with respect to `logits`, of its shape."""
    def value_and_grad(self, logits: Array, target: Array, *, false_negative_cost: Number = 1.0, false_positive_cost: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `cost_sensitive_bce` and its derivative, from one walk over the data."""

cost_sensitive_bce: _cost_sensitive_bce
r"""Binary cross-entropy in which a missed positive and a false alarm count what they cost.

With z = logits, y = target, C = false_negative_cost, A = false_positive_cost::

    loss = C y log(1 + exp(−z)) + A (1 − y) log(1 + exp(z))
    grad = A (1 − y) σ(z) − C y σ(−z)

Parameters
----------
logits : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result.
target : array of the shape of logits
    0 or 1. In between, the two losses are mixed in that proportion.
false_negative_cost : float, default 1.0
    What a missed positive costs; positive and finite.
false_positive_cost : float, default 1.0
    What a false alarm costs, in the same unit; positive and finite.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
The minimum for an example that is positive with probability π is at the odds C π / (A (1 − π)): σ(z) is
no longer π. Act at σ(z) > 1/2, which is π > A / (A + C), or take the probability back by z − log(C / A).
To weight and to move the threshold as well counts the costs twice.
It is A times `bce_with_logits` with pos_weight = C / A.
PyTorch: `F.binary_cross_entropy_with_logits` with `pos_weight`. Keras: `class_weight` in `fit`. optax:
none. scikit-learn: `class_weight={0: A, 1: C}`.
Source: Elkan (2001), IJCAI.

Examples
--------
>>> import numpy as np
>>> logits, target = np.array([0.0, 0.0, 3.0]), np.array([1.0, 0.0, 1.0])
>>> cost_sensitive_bce(logits, target, false_negative_cost=10, reduction="none").round(4)
array([6.9315, 0.6931, 0.4859])
>>> cost_sensitive_bce.grad(logits, target, false_negative_cost=10, reduction="sum").round(4)
array([-5.    ,  0.5   , -0.4743])"""

class _cross_entropy:
    def __call__(self, pred: Array, target: Array, *, label_smoothing: Number = 0.0, class_weight: Number | Sequence[float] | Array | None = None, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, label_smoothing: Number = 0.0, class_weight: Number | Sequence[float] | Array | None = None, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `cross_entropy` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, label_smoothing: Number = 0.0, class_weight: Number | Sequence[float] | Array | None = None, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `cross_entropy` and its derivative, from one walk over the data."""

cross_entropy: _cross_entropy
r"""Cross-entropy of logits: `cce` after a softmax, without the rounding of the softmax.

With z = pred, y = (1 − ε) target + ε / K, w = class_weight::

    loss = −Σ_k w_k y_k log softmax(z)_k
    grad_j = softmax(z)_j Σ_k w_k y_k − w_j y_j   = softmax(z)_j − y_j for w = 1

Parameters
----------
pred : array of floats (..., K)
    NumPy array or torch tensor, the K classes along `axis`. A NaN in it is a NaN in the result.
target : array of whole numbers (...) or of floats (..., K)
    A class from 0 to K − 1 for each example, or a distribution over the classes. Of the library and on the
    device of `pred`.
label_smoothing : float, default 0.0
    ε: the share of the target that is spread over all K classes; at least 0 and below 1.
class_weight : array (K,), optional
    What each class counts; at least 0. A mean divides by the sum of w_t over the examples (for a
    distribution as target: of Σ_k w_k target_k), with or without smoothing; 0 / 0 is 0.
axis : whole number, default -1
    The axis of the classes in `pred`, and in a target that holds distributions: 1 for images (N, K, H, W).
    Class indices and weights have the other axes.
ignore_index : whole number, optional
    A label that stands for no class, such as −100: it counts nothing, as with a weight of 0.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Also as `cce_with_logits`. Where the target has the largest logit the loss is log1p of what the others
add, so a logit gap of 40 costs 4e-18 in float32 too.
PyTorch: `F.cross_entropy`, with three differences. Its classes are second, which is `axis=1` here;
forgotten, it is an error unless K = H = W. Its `weight` is `class_weight` here, and a `weight` here is
one number an example: where N = K nothing tells the two apart. It leaves out labels of −100 unless told
otherwise, which is `ignore_index=-100` here. With distributions as targets its mean divides by N whatever
the class weights.
Keras: `SparseCategoricalCrossentropy(from_logits=True)`. optax: `softmax_cross_entropy`.
Source: Bridle (1990), doi:10.1007/978-3-642-76153-9_28; label smoothing: Szegedy et al. (2016),
doi:10.1109/CVPR.2016.308.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 40.0]]), np.array([0, 2])
>>> cross_entropy(pred, target, reduction="none")
array([4.07605964e-01, 8.49670851e-18])
>>> cross_entropy.grad(pred, target, reduction="sum").round(4)
array([[-0.3348,  0.2447,  0.09  ],
       [ 0.    ,  0.    , -0.    ]])"""

class _dice:
    def __call__(self, pred: Array, target: Array, *, smooth: Number = 1e-05, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, smooth: Number = 1e-05, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `dice` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, smooth: Number = 1e-05, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `dice` and its derivative, from one walk over the data."""

dice: _dice
r"""Soft Dice loss: 1 minus twice the overlap over the sum of the two sizes.

With p = pred, y = target, and sums over an example::

    loss = 1 − (2 Σ p y + smooth) / (Σ p + Σ y + smooth)
    grad = ((1 − 2 y) − loss) / (Σ p + Σ y + smooth)

Parameters
----------
pred : array of floats (N, ...)
    NumPy array or torch tensor of probabilities. A NaN in it is a NaN in the result.
target : array of the shape of pred
    0 or 1, or shares in between.
smooth : float, default 1e-5
    Added to numerator and denominator, in pixels; at least 0. The default decides what 0 / 0 is: two empty
    masks cost 0. On an empty target any other prediction costs nearly 1, with next to no gradient; with 1
    that gradient is alive, and an object of few pixels costs less. With 0 it is 0.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: one loss an example, then the mean; "batch Dice", over all pixels of a batch, is the call with
`pred.reshape(1, -1)`. The sizes enter as they are; Milletari et al. square them. The slope of an empty
target is smooth / (Σ p + smooth)²: next to 0 while something is predicted, 1 / smooth where nothing is.
Calculated as (Σ p (1 − y) + Σ (1 − p) y) / (...), which keeps its digits where the overlap is good.
PyTorch: none. Keras: `Dice()`, the target first, over the whole batch unless `axis` says more. MONAI:
`DiceLoss`, smooth 1e-5. optax: `losses.binary_dice_loss`, of logits, whose smooth counts twice.
Source: Dice (1945), doi:10.2307/1932409; as a loss: Milletari et al. (2016), arXiv:1606.04797.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([[1.0, 0.5, 0.0], [0.0, 0.0, 0.0]]), np.array([[1, 1, 0], [0, 0, 0]])
>>> dice(pred, target, reduction="none").round(4)
array([0.1429, 0.    ])
>>> dice.grad(pred[:1], target[:1]).round(4)
array([[-0.3265, -0.3265,  0.2449]])"""

class _focal:
    def __call__(self, logits: Array, target: Array, *, alpha: Number | None = None, gamma: Number = 2.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, logits: Array, target: Array, *, alpha: Number | None = None, gamma: Number = 2.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `focal` with respect to `logits`, of its shape."""
    def value_and_grad(self, logits: Array, target: Array, *, alpha: Number | None = None, gamma: Number = 2.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `focal` and its derivative, from one walk over the data."""

focal: _focal
r"""Focal loss: cross-entropy, times a factor that fades as the right answer becomes probable.

With p the probability of the true class, σ(z) or σ(−z), and z = logits::

    loss = −a (1 − p)^gamma log p
    grad = ∓a (1 − p)^gamma (1 − p − gamma p log p)     − for target 1, + for target 0

Parameters
----------
logits : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result.
target : array of the shape of logits
    0 or 1. In between, the two losses are mixed in that proportion.
alpha : float in [0, 1], optional
    a is alpha for target 1 and 1 − alpha for target 0; 1 for both if it is None.
gamma : float, default 2.0
    At least 0. With 0 the loss is cross-entropy. With 2, an example at p = 0.9 counts a hundredth.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: alpha is the weight of the *positive* class. With the usual alpha = 0.25 a rare positive
class is weighted down, because gamma already turns the easy negatives down. Value and gradient are
right for every finite logit and every gamma, gamma < 1 at ±1e4 included.
PyTorch: `torchvision.ops.sigmoid_focal_loss` (alpha=0.25 by default, reduction "none"). Keras:
`BinaryFocalCrossentropy()`, the target first. optax: `sigmoid_focal_loss`.
Source: Lin et al. (2017), arXiv:1708.02002.

Examples
--------
>>> import numpy as np
>>> logits, target = np.array([0.0, 3.0, -3.0]), np.array([1.0, 1.0, 1.0])
>>> focal(logits, target, reduction="none").round(5)
array([1.73290e-01, 1.10000e-04, 2.76628e+00])
>>> focal.grad(logits, target, reduction="sum").round(5)
array([-2.98290e-01, -3.10000e-04, -1.12675e+00])"""

class _generalized_cross_entropy:
    def __call__(self, pred: Array, target: Array, *, q: Number = 0.7, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, q: Number = 0.7, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `generalized_cross_entropy` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, q: Number = 0.7, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `generalized_cross_entropy` and its derivative, from one walk over the data."""

generalized_cross_entropy: _generalized_cross_entropy
r"""Between cross-entropy (q → 0) and the absolute error (q = 1): bounded, for labels that may be wrong.

With p = pred, y = target::

    loss = Σ_k y_k (1 − p_k^q) / q
    grad_k = −y_k p_k^(q − 1)

Parameters
----------
pred : array of floats (..., K)
    NumPy array or torch tensor, the K classes along `axis`. A NaN in it is a NaN in the result.
target : array of whole numbers (...) or of floats (..., K)
    A class from 0 to K − 1 for each example, or a distribution over the classes. Of the library and on the
    device of `pred`.
q : float, default 0.7
    Above 0 and at most 1. A loss is at most 1/q. With q = 1 it is 1 − p_t, half the absolute error to a
    one-hot target.
axis : whole number, default -1
    The axis of the classes in `pred`, and in a target that holds distributions: 1 for images (N, K, H, W).
    Class indices and weights have the other axes.
ignore_index : whole number, optional
    A label that stands for no class, such as −100: it counts nothing, as with a weight of 0.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Rows of `pred` lie in [0, 1] and sum to 1.
(1 − p^q) / q is calculated as −expm1(q log p) / q, which keeps its digits where p is close to 1.
PyTorch, optax: none. Keras: `CategoricalGeneralizedCrossEntropy(q=0.5)` by default, the target first.
Source: Zhang and Sabuncu (2018), arXiv:1805.07836.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0]]), np.array([0, 0])
>>> generalized_cross_entropy(pred, target, q=0.5, reduction="none").round(4)
array([0.3267, 2.    ])
>>> generalized_cross_entropy.grad(pred[:1], target[:1], q=0.5).round(4)
array([[-1.1952,  0.    ,  0.    ]])"""

class _hinge:
    def __call__(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `hinge` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `hinge` and its derivative, from one walk over the data."""

hinge: _hinge
r"""Hinge loss of a score: what is missing to a margin of 1.

With s = pred and y = target (−1 or 1)::

    loss = max(0, 1 − y s)
    grad = −y if y s < 1, else 0

Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Targets are −1 and 1, not 0 and 1. Convention: at y s = 1 every slope between −y and 0 is a subgradient;
`hinge.grad` is the smallest of them, 0.
PyTorch: none for two classes (`F.hinge_embedding_loss` is something else). Keras: `Hinge()`, the
target first, which turns 0 and 1 into −1 and 1. optax: `hinge_loss`. scikit-learn:
`hinge_loss(y_true, decision)`.
Source: Cortes and Vapnik (1995), doi:10.1007/BF00994018.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([2.0, 0.3, -0.5]), np.array([1.0, 1.0, 1.0])
>>> hinge(pred, target, reduction="none")
array([0. , 0.7, 1.5])
>>> hinge.grad(pred, target, reduction="sum")
array([-0., -1., -1.])"""

class _huber:
    def __call__(self, pred: Array, target: Array, *, delta: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, delta: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `huber` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, delta: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `huber` and its derivative, from one walk over the data."""

huber: _huber
r"""Huber's loss: half the square of a small error, linear in a large one.

With c the error e clipped to [−delta, delta]::

    loss = c (e − c/2)     = e²/2                        if |e| ≤ delta
                           = delta (|e| − delta/2)       otherwise
    grad = c

Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.
delta : float, default 1.0
    Where the square turns into the line, in the units of the target; positive and finite.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: delta is the slope far out. As delta grows the loss becomes half of `mse`; as it shrinks the
loss goes to 0, and loss / delta to `mae`. Smooth L1 with its parameter beta is huber(delta=beta) / beta.
The first derivative is continuous, at |e| = delta too; the second jumps there from 1 to 0.
PyTorch: `F.huber_loss`, and `F.smooth_l1_loss`, divided by beta. Keras: `Huber`. optax: `huber_loss`.
scikit-learn's `HuberRegressor` counts its `epsilon` in units of a scale that it estimates.
Source: Huber (1964), doi:10.1214/aoms/1177703732.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([0.5, 3.0]), np.array([0.0, 0.0])
>>> huber(pred, target, delta=1.0, reduction="none")
array([0.125, 2.5  ])
>>> huber.grad(pred, target, delta=1.0, reduction="sum")
array([0.5, 1. ])"""

class _info_nce:
    def __call__(self, query: Array, key: Array, *, temperature: Number | torch.Tensor = 0.1, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, query: Array, key: Array, *, temperature: Number | torch.Tensor = 0.1, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """Derivative of the reduced `info_nce` by each of `query`, `key`: a tuple."""
    def value_and_grad(self, query: Array, key: Array, *, temperature: Number | torch.Tensor = 0.1, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, tuple[Array, Array]]:
        """The reduced `info_nce` and its derivative, from one walk over the data."""

info_nce: _info_nce
r"""InfoNCE: each query has to find its own key among all keys of the batch.

With the cosines c_ij of query i and key j, and s_ij = c_ij / temperature::

    loss_i = −log(exp(s_ii) / Σ_j exp(s_ij))
    grad     by s_ij: p_ij − [i = j], with p_ij the softmax of row i; then through the cosine

Parameters
----------
query, key : arrays of floats (N, D)
    Row i of `key` is the positive of row i of `query`, the other rows are its negatives. Their length
    does not matter. NumPy arrays or torch tensors. A NaN in a key is a NaN in every loss, a NaN in a
    query in its own.
temperature : float, default 0.1
    Positive. A torch tensor without axes may learn; its gradient then takes the memory of all N² pairs.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: the sum has the positive in it, so that the loss is a cross-entropy over N keys: log N where
all keys are alike, and never below log(1 + (N − 1) exp(−2 / temperature)). `.grad` returns the pair (for
query, for key). A weight of 0 takes a row out of both. Both directions, as in CLIP:
`(info_nce(a, b) + info_nce(b, a)) / 2`. A row of zeros has the cosine 0 with everything, and gradient 0.
Pairs are compared block by block: memory grows with N, not with N².
PyTorch: `F.cross_entropy(normalize(query) @ normalize(key).T / temperature, arange(N))`. Keras: none.
optax: none.
Source: van den Oord, Li and Vinyals (2018), arXiv:1807.03748; Radford et al. (2021), arXiv:2103.00020.

Examples
--------
>>> import numpy as np
>>> query = np.array([[1.0, 0.0], [0.0, 1.0]])
>>> info_nce(query, query, temperature=1.0, reduction="none").round(4)
array([0.3133, 0.3133])
>>> info_nce(query, query[::-1], temperature=0.01, reduction="none").round(4)
array([100., 100.])
>>> for_query, for_key = info_nce.grad(query, query[::-1], temperature=1.0)
>>> for_query.round(4)
array([[ 0.    , -0.3655],
       [-0.3655,  0.    ]])"""

class _jaccard:
    def __call__(self, pred: Array, target: Array, *, smooth: Number = 1e-05, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, smooth: Number = 1e-05, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `jaccard` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, smooth: Number = 1e-05, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `jaccard` and its derivative, from one walk over the data."""

jaccard: _jaccard
r"""Soft Jaccard loss: 1 minus the intersection over the union.

With p = pred, y = target::

    loss = 1 − (Σ p y + smooth) / (Σ p + Σ y − Σ p y + smooth)
    grad = ((1 − 2 y) − (1 − y) loss) / (Σ p + Σ y − Σ p y + smooth)

Parameters
----------
pred : array of floats (N, ...)
    NumPy array or torch tensor of probabilities. A NaN in it is a NaN in the result.
target : array of the shape of pred
    0 or 1, or shares in between.
smooth : float, default 1e-5
    Added to numerator and denominator, in pixels; at least 0. The default decides what 0 / 0 is: two empty
    masks cost 0. On an empty target any other prediction costs nearly 1, with next to no gradient; with 1
    that gradient is alive, and an object of few pixels costs less. With 0 it is 0.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
With J = 1 − loss and D the Dice coefficient of the same masks without smoothing, D = 2 J / (1 + J):
the two order the predictions of one image alike, and average differently over several.
PyTorch, Keras, optax: none. segmentation-models-pytorch: `JaccardLoss`.
Source: Jaccard (1912), doi:10.1111/j.1469-8137.1912.tb05611.x; as a loss: Rahman and Wang (2016),
doi:10.1007/978-3-319-50835-1_22.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([[1.0, 0.5, 0.0]]), np.array([[1, 1, 0]])
>>> jaccard(pred, target, smooth=0, reduction="none")
array([0.25])"""

class _kl_divergence:
    def __call__(self, pred: Array, target: Array, *, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `kl_divergence` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `kl_divergence` and its derivative, from one walk over the data."""

kl_divergence: _kl_divergence
r"""Kullback-Leibler divergence KL(target ‖ pred) of probabilities, summed over the last axis.

With p = pred, y = target::

    loss = Σ_k y_k log(y_k / p_k)
    grad_k = −y_k / p_k                    as for `cce`: the entropy of the target has no gradient

Parameters
----------
pred : array of floats (..., K)
    NumPy array or torch tensor, the K classes along `axis`. A NaN in it is a NaN in the result.
target : array of whole numbers (...) or of floats (..., K)
    A class from 0 to K − 1 for each example, or a distribution over the classes. Of the library and on the
    device of `pred`.
axis : whole number, default -1
    The axis of the classes in `pred`, and in a target that holds distributions: 1 for images (N, K, H, W).
    Class indices and weights have the other axes.
ignore_index : whole number, optional
    A label that stands for no class, such as −100: it counts nothing, as with a weight of 0.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: the prediction comes first, as everywhere here, and the target is the distribution that
the average is taken over. 0 log 0 = 0; a p of 0 where y is positive costs infinity.
PyTorch: `F.kl_div(p.log(), y, reduction="batchmean")`: log-probabilities first; its "mean" divides by
all elements.
Keras: `KLDivergence()`, the target first. optax: `kl_divergence(log_p, y)`. SciPy: `rel_entr(y, p)`.
Source: Kullback and Leibler (1951), doi:10.1214/aoms/1177729694.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([[0.5, 0.5]]), np.array([[0.9, 0.1]])
>>> float(kl_divergence(pred, target).round(4))
0.3681
>>> kl_divergence.grad(pred, target)
array([[-1.8, -0.2]])"""

class _lambdarank:
    def __call__(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `lambdarank` with respect to `scores`, of its shape."""
    def value_and_grad(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `lambdarank` and its derivative, from one walk over the data."""

lambdarank: _lambdarank
r"""LambdaRank: RankNet in which a pair counts what NDCG would change if the two changed places.

With s = scores, G_i = 2^relevance_i − 1, D_i = 1 / log2(1 + rank of i) in the order of the scores, and
N the best possible Σ_i G_i D_i, over the ordered pairs (i, j) in which i is more relevant than j::

    Δ_ij = |G_i − G_j| |D_i − D_j| / N
    loss = Σ_(i, j) Δ_ij log(1 + exp(−(s_i − s_j)))
    grad = Σ_(i, j) ∓Δ_ij σ(−(s_i − s_j)), − for s_i, + for s_j, with Δ held fixed

Parameters
----------
scores : array of floats (..., D)
    NumPy array or torch tensor: one score for each of the D documents of a query. A NaN in it is a NaN in the
    result.
relevance : array of the shape of scores
    How relevant each document is, finite and at least 0; a larger number is more relevant. Of the library
    and on the device of `scores`.
mask : array of bools of the shape of scores, optional
    False for padding: such a document has no rank, no loss and the gradient 0, whatever stands there.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
The gradient, the lambdas, is what LambdaRank is. As a field over all scores it is the gradient of no
continuous function: Δ jumps where two scores change places. Between such places the ranks are constant,
and it is the gradient of the value returned here; that value jumps, so watch NDCG and not this number.
Convention: documents with equal scores have their Δ averaged over the orders in which the tie can be
broken, so that equal scores have a gradient and the order of the documents does not matter. Sum over the
pairs; all places count, none is cut off. A query whose documents are all equally relevant has loss
and gradient 0, and a mean does not count it (0 if none counts).
PyTorch, Keras, optax: none. LightGBM: `objective="lambdarank"`; XGBoost: `rank:ndcg`; both rescale
the lambdas and cut the list off.
Source: Burges, Ragno and Le (2006), NIPS; Burges (2010), MSR-TR-2010-82.

Examples
--------
>>> import numpy as np
>>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
>>> round(float(lambdarank(scores, relevance)), 4)
0.266
>>> lambdarank.grad(scores, relevance).round(4)
array([[-0.1892,  0.1376,  0.0516]])"""

class _listmle:
    def __call__(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `listmle` with respect to `scores`, of its shape."""
    def value_and_grad(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `listmle` and its derivative, from one walk over the data."""

listmle: _listmle
r"""ListMLE: minus the log-likelihood of the right order, in which one document after the other is drawn.

With s = scores, and L_i the documents that are less relevant than i::

    loss = −Σ_i log(exp(s_i) / (exp(s_i) + Σ_(j in L_i) exp(s_j)))
    grad_k = Σ_(i above k) p_ik − (1 − p_kk)

where p_ik is the share of document k among i and L_i, and "above" means more relevant.

Parameters
----------
scores : array of floats (..., D)
    NumPy array or torch tensor: one score for each of the D documents of a query. A NaN in it is a NaN in the
    result.
relevance : array of the shape of scores
    How relevant each document is, finite and at least 0; a larger number is more relevant. Of the library
    and on the device of `scores`.
mask : array of bools of the shape of scores, optional
    False for padding: such a document has no rank, no loss and the gradient 0, whatever stands there.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: equally relevant documents do not compete with each other, so the loss does not depend on
the order in which they stand. If all relevances differ this is the model of Plackett and Luce; if only
documents of the lowest relevance are tied it is the likelihood of the partial order; if others are, each
is drawn by itself against what lies below it. A query whose documents are all equally relevant has loss
and gradient 0, and a mean does not count it (0 if none counts). The sum grows with the list: divide by
its length with `weight` if long lists should not count more.
PyTorch, Keras, optax: none. `allRank` sorts, shuffles ties, subtracts the largest score of the whole
list and adds an ε of 1e-10, which decides at a gap of 60. Keras RS 0.4: `ListMLELoss`, the
same, with ties in the order in which they stand.
Source: Xia et al. (2008), doi:10.1145/1390156.1390306; Plackett (1975), doi:10.2307/2346567.

Examples
--------
>>> import numpy as np
>>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
>>> round(float(listmle(scores, relevance)), 4)
1.6543
>>> listmle.grad(scores, relevance).round(4)
array([[-0.4935,  0.9297, -0.4361]])"""

class _listnet:
    def __call__(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `listnet` with respect to `scores`, of its shape."""
    def value_and_grad(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `listnet` and its derivative, from one walk over the data."""

listnet: _listnet
r"""ListNet: cross-entropy between the shares that the relevances and the scores give to each document.

With s = scores, y = softmax(relevance), p = softmax(s) over the documents of the query::

    loss = −Σ_i y_i log p_i
    grad_i = p_i − y_i

Parameters
----------
scores : array of floats (..., D)
    NumPy array or torch tensor: one score for each of the D documents of a query. A NaN in it is a NaN in the
    result.
relevance : array of the shape of scores
    How relevant each document is, finite and at least 0; a larger number is more relevant. Of the library
    and on the device of `scores`.
mask : array of bools of the shape of scores, optional
    False for padding: such a document has no rank, no loss and the gradient 0, whatever stands there.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
p_i is the probability that document i comes first if documents are drawn one after the other in
proportion to exp(s) (the top-one probability). The smallest loss is the entropy of y, not 0, where
the scores are the relevances plus a constant. If all documents are equally relevant, y is uniform
and the loss asks for equal scores: such a query counts; leave it out with a `weight` of 0. A query
whose mask is false throughout has loss and gradient 0 and is not counted.
PyTorch: `F.cross_entropy(scores, relevance.softmax(-1))`. Keras: none. optax: `ranking_softmax_loss` has
the relevances themselves in the place of y.
Source: Cao et al. (2007), doi:10.1145/1273496.1273513.

Examples
--------
>>> import numpy as np
>>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
>>> round(float(listnet(scores, relevance)), 4)
0.97
>>> listnet.grad(scores, relevance).round(4)
array([[-0.1588,  0.2172, -0.0584]])"""

class _log_cosh:
    def __call__(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `log_cosh` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `log_cosh` and its derivative, from one walk over the data."""

log_cosh: _log_cosh
r"""Logarithm of the hyperbolic cosine of the error: a Huber loss without a corner in its slope.

With e = pred − target::

    loss = log cosh(e)     ≈ e²/2 for small e, |e| − log 2 for large
    grad = tanh(e)

Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
The scale is built in: the error is large when it exceeds about 1, so divide target and prediction by the
size of an ordinary error first. Near 0, log cosh(e) is computed as log1p(2 sinh²(e/2)), far out as
|e| + log1p(exp(−2|e|)) − log 2: the first overflows far out, the second cancels near 0.
PyTorch: none. Keras: `LogCosh`. optax: `log_cosh`; both use the second form everywhere.
Source: Green (1990), doi:10.1109/42.52985.

Examples
--------
>>> import numpy as np
>>> target = np.zeros(3)
>>> log_cosh(np.array([1e-4, 1.0, 1000.0]), target, reduction="none").round(9)
array([5.00000000e-09, 4.33780830e-01, 9.99306853e+02])
>>> log_cosh.grad(np.array([1e-4, 1.0, 1000.0]), target, reduction="sum").round(4)
array([1.000e-04, 7.616e-01, 1.000e+00])"""

def log_sigmoid(logits: Array) -> Array: ...

def log_softmax(logits: Array) -> Array: ...

class _mae:
    def __call__(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `mae` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `mae` and its derivative, from one walk over the data."""

mae: _mae
r"""Mean absolute error; a constant minimizes it exactly when it is a median.

With e = pred − target::

    loss = |e|
    grad = sign(e)

Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: at e = 0 every slope between −1 and 1 is a subgradient; `mae.grad` is the smallest in size, 0.
PyTorch: `F.l1_loss`. Keras: `MeanAbsoluteError`. optax: none.
scikit-learn: `mean_absolute_error(y_true, y_pred)`, the target first.
Source: Boscovich (1757), Bononiensi Commentarii 4; Laplace (1774).

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([1.0, 3.0, 5.0]), np.array([2.0, 3.0, 1.0])
>>> mae(pred, target, reduction="none")
array([1., 0., 4.])
>>> mae.grad(pred, target, reduction="sum")
array([-1.,  0.,  1.])"""

def mine_triplets(embeddings: Array, labels: Array, *, margin: Number = 1.0, kind: Literal["easy", "semi-hard", "hard", "all"] = 'semi-hard') -> tuple[Array, Array, Array]: ...

class _mse:
    def __call__(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `mse` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `mse` and its derivative, from one walk over the data."""

mse: _mse
r"""Mean squared error; the constant that minimizes it is the mean.

With e = pred − target::

    loss = e²
    grad = 2 e

Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: no factor ½, so the gradient is 2e. Texts that write ½e² have half of both.
PyTorch: `F.mse_loss`. Keras: `MeanSquaredError`. optax: `squared_error` (`l2_loss` is half of it).
scikit-learn: `mean_squared_error(y_true, y_pred)`, the target first.
Source: Legendre (1805), Gauss (1809).

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([1.0, 0.9, 1.1]), np.array([2.0, 1.0, 0.0])
>>> float(mse(pred, target).round(3))
0.74
>>> mse.grad(pred, target, reduction="sum").round(3)
array([-2. , -0.2,  2.2])"""

class _multiclass_hinge:
    def __call__(self, pred: Array, target: Array, *, p: Number = 1, margin: Number = 1.0, class_weight: Number | Sequence[float] | Array | None = None, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, p: Number = 1, margin: Number = 1.0, class_weight: Number | Sequence[float] | Array | None = None, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `multiclass_hinge` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, p: Number = 1, margin: Number = 1.0, class_weight: Number | Sequence[float] | Array | None = None, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `multiclass_hinge` and its derivative, from one walk over the data."""

multiclass_hinge: _multiclass_hinge
r"""Multiclass hinge loss: what each wrong class lacks to a margin below the right one, averaged over K.

With s = pred, t = target, w = class_weight::

    loss = w_t / K · Σ_{j≠t} max(0, margin − s_t + s_j)^p
    grad_j = w_t / K · p max(0, margin − s_t + s_j)^(p − 1)   where that is positive (j ≠ t)
    grad_t = −Σ_{j≠t} grad_j

Parameters
----------
pred : array of floats (..., K)
    NumPy array or torch tensor of scores, the K classes along `axis`.
target : array of whole numbers (...)
    A class from 0 to K − 1 for each example.
p : 1 or 2, default 1
    The power of a violation.
margin : float, default 1.0
    Positive and finite, in the units of the scores.
class_weight : array (K,), optional
    What an example counts according to its class; at least 0. It does not enter the denominator of a
    mean.
axis : whole number, default -1
    The axis of the classes in `pred`, and in a target that holds distributions: 1 for images (N, K, H, W).
    Class indices and weights have the other axes.
ignore_index : whole number, optional
    A label that stands for no class, such as −100: it counts nothing, as with a weight of 0.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: PyTorch's `F.multi_margin_loss`, value by value: the sum over the wrong classes is divided
by K, not by K − 1, and class weights do not enter the denominator of the mean. Crammer and Singer
take the largest violation instead of the sum. At a kink the gradient is the smallest subgradient.
optax: `multiclass_hinge_loss` (Crammer and Singer). Keras: `CategoricalHinge()`, that of Crammer and
Singer too, except that a negative score of a wrong class counts as 0.
Source: Weston and Watkins (1999), ESANN.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([[2.0, 1.5, -1.0], [0.0, 3.0, 0.0]]), np.array([0, 1])
>>> multiclass_hinge(pred, target, reduction="none").round(4)
array([0.1667, 0.    ])
>>> multiclass_hinge.grad(pred, target, reduction="sum").round(4)
array([[-0.3333,  0.3333,  0.    ],
       [ 0.    , -0.    ,  0.    ]])"""

def ndcg(scores: Array, relevance: Array, *, k: int | None = None, gain: Literal["exponential", "linear"] = 'exponential', mask: Array | None = None) -> Array: ...

class _nt_xent:
    def __call__(self, z1: Array, z2: Array, *, temperature: Number | torch.Tensor = 0.5, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, z1: Array, z2: Array, *, temperature: Number | torch.Tensor = 0.5, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """Derivative of the reduced `nt_xent` by each of `z1`, `z2`: a tuple."""
    def value_and_grad(self, z1: Array, z2: Array, *, temperature: Number | torch.Tensor = 0.5, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, tuple[Array, Array]]:
        """The reduced `nt_xent` and its derivative, from one walk over the data."""

nt_xent: _nt_xent
r"""NT-Xent, the loss of SimCLR: of 2N views, each has to find the other view of its example.

With the cosines c_ij of all 2N rows of z1 and z2, s_ij = c_ij / temperature, j(i) the other view of i::

    l_i  = −log(exp(s_ij(i)) / Σ_{k ≠ i} exp(s_ik))
    loss = (l_i + l_j(i)) / 2                        one number for each of the N examples
    grad   by s_ik: ½ (p_ik − [k = j(i)]), with p_ik the softmax over k ≠ i; then through the cosine

Parameters
----------
z1, z2 : arrays of floats (N, D)
    Two views: row i of both is one example. Their length does not matter. NumPy arrays or torch tensors.
    A NaN in them is a NaN in every loss.
temperature : float, default 0.5
    Positive. A torch tensor without axes may learn; its gradient then takes the memory of all pairs.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: each view has 2N − 2 negatives, the views of the other examples on both sides, and is not
compared with itself. The mean over N examples is the paper's mean over 2N views; the sum is half of a sum
over views. A batch of one has no negatives: its loss is 0. `.grad` returns the pair (for z1, for z2). A
weight of 0 takes an example out of the batch. A row of zeros has the cosine 0 with everything, and
gradient 0. Pairs are compared block by block: memory grows with N, not with N².
PyTorch, Keras: none. optax: `ntxent` takes labels. pytorch-metric-learning: `NTXentLoss`.
Source: Chen et al. (2020), arXiv:2002.05709.

Examples
--------
>>> import numpy as np
>>> z1, z2 = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
>>> round(float(nt_xent(z1, z2, temperature=1.0)), 4)  # log(e + 2) − 1
0.5514
>>> nt_xent.grad(z1, z2, temperature=1.0)[0].round(4)
array([[0.    , 0.2119],
       [0.2119, 0.    ]])"""

class _ordinal:
    def __call__(self, logits: Array, target: Array, *, thresholds: Sequence[float] | Array, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, logits: Array, target: Array, *, thresholds: Sequence[float] | Array, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `ordinal` with respect to `logits`, of its shape."""
    def value_and_grad(self, logits: Array, target: Array, *, thresholds: Sequence[float] | Array, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `ordinal` and its derivative, from one walk over the data."""

ordinal: _ordinal
r"""Cumulative link loss: one score, cut into ordered classes by thresholds (proportional odds).

With z = logits, k = target, and the thresholds b_1 < … < b_{K−1} between b_0 = −∞ and b_K = ∞::

    P(k) = σ(b_{k+1} − z) − σ(b_k − z)
    loss = −log P(k)
    grad = σ(z − b_{k+1}) − σ(b_k − z)

Parameters
----------
logits : array of floats, any shape
    NumPy array or torch tensor: one score an example, not one a class. NaN in is NaN out.
target : array of whole numbers, of the shape of logits
    A class from 0 to K − 1 for each example.
thresholds : K − 1 increasing numbers
    A list, or an array of the library of `logits`. A torch tensor that requires a gradient gets one.
ignore_index : whole number, optional
    A label that stands for no class, such as −100: it counts nothing, as with a weight of 0.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
A score above b_k says "above class k − 1" with more than even odds; adding a number to the score and to
all thresholds changes nothing, so leave out the bias of the score or hold one threshold.
Calculated as −log σ(b_{k+1} − z) − log σ(z − b_k) − log(1 − exp(b_k − b_{k+1})), three terms of one sign,
so nothing cancels. Thresholds that learn have to stay in order: learn the first, and the logarithms
of the steps. With one threshold b it is `bce_with_logits(logits − b, target)`.
PyTorch, Keras, optax: none. Python: `statsmodels` `OrderedModel(distr="logit")`. R: `MASS::polr`,
`ordinal::clm`.
Source: McCullagh (1980), doi:10.1111/j.2517-6161.1980.tb01109.x.

Examples
--------
>>> import numpy as np
>>> logits, target = np.array([0.0, 0.0, 3.0]), np.array([1, 2, 0])
>>> ordinal(logits, target, thresholds=[-1.0, 1.0], reduction="none").round(4)
array([0.7719, 1.3133, 4.0181])
>>> ordinal.grad(logits, target, thresholds=[-1.0, 1.0], reduction="sum").round(4)
array([ 0.    , -0.7311,  0.982 ])"""

class _pairwise_hinge:
    def __call__(self, scores: Array, relevance: Array, *, mask: Array | None = None, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, scores: Array, relevance: Array, *, mask: Array | None = None, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `pairwise_hinge` with respect to `scores`, of its shape."""
    def value_and_grad(self, scores: Array, relevance: Array, *, mask: Array | None = None, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `pairwise_hinge` and its derivative, from one walk over the data."""

pairwise_hinge: _pairwise_hinge
r"""Hinge loss of pairs: the more relevant of two documents should lead by a margin.

With s = scores, over the P ordered pairs (i, j) in which i is more relevant than j::

    loss = 1/P Σ_(i, j) max(0, margin − (s_i − s_j))
    grad = 1/P Σ_(i, j) ∓1 where s_i − s_j < margin, − for s_i, + for s_j

Parameters
----------
scores : array of floats (..., D)
    NumPy array or torch tensor: one score for each of the D documents of a query. A NaN in it is a NaN in the
    result.
relevance : array of the shape of scores
    How relevant each document is, finite and at least 0; a larger number is more relevant. Of the library
    and on the device of `scores`.
mask : array of bools of the shape of scores, optional
    False for padding: such a document has no rank, no loss and the gradient 0, whatever stands there.
margin : float, default 1.0
    Positive, in the unit of the scores.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: the mean over the pairs of a query, so that a long list counts like a short one; with P as
`weight` all pairs of all queries count alike. A query whose documents are all equally relevant has no
pair: its loss and gradient are 0, and a mean does not count it (0 if none counts). Convention: a pair
exactly at the margin has the slope 0.
PyTorch: `F.margin_ranking_loss(s_i, s_j, ones, margin=1)`, whose default margin is 0. Keras: none (Keras
RS: `PairwiseHingeLoss`, a sum over the pairs divided by the number of documents). optax: none.
Source: Herbrich, Graepel and Obermayer (2000); Joachims (2002), doi:10.1145/775047.775067.

Examples
--------
>>> import numpy as np
>>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
>>> round(float(pairwise_hinge(scores, relevance)), 4)
0.6667
>>> pairwise_hinge.grad(scores, relevance).round(4)
array([[-0.3333,  0.6667, -0.3333]])"""

class _power:
    def __call__(self, pred: Array, target: Array, *, p: Number = 1.5, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, p: Number = 1.5, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `power` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, p: Number = 1.5, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `power` and its derivative, from one walk over the data."""

power: _power
r"""A power of the absolute error, between the absolute (p = 1) and the squared error (p = 2), or above.

With e = pred − target::

    loss = |e|^p
    grad = p |e|^(p − 1) sign(e)

Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.
p : float, default 1.5
    Finite and at least 1.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
For p > 1 the slope is 0 at e = 0 and grows with the error; the curvature p (p − 1) |e|^(p − 2) is
infinite at 0 for 1 < p < 2 and 0 for p > 2. Convention: for p = 1 the gradient at 0 is the smallest
subgradient, 0. Below 1 the loss would not be convex and its slope infinite at 0, so such a p is an
error.
PyTorch: `(pred - target).abs().pow(p)`, whose second derivative at 0 is NaN for 1 < p < 2, and 0 instead
of 2 for p = 2. Keras, optax: none.
Source: Forsythe (1972), Technometrics 14, 159–166.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([4.0, 2.0, 1.0]), np.array([0.0, 2.0, 2.0])
>>> power(pred, target, reduction="none")
array([8., 0., 1.])
>>> power.grad(pred, target, reduction="sum")
array([ 3. ,  0. , -1.5])"""

class _quantile:
    def __call__(self, pred: Array, target: Array, *, q: Number = 0.5, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, q: Number = 0.5, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `quantile` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, q: Number = 0.5, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `quantile` and its derivative, from one walk over the data."""

quantile: _quantile
r"""Quantile (pinball) loss: a constant minimizes it exactly when it is a q-quantile.

With e = pred − target::

    loss = (1 − q) e   if e ≥ 0   (predicted too much)
         = −q e        if e < 0   (predicted too little)
    grad = 1 − q       if e > 0,   −q if e < 0,   0 at e = 0

Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.
q : float, default 0.5
    The level of the quantile, one number strictly between 0 and 1. With q = 0.9 a prediction that is too
    low costs nine times one that is too high by as much.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: at q = 0.5 the loss is half of `mae`. At e = 0 every slope between −q and 1 − q is a
subgradient; `quantile.grad` is the smallest of them in size, 0.
PyTorch, Keras, optax: none. scikit-learn: `mean_pinball_loss(y_true, y_pred, alpha=q)`, the target first.
Source: Koenker and Bassett (1978), doi:10.2307/1913643.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([3.0, 1.0]), np.array([2.0, 2.0])
>>> quantile(pred, target, q=0.9, reduction="none").round(6)
array([0.1, 0.9])
>>> quantile.grad(pred, target, q=0.9, reduction="sum").round(6)
array([ 0.1, -0.9])"""

class _ranknet:
    def __call__(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `ranknet` with respect to `scores`, of its shape."""
    def value_and_grad(self, scores: Array, relevance: Array, *, mask: Array | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `ranknet` and its derivative, from one walk over the data."""

ranknet: _ranknet
r"""RankNet: the logistic loss of pairs, cross-entropy of "i belongs before j" with the logit s_i − s_j.

With s = scores, over the P ordered pairs (i, j) in which i is more relevant than j::

    loss = 1/P Σ_(i, j) log(1 + exp(−(s_i − s_j)))
    grad = 1/P Σ_(i, j) ∓σ(−(s_i − s_j)), − for s_i, + for s_j

Parameters
----------
scores : array of floats (..., D)
    NumPy array or torch tensor: one score for each of the D documents of a query. A NaN in it is a NaN in the
    result.
relevance : array of the shape of scores
    How relevant each document is, finite and at least 0; a larger number is more relevant. Of the library
    and on the device of `scores`.
mask : array of bools of the shape of scores, optional
    False for padding: such a document has no rank, no loss and the gradient 0, whatever stands there.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: the mean over the pairs of a query, where Burges et al. take the sum (P as `weight`, and
`reduction="sum"`); equally relevant documents are no pair, where they train them towards equal scores. A
query without a pair has loss and gradient 0, and a mean does not count it (0 if none counts). A
temperature (their σ) is a factor on the scores.
PyTorch: `F.softplus(-(s_i - s_j))`. Keras: none (Keras RS: `PairwiseLogisticLoss`, a sum over the pairs
divided by the number of documents). optax: none. XGBoost: `rank:pairwise`.
Source: Burges et al. (2005), doi:10.1145/1102351.1102363.

Examples
--------
>>> import numpy as np
>>> scores, relevance = np.array([[2.0, 1.5, 1.0]]), np.array([[2, 0, 1]])
>>> round(float(ranknet(scores, relevance)), 4)
0.5871
>>> ranknet.grad(scores, relevance).round(4)
array([[-0.2155,  0.3333, -0.1178]])"""

def sigmoid(logits: Array) -> Array: ...

def softmax(logits: Array) -> Array: ...

class _softmax_focal:
    def __call__(self, logits: Array, target: Array, *, gamma: Number = 2.0, class_weight: Number | Sequence[float] | Array | None = None, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, logits: Array, target: Array, *, gamma: Number = 2.0, class_weight: Number | Sequence[float] | Array | None = None, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `softmax_focal` with respect to `logits`, of its shape."""
    def value_and_grad(self, logits: Array, target: Array, *, gamma: Number = 2.0, class_weight: Number | Sequence[float] | Array | None = None, axis: int = -1, ignore_index: int | None = None, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `softmax_focal` and its derivative, from one walk over the data."""

softmax_focal: _softmax_focal
r"""Focal loss over K classes: `cross_entropy`, times (1 − p_t)^gamma.

With p = softmax(z), z = logits, t = target, w = class_weight::

    loss = −w_t (1 − p_t)^gamma log p_t
    grad_t = −w_t (1 − p_t)^gamma (1 − p_t − gamma p_t log p_t)
    grad_j = −grad_t p_j / (1 − p_t)   for j ≠ t

Parameters
----------
logits : array of floats (..., K)
    NumPy array or torch tensor, the K classes along `axis`. A NaN in it is a NaN in the result.
target : array of whole numbers (...)
    A class from 0 to K − 1 for each example.
gamma : float, default 2.0
    At least 0. With 0 the loss is cross-entropy.
class_weight : array (K,), optional
    What each class counts; at least 0. A mean divides by the sum of the weights of the targets.
axis : whole number, default -1
    The axis of the classes in `pred`, and in a target that holds distributions: 1 for images (N, K, H, W).
    Class indices and weights have the other axes.
ignore_index : whole number, optional
    A label that stands for no class, such as −100: it counts nothing, as with a weight of 0.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
It is the binary focal loss of one logit, d = z_t − log Σ_{j≠t} exp(z_j), because p_t = σ(d).
PyTorch, optax: none. Keras: `CategoricalFocalCrossentropy()`, the target first, alpha = 0.25 for all
classes.
Source: Lin et al. (2017), arXiv:1708.02002.

Examples
--------
>>> import numpy as np
>>> logits, target = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 40.0]]), np.array([0, 2])
>>> softmax_focal(logits, target, reduction="none")
array([4.56777990e-02, 6.13411846e-52])
>>> softmax_focal.grad(logits[:1], target[:1]).round(4)
array([[-0.0983,  0.0719,  0.0264]])"""

class _squared_hinge:
    def __call__(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `squared_hinge` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `squared_hinge` and its derivative, from one walk over the data."""

squared_hinge: _squared_hinge
r"""Square of the hinge loss: small violations cost little, large ones much, and the slope has no jump.

With s = pred and y = target (−1 or 1)::

    loss = max(0, 1 − y s)²
    grad = −2 y max(0, 1 − y s)

Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Targets are −1 and 1, not 0 and 1. The first derivative is continuous, at y s = 1 too; the second
jumps there from 2 to 0.
PyTorch: none. Keras: `SquaredHinge()`, the target first. optax: none. scikit-learn: the default of
`LinearSVC`.
Source: Lee and Mangasarian (2001), doi:10.1023/A:1011215321374.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([2.0, 0.5, -0.5]), np.array([1.0, 1.0, 1.0])
>>> squared_hinge(pred, target, reduction="none")
array([0.  , 0.25, 2.25])
>>> squared_hinge.grad(pred, target, reduction="sum")
array([-0., -1., -3.])"""

class _triplet:
    def __call__(self, anchor: Array, positive: Array, negative: Array, *, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, anchor: Array, positive: Array, negative: Array, *, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array, Array]:
        """Derivative of the reduced `triplet` by each of `anchor`, `positive`, `negative`: a tuple."""
    def value_and_grad(self, anchor: Array, positive: Array, negative: Array, *, margin: Number = 1.0, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, tuple[Array, Array, Array]]:
        """The reduced `triplet` and its derivative, from one walk over the data."""

triplet: _triplet
r"""Triplet loss: the positive must be nearer to the anchor than the negative is, by a margin.

With d(a, b) = |a − b| and u(a, b) = (a − b) / d(a, b)::

    loss = max(0, d(anchor, positive) − d(anchor, negative) + margin)
    grad = u(anchor, positive) − u(anchor, negative)   for the anchor, where the loss is positive
           −u(anchor, positive)                        for the positive
           u(anchor, negative)                         for the negative

Parameters
----------
anchor, positive, negative : arrays of floats (..., D)
    Embeddings; the positive is of the anchor's class. NumPy arrays or torch tensors. A NaN in them is a
    NaN in the result.
margin : float, default 1.0
    Positive, in the unit of the embeddings.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
Convention: Euclidean distance; Schroff et al. square it. `.grad` returns a tuple of three. The length of
a gradient does not tell how wrong the triplet is: it is 1 for positive and negative. Where two embeddings
are equal u is 0, the smallest of the subgradients of |a − b|.
PyTorch: `F.triplet_margin_loss(anchor, positive, negative)`, which adds 1e-6 to each coordinate of the
difference. Keras: none. optax: `triplet_margin_loss`.
Source: Schroff, Kalenichenko and Philbin (2015), arXiv:1503.03832; Weinberger and Saul (2009).

Examples
--------
>>> import numpy as np
>>> anchor, positive, negative = np.array([[0.0, 0.0]]), np.array([[0.6, 0.8]]), np.array([[1.5, 0.0]])
>>> round(float(triplet(anchor, positive, negative)), 4)
0.5
>>> [slope.round(4).tolist() for slope in triplet.grad(anchor, positive, negative)]
[[[0.4, -0.8]], [[0.6, 0.8]], [[-1.0, 0.0]]]"""

class _tversky:
    def __call__(self, pred: Array, target: Array, *, alpha: Number = 0.5, beta: Number = 0.5, smooth: Number = 1e-05, weight: Array | None = None, reduction: Reduction = 'mean') -> Array: ...
    def grad(self, pred: Array, target: Array, *, alpha: Number = 0.5, beta: Number = 0.5, smooth: Number = 1e-05, weight: Array | None = None, reduction: Reduction = 'mean') -> Array:
        """Derivative of the reduced `tversky` with respect to `pred`, of its shape."""
    def value_and_grad(self, pred: Array, target: Array, *, alpha: Number = 0.5, beta: Number = 0.5, smooth: Number = 1e-05, weight: Array | None = None, reduction: Reduction = 'mean') -> tuple[Array, Array]:
        """The reduced `tversky` and its derivative, from one walk over the data."""

tversky: _tversky
r"""Tversky loss: an overlap that counts false positives and false negatives differently.

With p = pred, y = target::

    loss = 1 − (TP + smooth) / (TP + alpha FP + beta FN + smooth)
    grad = ((1 − loss) (alpha (1 − y) − beta y) − loss y) / (TP + alpha FP + beta FN + smooth)
    TP = Σ p y,  FP = Σ p (1 − y),  FN = Σ (1 − p) y

Parameters
----------
pred : array of floats (N, ...)
    NumPy array or torch tensor of probabilities. A NaN in it is a NaN in the result.
target : array of the shape of pred
    0 or 1, or shares in between.
alpha, beta : float, default 0.5
    What a false positive and a false negative count; at least 0. beta > alpha asks for recall.
smooth : float, default 1e-5
    Added to numerator and denominator, in pixels; at least 0. The default decides what 0 / 0 is: two empty
    masks cost 0. On an empty target any other prediction costs nearly 1, with next to no gradient; with 1
    that gradient is alive, and an object of few pixels costs less. With 0 it is 0.

weight : array of the shape of the unreduced loss, optional
    Finite and at least 0. A weighted mean divides by the sum of the weights. What has weight 0 is ignored
    altogether, NaN included; where all weights are 0 the loss and its gradient are 0. (Under
    `torch.func.vmap` nothing can be left out: a weight is a factor there.)
reduction : "mean", "sum" or "none", default "mean"

Returns
-------
array
    Of the library, dtype and device of `pred`; without axes, or unreduced for "none". Half precision is
    calculated in float32 and returned in half; under autocast it is returned in float32, as by torch's own
    losses. `.grad` takes the same arguments and returns the derivative of the reduced loss with respect to
    `pred`, of its shape (for "none": of the sum).

Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".

Notes
-----
alpha = beta = 1 is `jaccard`; alpha = beta = ½ is `dice` with twice the smooth. Convention of the
paper: alpha for false positives. Some libraries swap the two.
PyTorch: none. optax: `losses.dice_loss` with alpha and beta, of logits, for each class. Keras:
`Tversky()`, the target first, over the whole batch unless `axis` says more; in 3.15 its alpha multiplies
the false negatives, against its own documentation.
Source: Tversky (1977), doi:10.1037/0033-295X.84.4.327; as a loss: Salehi et al. (2017), arXiv:1706.05721.

Examples
--------
>>> import numpy as np
>>> pred, target = np.array([[1.0, 0.5, 0.0]]), np.array([[1, 1, 0]])
>>> tversky(pred, target, alpha=0.3, beta=0.7, smooth=0, reduction="none").round(4)
array([0.1892])"""

cce_with_logits = cross_entropy
