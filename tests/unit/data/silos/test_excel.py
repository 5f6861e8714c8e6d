from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column
from mainstay.data import source
from mainstay.data.source import Moment, Reader

SEEN = [datetime.fromisoformat(one) for one in ("2013-01-31T06:51", "2013-02-01T00:00")]
ROWS = (
    ("id", "cost", "seen", "day", "done", "note", "left"),
    (1, 2, SEEN[0], date(2013, 1, 31), True, "late", None),
    (2, 2.5, SEEN[1], date(2013, 2, 1), False, None, None),
)


def book(file: Path, *rows: tuple[object, ...], sheet: str = "visits") -> None:
    made = openpyxl.Workbook()
    made.active.title = "first"  # type: ignore[union-attr]
    made.active.append(["x"])  # type: ignore[union-attr]
    made.active.append([7])  # type: ignore[union-attr]
    for row in rows:
        (made[sheet] if sheet in made.sheetnames else made.create_sheet(sheet)).append(row)
    made.save(file)


def test_a_sheet_is_read_with_types_of_all_its_cells(reader: Reader) -> None:
    book(reader.base / "visits.xlsx", *ROWS)

    opened = source.opened(reader, "visits.xlsx#visits", (Moment("seen"),))

    kinds = ("int64", "float64", "timestamp('UTC')", "date", "boolean", "string", "float64")
    assert opened.columns == tuple(map(Column, ROWS[0], kinds))
    first = opened.table.order_by("id").to_pyarrow().to_pylist()[0]
    assert (first["cost"], first["done"], first["note"], first["left"]) == (2.0, True, "late", None)
    assert first["seen"].isoformat() == "2013-01-31T06:51:00+00:00"


def test_without_a_name_it_is_the_first_sheet(reader: Reader) -> None:
    book(reader.base / "visits.xlsx", *ROWS)

    assert source.opened(reader, "visits.xlsx").table.to_pyarrow().to_pylist() == [{"x": 7}]


def test_a_workbook_in_a_store_is_read_like_one_here(lake, reader: Reader) -> None:  # type: ignore[no-untyped-def]
    book(reader.base / "visits.xlsx", *ROWS)
    with lake.open_output_stream("lake/visits.xlsx") as file:
        file.write((reader.base / "visits.xlsx").read_bytes())

    there = source.opened(reader, "s3://lake/visits.xlsx#visits")

    assert there.table.count().to_pyarrow().as_py() == 2


@pytest.mark.parametrize(
    ("rows", "address", "told"),
    [
        (ROWS, "x.xlsx#visit", "has no sheet visit"),
        ((("a", "b"), (1, 2), ("x", 3)), "x.xlsx#visits", "a holds int and str"),
        ((("a", None), (1, 2)), "x.xlsx#visits", "its columns are"),
        ((("a", "a"), (1, 2)), "x.xlsx#visits", "its columns are"),
    ],
)
def test_what_is_no_table_is_a_mistake(
    reader: Reader, rows: tuple[tuple[object, ...], ...], address: str, told: str
) -> None:
    book(reader.base / "x.xlsx", *rows)

    with pytest.raises(Mistake, match=told) as said:
        source.opened(reader, address)

    assert said.value.hint


def test_a_file_that_is_no_workbook_is_a_mistake(reader: Reader) -> None:
    (reader.base / "x.xlsx").write_bytes(b"PK")

    with pytest.raises(Mistake, match=r"x\.xlsx is no readable workbook"):
        source.opened(reader, "x.xlsx")
