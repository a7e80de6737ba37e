"""The pass over all accounts at a month end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import borrowed, halves, kernel, scalar
from sim.engines.packed import put_down, take_out
from sim.kinds import Bucket, Standing
from sim.rows import Table
from sim.rules.month_end import bucket_of, count_bucket, count_roll, count_vintage
from sim.units import NEVER

if TYPE_CHECKING:
    from sim.account import Account
    from sim.user import User


@scalar
def close_accounts(
    user: User,
    accounts: list[Account],
    day: int,
    days: Table,
    buckets: Table,
    rolls: Table,
    vintages: Table,
) -> None:
    """Count one user's accounts at the close of `day`, as `close_month` does."""
    env = days[day]
    segment = user.segment
    for k in range(len(accounts)):
        account = accounts[k]
        never_held = account.opened_on == NEVER and account.standing == Standing.NONE
        if never_held and account.bucket == Bucket.CLOSED:
            continue
        bucket = bucket_of(account, env)
        count_bucket(account, buckets[segment, bucket, k])
        count_roll(account, bucket, rolls[segment, account.bucket, bucket, k])
        cohort = vintages.shape[0] - 1
        if account.opened_on >= 0:
            cohort = days[account.opened_on].month
        count_vintage(user, account, vintages[cohort, k])


@kernel
def close_month(
    users: Table,
    accounts: Table,
    days: Table,
    day: int,
    buckets: Table,
    rolls: Table,
    vintages: Table,
) -> None:
    """Count every account at the close of `day`; buckets, rolls and vintages are this month's.

    buckets (segments, BUCKETS, products), rolls (segments, BUCKETS, BUCKETS, products),
    vintages (cohorts + 1, products).
    """
    for i in range(users.shape[0]):
        close_accounts(users[i], accounts[i], day, days, buckets, rolls, vintages)


@kernel
def close_block(
    users: Table,
    accounts: Table,
    has: NDArray[np.bool_],
    rare: Table,
    at: NDArray[np.int64],
    own_rare: Any,
    days: Table,
    day: int,
    buckets: Table,
    rolls: Table,
    vintages: Table,
) -> None:
    """As `close_month`, for a `sim.engines.packed.Block`; scratch as in `live_stretch`."""
    users, accounts, has = borrowed(users), borrowed(accounts), borrowed(has)
    rare, own_rare, at, days = borrowed(rare), borrowed(own_rare), borrowed(at), borrowed(days)
    buckets, rolls, vintages = borrowed(buckets), borrowed(rolls), borrowed(vintages)
    for i in range(users.shape[0]):
        take_out(has[i], rare, at, own_rare)
        own_accounts = halves(accounts[i], own_rare, True)
        close_accounts(users[i], own_accounts, day, days, buckets, rolls, vintages)
        put_down(own_rare, has[i])
