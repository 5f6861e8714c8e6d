"""Three engines with the same rows: DuckDB as it is shipped, a local Spark, a PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis.backends import BaseBackend
from servers import postgresql
from side_by_side import Engine

from mainstay.core.errors import MissingExtra, Unavailable
from mainstay.data import engines

NAMES = count()


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """DuckDB, which all others are compared with."""
    made = engines.connect("duckdb", tmp_path_factory.mktemp("spill"))
    yield Engine("duckdb", made, lambda rows: made.create_table(_name(), rows, temp=True))
    made.disconnect()


@pytest.fixture(scope="session", params=["spark", "postgres"])
def theirs(request: pytest.FixtureRequest) -> Engine:
    """Each of the others in turn."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture(scope="session")
def spark(
    tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], None]
) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("spark")
    made = _connected("spark", folder, missing)

    def stored(rows: pa.Table) -> ir.Table:
        name = _name()
        pq.write_table(rows, folder / f"{name}.parquet")
        return made.read_parquet(folder / f"{name}.parquet", table_name=name)

    yield Engine("spark", made, stored)
    made.disconnect()


@pytest.fixture(scope="session")
def postgres(address: str, missing: Callable[[str], None]) -> Iterator[Engine]:
    made = _connected(address, None, missing)
    yield Engine("postgres", made, lambda rows: made.create_table(_name(), ibis.memtable(rows)))
    made.disconnect()


@pytest.fixture(scope="session")
def address(missing: Callable[[str], None]) -> Iterator[str]:
    """The URL, password included, of a PostgreSQL of our own, whose texts are in English order."""
    with postgresql(missing) as url:
        yield url


@pytest.fixture
def shop(address: str, tmp_path: Path) -> tuple[str, Path]:
    """The same without its password, and a file for that."""
    there, access = urlsplit(address), tmp_path / "sources.toml"
    url = f"postgres://{there.username}@{there.hostname}:{there.port}{there.path}"
    secret = unquote(str(there.password))
    access.write_text(f'[sources.shop]\nat = "{url}"\nsecret = "{secret}"\n')
    access.chmod(0o600)
    return url, access


def _connected(url: str, folder: Path | None, missing: Callable[[str], None]) -> BaseBackend:
    if url == "spark" and shutil.which("java") is None:
        missing("no Java on this machine")
    try:
        return engines.connect(url, folder)
    except (MissingExtra, Unavailable) as error:
        missing(f"{error} ({error.hint})")
        raise


def _name() -> str:
    return f"rows_{next(NAMES)}"


def pytest_itemcollected(item: pytest.Item) -> None:
    """PySpark leaves the sockets that results came by to the collector of garbage."""
    if item.path.is_relative_to(Path(__file__).parent):
        item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))
