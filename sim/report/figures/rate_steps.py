"""What credit costs a year: how many agreements at which rate."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import SERIES, drawing, styled
from sim.report.words import ENGLISH, Words

HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++")


@styled
def rate_steps(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return bars of agreements by effective annual rate, stacked by method.

    table: method, points (of the rate, %), share (of all agreements).
    """
    figure, axes = drawing(height=2.2)
    places = np.sort(table["points"].unique())
    base = np.zeros(len(places))
    for at, (method, lot) in enumerate(table.groupby("method", sort=False, observed=True)):
        shares = lot.groupby("points")["share"].sum().reindex(places, fill_value=0)
        part = 100 * shares.to_numpy()
        look = {"color": SERIES[at % 8], "hatch": HATCHES[at % 6], "edgecolor": "white", "lw": 0.3}
        axes.bar(places, part, 0.9, bottom=base, label=words.named(str(method)), **look)
        base = base + part
    whole = table.groupby("points")["share"].sum()
    below = float(whole[whole.index <= 24].sum())
    most = int(whole.index.max())
    said = "{share:.0f} % of agreements cost up to 24 % a year, effective; the dearest {most} %"
    axes.set_title(words(said, share=100 * below, most=most))
    axes.set_xlabel(words("effective annual rate, %"))
    axes.set_ylabel(words("% of agreements"))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
