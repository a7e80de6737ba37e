"""What each lever contributes to a difference: Shapley values, exact, adding up to the fen.

Source: Shapley, "A value for n-person games" (1953); sampled orders: Castro, Gomez and Tejada,
"Polynomial calculation of the Shapley value based on sampling" (2009).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import factorial
from typing import NamedTuple

import numpy as np

from sim.draws import Purpose, fill_words
from sim.study.interval import LEVEL, Interval, mean

Group = frozenset[int]  # levers that are set as B has them; all others as A
Worth = Callable[[Group], Sequence[int]]  # of a group: whole fen or counts, one a replication

EXACT_UP_TO = 6  # levers: 64 groups
ORDERS = 60  # sampled beyond

Parts = list[Fraction]


class Attribution(NamedTuple):
    """The parts of a difference, one a lever, summed over replications."""

    parts: list[int]  # whole fen or counts; add up to `total`
    exact: Parts  # the same before rounding; add up to `total` too
    total: int
    luck: list[Interval]  # of each part's mean over replications
    orders: list[Interval] | None  # of the same over sampled orders; None where all were taken


def attribute(
    levers: int, worth: Worth, *, orders: int = ORDERS, seed: int = 1, level: float = LEVEL
) -> Attribution:
    """Return what each of `levers` contributes to worth(all) - worth(none).

    Exact over all orders up to EXACT_UP_TO levers, over sampled orders beyond. A lever that changes
    no worth gets exactly 0; two that change it equally, equal parts up to one fen. Raises
    ValueError without a lever.
    """
    if levers < 1:
        raise ValueError("wanted at least one lever (found none)")
    known = _Remembered(worth)
    if levers <= EXACT_UP_TO:
        by_run = [_shapley(levers, run, known) for run in range(known.runs)]
        return _attribution(by_run, known, levers, None, level)
    taken = list(_orders(levers, orders, seed))
    by_run, by_order = _over_orders(levers, taken, known)
    return _attribution(by_run, known, levers, by_order, level)


def rounded(parts: Sequence[Fraction]) -> list[int]:
    """Return whole numbers with the same sum, which must be whole.

    Each is rounded down; what is left goes, one by one, to the largest remainders, to the first of
    equal ones.
    """
    whole = [part.numerator // part.denominator for part in parts]
    left = sum(parts, Fraction(0)) - sum(whole)
    by_remainder = sorted(range(len(parts)), key=lambda i: (whole[i] - parts[i], i))
    for i in by_remainder[: int(left)]:
        whole[i] += 1
    return whole


class _Remembered:
    """Worths of groups, each asked for once."""

    def __init__(self, worth: Worth) -> None:
        self._worth = worth
        self._known: dict[Group, list[int]] = {}
        self.runs = len(self(frozenset()))

    def __call__(self, group: Group) -> list[int]:
        if group not in self._known:
            self._known[group] = [int(value) for value in self._worth(group)]
        return self._known[group]


def _shapley(levers: int, run: int, worth: _Remembered) -> Parts:
    """Return the parts of one replication over all orders."""
    parts = [Fraction(0)] * levers
    for group in _groups(levers):
        before = worth(group)[run]
        size = len(group)
        weight = Fraction(factorial(size) * factorial(levers - size - 1), factorial(levers))
        for lever in range(levers):
            if lever not in group:
                parts[lever] += weight * (worth(group | {lever})[run] - before)
    return parts


def _groups(levers: int) -> Iterator[Group]:
    """Yield all groups but the one of all."""
    for bits in range((1 << levers) - 1):
        yield frozenset(k for k in range(levers) if bits >> k & 1)


def _orders(levers: int, count: int, seed: int) -> Iterator[list[int]]:
    """Yield orders of the levers, each followed by its reverse, which evens out what is early."""
    for number in range((count + 1) // 2):
        words = np.empty(levers, dtype=np.int64)
        fill_words(seed, number * levers, Purpose.STUDY_ORDER.value, words)
        order = np.argsort(words, kind="stable").tolist()
        yield order
        yield order[::-1]


def _over_orders(
    levers: int, orders: Sequence[Sequence[int]], worth: _Remembered
) -> tuple[list[Parts], list[Parts]]:
    """Return the parts of each replication, and of each pair of an order and its reverse."""
    by_run = [[Fraction(0)] * levers for _ in range(worth.runs)]
    by_pair = [[Fraction(0)] * levers for _ in range(len(orders) // 2)]
    for number, order in enumerate(orders):
        group: Group = frozenset()
        for lever in order:
            grown = group | {lever}
            for run, (before, after) in enumerate(zip(worth(group), worth(grown), strict=True)):
                by_run[run][lever] += Fraction(after - before, len(orders))
                by_pair[number // 2][lever] += Fraction(after - before, 2)
            group = grown
    return by_run, by_pair


def _attribution(
    by_run: list[Parts], worth: _Remembered, levers: int, by_pair: list[Parts] | None, level: float
) -> Attribution:
    exact = [sum((parts[k] for parts in by_run), Fraction(0)) for k in range(levers)]
    everything = frozenset(range(levers))
    total = sum(worth(everything)) - sum(worth(frozenset()))
    luck = [mean([float(parts[k]) for parts in by_run], level) for k in range(levers)]
    over = None
    if by_pair is not None:
        runs = len(by_run)
        over = [mean([float(parts[k]) / runs for parts in by_pair], level) for k in range(levers)]
    return Attribution(rounded(exact), exact, total, luck, over)
