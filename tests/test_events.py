"""The event log: the same bytes however a run was made, and all that a user's books need."""

import numpy as np
import pandas as pd
import pytest
from teeming import ADOPTED, TEEMING, three_products

import sim
from sim.commands import WRONG_INPUT, answer
from sim.engines.state import start
from sim.engines.table import TableEngine
from sim.kinds import Flow, FunnelStep, Level, Note, Outcome, Standing, WarningStep
from sim.measures import FLOW_NAMES
from sim.results import open_run
from sim.results.event_codes import KINDS, kind_names, reason_names, rule_names
from sim.results.event_rows import Keys, opening_rows, rows_of
from sim.results.events import rebuilt
from sim.results.folder import partial_of, prepare
from sim.results.position import positions
from sim.scenario import ScenarioError
from sim.simulation import Stopped, live, run_into

USERS, DAYS, BURN_IN = 260, 300, 70


@pytest.fixture(scope="module")
def scenario(repo):
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    growth = [{"day": 0, "share_ppm": 700_000}, {"day": 200, "share_ppm": 1_000_000}]
    return plan.with_(
        users=USERS,
        days=DAYS,
        **TEEMING
        | ADOPTED
        | {
            "run.burn_in_days": BURN_IN,
            "output.events_ppm": 1_000_000,
            "population.growth": growth,
            "population.leave_month_ppm": 30_000,
            "behaviour.repaying.strain_weight_ppm": 3_000_000,
            "environment.unemployment_ppm": 300_000,
        },
    )


@pytest.fixture(scope="module")
def few(scenario):
    """Two short replications, for what runs often."""
    changes = {"run.burn_in_days": 10, "output.events_ppm": 700_000}
    return scenario.with_(users=60, days=50, replications=2, **changes)


@pytest.fixture(scope="module")
def run(scenario):
    return sim.run(scenario, threads=1)


@pytest.fixture(scope="module")
def folder(few, tmp_path_factory):
    return made(few, tmp_path_factory.mktemp("reference") / "run", threads=1)


def made(scenario, out, **how):
    draft = prepare(out, scenario)
    run_into(draft, **how)
    return draft.finish()


def bytes_of(out):
    return {path.name: path.read_bytes() for path in (out / "events").iterdir()}


def test_a_month_has_a_file_and_the_start_another(folder):
    months = ["2023-12", "2024-01", "2024-02"]
    assert sorted(bytes_of(folder)) == [
        *(f"{month}.parquet" for month in months),
        "opening.parquet",
    ]
    listed = open_run(folder).manifest["files"]
    assert listed["events/2024-01.parquet"]["rows"] > 1_000
    assert sum("events/" in name for name in listed) == 4


@pytest.mark.parametrize(
    "how",
    [
        {"threads": 3},
        {"threads": 1, "every": 1},
        {"threads": 2, "every": 11},
        {"engine": "agents"},
    ],
    ids=["threads", "every day", "eleven days", "agents"],
)
def test_how_a_run_was_made_does_not_show_in_its_events(few, folder, tmp_path, how):
    assert bytes_of(made(few, tmp_path / "run", **how)) == bytes_of(folder)


def test_a_run_in_memory_writes_the_same_events(few, folder, tmp_path):
    run = sim.run(few, threads=1)
    assert bytes_of(run.save(tmp_path / "run")) == bytes_of(folder)
    pd.testing.assert_frame_equal(
        run.events, open_run(folder).events, check_categorical=False, check_dtype=False
    )


@pytest.mark.parametrize("after", [1, 9, 30])
def test_a_run_stopped_and_taken_up_has_the_same_events(few, folder, tmp_path, after):
    out, stretches = tmp_path / "run", []

    def stop():
        return len(stretches) == after

    with pytest.raises(Stopped):
        run_into(prepare(out, few), threads=1, on_stretch=stretches.append, stop=stop)
    # What a killed process may have written after its last checkpoint.
    replication = max((partial_of(out) / "events").iterdir())
    (replication / "00000059.npy").write_bytes(b"half")
    (replication / "00000059.unfinished").write_bytes(b"half")
    draft = prepare(out, few, resume=True)
    run_into(draft, threads=1)
    assert bytes_of(draft.finish()) == bytes_of(folder)


def test_a_changed_event_is_told(few, tmp_path):
    out = made(few.with_(replications=1, days=5), tmp_path / "run", threads=1)
    file = out / "events" / "2024-01.parquet"
    data = bytearray(file.read_bytes())
    data[200] ^= 1
    file.write_bytes(data)
    with pytest.raises(ScenarioError, match=r"2024-01\.parquet: wanted .* \(found it changed\)"):
        open_run(out)


def test_events_are_in_order_and_count_from_0_each_day(run):
    events = run.events
    keys = ["replication", "day", "user", "sequence"]
    assert events[keys].equals(events[keys].sort_values(keys, ignore_index=True))
    assert not events.duplicated(keys).any()
    days = events.groupby(["day", "user"])["sequence"]
    assert (days.min() == 0).all()
    assert (days.max() + 1 == days.size()).all()
    assert events["day"].min() == -BURN_IN
    first = pd.Timestamp(run.scenario.run.start)
    assert (events["date"] == first + pd.to_timedelta(events["day"], unit="D")).all()


def test_all_events_of_a_day_add_up_to_its_flows(run):
    events = run.events[run.events["day"] >= 0]
    assert set(events["kind"]) >= {"refused", "limit", "standing", "application", "warning"}
    for flow, column in FLOW_NAMES.items():
        some = events[events["kind"] == KINDS[flow]]
        summed = some.groupby("day")["amount_fen"].sum().reindex(range(DAYS), fill_value=0)
        assert (summed == run.daily[column]).all(), flow


def test_applications_warnings_and_disputes_are_those_of_the_tables(run):
    events = run.events[run.events["day"] >= 0]
    told = events.assign(reason=events["reason"].astype(str)).groupby("kind", observed=True)
    told = told["reason"].value_counts()
    for way, rows in run.funnel.groupby("way"):
        for step in FunnelStep:
            name = step.name.lower()
            assert rows[name].sum() == told.get(("application", f"{way}:{name}"), 0), (way, step)
    for level, rows in run.warnings.groupby("level"):
        for step in (WarningStep.RAISED, WarningStep.TRUE, WarningStep.FALSE, WarningStep.PASSED):
            name = step.name.lower()
            assert rows[name].sum() == told.get(("warning", f"{level}:{name}"), 0), (level, step)
    for claim, rows in run.disputes.groupby("claim"):
        for name in ("raised", "upheld", "rejected"):
            assert rows[name].sum() == told.get(("dispute", f"{claim}:{name}"), 0), (claim, name)
    assert told["dispute"].sum() > 20


def test_a_share_of_users_is_logged_as_if_all_were(scenario, run):
    some = sim.run(scenario.with_(**{"output.events_ppm": 300_000}), threads=1)
    users = set(some.events["user"])
    assert 0 < len(users) < USERS / 2
    theirs = run.events[run.events["user"].isin(users)].reset_index(drop=True)
    pd.testing.assert_frame_equal(some.events, theirs, check_categorical=False)
    assert some.daily.equals(run.daily)
    unlogged = min(set(range(USERS)) - users)
    with pytest.raises(ScenarioError, match="user: wanted a user whose events are kept"):
        some.state(unlogged, 3)


def test_without_a_share_there_is_no_log(few, tmp_path):
    run = sim.run(few.with_(**{"output.events_ppm": 0}, days=2, replications=1), threads=1)
    with pytest.raises(AttributeError, match=r"output\.events_ppm above 0"):
        _ = run.events
    assert not (run.save(tmp_path / "run") / "events").exists()


@pytest.fixture(scope="module")
def simulated(scenario):
    """Each day's positions as they were simulated."""
    return lived(scenario)


def lived(scenario):
    state = start(scenario)
    held = {-1: positions(state)}
    engine = TableEngine(state, 1)
    live(state, engine, longest=1, on_stretch=lambda s: held.__setitem__(s.day - 1, positions(s)))
    engine.close()
    return held


def frame_of(table, keys):
    frame = opening_rows(table, keys).to_pandas().drop(columns="replication")
    names = {name: frame[name].astype(object) for name in ("standing", "product")}
    return frame.assign(**names)


def test_the_books_of_all_users_are_rebuilt_from_events_alone(scenario, run, simulated):
    keys = Keys.of(scenario, 0)
    opening = opening_rows(simulated[-1], keys).to_pandas()
    # Else equality says little.
    everything = np.concatenate(list(simulated.values()))
    for name in set(everything.dtype.names) - {"product"}:
        assert (everything[name] != 0).sum() > 100, name
    assert set(everything["standing"]) == set(Standing)
    assert set(run.events["kind"]) >= {
        *("plan", "forbearance", "refunded", "refund_cash", "fraud_loss", "dispute_loss"),
        *("instalment_fees", "suspended", "suspense_released", "suspense_written_off"),
        *("interest_waived", "penalty_waived"),
        *("warning", "dispute", "takeover", "request", "recovered", "brought", "taken"),
    }, "holds, disputes, instalments, refunds, thefts: without them equality says little"
    days = np.random.default_rng(1).integers(-BURN_IN, DAYS, 25)
    for day in [-BURN_IN, *days, DAYS - 1]:
        found = rebuilt(run.events, day, opening=opening)
        expected = frame_of(simulated[day + BURN_IN], keys)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_of_several_products_each_account_is_rebuilt_from_its_own_events(repo):
    plan = three_products(sim.load(repo / "scenarios" / "seed_article.toml"))
    plan = plan.with_(users=60, days=80, **{"run.burn_in_days": 20})
    run, held, keys = sim.run(plan, threads=1), lived(plan), Keys.of(plan, 0)
    last = held[99]
    for product in range(3):
        assert (last["principal"][last["product"] == product] > 0).sum() > 5, product
    for day in (-20, 0, 41, 79):
        found = rebuilt(run.events, day, opening=run.opening())
        expected = frame_of(held[day + 20], keys)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    of_one = expected[expected["user"] == 7]
    for name in ("limit_fen", "principal_fen", "money_fen", "recovered_fen"):
        assert run.state(7, 79)[name] == of_one[name].sum()
    assert run.state(7, 79)["standing"] == of_one["standing"].iloc[0]


def test_one_user_on_one_day(scenario, run, simulated):
    luck = np.random.default_rng(2)
    for user, day in zip(luck.integers(0, USERS, 8), luck.integers(-BURN_IN, DAYS, 8), strict=True):
        expected = (
            frame_of(simulated[day + BURN_IN][[user]], Keys.of(scenario, 0)).iloc[0].drop("product")
        )
        assert run.state(user, day).to_dict() == expected.to_dict()
    for day in (-BURN_IN - 1, DAYS):
        with pytest.raises(ScenarioError, match="day: wanted a simulated day, -70 to 299"):
            run.state(0, day)
    with pytest.raises(ScenarioError, match="found 0, replication 1"):
        run.state(0, 0, replication=1)


def test_without_an_opening_money_is_a_change_since_the_start(run, simulated):
    first, last = simulated[-1], simulated[BURN_IN + DAYS - 1]
    found = rebuilt(run.events, DAYS - 1).set_index("user")["money_fen"]
    change = pd.Series(last["money"] - first["money"], index=first["user"])
    assert (found == change.loc[found.index]).all()


def test_a_run_folder_rebuilds_what_its_run_does(few, folder):
    opened, run = open_run(folder), sim.run(few, threads=1)
    user = int(opened.events["user"].iloc[-1])
    for replication in (0, 1):
        for day in (-10, 0, 49):
            there = opened.state(user, day, replication=replication)
            assert there.to_dict() == run.state(user, day, replication=replication).to_dict()


def name_at(names, kind, reason):
    texts, codes = names
    return texts[codes[kind, reason]]


def test_every_kind_that_can_be_written_down_has_a_name_and_its_reasons_too(run):
    assert len(KINDS) == len(Flow) + len(Note)
    assert set(kind_names().texts) == set(KINDS.values())
    held = 10 * Level.REQUESTS + WarningStep.EXPIRED
    assert name_at(reason_names(), Note.REFUSED, Outcome.YEARLY_CAP) == "yearly_cap"
    assert name_at(reason_names(), Note.WARNING, held) == "requests:expired"
    assert name_at(rule_names(), Note.WARNING, held) == "R-L9"
    there = run.events["reason"].notna().groupby(run.events["kind"], observed=True).mean()
    assert set(there) == {0, 1}, "some reasons of a kind have no name"


def test_early_settlements_are_told_apart(run):
    paid = run.events[run.events["reason"] == "early_settlement"]
    assert set(paid["rule"]) == {"R-P6"}
    assert set(paid["kind"]) >= {"principal_repaid"}


def test_events_of_a_stretch_become_the_same_rows_in_any_portions(run):
    record = run._store.record(0)
    keys = Keys.of(run.scenario, 0)
    part = next(part for part in record.log.parts if len(part) > 100)
    whole = pd.concat([table.to_pandas() for table in rows_of(part, keys)])
    cut = [table.to_pandas() for k in range(len(part)) for table in rows_of(part[k : k + 1], keys)]
    assert (
        whole.reset_index(drop=True)
        .astype(str)
        .equals(pd.concat(cut).reset_index(drop=True).astype(str))
    )


def test_the_command_takes_a_share(repo, tmp_path, capsys):
    words = ["run", str(repo / "scenarios" / "seed_article.toml"), "--users", "40", "--days", "6"]
    out = tmp_path / "run"
    assert answer([*words, "--events", "0.25", "--out", str(out), "--quiet"]) == 0
    opened = open_run(out)
    assert opened.scenario.output.events_ppm == 250_000
    assert 0 < opened.events["user"].nunique() < 40
    assert answer([*words, "--events", "1.5", "--out", str(tmp_path / "other")]) == WRONG_INPUT
    assert "--events" in capsys.readouterr().err
