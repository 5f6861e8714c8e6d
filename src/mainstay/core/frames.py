"""Journal frames: u32 length | u32 CRC-32 of the payload | payload, little-endian, appended only.

A process that dies in the middle of a write leaves a torn last frame; reading ends before it. So it
does where a power cut left a file longer than what was written of it: its end is zeros then.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from mainstay.core.errors import Broken

_HEAD = struct.Struct("<II")
_PART = 1 << 16
LARGEST = 64_000_000
"""Bytes of one payload; a length beyond it is no length."""


def framed(payload: bytes) -> bytes:
    """The payload as it stands in a journal. Raises ValueError where it is too large."""
    if len(payload) > LARGEST:
        raise ValueError(f"a frame of {len(payload):,} bytes, at most {LARGEST:,}")
    return _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


class Frame(NamedTuple):
    """One payload and the bytes [at, end) its frame takes; end: where the next one begins."""

    at: int
    end: int
    payload: bytes


def read(path: Path) -> Iterator[bytes]:
    """The payloads of a journal in order, without a torn last one.

    Raises Broken where a frame is damaged and others may follow it.
    """
    return (frame.payload for frame in placed(path))


def placed(path: Path, since: int = 0) -> Iterator[Frame]:
    """The same with their places, from the frame that begins at byte `since`.

    What is appended meanwhile is not seen; there is nothing beyond the end.
    """
    with path.open("rb") as file:
        at, size = since, path.stat().st_size
        file.seek(since)
        while (payload := _payload(file, path, at, size)) is not None:
            end = at + _HEAD.size + len(payload)
            yield Frame(at, end, payload)
            at = end


def _payload(file: BinaryIO, path: Path, at: int, size: int) -> bytes | None:
    """The payload of the frame at a position; None where the journal ends, torn or not."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    length, checksum = _HEAD.unpack(head)
    end = at + _HEAD.size + length
    if length <= LARGEST and end > size:
        return None
    payload = file.read(length) if length <= LARGEST else b""
    if len(payload) == length and zlib.crc32(payload) == checksum and any(head):
        return payload
    if end == size or (length <= LARGEST and _is_blank(file)):
        return None
    if not any(head):  # an empty frame, and more after it
        file.seek(end)
        return b""
    raise Broken(
        f"{path} is damaged at byte {at:,}", hint="restore it; the frames before it can be read"
    )


def _is_blank(file: BinaryIO) -> bool:
    """Whether nothing but zeros follows."""
    while part := file.read(_PART):
        if part.count(0) < len(part):
            return False
    return True
