"""Who may work on what, for how long: leases with fencing numbers.

A worker that stalls beyond its lease loses it to another with a higher number. Its late effect is
stopped by `held`, asked in the same transaction as the effect. This covers effects in the ledger;
files and requests elsewhere need a key of their own. A lease is about processes, so it lives in the
machine's time, also where a replay stands still or leaps.
"""

from datetime import timedelta

import msgspec

from mainstay.core import clock
from mainstay.core.errors import Conflict
from mainstay.ledger.store import Ledger


class Lease(msgspec.Struct, frozen=True):
    """The right to work on `name`, until a time in seconds since 1970; fence rises per holder."""

    name: str
    holder: str
    fence: int
    until: float


def claimed(ledger: Ledger, name: str, holder: str, duration: timedelta) -> Lease | None:
    """The lease, None while somebody has it; also the same holder gets it only once."""
    now = clock.machine().timestamp()
    claim = (
        "INSERT INTO lease (name, holder, fence, until) VALUES (?, ?, 1, ?)"
        " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = lease.fence + 1,"
        " until = excluded.until WHERE lease.until <= ?"
    )
    until = now + duration.total_seconds()
    with ledger.transaction():
        if not ledger.change(claim, name, holder, until, now):
            return None
        fence = ledger.rows("SELECT fence FROM lease WHERE name = ?", name)[0][0]
    return Lease(name, holder, fence, until)


def extended(ledger: Ledger, lease: Lease, duration: timedelta) -> Lease:
    """The same lease for longer, from now. Raises Conflict where it was lost."""
    until = clock.machine().timestamp() + duration.total_seconds()
    change = "UPDATE lease SET until = ? WHERE name = ? AND fence = ?"
    with ledger.transaction():
        held(ledger, lease)
        ledger.change(change, until, lease.name, lease.fence)
    return msgspec.structs.replace(lease, until=until)


def held(ledger: Ledger, lease: Lease) -> None:
    """Raises Conflict where the lease ran out or another has it; ask inside a transaction."""
    found = ledger.rows("SELECT fence, until FROM lease WHERE name = ?", lease.name)
    now = clock.machine().timestamp()
    if not found or found[0][0] != lease.fence or found[0][1] <= now:
        raise Conflict(
            f"{lease.holder} no longer holds {lease.name}: it took longer than its lease",
            hint="the work was or will be done by another; nothing was recorded twice",
        )


def of(ledger: Ledger, name: str) -> Lease | None:
    """Whoever has it, also where it ran out; None where nobody does."""
    found = ledger.rows("SELECT name, holder, fence, until FROM lease WHERE name = ?", name)
    return Lease(*found[0]) if found else None


def released(ledger: Ledger, lease: Lease) -> None:
    """Give it back at once; nothing happens where it was lost."""
    change = "UPDATE lease SET until = 0 WHERE name = ? AND fence = ?"
    ledger.change(change, lease.name, lease.fence)


def ended(ledger: Ledger, lease: Lease) -> None:
    """Nobody will ever work on it again: whoever still believes to hold it does not."""
    gone(ledger, lease.name)


def gone(ledger: Ledger, name: str) -> None:
    """The same by its name, from whoever holds it; what it was for must never be done again."""
    ledger.change("DELETE FROM lease WHERE name = ?", name)
