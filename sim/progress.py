"""Progress of long work on a terminal: rate, share done, time left. Quiet when not a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self


class Progress:
    """A bar for user-days on standard error; does nothing unless that is a terminal.

    `with Progress("launch", total) as bar: bar.reach(done)`.
    """

    def __init__(self, title: str, total: int, *, quiet: bool = False) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._title, self._total = title, total
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        """Show the bar."""
        if self._shown:
            self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.stop()

    def reach(self, done: int, total: int | None = None) -> None:
        """Move the bar to so many user-days; total: of how many, where that came to be known."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)

    def say(self, text: str) -> None:
        """Say something above the bar."""
        if self._bar is not None:
            self._bar.console.print(text)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            ProgressColumn,
            Task,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bar
        from rich.text import Text

        class _Rate(ProgressColumn):
            """Millions of user-days a second."""

            def render(self, task: Task) -> Text:
                speed = task.finished_speed or task.speed or 0.0
                return Text(f"{speed / 1e6:.2f}M user-days/s")

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            _Rate(),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        self._bar = Bar(*columns, console=Console(stderr=True))
        self._task = self._bar.add_task(self._title, total=self._total)
        self._bar.start()
