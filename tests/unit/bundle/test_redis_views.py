"""Generations on a Redis."""

from datetime import timedelta

import pytest
from generations import CUT, made

from mainstay.bundle import redis_views
from mainstay.bundle.redis_views import Server
from mainstay.bundle.views import View
from mainstay.core.errors import Unavailable


@pytest.fixture
def shelf(redis: str, request: pytest.FixtureRequest) -> Server:
    """Each test is of a model of its own."""
    return Server(redis, request.node.name)


def test_what_was_written_is_found_by_key(shelf: Server) -> None:
    assert shelf.current() is None

    found = shelf.written(CUT, made(b"x", 12_000))

    assert found == shelf.current()
    assert found.views == {"aa": View("weather", 5, 12_000, 24_000, "d1")}
    store = shelf.opened(found)
    assert store.found("aa", [b"k1", b"k99999", b"k11999"]) == [b"x", None, b"x"]
    assert store.found("aa", []) == []


def test_one_that_fails_half_way_changes_nothing_and_is_taken_away(shelf: Server) -> None:
    before = shelf.written(CUT, made(b"x"))
    with pytest.raises(Unavailable, match="gone"):
        shelf.written(CUT, made(b"y", broken="gone"))
    assert shelf.current() == before

    shelf.written(CUT, made(b"z"))

    assert len(shelf._writer.smembers(shelf._list)) == 2


def test_a_generation_that_is_gone_is_not_taken_for_an_empty_one(shelf: Server) -> None:
    store = shelf.opened(shelf.written(CUT, made(b"x")))
    shelf.written(CUT, made(b"y"))
    assert store.found("aa", [b"k0"]) == [b"x"]
    shelf.written(CUT, made(b"z"))

    with pytest.raises(Unavailable, match="is gone"):
        store.found("aa", [b"k0"])


def test_a_view_that_is_kept_stays_where_it_lies(shelf: Server) -> None:
    found = shelf.written(CUT, [*made(b"x"), made(b"y")[0]._replace(id="bb")])
    for value in (b"z", b"w"):
        keeping = [*made(value), made(b"")[0]._replace(id="bb", rows=None)]
        found = shelf.written(CUT, keeping, found)

    store = shelf.opened(found)
    assert (store.found("aa", [b"k0"]), store.found("bb", [b"k0"])) == ([b"w"], [b"y"])
    assert found.views["bb"] == View("weather", 5, 3, 6, "d1", lies="00000001")
    assert len(shelf._writer.smembers(shelf._list)) == 3


def test_a_later_cut_of_the_same_rows_is_the_same_generation(shelf: Server) -> None:
    before = shelf.written(CUT, made(b"x"))

    after = shelf.moved(CUT + timedelta(hours=1), before)

    assert (after.generation, shelf.current()) == (before.generation, after)


def test_who_does_not_answer_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Server("redis://127.0.0.1:1/0", "nobody")
    with pytest.raises(Unavailable, match="does not answer"):
        shelf.current()
    store = redis_views.Remote(shelf._asked, "mainstay:nobody", None)
    store.current = type("Named", (), {"generation": "1", "views": {"aa": View("weather", 5)}})()

    with pytest.raises(Unavailable, match="does not answer:"):
        store.found("aa", [b"k0"])
    with pytest.raises(Unavailable, match="just now"):
        store.found("aa", [b"k0"])


def test_an_address_that_is_none_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="is no Redis"):
        Server("http://user:word@host/0", "x")
