"""The trailing 90 days of a user, in bins that close every 72 hours on the user's own clock.

The open bin is kept apart, so that the days between two closes touch nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.compiled import scalar, seldom
from sim.day import Environment
from sim.user import BINS, COUNT_BINS, WALLET_BINS, User

if TYPE_CHECKING:
    from sim.params import Terms


@scalar
def close_bins(user: User, clock: int) -> None:
    """Put the open bins in place of the oldest; asked at the close of every third day."""
    user.spend_bins[clock // 3 % BINS] = user.spent_now
    user.wallet_bins[clock // 3 % WALLET_BINS] = user.wallet_now
    user.spent_now = 0
    user.wallet_now = 0
    if clock % 6 == 5:
        user.count_bins[clock // 6 % COUNT_BINS] = user.count_now
        user.count_now = 0


@scalar
def may_have_paused(user: User, clock: int, terms: Terms) -> bool:
    """Tell whether a gap that is too long may have been reached now, by three of its 72 hours.

    Few users paid in neither its first, nor its last, nor one between; `break_use` looks closely.
    """
    last = clock // 3
    bins = terms.gates.longest_gap_days // 3
    spent = user.spend_bins[last % BINS] + user.spend_bins[(last - bins // 2) % BINS]
    return spent + user.spend_bins[(last - bins) % BINS] == 0


@seldom
def break_use(user: User, clock: int, env: Environment, terms: Terms) -> None:
    """Begin the use of the wallet anew after a gap that is too long (R-A4).

    Asked after 72 hours without a payment; a gap is counted in whole ones of these, as far as the
    run and the bins go back.
    """
    last = clock // 3
    empty = 0
    while empty < BINS and user.spend_bins[(last - empty) % BINS] == 0:
        empty += 1
    lived = env.day - max(user.joins_on, 0) + 1
    if min(3 * empty, lived) > terms.gates.longest_gap_days:
        user.used_since = env.day
