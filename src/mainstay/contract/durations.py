"""Durations and rates as a contract writes them: one number and one unit, `2h`; `1 per year`."""

import re
from datetime import timedelta
from decimal import Decimal

from mainstay.core.errors import Mistake

LONGEST = timedelta(days=36_525)
_MICROSECOND = timedelta(microseconds=1)
_UNITS = {
    "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1),
    "s": timedelta(seconds=1), "ms": timedelta(milliseconds=1), "us": _MICROSECOND,
    "w": timedelta(weeks=1),
}  # fmt: skip
_SPOKEN = {
    "d": ("day", "days"), "h": ("hr", "hrs", "hour", "hours"), "m": ("min", "mins", "minute",
    "minutes"), "s": ("sec", "secs", "second", "seconds"), "w": ("week", "weeks", "wk"),
    "ms": ("msec", "millisecond", "milliseconds"), "us": ("µs", "microsecond", "microseconds"),
}  # fmt: skip
_UNIT_OF = {word: unit for unit, words in _SPOKEN.items() for word in (unit, *words)}
_DAYS_OF = {word: days for days, words in (
    (30, ("mo", "month", "months")), (365, ("y", "yr", "year", "years")),
) for word in words}  # fmt: skip
_PER_YEAR = {"day": 365.0, "week": 365 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}
_LENGTHS = {
    "day": timedelta(days=1), "week": timedelta(weeks=1), "month": timedelta(days=30),
    "year": timedelta(days=365),
}  # fmt: skip
PATTERN = r"([0-9]{1,16}(?:\.[0-9]{1,6})?)(us|ms|s|m|h|d|w)"
_WRITTEN = re.compile(PATTERN)
_MEANT = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([a-zµ]+)\.?\s*", re.IGNORECASE)
_RATE = re.compile(r"([0-9]{1,16}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,3})?) per (\w+)")


def duration(text: str) -> timedelta:
    """The duration written, to the microsecond; raises Mistake, with what was probably meant.

    >>> duration("2h")
    datetime.timedelta(seconds=7200)
    """
    written = _WRITTEN.fullmatch(text)
    if not written:
        raise Mistake(f'"{text}" is no duration', _meant(text))
    microseconds = Decimal(written[1]) * (_UNITS[written[2]] // _MICROSECOND)
    if microseconds > LONGEST // _MICROSECOND:
        raise Mistake(f'"{text}" is longer than 100 years', "write 36500d at most")
    return timedelta(microseconds=round(microseconds))


def text(length: timedelta) -> str:
    """As a contract writes it, in the largest unit that needs no fraction; days at most.

    >>> text(timedelta(hours=36))
    '36h'
    """
    whole = (unit for unit, size in _UNITS.items() if length and not length % size)
    unit = next(whole, "s")
    return f"{length // _UNITS[unit]}{unit}"


def per_year(text: str) -> float:
    """How often a year: `1 per year`, `2 per month`, `1 per 90d`. Raises Mistake.

    >>> per_year("2 per month")
    24.0
    """
    written = _RATE.fullmatch(text)
    if not written:
        raise Mistake(f'"{text}" is no rate', "write how many per how long, for example 1 per year")
    if written[2] in _PER_YEAR:
        return float(written[1]) * _PER_YEAR[written[2]]
    length = duration(written[2])
    if not length:
        raise Mistake(f'"{text}" is no rate', "write a period longer than nothing, for example 90d")
    return float(written[1]) * (timedelta(days=365) / length)


def quota(said: str) -> tuple[int, timedelta]:
    """How many in how long: `50 per week`, `10 per 12h`; years and months are 365 and 30 days.

    Raises Mistake.

    >>> quota("50 per week")
    (50, datetime.timedelta(days=7))
    """
    written = re.fullmatch(r"([0-9]{1,9}) per (\w+)", said)
    if not written or not int(written[1]):
        hint = "write how many per how long, for example 50 per week"
        raise Mistake(f'"{said}" is no budget', hint)
    length = _LENGTHS.get(written[2]) or duration(written[2])
    if not length:
        raise Mistake(
            f'"{said}" is no budget', "write a period longer than nothing, for example 7d"
        )
    return int(written[1]), length


def quota_text(many: tuple[int, timedelta]) -> str:
    """As a contract writes it; `quota` of it gives the same again.

    >>> quota_text((50, timedelta(weeks=1)))
    '50 per week'
    """
    words = {length: word for word, length in _LENGTHS.items()}
    return f"{many[0]} per {words.get(many[1]) or text(many[1])}"


def rate(times: float) -> str:
    """As a contract writes it; `per_year` of it gives the same number again."""
    return f"{repr(times).removesuffix('.0')} per year"


def _meant(text: str) -> str:
    meant = _MEANT.fullmatch(text)
    number, word = meant.groups() if meant else ("", "")
    unit = _UNIT_OF.get(word) or _UNIT_OF.get(word.lower())
    if unit:
        return f"write {number}{unit}"
    if days := _DAYS_OF.get(word.lower()):
        return f"write {Decimal(number) * days:f}d"
    return "write a number and one of us, ms, s, m, h, d, w; for example 2h"
