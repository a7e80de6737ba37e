"""What each measure of a report means, from `definitions.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple


class Definition(NamedTuple):
    """Name and meaning of a measure."""

    name: str
    meaning: str
    chinese: str

    def said(self, language: str) -> str:
        """Return the name in a language."""
        return self.chinese if language == "zh" else self.name


@cache
def definitions() -> dict[str, Definition]:
    """Return all definitions by key."""
    text = resources.files("sim.report").joinpath("definitions.toml").read_text("utf-8")
    return {key: Definition(*entry) for key, entry in tomllib.loads(text)["measures"].items()}
