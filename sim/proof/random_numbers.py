"""The machinery of Monte Carlo: random numbers, and what can be counted on in averages of them."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri

from sim.draws import four_words, philox, word
from sim.proof.case import Case, Claim, between, near
from sim.proof.uniforms import SEED, normals, uniforms

_PAIRS, _LENGTH = 1_000, 4_000


def cases() -> list[Case]:
    """Return the cases on random numbers and on averages."""
    return [
        Case(
            "C1",
            "Root-n law: slope of log error on log n, n from 256 to 16,384",
            {"pd": 0.02, "repeats": 200},
            "central limit theorem",
            root_n_slope,
        ),
        Case(
            "C4",
            "Common random numbers: variance of a difference, shared draws and others",
            {"pd": [0.02, 0.025], "draws": 1_000_000},
            "d (1 - d), and the sum of two variances; 3 standard errors",
            paired_variances,
        ),
        Case(
            "C5",
            "Antithetic pairs: variance ratio of the mean of exp Z",
            {"pairs": 1_000_000},
            "e / (e - 1); 3 standard errors",
            antithetic_ratio,
        ),
        Case(
            "C9",
            "Independence of streams: largest correlation of pairs, in standard errors",
            {"pairs": _PAIRS, "length": _LENGTH},
            "0.1 % level with Bonferroni",
            stream_correlations,
        ),
        Case(
            "C9b",
            "Keys and words: of 1,000,000 pairs of words, those that are equal",
            {"streams": 4, "pairs": 250_000},
            "birthday problem with 2^64 values: none expected; at most 0",
            repeated_words,
        ),
        Case(
            "C9c",
            "Generator: known answer of Philox 4x32-10, as 32-bit words",
            {"counter": "ffffffff x 4", "key": "ffffffff x 2"},
            "Salmon et al., Random123, kat_vectors",
            known_answer,
        ),
        Case(
            "C9d",
            "The engines' word is the generator's first",
            {"seed": SEED, "user": 12_345, "day": 678},
            "sim.draws, key (seed, replication), counter (user, 0, day, purpose)",
            engines_word,
        ),
    ]


def root_n_slope() -> Claim:
    """Return the slope of the root mean squared error of an estimated pd."""
    sizes = 2 ** np.arange(8, 15)
    errors = []
    for stream, n in enumerate(sizes, start=200):
        estimates = (uniforms(stream, 200, int(n)) < 0.02).mean(axis=1)
        errors.append(np.sqrt(((estimates - 0.02) ** 2).mean()))
    slope = np.polyfit(np.log(sizes), np.log(errors), 1)[0]
    return near(-0.5, slope, 0.05)


def paired_variances() -> Claim:
    """Return the variance of the difference of two default indicators, paired and not."""
    n, low, high = 1_000_000, 0.02, 0.025
    draws, others = uniforms(210, n), uniforms(211, n)
    paired = (draws < high) * 1.0 - (draws < low)
    apart = (draws < high) * 1.0 - (others < low)
    found = np.array([paired.var(), apart.var()])
    gap = high - low
    wanted = np.array([gap * (1 - gap), low * (1 - low) + high * (1 - high)])
    errors = [((x - x.mean()) ** 2).std() / math.sqrt(n) for x in (paired, apart)]
    return near(wanted, found, 3 * np.asarray(errors))


def antithetic_ratio() -> Claim:
    """Return how much the variance of a mean falls when draws come in opposite pairs."""
    n = 1_000_000
    z = normals(212, n)
    plain, pairs = np.exp(z), (np.exp(z) + np.exp(-z)) / 2
    ratio = plain.var() / 2 / pairs.var()
    spreads = [((x - x.mean()) ** 2).std() / x.var() / math.sqrt(n) for x in (plain, pairs)]
    # The two variances come from the same draws: their errors add up at the most.
    return near(math.e / (math.e - 1), ratio, 3 * ratio * sum(spreads))


def stream_correlations() -> Claim:
    """Return the largest of a thousand correlations of two streams, in standard errors."""
    lots = normals(213, _PAIRS, _LENGTH)
    first, second = lots, np.stack([normals(1_000 + i, _LENGTH) for i in range(_PAIRS)])
    scores = np.abs((first * second).mean(axis=1)) * math.sqrt(_LENGTH)
    bound = -float(ndtri(0.001 / _PAIRS / 2))
    return between(0, scores.max(), 0, bound)


def repeated_words() -> Claim:
    """Return how many 64-bit pairs of words from several streams are equal."""
    pairs = np.concatenate([uniforms(300 + s, 250_000, 2) * 2**32 for s in range(4)])
    whole = pairs.astype(np.uint64)
    joined = (whole[:, 0] << np.uint64(32)) | whole[:, 1]
    return between(0, len(joined) - len(np.unique(joined)), 0, 0)


def known_answer() -> Claim:
    """Return the words of the generator where counter and key are all ones."""
    ones = np.uint64(0xFFFF_FFFF)
    words = philox((ones, ones, ones, ones), (ones, ones))
    return near([0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD], [int(w) for w in words], 0)


def engines_word() -> Claim:
    """Return the word of a keyed draw, beside the first word of the block it stands for."""
    keys = (SEED, 0, 12_345, 678, 9)
    return near(float(four_words(*keys)[0]), word(*keys), 0)
