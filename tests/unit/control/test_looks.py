"""What earlier looks left: read from one file, however many there were."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mainstay.control import looks
from mainstay.control.looks import Asked, Past, Seen
from mainstay.control.project import Project
from mainstay.core import digest
from mainstay.core.nouns import Window
from mainstay.data.live import Counts
from mainstay.data.profile import Numbers, Profile
from mainstay.ledger import blobs
from mainstay.life.watch.audits import Audited
from mainstay.life.watch.order import POOLED, Earned, Profiled
from mainstay.life.watch.pairs import Paired
from mainstay.stats.series import BEFORE

BEGIN, DAY = datetime(2024, 1, 1, tzinfo=UTC), timedelta(days=1)
FIRST, SECOND = Asked("v1", DAY), Asked("v2", DAY)


def span(at: int, days: int = 1) -> Window:
    return Window(BEGIN + at * DAY, BEGIN + (at + days) * DAY)


def seen(at: int, version: str = "v1") -> Seen:
    """A day, what it earned, an audit of its labels; each 21st day a comparison."""
    column = Numbers("wait", 0, 0, None, (1.0, 2.0), (at, 3, 4))
    day = Profiled(span(at), version, Profile(at + 7, (column,)), Counts(9, 9, 0, 0, 0, 0, 0, 0))
    pair = Paired(span(at - 20, 21), version, "", (1, 1), bytes(8)) if at % 21 == 20 else None
    earned = (Earned(span(at), 9, 0, 5.0, 4.0),)
    return Seen((day,), pair, earned, Audited(version, (), names=at.to_bytes(8, "little")))


def judged(project: Project, some: list[Seen]) -> list[str]:
    """Looks on record; the digests of what they left."""
    shas = [blobs.stored(project.places.blobs, digest.canonical(one)) for one in some]
    with project.ledger.transaction():
        for sha in shas:
            given = {"version": "v1", "blobs": [sha, sha]}
            project.ledger.append("WindowJudged", project.model, project.actor, given)
    return shas


def files(project: Project) -> list[Path]:
    return list((project.places.work / "looks").iterdir())


def test_after_500_looks_one_file_and_the_newest_look_are_read(burning: Project) -> None:
    shas = judged(burning, [seen(at) for at in range(500)])
    whole = looks.past(burning, FIRST)
    for sha in shas:
        (burning.places.blobs / sha).unlink()
    judged(burning, [seen(500)])

    found = looks.past(burning, FIRST)

    assert found.windows == (*whole.windows, *seen(500).windows)
    assert len(found.earned) == 501
    assert len(files(burning)) == 1


def test_what_is_kept_is_what_all_looks_say(burning: Project) -> None:
    every = [seen(at) for at in range(40)]
    for at in range(0, 40, 8):
        judged(burning, every[at : at + 8])
        kept = looks.past(burning, FIRST)
    (file,) = files(burning)
    file.unlink()

    assert looks.past(burning, FIRST) == kept
    assert kept.windows == tuple(one for each in every for one in each.windows)


def test_the_newest_windows_of_a_version_are_read_alone(burning: Project) -> None:
    shas = judged(burning, [seen(at, "v1" if at % 3 else "v2") for at in range(30)])
    for sha in shas[:-12]:
        (burning.places.blobs / sha).unlink()
    wanted = [at for at in range(30) if at % 3][-7:]
    first = next(iter(burning.ledger.events(kind="WindowJudged"))).time

    found = looks.lately(burning, "v1", first, 7)

    assert [one.window for one in found] == [span(at) for at in wanted]
    assert looks.lately(burning, "v1", first + timedelta(days=9_999), 7) == ()


def test_labels_bet_on_and_comparisons_are_kept_while_windows_share_their_decisions() -> None:
    past = Past(
        tuple(seen(at).windows[0] for at in range(500)),
        tuple(one.paired for one in map(seen, range(500)) if one.paired),
        (),
        tuple(looks.Dated(span(at).until, seen(at).audited) for at in range(500)),
    )

    found = looks.needed(past, FIRST)

    assert found.windows == past.windows
    assert found.audits == past.audits[-POOLED - 1 :]
    assert found.paired == past.paired[-1:]


def test_of_versions_before_the_champion_what_was_usual_is_kept(burning: Project) -> None:
    old, new = [seen(at) for at in range(200)], [seen(at, "v2") for at in range(200, 205)]
    judged(burning, [*old, *new])

    found = looks.past(burning, SECOND)

    versions = [one.version for one in found.windows]
    assert versions == ["v1"] * BEFORE + ["v2"] * 5
    assert {one.version for one in found.audited} == {"v2"}
    assert len(found.earned) == 205
    assert len(looks.past(burning, FIRST).windows) == 205, "back to v1: all since it answered"


def test_an_audit_is_kept_though_nothing_came_for_long() -> None:
    audit = looks.Dated(span(0).until, Audited("v1", ()))
    past = Past(tuple(seen(at).windows[0] for at in range(100)), (), (), (audit,))

    assert looks.needed(past, FIRST).audits == (audit,)


@pytest.mark.parametrize("content", [b"", b"\x81", b"{}"])
def test_a_damaged_file_is_made_again(burning: Project, content: bytes) -> None:
    judged(burning, [seen(at) for at in range(3)])
    kept = looks.past(burning, FIRST)
    (file,) = files(burning)
    file.write_bytes(content)

    assert looks.past(burning, FIRST) == kept


def test_before_the_first_look_there_is_nothing(burning: Project) -> None:
    assert looks.past(burning, FIRST) == Past()
