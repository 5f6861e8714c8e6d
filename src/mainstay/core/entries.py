"""What one frame of the door's journal says, as msgpack."""

from datetime import datetime
from typing import NamedTuple

import msgspec

EXPIRED, ENGINE, REST, ABSTAINED = "certificate", "engine", "share", "abstained"
"""Flags of an answer that no rule asked for: the certificate does not hold, the engine cannot
answer, the version has no share of this entity yet, or the model abstains."""
SHADOW = "shadow"
"""The flag of an answer that nobody got, in a journal of its own; the folder is called so too."""
CIRCUIT, BREACHED, PREVIOUS = "circuit", "breaches", "previous"
"""Flags that the door adds: the circuit is open and the model was not asked, too many rows break
rules of late, the version that was live before stood in."""
NAMED = "named"
"""The flag of an answer by one of two versions because the caller named it, not by the routing."""
OWN = frozenset((EXPIRED, ENGINE, REST, ABSTAINED, CIRCUIT, BREACHED, PREVIOUS, SHADOW, NAMED))


class Entry(NamedTuple):
    """When it was answered, under which routing, what came, what went.

    trace: the traceparent that came with it. cut: up to when context that was looked up is known,
    None where nothing was. Entries from before there was one have none.
    """

    at: datetime
    sequence: int
    body: bytes
    status: int
    reply: bytes
    trace: str = ""
    cut: datetime | None = None


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(Entry).decode


def packed(entry: Entry) -> bytes:
    """The payload of its frame."""
    return _ENCODE(entry)


def entry(payload: bytes) -> Entry:
    """The entry of a frame. Raises ValueError for anything else."""
    return _DECODE(payload)
