"""Which keys move a metric, the strongest on top."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, SKY, drawing, headed, styled
from sim.report.words import ENGLISH, Words

SURE = 1.96


@styled
def tornado(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return how far each key moves a metric over its range, other keys averaged over.

    table: metric, key, low, high: the least and the greatest mean over the key's values, as
    changes from the mean of all rows, shares of it; one metric only. low_se, high_se: their
    standard errors, where known, drawn as 95 % intervals.
    """
    ordered = table.assign(width=(table["high"] - table["low"]).abs()).sort_values("width")
    figure, axes = drawing(height=1.0 + 0.34 * len(ordered))
    places = np.arange(len(ordered))
    low, high = (100 * ordered[name].to_numpy(dtype=float) for name in ("low", "high"))
    axes.barh(places, low, 0.66, color=SKY)
    axes.barh(places, high, 0.66, color=BLUE)
    for ends, name in ((low, "low_se"), (high, "high_se")):
        if name in ordered:
            reach = 100 * SURE * np.nan_to_num(ordered[name].to_numpy(dtype=float))
            axes.errorbar(ends, places, xerr=reach, fmt="none", ecolor="0.2", elinewidth=0.8)
    axes.set_yticks(places, list(ordered["key"]))
    axes.axvline(0, color="0.3", lw=0.8)
    axes.set_xlabel(words("change of the mean over a key's values, %"))
    headed(figure, most_moved(table, words))
    return figure


def most_moved(table: pd.DataFrame, words: Words = ENGLISH) -> str:
    """Return which key moves a metric most; that none is told from luck where that is so.

    table: as for `tornado`.
    """
    width = (table["high"] - table["low"]).abs().to_numpy(dtype=float)
    top = table.iloc[int(width.argmax())]
    errors = [float(top[name]) if name in table else 0.0 for name in ("low_se", "high_se")]
    reach = SURE * float(np.hypot(errors[0], errors[1]))
    told = {
        "key": str(top["key"]),
        "metric": words.named(str(top["metric"])),
        "low": 100 * float(top["low"]),
        "high": 100 * float(top["high"]),
    }
    if not width.max() > np.nan_to_num(reach):
        return words("No key is told from luck in {metric}", metric=told["metric"])
    return words("{key} moves {metric} most: from {low:+.1f} to {high:+.1f} %", **told)
