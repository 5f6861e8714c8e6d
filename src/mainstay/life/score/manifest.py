"""What of an output is finished, by the digest of what it was made of."""

from datetime import datetime
from pathlib import Path

import msgspec

from mainstay.core import digest, durable
from mainstay.core.errors import Broken

FORMAT = 1


class Made(msgspec.Struct, frozen=True):
    """Whose answers a partition holds. holds: whether a certificate let the model answer."""

    version: str
    bundle: str
    certificate: str
    holds: bool


class Partition(msgspec.Struct, frozen=True):
    """A finished partition [since, until); rows = by_model + by_baseline + by_person + rejected.

    sources: of all files that its rows came from; input: of the rows themselves. files: name ->
    SHA-256 of what was written.
    """

    name: str
    since: datetime
    until: datetime
    rows: int
    by_model: int
    by_baseline: int
    by_person: int
    rejected: int
    flagged: int
    sources: str
    input: str
    made: Made
    files: dict[str, str]


class Begun(msgspec.Struct, frozen=True):
    """The run that is under way, or was the last: one that goes on where it was killed has its

    moment, so that what it writes is what the killed one would have written.
    """

    at: datetime
    sources: str
    made: Made
    over: bool


class Manifest(msgspec.Struct, frozen=True):
    """All of one output."""

    model: str
    unit: str
    begun: Begun
    partitions: tuple[Partition, ...] = ()
    format: int = FORMAT

    def of(self, name: str) -> Partition | None:
        """What is finished under a name."""
        return next((one for one in self.partitions if one.name == name), None)

    def with_partition(self, made: Partition) -> "Manifest":
        """The same with one finished, or finished again."""
        others = (one for one in self.partitions if one.name != made.name)
        ordered = sorted((*others, made), key=lambda one: one.since)
        return msgspec.structs.replace(self, partitions=tuple(ordered))

    def without(self, name: str) -> "Manifest":
        """The same where a partition has no rows any more."""
        left = tuple(one for one in self.partitions if one.name != name)
        return msgspec.structs.replace(self, partitions=left)


def with_run(one: Manifest, begun: Begun) -> Manifest:
    """The same with a run under way."""
    return msgspec.structs.replace(one, begun=begun)


def over(one: Manifest) -> Manifest:
    """The same after its run."""
    return with_run(one, msgspec.structs.replace(one.begun, over=True))


def moved(one: Partition, sources: str) -> Partition:
    """The same rows out of files that changed elsewhere."""
    return msgspec.structs.replace(one, sources=sources)


def read(path: Path) -> Manifest | None:
    """None where nothing was begun. Raises Broken for a file of another kind."""
    if not path.is_file():
        return None
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.MsgspecError as error:
        hint = "name another --out, or remove the output: it is made again"
        raise Broken(f"{path} is no manifest of an output: {error}", hint) from error
    if found.format != FORMAT:
        raise Broken(f"{path} is of format {found.format}, this Mainstay writes {FORMAT}")
    return found


def written(path: Path, manifest: Manifest) -> None:
    """In place of the one before, whole or not at all."""
    durable.write(path, digest.canonical(manifest))
    durable.sync(path.parent)


class Book:
    """The manifest of an output while a run changes it, safe after each change."""

    def __init__(self, path: Path, now: Manifest) -> None:
        """now: as it lies there."""
        self._path, self.now = path, now

    def put(self, made: Partition) -> None:
        """One is finished, or as it was."""
        if made != self.now.of(made.name):
            self._written(self.now.with_partition(made))

    def drop(self, name: str) -> None:
        """One has no rows any more."""
        self._written(self.now.without(name))

    def over(self) -> None:
        """The run is."""
        self._written(over(self.now))

    def _written(self, now: Manifest) -> None:
        written(self._path, now)
        self.now = now
