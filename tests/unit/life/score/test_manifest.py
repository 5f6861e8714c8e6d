"""What of an output is finished."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mainstay.core.errors import Broken
from mainstay.life.score import manifest
from mainstay.life.score.manifest import Begun, Made, Manifest, Partition

AT = datetime(2024, 3, 1, tzinfo=UTC)
MADE = Made("v1", "b" * 64, "c" * 64, holds=True)


def partition(day: int, rows: int = 3) -> Partition:
    since = AT + timedelta(days=day)
    return Partition(
        f"{since:%Y-%m-%d}", since, since + timedelta(days=1), rows, rows, 0, 0, 0, 0,
        "s", "i", MADE, {"file": "sha"},
    )  # fmt: skip


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    stated = Manifest("no-show", "day", Begun(AT, "s", MADE, over=False), (partition(0),))
    manifest.written(tmp_path / "manifest.json", stated)

    assert manifest.read(tmp_path / "manifest.json") == stated
    assert manifest.read(tmp_path / "none.json") is None


def test_a_partition_takes_its_place_in_time_and_that_of_its_name() -> None:
    stated = Manifest("no-show", "day", Begun(AT, "s", MADE, over=False))

    made = stated.with_partition(partition(1)).with_partition(partition(0))
    again = made.with_partition(partition(0, rows=5))

    assert [one.rows for one in again.partitions] == [5, 3]
    assert again.without("2024-03-02").partitions == (partition(0, rows=5),)
    assert again.of("2024-03-09") is None


@pytest.mark.parametrize("content", ["{}", "no JSON", '{"format": 9}'])
def test_a_file_of_another_kind_is_no_manifest(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)

    with pytest.raises(Broken, match="no manifest of an output"):
        manifest.read(tmp_path / "manifest.json")
