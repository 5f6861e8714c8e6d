"""A table elsewhere that DuckDB reads as it needs it: only the columns and rows of each question.

DuckDB hands columns and filters to whatever is a dataset of Arrow; this is one whose rows are
fetched by a function.
"""

import operator
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from mainstay.data.silos.bounds import Bound, bounds

Batches = Iterable[Any]
Fetch = Callable[[tuple[str, ...], tuple[Bound, ...]], Batches]
"""Columns and bounds in, batches with these columns out, rows beyond the bounds among them."""


class Lazy(ds.Dataset):  # type: ignore[misc]  # Arrow comes without types
    """Rows of a schema, fetched at each scan."""

    def __init__(self, schema: Any, fetch: Fetch) -> None:
        """schema: a pyarrow Schema, which has no types."""
        self._columns, self._fetch = schema, fetch

    @property
    def schema(self) -> Any:
        """As Arrow says it."""
        return self._columns

    def scanner(
        self,
        columns: Any = None,
        filter: Any = None,  # noqa: A002 - Arrow's name
        **how: Any,
    ) -> Any:
        """A scanner of Arrow over what was fetched; it applies the filter whatever was fetched."""
        wanted = tuple(self.schema.names if columns is None else columns)
        asked = self._with_filtered(wanted, filter)
        kinds = pa.schema([self.schema.field(name) for name in asked])
        found = self._fetch(asked, bounds(str(filter), asked) if filter is not None else ())
        rows = pa.RecordBatchReader.from_batches(kinds, (one.cast(kinds) for one in found))
        return ds.Scanner.from_batches(rows, columns=list(wanted), filter=filter, **how)

    def _with_filtered(self, wanted: tuple[str, ...], filter: Any) -> tuple[str, ...]:  # noqa: A002
        """A filter may speak of columns that are not asked for."""
        if filter is None:
            return wanted or (self.schema.names[0],)
        said = str(filter)
        return tuple(name for name in self.schema.names if name in wanted or _spoken(name, said))


def _spoken(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def placed(schema: Any, times: Iterable[str]) -> Any:
    """A schema of Arrow in which plain times of these columns are in UTC, so that filters of them

    reach a source as they are.
    """
    for name in times:
        at = schema.get_field_index(name)
        kind = schema.field(at).type if at >= 0 else None
        if kind is not None and pa.types.is_timestamp(kind) and kind.tz is None:
            schema = schema.set(at, pa.field(name, pa.timestamp(kind.unit, "UTC")))
    return schema


def in_utc(dataset: Any, times: Iterable[str]) -> Any:
    """A dataset of Arrow with plain times of these columns in UTC; its own filters are of plain

    ones.
    """
    plain, shown = dataset.schema, placed(dataset.schema, times)
    if shown.equals(plain):
        return dataset

    def fetch(columns: tuple[str, ...], bounds: tuple[Bound, ...]) -> Batches:
        kept = [_compared(one, plain.field(one.column).type) for one in bounds]
        both = reduce(operator.and_, kept) if kept else None
        yield from dataset.scanner(columns=list(columns), filter=both).to_batches()

    return Lazy(shown, fetch)


def _compared(bound: Bound, kind: Any) -> Any:
    value = bound.value
    if isinstance(value, datetime) and pa.types.is_timestamp(kind) and kind.tz is None:
        value = value.replace(tzinfo=None)
    return HOW[bound.how](ds.field(bound.column), pa.scalar(value))


HOW = {
    "==": operator.eq, "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
"""Each way that a bound compares."""
