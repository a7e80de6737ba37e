"""What a kernel may do with its arrays beyond what numba offers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj

LINE = 64  # bytes that memory gives at once
WIDE = 32  # bytes that are read at once


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

        def ask(line: Any) -> None:
            place = builder.inttoptr(builder.add(at, line), ir.PointerType())
            builder.call(fetch, [place, number(1), number(3), number(1)])

        if array.ndim == 1:  # the size of a row is known: no loop whose end must be guessed
            for line in range(0, array.dtype.size, LINE):
                ask(step.type(line))
            return context.get_dummy_value()
        lines = builder.udiv(builder.add(step, step.type(LINE - 1)), step.type(LINE))
        with cgutils.for_range(builder, lines) as loop:
            ask(builder.mul(loop.index, step.type(LINE)))
        return context.get_dummy_value()

    return types.void(array, index), lower


fetched: Any = intrinsic(_fetched)


def _row_of(context: Any, builder: Any, kind: Any, value: Any, index: Any) -> Any:
    """Return where row `index` of an array of records begins."""
    rows: Any = arrayobj.make_array(kind)(context, builder, value=value)  # type: ignore[no-untyped-call]
    start = builder.bitcast(rows.data, ir.PointerType(ir.IntType(8)))
    return builder.gep(start, [builder.mul(index, index.type(kind.dtype.size))], inbounds=True)


def _any_set(_typing: Any, table: Any, _index: Any) -> Any:
    """Tell whether any bit of a row of 32 bytes or more is set; only in a kernel."""

    def lower(context: Any, builder: Any, typed: Any, arguments: Any) -> Any:
        kind = typed.args[0]
        start = _row_of(context, builder, kind, *arguments)
        line = ir.VectorType(ir.IntType(64), WIDE // 8)
        last = kind.dtype.size - WIDE
        bits = None
        # Written out by a compiler of loops, the same takes three times as long.
        for at in (*range(0, last, WIDE), last):
            place = builder.gep(start, [ir.IntType(64)(at)], inbounds=True)
            some = builder.load(builder.bitcast(place, ir.PointerType(line)), align=4)
            bits = some if bits is None else builder.or_(bits, some)
        reduce = f"llvm.vector.reduce.or.v{WIDE // 8}i64"
        whole: Any = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
            builder.module, ir.FunctionType(ir.IntType(64), [line]), reduce
        )
        found = builder.call(whole, [bits])
        return builder.icmp_unsigned("!=", found, found.type(0))

    return types.boolean(table, types.intp), lower


def _copied(_typing: Any, source: Any, _at: Any, target: Any, _to: Any) -> Any:
    """Write row `at` of a table over row `to` of another; only in a kernel."""

    def lower(context: Any, builder: Any, typed: Any, arguments: Any) -> Any:
        begin = _row_of(context, builder, typed.args[0], *arguments[:2])
        there = _row_of(context, builder, typed.args[2], *arguments[2:])
        size = context.get_constant(types.intp, typed.args[0].dtype.size)
        cgutils.raw_memcpy(builder, there, begin, size, 1)  # type: ignore[no-untyped-call]
        return context.get_dummy_value()

    return types.void(source, types.intp, target, types.intp), lower


def _cleared(_typing: Any, table: Any, _index: Any) -> Any:
    """Set all bits of a row to zero; only in a kernel."""

    def lower(context: Any, builder: Any, typed: Any, arguments: Any) -> Any:
        start = _row_of(context, builder, typed.args[0], *arguments)
        size = context.get_constant(types.intp, typed.args[0].dtype.size)
        cgutils.memset(builder, start, size, 0)  # type: ignore[no-untyped-call]
        return context.get_dummy_value()

    return types.void(table, types.intp), lower


any_set: Any = intrinsic(_any_set)
copied: Any = intrinsic(_copied)
cleared: Any = intrinsic(_cleared)
