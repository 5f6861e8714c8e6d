import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
import self_signed

from mainstay.core.errors import Mistake, Refused, Unavailable
from mainstay.data.silos import postgres
from mainstay.data.silos.access import Access
from mainstay.data.silos.postgres import Postgres

FAR = "postgres://reader@db.example.org/shop"


@pytest.fixture
def kinds(server: str) -> Any:
    with psycopg.connect(server, autocommit=True) as connection:
        yield Postgres(connection)


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("bigint", pa.int64()),
        ("numeric(12,0)", pa.decimal128(12, 0)),
        ("numeric(30,0)", pa.float64()),
        ("numeric", pa.float64()),
        ("character varying(20)", pa.string()),
        ("timestamp(3) without time zone", pa.timestamp("us")),
        ("timestamp with time zone", pa.timestamp("us", "UTC")),
        ("integer[]", None),
        ("bytea", None),
    ],
)
def test_a_declared_type_is_one_of_arrow_or_none(kinds: Postgres, declared: str, kind: Any) -> None:
    assert kinds.kind(declared) == kind


def test_a_name_is_quoted(kinds: Postgres) -> None:
    assert kinds.quoted('a"b%') == '"a""b%%"'


def test_what_is_no_url_is_a_mistake_without_its_password() -> None:
    with pytest.raises(Mistake, match="no URL of a PostgreSQL") as said:
        postgres.connected("postgres://me:s3cret@host/base?nonsense=1")

    assert "s3cret" not in f"{said.value}{said.value.hint}"


@pytest.fixture
def certificate(server: str) -> Iterator[Path]:
    """Of the server, for localhost, which speaks TLS meanwhile."""
    with psycopg.connect(server, autocommit=True) as connection:
        (data,) = connection.execute("SHOW data_directory").fetchone()  # type: ignore[misc]
        paths = self_signed.made(Path(data))
        for path in paths:
            if not os.geteuid():
                shutil.chown(path, "postgres")
        for name, value in zip(("cert_file", "key_file", ""), (*paths, "on"), strict=True):
            connection.execute(f"ALTER SYSTEM SET ssl{'_' * bool(name)}{name} = '{value}'")
        connection.execute("SELECT pg_reload_conf()")
        kept = shutil.copy(paths[0], Path(data).parent / "vouched.pem")
        yield Path(kept)
        connection.execute("ALTER SYSTEM RESET ALL")
        connection.execute("SELECT pg_reload_conf()")


def test_a_server_that_is_vouched_for_is_read_by_tls(server: str, certificate: Path) -> None:
    named, far = server.replace("127.0.0.1", "localhost"), server
    how = postgres.speaking(named, Access(ca=str(certificate)))

    with postgres.connected(named, how=how) as connection:
        asked = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert connection.execute(asked).fetchone() == (True,)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        postgres.connected(far, how=how)
    with pytest.raises(Unavailable, match="verify failed"):
        postgres.connected(named, how=postgres.speaking(named, Access(tls=True)))


def test_without_a_word_the_library_does_as_it_does() -> None:
    assert postgres.speaking(FAR, Access(secret="x")) == {}
    assert postgres.speaking(FAR, Access(tls=False)) == {"sslmode": "disable"}
    with pytest.raises(Refused, match="a password would travel in clear"):
        postgres.speaking(FAR, Access(secret="x", tls=False))
