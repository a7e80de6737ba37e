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
    MINI_PROGRAM = 10  # merchants inside mini-programs, once these are open (R-F1)


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
    GATE = 9  # a gate of admission was lost since (R-A1)
    YEARLY_CAP = 10  # more than the verified yearly income, and no proof of more (R-U7, R-U8)
    SECOND_FACTOR = 11  # large, after a login from a strange place: held (R-W2)
    HELD = 12  # the unused limit is frozen, until a review is over (R-L9, R-W2)


class Method(IntEnum):
    """How money came to an account."""

    MANUAL_EARLY = 0  # before a bill, or more than it asks
    MANUAL_BILL = 1  # R-P2
    MANUAL_LATE = 2  # towards what is past due
    AUTO_WALLET = 3  # R-P1
    AUTO_CARD = 4
    RECOVERY = 5  # after charge-off (R-W6)
    REFUND = 6  # from a merchant
    EARLY_SETTLEMENT = 7  # of instalments (R-P6)


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
    INSTALMENT_FEES = 19  # of the fees charged, those for instalments (R-P3)
    REFUNDED = 20  # principal given back by merchants
    REFUND_CASH = 21  # refunds beyond what is owed, into the wallet
    FRAUD_LOSS = 22  # principal drawn by others, given up on the user's claim (R-W4)
    DISPUTE_LOSS = 23  # principal given up on a claim that was not right (R-W4)
    SUSPENDED = 24  # of interest and penalty charged, past 90 days due: no income yet
    SUSPENSE_RELEASED = 25  # of it, paid or cured: income now
    SUSPENSE_WRITTEN_OFF = 26  # of it, charged off: never was income
    YIELD = 27  # paid on wallets that earn (R-F4)
    INTEREST_WAIVED = 28  # unpaid, on principal given up on a claim (R-W4)
    PENALTY_WAIVED = 29


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

    OPEN_TO_ALL = 0  # every user of the right age, without asking
    SCORED = 1  # whoever applies, passes the gates and the score, and is approved (R-A1 to R-E4)


class Way(IntEnum):
    """By which way in a user applies (section 2 of the article)."""

    WALLET = 0  # R-E1
    NOTICE = 1  # by invitation (R-E2)
    CHECKOUT = 2  # prompted while paying (R-E3)


class FunnelStep(IntEnum):
    """How far an application came."""

    SEEN = 0
    STARTED = 1
    FINISHED = 2
    APPROVED = 3
    REFUSED_SCORE = 4  # below the pass mark (R-A2)
    REFUSED_REVIEW = 5  # by the review of its way in (R-E4)


class Grading(IntEnum):
    """How each item of the admission score counts (R-A2)."""

    THRESHOLD = 0  # all or nothing
    GRADED = 1  # min(1, value / threshold)


class FeeBase(IntEnum):
    """What the fee of an instalment is a share of (R-P3)."""

    ORIGINAL = 0
    DECLINING = 1


class EarlySettlement(IntEnum):
    """What fees are due when instalments are settled early (R-P6)."""

    FEES_ON_SCHEDULE = 0  # all of them, when they would have come
    ALL_AT_ONCE = 1
    TO_DATE = 2  # those of the periods that have begun
    DAY_RATE = 3  # by the days since the last statement
    FREE = 4  # none that is not billed yet
    DAILY_TO_DATE = 5  # a day rate on what was outstanding, less fees charged; the next fee on top


class Hold(IntEnum):
    """Why the unused limit of an account is frozen."""

    NONE = 0
    REQUESTS = 1  # many requests for a higher limit (R-L9)
    LOGIN = 2  # a second factor is outstanding (R-W2)


class Level(IntEnum):
    """Levels of warning, and what became of them."""

    MESSAGE = 0  # level 1 (R-W1)
    LOGIN = 1  # level 2 (R-W2)
    OVERDUE = 2  # level 3 (R-W3)
    REQUESTS = 3  # anti-fraud review of requests (R-L9)


class WarningStep(IntEnum):
    """What is counted of a warning."""

    RAISED = 0
    TRUE = 1  # there was something behind it
    FALSE = 2
    PASSED = 3  # ended by the user: second factor, payment
    EXPIRED = 4  # ended by the review or by its term
    HOURS = 5  # from raising to the end, summed


class Claim(IntEnum):
    """What a user disputes (R-W4)."""

    LOGIN = 0  # a hold after a strange login
    OVERDUE = 1  # level 3
    FRAUD = 2  # purchases by others


class DisputeStep(IntEnum):
    """What is counted of a dispute."""

    RAISED = 0
    RIGHTFUL = 1  # the user was misjudged, or the purchases were by others
    UPHELD = 2
    REJECTED = 3
    WRONG = 4  # decided against the truth
    HOURS = 5  # from raising to the decision, summed
    IN_TIME = 6  # decided within 72 hours


class Proof(IntEnum):
    """Whether means beyond the verified income were proven this year (R-U8)."""

    NOT_ASKED = 0
    PROVIDED = 1
    NONE = 2


class Assessed(IntEnum):
    """Why a limit was assessed."""

    OPENING = 0
    CLOCK = 1  # R-L6
    MAJOR_PURCHASE = 2  # R-L7
    REQUEST = 3  # R-L9
    LEVEL_3 = 4  # R-W3
    CLOSED = 5  # left, or charged off


class Note(IntEnum):
    """Kinds of events besides the flows of money, whose numbers are those of Flow."""

    REFUSED = 64  # a purchase on credit; reason: Outcome
    LIMIT = 65  # amount: the new limit; reason: Assessed
    STANDING = 66  # reason: the new Standing
    APPLICATION = 67  # reason: 10 x Way + FunnelStep
    BILL = 68  # amount: all that is due
    MISSED = 69  # a minimum, at the end of grace
    REQUEST = 70  # for a higher limit
    WARNING = 71  # reason: 10 x Level + WarningStep
    DISPUTE = 72  # reason: 10 x Claim + DisputeStep
    PLAN = 73  # amount put into instalments; reason: periods
    SCORE = 74  # amount: thousandths of a point
    TAKEOVER = 75  # by a fraudster
    PROOF = 76  # of means (R-U8); reason: Proof
    FORBEARANCE = 77  # a payment plan in collection; amount: what it spreads


class PastDueFrom(IntEnum):
    """From when days past due are counted (R-P10)."""

    END_OF_GRACE = 0
    DUE_DAY = 1


class PenaltyStacking(IntEnum):
    """Whether overdue principal bears the penalty instead of interest, or on top of it (R-P7)."""

    INSTEAD = 0
    ON_TOP = 1


class PenaltyBase(IntEnum):
    """What the penalty is on, once a minimum was missed (R-P7)."""

    OVERDUE_PRINCIPAL = 0  # the principal in the missed minimum
    OVERDUE_AMOUNT = 1  # and the interest and fees in it
    UNPAID_BILL = 2  # all principal of bills that is not paid
    UNPAID_PLAN = 3  # all principal and fees, of instalments to come too


class Cycle(IntEnum):
    """When statements are cut, and when they are due (R-P10)."""

    CALENDAR = 0  # on one day of the month for all; due on a day of the month, by user
    OFFSET = 1  # on one day of the month for all; due so many days later
    OPENING_DAY = 2  # on the day of the month of opening; due so many days later
    ORDER = 3  # a month after the order; the next order's when nothing is owed any more
    FIRST_DRAWING = 4  # on the day of the month of the first drawing, for good


class DayBeyond28(IntEnum):
    """What becomes of the days 29, 30 and 31 as days of an account's own cycle."""

    LAST_DAY = 0  # the last day of a month that has no such day
    MIRRORED = 1  # 28, 27 and 26
    TWENTY_FIRST = 2  # the 21st


class Asks(IntEnum):
    """What a statement asks for."""

    WHOLE = 0  # all that is owed; the minimum is a part of it
    SHARE = 1  # a share of what is used, and all interest; nothing less will do


class MinimumRule(IntEnum):
    """What the minimum is, beside instalments, charges, and what was missed (R-P4)."""

    SHARE_OF_ALL = 0  # a share of all billed principal, missed principal on top
    SHARE_OF_NOT_OVERDUE = 1  # a share of what was not missed
    BY_RECORD = 2  # new purchases by share; carried too, if the last minimum was paid, else whole


class Accrual(IntEnum):
    """By which balance interest is counted."""

    DAILY = 0  # the close of each day
    MONTH_END = 1  # the balance at the statement, for all days of its month


class PostedWith(IntEnum):
    """When accrued interest and penalty become payable."""

    STATEMENT = 0
    PAYMENT = 1  # a payment beyond the bill, or of a late bill, settles what has accrued


class Rounding(IntEnum):
    """How a part of a fen is rounded."""

    HALF_EVEN = 0
    HALF_UP = 1
    DOWN = 2


class RoundedWhen(IntEnum):
    """When an accrual is rounded to the fen."""

    FINALLY = 0  # once, when it is posted
    DAILY = 1


class PlanCost(IntEnum):
    """What instalments cost (R-P3)."""

    EACH_PERIOD = 0  # a fee each period, a share of the fee base
    TOTAL = 1  # one fee by the number of periods, split over them
    DAILY = 2  # interest by the day on what is outstanding, no fee


class PlanSplit(IntEnum):
    """How an amount is split into instalments."""

    REMAINDER_FIRST = 0  # equal whole fen, what is left over with the first
    REMAINDER_LAST = 1
    LEVEL = 2  # level payments: principal grows as the fee on what is left falls


class Credit(IntEnum):
    """What bears a price: an agreement that is counted with its annual rate."""

    PURCHASE_PLAN = 0  # a purchase in instalments
    BILL_PLAN = 1  # a bill in instalments
    CARRIED = 2  # what a bill leaves unpaid of which the minimum was paid
    MISSED = 3  # what a bill leaves unpaid of which the minimum was missed
    DRAWN = 4  # a purchase that bears interest from its day


MOST_PRODUCTS = 7  # that one scenario can hold
MOST_SHOCKS = 16  # a bit each in the Environment of a day
PLACES, OUTCOMES, METHODS, FLOWS, BUCKETS = map(len, (Place, Outcome, Method, Flow, Bucket))
WAYS, STEPS, LEVELS, CLAIMS = map(len, (Way, FunnelStep, Level, Claim))
OFFERS = 4  # numbers of periods that a product can offer
MOST_PERIODS = 60  # of a plan
LENGTHS = 20  # numbers of periods that one scenario can offer, over all products and policies
CREDITS = len(Credit)
AGREEMENTS = CREDITS + 2 * LENGTHS  # slots they are counted in: by Credit, plans by length too
WARNING_STEPS, DISPUTE_STEPS = len(WarningStep), len(DisputeStep)
