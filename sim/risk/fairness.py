"""Outcomes by segment, beside a reference segment.

Four-fifths rule: a rate below four fifths of the highest is taken as a sign of adverse impact (29
CFR 1607.4 D). It speaks of rates of a favourable outcome, and asks for numbers that are not small.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.risk.half_width import Z
from sim.risk.shares import shares
from sim.risk.tables import columns
from sim.units import NEVER

FOUR_FIFTHS = 0.8
LEAST = 30  # of a cell; smaller ones have no ratio


def fairness(
    table: pd.DataFrame,
    group: str,
    favourable: str,
    whole: str,
    *,
    reference: str | None = None,
    least: int = LEAST,
) -> pd.DataFrame:
    """Return the rate of a favourable outcome for each group, and its ratio to the reference.

    table: counts favourable of whole by group, and by replication where there are several.
    reference: a group; the one with the highest rate, of those large enough, if None. Columns:
    group, favourable, whole, those of `Share`, enough (whole of at least `least`), ratio with 95 %
    interval (Katz, 1978), adverse (ratio below four fifths), shown (adverse and the interval too).
    Cells that are not enough have no ratio and no flag. Raises ValueError.
    """
    found = shares(table, [group], favourable, whole)
    found["enough"] = found[whole] >= least
    rates = found.set_index(group)
    large = rates.loc[rates["enough"], "share"]
    if reference is None:
        reference = str(large.idxmax()) if len(large) else None
    elif reference not in rates.index:
        known = ", ".join(map(str, rates.index))
        raise ValueError(f"reference: wanted one of {known} (found {reference!r})")
    if reference is None or not rates.loc[reference, "enough"]:
        raise ValueError(f"reference: wanted a group of at least {least} (found {reference!r})")
    held = rates.loc[reference]
    ratio = found["share"] / held["share"]
    spread = np.sqrt(
        _log_variance(found[favourable], found[whole])
        + _log_variance(held[favourable], held[whole])
    )
    found["ratio"] = ratio.where(found["enough"])
    found["ratio_low"] = found["ratio"] * np.exp(-Z * spread)
    found["ratio_high"] = found["ratio"] * np.exp(Z * spread)
    same = found[group] == reference
    found.loc[same, ["ratio_low", "ratio_high"]] = 1.0
    found["adverse"] = found["enough"] & (found["ratio"] < FOUR_FIFTHS)
    found["shown"] = found["enough"] & (found["ratio_high"] < FOUR_FIFTHS)
    return found.assign(reference=same)


def approvals(users: pd.DataFrame, accounts: pd.DataFrame, group: str = "segment") -> pd.DataFrame:
    """Return users here and those of them who were ever let in, by replication and group.

    users, accounts: `run.users`, `run.accounts`. Columns: replication, group, approved, users.
    """
    keys = ["replication", "user"]
    opened = columns(accounts, (*keys, "opened_on"), "accounts")
    ever = opened[opened["opened_on"] != NEVER].drop_duplicates(keys)[keys].assign(approved=1)
    here = columns(users, (*keys, group, "status"), "users")
    here = here[here["status"] == "here"].merge(ever, on=keys, how="left")
    here["approved"] = here["approved"].fillna(0).astype(int)
    by = here.astype({group: str}).groupby(["replication", group])["approved"]
    return by.agg(approved="sum", users="size").reset_index()


def _log_variance(parts: Any, wholes: Any) -> Any:
    """Return the variance of the logarithm of a rate of counts; infinite for a rate of 0."""
    part, whole = np.asarray(parts, dtype=float), np.asarray(wholes, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 / part - 1 / whole
