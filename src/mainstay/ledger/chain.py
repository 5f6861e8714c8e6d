"""Events as rows of text, each holding the hash of the one before."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from mainstay.core import digest
from mainstay.core.errors import Broken, Mistake
from mainstay.core.nouns import Actor, Event

COLUMNS = "seq, time, kind, subject, actor, payload, previous, hash"


class Head(NamedTuple):
    """The last event, by number and hash: published, it shows any rewriting of what came before."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


START = Head(0, "0" * 64)
"""What the first event follows."""


class Row(NamedTuple):
    """An event as it is stored: actor and payload are canonical JSON, time is RFC 3339 in UTC."""

    seq: int
    time: str
    kind: str
    subject: str
    actor: str
    payload: str
    previous: str
    hash: str


class Act(NamedTuple):
    """What is to be remembered: everything about an event but its place and time."""

    kind: str
    subject: str
    actor: Actor
    payload: dict[str, Any]


def head(text: str) -> Head:
    """A published head, `seq:hash`. Raises Mistake."""
    seq, _, sha = text.strip().partition(":")
    if not seq.isdecimal() or len(sha) != 64:
        raise Mistake(f"{text!r} is no head of a ledger", hint="write SEQ:HASH as published")
    return Head(int(seq), sha)


def linked(last: Head, moment: datetime, act: Act) -> Row:
    """The row that follows `last`. Raises TypeError for a payload JSON cannot hold."""
    actor, payload = _text(act.actor), _text(act.payload)
    time = _text(moment).strip('"')
    row = Row(last.seq + 1, time, act.kind, act.subject, actor, payload, last.hash, "")
    return row._replace(hash=hash_of(row))


def hash_of(row: Row) -> str:
    """SHA-256 over the canonical JSON object of every column but the hash, as stored."""
    covered = row._asdict()
    del covered["hash"]
    return digest.of_value(covered)


def event(row: Row) -> Event:
    """The event a row holds. Raises Broken for a row that is damaged."""
    try:
        moment = msgspec.convert(row.time, datetime)
        actor = msgspec.json.decode(row.actor, type=Actor)
        payload = msgspec.json.decode(row.payload, type=dict[str, Any])
    except (msgspec.MsgspecError, TypeError) as error:
        raise Broken(f"event {row.seq} is damaged: {error}", hint="mainstay verify") from error
    place = (row.previous, row.hash)
    return Event(row.seq, moment, row.kind, row.subject, actor, payload, *place)


def _text(value: datetime | Actor | dict[str, Any]) -> str:
    return digest.canonical(value).decode()
