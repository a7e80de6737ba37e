"""Running a scenario: stretches of days on an engine, from a start or a checkpoint."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol

from sim import barrier
from sim.engines.state import State, restored, start
from sim.events import InMemory
from sim.stretches import LONGEST, Stretch, stretches

if TYPE_CHECKING:
    from sim.results import Run
    from sim.results.draft import Draft
    from sim.results.event_parts import EventParts
    from sim.scenario import Scenario

SAVE_SECONDS = 60.0  # between checkpoints that nobody asked for

EngineName = Literal["table", "agents"]


class Engine(Protocol):
    """What lives the days of a state."""

    def live(self, stretch: Stretch) -> None:
        """Live one stretch of days."""

    def close(self) -> None:
        """Let go of what the engine holds."""


def usable_cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _workers(threads: int | None) -> int:
    if threads is None:
        return usable_cores()
    if threads < 1:
        raise ValueError(f"wanted at least one thread (found {threads})")
    return threads


def engine_of(name: EngineName, state: State, threads: int) -> Engine:
    """Return an engine for a state; mesa is imported only for agents."""
    if name == "agents":
        from sim.engines.agents import AgentsEngine

        return AgentsEngine(state)
    if name != "table":
        raise ValueError(f'wanted "table" or "agents" (found {name!r})')
    from sim.engines.table import TableEngine

    return TableEngine(state, threads)


def live(
    state: State,
    engine: Engine,
    *,
    every: int = 0,
    longest: int = LONGEST,
    on_stretch: Callable[[State], None] | None = None,
) -> None:
    """Live all days that are left.

    every: cut stretches after each so many days, for checkpoints. on_stretch: told after each.
    """
    between = barrier.DAYS if barrier.couples(state.arms) else 0
    cuts = {"start": state.day, "longest": longest, "every": every, "barrier": between}
    for stretch in stretches(state.course.days, state.arms.starts, **cuts):
        engine.live(stretch)
        if on_stretch is not None:
            on_stretch(state)


def simulate(
    scenario: Scenario,
    *,
    engine: EngineName = "table",
    threads: int | None = None,
    replication: int = 0,
    on_stretch: Callable[[State], None] | None = None,
) -> State:
    """Return the state of one replication after its last day, with its events."""
    state = start(scenario, replication)
    if state.logging:
        from sim.results.position import positions

        state.events = InMemory(positions(state))
    _live_on(state, engine, _workers(threads), on_stretch=on_stretch)
    return state


def run(scenario: Scenario, *, engine: EngineName = "table", threads: int | None = None) -> Run:
    """Run a scenario with all its replications in memory.

    engine: "table" (compiled, on `threads` threads, all usable cores if None) or "agents" (Mesa);
    they give the same bits. `Run.save` writes the run folder. A precision that the scenario asks
    for is left to `sim.study.contract`.
    """
    from sim.results import Run
    from sim.results.record import Record

    records = []
    started = time.perf_counter()
    for replication in range(scenario.run.replications):
        state = simulate(scenario, engine=engine, threads=threads, replication=replication)
        records.append(Record.of(state))
    timings = {"days_s": round(time.perf_counter() - started, 3)}
    return Run.of(records, engine=engine, threads=threads, timings=timings)


class Beginning(Protocol):
    """Where replications begin, if not before day 0."""

    def state(self, scenario: Scenario, replication: int) -> State:
        """Return the state that a replication begins with."""

    def log(self, state: State, parts: EventParts) -> None:
        """Put the events before the state's day where those of the days to come will go."""


class Stopped(Exception):  # noqa: N818  not an error: the user asked for it
    """The run was stopped between two stretches; its state is in the draft."""


def run_into(
    draft: Draft,
    *,
    engine: EngineName = "table",
    threads: int | None = None,
    every: int = 0,
    on_stretch: Callable[[State], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
    begin: Beginning | None = None,
) -> None:
    """Run what is left of a draft, replication by replication, keeping checkpoints on the way.

    every: a checkpoint after each so many simulated days, which stays in the run folder; besides,
    one when SAVE_SECONDS have passed since the last, and one when `stop()` tells to stop. Raises
    Stopped then. begin: where replications begin, if not before day 0.
    """
    from sim.results.record import Record

    for replication in range(draft.scenario.run.replications):
        if replication in draft.finished:
            continue
        taken = _taken_up(draft, replication)
        state = taken or (begin.state if begin else start)(draft.scenario, replication)
        if state.logging:
            parts = draft.events(replication)
            if begin is not None and taken is None:
                begin.log(state, parts)
            parts.begin(state)
            state.events = parts
        keeper = _Keeper(draft, every, stop, on_stretch)
        _live_on(state, engine, _workers(threads), every=every, on_stretch=keeper.after)
        draft.add(Record.of(state))


def _live_on(state: State, name: EngineName, threads: int, **options: Any) -> None:
    engine = engine_of(name, state, threads)
    try:
        live(state, engine, **options)
    finally:
        engine.close()


def _taken_up(draft: Draft, replication: int) -> State | None:
    """Return the latest state of a replication in the draft, None if there is none."""
    from sim.results import checkpoint

    kept = draft.kept(replication)
    days = checkpoint.stored_days(kept)
    saved = checkpoint.load(draft.checkpoints)
    if saved is not None and saved.meta["replication"] != replication:
        saved = None
    if days and (saved is None or saved.meta["day"] < days[-1]):
        saved = checkpoint.load(kept)
    if saved is None:
        return None
    return restored(draft.scenario, replication, saved.meta["day"], saved.arrays)


class _Keeper:
    """Saves checkpoints between stretches. When it does never shows in the results."""

    def __init__(
        self,
        draft: Draft,
        every: int,
        stop: Callable[[], bool],
        on_stretch: Callable[[State], None] | None,
    ) -> None:
        self.draft, self.every, self.stop, self.on_stretch = draft, every, stop, on_stretch
        self.saved_at = time.monotonic()

    def after(self, state: State) -> None:
        """Save where it is time to; raise Stopped where that is asked for."""
        if self.on_stretch is not None:
            self.on_stretch(state)
        if state.day == len(state.course.days):
            return
        stopping = self.stop()
        late = time.monotonic() - self.saved_at > SAVE_SECONDS
        if self.every and state.day % self.every == 0:
            self._save(state, stays=True)
        elif stopping or late:
            self._save(state, stays=False)
        if stopping:
            raise Stopped

    def _save(self, state: State, *, stays: bool) -> None:
        from sim.results import checkpoint
        from sim.results.faults import room_to_write

        meta = {"replication": state.replication, "day": state.day}
        with room_to_write(self.draft.out):
            if stays:
                place = self.draft.kept(state.replication) / f"{state.day:06d}"
                checkpoint.write(place, state.arrays(), meta)
            else:
                checkpoint.save(self.draft.checkpoints, state.arrays(), meta)
        self.saved_at = time.monotonic()


def will_compile(scenario: Scenario | None = None) -> bool:
    """Tell whether the table engine has no machine code on disk that it could use.

    Accounts with plans of more than a year have code of their own, and so have several products.
    """
    from sim.account import RING
    from sim.compiled import on_disk
    from sim.engines.table import live_stretch
    from sim.plan import months_kept

    months = RING if scenario is None else months_kept(max(scenario.periods_offered, default=0))
    long = f"('ring_principal', {{'type': NestedArray(int32, ({months},))" if months > RING else ""
    alone = scenario is None or len(scenario.products) == 1
    return not on_disk(live_stretch, lambda types: long in types and ("none" in types) == alone)
