"""What is still to be told to somebody outside, at least once: no record, but beside it.

A message is put in within the transaction of the event it tells of, so neither is there without
the other. Who delivers claims it first: the claim moves it out of the way of others and of later
tries, so that a process killed in between leaves it to be tried again.
"""

from datetime import timedelta

import msgspec

from mainstay.core import clock
from mainstay.ledger.store import Ledger

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(hours=1)
"""Pauses before the second try and at most; each is twice the one before."""
NOBODYS = 0
"""Of what tells of no incident."""
KEPT = timedelta(days=90)
"""How long what was told is kept after its incident is over."""
_COLUMNS = "id, channel, incident, body, due, attempts, settled, error"


class Waiting(msgspec.Struct, frozen=True):
    """A message for one channel. due: seconds since 1970. attempts: begun, with or without end.

    settled: empty while it waits, else when it was told, or why it need not be. error: of the
    last try that failed.
    """

    id: str
    channel: str
    incident: int
    body: str
    due: float
    attempts: int = 0
    settled: str = ""
    error: str = ""


def put(ledger: Ledger, message: Waiting) -> None:
    """Keep it until it is told; one with the same id gives way, whatever became of it."""
    ledger.change(
        f"INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 0, '', '')"  # noqa: S608 - our own names
        " ON CONFLICT (id) DO UPDATE SET body = excluded.body, due = excluded.due,"
        " attempts = 0, settled = '', error = ''",
        message.id, message.channel, message.incident, message.body, message.due,
    )  # fmt: skip


def put_once(ledger: Ledger, message: Waiting) -> None:
    """Keep it until it is told, unless one with its id is there, told or not."""
    ledger.change(
        f"INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 0, '', '')"  # noqa: S608 - our own names
        " ON CONFLICT (id) DO NOTHING",
        message.id, message.channel, message.incident, message.body, message.due,
    )  # fmt: skip


def waiting(ledger: Ledger) -> tuple[Waiting, ...]:
    """All that was told to nobody yet, the next first."""
    query = f"SELECT {_COLUMNS} FROM outbox WHERE settled = '' ORDER BY due, id"  # noqa: S608 - our own names
    return tuple(Waiting(*row) for row in ledger.rows(query))


def told(ledger: Ledger, incident: int) -> frozenset[str]:
    """The channels that were told of an incident, or are being told."""
    query = (
        "SELECT DISTINCT channel FROM outbox WHERE incident = ? AND (attempts > 0 OR settled = '')"
    )
    return frozenset(name for (name,) in ledger.rows(query, incident))


def claimed(ledger: Ledger, message: Waiting) -> bool:
    """Whether it is ours to tell now; if we never come back, it is due again after its pause."""
    now = clock.now().timestamp()
    due = now + pause(message.attempts + 1).total_seconds()
    change = (
        "UPDATE outbox SET attempts = attempts + 1, due = ?"
        " WHERE id = ? AND settled = '' AND due <= ? AND attempts = ?"
    )
    return ledger.change(change, due, message.id, now, message.attempts) == 1


def failed(ledger: Ledger, message: Waiting, error: str) -> None:
    """Remember why the last try came to nothing; the next is due already."""
    change = "UPDATE outbox SET error = ? WHERE id = ? AND body = ?"
    ledger.change(change, error, message.id, message.body)


def settled(ledger: Ledger, message: Waiting, how: str) -> None:
    """It was told, or need not be; a newer one under the same id still waits."""
    change = "UPDATE outbox SET settled = ?, error = '' WHERE id = ? AND body = ?"
    ledger.change(change, how, message.id, message.body)


def postponed(ledger: Ledger, message: Waiting, due: float) -> None:
    """It is not to be told before that."""
    change = "UPDATE outbox SET due = ? WHERE id = ? AND body = ?"
    ledger.change(change, due, message.id, message.body)


def pruned(ledger: Ledger) -> int:
    """Forget what was told so long ago; of incidents that are open, who was told stays known."""
    change = (
        "DELETE FROM outbox WHERE settled <> '' AND due < ?"
        " AND incident NOT IN (SELECT id FROM incident WHERE closed = '')"
    )
    return ledger.change(change, (clock.now() - KEPT).timestamp())


def pause(attempts: int) -> timedelta:
    """Before the try after so many.

    >>> [str(pause(one)) for one in (1, 2, 9)]
    ['0:00:30', '0:01:00', '1:00:00']
    """
    doubled: int = 2 ** min(attempts - 1, 20)
    return min(SHORTEST * doubled, LONGEST)
