"""Plain aggregates count what DuckDB's own counting does; other engines: tests/engines."""

import math
from collections.abc import Callable

import ibis.expr.types as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from side_by_side import differences

from mainstay.core.typed import INTEGER
from mainstay.data import profile
from mainstay.data.expression import constant
from mainstay.data.profile import NOTHING, Bins, Selection

ZERO = constant(0, INTEGER)
Stored = Callable[..., ir.Table]
TYPES = {"temp": "float64", "seats": "int64", "carrier": "string", "late": "boolean"}
BINS = Bins(
    {"temp": (-1.0, 0.0, 0.5, 1e9), "seats": ()},
    {"carrier": ("", "B6", "UA"), "late": ("false", "true")},
)
ROW = st.fixed_dictionaries(
    {
        "temp": st.none() | st.sampled_from([-1.0, -0.0, 0.5, 3.0, math.nan, math.inf, -math.inf]),
        "seats": st.none() | st.sampled_from([0, 7, 2**53 + 1]),
        "carrier": st.none() | st.sampled_from(["UA", "B6", "AA", ""]),
        "late": st.none() | st.booleans(),
    }
)


@settings(max_examples=10)
@given(rows=st.lists(ROW, max_size=40))
def test_counts_are_those_of_the_engines_own(stored: Stored, rows: list[dict[str, object]]) -> None:
    table = stored(TYPES, **{name: [row[name] for row in rows] for name in TYPES})

    nothing, found = profile._elsewhere(table, Selection(BINS), constant(1, INTEGER), 2)

    assert nothing == profile._elsewhere(table.limit(0), Selection(BINS), ZERO, 1)[0]
    assert differences(profile.profile(table, BINS), found) == []


def test_only_rows_where_a_column_is_true_are_counted(stored: Stored) -> None:
    table = stored({"seats": "int64", "late": "boolean"}, seats=[1, 2, 3], late=[True, False, None])
    only = (Selection(Bins({"seats": (2.0,)}, {}), "late"),)

    (found,) = profile._elsewhere(table, *only, ZERO, 1)

    assert (found,) == profile.selected(table, only, ZERO, 1)[0]
    assert (found.rows, found.columns[0].counts) == (1, (1, 0))


def test_a_table_without_columns_to_count_has_its_rows(stored: Stored) -> None:
    table = stored({"seats": "int64"}, seats=[1, None])

    (found,) = profile._elsewhere(table, Selection(NOTHING), ZERO, 1)

    assert (found.rows, found.columns) == (2, ())


@pytest.mark.parametrize("planted", [0.5, 0.4999999999999999])
def test_a_value_at_an_edge_begins_the_next_bin(stored: Stored, planted: float) -> None:
    table = stored({"temp": "float64"}, temp=[planted])

    (found,) = profile._elsewhere(table, Selection(Bins({"temp": (0.0, 0.5, 1.0)}, {})), ZERO, 1)

    assert found.columns[0].counts == ((0, 0, 1, 0) if planted == 0.5 else (0, 1, 0, 0))
