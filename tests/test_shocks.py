"""The economy that comes over users: systematic factor, dated shocks, paths."""

import datetime as dt

import numpy as np
import pytest
from test_engines import assert_same, lived

import sim
from sim.day import Environment, Luck
from sim.engines.agents import AgentsEngine
from sim.engines.plain import PlainEngine
from sim.environment import course
from sim.params import params_of
from sim.paths import check_files
from sim.population import population
from sim.rules import income, spending
from sim.scenario import ScenarioError, from_tree, load
from sim.simulation import simulate
from sim.study import factor as factors
from sim.study.factor import Draws
from sim.study.systematic import figure_given
from sim.systematic import factor, given_factor
from sim.user import User

SMALL = {"run": {"users": 400, "days": 90, "seed": 11}, "product": {"admission": "open_to_all"}}


@pytest.fixture(scope="module")
def plan():
    return from_tree(SMALL)


def with_shock(plan, **shock):
    return plan.with_(**{"environment.shocks": [{"date": dt.date(2024, 2, 5)} | shock]})


# ---- the systematic factor ------------------------------------------------------------------


def test_a_factor_is_drawn_for_each_replication_and_may_be_imposed(plan):
    drawn = [factor(plan, k) for k in range(2_000)]
    assert drawn == [factor(plan, k) for k in range(2_000)]
    assert len(set(drawn)) == 2_000
    # Standard normal: mean within 4 standard errors, variance within 4 of its own.
    assert abs(np.mean(drawn)) < 4 / np.sqrt(2_000)
    assert abs(np.var(drawn) - 1) < 4 * np.sqrt(2 / 2_000)
    imposed = plan.with_(**{"environment.factor.value": -1.5})
    assert [factor(imposed, k) for k in (0, 7)] == [-1.5, -1.5]


@pytest.mark.parametrize("loading_ppm", [40_000, 300_000])
def test_a_chance_given_the_factor_is_the_chance_on_average(loading_ppm):
    """By a fine midpoint rule over the normal, to a few millionths of a chance of 1 %."""
    from scipy import special

    z = special.ndtri((np.arange(20_000) + 0.5) / 20_000)
    given = [given_factor(np.array([10_000]), loading_ppm, one)[0] for one in z]
    assert np.mean(given) == pytest.approx(10_000, abs=5)
    assert given[0] < 10_000 < given[-1]
    assert (np.diff(given) >= 0).all()


def test_at_a_loading_of_zero_the_factor_changes_nothing(plan):
    good, bad = (simulate(plan.with_(**{"environment.factor.value": z})) for z in (-2.0, 2.0))
    assert_same(good, bad)


def test_a_bad_factor_costs_work_and_strains(plan):
    loaded = plan.with_(**{"environment.factor.loading_ppm": 100_000, "run.days": 180})
    loaded = loaded.with_(**{"environment.factor.strain": 800})
    good, bad = (simulate(loaded.with_(**{"environment.factor.value": z})) for z in (-2.0, 2.0))
    assert bad.totals_by["unemployed"][-1].sum() > 1.5 * good.totals_by["unemployed"][-1].sum()
    # A level 2 x 800 higher, of which six months with 80 % kept leave 1 - 0.8 ** 6, for both signs.
    apart = bad.users["strain"].mean() - good.users["strain"].mean()
    assert apart == pytest.approx(2 * 1_600 * (1 - 0.8**6), rel=0.15)


def test_a_study_imposes_its_own_factors(plan):
    """Antithetic pairs of runs: each pair's factors are opposite, and the figure follows them."""
    loaded = plan.with_(**{"environment.factor.loading_ppm": 200_000})
    seen = []

    def jobless(state):
        seen.append(int(state.course.days["factor"][0]))
        return float(state.totals_by["unemployed"][-1].sum())

    found = factors.estimate(figure_given(loaded, jobless), 6, Draws.ANTITHETIC)
    assert seen[::2] == [-z for z in seen[1::2]]
    assert len(set(seen)) == 6
    assert found.runs == 6
    assert found.low <= found.estimate <= found.high
    by_name = figure_given(loaded, "last.unemployed")
    drawn = factors.factors(6, Draws.ANTITHETIC)
    assert by_name(drawn).tolist() == figure_given(loaded, jobless)(drawn).tolist()
    with pytest.raises(ValueError, match="a column of daily"):
        figure_given(loaded, "last.jobless")


@pytest.mark.slow
def test_the_mature_book_does_not_drift_with_a_factor(repo):
    """Over replications with factors of their own the share past due has no trend of its own."""
    book = sim.load(repo / "scenarios" / "mature_book.toml").with_(users=2_000)
    book = book.with_(**{"environment.factor.loading_ppm": 40_000})
    slopes = []
    for k in range(16):
        state = simulate(book, replication=k)
        days = state.totals[book.run.burn_in_days :]
        jobless = days["unemployed"].sum(axis=1) / days["users"].sum(axis=1)
        day = np.arange(len(jobless)) - (len(jobless) - 1) / 2
        slopes.append(jobless @ day / (day @ day))
    error = np.std(slopes, ddof=1) / 4
    # Student's t with 15 degrees of freedom, one in a hundred.
    assert abs(np.mean(slopes)) < 2.95 * error


# ---- dated shocks ---------------------------------------------------------------------------


def test_a_shock_lasts_a_month_where_nothing_is_said(plan):
    shocked = with_shock(plan, strain=100)
    days = course(shocked)
    dates = days.calendar.dates.astype(object)
    on = [date for date, bits in zip(dates, days.days["shocks"], strict=True) if bits]
    assert (on[0], on[-1]) == (dt.date(2024, 2, 5), dt.date(2024, 3, 4))
    late = plan.with_(**{"environment.shocks": [{"date": dt.date(2024, 1, 31), "strain": 1}]})
    days = course(late)
    on = days.calendar.dates[days.days["shocks"] > 0].astype(object)
    assert (on[0], on[-1]) == (dt.date(2024, 1, 31), dt.date(2024, 2, 28))


@pytest.mark.parametrize(
    ("where", "hit", "spared"),
    [
        ({}, {"region": 0, "segment": 0}, None),
        ({"region": "west"}, {"region": 2, "segment": 1}, {"region": 1, "segment": 1}),
        ({"segment": "student"}, {"region": 1, "segment": 2}, {"region": 1, "segment": 0}),
    ],
)
def test_a_shock_befalls_whom_it_names(plan, where, hit, spared):
    names = [segment.name for segment in plan.population.segments]
    if "segment" in where:
        where = {"segment": names[hit["segment"]]}
    shocked = with_shock(plan, income_ppm=500_000, spending_ppm=0, strain=700, **where)
    p, env = params_of(shocked), Environment(shocks=1)
    luck = Luck(count=2**32 - 1)

    def after(**user):
        one = User(income=600_000, **user)
        income.feel_the_times(one, env, p)
        return (
            income.earned_in_work(one, env, p),
            spending.purchases(one, luck, env, p) > 0,
            one.strain,
        )

    assert after(**hit) == (300_000, False, 700)
    if spared:
        assert after(**spared) == (600_000, True, 0)


def test_a_shock_takes_work_from_the_share_that_it_says(plan):
    shocked = with_shock(plan, job_loss_ppm=300_000)
    p, env = params_of(shocked), Environment(shocks=1, job_loss=0)
    users = [User(user=n) for n in range(4_000)]
    for user in users:
        income.change_work(user, env, p)
    lost = 1 - np.mean([user.employed for user in users])
    # Four standard errors of a share of 4,000.
    assert lost == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / 4_000))


def test_all_that_a_shock_leaves_alone_is_the_same_user_for_user(plan):
    """A shock to one region moves no user of another (G3)."""
    calm = simulate(plan)
    hit = simulate(
        with_shock(plan, region="west", income_ppm=0, job_loss_ppm=500_000, strain=3_000)
    )
    west = calm.users["region"] == 2
    assert calm.users[~west].tobytes() == hit.users[~west].tobytes()
    assert (calm.users["strain"][west] != hit.users["strain"][west]).mean() > 0.9
    assert hit.users["employed"][west].mean() < calm.users["employed"][west].mean() - 0.2


def test_before_a_shock_nothing_is_known_of_it(plan):
    calm, hit = simulate(plan), simulate(with_shock(plan, spending_ppm=3_000_000))
    day = (dt.date(2024, 2, 5) - plan.run.start).days
    assert calm.totals_by[:day].tobytes() == hit.totals_by[:day].tobytes()
    bought = [s.totals_by["purchases"][day : day + 29].sum() for s in (calm, hit)]
    assert 2 < bought[1] / bought[0] < 3.2


@pytest.mark.parametrize("engine", [AgentsEngine, PlainEngine])
def test_engines_agree_on_shocks_and_factor(engine):
    plan = from_tree(SMALL | {"run": {"users": 40, "days": 70, "seed": 5}})
    plan = plan.with_(
        **{
            "environment.shocks": [
                {"date": dt.date(2024, 1, 10), "region": "east", "job_loss_ppm": 400_000},
                {"date": dt.date(2024, 1, 20), "spending_ppm": 400_000, "strain": 900},
                {"date": dt.date(2024, 2, 1), "income_ppm": 700_000},
            ],
            "environment.factor.loading_ppm": 100_000,
            "environment.factor.strain": 500,
        }
    )
    assert_same(lived(plan), lived(plan, engine))


# ---- paths ----------------------------------------------------------------------------------


def simulated(mean, kept, sd):
    return {
        "kind": "simulated",
        "mean_ppm": mean,
        "persistence_ppm": kept,
        "volatility_ppm": sd,
    }


def test_a_simulated_path_has_its_mean_persistence_and_volatility():
    """One long path; the tolerances are four standard errors of an AR(1) of 500 months."""
    plan = from_tree({"run": {"users": 10, "days": 15_000}})
    path = simulated(1_000_000, 800_000, 10_000)
    days = course(plan.with_(**{"environment.paths.income": path})).days["income"]
    months = days[::30].astype(float)
    n, sd = len(months), 10_000 / np.sqrt(1 - 0.8**2)
    assert months[0] == 1_000_000
    assert months.mean() == pytest.approx(1_000_000, abs=4 * sd * np.sqrt(9 / n))
    apart = months - months.mean()
    kept = (apart[1:] @ apart[:-1]) / (apart @ apart)
    assert kept == pytest.approx(0.8, abs=4 * np.sqrt((1 - 0.8**2) / n))
    news = apart[1:] - 0.8 * apart[:-1]
    assert news.std() == pytest.approx(10_000, abs=4 * 10_000 / np.sqrt(2 * n))


def test_paths_differ_by_replication_and_by_name_and_not_by_length():
    plan = from_tree({"run": {"users": 10, "days": 200}})
    path = simulated(1_000_000, 900_000, 50_000)
    plan = plan.with_(**{"environment.paths": {"income": path, "spending": path}})
    one, other = course(plan).days, course(plan, 1).days
    assert not np.array_equal(one["income"], other["income"])
    plain = plan.with_(**{f"environment.{k}": False for k in ("holidays", "festivals", "weekdays")})
    days = course(plain).days
    assert not np.array_equal(days["income"], days["demand"])
    longer = course(plan.with_(days=400)).days
    np.testing.assert_array_equal(longer["income"][:180], one["income"][:180])
    again = simulate(plan.with_(days=40), replication=1)
    np.testing.assert_array_equal(again.course.days["income"][:30], other["income"][:30])


def scenario_with_file(folder, text, column="rate_ppm", name="unemployment"):
    (folder / "economy.csv").write_text(text, encoding="utf-8")
    (folder / "s.toml").write_text(
        f"""[run]
users = 3000
days = 60
[environment.paths.{name}]
kind = "file"
file = "economy.csv"
column = "{column}"
""",
        encoding="utf-8",
    )
    return load(folder / "s.toml")


def test_a_path_of_a_file_is_straight_between_its_dates(tmp_path):
    text = "date,rate_ppm\n2023-12-01,100000\n2024-01-01,100000\n2024-01-11,120000\n"
    plan = scenario_with_file(tmp_path, text)
    check_files(plan)
    days = course(plan).days
    # Half-way: 110,000; found by 18 %, and 60,000 a month of rise, of those at work.
    lost = 180_000 * 110_000 // 1_000_000 + 10_000
    assert days["job_loss"][5] == lost * 1_000_000 // (1_000_000 - 110_000)
    # Before the first day as many are without work as the file says: four standard errors.
    jobless = 1 - population(plan)["employed"].mean()
    assert jobless == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 3_000))


def test_a_path_of_steps_scales_demand_and_income():
    plan = from_tree({"run": {"users": 10, "days": 20}})
    steps = [{"date": dt.date(2024, 1, 11), "value_ppm": 500_000}]
    steps = [{"date": dt.date(2024, 1, 1), "value_ppm": 1_000_000}, *steps]
    paths = {name: {"kind": "steps", "steps": steps} for name in ("income", "spending")}
    usual, found = course(plan).days, course(plan.with_(**{"environment.paths": paths})).days
    assert found["income"].tolist()[:11:5] == [1_000_000, 750_000, 500_000]
    assert found["demand"][10] == usual["demand"][10] // 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "date,rate\n2024-01-01,5\n",
            r"date and rate_ppm .*\(found date, rate\)",
        ),
        ("date,rate_ppm\n", "at least one row"),
        ("date,rate_ppm\n01.02.2024,5\n", "line 2: wanted a date as 2024-01-31"),
        (
            "date,rate_ppm\n2024-02-01,5\n2024-01-01,6\n",
            "line 3: wanted dates that rise",
        ),
        ("date,rate_ppm\n2024-02-01,\n", r"line 2: rate_ppm: wanted 0 to 900,000 ppm"),
        ("date,rate_ppm\n2024-02-01,950000\n", r"\(found '950000'\)"),
        ("", "wanted a CSV file at economy.csv"),
    ],
)
def test_a_file_that_cannot_be_a_path_is_refused_by_name(tmp_path, text, words):
    plan = scenario_with_file(tmp_path, text)
    with pytest.raises(ScenarioError, match=words) as caught:
        check_files(plan)
    assert "environment.paths.unemployment.file: " in caught.value.lines[0]
    with pytest.raises(ScenarioError, match=words):
        course(plan)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    plan = scenario_with_file(tmp_path, "date,rate_ppm\n2024-01-01,1\n")
    (tmp_path / "economy.csv").unlink()
    with pytest.raises(ScenarioError, match="found: nothing of that name"):
        check_files(plan)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"environment.shocks": [{"date": dt.date(2024, 1, 1), "region": "north"}]},
            "shocks.0.region",
        ),
        (
            {
                "environment.shocks": [
                    {"date": dt.date(2024, 1, 9), "until": dt.date(2024, 1, 1), "strain": 1}
                ]
            },
            "until not before date",
        ),
        ({"environment.paths.income": {"kind": "steps"}}, "wanted at least one value"),
        ({"environment.paths.income": {"kind": "file"}}, "wanted a file and a column"),
        (
            {"environment.paths.unemployment": simulated(950_000, 0, 0)},
            "wanted values up to 900,000",
        ),
    ],
)
def test_contradictions_are_refused(plan, changes, words):
    with pytest.raises(ScenarioError, match=words):
        plan.with_(**changes)
