"""What studies print."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from sim.study.metrics import FIGURES

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.comparison import Comparison
    from sim.study.planning import Answer


def show_comparison(found: Comparison) -> None:
    """Print the figures on the last day, the swap sets and the attribution."""
    names = {label: plan.name for label, plan in found.study.scenarios.items()}
    summary = found.summary()
    console = Console()
    for label in [label for label in names if label != "a"]:
        part = summary[summary["scenario"] == label]
        title = f"{names[label]} against {names['a']}: {part['runs'].iloc[0]} paired replications"
        console.print(_differences(part, title, found.study.asked["level"]))
        console.print(_swaps(found.swap_sets, label))
    if found.attribution is not None:
        console.print(_waterfall(found.attribution))


def show_replicates(summary: pd.DataFrame) -> None:
    """Print a summary of replications."""
    runs, level = summary["runs"].iloc[0], summary["level"].iloc[0]
    table = _table(f"{runs} replications", "figure", "estimate", f"{level:.0%} interval")
    for row in summary.to_dict("records"):
        kind = FIGURES[row["metric"]].unit if row["metric"] in FIGURES else ""
        ends = f"{_text(row['low'], kind)} to {_text(row['high'], kind)}"
        table.add_row(_name(row["metric"]), _text(row["estimate"], kind), ends)
    Console().print(table)


def show_plan(answer: Answer, file: str) -> None:
    """Print a plan."""
    sizes = answer.plan
    print(f"{file}: to find a difference of {answer.effect:.6g}")
    print(f"  unpaired  {sizes.per_arm:>12,} {answer.unit} per arm")
    print(f"  paired    {sizes.pairs:>12,} {answer.unit}, each under both")
    print(f"  pairing saves a factor of {sizes.variance_ratio:.4g}")
    if answer.pilot:
        print(f"  variances from a pilot of {answer.pilot} pairs of runs")


def _differences(part: pd.DataFrame, title: str, level: float) -> Table:
    table = _table(
        title, "figure", "A", "B", "difference", f"+- {level:.0%}", "variance ratio", "better"
    )
    for row in part.to_dict("records"):
        unit = row["unit"]
        ties = row["higher"] + row["lower"] == 0
        table.add_row(
            _name(row["metric"]),
            _text(row["of_a"], unit),
            _text(row["of_b"], unit),
            _text(row["difference"], unit),
            _text((row["high"] - row["low"]) / 2, unit),
            _text(row["variance_ratio"], "ratio"),
            "" if math.isnan(row["better"]) else "equal" if ties else f"{row['better']:.0%}",
        )
    return table


def _swaps(swap_sets: pd.DataFrame, label: str) -> Table:
    """Return the swap sets as means over replications, each side where it let them in."""
    rows = swap_sets[swap_sets["scenario"] == label].drop(columns=["scenario", "replication"])
    means = rows.groupby("group", observed=True).mean()
    table = _table(
        "Users let in, mean of replications", "by", "users", "late 31+", "charged off", "lost"
    )
    for group, side in (("both", "a"), ("both", "b"), ("only_a", "a"), ("only_b", "b")):
        row = means.loc[group]
        lost = row[f"{side}_written_off_fen"] - row[f"{side}_recovered_fen"]
        name = f"both, under {side.upper()}" if group == "both" else f"{side.upper()} only"
        table.add_row(
            name,
            f"{row['users']:,.1f}",
            f"{row[f'{side}_late_31']:,.1f}",
            f"{row[f'{side}_charged_off']:,.1f}",
            _text(lost, "fen"),
        )
    return table


def _waterfall(attribution: pd.DataFrame) -> Table:
    table = _table("What each changed key contributes, a run", "metric", "key", "part", "interval")
    for row in attribution.to_dict("records"):
        unit = FIGURES[row["metric"]].unit if row["metric"] in FIGURES else ""
        ends = f"{_text(row['low'], unit)} to {_text(row['high'], unit)}"
        table.add_row(_name(row["metric"]), row["lever"], _text(row["mean"], unit), ends)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=not number)
    return table


def _name(metric: str) -> str:
    """Return a metric's name as printed: amounts in yuan."""
    return metric.replace("_fen", ", yuan").replace("_", " ") if metric in FIGURES else metric


def _text(value: Any, unit: str) -> str:
    """Return a number as people read it: yuan, shares of a hundred, counts."""
    if value is None or math.isnan(value):
        return "none"
    if math.isinf(value):
        return "no noise"
    if unit == "fen":  # in yuan
        return f"{value / 100:,.0f}"
    if unit == "share":
        return f"{100 * value:.3f} %"
    return f"{value:,.1f}"
