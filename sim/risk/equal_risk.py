"""Outcomes by group, as they are and at equal risk: standardised over bands of the score.

Direct standardisation (Fleiss, Statistical Methods for Rates and Proportions, chapter 19): the rate
of a group in each band, weighted by how all users are spread over the bands, so that groups differ
by how they are treated and not by how they score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.risk.fairness import LEAST
from sim.risk.jackknife import Jackknifed, jackknife
from sim.risk.score_cohorts import BAND_POINTS, LATE_DAYS
from sim.risk.tables import columns
from sim.units import NEVER


class Measure(NamedTuple):
    """A rate of the columns of `user_outcomes`. better: 1 where more is better for users."""

    part: str
    whole: str
    better: int


MEASURES = {
    "approval": Measure("approved", "users", 1),
    "limit": Measure("limit_fen", "approved", 1),
    "late": Measure("late", "approved", -1),
    "loss": Measure("net_loss_fen", "approved", -1),
}


class Compared(NamedTuple):
    """A measure by group and its ratio to the reference; arrays in the order of the groups."""

    rates: Jackknifed
    ratios: Jackknifed
    enough: np.ndarray  # whether a group has at least LEAST of the whole


def user_outcomes(users: pd.DataFrame, accounts: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return sums by replication, group and band of the score, of users who are here.

    users, accounts: `run.users`, `run.accounts`. Columns: replication, group, band (lowest score
    of `score_anchor_points`), users, approved (ever let in), limit_fen, late (ever 31 or more days
    past due), net_loss_fen.
    """
    keys = ["replication", "user"]
    needed = (*keys, "opened_on", "limit_fen", "worst_days", "written_off_fen", "recovered_fen")
    held = columns(accounts, needed, "accounts")
    held = held[held["opened_on"] != NEVER]
    each = held[keys].assign(
        approved=1,
        limit_fen=held["limit_fen"],
        late=(held["worst_days"] >= LATE_DAYS).astype(int),
        net_loss_fen=held["written_off_fen"] - held["recovered_fen"],
    )
    how = {"approved": "max", "limit_fen": "sum", "late": "max", "net_loss_fen": "sum"}
    by_user = each.groupby(keys).agg(how)
    here = columns(users, (*keys, group, "status", "score_anchor_points"), "users")
    here = here[here["status"] == "here"]
    joined = here.join(by_user, on=keys).fillna(dict.fromkeys(how, 0))
    joined["band"] = joined["score_anchor_points"] // BAND_POINTS * BAND_POINTS
    joined["users"] = 1
    by = ["replication", group, "band"]
    sums = joined.astype({group: str}).groupby(by)[["users", *how]].sum()
    found: pd.DataFrame = sums.astype(np.int64).reset_index().rename(columns={group: "group"})
    return found


def outcomes_of_groups(
    users: pd.DataFrame, accounts: pd.DataFrame, groups: Sequence[str]
) -> pd.DataFrame:
    """Return `user_outcomes` by each of several columns of users, named in a column `by`."""
    parts = [user_outcomes(users, accounts, name).assign(by=name) for name in groups]
    return pd.concat(parts, ignore_index=True)


def compared(
    table: pd.DataFrame, measure: Measure, reference: str, *, equal_risk: bool = False
) -> Compared:
    """Return a measure by group, with its ratio to a reference group.

    table: of `user_outcomes`. equal_risk: standardised over the bands in which every group has at
    least LEAST of the whole, all replications together; NaN where there is no such band.
    """
    groups = sorted(set(table["group"]))
    at = groups.index(reference)
    bands = _common(table, measure, groups) if equal_risk else None

    wholes = table.groupby("group")[measure.whole].sum().reindex(groups, fill_value=0)
    enough = np.asarray(wholes >= LEAST)
    return beside_reference(lambda some: _rates(some, measure, groups, bands), table, at, enough)


def beside_reference(
    rates: Callable[[pd.DataFrame], np.ndarray], table: pd.DataFrame, at: int, enough: np.ndarray
) -> Compared:
    """Return rates by group and their ratios to group `at`, with intervals over replications.

    rates: gives one number a group, of a table with a column `replication`.
    """

    def both(some: pd.DataFrame) -> np.ndarray:
        found = rates(some)
        ratios = found / found[at] if found[at] else np.full(len(found), np.nan)
        return np.stack([found, ratios])

    found = jackknife(both, table)
    one, other = (
        Jackknifed(found.estimate[k], found.low[k], found.high[k], found.runs) for k in (0, 1)
    )
    return Compared(one, other, enough)


def _rates(
    table: pd.DataFrame, measure: Measure, groups: list[str], bands: list[int] | None
) -> np.ndarray:
    by = ["group"] if bands is None else ["group", "band"]
    sums = table.groupby(by)[[measure.part, measure.whole]].sum()
    rates: Any = sums[measure.part] / sums[measure.whole].replace(0, np.nan)
    if bands is None:
        return np.asarray(rates.reindex(groups), dtype=float)
    weights = table.groupby("band")["users"].sum().reindex(bands, fill_value=0)
    if not bands or not weights.sum():
        return np.full(len(groups), np.nan)
    wide = rates.rename("rate").reset_index()
    wide = wide.pivot_table(index="group", columns="band", values="rate", dropna=False)
    wide = wide.reindex(index=groups, columns=bands)
    return np.asarray(wide.to_numpy() @ (weights / weights.sum()).to_numpy(), dtype=float)


def _common(table: pd.DataFrame, measure: Measure, groups: list[str]) -> list[int]:
    """Return the bands in which every group has enough of the whole."""
    wide = table.pivot_table(
        index="group", columns="band", values=measure.whole, aggfunc="sum", fill_value=0
    ).reindex(groups, fill_value=0)
    return [int(band) for band in wide.columns[(wide >= LEAST).all()]]
