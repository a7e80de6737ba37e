"""Section 11: how segments and sexes fare, as they are and at equal risk."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.report import figures
from sim.report.context import Context, of_share
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import NAN, Value, around
from sim.risk.equal_risk import (
    MEASURES,
    Compared,
    Measure,
    beside_reference,
    compared,
    outcomes_of_groups,
)
from sim.risk.fairness import FOUR_FIFTHS, LEAST
from sim.risk.fairness import fairness as rates_by
from sim.study.outcomes import GROUPS, OUTCOMES

UNITS = {"approval": "share", "limit": "fen", "late": "share", "loss": "fen", "cost": "share"}
LABELS = {
    "approval": "with an account",
    "limit": "mean limit, yuan",
    "cost": "annual rate, nominal",
    "late": "ever 31+ days past due",
    "loss": "net loss an account, yuan",
}
COST = Measure("weighted", "agreements", -1)


def fairness(context: Context) -> Section:
    """Return approval, limit, cost and loss by segment, with ratios, and the same at equal risk."""
    source = context.source
    title = "Segments and fairness"
    if source.has(OUTCOMES):  # of a comparison, which keeps no accounts
        table = source.table(OUTCOMES)
    elif source.has("users", "accounts"):
        table = outcomes_of_groups(source.table("users"), source.table("accounts"), GROUPS)
    else:
        again = f"{source.place.name}-again"
        command = f"{context.rerun()}; paylater report {again}"
        return context.section(11, title, [context.missing("outcomes by segment", command)])
    tables = {group: table[table["by"] == group].drop(columns="by") for group in GROUPS}
    segments = tables["segment"].rename(columns={"group": "segment"})
    let_in = segments.groupby(["replication", "segment"])[["approved", "users"]].sum()
    try:
        found = rates_by(let_in.reset_index(), "segment", "approved", "users")
    except ValueError as error:
        told = context.text("Segments cannot be compared: {why}.", why=str(error))
        return context.section(11, title, [told])
    blocks: list[Block] = [
        _approved(context, found),
        _compared(context, tables, equal_risk=False),
        _compared(context, tables, equal_risk=True),
        context.text(
            "Ratios are to the group that is let in most. Beyond: a favourable rate below four "
            "fifths of it, a cost or a loss above five fourths; in brackets where the interval "
            "does not exclude the limit. At equal risk: bands of 50 points of the score without "
            "activity, weighted as all users are spread. Annual rates are counted by segment "
            "(table cost), not by sex or score: none stands there. No rule of admission, limits or "
            "price reads sex or region."
        ),
    ]
    return context.section(11, title, blocks)


def _approved(context: Context, found: pd.DataFrame) -> Chart:
    runs = context.source.replications
    rows: list[list[Cell]] = []
    for _, row in found.iterrows():
        flag = context.words("below four fifths") if row["adverse"] else ""
        if not row["enough"]:
            flag = context.words("fewer than {least}", least=LEAST)
        count = Value(float(row["users"]) / runs, runs=runs, unit="count", total=int(row["users"]))
        rows.append([context.words.named(str(row["segment"])), count, of_share(row), flag])
    columns = [("segment", "Segment", ""), ("users", "Users", "count")]
    columns += [("approved", "with an account", "share"), ("flag", "Flag", "fairness")]
    table = context.table("fairness", "Users ever let in, by segment", columns, rows)
    drawn = found.rename(columns={"segment": "label", "share": "difference"})
    return Chart("segments", figures.segment_dots(drawn, context.words), table)


def _compared(context: Context, tables: dict[str, pd.DataFrame], *, equal_risk: bool) -> Block:
    """Return one row a measure and its ratio, one column a group."""
    names: dict[str, list[str]] = {key: sorted(set(lot["group"])) for key, lot in tables.items()}
    rows: list[list[Cell]] = []
    flags: dict[str, list[str]] = {name: [] for key in GROUPS for name in names[key]}
    for measure, said in LABELS.items():
        if measure == "cost" and (equal_risk or not context.source.has("cost")):
            continue
        label = context.words(said)
        levels: list[Cell] = [label]
        ratios: list[Cell] = [context.words("{measure}: ratio", measure=label)]
        for key in GROUPS:
            groups = names[key]
            found = _measured(context, tables[key], key, measure, equal_risk=equal_risk)
            if found is None:
                levels += [""] * len(groups)
                ratios += [""] * len(groups)
                continue
            for at, name in enumerate(groups):
                level, ratio = _pair(found, at, measure)
                levels.append(level)
                ratios.append(ratio)
                better = COST.better if measure == "cost" else MEASURES[measure].better
                flags[name] += _flags(label, ratio, better)
        rows += [levels, ratios]
    told = {name: ", ".join(found) or context.words("none") for name, found in flags.items()}
    rows.append([context.words("beyond four fifths"), *told.values()])
    columns = [("measure", "Measure", "")]
    kind = "equal_risk" if equal_risk else "fairness"
    named = context.words.named
    columns += [(f"{key}_{name}", named(name), kind) for key in GROUPS for name in names[key]]
    caption = "The same at equal risk" if equal_risk else "Outcomes by segment and sex"
    return context.table(f"outcomes{'_equal_risk' if equal_risk else ''}", caption, columns, rows)


def _measured(
    context: Context, table: pd.DataFrame, key: str, measure: str, *, equal_risk: bool
) -> Compared | None:
    groups = sorted(set(table["group"]))
    reference = _reference(table)
    if measure != "cost":
        return compared(table, MEASURES[measure], reference, equal_risk=equal_risk)
    return _cost(context, groups, reference) if key == "segment" else None


def _flags(label: str, ratio: Value, better: int) -> list[str]:
    """Return the measure where its ratio is beyond; in brackets where the interval is not."""
    if better > 0:
        beyond, surely = ratio.estimate < FOUR_FIFTHS, ratio.high < FOUR_FIFTHS
    else:
        beyond, surely = ratio.estimate > 1 / FOUR_FIFTHS, ratio.low > 1 / FOUR_FIFTHS
    return [label if surely else f"({label})"] if beyond else []


def _reference(table: pd.DataFrame) -> str:
    """Return the group that is let in most, of those that are large enough."""
    sums = table.groupby("group")[["approved", "users"]].sum()
    rates = (sums["approved"] / sums["users"]).where(sums["users"] >= LEAST, -1.0)
    return str(rates.idxmax())


def _cost(context: Context, groups: list[str], reference: str) -> Compared:
    """Return the mean annual rate of what a segment agreed to; see `cost`."""
    cost = context.source.table("cost")
    weighted = cost["nominal"] * cost["agreements"]
    sums = cost.assign(weighted=weighted).groupby(["replication", "segment"], observed=True)
    table = sums[["weighted", "agreements"]].sum().reset_index()

    def rates(some: pd.DataFrame) -> np.ndarray:
        by = some.groupby("segment")[["weighted", "agreements"]].sum().reindex(groups)
        return np.asarray(by["weighted"] / by["agreements"].replace(0, np.nan), dtype=float)

    counts = table.groupby("segment")["agreements"].sum().reindex(groups, fill_value=0)
    enough = np.asarray(counts >= LEAST)
    return beside_reference(rates, table, groups.index(reference), enough)


def _pair(found: Compared, at: int, measure: str) -> tuple[Value, Value]:
    runs, unit = found.rates.runs, UNITS[measure]
    if not found.enough[at]:
        return Value(NAN, runs=runs, unit=unit), Value(NAN, runs=runs)
    level, ratio = ([float(end[at]) for end in side[:3]] for side in (found.rates, found.ratios))
    if unit == "share":  # the jackknife does not know that there is nothing below 0
        level[1], ratio[1] = max(level[1], 0.0), max(ratio[1], 0.0)
    if measure in ("approval", "late"):  # nor that a part is not above its whole
        level[2] = min(level[2], 1.0)
    return around(level, runs, unit), around(ratio, runs, "number")
