"""The stage of the demo."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mainstay.cli.demo import year
from mainstay.core import clock, settings
from mainstay.core.errors import Mistake


def test_months_run_past_the_end_of_the_year() -> None:
    assert year.month(4) == datetime(2013, 4, 1, tzinfo=UTC)
    assert year.month(13) == datetime(2014, 1, 1, tzinfo=UTC)


def test_the_clock_is_what_the_stage_says(tmp_path: Path) -> None:
    stage = year.Stage(tmp_path)
    year.set_clock(stage, year.month(4))

    with year.acting(stage, "ana"):
        assert clock.now() == year.month(4)
        assert settings.key_name() == "ana"


def test_somebodys_folder_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(Mistake, match="holds something that is no demo"):
        year.staged(tmp_path, 0)

    assert (tmp_path / "thesis.txt").exists()


def test_a_stage_holds_the_example_and_its_silos(tmp_path: Path) -> None:
    stage = year.staged(tmp_path / "demo", 7)

    assert year.sizes(stage)["flights"] == 336_776
    assert (stage.project / "contract.yaml").read_text().endswith("train: {seed: 7}\n")
