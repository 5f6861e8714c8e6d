"""Cleaning as a value: what sets the values of one column right, wherever they are read.

Its steps, in this order: texts that are codes for missing become null; text is read as a type; what
is spelled otherwise is spelled as meant; numbers that are codes become null; numbers in another
unit are converted; what cannot be becomes null, an infinity too. Null stays null, NaN is null, text
that is none of its type is null.

Cleaning what is clean changes nothing: so a row may be cleaned where it is read, written to a file
and cleaned again at the door. The contract refuses clauses of which this would not hold.
"""

import sys
from typing import Literal

import msgspec

from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME

Readable = Literal["integer", "number", "boolean", "date", "timestamp"]
"""What text can be read as."""
Step = Literal["type", "spelled", "missing", "convert", "possible"]
_KINDS = {
    "integer": INTEGER, "number": NUMBER, "boolean": FLAG, "date": DATE, "timestamp": TIME,
}  # fmt: skip
_NUMERIC = (INTEGER, NUMBER)
_MOST = sys.float_info.max


class Conversion(msgspec.Struct, frozen=True):
    """Numbers from low to high, both included, are in another unit: times this, plus that."""

    low: float
    high: float
    times: float
    plus: float = 0.0

    def of(self, number: float) -> float:
        """A number of that range in the unit agreed on."""
        made = number * self.times
        return made + self.plus if self.plus else made


class Cleaning(msgspec.Struct, frozen=True):
    """How a column is cleaned. missing: codes, texts and numbers; spelled: as written -> as meant.

    possible: the ends of what can be, both included; None leaves one open.
    """

    name: str
    type: Readable | None = None
    spelled: dict[str, str] = {}
    missing: tuple[str | float, ...] = ()
    convert: Conversion | None = None
    possible: tuple[float | None, float | None] | None = None

    @property
    def texts(self) -> frozenset[str]:
        """The codes for missing that are text."""
        return frozenset(one for one in self.missing if isinstance(one, str))

    @property
    def codes(self) -> tuple[float, ...]:
        """The codes for missing that are numbers."""
        return tuple(one for one in self.missing if not isinstance(one, str))


def kind(cleaning: Cleaning, before: str) -> str:
    """The type of a column after it was cleaned, one of core.typed.TYPES as `before` is."""
    read = _KINDS[cleaning.type] if cleaning.type else before
    return NUMBER if cleaning.convert and read == INTEGER else read


def ends(cleaning: Cleaning) -> tuple[float, float]:
    """Of what can be; beyond an end that is open are the infinities."""
    low, high = cleaning.possible or (None, None)
    return (-_MOST if low is None else low), (_MOST if high is None else high)


def misfit(cleaning: Cleaning, before: str) -> str:
    """Why a column of that type cannot be cleaned so; "" where it can."""
    after = kind(cleaning, before)
    read = cleaning.type is not None
    found = (
        (read and not _readable(before, _KINDS[cleaning.type or "number"]),
         f"is {before}, which is not read as {cleaning.type}"),
        (bool(cleaning.spelled) and before != TEXT, f"is {before}: only text is spelled"),
        (bool(cleaning.texts) and before != TEXT and not read, f"is {before}: no text is its code"),
        (bool(cleaning.codes) and after not in _NUMERIC, f"is {after}: no number is its code"),
        (cleaning.convert is not None and after not in _NUMERIC, f"is {after}: no unit"),
        (cleaning.possible is not None and after not in _NUMERIC, f"is {after}: no range"),
    )  # fmt: skip
    return next((f"{cleaning.name} {what}" for broken, what in found if broken), "")


def _readable(before: str, wanted: str) -> bool:
    return before in (TEXT, wanted) or (before, wanted) == (INTEGER, NUMBER)
