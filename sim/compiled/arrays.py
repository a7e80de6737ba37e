"""What a kernel may do with its arrays beyond what numba offers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj

LINE = 64  # bytes that memory gives at once


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
