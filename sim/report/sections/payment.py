"""Section 4: how bills are paid, and where the line is used and refused."""

from __future__ import annotations

import pandas as pd

from sim.report import figures
from sim.report.context import Context, per_run
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import mean_of, ratio_of

LIMITED = {
    "refused_transaction_limit": "limit per purchase",
    "refused_daily_limit": "daily limit",
    "refused_yearly_cap": "yearly cap",
    "refused_not_supported": "kind not supported",
    "refused_no_limit_left": "no limit left",
}


def payment(context: Context) -> Section:
    """Return the mix of methods, revolvers, and use by place."""
    source = context.source
    blocks: list[Block] = []
    if source.has("repayments") and source.table("repayments")["amount_fen"].sum() > 0:
        blocks.append(_methods(context))
    else:
        blocks.append(context.missing("repayment by method", _run()))
    if source.has("accounts"):
        blocks.append(_revolvers(context))
    if source.has("scenes"):
        blocks += _places(context)
    return context.section(4, "Payment behaviour", blocks)


def _run() -> str:
    return "paylater run SCENARIO.toml; paylater report RUN"


def _methods(context: Context) -> Chart:
    table = context.source.table("repayments")
    months = table.groupby(["month", "method"], observed=True)["amount_fen"].sum().reset_index()
    months["share"] = months["amount_fen"] / months.groupby("month")["amount_fen"].transform("sum")
    sums = per_run(table, ["method"], ["amount_fen", "count"])
    whole = sums["amount_fen"].groupby(level="replication").sum()
    rows: list[list[Cell]] = []
    for method, lot in sums.groupby(level="method", sort=False, observed=True):
        lot = lot.droplevel("method")  # noqa: PLW2901
        if lot["count"].sum() == 0:
            continue
        share = ratio_of(lot["amount_fen"], whole.reindex(lot.index))
        amount = mean_of(lot["amount_fen"].to_numpy(), "fen")
        rows.append(
            [
                context.words.named(str(method)),
                mean_of(lot["count"].to_numpy(), "count"),
                amount,
                share,
            ]
        )
    columns = [("method", "Method", ""), ("count", "Payments", "count")]
    columns += [("amount", "Repaid, yuan", "money"), ("share", "of all money", "share")]
    under = context.table("repayment_methods", "Repayment by method, a run", columns, rows)
    seen = months[months["share"] > 0]
    return Chart("methods", figures.mix_over_time(pd.DataFrame(seen), context.words), under)


def _revolvers(context: Context) -> Block:
    accounts = context.source.table("accounts")
    accounts = accounts[accounts["on_time_periods"] + accounts["missed_count"] > 0]
    kinds = {
        "carry a balance past its due day": accounts["carried_fen"] > 0,
        "owe, and carry nothing": (accounts["carried_fen"] == 0)
        & (accounts["billed_fen"] + accounts["unbilled_fen"] + accounts["planned_fen"] > 0),
        "ever missed a bill": accounts["missed_count"] > 0,
    }
    rows: list[list[Cell]] = []
    size = accounts.groupby("replication").size()
    for label, flag in kinds.items():
        part = flag.groupby(accounts["replication"]).sum().reindex(size.index, fill_value=0)
        value = ratio_of(part, size) if len(size) else mean_of([0], "share")
        rows.append([context.words(label), value])
    columns = [("kind", "Accounts that were billed and", ""), ("share", "Share", "share")]
    return context.table("revolvers", "Revolvers and transactors, last day", columns, rows)


def _places(context: Context) -> list[Block]:
    names = ["wishes", "approved", "credit_fen", *LIMITED]
    sums = per_run(context.source.table("scenes"), ["place"], names)
    rows: list[list[Cell]] = []
    never: list[str] = []
    for place, lot in sums.groupby(level="place", sort=False, observed=True):
        if lot["wishes"].sum() == 0:
            continue
        if lot["approved"].sum() == 0:
            never.append(context.words.named(str(place)))
            continue
        money = mean_of(lot["credit_fen"].to_numpy(), "fen")
        shares = [ratio_of(lot[name], lot["wishes"]) for name in ("approved", *LIMITED)]
        rows.append([context.words.named(str(place)), money, *shares])
    columns = [("place", "Place", ""), ("credit", "On credit, yuan", "money")]
    columns += [("approved", "approved", "share")]
    columns += [(name, label, "share") for name, label in LIMITED.items()]
    caption = "Use by place: share of wishes approved, and refused by each limit"
    blocks: list[Block] = [context.table("places", caption, columns, rows)]
    if never:
        blocks.append(
            context.text("Wished for and never approved: {places}.", places=", ".join(never))
        )
    return blocks
