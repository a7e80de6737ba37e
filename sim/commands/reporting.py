"""The command that makes a report."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.line import app


class Language(StrEnum):
    """What labels are written in."""

    EN = "en"
    ZH = "zh"


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="a run, a comparison or a sweep")],
    *,
    lang: Annotated[Language, typer.Option(help="of titles and labels")] = Language.EN,
    baseline: Annotated[
        Path | None, typer.Option(metavar="RUN", help="a run of the same users, for changes")
    ] = None,
    proof: Annotated[
        Path | None, typer.Option(metavar="FILE", help="proof.json of `paylater prove --json`")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="folder; RUN-report if absent")] = None,
) -> int:
    """Make the risk report of a folder: one HTML file that prints, its tables beside it."""
    from sim.report import report as made

    suffix = "" if lang is Language.EN else f"-{lang.value}"
    found = made(folder, lang=lang.value, baseline=baseline, proof=proof)
    place = found.save(
        out or folder.absolute().with_name(f"{folder.absolute().name}-report{suffix}")
    )
    size = (place / "report.html").stat().st_size / 1e6
    print(f"{place / 'report.html'} ({size:.1f} MB, {len(found.tables)} tables beside it)")
    return 0
