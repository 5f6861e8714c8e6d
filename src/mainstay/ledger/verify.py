"""Whether the record is what was written: chain, blobs, tables, and the file that holds them."""

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec

from mainstay.core.errors import MainstayError
from mainstay.ledger import blobs, chain, database, projections, schema
from mainstay.ledger.chain import START, Head, Row
from mainstay.ledger.database import Value
from mainstay.ledger.schema import Table
from mainstay.ledger.store import Ledger

Rows = dict[tuple[Value, ...], dict[str, Value]]
"""Key of a row -> the row by column."""
Query = Callable[[str], list[tuple[Any, ...]]]


class Flaw(msgspec.Struct, frozen=True):
    """Something that differs; seq is the event concerned, 0 where it is none."""

    seq: int
    what: str

    def __str__(self) -> str:
        return f"event {self.seq}: {self.what}" if self.seq else self.what


def verify(ledger: Ledger, *, head: Head | None = None) -> tuple[Flaw, ...]:
    """Everything that differs, nothing where the ledger holds; others may append meanwhile.

    head: one published earlier. Without it, a ledger rewritten or cut off by somebody who can
    write the file and knows the rule of the chain looks whole.
    """
    found: list[Flaw] = []
    with ledger.snapshot():
        for look in (_file, _chain, lambda one: _head(one, head), _blobs, _projections):
            try:
                found.extend(look(ledger))
            except MainstayError as error:
                found.append(Flaw(0, str(error)))
    return tuple(found)


def recent(ledger: Ledger, most: int) -> tuple[Flaw, ...]:
    """What differs in the chain of so many newest events, and in nothing else."""
    with ledger.snapshot():
        since = max(ledger.head().seq - most, 0)
        found = ledger.rows("SELECT seq, hash FROM event WHERE seq = ?", since)
        return tuple(_linked(ledger, Head(*found[0]) if found else START, since))


def _file(ledger: Ledger) -> Iterator[Flaw]:
    for what in ledger.damages():
        yield Flaw(0, what)


def _chain(ledger: Ledger) -> Iterator[Flaw]:
    return _linked(ledger, START, 0)


def _linked(ledger: Ledger, last: Head, since: int) -> Iterator[Flaw]:
    for row in ledger.stored(since):
        yield from _link(last, row)
        last = Head(row.seq, row.hash)


def _link(last: Head, row: Row) -> Iterator[Flaw]:
    if row.seq != last.seq + 1:
        yield Flaw(last.seq + 1, f"missing; the next there is event {row.seq}")
    elif row.previous != last.hash:
        yield Flaw(row.seq, f"does not follow event {last.seq}")
    if chain.hash_of(row) != row.hash:
        yield Flaw(row.seq, "its content is not what was hashed")


def _head(ledger: Ledger, head: Head | None) -> Iterator[Flaw]:
    if head is None or head == START:
        return
    found = ledger.rows("SELECT hash FROM event WHERE seq = ?", head.seq)
    if not found:
        yield Flaw(head.seq, f"published, but the ledger ends at event {ledger.head().seq}")
    elif found[0][0] != head.hash:
        yield Flaw(head.seq, "not the one published: it or what led to it was rewritten")


def _blobs(ledger: Ledger) -> Iterator[Flaw]:
    for name in blobs.changed(ledger.blobs):
        yield Flaw(0, f"the blob {name} is not what its name says")
    for row in ledger.stored():
        for sha in blobs.missing(ledger.blobs, _payload(row)):
            yield Flaw(row.seq, f"the blob {sha} it names is missing")


def _payload(row: Row) -> dict[str, Any]:
    try:
        return msgspec.json.decode(row.payload, type=dict[str, Any])
    except (msgspec.MsgspecError, TypeError):
        return {}  # told by _chain and _projections


def _projections(ledger: Ledger) -> Iterator[Flaw]:
    memory = database.in_memory(tuple(table.create for table in schema.PROJECTIONS))
    try:
        for row in ledger.stored():
            yield from _replay(memory, row)
        for table in schema.PROJECTIONS:
            wanted = _rows(table, partial(database.rows, memory))
            yield from _differences(table.name, _rows(table, ledger.rows), wanted)
    finally:
        memory.close()


def _replay(memory: sqlite3.Connection, row: Row) -> Iterator[Flaw]:
    try:
        projections.apply(chain.event(row), partial(database.change, memory))
    except MainstayError as error:
        yield Flaw(row.seq, f"cannot have happened: {error}")


def _rows(table: Table, query: Query) -> Rows:
    listed = ", ".join(table.columns)
    found = query(f"SELECT {listed} FROM {table.name}")  # noqa: S608
    rows = (dict(zip(table.columns, row, strict=True)) for row in found)
    return {tuple(row[column] for column in table.key): row for row in rows}


def _differences(table: str, found: Rows, wanted: Rows) -> Iterator[Flaw]:
    for key in sorted(found.keys() | wanted.keys(), key=repr):
        here, there = found.get(key, {}), wanted.get(key, {})
        if here != there:
            seq = (there or here)["seq"]
            place = seq if isinstance(seq, int) else 0
            yield Flaw(place, f"table {table}, row {key}: {_difference(here, there)}")


def _difference(here: dict[str, Value], there: dict[str, Value]) -> str:
    if not here:
        return "missing"
    if not there:
        return "no event says so"
    return ", ".join(
        f"{column} is {value!r}, the events say {there[column]!r}"
        for column, value in here.items()
        if value != there[column]
    )
