"""Versions by name."""

from pathlib import Path

import pytest

from mainstay.control import project as projects
from mainstay.control import versions
from mainstay.core.errors import Missing, Mistake


def test_a_version_is_found_by_name_or_as_the_newest(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        assert versions.found(opened, "v1") == versions.found(opened, "1") == versions.found(opened)
        with pytest.raises(Missing, match="no version v2"):
            versions.found(opened, "v2")
        with pytest.raises(Mistake, match="'latest' names no version"):
            versions.found(opened, "latest")


def test_what_was_recorded_at_birth_comes_back_whole(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        version = versions.found(opened)
        born = versions.birth(opened, version)

    assert born.version.bundle == version.bundle
    assert born.version.code.keys() == {"features.py", "model.py"}
    assert born.hold_out.until > born.hold_out.since


def test_events_of_one_version_leave_out_those_of_the_model(as_author: Path) -> None:
    with projects.opened(as_author) as opened:
        said = versions.events(opened, versions.found(opened), "")

    assert [one.kind for one in said] == ["Built", "HoldoutOpened", "Certified"]
