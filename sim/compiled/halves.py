"""Rows that lie in two places, front and back, for rules that see one row.

Numba knows a row as a pointer. Here it is two of them, and which of the two a column is read
through is settled while a rule is compiled: at run time it costs nothing.
"""

from __future__ import annotations

import operator
from typing import Any

from numba import types
from numba.core import cgutils, imputils
from numba.core.typing import templates
from numba.extending import intrinsic, models, overload, register_model
from numba.np import arrayobj

_proxy: Any = cgutils.create_struct_proxy  # untyped, as are the next
_array_of: Any = arrayobj.make_array
_signature: Any = templates.signature
_reads: Any = imputils.lower_getattr_generic
_writes: Any = imputils.lower_setattr_generic


class _Row(types.Type):
    """One row: where its front lies, and where its back."""

    def __init__(self, front: Any, back: Any, kind: str = "row") -> None:
        self.front, self.back = front, back
        super().__init__(f"{kind}({front.name}, {back.name})")

    def half(self, column: str) -> str:
        """Return which half holds a column."""
        return "front" if column in self.front.fields else "back"


class _Rows(_Row):
    """Rows, the fronts side by side, and the backs; or one alone, which types tell apart."""

    def __init__(self, front: Any, back: Any, alone: bool) -> None:
        self.alone = alone
        super().__init__(front, back, "alone" if alone else "rows")


@register_model(_Row)
@register_model(_Rows)
class _Places(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        members = [("front", types.voidptr), ("back", types.voidptr), ("count", types.intp)]
        super().__init__(manager, kind, members)  # type: ignore[no-untyped-call]


@templates.infer_getattr
class _Columns(templates.AttributeTemplate):
    key = _Row

    def generic_resolve(self, kind: Any, column: str) -> Any:  # type: ignore[override]
        half = getattr(kind, kind.half(column))
        return half.typeof(column) if column in half.fields else None


def _place(context: Any, builder: Any, kind: Any, row: Any, column: str) -> tuple[Any, Any]:
    """Return the type of the half that holds a column, and where it lies."""
    half = kind.half(column)
    start = getattr(_proxy(kind)(context, builder, value=row), half)
    record = getattr(kind, half)
    return record, builder.bitcast(start, context.get_value_type(record))


def _read(context: Any, builder: Any, kind: Any, row: Any, column: str) -> Any:
    record, start = _place(context, builder, kind, row, column)
    return context.get_getattr(record, column)(context, builder, record, start, column)


def _write(context: Any, builder: Any, typed: Any, arguments: Any, column: str) -> Any:
    kind, value = typed.args
    record, start = _place(context, builder, kind, arguments[0], column)
    write = context.get_setattr(column, _signature(types.void, record, value))
    return write(builder, (start, arguments[1]))


_reads(_Row)(_read)
_writes(_Row)(_write)


def _halves(_typing: Any, front: Any, back: Any, several: Any) -> Any:
    """Return rows whose columns lie in two arrays of one length; only in a kernel.

    several: None where there is one row, so that loops over the rows are none once compiled.
    """

    def lower(context: Any, builder: Any, typed: Any, arguments: Any) -> Any:
        rows = _proxy(typed.return_type)(context, builder)
        for half, kind, value in zip(("front", "back"), typed.args[:2], arguments[:2], strict=True):
            array = _array_of(kind)(context, builder, value=value)
            setattr(rows, half, builder.bitcast(array.data, rows.front.type))
            rows.count = builder.extract_value(array.shape, 0)
        return rows._getvalue()  # noqa: SLF001

    alone = isinstance(several, types.NoneType)
    return _Rows(front.dtype, back.dtype, alone)(front, back, several), lower


halves: Any = intrinsic(_halves)


def _row_at(_typing: Any, rows: Any, _index: Any) -> Any:
    def lower(context: Any, builder: Any, typed: Any, arguments: Any) -> Any:
        kind = typed.args[0]
        all_rows = _proxy(kind)(context, builder, value=arguments[0])
        row = _proxy(typed.return_type)(context, builder)
        for half in ("front", "back"):
            size = context.get_constant(types.intp, getattr(kind, half).size)
            steps = [builder.mul(arguments[1], size)]
            setattr(row, half, builder.gep(getattr(all_rows, half), steps, inbounds=True))
        return row._getvalue()  # noqa: SLF001

    return _Row(rows.front, rows.back)(rows, types.intp), lower


def _count_of(_typing: Any, rows: Any) -> Any:
    def lower(context: Any, builder: Any, typed: Any, arguments: Any) -> Any:
        if typed.args[0].alone:
            return context.get_constant(types.intp, 1)
        return _proxy(typed.args[0])(context, builder, value=arguments[0]).count

    return types.intp(rows), lower


row_at: Any = intrinsic(_row_at)
count_of: Any = intrinsic(_count_of)
_INLINE: Any = {"forceinline": True}


def _getitem(rows: Any, index: Any) -> Any:
    if isinstance(rows, _Rows) and isinstance(index, types.Integer):
        return lambda rows, index: row_at(rows, index)
    return None


def _len(rows: Any) -> Any:
    return (lambda rows: count_of(rows)) if isinstance(rows, _Rows) else None


# Not strict: numba would want the annotations above on the lambdas too.
overload(operator.getitem, jit_options=_INLINE, strict=False)(_getitem)
overload(len, jit_options=_INLINE, strict=False)(_len)
