"""A data clause as a value: what one row must keep, and what happens when it does not.

A field is broken by: a missing or null value where it is required, a wrong type, a number that is
infinite or outside [low, high] or the band of its row, a value that is not among the levels, text
that the pattern does not match as a whole or of fewer or more code points than allowed. NaN counts
as null. A row rule is broken only where it is false; where a null makes it unknown it is not.

Every field is judged on the row as it arrived; then what is broken and imputed takes its imputed
value; then the row rules are judged on that row.
"""

from typing import Literal

import msgspec

from mainstay.core.expressions import Expression
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME

FieldType = Literal["integer", "number", "string", "boolean", "timestamp", "date"]
OnBreach = Literal["reject", "fallback", "impute", "flag"]
SEVERITY: tuple[OnBreach, ...] = ("flag", "impute", "fallback", "reject")
STOPPING: tuple[OnBreach, ...] = ("fallback", "reject")
"""What keeps a row from the model."""
Unknown = Literal["reject", "ignore", "flag"]
"""What happens to a request that holds a field nobody asked for."""
WHOLE = 2**53
"""The largest whole number below which doubles hold every one: levels that are numbers end here."""
_FITS = {
    "integer": (INTEGER, NUMBER), "number": (INTEGER, NUMBER), "string": (TEXT,),
    "boolean": (FLAG,), "date": (DATE,), "timestamp": (TIME,),
}  # fmt: skip
_NUMERIC = (INTEGER, NUMBER)
_STANDS_IN: dict[str, tuple[type, ...]] = {
    INTEGER: (int,), NUMBER: (int, float), TEXT: (str,), FLAG: (bool,)
}  # fmt: skip


class Band(msgspec.Struct, frozen=True):
    """The range of the rows whose `by` is among these values; an end that is None is open."""

    among: tuple[str | int, ...]
    low: float | None
    high: float | None


class FieldRule(msgspec.Struct, frozen=True, tag_field="rule", tag="field"):
    """What one column must hold; on_breach of the worst broken rule decides a row.

    levels: all texts, or all whole numbers. by: the value that chooses a band; a row of no band,
    or whose `by` is null, has none. imputed: what stands in for a value that is broken.
    """

    name: str
    type: FieldType
    nullable: bool
    on_breach: OnBreach
    low: float | None = None
    high: float | None = None
    levels: tuple[str | int, ...] | None = None
    unit: str = ""
    pattern: str | None = None
    shortest: int | None = None
    longest: int | None = None
    by: Expression | None = None
    bands: tuple[Band, ...] = ()
    imputed: bool | int | float | str | None = None


class RowRule(msgspec.Struct, frozen=True, tag_field="rule", tag="row"):
    """A condition over the columns of one row; text is how the contract wrote it."""

    text: str
    condition: Expression
    on_breach: OnBreach


Rule = FieldRule | RowRule


def name(rule: Rule) -> str:
    """How people call it: the field, or the text of the condition."""
    return rule.name if isinstance(rule, FieldRule) else rule.text


def misfit(rule: FieldRule, kind: str) -> str:
    """Why a column of that type, one of core.typed.TYPES, cannot keep a rule; "" where it can."""
    by = rule.by.type if rule.by is not None else None
    numeric = "only numbers have a range"
    found = (
        (kind not in _FITS[rule.type], f"is declared {rule.type}, the column is {kind}"),
        (not _known(rule, kind), f"is {kind}: only text and whole numbers have levels"),
        (rule.low is not None and kind not in _NUMERIC, f"is {kind}: {numeric}"),
        (rule.high is not None and kind not in _NUMERIC, f"is {kind}: {numeric}"),
        (bool(rule.bands) and kind not in _NUMERIC, f"is {kind}: {numeric}"),
        (bool(rule.bands) and by not in (TEXT, INTEGER), f"has ranges by what is {by}"),
        (rule.pattern is not None and kind != TEXT, f"is {kind}: only text has a pattern"),
        ((rule.shortest, rule.longest) != (None, None) and kind != TEXT, f"is {kind}: no length"),
        (not _stands_in(rule, kind), f"is imputed with {rule.imputed!r}, which is no {kind}"),
    )
    return next((f"{rule.name} {what}" for broken, what in found if broken), "")


def stand_in(rule: FieldRule, kind: str) -> bool | int | float | str | None:
    """The imputed value as a column of that type holds it."""
    return float(rule.imputed or 0) if kind == NUMBER else rule.imputed


def _known(rule: FieldRule, kind: str) -> bool:
    """Whether a column can be one of the levels."""
    wanted = {TEXT: str, INTEGER: int, NUMBER: int}.get(kind)
    return rule.levels is None or (
        wanted is not None and all(type(level) is wanted for level in rule.levels)
    )


def _stands_in(rule: FieldRule, kind: str) -> bool:
    return rule.on_breach != "impute" or type(rule.imputed) in _STANDS_IN.get(kind, ())
