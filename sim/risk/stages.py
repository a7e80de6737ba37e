"""IFRS 9 stages: by days past due, with probation before a return.

Stage 2 from more than 30 days past due (5.5.11), stage 3 from 90 days (B5.5.37), both parameters;
who comes out of a stage stays in it for a probation of some months.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.risk.closed_form.inputs import amounts, plain
from sim.risk.shares import shares
from sim.risk.tables import MOVES, ON_BOOK, columns


class Staging(NamedTuple):
    """When an account changes its stage."""

    stage_2_after: int = 30  # more days past due than these
    stage_3_from: int = 90  # days past due
    probation: int = 3  # months better before stage 3 is left, assumed
    probation_2: int = 0  # and stage 2, assumed


# Buckets hold whole thirty days: the first day of each decides, and m4 begins at 91.
STAGE_OF = dict.fromkeys(["unused", "current", "m1"], 1) | {"m2": 2, "m3": 2}
STAGE_OF |= dict.fromkeys(["m4", "m5", "m6", "charged_off"], 3)


def stage_of(days_past_due: ArrayLike, staging: Staging | None = None) -> Any:
    """Return the stage that days past due alone give: 1, 2 or 3; a number for a number."""
    rule = staging or Staging()
    days = amounts("days_past_due", days_past_due)
    found = np.where(days >= rule.stage_3_from, 3, np.where(days > rule.stage_2_after, 2, 1))
    return found if found.ndim else int(plain(found))


def staged(panel: pd.DataFrame, staging: Staging | None = None) -> pd.DataFrame:
    """Return an account-month panel with its column `stage`, probation included.

    panel: user, month (anything that sorts), days_past_due, and replication where there are
    several; one row an account and month end, without gaps. An account leaves stage 3 once it has
    been in none of its days for `probation` month ends in a row, then stage 2 after `probation_2`.
    """
    rule = staging or Staging()
    keys = [name for name in ("replication", "user") if name in panel]
    some = columns(panel, ("user", "month", "days_past_due"), "panel")
    some = some.sort_values([*keys, "month"], kind="stable")
    raw = np.asarray(stage_of(some["days_past_due"], rule))
    by = [some[key] for key in keys]
    three = pd.Series(_held(raw >= 3, by, rule.probation), some.index)
    two = pd.Series(_held((raw >= 2) | three.to_numpy(), by, rule.probation_2), some.index)
    stage = np.where(three, 3, np.where(two, 2, 1))
    found: pd.DataFrame = some.assign(stage=stage).loc[panel.index]
    return found


def stage_mix(monthly: pd.DataFrame) -> pd.DataFrame:
    """Return accounts and principal by month end and stage, with the stage's share of principal.

    monthly: `run.monthly`; stages by bucket at the month end, which knows of no probation.
    """
    some = columns(monthly, ("month", "bucket", "accounts", "principal_fen"), "monthly")
    some = some[some["bucket"].isin(ON_BOOK)]
    some = some.assign(stage=some["bucket"].astype(str).map(STAGE_OF))
    keys = [name for name in ("replication", "month") if name in some]
    sums = some.groupby([*keys, "stage"], observed=True)[["accounts", "principal_fen"]]
    table = sums.sum().reset_index()
    table["whole_fen"] = table.groupby(keys)["principal_fen"].transform("sum")
    money = shares(table, ["month", "stage"], "principal_fen", "whole_fen", counts=False)
    counts = table.groupby(["month", "stage"])["accounts"].sum().reset_index()
    return counts.merge(money, on=["month", "stage"])


def stage_transfers(moves: pd.DataFrame, segment: str = "all") -> pd.DataFrame:
    """Return accounts and principal that went from stage to stage between month ends.

    One row a month, stage left (0: newly opened) and stage reached (0: closed). Charged off is 3.
    Left out are accounts that were charged off a month before, and those that stayed closed.
    """
    some = columns(moves, (*MOVES, "month", "segment", "accounts", "principal_after_fen"), "moves")
    gone = some["from_bucket"] == "charged_off"
    gone |= (some["from_bucket"] == "closed") & (some["to_bucket"] == "closed")
    some = some[(some["segment"] == segment) & (some["accounts"] > 0) & ~gone]
    ends = {name: some[name].astype(str).map(STAGE_OF).fillna(0).astype(int) for name in MOVES}
    some = some.assign(from_stage=ends["from_bucket"], to_stage=ends["to_bucket"])
    by = ["month", "from_stage", "to_stage"]
    return (
        some.groupby(by)[["accounts", "principal_fen", "principal_after_fen"]].sum().reset_index()
    )


def _held(now: Any, by: list[pd.Series], months: int) -> Any:
    """Tell what is so now or was in one of the last months; rows by account, then by month."""
    flag = pd.Series(np.asarray(now), by[0].index)
    held = flag.copy()
    for back in range(1, months + 1):
        held |= flag.groupby(by).shift(back, fill_value=False).astype(bool)
    return held.to_numpy()
