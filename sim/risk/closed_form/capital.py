"""Retail capital by the internal ratings approach: asset correlation and risk weight.

Source: Basel Committee, "International convergence of capital measurement and capital standards",
June 2006, paragraphs 328 to 330 and Annex 5. Floors on inputs and scaling factors are the caller's.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from sim.risk.closed_form.inputs import plain, shares, together
from sim.risk.closed_form.portfolio import loss_quantile

REVOLVING_CORRELATION = 0.04  # qualifying revolving retail exposures, paragraph 329
LOWEST, HIGHEST = 0.03, 0.16  # other retail exposures, paragraph 330
FALL = 35.0  # how fast the correlation falls as pd rises, the same
CONFIDENCE = 0.999
PER_CENT = 12.5 * 100  # the reciprocal of 8 %, and percent

Kind = Literal["revolving", "other"]


def retail_correlation(pd: ArrayLike) -> Any:
    """Return the asset correlation of "other retail": 0.16 at pd 0, falling to 0.03.

    Qualifying revolving exposures have 0.04 at every pd. A float for a scalar.
    """
    weight = np.expm1(-FALL * shares("pd", pd)) / np.expm1(-FALL)
    return plain(LOWEST * weight + HIGHEST * (1 - weight))


def risk_weight(pd: ArrayLike, lgd: ArrayLike, kind: Kind = "revolving") -> Any:
    """Return the risk weight of a retail exposure not in default, in percent of EAD.

    LGD times the 99.9 % loss less the expected one, times 12.5. A float for scalars. Raises
    ValueError outside [0, 1] and for another kind.
    """
    pd_, lgd_ = together(pd=shares("pd", pd), lgd=shares("lgd", lgd))
    if kind not in ("revolving", "other"):
        raise ValueError(f'kind: wanted "revolving" or "other" (found {kind!r})')
    rho = REVOLVING_CORRELATION if kind == "revolving" else retail_correlation(pd_)
    unexpected = np.asarray(loss_quantile(pd_, rho, CONFIDENCE)) - pd_
    return plain(PER_CENT * lgd_ * unexpected)
