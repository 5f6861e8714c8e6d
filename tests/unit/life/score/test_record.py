"""A batch says to the watch what a door's journal would."""

from datetime import UTC, datetime
from pathlib import Path

import batched
import msgspec
import pyarrow as pa
from batched import AT, Both, drawn
from ibis.backends.duckdb import Backend
from small_project import Serving

from mainstay.bundle.runtime import Runtime
from mainstay.core import pseudonyms
from mainstay.core.entries import Entry
from mainstay.core.nouns import Column
from mainstay.data import records
from mainstay.data.records import Records
from mainstay.life.score import answers as answering
from mainstay.life.score import record
from mainstay.life.score.asked import asks
from mainstay.life.score.record import Recording
from mainstay.life.serve.counters import Counters
from mainstay.life.serve.handle import Asked, answered
from mainstay.life.serve.served import Table
from mainstay.seal.routing import Routing

SECRET = b"s" * 32
DONE = datetime(2024, 3, 2, 6, tzinfo=UTC)


def recorded(both: Both, bench: Backend, rows: list[batched.Row]) -> pa.Table:
    asked = asks(batched.stored(bench, both.stated, rows), both.stated, ("kind",))
    (batch,) = asked.asked.batches()
    said = answering.answers(batch, asked, both.standing)
    return record.table(batch, asked, said, both.standing, Recording(DONE, 7, SECRET), -500)


def test_rows_are_those_of_a_journal(
    opened_once: Runtime, serving: Serving, bench: Backend
) -> None:
    both, rows = Both(opened_once.manifest, opened_once.engine, serving.certificate()), drawn(80)
    table = Table(
        Routing("no-show", 7, "production", AT, (both.one.share,)), (both.one,), (10_000,)
    )
    body = batched.requested(rows)
    judged = both.one.judged(body)
    parts = [(both.one, one) for one in judged]
    status, reply = answered(Asked(table, body, AT, parts), Counters())
    columns = tuple(Column(one.name, one.type) for one in both.stated.request)
    journal = Records(columns)
    door = list(journal.rows(Entry(DONE, 7, body, status, reply), -500))

    found = recorded(both, bench, rows)

    names = [one.name for one in journal.columns]
    assert found.column_names == names
    assert [tuple(one[name] for name in names) for one in found.to_pylist()] == door


def test_what_a_contract_hides_is_hidden(
    opened_once: Runtime, serving: Serving, bench: Backend
) -> None:
    acts = {"patient": "pseudonymise", "rain": "drop"}
    stated = msgspec.structs.replace(opened_once.manifest, private=acts)
    both, rows = Both(stated, opened_once.engine, serving.certificate()), drawn(9)

    found = recorded(both, bench, rows)

    known = {one["patient"] for one in rows if one["patient"]}
    assert "rain" not in found.column_names
    assert set(found["patient"].to_pylist()) - {None} == {
        pseudonyms.of_text(SECRET, one) for one in known
    }
    assert found[records.PLACE].to_pylist() == list(range(-500, -491))


def test_each_file_has_places_of_its_own(tmp_path: Path) -> None:
    one, other = (record.first_place(name) for name in ("a.parquet", "b.parquet"))

    assert one < 0 > other
    assert abs(one - other) > 10**9
