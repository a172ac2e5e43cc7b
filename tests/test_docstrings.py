"""The formulas and gradients displayed in docstrings are read and computed: a wrong one is red.

`equations/plain.py` reads a formula as it stands in the docstring. For each loss this file says which
examples to try, what the names mean that the line above the formula explains in words (`words`), and what the
words behind a formula say (`tails`): when it holds, or for which gradient. A "With p = pred" is read.
"""

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import Parameter, signature

import numpy as np
import pytest
from equations.plain import Formula, block, parts, read, read_condition, sigmoid, softmax, statements, value
from equations.reader import Unreadable
from references import (
    CLASS_LOGITS,
    CLASS_PROBABILITIES,
    CLASS_SCORES,
    INDEX_LOGITS,
    LABELS,
    LISTS,
    LOGITS,
    MASKS,
    PROBABILITIES,
    RANKING,
    REAL,
    REFERENCES,
    SCORES,
    TIED_RANKING,
    bad_class_probabilities,
    bad_classes,
    bad_index,
)

import lossutils

RNG = np.random.default_rng(0)
START = RNG.bit_generator.state  # every check draws the same examples


@dataclass(frozen=True)
class Entry:
    examples: Callable  # () -> environments, each with "loss" and "grad"
    words: tuple = ()  # of the line above the formulas: what is said in words, and given by `examples`
    tails: dict = field(default_factory=dict)  # words behind a formula: env -> does it hold, or the cases


# ---------------------------------------------------------------------------------------- examples


@dataclass(frozen=True)
class Checked:
    """Words that take more than a condition: `run(env, formula)` raises if they are false."""

    run: Callable


def defaults(name):
    parameters = signature(getattr(lossutils, name)).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not Parameter.empty}


def environments(name, arrays, options, **more):
    """One for each example: the arguments under their names, with what the loss and its gradient say."""
    loss = getattr(lossutils, name)
    values = loss(*arrays, reduction="none", **options)
    slopes = loss.grad(*arrays, reduction="sum", **options)
    names = list(signature(loss).parameters)
    for n in range(len(values)):
        rows = {key: array[n] for key, array in zip(names, arrays, strict=False)}
        slope = [s[n] for s in slopes] if isinstance(slopes, tuple) else slopes[n]
        env = {**defaults(name), **options, **rows, "loss": values[n], "grad": slope}
        yield {**env, **{key: x(env) if callable(x) else x for key, x in more.items()}}


def numbers(name, **more):
    def examples():
        for options in REFERENCES[name].settings():
            pred, target = REFERENCES[name].domain.draw(RNG, (30,))
            if name in ("mae", "quantile", "log_cosh", "huber", "power"):
                pred[:4] = target[:4] + np.array([0, 1e-4, 20, -20])
            if REFERENCES[name].domain.unit == 1 and "target" in REFERENCES[name].ranges:
                target[:2] = 0, 1
            yield from environments(name, (pred, target), options, **more)

    return examples


def classes(name):
    """Where a target is always a class, the docstring means that by target, and else a distribution."""
    case = REFERENCES[name]
    index = case.domain.bad is bad_index

    def examples():
        for options in case.settings():
            weights = [None, np.array([0.5, 2.0, 0.25, 1.0])] if "class_weight" in defaults(name) else [None]
            for weight in weights:
                pred, target = case.domain.draw(RNG, (8,))
                kinds = [target]
                if case.domain.bad in (bad_classes, bad_class_probabilities):
                    kinds.append(RNG.dirichlet([1] * 4, size=8))
                given = options if weight is None else {**options, "class_weight": weight}
                for known in kinds:
                    for env in environments(name, (pred, known), given):
                        t = env["target"]
                        more = {"K": 4, "ε": env.get("label_smoothing")}
                        more["class_weight"] = np.ones(4) if weight is None else weight
                        if known.ndim == 1:
                            more |= {"t": int(t), "target": int(t) if index else np.eye(4)[t]}
                        yield {**env, **more}

    return examples


def masks(name):
    def examples():
        for options in REFERENCES[name].settings():
            yield from environments(name, REFERENCES[name].domain.draw(RNG, (5,)), options)

    return examples


def unit(i, k):
    return np.eye(k)[i]


def queries(name):
    def places(env):
        s, r = env["scores"], env["relevance"]
        k = range(len(s))
        lower = [[j for j in k if r[j] < r[i]] for i in k]
        pairs = [(i, j) for i in k for j in lower[i]]
        rank = [1 + sum(x > s[i] for x in s) for i in k]
        gain, discount = 2**r - 1, 1 / np.log2(1 + np.array(rank))

        def share(i, k):
            return softmax(s[[i, *lower[i]]])[[i, *lower[i]].index(k)]

        return {
            "K": len(s), "pairs": pairs, "P": len(pairs), "L": lower, "D": discount,
            "above": [[i for i in k if j in lower[i]] for j in k],
            "N": np.sum(np.sort(gain)[::-1] / np.log2(2 + np.arange(len(s)))),
            **({"p": share} if name == "listmle" else {}),
        }  # fmt: skip

    def examples():
        for options in REFERENCES[name].settings():
            arrays = REFERENCES[name].domain.draw(RNG, (6,), 5)
            for env in environments(name, arrays, options):
                yield {**env, **places(env)}

    return examples


def pairs_of_embeddings(name, known, margins):
    def examples():
        for margin in margins:
            x1, x2 = RNG.normal(size=(2, 10, 3)) / 2
            yield from environments(
                name, (x1, x2, np.resize(known, 10)), {"margin": margin},
                u1=lambda env: env["x1"] / length(env["x1"]), u2=lambda env: env["x2"] / length(env["x2"]),
            )  # fmt: skip

    return examples


def length(x):
    return np.sqrt(x @ x)


def triplets():
    for margin in (1.0, 0.1):
        yield from environments("triplet", tuple(RNG.normal(size=(3, 10, 3))), {"margin": margin})


def batch():
    """For each anchor p, the farthest of its class, and n, the nearest of another."""
    labels = np.array([0, 1, 0, 2, 1, 0, 1, 2])
    x = RNG.normal(size=(8, 3)) + np.where(labels == 2, 9, labels)[:, None]  # one class apart, two that mix
    distances = np.linalg.norm(x[:, None] - x, axis=-1)
    same = labels[:, None] == labels
    far, near = np.where(same, distances, -1).argmax(1), np.where(same, 9e9, distances).argmin(1)
    sums = np.zeros_like(x)
    for slope, places in zip(
        lossutils.triplet.grad(x, x[far], x[near], reduction="sum"), (np.arange(8), far, near), strict=True
    ):
        np.add.at(sums, places, slope)
    values = lossutils.batch_hard_triplet(x, labels, reduction="none")
    slope = lossutils.batch_hard_triplet.grad(x, labels, reduction="sum")
    for i in range(8):
        yield {
            "a": x[i], "p": x[far[i]], "n": x[near[i]], "margin": 1.0, "loss_a": values[i], "grad": slope[i],
            "sum over the triplets": sums[i],
        }  # fmt: skip


def contrasts(name):
    """Cosines c, softmax p, and the gradient through the cosines; of `nt_xent` for all 2N views."""

    def examples():
        for temperature in (0.5, 1.0):
            one, two = RNG.normal(size=(2, 5, 3))
            loss = getattr(lossutils, name)
            views = name == "nt_xent"
            rows, keys = (np.concatenate([one, two]),) * 2 if views else (one, two)
            cosines = np.array([[a @ b / length(a) / length(b) for b in keys] for a in rows])
            scores = cosines / temperature
            if views:
                np.fill_diagonal(scores, -np.inf)
            k = len(rows)
            yield {
                "K": k, "c": cosines, "p": np.array([softmax(row) for row in scores]),
                "temperature": temperature, "j": lambda i, k=k: (i + k // 2) % k,
                "loss": loss(one, two, temperature=temperature, reduction="none"),
                "grad": loss.grad(one, two, temperature=temperature, reduction="sum"),
                "rows": rows, "keys": keys,
            }  # fmt: skip

    return examples


def through_the_cosine(env, formula):
    """The slopes by s_ij that the docstring displays, taken to the embeddings by the chain rule."""
    rows, keys = env["rows"], env["keys"]
    views, got = rows is keys, np.concatenate(env["grad"])
    total = [np.zeros_like(rows), np.zeros_like(rows)]
    other = "k" if views else "j"
    for i in range(len(rows)):
        for k in (k for k in range(len(keys)) if not (views and i == k)):
            slope = formula({**env, "i": i, other: k}) / env["temperature"]
            for side, (a, b) in enumerate(((rows[i], keys[k]), (keys[k], rows[i]))):
                u, v = a / length(a), b / length(b)
                total[side][(i, k)[side]] += slope * (v - (u @ v) * u) / length(a)
    np.testing.assert_allclose(got, total[0] + total[1] if views else np.concatenate(total), atol=1e-10)


def says(true):
    """Words that explain a condition, and are no condition of their own."""
    assert true, "the words behind a formula are false"
    return True


def each_of_n(env):
    return [{"i": i, "loss": env["loss"][i]} for i in range(env["K"] // 2)]


def two_signs(sign, env):
    """The upper sign for the first prediction, the lower one for the second."""
    first, second = env["grad"] if isinstance(env["grad"], list) else (0, 0)
    return [
        {sign: up, "grad": g}
        for up, g in ((1 if sign == "±" else -1, first), (-1 if sign == "±" else 1, second))
    ]


def swapped(env):
    """− for target 1, where the loss is 1 − c; + for target −1 beyond the margin."""
    sign = -1 if env["target"] == 1 else float(env["u1"] @ env["u2"] > env["margin"])
    return [
        {"∓": sign, "grad": env["grad"][0]},
        {"∓": sign, "grad": env["grad"][1], "u1": env["u2"], "u2": env["u1"], "x1": env["x2"]},
    ]


MINUS_FOR_I = {"∓": Formula(lambda env: unit(env["j"], env["K"]) - unit(env["i"], env["K"]))}
ORDER = "over the P ordered pairs (i, j) in which i is more relevant than j"
THRESHOLDS = ("the thresholds b_1 < … < b_{K−1} between b_0 = −∞", "b_K = ∞")
SIGN = ("y = target (−1 or 1)",)
SIDES = {
    "for the anchor, where the loss is positive": 0,
    "for the positive": 1,
    "for the negative": 2,
}

OF_DOMAIN = {  # how examples are drawn; a loss whose docstring needs no more has no entry of its own below
    **dict.fromkeys((REAL, LOGITS, PROBABILITIES, SCORES, LABELS), numbers),
    **dict.fromkeys((CLASS_LOGITS, CLASS_PROBABILITIES, CLASS_SCORES, INDEX_LOGITS), classes),
    **dict.fromkeys((RANKING, TIED_RANKING, LISTS), queries),
    MASKS: masks,
}
ENTRIES = {name: Entry(OF_DOMAIN[case.domain](name)) for name, case in REFERENCES.items()} | {
    "huber": Entry(
        numbers(
            "huber",
            e=lambda env: env["pred"] - env["target"],
            c=lambda env: np.clip(env["pred"] - env["target"], -env["delta"], env["delta"]),
        ),
        ("c the error e clipped to [−delta, delta]",),
    ),
    "quantile": Entry(
        numbers("quantile"),
        tails={
            "(predicted too much)": lambda env: says(env["pred"] >= env["target"]),
            "(predicted too little)": lambda env: says(env["pred"] < env["target"]),
        },
    ),
    "hinge": Entry(numbers("hinge", y=lambda env: env["target"]), SIGN),
    "squared_hinge": Entry(numbers("squared_hinge", y=lambda env: env["target"]), SIGN),
    "focal": Entry(
        lambda: (env for env in focal_examples() if env["target"] in (0, 1)),
        ("p the probability of the true class", "σ(z) or σ(−z)"),
        {"− for target 1, + for target 0": lambda env: {"∓": -1 if env["target"] == 1 else 1}},
    ),
    "ordinal": Entry(
        numbers("ordinal", b=lambda env: np.array([-np.inf, *env["thresholds"], np.inf])), THRESHOLDS
    ),
    "cce": Entry(classes("cce"), tails={"for a class index t": lambda env: "t" in env}),
    "kl_divergence": Entry(
        classes("kl_divergence"),
        tails={"as for `cce`: the entropy of the target has no gradient": lambda env: True},
    ),
    "multiclass_hinge": Entry(
        classes("multiclass_hinge"),
        tails={
            "where that is positive (j ≠ t)": lambda env: (
                env["j"] != env["t"] and env["margin"] - env["pred"][env["t"]] + env["pred"][env["j"]] > 0
            )
        },
    ),
    "dice": Entry(masks("dice"), ("sums over an example",)),
    "jaccard": Entry(masks("jaccard"), ("sums over an example",)),
    "pairwise_hinge": Entry(
        queries("pairwise_hinge"), (ORDER,), {"− for s_i, + for s_j": lambda env: MINUS_FOR_I}
    ),
    "ranknet": Entry(queries("ranknet"), (ORDER,), {"− for s_i, + for s_j": lambda env: MINUS_FOR_I}),
    "listnet": Entry(queries("listnet"), ("over the documents of the query",)),
    "listmle": Entry(queries("listmle"), ("L_i the documents that are less relevant than i",)),
    "lambdarank": Entry(
        queries("lambdarank"),
        (
            "D_i = 1 / log2(1 + rank of i) in the order of the scores",
            "N the best possible Σ_i G_i D_i",
            ORDER.replace(" P", ""),
        ),
        {"− for s_i, + for s_j, with Δ held fixed": lambda env: MINUS_FOR_I},
    ),
    "contrastive": Entry(
        pairs_of_embeddings("contrastive", [0, 1], [1.0, 4.0]),
        tails={
            "same = 1, + for x1, − for x2": lambda env: env["same"] == 1 and two_signs("±", env),
            "same = 0": lambda env: env["same"] == 0 and two_signs("∓", env),
        },
    ),
    "triplet": Entry(
        triplets,
        tails={
            words: lambda env, side=side: env["loss"] > 0 and {"grad": env["grad"][side]}
            for words, side in SIDES.items()
        },
    ),
    "cosine_embedding": Entry(
        pairs_of_embeddings("cosine_embedding", [-1, 1], [0.0, -0.5]),
        ("u = x / |x|", "the cosine"),
        {"for x1; u1 and u2 change places for x2": swapped},
    ),
    "batch_hard_triplet": Entry(
        batch,
        ("p the farthest embedding of the class of a", "n the nearest one of another class"),
        {
            "as that of `triplet`, added up over the triplets an embedding is in": Checked(
                lambda env, _: np.testing.assert_allclose(
                    env["grad"], env["sum over the triplets"], atol=1e-12
                )
            )
        },
    ),
    "info_nce": Entry(
        contrasts("info_nce"),
        ("the cosines c_ij of query i", "key j"),
        {"with p_ij the softmax of row i; then through the cosine": Checked(through_the_cosine)},
    ),
    "nt_xent": Entry(
        contrasts("nt_xent"),
        ("the cosines c_ij of all 2N rows of z1", "z2", "j(i) the other view of i"),
        {
            "one number for each of the N examples": each_of_n,
            "with p_ik the softmax over k ≠ i; then through the cosine": Checked(through_the_cosine),
        },
    ),
}


def focal_examples():
    for env in numbers("focal")():
        positive = env["target"] == 1
        alpha = 0.5 if env["alpha"] is None else env["alpha"]
        a = (alpha if positive else 1 - alpha) * (2 if env["alpha"] is None else 1)
        yield {**env, "a": a, "p": sigmoid(env["logits"] if positive else -env["logits"])}


# ---------------------------------------------------------------------------------------- the check


@dataclass
class Line:
    left: str
    formula: Formula | None
    text: str
    tails: list


def lines_of(entry, doc):
    """What the block displays, each formula with the words that say where it holds."""
    found, condition = [], None
    for left, text in statements(block(doc)[1]):
        text = text.removesuffix(",")
        goes_on = text.startswith("= ")
        text = re.sub(r"^by \w+: ", "", text.removeprefix("= "))
        if text in entry.tails and not goes_on and found and found[-1].left == left:
            found[-1].tails.append(text)
            continue
        if text in entry.tails:
            found.append(Line(left, None, text, [text]))
            continue
        if both := re.fullmatch(r"≈ (.+) for small (\w), (.+) for large", text):
            near, name, far = both.groups()
            found.append(Line(left, read(near)[0], text, [f"|{name}| < 0.001"]))
            found.append(Line(left, read(far)[0], text, [f"|{name}| > 16"]))
            continue
        if text == "otherwise":
            found[-1].tails.append("unless " + condition)
            continue
        if re.match(r"(if|for|where|at) ", text) or (re.fullmatch(r"\w+ = −?\w+", text) and not goes_on):
            condition = re.sub(r"^(if|for|where|at) ", "", text)
            found[-1].tails.append(condition)
            continue
        formula, tail = read(text)
        tail = tail.removeprefix(",").strip()
        if either := re.fullmatch(r"if (.+), else (.+)", tail):
            condition, other = either.groups()
            found.append(Line(left, formula, text, [condition]))
            found.append(Line(left, read(other)[0], text, ["unless " + condition]))
            continue
        if tail and tail not in entry.tails:
            condition = tail = re.sub(r"^(if|for|where|at) ", "", tail)
        found.append(Line(left, formula, text, [tail] if tail else []))
    return found


def define(env, left, formula):
    """TP, P(k), s_ij: a name, a function, or one for each place."""
    base, indices, given = re.fullmatch(r"([^_(]+)(?:_([a-z]+))?(?:\(([a-z, ]+)\))?", left).groups()
    names = given.split(", ") if given else list(indices or "")
    if not names:
        env.setdefault(left, formula)
    else:
        env.setdefault(base, lambda *values: formula({**env, **dict(zip(names, values, strict=True))}))


def check(name, entry, doc):
    RNG.bit_generator.state = START
    intro, _ = block(doc)
    lines, tried = lines_of(entry, doc), set()
    assert {"loss", "grad"} <= {re.split(r"_|\(", line.left)[0] for line in lines}
    for env in entry.examples():
        known = []
        for part in parts(intro):
            if part in entry.words:
                continue
            left, _, right = part.partition(" = ")
            formula, tail = read(right)
            if tail and tail not in entry.words:
                raise Unreadable(f"{tail!r} in {part!r}")
            known.append((left, formula)) if left in env else define(env, left, formula)
        for line in lines:
            if not re.match(r"(loss|grad)(_|$)", line.left):
                define(env, line.left, line.formula)
                tried.add(id(line))
        for left, formula in known:
            np.testing.assert_allclose(formula(env), value(env, left), err_msg=f"{left} of {name}")
        covered = set()
        for line in lines:
            if re.match(r"(loss|grad)(_|$)", line.left):
                by_itself = [entry.tails[t] for t in line.tails if isinstance(entry.tails.get(t), Checked)]
                for checked in by_itself:
                    checked.run(env, line.formula)
                    tried.add(id(line))
                for case in [] if by_itself else cases(entry, line, env):
                    tried.add(id(line))
                    covered.add(line.left)
                    base, *index = re.split("_", line.left)
                    truth = case[line.left] if line.left in case else case[base]
                    if index and line.left not in case:
                        truth = truth[case[index[0]]]
                    what = f"{line.left} of {name}: {line.text}"
                    np.testing.assert_allclose(line.formula(case), truth, rtol=1e-9, atol=1e-12, err_msg=what)
        expected = {"loss"} | ({"grad"} if np.ndim(env["grad"]) == 0 else set())
        expected &= {line.left for line in lines}
        assert expected <= covered, f"the displayed cases of {expected - covered} leave this out: {env}"
    left_out = [line.text for line in lines if id(line) not in tried]
    assert not left_out, f"no example tries {left_out}"


def cases(entry, line, env):
    """The places that a left side like grad_j stands for, then what the words behind it say."""
    index = line.left.partition("_")[2]
    found = [env]
    if index and index not in env and line.left not in env:
        found = [{**env, index: k} for k in range(env["K"])]
    for tail in line.tails:
        found = [{**env, **more} for env in found for more in apply(entry, tail, env)]
    return found


def apply(entry, tail, env):
    if tail in entry.tails:
        said = entry.tails[tail](env)
        return said if isinstance(said, list) else [said] if isinstance(said, dict) else [{}] * bool(said)
    holds = read_condition(tail.removeprefix("unless "))(env)
    return [{}] if bool(holds) != tail.startswith("unless ") else []


@pytest.mark.parametrize("name", ENTRIES)
def test_the_displayed_formulas_are_the_loss_and_its_gradient(name):
    check(name, ENTRIES[name], getattr(lossutils, name).__doc__)


def test_every_loss_has_an_entry():
    assert {name for name in lossutils.__all__ if hasattr(getattr(lossutils, name), "grad")} == set(ENTRIES)


FLIPS = {"+": "−", "−": "+", "∓": "±", "±": "∓", "²": "³", "½": "2", "<": ">", "≤": "≥", "≥": "≤", "≠": "="}


def mutants(doc):
    """The docstring with one sign, digit or relation of its displayed formulas changed."""
    start = doc.index("::\n\n") + 4
    end = doc.index("\n\n", start)
    for k in range(start, end):
        new = FLIPS.get(doc[k]) or (
            str((int(doc[k]) + 1) % 10) if doc[k].isascii() and doc[k].isdigit() else ""
        )
        if new:
            yield doc[:k] + new + doc[k + 1 :], f"{doc[k - 12 : k]}[{new}]{doc[k + 1 : k + 12]}"


@pytest.mark.parametrize("name", ENTRIES)
def test_a_changed_sign_or_digit_is_noticed(name):
    unnoticed = []
    for mutant, where in mutants(getattr(lossutils, name).__doc__):
        try:
            check(name, ENTRIES[name], mutant)
        except (AssertionError, Unreadable, LookupError, TypeError, ValueError, ArithmeticError, Warning):
            continue
        unnoticed.append(where)
    assert unnoticed == []


# ---------------------------------------------------------------------------------------- what is no loss


@pytest.mark.parametrize("name", ["sigmoid", "log_sigmoid", "softmax", "log_softmax"])
def test_the_displayed_formulas_of_the_functions(name):
    """Their first line, up to the words."""
    line = getattr(lossutils, name).__doc__.splitlines()[0].rstrip(".")
    text = line.split(", ")[0]
    for z in RNG.normal(size=(5, 4)) * 3:
        got = getattr(lossutils, name)(z)
        for k in range(4):
            env = {"z": z if "z_" in text else z[k], "k": k, "K": 4}
            for side in text.split(" = "):
                formula, tail = read(side)
                assert tail in ("", "along the last axis")
                assert np.isclose(formula(env), got[k], rtol=1e-12), f"{side} is not {name}"


def test_the_kinds_of_triplets_are_those_displayed():
    doc = lossutils.mine_triplets.__doc__
    assert parts(block(doc)[0]) == ["the distances p = |anchor − positive|", "n = |anchor − negative|"]
    rows = [re.split(r" {2,}", line) for line in block(doc)[1]]
    x, labels, margin = RNG.normal(size=(14, 2)), np.arange(14) % 3, 0.7
    for kind, condition, *_ in rows:
        if condition == "every one of these":
            continue
        mined = set(
            zip(*lossutils.mine_triplets(x, labels, margin=margin, kind=kind.strip('"')), strict=True)
        )
        assert mined
        for a, b, c in zip(*lossutils.mine_triplets(x, labels, margin=margin, kind="all"), strict=True):
            env = {"p": length(x[a] - x[b]), "n": length(x[a] - x[c]), "margin": margin}
            assert read_condition(condition)(env) == ((a, b, c) in mined), (kind, condition)
    assert [row[0] for row in rows] == ['"hard"', '"semi-hard"', '"easy"', '"all"']


def test_the_displayed_gain_is_that_of_ndcg():
    (_, first), (_, second) = statements(block(lossutils.ndcg.__doc__)[1])
    dcg = read(first.removeprefix("= "))[0]
    assert second == "= DCG@k / DCG@k in the order of the relevances"
    scores, relevance = RNG.normal(size=6), RNG.integers(0, 4, size=6).astype(float)
    for k in (1, 3, 6):
        for gain, worth in (("exponential", lambda r: 2**r - 1), ("linear", lambda r: r)):
            got, best = (
                dcg({"k": k, "gain": worth, "r": Formula(lambda env, order=order: order[env["place"] - 1])})
                for order in (relevance[np.argsort(-scores)], np.sort(relevance)[::-1])
            )
            assert np.isclose(lossutils.ndcg(scores[None], relevance[None], k=k, gain=gain)[0], got / best)


@pytest.mark.parametrize("name", ENTRIES)
def test_the_defaults_are_those_that_the_docstring_says(name):
    loss = getattr(lossutils, name)
    lines = re.findall(r"^([\w, ]+) : .*?(?:default (\S+)|optional)$", loss.__doc__, re.M)
    said = {key: default for keys, default in lines for key in keys.split(", ")}
    for key, parameter in inspect.signature(loss).parameters.items():
        if parameter.default is inspect.Parameter.empty:
            assert key not in said
        elif parameter.default is None:
            assert said[key] == ""
        else:
            assert ast.literal_eval(said[key]) == parameter.default, key
