"""One run of a sweep: tried, and measured if it got to its end."""

from __future__ import annotations

from sim.study.metrics import Metric
from sim.study.outcome import DONE, FAILED, Outcome, outcome_of
from sim.study.work import Task, record_of, scenario_of

WAITING = "waiting"


def attempted(task: Task) -> Outcome:
    """Return the outcome of a run; one that fails has its error, of whatever kind."""
    from sim.population import check_inputs
    from sim.results.tables import table

    try:
        check_inputs(scenario_of(task.files[0]))
        return outcome_of(table(record_of(task.files[0], task.replication, task.threads), "daily"))
    except Exception as error:  # noqa: BLE001  one bad row must not end a sweep
        words = "; ".join(str(error).splitlines()) or "no more is known"
        return Outcome(FAILED, f"{type(error).__name__}: {words}", 0, {}, {})


def value_of(asked: Metric, outcome: Outcome | None) -> float:
    """Return a metric of a run, NaN where it was not done."""
    if outcome is None or outcome.status != DONE:
        return float("nan")
    return float(asked.values(outcome.series())[0, 0])


def state_of(outcome: Outcome | None) -> tuple[str, str]:
    """Return status and error of a run."""
    return (WAITING, "") if outcome is None else (outcome.status, outcome.error)
