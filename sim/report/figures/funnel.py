"""Where applications end, gate by gate, a panel a way in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, GREEN, RED, drawing, headed, styled
from sim.report.words import ENGLISH, Words

LOST = ("not_started", "abandoned", "refused_score", "refused_review")
STEPS = ("seen", *LOST, "approved")


@styled
def funnel(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return a waterfall for each way in: who saw it, who was lost at each gate, who got in.

    table: way, and the counts seen, not_started, abandoned, refused_score, refused_review and
    approved, one row a way.
    """
    figure, panels = drawing(1, len(table), height=2.5, sharey=True)
    for axes, (_, row) in zip(np.atleast_1d(panels), table.iterrows(), strict=True):
        _falling(axes, row)
        axes.set_xticks(range(len(STEPS)), [words.named(step) for step in STEPS], rotation=40)
        axes.set_xticks(range(len(STEPS)))
        for label in axes.get_xticklabels():
            label.set_ha("right")
        axes.set_xlabel(words.named(str(row["way"])))
        axes.margins(y=0.12)
    first = np.atleast_1d(panels)[0]
    first.set_ylabel(words("people a run"))
    sums = table[list(STEPS)].sum()
    share = 100 * sums["approved"] / sums["seen"] if sums["seen"] else 0.0
    worst = max(LOST, key=lambda step: float(sums[step]))
    headed(
        figure,
        words(
            "{share:.1f} % of those who saw the product got an account; the largest loss: {gate}",
            share=share,
            gate=words.named(worst),
        ),
    )
    return figure


def _falling(axes: Any, row: pd.Series) -> None:
    level = 0.0
    for at, step in enumerate(STEPS):
        count = float(row[step])
        lost = step in LOST
        level = level - count if lost else count
        colour = RED if lost else (GREEN if step == "approved" else BLUE)
        hatch = "///" if lost else None
        base = level if lost else 0.0
        axes.bar(at, count, 0.74, bottom=base, color=colour, hatch=hatch, edgecolor="white", lw=0.4)
        axes.annotate(
            f"{count:,.0f}",
            (at, base + count),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=7,
        )
