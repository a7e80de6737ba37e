"""Products that ship: data files in `sim/presets/`, each number with its source.

A file has `name`, `title`, and a `[[term]]` for each key below `product`: `key`, `value`,
`source` (pages by their number in `sim/data/product_sources.toml`, or "assumed"), and `alternative`
where sources contradict each other. A `[variant.NAME]` has `about` and a table `set` of the keys
that it has otherwise.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from sim.scenario.tree import Origin, Origins, Steps, Tree, copied, leaves

PresetName = Literal[
    "seed_article",
    "fenfu_public",
    "huabei_public",
    "baitiao_public",
    "weilidai_public",
    "taiwan_2005",
]
PRESETS: tuple[PresetName, ...] = get_args(PresetName)
FOLDER = "presets"
PRESET_RANK = -1  # below every file of a scenario


class Term(NamedTuple):
    """A number of a preset, and where it is from."""

    key: str  # below `product`, with dots
    value: Any
    source: str
    alternative: str = ""  # what other sources say, where they contradict this one


class Variant(NamedTuple):
    """Another reading of the same product."""

    about: str
    set: Tree  # keys below `product`, with dots, and their values


class Preset(NamedTuple):
    """A product that ships."""

    name: str
    title: str
    label: str  # the file, for messages
    terms: tuple[Term, ...]
    variants: dict[str, Variant]

    def tree(self) -> Tree:
        """Return the terms as a tree, as a scenario has them under `product`."""
        tree: Tree = {}
        for term in self.terms:
            *around, last = term.key.split(".")
            table = tree
            for step in around:
                table = table.setdefault(step, {})
            table[last] = term.value
        return tree


@cache
def preset(name: str) -> Preset:
    """Return a preset by its name. Raises KeyError for another name."""
    if name not in PRESETS:
        raise KeyError(name)
    words = (files("sim") / FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    return preset_of(words, f"{FOLDER}/{name}.toml")


def preset_of(words: str, label: str) -> Preset:
    """Return what the text of a preset file holds; its values are not checked.

    Raises TOMLDecodeError, or ValueError, saying what was wanted, for another shape.
    """
    data = tomllib.loads(words)
    _check_shape(data)
    terms = tuple(
        Term(
            str(term.get("key", "")),
            term.get("value"),
            str(term.get("source", "")),
            str(term.get("alternative", "")),
        )
        for term in data.get("term", [])
    )
    variants = {
        name: Variant(str(variant.get("about", "")), dict(variant.get("set", {})))
        for name, variant in data.get("variant", {}).items()
    }
    name = str(data.get("name", Path(label).stem))
    return Preset(name, str(data.get("title", "")), label, terms, variants)


def _check_shape(data: Tree) -> None:
    """Raise ValueError, with what was wanted, for text that is TOML and no preset."""
    for key in data.keys() - {"name", "title", "term", "variant"}:
        raise ValueError(f"{key}: wanted name, title, [[term]] or [variant.NAME] (found this key)")
    terms, variants = data.get("term", []), data.get("variant", {})
    if not isinstance(terms, list) or not all(isinstance(term, dict) for term in terms):
        raise ValueError("term: wanted [[term]] tables with key, value and source")
    for at, term in enumerate(terms):
        for key in term.keys() - {"key", "value", "source", "alternative"}:
            wanted = "wanted key, value, source or alternative"
            raise ValueError(f"term.{at}.{key}: {wanted} (found this key)")
        if not term.get("key"):
            wanted = "wanted a key below product, such as limit.max_fen"
            raise ValueError(f"term.{at}.key: {wanted} (found nothing)")
    if not isinstance(variants, dict) or not all(
        isinstance(each, dict) and isinstance(each.get("set", {}), dict)
        for each in variants.values()
    ):
        raise ValueError("variant: wanted [variant.NAME] tables with about and set")
    _check_variants(variants)


def _check_variants(variants: dict[str, Tree]) -> None:
    for name, each in variants.items():
        for key in each.keys() - {"about", "set"}:
            wanted = f"wanted about or set; terms stand in [variant.{name}.set]"
            raise ValueError(f"variant.{name}.{key}: {wanted} (found this key)")
        for key in ("about", "set"):
            if not each.get(key):
                wanted = "what differs, and its source" if key == "about" else "terms that differ"
                raise ValueError(f"variant.{name}.{key}: wanted {wanted} (found nothing)")


def varied(chosen: Preset, name: str) -> Preset:
    """Return a preset as one of its variants has it."""
    variant = chosen.variants[name]
    terms = {term.key: term for term in chosen.terms}
    for key, value in _flat(variant.set):
        terms[key] = Term(key, value, variant.about)
    label = f"{chosen.label}: variant.{name}"
    return Preset(chosen.name, chosen.title, label, tuple(terms.values()), {})


def _flat(tree: Tree, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the keys with dots of a table's values; lists are values."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{at}{key}.")
        else:
            yield f"{at}{key}".removeprefix("product."), value


def with_preset(product: dict[str, Any]) -> dict[str, Any]:
    """Return a product's values with those of its preset where nothing is said."""
    name = product.get("preset", PRESETS[0])
    if name not in PRESETS or name == PRESETS[0]:
        return product
    laid: dict[str, Any] = _laid(preset(name).tree(), product)
    return laid


def lay(tree: Tree, origins: Origins, at: Steps = ("product",)) -> None:
    """Write the preset's values into a scenario's tree where nothing is said, with their origin."""
    product: Any = tree
    for step in at:
        product = _below(product, step)
    if not isinstance(product, dict):
        return
    name = product.get("preset")
    if name not in PRESETS or name == PRESETS[0]:
        return
    chosen = preset(name)
    write(chosen, product, origins, at, Origin(PRESET_RANK, chosen.label, Path.cwd()))


def write(chosen: Preset, product: Tree, origins: Origins, at: Steps, origin: Origin) -> None:
    """Write a preset's terms into the tree of a product at `at` where nothing is said."""
    for term in chosen.terms:
        *around, last = path = term.key.split(".")
        table: Any = product
        for step in around:
            table = table.setdefault(step, {}) if isinstance(table, dict) else None
        if isinstance(table, dict) and last not in table:
            table[last] = copied(term.value)
            origins.update((below, origin) for below, _ in leaves(term.value, (*at, *path)))


def drop(tree: Tree, origins: Origins, at: Steps = ("product",)) -> None:
    """Take out what was not given, so that another preset can take its place."""
    product: Any = tree
    for step in at:
        product = _below(product, step)
    if not isinstance(product, dict):
        return
    for path, _ in [*leaves(product)]:
        origin = origins.get((*at, *path))
        if origin is not None and origin.rank >= PRESET_RANK + 1:
            continue
        origins.pop((*at, *path), None)
        table = product
        for step in path:
            below = table.get(step)
            if not isinstance(below, dict):
                table.pop(step, None)
                break
            table = below


def _below(value: Any, step: str | int) -> Any:
    """Return what stands at a step of a tree; None where nothing does."""
    if isinstance(value, list):
        return value[step] if isinstance(step, int) and step < len(value) else None
    return value.get(step) if isinstance(value, dict) else None


def _laid(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        return under | {key: _laid(under.get(key), value) for key, value in over.items()}
    return over
