"""Profiles of windows: the counts are those of DuckDB, whatever counts."""

import math
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
import trap_rows
from side_by_side import Engine, differences

from mainstay.core.nouns import Window
from mainstay.data import live, profile
from mainstay.data.profile import Bins

DAY = timedelta(days=1)
NAMES = ("whole", "other", "number", "second", "text", "part", "flag", "sign")
EDGES = (-1e308, -2.5, -0.0, 5e-324, 0.1, 1.0, 2.0**53, 1e19)
BINS = Bins(
    {"whole": (-(2.0**53), 0.0, 7.0, 2.0**53), "number": EDGES, "second": (), "other": (0.5,)},
    {"text": tuple(trap_rows.TEXTS[::2]), "part": (), "flag": ("false", "true"), "sign": ("true",)},
)
SPAN = Window(datetime(2024, 3, 30, tzinfo=UTC), datetime(2024, 4, 3, tzinfo=UTC))


def rows(count: int) -> pa.Table:
    """Two thousand rows' moments lie around a change of the clock, one day without any."""
    day = datetime(2024, 3, 31, tzinfo=UTC)
    moments = [day, day - timedelta(microseconds=1), day + timedelta(hours=1), day - 9 * DAY]
    moments += [SPAN.until, SPAN.until - timedelta(microseconds=1)]
    numbers = [one for one in trap_rows.NUMBERS if not 1e150 < abs(one) < math.inf] + [1e150]
    return trap_rows.drawn(count, moment=moments, number=numbers, second=numbers)


@pytest.mark.parametrize("count", [0, 1, 2000])
def test_counts_and_moments_are_the_same(ours: Engine, theirs: Engine, count: int) -> None:
    mine, other = (profile.profile(one.stored(rows(count)), BINS) for one in (ours, theirs))

    assert mine.rows == count
    assert differences(mine, other) == []


@pytest.mark.parametrize("count", [0, 2000])
def test_windows_are_the_same_those_without_rows_too(
    ours: Engine, theirs: Engine, count: int
) -> None:
    windows = live.cut(SPAN, DAY)

    mine, other = (
        live.profiles(one.stored(rows(count)), "moment", windows, BINS) for one in (ours, theirs)
    )

    assert [bool(one.rows) for one in mine] == ([True, True, False, True] if count else [False] * 4)
    assert differences(mine, other) == []


def test_bins_are_the_same(ours: Engine, theirs: Engine) -> None:
    mine, other = (profile.bins(one.stored(rows(2000)), NAMES) for one in (ours, theirs))

    assert differences(mine, other) == []


def test_two_hundred_columns_of_bins_and_levels_are_counted(ours: Engine, theirs: Engine) -> None:
    texts = [f"t{at:03}" for at in range(210)]
    columns = {f"text {at}": texts for at in range(10)}
    columns |= {f"number {at}": list(range(at, at + 210)) for at in range(10)}
    bins = Bins(
        {name: tuple(map(float, range(0, 250, 13))) for name in columns if "number" in name},
        {name: tuple(texts[:200]) for name in columns if "text" in name},
    )

    mine, other = (profile.profile(one.stored(pa.table(columns)), bins) for one in (ours, theirs))

    assert differences(mine, other) == []
