"""What is ignored, masked or has the weight 0 does not count."""

import numpy as np

from ..calls import MASKS, WEIGHTS, to_library
from ..inputs import BATCH
from ..trial import Skip, check, near, one_line, show


@check("what is ignored or masked does not count", "padding-counted", "all-ignored")
def padding(t):
    mask = _parameter(t, MASKS)
    if t.subject.has("ignore_index") and t.target == "classes":
        yield from _ignored(t)
    elif mask and not t.kind.coupled:
        yield from _masked(t, mask)
    else:
        raise Skip("it has no ignore_index and no mask")


@check("a weight of 0 leaves an example out", "padding-counted", "weights-not-in-mean", "all-ignored")
def weights(t):
    name = _parameter(t, WEIGHTS)
    if name is None or t.kind.coupled or t.subject.images is not None:
        raise Skip("it has no weights of examples")
    if t.target == "classes" and not name.startswith("sample"):
        raise Skip(f"{name} may be that of the classes")
    batch, n = t.draw(), BATCH
    other = [a.copy() for a in batch]
    some = np.ones(n)
    some[[1, 4]] = 0.0
    for a, b in zip(other[: t.kind.preds], t.draw(seed=9), strict=False):
        a[[1, 4]] = b[[1, 4]]

    def value(batch, weight):
        return t.subject.value(batch, **{name: to_library(weight, t.subject.library)})

    got, moved = value(batch, some), value(other, some)
    if got.error is not None or moved.error is not None:
        raise Skip(f"{name}, one for each example, was refused: {one_line(got.error or moved.error)}")
    if not near(got.total, moved.total, t.slack):
        yield t.finding(
            "padding-counted",
            "An example of weight 0 counts: its prediction changes the value.",
            f"an ordinary batch, {name} = {show(some)}; other predictions where it is 0",
            moved.total,
            got.total,
        )
        return
    kept = t.subject.value([a[some > 0] for a in batch])
    share = some.sum() / n
    if t.layout == "mean" and kept.error is None and near(got.total, share * kept.total, 1e-6):
        yield t.finding(
            "weights-not-in-mean",
            "The weights are not in the denominator: what has weight 0 still counts in the mean.",
            f"an ordinary batch, {name} = {show(some)}",
            got.total,
            f"{show(kept.total)}, the mean over the others",
        )
    nothing = value(batch, np.zeros(n))
    if nothing.error is None and np.isnan(nothing.value).any():
        yield t.finding(
            "all-ignored",
            "A batch in which every weight is 0 gives NaN.",
            f"{name} = {show(np.zeros(n))}",
            nothing.total,
            "0, or an error",
        )


def _parameter(t, names):
    """The name of its mask or of its weights, if the caller has given none."""
    more = [*t.subject.signature.parameters.values()][len(t.batch) :]
    more = [p.name for p in more if not isinstance(p.default, int | float)]  # w=10.0 is no array
    return next((name for name in more if name in names and name not in t.subject.options), None)


def _ignored(t):
    parameter = t.subject.signature.parameters.get("ignore_index")
    default = parameter.default if parameter is not None else getattr(t.subject.loss, "ignore_index", -100)
    index = t.subject.options.get("ignore_index", default if isinstance(default, int) else -100)
    pred, labels = t.draw()
    some = labels.copy()
    some[[1, 4]] = index
    kept = some != index
    got, expected = t.subject.value([pred, some]), t.subject.value([pred[kept], labels[kept]])
    if got.error is None and expected.error is None and t.layout in ("mean", "sum"):
        if not near(got.total, expected.total, 1e-6):
            yield t.finding(
                "padding-counted",
                "Ignored examples count in the mean.",
                f"{show(some)} as target, {index} is ignored",
                got.total,
                expected.total,
            )
    nothing = t.subject.value([pred, np.full_like(labels, index)])
    if nothing.error is None and not np.isfinite(nothing.total):
        yield t.finding(
            "all-ignored",
            "A batch in which everything is ignored gives NaN.",
            f"every target {index}",
            nothing.total,
            "0, or an error",
        )


def _masked(t, name):
    batch = t.draw()
    if t.kind_name == "ranking":
        wide = [
            np.concatenate([a, np.full((len(a), 2), fill)], axis=1)
            for a, fill in zip(batch, (9.0, 3.0), strict=True)
        ]
        mask = np.concatenate([np.ones(batch[0].shape, bool), np.zeros((len(batch[0]), 2), bool)], axis=1)
        expected = t.subject.value(batch)
    else:
        wide = batch
        mask = np.ones(batch[0].shape if t.base.value.shape == batch[0].shape else len(batch[0]), bool)
        mask[[1, 4]] = False
        expected = t.subject.value([a[mask] if mask.ndim == 1 else a[mask[:, 0]] for a in batch])
    outcomes = []
    for kind in (bool, float):
        given = to_library(mask.astype(kind), t.subject.library)
        outcomes.append(t.subject.value(wide, **{name: given}))
    works = [o for o in outcomes if o.error is None]
    if not works or expected.error is not None or t.layout not in ("mean", "sum"):
        raise Skip("the mask that was tried (1 for what counts) was refused")
    flipped = t.subject.value(wide, **{name: to_library(~mask, t.subject.library)})
    if not any(near(o.total, expected.total, 1e-6) for o in (*works, flipped)):
        yield t.finding(
            "padding-counted",
            "What is masked out counts in the value or in the mean.",
            "an ordinary batch, with mask 0 for two places",
            works[0].total,
            expected.total,
        )
    elif not near(flipped.total, expected.total, 1e-6) or mask.all():
        nothing = to_library(np.zeros_like(mask), t.subject.library)
        value = t.subject.value(wide, **{name: nothing})
        if value.error is None and np.isnan(value.value).any():
            yield t.finding(
                "all-ignored",
                "A batch in which everything is masked out gives NaN.",
                f"an ordinary batch, {name} 0 everywhere",
                value.total,
                "0, or an error",
            )
