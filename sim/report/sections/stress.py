"""Section 12: the paths that all users share, and what a stress does."""

from __future__ import annotations

from sim.report import figures
from sim.report.context import Context
from sim.report.page import Block, Cell, Chart, Section
from sim.report.value import Value

MEASURES = {
    "loss_share_year": "gross_loss",
    "late_31_share": "late_31",
    "late_91_share": "late_91",
    "risk_adjusted_income_fen": "margin",
}
PATHS = ["demand_ppm", "income_ppm", "job_loss_ppm", "job_found_ppm"]


def stress(context: Context) -> Section:
    """Return the inputs of the economy, and how to put a stress beside them."""
    source = context.source
    blocks: list[Block] = []
    if source.has("environment"):
        blocks.append(_paths(context))
    if source.has("differences"):
        blocks.append(_scenarios(context))
        return context.section(12, "Stress and reverse stress", blocks)
    command = "paylater compare scenarios/mature_book.toml scenarios/downturn.toml; paylater report"
    note = "loss and arrears under mild and severe stress"
    blocks.append(context.missing(note, f"{command} runs/mature_book-downturn"))
    note = "the mildest stress that breaks a limit of the appetite"
    command = "sim.risk.reverse_stress.mildest_breach, as in notebooks/05_risk_pack.ipynb"
    blocks.append(context.missing(note, command))
    return context.section(12, "Stress and reverse stress", blocks)


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
