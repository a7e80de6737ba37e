"""The command that fits a scenario to accounts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.line import (
    INTERRUPTED,
    Quiet,
    Settings,
    app,
    changes_of,
    stop_on_interrupt,
)


@app.command()
def calibrate(
    file: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="a calibration (TOML)")],
    *,
    check: Annotated[
        bool, typer.Option("--check", help="run the scenario once and judge it; fit nothing")
    ] = False,
    targets: Annotated[
        Path | None, typer.Option(help="other targets of the same format; with --check")
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="judge this scenario instead; with --check")
    ] = None,
    set_: Settings = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="processes that share the trials")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="folder; runs/NAME if absent")] = None,
    quiet: Quiet = False,
) -> int:
    """Fit behaviour to accounts, or judge a fit.

    If interrupted, the same command resumes it.
    """
    from sim.calibration import report
    from sim.calibration.study import check as checked
    from sim.calibration.study import read_calibration
    from sim.scenario import ScenarioError, load

    if not check:
        if targets or scenario or set_:
            raise ScenarioError(["--targets, --scenario, --set: wanted with --check only"])
        return fit(file, out, workers or 1, quiet=quiet)
    if out or workers:
        raise ScenarioError(["--out, --workers: wanted without --check only"])
    study = read_calibration(file, targets)
    asked = load(scenario or str(study.file.path_of("scenario")), changes_of(set_))
    given = study.file.set
    verdicts = checked(study, asked.with_(**given) if given and scenario is None else asked)
    for line in (report.summary if quiet else report.lines)(verdicts, study.file.reason):
        print(line)
    return 0


def fit(file: Path, out: Path | None, workers: int, *, quiet: bool) -> int:
    """Fit with progress shown; Ctrl-C leaves what is done, to be resumed."""
    from sim.calibration import report
    from sim.calibration.fit import calibrate as fitted
    from sim.calibration.fit import trials_of
    from sim.calibration.search import Stopped
    from sim.calibration.study import read_calibration
    from sim.progress import Progress

    study = read_calibration(file)
    run = study.base.run
    each = (run.burn_in_days + run.days) * study.file.users * study.file.replications
    with (
        stop_on_interrupt() as stop,
        Progress(study.name, trials_of(study) * each, quiet=quiet) as bar,
    ):
        try:
            found = fitted(
                file,
                out,
                workers=workers,
                stop=stop,
                hears=lambda done: bar.reach(done * each),
            )
        except Stopped:
            print("Stopped; the same command resumes it.", file=sys.stderr)
            return INTERRUPTED
    if not quiet:
        told = report.summary(found.verdicts, study.file.reason)
        for line in (*told, *report.parameters(found.best, found.errors)):
            print(line)
        print(f"The fitted scenario, draws and a page lie in {out or Path('runs') / study.name}")
    return 0
