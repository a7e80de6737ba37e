"""A book under stress: what goes in, and how strong a shock its limits bear."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import SERIES, drawing, headed, months_below, styled
from sim.report.words import ENGLISH, Words

PANELS = {
    "job_loss": "lose work, % a month",
    "income": "incomes, % of usual",
    "purchases": "purchases, % of usual",
    "unemployed": "outcome: out of work, %",
}
DASHES = ("-", "--", "-.", ":", (0, (1, 3)))


@styled
def stress_paths(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return the inputs of each stress over the days, and how many are out of work.

    table: scenario, date, and the shares job_loss, income, purchases and unemployed.
    """
    figure, panels = drawing(1, len(PANELS), height=2.3)
    ends = {}
    for axes, (key, label) in zip(panels, PANELS.items(), strict=True):
        for at, (name, lot) in enumerate(table.groupby("scenario", sort=False)):
            dates: Any = lot["date"]
            path = 100 * lot[key].rolling(7, min_periods=1).mean()
            style: Any = {"color": SERIES[at], "ls": DASHES[at % 5], "lw": 1.3}
            axes.plot(dates, path, label=words.named(str(name)), **style)
            ends[str(name)] = 100 * float(lot["unemployed"].iloc[-1])
        axes.set_ylabel(words(label), fontsize=8)
        axes.margins(y=0.15)
        months_below(axes, most=4)
    first = next(iter(ends))
    worst = max(ends, key=lambda name: ends[name])
    headed(
        figure,
        words(
            "Under {name} {share:.1f} % are out of work at the end, against {usual:.1f} % without",
            name=words.named(worst),
            share=ends[worst],
            usual=ends[first],
        ),
    )
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


@styled
def breaking_points(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return measures over the strength of a shock, as multiples of their limits.

    table: measure, strength, of_limit; and broken_at, NaN where the limit holds.
    """
    figure, axes = drawing(height=2.5)
    points: dict[str, float] = {}
    for at, (name, lot) in enumerate(table.groupby("measure", sort=False)):
        style: Any = {"color": SERIES[at], "ls": DASHES[at % 5], "marker": "o", "ms": 3}
        axes.plot(lot["strength"], lot["of_limit"], label=words.named(str(name)), lw=1.5, **style)
        broken = float(lot["broken_at"].iloc[0])
        if not np.isnan(broken):
            points[str(name)] = broken
            axes.axvline(broken, color=SERIES[at], lw=0.7, ls=":")
    axes.axhline(1, color="0.3", lw=0.9)
    axes.set_xlabel(words("strength of the shock; 1 is severe"))
    axes.set_ylabel(words("multiple of the limit"))
    axes.legend(loc="upper left")
    if points:
        first = min(points, key=lambda name: points[name])
        said = "{name} breaks its limit first, at {at:.2f} times the severe shock"
        axes.set_title(words(said, name=words.named(first), at=points[first]))
    else:
        most = float(table["strength"].max())
        axes.set_title(words("All limits hold up to {most:.1f} times the severe shock", most=most))
    return figure
