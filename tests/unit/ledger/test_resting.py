"""Connections that nobody uses: few, not for long, and nobody's twice."""

import pytest

from mainstay.core import clock
from mainstay.ledger import resting
from mainstay.ledger.resting import Resting


@pytest.fixture
def closed() -> list[str]:
    return []


@pytest.fixture
def some(closed: list[str]) -> Resting:
    return Resting(closed.append)


def test_the_newest_of_an_address_is_taken_once(some: Resting, closed: list[str]) -> None:
    for address, name in (("a", "a1"), ("b", "b1"), ("a", "a2")):
        some.given(address, name)

    assert [some.taken("a") for _ in range(3)] == ["a2", "a1", None]
    assert some.taken("b") == "b1"
    assert closed == []


def test_so_many_rest_at_most_of_all_addresses(some: Resting, closed: list[str]) -> None:
    for number in range(resting.MOST + 2):
        some.given(f"address {number}", str(number))

    assert closed == ["0", "1"]
    assert some.taken("address 1") is None


def test_none_rests_for_long(
    some: Resting, closed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(clock, "stopwatch", lambda: now[0])
    some.given("a", "first")
    some.given("a", "second")
    now[0] = resting.KEPT + 1

    assert some.taken("a") is None
    some.given("b", "third")

    assert closed == ["second", "first"]


def test_one_that_cannot_be_closed_stops_nobody() -> None:
    def fail(_: object) -> None:
        raise OSError(32, "Broken pipe")

    some = Resting(fail)
    some.given("a", "one")
    some.end()

    assert some.taken("a") is None


def test_a_child_leaves_its_parents_alone(some: Resting, closed: list[str]) -> None:
    some.given("a", "one")
    some._forked()
    some.end()

    assert (some.taken("a"), closed) == (None, [])
