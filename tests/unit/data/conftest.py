"""One engine for all tests of data, and tables in it."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from mainstay.data import engine
from mainstay.data.source import Reader

ARROW = {
    "int64": pa.int64(),
    "float64": pa.float64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp('UTC')": pa.timestamp("us", "UTC"),
}
NAMES = count()


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    made = engine.connect(tmp_path_factory.mktemp("spill"))
    yield made
    made.disconnect()


@pytest.fixture(scope="session")
def stored(bench: Backend) -> Callable[..., ir.Table]:
    """A table of typed columns: types, then the values of each by name."""

    def made(types: dict[str, str], **values: list[object]) -> ir.Table:
        arrays = {name: pa.array(values[name], ARROW[kind]) for name, kind in types.items()}
        return bench.create_table(f"stored_{next(NAMES)}", pa.table(arrays), temp=True)

    return made


@pytest.fixture
def reader(bench: Backend, tmp_path: Path) -> Reader:
    return Reader(bench, tmp_path, tmp_path / "staged")
