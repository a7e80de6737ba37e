"""Roll rates as a map of cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import drawing, styled
from sim.report.words import ENGLISH, Words


@styled
def roll_rate_heat_map(matrix: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return a map of the shares that move from each bucket (row) to each (column) in a month.

    matrix: of `sim.risk.migration.cohort_matrix`.
    """
    figure, axes = drawing(height=3.9)
    shares = 100 * matrix.to_numpy(dtype=float)
    # The root keeps small rates apart, which matter most.
    edges = [np.arange(size + 1) - 0.5 for size in shares.shape[::-1]]
    axes.pcolormesh(*edges, np.sqrt(shares), cmap="Blues", vmin=0, vmax=10, edgecolors="white")
    axes.invert_yaxis()
    names = [words.named(str(name)) for name in matrix.columns]
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right")
    axes.set_yticks(range(len(matrix)), [words.named(str(name)) for name in matrix.index])
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.05:
            colour = "white" if share > 42 else "black"
            text = f"{share:.1f}"
            axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color=colour)
    axes.set_xlabel(words("a month later"))
    axes.set_ylabel(words("before"))
    worse = [_worse(matrix, name) for name in ("m1", "m3")]
    axes.set_title(
        words(
            "Of M1 {early:.0f} % of accounts roll on to worse, of M3 {late:.0f} % (% of accounts)",
            early=worse[0],
            late=worse[1],
        )
    )
    return figure


def _worse(matrix: pd.DataFrame, bucket: str) -> float:
    names = [name for name in matrix.columns if name != "closed"]
    beyond = names[names.index(bucket) + 1 :]
    return 100 * float(np.nan_to_num(matrix.loc[bucket, beyond].to_numpy(dtype=float)).sum())
