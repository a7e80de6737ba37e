"""When an account is billed and what credit costs: keys, kinds, bounds, defaults and sources."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import model_validator

from sim.interest_kinds import BackInterest, InterestFree, InterestFrom
from sim.kinds import (
    Accrual,
    Asks,
    Cycle,
    DayBeyond28,
    EarlySettlement,
    FeeBase,
    MinimumRule,
    PastDueFrom,
    PenaltyBase,
    PenaltyStacking,
    PlanCost,
    PlanSplit,
    PostedWith,
    RoundedWhen,
    Rounding,
)
from sim.scenario.plans import Instalments
from sim.scenario.section import Section, choice, money, number, share


class Billing(Section):
    """Statement, due day, grace, minimum (R-P4, R-P5, R-P10)."""

    cycle: Cycle = choice(
        Cycle.CALENDAR, "when statements are cut, and when due", source="assumed (R-P10)"
    )
    statement_day: int = number(
        1,
        "the statement covers all days before this one",
        ge=1,
        le=28,
        unit="day of month",
        source="assumed (R-P10)",
    )
    due_day_first: int = number(
        10,
        "earliest due day among users",
        ge=1,
        le=28,
        unit="day of month",
        source="assumed (R-P10)",
    )
    due_day_last: int = number(
        10, "latest due day among users", ge=1, le=28, unit="day of month", source="assumed (R-P10)"
    )
    due_offset_days: int = number(
        0,
        "days from statement to due day, where not on a day of the month (cycle)",
        ge=0,
        le=27,
        unit="days",
        source="assumed (R-P10)",
    )
    day_beyond_28: DayBeyond28 = choice(
        DayBeyond28.LAST_DAY,
        "what the days 29 to 31 become as days of an account's own cycle",
        source="assumed (R-P10)",
    )
    asks: Asks = choice(Asks.WHOLE, "what a statement asks for", source="assumed (R-P10)")
    grace_days: int = number(
        3,
        "days after the due day that do not count as overdue",
        ge=0,
        le=14,
        unit="days",
        source="R-P5: 72 hours",
    )
    minimum_rule: MinimumRule = choice(
        MinimumRule.SHARE_OF_ALL, "what the minimum is made of", source="assumed (R-P4)"
    )
    minimum_ppm: int = share(
        100_000, "minimum: share of the billed principal", source="assumed (R-P4): 10 %"
    )
    minimum_whole_fen: int = money(
        10_000, "a bill up to this is its own minimum", source="assumed (R-P4): 100 yuan"
    )
    minimum_floor_fen: int = money(
        0,
        "the share of the balance in the minimum is at least this much",
        source="assumed (R-P4)",
        neutral=0,
    )
    carried_whole_fen: int = money(
        0,
        "carried principal below this is wholly in the minimum (minimum_rule = by_record)",
        source="assumed (R-P4)",
        neutral=0,
    )
    rounding: Rounding = choice(
        Rounding.HALF_EVEN,
        "of minimums and of what accrues",
        source="assumed: half-even to the fen",
    )
    past_due_from: PastDueFrom = choice(
        PastDueFrom.END_OF_GRACE, "from when days past due are counted", source="assumed (R-P10)"
    )

    @model_validator(mode="after")
    def _due_between_statements(self) -> Billing:
        if self.cycle != Cycle.CALENDAR:
            return self._due_after_days()
        if self.due_day_first > self.due_day_last:
            raise ValueError("due_day_first: wanted a day not after due_day_last")
        if self.due_day_first <= self.statement_day:
            raise ValueError("due_day_first: wanted a day after statement_day")
        if self.due_day_last + self.grace_days >= self.statement_day + 28:
            raise ValueError("grace_days: wanted grace that ends before the next statement")
        if self.due_offset_days > 0:
            raise ValueError(
                "due_offset_days: wanted 0 with cycle = calendar, where due_day_first and "
                'due_day_last say when bills are due; else cycle = "offset" or "opening_day"'
            )
        return self

    def _due_after_days(self) -> Billing:
        """Check a cycle in which bills are due some days after the statement, or with it."""
        after = self.cycle in (Cycle.OFFSET, Cycle.OPENING_DAY)
        name = self.cycle.name.lower()
        if after and self.due_offset_days == 0:
            raise ValueError(
                f"due_offset_days: wanted 1 to 27: cycle = {name} counts the due day by it; "
                'else cycle = "calendar", "order" or "first_drawing"'
            )
        if not after and self.due_offset_days > 0:
            raise ValueError(
                f"due_offset_days: wanted 0: with cycle = {name} the due day is the statement "
                'day; else cycle = "offset" or "opening_day"'
            )
        if self.due_offset_days + self.grace_days >= 28:
            raise ValueError("grace_days: wanted grace that ends before the next statement")
        return self


class Charges(Section):
    """What credit costs (R-P2, R-P4, R-P7, R-P9)."""

    rate_ppb: int = number(
        500_000,
        "interest a day on what is carried",
        ge=0,
        le=100_000_000,
        unit="ppb a day",
        neutral=0,
        source="R-P4: 0.05 % a day",
    )
    interest_from: InterestFrom = choice(
        InterestFrom.DUE_DAY, "from when principal bears interest", source="assumed (R-P9)"
    )
    interest_free: InterestFree = choice(
        InterestFree.BILL_PAID,
        "when principal bears none up to the due day, and by what that is lost",
        source="assumed (R-P9)",
    )
    back_interest: BackInterest = choice(
        BackInterest.WHOLE_BILL,
        "on what interest counts back to purchases (interest_from = spending_day or posting_day)",
        source="assumed (R-P9)",
    )
    interest_rounded: RoundedWhen = choice(
        RoundedWhen.FINALLY, "when interest is rounded", source="assumed (R-P9)"
    )
    penalty_ppm: int = number(
        1_500_000,
        "penalty on overdue principal, as a multiple of the rate",
        ge=0,
        le=10_000_000,
        unit="ppm",
        source="assumed (R-P7): 1.5 times",
    )
    penalty_base: PenaltyBase = choice(
        PenaltyBase.OVERDUE_PRINCIPAL, "what the penalty is on", source="assumed (R-P7)"
    )
    penalty_rounded: RoundedWhen = choice(
        RoundedWhen.FINALLY, "when the penalty is rounded", source="assumed (R-P7)"
    )
    penalty_floor_fen: int = money(
        0, "least penalty of a day on which there is one", source="assumed (R-P7)", neutral=0
    )
    penalty_stacking: PenaltyStacking = choice(
        PenaltyStacking.INSTEAD,
        "whether the penalty replaces interest or comes on top",
        source="assumed (R-P7)",
    )
    yearly_cap_ppm: int = number(
        240_000,
        "interest plus penalty a year at most",
        ge=0,
        le=10_000_000,
        unit="ppm a year",
        source="assumed (R-P7): 24 %",
    )
    accrual: Accrual = choice(
        Accrual.DAILY, "by which balance interest is counted", source="assumed (R-P9)"
    )
    posted_with: PostedWith = choice(
        PostedWith.STATEMENT, "when what has accrued can and must be paid", source="assumed (R-P9)"
    )
    manual_fee_ppm: int = share(1_000, "fee on a manual repayment", neutral=0, source="R-P2: 0.1 %")


def _clashes_of_interest(billing: Billing, charges: Charges) -> Iterator[str]:
    """Yield a line for each kind of interest that another kind leaves without a meaning."""
    from_purchase = charges.interest_from in (InterestFrom.SPENDING_DAY, InterestFrom.POSTING_DAY)
    never = charges.interest_free == InterestFree.NEVER
    if billing.asks == Asks.SHARE and not from_purchase:
        yield (
            'charges.interest_from: wanted "spending_day" or "posting_day": billing.asks = share '
            "leaves the rest of the balance unbilled, which bears interest; else billing.asks = "
            '"whole"'
        )
    elif billing.asks == Asks.SHARE and not never:
        yield (
            'charges.interest_free: wanted "never": billing.asks = share leaves the rest of the '
            'balance unbilled, which bears interest; else billing.asks = "whole"'
        )
    elif never and not from_purchase:
        name = charges.interest_from.name.lower()
        yield (
            f'charges.interest_free: wanted "bill_paid" or "nothing_carried": interest_from = '
            f'{name} leaves the days before without interest; else interest_from = "spending_day" '
            'or "posting_day"'
        )
    if charges.back_interest == BackInterest.UNPAID_PART and (never or not from_purchase):
        yield (
            'charges.back_interest: wanted "whole_bill": no interest counts back; else '
            'interest_from = "spending_day" or "posting_day", with interest_free = "bill_paid" or '
            '"nothing_carried"'
        )
    if charges.accrual == Accrual.MONTH_END and not (
        charges.interest_from == InterestFrom.SPENDING_DAY
        and never
        and billing.cycle == Cycle.CALENDAR
        and billing.statement_day == 1
    ):
        yield (
            'charges.accrual: wanted "daily": a month\'s interest on its last balance needs '
            'interest_from = "spending_day", interest_free = "never", cycle = "calendar" and '
            "statement_day = 1"
        )


def clashes_of_kinds(billing: Billing, charges: Charges, instalments: Instalments) -> Iterator[str]:
    """Yield a line for each kind that another one leaves without a meaning."""
    yield from _clashes_of_interest(billing, charges)
    daily = instalments.cost == PlanCost.DAILY
    if instalments.always and not daily:
        yield (
            'instalments.always: wanted false: cost = "daily" alone makes every drawing a plan of '
            "its own"
        )
    if instalments.always and daily and charges.interest_free != InterestFree.NEVER:
        yield (
            'charges.interest_free: wanted "never": with instalments.always = true every drawing '
            "is a loan that bears interest; else instalments.always = false"
        )
    early = instalments.early_settlement
    if early == EarlySettlement.DAILY_TO_DATE and (daily or instalments.early_rate_ppb == 0):
        yield (
            "instalments.early_rate_ppb: wanted a rate above 0, and fees (cost = each_period or "
            "total): early_settlement = daily_to_date charges by it; else early_settlement = "
            '"fees_on_schedule", "all_at_once", "to_date", "day_rate" or "free"'
        )
    if instalments.split == PlanSplit.LEVEL and (
        instalments.cost != PlanCost.EACH_PERIOD or instalments.fee_base != FeeBase.DECLINING
    ):
        yield (
            'instalments.split: wanted "remainder_first" or "remainder_last": level payments need '
            'cost = "each_period" and fee_base = "declining"'
        )
