"""Tables for other tools: an account-month panel, moves as a cohort file, CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.risk.tables import ALL, BUCKETS, MOVES, columns, of_segment
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    from sim.results import Run

_FLOWS = {
    "purchases_fen": ("purchases",),
    "charged_fen": ("interest_charged", "penalty_charged", "fees_charged"),
    "repaid_fen": ("principal_repaid", "interest_repaid", "penalty_repaid", "fees_repaid"),
    "principal_repaid_fen": ("principal_repaid",),
    "refunded_fen": ("refunded",),
    "given_up_fen": ("fraud_loss", "dispute_loss"),
    "waived_fen": ("interest_waived", "penalty_waived"),
    "principal_written_off_fen": ("principal_written_off",),
}
# What moves anything of the panel; the events of a user's own money do not.
_KINDS = {
    *(kind for kinds in _FLOWS.values() for kind in kinds),
    *("interest_written_off", "penalty_written_off", "fees_written_off"),
    *("limit", "standing", "missed"),
}
_HELD = ["standing", "limit_fen", "principal_fen", "interest_fen", "penalty_fen", "fees_fen"]

PANEL: dict[str, str] = {
    "replication": "replication, from 0",
    "user": "whose account",
    "product": "of which product (product.name)",
    "month": "first day of the calendar month",
    "date": "last simulated day of the month: amounts are as at its close",
    "standing": "where the account stands (Standing)",
    "limit_fen": "credit limit",
    "principal_fen": "drawn and not repaid",
    "interest_fen": "posted and unpaid interest",
    "penalty_fen": "posted and unpaid penalty",
    "fees_fen": "posted and unpaid fees",
    "purchases_fen": "bought on credit in the month",
    "charged_fen": "interest, penalty and fees posted in the month",
    "repaid_fen": "repaid in the month, of all kinds",
    "principal_repaid_fen": "of it, principal",
    "refunded_fen": "principal given back by merchants in the month",
    "given_up_fen": "principal given up on claims in the month",
    "principal_written_off_fen": "principal charged off in the month",
    "missed": "bills missed in the month",
}


def account_months(events: pd.DataFrame, opening: pd.DataFrame) -> pd.DataFrame:
    """Return one row an account of a logged user, replication and month of the reported days.

    events, opening: `run.events`, `run.opening()`. Columns: those of PANEL, in fen. Principal ties
    from month to month: closing before + purchases - principal repaid, refunded, given up and
    written off = closing. A user who was never let in has no row.
    """
    whole = columns(
        events, ("replication", "day", "date", "user", "product", "kind", "amount_fen"), "events"
    )
    ends = whole.groupby(["replication", whole["date"].dt.to_period("M")])[["day", "date"]].max()
    some = whole[whole["kind"].isin(_KINDS)]
    found = []
    for number, before in opening.groupby("replication"):
        lots = some[some["replication"] == number].astype({"kind": str})
        periods = lots["date"].dt.to_period("M")
        held = before
        for period, last in ends.loc[number].iterrows():
            lot = lots[periods == period]
            held = _month_end(lot, held, int(last["day"]))
            if last["day"] >= 0:
                first = pd.Period(str(period), "M").start_time
                found.append(_rows(lot, held).assign(month=first, date=last["date"]))
    names = list(PANEL)
    return pd.concat(found, ignore_index=True)[names] if found else pd.DataFrame(columns=names)


def cohort(moves: pd.DataFrame, *, segment: str = ALL) -> pd.DataFrame:
    """Return moves as the `cohort` input of the package transitionMatrix: ID, Time, State.

    moves: `run.roll_rates`. Each account and month is an ID of its own, with its bucket (its number
    in `sim.risk.tables.BUCKETS`) at Time 0, the month end before, and at Time 1. `CohortEstimator`
    with `cohort_bounds=[0, 1]` gives `sim.risk.migration.cohort_matrix`.
    """
    some = of_segment(columns(moves, (*MOVES, "accounts"), "moves"), segment)
    number = {name: at for at, name in enumerate(BUCKETS)}
    ends = [some[name].astype(str).map(number).to_numpy() for name in MOVES]
    states = np.stack([end.repeat(some["accounts"]) for end in ends], axis=-1)
    table = {"ID": np.arange(len(states)).repeat(2), "Time": np.tile([0, 1], len(states))}
    return pd.DataFrame(table | {"State": states.reshape(-1)})


def to_csv(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write tables as CSV (UTF-8, comma, a header, dates as 2024-01-31) and return the files.

    Raises ScenarioError, before anything is written, where a file is there already.
    """
    paths = {name: folder / f"{name}.csv" for name in tables}
    taken = [path for path in paths.values() if path.exists()]
    if taken:
        raise ScenarioError([f"{path}: wanted no file of this name (found one)" for path in taken])
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(paths[name], index=False, date_format="%Y-%m-%d")
    return list(paths.values())


def run_to_csv(run: Run, folder: Path) -> list[Path]:
    """Write all tables of a run as CSV, the cohort file, and the panel where events were kept."""
    tables = {name: run.read(name) for name in run.tables}
    if "roll_rates" in tables:
        tables["cohort"] = cohort(tables["roll_rates"])
    if run.scenario.output.events_ppm > 0:
        tables["account_months"] = account_months(run.events, run.opening())
    return to_csv(tables, folder)


def _month_end(lot: pd.DataFrame, before: pd.DataFrame, day: int) -> pd.DataFrame:
    """Return positions at the end of a month from those before it and its events."""
    from sim.results.events import rebuilt

    return rebuilt(lot, day, opening=before).assign(replication=before["replication"].iloc[0])


def _rows(lot: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Return what accounts held at a month end, beside what moved in it."""
    with_account = (held["standing"].astype(str) != "none") | (held["principal_fen"] > 0)
    keys = ["user", "product"]
    table = held.loc[with_account, ["replication", *keys, *_HELD]].set_index(keys)
    lot = lot.astype({"product": object})
    for name, flows in _FLOWS.items():
        moved = lot[lot["kind"].isin(flows)].groupby(keys)["amount_fen"].sum()
        table[name] = moved.reindex(table.index, fill_value=0).astype(np.int64)
    missed = lot[lot["kind"] == "missed"].groupby(keys).size()
    table["missed"] = missed.reindex(table.index, fill_value=0)
    return table.reset_index()
