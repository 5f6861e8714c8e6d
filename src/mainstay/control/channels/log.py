"""A line of JSON, for whoever collects lines."""

import os
import sys

import msgspec

from mainstay.control.channels.config import Log
from mainstay.control.channels.message import Message, title
from mainstay.control.channels.note import Note
from mainstay.core.errors import Unavailable


def send(channel: Log, message: Message) -> None:
    """Durable in the file when it returns. Raises Unavailable."""
    _said(channel, {"title": title(message), **msgspec.to_builtins(message)})


def noted(channel: Log, note: Note) -> None:
    """The same; the page of a digest is no line."""
    _said(channel, msgspec.to_builtins(msgspec.structs.replace(note, page="")))


def _said(channel: Log, facts: dict[str, object]) -> None:
    line = msgspec.json.encode(facts)
    if not channel.file:
        sys.stderr.write(f"{line.decode()}\n")
        return
    written(channel.file, line)


def written(path: str, line: bytes) -> None:
    """Durable in the file when it returns. Raises Unavailable."""
    try:
        with open(path, "ab") as file:  # noqa: PTH123 - appended whole, in one write
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error
