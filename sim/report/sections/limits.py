"""Section 17: what was assumed, what is not known, who signs."""

from __future__ import annotations

from sim.report.context import Context
from sim.report.page import Block, Cell, Names, Section
from sim.report.parameters import parameters

GAPS = (
    "The model is not fitted to a lender's data; its defaults have the right order of magnitude.",
    "Expected losses take balances to stay what they are until charge-off.",
    "Stages of this report follow days past due alone; probation needs the panel of events.",
    "Tails beyond what the runs can show are those of a fitted one-factor model, assumed.",
)
ODD = (
    "Purpose: what becomes of a pay-later book when terms, users or the economy change.",
    "Entities: users with an account for each product; the environment, which all share.",
    "One step is a day: morning, spend, authorise, repay, settle, assess, count.",
    "Randomness: a function of seed, replication, user, day and purpose.",
    "The whole description: sim/docs/odd.md.",
)


def limits(context: Context) -> Section:
    """Return every assumed value, known gaps, an outline of the model, and lines to sign."""
    found = [each for each in parameters(context.source.scenario) if each.assumed]
    caption = context.words("Assumed values ({count})", count=len(found))
    blocks: list[Block] = [Names(caption, [(each.key, each.value) for each in found])]
    for title, lines in (("Known gaps", GAPS), ("The model in outline", ODD)):
        words = " ".join(context.words(line) for line in lines)
        blocks.append(context.text("{title}: {words}", title=context.words(title), words=words))
    blocks.append(
        context.text("Changes since the last report: see CHANGELOG.md of the version above.")
    )
    rows: list[list[Cell]] = [
        [context.words(who), "", ""] for who in ("Prepared", "Reviewed", "Accepted")
    ]
    columns = [("by", "Sign-off", ""), ("name", "Name", ""), ("date", "Date and signature", "")]
    blocks.append(context.table("sign_off", "Sign-off", columns, rows))
    return context.section(17, "Limits and assumptions", blocks)
