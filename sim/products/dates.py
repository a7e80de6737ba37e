"""Dates as people write them."""

from __future__ import annotations

import datetime as dt


def as_date(value: object) -> dt.date | None:
    """Return a date, or text of one in ISO form; None for anything else."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
