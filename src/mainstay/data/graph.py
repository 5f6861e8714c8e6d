"""Ibis graphs to row expressions: what a select of one row means, and why another graph is refused.

Only operations of core.expressions come out; a few of Ibis' own are said through them (`between`,
`clip`, `fill_null`, `//`, `cases`). Whatever looks at other rows, at a clock or at chance has no
meaning at the door, where one row comes alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import reduce
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir

from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf, Expression, Literal, Output
from mainstay.core.typed import DATE, TIME, typed
from mainstay.data import schema

_NAMES: dict[type[ops.Value], str] = {
    ops.Add: "add", ops.Subtract: "subtract", ops.Multiply: "multiply", ops.Divide: "divide",
    ops.Modulus: "modulo", ops.Negate: "negate", ops.Abs: "abs", ops.Floor: "floor",
    ops.Ceil: "ceil", ops.Sqrt: "sqrt", ops.Exp: "exp", ops.Ln: "ln",
    ops.Equals: "equals", ops.NotEquals: "not_equals", ops.Less: "less",
    ops.LessEqual: "less_equal", ops.Greater: "greater", ops.GreaterEqual: "greater_equal",
    ops.And: "and", ops.Or: "or", ops.Not: "not", ops.IsNull: "is_null",
    ops.Coalesce: "coalesce", ops.IfElse: "if_else", ops.InValues: "is_in",
    ops.Least: "least", ops.Greatest: "greatest",
    ops.ExtractYear: "year", ops.ExtractMonth: "month", ops.ExtractDay: "day",
    ops.ExtractHour: "hour", ops.ExtractMinute: "minute", ops.DayOfWeekIndex: "day_of_week",
    ops.ExtractDayOfYear: "day_of_year", ops.Lowercase: "lower", ops.Uppercase: "upper",
    ops.Strip: "strip", ops.StringLength: "length", ops.StringContains: "contains",
    ops.StartsWith: "starts_with", ops.EndsWith: "ends_with",
}  # fmt: skip
_HINTS: dict[type[ops.Node], str] = {
    ops.JoinChain: "declare the other table as context in contract.yaml: on, as_of, take",
    ops.Aggregate: "declare context over time: over: 7d, take: {name: mean(column)}",
    ops.Filter: "every decision is answered; leave rows out in the source, or mark them by a rule",
    ops.Power: "write x * x",
    ops.Round: "write (x + 0.5).floor(): engines round halves differently",
    ops.IsNan: "a NaN is null here: ask isnull()",
    ops.IsInf: "state the range of the column under fields, and on_breach",
    ops.Log10: "write x.ln() / 2.302585092994046",
    ops.Log2: "write x.ln() / 0.6931471805599453",
    ops.Log: "write x.ln(), divided by the logarithm of the base",
    ops.TimestampDiff: "take parts of the times: year(), hour(), day_of_year()",
    ops.FillNull: "say row.column.fill_null(value) for each column",
}
_OTHER_ROWS = "features() sees one row; declare an aggregate over time as context in contract.yaml"
_CHANGES = "it would answer differently each time; take the time column of the row"
_SELECTS = "features() takes one row and gives one row: row.select(...)"
_LEAVES = (ops.UnboundTable, ops.DatabaseTable)


def from_ibis(value: ir.Value) -> Expression:
    """The typed expression an Ibis value stands for; Mistake names what no row alone can answer."""
    return _checked(value.op())


def check_rowwise(table: ir.Table) -> None:
    """Raises Mistake unless the table has exactly the rows of its row: a chain of selects."""
    relation = table.op()
    while isinstance(relation, ops.Project | ops.DropColumns):
        relation = relation.parent
    if not isinstance(relation, _LEAVES):
        raise _not_rowwise(relation)


def output(table: ir.Table, name: str) -> Output:
    """One column of what features() returned, said over its row; raises Mistake likewise."""
    return Output(name, _checked(_field(table.op(), name)))


def _checked(node: ops.Node) -> Expression:
    rows = node.find(_LEAVES)
    if len(rows) > 1:
        raise Mistake("it reads another table", _HINTS[ops.JoinChain])
    known = {name: schema.neutral(kind) for one in rows for name, kind in one.schema.items()}
    return typed(_walked(node), known)


def _field(relation: ops.Node, name: str) -> ops.Node:
    """The value behind a column of a chain of selects; a column of the row itself is its own."""
    if isinstance(relation, ops.Project):
        return relation.values[name]
    if isinstance(relation, ops.DropColumns):
        return _field(relation.parent, name)
    if isinstance(relation, _LEAVES):
        return ops.Field(relation, name)
    raise _not_rowwise(relation)


def _not_rowwise(relation: ops.Node) -> Mistake:
    hint = _HINTS.get(type(relation), _SELECTS)
    return Mistake(f"{_said(relation)} is not row by row", hint)


def _walked(node: ops.Node) -> Expression:
    if type(node) in _LOWERED:
        return _LOWERED[type(node)](node)
    if type(node) not in _NAMES:
        raise _refused(node)
    parts = [one for argument in node.__args__ for one in _listed(argument)]
    return Call(_NAMES[type(node)], tuple(map(_walked, parts)))


def _listed(argument: ops.Node | tuple[ops.Node, ...]) -> tuple[ops.Node, ...]:
    return argument if isinstance(argument, tuple) else (argument,)


def _refused(node: ops.Node) -> Mistake:
    if isinstance(node, ops.WindowFunction):
        return Mistake(f"{_said(node.func)} looks at other rows", _OTHER_ROWS)
    if isinstance(node, ops.Reduction | ops.Analytic | ops.Subquery):
        return Mistake(f"{_said(node)} looks at other rows", _OTHER_ROWS)
    if isinstance(node, ops.Impure):
        return Mistake(f"{_said(node)} is not a function of the row", _CHANGES)
    known = ", ".join(sorted(_NAMES.values()))
    return Mistake(
        f"{_said(node)} has no form at the door", _HINTS.get(type(node), f"known: {known}")
    )


def _said(node: ops.Node) -> str:
    """`RandomScalar` as people read it: `random scalar`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()


def _column(field: ops.Field) -> Expression:
    behind = _field(field.rel, field.name)
    return ColumnOf(field.name) if isinstance(field.rel, _LEAVES) else _walked(behind)


def _literal(node: ops.Literal) -> Expression:
    match node.value:
        case None | bool() | int() | float() | str():
            return Literal(node.value)
        case datetime():
            return Literal(node.value.isoformat(), TIME)
        case date():
            return Literal(node.value.isoformat(), DATE)
        case _:
            what = f"a constant of type {node.dtype} has no form at the door"
            raise Mistake(what, "write a plain number")


def _cast(node: ops.Cast | ops.TryCast) -> Expression:
    return Call("cast", (_walked(node.arg),), schema.neutral(node.to))


def _day(node: ops.DateFromYMD) -> Expression:
    parts = (node.year, node.month, node.day)
    if not all(isinstance(part, ops.Literal) for part in parts):
        raise _refused(node)
    return Literal(date(*(part.value for part in parts)).isoformat(), DATE)


def _between(node: ops.Between) -> Expression:
    value = _walked(node.arg)
    above = Call("greater_equal", (value, _walked(node.lower_bound)))
    return Call("and", (above, Call("less_equal", (value, _walked(node.upper_bound)))))


def _clip(node: ops.Clip) -> Expression:
    """Null stays null, which `least` and `greatest` alone would not grant."""
    value = kept = _walked(node.arg)
    if node.upper is not None:
        kept = Call("least", (_walked(node.upper), kept))
    if node.lower is not None:
        kept = Call("greatest", (_walked(node.lower), kept))
    return Call("if_else", (Call("is_null", (value,)), Literal(None), kept))


def _searched(node: ops.SearchedCase) -> Expression:
    return _choice([(_walked(case), result) for case, result in _pairs(node)], node.default)


def _simple(node: ops.SimpleCase) -> Expression:
    base = _walked(node.base)
    pairs = [(Call("equals", (base, _walked(case))), result) for case, result in _pairs(node)]
    return _choice(pairs, node.default)


def _pairs(node: ops.SearchedCase | ops.SimpleCase) -> Iterator[tuple[ops.Node, ops.Node]]:
    return zip(node.cases, node.results, strict=True)


def _choice(pairs: Sequence[tuple[Expression, ops.Node]], default: ops.Node) -> Expression:
    made = _walked(default)
    for condition, result in reversed(pairs):
        made = Call("if_else", (condition, _walked(result), made))
    return made


def _null_if(node: ops.NullIf) -> Expression:
    value = _walked(node.arg)
    same = Call("equals", (value, _walked(node.null_if_expr)))
    return Call("if_else", (same, Literal(None), value))


def _concat(node: ops.StringConcat) -> Expression:
    return reduce(lambda left, right: Call("concat", (left, right)), map(_walked, node.arg))


_LOWERED: dict[type[ops.Node], Callable[[Any], Expression]] = {
    ops.Field: _column,
    ops.Alias: lambda node: _walked(node.arg),
    ops.Literal: _literal,
    ops.Cast: _cast,
    ops.TryCast: _cast,
    ops.Date: lambda node: Call("cast", (_walked(node.arg),), DATE),
    ops.DateFromYMD: _day,
    ops.NotNull: lambda node: Call("not", (Call("is_null", (_walked(node.arg),)),)),
    ops.FloorDivide: lambda node: Call(
        "floor", (Call("divide", (_walked(node.left), _walked(node.right))),)
    ),
    ops.Between: _between,
    ops.Clip: _clip,
    ops.SearchedCase: _searched,
    ops.SimpleCase: _simple,
    ops.NullIf: _null_if,
    ops.StringConcat: _concat,
}
