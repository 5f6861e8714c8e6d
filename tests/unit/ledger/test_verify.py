"""A ledger that holds, and one that is damaged anywhere; attacks stand in tests/refusals."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.core.errors import MainstayError
from mainstay.core.nouns import Actor
from mainstay.ledger import schema
from mainstay.ledger.chain import START, Head
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import Flaw, recent, verify


def test_a_ledger_holds_from_its_first_moment(ledger: Ledger) -> None:
    assert verify(ledger) == verify(ledger, head=START) == ()


def test_a_whole_life_holds_against_any_earlier_head(lived: Ledger) -> None:
    assert verify(lived) == ()
    for row in lived.stored():
        assert verify(lived, head=Head(row.seq, row.hash)) == ()


def test_others_may_append_meanwhile(lived: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = lived.damages

    def and_append() -> list[str]:
        with Ledger(lived.path, lived.url) as other:
            other.append("StepDone", "m", Actor("bob"), {"key": "late", "result": {}})
        return looked()

    lived.rows("SELECT 1")
    monkeypatch.setattr(lived, "damages", and_append)

    assert verify(lived) == ()
    assert lived.head().seq == 16


def test_a_flaw_says_where(lived: Ledger) -> None:
    assert str(Flaw(3, "missing")) == "event 3: missing"
    assert str(Flaw(0, "the table lease is missing")) == "the table lease is missing"


def rows(path: Path) -> list[object]:
    connection = sqlite3.connect(path)
    names = ("event", *(table.name for table in schema.PROJECTIONS))
    try:
        return [connection.execute(f"SELECT * FROM {name}").fetchall() for name in names]
    finally:
        connection.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small ledger, all of it in one file."""
    path = tmp_path_factory.mktemp("state") / "ledger.db"
    with Ledger(path) as ledger:
        ledger.append("ContractRegistered", "m", Actor("a"), {"digest": "c" * 900, "revision": 1})
        for number in range(1, 9):
            built = {"number": number, "bundle": "b" * 900, "contract": "c"}
            ledger.append("Built", "m", Actor("a"), built)
    return path


def is_overlooked(path: Path, content: bytes, wanted: list[object]) -> bool:
    """Nothing is said of these bytes, yet they hold something else."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    try:
        with Ledger(path) as ledger:
            flaws = verify(ledger)
    except MainstayError:
        return False
    return not flaws and rows(path) != wanted


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**20), st.integers(1, 255))
def test_no_flipped_byte_is_overlooked_and_none_is_a_crash(
    tmp_path_factory: pytest.TempPathFactory, whole: Path, place: int, flip: int
) -> None:
    content = bytearray(whole.read_bytes())
    content[place % len(content)] ^= flip

    path = tmp_path_factory.mktemp("state") / "ledger.db"
    assert not is_overlooked(path, content, rows(whole))


def test_a_number_that_goes_back_is_told_and_not_followed_for_ever(
    whole: Path, tmp_path: Path
) -> None:
    content, wanted = whole.read_bytes(), rows(whole)
    nines = [place for place, byte in enumerate(content) if byte == 9]
    assert len(nines) > 9

    for place in nines:
        damaged = content[:place] + b"\x03" + content[place + 1 :]
        assert not is_overlooked(tmp_path / f"{place}" / "ledger.db", damaged, wanted)


@pytest.mark.parametrize("ledger", ["file"], indirect=True)
def test_damage_in_one_place_does_not_hide_the_rest(
    lived: Ledger, told: Callable[..., int]
) -> None:
    lived.rows("DROP TABLE incident")
    lived.rows("DROP TRIGGER event_never_changes")
    lived.rows("UPDATE event SET subject = 'x' WHERE seq = 5")

    flaws = [str(flaw) for flaw in verify(lived)]

    assert "the table incident is missing" in flaws
    assert "the trigger event_never_changes is missing" in flaws
    assert "event 5: its content is not what was hashed" in flaws
    assert any("no such table: incident" in flaw for flaw in flaws)


def test_the_newest_events_alone_are_walked(lived: Ledger) -> None:
    assert recent(lived, 4) == recent(lived, 100) == ()
    if not lived.url:
        rewritten(lived, 13)

        assert [flaw.seq for flaw in recent(lived, 4)] == [13]
        assert recent(lived, 2) == ()
        assert any(flaw.seq == 13 for flaw in recent(lived, 100))


def rewritten(ledger: Ledger, seq: int) -> None:
    connection = sqlite3.connect(ledger.path)
    connection.execute("DROP TRIGGER event_never_changes")
    connection.execute("UPDATE event SET payload = '{}' WHERE seq = ?", (seq,))
    connection.commit()
    connection.close()
