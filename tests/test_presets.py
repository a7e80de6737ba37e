"""Products that ship: complete, each number with a source; and the same rules read them."""

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim import commands, plan
from sim.account import Account
from sim.kinds import Cycle, Rounding, Standing
from sim.products.catalogue import catalogue
from sim.rules import billing, interest, limit
from sim.scenario.needs import NEEDED, preset_faults
from sim.scenario.presets import PRESETS, preset
from sim.scenario.sections import Product, Scenario
from sim.scenario.terms import terms_of
from sim.scenario.tree import value_at
from sim.units import PPB, rounded, share
from sim.user import User

PUBLIC = PRESETS[1:]


@pytest.mark.parametrize("name", PRESETS)
def test_every_number_of_a_preset_has_a_source(name):
    chosen = preset(name)
    assert [*preset_faults(chosen)] == []
    assert {term.key for term in chosen.terms} >= NEEDED.keys()
    assert all(term.source for term in chosen.terms)
    for variant in chosen.variants:
        terms_of(f"{name}/{variant}")


def test_the_article_is_what_no_preset_at_all_gives():
    assert terms_of("seed_article") == Product()


@pytest.mark.parametrize("name", PUBLIC)
def test_a_scenario_takes_what_it_does_not_say_from_the_preset(name, tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(f'[product]\npreset = "{name}"\n[product.charges]\nrate_ppb = 123_000\n')
    scenario = sim.load(path)
    wanted = terms_of(name, {"charges.rate_ppb": 123_000})
    assert scenario.product == wanted
    assert scenario.origin["product.charges.rate_ppb"] == str(path)
    assert scenario.origin["product.billing.cycle"] == f"presets/{name}.toml"
    assert scenario.origin["product.instalments.periods.0"] == f"presets/{name}.toml"
    assert scenario.origin["product.gates.score"] == "default"
    assert f"presets/{name}.toml" in scenario.to_toml()
    (tmp_path / "again.toml").write_text(scenario.to_toml())
    assert sim.load(tmp_path / "again.toml") == scenario


def test_another_preset_takes_the_place_of_what_was_not_given(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text('[product]\npreset = "huabei_public"\n[product.charges]\nrate_ppb = 123_000\n')
    changed = sim.load(path).with_(**{"product.preset": "fenfu_public"})
    assert changed.product == terms_of("fenfu_public", {"charges.rate_ppb": 123_000})
    assert changed.origin["product.billing.asks"] == "presets/fenfu_public.toml"
    back = changed.with_(**{"product.preset": "seed_article"})
    assert back.product == Product(charges={"rate_ppb": 123_000})
    assert sim.load(path, ["product.preset=fenfu_public"]).product == changed.product
    assert Scenario().with_(**{"product.preset": "weilidai_public"}).product.instalments.always


def test_a_preset_within_a_whole_table_takes_the_place_of_the_old_one_too(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text('[product]\npreset = "huabei_public"\n[product.charges]\nrate_ppb = 123_000\n')
    changed = sim.load(path).with_(product={"preset": "fenfu_public"})
    assert changed.product == terms_of("fenfu_public", {"charges.rate_ppb": 123_000})
    assert changed.origin["product.billing.asks"] == "presets/fenfu_public.toml"


def test_a_section_in_python_takes_the_rest_from_the_preset_too():
    assert Product(preset="baitiao_public") == terms_of("baitiao_public")


def lines_of(name, terms=None):
    with pytest.raises(sim.ScenarioError) as error:
        terms_of(name, terms)
    return error.value.lines


@pytest.fixture
def own(tmp_path):
    """Return a function that writes Huabei's file with words replaced, and gives its path."""
    words = (Path(sim.__file__).parent / "presets" / "huabei_public.toml").read_text(
        encoding="utf-8"
    )

    def write(*pairs):
        text = words
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_a_preset_file_of_ones_own_is_read(own):
    assert terms_of(own()).model_copy(update={"preset": "huabei_public"}) == terms_of(
        "huabei_public"
    )


def test_a_preset_file_of_ones_own_is_the_product_of_a_scenario(own, tmp_path):
    """Relative to the scenario's file; its terms stay where the file is gone."""
    rate = 'key = "charges.rate_ppb"\nvalue = '
    own((f"{rate}500000", f"{rate}400000"), ('name = "huabei_public"', 'name = "mine"'))
    path = tmp_path / "x.toml"
    path.write_text('[product]\npreset = "own.toml"\n[product.billing]\ngrace_days = 2\n')
    scenario = sim.load(path)
    assert scenario.product.label == "mine"
    assert scenario.product.charges.rate_ppb == 400_000
    assert scenario.product.billing.grace_days == 2
    assert scenario.origin["product.charges.rate_ppb"] == str(tmp_path / "own.toml")
    (tmp_path / "own.toml").unlink()
    (tmp_path / "resolved.toml").write_text(scenario.to_toml())
    again = sim.load(tmp_path / "resolved.toml")
    assert again == scenario
    assert again.hash == scenario.hash
    other = scenario.with_(**{"product.preset": "fenfu_public"}).product
    assert other == terms_of("fenfu_public", {"billing.grace_days": 2})
    with pytest.raises(sim.ScenarioError, match=r"own\.toml: wanted a preset file \(found"):
        sim.load(path)


@pytest.mark.parametrize("name", [f"{n}/{v}" for n in PUBLIC for v in preset(n).variants])
def test_a_scenario_takes_a_variant_by_its_name(name, tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(f'[product]\npreset = "{name}"\nminimum_age = 20\n')
    scenario = sim.load(path)
    assert scenario.product == terms_of(name, {"minimum_age": 20})
    whole, _, variant = name.partition("/")
    key = next(iter(preset(whole).variants[variant].set))
    assert scenario.origin[f"product.{key}"] == f"presets/{whole}.toml: variant.{variant}"
    (tmp_path / "again.toml").write_text(scenario.to_toml())
    assert sim.load(tmp_path / "again.toml") == scenario
    other = scenario.with_(**{"product.preset": "weilidai_public"}).product
    assert other == terms_of("weilidai_public", {"minimum_age": 20})
    assert sim.load(path, ["product.preset=huabei_public/fees_stay"]).product == terms_of(
        "huabei_public/fees_stay", {"minimum_age": 20}
    )


def test_a_scenario_takes_a_variant_of_a_preset_file(own, tmp_path):
    own()
    path = tmp_path / "x.toml"
    path.write_text('[product]\npreset = "own.toml/grace"\n')
    assert sim.load(path).product.billing.grace_days == 3
    for name in ("own.toml/order", "huabei_public/order"):
        path.write_text(f'[product]\npreset = "{name}"\n')
        with pytest.raises(sim.ScenarioError, match='preset: wanted "fees_stay" or "grace" of'):
            sim.load(path)


def term(key, value):
    return f'key = "{key}"\nvalue = {value}'


BROKEN = {
    "no due day": (
        (term("billing.due_day_first", 10), term("regulation.limit_cap_fen", 1_000_000)),
        (
            "billing.due_day_first: wanted a whole number from 1 to 28; billing.days_to_due() "
            'needs it with billing.cycle = "calendar" (found nothing)'
        ),
    ),
    "a price that no rule reads": (
        (term("instalments.cost", '"total"'), term("instalments.cost", '"daily"')),
        (
            "instalments.bill_total_ppm: wanted it left out, or another instalments.cost: "
            'plan.offer() reads it only with instalments.cost = "total" '
            '(found [25000, 45000, 65000, 88000] with "daily")'
        ),
    ),
    "a due day of a cycle that has none": (
        (term("billing.cycle", '"calendar"'), term("billing.cycle", '"offset"')),
        (
            "billing.due_offset_days: wanted a whole number from 0 to 27; billing.days_to_due() "
            'needs it with billing.cycle = "offset" (found nothing)'
        ),
    ),
    "a minimum by a record that is not said": (
        (
            term("billing.minimum_rule", '"share_of_not_overdue"'),
            term("billing.minimum_rule", '"by_record"'),
        ),
        (
            "billing.carried_whole_fen: wanted a whole number from 0 to 1,000,000,000; "
            'billing.minimum() needs it with billing.minimum_rule = "by_record" (found nothing)'
        ),
    ),
    "a rate below nothing": (
        (term("charges.rate_ppb", 500_000), term("charges.rate_ppb", -5)),
        "charges.rate_ppb: wanted a whole number from 0 to 100,000,000 (found -5)",
    ),
    "a rule that there is not": (
        (term("billing.asks", '"whole"'), term("billing.asks", '"half"')),
        'billing.asks: wanted "whole" or "share" (found "half")',
    ),
    "a key that there is not": (
        (term("charges.penalty_floor_fen", 0), term("charges.penalty_flor_fen", 0)),
        "charges.penalty_flor_fen: wanted a known key; did you mean `penalty_floor_fen`? (found 0)",
    ),
    "a list that is none": (
        (term("instalments.periods", "[3, 6, 9, 12]"), term("instalments.periods", '"3,6"')),
        'instalments.periods: wanted a list of 4 whole numbers (found "3,6")',
    ),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("command", ["replay", "run"])
def test_a_broken_preset_is_told_with_file_key_rule_and_choices(own, tmp_path, name, command):
    """Through the command: exit code 2, no traceback, nothing left behind."""
    pair, line = BROKEN[name]
    path = own(pair)
    given = tmp_path / "given.toml"
    steps = "[[step]]\ndate = 2023-01-05\npurchase_fen = 10_000\n"
    scenario = '[product]\npreset = "own.toml"\n'
    given.write_text(steps if command == "replay" else scenario)
    out = tmp_path / "out"
    words = [path, str(given)] if command == "replay" else [str(given), "--users", "20"]
    done = subprocess.run(
        [sys.executable, "-m", "sim", command, *words, "--out", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    under = "product." if f"{path}: product." in done.stderr else ""  # where a scenario reads it
    assert f"{path}: {under}{line}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_a_missing_field_is_named_with_its_rule_and_the_choices(own):
    path = own(('key = "charges.penalty_base"', 'key = "charges.penalty_floor_fen"'))
    lines = lines_of(path)
    assert (
        f'{path}: charges.penalty_base: wanted "overdue_principal", "overdue_amount", '
        '"unpaid_bill" or "unpaid_plan"; interest.penalty_base() needs it (found nothing)'
    ) in lines


def test_a_preset_file_of_ones_own_is_shown_as_those_that_ship_are(own, tmp_path, capsys):
    path = own(('name = "huabei_public"', 'name = "mine"'))
    shown = catalogue(path)
    assert shown.startswith(f"# {path}: Alipay Huabei")
    assert "# variant mine/grace: three days of grace" in shown
    with_grace = catalogue(f"{path}/grace")
    assert "billing.grace_days = 3 days\n    source: three days of grace" in with_grace
    assert terms_of(f"{path}/grace").billing.grace_days == 3
    order = catalogue("baitiao_public/order")
    assert 'billing.cycle = "order"\n    source: order mode: each order due' in order
    assert commands.answer(["presets", own(term_for(-5))]) == 2
    assert "charges.rate_ppb: wanted a whole number" in capsys.readouterr().err
    assert commands.answer(["presets", f"{own()}/nix"]) == 2
    assert 'preset: wanted "fees_stay" or "grace" of' in capsys.readouterr().err


def term_for(rate):
    return (term("charges.rate_ppb", 500_000), term("charges.rate_ppb", rate))


def test_a_script_with_wrong_terms_and_steps_is_told_of_both(tmp_path):
    path = tmp_path / "steps.toml"
    path.write_text('[terms]\n"charges.rate_pbb" = 5\n[[step]]\ndate = 2024-01-30\nrepay = "x"\n')
    with pytest.raises(sim.ScenarioError) as error:
        sim.replay("huabei_public", path)
    assert error.value.lines == [
        f'{path}: step.0.repay: wanted "due", "minimum" or "all" (found "x")',
        f"{path}: start: wanted a date such as 2024-01-31 (found nothing)",
        f"{path}: until: wanted a date such as 2024-01-31 (found nothing)",
        "terms: charges.rate_pbb: wanted a known key; did you mean `rate_ppb`? (found 5)",
    ]


@pytest.mark.parametrize("name", ["", "/nosuch", "nosuch/grace", "huabei"])
def test_what_is_no_preset_is_told_as_it_was_named(name):
    (line,) = lines_of(name)
    assert line.endswith(f'or a preset file (found "{name}")')


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("term = 3", "term: wanted [[term]] tables"),
        ('term = ["a"]', "term: wanted [[term]] tables"),
        ("titel = 'x'", "titel: wanted name, title"),
        ("[[term]]\nvalue = 3", "term.0.key: wanted a key below product"),
        ("[[term]]\nkey = 'a'\nwert = 3", "term.0.wert: wanted key, value"),
        ("[variant]\nx = 3", "variant: wanted [variant.NAME] tables"),
        ("[[term", "wanted TOML (found"),
    ],
)
def test_a_file_that_is_no_preset_is_told_so(tmp_path, words, told):
    path = tmp_path / "x.toml"
    path.write_text(words)
    assert told in lines_of(str(path))[0]


VARIANT = """
[variant.other]
about = "another reading [1]"
[variant.other.set]
"""
NOT_CHOSEN = {
    "a key that there is not": (
        '"charges.rate_ppm" = 5',
        "charges.rate_ppm: wanted a known key; did you mean `rate_ppb`? (found 5)",
    ),
    "a kind that there is not": (
        '"billing.asks" = "half"',
        'billing.asks: wanted "whole" or "share" (found "half")',
    ),
    "a kind whose numbers are not said": (
        '"instalments.cost" = "each_period"',
        (
            "instalments.fee_ppm: wanted a whole number from 0 to 1,000,000; plan.offer() needs it "
            'with instalments.cost = "each_period" (found nothing)'
        ),
    ),
    "kinds that contradict each other": (
        '[variant.other.set.billing]\nasks = "share"',
        (
            'charges.interest_from: wanted "spending_day" or "posting_day": billing.asks = share '
            "leaves the rest of the balance unbilled, which bears interest; else billing.asks = "
            '"whole" (found "day_after_due")'
        ),
    ),
}


@pytest.mark.parametrize("name", NOT_CHOSEN)
def test_an_error_in_a_variant_that_is_not_chosen_is_told_too(own, tmp_path, name):
    words, told = NOT_CHOSEN[name]
    path = own()
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(VARIANT + words + "\n")
    lines = lines_of(path)
    assert f"{path}: variant.other: {told}" in lines
    assert all(line.startswith(f"{path}: variant.other: ") for line in lines)
    scenario = tmp_path / "x.toml"
    scenario.write_text('[product]\npreset = "own.toml"\n')
    with pytest.raises(sim.ScenarioError) as error:
        sim.load(scenario)
    assert error.value.lines == lines


def test_all_that_is_wrong_in_a_preset_is_told_at_once_and_once(own):
    path = own(
        BROKEN["a key that there is not"][0],
        BROKEN["a rate below nothing"][0],
    )
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(VARIANT + '"billing.cycle" = "ordre"\n"billing.rounding" = "down"\n')
    lines = lines_of(path)
    assert [line.removeprefix(f"{path}: ").split(": wanted")[0] for line in lines] == [
        "charges.penalty_flor_fen",
        "charges.penalty_floor_fen",
        "charges.rate_ppb",
        "variant.other: billing.cycle",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('about = "x"\n"billing.asks" = "share"', "variant.other.billing.asks: wanted about or"),
        ('about = "x"', "variant.other.set: wanted terms that differ (found nothing)"),
        ('set = {"billing.asks" = "share"}', "variant.other.about: wanted what differs, and its"),
    ],
)
def test_a_variant_says_what_it_is_and_what_differs(own, words, told):
    path = own()
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"\n[variant.other]\n{words}\n")
    (line,) = lines_of(path)
    assert line.startswith(f"{path}: {told}")


def test_a_field_said_twice_is_a_contradiction(own):
    extra = '[[term]]\nkey = "charges.rate_ppb"\nvalue = 400000\nsource = "assumed"\n\n[[term]]'
    lines = lines_of(own(("[[term]]", extra)))
    assert len(lines) == 1
    assert "charges.rate_ppb: wanted one value" in lines[0]
    assert "interest.accrue() needs one (found 400000 and 500000)" in lines[0]


def test_a_number_without_a_source_is_refused(own):
    path = own(('source = "public pages [54][55][51]: 0.05 % a day"', 'source = ""'))
    words = 'charges.rate_ppb: wanted a source, or "assumed" (found none)'
    assert lines_of(path) == [f"{path}: {words}"]


@pytest.mark.parametrize(
    ("name", "terms", "key", "words"),
    [
        ("huabei_public", {"billing.asks": "share"}, "charges.interest_from", "spending_day"),
        ("huabei_public", {"charges.accrual": "month_end"}, "charges.accrual", "daily"),
        ("huabei_public", {"billing.cycle": "offset"}, "billing.due_offset_days", "1 to 27"),
        ("baitiao_public", {"billing.cycle": "order"}, "billing.due_offset_days", "wanted 0"),
        ("baitiao_public", {"billing.cycle": "calendar"}, "billing.due_offset_days", "wanted 0"),
        ("huabei_public", {"instalments.split": "level"}, "instalments.split", "remainder_first"),
        ("huabei_public", {"instalments.always": True}, "instalments.always", "wanted false"),
        (
            "huabei_public",
            {"instalments.early_settlement": "daily_to_date"},
            "instalments.early_rate_ppb",
            "free",
        ),
        ("huabei_public", {"charges.rate_pbb": 1}, "charges.rate_pbb", "did you mean `rate_ppb`?"),
        ("huabei_public/x", {}, "preset", '"fees_stay" or "grace"'),
        ("nosuch", {}, "preset", '"seed_article"'),
    ],
)
def test_contradictions_name_the_field_and_the_choices(name, terms, key, words):
    lines = lines_of(name, terms)
    assert any(f"{key}: wanted" in line and words in line for line in lines), lines


@pytest.mark.parametrize("name", PRESETS)
def test_the_catalogue_shows_every_number_with_its_source(name):
    text = catalogue(name)
    for term in preset(name).terms:
        assert f"{term.key} = " in text
        assert f"    source: {term.source}" in text
        if term.alternative:
            assert f"    alternative: {term.alternative}" in text
    assert "gates.pass_mark = 60" in text
    cited = re.findall(r"\[(\d+)\]", text.split("# public pages")[0])
    for number in cited:
        assert re.search(rf"^\[{number}\] \S", text, re.MULTILINE), number
    assert bool(cited) is (name not in {"seed_article", "taiwan_2005"})


def test_the_commands_answer(tmp_path, capsys):
    assert commands.answer(["presets", "huabei_public"]) == 0
    assert "billing.minimum_rule" in capsys.readouterr().out
    assert commands.answer(["presets", "nosuch"]) == 2
    steps = tmp_path / "steps.toml"
    steps.write_text("until = 2023-02-10\n[[step]]\ndate = 2023-01-05\npurchase_fen = 100_000\n")
    told = ["replay", "huabei_public", str(steps), "--out", str(tmp_path / "t")]
    assert commands.answer([*told, "--plot", str(tmp_path / "x.png")]) == 0
    assert "1,000.00" in capsys.readouterr().out
    assert (tmp_path / "x.png").stat().st_size > 1_000
    assert (tmp_path / "t" / "statements.parquet").exists()
    assert commands.answer([*told, "--json", "--set", "billing.minimum_ppm=200_000"]) == 0
    assert '"minimum_fen": 20000' in capsys.readouterr().out
    assert commands.answer(["replay", "huabei_public", str(tmp_path / "none.toml")]) == 2
    assert commands.answer([*told, "--set", "billing.asks=share"]) == 2


def test_the_plan_of_an_annuity():
    """A1: 12,000 over 12 months, 1.5 % of what is left; the last payment takes the cents."""
    terms = {"instalments.fee_base": "declining", "instalments.split": "level"}
    made = sim.instalments("seed_article", 12_000_00, 12, terms=terms)
    first = made.iloc[0]
    assert (first.fee_fen, first.principal_fen, first.total_fen) == (180_00, 920_16, 1_100_16)
    assert 12_000_00 - first.principal_fen == 11_079_84
    assert made.total_fen.tolist() == [1_100_16] * 11 + [1_100_19]
    assert made.fee_fen.sum() == 1_201_95


def test_simple_interest_of_a_month():
    """A5: 10,000 at 0.05 % a day for 30 days."""
    steps = [
        {"date": "2023-06-01", "purchase_fen": 10_000_00},
        {"date": "2023-07-01", "repay": "all"},
    ]
    terms = {"charges.rate_ppb": 500_000, "billing.minimum_whole_fen": 0}
    made = sim.replay("fenfu_public", steps, terms=terms)
    assert made.days.paid_interest_fen.iloc[-1] == 150_00


def test_a_manual_fee_is_rounded_half_even():
    """A6."""
    assert share(1_234_56, 1_000) == 123


@pytest.mark.parametrize(
    ("score", "spend", "kept", "wanted"), [(700, 4_000, 20_000, 8_320), (650, 3_000, 10_000, 7_240)]
)
def test_limits_before_risk_compensation(score, spend, kept, wanted):
    """A10: score x 10, 8 % of spending, 5 % of the balance."""
    user = User(score=score * 1_000)
    user.spend_bins = [spend * 300 // 30] * 30
    user.wallet_bins = [kept * 300] * 10
    product = terms_of("seed_article", {"factors.active_ppm": 0, "factors.quiet_ppm": 0})
    account = Account(standing=Standing.OPEN.value)
    assert limit.assessed_limit(user, account, product) == wanted * 100


@pytest.mark.parametrize("due", [(2023, 2), (2024, 2), (2023, 4), (2023, 12)])
@pytest.mark.parametrize("day", [1, 15, 28, 29, 30, 31])
def test_an_order_is_due_a_month_later_clamped(due, day):
    year, month = due
    try:
        bought = dt.date(year - (month == 1), month - 1 or 12, day)
    except ValueError:
        pytest.skip("the month before has no such day")
    wanted = min(day, (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day)
    steps = [{"date": bought, "purchase_fen": 10_000}]
    made = sim.replay("baitiao_public/order", steps, until=dt.date(year, month, wanted))
    assert made.statements.due_date.iloc[0].date() == dt.date(year, month, wanted)


@pytest.mark.parametrize(("opened", "statement"), [(5, 5), (28, 28), (29, 28), (30, 27), (31, 26)])
def test_days_beyond_28_become_statement_days_from_26_on(opened, statement):
    """JD's statement days: 29, 30 and 31 are 28, 27 and 26; due nine days later."""
    start = dt.date(2023, 1, opened)
    steps = [{"date": start, "purchase_fen": 10_000}]
    made = sim.replay(
        "baitiao_public", steps, until="2023-03-10", terms={"billing.cycle": "opening_day"}
    )
    bill = made.statements.iloc[0]
    wanted = bill.statement_date + dt.timedelta(days=9)
    assert (bill.statement_date.day, bill.due_date) == (statement, wanted)


def test_two_orders_have_due_days_of_their_own_and_one_limit():
    steps = [
        {"date": "2023-01-10", "purchase_fen": 60_000},
        {"date": "2023-01-31", "purchase_fen": 40_000},
        {"date": "2023-02-10", "repay": "due"},
    ]
    made = sim.replay("baitiao_public/order", steps, "2023-03-05", limit_fen=100_000)
    dates = [date.strftime("%m-%d") for date in made.statements.due_date]
    assert dates == ["02-10", "02-28"]
    assert made.days.set_index("date").principal_fen["2023-02-10"] == 40_000
    with pytest.raises(sim.ScenarioError, match="no_limit_left"):
        sim.replay("baitiao_public/order", steps[:2], limit_fen=99_999)


def test_penalty_of_order_mode_is_on_all_principal_and_fees():
    """One of three instalments of 1,000 missed: 1,000 and the fees of all three, 0.07 % a day."""
    steps = [{"date": "2023-01-10", "purchase_fen": 100_000, "instalments": 3}]
    terms = {"instalments.fee_ppm": 5_000}
    made = sim.replay("baitiao_public/order", steps, "2023-02-14", terms=terms)
    assert made.days.penalty_accrued_fen.iloc[-1] == (100_000 + 1_500) * 7 * 5 // 10_000 + (
        made.days.penalty_accrued_fen.iloc[-1] % 1
    )
    assert made.days.penalty_accrued_fen.iloc[-1] == pytest.approx(101_500 * 0.0007 * 5)


def test_the_least_penalty_of_a_day_needs_a_penalty():
    free = terms_of("baitiao_public", {"charges.penalty_ppm": 0})
    assert interest.penalty_of_day(1_000, free) == 0
    assert interest.penalty_of_day(1, terms_of("baitiao_public")) == PPB


def test_daily_rounding_of_a_penalty():
    """888.88 at 0.05 %: 0.44444 a day is 0.44, times 10; in one sum it would be 4.44."""
    steps = [
        {"date": "2023-01-05", "purchase_fen": 888_88},
        {"date": "2023-02-20", "repay": "all"},
    ]
    daily = sim.replay("huabei_public", steps)
    finally_ = sim.replay("huabei_public", steps, terms={"charges.penalty_rounded": "finally"})
    assert daily.days.paid_penalty_fen.iloc[-1] == 4_40
    assert finally_.days.paid_penalty_fen.iloc[-1] == 4_44


@pytest.mark.parametrize(
    ("missed", "carried", "wanted"),
    [
        (False, 500_00, 650_00),
        (True, 500_00, 1_100_00),
        (False, 299_99, 899_99),
        (False, 300_00, 630_00),
    ],
)
def test_the_minimum_by_record(missed, carried, wanted):
    """New 2,000 by a tenth, instalments 400; what is carried by record, and whole below 300."""
    account = Account(billed=2_400_00, carried=carried, missed_count=int(missed))
    total = 2_400_00 + carried
    assert billing.minimum(account, total, 2_000_00, 400_00, terms_of("baitiao_public")) == wanted


def test_the_minimum_of_huabei_takes_overdue_and_charges_whole():
    """A tenth of 3,000 new and 1,000 carried; 200 instalments, 30 interest, 500 overdue."""
    account = Account(billed=3_200_00, carried=1_500_00, overdue=500_00, interest=30_00)
    found = billing.minimum(account, 4_730_00, 3_000_00, 200_00, terms_of("huabei_public"))
    assert found == 400_00 + 200_00 + 30_00 + 500_00


@pytest.mark.parametrize(("rate", "wanted"), [(400_000, 0.219), (450_000, 0.24), (500_000, 0.24)])
def test_a_penalty_is_capped_at_24_percent_a_year(rate, wanted):
    found = interest.penalty_rate(terms_of("fenfu_public", {"charges.rate_ppb": rate}))
    assert found * 365 / PPB == pytest.approx(wanted, abs=1e-6)


def settled(preset, terms, days, periods=3):
    """Return the last day of a plan of 3,000 yuan from 10 January, settled after some days."""
    date = dt.date(2023, 1, 10) + dt.timedelta(days=days)
    steps = [
        {"date": "2023-01-10", "purchase_fen": 300_000, "instalments": periods},
        {"date": date, "settle_instalments": True},
    ]
    return sim.replay(preset, steps, terms=terms).days.iloc[-1]


@pytest.mark.parametrize(
    ("how", "fee"),
    [
        ("fees_on_schedule", 0),  # they come on their days
        ("all_at_once", 3 * 1_500),
        ("to_date", 1_500),
        ("free", 0),
        # 20 days at 0.065 % on 3,000 are 39.00, and the next fee.
        ("daily_to_date", 3_900 + 1_500),
    ],
)
def test_early_settlement_of_each_kind(how, fee):
    terms = {"instalments.fee_ppm": 5_000, "instalments.early_settlement": how}
    day = settled("baitiao_public/order", terms, 20)
    assert day.paid_fee_fen == fee
    assert day.paid_principal_fen == 300_000
    assert day.principal_fen == 0


def test_settled_on_the_day_of_the_order_costs_nothing():
    assert settled("baitiao_public/order", {}, 0).paid_fee_fen == 0


def test_charges_paid_come_off_the_day_rate():
    """After the first instalment, 15.00 paid: 31 days at 3,000 and 5 at 2,000, less 15.00."""
    steps = [
        {"date": "2023-01-10", "purchase_fen": 300_000, "instalments": 3},
        {"date": "2023-02-10", "repay": "due"},
        {"date": "2023-02-15", "settle_instalments": True},
    ]
    made = sim.replay("baitiao_public/order", steps, terms={"instalments.fee_ppm": 5_000})
    ran = (31 * 300_000 + 5 * 200_000) * 65 // 100_000
    assert made.days.paid_fee_fen.iloc[-1] == ran - 1_500 + 1_500
    assert made.days.principal_fen.iloc[-1] == 0


def test_a_loan_settled_early_pays_interest_to_the_day():
    """Weilidai: 10,000 for 12 days at 0.05 %, no fee."""
    steps = [
        {"date": "2023-01-10", "purchase_fen": 1_000_000, "instalments": 10},
        {"date": "2023-01-22", "settle_instalments": True},
    ]
    day = sim.replay("weilidai_public", steps).days.iloc[-1]
    assert (day.paid_interest_fen, day.paid_fee_fen) == (60_00, 0)
    assert (day.principal_fen, day.interest_accrued_fen) == (0, 0)


def test_a_loan_paid_by_the_day_after_its_due_day_is_not_late():
    """Weilidai's grace, to the day; half the rate on top from then on."""
    for day, late in ((11, 0), (12, 1)):
        steps = [
            {"date": "2023-01-10", "purchase_fen": 1_000_000, "instalments": 10},
            {"date": f"2023-02-{day}", "repay": "due"},
        ]
        made = sim.replay("weilidai_public", steps)
        assert made.accounts[0].lapses == late
        # A day at 0.025 % of the principal that was missed.
        assert made.days.paid_penalty_fen.sum() == 25 * late


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sampled_from(PRESETS),
    st.integers(1, 5_000_000),
    st.sampled_from([3, 5, 6, 9, 10, 12, 20, 24]),
    st.sampled_from(["fee_ppm", "fee_ppm_per_period", "rate_ppb"]),
    st.integers(0, 90_000),
)
def test_a_plan_loses_nothing(name, amount, periods, price, ppm):
    made = sim.instalments(name, amount, periods, **{price: ppm})
    assert made.principal_fen.sum() == amount
    assert (made.drop(columns="period") >= 0).all().all()
    assert (made.principal_fen + made.interest_fen + made.fee_fen == made.total_fen).all()
    if price == "fee_ppm":
        assert abs(made.fee_fen.sum() - amount * ppm / 1_000_000) <= 0.5


def test_plans_that_cannot_be_are_refused():
    for keys, words in (
        ({"periods": 5}, "periods: wanted 3, 6, 9 or 12"),
        ({"periods": 9, "kind": "purchase"}, "periods: wanted 3, 6 or 12"),
        ({"periods": 3, "kind": "loan"}, "kind: wanted"),
        ({"periods": 3, "fee_ppm": 1, "rate_ppb": 1}, "wanted one price"),
        ({"periods": 3, "start": "soon"}, "start: wanted a date"),
        ({"periods": 0}, "periods: wanted a whole number"),
        ({"periods": 3, "amount_fen": 0}, "amount_fen: wanted"),
    ):
        with pytest.raises(sim.ScenarioError) as error:
            sim.instalments("huabei_public", **({"amount_fen": 100_000} | keys))
        assert words in str(error.value)
    with pytest.raises(sim.ScenarioError, match="offers no instalments"):
        sim.instalments("fenfu_public", 100_000, 3)


def test_periods_that_a_product_takes():
    loan = terms_of("weilidai_public")
    account = Account()
    taken = [plan.periods_taken(account, wished, loan) for wished in (0, 3, 5, 6, 10, 12)]
    assert taken == [5, 5, 5, 10, 10, 10]
    assert plan.periods_taken(account, 7, terms_of("huabei_public")) == 7
    assert terms_of("weilidai_public").billing.cycle == Cycle.FIRST_DRAWING


def test_presets_ship_beside_the_package():
    folder = Path(sim.__file__).parent / "presets"
    assert {path.stem for path in folder.glob("*.toml")} == set(PRESETS)
    assert value_at(preset("huabei_public").tree(), ("billing", "cycle")) == "calendar"


@pytest.mark.parametrize("preset", ["huabei_public", "huabei_public/grace"])
def test_what_a_minimum_leaves_bears_interest_from_the_day_after_the_due_day(preset):
    """900 at 0.05 % from 11 to 28 February, 18 days: 8.10, with three days of grace or none."""
    steps = [
        {"date": "2023-01-05", "purchase_fen": 100_000},
        {"date": "2023-02-10", "repay": "minimum"},
    ]
    made = sim.replay(preset, steps, until="2023-03-01")
    assert made.statements.due_interest_fen.tolist() == [0, 8_10]


@pytest.mark.parametrize(
    ("whole", "nano", "even", "up"),
    [
        (7, 499_999_999, 7, 7),
        (7, 500_000_000, 8, 8),
        (8, 500_000_000, 8, 9),
        (8, 500_000_001, 9, 9),
    ],
)
def test_ways_of_rounding_differ_at_half_a_fen(whole, nano, even, up):
    assert rounded(whole, nano, Rounding.HALF_EVEN) == even
    assert rounded(whole, nano, Rounding.HALF_UP) == up
    assert rounded(whole, nano, Rounding.DOWN) == whole


@pytest.mark.parametrize(("how", "due"), [("half_up", 10_01), ("half_even", 10_00)])
def test_a_tenth_of_a_bill_is_rounded_as_the_terms_say(how, due):
    """A tenth of 100.05 yuan is 1,000.5 fen."""
    steps = [{"date": "2023-01-05", "purchase_fen": 100_05}]
    terms = {"billing.rounding": how, "charges.rate_ppb": 0}
    made = sim.replay("fenfu_public", steps, "2023-02-01", terms=terms)
    assert made.statements.due_total_fen.tolist() == [due]
