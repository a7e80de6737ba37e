"""Records of replications with made-up numbers, for tests of what is written from them."""

import datetime as dt

import numpy as np

from sim.account import Account
from sim.day import Totals
from sim.engines.packed import Accounts
from sim.environment import course
from sim.kinds import BUCKETS, AutoDebit, Bucket, Hold, Proof, Standing, Status, Way
from sim.month import BucketTotals, RollTotals, VintageTotals
from sim.results.record import Record, month_ends
from sim.rows import columns, empty_table
from sim.scenario import from_tree
from sim.user import User

CODES = {
    "status": len(Status),
    "auto_debit": len(AutoDebit),
    "standing": len(Standing),
    "bucket": len(Bucket),
    "sex": 2,
    "way": len(Way),
    "hold": len(Hold),
    "proof": len(Proof),
}


def small_scenario(**run):
    values = {"start": dt.date(2024, 1, 20), "days": 70, "burn_in_days": 25, "users": 50, "seed": 7}
    return from_tree({"run": values | run})


def made_record(scenario, replication=0):
    """Return a record in which every column holds numbers that tell it from the others."""
    luck = np.random.default_rng((scenario.run.seed, replication))
    run = scenario.run
    days = run.burn_in_days + run.days
    first = np.datetime64(run.start - dt.timedelta(days=run.burn_in_days))
    dates = first + np.arange(days).astype("m8[D]")
    months = np.unique(dates.astype("M8[M]"))
    segments = len(scenario.population.segments)
    counted = {
        "totals": _made(Totals, luck, days, segments),
        "opening": _made(Totals, luck, segments),
        "buckets": _made(BucketTotals, luck, len(months), segments, BUCKETS),
        "rolls": _made(RollTotals, luck, len(months), segments, BUCKETS, BUCKETS),
        "vintages": _made(VintageTotals, luck, len(months), len(months) + 1),
    }
    limits = CODES | {"region": len(scenario.population.regions), "segment": segments}
    users = _made(User, luck, run.users, below=limits)
    users["user"] = np.arange(run.users)
    return Record(
        scenario=scenario,
        replication=replication,
        dates=dates,
        burn_in=run.burn_in_days,
        users=users,
        held=Accounts(_made(Account, luck, run.users, 1, below=limits)),
        months=months,
        months_ended=int((month_ends(months) <= dates[-1]).sum()),
        days=course(scenario).days,
        friends=luck.integers(0, 101, (-(-days // 3), run.users, 3)).astype(np.int8),
        circles=np.sort(luck.integers(0, 512, (-(-days // 3), 3, 2)), axis=-1)[..., ::-1],
        **counted,
    )


def _made(row, luck, *shape, below=None):
    table = empty_table(row, *shape)
    for column in columns(row):
        full = (*shape, column.length) if column.length else shape
        most = min((below or {}).get(column.name, 1_000), column.unit.high)
        table[column.name] = luck.integers(0, most, full)
    return table
