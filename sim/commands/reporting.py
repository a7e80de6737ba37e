"""The commands that make a report, and the stress test in it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.line import (
    Quiet,
    Replications,
    Threads,
    Users,
    app,
    changes_of,
    scenario_file,
)
from sim.scenario import load


class Language(StrEnum):
    """What labels are written in."""

    EN = "en"
    ZH = "zh"


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="a run, or a study's folder")],
    *,
    lang: Annotated[Language, typer.Option(help="language of titles and labels")] = Language.EN,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="a run of the same users and seed, to show changes"),
    ] = None,
    proof: Annotated[
        Path | None, typer.Option(metavar="FILE", help="proof.json of `paylater prove --json`")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="folder; RUN-report if absent")] = None,
) -> int:
    """Make the risk report of a run or a study.

    One HTML file that works offline and prints, with its tables beside it as Parquet.
    """
    from sim.report import report as made

    suffix = "" if lang is Language.EN else f"-{lang.value}"
    found = made(folder, lang=lang.value, baseline=baseline, proof=proof)
    place = found.save(
        out or folder.absolute().with_name(f"{folder.absolute().name}-report{suffix}")
    )
    size = (place / "report.html").stat().st_size / 1e6
    print(f"{place / 'report.html'} ({size:.1f} MB, {len(found.tables)} tables beside it)")
    return 0


@app.command()
def stress(
    what: Annotated[Path, typer.Argument(metavar="RUN|SCENARIO", help="a run, or a scenario file")],
    *,
    users: Users = None,
    replications: Replications = None,
    threads: Threads = None,
    out: Annotated[Path | None, typer.Option(help="folder; RUN-stress if absent")] = None,
    quiet: Quiet = False,
) -> int:
    """Stress a run's scenario, from mild to severe.

    On the same people with the same luck; then the mildest stress that breaks each limit of the
    scenario's appetite. If interrupted, the same command resumes it.
    """
    from sim.population import check_inputs
    from sim.progress import Progress
    from sim.study.shelf import Shelf
    from sim.study.stress import MOST_WORLDS, beside, is_done, reduced
    from sim.study.stress import stress as stressed
    from sim.study.terminal import show_stress

    file = scenario_file(what)
    load(file, changes_of(None, users=users, replications=replications))  # faults by their options
    scenario = load(file)
    place = out or beside(what if what.is_dir() else Path("runs") / scenario.name)
    kept = place.with_name(f"{place.name}.stressed")  # of one that was interrupted
    if is_done(place, scenario, users, replications):
        print(f"{place} holds this stress test already; it is left alone.")
        return 0
    plan = reduced(scenario, users, replications)
    check_inputs(plan)
    each = (plan.run.burn_in_days + plan.run.days) * plan.run.users
    total = each * plan.run.replications * MOST_WORLDS
    with Progress("stress", total, quiet=quiet) as bar:
        found = stressed(
            scenario,
            users=users,
            replications=replications,
            threads=threads,
            kept=kept,
            told=lambda done: bar.reach(done * each),
        )
    found.save(place)
    Shelf(kept).clear()
    if not quiet:
        show_stress(found)
        print(f"The tables lie in {place}")
    return 0
