"""How far the values of a key move a metric of a sweep, with intervals that know what rows share.

Where each value of a key was run with the same other keys, its effect is that of each replication,
on whose luck all rows agree; else rows are draws, and their means over replications the sample.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.study.interval import Interval, mean

NOT_KEYS = ("row", "replication", "status", "error")
MOST_VALUES = 8  # of a key; more are put into four groups
NAN = float("nan")


class Swing(NamedTuple):
    """The least and the greatest mean over a key's values, as changes from the mean of all rows."""

    metric: str
    key: str
    low: float
    high: float
    low_reach: float  # half of a 95 % interval; NaN where luck is not known
    high_reach: float
    width_reach: float  # of high - low
    low_runs: int
    high_runs: int


def swings(results: pd.DataFrame, metrics: list[str]) -> pd.DataFrame:
    """Return a row a metric and key that has two values or more; see `Swing`."""
    done = results[results["status"] == "done"]
    keys = [name for name in results if name not in (*NOT_KEYS, *metrics)]
    moved = [key for key in keys if len(done[key].dropna().unique()) > 1]
    return pd.DataFrame(
        _swing(done, metric, str(key), [k for k in keys if k != key])
        for metric in metrics
        for key in moved
    )


def _swing(done: pd.DataFrame, metric: str, key: str, others: list[Any]) -> Swing:
    whole = float(done[metric].mean())
    groups, crossed = done[key], _is_crossed(done, key, others)
    if done[key].nunique() > MOST_VALUES and pd.api.types.is_numeric_dtype(done[key]):
        groups, crossed = pd.qcut(done[key], 4, labels=False, duplicates="drop"), False
    table = done.assign(_group=groups)
    means = table.groupby("_group")[metric].mean().sort_values()
    counts = table.groupby("_group")[metric].count()
    low, high = means.index[0], means.index[-1]
    sure = (_paired if crossed else _apart)(table, metric, low, high)
    scale = abs(whole) if whole else NAN
    return Swing(
        metric,
        key,
        low=(float(means[low]) - whole) / scale,
        high=(float(means[high]) - whole) / scale,
        low_reach=sure[0].half_width / scale,
        high_reach=sure[1].half_width / scale,
        width_reach=sure[2].half_width / scale,
        low_runs=int(counts[low]),
        high_runs=int(counts[high]),
    )


def _is_crossed(done: pd.DataFrame, key: str, others: list[Any]) -> bool:
    """Tell whether every value of a key was run with the same other keys, and on the same luck."""
    follow = [k for k in others if done.groupby(key)[k].nunique().max() <= 1]
    free = ["replication", *(k for k in others if k not in follow)]
    lots = [
        sorted(map(tuple, lot[free].astype(str).to_numpy().tolist()))
        for _, lot in done.groupby(key)
    ]
    return all(lot == lots[0] for lot in lots)


def _paired(table: pd.DataFrame, metric: str, low: Any, high: Any) -> list[Interval]:
    """Return intervals of both ends and of the width, over the effects of each replication."""
    by = table.pivot_table(index="replication", columns="_group", values=metric)
    whole = table.groupby("replication")[metric].mean()
    return [mean(by[low] - whole), mean(by[high] - whole), mean(by[high] - by[low])]


def _apart(table: pd.DataFrame, metric: str, low: Any, high: Any) -> list[Interval]:
    """Return intervals of both ends and of the width; a row is one draw, whatever its runs."""
    rows = table.groupby(["_group", "row"])[metric].mean()
    ends = [mean(rows[low]), mean(rows[high])]
    reach = float(np.hypot(ends[0].half_width, ends[1].half_width))
    return [*ends, ends[1]._replace(low=-reach, high=reach)]
