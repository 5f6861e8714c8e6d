"""Rules that the decoder checks by itself: the types of values that keep them.

A value that such a type takes breaks no rule of its field; one that it does not take may be as good
and is judged elsewhere. So a type may be too narrow and never too wide.
"""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from mainstay.bundle.reading import Field
from mainstay.core.rules import FieldRule, Rule
from mainstay.core.typed import INTEGER, NUMBER, PYTHON, TEXT

_LEAST, _MOST = -(2**63), 2**63 - 1


def kinds(
    fields: Sequence[Field], rules: tuple[Rule, ...]
) -> tuple[tuple[Any, ...], tuple[Rule, ...]]:
    """The type of each field, and the rules that are still to be asked about a row of them."""
    types = {one.name: _type(one.kind, null=one.nullable) for one in fields}
    by_name = {one.name: one for one in fields}
    rest: list[Rule] = []
    for rule in rules:
        kind = None
        if isinstance(rule, FieldRule) and _is_alone(rule, rules):
            field = by_name[rule.name]
            kind = None if field.cleaning else _kind(rule, field)
            if kind is not None:
                types[rule.name] = _type(kind, null=field.nullable and rule.nullable)
        if kind is None:
            rest.append(rule)
    return tuple(types[one.name] for one in fields), tuple(rest)


def _type(kind: Any, *, null: bool) -> Any:
    return kind | None if null else kind


def _is_alone(rule: FieldRule, rules: tuple[Rule, ...]) -> bool:
    return sum(isinstance(one, FieldRule) and one.name == rule.name for one in rules) == 1


def _kind(rule: FieldRule, field: Field) -> Any:
    """The type of the values that keep a rule, null aside; None where there is none."""
    if rule.bands or rule.pattern is not None:
        return None
    if rule.levels is not None:
        return _level(rule, field)
    if field.type == NUMBER:
        return None if rule.type == "integer" else _number(rule)
    if field.type == INTEGER:
        return _whole(rule)
    return _text(rule) if field.type == TEXT else PYTHON[field.type]


def _level(rule: FieldRule, field: Field) -> Any:
    plain = (rule.low, rule.high, rule.shortest, rule.longest) == (None,) * 4
    if not plain or not rule.levels or field.type not in (TEXT, INTEGER):
        return None
    if not all(isinstance(one, str) or _LEAST <= one <= _MOST for one in rule.levels):
        return None
    return Literal[tuple(rule.levels)]


def _number(rule: FieldRule) -> Any:
    """What is beyond float64 the decoder does not read."""
    if not _are_exact(rule.low, rule.high):
        return None
    kind: Any = float
    if rule.low is not None:
        kind = Annotated[kind, msgspec.Meta(ge=float(rule.low))]
    if rule.high is not None:
        kind = Annotated[kind, msgspec.Meta(le=float(rule.high))]
    return kind


def _whole(rule: FieldRule) -> Any:
    if not _are_exact(rule.low, rule.high):
        return None
    low = _LEAST if rule.low is None else math.ceil(max(rule.low, _LEAST))
    high = _MOST if rule.high is None else math.floor(min(rule.high, _MOST))
    return Annotated[int, msgspec.Meta(ge=low, le=high)] if low <= high else None


def _are_exact(*ends: float | None) -> bool:
    """Whether they are numbers that a decoder can compare with."""
    return all(one is None or (math.isfinite(one) and float(one) == one) for one in ends)


def _text(rule: FieldRule) -> Any:
    if (rule.shortest, rule.longest) == (None, None):
        return str
    shortest = rule.shortest or 0
    if not 0 <= shortest <= (shortest if rule.longest is None else rule.longest):
        return None
    return Annotated[str, msgspec.Meta(min_length=shortest, max_length=rule.longest)]
