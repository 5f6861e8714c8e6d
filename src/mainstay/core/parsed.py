"""Text that holds a number, a day, or yes or no: read alike wherever it is read.

Blanks around it do not count. What is none of these forms is nothing, so that engines never meet a
text that they would read in ways of their own.
"""

import re
from collections.abc import Callable
from datetime import date

BLANKS = " \t\n\r"
NUMBER_FORM = "-?([0-9]{1,17}([.][0-9]{0,17})?|[.][0-9]{1,17})([eE][-+]?[0-9]{1,2})?"
INTEGER_FORM = "-?[0-9]{1,18}"
DATE_FORM = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
YES, NO = ("t", "true", "y", "yes"), ("f", "false", "n", "no")
_NUMBER, _INTEGER, _DATE = map(re.compile, (NUMBER_FORM, INTEGER_FORM, DATE_FORM))
Parsed = bool | int | float | date | None


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


def flag(text: str) -> bool | None:
    """Words of YES and NO, whatever the case of their letters."""
    plain = text.strip(BLANKS)
    word = plain.lower() if plain.isascii() else ""
    return True if word in YES else False if word in NO else None


PARSE: dict[str, Callable[[str], Parsed]] = {
    "number": number, "integer": integer, "date": day, "boolean": flag,
}  # fmt: skip
"""By the type of a field."""
