"""What users shared in a run, taken from its tables: it cannot be had from one user alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import barrier
from sim.arms import Arms
from sim.rows import Table
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.record import Record
    from sim.results.run import Run


class Shared(NamedTuple):
    """Counts of the whole population, where anything depends on them."""

    known_from: int  # the first simulated day from which they are known
    invitable: NDArray[np.int64]  # shape (days,)
    collected: NDArray[np.int64]  # shape (days,)
    invitable_beside: NDArray[np.int64]  # shape (days, other products)
    friends_good: NDArray[np.int64]  # shape (barriers, circles), of 100; empty without circles
    ties: Callable[[int], NDArray[np.int8]] | None = None  # what a user saw, (barriers, LOOKS)

    def write_into(self, days: Table) -> None:
        """Write the counts into Environment rows, shape (days,)."""
        days["invitable"] = self.invitable
        days["collected"] = self.collected
        others = self.invitable_beside.shape[1]
        days["invitable_beside"][:, :others] = self.invitable_beside


def nothing_shared(days: int) -> Shared:
    """Return what is shared where nothing couples users."""
    none = np.zeros(days, dtype=np.int64)
    nobody = np.zeros((days, 0), dtype=np.int64)
    return Shared(0, none, none, nobody, np.zeros((0, 0), dtype=np.int64))


def shared_in_record(record: Record, days: Table, arms: Arms, label: str) -> Shared:
    """Return what was shared in a replication that is still in memory. Raises ScenarioError.

    days: Environment rows of the run, which are written to.
    """
    barrier.meet(days, record.by("totals"), 0, len(days))
    ties = None
    if barrier.by_ties(arms):
        if not record.friends.size:
            raise _not_kept(label)
        seen, numbers = record.friends, record.users["user"].tolist()
        ties = lambda number: seen[:, numbers.index(number)]  # noqa: E731  one use
    elif barrier.befriends(arms) and not record.circles.size:
        raise _missing(label, "circles", "circles of friends weigh in this scenario")
    names = ("invitable", "collected", "invitable_beside")
    counts = [days[name].copy() for name in names]
    invitable, collected, beside = counts
    return Shared(0, invitable, collected, beside, _percent(record.circles), ties)


def shared_in_tables(run: Run, days: Table, arms: Arms, replication: int, label: str) -> Shared:
    """Return what was shared, from `environment` and `circles`. Raises ScenarioError.

    `environment` has a row a day; days before the first reported one have numbers below 0.
    """
    if not barrier.couples(arms):
        return nothing_shared(len(days))
    rows = _rows(run, "environment", replication, label, "users share invitations and collection")
    burn_in = run.scenario.run.burn_in_days
    at = rows["day"].to_numpy() + burn_in
    counts = {name: np.zeros(len(days), dtype=np.int64) for name in ("invitable", "collected")}
    for name, column in counts.items():
        column[at] = rows[name].to_numpy()
    circles = np.zeros((0, 0, 2), dtype=np.int64)
    ties = None
    if barrier.by_ties(arms):
        ties = _ties(run, replication, label)
    elif barrier.befriends(arms):
        met = _rows(run, "circles", replication, label, "circles of friends weigh in this scenario")
        circles = _circles(met, burn_in, len(days))
    known_from = int(at.min()) if len(at) else len(days)
    beside = np.zeros((len(days), len(run.scenario.beside)), dtype=np.int64)
    for k, product in enumerate(run.scenario.beside):
        beside[at, k] = rows[f"invitable_{product.label}"].to_numpy()
    invitable, collected = counts["invitable"], counts["collected"]
    return Shared(known_from, invitable, collected, beside, _percent(circles), ties)


def _rows(run: Run, name: str, replication: int, label: str, why: str) -> pd.DataFrame:
    if name not in run.tables:
        raise _missing(label, name, why)
    rows = run.read(name)
    return rows[rows["replication"] == replication] if "replication" in rows else rows


def _ties(run: Run, replication: int, label: str) -> Callable[[int], NDArray[np.int8]]:
    """Return what finds the friends a user saw at each barrier, in the table `friends`."""
    if "friends" not in run.tables:
        raise _not_kept(label)

    @cache
    def seen(number: int) -> NDArray[np.int8]:
        rows = run.read("friends")
        row = rows[(rows["user"] == number) & (rows["replication"] == replication)].iloc[0]
        return np.stack([row[name] for name in ("good", "active", "late")], axis=1)

    return seen


def _circles(rows: pd.DataFrame, burn_in: int, days: int) -> NDArray[np.int64]:
    """Return counts at each barrier, shape (barriers, circles, 2), from a row a day and circle."""
    at = (rows["day"].to_numpy() + burn_in) // barrier.DAYS
    circle = rows["circle"].to_numpy()
    counts = np.zeros((-(-days // barrier.DAYS), int(circle.max(initial=0)) + 1, 2), dtype=np.int64)
    counts[at, circle, 0] = rows["users"].to_numpy()
    counts[at, circle, 1] = rows["good"].to_numpy()
    return counts


def _percent(circles: NDArray[Any]) -> NDArray[np.int64]:
    """Return how many of 100 were in good standing, as `barrier.look_around` writes it."""
    percent: NDArray[np.int64] = 100 * circles[..., 1] // np.maximum(circles[..., 0], 1)
    return percent


def _not_kept(label: str) -> ScenarioError:
    wanted = "wanted output.friends = true in the run to explain a user, since close ties weigh"
    return ScenarioError([f"{label}: {wanted} in this scenario (found false)"])


def _missing(label: str, name: str, why: str) -> ScenarioError:
    wanted = f"wanted the table {name} to explain a user, since {why}"
    return ScenarioError([f"{label}: {wanted} (found none)"])
