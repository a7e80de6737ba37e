"""Interest and penalty of a day, on what is owed at its close; exact until it is posted.

An accrual is whole fen and a rest below 1e9 billionths. It is rounded once, where it is posted,
unless the terms round a day's penalty. The day of spending counts where the terms say so, the day
of repayment never. Source: R-P4, R-P7, R-P9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, fees_to_come, past_due, principal
from sim.compiled import scalar
from sim.day import Environment
from sim.interest_kinds import InterestFree, InterestFrom
from sim.kinds import Accrual, EarlySettlement, PenaltyBase, PenaltyStacking, PlanCost, RoundedWhen
from sim.offer import cap_a_day, is_free, rate_a_day
from sim.units import PPB, PPM, rounded

if TYPE_CHECKING:
    from sim.params import Terms


@scalar
def penalty_rate(terms: Terms) -> int:
    """Return the penalty on its base, ppb a day, trimmed at the yearly cap (R-P7)."""
    charges = terms.charges
    full = charges.rate_ppb * charges.penalty_ppm // PPM
    if charges.penalty_stacking == PenaltyStacking.ON_TOP:
        return min(full, max(cap_a_day(terms) - charges.rate_ppb, 0))
    return min(full, cap_a_day(terms))


@scalar
def late_rate(terms: Terms) -> int:
    """Return what the missed part of a bill bears in all, ppb a day."""
    if terms.charges.penalty_stacking == PenaltyStacking.ON_TOP:
        return rate_a_day(terms) + penalty_rate(terms)
    return penalty_rate(terms)


@scalar
def penalty_base(account: Account, terms: Terms) -> int:
    """Return what bears the penalty, fen: nothing unless a minimum was missed (PenaltyBase)."""
    kind = terms.charges.penalty_base
    if kind == PenaltyBase.OVERDUE_PRINCIPAL or account.missed_count == 0:
        return account.overdue
    if kind == PenaltyBase.OVERDUE_AMOUNT:
        # Interest and fees of a bill whose grace still runs are not missed, nor is the penalty.
        return min(past_due(account), account.overdue + account.interest + account.fees)
    if kind == PenaltyBase.UNPAID_PLAN:
        return principal(account) + account.fees + fees_to_come(account)
    return account.overdue


@scalar
def penalty_of_day(base: int, terms: Terms) -> int:
    """Return the penalty of one day, billionths of a fen: rounded and floored by the terms."""
    charges = terms.charges
    exact = base * penalty_rate(terms)
    if exact == 0:
        return 0
    if charges.penalty_rounded == RoundedWhen.DAILY:
        exact = rounded(exact // PPB, exact % PPB, terms.billing.rounding) * PPB
    return max(exact, charges.penalty_floor_fen * PPB)


@scalar
def bearing_interest(account: Account, fresh: int, terms: Terms) -> int:
    """Return the principal that bears interest, fen.

    fresh: what came to be carried on this very due day. A penalty may come instead of interest.
    """
    charges = terms.charges
    amount = account.carried
    if not is_free(account, terms):
        amount += account.billed + account.unbilled - account.unposted
    if terms.instalments.cost == PlanCost.DAILY:
        amount += account.planned
    free = fresh if charges.interest_from == InterestFrom.DAY_AFTER_DUE else 0
    if charges.penalty_stacking == PenaltyStacking.INSTEAD:
        free = max(free, account.overdue)
    return amount - free


@scalar
def interest_of_day(bearing: int, terms: Terms) -> int:
    """Return the interest of one day on principal, billionths of a fen: rounded by the terms."""
    exact = bearing * rate_a_day(terms)
    if terms.charges.interest_rounded == RoundedWhen.DAILY:
        exact = rounded(exact // PPB, exact % PPB, terms.billing.rounding) * PPB
    return exact


@scalar
def counts_back(terms: Terms) -> bool:
    """Tell whether a bill not paid in full bears interest back to its purchases (R-P9)."""
    kind = terms.charges.interest_from
    from_purchase = kind == InterestFrom.SPENDING_DAY or kind == InterestFrom.POSTING_DAY
    return from_purchase and terms.charges.interest_free != InterestFree.NEVER


@scalar
def accrue_on_trial(account: Account, since: int, terms: Terms) -> None:
    """Add a day of the interest that is dropped if the bill is paid in full by the end of grace.

    What is left of the bill bears it from the due day on; or, with all that is not billed yet, from
    the day of each purchase on: an instalment from its statement on. since: days since the last due
    day.
    """
    back = counts_back(terms)
    first = 1 if terms.charges.interest_from == InterestFrom.DAY_AFTER_DUE else 0
    if account.billed > 0 and (back or first <= since < terms.billing.grace_days):
        exact = account.grace_nano + interest_of_day(account.billed, terms)
        account.grace_accrued += exact // PPB
        account.grace_nano = exact % PPB
    posted = account.unbilled - account.unposted
    if back and posted > 0:
        exact = account.back_nano + interest_of_day(posted, terms)
        account.back_accrued += exact // PPB
        account.back_nano = exact % PPB


@scalar
def accrue(
    account: Account, since: int, fresh: int, tonight: bool, env: Environment, terms: Terms
) -> None:
    """Add one day of interest and penalty (R-P4, R-P7, R-P9).

    since: days since the last due day. tonight: a statement is cut.
    """
    if principal(account) + account.missed_count == 0:
        return
    if account.billed + account.unbilled > 0 and is_free(account, terms):
        accrue_on_trial(account, since, terms)
    bearing = bearing_interest(account, fresh, terms)
    days = 1
    if terms.charges.accrual == Accrual.MONTH_END:
        days = days_at_month_end(account, tonight, env)
    account.unposted = 0
    if bearing > 0:
        exact = account.accrued_nano + interest_of_day(bearing, terms) * days
        whole = exact // PPB
        account.accrued += whole
        account.accrued_nano = exact - whole * PPB
    base = penalty_base(account, terms)
    if base > 0:
        exact = account.penalty_nano + penalty_of_day(base, terms)
        account.penalty_accrued += exact // PPB
        account.penalty_nano = exact % PPB
    if account.planned > 0 and terms.instalments.early_settlement == EarlySettlement.DAILY_TO_DATE:
        exact = account.plan_nano + account.planned * terms.instalments.early_rate_ppb
        account.plan_cost += exact // PPB
        account.plan_nano = exact % PPB


@scalar
def days_at_month_end(account: Account, tonight: bool, env: Environment) -> int:
    """Return for how many days a month's interest counts: all of it, at its end (Accrual).

    A bill for everything bears interest day by day until it is paid; the month's takes its place.
    """
    if not tonight:
        return 1 if account.bill_open == 1 and account.unbilled == 0 else 0
    account.accrued = 0
    account.accrued_nano = 0
    return env.month_length
