import pytest

from mainstay.core import addresses

SECRET = "s3cret"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("spark", "spark"),
        ("spark://host:7077", "spark://host:7077"),
        (f"postgres://me:{SECRET}@host:5432/base", "postgres://me@host:5432/base"),
        (f"postgres://me:{SECRET}@{SECRET}@host/base", "postgres://me@host/base"),
        (f"postgres://host/base?user=me&password={SECRET}", "postgres://host/base"),
        (f"postgres://me:{SECRET}?@host/base?sslmode=require", "postgres://me@host/base"),
        (f"postgres://me:{SECRET}/@host/base", "postgres://me@host/base"),
        (f"postgres://me:{SECRET}#@host/base#shop.orders", "postgres://me@host/base#shop.orders"),
        ("data/visits#2.csv", "data/visits#2.csv"),
        (f"sc://host:15002/;token={SECRET}", "sc://host:15002/"),
    ],
)
def test_what_is_shown_of_a_url_holds_no_secret(url: str, shown: str) -> None:
    assert addresses.shown(url) == shown


@pytest.mark.parametrize(
    "address",
    [
        f"postgres://me:{SECRET}@host/base#orders",
        "mysql://me:12345@host:3306/base#orders",
        f"postgres://me:{SECRET}/@host/base",
        f"postgres://me:{SECRET}#@host/base",
        f"feed+https://host/events?api_key={SECRET}",
        f"postgres://host/base?password={SECRET}#orders",
        "az://container/x.parquet?sig=",
        f"sc://host:15002/;user_id=me;token={SECRET}#orders",
    ],
)
def test_a_secret_in_an_address_is_seen(address: str) -> None:
    assert addresses.holds_secret(address)


@pytest.mark.parametrize(
    "address",
    [
        "data/key:1@2.csv",
        "sqlite:///data/a:b@c.db#hourly",
        "s3://lake/a:b@c/*.parquet",
        "kafka://one:9092,two:9092/visits",
        "postgres://reader@[::1]:5432/shop#public.orders",
        "postgres://reader@host:5432/shop?sslmode=require#orders",
        "feed+https://host:8443/events?page=2",
        "abfss://lake@account.dfs.core.windows.net/x.parquet",
    ],
)
def test_an_address_without_one_is_let_through(address: str) -> None:
    assert not addresses.holds_secret(address)
