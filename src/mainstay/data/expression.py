"""Row expressions to Ibis: the same meaning on every engine, whatever its own habits.

Constants travel as text and are cast, since SQL would read 1.8 as a decimal. What engines answer
differently (a zero divisor, a root below zero) is asked for so that only one answer is left.
"""

import operator
import string
from collections.abc import Callable
from functools import lru_cache, reduce

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf, Expression, Literal
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TYPES, typed
from mainstay.data import schema

Constant = bool | int | float | str | None
_LOWEST, _BEYOND = -(2.0**63), 2.0**63


def to_ibis(table: ir.Table, expression: Expression) -> ir.Value:
    """The value of an expression over the rows of a table, typed by its columns; see core.typed."""
    return _value(table, typed(expression, schema.types(table)))


def _value(table: ir.Table, expression: Expression) -> ir.Value:
    match expression:
        case ColumnOf(name=name):
            return schema.plain(table[name])
        case Literal(value=value, type=kind):
            return constant(value, kind)
        case Call(operation="cast", arguments=(argument,), type=kind):
            return _cast(_value(table, argument), kind)
        case Call(operation=operation, arguments=arguments, type=kind):
            made = _MADE[operation](*(_value(table, argument) for argument in arguments))
            return made.cast(kind) if kind in TYPES and str(made.type()) != kind else made


def constant(value: Constant, kind: str) -> ir.Value:
    """A constant of exactly that type and value on every engine."""
    if value is None:
        return ibis.null(kind)
    return _literal(value if kind in (TEXT, FLAG) else str(value), kind)


@lru_cache(4096, typed=True)
def _literal(value: Constant, kind: str) -> ir.Value:
    """Made once: it takes Ibis longer than most of what is asked with it. -0.0 comes as text."""
    return (
        ibis.literal(value, type=kind) if kind in (TEXT, FLAG) else ibis.literal(value).cast(kind)
    )


def _cast(value: ir.Value, kind: str) -> ir.Value:
    if value.type().is_boolean() and kind == TEXT:
        return ibis.cases((value, "true"), (_not(value), "false"))
    if value.type().is_boolean():
        return ibis.cases((value, constant(1, kind)), (_not(value), constant(0, kind)))
    return value.date() if value.type().is_timestamp() and kind == DATE else value.cast(kind)


def _where(condition: ir.BooleanValue, value: ir.Value) -> ir.Value:
    """The value where the condition holds, else null."""
    return ibis.ifelse(condition, value, ibis.null(value.type()))


def _whole(rounded: Callable[[ir.Value], ir.Value]) -> Callable[[ir.Value], ir.Value]:
    """Rounding to int64, null for what int64 cannot hold."""

    def made(value: ir.Value) -> ir.Value:
        holds = (value >= constant(_LOWEST, NUMBER)) & (value < constant(_BEYOND, NUMBER))
        return rounded(_where(holds, value))

    return made


def _wall(moment: ir.Value) -> ir.Value:
    """A time as clocks in UTC show it: parts of a moment depend on the session's zone elsewhere."""
    return moment.cast("timestamp") if moment.type().is_timestamp() else moment


def _equal(left: ir.Value, right: ir.Value) -> ir.Value:
    """Ibis says IS NULL for a comparison with a constant null; here that is null."""
    return ibis.null(FLAG) if _is_null(left) or _is_null(right) else left == right


def _is_null(value: ir.Value) -> bool:
    node = value.op()
    return isinstance(node, ops.Literal) and node.value is None


def _not(value: ir.Value) -> ir.Value:
    """A comparison: Ibis writes `NOT (a) IS NULL` for what is null in `not a`."""
    return _equal(value, constant(value=False, kind=FLAG))


def _is_in(value: ir.Value, *among: ir.Value) -> ir.Value:
    """Comparisons: Ibis writes IN without parentheses around it."""
    return reduce(operator.or_, (_equal(value, one) for one in among))


def _divisor(value: ir.Value) -> ir.Value:
    zero = INTEGER if value.type().is_integer() else NUMBER
    return value.nullif(constant(0, zero))


def _remainder(left: ir.Value, right: ir.Value) -> ir.Value:
    """PostgreSQL would round both to 15 digits first."""
    if left.type().is_floating() and schema.engine(left) == schema.POSTGRES:
        what = "PostgreSQL has no remainder of numbers with a fraction"
        raise Mistake(what, "take whole numbers, or copy the table to a Parquet file")
    return left % _divisor(right)


def _stripped(text: ir.StringValue) -> ir.StringValue:
    """Without the six blanks of ASCII around it, of which Spark's own takes but four."""
    if schema.engine(text) != schema.SPARK:
        return text.strip()
    blanks = r"[ \t\n\r\x0B\f]+"
    return text.re_replace(rf"\A{blanks}|{blanks}\z", "")


_MADE: dict[str, Callable[..., ir.Value]] = {
    "add": lambda left, right: left + right,
    "subtract": lambda left, right: left - right,
    "multiply": lambda left, right: left * right,
    "divide": lambda left, right: left / _divisor(right),
    "modulo": _remainder,
    "negate": lambda value: -value,
    "abs": lambda value: value.abs(),
    "floor": _whole(lambda value: value.floor()),
    "ceil": _whole(lambda value: value.ceil()),
    "sqrt": lambda value: _where(value >= constant(0, NUMBER), value).sqrt(),
    "exp": lambda value: value.exp(),
    "ln": lambda value: _where(value > constant(0, NUMBER), value).ln(),
    "equals": _equal,
    "not_equals": lambda left, right: _not(_equal(left, right)),
    "less": lambda left, right: left < right,
    "less_equal": lambda left, right: left <= right,
    "greater": lambda left, right: left > right,
    "greater_equal": lambda left, right: left >= right,
    "and": lambda left, right: left & right,
    "or": lambda left, right: left | right,
    "not": _not,
    "is_null": lambda value: value.isnull(),
    "coalesce": ibis.coalesce,
    "if_else": ibis.ifelse,
    "is_in": _is_in,
    "least": lambda *some: reduce(ibis.least, some),  # Spark takes no least of one
    "greatest": lambda *some: reduce(ibis.greatest, some),
    "year": lambda moment: _wall(moment).year(),
    "month": lambda moment: _wall(moment).month(),
    "day": lambda moment: _wall(moment).day(),
    "hour": lambda moment: _wall(moment).hour(),
    "minute": lambda moment: _wall(moment).minute(),
    "day_of_week": lambda moment: _wall(moment).day_of_week.index(),
    "day_of_year": lambda moment: _wall(moment).day_of_year(),
    "lower": lambda text: text.translate(string.ascii_uppercase, string.ascii_lowercase),
    "upper": lambda text: text.translate(string.ascii_lowercase, string.ascii_uppercase),
    "strip": _stripped,
    "length": lambda text: text.length(),
    "contains": lambda text, part: text.contains(part),
    "starts_with": lambda text, part: text.startswith(part),
    "ends_with": lambda text, part: text.endswith(part),
    "concat": lambda left, right: left + right,
}
