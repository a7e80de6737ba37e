"""The mildest shock that breaks a limit of the lender's appetite.

The measure is any function of a shock, a run of a scenario as a rule: with common random numbers it
moves with the shock alone, so that bisection finds one point.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Breach(NamedTuple):
    """What a search for the breaking point found."""

    broken: bool  # whether the strongest shock breaks the limit at all
    shock: float  # the mildest that was seen to break it; NaN if none
    measure: float  # at that shock, or at the strongest
    held: float  # the strongest shock that was seen to hold; NaN if none
    tried: int  # how many shocks were tried


def mildest_breach(
    measure: Callable[[float], float],
    limit: float,
    mildest: float,
    strongest: float,
    *,
    tolerance: float,
    below: bool = False,
) -> Breach:
    """Return the mildest shock at which a measure goes beyond its limit, by bisection.

    measure: called with shocks between mildest and strongest; should not go back as the shock
    grows (where it does, some breaking point is found, not the first). limit: beyond means above,
    or below if `below`. tolerance: the shock found is at most so much stronger than one that holds.
    Raises ValueError.
    """
    if not mildest < strongest or tolerance <= 0:
        found = f"{mildest:g}, {strongest:g}, {tolerance:g}"
        raise ValueError(f"wanted mildest < strongest and a tolerance above 0 (found {found})")
    seen: dict[float, float] = {}

    def breaks(shock: float) -> bool:
        seen[shock] = measure(shock)
        return seen[shock] < limit if below else seen[shock] > limit

    if breaks(mildest):
        return Breach(True, mildest, seen[mildest], float("nan"), 1)
    if not breaks(strongest):
        return Breach(False, float("nan"), seen[strongest], strongest, 2)
    held, broken = mildest, strongest
    while broken - held > tolerance:
        middle = (held + broken) / 2
        if middle in (held, broken):  # nothing lies between them
            break
        held, broken = (held, middle) if breaks(middle) else (middle, broken)
    return Breach(True, broken, seen[broken], held, len(seen))
