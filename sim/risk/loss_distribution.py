"""The distribution of the loss of a book over replications: quantiles and tails, with intervals.

A replication is one outcome. Where too few lie in the tail nothing is said of it; a fitted tail is
another thing and is labelled so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.risk.closed_form.inputs import Numbers, numbers
from sim.risk.closed_form.portfolio import expected_shortfall, implied_correlation, loss_quantile
from sim.risk.half_width import Z
from sim.risk.tables import columns

LEVELS = (0.5, 0.9, 0.95, 0.99, 0.999)
LEAST = 100  # observations beyond a quantile, below which it is not estimable
YEAR = 365


def losses(daily: pd.DataFrame) -> pd.DataFrame:
    """Return one row a replication: what was lost over its reported days.

    daily: `run.daily`. Columns: replication, days, written_off_fen (principal), recovered_fen,
    net_loss_fen, principal_fen (mean of the days), loss_rate (net, of that principal, a year).
    """
    needed = ("replication", "day", "principal_fen", "principal_written_off_fen", "recovered_fen")
    groups = columns(daily, needed, "daily").groupby("replication")
    table = groups[["principal_written_off_fen", "recovered_fen"]].sum()
    table = table.rename(columns={"principal_written_off_fen": "written_off_fen"})
    table.insert(0, "days", groups["day"].nunique())
    table["net_loss_fen"] = table["written_off_fen"] - table["recovered_fen"]
    table["principal_fen"] = groups["principal_fen"].mean()
    held = table["principal_fen"].replace(0, np.nan)
    table["loss_rate"] = table["net_loss_fen"] / held / table["days"] * YEAR
    return table.reset_index()


def value_at_risk(
    outcomes: ArrayLike, levels: Sequence[float] = LEVELS, *, least: int = LEAST
) -> pd.DataFrame:
    """Return quantiles and expected shortfalls of simulated losses, one row a level.

    outcomes: one loss a replication, any unit. Columns: level, runs, needed (runs for `least`
    observations on the thinner side), var and es with 95 % intervals (order statistics; asymptotic
    normal), and note: "not estimable with R runs" where there are fewer, with no numbers.
    """
    found = np.sort(numbers("outcomes", outcomes).reshape(-1))
    rows = []
    for level in levels:
        if not 0 < level < 1:
            raise ValueError(f"levels: wanted more than 0 and less than 1 (found {level:g})")
        needed = int(np.ceil(round(least / min(level, 1 - level), 6)))
        if len(found) < needed:
            nothing = [float("nan")] * 6
            rows.append(
                (level, len(found), needed, *nothing, f"not estimable with {len(found)} runs")
            )
            continue
        rows.append((level, len(found), needed, *_quantile(found, level), *_tail(found, level), ""))
    names = ["level", "runs", "needed", "var", "var_low", "var_high", "es", "es_low", "es_high"]
    return pd.DataFrame(rows, columns=[*names, "note"])


def fitted_tail(outcomes: ArrayLike, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
    """Return quantiles and shortfalls of the one-factor model that has these losses' mean and sd.

    outcomes: loss rates in [0, 1], one a replication, at least two. The model is assumed, not
    shown: say so wherever its numbers stand. Columns: level, var, es, pd, asset_correlation, note.
    """
    found = numbers("outcomes", outcomes).reshape(-1)
    if len(found) < 2 or (found < 0).any() or (found > 1).any():
        raise ValueError(f"outcomes: wanted at least two loss rates from 0 to 1 (found {found})")
    mean, spread = float(found.mean()), float(found.std(ddof=1))
    rho = implied_correlation(mean, spread) if 0 < mean < 1 else 0.0
    rows = [
        (level, loss_quantile(mean, rho, level), expected_shortfall(mean, rho, level))
        for level in levels
    ]
    table = pd.DataFrame(rows, columns=["level", "var", "es"])
    note = f"assumed: one-factor model fitted to mean and spread of {len(found)} runs"
    return table.assign(pd=mean, asset_correlation=rho, note=note)


def _quantile(found: Numbers, level: float) -> tuple[float, float, float]:
    """Return a quantile with its interval from order statistics (David and Nagaraja, 2003, 7.1)."""
    from scipy.stats import binom

    runs = len(found)
    low = int(binom.ppf(0.025, runs, level)) - 1
    high = int(binom.ppf(0.975, runs, level))
    # The smallest value that at least this share of outcomes does not exceed.
    at = int(np.ceil(round(runs * level, 9))) - 1
    bounds = (found[max(low, 0)], found[min(high, runs - 1)])
    return float(found[at]), float(bounds[0]), float(bounds[1])


def _tail(found: Numbers, level: float) -> tuple[float, float, float]:
    """Return the mean of the worst outcomes with its interval (Manistre and Hancock, 2005)."""
    runs = len(found)
    weight = runs * (1 - level)
    whole = int(np.floor(round(weight, 9)))
    worst: Any = found[runs - whole :]
    border = found[runs - whole - 1]
    # The outcome that the level cuts through counts for the part beyond it.
    mean = float((worst.sum() + (weight - whole) * border) / weight)
    variance = worst.var(ddof=1) + level * (mean - border) ** 2
    reach = Z * float(np.sqrt(variance / weight))
    return mean, mean - reach, mean + reach
