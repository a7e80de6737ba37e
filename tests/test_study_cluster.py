"""Where tasks are done never shows: in one process or a Dask cluster, a worker lost or not."""

import os
import signal
import threading

import pytest

import sim
from sim import commands
from sim.results.folder import prepare
from sim.scenario import ScenarioError, from_tree
from sim.scenario.studies import SweepFile, load_study
from sim.study.cluster import Cluster
from sim.study.comparison import compare
from sim.study.sending import carried_out, packed
from sim.study.shards import run_shards, shards_of
from sim.study.sweep import Sweep, sweep
from sim.study.work import Task, lived, scenario_files
from sim.study.workers import Workers

STUDY = """
scenario = "base.toml"
replications = {runs}
metrics = ["income_fen", "use_of_limits"]
[[axis]]
key = "product.limit.fen_per_point"
values = [500, 1_000]
"""

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def base():
    tree = {"run": {"users": 60, "days": 45, "seed": 5}, "product": {"admission": "open_to_all"}}
    return from_tree(tree)


def study_in(folder, base, runs):
    (folder / "base.toml").write_text(base.to_toml())
    (folder / "study.toml").write_text(STUDY.format(runs=runs))
    return folder / "study.toml"


def test_a_task_carries_its_files(base):
    with scenario_files([base]) as files:
        sent = packed(Task(files, 0))
        here = lived(sent.task)
    there = carried_out(lived, sent)  # the files are gone by now
    assert there.daily[0].equals(here.daily[0])


@pytest.mark.parametrize("address", ["local:0", "local:two", "somewhere", "local:"])
def test_an_address_that_is_none_is_told(address):
    with pytest.raises(ScenarioError, match="--cluster: wanted"):
        Cluster(address)


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setattr("sim.study.cluster.WAIT_SECONDS", 1)
    with pytest.raises(ScenarioError, match="wanted a scheduler at"), Cluster("tcp://127.0.0.1:9"):
        pass


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(base, tmp_path):
    file = study_in(tmp_path, base, 15)
    found = Sweep(load_study(SweepFile, file), tmp_path / "cluster")
    lost = []
    with Cluster("local:2") as at:
        assert at.dashboard.startswith("http://127.0.0.1")
        pids = at._client.run(os.getpid)

        def hears(done, _):
            if done == 8:
                lost.append(next(iter(pids.values())))
                os.kill(lost[0], signal.SIGKILL)

        assert found.run(workers=at, hears=hears)
        assert lost[0] not in at._client.run(os.getpid).values()
    sweep(file, tmp_path / "one")
    one, other = (
        (tmp_path / place / "results.parquet").read_bytes() for place in ("one", "cluster")
    )
    assert one == other


@pytest.mark.slow
def test_comparisons_on_a_cluster_are_those_of_one_process(base):
    other = base.with_(**{"product.limit.fen_per_point": 500})
    one = compare(base, other, replications=3, attribute=["volume_fen"])
    there = compare(base, other, replications=3, attribute=["volume_fen"], cluster="local:2")
    assert all(one.tables[name].equals(there.tables[name]) for name in one.tables)


def bytes_in(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".json"
    }


def by_shards(plan, out, users, **options):
    draft = prepare(out, plan, resume=True)
    with Workers() as at:
        if run_shards(draft, at, users=users, **options):
            draft.finish(engine="table", threads=1, timings={})
    return out


@pytest.fixture
def pair(base):
    """Two replications of users of whom some are written."""
    alone = {"output.users_ppm": 600_000, "risk_control.collection.capacity_ppm": 0}
    return base.with_(replications=2, **alone)


def test_shards_leave_the_bytes_of_a_run_in_one_piece(pair, tmp_path):
    whole = sim.run(pair).save(tmp_path / "whole")
    for users in (7, 25, 60, 1_000):
        assert bytes_in(by_shards(pair, tmp_path / str(users), users)) == bytes_in(whole)


def test_shards_that_were_stopped_go_on(pair, tmp_path):
    out, heard = tmp_path / "out", []
    by_shards(pair, out, 20, stop=lambda: True, hears=heard.append)
    assert not out.exists()
    assert heard == [20 * 45]
    by_shards(pair, out, 20, hears=heard.append)
    assert heard == [20 * 45 * n for n in range(1, 7)]
    assert bytes_in(out) == bytes_in(sim.run(pair).save(tmp_path / "whole"))


def test_users_who_share_something_are_one_shard_but_on_a_cluster(base, pair):
    assert [shard.users for shard in shards_of(pair, 25)] == [25, 25, 10] * 2
    assert [shard.users for shard in shards_of(base, 25)] == [60]  # collection has a capacity
    assert [shard.users for shard in shards_of(base, 25, meeting=True)] == [25, 25, 10]
    friends = base.with_(
        **{"behaviour.applying.community": 16, "behaviour.applying.friends_weight_ppm": 500_000}
    )
    assert [shard.users for shard in shards_of(friends, 25, meeting=True)] == [16, 16, 16, 12]


def test_a_run_by_shards_on_the_command_line(base, tmp_path, capsys):
    alone = base.with_(**{"risk_control.collection.capacity_ppm": 0})
    (tmp_path / "base.toml").write_text(alone.to_toml())
    words = ["run", str(tmp_path / "base.toml"), "--quiet", "--out"]
    assert commands.answer([*words, str(tmp_path / "whole")]) == 0
    assert commands.answer([*words, str(tmp_path / "shards"), "--shard-users", "16"]) == 0
    assert bytes_in(tmp_path / "shards") == bytes_in(tmp_path / "whole")
    more = ["--shard-users", "16", "--engine", "agents", "--checkpoint-every", "9"]
    assert commands.answer([*words, str(tmp_path / "more"), *more]) == 2
    told = capsys.readouterr().err
    assert "--engine: wanted table, for a run by shards (found agents)" in told
    assert "--checkpoint-every: wanted 0" in told
    assert not (tmp_path / "more").exists()


def test_shards_keep_the_events_of_a_run_in_one_piece(pair, tmp_path):
    loud = pair.with_(**{"output.events_ppm": 500_000, "run.burn_in_days": 10})
    whole = bytes_in(sim.run(loud).save(tmp_path / "whole"))
    assert len(whole["events/2024-01.parquet"]) > 5_000
    for users in (7, 60):
        assert bytes_in(by_shards(loud, tmp_path / str(users), users)) == whole
    few = loud.with_(**{"output.events_ppm": 1, "run.users": 20})  # shards without an event
    assert bytes_in(by_shards(few, tmp_path / "few", 7)) == bytes_in(
        sim.run(few).save(tmp_path / "few whole")
    )


def test_a_run_with_close_ties_is_one_shard_that_keeps_what_friends_saw(pair, tmp_path):
    tied = pair.with_(
        **{
            "population.network.close_ties": 4,
            "behaviour.spending.friends_weight_ppm": 500_000,
            "output.friends": True,
        }
    )
    whole = sim.run(tied).save(tmp_path / "whole")
    assert (whole / "friends.parquet").is_file()
    assert bytes_in(by_shards(tied, tmp_path / "shards", 25)) == bytes_in(whole)


@pytest.mark.slow
def test_a_run_on_a_cluster_leaves_the_bytes_of_one_process(pair, tmp_path):
    whole = sim.run(pair).save(tmp_path / "whole")
    draft = prepare(tmp_path / "cluster", pair)
    with Cluster("local:2") as at:
        assert run_shards(draft, at, users=25)
    assert bytes_in(draft.finish(engine="table", threads=1, timings={})) == bytes_in(whole)


@pytest.mark.slow
def test_shards_that_meet_at_barriers_leave_the_bytes_of_one_piece(tmp_path):
    """Invitations, collection and circles of friends couple users; a worker is lost on the way."""
    tree = {
        "run": {"users": 90, "days": 60, "seed": 8, "burn_in_days": 40},
        "product": {"ways": {"invitations_ppm": 200_000}},
        "output": {"events_ppm": 300_000},
        "behaviour": {
            "applying": {
                "community": 16,
                "friends_weight_ppm": 2_000_000,
                "wish_month_ppm": 900_000,
                "wallet_start_ppm": 900_000,
            }
        },
    }
    coupled = from_tree(tree)
    whole = sim.run(coupled)
    assert whole.circles["good"].sum() > 0
    assert whole.environment["invitable"].sum() > 0
    draft = prepare(tmp_path / "shards", coupled)
    with Cluster("local:2") as at:
        pids = list(at._client.run(os.getpid).values())
        killer = threading.Timer(3.0, os.kill, (pids[0], signal.SIGKILL))
        killer.start()
        assert run_shards(draft, at, users=32)
        assert not killer.is_alive(), "the run was over before the worker was lost"
    place = draft.finish(engine="table", threads=1, timings={})
    assert bytes_in(place) == bytes_in(whole.save(tmp_path / "whole"))
