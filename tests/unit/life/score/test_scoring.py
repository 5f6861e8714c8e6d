"""What is written of a batch of rows, and under which names."""

import numpy as np
from scored import Scene

from mainstay.life.score import answers as answering
from mainstay.life.score import scoring as of
from mainstay.life.score.here import Here


def test_counts_add_up_to_all_rows_and_name_who_answered(scene: Scene) -> None:
    scoring, cuts = scene.scoring()
    (batch,) = Here().came(scoring, cuts[0])
    said = answering.answers(batch, scoring.asks, scoring.standing)

    made = of.part(scoring, batch, said, None, -5)

    counted = made.counted
    assert counted.by_model == int(np.sum(~said.rejected & (said.by == answering.MODEL)))
    by = counted.by_model + counted.by_baseline + counted.by_person
    assert by + counted.rejected == counted.rows == cuts[0].rows
    assert made.answers.num_rows == by
    assert made.record.num_rows == counted.rows


def test_what_the_watch_hears_nothing_of_has_no_record(scene: Scene) -> None:
    scoring, cuts = scene.scoring()
    quiet = scoring._replace(recording=None)
    (batch,) = Here().came(quiet, cuts[0])

    made = of.part(quiet, batch, answering.answers(batch, quiet.asks, quiet.standing), None, 0)

    assert made.record is None


def test_places_of_two_partitions_lie_apart(scene: Scene) -> None:
    scoring, _ = scene.scoring()

    first, second = (of.first_place(scoring, name) for name in ("2024-01-01", "2024-01-02"))

    assert first < 0
    assert abs(first - second) > 1_000_000
    assert of.record_of(scoring, "all").name.endswith("-all.parquet")
