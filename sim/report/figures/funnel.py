"""How far applications come, by way in."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import SERIES, drawing, styled
from sim.report.words import ENGLISH, Words

STEPS = ("seen", "started", "finished", "approved")


@styled
def funnel(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return bars of those who came to each step, side by side for the ways in.

    table: way, and the counts seen, started, finished and approved, one row a way.
    """
    figure, axes = drawing(height=2.7)
    width = 0.8 / max(len(table), 1)
    for at, (_, row) in enumerate(table.iterrows()):
        counts = np.array([float(row[step]) for step in STEPS])
        places = np.arange(len(STEPS)) + at * width - 0.4 + width / 2
        label = words.named(str(row["way"]))
        bars = axes.bar(places, counts, 0.92 * width, color=SERIES[at], label=label)
        axes.bar_label(bars, [f"{count:,.0f}" for count in counts], fontsize=7)
    axes.set_xticks(range(len(STEPS)), [words(step) for step in STEPS])
    axes.set_ylabel(words("people a run"))
    whole = table[list(STEPS)].sum()
    share = 100 * whole["approved"] / whole["seen"] if whole["seen"] else 0.0
    axes.set_title(words("{share:.1f} % of those who saw the product got an account", share=share))
    axes.legend()
    return figure
