"""The state of an account, declared once: what one user has with one product.

Principal stands in four places: `planned` in instalments of months to come, `unbilled` since the
last statement, `billed` on the last statement until its grace ends, `carried` from then on and
bearing interest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from sim.compiled import scalar, seldom
from sim.day import Environment
from sim.kinds import (
    Bucket,
    Cycle,
    DayBeyond28,
    Hold,
    Proof,
    Standing,
)
from sim.units import (
    NEVER,
    PPB,
    RARE,
    Code,
    Count,
    Day,
    Fen,
    Flag,
    Length,
    Nano,
    PerMille,
    Ppm,
    Unit,
    Word,
)

if TYPE_CHECKING:
    from sim.params import Terms

MISSED = 7  # bills a user can miss before charge-off at 180 days
RING = 12  # months ahead for which instalments can be due; more where longer plans are offered
LATE_BINS = 6  # of 30 days: the trailing 180 (R-L5)
LATE_DAYS = 180

MissedFen = Annotated[list[int], Unit("fen", "i4", 0, 2**31 - 1), Length(MISSED), RARE]
MissedDays = Annotated[list[int], Unit("day", "i2", -(2**15), 2**15 - 1), Length(MISSED), RARE]
RingFen = Annotated[list[int], Unit("fen", "i4", 0, 2**31 - 1), Length(RING), RARE]
Place16 = Annotated[int, Unit("1/65536", "u2", 0, 2**16 - 1)]
LateBins = Annotated[list[int], Unit("days", "i1", 0, 127), Length(LATE_BINS)]


@dataclass(eq=False, kw_only=True)
class Account:
    """One account. Money is in fen."""

    standing: Annotated[Code, "where the account stands (Standing; R-W3, R-W5)"] = (
        Standing.NONE.value
    )
    opened_on: Annotated[Day, "day of the first opening; NEVER before"] = NEVER
    first_used_on: Annotated[Day, "day of the first purchase; NEVER before"] = NEVER
    due_day: Annotated[Code, "day of the month on which bills are due (R-P10)"] = 10
    anchor: Annotated[Code, "day of the month of a cycle of its own, 0 before (Cycle)"] = 0
    limit: Annotated[Fen, "credit limit (R-L1 to R-L8); `explain` tells its terms (R-L11)"] = 0
    first_limit: Annotated[Fen, "limit on opening"] = 0

    planned: Annotated[Fen, "principal in instalments that are not billed yet (R-P3)"] = 0
    unbilled: Annotated[Fen, "principal drawn since the last statement"] = 0
    billed: Annotated[Fen, "principal on the last statement, until its grace ends"] = 0
    carried: Annotated[Fen, "principal past its due day; bears interest (R-P9)"] = 0
    overdue: Annotated[
        Fen, RARE, "the part of carried that was missed; bears the penalty (R-P7)"
    ] = 0
    interest: Annotated[Fen, "posted and unpaid"] = 0
    penalty: Annotated[Fen, RARE, "posted and unpaid"] = 0
    fees: Annotated[Fen, RARE, "posted and unpaid"] = 0
    accrued: Annotated[Fen, "interest accrued and not yet posted, whole fen"] = 0
    accrued_nano: Annotated[Nano, "and the rest of it"] = 0
    grace_accrued: Annotated[
        Fen, "interest on the open bill, dropped if it is paid in full (InterestFree)"
    ] = 0
    grace_nano: Annotated[Nano, "and the rest of it"] = 0
    back_accrued: Annotated[
        Fen, "interest on what is not billed yet, dropped if its bill is paid (InterestFree)"
    ] = 0
    back_nano: Annotated[Nano, "and the rest of it"] = 0
    unposted: Annotated[Fen, RARE, "drawn today and posted tonight (InterestFrom)"] = 0
    penalty_accrued: Annotated[Fen, RARE, "penalty accrued and not yet posted, whole fen"] = 0
    penalty_nano: Annotated[Nano, RARE, "and the rest of it"] = 0

    plan_cost: Annotated[Fen, RARE, "day rate on planned, less fees charged (EarlySettlement)"] = 0
    plan_nano: Annotated[Nano, RARE, "and the rest of it"] = 0
    suspended: Annotated[
        Fen, RARE, "of interest and penalty unpaid, charged past 90 days: no income"
    ] = 0
    ring_principal: Annotated[
        RingFen, "instalments due in months to come, from January to December (R-P3)"
    ] = field(default_factory=lambda: [0] * RING)
    ring_fee: Annotated[RingFen, "and their fees"] = field(default_factory=lambda: [0] * RING)

    bill_open: Annotated[Code, "1 from a statement with something due to the end of its grace"] = 0
    statement_total: Annotated[Fen, "all that the last statement asked for"] = 0
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
    paid_charges: Annotated[Flag, "1 once interest, a penalty or a fee was paid"] = 0
    lapses: Annotated[Count, "bills missed since opening"] = 0
    worst_days: Annotated[Count, "most days past due, ever"] = 0
    lapse_days: Annotated[Count, "most days past due since the last six bills in time (R-L4)"] = 0
    late_now: Annotated[Code, "days past due since the last close of 30 days"] = 0
    late_bins: Annotated[LateBins, "days past due in each of the last six 30 days (R-L5)"] = field(
        default_factory=lambda: [0] * LATE_BINS
    )
    pay_down: Annotated[PerMille, "share of bills paid by the end of grace, of late (R-L5)"] = 1_000
    grade: Annotated[Code, "risk grade at the last assessment, 0 is best (R-L5)"] = 0
    first_default: Annotated[Flag, RARE, "1 when the very first bill was missed"] = 0
    attempts_refused: Annotated[Count, "purchases refused for lack of limit, ever"] = 0
    asks_after: Annotated[Count, "of them, since the last request for a higher limit"] = 0

    reach: Annotated[Place16, "place in the staged opening, of 65,536 (R-A5)"] = 0
    tried_on: Annotated[Day, "day of the last application that failed (R-E4)"] = NEVER
    way: Annotated[Code, "by which way in it was opened (Way)"] = 0
    bought_this_year: Annotated[Fen, "on credit in this calendar year, refunds off (R-U7)"] = 0
    proof: Annotated[Code, RARE, "of means beyond the verified income, this year (Proof)"] = (
        Proof.NOT_ASKED.value
    )
    asked_on: Annotated[Day, "day of the last request for a higher limit"] = NEVER
    asked: Annotated[Word, "requests of the 32 days up to then, a bit each (R-L9)"] = 0
    hold: Annotated[Code, RARE, "why the unused limit is frozen (Hold)"] = Hold.NONE.value
    held_on: Annotated[Day, "since which day"] = NEVER
    refund: Annotated[Fen, RARE, "a purchase that will be given back"] = 0
    refund_on: Annotated[Day, "on which day"] = NEVER
    stolen: Annotated[Fen, RARE, "principal drawn by others"] = 0
    claim: Annotated[Code, RARE, "what is in dispute: 1 + Claim, 0 for nothing (R-W4)"] = 0
    claimed_on: Annotated[Day, "day of the dispute"] = NEVER
    worked: Annotated[Flag, RARE, "1 on a day that collection calls"] = 0
    forborne: Annotated[Flag, RARE, "1 once a payment plan was agreed in collection"] = 0

    settled_on: Annotated[Day, "day on which a suspended account came to owe nothing"] = NEVER
    charged_off_on: Annotated[Day, "day of charge-off; NEVER before"] = NEVER
    written_off: Annotated[Fen, RARE, "amount charged off"] = 0
    recovered: Annotated[Fen, RARE, "of it, recovered since"] = 0
    recovery: Annotated[Ppm, RARE, "share that will be recovered within a year (R-W6)"] = 0

    chosen: Annotated[PerMille, "share of recent wishes on credit for this one of several"] = 0
    known_debt: Annotated[Fen, RARE, "owed to sister products, as its lender sees (R-F2)"] = 0
    known_late: Annotated[
        Count, RARE, "days past due elsewhere, as its lender sees (R-F2, R-F3)"
    ] = 0
    late_since: Annotated[Day, "day on which it last came to be past due (R-F3)"] = NEVER
    late_until: Annotated[Day, "day on which it last ceased to be (R-F3)"] = NEVER

    bucket: Annotated[Code, "bucket at the last month end (Bucket)"] = Bucket.CLOSED.value
    bucket_balance: Annotated[Fen, "principal at the last month end"] = 0


PRINCIPAL = ("planned", "unbilled", "billed", "carried")  # where it stands in an account


@scalar
def principal(account: Account) -> int:
    """Return what has been drawn and not repaid, in fen."""
    return account.planned + account.unbilled + account.billed + account.carried


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


@scalar
def late_days(account: Account) -> int:
    """Return the days past due of the trailing 180."""
    days = account.late_now
    for i in range(LATE_BINS - 1):
        days += account.late_bins[i]
    return days


@scalar
def payable(account: Account) -> int:
    """Return what can be paid into an account now, in fen: all but instalments not billed yet."""
    return owed(account) - account.planned


@scalar
def statement_day(account: Account, env: Environment, terms: Terms) -> int:
    """Return the day of this month that a statement stands on: one for all, or of its own cycle.

    It is cut at the close of the day before, and covers all days before it (R-P10).
    """
    if terms.billing.cycle <= Cycle.OFFSET:
        return terms.billing.statement_day
    return min(account.anchor, env.month_length)


@scalar
def days_since_statement(account: Account, env: Environment, terms: Terms) -> int:
    """Return the days since the last statement day, 0 on the day itself."""
    since = env.day_of_month - statement_day(account, env, terms)
    if since >= 0:
        return since
    own = terms.billing.cycle >= Cycle.OPENING_DAY
    day = account.anchor if own else terms.billing.statement_day
    return env.day_of_month + env.last_month_length - min(day, env.last_month_length)


@scalar
def begin_cycle(account: Account, day_of_month: int, terms: Terms) -> None:
    """Let the cycle of an account count from a day of the month (Cycle, DayBeyond28)."""
    day = day_of_month
    if day > 28 and terms.billing.day_beyond_28 == DayBeyond28.MIRRORED:
        day = 57 - day
    elif day > 28 and terms.billing.day_beyond_28 == DayBeyond28.TWENTY_FIRST:
        day = 21
    account.anchor = day
    due = day + terms.billing.due_offset_days
    account.due_day = due if due <= 31 else due - 30


@scalar
def fees_to_come(account: Account) -> int:
    """Return the fees of instalments that are not billed yet, in fen."""
    fees = 0
    for i in range(len(account.ring_fee)):
        fees += account.ring_fee[i]
    return fees


@seldom
def give_back(account: Account, amount: int, from_bill: int = 0) -> int:
    """Take principal off an account, the newest first; return what of the amount was not owed.

    Of instalments, the largest go first. from_bill: so much comes off what has been billed.
    """
    billed = account.billed + account.carried
    newer = account.unbilled + account.planned
    on_bill = min(max(amount - newer, from_bill), billed)
    left = amount - on_bill
    part = min(left, account.unbilled)
    take_unbilled(account, part)
    left -= part
    part = min(left, account.planned)
    account.planned -= part
    left -= part
    while part > 0:
        last = 0
        for i in range(len(account.ring_principal)):
            last = i if account.ring_principal[i] > account.ring_principal[last] else last
        some = min(part, account.ring_principal[last])
        account.ring_principal[last] -= some
        part -= some
    part = min(on_bill, account.billed)
    take_billed(account, part, True)
    account.carried -= on_bill - part
    account.overdue = min(account.overdue, account.carried)
    account.statement_due = max(account.statement_due - on_bill, 0)
    account.minimum_due = max(account.minimum_due - on_bill, 0)
    clear_missed(account, on_bill)
    account.stolen = min(account.stolen, principal(account))
    return left


@scalar
def take_unbilled(account: Account, part: int) -> None:
    """Take principal off what is not billed yet; the interest that it may come to bear goes too."""
    left = account.unbilled - part
    if account.back_accrued + account.back_nano > 0:
        whole, nano = kept_accrual(account.back_accrued, account.back_nano, account.unbilled, left)
        account.back_accrued = whole
        account.back_nano = nano
    account.unbilled = left
    account.unposted = min(account.unposted, left)


@scalar
def take_billed(account: Account, part: int, with_interest: bool) -> None:
    """Take principal off the open bill, with the interest that it may come to bear, or without."""
    left = account.billed - part
    if with_interest and part > 0 and account.grace_accrued + account.grace_nano > 0:
        whole, nano = kept_accrual(account.grace_accrued, account.grace_nano, account.billed, left)
        account.grace_accrued = whole
        account.grace_nano = nano
    account.billed = left


@scalar
def kept(exact: int, before: int, left: int) -> int:
    """Return the share `left / before` of an amount, in its own unit, rounded down.

    Without products beyond 63 bits: neither of the two is above MAX_FEN.
    """
    if left == before:
        return exact
    return exact // before * left + exact % before * left // before


@scalar
def kept_accrual(fen: int, nano: int, before: int, left: int) -> tuple[int, int]:
    """Return the same share of an exact accrual, as whole fen and the rest of it."""
    exact = kept(fen * PPB + nano, before, left)
    return exact // PPB, exact % PPB


@scalar
def clear_missed(account: Account, amount: int) -> None:
    """Take an amount off the minimums missed, oldest first; their ages move up."""
    left = amount
    while account.missed_count > 0 and left > 0:
        part = min(left, account.missed[0])
        account.missed[0] -= part
        left -= part
        if account.missed[0] == 0:
            for i in range(MISSED - 1):
                account.missed[i] = account.missed[i + 1]
                account.missed_on[i] = account.missed_on[i + 1]
            account.missed[MISSED - 1] = 0
            account.missed_on[MISSED - 1] = 0
            account.missed_count -= 1
    if account.missed_count == 0:
        account.overdue = 0
