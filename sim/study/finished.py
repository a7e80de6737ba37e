"""Finished runs compared from their tables; nothing that they hold is simulated again.

Replications of one seed and number are the same people with the same luck, and pair. Runs of other
seeds do not: their difference has the interval of independent runs, and that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.account import PRINCIPAL
from sim.scenario import ScenarioError
from sim.study.comparison import Comparison, asked_of, attribution, differences_of, labels_of
from sim.study.contrast import labelled
from sim.study.folder import Study
from sim.study.interval import LEVEL
from sim.study.levers import check_alike
from sim.study.metrics import Series, metric
from sim.study.outcomes import DERIVED, derived
from sim.study.swap_set import Standings, swaps
from sim.study.work import BOOKS

if TYPE_CHECKING:
    from sim.results import Run
    from sim.study.workers import Workers

_ACCOUNTS = [
    *("replication", "user", "opened_on", "limit_fen", "bucket", "charged_off_on"),
    *("written_off_fen", "recovered_fen", *(f"{name}_fen" for name in PRINCIPAL)),
]


def compare_runs(
    *runs: Run,
    replications: int | None = None,
    metrics: Sequence[str] = (),
    attribute: Sequence[str] = (),
    level: float = LEVEL,
    workers: int | Workers = 1,
    cluster: str | None = None,
    threads: int | None = None,
    kept: str | Path | None = None,
) -> Comparison:
    """Return what the others change against the first of some finished runs.

    replications: the first so many of each; all if None. The other arguments are as for `compare`;
    only `attribute` simulates, the scenarios between A and B. `asked` of the study says under
    `pairs` how many replications of each run pair with A's, and under `notes` what else a reader
    must know. Raises ScenarioError for runs of other users or days, without `daily`, or of one seed
    too few for what is asked.
    """
    if len(runs) < 2:
        raise ValueError("wanted two or more runs")
    _check(runs, attribute)
    labels = labels_of(len(runs))
    counts = _counts(runs, replications)
    pairs = {
        label: counts[0] if _pairs(runs[0], run) else 0
        for label, run in zip(labels[1:], runs[1:], strict=True)
    }
    days = [_days(run, count) for run, count in zip(runs, counts, strict=True)]
    sides = [Series.of_tables(each) for each in days]
    asked = [metric(name) for name in (*metrics, *attribute)]
    paired = {label: count > 0 for label, count in pairs.items()}
    dates = days[0][0]["date"]
    tables = {"differences": differences_of(sides, paired, asked, dates, level)}
    notes = _notes(runs, labels, counts, pairs)
    swapped = _swap_sets(runs, labels, pairs, notes)
    if swapped is not None:
        tables["swap_sets"] = swapped
    tables |= _own_tables(runs, labels, counts, days)
    if attribute:
        where: dict[str, Any] = {"workers": workers, "cluster": cluster, "threads": threads}
        scenarios = [run.scenario for run in runs]
        tables |= attribution(scenarios, sides, attribute, counts[0], level, kept=kept, **where)
    told = asked_of(counts[0], metrics, attribute, level) | {
        "pairs": pairs,
        "names": [run.folder.name if run.folder else run.scenario.name for run in runs],
        "notes": notes,
    }
    named = {label: run.scenario for label, run in zip(labels, runs, strict=True)}
    return Comparison(Study("comparison", told, named, tables))


def _has(run: Run, name: str) -> bool:
    """Tell whether a run has a table, or all that it is made from."""
    if name not in DERIVED:
        return name in run.tables
    return {"users", "accounts"} <= {*run.tables} and run.scenario.output.users_ppm == 1_000_000


def _book(run: Run, name: str) -> pa.Table:
    return derived(name, run.read) if name in DERIVED else run.arrow(name)


def _own_tables(
    runs: Sequence[Run],
    labels: Sequence[str],
    counts: Sequence[int],
    days: Sequence[Sequence[pa.Table]],
) -> dict[str, pa.Table]:
    """Return the tables that hold each run's own: `daily`, and those of BOOKS that all have."""
    lots = {
        "daily": [
            labelled(table, label, "which one")
            for label, each in zip(labels, days, strict=True)
            for table in each
        ]
    }
    for name in BOOKS:
        if all(_has(run, name) for run in runs):
            parts = zip(labels, runs, counts, strict=True)
            lots[name] = [
                labelled(_first(_book(run, name), count), label, "which one")
                for label, run, count in parts
            ]
    return {name: pa.concat_tables(lot) for name, lot in lots.items()}


def _check(runs: Sequence[Run], attribute: Sequence[str]) -> None:
    """Raise ScenarioError for all that keeps runs from being compared."""
    lines = []
    for run in runs:
        if "daily" not in run.tables:
            has = ", ".join(run.tables) or "none"
            lines.append(f"{_place(run)}: output.tables: wanted daily among them (found {has})")
    for run in runs[1:]:
        lines += check_alike(runs[0].scenario, run.scenario, _place(runs[0]), _place(run))
        if attribute and not _pairs(runs[0], run):
            words = f"wanted {runs[0].scenario.run.seed}, as {_place(runs[0])} has it, to attribute"
            found = f"found {run.scenario.run.seed}"
            lines.append(f"{_place(run)}: run.seed: {words} a difference to keys ({found})")
    if lines:
        raise ScenarioError(lines)


def _place(run: Run) -> str:
    return str(run.folder or run.scenario.source)


def _pairs(a: Run, b: Run) -> bool:
    return a.scenario.run.seed == b.scenario.run.seed


def _counts(runs: Sequence[Run], most: int | None) -> list[int]:
    """Return how many replications of each run are taken; as many of all that pair with A."""
    have = [min(run.scenario.run.replications, most or 1 << 30) for run in runs]
    pairing = [_pairs(runs[0], run) for run in runs]
    fewest = min(count for count, pairs in zip(have, pairing, strict=True) if pairs)
    return [fewest if pairs else count for count, pairs in zip(have, pairing, strict=True)]


def _days(run: Run, count: int) -> list[pa.Table]:
    """Return `daily` of the first replications of a run."""
    whole = run.arrow("daily")
    numbers = whole["replication"].to_numpy()
    return [whole.take(np.flatnonzero(numbers == k)) for k in range(count)]


def _first(table: pa.Table, count: int) -> pa.Table:
    """Return the rows of the first replications of a table."""
    return table.take(np.flatnonzero(table["replication"].to_numpy() < count))


def _notes(
    runs: Sequence[Run], labels: Sequence[str], counts: Sequence[int], pairs: dict[str, int]
) -> list[str]:
    notes = []
    for label, run, count in zip(labels, runs, counts, strict=True):
        seed, left = run.scenario.run.seed, run.scenario.run.replications - count
        name = label.upper()
        if label in pairs and not pairs[label]:
            notes.append(
                f"{name} has seed {seed}, A {runs[0].scenario.run.seed}: other people with other "
                "luck; nothing pairs, and intervals are those of independent runs"
            )
        if left:
            notes.append(f"{left} more replications of {name} are left out")
    return notes


def _swap_sets(
    runs: Sequence[Run], labels: Sequence[str], pairs: dict[str, int], notes: list[str]
) -> pa.Table | None:
    """Return the swap sets of runs that pair with A; where they cannot be told, a note says why."""
    lacking = [
        label.upper()
        for label, run in zip(labels, runs, strict=True)
        if "accounts" not in run.tables or run.scenario.output.users_ppm < 1_000_000
    ]
    paired = [label for label in labels[1:] if pairs[label]]
    if lacking or not paired:
        if lacking:
            words = "holds no accounts, or of a share of users only"
            notes.append(f"{' and '.join(lacking)} {words}: swap sets are not told")
        return None
    by_label = dict(zip(labels, runs, strict=True))
    of_a = _standings(runs[0], pairs[paired[0]])
    parts = [
        labelled(swaps(of_a[k], of_other, k), label, "compared with A")
        for label in paired
        for k, of_other in enumerate(_standings(by_label[label], len(of_a)))
    ]
    return pa.concat_tables(parts)


def _standings(run: Run, count: int) -> list[Standings]:
    """Return the standings of the first replications of a run from its table of accounts."""
    rows = run.read("accounts", _ACCOUNTS)
    return [Standings.of_accounts(rows[rows["replication"] == k]) for k in range(count)]
