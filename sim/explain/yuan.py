"""Numbers in words: money in yuan, shares in per cent, names without underscores."""

from __future__ import annotations


def yuan(fen: int) -> str:
    """Return an amount in yuan with two decimals: 1,234.50."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{part:02d}"


def percent(ppm: int) -> str:
    """Return a share in per cent, with as many decimals as it has: 8 %, 0.1 %."""
    digits = f"{ppm / 10_000:.4f}".rstrip("0").rstrip(".")
    return f"{digits} %"


def plain(name: str) -> str:
    """Return a name of the files as words."""
    return name.replace("_", " ")
