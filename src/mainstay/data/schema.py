"""Column types that every engine means alike: one of six, or the engine's own."""

from typing import NamedTuple

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir

from mainstay.core import nearest
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME

DUCKDB, SPARK, POSTGRES = "duckdb", "pyspark", "postgres"
_SAME = {dt.String: TEXT, dt.Boolean: FLAG, dt.Date: DATE, dt.Timestamp: TIME}
_EXACT = 18  # decimal digits that int64 always holds


def neutral(kind: dt.DataType) -> str:
    """The type of TYPES that holds every value of an engine's type; else its own name."""
    match kind:
        case dt.Decimal(precision=int(precision), scale=0) if precision <= _EXACT:
            return INTEGER
        case dt.Integer() if not kind.is_uint64():
            return INTEGER
        case dt.Floating() | dt.Decimal():
            return NUMBER
        case _:
            return _SAME.get(type(kind), str(kind.copy(nullable=True)))


def engine(value: ir.Expr) -> str:
    """Which engine a table or value is asked of, "" for none yet; rows in memory are DuckDB's."""
    if value.op().find(ops.UnboundTable):
        return ""
    name: str = value.get_backend().name
    return name


def columns(table: ir.Table) -> tuple[Column, ...]:
    """Name and neutral type of every column, in order."""
    return tuple(Column(name, neutral(kind)) for name, kind in table.schema().items())


def types(table: ir.Table) -> dict[str, str]:
    """Column -> neutral type."""
    return {column.name: column.type for column in columns(table)}


def widened(table: ir.Table) -> ir.Table:
    """The same rows in neutral types, NaN as null; a time without a zone is UTC."""
    return table.select(**{name: _without_nan(plain(table[name])) for name in table.columns})


def plain(value: ir.Value) -> ir.Value:
    """A value in its neutral type."""
    kind = value.type()
    same = kind.timezone == "UTC" if kind.is_timestamp() else str(kind) == neutral(kind)
    return value if same else value.cast(neutral(kind))


def _without_nan(value: ir.Value) -> ir.Value:
    if not value.type().is_floating() or _has_no_nan(value.op()):
        return value
    return ibis.ifelse(value.isnan(), ibis.null(NUMBER), value)


def _has_no_nan(node: ops.Value) -> bool:
    """Whether it was widened before: said again and again it is too long for Spark to compile."""
    while isinstance(node, ops.Field) and isinstance(node.rel, ops.Project | ops.Filter | ops.Sort):
        node = node.rel.values[node.name]
    match node:
        case ops.IfElse(ops.IsNan(number), ops.Literal(None), same):
            return bool(number == same)
        case _:
            return False


def column(table: ir.Table, name: str, what: str) -> ir.Value:
    """The column of that name; Mistake with the nearest name and what it was wanted for."""
    if name not in table.columns:
        raise Mistake(f"{what} has no column {name}", nearest.hint(name, table.columns))
    return table[name]


class Difference(NamedTuple):
    """A column that is gone (now is empty), new (before is empty), or of another type."""

    name: str
    before: str
    now: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.name} is new"
        return f"{self.name} was {self.before} and is {self.now or 'gone'}"


def differences(before: tuple[Column, ...], now: tuple[Column, ...]) -> tuple[Difference, ...]:
    """Of all columns: those there were, in their order, then new ones."""
    was, found = ({one.name: one.type for one in some} for some in (before, now))
    return tuple(
        Difference(name, was.get(name, ""), found.get(name, ""))
        for name in dict.fromkeys((*was, *found))
        if was.get(name) != found.get(name)
    )
