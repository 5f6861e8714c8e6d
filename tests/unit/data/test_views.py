"""Views against the joins that training rows are made by."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pytest
import queues
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.contract import document
from mainstay.core.errors import Mistake
from mainstay.core.typed import TIME
from mainstay.data import context, views
from mainstay.data.context import Context, Decisions, Taken
from mainstay.data.views import Point

Stored = Callable[..., ir.Table]
START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CUT = START + 30 * HOUR
HOURS = st.integers(0, 34)
SEEN = st.lists(
    st.tuples(
        st.sampled_from(["A", "A", "B", None]), HOURS | st.none(), HOURS | st.none(),
        st.none() | st.integers(-2, 2), st.none() | st.integers(0, 1),
    ),
    min_size=5, max_size=40,
)  # fmt: skip
TAKE = (Taken("temp", "temp"), Taken("wet", "wet"))
COUNTED = (Taken("mean", "temp", "mean"), Taken("n", "temp", "count"))
ASKED = [6 + 0.5 * step for step in range(70)]  # hours; from a day before the cut on


def weather(stored: Stored, rows: list[tuple[Any, ...]]) -> ir.Table:
    times = [[None if one is None else START + one * HOUR for one in column] for column in
             ([row[1] for row in rows], [row[2] for row in rows])]  # fmt: skip
    made = stored(
        {"town": "string", "seen": "timestamp('UTC')", "known": "timestamp('UTC')",
         "temp": "int64", "wet": "int64"},
        town=[row[0] for row in rows], seen=times[0], known=times[1],
        temp=[row[3] for row in rows], wet=[row[4] for row in rows],
    )  # fmt: skip
    return made.mutate(seen=made.seen.cast(TIME), known=made.known.cast(TIME))


def by_view(one: Context, columns: tuple[str, ...]) -> dict[tuple[str, float], tuple[Any, ...]]:
    """What a door finds at each moment."""
    points: dict[str, list[Point]] = {}
    for point in views.points(one, columns, CUT):
        points.setdefault(point.on[0], []).append(point)
    found = {}
    for town in ("A", "B"):
        known = points.get(town, [])
        assert [each.since for each in known] == sorted({each.since for each in known})
        for hour in ASKED:
            at = micros(START + hour * HOUR)
            before = [each for each in known if each.since <= at]
            fresh = before and (
                one.within is None
                or at - before[-1].as_of <= one.within // timedelta(microseconds=1)
            )
            empty = tuple(0 if name == "n" else None for name in columns)
            found[town, hour] = before[-1].values if fresh else empty
    return found


def by_join(
    stored: Stored, one: Context, columns: tuple[str, ...]
) -> dict[tuple[str, float], tuple[Any, ...]]:
    """What training sees of rows that existed at the cut."""
    asked = [(town, hour) for town in ("A", "B") for hour in ASKED]
    table = stored(
        {"id": "int64", "town": "string", "time": "timestamp('UTC')"},
        id=list(range(len(asked))), town=[town for town, _ in asked],
        time=[START + hour * HOUR for _, hour in asked],
    )  # fmt: skip
    asking = table.mutate(time=table.time.cast(TIME))
    made = context.joined(Decisions(asking, "id", "time"), (one,), CUT).order_by("id")
    rows = made.select(*columns).to_pyarrow().to_pylist()
    return dict(zip(asked, (tuple(row.values()) for row in rows), strict=True))


def micros(time: datetime) -> int:
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@settings(max_examples=8)
@given(SEEN, st.none() | st.integers(1, 9), st.sampled_from(["", "known"]))
def test_a_view_says_what_the_join_says_at_every_moment(
    stored: Stored, seen: list[tuple[Any, ...]], within: int | None, available: str
) -> None:
    one = Context(
        "weather", weather(stored, seen), ("town",), TAKE, "seen",
        within and within * HOUR, available,
    )  # fmt: skip

    assert by_view(one, ("wet",)) == by_join(stored, one, ("wet",))


@settings(max_examples=8)
@given(SEEN, st.integers(2, 9), st.data())
def test_an_aggregate_is_followed_from_row_to_row(
    stored: Stored, seen: list[tuple[Any, ...]], over: int, data: st.DataObject
) -> None:
    delay = data.draw(st.integers(0, over - 1))
    one = Context(
        "lately", weather(stored, seen), ("town",), COUNTED, "seen",
        over=over * HOUR, known_after=delay * HOUR,
    )  # fmt: skip

    assert by_view(one, ("mean", "n")) == by_join(stored, one, ("mean", "n"))


def test_a_static_table_is_a_point_a_key_and_refused_with_several(stored: Stored) -> None:
    types = {"town": "string", "seats": "int64", "other": "int64"}
    rows = stored(types, town=["A", "B", None], seats=[5, None, 7], other=[1, 2, 3])
    one = Context("planes", rows, ("town",), (Taken("seats", "seats"), Taken("x", "other")))

    assert list(views.points(one, ("seats",), CUT)) == [
        Point(("A",), None, None, (5,)), Point(("B",), None, None, (None,)),
    ]  # fmt: skip
    assert views.newest(one, CUT) is None
    assert views.is_whole(one, CUT)
    twice = one._replace(table=rows.union(rows))
    with pytest.raises(Mistake, match="several rows"):
        list(views.points(twice, ("seats",), CUT))


def test_a_join_that_forgets_when_rows_were_seen_is_caught(stored: Stored) -> None:
    rows = [("A", 10, 20, 1, None), ("A", 12, 14, 2, None)]
    one = Context("weather", weather(stored, rows), ("town",), TAKE, "seen", None, "known")
    sly = one._replace(available_at="")

    assert by_view(sly, ("temp",)) != by_join(stored, one, ("temp",))


def test_newness_and_what_is_still_to_come_are_of_what_is_known(stored: Stored) -> None:
    rows = [("A", 5, 6, 1, None), ("A", 28, 33, 2, None), (None, 29, 29, 3, None)]
    one = Context("weather", weather(stored, rows), ("town",), TAKE, "seen", None, "known")

    assert views.newest(one, CUT) == START + 5 * HOUR
    assert not views.is_whole(one, CUT)
    assert views.is_whole(one, START + 33 * HOUR)


CONTRACT = queues.contract(
    "weather: {from: weather.parquet, on: town, as_of: made, within: 3h, take: [rain, temp]}",
)


def test_a_view_is_named_for_its_rows_and_nothing_else() -> None:
    def name(text: str, *columns: str) -> str:
        contract = document.parsed(text.encode(), Path("contract.yaml")).contract
        return views.identity(contract, "weather", columns or ("rain",))

    first = name(CONTRACT)
    assert name(CONTRACT.replace("within: 3h", "within: 5h, freshness: 2h")) == first
    assert name(CONTRACT.replace("visits", "others")) == first
    assert name(CONTRACT.replace("as_of: made", "as_of: seen")) != first
    assert name(CONTRACT, "rain", "temp") != first
