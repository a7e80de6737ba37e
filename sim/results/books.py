"""The books of the reported days: every named account of `sim.ledger`, day by day and by segment.

Flows are posted as they were booked. At the close of a day come the costs, the allowance, and what
capital and funding bring or take, so that equity is its share of the receivables and no cash is
left. Costs accrue exactly: what has accrued since the first reported day is rounded once,
half-even, and a day bears the difference, so that no fraction is ever lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kinds import FLOWS
from sim.ledger import CLOSING, LEDGERS, POSTINGS, RECEIVABLES, RESULT, Close, Ledger
from sim.units import PPM

if TYPE_CHECKING:
    from sim.scenario.sections import Accounting

Fens = NDArray[np.int64]

YEAR = 365  # days of interest on funding
_MONTHS = 377_580  # a month of 28, 29, 30 or 31 days goes into it by whole days

# The principal of accounts that many days past due or more, as `daily` has it.
LATE = ("principal", *(f"principal_late_{days}" for days in (1, 31, 61, 91)))


class Days(NamedTuple):
    """What the books are kept from; arrays of shape (days, segments, ...)."""

    dates: NDArray[np.datetime64]
    flows: Fens  # (days, segments, FLOWS)
    held: Fens  # (days, segments, receivables and SUSPENDED): at the close
    late: Fens  # (days, segments, LATE): principal by days past due, each with those beyond
    active: Fens  # accounts at the close


class Opening(NamedTuple):
    """What was there before the first reported day, by segment."""

    held: Fens  # (segments, receivables and SUSPENDED)
    allowance: Fens


class Books(NamedTuple):
    """Balances, debits above 0. The first row is the opening."""

    balances: Fens  # (days + 1, segments, LEDGERS)
    held: Fens  # (days + 1, segments, receivables and SUSPENDED): as accounts have it

    @property
    def results(self) -> Fens:
        """Income above 0 and expenses below, by day, shape (days, segments, LEDGERS)."""
        turned: Fens = -np.diff(self.balances, axis=0)
        return turned


HELD = (*RECEIVABLES, Ledger.SUSPENDED)


def allowance(late: Fens, accounting: Accounting) -> Fens:
    """Return the allowance for losses, in fen, rounded once; late: (..., LATE)."""
    c = accounting.coverage
    ppm = (c.current_ppm, c.m1_ppm, c.m2_ppm, c.m3_ppm, c.m4_ppm)
    beyond = np.append(late[..., 1:], np.zeros_like(late[..., :1]), axis=-1)
    weighed = ((late - beyond).astype(object) * np.array(ppm, dtype=object)).sum(axis=-1)
    return _rounded(weighed, PPM)


def kept(days: Days, opening: Opening, accounting: Accounting) -> Books:
    """Return the books of some days in a row."""
    count, segments, _ = days.flows.shape
    covered = np.concatenate([[opening.allowance], allowance(days.late, accounting)])
    held = np.concatenate([[opening.held], days.held])
    carried = _carried(held) - covered
    equity = _rounded(carried.astype(object) * accounting.equity_ppm, PPM)
    closes = np.zeros((count, segments, len(Close)), dtype=np.int64)
    closes[..., Close.OPERATING_COST] = _spread(_operating(days, accounting), _MONTHS)
    closes[..., Close.ALLOWANCE] = np.diff(covered, axis=0)
    moved = days.flows @ _effects(POSTINGS, FLOWS)
    costs = _effects(CLOSING, len(Close))
    moved += closes @ costs
    start = _start(opening, carried[0], equity[0])
    accrued, funding = np.zeros(segments, dtype=object), -start[:, Ledger.FUNDING]
    for day in range(count):
        before = _rounded(accrued, YEAR * PPM)
        accrued = accrued + funding.astype(object) * accounting.funding_year_ppm
        close = np.zeros((segments, len(Close)), dtype=np.int64)
        close[:, Close.FUNDING_COST] = _rounded(accrued, YEAR * PPM) - before
        profit = -(moved[day] + close @ costs)[:, RESULT].sum(axis=-1)
        close[:, Close.CAPITAL] = equity[day + 1] - equity[day] - profit
        close[:, Close.FUNDING] = -(moved[day] + close @ costs)[:, Ledger.CASH]
        moved[day] += close @ costs
        funding = funding + close[:, Close.FUNDING]
    return Books(np.cumsum(np.concatenate([[start], moved]), axis=0), held)


def together(books: Sequence[Books]) -> Books:
    """Return the books of several products as one, product by product along the segments."""
    balances = np.concatenate([one.balances for one in books], axis=1)
    return Books(balances, np.concatenate([one.held for one in books], axis=1))


def _effects(postings: dict[Any, Any], count: int) -> Fens:
    """Return what a fen of each flow does to each account, shape (flows, LEDGERS)."""
    effects = np.zeros((count, LEDGERS), dtype=np.int64)
    for flow, posting in postings.items():
        effects[flow, posting.debit] += 1
        effects[flow, posting.credit] -= 1
    return effects


def _carried(held: Fens) -> Fens:
    """Return receivables less what of them is suspended."""
    carried: Fens = held[..., :-1].sum(axis=-1) - held[..., -1]
    return carried


def _start(opening: Opening, carried: Fens, equity: Fens) -> Fens:
    """Return the balances that the books open with: nothing was earned before."""
    start = np.zeros((len(carried), LEDGERS), dtype=np.int64)
    start[:, HELD] = opening.held
    start[:, Ledger.SUSPENDED] *= -1
    start[:, Ledger.ALLOWANCE] = -opening.allowance
    start[:, Ledger.CAPITAL] = -equity
    start[:, Ledger.FUNDING] = equity - carried
    return start


def _operating(days: Days, accounting: Accounting) -> NDArray[Any]:
    """Return the operating cost of each day, in parts of a fen (`_MONTHS`)."""
    months = days.dates.astype("M8[M]")
    ends = (months + np.timedelta64(1, "M")).astype("M8[D]")
    lengths = (ends - months.astype("M8[D]")).astype(np.int64)
    a_day = (_MONTHS // lengths).astype(object) * accounting.account_month_fen
    costs: NDArray[Any] = days.active.astype(object) * a_day[:, None]
    return costs


def _spread(parts: NDArray[Any], whole: int) -> Fens:
    """Return whole fen by day of what accrues in parts of a fen; the rest is carried on."""
    total = _rounded(np.cumsum(parts, axis=0), whole)
    spread: Fens = np.diff(total, axis=0, prepend=0)
    return spread


def _rounded(parts: NDArray[Any], whole: int) -> Fens:
    """Return `parts / whole`, half-even; parts: Python ints, which do not overflow."""
    floor = parts // whole
    twice = 2 * (parts - floor * whole)
    up = (twice > whole) | ((twice == whole) & (floor % 2 == 1))
    rounded: Fens = floor.astype(np.int64) + up.astype(np.int64)
    return rounded
