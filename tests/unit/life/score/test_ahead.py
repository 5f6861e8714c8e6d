"""A step that works ahead, and no further than it may."""

import threading
import time
from collections.abc import Generator
from contextlib import closing

import pytest

from mainstay.life.score.ahead import Ahead


def test_items_come_in_order() -> None:
    with closing(Ahead((at for at in range(100)), 3)) as ahead:
        assert list(ahead) == list(range(100))


def test_no_more_is_made_than_may_wait() -> None:
    made: list[int] = []

    def items() -> Generator[int, None, None]:
        for at in range(100):
            made.append(at)
            yield at

    with closing(Ahead(items(), 2)) as ahead:
        first = next(iter(ahead))
        time.sleep(0.3)

        assert first == 0
        assert len(made) <= 4  # asked for, two that wait, and the one in hand


def test_what_a_step_raises_is_raised_where_the_next_is_asked_for() -> None:
    def items() -> Generator[int, None, None]:
        yield 1
        raise ValueError("broken")

    with closing(Ahead(items(), 2)) as ahead, pytest.raises(ValueError, match="broken"):
        list(ahead)


def test_a_step_that_nobody_asks_any_more_ends_and_gives_back_what_it_holds() -> None:
    given_back = threading.Event()

    def items() -> Generator[int, None, None]:
        try:
            yield from range(1_000_000)
        finally:
            given_back.set()

    ahead = Ahead(items(), 1)
    next(iter(ahead))

    ahead.close()

    assert given_back.is_set()
