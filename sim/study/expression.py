"""Arithmetic that a study writes out: metrics, derived keys, constraints.

Names with dots, numbers, + - * / and parentheses; comparisons with `and` and `or` for constraints.
Nothing else is looked at, and nothing is called.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

Lookup = Callable[[str], Any]

_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.\w+)*")
_WORDS = {"and", "or", "not"}
_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARED: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class Expression:
    """Text that stands for a value once its names are known.

    >>> Expression("total.loss_fen / 2").value({"total.loss_fen": 8}.__getitem__)
    4.0
    """

    def __init__(self, text: str) -> None:
        """Read the text. Raises ValueError, saying what was wanted, for anything else."""
        self.text = text
        self._held: dict[str, str] = {}
        try:
            self._body = ast.parse(_NAME.sub(self._hold, text).strip(), mode="eval").body
        except SyntaxError:
            raise ValueError(f"wanted names, numbers and + - * / (found {text!r})") from None
        self._check(self._body)

    @property
    def names(self) -> list[str]:
        """Names in the text, in order, each once."""
        return list(dict.fromkeys(self._held.values()))

    def value(self, lookup: Lookup) -> Any:
        """Return the value; `lookup` gives that of a name, a number or an array."""
        return self._of(self._body, lookup)

    def quotient(self, lookup: Lookup) -> tuple[Any, Any] | None:
        """Return the two sides of a text that is `one / other` as a whole, else None."""
        body = self._body
        if isinstance(body, ast.BinOp) and isinstance(body.op, ast.Div):
            return self._of(body.left, lookup), self._of(body.right, lookup)
        return None

    def _hold(self, match: re.Match[str]) -> str:
        """Put a short name in the place of one with dots, which need not be Python."""
        if match[0] in _WORDS:
            return match[0]
        short = f"_{len(self._held)}"
        self._held[short] = match[0]
        return short

    def _check(self, node: ast.AST) -> None:
        if isinstance(node, ast.Constant):
            fits = type(node.value) in (int, float)
        elif isinstance(node, ast.BinOp):
            fits = type(node.op) in _BINARY
        elif isinstance(node, ast.UnaryOp):
            fits = isinstance(node.op, ast.USub | ast.Not)
        elif isinstance(node, ast.Compare):
            fits = all(type(op) in _COMPARED for op in node.ops)
        else:
            fits = isinstance(node, ast.Name | ast.BoolOp)
        if not fits:
            raise ValueError(f"wanted names, numbers and + - * / (found {self.text!r})")
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._check(child)

    def _of(self, node: ast.AST, lookup: Lookup) -> Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return lookup(self._held[node.id])
        if isinstance(node, ast.BinOp):
            return _BINARY[type(node.op)](self._of(node.left, lookup), self._of(node.right, lookup))
        if isinstance(node, ast.UnaryOp):
            inner = self._of(node.operand, lookup)
            return -inner if isinstance(node.op, ast.USub) else not inner
        if isinstance(node, ast.BoolOp):
            parts = (bool(self._of(part, lookup)) for part in node.values)
            return all(parts) if isinstance(node.op, ast.And) else any(parts)
        assert isinstance(node, ast.Compare)  # noqa: S101  nothing else passed the check
        return self._compared(node, lookup)

    def _compared(self, node: ast.Compare, lookup: Lookup) -> bool:
        values = [self._of(part, lookup) for part in (node.left, *node.comparators)]
        pairs = zip(node.ops, values, values[1:], strict=False)
        return all(bool(_COMPARED[type(op)](one, other)) for op, one, other in pairs)
