"""The proof as a whole: every case worked out, and told as text, as JSON, as a table."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from sim.proof.case import Case, text_of
from sim.version import __version__

FORMAT_VERSION = 1


class Row(NamedTuple):
    """One case, worked out. Numbers are lists of floats; a case that could not be has none."""

    id: str
    name: str
    inputs: str
    expected: list[float]
    got: list[float]
    tolerance: str
    passed: bool
    source: str
    seconds: float
    fault: str  # why there is no answer; empty where there is one


class Proof:
    """The rows, and which cases this version of the package cannot work out."""

    def __init__(self, rows: list[Row], absent: dict[str, str]) -> None:
        """Keep rows; absent: what a case needs, by its id."""
        self.rows = rows
        self.absent = absent

    @property
    def passed(self) -> bool:
        """Tell whether every row passes, and there is at least one."""
        return bool(self.rows) and all(row.passed for row in self.rows)

    def text(self, *, failures_only: bool = False) -> str:
        """Return the table to be read, with a line on the whole under it."""
        told_of = [row for row in self.rows if not (failures_only and row.passed)]
        lines = [line for row in told_of for line in _told(row)]
        failed = [row.id for row in self.rows if not row.passed]
        verdict = f"{len(self.rows) - len(failed)} of {len(self.rows)} PASS"
        told = f"{verdict}; FAIL: {', '.join(failed)}" if failed else verdict
        for need in dict.fromkeys(self.absent.values()):
            cases = ", ".join(case for case, name in self.absent.items() if name == need)
            lines.append(f"Not worked out, for {need} is not in this version: {cases}")
        seconds = sum(row.seconds for row in self.rows)
        return "\n".join([*lines, f"{told}. paylater-sim {__version__}, {seconds:.1f} s"])

    def json(self) -> str:
        """Return all rows as JSON, with the verdict; the form of `proof.json`."""
        content = {
            "format_version": FORMAT_VERSION,
            "version": __version__,
            "passed": self.passed,
            "absent": self.absent,
            "rows": [row._asdict() for row in self.rows],
        }
        return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def save(self, path: Path) -> None:
        """Write `proof.json`. Raises OSError."""
        path.write_text(self.json(), encoding="utf-8")

    def frame(self) -> Any:
        """Return the rows as a pandas table, for reports."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(Row._fields))


def prove(
    cases: Iterable[Case] | None = None, on_case: Callable[[Case], None] | None = None
) -> Proof:
    """Return every case worked out on this installation, in less than a minute.

    cases: others than those that ship. on_case: told of each before it is worked out. A case that
    raises is a row that fails and says why.
    """
    asked = list(shipped() if cases is None else cases)
    rows = []
    for case in asked:
        if case.needs is None:
            if on_case is not None:
                on_case(case)
            rows.append(row_of(case))
    return Proof(rows, {case.id: case.needs for case in asked if case.needs is not None})


def shipped() -> list[Case]:
    """Return the cases that ship, in the order of their ids."""
    from sim.proof import (
        arrears,
        calibration,
        chain_draws,
        closes,
        large_pools,
        laws,
        money,
        populations,
        random_numbers,
        recovery,
        relations,
        small_run,
        study_statistics,
        variations,
    )
    from sim.proof.listed import listed

    lived = (small_run, laws, closes, arrears, relations, money, populations, variations)
    made = (large_pools, chain_draws, random_numbers, study_statistics, calibration, recovery)
    cases = [*listed(), *(case for module in (*made, *lived) for case in module.cases())]
    return sorted(cases, key=_order)


def row_of(case: Case) -> Row:
    """Return a case worked out; whatever it raises makes the row fail."""
    began = time.perf_counter()
    told = ", ".join(f"{name} = {_plain(value)}" for name, value in case.inputs.items())
    fault, passed, tolerance = "", False, ""
    expected: list[float] = []
    got: list[float] = []
    try:
        claim = case.work()
    except Exception as error:  # noqa: BLE001  a formula that breaks is a row that fails
        fault = f"{type(error).__name__}: {error}"
    else:
        passed, tolerance = claim.holds, claim.tolerance
        expected, got = _listed(claim.expected), _listed(claim.got)
    seconds = round(time.perf_counter() - began, 3)
    row = (case.id, case.name, told, expected, got, tolerance, passed, case.source, seconds, fault)
    return Row(*row)


def _listed(values: Any) -> list[float]:
    """Return numbers that JSON can hold: what is not finite becomes the largest there is."""
    import numpy as np

    return [float(value) for value in np.nan_to_num(values, nan=np.finfo(float).max)]


def _told(row: Row) -> list[str]:
    verdict = "PASS" if row.passed else "FAIL"
    found = row.fault or text_of(row.got)
    return [
        f"{verdict}  {row.id:<5} {row.name}",
        f"             inputs    {row.inputs}",
        f"             expected  {text_of(row.expected) if row.expected else ''}",
        f"             got       {found}   ({row.tolerance})",
        f"             source    {row.source}",
    ]


def _plain(value: Any) -> str:
    """Return an input as text: short lists in full, of large matrices their shape."""
    if isinstance(value, list):
        if len(value) > 3 and all(isinstance(row, list) and len(row) > 3 for row in value):
            return f"a matrix, {len(value)} x {len(value[0])}"
        inside = ", ".join(_plain(item) for item in value[:6])
        return f"[{inside}{', ...' if len(value) > 6 else ''}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _order(case: Case) -> tuple[int, int, str]:
    """Return where a case stands: by its part of the validation plan, then by number."""
    letter, digits = case.id[0], "".join(c for c in case.id if c.isdigit())
    return "VMAECSLR".find(letter), int(digits or 0), case.id
