"""Shards of one replication that meet at the 72-hour barriers, on a cluster.

Between two barriers a shard lives on alone; at each, what all of them counted on the eve is added
up in a tree and goes back to each. The states stay where they are; only those counts travel. A
shard that is lost with its worker is lived again from the start by another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import barrier
from sim.arms import Arms
from sim.day import Totals
from sim.engines.state import restored, start
from sim.events import Event, InMemory
from sim.results.position import positions
from sim.rows import Table, empty_table, joined
from sim.simulation import engine_of
from sim.stretches import stretches
from sim.study import shard_events
from sim.study.cluster import Cluster
from sim.study.sending import Sent, carried_out
from sim.study.work import Task, whole_scenario_of

SHARED = ("invitable", "in_collection")  # of Totals: what `sim.barrier` asks for

Counts = NDArray[np.int64]  # shape (days, products, 2): what SHARED names


class Standing(NamedTuple):
    """A shard before a simulated day."""

    day: int
    arrays: dict[str, NDArray[Any]]
    opening: Table | None = None  # what logged users held before day 0, where events are kept
    events: tuple[Table, ...] = ()  # so far

    def logged(self) -> dict[str, NDArray[Any]]:
        """Return the events as arrays to be stored; none where none are kept."""
        if self.opening is None:
            return {}
        return {
            shard_events.OPENING: self.opening,
            shard_events.EVENTS: joined(Event, self.events),
        }


def in_step(cluster: Cluster, shards: list[Sent], days: int) -> list[Any]:
    """Return futures of what the shards of one replication are after the last day (Standing).

    days: simulated days of the run.
    """
    stand: list[Any] = [None] * len(shards)
    everyone: Any = None
    for until in [*range(barrier.DAYS, days, barrier.DAYS), days]:
        stand = [
            cluster.submit(_sent_on, sent, before, everyone, until)
            for sent, before in zip(shards, stand, strict=True)
        ]
        everyone = _tree_sum(cluster, [cluster.submit(counted, one) for one in stand])
    return stand


def lived_until(
    task: Task, before: Standing | None, everyone: Counts | None, until: int
) -> Standing:
    """Return a shard before day `until`, from one before an earlier barrier.

    before: None for the start. everyone: what all shards have counted so far; None at the start.
    """
    scenario = whole_scenario_of(task.files[0])
    log = InMemory()
    if before is None:
        state = start(scenario, task.replication, first=task.first, count=task.users)
        log.opening = positions(state) if state.logging else None
    else:  # what a worker holds is not to be written to
        arrays = {name: array.copy() for name, array in before.arrays.items()}
        state = restored(scenario, task.replication, before.day, arrays)
        log.opening, log.parts = before.opening, [*before.events]
    state.events = log
    state.everyone = _totals(everyone, state.totals_by)
    engine = engine_of("table", state, task.threads)
    cuts = {"start": state.day, "barrier": barrier.DAYS}
    try:
        for stretch in stretches(state.course.days, state.arms.starts, **cuts):
            if stretch.first >= until:
                break
            engine.live(stretch)
    finally:
        engine.close()
    return Standing(state.day, state.arrays(), log.opening, tuple(log.parts))


def counted(standing: Standing) -> Counts:
    """Return what a shard has counted so far of what users share."""
    totals = standing.arrays["totals_by"]
    return np.stack([totals[name].sum(axis=1) for name in SHARED], axis=-1).astype(np.int64)


def aligned(users: int, arms: Arms) -> int:
    """Return a size of shards, no larger if it can be, that cuts through no circle of friends.

    Close ties run between all users of a region: with them a replication is one shard.
    """
    if not barrier.befriends(arms):
        return users
    if barrier.by_ties(arms):
        return arms.plans[0][0].users
    size = arms.plans[0][0].behaviour.applying.community
    return max(users // size * size, size)


def _sent_on(sent: Sent, before: Standing | None, everyone: Counts | None, until: int) -> Standing:
    def on(task: Task) -> Standing:
        return lived_until(task, before, everyone, until)

    standing: Standing = carried_out(on, sent)
    return standing


def _tree_sum(cluster: Cluster, parts: list[Any]) -> Any:
    while len(parts) > 1:
        pairs = [parts[k : k + 2] for k in range(0, len(parts), 2)]
        parts = [cluster.submit(_sum, *pair) if len(pair) > 1 else pair[0] for pair in pairs]
    return parts[0]


def _sum(one: Counts, other: Counts) -> Counts:
    return one + other


def _totals(counts: Counts | None, mine: Table) -> Table:
    """Return counts as the Totals of one segment, as `sim.barrier` reads them."""
    days, _, products = mine.shape
    totals = empty_table(Totals, days, 1, products)
    if counts is not None:
        for k, name in enumerate(SHARED):
            totals[name][:, 0] = counts[..., k]
    return totals
