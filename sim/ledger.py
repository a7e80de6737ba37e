"""The lender's books: their named accounts, and the two that each flow of money is posted to.

A flow is booked once, by `day.book()`; here it gets its debit and its credit, and nowhere else.
What has accrued on accounts and is not posted yet stays outside, as a memo (`accrued_fen`).
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from sim.kinds import Flow


class Side(IntEnum):
    """What a named account is, and so on which side it grows."""

    ASSET = 0  # grows with debits
    LIABILITY = 1  # grows with credits
    EQUITY = 2
    INCOME = 3
    EXPENSE = 4  # grows with debits
    MEMO = 5  # not the lender's


class Ledger(IntEnum):
    """The named accounts."""

    CASH = 0  # holds nothing overnight: funding and capital settle it
    PRINCIPAL = 1
    INTEREST = 2  # receivable
    PENALTY = 3
    FEES = 4
    SUSPENDED = 5  # of interest and penalty receivable, what is no income yet: taken off them
    ALLOWANCE = 6  # for losses: taken off the receivables
    FUNDING = 7
    CAPITAL = 8  # paid in less paid out; equity is this and what was retained
    INTEREST_INCOME = 9
    PENALTY_INCOME = 10
    MANUAL_FEES = 11  # R-P2
    INSTALMENT_FEES = 12  # R-P3
    WITHHELD = 13  # from income: interest and penalty charged past 90 days due
    RECOVERIES = 14  # R-W6
    FUNDING_COST = 15
    CHARGE_OFFS = 16  # R-W6
    ALLOWANCE_CHANGE = 17
    FRAUD_LOSS = 18  # R-W4
    DISPUTE_LOSS = 19  # R-W4
    OPERATING_COST = 20
    POTS = 21  # wallets and banks of users; what they repay goes from there to CASH
    OUTSIDE = 22  # where users' money comes from and goes


SIDES: dict[Ledger, Side] = {
    **dict.fromkeys((Ledger.CASH, Ledger.PRINCIPAL, Ledger.INTEREST, Ledger.PENALTY), Side.ASSET),
    **dict.fromkeys((Ledger.FEES, Ledger.SUSPENDED, Ledger.ALLOWANCE), Side.ASSET),
    Ledger.FUNDING: Side.LIABILITY,
    Ledger.CAPITAL: Side.EQUITY,
    **dict.fromkeys((Ledger.INTEREST_INCOME, Ledger.PENALTY_INCOME), Side.INCOME),
    **dict.fromkeys((Ledger.MANUAL_FEES, Ledger.INSTALMENT_FEES), Side.INCOME),
    **dict.fromkeys((Ledger.WITHHELD, Ledger.RECOVERIES), Side.INCOME),
    **dict.fromkeys((Ledger.FUNDING_COST, Ledger.CHARGE_OFFS), Side.EXPENSE),
    **dict.fromkeys((Ledger.ALLOWANCE_CHANGE, Ledger.OPERATING_COST), Side.EXPENSE),
    **dict.fromkeys((Ledger.FRAUD_LOSS, Ledger.DISPUTE_LOSS), Side.EXPENSE),
    **dict.fromkeys((Ledger.POTS, Ledger.OUTSIDE), Side.MEMO),
}


class Posting(NamedTuple):
    """The two accounts of a flow."""

    debit: Ledger
    credit: Ledger


POSTINGS: dict[Flow, Posting] = {
    Flow.PURCHASES: Posting(Ledger.PRINCIPAL, Ledger.CASH),
    Flow.INTEREST_CHARGED: Posting(Ledger.INTEREST, Ledger.INTEREST_INCOME),
    Flow.PENALTY_CHARGED: Posting(Ledger.PENALTY, Ledger.PENALTY_INCOME),
    Flow.FEES_CHARGED: Posting(Ledger.FEES, Ledger.MANUAL_FEES),
    Flow.INSTALMENT_FEES: Posting(Ledger.MANUAL_FEES, Ledger.INSTALMENT_FEES),
    Flow.PRINCIPAL_REPAID: Posting(Ledger.CASH, Ledger.PRINCIPAL),
    Flow.INTEREST_REPAID: Posting(Ledger.CASH, Ledger.INTEREST),
    Flow.PENALTY_REPAID: Posting(Ledger.CASH, Ledger.PENALTY),
    Flow.FEES_REPAID: Posting(Ledger.CASH, Ledger.FEES),
    Flow.PRINCIPAL_WRITTEN_OFF: Posting(Ledger.CHARGE_OFFS, Ledger.PRINCIPAL),
    Flow.INTEREST_WRITTEN_OFF: Posting(Ledger.CHARGE_OFFS, Ledger.INTEREST),
    Flow.PENALTY_WRITTEN_OFF: Posting(Ledger.CHARGE_OFFS, Ledger.PENALTY),
    Flow.FEES_WRITTEN_OFF: Posting(Ledger.CHARGE_OFFS, Ledger.FEES),
    Flow.RECOVERED: Posting(Ledger.CASH, Ledger.RECOVERIES),
    Flow.REFUNDED: Posting(Ledger.CASH, Ledger.PRINCIPAL),  # the merchant pays it back
    Flow.FRAUD_LOSS: Posting(Ledger.FRAUD_LOSS, Ledger.PRINCIPAL),
    Flow.DISPUTE_LOSS: Posting(Ledger.DISPUTE_LOSS, Ledger.PRINCIPAL),
    # Never was owed, so that it is income no more.
    Flow.INTEREST_WAIVED: Posting(Ledger.INTEREST_INCOME, Ledger.INTEREST),
    Flow.PENALTY_WAIVED: Posting(Ledger.PENALTY_INCOME, Ledger.PENALTY),
    Flow.SUSPENDED: Posting(Ledger.WITHHELD, Ledger.SUSPENDED),
    Flow.SUSPENSE_RELEASED: Posting(Ledger.SUSPENDED, Ledger.WITHHELD),
    # Never was income, so that it is no loss either.
    Flow.SUSPENSE_WRITTEN_OFF: Posting(Ledger.SUSPENDED, Ledger.CHARGE_OFFS),
    Flow.INCOME: Posting(Ledger.POTS, Ledger.OUTSIDE),
    Flow.OUTGOINGS: Posting(Ledger.OUTSIDE, Ledger.POTS),
    Flow.SAVED: Posting(Ledger.OUTSIDE, Ledger.POTS),
    Flow.SPENT_OWN: Posting(Ledger.OUTSIDE, Ledger.POTS),
    Flow.BROUGHT: Posting(Ledger.POTS, Ledger.OUTSIDE),
    Flow.TAKEN: Posting(Ledger.OUTSIDE, Ledger.POTS),
    Flow.REFUND_CASH: Posting(Ledger.POTS, Ledger.OUTSIDE),  # passes through
    Flow.YIELD: Posting(Ledger.POTS, Ledger.OUTSIDE),  # a fund pays it, not the lender
}


class Close(IntEnum):
    """What is posted at the close of a day, once its flows are known."""

    FUNDING_COST = 0
    OPERATING_COST = 1
    ALLOWANCE = 2  # to the coverage of the receivables by days past due
    CAPITAL = 3  # paid in or out, so that equity is its share of the receivables
    FUNDING = 4  # drawn or paid back, so that no cash is left and none is missing


CLOSING: dict[Close, Posting] = {
    Close.FUNDING_COST: Posting(Ledger.FUNDING_COST, Ledger.CASH),
    Close.OPERATING_COST: Posting(Ledger.OPERATING_COST, Ledger.CASH),
    Close.ALLOWANCE: Posting(Ledger.ALLOWANCE_CHANGE, Ledger.ALLOWANCE),
    Close.CAPITAL: Posting(Ledger.CASH, Ledger.CAPITAL),
    Close.FUNDING: Posting(Ledger.CASH, Ledger.FUNDING),
}

LEDGERS = len(Ledger)
RESULT = [ledger for ledger, side in SIDES.items() if side in {Side.INCOME, Side.EXPENSE}]
RECEIVABLES = (Ledger.PRINCIPAL, Ledger.INTEREST, Ledger.PENALTY, Ledger.FEES)
