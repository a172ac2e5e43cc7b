"""What the losses of an order guarantee beyond the contract: masks, ties, queries without an order, NDCG."""

import itertools
import math
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from lossutils import lambdarank, listmle, listnet, ndcg, pairwise_hinge, ranknet

LOSSES = {f.__name__: f for f in (pairwise_hinge, ranknet, listnet, listmle, lambdarank)}
OF_PAIRS = [name for name in LOSSES if name != "listnet"]
each_loss = pytest.mark.parametrize("name", LOSSES)
numpy_and_torch = pytest.mark.parametrize("convert", [np.asarray, torch.as_tensor], ids=["numpy", "torch"])


@st.composite
def queries(draw):
    """Scores, relevances and a mask, with ties of every kind and lists that are masked altogether."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    scores = rng.integers(-2, 3, size=shape) * 1.5 if draw(st.booleans()) else rng.normal(size=shape) * 3
    return scores, rng.integers(0, draw(st.integers(1, 5)), size=shape), rng.uniform(size=shape) < 0.7


# Padding


@each_loss
@numpy_and_torch
@given(query=queries(), padding=st.sampled_from([0.0, 7.5, math.nan, math.inf]))
@settings(max_examples=40, deadline=None)
def test_a_mask_equals_a_shorter_list(name, convert, query, padding):
    scores, relevance, mask = query
    spoiled = [np.where(mask, x, padding) for x in (scores, relevance)]
    arguments = [convert(x) for x in spoiled]
    got = LOSSES[name](*arguments, mask=convert(mask), reduction="none")
    slope = np.asarray(LOSSES[name].grad(*arguments, mask=convert(mask), reduction="sum"))
    assert (slope[~mask] == 0).all()
    for i, some in enumerate(mask):
        short = scores[i : i + 1, some], relevance[i : i + 1, some]
        if not some.any():
            assert float(got[i]) == 0
            continue
        assert float(got[i]) == pytest.approx(float(LOSSES[name](*short, reduction="sum")), rel=1e-12)
        np.testing.assert_allclose(
            slope[i, some], LOSSES[name].grad(*short, reduction="sum")[0], rtol=1e-12, atol=1e-15
        )


@each_loss
def test_a_mask_goes_with_backward_and_with_vmap(name):
    rng = np.random.default_rng(0)
    scores = torch.tensor(rng.normal(size=(3, 5)), requires_grad=True)
    relevance = torch.tensor(rng.integers(0, 3, size=(3, 5)))
    mask = torch.tensor(rng.uniform(size=(3, 5)) < 0.7)
    weight = torch.tensor([1.0, 0.0, 2.0], dtype=torch.float64)
    LOSSES[name](scores, relevance, mask=mask, weight=weight).backward()
    expected = LOSSES[name].grad(scores.detach(), relevance, mask=mask, weight=weight)
    torch.testing.assert_close(scores.grad, expected)
    assert torch.autograd.gradcheck(lambda s: LOSSES[name](s, relevance, mask=mask), scores)
    each = torch.func.vmap(lambda s, r, m: LOSSES[name](s, r, mask=m, reduction="sum"))
    torch.testing.assert_close(
        each(scores, relevance, mask), LOSSES[name](scores, relevance, mask=mask, reduction="none")
    )


@each_loss
def test_large_lists_go_block_by_block_and_keep_their_mask(name):
    rng = np.random.default_rng(1)
    scores, relevance = rng.normal(size=(9, 300)), rng.integers(0, 4, size=(9, 300))
    mask = rng.uniform(size=(9, 300)) < 0.5
    for function in (LOSSES[name], LOSSES[name].grad):
        got = function(scores, relevance, mask=mask, reduction="none")
        rows = [
            function(scores[i : i + 1], relevance[i : i + 1], mask=mask[i : i + 1], reduction="none")
            for i in range(9)
        ]
        np.testing.assert_allclose(got, np.concatenate(rows), rtol=1e-12, atol=1e-16)


@each_loss
@pytest.mark.parametrize(
    ("mask", "error", "message"),
    [
        (np.ones((2, 3)), TypeError, "mask must be an array of bools"),
        ([[1] * 3] * 2, TypeError, "mask must be an array of bools, true where an element counts, got int64"),
        (np.ones((2, 2), dtype=bool), ValueError, r"mask has shape \(2, 2\), the scores have shape \(2, 3\)"),
        (torch.ones((2, 3), dtype=torch.bool), TypeError, "of one library"),
    ],
)
def test_a_bad_mask_is_named(name, mask, error, message):
    scores, relevance = np.zeros((2, 3)), np.arange(6).reshape(2, 3)
    for function in (LOSSES[name], LOSSES[name].grad):
        with pytest.raises(error, match=message):
            function(scores, relevance, mask=mask)
    with pytest.raises(error, match=message):
        ndcg(scores, relevance, mask=mask)


# Order and ties


@each_loss
@given(query=queries(), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_documents_stand_does_not_matter(name, query, seed):
    order = np.random.default_rng(seed).permutation(query[0].shape[1])
    scores, relevance, mask = query
    turned = [x[:, order] for x in query]
    loss = LOSSES[name]
    got = loss(*turned[:2], mask=turned[2], reduction="none")
    np.testing.assert_allclose(got, loss(scores, relevance, mask=mask, reduction="none"), rtol=1e-12)
    slope = loss.grad(scores, relevance, mask=mask, reduction="sum")[:, order]
    np.testing.assert_allclose(
        loss.grad(*turned[:2], mask=turned[2], reduction="sum"), slope, rtol=1e-12, atol=1e-15
    )
    np.testing.assert_allclose(
        ndcg(*turned[:2], mask=turned[2]), ndcg(scores, relevance, mask=mask), rtol=1e-12
    )


@each_loss
@given(query=queries(), shift=st.floats(-100, 100))
@settings(max_examples=25, deadline=None)
def test_only_differences_of_scores_count(name, query, shift):
    scores, relevance, mask = query
    shift = round(4 * shift) / 4  # exact, so that equal scores stay equal
    scores = np.round(scores * 64) / 64
    got = LOSSES[name](scores + shift, relevance, mask=mask, reduction="none")
    np.testing.assert_allclose(
        got, LOSSES[name](scores, relevance, mask=mask, reduction="none"), rtol=1e-9, atol=1e-12
    )
    slope = LOSSES[name].grad(scores, relevance, mask=mask, reduction="sum")
    np.testing.assert_allclose(slope.sum(axis=1), 0, atol=1e-12)  # documents pull each other apart


@pytest.mark.parametrize("name", OF_PAIRS)
@numpy_and_torch
def test_a_query_without_an_order_has_no_loss_and_is_not_counted(name, convert):
    scores = convert(np.array([[1.0, -2.0, 0.5], [2.0, 0.0, 1.0]]))
    relevance = convert(np.array([[2, 2, 2], [0, 1, 2]]))
    loss = LOSSES[name]
    each = loss(scores, relevance, reduction="none")
    assert float(each[0]) == 0 and float(each[1]) > 0
    assert float(loss(scores, relevance)) == pytest.approx(float(each[1]))  # the mean over one query
    slope = loss.grad(scores, relevance)
    assert (slope[0] == 0).all()
    np.testing.assert_allclose(slope[1:], loss.grad(scores[1:], relevance[1:]))
    assert float(loss(scores[:1], relevance[:1])) == 0 and (loss.grad(scores[:1], relevance[:1]) == 0).all()
    weight = convert(np.array([3.0, 5.0]))
    assert float(loss(scores, relevance, weight=weight)) == pytest.approx(float(each[1]))


def test_listnet_asks_for_equal_scores_where_all_are_equally_relevant():
    scores, relevance = np.array([[1.0, -2.0, 0.5]]), np.full((1, 3), 2)
    p = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(listnet.grad(scores, relevance), p - 1 / 3)
    assert float(listnet(np.zeros((1, 3)), relevance)) == pytest.approx(math.log(3))


@pytest.mark.parametrize("name", OF_PAIRS)
def test_documents_of_one_level_are_not_compared(name):
    relevance = np.array([[1.0, 1.0]])
    for scores in ([[0.0, 0.0]], [[5.0, -5.0]]):
        assert float(LOSSES[name](np.array(scores), relevance, reduction="sum")) == 0


def orders_right(levels):
    """All orders of the documents in which no document stands before a more relevant one."""
    for order in itertools.permutations(range(len(levels))):
        if all(levels[a] >= levels[b] for a, b in itertools.pairwise(order)):
            yield order


def plackett_luce(scores, order):
    e = np.exp(scores)[list(order)]
    return np.prod(e / e[::-1].cumsum()[::-1])


@pytest.mark.parametrize("levels", [(3, 0, 2, 1), (0, 1, 2, 3), (2, 0, 0, 0), (0, 3, 0, 1), (2, 1, 0, 0)])
def test_listmle_is_the_likelihood_of_the_order_also_where_the_last_are_tied(levels):
    scores = np.array([0.3, -1.2, 2.0, 0.4])
    likelihood = sum(plackett_luce(scores, order) for order in orders_right(levels))
    got = listmle(scores[None], np.array([levels]))
    assert float(got) == pytest.approx(-math.log(likelihood), rel=1e-12)


def test_listmle_of_a_tie_at_the_top_is_not_that_likelihood_but_close():
    levels, scores = (1, 1, 0), np.zeros(3)
    likelihood = sum(plackett_luce(scores, order) for order in orders_right(levels))
    assert likelihood == pytest.approx(1 / 3)
    assert math.exp(-listmle(scores[None], np.array([levels]))) == pytest.approx(1 / 4)


def test_listmle_at_a_gap_of_60():
    """A library that subtracts the largest score of the whole list returns 73.4 here."""
    scores, relevance = np.array([[60.0, 0.0, 0.5]]), np.array([[2, 1, 0]])
    expected = math.log1p(math.exp(0.5)) + math.exp(-60) + math.exp(-59.5)
    for dtype in (np.float64, np.float32):
        assert float(listmle(scores.astype(dtype), relevance)) == pytest.approx(expected, rel=1e-6)
    assert round(expected, 3) == 0.974
    slope = listmle.grad(scores, relevance)[0]
    assert slope[1] == pytest.approx(-1 / (1 + math.exp(-0.5)), rel=1e-12)  # not dead
    assert float(listmle(np.array([[1e4, 0.0]]), np.array([[0, 1]]))) == 1e4

    def shared(lead, epsilon):
        s = np.array([lead, 0.0, 0.5])  # in the right order
        with np.errstate(divide="ignore"):
            return np.sum(np.log(np.cumsum(np.exp(s - lead)[::-1])[::-1] + epsilon) - (s - lead))

    assert shared(60.0, 1e-10) == pytest.approx(73.4, abs=0.05)
    assert shared(60.0, 0.0) == pytest.approx(expected, rel=1e-9)  # it is the ε that spoils it
    assert 1e-26 < np.exp(-60) + np.exp(-59.5) < 3e-26 and shared(2000.0, 0.0) == -np.inf


@pytest.mark.parametrize("gap", [20.0, 40.0, 300.0])
@pytest.mark.parametrize("loss", [ranknet, listmle], ids=lambda f: f.__name__)
def test_the_last_digit_of_a_small_slope(loss, gap):
    slope = loss.grad(np.array([[gap, 0.0]]), np.array([[1, 0]]))[0]
    np.testing.assert_allclose(slope, [-math.exp(-gap), math.exp(-gap)], rtol=1e-8)


def test_a_pair_at_the_margin_has_no_slope():
    at, inside = np.array([[1.0, 0.0]]), np.array([[1.0 - 1e-9, 0.0]])
    relevance = np.array([[1, 0]])
    assert pairwise_hinge.grad(at, relevance).tolist() == [[0, 0]]
    assert pairwise_hinge.grad(inside, relevance).tolist() == [[-1, 1]]


def test_the_number_of_pairs_as_weight_gives_the_sum_over_all_pairs():
    rng = np.random.default_rng(0)
    scores, relevance = rng.normal(size=(4, 6)), rng.integers(0, 3, size=(4, 6))
    pairs = (relevance[:, :, None] > relevance[:, None, :]).sum(axis=(1, 2)) * 1.0
    gaps = scores[:, :, None] - scores[:, None, :]
    total = np.log1p(np.exp(-gaps))[relevance[:, :, None] > relevance[:, None, :]].sum()
    assert ranknet(scores, relevance, weight=pairs, reduction="sum") == pytest.approx(total)
    assert ranknet(scores, relevance, weight=pairs) == pytest.approx(total / pairs.sum())


# LambdaRank


def lambdas(scores, relevance):
    """Burges (2010), pair by pair, for scores that are all different."""
    place = {i: k + 1 for k, i in enumerate(np.argsort(-scores))}
    gain, discount = 2.0**relevance - 1, {i: 1 / math.log2(1 + place[i]) for i in place}
    ideal = sum(g / math.log2(2 + k) for k, g in enumerate(sorted(gain)[::-1]))
    out = np.zeros(len(scores))
    for i, j in itertools.permutations(range(len(scores)), 2):
        if relevance[i] > relevance[j]:
            change = abs(gain[i] - gain[j]) * abs(discount[i] - discount[j]) / ideal
            pull = change / (1 + math.exp(scores[i] - scores[j]))
            out[i] -= pull
            out[j] += pull
    return out


def test_lambdarank_against_pairs_one_by_one():
    rng = np.random.default_rng(2)
    for _ in range(20):
        scores, relevance = rng.normal(size=7), rng.integers(0, 4, size=7)
        np.testing.assert_allclose(
            lambdarank.grad(scores[None], relevance[None])[0], lambdas(scores, relevance)
        )


def test_the_weight_of_a_pair_is_what_ndcg_changes_when_the_two_change_places():
    scores, relevance = np.array([3.0, 2.0, 1.0, 0.0]), np.array([0, 2, 1, 3])
    for i, j in itertools.combinations(range(4), 2):
        swapped = scores.copy()
        swapped[[i, j]] = scores[[j, i]]
        change = abs(ndcg(swapped[None], relevance[None]) - ndcg(scores[None], relevance[None]))
        gain, place = 2.0**relevance - 1, np.arange(4) + 1
        best = (np.sort(gain)[::-1] / np.log2(1 + place)).sum()
        expected = abs(gain[i] - gain[j]) * abs(1 / np.log2(1 + place[i]) - 1 / np.log2(1 + place[j])) / best
        assert float(change[0]) == pytest.approx(expected)


def test_equal_scores_are_averaged_over_the_orders_and_alive():
    """Breaking a tie by an infinitesimal amount, in every order, and averaging gives the same lambdas."""
    for base in ([0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0], [2.0, 0.5, 0.5, 0.5]):
        scores, relevance = np.array(base), np.array([0, 2, 1, 2])
        orders = [
            lambdas(scores + 1e-10 * np.array(noise), relevance) for noise in itertools.permutations(range(4))
        ]
        got = lambdarank.grad(scores[None], relevance[None])[0]
        np.testing.assert_allclose(got, np.mean(orders, axis=0), rtol=1e-8)
        assert (got != 0).all()


def test_between_changes_of_order_the_lambdas_are_the_gradient_of_the_value():
    scores, relevance = torch.tensor([[0.3, -0.2, 1.0, 0.1]]).double(), torch.tensor([[1, 0, 2, 2]])
    assert torch.autograd.gradcheck(lambda s: lambdarank(s, relevance), scores.requires_grad_())


LOOP = [0.0, 1, 0.5], [2.0, 1, 0.5], [2.0, 1, 1.5], [0.0, 1, 1.5], [0.0, 1, 0.5]


def walk(corners, relevance, steps=2000):
    """The integral of the lambdas along straight lines from corner to corner, by the midpoint rule."""
    total = 0.0
    for a, b in itertools.pairwise(corners):
        t = (np.arange(steps) + 0.5)[:, None] / steps
        points = a + t * (b - a)
        slopes = lambdarank.grad(points, np.tile(relevance, (steps, 1)), reduction="sum")
        total += float((slopes @ (b - a)).mean())
    return total


def test_the_lambdas_are_no_gradient():
    """Around a closed path the gradient of a continuous function does no work; the lambdas do."""
    relevance = np.array([2, 1, 0])
    corners = [
        np.array(c) for c in ([0.0, 1, 0.5], [2.0, 1, 0.5], [2.0, 1, 1.5], [0.0, 1, 1.5], [0.0, 1, 0.5])
    ]
    assert abs(walk(corners, relevance)) > 0.01
    inside = [np.array(c) for c in ([3.0, 2, 1], [3.5, 2, 1], [3.5, 2.2, 1], [3.0, 2, 1])]
    assert abs(walk(inside, relevance)) < 1e-8  # where no two scores change places


@pytest.mark.parametrize("name", ["ranknet", "lambdarank"])
def test_a_step_on_the_scores_lowers_a_function_that_is_not_their_loss(name):
    """−Σ r s: no continuous function has the lambdas as its gradient, but some do fall."""
    rng = np.random.default_rng(0)
    for size in (0.0, 0.1, 1.0, 5.0):
        scores, relevance = size * rng.normal(size=(200, 6)), rng.integers(0, 4, size=(200, 6))
        slope = LOSSES[name].grad(scores, relevance, reduction="sum")
        assert (np.sum(relevance * slope, axis=1)[np.ptp(relevance, axis=1) > 0] < 0).all()


def test_the_value_of_lambdarank_jumps_both_ways_while_ndcg_rises():
    rng, jumps = np.random.default_rng(0), []
    for _ in range(100):
        s, r = rng.normal(size=5), rng.permutation(5)
        first, second = np.argsort(-s)[[0, 1]]
        better, worse = (first, second) if r[first] > r[second] else (second, first)
        values = []
        for d in (-1e-9, 1e-9):
            s[better] = s[worse] + d
            values.append([float(f(s[None], r[None]).item()) for f in (lambdarank, ndcg)])
        assert values[1][1] > values[0][1]
        jumps.append(values[1][0] - values[0][0])
    assert min(jumps) < -0.01 and max(jumps) > 0.01


def test_ranknet_too_pushes_harder_at_the_top_but_not_mostly_there():
    """The list of the figure: twenty documents, the two relevant ones at places 4 and 16."""
    scores, relevance = np.linspace(2, -2, 20)[None], np.zeros((1, 20))
    relevance[0, [3, 15]] = 3
    for loss, low, high in [(ranknet, 0.2, 0.35), (lambdarank, 0.6, 0.75)]:
        push = np.where(relevance[0] == 0, loss.grad(scores, relevance)[0], 0)
        assert (np.diff(push[relevance[0] == 0]) < 0).all()
        assert low < push[:3].sum() / push.sum() < high


# NDCG


@numpy_and_torch
@given(query=queries(), k=st.sampled_from([None, 1, 2, 10]))
@settings(max_examples=60, deadline=None)
def test_ndcg_against_scikit_learn(convert, query, k):
    """Linear gains; equal scores share their places."""
    scores, relevance, _ = query
    got = np.asarray(ndcg(convert(scores), convert(relevance), k=k, gain="linear"))
    for i, row in enumerate(relevance):
        if row.max() == 0:
            assert np.isnan(got[i])
        elif len(row) > 1:  # scikit-learn refuses a single document
            assert got[i] == pytest.approx(ndcg_score(row[None], scores[i : i + 1], k=k), abs=1e-12)
    exponential = np.asarray(ndcg(convert(scores), convert(2.0**relevance - 1), k=k, gain="linear"))
    np.testing.assert_allclose(ndcg(convert(scores), convert(relevance), k=k), exponential, rtol=1e-12)


def test_what_scikit_learn_and_torch_do():
    """The page's table of names, and what an empty query counts."""
    assert ndcg_score(np.zeros((1, 3)), np.array([[3.0, 2, 1]])) == 0
    assert np.isnan(ndcg(np.array([[3.0, 2, 1]]), np.zeros((1, 3)))).all()
    functional = torch.nn.functional
    s, r = torch.tensor([[0.25, -1.0, 2.0]]).double(), torch.tensor([[1.0, 2, 0]]).double()
    expected = functional.cross_entropy(s, r.softmax(-1))
    assert float(listnet(s, r)) == pytest.approx(float(expected))
    i, j, ones = torch.tensor([0.5, 2.0]), torch.tensor([0.25, 0.0]), torch.ones(2)
    assert functional.margin_ranking_loss(i, j, ones, reduction="none").tolist() == [0, 0]  # margin 0
    hinge = functional.margin_ranking_loss(i, j, ones, margin=1, reduction="none")
    assert hinge.tolist() == [0.75, 0]


if find_spec("keras_rs"):

    def test_what_keras_rs_does():
        """Sums over the pairs by the number of documents; ListMLE with one maximum; exponential gains."""
        import keras_rs

        scores = np.array([[2.0, 1.5, 1.0, 0.25], [1.0, 2.0, 3.0, 4.0]])
        levels = np.array([[2.0, 0, 1, 0], [0.0, 0, 0, 1]])
        names = [(keras_rs.losses.PairwiseHingeLoss, pairwise_hinge)]
        names += [(keras_rs.losses.PairwiseLogisticLoss, ranknet)]
        for theirs, ours in names:
            total = np.sum(ours(scores, levels, reduction="none") * [5, 3])
            assert float(theirs()(levels, scores)) == pytest.approx(total / 8, rel=1e-5)
            some = {"labels": levels, "mask": np.array([[True] * 4, [False] * 4])}
            total = float(ours(scores[:1], levels[:1])) * 5
            assert float(theirs()(some, scores)) == pytest.approx(total / 8, rel=1e-5)
        mle = keras_rs.losses.ListMLELoss()
        gap = mle(np.array([[2.0, 1, 0]]), np.array([[60.0, 0, 0.5]]))
        assert float(gap) == pytest.approx(73.4, abs=0.05)
        tied = [float(mle(np.array([[1.0, 1, 0]]), np.array([x]))) for x in ([1.0, 0, 0], [0, 1.0, 0])]
        assert abs(tied[0] - tied[1]) > 0.1  # by the order in the file
        metric = keras_rs.metrics.NDCG()
        metric.update_state(np.array([[2.0, 1, 0]]), np.array([[1.4, 1.5, 0.0]]))
        assert float(metric.result()) == pytest.approx(0.797, abs=5e-4)


if find_spec("optax"):

    def test_optax_takes_the_relevances_for_shares():
        import optax

        scores, levels = np.array([[2.0, 1.5, 1.0]]), np.array([[2.0, 0, 1]])
        expected = -np.sum(levels * (scores - np.log(np.exp(scores).sum())))
        assert float(optax.losses.ranking_softmax_loss(scores, levels)) == pytest.approx(expected, rel=1e-5)


if find_spec("xgboost"):

    def test_xgboost_counts_an_empty_query_as_1_and_ranks_with_lambdas():
        import xgboost

        assert xgboost.XGBRanker().objective == "rank:ndcg"
        x, levels = np.arange(20.0)[:, None], np.array([1, 0] * 5 + [0] * 10)
        matrix = xgboost.DMatrix(x, levels)
        matrix.set_group([10, 10])
        model = xgboost.train({"objective": "rank:ndcg", "eval_metric": ["ndcg@10", "ndcg@10-"]}, matrix, 1)
        with_1, with_0 = (float(x.split(":")[-1]) for x in model.eval(matrix).split("\t")[1:])
        assert with_1 - with_0 == pytest.approx(0.5, abs=1e-5)


if find_spec("lightgbm"):

    def test_lightgbm_counts_an_empty_query_as_1():
        import lightgbm

        x, levels = np.arange(20.0)[:, None], np.array([1] * 5 + [0] * 15)
        data, found = lightgbm.Dataset(x, levels, group=[10, 10]), {}
        options = {"objective": "lambdarank", "metric": "ndcg", "eval_at": [10], "min_data_in_leaf": 1}
        record = [lightgbm.record_evaluation(found)]
        lightgbm.train(options | {"verbose": -1}, data, 3, valid_sets=[data], callbacks=record)
        assert found["training"]["ndcg@10"][-1] == pytest.approx(1)


@given(query=queries(), k=st.sampled_from([None, 1, 2, 10]))
@settings(max_examples=60, deadline=None)
def test_ndcg_with_a_mask_is_that_of_the_shorter_list(query, k):
    scores, relevance, mask = query
    spoiled = [np.where(mask, x, np.nan) for x in (scores, relevance)]
    got = ndcg(*spoiled, k=k, mask=mask)
    for i, some in enumerate(mask):
        if not some.any():
            assert np.isnan(got[i])
            continue
        expected = ndcg(scores[i, some][None], relevance[i, some][None], k=k)[0]
        assert got[i] == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_ndcg_by_hand():
    relevance = np.array([[2, 1, 0]])
    assert ndcg(np.array([[3.0, 2, 1]]), relevance).tolist() == [1.0]
    upside_down = ndcg(np.array([[1.0, 2, 3]]), relevance)
    assert float(upside_down[0]) == pytest.approx((1 / math.log2(3) + 3 / 2) / (3 + 1 / math.log2(3)))
    all_equal = ndcg(np.zeros((1, 3)), relevance)  # the mean over the six orders
    orders = [ndcg(np.array([p], dtype=float), relevance)[0] for p in itertools.permutations(range(3))]
    assert float(all_equal[0]) == pytest.approx(np.mean(orders))


def test_ndcg_does_not_overflow_and_keeps_kind():
    scores = np.array([[1.0, 2.0, 3.0]])
    assert float(ndcg(scores, np.array([[0.0, 5000, 4999]]))[0]) == pytest.approx(
        (0.5 + 1 / math.log2(3)) / (1 + 0.5 / math.log2(3))
    )
    assert ndcg(scores.astype(np.float16), np.array([[1, 0, 2]])).dtype == np.float16
    tensor = ndcg(torch.tensor(scores, dtype=torch.float32, requires_grad=True), torch.tensor([[1, 0, 2]]))
    assert tensor.dtype == torch.float32 and not tensor.requires_grad
    assert ndcg(scores[0], np.array([1, 0, 2])).shape == ()
    assert np.isnan(ndcg(np.array([[1.0, np.nan, 0]]), np.array([[1, 0, 2]])))[0]


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"k": 0}, ValueError, "k must be at least 1, got 0"),
        ({"k": 2.0}, TypeError, "k must be a whole number, got float"),
        ({"k": True}, TypeError, "k must be a whole number, got bool"),
        ({"gain": "log"}, ValueError, "gain must be .* got 'log'"),
    ],
)
def test_bad_arguments_of_ndcg_are_named(keywords, error, message):
    with pytest.raises(error, match=message):
        ndcg(np.zeros((1, 2)), np.ones((1, 2)), **keywords)


def test_bad_arrays_of_ndcg_are_named():
    for scores, relevance, error, message in [
        (np.zeros((1, 2)), np.zeros((1, 3)), ValueError, "nothing is broadcast"),
        (np.zeros((1, 2)), -np.ones((1, 2)), ValueError, "relevance must be finite and at least 0"),
        (np.zeros((1, 2), dtype=int), np.ones((1, 2)), TypeError, "scores must be floating point"),
        (np.zeros((1, 2)), torch.ones((1, 2)), TypeError, "of one library"),
    ]:
        with pytest.raises(error, match=message):
            ndcg(scores, relevance)


# The numbers of the chapter


@pytest.mark.parametrize(
    ("scores", "error", "value"),
    [
        ((1.5, 0.8, 0.3), 0.127, 1),
        ((1.9, 1.1, 0.1), 0.010, 1),
        ((1.0, 0.9, 1.1), 0.740, 0.659),
        ((1.8, 1.2, 0.3), 0.057, 1),
        ((0.9, 0.5, 0.1), 0.490, 1),
        ((1.1, 0.9, 1.8), 1.353, 0.659),
        ((1.4, 1.5, 0.0), 0.203, 0.797),
        ((3.0, 2.0, 1.0), 1.0, 1),
        ((1.0, 2.0, 3.0), 11 / 3, 0.587),
    ],
)
def test_the_predictions_of_the_problem(scores, error, value):
    """Without the library: squares, gains, and logarithms."""
    truth = (2, 1, 0)
    assert sum((s - t) ** 2 for s, t in zip(scores, truth, strict=True)) / 3 == pytest.approx(error, abs=5e-4)
    order = [t for _, t in sorted(zip(scores, truth, strict=True), reverse=True)]
    dcg = sum((2**t - 1) / math.log2(1 + k) for k, t in enumerate(order, 1))
    assert dcg / (3 + 1 / math.log2(3)) == pytest.approx(value, abs=5e-4)
    assert float(ndcg(np.array(scores), np.array(truth))) == pytest.approx(value, abs=5e-4)


def test_a_lower_squared_error_with_a_worse_order():
    """One pair of predictions, and the least-squares line of two queries."""
    truth = np.array([2.0, 1.0, 0.0])
    near, right = np.array([1.4, 1.5, 0.0]), np.array([0.9, 0.5, 0.1])
    assert np.mean((near - truth) ** 2) < np.mean((right - truth) ** 2) / 2
    assert ndcg(near, truth) < ndcg(right, truth)
    upside = np.array([1.0, 0.9, 1.1])  # the fourth row of the table: worse in both
    assert np.mean((near - truth) ** 2) < np.mean((upside - truth) ** 2)
    assert ndcg(near, truth) > ndcg(upside, truth)
    x, r = np.array([[0.0, 1], [4, 5]]), np.array([[2.0, 3], [0, 1]])
    slope, start = np.polyfit(x.ravel(), r.ravel(), 1)
    assert slope == pytest.approx(-7 / 17)
    assert (ndcg(slope * x + start, r) < 1).all() and (ndcg(x, r) == 1).all()
    x, r = np.array([[0.0, 0], [1, 0], [0, 1], [4, 4]]), np.array([3.0, 2, 1, 0])
    weights = np.linalg.lstsq(x - x.mean(axis=0), r - r.mean())[0]
    assert weights == pytest.approx([0.21, -0.79], abs=5e-3)
    assert np.argsort(-x @ weights).tolist() == [1, 0, 2, 3]
    assert np.argsort(-x @ [-1, -2]).tolist() == [0, 1, 2, 3]


def test_the_worst_list_for_the_bound_of_the_regret():
    """No order is further from the best one than its reverse: the share of the bound that can be reached."""
    discount = 1 / np.log2(2 + np.arange(10))
    apart = np.linalg.norm(discount - discount[::-1])
    drawn = [np.linalg.norm(discount - np.random.default_rng(s).permutation(discount)) for s in range(200)]
    assert max(drawn) < apart
    assert apart / math.sqrt(2 * np.sum(discount**2)) == pytest.approx(0.51, abs=5e-3)


def test_small_numbers_of_the_chapter():
    def sigma(d):
        return 1 / (1 + math.exp(-d))

    assert sigma(-10) == pytest.approx(0.00005, abs=5e-6) and sigma(10) == pytest.approx(0.99995, abs=5e-6)
    assert 1 / math.log2(3) == pytest.approx(0.631, abs=5e-4) and 1 / math.log2(4) == 0.5
    assert 1 - 1 / math.log2(101) == pytest.approx(0.850, abs=5e-4)
    assert 1 / math.log2(100) - 1 / math.log2(101) == pytest.approx(0.0003, abs=5e-5)
    assert (7 * 0.5 + 1 / math.log2(3)) / (7 + 1 / math.log2(3)) == pytest.approx(0.541, abs=5e-4)
    assert 10 * 9 / 2 == 45 and 100 * 99 / 2 == 4950 and 0.25 * (2**3 - 1) == 1.75
    scores, relevance = np.linspace(2, -2, 20)[None], np.isin(np.arange(20), [3, 15])[None] * 3
    push = ranknet.grad(scores, relevance)[0]
    assert push[0] / push[19] == pytest.approx(5, abs=0.5)  # "about five times as much"
    push = lambdarank.grad(scores, relevance)[0]
    assert push[:3].sum() > 0.6 * push[push > 0].sum()  # "most of the push on the first places"
