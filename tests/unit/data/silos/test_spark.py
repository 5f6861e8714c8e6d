"""Tables of a real Spark are read in tests/engines/test_sources.py."""

import sys

import pytest

from mainstay.core.errors import MissingExtra
from mainstay.data import source
from mainstay.data.source import Reader


@pytest.mark.parametrize("address", ["spark#shop.visits", "spark://127.0.0.1:7077#visits"])
def test_a_spark_that_is_not_installed_names_its_extra(
    reader: Reader, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)

    with pytest.raises(MissingExtra) as said:
        source.opened(reader, address)

    assert said.value.hint == "pip install 'mainstay[spark]'"
