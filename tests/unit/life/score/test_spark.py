"""What Spark's Python does with a batch; Spark itself is asked in tests/engines."""

from pathlib import Path

import batched
import pytest
from batched import Both, drawn
from ibis.backends.duckdb import Backend
from small_project import Serving

from mainstay.bundle.runtime import Runtime
from mainstay.core.errors import Mistake
from mainstay.data.stream import Batch
from mainstay.life.score import quarantine, spark
from mainstay.life.score.asked import asks
from mainstay.life.score.spark import Version


def test_rows_elsewhere_are_refused(opened_once: Runtime, bench: Backend) -> None:
    table = batched.stored(bench, opened_once.manifest, drawn(2))
    version = Version(Path(), "b" * 64, "v1", None, "")

    with pytest.raises(Mistake, match="not in Spark"):
        spark.answered(table, version, opened_once.manifest)


def test_every_row_comes_back_with_an_answer_or_with_reasons(
    opened_once: Runtime, serving: Serving, bench: Backend
) -> None:
    both, rows = Both(opened_once.manifest, opened_once.engine, serving.certificate()), drawn(90)
    asked = asks(batched.stored(bench, both.stated, rows), both.stated, ("kind",))
    (batch,) = asked.asked.batches()
    version = Version(Path(), "b" * 64, "v1", serving.certificate(), both.standing.short)
    act = spark._Act(asked, version, "bundle", "visit")

    found = act._of(Batch(batch._columns), both.standing)

    told = {one["visit"]: one for one in found.to_pylist()}
    wanted = both.batch(bench, rows)
    assert len(told) == found.num_rows == len(rows)
    for row, answer in zip(rows, wanted, strict=True):
        there = told[row["visit"]]
        assert (
            (there[quarantine.REASONS] is not None) == (answer is None) == (there["score"] is None)
        )
        assert answer is None or there["score"] == answer["score"]


def test_columns_are_those_of_the_answers(opened_once: Runtime) -> None:
    said = spark._columns(opened_once.manifest, "visit", "string")

    assert said.startswith("`visit` string, score double, decision boolean, ")
    assert said.endswith("covered boolean, mainstay_reasons string")
