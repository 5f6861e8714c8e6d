from pathlib import Path

import pytest
import small_project

from mainstay.contract import document
from mainstay.contract.model import Contract
from mainstay.core import settings
from mainstay.core.errors import Mistake
from mainstay.core.places import Places
from mainstay.data import reading


@pytest.fixture
def contract() -> Contract:
    return document.parsed(small_project.CONTRACT.encode(), Path("contract.yaml")).contract


def test_duckdb_reads_unless_something_else_is_named(contract: Contract, tmp_path: Path) -> None:
    made = reading.reader(contract, Places(tmp_path))

    assert (made.engine.name, made.url, made.here) == ("duckdb", "", made)
    assert reading.elsewhere(contract, Places(tmp_path)) is None
    reading.ended(made)


def test_the_process_names_another_engine_than_the_contract(
    contract: Contract, tmp_path: Path
) -> None:
    with (
        settings.given({"MAINSTAY_ENGINE": "mysql://db/shop"}),
        pytest.raises(Mistake, match="there is no engine mysql://db/shop"),
    ):
        reading.reader(contract, Places(tmp_path))


def test_a_batch_is_read_by_an_engine_of_little_memory_unless_something_else_is_named(
    contract: Contract, tmp_path: Path
) -> None:
    made = reading.for_batch(contract, Places(tmp_path), "new.parquet", "250MB")

    (limit,) = made.engine.con.execute("SELECT current_setting('memory_limit')").fetchone()
    assert limit == "238.4 MiB"
    assert made.once is not None
    with (
        settings.given({"MAINSTAY_ENGINE": "mysql://db/shop"}),
        pytest.raises(Mistake, match="there is no engine mysql://db/shop"),
    ):
        reading.for_batch(contract, Places(tmp_path), "", "250MB")


def test_a_batch_over_a_table_of_spark_is_read_there_whatever_is_named(
    contract: Contract, tmp_path: Path
) -> None:
    with (
        settings.given({"MAINSTAY_ENGINE": "mysql://db/shop"}),
        pytest.raises(Mistake, match="spark://me@host holds a secret"),
    ):
        reading.for_batch(contract, Places(tmp_path), "spark://me:s3cret@host#visits", "")


def test_a_secret_in_the_name_of_an_engine_is_refused_and_not_told(
    contract: Contract, tmp_path: Path
) -> None:
    with (
        settings.given({"MAINSTAY_ENGINE": "sc://host:15002/;token=s3cret"}),
        pytest.raises(Mistake, match="holds a secret") as said,
    ):
        reading.reader(contract, Places(tmp_path))

    assert "s3cret" not in f"{said.value}{said.value.hint}"
