"""Default, severity, stages, expected losses and the loss distribution, worked by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from sim.kinds import Bucket
from sim.risk import (
    categories,
    closed_form,
    default,
    expected_losses,
    loss_distribution,
    reverse_stress,
    severity,
    stages,
    vintages,
)
from sim.risk.expected_losses import Outlook
from sim.risk.shares import share_of, shares, wilson
from sim.risk.stages import Staging
from sim.risk.tables import BUCKETS, ON_BOOK

MONTH = pd.Timestamp("2024-02-01")
# Nine of ten stay current, then each bucket flows on or is cured half and half.
BOOK = pd.DataFrame(
    [
        ("current", "current", 90, 9_000, 9_000),
        ("current", "m1", 10, 1_000, 1_100),
        ("m1", "current", 5, 500, 500),
        ("m1", "m2", 5, 500, 500),
        ("m2", "m3", 4, 400, 400),
        ("m2", "current", 4, 400, 100),
        ("m3", "m4", 4, 400, 440),
        ("m3", "current", 4, 400, 400),
        ("m4", "m5", 2, 200, 200),
        ("m4", "closed", 2, 200, 0),
        ("m5", "m6", 1, 100, 100),
        ("m6", "charged_off", 1, 100, 100),
        ("charged_off", "charged_off", 8, 0, 800),
        ("closed", "current", 7, 0, 100),
    ],
    columns=["from_bucket", "to_bucket", "accounts", "principal_fen", "principal_after_fen"],
).assign(month=MONTH, segment="all", replication=0)


def monthly_of(**fen):
    rows = [(bucket, 1, amount) for bucket, amount in fen.items()]
    table = pd.DataFrame(rows, columns=["bucket", "accounts", "principal_fen"])
    return table.assign(month=MONTH, segment="employee", replication=0)


def test_buckets_are_those_of_the_engines():
    assert [bucket.name.lower() for bucket in Bucket] == BUCKETS
    assert [*ON_BOOK, "charged_off", "closed"] == BUCKETS


# Shares and their errors


def test_a_share_of_one_run_has_wilsons_interval():
    found = share_of([3], [30])
    wanted = stats.binomtest(3, 30).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    assert found.se == pytest.approx(np.sqrt(0.1 * 0.9 / 30))
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1
    assert np.isnan(wilson(0, 0)[0])


def test_a_share_over_runs_has_students_interval():
    """With equal wholes the ratio is a mean of shares, and so is its error."""
    parts = np.array([10, 14, 12, 8])
    found = share_of(parts, [100] * 4)
    error = (parts / 100).std(ddof=1) / 2
    assert (found.share, found.se, found.replications) == pytest.approx((0.11, error, 4))
    assert found.high == pytest.approx(0.11 + stats.t.ppf(0.975, 3) * error)


def test_shares_end_at_0_and_1_and_ratios_do_not():
    assert share_of([0, 5], [100, 100]).low == 0
    assert share_of([0, 5], [100, 100], counts=False, bounded=False).low < 0
    assert np.isnan(share_of([5], [100], counts=False).low)
    assert np.isnan(share_of([0, 0], [0, 0]).share)


def test_a_table_of_shares_adds_up_by_group():
    table = pd.DataFrame(
        {"of": ["a", "a", "b"], "replication": [0, 1, 0], "bad": [1, 3, 2], "all": [10, 10, 4]}
    )
    found = shares(table, ["of"], "bad", "all").set_index("of")
    assert found.loc["a", ["bad", "all", "share", "replications"]].tolist() == [4, 20, 0.2, 2]
    assert found.loc["b", "share"] == 0.5


# Vintages


def vintage_rows():
    march, april = pd.Timestamp("2024-03-01"), pd.Timestamp("2024-04-01")
    rows = [
        (march, 1, 100, 2, 0, 0, 1, 0, 0),
        (march, 2, 100, 5, 1, 1, 1, 4_000, 1_000),
        (april, 1, 50, 2, 0, 0, 0, 0, 0),
        (None, None, 30, 9, 9, 9, 9, 9, 9),
    ]
    names = ["cohort", "months_on_book", "accounts", "ever_31", "ever_91", "charged_off"]
    names += ["first_defaults", "written_off_fen", "recovered_fen"]
    return pd.DataFrame(rows, columns=names).assign(replication=0)


def test_vintages_count_only_cohorts_that_reached_an_age():
    found = vintages.curves(vintage_rows()).set_index(["measure", "months_on_book"])
    assert found.loc[("ever_31", 1), ["part", "whole", "share"]].tolist() == [4, 150, 4 / 150]
    assert found.loc[("ever_31", 2), ["part", "whole", "share"]].tolist() == [5, 100, 0.05]
    assert found.loc[("net_loss_fen", 2), "share"] == 30
    assert found.loc[("ever_91", 2), "low"] > 0


def test_vintages_by_cohort_at_ages():
    wide = vintages.at_ages(vintage_rows(), "ever_31", (1, 2, 12))
    assert wide.iloc[0].tolist()[:2] == [0.02, 0.05]
    assert np.isnan(wide.iloc[1, 1])
    assert wide[12].isna().all()
    with pytest.raises(ValueError, match="measure: wanted one of ever_31"):
        vintages.at_ages(vintage_rows(), "ever_60")


# Default


def test_default_is_entered_at_m4_from_whatever_was_sound():
    found = default.default_rates(BOOK).iloc[0]
    assert (found["defaulted"], found["accounts"]) == (4, 126)
    assert found["low"] < 4 / 126 < found["high"]


def test_the_term_structure_of_default_is_that_of_the_chain():
    table = default.term_structure(BOOK, 60).set_index(["bucket", "month"])
    assert table.loc[("m3", 1), "marginal"] == 0.5
    assert table.loc[("current", 3), "marginal"] == 0
    # .1 to m1, .5 to m2, .5 to m3, .5 to default: no other way in four months
    assert table.loc[("current", 4), "cumulative"] == pytest.approx(0.0125)
    left = table["cumulative"] + table["surviving"]
    assert left.to_numpy() == pytest.approx(1)  # nobody of these buckets is closed
    assert default.twelve_month_pd(BOOK)["current"] == table.loc[("current", 12), "cumulative"]
    with pytest.raises(ValueError, match="months: wanted at least 1"):
        default.term_structure(BOOK, 0)


def test_the_life_of_a_line_is_the_time_to_default_or_closing():
    life = default.behavioural_life(BOOK)
    inside = np.array([[0.9, 0.1, 0, 0], [0.5, 0, 0.5, 0], [0.5, 0, 0, 0.5], [0.5, 0, 0, 0]])
    steps = np.linalg.solve(np.eye(4) - inside, np.ones(4))
    assert life[["current", "m1", "m2", "m3"]].tolist() == pytest.approx(steps)


# Severity


def test_loss_given_default_is_charge_off_times_what_does_not_come_back():
    accounts = pd.DataFrame(
        {
            "replication": 0,
            "charged_off_on": [0, 10, 700, -1_000_000],
            "written_off_fen": [1_000, 3_000, 9_000, 0],
            "recovered_fen": [100, 700, 0, 0],
        }
    )
    found = severity.loss_given_default(BOOK, accounts, last_day=729, least=2).iloc[0]
    # m4: half to m5, then all the way to charge-off; the year of recovery is over for two.
    assert found["charged_off"] == pytest.approx(0.5)
    assert (found["recovered"], found["accounts"], found["complete"]) == (0.2, 2, True)
    assert found["lgd"] == pytest.approx(0.4)
    early = severity.loss_given_default(BOOK, accounts, last_day=100, least=2).iloc[0]
    assert not early["complete"]
    assert early["recovered"] == pytest.approx(800 / 13_000)


def test_a_few_accounts_whose_year_is_over_do_not_tell_what_comes_back():
    """The first charge-offs of a young book are the dead, of whom nothing comes back."""
    dead = pd.DataFrame({"charged_off_on": [0] * 3, "written_off_fen": 1_000, "recovered_fen": 0})
    later = dead.assign(charged_off_on=700, recovered_fen=250)
    accounts = pd.concat([dead, later, later], ignore_index=True)
    seen = severity.seen_through(accounts, last_day=729)
    assert not seen.complete
    assert severity.recovered_share(seen.accounts).share == pytest.approx(1 / 6)
    assert severity.seen_through(accounts, last_day=729, least=3).complete


def test_exposure_at_default_adds_a_part_of_what_is_undrawn():
    assert severity.exposure_at_default(600, 1_000, 0.5) == 800
    assert severity.exposure_at_default([1_200, 0], 1_000, 0.5).tolist() == [1_200, 500]
    growth = severity.exposure_growth(BOOK).iloc[0]
    assert (growth["from_bucket"], growth["share"]) == ("m3", 1.1)
    before = pd.DataFrame({"user": [1, 2, 3], "principal_fen": [0, 500, 900], "limit_fen": 900})
    then = pd.DataFrame({"user": [1, 2, 3, 4], "principal_fen": [450, 620, 990, 1]})
    found = severity.credit_conversion(before, then).iloc[0]
    # 450 + 120 more of 900 + 400 undrawn; user 3 had nothing left
    assert (found["accounts"], found["conversion"]) == (2, pytest.approx(570 / 1_300))


# Stages


@pytest.mark.parametrize(
    ("days", "stage"), [(0, 1), (1, 1), (30, 1), (31, 2), (89, 2), (90, 3), (91, 3), (500, 3)]
)
def test_stages_flip_at_day_31_and_day_90(days, stage):
    assert stages.stage_of(days) == stage


def test_both_days_are_parameters():
    later = Staging(stage_2_after=60, stage_3_from=120)
    assert stages.stage_of([60, 61, 119, 120], later).tolist() == [1, 2, 2, 3]
    assert stages.stage_of(40, Staging(stage_3_from=31)) == 3


def test_a_cure_waits_for_its_probation():
    days = [0, 31, 95, 5, 0, 0, 0, 0]
    panel = pd.DataFrame({"user": 1, "month": range(8), "days_past_due": days})
    assert stages.staged(panel, Staging(probation=0))["stage"].tolist() == [1, 2, 3, 1, 1, 1, 1, 1]
    held = stages.staged(panel, Staging(probation=3))["stage"].tolist()
    assert held == [1, 2, 3, 3, 3, 3, 1, 1]
    both = stages.staged(panel, Staging(probation=2, probation_2=1))["stage"].tolist()
    assert both == [1, 2, 3, 3, 3, 2, 1, 1]


def test_probation_of_one_account_is_not_anothers():
    panel = pd.DataFrame(
        {"user": [2, 1, 1, 2], "month": [0, 0, 1, 1], "days_past_due": [0, 95, 0, 0]}
    )
    assert stages.staged(panel)["stage"].tolist() == [1, 3, 3, 1]


def test_stages_of_a_book_by_bucket():
    mix = stages.stage_mix(monthly_of(current=900, m1=40, m2=30, m3=10, m4=20, charged_off=7))
    assert mix["stage"].tolist() == [1, 2, 3]
    assert mix["share"].tolist() == [0.94, 0.04, 0.02]
    moved = stages.stage_transfers(BOOK).set_index(["from_stage", "to_stage"])["accounts"]
    assert moved[(1, 2)] == 5
    assert moved[(2, 3)] == 4
    assert moved[(2, 1)] == 8
    assert moved[(3, 3)] == 4
    assert moved[(3, 0)] == 2
    assert moved[(0, 1)] == 7
    still = BOOK.iloc[[0]].assign(from_bucket="closed", to_bucket="closed")
    assert (0, 0) not in stages.stage_transfers(pd.concat([BOOK, still])).set_index(
        ["from_stage", "to_stage"]
    ).index


# Five categories


@pytest.mark.parametrize(
    ("days", "category"),
    [
        (0, "pass"),
        (1, "special mention"),
        (90, "special mention"),
        (91, "substandard"),
        (270, "substandard"),
        (271, "doubtful"),
        (360, "doubtful"),
        (361, "loss"),
    ],
)
def test_the_five_categories_flip_a_day_after_their_bounds(days, category):
    assert categories.category_of(days) == category


def test_categories_of_a_book():
    table = categories.categories(monthly_of(unused=0, current=900, m1=40, m3=10, m4=50, closed=0))
    assert table["category"].tolist() == ["pass", "special mention", "substandard"]
    assert table["share"].tolist() == [0.9, 0.05, 0.05]
    assert table["accounts"].tolist() == [2, 2, 1]


# Expected losses

CARD = np.array(
    [
        [0.97, 0.03, 0, 0, 0, 0],
        [0.60, 0.15, 0.25, 0, 0, 0],
        [0.30, 0.10, 0.10, 0.50, 0, 0],
        [0.15, 0.05, 0.05, 0.05, 0.70, 0],
        [0.08, 0.02, 0.02, 0.03, 0.05, 0.80],
        [0.05, 0.01, 0.01, 0.01, 0.02, 0.05],
    ]
)
LOST = np.array([0, 0, 0, 0, 0, 0.85])


def test_lifetime_loss_is_lgd_times_the_absorption_probability():
    closing = CARD * 0.98  # 2 % of those who stay close instead
    ends = closed_form.absorption(closing, np.column_stack([LOST, 1 - closing.sum(1) - LOST]))
    found = expected_losses.expected_losses(closing, LOST, 0.6)
    assert found == pytest.approx(0.6 * ends.absorbed[:, 0])
    long = expected_losses.expected_losses(closing, LOST, 0.6, months=2_000)
    assert long == pytest.approx(found)


def test_twelve_month_losses_are_those_of_the_power():
    found = expected_losses.expected_losses(CARD, LOST, months=12)
    gone = 1 - np.linalg.matrix_power(CARD, 12).sum(axis=1)
    assert found == pytest.approx(gone)
    assert found[0] == pytest.approx(0.018637, abs=1e-6)


def test_losses_are_discounted_to_the_month_they_fall_in():
    """From the last bucket .85 goes in a month, by hand; the rest later."""
    one = expected_losses.expected_losses([[0.5]], [0.5], 1.0, rate=0.25)
    assert one == pytest.approx([0.5 / 1.25 / (1 - 0.5 / 1.25)])
    two = expected_losses.expected_losses([[0.5]], [0.5], 1.0, months=2, rate=0.25)
    assert two == pytest.approx([0.5 / 1.25 + 0.25 / 1.25**2])


def test_accounts_that_cannot_be_lost_cost_nothing():
    found = expected_losses.expected_losses([[1.0, 0], [0, 0.5]], [0, 0.5])
    assert found == pytest.approx([0, 1])


def test_worsening_multiplies_moves_for_the_worse():
    moves, lost = expected_losses.worsened(CARD, LOST, 1.1)
    others = 0.725 / 0.75  # what is added to the worse is taken from the rest alike
    assert moves[1].tolist() == pytest.approx([0.60 * others, 0.15 * others, 0.275, 0, 0, 0])
    assert (moves.sum(axis=1) + lost) == pytest.approx(np.ones(6))
    assert lost[5] == pytest.approx(0.935)
    same, _ = expected_losses.worsened(CARD, LOST, 1.0)
    assert same == pytest.approx(CARD)
    full, all_lost = expected_losses.worsened(CARD, LOST, 5.0)
    assert full[5].tolist() == [0] * 6
    assert all_lost[5] == 1


def test_the_allowance_is_12_months_in_stage_1_and_lifetime_beyond():
    book = monthly_of(current=10_000, m1=1_000, m2=500, m4=200)
    table = expected_losses.allowance(book, BOOK, 0.5).set_index("bucket")
    assert table.loc["m1", "allowance_fen"] == table.loc["m1", "ecl_12_fen"]
    assert table.loc["m2", "allowance_fen"] == table.loc["m2", "ecl_lifetime_fen"]
    assert table.loc["m4", "allowance_fen"] == pytest.approx(200 * 0.5 * 0.5)
    assert (table["ecl_lifetime_fen"] >= table["ecl_12_fen"] - 1e-9).all()


def test_the_allowance_is_weighted_over_outlooks():
    book = monthly_of(current=10_000, m2=500)
    base, bad = (
        expected_losses.allowance(book, BOOK, 0.5, outlooks={"one": Outlook(1.0, factor)})
        for factor in (1.0, 1.5)
    )
    both = {"base": Outlook(0.75), "bad": Outlook(0.25, 1.5)}
    mixed = expected_losses.allowance(book, BOOK, 0.5, outlooks=both)
    wanted = 0.75 * base["allowance_fen"] + 0.25 * bad["allowance_fen"]
    assert mixed["allowance_fen"].to_numpy() == pytest.approx(wanted.to_numpy())
    assert bad["allowance_fen"].sum() > base["allowance_fen"].sum()
    with pytest.raises(ValueError, match=r"weights that add up to 1 .found 0\.75"):
        expected_losses.allowance(book, BOOK, 0.5, outlooks={"base": Outlook(0.75)})


# The loss distribution


def test_losses_of_replications_are_net_and_a_year():
    daily = pd.DataFrame(
        {
            "replication": [0, 0, 1, 1],
            "day": [0, 1, 0, 1],
            "principal_fen": [100, 300, 100, 100],
            "principal_written_off_fen": [0, 3, 0, 0],
            "recovered_fen": [0, 1, 0, 0],
        }
    )
    table = loss_distribution.losses(daily)
    assert table["net_loss_fen"].tolist() == [2, 0]
    assert table["loss_rate"].tolist() == pytest.approx([2 / 200 * 365 / 2, 0])


def test_a_tail_of_too_few_runs_is_not_estimable():
    table = loss_distribution.value_at_risk(np.arange(999) / 1_000, [0.5, 0.9, 0.999])
    few = "not estimable with 999 runs"
    assert table["note"].tolist() == ["", few, few]
    assert table["needed"].tolist() == [200, 1_000, 100_000]
    assert table.loc[1:, ["var", "es", "var_low", "es_high"]].isna().all(axis=None)


def test_quantile_and_shortfall_of_a_thousand_losses():
    table = loss_distribution.value_at_risk(np.arange(1, 1_001), [0.9]).iloc[0]
    assert table["var"] == 900
    assert table["es"] == pytest.approx(np.arange(901, 1_001).mean())
    assert table["var_low"] < 900 < table["var_high"]


def test_intervals_of_quantile_and_shortfall_cover():
    """Of 300 samples of 1,000 exponentials; 95 % nominal, 93 % allowed for a hundred in the tail.

    Bounds: binomial, 0.1 %.
    """
    luck = np.random.default_rng(3)
    hit = np.zeros(2)
    for _ in range(300):
        row = loss_distribution.value_at_risk(luck.exponential(size=1_000), [0.9]).iloc[0]
        quantile, shortfall = np.log(10), np.log(10) + 1
        hit += [
            row["var_low"] <= quantile <= row["var_high"],
            row["es_low"] <= shortfall <= row["es_high"],
        ]
    least = stats.binom.ppf(0.001, 300, [0.95, 0.93])
    assert (hit >= least).all(), hit


def test_a_fitted_tail_says_so_and_finds_the_correlation():
    factors = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    simulated = closed_form.conditional_pd(0.02, 0.04, factors)
    table = loss_distribution.fitted_tail(simulated, [0.999])
    assert table["asset_correlation"][0] == pytest.approx(0.04, rel=2e-3)
    assert table["var"][0] == pytest.approx(0.0714, abs=2e-4)
    assert table["note"][0].startswith("assumed: one-factor model fitted")
    nothing = loss_distribution.fitted_tail([0.0, 0.0], [0.99])
    assert nothing["var"][0] == 0
    with pytest.raises(ValueError, match="at least two loss rates"):
        loss_distribution.fitted_tail([0.1])


# Reverse stress


def test_reverse_stress_finds_a_known_breaking_point():
    """The 99.9 % loss passes 10 % of the book at a pd that the formula gives."""
    pd_at = _solved(lambda p: closed_form.loss_quantile(p, 0.04, 0.999) - 0.1)
    tried = []

    def loss(pd):
        tried.append(pd)
        return closed_form.loss_quantile(pd, 0.04, 0.999)

    found = reverse_stress.mildest_breach(loss, 0.1, 0.01, 0.2, tolerance=1e-4)
    assert found.held <= pd_at <= found.shock <= found.held + 1e-4
    assert found.measure > 0.1
    assert found.tried == len(tried) <= 14


def test_reverse_stress_says_when_nothing_breaks_or_all_does():
    never = reverse_stress.mildest_breach(lambda x: x, 5.0, 0.0, 1.0, tolerance=0.1)
    assert (never.broken, never.measure, never.held) == (False, 1.0, 1.0)
    at_once = reverse_stress.mildest_breach(lambda x: x, -1.0, 0.0, 1.0, tolerance=0.1)
    assert (at_once.broken, at_once.shock, at_once.tried) == (True, 0.0, 1)
    cash = reverse_stress.mildest_breach(lambda x: 1 - x, 0.5, 0, 1, tolerance=1e-3, below=True)
    assert 0.5 < cash.shock <= 0.501
    assert reverse_stress.mildest_breach(lambda x: x > 0.3, 0.5, 0, 1, tolerance=1e-30).tried < 70
    with pytest.raises(ValueError, match="mildest < strongest"):
        reverse_stress.mildest_breach(lambda x: x, 0, 1, 1, tolerance=0.1)


def _solved(function):
    return optimize.brentq(function, 1e-3, 0.2, xtol=1e-12)
