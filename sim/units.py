"""Units. Each name is an int to a type checker, and fixes the column's type and bounds."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.compiled import scalar
from sim.kinds import Rounding


class Unit(NamedTuple):
    """What a column holds: the unit's name, the numpy type, and the values that are let in."""

    name: str
    column: str
    low: int
    high: int


class Length(NamedTuple):
    """How many elements a column has in each row."""

    n: int


class Rare(NamedTuple):
    """Says of a column that it is zero in most rows: it may be left out of them."""


RARE = Rare()


# The most that one user or account may hold of anything: 20 million yuan fits 32 bits.
MAX_FEN = 2_000_000_000

_I4, _I2, _I1 = 2**31 - 1, 2**15 - 1, 2**7 - 1

Fen = Annotated[int, Unit("fen", "i4", -MAX_FEN, MAX_FEN)]  # money in 1/100 yuan; never a float
FenSum = Annotated[int, Unit("fen", "i8", -(2**62), 2**62)]  # money of many users, or many days
Nano = Annotated[int, Unit("1e-9 fen", "i4", -(10**9), 10**9)]  # what is left of an exact accrual
Day = Annotated[int, Unit("day", "i2", -(2**15), _I2)]  # counted from the first simulated day, 0
Months = Annotated[int, Unit("months", "i2", -_I2, _I2)]
Days = Annotated[int, Unit("days", "i2", -_I2, _I2)]  # a span of time
Count = Annotated[int, Unit("count", "i2", -_I2, _I2)]
CountSum = Annotated[int, Unit("count", "i8", 0, 2**62)]
Code = Annotated[int, Unit("code", "i1", -_I1 - 1, _I1)]  # a member of an IntEnum, or an index
Number = Annotated[int, Unit("number", "i4", 0, _I4)]  # who: 0 .. users - 1
Flag = Annotated[int, Unit("flag", "i1", 0, 1)]
Ppm = Annotated[int, Unit("ppm", "i4", -_I4, _I4)]  # a rate or a share in millionths
Points = Annotated[int, Unit("points", "i2", 0, _I2)]  # of the payment score
MilliPoints = Annotated[int, Unit("1e-3 point", "i4", 0, _I4)]  # of the same score
PerMille = Annotated[int, Unit("1e-3", "i2", 0, 1_000)]  # a share in thousandths
Milli = Annotated[int, Unit("1e-3 logit", "i2", -_I2, _I2)]  # an inclination, in log-odds
Word = Annotated[int, Unit("word", "u4", 0, 2**32 - 1)]  # 32 random bits

EARLIEST = -32_000  # a Day before the run is no earlier
NEVER = -32_768  # a Day that has not come; days before the run are negative too
PPM = 1_000_000
POSITIVE = 0x7FFF_FFFF  # kept of a day from 0 on, so that compilers need not divide with a sign
PPB = 1_000_000_000


@scalar
def share(amount: int, ppm: int) -> int:
    """Return `ppm` millionths of `amount` >= 0, rounded half-even to the fen.

    The product's one way to round a share. 2e9 * 1e9 stays below 2**63; neither is checked here.
    """
    scaled = amount * ppm
    whole = scaled // 1_000_000
    rest = scaled - whole * 1_000_000
    return whole + (1 if rest + whole % 2 > 500_000 else 0)


@scalar
def rounded(whole: int, nano: int, how: int) -> int:
    """Return an accrual, whole fen and billionths, in whole fen; `how` is a Rounding."""
    if how == Rounding.DOWN or nano < 500_000_000:
        return whole
    tie = nano == 500_000_000 and how == Rounding.HALF_EVEN
    return whole if tie and whole % 2 == 0 else whole + 1


@scalar
def share_by(amount: int, ppm: int, how: int) -> int:
    """Return `ppm` millionths of `amount` >= 0 in whole fen; `how` is a Rounding."""
    scaled = amount * ppm
    return rounded(scaled // 1_000_000, scaled % 1_000_000 * 1_000, how)


@scalar
def clamp(value: int, low: int, high: int) -> int:
    """Return `value`, or the bound that it lies beyond."""
    return max(low, min(value, high))
