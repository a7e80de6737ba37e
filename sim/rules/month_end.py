"""Which bucket an account stands in at a month end, and where it came from."""

from __future__ import annotations

from sim.account import Account, days_past_due, owed, past_due, principal
from sim.compiled import scalar
from sim.day import Environment
from sim.kinds import Bucket, Standing
from sim.month import BucketTotals, RollTotals, VintageTotals
from sim.units import NEVER
from sim.user import User


@scalar
def bucket_of(account: Account, env: Environment) -> int:
    """Return the bucket of an account at the close of a day (Bucket)."""
    if account.standing == Standing.CHARGED_OFF:
        return Bucket.CHARGED_OFF.value
    if account.standing == Standing.NONE:
        return Bucket.CLOSED.value
    late = days_past_due(account, env.day)
    if late > 0:
        return min(Bucket.M1.value + (late - 1) // 30, Bucket.M6.value)
    return Bucket.CURRENT.value if owed(account) > 0 else Bucket.UNUSED.value


@scalar
def count_bucket(account: Account, totals: BucketTotals) -> None:
    """Count an account where it stands."""
    totals.accounts += 1
    totals.principal += principal(account)
    totals.past_due += past_due(account)


@scalar
def count_roll(account: Account, bucket: int, totals: RollTotals) -> None:
    """Count an account from where it stood to where it stands, and remember the latter."""
    now = principal(account)
    totals.accounts += 1
    totals.principal += account.bucket_balance
    totals.principal_after += account.written_off if bucket == Bucket.CHARGED_OFF else now
    account.bucket = bucket
    account.bucket_balance = now


@scalar
def count_vintage(user: User, account: Account, totals: VintageTotals) -> None:
    """Count an account into the cohort of its month of opening.

    Limit and score by months of use measure the loop of use, assessment and limit (R-L10).
    """
    totals.accounts += 1
    totals.used += 1 if account.first_used_on != NEVER else 0
    totals.ever_31 += 1 if account.worst_days > 30 else 0
    totals.ever_91 += 1 if account.worst_days > 90 else 0
    totals.charged_off += 1 if account.charged_off_on != NEVER else 0
    totals.principal += principal(account)
    totals.written_off += account.written_off
    totals.recovered += account.recovered
    totals.first_defaults += account.first_default
    if account.standing == Standing.NONE or account.standing == Standing.CHARGED_OFF:
        return
    totals.active += 1
    totals.limit += account.limit
    totals.score += user.score
    if account.lapses == 0 and account.worst_days == 0:
        totals.good += 1
        totals.good_limit += account.limit
        totals.good_first_limit += account.first_limit
