"""TOML as this package writes it."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from sim.scenario.tree import Steps, Tree

Comment = Callable[[Steps], str]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def inline(value: Any) -> str:
    """Return a value in TOML notation on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dt.date | dt.time):  # a datetime is a date too
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(inline, value))}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {inline(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return repr(value)


def document(tree: Tree, comment: Comment) -> str:
    """Return a tree as a TOML document; `comment` gives what stands behind the value at a path."""
    return "\n".join(_table(tree, (), (), comment)).lstrip("\n") + "\n"


def _table(tree: Tree, header: tuple[str, ...], at: Steps, comment: Comment) -> Iterator[str]:
    """Yield the lines of a table: plain values before tables, as TOML demands."""
    for key, value in tree.items():
        if not isinstance(value, dict) and not _of_tables(value):
            remark = comment((*at, key))
            yield f"{_key(key)} = {inline(value)}" + (f"  # {_line(remark)}" if remark else "")
    for key, value in tree.items():
        name = (*header, _key(key))
        if isinstance(value, dict):
            yield from ("", f"[{'.'.join(name)}]")
            yield from _table(value, name, (*at, key), comment)
        elif _of_tables(value):
            for index, item in enumerate(value):
                yield from ("", f"[[{'.'.join(name)}]]")
                yield from _table(item, name, (*at, key, index), comment)


def _of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _quoted(words: str) -> str:
    # JSON escapes what TOML does, but for one control character.
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


def _line(remark: str) -> str:
    """Return a remark that cannot end its line: file names may hold anything."""
    return "".join(c if c.isprintable() else "?" for c in remark)
