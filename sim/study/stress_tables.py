"""The tables of a stress test: outcomes, the paths behind them, and where each limit breaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.results.sheet import Sheet
from sim.risk.reverse_stress import Breach
from sim.scenario import Scenario
from sim.study.interval import NAN, mean
from sim.study.stressed import LIMITED, MEASURES, Stressed
from sim.study.stresses import NEUTRAL, WHOLE_PPM, Stress

BASELINE, REVERSE = "baseline", "reverse"

Known = dict[tuple[str, float], list[Stressed]]  # by world and strength, a replication each


def ratio(name: str, lot: list[Stressed]) -> float:
    """Return a measure over replications; 0 of nothing."""
    part, whole = MEASURES[name][:2]
    held = sum(one.amounts[whole] for one in lot)
    return sum(one.amounts[part] for one in lot) / held if held else 0.0


def outcomes_table(known: Known) -> pa.Table:
    """Return one row a world, strength and replication."""
    rows = [
        (name, strength, number, one)
        for (name, strength), lot in known.items()
        for number, one in enumerate(lot)
    ]
    sheet = Sheet()
    sheet.add("scenario", [row[0] for row in rows], "name", "stress; reverse: severe, varied")
    strengths = np.array([row[1] for row in rows])
    sheet.add("strength", strengths, "number", "of the shock; 1 as declared")
    numbers = np.array([row[2] for row in rows], np.int32)
    sheet.add("replication", numbers, "number", "replication, from 0")
    for name in rows[0][3].amounts:
        amounts = np.array([row[3].amounts[name] for row in rows], np.int64)
        sheet.add(name, amounts, "fen", "see sim.study.stressed")
    return sheet.table()


def paths_table(
    worlds: dict[str, Any],
    known: Known,
) -> pa.Table:
    """Return one row a world and day: inputs of its stress, and sums of what they did."""
    frames = []
    for name, (one, _) in worlds.items():
        lot = known[name, 0.0 if one is None else 1.0]
        days = pd.concat([each.days for each in lot])
        sums = days.groupby(["day", "date"]).sum().reset_index()
        shock = {} if one is None else one.shock
        frames.append(sums.assign(scenario=name, **_inputs(shock)))
    whole = pd.concat(frames, ignore_index=True)
    sheet = Sheet().add("scenario", whole["scenario"].to_numpy(), "name", "stress")
    sheet.add("day", whole["day"].to_numpy(np.int32), "day", "reported days, from 0")
    dates = whole["date"].to_numpy().astype("M8[D]")
    sheet.add("date", dates, "date", "calendar day")
    for key, unit in _INPUTS.items():
        meaning = f"the stress's {key.rsplit('_', 1)[0]}, on top of the scenario's"
        sheet.add(key, whole[key].to_numpy(np.int64), unit, meaning)
    for key, unit in _SEEN.items():
        sheet.add(key, whole[key].to_numpy(np.int64), unit, "sum over replications")
    return sheet.table()


_INPUTS = {
    "job_loss_ppm": "ppm",
    "income_ppm": "ppm",
    "spending_ppm": "ppm",
    "strain": "1e-3 logit",
}
_SEEN = {
    "users": "users",
    "unemployed": "users",
    "principal_fen": "fen",
    "principal_late_31_fen": "fen",
}


def _inputs(shock: dict[str, int]) -> dict[str, int]:
    return {key: shock.get(key, NEUTRAL.get(key, 0)) for key in _INPUTS}


def breaches_table(
    plan: Scenario,
    found: dict[str, Breach],
    known: Known,
    severe: Stress,
) -> pa.Table:
    """Return one row a limit of the appetite: the mildest strength that breaks it."""
    sheet = Sheet().add("measure", list(found), "name", "of sim.study.stressed.MEASURES")
    limits = np.array([getattr(plan.appetite, LIMITED[name]) for name in found], np.int64)
    sheet.add("limit_ppm", limits, "ppm", "limit of the appetite")
    each = list(found.values())
    broken = np.array([one.broken for one in each])
    sheet.add("broken", broken, "flag", "whether the strongest shock breaks it")
    for key, meaning in (
        ("shock", "mildest strength seen to break it"),
        ("held", "strongest seen to hold"),
        ("measure", "the measure at that strength, or at the strongest"),
    ):
        values = np.array([getattr(one, key) for one in each], float)
        name = "strength" if key == "shock" else key
        name = "measured" if key == "measure" else name
        sheet.add(name, values, "number", meaning, missing=np.isnan(values))
    reach = np.array([_reach(name, plan, known) for name in found])
    words = "half-width of the 95 % interval of the strength, over replications"
    sheet.add("half_width", reach, "number", words, missing=np.isnan(reach) | ~broken)
    tried = np.array([one.tried for one in each], np.int32)
    sheet.add("tried", tried, "count", "strengths tried")
    for key in severe.shock:
        at = [severe.at(one.shock)[key] if one.broken else 0 for one in each]
        sheet.add(key, np.array(at, np.int64), _INPUTS[key], "the shock there", missing=~broken)
    return sheet.table()


def _reach(name: str, plan: Scenario, known: Known) -> float:
    """Return the half-width of the breaking strength from where each replication breaks.

    Between strengths that were tried a replication's measure is taken as straight; NaN where some
    replication does not break, or there is one only.
    """
    limit = getattr(plan.appetite, LIMITED[name]) / WHOLE_PPM
    tried = sorted(strength for world, strength in known if world == REVERSE)
    part, whole = MEASURES[name][:2]
    crossings = []
    for number in range(plan.run.replications):
        amounts = [known[REVERSE, strength][number].amounts for strength in tried]
        path = [each[part] / each[whole] if each[whole] else 0.0 for each in amounts]
        at = next((k for k, value in enumerate(path) if value > limit), None)
        if at is None:
            return NAN
        if at == 0:
            crossings.append(tried[0])
            continue
        rise = (limit - path[at - 1]) / (path[at] - path[at - 1])
        crossings.append(tried[at - 1] + rise * (tried[at] - tried[at - 1]))
    found = mean(crossings)
    return (found.high - found.low) / 2
