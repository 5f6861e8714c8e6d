"""Frames over one socket: many requests in flight, each answer finds its request by number.

The frame is that of trainer/worker_process.py: u32 length, u32 id, u32 length of the header,
header (JSON with the `shapes` of the arrays), arrays (float64), all little-endian.
"""

import contextlib
import json
import math
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mainstay.core.errors import (
    Broken,
    Conflict,
    MainstayError,
    Missing,
    Mistake,
    Unavailable,
    facts,
)

Matrix = NDArray[np.float64]
FRAME, LENGTH = struct.Struct("<II"), struct.Struct("<I")
LARGEST = 2**32 - 1
SMALL = 65_536  # bytes up to which a copy is cheaper than a second call of the system (40 us)
ERRORS: dict[str, type[MainstayError]] = {
    one.kind: one for one in (Mistake, Broken, Conflict, Missing, Unavailable)
}

UNREADABLE = (ValueError, KeyError, TypeError, struct.error)
"""What a frame that is none makes of its reader: the conversation ends there."""


class Reply(NamedTuple):
    """What an operation answered: its header and its arrays."""

    header: dict[str, Any]
    arrays: tuple[Matrix, ...]


class Link:
    """One connected socket with its reading thread; ended says why it broke, when it has."""

    def __init__(self, connection: socket.socket, ended: Callable[[], Unavailable]) -> None:
        self._connection, self._ended = connection, ended
        self._waiting: dict[int, Future[Reply]] = {}
        self._number = 0
        self._open = True
        self._state, self._sending = threading.Lock(), threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def open(self) -> bool:
        """False from the moment the other side is gone."""
        return self._open

    def submit(self, header: dict[str, Any], arrays: Sequence[Matrix] = ()) -> Future[Reply]:
        """Sends one request; its answer, or Unavailable where the other side dies meanwhile.

        Raises Mistake for more than 4 GiB. Blocks while the other side does not read.
        """
        content = _content(header, arrays)
        future: Future[Reply] = Future()
        with self._sending:
            number = self._registered(future)
            with contextlib.suppress(OSError):  # the reading thread tells of the end
                _send(self._connection, number, content)
        return future

    def close(self) -> None:
        """Ends the conversation; whatever waits fails with Unavailable."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._reader:
            self._reader.join()
        self._connection.close()

    def _registered(self, future: Future[Reply]) -> int:
        with self._state:
            if not self._open:
                raise self._ended()
            self._number = (self._number + 1) % 2**32
            self._waiting[self._number] = future
            return self._number

    def _read(self) -> None:
        with contextlib.suppress(OSError, *UNREADABLE):
            while (frame := _exactly(self._connection, FRAME.size)) is not None:
                length, number = FRAME.unpack(frame)
                answer = _exactly(self._connection, length)
                if answer is None:
                    break
                reply = said(answer)  # before anybody who waits is taken from the others
                _settle(self._waiting.pop(number), reply)
        with self._state:
            self._open = False
            left, self._waiting = self._waiting, {}
        for future in left.values():
            if future.set_running_or_notify_cancel():
                future.set_exception(self._ended())


class _Content(NamedTuple):
    """What a frame holds after its number: so many bytes, in parts."""

    length: int
    parts: list[bytes | memoryview]


def answering(connection: socket.socket, act: Callable[[Reply], Sequence[Matrix]]) -> None:
    """The other end: answers one request after the other until nobody asks any more.

    An error of one is told to whoever asked; one of another tree than ours as Unavailable.
    """
    with contextlib.suppress(OSError, *UNREADABLE):  # whoever went away needs no answer
        while (frame := _exactly(connection, FRAME.size)) is not None:
            length, number = FRAME.unpack(frame)
            content = _exactly(connection, length)
            if content is None:
                break
            _send(connection, number, _answer(said(content), act))


def _answer(asked: Reply | MainstayError, act: Callable[[Reply], Sequence[Matrix]]) -> _Content:
    try:
        assert isinstance(asked, Reply), "nobody asks by an error"
        return _content({}, act(asked))
    except MainstayError as error:
        told = facts(error)
    except Exception as error:  # noqa: BLE001 - it may fail in any way
        told = facts(Unavailable(str(error)))
    return _content({"error": told.kind, "what": told.what, "hint": told.hint}, ())


def _send(connection: socket.socket, number: int, content: _Content) -> None:
    head, *arrays = content.parts
    parts = [FRAME.pack(content.length, number) + head, *arrays]
    for part in parts if content.length > SMALL else [b"".join(parts)]:
        connection.sendall(part)


def _content(header: dict[str, Any], arrays: Sequence[Matrix]) -> _Content:
    """Raises Mistake for too many bytes."""
    plain = [np.ascontiguousarray(array, dtype=np.float64) for array in arrays]
    text = json.dumps({**header, "shapes": [array.shape for array in plain]}).encode()
    length = LENGTH.size + len(text) + sum(array.nbytes for array in plain)
    if length > LARGEST:
        raise Mistake(f"{length} bytes are too many for one call, which holds 4 GiB")
    return _Content(length, [LENGTH.pack(len(text)) + text, *(array.data for array in plain)])


def said(content: bytes | bytearray) -> Reply | MainstayError:
    """What a frame holds after its number, read. Raises UNREADABLE."""
    (size,) = LENGTH.unpack_from(content)
    header = _header(bytes(content[LENGTH.size : LENGTH.size + size]))
    if "error" in header:
        return ERRORS[header["error"]](header["what"], hint=header["hint"])
    return Reply(header, tuple(_arrays(content, LENGTH.size + size, header["shapes"])))


@lru_cache(16)
def _header(text: bytes) -> dict[str, Any]:
    """Those of predictions come again and again."""
    header: dict[str, Any] = json.loads(text)
    return header


def _settle(future: Future[Reply], reply: Reply | MainstayError) -> None:
    """Whoever stopped waiting gets nothing."""
    if not future.set_running_or_notify_cancel():
        return
    if isinstance(reply, MainstayError):
        future.set_exception(reply)
    else:
        future.set_result(reply)


def _arrays(content: bytes | bytearray, start: int, shapes: list[list[int]]) -> Iterator[Matrix]:
    for shape in shapes:
        count = math.prod(shape)
        yield np.frombuffer(content, np.float64, count, start).reshape(shape)
        start += 8 * count


def _exactly(connection: socket.socket, size: int) -> bytearray | None:
    """The next bytes; None where the other side ended."""
    content = bytearray(size)
    view, have = memoryview(content), 0
    while have < size:
        count = connection.recv_into(view[have:])
        if not count:
            return None
        have += count
    return content
