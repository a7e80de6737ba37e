"""The dynamic limit: three terms with their factors, the haircut by risk grade, the maximum.

Source: R-L1 to R-L5, R-L8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.account import Account
from sim.compiled import scalar
from sim.day import Environment
from sim.kinds import Hold, Standing
from sim.units import POSITIVE, PPM, share
from sim.user import User, mean_wallet, payments_a_quarter, quarter_spending

if TYPE_CHECKING:
    from sim.params import Terms


class LimitTerms(NamedTuple):
    """The terms of the formula in fen, and the factors on two of them in ppm."""

    base: int
    base_factor: int
    spending: int
    spending_factor: int
    deposit: int
    haircut: int

    # base x (1 + base_factor) + spending x (1 + spending_factor) + deposit, less the haircut


@scalar
def base_factor(account: Account, terms: Terms) -> int:
    """Return what the base term is raised by, ppm: bills in time, or a lapse (R-L4)."""
    f = terms.factors
    if account.lapse_days > f.lapse_days:
        return -f.lapse_ppm
    return f.on_time_ppm if account.on_time_periods >= f.on_time_periods else 0


@scalar
def spending_factor(user: User, terms: Terms) -> int:
    """Return what the spending term is raised by, ppm: many payments, or a quiet quarter (R-L4)."""
    f = terms.factors
    payments = payments_a_quarter(user)
    if payments > 3 * f.active_payments:
        return f.active_ppm
    return -f.quiet_ppm if payments < 3 * f.quiet_payments else 0


@scalar
def limit_terms(user: User, account: Account, terms: Terms) -> LimitTerms:
    """Return what the limit is made of (R-L1, R-L2, R-L3)."""
    limit = terms.limit
    base = user.score // 1_000 * limit.fen_per_point
    spending = share(quarter_spending(user) // 3, limit.spending_ppm)
    deposit = share(mean_wallet(user), limit.deposit_ppm)
    if limit.deposit_capped:
        deposit = min(deposit, base)
    factor = base_factor(account, terms)
    haircut = terms.grades.haircut_ppm[account.grade]
    return LimitTerms(base, factor, spending, spending_factor(user, terms), deposit, haircut)


@scalar
def moved(amount: int, factor: int) -> int:
    """Return an amount raised by a factor in ppm, or lowered by a negative one."""
    return amount + share(amount, factor) if factor >= 0 else amount - share(amount, -factor)


@scalar
def formula(parts: LimitTerms, terms: Terms) -> int:
    """Return the limit that the terms give, before the account's standing (R-L5, R-L8, R-F6)."""
    whole = moved(parts.base, parts.base_factor)
    whole += moved(parts.spending, parts.spending_factor) + parts.deposit
    most = min(terms.limit.max_fen, terms.regulation.limit_cap_fen)
    return min(whole - share(whole, parts.haircut), most)


@scalar
def assessed_limit(user: User, account: Account, terms: Terms) -> int:
    """Return the limit that an assessment gives: no increase while blocked, 0 when suspended.

    What is owed to sister products is taken off. Source: R-W3, R-W5, R-F2.
    """
    if account.standing != Standing.OPEN and account.standing != Standing.BLOCKED:
        return 0
    limit = formula(limit_terms(user, account, terms), terms)
    if account.known_debt > 0:
        limit = max(limit - share(account.known_debt, terms.joint.exposure_ppm), 0)
    kept = account.standing == Standing.BLOCKED or account.hold != Hold.NONE
    return min(limit, account.limit) if kept else limit


@scalar
def is_major(account: Account, amount: int, terms: Terms) -> bool:
    """Tell whether a purchase refreshes the limit at once (R-L7)."""
    return amount * PPM >= account.limit * terms.limit.major_purchase_ppm


@scalar
def clock_of(user: User, env: Environment, terms: Terms) -> int:
    """Return the day on the user's own 72-hour clock: one for all, or staggered (R-L6)."""
    return (env.day + (user.user % 3 if terms.limit.stagger else 0)) & POSITIVE


@scalar
def is_due(user: User, clock: int, terms: Terms) -> bool:
    """Tell whether the limit is refreshed at this close of 72 hours."""
    if terms.limit.refresh_days == 3:
        return True
    turn = clock // 3 + (user.user // 3 if terms.limit.stagger else 0)
    return turn % (terms.limit.refresh_days // 3) == 0
