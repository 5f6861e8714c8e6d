"""The tables: what verify and the queries rely on, and ledgers that released code wrote.

Each in `tests/ledgers` was written by the last code that wrote its form, with a life of which all
tables of the form hold something. A new form adds its own: the file that the code before it wrote,
and what `pg_dump --inserts` says of the schema into which that code brought the file.
"""

import gzip
import sqlite3
from pathlib import Path

import pytest
from pg8000.native import Connection

from mainstay.core.nouns import Actor
from mainstay.ledger import (
    blobs,
    chain,
    credentials,
    database,
    outbox,
    postgres,
    runs,
    schema,
    state,
)
from mainstay.ledger.schema import Table
from mainstay.ledger.store import Ledger
from mainstay.ledger.verify import verify

LEDGERS = Path(__file__).parents[2] / "ledgers"
HEADS = {
    1: "16:a0bf13b3e58a09f41d7c9b6f1b83e7c6f6e712ff182a8d3f9239fdd37f5142f2",
    2: "17:6aa2591c6846b9d7cae86c466c292c321556eabcd9f7719fb7bde3559e29ce1b",
    3: "18:abc12eea8d23117e1f4919e15cbc9d243809fab04c18daef9adeadfca7a096ba",
    4: "19:6ac789b5ddbbddb1b1cb296e989718fce91e357d89de1752d3619086f8de1d8d",
}
"""As the code that wrote them said."""
FIRST_ON_SERVER = 4
"""No released code kept an earlier form on a server."""
ON_SERVER = tuple(form for form in HEADS if form >= FIRST_ON_SERVER)


def test_every_statement_makes_its_table() -> None:
    memory = database.in_memory(schema.CREATE)
    names = {
        name for (name,) in memory.execute("SELECT name FROM sqlite_master WHERE type='table'")
    }
    memory.close()

    assert names == {
        "event",
        "lease",
        "outbox",
        "credential",
        "password",
        "run",
        "line",
        *(table.name for table in schema.PROJECTIONS),
    }


def test_the_event_table_has_the_columns_of_the_chain() -> None:
    memory = database.in_memory((schema.EVENT,))
    columns = [row[1] for row in memory.execute("PRAGMA table_info(event)")]
    memory.close()

    assert ", ".join(columns) == chain.COLUMNS == ", ".join(chain.Row._fields)


@pytest.mark.parametrize("table", schema.PROJECTIONS, ids=lambda table: table.name)
def test_every_row_names_the_event_that_wrote_it(table: Table) -> None:
    assert table.columns[-1] == "seq"
    assert set(table.key) <= set(table.columns)


def released(folder: Path, form: int) -> Path:
    path = folder / "ledger.db"
    path.write_bytes(gzip.decompress((LEDGERS / f"form-{form}.db.gz").read_bytes()))
    for content in (b"one", b"two"):
        blobs.stored(folder / "blobs", content)
    return path


def version(path: Path) -> int:
    connection = sqlite3.connect(path)
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return int(found)


def test_a_ledger_of_every_form_that_was_released_is_kept_here() -> None:
    assert HEADS.keys() == schema.LATER.keys()
    assert max(HEADS) + 1 == schema.VERSION


@pytest.mark.parametrize("form", HEADS)
def test_a_released_ledger_is_brought_forward_and_holds(tmp_path: Path, form: int) -> None:
    path = released(tmp_path, form)
    assert version(path) == form

    with Ledger(path) as ledger:
        holds(ledger, form)
    assert version(path) == schema.VERSION


def holds(ledger: Ledger, form: int) -> None:
    """All that was in it is there, and it goes on."""
    assert str(ledger.head()) == HEADS[form]
    assert verify(ledger) == ()
    assert [(one.number, one.status) for one in state.versions(ledger, "flight-delay")] == [
        (1, "certified"), (2, "rejected"),
    ]  # fmt: skip
    assert [one.what for one in state.open_incidents(ledger)] == ["degrees, not Kelvin"]
    assert [one.id for one in outbox.waiting(ledger)] == ["m-16-team"] * (form >= 2)
    assert [one.name for one in state.grants(ledger)] == ["bob"] * (form >= 3)
    assert credentials.passwords(ledger) == ("bob",) * (form >= 3)
    assert [one.job for one in runs.listed(ledger, "flight-delay", 9)] == ["run"] * (form >= 4)
    ledger.append("IncidentClosed", "flight-delay", Actor("ana"), {"incident": 16})
    assert verify(ledger) == ()


def on_server(folder: Path, server: str, form: int) -> tuple[Path, str]:
    """One that released code brought to a server, in its schema."""
    dump = gzip.decompress((LEDGERS / f"form-{form}.sql.gz").read_bytes()).decode()
    said(server, f"DROP SCHEMA IF EXISTS form_{form} CASCADE; {dump}")
    return released(folder, form), f"{server}?schema=form_{form}"


def said(server: str, statements: str) -> list[list[int]]:
    connection = Connection(**postgres._asked(server)[1])
    found = connection.execute_simple(statements).rows
    connection.close()
    return list(found or ())


@pytest.mark.parametrize("form", ON_SERVER)
def test_one_on_a_server_is_brought_forward_whole_or_not_at_all_and_holds(
    tmp_path: Path, server: str, form: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = on_server(tmp_path, server, form)
    last = schema.VERSION - 1
    broken = {**schema.LATER, last: (*schema.LATER[last], "CREATE TABLE event (x TEXT)")}
    with monkeypatch.context() as patch:
        patch.setattr(schema, "LATER", broken)
        with pytest.raises(Exception, match="already exists"):
            Ledger(*place)
    assert said(server, f"SELECT version FROM form_{form}.form") == [[form]]

    with Ledger(*place) as ledger:
        holds(ledger, form)
    assert said(server, f"SELECT version FROM form_{form}.form") == [[schema.VERSION]]


@pytest.mark.parametrize("form", ON_SERVER)
def test_a_rewritten_one_on_a_server_is_found_out(tmp_path: Path, server: str, form: int) -> None:
    path, url = on_server(tmp_path, server, form)
    guard, there = "event_never_changes", f"form_{form}.event"
    said(
        server,
        f"ALTER TABLE {there} DISABLE TRIGGER {guard};"
        f"UPDATE {there} SET payload = '{{}}' WHERE seq = 13;"
        f"ALTER TABLE {there} ENABLE TRIGGER {guard}",
    )

    with Ledger(path, url) as ledger:
        assert any(flaw.seq == 13 for flaw in verify(ledger))


@pytest.mark.parametrize("form", HEADS)
def test_one_that_is_cut_short_is_as_it_was(
    tmp_path: Path, form: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = released(tmp_path, form)
    broken = {**schema.LATER, 4: (*schema.LATER[4], "CREATE TABLE event (x TEXT)")}
    with monkeypatch.context() as patch:
        patch.setattr(schema, "LATER", broken)
        with pytest.raises(Exception, match="already exists"):
            Ledger(path)
    assert version(path) == 4

    with Ledger(path) as ledger:
        assert verify(ledger) == ()


@pytest.mark.parametrize("form", HEADS)
def test_a_rewritten_released_ledger_is_found_out(tmp_path: Path, form: int) -> None:
    path = released(tmp_path, form)
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER event_never_changes")
    connection.execute("UPDATE event SET payload = '{}' WHERE seq = 13")
    connection.commit()
    connection.close()

    with Ledger(path) as ledger:
        assert any(flaw.seq == 13 for flaw in verify(ledger))
