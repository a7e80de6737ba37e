"""Return against loss: the designs that none beats in both."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, GREY, drawing, styled
from sim.report.words import ENGLISH, Words


@styled
def frontier(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return designs by loss and by income after loss, with intervals and the efficient ones.

    table: row, loss, loss_low, loss_high, gain, gain_low, gain_high (fen), efficient.
    """
    figure, axes = drawing(height=3.0)
    shares = table[["loss", "loss_low", "loss_high", "gain", "gain_low", "gain_high"]] / 100
    for efficient, colour in ((False, GREY), (True, BLUE)):
        lot = shares[table["efficient"] == efficient]
        loss, gain = lot["loss"], lot["gain"]
        reach = {
            "xerr": [(loss - lot["loss_low"]).fillna(0), (lot["loss_high"] - loss).fillna(0)],
            "yerr": [(gain - lot["gain_low"]).fillna(0), (lot["gain_high"] - gain).fillna(0)],
        }
        label = words("on the frontier") if efficient else words("beaten by another")
        axes.errorbar(loss, gain, fmt="o", ms=4, color=colour, elinewidth=0.7, label=label, **reach)
    best = shares[table["efficient"]].sort_values("loss")
    axes.plot(best["loss"], best["gain"], color=BLUE, lw=0.8)
    for (_, row), (_, share) in zip(table.iterrows(), shares.iterrows(), strict=True):
        place = (float(share["loss"]), float(share["gain"]))
        axes.annotate(f"{row['row']}", place, (3, 3), textcoords="offset points", fontsize=7)
    axes.set_xlabel(words("loss (yuan)"))
    axes.set_ylabel(words("income less loss (yuan)"))
    count = int(table["efficient"].sum())
    words_ = words("{count} of {all} designs are beaten by none", count=count, all=len(table))
    axes.set_title(words_)
    axes.legend()
    return figure
