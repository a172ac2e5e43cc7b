"""Figures that answer: the numbers they show are those of `lossutils`, wherever their handles are dragged."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog, minimize
from scipy.stats import norm
from sklearn.svm import SVC
from test_site import DESKTOP, PHONE, SITE

import lossutils
from lossutils.practice.classification import expected_calibration_error

ROOT = Path(__file__).parents[1]
PAGES = {
    f"{page.stem}-{name}": page.stem
    for page in sorted((ROOT / "book").glob("*.md"))
    for name in re.findall(rf"^`{{3,}}\{{explore\}} {page.stem}\.(\w+)", page.read_text("utf-8"), re.M)
}


def constant(loss, prices, **options):
    """The best constant, by trying: a ten-thousandth apart, for prices in hundreds."""
    tried = np.unique(np.concatenate([np.arange(100, 1001, 0.25), prices]))
    errors = loss(
        np.repeat(tried[:, None], len(prices), 1).ravel(),
        np.tile(prices, len(tried)).astype(float),
        reduction="none",
        **options,
    ).reshape(len(tried), len(prices))
    sums = errors.sum(axis=1)
    return tried[np.flatnonzero(sums <= sums.min() * (1 + 1e-12))].mean()


def street(state):
    prices = np.array([120, 140, 150, 165, 180, 200, 230, 280, state["price"]])
    return {
        "mse": constant(lossutils.mse, prices),
        "mae": constant(lossutils.mae, prices),
        "huber": constant(lossutils.huber, prices, delta=50.0),
        "quantile": constant(lossutils.quantile, prices, q=0.9),
    }, 0.26


def softmax(state):
    z = np.array([[state["a"], state["b"], state["c"]]], dtype=float)
    p = lossutils.softmax(z)
    inputs = p if state["twice"] else z
    return {
        "p": lossutils.softmax(inputs)[0],
        "pull": lossutils.cross_entropy.grad(inputs, np.array([0]))[0],
    }, 1e-9


def triplet(state):
    anchor, positive, negative = (
        np.array([point], dtype=float) for point in ([0.0, 0.0], [0.6, 0.8], state["negative"])
    )
    far = np.linalg.norm(negative)
    if state["squared"]:
        loss = max(0, 1 - far**2 + 0.5)
        return {"near": 1, "far": far**2, "loss": loss, "push": 2 * far * (loss > 0)}, 1e-9
    slope = lossutils.triplet.grad(anchor, positive, negative, margin=0.5)[2]
    loss = lossutils.triplet(anchor, positive, negative, margin=0.5)
    return {"near": 1, "far": far, "loss": loss, "push": np.linalg.norm(slope)}, 1e-9


def temperature(state):
    angles = np.array([40, state["angle"], 130, 200, 250, 290])
    logits = np.cos(np.radians(angles))[None] / state["tau"]
    p = lossutils.softmax(logits)[0]
    loss = lossutils.cross_entropy(logits, np.array([0]))
    return {"loss": loss, "push": p[1:] / p[1:].sum()}, 1e-9


def hills(state):
    share, odds = state["share"], state["share"] / (1 - state["share"]) * np.exp(-state["lower"])
    line = 1 - np.log(odds) / 2  # where share · N(s; 2) · weight is (1 - share) · N(s; 0)
    assert np.isclose(odds * norm.pdf(line, 2), norm.pdf(line))
    recall, alarms = norm.sf(line, 2), norm.sf(line)
    return {
        "line": line,
        "recall": recall,
        "alarms": alarms,
        "accuracy": share * recall + (1 - share) * (1 - alarms),
        "precision": share * recall / (share * recall + (1 - share) * alarms),
        "cost": state["miss"] * share * (1 - recall) + (1 - share) * alarms,
    }, 1e-9


def balls(state):
    places = {}
    for name in ("cross", "squared"):
        z = np.array([float(state["from"])])
        for _ in range(state["steps"]):
            p = lossutils.sigmoid(z)
            slopes = {
                "cross": lossutils.bce_with_logits.grad(z, np.ones(1)),
                "squared": lossutils.mse.grad(p, np.ones(1)) * p * (1 - p),
            }
            z = z - slopes[name]
        places[name] = z[0]
    return places, 1e-9


def floor(state):
    target = np.array([[0.7, 0.2, 0.1]])
    answer = np.array([[state["u"], state["v"] - state["u"], 1 - state["v"]]])
    of, by = (answer, target) if state["swapped"] else (target, answer)
    return {"entropy": lossutils.cce(of, of), "kl": lossutils.kl_divergence(by, of)}, 1e-9


def glued(name):
    """What the notebook of the chapter on classification has stored under this name."""
    cells = json.loads((ROOT / "notebooks/classification.ipynb").read_text("utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    (found,) = [one for one in outputs if one.get("metadata", {}).get("scrapbook", {}).get("name") == name]
    return found["data"]["application/papermill.record/text/plain"].strip("'")


def reliability(state):
    counts = [np.array(glued(f"late-{genre}").split(), dtype=int) for genre in ("comedies", "dramas")]
    middle = (int(glued("late-lowest")) + np.arange(len(counts[0])) + 0.5) / 2
    z = np.concatenate([np.repeat(middle, count) for count in counts])
    drama = np.repeat([0.0, 1.0], [count.sum() for count in counts])
    assert len(z) == 10_000
    p = lossutils.sigmoid(z / 10 ** state["t"])
    place = np.digitize(p, np.arange(1, 10) / 10)
    points = [[p[place == k].mean(), drama[place == k].mean()] for k in np.unique(place)]
    return {
        "loss": lossutils.bce_with_logits(z / 10 ** state["t"], drama),
        "accuracy": np.mean((p > 0.5) == drama),
        "ece": expected_calibration_error.solution(p, drama),
        "points": points,
    }, 1e-9


def focal(state):
    counts = np.array([99_100 - state["objects"], 900, state["objects"]])
    p, y = np.array([0.99, 0.6, 0.1]), np.array([0.0, 0.0, 1.0])
    z = np.log(p / (1 - p)) * (2 * y - 1)
    options = {"gamma": state["gamma"], "alpha": 0.25 if state["weight"] == "alpha" else None}
    weight = np.where(y == 1, counts[:2].sum() / counts[2], 1) if state["weight"] == "balanced" else None
    losses = counts * lossutils.focal(z, y, weight=weight, reduction="none", **options)
    return dict(zip(["easy", "other", "objects"], losses / losses.sum(), strict=True)), 1e-9


def order(state):
    scores, relevance = np.array([[state["a"], state["b"], state["c"]]], dtype=float), np.array([[2, 1, 0]])
    return {
        "error": lossutils.mse(scores, relevance.astype(float)),
        "ndcg": lossutils.ndcg(scores, relevance)[0],
    }, 1e-9


def pulls(state):
    error, zero = np.array([float(state["e"])]), np.zeros(1)
    losses = {
        "mse": (lossutils.mse, 0.5, {}),
        "mae": (lossutils.mae, 1, {}),
        "huber": (lossutils.huber, 1, {"delta": state["delta"]}),
        "quantile": (lossutils.quantile, 1, {"q": state["q"]}),
    }
    return {
        name: [factor * loss.grad(error, zero, **options)[0], factor * loss(error, zero, **options)]
        for name, (loss, factor, options) in losses.items()
    }, 1e-9


def lines(state):
    """Least squares by numpy, absolute errors by a linear program, Huber by descent on the library's loss."""
    x = np.array([92, 104, 117, 128, 139, 153, 168, 187, state["house"][0]], dtype=float)
    y = np.array([118, 121, 146, 139, 167, 158, 189, 203, state["house"][1]], dtype=float)
    slope, intercept = np.polyfit(x, y, 1)
    ones, eye = np.ones(9), np.eye(9)
    program = linprog(  # y = intercept + slope x + above − below
        np.r_[0, 0, ones, ones],
        A_eq=np.c_[ones, x, eye, -eye],
        b_eq=y,
        bounds=[(None, None)] * 2 + [(0, None)] * 18,
    )
    middle, unit = x.mean(), x.std()
    z = (x - middle) / unit

    def huber(line):
        pulls = lossutils.huber.grad(line[0] + line[1] * z, y, delta=50.0)
        return lossutils.huber(line[0] + line[1] * z, y, delta=50.0), [pulls.sum(), pulls @ z]

    fit = minimize(huber, [np.median(y), 0], jac=True, method="BFGS", options={"gtol": 1e-9})
    assert np.abs(huber(fit.x)[1]).max() < 1e-6
    return {
        "mse": [intercept, slope],
        "mae": program.x[:2],
        "huber": [fit.x[0] - fit.x[1] * middle / unit, fit.x[1] / unit],
    }, 1e-5


POSITIVE = [(2, 6), (6, 3), (4, 6), (6.5, 5), (7.5, 3.5), (7, 6)]
NEGATIVE = [(2, 1), (0.7, 1.1), (1, 0.4), (2.6, 0.2), (0.4, 2), (3.4, -0.5)]


def vectors(state, keep=None):
    """The machine of all points, even where the figure trains only on those that hold it."""
    x, y = np.array([*POSITIVE, state["a"], *NEGATIVE, state["b"]]), np.repeat([1, -1], 7)
    keep = np.full(14, True) if keep is None else keep
    machine = SVC(kernel="linear", C=10 ** state["c"], tol=1e-10).fit(x[keep], y[keep])
    (w,), b = machine.coef_, machine.intercept_[0]
    used = np.abs(machine.dual_coef_).sum(axis=0) > 1e-7 * 10 ** state["c"]
    return {"w": w, "b": b, "wide": 2 / np.linalg.norm(w), "among": used.sum()}, 1e-4  # SVC counts in float32


EXPECTED = {
    "ranking-order": order,
    "imbalance-focal": focal,
    "classification-floor": floor,
    "classification-reliability": reliability,
    "classification-balls": balls,
    "margin-vectors": vectors,
    "regression-street": street,
    "regression-pull": pulls,
    "regression-line": lines,
    "classification-softmax": softmax,
    "metric_learning-triplet": triplet,
    "metric_learning-temperature": temperature,
    "imbalance-hills": hills,
}


def compare(box, name):
    state, numbers = (json.loads(box.get_attribute(f"data-{what}")) for what in ("state", "numbers"))
    expected, tolerance = EXPECTED[name](state)
    assert set(numbers) == set(expected)
    for key, value in expected.items():
        assert np.allclose(numbers[key], value, rtol=1e-9, atol=tolerance), (name, key, state)
    return state


@pytest.fixture
def figure(browser):
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")

    def show(name, viewport=DESKTOP):
        tab = context.new_page()
        tab.set_viewport_size(viewport)
        tab.goto((SITE / f"book/{PAGES[name]}.html").as_uri())
        box = tab.locator(f"#explore-{name}")
        box.scroll_into_view_if_needed()
        return tab, box

    yield show
    context.close()


def test_every_figure_is_compared():
    assert set(PAGES) == set(EXPECTED)


@pytest.mark.parametrize("name", PAGES)
def test_the_numbers_are_those_of_the_library(name, figure):
    tab, box = figure(name)
    handles = box.get_by_role("slider")
    before = compare(box, name)
    handles.first.focus()
    tab.keyboard.press("End")
    assert compare(box, name) == before, "a handle moves before the reader has said something"
    box.locator(".explore-ask button").first.click()
    tab.wait_for_timeout(200)
    compare(box, name)
    for switch in [None, *box.locator(".explore-row button").all()]:
        if switch:
            switch.click()
        for handle in handles.all():
            handle.focus()
            places = set()
            for key in [
                "Home",
                *["PageUp"] * 4,
                "ArrowLeft",
                "End",
                *["ArrowDown"] * 3,
                "PageDown",
                "ArrowRight",
            ]:
                tab.keyboard.press(key)
                places.add(json.dumps(compare(box, name)))
            assert len(places) >= 5
            assert handle.get_attribute("aria-valuetext")


@pytest.mark.parametrize("name", PAGES)
def test_a_handle_can_be_dragged_and_the_place_linked(name, figure):
    tab, box = figure(name, PHONE)
    box.locator(".explore-ask button").first.click()
    tab.wait_for_timeout(200)
    handle = box.get_by_role("slider").first
    handle.scroll_into_view_if_needed()
    before, frame = compare(box, name), handle.bounding_box()
    assert frame["width"] >= 44 and frame["height"] >= 44
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x - 60, y + 40, steps=5)
    if compare(box, name) == before:  # it stands at the left end
        tab.mouse.move(x + 60, y + 40, steps=5)
    tab.mouse.up()
    after = compare(box, name)
    assert after != before
    tab.wait_for_timeout(500)
    address = tab.url
    tab.goto("about:blank")
    tab.goto(address)
    assert compare(box, name) == after
    assert tab.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", PAGES)
def test_the_guess_stays_and_there_is_a_picture_without_a_script(name, figure, browser):
    tab, box = figure(name)
    box.locator(".explore-ask button").nth(1).click()
    said = box.locator(".explore-result").inner_text()
    assert said.startswith("You said: ")
    tab.reload()
    assert box.locator(".explore-result").text_content() == said
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto((SITE / f"book/{PAGES[name]}.html").as_uri())
    svg = tab.locator(f"#explore-{name} svg")
    assert len(svg.get_attribute("aria-label")) > 40 and svg.locator("text").count() >= 3


def test_what_the_questions_on_pull_and_line_say():
    pull = {e: pulls({"e": e, "delta": 1.0, "q": 0.9})[0]["huber"][1] for e in (2, 4)}
    assert pull == {2: 1.5, 4: 3.5}
    right, price, area = (lines({"house": house})[0] for house in ([205, 225], [205, 480], [480, 225]))
    assert np.allclose(price["mae"], right["mae"]), "MAE has noticed the price"
    intercept, slope = area["mae"]
    assert np.isclose(intercept + 480 * slope, 225), "MAE has not gone through the point with the wrong area"
    assert slope < area["mse"][1] < right["mae"][1] / 3


def test_what_the_question_on_support_vectors_says():
    state = {"a": [1, 4], "b": [3.5, 4], "c": 0}
    x, y = np.array([*POSITIVE, state["a"], *NEGATIVE, state["b"]]), np.repeat([1, -1], 7)
    all_points = vectors(state)[0]
    margins = y * (x @ all_points["w"] + all_points["b"])
    on, wrong, beyond = np.isclose(margins, 1), margins < 0, margins > 1 + 1e-6
    inside = ~(on | wrong | beyond)
    assert [kind.sum() for kind in (on, inside, wrong, beyond)] == [2, 1, 1, 10]

    def turned(keep):
        u, v = (one["w"] / np.linalg.norm(one["w"]) for one in (all_points, vectors(state, keep)[0]))
        return np.degrees(np.arccos(min(1, u @ v)))

    assert turned(~beyond) < 0.01
    assert (round(turned(on)), round(turned(~wrong))) == (51, 12)


@pytest.mark.parametrize("name", PAGES)
def test_every_handle_follows_the_mouse(name, figure):
    tab, box = figure(name)
    box.locator(".explore-ask button").first.click()
    tab.wait_for_timeout(200)
    svg = box.locator("svg")
    for handle in box.get_by_role("slider").all():
        svg.scroll_into_view_if_needed()
        frame, start, places = svg.bounding_box(), handle.bounding_box(), set()
        tab.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        tab.mouse.down()
        for part in (0.05, 0.3, 0.38, 0.5, 0.7, 0.95):
            tab.mouse.move(frame["x"] + part * frame["width"], frame["y"] + part * frame["height"])
            places.add(json.dumps(compare(box, name)))
        tab.mouse.up()
        assert len(places) >= 2, handle.get_attribute("aria-label")
