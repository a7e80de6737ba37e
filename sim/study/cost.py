"""What runs of growing size cost on this machine, and what follows for a size beyond it (R-F5).

Each point is a `paylater run` in a process of its own, with all tables written. Populations larger
than a shard run shard by shard; for that what couples users is switched off. What is extrapolated
is a straight line through the largest measured runs, and is held against one that it does not use.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim import barrier
from sim.arms import arms_of
from sim.estimate import row_bytes
from sim.results.faults import room_to_write
from sim.scenario import Scenario, ScenarioError
from sim.study.child import child, size_of
from sim.study.cluster import Cluster
from sim.study.machine import machine

MONTHLY_USERS = 1_200_000_000  # R-F5
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
SHORT, LONG = 30, 365  # days; the largest size lives the short ones only
SHARD = 1_000_000
TASKS_AT_BARRIER = 3  # of a shard: to live on, to count, to add up
TASKS = 1_000  # that a scheduler is timed with
COUPLING = (  # keys that let users share something where they are not 0
    "risk_control.collection.capacity_ppm",
    "behaviour.applying.friends_weight_ppm",
    "behaviour.spending.friends_weight_ppm",
    "behaviour.repaying.friends_weight",
)
COUPLING_OF_PRODUCT = ("ways.invitations_ppm", "ways.friends_weight_ppm")

Told = Callable[[str], None]


@dataclass(frozen=True)
class Point:
    """One run that was measured."""

    name: str
    users: int
    days: int
    shard_users: int  # 0 for all at once
    cluster: str  # "" for one process
    seconds: float
    cpu_seconds: float
    peak_mib: float
    most_disk_mib: float  # while it ran
    left_mib: float  # of the run folder

    @property
    def user_days(self) -> int:
        """How many user-days it lived."""
        return self.users * self.days


@dataclass(frozen=True)
class Cost:
    """All points, and on what they were measured."""

    scenario: str
    settings: dict[str, Any]  # what was changed in it for all runs
    uncoupled: dict[str, Any]  # and for runs shard by shard
    machine: dict[str, str]
    row_bytes: int  # of a user with one account, in memory
    task_seconds: float  # of a scheduler for one task; 0 where none was measured
    points: list[Point]

    def points_of(self, name: str) -> list[Point]:
        """Return the points of a name, in the order they were measured."""
        return [point for point in self.points if point.name == name]

    def save(self, file: Path) -> None:
        """Write all of it as JSON."""
        with room_to_write(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def read_cost(file: Path) -> Cost:
    """Return what `Cost.save` wrote."""
    told = json.loads(file.read_text(encoding="utf-8"))
    return Cost(**told | {"points": [Point(**point) for point in told["points"]]})


def measured_cost(
    scenario: Scenario,
    settings: dict[str, Any],
    *,
    sizes: tuple[int, ...] = SIZES,
    days: tuple[int, int] = (SHORT, LONG),
    cluster: bool = True,
    told: Told = lambda _: None,
) -> Cost:
    """Measure runs of a scenario and return what they took.

    settings: what was changed in it, for the record. sizes: users, from small to large; all but
    the last live both numbers of days. cluster: measure the second largest on two local workers
    too. told: hears of each run as it begins. Raises ScenarioError where a policy couples users.
    """
    apart = uncoupled(scenario)
    points: list[Point] = []

    def measure(name: str, users: int, lived: int, shard: int = 0, at: str = "") -> None:
        told(f"{name}: {users:,} users x {lived:,} days")
        changed = scenario.with_(**apart) if shard and not at else scenario
        points.append(_measured(name, changed, users, lived, shard, at))

    measure("warm", 1_000, 2)  # compiles what is not compiled
    *smaller, largest = sizes
    for users in smaller:
        for lived in days:
            measure("whole", users, lived)
    top = smaller[-1]
    measure("no final states", top, days[0])
    measure("by shards", top, days[0], max(top // 2, 1))
    measure("by shards", largest, days[0], min(SHARD, top))
    for lived in days if cluster else ():
        measure("on two workers", top, lived, max(top // 2, 1), "local:2")
    task = _task_seconds() if cluster else 0.0
    return Cost(scenario.name, settings, apart, machine(), row_bytes(scenario), task, points[1:])


def _task_seconds() -> float:
    """Return the seconds of clock that a scheduler takes for one of many tasks that do nothing."""
    with Cluster("local:2") as at:
        began = time.perf_counter()
        for future in [at.submit(abs, number) for number in range(TASKS)]:
            future.result()
        return round((time.perf_counter() - began) / TASKS, 6)


def uncoupled(scenario: Scenario) -> dict[str, Any]:
    """Return the settings that let users of a scenario live apart from each other; none if they do.

    Raises ScenarioError where they do not suffice, as where a policy couples users.
    """
    if not barrier.couples(arms_of(scenario)):
        return {}
    found = {key: 0 for key, value in _coupling(scenario).items() if value}
    if barrier.couples(arms_of(scenario.with_(**found))):
        wanted = "wanted users whom nothing couples once these are 0"
        keys = ", ".join(_coupling(scenario))
        raise ScenarioError([f"{scenario.source}: policy: {wanted}: {keys}"])
    return found


def _coupling(scenario: Scenario) -> dict[str, int]:
    """Return the values of all keys that can couple users, by name."""
    found = {key: attrgetter(key)(scenario) for key in COUPLING}
    several = len(scenario.products) > 1
    for at, product in enumerate(scenario.products):
        head = f"product.{at}" if several else "product"
        found |= {f"{head}.{key}": attrgetter(key)(product) for key in COUPLING_OF_PRODUCT}
    return found


def _measured(
    name: str, scenario: Scenario, users: int, days: int, shard: int, cluster: str
) -> Point:
    with TemporaryDirectory(prefix="paylater-cost-") as folder:
        home = Path(folder)
        file, out = home / "cost.toml", home / "run"
        sized = scenario.with_(users=users, days=days, replications=1)
        if name == "no final states":
            sized = sized.with_(**{"output.users_ppm": 0})
        file.write_text(sized.to_toml(), encoding="utf-8")
        words = ["-m", "sim", "run", str(file), "--quiet", "--out", str(out)]
        words += ["--shard-users", str(shard)] if shard else []
        words += ["--cluster", cluster] if cluster else []
        used = child(words, Path(__file__).parents[2], home)
        left = size_of(out) / 2**20
    ends = (round(used.seconds, 2), round(used.cpu_seconds, 2), round(used.peak_mib, 1))
    disk = (round(max(used.disk_mib, left), 3), round(left, 3))
    return Point(name, users, days, shard, cluster, *ends, *disk)


@dataclass(frozen=True)
class Line:
    """Processor time as a straight line.

    Its slope by days is that of the largest run held in memory, what a user costs whatever the days
    that of the largest run by shards.
    """

    fixed: float  # seconds of a run, whatever its size
    user: float  # seconds a user: drawn, opened, kept as part of a shard, put together, written
    user_day: float  # seconds
    serial_user: float  # of `user`, what one process does: putting together, writing final states
    overhead: float  # processor time a user-day of workers that meet, over that of one process
    worker_bytes: float  # memory of a worker a user of its shard
    task: float  # seconds of clock of the scheduler for a task

    @classmethod
    def of(cls, cost: Cost) -> Line:
        """Return the line through measured points. Raises IndexError where one is missing."""
        whole, sharded = cost.points_of("whole"), cost.points_of("by shards")[-1]
        small, short, long = whole[0], whole[-2], whole[-1]
        user_day = _slope(short, long)
        fixed = max(small.cpu_seconds - user_day * small.user_days, 0.0)
        user, in_memory = (
            max(one.cpu_seconds - fixed - user_day * one.user_days, 0.0) / one.users
            for one in (sharded, short)
        )
        bare = cost.points_of("no final states")[0]
        final = (short.cpu_seconds - bare.cpu_seconds) / short.users
        met = cost.points_of("on two workers")
        held = (met[-1].peak_mib - small.peak_mib) * 2**20 / met[-1].shard_users if met else 0.0
        return cls(
            fixed=fixed,
            user=user,
            user_day=user_day,
            serial_user=min(max(final, 0.0) + max(user - in_memory, 0.0), user),
            overhead=_slope(*met) / user_day if met else 1.0,
            worker_bytes=held,
            task=cost.task_seconds,
        )

    def cpu_seconds(self, users: int, days: int) -> float:
        """Return the processor time of a run shard by shard in one process."""
        return self.fixed + users * (self.user + days * self.user_day)

    def alone(self, users: int, days: int, cores: int) -> float:
        """Return the seconds of clock on one machine with so many cores free, shard by shard."""
        serial = users * self.serial_user
        return serial + (self.cpu_seconds(users, days) - serial) / cores

    def on_cluster(self, cores: int, users: int, days: int) -> float:
        """Return the seconds of clock on so many cores, a shard each, that meet every 72 hours.

        The work is shared evenly, with the overhead measured on two; the scheduler is one process:
        it takes its time for each task, of which a shard has three at a barrier.
        """
        lived = users * days * self.user_day * self.overhead
        shared = (lived + users * (self.user - self.serial_user)) / cores
        waited = TASKS_AT_BARRIER * cores * days / barrier.DAYS * self.task
        return self.fixed + users * self.serial_user + max(shared, waited)


def _slope(short: Point, long: Point) -> float:
    """Return seconds of processor time a user-day, between two lengths of the same users."""
    return (long.cpu_seconds - short.cpu_seconds) / (long.user_days - short.user_days)
