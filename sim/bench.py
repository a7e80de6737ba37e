"""Speed and memory, measured: `python -m sim.bench [--quick] [--json FILE]`.

Every figure is measured on the machine it is printed for. Times a user-day are slopes between a
short and a long run of the same users, so that what comes once cancels; medians over repeats.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sim.account import Account
from sim.engines.state import State, start
from sim.rows import often_dtype, row_dtype
from sim.scenario import Scenario, load
from sim.shipped import home_of
from sim.simulation import engine_of, live
from sim.study.child import child
from sim.study.machine import machine


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    table_users: int
    agents_users: int
    drawn_users: int
    whole_users: int
    repeats: int


FULL = Size(100_000, 2_000, 1_000_000, 1_000_000, 5)
QUICK = Size(5_000, 200, 20_000, 10_000, 3)
FIRST_DAY = (
    "import sys; from sim import load; from sim.simulation import simulate;"
    " simulate(load(sys.argv[1]).with_(users=1_000, days=1))"
)
STATE_USERS = 5_000  # whose accounts are weighed after all days of the scenario
SHORT, LONG = 31, 122  # days; both end with a month of 2024


@dataclass(frozen=True)
class Target:
    """What is wanted of a measure: at most `value`, or at least."""

    value: float
    at_least: bool = False

    def met(self, found: float) -> bool:
        """Tell whether a figure keeps to it."""
        return found >= self.value if self.at_least else found <= self.value


TARGETS = {
    "table, 1 thread": Target(60),
    "table, 2 threads against 1": Target(1.8, at_least=True),
    "state of a user": Target(280),
    "state of an account": Target(200),
    "first run of a version": Target(40),
    "later starts, to the first day": Target(1),
    "Mesa agents": Target(40),
    "a year of 1,000,000 users": Target(25),
    "its peak memory": Target(1_229),
}


@dataclass(frozen=True)
class Measure:
    """One figure."""

    name: str
    value: float
    unit: str
    note: str = ""

    def line(self) -> str:
        """Return it for reading, beside its target."""
        target = TARGETS.get(self.name)
        wanted = ""
        if target is not None:
            sign = "at least" if target.at_least else "at most"
            verdict = "met" if target.met(self.value) else "missed"
            wanted = f"{sign} {target.value:,g}: {verdict}"
        return f"{self.name:34}{self.value:12,.2f} {self.unit:18}{wanted:24}{self.note}".rstrip()


def measures(size: Size) -> Iterator[Measure]:
    """Measure everything, one figure after the other."""
    scenario = load(home_of("scenarios") / "seed_article.toml")
    yield from _starts()
    yield from _table(scenario, size)
    yield _agents(scenario, size)
    yield from _state(scenario)
    yield _population(scenario, size)
    yield from _whole(size)


def _table(scenario: Scenario, size: Size) -> Iterator[Measure]:
    plan = scenario.with_(users=size.table_users, days=LONG)
    one, _ = _slope(plan, "table", 1, size.repeats)
    yield Measure("table, 1 thread", one, "ns a user-day")
    two, cores = _slope(plan, "table", 2, size.repeats)
    note = f"the machine gave {cores:.2f} cores"
    yield Measure("table, 2 threads", two, "ns a user-day", note)
    yield Measure("table, 2 threads against 1", one / two, "times")


def _agents(scenario: Scenario, size: Size) -> Measure:
    plan = scenario.with_(users=size.agents_users, days=LONG)
    spent, _ = _slope(plan, "agents", 1, 1)
    return Measure("Mesa agents", spent / 1e3, "us a user-day", "every user an agent")


def _slope(scenario: Scenario, engine: str, threads: int, repeats: int) -> tuple[float, float]:
    """Return ns a user-day between a short and a long run, and cores in use meanwhile."""
    found, cores = [], []
    for _ in range(repeats):
        state = start(scenario)
        worker = engine_of("agents" if engine == "agents" else "table", state, threads)
        passed: dict[int, tuple[float, float]] = {}

        def mark(now: State, at: dict[int, tuple[float, float]] = passed) -> None:
            at[now.day] = (time.perf_counter(), time.process_time())

        live(state, worker, on_stretch=mark)
        worker.close()
        (wall_0, cpu_0), (wall_1, cpu_1) = passed[SHORT], passed[LONG - 1]
        user_days = scenario.run.users * (LONG - 1 - SHORT)
        found.append((wall_1 - wall_0) * 1e9 / user_days)
        cores.append((cpu_1 - cpu_0) / (wall_1 - wall_0))
    return statistics.median(found), statistics.median(cores)


def _state(scenario: Scenario) -> Iterator[Measure]:
    few = start(scenario.with_(users=STATE_USERS))
    worker = engine_of("table", few, 1)
    live(few, worker)
    worker.close()
    yield Measure("state of a user", few.users.nbytes / STATE_USERS, "bytes")
    front, rare = often_dtype(Account).itemsize, row_dtype(Account).itemsize
    note = f"mean at the end of the line's year: {front} and a flag, {rare} while it lives a day"
    yield Measure("state of an account", few.held.nbytes / STATE_USERS, "bytes", note)


def _population(scenario: Scenario, size: Size) -> Measure:
    start(scenario.with_(users=100, days=1))
    plan = scenario.with_(users=size.drawn_users, days=1)
    seconds = _seconds(lambda: start(plan))
    return Measure("population", seconds, "s", f"{size.drawn_users:,} users drawn")


def _seconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _starts() -> Iterator[Measure]:
    """Start a copy of the package that no one has compiled: the first time, and again."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        package = home / "sim"
        shutil.copytree(Path(__file__).parent, package, ignore=_compiled_code)
        if not (package / "shipped").is_dir():
            shutil.copytree(home_of("scenarios"), home / "scenarios")
        scenario = home_of("scenarios") / "seed_article.toml"
        words = ["-m", "sim", "run", str(scenario), "--users", "1000", "--days", "1", "--quiet"]
        cold = child([*words, "--out", str(home / "cold")], home).seconds
        yield Measure("first run of a version", cold, "s", "compiles the rules")
        again = [child([*words, "--out", str(home / f"r{k}")], home).seconds for k in range(3)]
        yield Measure("later runs", statistics.median(again), "s", "one day, all tables written")
        first = [child(["-c", FIRST_DAY, str(scenario)], home).seconds for _ in range(3)]
        note = "process start to a day lived"
        yield Measure("later starts, to the first day", statistics.median(first), "s", note)
        asked = [child(["-m", "sim", "--version"], home).seconds for _ in range(3)]
        yield Measure("paylater --version", statistics.median(asked), "s")


def _compiled_code(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__"]


def _whole(size: Size) -> Iterator[Measure]:
    scenario = home_of("scenarios") / "seed_article.toml"
    with tempfile.TemporaryDirectory() as folder:
        users = ["--users", str(size.whole_users), "--threads", "2"]
        words = ["-m", "sim", "run", str(scenario), *users]
        out = ["--quiet", "--out", str(Path(folder) / "run")]
        took = child([*words, *out], Path(__file__).parents[1])
    name = f"a year of {size.whole_users:,} users"
    yield Measure(name, took.seconds, "s", "2 threads, all tables written")
    yield Measure("its peak memory", took.peak_mib, "MiB")


def main() -> None:
    """Measure, print a table, and write JSON where asked."""
    parser = argparse.ArgumentParser(prog="python -m sim.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: a check, not a figure")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    asked = parser.parse_args()
    on = machine()
    print(", ".join(f"{key} {value}" for key, value in on.items()))
    found = []
    for measure in measures(QUICK if asked.quick else FULL):
        print(measure.line(), flush=True)
        found.append(measure)
    if asked.json:
        text = json.dumps({"machine": on, "quick": asked.quick, "measures": [*map(asdict, found)]})
        Path(asked.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
