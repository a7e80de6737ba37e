"""Random words that are a function of (seed, replication, user, day, purpose) and nothing else.

No state is kept, so neither the order of users, nor threads, nor a draw added for a new purpose
changes any other draw; and two scenarios run with one seed share theirs.

Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011;
Philox4x32 with 10 rounds, checked against the authors' known answers in tests/test_draws.py.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel, leaf, scalar


class Purpose(IntEnum):
    """What a keyed draw decides. Numbers are part of every result: add, never renumber or reuse."""

    LUCK_0 = 0  # the first four words of the day's luck
    LUCK_1 = 1  # the next four
    LUCK_2 = 2  # the last four
    TRAITS = 16  # and the numbers up to 47: traits of a user, on day 0
    JOINING = 48
    LEAVING = 49
    POLICY = 50  # and up to 81: whether a partial policy reaches a user
    PURCHASE = 96  # and up to 127: purchases of a day beyond the first four
    RECOVERY = 128
    EMPLOYMENT = 129
    DUE_DAY = 130  # the day on which the bills of a user are due
    OUTPUT = 131  # whether a user is in the files, where they hold a share of users
    ROLLOUT = 132  # when the staged opening reaches a user
    EVENTS = 133  # whether a user's events are logged, where a share of users is
    APPLY = 136  # and the next two, one a way in: whether an application is started
    FORM = 139  # and the next two: whether its form is finished
    REVIEW = 142
    GATES = 143  # cards and real-name check lost and gained
    PROOF = 144  # whether a user proves means beyond the verified income
    STRANGE = 145  # a login from a strange place
    FACTOR = 146  # whether a second factor is passed
    HOLD_REVIEW = 147  # when a review of a hold ends
    APPEAL = 148  # whether a user appeals
    DECISION = 149  # when a dispute is decided
    RULING = 150  # and how
    COLLECTION = 182  # whether collection works an account today
    PLAN = 183  # whether it offers a payment plan
    PLAN_AGREED = 184
    BILL_PLAN = 185  # whether a bill is put into instalments
    SETTLE = 186  # whether instalments are settled early
    ASK = 187  # whether a user asks for a higher limit
    SPREAD = 192  # and up to 207: whether a purchase of the day is put into instalments
    REFUND = 208  # and up to 223: whether a purchase of the day beyond the first four is refunded
    LEDGER = 224  # and up to 230: whether a product reports a user to the ledger (R-F3)
    CATCH_UP = 231  # whether a user past due means all that is asked, on day 0
    SYSTEMATIC = 232  # the factor of a replication
    ECONOMY = 233  # and up to 235: a month's change of a simulated path
    CLOSE_TIES = 236  # how many close friends a user has, near and far
    NEAR_TIE = 237  # who is tied within a community
    FAR_TIE = 238  # and between communities
    SHUFFLE = 239  # an order of users by which chance is judged
    STUDY_FACTOR = 240  # a study's factor of each replication
    STUDY_ORDER = 241  # and the orders in which it puts levers
    BEYOND = 242  # how far beyond the minimum a bill is paid
    GENEROUS = 243  # and the user's own part of it, on day 0
    SPELL = 244  # a month's part of a user's spells of buying
    LABEL = 245  # what a bank's file says of a month where its rules leave a choice
    ORDER = 247  # whether a user has a standing order, and how large, on day 0
    LARGE_SUM = 248  # whether a month brings the wish for a large sum, and for how large
    FIXED_SUM = 249  # whether a user pays the same sum of every bill, and which, on day 0
    DRAW_AGAIN = 250  # whether a line just paid off is drawn again, and for what part
    COVERAGE = 246  # truths, data and draws of simulation-based calibration


WORDS = 2**32  # a word is a whole number in [0, WORDS)

# Words are 32 bits wide, kept in uint64 so that no product overflows. Every constant is a uint64
# too: numba would turn `uint64 + 1` into an int64.
_WORD = np.uint64(0xFFFF_FFFF)
_32 = np.uint64(32)
_MULTIPLY_0, _MULTIPLY_2 = np.uint64(0xD251_1F53), np.uint64(0xCD9E_8D57)
_ADD_0, _ADD_1 = np.uint64(0x9E37_79B9), np.uint64(0xBB67_AE85)

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


@leaf
def philox(counter: Words, key: tuple[np.uint64, np.uint64]) -> Words:
    """Return the four words that belong to a counter and a key."""
    word_0, word_1, word_2, word_3 = counter
    key_0, key_1 = key
    for _ in range(10):
        product_0 = _MULTIPLY_0 * word_0
        product_2 = _MULTIPLY_2 * word_2
        word_0 = (product_2 >> _32) ^ word_1 ^ key_0
        word_1 = product_2 & _WORD
        word_2 = (product_0 >> _32) ^ word_3 ^ key_1
        word_3 = product_0 & _WORD
        key_0 = (key_0 + _ADD_0) & _WORD
        key_1 = (key_1 + _ADD_1) & _WORD
    return word_0, word_1, word_2, word_3


@leaf
def four_words(seed: int, replication: int, user: int, day: int, purpose: int) -> Words:
    """Return the four words of one purpose; all arguments in [0, 2**32)."""
    counter = (np.uint64(user), np.uint64(0), np.uint64(day), np.uint64(purpose))
    return philox(counter, (np.uint64(seed), np.uint64(replication)))


@leaf
def _word(seed: int, replication: int, user: int, day: int, purpose: int) -> int:
    return np.int64(four_words(seed, replication, user, day, purpose)[0])  # type: ignore[return-value]


@scalar
def word(seed: int, replication: int, user: int, day: int, purpose: int) -> int:
    """Return the one word of a rare or conditional draw, in [0, 2**32).

    `purpose` is a member's `.value`: handing an IntEnum to compiled code costs 12 us.
    """
    return _word(seed, replication, user, day, purpose)


@kernel
def fill_words(seed: int, first: int, purpose: int, words: NDArray[np.int64]) -> None:
    """Write the words of the numbers from `first` on, each as `word` has it for a user."""
    for i in range(words.shape[0]):
        words[i] = word(seed, 0, first + i, 0, purpose)


@kernel
def fill_day(seed: int, replication: int, day: int, purpose: int, words: NDArray[np.int64]) -> None:
    """Write the words of users 0, 1, ... for one day and purpose."""
    for i in range(words.shape[0]):
        words[i] = word(seed, replication, i, day, purpose)


@scalar
def mixed(word: int) -> int:
    """Return a word made of the low bits of another, for a second choice from the same draw."""
    return (word * 69_069) & 0xFFFF_FFFF


@scalar
def for_product(word: int, k: int) -> int:
    """Return what stands for a word in a decision about product k: the first takes it as it is."""
    found = word
    for _ in range(k):
        found = (found * 1_664_525 + 1_013_904_223) & 0xFFFF_FFFF
    return found


@scalar
def chance(word: int, ppm: int) -> bool:
    """Tell whether an event with a chance of `ppm` millionths happens for this word."""
    return word * 1_000_000 < ppm * 4_294_967_296
