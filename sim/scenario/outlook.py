"""Where a product is accepted, and the outlook of the article's section 8: keys and sources.

All of it is off by default: what stands here then changes nothing at all.
"""

from __future__ import annotations

from pydantic import Field

from sim.scenario.section import ASSUMED, MOST_FEN, Section, money, number, share, switch


class Acceptance(Section):
    """Share of merchants that take the product, by place; a purchase elsewhere has other means."""

    online_ppm: int = share(1_000_000, "online shops", source="R-U1: all", neutral=1_000_000)
    offline_ppm: int = share(
        1_000_000, "shops with a code, printed or not", source="R-U2", neutral=1_000_000
    )
    bills_ppm: int = share(
        1_000_000, "water, power, gas, telephone", source="R-U4", neutral=1_000_000
    )
    cross_border_ppm: int = share(
        1_000_000, "listed merchants abroad", source="R-U5", neutral=1_000_000
    )
    mini_program_ppm: int = share(
        0, "merchants inside mini-programs, once these are open (R-F1)", source="R-F1", neutral=0
    )


class Joint(Section):
    """Joint assessment with the other products that have it on (R-F2)."""

    on: bool = switch(False, "see the sister products, and be seen by them", source="R-F2")
    exposure_ppm: int = number(
        1_000_000,
        "of what is owed to sister products, taken off the limit",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source="assumed (R-F2): all of it",
    )


class SharedData(Section):
    """A common ledger of who is past due (R-F3)."""

    coverage_ppm: int = share(
        0, "of this product's accounts, keyed by user, on the ledger", source="R-F3", neutral=0
    )
    delay_days: int = number(
        30,
        "from an event to its showing on the ledger",
        ge=0,
        le=360,
        unit="days",
        source="assumed (R-F3): monthly reports",
    )
    reads: bool = switch(
        True, "assess by what others report to the ledger", source="assumed (R-F3)"
    )


class Plus(Section):
    """A wealth product in the wallet: balances earn and count as deposits (R-F4, R-L3)."""

    yield_ppb: int = number(
        0,
        "paid a day on the wallet of users with an open account",
        ge=0,
        le=1_000_000,
        unit="ppb a day",
        neutral=0,
        source="R-F4",
    )
    moved_ppm: int = share(
        300_000,
        "of the bank balance that users move into the wallet on payday, once it earns",
        source="assumed (R-F4)",
        neutral=0,
    )


class Regulation(Section):
    """What a regulator may order; with a policy, from a date (R-F6)."""

    rate_cap_ppm: int = number(
        10_000_000,
        "all that credit costs a year at most: rate, penalty and instalment fees",
        ge=0,
        le=10_000_000,
        unit="ppm a year",
        neutral=10_000_000,
        source="R-F6",
    )
    limit_cap_fen: int = money(MOST_FEN, "highest limit", source="R-F6", neutral=MOST_FEN)
    bars_students: bool = switch(False, "no new accounts and no drawings by students", "R-F6")
    shows_cost: bool = switch(False, "the yearly cost is shown before each use", "R-F6")


class Choosing(Section):
    """How users choose between several products, and what a shown cost does to them."""

    habit_weight: int = number(
        1_500,
        "towards the product that one always used, among products",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    free_day_weight: int = number(
        20,
        "towards a product for each day without interest, among products",
        ge=0,
        le=1_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    discount_weight: int = number(
        300,
        "towards a product for each percent of discount",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    taste_ppm: int = number(
        500_000,
        "logistic noise of the choice among products, against that of credit or own money",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )
    shown_cost_weight: int = number(
        40,
        "away from credit for each percent of a yearly cost that is shown",
        ge=0,
        le=10_000,
        unit="1e-3 logit",
        neutral=0,
        source="assumed (R-F6)",
    )
    shown_plan_damp_ppm: int = share(
        300_000, "fall of wishes for instalments where it is shown", source="assumed (R-F6)"
    )


def discounts() -> list[int]:
    """Return the declaration of a product's discounts, by Place up to listed merchants abroad."""
    made: list[int] = Field(
        [0, 0, 0, 0, 0, 0],
        min_length=6,
        max_length=6,
        description="taken off a purchase by the merchant's side: online, static, dynamic, bills, "
        "abroad, mini-programs; moves the choice, not the books",
        json_schema_extra={"source": ASSUMED, "unit": "ppm"},
    )
    return made
