"""The formulas are MathML, which each browser lays out its own way: here Firefox, on a page of each kind.

It is driven by Mozilla's own `marionette_driver`. Without Firefox these tests are skipped, unless the
variable FIREFOX names it, as it does in CI.
"""

import os
import shutil
from pathlib import Path

import pytest
from test_site import DESKTOP, PHONE, SITE

CHAPTERS = ("classification", "margin", "ranking", "custom", "debugging", "metric_learning")
PAGES = (
    "book/classification.html",
    "notebooks/classification.html",
    "book/choosing.html",
    "book/review.html",
    "book/scenarios.html",
    "search.html?q=huber",
)

# marionette_driver leaves the sockets open with which it waits for the start of Firefox.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    asked = os.environ.get("FIREFOX")
    mac = "/Applications/Firefox.app/Contents/MacOS/firefox"
    found = next(filter(None, map(shutil.which, [asked] if asked else ["firefox-esr", "firefox", mac])), None)
    if not found:
        (pytest.fail if asked else pytest.skip)(
            f"no Firefox: {asked or 'firefox-esr or firefox'} is not there"
        )
    driver = pytest.importorskip("marionette_driver.marionette", reason="marionette_driver is not installed")
    driver = driver.Marionette(
        bin=str(Path(found).resolve()),
        headless=True,
        gecko_log=str(tmp_path_factory.mktemp("firefox") / "gecko.log"),
        app_args=["--remote-allow-system-access"],  # for the width of the page and the console
        prefs={"ui.useOverlayScrollbars": 1, "ui.prefersReducedMotion": 1},
    )
    driver.start_session()
    yield driver
    driver.quit()
    driver.cleanup()


@pytest.fixture
def visit(firefox):
    """Opens a page, all of it laid out and unfolded; in the end, its scripts must have made no error."""

    def visit(page, size=DESKTOP):
        firefox.set_window_rect(width=1300, height=1000)
        with firefox.using_context("chrome"):  # a window of Firefox is never as narrow as a phone
            firefox.execute_script(
                """const {style} = gBrowser.selectedBrowser, [width, height] = arguments;
                style.minWidth = style.maxWidth = `${width}px`;
                style.minHeight = style.maxHeight = `${height}px`;""",
                [size["width"], size["height"]],
            )
        path, _, query = page.partition("?")
        firefox.navigate(f"{(SITE / path).as_uri()}?{query}")
        firefox.execute_async_script(
            """const [done] = arguments;
            localStorage.clear();
            document.documentElement.classList.add("laid-out");
            for (const fold of document.querySelectorAll("details")) fold.open = true;
            const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => done()));
            document.fonts.ready.then(painted);"""
        )
        assert firefox.execute_script("return innerWidth") == size["width"]
        return firefox

    with firefox.using_context("chrome"):
        firefox.execute_script("Services.console.reset()")
    yield visit
    with firefox.using_context("chrome"):
        errors = firefox.execute_script(
            """return Services.console.getMessageArray().filter((said) => said instanceof Ci.nsIScriptError)
            .filter((said) => said.sourceName.startsWith("file:") && !(said.flags & said.warningFlag))
            .map((said) => `${said.sourceName}:${said.lineNumber} ${said.errorMessage}`);"""
        )
    assert errors == []


# What every script below can call. A box is as high as a line, 1 to 4 pixels more than the letters in it.
TOOLS = """
const box = (e) => e.getBoundingClientRect();
const all = (where, inside = document) =>
    [...inside.querySelectorAll(where)].filter((e) => e.checkVisibility());
const tex = (e) => e.closest("math").textContent;
"""


def measure(tab, script):
    """What `script` returns: how many elements it has looked at (none is no test), and what is wrong."""
    return tab.execute_script(TOOLS + script)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_wider_than_the_window(page, size, visit):
    tab = visit(page, size)
    seen, wide = measure(
        tab,
        """
        const scrolls = (e) =>
            e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
        const seen = all(".bd-article-container *").filter((e) => !e.closest("svg") && box(e).width);
        return [seen.length, seen.filter((e) => box(e).right > innerWidth + 1 && !scrolls(e.parentElement))
            .map((e) => e.outerHTML.slice(0, 120))];
        """,
    )
    assert seen > 5
    assert wide == []
    assert tab.execute_script("return document.scrollingElement.scrollWidth") <= size["width"]


def test_the_font_is_the_one_of_the_course(visit):
    tab = visit("book/classification.html")
    assert tab.execute_script("return document.fonts.check('16px STIX2')")
    assert tab.execute_script("return [...document.fonts].map((font) => [font.family, font.status])") == [
        ["STIX2", "loaded"]
    ]
    assert tab.execute_script("return getComputedStyle(document.querySelector('math')).fontFamily") == (
        "STIX2, math"
    )


@pytest.mark.parametrize("name", [*CHAPTERS, "choosing"])
def test_a_numerator_is_above_its_denominator(name, visit):
    seen, wrong = measure(
        visit(f"book/{name}.html"),
        """
        const seen = all("mfrac");
        return [seen.length, seen.filter((e) => {
            const [up, down] = [...e.children].map(box);
            return up.bottom > down.top + 3 || Math.abs(up.left + up.right - down.left - down.right) > 2;
        }).map(tex)];
        """,
    )
    assert seen > 0
    assert wrong == []


@pytest.mark.parametrize("name", ["classification", "margin", "debugging", "choosing"])
def test_a_brace_is_as_tall_as_its_cases(name, visit):
    seen, wrong = measure(
        visit(f"book/{name}.html"),
        """
        const seen = all("mo + mtable").filter((e) => e.previousElementSibling.textContent === "{");
        return [seen.length, seen.filter((e) => {
            const brace = box(e.previousElementSibling), rows = all("mtr", e), cells = all("mtd", e).map(box);
            const inside = all("mtd *", e).map(box);
            return brace.top > Math.min(...inside.map((b) => b.top)) + 1
                || brace.bottom < Math.max(...inside.map((b) => b.bottom)) - 1
                || brace.right > Math.min(...cells.map((b) => b.left))
                || rows.some((row) => { const [value, when] = all("mtd", row).map(box);
                    return Math.abs(value.left - cells[0].left) > 1 || value.right > when.left + 1; });
        }).map(tex)];
        """,
    )
    assert seen > 0
    assert wrong == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_limits_stand_above_and_below_their_sum(name, visit):
    seen, wrong = measure(
        visit(f"book/{name}.html"),
        """
        const seen = all(".tex-display munderover, .tex-display munder");
        return [seen.length, seen.filter((e) => {
            const [base, below, above] = [...e.children].map(box);
            return below.top < base.bottom - 4 || (above && above.bottom > base.top + 1);
        }).map(tex)];
        """,
    )
    assert seen > 0
    assert wrong == []


@pytest.mark.parametrize("name", ["margin", "debugging", "metric_learning", "ranking"])
def test_rows_of_equations_keep_apart(name, visit):
    seen, wrong = measure(
        visit(f"book/{name}.html"),
        """
        const seen = all(".tml-jot > mtr + mtr");
        const ends = (row, side) => all("mfrac, mo, mi, mn", row).map((e) => box(e)[side]);
        return [seen.length, seen.map((e) => [tex(e),
            Math.min(...ends(e, "top")) - Math.max(...ends(e.previousElementSibling, "bottom"))])];
        """,
    )
    assert seen > 0
    assert all(gap >= 5 for _, gap in wrong), wrong


def test_one_thin_space_stands_behind_a_logarithm(visit):
    seen, wrong = measure(
        visit("book/classification.html"),
        """
        const seen = all("mi").filter((e) => e.textContent === "log" && e.closest("mrow").nextElementSibling
            && e.closest("mrow").lastElementChild.localName === "mspace");
        const gap = (e) => box(e.closest("mrow").nextElementSibling).left - box(e).right;
        return [seen.length, seen.map((e) => [tex(e), gap(e) / parseFloat(getComputedStyle(e).fontSize)])];
        """,
    )
    assert seen > 5
    assert all(0.1 < gap < 0.4 for _, gap in wrong), wrong


@pytest.mark.parametrize("name", ["custom", "debugging", "notation"])
def test_a_hat_sits_on_its_letter(name, visit):
    seen, wrong = measure(
        visit(f"book/{name}.html"),
        """
        const seen = all("mover").filter((e) => "ˆ^".includes(e.lastElementChild.textContent));
        return [seen.length, seen.filter((e) => {
            const [letter, hat] = [...e.children].map(box), middle = (hat.left + hat.right) / 2;
            return middle < letter.left || middle > letter.right + 1 || hat.top > letter.top + 1;
        }).map(tex)];
        """,
    )
    assert seen > 0
    assert wrong == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_number_stands_with_its_equation(size, visit):
    seen, wrong = measure(
        visit("book/classification.html", size),
        """
        const seen = all(".tex-display:has(.eqno)");
        return [seen.length, seen.filter((e) => {
            const number = box(e.querySelector(".eqno")), formula = box(e.querySelector(".tex-scroll"));
            const middle = (number.top + number.bottom - formula.top - formula.bottom) / 2;
            return innerWidth > 640 ? Math.abs(middle) > 3 || number.left < formula.right
                : number.top < formula.bottom - 1 || Math.abs(number.right - box(e).right) > 1;
        }).map((e) => e.textContent)];
        """,
    )
    assert seen > 20
    assert wrong == []


def test_a_figure_answers(visit):
    tab = visit("book/margin.html")
    figure = tab.find_element("css selector", "#explore-margin-vectors")
    said = "return document.querySelector('#explore-margin-vectors .explore-says').textContent"
    before = tab.execute_script(said)
    figure.find_element("css selector", ".explore-ask button").click()
    assert figure.find_element("css selector", ".explore-result").text.startswith("You said: ")
    handle = figure.find_element("css selector", "[role=slider]")
    value = handle.get_attribute("aria-valuetext")
    handle.send_keys("\ue014")  # the right arrow
    assert handle.get_attribute("aria-valuetext") != value
    assert tab.execute_script(said) != before


def test_a_card_is_answered(visit):
    tab = visit("book/review.html")
    tab.find_element("css selector", ".asked .sure")
    body = tab.find_element("css selector", "body")
    body.send_keys("a")
    body.send_keys("3")
    tab.find_element("css selector", ".grades button").click()
    log = tab.execute_script("return JSON.parse(localStorage['loss-functions/1']).log")
    assert [entry[3] for entry in log] == [90]


def test_the_search_finds(visit):
    tab = visit("search.html?q=huber")
    tab.timeout.implicit = 10
    assert "Huber" in tab.find_element("css selector", "ul.search li").text
    assert len(tab.find_elements("css selector", "ul.search li")) > 5
