"""Shares of variance by key: alone and with interactions, beside what is luck."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, SKY, drawing, headed, styled
from sim.report.words import ENGLISH, Words


@styled
def sobol(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return the indices of one metric as bars with intervals.

    table: metric, key, first, first_low, first_high, total, total_low, total_high, noise: all
    shares of the variance over the design.
    """
    ordered = table.sort_values("total", kind="stable")
    figure, axes = drawing(height=1.2 + 0.5 * len(ordered))
    kinds = (("total", 0.2, BLUE, "with interactions"), ("first", -0.2, SKY, "alone"))
    for name, shift, colour, label in kinds:
        middle, low, high = (
            100 * ordered[f"{name}{end}"].to_numpy(dtype=float) for end in ("", "_low", "_high")
        )
        reach = np.nan_to_num(np.vstack([middle - low, high - middle])).clip(min=0)
        places = np.arange(len(ordered)) + shift
        axes.barh(places, middle, 0.38, color=colour, label=words(label))
        axes.errorbar(middle, places, xerr=reach, fmt="none", ecolor="0.2", elinewidth=0.8)
    axes.set_yticks(range(len(ordered)), list(ordered["key"]))
    axes.axvline(0, color="0.3", lw=0.8)
    axes.set_xlabel(words("% of the variance over the design; 95 % interval"))
    axes.legend(loc="lower right")
    top = ordered.iloc[-1]
    headed(
        figure,
        words(
            "{key} makes most of the variance of {metric}; {noise} % of it is luck",
            key=str(top["key"]),
            metric=words.named(str(top["metric"])),
            noise=f"{100 * float(top['noise']):.0f}",
        )
        if float(top["total_low"]) > 0
        else words(
            "No key is told from luck in {metric}; {noise} % of its variance is luck",
            metric=words.named(str(top["metric"])),
            noise=f"{100 * float(top['noise']):.0f}",
        ),
    )
    return figure
