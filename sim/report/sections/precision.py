"""What a run was asked to be sure of, and how sure it is: part of section 1."""

from __future__ import annotations

from sim.report.context import Context
from sim.report.page import Block, Cell
from sim.report.value import Value, around
from sim.study.metrics import FIGURES

COLUMNS = [
    ("metric", "Metric", ""),
    ("value", "Value and interval", "interval"),
    ("reached", "Half-width reached", "interval"),
    ("wanted", "Half-width wanted", "interval"),
    ("holds", "Holds", ""),
]


def precision(context: Context) -> list[Block]:
    """Return the aims of a run's precision and what was reached; nothing where none was asked."""
    told = context.source.made.get("precision")
    if not told:
        return []
    say = context.words
    rows: list[list[Cell]] = []
    for aim in told["aims"]:
        unit = FIGURES[aim["metric"]].unit if aim["metric"] in FIGURES else "number"
        value = around([aim[name] for name in ("estimate", "low", "high")], aim["runs"], unit)
        widths = [
            Value(aim[name], runs=aim["runs"], unit=unit) for name in ("half_width", "wanted")
        ]
        holds = say("yes") if aim["holds"] else say("no")
        rows.append([say.named(aim["metric"]), value, *widths, holds])
    ended = context.text(
        "Replications were added until the precision asked for held: {runs} of them at {level} %; "
        "the end came because {why}.",
        runs=told["aims"][0]["runs"],
        level=f"{100 * told['level']:g}",
        why=say(told["ended"]),
    )
    return [ended, context.table("precision", "Precision asked for and reached", COLUMNS, rows)]
