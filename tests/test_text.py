"""Cheap checks of what is written: dollars, filler words, callouts, the parts of a problem, alt text."""

import re
from pathlib import Path

import pytest
from test_equations import PAGES, markdown

ROOT = Path(__file__).parents[1]
BANNED = re.compile(
    r"\b(simply|obviously|just|it is easy to see|note that|needless to say|colour\w*|behaviour\w*|favour\w*"
    r"|neighbour\w*|grey|centre\w*|\w+(?:nal|nim|xim|tim|mal|lar|ral|ard)is(?:e|ed|es|ing|ation))\b",
    re.I,
)
CALLOUTS = {"predict", "trap", "interview", "remember"}
ANSWER = ("{admonition} The answer", "dropdown answer")  # below each box that asks
# Directives whose body is not prose; an admonition other than the four callouts is not on any list.
SILENT = r"\{(code[\w-]*|literalinclude|math|glue\S*|bibliography|raw|eval-rst|auto\w+|image|claims\S*)\}"
OTHER_CALLOUTS = (
    r"\{(note|warning|tip|important|caution|danger|error|attention|hint|seealso|margin|epigraph)\}"
)


def directives(text):
    """(what follows the fence, body, options) of every directive in order, those inside others as well."""
    for token in markdown(text):
        if token.type in ("fence", "colon_fence") and token.info.strip().startswith("{"):
            options = dict(re.findall(r"^:([\w-]+):[ \t]*(.*)$", token.content, re.M))
            body = re.sub(r"\A(?::[\w-]+:.*\n)+", "", token.content)
            yield token.info.strip(), body, options
            if not re.match(SILENT, token.info.strip()):
                yield from directives(body)


def paragraphs(text):
    """The prose: no code, no mathematics."""
    for info, body, _ in [("", text, {}), *directives(text)]:
        yield info.partition("}")[2]
        for token in [] if re.match(SILENT, info) else markdown(body):
            if token.type == "inline":
                words = [c for c in token.children if c.type not in ("code_inline", "math_inline")]
                yield "".join(" " if c.type == "softbreak" else c.content for c in words)


def dollars(text):
    """Formulas that read like prices with words between them, and dollars that nothing closes."""
    text = re.sub(r"^(`{3,}|~{3,})[^{\n].*?^\1`*$|`[^`\n]+`", "", text, flags=re.M | re.S)
    text = re.sub(r"(?<!\\)\$\$.*?\$\$", "", text, flags=re.S)
    formulas = re.findall(r"(?<!\\)\$([^$]+?)(?<!\\)\$", text)
    lone = re.findall(r"(?<!\\)\$.{0,20}", re.sub(r"(?<!\\)\$[^$]+?(?<!\\)\$", "", text))
    words = r"(?<![\\a-zA-Z])[a-z]{3,}\s"
    return lone + [f for f in formulas if re.search(words, re.sub(r"\\\w+\s*\{[^}]*\}|\\\w+", "", f))]


def problems(text):
    """What the problems of a page lack, in words."""
    found, current = [], None
    for info, body, options in directives(text):
        if info.startswith("{exercise"):
            current = {"label": options.get("label", "?"), "parts": []}
            found.append(current)
            if not re.search(r"\[(easy|medium|hard)\]\{\.chip \.\1\}", body):
                current["parts"].append("no chip")
        elif current and re.match(r"\{(dropdown\} (Hint|Rubric)|solution)", info):
            if info.startswith("{solution") and not (
                info.endswith(current["label"]) and "dropdown" in str(options)
            ):
                current["parts"].append("not its solution, or not folded")
            current["parts"].append("Solution" if info.startswith("{solution") else info.split("} ")[1])
    order = ["Hint 1", "Hint 2", "Hint 3", "Solution", "Rubric"]
    return [f"{p['label']}: has {p['parts']}, not {order}" for p in found if p["parts"] != order]


def callouts(text):
    """Callouts that are not one of the four kinds."""
    found = []
    for info, _, options in directives(text):
        if re.match(OTHER_CALLOUTS, info):
            found.append(info)
        if info.startswith("{admonition}"):
            kind = options.get("class", "")
            if (info, kind) == ANSWER:
                continue
            title = info.partition("}")[2].strip().lower()
            if kind not in CALLOUTS or not title.startswith(kind):
                found.append(f"{info} of class {kind!r}")
    return found


def images(text):
    """Images without a description."""
    found = [
        info
        for info, _, o in directives(text)
        if re.match(r"\{(image|figure)", info) and len(o.get("alt", "")) < 10
    ]
    found += re.findall(r"!\[\s*\]\([^)]*\)", text)
    return found + [tag for tag in re.findall(r"<img\b[^>]*>", text) if not re.search(r'\balt="[^"]', tag)]


def wording(text):
    found = []
    for paragraph in paragraphs(text):
        found += BANNED.findall(paragraph)
        if paragraph.count("—") > 1:
            found.append(f"several dashes in: {paragraph[:60]}")
    return found


CHECKS = [wording, dollars, problems, callouts, images]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_page(page, check):
    assert check(PAGES[page]) == []


GOOD = r"""# A page

A house costs \$300, a flat \$200. The error $e = \hat y - y$ is in dollars, $2e$ as well.

:::{admonition} Predict: which mean?
:class: predict
Text.
:::

![A line from 0 to 1](a.svg)

```{exercise} The first
:label: ex-a
[easy]{.chip .easy}

How much is \$3?
```
```{dropdown} Hint 1
One.
```
```{dropdown} Hint 2
Two.
```
```{dropdown} Hint 3
Three.
```
```{solution} ex-a
:label: sol-a
:class: dropdown
Done.
```
```{dropdown} Rubric
| strong | weak |
| --- | --- |
| a | b |
```
"""


def test_a_good_page_passes():
    assert [check(GOOD) for check in CHECKS] == [[]] * len(CHECKS)


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        (dollars, r"\$300", "$300"),
        (dollars, r"\$300, a flat \$200", "$300, and a flat $200"),
        (wording, "A house costs", "A house simply costs"),
        (wording, "Three.", "Note that it is three."),
        (wording, "The error", "The error — as said — "),
        (wording, "The error", "The normalised error"),
        (callouts, ":class: predict", ":class: tip"),
        (callouts, "{admonition} Predict", "{admonition} Question"),
        (callouts, "{admonition} Predict: which mean?\n:class: predict", "{note}"),
        (problems, "[easy]{.chip .easy}", ""),
        (problems, "[easy]{.chip .easy}", "[easy]{.chip .hard}"),
        (problems, "```{dropdown} Hint 2\nTwo.\n```\n", ""),
        (problems, "```{dropdown} Hint 3", "```{dropdown} Hint 2"),
        (problems, "{solution} ex-a", "{solution} ex-b"),
        (problems, "{dropdown} Rubric", "{dropdown} Marks"),
        (images, "A line from 0 to 1", ""),
    ],
)
def test_the_guards_notice(check, old, new):
    assert old in GOOD
    assert check(GOOD.replace(old, new))
