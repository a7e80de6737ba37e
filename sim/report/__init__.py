"""The risk report: one HTML file made from the stored tables of a run, a comparison or a sweep."""

from __future__ import annotations

from sim.report.document import Report, report

__all__ = ["Report", "report"]
