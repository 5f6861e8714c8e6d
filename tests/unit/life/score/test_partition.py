"""One partition: whole or not there."""

import pytest
from pyarrow import parquet
from scored import Scene

from mainstay.core import digest, durable
from mainstay.data.partitions import Cut
from mainstay.data.stream import Batch
from mainstay.life.score import answers as answering
from mainstay.life.score import partition
from mainstay.life.score.manifest import Partition
from mainstay.life.score.partition import Told
from mainstay.life.score.scoring import Scoring


def written(scoring: Scoring, cuts: tuple[Cut, ...]) -> list[Partition]:
    kept: list[Partition] = []
    partition.written(scoring, cuts, Told(lambda *_: None, kept.append, lambda _: None))
    return kept


def test_what_is_written_is_what_is_said_of_it(scene: Scene) -> None:
    scoring, cuts = scene.scoring()

    (made,) = written(scoring, cuts[:1])

    table = parquet.read_table(scene.out / f"{cuts[0].name}.parquet")
    assert made.rows == cuts[0].rows == table.num_rows + made.rejected
    assert made.by_model + made.by_baseline + made.by_person == table.num_rows
    assert made.files == {
        name: digest.of_file(scene.out / name)
        for name in (f"quarantine/{cuts[0].name}.parquet", f"{cuts[0].name}.parquet")
        if (scene.out / name).exists()
    }
    assert made.input == partition.content(scoring, cuts[0])


def test_rows_in_other_batches_are_the_same_content(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scoring, cuts = scene.scoring()
    before = partition.content(scoring, cuts[0])
    monkeypatch.setattr("mainstay.data.stream._ROWS", 7)

    assert partition.content(scoring, cuts[0]) == before
    assert partition.content(scoring, cuts[1]) != before


def test_where_scoring_fails_nothing_is_left(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scoring, cuts = scene.scoring()

    def broken(*_: object) -> None:
        raise ValueError("half way")

    monkeypatch.setattr("mainstay.life.score.answers.answers", broken)

    with pytest.raises(ValueError, match="half way"):
        written(scoring, cuts[:1])
    assert [one for one in scene.out.rglob("*") if one.is_file()] == []


def test_what_is_removed_leaves_nothing_for_the_watch(scene: Scene) -> None:
    scoring, cuts = scene.scoring()
    written(scoring, cuts[:1])

    partition.removed(scoring, cuts[0].name)

    assert [one for one in scene.folder.rglob("*.parquet") if cuts[0].name in one.name] == []


def test_all_that_was_scored_is_in_place_where_a_later_partition_fails(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scoring, cuts = scene.scoring()
    kept: list[Partition] = []
    answers, late = answering.answers, cuts[2].window.since

    def broken(batch: Batch, *rest: object) -> object:
        if batch.column(scoring.asks.came["at"])[0].as_py() >= late:
            raise ValueError("half way")
        return answers(batch, *rest)

    monkeypatch.setattr("mainstay.life.score.answers.answers", broken)

    with pytest.raises(ValueError, match="half way"):
        partition.written(scoring, cuts[:4], Told(lambda *_: None, kept.append, lambda _: None))
    assert [one.name for one in kept] == [one.name for one in cuts[:2]]
    assert sorted(one.stem for one in scene.out.glob("*.parquet")) == [one.name for one in kept]
    assert not list(scene.out.rglob(f"{durable.DRAFT}*"))
