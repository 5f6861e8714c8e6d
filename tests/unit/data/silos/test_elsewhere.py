from pathlib import Path

import pytest

from mainstay.core.errors import Mistake
from mainstay.data.silos import elsewhere


@pytest.mark.parametrize(
    ("address", "is_so"),
    [("s3://a/b", True), ("spark#a.b", True), ("data/spark#1.csv", False), ("a#b.xlsx", False)],
)
def test_an_address_is_no_path(address: str, *, is_so: bool) -> None:
    assert elsewhere.is_elsewhere(address) == is_so


@pytest.mark.parametrize("address", ["ftp://host/x.csv", "https://host/x.csv", "deltas3://x"])
def test_a_kind_that_nobody_reads_names_those_there_are(address: str, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="is of a kind nobody reads") as said:
        elsewhere.found(address, tmp_path, tmp_path)

    assert "kafka://" in said.value.hint
