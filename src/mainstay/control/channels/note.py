"""What somebody outside is told that is no incident: they were named, a week, a head."""

from datetime import datetime
from typing import Literal

import msgspec

Kind = Literal["mention", "digest", "head"]


class Note(msgspec.Struct, frozen=True):
    """One telling. id: the same however often it is sent. models: what it is about.

    text: all of it for a person. link: the page where one acts, empty where nobody said the address
    of the control plane. to: names of people it is for, none for all that the channel reaches.
    page: the same as HTML, for a digest. head: of the ledger, as `mainstay verify ledger` takes it.
    """

    id: str
    kind: Kind
    time: datetime
    models: tuple[str, ...]
    title: str
    text: str
    link: str = ""
    to: tuple[str, ...] = ()
    page: str = ""
    head: str = ""


def whole(note: Note) -> str:
    """The text, and where one acts."""
    return f"{note.text}\n\n{note.link}" if note.link else note.text
