"""For `pytest --nbval notebooks`: a figure must be the one that its cell draws today.

nbval compares outputs as text, where the last digit of another machine would count, so tests/nbval.cfg hides
the insides of figures from it, and they are compared here, number by number.
"""

import re
from xml.etree import ElementTree

import pytest

TOLERANCE = 0.2  # in points: a quarter of a pixel
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    if hasattr(item, "cell"):
        stored, drawn = figures(item.cell.outputs), figures(item.test_outputs or [])
        assert len(stored) == len(drawn), f"{len(stored)} figures are stored, the cell draws {len(drawn)}"
        for old, new in zip(stored, drawn, strict=True):
            assert differences(old, new) == [], "the stored figure is not the one that the cell draws"
    return result


def figures(outputs):
    """The figures among the outputs of a cell, in order."""
    texts = [
        text
        for output in outputs
        for mime, text in sorted(output.get("data", {}).items())
        if mime.endswith(("text/html", "image/svg+xml"))
    ]
    return re.findall(r"<svg\b.*?</svg>", "".join(texts), re.S)


def parts(svg):
    """A figure as a list of texts and numbers: its elements in order, with their attributes."""
    for place, name in enumerate(re.findall(r'\bid="([^"]*)"', svg)):  # the ids hash the numbers
        svg = re.sub(rf'(?<=["#]){re.escape(name)}(?=[")])', f"id{place}", svg)
    found = []
    for element in ElementTree.fromstring(svg).iter():
        attributes = [f"{key}={value}" for key, value in sorted(element.attrib.items())]
        for text in [element.tag, element.text or "", element.tail or "", *attributes]:
            found += [NUMBER.sub("#", " ".join(text.split())), *map(float, NUMBER.findall(text))]
    return found


def differences(stored, drawn):
    """Where two figures differ by more than the last digits of another machine, in words."""
    old, new = parts(stored), parts(drawn)
    if [p for p in old if isinstance(p, str)] != [p for p in new if isinstance(p, str)] or len(old) != len(
        new
    ):
        return ["not the same elements or texts"]
    numbers = [(a, b) for a, b in zip(old, new, strict=True) if isinstance(a, float)]
    return [f"{a} is now {b}" for a, b in numbers if not abs(a - b) <= TOLERANCE]
