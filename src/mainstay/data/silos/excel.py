"""A sheet of a workbook (xlsx, xlsm, xlsb, xls, ods) as Parquet: each column of one type."""

import os
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mainstay.core import digest, nearest
from mainstay.core.errors import MissingExtra, Mistake

ENDS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_STAGING = 1  # raised when the same file would be staged otherwise
_KINDS = {
    frozenset({bool}): pa.bool_(),
    frozenset({int}): pa.int64(),
    frozenset({float}): pa.float64(),
    frozenset({int, float}): pa.float64(),
    frozenset({str}): pa.string(),
    frozenset({date}): pa.date32(),
    frozenset({datetime}): pa.timestamp("us"),
    frozenset({date, datetime}): pa.timestamp("us"),
}
_LARGEST = 2**53  # a workbook keeps numbers as doubles


def staged(file: Path, sheet: str, folder: Path) -> Path:
    """The sheet, the first where none is named, as a file by the digest of the workbook.

    The first row names the columns; empty cells are null. Raises Mistake for an unknown sheet, a
    column without a name or of several types, MissingExtra.
    """
    target = folder / f"{digest.of_value([_STAGING, digest.of_file(file), sheet])}.parquet"
    if not target.exists():
        table = _table(_cells(file, sheet), f"{file.name}#{sheet}" if sheet else file.name)
        folder.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        pq.write_table(table, fresh)
        fresh.replace(target)
    return target


def _cells(file: Path, sheet: str) -> list[list[object]]:
    try:
        import python_calamine as calamine  # noqa: PLC0415 - an optional reader
    except ImportError as error:
        raise MissingExtra("excel") from error
    try:
        book = calamine.CalamineWorkbook.from_path(str(file))
        if sheet and sheet not in book.sheet_names:
            raise Mistake(
                f"{file.name} has no sheet {sheet}", nearest.hint(sheet, book.sheet_names)
            )
        found = book.get_sheet_by_name(sheet) if sheet else book.get_sheet_by_index(0)
        return [list(row) for row in found.to_python(skip_empty_area=True)]
    except (calamine.CalamineError, OSError) as error:
        raise Mistake(f"{file.name} is no readable workbook: {error}") from error


def _table(rows: list[list[object]], what: str) -> pa.Table:
    if not rows:
        raise Mistake(f"{what} is empty", "the first row names the columns")
    names = [str(name).strip() for name in rows[0]]
    if "" in names or len(set(names)) < len(names):
        raise Mistake(f"{what}: its columns are {names}", "the first row gives each its own name")
    kept = [row for row in rows[1:] if any(cell != "" for cell in row)]
    columns = list(zip_longest(*kept, fillvalue="")) if kept else [() for _ in names]
    made = [_column(name, cells, what) for name, cells in zip(names, columns, strict=True)]
    return pa.table(dict(zip(names, made, strict=True)))


def _column(name: str, cells: tuple[object, ...], what: str) -> pa.Array:
    values = [None if cell == "" else _value(cell) for cell in cells]
    found = frozenset(type(value) for value in values if value is not None)
    if not found:
        return pa.nulls(len(values), pa.float64())
    if found not in _KINDS:
        kinds = " and ".join(sorted(kind.__name__ for kind in found))
        raise Mistake(f"{what}: {name} holds {kinds}", "make the cells of a column one type")
    if found == {date, datetime}:
        values = [_moment(value) for value in values]
    return pa.array(values, _KINDS[found])


def _moment(value: object) -> object:
    """A cell at midnight may say its day alone."""
    day = type(value) is date
    return datetime(value.year, value.month, value.day) if day else value  # type: ignore[attr-defined]  # noqa: DTZ001 - as the workbook holds it


def _value(cell: object) -> object:
    """A whole number is one, whatever the workbook keeps it as."""
    whole = isinstance(cell, float) and cell.is_integer() and abs(cell) <= _LARGEST
    return int(cell) if whole and isinstance(cell, float) else cell
