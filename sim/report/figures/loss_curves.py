"""Charge-offs and recoveries: how they add up over the days, and what comes back by age."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, GREEN, RED, drawing, headed, months_below, scaled, styled
from sim.report.words import ENGLISH, Words


@styled
def loss_curves(days: pd.DataFrame, ages: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return charge-offs and recoveries summed over the days, and recovery by months since.

    days: date, and written_off and recovered, fen so far, each with _low and _high; means of runs.
    ages: months since charge-off, share recovered with low and high; may be empty.
    """
    figure, (left, right) = drawing(1, 2, height=2.5)
    unit, name = scaled(float(days["written_off"].max()))
    dates: Any = days["date"]
    for key, colour, dash, label in (
        ("written_off", RED, "-", "charged off so far"),
        ("recovered", GREEN, "--", "recovered so far"),
    ):
        low, mid, high = (days[f"{key}{end}"] / unit for end in ("_low", "", "_high"))
        left.plot(dates, mid, color=colour, ls=dash, lw=1.6, label=words(label))
        left.fill_between(dates, low.clip(lower=0), high, color=colour, alpha=0.2, lw=0)
    left.set_ylabel(words(name))
    left.set_ylim(bottom=0)
    left.legend(loc="upper left")
    months_below(left, most=5)
    if len(ages):
        share, low, high = (100 * ages[key].astype(float) for key in ("share", "low", "high"))
        right.plot(ages["months"], share, "o-", color=BLUE, ms=4, lw=1.4)
        known = low.notna()
        right.vlines(ages["months"][known], low[known], high[known], color=BLUE, lw=1)
    right.set_xlabel(words("months since charge-off"))
    right.set_ylabel(words("recovered, % of what was charged off"))
    right.set_ylim(bottom=0)
    last = days.iloc[-1]
    lost, back = float(last["written_off"]), float(last["recovered"])
    headed(
        figure,
        words(
            "{lost:,.4g} {unit} charged off by the last day, {share:.1f} % of it recovered",
            lost=lost / unit,
            unit=words(name),
            share=100 * back / lost if lost else 0.0,
        ),
    )
    return figure
