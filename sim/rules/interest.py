"""Interest and penalty of a day, on what is owed at its close; exact until it is posted.

An accrual is whole fen and a rest below 1e9 billionths. It is rounded once, half-even, where it
is posted. The day of spending counts where the terms say so, the day of repayment never.
Source: R-P4, R-P7, R-P9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account
from sim.compiled import scalar
from sim.kinds import InterestFrom, PenaltyStacking
from sim.units import PPB, PPM

if TYPE_CHECKING:
    from sim.params import Terms


@scalar
def cap_a_day(terms: Terms) -> int:
    """Return the most that interest and penalty may be, ppb a day."""
    return terms.charges.yearly_cap_ppm * 1_000 // 365


@scalar
def penalty_rate(terms: Terms) -> int:
    """Return the penalty on overdue principal, ppb a day, trimmed at the yearly cap (R-P7)."""
    charges = terms.charges
    full = charges.rate_ppb * charges.penalty_ppm // PPM
    if charges.penalty_stacking == PenaltyStacking.ON_TOP:
        return min(full, max(cap_a_day(terms) - charges.rate_ppb, 0))
    return min(full, cap_a_day(terms))


@scalar
def accrue(account: Account, in_grace: bool, terms: Terms) -> None:
    """Add one day of interest and penalty (R-P4, R-P7, R-P9).

    in_grace: the due day has come and grace has not ended: what is left of the bill bears
    interest on trial, which is dropped if the bill is paid in full by then.
    """
    charges = terms.charges
    bearing = account.carried
    if charges.interest_from == InterestFrom.SPENDING_DAY:
        bearing += account.billed + account.unbilled
    elif in_grace and account.billed > 0:
        rate = min(charges.rate_ppb, cap_a_day(terms))
        exact = account.grace_nano + account.billed * rate
        whole = exact // PPB
        account.grace_accrued += whole
        account.grace_nano = exact - whole * PPB
    if charges.penalty_stacking == PenaltyStacking.INSTEAD:
        bearing -= account.overdue
    if bearing > 0:
        rate = min(charges.rate_ppb, cap_a_day(terms))
        exact = account.accrued_nano + bearing * rate
        whole = exact // PPB
        account.accrued += whole
        account.accrued_nano = exact - whole * PPB
    if account.overdue > 0:
        exact = account.penalty_nano + account.overdue * penalty_rate(terms)
        account.penalty_accrued += exact // PPB
        account.penalty_nano = exact % PPB


@scalar
def rounded(whole: int, nano: int) -> int:
    """Return an accrual in whole fen, half-even."""
    if nano > 500_000_000 or (nano == 500_000_000 and whole % 2 == 1):
        return whole + 1
    return whole
