"""A record that somebody changed, with every right to the file and the triggers out of the way."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mainstay.core import digest
from mainstay.core.errors import Broken, Conflict, Mistake
from mainstay.core.nouns import Actor
from mainstay.ledger import blobs, chain, database
from mainstay.ledger.backup import backup, restore
from mainstay.ledger.chain import START, Head, Row
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

ALICE = Actor("alice", "ab" * 32)
MODEL = "flight-delay"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Seven events: registered, four built, one certified, one approved."""
    with Ledger(tmp_path / "state" / "ledger.db") as opened:
        certificate = blobs.stored(opened.blobs, b"certificate")
        opened.append("ContractRegistered", MODEL, ALICE, {"digest": "c", "revision": 1})
        for number in range(1, 5):
            built = {"number": number, "bundle": f"b{number}", "contract": "c"}
            opened.append("Built", MODEL, ALICE, built)
        for kind in ("Certified", "Approved"):
            opened.append(kind, MODEL, ALICE, {"number": 1, "certificate": certificate})
        yield opened


def attack(ledger: Ledger, *statements: str) -> None:
    """Edit the file as whoever owns it can, and put the triggers back."""
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as connection:
        names = [
            n
            for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ]
        for statement in (*(f"DROP TRIGGER {name}" for name in names), *statements):
            connection.execute(statement)
        for trigger in database.TRIGGERS:
            connection.execute(trigger)


def found(ledger: Ledger, head: Head | None = None) -> list[str]:
    return [str(flaw) for flaw in verify(ledger, head=head)]


def test_what_was_not_attacked_holds(ledger: Ledger) -> None:
    assert found(ledger, ledger.head()) == []


@pytest.mark.parametrize("statement", ["UPDATE event SET kind = 'x'", "DELETE FROM event"])
def test_the_triggers_refuse_every_change(ledger: Ledger, statement: str) -> None:
    with pytest.raises(Conflict, match="an event is never"):
        ledger.change(statement)


@pytest.mark.parametrize(
    "edit",
    [
        "time = '2012-01-01T00:00:00Z'",
        "kind = 'Rejected'",
        "subject = 'other'",
        """actor = '{"name":"mallory","key":""}'""",
        """payload = replace(payload, 'b2', 'bX')""",
        "payload = payload || ' '",
        "hash = previous",
    ],
)
def test_an_edited_event_is_found(ledger: Ledger, edit: str) -> None:
    attack(ledger, f"UPDATE event SET {edit} WHERE seq = 3")

    assert "event 3: its content is not what was hashed" in found(ledger)


def test_an_edited_event_with_its_hash_made_anew_is_found(ledger: Ledger) -> None:
    row = next(ledger.stored(since=2))._replace(subject="other")
    attack(
        ledger, f"UPDATE event SET subject = 'other', hash = '{chain.hash_of(row)}' WHERE seq = 3"
    )

    assert "event 4: does not follow event 3" in found(ledger)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("seq = 3", "event 3: missing; the next there is event 4"),
        ("seq IN (3, 4)", "event 3: missing; the next there is event 5"),
        ("seq = 1", "event 1: missing; the next there is event 2"),
    ],
)
def test_a_deleted_event_is_found(ledger: Ledger, where: str, told: str) -> None:
    attack(ledger, f"DELETE FROM event WHERE {where}")

    assert told in found(ledger)


def test_a_deleted_event_is_found_when_the_others_close_ranks(ledger: Ledger) -> None:
    attack(
        ledger,
        "DELETE FROM event WHERE seq = 3",
        *(f"UPDATE event SET seq = {seq - 1} WHERE seq = {seq}" for seq in range(4, 8)),
    )

    assert "event 3: does not follow event 2" in found(ledger)


def test_an_inserted_event_is_found(ledger: Ledger) -> None:
    attack(
        ledger,
        *(f"UPDATE event SET seq = {seq + 1} WHERE seq = {seq}" for seq in range(7, 2, -1)),
        "INSERT INTO event SELECT 3, time, kind, subject, actor, payload, previous, hash"
        " FROM event WHERE seq = 2",
    )

    assert "event 3: does not follow event 2" in found(ledger)


def test_a_forged_event_at_the_end_is_found(ledger: Ledger) -> None:
    attack(
        ledger,
        "INSERT INTO event SELECT 8, time, 'Rejected', subject, actor, payload, hash, previous"
        " FROM event WHERE seq = 7",
    )

    assert "event 8: its content is not what was hashed" in found(ledger)


def test_a_cut_off_end_is_found_by_the_published_head(ledger: Ledger) -> None:
    head = ledger.head()
    attack(
        ledger,
        "DELETE FROM event WHERE seq = 7",
        "UPDATE version SET status = 'certified', seq = 6 WHERE number = 1",
    )

    assert found(ledger) == []
    assert found(ledger, head) == ["event 7: published, but the ledger ends at event 6"]


def rewritten(ledger: Ledger, change: Callable[[Row], Row]) -> list[str]:
    """Statements that rewrite all of history, every hash made anew."""
    last, statements = START, []
    for row in ledger.stored():
        new = change(row)._replace(previous=last.hash)
        last = Head(row.seq, chain.hash_of(new))
        statements.append(
            f"UPDATE event SET actor = '{new.actor}', previous = '{new.previous}',"
            f" hash = '{last.hash}' WHERE seq = {row.seq}"
        )
    return statements


def test_a_history_rewritten_whole_is_found_by_the_published_head(ledger: Ledger) -> None:
    head = ledger.head()
    attack(ledger, *rewritten(ledger, lambda row: row._replace(actor='{"name":"bob","key":""}')))

    assert found(ledger) == []
    assert found(ledger, head) == [
        "event 7: not the one published: it or what led to it was rewritten"
    ]


def test_a_dropped_trigger_is_found(ledger: Ledger) -> None:
    with closing(sqlite3.connect(ledger.path)) as connection:
        connection.execute("DROP TRIGGER event_never_changes")
        connection.execute("DROP TRIGGER event_comes_last")
        connection.execute(
            "CREATE TRIGGER event_comes_last BEFORE INSERT ON event WHEN 0 BEGIN SELECT 1; END"
        )

    assert found(ledger) == [
        "the trigger event_comes_last was changed",
        "the trigger event_never_changes is missing",
    ]


FORGED = {
    "UPDATE version SET bundle = 'bX' WHERE number = 2": (
        "event 3: table version, row ('flight-delay', 2): bundle is 'bX', the events say 'b2'"
    ),
    "DELETE FROM version WHERE number = 4": (
        "event 5: table version, row ('flight-delay', 4): missing"
    ),
    "INSERT INTO holdout VALUES ('flight-delay', 'c', 'a', 'b', 0, 1)": (
        "event 1: table holdout, row ('flight-delay', 'c', 'a', 'b'): no event says so"
    ),
}


@pytest.mark.parametrize("statement", FORGED)
def test_a_state_that_no_event_brought_about_is_found(ledger: Ledger, statement: str) -> None:
    attack(ledger, statement)

    assert found(ledger) == [FORGED[statement]]


def test_a_blob_changed_or_gone_is_found(ledger: Ledger) -> None:
    (sha,) = (path.name for path in ledger.blobs.iterdir())
    (ledger.blobs / sha).write_bytes(b"another")
    assert found(ledger) == [f"the blob {sha} is not what its name says"]

    (ledger.blobs / sha).unlink()

    gone = f"the blob {sha} it names is missing"
    assert found(ledger) == [f"event 6: {gone}", f"event 7: {gone}"]


def test_an_unknown_kind_of_event_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Mistake, match="no event is called Promoted"):
        ledger.append("Promoted", MODEL, ALICE, {})


SPOILT: dict[str, Callable[[Path], object]] = {
    "blobs/": lambda copy: next((copy / "blobs").iterdir()).write_bytes(b"other"),
    "blobs/extra": lambda copy: (copy / "blobs" / "extra").touch(),
    "ledger.db": lambda copy: (copy / "ledger.db").unlink(),
    "is damaged": lambda copy: (copy / "backup.json").write_text("{}"),
}


@pytest.mark.parametrize("told", SPOILT)
def test_a_backup_that_was_changed_is_not_restored(
    ledger: Ledger, tmp_path: Path, told: str
) -> None:
    backup(ledger, tmp_path / "copy")
    SPOILT[told](tmp_path / "copy")

    with pytest.raises(Broken, match=told):
        restore(tmp_path / "copy", tmp_path / "again")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "state"]


def test_a_backup_changed_together_with_its_list_is_not_restored(
    ledger: Ledger, tmp_path: Path
) -> None:
    made = backup(ledger, tmp_path / "copy")
    with Ledger(tmp_path / "copy" / "ledger.db") as copy:
        attack(copy, "UPDATE event SET subject = 'other' WHERE seq = 3")
    now = digest.of_file(tmp_path / "copy" / "ledger.db")
    manifest = tmp_path / "copy" / "backup.json"
    manifest.write_text(manifest.read_text().replace(made.files["ledger.db"], now))

    with pytest.raises(Broken, match="event 3: its content is not what was hashed"):
        restore(tmp_path / "copy", tmp_path / "again")

    assert not (tmp_path / "again").exists()


def test_a_backup_older_than_the_published_head_is_not_restored(
    ledger: Ledger, tmp_path: Path
) -> None:
    backup(ledger, tmp_path / "copy")
    later = ledger.append("Assessed", MODEL, ALICE, {})

    with pytest.raises(Broken, match="event 8: published, but the ledger ends at event 7"):
        restore(tmp_path / "copy", tmp_path / "again", published=Head(8, later.hash))

    assert not (tmp_path / "again").exists()


def test_nothing_is_restored_over_what_is_there(ledger: Ledger, tmp_path: Path) -> None:
    backup(ledger, tmp_path / "copy")
    before = ledger.head()

    with pytest.raises(Conflict, match="is not an empty folder"):
        restore(tmp_path / "copy", tmp_path / "state")

    assert ledger.head() == before
