"""Shares as a map of cells: roll rates, and cohorts by score."""

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


@styled
def vintage_heat_map(matrix: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return a map of the share of accounts ever 31+ days past due, by cohort and score.

    matrix: a row a month of opening and, last, one for all months; a column a band of the score;
    NaN for cells with too few.
    """
    figure, axes = drawing(height=0.9 + 0.2 * len(matrix))
    shares = 100 * matrix.to_numpy(dtype=float)
    edges = [np.arange(size + 1) - 0.5 for size in shares.shape[::-1]]
    most = max(float(np.nanmax(shares)), 0.1) if np.isfinite(shares).any() else 1.0
    shades = np.ma.masked_invalid(np.sqrt(shares))
    axes.pcolormesh(*edges, shades, cmap="Blues", vmin=0, vmax=1.2 * most**0.5, edgecolors="white")
    axes.invert_yaxis()
    axes.set_xticks(range(matrix.shape[1]), list(matrix.columns))
    axes.set_yticks(range(len(matrix)), list(matrix.index))
    for (row, column), share in np.ndenumerate(shares):
        text = "·" if np.isnan(share) else f"{share:.1f}"
        colour = "white" if share > 0.5 * most else "black"
        axes.text(column, row, text, ha="center", va="center", fontsize=7, color=colour)
    axes.set_xlabel(words("score on opening without activity (points); % of accounts ever 31+"))
    means = matrix.iloc[-1].dropna()
    axes.set_title(_most_and_least(means, words))
    return figure


def _most_and_least(means: pd.Series, words: Words) -> str:
    """Return which band of the score goes past due most and least, where they differ."""
    if means.empty or not float(means.max()):
        return words("No account of these was ever 31+ days past due")
    if float(means.max()) == float(means.min()):
        said = "{share:.1f} % of accounts were ever 31+ days past due, at every score"
        return words(said, share=100 * float(means.max()))
    return words(
        "{low} points go 31+ days past due most ({share:.1f} %), {high} least ({least:.1f} %)",
        low=str(means.idxmax()),
        share=100 * float(means.max()),
        high=str(means.idxmin()),
        least=100 * float(means.min()),
    )


def _worse(matrix: pd.DataFrame, bucket: str) -> float:
    names = [name for name in matrix.columns if name != "closed"]
    beyond = names[names.index(bucket) + 1 :]
    return 100 * float(np.nan_to_num(matrix.loc[bucket, beyond].to_numpy(dtype=float)).sum())
