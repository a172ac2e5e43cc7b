"""The scenarios: dialogues and graded answers that are complete and right, and the page that plays them."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from test_bank import bank, page, vouched, words
from test_site import DESKTOP, PHONE, SITE, settle, violations, watch

ROOT = Path(__file__).parents[1]
ADDRESS = (SITE / "book/scenarios.html").as_uri()
DIALOGUES, GRADED = bank.dialogues(), bank.graded()
each_dialogue = pytest.mark.parametrize("one", DIALOGUES, ids=[one["id"] for one in DIALOGUES])
each_graded = pytest.mark.parametrize("one", GRADED, ids=[one["id"] for one in GRADED])
# The rows of the ledger that the scenarios answer.
ANSWERED = set(
    "S001-S1 S001-S2 S001-S3 S001-S4 S001-S5 S001-S6 S002-14 S002-15 S003-9-1 S003-9-2 S003-9-3 S003-9-4 "
    "S004-00b".split()
)


def level(points, said, flags):
    """Strong: all musts, half of the rest, no red flag. Fair: all musts but one."""
    musts = [point["id"] for point in points if point.get("must")]
    rest = [point["id"] for point in points if not point.get("must")]
    missing = len(set(musts) - set(said))
    half = 2 * len(set(rest) & set(said)) >= len(rest)
    return "weak" if missing > 1 else "strong" if not missing and half and not flags else "fair"


def asked(one, said):
    """The turns that are asked if exactly the points `said` are ticked, as far as they are asked."""
    found = []
    for turn in one["turns"]:
        (how, name), *_ = turn.get("when", {"said": None}).items()
        before = {point["id"] for earlier in found for point in earlier["points"]}
        if name is None or ((name in said) == (how == "said") and name in before):
            found.append(turn)
    return found


# --- The bank -------------------------------------------------------------------------------------------


def test_the_scenarios_of_the_ledger_are_answered():
    claims = [claim for one in DIALOGUES for claim in one["claims"]]
    assert set(claims) >= ANSWERED
    assert set(claims) <= set(bank.claims())
    assert len(DIALOGUES) == 7 and len(GRADED) == 4


@each_dialogue
def test_a_dialogue_is_complete(one):
    needed = {"id", "title", "level", "minutes", "claims", "see", "opening", "turns", "numbers", "given"}
    assert set(one) == needed and one["level"] in {"easy", "medium", "hard"}
    everything, nothing = asked(one, {p["id"] for t in one["turns"] for p in t["points"]}), asked(one, set())
    assert 4 <= len(everything) <= 8 and 4 <= len(nothing) <= 8
    assert everything != nothing, "no branch"
    ids = [point["id"] for turn in one["turns"] for point in turn["points"]]
    assert len(set(ids)) == len(ids)
    seen = set()
    for turn in one["turns"]:
        assert set(turn) <= {"id", "when", "ask", "points", "red_flags", "if_all"}
        assert any(point.get("must") for point in turn["points"])
        if "when" in turn:
            (how, name), *more = turn["when"].items()
            assert how in {"said", "missed"} and name in seen and not more
        for point in turn["points"]:
            assert set(point) <= {"id", "say", "must", "see", "if_missed"}
            assert ("if_missed" in point) == bool(point.get("must")), point["id"]
            assert not point.get("must") or point["see"], point["id"]
            assert words(point["say"]) <= 35, point["id"]
            seen.add(point["id"])
        for flag in turn.get("red_flags", []):
            assert set(flag) == {"say", "reply"}


@each_dialogue
def test_a_dialogue_is_right(one):
    texts = [one["opening"]]
    for turn in one["turns"]:
        texts += [turn["ask"], turn.get("if_all", "")]
        texts += [point[key] for point in turn["points"] for key in ("say", "if_missed") if key in point]
        texts += [text for flag in turn.get("red_flags", []) for text in flag.values()]
    assert vouched(one, texts) == []
    unused = set(map(str, [*one["numbers"], *one["given"]])) - set(bank.numerals(" ".join(texts)))
    assert unused == set()
    for place in [*one["see"], *(p["see"] for turn in one["turns"] for p in turn["points"] if "see" in p)]:
        page(place)


@each_graded
def test_the_grade_of_an_answer_follows_from_the_rubric(one):
    assert sorted(answer["level"] for answer in one["answers"]) == ["fair", "strong", "weak"]
    ids = [point["id"] for point in one["rubric"]]
    for answer in one["answers"]:
        assert set(answer) <= {"level", "has", "red_flags", "text", "why"}
        assert set(answer["has"]) <= set(ids)
        assert level(one["rubric"], answer["has"], answer.get("red_flags", [])) == answer["level"]
        assert 60 <= words(answer["text"]) <= 120, (answer["level"], words(answer["text"]))


@each_graded
def test_a_graded_problem_is_right(one):
    texts = [one["ask"], *(point["say"] for point in one["rubric"])]
    texts += [text for answer in one["answers"] for text in (answer["text"], answer["why"])]
    assert vouched(one, texts) == []
    page(one["exercise"])


# --- The page -------------------------------------------------------------------------------------------


def read():
    return BeautifulSoup((SITE / "book/scenarios.html").read_text("utf-8"), "html.parser")


def test_without_a_script_everything_is_there_in_order():
    tree = read()
    for one in DIALOGUES:
        box = tree.find(attrs={"data-id": one["id"]})
        turns = box.select(".turn")
        assert [turn["data-turn"] for turn in turns] == [turn["id"] for turn in one["turns"]]
        for turn, found in zip(one["turns"], turns, strict=True):
            assert not found.find_parent("details"), "the dialogue itself is in sight"
            assert not found.details.has_attr("open"), "what a good answer has is not"
            assert len(found.select("li[data-point]")) == len(turn["points"])
            assert len(found.select(".b-missed")) == sum(p.get("must", False) for p in turn["points"])
            assert len(found.select(".b-reply")) == len(turn.get("red_flags", []))
            assert bool(found.select_one(".when")) == ("when" in turn)
    for one in GRADED:
        section = tree.find(id=f"graded-{one['id']}")
        levels = [given["data-level"] for given in section.select(".given")]
        assert sorted(levels) == ["fair", "strong", "weak"]
        assert section.find("a", href=re.compile(re.escape(one["exercise"].replace("#", ".html#"))))


def test_the_order_of_the_answers_tells_nothing():
    orders = [
        tuple(given["data-level"] for given in box.select(".given")) for box in read().select(".graded")
    ]
    assert len(set(orders)) > 1 and ("weak", "fair", "strong") not in orders


def test_links_say_where_they_lead():
    for link in read().select("a.to"):
        assert len(link.get_text(strip=True)) > 3 and "{" not in link.get_text()


@pytest.fixture
def visit(browser):
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")

    def go(viewport=PHONE, dark=False):
        tab = context.new_page()
        tab.set_viewport_size(viewport)
        tab.emulate_media(color_scheme="dark" if dark else "light")
        tab.goto(ADDRESS)
        return tab

    yield go
    context.close()


def play(tab, one, said, flags=()):
    """Tick exactly these points, and these flags, on the way through a dialogue; what the page shows then."""
    talk = tab.locator(f'[data-id="{one["id"]}"] .talk')
    go = talk.locator("button.primary")
    go.click()
    seen = []
    for turn in asked(one, said):
        assert go.inner_text() == "I have answered"
        seen.append(talk.locator(".bubble").last.inner_text())
        go.click()
        boxes = talk.locator(".checklist input")
        flagged = turn.get("red_flags", [])
        assert boxes.count() == len(turn["points"]) + len(flagged)
        ticked = [point["id"] in said for point in turn["points"]] + [
            flag["say"] in flags for flag in flagged
        ]
        for place, tick in enumerate(ticked):
            if tick:
                boxes.nth(place).check()
        go.click()
        missed = any(point.get("must") and point["id"] not in said for point in turn["points"])
        if missed or any(flag["say"] in flags for flag in flagged):
            assert go.inner_text() == "Go on"
            go.click()
    assert go.inner_text() == "Once more"
    return talk


@each_dialogue
def test_all_points_end_in_strong_and_none_in_weak(visit, one):
    tab = visit(DESKTOP)
    everything = {point["id"] for turn in one["turns"] for point in turn["points"]}
    talk = play(tab, one, everything)
    assert talk.locator(".result").inner_text().lower() == "strong"
    assert "Nothing was missing." in talk.inner_text()
    assert talk.locator(".bubble.follow").count() == sum("if_all" in turn for turn in asked(one, everything))
    talk.get_by_role("button", name="Once more").click()
    talk = play(tab, one, set())
    assert talk.locator(".result").inner_text().lower() == "weak"
    points = [point for turn in asked(one, set()) for point in turn["points"]]
    assert talk.locator(".asked .points > li").count() == len(points)
    assert talk.locator(".bubble.follow").count() == sum(bool(point.get("must")) for point in points)


def test_a_missed_must_shows_its_follow_up_and_changes_the_verdict(visit):
    one = next(one for one in DIALOGUES if one["id"] == "xrays")
    everything = {point["id"] for turn in one["turns"] for point in turn["points"]}
    tab = visit()
    talk = play(tab, one, everything - {"line"})
    assert "An image has p = 0.1. What does it cost on average to flag it" in talk.inner_text()
    assert "Flag if p is above" in talk.locator(".asked .points").inner_text()
    assert talk.locator(".asked .points a").get_attribute("href") == "imbalance.html#threshold"
    assert talk.locator(".result").inner_text().lower() == "fair"
    talk.get_by_role("button", name="Once more").click()
    talk = play(tab, one, everything - {"line", "only-scales"})
    assert talk.locator(".result").inner_text().lower() == "weak"


def test_the_next_question_depends_on_what_was_said(visit):
    one = next(one for one in DIALOGUES if one["id"] == "xrays")
    everything = {point["id"] for turn in one["turns"] for point in turn["points"]}
    tab = visit()
    assert "Would you never weight, then?" in play(tab, one, everything).inner_text()
    tab.reload()
    text = play(tab, one, everything - {"plain"}).inner_text()
    assert "Would you never weight, then?" not in text
    assert "You weight positives by 20. What do your probabilities say" in text


def test_a_red_flag_is_answered_and_is_not_strong(visit):
    one = next(one for one in DIALOGUES if one["id"] == "mansions")
    everything = {point["id"] for turn in one["turns"] for point in turn["points"]}
    talk = play(visit(), one, everything, flags={"Huber ignores the mansions."})
    assert "Each of them still pulls with all of δ. Is that nothing?" in talk.inner_text()
    assert talk.locator(".result").inner_text().lower() == "fair"
    assert "What gave you away:" in talk.inner_text()


def test_the_page_judges_by_the_same_rule(visit):
    """Every subset of two musts and three others, with and without a red flag."""
    points = [{"id": str(n), "must": n < 2} for n in range(5)]
    sets = [[str(n) for n in range(5) if bits >> n & 1] for bits in range(32)]
    found = visit().evaluate(
        """([points, sets]) => sets.flatMap((said) => [0, 1].map((flags) =>
            room.verdict(points.map(({must}) => must), points.map(({id}) => said.includes(id)), flags)))""",
        [points, sets],
    )
    assert found == [level(points, said, flags) for said in sets for flags in (0, 1)]
    assert set(found) == {"weak", "fair", "strong"}


def test_a_dialogue_by_keyboard_alone(visit):
    one = DIALOGUES[0]
    tab = visit(DESKTOP)
    talk = tab.locator(f'[data-id="{one["id"]}"] .talk')
    talk.get_by_role("button").focus()
    tab.keyboard.press("Enter")
    everything = {point["id"] for turn in one["turns"] for point in turn["points"]}
    for turn in asked(one, everything):
        tab.keyboard.press("Enter")  # answered; the first box has the focus
        for number in range(len(turn["points"])):
            tab.keyboard.press(str(number + 1))
        assert talk.locator(".checklist input:checked").count() == len(turn["points"])
        tab.keyboard.press("Enter")
    assert talk.locator(".result").inner_text().lower() == "strong"
    tab.keyboard.press("Enter")
    assert talk.locator("button.primary").inner_text() == "Start the conversation"


def test_three_answers_are_graded_before_the_truth_is_told(visit):
    one = GRADED[0]
    tab = visit()
    box = tab.locator(f"#graded-{one['id']} .graded")
    compare = box.get_by_role("button", name="Compare")
    assert compare.is_disabled() and not box.locator("details").first.is_visible()
    levels = box.locator(".given").evaluate_all("(all) => all.map((one) => one.dataset.level)")
    guesses = [levels[0], levels[2], levels[1]]
    for given, guess in zip(box.locator(".given").all(), guesses, strict=True):
        given.get_by_role("button", name=guess).click()
    compare.click()
    assert box.get_by_role("status").inner_text() == "You and the rubric agree on 1 of 3."
    weak = next(answer for answer in one["answers"] if answer["level"] == "weak")
    shown = box.locator(".given[data-level=weak] details")
    assert weak["why"][:40] in shown.inner_text()
    assert shown.locator("li.has").count() == 0
    assert shown.locator("li.lacks").count() == len(one["rubric"]) + len(weak["red_flags"])


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(visit, viewport, dark):
    tab = visit(viewport, dark)
    one = DIALOGUES[0]
    talk = tab.locator(f'[data-id="{one["id"]}"] .talk')
    go = talk.locator("button.primary")
    go.click()
    go.click()
    talk.locator(".checklist input").first.check()
    assert violations(tab) == []
    talk.locator(".flags input").first.check()
    go.click()
    talk = play(tab, DIALOGUES[1], set())
    box = tab.locator(".graded").first
    for given in box.locator(".given").all():
        given.get_by_role("button", name="fair").click()
    box.get_by_role("button", name="Compare").click()
    tab.locator(".whole").first.locator("summary").first.click()
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    heights = tab.locator(":is(.talk, .graded) button").evaluate_all(
        "(all) => all.map((one) => one.offsetHeight)"
    )
    assert min(heights) >= 44


def test_the_page_needs_nothing_but_files(browser):
    tab = browser.new_page(viewport=PHONE)
    seen = watch(tab, SITE.as_uri())
    tab.goto(ADDRESS)
    settle(tab)
    tab.close()
    assert seen["foreign"] + seen["errors"] == []


def test_without_a_script_the_folds_open(browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(ADDRESS)
    turn = tab.locator('[data-id="xrays"] [data-turn="design"]')
    assert turn.get_by_text("Which loss, and when do you flag an image?").is_visible()
    turn.locator("summary").click()
    assert turn.get_by_text("An image has p = 0.1.").is_visible()
    given = tab.locator(".given").first
    given.locator("summary").click()
    assert given.locator(".grade").is_visible()
    context.close()
