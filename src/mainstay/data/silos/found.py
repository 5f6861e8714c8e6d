"""What a source comes down to: files that DuckDB reads itself, or rows that it asks for."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import ibis.expr.types as ir

from mainstay.core.errors import MainstayError
from mainstay.data.silos.access import Access

_SIGNED = re.compile(r"\bsig=[^&\s]+")
"""Of a signed address, in whichever order a library writes the rest of it."""


class Files(NamedTuple):
    """On this machine, and the digest of what they hold."""

    paths: list[Path]
    digest: str


class Rows(NamedTuple):
    """A dataset of Arrow, asked by columns and filters; digest: of the state it is read at."""

    dataset: Any
    digest: Callable[[], str]


class Resident(NamedTuple):
    """A table of the engine that asks, of which nothing is fetched; digest: of its state."""

    table: ir.Table
    digest: Callable[[], str]


class Place(NamedTuple):
    """Where paths start from, and where to stage; times: columns whose plain times are in UTC."""

    base: Path
    staged: Path
    times: tuple[str, ...] = ()


def said(error: Exception, access: Access) -> str:
    """The first line of an error of somebody else's library, without what is secret."""
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    for secret in _secrets(access):
        text = text.replace(secret, "…")
    return _SIGNED.sub("sig=…", text)


def _secrets(access: Access) -> tuple[str, ...]:
    try:
        return tuple(filter(None, (access.hidden, access.bearer)))
    except MainstayError:
        return ()
