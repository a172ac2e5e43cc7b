"""What a loss takes: as it was told, as an example shows, or as its names and its values say."""

import re
from dataclasses import dataclass, replace

import numpy as np

from .calls import ReturnedError, Subject, is_target_first, libraries_to_try
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
    if len(example) == 2 and (first.ndim > 2 or _is_table(first, last)):
        example, images = _of_images(*example)
        first, last = example
    pairs = []
    for name, kind in KINDS.items():
        for kind_of_target in kind.targets or (None,):
            batch = kind.draw(np.random.default_rng(0), len(first), kind_of_target, kind.size)
            if [a.ndim for a in batch] != [a.ndim for a in example]:
                continue
            if images and (kind.by_name or name in ("ranking", "ordinal", "distances")):
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


def _is_table(pred, target):
    """(N, 1) or (N, D) numbers and targets of that shape: no classes, no masks, no relevances, no views."""
    return pred.ndim == 2 and pred.shape == target.shape and not (target == target.round()).all()


def _of_images(pred, target):
    """An example of images as arrays of one of the kinds, and how such arrays become images again.

    (N, K, H, W) with classes (N, H, W) or with targets of that shape are N·H·W examples, each an image of one
    pixel; (N, 1, H, W) with 0 and 1 are N masks; (N, T, K) with classes (N, T) are N·T examples.
    A few examples and a few pixels are enough.
    """
    axes = pred.ndim - 2
    if target.shape == pred.shape[:-1]:  # tokens: (N, T, K) and class indices (N, T)
        rows = [pred.reshape(-1, pred.shape[-1]), target.ravel()]
        return [a[_evenly(len(a), 6)] for a in rows], Images(axes, tokens=True)
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


# Words in the name of the loss or of its arguments, the kinds that they speak for, and how loudly.
HINTS = (
    (r"anchor|triplet|\ba p n\b", ("triplets",), 2),
    (r"\bz1\b|query|\bx1\b.*\bx2\b|\bviews?\b|view_?1", ("views",), 2),
    (r"nt_?xent|info_?nce|simclr|simsiam|byol|clip_?loss|cosine", ("views",), 2),
    (r"embeddings?\b|features?\b|batch_hard|sup_?con", ("embeddings",), 2),
    (r"same|\bx1\b.*\bx2\b|contrastive|pairs|emb\w*?_?[1a]\b|embedding", ("pairs",), 2),
    (r"\bs1\b|scores?_?[1a]\b|margin_?rank|pairwise", ("score pairs",), 2),
    (r"\bpos\w*.*\bneg|chosen|preferred|winner|better.*worse", ("ranked pairs",), 5),
    (r"\bbpr|preference|reward|bradley", ("ranked pairs",), 2),
    (r"relevances?|\brels?\b", ("ranking",), 5),
    (r"list_?net|list_?mle|lambda_?rank|ndcg|rank", ("ranking",), 2),
    (r"ordinal|cumulative", ("ordinal",), 2),
    (r"dice|jaccard|iou|tversky|\bmasks?\b|lovasz", ("masks", "mask logits"), 2),
    (r"multi_?label", ("mask logits",), 3),
    (r"log_?prob|(?<!poisson_)nll|kl_?div", ("class log-probabilities",), 2),
    (r"(?<!log)(?<!log_)prob|log_loss", ("probabilities", "class probabilities", "masks"), 2),
    (r"cce|categorical", ("class probabilities",), 2),
    (r"bce|binary_cross", ("probabilities", "logits", "mask logits"), 1),
    (r"logit|focal|objectness", ("logits", "class logits", "mask logits"), 2),
    (r"(?<!binary_)cross_?entropy|softmax|(\b|_)ce\b", ("class logits",), 2),
    (r"hinge|margin|svm", ("scores",), 2),
    (r"score|decision", ("scores",), 2),
    (r"multi_?class|multi_?margin|crammer", ("class logits",), 3),
    (r"hinge_?embedding|distances?\b|\bdists?\b", ("distances",), 3),
    (r"poisson|log_?rates?\b|\bcounts?\b", ("log-rates",), 3),
    (r"log1p|msle|mape|percentage|squared_log|gamma_dev|deviance|tweedie", ("positive",), 3),
    (r"mse|mae|(?<![a-z])l[12](?![0-9a-z])|huber|square|absolute|cosh|quantile|pinball|error", ("real",), 2),
    (r"y_hat|regress|svr|insensitive|expectile|charbonnier|\br2", ("real",), 2),
)
# What is no array, though a call must give it.
OPTIONS = (
    r"epochs?|step|iteration|it|alpha|beta|gamma|delta|eps|epsilon|tau|temperature|margin|scale|lr|lamb?da"
)
OPTIONS += (
    r"|k|c|q|power|reduction|device|num_classes|n_classes|smooth(ing)?|threshold|weights?_?decay|config|args"
)


@dataclass
class Candidate:
    """A kind that the loss takes, how loudly its names speak for it, and how well it behaves as one of it."""

    trial: Trial
    hint: float
    fit: float

    @property
    def rank(self):
        return self.hint, self.fit


def choose(loss, pairs, example, images, grad, library, options):
    """(the trial that fits best, the words that say why, the trials of other kinds that fit as well).

    Names go before behavior, as a broken loss may look right as another kind; so kinds that only a name or
    the caller can speak for (`by_name`) are not guessed.
    """
    example, libraries = example or (None, libraries_to_try(loss, grad))
    libraries = [library] if library else libraries
    told = len({name for name, _ in pairs}) == 1
    subject = Subject(loss, _name(loss), 1, "numpy", options, grad)
    low, high = _number_of_arrays(subject)
    ways = [(library, "float64") for library in libraries]
    ways += [("torch", "float32")] if "torch" in libraries else []
    errors, spare, found = {}, [], []
    for library, finest in ways:
        found, refused = _candidates(subject, pairs, example, images, library, finest, told, (low, high))
        for name, error in refused.items():
            errors.setdefault(name, error)
        if found and library == "torch" and "numpy" in libraries and not any(_is_tensor(c) for c in found):
            spare, found = found, []  # Python numbers: a NumPy loss, if it gives the same there
        elif any(c.fit > -5 for c in found):
            break
        else:
            spare, found = spare or found, []
    found = found or spare
    if not found:
        raise ValueError(_nothing_fits(subject, pairs, errors, low, high))
    found.sort(key=lambda c: c.rank, reverse=True)
    best = found[0]
    if told:
        return best.trial, "told", []
    rivals = {c.trial.kind_name for c in found if c.hint == best.hint} - {best.trial.kind_name}
    others = {}
    for c in found[1:]:
        if c.trial.kind_name in rivals and c.fit >= min(best.fit, 2.0):
            others.setdefault(c.trial.kind_name, c.trial)
    if best.fit < 2:
        why = "names" if best.hint and not rivals else "a guess"
    else:
        why = "names" if best.hint and not others else "tried"
    return best.trial, why, list(others.values())[:3]


def _is_tensor(candidate):
    return candidate.trial.base.tensor


def _candidates(subject, pairs, example, images, library, finest, told, arrays):
    loss, found, errors = subject.loss, [], {}
    for name, target in pairs:
        kind = KINDS[name]
        count = kind.preds + bool(kind.targets)
        if not arrays[0] <= count <= arrays[1]:
            continue
        words = f"{_words(subject.name)} {' '.join([*subject.signature.parameters][:count])}".lower()
        hint = sum(weight for pattern, kinds, weight in HINTS if name in kinds and re.search(pattern, words))
        if not told and kind.by_name and not hint:
            continue
        if count > 2 and not hint and not told and _options_among(subject, 2, count):
            continue
        size = kind.size
        if example and size:
            size = int(example[-1].max()) + 1 if name == "ordinal" else example[0].shape[-1]
        for mask in ("bool", "float64") if subject.needed else ("bool",):
            tried = replace(subject, preds=kind.preds, library=library, finest=finest, images=images)
            tried.target_first = bool(kind.targets) and is_target_first(loss)
            tried.mask_dtype = mask
            trial = Trial(tried, kind, name, target, size, example)
            error = _refusal(trial)
            if error is None:
                fit = _fit(trial) if np.isfinite(trial.base.value).all() else -9.0
                found.append(Candidate(trial, hint, fit))
                break
            errors.setdefault(name, error)
    return found, errors


def _words(name):
    """TripletLoss as triplet_loss."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def _options_among(subject, first, last):
    """The required parameters in these places that are no arrays by their names."""
    named = [p for p in subject.signature.parameters.values() if p.name not in subject.options]
    places = [p.name for p in named[first:last] if p.default is p.empty]
    return [name for name in places if re.fullmatch(OPTIONS, name.lower())]


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
    places = [p for p in places if p.name not in subject.options and p.name not in subject.needed]
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
        values = trial.totals(batches)
        steps = np.diff(values)
        good = np.isfinite(values).all() and values[-1] < values[0] and (steps <= 1e-9).all()
        falls += good
        strictly += good and bool((steps < 0).all())
        above_0 += good and min(values) >= -1e-12
        count += 1
    score = 2 * (falls == count) + (falls + 0.5 * strictly + 0.25 * above_0) / count
    return score + trial.splits


def _nothing_fits(subject, pairs, errors, low, high):
    name = subject.name
    returned = next((error for error in errors.values() if isinstance(error, ReturnedError)), None)
    if returned is not None and all(isinstance(error, ReturnedError) for error in errors.values()):
        return f"{name} cannot be tried: {returned}"
    lines = [f"{name} cannot be tried: it took none of the inputs."]
    for kind, error in list(errors.items())[:4]:
        lines.append(f"  {kind}, {KINDS[kind].takes}: {one_line(error)}")
    if not errors:
        lines.append(
            f"  It takes {low if low == high else f'{low} to {high}'} array{'s' if high > 1 else ''}."
        )
        for option in _options_among(subject, 2, high):
            lines.append(f"  {option} looks like an option: check_loss(..., {option}=...) hands it over.")
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
        "names": " (by its names; if it is something else, name it with pred=...)",
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
