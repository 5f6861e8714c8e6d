"""SQLite, kept in one place: locks, triggers, damage, errors."""

import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest

from mainstay.core.errors import Broken, Conflict, Unavailable
from mainstay.core.nouns import Actor
from mainstay.ledger import database

ALICE = Actor("alice")
INSERT = "INSERT INTO event VALUES (?, 't', 'k', 's', 'a', 'p', 'v', ?)"


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    opened = database.opened(tmp_path / "ledger.db")
    opened.execute(INSERT, (1, "h1"))
    yield opened
    opened.close()


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_what_is_committed_is_on_the_disk(connection: sqlite3.Connection) -> None:
    settings = {name: pragma(connection, name) for name in ("journal_mode", "synchronous")}

    assert settings == {"journal_mode": "wal", "synchronous": 2}
    assert pragma(connection, "foreign_keys") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET subject = 'x'",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event VALUES (1, 't', 'k', 'x', 'a', 'p', 'v', 'h')",
        "INSERT INTO event VALUES (3, 't', 'k', 'x', 'a', 'p', 'v', 'h')",
        "INSERT INTO event VALUES (0, 't', 'k', 'x', 'a', 'p', 'v', 'h')",
    ],
)
def test_the_record_only_grows_at_its_end(connection: sqlite3.Connection, statement: str) -> None:
    before = connection.execute("SELECT * FROM event").fetchall()

    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)

    assert connection.execute("SELECT * FROM event").fetchall() == before


def test_no_row_can_push_out_another(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO event SELECT 2, time, kind, subject, actor, payload,"
        " previous, hash FROM event"
    )

    assert rows(connection) == [1, 2]


def rows(connection: sqlite3.Connection) -> list[int]:
    return [seq for (seq,) in connection.execute("SELECT seq FROM event")]


def fail_after(connection: sqlite3.Connection, seq: int) -> None:
    with contextlib.suppress(KeyError), database.transaction(connection):
        connection.execute(INSERT, (seq, "h"))
        raise KeyError


def test_a_transaction_is_all_or_nothing(connection: sqlite3.Connection) -> None:
    fail_after(connection, 2)

    assert rows(connection) == [1]
    assert not connection.in_transaction


def test_a_part_that_fails_is_undone_alone(connection: sqlite3.Connection) -> None:
    with database.transaction(connection):
        connection.execute(INSERT, (2, "h2"))
        for _ in range(2):
            fail_after(connection, 3)
        with database.transaction(connection):
            connection.execute(INSERT, (3, "h4"))

    assert rows(connection) == [1, 2, 3]


def test_a_snapshot_sees_one_moment(connection: sqlite3.Connection, tmp_path: Path) -> None:
    other = database.opened(tmp_path / "ledger.db")
    with database.snapshot(connection):
        assert rows(connection) == [1]
        other.execute(INSERT, (2, "h2"))
        assert rows(connection) == [1]
    other.close()

    assert rows(connection) == [1, 2]


def test_a_writer_waits_for_another(connection: sqlite3.Connection, tmp_path: Path) -> None:
    taken, free = threading.Event(), threading.Event()

    def hold() -> None:
        other = database.opened(tmp_path / "ledger.db")
        with database.transaction(other):
            taken.set()
            free.wait()
            other.execute(INSERT, (2, "h2"))
        other.close()

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait()
    threading.Timer(0.05, free.set).start()
    with database.transaction(connection):
        connection.execute(INSERT, (3, "h3"))
    holder.join()

    assert rows(connection) == [1, 2, 3]


def test_patience_ends(
    connection: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    other = database.opened(tmp_path / "ledger.db")
    with (
        database.transaction(connection),
        pytest.raises(Unavailable, match="held by another process"),
        database.told(),
        database.transaction(other),
    ):
        pytest.fail("two writers at once")

    other.close()


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("SELECT nothing", Broken),
        ("INSERT INTO event VALUES (1, 't', 'k', 's', 'a', 'p', 'v', 'h')", Conflict),
        ("SELECT CAST(x'ff' AS TEXT)", Broken),
        ("ATTACH '/none/such' AS other", Unavailable),
    ],
)
def test_no_error_of_the_database_escapes(
    connection: sqlite3.Connection, statement: str, wanted: type[Exception]
) -> None:
    with pytest.raises(wanted) as error, database.told():
        connection.execute(statement).fetchall()

    assert error.value.hint


def test_text_that_is_none_is_damage() -> None:
    with pytest.raises(Broken, match="the ledger is damaged"), database.told():
        b"\xff".decode()


def test_our_own_misuse_is_not_hidden(connection: sqlite3.Connection) -> None:
    connection.close()

    with pytest.raises(sqlite3.ProgrammingError), database.told():
        connection.execute("SELECT 1")


def test_what_is_no_ledger_is_told(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_bytes(b"text " * 1000)
    newer = database.opened(tmp_path / "newer.db")
    newer.execute("PRAGMA user_version = 9")
    newer.close()

    with pytest.raises(Broken, match="damaged"):
        database.opened(tmp_path / "text.db")
    with pytest.raises(Conflict, match=r"newer\.db: it has form 9, this version reads 5"):
        database.opened(tmp_path / "newer.db")
    with pytest.raises(Unavailable, match="cannot be used"):
        database.opened(tmp_path)


def test_opening_again_mends_nothing(connection: sqlite3.Connection, tmp_path: Path) -> None:
    assert database.damages(connection) == []
    connection.execute("DROP TRIGGER event_never_goes")
    connection.execute("DROP TABLE lease")
    connection.execute("CREATE TABLE notes (text TEXT)")
    connection.execute("DROP TRIGGER event_never_changes")
    connection.execute(
        "CREATE TRIGGER event_never_changes BEFORE UPDATE ON event BEGIN SELECT 1; END"
    )

    again = database.opened(tmp_path / "ledger.db")
    damages = database.damages(again)
    again.close()

    assert damages == [
        "the table lease is missing",
        "the table notes does not belong here",
        "the trigger event_never_changes was changed",
        "the trigger event_never_goes is missing",
    ]


def test_a_copy_is_whole(connection: sqlite3.Connection, tmp_path: Path) -> None:
    database.copy(connection, tmp_path / "copy.db")

    copied = database.opened(tmp_path / "copy.db")
    found = rows(copied), database.damages(copied)
    copied.close()
    assert found == ([1], [])
