"""Opening a run folder, looking at a run, and its headline figures."""

import json
import subprocess
import sys

import pytest
from made_records import made_record, small_scenario

import sim
from sim.results import Run, open_run, tables
from sim.scenario import ScenarioError
from sim.study.fork import forked


@pytest.fixture
def run():
    scenario = small_scenario(replications=2)
    return Run.of([made_record(scenario, k) for k in range(2)], engine="table", threads=1)


def test_a_run_in_memory_and_its_folder_show_the_same(run, tmp_path):
    opened = open_run(run.save(tmp_path / "run"))
    assert run.tables == opened.tables == sorted(tables.NAMES)
    for name in run.tables:
        assert getattr(run, name).equals(getattr(opened, name)), name
    assert opened.scenario == run.scenario
    assert opened.manifest["engine"] == "table"
    assert (run.folder, opened.folder) == (None, tmp_path / "run")
    assert run.summary().equals(opened.summary())


def test_an_opened_run_can_be_saved_elsewhere(run, tmp_path):
    opened = open_run(run.save(tmp_path / "run"))
    copy = open_run(opened.save(tmp_path / "copy"))
    assert copy.daily.equals(run.daily)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "run"]
    with pytest.raises(ScenarioError):
        run.save(tmp_path / "run" / "daily.parquet" / "run")


def test_some_columns_can_be_read_and_a_table_left_out_is_no_attribute(run):
    assert list(run.read("users", ["user", "wallet_fen"])) == ["user", "wallet_fen"]
    fewer = small_scenario().with_(**{"output.tables": ["daily"]})
    thin = Run.of([made_record(fewer)])
    assert thin.tables == ["daily"]
    with pytest.raises(AttributeError, match=r"vintages: wanted .* daily; see output\.tables"):
        _ = thin.vintages
    assert "use of limits" in thin.summary().index


def test_a_folder_is_checked_against_its_manifest(run, tmp_path):
    out = run.save(tmp_path / "run")
    changed = out / "daily.parquet"
    data = bytearray(changed.read_bytes())
    data[100] ^= 1
    changed.write_bytes(data)
    (out / "users.parquet").unlink()
    with pytest.raises(ScenarioError) as caught:
        open_run(out)
    first, second = caught.value.lines
    assert first.startswith(f"{changed}: wanted")
    assert first.endswith("(found it changed)")
    assert second.startswith(f"{out / 'users.parquet'}: wanted")
    assert second.endswith("(found nothing)")


@pytest.mark.parametrize(("version", "said"), [(0, "paylater run"), (2, "newer paylater-sim")])
def test_another_format_says_what_to_do(run, tmp_path, version, said):
    out = run.save(tmp_path / "run")
    file = out / "manifest.json"
    stored = json.loads(file.read_text(encoding="utf-8")) | {"format_version": version}
    file.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(ScenarioError, match=said):
        open_run(out)


def test_what_is_no_run_is_told(tmp_path):
    with pytest.raises(ScenarioError, match="wanted a finished run"):
        open_run(tmp_path / "nothing")


def test_headlines_are_taken_from_the_last_day_and_judged_by_the_bands():
    record = made_record(small_scenario())
    record.totals[:] = 0
    last = record.totals[-1, 0]
    last["users"], last["active"], last["utilising"] = 100, 60, 50
    last["limit"], last["principal"] = 40_000_000, 10_000_000
    last["principal_late_31"], last["principal_late_91"] = 200_000, 300_000
    last["outcome"][0], last["outcome"][8], last["credit"][0] = 30, 10, 3_000_000
    last["flow"][8] = 50_000
    figures = Run.of([record]).summary()
    value, inside = figures["value"], figures["inside"]
    assert value["users, last day"] == 100
    assert value["use of limits"] == 0.25
    assert value["principal"] == 100_000
    assert value["principal 30+ days past due"] == 0.02
    assert inside["principal 30+ days past due"] is True
    assert value["principal 90+ days past due"] == 0.03
    assert inside["principal 90+ days past due"] is False
    assert figures["text"]["mean balance of those who owe"] == "2,000 yuan"
    assert inside["mean balance of those who owe"] is True
    assert value["wishes on credit approved"] == 0.75
    assert figures["text"]["mean purchase on credit"] == "1,000 yuan"
    assert inside["mean purchase on credit"] is False
    # 500 yuan in 70 days are 2,607 a year, of a mean principal of 100,000 / 70.
    assert value["principal charged off a year"] == pytest.approx(500 * 365 / 100_000)


def test_headlines_of_a_run_in_which_nothing_happens_say_none():
    record = made_record(small_scenario())
    record.totals[:] = 0
    figures = Run.of([record]).summary()
    assert figures["text"]["use of limits"] == "none"
    assert figures["inside"]["principal 30+ days past due"] is None


def test_looking_at_the_package_imports_neither_pandas_nor_pyarrow():
    code = "import sys, sim, sim.results; print({'pandas', 'pyarrow', 'mesa'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "set()"


def test_a_run_says_what_it_is(run):
    assert repr(run) == "<Run scenario: 50 users, 70 days, seed 7, 2 replications, in memory>"


def test_a_run_opened_again_goes_by_the_name_that_it_was_run_under(repo, tmp_path):
    file = tmp_path / "mine.toml"
    base = repo / "scenarios" / "seed_article.toml"
    file.write_text(f'extends = "{base}"\n[run]\nusers = 20\ndays = 3\n', encoding="utf-8")
    run = sim.run(file)
    again = sim.open(run.save(tmp_path / "run"))
    assert run.manifest["name"] == run.scenario.name == again.scenario.name == "mine"
    assert again.scenario.with_(days=2).name == "mine"
    assert again.audit()


def test_the_folder_of_a_study_is_said_to_be_none_of_a_run(repo, tmp_path):
    plan = sim.load(repo / "scenarios" / "seed_article.toml").with_(users=20, days=3)
    studies = {
        "comparison": sim.compare(plan, plan.with_(users=20), replications=2),
        "replicates": sim.replicate(plan, 2),
    }
    assert "2 replications" in repr(studies["replicates"])
    assert "against seed_article" in repr(studies["comparison"])
    for kind, study in studies.items():
        out = study.save(tmp_path / kind)
        with pytest.raises(sim.ScenarioError, match=f"wanted the folder of a run .found a {kind}"):
            sim.open(out)


def test_studies_of_files_that_extend_one_keep_their_names(repo, tmp_path):
    base, plans = repo / "scenarios" / "seed_article.toml", []
    for name, points in (("usual", 1_000), ("lower", 700)):
        file = tmp_path / f"{name}.toml"
        words = f"[run]\nusers = 20\ndays = 4\n[product.limit]\nfen_per_point = {points}\n"
        file.write_text(f'extends = "{base}"\n{words}', encoding="utf-8")
        plans.append(sim.load(file))
    out = sim.compare(*plans, replications=2).save(tmp_path / "comparison")
    again = sim.Comparison.open(out)
    assert [each.name for each in again.study.scenarios.values()] == ["usual", "lower"]
    out = sim.replicate(plans[1], 2).save(tmp_path / "replicates")
    assert sim.Replicates.open(out).scenario.name == forked(*plans, 2).name == "lower"
