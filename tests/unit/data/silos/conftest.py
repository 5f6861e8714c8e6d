"""Real systems for sources to lie in, started once, and a file of credentials for them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import stores
from pyarrow import fs

from mainstay.data import source
from mainstay.data.source import Reader

Write = Callable[[str], None]


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with stores.s3() as place:
        yield place


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    with stores.kafka() as place:
        yield place


@pytest.fixture(scope="session")
def mariadb(missing: Callable[[str], None]) -> Iterator[str]:
    with stores.mariadb(missing) as place:
        yield place


@pytest.fixture
def lake(endpoint: str, credentials: Write) -> Iterator[Any]:
    """A file system of Arrow over a bucket `lake` that is empty, which sources may read too."""
    credentials(
        f'[sources.lake]\nat = "s3://lake"\nendpoint = "{endpoint}"\nregion = "eu-west-1"\n'
        f'user = "reader"\nsecret = "{stores.SECRET}"\n'
    )
    system = fs.S3FileSystem(
        access_key="reader",
        secret_key=stores.SECRET,
        endpoint_override=endpoint,
        region="eu-west-1",
        allow_bucket_creation=True,
    )
    system.create_dir("lake")
    yield system
    system.delete_dir_contents("lake")


@pytest.fixture
def google(credentials: Write) -> Iterator[tuple[Any, str]]:
    """A file system of Arrow over an empty bucket of Google's kind, and its address."""
    with stores.google() as endpoint:
        credentials(f'[sources.x]\nat = "gs://lake"\nendpoint = "{endpoint}"\nuser = "anonymous"\n')
        system = fs.GcsFileSystem(
            anonymous=True, scheme="http", endpoint_override=endpoint.removeprefix("http://"),
            project_id="tests", retry_time_limit=timedelta(seconds=10),
        )  # fmt: skip
        system.create_dir("lake")
        yield system, "gs://lake"


@pytest.fixture
def azure(credentials: Write, missing: Callable[[str], None]) -> Iterator[tuple[Any, str]]:
    """The same of Azure's, where Azurite is installed."""
    with stores.azure(missing) as endpoint:
        (account, key), host = stores.AZURITE, endpoint.removeprefix("http://")
        stated = f'user = "{account}"\nsecret = "{key}"\nendpoint = "{endpoint}"\n'
        addresses = "az://lake", f"abfss://lake@{account}.dfs.core.windows.net"
        one, two = (f'at = "{each}"\n{stated}' for each in addresses)
        credentials(f"[sources.one]\n{one}[sources.two]\n{two}")
        system = fs.AzureFileSystem(
            account, account_key=key, blob_storage_authority=host, dfs_storage_authority=host,
            blob_storage_scheme="http", dfs_storage_scheme="http",
        )  # fmt: skip
        system.create_dir("lake")
        yield system, addresses[1]


@pytest.fixture
def rows(reader: Reader) -> Callable[..., list[dict[str, object]]]:
    """All rows at an address, in the order of their first column."""

    def read(address: str, *times: str) -> list[dict[str, object]]:
        table = source.opened(reader, address, tuple(map(source.Moment, times))).table
        found: list[dict[str, object]] = table.order_by(table.columns[0]).to_pyarrow().to_pylist()
        return found

    return read
