"""What one run under stress comes to: amounts that its figures of merit are ratios of."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.account import PRINCIPAL
from sim.results.record import Record
from sim.results.tables import table
from sim.scenario import Scenario
from sim.simulation import simulate

LIQUIDITY_DAYS = 30  # over which cash is counted that others must bring


class Ratio(NamedTuple):
    """A measure: part / whole, columns of `outcomes`, and what it says."""

    part: str
    whole: str
    meaning: str


MEASURES = {
    "net_loss": Ratio("net_loss_year_fen", "principal_days_fen", "charged off less recovered"),
    "late_31": Ratio("principal_late_31_fen", "principal_fen", "31 or more days past due"),
    "late_91": Ratio("principal_late_91_fen", "principal_fen", "91 or more days past due"),
    "liquidity": Ratio("cash_30_fen", "mean_principal_fen", "most cash raised within 30 days"),
    "undrawn": Ratio("undrawn_fen", "principal_fen", "limits not drawn"),
    "profit": Ratio("profit_fen", "mean_principal_fen", "profit of the reported days"),
    "capital": Ratio("capital_left_fen", "mean_principal_fen", "equity of the mean book + profit"),
}
LIMITED = {"net_loss": "loss_year_ppm", "late_31": "late_31_ppm", "late_91": "late_91_ppm"}


class Stressed(NamedTuple):
    """One replication: amounts in fen, and the days behind them."""

    amounts: dict[str, int]
    days: pd.DataFrame

    def tables(self) -> tuple[pa.Table, pa.Table]:
        """Return days and amounts, to be kept until the whole is done."""
        return pa.Table.from_pandas(self.days, preserve_index=False), pa.table(
            {name: [amount] for name, amount in self.amounts.items()}
        )

    @classmethod
    def of(cls, days: pa.Table, amounts: pa.Table) -> Stressed:
        """Return what `tables` gave."""
        return cls(dict(amounts.to_pylist()[0]), days.to_pandas())


def stressed(scenario: Scenario, replication: int) -> Stressed:
    """Return what a replication of a scenario comes to over its reported days."""
    record = Record.of(simulate(scenario, threads=1, replication=replication))
    tables = {name: _frame(record, name) for name in ("daily", "daily_by", "pnl", "balance_sheet")}
    daily = tables["daily"]
    last = daily.iloc[-1]
    lost = daily["principal_written_off_fen"].sum() - daily["recovered_fen"].sum()
    mean = int(daily["principal_fen"].sum()) // len(daily)
    profit = int(tables["pnl"]["profit_fen"].sum())
    amounts = {
        "principal_fen": int(last["principal_fen"]),
        "principal_late_31_fen": int(last["principal_late_31_fen"]),
        "principal_late_91_fen": int(last["principal_late_91_fen"]),
        "principal_days_fen": int(daily["principal_fen"].sum()),
        "mean_principal_fen": mean,
        "net_loss_fen": int(lost),
        "net_loss_year_fen": int(lost) * 365,
        "undrawn_fen": _undrawn(record),
        "cash_30_fen": _raised(tables["balance_sheet"]),
        "profit_fen": profit,
        "capital_left_fen": _equity(scenario, tables["daily_by"], len(daily)) + profit,
    }
    return Stressed(amounts, daily[["day", "date", *_KEPT]])


_KEPT = ["users", "unemployed", "principal_fen", "principal_late_31_fen"]


def _frame(record: Record, name: str) -> pd.DataFrame:
    frame: pd.DataFrame = table(record, name).to_pandas(date_as_object=False)
    return frame


def _equity(scenario: Scenario, by: pd.DataFrame, days: int) -> int:
    """Return the owners' share of the mean book, by the terms of each product."""
    held = by.groupby("product", observed=True)["principal_fen"].sum()
    return sum(
        int(held.get(product.label, 0)) // days * product.accounting.equity_ppm // 1_000_000
        for product in scenario.products
    )


def _undrawn(record: Record) -> int:
    """Return what is left of the limits of all accounts; what is owed beyond one frees no other."""
    accounts = record.accounts
    drawn = sum(accounts[name].astype(np.int64) for name in PRINCIPAL)
    return int(np.maximum(accounts["limit"] - drawn, 0).sum())


def _raised(sheet: pd.DataFrame) -> int:
    """Return the most that funding and owners brought in within LIQUIDITY_DAYS, 0 or more."""
    closes = sheet.groupby("day")[["funding_fen", "capital_fen"]].sum().sum(axis=1)
    before = closes.shift(LIQUIDITY_DAYS).fillna(closes.iloc[0])
    found: Any = np.max(closes - before)
    return max(int(found), 0)
