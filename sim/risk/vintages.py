"""Vintages: how cohorts of accounts have done, by months on book.

A cohort is the accounts opened in one month. `ever_31` and `ever_91` are accounts that were ever
more than 30 and more than 90 days past due; net loss is charged off less recovered, ever.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.risk.shares import shares
from sim.risk.tables import columns

MEASURES = {
    "ever_31": "share of accounts ever more than 30 days past due",
    "ever_91": "share of accounts ever more than 90 days past due",
    "charged_off": "share of accounts ever charged off",
    "first_defaults": "share of accounts that missed their very first bill",
    "net_loss_fen": "charged off less recovered, fen an account opened",
}
AT = (3, 6, 9, 12, 18, 24)  # months on book that tables show


def curves(vintages: pd.DataFrame, *, by_cohort: bool = False) -> pd.DataFrame:
    """Return one row a measure and month on book, and cohort where asked for.

    vintages: `run.vintages`. Columns: measure, (cohort,) months_on_book, part, whole, and share
    (of accounts; of net loss fen an account) with error, interval and replications. At an age only
    cohorts that have reached it count; accounts opened before the run have no age and are left out.
    """
    needed = ("cohort", "months_on_book", "accounts", "written_off_fen", "recovered_fen")
    some = columns(vintages, needed, "vintages").dropna(subset=["months_on_book"])
    some = some.assign(net_loss_fen=some["written_off_fen"] - some["recovered_fen"])
    by = ["cohort", "months_on_book"] if by_cohort else ["months_on_book"]
    found = []
    for measure in MEASURES:
        counts = measure != "net_loss_fen"
        table = shares(some, by, measure, "accounts", counts=counts, bounded=counts)
        table = table.rename(columns={measure: "part", "accounts": "whole"})
        found.append(table.assign(measure=measure))
    whole = pd.concat(found, ignore_index=True)
    return whole[["measure", *by, *whole.columns.difference(["measure", *by], sort=False)]]


def at_ages(
    vintages: pd.DataFrame, measure: str = "ever_31", ages: Sequence[int] = AT
) -> pd.DataFrame:
    """Return a measure of each cohort at certain months on book: one row a cohort, a column an age.

    A cohort that has not reached an age has no value there. Raises ValueError for another measure.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure: wanted one of {', '.join(MEASURES)} (found {measure!r})")
    table = curves(vintages, by_cohort=True)
    some = table[(table["measure"] == measure) & table["months_on_book"].isin(list(ages))]
    wide = some.pivot_table(index="cohort", columns="months_on_book", values="share")
    return wide.reindex(columns=list(ages))
