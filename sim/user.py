"""The state of a user, declared once.

From this one declaration come the columns of the table engine, the attributes of the Mesa
agent, the Parquet schema, and what the type checker lets a rule read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from sim.compiled import scalar
from sim.kinds import AutoDebit, Status
from sim.units import (
    Code,
    Count,
    Day,
    Days,
    Fen,
    Flag,
    Length,
    Milli,
    MilliPoints,
    Number,
    PerMille,
    Points,
    Ppm,
    Unit,
)

BINS = 30  # of 72 hours: the trailing 90 days
COUNT_BINS = 15  # of six days: the same 90 days
WALLET_BINS = 10  # of 72 hours: the trailing 30 days

SpendBins = Annotated[list[int], Unit("fen", "i4", 0, 2**31 - 1), Length(BINS)]
CountBins = Annotated[list[int], Unit("count", "i1", 0, 127), Length(COUNT_BINS)]
Gap = Annotated[int, Unit("days", "u1", 0, 255)]
WalletBins = Annotated[list[int], Unit("fen", "i4", 0, 2**31 - 1), Length(WALLET_BINS)]


@dataclass(eq=False, kw_only=True)
class User:
    """One user: who they are, how they lean, and what they own. Money is in fen."""

    user: Annotated[Number, "0 .. users - 1, in every table and file; never used twice"] = 0
    status: Annotated[Code, "not yet here, here, or gone (Status)"] = Status.HERE.value
    joins_on: Annotated[Day, "first day in the population; day 0 is the first simulated day"] = 0

    age: Annotated[Code, "years"] = 30
    birthday: Annotated[Days, "day of the year, 1 .. 365"] = 1
    sex: Annotated[Code, "0 female, 1 male"] = 0
    region: Annotated[Code, "index into population.regions"] = 0
    segment: Annotated[Code, "index into population.segments"] = 0
    student: Annotated[Flag, "1 for students"] = 0
    real_name: Annotated[Flag, "1 when real-name verified (R-A1)"] = 1
    occupation_known: Annotated[Flag, "1 when the occupation is on file (R-E1)"] = 1
    past_overdue: Annotated[Flag, "1 with an overdue record anywhere (R-A2)"] = 0
    cards: Annotated[Code, "bank cards bound (R-A1)"] = 1
    friends: Annotated[Count, "contacts (R-A2)"] = 200
    used_since: Annotated[
        Day, "first day of use of the wallet; negative before the run (R-A4)"
    ] = -400
    longest_gap: Annotated[Gap, "longest gap of use, days (R-A4)"] = 7

    verified_income: Annotated[Fen, "a year, as verified (R-U7)"] = 8_000_000
    income: Annotated[Fen, "a month, true"] = 700_000
    outgoings: Annotated[Fen, "a month, fixed: rent, other loans"] = 250_000
    debt_elsewhere: Annotated[Fen, "owed to other lenders"] = 0
    payday: Annotated[Code, "day of the month, 1 .. 28"] = 10
    employed: Annotated[Flag, "1 while income comes in full"] = 1
    wallet: Annotated[Fen, "money in the wallet, what the article calls balance"] = 0
    bank: Annotated[Fen, "money in the bank; what is bound to the wallet is `cards`"] = 0
    wallet_habit: Annotated[Fen, "what the wallet is topped up to"] = 100_000

    score: Annotated[MilliPoints, "payment score, in thousandths of a point (R-A2, R-L1)"] = 650_000
    score_anchor: Annotated[Points, "score of the user without activity, periods or lapses"] = 650
    rate: Annotated[Ppm, "purchases a day, millionths, at neutral mood and demand"] = 900_000
    ticket: Annotated[Fen, "personal scale of an amount: the median online purchase"] = 8_000
    credit_lean: Annotated[Milli, "towards paying by credit"] = 0
    prudence: Annotated[Milli, "towards paying bills at all"] = 4_000
    full_lean: Annotated[Milli, "towards paying bills in full"] = 1_000
    pays_on: Annotated[Code, "day of the month on which bills get attention, 1 .. 28"] = 5
    auto_debit: Annotated[Code, "what the product may take on the due day (AutoDebit)"] = (
        AutoDebit.FULL.value
    )

    strain: Annotated[Milli, "financial strain; 0 is usual, larger is worse"] = 0
    mood: Annotated[Ppm, "multiplies the rate of purchases; made every 72 hours"] = 1_000_000
    habit: Annotated[PerMille, "share of recent purchases wished on credit"] = 250
    damped_until: Annotated[Day, "last day on which a message still damps spending"] = -1

    week_now: Annotated[Fen, "spent since the user's week began, all means (R-W1)"] = 0
    friends_good: Annotated[Code, "of 100 friends, with the line in good standing (R-A3)"] = 0
    friends_active: Annotated[Code, "of 100 close friends, with the line (R-F7)"] = 0
    friends_late: Annotated[Code, "of 100 close friends, past due with it (R-F7)"] = 0
    spent_now: Annotated[Fen, "spent since the last 72-hour close, all means"] = 0
    wallet_now: Annotated[Fen, "wallet at close, summed since the last 72-hour close"] = 0
    count_now: Annotated[Code, "payments since the last close of six days"] = 0
    spend_bins: Annotated[
        SpendBins, "spent in each of the last thirty 72 hours, all means (R-L2)"
    ] = field(default_factory=lambda: [0] * BINS)
    count_bins: Annotated[
        CountBins, "payments in each of the last fifteen six days (R-A2, R-L4)"
    ] = field(default_factory=lambda: [0] * COUNT_BINS)
    wallet_bins: Annotated[
        WalletBins, "wallet at close, summed over each of the last ten 72 hours (R-L3)"
    ] = field(default_factory=lambda: [0] * WALLET_BINS)


@scalar
def funds(user: User) -> int:
    """Return what a user can pay with by hand: the wallet, and the bank by card or others, fen."""
    return user.wallet + user.bank


@scalar
def debitable(user: User) -> int:
    """Return what can be taken without asking: the wallet, and the bank behind a bound card."""
    return user.wallet + (user.bank if user.cards > 0 else 0)


@scalar
def pay_out(user: User, amount: int) -> int:
    """Take `amount` <= funds from the wallet first, then the bank; return the part of the bank."""
    from_wallet = min(amount, user.wallet)
    user.wallet -= from_wallet
    user.bank -= amount - from_wallet
    return amount - from_wallet


@scalar
def payments_a_quarter(user: User) -> int:
    """Return the payments of the trailing 90 days: three times the monthly mean (R-A2)."""
    count = 0
    for i in range(COUNT_BINS):
        count += user.count_bins[i]
    return count


@scalar
def mean_wallet(user: User) -> int:
    """Return the mean balance of the wallet over the trailing 30 days, fen (R-L3, R-A2)."""
    kept = 0
    for i in range(WALLET_BINS):
        kept += user.wallet_bins[i]
    return kept // 30


@scalar
def quarter_spending(user: User) -> int:
    """Return what was spent in the trailing 90 days, all means of payment, fen (R-L2, R-W1)."""
    spent = user.spent_now
    for i in range(BINS):
        spent += user.spend_bins[i]
    return spent
