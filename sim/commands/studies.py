"""Commands of studies: comparisons, forks, plans, trials, sweeps."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands.line import (
    INTERRUPTED,
    ClusterAddress,
    Days,
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    Users,
    app,
    changes_of,
    stop_on_interrupt,
)
from sim.commands.runs import live, stopped, sum_up
from sim.scenario import ScenarioError, load

if TYPE_CHECKING:
    from sim.results.draft import Draft
    from sim.study.workers import Workers

Metrics = Annotated[
    list[str] | None, typer.Option(metavar="METRIC", help="a figure, or last.X, total.X / mean.Y")
]
PAIRS = 20  # of runs, unless asked otherwise
WorkerCount = Annotated[int, typer.Option(min=1, max=1024, help="processes that share the runs")]


@app.command()
def compare(
    scenarios: Annotated[
        list[Path],
        typer.Argument(metavar="A B [...]", help="scenario files, or run folders; A: the baseline"),
    ],
    *,
    replications: Annotated[
        int | None, typer.Option(min=1, help="pairs of runs; 20, or all of folders, if absent")
    ] = None,
    users: Users = None,
    days: Days = None,
    seed: Seed = None,
    set_: Settings = None,
    metric: Metrics = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option(metavar="METRIC", help="split its difference over the changed keys"),
    ] = None,
    level: Annotated[float, typer.Option(min=0.5, max=0.9999, help="of intervals")] = 0.95,
    workers: WorkerCount = 1,
    cluster: ClusterAddress = None,
    out: Annotated[Path | None, typer.Option(help="folder; runs/A-B if absent")] = None,
    quiet: Quiet = False,
) -> int:
    """Compare scenarios on the same people with the same luck; leave tables in a folder.

    Of run folders the tables are compared as they are; replications pair where seeds agree.
    """
    from sim.progress import Progress
    from sim.results import open_run
    from sim.study.comparison import called
    from sim.study.comparison import compare as compared
    from sim.study.finished import compare_runs
    from sim.study.shelf import Shelf
    from sim.study.terminal import show_comparison

    if len(scenarios) < 2:
        raise ScenarioError(["A B [...]: wanted two or more scenario files (found one)"])
    changes = changes_of(set_, users=users, days=days, seed=seed)
    folders = _all_folders(scenarios, changes)
    runs = [open_run(folder) for folder in scenarios] if folders else []
    plans = [run.scenario for run in runs] or [load(scenario, changes) for scenario in scenarios]
    names = [folder.name for folder in scenarios] if folders else called(plans)
    place = out or Path("runs") / "-".join(names)
    kept = place.with_name(f"{place.name}.compared")
    asked: dict[str, Any] = {
        "metrics": metric or [],
        "attribute": attribute or [],
        "level": level,
        "workers": workers,
        "cluster": cluster,
        "kept": kept,
    }
    run, count = plans[0].run, replications or PAIRS
    each = 0 if folders else (run.burn_in_days + run.days) * run.users * len(plans)
    with Progress("compare", each * count, quiet=quiet) as bar, _metric_words(), _goes_on():
        if folders:
            found = compare_runs(*runs, replications=replications, **asked)
        else:
            told = lambda done: bar.reach(done * each)  # noqa: E731
            found = compared(*plans, replications=count, told=told, **asked)
    found.save(place)
    Shelf(kept).clear()
    if not quiet:
        show_comparison(found)
        print(f"The tables lie in {place}")
    return 0


@app.command()
def fork(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a run folder with checkpoints")],
    scenario: ScenarioFile,
    *,
    day: Annotated[int, typer.Option(min=0, help="first reported day under SCENARIO, from 0")],
    set_: Settings = None,
    threads: Annotated[int | None, typer.Option(min=1, max=1024, help="of the table")] = None,
    out: Annotated[
        Path | None, typer.Option(help="run folder; runs/RUN-NAME-DAY if absent")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on with an unfinished fork")] = False,
    quiet: Quiet = False,
) -> int:
    """Go on with a run under another scenario from a day; leave a run folder."""
    from sim.results import open_run
    from sim.results.folder import prepare
    from sim.results.lock import held
    from sim.study.fork import beginning, forked

    before = open_run(run)
    replications = [f"run.replications={before.scenario.run.replications}"]
    made = forked(before.scenario, load(scenario, [*(set_ or []), *replications]), day)
    begin = beginning(before, made, day)
    place = out or Path("runs") / f"{run.name}-{made.name}-{day}"
    with stop_on_interrupt() as stop:
        draft = prepare(place, made, resume=resume)
        if draft is None:
            print(f"{place} holds this run already; it is left alone.")
            return 0
        began = time.perf_counter()
        with held(draft.path):
            if not live(draft, "table", threads, 0, stop, quiet=quiet, begin=begin):
                return stopped(draft)
            seconds = time.perf_counter() - began
            told = {"scenario_hash": before.scenario.hash, "day": day}
            timings = {"days_s": round(seconds, 3)}
            draft.finish(engine="table", threads=threads, timings=timings, forked_from=told)
    if not quiet:
        sum_up(open_run(place), place, seconds)
    return 0


@app.command()
def plan(
    file: Annotated[Path, typer.Argument(metavar="COMPARE.toml", help="a comparison (TOML)")],
    *,
    workers: WorkerCount = 1,
    cluster: ClusterAddress = None,
) -> int:
    """Say how many users or replications a difference needs, paired and unpaired."""
    from sim.study.planning import planned
    from sim.study.terminal import show_plan

    show_plan(planned(file, workers=workers, cluster=cluster), str(file))
    return 0


@app.command()
def trial(
    scenario: ScenarioFile,
    *,
    policy: Annotated[int, typer.Option(min=0, help="which policy, from 0")] = 0,
    replication: Annotated[int, typer.Option(min=0, help="which luck")] = 0,
    users: Users = None,
    days: Days = None,
    seed: Seed = None,
    set_: Settings = None,
    level: Annotated[float, typer.Option(min=0.5, max=0.9999, help="of intervals")] = 0.95,
) -> int:
    """Judge a policy for a share of users: what its arms say, and what is true of the twins."""
    from sim.study.terminal import show_trial
    from sim.study.trial import trial as judged

    plan = load(scenario, changes_of(set_, users=users, days=days, seed=seed))
    show_trial(judged(plan, policy=policy, replication=replication, level=level), level)
    return 0


@app.command()
def sweep(
    file: Annotated[Path, typer.Argument(metavar="SWEEP.toml", help="a sweep (TOML)")],
    *,
    out: Annotated[Path | None, typer.Option(help="folder; runs/NAME if absent")] = None,
    workers: WorkerCount = 1,
    cluster: ClusterAddress = None,
    status: Annotated[
        bool, typer.Option("--status", help="say how far it is; run nothing")
    ] = False,
    only: Annotated[str, typer.Option(metavar="ROWS", help="these rows, such as 3,7-9")] = "",
    rerun: Annotated[
        list[int] | None, typer.Option(metavar="ROW", help="do the runs of a row again")
    ] = None,
    quiet: Quiet = False,
) -> int:
    """Run a sweep, or what is left of it; runs that are done are never done again."""
    from sim.progress import Progress
    from sim.scenario.studies import SweepFile, load_study
    from sim.study import sweep as sweeps
    from sim.study.cluster import workers_at
    from sim.study.terminal import show_sweep

    study = load_study(SweepFile, file)
    place = out or Path("runs") / study.name
    if status and not place.exists():
        print(f"{place}: nothing is done yet")
        return 0
    found = sweeps.Sweep(study, place)
    chosen = _rows(only) if only else None
    if not status:
        for row in rerun or []:
            found.forget(row)
        each = (found.base.run.burn_in_days + found.base.run.days) * found.base.run.users
        with (
            stop_on_interrupt() as stop,
            Progress(study.name, each * found.waits(), quiet=quiet) as bar,
            workers_at(workers, cluster) as at,
        ):
            say_where(at, quiet=quiet)
            hears = lambda done, _: bar.reach(done * each)  # noqa: E731
            if not found.run(workers=at, only=chosen, stop=stop, hears=hears):
                print("Stopped; the same command goes on with it.", file=sys.stderr)
                return INTERRUPTED
    if not quiet:
        show_sweep(found, sweeps.status(found), every_row=status)
    return 0


def _all_folders(places: list[Path], changes: list[str]) -> bool:
    """Tell whether run folders are compared, not scenario files. Raises ScenarioError for both."""
    folders = [place for place in places if place.is_dir()]
    if not folders:
        return False
    lines = []
    if len(folders) < len(places):
        other = next(place for place in places if place not in folders)
        words = f"wanted run folders only, as {folders[0]} is one; paylater run {other} makes one"
        lines.append(f"A B [...]: {words} (found the file {other})")
    if changes:
        words = "wanted nothing to change in runs that are finished"
        lines.append(f"--set, --users, --days, --seed: {words} (found {', '.join(changes)})")
    if lines:
        raise ScenarioError(lines)
    return True


@contextmanager
def _goes_on() -> Iterator[None]:
    """Say, when Ctrl-C is pressed, that what is done is kept."""
    try:
        yield
    except KeyboardInterrupt:
        print("Stopped; the same command goes on with it.", file=sys.stderr)
        raise


def live_shards(
    draft: Draft,
    cluster: str | None,
    users: int | None,
    threads: int | None,
    stop: Callable[[], bool],
    *,
    quiet: bool,
) -> bool:
    """Run a draft shard by shard with progress shown; tell whether it got to its end."""
    from sim.progress import Progress
    from sim.study.cluster import workers_at
    from sim.study.shards import USERS, run_shards

    run = draft.scenario.run
    total = (run.burn_in_days + run.days) * run.users * run.replications
    with Progress(draft.scenario.name, total, quiet=quiet) as bar, workers_at(1, cluster) as at:
        say_where(at, quiet=quiet)
        return run_shards(
            draft, at, users=users or USERS, threads=threads, stop=stop, hears=bar.reach
        )


def say_where(workers: Workers, *, quiet: bool) -> None:
    """Say where a cluster shows what it does."""
    from sim.study.cluster import Cluster

    if isinstance(workers, Cluster) and not quiet:
        print(f"The cluster shows its work at {workers.dashboard}", file=sys.stderr)


def _rows(words: str) -> set[int]:
    """Return the numbers in a list such as 3,7-9."""
    rows: set[int] = set()
    for part in words.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            raise ScenarioError([f"--only: wanted rows such as 3,7-9 (found {words})"])
        rows |= set(range(int(first), int(last or first) + 1))
    return rows


@contextmanager
def _metric_words() -> Iterator[None]:
    """Tell of a metric that is none as of other wrong input."""
    try:
        yield
    except ScenarioError:
        raise
    except ValueError as error:
        raise ScenarioError([f"--metric: {error}"]) from None
