"""A stored trial: what its arms say of a policy, beside what is true of the twins."""

from __future__ import annotations

import pandas as pd

from sim.report import figures
from sim.report.context import Context
from sim.report.page import Block, Cell, Chart
from sim.report.source import Source
from sim.report.value import Value, around
from sim.study.trial_folder import Asked, beside, opened_trial


def stored(source: Source, policy: int) -> tuple[Asked, pd.DataFrame] | None:
    """Return the trial of a policy that lies beside a run, if it is of that run; None if not."""
    place = beside(source.place, policy)
    if not place.is_dir():
        return None
    scenario, asked, rows = opened_trial(place)
    return (asked, rows) if scenario.hash == source.scenario.hash else None


def twins(context: Context, asked: Asked, effects: pd.DataFrame) -> list[Block]:
    """Return effects by the arms and by the twins: a chart, its table, and what that takes."""
    rows: list[list[Cell]] = []
    dots = []
    for row in effects.to_dict("records"):
        unit = "fen" if str(row["outcome"]).endswith("_fen") else "share"
        ends = [float(row[end]) for end in ("estimate", "low", "high")]
        sides = [
            Value(float(row[name]), runs=1, unit=unit) for name in ("of_treated", "of_control")
        ]
        needs = [_needed(int(row[name])) for name in ("users_per_arm", "pairs")]
        truth = float(row["truth"])
        held = context.words("yes" if row["covers"] else "no")
        effect: list[Cell] = [around(ends, 1, unit), Value(truth, runs=1, unit=unit), held]
        rows.append([context.words.named(str(row["outcome"])), *sides, *effect, *needs])
        if row["of_control"]:
            whole = abs(float(row["of_control"]))
            dots.append([row["outcome"], *(end / whole for end in (*ends, truth))])
    said = context.words(
        "Policy {number}, replication {replication}: the arms ({treated:,} users with it, "
        "{control:,} without) beside twins of all users; amounts in yuan",
        number=asked.policy,
        replication=asked.replication,
        treated=int(effects["treated"].iloc[0]),
        control=int(effects["control"].iloc[0]),
    )
    under = context.table(f"twins_{asked.policy}", said, _COLUMNS, rows)
    frame = pd.DataFrame(dots, columns=["label", "difference", "low", "high", "truth"])
    if frame.empty:
        return [under]
    return [Chart(f"twins_{asked.policy}", figures.twins(frame, context.words), under)]


_COLUMNS = [
    ("outcome", "Outcome, mean of a user", ""),
    ("treated", "with the policy", "difference"),
    ("control", "without it", "difference"),
    ("effect", "effect by the arms", "difference"),
    ("truth", "true effect, by twins", "difference"),
    ("held", "inside the interval", ""),
    ("users", "users an arm needs", "power"),
    ("pairs", "twins needed", "power"),
]


def _needed(count: int) -> Value:
    """Return how many it takes; nothing where there is no effect to be found."""
    return Value(float(count) if count else float("nan"), runs=1, unit="count")
