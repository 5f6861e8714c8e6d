"""Decisions are cut by calendar, in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import ibis.expr.types as ir
import pytest

from mainstay.contract.batch import UNITS
from mainstay.core.errors import Mistake
from mainstay.data import partitions
from mainstay.data.partitions import aligned, cut

Stored = Callable[..., ir.Table]
MOMENTS = [
    datetime(2023, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(2024, 1, 1, tzinfo=UTC),
    datetime(2024, 1, 31, 5, tzinfo=UTC),
    datetime(2024, 2, 29, 5, 30, tzinfo=UTC),
]


def table(stored: Stored) -> ir.Table:
    return stored({"at": "timestamp('UTC')"}, at=[*MOMENTS, MOMENTS[-1]])


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("hour", ["2023-12-31T23", "2024-01-01T00", "2024-01-31T05", "2024-02-29T05"]),
        ("day", ["2023-12-31", "2024-01-01", "2024-01-31", "2024-02-29"]),
        ("month", ["2023-12", "2024-01", "2024-02"]),
        ("year", ["2023", "2024"]),
        ("all", ["all"]),
    ],
)
def test_every_row_is_in_one_partition(stored: Stored, unit: str, names: list[str]) -> None:
    found = cut(table(stored), "at", unit)

    assert [one.name for one in found] == names
    for moment in MOMENTS:
        inside = [one for one in found if one.window.since <= moment < one.window.until]
        assert len(inside) == 1
    assert sum(one.rows for one in found) == 5
    assert all(aligned(one.window.since, unit) for one in found)


def test_a_moment_within_a_partition_cuts_it() -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=1)

    assert [unit for unit in UNITS if aligned(moment, unit)] == ["all"]


def test_no_rows_are_no_partitions(stored: Stored) -> None:
    empty = stored({"at": "timestamp('UTC')"}, at=[])

    assert cut(empty, "at", "day") == cut(empty, "at", "all") == ()


def test_more_partitions_than_anyone_reads_are_refused(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "MOST", 3)

    with pytest.raises(Mistake, match="more than 3 partitions by the hour"):
        cut(table(stored), "at", "hour")
