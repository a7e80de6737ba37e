"""The examples in the docstrings of the public functions do what they show."""

import doctest
import inspect

import pytest

import sim

FUNCTIONS = [name for name in sim.__all__ if inspect.isfunction(getattr(sim, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_has_an_example_that_holds(name, repo, tmp_path, monkeypatch):
    (tmp_path / "scenarios").symlink_to(repo / "scenarios")
    monkeypatch.chdir(tmp_path)
    [example] = doctest.DocTestFinder(recurse=False).find(
        getattr(sim, name), name, globs={"sim": sim}
    )
    assert example.examples
    told = []
    found = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=told.append)
    assert not found.failed, "".join(told)
