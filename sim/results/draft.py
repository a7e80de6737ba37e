"""A run folder in the making: what is stored in `<out>.partial` until all of it can appear.

draft.json           which scenario, so that --resume knows its own
checkpoints/         the state of the replication under way
kept/0000/000300/    its state before simulated day 300, where --checkpoint-every asks for it
events/0000/         its events, a raw file a stretch (`sim.results.event_parts`)
replications/0000/   tables of a replication that is done; whole or not there
whole/               the run folder, renamed to <out> when complete
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.results import manifest
from sim.results.disk import sync
from sim.results.faults import room_to_write

if TYPE_CHECKING:
    from sim.results.event_parts import EventParts, Stored
    from sim.results.record import Record
    from sim.scenario.sections import Scenario

FILE = "draft.json"
KEPT = "checkpoints"  # in the run folder: <replication>/<simulated day>/


class Draft:
    """A run folder in the making. What the disk refuses is raised as ScenarioError."""

    def __init__(self, out: Path, path: Path, scenario: Scenario) -> None:
        """Take up the draft in the folder `path`, which exists."""
        self.out = out
        self.path = path
        self.scenario = scenario

    @property
    def checkpoints(self) -> Path:
        """Folder for `sim.results.checkpoint`."""
        return self.path / "checkpoints"

    def kept(self, replication: int) -> Path:
        """Folder of the states of a replication that stay in the run folder, by day."""
        return self.path / "kept" / f"{replication:04d}"

    @property
    def finished(self) -> list[int]:
        """Replications whose tables are stored."""
        parts = self.path / "replications"
        found = parts.iterdir() if parts.is_dir() else iter(())
        return sorted(int(path.name) for path in found if path.name.isdecimal())

    def events(self, replication: int) -> EventParts:
        """Return where the events of a replication go."""
        from sim.results.event_parts import FOLDER, EventParts

        return EventParts(self.out, self.path / FOLDER / f"{replication:04d}")

    def add(self, record: Record) -> None:
        """Store the tables of a replication that is done; its checkpoint is not needed any more."""
        from sim.results.event_parts import FOLDER, write_events
        from sim.results.tables import present

        place = self.path / "replications" / f"{record.replication:04d}"
        names = present(record)
        parts = self.events(record.replication)
        with room_to_write(self.out), _appearing(place) as folder, ThreadPoolExecutor(2) as pool:
            # The two large tables come last in the list, and take as long as each other.
            for done in [pool.submit(_store, record, name, folder) for name in reversed(names)]:
                done.result()
            if self.scenario.output.events_ppm > 0:
                write_events(record, parts, folder / FOLDER)
        with room_to_write(self.out):
            sync(place.parent)
            shutil.rmtree(self.checkpoints, ignore_errors=True)
            shutil.rmtree(parts.folder, ignore_errors=True)

    def add_shards(
        self, record: Record, shards: Callable[[str], Iterator[Record]], log: Stored | None
    ) -> None:
        """Store the tables of a replication whose users come shard by shard.

        record: all that is counted, without users. shards: yields users and accounts, in the order
        of their numbers; it is asked once for each of these tables, by name, so that one shard is
        in memory at a time. log: the events of all shards, where they are kept.
        """
        from sim.results.event_parts import FOLDER, write_events
        from sim.results.parquet import ParquetFile
        from sim.results.tables import LARGE, chunks, present

        place = self.path / "replications" / f"{record.replication:04d}"
        with room_to_write(self.out), _appearing(place) as folder:
            for name in present(record):
                if name not in LARGE:
                    _store(record, name, folder)
                    continue
                schema = chunks(record, name).schema
                with ParquetFile(folder / f"{name}.parquet", schema, packed=True) as file:
                    for shard in shards(name):
                        for part in chunks(shard, name).parts:
                            file.add(part)
                        del shard  # before the next one is read
            if log is not None:
                write_events(record, log, folder / FOLDER)
        with room_to_write(self.out):
            sync(place.parent)

    def finish(self, **made: Any) -> Path:
        """Let the run folder appear and return it.

        made: for the manifest, such as `engine="table", threads=2, timings={"days_s": 3.1}`.
        """
        whole = self.path / "whole"
        shutil.rmtree(whole, ignore_errors=True)
        with room_to_write(self.out):
            whole.mkdir()
            self._gather(whole)
            (whole / manifest.SCENARIO).write_text(self.scenario.to_toml(), encoding="utf-8")
            content = manifest.described(self.scenario, made) | {"files": manifest.files_in(whole)}
            (whole / manifest.FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")
            sync(whole / manifest.SCENARIO, whole / manifest.FILE)
            if (self.path / "kept").is_dir():  # they have checksums of their own
                shutil.copytree(self.path / "kept", whole / KEPT, copy_function=_link)
                sync(whole / KEPT)
            self.appear(whole)
        return self.out

    def appear(self, whole: Path) -> None:
        """Let a complete folder take the place of the run folder."""
        sync(whole)
        whole.rename(self.out)
        sync(self.out.parent)
        shutil.rmtree(self.path)

    def _gather(self, whole: Path) -> None:
        """Put the tables of all replications together, in the order of their numbers."""
        parts = [self.path / "replications" / f"{number:04d}" for number in self.finished]
        for file in sorted(parts[0].rglob("*.parquet")):
            name = file.relative_to(parts[0])
            target = whole / name
            target.parent.mkdir(exist_ok=True)
            if len(parts) == 1:
                _link(file, target)
            else:
                _join([part / name for part in parts], target)
        sync(*(path for path in whole.iterdir() if path.is_dir()))


def begun(out: Path, path: Path, scenario: Scenario) -> Draft:
    """Start a draft in a new folder `path`."""
    with room_to_write(out):
        path.mkdir(parents=True, exist_ok=True)
        unfinished = path / f"{FILE}.unfinished"
        unfinished.write_text(json.dumps(manifest.identity(scenario), indent=1), encoding="utf-8")
        unfinished.rename(path / FILE)
    return Draft(out, path, scenario)


def _store(record: Record, name: str, folder: Path) -> None:
    """Write one table of a replication."""
    from sim.results.parquet import ParquetFile
    from sim.results.tables import LARGE, chunks

    schema, parts = chunks(record, name)
    with ParquetFile(folder / f"{name}.parquet", schema, packed=name in LARGE) as file:
        for part in parts:
            file.add(part)


@contextmanager
def _appearing(place: Path) -> Iterator[Path]:
    """Yield a folder to fill; it takes its place when filled, and is removed on errors."""
    place.parent.mkdir(exist_ok=True)
    unfinished = place.with_name(f"{place.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        yield unfinished
        unfinished.rename(place)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _link(file: str | Path, target: str | Path) -> None:
    try:
        os.link(file, target)
    except OSError:  # a file system without links
        shutil.copyfile(file, target)


def _join(files: list[Path], target: Path) -> None:
    import pyarrow.parquet as pq

    from sim.results.event_parts import FOLDER, OPENING
    from sim.results.event_rows import PLAIN
    from sim.results.parquet import ParquetFile
    from sim.results.tables import LARGE

    schema = pq.read_schema(files[0])
    of_events = target.parent.name == FOLDER and target.stem != OPENING
    plain = PLAIN if of_events else None
    with ParquetFile(target, schema, packed=target.stem in LARGE, plain=plain) as joined:
        for file in files:
            with pq.ParquetFile(file) as part:
                for group in range(part.num_row_groups):
                    joined.add(part.read_row_group(group))
