from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.core.errors import Mistake
from mainstay.data import context
from mainstay.data.context import Context, Decisions, Taken

Stored = Callable[..., ir.Table]
START = datetime(2013, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NOW = START + 15 * MINUTE
WHERE = st.sampled_from(["A", "A", "B", None])
WHEN = st.integers(0, 20)
VALUE = st.none() | st.integers(-2, 2)


class Decided(NamedTuple):
    on: str | None
    minute: int


class Seen(NamedTuple):
    on: str | None
    minute: int | None
    available: int | None
    temp: int | None
    wet: bool | None


DECIDED = st.lists(st.builds(Decided, WHERE, st.integers(0, 15)), min_size=12, max_size=25)
SEEN = st.lists(
    st.builds(Seen, WHERE, st.none() | WHEN, st.none() | WHEN, VALUE, st.none() | st.booleans()),
    min_size=12,
    max_size=30,
)


def moment(minute: int | None) -> datetime | None:
    return None if minute is None else START + minute * MINUTE


def decisions(stored: Stored, rows: list[Decided]) -> Decisions:
    table = stored(
        {"id": "int64", "origin": "string", "time": "timestamp('UTC')"},
        id=list(range(len(rows))),
        origin=[row.on for row in rows],
        time=[moment(row.minute) for row in rows],
    )
    return Decisions(table, "id", "time")


def weather(stored: Stored, rows: list[Seen]) -> ir.Table:
    return stored(
        {
            "origin": "string", "seen_at": "timestamp('UTC')", "available": "timestamp('UTC')",
            "temp": "int64", "wet": "boolean",
        },
        origin=[row.on for row in rows],
        seen_at=[moment(row.minute) for row in rows],
        available=[moment(row.available) for row in rows],
        temp=[row.temp for row in rows],
        wet=[row.wet for row in rows],
    )  # fmt: skip


def found(table: ir.Table, *names: str) -> list[tuple[object, ...]]:
    rows = table.order_by("id").to_pyarrow().to_pylist()
    return [tuple(row[name] for name in names) for row in rows]


def newest(
    at: Decided, rows: list[Seen], within: int | None, *, available: bool
) -> tuple[object, object]:
    """What the documentation of joined() says, read aloud."""
    known = [
        row
        for row in rows
        if row.on == at.on is not None
        and row.minute is not None
        and row.minute <= at.minute
        and (not available or (row.available is not None and row.available <= at.minute))
    ]
    if not known:
        return None, None

    def newness(row: Seen) -> tuple[object, ...]:
        values = ((one is not None, one or 0) for one in (row.temp, row.wet))
        return row.minute, (row.available if available else 0), *values

    best = max(known, key=newness)
    fresh = within is None or best.minute >= at.minute - within
    return (best.temp, best.wet) if fresh else (None, None)


@settings(max_examples=12)
@given(DECIDED, SEEN, st.none() | st.integers(1, 6), st.sampled_from(["", "available"]))
def test_the_newest_row_known_is_the_one_a_person_would_pick(
    stored: Stored, decided: list[Decided], seen: list[Seen], within: int | None, available: str
) -> None:
    weathers = Context(
        "weather",
        weather(stored, seen),
        ("origin",),
        (Taken("temp", "temp"), Taken("is_wet", "wet")),
        as_of="seen_at",
        within=within and within * MINUTE,
        available_at=available,
    )

    made = context.joined(decisions(stored, decided), (weathers,), NOW)

    assert found(made, "temp", "is_wet") == [
        newest(at, seen, within, available=bool(available)) for at in decided
    ]


AGGREGATES = (
    Taken("mean", "temp", "mean"), Taken("sum", "temp", "sum"), Taken("low", "temp", "min"),
    Taken("high", "temp", "max"), Taken("n", "temp", "count"), Taken("wet_rate", "wet", "mean"),
)  # fmt: skip


def aggregated(at: Decided, rows: list[Seen], over: int, delay: int) -> tuple[object, ...]:
    if at.on is None:
        return (None,) * 6
    known = [
        row
        for row in rows
        if row.on == at.on
        and row.minute is not None
        and at.minute - over <= row.minute < at.minute
        and row.minute + delay <= at.minute
    ]
    temps = [row.temp for row in known if row.temp is not None]
    wets = [row.wet for row in known if row.wet is not None]
    if not temps:
        return None, None, None, None, 0, fmean(wets) if wets else None
    wet_rate = fmean(wets) if wets else None
    return fmean(temps), sum(temps), min(temps), max(temps), len(temps), wet_rate


@settings(max_examples=12)
@given(DECIDED, SEEN, st.integers(1, 8), st.data())
def test_an_aggregate_sees_the_rows_known_and_no_other(
    stored: Stored, decided: list[Decided], seen: list[Seen], over: int, data: st.DataObject
) -> None:
    delay = data.draw(st.integers(0, over - 1))
    lately = Context(
        "lately",
        weather(stored, seen),
        ("origin",),
        AGGREGATES,
        as_of="seen_at",
        over=over * MINUTE,
        known_after=delay * MINUTE,
    )

    made = context.joined(decisions(stored, decided), (lately,), NOW)

    names = [one.name for one in AGGREGATES]
    assert found(made, *names) == [aggregated(at, seen, over, delay) for at in decided]


def test_rows_of_the_future_do_not_exist(stored: Stored) -> None:
    late = Decided("A", 30)
    rows = [Seen("A", 1, 1, 1, None), Seen("A", 20, 20, 2, None), Seen("A", 3, 20, 3, None)]
    take = (Taken("temp", "temp"),)
    made = weather(stored, rows)

    plain = Context("plain", made, ("origin",), take, "seen_at")
    held = Context("held", made, ("origin",), take, "seen_at", available_at="available")

    both = [context.joined(decisions(stored, [late]), (one,), NOW) for one in (plain, held)]
    assert [found(one, "temp") for one in both] == [[(3,)], [(1,)]]


def test_a_static_table_is_joined_on_equal_columns_and_never_on_null(stored: Stored) -> None:
    seats = stored({"origin": "string", "seats": "int64"}, origin=["A", None], seats=[5, 7])
    planes = Context("planes", seats, ("origin",), (Taken("seats", "seats"),))
    decided = [Decided("A", 0), Decided("B", 0), Decided(None, 0)]

    made = context.joined(decisions(stored, decided), (planes,), NOW)

    assert found(made, "seats") == [(5,), (None,), (None,)]
    assert context.note(planes).startswith("planes is static: it holds today's rows")


def test_several_tables_and_columns_are_joined_one_after_another(stored: Stored) -> None:
    types = {"origin": "string", "time": "timestamp('UTC')", "x": "int64"}
    rows = stored(types, origin=["A", "A"], time=[moment(0), moment(5)], x=[1, 2])
    take = (Taken("by_both", "x"),)
    both = Context("both", rows, ("origin", "time"), take)
    before = Context("before", rows, ("origin",), (Taken("x", "x"),), "time")

    made = context.joined(
        decisions(stored, [Decided("A", 5), Decided("A", 4)]), (both, before), NOW
    )

    assert made.columns == ("id", "origin", "time", "by_both", "x")
    assert found(made, "by_both", "x") == [(2, 2), (None, 1)]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"on": ("origins",)}, "weather has no column origins"),
        ({"on": ("temp",)}, "data.decisions has no column temp"),
        ({"over": MINUTE, "known_after": MINUTE}, "weather is over no longer than its rows need"),
        ({"over": MINUTE, "available_at": "available"}, "weather has both over and available_at"),
        ({"as_of": "seen"}, "weather has no column seen"),
        ({"as_of": "temp"}, r"weather.temp is no time"),
        ({"take": (Taken("temp", "tempp"),)}, "weather has no column tempp"),
        ({"take": (Taken("origin", "temp"),)}, "weather brings origin, which the decisions have"),
        (
            {"take": (Taken("m", "origin", "mean"),), "over": MINUTE},
            "weather: the mean of origin, string",
        ),
    ],
)
def test_a_context_that_cannot_be_joined_says_why(
    stored: Stored, change: dict[str, object], what: str
) -> None:
    plain = Context(
        "weather", weather(stored, []), ("origin",), (Taken("temp", "temp"),), "seen_at"
    )

    with pytest.raises(Mistake, match=what):
        context.joined(decisions(stored, []), (plain._replace(**change),), NOW)


def test_columns_that_never_meet_are_refused(stored: Stored) -> None:
    planes = stored({"origin": "int64", "seats": "int64"}, origin=[1], seats=[1])
    taken = Context("planes", planes, ("origin",), (Taken("seats", "seats"),))

    with pytest.raises(Mistake, match="origin is string in the decisions and int64 in planes"):
        context.joined(decisions(stored, []), (taken,), NOW)


@pytest.mark.parametrize("dialect", ["postgres", "snowflake", "bigquery", "trino", "databricks"])
def test_the_join_compiles_for_other_engines(dialect: str) -> None:
    time = "timestamp('UTC')"
    rows = ibis.table({"id": "string", "origin": "string", "time": time}, name="rows")
    seen = ibis.table({"origin": "string", "at": time, "known": time, "x": "float64"}, name="seen")
    take = (Taken("x", "x"),)
    one = Context("one", seen, ("origin",), take, "at", MINUTE, "known")
    two = Context("two", seen, ("origin",), (Taken("m", "x", "mean"),), "at", over=2 * MINUTE)

    made = context.joined(Decisions(rows, "id", "time"), (one, two), NOW)

    assert "ROW_NUMBER" in ibis.to_sql(made, dialect=dialect).upper()
