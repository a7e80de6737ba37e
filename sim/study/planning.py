"""What `paylater plan` answers: how many users or replications a comparison needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.scenario import Scenario, ScenarioError, load
from sim.scenario.studies import ComparisonFile, load_study
from sim.study.levers import check_pairs
from sim.study.metrics import metric
from sim.study.planner import Plan, plan, rates
from sim.study.replicates import replicate
from sim.study.workers import Workers

PPM = 1_000_000
Told = Callable[[int, int], None]


class Answer(NamedTuple):
    """A plan, and what it counts."""

    plan: Plan
    counts: str  # "user" or "replication"
    metric: str  # what differs; "rate" of users
    effect: float
    unit: str  # of the effect: "fen", "share", ...
    level: float
    power: float
    pilot: int  # pairs of runs that the variances were taken from; 0 where none were needed


def planned(
    file: str | Path,
    *,
    workers: int | Workers = 1,
    cluster: str | None = None,
    told: Told | None = None,
) -> Answer:
    """Return the sizes that the comparison in a file needs.

    told: hears how many user-days of the pilot are done, and of how many. Raises ScenarioError for
    what is wrong with the file.
    """
    study = load_study(ComparisonFile, file)
    if not study.plan.metric:
        a, b = (study.plan.rate_a_ppm or 0) / PPM, (study.plan.rate_b_ppm or 0) / PPM
        found = rates(a, b, level=study.level, power=study.plan.power)
        return Answer(found, "user", "rate", b - a, "share", study.level, study.plan.power, 0)
    a_file, b_file = study.path_of("a"), study.path_of("b")
    if a_file is None or b_file is None:
        raise ScenarioError([f"{study.source}: wanted scenario files a and b (found none)"])
    where = {"workers": workers, "cluster": cluster}
    return _from_pilot(study, load(a_file), load(b_file), where, told)


def _from_pilot(
    study: ComparisonFile, a: Scenario, b: Scenario, where: dict[str, Any], told: Told | None
) -> Answer:
    check_pairs(a, b)
    try:
        asked = metric(study.plan.metric)
    except ValueError as error:
        raise ScenarioError([f"{study.source}: plan.metric: {error}"]) from None
    each = (a.run.burn_in_days + a.run.days) * a.run.users
    whole = 2 * study.replications * each

    def lived(side: Scenario, before: int) -> Any:
        def hears(done: int) -> None:
            if told is not None:
                told((before + done) * each, whole)

        return asked.values(replicate(side, study.replications, told=hears, **where).series)[:, -1]

    one, other = lived(a, 0), lived(b, study.replications)
    apart = other - one
    effect = study.plan.effect if study.plan.effect is not None else float(apart.mean())
    if effect == 0 or np.isnan(effect):
        words = "wanted an effect, since the pilot shows none"
        raise ScenarioError([f"{study.source}: plan.effect: {words} (found nothing)"])
    alone = float(one.var(ddof=1) + other.var(ddof=1))
    how = {"level": study.level, "power": study.plan.power}
    found = plan(effect, alone, float(apart.var(ddof=1)), **how)
    name, pilot = study.plan.metric, study.replications
    return Answer(found, "replication", name, effect, asked.unit, **how, pilot=pilot)
