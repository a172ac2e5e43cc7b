"""The bank: what the interview room asks, and what comes back for review.

- `questions/NAME.yaml`: interview questions of a chapter, with the usual answer, a good one, and its points;
- `cards/NAME.yaml`: cards, one fact each;
- `scenarios.yaml`: dialogues with an interviewer, and problems with a weak, a fair and a strong answer;
- `../questions/NAME.yaml`: the quick questions between the sections of a chapter. They are cards as well.

Three more kinds of cards are made here: of the points of a question that have a `card`, of every question
("say it", aloud), and of the catalog (formula and slope of each loss). `tests/test_bank.py` says what each
entry has, and holds it to that; numbers are expressions over `lossutils`.
"""

import csv
import functools
import itertools
import math
import re
from pathlib import Path

import numpy as np
import yaml
from drawings import glued, measured

import lossutils
from lossutils.catalog import CARDS

BOOK = Path(__file__).parents[1]
SCENARIOS = BOOK / "bank/scenarios.yaml"
NAMES = {
    "np": np,
    "math": math,
    "pi": math.pi,
    "e": math.e,
    "log": math.log,
    "exp": math.exp,
    "sqrt": math.sqrt,
}
NAMES |= {"measured": measured, "glued": glued}
NAMES |= {name: getattr(lossutils, name) for name in lossutils.__all__}


def value(expression, **names):
    """What an expression of the bank gives: Python over np, math, every loss, `measured(chapter, name)`."""
    return eval(expression, NAMES | names)  # the expressions stand in the project's own files


def _read(folder):
    """The entries of every chapter's file, in order, each with the chapter that it stands in."""
    found = []
    for file in sorted(folder.glob("*.yaml")):
        for entry in yaml.safe_load(file.read_text("utf-8")) or []:
            if "choices" in entry:  # by the alphabet, so that their order says nothing
                entry["choices"].sort(key=lambda choice: str(choice["text"]).casefold())
            found.append({"file": file.stem, **entry})
    return found


@functools.cache
def questions():
    return _read(BOOK / "bank/questions")


@functools.cache
def _scenarios():
    return yaml.safe_load(SCENARIOS.read_text("utf-8"))


def dialogues():
    return _scenarios()["dialogues"]


def graded():
    return _scenarios()["graded"]


@functools.cache
def claims():
    with (BOOK / "claims.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@functools.cache
def cards():
    """Every card: those written as such, and those made of questions, quick questions and the catalog."""
    found = [{"revision": 1, **card} for card in _read(BOOK / "bank/cards")]
    for quick in _read(BOOK / "questions"):
        kind = "choice" if "choices" in quick else "number"
        found.append(
            {"kind": kind, "revision": 1, "chapter": f"{quick['file']}#quick-{quick['id']}", **quick}
        )
    for question in questions():
        kept = ("file", "revision", "chapter", "tags", "level", "numbers", "given")
        common = {key: question[key] for key in kept if key in question}
        found.append({**common, "id": f"say-{question['id']}", "kind": "say", "question": question["id"]})
        for point in question["points"]:
            if "card" in point:
                card = {"id": f"{question['id']}-{point['id']}", "kind": "recall"}
                found.append({**common, **card, "ask": point["card"], "answer": point["say"]})
    for name, card in CARDS.items():
        common = {"file": "choosing", "revision": 1, "kind": "recall", "chapter": "choosing#formula-card"}
        ask = f"The formula of `{name}`, for one example?"
        found.append({**common, "id": f"formula-{name}", "ask": ask, "answer": f"${card.formula}$"})
        ask = f"What is the slope of `{name}`?"
        found.append({**common, "id": f"slope-{name}", "ask": ask, "answer": card.gradient})
    return found


def variants(card):
    """Each draw of a card's numbers: (settings, the answer, the wrong answers in the order of `wrong`)."""
    found = []
    for numbers in itertools.product(*card["draw"].values()):
        settings = dict(zip(card["draw"], numbers, strict=True))
        wrong = [value(one["is"], **settings) for one in card["wrong"]]
        found.append((settings, value(card["answer"], **settings), wrong))
    return found


# Numbers that somebody has to vouch for: decimals, percentages, and whole numbers from 100 on.
NUMERAL = re.compile(r"(?<![\w.,{^])(?:\d[\d,]*\.\d+|\d[\d,]*(?= ?%)|\d{3,}|\d{1,3}(?:,\d{3})+)(?![\w.,]*\d)")


def numerals(text):
    """The numbers of a text without its code and links, as they are written there, but for commas."""
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", text)
    return [found.replace(",", "") for found in NUMERAL.findall(text)]
