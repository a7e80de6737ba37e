"""What part of the money is how late, month by month."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import STEPS, drawing, styled
from sim.report.words import ENGLISH, Words

BUCKETS = ("m1", "m2", "m3", "m4", "m5", "m6")


@styled
def bucket_stack(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return bars of principal past due by bucket, as shares of all principal.

    table: month, bucket, share; one row a month end and bucket m1 to m6.
    """
    figure, axes = drawing()
    wide = table.pivot_table(index="month", columns="bucket", values="share", observed=True)
    wide = 100 * wide.reindex(columns=list(BUCKETS)).fillna(0)
    base = np.zeros(len(wide))
    places = np.arange(len(wide))
    for bucket, colour in zip(BUCKETS, STEPS[2:], strict=True):
        part = wide[bucket].to_numpy()
        axes.bar(places, part, 0.72, bottom=base, color=colour, edgecolor="white", lw=0.4)
        base = base + part
        axes.plot([], [], color=colour, lw=6, label=bucket.upper())
    axes.set_xticks(places, [f"{month:%Y-%m}" for month in wide.index], rotation=45, ha="right")
    at = int(base.argmax())
    axes.set_title(
        words(
            "{end:.2f} % of principal is past due at the last month end; "
            "the most was {most:.2f} % in {month}",
            end=base[-1],
            most=base[at],
            month=f"{wide.index[at]:%Y-%m}",
        )
    )
    axes.set_ylabel(words("% of principal"))
    axes.legend(ncols=6, loc="upper center", bbox_to_anchor=(0.5, -0.28), handlelength=1)
    return figure
