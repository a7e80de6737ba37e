"""How plain functions become machine code. No other module imports numba.

`scalar`  a rule about one user. From Python it runs as plain Python, so it can be stepped
          through and handed a Mesa agent; called from a kernel it is compiled into it.
`seldom`  the same for what happens seldom: called, not written out in place.
`leaf`    a pure function of numbers that is compiled wherever it is called from.
`kernel`  a loop over rows of a table.

Machine code is kept on disk until a file that can reach a kernel changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.caching import InTreeCacheLocator, UserWideCacheLocator
from numba.extending import intrinsic, register_jitable
from numba.np import arrayobj

F = TypeVar("F", bound=Callable[..., Any])

LINE = 64  # bytes that memory gives at once

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

# Folders and files that no kernel can reach: an edit to them leaves machine code valid.
_UNREACHED = {
    "scenario",
    "audit",
    "explain",
    "products",
    "results",
    "risk",
    "proof",
    "study",
    "calibration",
    "commands",
    "report",
    "data",
    "docs",
    "presets",
}
_UNREACHED_FILES = {
    "__main__.py",
    "bench.py",
    "version.py",
    "__init__.py",
}


def scalar(rule: F) -> F:
    """Let kernels call `rule`; leave it plain Python for everyone else."""
    return register_jitable(**_SAME_BITS, **_INLINE)(rule)


def seldom(rule: F) -> F:
    """As `scalar`, for a rule that few users meet on a day: kernels call it, once compiled.

    Written out wherever it is called, such rules would crowd the processor's cache of code.
    """
    return register_jitable(**_SAME_BITS, **(_INLINE | {"forceinline": False}))(rule)


def leaf(function: F) -> F:
    """Compile `function` for Python callers and kernels alike."""
    return _compiled(function, forceinline=True)


def kernel(loop: F) -> F:
    """Compile a loop over rows; it releases the interpreter lock."""
    return _compiled(loop)


def _borrowed(_typing: Any, array: Any) -> Any:
    """Return an array without its reference count; only in a kernel, which its caller outlives.

    Passing an array on, or cutting a view of it, then costs nothing. With it, each is an atomic
    addition to memory: thirty a user-day, a seventh of its time.
    """

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view: Any = arrayobj.make_array(signature.args[0])  # type: ignore[no-untyped-call]
        kept = view(context, builder, value=arguments[0])
        kept.meminfo = kept.parent = kept.meminfo.type(None)
        return kept._getvalue()  # noqa: SLF001

    return array(array), lower


borrowed: Any = intrinsic(_borrowed)


def _fetched(_typing: Any, array: Any, index: Any) -> Any:
    """Ask for row `index` of an array to be brought near; only in a kernel, past the end too.

    The rules wait for a row's first use, one user at a time, where memory could answer for many
    at once: rows asked for a tile of users ahead are there when their turn comes.
    """

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view: Any = arrayobj.make_array(signature.args[0])  # type: ignore[no-untyped-call]
        rows = view(context, builder, value=arguments[0])
        step = builder.extract_value(rows.strides, 0)
        first = builder.ptrtoint(rows.data, step.type)
        at = builder.add(first, builder.mul(arguments[1], step))
        name, number = "llvm.prefetch.p0", ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [ir.PointerType(), number, number, number])
        fetch: Any = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
            builder.module, kind, name
        )
        lines = builder.udiv(builder.add(step, step.type(LINE - 1)), step.type(LINE))
        with cgutils.for_range(builder, lines) as loop:
            passed = builder.mul(loop.index, step.type(LINE))
            place = builder.inttoptr(builder.add(at, passed), ir.PointerType())
            builder.call(fetch, [place, number(1), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, index), lower


fetched: Any = intrinsic(_fetched)


def on_disk(loop: Any) -> bool:
    """Tell whether a kernel has machine code already, in this process or on disk."""
    return bool(loop.signatures) or bool(loop._cache._cache_file._load_index())  # noqa: SLF001


def _compiled(function: F, **options: Any) -> F:
    locators = _config.CACHE_LOCATOR_CLASSES
    _config.CACHE_LOCATOR_CLASSES = f"{__name__}.BesidePackage,{__name__}.BesideUser"
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


def _stamp() -> str:
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        if inside.parts[0] not in _UNREACHED and inside.as_posix() not in _UNREACHED_FILES:
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class _Stamped:
    """Stamp machine code with the text of all that a kernel can reach, as it was when imported.

    Numba alone stamps the kernel's own file: after an edit to a rule in another file it would
    go on running the old rule.
    """

    stamp = _stamp()

    def get_source_stamp(self) -> str:
        """Return what must be unchanged for code on disk to be used."""
        return self.stamp


class BesidePackage(_Stamped, InTreeCacheLocator):
    """Keep machine code in the package's own __pycache__ folders."""


class BesideUser(_Stamped, UserWideCacheLocator):
    """Keep it in the user's cache folder, where the package cannot be written to."""
