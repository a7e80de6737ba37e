"""Kinds of things: the enumerations that rules, rows and scenario files share.

Members' numbers are stored in columns and compiled into kernels: add, never renumber.
"""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Whether a user is in the population."""

    NOT_YET = 0
    HERE = 1
    GONE = 2


class Standing(IntEnum):
    """Where an account stands."""

    NONE = 0  # never opened, or closed
    OPEN = 1
    BLOCKED = 2  # past due: no drawings, no increase, until cured (R-W5)
    SUSPENDED = 3  # was more than 30 days past due: limit 0, not reopened by a cure (R-W3)
    CHARGED_OFF = 4  # R-W6


class Place(IntEnum):
    """Where a user wants to use the credit line (section 5 of the article)."""

    ONLINE = 0
    OFFLINE_STATIC = 1  # the user scans a printed code
    OFFLINE_DYNAMIC = 2  # the shop scans the user's code
    BILLS = 3  # water, power, gas, telephone
    CROSS_BORDER_LISTED = 4
    CROSS_BORDER_UNLISTED = 5
    TRANSFER = 6
    CASH_OUT = 7
    VIRTUAL_CURRENCY = 8
    INVESTMENT = 9


class Outcome(IntEnum):
    """What became of the wish to buy on credit."""

    APPROVED = 0
    NO_ACCOUNT = 1
    NOT_SUPPORTED = 2  # transfers and cash (R-U3)
    EXCLUDED_TRADE = 3  # R-U6
    UNLISTED_MERCHANT = 4  # R-U5
    TRANSACTION_LIMIT = 5  # R-U1, R-U2, R-U4, R-U5
    DAILY_LIMIT = 6  # static codes (R-U2)
    STANDING = 7  # blocked, suspended, charged off
    NO_LIMIT_LEFT = 8


class Method(IntEnum):
    """How money came to an account."""

    MANUAL_EARLY = 0  # before a bill, or more than it asks
    MANUAL_BILL = 1  # R-P2
    MANUAL_LATE = 2  # towards what is past due
    AUTO_WALLET = 3  # R-P1
    AUTO_CARD = 4
    RECOVERY = 5  # after charge-off (R-W6)


class Flow(IntEnum):
    """Money that moves or changes its name; each is a posting between two accounts of the books."""

    PURCHASES = 0  # on credit
    INTEREST_CHARGED = 1
    PENALTY_CHARGED = 2
    FEES_CHARGED = 3
    PRINCIPAL_REPAID = 4
    INTEREST_REPAID = 5
    PENALTY_REPAID = 6
    FEES_REPAID = 7
    PRINCIPAL_WRITTEN_OFF = 8
    INTEREST_WRITTEN_OFF = 9
    PENALTY_WRITTEN_OFF = 10
    FEES_WRITTEN_OFF = 11
    RECOVERED = 12
    INCOME = 13  # of users, into the bank
    OUTGOINGS = 14  # fixed, out of the bank
    SAVED = 15  # out of the bank, to where no rule reaches
    SPENT_OWN = 16  # purchases from wallet and bank
    BROUGHT = 17  # wallet and bank of users who join
    TAKEN = 18  # wallet and bank of users who leave


class Bucket(IntEnum):
    """Where an account stands in arrears at a month end (days past due)."""

    UNUSED = 0  # open, nothing owed
    CURRENT = 1  # owing, 0 days
    M1 = 2  # 1-30
    M2 = 3  # 31-60
    M3 = 4  # 61-90
    M4 = 5  # 91-120
    M5 = 6  # 121-150
    M6 = 7  # 151 and more
    CHARGED_OFF = 8
    CLOSED = 9


class AutoDebit(IntEnum):
    """What a user lets the product take on the due day (R-P1)."""

    OFF = 0
    MINIMUM = 1
    FULL = 2


class Admission(IntEnum):
    """Who is let in."""

    OPEN_TO_ALL = 0  # every user of the right age


class PastDueFrom(IntEnum):
    """From when days past due are counted (R-P10)."""

    END_OF_GRACE = 0
    DUE_DAY = 1


class InterestFrom(IntEnum):
    """From when what is carried bears interest (R-P9)."""

    DUE_DAY = 0
    SPENDING_DAY = 1


class PenaltyStacking(IntEnum):
    """Whether overdue principal bears the penalty instead of interest, or on top of it (R-P7)."""

    INSTEAD = 0
    ON_TOP = 1


PLACES, OUTCOMES, METHODS, FLOWS, BUCKETS = map(len, (Place, Outcome, Method, Flow, Bucket))
