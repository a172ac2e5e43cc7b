"""The bank of the interview room: complete, short, right, and every row of the ledger answered."""

import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "book"))

import bank  # noqa: E402
import test_claims  # noqa: E402

LEVELS = {"easy", "medium", "hard"}
KINDS = {"explain", "derive", "compute", "diagnose", "choose", "design"}
ROLES = {"ds", "mle", "research"}
NEEDED = {"id", "revision", "ask", "level", "kind", "tags", "roles", "seconds", "chapter", "answer", "points"}
USED = NEEDED | {"also", "claims", "needs", "hints", "usual", "red_flags", "then", "numbers", "given", "see"}
COMMON = {"id", "revision", "kind", "ask", "chapter", "level", "tags", "numbers", "given"}
CARD = {
    "recall": {"answer"},
    "number": {"draw", "answer", "wrong", "right", "else", "tolerance"},
    "flaw": {"claim", "verdict", "truth", "shown_by"},
    "choice": {"choices", "holds", "see"},
    "log": {"choices", "holds", "see"},
    "order": {"items"},
    "sketch": {"at", "function", "says"},
}
# Quick questions and the catalog have tests of their own.
WRITTEN = [card for card in bank.cards() if "tags" in card and card["kind"] in CARD]
QUESTIONS = bank.questions()
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=[q["id"] for q in QUESTIONS])
each_card = pytest.mark.parametrize("card", WRITTEN, ids=[card["id"] for card in WRITTEN])


def words(text):
    return len(re.sub(r"\$[^$]*\$", "x", text).split())


def depth(then):
    return 1 + max((depth(one.get("then", [])) for one in then), default=0) if then else 0


def follow_ups(then):
    for one in then:
        yield one
        yield from follow_ups(one.get("then", []))


def page(anchor):
    """The built page that an anchor `regression#huber-loss` leads to."""
    name, _, place = anchor.partition("#")
    text = (ROOT / f"_build/html/book/{name}.html").read_text("utf-8")
    assert f'id="{place}"' in text, anchor


def vouched(entry, texts):
    """Numbers in the texts that are neither given nor computed, or are computed as something else."""
    found = []
    numbers = {str(key): expression for key, expression in entry.get("numbers", {}).items()}
    for numeral in bank.numerals(" ".join(texts)):
        if numeral in numbers:
            digits = len(numeral.partition(".")[2])
            true = abs(bank.value(str(numbers[numeral])))
            if f"{true:.{digits}f}" != numeral:
                found.append(f"{numeral} is {true}")
        elif numeral not in map(str, entry.get("given", [])):
            found.append(numeral)
    return found


def test_ids_are_unique():
    names = Counter([card["id"] for card in bank.cards()] + [question["id"] for question in QUESTIONS])
    assert [name for name, n in names.items() if n > 1] == []
    assert all(re.fullmatch(r"[a-z0-9_]+(-[a-z0-9_]+)*", name) for name in names)


@each_question
def test_a_question_is_complete_and_short(question):
    assert NEEDED <= set(question) - {"file"} <= USED
    assert question["level"] in LEVELS and question["kind"] in KINDS and set(question["roles"]) <= ROLES
    assert question["tags"] and question["roles"]
    assert words(question["answer"]) <= 150
    ids = [point["id"] for point in question["points"]]
    assert len(set(ids)) == len(ids) >= 3
    assert any(point.get("must") for point in question["points"])
    for point in question["points"]:
        assert set(point) <= {"id", "say", "must", "card"}
        if "card" in point:
            assert words(point["card"]) <= 25 and words(point["say"]) <= 30, point["id"]
    assert depth(question.get("then", [])) <= 3
    for one in follow_ups(question.get("then", [])):
        assert set(one) <= {"ask", "points", "then"} and one["points"]
    known = {other["id"] for other in QUESTIONS}
    assert set(question.get("needs", [])) <= known - {question["id"]}


@each_question
def test_a_question_is_right(question):
    usual = question.get("usual", {})
    then = list(follow_ups(question.get("then", [])))
    texts = [question["ask"], question["answer"], usual.get("truth", "")]
    texts += [point["say"] for point in question["points"]]
    texts += [text for one in then for text in (one["ask"], *(point["say"] for point in one["points"]))]
    assert vouched(question, texts) == []
    page(question["chapter"])
    for pointer in question.get("see", []):
        assert not test_claims.leads_nowhere(pointer), pointer
    if usual:
        assert set(usual) <= {"text", "verdict", "truth", "claim"}
        assert usual["verdict"] in {"right", "imprecise", "wrong"}
        if "claim" in usual:
            assert bank.claims()[usual["claim"]]["verdict"] == usual["verdict"]
    for claim in question.get("claims", []):
        assert claim in bank.claims(), claim


@each_card
def test_a_card_is_complete_and_short(card):
    kind = card["kind"]
    assert set(card) - {"file"} <= COMMON | CARD[kind]
    assert card["level"] in LEVELS and card["tags"]
    assert words(card["ask"]) <= 25 or kind == "log"
    if kind == "recall":
        assert words(card["answer"]) <= 30
    if kind == "flaw":
        assert words(card["truth"]) <= 40
    if kind in ("choice", "log"):
        assert [choice.get("right", False) for choice in card["choices"]].count(True) == 1
        assert 2 <= len(card["choices"]) <= 4 and all(choice["says"] for choice in card["choices"])
        assert card.get("holds") or card.get("see")
    if kind == "number":
        assert card["right"] and card["else"] and len(card["wrong"]) >= 2
    if kind == "order":
        assert 3 <= len(card["items"]) <= 5


@each_card
def test_a_card_is_right(card):
    page(card["chapter"])
    texts = [card.get(key, "") for key in ("answer", "truth", "says") if isinstance(card.get(key, ""), str)]
    if card["kind"] != "number":
        assert vouched(card, texts) == []
    if card["kind"] == "number":
        draws = bank.variants(card)
        assert len(draws) <= 12
        for settings, answer, wrong in draws:
            width = card.get("tolerance", 0.01) * abs(answer) or 1e-9
            assert np.isfinite(answer)
            for one in wrong:
                assert abs(one - answer) > width, (settings, one)
    if card["kind"] == "flaw":
        claim = bank.claims()[card["claim"]]
        assert card.get("verdict", claim["verdict"]) == claim["verdict"] in {"right", "imprecise", "wrong"}
        assert not test_claims.leads_nowhere(card["shown_by"]), card["shown_by"]
    if card["kind"] == "order":
        keys = [bank.value(str(item["is"])) for item in card["items"]]
        assert keys == sorted(set(keys), reverse=True)
    if card["kind"] == "sketch":
        slopes = bank.value(card["function"], x=np.array(card["at"], float))
        assert slopes.shape == (5,) and np.ptp(slopes) > 0
    for expression in card.get("holds", []):
        assert bank.value(expression), expression
    if "see" in card:
        path, _, anchor = card["see"].partition("#")
        page(f"{Path(path).stem}#{anchor}")


def test_numbers_are_noticed():
    text = "It needs 1.57 times the data, 64 % of it, 1,000 rows, 12 columns; `x[0.5]`, δ = 3."
    assert bank.numerals(text) == ["1.57", "64", "1000"]
    entry = {"numbers": {"1.57": "pi / 2", "64": "50"}, "given": ["1000"]}
    assert vouched(entry, [text]) == ["64 is 50"]
    assert vouched({}, ["0.25"]) == ["0.25"]


def test_every_question_of_the_notes_is_answered():
    listed = {claim for question in QUESTIONS for claim in question.get("claims", [])}
    asked = {
        name
        for name, row in bank.claims().items()
        if row["kind"] in ("interview-question", "scenario", "trap")
    }
    assert asked - listed == set()


def test_there_is_enough():
    chapters = Counter(card["file"] for card in bank.cards())
    assert sum(chapters.values()) >= 300
    assert min(chapters.values()) >= 12, chapters
    assert len([question for question in QUESTIONS if question["file"] == "modern"]) >= 30
