"""Copies of the ledger with everything it names, and the way back: verified, then put in place."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from mainstay.core import clock, digest, durable
from mainstay.core.errors import Broken, Conflict, Missing, Mistake
from mainstay.ledger import chain
from mainstay.ledger.chain import Head
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

MANIFEST, LEDGER = "backup.json", "ledger.db"


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds: the head of its ledger, and the digest of every file by its path."""

    made: datetime
    head: str
    files: dict[str, str]


def backup(ledger: Ledger, target: Path, folders: tuple[Path, ...] = ()) -> Backup:
    """Copy the ledger, its blobs and other folders, each under its own name, while others append.

    Raises Conflict for a target that is not empty, Mistake for a folder that cannot be copied,
    Broken where the copy does not hold; then nothing is left behind.
    """
    copied = (ledger.blobs, *folders)
    names = [folder.name for folder in copied]
    if len({*names, MANIFEST, LEDGER}) < len(names) + 2:
        raise Mistake(f"two of {', '.join(names)} would lie in one place", hint="rename one")
    with _draft(target) as draft:
        ledger.copy(draft / LEDGER)  # first: whatever it names is stored before it is named
        for folder in copied:
            _copy(folder, draft / folder.name)
        made = Backup(clock.now(), str(_proven(draft)), _files(draft))
        (draft / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(made)))
    return made


def restore(source: Path, target: Path, *, published: Head | None = None) -> Backup:
    """Put a backup in place as the state folder of a project, after it was verified.

    published: a head known from elsewhere that the ledger must contain. Raises Conflict for a
    target that is not empty, Missing where there is no backup, Broken where a file differs or the
    ledger does not hold; then nothing is put in place.
    """
    made = _manifest(source / MANIFEST)
    with _draft(target) as draft:
        _copy(source, draft)
        (draft / MANIFEST).unlink()
        _compare(_files(draft), made.files, source)
        _proven(draft, chain.head(made.head), *((published,) if published else ()))
    return made


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A folder that becomes the target, durably and at once, if all goes well."""
    occupied = Conflict(f"{target} is not an empty folder", hint="choose another place")
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise occupied
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=durable.DRAFT) as outer:
        draft = Path(outer) / target.name
        draft.mkdir()
        yield draft
        durable.sync_all(draft)
        try:
            draft.rename(target)
        except OSError as error:
            raise occupied from error
    durable.sync(target.parent)


def _copy(source: Path, target: Path) -> None:
    """What is there, without drafts; links are kept, and told by _files."""
    if source.is_dir():
        drafts = shutil.ignore_patterns(f"{durable.DRAFT}*")
        shutil.copytree(source, target, symlinks=True, ignore=drafts, dirs_exist_ok=True)


def _files(folder: Path) -> dict[str, str]:
    try:
        return digest.files(folder)
    except ValueError as error:
        raise Mistake(f"this cannot be backed up: {error}", hint="leave it out") from error


def _proven(folder: Path, *heads: Head) -> Head:
    """The head of the ledger in a folder that holds. Raises Broken."""
    with Ledger(folder / LEDGER) as ledger:
        flaws = [flaw for head in heads or (None,) for flaw in verify(ledger, head=head)]
        if flaws:
            more = f", and {len(flaws) - 1} more" if flaws[1:] else ""
            raise Broken(f"the ledger does not hold: {flaws[0]}{more}", hint="mainstay verify")
        return ledger.head()


def _manifest(path: Path) -> Backup:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Backup)
    except FileNotFoundError as error:
        raise Missing(f"there is no backup in {path.parent}: no {MANIFEST}") from error
    except msgspec.MsgspecError as error:
        raise Broken(f"{path} is damaged: {error}", hint="use another backup") from error


def _compare(found: dict[str, str], wanted: dict[str, str], source: Path) -> None:
    differing = sorted(path for path, _ in found.items() ^ wanted.items())
    if differing:
        raise Broken(
            f"{source} is not as it was made: {differing[0]} was changed, added or removed",
            hint="use another backup",
        )
