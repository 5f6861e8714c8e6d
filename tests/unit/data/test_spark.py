"""Which places are a Spark; its rows are read in tests/engines/test_score.py."""

import ibis
import pytest

from mainstay.data import spark
from mainstay.data.rows import Sources
from mainstay.data.source import Source


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("spark#visits", "spark"),
        ("spark://host:7077#shop.visits", "spark://host:7077"),
        ("data/visits.parquet", ""),
        ("postgres://host/shop#visits", ""),
        ("sqlite:///data/spark.db#visits", ""),
    ],
)
def test_a_table_of_spark_says_which(address: str, where: str) -> None:
    assert spark.url(address) == where


def test_decisions_that_are_elsewhere_stay_where_they_are() -> None:
    decisions = Source(ibis.table({"a": "int64"}, name="a"), "d", "data/visits.parquet")
    weather = Source(ibis.table({"b": "int64"}, name="b"), "w", "spark#weather")

    sources = Sources(decisions, {"weather": weather})

    assert spark.brought(sources) is sources
