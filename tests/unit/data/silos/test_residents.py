from typing import Any, NamedTuple

import pytest

from mainstay.data import schema
from mainstay.data.silos import residents


class Named(NamedTuple):
    """All that is asked of an engine here."""

    name: str


@pytest.mark.parametrize(
    ("url", "address", "stands"),
    [
        ("postgres://me@db/shop", "postgresql://you@DB:5432/shop#orders", True),
        ("postgres://me@db/shop", "postgres://me@db/other#orders", False),
        ("postgres://me@db/shop", "postgres://me@db:5433/shop#orders", False),
        ("postgres://shop@db", "postgres://shop@db#orders", True),
        ("postgres://me@db/shop", "data/orders.parquet", False),
        ("postgres://me@db/shop", "mysql://me@db/shop#orders", False),
    ],
)
def test_a_table_stands_in_the_same_database_whoever_asks(
    url: str, address: str, *, stands: bool
) -> None:
    engine: Any = Named(schema.POSTGRES)

    assert residents.stands(engine, url, address) is stands


@pytest.mark.parametrize(
    ("url", "address", "stands"),
    [
        ("spark", "spark#orders", True),
        ("spark", "spark://host:7077#orders", False),
        ("spark://host:7077", "spark://host:7077#shop.orders", True),
        ("sc://host:15002/", "sc://host:15002#orders", True),
        ("sc://host:15002", "sc://other:15002#orders", False),
        ("spark", "spark/orders.parquet", False),
    ],
)
def test_a_table_stands_in_the_same_spark(url: str, address: str, *, stands: bool) -> None:
    engine: Any = Named(schema.SPARK)

    assert residents.stands(engine, url, address) is stands
