"""Figures for the notebooks: inline SVG that follows the theme of the page it stands in.

    figure, axes = new_figure()
    axes.plot(error, loss, color=COLORS[0], label="MSE")
    show(figure, "fig-losses", "At an error of 4 the squared error is 16, the absolute error 4.")

`show` draws the figure under the cell and glues it under its name for the pages of the book. Text and axes
take the color of the text around them; the colors of `COLORS` become the CSS variables --fig-1 to --fig-6,
so that a style sheet can lighten them on a dark page. The second argument is what a screen reader says:
write what is to be seen, with its numbers.
"""

import io
import re
from html import escape

import matplotlib
import matplotlib.pyplot as plt
from myst_nb import glue

# Blue, vermilion, green, purple, ochre, gray: told apart with any color vision, 3:1 on white.
COLORS = ["#0072b2", "#c44e00", "#00805e", "#a3528a", "#8a6d00", "#6b6b6b"]
TEXT = "#010203"  # stands for the color of the surrounding text

STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 12,
    "axes.prop_cycle": matplotlib.cycler(color=COLORS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": TEXT,
    "grid.alpha": 0.12,
    "lines.linewidth": 2,
    "legend.frameon": False,
    "savefig.transparent": True,
    **{
        key: TEXT
        for key in (
            "text.color",
            "axes.edgecolor",
            "axes.labelcolor",
            "axes.titlecolor",
            "xtick.color",
            "ytick.color",
        )
    },
}


class Figure:
    """What a notebook displays: the SVG for a page, the description for everything else."""

    def __init__(self, svg, alt):
        self.svg, self.alt = svg, alt

    def _repr_html_(self):
        return self.svg

    def __repr__(self):
        return f"Figure: {self.alt}"


def new_figure(rows=1, columns=1, *, width=5.0, height=3.2, **options):
    """A figure and its axes in the style of the course, sizes in inches; `options` go to `plt.subplots`.

    Five inches keep the text legible on a phone; stack several axes in rows rather than in columns.
    """
    plt.rcParams.update(STYLE)
    return plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **options)


def show(figure, name, alt):
    """Draw `figure` here, and glue it as `name` with the description `alt`."""
    glue(name, Figure(themed(figure, alt, name), alt))


def note(**texts):
    """Keep numbers for the pages, as text: `note(mean_price="$180,000")` is glued as `mean-price`."""
    for key, text in texts.items():
        glue(key.replace("_", "-"), text, display=False)


def themed(figure, alt, name):
    """The SVG of `figure`, in the colors of the page that it will stand in."""
    with matplotlib.rc_context({"svg.hashsalt": name}):
        file = io.StringIO()
        figure.savefig(
            file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    plt.close(figure)
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r"<defs>\s*<style.*?</defs>", "", svg, flags=re.S)  # its rule would hold for the whole page
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # only what is referred to keeps its id
    # What is read keeps its digits.
    svg = re.sub(r"<[^>]*>", lambda tag: re.sub(r"-?\d+\.\d{3,}", _rounded, tag[0]), svg)
    svg = svg.replace(TEXT, "currentColor")
    for number, color in enumerate(COLORS, 1):
        svg = svg.replace(color, f"var(--fig-{number}, {color})")
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
    opening = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'class="course-figure" role="img" aria-label="{escape(alt)}" viewBox="0 0 {width} {height}" '
        f'style="width: 100%; max-width: {float(width) * 4 / 3:.0f}px; height: auto; stroke-linejoin: round">'
    )
    return opening + svg[svg.index(">") + 1 :]


def _rounded(number):
    return f"{float(number[0]):.2f}"
