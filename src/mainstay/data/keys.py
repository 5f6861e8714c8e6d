"""Whether each row has a time and a key of its own."""

from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from pyarrow import compute

from mainstay.core.errors import Mistake
from mainstay.core.typed import INTEGER, TEXT
from mainstay.data import dialect, engine, schema
from mainstay.data.context import Decisions

_KINDS = (INTEGER, TEXT)
_ROWS = 65_536  # looked at together


def refuse(decisions: Decisions, what: str) -> None:
    """Raises Mistake for a key or time that is not there, null or, of the key, there twice."""
    table = decisions.table
    key = schema.column(table, decisions.key, what)
    time = schema.column(table, decisions.time, what)
    if schema.neutral(key.type()) not in _KINDS:
        raise Mistake(f"the key {decisions.key} is {key.type()}", "a key is a whole number or text")
    if schema.engine(table) == schema.DUCKDB and _rises(table.select(key, time)):
        return
    asked = {
        "keys": key.count(), "distinct": key.nunique(), "times": time.count(),
        "rows": table.count(),
    }  # fmt: skip
    found = table.aggregate(**asked).to_pyarrow().to_pylist()[0]
    for name, known in ((decisions.key, found["keys"]), (decisions.time, found["times"])):
        if known < found["rows"]:
            lost = found["rows"] - known
            raise Mistake(f"{lost:,} of {found['rows']:,} decisions have no {name}")
    if found["distinct"] < found["rows"]:
        raise _repeated(table, decisions.key)


def _rises(rows: ir.Table) -> bool:
    """Whether each row has both, and each key is greater than the one before, as in most logs.

    No key is there twice then; else nothing is known. To count distinct ones takes ten times as
    long, and this ends where the first key falls.
    """
    last = None
    with engine.streamed(rows, _ROWS) as batches:
        for keys, times in batches:
            if keys.null_count or times.null_count or not _rising(keys, last):
                return False
            last = keys[-1:] if len(keys) else last
    return True


def _rising(keys: Any, last: Any) -> bool:
    """Whether each is greater than the one before it, the first than the last of those before."""
    whole = keys if last is None else pa.concat_arrays([last, keys])
    return compute.all(compute.less(whole[:-1], whole[1:])).as_py() is not False


def _repeated(table: ir.Table, key: str) -> Mistake:
    counts = table.group_by(key).aggregate(mainstay_rows=table.count())
    several = counts.filter(counts.mainstay_rows > 1)
    asked = several.aggregate(keys=several.count(), rows=several.mainstay_rows.sum())
    found = asked.to_pyarrow().to_pylist()[0]
    first = several.order_by(dialect.ordered(several[key])).limit(1).to_pyarrow().to_pylist()[0]
    return Mistake(
        f"{key} is not unique: {found['keys']:,} values on {found['rows']:,} rows,"
        f" for example {first[key]}",
        "a key names one decision; add what tells these rows apart",
    )
