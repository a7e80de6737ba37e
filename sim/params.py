"""The numbers of a scenario as the rules read them.

Nothing is declared here: `Params` and `Terms` hold the scenario's own sections, under their own
names, so a rule says `terms.charges.rate_ppb`. A kernel gets the same as a record, made from the
sections field by field; text, dates and lists of free length stay outside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_origin

import numpy as np

from sim import quantiles, tickets
from sim.day import WISHES
from sim.kinds import MOST_PERIODS, PLACES
from sim.rows import Table
from sim.shocks import Shocks, shocks_of

if TYPE_CHECKING:
    from sim.scenario.sections import Behaviour, Population, Product, RiskControl, Scenario

    Terms = Product  # what the rules of a product read

PLACE_CELLS = 1_024


@dataclass(frozen=True)
class Tables:
    """What the rules look up, made once a scenario."""

    ticket: list[int]  # quantiles of an amount, 65,536 is the user's own scale
    logistic: list[int]  # quantiles of logistic noise, thousandths
    normal: list[int]  # quantiles of a standard normal, thousandths
    place: list[int]  # Place of each of PLACE_CELLS equally likely choices
    place_scale: list[int]  # ppm, by Place
    periods: list[int]  # instalments of each of PLACE_CELLS equally likely plans
    length: list[int]  # where plans of each number of periods are counted, of LENGTHS
    beyond: list[int]  # ppm: payment over the minimum, at normal scores -6 .. 6
    spell: list[int]  # ppm: buying in a spell, against the usual, at the same scores
    order: list[int]  # ppm: standing orders against their median, at the same scores
    large_sum: list[int]  # ppm: large sums against their median, at the same scores
    fixed: list[int]  # ppm: fixed payments against their median, at the same scores
    beyond_own: float  # of 1e-3 of a user's own score, in units of the table's score
    beyond_new: float  # and of each bill's
    burst: list[float]  # ways of n purchases: chance of n = chance of none x again**n x this
    mean_amount: int  # ppm: mean amount over places, against the user's scale


@dataclass(frozen=True)
class Params:
    """All numbers that do not belong to one product."""

    seed: int
    replication: int
    users: int  # of the scenario
    behaviour: Behaviour
    risk_control: RiskControl
    population: Population
    shocks: Shocks
    tables: Tables


def params_of(
    scenario: Scenario, replication: int = 0, offered: Sequence[int] | None = None
) -> Params:
    """Return what the rules read, as plain Python; the records are made from it.

    offered: numbers of periods of the whole scenario, where this one is what a policy makes of it.
    """
    told_apart = scenario.periods_offered if offered is None else offered
    return Params(
        seed=scenario.run.seed,
        replication=replication,
        users=scenario.run.users,
        behaviour=scenario.behaviour,
        risk_control=scenario.risk_control,
        population=scenario.population,
        shocks=shocks_of(scenario),
        tables=tables_of(scenario.behaviour, told_apart),
    )


def tables_of(behaviour: Behaviour, offered: Sequence[int]) -> Tables:
    """Return the tables that the rules of behaviour look up."""
    from scipy import special

    shape, r = behaviour.spending.burst_shape, behaviour.repaying
    return Tables(
        ticket=tickets.ticket_quantiles(behaviour.spending).tolist(),
        logistic=quantiles.table_of(lambda low, high: 1_000 * np.log(low / high)).tolist(),
        normal=quantiles.table_of(
            lambda low, high: 1_000 * np.where(low < 0.5, special.ndtri(low), -special.ndtri(high))
        ).tolist(),
        place=_place_cells(behaviour),
        place_scale=_place_scale(behaviour),
        periods=_period_cells(behaviour),
        length=[offered.index(n) if n in offered else 0 for n in range(MOST_PERIODS + 1)],
        beyond=_lognormal(r.beyond_sigma_ppm, r.beyond_median_ppm),
        spell=_lognormal(behaviour.spending.spell_sigma_ppm, 1_000_000),
        order=_lognormal(behaviour.monthly.order_sigma_ppm, 1_000_000),
        large_sum=_lognormal(behaviour.monthly.sum_sigma_ppm, 1_000_000),
        fixed=_lognormal(r.fixed_sigma_ppm, 1_000_000),
        beyond_own=math.sqrt(r.beyond_own_ppm / 1_000_000) / 1_000,
        beyond_new=math.sqrt(1 - r.beyond_own_ppm / 1_000_000) / 1_000,
        burst=[float(math.comb(n + shape - 1, n)) for n in range(WISHES + 1)],
        mean_amount=tickets.mean_amount_ppm(behaviour),
    )


def _place_cells(behaviour: Behaviour) -> list[int]:
    """Return PLACE_CELLS places in the proportions of the mix, by largest remainder."""
    shares = np.array(tickets.place_shares_ppm(behaviour.places), dtype=np.int64) * PLACE_CELLS
    cells = shares // 1_000_000
    short = PLACE_CELLS - int(cells.sum())
    for place in np.argsort(-(shares % 1_000_000), kind="stable")[:short]:
        cells[place] += 1
    return np.repeat(np.arange(PLACES), cells).tolist()


def _period_cells(behaviour: Behaviour) -> list[int]:
    """Return PLACE_CELLS numbers of instalments in the proportions of the wishes."""
    b = behaviour.borrowing
    three = b.periods_3_ppm * PLACE_CELLS // 1_000_000
    six = b.periods_6_ppm * PLACE_CELLS // 1_000_000
    long = b.periods_24_ppm * PLACE_CELLS // 1_000_000
    return [3] * three + [6] * six + [12] * (PLACE_CELLS - three - six - long) + [24] * long


def _lognormal(sigma_ppm: int, median_ppm: int) -> list[int]:
    """Return a lognormal at normal scores -6 .. 6, ppm, cut at a thousand."""
    scores = np.arange(quantiles.GRID) / quantiles.GRID_PER_UNIT - quantiles.GRID_END
    whole = np.minimum(median_ppm * np.exp(sigma_ppm / 1_000_000 * scores), 1_000_000_000)
    return np.rint(whole).astype(np.int64).tolist()  # type: ignore[no-any-return]


def _place_scale(behaviour: Behaviour) -> list[int]:
    return list(tickets.place_scales_ppm(behaviour.scale))


def record_of(thing: Any) -> np.void:
    """Return a section, or a dataclass of sections and lists, as one nested record."""
    table = np.zeros(1, dtype=_dtype_of(thing))
    _fill(table[0], thing)
    return table[0]  # type: ignore[no-any-return]


def records_of(things: Sequence[Any]) -> Table:
    """Return several of one kind as a table, shape (len(things),)."""
    table = np.zeros(len(things), dtype=_dtype_of(things[0]))
    for row, thing in zip(table, things, strict=True):
        _fill(row, thing)
    return table


def _names(thing: Any) -> list[str]:
    fields = getattr(type(thing), "model_fields", None)
    return list(type(thing).__dataclass_fields__ if fields is None else fields)


def _dtype_of(thing: Any) -> np.dtype[Any]:
    parts: list[Any] = []
    for name in (name for name in _names(thing) if _always_there(thing, name)):
        value = getattr(thing, name)
        if isinstance(value, float):
            parts.append((name, "f8"))
        elif isinstance(value, int):  # bool and IntEnum too
            parts.append((name, "i8"))
        elif isinstance(value, list):
            if _fixed(thing, name):
                parts.append((name, "f8" if isinstance(value[0], float) else "i8", (len(value),)))
        elif hasattr(type(value), "model_fields") or hasattr(value, "__dataclass_fields__"):
            inner = _dtype_of(value)
            if inner.names:
                parts.append((name, inner))
    return np.dtype(parts)


def _always_there(thing: Any, name: str) -> bool:
    """Tell whether a key has one type in all scenarios; others stay outside the record.

    A kernel would be compiled anew for each choice of what may be left out, such as the keys of
    another kind of distribution.
    """
    fields = getattr(type(thing), "model_fields", None)
    return fields is None or get_origin(fields[name].annotation) not in (Union, UnionType)


def _fixed(thing: Any, name: str) -> bool:
    """Tell whether a list has one length in all scenarios; others stay outside the record."""
    fields = getattr(type(thing), "model_fields", None)
    if fields is None:
        return True
    bounds = {type(m).__name__: m for m in fields[name].metadata}
    least, most = bounds.get("MinLen"), bounds.get("MaxLen")
    return least is not None and most is not None and least.min_length == most.max_length


def _fill(row: Any, thing: Any) -> None:
    for name in row.dtype.names:
        value = getattr(thing, name)
        if row.dtype[name].names:
            _fill(row[name], value)
        else:
            row[name] = value
