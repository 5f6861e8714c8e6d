"""Keyed hashes that stand for values: the same value under the same key is always the same one."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Literal

from mainstay.core.errors import Missing, Mistake, Refused
from mainstay.core.typed import INTEGER, TEXT

Act = Literal["drop", "pseudonymise"]
FILE = "pseudonyms.key"
TYPES = (TEXT, INTEGER)
"""Columns that can be pseudonymised: 32 hex digits stand for a text, 63 bits for a whole number."""
_BYTES = 32


def of_text(key: bytes, value: str) -> str:
    """BLAKE2b with a key, 128 bits."""
    return hashlib.blake2b(value.encode(), key=key, digest_size=16).hexdigest()


def of_integer(key: bytes, value: int) -> int:
    """63 bits, so that it is a whole number of the same kind: two of a million differ for sure."""
    digest = hashlib.blake2b(str(value).encode(), key=key, digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def read(folder: Path) -> bytes:
    """The key in a keys folder. Raises Missing, Refused where others can read it, Mistake."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            mode, found = os.fstat(file.fileno()).st_mode, file.read(_BYTES + 1)
    except OSError as error:
        raise Missing(
            f"there is no key of pseudonyms: {path}: {error.strerror}",
            hint="mainstay key pseudonyms makes it; doors and those who bring labels share it",
        ) from error
    if mode & 0o077:
        raise Refused(f"others can read the key of pseudonyms {path}", hint=f"chmod 600 {path}")
    if len(found) != _BYTES:
        raise Mistake(f"{path} is no key of pseudonyms: {_BYTES} bytes are")
    return found


def made(folder: Path) -> Path:
    """A new key; an existing one is never overwritten: raises FileExistsError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / FILE
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return path
