"""How cohorts of accounts have done as they aged."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure

from sim.report.figures.style import DARK, drawing, headed, styled
from sim.report.words import ENGLISH, Words

PANELS = {
    "ever_31": "ever 31+, % of accounts",
    "ever_91": "ever 91+, % of accounts",
    "net_loss_fen": "net loss an account, yuan",
}


@styled
def vintage_curves(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return measures of cohorts by months on book, a panel a measure and a line a cohort.

    table: measure (ever_31, ever_91, net_loss_fen), cohort (empty for all cohorts together),
    months_on_book, share (of accounts, or fen an account), low, high.
    """
    shown = [name for name in PANELS if (table["measure"] == name).any()]
    figure, panels = drawing(1, len(shown), height=2.7, squeeze=False)
    for axes, name in zip(panels[0], shown, strict=True):
        unit = 0.01 if name.endswith("_fen") else 100
        _lines(axes, table[table["measure"] == name], unit, words)
        axes.set_ylabel(words(PANELS[name]))
        axes.set_xlabel(words("months on book"))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]) if name.endswith("_fen") else 0)
    panels[0][0].legend(loc="upper left", fontsize=7)
    first = table[table["measure"] == shown[0]]
    last = _telling(first)
    headed(
        figure,
        words(
            "{share:.1f} % of accounts were ever 31+ days past due by month {month} on book",
            share=100 * float(last["share"]),
            month=int(last["months_on_book"]),
        ),
    )
    return figure


def _telling(table: pd.DataFrame) -> pd.Series:
    """Return all cohorts together at the last age that half of the cohorts have reached."""
    whole = table[table["cohort"] == ""]
    ends = table[table["cohort"] != ""].groupby("cohort")["months_on_book"].max()
    reached = whole["months_on_book"] <= ends.median()
    found: pd.Series = (whole[reached] if reached.any() else whole).iloc[-1]
    return found


def _lines(axes: Any, table: pd.DataFrame, unit: float, words: Words) -> None:
    cohorts = [name for name in dict.fromkeys(table["cohort"]) if name]
    shades = colormaps["cividis"]
    for at, name in enumerate(cohorts):
        lot = table[table["cohort"] == name]
        colour = shades(0.05 + 0.85 * at / max(len(cohorts) - 1, 1))
        label = name if at in (0, len(cohorts) - 1) else None
        axes.plot(lot["months_on_book"], unit * lot["share"], color=colour, lw=1, label=label)
    whole = table[table["cohort"] == ""]
    months: Any = whole["months_on_book"]
    axes.plot(months, unit * whole["share"], color=DARK, lw=2.2, label=words("all"))
    low, high = unit * whole["low"], unit * whole["high"]
    axes.fill_between(months, low, high, color=DARK, alpha=0.15, lw=0)
