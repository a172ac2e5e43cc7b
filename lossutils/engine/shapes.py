"""How the arrays of a loss fit together: checked, and answered with the shape of the unreduced loss."""

from ..numerics import kind


def same_shape(**arrays):
    """Example by example: the unreduced loss has the shape of the arrays."""
    (name, array), *others = arrays.items()
    for other_name, other in others:
        if other.shape != array.shape:
            raise ValueError(
                f"{name} has shape {tuple(array.shape)} and {other_name} has shape {tuple(other.shape)}: "
                "they must be equal, nothing is broadcast"
            )
    return tuple(array.shape)


def class_shape(axis=-1, **arrays):
    """An example has K classes along one axis of the prediction: the loss has the other axes."""
    (name, pred), (_, target) = arrays.items()
    shape, given = tuple(pred.shape), tuple(target.shape)
    where = "last axis" if axis == -1 else f"axis {axis}"
    if pred.ndim and not -pred.ndim <= axis < pred.ndim:
        raise ValueError(f"axis must be an axis of {name}, from {-pred.ndim} to {pred.ndim - 1}, got {axis}")
    if pred.ndim == 0 or shape[axis] == 0:
        raise ValueError(f"{name} must have the classes along its {where}, got shape {shape}")
    examples = without(shape, axis)
    if given == examples:
        if kind(target) != "whole":
            raise TypeError(
                f"target of shape {examples} must be class indices, whole numbers, got {target.dtype}"
            )
    elif given != shape:
        others = [place for place in range(len(shape)) if without(shape, place) == given]
        hint = "" if len(others) != 1 else f"; with the classes along axis {others[0]}: axis={others[0]}"
        raise ValueError(
            f"{name} has shape {shape} and target has shape {given}: target must hold "
            f"class indices {examples} or distributions {shape}, nothing is broadcast{hint}"
        )
    return examples


def without(shape, axis):
    axis %= len(shape)
    return shape[:axis] + shape[axis + 1 :]


def index_shape(axis=-1, **arrays):
    """As `class_shape`, for class indices alone."""
    (name, pred), (_, target) = arrays.items()
    shape = class_shape(axis, **arrays)
    if target.ndim == pred.ndim:
        raise ValueError(
            f"{name} has shape {tuple(pred.shape)} and target has shape {tuple(target.shape)}: "
            f"target must hold class indices {shape}"
        )
    return shape


def label_shape(**arrays):
    """As `same_shape`, for a target of class indices."""
    shape = same_shape(**arrays)
    name, target = list(arrays.items())[-1]
    if kind(target) != "whole":
        raise TypeError(f"{name} must be class indices, whole numbers, got {target.dtype}")
    return shape


OVER_CLASSES = class_shape, index_shape  # these take axis=, and all with labels ignore_index=
WITH_LABELS = *OVER_CLASSES, label_shape


def first_axis(**arrays):
    """One loss for all that an example has: arrays of one shape (N, ...), the unreduced loss (N,)."""
    shape = same_shape(**arrays)
    if len(shape) < 2:
        name = next(iter(arrays))
        raise ValueError(f"{name} must be (N, ...), an example along the first axis, got shape {shape}")
    return shape[:1]


def vectors(**arrays):
    """Vectors along the last axis: embeddings (..., D), what is known of them (...), and the loss (...)."""
    (name, first), *others = arrays.items()
    if first.ndim == 0 or first.shape[-1] == 0:
        raise ValueError(f"{name} must have its vectors along the last axis, got shape {tuple(first.shape)}")
    for other_name, other in others:
        known = other_name in ("same", "target", "labels")
        expected = tuple(first.shape[:-1] if known else first.shape)
        if tuple(other.shape) != expected:
            raise ValueError(
                f"{name} has shape {tuple(first.shape)} and {other_name} has shape {tuple(other.shape)}: "
                f"{other_name} must have shape {expected}, nothing is broadcast"
            )
    return tuple(first.shape[:-1])


def batch_of_vectors(**arrays):
    """As `vectors`, for one batch (N, D)."""
    (name, first), *_ = arrays.items()
    if first.ndim != 2:
        raise ValueError(f"{name} must be a batch of vectors (N, D), got shape {tuple(first.shape)}")
    labels = arrays.get("labels")
    if labels is not None and kind(labels) not in ("bool", "whole"):
        raise TypeError(f"labels must be whole numbers, got {labels.dtype}")
    return vectors(**arrays)


def lists(**arrays):
    """A list along the last axis: scores and relevances (..., D), and the loss (...)."""
    shape = same_shape(**arrays)
    if not shape or shape[-1] == 0:
        name = next(iter(arrays))
        raise ValueError(f"{name} must have its list along the last axis, got shape {shape}")
    return shape[:-1]
