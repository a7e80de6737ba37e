"""One task of a study: a replication of one or several scenario files, lived and put into tables.

A task names files and holds plain values only, so that it can be sent to any process or machine
that sees the files; what comes back does not depend on where it was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.study.outcomes import DERIVED, derived

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.results.record import Record
    from sim.scenario import Scenario

BOOKS = (  # tables besides `daily` that a report of a comparison is made from
    *("daily_by", "cycles", "monthly", "roll_rates", "vintages", "scenes", "repayments", "funnel"),
    *("warnings", "disputes", "collection", "pnl", "balance_sheet", "cost", *DERIVED),
)
SILENT = {"output.events_ppm": 0}  # events would fill memory; they change no other table


class Task(NamedTuple):
    """A replication of scenarios that share its randomness."""

    files: tuple[str, ...]
    replication: int
    threads: int = 1
    first: int = 0  # user
    users: int | None = None  # from `first` on; all if None
    books: bool = False  # whether the tables of BOOKS are wanted too


class Lived(NamedTuple):
    """What a task leaves."""

    daily: list[pa.Table]  # one a file
    swaps: list[pa.Table]  # the first file against each other one
    books: Sequence[pa.Table] = ()  # BOOKS of the first file, then of the next; or none


@contextmanager
def scenario_files(scenarios: Sequence[Scenario]) -> Iterator[tuple[str, ...]]:
    """Yield the names of files that hold scenarios, for as long as they are needed."""
    with TemporaryDirectory(prefix="paylater-") as folder:
        paths = []
        for scenario in scenarios:
            path = Path(folder) / f"{scenario.hash}.toml"
            path.write_text(scenario.to_toml(), encoding="utf-8")
            paths.append(str(path))
        yield tuple(paths)


def lived(task: Task) -> Lived:
    """Live a replication of each scenario of a task; see `sim.study.swap_set` for the swaps."""
    from sim.results.tables import table
    from sim.study.swap_set import Standings, swaps

    daily, standings, books = [], [], []
    for file in task.files:
        record = record_of(file, task.replication, task.threads)
        daily.append(table(record, "daily"))
        standings.append(Standings.of(record))
        books += _books(record) if task.books else []
        del record
    swapped = [swaps(standings[0], other, task.replication) for other in standings[1:]]
    return Lived(daily, swapped, books)


def _books(record: Record) -> list[pa.Table]:
    """Return the tables BOOKS; accounts, from which two are made, are made once."""
    from sim.results.tables import table

    whole = cache(lambda name: table(record, name))

    def read(name: str, columns: list[str]) -> Any:
        return whole(name).select(columns).to_pandas()

    return [derived(name, read) if name in DERIVED else whole(name) for name in BOOKS]


def record_of(file: str, replication: int, threads: int = 1) -> Record:
    """Return a replication of a scenario file after its last day."""
    from sim.results.record import Record
    from sim.simulation import simulate

    return Record.of(simulate(scenario_of(file), threads=threads, replication=replication))


@lru_cache(maxsize=4)
def scenario_of(file: str) -> Scenario:
    """Return the scenario of a file as studies run it."""
    found = whole_scenario_of(file)
    return found.with_(**SILENT) if found.output.events_ppm else found


@lru_cache(maxsize=4)
def whole_scenario_of(file: str) -> Scenario:
    """Return the scenario of a file as it stands, with its events."""
    from sim.scenario import load

    return load(file)
