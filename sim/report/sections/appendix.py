"""The appendix: definitions, all other parameters, columns, environment, how to rerun."""

from __future__ import annotations

from sim.report.context import Context
from sim.report.page import Block, Names, Section, Table
from sim.report.parameters import parameters

HEAD = "replication"


def appendix(context: Context, sections: list[Section]) -> Section:
    """Return the appendix; the definitions themselves are laid out by the template."""
    say = context.words
    source = context.source
    known = [each for each in parameters(source.scenario) if not each.assumed]
    caption = say(
        "Parameters with a source ({count}); the assumed ones stand in section 17", count=len(known)
    )
    entries = [
        (each.key, f"{each.value} ({each.source})" if each.source else each.value) for each in known
    ]
    blocks: list[Block] = [Names(caption, entries)]
    tables: list[Table] = [table for section in sections for table in section.tables()]
    columns = [
        (f"{table.name}.parquet", ", ".join(c.key for c in table.columns)) for table in tables
    ]
    blocks.append(Names(say("Tables of this report, beside it as Parquet"), columns))
    blocks.append(Names(say("Tables of the folder it was made from"), _dictionary(context)))
    versions = source.made.get("versions", {})
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    blocks.append(context.text("Environment of the results: {told}.", told=told))
    return context.section("A", "Appendix", blocks)


def _dictionary(context: Context) -> list[tuple[str, str]]:
    """Return the columns of each table with their units; those of another one are not repeated."""
    import pyarrow.parquet as pq

    found: list[tuple[str, str]] = []
    seen: dict[str, set[str]] = {}
    for name in context.source.names:
        schema = pq.read_schema(context.source.place / f"{name}.parquet")
        like = [other for other, columns in seen.items() if columns <= set(schema.names)]
        known = seen[like[0]] if like else set()
        seen[name] = set(schema.names)
        words: list[str] = [context.words("those of {table}", table=like[0])] if like else []
        for field in schema:
            if field.name in known:
                continue
            unit = (field.metadata or {}).get(b"unit", b"").decode()
            words.append(f"{field.name} ({unit})" if unit else field.name)
        found.append((f"{name}.parquet", ", ".join(words)))
    return found
