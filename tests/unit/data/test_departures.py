from collections.abc import Callable

import ibis.expr.types as ir
import pytest

from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column
from mainstay.data import departures, profile
from mainstay.data.departures import Departures
from mainstay.data.profile import Bins

Stored = Callable[..., ir.Table]
BEFORE = (
    Column("temp", "float64"), Column("seats", "int64"), Column("carrier", "string"),
    Column("late", "boolean"), Column("time", "timestamp('UTC')"),
)  # fmt: skip
BINS = Bins({"temp": (0.0,), "seats": (1.0,)}, {"carrier": ("UA",), "late": ("false", "true")})


@pytest.fixture
def now(stored: Stored) -> ir.Table:
    """Temperatures are gone, seats have a fraction, carrier is a number; gate is new."""
    types = {"seats": "float64", "carrier": "int64", "late": "boolean", "gate": "string"}
    return stored(types, seats=[0.5, 1.5], carrier=[1, 2], late=[True, None], gate=["a", "b"])


def test_what_is_missing_new_or_of_another_type_is_told_and_the_rest_is_counted(
    now: ir.Table,
) -> None:
    with pytest.raises(Mistake, match="has no column temp"):
        profile.profile(now, BINS)

    found, told = departures.profile(now, BINS, BEFORE)

    assert told == Departures(
        missing=(BEFORE[0], BEFORE[4]),
        extra=(Column("gate", "string"),),
        retyped=(Column("seats", "float64"), Column("carrier", "int64")),
    )
    assert found.rows == 2
    assert [one.name for one in found.columns] == ["seats", "late"]
    assert [one.counts for one in found.columns] == [(1, 1), (0, 1)]


def test_the_same_columns_in_another_order_are_no_departure() -> None:
    assert departures.departures(BEFORE, BEFORE[::-1]) == Departures()
