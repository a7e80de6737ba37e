"""The products that ship, as text: every number, its unit, its source, and what else is said."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from sim.scenario.keys import keys_of
from sim.scenario.notation import inline
from sim.scenario.presets import PRESETS, Preset
from sim.scenario.sections import Product
from sim.scenario.terms import preset_named, terms_of
from sim.scenario.tree import dotted, plain, value_at

SOURCES = "product_sources.toml"


def catalogue(name: str | None = None) -> str:
    """Return one product with every number and its source, or all that ship if no name is given.

    name: as `terms_of` takes it. Raises ScenarioError as that does.
    """
    names = PRESETS if name is None else (name,)
    return "\n\n".join("\n".join(_lines(each)) for each in names)


def _lines(name: str) -> Iterator[str]:
    product = terms_of(name)
    chosen = preset_named(name)
    yield f"# {name}: {chosen.title}"
    said = {term.key: term for term in chosen.terms}
    tree = plain(product)
    fields = {
        dotted(path): (path, field)
        for path, field in keys_of(Product)
        if 0 not in path and dotted(path) != "preset"
    }
    # What the product has of its own comes first.
    for key in sorted(fields, key=lambda key: key not in said):
        path, field = fields[key]
        extra = _extra(field)
        term = said.get(key)
        source = term.source if term else f"as seed_article: {extra.get('source', 'assumed')}"
        unit = f" {extra['unit']}" if extra.get("unit") else ""
        yield f"{key} = {inline(value_at(tree, path))}{unit}"
        yield f"    source: {source}"
        if term and term.alternative:
            yield f"    alternative: {term.alternative}"
    yield from _variants(chosen)
    yield from _pages(chosen)


def _variants(chosen: Preset) -> Iterator[str]:
    for name, variant in chosen.variants.items():
        yield f"# variant {chosen.name}/{name}: {variant.about}"
        for key, value in variant.set.items():
            yield f"{key} = {inline(value)}"


def _pages(chosen: Preset) -> Iterator[str]:
    """Yield the addresses of the pages that a preset cites."""
    said = " ".join(term.source + term.alternative for term in chosen.terms)
    cited = sorted({int(number) for number in re.findall(r"\[(\d+)\]", said)})
    pages = tomllib.loads((files("sim") / "data" / SOURCES).read_text(encoding="utf-8"))
    if cited:
        yield "# public pages"
    for number in cited:
        yield f"[{number}] {pages[str(number)]}"


def _extra(field: Any) -> dict[str, Any]:
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}
