"""What single engines must be asked otherwise, to mean the same as all others."""

import sys

import ibis
import ibis.expr.types as ir

from mainstay.core import parsed, patterns
from mainstay.core.patterns import Pattern
from mainstay.core.typed import DATE, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import schema
from mainstay.data.expression import constant

_FRACTIONS_BELOW = 2.0**53  # from here on every double is a whole number
_LARGEST = sys.float_info.max
_MOST = 255  # times that PostgreSQL repeats a part of a pattern


def ordered(value: ir.Value) -> ir.Value:
    """What to order by: text in the order of its code points, whatever language a server is in."""
    if value.type().is_string() and schema.engine(value) == schema.POSTGRES:
        return _bytes(value, "UTF8")
    return value


def finite(value: ir.FloatingValue) -> ir.BooleanValue:
    """Whether a number is none of the infinities, which Spark does not find by comparing."""
    if schema.engine(value) == schema.DUCKDB:
        return ~value.isinf()
    return value.between(constant(-_LARGEST, NUMBER), constant(_LARGEST, NUMBER))


def whole(value: ir.FloatingValue) -> ir.BooleanValue:
    """Whether a number that is there and finite is a whole one."""
    if schema.engine(value) != schema.POSTGRES:
        return value % constant(1, NUMBER) == constant(0, NUMBER)
    low = ibis.ifelse(value.abs() < constant(_FRACTIONS_BELOW, NUMBER), value, constant(0, NUMBER))
    return low == low.floor().cast(NUMBER)


def matches(text: ir.StringValue, read: Pattern) -> ir.BooleanValue:
    """Whether a text is, as a whole, of a pattern."""
    if schema.engine(text) != schema.POSTGRES:
        return text.re_search(patterns.portable(read))
    return text.re_search(rf"\A(?:{_text(read)})\Z")


def tried(text: ir.StringValue, kind: str) -> ir.Value:
    """A text that looks like a number, a day or a moment as such; null for a day that no calendar

    has, at which PostgreSQL fails.
    """
    if schema.engine(text) != schema.POSTGRES:
        return text.try_cast(kind)
    if kind in (DATE, TIME):
        known = matches(text.substr(0, 10), patterns.pattern(parsed.CALENDAR_FORM))
        text = ibis.ifelse(known, text, ibis.null(TEXT))
    return text.cast(kind)


def plain(found: ir.Value) -> ir.Value:
    """An aggregate in its neutral type; PostgreSQL adds whole numbers up to a decimal."""
    value = schema.plain(found)
    if schema.engine(value) != schema.POSTGRES or not value.type().is_numeric():
        return value
    return _whole(value) if value.type().is_integer() else _double(value)


def _text(read: Pattern) -> str:
    return patterns.written(read, _span, _repeated)


def _span(ends: tuple[int, int]) -> str:
    return r"\U{:08x}-\U{:08x}".format(*ends)


def _repeated(group: str, least: int, most: int | None) -> str:
    return "".join(f"{group}{times}" for times in _times(least, most))


def _times(least: int, most: int | None) -> list[str]:
    """Repetitions in parts that are short enough, one after the other."""
    whole, rest = divmod(least, _MOST)
    made = [f"{{{_MOST}}}"] * whole
    if most is None:
        return [*made, f"{{{rest},}}"]
    more, last = divmod(most - least, _MOST)
    return [*made, f"{{{rest}}}", *[f"{{0,{_MOST}}}"] * more, f"{{0,{last}}}"]


def _of_postgres(value: str, other: str) -> None:
    """Two arguments of a function that PostgreSQL has."""


def _type_of_postgres(value: str) -> None:
    """A type of PostgreSQL, as the function that converts to it."""


_declared = ibis.udf.scalar.builtin
_bytes = _declared(_of_postgres, name="convert_to", signature=((TEXT, TEXT), "binary"))
_whole = _declared(_type_of_postgres, name="int8", signature=((INTEGER,), INTEGER))
_double = _declared(_type_of_postgres, name="float8", signature=((NUMBER,), NUMBER))
