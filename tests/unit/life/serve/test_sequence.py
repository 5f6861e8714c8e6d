"""The highest routing seen."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from mainstay.core.errors import Broken, Refused
from mainstay.life.serve.sequence import FILE, risen
from mainstay.seal.routing import Routing, Share

SHARE = Share("v1", "0" * 64, "0" * 64, 1.0)
TABLE = Routing("flight-delay", 7, "production", datetime(2013, 4, 2, tzinfo=UTC), (SHARE,))


def test_a_sequence_rises_and_never_falls(tmp_path: Path) -> None:
    risen(tmp_path, TABLE)
    risen(tmp_path, structs.replace(TABLE, sequence=9))

    with pytest.raises(Refused, match="8 is an older table: this door has seen 9"):
        risen(tmp_path, structs.replace(TABLE, sequence=8))


def test_the_same_table_may_be_read_again_and_another_of_its_number_not(tmp_path: Path) -> None:
    risen(tmp_path, TABLE)
    risen(tmp_path, TABLE)

    with pytest.raises(Refused, match="7 is another table"):
        risen(tmp_path, structs.replace(TABLE, model="other"))


def test_a_state_that_cannot_be_read_follows_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("?")

    with pytest.raises(Broken, match="seen last"):
        risen(tmp_path, TABLE)
