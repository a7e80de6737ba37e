"""How many users or replications a difference needs before it shows.

Unpooled normal approximation, two-sided: Fleiss, Levin and Paik, "Statistical Methods for Rates and
Proportions", section 4.2.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy import special

from sim.study.interval import LEVEL

POWER = 0.8


class Plan(NamedTuple):
    """Sizes to the nearest whole number; a pair is one unit that is seen under A and under B."""

    per_arm: int
    pairs: int
    variance_ratio: float  # units that pairing saves: per_arm / pairs before rounding


def plan(
    effect: float,
    variance_apart: float,
    variance_paired: float,
    *,
    level: float = LEVEL,
    power: float = POWER,
) -> Plan:
    """Return the sizes at which a test of two-sided size 1 - level finds `effect` with `power`.

    variance_apart: of a unit of A plus of one of B. variance_paired: of the difference within a
    pair. Raises ValueError for an effect of 0, which no size finds.
    """
    if effect == 0 or not math.isfinite(effect):
        raise ValueError(f"wanted an effect other than 0 (found {effect})")
    factor = float(special.ndtri((1 + level) / 2) + special.ndtri(power)) ** 2 / effect**2
    saved = variance_apart / variance_paired if variance_paired else math.inf
    return Plan(_whole(factor * variance_apart), _whole(factor * variance_paired), saved)


def rates(a: float, b: float, *, level: float = LEVEL, power: float = POWER) -> Plan:
    """Return the sizes for two rates of users who default or not.

    Paired, a user has the same uniform under both: whoever defaults under the lower rate does so
    under the higher, and a pair differs with the chance |b - a| (closed form C4).
    """
    apart = a * (1 - a) + b * (1 - b)
    together = abs(b - a) * (1 - abs(b - a))
    return plan(b - a, apart, together, level=level, power=power)


def runs_for_half_width(variance: float, half_width: float, *, level: float = LEVEL) -> int:
    """Return the replications after which an interval is no wider than +- `half_width`."""
    if half_width <= 0:
        raise ValueError(f"wanted a half-width above 0 (found {half_width})")
    return max(math.ceil((float(special.ndtri((1 + level) / 2)) / half_width) ** 2 * variance), 2)


def runs_for_quantile_error(
    share: float, quantile: float, density: float, relative_error: float
) -> int:
    """Return the replications at which a quantile's standard error is that share of the quantile.

    density: of the distribution at the quantile, by which the error of an order statistic is
    sqrt(share (1 - share) / runs) / density (David and Nagaraja, "Order Statistics", section 10.2).
    """
    if not 0 < share < 1 or density <= 0 or relative_error <= 0 or quantile == 0:
        raise ValueError("wanted a share between 0 and 1, a density and an error above 0")
    return math.ceil(share * (1 - share) / (density * relative_error * quantile) ** 2)


def _whole(size: float) -> int:
    return max(round(size), 1)
