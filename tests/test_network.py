"""Friends: who is tied to whom, what friends see of each other, and what comes of it."""

import numpy as np
import pytest
from scripted_user import open_account
from teeming import ADOPTED, TEEMING
from test_engines import assert_same
from test_engines import lived as lived_by

import sim
from sim import barrier
from sim.account import Account
from sim.day import Environment, Luck
from sim.engines.agents import AgentsEngine
from sim.engines.plain import PlainEngine
from sim.engines.state import restored, start
from sim.engines.table import TableEngine
from sim.explain import Explainer
from sim.explain.relived import relive
from sim.kinds import Standing, Status
from sim.network import communities, ties
from sim.params import params_of
from sim.population import population
from sim.results import Run, open_run
from sim.results.record import Record
from sim.risk.clustering import clustering
from sim.risk.diffusion import diffusion
from sim.rows import as_object
from sim.rules import mood, repaying
from sim.scenario import ScenarioError, from_tree
from sim.simulation import engine_of, live, simulate
from sim.study.shards import shards_of
from sim.user import User

WEIGHTS = {
    "behaviour.applying.friends_weight_ppm": 3_000_000,
    "behaviour.spending.friends_weight_ppm": 300_000,
    "behaviour.repaying.friends_weight": 5_000,
    "product.ways.friends_weight_ppm": 200_000,
}
NO_WEIGHTS = dict.fromkeys(WEIGHTS, 0)
TIED = {"population.network.close_ties": 8, "behaviour.applying.community": 64}


@pytest.fixture(scope="module")
def tied(repo):
    """Return a scenario in which friends weigh in all ways, and much else happens."""
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    growth = [{"day": 0, "share_ppm": 800_000}, {"day": 50, "share_ppm": 1_000_000}]
    prudence = [[0, -4_000], [0.5, 3_000], [1, 9_000]]
    more = {
        "population.growth": growth,
        "population.leave_month_ppm": 30_000,
        "population.traits.prudence.quantiles": prudence,
        "output.friends": True,
        "product.rollout": [],
    }
    return plan.with_(users=300, days=130, **TEEMING | ADOPTED | WEIGHTS | TIED | more)


@pytest.fixture(scope="module")
def reference(tied):
    return lived_by(tied)


@pytest.fixture(scope="module")
def graph():
    """Return a scenario of 6,000 users, those users, and their ties."""
    plan = from_tree({"run": {"users": 6_000, "days": 30}, "population": {"network": {}}})
    plan = plan.with_(**{"population.network.close_ties": 10})
    users = population(plan)
    return plan, users, ties(plan, users)


# ---- the graph ------------------------------------------------------------------------------


def test_a_tie_is_of_both_and_there_once_and_of_nobody_with_themselves(graph):
    _, users, tied = graph
    matrix = tied.matrix()
    assert abs(matrix - matrix.T).sum() == 0
    assert matrix.diagonal().sum() == 0
    for i in range(0, len(users), 500):
        mine = tied.friends[tied.start[i] : tied.start[i + 1]]
        assert (np.diff(mine) > 0).all()


@pytest.mark.rule("R-F7", "R-A3")
def test_ties_are_near_within_a_community_and_far_within_the_region(graph):
    plan, users, tied = graph
    one, other = tied.matrix().nonzero()
    assert (users["region"][one] == users["region"][other]).all()
    community = communities(users, plan.behaviour.applying.community)
    far = (community[one] != community[other]).mean()
    # 15 % are meant for other communities; of these some find their own again.
    assert 0.10 < far < 0.15
    none_far = plan.with_(**{"population.network.far_ppm": 0})
    one, other = ties(none_far, users).matrix().nonzero()
    assert (community[one] == community[other]).all()


def test_communities_are_of_one_region_and_of_the_size_that_is_asked_for(graph):
    _, users, _ = graph
    community = communities(users, 100)
    for number in range(community.max() + 1):
        assert len(set(users["region"][community == number])) == 1
    sizes = np.bincount(community)
    assert sizes.max() == 100
    assert (sizes < 100).sum() <= 4  # the last of each region
    fewer = communities(users[:3_000], 100)
    same = community[:3_000]  # numbers differ, who is together does not
    pairs = {(a, b) for a, b in zip(fewer.tolist(), same.tolist(), strict=True)}
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)


@pytest.mark.rule("R-F7", "R-A3")
def test_close_ties_are_in_proportion_to_contacts(graph):
    plan, users, tied = graph
    contacts = users["friends"].astype(float)
    wanted = 10 * contacts / plan.population.network.contacts
    # A few in a hundred are let go: ends that met their own user, a friend again, or nobody.
    assert 0.93 < tied.counts.sum() / wanted.sum() < 1.0
    assert np.corrcoef(tied.counts, contacts)[0, 1] > 0.97
    # Half as close: half as many.
    few = ties(plan.with_(**{"population.network.close_ties": 5}), users)
    assert few.counts.mean() == pytest.approx(tied.counts.mean() / 2, rel=0.03)


def test_the_graph_is_drawn_anew_for_each_replication_and_moves_no_trait(graph):
    plan, users, tied = graph
    again = ties(plan, users)
    np.testing.assert_array_equal(again.friends, tied.friends)
    assert not np.array_equal(ties(plan, users, 1).friends[:100], tied.friends[:100])
    without = population(plan.with_(**{"population.network.close_ties": 0}))
    assert users.tobytes() == without.tobytes()


def test_ties_of_some_users_only_are_refused(graph):
    plan, users, _ = graph
    with pytest.raises(ValueError, match="wanted all 6000 users"):
        ties(plan, users[:10])


@pytest.mark.slow
def test_a_million_users_are_tied_within_five_seconds():
    import time

    plan = from_tree({"run": {"users": 1_000_000}, "population": {"network": {"close_ties": 10}}})
    users = population(plan)
    ties(plan.with_(users=10), users[:10])  # compiled
    began = time.process_time()
    tied = ties(plan, users)
    assert time.process_time() - began < 5
    assert 9.5 < tied.counts.mean() < 10.5


# ---- what friends see -----------------------------------------------------------------------


@pytest.mark.rule("R-F7", "R-A3")
def test_friends_see_shares_of_those_who_are_here(reference):
    """As counted one by one in Python from users and accounts as they are now."""
    state, tied = reference, reference.ties
    users, accounts = state.users.copy(), state.accounts[:, 0]
    marks, looks = np.empty(len(users), dtype=np.uint8), np.empty((len(users), 3), dtype=np.int8)
    barrier.mark_all(users, state.accounts, marks)
    barrier.look_at_friends(*tied, marks, looks)
    users["friends_good"], users["friends_active"], users["friends_late"] = looks.T
    unlike = 0
    for i, user in enumerate(users):
        mine = tied.friends[tied.start[i] : tied.start[i + 1]]
        here = [j for j in mine if users["status"][j] == Status.HERE]
        holding = [
            j for j in here if accounts["standing"][j] not in {Standing.NONE, Standing.CHARGED_OFF}
        ]
        late = [j for j in here if accounts["missed_count"][j] > 0]
        good = [j for j in here if accounts["standing"][j] == Standing.OPEN and j not in late]
        whole = max(len(here), 1)
        assert user["friends_active"] == 100 * len(holding) // whole
        assert user["friends_late"] == 100 * len(late) // whole
        assert user["friends_good"] == 100 * len(good) // whole
        unlike += len(late) > 0
    assert unlike > 20


@pytest.mark.rule("R-F7", "R-A3")
def test_friends_late_weigh_against_paying_and_friends_active_for_spending(tied):
    p = params_of(tied)
    account = open_account(billed=1)

    def index(late):
        """Return the least noise with which a user pays, by bisection over the luck."""
        low, high = 0, 2**32 - 1
        while high - low > 1:
            middle = (low + high) // 2
            user = User(prudence=1_000, friends_late=late)
            pays = repaying.willing(user, account, Luck(pay=middle), p)
            low, high = (low, middle) if pays else (middle, high)
        return np.log(high / (2**32 - high)) * 1_000

    # All friends late weigh 5,000, a fifth of them 1,000.
    assert index(20) - index(0) == pytest.approx(1_000, abs=20)
    rich = {"wallet": 10**8, "bank": 10**9}
    moods = [
        mood.mood(User(**rich, friends_active=a), [open_account()], Environment(), p)
        for a in (0, 50, 100)
    ]
    assert moods == [1_000_000, 1_150_000, 1_300_000]


# ---- guarantees -----------------------------------------------------------------------------


@pytest.mark.rule("R-F7", "R-A3")
def test_with_weights_of_zero_all_is_as_without_a_graph_byte_for_byte(tied):
    plan = tied.with_(**NO_WEIGHTS)
    one, other = (simulate(plan.with_(**{"population.network.close_ties": n})) for n in (0, 8))
    assert_same(one, other)
    assert one.users.tobytes() == other.users.tobytes()


@pytest.mark.parametrize("weight", sorted(WEIGHTS))
def test_each_weight_alone_changes_what_happens(tied, weight, reference):
    nothing = simulate(tied.with_(**NO_WEIGHTS))
    found = simulate(tied.with_(**NO_WEIGHTS | {weight: WEIGHTS[weight]}))
    assert found.totals_by.tobytes() != nothing.totals_by.tobytes()


@pytest.mark.parametrize(
    ("engine", "arguments", "cuts"),
    [
        (AgentsEngine, (), {}),
        (TableEngine, (2, 32), {}),
        (TableEngine, (1,), {"longest": 1}),
        (TableEngine, (1,), {"every": 7}),
    ],
    ids=["agents", "threads", "single days", "checkpoints"],
)
def test_neither_engine_nor_split_shows_where_friends_weigh(
    tied, reference, engine, arguments, cuts
):
    assert reference.friends.any()
    assert reference.users["friends_late"].any()
    assert_same(reference, lived_by(tied, engine, *arguments, **cuts))


def test_plain_python_sees_the_same_friends(tied):
    few = tied.with_(users=40, days=45)
    assert_same(lived_by(few), lived_by(few, PlainEngine))


def test_a_run_taken_up_again_makes_the_same_ties(tied, reference):
    state = start(tied)
    engine = engine_of("table", state, 1)

    class EnoughError(Exception):
        pass

    def stop(now):
        if now.day >= 62:
            raise EnoughError

    with pytest.raises(EnoughError):
        live(state, engine, every=31, on_stretch=stop)
    engine.close()
    again = restored(tied, 0, state.day, {k: v.copy() for k, v in state.arrays().items()})
    engine = engine_of("table", again, 1)
    live(again, engine)
    engine.close()
    assert_same(reference, again)


def test_a_replication_with_close_ties_is_one_shard(tied):
    cut = {meeting: shards_of(tied, 64, meeting=meeting) for meeting in (False, True)}
    assert [len(shards) for shards in cut.values()] == [1, 1]
    assert {shard.users for shards in cut.values() for shard in shards} == {300}
    circles = tied.with_(**NO_WEIGHTS | {"behaviour.applying.friends_weight_ppm": 1_000})
    circles = circles.with_(**{"population.network.close_ties": 0})
    assert len(shards_of(circles, 64, meeting=True)) > 1


def test_weights_that_need_ties_are_refused_without_them(tied):
    with pytest.raises(ScenarioError) as caught:
        tied.with_(**{"population.network.close_ties": 0})
    words = "wanted 0 while population.network.close_ties is 0"
    assert [words in line for line in caught.value.lines] == [True, True]


# ---- explain --------------------------------------------------------------------------------


def test_a_user_is_explained_from_what_they_saw_of_friends(tied, reference, tmp_path):
    run = Run.of([Record.of(reference)])
    folder = run.save(tmp_path / "run")
    for opened, record in ((open_run(folder), None), (run, Record.of(reference))):
        explainer = Explainer.of(opened, 0, record)
        for user in range(0, 300, 60):
            life = relive(explainer._prepared, user, tied.run.days - 1)
            assert vars(life.user) == vars(as_object(User, reference.users[user])), user
            # Buckets are of month ends, which explaining does not close.
            there, here = (
                {k: v for k, v in vars(one).items() if not k.startswith("bucket")}
                for one in (life.accounts[0], as_object(Account, reference.accounts[user, 0]))
            )
            assert there == here, user
            assert explainer.explain(user, tied.run.days - 1)["account"]


def test_without_what_they_saw_explaining_is_refused(tied):
    plan = tied.with_(days=20, **{"output.friends": False})
    run = Run.of([Record.of(simulate(plan))])
    with pytest.raises(ScenarioError, match=r"wanted output\.friends = true"):
        Explainer.of(run, 0, Record.of(simulate(plan)))


# ---- what comes of it -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def chain(repo):
    """Return the scenario of the social chain, smaller, lived with its weights and without."""
    plan = sim.load(repo / "scenarios" / "social_chain.toml").with_(users=10_000)
    apart = plan.with_(**NO_WEIGHTS | {"behaviour.applying.wish_month_ppm": 150_000})
    return plan, simulate(plan), simulate(apart)


def taken_up(state):
    return state.totals_by["active"].sum(axis=(1, 2)) / state.scenario.run.users


@pytest.mark.rule("R-F7", "R-A3")
def test_the_line_is_taken_up_along_an_s_only_where_friends_weigh(chain):
    _, state, apart = chain
    found = diffusion(taken_up(state))
    assert found.is_s_shaped
    assert found.error < 0.5 * found.error_of_line
    assert found.error < 0.7 * found.error_of_saturation
    assert 0.2 * 540 < found.inflection < 0.8 * 540
    assert not diffusion(taken_up(apart)).is_s_shaped


@pytest.mark.rule("R-F7", "R-A3")
def test_arrears_cluster_among_friends_only_where_friends_weigh(chain):
    plan, state, _ = chain
    deaf = simulate(plan.with_(**{"behaviour.repaying.friends_weight": 0}))
    found = {}
    for name, lives in (("chain", state), ("deaf", deaf)):
        account = lives.accounts[:, 0]
        holds = (account["standing"] > 0) & (account["standing"] < Standing.CHARGED_OFF)
        graph = ties(plan, lives.users).matrix()
        found[name] = clustering(graph, account["missed_count"] > 0, among=holds, shuffles=499)
    assert found["chain"].is_beyond_chance
    assert found["chain"].p_value <= 0.01
    assert not found["deaf"].is_beyond_chance


def test_clustering_has_known_values():
    """Two pairs of friends: alike in both is 1, unlike in both -1; worked by hand."""
    from scipy import sparse

    pairs = sparse.csr_array(
        np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], dtype=float)
    )
    assert clustering(pairs, [1, 1, 0, 0], shuffles=99).moran == pytest.approx(1)
    assert clustering(pairs, [1, 0, 1, 0], shuffles=99).moran == pytest.approx(-1)
    with pytest.raises(ValueError, match="values that differ"):
        clustering(pairs, [1, 1, 1, 1])


def test_the_interval_of_chance_covers_chance(graph):
    """Of trouble dealt at random, about one in twenty falls outside on either side."""
    _, users, tied = graph
    matrix = tied.matrix()
    luck = np.random.default_rng(5)
    found = [
        clustering(matrix, luck.random(len(users)) < 0.05, shuffles=99, seed=n) for n in range(60)
    ]
    outside = sum(not c.low <= c.moran <= c.high for c in found)
    # Binomial of 60 at about 6 %: 12 or more once in a thousand.
    assert outside < 12
    assert np.mean([c.moran for c in found]) == pytest.approx(-1 / len(users), abs=0.003)


def test_a_diffusion_is_found_for_what_it_is():
    day = np.arange(300.0)
    s = 0.4 / (1 + np.exp(-0.03 * (day - 140)))
    found = diffusion(s)
    assert (found.ceiling, found.inflection) == pytest.approx((0.4, 140), rel=1e-3)
    assert found.is_s_shaped
    assert not diffusion(0.4 * (1 - np.exp(-0.01 * day))).is_s_shaped
    with pytest.raises(ValueError, match="shares that rise"):
        diffusion(np.ones(20))
