"""`mainstay catalog` on the command line."""

from pathlib import Path

import small_project

from mainstay.cli.main import outcome


def test_the_catalogue_is_searched_and_conflicts_are_told(tmp_path: Path, capsys) -> None:
    folder = str(small_project.written(tmp_path / "p"))

    codes = [
        outcome(["--folder", folder, "catalog", "show", "rain"]),
        outcome(["--folder", folder, "catalog", "conflicts"]),
        outcome(["--folder", folder, "catalog", "settle", "x", "--accept", "--because", "so"]),
    ]

    assert codes == [0, 0, 2]
    assert "weather.rain: number mm; owner clinic" in capsys.readouterr().out
