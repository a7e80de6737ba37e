"""Policies: dated changes that a scenario makes to itself, and what is wrong with them.

A policy has `date`, `share_ppm` and `set`, a table of keys with dots.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.scenario import shelf
from sim.scenario.changes import Change, changed
from sim.scenario.faults import Fault, ScenarioError, faults_of, found
from sim.scenario.tree import Origin, Origins, Steps, Tree, dotted, later, leaves

if TYPE_CHECKING:
    from sim.scenario.origin import Document

D = TypeVar("D", bound="Document")

CHANGEABLE = ("product", "risk_control", "behaviour")
FIXED = {
    "product.accounting": "books are kept by one rule",
    "product.limit.stagger": "a user's 72-hour clock cannot jump",
    "product.rollout": "it has dates of its own",
    "product.preset": "a policy sets the keys below it one by one",
    "product.name": "it names the rows of tables",
}
_CHANGEABLE = f"{', '.join(CHANGEABLE[:-1])} or {CHANGEABLE[-1]}"
MOST_PARTIAL = 8  # policies for a share of users: each doubles the sets of numbers in force
EVERYONE_PPM = 1_000_000


def applied(scenario: D, policy: Any) -> D:
    """Return the scenario with a policy's changes in force. Raises ScenarioError.

    Quicker than `with_`: the scenario's policies are not looked at again.
    """
    after = _after(scenario, policy.set)
    if isinstance(after, list):
        raise ScenarioError([fault.line({}, "policy") for fault in after])
    return after


def flatten(tree: Tree, origins: Origins) -> None:
    """Write the tables in every policy's `set` as keys with dots; of two equal the last holds."""
    for index, settings in _settings(tree):
        at: Steps = ("policy", index, "set")
        flat = list(_flat(settings))
        settings.clear()
        for path, value in flat:
            key = ".".join(shelf.numbered(dotted(path).split("."), tree))
            settings[key] = value
            for rest, _ in leaves(value):
                if (*at, *path, *rest) in origins:
                    origins[*at, key, *rest] = origins[*at, *path, *rest]


def faults(model: type[BaseModel], tree: Tree, origins: Origins, source: str) -> list[str]:
    """Return a line for each fault that shows in a policy itself, whatever else is wrong."""
    if "policy" not in model.model_fields:
        return []
    many = [*_dates(model, tree), *_partial(tree)]
    for index, settings in _settings(tree):
        many += (_under(fault, index, settings) for fault in _setting_faults(model, settings))
    return [fault.line(origins, source) for fault in many]


def clashes(scenario: Document) -> list[str]:
    """Return a line for each policy that contradicts what holds where it comes into force.

    A policy for a share of users leaves two kinds of users, and each must do for what follows.
    """
    lines: list[str] = []
    states = [scenario]
    for index, policy in enumerate(getattr(scenario, "policy", [])):
        after = []
        for state in states:
            made = _after(state, policy.set)
            if isinstance(made, list):
                many = (_under(fault, index, policy.set) for fault in made)
                lines += (fault.line(scenario.origins, scenario.source) for fault in many)
            else:
                after.append(made)
        states = after if policy.share_ppm == EVERYONE_PPM else states + after
    return lines


def _after(scenario: D, settings: Tree) -> D | list[Fault]:
    """Return the scenario with settings in force, or why that cannot be."""
    tree, origins, model = scenario.tree(), dict(scenario.origins), type(scenario)
    changes = [Change(key, value) for key, value in settings.items()]
    faults_ = changed(tree, origins, changes, later(origins, "policy"))
    if faults_:
        return faults_
    try:
        return model.model_validate(tree).held(origins, scenario.source)
    except ValidationError as error:
        return faults_of(error, model, tree)


def _settings(tree: Tree) -> Iterator[tuple[int, Tree]]:
    for index, policy in enumerate(_policies(tree)):
        if isinstance(policy, dict) and isinstance(policy.get("set"), dict):
            yield index, policy["set"]


def _policies(tree: Tree) -> list[Any]:
    policies = tree.get("policy")
    return policies if isinstance(policies, list) else []


def _flat(settings: Tree, at: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, (*at, key))
        else:
            yield (*at, key), value


def _dates(model: type[BaseModel], tree: Tree) -> Iterator[Fault]:
    """Yield a fault for each date that is before the one above it, or before the run."""
    first = _first_day(model, tree)
    before = dt.date.min
    for index, policy in enumerate(_policies(tree)):
        date = policy.get("date") if isinstance(policy, dict) else None
        if type(date) is not dt.date:
            continue
        at = ("policy", index, "date")
        if date < first:
            words = f"wanted a date from the first simulated day on, {first} (found {date})"
            yield Fault(at, words, crossed=True)
        if date < before:
            words = f"wanted a date not before that of the policy above, {before} (found {date})"
            yield Fault(at, words, crossed=True)
        before = max(before, date)


def _first_day(model: type[BaseModel], tree: Tree) -> dt.date:
    """Return the first simulated day; the first of all where `run` has faults of its own."""
    kind: Any = model.model_fields["run"].annotation
    try:
        run = kind.model_validate(tree.get("run", {}))
    except ValidationError:
        return dt.date.min
    first = run.start.toordinal() - run.burn_in_days
    return dt.date.fromordinal(max(first, dt.date.min.toordinal()))


def _partial(tree: Tree) -> Iterator[Fault]:
    shares = [policy.get("share_ppm") for policy in _policies(tree) if isinstance(policy, dict)]
    count = sum(isinstance(share, int) and share < EVERYONE_PPM for share in shares)
    if count > MOST_PARTIAL:
        words = f"wanted at most {MOST_PARTIAL} policies for a share of users (found {count})"
        yield Fault(("policy",), words, crossed=True)


def _setting_faults(model: type[BaseModel], settings: Tree) -> Iterator[Fault]:
    """Yield faults of the settings alone; what they do to other keys is for `clashes`."""
    for number, some in shelf.by_product(settings).items():
        for fault in _faults_of_one(model, some):
            at = fault.path[1:] if fault.path[:1] == (shelf.FIRST,) else None
            moved = number > 0 and at is not None
            yield fault._replace(path=(shelf.OTHERS, number - 1, *(at or ()))) if moved else fault


def _faults_of_one(model: type[BaseModel], settings: Tree) -> Iterator[Fault]:
    """Yield faults of settings whose keys are those of the first product."""
    tree: Tree = {}
    paths: list[Steps] = []
    for key, value in settings.items():
        path = tuple(key.split("."))
        if path[0] in model.model_fields and path[0] not in CHANGEABLE:
            words = f"wanted a key of {_CHANGEABLE} (found {found(value)})"
            yield Fault(path, words, crossed=False)
        elif why := _fixed(key):
            words = f"wanted a key that may change in a run; {why} (found {found(value)})"
            yield Fault(path, words, crossed=False)
        elif not any(step.isdecimal() for step in path):  # an index needs the list it is in
            paths.append(path)
            changed(tree, {}, [Change(key, value)], Origin(0, "", Path()))
    try:
        model.model_validate(tree)
    except ValidationError as error:
        for fault in faults_of(error, model, tree):
            if not fault.crossed and any(_concerns(fault, path) for path in paths):
                yield fault


def _fixed(key: str) -> str:
    """Return why a key cannot change in a run; nothing where it can."""
    return next((why for at, why in FIXED.items() if f"{key}.".startswith(f"{at}.")), "")


def _concerns(fault: Fault, path: Steps) -> bool:
    """Tell whether a fault lies at or below a path, or on the way to it."""
    shared = min(len(fault.path), len(path))
    return fault.path[:shared] == path[:shared]


def _under(fault: Fault, index: int, settings: Tree) -> Fault:
    """Return the fault where the file has it: below the key in the policy's `set`."""
    at: Steps = ("policy", index, "set")
    for length in range(len(fault.path), 0, -1):
        key = dotted(shelf.outside(fault.path[:length]))
        if key in settings:
            return fault._replace(path=(*at, key, *fault.path[length:]))
    return fault._replace(path=(*at, *shelf.outside(fault.path)))
