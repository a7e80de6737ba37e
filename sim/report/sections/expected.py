"""Of section 7: expected losses by bucket, segment and economy, and when accounts default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sim.report.context import Context
from sim.report.expected_losses import NAMES, OUTLOOKS, Book
from sim.report.page import Block, Cell
from sim.report.value import Value, around
from sim.risk import default
from sim.risk.expected_losses import Outlook
from sim.risk.jackknife import Jackknifed, jackknife
from sim.risk.severity import LEAST
from sim.risk.stages import STAGE_OF
from sim.risk.tables import ALL, ON_BOOK

HEADS = [
    ("ead", "Exposure, yuan", "money"),
    ("ecl_12", "12-month ECL", "ecl"),
    ("ecl_lifetime", "lifetime ECL", "ecl"),
    ("allowance", "by stage", "ecl"),
    ("coverage", "of exposure", "coverage"),
]
MONTHS = (3, 6, 12, 24, 36)


def expected(context: Context) -> list[Block]:
    """Return expected losses by bucket, by segment and by economy."""
    book = Book(context.source)
    try:
        whole = book.expected(ALL, OUTLOOKS)
        parts = {name: book.expected(name, OUTLOOKS) for name in book.segments}
        economies = {
            name: book.expected(ALL, {name: Outlook(1.0, outlook.worsening)})
            for name, outlook in OUTLOOKS.items()
        }
    except (ValueError, np.linalg.LinAlgError) as error:
        return [context.text("Expected losses cannot be told: {why}.", why=str(error))]
    lgd = book.severity()
    told = around((float(end) for end in lgd[:3]), lgd.runs, "share")
    words = (
        "Loss of what is charged off: {lgd} ({bounds}; {accounts} accounts charged off), of all "
        "segments alike. Economies and weights are assumed."
    )
    if not book.complete:
        words = (
            "Loss of what is charged off: {lgd} ({bounds}; {accounts} accounts charged off), of "
            "all segments alike, and told too high: fewer than {least} of them have had their year "
            "of recovery. Economies and weights are assumed."
        )
    note = context.text(
        words,
        lgd=told.text,
        bounds=told.bounds or context.words("no interval"),
        accounts=len(book.lost),
        least=LEAST,
    )
    by_segment = parts | {ALL: whole}
    return [
        _by_bucket(context, whole),
        _in_sum(context, by_segment, "ecl_by_segment", "Expected credit loss by segment"),
        _by_economy(context, economies, whole),
        note,
    ]


def _cells(found: Jackknifed, at: int) -> Iterator[Value]:
    units = [*["fen"] * len(NAMES), "share"]
    for column, unit in enumerate(units):
        ends = [float(end[at, column]) for end in found[:3]]
        yield around(ends, found.runs, unit)


def _by_bucket(context: Context, whole: Jackknifed) -> Block:
    rows: list[list[Cell]] = []
    for at, bucket in enumerate([*ON_BOOK, ALL]):
        stage = str(STAGE_OF.get(bucket, ""))
        rows.append([context.words.named(bucket), stage, *_cells(whole, at)])
    columns = [("bucket", "Bucket", ""), ("stage", "Stage", "stage"), *HEADS]
    caption = "Expected credit loss at the last month end, weighted over three economies"
    return context.table("expected_losses", caption, columns, rows)


def _in_sum(context: Context, found: dict[str, Jackknifed], name: str, caption: str) -> Block:
    rows: list[list[Cell]] = [
        [context.words.named(label), *_cells(each, -1)] for label, each in found.items()
    ]
    return context.table(name, caption, [("segment", "Segment", ""), *HEADS], rows)


def _by_economy(context: Context, found: dict[str, Jackknifed], whole: Jackknifed) -> Block:
    rows: list[list[Cell]] = []
    for name, each in found.items():
        outlook = OUTLOOKS[name]
        told: list[Cell] = [Value(outlook.weight, unit="share"), Value(outlook.worsening)]
        rows.append([context.words.named(name), *told, *_cells(each, -1)])
    both: list[Cell] = [Value(1.0, unit="share"), ""]
    rows.append([context.words("weighted"), *both, *_cells(whole, -1)])
    columns = [("economy", "Economy", ""), ("weight", "weight", "outlook")]
    columns += [("worsening", "moves for the worse x", "outlook"), *HEADS[1:]]
    rows = [[*row[:3], *row[4:]] for row in rows]  # exposure is that of the table above
    return context.table("ecl_by_economy", "Expected credit loss by economy", columns, rows)


def term_structure(context: Context) -> list[Block]:
    """Return the cumulative probability of default by bucket, and how long accounts last."""
    moves = context.source.moves

    def measured(some: pd.DataFrame) -> Any:
        table = default.term_structure(some, max(MONTHS))
        wide = table.pivot_table(index="bucket", columns="month", values="cumulative", sort=False)
        return wide[list(MONTHS)].to_numpy()

    try:
        found = jackknife(measured, moves, bounded=True)
        life = jackknife(lambda some: default.behavioural_life(some).to_numpy(), moves).floored()
    except (ValueError, np.linalg.LinAlgError) as error:
        return [context.text("Times to default cannot be told: {why}.", why=str(error))]
    rows: list[list[Cell]] = []
    for at, bucket in enumerate(default.SOUND):
        numbers = [
            around((end[at, k] for end in found[:3]), found.runs, "share")
            for k in range(len(MONTHS))
        ]
        lasts = around((end[at] for end in life[:3]), life.runs, "months")
        rows.append([context.words.named(bucket), *numbers, lasts])
    columns = [("bucket", "Bucket", "")]
    columns += [
        (f"month_{month}", context.words("within {months} months", months=month), "term")
        for month in MONTHS
    ]
    columns.append(("life", "months until default or closing", "term"))
    caption = "Probability of default by bucket now, and behavioural life"
    return [context.table("term_structure", caption, columns, rows)]
