"""Parts add up to the fen; what does nothing gets nothing; equals share equally."""

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.study.attribution import EXACT_UP_TO, attribute, rounded


def worth_of(effects, crossed=0, runs=3):
    """Effects add up, and the first two together bring `crossed` more."""

    def worth(group):
        together = crossed if {0, 1} <= group else 0
        return [
            run * 7 + sum((run + 1) * effects[k] for k in group) + together for run in range(runs)
        ]

    return worth


def test_parts_are_the_means_over_all_orders():
    table = {0: 0, 1: 5, 2: -3, 3: 19, 4: 8, 5: 40, 6: 2, 7: 61}

    def worth(group):
        return [table[sum(1 << k for k in group)]]

    by_hand = [Fraction(0)] * 3
    for order in permutations(range(3)):
        group = frozenset()
        for lever in order:
            by_hand[lever] += Fraction(worth(group | {lever})[0] - worth(group)[0], 6)
            group |= {lever}
    found = attribute(3, worth)
    assert found.exact == by_hand
    assert sum(found.parts) == found.total == 61


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8), st.integers(-9_999, 9_999))
def test_parts_add_up_to_the_fen(effects, crossed):
    crossed = crossed if len(effects) > 1 else 0
    found = attribute(len(effects), worth_of(effects, crossed), orders=10)
    assert sum(found.parts) == sum(found.exact) == found.total
    assert all(abs(part - exact) < 1 for part, exact in zip(found.parts, found.exact, strict=True))


@pytest.mark.parametrize("levers", [4, EXACT_UP_TO, EXACT_UP_TO + 3])
def test_a_lever_that_does_nothing_gets_exactly_nothing(levers):
    effects = [10, 25, 0, 7, 11, 13, 17, 19, 23][:levers]
    found = attribute(levers, worth_of(effects, crossed=101))
    assert found.parts[2] == 0
    assert found.luck[2][:3] == (0, 0, 0)
    assert (found.orders is None) == (levers <= EXACT_UP_TO)


@pytest.mark.parametrize("levers", [2, 5])
def test_two_equal_levers_share_equally_up_to_one_fen(levers):
    found = attribute(levers, worth_of([20, 20, 5, 6, 1][:levers], crossed=33))
    assert found.exact[0] == found.exact[1]
    assert abs(found.parts[0] - found.parts[1]) <= 1


def test_sampled_orders_come_with_an_interval_that_holds_the_exact_part():
    levers = EXACT_UP_TO + 1
    effects = [10, 20, 30, 40, 50, 60, 70]

    def worth(group):  # all interact
        one = sum(effects[k] for k in group)
        return [one * one, 2 * one * one]

    exact = [3 * effect * sum(effects) for effect in effects]  # of a square, by symmetry
    found = attribute(levers, worth, orders=400)
    for part, low_high, known in zip(found.exact, found.orders, exact, strict=True):
        assert low_high.low <= known / 2 <= low_high.high
        assert float(part) == pytest.approx(known, rel=0.1)


def test_the_last_fen_goes_to_the_largest_remainder_then_to_the_first():
    third = Fraction(100, 3)
    assert rounded([third, third, third]) == [34, 33, 33]
    assert rounded([Fraction(-1, 2), Fraction(0), Fraction(1, 2)]) == [0, 0, 0]
    assert rounded([Fraction(1, 4), Fraction(3, 4)]) == [0, 1]


def test_no_lever_is_refused():
    with pytest.raises(ValueError, match="at least one lever"):
        attribute(0, worth_of([]))
