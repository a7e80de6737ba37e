"""How users buy and repay: keys, bounds, defaults and their sources."""

from __future__ import annotations

from pydantic import model_validator

from sim.scenario.entry import Applying
from sim.scenario.outlook import Choosing
from sim.scenario.plans import Borrowing
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
    late_damp_ppm: int = share(0, "fall of spending while past due", neutral=0, source=ASSUMED)
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


class Repaying(Section):
    """Whether, when and how much users repay."""

    strain_weight_ppm: int = number(
        1_000_000,
        "of strain, against paying at all",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )
    late_weight: int = number(
        3_300,
        "against paying while past due",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source="assumed; a late account is late again next month in 53 to 84 % (UCI, Taiwan 2005)",
    )
    full_line_weight: int = number(
        1_000,
        "against paying when the line is used to the limit",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    friends_weight: int = number(
        0,
        "against paying when all close friends are past due",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source="assumed (R-F7)",
    )
    full_strain_weight_ppm: int = number(
        700_000,
        "of strain, against paying in full",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )
    full_use_weight: int = number(
        0,
        "against paying in full a bill of the whole limit, less by its share of the limit",
        ge=0,
        le=30_000,
        unit="1e-3 logit",
        neutral=0,
        source="assumed; paid in full: 2 % of balances above half of the limit (UCI, Taiwan 2005)",
    )
    beyond_sigma_ppm: int = number(
        0,
        "spread of the logarithm of what is paid over the minimum",
        ge=0,
        le=3_000_000,
        unit="ppm",
        neutral=0,
        source="assumed",
    )
    beyond_own_ppm: int = share(
        500_000, "of that spread's variance, the user's own for good", source=ASSUMED
    )
    beyond_median_ppm: int = number(
        1_000_000,
        "median of what is meant to be paid, over the minimum; never less than the minimum",
        ge=1_000,
        le=100_000_000,
        unit="ppm",
        source=ASSUMED,
    )
    round_up_ppm: int = share(
        0, "chance to round what is paid over the minimum up", neutral=0, source=ASSUMED
    )
    round_coarse_ppm: int = share(
        0, "of sums rounded up, to ten or fifty times round_fen", neutral=0, source=ASSUMED
    )
    short_ppm: int = share(
        0, "of payments not in full, fall short of the minimum", neutral=0, source=ASSUMED
    )
    all_owed_ppm: int = share(
        0, "of payments in full, of what is not billed yet too", neutral=0, source=ASSUMED
    )
    catch_up_ppm: int = share(
        0,
        "users who mean all that is asked when they pay while past due, not what was missed alone",
        neutral=0,
        source=ASSUMED,
    )
    round_band: int = number(
        900,
        "width of the leaning towards a round sum between minimum and full",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    round_fen: int = number(
        10_000, "what a round sum is a multiple of", ge=1, le=10_000_000, unit="fen", source=ASSUMED
    )
    reserve_ppm: int = number(
        100_000,
        "of a monthly income that is never paid out by hand",
        ge=0,
        le=10_000_000,
        unit="ppm",
        source=ASSUMED,
    )
    reminder_days: int = number(
        6, "days between second thoughts while past due", ge=1, le=366, unit="days", source=ASSUMED
    )
    early_ppm: int = share(
        15_000, "chance on payday to repay by hand before the bill", neutral=0, source=ASSUMED
    )


class Behaviour(Section):
    """What users want; types of users are traits of the population, these are shared by all."""

    spending: Spending = Spending()
    places: PlaceMix = PlaceMix()
    scale: PlaceScale = PlaceScale()
    money: Money = Money()
    repaying: Repaying = Repaying()
    applying: Applying = Applying()
    borrowing: Borrowing = Borrowing()
    choosing: Choosing = Choosing()
