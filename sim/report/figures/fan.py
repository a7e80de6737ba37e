"""A path over runs: the median and the ranges that hold a half and nine tenths of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, SKY, drawing, months_below, scaled, styled
from sim.report.words import ENGLISH, Words


@styled
def fan_chart(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return a fan chart of receivables.

    table: date, q5, q25, q50, q75, q95 in fen, one row a day.
    """
    figure, axes = drawing()
    unit, name = scaled(float(table["q95"].max()))
    dates: Any = table["date"]
    paths: dict[str, Any] = {key: table[key] / unit for key in ("q5", "q25", "q50", "q75", "q95")}
    wide = words("9 of 10 runs")
    axes.fill_between(dates, paths["q5"], paths["q95"], color=SKY, alpha=0.35, lw=0, label=wide)
    half = words("half of the runs")
    axes.fill_between(dates, paths["q25"], paths["q75"], color=SKY, alpha=0.8, lw=0, label=half)
    axes.plot(dates, paths["q50"], color=BLUE, lw=1.8, label=words("median"))
    low, mid, high = (float(paths[key].iloc[-1]) for key in ("q5", "q50", "q95"))
    axes.set_title(
        words(
            "Receivables end at {mid:,.4g} {unit}, "
            "in 9 of 10 runs between {low:,.4g} and {high:,.4g}",
            mid=mid,
            low=low,
            high=high,
            unit=words(name),
        )
    )
    axes.set_ylabel(f"{words('principal')} ({words(name)})")
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper left")
    months_below(axes)
    return figure
