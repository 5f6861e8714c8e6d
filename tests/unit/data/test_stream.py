"""Rows in batches."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from mainstay.data import stream
from mainstay.data.stream import Asked

Stored = Callable[..., ir.Table]


def test_a_value_asked_twice_is_streamed_once(stored: Stored) -> None:
    rows = stored({"seats": "int64"}, seats=[1, 2])
    asked = Asked(rows)

    names = [asked.of(rows.seats.cast("float64")) for _ in range(2)]

    (batch,) = asked.batches()
    assert len(set(names)) == batch.num_columns == 1
    assert stream.numbers(batch, names[0]).tolist() == [1.0, 2.0]


def test_all_rows_come_in_order_in_batches_of_a_bounded_size() -> None:
    rows = ibis.memtable(pa.table({"place": np.arange(50_000)}))
    asked = Asked(rows)
    name = asked.of(rows.place)

    batches = [stream.wholes(batch, name) for batch in asked.batches()]

    assert max(one.size for one in batches) <= stream._ROWS
    assert np.concatenate(batches).tolist() == list(range(50_000))


def test_a_null_is_no_number_and_not_true(stored: Stored) -> None:
    rows = stored({"temp": "float64", "late": "boolean"}, temp=[1.5, None], late=[True, None])
    asked = Asked(rows)
    temp, late = asked.of(rows.temp), asked.of(rows.late)

    (batch,) = asked.batches()

    assert np.isnan(stream.numbers(batch, temp)).tolist() == [False, True]
    assert stream.flags(batch, late).tolist() == [True, False]


def test_no_rows_are_no_batches_or_empty_ones(stored: Stored) -> None:
    asked = Asked(stored({"seats": "int64"}, seats=[]))
    name = asked.of(asked.table.seats)

    assert sum(stream.wholes(batch, name).size for batch in asked.batches()) == 0
