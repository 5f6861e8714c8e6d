"""Columns from an engine into memory, by way of Arrow, for fits and statistics."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis.expr.types import Table

from mainstay.core.columns import Columns, Numbers, Text
from mainstay.core.errors import Mistake
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import schema

_WHOLE = {
    INTEGER: pa.int64(), NUMBER: pa.float64(), TEXT: pa.string(), FLAG: pa.bool_(),
    DATE: pa.date32(), TIME: pa.timestamp("us", "UTC"),
}  # fmt: skip


def fetched(table: Table, levels: dict[str, tuple[str, ...]] | None = None) -> Columns:
    """All rows in the order of the table; order it where several are fetched side by side.

    levels: of text columns whose codes are given; else the sorted texts observed. Days and
    microseconds since 1970 (UTC) stand for dates and times. With nulls: float64 and NaN.
    """
    given, kinds = levels or {}, schema.types(table)
    rows = table.to_pyarrow()  # widened here: the same asked of the engine costs it half of all
    return {name: values(rows[name], name, kinds[name], given.get(name)) for name in kinds}


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


def values(
    found: pa.ChunkedArray, name: str, kind: str, given: tuple[str, ...] | None = None
) -> Numbers | Text:
    """One column of a neutral type, for example of a batch; see `fetched`."""
    if kind not in _WHOLE:
        raise Mistake(f"{name} is {found.type}", f"known: numbers, booleans, times and {TEXT}")
    found = found.cast(_WHOLE[kind], safe=kind != TIME)  # parts of a microsecond are dropped
    if kind == TEXT:
        return _text(found, given)
    if kind in (DATE, TIME):
        found = found.cast(pa.int32() if kind == DATE else pa.int64()).cast(pa.int64())
    made: Numbers = (found.cast(pa.float64()) if found.null_count else found).to_numpy()
    return made


def _text(values: pa.ChunkedArray, given: tuple[str, ...] | None) -> Text:
    coded = values.combine_chunks().dictionary_encode()
    seen = coded.dictionary.to_pylist()
    levels = tuple(sorted(seen)) if given is None else given
    place = {level: code for code, level in enumerate(levels)}
    codes = np.array([*(place.get(text, -1) for text in seen), -1], dtype=np.int32)
    return Text(codes[pc.fill_null(coded.indices, len(seen)).to_numpy()], levels)
