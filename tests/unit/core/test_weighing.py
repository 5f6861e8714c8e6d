"""Which rows count more, as a value that commands carry."""

from datetime import UTC, datetime

import msgspec

from mainstay.core.weighing import Weighing


def test_it_comes_back_from_a_command_as_it_was() -> None:
    stated = Weighing("recent", datetime(2024, 3, 1, tzinfo=UTC))

    assert msgspec.json.decode(msgspec.json.encode(stated), type=Weighing) == stated
