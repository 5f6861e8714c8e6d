"""A file that grows is the same bytes however its rows arrive."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from mainstay.life.score import files
from mainstay.life.score.answers import coded
from mainstay.life.score.files import Growing


def table(first: int, count: int) -> pa.Table:
    places = np.arange(first, first + count)
    names = [f"n{at}" for at in sorted({int(at) // 40 for at in places})]
    flags = coded(places // 40 - first // 40, names)
    return pa.table({"id": places, "score": places / 7, "flags": flags})


@pytest.mark.parametrize("step", [1, 7, 50, 200])
def test_bytes_do_not_hang_on_how_rows_arrive(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "ROWS", 64)
    for name, by in (("one", 200), ("other", step)):
        growing = Growing(tmp_path / name)
        for at in range(0, 200, by):
            growing.add(table(at, min(by, 200 - at)))
        growing.close()

    assert parquet.read_table(tmp_path / "one").num_rows == 200
    assert parquet.read_metadata(tmp_path / "one").num_row_groups == 4
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_without_a_row_there_is_no_file(tmp_path: Path) -> None:
    growing = Growing(tmp_path / "none")
    growing.add(table(0, 0))
    growing.close()

    assert not (tmp_path / "none").exists()
