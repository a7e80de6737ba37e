"""How figures look, and how one becomes the same SVG text each time."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from matplotlib import rc_context
from matplotlib.figure import Figure

P = ParamSpec("P")

BLUE, RED, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
SKY, PINK, GREY, DARK = "#56B4E9", "#CC79A7", "#7A7F87", "#1F2933"
SERIES = (BLUE, RED, GREEN, ORANGE, PINK, SKY, GREY, DARK)
STEPS = ("#D9E6F2", "#A6CBE3", "#F6D7A7", "#EBA75C", "#D9762E", "#B64A1C", "#7F2A10", "#4A1608")
WIDTH, HEIGHT = 7.4, 2.9  # inches; as wide as the text of a page
NARROW, NARROW_LETTERS = 4.6, 56  # beside a table; letters of a line of its title

RC: Any = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "font.size": 9,
    "svg.fonttype": "none",
}


def drawing(
    rows: int = 1, columns: int = 1, *, height: float = HEIGHT, **kinds: Any
) -> tuple[Figure, Any]:
    """Return a figure as wide as a page, and its axes."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **kinds)


def headed(figure: Figure, text: str) -> None:
    """Give a figure of several panels one title, on the left as that of a single one."""
    figure.suptitle(text, x=0.01, ha="left", fontsize=RC["axes.titlesize"], weight="bold")


def narrowed(figure: Figure) -> Figure:
    """Return the figure as it stands beside its table: less wide, its title on several lines."""
    from textwrap import fill

    figure.set_size_inches(NARROW, figure.get_figheight())
    if figure.get_suptitle():
        headed(figure, fill(figure.get_suptitle(), NARROW_LETTERS))
    for axes in figure.axes:
        title = axes.get_title(loc="left")
        axes.set_title(fill(title, NARROW_LETTERS), loc="left", fontsize=10, weight="bold")
    return figure


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Return a function that draws in the style of the report, whatever the caller's own is."""

    @wraps(draw)
    def drawn(*given: P.args, **named: P.kwargs) -> Figure:
        with rc_context(RC):
            return draw(*given, **named)

    return drawn


def svg(figure: Figure, name: str) -> str:
    """Return a figure as SVG to stand inside HTML: the same text each time, ids its own.

    name: of the figure in its page, letters and underscores.
    """
    text = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with warnings.catch_warnings(), rc_context(RC | {"svg.hashsalt": name}):
        # Measured with a font that lacks Chinese; the browser has one.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        figure.savefig(text, format="svg", metadata=nothing)
    inner = text.getvalue()
    inner = inner[inner.index("<svg") :]
    inner = re.sub(r' width="[\d.]+pt"| height="[\d.]+pt"', "", inner, count=2)
    inner = re.sub(r'\bid="', f'id="{name}-', inner)
    inner = re.sub(r'(xlink:href="|url\()#', rf"\1#{name}-", inner)
    return inner.strip()


def months_below(axes: Any, most: int = 9) -> None:
    """Put few dates on the axis below, with the year once."""
    from matplotlib import dates

    known: Any = dates  # not typed
    locator = known.AutoDateLocator(minticks=min(3, most), maxticks=most)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(known.ConciseDateFormatter(locator))


def scaled(fen: float) -> tuple[float, str]:
    """Return what to divide amounts in fen by so that the largest reads well, and the unit."""
    yuan = abs(fen) / 100
    if yuan >= 1e6:
        return 1e8, "million yuan"
    if yuan >= 1e4:
        return 1e5, "thousand yuan"
    return 100.0, "yuan"
