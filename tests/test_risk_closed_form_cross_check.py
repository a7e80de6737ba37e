"""Formulas of credit risk on cases no table prints, each against another way to work it out."""

from fractions import Fraction

import mpmath
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.risk import closed_form as cf


def exact_pool(pd_, rho, n, k):
    """The probability of k defaults among n, by quadrature in thirty digits."""
    with mpmath.workdps(30):
        probit = mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(pd_) - 1)

        def given(z):
            rate = mpmath.ncdf((probit - mpmath.sqrt(rho) * z) / mpmath.sqrt(1 - mpmath.mpf(rho)))
            return mpmath.binomial(n, k) * rate**k * (1 - rate) ** (n - k) * mpmath.npdf(z)

        return float(mpmath.quad(given, [-10, -5, -3, -2, -1, 0, 1, 2, 3, 5, 10]))


@pytest.mark.parametrize(("pd_", "rho"), [(0.07, 0.15), (0.0005, 0.3), (0.4, 0.02)])
@pytest.mark.parametrize("k", [0, 1, 3])
def test_a_small_pool_agrees_with_thirty_digits(pd_, rho, k):
    assert cf.finite_pool(pd_, rho, 12)[k] == pytest.approx(exact_pool(pd_, rho, 12, k), rel=1e-9)


@pytest.mark.parametrize("rho", [1e-10, 0.04, 0.5, 1 - 1e-12])
@pytest.mark.parametrize("pd_", [1e-9, 0.02, 0.5, 1 - 1e-9])
def test_a_pool_of_five_thousand_adds_up(pd_, rho):
    found = cf.finite_pool(pd_, rho, 5_000)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert found @ np.arange(5_001) / 5_000 == pytest.approx(pd_, abs=1e-9)


def test_two_accounts_default_together_as_two_normals_do():
    bound = stats.norm.ppf(0.07)
    joint = stats.multivariate_normal(cov=[[1, 0.15], [0.15, 1]]).cdf([bound, bound])
    assert cf.finite_pool(0.07, 0.15, 2)[2] == pytest.approx(joint, abs=1e-7)


@pytest.mark.parametrize(("pd_", "rho", "level"), [(0.07, 0.15, 0.975), (0.0005, 0.3, 0.9997)])
def test_loss_quantiles_agree_with_thirty_digits(pd_, rho, level):
    with mpmath.workdps(30):

        def probit(u):
            return mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(u) - 1)

        inner = probit(pd_) + mpmath.sqrt(rho) * probit(level)
        wanted = float(mpmath.ncdf(inner / mpmath.sqrt(1 - mpmath.mpf(rho))))
    assert cf.loss_quantile(pd_, rho, level) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("pd_", [1e-9, 0.02, 0.5])
def test_near_full_correlation_all_default_or_none(pd_):
    alone = np.sqrt(pd_ * (1 - pd_))
    assert cf.loss_sd(pd_, 1 - 1e-13) == pytest.approx(alone, rel=1e-3)
    assert cf.expected_shortfall(pd_, 1 - 1e-13, 0.0) == pytest.approx(pd_, rel=1e-9)


def test_the_retail_correlation_and_weight_by_the_text_of_the_framework():
    for pd_ in (0.0003, 0.013, 0.2):
        fall = (1 - mpmath.exp(-35 * pd_)) / (1 - mpmath.exp(-35))
        rho = 0.03 * fall + 0.16 * (1 - fall)
        assert cf.retail_correlation(pd_) == pytest.approx(float(rho), rel=1e-12)
        z = (stats.norm.ppf(pd_) + np.sqrt(float(rho)) * stats.norm.ppf(0.999)) / np.sqrt(
            1 - float(rho)
        )
        wanted = 0.6 * (stats.norm.cdf(z) - pd_) * 12.5 * 100
        assert cf.risk_weight(pd_, 0.6, kind="other") == pytest.approx(wanted, rel=1e-9)


def test_a_gamblers_ruin_is_exact():
    """Fair steps between 0 and 5: from i to the top i / 5, in i (5 - i) steps."""
    moves, ends = np.zeros((4, 4)), np.zeros((4, 2))
    for i in range(4):
        for to in (i - 1, i + 1):
            if 0 <= to < 4:
                moves[i, to] = 0.5
            else:
                ends[i, int(to == 4)] = 0.5
    found = cf.absorption(moves, ends)
    assert found.absorbed[:, 1] == pytest.approx([float(Fraction(i, 5)) for i in (1, 2, 3, 4)])
    assert found.steps == pytest.approx([4, 6, 6, 4])


def test_chains_that_alternate_or_fall_apart():
    assert cf.absorption([[0, 1], [0.5, 0]], [0, 0.5]).steps == pytest.approx([4, 3])
    apart = cf.absorption([[0.5, 0], [0, 0.25]], [[0.5, 0], [0, 0.75]])
    assert apart.absorbed == pytest.approx(np.eye(2))
    assert cf.quasi_stationary([[0, 0.9], [0.9, 0]]).mix == pytest.approx([0.5, 0.5])
    ring = cf.quasi_stationary([[0, 0.9, 0], [0, 0, 0.9], [0.9, 0, 0]])
    assert ring.eigenvalue == pytest.approx(0.9)
    assert cf.quasi_stationary([[0.9, 0.1], [0, 0.8]]).mix == pytest.approx([0.5, 0.5])
    assert cf.replenished([[0, 1], [1, 0]]) == pytest.approx([0.5, 0.5])
    assert cf.replenished([[1, 0], [0, 0.5]]) == pytest.approx([1, 0])


def test_the_lasting_mix_is_that_of_many_months():
    chain = np.array([[0.8, 0.15, 0.02], [0.3, 0.4, 0.2], [0.05, 0.1, 0.6]])
    left = np.linalg.matrix_power(chain, 400)[2]
    found = cf.quasi_stationary(chain)
    assert found.mix == pytest.approx(left / left.sum(), rel=1e-9)
    after = left @ chain
    assert found.eigenvalue == pytest.approx(after.sum() / left.sum(), rel=1e-9)


def test_pairs_counted_one_by_one():
    scores, bads = [5, 3, 3, 3, 1, 1, 0], [0, 0, 1, 0, 1, 0, 1]
    good = [s for s, bad in zip(scores, bads, strict=True) if not bad]
    bad = [s for s, bad in zip(scores, bads, strict=True) if bad]
    points = sum(Fraction(g > b) + Fraction(int(g == b), 2) for g in good for b in bad)
    assert cf.auc(scores, bads) == pytest.approx(float(points / (len(good) * len(bad))), rel=1e-15)
    assert cf.ks(scores, bads) == pytest.approx(stats.ks_2samp(good, bad).statistic)


def test_the_stability_index_of_thirds_and_of_the_largest_numbers():
    wanted = float((mpmath.mpf(2) / 3 - mpmath.mpf(1) / 3) * mpmath.log(2) * 2)
    assert cf.psi([1, 2], [2, 1]) == pytest.approx(wanted, rel=1e-14)
    assert cf.psi([1e308, 1e308], [1e-308, 1e-308]) == 0
    assert cf.psi([2, 0, 2], [0, 0, 4]) == np.inf  # a bin empty in both adds nothing


def test_lists_arrays_and_pandas_give_the_same():
    for made in (list, tuple, np.array, pd.Series):
        assert cf.auc(made([1, 2, 3]), made([True, False, False])) == 1
        assert cf.psi(made([1, 2]), made([2, 1])) == cf.psi([1, 2], [2, 1])
        assert cf.provision_matrix(made([100, 200]), made([0.1, 0.2])) == 50
        assert list(cf.loss_quantile(made([0.0, 1.0]), 0.5, 0.9)) == [0, 1]
    frame = pd.DataFrame([[0.5, 0.25], [0.25, 0.5]], index=["a", "b"], columns=["a", "b"])
    assert cf.absorption(frame, pd.Series([0.25, 0.25])).steps == pytest.approx([4, 4])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: cf.finite_pool([0.1, 0.2], 0.04, 2), r"^pd: wanted a single number"),
        (lambda: cf.finite_pool(0.1, pd.Series([0.1]), 2), r"^asset_correlation: wanted a single"),
        (lambda: cf.finite_pool(0.1, 0.1, 10**9), r"^n: wanted at most 1,000,000 .found 1,000,000"),
        (lambda: cf.finite_pool(None, 0.1, 1), r"^pd: wanted finite"),
        (lambda: cf.risk_weight([0.1, 0.2], [0.1, 0.2, 0.3]), r"^pd, lgd: wanted shapes"),
        (lambda: cf.risk_weight(0.1, 0.4, kind=["other"]), r"^kind: wanted"),
        (lambda: cf.absorption([[1.0]], [1e-7]), r"^transient: state 0 never reaches"),
        (lambda: cf.absorption([[0.5]], [0.4]), r"^transient, absorbing: wanted rows"),
        (lambda: cf.absorption([], []), r"^transient: wanted a square"),
        (lambda: cf.quasi_stationary([[0.9, 0], [0, 0.9]]), r"^matrix: wanted one mix"),
        (lambda: cf.replenished([[0.5, 0.2], [0.1, 0.5]], [0.5, 0.4]), r"^entry: wanted 2 shares"),
        (lambda: cf.auc([], []), r"^bads: wanted accounts of both sorts .found none"),
        (lambda: cf.ks([1, 2], [1, 1]), r"^bads: wanted accounts of both sorts .found one"),
        (lambda: cf.auc([1, 2, 3], [0, 1]), r"^scores, bads: wanted as many"),
        (lambda: cf.ks([1, float("nan")], [0, 1]), r"^scores: wanted finite"),
        (lambda: cf.psi([1, 2], [1, 2, 3]), r"^expected, actual: wanted the same bins"),
        (lambda: cf.psi([], []), r"^expected: wanted one row"),
    ],
)
def test_what_cannot_be_worked_out_names_the_argument(call, said):
    with pytest.raises(ValueError, match=said):
        call()
