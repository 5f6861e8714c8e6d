"""A data clause as a value: what one row must keep, and what happens when it does not.

A field is broken by: a missing or null value where it is required, a wrong type, a number that is
infinite or outside [low, high], text that is not among the levels. NaN counts as null. A row rule
is broken only where it is false; where a null makes it unknown it is not.
"""

from typing import Literal

import msgspec

from mainstay.core.expressions import Expression

FieldType = Literal["integer", "number", "string", "boolean", "timestamp", "date"]
OnBreach = Literal["reject", "fallback", "flag"]
SEVERITY: tuple[OnBreach, ...] = ("flag", "fallback", "reject")


class FieldRule(msgspec.Struct, frozen=True, tag_field="rule", tag="field"):
    """What one column must hold; on_breach of the worst broken rule decides a row."""

    name: str
    type: FieldType
    nullable: bool
    on_breach: OnBreach
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] | None = None
    unit: str = ""


class RowRule(msgspec.Struct, frozen=True, tag_field="rule", tag="row"):
    """A condition over the columns of one row; text is how the contract wrote it."""

    text: str
    condition: Expression
    on_breach: OnBreach


Rule = FieldRule | RowRule


def name(rule: Rule) -> str:
    """How people call it: the field, or the text of the condition."""
    return rule.name if isinstance(rule, FieldRule) else rule.text
