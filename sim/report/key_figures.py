"""The key figures of a report: each with its interval, its paired change and its light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.report.expected_losses import NAMES, OUTLOOKS, Book, can_expect
from sim.report.source import Source
from sim.report.value import NAN, Value, around, mean_of, ratio_of
from sim.risk import earnings, loss_distribution
from sim.risk.jackknife import jackknife
from sim.risk.tables import ALL
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


@lru_cache(maxsize=1)  # asked for by several sections of one report
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
            change = changed(source.base_series, source.series, expression, unit)
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


def changed(before: Series, after: Series, expression: str, unit: str) -> Value:
    """Return the paired change of an expression on the last day."""
    asked = metric(expression)
    one, other = (asked.values(side)[:, -1] for side in (before, after))
    return _moved(one, other, unit)


def _moved(before: Any, after: Any, unit: str) -> Value:
    """Return the paired change of one value a replication; NaN where none is known.

    Nothing is known of a ratio to 0, such as recovered / charged off before anything is lost.
    """
    one, other = (np.asarray(side, dtype=float) for side in (before, after))
    known = np.isfinite(one) & np.isfinite(other)
    if not known.any():
        return Value(NAN, unit=unit)
    found = paired(one[known], other[known]).interval
    return Value(found.estimate, found.low, found.high, found.runs, unit)


def _expected(source: Source) -> list[KeyFigure]:
    """Return the expected loss by stage, weighted over economies; none where chains have no end."""
    try:
        found = Book(source).expected(ALL, OUTLOOKS)
    except (ValueError, np.linalg.LinAlgError):
        return []
    at = NAMES.index("allowance_fen")
    ends = [float(end[-1, at]) for end in found[:3]]
    return [KeyFigure("ecl", around(ends, found.runs, "fen"), _expected_change(source, at))]


def _expected_change(source: Source, at: int) -> Value | None:
    """Return how far the expected loss is from the baseline's, replications paired."""
    base = source.base_source
    if base is None or not can_expect(base):
        return None
    try:
        found = Book(source).change(Book(base), ALL, OUTLOOKS)
    except (ValueError, np.linalg.LinAlgError):
        return None
    return around([float(end[at]) for end in found[:3]], found.runs, "fen")


class _Sides(NamedTuple):
    """A figure of the books: one value a replication, or the part and the whole of a share."""

    parts: Any
    wholes: Any = None
    unit: str = "share"

    def value(self) -> Value:
        if self.wholes is None:
            return mean_of(self.parts, self.unit)
        return ratio_of(self.parts, self.wholes, self.unit)

    def each(self) -> np.ndarray:
        found = np.asarray(self.parts, dtype=float)
        if self.wholes is None:
            return found
        held = np.asarray(self.wholes, dtype=float)
        shares: np.ndarray = np.divide(found, held, out=np.full_like(found, NAN), where=held != 0)
        return shares


def _of_books(source: Source) -> list[KeyFigure]:
    mine = _sides(source.table, source.names)
    tables = {name: source.base_table(name) for name in (*_READ, "daily")}
    known = {name: table for name, table in tables.items() if table is not None}
    other = _sides(known.__getitem__, list(known))
    found = []
    for key, sides in mine.items():
        change = _moved(other[key].each(), sides.each(), sides.unit) if key in other else None
        found.append(KeyFigure(key, sides.value(), change))
    if can_expect(source):
        found += _expected(source)
    if source.has("daily"):
        found += _tails(source.table("daily"), source.base_table("daily"))
    return found


_READ = ("funnel", "pnl", "balance_sheet", "disputes")


def _sides(read: Callable[[str], pd.DataFrame], names: Sequence[str]) -> dict[str, _Sides]:
    """Return the figures that the tables of a run give besides those of its days."""
    found = {}
    if "funnel" in names:
        sums = read("funnel").groupby("replication")[["approved", "finished"]].sum()
        found["approval"] = _Sides(sums["approved"], sums["finished"])
    if "pnl" in names and "daily" in names:
        found |= _of_profit(read("pnl"), read("daily"))
    if "balance_sheet" in names:
        sheet = read("balance_sheet")
        last = sheet[sheet["day"] == sheet["day"].max()]
        sums = last.groupby("replication")[["allowance_fen", "principal_fen"]].sum()
        found["allowance"] = _Sides(sums["allowance_fen"], None, "fen")
        found["coverage"] = _Sides(sums["allowance_fen"], sums["principal_fen"])
    if "disputes" in names:
        raised = read("disputes").groupby("replication")["raised"].sum()
        found["complaints"] = _Sides(raised, None, "count")
    return found


def _of_profit(pnl: pd.DataFrame, daily: pd.DataFrame) -> dict[str, _Sides]:
    sums = pnl.groupby("replication")[[*earnings.INCOME, *_COSTS]].sum()
    days = daily.groupby("replication")["principal_fen"]
    year = YEAR / days.size()
    net = sums["charge_offs_fen"] - sums["recoveries_fen"]
    margin = sums[list(earnings.INCOME)].sum(axis=1) - sums["funding_cost_fen"] - net
    borne = net + sums["allowance_change_fen"]
    return {
        "margin": _Sides(margin * year, days.mean()),
        "cost_of_risk": _Sides(borne * year, days.mean()),
    }


_COSTS = ("funding_cost_fen", "charge_offs_fen", "allowance_change_fen", "recoveries_fen")


def _tails(daily: pd.DataFrame, before: pd.DataFrame | None = None) -> list[KeyFigure]:
    """Return VaR and shortfall: of the runs where they are enough, else of the fitted model.

    before: the days of the baseline; changes are of the fitted model on both sides.
    """
    rates = loss_distribution.losses(daily)["loss_rate"].dropna().to_numpy()
    wanted = (("var_99", "var", 0.99), ("var_999", "var", 0.999), ("es_99", "es", 0.99))
    if not len(rates):
        return []
    seen: Any = loss_distribution.value_at_risk(rates, (0.99, 0.999)).set_index("level")
    fitted: dict[str, Value] | None = None
    if len(rates) > 1 and (rates >= 0).all() and (rates <= 1).all():
        model = fitted_values(rates, (0.99, 0.999))
        fitted = {key: model[kind, level] for key, kind, level in wanted}
    moved = {} if before is None else _tails_moved(rates, before)
    found = []
    for key, kind, level in wanted:
        row = seen.loc[level]
        ends = (float(row[kind]), float(row[f"{kind}_low"]), float(row[f"{kind}_high"]))
        value, note = around(ends, len(rates), "share"), ""
        if row["note"]:
            note = "not estimable from so few runs"
        if note and fitted is not None:
            value = fitted[key]
            note = "not estimable from so few runs; shown: the fitted one-factor model, assumed"
        found.append(KeyFigure(key, value, moved.get((kind, level)), note=note))
    return found


def _tails_moved(rates: Any, before: pd.DataFrame) -> dict[Any, Value]:
    """Return how far VaR and shortfall of the fitted model are from the baseline's, paired."""
    other = loss_distribution.losses(before)["loss_rate"].to_numpy()
    if len(other) != len(rates) or not _fits(other) or not _fits(rates):
        return {}
    table = pd.DataFrame({"replication": range(len(rates)), "a": other, "b": rates})
    levels = (0.99, 0.999)

    def apart(some: pd.DataFrame) -> Any:
        one, two = (
            loss_distribution.fitted_tail(some[side].to_numpy(), levels)[["var", "es"]].to_numpy()
            for side in ("b", "a")
        )
        return one - two

    found = jackknife(apart, table)
    return {
        (kind, level): around((float(end[i, j]) for end in found[:3]), found.runs, "share")
        for i, level in enumerate(levels)
        for j, kind in enumerate(("var", "es"))
    }


def _fits(rates: Any) -> bool:
    """Tell whether a model of loss rates can be fitted: several runs, each from 0 to 1."""
    return len(rates) > 2 and bool(((rates >= 0) & (rates <= 1)).all())


def fitted_values(rates: Any, levels: Sequence[float]) -> dict[Any, Value]:
    """Return the one-factor model fitted to loss rates of runs, each number with its interval.

    Keys: ("var", level) and ("es", level), "pd" and "asset_correlation".
    """
    table = pd.DataFrame({"replication": range(len(rates)), "rate": rates})
    names = ("pd", "asset_correlation")

    def fitted(some: pd.DataFrame) -> list[float]:
        model: Any = loss_distribution.fitted_tail(some["rate"].to_numpy(), levels)
        ends = [float(end) for kind in ("var", "es") for end in model[kind]]
        return [*ends, *(float(model[name].iloc[0]) for name in names)]

    found = jackknife(fitted, table, bounded=True)
    keys = [*((kind, level) for kind in ("var", "es") for level in levels), *names]
    return {
        key: around((float(end[at]) for end in found[:3]), found.runs, "share")
        for at, key in enumerate(keys)
    }
