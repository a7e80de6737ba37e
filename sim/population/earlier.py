"""Users and accounts of an earlier run (`population.from_run`), moved to this run's first day."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.account import Account
from sim.kinds import AutoDebit, Bucket, Hold, Proof, Standing, Status, Way
from sim.plan import RINGS
from sim.population.parquet import read
from sim.population.rings import moved
from sim.rows import Column, Table, columns, outside_name
from sim.scenario import ScenarioError
from sim.units import EARLIEST, NEVER
from sim.user import User

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario.sections import Product, Scenario

DAYS_OF_BIN = {"spend_bins": 3, "wallet_bins": 3, "count_bins": 6}


def earlier_users(scenario: Scenario, users: Table) -> None:
    """Write what an earlier run says of users into drawn rows. Raises ScenarioError."""
    _copy(_stored(scenario, "users", users), User, users, _names_of(scenario))
    lived = days_lived(scenario)
    for name in ("used_since", "damped_until"):
        users[name] = _before(users[name], lived)
    users["joins_on"] = np.where(users["joins_on"] > lived, users["joins_on"] - lived, 0)
    clock = lived + (users["user"] % 3 if scenario.product.limit.stagger else 0)
    for name, days in DAYS_OF_BIN.items():
        users[name] = _turned(users[name], clock // days)


def earlier_accounts(scenario: Scenario, users: Table, accounts: Table) -> None:
    """Write what an earlier run says of accounts into empty rows, shape (users, products).

    Accounts are found by the name of their product; the only product of a run is the first's.
    """
    for k, product in enumerate(scenario.products):
        stored = _stored(scenario, "accounts", users, product.label, k)
        if stored is not None:
            _copy_accounts(scenario, stored, accounts[:, k], product)


def _copy_accounts(scenario: Scenario, stored: pa.Table, accounts: Table, product: Product) -> None:
    """Write stored accounts of one product into rows, shape (users,)."""
    _copy(stored, Account, accounts, _names_of(scenario))
    _copy_rings(scenario, stored, accounts, product)
    lived = days_lived(scenario)
    for column in columns(Account):
        if column.unit.name == "day" and not column.length:
            came = accounts[column.name] != NEVER
            accounts[column.name] = np.where(came, _before(accounts[column.name], lived), NEVER)
    late = np.arange(accounts["missed_on"].shape[1]) < accounts["missed_count"][:, None]
    accounts["missed_on"] = np.where(late, _before(accounts["missed_on"], lived), 0)


def _copy_rings(scenario: Scenario, stored: pa.Table, accounts: Table, product: Product) -> None:
    """Write what is due in months to come, counted from the first day of this run."""
    then = _day_after(scenario)
    now = scenario.run.start - dt.timedelta(days=scenario.run.burn_in_days)
    for column in columns(Account):
        if column.name in RINGS:
            ring = _lists(stored[outside_name(column)].combine_chunks())
            months = accounts[column.name].shape[1]
            try:
                turned = moved(ring, months, accounts["anchor"], product, then, now)
            except ValueError as error:
                key = f"{product.label}: instalments.periods"
                raise ScenarioError([f"{scenario.source}: {key}: {error}"]) from None
            accounts[column.name] = turned


def _before(days: NDArray[Any], lived: int) -> NDArray[Any]:
    """Return days as seen from a later first day."""
    return np.maximum(days.astype(np.int64) - lived, EARLIEST)


def days_lived(scenario: Scenario) -> int:
    """Return how many days the earlier run simulated. Raises ScenarioError if it is not whole."""
    made = _earlier_run(scenario)
    return int(made["days"]) + int(made["burn_in_days"])


def _day_after(scenario: Scenario) -> dt.date:
    """Return the day after the earlier run's last. Raises ScenarioError if it is not whole."""
    made = _earlier_run(scenario)
    return dt.date.fromisoformat(str(made["start"])) + dt.timedelta(days=int(made["days"]))


def _earlier_run(scenario: Scenario) -> dict[str, Any]:
    """Return the section `run` of the earlier run. Raises ScenarioError if it is not whole."""
    folder = Path(str(scenario.path_of("population.from_run")))
    try:
        made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["scenario"]["run"]
        return {key: made[key] for key in ("start", "days", "burn_in_days")}
    except (OSError, ValueError, KeyError):
        wanted = "wanted a finished run (found no manifest)"
        raise ScenarioError([f"{scenario.population.from_run}/manifest.json: {wanted}"]) from None


def _turned(bins: Table, closed: Any) -> NDArray[Any]:
    """Return rings of bins turned so that the oldest comes first: a run begins to write there.

    closed: how many bins have been closed since the first day, a number or one a user.
    """
    count = bins.shape[1]
    first = np.broadcast_to(np.asarray(closed) % count, len(bins))[:, None]
    return np.take_along_axis(bins, (np.arange(count) + first) % count, axis=1)


def _stored(
    scenario: Scenario, table: str, users: Table, product: str = "", k: int = 0
) -> pa.Table | None:
    """Return the rows of an earlier run's table for some users, in their order.

    product: of accounts, of which; None where the run had it not.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    folder = Path(str(scenario.path_of("population.from_run")))
    label = f"{scenario.population.from_run}/{table}.parquet"
    stored = read(folder / f"{table}.parquet", label)
    _check_unchanged(folder, f"{table}.parquet", label)
    if "replication" in stored.column_names:
        stored = stored.filter(pc.equal(stored["replication"], 0))
    if "product" in stored.column_names:
        names = stored["product"].unique().to_pylist()
        name = names[0] if len(names) == 1 and k == 0 else product
        if name not in names:
            return None
        stored = stored.filter(pc.equal(stored["product"].cast(pa.string()), name))
    faults = [*_missing(stored, scenario.run.users), *_unknown(stored, _names_of(scenario))]
    if faults:
        raise ScenarioError([f"{label}: {fault}" for fault in faults])
    numbers = stored["user"].to_numpy()
    order = np.argsort(numbers, kind="stable")
    return stored.take(order[np.searchsorted(numbers[order], users["user"])])


def _check_unchanged(folder: Path, name: str, label: str) -> None:
    """Raise ScenarioError unless a file is the one that its run left."""
    try:
        made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        digest = made["files"][name]["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        wanted = "wanted the manifest of a finished run (found none that can be read)"
        raise ScenarioError([f"{label}: {wanted}"]) from None
    with (folder / name).open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise ScenarioError([f"{label}: wanted the file as the run left it (found it changed)"])


def _missing(stored: pa.Table, users: int) -> list[str]:
    numbers = stored["user"].to_numpy()
    missing = np.setdiff1d(np.arange(users), numbers)
    if not len(missing):
        return []
    found = f"{len(np.unique(numbers)):,} users, not user {missing[0]:,}"
    return [f"wanted users 0 to {users - 1:,} (found {found})"]


def _unknown(stored: pa.Table, names: dict[str, list[str]]) -> list[str]:
    """Return a fault for each column of kinds that holds one this scenario has not."""
    faults = []
    for column, known in names.items():
        if column in stored.column_names:
            kinds = stored[column].unique().to_pylist()
            strange = sorted(str(kind) for kind in kinds if kind not in known)
            if strange:
                faults.append(f"{column}: wanted {', '.join(known)} (found {strange[0]})")
    return faults


def _copy(stored: pa.Table, row: type, table: Table, names: dict[str, list[str]]) -> None:
    for column in columns(row):
        if outside_name(column) in stored.column_names and column.name not in RINGS:
            values = stored[outside_name(column)].combine_chunks()
            table[column.name] = _values(values, column, names.get(column.name))


def _values(values: Any, wanted: Column, names: list[str] | None) -> NDArray[Any]:
    """Return stored values as the numbers of a column; kinds are stored by name."""
    if names is not None:
        codes = {name: code for code, name in enumerate(names)}
        return np.array([codes[value] for value in values.to_pylist()])
    if wanted.length:
        return _lists(values)
    return np.asarray(values.to_numpy(zero_copy_only=False))


def _lists(values: Any) -> NDArray[Any]:
    """Return lists of one length as an array, shape (rows, length)."""
    return np.asarray(values.flatten().to_numpy().reshape(len(values), -1))


def _names_of(scenario: Scenario) -> dict[str, list[str]]:
    """Return the names under which numbers are stored, in the order of the numbers."""
    kinds = {
        "status": Status,
        "auto_debit": AutoDebit,
        "standing": Standing,
        "bucket": Bucket,
        "way": Way,
        "hold": Hold,
        "proof": Proof,
    }
    names = {key: [member.name.lower() for member in kind] for key, kind in kinds.items()}
    segments = [segment.name for segment in scenario.population.segments]
    regions = scenario.population.regions
    return names | {"sex": ["female", "male"], "region": regions, "segment": segments}
