import math
from collections.abc import Callable
from datetime import UTC, date, datetime

import ibis.expr.types as ir
import numpy as np
import pytest

from mainstay.core.columns import Text
from mainstay.core.errors import Mistake
from mainstay.data import columns

Stored = Callable[..., ir.Table]


def test_numbers_have_the_type_that_holds_their_nulls(stored: Stored) -> None:
    table = stored(
        {"n": "float64", "i": "int64", "j": "int64", "b": "boolean", "c": "boolean"},
        n=[1.5, None],
        i=[2**62, 1],
        j=[7, None],
        b=[True, False],
        c=[None, True],
    )

    made = columns.fetched(table)

    kinds = {
        name: str(values.dtype) for name, values in made.items() if isinstance(values, np.ndarray)
    }
    assert kinds == {"n": "float64", "i": "int64", "j": "float64", "b": "bool", "c": "float64"}
    assert made["i"].tolist() == [2**62, 1]
    assert math.isnan(made["j"][1])
    assert math.isnan(made["c"][0])


def test_text_is_codes_of_the_sorted_levels_observed(stored: Stored) -> None:
    table = stored({"carrier": "string"}, carrier=["UA", None, "B6", "UA"])

    made = columns.fetched(table)["carrier"]

    assert isinstance(made, Text)
    assert (made.codes.tolist(), made.codes.dtype, made.levels) == (
        [1, -1, 0, 1],
        np.int32,
        ("B6", "UA"),
    )


def test_text_that_is_no_given_level_is_missing(stored: Stored) -> None:
    table = stored({"carrier": "string"}, carrier=["UA", "B6", None])

    made = columns.fetched(table, {"carrier": ("UA", "AA")})["carrier"]

    assert isinstance(made, Text)
    assert (made.codes.tolist(), made.levels) == ([0, -1, -1], ("UA", "AA"))


def test_times_are_whole_numbers_since_1970(stored: Stored) -> None:
    table = stored(
        {"day": "date", "time": "timestamp('UTC')"},
        day=[date(1970, 1, 2)],
        time=[datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)],
    )

    made = columns.fetched(table)

    assert (made["day"].tolist(), made["time"].tolist()) == ([1], [1_000_000])
    assert made["day"].dtype == made["time"].dtype == np.int64


def test_no_rows_are_columns_of_no_rows(stored: Stored) -> None:
    made = columns.fetched(stored({"n": "float64", "carrier": "string"}, n=[], carrier=[]))

    assert isinstance(made["carrier"], Text)
    assert (len(made["n"]), len(made["carrier"].codes)) == (0, 0)


def test_levels_are_sorted_by_code_point_without_null(stored: Stored) -> None:
    table = stored({"carrier": "string"}, carrier=["b", "É", None, "B", "a", "b"])

    assert columns.levels(table, ("carrier",)) == {"carrier": ("B", "a", "b", "É")}


def test_only_text_has_levels(stored: Stored) -> None:
    table = stored({"temp": "float64"}, temp=[1.0])

    with pytest.raises(Mistake, match="temp is float64; only text has levels"):
        columns.levels(table, ("temp",))


def test_a_type_that_no_array_holds_is_refused(stored: Stored) -> None:
    table = stored({"text": "string"}, text=["a"])

    with pytest.raises(Mistake, match="parts is list<"):
        columns.fetched(table.select(parts=table.text.split(",")))
