"""The pass over all accounts at a month end."""

from __future__ import annotations

from sim.compiled import kernel
from sim.kinds import Bucket, Standing
from sim.rows import Table
from sim.rules.month_end import bucket_of, count_bucket, count_roll, count_vintage
from sim.units import NEVER


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
    env = days[day]
    for i in range(users.shape[0]):
        segment = users[i].segment
        for k in range(accounts.shape[1]):
            account = accounts[i, k]
            never_held = account.opened_on == NEVER and account.standing == Standing.NONE
            if never_held and account.bucket == Bucket.CLOSED:
                continue
            bucket = bucket_of(account, env)
            count_bucket(account, buckets[segment, bucket, k])
            count_roll(account, bucket, rolls[segment, account.bucket, bucket, k])
            cohort = vintages.shape[0] - 1
            if account.opened_on >= 0:
                cohort = days[account.opened_on].month
            count_vintage(users[i], account, vintages[cohort, k])
