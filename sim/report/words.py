"""The words of a report: English as the code has them, or Chinese as `chinese.toml` says them."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Any

LANGUAGES = ("en", "zh")
_PLAIN = re.compile(r"[MmA-E]?[0-9]*[%+]?")  # such as M3 and 95%: the same in all languages


class Said(str):
    """A text in the language of the report, which is not said again."""

    __slots__ = ()


class Words:
    """Says a text in the language of the report; `unsaid` collects what has no translation."""

    def __init__(self, language: str = "en") -> None:
        """Read the translations. Raises ValueError for a language that there is none of."""
        if language not in LANGUAGES:
            raise ValueError(f"lang: wanted one of {', '.join(LANGUAGES)} (found {language!r})")
        self.language = language
        self.unsaid: set[str] = set()
        self._known: dict[str, str] = {}
        if language == "zh":
            text = resources.files("sim.report").joinpath("chinese.toml").read_text("utf-8")
            self._known = tomllib.loads(text)["words"]

    def __call__(self, text: str, /, **values: Any) -> Said:
        """Return the text in the language, with values put into its braces."""
        if isinstance(text, Said):
            return text
        if text.isidentifier() and "_" in text:
            return self.named(text)
        if self.language != "en" and text not in self._known and not _PLAIN.fullmatch(text):
            self.unsaid.add(text)
        said = self._known.get(text, text)
        return Said(said.format(**values) if values else said)

    def named(self, name: str) -> Said:
        """Return a name of the data as it is read: `manual_bill` as `manual bill`.

        Amounts are shown in yuan, as captions say, so `limit_fen` is `limit`.
        """
        plain = name.replace("_", " ")
        short = plain.removesuffix(" fen")
        return Said(self._known.get(plain) or self._known.get(short, short))


ENGLISH = Words()
