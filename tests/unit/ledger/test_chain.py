"""Rows that hold each other: the hash covers every column."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.core.errors import Broken, Mistake
from mainstay.core.nouns import Actor
from mainstay.ledger import chain
from mainstay.ledger.chain import START, Act, Head, Row

NOON = datetime(2013, 4, 2, 12, tzinfo=UTC)
ACT = Act("Built", "flight-delay", Actor("alice", "key"), {"number": 1, "bundle": "b"})
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_an_event_follows_the_one_before() -> None:
    first = chain.linked(START, NOON, ACT)
    second = chain.linked(Head(first.seq, first.hash), NOON, ACT)

    assert (first.seq, first.previous) == (1, "0" * 64)
    assert (second.seq, second.previous) == (2, first.hash)
    assert first.hash == chain.hash_of(first) != second.hash


def test_the_hash_can_be_computed_by_anybody() -> None:
    row = chain.linked(START, NOON, ACT)

    columns = {name: text for name, text in row._asdict().items() if name != "hash"}
    told = json.dumps(columns, sort_keys=True, separators=(",", ":"))
    assert row.hash == hashlib.sha256(told.encode()).hexdigest()
    assert row.payload == '{"bundle":"b","number":1}'
    assert row.time == "2013-04-02T12:00:00Z"


@pytest.mark.parametrize("column", [name for name in Row._fields if name != "hash"])
def test_no_column_can_change_unseen(column: str) -> None:
    row = chain.linked(START, NOON, ACT)

    other = row._replace(**{column: 2 if column == "seq" else getattr(row, column) + " "})

    assert chain.hash_of(other) != row.hash


@given(TEXT, TEXT, st.dictionaries(TEXT, st.integers() | TEXT | st.none() | st.booleans()))
def test_what_is_read_is_what_was_told(kind: str, subject: str, payload: dict[str, object]) -> None:
    row = chain.linked(START, NOON, Act(kind, subject, Actor("alice"), payload))

    event = chain.event(row)

    assert (event.kind, event.subject, event.payload) == (kind, subject, payload)
    assert (event.time, event.actor) == (NOON, Actor("alice"))
    assert (event.seq, event.previous, event.hash) == (1, START.hash, row.hash)


@pytest.mark.parametrize("column", ["time", "actor", "payload"])
def test_a_damaged_row_is_broken(column: str) -> None:
    row = chain.linked(START, NOON, ACT)

    for wrong in ("{", "[]", b"\xff"):
        with pytest.raises(Broken, match="event 1 is damaged"):
            chain.event(row._replace(**{column: wrong}))


def test_a_published_head_is_read_back() -> None:
    head = Head(412, "ab" * 32)

    assert chain.head(f" {head}\n") == head
    for wrong in ("", "412", "x:" + "ab" * 32, "412:ab"):
        with pytest.raises(Mistake, match="no head"):
            chain.head(wrong)
