"""The marks that turn a function into machine code, alone or as part of a kernel."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

import numba
from numba.extending import register_jitable

from sim.compiled import cache

F = TypeVar("F", bound=Callable[..., Any])

_config: Any = numba.config  # its names are made at run time, out of a type checker's sight

# `fastmath` reorders sums and `parallel` makes float totals depend on the thread count; either
# would end the identity of the engines. `error_model` python: x / 0 raises in both.
_SAME_BITS: dict[str, Any] = {"fastmath": False, "error_model": "python", "nogil": True}
# Left to itself LLVM calls a rule, and reads its parameters again: 600 against 300 ns a user-day.
_INLINE: dict[str, Any] = {
    "forceinline": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


def scalar(rule: F) -> F:
    """Let kernels call `rule`; leave it plain Python for everyone else."""
    return register_jitable(**_SAME_BITS, **_INLINE)(rule)


def seldom(rule: F) -> F:
    """As `scalar`, for a rule that few users meet on a day: kernels call it, once compiled.

    Written out wherever it is called, such rules would crowd the processor's cache of code. Each
    place of a call costs all users a few stores a day: what happens together is called together.
    """
    return register_jitable(**_SAME_BITS, **(_INLINE | {"forceinline": False}))(rule)


def leaf(function: F) -> F:
    """Compile `function` for Python callers and kernels alike."""
    return _compiled(function, forceinline=True)


def kernel(loop: F) -> F:
    """Compile a loop over rows; it releases the interpreter lock."""
    return _compiled(loop)


def on_disk(loop: Any, fits: Callable[[str], bool]) -> bool:
    """Tell whether a kernel has machine code already, in this process or on disk.

    fits: asked of the types that code was made for, as numba writes them.
    """
    return any(fits(str(one)) for one in _signatures(loop))


def _signatures(loop: Any) -> list[Any]:
    return [*loop.signatures, *loop._cache._cache_file._load_index()]  # noqa: SLF001


def _compiled(function: F, **options: Any) -> F:
    locators = _config.CACHE_LOCATOR_CLASSES
    _config.CACHE_LOCATOR_CLASSES = f"{cache.__name__}.BesidePackage,{cache.__name__}.BesideUser"
    try:
        loop = numba.njit(cache=True, **_SAME_BITS, **options)(function)
    finally:
        _config.CACHE_LOCATOR_CLASSES = locators
    # What cannot be kept is compiled anew next time: a full disk must not end a run here.
    keep = loop._cache.save_overload  # noqa: SLF001

    def keep_if_possible(signature: Any, code: Any) -> None:
        with suppress(OSError):
            keep(signature, code)

    loop._cache.save_overload = keep_if_possible  # noqa: SLF001
    return cast("F", loop)
