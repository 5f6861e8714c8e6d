"""Text that holds a number, a day, a moment, or yes or no: read alike wherever it is read.

Blanks around it do not count. What is none of these forms is nothing, so that engines never meet a
text that they would read in ways of their own.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

BLANKS = " \t\n\r"
NUMBER_FORM = "-?([0-9]{1,17}([.][0-9]{0,17})?|[.][0-9]{1,17})([eE][-+]?[0-9]{1,2})?"
INTEGER_FORM = "-?[0-9]{1,18}"
DATE_FORM = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
MOMENT_FORM = (
    "(1[7-9]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    "([.][0-9]{1,6})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
)
"""Of the years 1700 to 2199, which nanoseconds hold too; with its zone, for one that says none is

another moment in each place that reads it.
"""
CALENDAR_FORM = (
    "[1-9][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))"
    "|([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)-02-29"
)
"""A DATE_FORM that a calendar has, for engines that fail at others."""
YES, NO = ("t", "true", "y", "yes"), ("f", "false", "n", "no")
_NUMBER, _INTEGER, _DATE, _MOMENT = map(
    re.compile, (NUMBER_FORM, INTEGER_FORM, DATE_FORM, MOMENT_FORM)
)
Parsed = bool | int | float | date | datetime | None


def number(text: str) -> float | None:
    """What is written in decimal, with at most two digits of an exponent."""
    plain = text.strip(BLANKS)
    return float(plain) if _NUMBER.fullmatch(plain) else None


def integer(text: str) -> int | None:
    """At most 18 digits, which int64 holds."""
    plain = text.strip(BLANKS)
    return int(plain) if _INTEGER.fullmatch(plain) else None


def day(text: str) -> date | None:
    """Of the years 1000 to 9999, as ISO 8601 has it."""
    plain = text.strip(BLANKS)
    try:
        return date.fromisoformat(plain) if _DATE.fullmatch(plain) else None
    except ValueError:
        return None


def moment(text: str) -> datetime | None:
    """As ISO 8601 has it, with seconds and with `Z` or the hours from it; in UTC."""
    plain = text.strip(BLANKS)
    try:
        return datetime.fromisoformat(plain).astimezone(UTC) if _MOMENT.fullmatch(plain) else None
    except ValueError:
        return None


def flag(text: str) -> bool | None:
    """Words of YES and NO, whatever the case of their letters."""
    plain = text.strip(BLANKS)
    word = plain.lower() if plain.isascii() else ""
    return True if word in YES else False if word in NO else None


PARSE: dict[str, Callable[[str], Parsed]] = {
    "number": number, "integer": integer, "date": day, "timestamp": moment, "boolean": flag,
}  # fmt: skip
"""By the type of a field."""
