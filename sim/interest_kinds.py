"""Kinds of interest; numbers as those of `sim.kinds`: add, never renumber."""

from __future__ import annotations

from enum import IntEnum


class InterestFrom(IntEnum):
    """From when principal bears interest, if it does (R-P9, InterestFree)."""

    DUE_DAY = 0  # what is not paid of a bill, the due day included
    SPENDING_DAY = 1  # each purchase from its own day
    DAY_AFTER_DUE = 2  # what is not paid of a bill
    POSTING_DAY = 3  # each purchase from the day after, when a bank has posted it


class InterestFree(IntEnum):
    """When principal bears no interest up to the due day, and by what that is lost (R-P9)."""

    NEVER = 0
    BILL_PAID = 1  # lost for a bill that is not paid in full by the end of its grace
    NOTHING_CARRIED = 2  # and for all that is drawn and billed while anything is carried


class BackInterest(IntEnum):
    """On what a bill not paid in full bears interest back to its purchases (InterestFrom)."""

    WHOLE_BILL = 0  # on all of it, each part until the day on which it was paid
    UNPAID_PART = 1  # on the share of it that was not paid
