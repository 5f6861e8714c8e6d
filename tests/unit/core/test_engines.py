import pytest

from mainstay.core import engines


@pytest.mark.parametrize(
    "url",
    ["duckdb", "spark", "spark://host:7077", "sc://host:15002", "postgres://db/shop",
     "postgresql://me@db:5432/shop"],
)  # fmt: skip
def test_an_engine_is_known_by_its_url(url: str) -> None:
    assert engines.known(url)


@pytest.mark.parametrize("url", ["", "postgres", "sc", "spark://", "duckdb://x", "mysql://db/shop"])
def test_what_opens_no_engine_is_none(url: str) -> None:
    assert not engines.known(url)
