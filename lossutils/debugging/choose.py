"""What a loss takes: as it was told, as an example shows, or as its names and its values say."""

import re

import numpy as np

from .calls import Subject, is_target_first, libraries_to_try
from .inputs import KINDS, Images
from .trial import Trial, near, one_line


def asked_for(pred, target):
    """The (kind, target) pairs to try, and the example, from what the caller said."""
    if isinstance(target, str) and not any(target in kind.targets for kind in KINDS.values()):
        known = dict.fromkeys(name for kind in KINDS.values() for name in kind.targets)
        raise ValueError(f"no kind of target is called {target!r}; there are: {', '.join(known)}")
    if isinstance(pred, str):
        if pred not in KINDS:
            raise ValueError(f"no kind of prediction is called {pred!r}; there are: {', '.join(KINDS)}")
        if target is not None and not isinstance(target, str):
            raise ValueError("an example of a target needs an example of a prediction: give two arrays")
        targets = KINDS[pred].targets
        if target is not None and target not in targets:
            raise ValueError(
                f"{pred} go with a target of {' or '.join(targets) or 'no kind'}, not {target!r}"
            )
        return [(pred, name) for name in ([target] if target else targets or (None,))], None, None
    if pred is not None:
        return _from_example(pred, target)
    pairs = [(name, t) for name, kind in KINDS.items() for t in kind.targets or (None,)]
    return [(name, t) for name, t in pairs if target in (None, t)], None, None


def _from_example(pred, target):
    """The kinds that an example can be of."""
    example = list(pred) if isinstance(pred, tuple | list) else [pred]
    example += [] if target is None or isinstance(target, str) else [target]
    of_torch = any(type(a).__module__.partition(".")[0] == "torch" for a in example)
    try:
        example = [np.asarray(a.detach().cpu() if hasattr(a, "detach") else a) for a in example]
        example = [a.astype(np.float64 if a.dtype.kind == "f" else np.int64) for a in example]
    except (TypeError, ValueError):
        raise ValueError("the examples must be arrays or tensors of numbers") from None
    first, last = example[0].astype(float), example[-1]
    if first.ndim == 0 or len(first) < 3:
        raise ValueError(f"the example must be a batch of at least 3 examples, got shape {first.shape}")
    example[0] = first
    images = None
    if first.ndim > 2 and len(example) == 2:
        example, images = _of_images(*example)
        first, last = example
    pairs = []
    for name, kind in KINDS.items():
        for kind_of_target in kind.targets or (None,):
            batch = kind.draw(np.random.default_rng(0), len(first), kind_of_target, kind.size)
            if [a.ndim for a in batch] != [a.ndim for a in example]:
                continue
            if images and (kind.coupled or name in ("ranking", "ordinal", "distances")):
                continue
            if images and images.masks and not name.startswith("mask"):
                continue
            if kind.high == 1 and (first.min() < 0 or first.max() > 1):
                continue
            if name == "class probabilities" and not near(first.sum(axis=-1), 1, 1e-3):
                continue
            numbers = {"binary": {0, 1}, "signs": {-1, 1}, "one-hot": {0, 1}}.get(kind_of_target)
            if numbers and not set(np.unique(last)) <= numbers:
                continue
            if kind_of_target == "classes" and last.dtype.kind != "i":
                continue
            if isinstance(target, str) and kind_of_target != target:
                continue
            pairs.append((name, kind_of_target))
    if not pairs:
        shapes = " and ".join(str(a.shape) for a in example)
        raise ValueError(
            f"no kind of loss takes arrays of the shapes {shapes}; the kinds are\n{_kinds_in_words()}"
        )
    for name in ("class probabilities", "probabilities", "masks"):  # what fits the closer range comes first
        pairs.sort(key=lambda pair, name=name: pair[0] != name)
    example = [a.astype(float) if pairs[0][1] in ("binary", "signs") else a for a in example]
    return pairs, (example, ["torch"] if of_torch else ["numpy", "torch"]), images


def _of_images(pred, target):
    """An example of images as arrays of one of the kinds, and how such arrays become images again.

    (N, K, H, W) with classes (N, H, W) or with targets of that shape are N·H·W examples, each an image of one
    pixel; (N, 1, H, W) with 0 and 1 are N masks. A few examples and a few pixels are enough.
    """
    axes = pred.ndim - 2
    with_classes = target.shape == pred.shape[:1] + pred.shape[2:]
    if with_classes or (pred.shape == target.shape and pred.ndim > 3 and pred.shape[1] > 1):
        rows = [np.moveaxis(pred, 1, -1).reshape(-1, pred.shape[1])]
        rows += [target.ravel() if with_classes else np.moveaxis(target, 1, -1).reshape(rows[0].shape)]
    elif pred.shape == target.shape and set(np.unique(target)) <= {0, 1}:
        few = _evenly(pred[0].size, 8)
        return [a.reshape(len(a), -1)[:6, few] for a in (pred, target)], Images(axes, masks=True)
    elif pred.shape == target.shape:
        rows, axes = [pred.ravel(), target.ravel()], axes + 1
    else:
        return [pred, target], None
    return [a[_evenly(len(a), 6)] for a in rows], Images(axes)


def _evenly(length, count):
    return np.linspace(0, length - 1, min(length, count)).astype(int)


def _kinds_in_words():
    return "\n".join(f"  {name:<24} {kind.takes}" for name, kind in KINDS.items())


HINTS = (  # (words in the name of the loss or of its arguments, the kind that they speak for)
    (r"anchor|triplet", "triplets"),
    (r"\bz1\b|\bz2\b|query|nt_?xent|info_?nce|simclr|views?", "views"),
    (r"embeddings?|batch_hard", "embeddings"),
    (r"same|\bx1\b.*\bx2\b|contrastive|pairs", "pairs"),
    (r"relevance|ranknet|listnet|listmle|lambda|ndcg|rank", "ranking"),
    (r"ordinal|cumulative", "ordinal"),
    (r"dice|jaccard|iou|tversky|masks?\b|lovasz", "masks"),
    (r"multi_?label", "mask logits"),
    (r"log_?prob|(?<!poisson_)nll|kl_div", "class log-probabilities"),
    (r"prob|\bp\b|proba|log_loss|\bbce\b|cce", "probabilities"),
    (r"prob|\bp\b|proba|log_loss|cce", "class probabilities"),
    (r"logit|focal", "logits"),
    (r"logit|cross_entropy|softmax", "class logits"),
    (r"^(?!.*multi_?label).*(hinge|margin|score|decision)", "scores"),
    (r"poisson", "log-rates"),
    (r"log1p|msle|mape|percentage|squared_log|gamma_dev|deviance", "positive"),
    (r"mse|mae|l1|l2|huber|squared|absolute|cosh|quantile|pinball|error", "real"),
)


def choose(loss, pairs, example, images, grad, library, options):
    """The trial that fits best, and the words that say why."""
    example, libraries = example or (None, libraries_to_try(loss, grad))
    subject = Subject(loss, _name(loss), 1, "numpy", options, grad, is_target_first(loss))
    libraries = [library] if library else libraries
    low, high = _number_of_arrays(subject)
    best, errors = None, {}
    ways = [(library, "float64") for library in libraries]
    ways += [("torch", "float32")] if "torch" in libraries else []
    for library, finest in ways:
        for name, target in pairs:
            kind = KINDS[name]
            count = kind.preds + bool(kind.targets)
            if not low <= count <= high:
                continue
            target_first = bool(kind.targets) and is_target_first(loss)
            subject = Subject(loss, _name(loss), kind.preds, library, options, grad, target_first)
            subject.finest, subject.images = finest, images
            size = kind.size
            if example and size:
                size = int(example[-1].max()) + 1 if name == "ordinal" else example[0].shape[-1]
            trial = Trial(subject, kind, name, target, size, example)
            error = _refusal(trial)
            if error is not None:
                errors.setdefault(name, error)
                continue
            score = _fit(trial) if np.isfinite(trial.base.value).all() else -9.0
            words = f"{subject.name} {' '.join([*subject.signature.parameters][:count])}".lower()
            score += 0.5 * any(re.search(r, words) for r, hinted in HINTS if hinted == name)
            if best is None or score > best[0]:
                best = score, trial
        if best is not None and best[0] > -5:
            break
    told = len({name for name, _ in pairs}) == 1
    if best is None or (best[0] < -5 and not told):
        raise ValueError(_nothing_fits(loss, pairs, errors, low, high))
    return best[1], "told" if told else "tried"


def _name(loss):
    name = getattr(loss, "__name__", None) or type(loss).__name__
    if type(loss).__name__ == "partial":
        name = _name(loss.func)
    return "the loss" if name == "<lambda>" else name


def _number_of_arrays(subject):
    """How many arrays the loss may take in its place, from its signature."""
    parameters = subject.signature.parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return 1, 9
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    places = [p for p in places if p.name not in subject.options]
    required = sum(p.default is p.empty for p in places)
    return required, len(places)


def _refusal(trial):
    """Why the loss cannot be tried this way, or None."""
    outcome = trial.subject.value(trial.batch)
    if outcome.error is not None:
        return outcome.error
    if trial.subject.library == "torch":
        error = trial.subject.gradient(trial.batch).error
        if error is not None and "numpy()" in str(error):
            return error
    return None


def _fit(trial):
    """How much the loss behaves as one of this kind: it falls as answers get better, example by example."""
    falls, strictly, above_0, count = 0.0, 0.0, 0.0, 0
    for _, batches in trial.kind.better(trial.target, trial.size):
        values = [trial.total(batch) for batch in batches]
        steps = np.diff(values)
        good = np.isfinite(values).all() and values[-1] < values[0] and (steps <= 1e-9).all()
        falls += good
        strictly += good and bool((steps < 0).all())
        above_0 += good and min(values) >= -1e-12
        count += 1
    score = 2 * (falls == count) + (falls + 0.5 * strictly + 0.25 * above_0) / count
    if not trial.kind.coupled and trial.layout in ("mean", "sum"):
        parts = [[a[:2] for a in trial.batch], [a[2:] for a in trial.batch]]
        n = len(trial.batch[0])
        sizes = (2 / n, (n - 2) / n) if trial.layout == "mean" else (1, 1)
        together = sum(s * trial.total(part) for s, part in zip(sizes, parts, strict=True))
        score += near(together, trial.base.total, 1e-6)
    elif not trial.kind.coupled and trial.layout == "none":
        score += 1
    return score


def _nothing_fits(loss, pairs, errors, low, high):
    lines = [f"{_name(loss)} cannot be tried: it took none of the inputs."]
    for name, error in list(errors.items())[:4]:
        lines.append(f"  {name}, {KINDS[name].takes}: {one_line(error)}")
    if not errors:
        lines.append(
            f"  It takes {low if low == high else f'{low} to {high}'} array{'s' if high > 1 else ''}."
        )
    lines.append(
        "A loss takes a prediction and a target, NumPy arrays or torch tensors, and returns a number or one "
        'number an example. Name what yours takes, check_loss(my_loss, pred="logits", target="binary"), or '
        "give one valid example, check_loss(my_loss, pred, target). The kinds are"
    )
    return "\n".join([*lines, _kinds_in_words()])


def taken_as(trial, why):
    subject = trial.subject
    target = {
        "binary": "target 0 or 1",
        "signs": "target −1 or 1",
        "classes": "class indices as target",
        "one-hot": "one-hot rows as target",
        "distributions": "distributions as target",
    }.get(trial.target)
    taken = f"{trial.kind_name}: {trial.kind.takes}" + (f"; here {target}" if target else "")
    taken += "; the target comes first" if subject.target_first else ""
    taken += {
        "tried": " (found by trying; if it is something else, name it with pred=...)",
        "a guess": " (a guess, as it falls with better answers of no kind; name it with pred=...)",
    }.get(why, "")
    taken += "; as images" if subject.images else ""
    source = subject.gradient_source or "what the loss returns beside its value"
    if isinstance(trial.slope_error, LookupError):
        source = "none"
    returns = {
        "none": "one number an example",
        "mean": "a mean over the batch",
        "sum": "a sum over the batch",
    }
    how = [{"numpy": "NumPy", "torch": "torch"}[subject.library], f"gradient: {source}"]
    how.append(f"returns {returns.get(trial.layout, 'a number for the batch')}")
    if subject.finest != "float64":
        how.append("in float32, as it refuses float64")
    if subject.options:
        how.append("with " + ", ".join(f"{k}={v}" for k, v in subject.options.items()))
    return [("taken as", taken), ("called", "; ".join(how))]
