"""Making sure that what was written is on the disk before a name says so."""

from __future__ import annotations

import os
from pathlib import Path


def sync(*paths: Path) -> None:
    """Wait until files, or the names in folders, are on the disk. Raises OSError."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
