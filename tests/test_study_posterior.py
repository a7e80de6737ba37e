"""Over draws of the parameters an interval tells luck from what is not known of the numbers."""

import math

import numpy as np
import pandas as pd
import pytest

from sim import commands
from sim.scenario import ScenarioError, from_tree
from sim.study.factor import Draws
from sim.study.folder import opened
from sim.study.posterior import drawn, parts, weighed
from sim.study.replicates import Replicates, replicate

REPEATS = 1_000


@pytest.fixture
def base():
    tree = {"run": {"users": 60, "days": 30, "seed": 2}, "product": {"admission": "open_to_all"}}
    return from_tree(tree)


def test_parts_are_those_that_made_the_figures():
    luck = np.random.default_rng(3)
    found = [
        parts(5 + luck.normal(0, 2, (20, 1)) + luck.normal(0, 3, (20, 4))) for _ in range(REPEATS)
    ]
    covered = np.mean([each.interval.low <= 5 <= each.interval.high for each in found])
    assert abs(covered - 0.95) < 3 * math.sqrt(0.95 * 0.05 / REPEATS)
    assert np.mean([each.luck_sd**2 for each in found]) == pytest.approx(9, rel=0.02)
    assert np.mean([each.parameter_sd**2 for each in found]) == pytest.approx(4, rel=0.05)
    assert found[0].share_of_luck == pytest.approx(9 / 13, abs=0.3)
    assert math.isnan(parts([[1.0], [2.0]]).luck_sd)


def test_each_draw_is_lived_by_replications_of_its_own(base, tmp_path):
    file = tmp_path / "draws.csv"
    file.write_text("product.limit.fen_per_point,product.limit.max_fen\n300,90000\n1200,20000000\n")
    found = replicate(base, 8, posterior=file, inner=4)
    limits = found.values("last.limit_fen").reshape(2, 4)
    assert (limits[0] < limits[1]).all()
    one = replicate(
        base.with_(**{"product.limit.fen_per_point": 300, "product.limit.max_fen": 90_000}), 4
    )
    assert one.values("last.limit_fen").tolist() == limits[0].tolist()
    apart = found.parts("last.limit_fen")
    assert apart.parameter_sd > 10 * apart.luck_sd > 0
    summary = found.summary(["last.limit_fen", "volume_fen"]).set_index("metric")
    assert summary.loc["last.limit_fen", "parameter_sd"] == apart.parameter_sd
    assert summary.loc["last.limit_fen", "low"] == apart.interval.low
    place = found.save(tmp_path / "kept", ["last.limit_fen"])
    again = Replicates.open(place)
    assert again.summary(["last.limit_fen"]).equals(found.summary(["last.limit_fen"]))
    assert again.save(place, ["last.limit_fen"]) == place
    file.write_text("product.limit.fen_per_point,product.limit.max_fen\n300,90000\n1300,1\n")
    with pytest.raises(ScenarioError, match="another study"):
        replicate(base, 8, posterior=file, inner=4).save(place, ["last.limit_fen"])
    with pytest.raises(ValueError, match="over a posterior"):
        one.parts("volume_fen")
    with pytest.raises(ValueError, match="multiple of 4"):
        replicate(base, 6, posterior=file, inner=4)


def test_draws_that_weigh_more_are_lived_more_often(base, tmp_path):
    """`paylater calibrate` leaves a column of weights."""
    found = weighed(np.array([0.5, 0.0, 0.3, 0.2]), 1_000)
    assert np.bincount(found, minlength=4).tolist() == pytest.approx([500, 0, 300, 200], abs=3)
    assert (weighed(np.array([0.5, 0.0, 0.3, 0.2]), 100) == found[:100]).all()
    file = tmp_path / "posterior.parquet"
    draws = {"product.limit.fen_per_point": [300, 700, 1_200], "weight": [0.0, 2.0, 0.0]}
    pd.DataFrame(draws).to_parquet(file)
    worlds = drawn(base, file, 5)
    assert [world.product.limit.fen_per_point for world in worlds] == [700] * 5
    pd.DataFrame(draws | {"weight": [0.0, -1.0, 3.0]}).to_parquet(file)
    with pytest.raises(ScenarioError, match="weights of 0 or more"):
        drawn(base, file)


def test_replications_on_the_command_line(base, tmp_path, capsys):
    (tmp_path / "base.toml").write_text(base.to_toml())
    (tmp_path / "draws.csv").write_text("product.limit.fen_per_point,weight\n300,1\n1200,1\n")
    words = ["replicate", str(tmp_path / "base.toml"), "--out", str(tmp_path / "out")]
    asked = ["--posterior", str(tmp_path / "draws.csv"), "--replications", "8", "--inner", "4"]
    assert commands.answer([*words, *asked, "--metric", "last.limit_fen / last.active"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "8 replications; luck, parameters: sd of a run" in told
    assert "last.limit_fen /" in told
    assert commands.answer([*words, *asked, "--metric", "last.limit_fen / last.active"]) == 0
    assert "left alone" in capsys.readouterr().out
    assert commands.answer([*words, *asked]) == 2
    assert "another study or run" in capsys.readouterr().err
    kept, tables = opened(tmp_path / "out", "replicates")
    assert kept["asked"]["inner"] == 4
    assert {"luck_sd", "parameter_sd"} <= set(tables["summary"].column_names)
    assert tables["summary"]["metric"].to_pylist()[-1] == "last.limit_fen / last.active"
    assert commands.answer([*words, "--inner", "3"]) == 2
    assert "--inner: wanted with --posterior only (found 3)" in capsys.readouterr().err
    assert commands.answer([*words, *asked[:2], "--replications", "5", "--metric", "x"]) == 2
    told = capsys.readouterr().err
    assert "--metric: wanted a figure" in told
    assert "--replications: wanted a multiple of 2" in told


def test_what_is_wrong_with_a_file_of_draws_is_told(base, tmp_path):
    file = tmp_path / "draws.csv"
    with pytest.raises(ScenarioError, match="wanted a table of draws"):
        drawn(base, file)
    file.write_text("product.limit.fen_per_point\n100\n-5\nx\n")
    with pytest.raises(ScenarioError) as caught:
        drawn(base, file)
    assert len(caught.value.lines) >= 2
    assert f"{file}: row 1: product.limit.fen_per_point: wanted" in str(caught.value)
    file.write_text("product.limit.fen_per_pint\n100\n")
    with pytest.raises(ScenarioError, match="did you mean"):
        drawn(base, file)
    file.write_text("product.limit.fen_per_point\n")
    with pytest.raises(ScenarioError, match="a row a draw"):
        drawn(base, file)


def test_factors_drawn_for_less_variance(base, tmp_path):
    """The mean economy is the same; its interval is narrower the more the factor explains."""
    economy = {"environment.factor.loading_ppm": 40_000, "run.users": 1_500, "run.days": 60}
    unsure = base.with_(**economy)
    found = {how: replicate(unsure, 30, factor=how) for how in Draws}
    name = "last.unemployed"
    half = {how: runs.interval(name).half_width for how, runs in found.items()}
    for how in (Draws.ANTITHETIC, Draws.STRATIFIED, Draws.CONTROL):
        assert half[how] < 0.8 * half[Draws.PLAIN], how
        apart = found[how].interval(name).estimate - found[Draws.PLAIN].interval(name).estimate
        assert abs(apart) < 3.3 / 1.96 * math.hypot(half[how], half[Draws.PLAIN])
    drawn = found[Draws.ANTITHETIC].factors.drawn
    assert (drawn[::2] == -drawn[1::2]).all()
    one = replicate(unsure.with_(**{"environment.factor.value": float(drawn[0])}), 1)
    assert one.values(name)[0] == found[Draws.ANTITHETIC].values(name)[0]
    summary = found[Draws.CONTROL].summary(["use_of_limits", name])
    assert summary["kind"].tolist() == ["mean", "mean"]
    kept = Replicates.open(found[Draws.CONTROL].save(tmp_path / "kept"))
    assert kept.summary(["use_of_limits", name]).equals(summary)
    with pytest.raises(ScenarioError) as caught:
        replicate(base, 7, factor="antithetic")
    assert [line.split(": ")[1] for line in caught.value.lines] == [
        "environment.factor.loading_ppm",
        "wanted a multiple of 2 replications (found 7)",
    ]


def test_factors_on_the_command_line(base, tmp_path, capsys):
    (tmp_path / "base.toml").write_text(base.to_toml())
    words = ["replicate", str(tmp_path / "base.toml"), "--factor", "stratified"]
    words += ["--out", str(tmp_path / "out"), "--replications"]
    loaded = ["--set", "environment.factor.loading_ppm=40_000"]
    assert commands.answer([*words, "20", *loaded]) == 0
    assert "20 replications" in capsys.readouterr().out
    assert opened(tmp_path / "out", "replicates")[0]["asked"]["factor"] == "stratified"
    assert commands.answer([*words, "15"]) == 2
    told = capsys.readouterr().err
    assert "environment.factor.loading_ppm: wanted more than 0" in told
    assert "wanted a multiple of 10 replications (found 15)" in told
