"""A report as a whole: its sections made, laid out as one HTML text, written with its tables."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.report.context import Context
from sim.report.page import Section, Table
from sim.report.source import Source, opened_source
from sim.report.words import Words
from sim.results.disk import sync
from sim.results.faults import refused, room_to_write

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.audit import Audit

FILE = "report.html"
PROOF = "proof.json"
TABLES = "tables"


class Report(NamedTuple):
    """A report that was made and not yet written."""

    html: str
    tables: list[Table]
    proof: dict[str, Any]
    unsaid: frozenset[str]  # what has no translation into the language of the report

    def save(self, out: str | Path) -> Path:
        """Write `report.html`, `proof.json` and `tables/`, whole or not at all; return the folder.

        An earlier report there is replaced. Raises ScenarioError for anything else in the way.
        """
        import json

        place = Path(out)
        if place.exists() and not (place / FILE).is_file():
            raise refused(place, "a new name, or an earlier report", "something else there")
        partial = place.with_name(f".{place.name}.unfinished")
        with room_to_write(place):
            shutil.rmtree(partial, ignore_errors=True)
            (partial / TABLES).mkdir(parents=True)
            (partial / FILE).write_text(self.html, encoding="utf-8")
            text = json.dumps(self.proof, indent=1, ensure_ascii=False)
            (partial / PROOF).write_text(text, encoding="utf-8")
            for table in self.tables:
                table.frame().to_parquet(partial / TABLES / f"{table.name}.parquet", index=False)
            if place.exists():
                shutil.rmtree(place)
            partial.rename(place)
            sync(place.parent)
        return place


def report(
    folder: str | Path,
    *,
    lang: str = "en",
    baseline: str | Path | None = None,
    proof: str | Path | None = None,
    made: dt.datetime | None = None,
) -> Report:
    """Return the report of a run, a comparison, a sweep or a calibration, from its folder.

    lang: "en" or "zh". baseline: a run folder of the same users, days and seed, to tell changes
    against. proof: a `proof.json`; without one the cases that need no simulation are worked out.
    made: the time stamp, now if None; all else is the same each time. Raises ScenarioError.
    """
    from sim.report.sections import LAST, SECTIONS
    from sim.report.sections.appendix import appendix
    from sim.report.sections.proof import proof as proved
    from sim.report.sections.proof import proof_of

    answers = proof_of(Path(proof) if proof is not None else None)
    source = opened_source(Path(folder), Path(baseline) if baseline is not None else None)
    context = Context(source, Words(lang))
    sections = [make(context) for make in SECTIONS]
    sections.append(proved(context, answers, _audit(source), proof is not None))
    sections.append(LAST(context))
    sections.append(appendix(context, sections))
    html = _laid_out(context, sections, made or dt.datetime.now(dt.UTC))
    tables = [table for section in sections for table in section.tables()]
    return Report(html, tables, answers, frozenset(context.words.unsaid))


def _audit(source: Source) -> Audit | str | None:
    """Return the audit of a run; in words why it could not be carried out."""
    if source.run is None:
        return None
    try:
        return source.run.audit()
    except Exception as error:  # noqa: BLE001  a report says what it could not do
        return f"{type(error).__name__}: {error}"


def _laid_out(context: Context, sections: list[Section], made: dt.datetime) -> str:
    from importlib import resources

    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    from sim.report.definitions import definitions
    from sim.report.figures import narrowed, svg
    from sim.report.key_figures import key_figures
    from sim.report.sections.cover import LIGHTS, verdict
    from sim.report.value import Value

    loader = PackageLoader("sim.report", "templates")
    page = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found = key_figures(context.source)
    style = resources.files("sim.report").joinpath("templates/report.css").read_text("utf-8")
    draw: Callable[[Any], Markup] = lambda chart: Markup(  # noqa: E731, S704
        svg(narrowed(chart.figure) if chart.beside else chart.figure, chart.name)
    )
    return page.get_template("report.html").render(
        say=context.words,
        lang=context.words.language,
        source=context.source,
        scenario=context.source.scenario,
        sections=sections,
        verdict=verdict(context, found),
        lights=[each for each in found if each.light],
        marks=LIGHTS,
        definitions=definitions(),
        is_value=lambda cell: isinstance(cell, Value),
        draw=draw,
        style=Markup(style),  # noqa: S704  ours
        made=made.isoformat(timespec="seconds"),
        runs=context.source.replications,
    )
