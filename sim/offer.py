"""What a product offers at a purchase: where it is taken, days without interest, what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.account import Account, statement_day
from sim.compiled import scalar, seldom
from sim.day import Environment
from sim.draws import chance
from sim.interest_kinds import InterestFree
from sim.kinds import Cycle, Place, PlanCost

if TYPE_CHECKING:
    from sim.params import Terms

DISCOUNTED = 6  # places with a discount of their own: the first five, and mini-programs


@scalar
def is_barred(place: int) -> bool:
    """Tell whether no product can be used at a place (R-U3, R-U5, R-U6)."""
    return Place.CROSS_BORDER_UNLISTED <= place <= Place.INVESTMENT


@scalar
def is_no_purchase(place: int) -> bool:
    """Tell whether a wish is one that nothing but credit is asked for: cash and barred trades."""
    return Place.TRANSFER <= place <= Place.INVESTMENT


@scalar
def accepts(place: int, fate: int, terms: Terms) -> bool:
    """Tell whether the merchant of a purchase takes the product; fate: the merchant's word."""
    taken = terms.acceptance
    offline, bills = taken.offline_ppm, taken.bills_ppm
    abroad, mini = taken.cross_border_ppm, taken.mini_program_ppm
    ppm = taken.online_ppm
    ppm = offline if place == Place.OFFLINE_STATIC or place == Place.OFFLINE_DYNAMIC else ppm
    ppm = bills if place == Place.BILLS else ppm
    ppm = abroad if place == Place.CROSS_BORDER_LISTED else ppm
    ppm = mini if place == Place.MINI_PROGRAM else ppm
    return chance(fate, ppm)


@scalar
def discount_ppm(place: int, terms: Terms) -> int:
    """Return what the merchant's side takes off a purchase, ppm."""
    if place == Place.MINI_PROGRAM:
        return terms.discount_ppm[DISCOUNTED - 1]
    return terms.discount_ppm[place] if place < DISCOUNTED - 1 else 0


@scalar
def is_free(account: Account, terms: Terms) -> bool:
    """Tell whether what is drawn or billed now bears no interest if its bill is paid (R-P9)."""
    if terms.charges.interest_free == InterestFree.NOTHING_CARRIED:
        return account.carried == 0
    return terms.charges.interest_free != InterestFree.NEVER


@scalar
def free_days(account: Account, env: Environment, terms: Terms) -> int:
    """Return the days without interest of a purchase today, about: to the due day of its bill.

    Source: R-C1, R-P9.
    """
    by_day = terms.instalments.cost == PlanCost.DAILY and terms.instalments.always
    if by_day or not is_free(account, terms):
        return 0
    if terms.billing.cycle >= Cycle.ORDER and account.anchor == 0:
        return env.month_length
    stands, today = statement_day(account, env, terms), env.day_of_month
    days = stands - today if today < stands else stands - today + env.month_length
    after = account.due_day - stands
    return max(days + (after if after >= 0 else after + 30), 0)


@seldom
def yearly_cost(terms: Terms) -> int:
    """Return the yearly cost that is shown where it must be, percent: the dearest of its ways.

    A flat fee each month on the original amount is nearly twice that on what is left (R-F6).
    """
    plan = terms.instalments
    cost = rate_a_day(terms) * 365 // 10_000_000
    if plan.cost == PlanCost.EACH_PERIOD:
        cost = max(cost, fee_within_cap(plan.fee_ppm, 12, terms) * 12 * 24 // 13 // 10_000)
    return cost


@scalar
def cap_a_day(terms: Terms) -> int:
    """Return the most that interest and penalty may be, ppb a day (R-P7, R-F6)."""
    ppm = min(terms.charges.yearly_cap_ppm, terms.regulation.rate_cap_ppm)
    return ppm * 1_000 // 365


@scalar
def rate_a_day(terms: Terms) -> int:
    """Return the interest on what is carried, ppb a day, trimmed at the yearly cap."""
    return min(terms.charges.rate_ppb, cap_a_day(terms))


@seldom
def fee_within_cap(fee_ppm: int, periods: int, terms: Terms) -> int:
    """Return a fee of instalments trimmed where all that credit costs is capped, ppm (R-F6).

    The cap is the nominal yearly rate at which equal instalments are worth what was lent: with
    a monthly rate i, payments of 1 / a(n) each, a(n) the sum of 1 / (1 + i)**k. A fee on what is
    left may be i; a flat one 1 / a(n) - 1 / n a period.
    """
    if terms.regulation.rate_cap_ppm >= 10_000_000 or fee_ppm <= 0:
        return fee_ppm
    month = terms.regulation.rate_cap_ppm * 1e-6 / 12.0
    weight = 1.0
    annuity = 0.0
    for _ in range(periods):
        weight = weight / (1.0 + month)
        annuity += weight
    flat = 1.0 / annuity - 1.0 / periods
    if terms.instalments.cost == PlanCost.TOTAL:
        flat = flat * periods
    elif terms.instalments.fee_base > 0:  # on what is left (FeeBase.DECLINING)
        flat = month
    return min(fee_ppm, int(flat * 1_000_000.0))
