"""The rows of a batch, and how they are read."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
import small_project
from pyarrow import parquet

from mainstay.contract import document
from mainstay.core.errors import Broken, Mistake
from mainstay.core.nouns import Column
from mainstay.data import batch
from mainstay.data.batch import Asked, Place
from mainstay.data.source import Reader

NOW = datetime(2024, 6, 1, tzinfo=UTC)
WANTED = (
    Column("visit", "string"), Column("at", "timestamp('UTC')"), Column("wait", "int64"),
    Column("rain", "float64"),
)  # fmt: skip


@pytest.fixture
def place(reader: Reader, tmp_path: Path) -> Place:
    folder = small_project.written(tmp_path / "no-show")
    contract = document.read(folder / "contract.yaml").contract
    return Place(contract, reader._replace(base=folder), WANTED, tmp_path / "draft.parquet")


def visits(place: Place, name: str, count: int, **columns: object) -> str:
    """A table of the first visits, without what is not known yet."""
    known = parquet.read_table(place.reader.base / "data" / "visits.parquet").slice(0, count)
    known = known.drop_columns(["missed"])
    for column, values in columns.items():
        known = known.append_column(column, pa.array([values] * count))
    parquet.write_table(known, place.reader.base / name)
    return name


def test_without_a_table_they_are_the_decisions_with_their_context(place: Place) -> None:
    found = batch.found(place, Asked("", None, datetime(2024, 1, 2, tzinfo=UTC), NOW))

    assert found.table.count().to_pyarrow().as_py() > 20
    assert found.table.rain.count().to_pyarrow().as_py() > 20


def test_another_table_gets_the_context_too_and_needs_no_label(place: Place) -> None:
    name = visits(place, "new.parquet", 10)

    found = batch.found(place, Asked(name, None, None, NOW))

    assert found.table.rain.count().to_pyarrow().as_py() == 10
    assert found.datasets[0].uri == name


def test_a_table_that_has_all_columns_is_taken_as_it_is(place: Place) -> None:
    name = visits(place, "new.parquet", 10, rain=7.25)

    found = batch.found(place, Asked(name, None, None, NOW))

    assert set(found.table.rain.to_pyarrow().to_pylist()) == {7.25}
    assert len(found.datasets) == 1


def test_what_cleaning_changed_in_another_table_is_told(place: Place) -> None:
    text = small_project.CONTRACT.replace(
        "take: [rain]", "take: [rain], clean: {rain: {missing: [-9]}}"
    )
    cleaned = document.parsed(text.encode(), Path("contract.yaml")).contract
    name = visits(place, "new.parquet", 10, rain=-9.0)

    found = batch.found(place._replace(contract=cleaned), Asked(name, None, None, NOW))

    assert found.table.rain.count().to_pyarrow().as_py() == 0
    assert "decisions: 10 of 10 values of rain codes for missing made null" in found.notes


def test_a_column_of_another_type_is_refused(place: Place) -> None:
    wanted = (*WANTED[:3], Column("rain", "string"))

    with pytest.raises(Broken, match="rain is float64, the version was built when it was string"):
        batch.found(place._replace(wanted=wanted), Asked("", None, None, NOW))


def test_a_key_twice_is_refused(place: Place) -> None:
    name = visits(place, "new.parquet", 3, rain=1.0)
    path = place.reader.base / name
    rows = parquet.read_table(path)
    parquet.write_table(pa.concat_tables([rows, rows.slice(0, 1)]), path)

    with pytest.raises(Mistake, match="visit is not unique"):
        batch.found(place, Asked(name, None, None, NOW))


def test_rows_with_context_are_read_from_a_copy_in_order_that_is_gone_after(place: Place) -> None:
    found = batch.found(place, Asked("", None, None, NOW))

    with batch.readable(place, found, "day") as readable:
        moments = readable.table["at"].to_pyarrow().to_pylist()
        lay = place.draft.is_file()

    assert lay
    assert moments == sorted(moments)
    assert len(readable.cuts) == small_project.DAYS
    assert not place.draft.exists()


@pytest.mark.parametrize("ordered", [True, False])
def test_a_file_in_the_order_of_time_is_read_itself(
    place: Place,
    ordered: bool,  # noqa: FBT001 - a case
) -> None:
    name = visits(place, "new.parquet", 400, rain=1.0)
    path = place.reader.base / name
    rows = parquet.read_table(path)
    shuffled = rows.take(pa.array([at * 37 % 400 for at in range(400)]))
    parquet.write_table(rows if ordered else shuffled, path, row_group_size=20)
    found = batch.found(place, Asked(name, None, None, NOW))

    with batch.readable(place, found, "day") as readable:
        copied = place.draft.is_file()
        keys = readable.table.visit.to_pyarrow().to_pylist()

    assert copied is not ordered
    assert keys == rows["visit"].to_pylist()


def test_sources_are_told_apart_by_what_they_hold(place: Place) -> None:
    name = visits(place, "new.parquet", 3, rain=1.0)
    before = batch.sources(batch.found(place, Asked(name, None, None, NOW)))
    visits(place, name, 4, rain=1.0)

    after = batch.sources(batch.found(place, Asked(name, None, None, NOW)))

    assert before != after


@pytest.mark.parametrize("since", [None, NOW])
def test_files_here_have_a_size_before_they_are_read(place: Place, since: datetime | None) -> None:
    contract, reader, _, _ = place
    asked = Asked("data/visits.parquet", since, None, NOW)
    size = (reader.base / asked.table).stat().st_size

    assert batch.size(contract, reader, asked) == (0 if since else size)
    for other in ("s3://bucket/visits.parquet", "data/visits.csv"):
        assert batch.size(contract, reader, asked._replace(table=other)) == 0
