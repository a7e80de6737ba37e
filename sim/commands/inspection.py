"""Commands that look into runs, products and the installation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.line import CHECK_FAILED, app, say_compiling
from sim.results.faults import refused, room_to_write
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    from sim.products.replayed import Replay
    from sim.proof.case import Case


@app.command()
def explain(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a run folder")],
    *,
    user: Annotated[int, typer.Option(help="number of the user, from 0")],
    day: Annotated[int, typer.Option(help="reported day, from 0; below 0 in the burn-in")],
    replication: Annotated[int, typer.Option(help="which replication, from 0")] = 0,
    product: Annotated[str | None, typer.Option(help="name of one of several products")] = None,
    json: Annotated[bool, typer.Option("--json", help="as JSON: fen, ppm, reported days")] = False,
) -> int:
    """Explain what happened to a user on a day.

    Limit, decisions and warnings, number by number.
    """
    from sim.results import open_run

    found = open_run(run).explain(user, day, replication=replication, product=product)
    print(found.json() if json else found.text())
    return 0


@app.command()
def audit(run: Annotated[Path, typer.Argument(metavar="RUN", help="a run folder")]) -> int:
    """Check that a run's files agree to the fen.

    Each place where they do not is named; the exit code is 1 then.
    """
    from sim.audit import audit_folder

    found = audit_folder(run)
    print(found.text())
    return 0 if found else CHECK_FAILED


@app.command()
def diff(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="a run folder")],
    second: Annotated[Path, typer.Argument(metavar="RUN", help="another")],
) -> int:
    """Find where two runs first differ.

    By table, row and column; the exit code is 1 if they do.
    """
    from sim.results import open_run
    from sim.results.divergence import divergences

    found = divergences(open_run(first), open_run(second))
    lines = [part if isinstance(part, str) else part.text() for part in found]
    print("\n".join(lines or ["all tables are the same"]))
    return CHECK_FAILED if found else 0


@app.command()
def prove(
    *,
    json: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", help="write the results as JSON too, for `paylater report`"
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="failures and the verdict only")] = False,
) -> int:
    """Check this installation against known answers.

    The exit code is 1 if one fails.
    """
    from sim.proof import prove as work_out

    if not quiet:
        say_compiling()
    if json is not None and not json.absolute().parent.is_dir():
        raise refused(json, "a file in a folder that is there", "no such folder")
    proof = work_out(on_case=None if quiet else _say_case)
    if sys.stderr.isatty() and not quiet:
        print("\r\033[K", end="", file=sys.stderr)
    if json is not None:
        with room_to_write(json):
            proof.save(json)
    print(proof.text(failures_only=quiet))
    return 0 if proof.passed else CHECK_FAILED


@app.command()
def replay(
    preset: Annotated[
        str, typer.Argument(metavar="PRESET", help="of `paylater presets`, or a file")
    ],
    steps: Annotated[Path, typer.Argument(metavar="STEPS", help="what is bought and paid (TOML)")],
    *,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="last day, instead of the script's")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="change a term of the preset"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="days and statements as JSON")] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="PNG", help="plot balance and amounts due")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="write the tables as Parquet")
    ] = None,
) -> int:
    """Replay one scripted account, to the fen.

    STEPS: start, until, limit_fen and [terms], all optional; then [[step]] with date and one of
    purchase_fen, repay_fen, repay ("due", "minimum" or "all"), instalments (of that day's purchase,
    else of the open bill), settle_instalments (true) and refund_fen (of what was bought before).
    After "all", interest accrued since the last statement comes with the next bill, unless the
    product settles it with a payment (charges.posted_with).
    """
    from sim.products.replay import replay as lived
    from sim.scenario.terms import terms_in

    found = lived(preset, steps, until, terms=terms_in(set_ or []))
    print(found.json() if json else found.text())
    if plot is not None:
        _draw(found, plot)
    if out is not None:
        with room_to_write(out):
            found.save(out)
    return 0


@app.command()
def presets(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="one of them, NAME/VARIANT, or a preset file"),
    ] = None,
) -> int:
    """Print the products that ship, with sources.

    Or one of them; or check and print a preset file of your own.
    """
    from sim.products.catalogue import catalogue

    print(catalogue(name))
    return 0


def _draw(found: Replay, file: Path) -> None:
    """Plot an account into a file. Raises ScenarioError where there is none to be written."""
    try:
        with room_to_write(file):
            found.plot().savefig(file, dpi=150)
    except ValueError as error:
        if isinstance(error, ScenarioError):
            raise
        kind = file.suffix or "none"
        raise refused(file, "a name that ends in .png, .svg or .pdf", kind) from None


def _say_case(case: Case) -> None:
    """Say on a terminal which case is worked out, on one line that each overwrites."""
    if sys.stderr.isatty():
        print(f"\r\033[K{case.id} {case.name}", end="", file=sys.stderr, flush=True)
