"""Cases that are one call each, read from the data beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import reduce
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from sim.proof.case import Case, Claim, near

FOLDER = Path(__file__).parent / "cases"


def listed(folder: Path = FOLDER) -> list[Case]:
    """Return the cases of all files, by name of file. Raises ValueError for a case misdeclared."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [case_of(entry, content.get("given", {})) for entry in content["case"]]
    return found


def case_of(entry: dict[str, Any], given: Mapping[str, Any] | None = None) -> Case:
    """Return a case from its data.

    id, name, source: text. call: `module:function`. inputs: its arguments by name. expected: a
    number or a list, nested or not. tolerance: how far off, one for all or one for each. part: an
    attribute of what comes back; without it all of its numbers, in order. needs: a public name of
    `sim`, without which the case is left out. given: what several cases take; `"$name"` among the
    inputs stands for it.
    """
    missing = {"id", "name", "call", "inputs", "expected", "tolerance", "source"} - set(entry)
    if missing:
        raise ValueError(f"case {entry.get('id')}: wanted {', '.join(sorted(missing))}")

    inputs = {name: _looked_up(value, given or {}) for name, value in entry["inputs"].items()}

    def work() -> Claim:
        answer = function_of(entry["call"])(**inputs)
        part = entry.get("part")
        got = answer if part is None else reduce(getattr, part.split("."), answer)
        return near(_numbers(entry["expected"]), _numbers(got), _numbers(entry["tolerance"]))

    needs = absent(entry.get("needs"))
    return Case(entry["id"], entry["name"], inputs, entry["source"], work, needs)


def function_of(call: str) -> Callable[..., Any]:
    """Return the function that `module:function` names, as it is at this moment."""
    module, _, name = call.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def _looked_up(value: Any, given: Mapping[str, Any]) -> Any:
    return given[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def absent(name: str | None) -> str | None:
    """Return a module of the package, or a public name of `sim`, that this version has not.

    None for one that it has.
    """
    if name is None:
        return None
    home, _, last = name.rpartition(".")
    if home == "sim" and last in dir(import_module("sim")):
        return None
    parts = name.split(".")
    above = [".".join(parts[: at + 1]) for at in range(len(parts))]
    return None if all(find_spec(module) for module in above) else name


def _numbers(values: Any) -> list[float]:
    """Return all numbers in nested lists, arrays, tuples and mappings, in their order."""
    if isinstance(values, Mapping):
        values = list(values.values())
    if isinstance(values, list | tuple):
        return [number for value in values for number in _numbers(value)]
    return [float(value) for value in np.asarray(values, dtype=np.float64).reshape(-1)]
