"""Views against the joins that training rows are made by."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import ibis.expr.types as ir
import msgspec
import pytest
import queues
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.contract import document
from mainstay.core.errors import Mistake
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, PYTHON, TEXT, TIME
from mainstay.data import context, views
from mainstay.data.context import Context, Decisions, Taken
from mainstay.data.views import NONE

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


class Point(NamedTuple):
    """A row of a view."""

    on: tuple[Any, ...]
    since: int | None
    as_of: int | None
    values: tuple[Any, ...]


def points(one: Context, columns: tuple[str, ...]) -> Iterator[Point]:
    """All of a view, one by one."""
    for some in views.keyed(one, columns, CUT):
        times = [[None if each == NONE else each for each in listed]
                 for listed in (some.since.tolist(), some.as_of.tolist())]  # fmt: skip
        for on, (begin, end) in zip(some.on, pairwise(some.starts.tolist()), strict=True):
            for at in range(begin, end):
                said = json.loads(b"{%b}" % some.members[some.offsets[at] : some.offsets[at + 1]])
                values = tuple(said[name] for name in columns)
                yield Point(on, times[0][at], times[1][at], values)


def by_view(one: Context, columns: tuple[str, ...]) -> dict[tuple[str, float], tuple[Any, ...]]:
    """What a door finds at each moment."""
    by_town: dict[str, list[Point]] = {}
    for point in points(one, columns):
        by_town.setdefault(point.on[0], []).append(point)
    found = {}
    for town in ("A", "B"):
        known = by_town.get(town, [])
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

    assert list(points(one, ("seats",))) == [
        Point(("A",), None, None, (5,)), Point(("B",), None, None, (None,)),
    ]  # fmt: skip
    assert views.newest(one, CUT) is None
    assert views.is_whole(one, CUT)
    twice = one._replace(table=rows.union(rows))
    with pytest.raises(Mistake, match="several rows"):
        list(points(twice, ("seats",)))


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


SAID = {
    "number": (NUMBER, [0.1, -0.0, 5e-324, 1e22, float("inf"), float("-inf"), float("nan"), None]),
    "count": (INTEGER, [2**63 - 1, -(2**63), 0, 1, 2, 3, 4, None]),
    "text": (TEXT, ['a"b\\', "é\n", "\x01", "", "null", '"', "{}", None]),
    "flag": (FLAG, [True, False] * 3 + [True, None]),
    "day": (DATE, [date(2024, 2, 29)] * 7 + [None]),
    "time": (TIME, [START + timedelta(microseconds=1), START] * 3 + [START, None]),
}


def test_what_a_view_says_is_read_at_the_door_as_it_is(stored: Stored) -> None:
    rows = stored({"key": INTEGER} | {name: kind for name, (kind, _) in SAID.items()},
                  key=range(8), **{name: values for name, (_, values) in SAID.items()})  # fmt: skip
    named = rows.rename({'n"ö': "number"}).mutate(time=rows.time.cast(TIME))
    names = ('n"ö', *list(SAID)[1:])
    one = Context("x", named, ("key",), tuple(Taken(name, name) for name in names))
    (some,) = views.keyed(one, names, CUT)

    for name, (kind, values) in zip(names, SAID.values(), strict=True):
        read = msgspec.json.Decoder(dict[str, Any])
        for at, value in enumerate(values):
            text = some.members[some.offsets[at] : some.offsets[at + 1]].replace(b"1e999", b"9e307")
            said = read.decode(b"{%b}" % text)[name]
            found = said if said is None else msgspec.convert(said, PYTHON[kind])
            ends = {float("inf"): 9e307, float("-inf"): -9e307}
            assert repr(found) == repr(None if value != value else ends.get(value, value))


def test_keys_are_whole_in_every_part(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("A", at, at, at, 0) for at in range(20)] + [
        (f"B{at:02}", 1, 1, at, 0) for at in range(30)
    ]
    one = Context("weather", weather(stored, rows), ("town",), TAKE, "seen")
    whole = list(points(one, ("temp",)))
    monkeypatch.setattr(views, "_PART", 3)

    assert list(points(one, ("temp",))) == whole
    assert len(list(views.keyed(one, ("temp",), CUT))) > 5
    assert list(points(one._replace(table=one.table.limit(0)), ("temp",))) == []


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
