"""The page Scenarios: dialogues with an interviewer, and answers of three levels to grade.

`{scenarios}` and `{graded}` show all there is in `book/bank/scenarios.yaml`, in order and with every branch,
so that the page reads without a script. `book/room/scenarios.js` takes the dialogues from the page.
"""

import functools
import random
import re

import bank
from course_room import BOOK, Bank, html, listed, plain, raw, section

LETTERS = "ABC"


class Spoken(Bank):
    """What the two directives share: sentences of an interviewer, and links to where a point is explained."""

    def line(self, text, cls=""):
        who = html("span", plain("Interviewer: "), cls="speaker")
        return html("div", who, self.text("div", text, "line"), cls=f"bubble {cls}".strip())

    def link(self, place):
        page, _, anchor = place.partition("#")
        self.env.note_dependency(str(BOOK / f"{page}.md"))
        return html("a", plain(heading(place)), href=f"{page}.html#{anchor}", cls="to")


class Scenarios(Spoken):
    """Every dialogue, a section each."""

    def run(self):
        self.env.note_dependency(str(bank.SCENARIOS))
        return [self.dialogue(one) for one in bank.dialogues()]

    def dialogue(self, one):
        level = f'<span class="chip {one["level"]}">{one["level"]}</span>'
        about = raw(f'<p class="chips">{level}<span>about {one["minutes"]} minutes, aloud</span></p>')
        points = {point["id"]: point["say"] for turn in one["turns"] for point in turn["points"]}
        turns = html("div", *[self.turn(turn, points) for turn in one["turns"]], cls="turns")
        links = [self.link(place) for place in one["see"]]
        see = html("p", plain("Read: "), *join(links), cls="see")
        box = html("div", about, self.line(one["opening"], "opening"), turns, see, cls="dialogue")
        box["attributes"]["data-id"] = one["id"]
        return section(f"scenario-{one['id']}", one["title"], [box])

    def turn(self, turn, points):
        parts = []
        if "when" in turn:
            (how, name), *_ = turn["when"].items()
            lead = "Only if you said: " if how == "said" else "Only if this was missing: "
            parts.append(html("p", plain(lead), self.text("span", points[name]), cls="when"))
        parts.append(self.line(turn["ask"]))
        inside = [listed("ul", [self.point(point) for point in turn["points"]], "points")]
        if turn.get("red_flags"):
            inside.append(html("p", plain("What gives a candidate away:"), cls="what"))
            inside.append(listed("ul", [self.flag(flag) for flag in turn["red_flags"]], "flags"))
        if "if_all" in turn:
            said = self.text("span", turn["if_all"], "all")
            inside.append(html("p", plain("If nothing that has to be in it is missing: "), said))
        parts.append(self.fold("What a good answer has", *inside))
        when = " ".join(*turn["when"].items()) if "when" in turn else ""
        return html("div", *parts, cls="turn", data_turn=turn["id"], data_when=when)

    def point(self, point):
        parts = [self.text("span", point["say"], "point")]
        if "see" in point:
            parts += [raw(" "), self.link(point["see"])]
        if "if_missed" in point:
            said = self.text("span", point["if_missed"], "missed")
            parts.append(html("p", plain("If it is missing: "), said, cls="reply"))
        return html("li", *parts, cls="must" if point.get("must") else "", data_point=point["id"])

    def flag(self, flag):
        reply = html("p", plain("Then: "), self.text("span", flag["reply"], "reply"), cls="reply")
        return html("li", self.text("span", flag["say"], "flag"), reply)


class Graded(Spoken):
    """Every problem with a weak, a fair and a strong answer, in an order that tells nothing."""

    def run(self):
        self.env.note_dependency(str(bank.SCENARIOS))
        return [self.problem(one) for one in bank.graded()]

    def problem(self, one):
        parts = [self.line(one["ask"])]
        parts += [
            self.answer(letter, one, answer) for letter, answer in zip(LETTERS, shuffled(one), strict=True)
        ]
        parts.append(html("p", plain("Now your own answer: "), self.link(one["exercise"]), cls="see"))
        box = html("div", *parts, cls="graded")
        return section(f"graded-{one['id']}", one["title"], [box])

    def answer(self, letter, one, answer):
        level = answer["level"]
        grade = html("p", raw(f'<b class="grade {level}">{level}</b> '), self.text("span", answer["why"]))
        items = []
        for point in one["rubric"]:
            has = point["id"] in answer["has"]
            said = [
                raw(f'<span class="state">{"Has" if has else "Lacks"}:</span> '),
                self.text("span", point["say"]),
            ]
            cls = f"{'has' if has else 'lacks'}{' must' if point.get('must') else ''}"
            items.append(html("li", *said, cls=cls))
        flags = [
            html("li", raw("<span>Gives itself away:</span> "), self.text("span", flag), cls="lacks")
            for flag in answer.get("red_flags", ())
        ]
        truth = self.fold("The grade", grade, listed("ul", [*items, *flags], "rubric"))
        head = html("h3", plain(f"Answer {letter}"))
        found = html("div", head, self.text("blockquote", answer["text"]), truth, cls="given")
        found["attributes"]["data-level"] = level
        return found


def shuffled(one):
    """The three answers in an order that is drawn from the id, and so the same in every build."""
    return random.Random(one["id"]).sample(one["answers"], len(one["answers"]))


def join(items):
    for number, item in enumerate(items):
        if number:
            yield raw(" · ")
        yield item


@functools.cache
def heading(place):
    """What a link to `regression#huber-loss` says: the title of the problem or of the section there."""
    page, _, anchor = place.partition("#")
    text = (BOOK / f"{page}.md").read_text("utf-8")
    problem = re.search(rf"\{{exercise\}} (.+)\n:label: {re.escape(anchor)}\n", text)
    if problem:
        return f"{problem[1]} (problem)"
    start = text.index(f"({anchor})=\n")
    under = re.match(r"(?:\(.+\)=\n)+#+ (.+)", text[start:])
    around = re.findall(r"^#+ (.+)$", text[:start], re.M)[-1]
    return re.sub(r"[$*`]", "", under[1] if under else around)


def setup(app):
    app.add_directive("scenarios", Scenarios)
    app.add_directive("graded", Graded)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
