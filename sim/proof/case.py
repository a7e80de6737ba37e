"""One case of the proof: what is asked, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]


class Claim(NamedTuple):
    """What was expected and what was found, one or more numbers each."""

    expected: Values
    got: Values
    low: Values  # the least and the most that passes
    high: Values
    tolerance: str  # the same in words

    @property
    def holds(self) -> bool:
        """Tell whether every number lies within its bounds; one that is no number does not."""
        return bool(((self.low <= self.got) & (self.got <= self.high)).all())


class Case(NamedTuple):
    """A case before it is worked out."""

    id: str  # as in the validation plan, a letter for each part
    name: str
    inputs: dict[str, Any]
    source: str
    work: Callable[[], Claim]
    needs: str | None = None  # a name that this version of the package has not


def near(expected: ArrayLike, got: ArrayLike, tolerance: ArrayLike) -> Claim:
    """Return the claim that numbers are at most `tolerance` off, one for all or one for each."""
    wanted, found = _flat(expected), _flat(got)
    if wanted.shape != found.shape:
        raise ValueError(f"wanted {wanted.size} numbers (found {found.size})")
    allowed = np.broadcast_to(_flat(tolerance), wanted.shape)
    # Numbers such as 0.1 + 0.2 may be one rounding off even where no error is allowed.
    slack = allowed + 4 * np.finfo(float).eps * np.abs(wanted)
    return Claim(wanted, found, wanted - slack, wanted + slack, f"± {text_of(tolerance)}")


def between(expected: ArrayLike, got: ArrayLike, low: ArrayLike, high: ArrayLike) -> Claim:
    """Return the claim that numbers lie between bounds, which count as inside."""
    wanted, found = _flat(expected), _flat(got)
    least, most = (np.broadcast_to(_flat(bound), found.shape) for bound in (low, high))
    return Claim(wanted, found, least, most, f"{text_of(low)} to {text_of(high)}")


def text_of(values: ArrayLike, most: int = 8) -> str:
    """Return numbers to be read, seven digits each; of very many, the first and how many."""
    flat = _flat(values)
    shown = ", ".join(f"{value:.7g}" for value in flat[:most])
    return f"{shown}, ... ({flat.size} numbers)" if flat.size > most else shown


def _flat(values: ArrayLike) -> Values:
    return np.atleast_1d(np.asarray(values, dtype=np.float64)).reshape(-1)
