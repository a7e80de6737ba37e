"""What a plan of instalments is made of: how an amount is split, and what each part costs.

Source: R-P3; worked examples HB-01 to HB-10 for one fee that is rounded first and then split.
"""

from __future__ import annotations

from dataclasses import field, make_dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from sim.account import RING, Account, statement_day
from sim.compiled import scalar
from sim.day import Environment
from sim.kinds import OFFERS, FeeBase, PlanCost, PlanSplit
from sim.offer import fee_within_cap
from sim.units import Length, share, share_by

if TYPE_CHECKING:
    from sim.params import Terms
    from sim.scenario.sections import Scenario

RINGS = ("ring_principal", "ring_fee")  # columns with a place for each of the months to come


def months_kept(months: int) -> int:
    """Return how many months to come an account holds for plans so long: whole years."""
    return max(-(-months // RING), 1) * RING


@cache
def account_row(months: int) -> type:
    """Return the row of an account whose plans may be so many months long.

    `Account` itself up to a year; else one with longer rings, of whole years, and nothing else.
    """
    ring = months_kept(months)
    if ring <= RING:
        return Account
    hints = get_type_hints(Account, include_extras=True)
    longer: list[Any] = []
    for name in RINGS:
        said = hints[name].__metadata__
        notes = [Length(ring) if isinstance(note, Length) else note for note in said]
        kind = Annotated[(hints[name].__origin__, *notes)]  # type: ignore[valid-type]
        longer.append((name, kind, field(default_factory=lambda: [0] * ring)))
    return make_dataclass(f"Account{ring}", longer, bases=(Account,), eq=False, kw_only=True)


def account_row_of(scenario: Scenario) -> type:
    """Return the row of a scenario's accounts: it holds the longest plan offered on any day."""
    return account_row(max(scenario.periods_offered, default=0))


@scalar
def next_statement(account: Account, env: Environment, terms: Terms) -> int:
    """Return the month in which the next statement stands, counted on over the years."""
    before = env.day_of_month < statement_day(account, env, terms)
    month = env.year * 12 + env.month_of_year
    return month if before else month + 1


@scalar
def split_part(amount: int, periods: int, at: int, split: int) -> int:
    """Return part `at` of an amount: equal whole fen, what is left over with the first or last."""
    part = amount // periods
    odd = periods - 1 if split == PlanSplit.REMAINDER_LAST else 0
    return part + (amount - part * periods if at == odd else 0)


@scalar
def level_payment(amount: int, periods: int, fee_ppm: int) -> int:
    """Return the payment that pays an amount off with a fee on what is left, to the fen."""
    rate = fee_ppm / 1_000_000
    if rate == 0.0:
        return amount // periods
    growth = 1.0
    for _ in range(periods):
        growth = growth * (1.0 + rate)
    return int(amount * rate * growth / (growth - 1.0) + 0.5)


@scalar
def principal_part(
    amount: int, left: int, periods: int, at: int, fee_ppm: int, terms: Terms
) -> int:
    """Return the principal of instalment `at`, fen; left: what those before it leave."""
    if terms.instalments.split != PlanSplit.LEVEL:
        return split_part(amount, periods, at, terms.instalments.split)
    if at == periods - 1:
        return left
    return min(level_payment(amount, periods, fee_ppm) - share(left, fee_ppm), left)


@scalar
def fee_part(amount: int, left: int, periods: int, at: int, fee_ppm: int, terms: Terms) -> int:
    """Return the fee of instalment `at`, fen (PlanCost); left: principal before it.

    fee_ppm: of each period, or of all together where the product asks for one fee.
    """
    plan = terms.instalments
    if plan.cost == PlanCost.DAILY:
        return 0
    if plan.cost == PlanCost.TOTAL:
        total = share_by(amount, fee_ppm, plan.fee_rounding)
        return split_part(total, periods, at, plan.split)
    return share(amount if plan.fee_base == FeeBase.ORIGINAL else left, fee_ppm)


@scalar
def offer(periods: int, on_bill: bool, terms: Terms) -> int:
    """Return the fee of a number of periods, ppm (PlanCost); -1 where they are not offered.

    Trimmed where all that credit costs is capped (R-F6).
    """
    plan = terms.instalments
    for i in range(OFFERS):
        if periods > 0 and plan.periods[i] == periods:
            if plan.cost == PlanCost.TOTAL:
                total = plan.bill_total_ppm[i] if on_bill else plan.purchase_total_ppm[i]
                return fee_within_cap(total, periods, terms)
            each = plan.fee_ppm if plan.cost == PlanCost.EACH_PERIOD else 0
            return fee_within_cap(each, periods, terms)
    return -1


@scalar
def periods_taken(account: Account, wished: int, terms: Terms) -> int:
    """Return in how many periods a purchase is paid: as wished, or the next number offered.

    The latter only where every drawing is a plan of its own: the least number from what is wished
    on, else the largest below it, of those that the months to come can hold.
    """
    plan = terms.instalments
    if not plan.always:
        return wished
    above = 0
    below = 0
    for i in range(OFFERS):
        periods = plan.periods[i]
        if 0 < periods <= len(account.ring_principal):
            if periods >= wished and (above == 0 or periods < above):
                above = periods
            below = max(below, periods)
    return above if above > 0 else below


@scalar
def worth_of_plan(amount: int, periods: int, fee_ppm: int, growth: float, terms: Terms) -> float:
    """Return what all payments of a plan are worth at its beginning, fen.

    growth: of money from one period to the next.
    """
    worth = 0.0
    factor = 1.0
    left = amount
    for i in range(periods):
        factor = factor * growth
        part = principal_part(amount, left, periods, i, fee_ppm, terms)
        worth += (part + fee_part(amount, left, periods, i, fee_ppm, terms)) / factor
        left -= part
    return worth


@scalar
def rate_of_plan(amount: int, periods: int, fee_ppm: int, terms: Terms) -> int:
    """Return the annual rate of a plan with monthly payments, nominal, ppm.

    Its payments are worth the amount at that rate; found by halving, to a ppm of a year.
    """
    if terms.instalments.cost == PlanCost.DAILY:
        return terms.charges.rate_ppb * 365 // 1_000
    low = 0.0
    high = 1.0
    for _ in range(30):
        middle = (low + high) / 2.0
        if worth_of_plan(amount, periods, fee_ppm, 1.0 + middle, terms) > amount:
            low = middle
        else:
            high = middle
    return int(low * 12_000_000.0 + 0.5)
