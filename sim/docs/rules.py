"""From a rule of the article to its lines: `python -m sim.docs.rules` writes `sim/docs/rules.md`.

Nothing is listed by hand but the rules: functions, tests and descriptions of columns name theirs,
and events are logged under theirs.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.docs.statements import CHAPTERS, STATEMENTS

PACKAGE = Path(__file__).parent.parent
CHECKOUT = PACKAGE.parent
PAGE = Path(__file__).parent / "rules.md"
CARRIERS = (
    "rules",
    "life",
    "explain",
    "user.py",
    "account.py",
    "offer.py",
    "barrier.py",
    "sample.py",
)

_HEAD = """# From the article's rules to the code

Made by `python -m sim.docs.rules` from docstrings, markers of tests and descriptions of columns;
do not edit. `tests/test_rules.py` fails where a rule has no function, no test or no column, and
where this page is stale.
"""


class Trace(NamedTuple):
    """Where one rule is found."""

    functions: list[str]  # as file.function
    tests: list[str]  # as file::test
    columns: list[str]  # as table.column
    events: list[str]  # kinds that are logged under it


def numbers_in(text: str) -> set[str]:
    """Return the rules that a text names; `R-L1 to R-L3` names three."""
    found = set()
    for letter, first, last in re.findall(r"R-([A-Z])(\d+)(?: to R-[A-Z](\d+))?", text):
        found |= {f"R-{letter}{n}" for n in range(int(first), int(last or first) + 1)}
    return found


def functions() -> Iterator[tuple[str, str]]:
    """Yield (rule, file.function) for every function whose docstring names a rule."""
    for name in CARRIERS:
        home = PACKAGE / name
        for path in sorted(home.glob("*.py")) if home.is_dir() else [home]:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    where = f"{path.relative_to(PACKAGE).with_suffix('').as_posix()}.{node.name}"
                    for rule in numbers_in(ast.get_docstring(node) or ""):
                        yield rule, where


def tests(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (rule, file::test) for every test marked `@pytest.mark.rule("R-A1", ...)`."""
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for mark in node.decorator_list:
                    if ast.unparse(mark).startswith("pytest.mark.rule("):
                        for rule in numbers_in(ast.unparse(mark)):
                            yield rule, f"{path.name}::{node.name}"


def columns() -> Iterator[tuple[str, str]]:
    """Yield (rule, table.column) for every column of a run whose description names a rule."""
    from sim.engines.state import start
    from sim.results import tables
    from sim.results.record import Record
    from sim.scenario import from_tree

    friends = {"behaviour": {"applying": {"friends_weight_ppm": 1}}}  # for the table of circles
    record = Record.of(start(from_tree({"run": {"users": 2, "days": 35}} | friends)))
    record.friends = np.zeros((1, 2, 3), dtype=np.int8)  # for the table of friends
    for name in (name for name in tables.NAMES if name != "daily_by"):  # as daily
        for field in tables.chunks(record, name).schema:
            for rule in numbers_in(field.metadata[b"description"].decode()):
                yield rule, f"{name}.{field.name}"


def events() -> Iterator[tuple[str, str]]:
    """Yield (rule, kind) for every kind of event that is logged under a rule."""
    from sim.results.event_codes import KINDS, rule_names

    texts, at = rule_names()
    for kind, name in KINDS.items():
        for text in {texts[code] for code in at[kind] if code >= 0}:
            for rule in numbers_in(text):
                yield rule, name


def traces(folder: Path) -> dict[str, Trace]:
    """Return where each rule is found; folder: that of the tests."""
    found: dict[str, tuple[list[str], ...]] = defaultdict(lambda: ([], [], [], []))
    for part, pairs in enumerate((functions(), tests(folder), columns(), events())):
        for rule, where in pairs:
            if where not in found[rule][part]:
                found[rule][part].append(where)
    return {rule: Trace(*found[rule]) for rule in STATEMENTS}


def page(folder: Path) -> str:
    """Return the page in Markdown."""
    found = traces(folder)
    lines = [_HEAD]
    for letter, title in CHAPTERS.items():
        lines += [f"## {letter}. {title}\n", "| rule | what it says | function | test | output |"]
        lines.append("| --- | --- | --- | --- | --- |")
        for rule, says in STATEMENTS.items():
            if rule.startswith(f"R-{letter}"):
                lines.append(f"| {rule} | {says} | {' | '.join(_cells(found[rule]))} |")
        lines.append("")
    return "\n".join(lines)


def _cells(trace: Trace) -> list[str]:
    shown = [*trace.columns, *(f"events: {kind}" for kind in trace.events)]
    return ["<br>".join(f"`{name}`" for name in names) for names in (*trace[:2], shown)]


def main() -> int:
    """Write the page; return 2 where there are no tests to read."""
    folder = CHECKOUT / "tests"
    if not folder.is_dir():
        print(f"{folder}: wanted the tests of a source checkout (found none)", file=sys.stderr)
        return 2
    PAGE.write_text(page(folder), encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
