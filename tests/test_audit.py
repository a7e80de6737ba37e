"""The audit: every run passes, and a single fen changed anywhere in its files is named."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from teeming import ADOPTED, TEEMING, TEEMING_FOR_ALL, three_products

import sim
from sim.audit import audit_folder
from sim.commands import CHECK_FAILED, WRONG_INPUT, answer
from sim.results import tables
from sim.results.manifest import sha256

ALL_EVENTS = {"output.events_ppm": 1_000_000}

# What no second file tells: there the digest names the file.
ONLY_ONCE = {
    "circles": {"good"},
    "cost": {"periods", "agreements", "amount_fen", "above_cap"},
    "disputes": {"hours"},
    "repayments": {"count"},
    "vintages": {
        "used",
        "ever_31",
        "ever_91",
        "first_defaults",
        "good_limit_fen",
        "good_first_limit_fen",
    },
}


@pytest.fixture(scope="module")
def folder(repo, tmp_path_factory):
    """Return a run with all tables and all events."""
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    friends = {"product.ways.friends_weight_ppm": 500_000, "behaviour.applying.community": 32}
    plan = plan.with_(users=150, days=100, **TEEMING | ADOPTED | friends | ALL_EVENTS)
    return sim.run(plan, threads=1).save(tmp_path_factory.mktemp("audit") / "run")


def changes(repo, tmp_path, which):
    """Return the scenarios that the audit must pass, by what is special about them."""
    seed = sim.load(repo / "scenarios" / "seed_article.toml").with_(users=200, days=70)
    mature = sim.load(repo / "scenarios" / "mature_book.toml")
    mature = mature.with_(users=300, days=70, **{"run.burn_in_days": 250})
    if which == "from a run":
        sim.run(seed.with_(**TEEMING_FOR_ALL), threads=1).save(tmp_path / "earlier")
        return seed.with_(**{"population.from_run": str(tmp_path / "earlier")} | ALL_EVENTS)
    return {
        "burn-in": mature.with_(**TEEMING_FOR_ALL | ALL_EVENTS),
        "downturn": sim.load(repo / "scenarios" / "downturn.toml").with_(
            users=200, days=70, **{"run.burn_in_days": 100}
        ),
        "tighter limit": sim.load(repo / "scenarios" / "tighter_limit.toml").with_(
            users=200, days=200, **ADOPTED | ALL_EVENTS
        ),
        "replications": seed.with_(replications=3, **TEEMING | ADOPTED | ALL_EVENTS),
        "a share of users": seed.with_(
            **TEEMING_FOR_ALL
            | {"output.users_ppm": 300_000, "output.events_ppm": 500_000, "run.replications": 2}
        ),
        "no events": seed.with_(**TEEMING_FOR_ALL),
        "segments only": seed.with_(**{"output.tables": ["daily_by", "scenes", "monthly"]}),
        "the whole only": seed.with_(
            **{"output.tables": ["daily", "repayments", "accounts", "vintages"]} | ALL_EVENTS
        ),
        "books only": seed.with_(**{"output.tables": ["pnl", "balance_sheet"]}),
        "a day": seed.with_(days=1, **TEEMING_FOR_ALL | ALL_EVENTS),
        "three products": three_products(seed).with_(replications=2),
        "three products, burnt in": three_products(seed).with_(**{"run.burn_in_days": 90}),
        "three products, in part": three_products(seed).with_(
            **{"output.tables": ["daily", "scenes", "repayments", "vintages", "accounts"]}
        ),
        "nobody": seed.with_(users=1, days=5),
        "days off the month": seed.with_(days=20, **TEEMING_FOR_ALL),
    }[which]


@pytest.mark.parametrize(
    "which",
    [
        *("burn-in", "from a run", "replications", "a share of users", "no events"),
        *("downturn", "tighter limit", "segments only", "the whole only", "books only"),
        *("a day", "nobody", "days off the month", "three products"),
        *("three products, burnt in", "three products, in part"),
    ],
)
def test_every_run_passes(repo, tmp_path, which):
    run = sim.run(changes(repo, tmp_path, which), threads=1)
    in_memory = run.audit()
    assert in_memory, in_memory.text()
    found = audit_folder(run.save(tmp_path / "run"))
    assert found, found.text()
    assert sum(found.checked.values()) > sum(in_memory.checked.values())


def test_the_first_row_of_a_burnt_in_run_looks_back_and_passes(repo, tmp_path):
    plan = sim.load(repo / "scenarios" / "seed_article.toml")
    # The clock turns on the first reported day; the two days before it are burn-in.
    plan = plan.with_(users=2_000, days=6, **{"run.burn_in_days": 98} | TEEMING_FOR_ALL)
    run = sim.run(plan, threads=1)
    assert run.cycles["day"].iloc[0] == 0
    for name in ("real_time_raised", "real_time_raised_by_fen"):
        assert run.cycles[name].iloc[0] > run.daily_by[run.daily_by["day"] == 0][name].sum()
    found = audit_folder(run.save(tmp_path / "run"))
    assert found, found.text()


def test_the_command_says_that_all_holds(folder, capsys):
    assert answer(["audit", str(folder)]) == 0
    assert "figures agree with what follows from others" in capsys.readouterr().out


def test_what_is_no_run_is_wrong_input(tmp_path, capsys):
    assert answer(["audit", str(tmp_path / "nothing")]) == WRONG_INPUT
    assert "wanted a finished run" in capsys.readouterr().err


def is_numeric(kind):
    if pa.types.is_fixed_size_list(kind):
        return is_numeric(kind.value_type)
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def one_off(value, kind, luck):
    """Return a value that is one away, or for a share the next number there is."""
    if isinstance(value, list):
        at = int(luck.integers(len(value)))
        value[at] = one_off(value[at], kind.value_type, luck)
        return value
    if isinstance(value, float):
        return float(np.nextafter(value, 1e99))
    most = np.iinfo(kind.to_pandas_dtype()).max
    return value + 1 if value < most else value - 1


def changed(folder, out, name, column, luck, *, digest_too=True):
    """Copy a run with one cell of one file one off; return the row."""
    shutil.copytree(folder, out)
    path = out / f"{name}.parquet"
    table = pq.read_table(path)
    kind = table.schema.field(column).type
    values = table[column].to_pylist()
    row = int(luck.choice([i for i, value in enumerate(values) if value is not None]))
    values[row] = one_off(values[row], kind, luck)
    at = table.schema.get_field_index(column)
    table = table.set_column(at, table.schema.field(column), pa.array(values, type=kind))
    pq.write_table(table, path)
    if digest_too:
        file = out / "manifest.json"
        made = json.loads(file.read_text(encoding="utf-8"))
        made["files"][f"{name}.parquet"]["sha256"] = sha256(path)
        file.write_text(json.dumps(made), encoding="utf-8")
    return row


def numeric_columns(folder, name):
    """Return the numeric columns of a table that hold any value."""
    table = pq.read_table(folder / f"{name}.parquet")
    return [
        field.name
        for field in table.schema
        if is_numeric(field.type) and table[field.name].null_count < table.num_rows
    ]


# What friends saw is told once, and only where close ties are kept: its digest alone guards it.
SMALL = sorted({*tables.SMALL} - {"friends"})


@pytest.mark.parametrize("name", SMALL)
def test_a_fen_changed_anywhere_in_a_table_is_named_even_where_the_digest_was_changed_too(
    folder, tmp_path, name
):
    """Some columns of each table here; the slow test has many more."""
    luck = np.random.default_rng(SMALL.index(name))
    columns = sorted(set(numeric_columns(folder, name)) - ONLY_ONCE.get(name, set()))
    for column in luck.choice(columns, min(len(columns), 2), replace=False):
        assert_named(folder, tmp_path, name, column, luck)


def assert_named(folder, tmp_path, name, column, luck):
    out = tmp_path / f"{name}_{column}"
    row = changed(folder, out, name, column, luck)
    found = audit_folder(out)
    assert not found, f"{name}: {column}, row {row}"
    # Of two tables that differ either may be the one that is named first.
    near = [b for b in found.breaks if b.table in {name, "daily", "daily_by"} or name in b.why]
    assert near, found.text()
    assert all(b.place for b in near)
    shutil.rmtree(out)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_a_fen_changed_in_any_column_is_named(folder, tmp_path, name):
    luck = np.random.default_rng(17)
    columns = sorted(set(numeric_columns(folder, name)) - ONLY_ONCE.get(name, set()))
    for column in luck.permutation(columns)[:25]:
        assert_named(folder, tmp_path, name, column, luck)


@pytest.fixture(scope="module")
def several(repo, tmp_path_factory):
    """Return a run of three products with all tables and all events."""
    plan = three_products(sim.load(repo / "scenarios" / "seed_article.toml"))
    plan = plan.with_(users=120, days=100)
    return sim.run(plan, threads=1).save(tmp_path_factory.mktemp("several") / "run")


@pytest.mark.parametrize("name", [name for name in SMALL if name != "circles"])
def test_of_several_products_a_fen_changed_in_a_table_is_named(several, tmp_path, name):
    luck = np.random.default_rng(100 + SMALL.index(name))
    columns = sorted(set(numeric_columns(several, name)) - ONLY_ONCE.get(name, set()))
    assert_named(several, tmp_path, name, luck.choice(columns), luck)


@pytest.mark.parametrize("column", ["billed_fen", "limit_fen", "suspended_fen"])
def test_a_fen_of_an_account_is_named_with_its_product(several, tmp_path, column):
    row = changed(several, tmp_path / "run", "accounts", column, np.random.default_rng(5))
    account = pq.read_table(several / "accounts.parquet").to_pandas().loc[row]
    place = f"user {account['user']}, product {account['product']}"
    found = audit_folder(tmp_path / "run")
    assert place in {b.place for b in found.breaks if b.table == "accounts"}


def test_an_event_of_another_product_is_named(several, tmp_path):
    shutil.copytree(several, tmp_path / "run")
    path = tmp_path / "run" / "events" / "2024-02.parquet"
    table = pq.read_table(path)
    frame = table.to_pandas()
    row = frame.index[(frame["kind"] == "purchases") & (frame["product"] == "huabei")][0]
    product = frame["product"].astype(object)
    product[row] = "baitiao"
    at = table.schema.get_field_index("product")
    told = pa.array(product).dictionary_encode().cast(table.schema.field(at).type)
    pq.write_table(table.set_column(at, table.schema.field(at), told), path)
    found = audit_folder(tmp_path / "run")
    user, day = frame.loc[row, ["user", "day"]]
    for name in ("huabei", "baitiao"):
        account = f"user {user}, product {name}"
        assert any(b.place == account and b.column == "principal_fen" for b in found.breaks)
        assert any(
            b.table == "daily_by"
            and b.column == "spent_fen"
            and f"day {day}," in b.place
            and f"product {name}" in b.place
            for b in found.breaks
        )


@pytest.mark.parametrize(
    "column",
    [
        *("planned_fen", "unbilled_fen", "billed_fen", "carried_fen", "interest_fen"),
        *("penalty_fen", "fees_fen", "limit_fen", "suspended_fen", "ring_principal_fen"),
        *("written_off_fen", "recovered_fen", "missed_fen", "accrued_fen"),
    ],
)
def test_a_fen_of_an_account_is_named_with_its_user_or_segment(folder, tmp_path, column):
    luck = np.random.default_rng(5)
    changed(folder, tmp_path / "run", "accounts", column, luck)
    found = audit_folder(tmp_path / "run")
    places = [b.place for b in found.breaks if b.table == "accounts"]
    assert places
    assert any("user " in place or "segment " in place for place in places)


@pytest.mark.parametrize("column", ["wallet_fen", "bank_fen", "employed"])
def test_a_fen_of_a_user_is_named(folder, tmp_path, column):
    changed(folder, tmp_path / "run", "users", column, np.random.default_rng(6))
    assert any(b.table == "users" for b in audit_folder(tmp_path / "run").breaks)


def test_a_fen_of_an_event_that_moves_money_is_named_with_day_and_user(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "run")
    path = tmp_path / "run" / "events" / "2024-02.parquet"
    table = pq.read_table(path)
    kind, amount = table["kind"].to_pylist(), table["amount_fen"].to_pylist()
    row = kind.index("principal_repaid")
    amount[row] += 1
    at = table.schema.get_field_index("amount_fen")
    table = table.set_column(at, table.schema.field(at), pa.array(amount, type=pa.int32()))
    pq.write_table(table, path)
    found = audit_folder(tmp_path / "run")
    user, day = table["user"][row].as_py(), table["day"][row].as_py()
    assert any(b.place == f"user {user}" and b.column == "principal_fen" for b in found.breaks)
    assert any(
        b.table == "daily_by" and b.column == "principal_repaid_fen" and f"day {day}," in b.place
        for b in found.breaks
    )
    assert any(b.table == "events/2024-02.parquet" and b.column == "sha256" for b in found.breaks)


def test_events_out_of_order_are_named(folder, tmp_path):
    for column, wanted in (("sequence", {"sequence"}), ("day", {"date"})):
        out = tmp_path / column
        changed(folder, out, "events/2024-03", column, np.random.default_rng(3))
        found = audit_folder(out)
        assert any(b.table == "events/2024-03" and b.column in wanted for b in found.breaks), column


def test_an_event_of_the_next_user_is_missed_in_one_account_and_too_much_in_the_other(
    folder, tmp_path
):
    shutil.copytree(folder, tmp_path / "run")
    path = tmp_path / "run" / "events" / "2024-02.parquet"
    table = pq.read_table(path)
    kinds, users = table["kind"].to_pylist(), table["user"].to_pylist()
    row = max(i for i, kind in enumerate(kinds) if kind == "purchases" and users[i] < 149)
    user = users[row]
    users[row] += 1
    at = table.schema.get_field_index("user")
    table = table.set_column(at, table.schema.field(at), pa.array(users, type=pa.int32()))
    pq.write_table(table, path)
    found = audit_folder(tmp_path / "run")
    places = {b.place for b in found.breaks if b.column == "principal_fen"}
    assert {f"user {user}", f"user {user + 1}"} <= places


@pytest.mark.parametrize(
    ("name", "column"), [("users", "prudence_milli"), *(("repayments", "count"),)]
)
def test_what_no_other_file_tells_is_known_by_its_digest(folder, tmp_path, name, column):
    changed(folder, tmp_path / "run", name, column, np.random.default_rng(8), digest_too=False)
    found = audit_folder(tmp_path / "run")
    assert [(b.table, b.column) for b in found.breaks] == [(f"{name}.parquet", "sha256")]


def test_a_break_names_table_day_column_and_both_amounts(folder, tmp_path, capsys):
    out = tmp_path / "run"
    row = changed(folder, out, "balance_sheet", "funding_fen", np.random.default_rng(9))
    assert answer(["audit", str(out)]) == CHECK_FAILED
    said = capsys.readouterr().out
    table = pq.read_table(out / "balance_sheet.parquet").to_pandas()
    day, segment, fen = table.loc[row, ["day", "segment", "funding_fen"]]
    assert f"balance_sheet: day {day}, 20" in said
    assert f"segment {segment}: funding_fen: wanted {fen - 1:,}" in said
    assert f"(found {fen:,}, +1)" in said


def test_files_that_are_missing_unreadable_or_too_many_are_named(folder, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(folder, out)
    (out / "scenes.parquet").unlink()
    (out / "daily.parquet").write_bytes(b"PAR1 nothing PAR1")
    (out / "more.txt").write_text("x", encoding="utf-8")
    (out / "events" / "opening.parquet").write_bytes(b"")
    found = audit_folder(out)
    named = {b.table for b in found.breaks}
    assert {"scenes.parquet", "daily.parquet", "daily", "more.txt"} <= named
    assert "events/opening" in named


def test_a_column_or_a_row_that_is_gone_is_named(folder, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(folder, out)
    table = pq.read_table(out / "daily_by.parquet")
    pq.write_table(table.drop_columns(["principal_fen"]), out / "daily_by.parquet")
    table = pq.read_table(out / "scenes.parquet")
    pq.write_table(table.slice(1), out / "scenes.parquet")
    text = audit_folder(out).text()
    assert "principal_fen" in text
    assert "scenes: replication 0: rows: wanted" in text


def test_a_scenario_that_was_changed_is_named(folder, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(folder, out)
    file = Path(out / "scenario.toml")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("equity_ppm = 100000", "equity_ppm = 100001"), encoding="utf-8")
    found = audit_folder(out)
    assert {"scenario.toml", "balance_sheet"} <= {b.table for b in found.breaks}


@pytest.mark.parametrize("spoilt", ["gone", "nonsense", "equity_ppm = -1"])
def test_a_scenario_that_is_lost_or_spoilt_is_named(folder, tmp_path, capsys, spoilt):
    """The rest is judged by the manifest's copy, so nothing else breaks."""
    out = tmp_path / "run"
    shutil.copytree(folder, out)
    file = out / "scenario.toml"
    text = file.read_text(encoding="utf-8")
    file.unlink()
    if spoilt != "gone":
        broken = text.replace("equity_ppm = 100000", spoilt)
        file.write_text(spoilt if spoilt == "nonsense" else broken, encoding="utf-8")
    assert answer(["audit", str(out)]) == CHECK_FAILED
    said = capsys.readouterr().out
    assert "scenario.toml: the file: wanted" in said
    told = "1 line" if spoilt == "gone" else "2 lines"  # its digest is another too
    assert said.splitlines()[-1] == f"Books are broken: {told} above."
    named = {b.table for b in audit_folder(out).breaks}
    assert named == {"scenario.toml"}


def test_a_run_without_any_scenario_is_a_break_too(folder, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(folder, out)
    (out / "scenario.toml").unlink()
    made = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    del made["scenario"]
    (out / "manifest.json").write_text(json.dumps(made), encoding="utf-8")
    named = {b.table for b in audit_folder(out).breaks}
    assert named == {"scenario.toml", "manifest.json"}


def test_an_event_log_that_is_gone_as_a_whole_is_named(folder, tmp_path, capsys):
    out = tmp_path / "run"
    shutil.copytree(folder, out)
    shutil.rmtree(out / "events")
    assert answer(["audit", str(out)]) == CHECK_FAILED
    assert "events/opening.parquet: the file: wanted the file" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("seed", 7, "manifest.json: seed: wanted 20,240,101, as in scenario.toml (found 7"),
        ("scenario", {"run": {"days": 99}}, "manifest.json: scenario.run.days: wanted 100"),
    ],
)
def test_what_a_manifest_repeats_of_the_scenario_is_compared(folder, tmp_path, key, value, told):
    out = tmp_path / "run"
    shutil.copytree(folder, out)
    made = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    if key == "scenario":
        made["scenario"]["run"] |= value["run"]
    else:
        made[key] = value
    (out / "manifest.json").write_text(json.dumps(made), encoding="utf-8")
    assert told in audit_folder(out).text()
