"""A simulated run as the bank's monthly files would show it: bills, payments, labels, limits.

Bills and payments are those of the event log, added up month by month while the run goes on, so
that the log itself need not be kept. Money is in whole units of a hundred fen, as in the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.calibration.accounts import MONTHS, Accounts, Codes, Floats, payment_classes
from sim.calibration.labels import NO_BILL, Month, next_labels
from sim.draws import WORDS, Purpose, fill_day
from sim.kinds import Flow, Note

if TYPE_CHECKING:
    from sim.engines.state import State
    from sim.rows import Table
    from sim.scenario import Scenario

FEN = 100  # of a unit of money
REPAID = (
    Flow.PRINCIPAL_REPAID,
    Flow.INTEREST_REPAID,
    Flow.PENALTY_REPAID,
    Flow.FEES_REPAID,
)
BEFORE = 4  # months before the first that labels are followed for: one remembers the last
TRANSACTED_SHARE = 0.03  # of full payers, carried as inactive when first looked at
FLOOR_AFTER = 3  # months shown before the minimum has a floor: the July bill is the fourth
TOLD_AHEAD = 4  # months shown in which the data tell how the next bill was paid: until July
LOGGED_PPM = 1_000_000


class Months:
    """A sink of events that keeps what was billed and what was paid, by user and month."""

    def __init__(self, users: int, month_of_day: Codes) -> None:
        """Start with nothing. month_of_day: number of the calendar month of each simulated day."""
        self._month = month_of_day
        size = (users, int(month_of_day[-1]) + 1)
        self.bill, self.paid = np.zeros(size), np.zeros(size)

    def add(self, first: int, events: Table) -> None:  # noqa: ARG002  they say themselves
        """Add the events of one stretch. The last bill of a month counts."""
        for kinds, kept in (((Note.BILL,), self.bill), (REPAID, self.paid)):
            some = events[np.isin(events["kind"], [kind.value for kind in kinds])]
            at = some["user"], self._month[some["day"]]
            np.add.at(kept, at, some["amount"] / FEN)


def observed(
    scenario: Scenario, *, replication: int = 0, threads: int = 1, months: Sequence[str] = MONTHS
) -> Accounts:
    """Return what one replication of a scenario looks like in a bank's monthly files.

    months: the six that are shown, each as YYYY-MM; the run must reach to the end of the last.
    Raises ValueError for a run that does not cover them.
    """
    from sim.engines.state import start
    from sim.simulation import engine_of, live

    state = start(_logged(scenario), replication)
    month = state.course.days["month"].astype(np.int64)
    ledger = Months(len(state.users), month)
    state.events = ledger
    engine = engine_of("table", state, threads)
    try:
        live(state, engine)
    finally:
        engine.close()
    return _shown(state, ledger, _first_month(scenario, months, int(month[-1]) + 1), len(months))


def _logged(scenario: Scenario) -> Scenario:
    if scenario.output.events_ppm == LOGGED_PPM:
        return scenario
    return scenario.with_(**{"output.events_ppm": LOGGED_PPM})


def _first_month(scenario: Scenario, months: Sequence[str], count: int) -> int:
    """Return the number of the first shown month, counted from the first simulated one."""
    import datetime as dt

    first = scenario.run.start - dt.timedelta(days=scenario.run.burn_in_days)
    year, month = (int(part) for part in months[0].split("-"))
    at = (year - first.year) * 12 + month - first.month
    if at < 0 or at + len(months) > count:
        found = f"{count} months from {first:%Y-%m} on"
        raise ValueError(f"run: wanted months {months[0]} to {months[-1]} (found {found})")
    return at


def _shown(state: State, ledger: Months, first: int, count: int) -> Accounts:
    begin = max(first - BEFORE, 0)
    bill, paid = np.rint(ledger.bill[:, begin:]), np.rint(ledger.paid[:, begin:])
    limit = state.accounts["first_limit"][:, 0] / FEN
    seen = slice(first - begin, first - begin + count)
    age = state.users["age"].astype(np.float64)
    key = (state.scenario.run.seed, state.replication)
    label = _labels(bill, paid, first - begin, key)
    return Accounts(limit, age, bill[:, seen], paid[:, seen], label[:, seen])


def _luck(seed: int, replication: int, months: int, clients: int) -> Floats:
    """Return a number in (0, 1) for each month and client, by key; shape (months, clients)."""
    words = np.empty((months, clients), dtype=np.int64)
    for month in range(months):
        fill_day(seed, replication, month, Purpose.LABEL.value, words[month])
    return (words + 0.5) / WORDS


def _labels(bill: Floats, paid: Floats, shown: int, key: tuple[int, int]) -> Codes:
    """Return the labels of all months, one after another; the last repeats the one before.

    shown: months before the first that is shown. A label needs the payment of the next month, and
    without a bill that of the one after it: a run should go on for a month beyond those shown.
    """
    clients, months = bill.shape
    luck = _luck(*key, months, clients)
    code = payment_classes(bill[:, :-1], paid[:, 1:])
    label = np.zeros(bill.shape, dtype=np.int64)
    before = np.where(code[:, 0] == NO_BILL, -2, np.where(luck[0] < TRANSACTED_SHARE, -2, -1))
    for m in range(months - 1):
        ahead = code[:, min(m + 1, months - 2)]
        floor, told = m >= shown + FLOOR_AFTER, m < shown + TOLD_AHEAD
        month = Month(code[:, m], bill[:, m], paid[:, m + 1], ahead, floor, told)
        before = next_labels(before, month, luck[m])
        label[:, m] = before
    label[:, -1] = before
    return label
