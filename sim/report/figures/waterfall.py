"""Steps that add up: limits over the run, income down to profit, a difference by its causes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.report.figures.style import BLUE, GREEN, RED, drawing, scaled, styled
from sim.report.words import ENGLISH, Words


@styled
def limit_waterfall(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return how all limits came from their opening sum to the closing one.

    table: step, amount_fen, and whole (True where the amount is a level and not a change).
    """
    figure, axes = drawing()
    _steps(axes, table, words)
    rows = table.set_index("step")["amount_fen"]
    axes.set_title(
        words(
            "Refreshes raised limits by {up:,.4g} and cut {down:,.4g} {unit}",
            **_two(rows, "raised", "lowered", words),
        )
    )
    return figure


@styled
def pnl_bridge(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return how income becomes profit, or the profit of a baseline that of this run.

    table: step, amount_fen, whole.
    """
    figure, axes = drawing(height=3.5)
    _steps(axes, table, words)
    step, amount = _largest(table)
    unit, name = scaled(float(table["amount_fen"].abs().max()))
    axes.set_title(
        words(
            "Profit of {profit:,.4g} {unit}; the largest step is {step} ({amount:+,.4g})",
            profit=float(table["amount_fen"].iloc[-1]) / unit,
            unit=words(name),
            step=words.named(step),
            amount=amount / unit,
        )
    )
    return figure


@styled
def attribution_waterfall(table: pd.DataFrame, words: Words = ENGLISH) -> Figure:
    """Return how the changed keys add up to the difference of two scenarios.

    table: step, amount_fen, whole; the steps are keys.
    """
    figure, axes = drawing(height=2.8)
    _steps(axes, table, words)
    step, _ = _largest(table)
    axes.set_title(words("{key} makes most of the difference", key=step))
    return figure


def _largest(table: pd.DataFrame) -> tuple[str, float]:
    """Return the change that moves most, and by how much."""
    changes = [
        (str(step), float(amount))
        for step, amount, whole in table[["step", "amount_fen", "whole"]].itertuples(index=False)
        if not whole
    ]
    return max(changes, key=lambda change: abs(change[1]), default=("none", 0.0))


def _steps(axes: Any, table: pd.DataFrame, words: Words) -> None:
    unit, name = scaled(float(table["amount_fen"].abs().max()))
    amounts = table["amount_fen"].to_numpy(dtype=float) / unit
    whole = table["whole"].to_numpy(dtype=bool)
    after = np.zeros(len(amounts))
    level = 0.0
    for at, amount in enumerate(amounts):
        level = amount if whole[at] else level + amount
        after[at] = level
        base = 0.0 if whole[at] else level - amount
        colour = BLUE if whole[at] else (GREEN if amount >= 0 else RED)
        hatch = None if whole[at] or amount >= 0 else "///"
        axes.bar(at, amount, 0.7, bottom=base, color=colour, hatch=hatch, edgecolor="white", lw=0.5)
        sign = "" if whole[at] else "+"
        digits = ".0f" if abs(amount) >= 100 else ".3g"
        text = f"{amount:{sign},{digits}}"
        top = max(base, base + amount)
        axes.annotate(text, (at, top), (0, 2), textcoords="offset points", ha="center", fontsize=7)
    for at, height in enumerate(after[:-1]):
        axes.plot([at - 0.35, at + 1.35], [height, height], color="0.5", lw=0.5)
    labels = [words.named(str(step)) for step in table["step"]]
    axes.set_xticks(range(len(labels)), labels, rotation=30, ha="right")
    axes.set_ylabel(words(name))
    axes.axhline(0, color="0.3", lw=0.6)
    axes.use_sticky_edges = False  # else the top bar ends at the frame
    axes.margins(y=0.14)


def _two(rows: pd.Series, up: str, down: str, words: Words) -> dict[str, Any]:
    unit, name = scaled(float(rows.abs().max()))
    return {"up": rows[up] / unit, "down": abs(rows[down]) / unit, "unit": words(name)}
