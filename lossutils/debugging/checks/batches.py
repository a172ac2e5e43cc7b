"""Reductions, the order and the parts of a batch."""

import dataclasses
import math
import re

import numpy as np

from ..inputs import one_hot
from ..trial import Skip, check, near, one_line, show, shown_number


@check(
    '"mean", "sum" and "none" fit together',
    "wrong-shape",
    "batch-split",
    "wrong-reduction",
    "wrong-denominator",
)
def reductions(t):
    if t.layout == "shape":
        yield t.finding(
            "wrong-shape",
            "The value is neither a number nor one number an example.",
            t.batch,
            f"shape {t.base.value.shape}",
            f"() or {t.batch[0].shape[:1]}",
        )
        return
    if t.layout == "other":
        twice = t.total([np.concatenate([a, a]) for a in t.batch])
        yield t.finding(
            "batch-split" if t.kind_name in ("masks", "mask logits") else "wrong-denominator",
            "One ratio for the whole batch, no mean over its examples: the batch given"
            if t.kind_name in ("masks", "mask logits")
            else "The batch given twice has neither the same value (a mean) nor twice the value (a sum).",
            t.batch,
            f"{shown_number(t.base.total)}, and {shown_number(twice)} for the batch twice",
            f"{shown_number(t.base.total)} or {shown_number(2 * t.base.total)}",
        )
    name = getattr(t.subject.loss, "__name__", "")
    if re.search(r"^(mean|average)_|(^|_)(mse|mae|msle)(_|$)|_mean$", name) and t.layout == "sum":
        yield t.finding(
            "wrong-reduction",
            "By its name it is a mean, and it grows with the batch like a sum.",
            t.batch,
            t.base.total,
            t.base.total / len(t.batch[0]),
        )
    elif re.search(r"^(sum|total)_|_sum$", name) and t.layout == "mean":
        yield t.finding(
            "wrong-reduction",
            "By its name it is a sum, and it is a mean.",
            t.batch,
            t.base.total,
            t.base.total * len(t.batch[0]),
        )
    yield from _divided_by_classes(t)
    if not t.subject.takes_reduction:
        raise Skip("it has no reduction argument")
    none, mean, total = (t.subject.value(t.batch, reduction=r) for r in ("none", "mean", "sum"))
    if none.error is not None or (t.kind.coupled and none.value.ndim == 0):
        raise Skip('it has no reduction "none"')
    n, shape = len(t.batch[0]), none.value.shape
    if shape not in (t.batch[0].shape, t.batch[0].shape[:1]):
        yield t.finding(
            "wrong-reduction",
            'What reduction="none" returns does not have the shape of the examples.',
            t.batch,
            f"shape {shape}",
            f"shape {t.batch[0].shape[:1]}",
        )
        return
    for word, outcome, expected in (
        ("mean", mean, none.value.mean()),
        ("sum", total, none.value.sum()),
    ):
        if outcome.error is None and not (
            outcome.value.size == 1 and near(outcome.total, expected, 100 * t.slack)
        ):
            yield t.finding(
                "wrong-reduction",
                f'"{word}" is not the {word} of "none"{_factor(t, outcome.total, expected)}.',
                t.batch,
                outcome.value,
                expected,
            )
            return
    if t.kind_name.startswith("class") and none.value.ndim == 2 and mean.error is None:
        yield t.finding(
            "wrong-denominator",
            f"A mean over N·K numbers: the loss of an example is divided by its {t.size} classes.",
            t.batch,
            mean.total,
            none.value.sum() / n,
            'Sum over the classes, then take the mean over the examples ("batchmean" in PyTorch).',
        )


def _factor(t, got, expected):
    for factor, text in ((t.size, "the number of classes"), (len(t.batch[0]), "the number of examples")):
        if factor and factor > 1:
            if near(got * factor, expected, 1e-6):
                return f": it is divided once more by {text}"
            if near(got, expected * factor, 1e-6):
                return f": it is {text} times that"
    return ""


def _divided_by_classes(t):
    """Equal logits cost log K, one number that tells a mean over N·K."""
    if t.kind_name not in ("class logits", "class probabilities") or t.target == "distributions":
        return
    k = t.size
    pred = np.zeros((k, k)) if t.kind_name == "class logits" else np.full((k, k), 1 / k)
    labels = np.arange(k)
    value = t.subject.value([pred, labels if t.target == "classes" else one_hot(labels, k)])
    for share, text in ((k, f"{k} classes"), (k * k, f"{k} classes and the batch")):
        scale = {"mean": 1.0, "sum": float(k)}.get(t.layout, math.nan)
        if value.error is None and near(value.total, scale * math.log(k) / share, 1e-6):
            yield t.finding(
                "wrong-denominator",
                f"The mean is over N·K numbers: each loss is divided by the {text}.",
                f"{k} equal logits in each of {k} rows",
                value.total,
                scale * math.log(k),
                "Sum over the classes, then take the mean over the examples.",
            )
            return


@check("an unknown reduction is refused", "unknown-reduction")
def unknown_reduction(t):
    if not t.subject.takes_reduction:
        raise Skip("it has no reduction argument")
    outcome = t.subject.value(t.batch, reduction="avg")
    if outcome.error is None:
        yield t.finding(
            "unknown-reduction",
            "An unknown reduction returns a number.",
            'reduction="avg"',
            outcome.value if outcome.value.ndim == 0 else f"an array of shape {outcome.value.shape}",
            "an error",
        )


@check("the order of the batch does not matter", "batch-order")
def order(t):
    n = len(t.batch[0])
    if n < 2:
        raise Skip("the batch has one example")
    order = np.roll(np.arange(n)[::-1], 1)
    outcome = t.subject.value([a[order] for a in t.batch])
    if outcome.error is not None:
        raise Skip(one_line(outcome.error))
    expected = t.base.value[order] if t.layout == "none" else t.base.value
    if not near(outcome.value, expected, t.slack):
        yield t.finding(
            "batch-order",
            "The same examples in another order have another loss.",
            t.show(t.batch) + f"; order {show(order)}",
            outcome.value,
            expected,
        )
    if t.subject.images is not None and t.layout != "none":
        yield from _mixed_pixels(t)


def _mixed_pixels(t):
    """Pixels, those of the prediction and those of the target alike, in another order."""
    images, batch = t.subject.images, t.draw()
    one = dataclasses.replace(t.subject, images=images.one)
    subject, axis = (t.subject, 1) if images.masks else (one, 0)
    order = np.roll(np.arange(batch[0].shape[axis])[::-1], 1)
    before, after = (subject.value(b) for b in (batch, [np.take(a, order, axis) for a in batch]))
    if before.error is None and after.error is None and not near(before.total, after.total, t.slack):
        yield t.finding(
            "batch-order",
            "The same pixels in another order have another loss: a reshape mixes axes, or neighbors count.",
            f"an image of {len(order)} pixels, and the same in another order",
            after.total,
            before.total,
            "Move the axis of the classes to the end before reshape: pred.movedim(1, -1).reshape(-1, K).",
        )


@check("the batch can be split", "batch-split", "batch-of-one")
def split(t):
    t.uncoupled()
    if t.layout not in ("none", "mean", "sum"):
        raise Skip("it is neither a mean nor a sum over examples")
    batch = t.draw()
    whole = t.subject.value(batch)
    if whole.error is not None:
        raise Skip(one_line(whole.error))
    n = len(batch[0])
    failed = {}
    for cut in (2, 3, 4, 1):
        parts = [[a[:cut] for a in batch], [a[cut:] for a in batch]]
        outcomes = [t.subject.value(part) for part in parts]
        if any(o.error is not None for o in outcomes):
            failed[cut] = one_line(next(o.error for o in outcomes if o.error is not None))
            continue
        if t.layout == "none":
            pieces = [np.atleast_1d(o.value) for o in outcomes]
            fits = np.concatenate(pieces).shape == whole.value.shape and near(
                np.concatenate(pieces), whole.value, t.slack
            )
            got = np.concatenate(pieces) if pieces[0].ndim == 1 else pieces[0]
        else:
            sizes = (cut, n - cut) if t.layout == "mean" else (1, 1)
            got = sum(s * o.total for s, o in zip(sizes, outcomes, strict=True)) / (
                n if t.layout == "mean" else 1
            )
            fits = near(got, whole.total, t.slack)
        if not fits:
            failed[cut] = got
    middle = next((c for c in (2, 3, 4) if c in failed and not isinstance(failed[c], str)), None)
    if middle is not None:
        yield t.finding(
            "batch-split",
            "The batch in two parts, put together by their sizes, has another loss than the batch: a "
            "loss depends on its neighbors (a weight, a root or a maximum over the batch).",
            t.show(batch) + f"; {middle} examples and the rest",
            failed[middle],
            whole.value,
        )
    elif 1 in failed and not {2, 3, 4} & set(failed):
        yield t.finding(
            "batch-of-one",
            "A batch of one example is treated differently.",
            t.show([a[:1] for a in batch]) + "; and the rest",
            failed[1],
            whole.value,
        )
