"""Formulas of credit risk give the values that papers and textbooks print, and refuse nonsense."""

import numpy as np
import pytest
from scipy import integrate, stats

from sim.risk import closed_form as cf

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
GRID = [(0.02, 0.04), (0.001, 0.16), (0.3, 0.9), (0.5, 0.3), (0.6, 0.9), (1e-6, 0.2)]


def test_loss_quantiles_are_vasiceks():
    levels = [0.5, 0.9, 0.95, 0.99, 0.999]
    wanted = [0.01803672, 0.03328968, 0.03917472, 0.05248363, 0.07141850]
    assert cf.loss_quantile(0.02, 0.04, levels) == pytest.approx(wanted, abs=1e-8)


@pytest.mark.parametrize(("pd", "rho"), GRID)
def test_the_distribution_of_loss_inverts_its_quantile(pd, rho):
    levels = np.array([0.01, 0.3, 0.9])
    assert cf.loss_cdf(pd, rho, cf.loss_quantile(pd, rho, levels)) == pytest.approx(levels)


@pytest.mark.parametrize(
    ("pd", "rho", "level", "loss"),
    [
        (0.0, 0.5, 0.999, 0.0),
        (1.0, 0.5, 0.001, 1.0),
        (0.02, 0.0, 0.999, 0.02),
        (0.02, 0.0, 0.0, 0.02),
        (0.02, 1.0, 0.97, 0.0),
        (0.25, 1.0, 0.75, 0.0),
        (0.02, 1.0, 0.99, 1.0),
        (0.02, 0.04, 0.0, 0.0),
        (0.02, 0.04, 1.0, 1.0),
    ],
)
def test_loss_quantiles_at_the_edges(pd, rho, level, loss):
    assert cf.loss_quantile(pd, rho, level) == loss


def test_single_numbers_give_a_float_and_arrays_their_shape():
    assert type(cf.loss_quantile(0.02, 0.04, 0.5)) is float
    assert cf.loss_quantile([[0.01], [0.02]], 0.04, [0.5, 0.9, 0.99]).shape == (2, 3)
    assert cf.expected_shortfall([0.01, 0.02], 0.04, 0.9).shape == (2,)
    assert type(cf.loss_sd(0.02, 0.04)) is float
    assert cf.risk_weight([0.01, 0.02], 0.45).shape == (2,)


@pytest.mark.parametrize(
    ("pd", "rho", "wanted"),
    [
        (0.01, 0.1, [1.19, 3.8, 7.0, 10.7]),
        (0.01, 0.4, [0.55, 4.5, 11.0, 18.2]),
        (0.001, 0.1, [0.98, 4.1, 8.8, 15.4]),
        (0.001, 0.4, [0.12, 3.2, 13.2, 31.8]),
    ],
)
def test_vasiceks_table_of_quantiles_in_standard_deviations(pd, rho, wanted):
    """To one unit of the last digit printed: the last two of the third are 3.245 and 31.746."""
    found = cf.loss_quantile(pd, rho, [0.9, 0.99, 0.999, 0.9999]) - pd
    off = np.abs(found / cf.loss_sd(pd, rho) - wanted)
    assert (off <= [0.01, 0.1, 0.1, 0.1]).all()


def test_the_standard_deviation_of_loss():
    assert cf.loss_sd(0.02, 0.04) == pytest.approx(0.01009671, abs=1e-8)
    assert cf.default_correlation(0.02, 0.04) == pytest.approx(0.00520121, abs=1e-8)


@pytest.mark.parametrize(("pd", "rho"), GRID)
def test_the_variance_is_that_of_two_correlated_normals(pd, rho):
    bound = stats.norm.ppf(pd)
    joint = stats.multivariate_normal(cov=[[1, rho], [rho, 1]]).cdf([bound, bound])
    assert cf.loss_sd(pd, rho) ** 2 == pytest.approx(joint - pd**2, abs=2e-9)


def test_small_variances_keep_their_digits():
    """Near 0 the variance is rho times the squared density at the threshold."""
    density = stats.norm.pdf(stats.norm.ppf(1e-4))
    assert cf.loss_sd(1e-4, 1e-9) == pytest.approx(np.sqrt(1e-9) * density, rel=1e-6)
    assert cf.loss_sd([0, 1, 0.3], [0.5, 0.5, 1]) == pytest.approx([0, 0, np.sqrt(0.21)])
    assert cf.loss_sd(0.02, 0) == 0


@pytest.mark.parametrize(("pd", "rho"), GRID)
@pytest.mark.parametrize("level", [0.0, 0.2, 0.95, 0.999])
def test_expected_shortfall_is_the_mean_of_the_quantiles_beyond(pd, rho, level):
    def tail(u):
        return cf.loss_quantile(pd, rho, u)

    mean = integrate.quad(tail, level, 1, limit=500, epsabs=1e-13)[0] / (1 - level)
    assert cf.expected_shortfall(pd, rho, level) == pytest.approx(mean, rel=1e-5, abs=1e-11)


def test_expected_shortfall_at_the_edges():
    assert cf.expected_shortfall(0.02, 0.0, 0.999) == 0.02
    assert cf.expected_shortfall(0.02, 0.04, 0) == 0.02
    assert cf.expected_shortfall(0.02, 0.04, 1) == 1
    assert cf.expected_shortfall(0.02, 1, 0.99) == 1
    assert cf.expected_shortfall(0.02, 1, 0.96) == pytest.approx(0.5)
    assert cf.expected_shortfall([0, 1], 0.3, 0.9) == pytest.approx([0, 1])
    assert cf.expected_shortfall(0.5, 0.5, 0.5) == pytest.approx(0.75)  # 2 (1/4 + asin(.7071)/2 pi)


@pytest.mark.parametrize(("pd", "rho"), [(0.02, 0.04), (0.3, 0.9), (0.001, 0.16)])
def test_the_implied_correlation_inverts_the_standard_deviation(pd, rho):
    assert cf.implied_correlation(pd, cf.loss_sd(pd, rho)) == pytest.approx(rho, rel=1e-6)
    assert cf.implied_correlation(pd, 0) == 0
    with pytest.raises(ValueError, match="sd: wanted 0 to"):
        cf.implied_correlation(pd, 0.6)


@pytest.mark.parametrize(("pd", "rho", "n"), [(0.02, 0.04, 1), (0.3, 0.9, 7), (0.02, 0.04, 700)])
def test_a_finite_pool_mixes_binomials_over_the_factor(pd, rho, n):
    found = cf.finite_pool(pd, rho, n)
    for defaults in {0, 1, n // 2, n}:

        def given(z, k=defaults):
            rate = cf.conditional_pd(pd, rho, z)
            return stats.binom.pmf(k, n, rate) * stats.norm.pdf(z)

        wanted = integrate.quad(given, -9, 9, limit=2_000, epsabs=1e-13, points=[-3, 0, 3])[0]
        assert found[defaults] == pytest.approx(wanted, abs=1e-11)


@pytest.mark.parametrize("n", [1, 2, 50, 1_000, 30_000])
@pytest.mark.parametrize(("pd", "rho"), [*GRID, (0.02, 0.999999), (0.2, 1e-8)])
def test_a_finite_pool_follows_the_law_of_total_variance(pd, rho, n):
    found = cf.finite_pool(pd, rho, n)
    share = np.arange(n + 1) / n
    mean = (found * share).sum()
    variance = (found * (share - pd) ** 2).sum()
    assert found.shape == (n + 1,)
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert mean == pytest.approx(pd, abs=1e-10)
    wanted = pd * (1 - pd) / n + (1 - 1 / n) * cf.loss_sd(pd, rho) ** 2
    assert variance == pytest.approx(wanted, rel=1e-7, abs=1e-13)


def test_a_finite_pool_at_the_edges():
    assert cf.finite_pool(0.3, 0.2, 0).tolist() == [1]
    assert cf.finite_pool(0, 0.2, 3).tolist() == [1, 0, 0, 0]
    assert cf.finite_pool(1, 0.2, 3).tolist() == [0, 0, 0, 1]
    assert cf.finite_pool(0.25, 1, 3).tolist() == [0.75, 0, 0, 0.25]
    assert cf.finite_pool(0.1, 0, 9) == pytest.approx(stats.binom.pmf(range(10), 9, 0.1))


def test_the_conditional_default_rate():
    assert cf.conditional_pd(0.02, 0.04, 0) == pytest.approx(0.01803672, abs=1e-8)
    assert cf.conditional_pd(0.02, 0.04, [-1, 1])[0] > 0.02
    assert cf.conditional_pd(0.02, 0, 3) == 0.02
    assert cf.conditional_pd(0.5, 1, [-0.1, 0.1]).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("pd", "at_45", "at_85"),
    [
        (0.0003, 0.98, 1.85),
        (0.005, 10.04, 18.97),
        (0.01, 17.22, 32.53),
        (0.02, 28.92, 54.63),
        (0.03, 38.66, 73.03),
    ],
)
def test_risk_weights_of_revolving_retail_are_basels(pd, at_45, at_85):
    assert cf.risk_weight(pd, [0.45, 0.85]) == pytest.approx([at_45, at_85], abs=0.01)


@pytest.mark.parametrize(
    ("pd", "at_45", "at_85"),
    [
        (0.0003, 4.45, 8.41),
        (0.001, 11.16, 21.08),
        (0.01, 45.77, 86.46),
        (0.02, 57.99, 109.53),
        (0.025, 60.90, 115.03),
    ],
)
def test_risk_weights_of_other_retail_are_basels(pd, at_45, at_85):
    """Annex 5 of the framework of June 2006."""
    found = cf.risk_weight(pd, [0.45, 0.85], kind="other")
    assert found == pytest.approx([at_45, at_85], abs=0.01)


def test_the_retail_correlation_falls_from_16_to_3_percent():
    assert cf.retail_correlation([0, 0.01, 1]) == pytest.approx([0.16, 0.121609452, 0.03])
    assert cf.risk_weight([0, 1], 0.45) == pytest.approx([0, 0])


def test_receivables_of_the_textbook_are_absorbed():
    found = cf.absorption([[0.2, 0.2], [0.3, 0.2]], [[0.6, 0], [0.4, 0.1]])
    assert found.fundamental == pytest.approx(
        np.array([[1.37931, 0.34483], [0.51724, 1.37931]]), abs=1e-5
    )
    assert found.absorbed == pytest.approx(
        np.array([[0.965517, 0.034483], [0.862069, 0.137931]]), abs=1e-6
    )
    assert [2_000, 5_000] @ found.absorbed == pytest.approx([6_241.38, 758.62], abs=0.005)


def test_months_to_charge_off_of_a_card_book():
    fundamental, absorbed = cf.absorption(CARD, 1 - CARD.sum(axis=1))
    assert absorbed == pytest.approx(np.ones(6))
    steps = fundamental.sum(axis=1)
    assert steps[[0, 5]] == pytest.approx([338.752, 27.246], abs=5e-4)
    assert cf.absorption(CARD, 1 - CARD.sum(axis=1)).steps == pytest.approx(steps)


def test_a_state_that_never_ends_is_named():
    with pytest.raises(ValueError, match="state 1 never reaches"):
        cf.absorption([[0.5, 0], [0, 1]], [[0.5], [0]])


def test_the_mix_of_a_shrinking_book():
    value, mix = found = cf.quasi_stationary(CARD)
    assert value == pytest.approx(0.9969970514, abs=1e-10)
    wanted = [0.941505, 0.035020, 0.010203, 0.005557, 0.004182, 0.003533]
    assert mix == pytest.approx(wanted, abs=1e-6)
    assert found.leaving == pytest.approx(0.0030029, abs=1e-7)
    assert mix @ CARD == pytest.approx(value * mix)


def test_the_mix_of_an_open_book_stands_still():
    """By hand: .1 of current go late, half of late are lost, and replaced by current."""
    assert cf.replenished([[0.9, 0.1], [0.0, 0.5]]) == pytest.approx([5 / 6, 1 / 6])
    mix = cf.replenished(CARD)
    new = mix @ CARD
    new[0] += mix @ (1 - CARD.sum(axis=1))
    assert new == pytest.approx(mix)
    assert mix.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", ["quasi_stationary", "replenished"])
def test_a_mix_that_depends_on_the_start_is_refused(name):
    with pytest.raises(ValueError, match="depends on the start"):
        getattr(cf, name)(np.eye(3))


def test_the_provision_matrix_of_the_standards_example():
    """IFRS 9, Illustrative Example 12: 30 million of receivables, an allowance of 580,000."""
    balances = [15_000_000, 7_500_000, 4_000_000, 2_500_000, 1_000_000]
    rates = [0.003, 0.016, 0.036, 0.066, 0.106]
    assert cf.provision_matrix(balances, rates) == pytest.approx(580_000)
    assert cf.provision_matrix([balances, balances], rates) == pytest.approx(1_160_000)


def test_expected_loss_of_the_standards_example():
    assert cf.expected_loss(1_000_000, 0.005, 0.25) == pytest.approx(1_250)


def test_separation_of_two_normals_one_sd_apart():
    quantiles = stats.norm.ppf((np.arange(4_000) + 0.5) / 4_000)
    scores, bads = np.concatenate([quantiles + 1, quantiles]), np.repeat([0, 1], 4_000)
    assert cf.auc(scores, bads) == pytest.approx(0.760250, abs=1e-4)
    assert cf.gini(scores, bads) == pytest.approx(0.520500, abs=2e-4)
    assert cf.ks(scores, bads) == pytest.approx(0.382925, abs=5e-4)


def test_equal_scores_count_half():
    assert cf.auc([1, 1], [0, 1]) == 0.5
    assert cf.ks([1, 1], [0, 1]) == 0
    assert cf.auc([3, 2, 2, 1], [0, 0, 1, 1]) == 0.875  # 3.5 of 4 pairs in order
    assert cf.auc([1, 2], [0, 1]) == 0
    assert cf.ks([1, 2], [0, 1]) == 1
    assert cf.auc(np.array([1.0, 2.0]), np.array([True, False])) == 1


def test_a_score_and_its_reverse_share_the_pairs():
    luck = np.random.default_rng(1)
    scores, bads = luck.integers(0, 20, 500), luck.integers(0, 2, 500)
    assert cf.auc(scores, bads) + cf.auc(-scores, bads) == pytest.approx(1)
    assert cf.ks(scores, bads) == pytest.approx(cf.ks(-scores, bads))
    wanted = stats.mannwhitneyu(scores[bads == 0], scores[bads == 1]).statistic
    assert cf.auc(scores, bads) * (bads == 0).sum() * bads.sum() == pytest.approx(wanted)
    wanted = stats.ks_2samp(scores[bads == 0], scores[bads == 1]).statistic
    assert cf.ks(scores, bads) == pytest.approx(wanted)


def test_the_stability_index():
    assert cf.psi([0.5, 0.5], [0.6, 0.4]) == pytest.approx(0.0405465, abs=1e-7)
    assert cf.psi([50, 50], [300, 200]) == pytest.approx(0.0405465, abs=1e-7)
    assert cf.psi([1, 2, 0], [1, 2, 0]) == 0
    assert cf.psi([1, 1], [1, 0]) == np.inf


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: cf.loss_quantile(1.2, 0.04, 0.5), "pd: wanted 0 to 1 .found 1.2"),
        (lambda: cf.loss_quantile(0.02, -0.1, 0.5), "asset_correlation: wanted 0 to 1"),
        (lambda: cf.loss_quantile(0.02, 0.04, 99.9), "level: wanted 0 to 1"),
        (lambda: cf.loss_quantile(float("nan"), 0.04, 0.5), "pd: wanted finite"),
        (lambda: cf.loss_quantile("two", 0.04, 0.5), "pd: wanted numbers"),
        (lambda: cf.loss_quantile([0.1, 0.2], 0.04, [0.1, 0.2, 0.3]), "shapes that fit"),
        (lambda: cf.loss_sd(0.02, 2), "asset_correlation"),
        (lambda: cf.default_correlation(0, 0.1), "pd: wanted more than 0"),
        (lambda: cf.expected_shortfall(0.02, 0.04, -1), "level"),
        (lambda: cf.finite_pool(0.02, 0.04, 1.5), "n: wanted a whole number"),
        (lambda: cf.finite_pool(0.02, 0.04, -1), "n: wanted 0 or more"),
        (lambda: cf.conditional_pd(0.02, 0.04, float("nan")), "factor"),
        (lambda: cf.risk_weight(0.02, 45), "lgd: wanted 0 to 1"),
        (lambda: cf.risk_weight(0.02, 0.45, "mortgage"), 'kind: wanted "revolving" or "other"'),
        (lambda: cf.absorption([[0.5]], [[0.4]]), "rows that add up to 1 .found 0.9 in row 0"),
        (lambda: cf.absorption([[0.5, 0.5]], [[0]]), "transient: wanted a square"),
        (lambda: cf.absorption([[0.5]], [[0.5], [1]]), "absorbing: wanted 1 rows"),
        (lambda: cf.quasi_stationary([[0.9, 0.2], [0, 1]]), "add up to at most 1"),
        (lambda: cf.quasi_stationary([[0.0]]), "absorbed at once"),
        (lambda: cf.replenished([0.5]), "square"),
        (lambda: cf.provision_matrix([1, 2], [0.1]), "rates: wanted one for each balance"),
        (lambda: cf.provision_matrix([1], [3]), "rates: wanted 0 to 1"),
        (lambda: cf.auc([1, 2], [0, 0]), "both sorts"),
        (lambda: cf.auc([1, 2], [0, 2]), "bads: wanted 0 and 1"),
        (lambda: cf.ks([1, 2, 3], [0, 1]), "as many bads as scores"),
        (lambda: cf.psi([1, 2], [1]), "the same bins"),
        (lambda: cf.psi([0, 0], [1, 1]), "not all empty"),
        (lambda: cf.psi([1, -1], [1, 1]), "expected: wanted 0 or more"),
    ],
)
def test_wrong_input_is_told(call, said):
    with pytest.raises(ValueError, match=said):
        call()


@pytest.mark.parametrize(
    ("pd", "rho", "level", "wanted"),
    [  # integrated with forty digits
        (1e-12, 0.04, 0.999, 4.5566647414e-11),
        (1e-8, 0.2, 0.99, 6.13373078795e-7),
        (9e-7, 0.3, 0.999, 2.97666482739e-4),
        (0.02, 0.04, 1 - 1e-12, 0.263690976939),
        (1e-20, 0.9, 0.9, 1e-19),
        (1e-12, 1 - 1e-9, 0.999, 1e-9),
    ],
)
def test_the_shortfall_of_rare_events_keeps_its_digits(pd, rho, level, wanted):
    assert cf.expected_shortfall(pd, rho, level) == pytest.approx(wanted, rel=1e-9, abs=0)


def test_the_greatest_loss_is_all_where_any_default_can_be():
    assert cf.loss_quantile([1e-300, 0.02, 0.0], 1.0, 1.0) == pytest.approx([1, 1, 0])
    assert cf.implied_correlation(0.02, 0.14) == 1.0  # one rounding above sqrt(pd (1 - pd))


def test_absorption_that_takes_ages_is_still_certain():
    found = cf.absorption([[0.5, 0.5 - 1e-9], [0.5, 0.5]], [[1e-9], [0]])
    assert found.absorbed == pytest.approx(np.ones((2, 1)), abs=1e-14)
    assert found.steps == pytest.approx([2e9, 2e9], rel=1e-8)
    split = cf.absorption([[1 - 3e-12]], [[1e-12, 2e-12]])
    assert split.absorbed == pytest.approx(np.array([[1, 2]]) / 3, rel=1e-4)
    assert split.absorbed.sum() == pytest.approx(1, abs=1e-15)


def test_mixes_of_chains_that_hardly_move():
    slow = [[1 - 1e-12, 1e-12], [3e-12, 1 - 3e-12]]
    assert cf.quasi_stationary(slow).mix == pytest.approx([0.75, 0.25], rel=1e-3)
    assert cf.replenished(slow) == pytest.approx([0.75, 0.25], rel=1e-12)
    assert cf.quasi_stationary([[1.0]]).mix == pytest.approx([1])
    # Whoever starts in the first state is soon in the second, which lasts as long.
    assert cf.quasi_stationary([[0.9, 0.05], [0, 0.9]]).mix == pytest.approx([0, 1])
    for matrix in (np.eye(3), 0.9 * np.eye(2), [[0.9, 0, 0.1], [0, 0.9, 0.1], [0, 0, 0.5]]):
        with pytest.raises(ValueError, match="matrix: wanted one mix"):
            cf.quasi_stationary(matrix)
    with pytest.raises(ValueError, match="matrix: wanted one mix"):
        cf.replenished(np.eye(3))
    # Newcomers come to the first state, whatever the others would keep.
    assert cf.replenished([[0.9, 0], [0, 0.9]]) == pytest.approx([1, 0], abs=0)
    assert cf.replenished([[0.1, 0.2, 0.7], [0, 0.5, 0.5], [0, 0.5, 0.5]]) == pytest.approx(
        [0, 0.5, 0.5]
    )
