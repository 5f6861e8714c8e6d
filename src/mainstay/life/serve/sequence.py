"""The highest routing a door has seen, kept in its own folder: an older one is never followed."""

from pathlib import Path

import msgspec

from mainstay.core import digest, durable
from mainstay.core.errors import Broken, Refused
from mainstay.seal.routing import Routing

FILE = "sequence"


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Number and content of a routing."""

    sequence: int
    digest: str


def risen(folder: Path, routing: Routing) -> None:
    """Keeps the number of a routing that may be followed, durably.

    Raises Refused for a lower one, and for another one of the same number; Broken where what was
    kept cannot be read.
    """
    before, now = _kept(folder / FILE), Seen(routing.sequence, digest.of_value(routing))
    if before is not None and now == before:
        return
    if before is not None and now.sequence <= before.sequence:
        other = "another table" if now.sequence == before.sequence else "an older table"
        raise Refused(
            f"routing {now.sequence} is {other}: this door has seen {before.sequence}",
            hint="publish again; a rollback is a new sequence too",
        )
    _written(folder, now)


def _kept(path: Path) -> Seen | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Seen)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Broken(
            f"{path} does not say which routing was seen last: {error}",
            hint="restore it; without it an old routing could be replayed",
        ) from error


def _written(folder: Path, seen: Seen) -> None:
    durable.write(folder / FILE, digest.canonical(seen))
    durable.sync(folder)
