"""The audit of a run: every file, every day, every account whose events are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sim.audit.days import check_days
from sim.audit.event_log import check_events
from sim.audit.files import check_files, stored_scenario
from sim.audit.finals import check_finals
from sim.audit.findings import Audit
from sim.audit.frames import Tables
from sim.audit.keys import check_keys, check_replications
from sim.audit.month_ends import check_month_ends
from sim.audit.months import check_months
from sim.audit.remade import check_remade
from sim.audit.shared import check_shared
from sim.audit.sources import Part
from sim.audit.vintages import check_vintages

if TYPE_CHECKING:
    from sim.results.run import Run

_CHECKS: tuple[Callable[[Part], None], ...] = (
    check_keys,
    check_days,
    check_remade,
    check_months,
    check_month_ends,
    check_vintages,
    check_finals,
    check_shared,
)


def audit(run: Run, findings: Audit | None = None) -> Audit:
    """Return what is wrong with the tables of a run; true where nothing is.

    findings: what was found before, to be added to.

    From the tables alone: opening and flows are the closing of every day, in total and by segment;
    tables that tell the same twice tell the same; assets are funding and equity; every account
    whose events are kept is what its events add up to. A run folder's files are compared with their
    digests too: what has no second account is known by that alone.
    """
    findings = Audit() if findings is None else findings
    if run.folder is not None:
        check_files(run.folder, run.manifest, findings)
    tables = Tables(run, findings)
    check_replications(tables, run.tables, run.scenario.run.replications, findings)
    parts = [Part(run, tables, k, findings) for k in range(run.scenario.run.replications)]
    for part in parts:
        for check in _CHECKS:
            _carried_out(check, part)
    if run.scenario.output.events_ppm > 0:
        check_events(run, parts, findings)
    return findings


def audit_folder(path: str | Path) -> Audit:
    """Return the audit of a run folder, whose files may have been changed since.

    Raises ScenarioError for a folder that holds no run.
    """
    from sim.results import manifest
    from sim.results.run import Run
    from sim.results.stores import FolderStore

    place = Path(path)
    made = manifest.of_run(place)
    findings = Audit()
    plan = stored_scenario(place, made, findings)
    if plan is None:
        check_files(place, made, findings)
        return findings
    return audit(Run(plan, made, FolderStore(place)), findings)


def _carried_out(check: Callable[[Part], None], part: Part) -> None:
    try:
        check(part)
    except KeyError as missing:
        where = f"replication {part.number}"
        part.findings.fault("tables", where, str(missing), "a column", "none", "of every run")
