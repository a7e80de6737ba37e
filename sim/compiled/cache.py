"""Where machine code is kept on disk, and until when."""

from __future__ import annotations

import hashlib
from pathlib import Path

from numba.core.caching import InTreeCacheLocator, UserWideCacheLocator

# Folders and files that no kernel can reach: an edit to them leaves machine code valid.
_UNREACHED = {
    "scenario",
    "audit",
    "explain",
    "products",
    "results",
    "risk",
    "proof",
    "study",
    "calibration",
    "commands",
    "report",
    "data",
    "docs",
    "presets",
}
_UNREACHED_FILES = {
    "__main__.py",
    "bench.py",
    "version.py",
    "__init__.py",
}


def _stamp() -> str:
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        if inside.parts[0] not in _UNREACHED and inside.as_posix() not in _UNREACHED_FILES:
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class _Stamped:
    """Stamp machine code with the text of all that a kernel can reach, as it was when imported.

    Numba alone stamps the kernel's own file: after an edit to a rule in another file it would
    go on running the old rule.
    """

    stamp = _stamp()

    def get_source_stamp(self) -> str:
        """Return what must be unchanged for code on disk to be used."""
        return self.stamp


class BesidePackage(_Stamped, InTreeCacheLocator):
    """Keep machine code in the package's own __pycache__ folders."""


class BesideUser(_Stamped, UserWideCacheLocator):
    """Keep it in the user's cache folder, where the package cannot be written to."""
