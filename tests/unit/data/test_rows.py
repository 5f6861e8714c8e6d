import json
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis.backends.duckdb import Backend

from mainstay.bundle import guard
from mainstay.contract import cleaning, document
from mainstay.contract import rules as contract_rules
from mainstay.contract.model import Contract
from mainstay.core.errors import Mistake
from mainstay.core.nouns import Column, Window
from mainstay.data import columns, features, rows, snapshot, travel
from mainstay.data import rules as judge
from mainstay.data.source import Reader

EXAMPLE = Path("examples/flights")
NOW = datetime(2013, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
START = datetime(2013, 1, 1, tzinfo=UTC)
CONTRACT = """\
mainstay: 1
model: flight-delay
owner: operations
objective:
  decision: Rebook passengers before departure.
  why_ml: A rule finds too few.
  task: TASK
  good_enough: [{metric: METRIC, at_least: 0.6}]
  baseline: {constant: 0.2}
data:
  decisions: {from: flights.parquet, key: id, time: time}
  context:
    weather: {from: "sqlite:///weather.db#hourly", on: origin, as_of: seen_at, take: [temp]}
    planes: {from: planes.csv, on: tailnum, take: [seats]}
    lately:
      {from: decisions, on: origin, over: 3d, known_after: 1d, take: {late_rate: mean(late)}}
  label: {column: late, known_after: 1d}
"""
FLIGHTS: dict[str, list[Any]] = {
    "id": [f"f{at}" for at in range(12)],
    "time": [START + at * DAY for at in range(12)],
    "origin": ["EWR", "JFK"] * 6,
    "tailnum": ["N1", "N2", None] * 4,
    "late": [True, False, True, True] * 3,
}


def project(folder: Path, task: str = "binary", **changed: list[Any]) -> Contract:
    """The three silos and the contract over them."""
    pq.write_table(pa.table({**FLIGHTS, **changed}), folder / "flights.parquet")
    (folder / "planes.csv").write_text("tailnum,seats\nN1,100\nN2,200\n")
    (folder / "weather.db").unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / "weather.db")) as base, base:
        base.execute("CREATE TABLE hourly (origin TEXT, seen_at TEXT, temp REAL)")
        seen = [("EWR", "2013-01-02T23:00:00Z", 2.5), ("EWR", "2013-01-05T00:00:00Z", 5.5)]
        base.executemany("INSERT INTO hourly VALUES (?, ?, ?)", seen)
    metric = "roc_auc" if task == "binary" else "accuracy" if task == "multiclass" else "r2"
    text = CONTRACT.replace("TASK", task).replace("METRIC", metric)
    (folder / "contract.yaml").write_text(text)
    return document.read(folder / "contract.yaml").contract


def found(made: rows.Rows, name: str) -> list[object]:
    return made.table.order_by("time").to_pyarrow()[name].to_pylist()


def test_rows_are_decisions_with_what_was_known_at_their_moment(reader: Reader) -> None:
    made = rows.assembled(project(reader.base), reader, now=NOW)

    assert found(made, "id") == [f"f{at}" for at in range(10)]
    assert found(made, "temp") == [None, None, 2.5, None, 5.5, None, 5.5, None, 5.5, None]
    assert found(made, "seats") == [100, 200, None, 100, 200, None, 100, 200, None, 100]
    assert found(made, "late_rate")[:5] == [None, None, 1.0, 0.0, 1.0]


CLEAN = {
    "key: id, time: time}": """key: id, time: time,
    clean: {tailnum: {spelled: {n1: N1}}, price: {type: number, missing: [-9]}},
    sla: [{property: completeness, element: price, at_least: 0.9}]}""",
    "take: [temp]}": """take: {warm: temp},
      clean: {origin: {spelled: {Newark: EWR}},
              temp: {convert: {between: [36, 60], times: 0.5, plus: -17.5}}}}""",
    "late_rate: mean(late)": "dear: mean(price)",
}


def cleaned_project(folder: Path) -> Contract:
    prices = ["1.5", "-9", "n/a", None, " 2.5 ", "3"] * 2
    flights = {"tailnum": ["n1", "N2", None] * 4, "price": prices}
    project(folder, **flights)
    with closing(sqlite3.connect(folder / "weather.db")) as base, base:
        base.execute("UPDATE hourly SET origin = 'Newark', temp = 41 WHERE temp = 5.5")
    text = (folder / "contract.yaml").read_text()
    for old, new in CLEAN.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "contract.yaml").write_text(text)
    return document.read(folder / "contract.yaml").contract


def test_sources_are_cleaned_before_anything_is_made_of_them(reader: Reader) -> None:
    made = rows.assembled(cleaned_project(reader.base), reader, now=NOW)

    assert found(made, "seats") == [100, 200, None] * 3 + [100]
    assert found(made, "price") == [1.5, None, None, None, 2.5, 3.0, 1.5, None, None, None]
    assert found(made, "warm") == [None, None, 2.5, None, 3.0, None, 3.0, None, 3.0, None]
    assert found(made, "dear")[2:7:2] == [1.5, None, 2.5]


def test_prepared_sources_are_as_training_sees_them(reader: Reader) -> None:
    contract = cleaned_project(reader.base)

    made = rows.prepared(contract, reader, NOW)

    prices = made.decisions.table.price.to_pyarrow().to_pylist()
    assert sorted(map(str, prices)) == sorted(map(str, [1.5, None, None, None, 2.5, 3.0] * 2))
    assert set(made.contexts["weather"].table.origin.to_pyarrow().to_pylist()) >= {"EWR"}


def test_what_was_agreed_on_is_judged_as_it_came_and_kept_on_record_so(reader: Reader) -> None:
    made = rows.assembled(cleaned_project(reader.base), reader, now=NOW)

    (judged,) = made.judged
    assert judged.evidence.estimate.value == 8 / 10  # of what came: cleaned, 4
    assert Column("price", "string") in made.datasets[0].columns
    assert Column("price", "float64") in made.columns


def test_what_cleaning_changed_is_counted_over_whole_sources(reader: Reader) -> None:
    made = rows.assembled(cleaned_project(reader.base), reader, now=NOW)

    assert {(one.source, one.column, one.step): one.rows for one in made.cleaned} == {
        ("decisions", "tailnum", "spelled"): 4,
        ("decisions", "price", "type"): 10,
        ("decisions", "price", "missing"): 2,
        ("weather", "origin", "spelled"): 1,
        ("weather", "temp", "convert"): 1,
    }
    assert (
        "decisions: 10 of 12 values of price read as what they are, 2 of them are none"
        in made.notes
    )


def test_a_request_as_the_source_has_it_is_the_row_that_the_bench_has(reader: Reader) -> None:
    contract = cleaned_project(reader.base)
    made = rows.assembled(contract, reader, now=NOW)
    types = {"tailnum": "string", "price": "float64", "warm": "float64"}
    columns = tuple(guard.RequestColumn(name, kind) for name, kind in types.items())
    clean = cleaning.cleanings(cleaning.of_request(contract))
    door = guard.compiled(columns, (), clean=clean)

    raw = {"tailnum": "n1", "price": " 2.5 ", "warm": 41.0}
    as_it_came, as_it_is = (
        door.judged(json.dumps({"records": [one]}).encode())
        for one in (
            raw,
            made.table.filter(made.table.id == "f4").select(*types).to_pyarrow().to_pylist()[0],
        )
    )

    assert {one.name for one in clean} == {"tailnum", "price", "warm"}
    assert [door.value(as_it_came[0].row, one) for one in ("price", "warm")] == [2.5, 3.0]
    assert [door.value(as_it_is[0].row, one) for one in ("price", "warm")] == [2.5, 3.0]


def test_a_label_not_yet_known_is_null(reader: Reader) -> None:
    made = rows.assembled(project(reader.base), reader, now=NOW - DAY / 2)

    assert found(made, "late") == [True, False, True, True, True, False, True, True, None]


def test_a_period_leaves_its_past_to_context(reader: Reader) -> None:
    made = rows.assembled(
        project(reader.base), reader, since=START + 3 * DAY, until=START + 5 * DAY, now=NOW
    )

    assert found(made, "id") == ["f3", "f4"]
    assert found(made, "late_rate") == [0.0, 1.0]


def test_rows_say_what_they_came_from(reader: Reader) -> None:
    made = rows.assembled(project(reader.base), reader, now=NOW)

    assert [one.uri for one in made.datasets] == [
        "flights.parquet", "sqlite:///weather.db#hourly", "planes.csv",
    ]  # fmt: skip
    assert [one.rows for one in made.datasets] == [12, 2, 2]
    assert made.columns[-3:] == (
        Column("temp", "float64"), Column("seats", "int64"), Column("late_rate", "float64"),
    )  # fmt: skip
    assert {one.name for one in made.columns} - {one.name for one in made.visible} == {"late"}
    assert made.notes == (
        "planes is static: it holds today's rows, not those of the day of decision",
    )


def test_a_column_that_nothing_takes_is_left_out_by_name(reader: Reader) -> None:
    contract = project(reader.base, stops=[["a"]] * 12)

    made = rows.assembled(contract, reader, now=NOW)

    assert made.notes[-1] == "stops is left out: nothing takes array<string>"
    assert "stops" not in made.table.columns


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"id": ["f0"] * 3 + FLIGHTS["id"][3:]}, "id is not unique: 1 values on 3 rows, .* f0"),
        ({"id": [None, *FLIGHTS["id"][1:]]}, "1 of 12 decisions have no id"),
        ({"id": [float(at) for at in range(12)]}, "the key id is float64"),
        ({"time": [None, *FLIGHTS["time"][1:]]}, "1 of 12 decisions have no time"),
        ({"late": ["yes"] * 12}, "the label late is string"),
        ({"late": [0, 1, 2] * 4}, "the label late holds 2"),
        ({"mainstay_x": [1] * 12}, "mainstay_x: names in mainstay_… are taken"),
    ],
)  # fmt: skip
def test_what_is_not_rows_is_refused(
    reader: Reader, changed: dict[str, list[Any]], what: str
) -> None:
    contract = project(reader.base, **changed)

    with pytest.raises(Mistake, match=what):
        rows.assembled(contract, reader, now=NOW)


@pytest.mark.parametrize(
    ("task", "labels"),
    [("binary", [0, 1] * 6), ("multiclass", ["a", "b", "c"] * 4), ("regression", [0.5] * 12)],
)
def test_each_task_has_its_own_labels(reader: Reader, task: str, labels: list[Any]) -> None:
    contract = project(reader.base, task, late=labels)
    plain = contract.data.model_copy(update={"context": {}})

    made = rows.assembled(contract.model_copy(update={"data": plain}), reader, now=NOW)

    assert found(made, "late") == [*labels[:9], labels[9] if NOW >= START + 10 * DAY else None]


@pytest.mark.parametrize(("name", "wrong"), [("key", "idd"), ("time", "tim")])
def test_a_column_that_is_not_there_is_named(reader: Reader, name: str, wrong: str) -> None:
    contract = project(reader.base)
    decisions = contract.data.decisions.model_copy(update={name: wrong})
    data = contract.data.model_copy(update={"decisions": decisions})

    with pytest.raises(Mistake, match=f"has no column {wrong}"):
        rows.assembled(contract.model_copy(update={"data": data}), reader, now=NOW)


def test_the_same_file_under_another_name_gives_no_early_label(reader: Reader) -> None:
    contract = project(reader.base)
    lately = contract.data.context["lately"]
    clause = lately.model_copy(
        update={"source": "./flights.parquet", "as_of": "time", "known_after": None}
    )
    data = contract.data.model_copy(update={"context": {"sly": clause}})

    with pytest.raises(Mistake, match="sly takes the label late before it is known"):
        rows.assembled(contract.model_copy(update={"data": data}), reader, now=NOW)


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, its silos made."""
    folder = tmp_path_factory.mktemp("flights")
    command = [sys.executable, str(EXAMPLE / "prepare.py"), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    for name in ("contract.yaml", "features.py"):
        shutil.copy(EXAMPLE / name, folder)
    return folder


@pytest.mark.slow
def test_the_flights_example_gets_the_weather_seen_at_each_departure(
    bench: Backend, flights: Path
) -> None:
    contract = document.read(flights / "contract.yaml").contract
    reader = Reader(bench, flights, flights / "staged")

    made = rows.assembled(contract, reader, now=datetime(2014, 1, 2, tzinfo=UTC))
    frozen = snapshot.written(made.table, flights / "snapshots", "flight_id", "sched_dep")

    with closing(sqlite3.connect(flights / "data" / "weather.db")) as base:
        query = "SELECT origin, seen_at, temp, dewp FROM hourly ORDER BY seen_at"
        seen = [
            (origin, datetime.fromisoformat(time), *values)
            for origin, time, *values in base.execute(query)
        ]
    table = snapshot.read(bench, frozen.digest, flights / "snapshots").to_pyarrow()
    for row in random.Random(5).sample(range(table.num_rows), 30):
        one = table.slice(row, 1).to_pylist()[0]
        known = [
            values
            for origin, time, *values in seen
            if origin == one["origin"] and time <= one["sched_dep"] <= time + timedelta(hours=2)
        ]
        assert [one["temp"], one["dewp"]] == (known[-1] if known else [None, None])
    assert frozen.rows == table.num_rows == 336_776
    assert made.notes == (
        "planes is static: it holds today's rows, not those of the day of decision",
    )


@pytest.mark.slow
def test_the_flights_example_knows_no_future_and_keeps_its_rules(
    bench: Backend, flights: Path
) -> None:
    contract = document.read(flights / "contract.yaml").contract
    reader = Reader(bench, flights, flights / "staged")
    now = datetime(2013, 4, 1, tzinfo=UTC)

    made = rows.assembled(contract, reader, since=datetime(2013, 3, 1, tzinfo=UTC), now=now)

    outputs = features.outputs(flights / "features.py", made.visible)
    inputs = columns.fetched(features.inputs(made.table, outputs))
    assert len(outputs) == len(inputs) == 16
    judged = judge.judged(made.table, contract_rules.rules(contract))
    assert judged[judge.BREACH].count().to_pyarrow().as_py() == 0
    cut = datetime(2013, 3, 15, 11, 30, tzinfo=UTC)
    assert travel.changed_rows(contract, reader, cut=cut, now=now) == 0


def test_a_window_holds_its_first_moment_and_not_its_last(reader: Reader) -> None:
    contract = project(reader.base)
    found = rows.assembled(contract, reader, now=NOW)

    kept = rows.within(found.table, "time", Window(START + DAY, START + 3 * DAY))

    assert sorted(kept["id"].to_pyarrow().to_pylist()) == ["f1", "f2"]
