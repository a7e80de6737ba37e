"""Replications are added until an interval is narrow enough.

Source: Chow and Robbins, "On the asymptotic theory of fixed-width sequential confidence intervals",
Annals of Mathematical Statistics 36 (1965): as the half-width goes to 0, the interval at the first
size that is narrow enough covers at its level, and that size tends to the one a planner would take
who knows the variance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.risk.half_width import student
from sim.study.interval import LEVEL, NAN, Interval

FEWEST = 10  # a variance from fewer replications may be small by luck alone


@dataclass(frozen=True)
class Target:
    """How narrow the interval of a mean is wanted."""

    half_width: float
    level: float = LEVEL
    fewest: int = FEWEST

    def __post_init__(self) -> None:
        if not self.half_width > 0 or not 0 < self.level < 1 or self.fewest < 2:
            raise ValueError(f"wanted a half-width above 0, a level, 2 or more runs (found {self})")


class Running:
    """Mean and variance of what has come so far; values need not be kept.

    Batches are merged by the formulas of Chan, Golub and LeVeque (1979).
    """

    def __init__(self) -> None:
        self.runs = 0
        self._mean = 0.0
        self._squares = 0.0

    def add(self, batch: ArrayLike) -> None:
        """Take in some values."""
        values = np.asarray(batch, dtype=np.float64).reshape(-1)
        if not len(values):
            return
        centre = float(values.mean())
        apart, runs = centre - self._mean, self.runs + len(values)
        self._squares += float(((values - centre) ** 2).sum())
        self._squares += apart * apart * self.runs * len(values) / runs
        self._mean += apart * len(values) / runs
        self.runs = runs

    def interval(self, level: float = LEVEL) -> Interval:
        """Return the mean of all so far with its t interval."""
        if self.runs < 2:
            return Interval(self._mean if self.runs else NAN, NAN, NAN, level, self.runs)
        error = math.sqrt(self._squares / (self.runs - 1) / self.runs)
        half = float(student(self.runs - 1, level)) * error
        return Interval(self._mean, self._mean - half, self._mean + half, level, self.runs)

    def holds(self, target: Target) -> bool:
        """Tell whether the target is reached."""
        return (
            self.runs >= target.fewest
            and self.interval(target.level).half_width <= target.half_width
        )


def until(target: Target, batches: Iterable[ArrayLike]) -> Running:
    """Take in batches until the target is reached, or there are no more; see `Running.holds`."""
    running = Running()
    for batch in batches:
        running.add(batch)
        if running.holds(target):
            break
    return running
