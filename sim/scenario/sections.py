"""What a scenario file may say: every section, key, bound, default, and where each number is from.

This is the only declaration of a parameter. The rules read the same names: a kernel through the
record that `sim.params` makes of these sections, plain Python through the sections themselves.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field, model_validator

from sim.kinds import Admission, InterestFrom, PastDueFrom, PenaltyStacking
from sim.scenario.marginals import Copula, Marginals, Segment
from sim.scenario.origin import Document
from sim.scenario.section import Section, choice, number, path, shares_make_one, switch, text

RULES = "seed/rules.md"
ASSUMED = "assumed"


class Run(Section):
    """When, how long, how many, and with what luck."""

    name: str = text("scenario", "a short name, for titles and folders")
    description: str = text("", "what the scenario is for")
    start: dt.date = Field(dt.date(2024, 1, 1), description="first reported day")
    days: int = number(365, "reported days", ge=1, le=36_500, unit="days", source=ASSUMED)
    burn_in_days: int = number(
        0,
        "days simulated before the first reported one",
        ge=0,
        le=36_500,
        unit="days",
        neutral=0,
        source=ASSUMED,
    )
    users: int = number(
        100_000, "users, all joining days together", ge=1, le=2_000_000_000, source=ASSUMED
    )
    seed: int = number(1, "key of every draw", ge=0, le=2**32 - 1, source=ASSUMED)
    replications: int = number(1, "runs with luck of their own", ge=1, le=100_000, source=ASSUMED)


class Limit(Section):
    """The dynamic limit (R-L1 to R-L3, R-L6 to R-L8)."""

    fen_per_point: int = number(
        1_000,
        "base: fen per point of the payment score",
        ge=0,
        le=100_000,
        unit="fen",
        source="R-L1: score x 10 yuan",
    )
    spending_ppm: int = number(
        80_000,
        "of mean monthly spending",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source="R-L2: 8 %",
    )
    deposit_ppm: int = number(
        50_000,
        "of the mean wallet balance",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source="R-L3: 5 %",
    )
    deposit_capped: bool = switch(
        True, "cap the deposit term at the base term", source="assumed (R-L3)"
    )
    max_fen: int = number(
        20_000_000, "highest limit", ge=0, le=1_000_000_000, unit="fen", source="R-L8: 200,000 yuan"
    )
    refresh_days: int = number(
        3,
        "days between refreshes",
        ge=3,
        le=366,
        multiple_of=3,
        unit="days",
        source="R-L6: 72 hours",
    )
    stagger: bool = switch(
        False,
        "spread users over the refresh days instead of one clock for all",
        source="assumed (R-L6)",
    )
    major_purchase_ppm: int = number(
        500_000,
        "share of the limit from which a purchase refreshes it at once",
        ge=1,
        le=1_000_000_000,
        unit="ppm",
        source="assumed (R-L7)",
    )
    dynamic: bool = switch(
        True, "refresh limits at all; false keeps the first limit", source="R-L6"
    )


class Score(Section):
    """How the payment score moves at each refresh (R-L1: named step and weights)."""

    step_ppm: int = number(
        60_000,
        "share of the way to the target",
        ge=0,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )
    activity_points: int = number(
        20, "for a full count of payments", ge=0, le=300, unit="points", neutral=0, source=ASSUMED
    )
    activity_payments: int = number(
        30, "payments a month that are a full count", ge=1, le=500, unit="payments", source=ASSUMED
    )
    on_time_points: int = number(
        5,
        "for each bill paid in time in a row",
        ge=0,
        le=300,
        unit="points",
        neutral=0,
        source=ASSUMED,
    )
    on_time_most: int = number(12, "bills that count", ge=0, le=120, unit="bills", source=ASSUMED)
    lapse_points: int = number(
        60,
        "off while something is past due, and off for each lapse up to the most",
        ge=0,
        le=600,
        unit="points",
        neutral=0,
        source=ASSUMED,
    )
    lapses_most: int = number(3, "lapses that count", ge=0, le=120, unit="lapses", source=ASSUMED)
    lowest: int = number(350, "lowest score", ge=0, le=1_000, unit="points", source=ASSUMED)
    highest: int = number(850, "highest score", ge=0, le=1_000, unit="points", source=ASSUMED)


class Billing(Section):
    """Statement, due day, grace, minimum (R-P4, R-P5, R-P10)."""

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
    grace_days: int = number(
        3,
        "days after the due day that do not count as overdue",
        ge=0,
        le=14,
        unit="days",
        source="R-P5: 72 hours",
    )
    minimum_ppm: int = number(
        100_000,
        "minimum: share of the billed principal",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source="assumed (R-P4): 10 %",
    )
    minimum_whole_fen: int = number(
        10_000,
        "a bill up to this is its own minimum",
        ge=0,
        le=1_000_000_000,
        unit="fen",
        source="assumed (R-P4): 100 yuan",
    )
    past_due_from: PastDueFrom = choice(
        PastDueFrom.END_OF_GRACE, "from when days past due are counted", source="assumed (R-P10)"
    )

    @model_validator(mode="after")
    def _due_between_statements(self) -> Billing:
        if self.due_day_first > self.due_day_last:
            raise ValueError("due_day_first: wanted a day not after due_day_last")
        if not self.statement_day <= self.due_day_first:
            raise ValueError("due_day_first: wanted a day not before statement_day")
        if self.due_day_last + self.grace_days >= self.statement_day + 28:
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
    penalty_ppm: int = number(
        1_500_000,
        "penalty on overdue principal, as a multiple of the rate",
        ge=0,
        le=10_000_000,
        unit="ppm",
        source="assumed (R-P7): 1.5 times",
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
    manual_fee_ppm: int = number(
        1_000,
        "fee on a manual repayment",
        ge=0,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source="R-P2: 0.1 %",
    )


class Scenes(Section):
    """Where the line can be used and for how much (R-U1 to R-U6)."""

    online_fen: int = number(
        500_000,
        "most for one online purchase",
        ge=0,
        le=1_000_000_000,
        unit="fen",
        source="R-U1: 5,000 yuan",
    )
    static_day_fen: int = number(
        50_000,
        "most a day on static codes",
        ge=0,
        le=1_000_000_000,
        unit="fen",
        source="assumed (R-U2): 500 yuan",
    )
    dynamic_fen: int = number(
        500_000,
        "most for one purchase on a dynamic code",
        ge=0,
        le=1_000_000_000,
        unit="fen",
        source="assumed (R-U2)",
    )
    bills_fen: int = number(
        500_000,
        "most for one utility bill",
        ge=0,
        le=1_000_000_000,
        unit="fen",
        source="assumed (R-U4)",
    )
    cross_border_fen: int = number(
        500_000,
        "most for one purchase abroad",
        ge=0,
        le=1_000_000_000,
        unit="fen",
        source="assumed (R-U5)",
    )


class ChargeOff(Section):
    """When an account is given up, and what comes back (R-W6)."""

    days: int = number(180, "days past due", ge=1, le=210, unit="days", source="assumed (R-W6)")
    recovery_low_ppm: int = number(
        100_000,
        "least share recovered within a year",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source="assumed (R-W6): 10 to 25 %",
    )
    recovery_high_ppm: int = number(
        250_000,
        "largest share recovered within a year",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source="assumed (R-W6)",
    )
    recovery_curve_ppm: list[int] = Field(
        [
            200_000,
            160_000,
            130_000,
            110_000,
            90_000,
            80_000,
            60_000,
            50_000,
            40_000,
            30_000,
            30_000,
            20_000,
        ],
        min_length=12,
        max_length=12,
        description="of that share, month by month",
        json_schema_extra={"source": "assumed (R-W6)", "unit": "ppm"},
    )

    @model_validator(mode="after")
    def _adds_up(self) -> ChargeOff:
        if self.recovery_low_ppm > self.recovery_high_ppm:
            raise ValueError("recovery_low_ppm: wanted at most recovery_high_ppm")
        if (
            any(share < 0 for share in self.recovery_curve_ppm)
            or sum(self.recovery_curve_ppm) != 1_000_000
        ):
            raise ValueError(
                f"recovery_curve_ppm: wanted 12 shares that add up to 1,000,000 (found {sum(self.recovery_curve_ppm)})"
            )
        return self


class Product(Section):
    """The credit line."""

    preset: str = text("seed_article", "the preset these terms are from")
    admission: Admission = choice(
        Admission.OPEN_TO_ALL,
        "who is let in; gates and scores come with R-A1 to R-E4",
        source=ASSUMED,
    )
    minimum_age: int = number(18, "least age", ge=0, le=120, unit="years", source="R-A1")
    limit: Limit = Limit()
    score: Score = Score()
    billing: Billing = Billing()
    charges: Charges = Charges()
    scenes: Scenes = Scenes()
    charge_off: ChargeOff = ChargeOff()


class RiskControl(Section):
    """Blocks that follow from arrears (R-W3, R-W5)."""

    block_when_past_due: bool = switch(
        True, "no drawings and no increase from the end of grace until cured", source="R-W5"
    )
    level_3_days: int = number(
        30,
        "level 3 above this many days past due",
        ge=0,
        le=1_000,
        unit="days",
        source="R-W3: more than 30 days",
    )
    reopen_days: int = number(
        180,
        "days after full repayment until a suspended user may come back",
        ge=0,
        le=3_660,
        unit="days",
        source="assumed (R-W3)",
    )


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
    tight_floor_ppm: int = number(
        250_000,
        "share of usual spending that is kept without any money",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source=ASSUMED,
    )
    tight_days: int = number(
        15,
        "days of usual spending below which money feels tight",
        ge=1,
        le=366,
        unit="days",
        source=ASSUMED,
    )
    strain_damp_ppm: int = number(
        150_000,
        "fall of spending for each 1,000 of strain",
        ge=0,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )
    message_damp_ppm: int = number(
        300_000,
        "fall of spending after a message",
        ge=0,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source="assumed (R-W1)",
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

    online_ppm: int = number(
        420_000, "online shops", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )
    offline_static_ppm: int = number(
        230_000, "printed codes", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )
    offline_dynamic_ppm: int = number(
        257_000, "the shop scans", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )
    bills_ppm: int = number(
        70_000, "water, power, gas, telephone", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )
    cross_border_ppm: int = number(15_000, "abroad", ge=0, le=1_000_000, unit="ppm", source=ASSUMED)
    listed_ppm: int = number(
        600_000,
        "of attempts abroad at listed merchants",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source="assumed (R-U5)",
    )
    transfer_ppm: int = number(
        3_000, "transfers wished on credit", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )
    cash_out_ppm: int = number(
        3_000, "cash wished on credit", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )
    virtual_currency_ppm: int = number(
        1_000, "virtual currency wished on credit", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )
    investment_ppm: int = number(
        1_000, "investments wished on credit", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )

    @model_validator(mode="after")
    def _adds_up(self) -> PlaceMix:
        names = [name for name in type(self).model_fields if name != "listed_ppm"]
        shares_make_one({name: getattr(self, name) for name in names}, "shares of places")
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
    benefit_ppm: int = number(
        600_000,
        "income while without a job: benefits, odd jobs, family",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source=ASSUMED,
    )
    strain_kept_ppm: int = number(
        800_000, "of last month's strain", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )
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
    full_strain_weight_ppm: int = number(
        700_000,
        "of strain, against paying in full",
        ge=0,
        le=10_000_000,
        unit="ppm",
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
    early_ppm: int = number(
        15_000,
        "chance on payday to repay by hand before the bill",
        ge=0,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )


class Behaviour(Section):
    """What users want; types of users are traits of the population, these are shared by all."""

    spending: Spending = Spending()
    places: PlaceMix = PlaceMix()
    scale: PlaceScale = PlaceScale()
    money: Money = Money()
    repaying: Repaying = Repaying()


class Growth(Section):
    """Share of all users that has joined by a day."""

    day: int = number(
        0, "since the first simulated day", ge=0, le=100_000, unit="days", source=ASSUMED
    )
    share_ppm: int = number(
        1_000_000, "of run.users", ge=0, le=1_000_000, unit="ppm", source=ASSUMED
    )


class Population(Section):
    """Who the users are."""

    file: str = path(
        "", "Parquet file with users of one's own; empty draws them from the traits below"
    )
    from_run: str = path("", "run folder whose final users and accounts this run starts with")
    regions: list[str] = Field(
        ["east", "central", "west", "northeast"],
        min_length=1,
        max_length=100,
        description="names of regions",
    )
    region_ppm: list[int] = Field(
        [480_000, 260_000, 190_000, 70_000],
        description="share of users by region",
        json_schema_extra={"source": "assumed; census 2020: 40, 26, 27, 7 %", "unit": "ppm"},
    )
    segments: list[Segment] = Field(
        default_factory=Segment.defaults,
        min_length=1,
        max_length=20,
        description="kinds of users; each may override marginals",
    )
    traits: Marginals = Marginals()
    copula: Copula = Copula()
    score_auc: float = number(
        0.72,
        "how strongly the score tells who will pay: area under the curve against prudence",
        ge=0.5,
        le=0.99,
        neutral=0.5,
        source="assumed; application scorecards of unsecured credit reach 0.65 to 0.80",
    )
    score_auc_bad_ppm: int = number(
        30_000,
        "share of bad payers that the area is taken at",
        ge=1_000,
        le=500_000,
        unit="ppm",
        source=ASSUMED,
    )
    growth: list[Growth] = Field(
        default_factory=lambda: [Growth()],
        min_length=1,
        description="growth curve, straight between its points",
    )
    leave_month_ppm: int = number(
        3_000,
        "chance in a month to close the account or fall dormant, once nothing is owed",
        ge=0,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )

    death_month_ppm: int = number(
        150,
        "chance to die in a month; what is owed is charged off",
        ge=0,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source="assumed; China's working-age mortality is about 2 in 1,000 a year",
    )

    @model_validator(mode="after")
    def _adds_up(self) -> Population:
        if len(self.regions) != len(self.region_ppm):
            raise ValueError(
                f"region_ppm: wanted {len(self.regions)} shares, one a region (found {len(self.region_ppm)})"
            )
        shares_make_one(dict(zip(self.regions, self.region_ppm, strict=True)), "region_ppm")
        shares_make_one({s.name: s.share_ppm for s in self.segments}, "segments.share_ppm")
        days = [g.day for g in self.growth]
        shares = [g.share_ppm for g in self.growth]
        if days != sorted(set(days)) or shares != sorted(shares):
            raise ValueError("growth: wanted days that rise and shares that do not fall")
        if shares[-1] != 1_000_000:
            raise ValueError(f"growth: wanted a last share_ppm of 1,000,000 (found {shares[-1]})")
        if self.file and self.from_run:
            raise ValueError("from_run: wanted either file or from_run, not both")
        return self


class Step(Section):
    """A value from a date on."""

    date: dt.date = Field(description="from this day on")
    value_ppm: int = number(0, "value", ge=0, le=100_000_000, unit="ppm", source=ASSUMED)


class OwnDate(Section):
    """A dated demand factor of one's own."""

    date: dt.date = Field(description="first day")
    until: dt.date | None = Field(None, description="last day; the first if absent")
    demand_ppm: int = number(
        1_000_000,
        "factor on the number of purchases",
        ge=0,
        le=100_000_000,
        unit="ppm",
        neutral=1_000_000,
        source=ASSUMED,
    )
    name: str = text("", "what happens")


class Environment(Section):
    """What all users share: calendar and economy."""

    holidays: bool = switch(
        True, "factors of public holidays", source="State Council notices 2023-2026"
    )
    festivals: bool = switch(
        True, "factors of shopping festivals", source="sim/data/calendar_china.toml"
    )
    weekdays: bool = switch(
        True, "factors of weekdays and days of the month", source="sim/data/calendar_china.toml"
    )
    dates: list[OwnDate] = Field(default_factory=list, description="dated factors of one's own")
    unemployment_ppm: int = number(
        52_000,
        "share of users without a job",
        ge=0,
        le=900_000,
        unit="ppm",
        source="surveyed urban unemployment, China 2023: 5.2 %",
    )
    job_found_ppm: int = number(
        180_000, "chance to find a job, a month", ge=1, le=1_000_000, unit="ppm", source=ASSUMED
    )
    unemployment: list[Step] = Field(
        default_factory=list, description="path of unemployment: straight between dates"
    )
    income_growth_ppm: int = number(
        0,
        "growth of incomes a year",
        ge=-500_000,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )

    @model_validator(mode="after")
    def _in_order(self) -> Environment:
        dates = [step.date for step in self.unemployment]
        if dates != sorted(set(dates)):
            raise ValueError("unemployment: wanted dates that rise")
        if any(step.value_ppm > 900_000 for step in self.unemployment):
            raise ValueError("unemployment: wanted values up to 900,000")
        if any(own.until is not None and own.until < own.date for own in self.dates):
            raise ValueError("dates: wanted until not before date")
        return self


class Policy(Section):
    """A dated change of the product or of risk control, for all users or a share of them."""

    name: str = text("", "what changes")
    date: dt.date = Field(description="from this day on")
    share_ppm: int = number(
        1_000_000,
        "share of users it reaches, keyed by user",
        ge=0,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )
    set: dict[str, Any] = Field(
        default_factory=dict, description="dotted keys and their new values"
    )


class Output(Section):
    """What the run folder holds."""

    tables: list[str] = Field(
        default_factory=lambda: [
            "daily",
            "daily_by",
            "cycles",
            "monthly",
            "roll_rates",
            "vintages",
            "scenes",
            "repayments",
            "users",
            "accounts",
        ],
        description="tables to write",
    )
    users_ppm: int = number(
        1_000_000,
        "share of users in `users` and `accounts`, keyed by user",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source=ASSUMED,
    )


class Appetite(Section):
    """Lines that the portfolio should keep to; reports show lights against them."""

    late_31_ppm: int = number(
        30_000,
        "principal of accounts 31 or more days past due, of all principal",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source="public books 1.1 to 3.0 %",
    )
    late_91_ppm: int = number(
        22_000,
        "principal of accounts 91 or more days past due, of all principal",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source="public books 0.7 to 2.2 %",
    )
    loss_year_ppm: int = number(
        50_000,
        "net charge-offs a year, of mean principal",
        ge=0,
        le=1_000_000,
        unit="ppm",
        source=ASSUMED,
    )


class Scenario(Document):
    """Everything one run depends on. Two equal scenarios give equal bits."""

    run: Run = Run()
    population: Population = Population()
    behaviour: Behaviour = Behaviour()
    product: Product = Product()
    risk_control: RiskControl = RiskControl()
    environment: Environment = Environment()
    policy: list[Policy] = Field(default_factory=list, description="dated changes, in order")
    output: Output = Output()
    appetite: Appetite = Appetite()


Share = Annotated[int, Field(ge=0, le=1_000_000)]
