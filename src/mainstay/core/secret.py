"""Secrets by the place where they stand: a variable of the environment, or a file of mode 600."""

import stat
from pathlib import Path

import msgspec

from mainstay.core import settings
from mainstay.core.errors import Missing, Refused


class Elsewhere(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A secret that stands in a variable of the environment, or in a file of mode 600."""

    env: str = ""
    file: str = ""


Secret = str | Elsewhere


def revealed(stated: Secret) -> str:
    """The secret itself. Raises Missing, Refused where others may read its file."""
    if isinstance(stated, str):
        return stated
    if stated.file:
        return private(Path(stated.file)).strip()
    found = settings.secret(stated.env)
    if not found:
        raise Missing(
            f"{stated.env} is not set", hint="it holds a secret that a settings file names"
        )
    return found


def private(path: Path) -> str:
    """A file that holds secrets. Raises Missing, Refused where others may read it."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Refused(f"others may read {path}, which holds secrets", hint=f"chmod 600 {path}")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Missing(
            f"there is no {path}", hint="docs/reference/settings.md says what it holds"
        ) from error
