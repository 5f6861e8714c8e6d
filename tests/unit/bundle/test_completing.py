"""Requests that lack their context."""

import json as standard
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import generations
import msgspec
import pytest
from msgspec import json

from mainstay.bundle import completing, points
from mainstay.bundle.completing import Completed, Completer
from mainstay.bundle.guard import Judgement, RequestColumn
from mainstay.bundle.lookup import Lookup
from mainstay.bundle.points import ALWAYS, Point
from mainstay.bundle.views import Folder, Made, Store, View
from mainstay.core.errors import Unavailable

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEATHER = Lookup(
    "weather", "w", ("town",), ("rain", "temp"), timed=True, within=7200.0, fresh=36000.0
)
LATELY = Lookup("lately", "l", ("town",), ("n", "mean"), timed=True, counts=("n",), cold="fallback")
PLANES = Lookup("planes", "p", ("plane", "town"), ("seats",), timed=False)


class Stated(msgspec.Struct):
    """What is read of a manifest."""

    request: tuple[RequestColumn, ...]
    lookups: tuple[Lookup, ...]


REQUEST = (
    RequestColumn("id", "string", "key"), RequestColumn("at", "timestamp('UTC')", "time"),
    RequestColumn("town", "string"), RequestColumn("plane", "int64"),
    RequestColumn("rain", "float64"), RequestColumn("temp", "float64"),
    RequestColumn("n", "int64"), RequestColumn("mean", "float64"), RequestColumn("seats", "int64"),
)  # fmt: skip


def at(time: datetime) -> int:
    return points.moment(time)


def completer(*lookups: Lookup) -> Completer:
    return Completer(Stated(REQUEST, lookups))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    weather = [
        Point(at(NOON - 3 * HOUR), at(NOON - 3 * HOUR), b'"rain":0.5,"temp":null'),
        Point(at(NOON), at(NOON - HOUR), b'"rain":1e999,"temp":7.25'),
    ]
    lately = [
        Point(at(NOON - HOUR), 0, b'"n":2,"mean":0.5'),
        Point(at(NOON + HOUR), 0, b'"n":0,"mean":null'),
    ]
    shelf = Folder(tmp_path)
    found = shelf.written(
        NOON + HOUR,
        [
            Made(
                "w",
                View("weather", at(NOON)),
                [(points.key(["EWR"]), 2, generations.packed(weather))],
            ),
            Made(
                "l",
                View("lately", at(NOON)),
                [(points.key(["EWR"]), 2, generations.packed(lately))],
            ),
            Made(
                "p",
                View("planes", None),
                [(points.key([5, "EWR"]), 1, generations.packed([Point(ALWAYS, 0, b'"seats":9')]))],
            ),
        ],
    )
    with closing(shelf.opened(found)) as opened:
        yield opened


def record(**changes: object) -> dict[str, object]:
    return {"id": "a", "at": NOON.isoformat(), "town": "EWR", "plane": 5, **changes}


def said(made: Completed) -> list[dict[str, object]]:
    return standard.loads(made.body)["records"]  # which reads 1e999


def body(*records: object) -> bytes:
    return json.encode({"records": records})


def flags(made: Completed) -> list[list[tuple[str, str]]]:
    return [[(one.field, one.on_breach) for one in some] for some in made.marks]


def test_what_a_record_lacks_is_looked_up_for_its_moment(store: Store) -> None:
    asked = body(record(), record(at=(NOON - HOUR / 60).isoformat()), record(plane=6))

    made = completer(WEATHER, PLANES).completed(asked, store, NOON)

    assert b'"rain":1e999,"temp":7.25,"seats":9}' in made.body
    assert (said(made)[1]["rain"], said(made)[1]["temp"], said(made)[1]["seats"]) == (None, None, 9)
    assert said(made)[2]["seats"] is None
    assert flags(made) == [[], [("cold:weather", "flag")], [("cold:planes", "flag")]]
    assert made.cut == NOON + HOUR


def test_a_row_older_than_allowed_is_none(store: Store) -> None:
    late = record(at=(NOON + HOUR + HOUR / 60).isoformat())

    made = completer(WEATHER).completed(body(record(), late), store, NOON)

    assert said(made)[1]["temp"] is None
    assert flags(made) == [[], [("cold:weather", "flag")]]


def test_what_is_sent_stays_and_only_the_rest_is_looked_up(store: Store) -> None:
    both = record(rain=3.0, temp=None)

    whole = completer(WEATHER).completed(body(both), store, NOON)
    part = completer(WEATHER).completed(body(record(rain=3.0)), store, NOON)

    assert whole == Completed(body(both))
    assert said(part) == [record(rain=3.0, temp=7.25)]


def test_counts_are_nothing_where_nothing_is_known_and_marked(store: Store) -> None:
    later = record(at=(NOON + HOUR).isoformat())
    asked = body(record(), record(town="JFK"), record(town=None), later)

    made = completer(LATELY).completed(asked, store, NOON)

    assert [(one["n"], one["mean"]) for one in said(made)] == [
        (2, 0.5),
        (0, None),
        (None, None),
        (0, None),
    ]
    cold = [("cold:lately", "fallback")]
    assert flags(made) == [[], cold, cold, cold]


def test_a_source_that_stands_still_is_told_and_its_values_stay(store: Store) -> None:
    made = completer(WEATHER).completed(body(record()), store, NOON + 11 * HOUR)

    assert said(made)[0]["temp"] == 7.25
    assert flags(made) == [[("stale:weather", "flag")]]
    assert made.marks[0][0].what == "is 39,600 s old, more than 36,000 s"


class Silent:
    """A store on a server that does not answer."""

    def __init__(self, store: Store) -> None:
        self.current = store.current

    def found(self, *_: object) -> list[bytes | None]:
        raise Unavailable("no answer")


def test_what_cannot_be_read_is_unknown_and_never_nothing(store: Store) -> None:
    for broken in (None, Silent(store)):
        made = completer(LATELY).completed(body(record()), broken, NOON)

        assert (said(made)[0]["n"], said(made)[0]["mean"]) == (None, None)
        assert flags(made) == [[("stale:lately", "flag")]]


@pytest.mark.parametrize(
    "asked",
    [
        b"",
        b"{",
        b"[]",
        b'{"records": 5}',
        b'{"records": [], "more": 1}',
        b'{"records":[7, "a", null]}',
    ],
)
def test_what_is_no_request_is_left_to_the_guard(store: Store, asked: bytes) -> None:
    assert completer(WEATHER).completed(asked, store, NOON) == Completed(asked)


def test_a_value_that_is_none_finds_nothing_and_stays_for_the_guard(store: Store) -> None:
    odd = record(town=7, at="yesterday")

    made = completer(WEATHER).completed(body(odd, {}), store, NOON)

    assert said(made)[0] == {**odd, "rain": None, "temp": None}
    assert said(made)[1] == {"rain": None, "temp": None}


def test_whole_numbers_may_be_written_with_a_point(store: Store) -> None:
    made = completer(PLANES).completed(b'{"records":[{"town":"EWR","plane":5.0}]}', store, NOON)

    assert said(made)[0]["seats"] == 9


def test_marks_make_an_answer_the_fallbacks_where_the_contract_says_so(store: Store) -> None:
    made = completer(LATELY).completed(body(record(), record(town="JFK")), store, NOON)
    row = msgspec.defstruct("Row", ["c0"])("a")

    judged = completing.marked([Judgement(row, "score")] * 2, made.marks)

    assert [(one.outcome, one.flags) for one in judged] == [
        ("score", ()), ("fallback", ("cold:lately",)),
    ]  # fmt: skip
    assert completing.marked(judged, ()) is judged
