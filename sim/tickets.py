"""Amounts of purchases: a lognormal body with a power tail, and the mean over places.

Source: `targets_transactions.json`, diary 2017-2019: within a person the logarithm spreads by
1.085, and the largest amounts fall off like a power (Hill exponent 1.5 to 1.9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim import quantiles
from sim.units import PPM

if TYPE_CHECKING:
    from sim.scenario.sections import Behaviour, PlaceMix, PlaceScale, Spending

UNIT = 1 << 16  # a table's number for the user's own scale


def ticket_quantiles(spending: Spending) -> NDArray[np.int64]:
    """Return the quantile table of an amount, in UNITs of the user's scale, its median."""
    sigma = spending.ticket_sigma_ppm / PPM
    tail = spending.ticket_tail_share_ppm / PPM
    edge = np.exp(-sigma * special.ndtri(tail))

    def quantile(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
        z = np.where(low < 0.5, special.ndtri(low), -special.ndtri(high))
        body = np.exp(sigma * z)
        return UNIT * np.where(
            high < tail, edge * (tail / high) ** (1 / spending.ticket_tail), body
        )

    return quantiles.table_of(quantile)


def mean_ticket(spending: Spending) -> float:
    """Return the mean of the very table that is read, in the user's scale."""
    edges = ticket_quantiles(spending).reshape(quantiles.ROWS, quantiles.CELLS + 1).astype(float)
    cells = (edges[:, 1:] + edges[:, :-1]) / 2
    first, last = slice(1, None), slice(None, -1)
    body, low, high, lowest, highest = cells
    middle = body[1:-1].sum() / 256
    tails = (low[first].sum() + high[last].sum()) / 256**2
    return float((middle + tails + (lowest.sum() + highest.sum()) / 256**3) / UNIT)


def place_shares_ppm(places: PlaceMix) -> list[int]:
    """Return the share of wishes by Place."""
    listed = places.cross_border_ppm * places.listed_ppm // PPM
    return [
        places.online_ppm,
        places.offline_static_ppm,
        places.offline_dynamic_ppm,
        places.bills_ppm,
        listed,
        places.cross_border_ppm - listed,
        places.transfer_ppm,
        places.cash_out_ppm,
        places.virtual_currency_ppm,
        places.investment_ppm,
        places.mini_program_ppm,
    ]


def place_scales_ppm(scale: PlaceScale) -> list[int]:
    """Return the scale of amounts by Place, against the user's own."""
    offline, abroad = [scale.offline_ppm] * 2, [scale.cross_border_ppm] * 2
    usual = [scale.online_ppm, *offline, scale.bills_ppm, *abroad]
    return [*usual, *[scale.barred_ppm] * 4, scale.mini_program_ppm]


def mean_amount_ppm(behaviour: Behaviour) -> int:
    """Return the mean amount of what can be bought, over places, in the user's scale."""
    shares, scales = place_shares_ppm(behaviour.places), place_scales_ppm(behaviour.scale)
    shares, scales = shares[:6] + shares[10:], scales[:6] + scales[10:]
    mean_scale = sum(s * c for s, c in zip(shares, scales, strict=True)) / sum(shares)
    return round(mean_scale * mean_ticket(behaviour.spending))
