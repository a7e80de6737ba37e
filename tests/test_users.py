"""Who the users are: the same whatever their number, spread as the scenario says, or given."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import sim
from sim.kinds import Standing, Status
from sim.population import accounts_at_start, population
from sim.population.plan import auc_of, score_link
from sim.scenario import ScenarioError
from sim.scenario.marginals import TRAITS
from sim.units import NEVER

MANY = 40_000


@pytest.fixture(scope="module")
def scenario(repo):
    """One kind of users, so that the traits follow the scenario's own marginals."""
    one = [{"name": "everyone", "share_ppm": 1_000_000}]
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    open_to_all = {"product.admission": "open_to_all"}
    return plan.with_(users=MANY, **{"population.segments": one}, **open_to_all)


@pytest.fixture(scope="module")
def users(scenario):
    return population(scenario)


def test_a_user_is_the_same_whatever_the_number_of_users_and_whoever_else_is_asked_for(scenario):
    many = population(scenario.with_(users=500))
    few = population(scenario.with_(users=100))
    assert many[:100].tobytes() == few.tobytes()
    some = population(scenario.with_(users=500), first=200, count=50)
    assert many[200:250].tobytes() == some.tobytes()


def test_replications_and_seeds_make_other_users(scenario):
    one = population(scenario, count=50)
    assert (
        population(scenario, count=50, replication=1)["income"].tolist() != one["income"].tolist()
    )
    assert population(scenario.with_(seed=2), count=50)["income"].tolist() != one["income"].tolist()


def distance(values, cumulative):
    """Return the Kolmogorov distance of whole numbers from a distribution, checked between them."""
    values = np.sort(values)
    at = np.unique(values)
    below = np.searchsorted(values, at, side="right") / len(values)
    return float(np.max(np.abs(below - cumulative(at + 0.5))))


# One test in a thousand would miss this bound by luck; the seed is fixed.
NEAR = stats.kstwobign.isf(0.001) / np.sqrt(MANY)


def test_incomes_are_lognormal_as_the_scenario_says(scenario, users):
    said = scenario.population.traits.income_fen
    low, high = np.log(said.low), np.log(said.high)

    def cumulative(x):
        z = (np.log(x / said.median)) / said.sigma
        return np.where(np.log(x) >= high, 1.0, np.where(np.log(x) < low, 0.0, special.ndtr(z)))

    assert distance(users["income"], cumulative) < NEAR
    assert distance(users["income"] * 1.05, cumulative) > NEAR  # what the bound would find


def test_payments_a_month_are_gamma_as_the_scenario_says(scenario, users):
    said = scenario.population.traits.payments_month
    monthly = users["rate"] * 365 / 12 / 1e6
    inside = (monthly > said.low * 1.01) & (monthly < said.high * 0.99)
    sample = np.sort(monthly[inside])
    law = stats.gamma(said.shape, scale=said.mean / said.shape)
    whole = law.cdf(said.high * 0.99) - law.cdf(said.low * 1.01)
    found = stats.kstest(sample, lambda x: (law.cdf(x) - law.cdf(said.low * 1.01)) / whole)
    assert found.pvalue > 0.001


def test_scores_are_normal_as_the_scenario_says(scenario, users):
    said = scenario.population.traits.score
    points = users["score"] / 1_000
    inside = points[(points > said.low + 1) & (points < said.high - 1)]
    law = stats.norm(said.mean, said.sd)
    low, high = law.cdf(said.low + 1), law.cdf(said.high - 1)
    found = stats.kstest(inside, lambda x: (law.cdf(x) - low) / (high - low))
    assert found.pvalue > 0.001


@pytest.mark.parametrize(
    ("column", "is_one", "key"),
    [
        ("sex", 1, "male_ppm"),
        ("real_name", 1, "real_name_ppm"),
        ("occupation_known", 1, "occupation_ppm"),
        ("past_overdue", 1, "past_overdue_ppm"),
        ("cards", 0, "no_card_ppm"),
        ("auto_debit", 2, "auto_debit_full_ppm"),
    ],
)
def test_shares_of_users_are_the_scenarios(scenario, users, column, is_one, key):
    wanted = getattr(scenario.population.traits, key) / 1e6
    found = (users[column] == is_one).mean()
    assert abs(found - wanted) < 3.3 * np.sqrt(wanted * (1 - wanted) / MANY)


def test_regions_and_segments_have_their_shares(repo):
    plan = sim.load(repo / "scenarios" / "seed_article.toml").with_(users=MANY)
    drawn = population(plan)
    wanted = {
        "region": [ppm / 1e6 for ppm in plan.population.region_ppm],
        "segment": [segment.share_ppm / 1e6 for segment in plan.population.segments],
    }
    for column, shares in wanted.items():
        counts = np.bincount(drawn[column], minlength=len(shares))
        expected = np.array(shares) * MANY
        assert stats.chisquare(counts, expected).pvalue > 0.001, column


# Traits whose column follows the drawn trait one to one, so that its ranks are the trait's.
COLUMN_OF = {
    "age": "age",
    "income_fen": "income",
    "score": "score",
    "payments_month": "rate",
    "friends": "friends",
    "credit_lean": "credit_lean",
    "prudence": "prudence",
    "full_lean": "full_lean",
}


def test_traits_hang_together_as_the_copula_says(scenario, users):
    """The rank correlation of a Gaussian copula is 6 / pi asin(r / 2)."""
    link = score_link(
        scenario.population.score_auc, scenario.population.score_auc_bad_ppm / 1_000_000
    )
    matrix = scenario.population.copula.matrix(link)
    for first, one in COLUMN_OF.items():
        for second, other in COLUMN_OF.items():
            if first >= second:
                continue
            normal = matrix[TRAITS.index(first), TRAITS.index(second)]
            wanted = 6 / np.pi * np.arcsin(normal / 2)
            found = stats.spearmanr(users[one], users[other]).statistic
            # Whole years and points tie, which takes a little off: 0.005.
            assert abs(found - wanted) < 3.5 / np.sqrt(MANY) + 0.005, (first, second)


@pytest.mark.parametrize("auc", [0.60, 0.72, 0.85])
def test_the_score_tells_risk_as_strongly_as_the_scenario_says(scenario, auc):
    """Area under the curve of the score against the worst payers, counted over pairs."""
    users = population(scenario.with_(**{"population.score_auc": auc}))
    share = scenario.population.score_auc_bad_ppm / 1e6
    order = np.argsort(users["prudence"], kind="stable")
    bad = np.zeros(MANY, dtype=bool)
    bad[order[: round(share * MANY)]] = True
    ranks = stats.rankdata(users["score"])
    good = ~bad
    found = 1 - (ranks[bad].sum() - bad.sum() * (bad.sum() + 1) / 2) / (bad.sum() * good.sum())
    # Hanley and McNeil 1982, eq. 2
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (bad.sum() - 1) * (q1 - auc**2) + (good.sum() - 1) * (q2 - auc**2)
    assert abs(found - auc) < 3.3 * np.sqrt(spread / (bad.sum() * good.sum()))


def test_the_area_under_the_curve_is_one_half_without_a_link():
    assert auc_of(0.0, 0.03) == pytest.approx(0.5, abs=1e-6)
    assert score_link(0.5, 0.03) == 0.0
    assert auc_of(score_link(0.8, 0.1), 0.1) == pytest.approx(0.8, abs=1e-6)


def test_users_join_along_the_growth_curve(scenario):
    growth = [{"day": 0, "share_ppm": 400_000}, {"day": 100, "share_ppm": 1_000_000}]
    users = population(scenario.with_(**{"population.growth": growth}))
    first = users["joins_on"] == 0
    assert abs(first.mean() - 0.4) < 3.3 * np.sqrt(0.24 / MANY)
    later = users["joins_on"][~first]
    assert later.min() == 1
    assert later.max() == 100
    assert stats.chisquare(np.bincount(later, minlength=101)[1:]).pvalue > 0.001
    assert (users["status"][first] == Status.HERE).all()
    assert (users["status"][~first] == Status.NOT_YET).all()
    assert (users["used_since"][~first] == later).all()


def test_the_share_that_leaves_is_the_scenarios(scenario):
    """A year of chances once a month, for users who owe nothing because nobody may borrow."""
    changes = {"population.leave_month_ppm": 20_000, "population.death_month_ppm": 1_000}
    plan = scenario.with_(users=4_000, days=360, **changes, **{"product.minimum_age": 120})
    run = sim.run(plan)
    paydays = 12  # in 360 days from 1 January, for every payday
    stays = (1 - 0.021) ** paydays
    left = run.daily["left"].sum() / 4_000
    assert abs(left - (1 - stays)) < 3.3 * np.sqrt(stays * (1 - stays) / 4_000)


GIVEN = {"age": [30, 40, 50], "income_fen": [500_000, 600_000, 700_000], "score": [600, 650, 700]}


def with_file(scenario, folder, users=3, **columns):
    columns = {name: values for name, values in (GIVEN | columns).items() if values is not None}
    pd.DataFrame(columns).to_parquet(folder / "mine.parquet")
    return scenario.with_(users=users, **{"population.file": str(folder / "mine.parquet")})


def test_a_file_says_who_the_users_are_and_the_rest_is_drawn(scenario, tmp_path):
    columns = {"limit_fen": [0, 800_000, 900_000], "balance_fen": [0, 100_000, 200_000]}
    columns |= {"days_past_due": [0, 0, 45], "user": [2, 0, 1]}
    plan = with_file(scenario, tmp_path, **columns)
    users = population(plan)
    accounts = accounts_at_start(plan, users)[:, 0]
    assert users["age"].tolist() == [40, 50, 30]
    assert users["income"].tolist() == [600_000, 700_000, 500_000]
    assert users["score"].tolist() == [650_000, 700_000, 600_000]
    assert users["friends"].tolist() == population(scenario.with_(users=3))["friends"].tolist()
    assert accounts["standing"].tolist() == [Standing.OPEN, Standing.BLOCKED, Standing.NONE]
    assert accounts["limit"].tolist() == [800_000, 900_000, 0]
    assert accounts["unbilled"].tolist() == [100_000, 0, 0]
    assert accounts["carried"].tolist() == [0, 200_000, 0]
    assert accounts["missed_on"][1, 0] == -46  # 45 days past due at the close of day -1


def test_all_faults_of_a_file_are_told_at_once(scenario, tmp_path):
    plan = with_file(
        scenario,
        tmp_path,
        users=4,
        age=None,
        income_fen=[500_000, -1, -2],
        score=[600.5, 1.0, 2.0],
        segment=[0, 1, 0],
        friend=[1, 2, 3],
    )
    with pytest.raises(ScenarioError) as error:
        population(plan)
    file = tmp_path / "mine.parquet"
    has = "income_fen, score, segment, friend"
    assert error.value.lines == [
        f"{file}: friend: wanted a known column; did you mean friends? (found friend)",
        f"{file}: age: wanted this column (found {has})",
        (
            f"{file}: income_fen: wanted 0 to 400,000,000 fen a month"
            " (found -1 in row 1, and 1 more rows)"
        ),
        f"{file}: score: wanted whole numbers (found double)",
        f"{file}: segment: wanted 0 to 0 (found 1 in row 1)",
        f"{file}: wanted a row for each of 4 users (found 3)",
    ]


def test_users_of_a_file_are_numbered_once(scenario, tmp_path):
    plan = with_file(scenario, tmp_path, user=[0, 1, 1])
    with pytest.raises(ScenarioError, match="user: wanted each number from 0 to 2 once"):
        population(plan)


def test_a_changed_trait_of_one_user_changes_no_other_user(repo, tmp_path):
    """Neither who they are nor how they live: the draws of a user are keyed by the user alone."""
    open_to_all = {"product.admission": "open_to_all"}
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    plan = plan.with_(users=60, days=90, **open_to_all)
    drawn = population(plan)
    columns = {
        "age": drawn["age"],
        "income_fen": drawn["income"],
        "score": drawn["score"] // 1_000,
        "prudence": drawn["prudence"],
        "auto_debit": np.zeros(60, dtype=int),
    }
    finals = []
    for prudence in (9_000, -9_000):
        columns["prudence"] = np.array(drawn["prudence"]).copy()
        columns["prudence"][17] = prudence
        pd.DataFrame(columns).to_parquet(tmp_path / "mine.parquet")
        run = sim.run(plan.with_(**{"population.file": str(tmp_path / "mine.parquet")}))
        finals.append((run.users, run.accounts))
    for before, after in zip(*finals, strict=True):
        others = before["user"] != 17
        pd.testing.assert_frame_equal(before[others], after[others])
    assert not finals[0][1].iloc[17].equals(finals[1][1].iloc[17])


def test_an_earlier_run_is_gone_on_with(scenario, tmp_path):
    plan = scenario.with_(users=400, days=200, **{"population.leave_month_ppm": 0})
    run = sim.run(plan)
    run.save(tmp_path / "first")
    last = run.accounts
    after = plan.with_(days=31, **{"population.from_run": str(tmp_path / "first")})
    users = population(after)
    accounts = accounts_at_start(after, users)[:, 0]
    assert users["wallet"].tolist() == run.users["wallet_fen"].tolist()
    assert users["strain"].tolist() == run.users["strain_milli"].tolist()
    for column in ("limit", "unbilled", "billed", "carried"):
        assert accounts[column].tolist() == last[f"{column}_fen"].tolist()
    # Days count from the new run's first day: 200 less, and what never was stays so.
    for column in ("opened_on", "first_used_on", "charged_off_on", "settled_on"):
        before = last[column].to_numpy()
        moved = np.where(before == NEVER, NEVER, before - 200)
        assert accounts[column].tolist() == moved.tolist()
    assert (last["charged_off_on"] != NEVER).sum() > 0
    # Who was charged off is counted as charged off in the run that follows.
    held = sim.run(after).vintages
    month_end = held[held["replication"] == 0].groupby("date")["charged_off"].sum().iloc[0]
    assert month_end >= (last["charged_off_on"] != NEVER).sum()


def test_a_burn_in_is_lived_and_not_reported(scenario):
    plan = scenario.with_(users=200, days=40)
    whole = sim.run(plan.with_(start=dt.date(2024, 1, 1), days=100))
    later = sim.run(plan.with_(start=dt.date(2024, 3, 1), **{"run.burn_in_days": 60}))
    assert len(later.daily) == 40
    assert later.daily["principal_fen"].tolist() == whole.daily["principal_fen"].tolist()[60:]
