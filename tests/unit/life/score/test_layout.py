"""Where an output lies, and who may write there."""

from pathlib import Path

import pytest

from mainstay.core.errors import Conflict
from mainstay.life.score.layout import Layout, held


def test_a_folder_has_a_file_for_each_partition(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "scores")

    assert not layout.single
    assert layout.scores("2024-01-01") == tmp_path / "scores" / "2024-01-01.parquet"
    assert layout.quarantine("d").relative_to(layout.folder) == Path("quarantine/d.parquet")
    assert layout.manifest == tmp_path / "scores" / "manifest.json"


def test_a_file_has_everything_beside_it(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "scores.parquet")

    assert layout.scores("all") == tmp_path / "scores.parquet"
    assert layout.quarantine("all") == tmp_path / "scores.quarantine.parquet"
    assert layout.manifest == tmp_path / "scores.json"


def test_one_run_at_a_time_and_what_was_half_written_goes(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "scores")
    (tmp_path / "scores").mkdir()
    (tmp_path / "scores" / ".new-2024-01-01").write_text("half")

    with held(layout):
        left = [one.name for one in layout.folder.iterdir()]
        with pytest.raises(Conflict, match="another run writes"), held(layout):
            pass

    assert left == []
    with held(layout):
        pass
