"""What goes on outside."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyarrow import parquet

from mainstay.cli.demo import world, year
from mainstay.cli.demo.world import CELSIUS, INCHES, World

RECORD = {
    "flight_id": "UA-1", "sched_dep": "2013-05-13T10:00:00Z", "pressure": 1013.2, "temp": 50.0,
    "dewp": None,
}  # fmt: skip


def test_a_defect_changes_what_is_there_and_a_null_stays_one() -> None:
    inches = json.loads(world._request(RECORD, INCHES).body)["records"][0]
    celsius = json.loads(world._request(RECORD, CELSIUS).body)["records"][0]

    assert inches == {**RECORD, "pressure": 29.92}
    assert celsius == {**RECORD, "temp": 10.0}


def test_a_row_is_corrupted_only_where_its_value_changed() -> None:
    calm = {**RECORD, "pressure": None}

    assert world._request(RECORD, INCHES).corrupted
    assert not world._request(calm, INCHES).corrupted
    assert not world._request(RECORD, None).corrupted


def test_a_share_of_the_flights_is_asked_about_chosen_by_the_seed(tmp_path: Path) -> None:
    records = [{"flight_id": f"{number}"} for number in range(4000)]
    one, other = (World(year.Stage(tmp_path), 0.3, seed) for seed in (0, 1))

    chosen = [[each._is_asked(record) for record in records] for each in (one, other)]

    assert sum(chosen[0]) / 4000 == pytest.approx(0.3, abs=0.03)
    assert chosen[0] != chosen[1]


def test_truths_become_known_half_a_day_later(tmp_path: Path) -> None:
    stage = year.staged(tmp_path / "demo", 0)
    here = World(stage, 1.0, 0)
    monday, tuesday = datetime(2013, 4, 1, tzinfo=UTC), datetime(2013, 4, 2, tzinfo=UTC)
    known = parquet.read_table(here.labels(_keys(stage), monday, tuesday))

    moments = known["known_at"].to_pylist()
    assert known.column_names == ["flight_id", "late", "known_at"]
    assert known.num_rows > 800
    assert min(moments) >= monday
    assert max(moments) < tuesday
    assert here.labels({"nobody"}, monday, tuesday) is None


def _keys(stage: year.Stage) -> set[str]:
    table = parquet.read_table(stage.project / "data" / "flights.parquet", columns=["flight_id"])
    return set(table["flight_id"].to_pylist())
