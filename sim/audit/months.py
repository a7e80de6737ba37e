"""Months: use by place, repayments, warnings, disputes and ways in, against the days."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.audit.sources import Part
from sim.kinds import Outcome

_DAYS = "the days of the month"


def check_months(part: Part) -> None:
    """Check `scenes`, `repayments`, `warnings`, `disputes`, `funnel` and `cost`."""
    _scenes(part)
    _repayments(part)
    _warnings(part)
    _disputes(part)
    _funnel(part)
    _cost(part)


def _scenes(part: Part) -> None:
    table = part.table("scenes")
    if table is None:
        return
    keys = part.keys(table, "month", "product", "place")
    names = [f"refused_{why.name.lower()}" for why in Outcome if why != Outcome.APPROVED]
    refused = table[names].sum(axis=1)
    wished = table["approved"] + refused
    part.findings.compare(
        "scenes", keys, "wishes", table["wishes"], wished, "approved and refused ones"
    )
    none = (table["approved"] == 0) & (table["credit_fen"] > 0)
    none |= (table["own_count"] == 0) & (table["own_fen"] > 0)
    part.findings.compare("scenes", keys, "approved", none, False, "money needs purchases")
    days = part.by_month("spent_fen", "spent_own_fen", "refused", "purchases")
    if days is None:
        return
    table = table.assign(refused=refused, bought=table["approved"] + table["own_count"])
    found = part.month_sums(table, "month", "credit_fen", "own_fen", "refused", "bought")
    pairs = {
        "credit_fen": "spent_fen",
        "own_fen": "spent_own_fen",
        "refused": "refused",
        "bought": "purchases",
    }
    told = {"refused": "refused_*", "bought": "approved + own_count"}
    for name, of in pairs.items():
        _sums(part, "scenes", told.get(name, name), found[name], days[of], f"{of} of {_DAYS[4:]}")


def _sums(
    part: Part, table: str, column: str, found: pd.Series, wanted: pd.Series, why: str
) -> None:
    months = part.place(found.index.to_frame(index=False))
    part.findings.compare(table, months, column, found, wanted.reindex(found.index), why)


def _repayments(part: Part) -> None:
    table = part.table("repayments")
    if table is None:
        return
    keys = part.keys(table, "month", "product", "method")
    paid = table["amount_fen"] > 0
    part.findings.compare("repayments", keys, "count", table["count"] > 0, paid, "of payments")
    part.findings.at_least(
        "repayments", keys, "amount_fen", table["amount_fen"], table["count"], "a fen a payment"
    )
    names = ("repaid_fen", "manual_fees_fen", "recovered_fen", "refunded_fen")
    days = part.by_month(*names)
    if days is None:
        return
    wide = table.pivot_table("amount_fen", ["month", *part.grain], "method", "sum")
    own = wide.drop(columns=["recovery", "refund"]).sum(axis=1)
    without = days["repaid_fen"] - days["manual_fees_fen"]
    words = "repaid_fen less manual_fees_fen of the days"
    _sums(part, "repayments", "amount_fen of all but recovery and refund", own, without, words)
    for method, name in (("recovery", "recovered_fen"), ("refund", "refunded_fen")):
        column = f"amount_fen of {method}"
        _sums(part, "repayments", column, wide[method], days[name], f"{name} of the days")


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Return `part / whole`, no value where `whole` is 0."""
    return (part / whole.where(whole != 0, 1)).where(whole != 0)


def _warnings(part: Part) -> None:
    table = part.table("warnings")
    if table is None:
        return
    keys = part.keys(table, "month", "level")
    ended = (table["passed"] + table["expired"]).fillna(0)
    for column, wanted, why in (
        ("raised", table["true"] + table["false"], "true and false ones"),
        ("true_share", _ratio(table["true"], table["raised"]), "true / raised"),
        ("mean_hours", _ratio(table["hours"].fillna(0), ended), "hours / those that ended"),
    ):
        part.findings.compare("warnings", keys, column, table[column], wanted, why)
    _no_hours(part, "warnings", keys, table["hours"], ended)
    days = part.by_month("users", "warned_1", "entered_collection")
    if days is None:
        return
    days = days.groupby("month").sum()
    for level, name in (("message", "warned_1"), ("overdue", "entered_collection")):
        some = table[table["level"] == level]
        found = some.groupby("month")["raised"].sum()
        _sums(part, "warnings", f"raised of {level}", found, days[name], f"{name} of the days")
    message = table[table["level"] == "message"]
    weeks = days["users"].to_numpy() / 7
    keys = part.keys(message, "month", "level")
    words = "users of the days, a seventh"
    part.findings.compare("warnings", keys, "user_weeks", message["user_weeks"], weeks, words)
    rate = message["raised"].to_numpy() / np.maximum(weeks, 1 / 7)
    rate = np.where(weeks == 0, np.nan, rate)
    part.findings.compare("warnings", keys, "rate", message["rate"], rate, "raised / user_weeks")


def _no_hours(
    part: Part, name: str, keys: pd.DataFrame, hours: pd.Series, ended: pd.Series
) -> None:
    none = (ended == 0) & hours.notna()
    part.findings.compare(name, keys[none], "hours", hours[none], 0, "none ended")


def _disputes(part: Part) -> None:
    table = part.table("disputes")
    if table is None:
        return
    keys = part.keys(table, "month", "claim")
    decided = table["upheld"] + table["rejected"]
    for column, wanted, why in (
        ("mean_hours", _ratio(table["hours"], decided), "hours / those decided"),
        ("wrong_share", _ratio(table["wrong"], decided), "wrong / those decided"),
    ):
        part.findings.compare("disputes", keys, column, table[column], wanted, why)
    _no_hours(part, "disputes", keys, table["hours"], decided)
    raised, why = table["raised"], "it contains rightful"
    part.findings.at_least("disputes", keys, "raised", raised, table["rightful"], why)
    for column in ("wrong", "in_time"):
        if column in table:  # runs of before it was counted have no `in_time`
            part.findings.at_least(
                "disputes", keys, column, decided, table[column], "of those decided"
            )


def _funnel(part: Part) -> None:
    table = part.table("funnel")
    if table is None:
        return
    keys = part.keys(table, "day", "date", "way")
    answered = table["approved"] + table["refused_score"] + table["refused_review"]
    for column, wanted, why in (
        ("finished", answered, "approved and refused"),
        ("abandoned", table["started"] - table["finished"], "started less finished"),
    ):
        part.findings.compare("funnel", keys, column, table[column], wanted, why)
    part.findings.at_least(
        "funnel", keys, "seen", table["seen"], table["started"], "it contains started"
    )


def _cost(part: Part) -> None:
    """Check that mean annual rates are of whole ppm in sum, and compounded as they say."""
    table = part.table("cost")
    if table is None:
        return
    keys = part.keys(table, "month", "product", "segment", "method", "periods")
    for column in ("periods", "amount_fen", "above_cap"):
        found = table[column]
        part.findings.at_least("cost", keys, column, found, 0, "nothing is below 0")
    count, nominal = table["agreements"], table["nominal"]
    part.findings.at_least("cost", keys, "agreements", count, 1, "a row has some")
    part.findings.at_least(
        "cost", keys, "agreements", count, table["above_cap"], "it contains those"
    )
    whole = (nominal * count * 1e6).round() / count.where(count != 0, 1) / 1e6
    part.findings.compare("cost", keys, "nominal", nominal, whole, "a sum of whole ppm, their mean")
    effective, why = (1 + nominal / 12) ** 12 - 1, "nominal, compounded by the month"
    part.findings.compare("cost", keys, "effective", table["effective"], effective, why)
