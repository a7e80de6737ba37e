"""What the book earns after losses, and how the allowance moved: from the books of a run."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.risk.shares import shares
from sim.risk.tables import columns

YEAR = 365
INCOME = (
    *("interest_fen", "penalty_fen", "withheld_fen"),
    *("manual_fees_fen", "instalment_fees_fen"),
)
EXPENSES = (
    *("funding_cost_fen", "charge_offs_fen", "allowance_change_fen"),
    *("fraud_loss_fen", "dispute_loss_fen", "operating_cost_fen"),
)


def margins(pnl: pd.DataFrame, daily_by: pd.DataFrame) -> pd.DataFrame:
    """Return one row a segment, and for all, and measure of earnings, with its interval.

    pnl: `run.pnl`; daily_by: `run.daily_by`. Measures, a year: `income`, `funding`, `net_losses`
    (charged off less recovered), `risk_adjusted_margin` (income less funding and net losses) and
    `profit`, of mean principal; and `profit_per_account`, fen of an active account; all products
    together. Columns: segment, measure, part, whole, and those of `Share`.
    """
    sums = _year_sums(pnl)
    held = _means(daily_by)
    table = sums.merge(held, on=["replication", "segment"], validate="one_to_one")
    whole = table.groupby("replication").sum(numeric_only=True).reset_index()
    table = pd.concat([whole.assign(segment="all"), table], ignore_index=True)
    measures = dict.fromkeys(_MEASURES, "principal_fen") | {"profit_per_account": "active"}
    found = []
    for measure, base in measures.items():
        part = "profit" if measure == "profit_per_account" else measure
        lot = shares(table, ["segment"], part, base, counts=False, bounded=False)
        found.append(lot.rename(columns={part: "part", base: "whole"}).assign(measure=measure))
    names = ["segment", "measure"]
    rows = pd.concat(found, ignore_index=True)
    return rows[[*names, *(name for name in rows if name not in names)]]


def allowance_roll(pnl: pd.DataFrame, balance_sheet: pd.DataFrame) -> pd.DataFrame:
    """Return the allowance for losses month by month: opening + charge - write-off + recovery.

    pnl, balance_sheet: of a run. One row a replication and month, in fen, all segments. charge:
    what the month bears for losses: charged off and added to the allowance, less recovered.
    gap: opening + charge - written off + recovered - closing, 0 for sound books (E5).
    """
    needed = ("replication", "date", "allowance_change_fen", "charge_offs_fen", "recoveries_fen")
    some = columns(pnl, needed, "pnl")
    by = ["replication", some["date"].dt.to_period("M").dt.start_time.rename("month")]
    table = some.groupby(by)[list(needed[2:])].sum()
    sheet = columns(balance_sheet, ("replication", "day", "date", "allowance_fen"), "balance_sheet")
    closes = sheet.groupby(["replication", "day", "date"])["allowance_fen"].sum().reset_index()
    opening = closes[closes["day"] == -1].set_index("replication")["allowance_fen"].to_dict()
    reported = closes[closes["day"] >= 0]
    month = reported["date"].dt.to_period("M").dt.start_time.rename("month")
    closing = reported.groupby(["replication", month])["allowance_fen"].last()
    before = closing.groupby("replication").shift()
    first = pd.Series(before.index.get_level_values("replication").map(opening), before.index)
    return _rolled(table, before.where(before.notna(), first), closing)


_MEASURES = ("income", "funding", "net_losses", "risk_adjusted_margin", "profit")


def _rolled(table: pd.DataFrame, opening: pd.Series, closing: pd.Series) -> pd.DataFrame:
    lost, back = table["charge_offs_fen"], table["recoveries_fen"]
    charge = table["allowance_change_fen"] + lost - back
    roll = {
        "opening_fen": opening,
        "charge_fen": charge,
        "written_off_fen": lost,
        "recovered_fen": back,
        "closing_fen": closing,
    }
    found = pd.DataFrame(roll).astype(np.int64)
    moved = found["opening_fen"] + found["charge_fen"] - found["written_off_fen"]
    found["gap_fen"] = moved + found["recovered_fen"] - found["closing_fen"]
    return found.reset_index()


def _year_sums(pnl: pd.DataFrame) -> pd.DataFrame:
    """Return income, costs and profit by replication and segment, scaled to a year."""
    keys = ["replication", "segment"]
    needed = (*keys, "day", *INCOME, *EXPENSES, "recoveries_fen", "profit_fen")
    groups = columns(pnl, needed, "pnl").groupby(keys, observed=True)
    sums = groups[[*INCOME, *EXPENSES, "recoveries_fen", "profit_fen"]].sum()
    year = YEAR / groups["day"].nunique()
    found = pd.DataFrame(index=sums.index)
    found["income"] = sums[list(INCOME)].sum(axis=1) * year
    found["funding"] = sums["funding_cost_fen"] * year
    found["net_losses"] = (sums["charge_offs_fen"] - sums["recoveries_fen"]) * year
    found["risk_adjusted_margin"] = found["income"] - found["funding"] - found["net_losses"]
    found["profit"] = sums["profit_fen"] * year
    return found.reset_index()


def _means(daily_by: pd.DataFrame) -> pd.DataFrame:
    """Return mean principal and active accounts of the days, by replication and segment."""
    keys, held = ["replication", "segment"], ["principal_fen", "active"]
    by_day = columns(daily_by, (*keys, "day", *held), "daily_by").groupby(
        [*keys, "day"], observed=True
    )
    days = by_day[held].sum()  # over products
    return days.groupby(keys, observed=True).mean().reset_index()
