"""Imputed values, learnt from the rows trained on and frozen with the rules."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from msgspec import structs

from mainstay.core.errors import Broken
from mainstay.core.rules import FieldRule, Rule
from mainstay.data import dialect, schema
from mainstay.data.rules import broken

_VALUE, _ROWS = "mainstay_value", "mainstay_rows"


def filled(table: ir.Table, rules: tuple[Rule, ...], how: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules with the imputed value of every field that `how` names: median, most_frequent.

    The values that count are there and keep the field's own rule. Raises Broken where there are
    none.
    """
    return tuple(
        structs.replace(rule, imputed=_learnt(table, rule, how[rule.name]))
        if isinstance(rule, FieldRule) and rule.name in how
        else rule
        for rule in rules
    )


def _learnt(table: ir.Table, rule: FieldRule, how: str) -> bool | int | float | str:
    rows = schema.widened(table)
    own = structs.replace(rule, on_breach="flag")  # nothing to impute with is known yet
    kept = rows.filter(~broken(rows, own))
    values = kept.select(**{_VALUE: kept[rule.name]}).filter(ibis._[_VALUE].notnull())
    found = _median(values) if how == "median" else _most_frequent(values)
    if found is None:
        raise Broken(
            f"no row of the training period has a {rule.name} that keeps its rule",
            hint=f"write a value under data.fields.{rule.name}.impute, or train on more rows",
        )
    return found


def _median(values: ir.Table) -> bool | int | float | str | None:
    """The value in the middle, of two the lower one: a value that was seen, on every engine."""
    count = int(values.count().to_pyarrow().as_py())
    middle = values.order_by(_VALUE).limit(1, offset=max(count - 1, 0) // 2)
    return _first(middle)


def _most_frequent(values: ir.Table) -> bool | int | float | str | None:
    """Of values seen equally often, the first in order."""
    counted = values.group_by(_VALUE).aggregate(**{_ROWS: ibis._.count()})
    return _first(counted.order_by(ibis.desc(_ROWS), dialect.ordered(counted[_VALUE])).limit(1))


def _first(values: ir.Table) -> bool | int | float | str | None:
    found = values.to_pyarrow()[_VALUE].to_pylist()
    return found[0] if found else None
