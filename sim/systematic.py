"""The one systematic factor of a replication, and what it does to chances.

Source: Vasicek, "Loan portfolio value", Risk, December 2002: with a loading r, a chance p becomes
N((N'(p) + sqrt(r) z) / sqrt(1 - r)) given the factor z, and is p on average over z.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.draws import WORDS, Purpose, word
from sim.units import PPM

if TYPE_CHECKING:
    from sim.scenario.sections import Scenario


def factor(scenario: Scenario, replication: int = 0) -> float:
    """Return the factor of a replication, in standard deviations; above 0 is worse for all.

    It is `environment.factor.value` where that is set, so that a study can impose it, else a
    keyed draw; whole millionths.
    """
    given = scenario.environment.factor.value
    if given is not None:
        return round(given * PPM) / PPM
    drawn = word(scenario.run.seed, replication, 0, 0, Purpose.SYSTEMATIC.value)
    return round(float(special.ndtri((drawn + 0.5) / WORDS)) * PPM) / PPM


def given_factor(chances: NDArray[np.int64], loading_ppm: int, z: float) -> NDArray[np.int64]:
    """Return chances, ppm, given the factor; the very same at a loading of 0."""
    if loading_ppm == 0:
        return chances
    loading = loading_ppm / PPM
    level = special.ndtri(chances / PPM) + np.sqrt(loading) * z
    given: NDArray[np.float64] = special.ndtr(level / np.sqrt(1 - loading))
    return np.rint(given * PPM).astype(np.int64)
