"""Users as Mesa agents: decisions in Python, for everyone or for the first few."""

import mesa
import numpy as np
import pytest

import sim
from sim.engines.state import start
from sim.engines.table import TableEngine
from sim.kinds import Flow, Place
from sim.simulation import live


@pytest.fixture(scope="module")
def file(repo, tmp_path_factory):
    """The article's product, open to all from the first day."""
    file = tmp_path_factory.mktemp("agents") / "open.toml"
    extends = (repo / "scenarios" / "seed_article.toml").as_posix()
    file.write_text(f'extends = "{extends}"\n[product]\nadmission = "open_to_all"\n')
    return file


def test_a_model_steps_a_day_and_collects_it(file):
    model = sim.CreditModel(file, users=50, days=4)
    assert len(model.agents) == 50
    while model.running:
        model.step()
    days = model.datacollector.get_model_vars_dataframe()
    assert len(days) == 4
    assert days["users"].iloc[-1] <= 50
    assert days["principal_fen"].iloc[-1] > 0


@pytest.mark.parametrize("kind", ["article", "standing orders"])
def test_a_few_agents_among_many_rows_give_the_same_bits(file, repo, kind):
    other = repo / "scenarios" / "taiwan_2005.toml"
    plan = sim.load(file if kind == "article" else other).with_(users=300, days=40)
    state = start(plan)
    live(state, TableEngine(state, 1))
    model = sim.CreditModel(plan, agents=20)
    assert len(model.agents) == 20
    while model.running:
        model.step()
    for name, table in state.arrays().items():
        for column in table.dtype.names or ():
            np.testing.assert_array_equal(model.state.arrays()[name][column], table[column])


class Hoarder(sim.UserAgent):
    """Buys one thing a day, online and on credit, and never pays by hand."""

    def spend(self, luck, environment):
        wishes = sim.Wishes()
        wishes.buy(Place.ONLINE, 12_34)
        return wishes

    def repay(self, luck, environment):
        return sim.Payment(amount=0)


def test_an_overridden_decision_reaches_the_product(file):
    model = sim.CreditModel(file, users=30, days=3, agents=5, user_class=Hoarder)
    before = model.state.accounts["unbilled"].copy()
    model.step()
    drawn = (model.state.accounts["unbilled"] - before)[:5, 0]
    assert (drawn == 12_34).all()
    assert (np.delete(model.state.accounts["unbilled"][:, 0], range(5)) != 12_34).any()


def test_the_product_answers_an_agent_like_anyone(file):
    class Greedy(sim.UserAgent):
        def spend(self, luck, environment):
            wishes = sim.Wishes()
            wishes.buy(Place.TRANSFER, 100_00)
            wishes.buy(Place.ONLINE, 5_000_01)
            return wishes

    model = sim.CreditModel(file, users=10, days=2, user_class=Greedy)
    model.step()
    assert model.today.refused == 20
    assert model.today.flow[Flow.PURCHASES] == 0


def test_an_agent_that_asks_for_nonsense_is_told_so(file):
    class Confused(sim.UserAgent):
        def repay(self, luck, environment):
            return sim.Payment(amount=0.5)

    model = sim.CreditModel(file, users=3, days=2, user_class=Confused)
    with pytest.raises(TypeError, match=r"amount: wanted a whole number \(found 0.5\)"):
        model.step()


def test_attributes_are_the_table(file):
    model = sim.CreditModel(file, users=3, days=2)
    agent = next(iter(model.agents))
    agent.wallet = 77_00
    assert model.state.users["wallet"][0] == 77_00
    model.state.users["bank"][0] = 55
    assert agent.bank == 55
    with pytest.raises(ValueError, match="memoryview"):
        agent.wallet = 2**31


def test_mesas_batch_run_takes_the_model(file):
    rows = mesa.batch_run(
        sim.CreditModel,
        parameters={"file": str(file), "users": [20, 30], "days": 3},
        number_processes=1,
        max_steps=3,
        data_collection_period=-1,
        display_progress=False,
    )
    assert [row["users"] for row in rows] == [20, 30]
    assert all(row["active"] > 0 for row in rows)


def test_the_variables_of_a_day_are_the_columns_of_daily(file):
    plan = sim.load(file).with_(users=40, days=5)
    model = sim.CreditModel(plan)
    while model.running:
        model.step()
    told = model.datacollector.get_model_vars_dataframe()
    daily = sim.run(plan).daily.drop(columns=["replication", "day", "date"])
    assert list(told) == list(daily)
    assert (told.to_numpy() == daily.to_numpy()).all()
    assert told["spent_fen"].sum() > 0


def test_agents_and_classes_that_cannot_be_are_refused(file):
    with pytest.raises(sim.ScenarioError, match="agents: wanted a whole number from 0"):
        sim.CreditModel(file, users=3, days=2, agents=-1)
    with pytest.raises(sim.ScenarioError, match="user_class: wanted a class made from"):
        sim.CreditModel(file, users=3, days=2, user_class=int)


def edited(change):
    """Return users whose wishes or payment are changed in place, as the README does it."""

    class Edited(sim.UserAgent):
        def spend(self, luck, environment):
            wishes = super().spend(luck, environment)
            wishes.count = 1
            wishes.place[0], wishes.amount[0], wishes.means[0] = 0, 500, -1
            change(wishes)
            return wishes

    return Edited


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda w: setattr(w, "count", 99), "spend: count: wanted 0 to 16 .found 99"),
        (lambda w: setattr(w, "count", -1), "spend: count: wanted 0 to 16 .found -1"),
        (lambda w: w.amount.__setitem__(0, -500), "spend: amount.0: wanted 1 to .* .found -500"),
        (lambda w: w.amount.__setitem__(0, 0), "spend: amount.0: wanted 1 to .* .found 0"),
        (lambda w: w.place.__setitem__(0, 77), "spend: place.0: wanted 0 to 10 .found 77"),
        (lambda w: w.means.__setitem__(0, 5), "spend: means.0: wanted -1 to 0 .found 5"),
    ],
)
def test_wishes_changed_in_place_are_checked_before_the_product_sees_them(file, change, told):
    model = sim.CreditModel(file, users=3, days=2, user_class=edited(change))
    with pytest.raises(ValueError, match=f"^user 0, day 0: {told}"):
        model.step()


def test_decisions_that_are_none_are_told_so(file):
    class Silent(sim.UserAgent):
        def spend(self, luck, environment):
            return None

    class Owing(sim.UserAgent):
        def repay(self, luck, environment):
            payment = super().repay(luck, environment)
            payment.amount = -1
            return payment

    with pytest.raises(TypeError, match=r"^user 0, day 0: spend: wanted Wishes .found None"):
        sim.CreditModel(file, users=3, days=2, user_class=Silent).step()
    with pytest.raises(ValueError, match=r"^user 0, day 0: repay: amount: wanted 0 to"):
        sim.CreditModel(file, users=3, days=2, user_class=Owing).step()


def test_there_is_no_day_after_the_last(file):
    model = sim.CreditModel(file, users=3, days=1)
    model.step()
    with pytest.raises(RuntimeError, match="found its end, day 1"):
        model.step()


def test_an_unknown_engine_and_no_threads_are_refused(file):
    plan = sim.load(file).with_(users=3, days=1)
    with pytest.raises(ValueError, match='wanted "table" or "agents"'):
        sim.run(plan, engine="tabel")
    with pytest.raises(ValueError, match="at least one thread"):
        sim.run(plan, threads=0)
