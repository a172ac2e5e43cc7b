"""The deck for Anki: every card of the bank is in it, whole, and known again in the next release."""

import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build/html"
sys.path[:0] = [str(ROOT / "book"), str(ROOT / "book/_ext")]

import bank  # noqa: E402
import deck  # noqa: E402

CARDS = {card["id"]: card for card in bank.cards()}
ANKI = os.environ.get("OTHER_LIBRARIES") == "required" or find_spec("anki")
CHAPTERS = {
    "Foundations": "foundations",
    "Regression": "regression",
    "Classification": "classification",
    "Margins": "margin",
    "Imbalance": "imbalance",
    "Metric learning": "metric_learning",
    "Ranking": "ranking",
    "A loss of your own": "custom",
    "Choosing a loss": "choosing",
    "Debugging": "debugging",
    "Models of today": "modern",
}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    target = tmp_path_factory.mktemp("anki") / "loss-functions.apkg"
    deck.write(SITE, target)
    return target


@pytest.fixture(scope="module")
def rows(package):
    """{id of a card: (guid, its fields, its tags, the id of its deck, its place in the deck)}"""
    with zipfile.ZipFile(package) as made:
        assert made.namelist() == ["collection.anki2", "media"] and made.read("media") == b"{}"
        made.extract("collection.anki2", package.parent)
    database = sqlite3.connect(package.parent / "collection.anki2")
    query = "select guid, flds, notes.tags, did, due from notes join cards on cards.nid = notes.id"
    found = [(guid, fields.split("\x1f"), *rest) for guid, fields, *rest in database.execute(query)]
    database.close()
    assert len({fields[0] for _, fields, *_ in found}) == len(found)
    return {fields[0]: (guid, fields, *rest) for guid, fields, *rest in found}


def sides(rows, name):
    return [BeautifulSoup(text, "html.parser") for text in rows[name][1][2:4]]


def of_kind(*kinds):
    return [name for name, card in CARDS.items() if card["kind"] in kinds]


def words(element):
    return " ".join(element.get_text().split())


def test_every_card_is_a_note(rows):
    assert rows.keys() == CARDS.keys()
    known = deck.chapters(SITE)
    assert {title: name for name, title in known.items()} == CHAPTERS
    for name, card in CARDS.items():
        assert rows[name][3] == deck.deck_id(card["file"])
        tags = {card["kind"], *card.get("tags", ()), *([card["level"]] if "level" in card else [])}
        assert set(rows[name][2].split()) == {f"loss-functions::{tag}" for tag in tags}
    for file in known:  # new cards come in the order of the bank
        order = [row[4] for name, row in rows.items() if CARDS[name]["file"] == file]
        assert order == list(range(len(order)))


def test_ids_are_for_ever(rows):
    """Written down once. Anki knows cards by them: where one changes, readers get cards a second time."""
    assert deck.MODEL.model_id == 1834205967
    assert [field["name"] for field in deck.MODEL.fields] == ["Id", "Kind", "Question", "Answer", "Where"]
    assert rows["formula-huber"][0] == "Q{N-6is/=j"
    assert rows["loss-must-be-differentiable"][0] == "b`OB4ivNsR"
    assert len({row[0] for row in rows.values()}) == len(rows)
    ids = [deck.deck_id(name) for name in ("loss-functions", *CHAPTERS.values())]
    assert len(set(ids)) == len(ids) and all(1 << 30 <= number < 1 << 31 for number in ids)


def test_texts_are_whole(rows):
    for name, (_, fields, *_) in rows.items():
        assert all(BeautifulSoup(text, "html.parser").get_text().strip() for text in fields), name
        text = "".join(fields[1:])
        links = re.findall(r"""(?:href|src)=["']?([^"' >]*)""", text)
        assert not links, (name, links)  # the site has no address yet
        assert not re.search(r"77000\d", text), name  # a number that is drawn
        assert "docutils" not in text and "None" not in fields[4], name
        for draw in CARDS[name].get("draw", {}):
            assert "{" + draw + "}" not in text, name
    drawn = sum(row[1][3].count("<math") for row in rows.values())
    assert drawn > 100


@pytest.mark.parametrize("name", of_kind("number"))
def test_a_number_is_that_of_its_first_variant(rows, name):
    card = CARDS[name]
    if "draw" in card:
        settings, answer, wrong = bank.variants(card)[0]
    else:
        settings, answer, wrong = {}, card["answer"], [one["value"] for one in card["wrong"]]
    asked, told = sides(rows, name)
    said = [float(bold.get_text().replace("−", "-")) for bold in told.select("p:first-child > b, li > b")]
    assert said == pytest.approx([float(value) for value in (answer, *wrong)], rel=1e-3)
    if settings and not re.search(r"[$`*\[]", card["ask"]):
        names = re.findall(r"\{(\w+)\}", card["ask"])
        pattern = re.sub(r"\\\{\w+\\\}", r"(\\S+?)", re.escape(" ".join(card["ask"].split())))
        shown = re.fullmatch(pattern, words(asked)).groups()
        assert [float(text.replace("−", "-").replace(",", "")) for text in shown] == [
            float(settings[name]) for name in names
        ]


def test_what_a_number_tells_is_of_its_first_variant_too():
    variants = [[["2", "30"], [60.0, 0.6], [[32.0, 0.3]]], [["4", "30"], [120.0, 1.2], [[34.0, 0.3]]]]
    texts = {
        "ask": "770001 times 770002?",
        "right": "770001 of them.",
        "says": ["A sum."],
        "else": "Of 770002.",
    }
    assert deck.number({"variants": variants, **texts}) == (
        "2 times 30?",
        "<p><b>60</b> 2 of them.</p><p>If you have another number:</p>"
        "<ul><li><b>32</b> A sum.</li><li>Of 30.</li></ul>",
    )


@pytest.mark.parametrize("name", of_kind("choice", "log"))
def test_a_choice_tells_the_reason_beside_each(rows, name):
    asked, told = sides(rows, name)
    offered = [words(item) for item in asked.select("ol.choices > li")]
    reasons = [words(item) for item in told.select("ol.choices > li")]
    right = next(place for place, reason in enumerate(reasons) if reason.startswith("Right. "))
    assert words(told.p) == offered[right]
    assert len(offered) == len(reasons) == len(CARDS[name]["choices"])
    for choice in CARDS[name]["choices"]:
        text = str(choice["text"])  # YAML reads 0.5 as a number
        if not re.search(r"[$`*\[]", text + choice["says"]):
            reason = f"Right. {choice['says']}" if choice.get("right") else choice["says"]
            place = offered.index(" ".join(text.split()))
            assert reasons[place] == " ".join(reason.split())


def test_the_place_of_a_choice_gives_nothing_away(rows):
    places = []
    for name in of_kind("choice", "log"):
        items = sides(rows, name)[1].select("ol.choices > li")
        places.append(next(place for place, item in enumerate(items) if words(item).startswith("Right. ")))
    assert max(map(places.count, places)) < 0.6 * len(places)


@pytest.mark.parametrize("name", of_kind("order"))
def test_what_is_to_be_sorted_is_not_sorted(rows, name):
    asked, told = ([words(item) for item in side.select("li")] for side in sides(rows, name))
    assert asked != told and sorted(asked) == sorted(told) and len(told) == len(CARDS[name]["items"])


@pytest.mark.parametrize("name", of_kind("sketch"))
def test_a_sketch_tells_the_values(rows, name):
    card = CARDS[name]
    told = sides(rows, name)[1]
    pairs = re.findall(r"(\S+) at ([^\s,.]+(?:\.\d+)?)", words(told.select("p")[-1]).replace("−", "-"))
    at = bank.np.array(card["at"], float)
    assert [float(place) for _, place in pairs] == pytest.approx(list(at))
    slopes = [float(slope) for slope in bank.value(card["function"], x=at)]
    assert [float(slope) for slope, _ in pairs] == pytest.approx(slopes, rel=1e-3, abs=1e-12)
    heights = [70 - float(dot["cy"]) for dot in told.select("circle")]
    top = max(map(abs, slopes))
    assert heights == pytest.approx([48 * slope / top for slope in slopes], abs=0.051)


def test_verdicts_and_checklists(rows):
    for name in of_kind("flaw"):
        card = CARDS[name]
        verdict = card.get("verdict") or bank.claims()[card["claim"]]["verdict"]
        assert sides(rows, name)[1].b.get_text() == f"{verdict.capitalize()}."
        assert rows[name][1][1] == "Right, imprecise or wrong?"
    questions = {question["id"]: question for question in bank.questions()}
    for name in of_kind("say"):
        question = questions[CARDS[name]["question"]]
        asked, told = sides(rows, name)
        must = ["must" in item.get("class", ()) for item in told.select("ul.points > li")]
        assert must == [bool(point.get("must")) for point in question["points"]]
        assert words(asked).endswith(f"Aloud, in {question['seconds']} seconds.")


def test_where_a_card_comes_from(rows, tmp_path):
    assert rows["formula-huber"][1][4] == "Choosing a loss: Formula card"
    (tmp_path / "book").mkdir()
    page = (
        '<link rel="canonical" href="https://x.org/book/regression.html"><section><h1>Regression: what</h1>'
        '<section id="mad"><span id="far"></span><h2>The <a href="a.html">MAD</a><a class="headerlink">#</a>'
        '</h2><p id="eq"></p></section></section>'
    )
    (tmp_path / "book/regression.html").write_text(page, "utf-8")
    for anchor in ("mad", "far", "eq"):
        link = f'<a href="https://x.org/book/regression.html#{anchor}">Regression: The MAD</a>'
        assert deck.where(tmp_path, f"regression#{anchor}") == link
    with pytest.raises(ValueError, match=r"book/regression\.html has no element of id 'near', which a card"):
        deck.where(tmp_path, "regression#near")


def test_two_runs_give_the_same_bytes(package, tmp_path):
    target = tmp_path / "again.apkg"
    script = [sys.executable, ROOT / "book/deck.py", SITE, target]
    subprocess.run(script, check=True, env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Apia"})
    assert target.read_bytes() == package.read_bytes()


def test_a_date_is_that_of_the_release(package, rows):
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    day = re.search(r"^date-released: *(\S+)", citation, re.M)[1]
    database = sqlite3.connect(package.parent / "collection.anki2")
    found = database.execute("select distinct date(mod, 'unixepoch'), time(mod, 'unixepoch') from notes")
    assert found.fetchall() == [(day, "00:00:00")]
    database.close()


@pytest.mark.skipif(not ANKI, reason="anki is no requirement; the weekly run has it")
def test_anki_takes_it_and_a_later_one_keeps_the_progress(package, tmp_path, monkeypatch):
    from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

    def take(path):
        request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
        log = collection.import_anki_package(request).log
        return len(log.new), len(log.updated), len(log.duplicate)

    collection = Collection(str(tmp_path / "reader.anki2"))
    assert take(package) == (len(CARDS), 0, 0)
    assert collection.card_count() == len(CARDS)
    names = {found.name for found in collection.decks.all_names_and_ids()}
    assert names == {"Default", "Loss functions", *(f"Loss functions::{title}" for title in CHAPTERS)}
    assert "CC BY 4.0" in collection.decks.by_name("Loss functions")["desc"]
    shown = collection.get_card(collection.find_cards("id:formula-huber")[0])
    assert "<code>huber</code>" in shown.question() and "<math>" in shown.answer()
    shown.type, shown.queue, shown.due, shown.ivl, shown.reps = 2, 2, 100, 30, 3
    collection.update_card(shown)
    assert take(package) == (0, 0, len(CARDS))

    later, recall = deck.released() + 86400, deck.recall
    monkeypatch.setattr(deck, "released", lambda: later)
    monkeypatch.setitem(deck.SIDES, "recall", lambda card: (f"Anew: {recall(card)[0]}", recall(card)[1]))
    deck.write(SITE, tmp_path / "later.apkg")
    assert take(tmp_path / "later.apkg") == (0, len(CARDS), 0)
    assert collection.card_count() == len(CARDS)
    again = collection.get_card(shown.id)
    assert "Anew: " in again.question()
    assert (again.due, again.ivl, again.reps) == (100, 30, 3)
    collection.close()
