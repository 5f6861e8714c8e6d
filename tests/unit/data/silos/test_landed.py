import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstay.core.errors import Broken, Unavailable
from mainstay.data.silos import compacted, landed
from mainstay.data.silos.found import Place
from mainstay.data.silos.landed import Offsets, Pulled

ALL = tuple(b'{"id": %d}' % number for number in range(10))


def pull(begin: Offsets, until: int = 10) -> Iterator[Pulled]:
    """Three rows at a time."""
    for first in range(int(begin.get("at", 0)), until, 3):
        last = min(first + 3, until)
        yield Pulled(ALL[first:last], {"at": last})


def read(folder: Path) -> list[str]:
    """All rows, in order."""
    return [row for batch in landed.landed(folder) for _, row in compacted.rows(batch)]


def test_what_came_lies_there_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    assert landed.land(tmp_path, lambda begin: pull(begin, 7)) == 7
    assert landed.land(tmp_path, pull) == 3
    assert landed.land(tmp_path, pull) == 0

    assert read(tmp_path) == [f'{{"id": {number}}}' for number in range(10)]
    assert landed.offsets(tmp_path) == {"at": 10}


def test_what_came_before_a_failure_stays(tmp_path: Path) -> None:
    def breaks(begin: Offsets) -> Iterator[Pulled]:
        yield Pulled(ALL[:3], {"at": 3})
        raise Unavailable("it went away")

    with pytest.raises(Unavailable):
        landed.land(tmp_path, breaks)
    landed.land(tmp_path, pull)

    assert len(read(tmp_path)) == 10


def test_a_draft_that_was_left_means_nothing(tmp_path: Path) -> None:
    (tmp_path / ".draft").mkdir()
    (tmp_path / ".draft" / "rows.jsonl").write_bytes(b'{"id": 99')

    landed.land(tmp_path, pull)

    assert len(read(tmp_path)) == 10


def test_a_batch_that_is_gone_is_told(tmp_path: Path) -> None:
    landed.land(tmp_path, pull)
    (tmp_path / "000000002").rename(tmp_path / "elsewhere")

    with pytest.raises(Broken, match="batch 2 is gone"):
        landed.landed(tmp_path)


def test_another_state_has_another_digest(tmp_path: Path) -> None:
    place = Place(tmp_path, tmp_path / "staged")

    first = landed.found("kafka://x/y", place, lambda begin: pull(begin, 7)).digest
    second = landed.found("kafka://x/y", place, pull)

    assert first != second.digest == landed.found("kafka://x/y", place, pull).digest
    assert len(second.paths) == 4


def test_many_batches_are_one_file_and_the_same_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path, tmp_path / "staged")
    before = landed.found("kafka://x/y", place, pull)
    monkeypatch.setattr(landed, "LOOSE", 3)

    after = landed.found("kafka://x/y", place, pull)

    assert len(before.paths) == 4
    assert [path.parent.name for path in after.paths] == ["000000001-000000004"]
    assert before.digest == after.digest
    assert all(path.exists() for path in before.paths)  # somebody may be reading them


def test_what_was_put_together_goes_a_day_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landed, "LOOSE", 3)
    landed.land(tmp_path, pull)
    landed.land(tmp_path, pull)
    assert len(list(tmp_path.glob("0*"))) == 5
    os.utime(tmp_path / "000000001-000000004", (0, 0))

    landed.land(tmp_path, pull)

    assert [one.name for one in tmp_path.glob("0*")] == ["000000001-000000004"]
    assert len(read(tmp_path)) == 10


def test_batches_that_are_gone_are_told_though_many_were_put_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landed, "LOOSE", 1)
    landed.land(tmp_path, lambda begin: pull(begin, 6))
    monkeypatch.setattr(landed, "LOOSE", 9)
    landed.land(tmp_path, lambda begin: pull(begin, 10))
    shutil.rmtree(tmp_path / "000000003")

    with pytest.raises(Broken, match="batch 3 is gone"):
        landed.landed(tmp_path)
