"""Entries of the door's journal."""

from datetime import UTC, datetime

import msgspec
import pytest

from mainstay.core import entries
from mainstay.core.entries import Entry

AT = datetime(2024, 3, 1, 9, 0, 0, 250, UTC)


def test_an_entry_comes_back_as_it_was() -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    said = Entry(AT, 7, b'{"records":[]}', 422, b"{}", trace, AT.replace(day=2))

    assert entries.entry(entries.packed(said)) == said


def test_an_entry_from_before_there_were_traces_is_read() -> None:
    said = Entry(AT, 7, b'{"records":[]}', 422, b"{}")

    assert entries.entry(msgspec.msgpack.encode(said[:5])) == said


def test_other_bytes_are_no_entry() -> None:
    with pytest.raises(ValueError, match="array"):
        entries.entry(b"\x81")
