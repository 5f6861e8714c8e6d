"""What Spark's Python does with a batch; Spark itself is asked in tests/engines."""

from pathlib import Path

import batched
import numpy as np
import pyarrow as pa
from batched import Both, drawn
from ibis.backends.duckdb import Backend
from scored import Scene
from small_project import Serving

from mainstay.bundle.runtime import Runtime
from mainstay.data.stream import Batch
from mainstay.life.score import answers, quarantine, spark
from mainstay.life.score.asked import asks
from mainstay.life.score.spark import Staged, Version


def test_what_is_read_back_is_what_was_said(
    opened_once: Runtime, serving: Serving, bench: Backend
) -> None:
    both = Both(opened_once.manifest, opened_once.engine, serving.certificate())
    asked = asks(batched.stored(bench, both.stated, drawn(90)), both.stated, ("kind",))
    (batch,) = asked.asked.batches()
    version = Version(Path(), "b" * 64, "v1", serving.certificate(), both.standing.short)
    said = answers.answers(batch, asked, both.standing)

    made = spark._Act(asked, version, "bundle").of(batch, both.standing)
    found = Staged(Batch(made))

    for name in ("score", "decided", "covered", "rejected", "flagged"):
        assert np.array_equal(getattr(found, name), getattr(said, name), equal_nan=True)
    for name in ("flags", "breaches", "outcome"):
        assert getattr(found, name).to_pylist() == getattr(said, name).to_pylist()
    tables = [
        answers.table(one, both.standing, batch.column(asked.came["visit"]), "visit")
        for one in (found, said)
    ]
    assert tables[0].to_pylist() == tables[1].to_pylist()


def test_rejected_rows_are_set_aside_as_here(
    opened_once: Runtime, serving: Serving, bench: Backend
) -> None:
    both = Both(opened_once.manifest, opened_once.engine, serving.certificate())
    asked = asks(batched.stored(bench, both.stated, drawn(90)), both.stated, ("kind",))
    (batch,) = asked.asked.batches()
    version = Version(Path(), "b" * 64, "v1", None, "")
    rejected = answers.answers(batch, asked, both.standing).rejected

    made = Batch(spark._Act(asked, version, "bundle").of(batch, both.standing))

    guard = both.standing.runtime.guard
    assert spark._aside(made, asked, rejected) == quarantine.table(batch, asked, guard, rejected)
    assert spark._aside(made, asked, ~rejected & rejected) is None


def test_columns_are_those_that_came_and_what_is_said_of_them(scene: Scene) -> None:
    scoring, _ = scene.scoring()

    said = dict(one.split() for one in spark._columns(scoring).split(", "))

    came = scoring.asks.came
    assert said[f"`{came['visit']}`"] == "string"
    assert said[f"`{came['at']}`"] == "timestamp"
    assert list(said)[len(set(came.values())) :] == [f"`{name}`" for name in spark._SAID]


def test_reasons_stand_where_their_rows_do() -> None:
    where = np.array([False, True, False, True])

    made = spark._spread(pa.chunked_array([pa.array(["a", "b"])]), where)

    assert made.to_pylist() == [None, "a", None, "b"]
