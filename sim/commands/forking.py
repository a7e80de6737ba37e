"""The command that continues a run under other scenarios."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.line import (
    CheckpointEvery,
    Quiet,
    Settings,
    Threads,
    app,
    stop_on_interrupt,
)
from sim.commands.runs import live, stopped, sum_up
from sim.results.manifest import SCENARIO
from sim.scenario import Change, Scenario, ScenarioError, load

if TYPE_CHECKING:
    from sim.results import Run


OF_THE_RUN = ("users", "seed", "replications")


@app.command()
def fork(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a run folder with checkpoints")],
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[SCENARIO ...]", help="scenario files, a branch each; the run's own if absent"
        ),
    ] = None,
    *,
    day: Annotated[int, typer.Option(min=0, help="first reported day under SCENARIO, from 0")],
    set_: Settings = None,
    threads: Threads = None,
    out: Annotated[
        Path | None,
        typer.Option(help="run folder, of several branches the folder above; runs/RUN-NAME-DAY"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="continue an unfinished fork")] = False,
    checkpoint_every: CheckpointEvery = 0,
    quiet: Quiet = False,
) -> int:
    """Continue a run under other scenarios.

    From a stored day on; each scenario leaves a run folder. Users, seed and replications are the
    run's, whatever the files have.
    """
    from sim.results import open_run

    before = open_run(run)
    size = before.scenario.run
    kept = [Change(f"run.{key}", getattr(size, key), str(run)) for key in OF_THE_RUN]
    branches = _branches(before, scenarios or [run / SCENARIO], [*kept, *(set_ or [])], day)
    names = [file.stem if len(branches) > 1 else one.name for file, one in branches]
    places = [_place(out, run, name, day, alone=len(branches) == 1) for name in names]
    if len({*places}) < len(places):
        raise ScenarioError([f"SCENARIO [...]: wanted files of different names (found {names})"])
    with stop_on_interrupt() as stop:
        for (_, made), place in zip(branches, places, strict=True):
            code = _branched(
                before,
                made,
                day,
                place,
                (threads, checkpoint_every),
                stop,
                resume=resume,
                quiet=quiet,
            )
            if code:
                return code
    return 0


def _branches(
    before: Run, files: list[Path], settings: list[str | Change], day: int
) -> list[tuple[Path, Scenario]]:
    """Return the scenario of each branch. Raises ScenarioError with the faults of all."""
    from sim.study.fork import beginning, forked

    branches, lines = [], []
    for file in files:
        try:
            plan = load(file, settings)
            if before.folder is not None and file == before.folder / SCENARIO:
                plan = plan.called(before.scenario.name)
            made = forked(before.scenario, plan, day)
            beginning(before, made, day)
            branches.append((file, made))
        except ScenarioError as error:
            lines += error.lines
    if lines:
        raise ScenarioError(list(dict.fromkeys(lines)))
    return branches


def _place(out: Path | None, run: Path, name: str, day: int, *, alone: bool) -> Path:
    if out is None:
        return Path("runs") / f"{run.name}-{name}-{day}"
    return out if alone else out / name


def _branched(
    before: Run,
    made: Scenario,
    day: int,
    place: Path,
    how: tuple[int | None, int],
    stop: Callable[[], bool],
    *,
    resume: bool,
    quiet: bool,
) -> int:
    """Live one branch and leave its folder; return the exit code. how: threads, checkpoints."""
    from sim.results import open_run
    from sim.results.folder import prepare
    from sim.results.lock import held
    from sim.study.fork import beginning

    threads, checkpoint_every = how
    draft = prepare(place, made, resume=resume)
    if draft is None:
        print(f"{place} holds this run already; it is left alone.")
        return 0
    began, begin = time.perf_counter(), beginning(before, made, day)
    with held(draft.path):
        if not live(draft, "table", threads, checkpoint_every, stop, quiet=quiet, begin=begin):
            return stopped(draft)
        seconds = time.perf_counter() - began
        told = {"scenario_hash": before.scenario.hash, "day": day}
        timings = {"days_s": round(seconds, 3)}
        draft.finish(engine="table", threads=threads, timings=timings, forked_from=told)
    if not quiet:
        sum_up(open_run(place), place, seconds)
    return 0
