"""What is to be done when, and what became of it: beside the record, for whoever does it.

A run is planned once for each due time of a job. Whoever works on it holds its lease; what it
leaves in the ledger is written under that lease, so that one who stalled comes too late.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from mainstay.core import clock
from mainstay.core.errors import Conflict
from mainstay.core.nouns import Verdict
from mainstay.ledger import leases
from mainstay.ledger import state as state_of
from mainstay.ledger.leases import Lease
from mainstay.ledger.projections import text
from mainstay.ledger.store import Ledger

State = Literal["due", "running", "waiting", "done", "failed", "cancelled"]
MOST = 5
"""Attempts of a run until it is given up."""
KEPT = timedelta(days=90)
"""How long runs that ended are kept, and their lines."""
LONGEST_LINE = 2_000
_COLUMNS = (
    "id, model, job, due, missed, state, attempts, earliest, began, ended, waits, since,"
    " verdict, headline"
)


class Run(msgspec.Struct, frozen=True):
    """One turn of a job. due: ISO 8601 in UTC. missed: how many turns before it were missed.

    attempts: begun. earliest: not before, in seconds since 1970 of the machine. began, ended: of
    the last attempt, empty before. waits: for whom, since: after which event; headline: the
    sentence it ended with, or the error.
    """

    id: int
    model: str
    job: str
    due: str
    missed: int
    state: State
    attempts: int = 0
    earliest: float = 0.0
    began: str = ""
    ended: str = ""
    waits: str = ""
    since: int = 0
    verdict: str = ""
    headline: str = ""


class Line(msgspec.Struct, frozen=True):
    """A line of the log of a run, numbered from 1; time: ISO 8601 in UTC."""

    number: int
    time: str
    text: str


def planned(ledger: Ledger, model: str, job: str, due: datetime, missed: int = 0) -> int:
    """Plan a turn, once; its number. 0 where it is planned already, or another of the job is
    still to be done: what is due meanwhile is caught up with in one.
    """
    busy = "SELECT 1 FROM run WHERE job = ? AND model = ? AND (due = ? OR state IN (?, ?)) LIMIT 1"
    insert = (
        f"INSERT INTO run ({_COLUMNS})"  # noqa: S608 - our own names
        " VALUES (?, ?, ?, ?, ?, 'due', 0, 0, '', '', '', 0, '', '')"
    )
    with ledger.transaction():
        if ledger.rows(busy, job, model, text(due), "due", "running"):
            return 0
        number = int(ledger.rows("SELECT coalesce(max(id), 0) + 1 FROM run")[0][0])
        ledger.change(insert, number, model, job, text(due), missed)
    return number


def last(ledger: Ledger, model: str, job: str) -> str:
    """When the newest turn was due; empty before any."""
    query = "SELECT coalesce(max(due), '') FROM run WHERE model = ? AND job = ?"
    return str(ledger.rows(query, model, job)[0][0])


def claimed(
    ledger: Ledger, model: str, holder: str, duration: timedelta
) -> tuple[Run, Lease] | None:
    """The next run that nobody works on, and its lease; None where there is none.

    One that was begun so often that something must be wrong with it is given up instead.
    """
    if not _open(ledger, model):  # so that who has nothing to do holds up nobody who writes
        return None
    with ledger.transaction():
        for run in _open(ledger, model):
            lease = leases.claimed(ledger, name(run.id), holder, duration)
            if lease and run.attempts < MOST:
                return _begun(ledger, run), lease
            if lease:
                _given_up(ledger, run, lease)
    return None


def outstanding(ledger: Ledger) -> tuple[tuple[str, ...], float]:
    """Models with a run that is to be done now, begun, or waiting; and seconds until one more is

    due again, infinite where none is.
    """
    now = clock.machine().timestamp()
    query = (
        "SELECT DISTINCT model FROM run WHERE state IN ('running', 'waiting')"
        " OR (state = 'due' AND earliest <= ?) ORDER BY model"
    )
    later = "SELECT min(earliest) FROM run WHERE state = 'due' AND earliest > ?"
    earliest = ledger.rows(later, now)[0][0]
    pause = float("inf") if earliest is None else earliest - now
    return tuple(name for (name,) in ledger.rows(query, now)), pause


def name(number: int) -> str:
    """Of the lease of a run."""
    return f"run {number}"


def ended(
    ledger: Ledger, run: Run, lease: Lease, state: Literal["done", "failed"], headline: str,
    verdict: Verdict | None = None,
) -> None:  # fmt: skip
    """It is over. Raises Conflict where the lease was lost; call it with what else it leaves."""
    change = "UPDATE run SET state = ?, ended = ?, verdict = ?, headline = ? WHERE id = ?"
    with ledger.transaction():
        leases.held(ledger, lease)
        ledger.change(change, state, _now(), verdict or "", headline, run.id)
        leases.ended(ledger, lease)


def postponed(ledger: Ledger, run: Run, lease: Lease, pause: timedelta, headline: str) -> None:
    """It is tried again after a pause. Raises Conflict where the lease was lost."""
    earliest = (clock.machine() + pause).timestamp()
    change = "UPDATE run SET state = 'due', earliest = ?, headline = ? WHERE id = ?"
    with ledger.transaction():
        leases.held(ledger, lease)
        ledger.change(change, earliest, headline, run.id)
        leases.released(ledger, lease)


def cancelled(ledger: Ledger, number: int, headline: str) -> None:
    """Nobody does it any more: whoever is at it holds no lease and writes nothing from now on.

    Raises Conflict where it is over; call it with the event that says who wanted it so.
    """
    change = (
        "UPDATE run SET state = 'cancelled', ended = ?, waits = '', headline = ?"
        " WHERE id = ? AND state IN ('due', 'running', 'waiting')"
    )
    with ledger.transaction():
        if not ledger.change(change, _now(), headline, number):
            raise Conflict(f"run {number} is over", hint=f"mainstay runs show {number}")
        leases.gone(ledger, name(number))


def returned(ledger: Ledger, run: Run, lease: Lease) -> None:
    """It is free again, as if it had not been begun. Raises Conflict where the lease was lost."""
    change = "UPDATE run SET state = 'due', attempts = ? WHERE id = ?"
    with ledger.transaction():
        leases.held(ledger, lease)
        ledger.change(change, run.attempts - 1, run.id)
        leases.released(ledger, lease)


def paused(ledger: Ledger, run: Run, lease: Lease, waits: str, headline: str) -> None:
    """It waits for somebody. Runs of the same job that waited are over: this one waits for them.

    Raises Conflict where the lease was lost.
    """
    over = "UPDATE run SET state = 'done', ended = ? WHERE model = ? AND job = ? AND state = ?"
    change = (
        "UPDATE run SET state = 'waiting', attempts = 0, waits = ?, since = ?, headline = ?"
        " WHERE id = ?"
    )
    with ledger.transaction():
        leases.held(ledger, lease)
        ledger.change(over, _now(), run.model, run.job, "waiting")
        ledger.change(change, waits, ledger.head().seq, headline, run.id)
        leases.released(ledger, lease)


def resumed(ledger: Ledger, model: str, kinds: tuple[str, ...]) -> int:
    """Let go on what waited, where one of these kinds of event came meanwhile; how many."""
    places = ", ".join("?" * len(kinds))
    change = (
        "UPDATE run SET state = 'due', waits = '' WHERE model = ? AND state = 'waiting'"  # noqa: S608 - question marks
        " AND EXISTS (SELECT 1 FROM event WHERE event.subject = run.model"
        f" AND event.seq > run.since AND event.kind IN ({places}))"
    )
    return ledger.change(change, model, *kinds)


def said(ledger: Ledger, run: int, words: str) -> None:
    """Write a line of its log."""
    insert = (
        "INSERT INTO line (run, number, time, text)"
        " SELECT ?, coalesce(max(number), 0) + 1, ?, ? FROM line WHERE run = ?"
    )
    ledger.change(insert, run, _now(), words[:LONGEST_LINE], run)


def listed(
    ledger: Ledger, model: str, most: int, job: str = "", state: str = ""
) -> tuple[Run, ...]:
    """The newest first, of one job or in one state where they are named."""
    query = (
        f"SELECT {_COLUMNS} FROM run WHERE model = ?"  # noqa: S608 - our own names
        " AND (? = '' OR job = ?) AND (? = '' OR state = ?) ORDER BY id DESC LIMIT ?"
    )
    found = ledger.rows(query, model, job, job, state, state, most)
    return tuple(Run(*row) for row in found)


def failed(ledger: Ledger, since: datetime, most: int = 100) -> tuple[Run, ...]:
    """Those of all models that failed since a time of the machine, the newest first."""
    query = (
        f"SELECT {_COLUMNS} FROM run WHERE state = 'failed' AND ended > ?"  # noqa: S608 - our own names
        " ORDER BY id DESC LIMIT ?"
    )
    return tuple(Run(*row) for row in ledger.rows(query, text(since), most))


def one(ledger: Ledger, number: int) -> Run | None:
    """A run by its number."""
    query = f"SELECT {_COLUMNS} FROM run WHERE id = ?"  # noqa: S608 - our own names
    rows = ledger.rows(query, number)
    return Run(*rows[0]) if rows else None


def usual(ledger: Ledger, run: Run) -> float:
    """Seconds that the newest done run of its job took; 0 where none is known."""
    query = (
        "SELECT began, ended FROM run WHERE model = ? AND job = ? AND state = 'done' AND id <> ?"
        " AND began <> '' ORDER BY id DESC LIMIT 1"
    )
    for began, ended in ledger.rows(query, run.model, run.job, run.id):
        return (state_of.moment(ended) - state_of.moment(began)).total_seconds()
    return 0.0


def tail(ledger: Ledger, number: int, most: int) -> tuple[Line, ...]:
    """The last lines of a run's log, oldest first."""
    query = "SELECT number, time, text FROM line WHERE run = ? ORDER BY number DESC LIMIT ?"
    return tuple(Line(*row) for row in reversed(ledger.rows(query, number, most)))


def pruned(ledger: Ledger) -> int:
    """Forget what ended so long ago, and its lines, but never the newest of a job."""
    before = text(clock.machine() - KEPT)
    change = (
        "DELETE FROM run WHERE state IN ('done', 'failed', 'cancelled') AND ended < ?"
        " AND id NOT IN (SELECT max(id) FROM run GROUP BY model, job)"
    )
    with ledger.transaction():
        count = ledger.change(change, before)
        ledger.change("DELETE FROM line WHERE run NOT IN (SELECT id FROM run)")
    return count


def _open(ledger: Ledger, model: str) -> tuple[Run, ...]:
    """Those begun, whose worker may be gone, and the first that is due and free."""
    begun = f"SELECT {_COLUMNS} FROM run WHERE model = ? AND state = 'running' ORDER BY due"  # noqa: S608 - our own names
    due = (
        f"SELECT {_COLUMNS} FROM run"  # noqa: S608 - our own names
        " WHERE model = ? AND state = 'due' AND earliest <= ? ORDER BY due, id LIMIT 1"
    )
    now = clock.machine().timestamp()
    return tuple(Run(*row) for row in (*ledger.rows(begun, model), *ledger.rows(due, model, now)))


def _begun(ledger: Ledger, run: Run) -> Run:
    begun = msgspec.structs.replace(run, state="running", attempts=run.attempts + 1, began=_now())
    change = "UPDATE run SET state = 'running', attempts = ?, began = ? WHERE id = ?"
    ledger.change(change, begun.attempts, begun.began, run.id)
    return begun


def _given_up(ledger: Ledger, run: Run, lease: Lease) -> None:
    headline = f"Given up after {run.attempts} attempts; the last said: {run.headline or 'nothing'}"
    ended(ledger, run, lease, "failed", headline)


def _now() -> str:
    return text(clock.machine())
