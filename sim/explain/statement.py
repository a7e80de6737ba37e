"""What is owed: the last bill, what is left of it, arrears, and what has accrued."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sim import offer
from sim.account import Account, days_past_due, fees_to_come, owed, past_due
from sim.explain.prepared import Prepared
from sim.explain.relived import Relived
from sim.explain.who import Dates
from sim.rules import billing, interest


def statement(prepared: Prepared, life: Relived) -> dict[str, Any]:
    """Return the last bill and its dates, and what is owed at the close of the day.

    What has accrued is exact: text with nine decimals of a fen.
    """
    account, charges = life.accounts[0], life.terms[0].charges
    most = offer.cap_a_day(life.terms[0])
    return {
        "bill": _bill(prepared, life),
        "days_past_due": days_past_due(account, life.day),
        "past_due_fen": past_due(account),
        "missed": _missed(Dates(prepared), account),
        "owed_fen": owed(account),
        "instalments_to_come_fen": account.planned,
        "instalment_fees_to_come_fen": fees_to_come(account),
        "since_last_bill_fen": account.unbilled,
        "on_bill_fen": account.billed,
        "carried_fen": account.carried,
        "overdue_fen": account.overdue,
        "interest_fen": account.interest,
        "penalty_fen": account.penalty,
        "fees_fen": account.fees,
        "accrued_interest_fen": _exact(account.accrued, account.accrued_nano),
        "accrued_in_grace_fen": _exact(account.grace_accrued, account.grace_nano),
        "accrued_before_bill_fen": _exact(account.back_accrued, account.back_nano),
        "accrued_penalty_fen": _exact(account.penalty_accrued, account.penalty_nano),
        "interest_rate_ppb_a_day": min(charges.rate_ppb, most),
        "penalty_rate_ppb_a_day": interest.penalty_rate(life.terms[0]),
    }


def _bill(prepared: Prepared, life: Relived) -> dict[str, Any] | None:
    """Return the last bill; None where there was none, or nothing was due."""
    account, terms = life.accounts[0], life.terms[0]
    if account.statement_total == 0 and account.statement_due == 0:
        return None
    found = {
        "open": account.bill_open == 1,
        "total_fen": account.statement_total,
        "left_fen": account.statement_due,
        "minimum_left_fen": account.minimum_due,
    }
    cut = _cut_on(prepared, life)
    if cut is None:
        return found | {"cut_date": None, "due_date": None, "grace_end_date": None}
    due = cut + dt.timedelta(days=1 + billing.days_to_due(account, terms))
    grace = due + dt.timedelta(days=terms.billing.grace_days)
    return found | {"cut_date": str(cut), "due_date": str(due), "grace_end_date": str(grace)}


def _cut_on(prepared: Prepared, life: Relived) -> dt.date | None:
    """Return the day at whose close the last statement was cut; None before the run."""
    for day in range(life.day, -1, -1):
        _, terms = prepared.numbers_of(life.user.user, day)
        if billing.statement_tonight(life.accounts[0], prepared.environment(day), terms[0]):
            return prepared.course.first + dt.timedelta(days=day)
    return None


def _missed(dates: Dates, account: Account) -> list[dict[str, Any]]:
    return [
        {"fen": account.missed[i], "past_due_since": dates.date(account.missed_on[i])}
        for i in range(account.missed_count)
    ]


def _exact(whole: int, nano: int) -> str:
    return f"{whole}.{nano:09d}"
