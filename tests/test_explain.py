"""What lies behind any user's limit and decisions on any day can be looked up (R-L11)."""

import datetime as dt
import json
import sys
from collections import Counter
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from teeming import ADOPTED, ALONE, TEEMING

import sim
from sim.commands import answer
from sim.engines.state import start
from sim.engines.table import TableEngine
from sim.kinds import Assessed, Claim, DisputeStep, Flow, Note, Outcome, Place, Standing
from sim.results import Run
from sim.results.record import Record
from sim.simulation import live

USERS, DAYS, BURN_IN = 300, 140, 20
PAIRS = 300


def whole(amount, ppm):
    """Return a share, half-even, without the product's own arithmetic."""
    return round(Fraction(amount * ppm, 1_000_000))


def recomputed(limit):
    """Return a limit from the printed inputs of its formula, as the article describes it."""
    if limit["set_by"] != "assessment":
        return 0
    found = limit["assessment"]
    if found["standing"] not in {"open", "blocked"}:
        return 0
    base, spending, deposit = found["base"], found["spending"], found["deposit"]
    points = base["score_milli_points"] // 1_000 * base["fen_per_point"]
    spent = whole(spending["spent_90_days_fen"] // 3, spending["rate_ppm"])
    kept = whole(deposit["wallet_mean_fen"], deposit["rate_ppm"])
    total = points + whole(points, base["factor_ppm"])
    total += spent + whole(spent, spending["factor_ppm"]) + min(kept, deposit["cap_fen"])
    total -= whole(total, found["grade"]["haircut_ppm"])
    total = min(total, found["maximum_fen"])
    return min(total, found["limit_before_fen"]) if found["no_increase"] else total


@pytest.fixture(scope="module")
def scenario(repo):
    policies = [
        {
            "name": "dearer",
            "date": dt.date(2024, 2, 14),
            "set": {"product.limit.max_fen": 800_000, "behaviour.spending.tight_days": 60},
        },
        {
            "name": "tighter",
            "date": dt.date(2024, 3, 5),
            "share_ppm": 400_000,
            "set": {"product.limit.fen_per_point": 600},
        },
    ]
    growth = [{"day": 0, "share_ppm": 800_000}, {"day": 100, "share_ppm": 1_000_000}]
    return sim.load(repo / "scenarios" / "seed_article.toml").with_(
        users=USERS,
        days=DAYS,
        policy=policies,
        **TEEMING
        | ADOPTED
        | {
            "run.burn_in_days": BURN_IN,
            "output.events_ppm": 1_000_000,
            "behaviour.applying.friends_weight_ppm": 500_000,
            "behaviour.applying.community": 64,
            "product.ways.friends_weight_ppm": 200_000,
            "population.growth": growth,
            "product.limit.stagger": True,
            "product.charge_off.days": 45,
            "product.limit.major_purchase_ppm": 200_000,
            "population.traits.prudence.quantiles": [[0, -4_000], [0.5, 3_000], [1, 9_000]],
            "population.leave_month_ppm": 30_000,
            "product.minimum_age": 22,
            "product.gates.tenure_days": 1,
            "behaviour.applying.name_lapsed_month_ppm": 20_000,
        },
    )


@pytest.fixture(scope="module")
def lived(scenario):
    """All users simulated together, and the limit of each at the close of each day."""
    return with_limits(scenario)


def with_limits(plan):
    """Return a run's state, and limits and standings at the close of each day, (days, users)."""
    state = start(plan)
    limits = np.zeros((plan.run.burn_in_days + plan.run.days, plan.run.users), dtype=np.int64)
    standings = np.zeros_like(limits)

    def keep(now):
        limits[now.day - 1] = now.accounts["limit"][:, 0]
        standings[now.day - 1] = now.accounts["standing"][:, 0]

    engine = TableEngine(state, 1)
    live(state, engine, longest=1, on_stretch=keep)
    engine.close()
    return state, limits, standings


@pytest.fixture(scope="module")
def run(lived):
    return Run.of([Record.of(lived[0])])


@pytest.fixture(scope="module")
def events(lived):
    return lived[0].events.all()


def pairs(count):
    luck = np.random.default_rng(8)
    users, days = luck.integers(0, USERS, count), luck.integers(0, BURN_IN + DAYS, count)
    return zip(users.tolist(), days.tolist(), strict=True)


def moments(events):
    """Return users and days on which a limit was set for each reason, or more was asked for."""
    kinds = [(Note.LIMIT, why) for why in Assessed] + [(Note.REQUEST, 0)]
    for kind, reason in kinds:
        rows = events[(events["kind"] == kind) & (events["reason"] == reason)]
        yield from zip(rows["user"][:20].tolist(), rows["day"][:20].tolist(), strict=True)


def explained_at(run, row):
    """Return the explanation of the day of a logged event, and the event in it."""
    found = run.explain(int(row["user"]), int(row["day"]) - BURN_IN)
    return found, next(e for e in found["events"] if e["sequence"] == row["sequence"])


def first(events, kind, reason):
    return events[(events["kind"] == kind) & (events["reason"] == reason)][0]


@pytest.mark.rule("R-L11")
def test_the_printed_inputs_recompute_the_stored_limit_to_the_fen(run, lived, events):
    _, limits, standings = lived
    set_by, why = Counter(), Counter()
    for user, day in [*pairs(PAIRS), *moments(events)]:
        found = json.loads(run.explain(user, day - BURN_IN).json())
        stored = int(limits[day, user])
        assert found["account"]["limit_fen"] == stored, (user, day)
        assert found["account"]["standing"] == Standing(standings[day, user]).name.lower()
        assert recomputed(found["limit"]) == stored, (user, day)
        set_by[found["limit"]["set_by"]] += 1
        why[(found["limit"]["assessment"] or {"why": None})["why"]] += 1
    assert set(set_by) >= {"assessment", "no_account", "charged_off", "level_3", "closed"}
    assert set(why) >= {"clock", "major_purchase", "request", "opening"}


@pytest.mark.slow
@pytest.mark.rule("R-L11")
def test_10_000_random_users_and_days_are_explained_to_the_fen(repo):
    """Of the shipped launch: what is printed recomputes what was stored."""
    plan = sim.load(repo / "scenarios" / "seed_article.toml").with_(users=3_000, days=365)
    state, limits, _ = with_limits(plan)
    run = Run.of([Record.of(state)])
    luck = np.random.default_rng(11)
    users, days = luck.integers(0, 3_000, 10_000), luck.integers(0, 365, 10_000)
    set_by, wrong = Counter(), []
    for user, day in zip(users.tolist(), days.tolist(), strict=True):
        found = run.explain(user, day)["limit"]
        stored = int(limits[day, user])
        if not recomputed(found) == found["limit_fen"] == stored:
            wrong.append((user, day, stored, found))
        set_by[found["set_by"]] += 1
    assert not wrong, (len(wrong), wrong[0])
    assert set_by["assessment"] > 1_000


def test_what_happened_is_what_the_event_log_of_all_users_holds(run, events):
    """Lived alone and in Python, or among others and compiled: the same events."""
    for user, day in pairs(60):
        logged = events[(events["user"] == user) & (events["day"] == day)]
        found = [e for e in run.explain(user, day - BURN_IN)["events"] if e["sequence"] is not None]
        assert [e["amount_fen"] for e in found] == logged["amount"].tolist()
        kinds = {int(k): k.name.lower() for k in (*Flow, *Note)}
        assert [e["kind"] for e in found] == [kinds[k] for k in logged["kind"].tolist()]


def test_a_purchase_is_refused_for_what_is_left_of_the_limit(run, events):
    found, event = explained_at(run, first(events, Note.REFUSED, Outcome.NO_LIMIT_LEFT))
    assert event["left_fen"] == event["limit_fen"] - event["principal_fen"] < event["amount_fen"]
    assert f"only {max(event['left_fen'], 0) / 100:,.2f} left" in found.text()


def test_a_purchase_is_refused_for_what_was_bought_in_the_year(run, events):
    _, event = explained_at(run, first(events, Note.REFUSED, Outcome.YEARLY_CAP))
    assert event["bought_this_year_fen"] + event["amount_fen"] > event["yearly_cap_fen"]


def test_a_purchase_is_refused_above_the_most_of_its_place(run, events):
    _, event = explained_at(run, first(events, Note.REFUSED, Outcome.DAILY_LIMIT))
    assert event["on_static_codes_today_fen"] + event["amount_fen"] > event["most_fen"] == 50_000
    assert event["place"] == Place.OFFLINE_STATIC.name.lower()


def test_every_refusal_has_its_reason_in_words(run, events):
    refused = events[events["kind"] == Note.REFUSED]
    seen = set(refused["reason"].tolist())
    assert len(seen) > 8
    for reason in seen:
        found, event = explained_at(run, first(events, Note.REFUSED, reason))
        assert event["outcome"] == Outcome(reason).name.lower()
        assert f"{event['amount_fen'] / 100:,.2f} refused, " in found.text()


def test_a_blocked_account_is_told_what_is_past_due_and_kept_from_a_higher_limit(run, lived):
    _, limits, standings = lived
    blocked = standings == Standing.BLOCKED
    for day, user in np.argwhere(blocked)[::40].tolist():
        found = run.explain(user, day - BURN_IN)
        bill = found["statement"]
        assert bill["past_due_fen"] == sum(missed["fen"] for missed in bill["missed"]) > 0
        assert found["account"]["standing"] == "blocked"
        assessed = found["limit"]["assessment"]
        if assessed["standing"] == "blocked":
            assert assessed["no_increase"]
            assert limits[day, user] == min(assessed["formula_fen"], assessed["limit_before_fen"])


def test_a_suspended_account_has_no_limit_since_level_3_came_into_force(run, lived, events):
    row = first(events, Note.STANDING, Standing.SUSPENDED)
    found, event = explained_at(run, row)
    assert event["standing"] == "suspended"
    assert found["account"]["limit_fen"] == recomputed(found["limit"]) == 0
    assert found["statement"]["days_past_due"] == 31
    assert "overdue" in found["warnings"]["raised"]
    again = found["limit"]["assessment"]["standing"] == "suspended"
    assert found["limit"]["set_by"] == ("assessment" if again else "level_3")


def test_who_was_never_admitted_sees_the_gates_and_the_score(run, lived):
    _, _, standings = lived
    never = np.flatnonzero((standings == Standing.NONE).all(axis=0))
    shut = 0
    for user in never.tolist():
        found = run.explain(user, DAYS - 1)
        assert found["limit"]["set_by"] == "no_account"
        assert found["limit"]["assessment"] is None
        score = found["admission_score"]
        assert score["milli_points"] == sum(item["milli_points"] for item in score["items"])
        shut += any(not gate["passed"] for gate in found["gates"])
    assert 0 < shut < len(never)


def test_each_gate_is_judged_by_its_own_value(run):
    bounds = {
        "at_least": lambda value, needed: value >= needed,
        "at_most": lambda value, needed: value <= needed,
        "below": lambda value, needed: value < needed,
    }
    verdicts = Counter()
    for user, day in [(user, day) for user in range(0, USERS, 3) for day in (-BURN_IN, 100)]:
        for gate in run.explain(user, day)["gates"]:
            value = gate["value"]
            holds = value is None or bounds[gate["bound"]](value, gate["needed"])
            assert gate["passed"] == holds, gate
            verdicts[gate["gate"], gate["passed"]] += 1
    assert {("age_years", False), ("real_name", False), ("cards", False)} <= set(verdicts)
    assert ("longest_gap_days", False) in verdicts


def test_the_score_gives_each_way_in_its_chance(run):
    for user in range(0, USERS, 20):
        score = run.explain(user, 100)["admission_score"]
        chance = score["approval_ppm"]
        assert chance["notice"] == min(chance["wallet"] * 14 // 10, 1_000_000)
        below = score["milli_points"] < 1_000 * score["pass_mark_points"]
        assert (chance["wallet"] == 0) == below


def test_a_held_account_says_since_when_and_why(run, lived, events):
    found, event = explained_at(run, first(events, Note.REFUSED, Outcome.HELD))
    assert event["hold"] in {"requests", "login"}
    held = first(events, Note.REFUSED, Outcome.SECOND_FACTOR)
    found, _ = explained_at(run, held)
    assert found["account"]["hold"] == "login"
    assert found["account"]["held_since_day"] == found["who"]["day"]
    assert found["warnings"]["login_looked_at"]
    assert "second factor not passed" in found.text()


def test_a_warning_shows_the_means_that_it_was_raised_on(run, events):
    found, _ = explained_at(run, first(events, Note.WARNING, 0))
    week = found["warnings"]["week"]
    assert week["jumped"]
    assert week["spent_7_days_fen"] * 90 * 10 > week["spent_90_days_fen"] * 7 * 13
    assert week["excess_of_week_fen"] >= 3 * week["spread_of_weeks_fen"] - 3
    assert "message" in found["warnings"]["raised"]


def test_a_dispute_and_an_application_are_told_step_by_step(run, events):
    raised = 10 * Claim.FRAUD + DisputeStep.RAISED
    _, event = explained_at(run, first(events, Note.DISPUTE, raised))
    assert (event["claim"], event["step"]) == ("fraud", "raised")
    _, event = explained_at(run, first(events, Note.APPLICATION, 3))
    assert (event["way"], event["step"]) == ("wallet", "approved")
    assert event["milli_points"] >= 1_000 * event["pass_mark_points"]
    assert event["approval_ppm"] > 0


def test_accrued_interest_is_exact_and_bills_have_their_dates(run, lived):
    state, _, _ = lived
    accounts = state.accounts[:, 0]
    accruing = np.flatnonzero((accounts["accrued"] > 0) & (accounts["statement_total"] > 0))
    for user in accruing[:20].tolist():
        found = run.explain(user, DAYS - 1)["statement"]
        nano = int(accounts["accrued"][user]) * 10**9 + int(accounts["accrued_nano"][user])
        assert Fraction(found["accrued_interest_fen"]) == Fraction(nano, 10**9)
        bill = found["bill"]
        assert bill["total_fen"] == accounts["statement_total"][user]
        assert bill["cut_date"] == "2024-04-30"
        assert (bill["due_date"], bill["grace_end_date"]) == ("2024-05-10", "2024-05-13")


def test_a_policy_for_some_is_named_for_those_it_reaches(run):
    reached = Counter()
    for user in range(60):
        found = run.explain(user, DAYS - 1)
        reached[tuple(found["who"]["policies"])] += 1
        assessed = found["limit"]["assessment"]
        if assessed is not None and assessed["day"] > 70:
            tight = "tighter" in found["who"]["policies"]
            assert assessed["base"]["fen_per_point"] == (600 if tight else 1_000)
            assert assessed["maximum_fen"] == 800_000
    assert set(reached) == {("dearer",), ("dearer", "tighter")}


def test_the_same_is_told_without_machine_code(run):
    explainer = run._explainers[0] if run._explainers else run.explain(0, 0) and run._explainers[0]
    told = [run.explain(user, 90).values for user in (3, 4, 5)]
    explainer._prepared.compiled = False
    try:
        assert told == [run.explain(user, 90).values for user in (3, 4, 5)]
    finally:
        explainer._prepared.compiled = True


def test_limits_that_are_never_refreshed_show_the_assessment_of_the_opening(scenario):
    fixed = {"product.limit.dynamic": False, "output.events_ppm": 0}
    found = sim.run(scenario.with_(users=40, **fixed), threads=1)
    whys = {
        (found.explain(user, 100)["limit"]["assessment"] or {"why": None})["why"]
        for user in range(40)
    }
    assert "opening" in whys
    assert whys <= {"opening", None}


def test_a_profiler_that_was_at_work_goes_on(run):
    seen = []
    sys.setprofile(lambda *_: seen.append(1))
    try:
        before = sys.getprofile()
        run.explain(1, 1)
        assert sys.getprofile() is before
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize(
    ("user", "day", "words"),
    [
        (USERS, 0, f"seed_article: --user: wanted 0 to {USERS - 1} (found {USERS})"),
        (-1, 0, f"seed_article: --user: wanted 0 to {USERS - 1} (found -1)"),
        (0, DAYS, f"seed_article: --day: wanted -{BURN_IN} to {DAYS - 1} (found {DAYS})"),
        (0, -BURN_IN - 1, f"seed_article: --day: wanted -{BURN_IN} to {DAYS - 1} (found -21)"),
    ],
)
def test_a_user_or_a_day_that_the_run_has_not_is_refused(run, user, day, words):
    with pytest.raises(sim.ScenarioError) as refusal:
        run.explain(user, day)
    assert str(refusal.value) == words


class Tables:
    """A store that holds what a folder might: tables, and nothing in memory."""

    folder = None

    def __init__(self, **tables):
        self.tables = tables

    @property
    def names(self):
        return list(self.tables)

    def table(self, name, columns):
        return pa.table(self.tables[name])

    def record(self, replication):
        return None


def shared_tables(state):
    """Return what users shared, as tables: days of the burn-in have numbers below 0."""
    days, counts = state.course.days, np.argwhere(np.ones(state.circles.shape[:2]))
    return {
        "environment": {
            "day": days["day"] - BURN_IN,
            "invitable": days["invitable"],
            "collected": days["collected"],
        },
        "circles": {
            "day": 3 * counts[:, 0] - BURN_IN,
            "circle": counts[:, 1],
            "users": state.circles[..., 0].ravel(),
            "good": state.circles[..., 1].ravel(),
        },
    }


def test_what_users_shared_is_read_from_the_tables_of_a_folder(run, lived):
    told = Run(run.scenario, {}, Tables(**shared_tables(lived[0])))
    for user, day in pairs(40):
        assert told.explain(user, day - BURN_IN).values == run.explain(user, day - BURN_IN).values


@pytest.mark.parametrize("missing", ["environment", "circles"])
def test_a_table_that_is_needed_and_missing_is_named(run, lived, missing):
    tables = shared_tables(lived[0])
    del tables[missing]
    with pytest.raises(sim.ScenarioError, match=f"seed_article: wanted the table {missing} to"):
        Run(run.scenario, {}, Tables(**tables)).explain(0, 0)


def test_a_burn_in_that_the_tables_leave_out_is_named(run, lived):
    tables = shared_tables(lived[0])
    kept = tables["environment"]["day"] >= 0
    tables["environment"] = {name: rows[kept] for name, rows in tables["environment"].items()}
    with pytest.raises(sim.ScenarioError, match="none before simulated day 20"):
        Run(run.scenario, {}, Tables(**tables)).explain(0, 0)


def test_nothing_is_needed_where_users_share_nothing(scenario):
    alone = scenario.with_(users=30, **ALONE | {"output.events_ppm": 0})
    made = sim.run(alone, threads=1)
    told = Run(made.scenario, {}, Tables())
    for user in range(30):
        assert told.explain(user, 80).values == made.explain(user, 80).values


@pytest.mark.parametrize(
    ("ties", "names"),
    [(0, ["friends_good"]), (6, ["friends_good", "friends_active", "friends_late"])],
)
def test_what_a_user_saw_of_friends_is_told(scenario, ties, names):
    """Of a circle or of close ties, as the engine showed it on the last day; in words too."""
    plain = {"output.events_ppm": 0, "behaviour.applying.community": 8}
    plain |= {"population.network.close_ties": ties, "output.friends": ties > 0}
    plan = scenario.with_(users=200, **plain)
    state, _, _ = with_limits(plan)
    state.show_friends()
    made = sim.run(plan, threads=1)
    seen = 0
    for user in range(0, 200, 7):
        found = made.explain(user, DAYS - 1)
        told = {key: value for key, value in found["who"].items() if key.startswith("friends")}
        assert told == {f"{name}_percent": state.users[name][user] for name in names}
        seen += told["friends_good_percent"]
        text = f"{told['friends_good_percent']} of 100 have the line in good standing"
        assert text in str(found)
        assert ("are past due with it" in str(found)) is (ties > 0)
    assert seen > 0


@pytest.fixture(scope="module")
def later(scenario, tmp_path_factory):
    """A run of users and accounts of an earlier one."""
    plain = ALONE | {"output.events_ppm": 0}
    earlier = sim.run(scenario.with_(users=60, **plain), threads=1)
    folder = earlier.save(tmp_path_factory.mktemp("earlier") / "r")
    more = {"population.from_run": str(folder), "run.burn_in_days": 0}
    return sim.run(scenario.with_(users=60, days=50, policy=[], **plain | more), threads=1)


def test_users_of_an_earlier_run_are_explained_from_their_own_rows(later):
    held = later.accounts.set_index("user")
    for user in range(0, 60, 3):
        found = later.explain(user, 49)
        assert (
            found["account"]["limit_fen"] == held["limit_fen"][user] == recomputed(found["limit"])
        )
        assert found["statement"]["carried_fen"] == held["carried_fen"][user]


def test_the_command_explains_a_run_folder_in_words_and_as_json(scenario, tmp_path, capsys):
    few = scenario.with_(users=40, **{"output.events_ppm": 0, "behaviour.applying.community": 8})
    made = sim.run(few, threads=1)
    folder = str(made.save(tmp_path / "r"))
    words = ["explain", folder, "--user", "3", "--day", "60"]
    capsys.readouterr()
    assert answer(words) == 0
    said = capsys.readouterr().out
    assert f"User 3 of {folder} at the close of 2024-03-01 (day 60)" in said
    assert answer([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(made.explain(3, 60).json()) | {"run": folder}
    opened = sim.open(folder)
    for user in range(40):
        assert opened.explain(user, 130)["limit"] == made.explain(user, 130)["limit"]
    assert answer(["explain", folder, "--user", "40", "--day", "60"]) == 2
    refusal = capsys.readouterr().err.strip()
    assert refusal == f"{folder}: --user: wanted 0 to 39 (found 40)"
