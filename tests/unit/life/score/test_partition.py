"""One partition: whole or not there."""

import pytest
from pyarrow import parquet
from scored import Scene

from mainstay.core import digest
from mainstay.life.score import partition


def test_what_is_written_is_what_is_said_of_it(scene: Scene) -> None:
    scoring, cuts = scene.scoring()

    made = partition.written(scoring, cuts[0], lambda _: None)

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
        partition.written(scoring, cuts[0], lambda _: None)
    assert [one for one in scene.out.rglob("*") if one.is_file()] == []


def test_what_is_removed_leaves_nothing_for_the_watch(scene: Scene) -> None:
    scoring, cuts = scene.scoring()
    partition.written(scoring, cuts[0], lambda _: None)

    partition.removed(scoring, cuts[0].name)

    assert [one for one in scene.folder.rglob("*.parquet") if cuts[0].name in one.name] == []
