"""A partition in a table of Delta Lake is whole, as it was in its files, or it is not there."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import deltalake
import pyarrow as pa
import pytest
import stores
from pyarrow import parquet

from mainstay.core.errors import Conflict, Mistake, Unavailable
from mainstay.data import source
from mainstay.data.silos import committed
from mainstay.data.silos.committed import Lake
from mainstay.data.silos.table import REJECTED, Portion
from mainstay.data.source import Reader

DAY = datetime(2026, 3, 1, tzinfo=UTC)
VALUES = {
    "id": pa.array(range(4)),
    "score": pa.array([0.1, None, float("nan"), -0.0]),
    "yes": pa.array([True, False, None, True]),
    "day": pa.array([date(2026, 3, 1), None, date(1, 1, 1), None]),
    "at": pa.array([DAY, DAY + timedelta(microseconds=1), None, DAY], pa.timestamp("us", "UTC")),
    "cents": pa.array([1, None, 9, 2], pa.decimal128(12, 0)),
    "nothing": pa.nulls(4),
    "text": pa.array(["", None, 'a "quoted", text', "line\n100 % €"]),
}
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def target(tmp_path: Path) -> Lake:
    return committed.opened(committed.whole("delta:///lake/scores", tmp_path))


def portion(
    folder: Path, name: str = "2026-03-01", *, rejected: bool = False, **columns: Any
) -> Portion:
    """With a file of its own under the folder; its digest by what it holds."""
    file = folder / f"{name}.parquet"
    parquet.write_table(pa.table(columns or VALUES), file)
    other, sha = (file, "b" * 64) if rejected else (None, f"{len(columns or VALUES):x}" * 64)
    return Portion(name, DAY, DAY + timedelta(days=1), "m", "day", "v1", file, other, sha)


def put(target: Lake, *some: Portion) -> None:
    target.ready(some)
    for one in some:
        target.replace(one)


def rows(target: Lake, part: str = "") -> Rows:
    """As the library reads them."""
    found: Rows = {}
    read = deltalake.DeltaTable(target.place + part).to_pyarrow_table()
    for name, *row in sorted(map(tuple, (one.values() for one in read.to_pylist())), key=str):
        found.setdefault(name, []).append(tuple(row))
    return found


def whole(target: Lake) -> dict[str, bool]:
    """Of each partition that is known."""
    return {name: bool(one.digest) for name, one in target.known().items()}


def test_rows_are_those_of_the_file_however_they_are_read(
    target: Lake, tmp_path: Path, reader: Reader
) -> None:
    one = portion(tmp_path)

    put(target, one)

    ours = source.opened(reader._replace(base=tmp_path), "delta:///lake/scores").table
    wanted = [(one.name, *row.values()) for row in parquet.read_table(one.answers).to_pylist()]
    plain = deltalake.DeltaTable(target.place).to_pyarrow_table().sort_by("id").to_pylist()
    assert [repr(tuple(row.values())) for row in plain] == list(map(repr, wanted))
    assert ours.count().to_pyarrow().as_py() == len(wanted)
    assert [str(kind) for kind in ours.schema().values()][1:6] == [
        "int64", "float64", "boolean", "date", "timestamp('UTC', 6)",
    ]  # fmt: skip


def test_what_a_partition_had_is_replaced_in_one_commit(target: Lake, tmp_path: Path) -> None:
    first, other = portion(tmp_path, x=[1, 2, 3], rejected=True), portion(tmp_path, "b", x=[9])
    put(target, first, other)
    before = deltalake.DeltaTable(target.place).version()
    second = portion(tmp_path, x=[4])
    put(target, second)

    assert deltalake.DeltaTable(target.place).version() == before + 1
    assert rows(target) == {first.name: [(4,)], "b": [(9,)]}
    assert rows(target, "_rejected") == {}
    known = target.known()
    assert whole(target) == {first.name: True, "b": True}
    assert second.digest.startswith(known[first.name].digest)
    assert (known["b"].model, known["b"].unit) == ("m", "day")

    target.remove(first.name)

    assert list(rows(target)) == list(target.known()) == ["b"]


def test_a_partition_of_rejected_rows_alone_is_known(target: Lake, tmp_path: Path) -> None:
    one = portion(tmp_path, x=[1], rejected=True)._replace(answers=None)

    put(target, one)

    assert whole(target) == {one.name: True}
    assert rows(target, "_rejected") == {one.name: [(1,)]}
    target.remove(one.name)
    assert target.known() == {}


def test_nothing_is_known_of_no_table(target: Lake) -> None:
    assert target.known() == {}


def test_what_a_run_left_between_the_two_tables_is_not_whole(target: Lake, tmp_path: Path) -> None:
    one = portion(tmp_path, x=[1, 2], rejected=True)
    put(target, one)

    assert one.rejected
    target._fill(REJECTED, one.name, one.rejected, committed._Mark(0xC, 2, 2))
    assert whole(target) == {one.name: False}

    put(target, one)
    assert whole(target) == {one.name: True}


@pytest.mark.parametrize("part", ["", "_rejected"])
def test_rows_that_somebody_else_took_out_are_missed(
    target: Lake, tmp_path: Path, part: str
) -> None:
    one = portion(tmp_path, "a", x=[1, 2], rejected=True)
    put(target, one)

    deltalake.DeltaTable(target.place + part).delete("x = 1")

    assert whole(target) == {"a": False}
    put(target, one)
    assert whole(target) == {"a": True}
    assert rows(target, part) == {"a": [(1,), (2,)]}


def test_files_put_together_and_logs_cleaned_change_nothing(target: Lake, tmp_path: Path) -> None:
    put(target, portion(tmp_path, "a", x=[1]), portion(tmp_path, "b", x=[2]))
    table = deltalake.DeltaTable(target.place)
    table.optimize.compact()
    table.create_checkpoint()
    for one in (Path(target.place) / "_delta_log").glob("*.json"):
        if int(one.stem) < table.version():
            one.unlink()

    assert whole(target) == {"a": True, "b": True}


def test_a_table_of_other_columns_is_refused(target: Lake, tmp_path: Path) -> None:
    there = pa.table({"mainstay_partition": ["a"], "x": ["1"], "wait": [1]})
    deltalake.write_deltalake(target.place, there)

    with pytest.raises(Mistake) as told:
        target.ready([portion(tmp_path, x=[1], y=["a"])])

    assert str(told.value) == (
        f"{target.address}: {target.place} has other columns: y is missing; wait is none of ours;"
        " x is string, not int64; it is not partitioned by mainstay_partition"
    )


def test_rows_of_others_in_a_table_that_was_there_stay(target: Lake, tmp_path: Path) -> None:
    there = pa.table({"mainstay_partition": ["theirs"], "x": [7]})
    deltalake.write_deltalake(target.place, there, partition_by=["mainstay_partition"])

    put(target, portion(tmp_path, "a", x=[1]))

    assert whole(target) == {"a": True}
    assert target.known()["a"].model == "m"
    assert rows(target) == {"a": [(1,)], "theirs": [(7,)]}


def test_what_no_column_holds_is_refused(target: Lake, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="x is list<"):
        target.ready([portion(tmp_path, x=[[1]])])


def test_who_commits_the_same_partition_at_once_is_told(
    target: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = portion(tmp_path, x=[1])
    put(target, one)
    stale = deltalake.DeltaTable(target.place)
    put(target, portion(tmp_path, x=[2]))
    monkeypatch.setattr(Lake, "_table", lambda *_: stale)

    with pytest.raises(Conflict, match="another run writes"):
        target.replace(one)

    monkeypatch.undo()
    assert rows(target) == {one.name: [(2,)]}


@pytest.mark.parametrize(
    ("store", "address"), [("lake", "delta+s3://lake/scores"), ("azure", "delta+az://lake/scores")]
)
def test_a_table_in_a_store_is_written(
    request: pytest.FixtureRequest, tmp_path: Path, store: str, address: str, reader: Reader
) -> None:
    request.getfixturevalue(store)
    target = committed.opened(address)

    put(target, portion(tmp_path, "a", x=[1, 3], rejected=True))
    put(target, portion(tmp_path, "a", x=[2], rejected=True))

    assert whole(target) == {"a": True}
    assert source.opened(reader, address).table.x.to_pyarrow().to_pylist() == [2]


def test_a_store_that_is_away_is_unavailable_and_says_no_secret(
    credentials: Any, tmp_path: Path
) -> None:
    credentials(
        '[sources.lake]\nat = "s3://lake"\nendpoint = "http://127.0.0.1:1"\nregion = "x"\n'
        f'user = "reader"\nsecret = "{stores.SECRET}"\n'
    )

    with pytest.raises(Unavailable, match="does not answer") as said:
        committed.opened("delta+s3://lake/scores").ready([portion(tmp_path, x=[1])])

    assert stores.SECRET not in f"{said.value}{said.value.hint}"


@pytest.mark.parametrize("address", ["delta:///", "delta:///scores#3", "delta+s3://"])
def test_an_address_that_is_none_is_a_mistake(address: str, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="is no table that can be written"):
        committed.whole(address, tmp_path)


def test_what_is_a_lake(tmp_path: Path) -> None:
    assert committed.is_lake("delta:///scores")
    assert committed.is_lake("delta+abfss://lake@account.dfs.core.windows.net/scores")
    assert not committed.is_lake("s3://lake/scores")
    assert committed.whole("delta:///scores/", tmp_path) == f"delta:///{tmp_path}/scores"
    assert committed.whole("delta+s3://lake/scores/", tmp_path) == "delta+s3://lake/scores"
