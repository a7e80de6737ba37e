"""Tasks that take their scenario files along, to machines that do not see ours."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from typing import Any, NamedTuple

from sim.study.work import Task


class Sent(NamedTuple):
    """A task with the text of its scenario files."""

    task: Task
    texts: tuple[str, ...]


def packed(task: Task) -> Sent:
    """Return a task with what its files say."""
    return Sent(task, tuple(Path(file).read_text(encoding="utf-8") for file in task.files))


def carried_out(function: Callable[[Any], Any], asked: Any) -> Any:
    """Return what a function makes of a task, with its files written where it is done."""
    if not isinstance(asked, Sent):
        return function(asked)
    files = tuple(_file_of(text) for text in asked.texts)
    return function(asked.task._replace(files=files))


def _file_of(text: str) -> str:
    """Return a file that holds a text, in a folder for files that are read only here."""
    folder = Path(gettempdir()) / f"paylater-{os.getuid() if hasattr(os, 'getuid') else 'all'}"
    place = folder / f"{hashlib.sha256(text.encode()).hexdigest()}.toml"
    if not place.is_file():
        folder.mkdir(mode=0o700, exist_ok=True)
        unfinished = place.with_suffix(f".{os.getpid()}")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.rename(place)
    return str(place)
