"""Data rules over the rows of a table: each rule one condition, all of them in one pass.

The same meaning as the guard at the door (core.rules): a NaN is a null, a row rule that a null
leaves unknown is kept, and a rule that cannot be asked of these columns is a Mistake, no pass.
"""

import math
import operator
import sys
from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
from msgspec import structs

from mainstay.core import patterns
from mainstay.core.errors import Mistake
from mainstay.core.rules import (
    SEVERITY,
    STOPPING,
    FieldRule,
    RowRule,
    Rule,
    misfit,
    stand_in,
)  # fmt: skip
from mainstay.core.typed import FLAG, INTEGER, NUMBER, TEXT, typed
from mainstay.data import dialect, schema
from mainstay.data.expression import constant, to_ibis

BREACH = "mainstay_breach"
_MARK = "mainstay_mark_"
_LEAST, _MOST = -(2**63), 2**63 - 1
_UNKNOWN = ibis.null(FLAG)
_SMALLEST, _LARGEST = -sys.float_info.max, sys.float_info.max


class Marked(NamedTuple):
    """Rows, broken values imputed; broken: for each rule in order the column that says of each row

    whether it broke it, never null.
    """

    table: ir.Table
    broken: tuple[str, ...]


def judged(table: ir.Table, rules: tuple[Rule, ...]) -> ir.Table:
    """The rows, broken values imputed, with BREACH: on_breach of the worst rule a row broke.

    BREACH is text, null where a row broke none.
    """
    rows, marks = marked(table, rules)
    cases = [
        (
            _any(
                [
                    rows[mark]
                    for mark, one in zip(marks, rules, strict=True)
                    if one.on_breach == severity
                ]
            ),
            severity,
        )
        for severity in reversed(SEVERITY)
        if any(one.on_breach == severity for one in rules)
    ]
    breach = ibis.cases(*cases) if cases else ibis.null(TEXT)
    return rows.mutate(**{BREACH: breach}).select(*table.columns, BREACH)


def imputed(table: ir.Table, rules: tuple[Rule, ...]) -> ir.Table:
    """The rows as the model sees them: what is broken and imputed has its imputed value.

    The same rows again where nothing is imputed, or all was already.
    """
    some = tuple(one for one in rules if isinstance(one, FieldRule) and one.on_breach == "impute")
    return marked(table, some).table.select(*table.columns) if some else table


def let_through(table: ir.Table, rules: tuple[Rule, ...]) -> ir.Table:
    """The rows that reach the model, as it sees them: no rule that stops is broken."""
    some = tuple(rule for rule in rules if rule.on_breach != "flag")
    made = marked(table, some)
    return made.table.filter(kept(made, some)).select(*table.columns)


def kept(made: Marked, rules: tuple[Rule, ...]) -> ir.BooleanValue:
    """Whether each row reaches the model, never null; rules: those it was marked by."""
    stops = zip(made.broken, rules, strict=True)
    return ~_any([made.table[mark] for mark, one in stops if one.on_breach in STOPPING])


def marked(table: ir.Table, rules: tuple[Rule, ...]) -> Marked:
    """Fields are judged as they arrived, conditions on what is imputed. Raises Mistake where the

    columns cannot say.
    """
    rows = schema.widened(table)
    fields = {at: rule for at, rule in enumerate(rules) if isinstance(rule, FieldRule)}
    rows = rows.mutate(**{f"{_MARK}{at}": broken(rows, rule) for at, rule in fields.items()})
    filled = {
        rule.name: _filled(rows, rule, rows[f"{_MARK}{at}"])
        for at, rule in fields.items()
        if rule.on_breach == "impute"
    }
    rows = rows.mutate(**filled) if filled else rows
    others = {at: rule for at, rule in enumerate(rules) if at not in fields}
    rows = rows.mutate(**{f"{_MARK}{at}": broken(rows, rule) for at, rule in others.items()})
    return Marked(rows, tuple(f"{_MARK}{at}" for at in range(len(rules))))


def _any(marks: list[ir.BooleanValue]) -> ir.BooleanValue:
    return reduce(operator.or_, marks, _never())


def _filled(rows: ir.Table, rule: FieldRule, mark: ir.BooleanValue) -> ir.Value:
    kind = schema.neutral(rows[rule.name].type())
    return ibis.ifelse(mark, constant(stand_in(rule, kind), kind), rows[rule.name])


def broken(rows: ir.Table, rule: Rule) -> ir.BooleanValue:
    """Whether each row broke the rule, never null; Mistake where the columns cannot say."""
    if isinstance(rule, RowRule):
        kept = to_ibis(rows, rule.condition)
        if not kept.type().is_boolean():
            raise Mistake(f"{rule.text} is no condition: it gives {kept.type()}")
        return ibis.coalesce(~kept, constant(value=False, kind=FLAG))
    value = schema.column(rows, rule.name, "the table")
    by = None if rule.by is None else to_ibis(rows, rule.by)
    stated = (
        rule if rule.by is None else structs.replace(rule, by=typed(rule.by, schema.types(rows)))
    )
    if what := misfit(stated, schema.neutral(value.type())):
        raise Mistake(what)
    return _broken_field(value, by, rule)


def _broken_field(value: ir.Value, by: ir.Value | None, rule: FieldRule) -> ir.BooleanValue:
    """What a value misses is null where it is: no case, which costs the engine most."""
    null = constant(value=not rule.nullable, kind=FLAG)
    tests = [*_misses(value, rule), *([] if by is None else [_out_of_band(value, by, rule)])]
    missed = reduce(operator.or_, tests) if tests else ibis.ifelse(value.isnull(), null, _never())
    return ibis.coalesce(missed, null)


def _misses(value: ir.Value, rule: FieldRule) -> Iterator[ir.BooleanValue]:
    """What a value that is there can miss, whatever the rest of its row."""
    kind = schema.neutral(value.type())
    if rule.levels is not None:
        levels = [constant(level, kind) for level in rule.levels]
        yield ~value.isin(levels) if levels else ibis.ifelse(value.notnull(), _always(), _UNKNOWN)
    if (rule.shortest, rule.longest) != (None, None):
        yield ~value.length().between(
            rule.shortest or 0, _MOST if rule.longest is None else rule.longest
        )
    if rule.pattern is not None:
        yield ~dialect.matches(value, patterns.pattern(rule.pattern))
    if kind in (INTEGER, NUMBER):
        yield out_of_range(value, rule.low, rule.high)
    if kind == NUMBER and rule.type == "integer":
        yield ~dialect.whole(value)  # infinite ones are outside already


def _out_of_band(value: ir.Value, by: ir.Value, rule: FieldRule) -> ir.BooleanValue:
    """Outside the range of its own row; a row of no band is in it."""
    kind = schema.neutral(by.type())
    cases = [
        (
            by.isin([constant(one, kind) for one in band.among]),
            out_of_range(value, band.low, band.high),
        )
        for band in rule.bands
    ]
    return ibis.cases(*cases, else_=_never()) if cases else _never()


def out_of_range(value: ir.Value, low: float | None, high: float | None) -> ir.BooleanValue:
    """Whether a number is beyond an end, both included; an infinity is beyond an open one too."""
    if value.type().is_integer():
        return ~value.between(*(constant(one, INTEGER) for one in _whole_bounds(low, high)))
    least, most = _SMALLEST if low is None else low, _LARGEST if high is None else high
    return ~value.between(constant(least, NUMBER), constant(most, NUMBER))


def _never() -> ir.BooleanValue:
    return constant(value=False, kind=FLAG)


def _always() -> ir.BooleanValue:
    return constant(value=True, kind=FLAG)


def _whole_bounds(low: float | None, high: float | None) -> tuple[int, int]:
    """The bounds that whole numbers can meet: exact beyond 2^53, where doubles are not."""
    least = _LEAST if low is None else max(_LEAST, math.ceil(low))
    return least, _MOST if high is None else min(_MOST, math.floor(high))
