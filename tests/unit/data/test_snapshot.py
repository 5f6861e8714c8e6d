import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend

from mainstay.core.errors import Missing, Mistake
from mainstay.core.nouns import Column, Window
from mainstay.data import engine, snapshot

Stored = Callable[..., ir.Table]
TYPES = {
    "id": "string", "whole": "int64", "number": "float64", "text": "string", "flag": "boolean",
    "day": "date", "time": "timestamp('UTC')",
}  # fmt: skip
START = datetime(2013, 1, 1, tzinfo=UTC)
ROWS = [
    {
        "id": f"k{at:05}",
        "whole": at if at % 3 else None,
        "number": at / 7 if at % 4 else None,
        "text": "né" * (at % 3) if at % 5 else None,
        "flag": bool(at % 2) if at % 7 else None,
        "day": date(2013, 1, 1) + timedelta(days=at) if at % 11 else None,
        "time": START + timedelta(hours=at),
    }
    for at in range(100)
]


def table(stored: Stored, rows: list[dict[str, object]]) -> ir.Table:
    return stored(TYPES, **{name: [row[name] for row in rows] for name in TYPES})


def test_rows_come_back_as_they_were_in_the_order_of_the_key(
    stored: Stored, bench: Backend, tmp_path: Path
) -> None:
    made = snapshot.written(table(stored, ROWS[::-1]), tmp_path, "id", "time")

    assert snapshot.read(bench, made.digest, tmp_path).to_pyarrow().to_pylist() == ROWS
    assert made.columns == tuple(Column(name, kind) for name, kind in TYPES.items())
    last = ROWS[-1]["time"]
    assert isinstance(last, datetime)
    assert (made.rows, made.window) == (100, Window(START, last + timedelta(microseconds=1)))
    assert [path.name for path in tmp_path.iterdir()] == [made.uri]


def test_neither_order_nor_layout_nor_engine_changes_the_digest(
    stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = snapshot.written(table(stored, ROWS), tmp_path / "one", "id")
    shuffled = random.Random(3).sample(ROWS, len(ROWS))
    pq.write_table(table(stored, shuffled).to_pyarrow(), tmp_path / "x.parquet", row_group_size=7)
    monkeypatch.setattr(snapshot, "_BATCH", 11)

    other = engine.connect().read_parquet(tmp_path / "x.parquet")
    second = snapshot.written(other, tmp_path / "two", "id")

    assert first == second


def test_the_digest_of_known_rows_is_the_same_on_every_machine(
    stored: Stored, tmp_path: Path
) -> None:
    made = snapshot.written(table(stored, ROWS), tmp_path, "id")

    assert made.digest == "0c82376a49818923e527241fe459ecace79f6e1b6a693ebbcd4974d82ebeb2db"


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 99), name=st.sampled_from([name for name in TYPES if name != "id"]))
def test_any_other_value_is_another_digest(
    stored: Stored, tmp_path: Path, at: int, name: str
) -> None:
    before = snapshot.written(table(stored, ROWS), tmp_path, "id").digest
    other: dict[str, object] = {
        "whole": 0, "number": -0.0, "text": "", "flag": False, "day": date(1970, 1, 1),
        "time": datetime(1970, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    changed = [*ROWS]
    changed[at] = {**ROWS[at], name: None if ROWS[at][name] is not None else other[name]}

    assert snapshot.written(table(stored, changed), tmp_path, "id").digest != before


def test_text_that_moves_between_rows_is_another_digest(stored: Stored, tmp_path: Path) -> None:
    types = {"id": "int64", "text": "string"}
    parts = [["ab", "c"], ["a", "bc"], ["abc", ""], ["abc", None]]

    digests = {
        snapshot.written(stored(types, id=[1, 2], text=two), tmp_path, "id").digest for two in parts
    }

    assert len(digests) == 4


def test_names_and_types_are_content(stored: Stored, tmp_path: Path) -> None:
    tables = [
        stored({"id": "int64", "x": "int64"}, id=[1], x=[0]),
        stored({"id": "int64", "y": "int64"}, id=[1], y=[0]),
        stored({"id": "int64", "x": "float64"}, id=[1], x=[0.0]),
        stored({"id": "int64", "x": "boolean"}, id=[1], x=[False]),
    ]

    assert len({snapshot.written(one, tmp_path, "id").digest for one in tables}) == 4


def test_a_snapshot_that_is_not_there_is_missing(bench: Backend, tmp_path: Path) -> None:
    with pytest.raises(Missing, match="there is no snapshot abcd"):
        snapshot.read(bench, "abcd", tmp_path)


def test_a_column_that_no_engine_shares_is_refused(stored: Stored, tmp_path: Path) -> None:
    rows = stored({"id": "string"}, id=["a"])

    with pytest.raises(Mistake, match="parts is array<string>"):
        snapshot.written(rows.mutate(parts=rows.id.split(",")), tmp_path, "id")


def test_a_value_that_cannot_be_computed_leaves_nothing_behind(
    stored: Stored, tmp_path: Path
) -> None:
    rows = stored({"id": "int64"}, id=[2**63 - 1])

    with pytest.raises(Mistake, match=r"a value cannot be computed: .*Overflow"):
        snapshot.written(rows.mutate(more=rows.id + 1), tmp_path, "id")

    assert list(tmp_path.iterdir()) == []


def test_rows_of_any_kind_are_kept_whole(stored: Stored, tmp_path: Path) -> None:
    some = stored({"town": "string", "rain": "float64"}, town=["n", "n", "s"], rain=[1, 1, None])
    listed = some.mutate(many=ibis.array([1, 2]))

    file = snapshot.whole(listed, tmp_path)

    assert file.parent == tmp_path
    assert pq.read_table(file).to_pydict() == {
        "town": ["n", "n", "s"], "rain": [1.0, 1.0, None],
    }  # fmt: skip
