"""Times as text, days or clocks on a wall, as moments in UTC: the same moments on every engine.

DuckDB has readers of its own. Elsewhere a text is taken apart by a pattern, and what names a day
and a time that there are is put together again as ISO 8601. Patterns take part of what DuckDB
takes; a text beyond that is a mistake there, and never another moment.
"""

from collections.abc import Iterator
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from mainstay.core.errors import Mistake
from mainstay.core.typed import TEXT, TIME
from mainstay.data import dialect, schema
from mainstay.data.expression import constant

_ZONED = r"\d:\d\d.*([a-zA-Z]|[+-]\d\d(:?\d\d){0,2}) *$"  # of a time that ends in an offset or zone
_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-0?2-29"
_DATE = (
    "(?:(?!0000)[0-9]{4}-(?:(?:0?[13578]|1[02])-(?:0?[1-9]|[12][0-9]|3[01])|"
    "(?:0?[469]|11)-(?:0?[1-9]|[12][0-9]|30)|0?2-(?:0?[1-9]|1[0-9]|2[0-8]))|"
    f"{_LEAP})"
)
_CLOCK = "(?:[01]?[0-9]|2[0-3]):[0-5]?[0-9](?::[0-5]?[0-9](?:[.][0-9]{1,6})?)?"
_OFFSET = "(?:Z|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)"  # PostgreSQL goes no further
_MARK = "mainstay:"
"""Begins what a layout was read into, so that no text passes as it came."""
_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_CENTURIES = {"20": "[0-5][0-9]|6[0-8]", "19": "69|[7-9][0-9]"}  # as POSIX says
_DIGITS = {
    "Y": ("year", "[0-9]{4}"), "m": ("month", "[0-9]{1,2}"), "d": ("day", "[0-9]{1,2}"),
    "H": ("hour", "[0-9]{1,2}"), "M": ("minute", "[0-9]{1,2}"), "S": ("second", "[0-9]{1,2}"),
    "f": ("fraction", "[0-9]{1,6}"), "g": ("fraction", "[0-9]{1,3}"),
    "z": ("offset", "[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2}"), "b": ("month", "<[0-9]{2}>"),
    "B": ("month", "<[0-9]{2}>"),
}  # fmt: skip
_KNOWN = ", ".join(f"%{one}" for one in (*_DIGITS, "y", "%"))


def moments(table: ir.Table, name: str, layout: str = "", zone: str = "") -> ir.Table:
    """The table with a column of text, dates or plain times as moments in UTC.

    layout: as strptime takes it, ISO 8601 by default; zone: of what carries no offset of its own,
    UTC by default. Raises Mistake with a count and an example for text that is no time, and for a
    layout that the engine of the table does not read.
    """
    value = table[name]
    if not (value.type().is_string() or value.type().is_date() or value.type().is_timestamp()):
        raise Mistake(f"{name} is {value.type()}", "a time is text, a date or a timestamp")
    read = _parsed(value, layout, zone) if value.type().is_string() else _placed(value, zone)
    made = table.mutate(**{name: read.cast(TIME)})
    if value.type().is_string():
        _refuse_unreadable(table.select(text=value, moment=read), name, layout)
    return made


def _parsed(text: ir.StringValue, layout: str, zone: str) -> ir.TimestampValue:
    if schema.engine(text) not in (schema.DUCKDB, ""):
        return _taken_apart(text, layout, zone)
    if "%z" in layout:
        return dialect.moment(text, layout)
    if layout:
        return _placed(dialect.plain_time(text, layout), zone)
    return ibis.ifelse(
        text.re_search(_ZONED), text.try_cast(TIME), _placed(text.try_cast("timestamp"), zone)
    )


def _placed(value: ir.Value, zone: str) -> ir.TimestampValue:
    """A time as read from a clock on the wall of that zone; one with a zone stays what it is."""
    if value.type().is_timestamp() and value.type().timezone:
        return value
    return dialect.placed(value.cast("timestamp"), zone or "UTC")


def _refuse_unreadable(read: ir.Table, name: str, layout: str) -> None:
    lost = read.filter(read.text.notnull() & read.moment.isnull())
    count = int(lost.count().to_pyarrow().as_py())
    if count:
        first = lost.order_by(dialect.ordered(lost.text)).limit(1).to_pyarrow().to_pylist()[0]
        wanted = layout or "ISO 8601, for example 2013-01-31T06:00Z"
        raise Mistake(
            f"{name}: {count:,} values are no time, for example {first['text']!r}",
            f"they were read as {wanted}; state format and zone in the contract",
        )


def _taken_apart(text: ir.StringValue, layout: str, zone: str) -> ir.TimestampValue:
    """Null where the text is not of the form, or names no time that there is."""
    said = _rewritten(text, layout) if layout else text
    begin, none = _MARK if layout else "", ibis.null(TEXT)
    tidy = dialect.replaced(said.re_replace(" +|T", " "), "([.][0-9]{6})[0-9]+", r"\1")
    plain = _fits(tidy, f"{begin}{_DATE}(?: {_CLOCK} ?)?")
    zoned = _fits(tidy, f"{begin}{_DATE} {_CLOCK}{_OFFSET} ?")
    iso = tidy.substr(len(begin))
    here = _placed(ibis.ifelse(plain, iso, none).cast("timestamp"), zone)
    whole = dialect.replaced(iso, "( [0-9]{1,2}:[0-9]{1,2})(Z|[+-])", r"\1:00\2")  # Spark asks it
    return ibis.ifelse(zoned, ibis.ifelse(zoned, whole, none).cast(TIME), here)


def _fits(text: ir.StringValue, pattern: str) -> ir.BooleanValue:
    """Whether the whole text is of a pattern: `$` stands before a last line break in Spark, too,

    which finds "" for nothing.
    """
    whole = (text.re_extract(f"^{pattern}$", 0) == text) & (text != constant("", TEXT))
    return whole.fill_null(False)  # noqa: FBT003 - Ibis takes it by position only


class _Form(NamedTuple):
    """How a time is written: a pattern of the whole text, and what its groups are, in order."""

    pattern: str
    parts: tuple[str, ...]

    def iso(self, century: str) -> str:
        """What the text is replaced by."""
        at = {name: f"\\{place}" for place, name in enumerate(self.parts, 1)}
        year = f"{century}{at.get('year', '1900' if not century else '')}"
        date = f"{year}-{at.get('month', '01')}-{at.get('day', '01')}"
        clock = ":".join(at.get(name, "00") for name in ("hour", "minute", "second"))
        fraction = f".{at['fraction']}" if "fraction" in at else ""
        return f"{_MARK}{date} {clock}{fraction}{at.get('offset', '')}"


def _rewritten(text: ir.StringValue, layout: str) -> ir.StringValue:
    """What is of a layout as ISO 8601 behind a mark; all else as it is.

    Raises Mistake for what patterns do not say.
    """
    engine = schema.engine(text)
    if "%b" in layout or "%B" in layout:
        text = reduce(lambda some, at: _named(some, at, whole="%B" in layout), range(12), text)
    for century, years in _CENTURIES.items() if "%y" in layout else (("", ""),):
        form = _form(layout, engine, years)
        text = dialect.replaced(text, form.pattern, form.iso(century))
    return text.re_replace("<|>", "") if "%b" in layout or "%B" in layout else text


def _named(text: ir.StringValue, at: int, *, whole: bool) -> ir.StringValue:
    name = _NAMES[at] if whole else _NAMES[at][:3]
    letters = "".join(f"[{one.upper()}{one}]" for one in name)
    return text.re_replace(letters, f"<{at + 1:02}>")


def _form(layout: str, engine: str, years: str) -> _Form:
    known = {**_DIGITS, "y": ("year", years)}
    tokens = (*_tokens(layout), "")
    parts = [_part(one, following, known, engine) for one, following in pairwise(tokens)]
    names = tuple(name for name, _ in parts if name)
    if len(set(names)) < len(names):
        raise Mistake(f"{layout} says the same twice", "keep one")
    return _Form(f"^ *{''.join(pattern for _, pattern in parts)} *$", names)


def _tokens(layout: str) -> Iterator[str]:
    """`%Y`, `%-d` as `%d`, and single characters."""
    rest = layout.replace("%-", "%")
    while rest:
        size = 2 if rest[0] == "%" else 1
        yield rest[:size]
        rest = rest[size:]


def _part(
    token: str, following: str, known: dict[str, tuple[str, str]], engine: str
) -> tuple[str, str]:
    """What a part of a layout is, "" for nothing that is read, and its pattern.

    Numbers that touch have all their digits.
    """
    if token[0] != "%" or token[1:] not in known:
        return "", _literal(token, engine)
    name, pattern = known[token[1:]]
    touches = following[:1] == "%" and following[1:] in known
    return name, f"({pattern.replace('{1,2}', '{2}') if touches else pattern})"


def _literal(token: str, engine: str) -> str:
    if token == "%%":
        return "%"
    if token[0] == "%" or token in "[]^\\<>":
        hint = f"known there: {_KNOWN}; or copy the table to a Parquet file"
        raise Mistake(f"times written with {token} are not read on {engine}", hint)
    if token == " ":
        return " +"
    return token if token.isalnum() else f"[{token}]"
