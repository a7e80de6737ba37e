"""A run in shards of users: on a cluster, or one after another where memory holds no more.

Where nothing couples users, a shard lives the whole run alone; what is counted adds up, and users
follow each other in the files. Where something couples them, shards meet at barriers on a cluster
(`sim.study.lockstep`); elsewhere a replication is one shard.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from numpy.typing import NDArray

from sim import barrier
from sim.arms import arms_of
from sim.engines.state import COUNTED, SEEN, State, branched, start
from sim.results import checkpoint
from sim.results.faults import room_to_write
from sim.results.record import Record
from sim.scenario import Scenario
from sim.simulation import engine_of, live
from sim.study import shard_events
from sim.study.cluster import Cluster
from sim.study.lockstep import aligned, in_step
from sim.study.sending import packed
from sim.study.shard_events import ShardLogs
from sim.study.work import Task, scenario_files, whole_scenario_of

if TYPE_CHECKING:
    from sim.results.draft import Draft
    from sim.study.workers import Workers

USERS = 1_000_000  # of a shard
ADDED = (*COUNTED, *SEEN)  # arrays of shards that add up; `friends` are kept of one shard only
PEOPLE = ("users", "accounts")

Arrays = dict[str, NDArray[Any]]


class Shard(NamedTuple):
    """Users first .. first + users - 1 of a replication."""

    replication: int
    first: int
    users: int


def shards_of(scenario: Scenario, users: int = USERS, *, meeting: bool = False) -> list[Shard]:
    """Return the shards of a run, replication by replication; how it is cut never shows.

    meeting: they can meet at barriers, so that users may share something.
    """
    everyone, arms = scenario.run.users, arms_of(scenario)
    apart = meeting or not barrier.couples(arms)
    size = min(aligned(users, arms), everyone) if apart else everyone
    return [
        Shard(replication, first, min(size, everyone - first))
        for replication in range(scenario.run.replications)
        for first in range(0, everyone, size)
    ]


def run_shards(
    draft: Draft,
    workers: Workers,
    *,
    users: int = USERS,
    threads: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    hears: Callable[[int], None] | None = None,
) -> bool:
    """Run what is left of a draft shard by shard; tell whether it got to its end.

    users: of a shard. stop: asked after each. hears: how many user-days are lived. The events of
    a shard are in memory until it is done.
    """
    scenario = draft.scenario
    meeting = isinstance(workers, Cluster)
    cut = shards_of(scenario, users, meeting=meeting)
    shards = [one for one in cut if one.replication not in draft.finished]
    left = [shard for shard in shards if not _place(draft, shard).is_dir()]
    days = scenario.run.burn_in_days + scenario.run.days
    done = scenario.run.users * scenario.run.replications - sum(shard.users for shard in left)
    with scenario_files([scenario]) as files:
        each = workers.threads(threads)
        tasks = [Task(files, one.replication, each, one.first, one.users) for one in left]
        for number, arrays in _each_done(workers, tasks, scenario):
            with room_to_write(draft.out):
                checkpoint.write(_place(draft, left[number]), arrays, left[number]._asdict())
            done += left[number].users
            if hears is not None:
                hears(done * days)
            if stop():
                return False
    for replication in sorted({shard.replication for shard in shards}):
        _put_together(draft, [one for one in shards if one.replication == replication])
    return True


def _each_done(
    workers: Workers, tasks: list[Task], scenario: Scenario
) -> Iterator[tuple[int, Arrays]]:
    """Yield number and arrays of each shard that is done."""
    coupled = barrier.couples(arms_of(scenario))
    if not (coupled and isinstance(workers, Cluster)):
        yield from workers.each_done(shard_lived, tasks)
        return
    days = scenario.run.burn_in_days + scenario.run.days
    for replication in sorted({task.replication for task in tasks}):
        mine = [(k, task) for k, task in enumerate(tasks) if task.replication == replication]
        ends = in_step(workers, [packed(task) for _, task in mine], days)
        for (number, _), end in zip(mine, ends, strict=True):
            standing = end.result()
            yield number, standing.arrays | standing.logged()


def shard_lived(task: Task) -> Arrays:
    """Return users of a shard, what was counted of them, and their events after the last day."""
    scenario = whole_scenario_of(task.files[0])
    state = start(scenario, task.replication, first=task.first, count=task.users)
    shard_events.begin(state)
    engine = engine_of("table", state, task.threads)
    try:
        live(state, engine)
    finally:
        engine.close()
    return state.arrays() | shard_events.log_arrays(state)


def _place(draft: Draft, shard: Shard) -> Path:
    name = f"{shard.first:010d}-{shard.users}"
    return draft.path / "shards" / f"{shard.replication:04d}" / name


def _put_together(draft: Draft, shards: list[Shard]) -> None:
    """Store the tables of a replication from its shards, which are not needed any more."""
    places = [_place(draft, shard) for shard in shards]
    scenario, replication = draft.scenario, shards[0].replication
    counted: Arrays = {}
    for place in places:
        arrays = checkpoint.read(place).arrays
        if len(places) == 1:
            counted = arrays
        elif not counted:
            counted = {name: arrays[name] for name in ADDED}
            counted |= {name: arrays[name][:0].copy() for name in PEOPLE}
        else:
            for name in ADDED:
                _add(counted[name], arrays[name])

    def each() -> Iterator[Record]:
        for place in places:
            people = checkpoint.read(place, PEOPLE).arrays
            yield Record.of(_ended(scenario, replication, counted | people))

    logs = ShardLogs(places, scenario.run.burn_in_days + scenario.run.days)
    # Events are read from the shards, not from the state that stands for all of them.
    record = replace(Record.of(_ended(scenario, replication, counted)), log=None)
    draft.add_shards(record, each, logs if scenario.output.events_ppm else None)
    with room_to_write(draft.out):
        shutil.rmtree(places[0].parent)


def _ended(scenario: Scenario, replication: int, arrays: Arrays) -> State:
    return branched(scenario, replication, scenario.run.burn_in_days + scenario.run.days, arrays)


def _add(sums: NDArray[Any], more: NDArray[Any]) -> None:
    """Add what another shard counted; whole numbers, so the order does not matter."""
    if sums.dtype.names is None:
        sums += more
        return
    for name in sums.dtype.names:
        sums[name] += more[name]
