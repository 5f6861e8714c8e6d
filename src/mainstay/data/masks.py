"""Which rows of a batch a condition holds for, found in arrays where that costs less than asking.

What data.rules makes of ranges and levels is known by its shape; all else is asked of the engine.
Both mean the same (property test).
"""

from collections.abc import Callable, Iterator
from functools import reduce
from typing import TypeAlias

import ibis.expr.operations as ops
import ibis.expr.types as ir
import numpy as np

from mainstay.data import schema
from mainstay.data.stream import Asked, Batch, Flags, meant

_EXACT = 2**53  # below, a whole number is within bounds just where its double is
_ENDS = (-(2**63), 2**63 - 1)  # as are all within these
Mask: TypeAlias = Callable[[Batch], Flags]


def mask(asked: Asked, condition: ir.BooleanValue) -> Mask:
    """Where a condition of the table holds; a null is false. Engines elsewhere are all asked."""
    node = condition.op()
    if asked.engine != schema.DUCKDB:
        return _of_engine(asked, node)
    return _certain(asked, node) or _of_engine(asked, node)


def _of_engine(asked: Asked, node: ops.Value) -> Mask:
    name = asked.of(node.to_expr())
    return lambda batch: batch.flags(name)


def _certain(asked: Asked, node: ops.Value) -> Mask | None:
    """None where a null may be left, or another shape is found."""
    match node := meant(node):
        case ops.Literal(value=bool(value)):
            return lambda batch: np.full(batch.rows, value)
        case ops.Not(arg=inner) if (some := _certain(asked, inner)) is not None:
            return lambda batch: ~some(batch)
        case ops.Or():
            return _any([_certain(asked, one) for one in _alternatives(node)])
        case ops.Coalesce(arg=(inner, ops.Literal(value=bool(null)))):
            found = _outside(asked, inner, null=null) or _of_engine(asked, node)
            return lambda batch: batch.once(node, lambda: found(batch))
        case _:
            return None


def _alternatives(node: ops.Or) -> Iterator[ops.Value]:
    """Of a chain that is as long as a contract has rules."""
    left: list[ops.Value] = [node]
    while left:
        match meant(left.pop()):
            case ops.Or(left=one, right=other):
                left += other, one
            case found:
                yield found


def _any(found: list[Mask | None]) -> Mask | None:
    some = [one for one in found if one is not None]
    if len(some) < len(found):
        return None
    return lambda batch: reduce(_or, (one(batch) for one in some))


def _or(one: Flags, other: Flags) -> Flags:
    return one | other


def _outside(asked: Asked, node: ops.Value, *, null: bool) -> Mask | None:
    """Where a value is out of a range or of levels; null: whether a null is."""
    match node:
        case ops.Not(arg=ops.Between(arg=value, lower_bound=low, upper_bound=high)):
            least, most = _end(low), _end(high)
            if least is None or most is None:
                return None
            return _out_of_range(asked.number(value.to_expr()), least, most, null=null)
        case ops.Not(arg=ops.InValues(value=value, options=options)) if _are_texts(options):
            levels = tuple(sorted({one.value for one in options}))
            return _of_no_level(asked.code(value.to_expr(), levels), len(levels) + 1, null=null)
    return None


def _are_texts(options: tuple[ops.Value, ...]) -> bool:
    return all(isinstance(one, ops.Literal) and isinstance(one.value, str) for one in options)


def _end(node: ops.Value) -> float | None:
    """A constant of data.expression as a double that bounds the same values; None for another."""
    match node:
        case ops.Cast(arg=ops.Literal(value=str(text)), to=kind) if kind.is_floating():
            return float(text)
        case ops.Cast(arg=ops.Literal(value=str(text)), to=kind) if kind.is_integer():
            return float(text) if abs(int(text)) < _EXACT or int(text) in _ENDS else None
    return None


def _out_of_range(name: str, low: float, high: float, *, null: bool) -> Mask:
    """A null is NaN, of which no comparison holds."""

    def found(batch: Batch) -> Flags:
        least, most = batch.ends(name)
        if low <= least and most <= high and not (null and batch.known(name).size < batch.rows):
            return np.zeros(batch.rows, dtype=bool)
        numbers = batch.numbers(name)
        if null:
            return ~((numbers >= low) & (numbers <= high))
        return (numbers < low) | (numbers > high)

    return found


def _of_no_level(name: str, missing: int, *, null: bool) -> Mask:
    """missing: the code of a null."""

    def found(batch: Batch) -> Flags:
        codes = batch.wholes(name)
        none: Flags = codes == 0
        return none | (codes == missing) if null else none

    return found
