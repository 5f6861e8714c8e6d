"""Rows that stream by in batches of arrays: read once, held nowhere."""

from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray
from pyarrow import compute

from mainstay.core.columns import Text
from mainstay.core.typed import NUMBER, TEXT
from mainstay.data import schema
from mainstay.data.engine import in_order
from mainstay.data.expression import constant
from mainstay.stats import tallies
from mainstay.stats.blocks import Floats
from mainstay.stats.tallies import Whole

_ROWS = 65_536  # of a batch: what it costs besides its values is then a twentieth of them
_SMALL = 255  # codes in a byte, what is missing among them: a quarter of the way into Arrow
Flags = NDArray[np.bool_]


def _found_in(levels: object, value: object) -> None:
    """A function that the engine has: the place of a value in a list from 1, null for none."""


_position = ibis.udf.scalar.builtin(
    _found_in, name="list_position", signature=(("array<string>", TEXT), "int32")
)


class Span(NamedTuple):
    """Rows whose moment, under a name of what was asked, lies in [since, until)."""

    name: str
    since: datetime
    until: datetime


class Batch:
    """Some rows; what is made of them is made once."""

    def __init__(self, columns: Any) -> None:
        """columns: a RecordBatch, which has no types."""
        self._columns = columns
        self._made: dict[Hashable, NDArray[Any]] = {}

    @property
    def rows(self) -> int:
        """How many."""
        count: int = self._columns.num_rows
        return count

    def once(self, what: Hashable, made: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """What is made, when it is first asked for."""
        if what not in self._made:
            self._made[what] = made()
        return self._made[what]

    def numbers(self, name: str) -> Floats:
        """A column of doubles, NaN for a null."""
        return self.once(name, lambda: self._filled(name, np.nan))

    def known(self, name: str) -> Floats:
        """The values of a column of doubles that are there and not NaN, in order."""
        return self.once((name, "known"), lambda: self._known(name))

    def ends(self, name: str) -> Floats:
        """The least and the largest of those, see stats.tallies."""
        return self.once((name, "ends"), lambda: tallies.ends(self.known(name)))

    def wholes(self, name: str) -> Whole:
        """A column of whole numbers, 0 for a null."""
        return self.once(name, lambda: self._filled(name, 0))

    def column(self, name: str) -> Any:
        """A column as Arrow holds it."""
        return self._columns[name]

    def coded(self, name: str) -> Text:
        """A column by its distinct values, whatever they are; -1 for a null."""
        coded = self._columns[name].dictionary_encode()
        codes = compute.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
        return Text(codes, tuple(coded.dictionary.to_pylist()))

    def flags(self, name: str) -> Flags:
        """A column of truth values; a null is false."""
        return self.once(name, lambda: self._filled(name, value=False))

    def _known(self, name: str) -> Floats:
        column = self._columns[name]
        dropped = column.drop_null().to_numpy() if column.null_count else None
        values = self.numbers(name) if dropped is None else dropped
        missing = np.isnan(values.min(initial=np.inf))
        return values[~np.isnan(values)] if missing else values

    def _filled(self, name: str, value: float) -> NDArray[Any]:
        column = self._columns[name]
        known = compute.fill_null(column, value) if column.null_count else column
        found: NDArray[Any] = known.to_numpy(zero_copy_only=False)
        return found


class Asked:
    """What is asked of each row of a table, each value once however often it is asked."""

    def __init__(self, table: ir.Table) -> None:
        self.table, self.engine = table, schema.engine(table)
        self._names: dict[ops.Value, str] = {}
        self._said: dict[ops.Value, ops.Value] = {}
        self._rows = table.op()
        while isinstance(self._rows, ops.Project):
            self._rows = self._rows.parent

    def of(self, value: ir.Value) -> str:
        """The name under which every batch holds a value of the table."""
        return self._names.setdefault(self.plain(value.op()), f"{len(self._names)}")

    def number(self, value: ir.Value) -> str:
        """The same for a number, as a double; NaN is null in arrays, and need not be made it."""
        match self.plain(value.op()):
            case ops.IfElse(ops.IsNan(number), ops.Literal(None), same) if same == number:
                return self.of(number.to_expr().cast(NUMBER))
            case number:
                return self.of(number.to_expr().cast(NUMBER))

    def code(self, value: ir.Value, levels: tuple[str, ...]) -> str:
        """The same for a text, as 1 for the first level, one more than levels for a null, or null.

        A boolean is "true" or "false". Of a text a function and nothing around it: the engine looks
        at each word of a dictionary once.
        """
        if not value.type().is_boolean():
            place = _position(ibis.literal([*levels, None], "array<string>"), value.cast(TEXT))
            return self.of(place.cast("uint8") if len(levels) < _SMALL else place)
        place = {level: constant(at, "int32") for at, level in enumerate(levels, 1)}
        true, false = (place.get(one, constant(0, "int32")) for one in ("true", "false"))
        return self.of(ibis.cases((value, true), (~value, false), else_=len(levels) + 1))

    def plain(self, value: ops.Value) -> ops.Value:
        """The same value said of the rows as they are read, whatever selects have named it."""
        value = meant(value)
        if value not in self._said:
            fields = value.find(_is_named, filter=ops.Value)
            said = {one: self.plain(one) for one in fields}
            self._said[value] = value.replace(said, filter=ops.Value) if said else value
        return self._said[value]

    def rows(self) -> ir.Table:
        """What was asked so far of all rows, each value under its name."""
        named = {name: one for one, name in self._names.items()}
        return ops.Project(self._rows, named).to_expr()

    def batches(self, span: Span | None = None) -> Iterator[Batch]:
        """All rows, or those of a span, in order.

        The engine answers nothing else until they are through. Ask no more of the table after.
        """
        rows = self._relation
        if span:
            rows = rows.filter(
                f"\"{span.name}\" >= TIMESTAMPTZ '{span.since.isoformat()}'"
                f" AND \"{span.name}\" < TIMESTAMPTZ '{span.until.isoformat()}'"
            )
        with in_order(ibis.get_backend(self.table)):
            yield from map(Batch, rows.to_arrow_reader(_ROWS))

    @cached_property
    def _relation(self) -> Any:
        """Put into words once; what Ibis gives in batches makes a second copy of all rows, and

        breaks with DuckDB 2.
        """
        rows = self.rows()
        return ibis.get_backend(rows)._to_duckdb_relation(rows)  # noqa: SLF001


def meant(value: ops.Value) -> ops.Value:
    """What selects have named by a column."""
    while _is_named(value):
        value = value.rel.values[value.name]
    return value


def _is_named(value: ops.Value) -> bool:
    return isinstance(value, ops.Field) and isinstance(value.rel, ops.Project)
