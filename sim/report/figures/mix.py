"""How a whole is made up, month by month."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import SERIES, drawing, styled
from sim.report.words import ENGLISH, Words

HATCHES = ("", "///", "...", "\\\\\\", "xxx", "+++", "ooo", "---")


@styled
def mix_over_time(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return bars of the shares of repayment methods in the money of each month.

    table: month, method, share.
    """
    figure, axes = drawing()
    wide = table.pivot_table(index="month", columns="method", values="share", observed=True)
    wide = 100 * wide.fillna(0)
    wide = wide[wide.sum().sort_values(ascending=False).index]
    base = np.zeros(len(wide))
    places = np.arange(len(wide))
    for at, method in enumerate(wide):
        part = wide[method].to_numpy()
        look = {"color": SERIES[at % 8], "hatch": HATCHES[at % 8], "edgecolor": "white"}
        label = words.named(str(method))
        axes.bar(places, part, 0.8, bottom=base, lw=0.3, label=label, **look)
        base = base + part
    axes.set_xticks(places, [f"{month:%Y-%m}" for month in wide.index], rotation=45, ha="right")
    axes.set_ylabel(words("% of money repaid"))
    axes.set_ylim(0, 100)
    first = wide.columns[0]
    axes.set_title(
        words(
            "Most money comes by {method}: {share:.0f} % in the last month",
            method=words.named(str(first)),
            share=float(wide[first].iloc[-1]),
        )
    )
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
