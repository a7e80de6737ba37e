"""What a risk team looks for first, as rows: `collection` and first-payment defaults."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sim.results.calendar_months import CalendarMonths
from sim.results.record import Record


def collection(record: Record) -> pa.Table:
    """Return one row a month, over its reported days (R-W3)."""
    months = CalendarMonths.of(record)
    counted = {
        name: months.sums(name)
        for name in (
            *("active", "entered_collection", "worked", "cured", "cured_worked"),
            *("plans_offered", "plans_agreed", "first_bills", "first_defaults"),
        )
    }
    days = months.lasts - months.starts + 1
    active = counted["active"] / days
    sheet = months.sheet()
    sheet.add(
        "entered", counted["entered_collection"], "count", "accounts that came under level 3 (R-W3)"
    )
    sheet.add_share(
        "entered_share",
        counted["entered_collection"],
        active,
        "of the accounts active on a mean day of the month, those that came under level 3",
    )
    closing = "accounts past due under level 3 at the close of the month's last reported day"
    sheet.add("in_collection", months.at_end("in_collection"), "count", closing)
    calls = "days on which collection called, summed over accounts"
    sheet.add("worked", counted["worked"], "count", calls)
    cured = "accounts that came to owe nothing past due, in collection or before"
    sheet.add("cured", counted["cured"], "count", cured)
    worked = "of them, called by collection on that day"
    sheet.add("cured_worked", counted["cured_worked"], "count", worked)
    calls = "share of calls after which nothing is past due that day"
    sheet.add_share("cure_rate", counted["cured_worked"], counted["worked"], calls)
    sheet.add("plans_offered", counted["plans_offered"], "count", "payment plans offered in calls")
    sheet.add("plans_agreed", counted["plans_agreed"], "count", "of them, agreed (forbearance)")
    sheet.add("first_bills", counted["first_bills"], "count", "first bills whose grace ended")
    missed = "of them, missed: first-payment defaults"
    sheet.add("first_defaults", counted["first_defaults"], "count", missed)
    return sheet.add_share(
        "first_default_rate",
        counted["first_defaults"],
        np.asarray(counted["first_bills"]),
        "first-payment defaults, of first bills",
    ).table()
