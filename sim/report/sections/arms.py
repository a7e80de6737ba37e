"""Scenarios of a comparison side by side, and how many runs their differences need."""

from __future__ import annotations

import math

import pandas as pd
from scipy import special

from sim.report.context import Context
from sim.report.definitions import definitions
from sim.report.key_figures import OF_DAYS, changed, measured
from sim.report.page import Block, Cell
from sim.report.source import CHAMPION
from sim.report.value import NAN, Value, around
from sim.report.words import Said
from sim.risk.half_width import student
from sim.study.interval import LEVEL
from sim.study.metrics import FIGURES
from sim.study.planner import POWER, plan


def arms(context: Context) -> list[Block]:
    """Return the key figures of every scenario of a comparison, with its change against A."""
    source = context.source
    if source.kind != "comparison" or not source.has("daily"):
        return []
    sides = {label: source.arm(label) for label in source.scenarios}
    columns = [("figure", "Figure", ""), (CHAMPION, CHAMPION.upper(), "interval")]
    others = [label for label in sides if label != CHAMPION]
    for label in others:
        columns.append((label, Said(label.upper()), "interval"))
        if source.paired(label):
            columns.append((f"{label}_change", Said(f"{label.upper()} - A"), "difference"))
    rows: list[list[Cell]] = []
    for key, (expression, unit) in OF_DAYS.items():
        row: list[Cell] = [definitions()[key].said(context.words.language)]
        row.append(measured(sides[CHAMPION], expression, unit))
        for label in others:
            row.append(measured(sides[label], expression, unit))
            if source.paired(label):
                row.append(changed(sides[CHAMPION], sides[label], expression, unit))
        rows.append(row)
    caption = "Key figures by scenario, amounts in yuan"
    return [context.table("arms", caption, columns, rows, list(OF_DAYS))]


def power(context: Context) -> list[Block]:
    """Return how many runs each difference needs, apart and in pairs, and what these pairs find."""
    source = context.source
    table = source.table("differences")
    table = table[(table["day"] == table["day"].max()) & table["metric"].isin(list(FIGURES))]
    level = float(source.made.get("asked", {}).get("level", LEVEL))
    blocks: list[Block] = []
    for label, lot in table.groupby("scenario", sort=True):
        rows = [_needed(context, row, level) for _, row in lot.iterrows()]
        known = [row for row in rows if row is not None]
        if known:
            said = context.words(
                "Runs that find the difference {other} - A with a power of {power} %; "
                "amounts in yuan",
                other=str(label).upper(),
                power=f"{100 * POWER:g}",
            )
            blocks.append(context.table(f"power_{label}", said, _COLUMNS, known))
    if not blocks:
        note = "how many users or runs a difference needs"
        blocks.append(context.missing(note, "paylater plan COMPARE.toml"))
    return blocks


_COLUMNS = [
    ("metric", "Metric", ""),
    ("difference", "difference", "difference"),
    ("apart", "runs of each, unpaired", "power"),
    ("pairs", "pairs", "power"),
    ("least", "least that these pairs find", "power"),
    ("told", "Told from 0", ""),
]


def _needed(context: Context, row: pd.Series, level: float) -> list[Cell] | None:
    """Return the sizes for one difference; None where pairs tell no variance or no difference."""
    runs, ratio = int(row["runs"]), float(row["variance_ratio"])
    apart, low, high = (float(row[name]) for name in ("difference", "low", "high"))
    half = (high - low) / 2
    if runs < 2 or not apart or not half > 0 or not math.isfinite(ratio):
        return None
    paired = (half / float(student(runs - 1, level))) ** 2 * runs  # variance of a pair's difference
    found = plan(apart, ratio * paired, paired, level=level)
    factor = float(special.ndtri((1 + level) / 2) + special.ndtri(POWER))
    unit = str(row["unit"])
    return [
        context.words.named(str(row["metric"])),
        around((apart, low, high), runs, unit),
        Value(float(found.per_arm), NAN, NAN, runs, "count"),
        Value(float(found.pairs), NAN, NAN, runs, "count"),
        Value(factor * math.sqrt(paired / runs), NAN, NAN, runs, unit),
        context.words("yes" if low > 0 or high < 0 else "no"),
    ]


def unit_of(name: str) -> str:
    """Return the unit of a metric by its name."""
    if name in FIGURES:
        return FIGURES[name].unit
    return "fen" if name.endswith("_fen") else "number"
