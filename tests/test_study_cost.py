"""The cost of runs is measured, and what is carried on from it is a line that gives it back."""

import datetime as dt
from pathlib import Path

import pytest

import sim
from sim import commands
from sim.arms import arms_of
from sim.barrier import couples
from sim.scenario import ScenarioError, from_tree
from sim.study.cost import Cost, Line, Point, measured_cost, read_cost, uncoupled
from sim.study.cost_page import page

FIXED, USER, USER_DAY, OVERHEAD, SERIAL, GATHERED = 1.5, 3e-6, 100e-9, 1.25, 1e-6, 2e-6
SHIPPED = Path(sim.__file__).parent / "docs"


def point(name, users, days, shard=0, cluster="", serial=0.0):
    """A run that costs exactly what the line says, on two cores."""
    cpu = FIXED + users * USER + users * days * USER_DAY * (OVERHEAD if cluster else 1)
    cpu += users * (serial + (GATHERED if shard else 0))
    return Point(name, users, days, shard, cluster, cpu / 2, cpu, 900.0, users * 1e-3, users * 1e-4)


def made(**changes):
    points = [point("whole", users, days) for users in (10_000, 1_000_000) for days in (30, 365)]
    points.append(point("no final states", 1_000_000, 30, serial=-SERIAL))
    points += [
        point("by shards", 1_000_000, 30, 500_000),
        point("by shards", 10_000_000, 30, 1_000_000),
    ]
    points += [point("on two workers", 1_000_000, days, 500_000, "local:2") for days in (30, 365)]
    cost = {
        "scenario": "base",
        "settings": {"product.admission": "open_to_all"},
        "uncoupled": {"risk_control.collection.capacity_ppm": 0},
        "machine": {"cpu": "some", "cores": "2"},
        "row_bytes": 604,
        "task_seconds": 0.002,
        "points": points,
    }
    return Cost(**cost | changes)


def test_a_line_gives_back_what_was_put_into_it():
    line = Line.of(made())
    assert line.user_day == pytest.approx(USER_DAY)
    assert line.user == pytest.approx(USER + GATHERED, rel=0.02)
    assert line.fixed == pytest.approx(FIXED, rel=0.03)  # the smallest run's users count in it
    assert line.serial_user == pytest.approx(SERIAL + GATHERED, rel=0.03)
    assert line.overhead == pytest.approx(OVERHEAD)
    check = point("by shards", 1_000_000, 30, 500_000).cpu_seconds
    assert line.cpu_seconds(1_000_000, 30) == pytest.approx(check, rel=0.01)


def test_clocks_follow_from_the_line():
    line, users, days = Line.of(made()), 1_000_000_000, 300
    cpu, serial = line.cpu_seconds(users, days), users * line.serial_user
    assert line.alone(users, days, 4) == pytest.approx(serial + (cpu - serial) / 4)
    own = users * (USER - SERIAL + days * USER_DAY * OVERHEAD)
    assert line.on_cluster(10, users, days) == pytest.approx(serial + own / 10, rel=0.001)
    # Of very many cores the scheduler is what is waited for: three tasks a shard and barrier.
    tasks = 3 * 100_000 * 100
    assert line.on_cluster(100_000, users, days) == pytest.approx(serial + tasks * 0.002, rel=0.001)


def test_the_page_says_what_is_measured_and_what_is_not(tmp_path):
    cost = made()
    cost.save(tmp_path / "cost.json")
    assert read_cost(tmp_path / "cost.json") == cost
    text = page(cost, 1_200_000_000, 365)
    assert "| 10,000,000 | 30 | shards of 1,000,000, one after the other |" in text
    assert "## Extrapolated: 1,200,000,000 users, 365 days" in text
    assert "Not measured: the line, carried on." in text
    cpu = Line.of(cost).cpu_seconds(1_200_000_000, 365)
    assert f"Processor time {cpu / 3_600:,.1f} h" in text
    assert "1,200 shards one after the other" in text
    assert f"state {604 * 1.2e9 / 2**40:.2f} TiB" in text
    alone = made(points=[p for p in cost.points if not p.cluster], task_seconds=0.0)
    assert "cluster" not in page(alone)


def test_the_page_that_ships_is_that_of_its_figures():
    cost = read_cost(SHIPPED / "cost.json")
    assert page(cost) == (SHIPPED / "cost.md").read_text(encoding="utf-8")
    sizes = {p.users for p in cost.points}
    assert {10_000, 100_000, 1_000_000, 10_000_000} <= sizes
    assert all(p.cpu_seconds > 0 and p.peak_mib > 100 and p.left_mib > 0 for p in cost.points)


def test_what_couples_users_is_switched_off_to_go_shard_by_shard(repo):
    base = from_tree({"product": {"ways": {"invitations_ppm": 5}}})
    apart = uncoupled(base)
    assert set(apart) == {
        "risk_control.collection.capacity_ppm",
        "product.ways.invitations_ppm",
    }
    assert couples(arms_of(base))
    assert not couples(arms_of(base.with_(**apart)))
    assert uncoupled(base.with_(**apart)) == {}
    three = sim.load(repo / "scenarios" / "compare_three_products.toml")
    assert not couples(arms_of(three.with_(**uncoupled(three))))
    assert any(key.startswith("product.1.") for key in uncoupled(three))
    date = dt.date(2024, 2, 1)
    policy = {"date": date, "set": {"risk_control.collection.capacity_ppm": 10}}
    with pytest.raises(ScenarioError, match="policy: wanted users whom nothing couples"):
        uncoupled(base.with_(policy=[policy]))


@pytest.mark.slow
def test_runs_are_measured():
    tree = {"run": {"seed": 3}, "product": {"admission": "open_to_all"}}
    heard = []
    cost = measured_cost(
        from_tree(tree), {}, sizes=(300, 600, 900), days=(3, 40), cluster=False, told=heard.append
    )
    assert len(heard) == 1 + len(cost.points)
    assert [(p.name, p.users, p.days) for p in cost.points] == [
        *(("whole", users, days) for users in (300, 600) for days in (3, 40)),
        ("no final states", 600, 3),
        ("by shards", 600, 3),
        ("by shards", 900, 3),
    ]
    by_name = {p.name: p for p in cost.points}
    assert by_name["no final states"].left_mib < cost.points[2].left_mib
    assert all(p.cpu_seconds > 0.1 and 100 < p.peak_mib < 2_000 for p in cost.points)
    assert cost.machine["cores"]
    assert page(cost)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--cost", "--sizes", "5,x,7"], "--sizes: wanted three sizes"),
        (["--cost", "--sizes", "5,4,7"], "--sizes: wanted three sizes"),
        (["--sizes", "1,2,3"], "--sizes: wanted with --cost only"),
        (["--users", "5"], "--users: wanted with --cost only (found 5)"),
        (["--cost", "--workers", "2"], "--workers, --cluster: wanted without --cost only"),
        (["--cost", "--set", "run.usrs=3"], "run.usrs: wanted a known key"),
    ],
)
def test_what_is_wrong_is_told(words, told, tmp_path, capsys):
    (tmp_path / "base.toml").write_text(from_tree({}).to_toml())
    assert commands.answer(["plan", str(tmp_path / "base.toml"), *words]) == 2
    assert told in capsys.readouterr().err
