"""A run folder appears whole or not at all, and replaces nothing."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_records import made_record, small_scenario

from sim.results import manifest, open_run
from sim.results.folder import partial_of, prepare
from sim.results.lock import held
from sim.scenario import ScenarioError

TABLES = [
    "accounts",
    "balance_sheet",
    "circles",
    "collection",
    "cost",
    "cycles",
    "daily",
    "daily_by",
    "disputes",
    "environment",
    "funnel",
    "monthly",
    "pnl",
    "repayments",
    "roll_rates",
    "scenes",
    "users",
    "vintages",
    "warnings",
]


def written(out, scenario, replications=(0,)):
    draft = prepare(out, scenario)
    for replication in replications:
        draft.add(made_record(scenario, replication))
    return draft.finish(engine="table", threads=2, timings={"days_s": 1.5})


def bytes_of(folder):
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"
    }


def refusal(*args, **kwargs):
    with pytest.raises(ScenarioError) as caught:
        prepare(*args, **kwargs)
    for line in caught.value.lines:
        assert re.fullmatch(r".+: wanted .+ \(found .+\).*", line), line
    return str(caught.value)


def test_a_folder_holds_the_tables_the_scenario_and_the_manifest(tmp_path):
    scenario = small_scenario()
    out = written(tmp_path / "run", scenario)
    names = {f"{name}.parquet" for name in (*TABLES, "friends")}  # the record has close ties
    assert {path.name for path in out.iterdir()} == names | {"scenario.toml", "manifest.json"}
    assert not partial_of(out).exists()
    made = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert made["format_version"] == 1
    assert made["scenario_hash"] == scenario.hash
    assert made["scenario"]["run"]["days"] == 70
    assert (made["seed"], made["engine"], made["threads"]) == (7, "table", 2)
    assert set(made["versions"]) == {
        *("paylater-sim", "python", "numpy", "pandas", "numba", "mesa", "pyarrow")
    }
    assert made["files"]["daily.parquet"]["rows"] == 70
    assert made["files"]["daily.parquet"]["sha256"] == manifest.sha256(out / "daily.parquet")
    assert set(made["files"]) == names | {"scenario.toml"}


def test_the_same_scenario_gives_the_same_bytes(tmp_path):
    one = written(tmp_path / "one", small_scenario())
    assert bytes_of(one) == bytes_of(written(tmp_path / "two", small_scenario()))


def test_tables_that_are_not_chosen_are_absent_and_change_no_other(tmp_path):
    everything = bytes_of(written(tmp_path / "all", small_scenario()))
    fewer = small_scenario().with_(**{"output.tables": ["users", "daily"]})
    some = bytes_of(written(tmp_path / "some", fewer))
    assert set(some) == {"users.parquet", "daily.parquet", "scenario.toml"}
    assert some["users.parquet"] == everything["users.parquet"]
    assert some["daily.parquet"] == everything["daily.parquet"]


def test_replications_lie_in_one_file_in_order(tmp_path):
    scenario = small_scenario(replications=3)
    forward = written(tmp_path / "forward", scenario, (0, 1, 2))
    run = open_run(forward)
    assert list(run.users["replication"].unique()) == [0, 1, 2]
    assert len(run.users) == 150
    assert run.users["status"].dtype == "category"
    assert run.users["status"].notna().all()
    assert bytes_of(forward) == bytes_of(written(tmp_path / "backward", scenario, (2, 1, 0)))


KILLED = """
import os, signal, sys
from pathlib import Path
from made_records import made_record, small_scenario
from sim.results import draft, folder, manifest, parquet

def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

owners = {"close": parquet.ParquetFile, "files_in": manifest, "appear": draft.Draft}
scenario = small_scenario(replications=2)
place = folder.prepare(Path(sys.argv[1]), scenario)
place.add(made_record(scenario, 0))
setattr(owners[sys.argv[2]], sys.argv[2], kill)
place.add(made_record(scenario, 1))
place.finish()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize(
    ("moment", "stored"), [("close", [0]), ("files_in", [0, 1]), ("appear", [0, 1])]
)
def test_a_killed_run_leaves_nothing_and_resumes_to_the_same_bytes(tmp_path, moment, stored):
    out, scenario = tmp_path / "run", small_scenario(replications=2)
    paths = [str(Path(__file__).parent), *sys.path]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(out), moment],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert not out.exists()
    assert "--resume" in refusal(out, scenario)
    draft = prepare(out, scenario, resume=True)
    assert draft.finished == stored
    for replication in {0, 1} - set(stored):
        draft.add(made_record(scenario, replication))
    draft.finish()
    assert bytes_of(out) == bytes_of(written(tmp_path / "whole", scenario, (0, 1)))
    assert not partial_of(out).exists()


def test_a_finished_run_of_the_same_scenario_is_left_alone(tmp_path):
    out = written(tmp_path / "run", small_scenario())
    before = (out / "manifest.json").read_bytes()
    assert prepare(out, small_scenario()) is None
    assert prepare(out, small_scenario(), resume=True) is None
    assert (out / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize("finished", [True, False])
def test_a_run_of_another_scenario_is_refused_with_the_keys_that_differ(tmp_path, finished, resume):
    out = tmp_path / "run"
    if finished:
        written(out, small_scenario())
    else:
        prepare(out, small_scenario())
    lines = refusal(out, small_scenario(seed=8, days=71), resume=resume).splitlines()
    assert len(lines) == 2
    assert "run.days: wanted 71" in lines[0]
    assert "found 70" in lines[0]
    assert "run.seed: wanted 8" in lines[1]
    assert "found 7 " in lines[1]


def test_what_is_not_ours_is_refused_and_kept(tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "manifest.json").write_text("{}")
    (tmp_path / "new.partial").mkdir()
    (tmp_path / "new.partial" / "mine").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    for name in ("file", "empty", "notes", "new"):
        for resume in (True, False):
            assert str(tmp_path / name) in refusal(tmp_path / name, small_scenario(), resume=resume)
    assert sorted(tmp_path.rglob("*")) == before


def test_resume_starts_where_there_is_nothing(tmp_path):
    assert prepare(tmp_path / "run", small_scenario(), resume=True).finished == []


def test_a_run_killed_before_it_said_what_it_is_can_start_again(tmp_path):
    partial_of(tmp_path / "run").mkdir()
    assert prepare(tmp_path / "run", small_scenario()).finished == []


def test_an_unfinished_run_of_another_version_is_not_gone_on_with(tmp_path):
    draft = prepare(tmp_path / "run", small_scenario())
    file = draft.path / "draft.json"
    stored = json.loads(file.read_text(encoding="utf-8")) | {"paylater-sim": "0.0.1"}
    file.write_text(json.dumps(stored), encoding="utf-8")
    assert "0.0.1" in refusal(tmp_path / "run", small_scenario(), resume=True)


def test_missing_folders_above_are_made(tmp_path):
    draft = prepare(tmp_path / "new" / "deeper" / "run", small_scenario())
    assert draft is not None
    assert draft.path.parent == tmp_path / "new" / "deeper"
    assert draft.path.is_dir()


def test_a_folder_of_somebody_else_beside_a_finished_run_is_left_alone(tmp_path):
    written(tmp_path / "run", small_scenario())
    (tmp_path / "run.partial").mkdir()
    (tmp_path / "run.partial" / "thesis.txt").write_text("mine", encoding="utf-8")
    assert prepare(tmp_path / "run", small_scenario()) is None
    assert (tmp_path / "run.partial" / "thesis.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("out", [".", "/", ""])
def test_a_run_folder_needs_a_name(out):
    assert "wanted a run folder with a name" in refusal(out, small_scenario())


def test_a_name_too_long_for_the_disk_is_told(tmp_path):
    message = refusal(tmp_path / ("x" * 300), small_scenario())
    assert "wanted a place that can be written to" in message


def test_a_file_above_is_refused(tmp_path):
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    message = refusal(tmp_path / "taken" / "run", small_scenario())
    assert f"wanted a folder {tmp_path / 'taken'} to write into (found a file)" in message
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


@contextmanager
def little_room(size):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("step", ["prepare", "add", "finish"])
def test_no_room_is_told_and_leaves_no_half_result(tmp_path, step):
    """A limit on the size of files stands for a full disk: both fail in the middle of a write."""
    out, scenario = tmp_path / "run", small_scenario(replications=2)
    draft = None if step == "prepare" else prepare(out, scenario)
    if step == "finish":
        for replication in (0, 1):
            draft.add(made_record(scenario, replication))

    def act():
        if step == "prepare":
            prepare(out, scenario)
        elif step == "add":
            draft.add(made_record(scenario))
        else:
            draft.finish()

    with little_room(3_000), pytest.raises(ScenarioError, match=os.strerror(errno.EFBIG)) as caught:
        act()
    assert str(caught.value).startswith(f"{out}: wanted a place that can be written to")
    assert not out.exists()
    draft = prepare(out, scenario, resume=True)
    assert draft.finished == ([0, 1] if step == "finish" else [])
    unfinished = [path for path in draft.path.rglob("*.unfinished") if path.suffix]
    assert step == "prepare" or not unfinished


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_may_not_be_written_to_is_told(tmp_path):
    tmp_path.chmod(0o500)
    assert "Permission denied" in refusal(tmp_path / "run", small_scenario())
    tmp_path.chmod(0o700)


def test_two_processes_do_not_work_on_one_run(tmp_path):
    pytest.importorskip("fcntl")
    draft = prepare(tmp_path / "run", small_scenario())
    with held(draft.path):
        with pytest.raises(ScenarioError) as error, held(draft.path):
            pass
        assert "wanted a run that nobody works on (found one in progress)" in str(error.value)
    with held(draft.path):
        pass
