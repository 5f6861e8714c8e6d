"""Canonical bytes and SHA-256: the identity of values, files and folders."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, UTF-8: equal values give equal bytes.

    Times become RFC 3339 text. Raises TypeError for what JSON cannot hold.
    """
    return _ENCODER.encode(value)


def of_bytes(content: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def of_value(value: Any) -> str:
    """Digest of the canonical bytes of a value."""
    return of_bytes(canonical(value))


def of_file(path: Path) -> str:
    """Digest of a file's content, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files(folder: Path) -> dict[str, str]:
    """Relative POSIX path -> digest of every file below a folder, sorted.

    A symbolic link raises ValueError: a content address must not depend on what lies elsewhere.
    """
    found = sorted(path for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    links = [path for path in found if path.is_symlink()]
    if links:
        raise ValueError(f"{links[0]} is a symbolic link")
    return {path.relative_to(folder).as_posix(): of_file(path) for path in found}


def of_folder(folder: Path) -> str:
    """Digest of a folder: of its sorted list of path and file digest."""
    return of_value(files(folder))
