"""Money is whole fen, and there is one way to round a share of it."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compiled import leaf
from sim.units import MAX_FEN, PPM, clamp, share

AMOUNTS = st.integers(0, MAX_FEN)
RATES = st.integers(0, 10**9)


@leaf
def compiled_share(amount, ppm):
    return share(amount, ppm)


@given(AMOUNTS, RATES)
def test_a_share_is_rounded_half_even_to_the_fen(amount, ppm):
    assert share(amount, ppm) == round(Fraction(amount * ppm, PPM))
    exact = Decimal(amount) * Decimal(ppm) / Decimal(PPM)
    assert share(amount, ppm) == int(exact.to_integral_value(ROUND_HALF_EVEN))


@given(st.integers(0, 2_000_000), st.sampled_from([1, 3, 5, 7, 9]))
def test_a_share_that_ends_in_half_a_fen_goes_to_the_even_one(whole, odd):
    amount = odd * (2 * whole + 1)
    assert share(amount, 500_000) == round(Fraction(amount, 2))
    assert share(amount, 500_000) % 2 == 0


@given(AMOUNTS, RATES)
def test_a_share_is_the_same_compiled(amount, ppm):
    assert compiled_share(amount, ppm) == share(amount, ppm)


@given(AMOUNTS, AMOUNTS, st.integers(0, PPM))
def test_a_larger_amount_has_no_smaller_share(one, other, ppm):
    low, high = sorted((one, other))
    assert share(low, ppm) <= share(high, ppm) <= high


@pytest.mark.parametrize(
    ("amount", "ppm", "answer"),
    [
        (123_456, 1_000, 123),  # 1,234.56 yuan: a fee of 1.23 (R-P2)
        (500, 1_000, 0),  # half a fen, to the even
        (1_500, 1_000, 2),
        (2_500, 1_000, 2),
        (2_501, 1_000, 3),
        (MAX_FEN, PPM, MAX_FEN),
        (0, PPM, 0),
    ],
)
def test_worked_shares(amount, ppm, answer):
    assert share(amount, ppm) == answer


@given(st.integers(-100, 100), st.integers(-50, 0), st.integers(0, 50))
def test_clamp_keeps_what_is_inside_and_else_gives_the_bound(value, low, high):
    assert low <= clamp(value, low, high) <= high
    if low <= value <= high:
        assert clamp(value, low, high) == value
