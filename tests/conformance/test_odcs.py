"""A data contract that we write, read by datacontract-cli."""

from pathlib import Path
from typing import Any

import pytest
import small_project

from mainstay.control.handle import answer
from mainstay.control.queries import ExportContract

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def needed(installed: Any) -> None:
    installed("datacontract")


def test_what_we_write_is_a_data_contract_and_what_is_none_is_refused(
    client: Any, tmp_path: Path
) -> None:
    text = answer(small_project.written(tmp_path / "p"), ExportContract()).facts["text"]

    ours = client("datacontract", given={"text": text})
    planted = client(
        "datacontract", given={"text": text.replace("logicalType: integer", "logicalType: whole")}
    )

    assert ours["result"] == "passed"
    assert planted["result"] != "passed"
