"""Faults of a scenario in the words of its files: where, what was wanted, what was found."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.scenario.contradictions import contradictions
from sim.scenario.keys import Key, located, nearest
from sim.scenario.notation import inline
from sim.scenario.shelf import inside, outside
from sim.scenario.tree import Origins, Steps, Tree, blamed, dotted, plain, value_at
from sim.scenario.words import one_of

SHOWN = 80  # characters of a value

_NAMED = re.compile(r"([A-Za-z_][\w.]*): (wanted .*)")


class ScenarioError(ValueError):
    """A scenario that cannot be run, told in the words of its files.

    One line for each fault, `<file>: <key.path>: wanted ... (found ...)`; `lines` has them apart.
    """

    def __init__(self, lines: list[str]) -> None:
        """Keep each line once, in order."""
        self.lines = list(dict.fromkeys(lines))
        super().__init__("\n".join(self.lines))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[str]]]:
        """Give what a worker process sends back."""
        return type(self), (self.lines,)


class Fault(NamedTuple):
    """One thing that is wrong."""

    path: Steps
    wanted: str  # with what was found
    crossed: bool  # a section found its keys to contradict each other

    def line(self, origins: Origins, source: str, under: Steps = ()) -> str:
        """Return the fault as one line; `under` is the table that the path starts from."""
        path = (*under, *self.path)
        origin = blamed(path, origins)
        label = origin.label if origin else source
        return ": ".join(part for part in (label, dotted(outside(path)), self.wanted) if part)


def found(value: Any) -> str:
    """Return a value as the file has it, shortened; "nothing" for None."""
    if value is None:
        return "nothing"
    words = inline(plain(value))
    return words if len(words) <= SHOWN else f"{words[: SHOWN - 3]}..."


def faults_of(error: ValidationError, model: type[BaseModel], tree: Tree) -> list[Fault]:
    """Return all faults that pydantic found in a tree, one for each place and reason."""
    faults: dict[tuple[Steps, str], Fault] = {}
    for detail in error.errors(include_url=False):
        for fault in _faults(detail, model, tree):
            faults.setdefault((fault.path, fault.wanted), fault)
    for at, said in contradictions(model, tree, [path for path, _ in faults if path]):
        for fault in _all_told(at, said, model, tree):
            faults.setdefault((fault.path, fault.wanted), fault)
    return list(faults.values())


def _faults(detail: ErrorDetails, model: type[BaseModel], tree: Tree) -> list[Fault]:
    key = located(model, detail["loc"])
    if detail["type"] == "extra_forbidden":
        words = f"wanted a known key; {nearest(model, key)} (found {found(detail['input'])})"
        return [Fault(key.path, words, crossed=False)]
    if detail["type"] in ("value_error", "assertion_error"):
        told = str(detail.get("ctx", {}).get("error") or detail["msg"])
        return _all_told(key.path, told, model, tree)
    if detail["type"].startswith("union_tag"):
        return [_untagged(key, detail)]
    value = None if detail["type"] == "missing" else detail["input"]
    wanted = key.wanted
    if key.section is not None:
        wanted = f"a table with keys such as {next(iter(key.section.model_fields), 'none')}"
    return [Fault(key.path, f"wanted {wanted} (found {found(value)})", crossed=False)]


def _untagged(key: Key, detail: ErrorDetails) -> Fault:
    """Return the fault of a table whose kind is not told, or not known."""
    name = detail.get("ctx", {})["discriminator"].strip("'")
    table = detail["input"]
    if not isinstance(table, dict):
        return Fault(key.path, f"wanted a table (found {found(table)})", crossed=False)
    words = f"wanted {one_of(key.kinds)} (found {found(table.get(name))})"
    return Fault((*key.path, name), words, crossed=False)


def _all_told(at: Steps, said: str, model: type[BaseModel], tree: Tree) -> list[Fault]:
    return [_told(at, line, model, tree) for line in said.splitlines()]


def _told(at: Steps, line: str, model: type[BaseModel], tree: Tree) -> Fault:
    """Return what a section's own check said: `key: wanted ...`, or just `wanted ...`."""
    named = _NAMED.fullmatch(line)
    steps = [int(step) if step.isdigit() else step for step in named[1].split(".")] if named else []
    path, words = inside((*at, *steps)), named[2] if named else line
    if not words.startswith("wanted "):
        words = f"wanted otherwise: {words}"
    if "(found " not in words:
        words += f" (found {_value(path, model, tree)})"
    return Fault(path, words, crossed=True)


def _value(path: Steps, model: type[BaseModel], tree: Tree) -> str:
    try:
        return found(value_at(tree, path))
    except KeyError:
        return _default(path, model)


def _default(path: Steps, model: type[BaseModel]) -> str:
    value: Any = None
    section: type[BaseModel] | None = model
    for step in path:
        field = section.model_fields.get(str(step)) if section is not None else None
        if field is None or field.is_required():
            return "nothing"
        value = field.get_default(call_default_factory=True)
        section = type(value) if isinstance(value, BaseModel) else None
    return f"{found(value)}, the default"
