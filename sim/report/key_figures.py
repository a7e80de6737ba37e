"""The key figures of a report: each with its interval, its paired change and its light."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.report.source import Source
from sim.report.value import NAN, Value, around, mean_of, ratio_of
from sim.risk import earnings, loss_distribution
from sim.scenario import Scenario
from sim.study.difference import paired
from sim.study.metrics import Series, metric

YEAR = 365
_LATE = "last.principal_late_{}_fen / last.principal_fen"
_UNITS = "last.late_{} / last.utilising"
OF_DAYS = {
    "accounts": ("last.active", "count"),
    "owing": ("last.utilising", "count"),
    "receivables": ("last.principal_fen", "fen"),
    "volume": ("total.spent_fen", "fen"),
    "utilisation": ("last.principal_fen / last.limit_fen", "share"),
    "late_31_units": (_UNITS.format(31), "share"),
    "late_61_units": (_UNITS.format(61), "share"),
    "late_91_units": (_UNITS.format(91), "share"),
    "late_31": (_LATE.format(31), "share"),
    "late_61": (_LATE.format(61), "share"),
    "late_91": (_LATE.format(91), "share"),
    "gross_loss": ("mean.principal_written_off_fen * 365 / mean.principal_fen", "share"),
    "net_loss": (
        "(mean.principal_written_off_fen - mean.recovered_fen) * 365 / mean.principal_fen",
        "share",
    ),
    "recovery": ("total.recovered_fen / total.written_off_fen", "share"),
}
LIMITS = {"late_31": "late_31_ppm", "late_91": "late_91_ppm", "net_loss": "loss_year_ppm"}
KEPT, CLOSE, BROKEN = "kept", "close", "broken"


class KeyFigure(NamedTuple):
    """One line of the table. note: what must be said with the number; change: NaN without one."""

    key: str
    value: Value
    change: Value | None = None
    limit: float | None = None
    light: str = ""
    note: str = ""


def key_figures(source: Source) -> list[KeyFigure]:
    """Return all key figures that the tables of a source give, in the order of the report."""
    found = {figure.key: figure for figure in [*_of_days(source), *_of_books(source)]}
    order = ["accounts", "owing", "receivables", "volume", "utilisation", "approval"]
    later = [key for key in found if key not in order]
    return [found[key] for key in [*order, *later] if key in found]


def light(value: Value, limit: float) -> str:
    """Return whether a value keeps to a limit, comes close to it or breaks it."""
    if value.estimate > limit:
        return BROKEN
    reach = value.high if value.high == value.high else value.estimate
    return CLOSE if max(reach, value.estimate / 0.9) > limit else KEPT


def _of_days(source: Source) -> list[KeyFigure]:
    if source.series is None:
        return []
    found = []
    for key, (expression, unit) in OF_DAYS.items():
        value = measured(source.series, expression, unit)
        change = None
        if source.base_series is not None:
            change = _change(source.base_series, source.series, expression, unit)
        limit = appetite(source.scenario, key)
        told = light(value, limit) if limit is not None and value.estimate >= 0 else ""
        found.append(KeyFigure(key, value, change, limit, told))
    return found


def appetite(scenario: Scenario, key: str) -> float | None:
    """Return the limit of the scenario's appetite for a figure, None where there is none."""
    return getattr(scenario.appetite, LIMITS[key]) / 1e6 if key in LIMITS else None


def measured(series: Series, expression: str, unit: str) -> Value:
    """Return an expression of `sim.study.metrics` on the last day, over all runs."""
    asked = metric(expression)
    sides = asked.sides(series)
    if sides is None:
        return mean_of(asked.values(series)[:, -1], unit)
    return ratio_of(sides[0][:, -1], sides[1][:, -1], unit)


def _change(before: Series, after: Series, expression: str, unit: str) -> Value:
    asked = metric(expression)
    one, other = (np.asarray(asked.values(side)[:, -1], dtype=float) for side in (before, after))
    known = ~np.isnan(one) & ~np.isnan(other)
    if not known.any():
        return Value(NAN, unit=unit)
    found = paired(one[known], other[known]).interval
    return Value(found.estimate, found.low, found.high, found.runs, unit)


def _of_books(source: Source) -> list[KeyFigure]:
    found = []
    if source.has("funnel"):
        sums = source.table("funnel").groupby("replication")[["approved", "finished"]].sum()
        found.append(KeyFigure("approval", ratio_of(sums["approved"], sums["finished"])))
    if source.has("pnl", "daily_by", "daily"):
        rows = earnings.margins(source.table("pnl"), source.by_segment)
        row = rows[(rows["segment"] == "all") & (rows["measure"] == "risk_adjusted_margin")].iloc[0]
        numbers = (float(row["share"]), float(row["low"]), float(row["high"]))
        found.append(KeyFigure("margin", around(numbers, int(row["replications"]), "share")))
        found.append(KeyFigure("cost_of_risk", _cost_of_risk(source)))
    if source.has("balance_sheet"):
        found += _allowance(source.table("balance_sheet"))
    if source.has("disputes"):
        raised = source.table("disputes").groupby("replication")["raised"].sum()
        found.append(KeyFigure("complaints", mean_of(raised, "count")))
    if source.has("daily"):
        found += _tails(source.table("daily"))
    return found


def _cost_of_risk(source: Source) -> Value:
    rows = source.table("pnl").groupby("replication")
    sums = rows[["charge_offs_fen", "allowance_change_fen", "recoveries_fen"]].sum()
    borne = sums["charge_offs_fen"] + sums["allowance_change_fen"] - sums["recoveries_fen"]
    days = source.table("daily").groupby("replication")["principal_fen"]
    return ratio_of(borne * YEAR / days.size(), days.mean())


def _allowance(sheet: pd.DataFrame) -> list[KeyFigure]:
    last = sheet[sheet["day"] == sheet["day"].max()]
    sums = last.groupby("replication")[["allowance_fen", "principal_fen"]].sum()
    held = mean_of(sums["allowance_fen"], "fen")
    share = ratio_of(sums["allowance_fen"], sums["principal_fen"])
    return [KeyFigure("allowance", held), KeyFigure("coverage", share)]


def _tails(daily: pd.DataFrame) -> list[KeyFigure]:
    """Return VaR and shortfall: of the runs where they are enough, else of the fitted model."""
    rates = loss_distribution.losses(daily)["loss_rate"].dropna().to_numpy()
    wanted = (("var_99", "var", 0.99), ("var_999", "var", 0.999), ("es_99", "es", 0.99))
    if not len(rates):
        return []
    seen: Any = loss_distribution.value_at_risk(rates, (0.99, 0.999)).set_index("level")
    fitted: Any = None
    if len(rates) > 1 and (rates >= 0).all() and (rates <= 1).all():
        fitted = loss_distribution.fitted_tail(rates, (0.99, 0.999)).set_index("level")
    found = []
    for key, kind, level in wanted:
        row = seen.loc[level]
        ends = (float(row[kind]), float(row[f"{kind}_low"]), float(row[f"{kind}_high"]))
        value, note = around(ends, len(rates), "share"), ""
        if row["note"]:
            note = "not estimable from so few runs"
        if note and fitted is not None:
            value = Value(float(fitted.loc[level][kind]), runs=len(rates), unit="share")
            note = "not estimable from so few runs; shown: the fitted one-factor model, assumed"
        found.append(KeyFigure(key, value, note=note))
    return found
