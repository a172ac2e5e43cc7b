"""The catalog and the tree agree with the library: each formula and each line of code of a card is run.

optax and Keras are no requirements of the course; where they are installed, their lines are compared too.
"""

import importlib
import inspect
import json
import math
import os
import random
import re
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from equations import Symbols, Unreadable, canonical
from equations.reader import close
from mpmath import mp
from references import REFERENCES, Case
from scipy.optimize import brentq, minimize
from scipy.special import expit, softmax
from test_equations import mutants

import lossutils
from lossutils import catalog
from lossutils.cards import LOGITS
from lossutils.catalog import CARDS, TREE, Leaf, paths

ROOT = Path(__file__).parents[1]
LOSSES = [name for name in lossutils.__all__ if hasattr(getattr(lossutils, name), "grad")]
each_card = pytest.mark.parametrize("name", CARDS)


def test_every_loss_has_a_card_and_every_card_a_loss():
    assert set(CARDS) == set(LOSSES)


def test_every_loss_is_the_end_of_a_path():
    assert {leaf.loss for _, leaf in paths()} == set(LOSSES)


@each_card
def test_a_card_says_everything_in_a_line_or_two(name):
    for field in ("task", "aims", "gradient", "outliers", "use", "not_for", "red_flag", "output"):
        assert 3 <= len(getattr(CARDS[name], field)) <= 120, field


# --- Drawn arguments ----------------------------------------------------------------------------------------

N, K = 6, 4
SETTINGS = {
    "delta": 0.7,
    "q": 0.7,
    "p": 1.5,
    "pos_weight": 3.0,
    "class_weight": np.array([1.0, 2.0, 0.5, 4.0]),
    "label_smoothing": 0.1,
    "gamma": 1.7,
    "alpha": 0.3,
    "beta": 0.6,
    "smooth": 0.5,
    "margin": 0.8,
    "temperature": 0.3,
    "false_negative_cost": 10.0,
    "false_positive_cost": 2.0,
    "thresholds": np.array([-1.0, 0.2, 1.5]),
}


def positional(name, rng):
    """The arrays of a call, in the order of the signature."""
    real, logits = rng.normal(size=N) * 2, rng.normal(size=(N, K)) * 2
    flags, signs, labels = np.tile([0.0, 1.0], N // 2), np.tile([-1.0, 1.0], N // 2), rng.permutation(N) % K
    vectors = rng.normal(size=(3, N, 3)) / 4
    match name:
        case "bce":
            return expit(real), flags
        case "hinge" | "squared_hinge":
            return real, signs
        case "ordinal":
            return real, labels
        case "cce" | "generalized_cross_entropy":
            return softmax(logits, axis=1), labels
        case "kl_divergence":
            return softmax(logits, axis=1), rng.dirichlet([2] * K, size=N)
        case "contrastive":
            return *vectors[:2], flags
        case "cosine_embedding":
            return *vectors[:2], signs
        case "triplet":
            return tuple(vectors)
        case "batch_hard_triplet":
            return vectors[0], np.arange(N) % 3
        case "info_nce" | "nt_xent":
            return tuple(vectors[:2])
    return {
        catalog.NUMBER: (real, real + rng.normal(size=N) * 1.5),
        catalog.YES_NO: (real, flags),
        catalog.CLASS: (logits, labels),
        catalog.LABELS: (expit(logits), rng.integers(2, size=(N, K)) * 1.0),
        catalog.ORDER: (logits, np.array([rng.permutation([2.0, 0.0, 1.0, 0.0]) for _ in range(N)])),
    }[CARDS[name].task]


def arguments(name, seed):
    """The drawn arguments of a loss by name: arrays, and a value for every parameter."""
    names = list(inspect.signature(getattr(lossutils, name)).parameters)
    arrays = positional(name, np.random.default_rng(seed))
    case = REFERENCES.get(name, Case(None))
    settings = {key: values[-1] for key, values in {**case.parameters, **case.rows}.items()}
    settings |= {key: SETTINGS[key] for key in names if key in SETTINGS}
    if name == "multiclass_hinge":
        settings["p"] = 2 if seed % 2 else 1
    return dict(zip(names, arrays, strict=False)), settings


# --- Formulas -----------------------------------------------------------------------------------------------

# What the formulas call the parameters; σ is also a function.
LETTERS = {
    "delta": r"\delta",
    "q": "q",
    "p": "r",
    "gamma": r"\gamma",
    "alpha": r"\alpha",
    "beta": r"\beta",
    "smooth": "s",
    "margin": "m",
    "temperature": "T",
    "pos_weight": "w",
    "false_negative_cost": "C",
    "false_positive_cost": "A",
    "thresholds": "b_k",
}


def cosines(a, b):
    return (a / np.linalg.norm(a, axis=-1, keepdims=True)) @ (b / np.linalg.norm(b, axis=-1, keepdims=True)).T


def of_one_example(name, arrays, i):
    """What the formula of a loss calls the arguments of example i; two of them for its two views."""
    first, second, *third = arrays.values()
    match name:
        case "bce":
            return [{"p": first[i], "y": second[i]}]
        case "hinge" | "squared_hinge":
            return [{"s": first[i], "y": second[i]}]
        case "focal":
            return [{"p": expit(first[i] * (2 * second[i] - 1)), "a": 0.3 if second[i] else 0.7}]
        case "ordinal":
            return [{"z": first[i], "k": int(second[i])}]
        case "multiclass_hinge":
            return [{"s_j": list(first[i]), "t": int(second[i]) + 1}]
        case "kl_divergence" | "dice" | "jaccard" | "tversky":
            return [{"p_j": list(first[i]), "y_j": list(second[i])}]
        case "contrastive":
            return [{"d": np.linalg.norm(first[i] - second[i]), "y": third[0][i]}]
        case "cosine_embedding":
            return [{"c": cosines(first, second)[i, i], "y": third[0][i]}]
        case "triplet":
            away = [np.linalg.norm(first[i] - other[i]) for other in (second, third[0])]
            return [dict(zip(["d_+", "d_-"], away, strict=True))]
        case "batch_hard_triplet":
            distances, same = np.linalg.norm(first - first[i], axis=1), second == second[i]
            return [{"d_+": distances[same].max(), "d_-": distances[~same].min()}]
        case "info_nce":
            return [{"c_j": list(cosines(first, second)[i]), "K": N, "i": i + 1}]
        case "nt_xent":  # among the 2N − 1 other views, that of the same example is number i + N or i + 1
            table = cosines(*[np.concatenate([first, second])] * 2)
            both = [(i, i + N), (i + N, i + 1)]
            return [{"c_j": list(np.delete(table[k], k)), "K": 2 * N - 1, "i": other} for k, other in both]
    if CARDS[name].task == catalog.ORDER:
        gains, order = np.sort(2 ** second[i] - 1)[::-1], (-first[i]).argsort().argsort()
        letters = {
            "s_j": list(first[i]),
            "y_j": list(second[i]),
            "P": sum(a > b for a in second[i] for b in second[i]),
            "D_j": list(1 / np.log2(order + 2)),
            "M": sum(gains / np.log2(np.arange(K) + 2)),
            "n": K,
        }
        return [letters]
    if CARDS[name].task == catalog.CLASS:
        given = CARDS[name].output == LOGITS
        p = softmax(first[i]) if given else first[i]
        return [{"p_j": list(p), "t": int(second[i]) + 1} | ({"z_j": list(first[i])} if given else {})]
    score = r"\hat y" if CARDS[name].task == catalog.NUMBER else "z"
    return [{score: first[i], "y": second[i]} | ({"p": r"\sigma(z)"} if score == "z" else {})]


def value_of_formula(formula, letters):
    own = {r"\sigma(x)": r"\frac{1}{1 + \exp(-x)}", "K": K, **letters}
    if "b_k" in own:
        own["b_k"] = [-mp.inf, *map(mp.mpf, own["b_k"]), mp.inf].__getitem__
    symbols = Symbols({canonical(key): value for key, value in own.items()})
    with mp.workdps(40):
        return symbols.read(formula)(symbols.draw(random.Random(0)))


def examples(name, seed):
    """The value of each example, and what the formula is evaluated at: once, or for both views of NT-Xent."""
    arrays, settings = arguments(name, seed)
    settings = {key: x for key, x in settings.items() if key not in ("class_weight", "label_smoothing")}
    letters = {LETTERS.get(key, rf"\{key}"): value for key, value in settings.items()}
    values = getattr(lossutils, name)(*arrays.values(), **settings, reduction="none")
    for i, value in enumerate(values):
        yield value, [letters | of_one for of_one in of_one_example(name, arrays, i)]


def formula_holds(formula, cases):
    """Is the formula right at every example? One that cannot be evaluated is not."""
    try:
        for value, places in cases:
            mean = mp.fsum(value_of_formula(formula, letters) for letters in places) / len(places)
            assert close(mean, mp.mpf(float(value)))
    except (AssertionError, Unreadable, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return False
    return True


@each_card
def test_the_formula_is_that_of_the_function(name):
    cases = [case for seed in range(2) for case in examples(name, seed)]
    assert formula_holds(CARDS[name].formula, cases)
    unnoticed = [where for mutant, where in mutants(CARDS[name].formula) if formula_holds(mutant, cases)]
    assert unnoticed == [], "these changes of a sign or a digit are not noticed"


# --- The lines of the libraries -----------------------------------------------------------------------------


def run(line, names):
    """What stands before the last semicolon is executed, the value of the rest is returned."""
    *before, last = line.split("; ")
    exec("; ".join(before), names)
    return float(eval(last, names))


def torch_names():
    import torch

    torch.set_default_dtype(torch.float64)
    return {"torch": torch, "F": torch.nn.functional, "math": math}, torch.as_tensor


def sklearn_names():
    from sklearn import metrics

    return {**vars(metrics), "np": np, "expit": expit, "softmax": softmax}, np.asarray


def optax_names():
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    optax = importlib.import_module("optax")
    return {"jax": jax, "jnp": jax.numpy, "optax": optax}, jax.numpy.asarray


def keras_names():
    os.environ.setdefault("KERAS_BACKEND", "jax")
    jax = importlib.import_module("jax")
    keras = importlib.import_module("keras")
    keras.config.set_floatx("float64")
    return {"keras": keras, "jax": jax, "jnp": jax.numpy}, jax.numpy.asarray


LIBRARIES = {"torch": torch_names, "sklearn": sklearn_names}
LIBRARIES |= {
    name: names for name, names in [("optax", optax_names), ("keras", keras_names)] if find_spec(name)
}
LINES = [(name, library) for name in CARDS for library in LIBRARIES if getattr(CARDS[name], library)]


def differs(name, library, line, seed):
    """The value of a line and that of lossutils, with those parameters that the line mentions."""
    names, convert = LIBRARIES[library]()
    arrays, settings = arguments(name, seed)
    settings = {key: value for key, value in settings.items() if re.search(rf"\b{key}\b(?!=)", line)}
    expected = float(getattr(lossutils, name)(*arrays.values(), **settings))
    converted = {key: convert(x) if isinstance(x, np.ndarray) else x for key, x in settings.items()}
    value = run(line, {**names, **{key: convert(x) for key, x in arrays.items()}, **converted})
    return value != pytest.approx(expected, rel=1e-6 if library == "keras" else 1e-10)


@each_card
def test_a_line_of_torch_takes_every_parameter(name):
    _, settings = arguments(name, seed=0)
    assert [key for key in settings if not re.search(rf"\b{key}\b(?!=)", CARDS[name].torch)] == []


@pytest.fixture
def double():
    """PyTorch's default dtype is put back after a test."""
    import torch

    before = torch.get_default_dtype()
    yield
    torch.set_default_dtype(before)


@pytest.mark.parametrize(("name", "library"), LINES)
def test_a_line_of_another_library_computes_the_same(name, library, double):
    line = getattr(CARDS[name], library)
    assert not any(differs(name, library, line, seed) for seed in range(3))


@pytest.mark.parametrize(
    ("name", "library", "old", "new"),
    [
        ("mse", "torch", "mse", "l1"),
        ("huber", "torch", "huber_loss(pred, target, delta", "smooth_l1_loss(pred, target, beta"),
        ("quantile", "sklearn", "target, pred", "pred, target"),
        ("bce_with_logits", "sklearn", "expit(pred)", "expit(expit(pred))"),
        ("kl_divergence", "torch", "pred.log(), target", "target.log(), pred"),
        ("kl_divergence", "torch", "batchmean", "sum"),
        ("hinge", "torch", "1 - target", "1 + target"),
        ("contrastive", "torch", "(1 - same)", "(same - 1)"),
    ],
)
def test_a_wrong_line_is_noticed(name, library, old, new, double):
    line = getattr(CARDS[name], library)
    assert old in line
    assert differs(name, library, line.replace(old, new), seed=0)


# --- The tree -----------------------------------------------------------------------------------------------

rng = np.random.default_rng(5)
CLASS_LOGITS, VECTORS = rng.normal(size=(6, 4)), rng.normal(size=(3, 6, 3))
FLAGS = np.array([[1.0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 0, 0]])
EXAMPLES = {
    catalog.NUMBER: {
        "pred": np.array([2.0, 3.5, -1.0]),
        "target": np.array([2.5, 3.0, 40.0]),
        "scale": 0.8,
        "low": np.array([1.0, 2.5, -2.0]),
        "high": np.array([4.0, 5.0, 1.0]),
    },
    catalog.YES_NO: {
        "logits": np.array([-3.0, 0.5, 2.0]),
        "probability": np.array([0.05, 0.6, 0.9]),
        "score": np.array([-1.5, 0.2, 3.0]),
        "target": np.array([0.0, 1.0, 1.0]),
        "sign": np.array([-1.0, 1.0, 1.0]),
    },
    catalog.CLASS: {
        "logits": CLASS_LOGITS,
        "scores": CLASS_LOGITS,
        "probabilities": softmax(CLASS_LOGITS, axis=1),
        "target": np.array([0, 3, 1, 2, 0, 0]),
        "K": 4,
        "class_weight": np.array([0.5, 1.0, 2.0, 4.0]),
        "thresholds": np.array([-1.0, 0.0, 1.5]),
    },
    catalog.LABELS: {
        "logits": CLASS_LOGITS,
        "flags": FLAGS,
        "probabilities": expit(CLASS_LOGITS),
        "pos_weight": np.array([1.0, 2.0, 3.0, 1.0]),
    },
    catalog.DISTRIBUTION: {
        "logits": CLASS_LOGITS,
        "probabilities": softmax(CLASS_LOGITS, axis=1),
        "distribution": np.full((6, 4), 0.25),
    },
    catalog.EMBEDDING: {
        "x1": VECTORS[0],
        "x2": VECTORS[1],
        "anchor": VECTORS[0],
        "positive": VECTORS[1],
        "negative": VECTORS[2],
        "embeddings": VECTORS[0],
        "labels": np.array([0, 0, 1, 1, 2, 2]),
        "logits": CLASS_LOGITS,
        "same": np.array([1, 0, 1, 0, 1, 0]),
        "sign": np.array([1.0, -1, 1, -1, 1, -1]),
    },
    catalog.ORDER: {
        "scores": CLASS_LOGITS,
        "relevance": np.array([[3.0, 0, 1, 0]] * 6),
        "bought": np.array([0, 3, 1, 2, 0, 0]),
    },
}
# What a leaf is called with where its branch has something else: one score, two logits, an image of places.
SPECIAL = {
    (catalog.CLASS, "ordinal"): {"logits": CLASS_LOGITS[:, 0]},
    (catalog.YES_NO, "generalized_cross_entropy"): {
        "logits": CLASS_LOGITS[:, :2],
        "target": np.array([0, 1, 1, 0, 1, 0]),
    },
    (catalog.CLASS, "dice"): {
        "logits": rng.normal(size=(3, 5, 5, 4)),
        "target": rng.integers(4, size=(3, 5, 5)),
    },
}


def run_leaf(answers, leaf, **other):
    """The value of the call at the end of a path."""
    arrays = EXAMPLES[answers[0]] | SPECIAL.get((answers[0], leaf.loss), {}) | other
    return eval(leaf.call, {**vars(lossutils), **arrays})


def defects(tree):
    """What is wrong with a tree, in words: every path is walked and the call at its end is run."""
    found = []
    for answers, leaf in paths(tree):
        where = " > ".join(answers)
        if leaf.loss not in CARDS:
            found.append(f"{where}: no loss is called {leaf.loss}")
        elif not re.search(rf"\b{leaf.loss}\(", leaf.call):
            found.append(f"{where}: {leaf.call} does not call {leaf.loss}")
        else:
            try:
                value = run_leaf(answers, leaf)
                if np.ndim(value) or not np.isfinite(value):
                    found.append(f"{where}: {leaf.call} is {value}")
            except Exception as error:
                found.append(f"{where}: {leaf.call}: {error}")
    return found


def test_every_path_ends_at_a_call_that_runs():
    assert len(list(paths())) >= len(LOSSES)
    assert defects(TREE) == []


@pytest.mark.parametrize(
    ("leaf", "words"),
    [
        (Leaf("mean_error", "mean_error(pred, target)"), "no loss is called mean_error"),
        (Leaf("mae", "mse(pred, target)"), "does not call mae"),
        (Leaf("mae", "mae(pred, targets)"), "name 'targets' is not defined"),
        (Leaf("mae", "mae(pred, target[:2])"), "nothing is broadcast"),
        (Leaf("mae", 'mae(pred, target, reduction="none")'), "is ["),
        (Leaf("quantile", "quantile(pred, target, q=9)"), "strictly between"),
    ],
)
def test_a_broken_leaf_is_noticed(leaf, words):
    assert words in defects(catalog.Question("?", {catalog.NUMBER: leaf}))[0]


def end(*answers):
    """The leaf behind these answers; what is not asked on the way is found by itself."""
    (leaf,) = [leaf for path, leaf in paths() if set(answers) <= set(path)]
    return leaf


def test_a_dice_of_classes_is_the_mean_over_the_classes():
    answers = (catalog.CLASS, "the overlap of each class, and the plain loss is seen to do worse")
    arrays = SPECIAL[catalog.CLASS, "dice"]
    p = softmax(arrays["logits"], axis=-1)
    each = [
        1 - (2 * p[i][t == k, k].sum() + 1e-5) / (p[i][..., k].sum() + (t == k).sum() + 1e-5)
        for i, t in enumerate(arrays["target"])
        for k in range(4)
    ]
    assert run_leaf(answers, end(*answers)) == pytest.approx(np.mean(each))


def test_one_right_item_of_a_padded_list():
    """An item with the score −∞ has no share: no loss, no gradient, in NumPy and in torch."""
    torch = pytest.importorskip("torch")
    answers = (catalog.ORDER, "which one is right, as the one that was bought")
    scores, bought = np.array([[1.0, 2.0, -np.inf]]), np.array([0])
    value = run_leaf(answers, end(*answers), scores=scores, bought=bought)
    assert value == pytest.approx(np.log1p(np.e))
    assert lossutils.cross_entropy.grad(scores, bought)[0, 2] == 0
    tensor = torch.tensor(scores, requires_grad=True)
    run_leaf(answers, end(*answers), scores=tensor, bought=torch.tensor(bought)).backward()
    np.testing.assert_allclose(tensor.grad, lossutils.cross_entropy.grad(scores, bought))


def test_overlooked_yeses_move_the_threshold_only():
    """The rule at the leaf for wrong labels: where a share m of the yes is missed, (1 − m) π is learned."""
    leaf = end(catalog.YES_NO, "decide, after labels of which many are wrong and cannot be repaired")
    assert "multiply its threshold by 1 − m" in leaf.mind
    rng, m, threshold = np.random.default_rng(0), 0.4, 0.3
    share = rng.random(200)
    logit = np.array([best_logit(lossutils.bce_with_logits, (1 - m) * s) for s in share])
    assert ((expit(logit) > (1 - m) * threshold) == (share > threshold)).all()


def best_logit(loss, share, **options):
    """The logit at which the expected loss is smallest, if this share is yes."""

    def slope(z):
        z = np.array([z])
        yes, no = (loss.grad(z, np.full(1, y), **options) for y in (1.0, 0.0))
        return float((share * yes + (1 - share) * no)[0])

    return brentq(slope, -30, 30)


# --- The tree against the rest of the course ----------------------------------------------------------------


def glued(chapter, name):
    """The text that a notebook hands to its page under this name."""
    cells = json.loads((ROOT / f"notebooks/{chapter}.ipynb").read_text("utf-8"))["cells"]
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        if output.get("metadata", {}).get("scrapbook", {}).get("name") == name:
            return output["data"]["application/papermill.record/text/plain"].strip("'")
    raise LookupError(f"{chapter} has nothing called {name}")


def number(chapter, name):
    """Its first number, and what stands after ± if there is one."""
    text = glued(chapter, name).replace("−", "-")
    return [float(x) for x in re.findall(r"[+-]?[\d.]+", text)]


def exercises():
    page = (ROOT / "book/choosing.md").read_text("utf-8")
    found = re.findall(r"(?s)(`{3,4})\{solution\} (ex-[\w-]+)\n(.*?)\n\1\n", page)
    return [(name, text) for _, name, text in found]


def test_the_solutions_walk_paths_of_the_tree():
    """*answer* › *answer*: `loss` in a solution. Each is a way through the tree, to its end."""
    known = {(answers, leaf.loss) for answers, leaf in paths()}
    found = {}
    for name, text in exercises():
        for way, loss in re.findall(r"((?:\*[^*]+\* › )+\*[^*]+\*): `(\w+)`", text):
            found.setdefault(name, []).append((tuple(re.findall(r"\*([^*]+)\*", way)), loss))
    assert [ends for ends in found.values() if not set(ends) <= known] == []
    with_a_path = "delivery-promise photo-tags saving tax-base similar-shirts lesions".split()
    assert found.keys() == {f"ex-{name}" for name in with_a_path}


def test_an_overlap_loss_comes_after_a_comparison():
    """As the imbalance chapter measures it: with the threshold set, the plain loss has the same Dice."""
    gain, error = number("imbalance", "seg-dice-tuned-minus")
    assert gain < 2 * error
    for answers, leaf in paths():
        if leaf.loss in ("dice", "jaccard", "tversky"):
            assert any(answer == "no" or "is seen to do worse" in answer for answer in answers)


def test_labeled_classes_lead_to_what_the_ten_seeds_say():
    """Semi-hard triplets stand wrong labels best, and are not below batch-hard with right ones."""
    recall = {
        (kind, labels): number("metric_learning", f"mine-{kind}-{labels}-mean")[0]
        for kind in ("random", "semi-hard", "hardest", "batch-hard")
        for labels in ("clean", "wrong")
    }
    assert max((kind for kind, _ in recall), key=lambda kind: recall[kind, "wrong"]) == "semi-hard"
    assert recall["semi-hard", "clean"] > recall["batch-hard", "clean"]
    ways = {
        answers: leaf for answers, leaf in paths() if answers[:2] == (catalog.EMBEDDING, "the class of each")
    }
    first = next(iter(ways.values()))  # as that chapter says: a classifier first
    assert first.loss == "cross_entropy"
    for answers, leaf in ways.items():
        checked = "every label is checked" in answers[-1]
        assert (leaf.loss == "batch_hard_triplet") == checked
        assert leaf.loss != "triplet" or ("mine_triplets" in leaf.call and "semi-hard" in leaf.mind)


def test_many_wrong_labels_have_an_end_for_yes_or_no_and_for_classes():
    """The imbalance chapter measures it for yes or no: ahead at the end, not at the best step; no focal."""
    for task in (catalog.YES_NO, catalog.CLASS):
        ends = [leaf for answers, leaf in paths() if answers[0] == task and "wrong" in " ".join(answers)]
        assert [leaf.loss for leaf in ends] == ["generalized_cross_entropy"]
        assert "stop early" in ends[0].mind
    best, error = number("imbalance", "noise-best-minus-g")
    assert abs(best) < 2 * error
    end, error = number("imbalance", "noise-end-minus-g")
    assert end > 2 * error
    assert number("imbalance", "noise-best-minus-2")[0] < 0


# How a row of the ranking chapter's advice begins: the answer in the tree, the name in the row, the loss.
RANKING = {
    "plenty of data": ("the number too, or nobody has compared", "regression on the gain", "mse"),
    "grades, a limited model": (
        "only the order, and the model is too simple for the numbers",
        "RankNet",
        "ranknet",
    ),
    "long lists": ("the top of a long list", "LambdaRank", "lambdarank"),
    "one right document": (
        "which one is right, as the one that was bought",
        "softmax cross-entropy",
        "cross_entropy",
    ),
    "full orders": ("the whole order", "ListMLE", "listmle"),
    "settled pairs": ("of some pairs, which one comes first", "pairwise hinge", "pairwise_hinge"),
}


def test_every_row_of_the_ranking_table_is_an_end_of_the_tree():
    page = (ROOT / "book/ranking.md").read_text("utf-8")
    table = page.split("(ranking-when)=")[1].split("\n\n")[1].splitlines()[2:]
    rows = [[cell.strip() for cell in row.split("|")[1:3]] for row in table]
    assert len(rows) == len(RANKING)
    for situation, advice in rows:
        ((answer, name, loss),) = [found for start, found in RANKING.items() if situation.startswith(start)]
        assert advice.startswith(name)
        assert loss in {
            leaf.loss for path, leaf in paths() if path[0] == catalog.ORDER and answer in path[1:3]
        }


# --- What a loss is content with ----------------------------------------------------------------------------


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
def test_what_focal_is_content_with(gamma):
    """The odds of its answers lie between 1 and the true ones, or their multiple if there is an alpha."""
    assert "odds less extreme" in CARDS["focal"].aims
    for share in np.linspace(0.001, 0.999, 41):
        for alpha in (None, 0.25, 0.9):
            factor = 1 if alpha is None else alpha / (1 - alpha)
            true = np.log(factor * share / (1 - share))
            answer = best_logit(lossutils.focal, share, gamma=gamma, alpha=alpha)
            assert 0 <= answer * np.sign(true) <= abs(true)


def focal_answer(shares, gamma=2.0):
    """The probabilities with which the expected focal loss over many classes is smallest."""

    def risk(z):
        rows, target = np.tile(z, (len(shares), 1)), np.arange(len(shares))
        slope = lossutils.softmax_focal.grad(rows, target, gamma=gamma, weight=shares, reduction="sum")
        value = lossutils.softmax_focal(rows, target, gamma=gamma, weight=shares, reduction="sum")
        return value, slope.sum(axis=0)

    found = minimize(risk, np.log(shares), jac=True, method="BFGS", options={"gtol": 1e-9})
    return softmax(found.x)


def test_what_softmax_focal_is_content_with():
    """The order stays, a share above one half is too low; of many small ones the largest may be too high."""
    aims = CARDS["softmax_focal"].aims
    assert aims.startswith("the classes in order") and "above ½" in aims and "may be too high" in aims
    rng = np.random.default_rng(0)
    for gamma in (0.5, 2.0, 5.0):
        for classes in (2, 3, 10, 30):
            for top in (0.3, 0.51, 0.7, 0.95):
                rest = rng.dirichlet(np.full(classes - 1, 2.0)) * (1 - top)
                shares = np.sort([*rest, top])
                answer = focal_answer(shares, gamma)
                assert (np.diff(answer) > -1e-6).all()
                if top > 0.5:
                    assert answer[-1] < top
    for classes, top, answered in [(10, 0.9, 0.679), (100, 0.05, 0.056), (100, 0.15, 0.165)]:
        shares = np.array([top] + [(1 - top) / (classes - 1)] * (classes - 1))
        assert focal_answer(shares)[0] == pytest.approx(answered, abs=6e-4)
        assert glued("imbalance", f"answer-{classes}-{str(top)[2:]}") == f"{answered:.3f}"


def test_the_shares_behind_a_focal_answer_of_many_classes():
    """π in the proportion of p / r(p), r the ratio of the pulls of focal and cross-entropy."""
    shares = np.random.default_rng(1).dirichlet(np.full(7, 1.5))
    p = focal_answer(shares)
    r = (1 - p) ** 2 * (1 - 2 * p * np.log(p) / (1 - p))
    np.testing.assert_allclose(p / r / (p / r).sum(), shares, rtol=1e-4)


@pytest.mark.parametrize("name", ["bce", "cce"])
def test_a_pull_without_end_ends_in_front_of_the_sigmoid(name):
    """The last column of the table says both, as the pulls beside it are by the score."""
    assert "without end on p, with 1 at most" in CARDS[name].outliers
    assert abs(extension().pull(name, np.array([-30.0]))[0]) <= 1
    loss, tiny = getattr(lossutils, name), np.array([1e-200])
    slope = (
        loss.grad(tiny, np.ones(1)) if name == "bce" else loss.grad(np.array([[1.0, 1e-200]]), np.array([1]))
    )
    assert abs(slope).max() > 1e199


@pytest.mark.parametrize("name", ["info_nce", "nt_xent"])
def test_a_loss_over_the_batch_has_no_value_to_compare_between_sizes(name):
    """One point costs more, the larger the batch: log N, log(2N − 1)."""
    assert "between sizes of the batch" in CARDS[name].not_for
    loss = getattr(lossutils, name)
    values = [float(loss(np.ones((n, 2)), np.ones((n, 2)))) for n in (8, 64)]
    assert values == pytest.approx(np.log([8, 64] if name == "info_nce" else [15, 127]))


def questions(node=TREE):
    if not isinstance(node, Leaf):
        yield node
        for following in node.answers.values():
            yield from questions(following)


def test_a_question_is_asked_and_has_several_answers():
    assert [q.text for q in questions() if not q.text.endswith("?") or len(q.answers) < 2] == []
    assert set(TREE.answers) == {card.task for card in CARDS.values()}


# --- The numbers of the tables ------------------------------------------------------------------------------


def extension():
    spec = spec_from_file_location("course_choosing", ROOT / "book/_ext/course_choosing.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name",
    [name for name in CARDS if CARDS[name].task in (catalog.NUMBER, catalog.YES_NO, catalog.CLASS)],
)
def test_the_pull_is_the_slope_of_the_loss_by_the_score(name):
    """Also through the sigmoid and the softmax of the losses that take probabilities."""
    places, h, table = np.array([-4.0, 0.1, 4.0]), 1e-6, extension()
    options = table.OPTIONS.get(name, {})

    def value(score):
        loss, classes = getattr(lossutils, name), np.stack([0 * score, score], axis=1)
        if name in ("cce", "generalized_cross_entropy"):
            classes = softmax(classes, axis=1)
        if CARDS[name].task == catalog.NUMBER:
            target, pred = np.zeros(3), score
        elif name == "ordinal":
            target, pred, options["thresholds"] = np.ones(3, dtype=int), score, [0.0]
        elif CARDS[name].task == catalog.CLASS:
            target, pred = np.ones(3, dtype=int), classes
        else:
            target, pred = np.ones(3), expit(score) if name == "bce" else score
        return loss(pred, target, reduction="none", **options)

    slope = (value(places + h) - value(places - h)) / (2 * h)
    assert table.pull(name, places) == pytest.approx(slope, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize(
    ("slope", "text"), [(2.0, "2"), (-0.0179, "−0.018"), (-1e-5, "−0.000…"), (0.0, "0"), (-0.98, "−0.98")]
)
def test_how_a_slope_is_shown(slope, text):
    assert extension().shown(slope) == text


# --- What is said of the libraries --------------------------------------------------------------------------


def test_every_convention_has_a_word_for_every_library():
    assert [row for row in catalog.CONVENTIONS if len(row) != 6 or not all(row)] == []


def test_a_column_against_a_row():
    """The row of the conventions: an error here, a table in PyTorch but for cross-entropy, a column there."""
    import torch
    from sklearn import metrics

    column, row = np.array([[0.2], [0.6]]), np.array([0.0, 1.0])
    with pytest.raises(ValueError, match="nothing is broadcast"):
        lossutils.mse(column, row)
    columns, rows = torch.tensor(column), torch.tensor(row)
    with pytest.warns(UserWarning, match="broadcast"):
        assert torch.nn.functional.mse_loss(columns, rows, reduction="none").shape == (2, 2)
    with pytest.raises(ValueError, match="target size"):
        torch.nn.functional.binary_cross_entropy(columns, rows)
    for score in (metrics.mean_squared_error, metrics.log_loss):
        assert score(row, column) == pytest.approx(score(row, column[:, 0]))


def test_what_hinge_reads_in_a_0():
    import torch
    from sklearn.metrics import hinge_loss

    scores, signs, flags = np.array([-0.5, 0.5, 2.0]), np.array([-1.0, 1, 1]), np.array([0.0, 1, 1])
    assert hinge_loss(flags, scores) == hinge_loss(signs, scores)
    names = {"F": torch.nn.functional, "pred": torch.tensor(scores)}
    values = [run(CARDS["hinge"].torch, names | {"target": torch.tensor(y)}) for y in (signs, flags)]
    assert values[0] != values[1]
    with pytest.raises(ValueError, match="must be"):
        lossutils.hinge(scores, flags)


def test_the_class_that_costs_least():
    """The rule at the leaf for mistakes that cost differently, against the sum written out."""
    rule = next(leaf.mind for answers, leaf in paths() if "mistakes cost differently" in answers)
    code = re.search(r"`(\(softmax.*?)`", rule)[1]
    cost = np.array([[0.0, 1, 2, 30], [5, 0, 1, 1], [9, 1, 0, 1], [1, 1, 4, 0]])
    chosen = eval(code, {"softmax": lossutils.softmax, "logits": CLASS_LOGITS, "cost": cost})
    for logits, choice in zip(CLASS_LOGITS, chosen, strict=True):
        p = softmax(logits)
        expected = [sum(p[true] * cost[true, said] for true in range(4)) for said in range(4)]
        assert expected[choice] == min(expected)


NOTES = []


def said(name, library):
    """The decorated function holds the note of this card against this library, where it is installed."""

    def keep(test):
        if library in LIBRARIES:
            NOTES.append(pytest.param(test, library, id=f"{name}, {library}"))
        return test

    return keep


@pytest.mark.parametrize(("test", "library"), NOTES)
def test_what_a_note_says_of_a_library(test, library, double):
    names, convert = LIBRARIES[library]()
    test(names, convert)


E = np.array([0.5, -2.0, 3.0])


@said("mse", "optax")
def _(names, convert):
    optax = names["optax"]
    assert 2 * optax.l2_loss(convert(E)).mean() == pytest.approx(lossutils.mse(E, 0 * E))


@said("huber", "torch")
def _(names, convert):
    theirs = names["F"].smooth_l1_loss(convert(E), convert(0 * E), beta=0.7)
    assert float(theirs) == pytest.approx(lossutils.huber(E, 0 * E, delta=0.7) / 0.7)


@said("huber", "sklearn")
def _(names, convert):
    """In the unit of the target the same epsilon is another loss; in that of its scale it is not."""
    from sklearn.linear_model import HuberRegressor

    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2))
    y = x @ [1.0, -2.0] + rng.standard_t(2, size=60)
    fitted = [HuberRegressor(epsilon=1.5, alpha=0, tol=1e-9).fit(x, c * y) for c in (1, 100)]
    np.testing.assert_allclose(fitted[1].coef_, 100 * fitted[0].coef_, rtol=1e-3)
    assert fitted[1].scale_ == pytest.approx(100 * fitted[0].scale_, rel=1e-3)


@said("log_cosh", "torch")
def _(names, convert):
    torch = names["torch"]
    e = torch.tensor([1e-4], dtype=torch.float32)
    right = 1e-8 / 2
    theirs = run(CARDS["log_cosh"].torch, names | {"pred": e, "target": 0 * e})
    assert abs(theirs - right) > right / 2
    assert float(lossutils.log_cosh(e, 0 * e)) == pytest.approx(right, rel=1e-5)


@said("log_cosh", "optax")
@said("log_cosh", "keras")
def _(names, convert):
    e, right = np.array([1e-4], np.float32), 1e-8 / 2
    library = "optax" if "optax" in names else "keras"
    if library == "keras":
        names["keras"].config.set_floatx("float32")
    try:
        theirs = run(
            getattr(CARDS["log_cosh"], library), names | {"pred": convert(e), "target": convert(0 * e)}
        )
    finally:
        if library == "keras":
            names["keras"].config.set_floatx("float64")
    assert abs(theirs - right) > right / 2


@said("quantile", "sklearn")
def _(names, convert):
    loss = names["mean_pinball_loss"]
    assert loss(E, 0 * E, alpha=0.9) == pytest.approx(loss(0 * E, E, alpha=0.1))


@said("bce_with_logits", "torch")
def _(names, convert):
    """The mean divides by the number of elements: a weight of 3 for all is three times the loss."""
    loss, yes = names["F"].binary_cross_entropy_with_logits, convert(np.ones(3))
    three = convert(np.array(3.0))
    assert loss(convert(E), yes, pos_weight=three) == pytest.approx(float(3 * loss(convert(E), yes)))
    ours = lossutils.bce_with_logits(E, np.ones(3), pos_weight=3.0)
    assert ours == pytest.approx(3 * lossutils.bce_with_logits(E, np.ones(3)))


@said("bce", "torch")
def _(names, convert):
    assert names["F"].binary_cross_entropy(convert(np.zeros(1)), convert(np.ones(1))) == 100
    assert np.isinf(lossutils.bce(np.zeros(1), np.ones(1)))


@said("bce", "sklearn")
def _(names, convert):
    for dtype in (np.float64, np.float32):
        p = np.array([0.0, 1.0], dtype)
        value = names["log_loss"]([1, 1], p, labels=[0, 1])
        assert value == pytest.approx(-np.log(np.finfo(dtype).eps) / 2, rel=1e-3)


@said("bce", "keras")
def _(names, convert):
    value = names["keras"].losses.BinaryCrossentropy()(convert(np.ones((1, 1))), convert(np.zeros((1, 1))))
    assert float(value) == pytest.approx(-np.log(1e-7), rel=1e-6)


@said("cost_sensitive_bce", "sklearn")
def _(names, convert):
    """Fitted: no direction of the weights makes our loss with its penalty smaller."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 2))
    y = (x[:, 0] + rng.normal(size=80) > 1) * 1.0
    fitted = LogisticRegression(class_weight={0: 2.0, 1: 7.0}, C=1.0, tol=1e-10, max_iter=1000).fit(x, y)
    slope = lossutils.cost_sensitive_bce.grad(
        fitted.decision_function(x), y, false_negative_cost=7.0, false_positive_cost=2.0, reduction="sum"
    )
    np.testing.assert_allclose(x.T @ slope + fitted.coef_[0], 0, atol=1e-4)
    assert slope.sum() == pytest.approx(0, abs=1e-4)


@said("focal", "keras")
def _(names, convert):
    z, y = convert(np.array([[2.0, -1.0]])), convert(np.array([[1.0, 0.0]]))
    loss = names["keras"].losses.BinaryFocalCrossentropy
    plain = loss(from_logits=True)(y, z)
    assert loss(alpha=0.9, from_logits=True)(y, z) == plain
    assert loss(alpha=0.9, from_logits=True, apply_class_balancing=True)(y, z) != plain
    assert float(plain) == pytest.approx(lossutils.focal(np.array([2.0, -1.0]), np.array([1.0, 0.0])))


@said("hinge", "torch")
def _(names, convert):
    theirs = names["F"].hinge_embedding_loss(convert(E), convert(np.array([-1.0, 1, 1])))
    assert float(theirs) != pytest.approx(lossutils.hinge(E, np.array([-1.0, 1, 1])), rel=0.1)


@said("hinge", "optax")
@said("hinge", "keras")
def _(names, convert):
    """Keras reads a 0 as −1; optax computes with the 0."""
    library = "optax" if "optax" in names else "keras"
    values = [
        run(getattr(CARDS["hinge"], library), names | {"pred": convert(E), "target": convert(np.array(y))})
        for y in ([-1.0, 1, 1], [0.0, 1, 1])
    ]
    assert (values[0] == pytest.approx(values[1])) == (library == "keras")


@said("cross_entropy", "torch")
def _(names, convert):
    """The classes on axis 1; the mean divides by the weights of the targets, and 0 / 0 is NaN."""
    cross_entropy = names["F"].cross_entropy
    z, t, w = np.random.default_rng(0).normal(size=(2, 5, 3)), np.zeros((2, 5), int), np.array([2.0, 1, 0])
    t[0, :2] = 1
    theirs = cross_entropy(convert(z).movedim(-1, 1), convert(t), weight=convert(w))
    assert float(theirs) == pytest.approx(lossutils.cross_entropy(z, t, class_weight=w))
    each = lossutils.cross_entropy(z, t, reduction="none")
    assert float(theirs) == pytest.approx((w[t] * each).sum() / w[t].sum())
    nothing = np.full((2, 5), 2)
    assert np.isnan(float(cross_entropy(convert(z).movedim(-1, 1), convert(nothing), weight=convert(w))))
    assert lossutils.cross_entropy(z, nothing, class_weight=w) == 0


@said("cross_entropy", "keras")
def _(names, convert):
    """A weighted mean divides by N."""
    z, t, w = np.random.default_rng(0).normal(size=(4, 3)), np.array([0, 1, 2, 0]), np.array([2.0, 1, 5])
    loss = names["keras"].losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs = float(loss(convert(t), convert(z), sample_weight=convert(w[t])))
    assert theirs == pytest.approx((w[t] * lossutils.cross_entropy(z, t, reduction="none")).mean(), rel=1e-6)


@said("cce", "sklearn")
def _(names, convert):
    p = softmax(CLASS_LOGITS[:3], axis=1)
    with pytest.raises(ValueError, match="label"):
        names["log_loss"]([0, 1, 1], p)


@said("softmax_focal", "keras")
def _(names, convert):
    one_hot, z = np.eye(4)[[0, 3, 1, 2, 0, 0]], CLASS_LOGITS
    theirs = names["keras"].losses.CategoricalFocalCrossentropy(from_logits=True)(
        convert(one_hot), convert(z)
    )
    assert float(theirs) == pytest.approx(lossutils.softmax_focal(z, one_hot.argmax(1)) / 4, rel=1e-6)


def largest_violation(z, t):
    rest = [np.delete(row, k).max() for row, k in zip(z, t, strict=True)]
    return np.mean([max(0, 1 - row[k] + other) for row, k, other in zip(z, t, rest, strict=True)])


@said("multiclass_hinge", "sklearn")
@said("multiclass_hinge", "optax")
def _(names, convert):
    t = np.array([0, 3, 1, 2, 0, 0])
    if "optax" in names:
        theirs = names["optax"].losses.multiclass_hinge_loss(convert(CLASS_LOGITS), convert(t)).mean()
    else:
        theirs = names["hinge_loss"](t, CLASS_LOGITS, labels=range(4))
    assert float(theirs) == pytest.approx(largest_violation(CLASS_LOGITS, t))


@said("dice", "keras")
@said("tversky", "keras")
def _(names, convert):
    """The whole batch as one image but for an axis, 1e-7 below only; Tversky's alpha is for the misses."""
    p, y = EXAMPLES[catalog.LABELS]["probabilities"], FLAGS
    losses = names["keras"].losses
    ours = lossutils.dice(p.reshape(1, -1), y.reshape(1, -1), smooth=1e-7)
    assert float(losses.Dice()(convert(y), convert(p))) == pytest.approx(ours, rel=1e-6)
    each = losses.Dice(axis=1, reduction=None)(convert(y), convert(p))
    np.testing.assert_allclose(each, lossutils.dice(p, y, smooth=1e-7, reduction="none"), rtol=1e-6)
    nothing = np.zeros((1, 3))
    assert float(losses.Dice()(convert(nothing), convert(nothing))) == 1
    assert lossutils.dice(nothing, nothing, smooth=1e-7) == 0
    ours = lossutils.tversky(p.reshape(1, -1), y.reshape(1, -1), alpha=0.7, beta=0.3, smooth=1e-7)
    theirs = losses.Tversky(alpha=0.3, beta=0.7)(convert(y), convert(p))
    assert float(theirs) == pytest.approx(ours, rel=1e-6)


@said("kl_divergence", "torch")
def _(names, convert):
    from scipy.special import rel_entr

    pred, target = positional("kl_divergence", np.random.default_rng(0))
    value = lossutils.kl_divergence(pred, target)
    theirs = names["F"].kl_div(convert(pred).log(), convert(target), reduction="none").mean()
    assert float(theirs) * K == pytest.approx(value)
    assert rel_entr(target, pred).sum(1).mean() == pytest.approx(value)


@said("cosine_embedding", "keras")
@said("cosine_embedding", "optax")
def _(names, convert):
    a, b = VECTORS[:2]
    c = np.diag(cosines(a, b)).mean()
    if "optax" in names:
        assert float(names["optax"].cosine_distance(convert(a), convert(b)).mean()) == pytest.approx(1 - c)
    else:
        theirs = names["keras"].losses.CosineSimilarity()(convert(a), convert(b))
        assert float(theirs) == pytest.approx(-c, rel=1e-5)


@said("triplet", "torch")
def _(names, convert):
    a, p, n = VECTORS
    moved = [np.linalg.norm(a - other + 1e-6, axis=1) for other in (p, n)]
    theirs = names["F"].triplet_margin_loss(*map(convert, VECTORS))
    assert float(theirs) == pytest.approx(np.maximum(0, moved[0] - moved[1] + 1).mean(), rel=1e-12)


@said("pairwise_hinge", "torch")
def _(names, convert):
    first, second, one = (convert(np.array(v)) for v in ([2.0, 1.0], [0.0, 1.0], [1.0, 1.0]))
    loss = names["F"].margin_ranking_loss
    assert float(loss(second, second, one)) == 0
    ours = lossutils.pairwise_hinge(np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert float(loss(first, second, one, margin=1)) == pytest.approx(ours)


@said("listnet", "optax")
def _(names, convert):
    scores, grades = CLASS_LOGITS, EXAMPLES[catalog.ORDER]["relevance"]
    theirs = names["optax"].losses.ranking_softmax_loss(convert(scores), convert(grades))
    sums = -(grades * np.log(softmax(scores, axis=1))).sum(1)
    assert float(theirs) == pytest.approx(sums.mean())


@said("lambdarank", "sklearn")
def _(names, convert):
    scores, grades = CLASS_LOGITS[:1], np.array([[3.0, 0, 1, 2]])
    discount = 1 / np.log2(np.arange(4) + 2)
    gain = grades[0][(-scores[0]).argsort()] @ discount / (np.sort(grades[0])[::-1] @ discount)
    assert names["ndcg_score"](grades, scores) == pytest.approx(gain)


@pytest.mark.parametrize("name", CARDS)
def test_the_call_in_the_table_of_libraries_runs(name):
    arrays, settings = arguments(name, seed=0)
    code = extension().call(name)
    defaults = inspect.signature(getattr(lossutils, name)).parameters
    settings |= {x: defaults[x].default for x in defaults if x not in settings and x not in arrays}
    value = eval(code, {**vars(lossutils), **settings, **arrays})
    assert np.isfinite(value) and np.ndim(value) == 0


def test_only_what_is_said_is_marked():
    assert extension().words("“A” is `b` **c**") == (
        '<span class="said">“A”</span> is <code>b</code> <strong>c</strong>'
    )
