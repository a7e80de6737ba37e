"""Warnings, fraud, disputes and collection: keys, bounds, defaults and their sources."""

from __future__ import annotations

from sim.scenario.section import ASSUMED, Section, money, number, share, switch


class Message(Section):
    """Level 1: a jump of spending brings a message (R-W1)."""

    rise_ppm: int = number(
        300_000,
        "rise of the 7-day mean above the 90-day mean",
        ge=0,
        le=100_000_000,
        unit="ppm",
        source="R-W1: 30 %",
    )
    sigmas_ppm: int = number(
        3_000_000,
        "and by this many standard deviations of the user's own weeks; 0 is the literal reading",
        ge=0,
        le=100_000_000,
        unit="ppm",
        neutral=0,
        source="assumed (R-W1)",
    )
    trouble: int = number(
        1_000,
        "strain from which a jump counts as a true alarm",
        ge=-10_000,
        le=20_000,
        unit="1e-3 logit",
        source=ASSUMED,
    )


class Login(Section):
    """Level 2: a login from a strange place and a large purchase (R-W2)."""

    large_ppm: int = number(
        300_000,
        "share of the limit from which a purchase is large",
        ge=1,
        le=1_000_000_000,
        unit="ppm",
        source="assumed (R-W2)",
    )
    strange_ppm: int = share(
        10_000, "days on which users log in from a strange place", neutral=0, source=ASSUMED
    )
    strange_thief_ppm: int = share(800_000, "of the logins of thieves", source=ASSUMED)
    passed_ppm: int = share(
        900_000, "users who pass the second factor, a day", source="assumed (R-W2)"
    )
    passed_thief_ppm: int = share(50_000, "thieves who pass it", source="assumed (R-W2)")


class Fraud(Section):
    """Accounts that are taken over."""

    takeover_month_ppm: int = share(
        100, "chance a month that an account is taken over", neutral=0, source=ASSUMED
    )
    attempts: int = number(
        3, "purchases that a thief tries", ge=1, le=16, unit="purchases", source=ASSUMED
    )
    attempt_ppm: int = share(350_000, "of the limit, wanted by each of them", source=ASSUMED)


class Appeals(Section):
    """Disputes and their review within 72 hours (R-W4, R-L9)."""

    misjudged_ppm: int = share(
        400_000, "of users held without reason, appeal", source="assumed (R-W4)"
    )
    rightly_ppm: int = share(
        20_000, "of users held with reason, appeal all the same", source="assumed (R-W4)"
    )
    stolen_ppm: int = share(
        950_000, "of victims, dispute what a thief bought", source="assumed (R-W4)"
    )
    false_claim_ppm: int = share(
        300, "of users past due, dispute their own purchases a month", source=ASSUMED
    )
    error_ppm: int = share(
        80_000, "of reviews, decide against the truth", neutral=0, source="assumed (R-W4)"
    )
    review_days: int = number(
        3,
        "days until a review is over at the latest",
        ge=1,
        le=30,
        unit="days",
        source="R-W4: 72 h",
    )


class Collection(Section):
    """What happens to accounts under level 3 (R-W3)."""

    capacity_ppm: int = number(
        500,
        "accounts that can be worked a day, for a million users of the scenario",
        ge=0,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source=ASSUMED,
    )
    weight: int = number(
        800,
        "towards paying on a day that collection calls",
        ge=0,
        le=20_000,
        unit="1e-3 logit",
        neutral=0,
        source=ASSUMED,
    )
    plan_ppm: int = share(10_000, "of calls, offer a payment plan", neutral=0, source=ASSUMED)
    plan_agreed_ppm: int = share(350_000, "of offers, agreed", source=ASSUMED)
    plan_periods: int = number(
        6, "months of a payment plan", ge=1, le=12, unit="months", source=ASSUMED
    )


class RiskControl(Section):
    """What arrears, jumps, strangers and thieves lead to (R-W1 to R-W5)."""

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
    message: Message = Message()
    login: Login = Login()
    fraud: Fraud = Fraud()
    appeals: Appeals = Appeals()
    collection: Collection = Collection()


class Coverage(Section):
    """What part of the principal the allowance for losses covers, by days past due.

    The accounting rule of the books, bucket by bucket; no estimate of expected losses.
    """

    current_ppm: int = share(10_000, "of principal not past due", neutral=0, source=ASSUMED)
    m1_ppm: int = share(80_000, "1 to 30 days past due", neutral=0, source=ASSUMED)
    m2_ppm: int = share(400_000, "31 to 60 days past due", neutral=0, source=ASSUMED)
    m3_ppm: int = share(600_000, "61 to 90 days past due", neutral=0, source=ASSUMED)
    m4_ppm: int = share(850_000, "91 and more days past due", neutral=0, source=ASSUMED)


class Accounting(Section):
    """What the books assume beside the flows of the accounts; the same through a run."""

    funding_year_ppm: int = share(
        30_000, "cost of funding a year, on the receivables", neutral=0, source=ASSUMED
    )
    equity_ppm: int = share(
        100_000, "of receivables, funded by equity, which bears no cost", source=ASSUMED
    )
    account_month_fen: int = money(
        50, "operating cost of an active account a month", neutral=0, source=ASSUMED
    )
    coverage: Coverage = Coverage()
