"""An output in a store: what is finished on this machine is put there, its manifest last."""

from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import structs

from mainstay.core import digest
from mainstay.core.errors import Mistake
from mainstay.life.score import layout as places
from mainstay.life.score import manifest
from mainstay.life.score.layout import Layout
from mainstay.life.score.manifest import Manifest, Partition

_MANIFEST = "manifest.json"


class Target(Protocol):
    """A folder elsewhere, whose files are whole when they are seen."""

    @property
    def address(self) -> str: ...
    def content(self, name: str) -> bytes | None: ...
    def put(self, file: Path, name: str) -> None: ...
    def write(self, content: bytes, name: str) -> None: ...
    def remove(self, name: str) -> None: ...


def published(layout: Layout, target: Target) -> tuple[str, ...]:
    """Brings a folder elsewhere to a finished output here; names of what was put.

    A run that was killed goes on: what its manifest names without a digest is put again. Raises
    Mistake for a folder of another model, Conflict while another run writes, and what the store
    raises.
    """
    with places.held(layout):
        made = manifest.read(layout.manifest)
        if made is None:
            return ()
        before = _known(target, made)
        names = tuple(_changed(before, made))
        gone = [name for name in _files(before) if name not in _files(made)]
        if before and (names or gone):
            target.write(digest.canonical(_open(before, {*names, *gone})), _MANIFEST)
        for name in names:
            target.put(layout.folder / name, name)
        for name in gone:
            target.remove(name)
        if before != made:
            target.put(layout.manifest, _MANIFEST)
        return names


def _known(target: Target, made: Manifest) -> Manifest | None:
    content = target.content(_MANIFEST)
    if content is None:
        return None
    try:
        known = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise Mistake(f"{target.address} holds another {_MANIFEST}: {error}") from error
    if (known.model, known.unit) != (made.model, made.unit):
        raise Mistake(
            f"{target.address} holds {known.model} by the {known.unit}", "name another --out"
        )
    return known


def _files(one: Manifest | None) -> dict[str, str]:
    """Name and digest of all files; rejected rows before answers."""
    some = one.partitions if one else ()
    return {name: part.files[name] for part in some for name in sorted(part.files, reverse=True)}


def _changed(before: Manifest | None, made: Manifest) -> list[str]:
    known = _files(before)
    return [name for name, sha in _files(made).items() if known.get(name) != sha]


def _open(before: Manifest, names: set[str]) -> Manifest:
    """What readers follow meanwhile: files under way have no digest."""

    def open_of(one: Partition) -> Partition:
        files = {name: "" if name in names else sha for name, sha in one.files.items()}
        return structs.replace(one, files=files)

    return structs.replace(before, partitions=tuple(map(open_of, before.partitions)))
