"""Every row of a sweep is kept, no run is done twice, and killing it changes nothing."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim import commands
from sim.scenario import ScenarioError, from_tree
from sim.scenario.studies import ComparisonFile, SweepFile, load_study
from sim.study import attempt, interval
from sim.study import sweep as sweeps
from sim.study.indices import indices
from sim.study.sweep import Sweep, status, sweep
from sim.study.workers import Workers

AXES = """
[[axis]]
key = "product.limit.fen_per_point"
values = [500, 1_000]
[[axis]]
keys = ["product.charges.rate_ppb", "product.charges.manual_fee_ppm"]
values = [[500_000, 1_000], [600_000, 0], [700_000, 2_000_000]]
"""
HEAD = 'scenario = "base.toml"\nmetrics = ["income_fen", "use_of_limits"]\n'


@pytest.fixture
def folder(tmp_path):
    base = {
        "run": {"users": 40, "days": 40, "seed": 5},
        "product": {"admission": "open_to_all"},
    }
    (tmp_path / "base.toml").write_text(from_tree(base).to_toml())
    return tmp_path


def study_in(folder, text, name="study.toml"):
    (folder / name).write_text(text)
    return folder / name


def rows_of(folder, text):
    study = load_study(SweepFile, study_in(folder, text))
    return Sweep(study, folder / "planned").rows


def test_a_grid_crosses_axes_and_moves_keys_together(folder):
    rows = rows_of(folder, HEAD + AXES)
    assert [row.number for row in rows] == list(range(6))
    assert rows[1].settings == {
        "product.limit.fen_per_point": 500,
        "product.charges.rate_ppb": 600_000,
        "product.charges.manual_fee_ppm": 0,
    }
    assert [row.status for row in rows] == ["planned", "planned", "failed"] * 2
    assert "manual_fee_ppm: wanted a whole number from 0 to 1,000,000" in rows[2].error


def test_a_list_takes_axes_side_by_side(folder):
    axis = '[[axis]]\nkey = "{}"\nvalues = {}\n'
    two = axis.format("run.users", [30, 40]) + axis.format("product.grades.steps", [1, 2])
    with pytest.raises(ScenarioError, match="wanted a key of"):
        sweep(study_in(folder, HEAD + axis.format("product.x", [1]) + DERIVED.format("product.x")))
    two = two.replace("product.grades.steps", "risk_control.level_3_days")
    rows = rows_of(folder, f'design = "list"\n{HEAD}{two}')
    assert [list(row.settings.values()) for row in rows] == [[30, 1], [40, 2]]


DERIVED = '[[derived]]\nkey = "{}"\nvalue = "product.limit.fen_per_point * 2 / 3"\n'


def test_derived_keys_follow_and_constraints_leave_rows_out(folder):
    more = DERIVED.format("product.limit.max_fen")
    ask = 'constraints = ["product.limit.max_fen > 400 or run.users < 40"]\n'
    rows = rows_of(folder, HEAD + ask + AXES.replace("1_000]\n[[axis]]", "1_001]\n[[axis]]") + more)
    assert [row.settings["product.limit.max_fen"] for row in rows] == [333] * 3 + [667] * 3
    assert [row.status for row in rows] == ["excluded"] * 3 + ["planned"] * 2 + ["failed"]
    assert rows[0].error.startswith("constraint: product.limit.max_fen > 400")


@pytest.mark.parametrize("key", ["product.huabei.limit.max_fen", "product.1.limit.max_fen"])
def test_axes_and_derived_keys_may_name_one_of_several_products(folder, key):
    two = [{"name": name, "preset": f"{name}_public"} for name in ("fenfu", "huabei")]
    (folder / "base.toml").write_text(from_tree({"product": two}).to_toml())
    axis = f'[[axis]]\nkey = "{key}"\nlow = 1_000\nhigh = 90_000\n'
    more = f'[[derived]]\nkey = "product.fenfu.limit.max_fen"\nvalue = "2 * {key}"\n'
    for row in rows_of(folder, f'design = "lhs"\npoints = 4\n{HEAD}{axis}{more}'):
        fenfu, huabei = row.scenario.products
        assert 1_000 <= huabei.limit.max_fen <= 90_000
        assert fenfu.limit.max_fen == 2 * huabei.limit.max_fen


@pytest.mark.parametrize("design", ["lhs", "sobol", "indices"])
def test_points_lie_between_their_bounds_and_longer_designs_keep_them(folder, design):
    axes = """
[[axis]]
key = "product.limit.fen_per_point"
low = 500
high = 1_500
[[axis]]
key = "product.charges.rate_ppb"
low = 1_000
high = 1_000_000
scale = "log"
"""
    head = f'design = "{design}"\npoints = 16\n{HEAD}'
    rows = rows_of(folder, head + axes)
    assert len(rows) == (16 * 4 if design == "indices" else 16)
    values = np.array([list(row.settings.values()) for row in rows])
    assert values.dtype.kind == "i"  # as the keys are
    assert (values.min(axis=0) >= [500, 1_000]).all()
    assert (values.max(axis=0) <= [1_500, 1_000_000]).all()
    assert abs(np.median(values[:, 1]) - 31_623) < 12_000
    longer = "points = 16\nblocks = 2" if design == "lhs" else "points = 32"
    more = rows_of(folder, head.replace("points = 16", longer) + axes)
    assert {row.scenario.hash for row in rows} <= {row.scenario.hash for row in more}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('scenario = "base.toml"\ndesign = "lhs"\n' + AXES, "axis: wanted axes with low and high"),
        (HEAD + '[[axis]]\nkey = "run.users"\n', "axis.0.values: wanted either values"),
        (HEAD.replace("income_fen", "income"), "metrics: wanted a figure"),
        (
            HEAD.replace("income_fen", "last.spent_fne"),
            "did you mean `last.spent_fen`? (found last",
        ),
        (HEAD + 'constraints = ["a b"]\n', "wanted names, numbers"),
        ("replications = 2\n", "scenario: wanted"),
        (HEAD + "replicatons = 2\n", "did you mean `replications`?"),
        (HEAD.replace("base", "bose"), "bose.toml"),
        (HEAD + '[set]\n"run.usrs" = 1\n', "run.usrs: wanted a known key"),
    ],
)
def test_what_is_wrong_with_a_study_is_told_and_nothing_is_written(folder, text, told):
    before = sorted(folder.iterdir())
    with pytest.raises(ScenarioError) as caught:
        sweep(study_in(folder, text), folder / "out")
    assert told in str(caught.value)
    assert sorted(folder.iterdir()) == [*before, folder / "study.toml"]


def test_a_sweep_has_a_row_for_every_run_and_its_interval(folder):
    found = sweep(study_in(folder, "replications = 2\n" + HEAD + AXES), folder / "out")
    results = found.results
    assert len(results) == 12
    assert (results["status"] == "done").sum() == 8
    assert results[results["row"] == 2]["income_fen"].isna().all()
    assert results[results["row"] == 2]["error"].str.contains("manual_fee_ppm").all()
    by_row = found.by_row.set_index(["row", "metric"])
    one = results[results["row"] == 4]["income_fen"]
    assert by_row.loc[(4, "income_fen"), "estimate"] == pytest.approx(one.mean())
    assert by_row.loc[(2, "income_fen"), "missing"] == 2
    stored = pq.read_table(folder / "out" / "results.parquet")
    assert stored.to_pandas()["income_fen"].equals(results["income_fen"])


def test_rows_share_their_luck(folder):
    """A key that changes nothing gives the same runs, not runs with other luck."""
    axis = '[[axis]]\nkey = "product.gates.tenure_days"\nvalues = [0, 10]\n'
    results = sweep(study_in(folder, "replications = 2\n" + HEAD + axis), folder / "out").results
    first, second = (results[results["row"] == row]["income_fen"].tolist() for row in (0, 1))
    assert first == second
    assert first[0] != first[1]


def test_a_sweep_goes_on_and_grows_without_doing_a_run_twice(folder, monkeypatch):
    done = []

    def counted(task):
        done.append(task)
        return attempt.attempted(task)

    monkeypatch.setattr(sweeps, "attempted", counted)
    file = study_in(folder, HEAD + AXES)
    sweep(file, folder / "out")
    assert len(done) == 4
    sweep(file, folder / "out")
    assert len(done) == 4
    study_in(folder, "replications = 3\n" + HEAD + AXES)
    sweep(file, folder / "out")
    assert len(done) == 12
    study_in(
        folder, "replications = 3\n" + HEAD + AXES.replace("500, 1_000]\n", "500, 800, 1_000]\n")
    )
    found = sweep(file, folder / "out")
    assert len(done) == 18
    study_in(folder, "replications = 3\n" + HEAD.replace("income_fen", "loss_fen") + AXES)
    assert sweep(file, folder / "out").results["loss_fen"].notna().sum() == 12
    assert len(done) == 18
    found.forget(0)
    assert found.waits() == 3
    again = sweep(file, folder / "out")
    assert len(done) == 21
    assert again.waits() == 0
    other = study_in(folder, HEAD + AXES, "other.toml")
    with pytest.raises(ScenarioError, match="something else there"):
        sweep(other, folder / "out")


def test_a_run_that_fails_is_a_row_with_its_error(folder, monkeypatch):
    real = attempt.record_of

    def failing(file, replication, threads):
        if replication == 1:
            raise OverflowError("too\nmany")
        return real(file, replication, threads)

    monkeypatch.setattr(attempt, "record_of", failing)
    found = sweep(study_in(folder, "replications = 3\n" + HEAD), folder / "out")
    results = found.results
    assert results["status"].tolist() == ["done", "failed", "done"]
    assert results["error"].tolist() == ["", "OverflowError: too; many", ""]
    monkeypatch.undo()
    found.forget(0)
    mended = sweep(folder / "study.toml", folder / "out").results
    assert mended["status"].tolist() == ["done"] * 3
    assert mended["income_fen"][0] == results["income_fen"][0]


def test_replications_are_added_until_the_precision_holds(folder, capsys):
    wanted = """
[precision]
batch = 5
most = 60
[[precision.aims]]
metric = "use_of_limits"
half_width = 0.0095
"""
    found = sweep(study_in(folder, "replications = 3\n" + HEAD + wanted), folder / "out")
    line = found.by_row.set_index("metric").loc["use_of_limits"]
    assert line["reached"]
    assert (line["high"] - line["low"]) / 2 <= 0.0095 == line["wanted"]
    assert 10 <= line["runs"] < 60
    assert (line["runs"] - 3) % 5 == 0
    before = found.results["use_of_limits"].to_numpy()[:-5]
    assert len(before) < 10 or interval.mean(before).half_width > 0.0095
    narrow = wanted.replace("0.0095", "1e-9").replace("most = 60", "most = 20")
    study_in(folder, "replications = 3\n" + HEAD + narrow)
    reached = sweep(folder / "study.toml", folder / "other").by_row.set_index("metric")
    assert reached.loc["use_of_limits", "runs"] == 20
    assert not reached.loc["use_of_limits", "reached"]
    assert (
        commands.answer(["sweep", str(folder / "study.toml"), "--out", str(folder / "other")]) == 0
    )
    told = capsys.readouterr().out
    assert "Precision holds in 0 of 1 row." in told
    assert "row 0: use_of_limits +- 0.0" in told


def test_status_only_and_rerun_on_the_command_line(folder, capsys):
    file = str(study_in(folder, HEAD + AXES))
    words = ["sweep", file, "--out", str(folder / "out")]
    assert commands.answer([*words, "--status"]) == 0
    assert "nothing is done yet" in capsys.readouterr().out
    assert not (folder / "out").exists()
    assert commands.answer([*words, "--only", "0,3-4"]) == 0
    assert "3 runs done, 2 failed, 0 left out, 1 wait" in capsys.readouterr().out
    assert not (folder / "out" / "manifest.json").exists()
    assert commands.answer([*words, "--status"]) == 0
    assert "0/1" in capsys.readouterr().out
    assert commands.answer(words) == 0
    assert (folder / "out" / "manifest.json").exists()
    assert commands.answer([*words, "--rerun", "4"]) == 0
    assert "4 runs done, 2 failed, 0 left out, 0 wait" in capsys.readouterr().out
    for option in ("--rerun", "--only"):
        assert commands.answer([*words, option, "9"]) == 2
        assert f"{option}: wanted a row from 0 to" in capsys.readouterr().err
    assert commands.answer([*words, "--only", "x"]) == 2


def two_hundred(folder):
    axis = f'[[axis]]\nkey = "product.limit.fen_per_point"\nvalues = {list(range(501, 700))}\n'
    bad = axis.replace("699]", "699, -1]")
    return study_in(folder, HEAD + bad)


@pytest.mark.slow
def test_a_sweep_killed_twice_ends_as_one_that_was_not(folder, repo):
    file = two_hundred(folder)
    words = [sys.executable, "-m", "sim", "sweep", str(file), "--quiet", "--out"]
    out = folder / "killed"
    for least in (30, 110):
        process = subprocess.Popen([*words, str(out), "--workers", "2"], cwd=repo)
        while len(list((out / "done").glob("*.json"))) < least:
            assert process.poll() is None
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert len(list((out / "done").glob("*.json"))) < 199
    for place in (out, folder / "whole"):
        assert subprocess.run([*words, str(place)], cwd=repo, check=False).returncode == 0
    one, other = ((place / "results.parquet").read_bytes() for place in (out, folder / "whole"))
    assert one == other
    results = pq.read_table(out / "results.parquet").to_pandas()
    assert results["status"].value_counts().to_dict() == {"done": 199, "failed": 1}
    assert "fen_per_point: wanted" in results[results["status"] == "failed"]["error"].iloc[0]


@pytest.mark.slow
def test_a_worker_that_is_lost_changes_nothing(folder):
    file = study_in(folder, "replications = 10\n" + HEAD + AXES)
    study = load_study(SweepFile, file)
    found = Sweep(study, folder / "lost")
    lost = []

    def hears(done, _):
        if done == 10:
            lost.append(next(iter(at._pool._processes)))
            os.kill(lost[0], signal.SIGKILL)

    with Workers(2) as at:
        assert found.run(workers=at, hears=hears)
    assert lost
    whole = sweep(file, folder / "whole")
    assert found.results.equals(whole.results)
    assert sum(count.done for count in status(found)) == 40


MEMORY = """
import resource, sys
from sim.study.attempt import attempted
from sim.study.work import Task

def pages():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])

for number in range(200):
    assert attempted(Task((sys.argv[1],), number, 1)).status == "done"
    if number in (0, 199):
        print(pages())
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")
def test_memory_after_run_200_is_that_after_run_1(folder, repo):
    answer = subprocess.run(
        [sys.executable, "-c", MEMORY, str(folder / "base.toml")],
        cwd=repo,
        capture_output=True,
        text=True,
        check=True,
    )
    first, last = map(int, answer.stdout.split())
    assert last <= 1.05 * first


def ishigami(x):
    turned = np.pi * (2 * x - 1)
    one, two, three = turned.T
    return np.sin(one) + 7 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one)


def design_of(points, seed=1):
    from SALib.sample import sobol

    from sim.study.design import problem

    return sobol.sample(problem(["x", "y", "z"]), points, calc_second_order=False, seed=seed)


def test_sobol_indices_of_a_known_function():
    """Ishigami and Homma (1990): 0.3139, 0.4424, 0 alone; 0.5576, 0.4424, 0.2437 in total."""
    found = indices(["x", "y", "z"], ishigami(design_of(4_096))[:, None])
    first = [index.first.estimate for index in found.indices]
    total = [index.total.estimate for index in found.indices]
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert np.isnan(found.noise)


def test_noise_is_told_apart_from_what_keys_do():
    luck = np.random.default_rng(7)
    clean = ishigami(design_of(4_096))
    noisy = clean[:, None] + luck.normal(0, 4, (len(clean), 4)) + luck.normal(0, 9, 4)
    found = indices(["x", "y", "z"], noisy)
    left = clean.var() / (clean.var() + 4)
    assert found.noise == pytest.approx(1 - left, abs=0.02)
    total = [index.total.estimate for index in found.indices]
    assert total == pytest.approx(np.array([0.5576, 0.4424, 0.2437]) * left, abs=0.03)


def test_c13_indices_of_noise_alone_include_nothing():
    luck = np.random.default_rng(11)
    noise = luck.normal(5, 1, (512 * 5, 4))
    found = indices(["x", "y", "z"], noise, level=0.999)
    for index in found.indices:
        assert index.first.low <= 0 <= index.first.high
        assert index.total.low <= 0 <= index.total.high
    assert found.noise == pytest.approx(1, abs=0.1)
    constant = indices(["x", "y", "z"], np.full((40, 2), 3.0))
    assert all(index.total[:3] == (0, 0, 0) for index in constant.indices)


def test_an_idle_key_has_no_index_where_rows_share_their_luck():
    """In each replication y counts by luck that all rows share: 1 on average. z does nothing."""
    points = design_of(256)
    luck = np.random.default_rng(5)
    found = []
    for _ in range(60):
        weights = luck.normal(1, 1, 4)
        each = indices(["x", "y", "z"], points[:, :1] + points[:, 1:2] * weights)
        assert each.noise > 0
        idle = each.indices[2]
        assert idle.total.estimate == pytest.approx(0, abs=1e-12)
        assert idle.first.estimate == pytest.approx(0, abs=1e-12)
        found.append([index.total.estimate * each.variance for index in each.indices[:2]])
    alike = np.array(found) / points[:, 0].var()
    assert alike.mean(axis=0) == pytest.approx([1, 1], abs=3 * alike[:, 1].std() / np.sqrt(60))


def test_a_design_with_holes_has_no_indices():
    values = ishigami(design_of(8))[:, None]
    values[3] = np.nan
    with pytest.raises(ValueError, match=r"found none in \[3\]"):
        indices(["x", "y", "z"], values)


@pytest.mark.slow
def test_a_sweep_of_indices_says_which_key_matters(folder):
    axes = """
[[axis]]
key = "product.limit.fen_per_point"
low = 200
high = 1_000
[[axis]]
key = "product.gates.tenure_days"
low = 0
high = 90
"""
    text = f'design = "indices"\npoints = 16\nreplications = 2\n{HEAD}{axes}'
    found = sweep(study_in(folder, text), folder / "out").indices
    limits = found[found["metric"] == "use_of_limits"].set_index("key")
    assert limits.loc["product.gates.tenure_days", "total"] <= 0.01  # nobody is asked here
    assert limits.loc["product.limit.fen_per_point", "total"] > 0.9
    assert (found["noise"] < 0.5).all()
    assert (folder / "out" / "indices.parquet").exists()


def test_shipped_studies_are_right(repo, tmp_path):
    """Each is read, and every row of each is a scenario; those of plans are answered elsewhere."""
    files = sorted((repo / "scenarios" / "studies").glob("*.toml"))
    assert len(files) >= 5
    for file in files:
        if file.stem == "taiwan_2005":  # a calibration: tests/test_calibration.py
            continue
        if file.stem.startswith("plan_"):
            load_study(ComparisonFile, file)
            continue
        rows = Sweep(load_study(SweepFile, file), tmp_path / file.stem).rows
        assert {row.status for row in rows} <= {"planned"}, file
