"""Commands of studies: comparisons, trials, sweeps."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands.line import (
    INTERRUPTED,
    ClusterAddress,
    Days,
    Level,
    Quiet,
    Seed,
    Settings,
    Users,
    WorkerCount,
    app,
    changes_of,
    scenario_file,
    stop_on_interrupt,
)
from sim.commands.sharing import say_where
from sim.scenario import Change, ScenarioError, load

if TYPE_CHECKING:
    from sim.results import Run
    from sim.scenario import Scenario
    from sim.study.comparison import Comparison
    from sim.study.sweep import Sweep
    from sim.study.workers import Workers

Metrics = Annotated[
    list[str] | None,
    typer.Option(metavar="METRIC", help="a figure, or an expression such as total.X / mean.Y"),
]
PAIRS = 20  # of runs, unless asked otherwise


@app.command()
def compare(
    scenarios: Annotated[
        list[Path],
        typer.Argument(metavar="A B [...]", help="scenario files, or run folders; A: the baseline"),
    ],
    *,
    replications: Annotated[
        int | None, typer.Option(min=1, help="pairs of runs; 20 if absent, of folders all")
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
    level: Level = 0.95,
    workers: WorkerCount = 1,
    cluster: ClusterAddress = None,
    out: Annotated[Path | None, typer.Option(help="folder; runs/A-B if absent")] = None,
    quiet: Quiet = False,
) -> int:
    """Compare scenarios on the same people and luck.

    Finished runs are compared from their tables; their replications pair where the seeds agree.
    """
    from sim.results import open_run
    from sim.study.cluster import workers_at
    from sim.study.comparison import Comparison, asked_of, called
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
    given = (metric or [], attribute or [], level)
    asked = dict(zip(("metrics", "attribute", "level"), given, strict=True))
    if not folders and _is_there(place, plans, asked_of(replications or PAIRS, *given)):
        found = Comparison.open(place)
    else:
        with workers_at(workers, cluster) as at:
            say_where(at, quiet=quiet)
            found = _compared(plans, runs, replications, at, asked | {"kept": kept}, quiet=quiet)
        found.save(place)
    Shelf(kept).clear()
    if not quiet:
        show_comparison(found)
        print(f"The tables lie in {place}")
    return 0


@app.command()
def trial(
    what: Annotated[Path, typer.Argument(metavar="RUN|SCENARIO", help="a run, or a scenario file")],
    *,
    policy: Annotated[int, typer.Option(min=0, help="which policy, from 0")] = 0,
    replication: Annotated[int, typer.Option(min=0, help="which replication, from 0")] = 0,
    users: Users = None,
    days: Days = None,
    seed: Seed = None,
    set_: Settings = None,
    level: Level = 0.95,
    out: Annotated[Path | None, typer.Option(help="folder; RUN-trial-POLICY if absent")] = None,
    quiet: Quiet = False,
) -> int:
    """Judge a policy that reaches a share of users.

    What an A/B test of its arms estimates, beside the true effect: the same users with the policy
    for all and for none.
    """
    from sim.study.terminal import show_trial
    from sim.study.trial import trial as judged
    from sim.study.trial_folder import Asked, beside, is_done, opened_trial, save_trial

    plan = load(scenario_file(what), changes_of(set_, users=users, days=days, seed=seed))
    place = out or beside(what if what.is_dir() else Path("runs") / plan.name, policy)
    asked = Asked(policy, replication, level)
    if is_done(place, plan, asked):
        rows = opened_trial(place)[2]
    else:
        rows = judged(plan, policy=policy, replication=replication, level=level)
        save_trial(rows, plan, asked, place)
    if not quiet:
        show_trial(rows, level)
        print(f"The tables lie in {place}")
    return 0


@app.command()
def sweep(
    file: Annotated[Path, typer.Argument(metavar="SWEEP.toml", help="a sweep (TOML)")],
    *,
    out: Annotated[Path | None, typer.Option(help="folder; runs/NAME if absent")] = None,
    workers: WorkerCount = 1,
    cluster: ClusterAddress = None,
    status: Annotated[
        bool, typer.Option("--status", help="say how far it is, and run nothing")
    ] = False,
    only: Annotated[
        str, typer.Option(metavar="ROWS", help="run these rows only, such as 3,7-9")
    ] = "",
    rerun: Annotated[
        list[int] | None, typer.Option(metavar="ROW", help="run a row again; repeatable")
    ] = None,
    quiet: Quiet = False,
) -> int:
    """Run a sweep, or what is left of it."""
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
    _check_rows(found, {"--only": chosen or (), "--rerun": rerun or ()})
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
                print("Stopped; the same command resumes it.", file=sys.stderr)
                return INTERRUPTED
    if not quiet:
        show_sweep(found, sweeps.status(found), every_row=status)
    return 0


def _compared(
    plans: list[Scenario],
    runs: list[Run],
    replications: int | None,
    at: Workers,
    asked: dict[str, Any],
    *,
    quiet: bool,
) -> Comparison:
    """Compare finished runs where there are some, else scenarios, with progress shown."""
    from sim.progress import Progress
    from sim.study.comparison import compare
    from sim.study.finished import compare_runs

    run, count = plans[0].run, replications or PAIRS
    each = 0 if runs else (run.burn_in_days + run.days) * run.users * len(plans)
    with Progress("compare", each * count, quiet=quiet) as bar, _metric_words(), _goes_on():
        if runs:
            return compare_runs(*runs, replications=replications, workers=at, **asked)

        def told(done: int) -> None:
            bar.reach(done * each)

        return compare(*plans, replications=count, told=told, workers=at, **asked)


def _is_there(place: Path, plans: list[Scenario], asked: dict[str, Any]) -> bool:
    """Tell whether a folder holds this comparison. Raises ScenarioError for anything else."""
    from sim.study.comparison import labels_of
    from sim.study.folder import asked_hash, is_there

    hashes = {label: plan.hash for label, plan in zip(labels_of(len(plans)), plans, strict=True)}
    return is_there(place, "comparison", asked_hash("comparison", asked, hashes))


def _all_folders(places: list[Path], changes: list[str | Change]) -> bool:
    """Tell whether run folders are compared, not scenario files. Raises ScenarioError for both."""
    folders = [place for place in places if place.is_dir()]
    if not folders:
        return False
    lines = []
    if len(folders) < len(places):
        other = next(place for place in places if place not in folders)
        words = f"wanted run folders only, as {folders[0]} is one; paylater run {other} makes one"
        lines.append(f"A B [...]: {words} (found the file {other})")
    words = "wanted nothing to change in runs that are finished"
    for change in changes:
        option, given = (
            ("--set", change) if isinstance(change, str) else (change.asker, change.value)
        )
        lines.append(f"{option}: {words} (found {given})")
    if lines:
        raise ScenarioError(lines)
    return True


@contextmanager
def _goes_on() -> Iterator[None]:
    """Say, when Ctrl-C is pressed, that what is done is kept."""
    try:
        yield
    except KeyboardInterrupt:
        print("Stopped; the same command resumes it.", file=sys.stderr)
        raise


def _rows(words: str) -> set[int]:
    """Return the numbers in a list such as 3,7-9."""
    rows: set[int] = set()
    for part in words.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            raise ScenarioError([f"--only: wanted rows such as 3,7-9 (found {words})"])
        rows |= set(range(int(first), int(last or first) + 1))
    return rows


def _check_rows(found: Sweep, asked: dict[str, Collection[int]]) -> None:
    """Raise ScenarioError for rows, by the option that asks for them, that a sweep has not."""
    if found.study.optimise is not None:
        return  # a search adds rows as it goes
    last = max(row.number for row in found.rows)
    lines = [
        f"{option}: wanted a row from 0 to {last} (found {row})"
        for option, rows in asked.items()
        for row in sorted(rows)
        if row > last
    ]
    if lines:
        raise ScenarioError(lines)


@contextmanager
def _metric_words() -> Iterator[None]:
    """Tell of a metric that is none as of other wrong input."""
    try:
        yield
    except ScenarioError:
        raise
    except ValueError as error:
        raise ScenarioError([f"--metric: {error}"]) from None
