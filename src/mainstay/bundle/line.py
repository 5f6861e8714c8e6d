"""The frames of `link` in an event loop: who asks there waits for no thread to be woken.

A door asks a model's own process row by row. Three threads that wake one another cost it 0.5 ms a
row, the loop that waits for callers anyway a tenth of it.
"""

import asyncio
import json
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import cast

from mainstay.bundle.link import FRAME, LENGTH, UNREADABLE, Matrix, Reply, said
from mainstay.core.errors import MainstayError, Unavailable


class Line(asyncio.Protocol):
    """One more connection to a process that runs, of the loop it was made in. Not thread-safe."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._number = 0
        self._kept = bytearray()  # of a frame that is not whole yet

    @property
    def open(self) -> bool:
        """False from the moment the other side is gone."""
        return not self._over.done()

    def asked(self, matrix: Matrix) -> asyncio.Future[Reply]:
        """Sends rows to be scored; the answer, or Unavailable where the process goes meanwhile."""
        future: asyncio.Future[Reply] = self._loop.create_future()
        if not self.open:
            future.set_exception(Unavailable("the model's process is gone"))
            return future
        self._number = (self._number + 1) % 2**32
        self._waiting[self._number] = future
        head, data = _head(matrix.shape), matrix.tobytes()
        self._transport.write(FRAME.pack(len(head) + len(data), self._number) + head + data)
        return future

    async def kept(self) -> None:
        """Until the other side is gone, or whoever keeps it ends."""
        try:
            await self._over
        finally:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Frames as they come: mostly one, and whole."""
        if self._kept:
            self._kept += data
            data = bytes(self._kept)
        try:
            rest = self._frames(data)
        except UNREADABLE:
            self._transport.abort()
            return
        if rest or self._kept:
            self._kept = bytearray(rest)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's
        left, self._waiting = self._waiting, {}
        for future in left.values():
            _settle(future, Unavailable("the model's process is gone"))
        if not self._over.done():
            self._over.set_result(None)

    def _frames(self, data: bytes) -> bytes:
        """Settles whole ones; what is left of another."""
        at = 0
        while len(data) - at >= FRAME.size:
            length, number = FRAME.unpack_from(data, at)
            end = at + FRAME.size + length
            if len(data) < end:
                break
            reply = said(data[at + FRAME.size : end])
            _settle(self._waiting.pop(number), reply)
            at = end
        return data[at:]


@lru_cache(64)
def _head(shape: tuple[int, ...]) -> bytes:
    """The header of a prediction, as `link` sends it; rows of one shape come again and again."""
    header = json.dumps({"op": "predict", "shapes": [shape]}).encode()
    return LENGTH.pack(len(header)) + header


async def called(address: Path) -> Line | None:
    """A line to a process, None where it takes no more: it is gone, or of an older kind."""
    line = Line()
    with suppress(OSError):
        await asyncio.get_running_loop().create_unix_connection(lambda: line, str(address))
        return line
    return None


def _settle(future: asyncio.Future[Reply], reply: Reply | MainstayError) -> None:
    """Whoever stopped waiting gets nothing."""
    if future.done():
        return
    if isinstance(reply, MainstayError):
        future.set_exception(reply)
    else:
        future.set_result(reply)
