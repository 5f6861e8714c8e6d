"""The tables: what verify and the queries rely on."""

import pytest

from mainstay.ledger import chain, database, schema
from mainstay.ledger.schema import Table


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
