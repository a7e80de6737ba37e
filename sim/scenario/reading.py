"""Scenario files: read, and laid over those they extend."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from sim.scenario.faults import ScenarioError, found
from sim.scenario.tree import Origin, Origins, Tree, copied, merge

_SHOWN = 12  # neighbours of a file that is missing
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class Reading(NamedTuple):
    """What the files say, unchecked."""

    tree: Tree
    origins: Origins


def read(path: str | Path) -> Reading:
    """Return a scenario file laid over the chain of files it extends.

    `extends = "other.toml"` is relative to the folder of the file that says so. Raises
    ScenarioError for a file that cannot be read, is not TOML, or extends itself in the end.
    """
    chain = _chain(os.path.normpath(path))
    tree: Tree = {}
    origins: Origins = {}
    for rank, (label, layer) in enumerate(reversed(chain)):
        origin = Origin(rank, label, Path(label).absolute().parent)
        merge(tree, layer, origins, origin)
    return Reading(tree, origins)


def _chain(label: str) -> list[tuple[str, Tree]]:
    """Return the file and those below it, each with what it says itself."""
    chain: list[tuple[str, Tree]] = []
    seen: list[Path] = []
    said_by = ""
    while True:
        seen.append(_real(label))
        if seen[-1] in seen[:-1]:
            names = [name for name, _ in chain[seen.index(seen[-1]) :]]
            round_ = " -> ".join([*names, label])
            raise ScenarioError([f"{said_by}wanted a chain that ends (found {round_})"])
        tree = _parsed(label, said_by)
        base = tree.pop("extends", None)
        chain.append((label, tree))
        if base is None:
            return chain
        said_by = f"{label}: extends: "
        if not isinstance(base, str) or not base.strip():
            raise ScenarioError([f"{said_by}wanted a path in quotes (found {found(base)})"])
        label = os.path.normpath(Path(label).parent / base)


def _parsed(label: str, said_by: str) -> Tree:
    try:
        words = Path(label).read_bytes().decode("utf-8-sig")
        tree: Tree = copied(tomllib.loads(words))  # fails here if it is too deep to walk
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        byte = f"byte 0x{error.object[error.start]:02x} in line {line}"
        fault = f"{label}: wanted text in UTF-8 (found {byte})"
    except tomllib.TOMLDecodeError as error:
        fault = f"{label}: {_toml_fault(str(error))}"
    except RecursionError:
        fault = f"{label}: wanted TOML (found lists or tables nested too deeply)"
    except FileNotFoundError:
        fault = f"{said_by or f'{label}: '}wanted a scenario file (found {_neighbours(label)})"
    except IsADirectoryError:
        fault = f"{said_by or f'{label}: '}wanted a scenario file (found the folder {label})"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        fault = f"{said_by or f'{label}: '}wanted a file that can be read (found: {reason})"
    else:
        return tree
    raise ScenarioError([fault])


def _real(label: str) -> Path:
    try:
        return Path(label).resolve()
    except (OSError, ValueError, RuntimeError):  # reading it will say what is wrong
        return Path(label)


def _toml_fault(message: str) -> str:
    """Return the parser's message with the line in front."""
    at = _AT.search(message)
    where = ""
    if at:
        where = f"line {at[1]}: " if at[1] else "the end: "
        message = message[: at.start()]
    return f"{where}wanted TOML (found: {message})"


def _neighbours(label: str) -> str:
    folder = Path(label).parent
    if not folder.is_dir():
        return f"no folder {folder}"
    near = sorted(path.name for path in folder.glob("*.toml"))
    if not near:
        return f"no {Path(label).name}, and no scenario in {folder}"
    more = ", ..." if len(near) > _SHOWN else ""
    return f"no {Path(label).name}; {folder} has {', '.join(near[:_SHOWN])}{more}"
