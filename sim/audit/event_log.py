"""Events: in order, none against its sign, and with the opening they make every account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.audit.findings import Audit
from sim.audit.replay import Replay
from sim.audit.sources import Part

if TYPE_CHECKING:
    from sim.results.run import Run


def check_events(run: Run, parts: list[Part], findings: Audit) -> None:
    """Replay the event log of each replication, a part of it at a time."""
    try:
        opening = run.opening()
        replays = [Replay(part, opening[opening["replication"] == part.number]) for part in parts]
    except (AttributeError, OSError, ValueError, IndexError) as error:
        gone = isinstance(error, AttributeError)
        words = "nothing" if gone else str(error).splitlines()[0]
        findings.fault("events/opening", "the file", "", "one row a logged user", words, "the log")
        return
    try:
        for name, events in run.event_parts():
            _replications(name, events, len(parts), findings)
            for replay in replays:
                some = events[events["replication"] == replay.part.number]
                replay.take(name, some.reset_index(drop=True))
    except (OSError, ValueError) as error:
        words = str(error).splitlines()[0]
        findings.fault("events", "a file", "", "Parquet files", words, "as all tables are")
        return
    for replay in replays:
        replay.finish()


def _replications(name: str, events: pd.DataFrame, count: int, findings: Audit) -> None:
    """See to it that a part has events of the run's replications only, in order."""
    number, keys = events["replication"].to_numpy(), events[["day", "user", "sequence"]]
    before = np.append(0, number[:-1])
    findings.at_least(name, keys, "replication", number, before, "they come in order")
    why = "as many as were run"
    findings.at_least(name, keys, "replication", count - 1 - number, 0, why)
