"""The state of an account, declared once: what one user has with one product.

Principal stands in three places: `unbilled` since the last statement, `billed` on the last
statement until its grace ends, `carried` from then on and bearing interest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from sim.compiled import scalar
from sim.kinds import Bucket, Standing
from sim.units import NEVER, Code, Count, Day, Fen, Length, Nano, Ppm, Unit

MISSED = 7  # bills a user can miss before charge-off at 180 days

MissedFen = Annotated[list[int], Unit("fen", "i4", 0, 2**31 - 1), Length(MISSED)]
MissedDays = Annotated[list[int], Unit("day", "i4", -1, 2**31 - 1), Length(MISSED)]


@dataclass(eq=False, kw_only=True)
class Account:
    """One account. Money is in fen."""

    standing: Annotated[Code, "where the account stands (Standing)"] = Standing.NONE.value
    opened_on: Annotated[Day, "day of the first opening; NEVER before"] = NEVER
    first_used_on: Annotated[Day, "day of the first purchase; NEVER before"] = NEVER
    due_day: Annotated[Code, "day of the month on which bills are due (R-P10)"] = 10
    limit: Annotated[Fen, "credit limit"] = 0
    first_limit: Annotated[Fen, "limit on opening"] = 0

    unbilled: Annotated[Fen, "principal drawn since the last statement"] = 0
    billed: Annotated[Fen, "principal on the last statement, until its grace ends"] = 0
    carried: Annotated[Fen, "principal past its due day; bears interest (R-P9)"] = 0
    overdue: Annotated[Fen, "the part of carried that was missed; bears the penalty (R-P7)"] = 0
    interest: Annotated[Fen, "posted and unpaid"] = 0
    penalty: Annotated[Fen, "posted and unpaid"] = 0
    fees: Annotated[Fen, "posted and unpaid"] = 0
    accrued: Annotated[Fen, "interest accrued and not yet posted, whole fen"] = 0
    accrued_nano: Annotated[Nano, "and the rest of it"] = 0
    grace_accrued: Annotated[
        Fen, "interest since the due day, dropped if the bill is paid in grace"
    ] = 0
    grace_nano: Annotated[Nano, "and the rest of it"] = 0
    penalty_accrued: Annotated[Fen, "penalty accrued and not yet posted, whole fen"] = 0
    penalty_nano: Annotated[Nano, "and the rest of it"] = 0

    bill_open: Annotated[Code, "1 from a statement with something due to the end of its grace"] = 0
    statement_due: Annotated[Fen, "what is left to pay of the last statement, all of it"] = 0
    minimum_due: Annotated[Fen, "what is left to pay of its minimum, until grace ends (R-P4)"] = 0
    missed: Annotated[MissedFen, "minimums missed and still unpaid, oldest first"] = field(
        default_factory=lambda: [0] * MISSED
    )
    missed_on: Annotated[MissedDays, "day from which each of them is past due"] = field(
        default_factory=lambda: [0] * MISSED
    )
    missed_count: Annotated[Code, "how many"] = 0
    on_time_periods: Annotated[Count, "bills of which the minimum was paid in time, in a row"] = 0
    lapses: Annotated[Count, "bills missed since opening"] = 0
    worst_days: Annotated[Count, "most days past due, ever"] = 0
    attempts_refused: Annotated[Count, "purchases refused for lack of limit, ever"] = 0

    settled_on: Annotated[Day, "day on which a suspended account came to owe nothing"] = NEVER
    charged_off_on: Annotated[Day, "day of charge-off; NEVER before"] = NEVER
    written_off: Annotated[Fen, "amount charged off"] = 0
    recovered: Annotated[Fen, "of it, recovered since"] = 0
    recovery: Annotated[Ppm, "share that will be recovered within a year (R-W6)"] = 0

    bucket: Annotated[Code, "bucket at the last month end (Bucket)"] = Bucket.CLOSED.value
    bucket_balance: Annotated[Fen, "principal at the last month end"] = 0


@scalar
def principal(account: Account) -> int:
    """Return what has been drawn and not repaid, in fen."""
    return account.unbilled + account.billed + account.carried


@scalar
def charges(account: Account) -> int:
    """Return posted and unpaid interest, penalty and fees, in fen."""
    return account.interest + account.penalty + account.fees


@scalar
def owed(account: Account) -> int:
    """Return all that has been posted and not paid, in fen."""
    return principal(account) + charges(account)


@scalar
def past_due(account: Account) -> int:
    """Return the amounts missed and still unpaid, in fen; not the balance behind them."""
    amount = 0
    for i in range(account.missed_count):
        amount += account.missed[i]
    return amount


@scalar
def days_past_due(account: Account, day: int) -> int:
    """Return the age of the oldest unpaid minimum at the close of a day (R-P10)."""
    return max(day - account.missed_on[0], 0) if account.missed_count > 0 else 0
