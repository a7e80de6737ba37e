"""Section 16: known answers, the audit, and what makes the numbers the same everywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.proof.case import text_of
from sim.proof.proof import prove
from sim.report.context import Context
from sim.report.page import Block, Cell, Section
from sim.scenario import ScenarioError
from sim.version import __version__

if TYPE_CHECKING:
    from sim.audit import Audit


def proof_of(file: Path | None) -> dict[str, Any]:
    """Return the content of a `proof.json`, or of the cases that need no simulation, worked out.

    Raises ScenarioError for a file that is none, or is of another version of the package.
    """
    if file is None:
        from sim.proof.listed import listed

        found: dict[str, Any] = json.loads(prove(listed()).json())
        return found
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        version = found["version"]
        [row["id"] for row in found["rows"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        words = f"{file}: wanted the proof.json of `paylater prove --json` (found {error})"
        raise ScenarioError([words]) from None
    if version != __version__:
        words = f"{file}: version: wanted {__version__} (found {version})"
        raise ScenarioError([words])
    return found


def proof(
    context: Context, found: dict[str, Any], audited: Audit | str | None, whole: bool
) -> Section:
    """Return the PASS table, the outcome of the audit, and the hashes of the files.

    audited: the outcome, or why there is none; None where there is nothing to audit.
    """
    rows: list[list[Cell]] = []
    for row in found["rows"]:
        verdict = "PASS" if row["passed"] else "FAIL"
        got = row["fault"] or text_of(row["got"], 3)
        expected = text_of(row["expected"], 3) if row["expected"] else ""
        told = [row["id"], row["name"], expected, got, row["tolerance"], verdict, row["source"]]
        rows.append([str(word) for word in told])
    columns = [("id", "Case", ""), ("name", "What", ""), ("expected", "expected", "proof")]
    columns += [("got", "got", "proof"), ("tolerance", "tolerance", ""), ("verdict", "Verdict", "")]
    columns.append(("source", "source", ""))
    passed = sum(bool(row["passed"]) for row in found["rows"])
    words = "Known answers: {passed} of {all} pass on the installation that made this report."
    blocks: list[Block] = [context.text(words, passed=passed, all=len(rows))]
    if not whole:
        note = "the cases that simulate"
        command = "paylater prove --json proof.json; paylater report ... --proof proof.json"
        blocks.append(context.missing(note, command))
    blocks.append(context.table("proof", "Known answers", columns, rows))
    blocks.append(_audited(context, audited))
    blocks.append(_precision(context))
    days = context.source.made.get("files", {}).get("daily.parquet")
    if days is not None:
        words = (
            "Results depend on no number of threads or workers (tests/test_engines.py): the hash "
            "of the daily table is {hash}."
        )
        blocks.append(context.text(words, hash=str(days["sha256"])[:16]))
    return context.section(16, "Model proof", blocks)


def _audited(context: Context, audited: Audit | str | None) -> Block:
    if audited is None:
        words = "The files agree with their digests; a study's folder has no books to audit."
        return context.text(words)
    if isinstance(audited, str):
        return context.text("Audit: could not be carried out ({why}).", why=audited)
    if audited:
        words = "Audit: {figures} figures agree with what follows from others, by {rules} rules."
        figures = f"{sum(audited.checked.values()):,}"
        return context.text(words, figures=figures, rules=len(audited.checked))
    words = "Audit: the books are broken at {count} places; the first: {first}"
    first = str(audited.breaks[0])
    return context.text(words, count=len(audited.breaks) + audited.unsaid, first=first)


def _precision(context: Context) -> Block:
    from sim.report.key_figures import key_figures

    table = {each.key: each.value for each in key_figures(context.source)}
    value = table.get("net_loss")
    if value is None:
        return context.text("Precision reached: this folder keeps no days to tell it from.")
    if not value.bounds:
        return context.text("Precision reached: no interval, for there is one run.")
    half = 100 * (value.high - value.low) / 2
    words = "Precision reached: half-width {half:.3f} points of the net loss rate with {runs} runs."
    return context.text(words, half=half, runs=value.runs)
