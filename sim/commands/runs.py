"""Commands that run a scenario, check one, and copy the shipped ones out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands.line import (
    INTERRUPTED,
    CheckpointEvery,
    ClusterAddress,
    Days,
    Quiet,
    Replications,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    Users,
    app,
    changes_of,
    say_compiling,
    stop_on_interrupt,
)
from sim.commands.sharing import check_shards, live_shards
from sim.scenario import Change, ScenarioError, json_schema, load

if TYPE_CHECKING:
    from sim.engines.state import State
    from sim.results import Run
    from sim.results.draft import Draft
    from sim.simulation import Beginning, EngineName


class EngineChoice(StrEnum):
    """The engines, which give the same bits."""

    TABLE = "table"
    AGENTS = "agents"


@app.command()
def run(
    scenario: ScenarioFile,
    *,
    users: Users = None,
    days: Days = None,
    seed: Seed = None,
    replications: Replications = None,
    engine: Annotated[
        EngineChoice, typer.Option(help="both give the same bits; agents: Mesa, slow")
    ] = EngineChoice.TABLE,
    threads: Threads = None,
    events: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="SHARE", help="share of users whose events are kept"),
    ] = None,
    set_: Settings = None,
    out: Annotated[Path | None, typer.Option(help="run folder; runs/NAME if absent")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="continue an unfinished run")] = False,
    checkpoint_every: CheckpointEvery = 0,
    cluster: ClusterAddress = None,
    shard_users: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="run shard by shard, so many users at a time"),
    ] = None,
    quiet: Quiet = False,
) -> int:
    """Run a scenario and leave a run folder."""
    from sim.estimate import check_memory
    from sim.population import check_inputs
    from sim.results import open_run
    from sim.results.folder import prepare
    from sim.results.lock import held
    from sim.study.contract import check_metrics

    changes = changes_of(set_, users=users, days=days, seed=seed, replications=replications)
    if events is not None:
        changes.append(Change("output.events_ppm", round(events * 1_000_000), "--events"))
    plan = load(scenario, changes)
    by_shards = cluster is not None or shard_users is not None
    if by_shards:
        check_shards(plan, cluster, shard_users, engine.value, checkpoint_every)
    else:
        check_memory(plan)
    check_inputs(plan)
    check_metrics(plan)
    place = out or Path("runs") / plan.name
    with stop_on_interrupt() as stop:
        draft = prepare(place, plan, resume=resume)
        if draft is None:
            print(f"{place} holds this run already; it is left alone.")
            return 0
        began = time.perf_counter()

        def once() -> bool:
            if by_shards:
                return live_shards(draft, cluster, shard_users, threads, stop, quiet=quiet)
            return live(draft, engine.value, threads, checkpoint_every, stop, quiet=quiet)

        with held(draft.path):
            precise = fulfilled(draft, once, quiet=quiet) if plan.precision else None
            if precise is None and (plan.precision or not once()):
                return stopped(draft)
            seconds = time.perf_counter() - began
            made = {} if precise is None else {"precision": precise}
            timings = {"days_s": round(seconds, 3)}
            draft.finish(engine=engine.value, threads=threads, timings=timings, **made)
    if not quiet:
        sum_up(open_run(place), place, seconds)
    return 0


@app.command()
def check(
    scenario: Annotated[
        Path | None, typer.Argument(metavar="[SCENARIO]", help="a scenario file (TOML)")
    ] = None,
    *,
    set_: Settings = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="print the JSON Schema for editors instead")
    ] = False,
) -> int:
    """Check a scenario and print all its values.

    Each with where it is from; then what memory and time a run would take.
    """
    if schema:
        import json

        print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
        return 0
    if scenario is None:
        raise ScenarioError(["SCENARIO: wanted a scenario file (found nothing)"])
    from sim.estimate import estimate
    from sim.population import check_inputs
    from sim.study.contract import check_metrics

    plan = load(scenario, set_ or [])
    check_inputs(plan)
    check_metrics(plan)
    print(plan.to_toml(), end="")
    print(*(f"# {line}" for line in estimate(plan)), sep="\n")
    return 0


@app.command()
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="the current folder if absent")
    ] = Path(),
) -> int:
    """Copy out the shipped scenarios and notebooks."""
    from sim.shipped import copy_out

    for path in copy_out(folder):
        print(path)
    return 0


def fulfilled(draft: Draft, once: Callable[[], bool], *, quiet: bool) -> dict[str, Any] | None:
    """Run a draft until its precision holds; say after each batch how far it is."""
    from sim.study import contract

    told = None if quiet else lambda line: print(line, file=sys.stderr)
    return contract.fulfilled(draft, once, told)


def stopped(draft: Draft) -> int:
    """Say how to go on with a run that was stopped."""
    words = f"Stopped; --resume continues it. The state is in {draft.path}"
    print(words, file=sys.stderr)
    return INTERRUPTED


def live(
    draft: Draft,
    engine: EngineName,
    threads: int | None,
    every: int,
    stop: Callable[[], bool],
    *,
    quiet: bool,
    begin: Beginning | None = None,
) -> bool:
    """Run a draft with progress shown; tell whether it got to its end."""
    from sim.environment import years_without_data
    from sim.progress import Progress
    from sim.simulation import Stopped, run_into

    plan = draft.scenario
    for year in years_without_data(plan):
        print(
            f"No holidays and festivals are known for {year}; their factors are neutral.",
            file=sys.stderr,
        )
    last = plan.run.start + timedelta(days=plan.run.days - 1)
    for index, policy in enumerate(plan.policy):
        if policy.date > last:
            words = f"{policy.date} is after the last day, {last}; it changes nothing"
            print(f"policy.{index}.date: {words}.", file=sys.stderr)
    if engine == "table" and not quiet:
        say_compiling(plan)
    days = plan.run.burn_in_days + plan.run.days
    total = days * plan.run.users * plan.run.replications
    with Progress(plan.name, total, quiet=quiet) as bar:

        def tell(state: State) -> None:
            bar.reach((state.replication * days + state.day) * plan.run.users)

        try:
            run_into(
                draft,
                engine=engine,
                threads=threads,
                every=every,
                on_stretch=tell,
                stop=stop,
                begin=begin,
            )
        except Stopped:
            return False
    return True


def sum_up(finished: Run, place: Path, seconds: float) -> None:
    """Print the headline figures of a run."""
    from rich.console import Console
    from rich.table import Table

    from sim.scenario.words import counted

    plan = finished.scenario.run
    size = f"{counted(plan.users, 'user')}, {counted(plan.days, 'day')}"
    table = Table(title=f"{finished.scenario.name}: {size}")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("public books")
    for figure, row in finished.summary().iterrows():
        inside = "" if row["inside"] is None else ("" if row["inside"] else "outside: ")
        table.add_row(str(figure), row["text"], inside + row["band"])
    console = Console()
    console.print(table)
    if plan.replications > 1 and "daily" in finished.tables:
        from sim.study.replicates import Replicates
        from sim.study.terminal import show_replicates

        show_replicates(Replicates.of([finished]).summary())
    if "precision" in finished.manifest:
        from sim.study.terminal import show_precision

        show_precision(finished.manifest["precision"])
    print(f"seed {plan.seed}, {seconds:.1f} s. The tables lie in {place}")
