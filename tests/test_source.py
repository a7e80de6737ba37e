"""What the text of the package must keep to; each stands for a fault that no run would show."""

import ast
import builtins
from collections import Counter
from pathlib import Path

import pytest

import sim
from sim import interest_kinds, kinds
from sim.draws import Purpose

ROOT = Path(sim.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

# Plain arithmetic and these agree between Python and compiled code to the bit. `x ** 3`, lgamma,
# sum() of floats and numpy's sums do not; exp, log and the like are kept out of a day altogether.
CALLS = {"min", "max", "abs", "int", "len", "range"}

# From the ground up: a module imports only from its own layer or an earlier one.
LAYERS = [
    ["version"],
    [
        "compiled",
        "units",
        "kinds",
        "interest_kinds",
        "ledger",
        "rows",
        "quantiles",
        "draws",
        "almanac",
        "calendar",
    ],
    ["log"],
    ["user", "account", "offer", "dues", "plan", "day", "month", "luck", "sample", "events"],
    ["measures"],
    [
        "scenario",
        "tickets",
        "params",
        "arms",
        "shocks",
        "paths",
        "systematic",
        "environment",
        "population",
        "network",
        "stretches",
    ],
    ["barrier"],
    ["rules"],
    ["life"],
    ["engines"],
    [
        "audit",
        "explain",
        "products",
        "results",
        "simulation",
        "estimate",
        "progress",
        "shipped",
    ],
    ["risk"],
    ["study"],
    ["calibration"],
    ["proof"],
    ["report"],
    [
        "bench",
        "commands",
        "docs",
        "__main__",
        "__init__",
    ],
]
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path):
    """Return the module directly under sim that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def decorated(node, name):
    return any(isinstance(d, ast.Name) and d.id == name for d in node.decorator_list)


def rules():
    for path in FILES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef) and decorated(node, "scalar"):
                yield pytest.param(node, id=f"{path.stem}.{node.name}")


def imports(path):
    """Yield what a file imports at run time from sim, as dotted names; those in functions too."""
    tree = parsed(path)
    for_types = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sim":
            for alias in node.names:
                yield f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.split(".")[0] == "sim")


@pytest.mark.parametrize("rule", list(rules()))
def test_rules_keep_to_arithmetic_that_agrees(rule):
    module_calls = {"math", "np", "numpy", "random"}
    for node in (child for statement in rule.body for child in ast.walk(statement)):
        assert not isinstance(node, ast.Pow), "write x * x * x; compiled x ** 3 differs"
        assert not isinstance(node, ast.Slice), "slices compile for seconds, and views differ"
        assert not isinstance(node, ast.Dict | ast.Set | ast.ListComp | ast.JoinedStr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            assert name in CALLS or name not in dir(builtins), name
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.value.id not in module_calls, ast.unparse(node)


@pytest.mark.parametrize("rule", list(rules()))
def test_members_that_are_stored_or_returned_are_plain_numbers(rule):
    """An IntEnum kept in a variable does not compile, and costs Python 12 us at every border."""
    members = {name for name in (*dir(kinds), *dir(interest_kinds)) if name[0].isupper()} | {
        "Purpose"
    }
    for node in ast.walk(rule):
        value = getattr(node, "value", None)
        if isinstance(node, ast.Return | ast.Assign | ast.AugAssign) and isinstance(
            value, ast.Attribute
        ):
            owner = value.value
            assert not (isinstance(owner, ast.Name) and owner.id in members), ast.unparse(node)


def test_every_purpose_is_drawn_in_one_place():
    """Two draws for one purpose would be the same number, and nothing would look wrong."""
    uses = Counter(
        node.attr
        for path in FILES
        for function in ast.walk(parsed(path))
        if isinstance(function, ast.FunctionDef)
        for node in {ast.unparse(n): n for n in ast.walk(function)}.values()
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Purpose"
    )
    luck = {"LUCK_0", "LUCK_1", "LUCK_2"}  # their numbers stand in sim.luck's three loops
    assert set(uses) == {purpose.name for purpose in Purpose} - luck
    assert set(uses.values()) == {1}, uses


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_one_way(path):
    here = LAYER[name_of(path)]
    for name in imports(path):
        parts = name.split(".")
        if len(parts) > 1 and parts[1] in LAYER:
            assert LAYER[parts[1]] <= here, f"{path.name} imports {name}"


def test_rules_do_not_import_each_other():
    """Only sim.life knows the order of a day."""
    for path in (ROOT / "rules").glob("*.py"):
        assert not [name for name in imports(path) if name.startswith("sim.rules")], path


@pytest.mark.parametrize(
    ("library", "home"),
    [
        ("numba", {"compiled"}),
        ("mesa", {"engines"}),
        ("pydantic", {"scenario"}),
        ("typer", {"commands"}),
    ],
)
def test_each_library_has_one_door(library, home):
    doors = set()
    for path in FILES:
        for node in ast.walk(parsed(path)):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.split(".")[0] == library for name in names):
                doors.add(name_of(path))
    assert doors == home


def test_files_are_nouns_of_moderate_size():
    banned = {"utils", "util", "helpers", "helper", "core", "base", "common", "manager"}
    assert not [path for path in FILES if path.stem in banned]
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in FILES)
    assert lengths[len(lengths) // 2] < 100
    assert lengths[-1] <= 400


def test_no_second_source_of_randomness():
    """Everything random goes through sim.draws; numpy's and Python's own generators stay out."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert "np.random" not in text, path
        assert "import random" not in text, path
