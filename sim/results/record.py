"""The raw outcome of one replication, as an engine leaves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engines.packed import Accounts
from sim.events import InMemory
from sim.rows import Table, of_all_products

if TYPE_CHECKING:
    from sim.engines.state import State
    from sim.scenario.sections import Scenario

Dates = NDArray[np.datetime64]

COUNTED = ("opening", "totals", "buckets", "rolls", "vintages")
_DAY_BACK, _MONTH = np.timedelta64(-1, "D"), np.timedelta64(1, "M")


@dataclass(eq=False, kw_only=True)
class Record:
    """One replication after its last day; nothing in it is converted yet."""

    scenario: Scenario
    replication: int
    dates: Dates  # datetime64[D], every simulated day
    burn_in: int  # days at the start that are not reported
    users: Table  # User, shape (users,)
    held: Accounts  # their accounts
    opening: Table  # Totals of the accounts before the first simulated day, shape (segments,)
    totals: Table  # Totals, shape (days, segments)
    buckets: Table  # BucketTotals, shape (months, segments, BUCKETS)
    rolls: Table  # RollTotals, shape (months, segments, BUCKETS, BUCKETS)
    vintages: Table  # VintageTotals, shape (months, cohorts); a cohort beyond the months is older
    months: Dates  # datetime64[M], every simulated month
    months_ended: int  # of them, those whose last day was simulated
    days: Table  # Environment, shape (days,)
    log: InMemory | None = None  # events, where they are kept in memory
    circles: NDArray[np.int64] = field(  # shape (barriers, circles, 2): here, in good standing
        default_factory=lambda: np.zeros((0, 0, 2), dtype=np.int64)
    )
    friends: NDArray[np.int8] = field(  # shape (barriers, users, 3): what each saw of close friends
        default_factory=lambda: np.zeros((0, 0, 3), dtype=np.int8)
    )

    by_product: dict[str, Table] = field(default_factory=dict)  # the counts, products last

    @classmethod
    def of(cls, state: State) -> Record:
        """Return the record of a state that has lived all its days."""
        dates = state.course.calendar.dates
        months = np.unique(dates.astype("M8[M]"))
        return cls(
            scenario=state.scenario,
            replication=state.replication,
            dates=dates,
            burn_in=state.scenario.run.burn_in_days,
            users=state.users,
            held=state.held,
            opening=of_all_products(state.opening_by),
            totals=of_all_products(state.totals_by),
            buckets=of_all_products(state.buckets_by),
            rolls=of_all_products(state.rolls_by),
            vintages=of_all_products(state.vintages_by),
            months=months,
            months_ended=int((month_ends(months) <= dates[-1]).sum()),
            days=state.course.days,
            log=state.events if state.logging and isinstance(state.events, InMemory) else None,
            circles=state.circles,
            friends=state.friends,
            by_product={name: getattr(state, f"{name}_by") for name in COUNTED},
        )

    @property
    def accounts(self) -> Table:
        """Whole accounts, shape (users, products)."""
        return self.held.whole()

    @property
    def segments(self) -> list[str]:
        """Names of the segments, in the order of the tables."""
        return [segment.name for segment in self.scenario.population.segments]

    @property
    def products(self) -> list[str]:
        """Names of the products, in the order of the accounts."""
        return [product.label for product in self.scenario.products]

    def by(self, name: str) -> Table:
        """Return one of `COUNTED` with the products as one more, last axis."""
        whole: Table = getattr(self, name)
        return self.by_product[name] if len(self.products) > 1 else whole[..., None]

    @property
    def reported_months(self) -> range:
        """Numbers of the simulated months whose last day is a reported one."""
        ends = month_ends(self.months[: self.months_ended])
        first = int(np.searchsorted(ends, self.dates[self.burn_in]))
        return range(first, self.months_ended)


def month_ends(months: Dates) -> Dates:
    """Return the last day of each month, as datetime64[D]."""
    next_months: Dates = (months + _MONTH).astype("M8[D]")
    return next_months + _DAY_BACK
