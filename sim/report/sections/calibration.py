"""Section 15: what the model was held against."""

from __future__ import annotations

from sim.report.context import Context
from sim.report.page import Block, Cell, Section
from sim.results.headlines import headlines


def calibration(context: Context) -> Section:
    """Return the figures that public books bound, misses listed as misses."""
    source = context.source
    blocks: list[Block] = []
    if source.run is not None:
        rows: list[list[Cell]] = []
        for line in headlines(source.run):
            if line.band:
                words = {True: "inside", False: "a miss", None: "nothing to say"}[line.inside]
                told = [context.words(line.figure), line.text, line.band, context.words(words)]
                rows.append([*told])
        columns = [("figure", "Figure", ""), ("value", "this run", "")]
        columns += [("band", "public books", ""), ("inside", "Verdict", "")]
        caption = "Held against public Chinese pay-later books, 2018 to 2025; not fitted to them"
        blocks.append(context.table("public_books", caption, columns, rows))
    note = "fitted parameters, their posterior and ranks"
    blocks.append(context.missing(note, "paylater calibrate STUDY.toml"))
    return context.section(15, "Calibration and back-test", blocks)
