"""How cohorts of accounts have done as they aged."""

from __future__ import annotations

import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure

from sim.report.figures.style import DARK, drawing, styled
from sim.report.words import ENGLISH, Words


@styled
def vintage_curves(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return the share of accounts ever 31+ days past due by months on book, a line a cohort.

    table: cohort (empty for all cohorts together), months_on_book, share, low, high.
    """
    figure, axes = drawing()
    cohorts = [name for name in dict.fromkeys(table["cohort"]) if name]
    shades = colormaps["cividis"]
    for at, name in enumerate(cohorts):
        lot = table[table["cohort"] == name]
        colour = shades(0.05 + 0.85 * at / max(len(cohorts) - 1, 1))
        axes.plot(lot["months_on_book"], 100 * lot["share"], color=colour, lw=1, alpha=0.8)
        last = lot.iloc[-1]
        axes.annotate(name, (last["months_on_book"], 100 * last["share"]), fontsize=6, color=colour)
    whole = table[table["cohort"] == ""]
    axes.plot(whole["months_on_book"], 100 * whole["share"], color=DARK, lw=2.4, label=words("all"))
    low, high = 100 * whole["low"], 100 * whole["high"]
    axes.fill_between(whole["months_on_book"], low, high, color=DARK, alpha=0.15, lw=0)
    last = whole.iloc[-1]
    axes.set_title(
        words(
            "{share:.1f} % of accounts were ever 31+ days past due by month {month} on book",
            share=100 * float(last["share"]),
            month=int(last["months_on_book"]),
        )
    )
    axes.set_xlabel(words("months on book"))
    axes.set_ylabel(words("% of accounts opened"))
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper left")
    return figure
