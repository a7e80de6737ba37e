"""A whole scenario: its values, where each is from, and changed copies of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import PrivateAttr, ValidationError

from sim.scenario import policies, presets, resolved, shelf
from sim.scenario.changes import SHORTCUTS, Change, changed, parsed
from sim.scenario.faults import ScenarioError, faults_of
from sim.scenario.section import Section
from sim.scenario.tree import Origins, Tree, copied, dotted, later, leaves, plain, value_at

DEFAULT = "default"
NAME = ("run", "name")
SET = "--set"  # what asks for changes on the command line


class Document(Section):
    """What a scenario is besides its sections. Two are equal where all values are."""

    _origins: Origins = PrivateAttr(default_factory=dict)
    _source: str = PrivateAttr(default="scenario")
    _called: str = PrivateAttr(default="")

    @classmethod
    def of(cls, tree: Tree, origins: Origins, source: str, faults: Sequence[str] = ()) -> Self:
        """Return the scenario that a tree describes. Writes to the tree.

        faults: lines already found. Raises ScenarioError with all faults at once.
        """
        from sim.scenario.terms import dissolve

        shelf.split(tree, origins)
        for at in shelf.places(tree):
            dissolve(tree, origins, at)
        policies.flatten(tree, origins)
        shelf.choose(tree, origins)
        for at in shelf.places(tree):
            presets.lay(tree, origins, at)
        lines = [*faults]
        made = None
        try:
            made = cls.model_validate(tree)
        except ValidationError as error:
            lines += [fault.line(origins, source) for fault in faults_of(error, cls, tree)]
        lines += policies.faults(cls, tree, origins, source)
        if made is not None and not lines:
            made = made.held(origins, source)
            lines += policies.clashes(made)
        if lines or made is None:
            raise ScenarioError(lines)
        return made

    @classmethod
    def built(
        cls, tree: Tree, origins: Origins, source: str, words: Iterable[str | Change] = ()
    ) -> Self:
        """Return what a tree describes after KEY=VALUE changes, which may mend its faults."""
        shelf.split(tree, origins)
        changes, lines = _parsed(words)
        try:
            whole = cls.of(copied(tree), dict(origins), source)
        except ScenarioError:
            lost = changed(tree, origins, _full(changes), later(origins, SET))
            lines += [fault.line({}, SET) for fault in lost]
            return cls.of(tree, origins, source, lines)
        if NAME in origins and origins[NAME].label != source:
            whole = whole.called(Path(source).stem)  # the name it extends is another's
        return whole.changed(changes, SET, lines) if changes or lines else whole

    def with_(self, **changes: Any) -> Self:
        """Return a checked copy with other values; dots reach into sections and lists.

        `users`, `days`, `seed`, `replications` and `start` stand for `run.users` and so on.
        Tables merge key by key, all else is replaced. Raises ScenarioError.

        >>> scenario.with_(users=100, **{"product.limit.max_fen": 500_000})
        """
        return self.changed([Change(key, value) for key, value in changes.items()], "with_")

    def changed(self, changes: Iterable[Change], label: str, faults: Sequence[str] = ()) -> Self:
        """Return a checked copy; errors and origins call the change `label`."""
        tree, origins = self.tree(), dict(self._origins)
        full = _full(changes)
        for change in full:
            steps = shelf.meant(change.key.split("."), tree)
            for at in shelf.places(tree):
                if _names_preset(change, steps, [*map(str, at)]):
                    presets.drop(tree, origins, at)
        lost = changed(tree, origins, full, later(origins, label))
        lines = [fault.line({}, label) for fault in lost]
        made = type(self).of(tree, origins, self._source, [*faults, *lines])
        renamed = any(change.key in ("run", "run.name") for change in full)
        return made if renamed else made.called(self._called)

    def called(self, name: str) -> Self:
        """Return this scenario under another name than its values say; theirs for an empty one."""
        self._called = name
        return self

    def tree(self) -> Tree:
        """Return all values as TOML has them; keys without a value are left out."""
        tree: Tree = plain(self)
        if not tree.get(shelf.OTHERS):
            tree.pop(shelf.OTHERS, None)  # an empty list says nothing
        return tree

    @property
    def name(self) -> str:
        """The name it was given as `run.name`, not by a file that it extends, or its file's."""
        if self._called:
            return self._called
        given = NAME in self._origins
        return str(value_at(self.tree(), NAME)) if given else Path(self._source).stem

    @property
    def source(self) -> str:
        """The file it was read from, as the user named it, for messages."""
        return self._source

    @property
    def origin(self) -> Mapping[str, str]:
        """For each key with dots the file it is from, `--set`, `with_` or `default`."""
        return {
            dotted(shelf.outside(path)): (
                self._origins[path].label if path in self._origins else DEFAULT
            )
            for path, _ in leaves(self.tree())
        }

    @property
    def hash(self) -> str:
        """Sha256, as hexadecimal digits, of all values; equal scenarios have equal ones."""
        return hashlib.sha256(resolved.canonical(self).encode()).hexdigest()

    def to_toml(self) -> str:
        """Return all values as TOML, the origin of each behind it; reads back as an equal one."""
        return resolved.to_toml(self)

    def path_of(self, key: str) -> Path | None:
        """Return the absolute path that a key names, None for an empty one.

        It is relative to the folder of the file that gave it, else to the current folder. Raises
        KeyError for a key without a value.
        """
        steps = tuple(int(step) if step.isdecimal() else step for step in key.split("."))
        value = value_at(self.tree(), steps)
        origin = self._origins.get(steps)
        folder = origin.folder if origin else Path.cwd()
        return (folder / str(value)).absolute() if value else None

    def held(self, origins: Origins, source: str) -> Self:
        """Return this scenario with what is known of its values' origins."""
        held = (path for path, _ in leaves(self.tree()))
        self._origins = {path: origins[path] for path in held if path in origins}
        self._source = source
        return self

    @property
    def origins(self) -> Origins:
        """Origin of each value that was given."""
        return self._origins

    def __eq__(self, other: object) -> bool:
        """Compare values, not where they are from."""
        if not isinstance(other, Document):
            return NotImplemented
        return resolved.canonical(self) == resolved.canonical(other)

    def __hash__(self) -> int:
        """Follow equality."""
        return hash(resolved.canonical(self))


def _parsed(words: Iterable[str | Change]) -> tuple[list[Change], list[str]]:
    """Return the changes, and a line for each that is none."""
    changes, lines = [], []
    for each in words:
        try:
            changes.append(parsed(each) if isinstance(each, str) else each)
        except ValueError as error:
            lines.append(f"{SET}: {error}")
    return changes, lines


def _names_preset(change: Change, steps: list[str], product: list[str]) -> bool:
    """Tell whether a change gives a product, at a path, another preset: alone or within a table."""
    whole = steps == product and isinstance(change.value, dict) and "preset" in change.value
    return whole or steps == [*product, "preset"]


def _full(changes: Iterable[Change]) -> list[Change]:
    return [change._replace(key=SHORTCUTS.get(change.key, change.key)) for change in changes]
