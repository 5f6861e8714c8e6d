"""What people sign in with, beside the record: hashes only, each with its end.

A secret is 256 random bits, so that a plain SHA-256 of it cannot be turned back; a password is
kept as what its hasher made of it.
"""

import hashlib
from typing import Literal

import msgspec

from mainstay.ledger.store import Ledger

Kind = Literal["token", "session", "invitation"]
_COLUMNS = "digest, kind, name, label, scopes, until, latest, used, parent"


class Credential(msgspec.Struct, frozen=True):
    """digest: SHA-256 of the secret in hex. until, latest, used: seconds since 1970; used 0: never.

    label: what a token is called, or what the forms of a session carry. scopes: what it is
    narrowed to, with commas between; empty: nothing. latest: beyond which use does not prolong it.
    parent: the token that a session was begun with, by its digest; it ends with it.
    """

    digest: str
    kind: Kind
    name: str
    label: str
    scopes: str
    until: float
    latest: float
    used: float = 0.0
    parent: str = ""


def digest(secret: str) -> str:
    """Under which a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def put(ledger: Ledger, one: Credential) -> None:
    """Keep it."""
    insert = f"INSERT INTO credential ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own names
    ledger.change(insert, *msgspec.structs.astuple(one))


def found(ledger: Ledger, secret: str, kind: Kind, now: float) -> Credential | None:
    """The one a secret stands for, while it is good. The look-up is by hash, so its time tells
    nothing of the secret.
    """
    query = f"SELECT {_COLUMNS} FROM credential WHERE digest = ? AND kind = ? AND until > ?"  # noqa: S608 - our own names
    rows = ledger.rows(query, digest(secret), kind, now)
    return Credential(*rows[0]) if rows else None


def good(ledger: Ledger, now: float, name: str = "") -> tuple[Credential, ...]:
    """All that are good now, of somebody where a name is given."""
    query = (
        f"SELECT {_COLUMNS} FROM credential"  # noqa: S608 - our own names
        " WHERE until > ? AND (? = '' OR name = ?) ORDER BY name, kind, label"
    )
    return tuple(Credential(*row) for row in ledger.rows(query, now, name, name))


def used(ledger: Ledger, one: Credential, now: float, until: float) -> None:
    """Remember that it was, and how long it is good from now."""
    change = "UPDATE credential SET used = ?, until = ? WHERE digest = ?"
    ledger.change(change, now, until, one.digest)


def dropped(ledger: Ledger, one: Credential) -> bool:
    """Whether it was there to be taken away: of two who try, one is told so.

    What was begun with it goes too.
    """
    with ledger.transaction():
        ledger.change("DELETE FROM credential WHERE parent = ?", one.digest)
        return ledger.change("DELETE FROM credential WHERE digest = ?", one.digest) == 1


def pruned(ledger: Ledger, now: float) -> int:
    """Forget those that ended."""
    return ledger.change("DELETE FROM credential WHERE until <= ?", now)


def password(ledger: Ledger, name: str) -> str:
    """The hash of somebody's password; empty where there is none."""
    rows = ledger.rows("SELECT hash FROM password WHERE name = ?", name)
    return str(rows[0][0]) if rows else ""


def passwords(ledger: Ledger) -> tuple[str, ...]:
    """Everybody who has one."""
    return tuple(name for (name,) in ledger.rows("SELECT name FROM password ORDER BY name"))


def set_password(ledger: Ledger, name: str, hashed: str) -> None:
    """In place of the one before; an empty hash takes it away."""
    with ledger.transaction():
        ledger.change("DELETE FROM password WHERE name = ?", name)
        if hashed:
            ledger.change("INSERT INTO password (name, hash) VALUES (?, ?)", name, hashed)
