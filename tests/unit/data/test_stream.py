"""Rows in batches."""

import math
from collections.abc import Callable
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis.backends.duckdb import Backend

from mainstay.data import engine, schema, stream
from mainstay.data.stream import Asked

Stored = Callable[..., ir.Table]


def test_a_value_asked_twice_is_streamed_once(stored: Stored) -> None:
    rows = stored({"seats": "int64"}, seats=[1, 2])
    asked = Asked(rows)

    names = [asked.of(rows.seats.cast("float64")) for _ in range(2)]

    (batch,) = asked.batches()
    assert len(set(names)) == 1
    assert batch.numbers(names[0]).tolist() == [1.0, 2.0]


def test_all_rows_come_in_order_in_batches_of_a_bounded_size() -> None:
    rows = ibis.memtable(pa.table({"place": np.arange(50_000)}))
    asked = Asked(rows)
    name = asked.of(rows.place)

    batches = [batch.wholes(name) for batch in asked.batches()]

    assert max(one.size for one in batches) <= stream._ROWS
    assert np.concatenate(batches).tolist() == list(range(50_000))


def test_a_null_is_no_number_and_not_true(stored: Stored) -> None:
    rows = stored({"temp": "float64", "late": "boolean"}, temp=[1.5, None], late=[True, None])
    asked = Asked(rows)
    temp, late = asked.of(rows.temp), asked.of(rows.late)

    (batch,) = asked.batches()

    assert np.isnan(batch.numbers(temp)).tolist() == [False, True]
    assert batch.flags(late).tolist() == [True, False]


def test_no_rows_are_no_batches_or_empty_ones(stored: Stored) -> None:
    asked = Asked(stored({"seats": "int64"}, seats=[]))
    asked.of(asked.table.seats)

    assert sum(batch.rows for batch in asked.batches()) == 0


def test_a_value_is_asked_of_the_rows_as_they_are_read(stored: Stored) -> None:
    rows = stored({"temp": "float64"}, temp=[1.5, math.nan, None])
    named = schema.widened(rows).mutate(warm=ibis._.temp > 1).mutate(both=ibis._.warm & ibis._.warm)
    asked = Asked(named)

    temp, same, both = asked.number(named.temp), asked.number(rows.temp), asked.of(named.both)

    (batch,) = asked.batches()
    assert temp == same
    assert np.isnan(batch.numbers(temp)).tolist() == [False, True, True]
    assert batch.flags(both).tolist() == [True, False, False]


def test_a_code_tells_levels_nulls_and_all_else_apart(stored: Stored) -> None:
    types = {"carrier": "string", "late": "boolean"}
    rows = stored(types, carrier=["UA", "B6", "", None], late=[True, False, True, None])
    asked = Asked(rows)
    carrier, late = asked.code(rows.carrier, ("B6", "UA")), asked.code(rows.late, ("true",))

    (batch,) = asked.batches()

    assert batch.wholes(carrier).tolist() == [2, 1, 0, 3]
    assert batch.wholes(late).tolist() == [1, 0, 1, 2]


def test_one_thread_reads_rows_in_turn_and_all_threads_read_afterwards(tmp_path: Path) -> None:
    """Also where nobody wants the rest."""
    path, made = tmp_path / "rows.parquet", engine.connect(tmp_path)
    made.con.execute(f"COPY (FROM range(50000)) TO '{path}' (ROW_GROUP_SIZE 5000)")
    asked = Asked(made.read_parquet(str(path)))
    asked.of(asked.table["range"])

    batches = asked.batches()
    next(batches)
    during = _threads(made)
    batches.close()

    assert (during, _threads(made)) == (1, engine.THREADS)


def _threads(made: Backend) -> int:
    (found,) = made.con.cursor().execute("SELECT current_setting('threads')").fetchone()
    return int(found)
