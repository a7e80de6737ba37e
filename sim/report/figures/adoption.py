"""How many of the users have come to hold the product, and to use it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, RED, drawing, months_below, styled
from sim.report.words import ENGLISH, Words


@styled
def adoption(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return the shares of users with an account, and who owe on it, over the days.

    table: date, and share, low, high of `active` and `utilising`, such as active_low.
    """
    figure, axes = drawing(height=2.6)
    dates: Any = table["date"]
    kinds = (("active", BLUE, "-", "hold an account"), ("utilising", RED, "--", "owe on it"))
    for name, colour, dash, label in kinds:
        shares: list[Any] = [100 * table[f"{name}{end}"] for end in ("", "_low", "_high")]
        axes.plot(dates, shares[0], color=colour, ls=dash, lw=1.6, label=words(label))
        axes.fill_between(dates, shares[1], shares[2], color=colour, alpha=0.2, lw=0)
    last = table.iloc[-1]
    axes.set_title(
        words(
            "{held:.1f} % of users hold an account at the end, {owe:.1f} % owe on it",
            held=100 * float(last["active"]),
            owe=100 * float(last["utilising"]),
        )
    )
    axes.set_ylabel(words("% of users"))
    axes.set_ylim(bottom=0)
    axes.legend(loc="center left")
    months_below(axes)
    return figure
