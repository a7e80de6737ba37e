"""Policies for a share of the users of a run: what the two arms say of each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.account import PRINCIPAL
from sim.report import figures
from sim.report.context import Context
from sim.report.page import Block, Cell, Chart
from sim.report.sections.twins import stored, twins
from sim.report.value import Value, around
from sim.study.swap_set import Standings
from sim.study.trial import EVERYONE_PPM, users_reached, welch
from sim.study.trial_folder import Asked

_COLUMNS = ["replication", "user", "opened_on", "limit_fen", "bucket", "charged_off_on"]
_COLUMNS += ["written_off_fen", "recovered_fen"]


def trials(context: Context) -> list[Block]:
    """Return the effect of each partial policy as its arms estimate it; the truth needs twins."""
    source = context.source
    if source.kind == "trial":
        return twins(context, Asked(**source.made["asked"]), source.table("effects"))
    if source.run is None or not source.has("accounts"):
        return []
    policies = source.scenario.policy
    partial = [at for at, one in enumerate(policies) if 0 < one.share_ppm < EVERYONE_PPM]
    return [block for at in partial for block in _trial(context, at)]


def _trial(context: Context, policy: int) -> list[Block]:
    source = context.source
    arms = _outcomes(context, policy)
    rows: list[list[Cell]] = []
    dots = []
    for name in [str(column) for column in arms if column not in ("reached", "replication")]:
        values, reached = arms[name].to_numpy(dtype=float), arms["reached"].to_numpy(dtype=bool)
        one, other = values[reached], values[~reached]
        if min(len(one), len(other)) < 2:
            return []
        found = welch(one, other)
        unit = "fen" if name.endswith("_fen") else "share"
        sides = [
            Value(float(side.mean()), runs=source.replications, unit=unit) for side in (one, other)
        ]
        ends = (found.estimate, found.low, found.high)
        rows.append([context.words.named(name), *sides, around(ends, source.replications, unit)])
        if other.mean():
            dots.append([name, *(end / abs(float(other.mean())) for end in ends)])
    columns = [
        ("outcome", "Outcome, mean of a user", ""),
        ("treated", "with the policy", "difference"),
    ]
    columns += [
        ("control", "without it", "difference"),
        ("effect", "effect by the arms", "difference"),
    ]
    said = context.words(
        "Policy {number} in the run: {treated:,} users with it, {control:,} without; in yuan",
        number=policy,
        treated=int(arms["reached"].sum()),
        control=int((~arms["reached"]).sum()),
    )
    under = context.table(f"trial_{policy}", said, columns, rows)
    frame = pd.DataFrame(dots, columns=["label", "difference", "low", "high"])
    kept = stored(source, policy)
    if kept is None:
        command = f"paylater trial {source.place.name} --policy {policy}"
        truth: list[Block] = [context.missing("the true effect, from twins of all users", command)]
    else:
        truth = twins(context, *kept)
    if frame.empty:
        return [under, *truth]
    return [Chart(f"trial_{policy}", figures.forest(frame, context.words), under), *truth]


def _outcomes(context: Context, policy: int) -> pd.DataFrame:
    """Return outcomes of all users of all replications, and whether the policy reaches them."""
    run = context.source.run
    assert run is not None  # noqa: S101  its caller has looked
    table = run.read("accounts", [*_COLUMNS, *(f"{name}_fen" for name in PRINCIPAL)])
    parts = []
    for replication, lot in table.groupby("replication", sort=True):
        reached = users_reached(run.scenario, policy, int(str(replication)))
        outcomes = Standings.of_accounts(lot).outcomes
        users = np.unique(lot["user"].to_numpy())
        parts.append(pd.DataFrame(outcomes | {"reached": reached[users]}))
    return pd.concat(parts, ignore_index=True)
