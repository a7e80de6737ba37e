"""What passes between the steps of a day, declared once. The steps know these, not each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from sim.compiled import scalar
from sim.kinds import FLOWS, METHODS, OUTCOMES, PLACES
from sim.units import Code, CountSum, Day, Days, Fen, FenSum, Length, Months, Ppm, Unit, Word

WISHES = 16  # purchases that a user can want on one day
DRAWN = 4  # of them, drawn with the day's luck; the rest are keyed calls

Words = Annotated[list[int], Unit("word", "u4", 0, 2**32 - 1), Length(DRAWN)]
Amounts = Annotated[list[int], Unit("fen", "i4", 0, 2**31 - 1), Length(WISHES)]
Codes = Annotated[list[int], Unit("code", "i1", -1, 127), Length(WISHES)]
Flows = Annotated[list[int], Unit("fen", "i8", 0, 2**62), Length(FLOWS)]
PlaceCounts = Annotated[list[int], Unit("count", "i8", 0, 2**62), Length(PLACES)]
PlaceSums = Annotated[list[int], Unit("fen", "i8", 0, 2**62), Length(PLACES)]
OutcomeCounts = Annotated[list[int], Unit("count", "i8", 0, 2**62), Length(PLACES * OUTCOMES)]
MethodCounts = Annotated[list[int], Unit("count", "i8", 0, 2**62), Length(METHODS)]
MethodSums = Annotated[list[int], Unit("fen", "i8", 0, 2**62), Length(METHODS)]

OWN_MONEY = -1  # means of payment: wallet and bank; 0 and up is the number of a product


def _zeros(n: int) -> Any:
    return field(default_factory=lambda: [0] * n)


@dataclass(eq=False, kw_only=True)
class Luck:
    """The everyday randomness of one user on one day: twelve words, drawn first."""

    count: Annotated[Word, "how many purchases"] = 0
    pay: Annotated[Word, "whether a bill is paid"] = 0
    size: Annotated[Word, "how much of it"] = 0
    life: Annotated[Word, "what happens to the user"] = 0
    amount: Annotated[Words, "how large each of the first purchases is"] = _zeros(DRAWN)
    choice: Annotated[Words, "where each of them is made, and by what means"] = _zeros(DRAWN)


@dataclass(eq=False, kw_only=True)
class Environment:
    """What all users share on a day; made before it."""

    day: Annotated[Day, "since the first simulated day"] = 0
    month: Annotated[Months, "months since the first simulated month"] = 0
    day_of_month: Annotated[Code, "1 .. 31"] = 1
    month_length: Annotated[Code, "days in this month"] = 31
    last_month_length: Annotated[Code, "days in the month before"] = 31
    day_of_year: Annotated[Days, "1 .. 366"] = 1
    weekday: Annotated[Code, "0 is Monday"] = 0
    demand: Annotated[Ppm, "calendar factor on the number of purchases"] = 1_000_000
    job_loss: Annotated[Ppm, "chance of losing a job, a month"] = 0
    job_found: Annotated[Ppm, "chance of finding one, a month"] = 0
    income: Annotated[Ppm, "level of incomes against the first day"] = 1_000_000


@dataclass(eq=False, kw_only=True)
class Wishes:
    """What a user wants to buy on one day, in order. The product decides what of it happens."""

    count: Annotated[Code, "how many purchases"] = 0
    place: Annotated[Codes, "where (Place)"] = _zeros(WISHES)
    amount: Annotated[Amounts, "how much, fen"] = _zeros(WISHES)
    means: Annotated[Codes, "by what: OWN_MONEY, or the number of a product"] = _zeros(WISHES)

    def buy(self, place: int, amount_fen: int, product: int | None = 0) -> None:
        """Add a purchase; `product=None` pays with the user's own money.

        Raises ValueError beyond WISHES purchases or for an amount that is not positive.
        """
        if self.count >= WISHES:
            raise ValueError(f"wanted at most {WISHES} purchases a day")
        if amount_fen <= 0:
            raise ValueError(f"wanted an amount above 0 fen (found {amount_fen})")
        self.place[self.count] = int(place)
        self.amount[self.count] = amount_fen
        self.means[self.count] = OWN_MONEY if product is None else product
        self.count += 1


@dataclass(eq=False, kw_only=True)
class Payment:
    """What a user wants to pay by hand into one account on one day."""

    amount: Annotated[Fen, "fen; 0 for nothing"] = 0


@dataclass(eq=False, kw_only=True)
class Totals:
    """A day of one segment; whole numbers, so any order of adding is exact."""

    users: Annotated[CountSum, "users in the population"] = 0
    candidates: Annotated[CountSum, "of them, who could be admitted today or already are"] = 0
    active: Annotated[CountSum, "accounts open, blocked or suspended"] = 0
    utilising: Annotated[CountSum, "of them, owing something"] = 0
    limit: Annotated[FenSum, "limits of active accounts"] = 0
    principal: Annotated[FenSum, "drawn and not repaid"] = 0
    interest: Annotated[FenSum, "interest posted and unpaid"] = 0
    penalty: Annotated[FenSum, "penalty posted and unpaid"] = 0
    fees: Annotated[FenSum, "fees posted and unpaid"] = 0
    accrued: Annotated[FenSum, "memo: accrued and not yet posted, whole fen of each account"] = 0
    past_due: Annotated[FenSum, "missed amounts only"] = 0
    late_1: Annotated[CountSum, "accounts 1 or more days past due"] = 0
    late_31: Annotated[CountSum, "accounts 31 or more days past due"] = 0
    late_61: Annotated[CountSum, "accounts 61 or more days past due"] = 0
    late_91: Annotated[CountSum, "accounts 91 or more days past due"] = 0
    principal_late_1: Annotated[FenSum, "principal of those accounts"] = 0
    principal_late_31: Annotated[FenSum, "principal of those accounts"] = 0
    principal_late_61: Annotated[FenSum, "principal of those accounts"] = 0
    principal_late_91: Annotated[FenSum, "principal of those accounts"] = 0
    warned_3: Annotated[CountSum, "accounts under level 3 (R-W3)"] = 0
    wallet: Annotated[FenSum, "wallets of users"] = 0
    bank: Annotated[FenSum, "bank balances of users"] = 0
    unemployed: Annotated[CountSum, "users without their income"] = 0

    joined: Annotated[CountSum, "users who joined"] = 0
    left: Annotated[CountSum, "users who left"] = 0
    opened: Annotated[CountSum, "accounts opened"] = 0
    closed: Annotated[CountSum, "accounts closed"] = 0
    charged_off: Annotated[CountSum, "accounts charged off"] = 0
    purchases: Annotated[CountSum, "purchases made, all means"] = 0
    unaffordable: Annotated[CountSum, "purchases given up: no means was left"] = 0
    refused: Annotated[CountSum, "purchases on credit refused"] = 0
    missed: Annotated[CountSum, "minimums missed at the end of grace"] = 0
    assessed: Annotated[CountSum, "limits refreshed on the 72-hour clock (R-L6)"] = 0
    raised: Annotated[CountSum, "of them, raised"] = 0
    lowered: Annotated[CountSum, "of them, lowered"] = 0
    real_time: Annotated[CountSum, "limits refreshed after a major purchase (R-L7)"] = 0
    raised_by: Annotated[FenSum, "sum of raises"] = 0
    lowered_by: Annotated[FenSum, "sum of cuts"] = 0

    flow: Annotated[Flows, "money moved, by Flow"] = _zeros(FLOWS)
    outcome: Annotated[OutcomeCounts, "wishes on credit, by Place and Outcome"] = _zeros(
        PLACES * OUTCOMES
    )
    credit: Annotated[PlaceSums, "bought on credit, by Place"] = _zeros(PLACES)
    own: Annotated[PlaceSums, "bought with own money, by Place"] = _zeros(PLACES)
    own_count: Annotated[PlaceCounts, "purchases with own money, by Place"] = _zeros(PLACES)
    paid_count: Annotated[MethodCounts, "payments into accounts, by Method"] = _zeros(METHODS)
    paid: Annotated[MethodSums, "money into accounts, by Method"] = _zeros(METHODS)


@scalar
def book(today: Totals, flow: int, fen: int) -> None:
    """Post one flow of money; the only way in which money is counted."""
    today.flow[flow] += fen
