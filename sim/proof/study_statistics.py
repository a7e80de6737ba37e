"""Intervals and stopping rules of studies: how often they hold what they say."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from sim.proof.case import Case, Claim, between, near
from sim.proof.listed import absent
from sim.proof.uniforms import normals, uniforms

_TRIALS = 1_000
_LOW, _HIGH = 0.9322, 0.9678  # 99 % of counts of 1,000 trials at 95 %
_NEEDS = "sim.study.interval"
_MODULES = ("interval", "difference")


def cases() -> list[Case]:
    """Return the cases on the statistics of studies."""
    needs = absent(_NEEDS)
    return [
        Case(
            "C2",
            "Coverage of 95 % intervals: mean, ratio, paired difference",
            {"intervals": _TRIALS, "runs": 50},
            "binomial bounds of 1,000 trials",
            coverage,
            needs,
        ),
        Case(
            "C2b",
            "Coverage of 95 % intervals of a median, from order statistics",
            {"intervals": _TRIALS, "runs": 50},
            "at least 95 %, by binomial bounds of 1,000 trials; exact pairs cover 96.7 %",
            coverage_of_quantile,
            needs,
        ),
        Case(
            "C3",
            "Runs for a half-width of 0.001 around 2 %",
            {"pd": 0.02, "half_width": 0.001, "level": 0.95},
            "z^2 p (1 - p) / h^2",
            size_of_sample,
            needs,
        ),
        Case(
            "C3b",
            "Where the stopping rule ends for the same",
            {"pd": 0.02, "half_width": 0.001, "batch": 500},
            "within 5 % of the size",
            stopping_rule,
            needs,
        ),
        Case(
            "C13",
            "Sensitivity indices of noise: intervals without 0, and the share that is noise",
            {"inputs": 3, "base sample": 512, "replications": 4, "level": 0.999},
            "no input explains noise; the share of noise is 1",
            indices_of_noise,
            absent("SALib"),
        ),
    ]


def coverage() -> Claim:
    """Return the shares of intervals that hold the truth."""
    interval, difference = (import_module(f"sim.study.{name}") for name in _MODULES)
    a, b = 10 + normals(600, _TRIALS, 50), 10.5 + normals(601, _TRIALS, 50)
    common = normals(602, _TRIALS, 50)
    found = [
        _share(lambda i: interval.mean(a[i]), 10.0),
        _share(lambda i: interval.ratio(a[i], b[i] + 9.5), 0.5),
        _share(lambda i: difference.paired(a[i] + common[i], b[i] + common[i]).interval, 0.5),
    ]
    return between([0.95] * 3, found, _LOW, _HIGH)


def coverage_of_quantile() -> Claim:
    """Return the share of intervals of a median that hold it."""
    interval = import_module("sim.study.interval")
    draws = uniforms(603, _TRIALS, 50)
    found = _share(lambda i: interval.quantile(draws[i], 0.5), 0.5)
    return between(0.95, found, _LOW, 1.0)


def size_of_sample() -> Claim:
    """Return the runs that a half-width asks for."""
    planner = import_module("sim.study.planner")
    return near(75_293, planner.runs_for_half_width(0.02 * 0.98, 0.001), 0)


def stopping_rule() -> Claim:
    """Return after how many defaults or none the half-width was reached."""
    sequential = import_module("sim.study.sequential")
    batches = (uniforms(604, 200, 500) < 0.02).astype(float)
    ended = sequential.until(sequential.Target(half_width=0.001), batches).runs
    return near(75_293, ended, 0.05 * 75_293)


def indices_of_noise() -> Claim:
    """Count the intervals of first and total indices that leave 0 out, and return what is noise."""
    indices = import_module("sim.study.indices").indices
    found = indices(["x", "y", "z"], 5 + normals(605, 512 * 5, 4), level=0.999)
    each = [bounds for index in found.indices for bounds in (index.first, index.total)]
    outside = sum(not bounds.low <= 0 <= bounds.high for bounds in each)
    return near([0, 1], [outside, found.noise], [0, 0.1])


def _share(interval_of: Callable[[int], Any], truth: float) -> float:
    held = [found.low <= truth <= found.high for found in map(interval_of, range(_TRIALS))]
    return float(np.mean(held))
