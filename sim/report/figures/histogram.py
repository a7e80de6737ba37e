"""Scores and limits of users, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, ORANGE, drawing, headed, styled
from sim.report.words import ENGLISH, Words


@styled
def histogram(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return histograms of the score and the limit of accounts.

    table: what (score or limit), low, high (points or fen: ends of a bin), accounts, all.
    """
    figure, panels = drawing(1, 2, height=2.5)
    labels = {"score": ("payment score (points)", BLUE, 1), "limit": ("limit (yuan)", ORANGE, 100)}
    medians = {}
    for axes, (what, (label, colour, unit)) in zip(panels, labels.items(), strict=True):
        lot = table[table["what"] == what]
        low, high = lot["low"].to_numpy() / unit, lot["high"].to_numpy() / unit
        counts = lot["accounts"].to_numpy(dtype=float)
        # The outer bins hold all beyond; drawn as wide as the others.
        width = float(np.median(high - low))
        axes.bar(high - width, counts, width, align="edge", color=colour, edgecolor="white", lw=0.4)
        axes.set_xlabel(words(label))
        axes.set_ylabel(words("accounts a run"))
        medians[what] = _median(low, high, counts)
    headed(
        figure,
        words(
            "Half of the accounts score above {score:,.0f} points "
            "and have more than {limit:,.0f} yuan",
            **medians,
        ),
    )
    return figure


def _median(low: np.ndarray, high: np.ndarray, counts: np.ndarray) -> float:
    """Return the median, values of a bin taken as spread evenly over it."""
    below = np.concatenate([[0.0], np.cumsum(counts)])
    at = int(np.searchsorted(below[1:], below[-1] / 2))
    inside = (below[-1] / 2 - below[at]) / counts[at] if counts[at] else 0.5
    return float(low[at] + inside * (high[at] - low[at]))
