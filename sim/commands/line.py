"""The command line: options, exit codes, Ctrl-C.

Wrong input is told on standard error, exit code 2; never a traceback.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from sim.scenario import Change, ScenarioError
from sim.version import __version__

if TYPE_CHECKING:
    from types import FrameType

    from sim.scenario import Scenario

CHECK_FAILED, WRONG_INPUT, INTERRUPTED = 1, 2, 130

ORDER = [  # of the help page
    *("run", "check", "init", "presets", "replay", "explain", "audit", "diff", "report", "stress"),
    *("replicate", "compare", "trial", "plan", "fork", "sweep", "calibrate", "prove"),
]


class InOrder(TyperGroup):
    """The commands, in the order in which one comes to need them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return their names."""
        return sorted(super().list_commands(ctx), key=ORDER.index)


app = typer.Typer(
    name="paylater",
    cls=InOrder,
    help="Simulate the users of a pay-later credit line.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="a scenario file (TOML)")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="change a key of the scenario; repeatable"),
]
Users = Annotated[int | None, typer.Option(help="users, instead of run.users")]
Days = Annotated[int | None, typer.Option(help="reported days, instead of run.days")]
Seed = Annotated[int | None, typer.Option(help="seed of all random draws, instead of run.seed")]
Replications = Annotated[
    int | None, typer.Option(help="runs that differ by luck alone, instead of run.replications")
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, max=1024, help="threads of the table engine; all usable cores if absent"),
]
Level = Annotated[float, typer.Option(min=0.5, max=0.9999, help="coverage of intervals")]

ClusterAddress = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="a Dask scheduler, tcp://host:port, or local:2"),
]
CheckpointEvery = Annotated[
    int, typer.Option(min=0, metavar="DAYS", help="keep a checkpoint every so many days")
]
WorkerCount = Annotated[int, typer.Option(min=1, max=1024, help="processes that share the runs")]
Quiet = Annotated[bool, typer.Option("--quiet", help="no progress, no summary")]


def main() -> None:
    """Run the command line."""
    sys.exit(answer(sys.argv[1:]))


def answer(words: list[str]) -> int:
    """Run the command line on some words and return its exit code."""
    try:
        code = app(words, standalone_mode=False)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return WRONG_INPUT
    except typer.Exit as end:
        return end.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        # What click finds wrong with options, in its own words.
        print(f"paylater: {error.format_message()}", file=sys.stderr)
        return WRONG_INPUT
    return code if isinstance(code, int) else 0


def _version(wanted: bool) -> None:
    if wanted:
        print(f"paylater-sim {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="say the version")
    ] = False,
) -> None:
    pass


def changes_of(settings: list[str] | None, **given: int | None) -> list[str | Change]:
    """Return all changes to a scenario: what `--set` has, and keys of `run` by their options."""
    named = [
        Change(f"run.{key}", value, f"--{key}") for key, value in given.items() if value is not None
    ]
    return [*(settings or []), *named]


def say_compiling(plan: Scenario | None = None) -> None:
    """Say that the rules are compiled first, where they are."""
    from sim.simulation import will_compile

    if will_compile(plan):
        print("Compiling the rules, once per version (about 40 s) ...", file=sys.stderr)


def scenario_file(what: Path) -> Path:
    """Return the scenario of a run folder, or the file itself. Raises ScenarioError for a study."""
    if not what.is_dir():
        return what
    from sim.results import manifest

    manifest.of_run(what)
    return what / manifest.SCENARIO


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Yield a question: has Ctrl-C been pressed? A second press ends at once."""
    pressed: list[int] = []

    def press(number: int, _frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)
        print("Stopping after these days; once more ends at once.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
