"""What all users share, over the days: the inputs of a stress."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import SERIES, drawing, months_below, styled
from sim.report.words import ENGLISH, Words


@styled
def paths(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return each path beside the others, as a multiple of its first day, means of seven days.

    table: date, and columns of the path each, above 0 on the first day.
    """
    figure, axes = drawing(height=2.5)
    dates: Any = table["date"]
    names = [name for name in table if name != "date"]
    dashes = ("-", "--", "-.", ":")
    moved = {}
    for at, name in enumerate(names):
        path: Any = (table[name] / table[name].iloc[0]).rolling(7, min_periods=1).mean()
        style = {"color": SERIES[at], "ls": dashes[at % 4]}
        axes.plot(dates, path, lw=1.5, label=words.named(str(name)), **style)
        moved[name] = float(path.max())
    most = max(moved, key=lambda name: moved[name])
    axes.set_title(
        words(
            "{name} reaches {times:.2f} times its first day",
            name=words.named(str(most)),
            times=moved[most],
        )
    )
    axes.set_ylabel(words("multiple of the first day"))
    axes.legend(ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.14))
    months_below(axes)
    return figure
