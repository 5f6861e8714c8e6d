"""Rows are answered in their order, however many threads answer."""

import pyarrow as pa
import pytest
from scored import Scene

from mainstay.data import records
from mainstay.life.score import here
from mainstay.life.score.here import Here
from mainstay.life.score.scoring import first_place


def test_parts_come_in_the_order_of_rows(scene: Scene) -> None:
    scoring, cuts = scene.scoring()
    came = pa.concat_arrays([
        one.column(scoring.asks.came["visit"]) for one in Here().came(scoring, cuts[1])
    ])  # fmt: skip

    both = list(Here().parts(scoring, cuts[1:3], lambda *_: None))

    parts = [*iter(iter(both).__next__, None)]
    found = pa.concat_tables([one.record for one in parts])
    first = first_place(scoring, cuts[1].name)
    assert found["visit"].to_pylist() == came.to_pylist()
    assert found[records.PLACE].to_pylist() == list(range(first, first + len(came)))
    assert sum(one.counted.rows for one in parts) == cuts[1].rows
    assert both[len(parts)] is None is both[-1]
    other = both[len(parts) + 1].record
    assert other[records.PLACE][0].as_py() == first_place(scoring, cuts[2].name)


def test_what_goes_wrong_in_a_thread_is_raised_where_parts_are_asked_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scoring, cuts = scene.scoring()

    def fails(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(here, "_part", fails)

    with pytest.raises(RuntimeError, match="no"):
        list(Here().parts(scoring, cuts[:1], lambda *_: None))
