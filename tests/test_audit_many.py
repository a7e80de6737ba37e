"""The audit passes on runs drawn at random: products, people, lengths, what is kept."""

import random

import pytest
from teeming import ADOPTED, TEEMING, TEEMING_FOR_ALL, three_products

import sim
from sim.audit import audit_folder

PRESETS = ("seed_article", "fenfu_public", "huabei_public", "baitiao_public", "weilidai_public")
SCENARIOS = ("social_chain", "tighter_limit", "downturn", "fenfu_plus", "joint_assessment")
PEOPLE = {key: value for key, value in TEEMING.items() if not key.startswith("product.")}


def drawn(repo, number):
    """Return scenario `number` of an endless list, in which everything happens."""
    luck = random.Random(number)  # noqa: S311  a choice of cases
    changes = {
        "run.seed": luck.randrange(10**6),
        "run.users": luck.choice([200, 1_000]),
        "run.days": luck.choice([31, 100, 200, 365]),
        "run.burn_in_days": luck.choice([0, 0, 50, 98, 366]),
        "output.events_ppm": luck.choice([0, 1_000_000]),
    }
    name = luck.choice(["seed_article", *SCENARIOS])
    plan = sim.load(repo / "scenarios" / f"{name}.toml").with_(**changes)
    if name != "seed_article":
        return plan.with_(**PEOPLE)
    kind = luck.choice(["three", "for all", "adopted"])
    if kind == "three":
        return three_products(plan)
    people = TEEMING_FOR_ALL if kind == "for all" else TEEMING | ADOPTED
    return plan.with_(**{"product.preset": luck.choice(PRESETS)} | people)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(24))
def test_every_drawn_run_passes(repo, tmp_path, number):
    run = sim.run(drawn(repo, number), threads=1)
    found = audit_folder(run.save(tmp_path / "run"))
    assert found, found.text()


@pytest.mark.parametrize("seed", [64_415, 524_241])
def test_a_refund_of_nothing_is_no_payment(repo, seed):
    name = "tighter_limit" if seed == 64_415 else "social_chain"
    days = 65 if seed == 64_415 else 130
    plan = sim.load(repo / "scenarios" / f"{name}.toml").with_(users=60, days=days, seed=seed)
    plan = plan.with_(**{"run.burn_in_days": 33})
    more = TEEMING_FOR_ALL if name == "tighter_limit" else PEOPLE
    audit = sim.run(plan.with_(**more), threads=1).audit()
    assert audit, audit.text()
