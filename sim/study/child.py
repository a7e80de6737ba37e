"""A command of this package run in a process of its own, and what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

LOOK_SECONDS = 0.5  # between two looks at a folder


class Usage(NamedTuple):
    """What a process took, with the processes that it started and waited for."""

    seconds: float
    cpu_seconds: float
    peak_mib: float  # memory of the largest of them
    disk_mib: float  # most that lay in the folder that was watched


def child(words: list[str], home: Path, watched: Path | None = None) -> Usage:
    """Run Python on some words with the package that lies in `home`, and return what it took.

    watched: a folder whose size is looked at every half second. Raises CalledProcessError where it
    fails.
    """
    command = [sys.executable, *words]
    begun, disk = time.perf_counter(), 0
    process = subprocess.Popen(  # noqa: S603  this package's own command
        command, cwd=home, env=os.environ | {"PYTHONPATH": str(home)}, stdout=subprocess.DEVNULL
    )
    pid = looked_at = 0.0
    while not pid:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG if watched else 0)
        if not pid and watched is not None:
            if time.perf_counter() - looked_at > LOOK_SECONDS:
                disk, looked_at = max(disk, size_of(watched)), time.perf_counter()
            time.sleep(LOOK_SECONDS / 20)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    per_mib = 2**20 if sys.platform == "darwin" else 2**10
    return Usage(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / per_mib, disk / 2**20)


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder and below; of linked ones once."""
    sizes = {}
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                found = os.stat(os.path.join(place, name))  # noqa: PTH116, PTH118  of very many
            except OSError:  # it was renamed or removed meanwhile
                continue
            sizes[found.st_ino] = found.st_size
    return sum(sizes.values())
