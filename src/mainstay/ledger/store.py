"""The ledger: what happened, chained, and the state that follows, in one transaction."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from mainstay.core import clock
from mainstay.core.errors import Broken, Bug, Conflict
from mainstay.core.nouns import Actor, Event
from mainstay.ledger import blobs, chain, database, events, postgres, projections
from mainstay.ledger.chain import START, Act, Head, Row
from mainstay.ledger.database import Value

PAGE = 500
AFTER_ALL = 2**63 - 1
Kinds = str | tuple[str, ...]
"""Of events: one, several, or all where it is empty."""


class Engine(Protocol):
    """What keeps the tables: the module `database` of a file, `postgres` of a server."""

    def transaction(self, connection: Any, /) -> AbstractContextManager[None]: ...

    def snapshot(self, connection: Any, /) -> AbstractContextManager[None]: ...

    def rows(
        self,
        connection: Any,
        query: str,
        values: tuple[Value, ...],
        /,
    ) -> list[tuple[Any, ...]]: ...

    def change(self, connection: Any, statement: str, values: tuple[Value, ...], /) -> int: ...

    def copy(self, connection: Any, target: Path, /) -> None: ...

    def damages(self, connection: Any, /) -> list[str]: ...


class Ledger:
    """One connection to one ledger, for the thread that opened it; blobs lie beside the path.

    url: of a PostgreSQL that keeps it instead of the file. Any number of processes may hold one
    each. What `append` returns is durable.
    """

    def __init__(self, path: Path, url: str = "") -> None:
        self.path, self.url = path, url
        self._guard: Callable[[Ledger], None] | None = None
        self.blobs = path.parent / "blobs"
        self._engine: Engine = postgres if url else database
        self._connection: Any = postgres.opened(url) if url else database.opened(path)

    def append(self, kind: str, subject: str, actor: Actor, payload: dict[str, Any]) -> Event:
        """Remember what happened, and what follows from it, in one transaction.

        Raises Mistake for an unknown kind, Conflict where the present state does not allow it,
        Bug for a payload that does not say enough or names a blob that is not stored yet.
        """
        events.check(kind)
        absent = blobs.missing(self.blobs, payload)
        if absent:
            raise Bug(f"{kind} names the blob {absent[0]}, which is not stored yet")
        with self.transaction():
            row = chain.linked(self.head(), clock.now(), Act(kind, subject, actor, payload))
            event = chain.event(row)
            self._insert(row)
            self._follow(event)
        return event

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several appends, and reads that nobody can overtake: all of it or nothing.

        Inside another transaction it is a part of that one, undone alone where it fails.
        """
        outermost = not self._connection.in_transaction
        with self._engine.transaction(self._connection):
            if outermost and self._guard:
                self._guard(self)
            yield

    @contextmanager
    def guarded(self, guard: "Callable[[Ledger], None]") -> Iterator[None]:
        """Each transaction inside asks first, and does not happen where that raises."""
        self._guard = guard
        try:
            yield
        finally:
            self._guard = None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads inside see one moment, whatever others append meanwhile."""
        with self._engine.snapshot(self._connection):
            yield

    def head(self) -> Head:
        """The last event; START where there is none."""
        found = self.rows("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
        return Head(*found[0]) if found else START

    def events(self, since: int = 0, kind: Kinds = "", subject: str = "") -> Iterator[Event]:
        """Events after `since` in order, of one kind or several, or one subject, where given."""
        return map(chain.event, self.stored(since, kind, subject))

    def stored(self, since: int = 0, kind: Kinds = "", subject: str = "") -> Iterator[Row]:
        """The same as they are stored; read a page at a time, so that nothing is held open."""
        where, values = _narrowed(kind, subject)
        query = f"SELECT {chain.COLUMNS} FROM event WHERE {where}seq > ? ORDER BY seq LIMIT {PAGE}"  # noqa: S608
        while page := self.rows(query, *values, since):
            for row in page:
                since = _rising(since, row[0])
                yield Row(*row)

    def backwards(
        self, kind: Kinds = "", subject: str = "", *, page: int = PAGE, until: int = AFTER_ALL
    ) -> Iterator[Event]:
        """Those before `until`, the newest first; page: so many are read at a time."""
        where, values = _narrowed(kind, subject)
        query = (
            f"SELECT {chain.COLUMNS} FROM event WHERE {where}seq < ? ORDER BY seq DESC LIMIT {page}"  # noqa: S608
        )
        while found := self.rows(query, *values, until):
            for row in found:
                until = -_rising(-until, -row[0])
                yield chain.event(Row(*row))
            if len(found) < page:
                return

    def newest(self, most: int, kind: Kinds = "", subject: str = "") -> tuple[Event, ...]:
        """The last so many, oldest of them first."""
        found = islice(self.backwards(kind, subject, page=min(most, PAGE)), most) if most else ()
        return tuple(found)[::-1]

    def numbered(self, some: Iterable[int]) -> dict[int, Event]:
        """Events by their numbers."""
        wanted, found = sorted(set(some)), dict[int, Event]()
        for at in range(0, len(wanted), PAGE):
            part = wanted[at : at + PAGE]
            places = ", ".join("?" * len(part))
            query = f"SELECT {chain.COLUMNS} FROM event WHERE seq IN ({places})"  # noqa: S608
            found |= {row[0]: chain.event(Row(*row)) for row in self.rows(query, *part)}
        return found

    def rows(self, query: str, *values: Value) -> list[tuple[Any, ...]]:
        """What a query gives."""
        return self._engine.rows(self._connection, query, values)

    def change(self, statement: str, *values: Value) -> int:
        """Change a table that is not part of the record; the number of rows changed."""
        with self.transaction():
            return self._engine.change(self._connection, statement, values)

    def copy(self, target: Path) -> None:
        """Copy the file as it is at one moment, also while others append."""
        self._engine.copy(self._connection, target)

    def damages(self) -> list[str]:
        """What is wrong with the file itself, its tables and its triggers."""
        return self._engine.damages(self._connection)

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _insert(self, row: Row) -> None:
        places = ", ".join("?" * len(row))
        insert = f"INSERT INTO event ({chain.COLUMNS}) VALUES ({places})"  # noqa: S608
        self._engine.change(self._connection, insert, row)

    def _follow(self, event: Event) -> None:
        try:
            projections.apply(event, partial(self._engine.change, self._connection))
        except Conflict as error:
            raise Conflict(f"{event.kind} of {event.subject}: {error}", error.hint) from error


def _narrowed(kind: Kinds, subject: str) -> tuple[str, tuple[str, ...]]:
    """Conditions that an index answers, each with `AND` behind it, and their values."""
    kinds = (kind,) if isinstance(kind, str) else kind
    named = tuple(filter(None, kinds))
    places = ", ".join("?" * len(named))
    where = ("subject = ? AND " if subject else "") + (f"kind IN ({places}) AND " if named else "")
    return where, (*((subject,) if subject else ()), *named)


def _rising(before: int, seq: int) -> int:
    """A damaged index can give rows in any order: paging through it might never end."""
    if not seq > before:
        raise Broken(
            f"the ledger is damaged: event {seq} comes after event {before}",
            hint="mainstay restore, from a backup",
        )
    return seq
