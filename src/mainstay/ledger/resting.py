"""Connections to servers that were given back, kept a while for whoever comes next in this process.

To open one costs as much as many questions: a password is proven by thousands of hashes, and the
server starts a process.
"""

import atexit
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from mainstay.core import clock

KEPT = 60.0
"""Seconds that one rests at most: what lies between may cut off what is silent for long."""
MOST = 8
"""That rest at once in a process: a server has room for a hundred."""


class Rested(NamedTuple):
    """A connection to an address, and since when nobody uses it."""

    address: str
    since: float
    connection: Any


class Resting:
    """Connections that nobody uses. close: how one is ended for good."""

    def __init__(self, close: Callable[[Any], None]) -> None:
        self._close = close
        self._some, self._lock = list[Rested](), threading.Lock()
        self._parents = list[Rested]()
        os.register_at_fork(after_in_child=self._forked)
        atexit.register(self.end)

    def given(self, address: str, connection: Any) -> None:
        """Nobody uses it any more."""
        with self._lock:
            self._some.append(Rested(address, clock.stopwatch(), connection))
            over = self._some[:-MOST] + [one for one in self._some[-MOST:] if _is_old(one)]
            self._some = [one for one in self._some[-MOST:] if not _is_old(one)]
        self._ended(over)

    def taken(self, address: str) -> Any | None:
        """The newest, which rests no more; whether it still answers is for who takes it to see."""
        with self._lock:
            here = [one for one in self._some if one.address == address]
            if here:
                self._some.remove(here[-1])
        if here and _is_old(here[-1]):
            self._ended(here[-1:])
            return None
        return here[-1].connection if here else None

    def end(self) -> None:
        """All of them are closed."""
        with self._lock:
            some, self._some = self._some, []
        self._ended(some)

    def _forked(self) -> None:
        """In a child what rests is its parent's, and stays open there."""
        self._parents, self._some, self._lock = self._some, [], threading.Lock()

    def _ended(self, some: list[Rested]) -> None:
        for one in some:
            with suppress(Exception):  # the server is gone, and with it what there was to close
                self._close(one.connection)


def _is_old(one: Rested) -> bool:
    return clock.stopwatch() - one.since > KEPT
