"""What a column of a source is to become: said in words, and done to its table before anybody does.

missing          the column is gone
null             it holds nothing
type TYPE        it is of another type: integer, number, string, boolean, date, timestamp
unit UNIT        it comes in another unit than the contract declares
x * 1.8 + 32     any expression of its value x and of the other columns
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import ibis
import ibis.expr.types as ir

from mainstay.contract import conditions
from mainstay.core import nearest
from mainstay.core.cleaning import Cleaning, Readable
from mainstay.core.errors import Mistake
from mainstay.core.expressions import Call, ColumnOf, Expression
from mainstay.core.expressions import Literal as Constant
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME, typed
from mainstay.data import cleaning, schema
from mainstay.data.expression import to_ibis
from mainstay.stats.conversion import CONVERSIONS, Known

What = Literal["missing", "null", "type", "unit", "value"]
VALUE = "x"
_TYPES = {
    "integer": INTEGER, "number": NUMBER, "string": TEXT, "text": TEXT, "boolean": FLAG,
    "date": DATE, "timestamp": TIME,
}  # fmt: skip
_READ: dict[str, Readable] = {
    INTEGER: "integer", NUMBER: "number", FLAG: "boolean", DATE: "date", TIME: "timestamp",
}  # fmt: skip
_ALIKE = ((INTEGER, NUMBER), (INTEGER, TEXT), (FLAG, TEXT), (TIME, DATE))
"""Types of which every engine makes the other alike."""
_FORMS = "write missing, null, type TYPE, unit UNIT, or what it becomes of its value x: x * 1.8"


class Becoming(NamedTuple):
    """type: afterwards, "" where it is gone; expression: over the table before, None for none."""

    column: str
    what: What
    type: str
    expression: Expression | None = None


def becoming(text: str, column: str, types: Mapping[str, str], unit: str = "") -> Becoming:
    """types: of all columns of the source; unit: the one that is declared. Raises Mistake."""
    match text.split():
        case ["missing"]:
            return Becoming(column, "missing", "")
        case ["null"]:
            return Becoming(column, "null", types[column])
        case ["type", name]:
            return Becoming(column, "type", _type(name))
        case ["unit", name]:
            return _converted(column, types[column], _known(column, unit, name))
        case []:
            raise Mistake("nothing is said of what it becomes", _FORMS)
        case [word] if word.isidentifier() and word not in (*types, "x"):
            raise Mistake(f"{word} is nothing that a column becomes", _FORMS)
        case _:
            read = typed(_of(conditions.value(text), column), types)
            return Becoming(column, "value", read.type or types[column], read)


def applied(table: ir.Table, one: Becoming) -> ir.Table:
    """The table as it would be; what has no value of another type is null.

    Text is read as `clean` reads it. Raises Mistake for a type that engines make otherwise, on
    another than DuckDB.
    """
    if one.what == "missing":
        return table.drop(one.column)
    before = schema.neutral(table[one.column].type())
    if one.what == "type" and before == TEXT != one.type:
        some = (Cleaning(one.column, type=_READ[one.type]),)
        return cleaning.cleaned(table, some, one.column)
    return table.mutate(**{one.column: _value(table, one)})


def emptied(one: Becoming) -> Becoming:
    """The same with nothing in the column: what is left to give where it is gone."""
    return Becoming(one.column, "null", one.type)


def _value(table: ir.Table, one: Becoming) -> ir.Value:
    before = table[one.column]
    if one.expression is not None:
        return to_ibis(table, one.expression)
    if one.what == "null":
        return ibis.null(before.type())
    return _of_type(table, one)


def _of_type(table: ir.Table, one: Becoming) -> ir.Value:
    value = table[one.column]
    before = schema.neutral(value.type())
    if before == one.type:
        return value
    if before == FLAG and one.type in (INTEGER, NUMBER):
        return ibis.ifelse(value, 1, 0).cast(one.type)
    if (before, one.type) in _ALIKE:
        return value.cast(one.type)
    if schema.engine(value) != schema.DUCKDB:
        what = f"{one.column} as {one.type} would be another one on each engine, as it is {before}"
        raise Mistake(what, "MAINSTAY_ENGINE=duckdb computes it here")
    return value.try_cast(one.type)


def _type(name: str) -> str:
    if name not in _TYPES:
        raise Mistake(f"{name} is no type", nearest.hint(name, _TYPES))
    return _TYPES[name]


def _known(column: str, unit: str, wanted: str) -> Known:
    if not unit:
        what = f"the contract declares no unit of {column}"
        raise Mistake(what, f"state data.fields.{column}.unit, or say what it becomes: x * 1.8")
    known = {one.new: one for one in CONVERSIONS if one.old == unit}
    if wanted not in known:
        hint = nearest.hint(wanted, known) if known else "say what it becomes: x * 1.8"
        raise Mistake(f"no conversion from {unit} to {wanted} is known", hint)
    return known[wanted]


def _converted(column: str, kind: str, by: Known) -> Becoming:
    """Whole numbers stay whole: who sends them keeps to the type that was agreed on."""
    if kind not in (INTEGER, NUMBER):
        raise Mistake(f"{column} is {kind}, and only numbers have a unit")
    scaled = Call("multiply", (ColumnOf(column), Constant(by.factor)))
    moved: Expression = Call("add", (scaled, Constant(by.offset)))
    if kind == INTEGER:
        moved = Call("floor", (Call("add", (moved, Constant(0.5))),))
    return Becoming(column, "unit", kind, typed(moved, {column: kind}))


def _of(expression: Expression, column: str) -> Expression:
    """Over the column itself, which the text calls x."""
    match expression:
        case ColumnOf(name=name):
            return ColumnOf(column) if name == VALUE else expression
        case Call(operation=operation, arguments=arguments, type=kind):
            return Call(operation, tuple(_of(one, column) for one in arguments), kind)
        case _:
            return expression
