"""Drawing users: a scalar rule that fills one row from keyed words, and a loop over rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiled import kernel, scalar
from sim.draws import Purpose, chance, four_words, word
from sim.kinds import AutoDebit, Status
from sim.population.plan import NUMBERS, Plan
from sim.quantiles import at_score, read
from sim.rows import Table, default_table
from sim.scenario.marginals import TRAITS
from sim.units import EARLIEST, PPM, clamp
from sim.user import BINS, COUNT_BINS, WALLET_BINS, User

# Places of traits and numbers, as plain constants that a kernel can freeze.
(
    AGE,
    INCOME,
    SCORE,
    PAYMENTS,
    FRIENDS,
    SPEND_SHARE,
    OUTGOINGS_SHARE,
    WALLET_SHARE,
    DEBT_SHARE,
    CREDIT_LEAN,
    PRUDENCE,
    FULL_LEAN,
    TENURE,
    LONGEST_GAP,
) = range(len(TRAITS))
(
    SEED,
    MALE,
    REAL_NAME,
    OCCUPATION,
    OVERDUE_AT,
    OVERDUE_LINK,
    NO_CARD,
    MOST_CARDS,
    VERIFIED_LOW,
    VERIFIED_HIGH,
    PAYS_FIRST,
    PAYS_LAST,
    FULL,
    MINIMUM,
    UNEMPLOYMENT,
    STRAIN_SD,
    BANK_MONTHS,
    MEAN_AMOUNT,
    ACTIVITY_POINTS,
    ACTIVITY_PAYMENTS,
) = range(len(NUMBERS))
COUNT = len(TRAITS)
BLOCKS = -(-COUNT // 4)  # of four words, for the normal scores
EXTRAS = 16  # further words, one each for what hangs on nothing else
LARGEST_FEN = 400_000_000
LEAST_SPENT_PPM = 100_000  # of income: outgoings never take all of it


def drawn_users(plan: Plan, first: int, count: int, replication: int) -> Table:
    """Return users first .. first + count - 1 as drawn from the plan, shape (count,)."""
    users = default_table(User, count)
    users["user"] = np.arange(first, first + count)
    scratch = np.zeros((3, max(COUNT, EXTRAS)), dtype=np.int64)
    scores = np.zeros((2, COUNT))
    draw_all(users, *plan, replication, scratch, scores)
    return users


@kernel
def draw_all(
    users: Table,
    factor: Table,
    normal: Any,
    grids: Table,
    segments: Any,
    students: Any,
    regions: Any,
    paydays: Table,
    growth_days: Any,
    growth_words: Any,
    numbers: Any,
    replication: int,
    scratch: Table,
    scores: Table,
) -> None:
    """Fill rows whose `user` is set; all between is a field of the Plan. Two rows of scratch."""
    values, extra = scratch[0], scratch[1]
    for i in range(users.shape[0]):
        user = users[i]
        number = user.user
        for block in range(BLOCKS + EXTRAS // 4):
            four = four_words(numbers[SEED], replication, number, 0, Purpose.TRAITS.value + block)
            for k in range(4):
                at = 4 * block + k
                if at < COUNT:
                    scores[0, at] = read(normal, int(np.int64(four[k]))) * 1e-6
                elif block >= BLOCKS:
                    extra[at - 4 * BLOCKS] = int(np.int64(four[k]))
        join(user, extra, segments, students, regions, numbers)
        for j in range(COUNT):
            z = 0.0
            for k in range(j + 1):
                z += factor[j, k] * scores[0, k]
            scores[1, j] = z
            values[j] = at_score(grids[user.segment, j], z)
        joining = word(numbers[SEED], replication, number, 0, Purpose.JOINING.value)
        user.joins_on = joining_day(joining, growth_days, growth_words)
        user.payday = paydays[(extra[5] * paydays.shape[0]) >> 32]
        describe(user, values, extra, numbers)
        record = numbers[OVERDUE_LINK] * 1e-6
        rest = 1.0 - record * record
        mixed = record * scores[1, PRUDENCE] + np.sqrt(rest) * read(normal, extra[15]) * 1e-6
        user.past_overdue = 1 if mixed * 1e6 < numbers[OVERDUE_AT] else 0
        user.strain = clamp(
            numbers[STRAIN_SD] * read(normal, extra[14]) // 1_000_000, -10_000, 20_000
        )
        remember_the_past(user, numbers[MEAN_AMOUNT])


@scalar
def join(
    user: User,
    extra: list[int],
    segments: list[int],
    students: list[int],
    regions: list[int],
    numbers: list[int],
) -> None:
    """Put a user into a segment and a region, and draw what hangs on nothing else."""
    user.segment = 0
    while user.segment < len(segments) - 1 and extra[0] >= segments[user.segment]:
        user.segment += 1
    user.student = students[user.segment]
    user.region = 0
    while user.region < len(regions) - 1 and extra[1] >= regions[user.region]:
        user.region += 1
    user.sex = 1 if chance(extra[2], numbers[MALE]) else 0
    user.real_name = 1 if chance(extra[3], numbers[REAL_NAME]) else 0
    user.occupation_known = 1 if chance(extra[4], numbers[OCCUPATION]) else 0
    user.birthday = 1 + ((extra[6] * 365) >> 32)
    user.cards = 0
    if not chance(extra[7], numbers[NO_CARD]):
        user.cards = 1 + ((extra[8] * numbers[MOST_CARDS]) >> 32)
    days = numbers[PAYS_LAST] - numbers[PAYS_FIRST] + 1
    user.pays_on = numbers[PAYS_FIRST] + ((extra[9] * days) >> 32)
    user.auto_debit = AutoDebit.OFF.value
    if chance(extra[10], numbers[FULL]):
        user.auto_debit = AutoDebit.FULL.value
    elif chance(extra[10], numbers[FULL] + numbers[MINIMUM]):
        user.auto_debit = AutoDebit.MINIMUM.value
    user.employed = 0 if chance(extra[11], numbers[UNEMPLOYMENT]) else 1


@scalar
def joining_day(joining: int, days: list[int], words: list[int]) -> int:
    """Return the day at which the growth curve reaches a word: straight between its points."""
    if joining < words[0]:
        return days[0]
    at = 1
    while at < len(words) - 1 and joining >= words[at]:
        at += 1
    if at >= len(words) or words[at] == words[at - 1]:
        return days[len(days) - 1]
    rise = joining - words[at - 1]
    return days[at - 1] + rise * (days[at] - days[at - 1]) // (words[at] - words[at - 1]) + 1


@scalar
def describe(user: User, values: list[int], extra: list[int], numbers: list[int]) -> None:
    """Turn the drawn traits into the columns of a user."""
    user.status = Status.NOT_YET.value if user.joins_on > 0 else Status.HERE.value
    user.age = clamp(values[AGE], 0, 120)
    user.income = clamp(values[INCOME], 0, LARGEST_FEN)
    spread = numbers[VERIFIED_HIGH] - numbers[VERIFIED_LOW]
    verified = numbers[VERIFIED_LOW] + ((spread * extra[12]) >> 32)
    user.verified_income = min(12 * user.income * verified // PPM, 2_000_000_000)
    user.outgoings = user.income * clamp(values[OUTGOINGS_SHARE], 0, PPM - LEAST_SPENT_PPM) // PPM
    user.debt_elsewhere = min(user.income * max(values[DEBT_SHARE], 0) // PPM, 2_000_000_000)
    user.friends = clamp(values[FRIENDS], 0, 32_000)
    # Who joins later begins to use the wallet on that day (R-A4).
    user.used_since = user.joins_on if user.joins_on > 0 else -clamp(values[TENURE], 0, -EARLIEST)
    user.longest_gap = clamp(values[LONGEST_GAP], 0, 255)
    user.wallet_habit = min(user.income * max(values[WALLET_SHARE], 0) // PPM, LARGEST_FEN)
    user.wallet = user.wallet_habit * 3 // 4
    keep = user.income * numbers[BANK_MONTHS] // PPM
    user.bank = min((keep * extra[13]) >> 32, LARGEST_FEN)
    user.rate = clamp(values[PAYMENTS] * 1_000 * 12 // 365, 1, 12_000_000)
    month = (user.income - user.outgoings) * max(values[SPEND_SHARE], 0) // PPM
    per_purchase = month * PPM // (user.rate * 365 // 12)
    user.ticket = clamp(per_purchase * PPM // numbers[MEAN_AMOUNT], 100, 20_000_000)
    user.score = clamp(values[SCORE], 0, 1_000_000)
    payments = min(values[PAYMENTS] // 1_000, numbers[ACTIVITY_PAYMENTS])
    activity = numbers[ACTIVITY_POINTS] * payments // numbers[ACTIVITY_PAYMENTS]
    user.score_anchor = max(user.score // 1_000 - activity, 0)
    user.credit_lean = clamp(values[CREDIT_LEAN], -30_000, 30_000)
    user.prudence = clamp(values[PRUDENCE], -30_000, 30_000)
    user.full_lean = clamp(values[FULL_LEAN], -30_000, 30_000)


@scalar
def remember_the_past(user: User, mean_amount: int) -> None:
    """Fill the trailing 90 days with the user's own means, so that the first limit has a past."""
    three_days = user.rate * user.ticket // PPM * mean_amount // PPM * 3
    for i in range(BINS):
        user.spend_bins[i] = three_days
    for i in range(COUNT_BINS):
        user.count_bins[i] = min(user.rate * 6 // PPM, 127)
    for i in range(WALLET_BINS):
        user.wallet_bins[i] = min(3 * user.wallet, 2_000_000_000)
