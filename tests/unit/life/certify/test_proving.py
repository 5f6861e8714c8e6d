"""What an earlier judgement proved of a bundle is not proven again, unless the sources changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from mainstay.bundle import runtime
from mainstay.bundle.golden import Replay
from mainstay.control import project as projects
from mainstay.control import versions
from mainstay.data import engine, rows
from mainstay.data.source import Reader
from mainstay.life.certify import proving
from mainstay.life.certify.proving import Case, Proved

PLANTED = Replay(256, 0, 0, 7, 70)
EARLIER = datetime(2024, 1, 1, tzinfo=UTC)
LATER = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture
def case(born: Path) -> Iterator[Case]:
    with projects.opened(born) as opened:
        version = versions.birth(opened, versions.found(opened)).version
        bundle, places = opened.places.bundle(version.bundle), opened.places
        running = runtime.opened(bundle, places.environments, expected=version.bundle)
        yield Case(version, opened.document.contract, places, running, None)
        running.close()


def proved(case: Case, replay: Replay) -> Proved:
    reader = Reader(engine.connect(), case.places.folder, case.places.staged)
    found = rows.assembled(case.contract, reader, now=LATER)
    trained = case.version.datasets[0].window
    assert trained is not None
    return proving.proved(case, lambda: replay, reader, found, trained, LATER)


def test_the_clean_room_repeats_every_golden_row(case: Case) -> None:
    with proving.replaying(case) as replay:
        found = replay.result()

    assert (found.rows > 0, found.encoded, found.scored) == (True, 0, 0)


def test_a_room_is_kept_for_bundles_of_the_same_lock(case: Case) -> None:
    for _ in range(2):
        with proving.replaying(case) as replay:
            replay.result()
    rooms = [one.name for one in (case.places.work / proving.CLEAN).iterdir()]

    assert rooms == [one.name for one in case.places.environments.iterdir()]


def test_an_earlier_clean_room_is_taken_as_it_was(case: Case) -> None:
    earlier = Proved(PLANTED, 0, (), EARLIER)

    with proving.replaying(case._replace(earlier=earlier)) as replay:
        assert replay.result() == PLANTED


def test_sources_that_were_cut_before_are_not_cut_again(case: Case) -> None:
    first = proved(case, PLANTED)
    planted = msgspec.structs.replace(first, changed=99, at=EARLIER)

    assert (first.changed, first.at) == (0, LATER)
    assert proved(case._replace(earlier=planted), PLANTED) == planted


def test_other_sources_are_cut_again(case: Case) -> None:
    planted = Proved(PLANTED, 99, ("another",), EARLIER)

    again = proved(case._replace(earlier=planted), PLANTED)

    assert (again.changed, again.replay, again.at) == (0, PLANTED, EARLIER)
    assert again.sources != planted.sources
