"""Keys that contradict each other in a section that has other faults too.

Pydantic runs the checks of a section only once all its keys are right. To name all faults at
once they are run here on the values as they stand, and once more without those that are wrong
by themselves: what is said both times has nothing to do with these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from sim.scenario.tree import Steps, Tree, copied, value_at
from sim.scenario.words import bare


class _UnfitError(Exception):
    """A section cannot be put together at all."""


def contradictions(
    model: type[BaseModel], tree: Tree, wrong: Iterable[Steps]
) -> list[tuple[Steps, str]]:
    """Return the place of each section that contradicts itself, and what its checks said.

    wrong: paths of values with faults of their own; what follows from these is left out.
    """
    without = copied(tree)
    for path in wrong:
        _drop(without, path)
    again = set(_walk(model, without))
    return [each for each in _walk(model, tree) if each in again]


def _drop(tree: Tree, path: Steps) -> None:
    """Take a value out; in a list it leaves a hole."""
    try:
        around = value_at(tree, path[:-1])
    except KeyError:
        return
    if isinstance(around, dict):
        around.pop(path[-1], None)
    elif isinstance(around, list) and isinstance(path[-1], int):
        around[path[-1]] = None


def _walk(section: type[BaseModel], tree: Any, at: Steps = ()) -> Iterator[tuple[Steps, str]]:
    if not isinstance(tree, dict):
        return
    for key, field in section.model_fields.items():
        annotation, _ = bare(field.annotation)
        value = tree.get(key)
        if _is_section(annotation):
            yield from _walk(annotation, value, (*at, key))
        elif get_origin(annotation) is list and isinstance(value, list):
            item, _ = bare(get_args(annotation)[0])
            for index, entry in enumerate(value if _is_section(item) else []):
                yield from _walk(item, entry, (*at, key, index))
    for said in _said(section, tree):
        yield at, said


def _said(section: type[BaseModel], tree: dict[str, Any]) -> Iterator[str]:
    try:
        made = _made(section, tree)
    except _UnfitError:
        return
    for name, check in section.__pydantic_decorators__.model_validators.items():
        if check.info.mode != "after":
            continue
        try:
            getattr(made, name)()
        except ValueError as error:
            if "wanted " in str(error):
                yield str(error)
        except (TypeError, AttributeError, LookupError, ArithmeticError):
            pass  # a value of the wrong kind, which has a fault of its own


def _made(annotation: Any, value: Any) -> Any:
    """Return a value as its section would hold it, without looking at bounds."""
    annotation, _ = bare(annotation)
    if get_origin(annotation) is list and isinstance(value, list):
        return [_made(get_args(annotation)[0], item) for item in value]
    if isinstance(annotation, type) and issubclass(annotation, IntEnum):
        return {member.name.lower(): member for member in annotation}.get(value, value)
    if not _is_section(annotation) or not isinstance(value, dict):
        return value
    held = {}
    for key, field in annotation.model_fields.items():
        if key in value:
            held[key] = _made(field.annotation, value[key])
        elif field.is_required():
            raise _UnfitError
    return annotation.model_construct(**held)


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
