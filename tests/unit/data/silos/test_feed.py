from collections.abc import Callable, Iterator

import feeds
import pytest
from feeds import TOKEN, Feed

from mainstay.core.errors import Mistake, Refused, Unavailable
from mainstay.data import source
from mainstay.data.source import Moment, Reader

Write = Callable[[str], None]
Rows = Callable[..., list[dict[str, object]]]


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def address(feed: Feed) -> Iterator[str]:
    with feeds.served(feed) as place:
        yield place


def test_all_events_are_rows_and_later_only_new_ones_are_asked_for(
    feed: Feed, address: str, rows: Rows
) -> None:
    feed.add(*({"id": number, "n": number} for number in range(7)))
    before = rows(address)
    asked = len(feed.asked)
    feed.add({"id": 7, "n": 7.5, "late": True})

    now = rows(address)

    assert [one["id"] for one in before] == list(range(7))
    assert feed.asked[:4] == ["", "e2", "e5", "e6"]
    assert feed.asked[asked:] == ["e6", "e7"]
    assert now[0] == {"id": 0, "n": 0.0, "late": None}
    assert now[7] == {"id": 7, "n": 7.5, "late": True}


def test_types_are_those_of_all_micro_batches(feed: Feed, address: str, rows: Rows) -> None:
    feed.most = 1
    feed.add(*({"id": number} for number in range(60)), {"id": 0.5})

    assert len(rows(address)) == 61
    assert rows(address)[1] == {"id": 0.5}


def test_times_are_read_as_stated(feed: Feed, address: str, reader: Reader) -> None:
    feed.add({"id": 1, "seen": "2020-01-01T06:00:00+01:00"})

    table = source.opened(reader, address, (Moment("seen"),)).table

    assert table.seen.to_pyarrow()[0].as_py().isoformat() == "2020-01-01T05:00:00+00:00"


def test_a_token_is_sent_and_never_said(
    feed: Feed, address: str, rows: Rows, credentials: Write
) -> None:
    feed.token = TOKEN
    feed.add({"id": 1})
    with pytest.raises(Mistake, match="answers 401"):
        rows(address)
    credentials(f'[sources.visits]\nat = "{address}"\ntoken = "{TOKEN}"\n')

    assert rows(address) == [{"id": 1}]

    feed.status = 503
    with pytest.raises(Unavailable, match="answers 503") as said:
        rows(address)
    assert TOKEN not in f"{said.value}{said.value.hint}"


def test_a_token_does_not_travel_in_clear(rows: Rows, credentials: Write) -> None:
    address = "feed+http://feeds.example.org/visits"
    credentials(f'[sources.visits]\nat = "{address}"\ntoken = "{TOKEN}"\n')

    with pytest.raises(Refused, match="in clear"):
        rows(address)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html>", "answers no JSON"),
        (b'{"items": []}', "is no feed"),
        (b'[{"data": {"id": 1}}]', "is no feed"),
        (b'[{"id": "e0", "data": 7}]', "has no data that is an object"),
        (b'[{"id": "e0", "method": "DELETE"}]', "deletes"),
        (b'[{"id": "e0", "data": {"id": 1}}]', "repeats e0"),
        (b"[]", "has no row yet"),
    ],
)
def test_what_is_no_feed_is_a_mistake(
    feed: Feed, address: str, rows: Rows, body: bytes, told: str
) -> None:
    feed.body = body

    with pytest.raises(Mistake, match=told):
        rows(address)


def test_a_feed_that_is_away_is_unavailable(rows: Rows) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        rows("feed+http://127.0.0.1:1/visits")
