"""PostgreSQL, kept in one place: what the common suite does not ask, since files have no server."""

from pathlib import Path

import pytest

from mainstay.core.errors import Broken, Conflict, Mistake, Unavailable
from mainstay.core.nouns import Actor
from mainstay.ledger import database, postgres, schema
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

ACTOR = Actor("alice")
RUNS = ("schedule", "run", "line")


@pytest.fixture
def address(server: str, request: pytest.FixtureRequest) -> str:
    name = "".join(one for one in request.node.name if one.isalnum() or one == "_")
    return f"{server}?schema={name.lower()[:50]}"


@pytest.mark.parametrize(
    "statement", ["UPDATE event SET kind = 'x'", "DELETE FROM event", "TRUNCATE event"]
)
def test_the_record_only_grows(on_server: Ledger, statement: str) -> None:
    on_server.append("Assessed", "m", ACTOR, {})

    with pytest.raises(Conflict, match="never changed or deleted"):
        on_server.change(statement)

    assert len(list(on_server.events())) == 1


def test_what_is_not_as_it_was_made_is_named(on_server: Ledger) -> None:
    assert on_server.damages() == []
    for statement in (
        "DROP TRIGGER event_never_goes ON event", "DROP TABLE lease", "DROP INDEX next_run",
        "ALTER TABLE event DISABLE TRIGGER event_comes_last",
        "CREATE TABLE notes (text TEXT)", "ALTER TABLE outbox ALTER COLUMN due TYPE real",
    ):  # fmt: skip
        on_server.change(statement)

    found = "\n".join(on_server.damages())

    for said in (
        "the trigger event_never_goes is missing", "the table lease, column fence is missing",
        "the index next_run is missing", "the trigger event_comes_last was changed",
        "the table notes, column text does not belong here",
        "the table outbox, column due was changed",
    ):  # fmt: skip
        assert said in found
    assert [one.what for one in verify(on_server)][:1] == [found.splitlines()[0]]


def test_a_ledger_moves_to_a_file_and_back(lived: Ledger, tmp_path: Path, address: str) -> None:
    copy = tmp_path / "copy.db"
    lived.copy(copy)
    (tmp_path / "blobs").symlink_to(lived.blobs)
    with Ledger(copy) as there:
        assert list(there.events()) == list(lived.events())
        assert verify(there, head=lived.head()) == ()

    postgres.refuse_filled(address)
    postgres.filled(address, copy)

    with Ledger(copy, address) as back:
        assert list(back.events()) == list(lived.events())
        assert verify(back, head=lived.head()) == ()
        back.append("Assessed", "m", ACTOR, {})
    with pytest.raises(Conflict, match="holds a ledger already"):
        postgres.refuse_filled(address)


def test_an_earlier_form_is_brought_forward_and_a_later_one_is_not_read(
    tmp_path: Path, address: str
) -> None:
    with Ledger(tmp_path / "ledger.db", address) as ledger:
        ledger.append("Assessed", "m", ACTOR, {})
        for table in RUNS:
            ledger.change(f"DROP TABLE {table}")
        for index in ("event_of_subject", "event_of_both", "event_of_kind"):
            ledger.change(f"DROP INDEX {index}")
        ledger.change("UPDATE form SET version = 3")
    with Ledger(tmp_path / "ledger.db", address) as ledger:
        assert verify(ledger) == ()
        assert len(list(ledger.events())) == 1
        ledger.change("UPDATE form SET version = 9")

    with pytest.raises(Conflict, match=f"form 9, this version reads {schema.VERSION}"):
        Ledger(tmp_path / "ledger.db", address)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:s3cret@host/base", "postgresql:///base", "postgresql://me:s3cret@host/base?x=1",
        "postgresql://me:s3cret@host/base?schema=a%22b", "postgresql://me:s3cret@host/?schema=Up",
    ],
)  # fmt: skip
def test_another_address_is_a_mistake_that_says_no_password(url: str) -> None:
    with pytest.raises(Mistake) as error:
        postgres.opened(url)

    assert "s3cret" not in str(error.value) + error.value.hint


def test_a_server_that_does_not_answer_or_refuses_is_told_without_the_password(
    server: str,
) -> None:
    wrong = server.replace("mainstay:", "mainstay:s3cret")
    for url in ("postgresql://me:s3cret@127.0.0.1:1/base", wrong):
        with pytest.raises(Unavailable) as error:
            postgres.opened(url)

        assert "s3cret" not in str(error.value)


def backend(ledger: Ledger) -> int:
    return int(ledger.rows("SELECT pg_backend_pid()")[0][0])


def test_a_session_that_was_given_back_is_taken_again_once(tmp_path: Path, address: str) -> None:
    first = Ledger(tmp_path / "ledger.db", address)
    was = backend(first)
    first.close()
    first.close()
    with Ledger(tmp_path / "ledger.db", address) as one, Ledger(one.path, address) as other:
        assert backend(one) == was
        assert backend(other) != was
    with pytest.raises(Exception, match="NoneType"):
        first.head()


def test_one_whose_server_is_gone_or_that_is_amid_a_transaction_is_not(
    tmp_path: Path, address: str
) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path, address) as killer, Ledger(path, address) as ledger:
        killed = backend(ledger)
        ledger.close()
        killer.rows("SELECT pg_terminate_backend(?::int)", killed)
        with Ledger(path, address) as again:
            assert backend(again) != killed
            again.append("Assessed", "m", ACTOR, {})

    with Ledger(path, address) as ledger:
        torn = backend(ledger)
        ledger._connection.depth += 1
    with Ledger(path, address) as ledger:
        assert backend(ledger) != torn
        assert len(list(ledger.events())) == 1


def test_a_mistake_of_ours_is_damage(on_server: Ledger) -> None:
    with pytest.raises(Broken, match="damaged"):
        on_server.rows("SELECT nothing")


def test_both_have_the_same_tables() -> None:
    memory = database.in_memory(schema.CREATE)
    names = [
        name for (name,) in memory.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    memory.close()

    assert sorted(names) == sorted(schema.TABLES)
