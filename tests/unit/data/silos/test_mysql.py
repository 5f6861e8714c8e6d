import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as pa
import pymysql
import pytest
import stores

from mainstay.core.errors import Mistake, Refused, Unavailable
from mainstay.data import source
from mainstay.data.silos import mysql
from mainstay.data.silos.access import Access
from mainstay.data.silos.mysql import MySql
from mainstay.data.source import Reader

Write = Callable[[str], None]


@pytest.fixture
def kinds(mariadb: str) -> Any:
    host, port = mariadb.split(":")
    opened = pymysql.connect(host=host, port=int(port), user="reader", password=stores.SECRET)
    with closing(opened):
        yield MySql(opened, "shop")


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("tinyint(1)", pa.bool_()),
        ("tinyint(4)", pa.int64()),
        ("bigint(20) unsigned", pa.uint64()),
        ("int", pa.int64()),
        ("decimal(12,0)", pa.decimal128(12, 0)),
        ("decimal(12,2)", pa.float64()),
        ("double", pa.float64()),
        ("varchar(20)", pa.string()),
        ("enum('a','b')", pa.string()),
        ("datetime(6)", pa.timestamp("us")),
        ("timestamp", pa.timestamp("us", "UTC")),
        ("blob", None),
        ("time", None),
    ],
)
def test_a_declared_type_is_one_of_arrow_or_none(kinds: MySql, declared: str, kind: Any) -> None:
    assert kinds.kind(declared) == kind


def test_a_name_is_quoted(kinds: MySql) -> None:
    assert kinds.quoted("a`b%") == "`a``b%%`"


@pytest.mark.parametrize("address", ["mysql://host#x", "mysql:///shop#x"])
def test_an_address_without_server_or_database_is_a_mistake(reader: Reader, address: str) -> None:
    with pytest.raises(Mistake, match="names no server and database"):
        source.opened(reader, address)


@pytest.fixture
def shop(mariadb: str) -> tuple[str, Path]:
    """The address of a table that is read by TLS alone, and who vouches for the server."""
    host, port = mariadb.split(":")
    with (
        pymysql.connect(host=host, port=int(port), user="reader", password=stores.SECRET) as base,
        base.cursor() as cursor,
    ):
        cursor.execute("CREATE TABLE IF NOT EXISTS shop.sums (id bigint)")
        cursor.execute("SHOW VARIABLES LIKE 'ssl_cert'")
        return f"mysql://careful@localhost:{port}/shop#sums", Path(cursor.fetchone()[1])


def stated(address: str, *more: str) -> str:
    lines = (f'at = "{address.partition("#")[0]}"', f'secret = "{stores.SECRET}"', *more)
    return "\n".join(("[sources.shop]", *lines))


def test_a_server_is_read_by_tls_where_the_operator_says_so(
    shop: tuple[str, Path], credentials: Write, reader: Reader
) -> None:
    address, certificate = shop
    credentials(stated(address, "tls = false"))
    with pytest.raises(Unavailable, match="Access denied"):
        source.opened(reader, address)

    credentials(stated(address, "tls = true", f'ca = "{certificate}"'))

    assert [one.name for one in source.opened(reader, address).columns] == ["id"]


def test_a_server_that_nobody_vouches_for_is_not_spoken_to(
    shop: tuple[str, Path], credentials: Write, reader: Reader
) -> None:
    credentials(stated(shop[0], "tls = true"))

    with pytest.raises(Unavailable, match="verify failed") as said:
        source.opened(reader, shop[0])

    assert "ca in sources.toml" in said.value.hint


def test_a_certificate_of_another_name_does_not_do(
    shop: tuple[str, Path], credentials: Write, reader: Reader
) -> None:
    address = shop[0].replace("localhost", "127.0.0.1")
    credentials(stated(address, f'ca = "{shop[1]}"'))

    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        source.opened(reader, address)


def test_who_denies_on_the_way_that_there_is_tls_hears_nothing(
    mariadb: str, credentials: Write, reader: Reader
) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as between:
        listening = Thread(target=_without_tls, args=(between, mariadb, heard))
        listening.start()
        address = f"mysql://reader@localhost:{between.getsockname()[1]}/shop#sums"
        credentials(stated(address, "tls = true"))

        with pytest.raises(Unavailable, match="doesn't support"):
            source.opened(reader, address)
        listening.join(30)

    assert heard == [b""]


def _without_tls(between: socket.socket, place: str, heard: list[bytes]) -> None:
    """Hands on what the server says first, but that it speaks TLS."""
    host, port = place.split(":")
    asking = between.accept()[0]
    with asking, socket.create_connection((host, int(port))) as server:
        greeting = bytearray(server.recv(1024))
        flags = greeting.index(0, 5) + 1 + 4 + 8 + 1  # after its version, a number, a challenge
        greeting[flags + 1] &= ~0x08
        asking.sendall(greeting)
        heard.append(asking.recv(1024))


def test_elsewhere_tls_is_not_asked_for(tmp_path: Path) -> None:
    far, near = "mysql://reader@db.example.org/shop", "mysql://reader@localhost/shop"

    assert mysql._speaking(far, Access(secret="x"))["ssl"].check_hostname
    assert mysql._speaking(near, Access(secret="x")) == {}
    assert mysql._speaking(far, Access(tls=False)) == {"ssl_disabled": True}
    with pytest.raises(Refused, match="a password would travel in clear"):
        mysql._speaking(far, Access(secret="x", tls=False))
    with pytest.raises(Mistake, match=r"none\.pem holds no certificate"):
        mysql._speaking(far, Access(ca=str(tmp_path / "none.pem")))
