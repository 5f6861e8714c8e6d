"""Columns from an engine into memory, by way of Arrow, for fits and statistics."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis.expr.types import Table

from mainstay.core.columns import Columns, Numbers, Text
from mainstay.core.errors import Mistake
from mainstay.core.typed import TEXT
from mainstay.data import schema

_PLAIN = ("int64", "double", "bool")


def fetched(table: Table, levels: dict[str, tuple[str, ...]] | None = None) -> Columns:
    """All rows in the order of the table; order it where several are fetched side by side.

    levels: of text columns whose codes are given; else the sorted texts observed. Days and
    microseconds since 1970 (UTC) stand for dates and times. With nulls: float64 and NaN.
    """
    given = levels or {}
    rows = schema.widened(table).to_pyarrow()
    return {name: _values(rows[name], name, given.get(name)) for name in rows.column_names}


def levels(table: Table, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The texts observed in each column, sorted by code point; null is no level."""
    found = {}
    for name in names:
        value = schema.column(table, name, "the table")
        if not value.type().is_string():
            raise Mistake(f"{name} is {value.type()}; only text has levels")
        seen = table.select(name).distinct().to_pyarrow()[name].to_pylist()
        found[name] = tuple(sorted(text for text in seen if text is not None))
    return found


def _values(values: pa.ChunkedArray, name: str, given: tuple[str, ...] | None) -> Numbers | Text:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _text(values, given)
    if pa.types.is_date32(kind):
        values = values.cast(pa.int32()).cast(pa.int64())
    elif pa.types.is_timestamp(kind):
        values = values.cast(pa.int64())
    if str(values.type) not in _PLAIN:
        raise Mistake(f"{name} is {kind}", f"known: numbers, booleans, times and {TEXT}")
    made: Numbers = (values.cast(pa.float64()) if values.null_count else values).to_numpy()
    return made


def _text(values: pa.ChunkedArray, given: tuple[str, ...] | None) -> Text:
    coded = values.combine_chunks().dictionary_encode()
    seen = coded.dictionary.to_pylist()
    levels = tuple(sorted(seen)) if given is None else given
    place = {level: code for code, level in enumerate(levels)}
    codes = np.array([*(place.get(text, -1) for text in seen), -1], dtype=np.int32)
    return Text(codes[pc.fill_null(coded.indices, len(seen)).to_numpy()], levels)
