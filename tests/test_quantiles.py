"""A table of quantiles is the distribution it is made of, far into both tails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim.compiled import kernel
from sim.quantiles import SIZE, read, table_of

WORDS = st.integers(0, 2**32 - 1)
SCALE = 1_000_000


def normal_quantile(low, high):
    return SCALE * np.where(low < 0.5, special.ndtri(low), -special.ndtri(high))


@pytest.fixture(scope="module")
def normal():
    """The standard normal in millionths."""
    return table_of(normal_quantile)


@kernel
def read_all(table, words, values):
    for i in range(words.size):
        values[i] = read(table, words[i])


def read_compiled(table, words):
    values = np.zeros(len(words), dtype=np.int64)
    read_all(table, np.asarray(words, dtype=np.uint32), values)
    return values


def test_a_table_has_its_declared_size(normal):
    assert normal.shape == (SIZE,)
    assert normal.dtype == np.int64


def test_a_larger_word_has_no_smaller_value(normal):
    rng = np.random.default_rng(1)
    edges = np.concatenate([np.arange(257) << shift for shift in (8, 16, 24)])
    near = np.concatenate([edges - 1, edges, edges + 1])
    mirrored = 2**32 - 1 - near
    words = np.concatenate([near, mirrored, rng.integers(0, 2**32, 200_000)])
    words = np.unique(words[(words >= 0) & (words < 2**32)])
    assert (np.diff(read_compiled(normal, words)) >= 0).all()


@pytest.mark.parametrize("cell", [1, 2, 64, 128, 192, 254])
def test_a_value_at_an_edge_is_the_quantile_itself(normal, cell):
    assert read(normal.tolist(), cell << 24) == round(SCALE * stats.norm.ppf(cell / 256))


@pytest.mark.parametrize("bits", range(9, 25))
def test_both_tails_are_exact_down_to_two_to_the_minus_24(normal, bits):
    exact = SCALE * stats.norm.ppf(2.0**-bits)
    table = normal.tolist()
    assert read(table, 2 ** (32 - bits)) == round(exact)
    # The mirrored word is one step of 2**-32 below the mirrored edge.
    assert read(table, 2**32 - 2 ** (32 - bits)) == round(-exact)


def test_the_ends_are_finite_and_beyond_the_last_edge(normal):
    table = normal.tolist()
    assert read(table, 0) == round(SCALE * stats.norm.ppf(2.0**-25))
    assert read(table, 0) < read(table, 2**8)
    assert read(table, 2**32 - 1) > read(table, 2**32 - 2**8)


def test_values_follow_the_distribution(normal):
    n = 1_000_000
    words = np.random.default_rng(2).integers(0, 2**32, n)
    values = read_compiled(normal, words) / SCALE
    # Kolmogorov-Smirnov at 1e-6, and the largest distance from the quantile inside one cell.
    distance = stats.kstest(values, "norm").statistic
    assert distance < stats.kstwobign.isf(1e-6) / np.sqrt(n) + 2e-5
    assert abs(values.mean()) < stats.norm.isf(1e-6) / np.sqrt(n)
    assert abs(values.var() - 1) < stats.norm.isf(1e-6) * np.sqrt(2 / n) + 1e-3


def test_a_value_lies_near_the_quantile_of_its_word(normal):
    words = np.random.default_rng(3).integers(2**8, 2**32 - 2**8, 100_000)
    exact = normal_quantile(words / 2**32, 1 - words / 2**32) / SCALE
    error = read_compiled(normal, words) / SCALE - exact
    # Linear interpolation errs by at most h**2 / 8 of the second derivative. That of the normal
    # quantile is |x| / density**2; cells are 2**-8 wide, and in the tails 2**-16 and 2**-24.
    depth = np.minimum(words, 2**32 - words)
    width = np.where(depth >= 2**24, 2.0**-8, np.where(depth >= 2**16, 2.0**-16, 2.0**-24))
    # The outermost edge of the cell, where the bend is the strongest.
    edge = stats.norm.ppf(np.floor(depth / 2**32 / width) * width)
    bound = width**2 / 8 * np.abs(edge) / stats.norm.pdf(edge) ** 2
    assert (np.abs(error) <= bound + 2 / SCALE).all()


@given(WORDS)
def test_a_value_is_the_same_compiled(word):
    table = table_of(normal_quantile)
    assert read_compiled(table, [word])[0] == read(table.tolist(), word)


def test_large_values_keep_their_bits_compiled():
    steep = table_of(lambda low, high: np.minimum(1 / high, 2.0**24) * 2.0**13)
    words = np.random.default_rng(4).integers(0, 2**32, 2_000)
    words = np.concatenate([words, 2**32 - 1 - np.arange(70_000)])
    plain = steep.tolist()
    assert read_compiled(steep, words).tolist() == [read(plain, int(w)) for w in words]
