"""Every draw is a function of seed, replication, user, day and purpose, and of nothing else."""

import re

import numpy as np
import pytest
from scipy import stats

from sim.draws import Purpose, chance, four_words, philox, word
from sim.luck import luck_of
from sim.rows import default_table
from sim.user import User

# kat_vectors of Random123 1.14, "philox4x32 10": counter, key, answer.
KNOWN = [
    (
        "00000000 00000000 00000000 00000000",
        "00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    (
        "ffffffff ffffffff ffffffff ffffffff",
        "ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def words(text):
    return tuple(np.uint64(int(one, 16)) for one in text.split())


@pytest.mark.parametrize("form", [philox, philox.py_func], ids=["compiled", "plain"])
@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN, ids=["zeros", "ones", "pi"])
def test_the_generator_gives_the_known_answers_of_its_authors(form, counter, key, answer):
    assert form(words(counter), words(key)) == words(answer)


def test_a_draw_takes_user_day_and_purpose_as_counter_and_seed_and_replication_as_key():
    user, day, purpose, seed, replication = 7, 11, 130, 5, 2
    counter = tuple(np.uint64(one) for one in (user, 0, day, purpose))
    expected = philox(counter, (np.uint64(seed), np.uint64(replication)))
    assert four_words(seed, replication, user, day, purpose) == expected
    assert word(seed, replication, user, day, purpose) == expected[0]


@pytest.mark.parametrize("changed", ["seed", "replication", "user", "day", "purpose"])
def test_a_change_of_any_part_of_the_key_changes_the_word(changed):
    key = {"seed": 1, "replication": 0, "user": 3, "day": 4, "purpose": 129}
    assert word(**key) != word(**(key | {changed: key[changed] + 1}))


def test_the_largest_keys_are_let_in():
    most = 2**32 - 1
    assert 0 <= word(most, most, most, most, Purpose.DUE_DAY.value) < 2**32


def test_no_two_purposes_share_numbers():
    # A purpose that stands for several numbers says so next to its name.
    runs = {Purpose.TRAITS: 32, Purpose.POLICY: 32, Purpose.PURCHASE: 32}
    taken = [one + i for one in Purpose for i in range(runs.get(one, 1))]
    assert len(set(taken)) == len(taken)
    assert len(Purpose.__members__) == len(Purpose)  # no aliases


def test_each_purpose_serves_one_decision_in_one_file(repo):
    files = {purpose: set() for purpose in Purpose.__members__}
    for path in (repo / "sim").rglob("*.py"):
        for name in re.findall(r"\bPurpose\.([A-Z][A-Z_0-9]*)", path.read_text()):
            files[name].add(path.relative_to(repo).as_posix())
    shared = {name: sorted(where) for name, where in files.items() if len(where) > 1}
    assert shared == {}
    # The loops over luck may write purposes as numbers; the next test holds them to the names.
    luck = {name for name, where in files.items() if where <= {"sim/luck.py"}}
    assert luck == {"LUCK_0", "LUCK_1", "LUCK_2"}


def test_luck_is_the_words_of_its_three_purposes():
    users = default_table(User, 3)
    users["user"] = [0, 5, 2**31 - 1]
    luck = luck_of(users, 40, 2, 9, 1)
    for i, user in enumerate(users["user"]):
        for d in range(2):
            row = luck[i * 2 + d]
            key = (9, 1, int(user), 40 + d)
            everyday = [row["count"], row["pay"], row["size"], row["life"]]
            assert everyday == list(four_words(*key, Purpose.LUCK_0.value))
            assert row["amount"].tolist() == list(four_words(*key, Purpose.LUCK_1.value))
            assert row["choice"].tolist() == list(four_words(*key, Purpose.LUCK_2.value))


@pytest.fixture(scope="module")
def many():
    """Return luck of 20,000 users on 4 days: twelve words each, shape (users, days, words)."""
    users = default_table(User, 20_000)
    users["user"] = np.arange(20_000)
    luck = luck_of(users, 100, 4, 12_345, 0).reshape(20_000, 4)
    plain = [luck[name][..., None] for name in ("count", "pay", "size", "life")]
    return np.concatenate([*plain, luck["amount"], luck["choice"]], axis=-1)


@pytest.mark.parametrize("shift", [0, 8, 16, 24])
def test_every_byte_of_a_word_is_uniform(many, shift):
    # 48 tests of 255 degrees of freedom: a threshold that a sound generator passes but for 1e-6.
    most = stats.chi2.isf(1e-6 / 48, 255)
    for k in range(12):
        counts = np.bincount(many[..., k].ravel() >> shift & 255, minlength=256)
        expected = counts.sum() / 256
        assert ((counts - expected) ** 2 / expected).sum() < most


def test_streams_of_users_days_and_purposes_are_uncorrelated(many):
    share = many / 2.0**32 - 0.5

    def assert_uncorrelated(one, other):
        products = (one * other).ravel()
        # The product of two independent uniforms has a standard deviation of 1/12.
        assert abs(products.mean()) < stats.norm.isf(1e-7) / 12 / np.sqrt(products.size)

    for k in range(12):
        assert_uncorrelated(share[:-1, :, k], share[1:, :, k])
        assert_uncorrelated(share[:, :-1, k], share[:, 1:, k])
        for other in range(k):
            assert_uncorrelated(share[..., k], share[..., other])


def test_no_two_words_of_a_stream_repeat_more_than_chance_says(many):
    drawn = many.ravel()
    pairs = drawn.size * (drawn.size - 1) / 2 / 2**32
    repeats = drawn.size - np.unique(drawn).size
    assert abs(repeats - pairs) < 6 * np.sqrt(pairs) + 1


def test_chance_never_always_and_exactly_at_its_share():
    assert not chance(0, 0)
    assert chance(2**32 - 1, 1_000_000)
    assert chance(2**31 - 1, 500_000)
    assert not chance(2**31, 500_000)
    assert chance(0, 1)
    assert not chance(-(-(2**32) // 1_000_000), 1)
