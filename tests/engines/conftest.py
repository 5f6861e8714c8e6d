"""Engines with the same rows: DuckDB as it is shipped beside a local Spark and a PostgreSQL.

With MAINSTAY_TEST_ENGINES=cluster beside a standalone cluster of Spark with two workers instead: a
process speaks to one Spark. There is run what hangs on where rows are, not what is of each row.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

import clusters
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
CLUSTER = os.environ.get("MAINSTAY_TEST_ENGINES") == "cluster"
OF_EACH_ROW = ("test_cleaning.py", "test_expressions.py", "test_times.py")


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """DuckDB, which all others are compared with."""
    made = engines.connect("duckdb", tmp_path_factory.mktemp("spill"))
    yield Engine("duckdb", made, lambda rows: made.create_table(_name(), rows, temp=True))
    made.disconnect()


@pytest.fixture(scope="session", params=["cluster"] if CLUSTER else ["spark", "postgres"])
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
def cluster(
    tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], None]
) -> Iterator[Engine]:
    """Two workers, each with half of every question."""
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "spark-defaults.conf").write_text("spark.sql.shuffle.partitions 4\n")
    stated = {"SPARK_CONF_DIR": folder, "SPARK_LOCAL_IP": "127.0.0.1",
              "PYSPARK_PYTHON": sys.executable}  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, clusters.cluster(folder, missing) as url:
        for name, value in stated.items():
            patch.setenv(name, str(value))
        made = _connected(url, folder, missing)
        clusters.complete(made)

        def stored(rows: pa.Table) -> ir.Table:
            """As several files, so that each worker reads some."""
            name = _name()
            (folder / name).mkdir()
            half = -(-rows.num_rows // clusters.WORKERS) or 1
            for at in range(clusters.WORKERS):
                pq.write_table(rows.slice(at * half, half), folder / name / f"{at}.parquet")
            return made.read_parquet(folder / name, table_name=name)

        yield Engine(url, made, stored)
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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    inside = [one for one in items if one.path.is_relative_to(Path(__file__).parent)]
    left = {id(one) for one in inside if _on_cluster(one) is not CLUSTER}
    config.hook.pytest_deselected(items=[one for one in items if id(one) in left])
    items[:] = [one for one in items if id(one) not in left]


def _on_cluster(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    if "cluster" in names:
        return True
    slow = item.get_closest_marker("slow")
    return CLUSTER and "theirs" in names and item.path.name not in OF_EACH_ROW and not slow


def pytest_itemcollected(item: pytest.Item) -> None:
    """PySpark leaves the sockets that results came by to the collector of garbage."""
    if item.path.is_relative_to(Path(__file__).parent):
        item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))
