"""What the pages say is true: columns, files, functions, keys, rules, commands and links exist."""

import ast
import importlib
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel

import sim
from sim import commands
from sim.account import Account
from sim.day import Environment
from sim.population.given import COLUMNS
from sim.rows import columns
from sim.scenario.sections import Scenario
from sim.user import User
from sim.version import __version__

PACKAGE = Path(sim.__file__).parent
REPO = Path(__file__).parent.parent
LIFE = sorted((PACKAGE / "life").glob("*.py"))
ODD = PACKAGE / "docs" / "odd.md"
PAGES = {
    "README.md": REPO / "README.md",
    "CONTRIBUTING.md": REPO / "CONTRIBUTING.md",
    "CHANGELOG.md": REPO / "CHANGELOG.md",
    "odd.md": ODD,
}
TO_RUN = ("README.md", "CONTRIBUTING.md")

# The statements of the article, by the letter of their chapter and how many it has.
CHAPTERS = {"A": 5, "E": 4, "L": 11, "P": 10, "U": 8, "W": 6, "C": 2, "F": 7}
NUMBERED = {f"R-{letter}{n}" for letter, most in CHAPTERS.items() for n in range(1, most + 1)}
CARRIERS = ("rules", "life", "explain")  # packages whose functions carry rules out


def text_of(name):
    return PAGES[name].read_text(encoding="utf-8")


def code_of(text):
    """Return what stands in backquotes in the running text, without fenced blocks."""
    running = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", running)]


def blocks_of(text):
    """Return the lines of the fenced blocks, without comments."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [line.split(" #")[0].strip() for block in fenced for line in block.splitlines()]


def rule_numbers(text):
    """Return the rules a text names; `R-L1 to R-L3` and `R-L1 to L3` name three."""
    found = set()
    for letter, first, last in re.findall(
        r"R-([A-Z])(\d+)(?:\s+to\s+(?:R-)?(?:[A-Z])?(\d+))?", text
    ):
        found |= {f"R-{letter}{n}" for n in range(int(first), int(last or first) + 1)}
    return found


def section(title):
    """Return a section of the ODD page, from its heading to the next of its level or above."""
    level = title.split(" ")[0]
    rest = text_of("odd.md").split(f"\n{title}", 1)[1]
    return re.split(rf"\n#{{2,{len(level)}}} ", rest, maxsplit=1)[0]


def rows_of(title):
    return re.findall(
        r"^\| `(\w+)` \| ([^|]+?) \| ([^|]+?) \|$", section(title), flags=re.MULTILINE
    )


def unit_of(column):
    return f"{column.unit.name} x {column.length}" if column.length else column.unit.name


@pytest.mark.parametrize(
    ("title", "row"),
    [
        ("### State of a user (`sim/user.py`)", User),
        ("### State of an account (`sim/account.py`)", Account),
        ("### Environment of a day (`sim/day.py`", Environment),
    ],
)
def test_odd_tables_have_every_column_with_its_unit_in_order(title, row):
    told = [(name, unit) for name, unit, _ in rows_of(title)]
    assert told == [(column.name, unit_of(column)) for column in columns(row)]


def attributes_read(name):
    """Tell whether any rule reads or writes an attribute of this name."""
    files = [*(PACKAGE / "rules").glob("*.py"), *LIFE, PACKAGE / "user.py"]
    files += [*(PACKAGE / "engines").glob("*.py"), PACKAGE / "shocks.py"]
    return any(
        isinstance(node, ast.Attribute) and node.attr == name
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_the_odd_has_every_column_of_a_file_of_users_with_its_bounds():
    shown = [row[:2] for row in rows_of("### A file of users")]
    assert shown == [
        (name, f"{wanted.unit or 'number'}, {wanted.low:,} to {wanted.high:,}")
        for name, wanted in COLUMNS.items()
    ]
    needed = [row[0] for row in rows_of("### A file of users") if row[2].endswith("; needed")]
    assert needed == [name for name, wanted in COLUMNS.items() if wanted.needed]


def test_odd_names_the_traits_that_no_rule_reads():
    told = re.search(
        r"^Traits that are drawn but that no rule reads yet:(.*?)\. ",
        text_of("odd.md"),
        re.MULTILINE | re.DOTALL,
    )
    names = set(re.findall(r"`(\w+)`", told[1]))
    assert names == {c.name for c in columns(User) if not attributes_read(c.name)}


def modules_called(stem):
    """Return the files that `stem.function()` may mean: modules of that name, or a package."""
    return [*PACKAGE.rglob(f"{stem}.py"), *PACKAGE.rglob(f"{stem}/__init__.py")]


def functions_in(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_functions_that_the_odd_names_exist():
    named = {re.fullmatch(r"(\w+)\.(\w+)\(\)", code) for code in code_of(text_of("odd.md"))} - {
        None
    }
    assert len(named) > 40
    for match in named - {m for m in named if m[1] == "file"}:  # how they are written
        homes = modules_called(match[1])
        assert any(match[2] in functions_in(path) for path in homes), match[0]


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_names_exist(page):
    folders = ("sim", "tests", "scenarios", "notebooks")
    for code in code_of(text_of(page)):
        if re.fullmatch(rf"(?:{'|'.join(folders)})/[\w./*]*", code):
            assert list(REPO.glob(code.rstrip("/"))), f"{page}: {code}"


def test_every_file_of_rules_is_described_in_the_odd():
    headings = " ".join(re.findall(r"^### .*$", text_of("odd.md"), flags=re.MULTILINE))
    files = {path.name for path in (PACKAGE / "rules").glob("[!_]*.py")}
    assert {name for name in files if f"`sim/rules/{name}`" in headings} == files


def models_in(hint):
    """Return the sections that an annotation holds: itself, or the items of its list."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return [hint]
    return [model for part in getattr(hint, "__args__", ()) for model in models_in(part)]


def is_key(dotted):
    """Tell whether a scenario may have a key; the name of a section is one too."""
    models = [Scenario]
    for part in dotted.split("."):
        fields = [m.model_fields[part] for m in models if part in m.model_fields]
        if not fields:
            return False
        models = [model for field in fields for model in models_in(field.annotation)]
    return True


def keys_in(codes):
    sections = "|".join(Scenario.model_fields)
    for code in codes:
        for key in re.findall(
            rf"(?:^|(?<=[\s\"'])) *((?:{sections})\.[a-z0-9_.]+)(?=$|[\s\"'=])", code
        ):
            if not key.endswith(("()", ".py")):
                yield key


@pytest.mark.parametrize("page", PAGES)
def test_scenario_keys_that_a_page_names_exist(page):
    python = [line for line in blocks_of(text_of(page)) if not re.match(r"run\.\w+[\[,.]", line)]
    found = [*keys_in(code_of(text_of(page))), *keys_in(python)]
    if page == "odd.md":
        assert len(set(found)) > 60
    assert [key for key in found if not is_key(key)] == []


def leaves(model):
    for name, field in model.model_fields.items():
        yield name
        for inner in models_in(field.annotation):
            yield from leaves(inner)


def test_names_in_formulas_of_the_odd_are_keys_or_columns():
    known = {*leaves(Scenario)} | {c.name for row in (User, Account) for c in columns(row)}
    known |= {re.sub(r"_(ppm|ppb|fen|days)$", "", name) for name in known}
    formulas = re.findall(
        r"^ {4}(?! )(.*(?:\n {4}.*)*)", section("## 7. Submodels"), flags=re.MULTILINE
    )
    names = {name for line in formulas for name in re.findall(r"[a-z]+(?:_[a-z]+)+", line)}
    assert len(names) > 12
    assert names <= known, names - known


def phases():
    """Return the functions of the day by name, each with the file of sim.life it stands in."""
    return {
        node.name: (path.stem, node)
        for path in LIFE
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def calls_of(name, day):
    """Return the calls of a phase in the order of its text; phases within it are unfolded."""
    found = []
    calls = [node for node in ast.walk(day[name][1]) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(call.func, ast.Attribute):
            found.append(ast.unparse(call.func))
        elif isinstance(call.func, ast.Name) and call.func.id in day:
            found += [f"{day[call.func.id][0]}.{call.func.id}", *calls_of(call.func.id, day)]
    return found


def in_order(wanted, calls):
    rest = iter(calls)
    return all(name in rest for name in wanted)


def steps():
    """Return the steps of the day that the ODD page tells: its name, its phase, what it calls."""
    day = re.findall(
        r"^\d\. \*\*(\w+)\*\*(.*?)(?=^\d\. |\n\n)", section("## 3."), re.MULTILINE | re.DOTALL
    )
    for name, words in day:
        phase, *calls = re.findall(r"`(\w+\.\w+)\(\)`", words)
        yield name, phase, calls


def test_the_order_of_the_day_is_that_of_life():
    day = phases()
    told = [phase for _, phase, _ in steps()]
    assert len(told) == 7
    assert [name for name in calls_of("live_one_day", day) if name in told] == told
    for name, phase, calls in steps():
        stem, function = phase.split(".")
        assert function == name
        if function in day:
            assert day[function][0] == stem
            assert calls
            assert in_order(calls, calls_of(function, day)), name


def rules_in_force():
    """Return the rules the ODD page claims: all that the article has, but those it says are not."""
    missing = section("### What is not in force yet").split(";")[0]
    return NUMBERED - rule_numbers(missing)


def rules_cited():
    """Return the rules that docstrings of what carries them out give as their source."""
    for path in (path for name in CARRIERS for path in (PACKAGE / name).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
                yield from rule_numbers(ast.get_docstring(node) or "")


def test_every_rule_in_force_is_cited_where_it_is_carried_out():
    assert rules_in_force() <= set(rules_cited())


def test_the_odd_tells_of_every_rule_in_force_outside_its_list_of_what_is_not():
    page = text_of("odd.md").split("### What is not in force yet")[0]
    assert rules_in_force() <= rule_numbers(page)


@pytest.mark.parametrize("page", PAGES)
def test_rules_that_a_page_names_are_numbers_of_the_article(page):
    assert rule_numbers(text_of(page)) <= NUMBERED


def test_rules_that_the_package_names_are_numbers_of_the_article():
    for path in [*PACKAGE.rglob("*.py"), *(REPO / "scenarios").glob("*.toml")]:
        assert rule_numbers(path.read_text(encoding="utf-8")) <= NUMBERED, path


def slug(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_and_images_lead_somewhere(page):
    text = text_of(page)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"(?:src|href)=\"([^\"]+)\"", text)
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = PAGES[page].parent / file if file else PAGES[page]
        assert place.exists(), f"{page}: {target}"
        assert place.resolve().is_relative_to(REPO), f"{page}: {target}"
        if anchor:
            headings = re.findall(
                r"^#+ (.*)$", place.read_text(encoding="utf-8"), flags=re.MULTILINE
            )
            assert anchor in {slug(heading) for heading in headings}, f"{page}: {target}"


def commands_in(page):
    """Return the lines of shell a page shows, in its blocks and in its running text."""
    lines = [*blocks_of(text_of(page)), *code_of(text_of(page))]
    bare = [line.removeprefix("$ ").removeprefix(".venv/bin/") for line in lines]
    return [re.sub(r"^python .*-m sim(?= )", "paylater", line) for line in bare]


@pytest.mark.parametrize("page", TO_RUN)
def test_make_targets_that_a_page_names_exist(page):
    targets = set(
        re.findall(r"^([a-z]+):", (REPO / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = [line.split()[1:] for line in commands_in(page) if line.startswith("make ")]
    assert named
    for words in named:
        assert [w for w in words if "=" not in w and w not in targets] == [], f"{page}: {words}"


@pytest.mark.parametrize("page", TO_RUN)
def test_commands_and_options_that_a_page_names_exist(page):
    known = typer.main.get_command(commands.app)
    options = {name: options_of(sub) for name, sub in known.commands.items()}
    anywhere = set().union(*options.values(), options_of(known))
    shown = blocks_of(text_of(page)) + code_of(text_of(page))
    for line in commands_in(page):
        words = line.split()
        if words[:1] != ["paylater"] or len(words) == 1:
            continue
        name = words[1]
        allowed = options_of(known) if name.startswith("--") else options[name]
        used = {word.split("=")[0] for word in words[1:] if word.startswith("--")}
        assert used <= allowed, f"{page}: {line}"
    for code in shown:
        if re.fullmatch(r"--[a-z-]+(?:[ =][\w.=]+)?", code):
            assert re.split(r"[ =]", code)[0] in anywhere, f"{page}: {code}"


def options_of(sub):
    return {name for param in sub.params for name in param.opts if name.startswith("--")} | {
        "--help"
    }


def test_options_in_comments_of_the_readme_exist():
    """The README lists options of `paylater run` behind a comment sign."""
    run = typer.main.get_command(commands.app).commands["run"]
    lines = re.findall(r"^paylater run .*?#(.*)$", text_of("README.md"), flags=re.MULTILINE)
    assert {o for line in lines for o in re.findall(r"--[a-z-]+", line)} <= options_of(run)


@pytest.mark.parametrize("page", TO_RUN)
def test_modules_and_extras_that_a_page_names_exist(page):
    extras = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    for line in commands_in(page):
        for name in re.findall(r"-m (sim[\w.]*)", line):
            assert importlib.util.find_spec(name), f"{page}: {line}"
        for listed in re.findall(r"install .*\.\[([\w,]+)\]", line):
            assert set(listed.split(",")) <= set(extras), f"{page}: {line}"


@pytest.mark.parametrize("page", TO_RUN)
def test_python_that_a_page_shows_reads_as_python(page):
    for block in re.findall(
        r"^```python\n(.*?)^```", text_of(page), flags=re.MULTILINE | re.DOTALL
    ):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "sim":
                assert hasattr(sim, node.attr), node.attr
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim"):
                home = importlib.import_module(node.module)
                assert all(hasattr(home, alias.name) for alias in node.names), ast.unparse(node)


@pytest.mark.slow
def test_python_of_the_readme_runs_with_fewer_users(monkeypatch):
    monkeypatch.chdir(REPO)
    for block in re.findall(
        r"^```python\n(.*?)^```", text_of("README.md"), re.MULTILINE | re.DOTALL
    ):
        small = block.replace("users=10_000", "users=200").replace("agents=300", "agents=6")
        assert small != block, "the page simulates other numbers of users by now"
        exec(compile(small, "README.md", "exec"), {})  # noqa: S102  the page's own code


def test_citation_agrees_with_the_package():
    citation = dict(
        re.findall(
            r"^([a-z-]+): +\"?([^\"\n]+)\"?$", (REPO / "CITATION.cff").read_text(), re.MULTILINE
        )
    )
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert citation["title"] == project["name"]
    assert citation["version"] == __version__
    assert (REPO / "LICENSE").read_text().startswith(f"{citation['license']} License")
    assert project["license"] == citation["license"]
    named = re.findall(
        r"^ +-? *name: \"?([^\"\n]+?)\"?$", (REPO / "CITATION.cff").read_text(), re.MULTILINE
    )
    assert named == [author["name"] for author in project["authors"]]


def test_changelog_has_this_version_below_what_is_unreleased():
    headings = re.findall(r"^## \[?([\w.]+)\]?", text_of("CHANGELOG.md"), flags=re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert __version__ in headings[1:2]
