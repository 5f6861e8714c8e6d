"""Work on one run at a time: its lease kept alive, what it leaves written under it, its end.

A worker that is killed leaves a lease that runs out; one that stalls loses it, and nothing it
still does counts. What a run leaves through `acts` is written with its end, in one transaction:
never doubled. Anything else it does must do nothing when it is done again.
"""

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mainstay.core.errors import Conflict, MainstayError
from mainstay.core.nouns import Verdict
from mainstay.ledger import leases, outbox, runs
from mainstay.ledger.chain import Act
from mainstay.ledger.leases import Lease
from mainstay.ledger.runs import MOST, Run
from mainstay.ledger.store import Ledger

LEASE = timedelta(seconds=60)
BEATS = 4
"""Times that a lease is made longer while it would last."""


class Done(NamedTuple):
    """What a run came to. waits: for whom, and it goes on once they acted; acts: what it leaves."""

    headline: str
    verdict: Verdict | None = None
    waits: str = ""
    acts: tuple[Act, ...] = ()


class Claim(NamedTuple):
    """A run, and the right to work on it."""

    run: Run
    lease: Lease


Do = Callable[[Ledger, Run], Done]


def attempted(
    ledger: Ledger, model: str, holder: str, do: Do, duration: timedelta = LEASE
) -> Run | None:
    """Claim the next run and do it; the run as it was claimed, None where nothing is to be done.

    Whatever the work raises ends the run, or puts it off where trying again may help; what stops
    the process gives it back.
    """
    found = runs.claimed(ledger, model, holder, duration)
    if found is None:
        return None
    claim = Claim(*found)
    with (
        ledger.guarded(partial(leases.held, lease=claim.lease)),
        _kept(ledger, claim.lease, duration),
        suppress(Conflict),  # the lease was lost: another does it, or did
    ):
        _settled(ledger, claim, do)
    return claim.run


def _settled(ledger: Ledger, claim: Claim, do: Do) -> None:
    """Raises Conflict where the lease was lost."""
    try:
        done = do(ledger, claim.run)
    except MainstayError as error:
        _failed(ledger, claim, str(error), retryable=error.retryable)
    except Exception as error:  # noqa: BLE001 - a mistake of ours must not end the worker
        for line in traceback.format_exception(error):
            runs.said(ledger, claim.run.id, line.rstrip())
        _failed(ledger, claim, f"our mistake: {error!r}", retryable=False)
    except BaseException:
        runs.returned(ledger, *claim)
        raise
    else:
        _ended(ledger, claim, done)


def _ended(ledger: Ledger, claim: Claim, done: Done) -> None:
    with ledger.transaction():
        for act in done.acts:
            ledger.append(*act)
        if done.waits:
            runs.paused(ledger, *claim, done.waits, done.headline)
        else:
            runs.ended(ledger, *claim, "done", done.headline, done.verdict)


def _failed(ledger: Ledger, claim: Claim, headline: str, *, retryable: bool) -> None:
    if retryable and claim.run.attempts < MOST:
        pause = outbox.pause(claim.run.attempts)
        runs.postponed(ledger, *claim, pause, headline)
    else:
        runs.ended(ledger, *claim, "failed", headline)


@contextmanager
def _kept(ledger: Ledger, lease: Lease, duration: timedelta) -> Iterator[None]:
    """The lease is made longer while the block runs, by a thread with a connection of its own."""
    over = threading.Event()
    given = (ledger.path, ledger.url, lease, duration, over)
    beats = threading.Thread(target=_beating, args=given, name=lease.name, daemon=True)
    beats.start()
    try:
        yield
    finally:
        over.set()
        beats.join()


def _beating(
    path: Path, url: str, lease: Lease, duration: timedelta, over: threading.Event
) -> None:
    pause = duration.total_seconds() / BEATS
    while not over.is_set():
        try:
            with Ledger(path, url) as ledger:
                while not over.wait(pause):
                    leases.extended(ledger, lease, duration)
        except Conflict:
            return
        except MainstayError:  # the store is out of reach: tried again while the lease lasts
            over.wait(pause)
