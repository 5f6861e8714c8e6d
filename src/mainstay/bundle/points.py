"""What is known under one key since when: points in time, packed for a lookup by bisection.

Little-endian: i64 count, count times i64 since, count times i64 as_of, count times u32 where the
members of a point end, then the members: JSON as it stands in a record, without braces.
"""

import struct
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

ALWAYS = -(2**63)
"""Since when a row without a time is true."""
_ENCODE = msgspec.msgpack.Encoder().encode
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNT, _ONE = struct.Struct("<q"), struct.Struct("<qqqI")
_HEAD, _EACH = 8, 20  # bytes before the points, and of each but its members


class Point(NamedTuple):
    """since: from when on; as_of: of the row that is known then; microseconds since 1970."""

    since: int
    as_of: int
    members: bytes


class Many(NamedTuple):
    """Points of several keys, one behind the other, each key's in the order of `since`.

    starts: where the points of a key begin, at least one each, and behind all where they end.
    offsets: where the members of a point begin, and behind all where they end.
    """

    starts: NDArray[np.int64]
    since: NDArray[np.int64]
    as_of: NDArray[np.int64]
    offsets: NDArray[np.int64]
    members: bytes


def key(values: Sequence[object]) -> bytes:
    """The name of the rows with these values of `on`, none of them null, in neutral types."""
    return _ENCODE(values)


def moment(time: datetime) -> int:
    """Microseconds since 1970 of a time with a zone, exactly."""
    passed = time - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def time(moment: int) -> datetime:
    """The time of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=moment)


def packed(many: Many) -> Iterator[bytes]:
    """The points of each key."""
    counts = np.diff(many.starts)
    begins = np.concatenate(([0], np.cumsum(_HEAD + _EACH * counts)))
    key = np.repeat(np.arange(len(counts)), counts)
    within, first = np.arange(len(key)) - many.starts[key], begins[key] + _HEAD
    ends = many.offsets[1:] - many.offsets[many.starts[key]]
    heads = np.empty(begins[-1], np.uint8)
    _put(heads, begins[:-1], counts.astype("<i8"))
    _put(heads, first + 8 * within, many.since.astype("<i8"))
    _put(heads, first + 8 * (counts[key] + within), many.as_of.astype("<i8"))
    _put(heads, first + 16 * counts[key] + 4 * within, ends.astype("<u4"))
    whole, parts = heads.tobytes(), many.offsets[many.starts].tolist()
    for head, part in zip(pairwise(begins.tolist()), pairwise(parts), strict=True):
        yield whole[slice(*head)] + many.members[slice(*part)]


def _put(heads: NDArray[np.uint8], places: NDArray[np.int64], values: NDArray[Any]) -> None:
    """Writes each value at its place."""
    size = values.itemsize
    heads[places[:, None] + np.arange(size)] = values.view(np.uint8).reshape(-1, size)


def known(blob: bytes, at: int) -> Point | None:
    """The point in force at a moment; None before the first. Raises ValueError for other bytes."""
    try:
        count, since, as_of, end = _ONE.unpack_from(blob)
        if count != 1:
            return _among(blob, count, at)
    except (struct.error, IndexError, TypeError) as error:
        raise ValueError(f"these {len(blob)} bytes are no points") from error
    members = blob[_HEAD + _EACH :]
    if len(members) != end:
        raise ValueError(f"a point of {len(members)} bytes, {end} are stated")
    return Point(since, as_of, members) if since <= at else None


def _among(blob: bytes, count: int, at: int) -> Point | None:
    """By bisection of the moments as they lie."""
    if not 0 < count <= len(blob) // _EACH:
        raise ValueError(f"{count} points in {len(blob)} bytes")
    whole = memoryview(blob)
    begin, middle = _HEAD + 8 * count, _HEAD + 16 * count
    since: Sequence[int] = _numbers(whole[_HEAD:begin], "q")
    place = bisect_right(since, at) - 1
    if place < 0:
        return None
    ends = _numbers(whole[middle : middle + 4 * count], "I")
    base = _HEAD + _EACH * count
    first = ends[place - 1] if place else 0
    as_of = _numbers(whole[begin:middle], "q")[place]
    return Point(since[place], as_of, blob[base + first : base + ends[place]])


def _numbers(part: memoryview, kind: str) -> Sequence[int]:
    if sys.byteorder == "little":
        numbers: Sequence[int] = part.cast(kind)  # type: ignore[call-overload]  # one of two literals
        return numbers
    swapped = array(kind, part.tobytes())
    swapped.byteswap()
    return swapped
