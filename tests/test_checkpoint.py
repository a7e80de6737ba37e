"""Checkpoints come back as they were saved, or are named as damaged."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_records import made_record, small_scenario

from sim.results import checkpoint
from sim.scenario import ScenarioError

META = {"day": 31, "replication": 0}


@pytest.fixture
def arrays():
    record = made_record(small_scenario())
    return {"users": record.users, "accounts": record.accounts, "totals": record.totals}


def test_rows_come_back_with_their_layout(tmp_path, arrays):
    checkpoint.save(tmp_path / "checkpoints", arrays, META)
    loaded = checkpoint.load(tmp_path / "checkpoints")
    assert loaded.meta == META
    assert set(loaded.arrays) == set(arrays)
    for name, array in arrays.items():
        back = loaded.arrays[name]
        assert back.dtype == array.dtype
        assert back.dtype.isalignedstruct == array.dtype.isalignedstruct
        assert back.shape == array.shape
        assert back.tobytes() == array.tobytes()
        assert back.flags.writeable
        assert back.flags.c_contiguous
        assert back.flags.aligned


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    kind=st.sampled_from(["i1", "u4", "i8", "f8"]),
    shape=st.lists(st.integers(0, 4), min_size=1, max_size=3),
    meta=st.dictionaries(st.text(), st.integers() | st.text() | st.none(), max_size=3),
)
def test_plain_arrays_come_back(tmp_path_factory, kind, shape, meta):
    folder = tmp_path_factory.mktemp("checkpoints")
    array = np.arange(np.prod(shape)).reshape(shape).astype(kind)
    checkpoint.save(folder, {"numbers": array}, meta)
    loaded = checkpoint.load(folder)
    assert loaded.meta == meta
    assert loaded.arrays["numbers"].dtype == array.dtype
    assert np.array_equal(loaded.arrays["numbers"], array)


def test_arrays_longer_than_a_chunk_come_back(tmp_path, monkeypatch, arrays):
    monkeypatch.setattr(checkpoint, "CHUNK", 1_000)
    checkpoint.save(tmp_path, arrays, META)
    assert checkpoint.load(tmp_path).arrays["users"].tobytes() == arrays["users"].tobytes()


def test_nothing_saved_is_nothing(tmp_path):
    assert checkpoint.load(tmp_path / "checkpoints") is None


def test_a_newer_checkpoint_takes_the_place_of_the_older(tmp_path, arrays):
    for day in range(12):
        checkpoint.save(tmp_path, arrays, {"day": day})
    assert checkpoint.load(tmp_path).meta == {"day": 11}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_save_that_fails_leaves_the_older_checkpoint(tmp_path, arrays):
    checkpoint.save(tmp_path, arrays, META)
    broken = arrays | {"zz": np.zeros((4, 4))[:, ::2]}
    with pytest.raises(ValueError, match="contiguous"):
        checkpoint.save(tmp_path, broken, {"day": 62})
    assert checkpoint.load(tmp_path).meta == META
    assert len(list(tmp_path.iterdir())) == 1


def test_what_a_killed_save_leaves_is_not_read(tmp_path, arrays):
    place = checkpoint.save(tmp_path, arrays, META)
    (tmp_path / "000001.unfinished").mkdir()
    (tmp_path / "000001.unfinished" / "users.npy").write_bytes(b"half")
    assert checkpoint.load(tmp_path).meta == META
    checkpoint.save(tmp_path, arrays, {"day": 62})
    assert not place.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["000001"]


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip(path):
    data = bytearray(path.read_bytes())
    data[-2_000] ^= 4
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["users.npy", "accounts.npy"])
@pytest.mark.parametrize("damage", [cut, flip, lambda path: path.unlink()])
def test_a_damaged_array_is_named(tmp_path, arrays, name, damage):
    path = checkpoint.save(tmp_path, arrays, META) / name
    damage(path)
    with pytest.raises(ScenarioError) as caught:
        checkpoint.load(tmp_path)
    assert str(caught.value).startswith(f"{path}: wanted")


def change_day(path):
    path.write_text(path.read_text().replace('"day": 31', '"day": 32'))


@pytest.mark.parametrize("damage", [cut, change_day, lambda path: path.unlink()])
def test_a_damaged_description_is_named(tmp_path, arrays, damage):
    path = checkpoint.save(tmp_path, arrays, META) / "checkpoint.json"
    damage(path)
    with pytest.raises(ScenarioError) as caught:
        checkpoint.load(tmp_path)
    assert str(caught.value).startswith(f"{path}: wanted")


def test_a_checkpoint_of_another_format_is_refused(tmp_path, arrays, monkeypatch):
    monkeypatch.setattr(checkpoint, "FORMAT_VERSION", 2)
    path = checkpoint.save(tmp_path, arrays, META)
    monkeypatch.undo()
    assert json.loads((path / "checkpoint.json").read_text())["content"]["format_version"] == 2
    with pytest.raises(ScenarioError, match="format_version 1"):
        checkpoint.load(tmp_path)
