from datetime import UTC, datetime

import ibis.expr.types as ir
import numpy as np

from mainstay.life.assess.sample import fetched, sampled

ROWS = 2400


def test_a_small_table_is_taken_whole(visits: ir.Table) -> None:
    assert sampled(visits, "visit", rows=ROWS, most=ROWS) is visits


def test_a_large_one_gives_about_as_many_rows_as_asked(visits: ir.Table) -> None:
    part = sampled(visits, "visit", rows=ROWS, most=800)

    assert 700 < part.count().to_pyarrow().as_py() < 900


def test_the_same_rows_come_whatever_their_order(visits: ir.Table) -> None:
    keys = [
        set(sampled(one, "visit", rows=ROWS, most=600).visit.to_pyarrow().to_pylist())
        for one in (visits, visits.order_by("pulse"))
    ]

    assert keys[0] == keys[1]


def test_columns_come_with_the_time_in_microseconds(visits: ir.Table) -> None:
    found, when = fetched(visits.order_by("seen_at").limit(3), ("age", "ward"), "seen_at")
    first = visits.seen_at.min().to_pyarrow().as_py()

    assert list(found) == ["age", "ward"]
    assert when.dtype == np.int64
    assert when[0] == (first - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1e6
