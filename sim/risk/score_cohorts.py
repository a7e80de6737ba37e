"""Cohorts of accounts by the score of their users: from final accounts and users."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from sim.risk.tables import columns
from sim.units import NEVER

BAND_POINTS = 50
LATE_DAYS = 31


def score_cohorts(
    accounts: pd.DataFrame, users: pd.DataFrame, first_day: dt.date, *, width: int = BAND_POINTS
) -> pd.DataFrame:
    """Return one row a replication, month of opening and band of the score.

    accounts, users: `run.accounts`, `run.users`. first_day: the first simulated day. The score is
    `score_anchor_points`, which what the account did does not move. width: of a band, points.
    Columns: replication, cohort (such as 2024-03), band (its lowest score), accounts, ever_31.
    Accounts opened before the first day are left out.
    """
    keys = ["replication", "user"]
    some = columns(accounts, (*keys, "opened_on", "worst_days"), "accounts")
    some = some[(some["opened_on"] != NEVER) & (some["opened_on"] >= 0)]
    scores = columns(users, (*keys, "score_anchor_points"), "users")[[*keys, "score_anchor_points"]]
    joined = some[[*keys, "opened_on", "worst_days"]].merge(scores, on=keys)
    days = joined["opened_on"].to_numpy(dtype="m8[D]")
    joined["cohort"] = (np.datetime64(first_day) + days).astype("M8[M]").astype(str)
    joined["band"] = joined["score_anchor_points"] // width * width
    joined["ever_31"] = (joined["worst_days"] >= LATE_DAYS).astype(int)
    groups = joined.groupby(["replication", "cohort", "band"])["ever_31"]
    return groups.agg(accounts="size", ever_31="sum").reset_index()
