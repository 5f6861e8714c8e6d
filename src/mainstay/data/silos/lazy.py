"""A table elsewhere that DuckDB reads as it needs it: only the columns and rows of each question.

DuckDB hands columns and filters to whatever is a dataset of Arrow; this is one whose rows are
fetched by a function.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from mainstay.data.silos.bounds import Bound, bounds

Batches = Iterable[Any]
Fetch = Callable[[tuple[str, ...], tuple[Bound, ...]], Batches]
"""Columns and bounds in, batches with these columns out; rows beyond the bounds may be among them."""


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
        filter: Any = None,
        **how: Any,  # noqa: A002 - Arrow's name
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
