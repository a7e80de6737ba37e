"""One day of a scripted account at its close, as a row of `Replay.days`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sim.account import Account, days_past_due, past_due, principal
from sim.day import Totals
from sim.kinds import Flow

_REPAID = {
    "paid_principal_fen": Flow.PRINCIPAL_REPAID,
    "paid_interest_fen": Flow.INTEREST_REPAID,
    "paid_fee_fen": Flow.FEES_REPAID,
    "paid_penalty_fen": Flow.PENALTY_REPAID,
}


def day_row(
    accounts: Sequence[Account], today: Totals, limit_fen: int, date: dt.date, day: int
) -> dict[str, Any]:
    """Return what accounts came to on a day, all together; see `Replay`."""
    flow = today.flow
    paid = {name: flow[kind] for name, kind in _REPAID.items()}
    return {
        "date": date,
        "limit_fen": limit_fen,
        "principal_fen": sum(map(principal, accounts)),
        "instalments_to_come_fen": sum(account.planned for account in accounts),
        "interest_fen": sum(account.interest for account in accounts),
        "fee_fen": sum(account.fees for account in accounts),
        "penalty_fen": sum(account.penalty for account in accounts),
        "interest_accrued_fen": sum(map(_interest, accounts), Decimal(0)),
        "interest_on_trial_fen": sum(map(_on_trial, accounts), Decimal(0)),
        "penalty_accrued_fen": sum(map(_penalty, accounts), Decimal(0)),
        "due_fen": sum(max(a.statement_due, past_due(a)) for a in accounts),
        "past_due_fen": sum(map(past_due, accounts)),
        "days_past_due": max((days_past_due(a, day) for a in accounts), default=0),
        "purchases_fen": flow[Flow.PURCHASES],
        "refunded_fen": flow[Flow.REFUNDED],
        "refund_cash_fen": flow[Flow.REFUND_CASH],
        "interest_charged_fen": flow[Flow.INTEREST_CHARGED],
        "penalty_charged_fen": flow[Flow.PENALTY_CHARGED],
        "fees_charged_fen": flow[Flow.FEES_CHARGED],
        **paid,
        "paid_total_fen": sum(paid.values()),
        "written_off_fen": flow[Flow.PRINCIPAL_WRITTEN_OFF],
    }


def _interest(account: Account) -> Decimal:
    return _exact(account.accrued, account.accrued_nano) + _on_trial(account)


def _on_trial(account: Account) -> Decimal:
    """Return the interest that is dropped if the bill is paid in full, fen."""
    fen = account.grace_accrued + account.back_accrued
    return _exact(fen, account.grace_nano + account.back_nano)


def _exact(fen: int, nano: int) -> Decimal:
    return Decimal(fen) + Decimal(nano).scaleb(-9)


def _penalty(account: Account) -> Decimal:
    return _exact(account.penalty_accrued, account.penalty_nano)
