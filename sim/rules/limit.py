"""The dynamic limit: base, spending term, deposit term, maximum (R-L1 to R-L3, R-L8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.account import Account
from sim.compiled import scalar
from sim.day import Environment
from sim.kinds import Standing
from sim.units import PPM, share
from sim.user import BINS, WALLET_BINS, User

if TYPE_CHECKING:
    from sim.params import Terms


class LimitTerms(NamedTuple):
    """The terms of the formula, in fen."""

    base: int
    spending: int
    deposit: int


@scalar
def mean_month_spending(user: User) -> int:
    """Return the mean of the trailing three months, all means of payment, in fen (R-L2)."""
    spent = user.spent_now
    for i in range(BINS):
        spent += user.spend_bins[i]
    return spent // 3


@scalar
def mean_wallet(user: User) -> int:
    """Return the mean balance of the wallet over the trailing 30 days, in fen (R-L3)."""
    kept = 0
    for i in range(WALLET_BINS):
        kept += user.wallet_bins[i]
    return kept // 30


@scalar
def limit_terms(user: User, terms: Terms) -> LimitTerms:
    """Return what the limit is made of."""
    limit = terms.limit
    base = user.score // 1_000 * limit.fen_per_point
    spending = share(mean_month_spending(user), limit.spending_ppm)
    deposit = share(mean_wallet(user), limit.deposit_ppm)
    if limit.deposit_capped:
        deposit = min(deposit, base)
    return LimitTerms(base, spending, deposit)


@scalar
def assessed_limit(user: User, account: Account, terms: Terms) -> int:
    """Return the limit that an assessment gives: no increase while blocked, 0 when suspended."""
    if account.standing != Standing.OPEN and account.standing != Standing.BLOCKED:
        return 0
    parts = limit_terms(user, terms)
    limit = min(parts.base + parts.spending + parts.deposit, terms.limit.max_fen)
    return min(limit, account.limit) if account.standing == Standing.BLOCKED else limit


@scalar
def is_major(account: Account, amount: int, terms: Terms) -> bool:
    """Tell whether a purchase refreshes the limit at once (R-L7)."""
    return amount * PPM >= account.limit * terms.limit.major_purchase_ppm


@scalar
def clock_of(user: User, env: Environment, terms: Terms) -> int:
    """Return the day on the user's own 72-hour clock: one for all, or staggered (R-L6)."""
    return env.day + (user.user % 3 if terms.limit.stagger else 0)


@scalar
def is_due(user: User, clock: int, terms: Terms) -> bool:
    """Tell whether the limit is refreshed at this close of 72 hours."""
    if terms.limit.refresh_days == 3:
        return True
    turn = clock // 3 + (user.user // 3 if terms.limit.stagger else 0)
    return turn % (terms.limit.refresh_days // 3) == 0
