"""Wrong scenarios: every fault at once, by file and key, what was wanted and what was found."""

from __future__ import annotations

import datetime as dt
import errno
import os
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest
from pydantic import Field

from sim.scenario import Scenario, ScenarioError, from_tree, load
from sim.scenario.origin import Document
from sim.scenario.section import Section, number

if TYPE_CHECKING:
    from pathlib import Path

JULY = dt.date(2024, 7, 1)


def lines_of(folder: Path, words: str, *changes: str) -> list[str]:
    """Return the faults of a file `x.toml` in `folder`, the folder left out."""
    (folder / "x.toml").write_text(words, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load(folder / "x.toml", changes)
    assert str(error.value) == "\n".join(error.value.lines)
    return [line.replace(f"{folder}{os.sep}", "") for line in error.value.lines]


def faults(tree: dict[str, Any], *changes: str) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        from_tree(tree, changes, source="x")
    return error.value.lines


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("[run]\nusers = 0", "run.users: wanted a whole number from 1 to 2,000,000,000 (found 0)"),
        (
            "[run]\nusers = 2.5",
            "run.users: wanted a whole number from 1 to 2,000,000,000 (found 2.5)",
        ),
        (
            "[run]\nusers = true",
            "run.users: wanted a whole number from 1 to 2,000,000,000 (found true)",
        ),
        (
            "[run]\nseed = nan",
            "run.seed: wanted a whole number from 0 to 4,294,967,295 (found nan)",
        ),
        (
            "[run]\nstart = 2024-01-01T00:00:00",
            "run.start: wanted a date from 1900-01-01 to 2200-01-01 (found 2024-01-01T00:00:00)",
        ),
        (
            '[run]\nstart = "2024-01-01"',
            'run.start: wanted a date from 1900-01-01 to 2200-01-01 (found "2024-01-01")',
        ),
        ("[run]\nname = 3", "run.name: wanted text in quotes (found 3)"),
        ("run = 3", "run: wanted a table with keys such as name (found 3)"),
        (
            "[population]\nscore_auc = nan",
            "population.score_auc: wanted a number from 0.5 to 0.99 (found nan)",
        ),
        (
            "[population]\nscore_auc = -inf",
            "population.score_auc: wanted a number from 0.5 to 0.99 (found -inf)",
        ),
        (
            "[product.limit]\nrefresh_days = 4",
            (
                "product.limit.refresh_days: "
                "wanted a whole number from 3 to 366, a multiple of 3 (found 4)"
            ),
        ),
        ("[product.limit]\nstagger = 1", "product.limit.stagger: wanted true or false (found 1)"),
        (
            '[product.billing]\npast_due_from = "due"',
            'product.billing.past_due_from: wanted "end_of_grace" or "due_day" (found "due")',
        ),
        (
            "[product.billing]\npast_due_from = 0",
            'product.billing.past_due_from: wanted "end_of_grace" or "due_day" (found 0)',
        ),
        (
            "[product.billing]\ngrace_dys = 3",
            "product.billing.grace_dys: wanted a known key; did you mean `grace_days`? (found 3)",
        ),
        (
            "grace_days = 3",
            "grace_days: wanted a known key; did you mean `product.billing.grace_days`? (found 3)",
        ),
        ("users = 3", "users: wanted a known key; did you mean `run.users`? (found 3)"),
        (
            "[risk_control]\nzzz = 3",
            (
                "risk_control.zzz: wanted a known key; "
                "there are block_when_past_due, level_3_days, reopen_days, message, login, fraud, "
                "appeals, collection (found 3)"
            ),
        ),
        (
            "[product.charge_off]\nrecovery_curve_ppm = [1, 2]",
            (
                "product.charge_off.recovery_curve_ppm: "
                "wanted a list of 12 whole numbers (found [1, 2])"
            ),
        ),
        (
            "[[environment.unemployment]]\nvalue_ppm = 3",
            "environment.unemployment.0.date: wanted a date such as 2024-01-31 (found nothing)",
        ),
        (
            "[policy]\ndate = 2024-07-01",
            (
                "policy: wanted a list of tables, each under a [[header]] "
                "(found { date = 2024-07-01 })"
            ),
        ),
        (
            "[behaviour.places]\nonline_ppm = 420001",
            "behaviour.places: wanted shares of places that add up to 1,000,000 (found 1,000,001)",
        ),
        (
            "[population]\nregions = ['a', 'b']\nregion_ppm = [500000, 400000]",
            "population.region_ppm: wanted shares that add up to 1,000,000 (found 900,000)",
        ),
        (
            "[product.billing]\ndue_day_last = 5",
            (
                "product.billing.due_day_first: "
                "wanted a day not after due_day_last (found 10, the default)"
            ),
        ),
        (
            (
                "[[environment.unemployment]]\ndate = 2024-03-01\n"
                "[[environment.unemployment]]\ndate = 2024-02-01"
            ),
            (
                "environment.unemployment: wanted dates that rise (found [{ date = 2024-03-01 }, "
                "{ date = 2024-02-01 }])"
            ),
        ),
    ],
)
def test_a_fault_tells_file_key_wanted_and_found(tmp_path: Path, words: str, line: str) -> None:
    assert lines_of(tmp_path, words) == [f"x.toml: {line}"]


def test_all_faults_of_all_files_come_at_once_each_under_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(
        "[run]\nusers = 0\ndays = 'x'\n[behaviour.places]\nbills_ppm = 0"
    )
    words = """
        extends = "base.toml"
        [run]
        dayz = 4
        [product.billing]
        grace_days = 40
        due_day_last = 5
        [[policy]]
        date = 2024-07-01
        set = { run = { users = 3 }, "product.limit.max_fn" = 3 }
        [[policy]]
        date = 2024-03-01
        set = { "product.limit.max_fen" = "much" }
    """
    assert lines_of(tmp_path, words, "seed=-1", "nonsense") == [
        '--set: wanted KEY=VALUE, such as run.users=2000 (found "nonsense")',
        'base.toml: run.days: wanted a whole number from 1 to 16,000 (found "x")',
        "base.toml: run.users: wanted a whole number from 1 to 2,000,000,000 (found 0)",
        "--set: run.seed: wanted a whole number from 0 to 4,294,967,295 (found -1)",
        "x.toml: run.dayz: wanted a known key; did you mean `days`? (found 4)",
        (
            "base.toml: behaviour.places: "
            "wanted shares of places that add up to 1,000,000 (found 930,000)"
        ),
        "x.toml: product.billing.grace_days: wanted a whole number from 0 to 14 (found 40)",
        (
            "x.toml: product.billing.due_day_first: "
            "wanted a day not after due_day_last (found 10, the default)"
        ),
        (
            "x.toml: policy.1.date: "
            "wanted a date not before that of the policy above, 2024-07-01 (found 2024-03-01)"
        ),
        (
            "x.toml: policy.0.set.run.users: "
            "wanted a key of product, risk_control or behaviour (found 3)"
        ),
        (
            "x.toml: policy.0.set.product.limit.max_fn: "
            "wanted a known key; did you mean `max_fen`? (found 3)"
        ),
        (
            "x.toml: policy.1.set.product.limit.max_fen: "
            'wanted a whole number from 0 to 1,000,000,000 (found "much")'
        ),
    ]


def test_where_files_contradict_each_other_the_one_on_top_is_named(tmp_path: Path) -> None:
    places = "[behaviour.places]\nonline_ppm = 400000\nbills_ppm = 90000"
    (tmp_path / "base.toml").write_text(places)
    assert load(tmp_path / "base.toml").behaviour.places.bills_ppm == 90_000
    words = "extends = 'base.toml'\n[behaviour.places]\ncross_border_ppm = 15001"
    assert lines_of(tmp_path, words) == [
        (
            "x.toml: behaviour.places: "
            "wanted shares of places that add up to 1,000,000 (found 1,000,001)"
        )
    ]


def test_what_follows_from_a_wrong_value_is_not_told_as_a_second_fault(tmp_path: Path) -> None:
    words = "[behaviour.places]\nonline_ppm = -1"
    assert lines_of(tmp_path, words) == [
        "x.toml: behaviour.places.online_ppm: wanted a whole number from 0 to 1,000,000 (found -1)"
    ]


def test_a_long_value_is_shortened() -> None:
    (line,) = faults({"run": {"users": "x" * 500}})
    assert line.endswith(f'(found "{"x" * 76}...)')


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (["users=0"], "run.users: wanted a whole number from 1 to 2,000,000,000 (found 0)"),
        (
            ["start=2024-02-30"],
            'run.start: wanted a date from 1900-01-01 to 2200-01-01 (found "2024-02-30")',
        ),
        (["policy.0.share_ppm=3"], "policy.0: wanted a list with entries (found [])"),
        (["population.regions.9=x"], "population.regions.9: wanted a number from 0 to 3 (found 9)"),
        (["users.x=3"], "users: wanted a known key; did you mean `run.users`? (found { x = 3 })"),
        (["=3"], 'wanted KEY=VALUE, such as run.users=2000 (found "=3")'),
        (["run..users=3"], 'wanted KEY=VALUE, such as run.users=2000 (found "run..users=3")'),
    ],
)
def test_a_wrong_change_is_told_as_one_of_set(changes: list[str], line: str) -> None:
    assert faults({}, *changes) == [f"--set: {line}"]


@pytest.mark.parametrize("words", ["a." * 3_000 + "a=1", "run={" + "a." * 3_000 + "a=1}"])
def test_a_change_too_deep_is_told(words: str) -> None:
    (line,) = faults({}, words)
    assert line.startswith("--set: ")


def test_a_wrong_change_in_python_is_told_as_one_of_with() -> None:
    with pytest.raises(ScenarioError) as error:
        Scenario().with_(users=0, **{"product.limt.max_fen": 3})
    assert error.value.lines == [
        "with_: run.users: wanted a whole number from 1 to 2,000,000,000 (found 0)",
        "with_: product.limt: wanted a known key; did you mean `limit`? (found { max_fen = 3 })",
    ]


class TestFiles:
    """Files that cannot be read."""

    def test_a_missing_file_lists_its_neighbours(self, tmp_path: Path) -> None:
        (tmp_path / "a.toml").touch()
        (tmp_path / "b.toml").touch()
        with pytest.raises(ScenarioError) as error:
            load(tmp_path / "c.toml")
        assert error.value.lines == [
            (
                f"{tmp_path}/c.toml: wanted a scenario file "
                f"(found no c.toml; {tmp_path} has a.toml, b.toml)"
            )
        ]

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError, match=r"wanted a scenario file \(found no folder .*no\)"):
            load(tmp_path / "no" / "c.toml")

    def test_a_missing_file_is_named_by_the_one_that_extends_it(self, tmp_path: Path) -> None:
        assert lines_of(tmp_path, "extends = 'gone.toml'") == [
            f"x.toml: extends: wanted a scenario file (found no gone.toml; {tmp_path} has x.toml)"
        ]

    def test_a_chain_that_comes_round_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "y.toml").write_text("extends = 'z.toml'")
        (tmp_path / "z.toml").write_text("extends = './y.toml'")
        assert lines_of(tmp_path, "extends = 'y.toml'") == [
            "z.toml: extends: wanted a chain that ends (found y.toml -> z.toml -> y.toml)"
        ]
        assert lines_of(tmp_path, "extends = 'x.toml'") == [
            "x.toml: extends: wanted a chain that ends (found x.toml -> x.toml)"
        ]

    def test_extends_is_a_path(self, tmp_path: Path) -> None:
        assert lines_of(tmp_path, "extends = 3") == [
            "x.toml: extends: wanted a path in quotes (found 3)"
        ]
        assert lines_of(tmp_path, "extends = ['a']") == [
            'x.toml: extends: wanted a path in quotes (found ["a"])'
        ]
        assert lines_of(tmp_path, "extends = ''") == [
            'x.toml: extends: wanted a path in quotes (found "")'
        ]

    def test_what_is_not_toml_is_told_with_its_line(self, tmp_path: Path) -> None:
        (line,) = lines_of(tmp_path, "[run]\nusers == 3")
        assert line.startswith("x.toml: line 2: wanted TOML (found: ")
        (line,) = lines_of(tmp_path, "[run]\nusers = 3\n[run]")
        assert line.startswith("x.toml: line 3: wanted TOML (found: ")
        for deep in ("a = " + "[" * 3_000, "a." * 3_000 + "a = 1"):
            (line,) = lines_of(tmp_path, deep)
            assert line == "x.toml: wanted TOML (found lists or tables nested too deeply)"

    def test_what_is_not_utf_8_is_told_with_its_line(self, tmp_path: Path) -> None:
        path = tmp_path / "x.toml"
        path.write_bytes(b"[run]\nname = '\xff'")
        with pytest.raises(ScenarioError) as error:
            load(path)
        assert error.value.lines == [f"{path}: wanted text in UTF-8 (found byte 0xff in line 2)"]

    def test_a_folder_is_no_scenario(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError) as error:
            load(tmp_path)
        assert error.value.lines == [
            f"{tmp_path}: wanted a scenario file (found the folder {tmp_path})"
        ]

    def test_a_file_that_the_system_refuses_is_told_with_its_reason(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError, match=r"wanted a file that can be read \(found: "):
            load(tmp_path / ("x" * 300))
        with pytest.raises(ScenarioError, match=r"wanted a file that can be read \(found: "):
            load("x\0y.toml")

    def test_a_file_without_permission_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_: object) -> bytes:  # the root user may read everything
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
        with pytest.raises(ScenarioError) as error:
            load(tmp_path / "x.toml")
        assert error.value.lines == [
            f"{tmp_path}/x.toml: wanted a file that can be read (found: Permission denied)"
        ]


class TestPolicies:
    """Policies that cannot come into force."""

    def test_dates_are_not_before_the_run_and_do_not_go_back(self) -> None:
        dates = [dt.date(2023, 12, 31), JULY, JULY, dt.date(2025, 1, 1), dt.date(2024, 2, 1)]
        assert faults({"policy": [{"date": date} for date in dates]}) == [
            (
                "x: policy.0.date: "
                "wanted a date from the first simulated day on, 2024-01-01 (found 2023-12-31)"
            ),
            (
                "x: policy.4.date: "
                "wanted a date not before that of the policy above, 2025-01-01 (found 2024-02-01)"
            ),
        ]

    def test_a_policy_may_start_within_the_burn_in(self) -> None:
        run = {"burn_in_days": 1}
        from_tree({"run": run, "policy": [{"date": dt.date(2023, 12, 31)}]})

    def test_a_policy_may_start_after_the_last_day(self) -> None:
        from_tree({"run": {"days": 30}, "policy": [{"date": dt.date(2024, 6, 1)}]})

    def test_a_clock_cannot_jump(self) -> None:
        policy = {"date": dt.date(2024, 6, 1), "set": {"product.limit.stagger": True}}
        assert faults({"policy": [policy]}) == [
            (
                "x: policy.0.set.product.limit.stagger: wanted a key that may change in a run;"
                " a user's 72-hour clock cannot jump (found true)"
            )
        ]

    @pytest.mark.parametrize("key", ["run.users", "population.file", "output.tables", "policy"])
    def test_what_is_fixed_for_the_run_is_no_matter_of_policy(self, key: str) -> None:
        policy = {"date": JULY, "set": {key: 3}}
        assert faults({"policy": [policy]}) == [
            f"x: policy.0.set.{key}: wanted a key of product, risk_control or behaviour (found 3)"
        ]

    def test_a_policy_must_fit_what_holds_when_it_starts(self) -> None:
        one = {"date": JULY, "set": {"product.billing.due_day_last": 20}}
        two = {"date": JULY, "set": {"product.billing": {"due_day_first": 15}}}
        wanted = (
            "policy.{}.set.product.billing.due_day_first: "
            "wanted a day not after due_day_last (found 15)"
        )
        from_tree({"policy": [one, two]})
        assert faults({"policy": [two, one]}) == [f"x: {wanted.format(0)}"]
        # Users whom the first did not reach would be left with a day that does not fit.
        assert faults({"policy": [one | {"share_ppm": 5}, two]}) == [f"x: {wanted.format(1)}"]

    def test_a_policy_names_an_entry_that_is_not_there(self) -> None:
        settings = {"product.charge_off.recovery_curve_ppm.12": 5}
        assert faults({"policy": [{"date": JULY, "set": settings}]}) == [
            (
                "x: policy.0.set.product.charge_off.recovery_curve_ppm.12: "
                "wanted a number from 0 to 11 (found 12)"
            )
        ]

    def test_partial_policies_are_few(self) -> None:
        policies = [{"date": JULY, "share_ppm": 5}] * 9
        assert faults({"policy": policies}) == [
            "x: policy: wanted at most 8 policies for a share of users (found 9)"
        ]
        from_tree({"policy": policies[:8]})


class Even(Section):
    """A kind of table."""

    kind: Literal["even"]
    high: float = number(1.0, "top", ge=0, source="assumed")


class Point(Section):
    """Another kind of table."""

    kind: Literal["point"]
    at: float = number(1.0, "place", le=5, source="assumed")


class Tables(Document):
    """A document with tables of several kinds."""

    income: Annotated[Even | Point, Field(discriminator="kind")] = Even(kind="even")
    by_name: dict[str, Annotated[Even | Point, Field(discriminator="kind")]] = Field(
        default_factory=dict
    )


def test_a_table_of_several_kinds_is_judged_by_its_kind() -> None:
    low = {"kind": "point", "at": float("-inf")}
    tree = {
        "income": {"kind": "odd"},
        "by_name": {"a": {"high": 1}, "b": {"kind": "point", "at": 6, "high": 2}, "c": 4, "d": low},
    }
    with pytest.raises(ScenarioError) as error:
        Tables.of(tree, {}, "x")
    assert error.value.lines == [
        'x: income.kind: wanted "even" or "point" (found "odd")',
        'x: by_name.a.kind: wanted "even" or "point" (found nothing)',
        "x: by_name.b.at: wanted a number of at most 5 (found 6)",
        "x: by_name.b.high: wanted a known key; there are kind, at (found 2)",
        "x: by_name.c: wanted a table (found 4)",
        "x: by_name.d.at: wanted a number of at most 5 (found -inf)",
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"output.tables": ["daily", "nosuch"]},
            'output.tables.1: wanted "daily", "daily_by", ',
        ),
        ({"output.tables": ["daily", "daily"]}, "output.tables: wanted each table once"),
        ({"output.tables": []}, "output.tables: wanted a list of "),
        (
            {"population.regions": ["a", "a"], "population.region_ppm": [500_000, 500_000]},
            "population.regions: wanted names that differ (found a, a)",
        ),
        (
            {"population.regions": ["a", "b"], "population.region_ppm": [-500_000, 1_500_000]},
            "population.region_ppm: wanted shares of 0 or more (found -500,000)",
        ),
        ({"run.name": ".."}, "run.name: wanted up to 80 letters"),
        ({"run.name": "a/b"}, "run.name: wanted up to 80 letters"),
        (
            {"product.billing.statement_day": 10},
            "product.billing.due_day_first: wanted a day after statement_day",
        ),
        ({"product.preset": "nosuch"}, 'product.preset: wanted "seed_article"'),
        (
            {"population.traits.income_fen.median": -5},
            "population.traits.income_fen.median: wanted a value above 0 (found -5)",
        ),
    ],
)
def test_what_would_be_taken_silently_is_refused(changes, told):
    with pytest.raises(ScenarioError) as error:
        Scenario().with_(**changes)
    assert any(told in line for line in error.value.lines), error.value.lines
