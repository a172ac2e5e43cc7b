"""The interview room: the bank as pages that read without a script, and as data for the room's scripts.

- `{interview} regression` shows the questions and the cards of a chapter: all there is, in closed folds;
- `{interview-list}` lists the questions of all chapters, `{cards-list}` how many cards each has and where.

From each of those pages the texts are taken over into `_static/bank/NAME.js`, a classic script, since a page
that is opened from a file may not fetch JSON; `_static/bank/index.js` says what there is. Pages of class
`room` load `_static/room.js`, made of `book/room/`, and carry its style.
"""

import functools
import json
import re
import shutil
import sys
from collections import Counter
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup
from course_claims import VERDICTS, link_pointer, slug
from course_reading import tolerance, written
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

BOOK = Path(__file__).parents[1]
sys.path.insert(0, str(BOOK))  # book/bank is a package
import bank  # noqa: E402

ROOM = BOOK / "room"
SCRIPTS = """
    store.js memory.js card.js recall.js questions.js review.js mock.js start.js progress.js
""".split()
PAGES = ("interview", "interview_questions", "cards", "review", "scenarios", "mock", "progress")
WITH_MEMORY = ("book/review", "book/mock", "book/progress")  # these load the model of memory
CHAPTERS = """
    foundations regression classification margin imbalance metric_learning ranking custom choosing debugging
""".split()
FEW = 4  # cards at most, behind a section
KINDS = {
    "recall": "",
    "number": "A number",
    "flaw": "Right, imprecise or wrong?",
    "choice": "A choice",
    "log": "What happened?",
    "order": "Put in order",
    "sketch": "Draw it",
    "say": "Say it",
}


# --- Elements -------------------------------------------------------------------------------------------


class Html(nodes.General, nodes.Element):
    """An element of HTML that docutils has no node for."""


def html(tag, *children, cls="", ids=(), **attributes):
    found = Html("", *children, tag=tag, classes=cls.split(), ids=list(ids))
    found["attributes"] = {name.replace("_", "-"): value for name, value in attributes.items()}
    return found


def visit_html(self, node):
    self.body.append(self.starttag(node, node["tag"], "", **node["attributes"]))


def depart_html(self, node):
    self.body.append(f"</{node['tag']}>")


def raw(text):
    return nodes.raw("", text, format="html")


def plain(text):
    return nodes.Text(text)


# --- The texts of the bank ------------------------------------------------------------------------------


class Bank(SphinxDirective):
    """What the directives share: texts of the bank are Markdown with formulas."""

    def text(self, tag, text, part=""):
        """A text as an element; one paragraph stands in it without a <p>. `part` is its name in the data."""
        box = nodes.Element()
        self.state.nested_parse(StringList(str(text).splitlines(), self.env.docname), 0, box)
        children = box.children
        if len(children) == 1 and isinstance(children[0], nodes.paragraph):
            children = children[0].children
        return html(tag, *children, cls=f"b-{part}" if part else "")

    def pointer(self, pointer):
        return raw(link_pointer(self.env, pointer))

    def fold(self, title, *children, cls=""):
        summary = html("summary", plain(title))
        return html("details", summary, html("div", *children, cls="inside"), cls=f"room-fold {cls}".strip())

    def goal(self, place):
        """`regression#huber-loss` as an address, and the title of its chapter."""
        page, _, anchor = place.partition("#")
        return f"{page}.html#{anchor}", title(page)


def chips(entry):
    said = [f'<span class="chip {entry["level"]}">{entry["level"]}</span>'] if "level" in entry else []
    if "roles" in entry:
        said.append(f"<span>{entry['kind']}, {entry['seconds']} s</span>")
        said.append(f"<span>{', '.join(entry['tags'])}</span>")
        said.append(f"<span>{' · '.join(role_name(role) for role in entry['roles'])}</span>")
    return raw(f'<p class="chips">{" ".join(said)}</p>')


def role_name(role):
    return {"ds": "data scientist", "mle": "ML engineer", "research": "researcher"}[role]


def verdict(name):
    return raw(f'<span class="verdict {name}">{VERDICTS[name]}</span> ')


def listed(kind, items, cls=""):
    return html(kind, *items, cls=cls)


def section(name, title, children):
    return nodes.section("", nodes.title("", title), *children, ids=[name])


class Interview(Bank):
    """The questions and cards of a chapter."""

    required_arguments = 1

    def run(self):
        name = self.arguments[0]
        self.env.note_dependency(str(BOOK / f"{name}.md"))  # whose sections the cards stand under
        questions = [entry for entry in bank.questions() if entry["file"] == name]
        cards = [card for card in bank.cards() if card["file"] == name and card["kind"] != "say"]
        found = []
        if questions:
            asked = [self.question(entry) for entry in questions]
            found.append(section("questions", "Questions", asked))
        if cards:
            found.append(section("cards", "Cards", [self.card(card) for card in cards]))
        return found

    # Questions.

    def question(self, entry):
        address, chapter = self.goal(entry["chapter"])
        name = entry["id"]
        parts = [self.text("h3", entry["ask"], "ask"), chips(entry)]
        if entry.get("also"):
            also = [self.text("span", text, "also") for text in entry["also"]]
            parts.append(html("p", plain("Also asked: "), *separated(also), cls="also"))
        if entry.get("hints"):
            hints = [self.text("li", hint, "hint") for hint in entry["hints"]]
            parts.append(self.fold("Hints", listed("ol", hints)))
        if "usual" in entry:
            parts.append(self.usual(entry["usual"]))
        good = [self.text("div", entry["answer"], "answer")]
        good += [html("p", plain("What has to be in it:"), cls="what"), self.points(entry["points"])]
        if entry.get("red_flags"):
            good.append(html("p", plain("What gives a candidate away:"), cls="what"))
            flags = [self.text("li", flag, "flag") for flag in entry["red_flags"]]
            good.append(listed("ul", flags, "flags"))
        parts.append(self.fold("An answer of 60 seconds", *good, cls="good"))
        if entry.get("then"):
            parts.append(self.fold("Then they ask", *[self.follow_up(one) for one in entry["then"]]))
        links = [raw(f'<a class="b-home" href="{address}">{chapter}, the section</a>')]
        links += [self.pointer(pointer) for pointer in entry.get("see", ())]
        claims = [claim for claim in entry.get("claims", ()) if claim in bank.claims()]
        if claims:
            rows = ", ".join(f'<a href="claims.html#{slug(claim)}">{claim}</a>' for claim in claims)
            links.append(raw(f"<span>Claims {rows}</span>"))
        parts.append(html("p", *separated(links), cls="see"))
        return html("section", *parts, cls=f"question {entry['level']}", ids=[f"q-{name}"])

    def usual(self, usual):
        truth = [verdict(usual["verdict"]), self.text("span", usual["truth"], "truth")]
        if usual.get("claim") in bank.claims():
            address = f"claims.html#{slug(usual['claim'])}"
            truth.append(raw(f' <a class="b-claim" href="{address}">Where that is shown</a>'))
        said = self.text("p", usual["text"], "usual")
        return self.fold("The usual answer", said, html("p", *truth, cls="red-pen"), cls="usual")

    def points(self, points):
        found = []
        for point in points:
            item = self.text("li", point["say"], "point")
            if point.get("must"):
                item["classes"].append("must")
            found.append(item)
        return listed("ul", found, "points")

    def follow_up(self, one):
        inner = [self.points(one["points"]), *[self.follow_up(next_one) for next_one in one.get("then", ())]]
        summary = html("summary", self.text("span", one["ask"], "ask"))
        return html("details", summary, *inner, cls="then")

    # Cards.

    def card(self, card):
        kind = card["kind"]
        mask = Mask(card)
        head, body = getattr(self, f"card_{kind}")(card, mask)
        label = KINDS[kind]
        ask = [self.text("div", mask(card["ask"]), "ask")]
        if label:
            ask.insert(0, raw(f'<span class="kind">{label}</span> '))
        summary = html("summary", *ask, *head)
        inside = html("div", *body, cls="inside")
        found = html("details", summary, inside, cls="recall", ids=[f"card-{card['id']}"])
        found["place"] = card["chapter"]
        return found

    def card_recall(self, card, mask):
        return [], [self.text("div", card["answer"], "answer")]

    def card_number(self, card, mask):
        first = numbers(card)[0]
        right = self.text("span", mask(card["right"]), "right")
        wrong = [html("p", raw(f"<b>{written_short(first[1][0])}</b> "), right)]
        for (value, _), one in zip(first[2], card["wrong"], strict=True):
            said = [raw(f"<b>{written_short(value)}</b> "), self.text("span", mask(one["says"]), "says")]
            wrong.append(html("p", *said))
        wrong.append(html("p", plain("Another number? "), self.text("span", mask(card["else"]), "else")))
        return [], wrong

    def card_flaw(self, card, mask):
        judged = card.get("verdict") or bank.claims()[card["claim"]]["verdict"]
        shown = html("p", html("span", self.pointer(card["shown_by"]), cls="b-shown"), cls="see")
        return [], [verdict(judged), self.text("span", card["truth"], "truth"), shown]

    def card_choice(self, card, mask):
        says = []
        for choice in card["choices"]:
            bold = [raw("<b>Right.</b> ")] if choice.get("right") else []
            said = self.text("span", choice["says"], "says")
            says.append(html("li", *bold, said))
        asked = [self.text("li", choice["text"], "choice") for choice in card["choices"]]
        return [listed("ol", asked)], [listed("ol", says)]

    card_log = card_choice

    def card_order(self, card, mask):
        say = [item["say"] for item in card["items"]]
        mixed = [self.text("li", text) for text in sorted(say)]
        return [listed("ul", mixed)], [listed("ol", [self.text("li", text, "item") for text in say])]

    def card_sketch(self, card, mask):
        slopes = sketched(card)
        rows = ", ".join(f"{written(x)}: {written_short(y)}" for x, y in zip(card["at"], slopes, strict=True))
        return [], [self.text("div", card["says"], "says"), html("p", plain(rows))]


def separated(items):
    for number, item in enumerate(items):
        if number:
            yield raw(" · ")
        yield item


# --- Numbers --------------------------------------------------------------------------------------------

# In place of a {name} that is drawn anew, while the text is being rendered: a number that no text has.
HOLDER = 770001


class Mask:
    """Replaces `{name}` in the texts of a card by a number that stands for it, also within formulas."""

    def __init__(self, card):
        self.names = {name: str(HOLDER + place) for place, name in enumerate(card.get("draw", {}))}

    def __call__(self, text):
        return re.sub(r"\{(\w+)\}", lambda m: self.names.get(m[1], m[0]), text) if self.names else text


def written_short(value):
    return f"{float(value):.4g}".replace("-", "−").replace("e+0", "e").replace("e−0", "e−")


def numbers(card):
    """Each variant of a card: ([settings as text], [answer, tolerance], [[wrong, tolerance], ...])."""
    if "draw" not in card:  # a quick question
        wrong = [[one["value"], tolerance({**one, "answer": one["value"]})] for one in card["wrong"]]
        return [([], [card["answer"], tolerance(card)], wrong)]
    found = []
    for settings, answer, wrong in bank.variants(card):
        width = card.get("tolerance", 0.01)
        around = [[float(value), width * abs(float(value)) or 1e-9] for value in (answer, *wrong)]
        found.append(([shown(value) for value in settings.values()], around[0], around[1:]))
    return found


def shown(value):
    return value if isinstance(value, str) else written(value)


def sketched(card):
    return [float(slope) for slope in bank.value(card["function"], x=bank.np.array(card["at"], float))]


def fill(text, settings):
    """The text with a draw in place of the numbers that stand for it."""
    for place, value in enumerate(settings):
        text = text.replace(str(HOLDER + place), value)
    return text


# --- In which section of a chapter a card belongs -------------------------------------------------------


class GroupCards(SphinxPostTransform):
    """Cards stand below the sections of the chapter that they are about, and these lead to them."""

    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs):
        page = self.env.docname.removeprefix("book/")
        if page.startswith("interview_"):
            self.group(page.removeprefix("interview_"))
        elif page in chapters():
            self.lead(page)

    def group(self, name):
        groups = {}
        for card in list(self.document.findall(lambda node: isinstance(node, Html) and "place" in node)):
            groups.setdefault(home(self.env, card["place"]), []).append(card)
        order = [*dict.fromkeys(sections(self.env, name).values())] if name in CHAPTERS else []
        known = {place: number for number, place in enumerate(order)}
        for (page, anchor, title), cards in sorted(groups.items(), key=lambda group: known.get(group[0], -1)):
            place = anchor if page == name else f"{page}-{anchor}"
            box = html("div", cls="recall-group", ids=[f"cards-{place}"], data_section=place)
            cards[0].parent.append(box)
            for card in cards:
                card.parent.remove(card)
            box += [html("h3", raw(f'<a href="{page}.html#{anchor}">{escape(title)}</a>')), *cards]

    def lead(self, name):
        """Behind each section that has cards a link to them; a script asks them in its place."""
        places = [home(self.env, card["chapter"]) for card in bank.cards() if in_chapter(card, name)]
        counts = Counter(place for page, place, _ in places if page == name)
        for part in list(self.document.findall(nodes.section)):
            count = counts.get(part["ids"][0]) if isinstance(part.parent, nodes.section) else None
            if count:
                cards = "1 card" if count == 1 else f"{min(count, FEW)} cards"
                link = f'<a href="interview_{name}.html#cards-{part["ids"][0]}">Recall: {cards}</a>'
                inner = next(
                    (place for place, child in enumerate(part) if isinstance(child, nodes.section)), None
                )
                part.insert(len(part) if inner is None else inner, raw(f'<p class="again">{link}</p>'))


def is_quick(card):
    """Whether the card is a quick question, which stands in its chapter already."""
    return card["chapter"] == f"{card['file']}#quick-{card['id']}"


def in_chapter(card, name):
    return card["file"] == name and card["kind"] != "say" and not is_quick(card)


def home(env, place):
    """(page, id, title) of the section that a place like `regression#huber-loss` lies in."""
    page, _, anchor = place.partition("#")
    return sections(env, page).get(anchor) or (page, "", title(page))


@functools.cache
def sections(env, page):
    """{id: (page, id, title) of the section around it} of a chapter."""
    found = {}
    for part in env.get_doctree(f"book/{page}").findall(nodes.section):
        if isinstance(part.parent, nodes.section):  # not the chapter itself; what lies deeper comes later
            where = (page, part["ids"][0], part.next_node(nodes.title).astext())
            for node in part.findall(nodes.Element):
                found |= dict.fromkeys(node.get("ids", ()), where)
    return found


# --- Lists of all chapters ------------------------------------------------------------------------------


class InterviewList(Bank):
    """Every question of the course, with what the filters ask for."""

    def run(self):
        found = [raw('<div class="claims-filters room-filters" hidden></div>')]
        for name in chapters():
            entries = [entry for entry in bank.questions() if entry["file"] == name]
            if not entries:
                continue
            items = [self.item(name, entry) for entry in entries]
            found.append(section(f"questions-{name}", title(name), [listed("ul", items, "questions")]))
        return found

    def item(self, name, entry):
        ask = self.text("a", entry["ask"])
        ask["attributes"]["href"] = f"interview_{name}.html#q-{entry['id']}"
        data = {f"data_{key}": " ".join(entry[key]) for key in ("tags", "roles")}
        data |= {"data_level": entry["level"], "data_kind": entry["kind"], "data_chapter": name}
        return html("li", ask, chips(entry), cls=entry["level"], **data)


class CardsList(Bank):
    """How many cards of which kind each chapter has."""

    def run(self):
        items = []
        for name in chapters():
            kinds = [card["kind"] for card in bank.cards() if card["file"] == name]
            link = f'<a href="interview_{name}.html#cards">{title(name)}</a>'
            items.append(html("li", raw(f"{link}: {len(kinds)} cards")))
        return [listed("ul", items)]


def chapters():
    """The names of the files of the bank: the chapters in the order of the course, then what has none."""
    there = dict.fromkeys(entry["file"] for entry in [*bank.questions(), *bank.cards()])
    for name in there:
        if not (BOOK / f"interview_{name}.md").exists():
            raise ExtensionError(f"book/bank/*/{name}.yaml needs a page book/interview_{name}.md")
    others = sorted(there.keys() - set(CHAPTERS))
    return [*(name for name in CHAPTERS if name in there), *others]


@functools.cache
def title(name):
    """The title of a chapter, or else of its page in the room without what these have in common."""
    page = BOOK / f"{name}.md"
    page = page if page.exists() else BOOK / f"interview_{name}.md"
    line = next(line for line in page.read_text("utf-8").splitlines() if line.startswith("# "))
    return line.removeprefix("# ").partition(":")[0]


# --- Data for the scripts -------------------------------------------------------------------------------

LISTS = {"also", "hint", "point", "flag", "choice", "says", "item"}


def parts(element, name):
    """The texts of an element by their names, as HTML; its links lead on from any page of the book."""
    found = {}
    for part in element.select('[class*="b-"]'):
        what = next((cls[2:] for cls in part["class"] if cls.startswith("b-")), None)
        if what is None or part.find_parent("details", class_="then"):
            continue
        for link in part.select("a[href^='#']"):
            link["href"] = f"interview_{name}.html{link['href']}"
        text = part["href"] if part.name == "a" else part.decode_contents().strip()
        if what in LISTS:
            found.setdefault(what, []).append(text)
        else:
            found[what] = text
    return found


def question_data(entry, box, name):
    kept = ("revision", "level", "kind", "tags", "roles", "seconds", "chapter", "needs")
    found = {key: entry[key] for key in kept if key in entry} | parts(box, name)
    found["must"] = [bool(point.get("must")) for point in entry["points"]]
    found["ids"] = [point["id"] for point in entry["points"]]
    found["cards"] = [bool(point.get("card")) for point in entry["points"]]
    if "usual" in entry:
        found["verdict"] = entry["usual"]["verdict"]
    if entry.get("then"):
        first = [fold for fold in box.select("details.then") if "then" not in fold.parent["class"]]
        found["then"] = follow_data(entry["then"], first)
    return found


def follow_data(then, folds):
    found = []
    for one, fold in zip(then, folds, strict=True):
        points = fold.find("ul", class_="points", recursive=False).find_all("li", recursive=False)
        data = {
            "ask": fold.summary.select_one(".b-ask").decode_contents(),
            "point": [point.decode_contents() for point in points],
            "must": [bool(point.get("must")) for point in one["points"]],
        }
        if one.get("then"):
            data["then"] = follow_data(one["then"], fold.find_all("details", class_="then", recursive=False))
        found.append(data)
    return found


def card_data(card, box, name):
    found = {key: card[key] for key in ("kind", "revision", "level", "tags", "chapter") if key in card}
    if card["kind"] == "say":
        return found | {"question": card["question"]}
    found |= parts(box, name) | {"section": box.parent["data-section"]}
    if card["kind"] == "number":
        found["variants"] = numbers(card)
    elif card["kind"] == "flaw":
        found["verdict"] = card.get("verdict") or bank.claims()[card["claim"]]["verdict"]
    elif card["kind"] in ("choice", "log"):
        found["right"] = [choice.get("right", False) for choice in card["choices"]].index(True)
    elif card["kind"] == "sketch":
        found |= {"at": card["at"], "slopes": sketched(card)}
    return found


def as_script(value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<!--", "<\\u0021--").replace("</script", "<\\/script")


def take_data(app, pagename, templatename, context, doctree):
    """The texts of a chapter's page as a script; then the page shows the first draw of each number."""
    found = re.fullmatch(r"book/interview_(\w+)", pagename)
    body = context.get("body")
    if not found or not body or found[1] not in chapters():
        return
    name = found[1]
    tree = BeautifulSoup(body, "html.parser")
    questions = {
        entry["id"]: question_data(entry, tree.find(id=f"q-{entry['id']}"), name)
        for entry in bank.questions()
        if entry["file"] == name
    }
    cards = {
        card["id"]: card_data(card, tree.find(id=f"card-{card['id']}"), name)
        for card in bank.cards()
        if card["file"] == name
    }
    folder = Path(app.outdir) / "_static/bank"
    folder.mkdir(parents=True, exist_ok=True)
    data = {"questions": questions, "cards": cards}
    (folder / f"{name}.js").write_text(f"bank.texts.{name}={as_script(data)}\n", "utf-8")

    for card in bank.cards():
        if card["file"] == name and "draw" in card:
            place = f'<details class="recall" id="card-{card["id"]}">'
            start = body.index(place)
            end = body.index("</details>", start)
            body = body[:start] + fill(body[start:end], numbers(card)[0][0]) + body[end:]
    context["body"] = body


def index():
    """What there is: of each chapter its title, its cards and its questions without their texts."""
    found = {}
    for name in chapters():
        questions = [question for question in bank.questions() if question["file"] == name]
        cards = [card for card in bank.cards() if card["file"] == name]
        kept = ("level", "kind", "tags", "roles", "seconds", "chapter", "needs")
        found[name] = {
            "title": title(name),
            "page": name if name in CHAPTERS else f"interview_{name}",
            "cards": {card["id"]: card["kind"] for card in cards},
            "quick": [card["id"] for card in cards if is_quick(card)],
            "questions": {q["id"]: {key: q[key] for key in kept if key in q} for q in questions},
        }
    return found


# --- Scripts and style ----------------------------------------------------------------------------------


def script(*names):
    """Scripts of the room as one, without comments and indentation."""
    code = "\n".join((ROOM / name).read_text("utf-8") for name in names)
    code = re.sub(r"^\s*(//.*|/\*\*.*\*/)$", "", code, flags=re.M)
    return re.sub(r"\n\s*", "\n", code).strip()


@functools.cache
def style():
    """The sheets of the room as one, without comments and line ends."""
    css = "".join(file.read_text("utf-8") for file in sorted(ROOM.glob("*.css")))
    return re.sub(r"\n\s*", "\n", re.sub(r"/\*.*?\*/", "", css, flags=re.S)).strip()


def depend(app, docname, source):
    """Pages of the room are made of the bank, and so are the links in the chapters."""
    if is_of_the_room(docname) or docname.removeprefix("book/") in CHAPTERS:
        for file in [*(BOOK / "bank").rglob("*.py"), *(BOOK / "bank").rglob("*.yaml")]:
            app.env.note_dependency(str(file))


def is_of_the_room(pagename):
    name = pagename.removeprefix("book/")
    return pagename.startswith("book/") and (name in PAGES or name.startswith("interview_"))


def add_assets(app, pagename, templatename, context, doctree):
    if app.builder.name != "html" or "css_files" not in context or not is_of_the_room(pagename):
        return
    context["metatags"] = f"{context.get('metatags', '')}<style>{style()}</style>"  # no sheet to wait for
    scripts = ["bank/index.js", "room.js"]
    if pagename in WITH_MEMORY:
        scripts.insert(0, "fsrs.js")
    if pagename == "book/scenarios":
        scripts.append("scenarios.js")
    context["body"] += "".join(f'<script defer src="../_static/{name}"></script>' for name in scripts)


def write_assets(app, exception):
    """After course_site, which clears _static."""
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    (static / "bank").mkdir(exist_ok=True)
    for file in (static / "bank").glob("*.js"):
        if file.stem not in chapters():  # of an earlier build
            file.unlink()
    whole = f"globalThis.bank={{chapters:{as_script(index())},texts:{{}}}}\n"
    (static / "bank/index.js").write_text(whole, "utf-8")
    (static / "room.js").write_text(script(*SCRIPTS), "utf-8")
    (static / "scenarios.js").write_text(script("scenarios.js"), "utf-8")
    shutil.copy(BOOK / "_ext/fsrs/fsrs.js", static)


def setup(app):
    app.add_node(Html, html=(visit_html, depart_html))
    app.add_directive("interview", Interview)
    app.add_directive("interview-list", InterviewList)
    app.add_directive("cards-list", CardsList)
    app.add_post_transform(GroupCards)
    app.connect("source-read", depend)
    app.connect("html-page-context", take_data, priority=700)
    app.connect("html-page-context", add_assets, priority=950)
    app.connect("build-finished", write_assets, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
