"""Checkpoints: arrays and a little text in a folder, whole or not there at all.

Arrays are .npy files of bytes, never pickles; how rows are laid out stands beside them in JSON.
Checksums are CRC-32: against accidents, at 2.7 GB/s where SHA-256 reads 1.8.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.results.disk import sync
from sim.results.faults import refused

FORMAT_VERSION = 1
CHUNK = 1 << 24  # bytes: what is summed is written while it is still in the cache

_META = "checkpoint.json"
_UNFINISHED = ".unfinished"


class Checkpoint(NamedTuple):
    """What was saved."""

    arrays: dict[str, NDArray[Any]]  # writeable and contiguous
    meta: dict[str, Any]


def save(folder: Path, arrays: dict[str, NDArray[Any]], meta: dict[str, Any]) -> Path:
    """Save a checkpoint under `folder` and return where; older ones go when it is safe.

    arrays, meta: as for `write`. Killed at any moment, the folder holds the older checkpoint, the
    new one, or both. Raises OSError.
    """
    folder.mkdir(exist_ok=True)
    older = _saved(folder)
    number = int(older[-1].name) + 1 if older else 0
    place = write(folder / f"{number:06d}", arrays, meta)
    for path in folder.iterdir():
        if path != place:
            shutil.rmtree(path, ignore_errors=True)
    return place


def write(place: Path, arrays: dict[str, NDArray[Any]], meta: dict[str, Any]) -> Path:
    """Write a checkpoint to the folder `place`, whole or not at all, and return it.

    arrays: contiguous, of numbers or of rows of numbers. meta: anything JSON holds. One that is
    there is replaced. Raises OSError.
    """
    unfinished = place.with_name(f"{place.name}{_UNFINISHED}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        entries = {
            name: _write(unfinished / f"{name}.npy", array) for name, array in arrays.items()
        }
        content = {"format_version": FORMAT_VERSION, "meta": meta, "arrays": entries}
        text = json.dumps({"checksum": _sum_of(content), "content": content}, indent=1)
        (unfinished / _META).write_text(text, encoding="utf-8")
        sync(unfinished / _META, unfinished)
        if place.exists():
            shutil.rmtree(place)
        unfinished.rename(place)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    sync(place.parent)
    return place


def load(folder: Path) -> Checkpoint | None:
    """Return the last checkpoint under `folder`, None if there is none.

    Raises ScenarioError, naming the file, for one that is not as it was saved.
    """
    saved = _saved(folder)
    return read(saved[-1]) if saved else None


def read(place: Path, names: Sequence[str] | None = None) -> Checkpoint:
    """Return the checkpoint in the folder `place`. Raises ScenarioError as `load` does.

    names: of the arrays that are wanted; all if None.
    """
    content = _content(place / _META)
    arrays = {
        name: _read(place / f"{name}.npy", entry)
        for name, entry in content["arrays"].items()
        if names is None or name in names
    }
    return Checkpoint(arrays, content["meta"])


def mapped(place: Path, name: str) -> NDArray[Any]:
    """Return an array of a checkpoint that stays on the disk, not to be written to.

    It is not compared with its checksum. Raises ScenarioError as `load` does.
    """
    entry = _content(place / _META)["arrays"][name]
    path = place / f"{name}.npy"
    if 0 in entry["shape"]:
        return _read(path, entry)
    numbers: NDArray[np.uint8] = np.load(path, mmap_mode="r", allow_pickle=False)
    return numbers.view(_dtype(entry["dtype"])).reshape(entry["shape"])


def stored_days(folder: Path) -> list[int]:
    """Return the days before which a state was kept under `folder`, in order."""
    return [int(path.name) for path in _saved(folder)]


def _saved(folder: Path) -> list[Path]:
    found = folder.iterdir() if folder.is_dir() else iter(())
    return sorted(
        (path for path in found if path.name.isdecimal()), key=lambda path: int(path.name)
    )


def _content(path: Path) -> dict[str, Any]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        content: dict[str, Any] = stored["content"]
        checksum = stored["checksum"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refused(path, "a readable checkpoint", type(error).__name__) from None
    if checksum != _sum_of(content):
        raise refused(path, f"checksum {checksum}", str(_sum_of(content)))
    if content["format_version"] != FORMAT_VERSION:
        found = f"{content['format_version']}, from another version of paylater-sim"
        raise refused(path, f"format_version {FORMAT_VERSION}", found)
    return content


def _sum_of(content: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())


def _write(path: Path, array: NDArray[Any]) -> dict[str, Any]:
    """Write an array's bytes and return how to find them again."""
    if not array.flags.c_contiguous:
        raise ValueError(f"{path.stem}: wanted a contiguous array")
    numbers = array.reshape(-1).view(np.uint8)
    view = numbers.data
    checksum = 0
    with path.open("wb") as file:
        header = np.lib.format.header_data_from_array_1_0(numbers)
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, len(view), CHUNK):
            part = view[start : start + CHUNK]
            checksum = zlib.crc32(part, checksum)
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return {"dtype": _declared(array.dtype), "shape": array.shape, "crc32": checksum}


def _read(path: Path, entry: dict[str, Any]) -> NDArray[Any]:
    try:
        numbers: NDArray[np.uint8] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise refused(path, "the array that was saved", f"{error}") from None
    checksum = zlib.crc32(numbers.data)
    if checksum != entry["crc32"]:
        raise refused(path, f"checksum {entry['crc32']}", str(checksum))
    return numbers.view(_dtype(entry["dtype"])).reshape(entry["shape"])


def _declared(dtype: np.dtype[Any]) -> Any:
    """Return a type as JSON: text for numbers, a table for rows; offsets and gaps included."""
    if dtype.subdtype is not None:
        kind, shape = dtype.subdtype
        return {"of": _declared(kind), "shape": shape}
    if dtype.names is None:
        return dtype.str
    fields: Any = dtype.fields
    return {
        "names": list(dtype.names),
        "formats": [_declared(fields[name][0]) for name in dtype.names],
        "offsets": [int(fields[name][1]) for name in dtype.names],
        "itemsize": dtype.itemsize,
        "aligned": dtype.isalignedstruct,
    }


def _dtype(declared: Any) -> np.dtype[Any]:
    if isinstance(declared, str):
        return np.dtype(declared)
    if "of" in declared:
        return np.dtype((_dtype(declared["of"]), tuple(declared["shape"])))
    aligned = declared["aligned"]
    layout: Any = {key: declared[key] for key in ("names", "offsets", "itemsize")}
    layout["formats"] = [_dtype(kind) for kind in declared["formats"]]
    rows: np.dtype[Any] = np.dtype(layout, align=aligned)
    return rows
