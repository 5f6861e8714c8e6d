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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ibis 12 asks DuckDB 2 for rows by an older name."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.filterwarnings("ignore:fetch_arrow_table"))


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
