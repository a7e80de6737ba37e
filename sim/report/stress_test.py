"""The stress test that lies beside a run, if it is of that run."""

from __future__ import annotations

from sim.report.source import Source
from sim.study.stress import StressTest, beside


def stress_test(source: Source) -> StressTest | str | None:
    """Return the stress test of a run; in words why what lies there is none, None for nothing."""
    if source.run is None:
        return None
    place = beside(source.place)
    if not place.is_dir():
        return None
    found = StressTest.open(place)
    mine, other = source.scenario.hash, found.study.scenarios["scenario"].hash
    return found if mine == other else f"{place.name} has scenario {other[:8]}"
