"""A door's word goes on record."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mainstay.control import project, recalls
from mainstay.control.commands import Run
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Status
from mainstay.core import notices
from mainstay.core.notices import Notice
from mainstay.core.places import Places
from mainstay.life.serve.notices import Notices
from mainstay.seal import routing

AT = datetime(2024, 3, 2, tzinfo=UTC)


def told(folder: Path, sequence: int, version: str = "v1") -> None:
    writer = Notices(Places(folder).door)
    writer.add(Notice(AT, sequence, version, "recalled", "its engine fails", {}))
    writer.close()


def word(folder: Path) -> Notice | None:
    with project.opened(folder) as opened:
        return recalls.recalled(opened)


def test_a_dropped_canary_is_rolled_back_by_run_with_the_doors_reason(canary: Path) -> None:
    told(canary, 1)
    standing = answer(canary, Status())
    said = handle(canary, Run())
    with project.opened(canary) as opened:
        (event,) = opened.ledger.events(kind="RolledBack")
        published = routing.read(opened.places.serving / routing.FILE, opened.trust)

    assert "its engine fails" in standing.headline
    assert standing.next == "mainstay run"
    assert next(iter(said.facts["steps"])) == "recall"
    assert event.payload["because"] == (
        "the door dropped v1 at 2024-03-02 00:00 UTC: its engine fails"
    )
    assert (published.sequence, published.shares[0].share) == (2, 0.0)
    assert word(canary) is None


@pytest.mark.parametrize(("sequence", "version"), [(2, "v1"), (1, "v2")])
def test_a_word_about_another_routing_or_version_means_nothing(
    canary: Path, sequence: int, version: str
) -> None:
    told(canary, sequence, version)

    assert word(canary) is None


def test_a_version_that_has_everything_is_no_canary(live: Path) -> None:
    told(live, 1)

    assert word(live) is None


def test_notices_that_are_damaged_are_told_and_stop_nothing(canary: Path) -> None:
    told(canary, 1)
    (file,) = (Places(canary).door / notices.FOLDER).iterdir()
    file.write_bytes(b"\0" * 8 + file.read_bytes())

    assert word(canary) is None
