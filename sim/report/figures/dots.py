"""Estimates with their intervals, one below the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, GREY, RED, drawing, styled
from sim.report.words import ENGLISH, Words


@styled
def forest(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return a forest plot of paired differences, each as a share of the baseline's value.

    table: label, difference, low, high, all shares; one row a difference.
    """
    figure, axes = drawing(height=0.9 + 0.26 * len(table))
    clear = (table["low"] > 0) | (table["high"] < 0)
    _dotted(axes, table, [RED if sure else GREY for sure in clear], words)
    axes.axvline(0, color="0.3", lw=0.8)
    axes.set_xlabel(words("change against the baseline, % of its value; 95 % interval"))
    words_ = words(
        "{sure} of {all} differences are told from 0", sure=int(clear.sum()), all=len(table)
    )
    axes.set_title(words_)
    return figure


@styled
def twins(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return effects as two arms estimate them, with intervals, and a cross for the true ones.

    table: label, difference, low, high, truth, all shares of the mean without the policy.
    """
    figure, axes = drawing(height=1.1 + 0.26 * len(table))
    held = (table["low"] <= table["truth"]) & (table["truth"] <= table["high"])
    _dotted(axes, table, [BLUE if holds else RED for holds in held], words)
    places = np.arange(len(table))[::-1]
    crosses = 100 * table["truth"]
    axes.plot(crosses, places, "x", color="0.1", ms=7)
    axes.axvline(0, color="0.3", lw=0.8)
    axes.set_xlabel(
        words("effect, % of the mean without it; 95 % interval of the arms; cross: truth")
    )
    told = words(
        "{held} of {all} intervals of the arms hold the true effect",
        held=int(held.sum()),
        all=len(table),
    )
    axes.set_title(told)
    return figure


@styled
def segment_dots(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return a rate by segment with intervals.

    table: label, difference (the rate), low, high, one row a segment.
    """
    figure, axes = drawing(height=1.0 + 0.26 * len(table))
    _dotted(axes, table, [BLUE] * len(table), words)
    axes.set_xlabel(words("% of users with an account; 95 % interval"))
    ordered = table.sort_values("difference", kind="stable")
    top, least = ordered.iloc[-1], ordered.iloc[0]
    axes.set_title(
        words(
            "{top} are let in most ({high:.1f} %), {least} least ({low:.1f} %)",
            top=words.named(str(top["label"])),
            high=100 * float(top["difference"]),
            least=words.named(str(least["label"])),
            low=100 * float(least["difference"]),
        )
    )
    return figure


def _dotted(axes: Any, table: pd.DataFrame, colours: list[str], words: Words) -> None:
    places = np.arange(len(table))[::-1]
    for place, colour, (_, row) in zip(places, colours, table.iterrows(), strict=True):
        middle, low, high = (100 * float(row[name]) for name in ("difference", "low", "high"))
        axes.plot([low, high], [place, place], color=colour, lw=1.6, solid_capstyle="butt")
        axes.plot([middle], [place], "o", color=colour, ms=4.5)
    axes.set_yticks(places, [words.named(str(label)) for label in table["label"]])
    axes.set_ylim(-0.7, len(table) - 0.3)
