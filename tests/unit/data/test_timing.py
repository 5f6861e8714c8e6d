"""How old context is when a decision is taken."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import queues

from mainstay.contract import document
from mainstay.core.nouns import Window
from mainstay.data import engine, rows
from mainstay.data.source import Reader
from mainstay.data.timing import timings

START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONTRACT = queues.contract(
    "weather: {from: weather.parquet, on: town, as_of: made, available_at: seen, within: 3h,"
    " take: [rain]}",
    "towns: {from: towns.csv, on: town, take: [people]}",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    visits = {
        "id": [f"v{at}" for at in range(48)],
        "at": [START + at * HOUR + HOUR / 2 for at in range(48)],
        "town": ["a"] * 48,
        "long": [True, False] * 24,
    }
    made = [START + at * HOUR for at in range(24)]
    weather = {
        "town": ["a"] * 24,
        "made": made,
        "seen": [one + timedelta(minutes=10) for one in made],
        "rain": [0.5] * 24,
    }
    pq.write_table(pa.table(visits), tmp_path / "visits.parquet")
    pq.write_table(pa.table(weather), tmp_path / "weather.parquet")
    (tmp_path / "towns.csv").write_text("town,people\na,100\n")
    return tmp_path


def test_age_and_delay_are_those_of_the_row_a_decision_finds(folder: Path) -> None:
    contract = document.parsed(CONTRACT.encode(), Path("contract.yaml")).contract
    reader = Reader(engine.connect(folder), folder, folder / "staged")
    sources = rows.opened(contract, reader)
    now, window = START + 100 * HOUR, Window(START, START + 48 * HOUR)

    found = timings(contract, sources, window, now)

    assert list(found) == ["weather"]
    one = found["weather"]
    by_time = one.age[np.argsort(one.when)]
    assert by_time[:24] == pytest.approx(1800)
    assert by_time[24:26] == pytest.approx([5400, 9000])
    assert np.isnan(by_time[26:]).all()
    assert np.nanmax(one.delay) == pytest.approx(600)


def test_of_many_decisions_a_part_is_looked_at(folder: Path) -> None:
    contract = document.parsed(CONTRACT.encode(), Path("contract.yaml")).contract
    reader = Reader(engine.connect(folder), folder, folder / "staged")
    window = Window(START, START + 48 * HOUR)

    found = timings(contract, rows.opened(contract, reader), window, window.until, most=10)

    assert 0 < len(found["weather"].when) < 30
