"""Whether, when and how much users repay: keys, bounds, defaults and their sources."""

from __future__ import annotations

from sim.scenario.section import ASSUMED, Section, number, share


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
    full_limit_weight: int = number(
        0,
        "towards paying in full at a limit of full_limit_fen or more, in proportion below",
        ge=0,
        le=100_000,
        unit="1e-3 logit",
        neutral=0,
        source="assumed; in full: 12 % of bills below a limit of NT$ 80,000, 36 to 40 % above "
        "140,000 (UCI, Taiwan 2005)",
    )
    full_limit_fen: int = number(
        10_000_000, "limit from which on", ge=1, le=10**9, unit="fen", source=ASSUMED
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
    round_middle_ppm: int = share(
        0, "of the other sums rounded up, to five times round_fen", neutral=0, source=ASSUMED
    )
    fixed_users_ppm: int = share(
        0,
        "users who pay the same round sum of every bill not paid in full, or the minimum above it",
        neutral=0,
        source="assumed; 27 % of such sums in whole thousands are paid again (UCI, Taiwan 2005)",
    )
    fixed_fen: int = number(
        300_000, "median of that sum", ge=1, le=100_000_000, unit="fen", source=ASSUMED
    )
    fixed_sigma_ppm: int = number(
        700_000,
        "spread of its logarithm among users",
        ge=0,
        le=3_000_000,
        unit="ppm",
        source=ASSUMED,
    )
    short_ppm: int = share(
        0, "of payments not in full, fall short of the minimum", neutral=0, source=ASSUMED
    )
    all_owed_ppm: int = share(
        0, "of payments in full, of what is not billed yet too", neutral=0, source=ASSUMED
    )
    windfall_ppm: int = share(
        0,
        "of bills of the whole limit, less by their share of it, paid in full whatever was meant: "
        "a windfall, another lender; of none past due",
        neutral=0,
        source="assumed; 1.7 % of bills of 70 to 110 % of the limit are (UCI, Taiwan 2005)",
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
