"""Dates as people write them."""

from __future__ import annotations

import datetime as dt


def as_date(value: object) -> dt.date | None:
    """Return a date, or text of one in ISO form, or midnight of one; None for anything else.

    Midnights are those that pandas and numpy keep dates as.
    """
    if hasattr(value, "astype") and str(getattr(value, "dtype", "")).startswith("datetime64"):
        value = value.astype("datetime64[us]").item()
    there = value == value  # noqa: PLR0124  NaT is not itself, and has no time
    if isinstance(value, dt.datetime) and there and value.time() == dt.time():
        return value.date()
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
