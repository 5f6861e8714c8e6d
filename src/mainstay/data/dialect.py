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


def replaced(text: ir.StringValue, pattern: str, by: str) -> ir.StringValue:
    r"""The text with what is of a pattern replaced; `\1` in `by` is the first group."""
    groups = by.replace("\\", "$") if schema.engine(text) == schema.SPARK else by
    return text.re_replace(pattern, groups)


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


def drawn(key: ir.Value, part: int) -> ir.BooleanValue:
    """Whether a row is among one of so many, by a hash of its key that all engines compute alike.

    key: whole numbers or text, as text.
    """
    bound = f"{2**32 // part:08x}"
    return _md5(key.cast(TEXT)).substr(0, 8) < constant(bound, TEXT)


def placed(wall: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """The moment at which clocks of a zone show a time; the later one where they show it twice."""
    if schema.engine(wall) != schema.SPARK:
        return _timezone(zone, wall)
    if zone == UTC:  # as it is; to be asked for it takes Spark 10 us a row and all bounds of a scan
        return wall.cast(TIME)
    day = ibis.interval(days=1)
    first, last = _to_utc(wall, zone), _to_utc(wall + day, zone) - day
    twice = _from_utc(last, zone).cast("timestamp") == wall  # Spark itself takes the first
    return ibis.ifelse(twice, ibis.greatest(first, last), first)


def whole_seconds(time: ir.TimestampValue) -> ir.Value:
    """Since 1970, down to the second that a moment lies in; Spark's own are cut towards 1970.

    Those of Ibis on DuckDB lose the zone first, which takes four times as long as the rest.
    """
    micros = _MICROS.get(schema.engine(time))
    if micros is None:
        return time.epoch_seconds().cast(NUMBER).floor()
    return (micros(time).cast(NUMBER) / constant(1e6, NUMBER)).floor()


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


def _of_times(value: str, other: str) -> None:
    """Text or a zone, and what it is read with or applied to; of Spark the other way round."""


def _of_postgres(value: str, other: str) -> None:
    """Two arguments of a function that PostgreSQL has."""


def _of_text(text: str) -> None:
    """One argument of a function that all engines have."""


def _of_moment(time: str) -> None:
    """A moment; of one engine."""


def _type_of_postgres(value: str) -> None:
    """A type of PostgreSQL, as the function that converts to it."""


UTC = "UTC"
_declared = ibis.udf.scalar.builtin
_bytes = _declared(_of_postgres, name="convert_to", signature=((TEXT, TEXT), "binary"))
_md5 = _declared(_of_text, name="md5", signature=((TEXT,), TEXT))
_whole = _declared(_type_of_postgres, name="int8", signature=((INTEGER,), INTEGER))
_double = _declared(_type_of_postgres, name="float8", signature=((NUMBER,), NUMBER))
_TEXTS, _WALL = (TEXT, TEXT), (TEXT, "timestamp")
_timezone = _declared(_of_times, name="timezone", signature=(_WALL, TIME))
_MICROS = {
    schema.SPARK: _declared(_of_moment, name="unix_micros", signature=((TIME,), INTEGER)),
    schema.DUCKDB: _declared(_of_moment, name="epoch_us", signature=((TIME,), INTEGER)),
}
_to_utc = _declared(_of_times, name="to_utc_timestamp", signature=(("timestamp", TEXT), TIME))
_from_utc = _declared(_of_times, name="from_utc_timestamp", signature=((TIME, TEXT), TIME))
plain_time = _declared(_of_times, name="try_strptime", signature=(_TEXTS, "timestamp"))
"""Of DuckDB: a text as a layout says, null where it does not fit."""
moment = _declared(_of_times, name="try_strptime", signature=(_TEXTS, TIME))
"""The same where the layout has an offset."""
