"""What a first reading of a chapter holds, and has too much of: `python tests/reading.py regression`."""

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHAPTERS = (
    "foundations regression classification margin imbalance metric_learning ranking custom debugging".split()
)
MOST = {"words": 2500, "equation": 12, "columns": 5}
FIRST_FIGURE = 0.15  # of the words
WORDS_A_FIGURE = WORDS_WITHOUT_QUESTION = 600


def extension():
    path = ROOT / "book/_ext/course_reading.py"
    spec = importlib.util.spec_from_file_location("course_reading", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reading = extension()


def page(chapter):
    return (ROOT / f"_build/html/book/{chapter}.html").read_text("utf-8")


def faults(chapter):
    """What a first reading of the chapter has too much of, or lacks, in words."""
    html = page(chapter)
    seen = list(reading.in_sight(html))
    count = reading.counts(seen)
    found = [
        f"{count[kind]} of {kind} in sight, at most {most}"
        for kind, most in MOST.items()
        if count[kind] > most
    ]
    figures, questions = reading.gaps(seen, "figure"), reading.gaps(seen, "question")
    if figures[0] > FIRST_FIGURE * count["words"]:
        found.append(f"the first figure after {figures[0]} of {count['words']} words")
    found += [f"{gap} words without a figure" for gap in figures if gap > WORDS_A_FIGURE]
    found += [f"{gap} words without a question" for gap in questions if gap > WORDS_WITHOUT_QUESTION]
    found += [
        f"a fold for nobody: {title!r}"
        for title in reading.fold_titles(html)
        if not title.startswith(reading.READERS)
    ]
    return found


if __name__ == "__main__":
    for chapter in sys.argv[1:] or CHAPTERS:
        seen = list(reading.in_sight(page(chapter)))
        print(chapter, reading.counts(seen), f"{reading.minutes(reading.counts(seen)):.0f} min")
        print("  words between figures:", *reading.gaps(seen, "figure"))
        print("  words between questions:", *reading.gaps(seen, "question"))
        for fault in faults(chapter):
            print("  *", fault)
