"""The command that runs replications and says how sure their figures are."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.line import (
    ClusterAddress,
    Days,
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    Users,
    WorkerCount,
    app,
    changes_of,
)
from sim.commands.sharing import say_where
from sim.scenario import ScenarioError, load

if TYPE_CHECKING:
    from sim.scenario import Scenario


class FactorDraws(StrEnum):
    """How the systematic factor is drawn; as `sim.study.factor.Draws`."""

    PLAIN = "plain"
    ANTITHETIC = "antithetic"
    STRATIFIED = "stratified"
    CONTROL = "control"


INNER = 2  # replications of each draw, unless asked otherwise


@app.command()
def replicate(
    scenario: ScenarioFile,
    *,
    replications: Annotated[int, typer.Option(min=1, help="runs that differ by luck alone")] = 20,
    posterior: Annotated[
        Path | None, typer.Option(metavar="FILE", help="draws of parameters, CSV or Parquet")
    ] = None,
    inner: Annotated[
        int | None,
        typer.Option(min=1, help="with --posterior: replications of each draw; 2 if absent"),
    ] = None,
    factor: Annotated[
        FactorDraws, typer.Option(help="how the systematic factor is drawn, for less variance")
    ] = FactorDraws.PLAIN,
    users: Users = None,
    days: Days = None,
    seed: Seed = None,
    set_: Settings = None,
    metric: Annotated[
        list[str] | None, typer.Option(metavar="METRIC", help="to show besides all figures")
    ] = None,
    workers: WorkerCount = 1,
    cluster: ClusterAddress = None,
    out: Annotated[Path | None, typer.Option(help="folder; runs/NAME-replicates if absent")] = None,
    quiet: Quiet = False,
) -> int:
    """Run replications, and say how much is luck.

    With parameters drawn from a posterior if asked, also how much is not knowing them.
    """
    from sim.progress import Progress
    from sim.study.cluster import workers_at
    from sim.study.metrics import FIGURES
    from sim.study.metrics import metric as read
    from sim.study.replicates import replicate as replicated
    from sim.study.terminal import show_replicates

    plan = load(scenario, changes_of(set_, users=users, days=days, seed=seed))
    lines = []
    if inner is not None and posterior is None:
        lines.append(f"--inner: wanted with --posterior only (found {inner})")
    inner = inner or INNER
    for name in metric or []:
        try:
            read(name)
        except ValueError as error:
            lines.append(f"--metric: {error}")
    if posterior is not None and replications % inner:
        wanted = f"wanted a multiple of {inner}, as --inner has it"
        lines.append(f"--replications: {wanted} (found {replications})")
    if posterior is not None and factor is not FactorDraws.PLAIN:
        lines.append(f"--factor: wanted plain, with a posterior (found {factor.value})")
    if factor is not FactorDraws.PLAIN:
        lines += _uneven(plan, replications, factor.value)
    if lines:
        raise ScenarioError(lines)
    place = out or Path("runs") / f"{plan.name}-replicates"
    if _is_there(place, plan, replications, posterior, inner, metric or [], factor.value):
        print(f"{place} holds these replications already; it is left alone.")
        return 0
    each = (plan.run.burn_in_days + plan.run.days) * plan.run.users
    with (
        Progress(plan.name, each * replications, quiet=quiet) as bar,
        workers_at(workers, cluster) as at,
    ):
        say_where(at, quiet=quiet)
        found = replicated(
            plan,
            replications,
            posterior=posterior,
            inner=inner,
            factor=factor.value,
            workers=at,
            told=lambda done: bar.reach(done * each),
        )
    found.save(place, metric or [])
    if not quiet:
        show_replicates(found.summary([*FIGURES, *(metric or [])]))
        print(f"The tables lie in {place}")
    return 0


def _uneven(plan: Scenario, replications: int, factor: str) -> list[str]:
    """Return what keeps the factor from being drawn so."""
    from sim.study.factor import Draws
    from sim.study.systematic import Factors

    try:
        Factors.of(plan, replications, Draws(factor))
    except ScenarioError as error:
        return [f"--{line}" if line.startswith("replications:") else line for line in error.lines]
    return []


def _is_there(
    place: Path,
    plan: Scenario,
    replications: int,
    posterior: Path | None,
    inner: int,
    metrics: list[str],
    factor: str,
) -> bool:
    """Tell whether a folder holds these replications. Raises ScenarioError for anything else."""
    from sim.study.factor import Draws
    from sim.study.folder import asked_hash, is_there
    from sim.study.posterior import drawn
    from sim.study.replicates import Key, asked_of

    keys = [Key(plan.run.seed, number) for number in range(replications)]
    draws, runs = [], None
    if posterior is not None:
        draws = [world.hash for world in drawn(plan, posterior, replications // inner)]
        runs = inner
    asked = asked_of(keys, runs, draws, metrics, Draws(factor))
    return is_there(place, "replicates", asked_hash("replicates", asked, {"scenario": plan.hash}))
