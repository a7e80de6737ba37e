"""How far two-sided intervals reach, in standard errors."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95
Z = 1.959963984540054  # of the normal distribution, at LEVEL


def student(degrees: Any, level: float = LEVEL) -> Any:
    """Return the factor of the standard error in Student's interval; a float for a number."""
    return stdtrit(degrees, (1 + level) / 2)


def welch_degrees(variances: tuple[Any, Any], counts: tuple[int, int]) -> Any:
    """Return the degrees of freedom of a difference of two independent means.

    variances: of the two means, numbers or arrays of one shape; counts: of what each is the mean
    of, 2 or more. NaN where both variances are 0. Source: Welch, "The generalization of Student's
    problem", Biometrika 34, 1947.
    """
    one, other = (np.asarray(variance, dtype=float) for variance in variances)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (one + other) ** 2 / (one**2 / (counts[0] - 1) + other**2 / (counts[1] - 1))
