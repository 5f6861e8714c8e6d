"""What must not be read in silence: a missing file, a changed type, text that is no time."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mainstay.contract import document
from mainstay.core.errors import MissingExtra, Mistake
from mainstay.data import engine, schema, source
from mainstay.data.source import Moment, Reader


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = engine.connect()
    yield Reader(made, tmp_path, tmp_path / "staged")
    made.disconnect()


def test_a_missing_file_names_every_place_looked_into(reader: Reader) -> None:
    (reader.base / "flight.parquet").touch()

    with pytest.raises(Mistake) as caught:
        source.opened(reader, "flights.parquet")

    assert str(reader.base / "flights.parquet") in str(caught.value)
    assert "holds flight.parquet" in caught.value.hint


def test_a_missing_table_names_those_there_are(reader: Reader) -> None:
    with closing(sqlite3.connect(reader.base / "weather.db")) as base, base:
        base.execute("CREATE TABLE hourly (temp REAL)")

    with pytest.raises(Mistake, match="no table daily") as caught:
        source.opened(reader, "sqlite:///weather.db#daily")

    assert "hourly" in caught.value.hint


def test_an_address_with_a_secret_is_not_opened_and_not_repeated(reader: Reader) -> None:
    with pytest.raises(Mistake, match="holds a secret") as said:
        source.opened(reader, "postgres://reader:s3cret@db.example.org/shop#orders")

    assert "s3cret" not in f"{said.value}{said.value.hint}"


def test_a_contract_with_a_secret_in_an_address_is_refused(tmp_path: Path) -> None:
    text = Path("examples/flights/contract.yaml").read_text(encoding="utf-8")
    secret = "postgres://reader:s3cret@db.example.org/shop#flights"
    file = tmp_path / "contract.yaml"
    file.write_text(text.replace("from: data/flights.parquet", f'from: "{secret}"'))

    with pytest.raises(Mistake, match=r"data\.decisions\.from holds a secret") as said:
        document.read(file)

    assert "s3cret" not in f"{said.value}{said.value.hint}"


@pytest.mark.parametrize(
    ("module", "address", "extra"),
    [
        ("deltalake", "delta:///visits", "delta"),
        ("pyiceberg.catalog", "iceberg+https://127.0.0.1:1/x#a.b", "iceberg"),
        ("pymysql", "mysql://me@127.0.0.1:1/x#y", "mysql"),
        ("psycopg", "postgres://me@127.0.0.1:1/x#y", "postgres"),
        ("confluent_kafka", "kafka://127.0.0.1:1/x", "kafka"),
        ("python_calamine", "x.xlsx", "excel"),
        ("pyspark.sql", "spark#x", "spark"),
    ],
)
def test_a_kind_that_is_not_installed_names_its_extra(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, module: str, address: str, extra: str
) -> None:
    (reader.base / "x.xlsx").touch()
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(MissingExtra) as said:
        source.opened(reader, address)

    assert said.value.hint == f"pip install 'mainstay[{extra}]'"


def test_nothing_optional_is_imported_before_it_is_asked_for() -> None:
    asked = "import sys, mainstay.data.source; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    optional = {
        "deltalake",
        "pyiceberg",
        "pymysql",
        "psycopg",
        "confluent_kafka",
        "python_calamine",
    }
    assert not (optional | {"pyspark"}) & set(done.stdout.split())


def test_a_column_that_changed_its_type_is_named(reader: Reader) -> None:
    (reader.base / "planes.csv").write_text("tailnum,built\nN1,1999\n")
    before = source.opened(reader, "planes.csv").columns
    (reader.base / "planes.csv").write_text("tailnum,built\nN1,unknown\n")

    now = source.opened(reader, "planes.csv").columns

    assert list(map(str, schema.differences(before, now))) == ["built was int64 and is string"]


def test_text_that_is_no_time_is_not_read_as_missing(reader: Reader) -> None:
    (reader.base / "seen.csv").write_text("seen,x\n2013-01-31T06:00Z,1\n31/01/2013,2\n")

    with pytest.raises(Mistake, match="seen: 1 values are no time, for example '31/01/2013'"):
        source.opened(reader, "seen.csv", (Moment("seen"),))


def test_a_column_of_mixed_values_is_not_guessed(reader: Reader) -> None:
    with closing(sqlite3.connect(reader.base / "weather.db")) as base, base:
        base.execute("CREATE TABLE hourly (temp REAL)")
        base.execute("INSERT INTO hourly VALUES (1.5), ('cold')")

    with pytest.raises(Mistake, match="1 of type real and 1 of type text"):
        source.opened(reader, "sqlite:///weather.db#hourly")
