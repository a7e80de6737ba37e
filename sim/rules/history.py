"""The trailing 90 days of a user, in bins that close every 72 hours on the user's own clock.

The open bin is kept apart, so that the days between two closes touch nothing else.
"""

from __future__ import annotations

from sim.compiled import scalar
from sim.user import BINS, COUNT_BINS, WALLET_BINS, User


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
