"""Section 12: a run under stress, and the mildest stress that breaks its appetite."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.report import figures
from sim.report.context import Context
from sim.report.page import Block, Cell, Chart, Section
from sim.report.stress_test import stress_test
from sim.report.value import NAN, Value, ratio_of
from sim.study.difference import paired
from sim.study.stress import StressTest
from sim.study.stress_tables import BASELINE, REVERSE
from sim.study.stressed import MEASURES as STRESSED
from sim.study.stresses import stresses

MEASURES = {
    "loss_share_year": "gross_loss",
    "late_31_share": "late_31",
    "late_91_share": "late_91",
    "risk_adjusted_income_fen": "risk_adjusted_income",
}
DEFINED = {
    "net_loss": "net_loss",
    "late_31": "late_31",
    "late_91": "late_91",
    "liquidity": "liquidity",
    "undrawn": "undrawn",
    "profit": "profit_of_book",
    "capital": "capital_proxy",
}
LABELS = {
    "net_loss": "net loss a year",
    "late_31": "31+ days past due",
    "late_91": "91+ days past due",
    "liquidity": "cash raised in 30 days",
    "undrawn": "limits not drawn",
    "profit": "profit",
    "capital": "capital proxy",
}
PATHS = ["demand_ppm", "income_ppm", "job_loss_ppm", "job_found_ppm"]
SHOCK = ("job_loss_ppm", "income_ppm", "strain")


def stress(context: Context) -> Section:
    """Return the outcomes of the stress test beside a run, or how to make one."""
    source = context.source
    title = "Stress and reverse stress"
    blocks: list[Block] = []
    if source.has("differences"):
        return context.section(12, title, [_scenarios(context)])
    found = stress_test(source)
    if isinstance(found, StressTest):
        return context.section(12, title, _tested(context, found))
    if source.has("environment"):
        blocks.append(_paths(context))
    if found:
        blocks.append(
            context.text("The stress test beside this run is not of it: {why}.", why=found)
        )
    name = source.place.name
    command = f"paylater stress {name}; paylater report {name}"
    if source.run is None:
        command = f"{context.rerun()}; paylater stress {name}-again; paylater report {name}-again"
    note = "loss, liquidity and capital under stress, and the mildest that breaks a limit"
    blocks.append(context.missing(note, command))
    return context.section(12, title, blocks)


def _tested(context: Context, test: StressTest) -> list[Block]:
    asked = test.study.asked
    run = context.source.scenario.run
    words = (
        "{users:,} users and {runs} replications under each stress, on the run's own people and "
        "luck; a smaller book than the run's, so the baseline differs from section 1."
    )
    if (asked["users"], asked["replications"]) == (run.users, run.replications):
        words = (
            "{users:,} users and {runs} replications under each stress: all of the run's people, "
            "with its luck."
        )
    told = context.text(words, users=asked["users"], runs=asked["replications"])
    inputs = _inputs(context, test)
    return [told, inputs, *_outcomes(context, test), *_reverse(context, test)]


def _inputs(context: Context, test: StressTest) -> Chart:
    """Return the paths of the economy under each stress."""
    paths = test.paths
    economy = context.source.table("environment") if context.source.has("environment") else None
    base = {"job_loss": 0.0, "income": 1.0, "purchases": 1.0}
    frame = paths[["scenario", "day", "date"]].copy()
    frame["unemployed"] = paths["unemployed"] / paths["users"]
    frame["job_loss"] = paths["job_loss_ppm"] / 1e6
    frame["income"] = paths["income_ppm"] / 1e6
    frame["purchases"] = paths["spending_ppm"] / 1e6
    if economy is not None:
        one = economy[economy["replication"] == economy["replication"].min()].set_index("day")
        own = {name: frame["day"].map(one[f"{key}_ppm"]) / 1e6 for name, key in _OWN.items()}
        frame["job_loss"] += own["job_loss"]
        frame["income"] *= own["income"]
        frame["purchases"] *= own["purchases"]
    rows: list[list[Cell]] = []
    runs = test.study.asked["replications"]
    for name, lot in frame.groupby("scenario", sort=False):
        numbers = [Value(float(lot[key].mean()), unit="share") for key in base]
        told = stresses()[str(name)].shock.get("strain", 0) if str(name) != BASELINE else 0
        last = Value(float(lot["unemployed"].iloc[-1]), runs=runs, unit="share")
        strain = Value(float(told), unit="number")
        rows.append([context.words.named(str(name)), *numbers, strain, last])
    columns = [("scenario", "Stress", ""), ("job_loss", "lose work a month, mean", "stress_input")]
    columns += [("income", "incomes", "stress_input"), ("purchases", "purchases", "stress_input")]
    columns += [("strain", "strain a payday", "stress_input")]
    columns.append(("unemployed", "out of work, last day", "share"))
    under = context.table("stress_inputs", "Inputs of each stress; assumed", columns, rows)
    return Chart("stress_paths", figures.stress_paths(frame, context.words), under)


_OWN = {"job_loss": "job_loss", "income": "income", "purchases": "demand"}


def _outcomes(context: Context, test: StressTest) -> list[Block]:
    """Return the measures under each stress, and their paired changes."""
    table = test.outcomes[test.outcomes["scenario"] != REVERSE]
    lots = {str(name): lot for name, lot in table.groupby("scenario", sort=False)}
    levels: list[list[Cell]] = []
    changes: list[list[Cell]] = []
    for name, lot in lots.items():
        numbers = [ratio_of(lot[one.part], lot[one.whole]) for one in STRESSED.values()]
        levels.append([context.words.named(name), *numbers])
        if name != BASELINE:
            moved = [_change(lots[BASELINE], lot, measure) for measure in STRESSED]
            changes.append([context.words.named(name), *moved])
    columns = [("scenario", "Stress", "")]
    columns += [(name, LABELS[name], DEFINED[name]) for name in STRESSED]
    caption = "Under each stress, of principal"
    second = "Change against the baseline, paired"
    heads = [(key, label, "difference" if key != "scenario" else "") for key, label, _ in columns]
    told = " ".join(
        f"{context.words.named(name)}: {context.words(each.told)}."
        for name, each in stresses().items()
    )
    return [
        context.table("stress_outcomes", caption, columns, levels),
        context.table("stress_changes", second, heads, changes),
        context.text("{told} Sizes are assumed (sim/data/stresses.toml).", told=told),
    ]


def _change(before: pd.DataFrame, after: pd.DataFrame, measure: str) -> Value:
    part, whole = STRESSED[measure][:2]
    sides = [side[part].to_numpy() / side[whole].replace(0, np.nan) for side in (before, after)]
    one, other = (np.asarray(side, dtype=float) for side in sides)
    known = ~np.isnan(one) & ~np.isnan(other)
    if not known.any():
        return Value(NAN, unit="share")
    found = paired(one[known], other[known]).interval
    return Value(found.estimate, found.low, found.high, found.runs, "share")


def _reverse(context: Context, test: StressTest) -> list[Block]:
    """Return how measures rise with the shock, and where each limit breaks."""
    rows = [_broken(context, row, test) for _, row in test.breaches.iterrows()]
    columns = [("measure", "Limit of the appetite", ""), ("limit", "limit", "light")]
    columns += [("strength", "breaks at", "breaking"), ("held", "holds at", "breaking")]
    columns += [("measured", "measure there", "breaking")]
    columns += [("job_loss", "lose work besides", "stress_input")]
    columns += [("income", "incomes", "stress_input")]
    columns.append(("strain", "strain a payday", "stress_input"))
    caption = "Mildest shock that breaks a limit: multiples of the severe one, by bisection"
    under = context.table("reverse_stress", caption, columns, rows)
    return [Chart("breaking", figures.breaking_points(_rising(test), context.words), under)]


def _broken(context: Context, row: pd.Series, test: StressTest) -> list[Cell]:
    runs = test.study.asked["replications"]
    at, reach = float(row["strength"]), float(row["half_width"])
    cells: list[Cell] = [
        context.words(LABELS[str(row["measure"])]),
        Value(float(row["limit_ppm"]) / 1e6, unit="share"),
        Value(at, max(at - reach, 0.0), at + reach, runs),
        Value(float(row["held"]), runs=runs),
        Value(float(row["measured"]), runs=runs, unit="share"),
    ]
    for key in SHOCK:
        unit, scale = ("number", 1.0) if key == "strain" else ("share", 1e6)
        size = float(row[key]) / scale if row["broken"] else NAN
        cells.append(Value(size, unit=unit))
    return cells


def _rising(test: StressTest) -> pd.DataFrame:
    """Return the measures with a limit by strength of the shock, as multiples of it."""
    table = test.outcomes[test.outcomes["scenario"] == REVERSE]
    sums = table.groupby("strength").sum(numeric_only=True)
    parts = []
    for _, row in test.breaches.iterrows():
        one = STRESSED[str(row["measure"])]
        limit = max(float(row["limit_ppm"]), 1.0) / 1e6
        levels = sums[one.part] / sums[one.whole].clip(lower=1) / limit
        frame = levels.rename("of_limit").reset_index()
        label = LABELS[str(row["measure"])]
        parts.append(frame.assign(measure=label, broken_at=float(row["strength"])))
    return pd.concat(parts, ignore_index=True)


def _scenarios(context: Context) -> Block:
    """Return loss, arrears and income of every scenario of a comparison, the first as A."""
    table = context.source.table("differences")
    last = table[table["day"] == table["day"].max()]
    names = {key: scenario.name for key, scenario in context.source.scenarios.items()}
    rows: list[list[Cell]] = []
    for label, name in names.items():
        lot = last[last["scenario"] == ("b" if label == "a" else label)].set_index("metric")
        side = "of_a" if label == "a" else "of_b"
        numbers = [
            Value(float(lot[side][m]), runs=int(lot["runs"][m]), unit=str(lot["unit"][m]))
            for m in MEASURES
        ]
        rows.append([f"{label.upper()}: {name}", *numbers])
    columns = [("scenario", "Scenario", ""), *((m, m, d) for m, d in MEASURES.items())]
    caption = "Loss and arrears under each scenario; paired differences stand in section 13"
    return context.table("scenarios", caption, columns, rows)


def _paths(context: Context) -> Chart:
    table = context.source.table("environment")
    one = table[(table["replication"] == table["replication"].min()) & (table["day"] >= 0)]
    names = [name for name in PATHS if float(one[name].iloc[0]) > 0]
    rows: list[list[Cell]] = []
    for name in names:
        path = one[name]
        ends = (path.iloc[0], path.min(), path.max(), path.iloc[-1])
        numbers = [Value(float(end) / 1e6, unit="share") for end in ends]
        rows.append([context.words(name), *numbers])
    columns = [("path", "Path", ""), ("first", "first day", "share"), ("least", "least", "share")]
    columns += [("most", "most", "share"), ("last", "last day", "share")]
    under = context.table(
        "economy", "Paths of the economy: inputs, without sampling", columns, rows
    )
    return Chart("paths", figures.paths(one[["date", *names]], context.words), under)
