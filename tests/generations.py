"""A generation of one view, as tests write it."""

from collections.abc import Iterator
from datetime import UTC, datetime

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
