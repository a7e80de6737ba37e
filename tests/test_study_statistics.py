"""Intervals cover what they say, plans and stopping rules have the sizes of the closed forms.

C1, C2, C3, C4, C5 are cases of the validation suite. Bounds are computed from the number of
repeats, at 0.1 % or three standard errors.
"""

import math

import numpy as np
import pytest
from scipy import special, stats

from sim.study import interval
from sim.study.difference import differences_apart, paired
from sim.study.factor import Draws, controlled, estimate, factors, importance
from sim.study.planner import plan, rates, runs_for_half_width
from sim.study.sequential import Running, Target, until

Z_999 = stats.norm.ppf(0.9995)  # two-sided at 0.1 %
REPEATS = 1_000


@pytest.fixture
def luck():
    return np.random.default_rng(20_240_101)


def binomial_bounds(coverage, repeats=REPEATS):
    half = 3 * math.sqrt(coverage * (1 - coverage) / repeats)
    return coverage - half, coverage + half


def share_covering(intervals, truth):
    return np.mean([low <= truth <= high for _, low, high, _, _ in intervals])


def loss_given(factor, pd=0.02, correlation=0.04):
    """The limit loss of Vasicek, given the factor."""
    threshold = special.ndtri(pd) - math.sqrt(correlation) * factor
    return special.ndtr(threshold / math.sqrt(1 - correlation))


def test_c1_errors_fall_with_the_root_of_the_number(luck):
    sizes = 2 ** np.arange(8, 15)
    errors = [math.sqrt(np.mean((luck.binomial(n, 0.02, 200) / n - 0.02) ** 2)) for n in sizes]
    slope = np.polyfit(np.log(sizes), np.log(errors), 1)[0]
    assert abs(slope + 0.5) < 0.05


def test_c2_intervals_of_means_cover(luck):
    found = [interval.mean(luck.normal(3.0, 2.0, 12)) for _ in range(REPEATS)]
    low, high = binomial_bounds(0.95)
    assert low < share_covering(found, 3.0) < high


@pytest.mark.parametrize(("share", "runs"), [(0.5, 40), (0.9, 50), (0.99, 700)])
def test_c2_intervals_of_quantiles_cover_as_exactly_stated(luck, share, runs):
    found = [interval.quantile(luck.exponential(1.0, runs), share) for _ in range(REPEATS)]
    coverage = found[0].coverage
    assert 0.95 <= coverage < 0.99
    low, high = binomial_bounds(coverage)
    assert low < share_covering(found, -math.log(1 - share)) < high


def test_c2_intervals_of_ratios_cover(luck):
    def one():
        whole = luck.gamma(25.0, 4.0, 60)
        return interval.ratio(whole * luck.beta(2.0, 38.0, 60), whole)

    low, high = binomial_bounds(0.95)
    assert low < share_covering([one() for _ in range(REPEATS)], 0.05) < high


def test_c2_paired_intervals_cover(luck):
    def one():
        shared = luck.normal(0, 5, 15)
        a, b = shared + luck.normal(0, 1, 15), shared + 0.7 + luck.normal(0, 1, 15)
        return paired(a, b).interval

    low, high = binomial_bounds(0.95)
    assert low < share_covering([one() for _ in range(REPEATS)], 0.7) < high


def test_c2_intervals_of_runs_that_do_not_pair_cover(luck):
    def one():
        a, b = luck.normal(0, 1, (12, 1)), luck.normal(0.7, 3, (20, 1))
        found = differences_apart(a, b)
        apart, half = found.difference[0], found.half_width[0]
        return interval.Interval(apart, apart - half, apart + half, 0.95, 12)

    low, high = binomial_bounds(0.95)
    assert low < share_covering([one() for _ in range(REPEATS)], 0.7) < high
    a, b = luck.normal(0, 1, (12, 1)), luck.normal(0.7, 3, (20, 1))
    found = differences_apart(a, b)
    exact = stats.ttest_ind(b[:, 0], a[:, 0], equal_var=False).confidence_interval(0.95)
    assert found.half_width[0] == pytest.approx((exact.high - exact.low) / 2, abs=1e-12)
    assert found.higher[0] == stats.mannwhitneyu(b[:, 0], a[:, 0]).statistic
    assert found.higher[0] + found.lower[0] == 12 * 20


def test_exact_intervals_of_shares_cover_at_least_as_stated(luck):
    found = [interval.proportion(int(k), 80) for k in luck.binomial(80, 0.3, REPEATS)]
    assert share_covering(found, 0.3) >= binomial_bounds(0.95)[0]
    exact = stats.binomtest(24, 80).proportion_ci(0.95)
    assert found[0].coverage == 0.95
    assert interval.proportion(24, 80)[1:3] == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert interval.proportion(0, 10)[1] == 0
    assert interval.proportion(10, 10)[2] == 1


def test_too_few_replications_make_no_interval():
    assert not interval.mean([4.0]).estimable
    assert interval.mean([4.0]).estimate == 4.0
    fewest = interval.runs_for_quantile(0.99)
    assert fewest == 299
    assert not interval.quantile(np.arange(fewest - 1), 0.99).estimable
    assert interval.quantile(np.arange(fewest), 0.99).estimable


def test_c3_the_stopping_rule_ends_near_the_planned_number(luck):
    rate, batch = 0.02, 500
    planned = runs_for_half_width(rate * (1 - rate), 0.001)
    assert planned == 75_293
    draws = (luck.random(batch) < rate for _ in iter(int, 1))
    stopped = until(Target(0.001), draws).runs
    # It stops at n = z^2 p (1 - p) / h^2 with the rate as seen in n draws.
    error = (1 - 2 * rate) / math.sqrt(rate * (1 - rate) * planned)
    assert abs(stopped / planned - 1) < Z_999 * error + batch / planned


def test_a_precision_once_reached_needs_no_more(luck):
    values = luck.normal(0, 1, 400)
    running = Running()
    for part in np.split(values, 8):
        running.add(part)
    assert running.interval() == pytest.approx(interval.mean(values), abs=1e-12)
    assert until(Target(1e9, fewest=20), np.split(values, 40)).runs == 20
    assert until(Target(1e-9), np.split(values, 40)).runs == 400


def test_c4_pairing_gains_what_shared_uniforms_promise(luck):
    """Users who default under 2.0 and 2.5 %; the same uniform under both."""
    a, b, users = 0.02, 0.025, 1_000_000
    uniforms = luck.random(users)
    found = paired(uniforms < a, uniforms < b)
    exact = (a * (1 - a) + b * (1 - b)) / ((b - a) * (1 - (b - a)))
    assert exact == pytest.approx(8.8392, abs=5e-5)
    # Of the two variances the paired one, of a rare event, is by far the less certain.
    error = math.sqrt(1 / ((b - a) * users) + 1 / (a * users))
    assert abs(found.variance_ratio / exact - 1) < Z_999 * error
    assert found.lower.estimate == 0


def test_c4_plans():
    planned = rates(0.02, 0.025)
    assert (planned.per_arm, planned.pairs) == (13_806, 1_562)
    assert planned.variance_ratio == pytest.approx(8.8392, abs=5e-5)
    with pytest.raises(ValueError, match="other than 0"):
        plan(0.0, 1.0, 1.0)


def test_planned_sizes_find_the_effect_as_often_as_planned(luck):
    effect, shared = 0.3, 0.75
    planned = plan(effect, variance_apart=2.0, variance_paired=2.0 * (1 - shared))
    assert planned.variance_ratio == 4
    for size, spread in ((planned.per_arm, 2.0), (planned.pairs, 0.5)):
        means = luck.normal(effect, math.sqrt(spread / size), 4_000)
        found = np.mean(np.abs(means) > stats.norm.ppf(0.975) * math.sqrt(spread / size))
        assert abs(found - 0.8) < Z_999 * math.sqrt(0.8 * 0.2 / 4_000) + 0.005  # whole sizes


def test_the_same_run_twice_differs_by_exactly_nothing(luck):
    values = luck.normal(0, 1, 30)
    found = paired(values, values)
    assert found.interval[:3] == (0, 0, 0)
    assert (found.higher.estimate, found.lower.estimate) == (0, 0)
    assert found.variance_ratio == math.inf


def test_c5_antithetic_factors_gain_what_is_known(luck):
    pairs, batches = 2_000_000, 200
    values = np.exp(factors(2 * pairs, Draws.ANTITHETIC)).reshape(batches, -1, 2)
    plain = np.exp(factors(2 * pairs, seed=2)).reshape(batches, -1)
    each = plain.var(axis=1, ddof=1) / 2 / values.mean(axis=2).var(axis=1, ddof=1)
    error = each.std(ddof=1) / math.sqrt(batches)
    assert abs(each.mean() - math.e / (math.e - 1)) < 3.3 * error + 0.002  # bias of a ratio
    assert error < 0.02


@pytest.mark.parametrize("draws", list(Draws))
def test_factors_are_standard_normal_however_drawn(draws):
    drawn = factors(20_000, draws)
    assert stats.kstest(drawn, "norm").pvalue > 0.001
    assert len(np.unique(drawn)) == len(drawn)


@pytest.mark.parametrize(
    ("draws", "narrower"),
    [("plain", (0.9, 1.1)), ("antithetic", (0.2, 0.4)), ("stratified", (0.05, 0.3))],
)
def test_intervals_cover_however_factors_are_drawn(draws, narrower):
    found = [estimate(loss_given, 200, Draws(draws), seed=seed) for seed in range(REPEATS)]
    low, high = binomial_bounds(0.95)
    assert low < share_covering(found, 0.02) < high
    width = np.mean([each.half_width for each in found])
    plain = np.mean([estimate(loss_given, 200, seed=seed).half_width for seed in range(200)])
    assert narrower[0] < width / plain < narrower[1]


def test_more_replications_keep_the_factors_there_are():
    for draws in (Draws.PLAIN, Draws.ANTITHETIC):
        assert np.array_equal(factors(100, draws), factors(200, draws)[:100])
    with pytest.raises(ValueError, match="multiple of 2"):
        factors(5, Draws.ANTITHETIC)


def test_a_control_takes_out_what_it_explains(luck):
    def one():
        control = luck.normal(0, 1, 40)
        return controlled(2.0 + 3.0 * control + luck.normal(0, 1, 40), control, 0.0)

    found = [one() for _ in range(REPEATS)]
    low, high = binomial_bounds(0.95)
    assert low < share_covering(found, 2.0) < high
    assert np.mean([each.half_width for each in found]) < 0.4 * 2.0 * math.sqrt(10 / 40)


def test_importance_sampling_finds_a_tail_that_plain_draws_miss():
    """The 99.9 % quantile of the loss is 0.07141850 (V1): beyond it lies a chance of 0.001."""

    def beyond(factor):
        return (loss_given(factor) > 0.07141850).astype(float)

    tilted = importance(beyond, 10_000, shift=-3.09)
    plain = estimate(beyond, 10_000)
    error = tilted.interval.half_width / stats.t.ppf(0.975, 9_999)
    assert abs(tilted.interval.estimate - 0.001) < Z_999 * error
    assert tilted.interval.half_width < plain.half_width / 10
    assert 1_000 < tilted.effective < 10_000
    assert tilted.of_largest < 0.01
    with_mean = importance(loss_given, 10_000, shift=-0.5)
    assert with_mean.interval.low < 0.02 < with_mean.interval.high


def test_a_shift_into_nowhere_is_told_by_its_effective_size():
    lost = importance(np.exp, 10_000, shift=-5.0)
    assert lost.effective < 100
