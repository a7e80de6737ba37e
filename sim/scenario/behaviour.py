"""How users buy and repay: keys, bounds, defaults and their sources."""

from __future__ import annotations

from pydantic import model_validator

from sim.scenario.entry import Applying
from sim.scenario.monthly import Monthly
from sim.scenario.outlook import Choosing
from sim.scenario.plans import Borrowing
from sim.scenario.repaying import Repaying
from sim.scenario.section import ASSUMED, Section, number, share, shares_make_one


class Spending(Section):
    """How often, where, how much and by what means users buy."""

    burst_shape: int = number(
        5,
        "gamma shape of the day-to-day bursts of one user",
        ge=1,
        le=50,
        source="diary of consumer payments 2019: 19 % of the variance within persons",
    )
    limit_elasticity_ppm: int = number(
        100_000,
        "rise of spending for a doubled limit",
        ge=-1_000_000,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source="assumed; Gross and Souleles 2002 find 10 to 14 % of a raise in debt",
    )
    tight_floor_ppm: int = share(
        250_000, "share of usual spending that is kept without any money", source=ASSUMED
    )
    tight_days: int = number(
        15,
        "days of usual spending below which money feels tight",
        ge=1,
        le=366,
        unit="days",
        source=ASSUMED,
    )
    strain_damp_ppm: int = share(
        150_000, "fall of spending for each 1,000 of strain", neutral=0, source=ASSUMED
    )
    friends_weight_ppm: int = number(
        0,
        "rise of spending when all close friends have the line",
        ge=0,
        le=2_000_000,
        unit="ppm",
        neutral=0,
        source="assumed (R-F7)",
    )
    spell_sigma_ppm: int = number(
        0,
        "spread of the logarithm of a user's spells of more and of less buying",
        ge=0,
        le=3_000_000,
        unit="ppm",
        neutral=0,
        source="assumed; rank correlation of monthly spending falls from 0.59 to 0.46 (UCI 350)",
    )
    fill_damp_ppm: int = share(
        0, "fall of spending at a full line, by its share used", neutral=0, source=ASSUMED
    )
    late_damp_ppm: int = share(
        0, "fall of spending with each bill past due", neutral=0, source=ASSUMED
    )
    late_past_damp_ppm: int = number(
        0,
        "fall of spending of who was past due all of the last 180 days, less by their share; "
        "no more than all of it",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source="assumed; late in 5 months of 5: little more than interest is charged (UCI, Taiwan)",
    )
    message_damp_ppm: int = share(
        300_000, "fall of spending after a message", neutral=0, source="assumed (R-W1)"
    )
    message_days: int = number(
        7, "days that a message works", ge=0, le=366, unit="days", source="assumed (R-W1)"
    )
    ticket_sigma_ppm: int = number(
        1_085_000,
        "spread of log amounts within a user",
        ge=10_000,
        le=3_000_000,
        unit="ppm",
        source="diary of consumer payments 2017-2019: within 1.085",
    )
    ticket_tail: float = number(
        1.9,
        "exponent of the power tail of amounts",
        ge=1.05,
        le=10.0,
        source="diary 2017-2019, Hill: debit card 1.93, credit card 1.47 over the top 5 %",
    )
    ticket_tail_share_ppm: int = number(
        10_000, "share of purchases in the tail", ge=1, le=200_000, unit="ppm", source=ASSUMED
    )
    habit_weight: int = number(
        1_500,
        "towards credit for one who always used it",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    price_weight: int = number(
        1_200,
        "away from credit while a balance bears interest",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    tight_multiple: int = number(
        6,
        "a purchase is a large part when money is below this many of it",
        ge=0,
        le=1_000,
        unit="purchases",
        neutral=0,
        source=ASSUMED,
    )
    tight_weight: int = number(
        1_500,
        "towards credit when the purchase is a large part of one's money",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    full_line_weight: int = number(
        2_500,
        "away from credit when the limit left would not do",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )


class PlaceMix(Section):
    """Share of wishes by place; 60 % of attempts abroad are at listed merchants (R-U5)."""

    online_ppm: int = share(420_000, "online shops", source=ASSUMED)
    offline_static_ppm: int = share(230_000, "printed codes", source=ASSUMED)
    offline_dynamic_ppm: int = share(257_000, "the shop scans", source=ASSUMED)
    bills_ppm: int = share(70_000, "water, power, gas, telephone", source=ASSUMED)
    cross_border_ppm: int = share(15_000, "abroad", source=ASSUMED)
    mini_program_ppm: int = share(
        0, "merchants inside mini-programs, a scene that may open later (R-F1)", source="R-F1"
    )
    listed_ppm: int = share(
        600_000, "of attempts abroad at listed merchants", source="assumed (R-U5)"
    )
    transfer_ppm: int = share(3_000, "transfers wished on credit", source=ASSUMED)
    cash_out_ppm: int = share(3_000, "cash wished on credit", source=ASSUMED)
    virtual_currency_ppm: int = share(1_000, "virtual currency wished on credit", source=ASSUMED)
    investment_ppm: int = share(1_000, "investments wished on credit", source=ASSUMED)

    @model_validator(mode="after")
    def _adds_up(self) -> PlaceMix:
        names = [name for name in type(self).model_fields if name != "listed_ppm"]
        shares_make_one((getattr(self, name) for name in names), "shares of places")
        return self


class PlaceScale(Section):
    """Size of amounts by place, against the user's own scale."""

    online_ppm: int = number(
        1_000_000,
        "online shops",
        ge=1,
        le=100_000_000,
        unit="ppm",
        neutral=1_000_000,
        source="the scale itself",
    )
    offline_ppm: int = number(
        500_000,
        "codes",
        ge=1,
        le=100_000_000,
        unit="ppm",
        source="diary 2017-2019: fast food 9, groceries 29, shops 37 dollars in the median",
    )
    bills_ppm: int = number(
        1_500_000,
        "water, power, gas, telephone",
        ge=1,
        le=100_000_000,
        unit="ppm",
        source="diary 2017-2019: bills 78 against 28 dollars in the median; smaller in China",
    )
    cross_border_ppm: int = number(
        3_000_000, "abroad", ge=1, le=100_000_000, unit="ppm", source=ASSUMED
    )
    mini_program_ppm: int = number(
        500_000, "mini-programs", ge=1, le=100_000_000, unit="ppm", source="assumed (R-F1)"
    )
    barred_ppm: int = number(
        4_000_000,
        "transfers, cash, currency, investments",
        ge=1,
        le=100_000_000,
        unit="ppm",
        source=ASSUMED,
    )


class Money(Section):
    """Pots, income and strain of users."""

    bank_months_ppm: int = number(
        900_000,
        "bank balance kept after payday, in monthly incomes; the rest is saved away",
        ge=0,
        le=100_000_000,
        unit="ppm",
        source=ASSUMED,
    )
    benefit_ppm: int = share(
        600_000, "income while without a job: benefits, odd jobs, family", source=ASSUMED
    )
    strain_kept_ppm: int = share(800_000, "of last month's strain", source=ASSUMED)
    strain_shock: int = number(
        700,
        "standard deviation of the monthly shock",
        ge=0,
        le=10_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    strain_no_job: int = number(
        2_500,
        "level that strain drifts to without a job",
        ge=0,
        le=10_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    strain_short: int = number(
        600,
        "added in a month whose fixed outgoings could not be paid",
        ge=0,
        le=10_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )


class Behaviour(Section):
    """What users want; types of users are traits of the population, these are shared by all."""

    spending: Spending = Spending()
    monthly: Monthly = Monthly()
    places: PlaceMix = PlaceMix()
    scale: PlaceScale = PlaceScale()
    money: Money = Money()
    repaying: Repaying = Repaying()
    applying: Applying = Applying()
    borrowing: Borrowing = Borrowing()
    choosing: Choosing = Choosing()
