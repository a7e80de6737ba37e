"""Searching for the keys at which a metric is best while others keep to their bounds.

Rows are proposed in batches of a fixed size by Optuna's tree-structured Parzen estimator, from
what is known of all rows before. All rows have the same luck. What is proposed depends on the file
alone: a search that is resumed proposes the same rows again and finds them done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.study.attempt import value_of
from sim.study.design import Row, kind_of, maker
from sim.study.extras import library
from sim.study.interval import Interval, mean
from sim.study.metrics import metric

if TYPE_CHECKING:
    from sim.scenario.studies import Bound, Optimise
    from sim.study.sweep import Sweep

Do = Callable[[Sequence[Row]], bool]  # does the runs of some rows; tells whether all were done


def search(sweep: Sweep, do: Do) -> bool:
    """Let a sweep grow by the rows of its search, as far as `do` gets; tell whether to its end."""
    optuna = library("optuna", "study")
    asked = sweep.study.optimise
    assert asked is not None  # noqa: S101  its caller has looked
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=sweep.study.seed)
    directions = optuna.study.StudyDirection
    better = directions.MAXIMIZE if asked.direction == "maximise" else directions.MINIMIZE
    study = optuna.create_study(direction=better, sampler=sampler)
    space = {axis.key: _distribution(optuna, axis, sweep.base) for axis in sweep.study.axis}
    make = maker(sweep.study, sweep.base)
    sweep.rows = []
    while len(sweep.rows) < asked.trials:
        count = min(asked.batch, asked.trials - len(sweep.rows))
        trials = [study.ask(space) for _ in range(count)]
        first = len(sweep.rows)
        rows = [make(first + k, dict(trial.params)) for k, trial in enumerate(trials)]
        if not do(rows):
            return False
        sweep.rows += rows
        for trial, row in zip(trials, rows, strict=True):
            _tell(study, trial, sweep, row, asked, optuna.trial.TrialState.FAIL)
    return True


def frontier_table(sweep: Sweep) -> pa.Table:
    """Return the rows that no other beats in both the metric and the first bounded one.

    Without a bound it is the best row alone. Each has its intervals, and whether its means keep to
    all bounds.
    """
    asked = sweep.study.optimise
    assert asked is not None  # noqa: S101  its caller has looked
    bound = asked.bounds[0] if asked.bounds else None
    lines: list[dict[str, Any]] = []
    for row in sweep.rows:
        best = measured(sweep, row, asked.metric)
        other = measured(sweep, row, bound.metric) if bound else None
        if np.isnan(best.estimate):
            continue
        line = {"row": row.number} | row.settings | _ends(asked.metric, best)
        if bound and other:
            line |= _ends(bound.metric, other)
        line["within"] = all(part <= 0 for part in _broken(sweep, row, asked.bounds))
        aims = (
            _cost(best.estimate, asked),
            _excess(other.estimate, bound) if other and bound else 0,
        )
        lines.append(line | {"aims": aims})
    kept = [line for line in lines if not any(_beats(one["aims"], line["aims"]) for one in lines)]
    kept.sort(key=lambda line: line["aims"])
    return pa.Table.from_pylist([{k: v for k, v in line.items() if k != "aims"} for line in kept])


def measured(sweep: Sweep, row: Row, name: str) -> Interval:
    """Return the mean of a metric over the replications of a row; NaN where one failed."""
    asked = metric(name)
    numbers = range(sweep.replications(row))
    return mean([value_of(asked, sweep.outcome(row, number)) for number in numbers])


def _distribution(optuna: Any, axis: Any, base: Any) -> Any:
    log = axis.scale == "log"
    if kind_of(base, axis) is int:
        return optuna.distributions.IntDistribution(round(axis.low), round(axis.high), log=log)
    return optuna.distributions.FloatDistribution(float(axis.low), float(axis.high), log=log)


def _tell(study: Any, trial: Any, sweep: Sweep, row: Row, asked: Optimise, failed: Any) -> None:
    best = measured(sweep, row, asked.metric).estimate
    broken = _broken(sweep, row, asked.bounds)
    if np.isnan(best) or np.isnan(broken).any():
        study.tell(trial, state=failed)
        return
    for number, part in enumerate(broken):
        trial.set_constraint(str(number), part)
    study.tell(trial, best)


def _broken(sweep: Sweep, row: Row, bounds: Sequence[Bound]) -> list[float]:
    """Return by how much each bound is broken; 0 or less where it is kept."""
    return [_excess(measured(sweep, row, bound.metric).estimate, bound) for bound in bounds]


def _excess(value: float, bound: Bound) -> float:
    over = value - bound.most if bound.most is not None else -np.inf
    under = bound.least - value if bound.least is not None else -np.inf
    return float(np.maximum(over, under))


def _cost(value: float, asked: Optimise) -> float:
    return -value if asked.direction == "maximise" else value


def _beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and one[0] <= other[0] and one[1] <= other[1]


def _ends(name: str, found: Interval) -> dict[str, float]:
    return {name: found.estimate, f"{name} low": found.low, f"{name} high": found.high}
