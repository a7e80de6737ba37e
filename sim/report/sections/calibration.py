"""Section 15: what the model was held against."""

from __future__ import annotations

from sim.report.context import Context
from sim.report.page import Block, Cell, Section
from sim.report.sections.fitted import fitted
from sim.results.headlines import headlines


def calibration(context: Context) -> Section:
    """Return a fit and its misses, or the figures that public books bound."""
    source = context.source
    blocks: list[Block] = fitted(context) if source.kind == "calibration" else []
    if source.run is not None:
        rows: list[list[Cell]] = []
        for line in headlines(source.run):
            if line.band:
                words = {True: "inside", False: "a miss", None: "nothing to say"}[line.inside]
                text = line.text.replace("yuan", context.words("yuan"))
                band, said = context.words(line.band), context.words(words)
                rows.append([context.words(line.figure), text, band, said])
        columns = [("figure", "Figure", ""), ("value", "this run", "")]
        columns += [("band", "public books", ""), ("inside", "Verdict", "")]
        caption = "Held against public Chinese pay-later books, 2018 to 2025; not fitted to them"
        blocks.append(context.table("public_books", caption, columns, rows))
    if source.kind != "calibration":
        note = "fitted parameters, their posterior and ranks"
        command = "paylater calibrate STUDY.toml --out FIT; paylater report FIT"
        blocks.append(context.missing(note, command))
    return context.section(15, "Calibration and back-test", blocks)
