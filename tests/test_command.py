"""The command line as a user meets it: runs, refusals, interruption and resumption."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time

import pytest

import sim
from sim.commands import answer
from sim.commands.line import ORDER

SMALL = ["--users", "300", "--days", "60"]


@pytest.fixture
def launch(repo):
    return str(repo / "scenarios" / "seed_article.toml")


def digests(folder):
    """Return the digest of every file of a run but the manifest, which holds times, and states."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name not in {"manifest.json", "checkpoints"}
    }


def test_a_run_leaves_tables_that_pandas_reads_and_says_so(launch, tmp_path, capsys):
    assert answer(["run", launch, *SMALL, "--out", str(tmp_path / "r")]) == 0
    said = capsys.readouterr().out
    assert "principal 30+ days past due" in said
    assert str(tmp_path / "r") in said
    run = sim.open(tmp_path / "r")
    assert len(run.daily) == 60
    assert len(run.users) == 300
    assert set(run.tables) >= {"daily", "cycles", "monthly", "roll_rates", "vintages", "scenes"}


def test_both_engines_leave_the_same_bytes(launch, tmp_path):
    for engine in ("table", "agents"):
        out = str(tmp_path / engine)
        assert answer(["run", launch, *SMALL, "--engine", engine, "--out", out, "--quiet"]) == 0
    assert digests(tmp_path / "table") == digests(tmp_path / "agents")


def test_threads_and_fewer_outputs_leave_the_same_bytes(launch, tmp_path):
    for name, more in {
        "one": ["--threads", "1"],
        "seven": ["--threads", "7"],
        "kept": ["--checkpoint-every", "10"],
        "few": ["--set", 'output.tables=["daily", "accounts"]'],
    }.items():
        assert answer(["run", launch, *SMALL, "--out", str(tmp_path / name), "--quiet", *more]) == 0
    one = digests(tmp_path / "one")
    assert digests(tmp_path / "seven") == one
    assert digests(tmp_path / "kept") == one
    few = digests(tmp_path / "few")
    assert set(few) == {"daily.parquet", "accounts.parquet", "scenario.toml"}
    assert all(few[name] == one[name] for name in ("daily.parquet", "accounts.parquet"))


def test_a_finished_run_is_left_alone(launch, tmp_path, capsys):
    words = ["run", launch, *SMALL, "--out", str(tmp_path / "r"), "--quiet"]
    assert answer(words) == 0
    before = (tmp_path / "r" / "manifest.json").stat().st_mtime_ns
    capsys.readouterr()
    assert answer(words[:-1]) == 0
    assert "left alone" in capsys.readouterr().out
    assert (tmp_path / "r" / "manifest.json").stat().st_mtime_ns == before


def test_another_scenario_does_not_take_its_place(launch, tmp_path, capsys):
    out = ["--out", str(tmp_path / "r"), "--quiet"]
    assert answer(["run", launch, *SMALL, *out]) == 0
    assert answer(["run", launch, *SMALL, *out, "--seed", "2"]) == 2
    assert "run.seed: wanted 2" in capsys.readouterr().err


def test_a_folder_of_someone_elses_is_refused(launch, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("do not touch")
    assert answer(["run", launch, *SMALL, "--out", str(tmp_path / "mine")]) == 2
    assert "mine: wanted a new name" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--users", "0"], "--users: run.users: wanted"),
        (["--days", "0"], "--days: run.days: wanted"),
        (["--seed", "-1"], "--seed: run.seed: wanted"),
        (["--replications", "0"], "--replications: run.replications: wanted"),
        (["--set", "run.users=0"], "--set: run.users: wanted"),
        (["--set", "product.charges.rate_ppbb=1"], "did you mean `rate_ppb`"),
        (["--set", "run.days=nan"], "run.days: wanted"),
        (["--set", "behaviour.spending.ticket_tail=nan"], "behaviour.spending.ticket_tail: wanted"),
        (["--set", "product.charges.rate_ppb=-1"], "product.charges.rate_ppb: wanted"),
        (["--set", 'product.charges.interest_from="noon"'], "due_day"),
        (["--set", "behaviour.places.online_ppm=1"], "behaviour.places"),
        (["--set", 'population.file="nowhere.parquet"'], "nowhere.parquet: wanted a Parquet file"),
        (["--set", "nonsense"], "--set: wanted KEY=VALUE"),
        (["--engine", "steam"], "steam"),
        (["--threads", "0"], "threads"),
    ],
)
def test_wrong_input_is_told_and_nothing_is_written(launch, tmp_path, capsys, words, told):
    assert answer(["run", launch, *words, "--out", str(tmp_path / "r")]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [["replicate"], ["trial"], ["stress"], ["compare", "SAME"]],
)
def test_every_command_names_the_option_that_was_wrong(launch, tmp_path, capsys, words):
    files = [launch if word == "SAME" else word for word in words]
    assert answer([*files, launch, "--users", "0", "--out", str(tmp_path / "r")]) == 2
    assert capsys.readouterr().err.startswith("--users: run.users: wanted a whole number")
    assert list(tmp_path.iterdir()) == []


def test_all_faults_are_told_at_once(launch, tmp_path, capsys):
    words = ["--users", "0", "--set", "product.charges.rate_ppb=-1", "--set", "run.dys=3"]
    assert answer(["run", launch, *words, "--out", str(tmp_path / "r")]) == 2
    said = capsys.readouterr().err
    assert all(key in said for key in ("run.users", "product.charges.rate_ppb", "run.dys"))


def test_a_correlation_matrix_that_cannot_be_is_told_with_its_pair(launch, tmp_path, capsys):
    pairs = (
        'population.copula.pairs=[{first="age",second="score",correlation=0.95},'
        '{first="age",second="friends",correlation=0.95},'
        '{first="score",second="friends",correlation=-0.9}]'
    )
    assert answer(["run", launch, "--set", pairs, "--out", str(tmp_path / "r")]) == 2
    said = capsys.readouterr().err
    assert "population.copula" in said
    assert "(age, score)" in said
    assert "positive definite" in said
    assert list(tmp_path.iterdir()) == []


def test_more_users_than_memory_holds_are_refused_before_anything_is_made(launch, tmp_path, capsys):
    words = ["--users", "2000000000", "--days", "2", "--out", str(tmp_path / "r")]
    assert answer(["run", launch, *words]) == 2
    assert "run.users: wanted at most about " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_full_disk_is_told_and_leaves_no_result(launch, tmp_path):
    """A limit on file sizes stands for a full disk: the write of a large table fails."""
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "from sim.commands import answer; import sim.engines.table;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
        "sys.exit(answer(sys.argv[1:]))"
    )
    words = ["run", launch, *SMALL, "--out", str(tmp_path / "r"), "--quiet"]
    environment = os.environ | {"NUMBA_CACHE_DIR": ""}
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "r: wanted a place that can be written to" in done.stderr
    assert not (tmp_path / "r").exists()


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_bytes(launch, tmp_path):
    words = [launch, "--users", "4000", "--days", "120", "--checkpoint-every", "6", "--quiet"]
    command = [sys.executable, "-m", "sim", "run", *words, "--threads", "1"]
    subprocess.run([*command, "--out", str(tmp_path / "whole")], check=True)
    moments = random.Random(7)  # noqa: S311  only says when to kill
    out = tmp_path / "killed"
    kills = 0
    for attempt in range(12):
        more = ["--resume"] if attempt else []
        process = subprocess.Popen([*command, "--out", str(out), *more])
        try:
            process.wait(timeout=moments.uniform(0.8, 1.6) + 0.2 * attempt)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        if out.exists():
            break
    if not out.exists():
        subprocess.run([*command, "--out", str(out), "--resume"], check=True)
    assert kills > 0
    assert digests(out) == digests(tmp_path / "whole")
    assert not out.with_name("killed.partial").exists()


@pytest.mark.slow
def test_control_c_leaves_a_state_that_resume_continues(launch, tmp_path):
    words = [launch, "--users", "60000", "--days", "300", "--threads", "1", "--quiet"]
    command = [sys.executable, "-m", "sim", "run", *words, "--out", str(tmp_path / "r")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (tmp_path / "r.partial").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.7)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "--resume" in said
    assert list((tmp_path / "r.partial" / "checkpoints").iterdir())
    assert not (tmp_path / "r").exists()
    assert answer(["run", *words, "--out", str(tmp_path / "r"), "--resume"]) == 0
    assert len(sim.open(tmp_path / "r").daily) == 300


def test_check_prints_every_value_with_its_origin_and_the_cost(launch, capsys):
    assert answer(["check", launch]) == 0
    said = capsys.readouterr().out
    assert "rate_ppb = 500" in said
    assert "# default" in said
    assert "bytes a user" in said


def test_check_writes_the_schema(capsys):
    import json

    assert answer(["check", "--schema"]) == 0
    assert "product" in json.loads(capsys.readouterr().out)["properties"]


def test_the_help_page_lists_every_command_once_with_a_line_of_its_own(capsys):
    assert answer(["--help"]) == 0
    lines = capsys.readouterr().out.split("Commands:")[1].strip().splitlines()
    assert [line.split()[0] for line in lines] == ORDER
    assert all(line.endswith(".") and not line.endswith("...") for line in lines)


def test_init_copies_scenarios_and_notebooks_out_and_never_over_others(tmp_path, capsys):
    assert answer(["init", str(tmp_path)]) == 0
    assert (tmp_path / "scenarios" / "seed_article.toml").is_file()
    assert (tmp_path / "notebooks" / "01_first_look.ipynb").is_file()
    assert answer(["init", str(tmp_path)]) == 2
    assert "wanted no file of this name" in capsys.readouterr().err


def test_a_year_without_holidays_is_said_once(launch, tmp_path, capsys):
    words = ["run", launch, "--users", "50", "--days", "10", "--set", "run.start=2031-01-01"]
    assert answer([*words, "--out", str(tmp_path / "r")]) == 0
    assert capsys.readouterr().err.count("2031") == 1


def test_init_copies_all_that_ships_so_that_studies_find_their_files(repo, tmp_path, monkeypatch):
    assert answer(["init", str(tmp_path)]) == 0
    for folder in ("scenarios", "notebooks"):
        shipped = {p.relative_to(repo) for p in (repo / folder).rglob("*") if p.is_file()}
        kept = {name for name in shipped if not {".ipynb_checkpoints", "runs"} & {*name.parts}}
        assert {name for name in kept if not (tmp_path / name).is_file()} == set()
    monkeypatch.setattr("sim.shipped.home_of", lambda folder: tmp_path / "nothing" / folder)
    assert answer(["init", str(tmp_path / "more")]) == 2
    assert not (tmp_path / "more").exists()


STEPS = "[[step]]\ndate = 2024-01-05\npurchase_fen = 100_000\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--plot", "nowhere/x.png"], "nowhere/x.png: wanted a place that can be written to"),
        (["--plot", "x.foo"], "x.foo: wanted a name that ends in .png, .svg or .pdf (found .foo)"),
        (["--out", "steps.toml"], "steps.toml: wanted a place that can be written to"),
    ],
)
def test_a_replay_says_where_it_cannot_write(tmp_path, monkeypatch, capsys, words, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "steps.toml").write_text(STEPS, encoding="utf-8")
    assert answer(["replay", "huabei_public", "steps.toml", *words]) == 2
    assert told in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["steps.toml"]


def test_a_proof_says_at_once_that_it_cannot_write(tmp_path, capsys):
    began = time.monotonic()
    assert answer(["prove", "--quiet", "--json", str(tmp_path / "no" / "x.json")]) == 2
    assert "x.json: wanted a file in a folder that is there" in capsys.readouterr().err
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("command", ["stress", "trial"])
def test_what_needs_a_run_says_that_it_was_given_a_study(tmp_path, capsys, command):
    file = '{"format_version": 1, "kind": "comparison"}'
    (tmp_path / "manifest.json").write_text(file, encoding="utf-8")
    assert answer([command, str(tmp_path)]) == 2
    assert "wanted the folder of a run (found a comparison)" in capsys.readouterr().err


def test_one_replication_has_no_interval(launch, tmp_path, capsys):
    words = ["replicate", launch, "--users", "50", "--days", "3", "--replications", "1"]
    assert answer([*words, "--out", str(tmp_path / "r")]) == 0
    told = capsys.readouterr().out
    assert told.lstrip().startswith("1 replication ")
    assert "none to none" not in told
