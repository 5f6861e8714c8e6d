"""Content by its SHA-256, whole or not there: the file is durable before any event may name it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mainstay.core import digest, durable
from mainstay.core.errors import Broken, Missing


def stored(folder: Path, content: bytes) -> str:
    """Keep the content; its digest. When this returns, it survives a crash of the machine."""
    folder.mkdir(parents=True, exist_ok=True)
    sha = digest.of_bytes(content)
    if not _holds(folder / sha, sha):
        durable.write(folder / sha, content)
    durable.sync(folder)
    return sha


def read(folder: Path, sha: str) -> bytes:
    """The content. Raises Missing, Broken where it is no longer what it was."""
    try:
        content = (folder / sha).read_bytes()
    except FileNotFoundError as error:
        raise Missing(f"there is no blob {sha} in {folder}") from error
    if digest.of_bytes(content) != sha:
        raise Broken(f"the blob {sha} was changed", hint="mainstay restore, from a backup")
    return content


def named(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Blobs that an event relies on: its `certificate` and every one of its `blobs`."""
    certificate = payload.get("certificate")
    return (*((certificate,) if certificate else ()), *payload.get("blobs", ()))


def missing(folder: Path, payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of them that are not there."""
    return tuple(sha for sha in named(payload) if not (folder / sha).is_file())


def changed(folder: Path) -> Iterator[str]:
    """Names in the folder that are not the digest of their content; drafts do not count."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not path.name.startswith(durable.DRAFT) and not _holds(path, path.name):
            yield path.name


def _holds(path: Path, sha: str) -> bool:
    return path.is_file() and digest.of_file(path) == sha
