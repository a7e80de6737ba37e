"""The terms of a preset, checked: complete, without contradictions, each number with a source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.scenario.changes import parsed
from sim.scenario.faults import ScenarioError, faults_of, found
from sim.scenario.needs import preset_faults
from sim.scenario.presets import PRESET_RANK, PRESETS, Preset, preset, preset_of, varied, write
from sim.scenario.sections import Product
from sim.scenario.tree import Origin, Origins, Steps, Tree, leaves, plain, value_at
from sim.scenario.words import one_of


def terms_of(name: str | Path, terms: Mapping[str, Any] | None = None) -> Product:
    """Return the product of a preset, with some terms of one's own.

    name: of a preset, `huabei_public`, or with one of its variants, `baitiao_public/order`; or a
    preset file of one's own, a path that ends in .toml, or in .toml/VARIANT. terms: keys below
    `product`, in tables or with dots, and their values. Raises ScenarioError with a line for each
    field that is missing, contradictory or without a source, in variants not asked for too.
    """
    whole, variant = _parted(name)
    chosen = _read(whole)
    faults = [*_faults_of(whole, chosen), *_unknown(chosen, whole, variant)]
    if faults:
        raise ScenarioError(faults)
    tree, origins = chosen.tree(), dict[Any, Origin]()
    _put_all(tree, origins, {term.key: term.value for term in chosen.terms}, 0, chosen.label)
    if variant:
        _put_all(tree, origins, chosen.variants[variant].set, 1, f"{chosen.label}: {variant}")
    _put_all(tree, origins, terms or {}, 2, "terms")
    if whole in PRESETS:
        tree["preset"] = whole
    return _checked(tree, origins, chosen.label)


def preset_named(name: str | Path) -> Preset:
    """Return a preset by the name that `terms_of` takes, its variant's terms laid over its own.

    Raises ScenarioError where there is none; its values are not checked.
    """
    whole, variant = _parted(name)
    chosen = _read(whole)
    return varied(chosen, variant) if variant in chosen.variants else chosen


def dissolve(tree: Tree, origins: Origins, at: Steps) -> None:
    """Put the terms of a variant or of a preset file that a product names in place of the name.

    The file is relative to the one that names it. The scenario holds its terms from then on, so
    that a run can be resumed, forked and audited without it; of a variant of a preset that ships,
    the terms that it has otherwise. Raises ScenarioError.
    """
    product = value_at(tree, at)
    name = product.get("preset") if isinstance(product, dict) else None
    whole, variant = _parted(name) if isinstance(name, str) else ("", "")
    if not whole.endswith(".toml") and not variant:
        return
    given = origins.get((*at, "preset"))
    folder = given.folder if given else Path.cwd()
    chosen = _read(whole if whole in PRESETS else str(folder / whole))
    faults = [*_faults_of(whole, chosen), *_unknown(chosen, whole, variant)]
    if faults:
        raise ScenarioError(faults)
    made = varied(chosen, variant) if variant else chosen
    origin = Origin(PRESET_RANK, made.label, folder)
    if whole in PRESETS:
        own = tuple(term for term in made.terms if term not in chosen.terms)
        write(made._replace(terms=own), product, origins, at, origin)
        product["preset"] = whole
        return
    write(made, product, origins, at, origin)
    product["preset"] = PRESETS[0]
    origins[(*at, "preset")] = origin
    if not product.get("name"):
        product["name"] = chosen.name
        origins[(*at, "name")] = origin


def terms_in(words: Iterable[str]) -> dict[str, Any]:
    """Return the terms that KEY=VALUE words ask for. Raises ScenarioError."""
    made, lines = {}, []
    for each in words:
        try:
            change = parsed(each)
            made[change.key] = change.value
        except ValueError as error:
            lines.append(f"--set: {error}")
    if lines:
        raise ScenarioError(lines)
    return made


def _faults_of(name: str, chosen: Preset) -> Sequence[str]:
    """Return `_faults_in` a preset; of those that ship they are looked for once."""
    return _faults_of_shipped(name) if name in PRESETS else _faults_in(chosen)


@cache
def _faults_of_shipped(name: str) -> Sequence[str]:
    return tuple(_faults_in(preset(name)))


def _faults_in(chosen: Preset) -> list[str]:
    """Return a line for each fault of a preset: its own, then those that only a variant has."""
    lines = dict.fromkeys(_faults_alone(chosen))
    for name in chosen.variants:
        other = varied(chosen, name)
        own = {term.key for term in other.terms if term not in chosen.terms}
        for line in _faults_alone(other, frozenset(term.key for term in chosen.terms) - own):
            if line.replace(other.label, chosen.label, 1) not in lines:
                lines[line] = None
    return [*lines]


def _faults_alone(chosen: Preset, laid_over: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield a line for each fault of a preset without its variants; the same may come twice."""
    yield from preset_faults(chosen, laid_over)
    tree, origins = dict[str, Any](), dict[Any, Origin]()
    _put_all(tree, origins, {term.key: term.value for term in chosen.terms}, 0, chosen.label)
    try:
        _checked(tree, origins, chosen.label)
    except ScenarioError as error:
        yield from error.lines


def _checked(tree: Tree, origins: Origins, label: str) -> Product:
    try:
        return Product.model_validate(tree)
    except ValidationError as error:
        lines = [fault.line(origins, label) for fault in faults_of(error, Product, tree)]
        raise ScenarioError(lines) from None


def _parted(name: str | Path) -> tuple[str, str]:
    """Return what names a preset or its file, and the variant asked for, if any."""
    words = str(name)
    file, of_file, variant = words.partition(".toml/")
    if of_file:
        return f"{file}.toml", variant
    whole, _, variant = words.partition("/")
    return (whole, variant) if whole in PRESETS else (words, "")


def _unknown(chosen: Preset, whole: str, variant: str) -> Iterator[str]:
    """Yield a line where a preset has not the variant that was asked for."""
    if variant and variant not in chosen.variants:
        known = one_of(sorted(chosen.variants)) if chosen.variants else "no variant"
        yield f"preset: wanted {known} of {whole} (found {found(variant)})"


def _is_file(name: str | Path) -> bool:
    return isinstance(name, Path) or str(name).endswith(".toml")


def _read(name: str) -> Preset:
    if name in PRESETS:
        return preset(name)
    if not _is_file(name):
        words = f"wanted {one_of(PRESETS)}, or a preset file (found {found(name)})"
        raise ScenarioError([f"preset: {words}"])
    try:
        return preset_of(Path(name).read_text(encoding="utf-8"), name)
    except OSError as error:
        raise ScenarioError([f"{name}: wanted a preset file (found: {error.strerror})"]) from None
    except UnicodeDecodeError:
        raise ScenarioError([f"{name}: wanted text in UTF-8 (found other bytes)"]) from None
    except ValueError as error:
        if not isinstance(error, tomllib.TOMLDecodeError):
            raise ScenarioError([f"{name}: {error}"]) from None
        raise ScenarioError([f"{name}: wanted TOML (found: {error})"]) from None


def _put_all(
    tree: Tree, origins: Origins, values: Mapping[str, Any], rank: int, label: str
) -> None:
    """Lay values over a tree; `product.` before a key may be left out."""
    origin = Origin(rank, label, Path.cwd())
    for key, value in plain(dict(values)).items():
        steps = key.removeprefix("product.").split(".")
        if steps == ["product"] and isinstance(value, dict):
            _put_all(tree, origins, value, rank, label)
            continue
        table = tree
        for step in steps[:-1]:
            below = table.get(step)
            if not isinstance(below, dict):
                below = table[step] = {}
            table = below
        if isinstance(value, dict):
            table.setdefault(steps[-1], {})
            below = {".".join((*steps, key)): item for key, item in value.items()}
            _put_all(tree, origins, below, rank, label)
            continue
        table[steps[-1]] = value
        origins.update((at, origin) for at, _ in leaves(value, tuple(steps)))
