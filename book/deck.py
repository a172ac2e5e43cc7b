"""The bank of cards as a deck for Anki, made of the texts of the built site.

    python book/deck.py _build/html _build/books/loss-functions.apkg

Each card is a note with two sides; the cards of a chapter are a deck of their own below "Loss functions". A
note is known by the id of its card, and changed when a release has a later date than the one before: so a
reader who imports a new release keeps all progress. Formulas are MathML, as on the site.
"""

import datetime
import functools
import json
import re
import sqlite3
import sys
import zipfile
import zlib
from itertools import count
from pathlib import Path

import genanki
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "book/_ext"))
from course_room import KINDS, fill, written_short  # noqa: E402

NAME = "Loss functions"
DESCRIPTION = """
<p>The cards of <i>Loss functions, executed</i>, a course in which everything is run. Its text is under
<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>.</p>
<p>Import a later release over this one: changed cards are replaced, and your progress stays. To leave out
the questions that you answer aloud, suspend the cards tagged <code>loss-functions::say</code>.</p>
"""
STYLE = """
.card { max-width: 40rem; margin: 1rem auto; padding: 0 0.8rem; text-align: left; }
.card { font: 1.15rem/1.5 system-ui, sans-serif; }
.kind, .where { color: #595959; font-size: 0.85rem; }
.nightMode :is(.kind, .where) { color: #b0b0b0; }
#answer { margin: 1rem 0; }
code { font-size: 0.92em; }
li { margin-bottom: 0.3rem; }
ol.choices { list-style: lower-alpha; }
ul.points { list-style: "○  "; }
ul.points > .must { list-style: "●  "; }
math { font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", math; font-size: 1.1em; }
svg { display: block; width: 100%; max-width: 24rem; color: inherit; }
"""
FRONT = '<div class="kind">{{Kind}}</div>\n<div class="question">{{Question}}</div>'
BACK = '{{FrontSide}}\n<hr id="answer">\n{{Answer}}\n<p class="where">{{Where}}</p>'
# The ids of the model and of the decks are for ever: Anki knows by them what a reader has already.
MODEL = genanki.Model(
    1_834_205_967,
    NAME,
    fields=[{"name": name} for name in ("Id", "Kind", "Question", "Answer", "Where")],
    templates=[{"name": "Card", "qfmt": FRONT, "afmt": BACK}],
    css=STYLE,
)


def deck_id(name):
    """The id of a chapter's deck, from the name of its file: 30 bits, above those that Anki uses itself."""
    return (1 << 30) + (zlib.crc32(name.encode()) >> 2)


def released():
    """Seconds since 1970 at the date of the release. Anki takes over what is later than what it has."""
    day = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["date-released"]
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC).timestamp())


# --- The two sides of each kind of card: what is asked, and what is told --------------------------------


def listed(items, kind="ul", cls=""):
    inner = "".join(item if item.startswith("<li") else f"<li>{item}</li>" for item in items)
    return f'<{kind} class="{cls}">{inner}</{kind}>' if cls else f"<{kind}>{inner}</{kind}>"


def mixed(texts):
    """Texts in an order that gives nothing away: by the alphabet, or else backwards."""
    found = sorted(texts, key=lambda text: BeautifulSoup(text, "html.parser").get_text().lower())
    return found if found != texts else found[::-1]


def recall(card):
    return card["ask"], card["answer"]


def number(card):
    """The first variant. It is not typed: Anki compares letters, and would mark 1/4 where 0.25 is right."""
    settings, (right, _), wrong = card["variants"][0]
    told = f"<p><b>{written_short(right)}</b> {card['right']}</p>"
    others = [
        f"<b>{written_short(value)}</b> {says}"
        for (value, _), says in zip(wrong, card.get("says", ()), strict=True)
    ]
    told += f"<p>If you have another number:</p>{listed([*others, card['else']])}"
    return fill(card["ask"], settings), fill(told, settings)


def flaw(card):
    told = f"<p><b>{card['verdict'].capitalize()}.</b> {card['truth']}</p>"
    return card["ask"], f"{told}<p>Shown in {card['shown']}.</p>"


def choice(card):
    right = card["choice"][card["right"]]
    told = [
        f"<b>Right.</b> {says}" if text == right else says
        for text, says in zip(card["choice"], card["says"], strict=True)
    ]
    ask = card["ask"] + listed(card["choice"], "ol", "choices")
    return ask, f"<p>{right}</p>{listed(told, 'ol', 'choices')}"


def order(card):
    return card["ask"] + listed(mixed(card["item"])), listed(card["item"], "ol")


def sketch(card):
    rows = ", ".join(
        f"{written_short(slope)} at {written_short(at)}"
        for at, slope in zip(card["at"], card["slopes"], strict=True)
    )
    told = f"<p>{card['says'][0]}</p>{picture(card['at'], card['slopes'])}<p>It is {rows}.</p>"
    where = ", ".join(map(written_short, card["at"]))
    return f"{card['ask']}<p>Mark its values at {where}.</p>", told


def picture(at, slopes):
    """The values of a curve at some places. What lies between them is not known here, and not drawn."""
    top, left, right = 1.25 * max(map(abs, slopes)), min(at), max(at)
    points = [
        (round(20 + 260 * (x - left) / (right - left), 1), round(70 - 60 * y / top, 1))
        for x, y in zip(at, slopes, strict=True)
    ]
    stems = "".join(f"M{x} 70V{y}" for x, y in points)
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3.5"/>' for x, y in points)
    names = "".join(
        f'<text x="{x}" y="148">{written_short(value)}</text>'
        for (x, _), value in zip(points, at, strict=True)
    )
    return (
        '<svg viewBox="0 0 300 152" fill="currentColor" font-size="11" text-anchor="middle">'
        f'<path d="M10 70H290{stems}" stroke="currentColor" opacity="0.6"/>{dots}{names}</svg>'
    )


def say(card, question):
    asked = f"{question['ask']}<p>Aloud, in {question['seconds']} seconds.</p>"
    points = [
        f'<li class="must">{point}</li>' if must else f"<li>{point}</li>"
        for point, must in zip(question["point"], question["must"], strict=True)
    ]
    told = (
        f"<div>{question['answer']}</div><p>Which of these did you say? Filled circles have to be in it.</p>"
    )
    return asked, told + listed(points, cls="points")


SIDES = {
    "recall": recall,
    "number": number,
    "flaw": flaw,
    "choice": choice,
    "log": choice,
    "order": order,
    "sketch": sketch,
}

# --- From the site --------------------------------------------------------------------------------------


def script(site, name):
    """The value that a script of `_static/bank` sets."""
    return (site / f"_static/bank/{name}.js").read_text("utf-8").partition("=")[2]


def chapters(site):
    """{name: title} of the files of the bank, in the order of the course."""
    found, _ = json.JSONDecoder().raw_decode(script(site, "index").partition("chapters:")[2])
    return {name: chapter["title"] for name, chapter in found.items()}


def clean(text):
    """A text of the site where there is no site: links are words, and code has no classes of Sphinx."""
    tree = BeautifulSoup(text, "html.parser")
    for element in tree.select("a, span.pre, span.tex"):
        element.unwrap()
    for element in tree.select("code"):
        del element["class"]
    return tree.decode(formatter="minimal").strip()


@functools.cache
def page(path):
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@functools.cache
def where(site, place):
    """Chapter and section of a place like `regression#huber-loss`; a link where pages know their address."""
    name, _, anchor = place.partition("#")
    tree = page(site / f"book/{name}.html")
    found = tree.find(id=anchor)
    if found is None:
        raise ValueError(f"book/{name}.html has no element of id {anchor!r}, which a card names")
    section = found if found.name == "section" else found.find_parent("section")
    headings = [tree.h1] if section.h1 else [tree.h1, section.find(re.compile("^h[2-6]$"))]
    words = []
    for heading in headings:
        inner = BeautifulSoup(heading.decode_contents(), "html.parser")
        for mark in inner.select("a.headerlink"):
            mark.decompose()
        words.append(clean(inner.decode()))
    words[0] = words[0].partition(":")[0]
    address = tree.select_one("link[rel=canonical]")
    text = ": ".join(words)
    return f'<a href="{address["href"]}#{anchor}">{text}</a>' if address else text


def decks(site):
    """The deck of the course, which has only a description, and that of each chapter."""
    found = [genanki.Deck(deck_id("loss-functions"), NAME, DESCRIPTION.strip())]
    for name, title in chapters(site).items():
        deck = genanki.Deck(deck_id(name), f"{NAME}::{title}")
        texts = json.loads(script(site, name))
        for number, (key, card) in enumerate(texts["cards"].items()):
            kind = card["kind"]
            if kind == "say":
                sides = say(card, texts["questions"][card["question"]])
            else:
                sides = SIDES[kind](card)
            tags = [kind, *([card["level"]] if "level" in card else []), *card.get("tags", ())]
            deck.add_note(
                genanki.Note(
                    MODEL,
                    [key, KINDS[kind] or "Recall", *map(clean, sides), where(site, card["chapter"])],
                    guid=genanki.guid_for("loss-functions", key),
                    tags=[f"loss-functions::{tag}" for tag in tags],
                    due=number,
                )
            )
        found.append(deck)
    return found


def write(site, target):
    """The package: the database and an empty list of media, with the dates of the release, not of today."""
    stamp = released()
    database = sqlite3.connect(":memory:")
    genanki.Package(decks(site)).write_to_db(database.cursor(), stamp, count(stamp * 1000))
    database.commit()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in (("collection.anki2", database.serialize()), ("media", b"{}")):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content)
    database.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
