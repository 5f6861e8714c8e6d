import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import catalogues
import pyarrow as pa
import pytest
import stores
from pyiceberg.catalog.sql import SqlCatalog

from mainstay.core.errors import Mistake, Refused, Unavailable
from mainstay.core.typed import TIME
from mainstay.data import source
from mainstay.data.expression import constant
from mainstay.data.silos import iceberg
from mainstay.data.source import Reader

Rows = Callable[..., list[dict[str, object]]]
Write = Callable[[str], None]
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
ADDRESS = "iceberg+sqlite:///catalogue.db#shop.visits"


def visits(day: int) -> pa.Table:
    seen = [BEGIN + timedelta(days=day, hours=row) for row in range(24)]
    ids = [day * 24 + row for row in range(24)]
    notes = [None if row % 2 else f"note {row}" for row in range(24)]
    times = pa.array(seen, pa.timestamp("us", "UTC"))
    return pa.table({"id": ids, "seen": times, "note": notes})


@pytest.fixture
def days(reader: Reader) -> Path:
    """A table of three days, a file each; the folder of its files."""
    base = reader.base
    catalogue = SqlCatalog(
        "x", uri=f"sqlite:///{base / 'catalogue.db'}", warehouse=f"file://{base}/warehouse"
    )
    catalogue.create_namespace("shop")
    table = catalogue.create_table("shop.visits", schema=visits(0).schema)
    for day in range(3):
        table.append(visits(day))
    catalogue.close()
    return base / "warehouse"


def test_a_table_is_read_by_its_catalogue(days: Path, reader: Reader) -> None:
    opened = source.opened(reader, ADDRESS)

    found = opened.table.order_by("id").to_pyarrow()

    assert [(one.name, one.type) for one in opened.columns] == [
        ("id", "int64"), ("seen", TIME), ("note", "string"),
    ]  # fmt: skip
    assert found["id"].to_pylist() == list(range(72))
    assert found["seen"].to_pylist() == [BEGIN + timedelta(hours=row) for row in range(72)]


def test_files_that_a_filter_cannot_need_are_not_opened(days: Path, reader: Reader) -> None:
    table = source.opened(reader, ADDRESS).table
    for file in sorted(days.rglob("*.parquet"), key=lambda file: file.stat().st_mtime_ns)[:2]:
        file.write_bytes(b"who reads this fails")

    late = table.filter(table.seen >= constant((BEGIN + timedelta(days=2)).isoformat(), TIME))

    assert late.count().to_pyarrow().as_py() == 24


def test_what_is_opened_stays_at_its_snapshot(days: Path, reader: Reader) -> None:
    opened = source.opened(reader, ADDRESS)
    catalogue = SqlCatalog("x", uri=f"sqlite:///{reader.base / 'catalogue.db'}")
    catalogue.load_table("shop.visits").append(visits(3))
    catalogue.close()

    again = source.opened(reader, ADDRESS)

    assert opened.table.count().to_pyarrow().as_py() == 72
    assert again.table.count().to_pyarrow().as_py() == 96
    assert opened.digest != again.digest


def test_a_table_that_is_not_there_is_a_mistake_with_those_there_are(
    days: Path, reader: Reader
) -> None:
    with pytest.raises(Mistake, match=r"there is no table shop\.visit$") as said:
        source.opened(reader, "iceberg+sqlite:///catalogue.db#shop.visit")

    assert "shop.visits" in said.value.hint


def test_a_catalogue_that_is_not_there_is_a_mistake(reader: Reader) -> None:
    with pytest.raises(Mistake, match="there is no catalogue") as said:
        source.opened(reader, "iceberg+sqlite:///none.db#shop.visits")

    assert str(reader.base / "none.db") in said.value.hint


def test_a_catalogue_that_is_away_is_unavailable(reader: Reader) -> None:
    begin = time.monotonic()

    with pytest.raises(Unavailable, match="does not answer"):
        source.opened(reader, "iceberg+http://127.0.0.1:1/api#shop.visits")

    assert time.monotonic() - begin < 30


@pytest.fixture
def in_store(lake: Any, endpoint: str, reader: Reader) -> Iterator[SqlCatalog]:
    """A catalogue in a file, whose table lies in a store that wants credentials."""
    made = SqlCatalog(
        "x", uri=f"sqlite:///{reader.base / 'catalogue.db'}", warehouse="s3://lake/warehouse",
        **{"s3.endpoint": endpoint, "s3.access-key-id": "reader", "s3.region": "eu-west-1",
           "s3.secret-access-key": stores.SECRET},
    )  # fmt: skip
    made.create_namespace("shop")
    made.create_table("shop.visits", schema=visits(0).schema).append(visits(0))
    with closing(made):
        yield made


def test_a_table_in_a_store_is_read_by_the_credentials_of_the_store(
    in_store: SqlCatalog, rows: Rows
) -> None:
    assert [row["id"] for row in rows(ADDRESS)] == list(range(24))


def test_a_catalogue_over_http_gets_its_token_and_the_store_its_own(
    in_store: SqlCatalog, endpoint: str, credentials: Write, rows: Rows
) -> None:
    with catalogues.served(in_store) as place:
        address = f"iceberg+http://{place}"
        store = f'at = "s3://lake"\nendpoint = "{endpoint}"\nregion = "eu-west-1"\nuser = "reader"'
        token = f'[sources.catalogue]\nat = "{address}"\ntoken = "{catalogues.TOKEN}"\n'
        credentials(f'{token}[sources.lake]\n{store}\nsecret = "{stores.SECRET}"\n')

        assert len(rows(f"{address}#shop.visits")) == 24

        credentials(token.replace(catalogues.TOKEN, stores.SECRET))
        with pytest.raises(Unavailable, match="does not answer") as said:
            rows(f"{address}#shop.visits")
    assert stores.SECRET not in f"{said.value}{said.value.hint}"


@pytest.mark.parametrize("kind", ["token", "secret"])
def test_nothing_secret_travels_in_clear_to_a_catalogue(
    reader: Reader, credentials: Write, kind: str
) -> None:
    address = "iceberg+http://catalogue.example.org"
    credentials(f'[sources.catalogue]\nat = "{address}"\n{kind} = "{stores.SECRET}"\n')

    with pytest.raises(Refused, match="in clear"):
        source.opened(reader, f"{address}#shop.visits")


@pytest.mark.parametrize(
    ("location", "stated", "names"),
    [
        ("s3a://lake/x", 'user = "anonymous"\nregion = "r"', {"s3.anonymous", "s3.region"}),
        ("gs://lake/x", 'token = "t"\nendpoint = "http://h:1"',
         {"gcs.oauth2.token", "gcs.service.host"}),
        ("abfss://b@lake.dfs.core.windows.net/x", 'user = "lake"\nsecret = "s"',
         {"adls.account-name", "adls.account-key"}),
        ("file:///lake/x", 'user = "lake"', set()),
        ("/lake/x", 'user = "lake"', set()),
    ],
)  # fmt: skip
def test_what_is_stated_of_a_store_is_named_as_the_library_does(
    credentials: Write, location: str, stated: str, names: set[str]
) -> None:
    credentials(f'[sources.lake]\nat = "{location.replace("s3a", "s3")}"\n{stated}\n')

    assert iceberg._store(location).keys() == names
