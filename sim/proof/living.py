"""Lives of the small run and of others like it, on one thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.engines.state import State
    from sim.scenario import Scenario


def starting(plan: Scenario, replication: int = 0, **part: int) -> State:
    """Return a scenario's state before its first day; part: first, count of users."""
    from sim.engines.state import start

    return start(plan, replication, **part)


def lived(state: State, **options: Any) -> State:
    """Return a state after its last day; options: as `sim.simulation.live` takes them."""
    from sim.simulation import engine_of, live

    engine = engine_of("table", state, 1)
    try:
        live(state, engine, **options)
    finally:
        engine.close()
    return state


def daily_of(state: State) -> Any:
    """Return the table `daily` of a state after its last day."""
    from sim.results import Run
    from sim.results.record import Record

    return Run.of([Record.of(state)]).daily


def looked_at(plan: Scenario, look: Callable[[State], None]) -> None:
    """Live a scenario day by day and look at each close."""
    lived(starting(plan), every=1, longest=1, on_stretch=look)
