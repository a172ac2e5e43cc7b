r"""Every labelled equation of the book is read as it is displayed, and both its sides are computed.

The entries stand in `tests/equations/<chapter>.py`, one for each label. A label without an entry is red, an
entry without a label is red, and so is a changed sign, digit or name in the page. Three examples:

1. Most equations need a label only. The page shows `\frac{\partial}{\partial \hat y}\log\cosh e = \tanh e`,
   and the notation of the course (`NOTATION` in `tests/equations/__init__.py`) already says that ŷ and y are
   drawn numbers, e = ŷ − y, y_i and \hat y_i are n = 5 numbers, δ is positive, q is between 0 and 1, ...::

       equation("eq-log-cosh-gradient")

2. What the equation defines or differentiates gets a symbol whose value is known from elsewhere, so that the
   two sides are independent: a Python function, or LaTeX. A key is written as the page writes the symbol, as
   a name `\hat R`, as one of a row `g_i`, or as a function with its arguments; arguments that the page leaves
   out (here δ) are taken from the symbols. `tests/references.py` has every loss in mpmath::

       equation("eq-huber", {r"\ell_\delta(\hat y, y, \delta)": REFERENCES["huber"].value})
       equation("eq-mse-gradient", {r"\hat R": r"\frac1n \sum_{j=1}^n (\hat y_j - y_j)^2"})

   A value may also be an interval to draw from `(0.5, 2)`, a range of whole numbers `range(1, 6)`, a number,
   a list (the row y_1, y_2, ...), or `Random([1, 2, 5], [0.2, 0.3, 0.5])`, over which \mathbb{E}[...],
   \operatorname{Var}(...) and P(...) are taken. `points=[{r"\hat y": 1, "y": 1}]` adds points to the drawn
   ones: the kink, or the case where an inequality is tight. Without it a wrong inequality may pass.

3. What the reader cannot read is pinned: the exact text, why, and both sides in Python, written from that
   text. The test is red when the page changes, so that whoever changes it looks here::

       @pinned("eq-subdifferential", r"\partial |e| = [-1, 1] \text{ at } e = 0", why="a set")
       def _():
           yield mp.diff(abs, mpf("1e-9")), 1
           yield mp.diff(abs, -mpf("1e-9")), -1

What can be read: fractions, roots, powers, |x|, \exp \log \cosh \tanh \max \min, \operatorname{sign},
\operatorname{median}(y_1, \dots, y_n), sums and products over an index, \sum_{i : y_i < c},
\#\{i : y_i < c\}, \mathbf 1[y < c], cases, aligned rows, integrals over x, limits,
\frac{\partial^2 f}{\partial x^2}, f'(x), \nabla f(x) in one dimension, \min_c and
\arg\min_c of a unimodal function over the interval of c, chains
a = b \le c, several equations separated by commas or \quad, `\text{if } e > 0` after an equation, and
\approx, whose right side must be the left one rounded to the digits shown. Write Euler's number as \exp or
\mathrm{e}: e is the error. Write \mid, not |, for "given". A sum, a limit and a derivative reach up to the
next + or −. An integral is split at 0 and at ± every symbol in it: kinks elsewhere make it inexact.

Each entry is also tried with every sign flipped and every digit changed, one at a time, and has to fail.
A change that leaves the equation true is listed with the entry: `equivalent=[r"the changed words"]`.
"""

import importlib
import re
from pathlib import Path

import pytest
from equations import ENTRIES, Equation, Unreadable
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

ROOT = Path(__file__).parents[1]
for chapter in sorted((ROOT / "tests/equations").glob("[!_]*.py")):
    importlib.import_module(f"equations.{chapter.stem}")


def markdown(text):
    """The tokens of a page; MyST reads it the same way."""
    return MarkdownIt().use(dollarmath_plugin).use(colon_fence_plugin).enable("table").parse(text)


def labelled(text):
    """(label, latex) of every labelled equation, inside directives as well."""
    for token in markdown(text):
        if token.type == "math_block_label":
            yield token.info, token.content
        elif token.type in ("fence", "colon_fence") and token.info.startswith("{"):
            label = re.search(r"^:label:\s*(\S+)", token.content, re.M)
            if token.info.startswith("{math}"):
                if label:
                    yield label[1], re.sub(r"^:\w+:.*\n", "", token.content, flags=re.M)
            elif not token.info.startswith(("{code", "{literalinclude")):
                yield from labelled(token.content)


def pages():
    import nbformat

    for path in sorted((ROOT / "book").glob("*.md")):
        yield path.name, path.read_text("utf-8")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(path, 4).cells
        yield path.name, "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


PAGES = dict(pages())
FOUND = [found for text in PAGES.values() for found in labelled(text)]
DISPLAYED = dict(FOUND)
READ = [label for label in DISPLAYED if isinstance(ENTRIES.get(label), Equation)]


def test_labels_are_unique_and_well_named():
    labels = [label for label, _ in FOUND]
    assert sorted(labels) == sorted(set(labels)), "a label stands twice"
    assert all(re.fullmatch(r"eq-[a-z0-9-]+", label) for label in labels)


def test_every_label_has_an_entry_and_every_entry_a_label():
    assert set(DISPLAYED) - set(ENTRIES) == set(), "labelled equations that no test covers"
    assert set(ENTRIES) - set(DISPLAYED) == set(), "entries whose equation is gone"


@pytest.mark.parametrize("page", PAGES)
def test_no_label_is_overlooked(page):
    mentioned = set(re.findall(r"(?<![\w-])eq-[\w-]+", PAGES[page]))
    assert mentioned <= set(DISPLAYED), "a label that is not read as one, or a reference to nothing"
    assert r"\label{" not in PAGES[page], "label an equation with $$ ... $$ (eq-name)"


@pytest.mark.parametrize("label", DISPLAYED)
def test_both_sides_are_equal(label):
    ENTRIES[label].check(DISPLAYED[label])


def mutants(latex):
    """The displayed text with one sign flipped, one digit or one inequality changed."""
    prose = [match.span() for match in re.finditer(r"\\(?:text|begin|end)\s*\{[^}]*\}", latex)]
    for match in re.finditer(r"[+-]|\d|\\[lg]eq?\b|[<>]", latex):
        old, (start, end) = match[0], match.span()
        if any(a <= start < b for a, b in prose):
            continue
        flips = {"+": "-", "-": "+", r"\le": r"\ge", r"\ge": r"\le", r"\leq": r"\ge", r"\geq": r"\le"}
        flips |= {"<": ">", ">": "<"}
        new = flips.get(old) or str((int(old) + 1) % 10)
        yield (
            latex[:start] + new + latex[end:],
            f"{latex[max(start - 12, 0) : start]}[{new}]{latex[end : end + 12]}",
        )


def survivors(entry, latex):
    for mutant, where in mutants(latex):
        try:
            entry.check(mutant)
        except (AssertionError, Unreadable, ArithmeticError):
            continue
        yield mutant, where


@pytest.mark.parametrize("label", READ)
def test_a_changed_sign_or_digit_is_noticed(label):
    entry, latex = ENTRIES[label], DISPLAYED[label]
    listed, unnoticed = set(), []
    for mutant, where in survivors(entry, latex):
        excuses = {words for words in entry.equivalent if words in mutant and words not in latex}
        listed |= excuses
        if not excuses:
            unnoticed.append(where)
    assert not unnoticed, "these changes are not noticed"
    assert listed == set(entry.equivalent), "listed as equivalent, but the change is noticed or not made"
