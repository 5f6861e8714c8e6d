"""An ask as it is kept."""

from datetime import UTC, datetime

import msgspec

from mainstay.core import digest
from mainstay.core.nouns import Window
from mainstay.life.watch.design import Ask, Design, Row

NOW = datetime(2024, 3, 1, tzinfo=UTC)


def test_an_ask_comes_back_from_the_record_as_it_was() -> None:
    design = Design("v1", Window(NOW, NOW), 100, 0.1, None, 0.4, 0.05, NOW)
    rows = (
        Row("w1", NOW, ("random",), 1 / 3, random=True, score=0.4, covered=True),
        Row(7, NOW, ("event",), 1.0, random=False, score=None, covered=None),
    )
    asked = Ask(NOW, design, rows)

    assert msgspec.json.decode(digest.canonical(asked), type=Ask) == asked
