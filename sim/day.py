"""What passes between the steps of a day, declared once. The steps know these, not each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from sim.compiled import scalar
from sim.kinds import (
    AGREEMENTS,
    CLAIMS,
    DISPUTE_STEPS,
    FLOWS,
    LEVELS,
    METHODS,
    MOST_PRODUCTS,
    OUTCOMES,
    PLACES,
    STEPS,
    WARNING_STEPS,
    WAYS,
)
from sim.log import Log, note
from sim.units import Code, CountSum, Day, Days, Fen, FenSum, Length, Milli, Months, Ppm, Unit, Word

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
FunnelCounts = Annotated[list[int], Unit("count", "i8", 0, 2**62), Length(WAYS * STEPS)]
WarningCounts = Annotated[list[int], Unit("count", "i8", 0, 2**62), Length(LEVELS * WARNING_STEPS)]
CreditCounts = Annotated[list[int], Unit("count", "i8", 0, 2**62), Length(AGREEMENTS)]
CreditSums = Annotated[list[int], Unit("fen", "i8", 0, 2**62), Length(AGREEMENTS)]
CreditRates = Annotated[list[int], Unit("ppm", "i8", 0, 2**62), Length(AGREEMENTS)]
DisputeCounts = Annotated[list[int], Unit("count", "i8", 0, 2**62), Length(CLAIMS * DISPUTE_STEPS)]

Others = Annotated[list[int], Unit("number", "i8", 0, 2**62), Length(MOST_PRODUCTS - 1)]
Bits = Annotated[int, Unit("bits", "i4", 0, 2**31 - 1)]
Orders = Annotated[list[int], Unit("code", "i4", 0, 2**31 - 1), Length(WISHES)]

LARGEST_AMOUNT = 100_000_000  # fen, of a purchase: 1 million yuan
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
    month_of_year: Annotated[Code, "0 is January"] = 0
    month_length: Annotated[Code, "days in this month"] = 31
    last_month_length: Annotated[Code, "days in the month before"] = 31
    day_of_year: Annotated[Days, "1 .. 366"] = 1
    weekday: Annotated[Code, "0 is Monday"] = 0
    demand: Annotated[Ppm, "calendar factor on the number of purchases"] = 1_000_000
    job_loss: Annotated[Ppm, "chance of losing a job, a month"] = 0
    job_found: Annotated[Ppm, "chance of finding one, a month"] = 0
    income: Annotated[Ppm, "level of incomes against the first day"] = 1_000_000
    factor: Annotated[Ppm, "systematic factor, millionths of a standard deviation"] = 0
    pressure: Annotated[Milli, "rise of the level that strain drifts to"] = 0
    shocks: Annotated[Bits, "dated shocks in force, a bit each"] = 0
    year: Annotated[Days, "calendar year"] = 2024
    rollout: Annotated[Ppm, "share of users who may see the product (R-A5)"] = 1_000_000
    invitable: Annotated[CountSum, "candidates on the eve of the last 72 hours (R-E2)"] = 0
    collected: Annotated[CountSum, "accounts in collection on that eve"] = 0
    rollout_beside: Annotated[Others, "rollout of the products after the first, ppm"] = field(
        default_factory=lambda: [1_000_000] * (MOST_PRODUCTS - 1)
    )
    invitable_beside: Annotated[Others, "invitable of the products after the first"] = _zeros(
        MOST_PRODUCTS - 1
    )


@dataclass(eq=False, kw_only=True)
class Wishes:
    """What a user wants to buy on one day, in order. The product decides what of it happens."""

    count: Annotated[Code, "how many purchases"] = 0
    place: Annotated[Codes, "where (Place)"] = _zeros(WISHES)
    amount: Annotated[Amounts, "how much, fen"] = _zeros(WISHES)
    means: Annotated[Codes, "by what: OWN_MONEY, or the number of a product"] = _zeros(WISHES)
    otherwise: Annotated[
        Orders, "products tried once that one refuses: 1 + number in each four bits, lowest first"
    ] = _zeros(WISHES)
    periods: Annotated[Codes, "in how many instalments; 0 for none (R-P3)"] = _zeros(WISHES)
    apply: Annotated[Code, "for products, by the wallet (R-E1): a bit each, 1 for the first"] = 0
    ask: Annotated[Code, "for a higher limit (R-L9): a bit each, 1 for the first product"] = 0

    def buy(
        self,
        place: int,
        amount_fen: int,
        product: int | None = 0,
        periods: int = 0,
        otherwise: tuple[int, ...] = (),
    ) -> None:
        """Add a purchase; `product=None` pays with the user's own money.

        otherwise: numbers of the products to try, in turn, once that one refuses.

        periods: instalments that the product offers, such as 3, 6 or 12; 0 for none.

        Raises ValueError beyond WISHES purchases or for an amount that is not positive.
        """
        if self.count >= WISHES:
            raise ValueError(f"wanted at most {WISHES} purchases a day")
        if amount_fen <= 0:
            raise ValueError(f"wanted an amount above 0 fen (found {amount_fen})")
        self.place[self.count] = int(place)
        self.amount[self.count] = amount_fen
        self.means[self.count] = OWN_MONEY if product is None else product
        self.otherwise[self.count] = sum((1 + k) << 4 * i for i, k in enumerate(otherwise))
        self.periods[self.count] = periods
        self.count += 1


@dataclass(eq=False, kw_only=True)
class Payment:
    """What a user wants to pay by hand into one account on one day."""

    amount: Annotated[Fen, "fen; 0 for nothing"] = 0
    periods: Annotated[Code, "instalments wished for the open bill; 0 for none (R-P3)"] = 0
    settle: Annotated[Code, "1 to settle all instalments early (R-P6)"] = 0


@dataclass(eq=False, kw_only=True)
class Totals:
    """A day of one segment; whole numbers, so any order of adding is exact."""

    users: Annotated[CountSum, "users in the population"] = 0
    candidates: Annotated[
        CountSum, "of them, who could be admitted today or already are (R-A1, R-A4, R-A5)"
    ] = 0
    invitable: Annotated[CountSum, "candidates without an account who may be invited (R-E2)"] = 0
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
    warned_1: Annotated[CountSum, "messages sent today (R-W1)"] = 0
    warned_2: Annotated[CountSum, "accounts whose unused limit is frozen (R-W2, R-L9)"] = 0
    warned_3: Annotated[CountSum, "accounts under level 3 (R-W3)"] = 0
    disputes_open: Annotated[CountSum, "disputes that wait for a decision (R-W4)"] = 0
    in_collection: Annotated[CountSum, "accounts in collection: level 3, not charged off"] = 0
    planned: Annotated[FenSum, "of principal, in instalments not billed yet (R-P3)"] = 0
    suspended: Annotated[FenSum, "interest and penalty past 90 days due, not in income"] = 0
    stolen: Annotated[FenSum, "of principal, drawn by others and not given up yet"] = 0
    wallet: Annotated[FenSum, "wallets of users"] = 0
    bank: Annotated[FenSum, "bank balances of users"] = 0
    unemployed: Annotated[CountSum, "users without their income"] = 0
    damped: Annotated[CountSum, "users whose purchases a message still damps (R-W1)"] = 0
    marked: Annotated[CountSum, "users with an overdue record: the bureau's mark (R-A2, R-W3)"] = 0

    joined: Annotated[CountSum, "users who joined"] = 0
    left: Annotated[CountSum, "users who left"] = 0
    opened: Annotated[CountSum, "accounts opened (R-E1 to R-E4)"] = 0
    reopened: Annotated[CountSum, "of them, anew by users who had one before (R-W3)"] = 0
    closed: Annotated[CountSum, "accounts closed"] = 0
    charged_off: Annotated[CountSum, "accounts charged off"] = 0
    purchases: Annotated[CountSum, "purchases made, all means"] = 0
    unaffordable: Annotated[CountSum, "purchases given up: no means was left"] = 0
    refused: Annotated[CountSum, "purchases on credit refused"] = 0
    missed: Annotated[CountSum, "minimums missed at the end of grace (R-P5)"] = 0
    assessed: Annotated[CountSum, "limits refreshed on the 72-hour clock (R-L6)"] = 0
    raised: Annotated[CountSum, "of them, raised"] = 0
    lowered: Annotated[CountSum, "of them, lowered"] = 0
    real_time: Annotated[CountSum, "limits refreshed after a major purchase (R-L7)"] = 0
    real_time_raised: Annotated[CountSum, "of them, raised"] = 0
    real_time_lowered: Annotated[CountSum, "of them, lowered"] = 0
    real_time_raised_by: Annotated[FenSum, "sum of these raises"] = 0
    real_time_lowered_by: Annotated[FenSum, "sum of these cuts"] = 0
    requests: Annotated[CountSum, "requests for a higher limit (R-L9)"] = 0
    requests_assessed: Annotated[CountSum, "of them, answered by an assessment at once"] = 0
    requests_raised: Annotated[CountSum, "of these, limits raised"] = 0
    requests_lowered: Annotated[CountSum, "of these, limits lowered"] = 0
    requests_raised_by: Annotated[FenSum, "sum of these raises"] = 0
    requests_lowered_by: Annotated[FenSum, "sum of these cuts"] = 0
    takeovers: Annotated[CountSum, "accounts taken over by a fraudster"] = 0
    entered_collection: Annotated[CountSum, "accounts that came under level 3"] = 0
    worked: Annotated[CountSum, "accounts that collection worked on"] = 0
    cured: Annotated[CountSum, "accounts that owe nothing past due any more"] = 0
    cured_worked: Annotated[CountSum, "of them, worked on by collection that day"] = 0
    plans_offered: Annotated[CountSum, "payment plans offered in collection"] = 0
    plans_agreed: Annotated[CountSum, "of them, agreed"] = 0
    first_bills: Annotated[CountSum, "first bills whose grace ended"] = 0
    first_defaults: Annotated[CountSum, "of them, missed: first-payment defaults"] = 0
    instalment_plans: Annotated[CountSum, "purchases and bills put into instalments (R-P3)"] = 0
    plans_above_cap: Annotated[CountSum, "of them, those that cost more than the cap (R-P7)"] = 0
    graced: Annotated[CountSum, "bills whose minimum was unpaid as grace began (R-P5)"] = 0
    bounced: Annotated[CountSum, "auto-debits that found less money than the minimum (R-P1)"] = 0
    retried: Annotated[CountSum, "auto-debits that succeeded within grace (R-P1, R-P5)"] = 0
    proofs_asked: Annotated[CountSum, "users asked for proof of more means (R-U8)"] = 0
    proofs_given: Annotated[CountSum, "of them, those who gave it (R-U8)"] = 0
    settled_early: Annotated[CountSum, "accounts whose instalments were settled early (R-P6)"] = 0
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
    funnel: Annotated[FunnelCounts, "applications, by Way and FunnelStep"] = _zeros(WAYS * STEPS)
    warning: Annotated[WarningCounts, "warnings, by Level and WarningStep"] = _zeros(
        LEVELS * WARNING_STEPS
    )
    dispute: Annotated[DisputeCounts, "disputes, by Claim and DisputeStep"] = _zeros(
        CLAIMS * DISPUTE_STEPS
    )
    agreed: Annotated[CreditCounts, "agreements, by Credit and number of periods"] = _zeros(
        AGREEMENTS
    )
    agreed_fen: Annotated[CreditSums, "what they are about"] = _zeros(AGREEMENTS)
    agreed_ppm: Annotated[CreditRates, "their annual rates, summed"] = _zeros(AGREEMENTS)
    agreed_dear: Annotated[CreditCounts, "of them, above the yearly cap"] = _zeros(AGREEMENTS)


@scalar
def rollout_of(env: Environment, k: int) -> int:
    """Return the share of users who may see product k, ppm (R-A5)."""
    return env.rollout if k == 0 else env.rollout_beside[k - 1]


@scalar
def invitable_of(env: Environment, k: int) -> int:
    """Return the candidates for product k on the eve of the last 72 hours (R-E2)."""
    return env.invitable if k == 0 else env.invitable_beside[k - 1]


@scalar
def book(today: Totals, log: Log, flow: int, fen: int, reason: int = 0) -> None:
    """Post one flow of money; the only way in which money is counted."""
    today.flow[flow] += fen
    if fen != 0:
        note(log, flow, fen, reason)
