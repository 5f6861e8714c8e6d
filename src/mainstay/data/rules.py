"""Data rules over the rows of a table: each rule one condition, all of them in one pass.

The same meaning as the guard at the door (core.rules): a NaN is a null, a row rule that a null
leaves unknown is kept, and a rule that cannot be asked of these columns is a Mistake, no pass.
"""

import math
import sys
from functools import reduce
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from mainstay.core.errors import Mistake
from mainstay.core.rules import SEVERITY, FieldRule, OnBreach, RowRule, Rule, name
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import schema
from mainstay.data.expression import constant, to_ibis

BREACH = "mainstay_breach"
_FITS = {
    "integer": (INTEGER, NUMBER), "number": (INTEGER, NUMBER), "string": (TEXT,),
    "boolean": (FLAG,), "date": (DATE,), "timestamp": (TIME,),
}  # fmt: skip
_LEAST, _MOST = -(2**63), 2**63 - 1


class Count(NamedTuple):
    """How many of the rows broke one rule."""

    name: str
    on_breach: OnBreach
    broken: int
    rows: int


def judged(table: ir.Table, rules: tuple[Rule, ...]) -> ir.Table:
    """The rows with BREACH: on_breach of the worst rule a row broke as text, null if none."""
    rows = schema.widened(table)
    cases = [
        (reduce(lambda left, right: left | right, found), severity)
        for severity in reversed(SEVERITY)
        if (found := [broken(rows, rule) for rule in rules if rule.on_breach == severity])
    ]
    return rows.mutate(**{BREACH: ibis.cases(*cases) if cases else ibis.null(TEXT)})


def let_through(table: ir.Table, rules: tuple[Rule, ...]) -> ir.Table:
    """The rows that reach the model: no rule that rejects or falls back is broken."""
    stopping = [rule for rule in rules if rule.on_breach != "flag"]
    rows = judged(table, tuple(stopping))
    return rows.filter(rows[BREACH].isnull()).drop(BREACH)


def counts(table: ir.Table, rules: tuple[Rule, ...]) -> tuple[Count, ...]:
    """One count per rule, in order, in one pass over the table."""
    rows = schema.widened(table)
    flags = {f"rule_{at}": broken(rows, rule) for at, rule in enumerate(rules)}
    sums = {name: ibis.ifelse(flag, 1, 0).sum() for name, flag in flags.items()}
    found = rows.aggregate(rows=rows.count(), **sums).to_pyarrow().to_pylist()[0]
    return tuple(
        Count(name(rule), rule.on_breach, found[f"rule_{at}"] or 0, found["rows"])
        for at, rule in enumerate(rules)
    )


def broken(rows: ir.Table, rule: Rule) -> ir.BooleanValue:
    """Whether each row broke the rule, never null; Mistake where the columns cannot say."""
    if isinstance(rule, RowRule):
        kept = to_ibis(rows, rule.condition)
        if not kept.type().is_boolean():
            raise Mistake(f"{rule.text} is no condition: it gives {kept.type()}")
        return ibis.coalesce(~kept, constant(value=False, kind=FLAG))
    value = schema.column(rows, rule.name, "the table")
    if schema.neutral(value.type()) not in _FITS[rule.type]:
        raise Mistake(f"{rule.name} is declared {rule.type}, the column is {value.type()}")
    return _broken_field(value, rule)


def _broken_field(value: ir.Value, rule: FieldRule) -> ir.BooleanValue:
    outside = _outside(value, rule)
    null = constant(value=not rule.nullable, kind=FLAG)
    return ibis.ifelse(value.isnull(), null, outside)


def _outside(value: ir.Value, rule: FieldRule) -> ir.BooleanValue:
    """Whether a value that is there is outside the rule."""
    if rule.levels is not None:
        return ~value.isin(rule.levels)
    if value.type().is_integer():
        return ~value.between(*(constant(bound, INTEGER) for bound in _whole_bounds(rule)))
    if not value.type().is_floating():
        return constant(value=False, kind=FLAG)
    low = -sys.float_info.max if rule.low is None else rule.low
    high = sys.float_info.max if rule.high is None else rule.high
    outside = ~value.between(constant(low, NUMBER), constant(high, NUMBER))
    return outside | _broken_up(value) if rule.type == "integer" else outside


def _broken_up(value: ir.FloatingValue) -> ir.BooleanValue:
    """Whether a number is not whole; infinite ones are outside already."""
    return value % constant(1, NUMBER) != constant(0, NUMBER)


def _whole_bounds(rule: FieldRule) -> tuple[int, int]:
    """The bounds that whole numbers can meet: exact beyond 2^53, where doubles are not."""
    low = _LEAST if rule.low is None else max(_LEAST, math.ceil(rule.low))
    return low, _MOST if rule.high is None else min(_MOST, math.floor(rule.high))
