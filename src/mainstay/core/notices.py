"""What a door decided by itself, for whoever keeps the record: frames in a folder of its own."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from mainstay.core import journals

FOLDER = "notices"
"""Beside the door's journal."""
Kind = Literal["opened", "closed", "recalled"]


class Notice(NamedTuple):
    """opened, closed: the circuit of a version; recalled: a canary that gets no request any more.

    sequence: of the routing in force. why: for a person. facts: for who records it.
    """

    at: datetime
    sequence: int
    version: str
    kind: Kind
    why: str
    facts: dict[str, float | str]


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(Notice).decode


def packed(notice: Notice) -> bytes:
    """The payload of its frame."""
    return _ENCODE(notice)


def read(log: Path) -> Iterator[Notice]:
    """Every notice of a door, oldest first; log: the door's own folder.

    Raises Broken where a frame is damaged, ValueError where one is no notice.
    """
    return map(_DECODE, journals.read(log / FOLDER))


def recalled(log: Path, sequence: int) -> Notice | None:
    """The canary of this routing that a door sends nobody to any more."""
    found = (one for one in read(log) if one.kind == "recalled" and one.sequence == sequence)
    return next(found, None)
