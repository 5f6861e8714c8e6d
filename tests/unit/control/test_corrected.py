"""What a hold-out holds."""

import shutil
from datetime import timedelta
from pathlib import Path

import small_project

from mainstay.control import corrected, versions
from mainstay.control import project as projects


def test_rows_held_out_are_the_same_until_one_of_them_changes(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        version = versions.found(opened, "v1")
        window = versions.birth(opened, version).hold_out

        first, again, before = (
            corrected.content(opened, version, window, moment)
            for moment in (
                small_project.AFTER,
                small_project.AFTER + timedelta(days=1),
                small_project.END - timedelta(days=1),
            )
        )

        assert first == again != before
        assert corrected.note(opened, version, window, first) == ""
        assert "changed since" in corrected.note(opened, version, window, before)


def test_no_row_that_is_held_out_stays_behind(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        version = versions.found(opened, "v1")
        window = versions.birth(opened, version).hold_out
        shutil.rmtree(opened.places.work)

        corrected.content(opened, version, window, small_project.AFTER)

        assert not [*opened.places.work.rglob("*.parquet")]
