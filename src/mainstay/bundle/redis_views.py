"""Views of context on a Redis that several doors share.

A hash for each view of a generation, and one key that names the generation in force: it is set once
all hashes are whole. Names of hashes are put on a list before they are written, so what a killed
writer left is found and taken away by the next one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from mainstay.bundle.views import PART, Current, Made, Rows, Store, View, counted, kept
from mainstay.core import clock
from mainstay.core.addresses import shown
from mainstay.core.errors import Missing, MissingExtra, Unavailable

ANSWERS = 0.05
"""Seconds within which a door has its answer, or does without."""
PAUSE = 1.0
"""Seconds in which nobody is asked who did not answer."""
_WRITES = 30.0  # seconds for one part of a generation


class Remote:
    """A generation on a server; one that does not answer is not asked again for a while."""

    def __init__(self, client: Any, prefix: str, current: Current) -> None:
        self.current = current
        self._client, self._prefix, self._silent = client, prefix, 0.0

    def found(self, view: str, keys: Sequence[bytes]) -> Sequence[bytes | None]:
        if clock.stopwatch() < self._silent:
            raise Unavailable("the server of the views did not answer just now")
        name = _lying(self._prefix, self.current, view)
        try:
            found = list(self._client.hmget(name, keys)) if keys else []
            gone = None in found and self._is_gone(name, view)
        except _errors() as error:
            self._silent = clock.stopwatch() + PAUSE
            raise Unavailable(f"the server of the views does not answer: {error}") from error
        if gone:
            raise Unavailable(f"the generation {self.current.generation} is gone")
        return found

    def _is_gone(self, name: str, view: str) -> bool:
        """Whether nothing is known of a key because nothing is there any more at all."""
        return bool(self.current.views[view].keys) and not self._client.exists(name)

    def close(self) -> None:
        """Gives its connection back to the shelf."""
        self._client.close()


class Server:
    """A shelf on a Redis, by its URL; model: whose views they are."""

    def __init__(self, url: str, model: str) -> None:
        """Raises MissingExtra, Unavailable for a URL that names no server."""
        self._asked, self._writer = (_client(url, seconds) for seconds in (ANSWERS, _WRITES))
        self._prefix = f"mainstay:{model}"
        self._named, self._list = f"{self._prefix}:current", f"{self._prefix}:hashes"

    def current(self) -> Current | None:
        try:
            content = self._asked.get(self._named)
        except _errors() as error:
            raise Unavailable(f"the server of the views does not answer: {error}") from error
        try:
            return msgspec.json.decode(content, type=Current) if content else None
        except ValueError as error:
            raise Unavailable(f"{self._named} names no generation: {error}") from error

    def written(
        self, cut: datetime, made: Iterable[Made], before: Current | None = None
    ) -> Current:
        try:
            self._sweep()
            generation = f"{self._writer.incr(f'{self._prefix}:generation'):08}"
            views = {one.id: self._view(generation, one, before) for one in made}
            return self._put(Current(generation, cut, views))
        except _errors() as error:
            raise Unavailable(f"the server of the views does not answer: {error}") from error

    def moved(self, cut: datetime, before: Current) -> Current:
        try:
            return self._put(msgspec.structs.replace(before, cut=cut))
        except _errors() as error:
            raise Unavailable(f"the server of the views does not answer: {error}") from error

    def opened(self, found: Current) -> Store:
        """On a connection of its own: to borrow one for each question takes a quarter of it."""
        try:
            return Remote(self._asked.client(), self._prefix, found)
        except _errors() as error:
            raise Unavailable(f"the server of the views does not answer: {error}") from error

    def _put(self, one: Current) -> Current:
        self._writer.set(self._named, msgspec.json.encode(one))
        return one

    def _view(self, generation: str, one: Made, before: Current | None) -> View:
        """Written, or left where it lies."""
        if one.rows is not None:
            return self._filled(generation, one, one.rows)
        if before is None:
            raise Missing(f"{one.view.name} has no rows, and no generation before")
        old = before.views[one.id]
        lies = old.lies or before.generation
        return msgspec.structs.replace(kept(one.view, old), lies=lies)

    def _filled(self, generation: str, one: Made, rows: Rows) -> View:
        name = _hash(self._prefix, generation, one.id)
        self._writer.sadd(self._list, name)
        keys = points = 0
        part: dict[bytes, bytes] = {}
        for key, count, blob in rows:
            part[key] = blob
            keys, points = keys + 1, points + count
            if len(part) == PART:
                self._writer.hset(name, mapping=part)
                part = {}
        if part:
            self._writer.hset(name, mapping=part)
        return counted(one.view, keys, points)

    def _sweep(self) -> None:
        """What is not of the generation in force: its readers have left it by now."""
        stands = self.current()
        keep = {_lying(self._prefix, stands, view) for view in stands.views} if stands else set()
        for name in self._writer.smembers(self._list):
            if name.decode() not in keep:
                self._writer.unlink(name)
                self._writer.srem(self._list, name)


def _client(url: str, seconds: float) -> Any:
    try:
        from redis import Redis  # noqa: PLC0415 - an optional store
        from redis.backoff import NoBackoff  # noqa: PLC0415 - an optional store
        from redis.retry import Retry  # noqa: PLC0415 - an optional store
    except ImportError as error:
        raise MissingExtra("redis") from error
    again = Retry(NoBackoff(), 1)  # at once, for a connection that ended while nobody used it
    try:
        return Redis.from_url(
            url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=again
        )
    except ValueError as error:
        raise Unavailable(f"{shown(url)} is no Redis: {error}", "redis://HOST:6379/0") from error


def _errors() -> tuple[type[Exception], ...]:
    from redis.exceptions import RedisError  # noqa: PLC0415 - an optional store

    return (RedisError, OSError)


def _hash(prefix: str, generation: str, view: str) -> str:
    return f"{prefix}:{generation}:{view}"


def _lying(prefix: str, current: Current, view: str) -> str:
    """Where the rows of a view of a generation are."""
    return _hash(prefix, current.views[view].lies or current.generation, view)
