"""Reading a Parquet file that a scenario names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.scenario import ScenarioError

if TYPE_CHECKING:
    import pyarrow as pa


def read(path: Path, label: str) -> pa.Table:
    """Return all of a file; errors call it `label`. Raises ScenarioError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path)
    except FileNotFoundError:
        near = sorted(p.name for p in path.parent.glob("*.parquet")) if path.parent.is_dir() else []
        found = f"nothing; the folder has {', '.join(near)}" if near else "nothing of that name"
        raise ScenarioError([f"{label}: wanted a Parquet file (found {found})"]) from None
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0][:80]
        raise ScenarioError([f"{label}: wanted a Parquet file (found: {reason})"]) from None
