"""How far statistics of a run lie from targets, in standard errors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.calibration.accounts import Accounts
from sim.calibration.statistics import statistics
from sim.calibration.statistics.parts import Found
from sim.calibration.targets import Target, Targets

GROUPS = 20  # of clients, left out one after another for the error of a simulated value


class Verdict(NamedTuple):
    """A target, what a run has instead, and how far off that is."""

    target: Target
    simulated: float  # NaN where nobody bears on it
    z: float


def judge(
    targets: Targets, found: Found, errors: Mapping[str, float], allowance: float
) -> list[Verdict]:
    """Return a verdict for each target that is a statistic of accounts, in order.

    errors: standard error of each simulated value. allowance: share of a target that any model may
    miss it by. z is the difference over the root of the squared errors and allowance, summed.
    """
    return [
        Verdict(t, found[t.key], _z(t, found[t.key], errors.get(t.key, 0.0), allowance))
        for t in targets.each
        if t.key in found
    ]


def _z(target: Target, simulated: float, error: float, allowance: float) -> float:
    spread = math.sqrt(target.error**2 + error**2 + (allowance * target.value) ** 2)
    apart = simulated - target.value
    if spread > 0:
        return apart / spread
    return 0.0 if apart == 0 else math.copysign(math.inf, apart)


def root_mean_square(verdicts: Sequence[Verdict], most: float = math.inf) -> float:
    """Return the root mean square z of those that count; what is not there counts as `most`.

    most: beyond which a z counts as this much. Infinite where something that counts is missing.
    """
    z = np.array([v.z for v in verdicts if v.target.judged])
    far = np.where(np.isnan(z), most, np.minimum(np.abs(z), most))
    return float(np.sqrt(np.mean(far**2)))


def scaled_errors(targets: Targets, clients: int) -> dict[str, float]:
    """Return standard errors of simulated values as those of the data would be at this size."""
    scale = math.sqrt(targets.clients / clients)
    return {target.key: target.error * scale for target in targets.each}


def jackknife(accounts: Accounts, whole: Found) -> dict[str, float]:
    """Return the standard error of each statistic by leaving out a twentieth of clients in turn."""
    group = np.arange(len(accounts.limit)) % GROUPS
    parts = [statistics(accounts.some(group != k)) for k in range(GROUPS)]
    scale = math.sqrt((GROUPS - 1) / GROUPS)
    return {
        key: scale * math.sqrt(sum((part[key] - value) ** 2 for part in parts))
        for key, value in whole.items()
    }
