"""Who may have the line and by which way: keys, bounds, defaults and their sources."""

from __future__ import annotations

from sim.kinds import Grading
from sim.scenario.section import ASSUMED, Section, choice, money, number, share, switch


class Gates(Section):
    """Hard gates, candidate pool and the weighted score (R-A1, R-A2, R-A4)."""

    real_name: bool = switch(True, "let in the real-name verified only", source="R-A1")
    cards: int = number(
        1, "least bank cards bound", ge=0, le=100, unit="cards", neutral=0, source="R-A1"
    )
    tenure_days: int = number(
        90,
        "days of use before one is a candidate",
        ge=0,
        le=36_500,
        unit="days",
        neutral=0,
        source="R-A4: 3 months",
    )
    longest_gap_days: int = number(
        30,
        "a longer gap breaks the use",
        ge=0,
        le=255,
        unit="days",
        neutral=255,
        source="assumed (R-A4)",
    )
    grading: Grading = choice(
        Grading.THRESHOLD, "how each item of the score counts", source="assumed (R-A2)"
    )
    pass_mark: int = number(
        60, "least score of 100", ge=0, le=100, unit="points", neutral=0, source="assumed (R-A2)"
    )
    score: int = number(
        600, "payment score asked for", ge=1, le=1_000, unit="points", source="R-A2"
    )
    score_weight: int = number(35, "its weight", ge=0, le=100, unit="points", source="R-A2: 35 %")
    payments: int = number(
        15, "payments a month asked for", ge=1, le=500, unit="payments", source="R-A2"
    )
    payments_weight: int = number(
        25, "their weight", ge=0, le=100, unit="points", source="R-A2: 25 %"
    )
    kept_fen: int = money(50_000, "balance to be kept", source="R-A2: 500 yuan")
    kept_weight: int = number(20, "its weight", ge=0, le=100, unit="points", source="R-A2: 20 %")
    friends: int = number(200, "friends asked for", ge=1, le=32_000, unit="friends", source="R-A2")
    friends_weight: int = number(
        15, "their weight", ge=0, le=100, unit="points", source="R-A2: 15 %"
    )
    no_overdue_weight: int = number(
        5, "for no overdue record", ge=0, le=100, unit="points", source="R-A2: 5 %"
    )


class Ways(Section):
    """Three ways in, each with its form and its review (R-E1 to R-E4)."""

    wallet_finish_ppm: int = share(700_000, "finish the full form", source="assumed (R-E1): 70 %")
    notice_finish_ppm: int = share(
        850_000, "finish the form of the fast lane", source="assumed (R-E2)"
    )
    checkout_finish_ppm: int = share(
        900_000, "finish the short form", source="assumed (R-E3): 90 %"
    )
    wallet_low_ppm: int = share(
        400_000, "approval by the wallet at the pass mark", source="assumed (R-E4)"
    )
    wallet_high_ppm: int = share(
        850_000, "approval by the wallet at 100 points", source="assumed (R-E4)"
    )
    checkout_low_ppm: int = share(
        350_000, "approval at checkout at the pass mark", source="assumed (R-E4)"
    )
    checkout_high_ppm: int = share(
        800_000, "approval at checkout at 100 points", source="assumed (R-E4)"
    )
    notice_factor_ppm: int = number(
        1_400_000,
        "approval of the invited, against the wallet's",
        ge=0,
        le=100_000_000,
        unit="ppm",
        neutral=1_000_000,
        source="R-E2: about 40 % higher",
    )
    invitations_ppm: int = number(
        1_000,
        "invitations a day, for a million users of the scenario",
        ge=0,
        le=1_000_000,
        unit="ppm",
        neutral=0,
        source="assumed (R-E2)",
    )
    prompt_payments: int = number(
        15,
        "payments a month from which users are prompted at checkout",
        ge=0,
        le=1_000,
        unit="payments",
        source="assumed (R-E3)",
    )
    prompt_ppm: int = share(
        20_000, "chance of a prompt on a day with a purchase", neutral=0, source="assumed (R-E3)"
    )
    retry_days: int = number(
        30, "days before a new try", ge=0, le=3_660, unit="days", source="assumed (R-E4)"
    )
    friends_weight_ppm: int = number(
        0,
        "rise of the review's score for a whole circle of friends in good standing",
        ge=0,
        le=10_000_000,
        unit="ppm",
        neutral=0,
        source="assumed (R-A3); 0 until R-F7 is on",
    )


class Applying(Section):
    """How users come to apply, and what may cost them a gate."""

    wish_month_ppm: int = share(
        150_000, "chance a month to look at the wallet's entry", neutral=0, source="assumed (R-E1)"
    )
    wallet_start_ppm: int = share(600_000, "of those who look, start", source="assumed (R-E1)")
    notice_start_ppm: int = share(400_000, "of the invited, start", source="assumed (R-E2)")
    checkout_start_ppm: int = share(100_000, "of the prompted, start", source="assumed (R-E3)")
    friends_weight_ppm: int = number(
        0,
        "rise of the wish for a whole circle of friends in good standing",
        ge=0,
        le=100_000_000,
        unit="ppm",
        neutral=0,
        source="assumed (R-A3); 0 until R-F7 is on",
    )
    community: int = number(
        512, "users in a circle of friends", ge=2, le=1_000_000, unit="users", source=ASSUMED
    )
    card_lost_month_ppm: int = share(
        300, "chance a month to lose the last bank card", neutral=0, source="assumed (R-A1)"
    )
    card_bound_month_ppm: int = share(
        50_000, "chance a month to bind one again", source="assumed (R-A1)"
    )
    name_lapsed_month_ppm: int = share(
        100, "chance a month that the real-name check lapses", neutral=0, source="assumed (R-A1)"
    )
    name_renewed_month_ppm: int = share(
        200_000, "chance a month to renew it", source="assumed (R-A1)"
    )
