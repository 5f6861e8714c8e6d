"""Entries of the door's journal."""

from datetime import UTC, datetime

import pytest

from mainstay.core import entries
from mainstay.core.entries import Entry


def test_an_entry_comes_back_as_it_was() -> None:
    said = Entry(datetime(2024, 3, 1, 9, 0, 0, 250, UTC), 7, b'{"records":[]}', 422, b"{}")

    assert entries.entry(entries.packed(said)) == said


def test_other_bytes_are_no_entry() -> None:
    with pytest.raises(ValueError, match="array"):
        entries.entry(b"\x81")
