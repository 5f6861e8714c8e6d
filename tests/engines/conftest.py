"""Three engines with the same rows: DuckDB as it is shipped, a local Spark, a PostgreSQL."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis.backends import BaseBackend
from side_by_side import Engine

from mainstay.core.errors import MissingExtra, Unavailable
from mainstay.data import engines

SECRET = "s3cr€t/@:?%"
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
    programs = _programs()
    if programs is None:
        missing("no PostgreSQL on this machine")
        return
    with tempfile.TemporaryDirectory(prefix="mainstay-") as folder:
        port = _free_port()
        server = _Server(programs, Path(folder), port)
        server.starts()
        yield f"postgres://mainstay:{quote(SECRET, safe='')}@127.0.0.1:{port}/postgres"
        server.ends()


class _Server(NamedTuple):
    programs: Path
    folder: Path
    port: int

    def starts(self) -> None:
        """PostgreSQL refuses to run as root; then it is the account that its package made."""
        word = self.folder / "word"
        word.write_text(SECRET, encoding="utf-8")
        if os.geteuid() == 0:
            for place in (self.folder, word):
                shutil.chown(place, "postgres")
        self._run(
            "initdb", "--username=mainstay", f"--pwfile={word}", "--auth-host=scram-sha-256",
            "--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US", "--no-sync",
        )  # fmt: skip
        options = f"-p {self.port} -k {self.folder} -c fsync=off -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "--wait", f"--log={self.folder / 'log'}", f"-o{options}", "start")

    def ends(self) -> None:
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [self.programs / program, f"--pgdata={self.folder / 'data'}", *words],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            user="postgres" if os.geteuid() == 0 else None,
        )


def _programs() -> Path | None:
    """The folder of PostgreSQL's own programs, where it may also run."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found += [Path(path).parent for path in filter(None, [shutil.which("initdb")])]
    accounts = {one.pw_name for one in pwd.getpwall()}
    return found[-1] if found and (os.geteuid() or "postgres" in accounts) else None


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


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
