"""A wheel built from the checkout holds all that is needed, and runs in an empty environment."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from sim.scenario.presets import PRESETS

pytestmark = pytest.mark.slow

# What a checkout holds besides sources: caches, environments, results.
LEFT_OUT = ("__pycache__", ".*_cache", ".git", ".venv*", ".hypothesis", "runs", "build", "dist")
SCENARIOS = {path.stem for path in (Path(__file__).parent.parent / "scenarios").glob("*.toml")}

# Reads the scenario's tables, and says where the package and the interpreter look for modules.
READ = """
import json, sys
import sim
from sim.results import open_run
run = open_run("results")
day = run.daily.iloc[-1]
print(json.dumps([sim.__file__, sys.path, len(run.daily), int(day["users"]), len(run.users)]))
"""


def done(*words, cwd, **more):
    """Run a command and return what it prints; a failure shows what it said."""
    answer = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, **more)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def checkout(repo, tmp_path_factory):
    """A clean copy of the checkout, as a fresh clone would have it."""
    copy = tmp_path_factory.mktemp("clone") / "paylater-sim"
    shutil.copytree(repo, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return copy


def built(source, target):
    """Build a wheel without network, with the build tool of the `dev` extras."""
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    pip = (sys.executable, "-m", "pip", "wheel", *options)
    done(*pip, "--wheel-dir", str(target), str(source), cwd=target)
    (wheel,) = target.glob("paylater_sim-*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(checkout, tmp_path_factory):
    return built(checkout, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(checkout, tmp_path_factory):
    target = tmp_path_factory.mktemp("sdist")
    build = ("-m", "hatchling", "build", "--target", "sdist", "--directory", str(target))
    done(sys.executable, *build, cwd=checkout)
    (archive,) = target.glob("paylater_sim-*.tar.gz")
    return archive


def files_in(folder, under=""):
    """Return the files below a folder as they are named in it."""
    return {
        path.relative_to(folder).as_posix()
        for path in (folder / under).rglob("*")
        if path.is_file()
    }


def names_in(wheel):
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_the_whole_package_and_nothing_else(checkout, wheel):
    inside = names_in(wheel)
    package = files_in(checkout, "sim")
    assert {"sim/py.typed", "sim/docs/odd.md", "sim/data/calendar_china.toml"} <= package
    assert {f"sim/presets/{name}.toml" for name in PRESETS} <= package
    assert "sim/data/product_sources.toml" in package
    shipped = {
        f"sim/shipped/{name}"
        for folder in ("scenarios", "notebooks")
        for name in files_in(checkout, folder)
    }
    assert {f"sim/shipped/scenarios/{name}.toml" for name in SCENARIOS} <= shipped
    assert "sim/shipped/notebooks/01_first_look.ipynb" in shipped
    meta = {name for name in inside if ".dist-info/" in name}
    assert inside - meta == package | shipped
    assert any(name.endswith("/LICENSE") for name in meta)


def test_the_sdist_makes_the_same_wheel(wheel, sdist, tmp_path):
    again = built(sdist, tmp_path)
    assert names_in(again) == names_in(wheel)
    with zipfile.ZipFile(again) as one, zipfile.ZipFile(wheel) as other:
        assert all(one.read(name) == other.read(name) for name in one.namelist())


def test_the_sdist_holds_what_its_tests_read(checkout, sdist):
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    for folder in ("sim", "tests", "scenarios", "notebooks"):
        assert files_in(checkout, folder) <= inside
    pages = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "LICENSE"}
    assert pages | {"pyproject.toml", "Makefile"} <= inside


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The programs of an environment that holds the wheel."""
    place = tmp_path_factory.mktemp("elsewhere") / "environment"
    done(sys.executable, "-m", "venv", "--without-pip", str(place), cwd=place.parent)
    programs = place / ("Scripts" if os.name == "nt" else "bin")
    pip = (sys.executable, "-m", "pip", "--python", str(programs / "python"))
    install = ("install", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel))
    done(*pip, *install, cwd=place.parent)
    # Last, so that pip does not take what is there for something to replace.
    (packages,) = {Path(p).parent for p in place.rglob("sim/__init__.py")}
    (packages.parent / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


def test_an_empty_environment_elsewhere_makes_scenarios_and_runs_one(repo, installed, tmp_path):
    """The environment holds the wheel alone; a .pth file lends it the dependencies.

    They lie in the tests' own site-packages, so that nothing is downloaded. Python reads no .pth
    file in a folder that was named by one: an editable install there does not bring the checkout.
    """
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "NUMBA", "PYTEST"))}
    paylater = str(installed / "paylater")
    told = done(paylater, "init", "mine", cwd=tmp_path, env=bare)
    assert len(told.splitlines()) == len(files_in(tmp_path / "mine"))
    assert {p.stem for p in (tmp_path / "mine" / "scenarios").glob("*.toml")} == SCENARIOS
    scenario = ("mine/scenarios/mature_book.toml", "--users", "50", "--days", "40")
    done(paylater, "run", *scenario, "--out", "results", cwd=tmp_path, env=bare)
    answer = done(str(installed / "python"), "-I", "-c", READ, cwd=tmp_path, env=bare)
    home, looked, days, alive, users = json.loads(answer)
    assert Path(home).is_relative_to(installed.parent)
    assert str(repo) not in {str(Path(place).resolve()) for place in looked}
    assert (days, users) == (40, 50)
    assert 35 <= alive <= 50
