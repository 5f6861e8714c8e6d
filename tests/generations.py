"""A generation of one view, as tests write it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from mainstay.bundle import points
from mainstay.bundle.points import Many, Point
from mainstay.bundle.views import Made, View
from mainstay.core.errors import Unavailable

CUT = datetime(2024, 3, 1, tzinfo=UTC)


def made(value: bytes, keys: int = 3, broken: str = "") -> list[Made]:
    """So many keys with one value; broken: why its rows end halfway."""

    def rows() -> Iterator[tuple[bytes, int, bytes]]:
        for number in range(keys):
            yield b"k%d" % number, 2, value
        if broken:
            raise Unavailable(broken)

    return [Made("aa", View("weather", 5, source="d1"), rows())]


def packed(*keys: Sequence[Point]) -> bytes:
    """The points of each key, all behind each other."""
    flat = [one for some in keys for one in some]
    ends = np.cumsum([0, *(len(one.members) for one in flat)], dtype=np.int64)
    many = Many(
        np.cumsum([0, *map(len, keys)], dtype=np.int64),
        np.array([one.since for one in flat], np.int64),
        np.array([one.as_of for one in flat], np.int64),
        ends,
        b"".join(one.members for one in flat),
    )
    return b"".join(points.packed(many))
