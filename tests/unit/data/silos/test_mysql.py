from contextlib import closing
from typing import Any

import pyarrow as pa
import pymysql
import pytest
import stores

from mainstay.core.errors import Mistake
from mainstay.data import source
from mainstay.data.silos.mysql import MySql
from mainstay.data.source import Reader


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
