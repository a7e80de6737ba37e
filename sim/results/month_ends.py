"""Month ends as rows: `monthly` buckets, `roll_rates` between them, `vintages` of accounts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.kinds import Bucket
from sim.month import BucketTotals, VintageTotals
from sim.results.record import Record, month_ends
from sim.results.sheet import Sheet, add_product, lower_names, names_at
from sim.rows import columns, outside_name

ALL = "all"  # the name of all segments together

_BUCKETS = lower_names(Bucket)


def monthly(record: Record) -> pa.Table:
    """Return one row a reported month end, product, segment and bucket."""
    months = record.reported_months
    some = np.moveaxis(record.by("buckets")[months.start : months.stop], -1, 1)
    at, product, segment, bucket = (axis.reshape(-1) for axis in np.indices(some.shape))
    sheet = _month_keys(record, months.start + at)
    add_product(sheet, record, product)
    sheet.add("segment", names_at(record.segments, segment), "name", "segment of the population")
    sheet.add("bucket", names_at(_BUCKETS, bucket), "name", "where the accounts stand (Bucket)")
    for column in columns(BucketTotals):
        sheet.add(
            outside_name(column), some[column.name].reshape(-1), column.unit.name, column.meaning
        )
    return sheet.table()


def roll_rates(record: Record) -> pa.Table:
    """Return one row a month, product, segment, bucket left and bucket reached.

    Rows stand for all segments together (`all`) and for each. A bucket that held no account has
    no rows; one that was not reached from another has a rate of 0.
    """
    months = record.reported_months
    some = np.moveaxis(record.by("rolls")[months.start : months.stop], -1, 1)
    accounts, before, after = (
        np.concatenate([some[name].sum(axis=2, keepdims=True), some[name]], axis=2)
        for name in ("accounts", "principal", "principal_after")
    )
    whole = np.broadcast_to(accounts.sum(axis=-1, keepdims=True), accounts.shape)
    whole_before = np.broadcast_to(before.sum(axis=-1, keepdims=True), before.shape)
    kept = np.nonzero(whole)
    at, product, segment, start, end = kept
    sheet = _month_keys(record, months.start + at)
    add_product(sheet, record, product)
    sheet.add(
        "segment", names_at([ALL, *record.segments], segment), "name", "segment, or all of them"
    )
    sheet.add(
        "from_bucket", names_at(_BUCKETS, start), "name", "bucket at the month end before (Bucket)"
    )
    sheet.add("to_bucket", names_at(_BUCKETS, end), "name", "bucket at this month end (Bucket)")
    sheet.add("accounts", accounts[kept], "count", "accounts that went this way")
    sheet.add("principal_fen", before[kept], "fen", "their principal at the month end before")
    charged = "their principal now; of those charged off, all that was charged off, ever"
    sheet.add("principal_after_fen", after[kept], "fen", charged)
    sheet.add_share(
        "rate", accounts[kept], whole[kept], "accounts, of all that were in from_bucket"
    )
    money = "principal_fen, of the principal of all that were in from_bucket"
    return sheet.add_share("rate_principal", before[kept], whole_before[kept], money).table()


def vintages(record: Record) -> pa.Table:
    """Return one row a reported month end, product and month of opening.

    Limits and scores by months on book show the loop of use, assessment and limit (R-L10); those
    of accounts that never missed a bill show it without those that were cut for arrears.

    Accounts that were opened before the run have no cohort; they have a row if there are any.
    """
    months = record.reported_months
    some = np.moveaxis(record.by("vintages")[months.start : months.stop], -1, 1)
    seen, product, cohort = (axis.reshape(-1) for axis in np.indices(some.shape))
    seen = seen + months.start
    older = cohort >= len(record.months)
    kept = np.flatnonzero((cohort <= seen) | (older & (some["accounts"].reshape(-1) > 0)))
    seen, cohort, older = seen[kept], cohort[kept], older[kept]
    product = product[kept]
    opened = record.months.astype("M8[D]")[np.minimum(cohort, len(record.months) - 1)]
    age = (seen - cohort).astype(np.int32)
    none = "none for accounts opened before the run"
    sheet = _month_keys(record, seen)
    add_product(sheet, record, product)
    sheet.add("cohort", opened, "date", f"month of opening; {none}", missing=older)
    sheet.add("months_on_book", age, "months", f"months since then; {none}", missing=older)
    for column in columns(VintageTotals):
        values = some[column.name].reshape(-1)[kept]
        sheet.add(outside_name(column), values, column.unit.name, column.meaning)
    active, limits, scores, good, good_limits = (
        some[name].reshape(-1)[kept] for name in ("active", "limit", "score", "good", "good_limit")
    )
    sheet.add_mean_fen("mean_limit_fen", limits, active, "limit of an active account, mean")
    words = "payment score of a user with an active account, mean"
    sheet.add_share("mean_score", scores / 1_000, active, words, unit="points")
    words = "limit of an account that never missed a bill, mean"
    return sheet.add_mean_fen("good_mean_limit_fen", good_limits, good, words).table()


def _month_keys(record: Record, at: NDArray[np.int64]) -> Sheet:
    sheet = Sheet.of(record, len(at))
    sheet.add("month", record.months.astype("M8[D]")[at], "date", "first day of the month")
    return sheet.add("date", month_ends(record.months)[at], "date", "last day of the month")
