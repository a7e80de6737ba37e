"""The risk report: it ties to the books, is the same each time, and shows no one else's markup."""

import datetime as dt
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import sim
from sim.calibration.targets import read_targets
from sim.commands import answer
from sim.kinds import Credit
from sim.report import report
from sim.report.definitions import definitions
from sim.report.expected_losses import OUTLOOKS, Book
from sim.report.parameters import parameters
from sim.report.sections.customers import METHODS
from sim.report.source import opened_source
from sim.report.words import Words
from sim.results.sheet import lower_names
from sim.study.metrics import FIGURES

MADE = dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
EVIL = '<script>alert(1)</script><img src="http://example.org/x" onerror=alert(1)>{{ 7*7 }}&'


class Page(HTMLParser):
    """The tags of a page, and its tables as {id: [{column: (text, sum over runs, value)}]}."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.links, self.tables = [], [], [], {}
        self._heads, self._cell, self._table = [], None, None
        self.text = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        if tag == "table":
            self._table = self.tables.setdefault(found.get("id", ""), [])
            self._heads = []
        elif tag == "tr" and self._table is not None:
            self._table.append([])
        elif tag in ("td", "th") and self._table is not None:
            if "data-key" in found:
                self._heads.append(found["data-key"])
            self._table[-1].append([found, ""])

    def handle_data(self, data):
        self.text.append(data)
        if self._table and self._table[-1]:
            self._table[-1][-1][1] += data

    def handle_endtag(self, tag):
        if tag == "table" and self._table is not None:
            rows = [row for row in self._table if row and "data-key" not in row[0][0]]
            self._table[:] = [dict(zip(self._heads, row, strict=False)) for row in rows]
            self._table = None

    def sums(self, table, key):
        """Return the exact sums over runs of a column, by the text of the first."""
        rows = self.tables[f"table-{table}"]
        return {next(iter(r.values()))[1].strip(): int(r[key][0]["data-sum"]) for r in rows}


@pytest.fixture(scope="module")
def run(tmp_path_factory, repo):
    """A small run whose texts are markup: three runs, five months."""
    scenario = sim.load(repo / "scenarios/seed_article.toml").with_(
        users=400,
        days=150,
        replications=3,
        **{
            "run.description": (EVIL * 60)[:5000],
            "product.admission": "open_to_all",
            "policy": [{"name": EVIL, "date": dt.date(2024, 3, 1), "set": {}}],
        },
    )
    made = sim.run(scenario, threads=1)
    return sim.open(made.save(tmp_path_factory.mktemp("runs") / "launch"))


@pytest.fixture(scope="module")
def made(run):
    return report(run.folder, made=MADE)


@pytest.fixture(scope="module")
def page(made):
    return Page(made.html)


def test_a_report_has_all_sections_and_a_contents_list_that_leads_to_them(page):
    sections = [f"section-{number}" for number in (*range(1, 18), "A")]
    assert [name for name in page.ids if name.startswith("section-")] == sections
    assert [link for link in page.links if link.startswith("#section-")] == [
        f"#{name}" for name in sections
    ]


def test_every_link_leads_to_a_place_and_no_place_is_there_twice(page):
    assert not [link for link in page.links if link.removeprefix("#") not in page.ids]
    assert len(page.ids) == len(set(page.ids))
    assert {f"def-{key}" for key in definitions()} <= set(page.ids)


def test_every_number_leads_to_a_definition(made):
    for table in made.tables:
        for at, column in enumerate(table.columns):
            assert not table.numeric(at) or column.definition in definitions(), table.name


def test_profit_and_loss_is_that_of_the_books(page, run):
    sums = page.sums("profit_and_loss", "amount")
    books = run.pnl.drop(columns=["replication", "day", "date", "product", "segment"]).sum()
    expenses = ("funding", "charge offs", "allowance", "fraud", "dispute", "operating")
    wanted = {}
    for name, amount in books.items():
        label = name.removesuffix("_fen").replace("_", " ")
        wanted[label] = -int(amount) if label.startswith(expenses) else int(amount)
    assert sums == wanted
    assert sums.pop("profit") == sum(sums.values())


def test_receivables_allowance_and_volume_are_those_of_the_books(page, run):
    sums = page.sums("receivables", "mean")
    days = run.daily.groupby("date")["principal_fen"].sum()
    assert len(sums) == 5
    assert sums == {date: int(days[date]) for date in sums}
    sheet = run.balance_sheet
    last = sheet[sheet["day"] == 149]
    closing = page.sums("allowance_roll", "closing")
    assert closing["2024-05"] == int(last["allowance_fen"].sum()) > 0
    figures = {
        next(iter(row.values()))[1].strip(): row["value"]
        for row in page.tables["table-key_figures"]
    }
    for name, wanted in (
        ("Receivables", last["principal_fen"].sum()),
        ("Allowance in the books", last["allowance_fen"].sum()),
        ("Bought on credit", run.daily["spent_fen"].sum()),
    ):
        assert int(figures[name][0]["data-sum"]) == int(wanted), name


def test_charge_offs_and_stages_tie_to_days_and_month_ends(page, run):
    sums = page.sums("losses_by_run", "written_off")
    days = run.daily.groupby("replication")["principal_written_off_fen"].sum()
    assert sums == {str(number): int(amount) for number, amount in days.items()}
    last = run.monthly[run.monthly["month"] == run.monthly["month"].max()]
    stages = page.sums("stages", "principal")
    on_book = last[~last["bucket"].isin(["charged_off", "closed"])]
    assert sum(stages.values()) == int(on_book["principal_fen"].sum())


def test_grace_debt_and_segments_tie_to_days_and_users(page, run):
    bills = page.sums("grace", "bills")
    assert bills["minimum unpaid as grace begins"] == int(run.daily["graced"].sum()) > 0
    assert bills["minimum missed at the end of grace"] == int(run.daily["missed"].sum())
    here = run.users[run.users["status"] == "here"]
    counts = page.sums("fairness", "users")
    names = {str(name).replace("_", " ") for name in here["segment"].unique()}
    assert set(counts) == names
    assert sum(counts.values()) == len(here)
    held = run.accounts.merge(here[["replication", "user"]])
    parts = ["planned_fen", "unbilled_fen", "billed_fen", "carried_fen"]
    owing = held[held[parts].sum(axis=1) > 0]
    row = next(r for r in page.tables["table-over_indebted"] if "carries" in r["measure"][1])
    told = float(row["share_all"][0]["data-value"])
    assert told == pytest.approx((owing["carried_fen"] > 0).mean())


def test_swap_sets_against_a_baseline_run_count_every_user_once(run, tmp_path):
    other = run.scenario.with_(**{"product.admission": "scored", "run.name": "choosy"})
    folder = sim.run(other, threads=1).save(tmp_path / "choosy")
    page = Page(report(folder, baseline=run.folder, made=MADE).html)
    counts = page.sums("swap_sets", "users")
    assert sum(counts.values()) == len(run.users)
    before, after = (
        each.accounts.query("opened_on > -32768")[["replication", "user"]].drop_duplicates()
        for each in (run, sim.open(folder))
    )
    assert counts["both"] == len(before.merge(after))
    assert counts["only a"] == len(before) - counts["both"] > 0


def test_numbers_carry_intervals_and_how_many_runs_they_are_from(page):
    row = page.tables["table-key_figures"][0]["value"]
    assert row[0]["data-runs"] == "3"
    assert " … " in row[1]


def test_the_same_tables_give_the_same_bytes_but_for_the_time(run, made):
    assert report(run.folder, made=MADE).html == made.html
    later = report(run.folder, made=MADE + dt.timedelta(days=1)).html
    assert later != made.html
    assert later.replace("2025-01-03T03:04:05", "2025-01-02T03:04:05") == made.html


def test_markup_in_a_scenario_is_shown_and_does_nothing(made, page, run):
    assert EVIL[:24] in run.scenario.run.description
    assert "<script" not in made.html.lower()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made.html
    assert not [tag for tag, _ in page.tags if tag in ("script", "img", "iframe", "object", "form")]
    assert not [name for _, found in page.tags for name in found if name.startswith("on")]
    assert "{{ 7*7 }}" in "".join(page.text)


def test_a_scenario_cannot_be_named_by_markup(run):
    with pytest.raises(sim.ScenarioError, match="name: wanted up to 80 letters"):
        run.scenario.with_(**{"run.name": "<script>alert(1)</script>"})


def test_a_report_asks_the_network_for_nothing(made, page):
    for _, found in page.tags:
        for name in ("src", "href", "xlink:href", "data", "action", "srcset", "poster"):
            assert (found.get(name) or "#").startswith(("#", "data:,")), found
        assert "url(" not in (found.get("style") or "").replace("url(#", "")
    style = made.html[made.html.index("<style>") : made.html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert len(made.html.encode()) < 5_000_000


def test_chinese_labels_leave_nothing_unsaid(run):
    found = report(run.folder, lang="zh", made=MADE)
    assert not found.unsaid
    titles = ("关键指标", "增长与漏斗", "逾期", "损失分布", "模型验证", "附录")
    assert all(title in found.html for title in titles)
    assert '<html lang="zh-CN">' in found.html
    with pytest.raises(ValueError, match="lang: wanted one of en, zh"):
        report(run.folder, lang="fr")


def test_names_of_ours_are_said_in_chinese(repo):
    """What the tables call methods, outcomes and groups of targets, besides what users name."""
    say = Words("zh")
    methods = [METHODS.get(name, name) for name in lower_names(Credit)]
    outcomes = ["limit_fen", "principal_fen", "written_off_fen", "recovered_fen", "charged_off"]
    targets = repo / "scenarios/studies/taiwan_2005_targets.json"
    groups = {target.key.split("/")[0] for target in read_targets(targets).judged}
    for name in (*methods, *outcomes, *groups, *FIGURES):
        assert re.search("[\u4e00-\u9fff]", say.named(name)), name


def test_tables_lie_beside_the_page_as_parquet(run, made, page, tmp_path):
    place = made.save(tmp_path / "pack")
    assert sorted(path.name for path in place.iterdir()) == ["proof.json", "report.html", "tables"]
    names = {path.stem for path in (place / "tables").iterdir()}
    assert {f"table-{name}" for name in names} <= set(page.tables)
    assert len(names) == len(made.tables)
    table = pd.read_parquet(place / "tables/profit_and_loss.parquet").set_index("line")
    assert table.loc["profit", "amount"] == pytest.approx(run.pnl["profit_fen"].sum() / 3, abs=0.01)
    assert (table["amount_low"] <= table["amount_high"]).all()
    assert json.loads((place / "proof.json").read_text())["passed"]


def test_a_report_is_replaced_and_nothing_else_is(made, tmp_path):
    made.save(tmp_path / "pack")
    made.save(tmp_path / "pack")
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    with pytest.raises(sim.ScenarioError, match="an earlier report"):
        made.save(other)
    assert [path.name for path in other.iterdir()] == ["mine.txt"]


def test_sections_without_data_say_what_to_run(repo, tmp_path):
    scenario = sim.load(repo / "scenarios/seed_article.toml").with_(
        users=60, days=3, **{"output.tables": ["daily"], "run.name": "tiny"}
    )
    folder = sim.run(scenario, threads=1).save(tmp_path / "tiny")
    html = report(folder, made=MADE).html
    found = Page(html)
    assert sum(name.startswith("section-") for name in found.ids) == 18
    missing = [1 for tag, named in found.tags if tag == "p" and named.get("class") == "missing"]
    assert len(missing) >= 12
    assert "This is one run, which has no interval" in html
    whole = sim.run(scenario.with_(**{"output.tables": list(sim.scenario.sections.TABLES)}))
    assert report(whole.save(tmp_path / "whole"), made=MADE).html.count("<section") == 18


def test_a_run_against_itself_has_changed_by_exactly_nothing(run):
    found = Page(report(run.folder, baseline=run.folder, made=MADE).html)
    changes = [row["change"][0] for row in found.tables["table-key_figures"]]
    numbers = [float(change["data-value"]) for change in changes if "data-value" in change]
    known = [number for number in numbers if number == number]  # no NaN: 0 of 0 was lost
    assert len(known) >= 15
    assert set(known) == {0.0}
    told = {next(iter(row.values()))[1].strip() for row in found.tables["table-key_figures"]}
    moved = {
        next(iter(row.values()))[1].strip()
        for row in found.tables["table-key_figures"]
        if "data-value" in row["change"][0]
    }
    assert {"Disputes", "Coverage", "Cost of risk a year"} <= moved <= told
    assert {"Expected credit loss", "Loss VaR 99 %", "Expected shortfall 99 %"} <= moved
    assert "chart-bridge" in found.ids


def test_disputes_in_time_are_counted_where_reviews_take_longer_too(run, tmp_path):
    table = run.disputes
    decided = (table["upheld"] + table["rejected"]).groupby(table["replication"]).sum().mean()
    rows = {t.name: t for t in report(run.folder, made=MADE).tables}["disputes_by_claim"].rows
    assert sum(row[3].estimate for row in rows) == pytest.approx(decided)
    assert decided > 0
    slow = run.scenario.with_(**{"risk_control.appeals.review_days": 5, "replications": 1})
    lived = sim.run(slow, threads=1)
    found = report(lived.save(tmp_path / "slow"), made=MADE)
    rows = {t.name: t for t in found.tables}["disputes_by_claim"].rows
    decided, in_time = (sum(row[at].estimate for row in rows) for at in (2, 3))
    assert 0 < in_time < decided
    assert in_time == lived.disputes["in_time"].sum()


def test_a_baseline_of_other_people_is_refused(run, tmp_path):
    other = run.scenario.with_(seed=9, days=2, users=50)
    folder = sim.run(other, threads=1).save(tmp_path / "other")
    with pytest.raises(sim.ScenarioError, match=r"run\.seed: wanted"):
        report(run.folder, baseline=folder)


def test_a_comparison_shows_paired_differences_and_what_made_them(repo, tmp_path):
    a = sim.load(repo / "scenarios/seed_article.toml").with_(
        users=150, days=40, **{"product.admission": "open_to_all"}
    )
    b = a.with_(**{"product.limit.fen_per_point": 300, "run.name": "tighter"})
    compared = sim.compare(a, b, replications=3, attribute=["risk_adjusted_income_fen"], threads=1)
    folder = compared.save(tmp_path / "a-b")
    found = report(folder, made=MADE)
    table = next(table for table in found.tables if table.name == "differences_b")
    row = next(row for row in table.rows if row[0] == "volume")
    told = compared.summary(["volume_fen"]).iloc[0]
    assert [row[1].estimate, row[2].estimate] == [told["of_a"], told["of_b"]]
    assert (row[3].estimate, row[3].low) == (told["difference"], told["low"])
    page = Page(found.html)
    assert {"chart-forest_b", "chart-attribution", "table-swap_sets"} <= set(page.ids)
    assert not report(folder, lang="zh", made=MADE).unsaid


def test_a_sweep_shows_its_frontier_and_what_matters(repo, tmp_path):
    file = tmp_path / "grid.toml"
    file.write_text(
        f"""
scenario = "{repo}/scenarios/seed_article.toml"
replications = 2
metrics = ["volume_fen", "risk_adjusted_income_fen", "loss_fen"]
[set]
"run.users" = 60
"run.days" = 30
"product.admission" = "open_to_all"
[[axis]]
key = "product.limit.fen_per_point"
values = [300, 1_000]
[[axis]]
key = "product.charges.rate_ppb"
values = [100_000, 500_000]
"""
    )
    swept = sim.sweep(file, tmp_path / "grid")
    found = report(swept.out, made=MADE)
    page = Page(found.html)
    assert {"chart-frontier", "chart-tornado"} <= set(page.ids)
    rows = {
        row[0]: row[1].estimate
        for row in next(table for table in found.tables if table.name == "frontier").rows
    }
    wanted = swept.by_row[swept.by_row["metric"] == "loss_fen"].set_index("row")["estimate"]
    assert rows == {str(number): loss for number, loss in wanted.items()}
    verdict = found.html[: found.html.index("</ol>")]
    assert len(re.findall("moves (volume|risk adjusted income|loss) most|No key is told", verdict))
    assert "no loss can be told" not in found.html
    assert not report(swept.out, lang="zh", made=MADE).unsaid


def test_the_command_writes_the_report_beside_the_run(run, capsys, tmp_path):
    assert answer(["report", str(run.folder), "--out", str(tmp_path / "pack")]) == 0
    assert (tmp_path / "pack/report.html").is_file()
    assert "tables beside it" in capsys.readouterr().out


def test_a_folder_that_is_none_of_the_three_is_refused(tmp_path, capsys):
    (tmp_path / "nothing").mkdir()
    assert answer(["report", str(tmp_path / "nothing")]) == 2
    assert "wanted a finished run, with manifest.json" in capsys.readouterr().err
    assert not (tmp_path / "nothing-report").exists()


def test_a_proof_of_another_version_is_refused(run, tmp_path):
    file = tmp_path / "proof.json"
    file.write_text(json.dumps({"version": "0.0.1", "rows": []}))
    with pytest.raises(sim.ScenarioError, match="version: wanted"):
        report(run.folder, proof=file)
    file.write_text("[]")
    with pytest.raises(sim.ScenarioError, match=r"wanted the proof\.json"):
        report(run.folder, proof=file)


def test_books_whose_recovery_is_told_in_two_ways_differ_by_no_method(run):
    """The same book, once by all that were charged off, once by those whose year is over."""
    lost = pd.DataFrame(
        {
            "replication": [0, 1, 2],
            "charged_off_on": [0, 100, 120],
            "written_off_fen": 10_000,
            "recovered_fen": [2_000, 500, 0],
        }
    )
    one, other = (Book(opened_source(run.folder)) for _ in range(2))
    one.charged_off = one.lost = other.charged_off = lost
    other.lost, other.complete = lost.iloc[:1], True
    assert not one.complete
    assert np.all(one.change(other, "all", OUTLOOKS).estimate == 0)


@pytest.fixture(scope="module")
def several(repo, tmp_path_factory):
    """A run of three products."""
    plan = sim.load(repo / "scenarios/seed_article.toml").with_(users=200, days=60)
    terms = {"admission": "open_to_all", "rollout": []}
    names = ("fenfu", "huabei", "baitiao")
    plan = plan.with_(
        product=[terms | {"name": name, "preset": f"{name}_public"} for name in names]
    )
    return sim.open(sim.run(plan, threads=1).save(tmp_path_factory.mktemp("runs") / "several"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_credit_costs_is_told_by_product_where_there_are_several(several, tmp_path, lang):
    run = several
    made = report(run.folder, lang=lang, made=MADE)
    assert not made.unsaid
    shown, tables = (
        Page(made.html),
        pd.read_parquet(made.save(tmp_path / "pack") / "tables/annual_rates.parquet"),
    )
    assert [row["product"][1].strip() for row in shown.tables["table-annual_rates"]] == [
        *tables["product"]
    ]
    wanted = run.cost.astype({"product": str}).groupby("product")["agreements"].sum()
    found = tables.groupby("product")["agreements"].sum()
    assert found.to_dict() == wanted[wanted > 0].to_dict()
    assert set(found.index) == {"fenfu", "huabei", "baitiao"}
    assert tables["share"].sum() == pytest.approx(1)
    assert "24, 1000 %" in made.html  # the yearly caps that differ


def test_runs_without_a_loss_are_not_called_sure(run, tmp_path):
    """30 days are too few for a loss: the interval of 0 to 0 says nothing."""
    young = sim.run(run.scenario.with_(days=30, users=200), threads=1).save(tmp_path / "young")
    found = report(young, made=MADE)
    verdict = found.html[: found.html.index("</ol>")]
    assert "runs lost anything, so how sure that is cannot be told" in verdict
    assert "within ±" not in verdict
    assert not report(young, lang="zh", made=MADE).unsaid


def test_users_who_hold_an_account_are_told_by_product_where_there_are_several(several):
    made = {table.name: table for table in report(several.folder, made=MADE).tables}
    held = several.accounts.assign(
        open=several.accounts["standing"].isin(["open", "blocked", "suspended"])
    )
    users = int(several.daily["users"].iloc[-1])
    for number, name in enumerate(("fenfu", "huabei", "baitiao"), 1):
        month, active, owing = made[f"adoption_{number}"].rows[-1]
        assert month == "2024-02"
        count = held.loc[held["product"] == name, "open"].sum()
        assert active.estimate == pytest.approx(count / users)
        assert 0 < owing.estimate < active.estimate <= 1


def test_every_value_stands_under_the_key_of_its_product_with_the_source_that_it_has(several):
    found = {each.key: each for each in parameters(several.scenario)}
    first, second = (found[f"product{name}.limit.max_fen"] for name in ("", ".huabei"))
    assert (first.value, second.value) == ("5_000_000", "5_000_000")
    assert first.source != second.source
    assert all("public pages" in each.source for each in (first, second))
    assert found["run.users"].source == "given by the scenario"
    assert found["product.baitiao.limit.refresh_days"].source == "R-L6: 72 hours"
    assert found["run.burn_in_days"].assumed


def test_no_expected_loss_has_a_bound_below_0(run):
    tables = {t.name: t for t in report(run.folder, made=MADE).tables}
    names = ("expected_losses", "ecl_by_segment", "ecl_by_economy", "term_structure")
    values = [cell for name in names for row in tables[name].rows for cell in row[1:]]
    first = {row[0]: row for row in tables["key_figures"].rows}["Expected credit loss"]
    lows = [cell.low for cell in (*values, first[1]) if hasattr(cell, "low")]
    lows = [low for low in lows if low == low]
    assert len(lows) > 20
    assert min(lows) >= 0
