"""Why targets are far off: the reasons that the file of a study states, matched to verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from sim.calibration.judging import Verdict

if TYPE_CHECKING:
    from sim.calibration.targets import Targets
    from sim.scenario.calibrations import Reason

FAR = 6.0  # standard errors
UNKNOWN = "no reason known"


class Miss(NamedTuple):
    """What is far off for one reason."""

    because: str  # UNKNOWN where no reason names it
    verdicts: list[Verdict]  # the farthest first


def far_off(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the judged verdicts beyond FAR standard errors, the farthest first."""
    far = (v for v in verdicts if v.target.judged and abs(v.z) > FAR)
    return sorted(far, key=lambda v: -abs(v.z))


def reason_of(key: str, reasons: Sequence[Reason]) -> str:
    """Return the first reason that names a target, UNKNOWN where none does."""
    named = (r.because for r in reasons if any(fnmatchcase(key, p) for p in r.targets))
    return next(named, UNKNOWN)


def misses(verdicts: Sequence[Verdict], reasons: Sequence[Reason]) -> list[Miss]:
    """Return what is far off by reason: in the order of their farthest, the unknown last."""
    found: dict[str, list[Verdict]] = {}
    for verdict in far_off(verdicts):
        found.setdefault(reason_of(verdict.target.key, reasons), []).append(verdict)
    ordered = sorted(found.items(), key=lambda one: one[0] == UNKNOWN)
    return [Miss(because, some) for because, some in ordered]


def reason_faults(targets: Targets, reasons: Sequence[Reason]) -> list[str]:
    """Return a line for each pattern of a reason that no target answers to."""
    keys = [target.key for target in targets.each]
    return [
        f"reason.{at}.targets: wanted keys of targets (found {pattern})"
        for at, reason in enumerate(reasons)
        for pattern in reason.targets
        if not any(fnmatchcase(key, pattern) for key in keys)
    ]
