"""What is ignored, masked or has the weight 0 does not count."""

import numpy as np

from ..calls import to_library
from ..trial import Skip, check, near, show


@check("what is ignored or masked does not count", "padding-counted", "all-ignored")
def padding(t):
    if t.subject.has("ignore_index") and t.target == "classes":
        yield from _ignored(t)
    elif t.subject.has("mask") and "mask" not in t.subject.options and not t.kind.coupled:
        yield from _masked(t)
    else:
        raise Skip("it has no ignore_index and no mask")


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


def _masked(t):
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
        outcomes.append(t.subject.value(wide, mask=given))
    works = [o for o in outcomes if o.error is None]
    if not works or expected.error is not None or t.layout not in ("mean", "sum"):
        raise Skip("the mask that was tried (1 for what counts) was refused")
    flipped = t.subject.value(wide, mask=to_library(~mask, t.subject.library))
    if not any(near(o.total, expected.total, 1e-6) for o in (*works, flipped)):
        yield t.finding(
            "padding-counted",
            "What is masked out counts in the value or in the mean.",
            "an ordinary batch, with mask 0 for two places",
            works[0].total,
            expected.total,
        )
