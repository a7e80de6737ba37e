"""The folder of a trial: its effects as a table, and the scenario whose policy was judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.results.sheet import Sheet
from sim.scenario import Scenario
from sim.study.folder import Study, asked_hash, is_there, opened, save, scenarios_in

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

KIND = "trial"
_MEANINGS = {
    "treated": ("count", "users whom the policy reaches"),
    "control": ("count", "users whom it does not"),
    "of_treated": ("as the outcome", "mean of a user with the policy"),
    "of_control": ("as the outcome", "mean of a user without it"),
    "estimate": ("as the outcome", "effect by the two arms"),
    "low": ("as the outcome", "lower end of its interval (Welch)"),
    "high": ("as the outcome", "upper end of its interval"),
    "truth": ("as the outcome", "true effect: mean difference of the twins of all users"),
    "covers": ("flag", "the interval holds the truth"),
    "users_per_arm": (
        "count",
        "users an arm needs to find the truth, power 80 %; 0: none",
    ),
    "pairs": ("count", "twins that find it so"),
    "variance_ratio": ("number", "variance of arms over that of twins"),
}


class Asked(NamedTuple):
    """What was asked of a trial."""

    policy: int
    replication: int
    level: float


def beside(run: Path, policy: int) -> Path:
    """Return the folder of the trial of one policy of a run folder."""
    place = run.absolute()
    return place.with_name(f"{place.name}-{KIND}-{policy}")


def is_done(out: Path, scenario: Scenario, asked: Asked) -> bool:
    """Tell whether a folder holds this very trial. Raises ScenarioError for anything else there."""
    return is_there(out, KIND, asked_hash(KIND, asked._asdict(), {"scenario": scenario.hash}))


def save_trial(rows: pd.DataFrame, scenario: Scenario, asked: Asked, out: Path) -> Path:
    """Write the rows of `sim.study.trial.trial` to a folder, whole or not at all; return it."""
    study = Study(KIND, asked._asdict(), {"scenario": scenario}, {"effects": _table(rows)})
    return save(study, out)


def opened_trial(folder: Path) -> tuple[Scenario, Asked, pd.DataFrame]:
    """Return scenario, question and effects. Raises ScenarioError for a folder that holds none."""
    told, tables = opened(folder, KIND)
    frame: pd.DataFrame = tables["effects"].to_pandas()
    return scenarios_in(folder, told)["scenario"], Asked(**told["asked"]), frame


def _table(rows: pd.DataFrame) -> pa.Table:
    sheet = Sheet().add("outcome", rows["outcome"].to_numpy(str), "name", "of a user")
    for name, (unit, meaning) in _MEANINGS.items():
        values: Any = rows[name].to_numpy()
        sheet.add(name, values, unit, meaning, missing=np.isnan(values.astype(float)))
    return sheet.table()
