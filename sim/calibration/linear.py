"""How sure fitted parameters are, with the targets taken as linear in them: a first approximation.

Targets count as independent of each other, though they are statistics of the same clients; what the
model cannot meet widens all errors alike. Where parameters are few, draws by trials say more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.calibration.posterior import Floats, spread_over
from sim.calibration.refining import values_at
from sim.calibration.search import Values, places_of
from sim.calibration.stepping import Slopes
from sim.calibration.study import Calibration
from sim.population import check_inputs
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    import pandas as pd


def errors(around: Slopes) -> Floats:
    """Return the covariance of the parameters, in whole ranges, shape (parameters, parameters).

    The inverse of slopes' slopes / s2 + 12: s2 is what the squares of all z come to for each degree
    of freedom, 1 at least; 12 is the precision of an even prior over the range.
    """
    count = len(around.place)
    free = max(len(around.z) - count, 1)
    misfit = max(float(around.z @ around.z) / free, 1.0)
    return np.asarray(np.linalg.inv(around.by.T @ around.by / misfit + 12 * np.eye(count)))


def scales(study: Calibration, values: Values) -> list[float]:
    """Return how much of each parameter a whole range is at its value: its derivative by place."""
    found = []
    for one in study.file.free:
        low, high = float(one.low), float(one.high)
        by_log = float(values[one.key]) * float(np.log(high / low)) if one.scale == "log" else 0.0
        found.append(by_log or high - low)
    return found


def covariance_of(study: Calibration, best: Values, around: Slopes | None) -> pd.DataFrame:
    """Return the covariance of the parameters in their units; no rows without slopes."""
    import pandas as pd

    keys = [one.key for one in study.file.free]
    if around is None:
        return pd.DataFrame(columns=["key", *keys])
    scale = np.array(scales(study, best))
    covariance = errors(around) * np.outer(scale, scale)
    return pd.DataFrame(covariance, columns=keys).assign(key=keys)[["key", *keys]]


def draws(study: Calibration, values: Values, around: Slopes, count: int) -> pd.DataFrame:
    """Return draws of a normal around parameters, cut to their ranges; a column each, and `weight`.

    Fewer than `count` where no population has the parameters of some.
    """
    import pandas as pd
    from scipy.special import ndtri

    free = study.file.free
    centre = places_of(study, values)
    even = spread_over(np.zeros(len(free)), np.ones(len(free)), count, study.file.seed)
    normal = ndtri(np.clip(even, 1e-9, 1 - 1e-9)) @ np.linalg.cholesky(errors(around)).T
    found = [values_at(study, place) for place in centre + normal]
    rows = [one for one in found if _is_possible(study, one)]
    table = pd.DataFrame(rows, columns=[one.key for one in free])
    return table.assign(weight=1 / max(len(rows), 1))


def _is_possible(study: Calibration, values: Values) -> bool:
    try:
        check_inputs(study.scenario(values))
    except ScenarioError:
        return False
    return True
