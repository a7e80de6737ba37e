"""A finished run continued from one of its days under other numbers.

A fork is the run of a scenario like any other: the run's own until the day, the other's from then
on, by a policy of that day. Running that scenario from its start gives the same bits.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.environment import course
from sim.results import checkpoint
from sim.results.draft import KEPT
from sim.results.faults import refused
from sim.scenario import Scenario, ScenarioError, from_tree
from sim.scenario.notation import inline
from sim.scenario.policies import CHANGEABLE
from sim.scenario.shelf import FIRST
from sim.scenario.tree import Steps, Tree, dotted, value_at
from sim.study.levers import SHARED, as_file, levers, tree_of

if TYPE_CHECKING:
    from sim.engines.state import State
    from sim.results import Run
    from sim.results.event_parts import EventParts
    from sim.rows import Table


def forked(a: Scenario, b: Scenario, day: int) -> Scenario:
    """Return the scenario that is A before a reported day and B from it on.

    Keys that policies may change are changed by one more policy; environment and days are B's.
    Raises ScenarioError where the two differ before that day.
    """
    date = a.run.start + dt.timedelta(days=day)
    faults = [_unlike(key, a, b) for key in SHARED if key != "days"]
    if not 0 <= day < b.run.days:
        faults.append(f"{b.source}: run.days: wanted more than {day} days (found {b.run.days})")
    tree, other = tree_of(a), tree_of(b)
    settings = {}
    for path in levers(a, b):
        if _is_dated(path):
            _put(tree, path, value_at(other, path))
        elif path[0] in CHANGEABLE:
            settings[dotted(path)] = value_at(other, path)
        elif path[0] != "policy":
            faults.append(_fixed(path, tree, other, b.source))
    faults += _before(a, b, date)
    lines = [fault for fault in faults if fault]
    if lines:
        raise ScenarioError(lines)
    tree["policy"] = [
        *(p for p in tree["policy"] if p["date"] < date),
        *([_policy(b.name, date, settings)] if settings else []),
        *(p for p in other["policy"] if p["date"] >= date),
    ]
    tree["run"] |= {key: other["run"][key] for key in ("days", "name", "description")}
    tree["output"] = other["output"]
    tree.pop("precision", None)  # a fork has the replications of its run
    made = from_tree(as_file(tree), source=b.source).called(b.name)
    _check_days(a, made, day)
    return made


def beginning(run: Run, scenario: Scenario, day: int) -> Branching:
    """Return where the replications of a fork begin: the last state kept before the reported day.

    Raises ScenarioError where there is none, and where the fork wants events that the run's past
    does not hold.
    """
    if run.folder is None:
        raise ScenarioError(["fork: wanted a run folder (found a run in memory)"])
    kept, wanted = (side.output.events_ppm for side in (run.scenario, scenario))
    if wanted > kept:
        words = f"wanted at most {kept}, the share whose past the run has kept (found {wanted})"
        raise ScenarioError([f"{scenario.source}: output.events_ppm: {words}"])
    lived = run.scenario.run.burn_in_days + day
    for replication in range(run.scenario.run.replications):
        folder = run.folder / KEPT / f"{replication:04d}"
        days = checkpoint.stored_days(folder)
        if not any(stored <= lived for stored in days):
            known = [stored - run.scenario.run.burn_in_days for stored in days]
            words = f"a state kept on day {day} or before; see paylater run --checkpoint-every"
            raise refused(folder, words, f"days {known}" if known else "none")
    return Branching(run.folder, run.scenario, lived)


class Branching:
    """A `sim.simulation.Beginning`: the states that a run kept, and the events before them."""

    def __init__(self, folder: Path, scenario: Scenario, lived: int) -> None:
        """Take the folder of a run of a scenario; lived: simulated days before the fork."""
        self._folder, self._scenario, self._lived = folder, scenario, lived

    def state(self, scenario: Scenario, replication: int) -> State:
        """Return the last state kept before the day. Raises ScenarioError for one that differs."""
        from sim.engines.state import branched

        place = self._folder / KEPT / f"{replication:04d}"
        stored = max(day for day in checkpoint.stored_days(place) if day <= self._lived)
        kept = checkpoint.read(place / f"{stored:06d}")
        try:
            return branched(scenario, replication, stored, kept.arrays)
        except ValueError as error:
            raise ScenarioError([f"{scenario.source}: {error}"]) from None

    def log(self, state: State, parts: EventParts) -> None:
        """Take over the events of users who are logged in the fork too."""
        from sim.results.event_parts import FOLDER
        from sim.results.event_rows import Keys
        from sim.results.stored_events import stored_events, stored_opening

        folder, keys = self._folder / FOLDER, Keys.of(self._scenario, state.replication)
        users = state.users["user"][np.flatnonzero(state.logged)]

        def logged(rows: Table) -> Table:
            return rows[np.isin(rows["user"], users)]

        past = (logged(events) for events in stored_events(folder, keys, state.day))
        opening = logged(stored_opening(folder, keys))
        parts.take_over(opening, (events for events in past if len(events)))


def _is_dated(path: Steps) -> bool:
    """Tell whether a key has dates of its own: the environment, the opening of a product."""
    return path[0] == "environment" or (path[0] == FIRST and path[-1] == "rollout")


def _policy(name: str, date: dt.date, settings: dict[str, Any]) -> dict[str, Any]:
    return {"name": f"fork: {name}", "date": date, "share_ppm": 1_000_000, "set": settings}


def _put(tree: Any, path: Steps, value: Any) -> None:
    for step in path[:-1]:
        tree = tree[step]
    tree[path[-1]] = value


def _unlike(key: str, a: Scenario, b: Scenario) -> str:
    there, here = getattr(a.run, key), getattr(b.run, key)
    if there == here:
        return ""
    return (
        f"{b.source}: run.{key}: wanted {inline(there)}, as the run has it (found {inline(here)})"
    )


def _fixed(path: Steps, tree: Tree, other: Tree, source: str) -> str:
    there, here = (inline(value_at(side, path)) for side in (tree, other))
    wanted = f"wanted {there}, as the run has it, for it cannot change on a day"
    return f"{source}: {dotted(path)}: {wanted} (found {here})"


def _before(a: Scenario, b: Scenario, date: dt.date) -> list[str]:
    """Return a line if policies before the day of the fork differ."""
    there, here = ([p for p in side.policy if p.date < date] for side in (a, b))
    if there == here:
        return []
    words = f"wanted those of the run before {date}, {len(there)} of them"
    return [f"{b.source}: policy: {words} (found {len(here)}, or others)"]


def _check_days(a: Scenario, made: Scenario, day: int) -> None:
    """Raise ScenarioError where the environment differs before the day of the fork."""
    lived = a.run.burn_in_days + day
    one, other = (course(side).days[:lived] for side in (a, made))
    differ = [name for name in one.dtype.names or () if not np.array_equal(one[name], other[name])]
    if differ:
        words = f"wanted the run's before day {day} (found another {', '.join(differ)})"
        raise ScenarioError([f"{made.source}: environment: {words}"])
