"""What users buy by the month, beside everyday purchases: keys, bounds, defaults, sources."""

from __future__ import annotations

from sim.scenario.section import ASSUMED, Section, money, number, share


class Monthly(Section):
    """Standing orders, and sums as large as the line gives: cash, furniture, other lenders' debt.

    Both fall on payday, and neither on a line that is past due.
    """

    order_users_ppm: int = share(
        0,
        "users with a standing order on the line",
        neutral=0,
        source="assumed; NT$ 390 alone is 4 % of what full payers are charged (UCI, Taiwan 2005)",
    )
    order_fen: int = money(40_000, "median standing order", source=ASSUMED)
    order_sigma_ppm: int = number(
        600_000,
        "spread of the logarithm of standing orders among users",
        ge=0,
        le=3_000_000,
        unit="ppm",
        source=ASSUMED,
    )
    sum_month_ppm: int = share(
        0,
        "chance a month to want a large sum, at usual demand; as much as the line gives is taken",
        neutral=0,
        source="assumed; a month in 16 brings carried lines near their limit (UCI, Taiwan 2005)",
    )
    sum_full_ppm: int = share(
        500_000, "of that chance, for who leans towards paying in full", source=ASSUMED
    )
    sum_strain_ppm: int = share(
        0, "fall of that chance for each 1,000 of strain", neutral=0, source=ASSUMED
    )
    sum_quiet_days: int = number(
        0,
        "who buys less than once in so many days wants large sums less often, in proportion",
        ge=0,
        le=3_660,
        unit="days",
        neutral=0,
        source=ASSUMED,
    )
    sum_limit_fen: int = money(
        0,
        "limit at which large sums are half as frequent as at the least",
        neutral=0,
        source=ASSUMED,
    )
    again_ppm: int = share(
        0,
        "chance to draw a part of a bill of the whole limit again once it is paid off, less by its "
        "share of the limit",
        neutral=0,
        source="assumed; a third of lines used to nine tenths and paid off for the most part are "
        "drawn on by 30 % and more in the same month (UCI, Taiwan 2005)",
    )
    sum_fen: int = money(1_000_000, "median of a large sum", source=ASSUMED)
    sum_sigma_ppm: int = number(
        1_000_000,
        "spread of the logarithm of large sums",
        ge=0,
        le=3_000_000,
        unit="ppm",
        source=ASSUMED,
    )
