"""Where an output lies: a folder with a file for each partition, or one file for everything."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mainstay.core import durable
from mainstay.core.errors import Conflict

QUARANTINE = "quarantine"
_ENDING = ".parquet"


class Layout(NamedTuple):
    """An output at a path. Readers of `*.parquet` see whole files: drafts begin with a dot."""

    path: Path

    @property
    def single(self) -> bool:
        """Whether everything is one file."""
        return self.path.suffix == _ENDING

    @property
    def folder(self) -> Path:
        return self.path.parent if self.single else self.path

    @property
    def manifest(self) -> Path:
        return self.path.with_suffix(".json") if self.single else self.path / "manifest.json"

    @property
    def id(self) -> str:
        """Tells this output from others of the project."""
        return hashlib.blake2b(str(self.path.resolve()).encode(), digest_size=6).hexdigest()

    def scores(self, name: str) -> Path:
        """The answers of a partition."""
        return self.path if self.single else self.path / f"{name}{_ENDING}"

    def quarantine(self, name: str) -> Path:
        """Its rejected rows."""
        if self.single:
            return self.path.with_suffix(f".{QUARANTINE}{_ENDING}")
        return self.path / QUARANTINE / f"{name}{_ENDING}"

    def files(self, name: str) -> tuple[Path, Path]:
        """All that a partition may have, the answers last."""
        return self.quarantine(name), self.scores(name)


@contextmanager
def held(layout: Layout) -> Iterator[None]:
    """The output for this run alone; what a killed one left half-written goes.

    Raises Conflict while another run holds it.
    """
    layout.folder.mkdir(parents=True, exist_ok=True)
    mark = layout.path.with_name(f".{layout.path.name}.lock")
    with mark.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(f"another run writes {layout.path}", "wait until it is over") from error
        for folder in (layout.folder, layout.folder / QUARANTINE):
            for draft in folder.glob(f"{durable.DRAFT}*"):
                draft.unlink()
        yield


def named(draft: Path, target: Path) -> None:
    """Gives a written draft its name, so that a power cut leaves the one before or this one."""
    durable.sync(draft)
    draft.replace(target)
    durable.sync(target.parent)
