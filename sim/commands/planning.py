"""The command that plans: sizes of comparisons, and what runs cost."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.line import ClusterAddress, Quiet, Settings, WorkerCount, app
from sim.commands.sharing import say_where
from sim.scenario import ScenarioError, load


@app.command()
def plan(
    file: Annotated[
        Path, typer.Argument(metavar="COMPARE.toml", help="a comparison (TOML); with --cost a run")
    ],
    *,
    workers: WorkerCount = 1,
    cluster: ClusterAddress = None,
    cost: Annotated[
        bool, typer.Option("--cost", help="measure what runs of this scenario cost, by size")
    ] = False,
    set_: Settings = None,
    sizes: Annotated[
        str, typer.Option(metavar="USERS", help="with --cost: measured sizes, such as 1_000,10_000")
    ] = "",
    users: Annotated[
        int | None, typer.Option(min=1, help="with --cost: users of the run; 1.2 billion if absent")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="with --cost: its days; 365 if absent")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="with --cost: folder for cost.json and cost.md")
    ] = None,
    quiet: Quiet = False,
) -> int:
    """Plan the size of a comparison.

    How many users or replications a difference needs; with --cost, what runs take on this machine.
    """
    if cost:
        if workers > 1 or cluster:
            raise ScenarioError(["--workers, --cluster: wanted without --cost only"])
        return _cost(file, set_ or [], _sizes(sizes), (users, days), out, quiet=quiet)
    from sim.progress import Progress
    from sim.study.cluster import workers_at
    from sim.study.planning import planned
    from sim.study.terminal import show_plan

    given = {"--set": set_, "--sizes": sizes, "--users": users, "--days": days, "--out": out}
    lines = [f"{name}: wanted with --cost only (found {v})" for name, v in given.items() if v]
    if lines:
        raise ScenarioError(lines)
    with Progress("pilot", 0, quiet=quiet) as bar, workers_at(workers, cluster) as at:
        say_where(at, quiet=quiet)
        answer = planned(file, workers=at, told=bar.reach)
    show_plan(answer, str(file))
    return 0


def _cost(
    file: Path,
    settings: list[str],
    sizes: tuple[int, ...],
    wanted: tuple[int | None, int | None],
    out: Path | None,
    *,
    quiet: bool,
) -> int:
    """Measure runs of a scenario, print the page, and leave it in a folder."""
    from sim.population import check_inputs
    from sim.scenario.changes import parsed
    from sim.study.cost import LONG, MONTHLY_USERS, measured_cost
    from sim.study.cost_page import page

    scenario = load(file, settings)
    check_inputs(scenario)

    def told(line: str) -> None:
        if not quiet:
            print(line, file=sys.stderr)

    changed = {change.key: change.value for change in map(parsed, settings)}
    found = measured_cost(scenario, changed, sizes=sizes, told=told)
    text = page(found, wanted[0] or MONTHLY_USERS, wanted[1] or LONG)
    if out is not None:
        found.save(out / "cost.json")
        (out / "cost.md").write_text(text, encoding="utf-8")
    print(text, end="")
    return 0


def _sizes(words: str) -> tuple[int, ...]:
    """Return the sizes in a list such as 1_000,10_000."""
    from sim.study.cost import SIZES

    if not words:
        return SIZES
    parts = [part.strip().replace("_", "") for part in words.split(",")]
    sizes = tuple(int(part) for part in parts if part.isdecimal())
    if len(sizes) != len(parts) or len(sizes) < 3 or list(sizes) != sorted({*sizes}):
        wanted = (
            "wanted three sizes or more, each above the one before, such as 1_000,10_000,20_000"
        )
        raise ScenarioError([f"--sizes: {wanted} (found {words})"])
    return sizes
