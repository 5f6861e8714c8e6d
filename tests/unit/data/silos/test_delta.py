from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import deltalake
import pyarrow as pa
import pytest
import stores
from pyarrow import fs

from mainstay.core.errors import Mistake, Unavailable
from mainstay.core.typed import TIME
from mainstay.data import source
from mainstay.data.expression import constant
from mainstay.data.silos import access
from mainstay.data.source import Reader

Write = Callable[[str], None]
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def visits(day: int, rows: int = 24) -> pa.Table:
    seen = [BEGIN + timedelta(days=day, hours=row) for row in range(rows)]
    ids = [f"{day}-{row}" for row in range(rows)]
    return pa.table({"id": ids, "seen": pa.array(seen, pa.timestamp("us", "UTC"))})


def test_the_newest_version_is_read_or_the_one_that_is_named(reader: Reader) -> None:
    folder = reader.base / "visits"
    deltalake.write_deltalake(folder, visits(0))
    first = source.opened(reader, "delta:///visits")
    deltalake.write_deltalake(folder, visits(1), mode="append")

    now = source.opened(reader, "delta:///visits")
    then = source.opened(reader, "delta:///visits#0")

    assert now.columns == first.columns
    assert (now.table.count().to_pyarrow().as_py(), then.table.count().to_pyarrow().as_py()) == (
        48,
        24,
    )
    assert then.digest == first.digest != now.digest


def test_files_that_a_filter_cannot_need_are_not_opened(reader: Reader) -> None:
    folder = reader.base / "visits"
    for day in range(5):
        deltalake.write_deltalake(folder, visits(day), mode="append")
    table = source.opened(reader, "delta:///visits").table
    for early in sorted(folder.glob("*.parquet"), key=lambda file: file.stat().st_mtime_ns)[:4]:
        early.write_bytes(b"who reads this fails")

    late = table.filter(table.seen >= constant((BEGIN + timedelta(days=4)).isoformat(), TIME))

    assert late.count().to_pyarrow().as_py() == 24


def test_a_table_in_a_store_is_read_by_the_credentials_of_the_store(
    lake: Any, endpoint: str, reader: Reader
) -> None:
    options = {
        "aws_access_key_id": "reader",
        "aws_secret_access_key": stores.SECRET,
        "aws_endpoint": endpoint,
        "aws_allow_http": "true",
        "aws_region": "eu-west-1",
        "aws_conditional_put": "etag",
    }
    deltalake.write_deltalake("s3://lake/visits", visits(0), storage_options=options)

    assert source.opened(reader, "delta+s3://lake/visits").table.count().to_pyarrow().as_py() == 24


def test_a_table_in_a_public_bucket_of_google_is_read(
    google: tuple[Any, str], reader: Reader
) -> None:
    deltalake.write_deltalake(reader.base / "visits", visits(0))
    fs.copy_files(str(reader.base / "visits"), "lake/visits", destination_filesystem=google[0])

    found = source.opened(reader, f"delta+{google[1]}/visits")

    assert found.table.count().to_pyarrow().as_py() == 24


def test_a_table_in_a_store_of_azure_is_read(azure: tuple[Any, str], reader: Reader) -> None:
    account, key = stores.AZURITE
    options = {
        "azure_storage_account_name": account, "azure_storage_account_key": key,
        "azure_storage_endpoint": f"{access.access('az://lake').endpoint}/{account}",
        "allow_http": "true",
    }  # fmt: skip
    deltalake.write_deltalake("az://lake/visits", visits(0), storage_options=options)

    found = source.opened(reader, "delta+az://lake/visits")

    assert found.table.count().to_pyarrow().as_py() == 24


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("delta:///nowhere", "is no readable Delta table"),
        ("delta:///visits#7", "is no readable Delta table"),
        ("delta:///visits#newest", "newest is no version"),
    ],
)
def test_what_is_not_there_is_a_mistake(reader: Reader, address: str, told: str) -> None:
    deltalake.write_deltalake(reader.base / "visits", visits(0))

    with pytest.raises(Mistake, match=told):
        source.opened(reader, address)


def test_a_store_that_is_away_is_unavailable_and_says_no_secret(
    credentials: Write, reader: Reader
) -> None:
    credentials(
        '[sources.lake]\nat = "s3://lake"\nendpoint = "http://127.0.0.1:1"\nregion = "x"\n'
        f'user = "reader"\nsecret = "{stores.SECRET}"\n'
    )

    with pytest.raises(Unavailable, match="does not answer") as said:
        source.opened(reader, "delta+s3://lake/visits")

    assert stores.SECRET not in f"{said.value}{said.value.hint}"
