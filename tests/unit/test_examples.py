"""The example's tables: what is promised of them, and that nothing in them is ahead of its time."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from mainstay.core import digest

PREPARE = Path("examples/flights/prepare.py").resolve()
KNOWN_AFTER = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flights")
    prepare(folder)
    return folder


@pytest.fixture
def engine(made: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect()) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(f"CREATE VIEW flights AS FROM '{made}/data/flights.parquet'")
        engine.execute(f"CREATE VIEW planes AS FROM '{made}/data/planes.csv'")
        yield engine


def prepare(folder: Path) -> None:
    subprocess.run([sys.executable, PREPARE, folder], check=True, capture_output=True, cwd=folder)


def one(engine: duckdb.DuckDBPyConnection, query: str) -> tuple[object, ...]:
    return engine.sql(query).fetchall()[0]


def test_a_second_run_leaves_the_same_bytes_and_nothing_else(made: Path) -> None:
    before = digest.files(made)

    prepare(made)

    assert digest.files(made) == before
    assert list(before) == ["data/flights.parquet", "data/planes.csv", "data/weather.db"]


def test_every_flight_has_a_name_of_its_own(engine: duckdb.DuckDBPyConnection) -> None:
    rows = one(engine, "SELECT count(*), count(DISTINCT flight_id) FROM flights")

    assert rows == (336776, 336776)


def test_the_decision_is_a_moment_in_utc_and_the_local_hour_goes_with_it(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    first = one(
        engine,
        "SELECT flight_id, sched_dep::VARCHAR, local_day::VARCHAR, hour FROM flights"
        " ORDER BY sched_dep LIMIT 1",
    )
    apart = engine.sql(
        "SELECT DISTINCT (hour(sched_dep) - hour + 24) % 24 FROM flights ORDER BY 1"
    ).fetchall()

    assert first == ("UA-1545-EWR-20130101T10Z", "2013-01-01 10:15:00+00", "2013-01-01", 5)
    assert apart == [(4,), (5,)]


def test_late_is_more_than_a_quarter_of_an_hour_and_unknown_where_it_never_arrived(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    wrong = one(engine, "SELECT count(*) FROM flights WHERE late IS DISTINCT FROM (arr_delay > 15)")
    unknown = one(engine, "SELECT count(*), count(arr_delay) FROM flights WHERE late IS NULL")

    assert wrong == (0,)
    assert unknown == (9430, 0)


def test_columns_known_only_afterwards_are_there_to_be_found(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    assert set(engine.table("flights").columns) >= KNOWN_AFTER


def test_missing_is_null_never_nan(engine: duckdb.DuckDBPyConnection, made: Path) -> None:
    nan = one(engine, "SELECT count(*) FROM flights WHERE isnan(dep_delay) OR isnan(arr_delay)")
    with closing(sqlite3.connect(made / "data/weather.db")) as base:
        texts = base.execute("SELECT count(*) FROM hourly WHERE typeof(pressure) = 'text'")

        assert texts.fetchone() == (0,)
    assert nan == (0,)


def test_no_weather_is_seen_before_it_was_observed(made: Path) -> None:
    with closing(sqlite3.connect(made / "data/weather.db")) as base:
        rows = base.execute("SELECT count(*), count(DISTINCT origin || seen_at) FROM hourly")
        minutes = base.execute("SELECT DISTINCT substr(seen_at, 15) FROM hourly")

        assert rows.fetchone() == (26115, 26115)
        assert minutes.fetchall() == [("51:00Z",)]


def test_planes_have_one_row_each_with_the_year_they_were_built(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    planes = one(engine, "SELECT count(DISTINCT tailnum), min(built), max(built) FROM planes")

    assert planes == (3322, 1956, 2013)
