"""The mock interview, the first page of the room, and the page of one's own progress."""

import itertools
import json
import random
from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest
from test_bank import bank
from test_site import DESKTOP, PHONE, SITE, settle, violations, watch

import lossutils

KEY = "loss-functions/1"
DAY = 86_400_000
EMPTY = {"cards": {}, "log": [], "plan": {}, "self": {}}
# A microphone that hums, and counts how many of its tracks still run.
MICROPHONE = """void (navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext(), out = context.createMediaStreamDestination();
    const tone = context.createOscillator();
    tone.connect(out);
    tone.start();
    globalThis.stream = out.stream;
    return out.stream;
})"""


@pytest.fixture
def visit(browser):
    """Opens a page of the room from a file, with what the browser has kept."""
    contexts = []

    def visit(page, viewport=PHONE, dark=False, store=EMPTY):
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        contexts.append(context)
        tab = context.new_page()
        tab.goto((SITE / f"book/{page}.html").as_uri())
        for _ in range(5):  # the first writes of a new context are lost now and then, whatever the page
            tab.evaluate("([key, store]) => localStorage.setItem(key, JSON.stringify(store))", [KEY, store])
            leave(tab)
            if kept(tab) == store:
                break
        return tab

    yield visit
    for context in contexts:
        context.close()


def kept(tab):
    return json.loads(tab.evaluate(f"localStorage.getItem('{KEY}')") or "null")


def leave(tab, page=None):
    """Load the page again, or another; not at once, since storage is written in the background."""
    tab.wait_for_timeout(300)
    if page:
        tab.goto((SITE / f"book/{page}.html").as_uri())
    else:
        tab.reload()


def begin(tab, minutes=5):
    tab.get_by_role("button", name=f"{minutes} minutes", exact=True).click()
    tab.locator(".asked").wait_for()
    name = tab.locator(".asked").get_attribute("data-question")
    return next(question for question in bank.questions() if question["id"] == name)


def cards_of(question):
    return {point["id"]: f"{question['id']}-{point['id']}" for point in question["points"] if "card" in point}


# --- Mock -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "flags", "verdict"),
    [
        ("MMmm", 0, "strong"),  # capitals are musts; a dot is not said
        ("MMm.", 0, "strong"),
        ("MMm..", 0, "fair"),
        ("MM..", 0, "fair"),
        ("MMmm", 1, "fair"),
        ("M.mm", 0, "fair"),
        ("M.mm", 1, "fair"),
        ("..mm", 0, "weak"),
        ("M...", 2, "fair"),
        ("MM", 0, "strong"),
        ("....", 0, "weak"),
        (".", 0, "weak"),
    ],
)
def test_the_verdict_follows_the_rule(visit, said, flags, verdict):
    musts = [place < 2 for place in range(len(said))]
    given = [one != "." for one in said]
    assert visit("mock").evaluate("([a, b, c]) => room.verdict(a, b, c)", [musts, given, flags]) == verdict


def test_a_mock_by_keyboard_alone(visit):
    tab = visit("mock", DESKTOP)
    tab.get_by_role("button", name="5 minutes", exact=True).focus()
    tab.keyboard.press("Enter")
    tab.locator(".asked").wait_for()
    name = tab.locator(".asked").get_attribute("data-question")
    question = next(one for one in bank.questions() if one["id"] == name)
    assert "4:5" in tab.get_by_role("timer").inner_text()
    for count in range(1, len(question.get("hints", ())) + 1):
        tab.keyboard.press("h")
        assert tab.locator(".hints > li").count() == count
    tab.get_by_label("Notes, if you like").focus()
    tab.keyboard.type("has no veto")  # letters of the buttons
    assert tab.get_by_label("Notes, if you like").input_value() == "has no veto"
    tab.keyboard.press("Tab")
    tab.keyboard.press("s")
    musts = [bool(point.get("must")) for point in question["points"]]
    points = tab.locator(".checklist li:not(.flag)")
    assert ["must" in (points.nth(n).get_attribute("class") or "") for n in range(len(musts))] == musts
    points.nth(musts.index(True)).locator("input").focus()
    tab.keyboard.press("Space")
    tab.keyboard.press("v")
    status = tab.locator(".told [role=status]")
    missing = status.locator(".points > li")
    assert missing.count() == len(musts) - 1
    listed = [missing.nth(n).get_attribute("class") == "must" for n in range(missing.count())]
    assert listed == sorted(listed, reverse=True)  # what has to be in it comes first
    expected = "Fair." if sum(musts) <= 2 else "Weak."
    assert status.locator(".result").inner_text() == expected
    tab.keyboard.press("e")
    assert tab.get_by_role("heading", name="5 minutes, 1 answer").is_visible()
    summary = tab.locator(".stage").inner_text()
    assert expected[:-1].lower() in summary and "has no veto" in summary
    assert f"{len(musts) - 1} point" in summary


def test_what_was_missed_is_due_and_the_question_too(visit):
    tab = visit("mock")
    now = tab.evaluate("Date.now()")
    question = begin(tab)
    cards = cards_of(question)
    tab.evaluate("([key, store]) => localStorage.setItem(key, JSON.stringify(store))", [KEY, EMPTY])
    known = next(iter(cards.values()))  # a card that would come back in a month
    later = {**EMPTY, "cards": {known: [30, 5, now - DAY, now + 30 * DAY, 3, 0, 1]}}
    tab.evaluate("([key, store]) => localStorage.setItem(key, JSON.stringify(store))", [KEY, later])
    tab.get_by_role("button", name="Show the answer").click()
    tab.get_by_role("button", name="Verdict").click()
    tab.locator(".result.weak").wait_for()
    store = kept(tab)
    say = f"say-{question['id']}"
    assert set(store["cards"]) == {*cards.values(), say}
    assert all(state[3] <= tab.evaluate("Date.now()") for state in store["cards"].values())
    assert store["cards"][known][:3] == [30, 5, now - DAY] and store["cards"][known][4] == 3
    assert [entry[0:1] + entry[2:4] for entry in store["log"]] == [[say, 1, None]]
    first = tab.evaluate("room.memory.queue(room.store.read())")[: len(store["cards"])]
    assert set(first) == set(store["cards"])
    tab.get_by_role("button", name="End the mock").click()
    tab.get_by_role("link", name="Review", exact=True).last.click()
    tab.locator(".asked").wait_for()
    assert tab.locator(".asked").get_attribute("data-card") in store["cards"]


def test_a_strong_answer_makes_nothing_due(visit):
    tab = visit("mock")
    question = begin(tab)
    tab.get_by_role("button", name="Show the answer").click()
    for box in tab.locator(".checklist li:not(.flag) input").all():
        box.check()
    tab.get_by_role("button", name="Verdict").click()
    tab.locator(".result.strong").wait_for()
    store = kept(tab)
    assert set(store["cards"]) == {f"say-{question['id']}"}
    assert store["cards"][f"say-{question['id']}"][3] > tab.evaluate("Date.now()") + DAY
    assert store["log"][0][2] == 3


def test_what_a_chapter_has_asked_stays_due_when_review_settles_it(visit):
    question = next(one for one in bank.questions() if one["level"] == "medium" and cards_of(one))
    card = next(iter(cards_of(question).values()))
    time = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
    log = [[card, time, 4, 90, 900], [f"say-{question['id']}", time + 1, 1, None, 900]]
    tab = visit("mock", store={**EMPTY, "cards": {card: [0, 0, 0, time, 0, 0, 1]}, "log": log})
    assert begin(tab) == question  # failed, so it comes first
    tab.get_by_role("button", name="Show the answer").click()
    tab.get_by_role("button", name="Verdict").click()
    before = kept(tab)["cards"][card]
    assert before[4] == 1 and before[3] <= tab.evaluate("Date.now()")
    leave(tab, "review")
    tab.locator(".asked").wait_for()
    assert kept(tab)["cards"][card] == before


DRAWN = """([questions, store, count, role]) => {
    const asked = [];
    for (let n = 0; n < count; n++) asked.push(room.draw(questions, asked, store, role));
    return asked.map((one) => one?.id ?? null);
}"""


def question(name, level="medium", chapter="a", roles=("ds", "mle", "research")):
    return {"id": name, "level": level, "chapter": chapter, "roles": list(roles)}


def test_the_weakest_questions_come_first(visit):
    tab = visit("mock")
    now = tab.evaluate("Date.now()")
    cards = {
        f"say-{name}": [stability, 5, now - 10 * DAY, now, 2, 0, 1]
        for name, stability in [("solid", 300), ("fading", 10), ("lost", 2), ("failed", 300)]
    }
    store = {
        **EMPTY,
        "cards": cards,
        "log": [["say-failed", now - DAY, 3, None, 1], ["say-failed", now, 1, None, 1]],
    }
    questions = [question(name) for name in ("solid", "new", "lost", "failed", "fading")]
    found = tab.evaluate(DRAWN, [questions, store, 6, ""])
    assert found == ["failed", "new", "lost", "fading", "solid", None]


def test_questions_are_drawn_by_role_level_and_chapter(visit):
    tab = visit("mock")
    questions = [
        question(f"{level}-{chapter}-{n}", level, chapter, ["mle"] if n else ["ds", "mle"])
        for level in ("easy", "medium", "hard")
        for chapter in "abc"
        for n in range(4)
    ]
    found = tab.evaluate(DRAWN, [questions, EMPTY, 16, "mle"])
    levels = [name.split("-")[0] for name in found]
    assert [levels.count(level) for level in ("easy", "medium", "hard")] == [4, 8, 4]
    assert set(levels[:4]) == {"easy", "medium", "hard"}
    assert all(a.split("-")[1] != b.split("-")[1] for a, b in itertools.pairwise(found))
    only = tab.evaluate(DRAWN, [questions, EMPTY, 10, "ds"])
    assert only[9] is None and all(name.endswith("-0") for name in only[:9])


def test_the_clock_ends_the_mock(visit):
    tab = visit("mock")
    tab.clock.install()
    leave(tab)
    begin(tab)
    tab.clock.run_for(61_000)
    assert tab.get_by_role("timer").inner_text().startswith("3:5")
    assert "this answer 1:0" in tab.get_by_role("timer").inner_text()
    tab.clock.run_for(300_000)
    assert tab.get_by_role("timer").inner_text().startswith("time is up: this is the last question")
    tab.get_by_role("button", name="Show the answer").click()
    tab.get_by_role("button", name="Verdict").click()
    tab.get_by_role("button", name="To the summary").click()
    assert tab.get_by_role("heading", name="5 minutes, 1 answer").is_visible()
    assert "6:01 of" in tab.locator(".stage").inner_text()


def test_the_sound_stays_in_the_page(visit):
    tab = visit("mock")
    seen = watch(tab, SITE.as_uri())
    tab.evaluate(MICROPHONE)
    tab.get_by_label("Record what I say, to hear it afterwards").check()
    begin(tab)
    tab.wait_for_timeout(300)
    tab.get_by_role("button", name="Show the answer").click()
    tab.locator("audio").wait_for()
    sound = tab.locator("audio")
    assert sound.get_attribute("src").startswith("blob:")
    tab.wait_for_function(
        "document.querySelector('audio').readyState > 0 && !document.querySelector('audio').error"
    )
    tab.get_by_role("button", name="End the mock").click()
    assert tab.evaluate("stream.getTracks().map((track) => track.readyState)") == ["ended"]
    sent = [url for url in seen["foreign"] if not url.startswith("blob:")]
    assert sent + seen["errors"] == []


def test_without_a_microphone_the_mock_goes_on(visit):
    tab = visit("mock")
    tab.evaluate("void (navigator.mediaDevices.getUserMedia = async () => { throw new Error('no'); })")
    tab.get_by_label("Record what I say, to hear it afterwards").check()
    begin(tab)
    assert tab.get_by_text("Nothing is recorded: there is no microphone").is_visible()
    tab.get_by_role("button", name="Show the answer").click()
    tab.locator(".checklist").first.wait_for()
    assert tab.locator("audio").count() == 0


# --- Start ----------------------------------------------------------------------------------------------

PLACE = """([cards, count, rights]) => {
    const answers = [];
    for (let n = 0; n < count; n++) {
        const one = room.place(cards, answers);
        if (!one) break;
        answers.push({...one, right: rights[n]});
    }
    return answers;
}"""
MANY = [
    {"id": f"{chapter}-{level}-{n}", "chapter": chapter, "level": level, "quick": False}
    for chapter in "abcdefghij"
    for level in ("easy", "medium", "hard")
    for n in range(3)
]
LEVELS = ["easy", "medium", "hard"]


@pytest.mark.parametrize("seed", range(5))
def test_the_next_question_depends_on_the_last_answers(visit, seed):
    tab = visit("interview")
    draw = random.Random(seed)
    rights = [draw.random() < 0.6 for _ in range(10)]
    answers = tab.evaluate(PLACE, [MANY, 10, rights])
    assert len({one["id"] for one in answers}) == 10
    level = 1
    for one in answers[:8]:
        assert LEVELS.index(one["level"]) == level
        level = min(2, max(0, level + (1 if one["right"] else -1)))
    assert len({one["chapter"] for one in answers[:8]}) == 8
    failed = {one["chapter"] for one in answers[:8] if not one["right"]}
    for one in answers[8:]:
        assert one["chapter"] in failed and one["level"] == "easy"


def test_who_knows_all_sees_ten_chapters_and_hard_questions(visit):
    answers = visit("interview").evaluate(PLACE, [MANY, 10, [True] * 10])
    assert [one["level"] for one in answers] == ["medium", *["hard"] * 9]
    assert len({one["chapter"] for one in answers}) == 10


def test_a_quick_question_is_asked_only_where_there_is_no_other(visit):
    cards = [{**card, "quick": card["chapter"] == "a" or card["id"].endswith("0")} for card in MANY]
    answers = visit("interview").evaluate(PLACE, [cards, 10, [True] * 10])
    assert all(one["quick"] == (one["chapter"] == "a") for one in answers)


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ([], "not asked"),
        ([("medium", True)], "solid"),
        ([("hard", True)], "solid"),
        ([("easy", True)], "in part"),
        ([("hard", False)], "in part"),
        ([("medium", False)], "to learn"),
        ([("medium", False), ("easy", True)], "in part"),
        ([("medium", False), ("easy", False)], "to learn"),
        ([("hard", False), ("easy", False)], "to learn"),
    ],
)
def test_answers_become_a_word(visit, answers, word):
    given = [{"level": level, "right": right} for level, right in answers]
    assert visit("interview").evaluate("(answers) => room.placed(answers)[0]", given) == word


def answer(tab, number):
    tab.wait_for_function(
        "(n) => document.querySelector('.start [role=timer]').textContent.startsWith(`Question ${n} `)",
        arg=number,
    )
    card = tab.locator(".asked")
    if card.get_by_label("Your answer, a number").count():
        card.get_by_label("Your answer, a number").fill("1")
        tab.keyboard.press("Enter")
        tab.keyboard.press("Enter")  # 90 % has the focus
    else:
        tab.keyboard.press("ab"[number % 2])
        tab.keyboard.press("3")
    card.locator(".grades button").first.wait_for()
    tab.keyboard.press("Enter")


def test_ten_questions_become_a_map(visit):
    tab = visit("interview")
    tab.get_by_label("Day of the interview").fill("2099-05-04")
    tab.get_by_label("Role").select_option("mle")
    assert "days left" in tab.locator(".start").inner_text()
    tab.get_by_role("button", name="Ten questions, eight minutes").press("Enter")
    for number in range(1, 11):
        answer(tab, number)
    tab.get_by_role("heading", name="Your map").wait_for()
    store = kept(tab)
    plan = store["plan"]
    assert plan["date"] == "2099-05-04" and plan["role"] == "mle"
    answers = plan["placed"]["answers"]
    assert len(answers) == 10 and all(one["sure"] == 90 for one in answers)
    assert len({one["chapter"] for one in answers}) >= 8
    assert [entry[0] for entry in store["log"]] == [one["id"] for one in answers]
    assert {entry[0] for entry in store["log"]} == set(store["cards"])
    assert [one["right"] for one in answers] == [entry[2] > 1 for entry in store["log"]]
    leave(tab)
    rows = tab.locator(".start .map > li")
    assert rows.count() == 10
    for row in rows.all():
        word = row.locator("b").inner_text()
        assert word in ("solid", "in part", "to learn", "not asked")
        assert (SITE / "book" / row.locator("a").get_attribute("href")).is_file()
    assert tab.get_by_label("Role").input_value() == "mle"
    assert tab.get_by_label("Day of the interview").input_value() == "2099-05-04"
    leave(tab, "mock")
    assert tab.get_by_label("Role").input_value() == "mle"


def test_the_ten_questions_end_with_the_clock_or_by_hand(visit):
    tab = visit("interview")
    tab.clock.install()
    leave(tab)
    tab.get_by_role("button", name="Ten questions, eight minutes").click()
    answer(tab, 1)
    tab.wait_for_function(
        "document.querySelector('.start [role=timer]').textContent.startsWith('Question 2 ')"
    )
    tab.clock.run_for(481_000)
    assert "time is up" in tab.locator(".start").get_by_role("timer").inner_text()
    answer(tab, 2)
    tab.get_by_role("heading", name="Your map").wait_for()
    assert len(kept(tab)["plan"]["placed"]["answers"]) == 2
    tab.get_by_role("button", name="Ten other questions").click()
    tab.get_by_role("button", name="Stop here").click()
    tab.get_by_role("heading", name="Your map").wait_for()
    assert len(kept(tab)["plan"]["placed"]["answers"]) == 2  # as before


def test_one_grades_oneself_before_and_after(visit):
    tab = visit("interview")
    tab.clock.install(time=datetime(2031, 3, 1, 12, tzinfo=UTC))
    leave(tab)
    groups = tab.locator("[role=radiogroup]")
    count = groups.count()
    assert count == 8
    for place in range(count):
        groups.nth(place).locator("input").nth(place % 5).focus()
        tab.keyboard.press("Space")
    grades = kept(tab)["self"]["before"]["grades"]
    assert list(grades.values()) == [1, 2, 3, 4, 5, 1, 2, 3] and len(grades) == count
    tab.clock.set_fixed_time(datetime(2031, 3, 22, 12, tzinfo=UTC))
    leave(tab)
    assert groups.nth(1).locator("input:checked").input_value() == "2"
    tab.get_by_role("button", name="Grade yourself again").click()
    assert tab.locator("[role=radiogroup] input:checked").count() == 0
    for place in range(count):
        groups.nth(place).locator("input").nth(3).check(force=True)
    leave(tab)
    assert "before 2, now 4" in groups.nth(1).inner_text()
    text = tab.get_by_text("Before: March 1, 2031. Now: March 22, 2031.")
    assert text.is_visible()
    assert kept(tab)["self"]["before"]["grades"] == grades
    names = groups.nth(0).locator("input").evaluate_all("(all) => all.map((one) => one.ariaLabel)")
    assert names[0] == "1, I cannot" and names[4] == "5, I can teach it"


# --- Progress -------------------------------------------------------------------------------------------


def log_of(seed, count=120):
    """Answers of somebody who is less often right than sure; some cards twice a day."""
    draw = random.Random(seed)
    start = datetime(2031, 3, 1, 8, tzinfo=UTC).timestamp() * 1000
    log = []
    for number in range(count):
        sure = draw.choice([50, 70, 90, 99])
        right = draw.random() < 0.45 + 0.4 * (sure - 50) / 50
        time = start + DAY * (number // 30) + 60_000 * (number % 30)
        grade = draw.choice([2, 3, 4]) if right else 1
        log.append([f"card-{draw.randrange(25)}", time, grade, draw.choice([sure, sure, sure, None]), 900])
    return log


def first_answers(log):
    seen, p, y = set(), [], []
    for name, time, grade, sure, _ in log:
        key = name, int(time // DAY)
        if key not in seen and sure is not None:
            p.append(sure / 100)
            y.append(float(grade > 1))
        seen.add(key)
    return np.array(p), np.array(y)


@pytest.mark.parametrize("seed", range(8))
def test_calibration_is_what_the_library_computes(visit, seed):
    log = log_of(seed)
    p, y = first_answers(log)
    assert 40 < len(p) < len(log)
    found = visit("progress").evaluate("(log) => room.calibration(log)", log)
    logit = np.log(p / (1 - p))

    def warm(t):
        return lossutils.bce(1 / (1 + np.exp(-logit / t)), y)

    assert found["count"] == len(p)
    assert found["logLoss"] == pytest.approx(lossutils.bce(p, y), rel=1e-9)
    assert found["brier"] == pytest.approx(lossutils.mse(p, y), rel=1e-9)
    best = minimize_scalar(
        lambda s: warm(np.exp(s)), bounds=(-5, 5), method="bounded", options={"xatol": 1e-8}
    )
    assert found["temperature"] == pytest.approx(np.exp(best.x), rel=1e-4)
    assert found["cooled"] == pytest.approx(best.fun, rel=1e-9)
    for one in found["bins"]:
        given = np.isclose(p, one["percent"] / 100)
        assert one["count"] == given.sum() and one["right"] == y[given].sum()


def test_without_a_best_temperature_none_is_named(visit):
    tab = visit("progress")
    right = [[f"card-{n}", 1e12, 3, (70, 90)[n % 2], 1] for n in range(30)]
    wrong = [[*entry[:2], 1, *entry[3:]] for entry in right]
    assert tab.evaluate("(log) => room.calibration(log).temperature", right) == 0
    assert tab.evaluate("(log) => room.calibration(log).temperature", wrong) == float("inf")
    for log, said in ((right, "You were right whenever"), (wrong, "no temperature mends that")):
        page = visit("progress", store={**EMPTY, "log": log})
        assert said in page.locator(".own-progress").inner_text()


@pytest.mark.parametrize(("right", "count"), [(0, 5), (3, 7), (40, 50), (9, 9)])
def test_the_interval_is_wilsons(visit, right, count):
    found = visit("progress").evaluate("([right, count]) => room.interval(right, count)", [right, count])
    expected = binomtest(right, count).proportion_ci(0.95, "wilson")
    assert found == pytest.approx([expected.low, expected.high], abs=1e-5)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ((50, 55, 60, 75), "You are overconfident: T = "),
        ((50, 70, 90, 99), "You are as sure as you should be: T = 1.0"),
        ((50, 90, 99, 100), "You know more than you trust yourself to: T = 0."),
    ],
)
def test_the_page_says_how_sure_one_should_be(visit, rates, said):
    log = [
        [f"card-{sure}-{n}", 1e12, 3 if n < rate else 1, sure, 900]
        for sure, rate in zip((50, 70, 90, 99), rates, strict=True)
        for n in range(100)
    ]
    tab = visit("progress", store={**EMPTY, "log": log})
    assert said in tab.locator(".own-progress").inner_text()
    label = tab.locator("svg[aria-label^='Share right']").get_attribute("aria-label")
    assert f"70 %: {rates[1]} of 100" in label
    rows = tab.locator(".own-progress tbody tr").all_inner_texts()
    assert rows[3].replace("\xa0", " ").split("\t") == ["99 %", "100", f"{rates[3]} %"]


def test_a_short_log_says_nothing(visit):
    tab = visit("progress", store={**EMPTY, "log": log_of(1, 12)})
    text = tab.locator(".own-progress").inner_text()
    assert "After 20 answers" in text and "T =" not in text
    assert "You have not answered a card yet." in text


def test_recall_and_what_is_due(visit):
    tab = visit("progress", DESKTOP)
    now = tab.evaluate("Date.now()")
    noon = tab.evaluate("new Date().setHours(12, 0, 0, 0)")
    ids = tab.evaluate("Object.keys(bank.chapters.regression.cards)")[:6]
    total = tab.evaluate("Object.keys(bank.chapters.regression.cards).length")
    days = [-3, 0, 1, 1, 13, 14]  # when they are due
    ages, stabilities = [1, 2, 5, 9, 20, 40], [2.0, 3.5, 8.0, 8.0, 30.0, 90.0]
    cards = {
        name: [stability, 5, now - age * DAY, noon + due * DAY, 2, 0, 1]
        for name, stability, age, due in zip(ids, stabilities, ages, days, strict=True)
    }
    tab = visit("progress", DESKTOP, store={**EMPTY, "cards": cards})
    decay = -0.1542  # FSRS-6: recall is (1 + f t / S)^decay, and 0.9 after S days
    factor = 0.9 ** (1 / decay) - 1
    recall = [(1 + factor * age / s) ** decay for s, age in zip(stabilities, ages, strict=True)]
    text = tab.locator(".own-progress").inner_text().replace("\xa0", " ")
    assert f"{round(100 * np.mean(recall))} % recall now" in text
    assert f"of the 6 cards that you have answered, you know about {round(sum(recall))}." in text
    row = tab.locator(".map > li", has=tab.get_by_role("link", name="Regression", exact=True))
    said = row.inner_text().replace("\xa0", " ")
    assert f"recall {round(100 * np.mean(recall))} %, 6 of {total} cards seen" in said
    chart = tab.locator("svg[aria-label^='Cards due']").get_attribute("aria-label")
    assert chart.endswith(": 2, 2, " + "0, " * 11 + "1")


def test_progress_is_saved_and_loaded(visit, tmp_path):
    store = {**EMPTY, "log": log_of(2), "cards": {"slope-huber": [9.0, 5.0, 1e12, 1.1e12, 2, 0, 1]}}
    tab = visit("progress", store=store)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save to a file").click()
    file = tmp_path / "saved.json"
    download.value.save_as(file)
    fresh = visit("progress")
    fresh.locator("input[type=file]").set_input_files(file)
    fresh.get_by_text("Loaded: 1 card.").wait_for()
    assert kept(fresh) == store
    assert "Log loss" in fresh.locator(".own-progress").inner_text()
    file.write_text("[]", "utf-8")
    fresh.locator("input[type=file]").set_input_files(file)
    fresh.get_by_text("it has no cards and no log. Nothing was changed.").wait_for()
    assert kept(fresh) == store


# --- For everybody --------------------------------------------------------------------------------------


def no_offense(tab):
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    buttons = tab.locator(":is(.mock, .start, .own-progress) button")
    assert min(buttons.evaluate_all("(all) => all.map((one) => one.offsetHeight)")) >= 44


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(visit, dark):
    tab = visit("mock", dark=dark)
    no_offense(tab)
    question = begin(tab)
    if question.get("hints"):
        tab.get_by_role("button", name="Hint").click()
    no_offense(tab)
    tab.get_by_role("button", name="Show the answer").click()
    tab.locator(".checklist").first.wait_for()
    no_offense(tab)
    tab.get_by_role("button", name="Verdict").click()
    no_offense(tab)
    tab.get_by_role("button", name="End the mock").click()
    no_offense(tab)
    answers = [
        {"id": name, "chapter": name, "level": level, "right": right, "sure": 99}
        for name, level, right in [
            ("regression", "medium", True),
            ("ranking", "hard", False),
            ("margin", "easy", False),
        ]
    ]
    done = {"date": "2031-03-01", "grades": {"squared-error": 2, "hinge-loss": 4}}
    store = {**EMPTY, "log": log_of(3), "plan": {"placed": {"date": "2031-03-01", "answers": answers}}}
    store["self"] = {"before": done, "after": done}
    tab = visit("interview", dark=dark, store=store)
    assert tab.locator(".map .weak").count() == 1
    no_offense(tab)
    ids = tab.evaluate("Object.keys(bank.chapters.regression.cards)")
    now = tab.evaluate("Date.now()")
    store["cards"] = {name: [3.0, 5, now - DAY, now, 2, 0, 1] for name in ids}
    tab = visit("progress", dark=dark, store=store)
    assert tab.locator("svg[aria-label^='Share right']").is_visible()
    no_offense(tab)


@pytest.mark.parametrize("page", ["mock", "interview", "progress"])
def test_the_pages_need_nothing_but_files(browser, page):
    tab = browser.new_page(viewport=PHONE)
    seen = watch(tab, SITE.as_uri())
    tab.goto((SITE / f"book/{page}.html").as_uri())
    settle(tab)
    tab.wait_for_timeout(200)
    tab.close()
    assert seen["foreign"] + seen["errors"] == []


def test_the_pages_read_without_a_script(browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    for page, place, said in [
        ("mock", ".mock", "at most one of the points that have to be in it is missing"),
        ("interview", ".start", "begin with the questions"),
        ("progress", ".own-progress", "Recall of a card is the probability"),
    ]:
        tab.goto((SITE / f"book/{page}.html").as_uri())
        assert not tab.locator(place).is_visible()
        assert said in tab.locator("article").text_content()
    tab.goto((SITE / "book/interview.html").as_uri())
    assert "I can teach it" in tab.locator("article").text_content()
    context.close()
