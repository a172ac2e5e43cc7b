"""What the docstrings of all losses say in the same words, for {parameters}, {returns} and {raises}."""

import inspect

SHARED_TEXT = {
    "parameters": """\
Parameters
----------
pred : array of floats, any shape
    NumPy array or torch tensor. A NaN in it is a NaN in the result; values are not scanned for it.
target : array of the shape of pred
    Of the same library, on the same device; converted to the precision of `pred`.""",
    "class parameters": """\
Parameters
----------
pred : array of floats (..., K)
    NumPy array or torch tensor, the K classes along `axis`. A NaN in it is a NaN in the result.
target : array of whole numbers (...) or of floats (..., K)
    A class from 0 to K − 1 for each example, or a distribution over the classes. Of the library and on the
    device of `pred`.""",
    "overlap parameters": """\
Parameters
----------
pred : array of floats (N, ...)
    NumPy array or torch tensor of probabilities. A NaN in it is a NaN in the result.
target : array of the shape of pred
    0 or 1, or shares in between.""",
    "smooth": """\
smooth : float, default 1e-5
    Added to numerator and denominator, in pixels; at least 0. The default decides what 0 / 0 is: two empty
    masks cost 0. On an empty target any other prediction costs nearly 1, with next to no gradient; with 1
    that gradient is alive, and an object of few pixels costs less. With 0 it is 0.""",
    "list parameters": """\
Parameters
----------
scores : array of floats (..., D)
    NumPy array or torch tensor: one score for each of the D documents of a query. A NaN in it is a NaN in the
    result.
relevance : array of the shape of scores
    How relevant each document is, finite and at least 0; a larger number is more relevant. Of the library
    and on the device of `scores`.""",
    "mask": """\
mask : array of bools of the shape of scores, optional
    False for padding: such a document has no rank, no loss and the gradient 0, whatever stands there.""",
    "axis": """\
axis : whole number, default -1
    The axis of the classes in `pred`, and in a target that holds distributions: 1 for images (N, K, H, W).
    Class indices and weights have the other axes.""",
    "ignored": """\
ignore_index : whole number, optional
    A label that stands for no class, such as −100: it counts nothing, as with a weight of 0.""",
    "returns": """\
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
    `pred`, of its shape (for "none": of the sum).""",
    "raises": """\
Raises
------
TypeError
    For predictions that are not floats, arrays of two libraries or devices, masked arrays, a parameter that
    is no number. A list is taken as a NumPy array, and is an error beside a tensor.
ValueError
    For shapes that differ (nothing is broadcast), a value or parameter out of its range, a negative weight,
    an unknown reduction, an empty batch under "mean".""",
}


def with_shared_text(doc):
    doc = inspect.cleandoc(doc or "")
    for name, text in SHARED_TEXT.items():
        doc = doc.replace(f"{{{name}}}", text)
    return doc
