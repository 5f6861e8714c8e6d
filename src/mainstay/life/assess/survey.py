"""What a table looks like, column by column, in two aggregate passes on any engine."""

from datetime import timedelta
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from mainstay.core import parsed, patterns
from mainstay.core.rules import FieldType
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import dialect, schema

SAME_DAY = ibis.interval(hours=36)  # a local date, read as midnight UTC, lies at most so far back
UNIQUE_FROM = 0.5  # only to leave most columns out: of 200 texts DuckDB 1.4 guessed 152
_NUMBER = patterns.pattern(f"[ \\t\\n\\r]*(?:{parsed.NUMBER_FORM})[ \\t\\n\\r]*")
_COUNTS = "nulls", "nulls_known", "levels"
_SHARES = "later", "near", "numbers"
_KINDS: dict[str, FieldType] = {
    FLAG: "boolean", INTEGER: "integer", NUMBER: "number", TEXT: "string", TIME: "timestamp",
    DATE: "date",
}  # fmt: skip


class Facts(NamedTuple):
    """One column. nulls_known: nulls in rows whose label is known; levels: distinct values, about.

    low and high: of numbers, None otherwise. later: share of rows after the decision time; near:
    share at most a day and a half before it; both 0 for what is no time. numbers: share of texts
    that are one, 0 where none has a point or a sign: digits alone may be a code.
    """

    name: str
    kind: FieldType | None
    nulls: int
    nulls_known: int
    levels: int
    low: float | None = None
    high: float | None = None
    later: float = 0.0
    near: float = 0.0
    numbers: float = 0.0


class Survey(NamedTuple):
    """A table: how many rows, in how many the label is known, and every column in its order."""

    rows: int
    known: int
    columns: dict[str, Facts]
    unique: tuple[str, ...]
    span: timedelta


def kind(column: ir.Value) -> FieldType | None:
    """The contract's word for the type of a column; None where it has none."""
    return _KINDS.get(schema.neutral(column.type()))


def surveyed(table: ir.Table, label: str, time: str) -> Survey:
    """Raises nothing of its own; label and time are columns of the table."""
    asked = {
        f"{at}.{what}": value
        for at, name in enumerate(table.columns)
        for what, value in _measures(table, name, label, time).items()
    }
    decided = table[time].cast(TIME)
    whole = {
        "rows": table.count(), "known": table[label].count(),
        "since": decided.min(), "until": decided.max(),
    }  # fmt: skip
    answer = table.aggregate(**whole, **asked).to_pyarrow().to_pylist()[0]
    columns = {
        name: _facts(name, kind(table[name]), answer, f"{at}.")
        for at, name in enumerate(table.columns)
    }
    unique = _unique(table, answer["rows"], columns)
    span = answer["until"] - answer["since"] if answer["since"] else timedelta()
    return Survey(answer["rows"], answer["known"], columns, unique, span)


def distinct(table: ir.Table, name: str) -> int:
    """How many different values a column holds, exactly; null is none."""
    return int(table[name].nunique().to_pyarrow().as_py())


def _measures(table: ir.Table, name: str, label: str, time: str) -> dict[str, ir.Scalar]:
    column = table[name]
    asked: dict[str, ir.Scalar] = {
        "nulls": column.isnull().sum(),
        "nulls_known": (column.isnull() & table[label].notnull()).sum(),
        "levels": column.approx_nunique(),
    }
    found = kind(column)
    if found in ("integer", "number"):
        number = column.cast("float64")
        asked |= {"low": number.min(), "high": number.max()}
    if found == "string":
        number = dialect.matches(column, _NUMBER)
        measured = number & (column.contains(".") | column.contains("-"))
        asked |= {"numbers": number.mean(), "measured": measured.any()}
    if found in ("timestamp", "date") and name != time:
        moment, decided = (one.cast(TIME) for one in (column, table[time]))
        near = (moment <= decided) & (moment >= decided - SAME_DAY)
        asked |= {"later": (moment > decided).mean(), "near": near.mean()}
    return asked


def _facts(
    name: str, kind: FieldType | None, answer: dict[str, float | None], prefix: str
) -> Facts:
    nulls, known, levels = (int(answer[prefix + what] or 0) for what in _COUNTS)
    low, high = answer.get(prefix + "low"), answer.get(prefix + "high")
    later, near, numbers = (answer.get(prefix + what) or 0.0 for what in _SHARES)
    written = numbers if answer.get(prefix + "measured") else 0.0
    return Facts(name, kind, nulls, known, levels, low, high, later, near, written)


def _unique(table: ir.Table, rows: int, columns: dict[str, Facts]) -> tuple[str, ...]:
    """Columns of text or integers that hold another value in every row."""
    likely = [
        facts.name
        for facts in columns.values()
        if facts.kind in ("string", "integer")
        and not facts.nulls
        and facts.levels >= UNIQUE_FROM * rows
    ]
    if not likely:
        return ()
    counted = table.aggregate(**{name: table[name].nunique() for name in likely})
    return tuple(name for name, n in counted.to_pyarrow().to_pylist()[0].items() if n == rows)
